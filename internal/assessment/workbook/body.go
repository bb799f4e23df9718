package workbook

import (
	"regexp"
	"strconv"
	"strings"

	"langso/internal/platform/clock"
	"langso/internal/platform/vntext"
	"langso/internal/std/xlsx"
	"langso/internal/territory"
)

// body reads the rows below the headings of one table.
type body struct {
	*reader
	t           *table
	heading     string // the district, province or former province that the last heading named
	notes       map[int]Ignored
	data        map[int]bool // rows that were read, or refused, as data
	cols        map[role]int // of a list: the columns that make a value
	isValue     map[int]bool // the columns of values
	firstUnit   int          // places in g.rows of the first and last row with a commune
	lastUnit    int
	lastData    int  // place of the last row that belongs to the data: communes, totals, percentages
	footer      bool // a line of the signatures was seen
	allNumbered bool // nearly every commune has a running number
	values      []int
	headRefused map[int]Problem // columns of a matrix that an error of the heading keeps out
	datesUsed   bool
	doubt       Problem // what keeps out all values of a list; no code = nothing
}

// valueRoles are the roles of columns that make a value.
var valueRoles = []role{numerator, denominator, percent, value, level, verdict}

func itoa(n int) string { return strconv.Itoa(n) }

func (b *body) read() {
	t := b.t
	for i := t.head; i < t.body; i++ {
		b.ignore(i, ReasonHeader)
	}
	b.headRefused = map[int]Problem{}
	if t.list {
		b.cols = map[role]int{}
		for _, r := range valueRoles {
			if col := t.find(r); col > 0 {
				b.cols[r] = col
				b.values = append(b.values, col)
			}
		}
		b.datesUsed = b.datesMatter()
		if r := t.doubt; r != nil {
			b.doubt = b.fail(Problem{Sheet: t.g.name, Row: r.row, Col: r.col, Code: r.code, Raw: r.raw, Indicator: vntext.Squeeze(r.raw)}, r.details...)
		}
	} else {
		b.checkHeads()
		for _, c := range t.columns {
			if c.parts == nil {
				b.values = append(b.values, c.col)
			}
			for _, r := range valueRoles {
				if col := c.parts[r]; col > 0 {
					b.values = append(b.values, col)
				}
			}
		}
	}
	b.isValue = map[int]bool{}
	for _, col := range b.values {
		b.isValue[col] = true
	}
	b.findSpan()
	for i := t.body; i < t.end; i++ {
		b.row(i)
	}
	b.ignoreColumns()
}

// ignore notes why a row is context. The first reason stands.
func (b *body) ignore(i int, reason string) {
	row := &b.t.g.rows[i]
	if _, noted := b.notes[row.n]; noted || len(row.cells) == 0 {
		return
	}
	b.notes[row.n] = Ignored{Sheet: b.t.g.name, Row: row.n, Reason: reason, Text: row.cells[0].text}
	for _, c := range row.own(b.t.left, b.t.right) {
		if c.Kind == xlsx.Text {
			n := b.notes[row.n]
			n.Text = c.text
			b.notes[row.n] = n
			break
		}
	}
}

// checkHeads reports the columns that their headings keep out, and marks the others as read.
func (b *body) checkHeads() {
	told := map[*refusal]Problem{}
	for i := range b.t.columns {
		c := &b.t.columns[i]
		r := c.refused
		if r == nil {
			c.read = !c.adds
			continue
		}
		p, ok := told[r]
		if !ok {
			p = Problem{Sheet: b.t.g.name, Row: r.row, Col: r.col, Code: r.code, Raw: r.raw, Indicator: c.code}
			p = b.fail(p, r.details...)
			told[r] = p
		}
		b.headRefused[c.col] = p
	}
}

var addingFormula = regexp.MustCompile(`(?i)\b(COUNTIFS?|COUNTA?|SUM|SUMIFS?|SUMPRODUCT|AVERAGE|SUBTOTAL)\s*\(`)

// unitWeight tells how surely row i names a commune: by its name or its code.
func (b *body) unitWeight(i int) int {
	w := 0
	if c := b.t.g.rows[i].at(b.t.unit); c != nil && !b.isBanner(c) {
		w = b.nameWeight(c)
	}
	if c := b.t.g.rows[i].at(b.t.code); c != nil && b.isUnitCode(c) {
		w = max(w, 3)
	}
	return w
}

// isBanner reports a cell that is merged over columns of values: a heading or a line of text, not a name.
func (b *body) isBanner(c *cell) bool {
	if !c.wide() {
		return false
	}
	for _, col := range b.values {
		if c.col <= col && col <= c.col2 {
			return true
		}
	}
	return false
}

