package assessment

import (
	"context"

	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/territory"
)

// change is one value to be written.
type change struct {
	Unit   territory.UnitID
	Item   Item
	Figure Figure
	State  State
	Note   string
	Batch  int64
	// Anew records a version even when the figure is what stands already: somebody looked and confirmed it.
	Anew bool
}

// outcome counts what writing did, or would do.
type outcome struct {
	Created, Updated, Unchanged int
	// Touched are the units whose standing must be judged again.
	Touched []territory.UnitID
}

type cellKey struct {
	unit territory.UnitID
	item Item
}

// current is the pair of current versions of one item.
type current struct {
	public, inside *Version
}

// shown returns the version that a write in this state replaces: public writes stand against the public version,
// drafts against whatever the office sees now.
func (c current) shown(s State) *Version {
	if s.Public() || c.inside == nil {
		return c.public
	}
	return c.inside
}

// load reads the current versions of the units that changes touch.
func loadCurrent(ctx context.Context, q db.Querier, bookID int64, changes []change) (map[cellKey]current, []territory.UnitID, error) {
	seen := map[territory.UnitID]bool{}
	var units []territory.UnitID
	for _, c := range changes {
		if !seen[c.Unit] {
			seen[c.Unit] = true
			units = append(units, c.Unit)
		}
	}
	if len(units) == 0 {
		return nil, nil, nil
	}
	have := map[cellKey]current{}
	err := currentVersions(ctx, q, bookID, units, func(v Version, public bool) error {
		k := cellKey{v.Unit, v.Item}
		c := have[k]
		if public {
			c.public = &v
		} else {
			c.inside = &v
		}
		have[k] = c
		return nil
	})
	return have, units, err
}

// compare says what writing changes over have would do and returns the changes that differ from what stands.
func compare(have map[cellKey]current, changes []change) (outcome, []change) {
	var o outcome
	var todo []change
	touched := map[territory.UnitID]bool{}
	for _, c := range changes {
		old := have[cellKey{c.Unit, c.Item}].shown(c.State)
		switch {
		case old == nil:
			o.Created++
		case old.Figure == c.Figure && !c.Anew:
			o.Unchanged++
			continue
		default:
			o.Updated++
		}
		todo = append(todo, c)
		if !touched[c.Unit] {
			touched[c.Unit] = true
			o.Touched = append(o.Touched, c.Unit)
		}
	}
	return o, todo
}

// write stores changes as new versions and judges the touched communes again, all in the running transaction.
func (s *Service) write(ctx context.Context, tx *db.Tx, f *Frame, changes []change) (outcome, error) {
	b, err := f.openBook(ctx, tx)
	if err != nil {
		return outcome{}, err
	}
	have, _, err := loadCurrent(ctx, tx, b.ID, changes)
	if err != nil {
		return outcome{}, err
	}
	o, todo := compare(have, changes)
	who := auth.Of(ctx).Login
	versions := make([]Version, 0, len(todo))
	for _, c := range todo {
		at := tx.NowMS
		old := have[cellKey{c.Unit, c.Item}]
		for _, v := range []*Version{old.public, old.inside} {
			if v != nil && v.RecordedMS >= at {
				at = v.RecordedMS + 1 // two versions of one item never share an instant
			}
		}
		if old.inside != nil || old.public != nil && c.State.Public() {
			if err := supersede(ctx, tx, b.ID, c.Unit, c.Item, at, c.State.Public()); err != nil {
				return outcome{}, err
			}
		}
		versions = append(versions, Version{Unit: c.Unit, Item: c.Item, RecordedMS: at, State: c.State, Figure: c.Figure, By: who, Note: c.Note, Batch: c.Batch})
	}
	if err := insertVersions(ctx, tx, b.ID, versions); err != nil {
		return outcome{}, err
	}
	if len(o.Touched) > 0 {
		if err := s.rejudge(ctx, tx, f, b, o.Touched); err != nil {
			return outcome{}, err
		}
	}
	return o, nil
}

// stateFor returns the state in which the actor's values of an item are recorded: verified for those who verify, else draft.
func (f *Frame) stateFor(ctx context.Context, unit territory.UnitID, item Item) State {
	if auth.Of(ctx).May(auth.VerifyResults, f.scope(unit, item)) {
		return Verified
	}
	return Draft
}
