package story

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"langso/internal/testkit"
	"langso/internal/testkit/browser"
	"langso/internal/testkit/reference"

	"github.com/xuri/excelize/v2"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// What the boards show, worked out by hand from the demo's file: of 103 xã, 11 have "dat" in all ten columns and 22 in
// nine of them; 57 have it in column 7. Headings say: all ten, xã, criteria, lacking one, one.
type shown struct {
	heading string
	share   string // all ten ÷ 103, half up
	seventh int    // xã that meet criterion 7
}

var (
	atFirst = shown{"11 103 10 22 1", "10,7", 57} // 11 ÷ 103 = 10.68 %
	// Ka Đô and D'Ran join those with all ten, Tà Hine leaves them: 11 + 2 − 1. Two leave those lacking one, one joins
	// them: 22 − 2 + 1. Ka Đô meets 7: 57 + 1.
	afterGood = shown{"12 103 10 21 1", "11,7", 58} // 12 ÷ 103 = 11.65 %
	// Đức Trọng (7) and Đam Rông 3 (8) join those with all ten.
	afterAll = shown{"14 103 10 19 1", "13,6", 59} // 14 ÷ 103 = 13.59 %
	// Tà Hine is back.
	afterCorrection = shown{"15 103 10 18 1", "14,6", 59} // 15 ÷ 103 = 14.56 %
)

// teller is one reader of the story.
type teller struct {
	name   string
	device browser.Options
	lang   string // "" = Vietnamese, "/en"
}

var tellers = []teller{
	{"desk", browser.Options{Width: 1280, Height: 900}, ""},
	{"phone", browser.Phone(), ""},
	{"desk-english", browser.Options{Width: 1280, Height: 900}, "/en"},
	{"phone-english", browser.Phone(), "/en"},
	{"desk-without-scripts", browser.Options{Width: 1280, Height: 900, NoScript: true}, ""},
	{"phone-without-scripts", browser.Options{Width: 360, Height: 740, NoScript: true}, ""},
}

// A province office hands a workbook in, corrects what was refused, and everybody sees the new figures.
func TestStory(t *testing.T) {
	for _, who := range tellers {
		t.Run(who.name, func(t *testing.T) {
			t.Parallel()
			s := tell(t, who)
			promises := []string{figures, refusals, correction, focus, onThisHost}
			if !who.device.NoScript {
				promises = append(promises, accessible, fits)
			}
			s.report(t, promises...)
		})
	}
}

// play is a story being told.
type play struct {
	*screen
	node *testkit.Node
	who  teller
}

func tell(t *testing.T, who teller) *play {
	node := testkit.Start(t, testkit.Options{Demo: true})
	p := &play{node: node, who: who, screen: &screen{Page: browser.Open(t, who.device), ledger: newLedger(), t: t, root: reference.Root(t),
		width: who.device.Width, height: who.device.Height, scripts: !who.device.NoScript}}
	t.Cleanup(func() { p.unreported(t) })
	p.Go(node.URL + who.lang + "/")
	p.plantOutsideImage()
	p.board(atFirst)
	p.look("trang-chu")
	if p.scripts {
		p.plantMisfits()
	}
	p.signIn()
	p.board(atFirst)
	p.look("bang-tinh")
	p.handIn()
	p.correct()
	p.everybody()
	return p
}

// plantOutsideImage proves that a request to another host would be seen.
func (p *play) plantOutsideImage() {
	const image = "http://foreign.example/x.png"
	p.host("trang-chu")
	p.PlantOutside(image)
	seen := p.TakeOutside()
	p.check(onThisHost, len(seen) == 1 && seen[0] == image, "the planted image was not caught: %q", seen)
	p.TakeComplaints() // the security policy refuses it, too
}

// board checks the figures of the board that is open.
func (p *play) board(want shown) {
	p.t.Helper()
	at := p.URL()
	got := p.numbers()
	p.check(figures, got == want.heading, "%s: the heading says %s, want %s", at, got, want.heading)
	card := p.Text(".ls-stats > li:first-child .ls-figure__n")
	all, _, _ := strings.Cut(want.heading, " ")
	p.check(figures, card == all, "%s: the first card says %s, want %s", at, card, all)
	share := p.Text(".ls-stats > li:first-child .ls-figure__share")
	written := want.share + "\u00a0%"
	if p.who.lang == "/en" {
		written = strings.ReplaceAll(want.share, ",", ".") + "%"
	}
	p.check(figures, share == written, "%s: the first card says %q, want %q", at, share, written)
	// The public board counts who meets a criterion, the province's who still lacks it.
	count := want.seventh
	if strings.Contains(at, "/lam-viec/") {
		count = 103 - want.seventh
	}
	seventh := p.texts(".ls-bars__row:has(a[href$='/7'], a[href*='/7?'])")
	p.check(figures, len(seventh) == 1 && strings.Contains(seventh[0], " "+strconv.Itoa(count)+" "), "%s: criterion 7 says %q, want %d", at, seventh, count)
}

