package assessment

import (
	"context"

	"langso/internal/platform/db"
)

// insideVersions returns the current versions of a book that do not count outside.
func insideVersions(ctx context.Context, q db.Querier, bookID int64, fn func(v Version) error) error {
	return eachVersion(ctx, q, "SELECT "+versionColumns+" FROM value_version WHERE book_id = $1 AND superseded_ms IS NULL AND NOT public", []any{bookID},
		func(v Version, _ bool) error { return fn(v) })
}
