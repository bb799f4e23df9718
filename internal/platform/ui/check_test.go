package ui_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func all(n *html.Node) []*html.Node {
	var out []*html.Node
	for c := range n.Descendants() {
		if c.Type == html.ElementNode {
			out = append(out, c)
		}
	}
	return out
}

func find(n *html.Node, names ...string) []*html.Node {
	var out []*html.Node
	for _, c := range all(n) {
		if slices.Contains(names, c.Data) {
			out = append(out, c)
		}
	}
	return out
}

func has(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

func complain(t *testing.T, doc *html.Node) {
	t.Helper()
	for _, f := range faults(doc) {
		t.Error(f)
	}
}

// faults lists what is wrong with a page as a parsed document: code from outside, controls without names, broken
// references, headings out of order.
func faults(doc *html.Node) []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	ids := map[string]int{}
	labelled := map[string]bool{}
	for _, n := range all(doc) {
		if id := attr(n, "id"); id != "" {
			ids[id]++
		} else if has(n, "id") {
			add("<%s> has an empty id", n.Data)
		}
		if n.Data == "label" {
			labelled[attr(n, "for")] = true
		}
	}
	for id, n := range ids {
		if n > 1 {
			add("id %q is used %d times", id, n)
		}
		if strings.ContainsAny(id, " \n\"<>") {
			add("id %q is no name", id)
		}
	}
	level, h1 := 0, 0
	for _, n := range all(doc) {
		for _, a := range n.Attr {
			switch {
			case a.Key == "style":
				add("<%s> has an inline style", n.Data)
			case strings.HasPrefix(a.Key, "on"):
				add("<%s> has %s", n.Data, a.Key)
			case (a.Key == "href" || a.Key == "action" || a.Key == "src") && strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:"):
				add("<%s> leads to a script", n.Data)
			case (a.Key == "href" || a.Key == "src") && (strings.HasPrefix(a.Val, "http") || strings.HasPrefix(a.Val, "//")):
				add("<%s> leads to another host: %s", n.Data, a.Val)
			case a.Key == "aria-describedby" || a.Key == "aria-labelledby" || a.Key == "for" || a.Key == "form":
				for _, id := range strings.Fields(a.Val) {
					if ids[id] == 0 {
						add("<%s %s> names %q, which is not there", n.Data, a.Key, id)
					}
				}
			}
		}
		if href := attr(n, "href"); (n.Data == "a" || n.Data == "use") && strings.HasPrefix(href, "#") && ids[href[1:]] == 0 {
			add("<%s> leads to %s, which is not there", n.Data, href)
		}
		name := strings.TrimSpace(text(n))
		switch n.Data {
		case "style":
			add("a <style> element")
		case "script":
			if !strings.HasPrefix(attr(n, "src"), "/assets/") || name != "" {
				add("a script from outside: %.40q", name)
			}
		case "input", "select", "textarea":
			if attr(n, "type") != "hidden" && !labelled[attr(n, "id")] && !has(n, "aria-label") {
				add("<%s name=%q> has no label", n.Data, attr(n, "name"))
			}
		case "button", "a", "summary", "legend", "caption":
			if name == "" && !has(n, "aria-label") {
				add("<%s> says nothing", n.Data)
			}
		case "th":
			if !has(n, "scope") {
				add("<th>%s</th> has no scope", name)
			}
		case "img":
			if !has(n, "alt") {
				add("<img> has no alt")
			}
		case "svg":
			if attr(n, "aria-hidden") != "true" && !has(n, "aria-label") {
				add("<svg> says nothing and is not hidden")
			}
		case "h1", "h2", "h3", "h4":
			now := int(n.Data[1] - '0')
			if now == 1 {
				h1++
			}
			if now > level+1 {
				add("<%s> follows <h%d>", n.Data, level)
			}
			level = now
		}
	}
	if h1 != 1 {
		add("%d h1", h1)
	}
	return out
}

// TestFaultsAreSeen plants one fault of each kind.
func TestFaultsAreSeen(t *testing.T) {
	for want, page := range map[string]string{
		"inline style":           `<h1>x</h1><p style="color:red">`,
		"has onload":             `<h1>x</h1><p onload="x()">`,
		"leads to a script":      `<h1>x</h1><a href=" javascript:x()">x</a>`,
		"another host":           `<h1>x</h1><a href="https://example.vn/">x</a>`,
		"is used 2 times":        `<h1>x</h1><p id="a"></p><p id="a"></p>`,
		"is no name":             `<h1>x</h1><p id="a b"></p>`,
		"has no label":           `<h1>x</h1><input name="a">`,
		"has no scope":           `<h1>x</h1><table><tr><th>x</th></tr></table>`,
		"<h3> follows <h1>":      `<h1>x</h1><h3>y</h3>`,
		"2 h1":                   `<h1>x</h1><h1>y</h1>`,
		"a script from outside":  `<h1>x</h1><script>alert(1)</script>`,
		"a <style> element":      `<h1>x</h1><style>p{}</style>`,
		"names \"nobody\"":       `<h1>x</h1><p aria-labelledby="nobody"></p>`,
		"leads to #nowhere":      `<h1>x</h1><a href="#nowhere">x</a>`,
		"<button> says nothing":  `<h1>x</h1><button></button>`,
		"<img> has no alt":       `<h1>x</h1><img src="/a.png">`,
		"<svg> says nothing and": `<h1>x</h1><svg></svg>`,
	} {
		doc, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		if got := faults(doc); len(got) != 1 || !strings.Contains(got[0], want) {
			t.Errorf("%s: found %q, want %q", page, got, want)
		}
	}
}
