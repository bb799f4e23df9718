package story

import (
	"flag"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"langso/internal/testkit/browser"
)

// Promises of the story. Each is a subtest of its own, so that what breaks one of them turns that one red.
const (
	figures    = "figures"    // every board shows the right counts, before and after each write
	refusals   = "refusals"   // refused values are explained, come back as a workbook and are taken once corrected
	correction = "correction" // one value is corrected by hand, and nobody overwrites what they did not see
	accessible = "accessible" // axe finds nothing, in light and dark colours
	fits       = "fits"       // no page scrolls sideways or cuts text off, however narrow and however loosely set
	focus      = "focus"      // the focus is where the reader must read on, and is seen
	onThisHost = "host"       // no request leaves the host, no script throws, the security policy holds
)

// ledger holds what was checked for each promise and what was wrong.
type ledger struct {
	made     map[string]int
	wrong    map[string][]string
	reported bool
}

func newLedger() *ledger { return &ledger{made: map[string]int{}, wrong: map[string][]string{}} }

// check notes one check of a promise; the words are for when it failed.
func (l *ledger) check(promise string, ok bool, format string, args ...any) {
	l.made[promise]++
	if !ok {
		l.wrong[promise] = append(l.wrong[promise], fmt.Sprintf(format, args...))
	}
}

// unreported tells what was wrong before a story that could not be told to its end broke off.
func (l *ledger) unreported(t *testing.T) {
	for p, wrong := range l.wrong {
		for _, w := range wrong {
			if !l.reported {
				t.Logf("%s: %s", p, w)
			}
		}
	}
}

// report runs a subtest for each promise.
func (l *ledger) report(t *testing.T, promises ...string) {
	l.reported = true
	for _, p := range promises {
		t.Run(p, func(t *testing.T) {
			if l.made[p] == 0 {
				t.Error("nothing was checked")
			}
			for _, w := range l.wrong[p] {
				t.Error(w)
			}
		})
	}
}

// screen is a browser on the pages of a story.
type screen struct {
	*browser.Page
	*ledger
	t       *testing.T
	root    string // folder of go.mod
	width   int
	height  int
	scripts bool
	seen    int
}

// narrowest is the width down to which nothing may scroll sideways (WCAG 1.4.10).
const narrowest = 320

// looseText is the text spacing that readers may set (WCAG 1.4.12).
const looseText = `* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-block-end: 2em !important }`

// cutOff lists elements whose text does not fit into them and is hidden; what only screen readers read is meant to be so.
const cutOff = `[...document.querySelectorAll("main *, header *, nav *, footer *")].filter(e => {
	if (e.scrollWidth <= e.clientWidth + 1 && e.scrollHeight <= e.clientHeight + 1) return false
	const s = getComputedStyle(e), r = e.getBoundingClientRect()
	return [s.overflowX, s.overflowY].some(o => o === "hidden" || o === "clip") && r.width > 1 && r.height > 1 && e.textContent.trim() && !e.closest("svg")
}).map(e => e.outerHTML.slice(0, 120))`

// brokenWords lists texts that take more lines than they have words: a column too narrow broke one of them.
const brokenWords = `(() => {
	const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT), range = document.createRange(), found = []
	while (walk.nextNode()) {
		const text = walk.currentNode.data, e = walk.currentNode.parentElement
		if (!text.trim() || !e.checkVisibility() || e.closest("svg, .ls-hidden, thead")) continue
		range.selectNodeContents(walk.currentNode)
		const lines = new Set([...range.getClientRects()].filter(r => r.width > 1).map(r => Math.round(r.top)))
		if (lines.size > text.trim().split(/[\s/–-]+/).length) found.push(text.trim().slice(0, 60))
	}
	return found
})()`

// look checks what holds for every page: nothing was asked of another host, and with scripts on also axe in both colours
// and the fit of the page at its own width, on a phone also at the narrowest, with the text as it is and loosened.
func (s *screen) look(name string) {
	s.t.Helper()
	s.seen++
	s.host(name)
	s.picture(name)
	if !s.scripts {
		return
	}
	found := s.Axe(s.root)
	s.check(accessible, len(found) == 0, "%s: %v", name, found)
	s.Dark(true)
	found = s.Axe(s.root, "color-contrast", "link-in-text-block") // the other rules see no colours
	s.check(accessible, len(found) == 0, "%s in the dark: %v", name, found)
	s.Dark(false)
	s.fit(name)
}

func (s *screen) host(name string) {
	outside, complaints := s.TakeOutside(), s.TakeComplaints()
	s.check(onThisHost, len(outside) == 0, "%s asks %q", name, outside)
	s.check(onThisHost, len(complaints) == 0, "%s: the browser complains: %q", name, complaints)
}

