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

// passwordOf returns the stored hash of an account and, of a password that somebody else set, when that was (ms; 0 = own).
func passwordOf(ctx context.Context, q db.Querier, account int64) (hash string, temporaryMS int64, err error) {
	err = q.QueryRowContext(ctx, "SELECT password_hash, COALESCE(temporary_ms, 0) FROM account WHERE id = $1", account).Scan(&hash, &temporaryMS)
	return hash, temporaryMS, err
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

func setName(ctx context.Context, tx *db.Tx, account int64, name string) error {
	_, err := tx.ExecContext(ctx, "UPDATE account SET name = $1 WHERE id = $2", name, account)
	return err
}

// setPassword stores a hash; temporary = its owner must change it.
func setPassword(ctx context.Context, tx *db.Tx, account int64, hash string, temporary bool) error {
	_, err := tx.ExecContext(ctx, "UPDATE account SET password_hash = $1, password_ms = $2, temporary_ms = $3 WHERE id = $4", hash, tx.NowMS, sql.NullInt64{Int64: tx.NowMS, Valid: temporary}, account)
	return err
}

// namesOf returns the names of the accounts with these logins, by login.
func namesOf(ctx context.Context, q db.Querier, logins []string) (map[string]string, error) {
	out := map[string]string{}
	for len(logins) > 0 {
		some := logins[:min(500, len(logins))]
		logins = logins[len(some):]
		args := make([]any, len(some))
		for i, l := range some {
			args[i] = loginKey(l)
		}
		rows, err := q.QueryContext(ctx, "SELECT login, name FROM account WHERE login_key IN "+db.In(1, len(args)), args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var login, name string
			if err := rows.Scan(&login, &name); err != nil {
				return nil, errors.Join(err, rows.Close())
			}
			out[login] = name
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// administrators is how many active accounts may manage accounts everywhere.
func administrators(ctx context.Context, q db.Querier) (n int, err error) {
	err = q.QueryRowContext(ctx, "SELECT COUNT(DISTINCT a.id) FROM account a JOIN account_grant g ON g.account = a.id WHERE a.active = $1 AND g.role = $2 AND g.unit = 0", true, string(auth.Administrator)).Scan(&n)
	return n, err
}

const firstRunDone = "closed"

// firstRunOpen reports whether no account was ever made here.
func firstRunOpen(ctx context.Context, q db.Querier) (bool, error) {
	var n int
	if err := q.QueryRowContext(ctx, "SELECT COUNT(*) FROM account").Scan(&n); err != nil || n > 0 {
		return false, err
	}
	code, err := firstRunCode(ctx, q)
	return err == nil && code != firstRunDone, err
}

// firstRunCode returns the hash of the code that opens the first run, "" when none was made.
func firstRunCode(ctx context.Context, q db.Querier) (string, error) {
	var value []byte
	err := q.QueryRowContext(ctx, "SELECT value FROM account_secret WHERE name = 'first run'").Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return string(value), err
}

func putFirstRunCode(ctx context.Context, tx *db.Tx, hash string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO account_secret (name, value) VALUES ('first run', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value", []byte(hash))
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
		hash, _, err := passwordOf(ctx, q, a.ID)
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
