package workbook

import (
	"fmt"
	"math/rand/v2"
	"sort"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"langso/internal/std/xlsx"
)

// essence is what a workbook says, wherever it stands: values, and errors and warnings without their places.
func essence(c Context, r *Reading) []string {
	var out []string
	for _, v := range r.Values {
		out = append(out, fmt.Sprintf("%s %s: %v %s | %v %s/%s | %v %s | %q %q %s", codeOfUnit(c, v.Unit), v.Indicator, v.HasNumber, decimalText(v.Number), v.HasRatio,
			decimalText(v.Numerator), decimalText(v.Denominator), v.HasPrinted, decimalText(v.Printed), v.LevelWord, v.Verdict, v.Date))
	}
	for _, list := range [][]Problem{r.Errors, r.Warnings} {
		for _, p := range list {
			out = append(out, fmt.Sprintf("%s unit %s indicator %s suggestion %s", p.Code, codeOfUnit(c, p.Unit), p.Indicator, codeOfUnit(c, p.Suggestion)))
		}
	}
	sort.Strings(out)
	return append(out, fmt.Sprintf("blank %d, not applicable %d", r.Blank, r.NotApplicable))
}

func sameEssence(t *testing.T, c Context, got, want *Reading) {
	t.Helper()
	g, w := essence(c, got), essence(c, want)
	if strings.Join(g, "\n") == strings.Join(w, "\n") {
		return
	}
	in := func(list []string) map[string]int {
		m := map[string]int{}
		for _, s := range list {
			m[s]++
		}
		return m
	}
	gm, wm := in(g), in(w)
	n := 0
	for _, s := range w {
		if gm[s] < wm[s] && n < 10 {
			t.Errorf("missing: %s", s)
			n++
		}
	}
	for _, s := range g {
		if wm[s] < gm[s] && n < 20 {
			t.Errorf("surplus: %s", s)
			n++
		}
	}
}

// copyBook copies a parsed workbook, so that a transformation leaves the original alone.
func copyBook(wb *xlsx.Workbook) *xlsx.Workbook {
	out := &xlsx.Workbook{Date1904: wb.Date1904}
	for _, s := range wb.Sheets {
		n := *s
		n.Rows = nil
		for _, r := range s.Rows {
			r.Cells = append([]xlsx.Cell(nil), r.Cells...)
			n.Rows = append(n.Rows, r)
		}
		n.Merges = append([]xlsx.Range(nil), s.Merges...)
		n.HiddenCols = append([]xlsx.Span(nil), s.HiddenCols...)
		out.Sheets = append(out.Sheets, &n)
	}
	return out
}

func eachCell(wb *xlsx.Workbook, f func(s *xlsx.Sheet, row int, c *xlsx.Cell)) {
	for _, s := range wb.Sheets {
		for i := range s.Rows {
			for j := range s.Rows[i].Cells {
				f(s, s.Rows[i].Index, &s.Rows[i].Cells[j])
			}
		}
	}
}

func shift(wb *xlsx.Workbook, rows, cols int) *xlsx.Workbook {
	wb = copyBook(wb)
	for _, s := range wb.Sheets {
		for i := range s.Rows {
			s.Rows[i].Index += rows
			for j := range s.Rows[i].Cells {
				s.Rows[i].Cells[j].Col += cols
			}
		}
		for i := range s.Merges {
			m := &s.Merges[i]
			m.Row1, m.Row2, m.Col1, m.Col2 = m.Row1+rows, m.Row2+rows, m.Col1+cols, m.Col2+cols
		}
		for i := range s.HiddenCols {
			s.HiddenCols[i].From += cols
			s.HiddenCols[i].To += cols
		}
	}
	return wb
}

