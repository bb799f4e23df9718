package board

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"langso/internal/assessment"
	"langso/internal/platform/i18n"
	"langso/internal/platform/vntext"
	"langso/internal/platform/web"
	"langso/internal/territory"
	"langso/internal/testkit/htmlcheck"
)

// said are the words of a cell for the words of the demo's file.
var said = map[string]string{"dat": "đạt", "co_ban_dat": "cơ bản đạt", "chua_dat": "chưa đạt", "khong_ap_dung": "không áp dụng", "": "chưa có số liệu"}

// demoBoard is the present quarter of the demo as its file has it: code → words by criterion.
func demoBoard(t *testing.T) (head []string, byCode map[string][]string) {
	t.Helper()
	head, rows := demoFile(t, "2026-q3.csv")
	byCode = map[string][]string{}
	for _, r := range rows {
		byCode[r[0]] = r[1:]
	}
	return head[1:], byCode
}

// codeOf is the code in the address of a row's commune.
func codeOf(t *testing.T, r tableRow) string {
	t.Helper()
	if links := elements(r.nodes[0], "a"); len(links) > 0 {
		_, rest, _ := strings.Cut(attr(links[0], "href"), "/bang-diem/")
		if rest == "" {
			_, rest, _ = strings.Cut(attr(links[0], "href"), "/xa/")
		}
		code, _, _ := strings.Cut(rest, "-")
		return code
	}
	t.Fatalf("the row %q has no link", r.cells)
	return ""
}

// Every cell of the matrix is the demo's figure as a word, a link and a shape; totals are sums of the file.
func TestMatrixShowsTheFigures(t *testing.T) {
	onEach(t, false, func(t *testing.T, h *house) {
		ids, figures := demoBoard(t)
		for _, shell := range []struct {
			who  string
			path string
		}{{"office", desk + matrixPath}, {"guest", matrixPath}} {
			who := office
			if shell.who == "guest" {
				who = nobody
			}
			table := byID(t, h.page(t, who, shell.path), "ma-tran")
			rows := communes(table)
			if len(rows) != 103 || len(ids) != 10 {
				t.Fatalf("%s: %d communes and %d criteria, the programme counts 103 and 10", shell.path, len(rows), len(ids))
			}
			met, shapes := make([]int, len(ids)), 0
			for _, r := range rows {
				want := figures[codeOf(t, r)]
				if want == nil {
					t.Errorf("the file has no %q", r.cells[0])
					continue
				}
				for i, w := range want {
					if got := r.cells[1+i]; got != said[w] {
						t.Errorf("%s, criterion %s: %q, the file says %q", r.cells[0], ids[i], got, said[w])
					}
					if w == "dat" {
						met[i]++
					}
					links := elements(r.nodes[1+i], "a")
					if len(links) != 1 || !strings.HasPrefix(attr(links[0], "href"), "/") {
						t.Errorf("%s, criterion %s: %d links", r.cells[0], ids[i], len(links))
					}
					shapes += len(elements(r.nodes[1+i], "use"))
				}
			}
			if shapes != 1030 {
				t.Errorf("%d shapes in 1030 cells", shapes)
			}
			foot := rowsOf(elements(table, "tfoot")[0])[0]
			for i, n := range met {
				spoken := htmlcheck.TextOf(elements(foot.nodes[1+i], "span")[1])
				if !strings.HasPrefix(spoken, strconv.Itoa(n)+" trên 103 ") {
					t.Errorf("total of criterion %s is %q, the file has %d", ids[i], foot.cells[1+i], n)
				}
			}
		}
	})
}

// The snapshot has its 111 communes and 19 criteria, and 48 and 50 of 111 for the two indicators of the report.
func TestMatrixOfTheSnapshot(t *testing.T) {
	onEach(t, false, func(t *testing.T, h *house) {
		criteria := byID(t, h.page(t, office, desk+matrixPath+"?bo="+advanced+"&ky=2023"), "ma-tran")
		if rows := communes(criteria); len(rows) != 111 || len(rows[0].cells) != 1+19+1 {
			t.Errorf("%d communes × %d criteria, want 111 × 19", len(rows), len(rows[0].cells)-2)
		}
		table := byID(t, h.page(t, office, desk+matrixPath+"?bo="+advanced+"&ky=2023&cot=chi-tieu"), "ma-tran")
		var heads []string
		for _, th := range elements(elements(table, "thead")[0], "th") {
			for _, b := range elements(th, "b") {
				heads = append(heads, htmlcheck.TextOf(b))
			}
		}
		rows := communes(table)
		for item, want := range map[string]int{"8.4": 48, "15.2": 50} { // the news report of 2024
			at, n := slices.Index(heads, item), 0
			if at < 0 {
				t.Fatalf("no column %s in %v", item, heads)
			}
			for _, r := range rows {
				if r.cells[1+at] == "đạt" {
					n++
				}
			}
			if n != want || len(rows) != 111 {
				t.Errorf("%s: %d of %d communes, the report says %d of 111", item, n, len(rows), want)
			}
		}
	})
}

