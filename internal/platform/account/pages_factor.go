package account

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"langso/internal/platform/auth"
	"langso/internal/platform/fault"
	"langso/internal/platform/ui"
	"langso/internal/platform/web"
)

// Names of the fields that bring a proof; they are never passed on with a form.
const (
	codeField   = "ma-xac-nhan"
	stateField  = "khoa-phien"
	answerField = "khoa-tra-loi"
)

// site is the name by which the reader's browser knows this server.
func (s *Service) site(r *web.Request) Site {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	scheme := "http"
	if r.TLS != nil || s.kit.BehindTLS {
		scheme = "https"
	}
	return Site{Host: strings.ToLower(strings.Trim(host, "[]")), Origin: scheme + "://" + r.Host}
}

// confirmed runs h; when h is refused for want of a second factor, it asks for one on a page that sends the same form
// again together with the proof, so that nothing typed is lost.
func (s *Service) confirmed(h web.Handler) web.Handler {
	return func(r *web.Request) error {
		if err := readForm(r); err != nil {
			return err
		}
		p := Proof{Code: r.PostFormValue(codeField), State: r.PostFormValue(stateField), Answer: r.PostFormValue(answerField)}
		if r.PostForm.Has(codeField) || p.Answer != "" {
			actor, err := s.Prove(r.Context(), cookieValue(r.Request, sessionCookie), s.site(r), p)
			if err != nil {
				return s.askFactor(r, err)
			}
			ctx := auth.With(r.Context(), actor)
			site := ui.SiteOf(ctx)
			site.Actor = actor
			r.Request = r.WithContext(ui.WithSite(ctx, site))
		}
		err := h(r)
		var f *fault.Error
		if errors.As(err, &f) && f.Key == auth.FactorKey {
			return s.askFactor(r, nil)
		}
		return err
	}
}

// askView is what the page that asks for a second factor shows.
type askView struct {
	Action   string // where the form goes on to
	Hidden   []ui.Hidden
	Enrolled bool // there is a factor to prove
	App      bool
	Key      Ceremony // zero = no passkey for this site
	Error    string
}

// askFactor shows the page that asks for a second factor; refused is why the last proof did not hold.
func (s *Service) askFactor(r *web.Request, refused error) error {
	if web.WantsJSON(r.Request) {
		if refused != nil {
			return refused
		}
		return fault.New(fault.Forbidden, auth.FactorKey)
	}
	v := askView{Action: r.Href(r.URL.Path)}
	if r.URL.RawQuery != "" {
		v.Action += "?" + r.URL.RawQuery
	}
	status := http.StatusForbidden
	if refused != nil {
		f := fault.As(refused)
		switch f.Code {
		case fault.Forbidden, fault.RateLimited, fault.Invalid, fault.Conflict, fault.Unavailable:
		default:
			return refused
		}
		status, v.Error = web.Status(f.Code), web.Words(r.Request, f)
		if wait := RetryAfter(refused); wait > 0 {
			r.W.Header().Set("Retry-After", strconv.Itoa(wait))
		}
	}
	for _, name := range sortedKeys(r.PostForm) {
		if name == codeField || name == stateField || name == answerField {
			continue
		}
		for _, value := range r.PostForm[name] {
			v.Hidden = append(v.Hidden, ui.Hidden{Name: name, Value: value})
		}
	}
	f, err := s.MyFactors(r.Context())
	if err != nil {
		return err
	}
	v.Enrolled, v.App = f.Any(), f.App
	if len(f.Passkeys) > 0 {
		if v.Key, err = s.BeginProof(r.Context(), s.site(r)); err != nil {
			return err
		}
	}
	frame := ui.Frame{Title: r.T("account.ask.title"), Shell: ui.Desk}
	if v.Error != "" {
		frame.Errors = []ui.FieldError{{Field: codeField, Text: v.Error}}
	}
	r.W.Header().Set("Cache-Control", "no-store")
	return r.Render(status, frame, askBody(v))
}