// spread writes what a merged area says into each of its cells, for the areas that keep selects.
func spread(s *xlsx.Sheet, keep func(xlsx.Range) bool) {
	var rest []xlsx.Range
	for _, m := range s.Merges {
		if !keep(m) {
			rest = append(rest, m)
			continue
		}
		c, ok := cellAt(s, m.Row1, m.Col1)
		if !ok {
			continue
		}
		for r := m.Row1; r <= m.Row2; r++ {
			for col := m.Col1; col <= m.Col2; col++ {
				c.Col = col
				put(s, r, c)
			}
		}
	}
	s.Merges = rest
}

func cellAt(s *xlsx.Sheet, row, col int) (xlsx.Cell, bool) {
	for _, r := range s.Rows {
		if r.Index == row {
			for _, c := range r.Cells {
				if c.Col == col {
					return c, true
				}
			}
		}
	}
	return xlsx.Cell{}, false
}

func put(s *xlsx.Sheet, row int, c xlsx.Cell) {
	for i := range s.Rows {
		if s.Rows[i].Index != row {
			continue
		}
		cells := s.Rows[i].Cells
		for j := range cells {
			if cells[j].Col == c.Col {
				cells[j] = c
				return
			}
		}
		s.Rows[i].Cells = append(cells, c)
		sort.Slice(s.Rows[i].Cells, func(a, b int) bool { return s.Rows[i].Cells[a].Col < s.Rows[i].Cells[b].Col })
		return
	}
	s.Rows = append(s.Rows, xlsx.Row{Index: row, Cells: []xlsx.Cell{c}})
	sort.Slice(s.Rows, func(a, b int) bool { return s.Rows[a].Index < s.Rows[b].Index })
}

// permute moves the columns of the first sheet from row first on: column c goes to to[c].
func permute(s *xlsx.Sheet, first int, to map[int]int) {
	move := func(c int) int {
		if n, ok := to[c]; ok {
			return n
		}
		return c
	}
	for i := range s.Rows {
		if s.Rows[i].Index < first {
			continue
		}
		cells := s.Rows[i].Cells
		for j := range cells {
			cells[j].Col = move(cells[j].Col)
		}
		sort.Slice(cells, func(a, b int) bool { return cells[a].Col < cells[b].Col })
	}
	for i := range s.Merges {
		if m := &s.Merges[i]; m.Row1 >= first && m.Col1 == m.Col2 {
			m.Col1 = move(m.Col1)
			m.Col2 = m.Col1
		}
	}
	for i := range s.HiddenCols {
		if h := &s.HiddenCols[i]; h.From == h.To {
			h.From = move(h.From)
			h.To = h.From
		}
	}
}

func shuffled(rng *rand.Rand, cols []int) map[int]int {
	to := append([]int(nil), cols...)
	rng.Shuffle(len(to), func(i, j int) { to[i], to[j] = to[j], to[i] })
	m := map[int]int{}
	for i, c := range cols {
		m[c] = to[i]
	}
	return m
}

func span(from, to int) []int {
	var out []int
	for c := from; c <= to; c++ {
		out = append(out, c)
	}
	return out
}

// shape is where the table of a reference workbook stands: facts of the file, for the transformations only.
type shape struct {
	name             string
	head, body, last int // first row of the headings, of the data, last row of the table
	data             []int
	list             bool
}

var shapes = []shape{
	{references[0], 9, 12, 148, span(4, 62), false},
	{references[1], 6, 7, 461, span(1, 10), true},
	{references[2], 5, 7, 118, span(4, 16), false},
}

// inHead selects merged areas of the headings that span columns, and so would tear when columns move.
func (s shape) inHead(m xlsx.Range) bool {
	return m.Row1 >= s.head && m.Row2 < s.body && m.Col2 > m.Col1
}

