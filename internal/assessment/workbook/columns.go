package workbook

import (
	"sort"
	"strings"

	"langso/internal/std/xlsx"
)

// maxUnder bounds the columns that one code can stand above: all parts of a value for a plan, a former and a present
// period. Wider cells are titles.
const maxUnder = 18

// codeColumns finds the columns that the headings in the rows head to body-1 give a code to; a code above several columns
// is given to each. limit is the place behind the rows that belong to the headings.
func (f *finder) codeColumns(head, body, limit int) []column {
	b := &block{finder: f, head: head, body: body, limit: limit, names: map[int]int{}, areas: map[*cell]bool{}}
	for i := body; i < limit; i++ {
		for _, c := range f.g.rows[i].cells {
			if w := f.nameWeight(c); w > 0 {
				b.names[c.col] += w
				b.mostNames = max(b.mostNames, b.names[c.col])
			}
		}
	}
	right := 0
	for i := head; i < body; i++ {
		for _, c := range f.g.rows[i].all() {
			right = max(right, c.col2)
		}
	}
	right = min(right, f.g.right)
	var out []column
	given := map[int]column{}
	for col := 1; col <= right; col++ {
		c, ok := b.column(col)
		if !ok {
			c, ok = b.unmerged(given[col-1], col)
		}
		if ok {
			out = append(out, c)
			given[col] = c
		}
	}
	if out = b.plausible(out); len(out) > maxColumns {
		out = out[:maxColumns]
	}
	return out
}

// block is a stretch of heading rows that is searched for codes.
type block struct {
	*finder
	head, body, limit int
	names             map[int]int // column → weight of the commune names in it
	mostNames         int
	areas             map[*cell]bool // cells above several columns: whether they give their code to all of them
}

// column finds the code that the headings give to a column: the lowest one. Columns that describe the communes have none,
// whatever title stands above them.
func (b *block) column(col int) (column, bool) {
	if b.namesIn(col) || b.runs(col) {
		return column{}, false
	}
	var mention column
	var below, seen *cell
	for i := b.body - 1; i >= b.head; i-- {
		c := b.g.rows[i].at(col)
		if c == nil || c == seen || c.blank() {
			continue
		}
		seen = c
		s := b.stated(c)
		if s.code.form == noCode && !s.several {
			if b.describes(c, col) {
				return column{}, false
			}
			if id := s.mentioned; id != "" && !c.wide() && mention.head == nil {
				mention = column{col: col, code: id, head: c}
				if s.marked {
					mention.item = itemOf(b.set, id)
				}
			}
			if below == nil {
				below = c
			}
			continue
		}
		if s.code.form == bareWhole && columnNumbers(b.g.rows[i].cells) && b.codeAbove(i, col) {
			continue // the row numbers the columns
		}
		if c.wide() && !b.isArea(c) || !c.wide() && below != nil && b.isTitle(c, i, below) {
			break
		}
		out := column{col: col, code: s.code.id, head: c, item: itemOf(b.set, s.code.id)}
		if s.several {
			out.code = c.text
		}
		return out, true
	}
	return mention, mention.head != nil
}

// describes reports a heading of a column that says something about the communes: their number, name, code, group.
func (b *block) describes(c *cell, col int) bool {
	switch roleOf(c) {
	case rowNumber, unitCode, origin:
		return true
	case communeGroup:
		return strings.Count(c.folded(), " ") < 3
	case unitName, district:
		// "Xã có chợ", "Huyện đánh giá" are about the values below them.
		return !b.wide(c) && !b.valuesBelow(col)
	}
	return false
}

func (b *block) wide(c *cell) bool { return c.col2-c.col > 2 }

// valuesBelow reports a column in which at least half of what stands beside the communes could be values.
func (b *block) valuesBelow(col int) bool {
	n, values := 0, 0
	for i := b.body; i < min(b.limit, b.body+listSample); i++ {
		if c := b.g.rows[i].find(col); c != nil && b.finder.body[i] {
			n++
			if valueLike(c) {
				values++
			}
		}
	}
	return values > 0 && values*2 >= n
}

// runs reports a column left of the communes that only counts them: 1, 2, 3.
func (b *block) runs(col int) bool {
	n := 0
	for i := b.body; i < b.limit; i++ {
		c := b.g.rows[i].find(col)
		if c == nil || !b.finder.body[i] {
			continue
		}
		if c.text != itoa(n+1) && !(n > 0 && c.text == "1") {
			return false
		}
		if n++; c.text == "1" {
			n = 1
		}
		if b.nameRightOf(i, col) == nil {
			return false
		}
	}
	return n >= 3
}

func (b *block) nameRightOf(i, col int) *cell {
	for _, c := range b.g.rows[i].cells {
		if c.col > col && b.nameWeight(c) > 0 {
			return c
		}
	}
	return nil
}