func (p *play) signIn() {
	p.Follow(".ls-signin")
	p.look("dang-nhap")
	p.Follow("#minh-hoa-vpdp")
	if !strings.HasSuffix(p.URL(), p.who.lang+"/lam-viec/tinh") {
		p.Go(p.node.URL + p.who.lang + "/lam-viec/tinh")
	}
}

// menu follows an entry of the desk's menu, which a phone has to open first.
func (p *play) menu(path string) {
	p.t.Helper()
	if p.width < 1024 {
		p.Click(".ls-railopen a")
	}
	p.Follow(".ls-rail a[href='" + p.who.lang + path + "']")
}

const (
	uploadForm   = "form[enctype='multipart/form-data'] "
	commitButton = "form[action$='/ghi'] button"
)

// upload hands a workbook in for preview.
func (p *play) upload(file string) {
	p.Fill(uploadForm+"select[name=bo]", set)
	p.Fill(uploadForm+"input[name=ky]", period)
	p.Choose(uploadForm+"input[name=tep]", file)
	p.Follow(uploadForm + "button[type=submit]")
}

// handIn brings the workbook in, corrects what was refused, and looks at the board after each.
func (p *play) handIn() {
	p.menu("/lam-viec/nhap-lieu")
	p.look("tai-len")
	p.Follow(uploadForm + "button[type=submit]")
	p.check(refusals, p.status() == http.StatusUnprocessableEntity, "without a file: status %d", p.status())
	p.focused("#ls-summary")
	p.look("thieu-tep")

	p.upload(officeWorkbook(p.t))
	p.check(refusals, p.numbers() == "11 2", "the preview says %s, want 11 values that can be written and 2 refused", p.numbers())
	listed := p.texts("#bang-vuong-mac tbody tr")
	p.check(refusals, len(listed) == 2 && strings.Contains(listed[0], "D11") && strings.Contains(listed[0], unreadable) && strings.Contains(listed[1], "B12") && strings.Contains(listed[1], misspelt),
		"refused: %q, want D11 (%s) and B12 (%s)", listed, unreadable, misspelt)
	p.check(refusals, len(listed) == 2 && strings.Contains(listed[1], "Đam Rông 3"), "xã Đam Rông 3 is not proposed for %s: %q", misspelt, listed)
	p.look("xem-truoc")
	mended := p.downloadRefusals()

	p.Follow(commitButton)
	p.focused("#ls-flash")
	p.check(refusals, p.numbers() == "3", "after writing the good values the page says %s, want 3", p.numbers())
	p.look("da-ghi")
	p.seeBoard(afterGood)

	p.menu("/lam-viec/nhap-lieu")
	p.upload(mended)
	p.check(refusals, p.numbers() == "2", "the corrected workbook: %s, want 2 values and none refused", p.numbers())
	p.check(refusals, len(p.texts("#bang-vuong-mac tbody tr")) == 0, "something is refused or remarked on: %q", p.texts("#bang-vuong-mac tbody tr"))
	p.look("xem-truoc-da-sua")
	p.Follow(commitButton)
	p.focused("#ls-flash")
	p.check(refusals, p.numbers() == "2", "after writing the corrected values the page says %s, want 2", p.numbers())
	p.seeBoard(afterAll)
}

// downloadRefusals checks the workbook of refused values and returns it corrected; when it is not whole, a workbook written
// anew, so that the rest of the story can still be told.
func (p *play) downloadRefusals() string {
	file := p.Download("a[href$='/tu-choi']")
	f, err := excelize.OpenFile(file)
	must(p.t, err)
	defer f.Close()
	_, rows, _ := readRefusals(p.t, f)
	p.check(refusals, len(rows) == 2, "the workbook holds %d refused values, want 2: %v", len(rows), rows)
	whole := fmt.Sprint(rows)
	for _, want := range []string{unreadable, misspelt, "D11", "E12", "Biểu 03"} {
		p.check(refusals, strings.Contains(whole, want), "the workbook does not say %q: %v", want, rows)
	}
	for _, r := range rows {
		p.check(refusals, strings.Contains(r["Lý do không nhận"], unreadable) || strings.Contains(r["Lý do không nhận"], misspelt), "no reason that names the value: %v", r)
	}
	changed, saved := mend(p.t, file, map[string]string{misspelt: "Đam Rông 3", unreadable: "Đạt"})
	p.check(refusals, changed == 2, "%d cells to correct, want 2: %v", changed, rows)
	if changed != 2 {
		return writtenAnew(p.t)
	}
	return saved
}

