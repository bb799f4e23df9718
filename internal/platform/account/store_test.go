package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/db/dbtest"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/module"
	"langso/internal/platform/ui"
	"langso/internal/platform/web"
)

const goodPassword = "đường về làng 2026"

// world is one installation over one store, as the tests of this package see it.
type world struct {
	t     *testing.T
	clock *clock.Clock
	db    *db.DB
	price cost
	s     *Service
	h     http.Handler
}

// units knows two codes.
type units map[string]int64

func (u units) UnitID(_ context.Context, code string) (int64, error) {
	if id, ok := u[code]; ok {
		return id, nil
	}
	return 0, fault.New(fault.NotFound, "account.unit_unknown", 0)
}

func (u units) FindUnits(ctx context.Context, text string) ([]Choice, error) {
	id, err := u.UnitID(ctx, text)
	if err != nil {
		return nil, nil
	}
	return []Choice{{text, u.UnitName(ctx, id)}}, nil
}

func (u units) UnitName(_ context.Context, id int64) string { return fmt.Sprintf("đơn vị %d", id) }

func (u units) Departments(context.Context) []Choice {
	return []Choice{{"thong_tin", "Sở Thông tin"}, {"y_te", "Sở Y tế"}}
}

var testUnits = units{"24943": 7, "68": 1}

// cheap lets tests that only count attempts run quickly.
var cheap = cost{memoryKiB: 64, passes: 1, lanes: 1}

// each runs fn on both engines with cheap hashes, the clock standing at noon of a working day in Vietnam.
func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	eachAt(t, cheap, fn)
}

// eachAt is each with hashes of another price.
func eachAt(t *testing.T, price cost, fn func(t *testing.T, w *world)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			c := clock.Fixed(time.Date(2026, 11, 24, 5, 0, 0, 0, time.UTC))
			w := &world{t: t, clock: c, price: price, db: dbtest.Open(t, e, c, []db.Migrations{{Module: "account", FS: Migrations()}})}
			w.s, w.h = w.node(false)
			fn(t, w)
		})
	}
}

// node is one more process over the same store.
func (w *world) node(behindTLS bool) (*Service, http.Handler) {
	w.t.Helper()
	s := New(module.Kit{DB: w.db, Clock: w.clock, BehindTLS: behindTLS}, testUnits)
	s.price = w.price
	texts, err := i18n.Load(i18n.Base(), ui.Locales(), Locales())
	if err != nil {
		w.t.Fatal(err)
	}
	mux := web.NewMux(slog.New(slog.DiscardHandler))
	s.pages(mux)
	mux.Page("GET /toi", func(r *web.Request) error {
		a := r.Actor()
		_, err := fmt.Fprintf(r.W, "%s %s %v", a.Kind, a.Login, a.ReadOnly)
		return err
	})
	mux.Page("GET /api/v1/quan-tri", func(r *web.Request) error {
		return auth.Require(r.Context(), auth.ManageAccounts, auth.Scope{})
	})
	identify := s.Identify(mux)
	return s, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		identify.ServeHTTP(rw, r.WithContext(i18n.With(r.Context(), texts, i18n.Vi)))
	})
}

// cli is the ctx of the command line.
func cliCtx() context.Context { return auth.With(context.Background(), auth.CLI()) }

func (w *world) add(login string, grants ...auth.Grant) Account {
	w.t.Helper()
	a, err := w.s.Add(cliCtx(), Draft{Login: login, Name: "Nguyễn Văn " + login, Password: goodPassword, Grants: grants})
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

func (w *world) advance(d time.Duration) { w.clock.Set(w.clock.Now().Add(d)) }

// browser keeps cookies between requests from one address.
type browser struct {
	h       http.Handler
	remote  string
	local   string // address that the server's end of the connection has
	host    string
	header  map[string]string
	cookies map[string]string
	set     []*http.Cookie // of the last answer
}

func (w *world) browser(remote string) *browser {
	return &browser{h: w.h, remote: remote, local: "127.0.0.1:8080", host: "localhost:8080", cookies: map[string]string{}}
}

func (b *browser) do(method, target string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(form.Encode()))
	r.RemoteAddr, r.Host = b.remote, b.host
	local := net.TCPAddrFromAddrPort(netip.MustParseAddrPort(b.local))
	r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, local))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for k, v := range b.header {
		r.Header.Set(k, v)
	}
	for k, v := range b.cookies {
		r.AddCookie(&http.Cookie{Name: k, Value: v})
	}
	rec := httptest.NewRecorder()
	b.h.ServeHTTP(rec, r)
	b.set = rec.Result().Cookies()
	for _, c := range b.set {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	return rec
}

