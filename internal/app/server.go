package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os/signal"
	"runtime/debug"
	"sort"
	"strings"
	"syscall"
	"time"

	"langso/internal/platform/auth"
	"langso/internal/platform/config"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/web"
	assets "langso/web"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/klauspost/compress/gzhttp"
	"github.com/klauspost/compress/gzip"
)

// csp lets a page use only what this host serves and nothing written into the page itself.
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; " +
	"manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// maxBody bounds every request; uploads of workbooks are a little above the 20 MB that a workbook may have.
const maxBody = 22 << 20

// mux registers the routes of all modules.
func (a *app) mux() *web.Mux {
	m := web.NewMux(a.kit.Log)
	m.Raw("GET /assets/", assets.Handler())
	m.Raw("GET /healthz", http.HandlerFunc(a.health))
	m.Raw("GET /readyz", http.HandlerFunc(a.health))
	c := huma.DefaultConfig("Làng Số", Version())
	c.OpenAPIPath = "/api/v1/openapi"
	c.DocsPath = ""    // huma's viewer loads from a foreign host
	c.SchemasPath = "" // schemas stand inside the document
	c.CreateHooks = nil
	c.Info.Description = "Public figures of the national programme on new-style countryside. Without a token every answer counts verified values only."
	// huma keeps this hook in a variable of its own; ours is the same for every app, so setting it again changes nothing.
	huma.NewErrorWithContext = func(hc huma.Context, status int, msg string, errs ...error) huma.StatusError {
		details := []string{msg}
		for _, err := range errs {
			var d *huma.ErrorDetail
			if errors.As(err, &d) {
				details = append(details, d.Location+": "+d.Message)
			}
		}
		return web.APIRefusal(hc.Context(), status, details)
	}
	api := humago.New(m, c)
	for _, mod := range a.modules {
		if mod.Pages != nil {
			mod.Pages(m)
		}
		if mod.API != nil {
			mod.API(api)
		}
	}
	return m
}

// handler is the whole web side: safety around, pages and API inside.
func (a *app) handler() http.Handler {
	var h http.Handler = a.site(a.mux())
	for _, m := range a.modules {
		if m.Middleware != nil {
			h = m.Middleware(h)
		}
	}
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		web.WriteProblem(w, r, http.StatusForbidden, fault.New(fault.Forbidden, "app.cross_origin"))
	}))
	return a.outer(compressed(guard.Handler(h)))
}

// compressed sends pages and JSON gzipped to clients that take it: a board of 103 communes is 350 kB of repeating text.
// Answers that are compressed already (assets, workbooks) pass through by their type.
func compressed(next http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(1024), gzhttp.CompressionLevel(gzip.BestSpeed),
		gzhttp.ContentTypes([]string{"text/html", "text/plain", "text/csv", "application/json", "application/problem+json"}))
	if err != nil {
		panic(err) // the options are constants
	}
	return wrap(next)
}

