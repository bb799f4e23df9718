package archtest

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// messageKey is what a key looks like: "module.what_happened", with further dots for parts.
var messageKey = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-zA-Z0-9_-]+)+$`)

// use is one place where the code names a message key.
type use struct {
	at     string
	key    string
	prefix bool // key is only the literal beginning of the real one
	args   int  // number of values for the text; -1 = not known here
}

// catalogue is one language file.
type catalogue struct {
	path string
	text map[string]string
}

// Translations finds keys that the code uses and no language file has, language files that differ in keys or in the
// values their texts take, and texts that nobody uses.
func Translations(t Tree) []string {
	var out []string
	all := map[string][]template{} // key → its texts
	for _, p := range t.paths(func(p string) bool { return path.Base(p) == "vi.json" && path.Base(path.Dir(p)) == "locales" }) {
		vi, err := readCatalogue(t, p)
		if err != nil {
			out = append(out, err.Error())
			continue
		}
		en, err := readCatalogue(t, path.Dir(p)+"/en.json")
		if err != nil {
			out = append(out, err.Error())
			continue
		}
		out = append(out, compare(vi, en)...)
		for k, v := range vi.text {
			all[k] = []template{read(v), read(en.text[k])}
		}
	}
	for _, u := range uses(t) {
		if u.prefix {
			if !hasPrefix(all, u.key) {
				out = append(out, fmt.Sprintf("%s: no key begins with %q", u.at, u.key))
			}
			continue
		}
		texts, ok := all[u.key]
		if !ok {
			out = append(out, fmt.Sprintf("%s: %q has no translation", u.at, u.key))
			continue
		}
		for _, x := range texts {
			if u.args >= 0 && u.key != filledAtTheEdge && !x.takes(u.args) {
				out = append(out, fmt.Sprintf("%s: %q takes %d values and gets %d", u.at, u.key, len(x.verbs), u.args))
				break
			}
		}
	}
	return append(out, unused(t, all)...)
}

// filledAtTheEdge is the one key whose value, the id of the request, package web adds.
const filledAtTheEdge = "fault.internal"

func readCatalogue(t Tree, p string) (catalogue, error) {
	c := catalogue{path: p}
	text, ok := t[p]
	if !ok {
		return c, fmt.Errorf("%s is missing", p)
	}
	if err := json.Unmarshal([]byte(text), &c.text); err != nil {
		return c, fmt.Errorf("%s: %w", p, err)
	}
	return c, nil
}

func compare(vi, en catalogue) []string {
	var out []string
	for k, v := range vi.text {
		e, ok := en.text[k]
		switch {
		case !ok:
			out = append(out, fmt.Sprintf("%s: %q is missing", en.path, k))
		case !read(v).agrees(read(e)):
			out = append(out, fmt.Sprintf("%s: %q takes %v, the Vietnamese text %v", en.path, k, read(e).verbs, read(v).verbs))
		case strings.TrimSpace(v) == "" || strings.TrimSpace(e) == "":
			out = append(out, fmt.Sprintf("%s: %q is empty in a language", vi.path, k))
		}
	}
	for k := range en.text {
		if _, ok := vi.text[k]; !ok {
			out = append(out, fmt.Sprintf("%s: %q is missing", vi.path, k))
		}
	}
	sort.Strings(out)
	return out
}

var verb = regexp.MustCompile(`%(?:\[(\d+)\])?[-+# 0]*[0-9]*(?:\.[0-9]+)?([a-zA-Z%])`)

// template is what a text takes: the verb of each value by its position, "" for a value that the text leaves out.
type template struct {
	verbs []string
	named bool // it names positions (%[2]s), so that it may leave values out
}

func read(text string) template {
	var t template
	byPlace := map[int]string{}
	next, last := 1, 0
	for _, m := range verb.FindAllStringSubmatch(text, -1) {
		if m[2] == "%" {
			continue
		}
		if m[1] != "" {
			next, _ = strconv.Atoi(m[1])
			t.named = true
		}
		byPlace[next] = m[2]
		last = max(last, next)
		next++
	}
	for i := range last {
		t.verbs = append(t.verbs, byPlace[i+1])
	}
	return t
}

// takes reports whether fmt is content with n values.
func (t template) takes(n int) bool { return n == len(t.verbs) || t.named && n > len(t.verbs) }

// agrees reports whether two languages take the same values.
func (t template) agrees(o template) bool {
	if len(t.verbs) > len(o.verbs) {
		t, o = o, t
	}
	for i, v := range o.verbs {
		switch {
		case i >= len(t.verbs):
			if !t.named {
				return false
			}
		case v != t.verbs[i] && v != "" && t.verbs[i] != "":
			return false
		}
	}
	return true
}

// keyArgument tells which argument of a call is a message key and where the values for its text begin; ok is false for
// other calls.
func keyArgument(g goFile, c *ast.CallExpr) (key, args int, ok bool) {
	pkg, name := g.selector(c.Fun)
	switch {
	case pkg == modulePath+"/internal/platform/fault" && name == "New", name == "New" && g.file.Name.Name == "fault":
		return 1, 2, true
	case pkg == modulePath+"/internal/platform/i18n" && (name == "T" || name == "Has"):
		return 1, 2, true
	}
	s, isSel := c.Fun.(*ast.SelectorExpr)
	if !isSel || pkg != "" {
		return 0, 0, false
	}
	switch {
	case s.Sel.Name == "T" && len(c.Args) > 0:
		return 0, 1, true
	case s.Sel.Name == "Text" && len(c.Args) > 1:
		return 1, 2, true
	}
	return 0, 0, false
}

// keyFields are fields that hold a message key when their value looks like one.
var keyFields = map[string]bool{"HelpKey": true, "Key": true, "Text": true, "Group": true, "TitleKey": true, "LabelKey": true}

// uses returns every place where product code names a message key.
func uses(t Tree) []use {
	var out []use
	for _, g := range t.parse(isProduct) {
		ast.Inspect(g.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				at, from, ok := keyArgument(g, n)
				if !ok || at >= len(n.Args) {
					return true
				}
				v, whole := text(n.Args[at])
				if v == "" {
					return true
				}
				u := use{g.at(n), v, !whole, len(n.Args) - from}
				if _, name := g.selector(n.Fun); n.Ellipsis != token.NoPos || name == "Has" {
					u.args = -1
				}
				out = append(out, u)
			case *ast.KeyValueExpr:
				id, ok := n.Key.(*ast.Ident)
				if !ok || !keyFields[id.Name] {
					return true
				}
				if v, whole := text(n.Value); whole && messageKey.MatchString(v) {
					out = append(out, use{g.at(n), v, false, -1})
				}
			}
			return true
		})
	}
	return out
}

func hasPrefix(all map[string][]template, prefix string) bool {
	for k := range all {
		if strings.HasPrefix(k, prefix) {
			return true
		}
	}
	return false
}

// unused returns texts whose key stands nowhere in the product, neither whole nor as the beginning of a key that is put
// together ("criteria.band_" + id).
func unused(t Tree, all map[string][]template) []string {
	whole := map[string]bool{}
	var beginnings []string
	for _, g := range t.parse(isProduct) {
		ast.Inspect(g.file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok {
				if v, ok := text(lit); ok {
					whole[v] = true
					if strings.Contains(v, ".") && (strings.HasSuffix(v, ".") || strings.HasSuffix(v, "_") || strings.HasSuffix(v, "-")) {
						beginnings = append(beginnings, v)
					}
				}
			}
			return true
		})
	}
	var out []string
	for k := range all {
		if whole[k] {
			continue
		}
		found := false
		for _, b := range beginnings {
			found = found || strings.HasPrefix(k, b)
		}
		if !found {
			out = append(out, fmt.Sprintf("no code uses the text %q", k))
		}
	}
	sort.Strings(out)
	return out
}