func sortedKeys(v url.Values) []string {
	out := make([]string, 0, len(v))
	for k := range v {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// passkeySignInPage asks for a passkey. It stands apart from the sign-in page: its challenge makes every answer differ.
func (s *Service) passkeySignInPage(r *web.Request) error {
	return s.showPasskeySignIn(r, http.StatusOK, returnAddress(r.URL.Query().Get("ve")), "")
}

func (s *Service) showPasskeySignIn(r *web.Request, status int, to, refused string) error {
	c, err := s.BeginSignIn(r.Context(), s.site(r))
	if err != nil && !fault.Is(err, fault.Invalid) {
		return err
	}
	if err != nil {
		refused = web.Words(r.Request, fault.As(err))
	}
	f := ui.Frame{Title: r.T("account.key.sign_in"), Shell: ui.Plain}
	if refused != "" {
		f.Errors = []ui.FieldError{{Text: refused}}
	}
	r.W.Header().Set("Cache-Control", "no-store")
	return r.Render(status, f, passkeySignInBody(c, to))
}

func (s *Service) passkeySignIn(r *web.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	o, err := s.SignInByPasskey(r.Context(), s.site(r), r.PostFormValue(stateField), r.PostFormValue(answerField), s.attempt(r))
	if err != nil {
		f := fault.As(err)
		if web.WantsJSON(r.Request) || f.Code == fault.Internal {
			return err
		}
		return s.showPasskeySignIn(r, web.Status(f.Code), returnAddress(r.PostFormValue("ve")), web.Words(r.Request, f))
	}
	return s.enter(r, o)
}

// firstView is what the page of the first run shows.
type firstView struct {
	Login, Name string
	Errors      map[string]string // by field
}

// firstOpen refuses, as a missing page does, unless the first account is still to be made and the request came from this
// machine itself: behind a proxy on the same machine the page is not reachable from the network either.
func (s *Service) firstOpen(r *web.Request) error {
	open, err := s.FirstRunOpen(r.Context())
	if err != nil || !open || !ownConnection(r.Request) || !loopbackHost(r.Host) {
		return firstRunClosed(err)
	}
	demo, err := s.kit.DB.Illustrative(r.Context())
	if err != nil || demo {
		return firstRunClosed(err)
	}
	return nil
}

func (s *Service) firstPage(r *web.Request) error {
	if err := s.firstOpen(r); err != nil {
		return err
	}
	return s.showFirst(r, http.StatusOK, firstView{})
}

func (s *Service) showFirst(r *web.Request, status int, v firstView) error {
	f := ui.Frame{Title: r.T("account.first.title"), Shell: ui.Plain}
	for _, field := range []string{"ma", "login", "name", "password", "password-2"} {
		if text := v.Errors[field]; text != "" {
			f.Errors = append(f.Errors, ui.FieldError{Field: field, Text: text})
		}
	}
	r.W.Header().Set("Cache-Control", "no-store")
	return r.Render(status, f, firstBody(v))
}

func (s *Service) first(r *web.Request) error {
	if err := s.firstOpen(r); err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	v := firstView{Login: r.PostFormValue("login"), Name: r.PostFormValue("name")}
	password := r.PostFormValue("password")
	if password != r.PostFormValue("password-2") {
		v.Errors = map[string]string{"password-2": r.T("account.passwords_differ")}
		return s.showFirst(r, http.StatusUnprocessableEntity, v)
	}
	_, err := s.FirstAdministrator(r.Context(), r.PostFormValue("ma"), Draft{Login: v.Login, Name: v.Name, Password: password})
	if err != nil {
		f := fault.As(err)
		if wait := RetryAfter(err); wait > 0 {
			r.W.Header().Set("Retry-After", strconv.Itoa(wait))
		}
		if web.WantsJSON(r.Request) || f.Code != fault.Invalid && f.Code != fault.Forbidden && f.Code != fault.RateLimited {
			return err
		}
		field := f.Field
		if field == "" {
			field = "ma"
		}
		v.Errors = map[string]string{field: web.Words(r.Request, f)}
		return s.showFirst(r, web.Status(f.Code), v)
	}
	a := s.attempt(r)
	a.Login, a.Password = v.Login, password
	o, err := s.SignIn(r.Context(), a)
	if err != nil {
		return err
	}
	r.Flash("ok", r.T("account.first.done"))
	s.setCookie(r, sessionCookie, o.Session, 0)
	s.setCookie(r, deviceCookie, o.Device, deviceAge)
	return r.See(mePath + "#yeu-to")
}
