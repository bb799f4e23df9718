package criteria

import (
	"context"
	"database/sql"
	"errors"

	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
)

// revision is the name of the counter that moves with every change of sets and overrides.
const revision = "criteria"

// actorOf is the login that is kept beside what somebody brought in; "" when the product itself did.
func actorOf(ctx context.Context) string {
	if a := auth.Of(ctx); a.Kind != auth.System || a.Login == auth.CLI().Login {
		return a.Login
	}
	return ""
}

// versionRow is one stored version of a set, without its text.
type versionRow struct {
	id       int64
	code     string
	sha256   string
	loadedMS int64
	shipped  bool   // came with a release of the product
	file     string // name of the file
	actor    string // login of who loaded it; "" = the release, or not known
}

// versions returns all stored versions, the oldest first.
func versions(ctx context.Context, q db.Querier) ([]versionRow, error) {
	rows, err := q.QueryContext(ctx, "SELECT id, code, sha256, loaded_ms, shipped, file, actor FROM criteria_set_version ORDER BY id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []versionRow
	for rows.Next() {
		var v versionRow
		if err := rows.Scan(&v.id, &v.code, &v.sha256, &v.loadedMS, &v.shipped, &v.file, &v.actor); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// versionBody returns the file of one version.
func versionBody(ctx context.Context, q db.Querier, id int64) (file, body string, err error) {
	err = q.QueryRowContext(ctx, "SELECT file, body FROM criteria_set_version WHERE id = $1", id).Scan(&file, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", fault.New(fault.NotFound, "criteria.version_unknown", id)
	}
	return file, body, err
}

// insertVersion adds a version and returns its id. Ids count up from 1 and so give the order of loading: the
// transaction is serializable, two writers cannot take the same one.
func insertVersion(ctx context.Context, tx *db.Tx, s *Set, file string, body []byte, shipped bool) (int64, error) {
	var id int64
	if err := tx.QueryRowContext(ctx, "SELECT COALESCE(MAX(id), 0) + 1 FROM criteria_set_version").Scan(&id); err != nil {
		return 0, err
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO criteria_set_version (id, code, sha256, file, body, shipped, loaded_ms, actor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		id, s.Code, s.SHA256, file, string(body), shipped, tx.NowMS, actorOf(ctx))
	return id, err
}

// overrideRow is one stored override file.
type overrideRow struct {
	id           int64
	set          string
	decision     string
	decidedOn    clock.Date
	validFrom    clock.Date
	sha256       string
	illustrative bool
	file         string
	actor        string
	loadedMS     int64
}

// overrides returns all stored override files, the oldest first.
func overrides(ctx context.Context, q db.Querier) ([]overrideRow, error) {
	rows, err := q.QueryContext(ctx, "SELECT id, set_code, decision, decided_on, valid_from, sha256, illustrative, file, actor, loaded_ms FROM criteria_override ORDER BY id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []overrideRow
	for rows.Next() {
		var o overrideRow
		if err := rows.Scan(&o.id, &o.set, &o.decision, &o.decidedOn, &o.validFrom, &o.sha256, &o.illustrative, &o.file, &o.actor, &o.loadedMS); err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, rows.Err()
}

func overrideBody(ctx context.Context, q db.Querier, id int64) (file, body string, err error) {
	err = q.QueryRowContext(ctx, "SELECT file, body FROM criteria_override WHERE id = $1", id).Scan(&file, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", fault.New(fault.NotFound, "criteria.override_unknown", id)
	}
	return file, body, err
}

func insertOverride(ctx context.Context, tx *db.Tx, o *Override, file string, body []byte) (int64, error) {
	var id int64
	if err := tx.QueryRowContext(ctx, "SELECT COALESCE(MAX(id), 0) + 1 FROM criteria_override").Scan(&id); err != nil {
		return 0, err
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO criteria_override (id, set_code, decision, decided_on, valid_from, sha256, file, body, illustrative, loaded_ms, actor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
		id, o.Set, o.Decision, string(o.DecidedOn), string(o.ValidFrom), o.SHA256, file, string(body), o.Illustrative, tx.NowMS, actorOf(ctx))
	return id, err
}
