package app

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/testkit/browser"
)

// The whole life of a passkey with an authenticator that nobody here wrote, that of Chromium: made, refused in every wrong
// form, used to sign in and as the second factor, used up, removed.
func TestPasskeys(t *testing.T) {
	w := newHouse(t, db.SQLite, production)
	w.add("quan-tri", "Quản trị", auth.Grant{Role: auth.Administrator})
	w.add("lan", "Lê Thị Lan", auth.Grant{Role: auth.Viewer})
	srv := httptest.NewServer(w.h)
	defer srv.Close()
	at := strings.Replace(srv.URL, "127.0.0.1", "localhost", 1)
	p := browser.Open(t, browser.Options{})
	spoil := p.Authenticator()
	path := func() string {
		u, err := url.Parse(p.URL())
		if err != nil {
			t.Fatal(err)
		}
		return u.Path
	}
	signOut := func() {
		p.Click(".ls-person summary")
		p.Follow("form[action='/dang-xuat'] button")
	}
	// Without a passkey on this machine the browser gives none, and the page says so.
	p.Go(at + "/dang-nhap/khoa")
	p.Click("#dung-khoa")
	p.WaitFor("[data-passkey=refused]")

	p.Go(at + "/dang-nhap?ve=/lam-viec/toi")
	p.Type("input[name=login]", "quan-tri")
	p.Type("input[name=password]", goodPassword)
	p.Follow("main form button")
	p.Go(at + "/lam-viec/toi/khoa")
	p.CheckAxe(root(t))
	p.Fill("input[name=name]", "Máy của văn phòng")
	p.Type("input[name=mat-khau-cu]", goodPassword)
	p.Follow("#tao-khoa")
	if n := browser.Eval[int](p, "document.querySelectorAll('.ls-codes li').length"); n != 8 {
		t.Fatalf("%d recovery codes after the first factor, on %s", n, p.HTML())
	}
	p.Go(at + "/lam-viec/toi")
	if !strings.Contains(p.Text("#yeu-to"), "Máy của văn phòng") {
		t.Error("the key is not on the list")
	}
	p.CheckAxe(root(t))
	signOut()

	// Signing in: refused without a good signature and without a verified user, then let in, with the factor proven.
	for name, wrong := range map[string][2]bool{"bogus signature": {true, false}, "user not verified": {false, true}} {
		p.Go(at + "/dang-nhap/khoa?ve=/lam-viec/toi")
		spoil(wrong[0], wrong[1])
		p.Follow("#dung-khoa")
		if path() != "/dang-nhap/khoa" || !strings.Contains(p.Text(".ls-summary"), "không được chấp nhận") {
			t.Errorf("%s: on %s", name, p.URL())
		}
	}
	spoil(false, false)
	p.Go(at + "/dang-nhap/khoa?ve=/lam-viec/toi")
	p.Follow("#dung-khoa")
	if path() != "/lam-viec/toi" {
		t.Fatalf("signed in: on %s", p.URL())
	}
	lan := fmt.Sprintf("%s/quan-tri/tai-khoan/%d", at, w.idOf("lan"))
	p.Go(lan)
	p.Follow("form[action$='/khoa'] button")
	if !strings.Contains(p.Text("#ls-flash"), "lan") {
		t.Errorf("the factor of the sign-in does not count: %s", p.HTML())
	}
	signOut()

	// As the second factor after a password: asked for, and the form goes on.
	p.Go(at + "/dang-nhap?ve=/lam-viec/toi")
	p.Type("input[name=login]", "quan-tri")
	p.Type("input[name=password]", goodPassword)
	p.Follow("main form button")
	p.Go(lan)
	p.Follow("form[action$='/mo'] button")
	spoil(false, true)
	p.Follow("#dung-khoa")
	if w.active("lan") {
		t.Error("an answer without a verified user proved the factor")
	}
	spoil(false, false)
	p.Follow("#dung-khoa")
	if !w.active("lan") || !strings.Contains(p.Text("#ls-flash"), "lan") {
		t.Errorf("after the proof: %s", p.HTML())
	}

	// An answer counts once: the same form sent again is refused.
	p.Go(at + "/dang-nhap/khoa")
	browser.Eval[bool](p, `(() => { HTMLFormElement.prototype.submit = function () { const o = {}; for (const e of this.elements) if (e.name) o[e.name] = e.value; window.taken = new URLSearchParams(o).toString(); }; return true; })()`)
	p.Click("#dung-khoa")
	form := ""
	for form == "" {
		form = browser.Eval[string](p, "window.taken ?? ''")
	}
	values, err := url.ParseQuery(form)
	if err != nil {
		t.Fatal(err)
	}
	v := w.visitor(7)
	v.host = strings.TrimPrefix(at, "http://")
	if a := v.post("/dang-nhap/khoa", values); a.status != http.StatusSeeOther {
		t.Errorf("the answer once: %v", a)
	}
	w.counter(t, 0) // many authenticators do not count: the answer itself must be spent
	if a := v.post("/dang-nhap/khoa", values); a.status != http.StatusConflict {
		t.Errorf("the answer twice: %d", a.status)
	}
	// Nor does the count of the authenticator let an old answer in again.
	w.counter(t, 1<<30)
	p.Go(at + "/dang-nhap/khoa")
	p.Follow("#dung-khoa")
	if path() != "/dang-nhap/khoa" {
		t.Errorf("a counter that went backwards: on %s", p.URL())
	}
	w.counter(t, 0)
	// Nor does it count at another name.
	v.host = "lang-so.example"
	if a := v.post("/dang-nhap/khoa", values); a.status != http.StatusForbidden {
		t.Errorf("the answer at another name: %d", a.status)
	}

	p.Go(at + "/lam-viec/toi")
	p.Follow("form[action$='/khoa/xoa'] button")
	if strings.Contains(p.Text("#yeu-to"), "Máy của văn phòng") {
		t.Error("the removed key is still on the list")
	}
	signOut()
	p.Go(at + "/dang-nhap/khoa")
	p.Follow("#dung-khoa")
	if path() != "/dang-nhap/khoa" || !strings.Contains(p.Text(".ls-summary"), "không được chấp nhận") {
		t.Errorf("the removed key signs in: %s", p.URL())
	}
}

// active reports whether an account is open.
func (w *house) active(login string) bool {
	a, err := w.accounts.Find(w.cli(), login)
	if err != nil || len(a) != 1 {
		w.t.Fatal(a, err)
	}
	return a[0].Active
}

// counter sets the stored count of uses of the one passkey.
func (w *house) counter(t *testing.T, n int) {
	t.Helper()
	err := w.app.kit.DB.Write(w.cli(), func(ctx context.Context, tx *db.Tx) error {
		var record string
		if err := tx.QueryRowContext(ctx, "SELECT record FROM account_passkey").Scan(&record); err != nil {
			return err
		}
		record = regexp.MustCompile(`"signCount":\d+`).ReplaceAllString(record, fmt.Sprintf(`"signCount":%d`, n))
		_, err := tx.ExecContext(ctx, "UPDATE account_passkey SET record = $1", record)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
