package htmlcheck

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// selector is a list of alternatives, each a path of steps from the outside in.
type selector [][]step

// step is one element of a path; direct says that it stands directly below the step before it.
type step struct {
	direct bool
	tests  []func(*html.Node) bool
}

var simple = regexp.MustCompile(`^(?:(\*|[a-zA-Z][a-zA-Z0-9-]*)|#([\p{L}\p{N}_-]+)|\.([\p{L}\p{N}_-]+)|\[([a-zA-Z0-9-]+)(?:(\^?=)"?([^\]"]*)"?)?\])`)

func compile(text string) (selector, error) {
	var out selector
	for _, alternative := range split(text, ',') {
		var path []step
		direct := false
		for _, word := range split(alternative, ' ') {
			if word == ">" {
				direct = true
				continue
			}
			tests, err := compound(word)
			if err != nil {
				return nil, fmt.Errorf("selector %q: %w", text, err)
			}
			path = append(path, step{direct, tests})
			direct = false
		}
		if len(path) == 0 || direct {
			return nil, fmt.Errorf("selector %q: an element is missing", text)
		}
		out = append(out, path)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("selector %q is empty", text)
	}
	return out, nil
}

// split splits at sep outside brackets and quotes and leaves out empty parts.
func split(s string, sep rune) []string {
	var out []string
	depth, quoted := 0, false
	part := strings.Builder{}
	flush := func() {
		if p := strings.TrimSpace(part.String()); p != "" {
			out = append(out, p)
		}
		part.Reset()
	}
	for _, r := range s {
		switch {
		case r == '"':
			quoted = !quoted
		case quoted:
		case r == '[' || r == '(':
			depth++
		case r == ']' || r == ')':
			depth--
		case r == sep && depth == 0:
			flush()
			continue
		}
		part.WriteRune(r)
	}
	flush()
	return out
}

// compound compiles what belongs to one element: "a.ls-button[href]:not(.wide)".
func compound(word string) ([]func(*html.Node) bool, error) {
	var tests []func(*html.Node) bool
	for rest := word; rest != ""; {
		if inner, ok := strings.CutPrefix(rest, ":not("); ok {
			end := strings.IndexByte(inner, ')')
			if end < 0 {
				return nil, fmt.Errorf("%q: a bracket is missing", word)
			}
			not, err := compound(inner[:end])
			if err != nil {
				return nil, err
			}
			tests = append(tests, func(n *html.Node) bool { return !all(n, not) })
			rest = inner[end+1:]
			continue
		}
		m := simple.FindStringSubmatch(rest)
		if m == nil {
			return nil, fmt.Errorf("%q is not understood at %q", word, rest)
		}
		tests = append(tests, test(m))
		rest = rest[len(m[0]):]
	}
	return tests, nil
}

func test(m []string) func(*html.Node) bool {
	name, id, class, key, op, value := m[1], m[2], m[3], m[4], m[5], m[6]
	switch {
	case name == "*":
		return func(*html.Node) bool { return true }
	case name != "":
		return func(n *html.Node) bool { return strings.EqualFold(n.Data, name) }
	case id != "":
		return func(n *html.Node) bool { v, _ := attr(n, "id"); return v == id }
	case class != "":
		return func(n *html.Node) bool { v, _ := attr(n, "class"); return slices.Contains(strings.Fields(v), class) }
	}
	return func(n *html.Node) bool {
		v, ok := attr(n, key)
		switch op {
		case "=":
			return ok && v == value
		case "^=":
			return ok && strings.HasPrefix(v, value)
		}
		return ok
	}
}

func all(n *html.Node, tests []func(*html.Node) bool) bool {
	for _, t := range tests {
		if !t(n) {
			return false
		}
	}
	return true
}

func (s selector) match(n *html.Node) bool {
	for _, path := range s {
		if matchPath(n, path) {
			return true
		}
	}
	return false
}

func matchPath(n *html.Node, path []step) bool {
	last := path[len(path)-1]
	if n == nil || n.Type != html.ElementNode || !all(n, last.tests) {
		return false
	}
	if len(path) == 1 {
		return true
	}
	outer := path[:len(path)-1]
	if last.direct {
		return matchPath(n.Parent, outer)
	}
	for p := n.Parent; p != nil; p = p.Parent {
		if matchPath(p, outer) {
			return true
		}
	}
	return false
}
