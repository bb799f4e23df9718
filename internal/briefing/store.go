package briefing

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"langso/internal/assessment"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
	"langso/internal/territory"
)

// insert runs an INSERT … ON CONFLICT (id) DO NOTHING with the first free id from the instant of the transaction on: two rows
// of one millisecond take neighbouring ids.
func insert(ctx context.Context, tx *db.Tx, query string, args ...any) (int64, error) {
	for id := tx.NowMS; ; id++ {
		r, err := tx.ExecContext(ctx, query, append([]any{id}, args...)...)
		if err != nil {
			return 0, err
		}
		if n, err := r.RowsAffected(); err != nil || n == 1 {
			return id, err
		}
	}
}

// itemKey is the stored form of an item: "8.4" for an indicator, "#8" for a criterion, "" for none.
func itemKey(i assessment.Item) string {
	if i.Criterion {
		return "#" + i.ID
	}
	return i.ID
}

func itemOf(key string) assessment.Item {
	if id, ok := strings.CutPrefix(key, "#"); ok {
		return assessment.Item{ID: id, Criterion: true}
	}
	return assessment.Item{ID: key}
}

// missing is the refusal of a number that names nothing the reader may know of.
func missing(what string, id int64) error {
	return fault.New(fault.NotFound, "briefing.no_"+what, strconv.FormatInt(id, 10))
}

func views(ctx context.Context, q db.Querier, owner string) (out []View, err error) {
	rows, err := q.QueryContext(ctx, "SELECT id, name, address, created_ms FROM saved_view WHERE owner = $1 ORDER BY id DESC", owner)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var v View
		if err := rows.Scan(&v.ID, &v.Name, &v.Address, &v.CreatedMS); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

func findView(ctx context.Context, q db.Querier, owner string, id int64) (v View, err error) {
	err = q.QueryRowContext(ctx, "SELECT id, name, address, created_ms FROM saved_view WHERE owner = $1 AND id = $2", owner, id).Scan(&v.ID, &v.Name, &v.Address, &v.CreatedMS)
	if errors.Is(err, sql.ErrNoRows) {
		return v, missing("view", id)
	}
	return v, err
}

func insertView(ctx context.Context, tx *db.Tx, owner string, v View) (int64, error) {
	return insert(ctx, tx, "INSERT INTO saved_view (id, owner, name, address, created_ms) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING", owner, v.Name, v.Address, tx.NowMS)
}

func renameView(ctx context.Context, tx *db.Tx, id int64, name string) error {
	_, err := tx.ExecContext(ctx, "UPDATE saved_view SET name = $1 WHERE id = $2", name, id)
	return err
}

func deleteView(ctx context.Context, tx *db.Tx, id int64) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM saved_view WHERE id = $1", id)
	return err
}

const meetingColumns = "SELECT id, set_code, period, set_version, held_on, note, author, recorded_ms FROM briefing_meeting"

func scanMeeting(row interface{ Scan(...any) error }) (m Meeting, err error) {
	err = row.Scan(&m.ID, &m.Set, &m.Period, &m.SetVersion, &m.HeldOn, &m.Note, &m.Author, &m.RecordedMS)
	return m, err
}

