package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/textproto"
	"net/url"
	"strings"
	"sync"
	"testing"

	"langso/internal/assessment"
	"langso/internal/criteria"
	"langso/internal/platform/account"
	"langso/internal/platform/auth"
	"langso/internal/platform/config"
	"langso/internal/platform/db"
	"langso/internal/platform/db/dbtest"
	"langso/internal/platform/i18n"
	"langso/internal/std/xlsx"
	"langso/internal/territory"
	"langso/internal/testkit/province"
)

// house is the whole product over one store, with its web side and the services behind it.
type house struct {
	t        *testing.T
	app      *app
	h        http.Handler
	log      *logText
	accounts *account.Service
	units    *territory.Service
	sets     *criteria.Service
	results  *assessment.Service
	admin    []string // pages of a set that is administered, see crawl.addAdmin
}

// onBoth runs fn on both engines, each with a new database of kind k that holds what the product ships.
func onBoth(t *testing.T, k kind, fn func(t *testing.T, w *house)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel() // each has a store of its own
			fn(t, newHouse(t, e, k))
		})
	}
}

func newHouse(t *testing.T, e db.Engine, k kind) *house {
	t.Helper()
	c := config.Config{Data: t.TempDir(), UnsafeTestDB: true}
	if e == db.Postgres {
		c.Database = dbtest.Schema(t)
	}
	w := &house{t: t, log: &logText{}}
	var err error
	// The lowest level: nothing that the product can be made to log may be left out.
	if w.app, err = open(context.Background(), c, slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})), k); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.app.kit.DB.Close() })
	w.h = w.app.handler()
	// A second set of services over the same store, as the command line beside a running server is.
	w.units = territory.New(w.app.kit)
	w.accounts = account.New(w.app.kit, unitCodes{w.app.kit, w.units})
	w.sets = criteria.New(w.app.kit)
	w.results = assessment.New(w.app.kit, w.units, w.sets)
	return w
}

// cli is the ctx of the command line.
func (w *house) cli() context.Context {
	return auth.With(i18n.With(context.Background(), w.app.texts, i18n.Vi), auth.CLI())
}

// loadSet stores the criteria set of the fictional province: 1.1 (percent, at least 80) and 1.2 are led by thong_tin, 2.1
// and 2.2 (percent, at most 5) by noi_vu.
func (w *house) loadSet() {
	w.t.Helper()
	if _, err := w.sets.LoadSet(w.cli(), "xa-thu.yaml", province.SetYAML(), false); err != nil {
		w.t.Fatal(err)
	}
}

// unit is the unit that bears a code at the end of the third quarter of 2026.
func (w *house) unit(code string) *territory.Unit {
	w.t.Helper()
	return w.unitAt(code, "2026-09-30")
}

func (w *house) unitAt(code, day string) *territory.Unit {
	w.t.Helper()
	reg, err := w.units.Register(w.cli())
	if err != nil {
		w.t.Fatal(err)
	}
	p, err := territory.ParsePeriod(day[:4] + "-" + day[5:7])
	if err != nil {
		w.t.Fatal(err)
	}
	u := reg.At(p.AsOf).ByCode(code)
	if u == nil {
		w.t.Fatalf("no unit bears %s on %s", code, p.AsOf)
	}
	return u
}

// goodPassword is the password of every account of these tests.
const goodPassword = "đường về làng 2026"

// add makes an account.
func (w *house) add(login, name string, grants ...auth.Grant) {
	w.t.Helper()
	if _, err := w.accounts.Add(w.cli(), account.Draft{Login: login, Name: name, Password: goodPassword, Grants: grants}); err != nil {
		w.t.Fatal(err)
	}
}

// token makes an API token and returns its secret.
func (w *house) token(login string, scope account.TokenScope) string {
	w.t.Helper()
	secret, _, err := w.accounts.MakeToken(w.cli(), login, "kiểm thử", scope, 1)
	if err != nil {
		w.t.Fatal(err)
	}
	return secret
}

// logText keeps what the server logs.
type logText struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logText) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// since returns what was logged after the first n bytes, and how many bytes there are now.
func (l *logText) since(n int) (string, int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text.Bytes()[n:]), l.text.Len()
}

// visitor is one browser, or one program with a token.
type visitor struct {
	t       *testing.T
	h       http.Handler
	remote  string // address it comes from
	host    string // what it calls the server
	token   string
	cookies map[string]string
	header  map[string]string // sent with every request
}

