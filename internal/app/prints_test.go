package app

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"testing"

	"langso/internal/platform/config"
	"langso/internal/testkit/browser"
)

// The paper of the meeting is one sheet, other pages as many as they need; nothing that steers is printed, and what says
// whose figures they are is.
func TestPrints(t *testing.T) {
	c := config.Config{Data: t.TempDir(), Clock: stands}
	a, err := open(context.Background(), c, slog.New(slog.DiscardHandler), demo)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.kit.DB.Close() })
	srv := httptest.NewServer(a.handler())
	defer srv.Close()
	p := browser.Open(t, browser.Options{Width: 1280, Height: 1000})
	enter(p, srv.URL, "vpdp")
	for _, c := range []struct {
		name, path string
		sheets     int // 0 = more than one
	}{
		{"giao-ban", "/lam-viec/giao-ban", 1},
		{"bang-diem", "/lam-viec/bang-diem/24943-ka-do", 0},
		{"ma-tran", "/lam-viec/ma-tran", 0},
		{"ma-tran-chi-tieu", "/lam-viec/ma-tran?cot=chi-tieu", 0},
		{"tinh", "/lam-viec/tinh", 0},
		{"chi-tieu", "/lam-viec/chi-tieu/8.4" + pictureSnapshot, 0},
		{"phieu-di-xa", "/lam-viec/phieu-di-xa/24943-ka-do", 1},
		{"cong-khai", "/", 0},
	} {
		p.Go(srv.URL + c.path)
		shown := func(css string) bool {
			return browser.Eval[bool](p, "[...document.querySelectorAll('"+css+"')].some(e => e.checkVisibility())")
		}
		if !shown("#ls-rail, .ls-top") || !shown("h1") {
			t.Fatalf("%s: the page has no rail to be left out", c.name)
		}
		p.Paper(true)
		for _, css := range []string{"#ls-rail", ".ls-top", ".ls-skip", ".ls-actions", ".ls-pagehead__actions"} {
			if shown(css) {
				t.Errorf("%s: %s is printed", c.name, css)
			}
		}
		for _, css := range []string{"h1", ".ls-foot__print"} {
			if !shown(css) {
				t.Errorf("%s: %s is not printed", c.name, css)
			}
		}
		p.Paper(false)
		if path, n := p.Print(c.name); c.sheets > 0 && n != c.sheets || c.sheets == 0 && n < 2 {
			t.Errorf("%s: %d sheets (%s)", c.name, n, path)
		}
	}
}
