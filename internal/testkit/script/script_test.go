package script

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// echo answers with what a script may state.
func echo(t *testing.T) *Player {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /units", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("ETag", `"7"`)
		fmt.Fprintf(w, `{"units":[{"code":"24805","name":"Đạ R'sal","met":null}],"percent":43.2,"who":%q}`, r.Header.Get("X-Who"))
	})
	mux.HandleFunc("POST /units", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-Match") != `"7"` {
			w.WriteHeader(http.StatusPreconditionFailed)
			return
		}
		if r.Header.Get("Content-Type") == "application/json" {
			b, _ := io.ReadAll(r.Body)
			fmt.Fprintf(w, "got %s", b)
			return
		}
		fmt.Fprintf(w, "got %s and %s", r.FormValue("name"), r.FormValue("code"))
	})
	mux.HandleFunc("GET /away", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/units", http.StatusSeeOther) })
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return &Player{Base: s.URL, As: map[string]*http.Client{"office": {Transport: named("office")}}}
}

// named adds a header to each request.
type named string

func (n named) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Who", string(n))
	return http.DefaultTransport.RoundTrip(r)
}

func TestRun(t *testing.T) { echo(t).Run(t, "testdata/units.txt") }

// Each expectation must be able to fail.
func TestPlayFindsWhatIsWrong(t *testing.T) {
	for expect, want := range map[string]string{
		"404":                         "status 200, want 404",
		"header ETag: \"8\"":          `header ETag is "\"7\"", want "\"8\""`,
		"header Content-Type: text/*": "want \"text/*\"",
		"body has \"Xuân Thọ\"":       "the body lacks",
		"body lacks \"24805\"":        "the body has",
		"json percent = 43.3":         `json percent is "43.2", want "43.3"`,
		"json units # 2":              `is "1", want "2"`,
		"json units.1.code = x":       "no element",
		"json units.0.none = x":       "no \"none\"",
		"json percent.x = 1":          "nothing below",
		"json percent # 1":            "has no length",
		"json units.0.met = 0":        `is "null", want "0"`,
		"keep x = header X-None":      "nothing to keep",
		"header ETag: ${none}":        "was not kept",
		"beautiful":                   "not understood",
	} {
		p := echo(t)
		blocks, err := parse("GET /units\n-> 200\n-> " + expect + "\n")
		if err != nil {
			t.Fatal(err)
		}
		wrong := p.play(blocks[0])
		if len(wrong) < 2 || !strings.Contains(wrong[0].Error(), want) {
			t.Errorf("%s: %v, want %q", expect, wrong, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                     "no request",
		"# nothing\n":                          "no request",
		"FETCH /x\n-> 200":                     "line 1: want a method and a path",
		"GET /x":                               "line 1: the first expectation must be the status",
		"GET /x\n-> body has \"a\"\n-> 200":    "line 1: the first expectation must be the status",
		"GET /x\nheader broken\n-> 200":        "line 2: want \"header",
		"GET /x\nform broken\n-> 200":          "line 2: want \"form",
		"GET /x\n-> 200\nplease\n":             "line 3: \"please\" is not understood",
		"GET /x\n-> 200\n\n-> 200\n-> 200\n\n": "line 4: want a method and a path",
	} {
		if _, err := parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
	p := echo(t)
	blocks, err := parse("GET /units\nas nobody\n-> 200")
	if err != nil {
		t.Fatal(err)
	}
	if wrong := p.play(blocks[0]); len(wrong) != 1 || !strings.Contains(wrong[0].Error(), `nobody is called "nobody"`) {
		t.Errorf("an unknown asker: %v", wrong)
	}
}