func TestTransformed(t *testing.T) {
	for _, sh := range shapes {
		data, e := office(t, sh.name)
		c := frame(t, e.Set, e.Period)
		original := parse(t, data)
		want := Read(copyBook(original), c)
		if len(want.Values) != len(e.Rows) {
			t.Fatalf("%s: %d values before any transformation", sh.name, len(want.Values))
		}
		try := func(name string, change func(t *testing.T, wb *xlsx.Workbook) *xlsx.Workbook) {
			t.Run(sh.name+"/"+name, func(t *testing.T) {
				got := Read(change(t, copyBook(original)), c)
				sameEssence(t, c, got, want)
				if g, w := len(got.IgnoredSheets), len(want.IgnoredSheets); g != w {
					t.Errorf("%d ignored sheets, want %d", g, w)
				}
			})
		}
		for _, by := range [][2]int{{7, 0}, {0, 5}, {100, 30}} {
			try(fmt.Sprintf("shift %d rows %d columns", by[0], by[1]), func(t *testing.T, wb *xlsx.Workbook) *xlsx.Workbook { return shift(wb, by[0], by[1]) })
		}
		try("no titles", func(t *testing.T, wb *xlsx.Workbook) *xlsx.Workbook {
			s := wb.Sheets[0]
			for len(s.Rows) > 0 && s.Rows[0].Index < sh.head {
				s.Rows = s.Rows[1:]
			}
			return shift(wb, 1-sh.head, 0)
		})
		try("decomposed letters", func(t *testing.T, wb *xlsx.Workbook) *xlsx.Workbook {
			eachCell(wb, func(_ *xlsx.Sheet, _ int, c *xlsx.Cell) {
				if c.Kind == xlsx.Text {
					c.Text = norm.NFD.String(c.Text)
				}
			})
			return wb
		})
		try("capital letters and spaces", func(t *testing.T, wb *xlsx.Workbook) *xlsx.Workbook {
			eachCell(wb, func(_ *xlsx.Sheet, _ int, c *xlsx.Cell) {
				if c.Kind == xlsx.Text && strings.TrimSpace(c.Text) != "" {
					c.Text = "\u00a0" + strings.ToUpper(c.Text) + " \n"
				}
			})
			return wb
		})
		try("decimal comma and point changed over", func(t *testing.T, wb *xlsx.Workbook) *xlsx.Workbook {
			eachCell(wb, func(s *xlsx.Sheet, row int, c *xlsx.Cell) {
				if c.Kind == xlsx.Text && row >= sh.body {
					if _, ok := typedPercent(strings.TrimSpace(c.Text)); ok {
						c.Text = strings.NewReplacer(",", ".", ".", ",").Replace(c.Text)
					}
				}
			})
			return wb
		})
		for seed := range uint64(3) {
			try(fmt.Sprintf("columns in another order %d", seed), func(t *testing.T, wb *xlsx.Workbook) *xlsx.Workbook {
				s := wb.Sheets[0]
				spread(s, sh.inHead)
				permute(s, sh.head, shuffled(rand.New(rand.NewPCG(seed, 1)), sh.data))
				return wb
			})
			if !sh.list {
				try(fmt.Sprintf("names among the columns %d", seed), func(t *testing.T, wb *xlsx.Workbook) *xlsx.Workbook {
					s := wb.Sheets[0]
					spread(s, sh.inHead)
					permute(s, sh.head, shuffled(rand.New(rand.NewPCG(seed, 2)), append(span(2, 3), sh.data...)))
					return wb
				})
			}
		}
		try("headings without merges", func(t *testing.T, wb *xlsx.Workbook) *xlsx.Workbook {
			s := wb.Sheets[0]
			var rest []xlsx.Range
			for _, m := range s.Merges {
				if !(m.Row1 >= sh.head && m.Row2 < sh.body) {
					rest = append(rest, m)
				}
			}
			s.Merges = rest
			return wb
		})
		try("rows hidden", func(t *testing.T, wb *xlsx.Workbook) *xlsx.Workbook {
			for i := range wb.Sheets[0].Rows {
				wb.Sheets[0].Rows[i].Hidden = i%3 == 0
			}
			return wb
		})
		try("two tables one below the other", func(t *testing.T, wb *xlsx.Workbook) *xlsx.Workbook { return cutBelow(wb, sh) })
		try("two sheets", func(t *testing.T, wb *xlsx.Workbook) *xlsx.Workbook { return cutSheets(wb, sh) })
		try("headings in other words", func(t *testing.T, wb *xlsx.Workbook) *xlsx.Workbook { return reword(wb, sh) })
		try("headings repeated on every page", func(t *testing.T, wb *xlsx.Workbook) *xlsx.Workbook { return repeatHeads(wb, sh) })
		try("tables with strangers around", func(t *testing.T, wb *xlsx.Workbook) *xlsx.Workbook {
			s := wb.Sheets[0]
			put(s, sh.last+20, xlsx.Cell{Col: 2, Kind: xlsx.Text, Text: "Chỉ tiêu 8.4: theo văn bản của Sở"})
			put(s, sh.last+21, xlsx.Cell{Col: 2, Kind: xlsx.Text, Text: "(1) Số liệu ước tính"})
			put(s, sh.last+22, xlsx.Cell{Col: 7, Kind: xlsx.Text, Text: "Người kiểm tra"})
			return wb
		})
		if sh.list {
			continue
		}
		for rows := 1; rows <= 4; rows++ {
			try(fmt.Sprintf("headings of %d rows", rows), func(t *testing.T, wb *xlsx.Workbook) *xlsx.Workbook { return headRows(t, wb, sh, e, rows) })
		}
		for i, form := range []string{"Chỉ tiêu %s", "CT %s", "TC %s.", "Tiêu chí số %s", "%s.", "%s. Nội dung chỉ tiêu", "Nội dung chỉ tiêu\n(TC%s)", "Indicator %s", "Mã %s: nội dung"} {
			try("codes written "+form, func(t *testing.T, wb *xlsx.Workbook) *xlsx.Workbook {
				s := wb.Sheets[0]
				for _, col := range sh.data {
					for row := sh.body - 1; row >= sh.head; row-- {
						x, ok := cellAt(s, row, col)
						if !ok {
							continue
						}
						k := codeIn(strings.ToLower(x.Text))
						if k.form == noCode {
							break
						}
						id := k.id
						if i%2 == 1 {
							id = strings.ReplaceAll(id, ".", ",")
						}
						x.Text = fmt.Sprintf(form, id)
						put(s, row, x)
						break
					}
				}
				return wb
			})
		}
		try("two tables side by side", func(t *testing.T, wb *xlsx.Workbook) *xlsx.Workbook { return cutBeside(wb, sh) })
	}
}

