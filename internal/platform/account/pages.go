package account

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"langso/internal/platform/auth"
	"langso/internal/platform/fault"
	"langso/internal/platform/ui"
	"langso/internal/platform/web"
)

const (
	signInPath  = "/dang-nhap"
	demoPath    = "/dang-nhap/minh-hoa"
	passkeyPath = "/dang-nhap/khoa"
	firstPath   = "/lan-dau"
	deskPath    = "/lam-viec" // where a sign-in without a return address leads

	maxForm = 256 << 10 // bytes of a sign-in form
)

func (s *Service) pages(m *web.Mux) {
	m.Page("GET "+signInPath, s.signInPage)
	m.Page("POST "+signInPath, s.signIn)
	m.Page("POST "+demoPath, s.demoSignIn)
	m.Page("POST /dang-xuat", s.signOut)
	m.Page("GET "+passkeyPath, s.passkeySignInPage)
	m.Page("POST "+passkeyPath, s.passkeySignIn)
	m.Page("GET "+firstPath, s.firstPage)
	m.Page("POST "+firstPath, s.first)
	s.ownPages(m)
	s.managePages(m)
}

// signInView is what the sign-in page shows.
type signInView struct {
	Return string // address to go on to, "" = the desk
	Login  string // kept after a refusal
	Error  string
	Who    auth.Actor // who is signed in already
	Demo   []demoRole // accounts to enter with one press; nil outside a demo
}

func (s *Service) signInPage(r *web.Request) error {
	return s.showSignIn(r, http.StatusOK, signInView{Return: returnAddress(r.URL.Query().Get("ve"))})
}

func (s *Service) showSignIn(r *web.Request, status int, v signInView) error {
	v.Who = r.Actor()
	open, err := s.demoOpen(r)
	if err != nil {
		return err
	}
	if open {
		v.Demo = demoRoles
	}
	f := ui.Frame{Title: r.T("account.sign_in"), Shell: ui.Plain}
	if v.Error != "" {
		f.Errors = []ui.FieldError{{Field: "login", Text: v.Error}}
	}
	r.W.Header().Set("Cache-Control", "no-store")
	return r.Render(status, f, signInBody(v))
}

func (s *Service) signIn(r *web.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	a := s.attempt(r)
	a.Login, a.Password = r.PostFormValue("login"), r.PostFormValue("password")
	o, err := s.SignIn(r.Context(), a)
	if err != nil {
		f := fault.As(err)
		if wait := RetryAfter(err); wait > 0 {
			r.W.Header().Set("Retry-After", strconv.Itoa(wait))
		}
		if web.WantsJSON(r.Request) || f.Code != fault.Unauthenticated && f.Code != fault.RateLimited {
			return err
		}
		return s.showSignIn(r, web.Status(f.Code), signInView{
			Return: returnAddress(r.PostFormValue("ve")),
			Login:  r.PostFormValue("login"),
			Error:  web.Words(r.Request, f),
		})
	}
	return s.enter(r, o)
}

// attempt is what a request says about where it comes from.
func (s *Service) attempt(r *web.Request) Attempt {
	return Attempt{Network: s.network(r.Request), Device: cookieValue(r.Request, deviceCookie), Session: cookieValue(r.Request, sessionCookie), Agent: agent(r.UserAgent())}
}

// demoSignIn enters an account of the illustrative province with one press. It exists only where demoOpen says so;
// everywhere else it answers as a missing page does.
func (s *Service) demoSignIn(r *web.Request) error {
	open, err := s.demoOpen(r)
	if err != nil {
		return err
	}
	if !open || http.NewCrossOriginProtection().Check(r.Request) != nil {
		return fault.New(fault.NotFound, "web.not_found")
	}
	if err := readForm(r); err != nil {
		return err
	}
	o, err := s.enterDemo(r.Context(), r.PostFormValue("login"), s.attempt(r))
	if err != nil {
		return err
	}
	return s.enter(r, o)
}

// demoOpen reports whether one press may sign in: the database is a demo, the request came over a connection of this
// machine to itself without a proxy between, and the browser asked for this machine by name. The last keeps a foreign
// page from reaching the demo through a name of its own that points here.
func (s *Service) demoOpen(r *web.Request) (bool, error) {
	if s.kit.BehindTLS || !ownConnection(r.Request) || !loopbackHost(r.Host) || !fromHere(r.Header.Get("Origin")) || !fromHere(r.Header.Get("Referer")) {
		return false, nil
	}
	return s.kit.DB.Illustrative(r.Context())
}

// ownConnection reports whether both ends of the connection are this machine and nobody forwarded the request.
func ownConnection(r *http.Request) bool {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	return ok && loopbackHost(local.String()) && loopbackHost(r.RemoteAddr) && r.Header.Get("X-Forwarded-For") == "" && r.Header.Get("Forwarded") == "" &&
		r.Header.Get("X-Real-IP") == "" && r.Header.Get("Via") == ""
}

// fromHere reports whether the address of the page that sent a request, when the browser names one, lies on this machine. A
// proxy that says nothing of itself still passes it on.
func fromHere(address string) bool {
	if address == "" {
		return true
	}
	u, err := url.Parse(address)
	return err == nil && loopbackHost(u.Host)
}

// loopbackHost reports whether a Host header or an address, with or without a port, names this machine.
func loopbackHost(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && addr.Unmap().IsLoopback()
}

// enter gives the browser its session and goes on to where it wanted to be.
func (s *Service) enter(r *web.Request, o Opened) error {
	s.setCookie(r, sessionCookie, o.Session, 0)
	if o.Device != "" {
		s.setCookie(r, deviceCookie, o.Device, deviceAge)
	}
	r.W.Header().Set("Cache-Control", "no-store")
	to := returnAddress(r.PostFormValue("ve"))
	if o.Temporary {
		to = mePath // there the password is changed
	}
	if to == "" {
		to = deskPath
	}
	return r.See(to)
}

func (s *Service) signOut(r *web.Request) error {
	if session := cookieValue(r.Request, sessionCookie); session != "" {
		if err := s.SignOut(r.Context(), session); err != nil {
			return err
		}
		s.setCookie(r, sessionCookie, "", -1)
	}
	r.W.Header().Set("Cache-Control", "no-store")
	return r.See("/")
}

func readForm(r *web.Request) error {
	r.Body = http.MaxBytesReader(r.W, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "account.form_unreadable").Because(err)
	}
	return nil
}

// returnAddress returns ve when it is an absolute path of this site, without the language prefix, else "". Browsers
// drop tabs and line breaks and read a backslash as a slash, so "/\t/host" and "/\host" would leave the site.
func returnAddress(ve string) string {
	if len(ve) > 2000 || !strings.HasPrefix(ve, "/") || strings.Contains(ve, `\`) || strings.ContainsFunc(ve, unicode.IsControl) {
		return ""
	}
	u, err := url.Parse(ve)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil {
		return ""
	}
	if rest, ok := strings.CutPrefix(ve, "/en"); ok && (rest == "" || rest[0] == '/' || rest[0] == '?') {
		ve = "/" + strings.TrimPrefix(rest, "/")
	}
	if strings.HasPrefix(ve, "//") || strings.HasPrefix(ve, signInPath) {
		return ""
	}
	return ve
}
