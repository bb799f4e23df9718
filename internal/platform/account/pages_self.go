package account

import (
	"net/http"
	"strconv"

	"langso/internal/platform/fault"
	"langso/internal/platform/ui"
	"langso/internal/platform/web"
)

const mePath = "/lam-viec/toi"

// ownPages are what a person does with their own account.
func (s *Service) ownPages(m *web.Mux) {
	m.Page("GET "+mePath, s.mePage)
	m.Page("POST "+mePath+"/ten", s.rename)
	m.Page("POST "+mePath+"/mat-khau", s.changePassword)
	m.Page("GET "+mePath+"/ung-dung", s.appPage)
	m.Page("POST "+mePath+"/ung-dung", s.confirmed(s.confirmApp))
	m.Page("POST "+mePath+"/ung-dung/xoa", s.confirmed(s.removeApp))
	m.Page("GET "+mePath+"/khoa", s.keyPage)
	m.Page("POST "+mePath+"/khoa", s.confirmed(s.addKey))
	m.Page("POST "+mePath+"/khoa/xoa", s.confirmed(s.removeKey))
	m.Page("POST "+mePath+"/ma-du-phong", s.confirmed(s.newRecovery))
	m.Page("POST "+mePath+"/phien", s.endSessions)
	m.Page("POST "+mePath+"/thiet-bi", s.forgetDevice)
	m.Page("POST "+mePath+"/ma-truy-cap", s.confirmed(s.makeMyToken))
	m.Page("POST "+mePath+"/ma-truy-cap/thu-hoi", s.revokeMyToken)
}

// meView is what a person sees of their own account.
type meView struct {
	Login, Name string
	Password    bool // there is one that somebody can know
	Temporary   bool
	Factors     Factors
	Sessions    []Session
	Devices     []Device
	Tokens      []tokenView
	TokenName   string // kept after a refusal, as the two below
	TokenScope  TokenScope
	TokenDays   string
	Errors      map[string]string // by field
}

// tokenView is a token with what its page needs to know.
type tokenView struct {
	Token
	Alive bool
}

func (s *Service) tokenViews(list []Token) []tokenView {
	out := make([]tokenView, len(list))
	for i, t := range list {
		out[i] = tokenView{t, t.alive(s.kit.Clock.Now())}
	}
	return out
}

func (s *Service) mePage(r *web.Request) error { return s.showMe(r, http.StatusOK, meView{}) }

// showMe completes the view with what is stored and shows it.
func (s *Service) showMe(r *web.Request, status int, v meView) error {
	ctx := r.Context()
	a, err := s.self(ctx)
	if err != nil {
		return err
	}
	v.Login = a.Login
	if v.Errors["name"] == "" {
		v.Name = a.Name
	}
	if v.TokenScope == "" {
		v.TokenScope, v.TokenDays = ReadScope, strconv.Itoa(DefaultTokenDays)
	}
	if v.Password, err = s.PasswordKnown(ctx, a.Login); err != nil {
		return err
	}
	if v.Temporary, err = s.PasswordTemporary(ctx); err != nil {
		return err
	}
	if v.Factors, err = s.MyFactors(ctx); err != nil {
		return err
	}
	if v.Sessions, err = s.MySessions(ctx, cookieValue(r.Request, sessionCookie)); err != nil {
		return err
	}
	if v.Devices, err = s.MyDevices(ctx); err != nil {
		return err
	}
	tokens, err := s.MyTokens(ctx)
	if err != nil {
		return err
	}
	v.Tokens = s.tokenViews(tokens)
	f := ui.Frame{Title: r.T("account.me.title"), Shell: ui.Desk, Active: "toi"}
	for _, field := range []string{"name", "mat-khau-cu", "password", "password-2", "ten-ma", "so-ngay"} {
		if text := v.Errors[field]; text != "" {
			f.Errors = append(f.Errors, ui.FieldError{Field: field, Text: text})
		}
	}
	r.W.Header().Set("Cache-Control", "no-store")
	return r.Render(status, f, meBody(v))
}

// refuseMe shows the page again with the refusal at its field; fields maps the names of faults to those of the form.
// Other refusals pass.
func (s *Service) refuseMe(r *web.Request, err error, fields map[string]string, v meView) error {
	f := fault.As(err)
	field := fields[f.Field]
	if f.Code == fault.RateLimited {
		field = fields[""]
		r.W.Header().Set("Retry-After", strconv.Itoa(RetryAfter(err)))
	}
	if web.WantsJSON(r.Request) || field == "" || f.Code != fault.Invalid && f.Code != fault.RateLimited {
		return err
	}
	v.Errors = map[string]string{field: web.Words(r.Request, f)}
	return s.showMe(r, web.Status(f.Code), v)
}

