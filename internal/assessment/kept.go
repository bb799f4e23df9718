package assessment

import (
	"context"
	"sync"
	"time"

	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
	"langso/internal/territory"
)

// byView are the standings of a book in both views. Read-only once made.
type byView map[view]map[territory.UnitID]standing

// keptBoards keeps the standings that were read last: a board is asked for much more often than it changes. What is kept
// counts only at the very number of changes that is read with each request, so it is right on every node.
type keptBoards struct {
	mu   sync.Mutex
	now  map[int64]keptNow
	then map[keptThen]byView
}

type keptNow struct {
	changes int64
	seen    byView
}

// keptThen names a replay: nothing that is written later changes what was known at a past instant, but for the units and
// sets behind it.
type keptThen struct {
	book     int64
	knownMS  int64
	judgedOn basis
}

// maxBoardsKept bounds the memory of each kind; a national board takes about two megabytes.
const maxBoardsKept = 24

func newKeptBoards() *keptBoards {
	return &keptBoards{now: map[int64]keptNow{}, then: map[keptThen]byView{}}
}

// standings returns the standings of a frame's book as they are now.
func (s *Service) standings(ctx context.Context, f *Frame) (byView, error) {
	if !f.hasBook {
		return nil, nil
	}
	q := s.db.Read(ctx)
	changes, err := bookChanges(ctx, q, f.book.ID)
	if err != nil {
		return nil, err
	}
	writing := db.InWrite(ctx) // what a transaction sees of itself may yet be undone
	if !writing {
		s.kept.mu.Lock()
		k, ok := s.kept.now[f.book.ID]
		s.kept.mu.Unlock()
		if ok && k.changes == changes {
			return k.seen, nil
		}
	}
	seen := byView{}
	for _, v := range []view{viewPublic, viewInternal} {
		if seen[v], err = readStandings(ctx, q, f.book.ID, v); err != nil {
			return nil, err
		}
	}
	if !writing {
		s.kept.mu.Lock()
		defer s.kept.mu.Unlock()
		if k, ok := s.kept.now[f.book.ID]; !ok || k.changes < changes {
			makeRoom(s.kept.now)
			s.kept.now[f.book.ID] = keptNow{changes, seen}
		}
	}
	return seen, nil
}

// makeRoom drops any entry of a full map.
func makeRoom[K comparable, V any](m map[K]V) {
	for k := range m {
		if len(m) < maxBoardsKept {
			return
		}
		delete(m, k)
	}
}

// board lays out the standings for the actor of ctx.
func (f *Frame) board(ctx context.Context, seen byView) *Board {
	b := &Board{Frame: f, Rows: make([]Row, 0, len(f.Roster.Communes()))}
	inside := seen[viewInternal]
	if !auth.Of(ctx).MayAnywhere(auth.ReadResults) {
		inside = nil
	}
	for _, u := range f.Roster.Communes() {
		st := seen[viewPublic][u.ID]
		if own, ok := inside[u.ID]; ok && f.sees(ctx, u.ID) == viewInternal {
			st = own // a draft makes the inside differ
		}
		b.Rows = append(b.Rows, Row{Unit: u, Cells: st.Cells, Criteria: st.Criteria, CriteriaMet: countByte(st.Criteria, byte(Met)), ChangedMS: st.ChangedMS})
	}
	return b
}

// settled is how long after an instant nothing can be recorded for it any more: a transaction stamps its values when it
// begins.
const settled = 5 * time.Minute

// BoardAt is Board as it was known at an instant (zero = now): judged by the version of the set and the provincial decisions
// that were in the system then, from the values recorded until then. Units and their groups are those of the present
// register. Row.ChangedMS is 0. An instant that is still to come is invalid assessment.known_later.
func (s *Service) BoardAt(ctx context.Context, set, period string, known time.Time) (_ *Board, err error) {
	if known.IsZero() {
		return s.Board(ctx, set, period)
	}
	defer fault.Wrap(&err, "assessment.BoardAt(%s, %s)", set, period)
	now := s.clock.Now()
	if known.After(now) {
		return nil, fault.New(fault.Invalid, "assessment.known_later")
	}
	knownMS := known.UnixMilli()
	var b *Board
	err = s.db.Snapshot(ctx, func(ctx context.Context) error {
		f, err := s.frameKnown(ctx, set, period, known)
		if err != nil {
			return err
		}
		if !f.hasBook {
			b = f.board(ctx, nil)
			return nil
		}
		key := keptThen{f.book.ID, knownMS, f.judgedOn}
		s.kept.mu.Lock()
		seen, ok := s.kept.then[key]
		s.kept.mu.Unlock()
		if !ok {
			list, err := f.judge(func(fn func(v Version, public bool) error) error {
				return versionsKnown(ctx, s.db.Read(ctx), f.book.ID, knownMS, fn)
			})
			if err != nil {
				return err
			}
			seen = byView{viewPublic: {}, viewInternal: {}}
			for _, st := range list {
				seen[st.View][st.Unit] = st
			}
			if now.Sub(known) > settled && !db.InWrite(ctx) {
				s.kept.mu.Lock()
				makeRoom(s.kept.then)
				s.kept.then[key] = seen
				s.kept.mu.Unlock()
			}
		}
		b = f.board(ctx, seen)
		return nil
	})
	return b, err
}

// frameKnown is Frame with the version of the set and the decisions that judged the book at an instant.
func (s *Service) frameKnown(ctx context.Context, set, period string, known time.Time) (*Frame, error) {
	f, err := s.Frame(ctx, set, period)
	if err != nil {
		return nil, err
	}
	judging := f.Set
	if f.hasBook {
		id, err := versionKnown(ctx, s.db.Read(ctx), f.book.ID, known.UnixMilli())
		if err != nil {
			return nil, err
		}
		if id != 0 && id != judging.Version {
			if judging, err = s.sets.Version(ctx, id); err != nil {
				return nil, err
			}
		}
	}
	f.Set, err = s.sets.EffectiveKnown(ctx, judging, f.Period.AsOf, known)
	return f, err
}
