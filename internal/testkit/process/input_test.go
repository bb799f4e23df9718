package process

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"langso/internal/assessment"
	"langso/internal/testkit"
	"langso/internal/testkit/province"
)

// stored is what an import may change: the verdicts of a period and the uploads that were not thrown away.
func stored(t *testing.T, h *testkit.House) string {
	t.Helper()
	b, err := h.Results.Board(h.Ctx, set, period)
	if err != nil {
		t.Fatal(err)
	}
	uploads, err := h.Results.Batches(h.Ctx, 1000)
	if err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(b.Evaluate())
	if err != nil {
		t.Fatal(err)
	}
	uploads = slices.DeleteFunc(uploads, func(b *assessment.Batch) bool { return b.State == "dropped" })
	return fmt.Sprintf("%s %d uploads", out, len(uploads))
}

// report is what import results prints.
type report struct {
	Written bool
	Rows    int
	Errors  []struct {
		Sheet, Column, Code, Message string
		Row                          int
	}
}

// Bad workbooks are refused whole with a message that names the place; the good values beside the bad one stay out too.
func TestBadWorkbooks(t *testing.T) {
	n := testkit.Start(t, testkit.Options{Demo: true})
	h, p := n.House(), newProgram(n, token(t, n))
	units := communes(t, p)[:5]
	items := []string{"10", "2.1", "17.4"}
	good := func(commune, string) any { return 50 }
	// rows is a good sheet with one more row below its communes; that one is bad.
	rows := func(more ...any) []byte {
		out := [][]any{{"TT", "Xã", "Chỉ tiêu 10", "Chỉ tiêu 2.1", "Chỉ tiêu 17.4"}}
		for i, u := range units {
			out = append(out, []any{i + 1, u.Name, 50, 50, 50})
		}
		return book(t, append(out, append([]any{len(units) + 1}, more...)))
	}
	sound := matrix(t, units, items, good)
	noise := make([]byte, 21<<20)
	copy(noise, sound)
	before := stored(t, h)
	dir := t.TempDir()
	for _, c := range []struct {
		name  string
		file  []byte
		code  string
		place string // cell of the first refusal, "" = the whole file
		says  string // part of its message, beside the place
		web   int    // status when uploaded; 0 = it can be previewed, and is refused when it is to be written
	}{
		{"truncated", sound[:len(sound)*2/3], "file_unreadable", "", ".xlsx", 422},
		{"bomb", bomb(t, sound), "file_unsafe", "", "nén", 422},
		{"oversized", noise, "file_too_large", "", "20 MB", 413},
		{"duplicate", rows(units[0].Name, 60, 50, 50), "duplicate_conflict", "C2", units[0].Name, 0},
		{"unknown unit", rows("Xã Lộc Hưng", 50, 50, 50), "unit_unknown", "B7", "Lộc Hưng", 0},
		{"other epoch", rows("Đam Rông 1", 50, 50, 50), "unit_not_valid_in_period", "B7", "Đam Rông 1", 0}, // a commune since 1 July 2025
		{"out of range", rows(communes(t, p)[5].Name, 50, 982, 50), "out_of_range", "D7", "982", 0},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
			name := filepath.Join(dir, "so.xlsx")
			write(t, name, c.file)
			r := n.CLI("import", "results", "--set", set, "--period", period, "--json", name)
			var rep report
			r.JSON(t, &rep)
			if r.Code != 3 || rep.Written || len(rep.Errors) == 0 {
				t.Fatalf("exit %d, %s%s; want 3 and nothing written", r.Code, r.Stdout, r.Stderr)
			}
			e := rep.Errors[0]
			place := ""
			if e.Row > 0 {
				place = e.Column + strconv.Itoa(e.Row)
			}
			if e.Code != c.code || place != c.place || !strings.Contains(e.Message, c.place) || !strings.Contains(e.Message, c.says) {
				t.Errorf("%s at %q: %q; want %s at %q about %q", e.Code, place, e.Message, c.code, c.place, c.says)
			}
			if now := stored(t, h); now != before {
				t.Errorf("the command line changed what is stored:\n%s\n%s", before, now)
			}
			got, _, err := p.upload(set, period, "so.xlsx", c.file)
			if err != nil {
				t.Fatal(err)
			}
			if c.web != 0 {
				detail, code := got.problem()
				if got.status != c.web || !strings.HasSuffix(code, c.code) || !strings.Contains(detail, c.says) {
					t.Errorf("uploaded: %d %s, want %d and %s", got.status, got.body, c.web, c.code)
				}
			} else {
				if got.status != http.StatusSeeOther {
					t.Fatalf("preview: %d %s", got.status, got.body)
				}
				location := got.header.Get("Location")
				if got, _, err = p.commit(location, false); err != nil || got.status != http.StatusUnprocessableEntity {
					t.Errorf("written although something was refused: %d %s, %v", got.status, got.body, err)
				}
				if got = p.must(t, "POST", location+"/bo", nil, nil); got.status != http.StatusSeeOther {
					t.Errorf("the upload cannot be thrown away: %d %s", got.status, got.body)
				}
			}
			if now := stored(t, h); now != before {
				t.Errorf("the upload changed what is stored:\n%s\n%s", before, now)
			}
		})
	}
	name := filepath.Join(dir, "tot.xlsx")
	write(t, name, sound)
	if r := n.CLI("import", "results", "--set", set, "--period", period, name); r.Code != 0 || stored(t, h) == before {
		t.Errorf("a good workbook: exit %d, %s%s", r.Code, r.Stdout, r.Stderr)
	}
	for _, args := range [][]string{
		{"import", "results", name},
		{"import", "results", "--set", set, "--period", period},
		{"import", "results", "--set", set, "--period", period, "--partially", name},
		{"import", "nothing", name},
	} {
		if r := n.CLI(args...); r.Code != 2 || r.Stderr == "" {
			t.Errorf("%v: exit %d, %q; want 2 and why", args, r.Code, r.Stderr)
		}
	}
	checked(t, n)
}