// findSpan finds the first and the last row that hold a commune, or a numbered row with a name that nobody bears.
func (b *body) findSpan() {
	b.firstUnit, b.lastUnit = -1, -1
	communes, counted := 0, 0
	for i := b.t.body; i < b.t.end; i++ {
		if b.unitWeight(i) > 1 {
			communes++
			if b.numbered(i) {
				counted++
			}
		}
		if b.numbersColumns(i) {
			continue
		}
		c := b.t.g.rows[i].at(b.t.unit)
		numbered := c != nil && !c.blank() && !b.isBanner(c) && b.numbered(i) && totalReason(c.folded()) == ""
		if b.unitWeight(i) == 0 && !numbered {
			continue
		}
		if b.firstUnit < 0 {
			b.firstUnit = i
		}
		b.lastUnit = i
	}
	b.allNumbered = counted > 0 && counted*10 >= communes*8
	if b.firstUnit < 0 {
		b.firstUnit, b.lastUnit = b.t.end, b.t.end
		for i := b.t.body; i < b.t.end; i++ {
			if c := b.t.g.rows[i].at(b.t.unit); c != nil && !b.isBanner(c) && totalReason(c.folded()) == "" && b.valuesIn(i) > 0 {
				b.firstUnit = i
				break
			}
		}
	}
	b.lastData = b.lastUnit
	if b.lastUnit == b.t.end {
		b.lastData = b.firstUnit
	}
}

// numbersColumns reports a row that only numbers the columns: a number stands even where communes are named.
func (b *body) numbersColumns(i int) bool {
	c := b.t.g.rows[i].find(b.t.unit)
	return c != nil && strings.Trim(c.text, "()[] 0123456789") == "" && columnNumbers(b.t.g.rows[i].own(b.t.left, b.t.right))
}

// numbered reports a row with a running number of its own.
func (b *body) numbered(i int) bool {
	c := b.t.g.rows[i].find(b.t.number)
	return c != nil && strings.Trim(c.text, "0123456789.") == "" && c.text != "."
}

// valuesIn counts the cells of row i that could be values.
func (b *body) valuesIn(i int) int {
	n := 0
	for _, c := range b.own(i) {
		if valueLike(c) {
			n++
		}
	}
	return n
}

// own returns the filled cells of row i in the columns of values; a merged cell speaks for all that it covers, but a
// banner for none.
func (b *body) own(i int) []*cell {
	var out []*cell
	for _, c := range b.t.g.rows[i].all() {
		if !c.wide() {
			if b.isValue[c.col] {
				out = append(out, c)
			}
			continue
		}
		if b.t.unit > 0 && c.col <= b.t.unit && b.t.unit <= c.col2 {
			continue
		}
		for _, col := range b.values {
			if c.col <= col && col <= c.col2 {
				out = append(out, c)
			}
		}
	}
	return out
}

// label returns the words by which a row calls itself: those in the column of communes, else the first words before or
// beside the values.
func (b *body) label(i int) *cell {
	row := &b.t.g.rows[i]
	c := row.at(b.t.unit)
	if c != nil && c.row == row.n && c.Kind == xlsx.Text {
		return c
	}
	for _, x := range row.own(b.t.left, b.t.right) {
		if x.Kind != xlsx.Text || b.isValue[x.col] || b.t.list && x.col == b.t.find(indicatorCode) {
			continue
		}
		if strings.Trim(x.text, "0123456789.") == "" || romanNumber.MatchString(x.text) {
			continue
		}
		if b.t.list && (x.col == b.t.district && totalReason(x.folded()) == "" || x.col == b.t.find(note) || x.col == b.t.find(indicatorTitle)) {
			continue
		}
		return x
	}
	if c != nil && c.Kind == xlsx.Text {
		return c
	}
	return nil
}

