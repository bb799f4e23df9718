package workbook

import (
	"testing"

	"langso/internal/criteria"
	"langso/internal/std/xlsx"
)

// Headings quote the indicators' own texts, which speak of plans, years, days and numbers. None of that may turn the column
// into context or give it another code.
func TestHeadingsThatQuoteIndicators(t *testing.T) {
	sets, err := criteria.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, s := range sets {
		r := &reader{set: s, texts: map[string]*stated{}}
		check := func(id, text, heading string) {
			n++
			c := &cell{Cell: &xlsx.Cell{Kind: xlsx.Text, Text: heading}, text: tidy(heading)}
			if got := r.readCode(c); got.id != id {
				t.Errorf("%s: %q read as %q", s.Code, heading, got.id)
			}
			for _, x := range []string{heading, text} {
				c := &cell{Cell: &xlsx.Cell{Kind: xlsx.Text, Text: x}, text: tidy(x)}
				if got := contextOf(c); got != noRole {
					t.Errorf("%s: %q is context (%d)", s.Code, x, got)
				}
			}
		}
		for _, i := range s.Indicators() {
			for _, form := range []string{i.ID + ". " + i.TextVI, "Chỉ tiêu " + i.ID + ": " + i.TextVI, i.ID + " " + i.TitleEN} {
				if i.Criterion.ID == i.ID && form == i.ID+" "+i.TitleEN {
					continue // "5 Schools" is no code
				}
				check(i.ID, i.TextVI, form)
			}
		}
		for _, x := range s.Criteria() {
			for _, form := range []string{"Tiêu chí " + x.ID + ": " + x.TitleVI, x.ID + ". " + x.TitleVI, x.TitleVI + " (TC" + x.ID + ")"} {
				check(x.ID, x.TitleVI, form)
			}
		}
	}
	if n == 0 {
		t.Fatal("nothing checked")
	}
}
