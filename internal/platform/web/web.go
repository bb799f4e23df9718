// Package web turns HTTP into calls of handlers that return errors, and errors into pages or problem documents.
//
// It is the only package that knows HTTP statuses. Handlers read a Request, call a Service and render a templ
// component; rights are checked in the Service.
package web

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"

	"langso/internal/platform/auth"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"

	"github.com/a-h/templ"
	"github.com/danielgtaylor/huma/v2"
)

// Handler answers one request; the error it returns becomes the error page or problem document.
type Handler func(*Request) error

// Request is one request in the hands of a Handler.
type Request struct {
	*http.Request
	W http.ResponseWriter
}

// Actor returns who is asking.
func (r *Request) Actor() auth.Actor { return auth.Of(r.Context()) }

// T returns the text of key in the language of the request.
func (r *Request) T(key string, args ...any) string { return i18n.T(r.Context(), key, args...) }

// Href returns path in the language of the request: "/en" is put before it for English.
func (r *Request) Href(path string) string { return ui.Href(r.Context(), path) }

// Render writes a page.
func (r *Request) Render(status int, f ui.Frame, body templ.Component) error {
	if f.Flash == nil {
		f.Flash = takeFlash(r)
	}
	h := r.W.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Add("Vary", "Cookie")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-cache")
	}
	r.W.WriteHeader(status)
	return ui.Page(f, body).Render(r.Context(), r.W)
}

// See redirects after a successful POST (303).
func (r *Request) See(path string) error {
	http.Redirect(r.W, r.Request, r.Href(path), http.StatusSeeOther)
	return nil
}

// Introduce makes the page know the people with these logins by name, in one query; ui.Person then shows them.
func (r *Request) Introduce(logins ...string) error {
	ctx, err := auth.Introduce(r.Context(), logins...)
	r.Request = r.WithContext(ctx)
	return err
}

// Route is one registered method and path.
type Route struct{ Method, Pattern string }

// Mux registers handlers on patterns of net/http ("GET /xa/{ma}") and remembers them for the rights walk.
type Mux struct {
	std    *http.ServeMux
	routes []Route
	log    *slog.Logger
}

// NewMux returns an empty Mux.
func NewMux(log *slog.Logger) *Mux { return &Mux{std: http.NewServeMux(), log: log} }

// Page registers h for "METHOD /path".
func (m *Mux) Page(pattern string, h Handler) {
	m.note(pattern)
	m.std.HandleFunc(pattern, func(w http.ResponseWriter, hr *http.Request) {
		r := &Request{Request: hr, W: w}
		if err := h(r); err != nil {
			m.fail(r, err)
		}
	})
}

// Raw registers a plain handler (assets, metrics, the API adapter).
func (m *Mux) Raw(pattern string, h http.Handler) {
	m.note(pattern)
	m.std.Handle(pattern, h)
}

func (m *Mux) note(pattern string) {
	method, path, ok := strings.Cut(pattern, " ")
	if !ok {
		method, path = "", pattern
	}
	m.routes = append(m.routes, Route{method, path})
}

// Routes returns all registered routes in order of registration.
func (m *Mux) Routes() []Route { return m.routes }

// HandleFunc and Handle make a Mux usable as huma's router.
func (m *Mux) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	m.note(pattern)
	m.std.HandleFunc(pattern, h)
}

// Handle registers a plain handler.
func (m *Mux) Handle(pattern string, h http.Handler) { m.Raw(pattern, h) }

func (m *Mux) ServeHTTP(w http.ResponseWriter, hr *http.Request) {
	if _, pattern := m.std.Handler(hr); pattern == "" {
		// The std mux answers unknown paths and wrong methods in plain English; ours answer as pages and problems.
		rec := &statusOnly{header: http.Header{}}
		m.std.ServeHTTP(rec, hr)
		if rec.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", rec.header.Get("Allow"))
			m.failStatus(&Request{Request: hr, W: w}, http.StatusMethodNotAllowed, fault.New(fault.Invalid, "web.method_not_allowed"))
			return
		}
		m.fail(&Request{Request: hr, W: w}, fault.New(fault.NotFound, "web.not_found"))
		return
	}
	m.std.ServeHTTP(w, hr)
}

type statusOnly struct {
	header http.Header
	status int
}

func (s *statusOnly) Header() http.Header         { return s.header }
func (s *statusOnly) Write(b []byte) (int, error) { return len(b), nil }
func (s *statusOnly) WriteHeader(c int)           { s.status = c }