// "Gần đạt nhất" puts the communes in the order of the criteria that they lack in the file, and equal ones in Vietnamese
// order of their names.
func TestNearestFirst(t *testing.T) {
	onEach(t, false, func(t *testing.T, h *house) {
		_, figures := demoBoard(t)
		rows := communes(byID(t, h.page(t, office, desk+matrixPath+"?sap=gan-dat&nhom=khong"), "ma-tran"))
		if len(rows) != 103 {
			t.Fatalf("%d rows", len(rows))
		}
		lacks := func(r tableRow) (n int) {
			for _, w := range figures[codeOf(t, r)] {
				if w != "dat" && w != "khong_ap_dung" {
					n++
				}
			}
			return n
		}
		none := 0
		for i, r := range rows {
			if lacks(r) == 0 {
				none++
			}
			if i == 0 {
				continue
			}
			before, now := lacks(rows[i-1]), lacks(r)
			switch {
			case before > now:
				t.Errorf("%s lacks %d and stands before %s, which lacks %d", rows[i-1].cells[0], before, r.cells[0], now)
			case before == now && vntext.SortKey(rows[i-1].cells[0]) > vntext.SortKey(r.cells[0]):
				t.Errorf("%s stands before %s", rows[i-1].cells[0], r.cells[0])
			}
		}
		if none != 11 || lacks(rows[len(rows)-1]) < 7 {
			t.Errorf("%d communes lack nothing (the file has 11), the last lacks %d", none, lacks(rows[len(rows)-1]))
		}
	})
}

// A column sorts its verdicts both ways; groups keep their own order.
func TestSortByColumn(t *testing.T) {
	onEach(t, false, func(t *testing.T, h *house) {
		order := []string{"đạt", "cơ bản đạt", "chưa đạt", "chưa có ngưỡng", "chưa có số liệu", "không áp dụng"}
		for _, c := range []struct {
			sort string
			sign int
		}{{"7", 1}, {"-7", -1}} {
			table := byID(t, h.page(t, office, desk+matrixPath+"?nhom=khong&sap="+c.sort), "ma-tran")
			rows := communes(table)
			changes := 0
			for i := 1; i < len(rows); i++ {
				before, now := slices.Index(order, rows[i-1].cells[7]), slices.Index(order, rows[i].cells[7])
				if (now-before)*c.sign < 0 {
					t.Errorf("sorted by %s: %q before %q", c.sort, rows[i-1].cells[7], rows[i].cells[7])
				}
				if before != now {
					changes++
				}
			}
			if changes < 2 {
				t.Errorf("sorted by %s: %d kinds of results", c.sort, changes+1)
			}
			head := elements(elements(table, "thead")[0], "th")[7]
			if want := map[int]string{1: "ascending", -1: "descending"}[c.sign]; attr(head, "aria-sort") != want {
				t.Errorf("column 7 says aria-sort=%q", attr(head, "aria-sort"))
			}
		}
	})
}

