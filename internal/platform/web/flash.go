package web

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"langso/internal/platform/ui"
)

const flashCookie = "ls_flash"

type flashKey struct{}

// WithFlashKey returns a ctx whose messages between pages are signed with key, so that nobody else can put words into our
// mouth; every node must have the same one. Without a key messages are neither left nor shown.
func WithFlashKey(ctx context.Context, key []byte) context.Context {
	return context.WithValue(ctx, flashKey{}, key)
}

// Flash leaves a message for the next page of this browser.
func (r *Request) Flash(kind, text string) {
	body := kind + "." + base64.RawURLEncoding.EncodeToString([]byte(text))
	mac, ok := flashMAC(r.Context(), body)
	if !ok {
		return
	}
	http.SetCookie(r.W, &http.Cookie{Name: flashCookie, Value: body + "." + mac, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: 60, Secure: ui.SiteOf(r.Context()).Secure})
}

func takeFlash(r *Request) *ui.Flash {
	c, err := r.Cookie(flashCookie)
	if err != nil {
		return nil
	}
	http.SetCookie(r.W, &http.Cookie{Name: flashCookie, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: ui.SiteOf(r.Context()).Secure})
	end := strings.LastIndexByte(c.Value, '.')
	if end < 0 {
		return nil
	}
	body := c.Value[:end]
	mac, ok := flashMAC(r.Context(), body)
	if !ok || !hmac.Equal([]byte(mac), []byte(c.Value[end+1:])) {
		return nil
	}
	kind, enc, _ := strings.Cut(body, ".")
	text, err := base64.RawURLEncoding.DecodeString(enc)
	if err != nil || (kind != "ok" && kind != "warn" && kind != "error") {
		return nil
	}
	return &ui.Flash{Kind: kind, Text: string(text)}
}

func flashMAC(ctx context.Context, body string) (mac string, ok bool) {
	key, ok := ctx.Value(flashKey{}).([]byte)
	if !ok {
		return "", false
	}
	h := hmac.New(sha256.New, key)
	h.Write([]byte(body))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)), true
}

func queryEscape(s string) string { return url.QueryEscape(s) }
