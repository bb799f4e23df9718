package account

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"langso/internal/platform/db"
)

// deviceKnown reports whether a device is known to the account of a login.
func deviceKnown(ctx context.Context, q db.Querier, login, device string) (bool, error) {
	var one int
	err := q.QueryRowContext(ctx, "SELECT 1 FROM account_device d JOIN account a ON a.id = d.account WHERE a.login_key = $1 AND d.device = $2", loginKey(login), device).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

func putDevice(ctx context.Context, tx *db.Tx, account int64, device, agent string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO account_device (account, device, agent, first_ms, seen_ms) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (account, device) DO UPDATE SET agent = excluded.agent, seen_ms = excluded.seen_ms`, account, device, agent, tx.NowMS, tx.NowMS)
	return err
}

func devicesOf(ctx context.Context, q db.Querier, account int64) ([]Device, error) {
	rows, err := q.QueryContext(ctx, "SELECT device, agent, first_ms, seen_ms FROM account_device WHERE account = $1 ORDER BY seen_ms DESC, device", account)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Device
	for rows.Next() {
		var d Device
		var first, seen int64
		if err := rows.Scan(&d.Ref, &d.Agent, &first, &seen); err != nil {
			return nil, err
		}
		d.First, d.Seen = time.UnixMilli(first).UTC(), time.UnixMilli(seen).UTC()
		out = append(out, d)
	}
	return out, rows.Err()
}

func deleteDevice(ctx context.Context, tx *db.Tx, account int64, device string) (bool, error) {
	return changed(tx.ExecContext(ctx, "DELETE FROM account_device WHERE account = $1 AND device = $2", account, device))
}

func deleteDevices(ctx context.Context, tx *db.Tx, account int64) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM account_device WHERE account = $1", account)
	return err
}
