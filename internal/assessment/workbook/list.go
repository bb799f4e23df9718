package workbook

import (
	"math"
	"strings"

	"langso/internal/std/xlsx"
)

// listSample is the number of rows that are looked at to tell what a column of a list holds.
const listSample = 2000

// maxFree bounds the columns of numbers among which a numerator and its denominator are looked for.
const maxFree = 8

// lists finds the list whose headings lie in the rows first to last: a column of communes, a column of codes, and
// columns of figures or results beside them.
func (f *finder) lists(first, last int) []*table {
	limit := f.listLimit(last)
	row := f.listHead(first, last)
	if row < 0 {
		row = f.listHeadByContent(first, last, limit)
	}
	if row < 0 {
		return nil
	}
	t := &table{g: f.g, list: true, head: f.top(first, row), body: row + 1, end: len(f.g.rows), left: 1}
	for t.body <= last && f.belongsToListHead(t.body) {
		t.body++
	}
	for i := t.head; i < limit; i++ {
		for _, c := range f.g.rows[i].cells {
			t.right = max(t.right, c.col)
		}
	}
	if !f.listColumns(t, limit) {
		return nil
	}
	return []*table{t}
}

// listHead finds the lowest row whose headings name a column of communes and a column of indicators.
func (f *finder) listHead(first, last int) int {
	for i := last; i >= first; i-- {
		unit, indicator, others := false, false, 0
		for _, c := range f.g.rows[i].all() {
			if c.wide() && c.col2-c.col > 3 || c.Kind != xlsx.Text {
				continue
			}
			switch r := roleOf(c); {
			case r == unitName || r == unitCode:
				unit = true
			case f.headsCodes(c):
				indicator = true
			default:
				others++
			}
		}
		if unit && indicator && others > 0 && len(f.g.rows[i].cells) > 1 {
			return i
		}
	}
	return -1
}

// headsCodes reports the heading of a column of codes, which states none itself.
func (r *reader) headsCodes(c *cell) bool {
	s := r.stated(c)
	return roleOf(c) == indicatorCode && s.code.form == noCode && !s.several && s.mentioned == ""
}

// listHeadByContent finds the headings of a list by what stands below them, when its words are not known.
func (f *finder) listHeadByContent(first, last, limit int) int {
	unit, best := 0, 0
	weight := map[int]int{}
	for i := last + 1; i < limit; i++ {
		for _, c := range f.g.rows[i].cells {
			if weight[c.col] += f.nameWeight(c); weight[c.col] > best {
				unit, best = c.col, weight[c.col]
			}
		}
	}
	if unit == 0 {
		for col := range f.coded {
			unit = max(unit, col)
		}
	}
	if unit == 0 {
		return -1
	}
	t := &table{g: f.g, body: last + 1}
	for i := last; i >= first; i-- {
		row := &f.g.rows[i]
		if len(row.cells) < 2 || columnNumbers(row.cells) || row.at(unit) == nil || row.at(unit).Kind != xlsx.Text || row.at(unit).wide() && row.at(unit).col2-row.at(unit).col > 3 {
			continue
		}
		for _, c := range row.all() {
			if c.col == unit || c.Kind != xlsx.Text || f.readCode(c).form != noCode || f.g.hidden[c.col] || c.wide() {
				continue
			}
			switch roleOf(c) {
			case noRole, indicatorCode, unitCode, unitName:
			default:
				continue
			}
			if s := f.stats(t, c.col, limit); s.n > 0 && s.parts*10 >= s.n*6 {
				return i
			}
		}
	}
	return -1
}

// listLimit returns the place of the next headings below.
func (f *finder) listLimit(last int) int {
	for i := last + 1; i < len(f.g.rows); i++ {
		if f.body[i] || len(f.g.rows[i].cells) < 3 {
			continue
		}
		if strong, _ := f.headingRow(i); strong > 2 || f.listHead(i, i) >= 0 {
			return i
		}
	}
	return len(f.g.rows)
}

// belongsToListHead reports a row of words that explains the columns further.
func (f *finder) belongsToListHead(i int) bool {
	row := &f.g.rows[i]
	if row.n != f.g.rows[i-1].n+1 || columnNumbers(row.cells) || len(row.cells) == 0 || f.namesRegion(row) {
		return false
	}
	said := 0
	for _, c := range row.cells {
		if c.Kind != xlsx.Text || valueLike(c) || f.readCode(c).form != noCode {
			return false
		}
		if roleOf(c) != noRole {
			said++
		}
	}
	return said > 0 && said*2 >= len(row.cells)
}

