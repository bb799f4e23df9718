package territory

import (
	"context"
	"crypto/rand"
	"encoding/binary"

	"langso/internal/platform/clock"
	"langso/internal/platform/db"
)

// outlineHead is what the table of outlines says of a unit without the outline itself.
type outlineHead struct {
	unit   UnitID
	source int64
	digest string
}

type outlineRow struct {
	outlineHead
	geometry, desk, phone string
}

// newID returns an identity that orders by time.
func newID(nowMS int64) int64 {
	var b [4]byte
	rand.Read(b[:])
	return nowMS<<20 | int64(binary.BigEndian.Uint32(b[:])>>12)
}

func loadOutlineHeads(ctx context.Context, q db.Querier) (map[UnitID]outlineHead, error) {
	rows, err := q.QueryContext(ctx, "SELECT unit_id, source_id, digest FROM unit_outline")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[UnitID]outlineHead{}
	for rows.Next() {
		var o outlineHead
		if err := rows.Scan(&o.unit, &o.source, &o.digest); err != nil {
			return nil, err
		}
		out[o.unit] = o
	}
	return out, rows.Err()
}

// eachOutline calls f for every outline.
func eachOutline(ctx context.Context, q db.Querier, f func(outlineRow)) error {
	rows, err := q.QueryContext(ctx, "SELECT unit_id, source_id, digest, geometry, desk, phone FROM unit_outline ORDER BY unit_id")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var o outlineRow
		if err := rows.Scan(&o.unit, &o.source, &o.digest, &o.geometry, &o.desk, &o.phone); err != nil {
			return err
		}
		f(o)
	}
	return rows.Err()
}

// loadOutlineSources returns the files of boundaries in use by id.
func loadOutlineSources(ctx context.Context, q db.Querier) (map[int64]OutlineSource, error) {
	rows, err := q.QueryContext(ctx, `SELECT s.id, s.level, s.on_date, s.file_name, s.digest, s.source, s.illustrative, s.at_ms, s.actor, COUNT(o.unit_id)
		FROM outline_source s LEFT JOIN unit_outline o ON o.source_id = s.id
		GROUP BY s.id, s.level, s.on_date, s.file_name, s.digest, s.source, s.illustrative, s.at_ms, s.actor`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]OutlineSource{}
	for rows.Next() {
		var id int64
		var o OutlineSource
		if err := rows.Scan(&id, &o.Level, &o.On, &o.File, &o.Digest, &o.Source, &o.Illustrative, &o.AtMS, &o.Actor, &o.Units); err != nil {
			return nil, err
		}
		out[id] = o
	}
	return out, rows.Err()
}

// saveOutlines writes the outlines of one file and takes away those of the files that it replaces.
func saveOutlines(ctx context.Context, tx *db.Tx, from OutlineSource, list []outlineRow, replaced map[int64]bool) error {
	for old := range replaced {
		if _, err := tx.ExecContext(ctx, "DELETE FROM unit_outline WHERE source_id = $1", old); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM outline_source WHERE id = $1", old); err != nil {
			return err
		}
	}
	id := newID(tx.NowMS)
	if _, err := tx.ExecContext(ctx, `INSERT INTO outline_source (id, level, on_date, file_name, digest, source, illustrative, at_ms, actor)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		id, string(from.Level), string(from.On), from.File, from.Digest, from.Source, from.Illustrative, from.AtMS, from.Actor); err != nil {
		return err
	}
	var values []any
	for _, o := range list {
		values = append(values, int64(o.unit), id, o.digest, o.geometry, o.desk, o.phone)
	}
	return db.InsertMany(ctx, tx, "INSERT INTO unit_outline (unit_id, source_id, digest, geometry, desk, phone) VALUES ", 6, values, "")
}

// drawnRow is the outline of a unit at one level of detail.
type drawnRow struct {
	unit   UnitID
	source int64
	packed string
}

// loadDrawn returns the outlines of all units that exist on a day and stand at a level.
func loadDrawn(ctx context.Context, q db.Querier, level Level, d clock.Date, detail Detail) ([]drawnRow, error) {
	column := "o.desk"
	if detail == Phone {
		column = "o.phone"
	}
	rows, err := q.QueryContext(ctx, "SELECT o.unit_id, o.source_id, "+column+` FROM unit_outline o JOIN unit u ON u.id = o.unit_id
		WHERE u.level = $1 AND u.valid_from <= $2 AND u.valid_until > $3`, string(level), string(d), string(d))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []drawnRow
	for rows.Next() {
		var r drawnRow
		if err := rows.Scan(&r.unit, &r.source, &r.packed); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}
