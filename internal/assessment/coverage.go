package assessment

import (
	"slices"

	"langso/internal/criteria"
)

// Coverage is how much of a set anybody reported. It decides for every page what a partial view is (the list of one
// department, a news report): one that knows nothing of most of the items, of which a count over the whole set would say
// nothing but that most is missing.
type Coverage struct {
	All      []Item // what the set asks for: its indicators, of a criterion without indicators the criterion
	Reported []Item // those of All with a result in some commune, in the order of the set
	Whole    []Item // criteria that some commune declared at once, which reports their indicators too
	Bare     []Item // criteria of which nothing is known
}

// Partial reports whether less than half of the items were reported.
func (c *Coverage) Partial() bool { return 2*len(c.Reported) < len(c.All) }

// Coverage is what the communes of the board reported, as far as the actor sees it.
func (b *Board) Coverage() *Coverage {
	return once(b.sums, func(s *sums) map[struct{}]*Coverage { return s.coverage }, struct{}{}, func() *Coverage { return coverageOf(b.Set, b.Rows) })
}

// Coverage is what the commune reported, as far as the actor sees it.
func (c *Scorecard) Coverage() *Coverage {
	cells, whole := make([]byte, len(c.Set.Indicators())), make([]byte, len(c.Set.Criteria()))
	for _, r := range c.Rows {
		whole[r.Cell.Criterion.Index] = byte(r.Cell.Judged.Verdict)
		for _, i := range r.Indicators {
			cells[i.Indicator.Index] = byte(i.Judged.Verdict)
		}
	}
	return coverageOf(c.Set, []Row{{Cells: string(cells), Criteria: string(whole)}})
}

func coverageOf(set *criteria.Set, rows []Row) *Coverage {
	out := &Coverage{}
	some := func(is func(Row) bool) bool { return slices.ContainsFunc(rows, is) }
	for _, c := range set.Criteria() {
		item := Item{ID: c.ID, Criterion: true}
		judged := some(func(r Row) bool { return r.OfCriterion(c) != Missing })
		whole := judged && some(func(r Row) bool { return r.Whole(c) })
		if whole {
			out.Whole = append(out.Whole, item)
		}
		known := judged
		if len(c.Indicators) == 0 {
			out.All = append(out.All, item)
			if judged {
				out.Reported = append(out.Reported, item)
			}
		}
		for _, i := range c.Indicators {
			part := Item{ID: i.ID}
			out.All = append(out.All, part)
			if whole || some(func(r Row) bool { return r.OfIndicator(i) != Missing }) {
				out.Reported, known = append(out.Reported, part), true
			}
		}
		if !known {
			out.Bare = append(out.Bare, item)
		}
	}
	return out
}

// OfIndicator is the verdict on an indicator of the row's set.
func (r Row) OfIndicator(i *criteria.Indicator) Verdict { return verdictAt(r.Cells, i.Index) }

// OfCriterion is the verdict on a criterion of the row's set.
func (r Row) OfCriterion(c *criteria.Criterion) Verdict { return verdictAt(r.Criteria, c.Index) }

// verdictAt is the verdict in one place of a row; what is not there was not reported.
func verdictAt(cells string, i int) Verdict {
	if i >= len(cells) {
		return Missing
	}
	return Verdict(cells[i])
}

// Whole reports whether a criterion with indicators was declared at once, because none of them has a value.
func (r Row) Whole(c *criteria.Criterion) bool {
	return len(c.Indicators) > 0 && r.OfCriterion(c) != Missing && !slices.ContainsFunc(c.Indicators, func(i *criteria.Indicator) bool { return r.OfIndicator(i) != Missing })
}