// sureMatrix is the number of columns with known codes from which a sheet is a matrix, whatever else it looks like.
const sureMatrix = 3

func knownColumns(found []*table) int {
	known := 0
	for _, t := range found {
		for _, c := range t.columns {
			if c.item.known() {
				known++
			}
		}
	}
	return known
}

// stats counts what the cells of a column below the headings are.
type stats struct {
	n, codes, parts, dotted, names, numbers, verdicts, levels, dates, texts int
}

func (f *finder) stats(t *table, col, limit int) stats {
	rows := make([]int, 0, listSample)
	for i := t.body; i < min(limit, t.body+listSample); i++ {
		rows = append(rows, i)
	}
	return f.statsOf(col, rows)
}

func (f *finder) statsOf(col int, rows []int) (s stats) {
	for _, i := range rows {
		c := f.g.rows[i].at(col)
		if c.blank() || c.wide() {
			continue
		}
		s.n++
		k := f.readCode(c)
		if k.form != noCode && itemOf(f.set, k.id).known() {
			s.codes++
			if k.form != bareWhole {
				s.parts++
			}
		}
		if whole, _, parts := strings.Cut(k.id, "."); parts && f.set.Criterion(whole) != nil {
			s.dotted++
		}
		lower := strings.ToLower(c.text)
		_, typed := typedCount(strings.TrimSuffix(c.text, "%"))
		_, word := readVerdictWord(lower)
		switch {
		case c.Kind == xlsx.Number && isDate(c.Format), c.Kind == xlsx.Text && looksLikeDate(c.text):
			s.dates++
		case c.Kind == xlsx.Number, c.Kind == xlsx.Error, c.Kind == xlsx.Empty, typed:
			s.numbers++
		case word, c.Kind == xlsx.Bool:
			s.verdicts++
		case levelWords.MatchString(lower):
			s.levels++
		case f.nameWeight(c) > 0:
			s.names++
		default:
			s.texts++
		}
	}
	return s
}

