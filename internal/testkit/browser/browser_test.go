package browser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// site serves what the tests below look at.
func site(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	page := func(path, body string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; style-src 'unsafe-inline'; script-src 'self' 'nonce-x'; require-trusted-types-for 'script'; trusted-types 'none'")
			fmt.Fprintf(w, `<!doctype html><html lang="vi"><head><title>Thử</title><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"></head><body><main>%s</main></body></html>`, body)
		})
	}
	page("/good", `<h1>Xã Đạ R'sal</h1><p id="n">0</p><button id="b">Đếm</button><script nonce="x">document.getElementById("b").addEventListener("click", () => { document.getElementById("n").textContent = "1" })</script>
		<form method="post" action="/form" enctype="multipart/form-data"><label>Tên <input name="name" id="name"></label><label>Tệp <input type="file" name="file" id="file"></label><button id="send">Gửi</button></form><p><a id="save" href="/file" style="display: inline-block; padding: 8px">Tải về</a></p>`)
	page("/outside", `<h1>Ngoài</h1><img alt="x" src="http://foreign.example/x.png">`)
	page("/image", `<h1>Ảnh</h1><img src="data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==">`)
	page("/throws", `<h1>Lỗi</h1><script nonce="x">throw new Error("planted")</script>`)
	page("/inline", `<h1>Lỗi</h1><script>window.ran = true</script>`)
	page("/device", `<h1>Máy</h1><style>#d { color: rgb(1, 2, 3) } @media (prefers-color-scheme: dark) { #d { color: rgb(4, 5, 6) } }</style><p id="d">màu</p><noscript><p id="ns">không</p></noscript><div style="width: 400px">rộng</div>`)
	mux.HandleFunc("GET /file", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Disposition", "attachment; filename=ket-qua.txt")
		fmt.Fprint(w, "48 of 111")
	})
	mux.HandleFunc("POST /form", func(w http.ResponseWriter, r *http.Request) {
		f, h, err := r.FormFile("file")
		if err != nil {
			t.Error(err)
			return
		}
		defer f.Close()
		fmt.Fprintf(w, `<!doctype html><html lang="vi"><title>Nhận</title><link rel="icon" href="data:,"><h1>%s %s</h1></html>`, r.FormValue("name"), h.Filename)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// A reader clicks, fills in, uploads and downloads.
func TestReader(t *testing.T) {
	base := site(t)
	p := Open(t, Options{})
	p.Go(base + "/good")
	if got := p.Text("h1"); got != "Xã Đạ R'sal" {
		t.Errorf("h1 %q", got)
	}
	p.Click("#b")
	if got := p.Text("#n"); got != "1" {
		t.Errorf("after the click: %q", got)
	}
	file := p.Download("#save")
	if b, err := os.ReadFile(file); err != nil || string(b) != "48 of 111" || filepath.Base(file) != "ket-qua.txt" {
		t.Errorf("%s: %q, %v", file, b, err)
	}
	p.CheckAxe(root(t))
	p.Fill("#name", "x")
	p.Fill("#name", "Lạc")
	p.Type("#name", " Lâm")
	p.Choose("#file", file)
	p.Follow("#send")
	if got := p.Text("h1"); got != "Lạc Lâm ket-qua.txt" || p.URL() != base+"/form" {
		t.Errorf("%q at %s", got, p.URL())
	}
	if b, err := os.ReadFile(p.Screenshot("form")); err != nil || !strings.HasPrefix(string(b), "\x89PNG") {
		t.Errorf("screenshot: %v", err)
	}
}

// The guards must find what is planted, or a clean page proves nothing.
func TestGuardsFindPlantedBreaches(t *testing.T) {
	base := site(t)
	p := Open(t, Options{})
	p.Go(base + "/outside")
	if got := p.TakeOutside(); len(got) != 1 || got[0] != "http://foreign.example/x.png" {
		t.Errorf("outside: %q", got)
	}
	p.TakeComplaints()
	p.Go(base + "/throws")
	if got := p.TakeComplaints(); len(got) != 1 || !strings.Contains(got[0], "planted") {
		t.Errorf("an exception: %q", got)
	}
	p.Go(base + "/inline")
	if got := p.TakeComplaints(); len(got) != 1 || !strings.Contains(got[0], "Content Security Policy") {
		t.Errorf("a script in the page: %q", got)
	}
	p.Go(base + "/image")
	if got := p.Axe(root(t)); len(got) != 1 || got[0].ID != "image-alt" || len(got[0].Nodes) != 1 {
		t.Errorf("an image without a text: %v", got)
	}
}

func TestDevices(t *testing.T) {
	base := site(t)
	for _, c := range []struct {
		name    string
		o       Options
		width   int
		colour  string
		sideway bool
	}{
		{"desk", Options{}, 1280, "rgb(1, 2, 3)", false},
		{"phone in the dark", Options{Width: 360, Height: 740, Dark: true}, 360, "rgb(4, 5, 6)", true},
		{"without scripts", Options{NoScript: true}, 1280, "rgb(1, 2, 3)", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := Open(t, c.o)
			p.Go(base + "/device")
			if got := Eval[int](p, "window.innerWidth"); got < c.width || got > c.width+80 {
				t.Errorf("the window is %d wide, want %d", got, c.width)
			}
			if got := Eval[string](p, "getComputedStyle(document.getElementById('d')).color"); got != c.colour {
				t.Errorf("colour %s, want %s", got, c.colour)
			}
			if got := p.SidewaysScroll() > 0; got != c.sideway {
				t.Errorf("scrolls sideways: %v, want %v", got, c.sideway)
			}
			if got := Eval[bool](p, "document.getElementById('ns') !== null"); got != c.o.NoScript {
				t.Errorf("noscript is shown: %v, want %v", got, c.o.NoScript)
			}
		})
	}
}

func TestLeaves(t *testing.T) {
	for address, want := range map[string]bool{
		"http://127.0.0.1:80/x": false, "http://localhost/x": false, "http://[::1]/x": false, "data:image/png;base64,AA": false, "blob:http://127.0.0.1/1": false,
		"https://foreign.example/x": true, "http://10.0.0.1/": true, "ws://foreign.example/": true, "http://localhost.foreign.example/": true, "ftp://foreign.example/": true,
	} {
		if got := leaves(address); got != want {
			t.Errorf("%s leaves: %v, want %v", address, got, want)
		}
	}
}
