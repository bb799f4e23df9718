package account

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"langso/internal/platform/db"
	"langso/internal/platform/fault"
)

const tokenColumns = "t.id, t.account, a.login, t.name, t.scope, t.created_ms, t.expires_ms, t.used_ms, t.revoked_ms"

type scanner interface{ Scan(dest ...any) error }

func readToken(row scanner) (Token, error) {
	var t Token
	var created, expires int64
	var used, revoked sql.NullInt64
	if err := row.Scan(&t.ID, &t.account, &t.Login, &t.Name, &t.Scope, &created, &expires, &used, &revoked); err != nil {
		return Token{}, err
	}
	t.Created, t.Expires = time.UnixMilli(created).UTC(), time.UnixMilli(expires).UTC()
	if used.Valid {
		t.LastUsed = time.UnixMilli(used.Int64).UTC()
	}
	if revoked.Valid {
		t.Revoked = time.UnixMilli(revoked.Int64).UTC()
	}
	return t, nil
}

func insertToken(ctx context.Context, tx *db.Tx, hash string, t Token) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO account_token (id, hash, account, name, scope, created_ms, expires_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		t.ID, hash, t.account, t.Name, string(t.Scope), t.Created.UnixMilli(), t.Expires.UnixMilli())
	return err
}

func tokenByID(ctx context.Context, q db.Querier, id int64) (Token, error) {
	t, err := readToken(q.QueryRowContext(ctx, "SELECT "+tokenColumns+" FROM account_token t JOIN account a ON a.id = t.account WHERE t.id = $1", id))
	if errors.Is(err, sql.ErrNoRows) {
		return Token{}, fault.New(fault.NotFound, "account.token_unknown")
	}
	return t, err
}

// tokenByHash returns the token with this hash; not_found when there is none.
func tokenByHash(ctx context.Context, q db.Querier, hash string) (Token, error) {
	t, err := readToken(q.QueryRowContext(ctx, "SELECT "+tokenColumns+" FROM account_token t JOIN account a ON a.id = t.account WHERE t.hash = $1", hash))
	if errors.Is(err, sql.ErrNoRows) {
		return Token{}, fault.New(fault.NotFound, "account.token_unknown")
	}
	return t, err
}

func tokensOf(ctx context.Context, q db.Querier, account int64) ([]Token, error) {
	rows, err := q.QueryContext(ctx, "SELECT "+tokenColumns+" FROM account_token t JOIN account a ON a.id = t.account WHERE t.account = $1 ORDER BY t.id", account)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Token
	for rows.Next() {
		t, err := readToken(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, rows.Err()
}

// revokeTokens revokes the living tokens of an account and returns how many there were.
func revokeTokens(ctx context.Context, tx *db.Tx, account int64) (int64, error) {
	res, err := tx.ExecContext(ctx, "UPDATE account_token SET revoked_ms = $1 WHERE account = $2 AND revoked_ms IS NULL AND expires_ms > $1", tx.NowMS, account)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func revokeToken(ctx context.Context, tx *db.Tx, id int64) error {
	_, err := tx.ExecContext(ctx, "UPDATE account_token SET revoked_ms = $1 WHERE id = $2 AND revoked_ms IS NULL", tx.NowMS, id)
	return err
}

// noteUse records when a token was last used, unless that was done within touchEvery.
func noteUse(ctx context.Context, d *db.DB, id int64) error {
	return d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE account_token SET used_ms = $1 WHERE id = $2 AND COALESCE(used_ms, 0) <= $3",
			tx.NowMS, id, tx.NowMS-touchEvery.Milliseconds())
		return err
	})
}