// isArea reports a cell whose code is for all columns below it. A cell above communes, or above columns with codes of
// their own, is a title or the heading of a group.
func (b *block) isArea(c *cell) bool {
	area, known := b.areas[c]
	if known {
		return area
	}
	area = c.col2-c.col < maxUnder
	for col := c.col; col <= c.col2 && area; col++ {
		area = !b.namesIn(col)
		for i := b.body - 1; i >= b.head && area; i-- {
			x := b.g.rows[i].at(col)
			if x == nil || x == c || x.row < c.row {
				continue
			}
			area = b.readCode(x).form == noCode && !b.describes(x, col)
		}
	}
	b.areas[c] = area
	return area
}

// isTitle reports a cell with a code that stands alone in its row while other columns have codes in rows of their own:
// a title that happens to begin above a column whose heading is below.
func (b *block) isTitle(c *cell, row int, below *cell) bool {
	if len(b.g.rows[row].cells) != 1 || partOf(below) != noRole {
		return false
	}
	for i := b.head; i < b.body; i++ {
		for _, x := range b.g.rows[i].cells {
			if x != c && b.readCode(x).form != noCode {
				return true
			}
		}
	}
	return false
}

// unmerged gives a column the code of the column to its left, when the code would have been merged over both: nothing
// stands beside the code, and below it both have short headings that name a part of a value. left.head is nil when that
// column has no code.
func (b *block) unmerged(left column, col int) (column, bool) {
	if left.head == nil || left.head.wide() || b.namesIn(col) {
		return column{}, false
	}
	var own, beside *cell // the lowest headings of this column and of the one of the code
	for i := b.body - 1; i >= b.head && b.g.rows[i].n >= left.head.row; i-- {
		c := b.g.rows[i].at(col)
		if c != nil && !c.blank() {
			if c.wide() || b.g.rows[i].n == left.head.row || b.describes(c, col) {
				return column{}, false
			}
			if own == nil {
				own = c
			}
		}
		if x := b.g.rows[i].find(left.head.col); x != nil && x != left.head && beside == nil {
			beside = x
		}
	}
	if !namesPart(own) || !namesPart(beside) {
		return column{}, false
	}
	return column{col: col, code: left.code, head: left.head, item: left.item}, true
}

func (b *block) codeAbove(row, col int) bool {
	for i := b.head; i < row; i++ {
		if c := b.g.rows[i].at(col); c != nil && b.readCode(c).form > bareWhole {
			return true
		}
	}
	return false
}

// plausible drops codes that are only numbers beside real ones: "4. Ghi chú", a count in the headings. A code that is
// only mentioned counts when nothing else stands for it, and then the column is refused, unless signs are all that stands
// around the code.
func (b *block) plausible(columns []column) []column {
	known := map[string]int{}
	for _, c := range columns {
		if c.item.known() {
			known[c.item.id]++
		}
	}
	out := columns[:0]
	for _, c := range columns {
		s := b.stated(c.head)
		whole := !strings.Contains(c.code, ".")
		switch {
		case s.several, c.item.known():
		case s.mentioned != "":
			if known[c.code] > 0 || len(known) == 0 || contextOf(c.head) != noRole || !b.valuesBelow(c.col) {
				continue
			}
		case whole && s.code.form == leading, whole && s.code.form == bareWhole && len(known) == 0:
			continue
		}
		out = append(out, c)
	}
	return out
}

// columnSet returns the columns of values, all parts included.
func columnSet(columns []column) map[int]bool {
	m := make(map[int]bool, len(columns))
	for _, c := range columns {
		m[c.col] = true
		for _, col := range c.parts {
			m[col] = true
		}
	}
	return m
}

// namesIn reports the columns that hold the names of the communes.
func (b *block) namesIn(col int) bool { return b.names[col] > 0 && b.names[col]*5 >= b.mostNames }

// heads returns the heading cells of a column from the lowest to the highest, each once.
func (t *table) heads(col int) []*cell {
	var out []*cell
	for i := t.body - 1; i >= t.head; i-- {
		c := t.g.rows[i].at(col)
		if c == nil || c.blank() || len(out) > 0 && out[len(out)-1] == c {
			continue
		}
		out = append(out, c)
	}
	return out
}

// addsUp reports a column that is headed by a criterion and only counts its indicators.
func (f *finder) addsUp(t *table, c column, limit int) bool {
	if c.item.indicator != nil || !c.item.known() {
		return false
	}
	n := 0
	for i := t.body; i < limit; i++ {
		x := f.g.rows[i].find(c.col)
		if x == nil || !f.body[i] {
			continue
		}
		if !x.HasFormula || x.Kind == xlsx.Text || !addingFormula.MatchString(x.Formula) {
			return false
		}
		n++
	}
	return n > 0
}

func sortColumns(list []column) {
	sort.SliceStable(list, func(i, j int) bool { return list[i].col < list[j].col })
}
