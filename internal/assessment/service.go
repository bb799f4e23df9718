package assessment

import (
	"context"
	"sort"

	"langso/internal/criteria"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
	"langso/internal/platform/module"
	"langso/internal/territory"
)

// Service is what other modules and the edges may call. Every method checks the rights of the actor in ctx.
type Service struct {
	db    *db.DB
	clock *clock.Clock
	units *territory.Service
	sets  *criteria.Service
	read  *readings
	kept  *keptBoards
}

// New returns the Service and registers it with the modules whose changes move verdicts.
func New(kit module.Kit, units *territory.Service, sets *criteria.Service) *Service {
	s := &Service{db: kit.DB, clock: kit.Clock, units: units, sets: sets, read: newReadings(), kept: newKeptBoards()}
	units.OnChange(func(ctx context.Context, tx *db.Tx) error { return s.rejudgeAll(ctx, tx, "") })
	sets.OnChange(s.rejudgeAll)
	sets.OnReplace(s.mayReplace)
	return s
}

// Frame is a set and a period with everything that judging and showing them needs.
type Frame struct {
	Set      *criteria.Set // with the overrides in force at Period.AsOf
	Period   territory.Period
	Register *territory.Register
	Roster   *territory.Roster // territory at Period.AsOf
	book     book
	hasBook  bool
	judgedOn basis
	today    clock.Date
}

// basis is the state of everything that judging depends on besides the values.
type basis struct{ units, sets int64 }

func (s *Service) basis(ctx context.Context) (b basis, err error) {
	if b.units, err = s.units.Revision(ctx); err != nil {
		return b, err
	}
	b.sets, err = s.sets.Revision(ctx)
	return b, err
}

// DefaultSet is the code of the basic commune set in force today.
func (s *Service) DefaultSet(ctx context.Context) (string, error) {
	set, err := s.sets.InForce(ctx, s.clock.Today())
	if err != nil {
		return "", err
	}
	return set.Code, nil
}

// DefaultPeriod is the newest closed period that has verified values for the set; without one, the newest closed quarter.
func (s *Service) DefaultPeriod(ctx context.Context, set string) (territory.Period, error) {
	ids, err := publicPeriods(ctx, s.db.Read(ctx), set)
	if err != nil {
		return territory.Period{}, err
	}
	today := s.clock.Today()
	var best territory.Period
	for _, id := range ids {
		p, err := territory.ParsePeriod(id)
		if err != nil {
			return best, err
		}
		if p.To < today && (best.ID == "" || p.To > best.To || p.To == best.To && p.From > best.From) {
			best = p
		}
	}
	if best.ID == "" {
		best = territory.NewestClosed(today)
	}
	return best, nil
}