// rowsOf copies the rows from first to last, moved down by down rows and right by right columns, merges included.
func rowsOf(s *xlsx.Sheet, first, last, down, right int) ([]xlsx.Row, []xlsx.Range) {
	var rows []xlsx.Row
	for _, r := range s.Rows {
		if r.Index < first || r.Index > last {
			continue
		}
		r.Index += down
		r.Cells = append([]xlsx.Cell(nil), r.Cells...)
		for i := range r.Cells {
			r.Cells[i].Col += right
		}
		rows = append(rows, r)
	}
	var merges []xlsx.Range
	for _, m := range s.Merges {
		if m.Row1 >= first && m.Row2 <= last {
			merges = append(merges, xlsx.Range{Row1: m.Row1 + down, Row2: m.Row2 + down, Col1: m.Col1 + right, Col2: m.Col2 + right})
		}
	}
	return rows, merges
}

// middle is the row before which a table can be cut: a heading, or a commune whose district is written in its row.
func (s shape) middle() int {
	return map[string]int{references[0]: 68, references[1]: 185, references[2]: 53}[s.name]
}

func cutBelow(wb *xlsx.Workbook, sh shape) *xlsx.Workbook {
	s := wb.Sheets[0]
	height := sh.body - sh.head
	top, m1 := rowsOf(s, 1, sh.middle()-1, 0, 0)
	head, m2 := rowsOf(s, sh.head, sh.body-1, sh.middle()+3-sh.head, 0)
	rest, m3 := rowsOf(s, sh.middle(), 10_000, 3+height, 0)
	s.Rows = append(append(top, head...), rest...)
	s.Merges = append(append(m1, m2...), m3...)
	return wb
}

