package app

import (
	"encoding/base64"
	"html"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"langso/internal/testkit/province"
)

// crawl asks for every address that one visitor can find: the addresses given, every link of every page, in both
// languages, and every operation of the API with every parameter.
type crawl struct {
	v       *visitor
	house   *house
	visit   func(a *answer)
	skip    func(path string) bool // addresses that are not worth asking for
	follows bool                   // links are followed
	queue   []string
	known   map[string]bool
	alike   map[string]bool // links by path and names of parameters
	routes  map[string]int  // GET routes that answered 200
	pattern *http.ServeMux  // finds the route of an address
	answers int
}

// newCrawl returns a crawl of v that has not begun; visit sees every answer.
func newCrawl(w *house, v *visitor, visit func(a *answer)) *crawl {
	c := &crawl{v: v, house: w, visit: visit, known: map[string]bool{}, alike: map[string]bool{}, routes: map[string]int{}, pattern: http.NewServeMux(), follows: true, skip: func(string) bool { return false }}
	for _, r := range w.app.mux().Routes() {
		if r.Method == "GET" {
			c.pattern.Handle(r.Method+" "+r.Pattern, http.NotFoundHandler())
		}
	}
	return c
}

// follow puts a link on the list. The choices of a page multiply without end: of links with the same path and the same
// names of parameters one is followed, and none with more than three; the list of the test holds the values.
func (c *crawl) follow(target string) {
	target, _, _ = strings.Cut(target, "#")
	u, err := url.Parse(target)
	if err != nil || c.known[target] {
		return
	}
	names := sorted(u.Query())
	if key := u.Path + "?" + strings.Join(names, "&"); c.follows && len(names) <= 3 && !c.alike[key] {
		c.alike[key] = true
		c.add(target)
	}
}

// add puts an address on the list, in both languages, unless it is there.
func (c *crawl) add(target string) {
	target, _, _ = strings.Cut(target, "#")
	if target == "" || target[0] != '/' || strings.HasPrefix(target, "//") {
		return
	}
	path, _, _ := strings.Cut(target, "?")
	if path == "/en" || strings.HasPrefix(path, "/en/") || strings.HasPrefix(path, "/assets/") {
		c.one(target)
		return
	}
	c.one(target)
	if !strings.HasPrefix(path, "/api/") {
		c.one("/en" + target)
	}
}

func (c *crawl) one(target string) {
	path, _, _ := strings.Cut(target, "?")
	if plain := strings.TrimPrefix(path, "/en"); c.known[target] || c.skip(plain) {
		return
	}
	c.known[target] = true
	c.queue = append(c.queue, target)
}

// links are the addresses that a page names.
func links(page []byte) []string {
	var out []string
	for _, name := range []string{` href="`, ` action="`} {
		for rest := string(page); ; {
			_, after, found := strings.Cut(rest, name)
			if !found {
				break
			}
			value, tail, _ := strings.Cut(after, `"`)
			out, rest = append(out, html.UnescapeString(value)), tail
		}
	}
	return out
}

// escaper does to an address what browsers do to one that was not written as it should be.
var escaper = strings.NewReplacer(" ", "%20", `"`, "%22", "<", "%3C", ">", "%3E")

// run works the list off, following links.
func (c *crawl) run() {
	for len(c.queue) > 0 {
		target := c.queue[0]
		c.queue = c.queue[1:]
		a := c.v.get(escaper.Replace(target))
		c.saw(a)
		if strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
			for _, target := range links(a.body) {
				c.follow(target)
			}
		}
		c.follow(a.location())
		if a.status >= 400 && !strings.HasPrefix(target, "/api/") { // programs are told off in their own words
			c.saw(c.v.asProgram().get(target))
		}
	}
}

func (c *crawl) saw(a *answer) {
	c.answers++
	if a.status < 400 {
		u, err := url.Parse(a.target)
		if err != nil {
			c.v.t.Fatal(err)
		}
		if u.Path = strings.TrimPrefix(u.Path, "/en"); u.Path == "" {
			u.Path = "/"
		}
		_, pattern := c.pattern.Handler(&http.Request{Method: "GET", URL: u})
		c.routes[strings.TrimPrefix(pattern, "GET ")]++
	}
	c.visit(a)
}

// missed are the GET routes that never answered well.
func (c *crawl) missed() []string {
	var out []string
	for _, r := range c.house.app.mux().Routes() {
		if r.Method == "GET" && c.routes[r.Pattern] == 0 {
			out = append(out, r.Pattern)
		}
	}
	return out
}

