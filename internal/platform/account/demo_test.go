package account

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"langso/internal/platform/auth"
)

func TestDemoAccounts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.setKind("demo")
		if err := w.s.Demo(cliCtx()); err != nil {
			t.Fatal(err)
		}
		roles := map[auth.Role]bool{}
		list, err := w.s.All(cliCtx())
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range list {
			for _, g := range a.Grants {
				roles[g.Role] = true
			}
		}
		for _, r := range auth.Roles {
			if !roles[r] {
				t.Errorf("no demo account is %s", r)
			}
		}
		officer, err := w.s.ByLogin(cliCtx(), "can-bo-xa")
		if err != nil || len(officer.Grants) != 1 || officer.Grants[0].Unit != testUnits["24943"] {
			t.Errorf("commune officer: %+v, %v", officer, err)
		}

		b := w.browser("127.0.0.1:5000")
		page := b.do("GET", "/dang-nhap", nil).Body.String()
		pressed := 0
		for _, r := range demoRoles {
			if !strings.Contains(page, `value="`+r.Login+`"`) || !strings.Contains(page, r.Name) {
				t.Errorf("the page has no button for %s", r.Login)
			}
			for _, host := range []string{"localhost:8080", "127.0.0.1:8080", "[::1]:8080", "LOCALHOST"} {
				b.host = host
				b.header = map[string]string{"Origin": "http://" + host, "Sec-Fetch-Site": "same-origin"}
				rec := b.do("POST", "/dang-nhap/minh-hoa", url.Values{"login": {r.Login}, "ve": {"/xa"}})
				if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/xa" {
					t.Fatalf("%s on %s: %d %s", r.Login, host, rec.Code, rec.Body)
				}
				if got := b.who(); got != "person "+r.Login+" false" {
					t.Errorf("after pressing %s the server sees %q", r.Login, got)
				}
				pressed++
			}
		}
		if pressed == 0 {
			t.Fatal("no button pressed")
		}
	})
}

// One press signs in nowhere but on this machine's own demo, in its own page.
func TestDemoPressIsRefusedElsewhere(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		if err := w.s.Demo(cliCtx()); err != nil {
			t.Fatal(err)
		}
		w.add("them-vao", auth.Grant{Role: auth.Administrator})
		_, proxied := w.node(true)
		press := func(kind string, change func(b *browser)) (int, string) {
			w.setKind(kind)
			b := w.browser("127.0.0.1:5000")
			b.header = map[string]string{"Origin": "http://localhost:8080"}
			login := "admin"
			if change != nil {
				change(b)
			}
			if l, ok := b.header["X-Login"]; ok {
				login = l
			}
			page := b.do("GET", "/dang-nhap", nil).Body.String()
			rec := b.do("POST", "/dang-nhap/minh-hoa", url.Values{"login": {login}})
			if rec.Code != http.StatusSeeOther && (len(b.set) != 0 || b.who() != "guest  false") {
				t.Errorf("a refused press left cookies %v", b.set)
			}
			return rec.Code, page
		}
		if code, page := press("demo", nil); code != http.StatusSeeOther || !strings.Contains(page, "/dang-nhap/minh-hoa") {
			t.Fatalf("on the demo itself: %d", code)
		}
		type refusal struct {
			kind       string
			change     func(b *browser)
			hidesPress bool
		}
		cases := map[string]refusal{
			"production database":  {"production", nil, true},
			"no kind":              {"", nil, true},
			"behind a proxy":       {"demo", func(b *browser) { b.h = proxied }, true},
			"forwarded request":    {"demo", func(b *browser) { b.header["X-Forwarded-For"] = "203.0.113.5" }, true},
			"open listener":        {"demo", func(b *browser) { b.local = "203.0.113.1:8080" }, true},
			"another machine":      {"demo", func(b *browser) { b.remote = "203.0.113.5:5000" }, true},
			"another account":      {"demo", func(b *browser) { b.header["X-Login"] = "them-vao" }, false},
			"unknown account":      {"demo", func(b *browser) { b.header["X-Login"] = "ai-do" }, false},
			"foreign origin":       {"demo", func(b *browser) { b.header["Origin"] = "http://evil.example" }, false},
			"foreign site (fetch)": {"demo", func(b *browser) { b.header["Sec-Fetch-Site"] = "cross-site" }, false},
		}
		for _, host := range []string{"evil.example", "langso.evil.example:8080", "10.0.0.5:8080", "localhost.evil.example", "127.0.0.1.evil.example", "", "0.0.0.0:8080"} {
			cases["host "+host] = refusal{"demo", func(b *browser) { b.host = host; b.header["Origin"] = "http://" + host }, true}
		}
		for name, c := range cases {
			code, page := press(c.kind, c.change)
			if code != http.StatusNotFound {
				t.Errorf("%s: %d, want 404", name, code)
			}
			if c.hidesPress && strings.Contains(page, "minh-hoa") {
				t.Errorf("%s: the page offers the press", name)
			}
		}
	})
}

func TestDemoPasswordsAreUnknown(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		if err := w.s.Demo(cliCtx()); err != nil {
			t.Fatal(err)
		}
		for i, guess := range []string{"", "admin", "langso", "minh hoa", "password"} {
			b := w.browser("203.0." + string(rune('1'+i)) + ".1:1")
			if rec := b.signIn("admin", guess); rec.Code != http.StatusUnauthorized {
				t.Errorf("admin with %q: %d", guess, rec.Code)
			}
		}
		if got := w.audited(); len(got) != len(demoRoles) || slices.ContainsFunc(got, func(a string) bool { return a != "account.add" }) {
			t.Errorf("audit: %v", got)
		}
	})
}
