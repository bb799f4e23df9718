// Package script plays request scripts: text files of requests with what must come back, which people can read who do not
// read Go. A script is a list of blocks with an empty line between them:
//
//	# A commune officer corrects one value.
//	PUT /api/v1/units/24805/values/8.4
//	as commune
//	header If-Match: ${version}
//	json {"value": "51", "reason": "đếm lại"}
//	-> 200
//	-> header Content-Type: application/json*
//	-> json value = 51
//	-> json history # 2
//	-> body has "8.4"
//	-> body lacks "secret"
//	-> keep version = header ETag
//	-> keep id = json history.0.id
//
// Lines without an arrow make the request: as NAME (who asks; guest when missing), header NAME: VALUE, form NAME=VALUE
// (several make one form), json TEXT, body TEXT. Lines with an arrow state the answer; a block needs its status. A value
// ending in * states a beginning. ${name} stands for what an earlier block kept or the test gave.
package script

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Player sends requests and remembers what blocks kept.
type Player struct {
	Base string                  // "http://127.0.0.1:PORT"
	As   map[string]*http.Client // who may ask, by name; "guest" is there always
	Vars map[string]string       // values for ${name}
}

// block is one request with its expectations.
type block struct {
	line         int
	method, path string
	as           string
	headers      [][2]string
	form         url.Values
	body         string
	expect       []expectation
}

type expectation struct {
	line int
	text string
}

// Run plays the script in file, each block as a subtest; the first block that fails ends it, because later ones build on
// it.
func (p *Player) Run(t *testing.T, file string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := parse(string(b))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	for _, b := range blocks {
		ok := t.Run(fmt.Sprintf("line %d %s %s", b.line, b.method, b.path), func(t *testing.T) {
			for _, wrong := range p.play(b) {
				t.Errorf("%s:%v", file, wrong)
			}
		})
		if !ok {
			t.FailNow()
		}
	}
}

var requestLine = regexp.MustCompile(`^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (/\S*)$`)

