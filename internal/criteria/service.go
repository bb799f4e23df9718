package criteria

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"langso/internal/platform/audit"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
	"langso/internal/platform/module"
)

// Service gives other modules the sets in force and loads new ones. It is safe for concurrent use.
type Service struct {
	db    *db.DB
	clock *clock.Clock
	hooks []func(ctx context.Context, tx *db.Tx, setCode string) error
	// replace are the hooks of OnReplace.
	replace []func(ctx context.Context, tx *db.Tx, old, new *Set) error

	mu        sync.Mutex
	latest    *state                       // of the newest revision seen
	parsed    *kept[contentKey, *Set]      // stored versions
	decided   *kept[decidedKey, *Override] // stored overrides as read against a version
	effective *kept[effectiveKey, *Set]    // versions with overrides worked in
}

// Keys name content by its digest beside its row, so that a row of a transaction that was rolled back never answers
// for a later row with the same number.
type contentKey struct {
	id     int64
	sha256 string
}

type decidedKey struct{ override, version contentKey }

type effectiveKey struct {
	version   contentKey
	overrides string
	marks     string
}

// state is what one revision says; immutable.
type state struct {
	rev       int64
	versions  []versionRow
	current   []*Set // the newest version of each code, in the order of Sets
	overrides []overrideRow
	verified  []verificationRow
}

// New returns the Service over the store of kit.
func New(kit module.Kit) *Service {
	return &Service{db: kit.DB, clock: kit.Clock, parsed: newKept[contentKey, *Set](maxKept), decided: newKept[decidedKey, *Override](maxKept), effective: newKept[effectiveKey, *Set](maxKept)}
}

// OnChange registers fn to run in the transaction that loads a new version of a set or overrides for it. An error of
// fn undoes the loading; fn may judge results again. To be called before the Service is used.
func (s *Service) OnChange(fn func(ctx context.Context, tx *db.Tx, setCode string) error) {
	s.hooks = append(s.hooks, fn)
}

// OnReplace registers fn to run in the transaction that loads a new version of a set that was there before, ahead of the
// hooks of OnChange. It is asked whether old may be followed by new, and refuses with an error such as Orphans.
func (s *Service) OnReplace(fn func(ctx context.Context, tx *db.Tx, old, new *Set) error) {
	s.replace = append(s.replace, fn)
}

// Sets returns the newest version of every set: the newest programme first, within it the levels from the lowest.
func (s *Service) Sets(ctx context.Context) ([]*Set, error) {
	st, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	return slices.Clone(st.current), nil
}

// Current returns the newest version of a set; not_found when there is no such set.
func (s *Service) Current(ctx context.Context, code string) (*Set, error) {
	st, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	if set := find(st.current, code); set != nil {
		return set, nil
	}
	return nil, fault.New(fault.NotFound, "criteria.set_unknown", clip(code))
}

// InForce returns the set of the basic level (xã nông thôn mới) that counts on day at: the one that began last.
func (s *Service) InForce(ctx context.Context, at clock.Date) (*Set, error) {
	st, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	var best *Set
	for _, set := range st.current {
		if set.Level == Levels()[0] && set.From() <= at && (best == nil || set.From() > best.From()) {
			best = set
		}
	}
	if best == nil {
		return nil, fault.New(fault.NotFound, "criteria.none_in_force", string(at))
	}
	return best, nil
}

// Version returns one stored version; not_found when there is no such version.
func (s *Service) Version(ctx context.Context, id int64) (*Set, error) {
	st, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	for _, v := range st.versions {
		if v.id == id {
			return s.stored(ctx, v)
		}
	}
	return nil, fault.New(fault.NotFound, "criteria.version_unknown", id)
}

// CurrentKnown is Current as it was at an instant: the newest version that was in the system then, of the sets that the
// province loaded itself before those that were shipped. not_found when there was none yet.
func (s *Service) CurrentKnown(ctx context.Context, code string, known time.Time) (*Set, error) {
	st, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	best := newestVersions(slices.DeleteFunc(slices.Clone(st.versions), func(v versionRow) bool { return v.loadedMS > known.UnixMilli() }))
	v, ok := best[code]
	if !ok {
		return nil, fault.New(fault.NotFound, "criteria.set_unknown", clip(code))
	}
	return s.stored(ctx, v)
}

