package assessment

import (
	"slices"
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
		card.Indicators.Total = 4
		card.Indicators.Missing = strings.Count(c.rows[0].Cells, "?")
		if want := c.partial && c.whole == "" && c.reported != ""; card.partial() != want {
			t.Errorf("%s: the scorecard is partial: %v", name, card.partial())
		}
	}
}

// A report of nothing but some criteria, declared at once, shows these and no indicator without figures: less than half of the
// indicators are theirs, so the view is partial by the rule, and there is none to look at it by.
func TestDeclaredCriteriaAreShown(t *testing.T) {
	sets, err := criteria.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(sets, func(s *criteria.Set) bool { return s.Code == "xa-ntm-2021-2025" })
	set := sets[at]
	cells, whole := []byte(strings.Repeat("?", len(set.Indicators()))), []byte(strings.Repeat("?", len(set.Criteria())))
	for _, id := range []string{"8", "15"} {
		whole[set.Criterion(id).Index] = byte(Met)
	}
	board := func(rows ...Row) lens { return newLens(&Board{Frame: &Frame{Set: set}, Rows: rows}) }
	declared := Row{Cells: string(cells), Criteria: string(whole)}
	l := board(declared, declared)
	if l.partial || len(l.columns) != 19 {
		t.Fatalf("partial %v, %d columns; want the 19 criteria", l.partial, len(l.columns))
	}
	for _, c := range l.columns {
		if want := map[bool]int{true: 2}[c.item.ID == "8" || c.item.ID == "15"]; c.counts.Met != want {
			t.Errorf("%v: %d communes, want %d", c.item, c.counts.Met, want)
		}
	}
	cells[set.Indicator("17.1").Index] = byte(NotMet)
	l = board(declared, Row{Cells: string(cells), Criteria: strings.Repeat("?", len(whole))})
	if !l.partial || len(l.columns) != 1 || l.columns[0].item.ID != "17.1" {
		t.Errorf("partial %v, %d columns; want 17.1, the indicator with a figure", l.partial, len(l.columns))
	}
	card := &Scorecard{Frame: &Frame{Set: set}, Indicators: Counts{Total: len(cells), Missing: len(cells) - 1}}
	for _, c := range set.Criteria() {
		row := ScoreRow{Cell: Cell{Criterion: c, Judged: Judged{Verdict: Verdict(whole[c.Index])}}}
		for _, i := range c.Indicators {
			row.Indicators = append(row.Indicators, Cell{Indicator: i, Judged: Judged{Verdict: Verdict(cells[i.Index])}})
		}
		card.Rows = append(card.Rows, row)
	}
	if card.partial() {
		t.Error("a commune with declared criteria is told by its few indicators")
	}
}
