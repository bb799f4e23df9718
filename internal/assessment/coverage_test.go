package assessment

import (
	"strings"
	"testing"

	"langso/internal/criteria"
	fictional "langso/internal/testkit/province"
)

// What a partial view is follows one rule on every page: less than half of the four indicators of the set were reported.
func TestPartialIsOneRule(t *testing.T) {
	set, err := criteria.Parse("xa-thu.yaml", fictional.SetYAML())
	if err != nil {
		t.Fatal(err)
	}
	words := func(list []Item) string {
		var out []string
		for _, i := range list {
			out = append(out, i.key())
		}
		return strings.Join(out, " ")
	}
	for name, c := range map[string]struct {
		rows                  []Row // verdicts of 1.1 1.2 2.1 2.2, and of 1 and 2
		partial               bool
		reported, whole, bare string
	}{
		"one of four":                    {[]Row{{Cells: "+???", Criteria: "??"}, {Cells: "-???", Criteria: "-?"}}, true, "1.1", "", "#2"},
		"one of each criterion":          {[]Row{{Cells: "+?-?", Criteria: "??"}}, false, "1.1 2.1", "", ""},
		"half by one criterion":          {[]Row{{Cells: "+-??", Criteria: "-?"}}, false, "1.1 1.2", "", "#2"},
		"a criterion declared at once":   {[]Row{{Cells: "????", Criteria: "+?"}}, false, "1.1 1.2", "#1", "#2"},
		"by several communes":            {[]Row{{Cells: "+???", Criteria: "??"}, {Cells: "??/?", Criteria: "??"}, {}}, false, "1.1 2.1", "", ""},
		"a level that nobody knows":      {[]Row{{Cells: "???t", Criteria: "??"}}, true, "2.2", "", "#1"},
		"everything":                     {[]Row{{Cells: "++++", Criteria: "++"}}, false, "1.1 1.2 2.1 2.2", "", ""},
		"nothing, of communes with none": {[]Row{{}, {}}, true, "", "", "#1 #2"},
	} {
		b := &Board{Frame: &Frame{Set: set}, Rows: c.rows}
		got := b.Coverage()
		if got.Partial() != c.partial || words(got.Reported) != c.reported || words(got.Whole) != c.whole || words(got.Bare) != c.bare || words(got.All) != "1.1 1.2 2.1 2.2" {
			t.Errorf("%s: partial %v, reported %q, whole %q, bare %q of %q", name, got.Partial(), words(got.Reported), words(got.Whole), words(got.Bare), words(got.All))
		}
		if l := newLens(b); l.partial != (c.partial && c.reported != "") || strings.Join(l.bare, " ") != strings.ReplaceAll(c.bare, "#", "") {
			t.Errorf("%s: the board is looked at as partial: %v, without results %q", name, l.partial, l.bare)
		}
		if len(c.rows) > 1 {
			continue
		}
		card := &Scorecard{Frame: b.Frame}
		for _, x := range set.Criteria() {
			row := ScoreRow{Cell: Cell{Criterion: x, Judged: Judged{Verdict: c.rows[0].OfCriterion(x)}}}
			for _, i := range x.Indicators {
				row.Indicators = append(row.Indicators, Cell{Indicator: i, Judged: Judged{Verdict: c.rows[0].OfIndicator(i)}})
			}
			card.Rows = append(card.Rows, row)
		}
		if card.partial() != c.partial {
			t.Errorf("%s: the scorecard is partial: %v", name, card.partial())
		}
	}
}