// newestVersions returns the version of each code that counts, of rows that come by id. A file of a later release never
// replaces the one that the province loaded itself.
func newestVersions(rows []versionRow) map[string]versionRow {
	newest := map[string]versionRow{}
	for _, v := range rows {
		if have, ok := newest[v.code]; !ok || have.shipped || !v.shipped {
			newest[v.code] = v
		}
	}
	return newest
}

// Effective returns set with the provincial decisions that are in force on day at ("" = today): each threshold that a
// decision names is replaced, with Decision and Illustrative filled. A later decision goes before an earlier one, a
// real one before an illustrative one, the newest file of a decision before its older files. What somebody has verified
// since (Verification) is marked so. Without decisions and verifications it is set itself.
func (s *Service) Effective(ctx context.Context, set *Set, at clock.Date) (*Set, error) {
	return s.EffectiveKnown(ctx, set, at, time.Time{})
}

// EffectiveKnown is Effective with the decisions that were in the system at an instant (zero = now), whatever came since.
func (s *Service) EffectiveKnown(ctx context.Context, set *Set, at clock.Date, known time.Time) (_ *Set, err error) {
	defer fault.Wrap(&err, "criteria.Effective(%s, %s)", set.Code, at)
	if at == "" {
		at = s.clock.Today()
	}
	if set.worked {
		if set, err = s.Version(ctx, set.Version); err != nil {
			return nil, err
		}
	}
	st, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	all, verified := st.overrides, st.verified
	if !known.IsZero() {
		all = slices.DeleteFunc(slices.Clone(all), func(o overrideRow) bool { return o.loadedMS > known.UnixMilli() })
		verified = slices.DeleteFunc(slices.Clone(verified), func(v verificationRow) bool { return v.recordedMS > known.UnixMilli() })
	}
	rows := inForce(all, set.Code, at)
	marks := set.verifications(verified)
	if len(rows) == 0 && len(marks) == 0 {
		return set, nil
	}
	key := effectiveKey{version: contentKey{set.Version, set.SHA256}}
	for _, i := range set.Indicators() {
		if m := marks[i.ID]; m != nil {
			key.marks += fmt.Sprintf("%d %d;", m.ID, m.AtMS)
		}
	}
	for _, o := range rows {
		key.overrides += fmt.Sprintf("%d %s;", o.id, o.sha256)
	}
	s.mu.Lock()
	done := s.effective.get(key)
	s.mu.Unlock()
	if done != nil {
		return done, nil
	}
	var list []*Override
	for _, row := range rows {
		o, err := s.override(ctx, row, set)
		if err != nil {
			return nil, err
		}
		list = append(list, o)
	}
	done = set.with(list, marks)
	s.mu.Lock()
	s.effective.put(key, done)
	s.mu.Unlock()
	return done, nil
}

