package assessment

import (
	"context"

	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/territory"
)

// changeShards is over how many rows the changes of a book are counted.
const changeShards = 16

// bumpBook counts a change of the standings of the given units (nil = all) of a book.
func bumpBook(ctx context.Context, tx *db.Tx, bookID int64, units []territory.UnitID) error {
	var touched [changeShards]bool
	for _, u := range units {
		touched[int64(u)%changeShards] = true
	}
	var values []any
	for shard, yes := range touched {
		if yes || units == nil {
			values = append(values, bookID, shard, 1)
		}
	}
	return db.InsertMany(ctx, tx, "INSERT INTO book_change (book_id, shard, rev) VALUES ", 3, values,
		"ON CONFLICT (book_id, shard) DO UPDATE SET rev = book_change.rev + 1")
}

// bookChanges returns how often the standings of a book changed.
func bookChanges(ctx context.Context, q db.Querier, bookID int64) (n int64, err error) {
	err = q.QueryRowContext(ctx, "SELECT CAST(COALESCE(SUM(rev), 0) AS BIGINT) FROM book_change WHERE book_id = $1", bookID).Scan(&n)
	return n, err
}

// noteVersion records that a version of the set judges a book from now on.
func noteVersion(ctx context.Context, tx *db.Tx, bookID, setVersion int64, reason string) error {
	// Moved twice within one millisecond, the last move counts.
	_, err := tx.ExecContext(ctx, `INSERT INTO book_version (book_id, from_ms, set_version, actor, reason) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (book_id, from_ms) DO UPDATE SET set_version = excluded.set_version, actor = excluded.actor, reason = excluded.reason`,
		bookID, tx.NowMS, setVersion, auth.Of(ctx).Login, reason)
	return err
}

// versionKnown returns which version of its set judged a book at an instant, 0 before there was any.
func versionKnown(ctx context.Context, q db.Querier, bookID, atMS int64) (version int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT CAST(COALESCE(MAX(set_version), 0) AS BIGINT) FROM book_version WHERE book_id = $1
		AND from_ms = (SELECT MAX(from_ms) FROM book_version WHERE book_id = $2 AND from_ms <= $3)`, bookID, bookID, atMS).Scan(&version)
	return version, err
}

// Move is one entry of a period's history of judgement.
type Move struct {
	FromMS     int64
	SetVersion int64
	By         string // "" for the version that the period began with
	Reason     string
}

// bookMoves returns which versions judged a book, the newest first.
func bookMoves(ctx context.Context, q db.Querier, bookID int64) (out []Move, err error) {
	rows, err := q.QueryContext(ctx, "SELECT from_ms, set_version, actor, reason FROM book_version WHERE book_id = $1 ORDER BY from_ms DESC", bookID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var m Move
		if err := rows.Scan(&m.FromMS, &m.SetVersion, &m.By, &m.Reason); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, rows.Err()
}

// versionsKnown returns the versions of a book that were current at an instant, ordered by unit, as currentVersions does
// for now.
func versionsKnown(ctx context.Context, q db.Querier, bookID, atMS int64, fn func(v Version, public bool) error) error {
	return eachVersion(ctx, q, "SELECT "+versionColumns+" FROM value_version WHERE book_id = $1 AND recorded_ms <= $2 AND COALESCE(superseded_ms, 9223372036854775807) > $3 ORDER BY unit_id",
		[]any{bookID, atMS, atMS}, fn)
}

// itemCounts returns how many current values, drafts included, each item of a book has.
func itemCounts(ctx context.Context, q db.Querier, bookID int64) (map[Item]int, error) {
	rows, err := q.QueryContext(ctx, "SELECT item, COUNT(*) FROM value_version WHERE book_id = $1 AND superseded_ms IS NULL GROUP BY item", bookID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[Item]int{}
	for rows.Next() {
		var key string
		var n int
		if err := rows.Scan(&key, &n); err != nil {
			return nil, err
		}
		out[itemOf(key)] = n
	}
	return out, rows.Err()
}

// hadPublic reports whether a book had verified values at an instant. The order makes PostgreSQL walk the key of the book
// instead of guessing that the first of all rows will do.
func hadPublic(ctx context.Context, q db.Querier, bookID, atMS int64) (bool, error) {
	var n int
	err := q.QueryRowContext(ctx, `SELECT COUNT(*) FROM (SELECT unit_id FROM value_version WHERE book_id = $1 AND public AND recorded_ms <= $2
		AND COALESCE(superseded_ms, 9223372036854775807) > $3 ORDER BY unit_id, item, recorded_ms LIMIT 1) AS first`, bookID, atMS, atMS).Scan(&n)
	return n > 0, err
}
