package territory

import (
	"context"
	"database/sql"

	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/vntext"
)

// loadHamlets returns all hamlets of units, also those that are gone, in Vietnamese order of name.
func loadHamlets(ctx context.Context, q db.Querier, units []UnitID) ([]Hamlet, error) {
	const chunk = 500
	var out []Hamlet
	for from := 0; from < len(units); from += chunk {
		part := units[from:min(from+chunk, len(units))]
		ids := make([]any, len(part))
		for i, u := range part {
			ids[i] = int64(u)
		}
		list, err := queryHamlets(ctx, q, ids)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

func queryHamlets(ctx context.Context, q db.Querier, ids []any) ([]Hamlet, error) {
	rows, err := q.QueryContext(ctx, "SELECT id, unit_id, name, kind, households, population, valid_from, valid_until, changed_rev FROM hamlet WHERE unit_id IN "+
		db.In(1, len(ids))+" ORDER BY name_sort, valid_from, id", ids...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Hamlet
	for rows.Next() {
		var h Hamlet
		var households, population sql.NullInt64
		var until clock.Date
		if err := rows.Scan(&h.ID, &h.Unit, &h.Name, &h.Kind, &households, &population, &h.From, &until, &h.rev); err != nil {
			return nil, err
		}
		h.Households, h.Population, h.To = number(households), number(population), lastDay(until)
		out = append(out, h)
	}
	return out, rows.Err()
}

func number(n sql.NullInt64) *int {
	if !n.Valid {
		return nil
	}
	i := int(n.Int64)
	return &i
}

// hamletCount is how many hamlets and households a unit has.
type hamletCount struct{ hamlets, households int }

// countHamlets returns the counts of all units that have hamlets on a day.
func countHamlets(ctx context.Context, q db.Querier, d clock.Date) (map[UnitID]hamletCount, error) {
	rows, err := q.QueryContext(ctx, `SELECT unit_id, COUNT(*), COALESCE(SUM(households), 0) FROM hamlet
		WHERE valid_from <= $1 AND valid_until > $2 GROUP BY unit_id`, string(d), string(d))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[UnitID]hamletCount{}
	for rows.Next() {
		var u UnitID
		var n hamletCount
		if err := rows.Scan(&u, &n.hamlets, &n.households); err != nil {
			return nil, err
		}
		out[u] = n
	}
	return out, rows.Err()
}

// saveHamlets makes the hamlets without an id and replaces those with one, as written at revision rev.
func saveHamlets(ctx context.Context, tx *db.Tx, rev int64, list []Hamlet) error {
	optional := func(p *int) any {
		if p == nil {
			return nil
		}
		return *p
	}
	var made, kept []any
	next := newID(tx.NowMS) // the others follow it: drawing each at random would meet itself in a long list
	for _, h := range list {
		to, id := &kept, h.ID
		if id == 0 {
			to, id = &made, next
			next++
		}
		*to = append(*to, id, int64(h.Unit), h.Name, vntext.FoldTight(h.Name), vntext.SortKey(h.Name), h.Kind, optional(h.Households), optional(h.Population),
			string(h.From), string(until(h.To)), rev)
	}
	const head = "INSERT INTO hamlet (id, unit_id, name, name_fold, name_sort, kind, households, population, valid_from, valid_until, changed_rev) VALUES "
	if err := db.InsertMany(ctx, tx, head, 11, made, ""); err != nil {
		return err
	}
	return db.InsertMany(ctx, tx, head, 11, kept, `ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_fold = excluded.name_fold, name_sort = excluded.name_sort,
		kind = excluded.kind, households = excluded.households, population = excluded.population, valid_from = excluded.valid_from, valid_until = excluded.valid_until,
		changed_rev = excluded.changed_rev`)
}
