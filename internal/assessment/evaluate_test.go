package assessment

import (
	"testing"

	"langso/internal/assessment/workbook"
	"langso/internal/criteria"
)

func ratio(n, d int64) *Figure        { return &Figure{HasNumber: true, Num: n, Den: d} }
func num(n int64, s int) *Figure      { return &Figure{HasNumber: true, Num: n, Scale: s} }
func said(v workbook.Verdict) *Figure { return &Figure{Declared: v} }

// ind makes one indicator with a required level for judging alone.
func ind(kind criteria.ValueKind, cmp criteria.Compare, need *criteria.Level, scale string) (*criteria.Set, *criteria.Indicator) {
	i := &criteria.Indicator{ID: "1.1", Kind: kind, Compare: cmp, Scale: scale, Threshold: criteria.Threshold{All: need}}
	return &criteria.Set{Scales: []criteria.Scale{{ID: "muc-do", Words: []string{"Mức độ 1", "Mức độ 2", "Mức độ 3"}}}}, i
}

func level(n int64, s int) *criteria.Level {
	return &criteria.Level{Number: criteria.Decimal{Num: n, Scale: s}}
}
func word(w string) *criteria.Level { return &criteria.Level{Word: w} }

// The rows are the rules of design §5 ("Criteria and assessment") with figures from the law's own thresholds.
func TestJudgeIndicator(t *testing.T) {
	rows := []struct {
		name  string
		kind  criteria.ValueKind
		cmp   criteria.Compare
		need  *criteria.Level
		scale string
		fig   *Figure
		want  Verdict
		why   Reason
		diff  bool
	}{
		{"no value", criteria.Percent, criteria.AtLeast, level(90, 0), "", nil, Missing, NoValue, false},
		{"rate reaches", criteria.Percent, criteria.AtLeast, level(90, 0), "", num(900, 1), Met, ByNumber, false},
		{"rate just below", criteria.Percent, criteria.AtLeast, level(90, 0), "", num(8999, 2), NotMet, ByNumber, false},
		{"ratio is exact, not rounded: 449/500 = 89.8", criteria.Percent, criteria.AtLeast, level(90, 0), "", ratio(449, 500), NotMet, ByNumber, false},
		{"ratio 450/500 = 90", criteria.Percent, criteria.AtLeast, level(90, 0), "", ratio(450, 500), Met, ByNumber, false},
		{"1/3 does not reach 33.34", criteria.Percent, criteria.AtLeast, level(3334, 2), "", ratio(1, 3), NotMet, ByNumber, false},
		{"upper limit: poverty 7 % of at most 7 %", criteria.Percent, criteria.AtMost, level(7, 0), "", num(7, 0), Met, ByNumber, false},
		{"upper limit passed", criteria.Percent, criteria.AtMost, level(7, 0), "", num(701, 2), NotMet, ByNumber, false},
		{"number per person, ratio without percent: 9 m² for 4 people", criteria.Number, criteria.AtLeast, level(2, 0), "", ratio(9, 4), Met, ByNumber, false},
		{"declared beside the number: the number judges", criteria.Percent, criteria.AtLeast, level(90, 0), "", &Figure{HasNumber: true, Num: 80, Declared: workbook.VerdictMet}, NotMet, ByNumber, true},
		{"declared beside the number and equal", criteria.Percent, criteria.AtLeast, level(90, 0), "", &Figure{HasNumber: true, Num: 95, Declared: workbook.VerdictMet}, Met, ByNumber, false},
		{"number without threshold", criteria.Percent, criteria.AtLeast, nil, "", num(95, 0), NoThreshold, ThresholdUnknown, false},
		{"number and word without threshold", criteria.Percent, criteria.AtLeast, nil, "", &Figure{HasNumber: true, Num: 95, Declared: workbook.VerdictMet}, NoThreshold, ThresholdUnknown, false},
		{"word alone counts", criteria.Percent, criteria.AtLeast, nil, "", said(workbook.VerdictMet), Met, ByDeclaration, false},
		{"word alone against a number", criteria.Percent, criteria.AtLeast, level(90, 0), "", said(workbook.VerdictNotMet), NotMet, ByDeclaration, false},
		{"nearly comes from a declared cell", criteria.Boolean, criteria.Equal, word("Đạt"), "", said(workbook.VerdictNearly), Nearly, ByDeclaration, false},
		{"not applicable", criteria.Boolean, criteria.Equal, word("Đạt"), "", said(workbook.VerdictNA), NotApplicable, DeclaredNA, false},
		{"not assessed counts as missing", criteria.Boolean, criteria.Equal, word("Đạt"), "", said(workbook.VerdictNotDone), Missing, NotAssessed, false},
		{"level reaches", criteria.LevelOf, criteria.AtLeast, word("Mức độ 2"), "muc-do", &Figure{Word: "mức  độ 3"}, Met, ByLevel, false},
		{"level below", criteria.LevelOf, criteria.AtLeast, word("Mức độ 2"), "muc-do", &Figure{Word: "Mức độ 1"}, NotMet, ByLevel, false},
		{"level off the scale", criteria.LevelOf, criteria.AtLeast, word("Mức độ 2"), "muc-do", &Figure{Word: "Mức độ 9"}, NoThreshold, OffScale, false},
		{"Đạt required without a scale", criteria.LevelOf, criteria.Equal, word("Đạt"), "", &Figure{Word: "Khá"}, NoThreshold, OffScale, false},
		{"number where a word is required", criteria.Boolean, criteria.Equal, word("Đạt"), "", num(5, 0), NoThreshold, NumberForWord, false},
		{"number and word where a word is required", criteria.Boolean, criteria.Equal, word("Đạt"), "", &Figure{HasNumber: true, Num: 5, Den: 9, Declared: workbook.VerdictMet}, Met, ByDeclaration, false},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			s, i := ind(r.kind, r.cmp, r.need, r.scale)
			got := judge(s, i, criteria.Place{}, r.fig)
			if got.Verdict != r.want || got.Reason != r.why || got.Differs != r.diff {
				t.Errorf("got %s (%s, differs %v), want %s (%s, differs %v)", got.Verdict, got.Reason, got.Differs, r.want, r.why, r.diff)
			}
		})
	}
}

