package web

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"langso/internal/platform/ui"
)

const flashCookie = "ls_flash"

// Flash leaves a message for the next page of this browser.
func (r *Request) Flash(kind, text string) {
	http.SetCookie(r.W, &http.Cookie{Name: flashCookie, Value: kind + "." + base64.RawURLEncoding.EncodeToString([]byte(text)), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: 60, Secure: ui.SiteOf(r.Context()).Secure})
}

func takeFlash(r *Request) *ui.Flash {
	c, err := r.Cookie(flashCookie)
	if err != nil {
		return nil
	}
	http.SetCookie(r.W, &http.Cookie{Name: flashCookie, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: ui.SiteOf(r.Context()).Secure})
	kind, enc, _ := strings.Cut(c.Value, ".")
	text, err := base64.RawURLEncoding.DecodeString(enc)
	if err != nil || (kind != "ok" && kind != "warn" && kind != "error") {
		return nil
	}
	return &ui.Flash{Kind: kind, Text: string(text)}
}

func queryEscape(s string) string { return url.QueryEscape(s) }