// Periods returns the periods of a set that have verified values, the newest first.
func (s *Service) Periods(ctx context.Context, set string) ([]territory.Period, error) {
	ids, err := publicPeriods(ctx, s.db.Read(ctx), set)
	if err != nil {
		return nil, err
	}
	out := make([]territory.Period, 0, len(ids))
	for _, id := range ids {
		p, err := territory.ParsePeriod(id)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	sort.Slice(out, func(i, j int) bool {
		return out[i].To > out[j].To || out[i].To == out[j].To && out[i].From > out[j].From
	})
	return out, nil
}

// Frame resolves a set code ("" = the one in force) and a period ("" = DefaultPeriod).
func (s *Service) Frame(ctx context.Context, set, period string) (*Frame, error) {
	if set == "" {
		code, err := s.DefaultSet(ctx)
		if err != nil {
			return nil, err
		}
		set = code
	}
	current, err := s.sets.Current(ctx, set)
	if err != nil {
		return nil, err
	}
	var p territory.Period
	if period == "" {
		p, err = s.DefaultPeriod(ctx, set)
	} else {
		p, err = territory.ParsePeriod(period)
	}
	if err != nil {
		return nil, err
	}
	f := &Frame{Period: p, today: s.clock.Today()}
	if f.judgedOn, err = s.basis(ctx); err != nil {
		return nil, err
	}
	if f.book, f.hasBook, err = findBook(ctx, s.db.Read(ctx), set, p.ID); err != nil {
		return nil, err
	}
	if f.hasBook && f.book.SetVersion != current.Version {
		// Only verified results hold a period to the version that judged them; a draft must not decide for the province.
		held, err := hasPublic(ctx, s.db.Read(ctx), f.book.ID)
		if err != nil {
			return nil, err
		}
		if held {
			if current, err = s.sets.Version(ctx, f.book.SetVersion); err != nil {
				return nil, err
			}
		}
	}
	if f.Set, err = s.sets.Effective(ctx, current, p.AsOf); err != nil {
		return nil, err
	}
	if f.Register, err = s.units.Register(ctx); err != nil {
		return nil, err
	}
	f.Roster = f.Register.At(p.AsOf)
	return f, nil
}

// openBook returns the book of the frame, creating it in the running transaction.
func (f *Frame) openBook(ctx context.Context, tx *db.Tx) (book, error) {
	b, ok, err := findBook(ctx, tx, f.Set.Code, f.Period.ID)
	if err != nil || ok {
		return b, err
	}
	b = book{Set: f.Set.Code, Period: f.Period.ID, SetVersion: f.Set.Version}
	if err := insertBook(ctx, tx, &b); err != nil {
		return b, err
	}
	return b, noteVersion(ctx, tx, b.ID, b.SetVersion, "")
}

// place returns what thresholds of the frame's set may depend on for one unit.
func (f *Frame) place(unit territory.UnitID) criteria.Place {
	return criteria.Place{
		Region:       f.Roster.Attribute(unit, territory.Region),
		CommuneGroup: f.Roster.Attribute(unit, territory.CommuneGroup),
		Special:      f.Roster.Attribute(unit, territory.Special) != "",
		Year:         f.Period.AsOf.Year(),
	}
}

// scope is what a right on an item of a unit must cover.
func (f *Frame) scope(unit territory.UnitID, item Item) auth.Scope {
	sc := auth.Scope{Units: f.Register.Scope(unit, f.today)}
	if item.Criterion {
		if c := f.Set.Criterion(item.ID); c != nil {
			sc.Department = c.Lead
		}
	} else if i := f.Set.Indicator(item.ID); i != nil {
		sc.Department = i.Lead
	}
	return sc
}

// sees returns the view that the actor of ctx has of a unit.
func (f *Frame) sees(ctx context.Context, unit territory.UnitID) view {
	a := auth.Of(ctx)
	if len(a.Grants) > 0 && a.May(auth.ReadResults, auth.Scope{Units: f.Register.Scope(unit, f.today)}) {
		return viewInternal
	}
	return viewPublic
}

// Knows reports whether item belongs to the frame's set.
func (f *Frame) Knows(item Item) bool {
	if item.Criterion {
		return f.Set.Criterion(item.ID) != nil
	}
	return f.Set.Indicator(item.ID) != nil
}

// ItemNamed finds what an id means in a set: the indicator of that id, else the criterion.
func ItemNamed(set *criteria.Set, id string) (Item, error) {
	switch {
	case set.Indicator(id) != nil:
		return Item{ID: id}, nil
	case set.Criterion(id) != nil:
		return Item{ID: id, Criterion: true}, nil
	}
	return Item{}, fault.New(fault.NotFound, "assessment.no_indicator", id, set.Code)
}

// put lays a figure over what stood there.
func (v *Values) put(set *criteria.Set, item Item, f *Figure) {
	if item.Criterion {
		if c := set.Criterion(item.ID); c != nil {
			v.Criteria[c.Index] = f
		}
	} else if i := set.Indicator(item.ID); i != nil {
		v.Indicators[i.Index] = f
	}
}

// cells writes the verdicts of a result as one character each.
func cells(list []Judged) string {
	b := make([]byte, len(list))
	for i, j := range list {
		b[i] = byte(j.Verdict)
	}
	return string(b)
}

// rejudge recomputes the standings of the given units of a book (nil = every unit that has values) from the current
// versions and stores them in the running transaction.
func (s *Service) rejudge(ctx context.Context, tx *db.Tx, f *Frame, b book, units []territory.UnitID) error {
	out, err := s.judgeBook(ctx, tx, f, b, units)
	if err != nil {
		return err
	}
	if err := dropInternal(ctx, tx, b.ID, units); err != nil {
		return err
	}
	if err := upsertStandings(ctx, tx, b.ID, out); err != nil {
		return err
	}
	return bumpBook(ctx, tx, b.ID, units)
}

// judgeBook evaluates the current versions of the given units (nil = all) of a book.
func (s *Service) judgeBook(ctx context.Context, q db.Querier, f *Frame, b book, units []territory.UnitID) ([]standing, error) {
	return f.judge(func(fn func(v Version, public bool) error) error { return currentVersions(ctx, q, b.ID, units, fn) })
}

// judge evaluates versions that come ordered by unit and returns the standings. A unit has a public standing only when it
// has a verified value, and one of its own for the inside only while a draft makes it different.
func (f *Frame) judge(versions func(fn func(v Version, public bool) error) error) ([]standing, error) {
	var out []standing
	var unit territory.UnitID
	// Room for the figures of one commune, used again for the next: a province has tens of thousands.
	values, room := NewValues(f.Set), []Figure(nil)
	anyPublic := false
	var drafts []Version
	judged := func(v view) {
		r := Evaluate(f.Set, f.place(unit), values)
		out = append(out, standing{Unit: unit, View: v, Cells: cells(r.Indicators), Criteria: cells(r.Criteria)})
	}
	flush := func() {
		if anyPublic {
			judged(viewPublic)
		}
		if len(drafts) > 0 {
			// Inside versions were kept apart and are laid over the public ones, whatever order the rows came in.
			for i := range drafts {
				values.put(f.Set, drafts[i].Item, &drafts[i].Figure)
			}
			judged(viewInternal)
		}
		clear(values.Indicators)
		clear(values.Criteria)
		room, anyPublic, drafts = room[:0], false, drafts[:0]
	}
	err := versions(func(v Version, public bool) error {
		if v.Unit != unit {
			flush()
			unit = v.Unit
		}
		if !public {
			drafts = append(drafts, v)
			return nil
		}
		anyPublic = true
		room = append(room, v.Figure) // growing leaves the figures already put where they are
		values.put(f.Set, v.Item, &room[len(room)-1])
		return nil
	})
	if err != nil {
		return nil, err
	}
	flush()
	return out, nil
}

// rejudgeAll recomputes every book of a set ("" = all sets) after units, attributes, sets or overrides changed.
func (s *Service) rejudgeAll(ctx context.Context, tx *db.Tx, set string) error {
	list, err := books(ctx, tx, set)
	if err != nil {
		return err
	}
	for _, b := range list {
		f, err := s.Frame(ctx, b.Set, b.Period)
		if err != nil {
			return err
		}
		if err := s.rejudge(ctx, tx, f, b, nil); err != nil {
			return err
		}
	}
	return nil
}

// Label and Note say in words where a whole period comes from; both are usually empty.
func (f *Frame) Label() string { return f.book.Label }

// Note is the longer text beside Label.
func (f *Frame) Note() string { return f.book.Note }
