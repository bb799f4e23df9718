package assessment

import (
	"context"
	"sync"
	"time"

	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
	"langso/internal/territory"
)

// byView are the standings of a book in both views. Read-only once made.
type byView map[view]map[territory.UnitID]standing

// keptBoards keeps the standings that were read last, and the boards made of them: a board is asked for much more often
// than it changes. What is kept counts only at the very number of changes that is read with each request, so it is right
// on every node.
type keptBoards struct {
	mu     sync.Mutex
	now    map[int64]keptNow
	then   map[keptThen]byView
	boards map[projectionKey]kept[*Board]
	turn   chan struct{} // one place per replay at work
	items  map[itemKey]kept[*ItemBoard]
}

// projection is what some askers all see of a board.
type projection string

const (
	outside    projection = "outside"    // whoever sees inside values nowhere
	everywhere projection = "everywhere" // whoever sees them everywhere
)

// projectionOf returns which board the actor of ctx shares with others, ok = false for one who sees inside in some places.
func projectionOf(ctx context.Context) (p projection, ok bool) {
	switch a := auth.Of(ctx); {
	case !a.MayAnywhere(auth.ReadResults):
		return outside, true
	case a.May(auth.ReadResults, auth.Scope{}):
		return everywhere, true
	}
	return "", false
}

type projectionKey struct {
	book int64
	projection
}

type itemKey struct {
	projectionKey
	item Item
}

// state is everything that a kept board depends on beside its key.
type state struct {
	changes int64
	basis
	today clock.Date
}

type kept[T any] struct {
	state
	board T
}

// lookUp returns what is kept for key in the very state.
func lookUp[K comparable, T any](k *keptBoards, m map[K]kept[T], key K, now state) (board T, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	x, ok := m[key]
	if !ok || x.state != now {
		return board, false
	}
	return x.board, true
}

// keep remembers a board; one of a later state is not driven out by a slower reader of an earlier one.
func keep[K comparable, T any](k *keptBoards, m map[K]kept[T], key K, now state, board T) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if x, ok := m[key]; ok && x.changes > now.changes {
		return
	}
	makeRoom(m)
	m[key] = kept[T]{now, board}
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

// replaysAtOnce is how many boards of a past instant are worked out at the same time.
const replaysAtOnce = 2

// maxBoardsKept bounds the memory of each kind; a national board takes about two megabytes.
const maxBoardsKept = 24

func newKeptBoards() *keptBoards {
	return &keptBoards{now: map[int64]keptNow{}, then: map[keptThen]byView{}, turn: make(chan struct{}, replaysAtOnce), boards: map[projectionKey]kept[*Board]{}, items: map[itemKey]kept[*ItemBoard]{}}
}

// stateOf returns the state of a frame's book, ok = false where boards of it are not to be kept.
func (s *Service) stateOf(ctx context.Context, f *Frame) (now state, ok bool, err error) {
	if !f.hasBook || db.InWrite(ctx) {
		return now, false, nil
	}
	changes, err := bookChanges(ctx, s.db.Read(ctx), f.book.ID)
	return state{changes, f.judgedOn, f.today}, true, err
}

// sharedBoard returns the board of a frame for the actor of ctx, made once for all who see the same.
func (s *Service) sharedBoard(ctx context.Context, f *Frame) (*Board, error) {
	now, ok, err := s.stateOf(ctx, f)
	if err != nil {
		return nil, err
	}
	p, shared := projectionOf(ctx)
	key := projectionKey{f.book.ID, p}
	if ok && shared {
		if b, found := lookUp(s.kept, s.kept.boards, key, now); found {
			return b, nil
		}
	}
	seen, err := s.standings(ctx, f)
	if err != nil {
		return nil, err
	}
	b := f.board(ctx, seen)
	if ok && shared {
		b.sums = newSums()
		keep(s.kept, s.kept.boards, key, now, b)
	}
	return b, nil
}

// sums are what a board that many ask for need not count again.
type sums struct {
	mu     sync.Mutex
	counts map[Item]Counts
	groups map[Grouping][]BoardGroup
	near   map[bool][]nearRow // by whether the lens is partial

	coverage map[struct{}]*Coverage
}

func newSums() *sums {
	return &sums{counts: map[Item]Counts{}, groups: map[Grouping][]BoardGroup{}, near: map[bool][]nearRow{}, coverage: map[struct{}]*Coverage{}}
}

// once returns what m holds for key, made by work the first time. Without sums it is made each time.
func once[K comparable, T any](s *sums, m func(*sums) map[K]T, key K, work func() T) T {
	if s == nil {
		return work()
	}
	s.mu.Lock()
	x, ok := m(s)[key]
	s.mu.Unlock()
	if ok {
		return x
	}
	x = work()
	s.mu.Lock()
	defer s.mu.Unlock()
	m(s)[key] = x
	return x
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
			select { // a replay reads all values of the period
			case s.kept.turn <- struct{}{}:
				defer func() { <-s.kept.turn }()
			case <-ctx.Done():
				return ctx.Err()
			}
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
	judging, held := f.Set, false
	if f.hasBook {
		if held, err = hadPublic(ctx, s.db.Read(ctx), f.book.ID, known.UnixMilli()); err != nil {
			return nil, err
		}
	}
	if held {
		id, err := versionKnown(ctx, s.db.Read(ctx), f.book.ID, known.UnixMilli())
		if err != nil {
			return nil, err
		}
		if judging, err = s.sets.Version(ctx, id); err != nil {
			return nil, err
		}
	} else if newest, err := s.sets.CurrentKnown(ctx, f.Set.Code, known); err == nil {
		judging = newest // nothing verified held the period to a version
	} else if !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	f.Set, err = s.sets.EffectiveKnown(ctx, judging, f.Period.AsOf, known)
	return f, err
}