// done leaves a message and goes back to a part of the page.
func done(r *web.Request, path, part, key string, args ...any) error {
	r.Flash("ok", r.T(key, args...))
	return r.See(path + part)
}

func (s *Service) rename(r *web.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	name := r.PostFormValue("name")
	if err := s.Rename(r.Context(), name); err != nil {
		return s.refuseMe(r, err, map[string]string{"name": "name"}, meView{Name: name})
	}
	return done(r, mePath, "", "account.me.renamed")
}

func (s *Service) changePassword(r *web.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	password := r.PostFormValue("password")
	if _, err := s.self(r.Context()); err == nil && password != r.PostFormValue("password-2") {
		return s.showMe(r, http.StatusUnprocessableEntity, meView{Errors: map[string]string{"password-2": r.T("account.passwords_differ")}})
	}
	ended, err := s.ChangePassword(r.Context(), cookieValue(r.Request, sessionCookie), r.PostFormValue("mat-khau-cu"), password)
	if err != nil {
		return s.refuseMe(r, err, map[string]string{"": "mat-khau-cu", "mat-khau-cu": "mat-khau-cu", "password": "password"}, meView{})
	}
	return done(r, mePath, "", "account.me.password_changed", ended)
}

// enrolView is a page on which a factor is set up.
type enrolView struct {
	App      Enrolment
	Key      Ceremony
	Name     string // of a passkey
	Password bool   // the password is asked for: this is the first factor
	Errors   map[string]string
}

// asksPassword reports whether the next factor of the asker needs their password.
func (s *Service) asksPassword(r *web.Request) (bool, error) {
	f, err := s.MyFactors(r.Context())
	if err != nil || f.Any() {
		return false, err
	}
	return s.PasswordKnown(r.Context(), r.Actor().Login)
}

func (s *Service) showEnrol(r *web.Request, status int, title string, v enrolView) (err error) {
	if v.Password, err = s.asksPassword(r); err != nil {
		return err
	}
	f := ui.Frame{Title: title, Shell: ui.Desk, Active: "toi", Crumbs: []ui.Crumb{{Text: r.T("account.me.title"), Href: r.Href(mePath)}, {Text: title}}}
	for _, field := range []string{"ma", "name", "mat-khau-cu", ""} {
		if text := v.Errors[field]; text != "" {
			f.Errors = append(f.Errors, ui.FieldError{Field: field, Text: text})
		}
	}
	r.W.Header().Set("Cache-Control", "no-store")
	if v.App.State != "" {
		return r.Render(status, f, appBody(v))
	}
	return r.Render(status, f, keyBody(v))
}

func (s *Service) appPage(r *web.Request) error {
	e, err := s.BeginApp(r.Context())
	if err != nil {
		return err
	}
	return s.showEnrol(r, http.StatusOK, r.T("account.app.title"), enrolView{App: e})
}

func (s *Service) confirmApp(r *web.Request) error {
	state := r.PostFormValue("trang-thai")
	codes, err := s.ConfirmApp(r.Context(), cookieValue(r.Request, sessionCookie), state, r.PostFormValue("ma"), r.PostFormValue("mat-khau-cu"))
	if err == nil {
		return s.factorDone(r, codes)
	}
	f := fault.As(err)
	if web.WantsJSON(r.Request) || f.Code != fault.Invalid && f.Code != fault.RateLimited {
		return err
	}
	e, again := s.ResumeApp(r.Context(), state)
	if fault.Is(again, fault.Invalid) { // the page lay open too long: a new secret, and why
		e, again = s.BeginApp(r.Context())
	}
	if again != nil {
		return again
	}
	field := f.Field
	if field == "" {
		field = "ma"
	}
	return s.showEnrol(r, web.Status(f.Code), r.T("account.app.title"), enrolView{App: e, Errors: map[string]string{field: web.Words(r.Request, f)}})
}

// factorDone goes on after a factor was set up: to the recovery codes of the first one, else back.
func (s *Service) factorDone(r *web.Request, codes []string) error {
	if len(codes) == 0 {
		return done(r, mePath, "#yeu-to", "account.me.factor_added")
	}
	return s.showCodes(r, codes)
}

