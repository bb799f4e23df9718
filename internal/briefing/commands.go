package briefing

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"langso/internal/assessment"
	"langso/internal/platform/audit"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
	"langso/internal/territory"
)

// record writes the audit entry of a command about one row.
func record(ctx context.Context, tx *db.Tx, action string, id int64, before, after any) error {
	return audit.Record(ctx, tx, audit.Entry{Action: action, Key: strconv.FormatInt(id, 10), Old: before, New: after})
}

// HoldMeeting records a giao ban about a set and period: the day, a note, and the verdicts that count outside now. Errors:
// forbidden for whoever does not hold meetings of the province, invalid for a day to come.
func (s *Service) HoldMeeting(ctx context.Context, set, period string, heldOn clock.Date, note string) (id int64, err error) {
	defer fault.Wrap(&err, "briefing.HoldMeeting(%s, %s)", set, period)
	note, err = cleanText(note, fieldNote, 2000, true, false)
	if err != nil {
		return 0, err
	}
	if _, err := clock.ParseDate(string(heldOn)); err != nil || heldOn > s.clock.Today() {
		return 0, fault.New(fault.Invalid, "briefing.bad_day").At(fieldDay)
	}
	// The board is read inside the transaction, so that what is kept is what counted at this instant.
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		b, err := s.results.Board(auth.AsGuest(ctx), set, period)
		if err != nil {
			return err
		}
		if err := auth.Require(ctx, auth.HoldMeetings, s.wholeScope(b.Frame)); err != nil {
			return err
		}
		m := Meeting{Set: b.Set.Code, Period: b.Period.ID, SetVersion: b.Set.Version, HeldOn: heldOn, Note: note, Author: owner(ctx)}
		if id, err = insertMeeting(ctx, tx, m, b.Rows); err != nil {
			return err
		}
		return record(ctx, tx, "briefing.meet", id, nil, map[string]any{"set": m.Set, "period": m.Period, "held_on": m.HeldOn, "note": m.Note, "communes": len(b.Rows), "with_data": b.WithData(), "complete": b.Complete()})
	})
	return id, err
}

// Meetings returns the newest meetings about a set; notes only for readers of the whole province.
func (s *Service) Meetings(ctx context.Context, f *assessment.Frame, limit int) ([]Meeting, error) {
	if err := auth.RequireAnywhere(ctx, auth.ReadResults); err != nil {
		return nil, err
	}
	out, err := meetings(ctx, s.db.Read(ctx), f.Set.Code, limit)
	if !auth.Of(ctx).May(auth.ReadResults, s.wholeScope(f)) {
		for i := range out {
			out[i].Note, out[i].Author = "", ""
		}
	}
	return out, err
}

// Meeting returns a meeting with the board of that day: the same communes, the verdicts that counted then.
func (s *Service) Meeting(ctx context.Context, id int64) (m Meeting, b *assessment.Board, err error) {
	defer fault.Wrap(&err, "briefing.Meeting(%d)", id)
	if err := auth.RequireAnywhere(ctx, auth.ReadResults); err != nil {
		return m, nil, err
	}
	err = s.db.Snapshot(ctx, func(ctx context.Context) error {
		if m, err = findMeeting(ctx, s.db.Read(ctx), id); err != nil {
			return err
		}
		f, err := s.results.Frame(auth.AsGuest(ctx), m.Set, m.Period)
		if err != nil {
			return err
		}
		if !auth.Of(ctx).May(auth.ReadResults, s.wholeScope(f)) {
			m.Note, m.Author = "", ""
		}
		list, err := frozenStandings(ctx, s.db.Read(ctx), id)
		if err != nil {
			return err
		}
		b, err = s.results.BoardOf(ctx, f, m.SetVersion, func(u territory.UnitID) (cells, criteria string) { return list[u].cells, list[u].criteria })
		return err
	})
	return m, b, err
}