// meetings returns the newest meetings about a set.
func meetings(ctx context.Context, q db.Querier, set string, limit int) (out []Meeting, err error) {
	rows, err := q.QueryContext(ctx, meetingColumns+" WHERE set_code = $1 ORDER BY held_on DESC, id DESC LIMIT $2", set, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		m, err := scanMeeting(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, rows.Err()
}

func findMeeting(ctx context.Context, q db.Querier, id int64) (Meeting, error) {
	m, err := scanMeeting(q.QueryRowContext(ctx, meetingColumns+" WHERE id = $1", id))
	if errors.Is(err, sql.ErrNoRows) {
		return m, missing("meeting", id)
	}
	return m, err
}

func insertMeeting(ctx context.Context, tx *db.Tx, m Meeting, rows []assessment.Row) (int64, error) {
	id, err := insert(ctx, tx, `INSERT INTO briefing_meeting (id, set_code, period, set_version, held_on, note, author, recorded_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`, m.Set, m.Period, m.SetVersion, string(m.HeldOn), m.Note, m.Author, tx.NowMS)
	if err != nil {
		return 0, err
	}
	var values []any
	for _, r := range rows {
		if r.Criteria != "" {
			values = append(values, id, int64(r.Unit.ID), r.Cells, r.Criteria)
		}
	}
	return id, db.InsertMany(ctx, tx, "INSERT INTO briefing_standing (meeting_id, unit_id, cells, criteria) VALUES ", 4, values, "")
}

// frozen is the verdicts of one commune at a meeting.
type frozen struct{ cells, criteria string }

func frozenStandings(ctx context.Context, q db.Querier, meeting int64) (map[territory.UnitID]frozen, error) {
	rows, err := q.QueryContext(ctx, "SELECT unit_id, cells, criteria FROM briefing_standing WHERE meeting_id = $1", meeting)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[territory.UnitID]frozen{}
	for rows.Next() {
		var u territory.UnitID
		var f frozen
		if err := rows.Scan(&u, &f.cells, &f.criteria); err != nil {
			return nil, err
		}
		out[u] = f
	}
	return out, rows.Err()
}

const planColumns = "SELECT id, set_code, period, name, note, author, created_ms, changed_ms, rev FROM briefing_plan"

func scanPlan(row interface{ Scan(...any) error }) (p Plan, err error) {
	err = row.Scan(&p.ID, &p.Set, &p.Period, &p.Name, &p.Note, &p.Author, &p.CreatedMS, &p.ChangedMS, &p.Rev)
	return p, err
}

// plansAtOnce is how many plans are read before they are looked at; their gaps come by as many parameters.
const plansAtOnce = 200

// plans returns the newest plans that keep accepts, with their gaps. They are read until there are enough, so that those of
// others never push out one's own.
func plans(ctx context.Context, q db.Querier, keep func(Plan) bool, limit int) (out []Plan, err error) {
	for before := int64(math.MaxInt64); len(out) < limit; {
		list, err := plansBefore(ctx, q, before, plansAtOnce)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			before = p.ID
			if len(out) < limit && keep(p) {
				out = append(out, p)
			}
		}
		if len(list) < plansAtOnce {
			break
		}
	}
	return out, nil
}

// plansBefore returns the newest plans below an id.
func plansBefore(ctx context.Context, q db.Querier, id int64, limit int) (out []Plan, err error) {
	rows, err := q.QueryContext(ctx, planColumns+" WHERE id < $1 ORDER BY id DESC LIMIT $2", id, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	at, ids := map[int64]int{}, []any{}
	for rows.Next() {
		p, err := scanPlan(rows)
		if err != nil {
			return nil, err
		}
		at[p.ID] = len(out)
		out, ids = append(out, p), append(ids, p.ID)
	}
	if err := rows.Err(); err != nil || len(out) == 0 {
		return out, err
	}
	err = gaps(ctx, q, ids, func(plan int64, g Gap) { out[at[plan]].Gaps = append(out[at[plan]].Gaps, g) })
	return out, err
}

func gaps(ctx context.Context, q db.Querier, ids []any, fn func(plan int64, g Gap)) error {
	rows, err := q.QueryContext(ctx, "SELECT plan_id, unit_id, item, due, cost_vnd FROM briefing_gap WHERE plan_id IN "+db.In(1, len(ids))+" ORDER BY plan_id, unit_id, item", ids...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var plan int64
		var g Gap
		var item string
		if err := rows.Scan(&plan, &g.Unit, &item, &g.Due, &g.CostVND); err != nil {
			return err
		}
		g.Item = itemOf(item)
		fn(plan, g)
	}
	return rows.Err()
}

func findPlan(ctx context.Context, q db.Querier, id int64) (Plan, error) {
	p, err := scanPlan(q.QueryRowContext(ctx, planColumns+" WHERE id = $1", id))
	if errors.Is(err, sql.ErrNoRows) {
		return p, missing("plan", id)
	}
	if err != nil {
		return p, err
	}
	return p, gaps(ctx, q, []any{id}, func(_ int64, g Gap) { p.Gaps = append(p.Gaps, g) })
}

func insertPlan(ctx context.Context, tx *db.Tx, p Plan) (int64, error) {
	id, err := insert(ctx, tx, `INSERT INTO briefing_plan (id, set_code, period, name, note, author, created_ms, changed_ms, rev)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1) ON CONFLICT (id) DO NOTHING`, p.Set, p.Period, p.Name, p.Note, p.Author, tx.NowMS, tx.NowMS)
	if err != nil {
		return 0, err
	}
	return id, insertGaps(ctx, tx, id, p.Gaps)
}

func insertGaps(ctx context.Context, tx *db.Tx, plan int64, list []Gap) error {
	var values []any
	for _, g := range list {
		values = append(values, plan, int64(g.Unit), itemKey(g.Item), g.Due, g.CostVND)
	}
	return db.InsertMany(ctx, tx, "INSERT INTO briefing_gap (plan_id, unit_id, item, due, cost_vnd) VALUES ", 5, values, "")
}

// replacePlan rewrites a plan that is at version rev; ok is false when somebody else was first.
func replacePlan(ctx context.Context, tx *db.Tx, p Plan, rev int64) (ok bool, err error) {
	r, err := tx.ExecContext(ctx, "UPDATE briefing_plan SET name = $1, note = $2, changed_ms = $3, rev = rev + 1 WHERE id = $4 AND rev = $5", p.Name, p.Note, tx.NowMS, p.ID, rev)
	if err != nil {
		return false, err
	}
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		return false, err
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM briefing_gap WHERE plan_id = $1", p.ID); err != nil {
		return false, err
	}
	return true, insertGaps(ctx, tx, p.ID, p.Gaps)
}

const taskColumns = "SELECT id, unit_id, set_code, item, body, author, client_id, created_ms, due, state, closed_ms, closed_by FROM visit_task"

func scanTask(row interface{ Scan(...any) error }) (t Task, err error) {
	var item string
	var closed sql.NullInt64
	var due string
	err = row.Scan(&t.ID, &t.Unit, &t.Set, &item, &t.Body, &t.Author, &t.ClientID, &t.CreatedMS, &due, &t.State, &closed, &t.ClosedBy)
	t.Item, t.ClosedMS, t.Due = itemOf(item), closed.Int64, clock.Date(due)
	return t, err
}

// tasks returns the tasks of a state, the newest first.
func tasks(ctx context.Context, q db.Querier, state TaskState, limit int) ([]Task, error) {
	return taskList(ctx, q, taskColumns+" WHERE state = $1 ORDER BY id DESC LIMIT $2", string(state), limit)
}

// unitsAtOnce bounds the parameters of one query about units (db.In).
const unitsAtOnce = 500

// tasksIn returns the tasks of a state in some units, the newest first.
func tasksIn(ctx context.Context, q db.Querier, state TaskState, units []territory.UnitID, limit int) (out []Task, err error) {
	for chunk := range slices.Chunk(units, unitsAtOnce) {
		args := []any{string(state)}
		for _, u := range chunk {
			args = append(args, int64(u))
		}
		list, err := taskList(ctx, q, taskColumns+" WHERE state = $1 AND unit_id IN "+db.In(2, len(chunk))+" ORDER BY id DESC LIMIT $"+strconv.Itoa(len(args)+1), append(args, limit)...)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	slices.SortFunc(out, func(a, b Task) int { return cmp.Compare(b.ID, a.ID) })
	return out[:min(len(out), limit)], nil
}

func taskList(ctx context.Context, q db.Querier, query string, args ...any) (out []Task, err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		t, err := scanTask(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, rows.Err()
}

func findTask(ctx context.Context, q db.Querier, id int64) (Task, error) {
	t, err := scanTask(q.QueryRowContext(ctx, taskColumns+" WHERE id = $1", id))
	if errors.Is(err, sql.ErrNoRows) {
		return t, missing("task", id)
	}
	return t, err
}

// taskOfNote finds the task that a note became, ok false when it was not sent yet.
func taskOfNote(ctx context.Context, q db.Querier, author, client string) (t Task, ok bool, err error) {
	t, err = scanTask(q.QueryRowContext(ctx, taskColumns+" WHERE author = $1 AND client_id = $2", author, client))
	if errors.Is(err, sql.ErrNoRows) {
		return t, false, nil
	}
	return t, err == nil, err
}

func insertTask(ctx context.Context, tx *db.Tx, t Task) (int64, error) {
	return insert(ctx, tx, `INSERT INTO visit_task (id, unit_id, set_code, item, body, author, client_id, created_ms, due, state, closed_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', '') ON CONFLICT (id) DO NOTHING`,
		int64(t.Unit), t.Set, itemKey(t.Item), t.Body, t.Author, t.ClientID, tx.NowMS, string(t.Due))
}

func rewriteTask(ctx context.Context, tx *db.Tx, id int64, t Task) error {
	_, err := tx.ExecContext(ctx, "UPDATE visit_task SET set_code = $1, item = $2, body = $3, due = $4 WHERE id = $5", t.Set, itemKey(t.Item), t.Body, string(t.Due), id)
	return err
}

// moveTask changes the state of a task; ok is false when it was there already.
func moveTask(ctx context.Context, tx *db.Tx, id int64, to TaskState, by string) (ok bool, err error) {
	var closed any
	if to == TaskDone {
		closed = tx.NowMS
	} else {
		by = ""
	}
	r, err := tx.ExecContext(ctx, "UPDATE visit_task SET state = $1, closed_ms = $2, closed_by = $3 WHERE id = $4 AND state <> $5", string(to), closed, by, id, string(to))
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n == 1, err
}

// plansBy counts the plans of an account.
func plansBy(ctx context.Context, q db.Querier, author string) (n int, err error) {
	err = q.QueryRowContext(ctx, "SELECT COUNT(*) FROM briefing_plan WHERE author = $1", author).Scan(&n)
	return n, err
}
