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
	// Partial is true when nobody reported most of the items: then only those that somebody reported count, since
	// otherwise every commune would lack the same.
	Partial bool
}

// ItemsOf lists what a set asks for: its indicators, of a criterion without indicators the criterion.
func ItemsOf(set *criteria.Set) []assessment.Item {
	var out []assessment.Item
	for _, c := range set.Criteria() {
		if len(c.Indicators) == 0 {
			out = append(out, assessment.Item{ID: c.ID, Criterion: true})
		}
		for _, i := range c.Indicators {
			out = append(out, assessment.Item{ID: i.ID})
		}
	}
	return out
}

// at is the verdict in one place of a standing; what is not there was not reported.
func at(cells string, i int) assessment.Verdict {
	if i >= len(cells) {
		return assessment.Missing
	}
	return assessment.Verdict(cells[i])
}

// declared reports whether a criterion with indicators was judged as a whole, because none of them has a value.
func declared(r assessment.Row, c *criteria.Criterion) bool {
	if len(c.Indicators) == 0 || at(r.Criteria, c.Index) == assessment.Missing {
		return false
	}
	return !slices.ContainsFunc(c.Indicators, func(i *criteria.Indicator) bool { return at(r.Cells, i.Index) != assessment.Missing })
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
		if len(c.Indicators) == 0 || declared(r, c) {
			add(c.ID, true, at(r.Criteria, c.Index))
			continue
		}
		for _, i := range c.Indicators {
			add(i.ID, false, at(r.Cells, i.Index))
		}
	}
	return out
}

// Analyse reads a board. It costs one pass over the standings.
func Analyse(b *assessment.Board) *Analysis {
	a := &Analysis{Board: b, Rows: make([]Standing, len(b.Rows))}
	all := ItemsOf(b.Set)
	// Places of the set that somebody reported; whole = criteria that some commune declared at once.
	indicators, criterion, whole := make([]bool, len(b.Set.Indicators())), make([]bool, len(b.Set.Criteria())), make([]bool, len(b.Set.Criteria()))
	for k, r := range b.Rows {
		a.Rows[k] = Standing{Row: r, All: lacksOf(b, r)}
		a.Rows[k].Lacks = a.Rows[k].All
		for _, c := range b.Set.Criteria() {
			whole[c.Index] = whole[c.Index] || declared(r, c)
			criterion[c.Index] = criterion[c.Index] || at(r.Criteria, c.Index) != assessment.Missing
			for _, i := range c.Indicators {
				indicators[i.Index] = indicators[i.Index] || whole[c.Index] || at(r.Cells, i.Index) != assessment.Missing
			}
		}
	}
	reported := map[assessment.Item]bool{}
	for _, c := range b.Set.Criteria() {
		if len(c.Indicators) == 0 && criterion[c.Index] {
			reported[assessment.Item{ID: c.ID, Criterion: true}] = true
		}
		for _, i := range c.Indicators {
			if indicators[i.Index] {
				reported[assessment.Item{ID: i.ID}] = true
			}
		}
	}
	a.Partial = 2*len(reported) < len(all)
	for _, item := range all {
		if !a.Partial || reported[item] {
			a.Items = append(a.Items, item)
		}
	}
	for _, c := range b.Set.Criteria() { // declared as a whole by some communes: an item of its own beside its indicators
		if whole[c.Index] {
			a.Items = append(a.Items, assessment.Item{ID: c.ID, Criterion: true})
		}
	}
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
