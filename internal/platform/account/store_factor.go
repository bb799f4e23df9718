package account

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"langso/internal/platform/db"
	"langso/internal/platform/fault"

	"github.com/go-webauthn/webauthn/webauthn"
)

// rememberKey notes which key encrypts the secrets of apps and returns the one that is noted. While no secret is stored,
// the newest key counts.
func rememberKey(ctx context.Context, tx *db.Tx, mine []byte) (stored []byte, err error) {
	err = tx.QueryRowContext(ctx, "SELECT value FROM account_secret WHERE name = 'factor key'").Scan(&stored)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	var n int
	if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM account_totp").Scan(&n); err != nil {
		return nil, err
	}
	if n > 0 || string(stored) == string(mine) {
		return stored, nil
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO account_secret (name, value) VALUES ('factor key', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value", mine)
	return mine, err
}

// totpOf returns the encrypted secret of an account's app and when it was set up; false when there is none.
func totpOf(ctx context.Context, q db.Querier, account int64) (secret []byte, since time.Time, found bool, err error) {
	var ms int64
	err = q.QueryRowContext(ctx, "SELECT secret, since_ms FROM account_totp WHERE account = $1", account).Scan(&secret, &ms)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, time.Time{}, false, nil
	}
	return secret, time.UnixMilli(ms).UTC(), err == nil, err
}

// putTOTP stores the app of an account in place of the one before; step is used already.
func putTOTP(ctx context.Context, tx *db.Tx, account int64, secret []byte, step int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO account_totp (account, secret, step, since_ms) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account) DO UPDATE SET secret = excluded.secret, step = excluded.step, since_ms = excluded.since_ms`, account, secret, step, tx.NowMS)
	return err
}

// useStep notes that the code of a step was used; false when that one, or a newer one, was used before.
func useStep(ctx context.Context, tx *db.Tx, account, step int64) (bool, error) {
	return changed(tx.ExecContext(ctx, "UPDATE account_totp SET step = $1 WHERE account = $2 AND step < $1", step, account))
}

func changed(res sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

func deleteTOTP(ctx context.Context, tx *db.Tx, account int64) (bool, error) {
	return changed(tx.ExecContext(ctx, "DELETE FROM account_totp WHERE account = $1", account))
}

// putRecovery replaces the recovery codes of an account.
func putRecovery(ctx context.Context, tx *db.Tx, account int64, hashes []string) error {
	if err := deleteRecovery(ctx, tx, account); err != nil {
		return err
	}
	for _, h := range hashes {
		if _, err := tx.ExecContext(ctx, "INSERT INTO account_recovery (account, hash) VALUES ($1, $2)", account, h); err != nil {
			return err
		}
	}
	return nil
}

func deleteRecovery(ctx context.Context, tx *db.Tx, account int64) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM account_recovery WHERE account = $1", account)
	return err
}

// useRecovery spends a recovery code; false when the account has no such code left.
func useRecovery(ctx context.Context, tx *db.Tx, account int64, hash string) (bool, error) {
	return changed(tx.ExecContext(ctx, "UPDATE account_recovery SET used_ms = $1 WHERE account = $2 AND hash = $3 AND used_ms IS NULL", tx.NowMS, account, hash))
}

// recoveryLeft is how many recovery codes an account has left.
func recoveryLeft(ctx context.Context, q db.Querier, account int64) (n int, err error) {
	err = q.QueryRowContext(ctx, "SELECT COUNT(*) FROM account_recovery WHERE account = $1 AND used_ms IS NULL", account).Scan(&n)
	return n, err
}

// credentialText is how the id of a passkey is stored.
func credentialText(id []byte) string { return base64.RawURLEncoding.EncodeToString(id) }

func passkeysOf(ctx context.Context, q db.Querier, account int64) ([]Passkey, error) {
	rows, err := q.QueryContext(ctx, "SELECT id, rp, name, record, since_ms, used_ms FROM account_passkey WHERE account = $1 ORDER BY id", account)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Passkey
	for rows.Next() {
		var p Passkey
		var record string
		var since int64
		var used sql.NullInt64
		if err := rows.Scan(&p.ID, &p.Site, &p.Name, &record, &since, &used); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(record), &p.record); err != nil {
			return nil, err
		}
		p.Since = time.UnixMilli(since).UTC()
		if used.Valid {
			p.LastUsed = time.UnixMilli(used.Int64).UTC()
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

func insertPasskey(ctx context.Context, tx *db.Tx, account int64, p Passkey) error {
	record, err := json.Marshal(p.record)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO account_passkey (id, account, credential, rp, name, record, since_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		p.ID, account, credentialText(p.record.ID), p.Site, p.Name, string(record), tx.NowMS)
	if db.IsDuplicate(err) {
		return fault.New(fault.Conflict, "account.passkey_known")
	}
	return err
}

// usePasskey stores what a passkey's use changed: its counter.
func usePasskey(ctx context.Context, tx *db.Tx, account int64, c *webauthn.Credential) (bool, error) {
	record, err := json.Marshal(c)
	if err != nil {
		return false, err
	}
	return changed(tx.ExecContext(ctx, "UPDATE account_passkey SET record = $1, used_ms = $2 WHERE account = $3 AND credential = $4", string(record), tx.NowMS, account, credentialText(c.ID)))
}

func deletePasskey(ctx context.Context, tx *db.Tx, account, id int64) (bool, error) {
	return changed(tx.ExecContext(ctx, "DELETE FROM account_passkey WHERE account = $1 AND id = $2", account, id))
}

func deletePasskeys(ctx context.Context, tx *db.Tx, account int64) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM account_passkey WHERE account = $1", account)
	return err
}

// spend notes that something which counts once was used; conflict when it was used before.
func spend(ctx context.Context, tx *db.Tx, item string) error {
	fresh, err := changed(tx.ExecContext(ctx, "INSERT INTO account_spent (item, expires_ms) VALUES ($1, $2) ON CONFLICT (item) DO NOTHING", secretHash(item), tx.NowMS+formLife.Milliseconds()))
	if err == nil && !fresh {
		err = fault.New(fault.Conflict, "account.form_used")
	}
	return err
}
