package account

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"langso/internal/platform/auth"
	"langso/internal/platform/fault"
	"langso/internal/platform/ui"
	"langso/internal/platform/web"
)

const (
	sessionCookie = "ls_session"
	deviceCookie  = "ls_device"
	deviceAge     = 400 * 24 * 60 * 60 // seconds; the longest that browsers keep a cookie
)

// Identify puts the auth.Actor of a request into its ctx: from an API token ("Authorization: Bearer ls_…", never from an
// address or a form), else from the session cookie, else a guest. A token that is not accepted is answered 401 here,
// because a program that believes to be known must not work on as a guest. A session that has ended makes a guest. Beside
// it stands where pages learn the names of accounts.
func (s *Service) Identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		actor := auth.Actor{Kind: auth.Guest}
		key, err := s.secret(hr.Context())
		if err != nil {
			s.refuse(w, hr, err)
			return
		}
		if token, ok := bearer(hr); ok {
			actor, err = s.byToken(hr.Context(), token)
		} else if session := cookieValue(hr, sessionCookie); session != "" {
			actor, err = s.bySession(hr.Context(), session)
		}
		if err != nil {
			s.refuse(w, hr, err)
			return
		}
		ctx := auth.WithNames(web.WithFlashKey(hr.Context(), derived(key, "messages")), s.NamesOf)
		next.ServeHTTP(w, hr.WithContext(auth.With(ctx, actor)))
	})
}

// refuse answers a request whose asker could not be found out.
func (s *Service) refuse(w http.ResponseWriter, hr *http.Request, err error) {
	f := fault.As(err)
	status := web.Status(f.Code)
	w.Header().Set("Cache-Control", "no-store")
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
		web.WriteProblem(w, hr, status, f)
		return
	}
	s.kit.Log.ErrorContext(hr.Context(), "asker not identified", "err", err, "request", ui.SiteOf(hr.Context()).RequestID)
	if web.WantsJSON(hr) {
		web.WriteProblem(w, hr, status, f)
		return
	}
	r := &web.Request{Request: hr, W: w}
	_ = r.Render(status, ui.Frame{Title: ui.ErrorTitle(hr.Context(), status), Shell: ui.Plain}, ui.ErrorBody(status, web.Words(hr, f)))
}

// bearer returns the credential of an Authorization header of scheme Bearer.
func bearer(r *http.Request) (string, bool) {
	scheme, credential, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(credential), strings.EqualFold(scheme, "Bearer")
}

func cookieValue(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// setCookie writes one of our cookies; maxAge 0 keeps it until the browser closes, −1 removes it.
func (s *Service) setCookie(r *web.Request, name, value string, maxAge int) {
	http.SetCookie(r.W, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: maxAge, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil || s.kit.BehindTLS})
}

// network returns the part of the Internet that a request comes from: the /24 or /64 around its address. Loopback is a
// network like any other; addresses that cannot be read share one. Behind our own proxy the address is the last entry of
// X-Forwarded-For, which that proxy must write itself.
func (s *Service) network(r *http.Request) string {
	text := r.RemoteAddr
	if s.kit.BehindTLS {
		if list := r.Header.Values("X-Forwarded-For"); len(list) > 0 {
			last := list[len(list)-1]
			text = strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])
		}
	}
	if host, _, err := net.SplitHostPort(text); err == nil {
		text = host
	}
	addr, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		return "unknown"
	}
	addr = addr.Unmap().WithZone("")
	bits := 64
	if addr.Is4() {
		bits = 24
	}
	return netip.PrefixFrom(addr, bits).Masked().String()
}
