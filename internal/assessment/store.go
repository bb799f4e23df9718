package assessment

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"langso/internal/assessment/workbook"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
	"langso/internal/territory"
)

// book is the results of one set and period, judged by one version of the set.
type book struct {
	ID         int64
	Set        string
	Period     string
	SetVersion int64
	Label      string // where the whole period comes from, in words; usually empty
	Note       string
}

// view is whose eyes a standing is for.
type view string

const (
	viewPublic   view = "public"   // verified values only
	viewInternal view = "internal" // the newest value whatever its state
)

const selectBook = "SELECT id, set_code, period, set_version, label, note FROM book"

func scanBook(row interface{ Scan(...any) error }) (b book, err error) {
	err = row.Scan(&b.ID, &b.Set, &b.Period, &b.SetVersion, &b.Label, &b.Note)
	return b, err
}

// findBook returns the book, or ok false when nothing was ever recorded.
func findBook(ctx context.Context, q db.Querier, set, period string) (b book, ok bool, err error) {
	b, err = scanBook(q.QueryRowContext(ctx, selectBook+" WHERE set_code = $1 AND period = $2", set, period))
	if errors.Is(err, sql.ErrNoRows) {
		return b, false, nil
	}
	return b, err == nil, err
}

// books returns every book of a set, all books for set "".
func books(ctx context.Context, q db.Querier, set string) (out []book, err error) {
	rows, err := q.QueryContext(ctx, selectBook+" WHERE $1 = '' OR set_code = $1 ORDER BY id", set)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		b, err := scanBook(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, rows.Err()
}

func insertBook(ctx context.Context, tx *db.Tx, b *book) error {
	b.ID = tx.NowMS
	for range 1000 { // two books in one millisecond take neighbouring ids
		var n int
		if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM book WHERE id = $1", b.ID).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			_, err := tx.ExecContext(ctx, "INSERT INTO book (id, set_code, period, set_version, created_ms, label, note) VALUES ($1, $2, $3, $4, $5, $6, $7)",
				b.ID, b.Set, b.Period, b.SetVersion, tx.NowMS, b.Label, b.Note)
			return err
		}
		b.ID++
	}
	return fmt.Errorf("no free book id at %d", tx.NowMS)
}

// hasPublic reports whether a book has verified values.
func hasPublic(ctx context.Context, q db.Querier, bookID int64) (yes bool, err error) {
	err = q.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM standing WHERE book_id = $1 AND view = 'public')", bookID).Scan(&yes)
	return yes, err
}

// moveBook judges a book by another version of its set from now on.
func moveBook(ctx context.Context, tx *db.Tx, bookID, setVersion int64, reason string) error {
	if _, err := tx.ExecContext(ctx, "UPDATE book SET set_version = $1 WHERE id = $2", setVersion, bookID); err != nil {
		return err
	}
	return noteVersion(ctx, tx, bookID, setVersion, reason)
}

