package assessment

import (
	"math/big"
	"strings"

	"langso/internal/assessment/workbook"
	"langso/internal/criteria"
	"langso/internal/territory"
)

// Item is what a value is about inside a set: an indicator, or a whole criterion that an office declared at once.
// Indicator "5" and criterion "5" of one set are different items.
type Item struct {
	ID        string
	Criterion bool
}

// key is the stored form: "8.4" for an indicator, "#8" for a criterion.
func (i Item) key() string {
	if i.Criterion {
		return "#" + i.ID
	}
	return i.ID
}

func itemOf(key string) Item {
	if id, ok := strings.CutPrefix(key, "#"); ok {
		return Item{ID: id, Criterion: true}
	}
	return Item{ID: key}
}

// State is how far a value has come. Public pages count Verified and Appraised only.
type State string

const (
	Draft     State = "draft"     // entered by a commune
	Submitted State = "submitted" // handed in
	Returned  State = "returned"  // sent back with a reason
	Verified  State = "verified"  // confirmed by a department or the province
	Appraised State = "appraised" // confirmed by the council
)

// Public reports whether values in this state count on public pages.
func (s State) Public() bool { return s == Verified || s == Appraised }

// Figure is the substance of a value as it was reported. The zero Figure says nothing.
type Figure struct {
	HasNumber bool
	Num       int64 // the number, or the numerator when Den is set; divided by 10^Scale
	Den       int64 // denominator, 0 = Num is the figure itself; divided by 10^Scale too
	Scale     int
	Word      string           // level word of a scale: "Mức độ 2"
	Declared  workbook.Verdict // result declared by the office, also beside a number
}

// Ratio reports whether the figure is a numerator with its denominator.
func (f Figure) Ratio() bool { return f.HasNumber && f.Den != 0 }

// rat returns the value of the number in the indicator's unit: percent indicators turn a ratio into points.
func (f Figure) rat(kind criteria.ValueKind) *big.Rat {
	if !f.HasNumber {
		return nil
	}
	if f.Den == 0 {
		return new(big.Rat).SetFrac(big.NewInt(f.Num), pow10(f.Scale))
	}
	r := big.NewRat(f.Num, f.Den)
	if kind == criteria.Percent {
		r.Mul(r, big.NewRat(100, 1))
	}
	return r
}

func pow10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// round returns r as a decimal with the given number of places, half away from zero.
func round(r *big.Rat, places int) criteria.Decimal {
	n := new(big.Int).Mul(r.Num(), pow10(places))
	n.Mul(n, big.NewInt(2))
	d := new(big.Int).Mul(r.Denom(), big.NewInt(2))
	if n.Sign() >= 0 {
		n.Add(n, r.Denom())
	} else {
		n.Sub(n, r.Denom())
	}
	n.Quo(n, d)
	return criteria.Decimal{Num: n.Int64(), Scale: places}
}

// figureOf turns a value read from a workbook into what is stored; ok is false when its digits do not fit.
func figureOf(v workbook.Value) (f Figure, ok bool) {
	f, ok = Figure{Word: v.LevelWord, Declared: v.Verdict}, true
	switch {
	case v.HasRatio:
		f, ok = f.withRatio(v.Numerator, v.Denominator)
	case v.HasNumber:
		f.HasNumber, f.Num, f.Scale = true, v.Number.Num, v.Number.Scale
	}
	return f.normal(), ok
}

// withRatio sets numerator and denominator on one scale; ok is false when they do not fit 18 digits.
func (f Figure) withRatio(n, d criteria.Decimal) (_ Figure, ok bool) {
	scale := max(n.Scale, d.Scale)
	f.HasNumber, f.Scale = true, scale
	var fits bool
	if f.Num, ok = rescale(n, scale); !ok {
		return f, false
	}
	f.Den, fits = rescale(d, scale)
	return f, fits
}

// rescale writes d with more decimals; ok is false when that takes more than 18 digits.
func rescale(d criteria.Decimal, scale int) (n int64, ok bool) {
	const limit = 1e17
	for n = d.Num; d.Scale < scale; d.Scale++ {
		if n > limit || n < -limit {
			return 0, false
		}
		n *= 10
	}
	return n, true
}

// normal removes common trailing zeros, so that 98.20 and 98.2 are the same figure.
func (f Figure) normal() Figure {
	if !f.HasNumber {
		return f
	}
	for f.Scale > 0 && f.Num%10 == 0 && f.Den%10 == 0 {
		f.Num, f.Den, f.Scale = f.Num/10, f.Den/10, f.Scale-1
	}
	return f
}

// Version is one stored version of a value.
type Version struct {
	Unit       territory.UnitID
	Item       Item
	RecordedMS int64
	State      State
	Figure     Figure
	By         string // who recorded it
	Note       string // reason given with a correction
	Batch      int64  // import it came with, 0 = by hand
}

// Margin returns how far the figure is beyond the required level in the indicator's unit: positive = better than
// required, negative = still missing. ok is false when there is no number or no numeric threshold.
func Margin(ind *criteria.Indicator, need *criteria.Level, f *Figure) (m criteria.Decimal, ok bool) {
	if f == nil || !f.HasNumber || need == nil || need.Word != "" {
		return criteria.Decimal{}, false
	}
	d := new(big.Rat).Sub(f.rat(ind.Kind), need.Number.Rat())
	if ind.Compare == criteria.AtMost {
		d.Neg(d)
	}
	places := 2
	for places < 6 && d.Sign() != 0 && round(d, places).Num == 0 {
		places++ // a gap that is there must not print as zero
	}
	return round(d, places), true
}
