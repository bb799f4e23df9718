// Package htmlcheck states what must stand in a page, on the parsed document instead of its text.
//
//	htmlcheck.Check(t, body,
//		htmlcheck.In("main h1", htmlcheck.Text("Bảng tổng hợp")),
//		htmlcheck.Count("table tbody tr", 103),
//		htmlcheck.None("script:not([src])"))
//
// Selectors are a subset of CSS: names, #id, .class, [attribute], [attribute=value], [attribute^=value], :not(one of
// these), joined by spaces (below) or > (directly below); several joined by commas.
package htmlcheck

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Checker looks at a part of a page and returns what is wrong, nil when all is well.
type Checker func(n *html.Node) error

// Parse parses a page.
func Parse(page []byte) (*html.Node, error) { return html.Parse(bytes.NewReader(page)) }

// Check applies the checkers to a page and reports each that fails.
func Check(t testing.TB, page []byte, checkers ...Checker) {
	t.Helper()
	doc, err := Parse(page)
	if err != nil {
		t.Error(err)
		return
	}
	bad := false
	for _, c := range checkers {
		if err := c(doc); err != nil {
			t.Error(err)
			bad = true
		}
	}
	if bad {
		t.Logf("page:\n%s", page)
	}
}

// In applies the checkers to the first element that selector finds; it is an error when there is none.
func In(selector string, checkers ...Checker) Checker {
	return func(n *html.Node) error {
		all, err := Find(n, selector)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return fmt.Errorf("%s: not there", selector)
		}
		return apply(selector, all[0], checkers)
	}
}

// Each applies the checkers to every element that selector finds; it is an error when there is none.
func Each(selector string, checkers ...Checker) Checker {
	return func(n *html.Node) error {
		all, err := Find(n, selector)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return fmt.Errorf("%s: not there", selector)
		}
		for i, e := range all {
			if err := apply(fmt.Sprintf("%s (%d of %d)", selector, i+1, len(all)), e, checkers); err != nil {
				return err
			}
		}
		return nil
	}
}

func apply(where string, n *html.Node, checkers []Checker) error {
	for _, c := range checkers {
		if err := c(n); err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
	}
	return nil
}

// None is an error when selector finds something.
func None(selector string) Checker { return Count(selector, 0) }

// Count is an error unless selector finds exactly want elements.
func Count(selector string, want int) Checker {
	return func(n *html.Node) error {
		all, err := Find(n, selector)
		if err != nil {
			return err
		}
		if len(all) != want {
			return fmt.Errorf("%s: found %d, want %d", selector, len(all), want)
		}
		return nil
	}
}

// Text is an error unless the text of the element, with white space made single, is want.
func Text(want string) Checker {
	return func(n *html.Node) error {
		if got := TextOf(n); got != want {
			return fmt.Errorf("text %q, want %q", got, want)
		}
		return nil
	}
}

// Has is an error unless the text of the element contains want.
func Has(want string) Checker {
	return func(n *html.Node) error {
		if got := TextOf(n); !strings.Contains(got, want) {
			return fmt.Errorf("text %q does not contain %q", got, want)
		}
		return nil
	}
}

// Lacks is an error when the text of the element contains unwanted.
func Lacks(unwanted string) Checker {
	return func(n *html.Node) error {
		if got := TextOf(n); strings.Contains(got, unwanted) {
			return fmt.Errorf("text %q contains %q", got, unwanted)
		}
		return nil
	}
}

// Attr is an error unless the element has the attribute with a value that matches the regular expression.
func Attr(name, pattern string) Checker {
	re := regexp.MustCompile(pattern)
	return func(n *html.Node) error {
		got, ok := attr(n, name)
		if !ok {
			return fmt.Errorf("no attribute %s", name)
		}
		if !re.MatchString(got) {
			return fmt.Errorf("%s = %q does not match %q", name, got, pattern)
		}
		return nil
	}
}

// Href is an error unless the element leads to exactly this address.
func Href(want string) Checker { return Attr("href", "^"+regexp.QuoteMeta(want)+"$") }

// TextOf returns the text below n as a reader sees it: without scripts and styles, white space made single.
func TextOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode && (d.Parent == nil || d.Parent.Data != "script" && d.Parent.Data != "style") {
			b.WriteString(d.Data)
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// Find returns the elements below n that selector finds, in the order of the page.
func Find(n *html.Node, selector string) ([]*html.Node, error) {
	s, err := compile(selector)
	if err != nil {
		return nil, err
	}
	var out []*html.Node
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && s.match(d) {
			out = append(out, d)
		}
	}
	return out, nil
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}