// showCodes shows recovery codes, this once.
func (s *Service) showCodes(r *web.Request, codes []string) error {
	r.W.Header().Set("Cache-Control", "no-store")
	return r.Render(http.StatusOK, ui.Frame{Title: r.T("account.codes.title"), Shell: ui.Desk, Active: "toi"}, codesBody(codes))
}

func (s *Service) removeApp(r *web.Request) error {
	if err := s.RemoveApp(r.Context()); err != nil {
		return err
	}
	return done(r, mePath, "#yeu-to", "account.me.factor_removed")
}

func (s *Service) keyPage(r *web.Request) error {
	return s.showKey(r, http.StatusOK, enrolView{Name: agent(r.UserAgent())})
}

func (s *Service) showKey(r *web.Request, status int, v enrolView) (err error) {
	if v.Key, err = s.BeginPasskey(r.Context(), s.site(r)); err != nil {
		return err
	}
	return s.showEnrol(r, status, r.T("account.key.title"), v)
}

func (s *Service) addKey(r *web.Request) error {
	name := r.PostFormValue("name")
	codes, err := s.AddPasskey(r.Context(), cookieValue(r.Request, sessionCookie), s.site(r), r.PostFormValue("trang-thai"), r.PostFormValue("tra-loi"), name, r.PostFormValue("mat-khau-cu"))
	if err == nil {
		return s.factorDone(r, codes)
	}
	f := fault.As(err)
	if web.WantsJSON(r.Request) || f.Key != "account.passkey_refused" && f.Code != fault.Invalid && f.Code != fault.RateLimited && f.Code != fault.Conflict || f.Key == "account.passkey_site" {
		return err
	}
	return s.showKey(r, web.Status(f.Code), enrolView{Name: name, Errors: map[string]string{f.Field: web.Words(r.Request, f)}})
}

// number reads an id from a form; what is none belongs to nothing.
func number(r *web.Request, field string) int64 {
	n, err := strconv.ParseInt(r.PostFormValue(field), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

func (s *Service) removeKey(r *web.Request) error {
	if err := s.RemovePasskey(r.Context(), number(r, "so")); err != nil {
		return err
	}
	return done(r, mePath, "#yeu-to", "account.me.factor_removed")
}

func (s *Service) newRecovery(r *web.Request) error {
	codes, err := s.NewRecoveryCodes(r.Context())
	if err != nil {
		return err
	}
	return s.showCodes(r, codes)
}

func (s *Service) endSessions(r *web.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	if ref := r.PostFormValue("phien"); ref != "" {
		if err := s.EndSession(r.Context(), ref); err != nil {
			return err
		}
		return done(r, mePath, "#phien", "account.me.session_ended")
	}
	ended, err := s.EndOtherSessions(r.Context(), cookieValue(r.Request, sessionCookie))
	if err != nil {
		return err
	}
	return done(r, mePath, "#phien", "account.me.sessions_ended", ended)
}

func (s *Service) forgetDevice(r *web.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	if err := s.ForgetDevice(r.Context(), r.PostFormValue("thiet-bi")); err != nil {
		return err
	}
	return done(r, mePath, "#thiet-bi", "account.me.device_forgotten")
}

func (s *Service) makeMyToken(r *web.Request) error {
	v := meView{TokenName: r.PostFormValue("ten-ma"), TokenScope: TokenScope(r.PostFormValue("pham-vi")), TokenDays: r.PostFormValue("so-ngay")}
	secret, t, err := s.MakeMyToken(r.Context(), v.TokenName, v.TokenScope, int(number(r, "so-ngay")))
	if err != nil {
		return s.refuseMe(r, err, map[string]string{"name": "ten-ma", "days": "so-ngay"}, v)
	}
	r.W.Header().Set("Cache-Control", "no-store")
	return r.Render(http.StatusOK, ui.Frame{Title: r.T("account.token.made_title"), Shell: ui.Desk, Active: "toi"}, secretBody(secretView{
		Title: r.T("account.token.made_title"), Lead: r.T("account.token.made_lead", t.Name, ui.DateTime(r.Context(), t.Expires)), Label: r.T("account.token.secret"), Secret: secret,
		Note: r.T("account.token.use"), Back: r.Href(mePath + "#ma-truy-cap"), BackText: r.T("account.me.back")}))
}

func (s *Service) revokeMyToken(r *web.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	t, err := s.RevokeMyToken(r.Context(), number(r, "so"))
	if err != nil {
		return err
	}
	return done(r, mePath, "#ma-truy-cap", "account.token.revoked", t.Name)
}

// secretView is a secret that is shown once.
type secretView struct {
	Title, Lead, Label, Secret, Note string
	Back, BackText                   string
}