// inForce returns the rows that count for a set on day at, in the order in which they are worked in.
func inForce(all []overrideRow, code string, at clock.Date) []overrideRow {
	var out []overrideRow
	for _, o := range newestFiles(all, code) {
		if o.validFrom <= at {
			out = append(out, o)
		}
	}
	weight := func(o overrideRow) int {
		if o.illustrative {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(out, func(a, b overrideRow) int {
		return cmp.Or(cmp.Compare(weight(a), weight(b)), cmp.Compare(a.validFrom, b.validFrom), cmp.Compare(a.id, b.id))
	})
	return out
}

// newestFiles returns the newest row of each decision about a set, by id.
func newestFiles(all []overrideRow, code string) []overrideRow {
	newest := map[string]int64{}
	for _, o := range all {
		if o.set == code {
			newest[o.decision] = o.id // rows come by id
		}
	}
	var out []overrideRow
	for _, o := range all {
		if o.set == code && newest[o.decision] == o.id {
			out = append(out, o)
		}
	}
	return out
}

// Revision counts the changes of sets and overrides; what was derived from one revision may be kept until it moves.
func (s *Service) Revision(ctx context.Context) (int64, error) { return s.db.Revision(ctx, revision) }

// load returns the state of the present revision. Inside a transaction it is always read anew and never kept: the
// transaction may have changed it and may yet be undone.
func (s *Service) load(ctx context.Context) (*state, error) {
	q, writing := s.db.Read(ctx), db.InWrite(ctx)
	rev, err := s.db.Revision(ctx, revision)
	if err != nil {
		return nil, err
	}
	if !writing {
		s.mu.Lock()
		kept := s.latest
		s.mu.Unlock()
		if kept != nil && kept.rev == rev {
			return kept, nil
		}
	}
	st := &state{rev: rev}
	if st.versions, err = versions(ctx, q); err != nil {
		return nil, err
	}
	if st.overrides, err = overrides(ctx, q); err != nil {
		return nil, err
	}
	if st.verified, err = verifications(ctx, q); err != nil {
		return nil, err
	}
	for _, v := range newestVersions(st.versions) {
		set, err := s.stored(ctx, v)
		if err != nil {
			return nil, err
		}
		st.current = append(st.current, set)
	}
	slices.SortFunc(st.current, func(a, b *Set) int {
		return cmp.Or(cmp.Compare(b.Programme, a.Programme), cmp.Compare(slices.Index(Levels(), a.Level), slices.Index(Levels(), b.Level)), cmp.Compare(a.Code, b.Code))
	})
	if !writing {
		s.mu.Lock()
		if s.latest == nil || s.latest.rev < st.rev {
			s.latest = st
		}
		s.mu.Unlock()
	}
	return st, nil
}

// stored returns a stored version, parsed once.
func (s *Service) stored(ctx context.Context, v versionRow) (*Set, error) {
	key := contentKey{v.id, v.sha256}
	s.mu.Lock()
	set := s.parsed.get(key)
	s.mu.Unlock()
	if set != nil {
		return set, nil
	}
	file, body, err := versionBody(ctx, s.db.Read(ctx), v.id)
	if err != nil {
		return nil, err
	}
	set, err = parseStored(file, []byte(body))
	if err != nil {
		return nil, fmt.Errorf("stored version %d of %s: %v", v.id, v.code, err) // our mistake, not the asker's: no %w
	}
	set.Version = v.id
	s.mu.Lock()
	s.parsed.put(key, set)
	s.mu.Unlock()
	return set, nil
}

// override returns a stored override as far as it fits set; Check reports what does not fit.
func (s *Service) override(ctx context.Context, row overrideRow, set *Set) (*Override, error) {
	key := decidedKey{contentKey{row.id, row.sha256}, contentKey{set.Version, set.SHA256}}
	s.mu.Lock()
	o := s.decided.get(key)
	s.mu.Unlock()
	if o != nil {
		return o, nil
	}
	file, body, err := overrideBody(ctx, s.db.Read(ctx), row.id)
	if err != nil {
		return nil, err
	}
	o, _ = readOverride(&reader{file: file, stored: true}, []byte(body), []*Set{set})
	o.ID = row.id
	o.mark(row.illustrative)
	s.mu.Lock()
	s.decided.put(key, o)
	s.mu.Unlock()
	return o, nil
}

// Loaded says what became of a file.
type Loaded struct {
	Set     string   // code of the set
	ID      int64    // stored version or override; the older one when the same file is already there
	Written bool     // false for a trial run and for a file that is already there
	Same    bool     // the same file, or a workbook that says the same, is already there
	Changes []Change // of a set: what differs from the version before, nil for the first one
}

// errTrial undoes the transaction of a trial run.
var errTrial = errors.New("trial run")

// write runs fn in a transaction that also tells the other modules about a change; trial undoes everything at the end.
func (s *Service) write(ctx context.Context, trial bool, fn func(ctx context.Context, tx *db.Tx) error) error {
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := fn(ctx, tx); err != nil {
			return err
		}
		if trial {
			return errTrial
		}
		return nil
	})
	if errors.Is(err, errTrial) {
		return nil
	}
	return err
}

// changed moves the revision and runs the hooks for a set.
func (s *Service) changed(ctx context.Context, tx *db.Tx, code string) error {
	if err := tx.Bump(ctx, revision); err != nil {
		return err
	}
	for _, hook := range s.hooks {
		if err := hook(ctx, tx, code); err != nil {
			return err
		}
	}
	return nil
}

// LoadSet stores a file, or a workbook of WriteTemplate, as the newest version of its set. With trial everything is checked
// and nothing is written.
// Codes: invalid (Problems with lines or cells), forbidden, stale for a workbook made from another version, conflict for one
// of another set; whatever a hook of OnReplace or OnChange refuses.
func (s *Service) LoadSet(ctx context.Context, file string, body []byte, trial bool) (out Loaded, err error) {
	defer fault.Wrap(&err, "criteria.LoadSet(%s)", file)
	if err := auth.Require(ctx, auth.ChangeCriteria, auth.Scope{}); err != nil {
		return out, err
	}
	in, err := readIncoming(file, body)
	if err != nil {
		return out, err
	}
	err = s.write(ctx, trial, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.addSet(ctx, tx, in, file)
		out.Written = out.Written && !trial
		return err
	})
	if err != nil {
		return Loaded{}, err
	}
	return out, nil
}