// publicPeriods returns the periods of a set that have verified values.
func publicPeriods(ctx context.Context, q db.Querier, set string) (out []string, err error) {
	rows, err := q.QueryContext(ctx, "SELECT period FROM book b WHERE set_code = $1 AND EXISTS (SELECT 1 FROM standing s WHERE s.book_id = b.id AND s.view = 'public')", set)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var p string
		if err := rows.Scan(&p); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

const versionColumns = "unit_id, item, recorded_ms, public, state, num, den, scale, word, declared, batch_id, actor, note"

func scanVersion(rows *sql.Rows) (v Version, public bool, err error) {
	var item, declared, state string
	var num, den, batch sql.NullInt64
	err = rows.Scan(&v.Unit, &item, &v.RecordedMS, &public, &state, &num, &den, &v.Figure.Scale, &v.Figure.Word, &declared, &batch, &v.By, &v.Note)
	v.Item, v.State, v.Batch = itemOf(item), State(state), batch.Int64
	v.Figure.HasNumber, v.Figure.Num, v.Figure.Den = num.Valid, num.Int64, den.Int64
	v.Figure.Declared = workbook.Verdict(declared)
	return v, public, err
}

// currentVersions returns the current versions of a book for the given units (nil = all), ordered by unit. A unit and item
// may come twice: once public, once inside.
func currentVersions(ctx context.Context, q db.Querier, bookID int64, units []territory.UnitID, fn func(v Version, public bool) error) error {
	if units != nil && len(units) == 0 {
		return nil
	}
	for first := true; first || len(units) > 0; first = false {
		query, args := "SELECT "+versionColumns+" FROM value_version WHERE book_id = $1 AND superseded_ms IS NULL", []any{bookID}
		if units != nil {
			n := min(len(units), 500)
			query += " AND unit_id IN " + db.In(2, n)
			for _, u := range units[:n] {
				args = append(args, int64(u))
			}
			units = units[n:]
		}
		if err := eachVersion(ctx, q, query+" ORDER BY unit_id", args, fn); err != nil {
			return err
		}
		if units == nil {
			break
		}
	}
	return nil
}

// itemVersions returns the current versions of one item of a book.
func itemVersions(ctx context.Context, q db.Querier, bookID int64, item Item, fn func(v Version, public bool) error) error {
	return eachVersion(ctx, q, "SELECT "+versionColumns+" FROM value_version WHERE book_id = $1 AND item = $2 AND superseded_ms IS NULL", []any{bookID, item.key()}, fn)
}

// history returns every version of one item of one unit, the newest first.
func history(ctx context.Context, q db.Querier, bookID int64, unit territory.UnitID, item Item, fn func(v Version, public bool) error) error {
	return eachVersion(ctx, q, "SELECT "+versionColumns+" FROM value_version WHERE book_id = $1 AND unit_id = $2 AND item = $3 ORDER BY recorded_ms DESC",
		[]any{bookID, int64(unit), item.key()}, fn)
}

func eachVersion(ctx context.Context, q db.Querier, query string, args []any, fn func(v Version, public bool) error) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		v, public, err := scanVersion(rows)
		if err != nil {
			return err
		}
		if err := fn(v, public); err != nil {
			return err
		}
	}
	return rows.Err()
}

// supersede ends the current versions of items: of each the inside one, and the public one where public is true.
func supersede(ctx context.Context, tx *db.Tx, bookID int64, atMS int64, public bool, keys []cellKey) error {
	for len(keys) > 0 {
		n := min(len(keys), 200)
		var b strings.Builder
		args := []any{atMS, bookID}
		for _, k := range keys[:n] {
			if len(args) > 2 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "(CAST($%d AS BIGINT), $%d)", len(args)+1, len(args)+2)
			args = append(args, int64(k.unit), k.item.key())
		}
		query := "UPDATE value_version SET superseded_ms = $1 WHERE book_id = $2 AND superseded_ms IS NULL AND (unit_id, item) IN (VALUES " + b.String() + ")"
		if !public {
			query += " AND NOT public"
		}
		if _, err := tx.ExecContext(ctx, query, args...); err != nil {
			return err
		}
		keys = keys[n:]
	}
	return nil
}

func insertVersions(ctx context.Context, tx *db.Tx, bookID int64, list []Version) error {
	values := make([]any, 0, len(list)*14)
	for _, v := range list {
		var num, den, batch any
		if v.Figure.HasNumber {
			num = v.Figure.Num
			if v.Figure.Den != 0 {
				den = v.Figure.Den
			}
		}
		if v.Batch != 0 {
			batch = v.Batch
		}
		values = append(values, bookID, int64(v.Unit), v.Item.key(), v.RecordedMS, v.State.Public(), string(v.State), num, den,
			v.Figure.Scale, v.Figure.Word, string(v.Figure.Declared), batch, v.By, v.Note)
	}
	return db.InsertMany(ctx, tx, "INSERT INTO value_version (book_id, unit_id, item, recorded_ms, public, state, num, den, scale, word, declared, batch_id, actor, note) VALUES ", 14, values, "")
}

// standing is the stored judgement of one unit.
type standing struct {
	Unit      territory.UnitID
	View      view
	Cells     string // one verdict per indicator
	Criteria  string // one verdict per criterion
	ChangedMS int64
}

func upsertStandings(ctx context.Context, tx *db.Tx, bookID int64, list []standing) error {
	values := make([]any, 0, len(list)*9)
	for _, s := range list {
		values = append(values, bookID, int64(s.Unit), string(s.View), s.Cells, s.Criteria, countByte(s.Cells, byte(Met)), countByte(s.Criteria, byte(Met)), tx.NowMS, 1)
	}
	return db.InsertMany(ctx, tx, "INSERT INTO standing (book_id, unit_id, view, cells, criteria, met, criteria_met, changed_ms, rev) VALUES ", 9, values,
		// A standing that says the same stays untouched: neither a draft nor a changed threshold elsewhere moves its date.
		`ON CONFLICT (book_id, view, unit_id) DO UPDATE SET cells = excluded.cells, criteria = excluded.criteria, met = excluded.met,
		 criteria_met = excluded.criteria_met, changed_ms = excluded.changed_ms, rev = standing.rev + 1
		 WHERE standing.cells <> excluded.cells OR standing.criteria <> excluded.criteria`)
}

