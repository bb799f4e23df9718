package assessment

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"langso/internal/criteria"
	"langso/internal/platform/audit"
	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
	"langso/internal/platform/vntext"
	"langso/internal/territory"
)

// Migration says what it means to judge a period by another version of its set. A period with verified values keeps the
// version that judged it until somebody moves it with a reason.
type Migration struct {
	*Frame                      // as the period is judged now
	To         *criteria.Set    // the version to judge by, with the decisions of the day
	Items      []MovedItem      // what is judged otherwise, in the order of the new version
	Communes   int              // communes of which any verdict differs
	Orphans    criteria.Orphans // recorded values that the new version could not judge: with any, moving is refused
	Moves      []Move           // versions that judged the period, the newest first
	ETag       string           // names the state that this was computed from
	changesNow int64
}

// MovedItem is one indicator or criterion that communes meet otherwise under the new version. An item that only one of the
// versions knows counts as missing in the other.
type MovedItem struct {
	Item          Item
	Before, After Counts
	Communes      int
}

// orphans returns the items whose recorded values in a book, drafts included, set could not judge although old did.
func orphans(ctx context.Context, q db.Querier, bookID int64, old, set *criteria.Set) (out criteria.Orphans, err error) {
	losses := criteria.Losses(old, set)
	if len(losses) == 0 {
		return nil, nil
	}
	counts, err := itemCounts(ctx, q, bookID)
	if err != nil {
		return nil, err
	}
	for _, l := range losses {
		if n := counts[Item{ID: l.ID, Criterion: l.Criterion}]; n > 0 {
			out = append(out, criteria.Orphan{Loss: l, Values: n})
		}
	}
	return out, nil
}

