package account

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"errors"
	"strings"
	"time"

	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
)

// newID is time-ordered: milliseconds, then 20 random bits; a clash fails the transaction by its primary key.
func newID(nowMS int64) int64 {
	var b [4]byte
	rand.Read(b[:])
	return nowMS<<20 | int64(binary.BigEndian.Uint32(b[:])>>12)
}

const accountColumns = "a.id, a.login, a.name, a.active, a.created_ms, g.role, g.unit, g.departments"

// readAccounts turns rows of accountColumns, ordered by account, into accounts with their grants.
func readAccounts(rows *sql.Rows) ([]Account, error) {
	defer rows.Close()
	var out []Account
	for rows.Next() {
		var a Account
		var created int64
		var role, departments sql.NullString
		var unit sql.NullInt64
		if err := rows.Scan(&a.ID, &a.Login, &a.Name, &a.Active, &created, &role, &unit, &departments); err != nil {
			return nil, err
		}
		if n := len(out); n == 0 || out[n-1].ID != a.ID {
			a.Created = time.UnixMilli(created).UTC()
			out = append(out, a)
		}
		if role.Valid {
			last := &out[len(out)-1]
			last.Grants = append(last.Grants, auth.Grant{Role: auth.Role(role.String), Unit: unit.Int64, Departments: splitList(departments.String)})
		}
	}
	return out, rows.Err()
}

func splitList(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

// one returns the only account of rows, not_found when there is none.
func one(rows *sql.Rows, err error) (Account, error) {
	if err != nil {
		return Account{}, err
	}
	list, err := readAccounts(rows)
	if err != nil {
		return Account{}, err
	}
	if len(list) == 0 {
		return Account{}, fault.New(fault.NotFound, "account.unknown")
	}
	return list[0], nil
}

func accountByID(ctx context.Context, q db.Querier, id int64) (Account, error) {
	return one(q.QueryContext(ctx, "SELECT "+accountColumns+` FROM account a LEFT JOIN account_grant g ON g.account = a.id
		WHERE a.id = $1 ORDER BY a.id, g.role, g.unit`, id))
}

func accountByLogin(ctx context.Context, q db.Querier, login string) (Account, error) {
	return one(q.QueryContext(ctx, "SELECT "+accountColumns+` FROM account a LEFT JOIN account_grant g ON g.account = a.id
		WHERE a.login_key = $1 ORDER BY a.id, g.role, g.unit`, loginKey(login)))
}

func allAccounts(ctx context.Context, q db.Querier) ([]Account, error) {
	rows, err := q.QueryContext(ctx, "SELECT "+accountColumns+` FROM account a LEFT JOIN account_grant g ON g.account = a.id
		ORDER BY a.id, g.role, g.unit`)
	if err != nil {
		return nil, err
	}
	return readAccounts(rows)
}

// passwordOf returns the stored hash of an account.
func passwordOf(ctx context.Context, q db.Querier, account int64) (hash string, err error) {
	err = q.QueryRowContext(ctx, "SELECT password_hash FROM account WHERE id = $1", account).Scan(&hash)
	return hash, err
}

func insertAccount(ctx context.Context, tx *db.Tx, id int64, d Draft, hash string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO account (id, login, login_key, name, password_hash, active, created_ms, password_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, id, d.Login, loginKey(d.Login), d.Name, hash, true, tx.NowMS, tx.NowMS)
	return err
}

// putGrant adds a grant, or changes the departments of the grant that is there for its role and unit.
func putGrant(ctx context.Context, tx *db.Tx, account int64, g auth.Grant) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO account_grant (account, role, unit, departments) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account, role, unit) DO UPDATE SET departments = excluded.departments`,
		account, string(g.Role), g.Unit, strings.Join(g.Departments, ","))
	return err
}

func deleteGrant(ctx context.Context, tx *db.Tx, account int64, g auth.Grant) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM account_grant WHERE account = $1 AND role = $2 AND unit = $3", account, string(g.Role), g.Unit)
	return err
}

func setActive(ctx context.Context, tx *db.Tx, account int64, active bool) error {
	_, err := tx.ExecContext(ctx, "UPDATE account SET active = $1 WHERE id = $2", active, account)
	return err
}

func setPassword(ctx context.Context, tx *db.Tx, account int64, hash string) error {
	_, err := tx.ExecContext(ctx, "UPDATE account SET password_hash = $1, password_ms = $2 WHERE id = $3", hash, tx.NowMS, account)
	return err
}

// rehash replaces a hash by one of the same password, unless the password was changed meanwhile.
func rehash(ctx context.Context, tx *db.Tx, account int64, old, hash string) error {
	_, err := tx.ExecContext(ctx, "UPDATE account SET password_hash = $1 WHERE id = $2 AND password_hash = $3", hash, account, old)
	return err
}

// invalidAccounts returns one line per account or grant that the rules of this package would not have let in.
func invalidAccounts(ctx context.Context, q db.Querier) ([]string, error) {
	list, err := allAccounts(ctx, q)
	if err != nil {
		return nil, err
	}
	var bad []string
	for _, a := range list {
		hash, err := passwordOf(ctx, q, a.ID)
		if err != nil {
			return nil, err
		}
		if _, _, _, err := parsePHC(hash); err != nil {
			bad = append(bad, "account "+a.Login+": the stored password hash cannot be read")
		}
		for _, g := range a.Grants {
			if err := checkGrant(g); err != nil {
				bad = append(bad, "account "+a.Login+": grant "+string(g.Role)+" is not allowed as it stands")
			}
		}
	}
	return bad, nil
}

// secret returns the random key of this installation, making it when it is not there yet.
func secret(ctx context.Context, d *db.DB) ([]byte, error) {
	const find = "SELECT value FROM account_secret WHERE name = 'key'"
	var key []byte
	err := d.Read(ctx).QueryRowContext(ctx, find).Scan(&key)
	if !errors.Is(err, sql.ErrNoRows) {
		return key, err
	}
	err = d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		fresh := make([]byte, 32)
		rand.Read(fresh)
		if _, err := tx.ExecContext(ctx, "INSERT INTO account_secret (name, value) VALUES ('key', $1) ON CONFLICT (name) DO NOTHING", fresh); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, find).Scan(&key)
	})
	return key, err
}
