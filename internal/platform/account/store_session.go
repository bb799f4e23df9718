package account

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"time"

	"langso/internal/platform/db"

	"github.com/alexedwards/scs/v2"
)

// A session ends after idle without a request, and after lifetime in any case. Requests move its end at most every
// touchEvery, so that reading pages does not write a row each time.
const (
	idle       = 8 * time.Hour
	lifetime   = 7 * 24 * time.Hour
	touchEvery = 5 * time.Minute
	touchWait  = 200 * time.Millisecond // a page does not wait longer for a busy writer; the next request tries again
)

// What a session holds: the id of its account, and when a second factor was proven in it (ms, absent = never).
const (
	accountKey  = "account"
	factorAtKey = "factor"
)

// sessionStore keeps scs sessions in our database, so that they hold on every node. Rows are found by the hash of the
// secret that the cookie carries.
type sessionStore struct {
	db  *db.DB
	log *slog.Logger
}

var _ scs.CtxStore = sessionStore{}

// FindCtx returns the data of a living session and moves its end when that is due.
func (s sessionStore) FindCtx(ctx context.Context, session string) ([]byte, bool, error) {
	hash := secretHash(session)
	var data []byte
	var seen, expires, deadline int64
	err := s.db.Read(ctx).QueryRowContext(ctx, "SELECT data, seen_ms, expires_ms, deadline_ms FROM account_session WHERE hash = $1", hash).
		Scan(&data, &seen, &expires, &deadline)
	now := s.db.Clock().NowMS()
	if errors.Is(err, sql.ErrNoRows) || err == nil && expires <= now {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	if now-seen >= touchEvery.Milliseconds() {
		s.touch(ctx, hash, seen, deadline)
	}
	return data, true, nil
}

// touch records that the session is in use. Failing to do so costs the session nothing but the shorter life.
func (s sessionStore) touch(ctx context.Context, hash string, seen, deadline int64) {
	ctx, cancel := context.WithTimeout(ctx, touchWait)
	defer cancel()
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE account_session SET seen_ms = $1, expires_ms = $2 WHERE hash = $3 AND seen_ms = $4",
			tx.NowMS, min(deadline, tx.NowMS+idle.Milliseconds()), hash, seen)
		return err
	})
	if err != nil {
		s.log.DebugContext(ctx, "session not touched", "err", err)
	}
}

// CommitCtx stores a session; deadline is its absolute end.
func (s sessionStore) CommitCtx(ctx context.Context, session string, data []byte, deadline time.Time) error {
	_, values, err := scs.GobCodec{}.Decode(data)
	if err != nil {
		return err
	}
	account, ok := values[accountKey].(int64)
	if !ok {
		return errors.New("account: a session without an account is not stored")
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		end := deadline.UnixMilli()
		_, err := tx.ExecContext(ctx, `INSERT INTO account_session (hash, account, data, seen_ms, expires_ms, deadline_ms) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (hash) DO UPDATE SET account = excluded.account, data = excluded.data, seen_ms = excluded.seen_ms, expires_ms = excluded.expires_ms, deadline_ms = excluded.deadline_ms`,
			secretHash(session), account, data, tx.NowMS, min(end, tx.NowMS+idle.Milliseconds()), end)
		return err
	})
}

// DeleteCtx ends a session.
func (s sessionStore) DeleteCtx(ctx context.Context, session string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM account_session WHERE hash = $1", secretHash(session))
		return err
	})
}

// Find, Commit and Delete complete scs.Store; scs calls their twins with a ctx.
func (s sessionStore) Find(session string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), session)
}

func (s sessionStore) Commit(session string, data []byte, deadline time.Time) error {
	return s.CommitCtx(context.Background(), session, data, deadline)
}

func (s sessionStore) Delete(session string) error {
	return s.DeleteCtx(context.Background(), session)
}

// noteOpened records where a new session was opened.
func noteOpened(ctx context.Context, tx *db.Tx, hash, agent string) error {
	_, err := tx.ExecContext(ctx, "UPDATE account_session SET opened_ms = $1, agent = $2 WHERE hash = $3", tx.NowMS, agent, hash)
	return err
}

// sessionsOf returns the sessions of an account that are open at nowMS, the newest use first.
func sessionsOf(ctx context.Context, q db.Querier, account, nowMS int64) ([]Session, error) {
	rows, err := q.QueryContext(ctx, "SELECT hash, COALESCE(agent, ''), COALESCE(opened_ms, 0), seen_ms FROM account_session WHERE account = $1 AND expires_ms > $2 ORDER BY seen_ms DESC, hash", account, nowMS)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Session
	for rows.Next() {
		var s Session
		var opened, seen int64
		if err := rows.Scan(&s.Ref, &s.Agent, &opened, &seen); err != nil {
			return nil, err
		}
		if s.Seen = time.UnixMilli(seen).UTC(); opened > 0 {
			s.Opened = time.UnixMilli(opened).UTC()
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// accountOfSession returns the account of an open session, 0 when there is no such session.
func accountOfSession(ctx context.Context, q db.Querier, hash string) (account int64, err error) {
	err = q.QueryRowContext(ctx, "SELECT account FROM account_session WHERE hash = $1", hash).Scan(&account)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return account, err
}

func endSession(ctx context.Context, tx *db.Tx, account int64, hash string) (bool, error) {
	return changed(tx.ExecContext(ctx, "DELETE FROM account_session WHERE account = $1 AND hash = $2", account, hash))
}

// endSessions ends every session of an account but the one with hash except, and returns how many there were.
func endSessions(ctx context.Context, tx *db.Tx, account int64, except string) (int64, error) {
	res, err := tx.ExecContext(ctx, "DELETE FROM account_session WHERE account = $1 AND hash <> $2", account, except)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// endRestored ends every session and revokes every living token in a restored database: which of them were ended after the
// backup was made is not known any more.
func endRestored(ctx context.Context, tx *db.Tx) (map[string]int64, error) {
	sessions, err := tx.ExecContext(ctx, "DELETE FROM account_session")
	if err != nil {
		return nil, err
	}
	tokens, err := tx.ExecContext(ctx, "UPDATE account_token SET revoked_ms = $1 WHERE revoked_ms IS NULL", tx.NowMS)
	if err != nil {
		return nil, err
	}
	out := map[string]int64{}
	if out["account_session"], err = sessions.RowsAffected(); err != nil {
		return nil, err
	}
	out["account_token"], err = tokens.RowsAffected()
	return out, err
}

// dropOldRows deletes ended sessions, counts of failed attempts that have leaked dry, and what was spent and would be
// refused by its age by now.
func dropOldRows(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM account_session WHERE expires_ms <= $1", tx.NowMS); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM account_spent WHERE expires_ms <= $1", tx.NowMS); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM account_throttle WHERE last_ms < $1", tx.NowMS-forget.Milliseconds())
	return err
}