// seeBoard follows the way from a written file to the board.
func (p *play) seeBoard(want shown) {
	p.t.Helper()
	p.Follow("a.ls-button[href*='/lam-viec/tinh']")
	p.board(want)
}

// correct opens a commune, reads why it lacks a criterion, and corrects that value by hand while somebody else does.
func (p *play) correct() {
	p.menu("/lam-viec/bang-diem")
	p.look("bang-diem")
	p.Fill("main input[name=q]", "tà hine")
	p.Follow("main form[method=get] button")
	p.Follow("#cac-xa a[href*='24991']")
	p.check(figures, p.numbers() == "9 10", "Tà Hine: %s, want 9 of 10", p.numbers())
	p.reason("24991-ta-hine/8")
	p.look("xa")
	p.Follow(".ls-score a[href*='/24991-ta-hine/8']")
	p.look("gia-tri")

	const reason = "Sửa theo biên bản kiểm tra ngày 12/10/2026"
	p.Click("input[name=ket-qua][value=dat]")
	p.Fill("textarea[name=ly-do]", reason)
	r := p.node.CLI("import", "results", "--set", set, "--period", period, "--json", correctedByOther(p.t))
	if r.Code != 0 {
		p.t.Fatalf("import: exit %d, %s%s", r.Code, r.Stdout, r.Stderr)
	}
	p.Follow("#sua button[type=submit]")
	p.check(correction, p.status() == http.StatusPreconditionFailed, "a stale correction is answered by %d, want 412", p.status())
	p.focused("#ls-summary")
	kept := browser.Eval[string](p.Page, "document.querySelector('textarea[name=ly-do]').value")
	p.check(correction, kept == reason, "the typed reason became %q", kept)
	p.check(correction, browser.Eval[bool](p.Page, "document.querySelector('input[name=ket-qua][value=dat]').checked"), "the chosen result was lost")
	both := p.texts("#bang-hai-ban tbody tr")
	p.check(correction, len(both) == 2 && strings.Contains(both[1], reason), "both versions: %q", both)
	p.look("sua-cham")

	if kept != reason { // the story goes on all the same
		p.Fill("textarea[name=ly-do]", reason)
	}
	p.Follow("#sua button[type=submit]")
	p.focused("#ls-flash")
	history := p.texts("#lich-su li")
	p.check(correction, len(history) > 2 && strings.Contains(history[0], reason), "the history does not begin with the correction: %q", history)
	p.look("da-sua")
	p.menu("/lam-viec/tinh")
	p.board(afterCorrection)
}

// everybody signs out and finds the same as a guest.
func (p *play) everybody() {
	p.Click(".ls-person summary")
	p.Follow("form[action$='/dang-xuat'] button")
	p.Go(p.node.URL + p.who.lang + "/")
	p.board(afterCorrection)
	p.find("dam rong 3", "24875")
	p.check(figures, p.numbers() == "3 10 10", "Đam Rông 3: %s, want 10 of 10", p.numbers())
	p.find("tà năng", "24988")
	p.check(figures, p.numbers() == "9 10", "Tà Năng: %s, want 9 of 10", p.numbers())
	p.reason("tieu-chi/" + set + "/5")
	p.look("xa-cong-khai")
}

// find searches for a commune by its name and opens it.
func (p *play) find(name, code string) {
	p.t.Helper()
	p.Fill("#ls-find", name)
	p.Follow(".ls-find button")
	p.host("tim-xa")
	p.Follow("main a[href*='/xa/" + code + "']")
}

// reason checks that the row of the criterion that this link leads to says why it is not met.
func (p *play) reason(link string) {
	p.t.Helper()
	want := "Theo kết quả khai báo."
	if p.who.lang == "/en" {
		want = "As declared."
	}
	row := p.texts(".ls-score tr:has(a[href*='" + link + "'])")
	p.check(figures, len(row) == 1 && strings.Contains(row[0], want), "%s: the row %q does not say %q", p.URL(), row, want)
}
