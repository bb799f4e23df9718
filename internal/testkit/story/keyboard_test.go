package story

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"testing"

	"langso/internal/testkit"
	"langso/internal/testkit/browser"
	"langso/internal/testkit/reference"

	"github.com/chromedp/chromedp/kb"
)

// The same work without a pointer: whatever has to be pressed is reached with the Tab key, is seen while it has the
// focus, and answers to Enter, Space or the arrows. Only the file is chosen in a window of the system.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	node := testkit.Start(t, testkit.Options{Demo: true})
	s := &screen{Page: browser.Open(t, browser.Options{}), ledger: newLedger(), t: t, root: reference.Root(t), width: 1280, height: 900, scripts: true}
	t.Cleanup(func() { s.unreported(t) })

	s.Go(node.URL + "/dang-nhap")
	s.Press(kb.Tab)
	s.focused("a.ls-skip")
	s.Press(kb.Enter)
	s.check(focus, browser.Eval[bool](s.Page, "document.activeElement.matches('main')"), "the skip link does not lead to the content")
	s.tabTo("#minh-hoa-vpdp", 3)
	s.PressAndFollow(kb.Enter)
	s.tabTo(".ls-rail a[href='/lam-viec/nhap-lieu']", 60)
	s.PressAndFollow(kb.Enter)

	order := []string{".ls-skip", ".ls-wordmark", ".ls-lang a", ".ls-person summary", ".ls-rail a", "main select[name=bo]", "main input[name=ky]", "main input[name=tep]", "main button[type=submit]", ".ls-theme button"}
	visited := s.tabThrough(order)
	s.check(focus, slices.Equal(visited, order), "the Tab key goes through %q, want %q", visited, order)

	s.tabTo("main button[type=submit]", 60)
	s.PressAndFollow(kb.Enter)
	s.check(focus, s.status() == http.StatusUnprocessableEntity, "without a file: status %d", s.status())
	s.focused("#ls-summary")
	s.tabTo("#ls-summary a", 1)
	s.Press(kb.Enter)
	s.focused("input[name=tep]")
	s.Fill("input[name=ky]", period)
	s.Choose("input[name=tep]", officeWorkbook(t))
	s.tabTo("main button[type=submit]", 1)
	s.PressAndFollow(" ")

	s.tabTo(commitButton, 60)
	s.PressAndFollow(kb.Enter)
	s.focused("#ls-flash")
	s.tabTo("main a[href*='/lam-viec/tinh']", 3)
	s.PressAndFollow(kb.Enter)
	s.check(focus, s.numbers() == afterGood.heading, "the board says %s, want %s", s.numbers(), afterGood.heading)

	s.Go(node.URL + "/lam-viec/bang-diem/24991-ta-hine/8")
	s.tabTo("input[name=ket-qua]:checked", 60)
	s.Press(kb.ArrowUp + kb.ArrowUp)
	s.focused("input[name=ket-qua][value=dat]")
	s.tabTo("textarea[name=ly-do]", 1)
	s.Press("Theo bien ban")
	s.tabTo("#sua button", 1)
	s.PressAndFollow(kb.Enter)
	s.focused("#ls-flash")
	s.host("ban-phim")
	s.report(t, focus, onThisHost)
}

// tabTo presses the Tab key, at most so often, until the focus is on the element. Every stop on the way must be seen.
func (s *screen) tabTo(css string, most int) {
	s.t.Helper()
	for range most {
		s.Press(kb.Tab)
		s.focused("*")
		if browser.Eval[bool](s.Page, "document.activeElement.matches("+strconv.Quote(css)+")") {
			return
		}
	}
	s.t.Fatalf("%s: %d times Tab do not lead to %s but to %s", s.URL(), most, css, browser.Eval[string](s.Page, "document.activeElement.outerHTML.slice(0, 160)"))
}

// tabThrough presses the Tab key until the focus leaves the page and returns which of the selectors its stops match, in
// the order of the stops; stops side by side of one kind count once, those of no kind stay out.
func (s *screen) tabThrough(kinds []string) (visited []string) {
	s.t.Helper()
	list, err := json.Marshal(kinds)
	must(s.t, err)
	for range 100 {
		s.Press(kb.Tab)
		if browser.Eval[bool](s.Page, "document.activeElement === document.body") {
			return visited
		}
		s.focused("*")
		kind := browser.Eval[string](s.Page, string(list)+".find(kind => document.activeElement.matches(kind)) || ''")
		if kind != "" && (len(visited) == 0 || visited[len(visited)-1] != kind) {
			visited = append(visited, kind)
		}
	}
	s.t.Fatalf("the Tab key does not leave the page: %q", visited)
	return nil
}
