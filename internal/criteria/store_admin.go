package criteria

import (
	"context"
	"database/sql"
	"errors"

	"langso/internal/platform/db"
	"langso/internal/platform/fault"
)

// verificationRow is one record of somebody who held an indicator against the source, or took that back.
type verificationRow struct {
	id         int64
	set        string
	indicator  string
	content    string
	source     string
	withdrawn  bool
	actor      string
	recordedMS int64
}

// verifications returns all records, the oldest first.
func verifications(ctx context.Context, q db.Querier) ([]verificationRow, error) {
	rows, err := q.QueryContext(ctx, "SELECT id, set_code, indicator, content, source, withdrawn, actor, recorded_ms FROM criteria_verification ORDER BY id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []verificationRow
	for rows.Next() {
		var v verificationRow
		if err := rows.Scan(&v.id, &v.set, &v.indicator, &v.content, &v.source, &v.withdrawn, &v.actor, &v.recordedMS); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

func insertVerification(ctx context.Context, tx *db.Tx, v verificationRow) error {
	if err := tx.QueryRowContext(ctx, "SELECT COALESCE(MAX(id), 0) + 1 FROM criteria_verification").Scan(&v.id); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO criteria_verification (id, set_code, indicator, content, source, withdrawn, actor, recorded_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		v.id, v.set, v.indicator, v.content, v.source, v.withdrawn, v.actor, tx.NowMS)
	return err
}

// uploadRow is a file between its check and its confirmation, or afterwards.
type uploadRow struct {
	id        int64
	kind      string // "set" | "override"
	set       string
	state     string // "pending" | "written" | "dropped"
	file      string
	sha256    string // of the file as it was handed in
	base      string // of a workbook: digest of the version it was made from
	body      string
	actor     string
	createdMS int64
}

func upload(ctx context.Context, q db.Querier, id int64) (uploadRow, error) {
	u := uploadRow{id: id}
	err := q.QueryRowContext(ctx, "SELECT kind, set_code, state, file, sha256, base, body, actor, created_ms FROM criteria_upload WHERE id = $1", id).
		Scan(&u.kind, &u.set, &u.state, &u.file, &u.sha256, &u.base, &u.body, &u.actor, &u.createdMS)
	if errors.Is(err, sql.ErrNoRows) {
		return u, fault.New(fault.NotFound, "criteria.upload_unknown", id)
	}
	return u, err
}

// pendingUploads returns what waits for a decision, the newest first, without the files.
func pendingUploads(ctx context.Context, q db.Querier) ([]uploadRow, error) {
	rows, err := q.QueryContext(ctx, "SELECT id, kind, set_code, state, file, sha256, base, actor, created_ms FROM criteria_upload WHERE state = 'pending' ORDER BY id DESC")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []uploadRow
	for rows.Next() {
		var u uploadRow
		if err := rows.Scan(&u.id, &u.kind, &u.set, &u.state, &u.file, &u.sha256, &u.base, &u.actor, &u.createdMS); err != nil {
			return nil, err
		}
		out = append(out, u)
	}
	return out, rows.Err()
}

// insertUpload keeps a file and returns its number; files that nobody decided on by then are dropped.
func insertUpload(ctx context.Context, tx *db.Tx, u uploadRow, forgottenMS int64) (int64, error) {
	if _, err := tx.ExecContext(ctx, "UPDATE criteria_upload SET state = 'dropped', body = '' WHERE state = 'pending' AND created_ms < $1", forgottenMS); err != nil {
		return 0, err
	}
	var id int64
	if err := tx.QueryRowContext(ctx, "SELECT COALESCE(MAX(id), 0) + 1 FROM criteria_upload").Scan(&id); err != nil {
		return 0, err
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO criteria_upload (id, kind, set_code, state, file, sha256, base, body, actor, created_ms) VALUES ($1, $2, $3, 'pending', $4, $5, $6, $7, $8, $9)",
		id, u.kind, u.set, u.file, u.sha256, u.base, u.body, u.actor, tx.NowMS)
	return id, err
}

func closeUpload(ctx context.Context, tx *db.Tx, id int64, state string) error {
	_, err := tx.ExecContext(ctx, "UPDATE criteria_upload SET state = $1, body = '' WHERE id = $2", state, id)
	return err
}