// addSet stores what came in unless it is there already.
func (s *Service) addSet(ctx context.Context, tx *db.Tx, in *incoming, file string) (Loaded, error) {
	st, err := s.load(ctx)
	if err != nil {
		return Loaded{}, err
	}
	set := in.set
	old := find(st.current, set.Code)
	out := Loaded{Set: set.Code}
	if old != nil {
		out.ID, out.Changes = old.Version, Diff(old, set)
		if old.SHA256 == set.SHA256 || in.places != nil && len(out.Changes) == 0 {
			out.Same = true
			return out, nil
		}
	}
	if err := in.fits(st.current, old); err != nil {
		return Loaded{}, err
	}
	others := slices.DeleteFunc(slices.Clone(st.current), func(o *Set) bool { return o.Code == set.Code })
	if err := Link(append(others, set)); err != nil {
		return Loaded{}, in.refused(err)
	}
	if err := s.overridesFit(ctx, st.overrides, set); err != nil {
		return Loaded{}, err
	}
	out.ID, err = s.add(ctx, tx, set, old, file, in.body, false)
	out.Written = true
	return out, err
}

// overridesFit refuses a version on which decisions that are in force could no longer be read.
func (s *Service) overridesFit(ctx context.Context, all []overrideRow, set *Set) error {
	var found Problems
	for _, row := range newestFiles(all, set.Code) {
		file, body, err := overrideBody(ctx, s.db.Read(ctx), row.id)
		if err != nil {
			return err
		}
		var wrong Problems
		if _, err := readOverride(&reader{file: file, stored: true}, []byte(body), []*Set{set}); errors.As(err, &wrong) {
			found = append(found, Problem{File: set.file, Key: "criteria.override_unfit", Args: []any{row.decision}})
			found = append(found, wrong...)
		}
	}
	if len(found) == 0 {
		return nil
	}
	return found
}

// add stores a version, with its audit row, and tells the other modules.
func (s *Service) add(ctx context.Context, tx *db.Tx, set, old *Set, file string, body []byte, shipped bool) (int64, error) {
	id, err := insertVersion(ctx, tx, set, file, body, shipped)
	if err != nil {
		return 0, err
	}
	type entry struct {
		Version int64  `json:"version"`
		SHA256  string `json:"sha256"`
		File    string `json:"file"`
	}
	e := audit.Entry{Action: "criteria.load", Key: set.Code, New: entry{id, set.SHA256, file}}
	if old != nil {
		e.Old = entry{old.Version, old.SHA256, old.file}
	}
	if err := audit.Record(ctx, tx, e); err != nil {
		return 0, err
	}
	// A shipped file never takes the place of one that the province loaded itself: then nothing is replaced.
	if current, err := s.Current(ctx, set.Code); err != nil {
		return 0, err
	} else if old != nil && current.Version == id {
		for _, hook := range s.replace {
			if err := hook(ctx, tx, old, set); err != nil {
				return 0, err
			}
		}
	}
	return id, s.changed(ctx, tx, set.Code)
}

// LoadOverrides stores a file of provincial thresholds. In a demo database every decision is illustrative; elsewhere
// an illustrative file is refused. With trial everything is checked and nothing is written.
// Codes: invalid (Problems with lines), forbidden, conflict; whatever a hook of OnChange refuses.
func (s *Service) LoadOverrides(ctx context.Context, file string, body []byte, trial bool) (out Loaded, err error) {
	defer fault.Wrap(&err, "criteria.LoadOverrides(%s)", file)
	if err := auth.Require(ctx, auth.ChangeCriteria, auth.Scope{}); err != nil {
		return out, err
	}
	demo, err := s.db.Illustrative(ctx)
	if err != nil {
		return out, err
	}
	err = s.write(ctx, trial, func(ctx context.Context, tx *db.Tx) error {
		one, err := s.addOverride(ctx, tx, file, body, demo)
		out = Loaded{Set: one.Set, ID: one.ID, Written: one.Written && !trial, Same: one.Same}
		return err
	})
	if err != nil {
		return Loaded{}, err
	}
	return out, nil
}

