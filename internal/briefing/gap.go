package briefing

import (
	"math/big"
	"slices"
	"sort"

	"langso/internal/assessment"
	"langso/internal/criteria"
	"langso/internal/territory"
)

// Lack is an item that a commune has not met, whatever the reason.
type Lack struct {
	Item    assessment.Item
	Verdict assessment.Verdict
}

// Standing is one commune with what it lacks.
type Standing struct {
	Row   assessment.Row
	Lacks []Lack // of the items that count, in the order of the set
	All   []Lack // of the whole set; the same unless the board is partial
}

// Known reports whether anything of the commune was reported.
func (s Standing) Known() bool { return s.Row.Criteria != "" }

// Analysis is a board read for what is missing.
type Analysis struct {
	*assessment.Board
	Rows  []Standing // in the order of the board
	Items []assessment.Item
	// Partial is that of assessment.Coverage: then only the items that somebody reported count, since otherwise every
	// commune would lack the same.
	Partial bool
}

// lacksOf lists what a commune has not met of the whole set.
func lacksOf(b *assessment.Board, r assessment.Row) []Lack {
	var out []Lack
	add := func(id string, whole bool, v assessment.Verdict) {
		if v != assessment.Met && v != assessment.NotApplicable {
			out = append(out, Lack{assessment.Item{ID: id, Criterion: whole}, v})
		}
	}
	for _, c := range b.Set.Criteria() {
		if len(c.Indicators) == 0 || r.Whole(c) {
			add(c.ID, true, r.OfCriterion(c))
			continue
		}
		for _, i := range c.Indicators {
			add(i.ID, false, r.OfIndicator(i))
		}
	}
	return out
}

// Analyse reads a board. It costs one pass over the standings, another where the board has not counted its coverage yet.
func Analyse(b *assessment.Board) *Analysis {
	a := &Analysis{Board: b, Rows: make([]Standing, len(b.Rows))}
	for k, r := range b.Rows {
		a.Rows[k] = Standing{Row: r, All: lacksOf(b, r)}
		a.Rows[k].Lacks = a.Rows[k].All
	}
	cover := b.Coverage()
	a.Partial, a.Items = cover.Partial(), slices.Clone(cover.All)
	if a.Partial {
		a.Items = slices.Clone(cover.Reported)
	}
	a.Items = append(a.Items, cover.Whole...) // declared as a whole by some communes: an item of its own beside its indicators
	if a.Partial {
		for k := range a.Rows {
			a.Rows[k].Lacks = slices.DeleteFunc(slices.Clone(a.Rows[k].All), func(l Lack) bool { return !slices.Contains(a.Items, l.Item) })
		}
	}
	return a
}

// Nearest returns the communes with results that lack something, the fewest things first; of those that lack equally many
// the ones whose gaps are known (not merely unreported) come first, then Vietnamese order. n < 0 = all.
func (a *Analysis) Nearest(n int) []Standing {
	var out []Standing
	for _, s := range a.Rows {
		if s.Known() && len(s.Lacks) > 0 {
			out = append(out, s)
		}
	}
	unknown := func(s Standing) (k int) {
		for _, l := range s.Lacks {
			if l.Verdict == assessment.Missing || l.Verdict == assessment.NoThreshold {
				k++
			}
		}
		return k
	}
	sort.SliceStable(out, func(i, j int) bool {
		if len(out[i].Lacks) != len(out[j].Lacks) {
			return len(out[i].Lacks) < len(out[j].Lacks)
		}
		return unknown(out[i]) < unknown(out[j])
	})
	if n >= 0 && len(out) > n {
		out = out[:n]
	}
	return out
}

// Bottleneck is how an item holds communes back.
type Bottleneck struct {
	Item    assessment.Item
	Only    int // communes that lack nothing else
	Pair    int // communes that lack this and one other thing
	Lacking int // communes that have not met it
}