// dropInternal removes the inside standings of the given units (nil = all) of a book.
func dropInternal(ctx context.Context, tx *db.Tx, bookID int64, units []territory.UnitID) error {
	query := "DELETE FROM standing WHERE book_id = $1 AND view = $2"
	if units == nil {
		_, err := tx.ExecContext(ctx, query, bookID, string(viewInternal))
		return err
	}
	for len(units) > 0 {
		n := min(len(units), 500)
		args := []any{bookID, string(viewInternal)}
		for _, u := range units[:n] {
			args = append(args, int64(u))
		}
		if _, err := tx.ExecContext(ctx, query+" AND unit_id IN "+db.In(3, n), args...); err != nil {
			return err
		}
		units = units[n:]
	}
	return nil
}

// readStandings returns the standings of a book by unit.
func readStandings(ctx context.Context, q db.Querier, bookID int64, v view) (map[territory.UnitID]standing, error) {
	rows, err := q.QueryContext(ctx, "SELECT unit_id, cells, criteria, changed_ms FROM standing WHERE book_id = $1 AND view = $2", bookID, string(v))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[territory.UnitID]standing{}
	for rows.Next() {
		s := standing{View: v}
		if err := rows.Scan(&s.Unit, &s.Cells, &s.Criteria, &s.ChangedMS); err != nil {
			return nil, err
		}
		out[s.Unit] = s
	}
	return out, rows.Err()
}

func countByte(s string, b byte) (n int) {
	for i := range len(s) {
		if s[i] == b {
			n++
		}
	}
	return n
}

// batchRow is a stored upload.
type batchRow struct {
	ID        int64
	Set       string
	Period    string
	CreatedMS int64
	Actor     string
	State     string
	FileName  string
	SHA256    string
	Bytes     int64
	Report    string
	HasFile   bool
}

func insertBatch(ctx context.Context, tx *db.Tx, b *batchRow, file []byte) error {
	b.CreatedMS, b.Bytes = tx.NowMS, int64(len(file))
	for b.ID = tx.NowMS; ; b.ID++ {
		r, err := tx.ExecContext(ctx, `INSERT INTO batch (id, set_code, period, created_ms, actor, state, file_name, sha256, bytes, report)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING`,
			b.ID, b.Set, b.Period, b.CreatedMS, b.Actor, b.State, b.FileName, b.SHA256, b.Bytes, b.Report)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 1 {
			if err == nil && len(file) > 0 {
				_, err = tx.ExecContext(ctx, "INSERT INTO batch_file (batch_id, body) VALUES ($1, $2)", b.ID, file)
			}
			return err
		}
	}
}

// uploadedSince returns the bytes that an actor has uploaded since an instant.
func uploadedSince(ctx context.Context, q db.Querier, actor string, sinceMS int64) (n int64, err error) {
	err = q.QueryRowContext(ctx, "SELECT COALESCE(SUM(bytes), 0) FROM batch WHERE actor = $1 AND created_ms >= $2", actor, sinceMS).Scan(&n)
	return n, err
}

// forgetUploads drops what nobody decided on before an instant, and the files of refused values as old as that.
func forgetUploads(ctx context.Context, tx *db.Tx, beforeMS int64) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM batch_file WHERE batch_id < $1", beforeMS); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "UPDATE batch SET state = 'dropped', closed_ms = $1 WHERE state = 'pending' AND created_ms < $2", tx.NowMS, beforeMS)
	return err
}

const selectBatch = `SELECT id, set_code, period, created_ms, actor, state, file_name, sha256, bytes, report,
	EXISTS (SELECT 1 FROM batch_file f WHERE f.batch_id = b.id) FROM batch b`

func scanBatch(row interface{ Scan(...any) error }) (b batchRow, err error) {
	err = row.Scan(&b.ID, &b.Set, &b.Period, &b.CreatedMS, &b.Actor, &b.State, &b.FileName, &b.SHA256, &b.Bytes, &b.Report, &b.HasFile)
	return b, err
}