// unseen are the GET routes that a crawl of the office should have seen and has not. Accounts are for administrators, and
// the first run is over: those pages refuse everybody else.
func unseen(c *crawl) []string {
	return slices.DeleteFunc(c.missed(), func(p string) bool { return strings.HasPrefix(p, "/quan-tri/tai-khoan") || p == "/lan-dau" })
}

// addAPI adds every GET operation of the OpenAPI document with every combination of one value for each part of its path,
// and with every value of each parameter alone and beside the first values of the others. An operation with a parameter
// that values does not name fails the test.
func (c *crawl) addAPI(t *testing.T, values map[string][]string) {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]struct {
			Parameters []struct {
				Name, In string
			}
		}
	}
	c.v.get("/api/v1/openapi.json").json(t, &doc)
	operations := 0
	for path, methods := range doc.Paths {
		get, ok := methods["get"]
		if !ok {
			continue
		}
		operations++
		targets := []string{path}
		var queries [][]string
		for _, p := range get.Parameters {
			list := values[p.Name]
			if len(list) == 0 {
				t.Errorf("GET %s: no value is known for %s %s", path, p.In, p.Name)
				continue
			}
			switch p.In {
			case "path":
				var next []string
				for _, target := range targets {
					for _, value := range list {
						next = append(next, strings.ReplaceAll(target, "{"+p.Name+"}", url.PathEscape(value)))
					}
				}
				targets = next
			case "query":
				var pairs []string
				for _, value := range list {
					pairs = append(pairs, url.Values{p.Name: {value}}.Encode())
				}
				queries = append(queries, pairs)
			}
		}
		for _, target := range targets {
			c.add(target)
			var first []string
			for _, pairs := range queries {
				first = append(first, pairs[0])
			}
			for i, pairs := range queries {
				for _, pair := range pairs {
					c.add(target + "?" + pair)
					others := slices.Clone(first)
					others[i] = pair
					c.add(target + "?" + strings.Join(others, "&"))
				}
			}
		}
	}
	if operations == 0 {
		t.Error("the OpenAPI document names no operation")
	}
	for _, target := range []string{"/api/v1/openapi.json", "/api/v1/openapi.yaml", "/api/v1/openapi-3.0.json", "/api/v1/openapi-3.0.yaml", "/healthz", "/readyz"} {
		c.add(target)
	}
}

// walkItems are the items of the criteria set of the fictional province, and one that no set knows.
var walkItems = []string{"1", "1.1", "1.2", "2", "2.1", "2.2", "9.9"}

// elsewhere skips the pages of communes, items and sets that hold nothing of the test: they differ in their names only.
func elsewhere(codes ...string) func(path string) bool {
	unit := func(slug string) bool {
		code, _, _ := strings.Cut(slug, "-")
		_, err := strconv.Atoi(code)
		return slices.Contains(codes, code) || err != nil
	}
	return func(path string) bool {
		parts := strings.Split(strings.TrimPrefix(strings.TrimPrefix(path, "/"), "lam-viec/"), "/")
		switch {
		case len(parts) < 2:
			return false
		case parts[0] == "xa", parts[0] == "phieu-di-xa":
			return !unit(parts[1])
		case parts[0] == "bang-diem":
			return !unit(parts[1]) || len(parts) > 2 && !slices.Contains(walkItems, parts[2])
		case parts[0] == "chi-tieu":
			_, err := strconv.ParseFloat(parts[1], 64)
			return err == nil && !slices.Contains(walkItems, parts[1])
		case parts[0] == "tieu-chi":
			return len(parts) > 2 && (parts[1] != province.Set || !slices.Contains(walkItems, parts[2]))
		}
		return false
	}
}

// addWith adds a path without a query, with the base, and with the base and each of the parameters, one by one.
func (c *crawl) addWith(path string, base, parameters url.Values) {
	c.add(path)
	if len(base) > 0 {
		c.add(path + "?" + base.Encode())
	}
	for name, list := range parameters {
		for _, value := range list {
			q := url.Values{}
			for k, v := range base {
				q[k] = v
			}
			q.Set(name, value)
			c.one(path + "?" + q.Encode())
		}
	}
}

// said is every part of an answer in which something could stand: body, unpacked workbook, headers, and what cookies
// hold in base64.
func said(a *answer) [][]byte {
	out := parts(a)
	for name, list := range a.header {
		for _, value := range list {
			out = append(out, []byte(name+": "+value))
		}
	}
	for _, line := range a.header.Values("Set-Cookie") {
		_, value, _ := strings.Cut(line, "=")
		value, _, _ = strings.Cut(value, ";")
		for _, piece := range strings.Split(value, ".") {
			if b, err := base64.RawURLEncoding.DecodeString(piece); err == nil {
				out = append(out, b)
			}
		}
	}
	return out
}

// sorted are the keys of a map in order, for messages.
func sorted[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