// listColumns gives every column of a list its role. It reports whether there is what a list needs.
func (f *finder) listColumns(t *table, limit int) bool {
	t.roles = map[int]role{}
	said := map[int]role{}
	content := map[int]stats{}
	for col := t.left; col <= t.right; col++ {
		if f.g.hidden[col] {
			continue
		}
		said[col] = f.listRole(t, col)
		content[col] = f.stats(t, col, limit)
	}
	claim := func(r role, fits func(col int, s stats) bool) int {
		for col := t.left; col <= t.right; col++ {
			if f.g.hidden[col] || t.roles[col] != noRole || !fits(col, content[col]) {
				continue
			}
			t.roles[col] = r
			return col
		}
		return 0
	}

	// The codes of the indicators: said and true, else true, else said. Beside a column of criteria the one of their
	// indicators counts.
	isCodes := func(c int, s stats) bool {
		return said[c] == indicatorCode && (s.codes > 0 && s.codes*2 >= s.n || s.dotted > 0 && s.dotted*2 >= s.n)
	}
	most := 0
	for col := t.left; col <= t.right; col++ {
		if s := content[col]; isCodes(col, s) {
			most = max(most, s.dotted)
		}
	}
	codes := claim(indicatorCode, func(c int, s stats) bool { return isCodes(c, s) && s.dotted == most })
	if codes == 0 {
		codes = claim(indicatorCode, func(c int, s stats) bool {
			return (said[c] == noRole || said[c] == unitCode || said[c] == indicatorTitle) && s.parts*10 >= s.n*6 && s.parts > 0
		})
	}
	if codes == 0 {
		codes = claim(indicatorCode, func(c int, s stats) bool { return said[c] == indicatorCode })
	}
	// The communes.
	best := 0
	for col := t.left; col <= t.right; col++ {
		if w := f.weightIn(t, col, limit); w > best && t.roles[col] == noRole && said[col] != district && said[col] != note {
			best, t.unit = w, col
		}
	}
	if c := claim(unitName, func(c int, s stats) bool {
		return said[c] == unitName && s.texts+s.names > 0 && (best == 0 || f.weightIn(t, c, limit)*5 >= best)
	}); c > 0 {
		t.unit = c
	}
	if t.unit > 0 {
		t.roles[t.unit] = unitName
	}
	t.code = claim(unitCode, func(c int, s stats) bool { return said[c] == unitCode && (f.coded[c] || s.numbers*2 >= s.n) })
	if t.code == 0 {
		t.code = claim(unitCode, func(c int, s stats) bool { return said[c] == noRole && f.coded[c] })
	}
	if codes == 0 || t.unit == 0 && t.code == 0 {
		return false
	}

	t.district = claim(district, func(c int, s stats) bool { return said[c] == district })
	if t.district == 0 {
		t.district = claim(district, func(c int, s stats) bool { return said[c] == noRole && f.namesRegions(t, c, limit) })
	}
	t.group = claim(communeGroup, func(c int, s stats) bool { return said[c] == communeGroup && s.verdicts == 0 })
	t.number = claim(rowNumber, func(c int, s stats) bool { return said[c] == rowNumber })
	if t.number == 0 {
		t.number = claim(rowNumber, func(c int, s stats) bool { return said[c] == noRole && c < max(t.unit, t.code) && f.countsUp(t, c) })
	}
	for _, r := range []role{note, origin, measure, required, indicatorTitle} {
		for col, s := range said {
			if s == r && t.roles[col] == noRole {
				t.roles[col] = r
			}
		}
	}
	claim(date, func(c int, s stats) bool { return said[c] == date })
	claim(date, func(c int, s stats) bool { return said[c] == noRole && s.dates*10 >= s.n*6 && s.dates > 0 })

	// Figures and results: what the heading says, as long as the cells do not say otherwise.
	mostlyNumbers := func(s stats) bool { return s.numbers*2 >= s.n }
	claim(numerator, func(c int, s stats) bool { return said[c] == numerator && mostlyNumbers(s) })
	claim(denominator, func(c int, s stats) bool { return said[c] == denominator && mostlyNumbers(s) })
	claim(percent, func(c int, s stats) bool { return said[c] == percent && mostlyNumbers(s) })
	claim(level, func(c int, s stats) bool { return said[c] == level && s.levels >= s.verdicts })
	claim(verdict, func(c int, s stats) bool { return said[c] == verdict && !(s.numbers > s.verdicts+s.levels) })
	claim(value, func(c int, s stats) bool { return said[c] == value })
	f.figuresByContent(t, said, content, limit)
	if t.find(verdict) == 0 {
		claim(verdict, func(c int, s stats) bool {
			return (said[c] == noRole || said[c] == level || said[c] == percent || said[c] == numerator) && s.verdicts*2 >= s.n && s.verdicts > 0
		})
	}
	if t.find(level) == 0 {
		claim(level, func(c int, s stats) bool { return said[c] == noRole && s.levels*2 >= s.n && s.levels > 0 })
	}
	if t.find(value) == 0 && t.find(numerator) == 0 && t.find(percent) == 0 {
		claim(value, func(c int, s stats) bool {
			return (said[c] == noRole || said[c] == verdict || said[c] == percent || said[c] == numerator) && s.n > 0 && s.numbers*2 >= s.n
		})
	}
	for _, r := range valueRoles {
		if t.find(r) > 0 {
			t.doubt = f.listDoubt(t, said, content, limit)
			return true
		}
	}
	return false
}

// listRole is what the headings of a column of a list say. A plan, an earlier period, another year are no results.
func (f *finder) listRole(t *table, col int) role {
	said := t.headRole(col)
	for _, h := range t.heads(col) {
		if h.wide() {
			continue
		}
		if r := contextOf(h); r != noRole && said != unitName {
			return r
		}
		switch y := yearOf(labelOf(h)); {
		case y == 0:
		case y != f.period.AsOf.Year():
			return previous
		case said == noRole:
			return value
		}
	}
	return said
}

// listDoubt finds a second column that says of itself, and holds, the same as one that would be read: nobody knows which of
// the two is meant.
func (f *finder) listDoubt(t *table, said map[int]role, content map[int]stats, limit int) *refusal {
	num, den, pct := t.find(numerator), t.find(denominator), t.find(percent)
	proven := num > 0 && den > 0 && pct > 0 && f.ratioHolds(t, num, den, pct, limit)
	for _, r := range valueRoles {
		a := t.find(r)
		if a == 0 || said[a] == noRole || proven && (a == num || a == den || a == pct) {
			continue
		}
		for col := t.left; col <= t.right; col++ {
			if t.roles[col] == noRole && said[col] == said[a] && content[col].kind() == content[a].kind() && content[col].n > 0 {
				h, first := t.heads(col)[0], t.heads(a)[0]
				return &refusal{code: HeaderDuplicate, row: h.row, col: col, raw: h.raw(), details: []any{xlsx.ColumnName(a) + itoa(first.row)}}
			}
		}
	}
	return nil
}