func (s *Service) addOverride(ctx context.Context, tx *db.Tx, file string, body []byte, demo bool) (Loaded, error) {
	st, err := s.load(ctx)
	if err != nil {
		return Loaded{}, err
	}
	o, err := ParseOverride(file, body, st.current)
	if err != nil {
		return Loaded{}, err
	}
	if o.Illustrative && !demo {
		return Loaded{}, fault.New(fault.Conflict, "criteria.illustrative_refused")
	}
	o.mark(demo)
	var old *overrideRow
	for _, row := range newestFiles(st.overrides, o.Set) {
		if row.decision == o.Decision {
			old = &row
		}
	}
	if old != nil && old.sha256 == o.SHA256 {
		return Loaded{Set: o.Set, ID: old.id, Same: true}, nil
	}
	id, err := insertOverride(ctx, tx, o, file, body)
	if err != nil {
		return Loaded{}, err
	}
	type entry struct {
		ID           int64      `json:"id"`
		SHA256       string     `json:"sha256"`
		ValidFrom    clock.Date `json:"valid_from"`
		Illustrative bool       `json:"illustrative"`
	}
	e := audit.Entry{Action: "criteria.override", Key: o.Set + "/" + o.Decision, New: entry{id, o.SHA256, o.ValidFrom, o.Illustrative}}
	if old != nil {
		e.Old = entry{old.id, old.sha256, old.validFrom, old.illustrative}
	}
	if err := audit.Record(ctx, tx, e); err != nil {
		return Loaded{}, err
	}
	return Loaded{Set: o.Set, ID: id, Written: true}, s.changed(ctx, tx, o.Set)
}

// check returns one line per stored file that does not match its digest, no longer parses, or no longer fits its set.
func (s *Service) check(ctx context.Context) ([]string, error) {
	var bad []string
	err := s.db.Snapshot(ctx, func(ctx context.Context) error {
		q := s.db.Read(ctx)
		stored, err := versions(ctx, q)
		if err != nil {
			return err
		}
		newest := map[string]*Set{}
		for _, v := range stored {
			file, body, err := versionBody(ctx, q, v.id)
			if err != nil {
				return err
			}
			set, err := parseStored(file, []byte(body))
			switch {
			case err != nil:
				bad = append(bad, fmt.Sprintf("criteria version %d of %s: %v", v.id, v.code, err))
			case set.SHA256 != v.sha256:
				bad = append(bad, fmt.Sprintf("criteria version %d of %s: digest does not match", v.id, v.code))
			case set.Code != v.code:
				bad = append(bad, fmt.Sprintf("criteria version %d: stored as %s, says %s", v.id, v.code, set.Code))
			default:
				newest[v.code] = set
			}
		}
		var sets []*Set
		for _, set := range newest {
			sets = append(sets, set)
		}
		if err := Link(sets); err != nil {
			bad = append(bad, "criteria: "+err.Error())
		}
		rows, err := overrides(ctx, q)
		if err != nil {
			return err
		}
		live := map[int64]bool{}
		for code := range newest {
			for _, row := range newestFiles(rows, code) {
				live[row.id] = true
			}
		}
		marks, err := verifications(ctx, q)
		if err != nil {
			return err
		}
		for _, v := range marks {
			if newest[v.set] == nil || v.source == "" || len(v.content) != 2*sha256.Size {
				bad = append(bad, fmt.Sprintf("criteria verification %d of %s %s: no such set, no source or no digest", v.id, v.set, v.indicator))
			}
		}
		for _, row := range rows {
			file, body, err := overrideBody(ctx, q, row.id)
			if err != nil {
				return err
			}
			o, err := readOverride(&reader{file: file, stored: true}, []byte(body), sets)
			name := fmt.Sprintf("criteria override %d (%s, %s)", row.id, row.set, row.decision)
			switch {
			case o.SHA256 != row.sha256:
				bad = append(bad, name+": digest does not match")
			case err != nil && live[row.id]:
				bad = append(bad, name+": "+err.Error())
			case o.Set != row.set || o.Decision != row.decision || o.DecidedOn != row.decidedOn || o.ValidFrom != row.validFrom:
				bad = append(bad, name+": columns do not match the file")
			}
		}
		return nil
	})
	slices.SortFunc(bad, strings.Compare)
	return bad, err
}