// mayReplace refuses a new version of a set that has no place for recorded values, also those of periods that would keep
// their old version: they could never be moved.
func (s *Service) mayReplace(ctx context.Context, tx *db.Tx, old, set *criteria.Set) error {
	list, err := books(ctx, tx, set.Code)
	if err != nil {
		return err
	}
	found := map[criteria.Loss]int{}
	var out criteria.Orphans
	for _, b := range list {
		lost, err := orphans(ctx, tx, b.ID, old, set)
		if err != nil {
			return err
		}
		for _, o := range lost {
			found[o.Loss] += o.Values
		}
	}
	for _, l := range criteria.Losses(old, set) { // in the order of the set
		if n := found[l]; n > 0 {
			out = append(out, criteria.Orphan{Loss: l, Values: n})
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// orphanWords names the first of the orphans: "8.4 (111), 15.2 (50)".
func orphanWords(list criteria.Orphans) string {
	const named = 5
	var b strings.Builder
	for i, o := range list {
		if i == named {
			fmt.Fprintf(&b, ", +%d", len(list)-named)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s (%d)", o.ID, o.Values)
	}
	return b.String()
}

// PreviewMove says what judging a period by version to of its set would change. Errors: not_found for a period without
// values or an unknown version, invalid for a version of another set, conflict for a period that has drafts only: it follows
// the newest version by itself.
func (s *Service) PreviewMove(ctx context.Context, set, period string, to int64) (_ *Migration, err error) {
	defer fault.Wrap(&err, "assessment.PreviewMove(%s, %s, %d)", set, period, to)
	if err := auth.Require(ctx, auth.ChangeCriteria, auth.Scope{}); err != nil {
		return nil, err
	}
	var m *Migration
	err = s.db.Snapshot(ctx, func(ctx context.Context) error {
		m, err = s.migration(ctx, set, period, to)
		return err
	})
	return m, err
}

func (s *Service) migration(ctx context.Context, set, period string, to int64) (*Migration, error) {
	f, err := s.Frame(ctx, set, period)
	if err != nil {
		return nil, err
	}
	if !f.hasBook {
		return nil, fault.New(fault.NotFound, "assessment.move_nothing", f.Set.Code, f.Period.ID)
	}
	if held, err := hasPublic(ctx, s.db.Read(ctx), f.book.ID); err != nil {
		return nil, err
	} else if !held {
		return nil, fault.New(fault.Conflict, "assessment.move_follows")
	}
	target, err := s.sets.Version(ctx, to)
	if err != nil {
		return nil, err
	}
	if target.Code != f.Set.Code {
		return nil, fault.New(fault.Invalid, "assessment.move_other_set", target.Code, f.Set.Code)
	}
	if target, err = s.sets.Effective(ctx, target, f.Period.AsOf); err != nil {
		return nil, err
	}
	q := s.db.Read(ctx)
	m := &Migration{Frame: f, To: target}
	if m.Moves, err = bookMoves(ctx, q, f.book.ID); err != nil {
		return nil, err
	}
	if m.changesNow, err = bookChanges(ctx, q, f.book.ID); err != nil {
		return nil, err
	}
	m.ETag = fmt.Sprintf("%d-%d-%d-%d", f.Set.Version, to, m.changesNow, f.judgedOn.sets)
	if m.Orphans, err = orphans(ctx, q, f.book.ID, f.Set, target); err != nil {
		return nil, err
	}
	next := *f
	next.Set = target
	list, err := s.judgeBook(ctx, q, &next, f.book, nil)
	if err != nil {
		return nil, err
	}
	before, err := s.standings(ctx, f)
	if err != nil {
		return nil, err
	}
	after := byView{viewPublic: {}, viewInternal: {}}
	for _, st := range list {
		after[st.View][st.Unit] = st
	}
	m.compare(before[viewPublic], after[viewPublic])
	return m, nil
}

// compare counts the public verdicts that differ.
func (m *Migration) compare(before, after map[territory.UnitID]standing) {
	old := &Board{Frame: m.Frame}
	next := *m.Frame
	next.Set = m.To
	now := &Board{Frame: &next}
	differ := map[territory.UnitID]bool{}
	for _, item := range items(m.To) {
		x := MovedItem{Item: item}
		for _, u := range m.Roster.Communes() {
			was, is := Missing, now.Verdict(Row{Cells: after[u.ID].Cells, Criteria: after[u.ID].Criteria}, item)
			if m.Frame.Knows(item) {
				was = old.Verdict(Row{Cells: before[u.ID].Cells, Criteria: before[u.ID].Criteria}, item)
			}
			x.Before.add(was)
			x.After.add(is)
			if was != is {
				x.Communes++
				differ[u.ID] = true
			}
		}
		if x.Communes > 0 {
			m.Items = append(m.Items, x)
		}
	}
	m.Communes = len(differ)
}

// MoveRequest moves a period to another version of its set.
type MoveRequest struct {
	Set, Period string
	To          int64
	Reason      string // why, required
	IfMatch     string // Migration.ETag of the preview that was decided on
}

// actionMove is the verb of the audit.
const actionMove = "results.move"

// MovePeriod judges a period by another version of its set from now on. What was known before stays to be seen through
// BoardAt. Errors: forbidden, unconditional without IfMatch, stale when values or decisions came in since the preview,
// conflict assessment.move_orphans when recorded values would have no place.
func (s *Service) MovePeriod(ctx context.Context, r MoveRequest) (err error) {
	defer fault.Wrap(&err, "assessment.MovePeriod(%s, %s, %d)", r.Set, r.Period, r.To)
	if err := auth.Require(ctx, auth.ChangeCriteria, auth.Scope{}); err != nil {
		return err
	}
	r.Reason = vntext.Squeeze(vntext.NFC(r.Reason))
	switch {
	case r.IfMatch == "":
		return fault.New(fault.Unconditional, "assessment.no_version")
	case r.Reason == "":
		return fault.New(fault.Invalid, "assessment.no_reason").At("ly-do")
	case len(r.Reason) > 2000:
		return fault.New(fault.TooLarge, "assessment.reason_too_long").At("ly-do")
	case !printable(r.Reason):
		return fault.New(fault.Invalid, "assessment.control_characters").At("ly-do")
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		m, err := s.migration(ctx, r.Set, r.Period, r.To)
		if err != nil {
			return err
		}
		if m.ETag != r.IfMatch {
			return fault.New(fault.Stale, "assessment.move_stale")
		}
		if len(m.Orphans) > 0 {
			return fault.New(fault.Conflict, "assessment.move_orphans", orphanWords(m.Orphans))
		}
		if m.To.Version == m.Set.Version {
			return fault.New(fault.Invalid, "assessment.move_same").At("phien-ban")
		}
		if err := moveBook(ctx, tx, m.book.ID, m.To.Version, r.Reason); err != nil {
			return err
		}
		next := *m.Frame
		next.Set = m.To
		if err := s.rejudge(ctx, tx, &next, m.book, nil); err != nil {
			return err
		}
		type judged struct {
			Version int64  `json:"set_version"`
			Reason  string `json:"reason,omitempty"`
		}
		return audit.Record(ctx, tx, audit.Entry{Action: actionMove, Key: m.Set.Code + "/" + m.Period.ID, Old: judged{m.Set.Version, ""}, New: judged{m.To.Version, r.Reason}})
	})
}

// Book is a set and period that has results.
type Book struct {
	Set     string
	Period  territory.Period
	Version int64 // of the set, that judges it
	Held    bool  // verified values hold it to Version
}

// Books returns the periods that have results, of every set, the newest first within a set.
func (s *Service) Books(ctx context.Context) (out []Book, err error) {
	defer fault.Wrap(&err, "assessment.Books")
	if err := auth.Require(ctx, auth.ChangeCriteria, auth.Scope{}); err != nil {
		return nil, err
	}
	err = s.db.Snapshot(ctx, func(ctx context.Context) error {
		out = nil
		list, err := books(ctx, s.db.Read(ctx), "")
		if err != nil {
			return err
		}
		for _, b := range list {
			x := Book{Set: b.Set, Version: b.SetVersion}
			if x.Period, err = territory.ParsePeriod(b.Period); err != nil {
				return err
			}
			if x.Held, err = hasPublic(ctx, s.db.Read(ctx), b.ID); err != nil {
				return err
			}
			out = append(out, x)
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b Book) int {
		if a.Set != b.Set {
			return strings.Compare(b.Set, a.Set)
		}
		return b.Period.Compare(a.Period)
	})
	return out, err
}
