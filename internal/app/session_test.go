package app

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"langso/internal/platform/account"
	"langso/internal/platform/auth"
	"langso/internal/platform/cli"
	"langso/internal/platform/config"
	"langso/internal/platform/db"
	"langso/internal/platform/db/dbtest"
)

// A page of another site cannot make a signed-in browser write: every route that writes refuses it, on whatever name.
func TestCrossSiteWritesAreRefused(t *testing.T) {
	onBoth(t, production, func(t *testing.T, w *house) {
		x := newAviary(w)
		v := x.visitors[byOwner]
		item := "/api/v1/units/" + x.home.Code + resultsAPI + "1.1"
		requests := map[string]func(v *visitor) *answer{
			"POST /dang-nhap":          func(v *visitor) *answer { return v.signIn("khong-co", "x") },
			"POST /dang-nhap/minh-hoa": func(v *visitor) *answer { return v.post("/dang-nhap/minh-hoa", url.Values{"login": {"admin"}}) },
			"POST /dang-xuat":          func(v *visitor) *answer { return v.post("/dang-xuat", url.Values{}) },
			"POST /lam-viec/bang-diem/{xa}/{chiTieu}": func(v *visitor) *answer {
				return v.post("/lam-viec/bang-diem/"+x.home.Slug()+"/1.1"+walkQuery, url.Values{"phien-ban": {strings.Trim(v.get(item).header.Get("ETag"), `"`)}, "gia-tri": {"11"}, "ly-do": {"x"}})
			},
			"POST /lam-viec/nhap-lieu": func(v *visitor) *answer {
				return v.upload(walkSet, walkPeriod, "x.xlsx", matrix(t, "X", []string{"Mã xã", "Tên xã", "1.1"}, []string{x.home.Code, x.home.Name, "11"}))
			},
			"POST /lam-viec/nhap-lieu/{lo}/ghi": func(v *visitor) *answer {
				return v.post("/lam-viec/nhap-lieu/"+x.batches[0]+"/ghi", url.Values{"mot-phan": {"1"}})
			},
			"POST /lam-viec/nhap-lieu/{lo}/bo": func(v *visitor) *answer { return v.post("/lam-viec/nhap-lieu/"+x.batches[0]+"/bo", url.Values{}) },
			"POST /quan-tri/don-vi/ranh-gioi":  func(v *visitor) *answer { return v.post("/quan-tri/don-vi/ranh-gioi", url.Values{"lam": {"ghi"}}) },
			"POST /quan-tri/don-vi/nhom":       func(v *visitor) *answer { return v.post("/quan-tri/don-vi/nhom", url.Values{"lam": {"dat"}}) },
			"POST /quan-tri/don-vi/thon":       func(v *visitor) *answer { return v.post("/quan-tri/don-vi/thon", url.Values{"lam": {"ghi"}}) },
			"PUT /api/v1/units/{code}/results/{set}/{period}/{item}": func(v *visitor) *answer {
				return v.put(item, v.get(item).header.Get("ETag"), map[string]string{"value": "11", "reason": "x"})
			},
		}
		for route, target := range map[string]string{"/lam-viec/giao-ban": "/lam-viec/giao-ban", "/lam-viec/kich-ban": "/lam-viec/kich-ban", "/lam-viec/kich-ban/{so}": "/lam-viec/kich-ban/" + x.plans[0], "/lam-viec/viec/{so}": "/lam-viec/viec/1",
			"/lam-viec/phieu-di-xa/{xa}": "/lam-viec/phieu-di-xa/" + x.home.Slug(), "/lam-viec/soat-so": "/lam-viec/soat-so", "/lam-viec/xem-da-luu": "/lam-viec/xem-da-luu", "/lam-viec/xem-da-luu/{so}": "/lam-viec/xem-da-luu/1"} {
			requests["POST "+route] = func(v *visitor) *answer { return v.post(target, url.Values{}) }
		}
		for _, path := range []string{"/dang-nhap/khoa", "/lan-dau", "/quan-tri/tai-khoan", "/lam-viec/toi/ten", "/lam-viec/toi/mat-khau", "/lam-viec/toi/ung-dung", "/lam-viec/toi/ung-dung/xoa", "/lam-viec/toi/khoa",
			"/lam-viec/toi/khoa/xoa", "/lam-viec/toi/ma-du-phong", "/lam-viec/toi/phien", "/lam-viec/toi/thiet-bi", "/lam-viec/toi/ma-truy-cap", "/lam-viec/toi/ma-truy-cap/thu-hoi"} {
			requests["POST "+path] = func(v *visitor) *answer { return v.post(path, url.Values{"name": {"x"}}) }
		}
		for _, act := range accountActs {
			requests["POST /quan-tri/tai-khoan/{so}/"+act] = func(v *visitor) *answer {
				return v.post(fmt.Sprintf("/quan-tri/tai-khoan/%d/%s", x.people[0], act), url.Values{})
			}
		}
		strangers := map[string]map[string]string{
			"another site":                {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
			"another site, old browser":   {"Origin": "https://evil.example"},
			"a neighbour of our name":     {"Sec-Fetch-Site": "same-site", "Origin": "https://other.example"},
			"no origin":                   {"Origin": "null"},
			"a page served under our IP":  {"Origin": "https://192.0.2.1"},
			"a name that ends like ours":  {"Origin": "https://x.langso.example"},
			"fetch metadata without name": {"Sec-Fetch-Site": "cross-site"},
		}
		routes := 0
		for _, r := range w.app.mux().Routes() {
			if r.Method == "GET" {
				continue
			}
			routes++
			send := requests[r.Method+" "+r.Pattern]
			if send == nil { // refused before anybody reads what it holds
				send = func(v *visitor) *answer {
					return v.do(r.Method, filled(t, r.Pattern), "application/x-www-form-urlencoded", strings.NewReader("x=1"))
				}
			}
			etag := v.get(item).header.Get("ETag")
			for who, header := range strangers {
				with := *v
				with.header = header
				if a := send(&with); a.status != http.StatusForbidden || len(a.header.Values("Set-Cookie")) > 0 {
					t.Errorf("%s %s from %s: %v", r.Method, r.Pattern, who, a)
				}
			}
			if now := v.get(item).header.Get("ETag"); now != etag || v.get("/lam-viec").status != http.StatusSeeOther {
				t.Errorf("%s %s from another site changed something", r.Method, r.Pattern)
			}
		}
		if routes < len(requests) {
			t.Errorf("%d routes write, %d are known", routes, len(requests))
		}
		// Our own pages, and programs without a browser, may.
		v.header = map[string]string{"Origin": "https://langso.example", "Sec-Fetch-Site": "same-origin"}
		if a := requests["PUT /api/v1/units/{code}/results/{set}/{period}/{item}"](v); a.status != http.StatusOK {
			t.Errorf("our own page: %v", a)
		}
		v.header = map[string]string{}
		if a := requests["POST /lam-viec/bang-diem/{xa}/{chiTieu}"](v); a.status != http.StatusSeeOther {
			t.Errorf("without a browser: %v", a)
		}
	})
}

// Cookies stay with the browser and with this site; behind a proxy that speaks HTTPS they never travel in the clear.
func TestCookieFlags(t *testing.T) {
	for _, behindTLS := range []bool{false, true} {
		w := newHouse(t, db.SQLite, production)
		if behindTLS {
			w = w.behindTLS()
		}
		w.loadSet()
		w.add("van-phong", "Văn phòng", auth.Grant{Role: auth.ProvinceOffice})
		v := w.visitor(1)
		seen := map[string]int{}
		look := func(a *answer) {
			for _, c := range (&http.Response{Header: a.header}).Cookies() {
				seen[c.Name]++
				if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.Secure != behindTLS {
					t.Errorf("behind TLS %v, %s %s: cookie %s", behindTLS, a.method, a.target, c.Raw)
				}
			}
		}
		look(v.signIn("van-phong", goodPassword))
		u := w.unit("24943")
		look(v.post("/lam-viec/bang-diem/"+u.Slug()+"/1.1"+walkQuery, url.Values{"phien-ban": {"0"}, "gia-tri": {"11"}, "ly-do": {"x"}}))
		look(v.get("/lam-viec/tinh"))
		look(v.post("/dang-xuat", url.Values{}))
		if seen["ls_session"] != 2 || seen["ls_device"] != 1 || seen["ls_flash"] != 2 {
			t.Errorf("cookies set: %v", seen)
		}
	}
}

// behindTLS is the same house with a proxy in front that speaks HTTPS with the readers.
func (w *house) behindTLS() *house {
	kit := w.app.kit
	kit.BehindTLS = true
	c := *w
	c.app = &app{kit: kit, modules: modules(kit), texts: w.app.texts, kind: w.app.kind}
	c.h = c.app.handler()
	return &c
}

// A token counts in the header only. Anywhere else it is not looked at; what claims to be one and is none is refused.
func TestTokenTravelsInTheHeaderOnly(t *testing.T) {
	onBoth(t, production, func(t *testing.T, w *house) {
		w.loadSet()
		w.add("van-phong", "Văn phòng", auth.Grant{Role: auth.ProvinceOffice})
		secret := w.token("van-phong", account.AllScope)
		v := w.visitor(1)
		const page = "/lam-viec/tinh"
		item := "/api/v1/units/24943" + resultsAPI + "1.1"
		v.token = secret
		if a := v.get(page); a.status != http.StatusOK {
			t.Fatalf("in the header: %v", a)
		}
		v.token = ""
		for _, name := range []string{"token", "access_token", "api_key", "key", "ls", "Authorization", "authorization", "bearer"} {
			for _, value := range []string{secret, "Bearer " + secret} {
				q := url.Values{name: {value}}
				if a := v.get(page + "?" + q.Encode()); a.status != http.StatusSeeOther || !strings.HasPrefix(a.location(), "/dang-nhap") {
					t.Errorf("in the address as %s: %v", name, a)
				}
				if a := v.put(item+"?"+q.Encode(), `"0"`, map[string]string{"value": "11", "reason": "x"}); a.status != http.StatusUnauthorized {
					t.Errorf("in the address of a write as %s: %v", name, a)
				}
				q.Set("mot-phan", "1")
				if a := v.post("/lam-viec/nhap-lieu/1/ghi", q); a.status != http.StatusUnauthorized {
					t.Errorf("in a form as %s: %v", name, a)
				}
				with := *v
				with.cookies = map[string]string{name: secret, "ls_session": secret}
				if a := with.get(page); a.status != http.StatusSeeOther || !strings.HasPrefix(a.location(), "/dang-nhap") {
					t.Errorf("in a cookie as %s: %v", name, a)
				}
			}
		}
		for _, wrong := range []string{"ls_" + strings.Repeat("A", 43), secret + "x", strings.TrimPrefix(secret, "ls_"), "", "x"} {
			with := *v
			with.header = map[string]string{"Authorization": "Bearer " + wrong}
			if a := with.get("/"); a.status != http.StatusUnauthorized || a.header.Get("WWW-Authenticate") == "" {
				t.Errorf("Bearer %.10q: %v", wrong, a)
			}
		}
		logged, _ := w.log.since(0)
		if strings.Contains(logged, secret) {
			t.Error("the log holds the token")
		}
	})
}

// An account that is shut is dead at its next request, whatever it holds, and its work stays.
func TestDisabledAccountIsDeadAtOnce(t *testing.T) {
	onBoth(t, production, func(t *testing.T, w *house) {
		w.loadSet()
		w.add("van-phong", "Văn phòng", auth.Grant{Role: auth.ProvinceOffice})
		browser, program := w.signedIn(1, "van-phong"), w.visitor(2)
		program.token = w.token("van-phong", account.AllScope)
		item := "/api/v1/units/24943" + resultsAPI + "1.1"
		for i, v := range []*visitor{browser, program} {
			if a := v.put(item, v.get(item).header.Get("ETag"), map[string]string{"value": fmt.Sprint(90 + i), "reason": "đếm"}); a.status != http.StatusOK {
				t.Fatal(a)
			}
		}
		etag := browser.get(item).header.Get("ETag")
		if _, err := w.accounts.Disable(w.cli(), "van-phong"); err != nil {
			t.Fatal(err)
		}
		body := map[string]string{"value": "12", "reason": "x"}
		if a := browser.get("/lam-viec/tinh"); a.status != http.StatusSeeOther || !strings.HasPrefix(a.location(), "/dang-nhap") {
			t.Errorf("page: %v", a)
		}
		if a := browser.put(item, etag, body); a.status != http.StatusUnauthorized {
			t.Errorf("write: %v", a)
		}
		for _, a := range []*answer{program.get("/lam-viec/tinh"), program.get("/api/v1/units"), program.put(item, etag, body)} {
			if a.status != http.StatusUnauthorized {
				t.Errorf("program: %v", a)
			}
		}
		if a := w.visitor(3).signIn("van-phong", goodPassword); a.status != http.StatusUnauthorized || len(a.header.Values("Set-Cookie")) > 0 {
			t.Errorf("sign-in: %v", a)
		}
		if a := w.visitor(4).get(item); !strings.Contains(string(a.body), `"value":91`) {
			t.Errorf("the value is gone: %v", a)
		}
	})
}

// One press signs in only to a demonstration on this machine, asked for by a name of this machine.
func TestDemoSignIn(t *testing.T) {
	press := func(v *visitor) *answer {
		v.header["Origin"] = "http://" + v.host
		return v.post("/dang-nhap/minh-hoa", url.Values{"login": {"admin"}})
	}
	here := func(w *house) *visitor {
		v := w.visitor(1)
		v.remote, v.host = "127.0.0.1:40000", "localhost:8080"
		return v
	}
	d := newHouse(t, db.SQLite, demo)
	for _, host := range []string{"localhost:8080", "127.0.0.1:8080", "[::1]:8080"} {
		v := here(d)
		v.host = host
		if a := v.get("/dang-nhap"); !strings.Contains(string(a.body), "/dang-nhap/minh-hoa") {
			t.Errorf("%s: the page offers no press", host)
		}
		if a := press(v); a.status != http.StatusSeeOther || v.cookies["ls_session"] == "" {
			t.Errorf("%s: %v", host, a)
		}
		if a := v.get("/lam-viec/tinh"); a.status != http.StatusOK {
			t.Errorf("%s: after the press %v", host, a)
		}
	}
	for name, v := range map[string]*visitor{
		"a production database": here(newHouse(t, db.SQLite, production)),
		"a name of the network": change(here(d), func(v *visitor) { v.host = "langso.example" }),
		"a name that points here": change(here(d), func(v *visitor) {
			v.host = "localhost.evil.example:8080"
		}),
		"the address of the network": change(here(d), func(v *visitor) { v.host = "192.0.2.1:8080" }),
		"another machine":            change(here(d), func(v *visitor) { v.remote = "203.0.113.9:4000" }),
		"a proxy between":            change(here(d), func(v *visitor) { v.header["X-Forwarded-For"] = "203.0.113.9" }),
		"a proxy that speaks HTTPS":  here(d.behindTLS()),
	} {
		if a := v.get("/dang-nhap"); strings.Contains(string(a.body), "minh-hoa") {
			t.Errorf("%s: the page offers the press", name)
		}
		if a := press(v); a.status != http.StatusNotFound || v.cookies["ls_session"] != "" {
			t.Errorf("%s: %v", name, a)
		}
		if a := v.get("/lam-viec/tinh"); a.status != http.StatusSeeOther || !strings.HasPrefix(a.location(), "/dang-nhap") {
			t.Errorf("%s: after the press %v", name, a)
		}
	}
}

func change(v *visitor, f func(v *visitor)) *visitor {
	f(v)
	return v
}

// Main refuses, with exit code 3, to serve a demonstration as if it were real and to show real data as a demonstration,
// and leaves what it refuses as it was.
func TestServeAndDemoKeepApart(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			stores := map[kind]config.Config{}
			for _, k := range []kind{production, demo} {
				c := config.Config{Data: t.TempDir(), UnsafeTestDB: true}
				if e == db.Postgres {
					c.Database = dbtest.Schema(t)
				}
				a, err := open(context.Background(), c, slog.New(slog.DiscardHandler), k)
				if err != nil {
					t.Fatal(err)
				}
				a.kit.DB.Close()
				stores[k] = c
			}
			for _, k := range []kind{production, demo} {
				for verb, own := range map[string]kind{"serve": production, "demo": demo} {
					code, said := runMain(t, stores[k], verb, "--listen", "127.0.0.1:0")
					switch {
					case own == k && code != cli.OK:
						t.Errorf("%s of a %s database: exit %d, %s", verb, k, code, said)
					case own != k && (code != cli.Refused || strings.Contains(said, "listening")):
						t.Errorf("%s of a %s database: exit %d, want %d; %s", verb, k, code, cli.Refused, said)
					}
				}
			}
			// A demonstration is not shown to the network.
			for _, listen := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0"} {
				if code, said := runMain(t, stores[demo], "demo", "--listen", listen); code != cli.Refused {
					t.Errorf("demo on %s: exit %d, want %d; %s", listen, code, cli.Refused, said)
				}
			}
			for k, c := range stores {
				if got, err := storedKind(context.Background(), c); err != nil || got != k {
					t.Errorf("the %s database is %q now, %v", k, got, err)
				}
			}
		})
	}
}

// runMain runs one command in this process and returns its exit code and what it said. A server that begins to listen is
// asked for its health and then told to stop, as an operator does.
func runMain(t *testing.T, c config.Config, verb string, args ...string) (int, string) {
	t.Helper()
	args = append([]string{verb, "--data", c.Data, "--unsafe-test-db"}, args...)
	if c.Database != "" {
		args = append(args, "--db", c.Database)
	}
	r, said := io.Pipe()
	done := make(chan int, 1)
	go func() {
		code := Main(args, strings.NewReader(""), io.Discard, said)
		said.Close()
		done <- code
	}()
	var all strings.Builder
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		all.WriteString(lines.Text() + "\n")
		address, listens := strings.CutPrefix(lines.Text(), "listening on ")
		if !listens {
			continue
		}
		client := http.Client{Timeout: 10 * time.Second}
		resp, err := client.Get(address + "/healthz")
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Errorf("%v: %v %v", args, resp, err)
		}
		if err == nil {
			resp.Body.Close()
		}
		client.CloseIdleConnections()
		if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil { // serve listens for it
			t.Fatal(err)
		}
	}
	return <-done, all.String()
}
