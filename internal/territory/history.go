package territory

import (
	"context"
	"slices"

	"langso/internal/platform/clock"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
)

// lineageStep is one day on which units in the line of another changed.
type lineageStep struct {
	on    clock.Date
	basis []string // legal acts with clause
	made  []lineageResult
}

// lineageResult is a unit with what it was made of, as far as that belongs to the line.
type lineageResult struct {
	unit *Unit
	from []Edge
}

// lineage returns every change that leads to a unit and from it to the units of today, the oldest first. Neighbours that
// went into the same successor are not in its line.
func (r *Register) lineage(id UnitID) []lineageStep {
	var edges []Edge
	seen := map[Edge]bool{}
	var walk func(id UnitID, of map[UnitID][]Edge, end func(Edge) UnitID)
	walk = func(id UnitID, of map[UnitID][]Edge, end func(Edge) UnitID) {
		for _, e := range of[id] {
			if !seen[e] {
				seen[e] = true
				edges = append(edges, e)
				walk(end(e), of, end)
			}
		}
	}
	walk(id, r.into, func(e Edge) UnitID { return e.From })
	walk(id, r.out, func(e Edge) UnitID { return e.To })
	var out []lineageStep
	for _, e := range edges {
		i := slices.IndexFunc(out, func(s lineageStep) bool { return s.on == e.On })
		if i < 0 {
			i = len(out)
			out = append(out, lineageStep{on: e.On})
		}
		s := &out[i]
		if !slices.Contains(s.basis, e.Basis) {
			s.basis = append(s.basis, e.Basis)
		}
		k := slices.IndexFunc(s.made, func(m lineageResult) bool { return m.unit.ID == e.To })
		if k < 0 {
			k = len(s.made)
			s.made = append(s.made, lineageResult{unit: r.byID[e.To]})
		}
		s.made[k].from = append(s.made[k].from, e)
	}
	slices.SortFunc(out, func(a, b lineageStep) int { return compareDates(a.on, b.on) })
	for _, s := range out {
		slices.SortFunc(s.made, func(a, b lineageResult) int { return r.order[a.unit.ID] - r.order[b.unit.ID] })
		for _, m := range s.made {
			slices.SortFunc(m.from, func(a, b Edge) int { return r.order[a.From] - r.order[b.From] })
		}
	}
	return out
}

func compareDates(a, b clock.Date) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// extent says how much of the former unit went over.
func (e Edge) extent(ctx context.Context) string {
	if e.Whole {
		return i18n.T(ctx, "territory.whole")
	}
	return i18n.T(ctx, "territory.part")
}

// others are the units that bore the code of u before or after it.
func (r *Register) others(u *Unit) []*Unit {
	return slices.DeleteFunc(slices.Clone(r.byCode[u.Code]), func(o *Unit) bool { return o == u })
}

// nowIn are the units of the reader's day that hold what u was, nil for a unit that is still there.
func (r *Register) nowIn(ctx context.Context, u *Unit) []*Unit {
	d := clock.Forever.AddDays(-1) // the end of all known changes, where no day is known
	if now := ui.SiteOf(ctx).Now; !now.IsZero() {
		d = clock.DateOf(now)
	}
	if u.ValidAt(d) || u.From > d {
		return nil
	}
	return r.SuccessorsAt(u.ID, d)
}