// Plan is a named list of gaps to close.
type Plan struct {
	ID        int64
	Set       string
	Period    string // whose board it was made on
	Name      string
	Note      string
	Author    string
	CreatedMS int64
	ChangedMS int64
	Rev       int64
	Gaps      []Gap
}

// ETag names the version of the plan that an edit must be based on.
func (p Plan) ETag() string { return strconv.FormatInt(p.Rev, 10) }

// communesOf lists the communes of a plan.
func (p Plan) communesOf() []territory.UnitID {
	var out []territory.UnitID
	for _, g := range p.Gaps {
		if !slices.Contains(out, g.Unit) {
			out = append(out, g.Unit)
		}
	}
	return out
}

// may reports whether the actor has an action in every commune of a plan.
func (s *Service) may(ctx context.Context, action auth.Action, reg *territory.Register, p Plan) bool {
	list := p.communesOf()
	for _, u := range list {
		if !auth.Of(ctx).May(action, s.in(reg, u)) {
			return false
		}
	}
	return len(list) > 0
}

// checkPlan refuses plans that cannot be: without a name or gaps, too many, about items or communes that the board does not
// have, twice the same, due in no quarter, or about communes in which the actor may not work.
func (s *Service) checkPlan(ctx context.Context, p *Plan, f *assessment.Frame) (err error) {
	if p.Name, err = cleanText(p.Name, fieldName, 120, false, true); err != nil {
		return err
	}
	if p.Note, err = cleanText(p.Note, fieldNote, 2000, true, false); err != nil {
		return err
	}
	switch {
	case len(p.Gaps) == 0:
		return fault.New(fault.Invalid, "briefing.no_gaps").At(fieldGap)
	case len(p.Gaps) > MaxGaps:
		return fault.New(fault.TooLarge, "briefing.too_many_gaps", MaxGaps).At(fieldGap)
	}
	communes := map[territory.UnitID]bool{}
	for _, u := range f.Roster.Communes() {
		communes[u.ID] = true
	}
	seen := map[[2]string]bool{}
	for _, g := range p.Gaps {
		key := [2]string{strconv.FormatInt(int64(g.Unit), 10), itemKey(g.Item)}
		switch {
		case !communes[g.Unit] || !f.Knows(g.Item):
			return fault.New(fault.Invalid, "briefing.unknown_gap", g.Item.ID).At(fieldGap)
		case seen[key]:
			return fault.New(fault.Invalid, "briefing.double_gap", g.Item.ID).At(fieldGap)
		case !validQuarter(g.Due):
			return fault.New(fault.Invalid, "briefing.bad_due").At(fieldDue)
		case g.CostVND < 0 || g.CostVND > maxCost:
			return fault.New(fault.Invalid, "briefing.bad_money", strconv.FormatInt(g.CostVND, 10)).At(fieldCost)
		}
		seen[key] = true
		if err := auth.Require(ctx, auth.WorkTasks, s.in(f.Register, g.Unit)); err != nil {
			return err
		}
	}
	return nil
}

// audited is what the audit keeps of a plan.
type audited struct {
	Name string `json:"name"`
	Note string `json:"note"`
	Gaps []Gap  `json:"gaps"`
}

// MakePlan keeps a plan on the board of its set and period ("" = the present ones).
func (s *Service) MakePlan(ctx context.Context, p Plan) (id int64, err error) {
	defer fault.Wrap(&err, "briefing.MakePlan")
	if err := auth.RequireAnywhere(ctx, auth.WorkTasks); err != nil {
		return 0, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		f, err := s.results.Frame(ctx, p.Set, p.Period)
		if err != nil {
			return err
		}
		p.Set, p.Period, p.Author = f.Set.Code, f.Period.ID, owner(ctx)
		if err := s.checkPlan(ctx, &p, f); err != nil {
			return err
		}
		if n, err := plansBy(ctx, tx, p.Author); err != nil {
			return err
		} else if n >= plansEach {
			return fault.New(fault.TooLarge, "briefing.too_many_plans", plansEach)
		}
		if id, err = insertPlan(ctx, tx, p); err != nil {
			return err
		}
		return record(ctx, tx, "briefing.plan.make", id, nil, audited{p.Name, p.Note, p.Gaps})
	})
	return id, err
}