// visitor returns somebody who is not signed in; each comes from a network of its own.
func (w *house) visitor(network int) *visitor {
	return &visitor{t: w.t, h: w.h, remote: fmt.Sprintf("203.0.%d.7:40000", network), host: "langso.example", cookies: map[string]string{}, header: map[string]string{}}
}

// signedIn returns a browser in which the account signed in.
func (w *house) signedIn(network int, login string) *visitor {
	w.t.Helper()
	v := w.visitor(network)
	if a := v.signIn(login, goodPassword); a.status != http.StatusSeeOther || v.cookies["ls_session"] == "" {
		w.t.Fatalf("sign-in of %s: %v", login, a)
	}
	return v
}

func (v *visitor) signIn(login, password string) *answer {
	return v.post("/dang-nhap", url.Values{"login": {login}, "password": {password}})
}

// answer is what came back.
type answer struct {
	method, target string
	status         int
	header         http.Header
	body           []byte
}

func (a *answer) String() string {
	body := a.body
	if len(body) > 4000 {
		body = body[:4000]
	}
	return fmt.Sprintf("%s %s: %d %v\n%s", a.method, a.target, a.status, a.header, body)
}

func (a *answer) location() string { return a.header.Get("Location") }

// json reads the body into v.
func (a *answer) json(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal(a.body, v); err != nil {
		t.Fatalf("%v in %v", err, a)
	}
}

// do sends one request, straight to the handler: headers are seen as the product wrote them, before the standard library
// could mend them.
func (v *visitor) do(method, target, contentType string, body io.Reader) *answer {
	r := httptest.NewRequest(method, target, body)
	r.RemoteAddr, r.Host = v.remote, v.host
	local := netip.MustParseAddrPort("192.0.2.1:443")
	if strings.HasPrefix(v.remote, "127.") {
		local = netip.MustParseAddrPort("127.0.0.1:8080")
	}
	r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, net.TCPAddrFromAddrPort(local)))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for name, value := range v.header {
		r.Header.Set(name, value)
	}
	if v.token != "" {
		r.Header.Set("Authorization", "Bearer "+v.token)
	}
	for name, value := range v.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	rec := httptest.NewRecorder()
	v.h.ServeHTTP(rec, r)
	for _, c := range rec.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(v.cookies, c.Name)
		} else {
			v.cookies[c.Name] = c.Value
		}
	}
	return &answer{method: method, target: target, status: rec.Code, header: rec.Result().Header, body: rec.Body.Bytes()}
}

func (v *visitor) get(target string) *answer { return v.do("GET", target, "", nil) }

func (v *visitor) post(target string, form url.Values) *answer {
	return v.do("POST", target, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// put corrects one value over the API.
func (v *visitor) put(target, ifMatch string, body any) *answer {
	b, err := json.Marshal(body)
	if err != nil {
		v.t.Fatal(err)
	}
	with := *v
	with.header = map[string]string{"If-Match": ifMatch}
	for name, value := range v.header {
		with.header[name] = value
	}
	return with.do("PUT", target, "application/json", bytes.NewReader(b))
}

// upload hands in a workbook under a file name, which may hold anything.
func (v *visitor) upload(set, period, name string, file []byte) *answer {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	field := func(key, value string) {
		if err := m.WriteField(key, value); err != nil {
			v.t.Fatal(err)
		}
	}
	field("bo", set)
	field("ky", period)
	// filename* of RFC 5987 brings any character through, line breaks too.
	part, err := m.CreatePart(textproto.MIMEHeader{"Content-Disposition": {"form-data; name=\"tep\"; filename*=UTF-8''" + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")},
		"Content-Type": {"application/octet-stream"}})
	if err != nil {
		v.t.Fatal(err)
	}
	if _, err := part.Write(file); err != nil {
		v.t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		v.t.Fatal(err)
	}
	return v.do("POST", "/lam-viec/nhap-lieu", m.FormDataContentType(), &b)
}

// matrix is a workbook of communes and items; cells beyond the heading are texts.
func matrix(t *testing.T, sheet string, heads []string, rows ...[]string) []byte {
	t.Helper()
	w := xlsx.NewWriter()
	s := w.Sheet(sheet, xlsx.Layout{})
	s.Header(heads...)
	for _, r := range rows {
		cells := make([]xlsx.Out, len(r))
		for i, text := range r {
			cells[i] = xlsx.Str(text)
		}
		s.Cells(cells...)
	}
	b, err := w.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}