// Filters keep what the file and the register say they keep.
func TestFilters(t *testing.T) {
	onEach(t, false, func(t *testing.T, h *house) {
		_, figures := demoBoard(t)
		with := func(query string) []tableRow {
			return communes(byID(t, h.page(t, office, desk+matrixPath+query), "ma-tran"))
		}
		missing := 0
		for _, f := range figures {
			if slices.Contains(f, "") {
				missing++
			}
		}
		if got := len(with("?ket-qua=missing")); got != missing || missing == 0 {
			t.Errorf("%d communes with a result missing, the file has %d", got, missing)
		}
		// Of the 103 xã 42 lie in former Lâm Đồng, 36 in former Bình Thuận, 25 in former Đắk Nông (resolutions of 2025).
		for code, want := range map[string]int{"68": 42, "60": 36, "67": 25} {
			if got := len(with("?noi=" + code)); got != want {
				t.Errorf("%d communes of former province %s, want %d", got, code, want)
			}
		}
		groups := 0
		for _, g := range []string{"nhom1", "nhom2", "nhom3", "-"} {
			if a := h.get(office, i18n.Vi, desk+matrixPath+"?nhom-xa="+g); a.status != http.StatusOK {
				t.Errorf("group %s: status %d", g, a.status)
			} else if strings.Contains(a.body, `id="ma-tran"`) {
				groups += len(with("?nhom-xa=" + g))
			}
		}
		if groups != 103 {
			t.Errorf("the groups hold %d communes together", groups)
		}
		all, led := with("?bo="+advanced+"&ky=2023&cot=chi-tieu"), with("?bo="+advanced+"&ky=2023&cot=chi-tieu&co-quan=thong_tin")
		if len(led[0].cells) >= len(all[0].cells) || len(led[0].cells) < 3 {
			t.Errorf("%d of %d columns are led by one department", len(led[0].cells), len(all[0].cells))
		}
		for path, status := range map[string]int{"?ket-qua=xong": 422, "?sap=99": 404, "?luc=2026-99-99": 422, "?luc=2027-01-01": 422, "?dinh-dang=pdf": 422, "?bo=x": 404} {
			if a := h.get(office, i18n.Vi, desk+matrixPath+path); a.status != status {
				t.Errorf("%s: status %d, want %d", path, a.status, status)
			}
		}
	})
}

// What a guest sees of the desk: the way to sign in.
func TestDeskNeedsSignIn(t *testing.T) {
	onEach(t, false, func(t *testing.T, h *house) {
		for _, p := range []string{matrixPath, hexPath, mapPath, comparePath} {
			if a := h.get(nobody, i18n.Vi, desk+p); a.status != http.StatusSeeOther {
				t.Errorf("guest on %s: status %d", desk+p, a.status)
			}
			if a := h.get(nobody, i18n.Vi, p); a.status != http.StatusOK {
				t.Errorf("guest on %s: status %d", p, a.status)
			}
		}
	})
}

// Counted on today's units, the snapshot of 2023 gives counts of former communes in words and never a verdict for a unit of
// today: no status, no chip, no bare word of one in any cell, on the page and in the files.
func TestTodayUnitsNeverJudge(t *testing.T) {
	onEach(t, false, func(t *testing.T, h *house) {
		for _, query := range []string{"?bo=" + advanced + "&ky=2023&don-vi-nay=1&cot=chi-tieu", "?bo=" + advanced + "&ky=2023&don-vi-nay=1"} {
			doc := h.page(t, office, desk+matrixPath+query)
			for _, id := range []string{"don-vi-nay", "don-vi-nay-ds"} {
				table := byID(t, doc, id)
				cells := 0
				for c := range table.Descendants() {
					if class := attr(c, "class"); strings.Contains(class, "ls-box") || strings.Contains(class, "ls-chip") || strings.Contains(class, "ls-mark") || strings.Contains(class, "ls-step") {
						t.Fatalf("%s: a cell holds the status %q", query, class)
					}
				}
				for _, r := range communes(table) {
					for _, cell := range r.cells[1:] {
						cells++
						for _, word := range said {
							if strings.EqualFold(cell, word) {
								t.Fatalf("%s: the cell of %s says %q", query, r.cells[0], cell)
							}
						}
					}
				}
				if cells < 49 {
					t.Errorf("%s: %d cells in %s", query, cells, id)
				}
			}
		}
		report := h.get(office, i18n.Vi, desk+matrixPath+"?bo="+advanced+"&ky=2023&don-vi-nay=1&cot=chi-tieu&dinh-dang=csv").body
		for _, word := range said {
			if strings.Contains(report, ","+word+",") || strings.Contains(report, ","+word+"\n") {
				t.Errorf("the file has a cell %q", word)
			}
		}
	})
}