func findBatch(ctx context.Context, q db.Querier, id int64) (batchRow, error) {
	b, err := scanBatch(q.QueryRowContext(ctx, selectBatch+" WHERE id = $1", id))
	if errors.Is(err, sql.ErrNoRows) {
		return b, fault.New(fault.NotFound, "assessment.no_batch", strconv.FormatInt(id, 10))
	}
	return b, err
}

// batchFile returns the file of an upload, nil when it is gone.
func batchFile(ctx context.Context, q db.Querier, id int64) (body []byte, err error) {
	err = q.QueryRowContext(ctx, "SELECT body FROM batch_file WHERE batch_id = $1", id).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return body, err
}

// recentBatches returns the newest uploads of an actor, of everybody for "". What came with the product has no bytes and is
// no upload.
func recentBatches(ctx context.Context, q db.Querier, actor string, limit int) (out []batchRow, err error) {
	query, args := selectBatch+" WHERE bytes > 0 ORDER BY id DESC LIMIT $1", []any{limit}
	if actor != "" {
		query, args = selectBatch+" WHERE bytes > 0 AND actor = $1 ORDER BY id DESC LIMIT $2", []any{actor, limit}
	}
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		b, err := scanBatch(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, rows.Err()
}

// closeBatch moves a pending batch on by compare-and-set; ok is false when somebody else was first. The file is thrown
// away unless keepFile says that refused values can still be fetched from it.
func closeBatch(ctx context.Context, tx *db.Tx, id int64, state, report string, keepFile bool) (ok bool, err error) {
	r, err := tx.ExecContext(ctx, "UPDATE batch SET state = $1, report = $2, closed_ms = $3 WHERE id = $4 AND state = 'pending'", state, report, tx.NowMS, id)
	if err != nil {
		return false, err
	}
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		return false, err
	}
	if !keepFile {
		_, err = tx.ExecContext(ctx, "DELETE FROM batch_file WHERE batch_id = $1", id)
	}
	return true, err
}

func replaceRecognised(ctx context.Context, tx *db.Tx, level, asOf, source string, illustrative bool, units []territory.UnitID) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM recognised WHERE level = $1 AND as_of = $2", level, asOf); err != nil {
		return err
	}
	values := make([]any, 0, len(units)*5)
	for _, u := range units {
		values = append(values, int64(u), level, asOf, illustrative, source)
	}
	return db.InsertMany(ctx, tx, "INSERT INTO recognised (unit_id, level, as_of, illustrative, source) VALUES ", 5, values, "")
}

// Recognition is how many communes were recognised at a level on a day.
type Recognition struct {
	Level        string
	AsOf         string
	Communes     int
	Illustrative bool
	Source       string
}

// recognition returns the newest count of a level not after day, ok = false without any.
func recognition(ctx context.Context, q db.Querier, level, day string) (r Recognition, ok bool, err error) {
	var marked int
	err = q.QueryRowContext(ctx, `SELECT level, as_of, COUNT(*), MAX(source), COUNT(*) FILTER (WHERE illustrative) FROM recognised
		WHERE level = $1 AND as_of = (SELECT MAX(as_of) FROM recognised WHERE level = $2 AND as_of <= $3) GROUP BY level, as_of`, level, level, day).
		Scan(&r.Level, &r.AsOf, &r.Communes, &r.Source, &marked)
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	r.Illustrative = marked > 0
	return r, err == nil, err
}

// labelBook says in words where a period comes from.
func labelBook(ctx context.Context, tx *db.Tx, id int64, label, note string) error {
	_, err := tx.ExecContext(ctx, "UPDATE book SET label = $1, note = $2 WHERE id = $3", label, note, id)
	return err
}

// allVersions calls fn for every version that was ever recorded.
func allVersions(ctx context.Context, q db.Querier, fn func(bookID int64, v Version) error) error {
	rows, err := q.QueryContext(ctx, "SELECT book_id FROM value_version GROUP BY book_id ORDER BY book_id")
	if err != nil {
		return err
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, id := range ids {
		err := eachVersion(ctx, q, "SELECT "+versionColumns+" FROM value_version WHERE book_id = $1", []any{id}, func(v Version, _ bool) error { return fn(id, v) })
		if err != nil {
			return err
		}
	}
	return nil
}
