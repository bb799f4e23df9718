package workbook

import (
	"bytes"
	"strings"
	"testing"

	"langso/internal/std/xlsx"
)

// FuzzRead takes any file: whatever opens as a workbook must be understood without a panic.
func FuzzRead(f *testing.F) {
	c := frame(f, basic, "2024-06")
	for _, rows := range [][]ResultRow{
		nil,
		{{UnitCode: "24805", UnitName: "Xã Xuân Thọ", District: "Thành phố Đà Lạt", Indicator: "8.4", Verdict: VerdictMet}},
	} {
		b, err := WriteResults(c.Set, Document{Sheet: "a", Titles: []string{"b"}}, rows)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		wb, err := xlsx.Read(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		checkReading(t, c, wb)
	})
}

// FuzzSheet makes sheets of the words of the format: lines are rows, "|" parts cells; a cell that begins with # is a
// number, with = a formula without result, with ! an error. The first line may merge areas.
func FuzzSheet(f *testing.F) {
	c := frame(f, basic, "2024-06")
	for _, text := range []string{
		"\nTT|Tên xã|8.4|Tiêu chí 5: Trường học\n#1|Xuân Thọ|Đạt|#98.2\n|Cộng|=1|!#DIV/0!",
		"A1:B1,C3:C5\nTT|Huyện|Xã|Mã chỉ tiêu|Tử số|Mẫu số|Tỷ lệ|Đánh giá|Ngày\n#1|Đà Lạt|Tà Nung|15.1|4.512|5 000|90,2%|x|30/06/2024",
		"\n|Mã xã|TC 1|TC 2|TC 3\n#1|#24805|Đạt|-|Có\nI. Huyện Lâm Hà\n#2|Tân Văn|K|x|?\nGhi chú: x\n||Người lập",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		merges, rest, _ := strings.Cut(text, "\n")
		var rows [][]any
		for _, line := range strings.Split(rest, "\n") {
			var row []any
			for _, s := range strings.Split(line, "|") {
				switch {
				case s == "":
					row = append(row, nil)
				case s[0] == '=':
					row = append(row, formula{s, nil})
				case s[0] == '!':
					row = append(row, fault(s[1:]))
				case s[0] == '#':
					if _, ok := literal(s[1:]); ok {
						row = append(row, as{s[1:], ""})
						continue
					}
					row = append(row, s)
				default:
					row = append(row, s)
				}
			}
			rows = append(rows, row)
		}
		s := sheetOf("a", rows)
		for _, area := range strings.Split(merges, ",") {
			from, to, ok := strings.Cut(area, ":")
			if !ok {
				continue
			}
			r1, c1, ok1 := fuzzRef(from)
			r2, c2, ok2 := fuzzRef(to)
			if ok1 && ok2 && r1 <= r2 && c1 <= c2 {
				s.Merges = append(s.Merges, xlsx.Range{Row1: r1, Col1: c1, Row2: r2, Col2: c2})
			}
		}
		checkReading(t, c, &xlsx.Workbook{Sheets: []*xlsx.Sheet{s}})
	})
}

func fuzzRef(s string) (row, col int, ok bool) {
	if len(s) > 6 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
		return 0, 0, false
	}
	return splitRef(s)
}

// checkReading holds a reading to what must be true of every one: a value per commune and indicator, within its range, of
// a commune of the day and an indicator of the set; every problem with a code that has words.
func checkReading(t *testing.T, c Context, wb *xlsx.Workbook) {
	r := Read(wb, c)
	type key struct {
		unit      any
		indicator string
	}
	seen := map[key]bool{}
	for _, v := range r.Values {
		if k := (key{v.Unit, v.Indicator}); seen[k] {
			t.Fatalf("%v twice", k)
		} else {
			seen[k] = true
		}
		u := c.Register.Unit(v.Unit)
		if u == nil || !u.ValidAt(c.Period.AsOf) || !u.InProgramme() || !itemOf(c.Set, v.Indicator).known() {
			t.Fatalf("value of nobody: %+v", v)
		}
		if v.HasNumber && (sign(v.Number) < 0 || c.Set.Indicator(v.Indicator).Kind == "percent" && float(v.Number) > 100) {
			t.Fatalf("out of range: %+v", v)
		}
		if !v.HasNumber && !v.HasRatio && v.LevelWord == "" && v.Verdict == VerdictNone {
			t.Fatalf("a value that says nothing: %+v", v)
		}
	}
	known := map[Code]bool{}
	for _, m := range Messages() {
		known[m.Code] = true
	}
	for _, p := range append(r.Errors, r.Warnings...) {
		if !known[p.Code] {
			t.Fatalf("problem without words: %+v", p)
		}
	}
	accounted(t, wb, r)
}

// accounted checks that no filled cell of a visible sheet is left unmentioned: it is a value, a problem, blank, or lies in
// a row, column or sheet that is listed as context, or in a column of the communes.
func accounted(t *testing.T, wb *xlsx.Workbook, r *Reading) {
	t.Helper()
	type place struct {
		sheet string
		n     int
	}
	rows, cols, sheets := map[place]bool{}, map[place]bool{}, map[string]bool{}
	for _, i := range r.IgnoredRows {
		rows[place{i.Sheet, i.Row}] = true
	}
	for _, i := range r.IgnoredCols {
		cols[place{i.Sheet, i.Col}] = true
	}
	for _, i := range r.IgnoredSheets {
		sheets[i.Sheet] = true
	}
	data := map[place]bool{} // rows with a value or a problem
	for _, v := range r.Values {
		data[place{v.Sheet, v.Row}] = true
	}
	for _, p := range append(r.Errors, r.Warnings...) {
		data[place{p.Sheet, p.Row}] = true
		cols[place{p.Sheet, p.Col}] = true // a column whose heading was refused
	}
	for _, u := range r.Units {
		data[place{u.Sheet, u.Row}] = true
	}
	blankRows := 0
	for _, s := range wb.Sheets {
		g := newGrid(s, wb.Date1904)
		for i := range g.rows {
			n := place{s.Name, g.rows[i].n}
			if len(g.rows[i].cells) == 0 || sheets[s.Name] || rows[n] || data[n] {
				continue
			}
			blankRows++ // a row of a commune without any value
		}
	}
	if blankRows > r.Blank+len(r.Refused) {
		t.Fatalf("%d rows are mentioned nowhere", blankRows)
	}
}