// kind is the role that the cells of a column have, whatever its heading says.
func (s stats) kind() role {
	switch {
	case s.numbers*2 >= s.n:
		return value
	case s.verdicts*2 >= s.n:
		return verdict
	case s.levels*2 >= s.n:
		return level
	}
	return noRole
}

// find returns the column that has a role, 0 when none has.
func (t *table) find(r role) int {
	for col := t.left; col <= t.right; col++ {
		if t.roles[col] == r {
			return col
		}
	}
	return 0
}

func (f *finder) weightIn(t *table, col, limit int) int {
	if f.g.hidden[col] {
		return 0
	}
	w := 0
	for i := t.body; i < min(limit, t.body+listSample); i++ {
		if c := f.g.rows[i].find(col); c != nil {
			w += f.nameWeight(c)
		}
	}
	return w
}

func (f *finder) namesRegions(t *table, col, limit int) bool {
	n, regions := 0, 0
	for i := t.body; i < min(limit, t.body+listSample); i++ {
		if c := f.g.rows[i].find(col); c != nil && c.Kind == xlsx.Text {
			n++
			if f.region(c.text) != nil {
				regions++
			}
		}
	}
	return n > 0 && regions*10 >= n*6
}

// figuresByContent finds numerator, denominator and percentage among columns of numbers whose headings say nothing: the
// percentage proves which two belong together.
func (f *finder) figuresByContent(t *table, said map[int]role, content map[int]stats, limit int) {
	var free []int
	for col := t.left; col <= t.right; col++ {
		s := content[col]
		if r := said[col]; t.roles[col] == noRole && s.n > 0 && s.numbers*2 >= s.n && (r == noRole || r == total || r == percent || r == numerator || r == denominator || r == verdict || r == unitName) {
			free = append(free, col)
		}
	}
	free = free[:min(len(free), maxFree)]
	one := func(r role) []int {
		if col := t.find(r); col > 0 {
			return []int{col}
		}
		return free
	}
	num, den, pct := t.find(numerator), t.find(denominator), t.find(percent)
	if (num > 0 && den > 0) && pct > 0 {
		return
	}
	for _, a := range one(numerator) {
		for _, b := range one(denominator) {
			for _, p := range one(percent) {
				if a != b && b != p && a != p && f.ratioHolds(t, a, b, p, limit) {
					t.roles[a], t.roles[b], t.roles[p] = numerator, denominator, percent
					return
				}
			}
		}
	}
	// A numerator needs its denominator: "Số đạt" beside "Tổng" or an unknown heading.
	if num > 0 && den == 0 {
		for _, b := range free {
			if f.neverLess(t, b, num, limit) {
				t.roles[b] = denominator
				return
			}
		}
		t.roles[num] = value
	}
	if den > 0 && num == 0 {
		for _, a := range free {
			if f.neverLess(t, den, a, limit) {
				t.roles[a] = numerator
				return
			}
		}
		delete(t.roles, den)
	}
}

// ratioHolds reports that a is p percent of b in most rows.
func (f *finder) ratioHolds(t *table, a, b, p, limit int) bool {
	n, right := 0, 0
	for i := t.body; i < min(limit, t.body+listSample); i++ {
		row := &f.g.rows[i]
		x, ok1 := countOf(row.at(a))
		y, ok2 := countOf(row.at(b))
		z, ok3 := percentOf(row.at(p))
		if !ok1 || !ok2 || !ok3 || y == 0 {
			continue
		}
		n++
		if math.Abs(x/y*100-z) < 0.6 {
			right++
		}
	}
	return right > 0 && right*10 >= n*6
}

// neverLess reports that column b is not less than column a in nearly all rows.
func (f *finder) neverLess(t *table, b, a, limit int) bool {
	n, right := 0, 0
	for i := t.body; i < min(limit, t.body+listSample); i++ {
		row := &f.g.rows[i]
		x, ok1 := countOf(row.at(a))
		y, ok2 := countOf(row.at(b))
		if ok1 && ok2 {
			n++
			if x <= y {
				right++
			}
		}
	}
	return n > 0 && right*10 >= n*8
}

func countOf(c *cell) (float64, bool) {
	if c.blank() {
		return 0, false
	}
	d, ok := literal(c.Text)
	if c.Kind != xlsx.Number {
		d, ok = typedCount(c.text)
	}
	return float(d), ok
}

func percentOf(c *cell) (float64, bool) {
	if c.blank() {
		return 0, false
	}
	if c.Kind != xlsx.Number {
		d, ok := typedPercent(c.text)
		return float(d), ok
	}
	d, ok := literal(c.Text)
	if isPercent(c.Format) {
		d = timesHundred(d)
	}
	return float(d), ok
}
