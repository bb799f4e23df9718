package briefing

import (
	"sort"

	"langso/internal/assessment"
	"langso/internal/platform/clock"
	"langso/internal/territory"
)

// Meeting is a giao ban that was held. Its verdicts are kept apart, see Service.Meeting.
type Meeting struct {
	ID         int64
	Set        string
	Period     string
	SetVersion int64
	HeldOn     clock.Date
	Note       string // inside; "" for readers who do not read the whole province
	Author     string
	RecordedMS int64
}

// Change is an item of a commune whose verdict is another one than at the last meeting.
type Change struct {
	Unit     *territory.Unit
	Item     assessment.Item
	Was, Now assessment.Verdict
}

// Better reports whether the item has become met.
func (c Change) Better() bool { return c.Now == assessment.Met }

// Worse reports whether the item was met and no longer is.
func (c Change) Worse() bool { return c.Was == assessment.Met }

// Changes lists what differs between the boards of two days, as far as both have the commune and the set has the item on
// both: newly met first, then no longer met, then the rest; each in Vietnamese order and the order of the set.
func Changes(was, now *assessment.Board) []Change {
	before := map[territory.UnitID]assessment.Row{}
	for _, r := range was.Rows {
		before[r.Unit.ID] = r
	}
	var out []Change
	for _, r := range now.Rows {
		old, ok := before[r.Unit.ID]
		if !ok {
			continue
		}
		changed := func(item assessment.Item) bool {
			if !was.Knows(item) {
				return false
			}
			a, b := was.Verdict(old, item), now.Verdict(r, item)
			if a != b {
				out = append(out, Change{r.Unit, item, a, b})
			}
			return a != b
		}
		for _, c := range now.Set.Criteria() {
			below := false
			for _, i := range c.Indicators {
				below = changed(assessment.Item{ID: i.ID}) || below
			}
			if !below { // the criterion itself: where it has no indicators, or was declared as a whole
				changed(assessment.Item{ID: c.ID, Criterion: true})
			}
		}
	}
	rank := func(c Change) int {
		switch {
		case c.Better():
			return 0
		case c.Worse():
			return 1
		}
		return 2
	}
	sort.SliceStable(out, func(i, j int) bool { return rank(out[i]) < rank(out[j]) })
	return out
}

// LateCommune is a commune that is behind with its figures: nothing confirmed yet, or drafts that wait.
type LateCommune struct {
	Unit   *territory.Unit
	Empty  bool // no confirmed value at all
	Drafts int  // values that wait for confirmation, as far as the reader sees them
}

// LateCommunes lists who is late: communes without any confirmed value first, then those with most drafts.
func LateCommunes(public *assessment.Board, drafts []assessment.DraftRow) []LateCommune {
	waiting := map[territory.UnitID]int{}
	for _, d := range drafts {
		waiting[d.Unit.ID]++
	}
	var out []LateCommune
	for _, r := range public.Rows {
		if r.Criteria == "" || waiting[r.Unit.ID] > 0 {
			out = append(out, LateCommune{r.Unit, r.Criteria == "", waiting[r.Unit.ID]})
		}
	}
	sort.SliceStable(out, func(i, j int) bool {
		if out[i].Empty != out[j].Empty {
			return out[i].Empty
		}
		return out[i].Drafts > out[j].Drafts
	})
	return out
}
