package workbook

import (
	"sort"

	"langso/internal/std/xlsx"
)

// tables finds the tables of a sheet, band by band from left to right. unread reports that somewhere communes and codes
// stand beside each other, but no table could be read.
func (r *reader) tables(g *grid) (found []*table, unread bool) {
	f := newFinder(r, g)
	bands := f.bands()
	if len(bands) < 2 {
		found = f.tables()
		return found, f.lost || len(found) == 0 && f.holdsResults()
	}
	var without []*finder
	for _, b := range bands {
		f := newFinder(r, g.between(b.left, b.right))
		list := f.tables()
		unread = unread || f.lost || len(list) == 0 && f.holdsResults()
		if len(list) == 0 {
			without = append(without, f)
		}
		found = append(found, list...)
	}
	if len(found) > 0 {
		for _, f := range without {
			f.ignoreAll()
		}
	}
	return found, unread
}

// ignoreAll lists the columns of a band without tables, whose rows are rows of the tables beside it.
func (f *finder) ignoreAll() {
	reason := ReasonNoCode
	if f.contextOnly {
		reason = ReasonNotNeeded
	}
	seen := map[int]bool{}
	var list []Ignored
	for i := range f.g.rows {
		for _, c := range f.g.rows[i].cells {
			if !seen[c.col] {
				seen[c.col] = true
				list = append(list, Ignored{Sheet: f.g.name, Col: c.col, Reason: reason, Text: c.text})
			}
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Col < list[j].Col })
	f.out.IgnoredCols = append(f.out.IgnoredCols, list...)
}

func newFinder(r *reader, g *grid) *finder {
	f := &finder{reader: r, g: g, body: make([]bool, len(g.rows)), names: map[int]int{}, coded: map[int]bool{}}
	f.findUnits()
	f.findFigures()
	return f
}

// tables finds the tables of a band, from top to bottom.
func (f *finder) tables() []*table {
	g := f.g
	var out []*table
	for first := 0; first < len(g.rows); {
		if f.body[first] {
			first++
			continue
		}
		last := first
		for last+1 < len(g.rows) && !f.body[last+1] {
			last++
		}
		found := f.matrices(first, last)
		if knownColumns(found) < sureMatrix {
			if lists := f.lists(first, last); len(lists) > 0 {
				found = lists
			}
		}
		if row := f.otherHeads(first, last); len(found) == 0 && row >= 0 {
			// What follows is another table, and its figures are none of those above.
			for _, above := range out {
				above.end, f.lost = min(above.end, row), true
			}
		}
		for _, t := range found {
			// A table ends where the next one with the same columns begins.
			for _, above := range out {
				if above.end > t.head && above.head < t.head {
					above.end = t.head
				}
			}
			out = append(out, t)
		}
		first = last + 1
	}
	return out
}

// otherHeads returns the row among first to last, followed by communes, that heads a column of numbers, one of communes and
// others; -1 when there is none.
func (f *finder) otherHeads(first, last int) int {
	for i := first; i <= last && last+1 < len(f.g.rows); i++ {
		roles, words := map[role]bool{}, 0
		for _, c := range f.g.rows[i].cells {
			if c.Kind == xlsx.Text && !valueLike(c) {
				words++
			}
			roles[roleOf(c)] = true
		}
		if roles[rowNumber] && roles[unitName] && words > 2 && words == len(f.g.rows[i].cells) {
			return i
		}
	}
	return -1
}

// band is a stretch of columns that is read by itself: tables that stand side by side may begin in different rows.
type band struct {
	left, right int
	communes    bool // a column names communes
	codes       bool // a heading states codes
}

// bands parts the sheet where an empty column lies between two tables that each name their communes and state their
// codes, and where the headings of a list begin anew.
func (f *finder) bands() []band {
	filled := map[int]bool{}
	for i := range f.g.rows {
		if len(f.g.rows[i].cells) < 2 {
			continue // titles and signatures reach over everything
		}
		for _, c := range f.g.rows[i].cells {
			filled[c.col] = true
		}
	}
	again := f.listsAgain()
	var parts []band
	for col := 1; col <= f.g.right; col++ {
		if n := len(parts); n > 0 && parts[n-1].right == col-1 && filled[col] && !again[col] {
			parts[n-1].right = col
		} else if filled[col] {
			parts = append(parts, band{left: col, right: col})
		}
	}
	if len(parts) < 2 {
		return nil
	}
	at := map[int]*band{}
	for i := range parts {
		for col := parts[i].left; col <= parts[i].right; col++ {
			at[col] = &parts[i]
			parts[i].communes = parts[i].communes || f.names[col] > 1 || f.coded[col]
		}
	}
	for i := range f.g.rows {
		for _, c := range f.g.rows[i].cells {
			if b := at[c.col]; b != nil && !b.codes && !f.besideName(i, b) {
				k := f.readCode(c)
				b.codes = k.form > bareWhole && itemOf(f.set, k.id).known() || f.headsCodes(c)
			}
		}
	}
	var out []band
	for _, p := range parts {
		whole := p.communes && p.codes
		switch n := len(out); {
		case n == 0, whole && out[n-1].communes && out[n-1].codes:
			out = append(out, p)
		default:
			out[n-1].right = p.right
			out[n-1].communes, out[n-1].codes = out[n-1].communes || p.communes, out[n-1].codes || p.codes
		}
	}
	// Columns left of the first table belong to it, and so does what lies between.
	for i := range out {
		out[i].left = 1
		if i > 0 {
			out[i].left = out[i-1].right + 1
		}
	}
	if n := len(out); n > 0 {
		out[n-1].right = f.g.right
	}
	return out
}

// besideName reports a row that names a commune within a band.
func (f *finder) besideName(i int, b *band) bool {
	for _, c := range f.g.rows[i].own(b.left, b.right) {
		if f.nameWeight(c) > 0 {
			return true
		}
	}
	return false
}

// listsAgain finds the columns where the headings of a list begin for the second time in one row: "Xã | Chỉ tiêu | Kết
// quả | Xã | Chỉ tiêu | Kết quả".
func (f *finder) listsAgain() map[int]bool {
	out := map[int]bool{}
	for i := range f.g.rows {
		cells := f.g.rows[i].cells
		if f.body[i] || len(cells) < 4 {
			continue
		}
		units, codes := 0, 0
		for _, c := range cells {
			switch roleOf(c) {
			case unitName:
				units++
			}
			if f.headsCodes(c) {
				codes++
			}
		}
		if units < 2 || codes < 2 {
			continue
		}
		for j := 1; j < len(cells); j++ {
			if cells[j].folded() == cells[0].folded() {
				out[cells[j].col] = true
			}
		}
	}
	return out
}

// holdsResults reports communes beside codes of the set: columns headed by them, or a column full of them.
func (f *finder) holdsResults() bool {
	communes := false
	for _, w := range f.names {
		communes = communes || w > 3
	}
	if f.contextOnly || !communes && len(f.coded) == 0 {
		return false
	}
	rows, coded := 0, 0
	for i := range f.g.rows {
		if !f.body[i] {
			if strong, _ := f.headingRow(i); strong > 1 {
				return true
			}
			continue
		}
		rows++
		for _, c := range f.g.rows[i].cells {
			if k := f.readCode(c); k.form > bareWhole && itemOf(f.set, k.id).known() && len(f.g.rows[i].cells) > 2 {
				coded++
				break
			}
		}
	}
	return rows > 1 && coded*10 >= rows*6
}
