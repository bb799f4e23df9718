package workbook

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"langso/internal/criteria"
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

// checkHeads refuses columns whose code is not in the set or stood before, and finds columns that only add up.
func (b *body) checkHeads() {
	seen := map[string]*cell{}
	for i := range b.t.columns {
		c := &b.t.columns[i]
		p := Problem{Sheet: b.t.g.name, Row: c.head.row, Col: c.col, Raw: c.head.raw(), Indicator: c.code}
		switch {
		case b.addsUp(c):
			continue
		case !c.item.known():
			p.Code = IndicatorUnknown
			b.headRefused[c.col] = b.fail(p)
		case seen[c.item.id] != nil:
			first := seen[c.item.id]
			p.Code = HeaderDuplicate
			b.headRefused[c.col] = b.fail(p, xlsx.ColumnName(first.col)+itoa(first.row))
		default:
			seen[c.item.id] = c.head
			c.read = true
		}
	}
}

var addingFormula = regexp.MustCompile(`(?i)\b(COUNTIFS?|COUNTA?|SUM|SUMIFS?|SUMPRODUCT|AVERAGE|SUBTOTAL)\s*\(`)

// addsUp reports a column that is headed by a criterion and only counts its indicators.
func (b *body) addsUp(c *column) bool {
	if c.item.indicator != nil || !c.item.known() {
		return false
	}
	n := 0
	for i := b.t.body; i < b.t.end; i++ {
		x := b.t.g.rows[i].find(c.col)
		if x == nil || b.unitWeight(i) == 0 {
			continue
		}
		if !x.HasFormula || x.Kind == xlsx.Text || !addingFormula.MatchString(x.Formula) {
			return false
		}
		n++
	}
	return n > 0
}

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
	if i < b.firstUnit && columnNumbers(cells) {
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
		if i < b.firstUnit && i < b.lastUnit && !b.numbered(i) && (wordsRequired.MatchString(label.folded()) || values > 0 && b.allNumbered && !namesKind(label)) {
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
	hasItem := t.list && row.find(t.find(indicatorCode)) != nil && readCode(row.find(t.find(indicatorCode))).form != noCode
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

// unitRow reads a row of a commune.
func (b *body) unitRow(i int) {
	t := b.t
	row := &t.g.rows[i]
	b.data[row.n] = true
	unit, code := row.at(t.unit), row.at(t.code)
	if unit != nil && b.isBanner(unit) {
		unit = nil
	}
	place := b.heading
	if c := row.at(t.district); c != nil && !c.blank() {
		place = c.text
	}
	m := b.match(unit.raw(), place, code.shown())
	if t.list {
		b.listRow(i, unit, code, place, m)
		return
	}
	who := Refused{UnitName: vntext.Squeeze(unit.raw()), UnitCode: code.shown(), District: place, Sheet: t.g.name, Row: row.n}
	if m.Outcome != territory.MatchFound {
		p := b.unitProblem(row.n, m, unit, code, "")
		for _, c := range t.columns {
			if !c.read && b.headRefused[c.col].Code == "" {
				continue
			}
			w, x := who, row.at(c.col)
			w.Problem, w.Col, w.Indicator = p, c.col, c.code
			if c.parts != nil {
				cells := b.partsOf(row, c.parts)
				w.write(cells)
				x = cells.first()
			} else {
				w.Value = written(x)
			}
			if x != nil {
				b.out.Refused = append(b.out.Refused, w)
			}
		}
		return
	}
	who.UnitCode = m.Unit.Code
	b.list(unit, code, row, m, place)
	for _, c := range t.columns {
		b.matrixValue(row, c, m.Unit, who)
	}
}

// matrixValue reads what one row of a matrix says about one column's indicator.
func (b *body) matrixValue(row *gridRow, c column, u *territory.Unit, who Refused) {
	p := b.partsOf(row, c.parts)
	x := row.at(c.col)
	who.Col, who.Indicator = c.col, c.code
	if c.parts != nil {
		who.write(p)
		x = p.first()
	} else {
		who.Value = written(x)
	}
	switch problem, refused := b.headRefused[c.col]; {
	case x.blank():
		if c.read {
			b.out.Blank++
		}
		return
	case refused:
		who.Problem = problem
		b.out.Refused = append(b.out.Refused, who)
		return
	case !c.read:
		return
	}
	v := b.value(u, c.item, row.n, c.col, x.raw(), figure{})
	var bad *badPart
	if c.parts == nil {
		fig, code := b.readValue(x, c.item)
		if code != "" {
			bad = &badPart{code: code, col: c.col, cell: x}
		}
		v.HasNumber, v.Number, v.LevelWord, v.Verdict = fig.hasNumber, fig.number, fig.level, fig.verdict
	} else {
		v.Col = 0
		if _, bad = b.figures(p, c.item, &v); bad == nil {
			b.printed(p, c.item, v)
		}
	}
	if bad != nil {
		who.Problem = b.fail(Problem{Sheet: b.t.g.name, Row: row.n, Col: bad.col, Code: bad.code, Raw: bad.cell.raw(), Unit: u.ID, Indicator: c.item.id}, bad.details...)
		who.Col = bad.col
		b.out.Refused = append(b.out.Refused, who)
		return
	}
	b.found = append(b.found, found{value: v, row: row.n, col: v.Col, raw: v.Raw, refused: who})
}

// first returns the first part that is written, nil when none is.
func (p parts) first() *cell {
	for _, c := range []*cell{p.num, p.den, p.pct, p.val, p.lev, p.ver} {
		if c != nil {
			return c
		}
	}
	return nil
}

func (b *body) value(u *territory.Unit, it item, row, col int, raw string, fig figure) Value {
	return Value{Unit: u.ID, Indicator: it.id, IsCriterion: it.indicator == nil, HasNumber: fig.hasNumber, Number: fig.number, LevelWord: fig.level,
		Verdict: fig.verdict, Sheet: b.t.g.name, Row: row, Col: col, Raw: raw}
}

// write keeps the parts of a value as they stand.
func (w *Refused) write(p parts) {
	w.Numerator, w.Denominator, w.Percent, w.Value, w.Level, w.Verdict = written(p.num), written(p.den), written(p.pct), written(p.val), written(p.lev), written(p.ver)
}

// written returns what a person would type to give the content of a cell again. A value that was lost, or is an error,
// becomes a text that no column takes, so that it is refused again until somebody writes the value.
func written(c *cell) string {
	if c.blank() {
		return ""
	}
	if c.lost() {
		return "?"
	}
	if c.Kind == xlsx.Number {
		if d, ok := literal(c.Text); ok {
			if isPercent(c.Format) {
				return decimalText(timesHundred(d)) + "%"
			}
			if d.Scale == 3 {
				return decimalText(d) + "0" // three digits behind a point are thousands in a column of counts
			}
			if !isDate(c.Format) {
				return decimalText(d)
			}
		}
	}
	return c.text
}

// unitProblem reports a commune that was not found, at the cell that names it.
func (b *body) unitProblem(row int, m territory.MatchResult, unit, code *cell, indicator string) Problem {
	p := Problem{Sheet: b.t.g.name, Row: row, Col: b.t.unit, Code: unitProblems[m.Outcome], Raw: unit.raw(), Indicator: indicator}
	if b.t.unit == 0 {
		p.Col, p.Raw = b.t.code, code.raw()
	}
	if m.Unit != nil {
		p.Unit = m.Unit.ID
	}
	if m.Suggestion != nil {
		p.Suggestion = m.Suggestion.ID
	}
	var names []string
	for _, u := range m.Candidates {
		names = append(names, u.FullName()+" ("+u.Code+")")
	}
	return b.fail(p, strings.Join(names, ", "), code.shown())
}

// list notes a commune that was found, and its group where the sheet has a column for it.
func (b *body) list(unit, code *cell, row *gridRow, m territory.MatchResult, place string) {
	at := unit
	if at == nil {
		at = code
	}
	c := UnitCell{Sheet: b.t.g.name, Row: at.row, Col: at.col, Written: at.raw(), Unit: m.Unit.ID, District: place}
	if m.District != nil && m.District.Level == territory.District {
		c.District = m.District.FullName()
	}
	if b.t.group > 0 && b.usesGroups() {
		x := row.at(b.t.group)
		c.CommuneGroup = groupID(b.set, x.shown())
		if c.CommuneGroup == "" && !b.listed[m.Unit.ID] {
			b.warn(Problem{Sheet: b.t.g.name, Row: row.n, Col: b.t.group, Code: CommuneGroupMissing, Raw: x.raw(), Unit: m.Unit.ID})
		}
	}
	if !b.listed[m.Unit.ID] {
		b.listed[m.Unit.ID] = true
		b.out.Units = append(b.out.Units, c)
	}
}

func (b *body) usesGroups() bool { return b.set.ByCommuneGroup || len(b.set.CommuneGroups) > 0 }

var groupWords = regexp.MustCompile(`^(?:nhom|group|xa nhom|nh\.?|n)?\s*(?:so\s*)?([1-9]|i{1,3}|iv|v)\.?$`)

// groupID reads a commune group: "Nhóm 1", "nhóm 2", 3, "III". It returns the id of the set, "" when there is none.
func groupID(s *criteria.Set, text string) string {
	m := groupWords.FindStringSubmatch(vntext.Fold(text))
	if m == nil {
		return ""
	}
	n := m[1]
	if roman := map[string]string{"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5"}[n]; roman != "" {
		n = roman
	}
	for _, g := range s.CommuneGroups {
		if strings.TrimLeft(g.ID, "abcdefghijklmnopqrstuvwxyz-_") == n {
			return g.ID
		}
	}
	return ""
}

// listRow reads a row of a list: one commune, one indicator. Its first error stops the row.
func (b *body) listRow(i int, unit, code *cell, place string, m territory.MatchResult) {
	t := b.t
	row := &t.g.rows[i]
	ic := row.at(t.find(indicatorCode))
	k := readCode(ic)
	it := itemOf(b.set, k.id)
	p := b.partsOf(row, b.cols)
	dat := row.at(t.find(date))
	if dat.blank() {
		dat = nil
	}

	who := Refused{Sheet: t.g.name, Row: row.n, Col: t.unit, UnitName: vntext.Squeeze(unit.raw()), UnitCode: code.shown(), District: place, Indicator: k.id,
		Date: dateText(dat)}
	who.write(p)
	if k.form == noCode {
		who.Indicator = ic.shown()
	}
	keep := func(p Problem) {
		who.Problem = p
		b.out.Refused = append(b.out.Refused, who)
	}
	if m.Outcome != territory.MatchFound {
		keep(b.unitProblem(row.n, m, unit, code, k.id))
		return
	}
	who.UnitCode = m.Unit.Code
	b.list(unit, code, row, m, place)
	refuse := func(col int, bad Code, c *cell, details ...any) {
		keep(b.fail(Problem{Sheet: t.g.name, Row: row.n, Col: col, Code: bad, Raw: c.raw(), Unit: m.Unit.ID, Indicator: k.id}, details...))
	}
	if !it.known() {
		if bad := cellProblem(ic); bad != "" {
			refuse(t.find(indicatorCode), bad, ic)
			return
		}
		refuse(t.find(indicatorCode), IndicatorUnknown, ic)
		return
	}

	v := b.value(m.Unit, it, row.n, 0, "", figure{})
	if dat != nil && b.datesUsed {
		d, bad := readDate(dat)
		if bad == "" && (d < b.period.DatesFrom || b.period.To < d) {
			bad = DateOutOfPeriod
		}
		if bad != "" {
			refuse(dat.col, bad, dat, vntext.Date(b.period.DatesFrom), vntext.Date(b.period.To))
			return
		}
		v.Date = d
	}
	f, bad := b.figures(p, it, &v)
	switch {
	case bad != nil:
		refuse(bad.col, bad.code, bad.cell, bad.details...)
		return
	case !f:
		b.out.Blank++
		return
	}
	b.printed(p, it, v)
	found := found{value: v, dated: v.Date != "", row: row.n, col: t.unit, raw: unit.raw(), refused: who}
	if t.unit == 0 {
		found.col, found.raw = t.code, code.raw()
	}
	b.found = append(b.found, found)
}

// parts are the cells that together make one value, and the columns where they would stand.
type parts struct {
	num, den, pct, val, lev, ver *cell
	cols                         map[role]int
}

func (b *body) partsOf(row *gridRow, cols map[role]int) parts {
	get := func(r role) *cell {
		if c := row.at(cols[r]); !c.blank() {
			return c
		}
		return nil
	}
	return parts{get(numerator), get(denominator), get(percent), get(value), get(level), get(verdict), cols}
}

// badPart says which cell of a value is refused and why; cell is nil for one that is missing.
type badPart struct {
	code    Code
	col     int
	cell    *cell
	details []any
}

// figures puts the parts together. Numerator and denominator are the truth, a percentage beside them is only compared.
// some is false when nothing is written.
func (b *body) figures(p parts, it item, v *Value) (some bool, bad *badPart) {
	refuse := func(r role, code Code, c *cell, details ...any) (bool, *badPart) {
		return false, &badPart{code, p.cols[r], c, details}
	}
	dash := 0
	for _, c := range []**cell{&p.num, &p.den, &p.pct, &p.val, &p.lev} {
		if *c != nil && isDash((*c).text) {
			dash = (*c).col
			*c = nil
		}
	}
	if p.num != nil {
		n, code := readCount(p.num)
		if code != "" {
			return refuse(numerator, code, p.num)
		}
		v.Numerator, v.Col = n, p.cols[numerator]
	}
	if p.den != nil {
		d, code := readCount(p.den)
		if code != "" {
			return refuse(denominator, code, p.den)
		}
		v.Denominator = d
	}
	if p.num != nil {
		switch {
		case p.den == nil:
			return refuse(denominator, MissingDenominator, nil)
		case sign(v.Denominator) == 0:
			return refuse(denominator, ZeroDenominator, p.den)
		case less(v.Denominator, v.Numerator) && !it.isAmount():
			return refuse(numerator, NumeratorExceeds, p.num, p.den.shown())
		}
		v.HasRatio = true
	} else {
		v.Denominator = criteria.Decimal{}
	}
	if p.pct != nil {
		d, code := readPercent(p.pct)
		switch {
		case v.HasRatio:
			v.HasPrinted, v.Printed = code == "", d
		case code == "" && it.isAmount() && !isPercentText(p.pct):
			v.HasNumber, v.Number, v.Col = true, d, p.cols[percent]
		case code == "" && (sign(d) < 0 || less(criteria.Decimal{Num: 100}, d)):
			return refuse(percent, OutOfRange, p.pct)
		case code == "" && (it.indicator != nil && it.indicator.Kind == criteria.Percent || p.ver != nil || p.val != nil):
			v.HasNumber, v.Number, v.Col = true, d, p.cols[percent]
		default:
			fig, code := b.readValue(p.pct, it)
			if code != "" {
				return refuse(percent, code, p.pct)
			}
			v.LevelWord, v.Verdict, v.Col = fig.level, fig.verdict, p.cols[percent]
		}
	}
	for _, x := range []struct {
		c *cell
		r role
	}{{p.val, value}, {p.lev, level}, {p.ver, verdict}} {
		if x.c == nil {
			continue
		}
		fig, code := b.readValue(x.c, it)
		if code != "" {
			return refuse(x.r, code, x.c)
		}
		if v.Col == 0 || x.r == value && !v.HasRatio {
			v.Col = p.cols[x.r]
		}
		if fig.hasNumber && !v.HasRatio {
			v.HasNumber, v.Number = true, fig.number
		}
		if fig.level != "" {
			v.LevelWord = fig.level
		}
		if fig.verdict != VerdictNone {
			v.Verdict = fig.verdict
		}
	}
	if !v.HasRatio && !v.HasNumber && v.LevelWord == "" && v.Verdict == VerdictNone {
		if dash == 0 {
			return false, nil
		}
		v.Verdict, v.Col = VerdictNA, dash
	}
	v.Raw = b.t.rawOf(p, v)
	return true, nil
}

// isAmount reports an indicator whose figure is no percentage: income, area, a count of models.
func (i item) isAmount() bool { return i.indicator != nil && i.indicator.Kind == criteria.Number }

// rawOf shows the figures of a value as they stand.
func (t *table) rawOf(p parts, v *Value) string {
	if !v.HasRatio {
		return t.g.rows[t.g.index[v.Row]].at(v.Col).raw()
	}
	s := p.num.raw() + " / " + p.den.raw()
	if p.pct != nil {
		s += " = " + p.pct.raw()
	}
	return s
}

// printed warns of a percentage that is not what numerator and denominator give, or that cannot be read.
func (b *body) printed(p parts, it item, v Value) {
	if !v.HasRatio || p.pct == nil || it.isAmount() {
		return
	}
	computed := float(v.Numerator) / float(v.Denominator) * 100
	if v.HasPrinted && math.Abs(float(v.Printed)-computed) <= printedTolerance(p.pct) {
		return
	}
	if !v.HasPrinted && (isDash(p.pct.text) || cellProblem(p.pct) != "") {
		return // a lost or failed formula says nothing against the figures
	}
	text := decimalText(tenth(computed))
	b.warn(Problem{Sheet: v.Sheet, Row: v.Row, Col: p.cols[percent], Code: PrintedMismatch, Raw: p.pct.raw(), Unit: v.Unit, Indicator: it.id},
		decimalText(v.Numerator)+"/"+decimalText(v.Denominator), strings.ReplaceAll(text, ".", ","), text)
}

func isPercentText(c *cell) bool { return isPercent(c.Format) || strings.HasSuffix(c.text, "%") }

// tenth rounds to one decimal, half up, as percentages are published.
func tenth(f float64) criteria.Decimal {
	return criteria.Decimal{Num: int64(math.Floor(f*10 + 0.5 + 1e-9)), Scale: 1}
}

// dateText writes a date cell as a person would type it.
func dateText(c *cell) string {
	if c == nil {
		return ""
	}
	if d, bad := readDate(c); bad == "" {
		return vntext.Date(d)
	}
	return c.text
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