func repeatHeads(wb *xlsx.Workbook, sh shape) *xlsx.Workbook {
	s := wb.Sheets[0]
	height := sh.body - sh.head
	page := sh.middle() + 3 // inside a district
	_, m1 := rowsOf(s, 1, page-1, 0, 0)
	head, m2 := rowsOf(s, sh.head, sh.body-1, page-sh.head, 0)
	_, m3 := rowsOf(s, page, 10_000, height, 0)
	// A merge that the page break cuts is written into its cells, as a person would repeat the name.
	spread(s, func(m xlsx.Range) bool { return m.Row1 < page && m.Row2 >= page })
	top, _ := rowsOf(s, 1, page-1, 0, 0)
	rest, _ := rowsOf(s, page, 10_000, height, 0)
	s.Rows = append(append(top, head...), rest...)
	s.Merges = append(append(m1, m2...), m3...)
	return wb
}

func cutSheets(wb *xlsx.Workbook, sh shape) *xlsx.Workbook {
	s := wb.Sheets[0]
	second := *s
	second.Name = "Tiếp theo"
	head, m2 := rowsOf(s, sh.head, sh.body-1, 0, 0)
	rest, m3 := rowsOf(s, sh.middle(), 10_000, 0, 0)
	second.Rows = append(head, rest...)
	second.Merges = append(m2, m3...)
	s.Rows, s.Merges = rowsOf(s, 1, sh.middle()-1, 0, 0)
	wb.Sheets = append([]*xlsx.Sheet{wb.Sheets[0], &second}, wb.Sheets[1:]...)
	return wb
}

func cutBeside(wb *xlsx.Workbook, sh shape) *xlsx.Workbook {
	s := wb.Sheets[0]
	right := sh.data[len(sh.data)-1] + 1
	left, m1 := rowsOf(s, 1, sh.middle()-1, 0, 0)
	head, m2 := rowsOf(s, sh.head, sh.body-1, 0, right)
	rest, m3 := rowsOf(s, sh.middle(), sh.last, sh.body-sh.middle(), right)
	s.Rows, s.Merges = left, append(append(m1, m2...), m3...)
	for _, r := range append(head, rest...) {
		for _, c := range r.Cells {
			put(s, r.Index, c)
		}
	}
	for _, h := range append([]xlsx.Span(nil), s.HiddenCols...) {
		s.HiddenCols = append(s.HiddenCols, xlsx.Span{From: h.From + right, To: h.To + right})
	}
	return wb
}

// reword replaces the headings by words that no list of words foresees, where the content must tell.
func reword(wb *xlsx.Workbook, sh shape) *xlsx.Workbook {
	other := map[string]string{
		"STT": "Số hiệu", "TT": "Thứ bậc", "Tên đơn vị": "Nơi thực hiện", "Tên xã": "Nơi thực hiện", "Xã": "Nơi", "Huyện, thành phố": "Trực thuộc", "Ghi chú": "Khác",
		"Tổng số chỉ tiêu đạt": "Điểm", "Số tiêu chí đạt": "Điểm", "Tỷ lệ hoàn thành": "Mức hoàn tất", "Mã chỉ tiêu": "Đầu mục", "Tử số (số người/trẻ đạt)": "Đếm được", "Mẫu số (tổng số)": "Trong số",
		"Tỷ lệ (%)": "Tương ứng", "Đánh giá": "Kết cục", "Ngày chốt số liệu": "Chốt", "Kết quả đánh giá từng tiêu chí": "Từng mục",
	}
	s := wb.Sheets[0]
	for i := range s.Rows {
		if s.Rows[i].Index < sh.head || s.Rows[i].Index >= sh.body {
			continue
		}
		for j := range s.Rows[i].Cells {
			if w, ok := other[s.Rows[i].Cells[j].Text]; ok {
				s.Rows[i].Cells[j].Text = w
			}
		}
	}
	return wb
}