// outer gives every request an id, the language of its address, safety headers and a bound, and survives panics.
func (a *app) outer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := requestID()
		h := w.Header()
		h.Set("Content-Security-Policy", csp)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		if a.kit.BehindTLS {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		h.Set("X-Request-Id", id)
		h.Set("Cache-Control", "private, no-cache") // answers may depend on who asks; assets say otherwise
		lang := i18n.Vi
		if rest, ok := strings.CutPrefix(r.URL.Path, "/en"); ok && (rest == "" || rest[0] == '/') {
			lang = i18n.En
			r2 := r.Clone(r.Context())
			r2.URL.Path = "/" + strings.TrimPrefix(rest, "/")
			r2.URL.RawPath = ""
			r = r2
		} else if strings.HasPrefix(r.URL.Path, "/api/") && strings.HasPrefix(r.Header.Get("Accept-Language"), "en") {
			lang = i18n.En
		}
		if strings.HasPrefix(r.URL.Path, "/api/") {
			h.Add("Vary", "Cookie, Authorization, Accept-Language")
		}
		ctx := web.WithLog(i18n.With(r.Context(), a.texts, lang), a.kit.Log)
		ctx = ui.WithSite(ctx, ui.Site{Path: r.URL.Path, Query: r.URL.RawQuery, Demo: a.kind == demo, RequestID: id, SaveData: r.Header.Get("Save-Data") == "on", Secure: r.TLS != nil || a.kit.BehindTLS, Owner: a.owner, Now: a.kit.Clock.Now()})
		r = r.WithContext(ctx)
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		start, rec := time.Now(), &recorder{ResponseWriter: w, status: http.StatusOK}
		defer func() {
			if p := recover(); p != nil {
				a.kit.Log.ErrorContext(ctx, "panic", "request", id, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				if !rec.wrote {
					web.WriteProblem(rec, r, http.StatusInternalServerError, fault.New(fault.Internal, "fault.internal"))
				}
			}
			a.kit.Log.DebugContext(ctx, "request", "request", id, "method", r.Method, "path", r.URL.Path, "status", rec.status, "dur_ms", time.Since(start).Milliseconds())
		}()
		if f := a.outdated(ctx); f != nil {
			web.WriteProblem(rec, r, http.StatusServiceUnavailable, f)
			return
		}
		next.ServeHTTP(rec, r)
	})
}

// site completes what pages share once it is known who asks: the menus.
func (a *app) site(next http.Handler) http.Handler {
	var all []ui.NavItem
	for _, m := range a.modules {
		all = append(all, m.Nav...)
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].Order < all[j].Order })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := ui.SiteOf(r.Context())
		s.Actor = auth.Of(r.Context())
		for _, n := range all {
			if n.Action == "" || s.Actor.MayAnywhere(n.Action) {
				s.Nav = append(s.Nav, n)
			}
		}
		next.ServeHTTP(w, r.WithContext(ui.WithSite(r.Context(), s)))
	})
}

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	wrote  bool
}

func (r *recorder) WriteHeader(code int) {
	if r.wrote {
		return // a page that breaks after its head was sent cannot become an error page any more
	}
	r.status, r.wrote = code, true
	r.ResponseWriter.WriteHeader(code)
}

func (r *recorder) Write(b []byte) (int, error) {
	r.wrote = true
	return r.ResponseWriter.Write(b)
}

func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func requestID() string {
	b := make([]byte, 8)
	rand.Read(b)
	return hex.EncodeToString(b)
}

func (a *app) health(w http.ResponseWriter, r *http.Request) {
	if err := a.kit.DB.Ping(r.Context()); err != nil {
		web.WriteProblem(w, r, http.StatusServiceUnavailable, fault.New(fault.Unavailable, "app.not_ready").Because(err))
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "ok\n")
}

// serve runs the server until the process is told to stop, then lets running requests finish.
func serve(ctx context.Context, c config.Config, want kind, stderr io.Writer) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if want == demo && !loopback(c.Listen) {
		return fault.New(fault.Invalid, "app.demo_loopback", c.Listen)
	}
	made, err := storedKind(ctx, c)
	if err != nil {
		return err
	}
	if made != "" && made != want { // before anything of it is touched
		return fault.New(fault.Invalid, "app.wrong_kind."+string(want))
	}
	log := slog.New(slog.NewJSONHandler(stderr, nil))
	a, err := open(ctx, c, log, want)
	if err != nil {
		return err
	}
	defer a.kit.DB.Close()
	if a.kind != want {
		return fault.New(fault.Invalid, "app.wrong_kind."+string(want))
	}
	srv := &http.Server{Handler: a.handler(), ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 32 << 10, ReadTimeout: 5 * time.Minute, WriteTimeout: 5 * time.Minute, IdleTimeout: 2 * time.Minute,
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) }, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	done := make(chan error, 1)
	go func() { done <- a.listen(ctx, c.Listen, srv, stderr) }()
	select {
	case err = <-done:
	case <-ctx.Done():
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		err = srv.Shutdown(grace)
	}
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}

// loopback reports whether an address to listen on is reachable from this machine only.
func loopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