// Status returns the HTTP status that answers code.
func Status(code fault.Code) int {
	switch code {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Stale:
		return http.StatusPreconditionFailed
	case fault.Unconditional:
		return http.StatusPreconditionRequired
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.RateLimited:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

func (m *Mux) fail(r *Request, err error) {
	if r.Context().Err() != nil {
		return // the reader hung up: there is nobody to answer and nothing of ours to mend
	}
	m.failStatus(r, Status(fault.As(err).Code), err)
}

func (m *Mux) failStatus(r *Request, status int, err error) {
	f := fault.As(err)
	if status >= 500 {
		m.log.ErrorContext(r.Context(), "request failed", "err", err, "request", ui.SiteOf(r.Context()).RequestID)
	}
	r.W.Header().Set("Cache-Control", "no-store")
	if WantsJSON(r.Request) {
		WriteProblem(r.W, r.Request, status, f)
		return
	}
	if status == http.StatusUnauthorized && r.Method == http.MethodGet {
		http.Redirect(r.W, r.Request, r.Href("/dang-nhap")+"?ve="+queryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		return
	}
	o := ui.ErrorOptions{Status: status, Text: Words(r.Request, f)}
	if status == http.StatusUnauthorized {
		o.Return = m.wayBack(r)
	}
	_ = r.Render(status, ui.Frame{Title: ui.ErrorTitle(r.Context(), status), Shell: ui.ErrorShell(r.Context())}, ui.ErrorPage(o))
}

// wayBack is the page that a form which came to nothing was sent from: its own address where that is a page, else the desk.
func (m *Mux) wayBack(r *Request) string {
	page := r.Clone(r.Context())
	page.Method = http.MethodGet
	if _, pattern := m.std.Handler(page); pattern == "" {
		return "/lam-viec"
	}
	return r.URL.RequestURI()
}

// Words returns the message of f for the reader; internal errors show only the request id.
func Words(r *http.Request, f *fault.Error) string {
	if f.Code == fault.Internal {
		return i18n.T(r.Context(), "fault.internal", ui.SiteOf(r.Context()).RequestID)
	}
	return i18n.T(r.Context(), f.Key, f.Args...)
}

// WantsJSON reports whether the client is a program.
func WantsJSON(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/api/") || strings.Contains(r.Header.Get("Accept"), "application/json")
}

// Problem is an RFC 9457 problem document.
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	Code   string `json:"code"`            // message key, stable for programs
	Field  string `json:"field,omitempty"` // what the problem is about
}

// WriteProblem answers with a problem document.
func WriteProblem(w http.ResponseWriter, r *http.Request, status int, f *fault.Error) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: Words(r, f), Code: f.Key, Field: f.Field})
}

type logKey struct{}

// WithLog returns a ctx in which APIError logs what was our mistake.
func WithLog(ctx context.Context, log *slog.Logger) context.Context {
	return context.WithValue(ctx, logKey{}, log)
}

// APIError turns an error of a Service into the problem document that huma writes.
func APIError(ctx context.Context, err error) error {
	f := fault.As(err)
	p := &apiProblem{Problem: Problem{Type: "about:blank", Status: Status(f.Code), Code: f.Key, Field: f.Field}}
	p.Title = http.StatusText(p.Status)
	if f.Code == fault.Internal {
		p.Detail = i18n.T(ctx, "fault.internal", ui.SiteOf(ctx).RequestID)
		if log, ok := ctx.Value(logKey{}).(*slog.Logger); ok && ctx.Err() == nil {
			log.ErrorContext(ctx, "request failed", "err", err, "request", ui.SiteOf(ctx).RequestID)
		}
	} else {
		p.Detail = i18n.T(ctx, f.Key, f.Args...)
	}
	return p
}

// APIRefusal is the problem document of a request that does not fit the OpenAPI document; details say what and where.
func APIRefusal(ctx context.Context, status int, details []string) huma.StatusError {
	p := &apiProblem{Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: "web.bad_request", Detail: i18n.T(ctx, "web.bad_request", strings.Join(details, "; "))}}
	if status >= 500 {
		p.Code, p.Detail = "fault.internal", i18n.T(ctx, "fault.internal", ui.SiteOf(ctx).RequestID)
	}
	return p
}

// apiProblem is a Problem that huma accepts as its error.
type apiProblem struct{ Problem }

func (p *apiProblem) Error() string             { return p.Detail }
func (p *apiProblem) GetStatus() int            { return p.Status }
func (p *apiProblem) ContentType(string) string { return "application/problem+json" }
