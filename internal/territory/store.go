package territory

import (
	"context"
	"strings"

	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/vntext"
)

// content is everything the tables hold.
type content struct {
	units      []unitRow
	edges      []edgeRow
	attributes []AttributeValue
}

// load reads all tables. Units come in Vietnamese order of name.
func load(ctx context.Context, q db.Querier) (*content, error) {
	c := &content{}
	byID := map[UnitID]int{}
	rows, err := q.QueryContext(ctx, `SELECT id, code, level, kind, name, name_en, alt_names, name_sort, valid_from, valid_until, home, basis
		FROM unit ORDER BY name_sort, code, valid_from`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var u unitRow
		var alt string
		var until clock.Date
		if err := rows.Scan(&u.ID, &u.Code, &u.Level, &u.Kind, &u.Name, &u.NameEN, &alt, &u.sort, &u.From, &until, &u.home, &u.Basis); err != nil {
			return nil, err
		}
		if alt != "" {
			u.AltNames = strings.Split(alt, "|")
		}
		u.To = lastDay(until)
		u.at = "unit " + u.Code + " " + u.Name
		byID[u.ID] = len(c.units)
		c.units = append(c.units, u)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if err := loadParents(ctx, q, c, byID); err != nil {
		return nil, err
	}
	if err := loadEdges(ctx, q, c); err != nil {
		return nil, err
	}
	c.attributes, err = loadAttributes(ctx, q)
	return c, err
}

func loadParents(ctx context.Context, q db.Querier, c *content, byID map[UnitID]int) error {
	rows, err := q.QueryContext(ctx, "SELECT unit_id, hierarchy, parent_id, valid_from, valid_until FROM unit_parent ORDER BY unit_id, hierarchy, valid_from")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id UnitID
		var p parentRow
		var until clock.Date
		if err := rows.Scan(&id, &p.hierarchy, &p.parent, &p.from, &until); err != nil {
			return err
		}
		p.to = lastDay(until)
		u := &c.units[byID[id]]
		u.parents = append(u.parents, p)
	}
	return rows.Err()
}

func loadEdges(ctx context.Context, q db.Querier, c *content) error {
	rows, err := q.QueryContext(ctx, "SELECT from_id, to_id, on_date, whole, kind, basis FROM unit_lineage ORDER BY on_date, to_id, from_id")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var e edgeRow
		if err := rows.Scan(&e.From, &e.To, &e.On, &e.Whole, &e.Kind, &e.Basis); err != nil {
			return err
		}
		e.at = "lineage " + string(e.On)
		c.edges = append(c.edges, e)
	}
	return rows.Err()
}

// loadAttributes returns all attribute values by unit, attribute and date.
func loadAttributes(ctx context.Context, q db.Querier) ([]AttributeValue, error) {
	rows, err := q.QueryContext(ctx, `SELECT unit_id, attribute, value, valid_from, valid_until, decision, illustrative, changed_rev
		FROM unit_attribute ORDER BY unit_id, attribute, valid_from`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []AttributeValue
	for rows.Next() {
		var a AttributeValue
		var until clock.Date
		if err := rows.Scan(&a.Unit, &a.Attribute, &a.Value, &a.From, &until, &a.Decision, &a.Illustrative, &a.rev); err != nil {
			return nil, err
		}
		a.To = lastDay(until)
		out = append(out, a)
	}
	return out, rows.Err()
}

// saveUnits writes units with their parents and edges; what the tables say of other units stays.
func saveUnits(ctx context.Context, tx *db.Tx, s *Source) error {
	var units, parents, edges []any
	ids := make([]any, 0, len(s.units))
	for i := range s.units {
		u := &s.units[i]
		ids = append(ids, int64(u.ID))
		units = append(units, int64(u.ID), u.Code, string(u.Level), string(u.Kind), u.Name, u.NameEN, strings.Join(u.AltNames, "|"),
			vntext.Fold(u.Name), vntext.SortKey(u.Name), string(u.From), string(until(u.To)), u.home, u.Basis)
		for _, p := range u.parents {
			parents = append(parents, int64(u.ID), string(p.hierarchy), int64(p.parent), string(p.from), string(until(p.to)))
		}
	}
	for i := range s.edges {
		e := &s.edges[i]
		edges = append(edges, int64(e.From), int64(e.To), string(e.On), e.Whole, e.Kind, e.Basis)
	}
	if err := db.InsertMany(ctx, tx, `INSERT INTO unit (id, code, level, kind, name, name_en, alt_names, name_fold, name_sort, valid_from, valid_until, home, basis) VALUES `, 13, units,
		`ON CONFLICT (id) DO UPDATE SET code = excluded.code, level = excluded.level, kind = excluded.kind, name = excluded.name, name_en = excluded.name_en,
			alt_names = excluded.alt_names, name_fold = excluded.name_fold, name_sort = excluded.name_sort, valid_from = excluded.valid_from,
			valid_until = excluded.valid_until, home = excluded.home, basis = excluded.basis`); err != nil {
		return err
	}
	const chunk = 500
	for from := 0; from < len(ids); from += chunk {
		part := ids[from:min(from+chunk, len(ids))]
		in := db.In(1, len(part))
		if _, err := tx.ExecContext(ctx, "DELETE FROM unit_parent WHERE unit_id IN "+in, part...); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM unit_lineage WHERE to_id IN "+in, part...); err != nil {
			return err
		}
	}
	if err := db.InsertMany(ctx, tx, "INSERT INTO unit_parent (unit_id, hierarchy, parent_id, valid_from, valid_until) VALUES ", 5, parents, ""); err != nil {
		return err
	}
	return db.InsertMany(ctx, tx, "INSERT INTO unit_lineage (from_id, to_id, on_date, whole, kind, basis) VALUES ", 6, edges,
		"ON CONFLICT (from_id, to_id) DO UPDATE SET on_date = excluded.on_date, whole = excluded.whole, kind = excluded.kind, basis = excluded.basis")
}

// saveAttributes writes attribute values, replacing those with the same unit, attribute and first day, as written at
// revision rev.
func saveAttributes(ctx context.Context, tx *db.Tx, rev int64, list []AttributeValue) error {
	var values []any
	for _, a := range list {
		values = append(values, int64(a.Unit), string(a.Attribute), a.Value, string(a.From), string(until(a.To)), a.Decision, a.Illustrative, rev)
	}
	return db.InsertMany(ctx, tx, "INSERT INTO unit_attribute (unit_id, attribute, value, valid_from, valid_until, decision, illustrative, changed_rev) VALUES ", 8, values,
		`ON CONFLICT (unit_id, attribute, valid_from) DO UPDATE SET value = excluded.value, valid_until = excluded.valid_until,
			decision = excluded.decision, illustrative = excluded.illustrative, changed_rev = excluded.changed_rev`)
}
