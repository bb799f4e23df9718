package assessment

import (
	"context"
	"errors"

	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
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
	// Versions are what was stored.
	Versions []Version
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

// loadCurrent reads the current versions of the units that changes touch.
func loadCurrent(ctx context.Context, q db.Querier, bookID int64, changes []change) (map[cellKey]current, error) {
	seen := map[territory.UnitID]bool{}
	var units []territory.UnitID
	for _, c := range changes {
		if !seen[c.Unit] {
			seen[c.Unit] = true
			units = append(units, c.Unit)
		}
	}
	if len(units) == 0 {
		return nil, nil
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
	return have, err
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

// errMoved says that sets, overrides, units or the book changed between reading and writing: the work must start again.
var errMoved = errors.New("assessment: what the values were read against has changed")

// maxReadings bounds how often work is started again because of errMoved.
const maxReadings = 5

// untilStanding runs work again while it fails with errMoved.
func untilStanding(work func() error) error {
	for range maxReadings {
		if err := work(); !errors.Is(err, errMoved) {
			return err
		}
	}
	return fault.New(fault.Unavailable, "db.busy")
}

// write stores changes as new versions and judges the touched communes again, all in the running transaction. The frame
// must still be true there: a threshold or a group that moved since would be stored as a wrong verdict.
func (s *Service) write(ctx context.Context, tx *db.Tx, f *Frame, changes []change) (outcome, error) {
	if now, err := s.basis(ctx); err != nil {
		return outcome{}, err
	} else if now != f.judgedOn {
		return outcome{}, errMoved
	}
	b, err := f.openBook(ctx, tx)
	if err != nil {
		return outcome{}, err
	}
	if b.SetVersion != f.Set.Version {
		if held, err := hasPublic(ctx, tx, b.ID); err != nil {
			return outcome{}, err
		} else if held {
			return outcome{}, errMoved
		}
		if err := moveBook(ctx, tx, b.ID, f.Set.Version, ""); err != nil {
			return outcome{}, err
		}
	}
	have, err := loadCurrent(ctx, tx, b.ID, changes)
	if err != nil {
		return outcome{}, err
	}
	o, todo := compare(have, changes)
	at := tx.NowMS
	for _, c := range todo {
		old := have[cellKey{c.Unit, c.Item}]
		for _, v := range []*Version{old.public, old.inside} {
			if v != nil && v.RecordedMS >= at {
				at = v.RecordedMS + 1 // two versions of one item never share an instant
			}
		}
	}
	who := auth.Of(ctx).Login
	o.Versions = make([]Version, 0, len(todo))
	var ended, endedInside []cellKey
	for _, c := range todo {
		k := cellKey{c.Unit, c.Item}
		switch old := have[k]; {
		case c.State.Public() && (old.public != nil || old.inside != nil):
			ended = append(ended, k)
		case old.inside != nil:
			endedInside = append(endedInside, k)
		}
		o.Versions = append(o.Versions, Version{Unit: c.Unit, Item: c.Item, RecordedMS: at, State: c.State, Figure: c.Figure, By: who, Note: c.Note, Batch: c.Batch})
	}
	if err := supersede(ctx, tx, b.ID, at, true, ended); err != nil {
		return outcome{}, err
	}
	if err := supersede(ctx, tx, b.ID, at, false, endedInside); err != nil {
		return outcome{}, err
	}
	if err := insertVersions(ctx, tx, b.ID, o.Versions); err != nil {
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
