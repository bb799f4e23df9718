package workbook

import (
	"regexp"
	"strings"

	"langso/internal/criteria"
	"langso/internal/platform/vntext"
	"langso/internal/std/xlsx"
	"langso/internal/territory"
)

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
			w.Problem, w.Col, w.Indicator, w.Unsettled = p, c.col, c.code, c.refused != nil
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
	who.Col, who.Indicator, who.Unsettled = c.col, c.code, c.refused != nil
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
	if lost := cellProblem(unit); p.Code == UnitMissing && lost != "" {
		p.Code = lost // a name that a formula should have given
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
	k := b.readCode(ic)
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
			refuse(dat.col, bad, dat, b.acceptedDates()...)
			return
		}
		v.Date = d
	}
	f, bad := b.figures(p, it, &v)
	switch {
	case b.doubt.Code != "" && (f || bad != nil):
		who.Unsettled = true
		keep(b.doubt)
		return
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

// acceptedDates are the first and the last day of the period, for messages.
func (r *reader) acceptedDates() []any {
	return []any{vntext.Date(r.period.DatesFrom), vntext.Date(r.period.To)}
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