func (s *screen) fit(name string) {
	widths := []int{s.width}
	if s.width < 640 {
		widths = []int{narrowest, s.width}
	}
	for _, loose := range []bool{false, true} {
		if loose {
			browser.Eval[bool](s.Page, "{ const s = new CSSStyleSheet(); s.replaceSync(`"+looseText+"`); document.adoptedStyleSheets = [s] } true")
		}
		for _, width := range widths {
			s.Resize(width, s.height)
			n := s.SidewaysScroll()
			s.check(fits, n <= 0, "%s at %d px (loose text: %v) is %d px too wide", name, width, loose, n)
			if !loose {
				broken := browser.Eval[[]string](s.Page, brokenWords)
				s.check(fits, len(broken) == 0, "%s at %d px breaks words: %q", name, width, broken)
			} else {
				cut := browser.Eval[[]string](s.Page, cutOff)
				s.check(fits, len(cut) == 0, "%s at %d px cuts loose text off: %q", name, width, cut)
			}
		}
	}
	browser.Eval[bool](s.Page, "document.adoptedStyleSheets = [], true")
}

// plantMisfits proves that fit would see what does not fit.
func (s *screen) plantMisfits() {
	s.t.Helper()
	s.check(fits, s.SidewaysScroll() <= 0, "the page is too wide before anything is planted")
	plant := func(styles string) {
		browser.Eval[bool](s.Page, `{
			const e = document.createElement("div")
			e.id = "planted"
			e.textContent = "Administration Department"
			Object.assign(e.style, `+styles+`)
			document.querySelector("main").append(e)
		} true`)
	}
	remove := func() { browser.Eval[bool](s.Page, "document.getElementById('planted').remove(), true") }
	plant("{width: '3rem'}")
	s.check(fits, len(browser.Eval[[]string](s.Page, brokenWords)) == 1, "a planted broken word was not found")
	remove()
	plant("{height: '10px', overflow: 'hidden'}")
	s.check(fits, len(browser.Eval[[]string](s.Page, cutOff)) == 1, "a planted text without room was not found")
	remove()
	plant("{width: '3000px'}")
	s.check(fits, s.SidewaysScroll() > 0, "a planted wide element was not found")
	remove()
}

// picture keeps screenshots for go test -artifacts.
func (s *screen) picture(name string) {
	if f := flag.Lookup("test.artifacts"); f == nil || f.Value.String() != "true" {
		return
	}
	for _, dark := range []bool{false, true} {
		s.Dark(dark)
		s.Screenshot(fmt.Sprintf("%02d-%s-%v", s.seen, name, map[bool]string{false: "light", true: "dark"}[dark]))
	}
	s.Dark(false)
}

// focused checks that an element has the focus, is seen, is not covered, and shows that it has the focus.
func (s *screen) focused(css string) {
	s.t.Helper()
	// A page gives its focus away when it is first drawn. Without scripts it cannot be asked to tell when that was.
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); {
		if browser.Eval[bool](s.Page, "document.activeElement.matches("+strconv.Quote(css)+")") {
			break
		}
	}
	got := browser.Eval[string](s.Page, `(() => {
		const e = document.activeElement, r = e.getBoundingClientRect(), s = getComputedStyle(e)
		if (!e.matches(`+strconv.Quote(css)+`)) return "the focus is on " + e.outerHTML.slice(0, 160)
		if (r.bottom <= 0 || r.top >= innerHeight || r.width < 1) return "it is out of sight: " + JSON.stringify(r)
		const top = document.elementFromPoint(r.left + r.width / 2, Math.max(r.top, 0) + Math.min(r.height, innerHeight - Math.max(r.top, 0)) / 2)
		if (!top || !(e.contains(top) || top.contains(e))) return "it is covered by " + (top && top.outerHTML.slice(0, 160))
		if ((s.outlineStyle === "none" || parseFloat(s.outlineWidth) < 2) && s.boxShadow === "none") return "nothing shows the focus"
		return ""
	})()`)
	s.check(focus, got == "", "%s: want the focus on %s: %s", s.URL(), css, got)
}

var number = regexp.MustCompile(`\d+`)

// numbers are the whole numbers in the heading of the page, in order: "11 trên 103 xã đạt đủ 10 tiêu chí; 22 xã chỉ còn
// thiếu 1 tiêu chí" says 11, 103, 10, 22, 1 in either language.
func (s *screen) numbers() string {
	s.t.Helper()
	return strings.Join(number.FindAllString(s.Text("main h1"), -1), " ")
}

// status is the HTTP status of the page.
func (s *screen) status() int {
	s.t.Helper()
	return browser.Eval[int](s.Page, "performance.getEntriesByType('navigation')[0].responseStatus")
}

// texts are the visible texts of all elements that the selector finds.
func (s *screen) texts(css string) []string {
	s.t.Helper()
	return browser.Eval[[]string](s.Page, "[...document.querySelectorAll("+strconv.Quote(css)+")].map(e => e.innerText.replace(/\\s+/g, ' ').trim())")
}
