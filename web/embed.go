// Package web carries the built style sheets, scripts, fonts and pictures and serves them under names that change with
// their content.
//
// The sources stand in style/, islands/ and img/; tools/assets builds dist/ from them. A fresh clone has only
// dist/placeholder.txt: the program then builds and runs, and its pages are unstyled.
package web

import (
	"embed"
	"encoding/json"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
)

// Prefix is the path under which Handler serves.
const Prefix = "/assets/"

//go:embed all:dist
var dist embed.FS

// built returns the manifest of dist: logical name → file name with its hash. It is empty when dist was never built.
var built = sync.OnceValue(func() map[string]string { return read(dist, "dist/manifest.json") })

func read(files fs.FS, name string) map[string]string {
	m := map[string]string{}
	b, err := fs.ReadFile(files, name)
	if err != nil {
		return m
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return map[string]string{}
	}
	return m
}

// Has reports whether dist holds the asset with this logical name.
func Has(name string) bool { _, ok := built()[name]; return ok }

// Asset returns the address of the asset with this logical name ("style.css", "theme.js", "favicon.svg"). When dist was
// not built the address leads to a 404 and the page stays readable without it.
func Asset(name string) string {
	if file, ok := built()[name]; ok {
		return Prefix + file
	}
	return Prefix + name
}

// File returns the content of the asset with this logical name; ok is false when dist was not built with it.
func File(name string) (content []byte, ok bool) {
	file, ok := built()[name]
	if !ok {
		return nil, false
	}
	b, err := fs.ReadFile(dist, "dist/"+file)
	return b, err == nil
}

// types are the media types of what dist may hold.
var types = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".woff2": "font/woff2",
}

// Handler serves GET and HEAD of Prefix + file name for ever: the name changes whenever the content does.
func Handler() http.Handler { return handler(dist, built()) }

func handler(files fs.FS, manifest map[string]string) http.Handler {
	known := map[string]bool{}
	for _, file := range manifest {
		known[file] = true
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		file := strings.TrimPrefix(r.URL.Path, Prefix)
		mediaType := types[path.Ext(file)]
		if !known[file] || mediaType == "" {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", mediaType)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("X-Content-Type-Options", "nosniff")
		name := "dist/" + file
		if mediaType != types[".woff2"] {
			h.Add("Vary", "Accept-Encoding")
			for _, e := range encodings {
				if _, err := fs.Stat(files, name+e.suffix); err == nil && accepts(r.Header.Get("Accept-Encoding"), e.name) {
					h.Set("Content-Encoding", e.name)
					name += e.suffix
					break
				}
			}
		}
		b, err := fs.ReadFile(files, name)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodHead {
			_, _ = w.Write(b)
		}
	})
}

// encodings are the packed copies beside a file, the smaller first.
var encodings = []struct{ name, suffix string }{{"br", ".br"}, {"gzip", ".gz"}}

// accepts reports whether the header Accept-Encoding names coding without refusing it (RFC 9110, 12.5.3).
func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		q := strings.ReplaceAll(params, " ", "")
		return q != "q=0" && !strings.HasPrefix(q, "q=0.000")
	}
	return false
}
