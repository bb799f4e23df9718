package web

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"
)

func served() http.Handler {
	return handler(fstest.MapFS{
		"dist/style-AB12.css":    {Data: []byte("plain")},
		"dist/style-AB12.css.br": {Data: []byte("brotli")},
		"dist/style-AB12.css.gz": {Data: []byte("gzip")},
		"dist/text-CD34.woff2":   {Data: []byte("font")},
		"dist/notes.txt":         {Data: []byte("not for readers")},
	}, map[string]string{"style.css": "style-AB12.css", "text.woff2": "text-CD34.woff2", "notes.txt": "notes.txt"})
}

func TestHandler(t *testing.T) {
	for _, c := range []struct {
		method, path, accept string
		status               int
		body, coding         string
	}{
		{"GET", "/assets/style-AB12.css", "", 200, "plain", ""},
		{"GET", "/assets/style-AB12.css", "gzip, deflate, br", 200, "brotli", "br"},
		{"GET", "/assets/style-AB12.css", "gzip", 200, "gzip", "gzip"},
		{"GET", "/assets/style-AB12.css", "br;q=0, gzip;q=0.5", 200, "gzip", "gzip"},
		{"HEAD", "/assets/style-AB12.css", "br", 200, "", "br"},
		{"GET", "/assets/text-CD34.woff2", "br, gzip", 200, "font", ""},
		{"GET", "/assets/style-AB12.css.br", "", 404, "", ""},
		{"GET", "/assets/style-OLD.css", "", 404, "", ""},
		{"GET", "/assets/notes.txt", "", 404, "", ""},
		{"GET", "/assets/../dist/style-AB12.css", "", 404, "", ""},
		{"GET", "/assets/", "", 404, "", ""},
	} {
		r := httptest.NewRequest(c.method, c.path, nil)
		r.Header.Set("Accept-Encoding", c.accept)
		w := httptest.NewRecorder()
		served().ServeHTTP(w, r)
		if w.Code != c.status {
			t.Errorf("%s %s: status %d, want %d", c.method, c.path, w.Code, c.status)
			continue
		}
		if c.status != 200 {
			continue
		}
		if w.Body.String() != c.body || w.Header().Get("Content-Encoding") != c.coding {
			t.Errorf("%s %s (%s): %q as %q", c.method, c.path, c.accept, w.Body.String(), w.Header().Get("Content-Encoding"))
		}
		if got := w.Header().Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("%s: Cache-Control %q", c.path, got)
		}
	}
}

// TestAccepts takes its cases from RFC 9110, 12.5.3 and 12.4.2 (weight 0 = not acceptable).
func TestAccepts(t *testing.T) {
	for header, want := range map[string]bool{
		"": false, "br": true, "gzip, br": true, "BR": true, "br;q=0.5": true, "br; q=0": false, "br;q=0.000": false, "br;q=0.001": true, "brotli": false,
	} {
		if got := accepts(header, "br"); got != want {
			t.Errorf("accepts(%q) = %t", header, got)
		}
	}
}

// TestAssetWithoutBuild is the state of a fresh clone: addresses are formed and lead nowhere, nothing breaks.
func TestAssetWithoutBuild(t *testing.T) {
	if m := read(fstest.MapFS{"dist/placeholder.txt": {}}, "dist/manifest.json"); len(m) != 0 {
		t.Errorf("a fresh clone has assets: %v", m)
	}
	if m := read(fstest.MapFS{"dist/manifest.json": {Data: []byte("{broken")}}, "dist/manifest.json"); len(m) != 0 {
		t.Errorf("a broken manifest gives %v", m)
	}
	if got := Asset("no-such-thing.css"); got != "/assets/no-such-thing.css" {
		t.Errorf("Asset = %q", got)
	}
}

// The fonts of drawn pictures are in the build, and nothing is found that is not.
func TestFile(t *testing.T) {
	for _, name := range []string{"picture-400-latin.ttf", "picture-400-vietnamese.ttf", "picture-600-latin.ttf", "picture-600-vietnamese.ttf"} {
		if b, ok := File(name); !ok || len(b) < 10_000 || string(b[:4]) != "\x00\x01\x00\x00" {
			t.Errorf("%s: %d bytes: build web/dist first (make build)", name, len(b))
		}
	}
	if _, ok := File("no-such-font.ttf"); ok {
		t.Error("a file that is not there was found")
	}
}
