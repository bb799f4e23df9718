package assessment

import (
	"math/bits"
	"strings"

	"langso/internal/assessment/workbook"
	"langso/internal/criteria"
	"langso/internal/platform/vntext"
)

// Verdict is the judgement of one indicator or criterion.
type Verdict byte

const (
	Met           Verdict = '+' // đạt
	Nearly        Verdict = '~' // cơ bản đạt
	NotMet        Verdict = '-' // chưa đạt
	Missing       Verdict = '?' // chưa có số liệu
	NoThreshold   Verdict = 't' // chưa có ngưỡng: a value is there, the required level is not known
	NotApplicable Verdict = '/' // không áp dụng
)

// Verdicts are all verdicts in the order of screens and sums.
var Verdicts = []Verdict{Met, Nearly, NotMet, Missing, NoThreshold, NotApplicable}

// String returns the name used in JSON and for words and shapes on screen.
func (v Verdict) String() string {
	switch v {
	case Met:
		return "met"
	case Nearly:
		return "nearly"
	case NotMet:
		return "not_met"
	case Missing:
		return "missing"
	case NoThreshold:
		return "no_threshold"
	case NotApplicable:
		return "not_applicable"
	}
	return "unknown"
}

// MarshalText writes the verdict's name.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// Reason says why a verdict was given; message key "assessment.reason.<reason>".
type Reason string

const (
	ByNumber         Reason = "number"             // the number was held against the threshold
	ByLevel          Reason = "level"              // the level word was held against the scale
	ByDeclaration    Reason = "declared"           // the office declared the result
	NoValue          Reason = "no_value"           // nothing was reported
	NotAssessed      Reason = "not_assessed"       // reported as "không đánh giá"
	DeclaredNA       Reason = "declared_na"        // reported as not applicable
	ThresholdUnknown Reason = "threshold_unknown"  // the set does not know the required level here
	OffScale         Reason = "off_scale"          // the level word has no place on a known scale
	NumberForWord    Reason = "number_for_word"    // a number, but the required level is a word
	AllMet           Reason = "all_met"            // criterion: every applicable indicator is met
	SomeNearly       Reason = "some_nearly"        // criterion: the rest are met or nearly met
	SomeNotMet       Reason = "some_not_met"       // criterion: at least one indicator is not met
	SomeMissing      Reason = "some_missing"       // criterion: at least one indicator has no value
	SomeNoThreshold  Reason = "some_no_threshold"  // criterion: only thresholds are missing
	AllNA            Reason = "all_not_applicable" // criterion: nothing in it applies
)

// Judged is the verdict on one indicator or criterion with its reason.
type Judged struct {
	Verdict Verdict
	Reason  Reason
	// Differs is true when the office declared another result than the number gives; the number judges.
	Differs bool
}

// Values are the figures of one commune in one set and period, by position in the set. A nil entry has no value.
type Values struct {
	Indicators []*Figure
	Criteria   []*Figure // declared criterion verdicts
}

// NewValues returns empty values for a set.
func NewValues(s *criteria.Set) *Values {
	return &Values{Indicators: make([]*Figure, len(s.Indicators())), Criteria: make([]*Figure, len(s.Criteria()))}
}

// Result is the judgement of one commune: every indicator and every criterion, by position in the set.
type Result struct {
	Indicators []Judged
	Criteria   []Judged
}

// Evaluate judges the values of a commune at place p against set s. It is pure.
//
// An indicator is judged by its number where a threshold exists; by its level word where the scale is known; by the
// declared word when that stands alone. A criterion is met if every applicable indicator is met; nearly if the rest are
// met or nearly; not met if any is not met; otherwise missing, also when only thresholds are missing. A criterion of
// which nothing applies is not applicable. A declared criterion verdict counts only while none of its indicators has a
// value.
func Evaluate(s *criteria.Set, p criteria.Place, v *Values) *Result {
	r := &Result{Indicators: make([]Judged, len(s.Indicators())), Criteria: make([]Judged, len(s.Criteria()))}
	for i, ind := range s.Indicators() {
		r.Indicators[i] = judge(s, ind, p, v.Indicators[i])
	}
	for i, c := range s.Criteria() {
		r.Criteria[i] = judgeCriterion(c, r.Indicators, v.Criteria[i])
	}
	return r
}

func judge(s *criteria.Set, ind *criteria.Indicator, p criteria.Place, f *Figure) Judged {
	if f == nil {
		return Judged{Verdict: Missing, Reason: NoValue}
	}
	if f.HasNumber {
		need := s.Required(ind, p)
		switch {
		case need == nil:
			return Judged{Verdict: NoThreshold, Reason: ThresholdUnknown}
		case need.Word == "":
			j := Judged{Verdict: NotMet, Reason: ByNumber}
			if reaches(ind, f, need.Number) {
				j.Verdict = Met
			}
			if d, ok := declared(f.Declared); ok && d.Verdict != j.Verdict {
				j.Differs = true
			}
			return j
		case f.Declared == "" && f.Word == "":
			return Judged{Verdict: NoThreshold, Reason: NumberForWord}
		}
	}
	if f.Word != "" {
		return judgeLevel(s, ind, s.Required(ind, p), f)
	}
	if j, ok := declared(f.Declared); ok {
		return j
	}
	return Judged{Verdict: Missing, Reason: NoValue}
}