func TestJudgeCriterion(t *testing.T) {
	v := func(list ...Verdict) []Judged {
		out := make([]Judged, len(list))
		for i, x := range list {
			out[i] = Judged{Verdict: x, Reason: ByNumber}
			if x == Missing {
				out[i].Reason = NoValue
			}
		}
		return out
	}
	notAssessed := Judged{Verdict: Missing, Reason: NotAssessed}
	rows := []struct {
		name   string
		all    []Judged
		stated *Figure
		want   Verdict
		why    Reason
	}{
		{"all met", v(Met, Met, NotApplicable), nil, Met, AllMet},
		{"one not met", v(Met, NotMet, Missing), nil, NotMet, SomeNotMet},
		{"met and nearly", v(Met, Nearly), nil, Nearly, SomeNearly},
		{"one missing", v(Met, Missing), nil, Missing, SomeMissing},
		{"nearly and missing", v(Nearly, Missing), nil, Missing, SomeMissing},
		{"only thresholds missing", v(Met, NoThreshold), nil, Missing, SomeNoThreshold},
		{"never vacuously met", v(NotApplicable, NotApplicable), nil, NotApplicable, AllNA},
		{"declared cell without any value", v(Missing, Missing), said(workbook.VerdictMet), Met, ByDeclaration},
		{"declared cell beside not assessed indicators", []Judged{notAssessed, notAssessed}, said(workbook.VerdictNotMet), NotMet, ByDeclaration},
		{"declared cell steps back as soon as one value is there", v(Met, Missing), said(workbook.VerdictMet), Missing, SomeMissing},
		{"no indicators, nothing declared", nil, nil, Missing, NoValue},
		{"no indicators, declared", nil, said(workbook.VerdictNearly), Nearly, ByDeclaration},
		{"no indicators, not assessed", nil, said(workbook.VerdictNotDone), Missing, NotAssessed},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			c := &criteria.Criterion{ID: "1"}
			for i := range r.all {
				c.Indicators = append(c.Indicators, &criteria.Indicator{Index: i})
			}
			if got := judgeCriterion(c, r.all, r.stated); got.Verdict != r.want || got.Reason != r.why {
				t.Errorf("got %s (%s), want %s (%s)", got.Verdict, got.Reason, r.want, r.why)
			}
		})
	}
}