// ChangePlan replaces name, note and gaps of a plan. ifMatch is its version as the writer saw it. Errors: unconditional
// without it, stale when somebody wrote in between, not_found for plans that the actor may not read.
func (s *Service) ChangePlan(ctx context.Context, p Plan, ifMatch string) (err error) {
	defer fault.Wrap(&err, "briefing.ChangePlan(%d)", p.ID)
	if err := auth.RequireAnywhere(ctx, auth.WorkTasks); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		old, f, err := s.plan(ctx, p.ID)
		if err != nil {
			return err
		}
		for _, u := range old.communesOf() {
			if err := auth.Require(ctx, auth.WorkTasks, s.in(f.Register, u)); err != nil {
				return err
			}
		}
		if ifMatch == "" {
			return fault.New(fault.Unconditional, "briefing.no_version")
		}
		if ifMatch != old.ETag() {
			return fault.New(fault.Stale, "briefing.stale_plan")
		}
		if err := s.checkPlan(ctx, &p, f); err != nil {
			return err
		}
		ok, err := replacePlan(ctx, tx, p, old.Rev)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Stale, "briefing.stale_plan")
		}
		return record(ctx, tx, "briefing.plan.change", p.ID, audited{old.Name, old.Note, old.Gaps}, audited{p.Name, p.Note, p.Gaps})
	})
}

// plan reads a plan that the actor may read, with its frame.
func (s *Service) plan(ctx context.Context, id int64) (Plan, *assessment.Frame, error) {
	p, err := findPlan(ctx, s.db.Read(ctx), id)
	if err != nil {
		return p, nil, err
	}
	f, err := s.results.Frame(ctx, p.Set, p.Period)
	if err != nil {
		return p, nil, err
	}
	if !s.may(ctx, auth.ReadResults, f.Register, p) {
		return Plan{}, nil, missing("plan", id)
	}
	return p, f, nil
}

// Plan returns one plan. Errors: not_found also for a plan about a commune that the actor does not read.
func (s *Service) Plan(ctx context.Context, id int64) (p Plan, err error) {
	defer fault.Wrap(&err, "briefing.Plan(%d)", id)
	if err := auth.RequireAnywhere(ctx, auth.ReadResults); err != nil {
		return p, err
	}
	p, _, err = s.plan(ctx, id)
	return p, err
}

// maxPlans bounds the list of plans that somebody reads.
const maxPlans = 500

// Plans returns the plans that the actor may read, the newest first.
func (s *Service) Plans(ctx context.Context) ([]Plan, error) {
	if err := auth.RequireAnywhere(ctx, auth.ReadResults); err != nil {
		return nil, err
	}
	var list []Plan
	err := s.db.Snapshot(ctx, func(ctx context.Context) error {
		reg, err := s.units.Register(ctx)
		if err != nil {
			return err
		}
		list, err = plans(ctx, s.db.Read(ctx), func(p Plan) bool { return s.may(ctx, auth.ReadResults, reg, p) }, maxPlans)
		return err
	})
	return list, err
}

// MayChange reports whether the actor may change a plan.
func (s *Service) MayChange(ctx context.Context, reg *territory.Register, p Plan) bool {
	return s.may(ctx, auth.WorkTasks, reg, p)
}

// TaskState is whether a task is still to be done.
type TaskState string

const (
	TaskOpen TaskState = "open"
	TaskDone TaskState = "done"
)