// headRows writes the headings of a matrix anew in 1 to 4 rows.
func headRows(t *testing.T, wb *xlsx.Workbook, sh shape, e expectation, rows int) *xlsx.Workbook {
	s := wb.Sheets[0]
	codes := map[int]string{}
	for _, r := range e.Rows {
		_, col, _ := splitRef(r.Cell)
		codes[col] = r.Indicator
	}
	names := map[int]string{}
	for _, r := range s.Rows {
		if r.Index >= sh.head && r.Index < sh.body {
			for _, c := range r.Cells {
				if codes[c.Col] == "" {
					names[c.Col] = c.Text
				}
			}
		}
	}
	if len(codes) < 10 || len(names) < 3 {
		t.Fatalf("%d codes, %d other headings", len(codes), len(names))
	}
	above, m1 := rowsOf(s, 1, sh.head-1, 0, 0)
	below, m2 := rowsOf(s, sh.body, 10_000, sh.head+rows-sh.body, 0)
	s.Rows, s.Merges = append(above, below...), append(m1, m2...)
	last := sh.head + rows - 1
	for col, name := range names {
		put(s, sh.head, xlsx.Cell{Col: col, Kind: xlsx.Text, Text: name})
		if rows > 1 {
			s.Merges = append(s.Merges, xlsx.Range{Row1: sh.head, Row2: last, Col1: col, Col2: col})
		}
	}
	for col, id := range codes {
		criterion, _, _ := strings.Cut(id, ".")
		switch rows {
		case 1:
			put(s, sh.head, xlsx.Cell{Col: col, Kind: xlsx.Text, Text: "Chỉ tiêu\n" + id})
		case 2:
			put(s, sh.head, xlsx.Cell{Col: col, Kind: xlsx.Text, Text: "Tiêu chí " + criterion})
			put(s, last, xlsx.Cell{Col: col, Kind: xlsx.Text, Text: id + ". Nội dung"})
		case 3:
			put(s, sh.head, xlsx.Cell{Col: col, Kind: xlsx.Text, Text: "TC " + criterion})
			put(s, sh.head+1, xlsx.Cell{Col: col, Kind: xlsx.Text, Text: "CT " + id})
			put(s, last, xlsx.Cell{Col: col, Kind: xlsx.Text, Text: "Nội dung chỉ tiêu"})
		case 4:
			put(s, sh.head+1, xlsx.Cell{Col: col, Kind: xlsx.Text, Text: "Tiêu chí " + criterion})
			put(s, sh.head+2, xlsx.Cell{Col: col, Kind: xlsx.Text, Text: "(" + "TC " + id + ")"})
			put(s, last, xlsx.Cell{Col: col, Kind: xlsx.Text, Text: "kết quả"})
		}
	}
	if rows == 4 {
		first := sh.data[0]
		put(s, sh.head, xlsx.Cell{Col: first, Kind: xlsx.Text, Text: "KẾT QUẢ THỰC HIỆN"})
		s.Merges = append(s.Merges, xlsx.Range{Row1: sh.head, Row2: sh.head, Col1: first, Col2: first + len(codes) - 1})
	}
	return wb
}

func splitRef(ref string) (row, col int, ok bool) {
	for i := 0; i < len(ref); i++ {
		if ref[i] >= '0' && ref[i] <= '9' {
			row = row*10 + int(ref[i]-'0')
		} else {
			col = col*26 + int(ref[i]-'A') + 1
		}
	}
	return row, col, row > 0 && col > 0
}