// bomb is a workbook whose sheet unpacks to 60 MB of spaces.
func bomb(t *testing.T, workbook []byte) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(workbook), int64(len(workbook)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	exploded := false
	for _, f := range in.File {
		w, err := out.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(w, r); err != nil {
			t.Fatal(err)
		}
		r.Close()
		if strings.HasSuffix(f.Name, "sheet1.xml") {
			exploded = true
			for range 60 {
				_, _ = w.Write(bytes.Repeat([]byte{' '}, 1<<20)) // a Buffer takes every write
			}
		}
	}
	if err := out.Close(); err != nil || !exploded {
		t.Fatal(err, exploded)
	}
	return b.Bytes()
}

// Criteria files that require themselves, over others too, or name what is not there are refused with file and line.
func TestBadCriteria(t *testing.T) {
	n := testkit.Start(t, testkit.Options{Demo: true})
	p := newProgram(n, "")
	dir := t.TempDir()
	load := func(what, file, text string) testkit.Result {
		t.Helper()
		name := filepath.Join(dir, file)
		write(t, name, []byte(text))
		return n.CLI("import", what, name)
	}
	// The code stands in the first line; requires becomes the second.
	requiring := func(code, requires string) string {
		_, rest, _ := strings.Cut(string(province.SetYAML()), "\n")
		return "code: " + code + "\nrequires: " + requires + "\n" + rest
	}
	override := "set: xa-ntm-2021-2025\ndecision: \"12/QĐ-UBND\"\ndecided_on: 2024-01-02\nvalid_from: 2024-01-02\nthresholds:\n  \"99.9\": 80\n"
	missing := func() bool { return p.must(t, "GET", "/tieu-chi/xa-thu", nil, nil).status == http.StatusNotFound }
	if r := load("criteria", "kia.yaml", strings.Replace(string(province.SetYAML()), "xa-thu", "xa-kia", 1)); r.Code != 0 {
		t.Fatalf("a good file: exit %d, %s", r.Code, r.Stdout+r.Stderr)
	}
	if r := load("criteria", "vong.yaml", requiring("xa-thu", "xa-kia")); r.Code != 0 || missing() {
		t.Fatalf("a set that requires another: exit %d, %s", r.Code, r.Stdout+r.Stderr)
	}
	// The foot for paper bears the minute.
	printed := regexp.MustCompile(`<p class="ls-foot__print">[^<]*`)
	page := func(path string) string {
		t.Helper()
		return printed.ReplaceAllString(p.must(t, "GET", path, nil, nil).body, "")
	}
	sets, versions := page("/tieu-chi"), page("/tieu-chi/xa-kia")
	for _, c := range []struct{ name, what, text, place, says string }{
		{"requires itself", "criteria", requiring("xa-khac", "xa-khac"), "xau.yaml:2:", "xa-khac → xa-khac"},
		{"requires itself over another", "criteria", requiring("xa-kia", "xa-thu"), "xau.yaml:2:", "xa-kia → xa-thu → xa-kia"},
		{"requires an unknown set", "criteria", requiring("xa-khac", "xa-khong-co"), "xau.yaml:2:", "xa-khong-co"},
		{"an unknown indicator", "overrides", override, "xau.yaml:6:", "99.9"},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
			r := load(c.what, "xau.yaml", c.text)
			if r.Code != 3 || !strings.Contains(r.Stdout, c.place) || !strings.Contains(r.Stdout, c.says) {
				t.Errorf("exit %d, %s%s; want 3, %s and %q", r.Code, r.Stdout, r.Stderr, c.place, c.says)
			}
			if now := page("/tieu-chi"); now != sets {
				t.Error("the list of sets changed")
			}
			if now := page("/tieu-chi/xa-kia"); now != versions {
				t.Error("a set changed")
			}
		})
	}
	if r := n.CLI("import", "criteria"); r.Code != 2 {
		t.Errorf("no file: exit %d", r.Code)
	}
	if r := load("overrides", "tot.yaml", strings.Replace(override, "99.9", "17.2", 1)); r.Code != 0 {
		t.Errorf("a good decision: exit %d, %s", r.Code, r.Stdout+r.Stderr)
	}
	checked(t, n)
}