// 48 of 111 is 43.2 % and 50 of 111 is 45.0 %: the press printed 45.4.
func TestPercent(t *testing.T) {
	rows := []struct {
		c    Counts
		want int64
		ok   bool
	}{
		{Counts{Met: 48, NotMet: 63, Total: 111}, 432, true},
		{Counts{Met: 50, NotMet: 61, Total: 111}, 450, true},
		{Counts{Met: 47, NotMet: 64, Total: 111}, 423, true},
		{Counts{Met: 107, NotMet: 4, Total: 111}, 964, true},
		{Counts{Met: 1, NotMet: 7, Total: 8}, 125, true},
		{Counts{Met: 1, NotMet: 15, Total: 16}, 63, true}, // 6.25 → 6.3, half up
		{Counts{Met: 1, NotApplicable: 1, Total: 2}, 1000, true},
		{Counts{NotApplicable: 3, Total: 3}, 0, false},
		{Counts{}, 0, false},
	}
	for _, r := range rows {
		got, ok := r.c.Tenths()
		if got != r.want || ok != r.ok {
			t.Errorf("%+v: %d %v, want %d %v", r.c, got, ok, r.want, r.ok)
		}
	}
}

func TestMargin(t *testing.T) {
	rows := []struct {
		cmp  criteria.Compare
		need int64
		fig  *Figure
		want criteria.Decimal
	}{
		{criteria.AtLeast, 90, num(86, 0), criteria.Decimal{Num: -400, Scale: 2}},
		{criteria.AtLeast, 90, ratio(9, 10), criteria.Decimal{Num: 0, Scale: 2}},
		{criteria.AtMost, 7, num(55, 1), criteria.Decimal{Num: 150, Scale: 2}},
		{criteria.AtLeast, 90, num(89999, 3), criteria.Decimal{Num: -1, Scale: 3}}, // a gap never prints as zero
	}
	for _, r := range rows {
		_, i := ind(criteria.Percent, r.cmp, level(r.need, 0), "")
		got, ok := Margin(i, level(r.need, 0), r.fig)
		if !ok || got != r.want {
			t.Errorf("%s %d, %v: %+v %v, want %+v", r.cmp, r.need, r.fig, got, ok, r.want)
		}
	}
}

func TestParseNumber(t *testing.T) {
	// ui.md §3: a dot before exactly three digits groups thousands, any other single dot is a decimal point.
	good := map[string]criteria.Decimal{
		"98,2": {Num: 982, Scale: 1}, "98.2": {Num: 982, Scale: 1}, "1.234": {Num: 1234}, "1.234,5": {Num: 12345, Scale: 1}, "1234.5": {Num: 12345, Scale: 1},
		"1234,5": {Num: 12345, Scale: 1}, " 12 ": {Num: 12}, "43,2 %": {Num: 432, Scale: 1}, "0.125": {Num: 125, Scale: 3}, "1.234.567": {Num: 1234567}, "4 512": {Num: 4512},
	}
	for s, want := range good {
		if got, err := ParseNumber(s); err != nil || got != want {
			t.Errorf("%q: %+v, %v; want %+v", s, got, err, want)
		}
	}
	for _, s := range []string{"", "abc", "98,2,5", "1.2.3", "1.23,4", "--1", "1e5", "12345678901234567890", "=1+1", ","} {
		if got, err := ParseNumber(s); err == nil {
			t.Errorf("%q was read as %+v", s, got)
		}
	}
}
