package board_test

import (
	"fmt"
	"strings"
	"testing"

	"langso/internal/testkit"
	"langso/internal/testkit/browser"
	"langso/internal/testkit/reference"

	"github.com/chromedp/chromedp/kb"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const snapshot = "?bo=xa-ntm-nang-cao-2021-2025&ky=2023"

// signedIn opens a browser in which the province office signed in to a demo.
func signedIn(t *testing.T, base string, o browser.Options) *browser.Page {
	t.Helper()
	p := browser.Open(t, o)
	p.Go(base + "/dang-nhap")
	p.Follow("#minh-hoa-vpdp")
	return p
}

// The matrix reads as a table: a row of heads, the name of the commune before its results, a word in every cell. With the
// script the same rows and cells are a grid with one tab stop.
func TestMatrixIsHeard(t *testing.T) {
	node := testkit.Start(t, testkit.Options{Demo: true})
	for _, c := range []struct {
		name, role, cell string
		o                browser.Options
	}{{"table", "table", "cell", browser.Options{NoScript: true}}, {"grid", "grid", "gridcell", browser.Options{}}} {
		t.Run(c.name, func(t *testing.T) {
			p := signedIn(t, node.URL, c.o)
			p.Go(node.URL + "/lam-viec/ma-tran" + snapshot)
			heard := p.Heard()
			tables := heard.All(c.role)
			if len(tables) != 1 || !strings.HasPrefix(tables[0].Name, "Ma trận 111 xã và 19 tiêu chí") {
				t.Fatalf("%d of %s, the first called %q", len(tables), c.role, first(tables))
			}
			heads := tables[0].All("columnheader")
			if len(heads) != 21 || !strings.Contains(heads[8].Name, "8") { // Xã, 19 criteria, Đạt
				t.Errorf("%d heads, the first called %q", len(heads), first(heads))
			}
			communes, words := 0, map[string]int{}
			for _, row := range tables[0].All("row") {
				cells := row.All(c.cell)
				if len(row.All("rowheader")) != 1 || len(row.All("link")) < 20 {
					continue // heads and totals
				}
				communes++
				if len(cells) != 20 {
					t.Fatalf("%q has %d cells", row.Name, len(cells))
				}
				for _, cell := range cells[:19] {
					links := cell.All("link")
					if len(links) != 1 {
						t.Fatalf("a cell of %q has %d links", row.Name, len(links))
					}
					words[links[0].Name]++
				}
			}
			// 63 communes have not met 8.4 and 61 not 15.2, so criteria 8 and 15; nothing else is known.
			if communes != 111 || words["chưa đạt"] != 63+61 || words["chưa có số liệu"] != 111*19-63-61 || len(words) != 2 {
				t.Errorf("%d communes with the words %v", communes, words)
			}
			stops := browser.Eval[int](p, `Array.from(document.querySelectorAll("#ma-tran a, #ma-tran td, #ma-tran th, .ls-heat-wrap")).filter(e => e.tabIndex >= 0).length`)
			if c.role == "grid" && stops != 1 {
				t.Errorf("%d tab stops in the grid", stops)
			}
			if c.role == "table" && stops < 2000 {
				t.Errorf("%d links in the table of a reader without scripts", stops)
			}
		})
	}
}

func first(list []*browser.Heard) string {
	if len(list) == 0 {
		return ""
	}
	return list[0].Name
}

// The keys of the grid: arrows, Home and End, with Ctrl to the corners, n and p to what is not met, Enter to the cell's page.
func TestMatrixByKeyboard(t *testing.T) {
	node := testkit.Start(t, testkit.Options{Demo: true})
	p := signedIn(t, node.URL, browser.Options{})
	p.Go(node.URL + "/lam-viec/ma-tran" + snapshot)
	at := func() string {
		return browser.Eval[string](p, `(() => { const c = document.activeElement.closest("td, th"); return c ? c.parentElement.rowIndex + "," + c.cellIndex : "outside" })()`)
	}
	browser.Eval[bool](p, `(document.querySelector('#ma-tran [tabindex="0"]').focus(), true)`)
	want := func(place string) {
		t.Helper()
		if got := at(); got != place {
			t.Errorf("the focus is at %s, want %s", got, place)
		}
	}
	want("1,0")
	for _, step := range []struct{ key, place string }{
		{kb.ArrowDown, "2,0"}, {kb.ArrowRight, "2,1"}, {kb.ArrowRight, "2,2"}, {kb.ArrowLeft, "2,1"}, {kb.End, "2,20"}, {kb.Home, "2,0"}, {kb.ArrowUp, "1,0"}, {kb.ArrowUp, "0,0"}, {kb.ArrowUp, "0,0"}, {kb.ArrowLeft, "0,0"},
	} {
		p.Press(step.key)
		want(step.place)
	}
	// Two rows of the page stand before Tà Nung, which has not met criteria 8 and 15: the heads and the total of its city.
	p.Press("n")
	want("2,8")
	p.Press("n")
	want("2,15")
	p.Press("p")
	want("2,8")
	rows := browser.Eval[int](p, `document.querySelectorAll("#ma-tran tr").length`)
	corner := func(key string) {
		browser.Eval[bool](p, fmt.Sprintf(`document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: %q, ctrlKey: true, bubbles: true, cancelable: true}))`, key))
	}
	corner("End")
	want(fmt.Sprintf("%d,20", rows-1))
	corner("Home")
	want("0,0")
	p.Press("n")
	if browser.Eval[int](p, `document.querySelectorAll("#ma-tran .ls-heat__lit").length`) < 111 {
		t.Error("the column of the focus is not tinted")
	}
	// What has the focus is not hidden under the heads.
	if under := browser.Eval[bool](p, `(() => { const r = document.activeElement.getBoundingClientRect(); const e = document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2); return !document.activeElement.contains(e) })()`); under {
		t.Error("the focus is covered")
	}
	p.PressAndFollow(kb.Enter)
	if u := p.URL(); !strings.Contains(u, "/lam-viec/bang-diem/") || !strings.Contains(u, "/8?") {
		t.Errorf("Enter led to %s", u)
	}
}

// What differs in its class differs in its colours, in both themes: the style sheet knows every class of the pictures.
func TestPictureColours(t *testing.T) {
	node := testkit.Start(t, testkit.Options{Demo: true})
	for _, dark := range []bool{false, true} {
		p := browser.Open(t, browser.Options{Dark: dark})
		for path, least := range map[string]int{"/luc-giac": 4, "/luc-giac" + snapshot + "&muc=8.4": 2, "/luc-giac" + snapshot + "&muc=1": 1} {
			p.Go(node.URL + path)
			counts := browser.Eval[[]int](p, `(() => { const classes = new Set(), fills = new Set(); for (const u of document.querySelectorAll("#hinh .ls-pic__unit")) { classes.add(u.getAttribute("class")); fills.add(getComputedStyle(u.querySelector("path")).fill) } return [classes.size, fills.size] })()`)
			if counts[0] != counts[1] || counts[0] < least {
				t.Errorf("dark %v, %s: %d classes in %d colours", dark, path, counts[0], counts[1])
			}
		}
	}
}

// Every page at 360 and 1280 pixels, light and dark: nothing sideways, nothing that axe finds.
func TestPagesAreAccessible(t *testing.T) {
	node := testkit.Start(t, testkit.Options{Demo: true})
	root := reference.Root(t)
	for _, c := range []struct {
		name string
		o    browser.Options
	}{{"phone", browser.Phone()}, {"desk", browser.Options{Dark: true}}} {
		t.Run(c.name, func(t *testing.T) {
			p := signedIn(t, node.URL, c.o)
			for _, path := range []string{"/lam-viec/ma-tran", "/lam-viec/ma-tran" + snapshot + "&don-vi-nay=1", "/lam-viec/luc-giac", "/luc-giac" + snapshot + "&muc=8.4", "/ban-do", "/lam-viec/so-sanh?voi=xa-ntm-nang-cao-2021-2025/2023",
				"/en/ma-tran?sap=gan-dat&nhom=khong", "/so-sanh?xa=24943-ka-do&voi-xa=24931-don-duong&doi=tat-ca"} {
				p.Go(node.URL + path)
				if n := p.SidewaysScroll(); n > 0 {
					t.Errorf("%s is %d pixels too wide", path, n)
				}
				p.CheckAxe(root)
			}
		})
	}
}