// Ten wrong passwords from one network make the network wait, whatever logins they were for; the owner on a known device
// does not wait.
func TestTenWrongPasswords(t *testing.T) {
	n := testkit.Start(t, testkit.Options{Demo: true})
	var made struct{ Password string }
	n.CLI("user", "add", "thu", "--name", "Thử", "--role", "viewer", "--json").JSON(t, &made)
	p := newProgram(n, "")
	signIn := func(login, password, cookies string) answer {
		t.Helper()
		h := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
		if cookies != "" {
			h.Set("Cookie", cookies)
		}
		return p.must(t, "POST", "/dang-nhap", h, []byte(url.Values{"login": {login}, "password": {password}}.Encode()))
	}
	first := signIn("thu", made.Password, "")
	if first.status != http.StatusSeeOther {
		t.Fatalf("the right password: %d %s", first.status, first.body)
	}
	device := ""
	for _, c := range (&http.Response{Header: first.header}).Cookies() {
		if c.Name == "ls_device" {
			device = c.Name + "=" + c.Value
		}
	}
	logins := []string{"thu", "admin"}
	for i := range 8 {
		logins = append(logins, "khong-co-"+strconv.Itoa(i))
	}
	for i, login := range logins {
		a := signIn(login, "sai mật khẩu rồi", "")
		if last := i == len(logins)-1; a.status != http.StatusUnauthorized && !(last && a.status == http.StatusTooManyRequests) {
			t.Errorf("wrong password %d: %d %s", i+1, a.status, a.body)
		}
	}
	for _, password := range []string{"sai mật khẩu rồi", made.Password} {
		a := signIn("thu", password, "")
		detail, _ := a.problem()
		wait, err := strconv.Atoi(a.header.Get("Retry-After"))
		if a.status != http.StatusTooManyRequests || err != nil || wait < 1 || !strings.ContainsAny(detail, "0123456789") {
			t.Errorf("after ten: %d, Retry-After %q, %q; want 429, seconds, and words that say how long", a.status, a.header.Get("Retry-After"), detail)
		}
	}
	if a := signIn("thu", made.Password, device); a.status != http.StatusSeeOther {
		t.Errorf("the owner on a known device: %d %s", a.status, a.body)
	}
}