// row decides what row i is and reads it.
func (b *body) row(i int) {
	t := b.t
	row := &t.g.rows[i]
	cells := row.own(t.left, t.right)
	if len(cells) == 0 {
		return
	}
	if b.numbersColumns(i) || i < b.firstUnit && columnNumbers(cells) {
		b.ignore(i, ReasonColumnNumbers)
		return
	}
	label := b.label(i)
	values := b.valuesIn(i)
	weight := b.unitWeight(i)
	if weight == 1 && label != nil && b.t.code == 0 && (values == 0 || b.roman(i) || b.onlyFormulas(i)) {
		// "Lạc Dương" that counts communes, or has no value at all, is the district of the day and not the commune of
		// another day.
		if u := b.region(label.text); u != nil && u.Level == territory.District && u.ValidAt(b.period.AsOf) && b.isHeading(i, label, 0) {
			return
		}
	}
	if weight > 0 {
		b.unitRow(i)
		return
	}
	if label != nil {
		if reason := totalReason(label.folded()); reason != "" && !b.numberedName(i) {
			b.ignore(i, reason)
			b.lastData = max(b.lastData, i)
			return
		}
		if b.isHeading(i, label, values) {
			return
		}
		if i < b.firstUnit && i < b.lastUnit && !b.numbered(i) && (wordsRequired.MatchString(label.folded()) || b.statesLimits(i) && !namesKind(label)) {
			b.ignore(i, ReasonRequired)
			return
		}
		if values > 0 && !b.numbered(i) && b.allNumbered && !namesKind(label) && b.onlyFormulas(i) {
			b.ignore(i, ReasonSubtotal) // numbered communes, and between them a row that only counts
			b.lastData = max(b.lastData, i)
			return
		}
	}
	unit, code := row.at(t.unit), row.at(t.code)
	if unit != nil && b.isBanner(unit) {
		unit = nil
	}
	hasItem := t.list && row.find(t.find(indicatorCode)) != nil && b.readCode(row.find(t.find(indicatorCode))).form != noCode
	if unit != nil && unit.row != row.n && values == 0 && !hasItem {
		unit = nil // only the lower part of a merged name reaches into this row
	}
	switch {
	case unit != nil || code != nil:
		named := unit != nil && namesKind(unit)
		if (values > 0 || b.numbered(i) && !t.list || named || hasItem) && !b.isSignature(i, unit) {
			b.unitRow(i)
			return
		}
		b.text(i, label)
	case values == 0 && !hasItem:
		b.text(i, label)
	case b.numbered(i) || hasItem:
		b.unitRow(i)
	case b.onlyFormulas(i) && i > b.firstUnit:
		b.ignore(i, ReasonSubtotal)
	case i < b.firstUnit:
		b.ignore(i, ReasonRequired)
	case i < b.lastUnit:
		b.unitRow(i)
	default:
		b.ignore(i, ReasonTotal)
	}
}

// numberedName reports a row that carries a running number beside a name; such a row is a commune, whatever it is called.
func (b *body) numberedName(i int) bool {
	return b.numbered(i) && b.t.g.rows[i].find(b.t.unit) != nil && totalReason(b.t.g.rows[i].find(b.t.unit).folded()) == ""
}

var wordsLimit = regexp.MustCompile(`^([≥≤<>=]|tu \d|tren \d|duoi \d)|tro len|toi thieu|toi da|khong qua|it nhat`)

// statesLimits reports a row with a limit among its values: "≥ 95", "80% trở lên".
func (b *body) statesLimits(i int) bool {
	for _, c := range b.own(i) {
		if c.Kind == xlsx.Text && wordsLimit.MatchString(c.folded()) {
			return true
		}
	}
	return false
}

var kindBefore = regexp.MustCompile(`^(\d+[.)] ?)?(xa|x\.|phuong|p\.|thi tran|tt\.|dac khu|commune) ?\pL`)

// namesKind reports a text that says of itself that it is a commune, ward or township.
func namesKind(c *cell) bool {
	return len(c.text) <= 60 && kindBefore.MatchString(c.folded()) && !strings.ContainsAny(c.text, ":;")
}

// isSignature reports a line of the signature block in which a word could be taken for a value.
func (b *body) isSignature(i int, unit *cell) bool {
	if b.numbered(i) {
		return false
	}
	if b.footer && i > b.lastUnit {
		return true
	}
	return unit != nil && wordsFooter.MatchString(unit.folded()) && b.nameWeight(unit) == 0
}

func (b *body) onlyFormulas(i int) bool {
	for _, c := range b.own(i) {
		if !c.HasFormula {
			return false
		}
	}
	return true
}

// roman reports a row that is numbered as headings are: II, B.
func (b *body) roman(i int) bool {
	c := b.t.g.rows[i].find(b.t.number)
	return c != nil && (romanNumber.MatchString(c.text) || len(c.text) == 1 && c.text[0] >= 'A' && c.text[0] <= 'H')
}

// isHeading takes a row that names a district, a province or a group, and remembers the place.
func (b *body) isHeading(i int, label *cell, values int) bool {
	row := &b.t.g.rows[i]
	says := wordsRegion.MatchString(label.folded())
	numbered := wordsNumbered.MatchString(label.folded()) || b.isBanner(label)
	numbered = numbered || b.roman(i)
	place := b.region(label.text)
	switch {
	case b.t.list && row.find(b.t.find(indicatorCode)) != nil, namesKind(label) && !says:
		return false
	case place != nil && (says || numbered || !b.numbered(i)) && (values == 0 || says || b.unitWeight(i) == 0):
	case numbered && values == 0 && i < b.lastUnit && !b.numbered(i):
		place = nil
	default:
		return false
	}
	reason := ReasonGroupHeading
	if place != nil {
		b.heading = label.text
		if place.Level == territory.District {
			reason = ReasonDistrictHeading
		}
	} else if says {
		b.heading = "" // a region that is not known: what was said before no longer holds
	}
	b.ignore(i, reason)
	return true
}