// declared turns a declared word into a verdict.
func declared(v workbook.Verdict) (Judged, bool) {
	switch v {
	case workbook.VerdictMet:
		return Judged{Verdict: Met, Reason: ByDeclaration}, true
	case workbook.VerdictNearly:
		return Judged{Verdict: Nearly, Reason: ByDeclaration}, true
	case workbook.VerdictNotMet:
		return Judged{Verdict: NotMet, Reason: ByDeclaration}, true
	case workbook.VerdictNA:
		return Judged{Verdict: NotApplicable, Reason: DeclaredNA}, true
	case workbook.VerdictNotDone:
		return Judged{Verdict: Missing, Reason: NotAssessed}, true
	}
	return Judged{}, false
}

func judgeLevel(s *criteria.Set, ind *criteria.Indicator, need *criteria.Level, f *Figure) Judged {
	if need == nil {
		return Judged{Verdict: NoThreshold, Reason: ThresholdUnknown}
	}
	if need.Word == "" {
		return Judged{Verdict: NoThreshold, Reason: OffScale}
	}
	have, want, known := rank(s, ind, f.Word, need.Word)
	if !known {
		return Judged{Verdict: NoThreshold, Reason: OffScale}
	}
	j := Judged{Verdict: NotMet, Reason: ByLevel}
	switch ind.Compare {
	case criteria.AtMost:
		if have <= want {
			j.Verdict = Met
		}
	default: // a higher level than the required one also reaches it, whether the file writes >= or ==
		if have >= want {
			j.Verdict = Met
		}
	}
	if d, ok := declared(f.Declared); ok && d.Verdict != j.Verdict {
		j.Differs = true
	}
	return j
}

// rank returns the places of two level words on the indicator's scale; known is false when it has no scale or one of the
// words is not on it. Words are compared without case and spacing.
func rank(s *criteria.Set, ind *criteria.Indicator, have, want string) (h, w int, known bool) {
	h, w = -1, -1
	for _, scale := range s.Scales {
		if scale.ID != ind.Scale || ind.Scale == "" {
			continue
		}
		for i, word := range scale.Words {
			if sameWord(word, have) {
				h = i
			}
			if sameWord(word, want) {
				w = i
			}
		}
	}
	return h, w, h >= 0 && w >= 0
}

func sameWord(a, b string) bool {
	return strings.EqualFold(vntext.Squeeze(vntext.NFC(a)), vntext.Squeeze(vntext.NFC(b)))
}

// reaches compares exactly, without rounding: 49.99 % does not reach 50 %.
func reaches(ind *criteria.Indicator, f *Figure, need criteria.Decimal) bool {
	c := compareFigure(ind.Kind, f, need)
	switch ind.Compare {
	case criteria.AtLeast:
		return c >= 0
	case criteria.AtMost:
		return c <= 0
	}
	return c == 0
}

// compareFigure returns the sign of figure − need. The common case runs in 128-bit integers; what does not fit falls
// back to rationals.
func compareFigure(kind criteria.ValueKind, f *Figure, need criteria.Decimal) int {
	a, b := uint64(f.Num), uint64(1)
	if f.Den != 0 {
		b = uint64(f.Den)
		if kind == criteria.Percent {
			hi, lo := bits.Mul64(a, 100)
			if hi != 0 {
				return f.rat(kind).Cmp(need.Rat())
			}
			a = lo
		}
	} else {
		b = small10(f.Scale)
	}
	if f.Num < 0 || f.Den < 0 || need.Num < 0 || b == 0 || small10(need.Scale) == 0 {
		return f.rat(kind).Cmp(need.Rat())
	}
	// a / b against n / 10^s  ⇔  a · 10^s against n · b
	lh, ll := bits.Mul64(a, small10(need.Scale))
	rh, rl := bits.Mul64(uint64(need.Num), b)
	switch {
	case lh != rh && lh > rh, lh == rh && ll > rl:
		return 1
	case lh == rh && ll == rl:
		return 0
	}
	return -1
}

// small10 returns 10^n, 0 when it does not fit.
func small10(n int) uint64 {
	if n < 0 || n > 19 {
		return 0
	}
	r := uint64(1)
	for range n {
		r *= 10
	}
	return r
}

func judgeCriterion(c *criteria.Criterion, all []Judged, stated *Figure) Judged {
	var met, nearly, notMet, missing, noThreshold, na, valued int
	for _, ind := range c.Indicators {
		j := all[ind.Index]
		if j.Reason != NoValue && j.Reason != NotAssessed {
			valued++
		}
		switch j.Verdict {
		case Met:
			met++
		case Nearly:
			nearly++
		case NotMet:
			notMet++
		case Missing:
			missing++
		case NoThreshold:
			noThreshold++
		case NotApplicable:
			na++
		}
	}
	if valued == 0 && stated != nil {
		if j, ok := declared(stated.Declared); ok {
			return j
		}
	}
	n := len(c.Indicators)
	switch {
	case n == 0:
		return Judged{Verdict: Missing, Reason: NoValue}
	case na == n:
		return Judged{Verdict: NotApplicable, Reason: AllNA}
	case notMet > 0:
		return Judged{Verdict: NotMet, Reason: SomeNotMet}
	case met+na == n:
		return Judged{Verdict: Met, Reason: AllMet}
	case met+nearly+na == n:
		return Judged{Verdict: Nearly, Reason: SomeNearly}
	case missing > 0:
		return Judged{Verdict: Missing, Reason: SomeMissing}
	}
	return Judged{Verdict: Missing, Reason: SomeNoThreshold}
}