// Bottlenecks lists every item that counts: what is the only lack of the most communes first, then one of two, then what
// most communes lack. Communes without any result are counted under Lacking only: nobody knows what else they lack.
func (a *Analysis) Bottlenecks() []Bottleneck {
	out := make([]Bottleneck, len(a.Items))
	place := map[assessment.Item]int{}
	for k, item := range a.Items {
		out[k].Item = item
		place[item] = k
	}
	for _, s := range a.Rows {
		for _, l := range s.Lacks {
			k, ok := place[l.Item]
			if !ok {
				continue
			}
			out[k].Lacking++
			switch {
			case !s.Known():
			case len(s.Lacks) == 1:
				out[k].Only++
			case len(s.Lacks) == 2:
				out[k].Pair++
			}
		}
	}
	sort.SliceStable(out, func(i, j int) bool {
		x, y := out[i], out[j]
		switch {
		case x.Only != y.Only:
			return x.Only > y.Only
		case x.Pair != y.Pair:
			return x.Pair > y.Pair
		}
		return x.Lacking > y.Lacking
	})
	return out
}

// Queue is the work of one department: the items that it leads and communes have not met.
type Queue struct {
	Department string // "" = items led by several bodies
	Items      []Bottleneck
	Gaps       int // communes × items
	Only       int // of these, the only lack of their commune
}

// leadOf is the department that leads an item, "" when there are several.
func leadOf(set *criteria.Set, item assessment.Item) string {
	if item.Criterion {
		if c := set.Criterion(item.ID); c != nil {
			return c.Lead
		}
		return ""
	}
	i := set.Indicator(item.ID)
	switch {
	case i == nil:
		return ""
	case i.Lead != "":
		return i.Lead
	}
	return i.Criterion.Lead
}

// Queues divides the gaps by leading department, the longest queue first.
func (a *Analysis) Queues() []Queue {
	place := map[string]int{}
	var out []Queue
	for _, b := range a.Bottlenecks() {
		if b.Lacking == 0 {
			continue
		}
		id := leadOf(a.Set, b.Item)
		k, ok := place[id]
		if !ok {
			k = len(out)
			place[id] = k
			out = append(out, Queue{Department: id})
		}
		q := &out[k]
		q.Items = append(q.Items, b)
		q.Gaps += b.Lacking
		q.Only += b.Only
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Gaps > out[j].Gaps })
	return out
}

// Near is a gap with its distance.
type Near struct {
	Unit     *territory.Unit
	Cell     assessment.Cell
	Relative *big.Rat // distance ÷ required level; nil where one of the two is no number
}

// nearRank orders gaps without a number: what was declared almost met, not met, of unknown level, not reported.
func nearRank(n Near) int {
	switch {
	case n.Relative != nil:
		return 0
	case n.Cell.Judged.Verdict == assessment.Nearly:
		return 1
	case n.Cell.Judged.Verdict == assessment.NotMet:
		return 2
	case n.Cell.Judged.Verdict == assessment.NoThreshold:
		return 3
	}
	return 4
}

// ByNearness drops what is met or does not apply and orders the rest: the smallest distance in relation to the required
// level first, so that 2 of 80 % comes before 1 of 3 cooperatives; then what is told in words.
func ByNearness(list []Near) []Near {
	var out []Near
	for _, n := range list {
		if v := n.Cell.Judged.Verdict; v == assessment.Met || v == assessment.NotApplicable {
			continue
		}
		n.Relative = relative(n.Cell)
		out = append(out, n)
	}
	sort.SliceStable(out, func(i, j int) bool {
		a, b := out[i], out[j]
		if ra, rb := nearRank(a), nearRank(b); ra != rb || ra != 0 {
			return ra < rb
		}
		return a.Relative.Cmp(b.Relative) < 0
	})
	return out
}

func relative(c assessment.Cell) *big.Rat {
	if !c.HasMargin || c.Required == nil || c.Judged.Verdict != assessment.NotMet {
		return nil
	}
	d, need := c.Margin.Rat(), c.Required.Number.Rat()
	d.Abs(d)
	if need.Sign() == 0 {
		return d // nothing to relate it to: the distance itself
	}
	return d.Quo(d, need.Abs(need))
}