// text gives a row of words its reason by what it says and where it stands.
func (b *body) text(i int, label *cell) {
	row := &b.t.g.rows[i]
	words := label.folded()
	footer := false
	for _, c := range row.cells {
		footer = footer || wordsFooter.MatchString(c.folded())
	}
	switch {
	case label == nil && b.numbered(i), label == nil && i < b.lastUnit:
		b.ignore(i, ReasonEmptyRow)
	case i < b.firstUnit && i < b.lastUnit:
		switch {
		case wordsMeasure.MatchString(words):
			b.ignore(i, ReasonMeasure)
		case b.explainsColumns(i):
			b.ignore(i, ReasonRequired)
		default:
			b.ignore(i, ReasonGroupHeading)
		}
	case i < b.lastUnit:
		if b.t.g.rows[i].at(b.t.unit) != nil && b.nameWeight(b.t.g.rows[i].at(b.t.unit)) > 0 {
			b.ignore(i, ReasonEmptyRow)
			return
		}
		b.ignore(i, ReasonGroupHeading)
	case footer || b.footer || row.cells[0].col > (b.t.left+b.t.right)/2:
		b.footer = true
		b.ignore(i, ReasonFooter)
	default:
		b.ignore(i, ReasonLegend)
	}
}

// explainsColumns reports a row with words or limits in the columns of values: "≥ 95", "%".
func (b *body) explainsColumns(i int) bool {
	for _, c := range b.own(i) {
		if !c.wide() {
			return true
		}
	}
	return false
}

// datesMatter reports a column of dates that says more than one day: one day for all rows decides nothing.
func (b *body) datesMatter() bool {
	col := b.t.find(date)
	if col == 0 {
		return false
	}
	one := clock.Date("")
	for i := b.t.body; i < b.t.end; i++ {
		c := b.t.g.rows[i].at(col)
		if c.blank() || b.unitWeight(i) == 0 {
			continue
		}
		d, bad := readDate(c)
		if bad != "" || d < b.period.DatesFrom || b.period.To < d || one != "" && one != d {
			return true
		}
		one = d
	}
	return false
}

// ignoreColumns lists the columns of the table that were not read, with the reason.
func (b *body) ignoreColumns() {
	t := b.t
	used := map[int]bool{t.unit: true, t.code: true, t.district: true}
	for _, c := range t.columns {
		if c.read || b.headRefused[c.col].Code != "" {
			used[c.col] = c.parts == nil
			for _, col := range c.parts {
				used[col] = true
			}
		}
	}
	for col, r := range t.roles {
		switch r {
		case indicatorCode, numerator, denominator, percent, value, level, verdict:
			used[col] = true
		case date:
			used[col] = b.datesUsed
		}
	}
	if b.usesGroups() {
		used[t.group] = true
	}
	for col := t.left; col <= t.right; col++ {
		if used[col] || !b.fills(col) {
			continue
		}
		b.out.IgnoredCols = append(b.out.IgnoredCols, Ignored{Sheet: t.g.name, Col: col, Reason: b.columnReason(col), Text: t.headText(col)})
	}
}

// fills reports a column that holds something between the headings and the last row of data.
func (b *body) fills(col int) bool {
	for i := b.t.head; i < b.t.end && i <= max(b.lastData, b.t.body-1); i++ {
		if c := b.t.g.rows[i].find(col); c != nil && !b.isBanner(c) {
			return true
		}
	}
	return false
}

func (b *body) columnReason(col int) string {
	r := b.t.headRole(col)
	if b.t.list && b.t.roles[col] != noRole {
		r = b.t.roles[col]
	}
	formulas, filled := 0, 0
	for i := b.t.body; i < b.t.end && i <= b.lastUnit; i++ {
		if c := b.t.g.rows[i].find(col); c != nil && b.data[c.row] {
			filled++
			if c.HasFormula {
				formulas++
			}
		}
	}
	switch {
	case b.t.g.hidden[col]:
		return ReasonHidden
	case b.t.context[col] == note:
		return ReasonNote
	case b.t.context[col] == required:
		return ReasonRequired
	case b.t.context[col] != noRole:
		return ReasonNotNeeded
	case r == rowNumber || col == b.t.number:
		return ReasonRowNumber
	case r == note || r == origin:
		return ReasonNote
	case r == total || !b.t.list && r == denominator || filled > 0 && formulas*2 > filled:
		return ReasonFormulaTotal
	case r == required:
		return ReasonRequired
	case b.t.list || r == communeGroup || r == date || r == measure:
		return ReasonNotNeeded
	}
	for _, c := range b.t.columns {
		if c.col == col {
			return ReasonFormulaTotal // a column that only counts, headed by a criterion
		}
	}
	return ReasonNoCode
}
