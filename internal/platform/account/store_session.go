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

// accountKey is the one value that a session holds: the id of the account.
const accountKey = "account"

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

// endSessions ends every session of an account and returns how many there were.
func endSessions(ctx context.Context, tx *db.Tx, account int64) (int64, error) {
	res, err := tx.ExecContext(ctx, "DELETE FROM account_session WHERE account = $1", account)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// dropOldRows deletes ended sessions and counts of failed attempts that have leaked dry.
func dropOldRows(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM account_session WHERE expires_ms <= $1", tx.NowMS); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM account_throttle WHERE last_ms < $1", tx.NowMS-forget.Milliseconds())
	return err
}