func (b *browser) signIn(login, password string) *httptest.ResponseRecorder {
	return b.do("POST", "/dang-nhap", url.Values{"login": {login}, "password": {password}})
}

// who is what the server takes the browser for.
func (b *browser) who() string { return b.do("GET", "/toi", nil).Body.String() }

func (b *browser) mustSignIn(t *testing.T, login string) {
	t.Helper()
	if rec := b.signIn(login, goodPassword); rec.Code != http.StatusSeeOther {
		t.Fatalf("sign-in of %s from %s: %d %s", login, b.remote, rec.Code, rec.Body)
	}
	if got := b.who(); got != "person "+login+" false" {
		t.Fatalf("after the sign-in of %s the server sees %q", login, got)
	}
}

func (w *world) count(query string, args ...any) int {
	w.t.Helper()
	var n int
	if err := w.db.Read(context.Background()).QueryRowContext(context.Background(), query, args...).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *world) sessions() int { return w.count("SELECT COUNT(*) FROM account_session") }

// everything returns all text that the store holds about accounts and in the audit, for searching.
func (w *world) everything() string {
	w.t.Helper()
	var all strings.Builder
	for _, q := range []string{
		"SELECT login || ' ' || name || ' ' || password_hash FROM account",
		"SELECT hash FROM account_session",
		"SELECT hash || ' ' || name FROM account_token",
		"SELECT hash FROM account_recovery",
		"SELECT agent || ' ' || device FROM account_device",
		"SELECT item FROM account_throttle",
		"SELECT actor || ' ' || action || ' ' || item FROM audit",
		"SELECT old_json || ' ' || new_json FROM audit_value",
	} {
		rows, err := w.db.Read(context.Background()).QueryContext(context.Background(), q)
		if err != nil {
			w.t.Fatal(err)
		}
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				w.t.Fatal(err)
			}
			all.WriteString(s + "\n")
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			w.t.Fatal(err)
		}
	}
	return all.String()
}

// audited returns the audit's actions in order.
func (w *world) audited() []string {
	w.t.Helper()
	rows, err := w.db.Read(context.Background()).QueryContext(context.Background(), "SELECT action FROM audit ORDER BY at_ms, id")
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			w.t.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

// write runs one statement past the rules of the service.
func (w *world) write(query string, args ...any) error {
	return w.db.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	})
}

func (w *world) setKind(kind string) {
	w.t.Helper()
	err := w.db.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error { return tx.SetMeta(ctx, "kind", kind) })
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) seenMS() int64 {
	return int64(w.count("SELECT seen_ms FROM account_session"))
}

// storeHash replaces the stored hash of an account.
func (w *world) storeHash(login, hash string) {
	w.t.Helper()
	err := w.db.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE account SET password_hash = $1 WHERE login = $2", hash, login)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// setActive changes nothing but the mark of an account.
func (w *world) setActive(login string, active bool) {
	w.t.Helper()
	err := w.db.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		a, err := accountByLogin(ctx, tx, login)
		if err != nil {
			return err
		}
		return setActive(ctx, tx, a.ID, active)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func problemCode(t *testing.T, body io.Reader) string {
	t.Helper()
	var p web.Problem
	if err := json.NewDecoder(body).Decode(&p); err != nil {
		t.Fatal(err)
	}
	return p.Code
}