// The law joins Lộc An, Lộc Đức and Tân Lạc to xã Bảo Lâm 2 (1671/NQ-UBTVQH15, Điều 1 khoản 29); the demo's file says which of
// them met 8.4. Phường B'Lao has left the programme; thị trấn Lộc Thắng, now in Bảo Lâm 1, was never in it.
func TestTodayUnitsCountParts(t *testing.T) {
	onEach(t, false, func(t *testing.T, h *house) {
		_, list := demoFile(t, "bai-bao-2024.csv")
		met := 0
		for _, r := range list {
			if slices.Contains([]string{"25081", "25084", "25087"}, r[0]) && r[1] == "dat" {
				met++
			}
		}
		report := h.get(office, i18n.Vi, desk+matrixPath+"?bo="+advanced+"&ky=2023&don-vi-nay=1&cot=chi-tieu&dinh-dang=csv").body
		line := func(code string) string {
			for _, l := range strings.Split(report, "\n") {
				if strings.HasPrefix(l, code+",") {
					return l
				}
			}
			t.Fatalf("no line of %s in\n%.800s", code, report)
			return ""
		}
		if l := line("25084"); !strings.Contains(l, fmt.Sprintf("%d trong 3 xã cũ đạt", met)) || !strings.Contains(l, "gồm Lộc An, Lộc Đức, Tân Lạc") {
			t.Errorf("Bảo Lâm 2: %s, want %d of 3", l, met)
		}
		doc := h.page(t, office, desk+matrixPath+"?bo="+advanced+"&ky=2023&don-vi-nay=1")
		text := htmlcheck.TextOf(byID(t, doc, "don-vi-nay"))
		for _, want := range []string{"không còn thuộc diện xét nông thôn mới", "chưa từng có kết quả: Thị trấn Lộc Thắng"} {
			if !strings.Contains(strings.Join(strings.Fields(text), " "), want) {
				t.Errorf("the table does not say %q", want)
			}
		}
	})
}

// A long list goes over pages in the order of its groups, and every commune stands on exactly one.
func TestPages(t *testing.T) {
	var groups []group
	total := 0
	for i := range 34 { // a country: 34 provinces, 3,321 communes and wards
		g := group{name: fmt.Sprint(i)}
		n := 97
		if i < 23 {
			n++
		}
		for range n {
			total++
			g.Rows = append(g.Rows, assessment.Row{Unit: &territory.Unit{ID: territory.UnitID(total)}})
		}
		groups = append(groups, g)
	}
	if total != 3321 {
		t.Fatal(total)
	}
	for _, columns := range []int{19, 57, 132} {
		size, next := pageRows(columns), territory.UnitID(1)
		if size < 50 || size > 200 {
			t.Errorf("%d columns: %d rows a page", columns, size)
		}
		for from := 0; from < total; from += size {
			n := 0
			for _, g := range pageOf(groups, web.Sheet{From: from, To: min(from+size, total), N: total}) {
				if whole := groups[slices.IndexFunc(groups, func(x group) bool { return x.name == g.name })]; len(g.Rows) != len(whole.Rows) {
					t.Fatalf("the totals of %q are over %d of %d communes", g.name, len(g.Rows), len(whole.Rows))
				}
				for _, r := range g.shown {
					if r.Unit.ID != next {
						t.Fatalf("unit %d stands where %d belongs", r.Unit.ID, next)
					}
					next++
					n++
				}
			}
			if n > size || n == 0 {
				t.Errorf("%d rows on a page of %d", n, size)
			}
		}
		if int(next)-1 != total {
			t.Errorf("%d of %d communes shown", next-1, total)
		}
	}
}

// "luc" asks what was known at the end of a day: before anything was recorded nothing was.
func TestMatrixAsItWasKnown(t *testing.T) {
	onEach(t, false, func(t *testing.T, h *house) {
		ask := func(luc string) string {
			a := h.get(office, i18n.Vi, desk+matrixPath+"?bo="+advanced+"&ky=2023&cot=chi-tieu&dinh-dang=csv"+luc)
			if a.status != 200 {
				t.Fatalf("%s: %d", luc, a.status)
			}
			return a.body
		}
		now, then := ask(""), ask("&luc=2024-01-31")
		if n := strings.Count(now, ",đạt"); n < 48 {
			t.Fatalf("%d cells are met now, want at least the 48 of 8.4", n)
		}
		if n := strings.Count(then, ",đạt"); n > 0 {
			t.Errorf("%d cells were met on a day before anything was recorded", n)
		}
	})
}