// parse reads a script; a script without a block is an error.
func parse(text string) ([]block, error) {
	var out []block
	var b *block
	for i, line := range strings.Split(text, "\n") {
		n := i + 1
		line = strings.TrimSpace(line)
		switch {
		case line == "":
			b = nil
			continue
		case line[0] == '#':
			continue
		}
		if b == nil {
			m := requestLine.FindStringSubmatch(line)
			if m == nil {
				return nil, fmt.Errorf("line %d: want a method and a path, got %q", n, line)
			}
			out = append(out, block{line: n, method: m[1], path: m[2], as: "guest", form: url.Values{}})
			b = &out[len(out)-1]
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		rest = strings.TrimSpace(rest)
		switch word {
		case "->":
			b.expect = append(b.expect, expectation{n, rest})
		case "as":
			b.as = rest
		case "header":
			name, value, ok := strings.Cut(rest, ":")
			if !ok {
				return nil, fmt.Errorf("line %d: want \"header NAME: VALUE\"", n)
			}
			b.headers = append(b.headers, [2]string{name, strings.TrimSpace(value)})
		case "form":
			name, value, ok := strings.Cut(rest, "=")
			if !ok {
				return nil, fmt.Errorf("line %d: want \"form NAME=VALUE\"", n)
			}
			b.form.Add(name, value)
		case "json":
			b.headers, b.body = append(b.headers, [2]string{"Content-Type", "application/json"}), rest
		case "body":
			b.body = rest
		default:
			return nil, fmt.Errorf("line %d: %q is not understood", n, word)
		}
	}
	if len(out) == 0 {
		return nil, errors.New("no request")
	}
	for _, b := range out {
		if len(b.expect) == 0 || !isStatus(b.expect[0].text) {
			return nil, fmt.Errorf("line %d: the first expectation must be the status", b.line)
		}
	}
	return out, nil
}

func isStatus(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 100 && n < 600
}

var variable = regexp.MustCompile(`\$\{(\w+)\}`)

func (p *Player) fill(s string) (string, error) {
	var err error
	out := variable.ReplaceAllStringFunc(s, func(m string) string {
		v, ok := p.Vars[m[2:len(m)-1]]
		if !ok {
			err = fmt.Errorf("%s was not kept by an earlier block", m)
		}
		return v
	})
	return out, err
}

// play sends one request and returns what is wrong with the answer, each with its line.
func (p *Player) play(b block) []error {
	if p.Vars == nil {
		p.Vars = map[string]string{}
	}
	resp, body, err := p.send(b)
	if err != nil {
		return []error{fmt.Errorf("%d: %w", b.line, err)}
	}
	var wrong []error
	for _, e := range b.expect {
		text, err := p.fill(e.text)
		if err == nil {
			err = p.hold(text, resp, body)
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%d: %w", e.line, err))
		}
	}
	if len(wrong) > 0 {
		wrong = append(wrong, fmt.Errorf("%d: the answer was %s\n%s", b.line, resp.Status, body))
	}
	return wrong
}

func (p *Player) send(b block) (*http.Response, string, error) {
	client := p.As[b.as]
	if client == nil && b.as != "guest" {
		return nil, "", fmt.Errorf("nobody is called %q", b.as)
	}
	if client == nil {
		client = &http.Client{}
	}
	path, err := p.fill(b.path)
	if err != nil {
		return nil, "", err
	}
	text := b.body
	if len(b.form) > 0 {
		text = b.form.Encode()
		// The variables stand escaped in the form.
		text = strings.NewReplacer("%24%7B", "${", "%7D", "}").Replace(text)
	}
	if text, err = p.fill(text); err != nil {
		return nil, "", err
	}
	req, err := http.NewRequest(b.method, p.Base+path, strings.NewReader(text))
	if err != nil {
		return nil, "", err
	}
	if len(b.form) > 0 {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, h := range b.headers {
		v, err := p.fill(h[1])
		if err != nil {
			return nil, "", err
		}
		req.Header.Set(h[0], v)
	}
	// A redirection is an answer to be stated, not to be followed.
	once := *client
	once.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := once.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp, string(body), err
}

// hold checks one expectation.
func (p *Player) hold(text string, resp *http.Response, body string) error {
	if isStatus(text) {
		if want, _ := strconv.Atoi(text); resp.StatusCode != want {
			return fmt.Errorf("status %d, want %d", resp.StatusCode, want)
		}
		return nil
	}
	word, rest, _ := strings.Cut(text, " ")
	switch word {
	case "header":
		name, want, _ := strings.Cut(rest, ":")
		return equal("header "+name, resp.Header.Get(name), strings.TrimSpace(want))
	case "body":
		verb, want, _ := strings.Cut(rest, " ")
		want = strings.Trim(want, `"`)
		switch verb {
		case "has":
			if !strings.Contains(body, want) {
				return fmt.Errorf("the body lacks %q", want)
			}
			return nil
		case "lacks":
			if strings.Contains(body, want) {
				return fmt.Errorf("the body has %q", want)
			}
			return nil
		}
	case "json":
		return holdJSON(rest, body)
	case "keep":
		name, from, ok := strings.Cut(rest, " = ")
		kind, what, _ := strings.Cut(from, " ")
		if !ok || kind != "header" && kind != "json" {
			return fmt.Errorf("want \"keep NAME = header NAME\" or \"keep NAME = json PATH\", got %q", text)
		}
		v := resp.Header.Get(what)
		if kind == "json" {
			got, err := lookup(body, what)
			if err != nil {
				return err
			}
			v = words(got)
		}
		if v == "" {
			return fmt.Errorf("nothing to keep: %s is empty", from)
		}
		p.Vars[name] = v
		return nil
	}
	return fmt.Errorf("%q is not understood", text)
}

func equal(what, got, want string) error {
	if begin, ok := strings.CutSuffix(want, "*"); ok && strings.HasPrefix(got, begin) || got == want {
		return nil
	}
	return fmt.Errorf("%s is %q, want %q", what, got, want)
}

// holdJSON checks "PATH = VALUE" or "PATH # LENGTH".
func holdJSON(rest, body string) error {
	path, want, ok := strings.Cut(rest, " = ")
	if ok {
		got, err := lookup(body, path)
		if err != nil {
			return err
		}
		return equal("json "+path, words(got), want)
	}
	path, want, ok = strings.Cut(rest, " # ")
	if !ok {
		return fmt.Errorf("want \"json PATH = VALUE\" or \"json PATH # LENGTH\", got %q", rest)
	}
	got, err := lookup(body, path)
	if err != nil {
		return err
	}
	v := reflect.ValueOf(got)
	if !v.IsValid() || v.Kind() != reflect.Slice && v.Kind() != reflect.Map {
		return fmt.Errorf("json %s is %s, which has no length", path, words(got))
	}
	return equal("the length of json "+path, strconv.Itoa(v.Len()), want)
}

// lookup follows a path of keys and positions: "groups.0.met"; "." is the whole document.
func lookup(body, path string) (any, error) {
	var v any
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("the body is no JSON: %w", err)
	}
	if path == "." {
		return v, nil
	}
	for _, key := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			next, ok := x[key]
			if !ok {
				return nil, fmt.Errorf("json %s: no %q", path, key)
			}
			v = next
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(x) {
				return nil, fmt.Errorf("json %s: no element %q among %d", path, key, len(x))
			}
			v = x[i]
		default:
			return nil, fmt.Errorf("json %s: nothing below %q", path, key)
		}
	}
	return v, nil
}

// words writes a JSON value as scripts do: texts without quotes, the rest as JSON.
func words(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	b, _ := json.Marshal(v)
	return string(b)
}
