package workbook

import (
	"math"
	"strings"

	"langso/internal/criteria"
)

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

// first returns the first part that is written, nil when none is.
func (p parts) first() *cell {
	for _, c := range []*cell{p.num, p.den, p.pct, p.val, p.lev, p.ver} {
		if c != nil {
			return c
		}
	}
	return nil
}
