package assessment

import (
	"context"
	"sort"

	"langso/internal/criteria"
	"langso/internal/platform/auth"
	"langso/internal/platform/fault"
	"langso/internal/territory"
)

// DraftRow is a value that counts inside only, until somebody confirms it.
type DraftRow struct {
	Unit      *territory.Unit
	Item      Item
	Indicator *criteria.Indicator // nil for a criterion
	Criterion *criteria.Criterion
	Version   Version
	Public    *Version // what counts outside meanwhile, nil = nothing
	MayVerify bool     // what the actor writes there counts at once
}

// Drafts returns the values of a set and period that wait for confirmation, as far as the actor sees inside values: by
// commune in Vietnamese order, then in the order of the set. Nobody sees drafts from outside.
func (s *Service) Drafts(ctx context.Context, set, period string) (out []DraftRow, err error) {
	defer fault.Wrap(&err, "assessment.Drafts(%s, %s)", set, period)
	if !auth.Of(ctx).MayAnywhere(auth.ReadResults) {
		return nil, nil
	}
	err = s.db.Snapshot(ctx, func(ctx context.Context) error {
		f, err := s.Frame(ctx, set, period)
		if err != nil || !f.hasBook {
			return err
		}
		place := map[territory.UnitID]int{} // in Vietnamese order
		for i, u := range f.Roster.Communes() {
			place[u.ID] = i
		}
		var units []territory.UnitID
		seen := map[territory.UnitID]bool{}
		err = insideVersions(ctx, s.db.Read(ctx), f.book.ID, func(v Version) error {
			if !f.Knows(v.Item) || f.sees(ctx, v.Unit) != viewInternal {
				return nil
			}
			out = append(out, f.draft(ctx, v))
			if !seen[v.Unit] {
				seen[v.Unit] = true
				units = append(units, v.Unit)
			}
			return nil
		})
		if err != nil || len(out) == 0 {
			return err
		}
		public := map[cellKey]*Version{}
		err = currentVersions(ctx, s.db.Read(ctx), f.book.ID, units, func(v Version, isPublic bool) error {
			if isPublic {
				public[cellKey{v.Unit, v.Item}] = &v
			}
			return nil
		})
		for i := range out {
			out[i].Public = public[cellKey{out[i].Version.Unit, out[i].Item}]
		}
		sort.Slice(out, func(i, j int) bool {
			a, b := out[i], out[j]
			if a.Unit != b.Unit {
				return place[a.Unit.ID] < place[b.Unit.ID]
			}
			return a.order() < b.order()
		})
		return err
	})
	return out, err
}

func (f *Frame) draft(ctx context.Context, v Version) DraftRow {
	d := DraftRow{Unit: f.Register.Unit(v.Unit), Item: v.Item, Version: v, MayVerify: f.stateFor(ctx, v.Unit, v.Item) == Verified}
	if v.Item.Criterion {
		d.Criterion = f.Set.Criterion(v.Item.ID)
		return d
	}
	d.Indicator = f.Set.Indicator(v.Item.ID)
	d.Criterion = d.Indicator.Criterion
	return d
}

// order is the place of the item in its set: a criterion stands before its indicators.
func (d DraftRow) order() int {
	n := d.Criterion.Index << 16
	if d.Indicator != nil {
		n += d.Indicator.Index + 1
	}
	return n
}