// Task is what a visit left to be done.
type Task struct {
	ID        int64
	Unit      territory.UnitID
	Set       string
	Item      assessment.Item // ID "" = the commune as a whole
	Body      string
	Author    string
	ClientID  string
	CreatedMS int64
	Due       clock.Date // "" = no day
	State     TaskState
	ClosedMS  int64
	ClosedBy  string
	MayClose  bool
}

// Note is a note of a visit. ClientID is made by the device that wrote it, so that it can be sent again without harm.
type Note struct {
	ClientID string
	Unit     territory.UnitID
	Set      string
	Item     assessment.Item
	Body     string
	Due      clock.Date
}

// Sent is what became of the notes of one sheet.
type Sent struct{ Created, Changed, Again int }

// maxNotes bounds how many notes one sheet sends.
const maxNotes = 200

// SendNotes makes tasks of the notes of a visit, all or none. A note that came before and says the same changes nothing; one
// that says something else changes its task: the device wrote on before it learned that the first text had arrived. A task
// that was closed meanwhile is what somebody has answered for: it stays as it is, and the note becomes a new one beside it.
func (s *Service) SendNotes(ctx context.Context, notes []Note) (out Sent, err error) {
	defer fault.Wrap(&err, "briefing.SendNotes(%d)", len(notes))
	if err := auth.RequireAnywhere(ctx, auth.WorkTasks); err != nil {
		return out, err
	}
	if len(notes) > maxNotes {
		return out, fault.New(fault.TooLarge, "briefing.too_many_notes", maxNotes)
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		out = Sent{}
		reg, err := s.units.Register(ctx)
		if err != nil {
			return err
		}
		for _, n := range notes {
			if err := s.send(ctx, tx, reg, n, &out); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

func (s *Service) send(ctx context.Context, tx *db.Tx, reg *territory.Register, n Note, out *Sent) (err error) {
	if reg.Unit(n.Unit) == nil {
		return fault.New(fault.NotFound, "briefing.no_commune")
	}
	if err := auth.Require(ctx, auth.WorkTasks, s.in(reg, n.Unit)); err != nil {
		return err
	}
	if n.Body, err = cleanText(n.Body, fieldNote, 2000, true, true); err != nil {
		return err
	}
	if !validClient(n.ClientID) {
		return fault.New(fault.Invalid, "briefing.bad_client").At(fieldNote)
	}
	if n.Due != "" {
		if _, err := clock.ParseDate(string(n.Due)); err != nil {
			return fault.New(fault.Invalid, "briefing.bad_day").At(fieldDay)
		}
	}
	set, err := s.sets.Current(ctx, n.Set)
	if err != nil {
		return err
	}
	if n.Item.ID != "" && (n.Item.Criterion && set.Criterion(n.Item.ID) == nil || !n.Item.Criterion && set.Indicator(n.Item.ID) == nil) {
		return fault.New(fault.Invalid, "briefing.unknown_gap", n.Item.ID).At(fieldNote)
	}
	t := Task{Unit: n.Unit, Set: n.Set, Item: n.Item, Body: n.Body, Author: owner(ctx), ClientID: n.ClientID, Due: n.Due}
	// What a device sends is what stands on it now, so it is held against the newest task that the note became.
	var newest *Task
	for beside := 2; ; beside++ {
		old, sent, err := taskOfNote(ctx, tx, t.Author, t.ClientID)
		if err != nil {
			return err
		}
		if !sent {
			break
		}
		newest, t.ClientID = &old, n.ClientID+"."+strconv.Itoa(beside) // no device sends a point
	}
	switch {
	case newest == nil:
	case newest.Unit != t.Unit:
		return fault.New(fault.Conflict, "briefing.bad_client")
	case newest.Body == t.Body && newest.Due == t.Due && newest.Item == t.Item && newest.Set == t.Set:
		out.Again++
		return nil
	case newest.State == TaskOpen:
		out.Changed++
		if err := rewriteTask(ctx, tx, newest.ID, t); err != nil {
			return err
		}
		return record(ctx, tx, "briefing.task.rewrite", newest.ID, auditedTask(*newest), auditedTask(t))
	}
	out.Created++
	if t.ID, err = insertTask(ctx, tx, t); err != nil {
		return err
	}
	return record(ctx, tx, "briefing.task.make", t.ID, nil, auditedTask(t))
}

// auditedTask is what the audit keeps of a task.
func auditedTask(t Task) map[string]any {
	return map[string]any{"unit": t.Unit, "set": t.Set, "item": itemKey(t.Item), "text": t.Body, "due": t.Due}
}

// validClient reports whether a device's id of a note can be one: 8 to 64 letters, digits and hyphens.
func validClient(s string) bool {
	return len(s) >= 8 && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == ""
}

// maxTasks bounds one list of tasks.
const maxTasks = 5000

// Tasks returns the tasks of a state in the communes that the actor reads, the newest first; unit 0 = all of them.
func (s *Service) Tasks(ctx context.Context, state TaskState, unit territory.UnitID) (out []Task, err error) {
	defer fault.Wrap(&err, "briefing.Tasks(%s, %d)", state, unit)
	if err := auth.RequireAnywhere(ctx, auth.ReadResults); err != nil {
		return nil, err
	}
	err = s.db.Snapshot(ctx, func(ctx context.Context) error {
		out = nil
		reg, err := s.units.Register(ctx)
		if err != nil {
			return err
		}
		units, all := s.readUnits(ctx, reg)
		if unit != 0 {
			units, all = []territory.UnitID{unit}, false
		}
		var list []Task
		if all {
			list, err = tasks(ctx, s.db.Read(ctx), state, maxTasks)
		} else {
			list, err = tasksIn(ctx, s.db.Read(ctx), state, units, maxTasks)
		}
		if err != nil {
			return err
		}
		for _, t := range list {
			if auth.Of(ctx).May(auth.ReadResults, s.in(reg, t.Unit)) {
				t.MayClose = auth.Of(ctx).May(auth.WorkTasks, s.in(reg, t.Unit))
				out = append(out, t)
			}
		}
		return nil
	})
	return out, err
}

// readUnits are the units that the actor reads, all = everywhere. A list is narrowed by them before it is cut, so that the
// rows of others never push out one's own; rights are checked on each row all the same.
func (s *Service) readUnits(ctx context.Context, reg *territory.Register) (units []territory.UnitID, all bool) {
	if auth.Of(ctx).May(auth.ReadResults, auth.Scope{}) {
		return nil, true
	}
	for _, u := range reg.Units() {
		if auth.Of(ctx).May(auth.ReadResults, s.in(reg, u.ID)) {
			units = append(units, u.ID)
		}
	}
	return units, false
}

// MoveTask closes or reopens a task. Errors: not_found for tasks of communes that the actor does not read, forbidden
// without the right to work there. A task that is there already stays untouched.
func (s *Service) MoveTask(ctx context.Context, id int64, to TaskState) (err error) {
	defer fault.Wrap(&err, "briefing.MoveTask(%d, %s)", id, to)
	if err := auth.RequireAnywhere(ctx, auth.WorkTasks); err != nil {
		return err
	}
	if to != TaskOpen && to != TaskDone {
		return fault.New(fault.Invalid, "briefing.bad_state")
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		t, err := findTask(ctx, tx, id)
		if err != nil {
			return err
		}
		reg, err := s.units.Register(ctx)
		if err != nil {
			return err
		}
		if !auth.Of(ctx).May(auth.ReadResults, s.in(reg, t.Unit)) {
			return missing("task", id)
		}
		if err := auth.Require(ctx, auth.WorkTasks, s.in(reg, t.Unit)); err != nil {
			return err
		}
		moved, err := moveTask(ctx, tx, id, to, owner(ctx))
		if err != nil || !moved {
			return err
		}
		return record(ctx, tx, "briefing.task.move", id, t.State, to)
	})
}
