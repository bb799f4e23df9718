package db

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// versionTable begins the names of the tables in which goose counts the applied migrations of each module.
const versionTable = "schema_"

// Column is one column of a table. Type is one of int, real, text, blob, bool, json on both engines.
type Column struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Table describes a table as it is stored. Key is its primary key, in order.
type Table struct {
	Name    string   `json:"name"`
	Columns []Column `json:"columns"`
	Key     []string `json:"key"`
}

// Tables returns the tables that hold data, by name: not those in which the schema's own state is kept, and not those of
// PostgreSQL extensions.
func (d *DB) Tables(ctx context.Context) ([]Table, error) {
	all, err := d.allTables(ctx)
	return slices.DeleteFunc(all, func(t Table) bool { return t.bookkeeping() }), err
}

func (t Table) bookkeeping() bool {
	return t.Name == "migration" || strings.HasPrefix(t.Name, versionTable)
}

// Versions returns the schema version of each module in the database.
func (d *DB) Versions(ctx context.Context) (map[string]int64, error) {
	all, err := d.allTables(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]int64{}
	for _, t := range all {
		module, ok := strings.CutPrefix(t.Name, versionTable)
		if !ok {
			continue
		}
		v, err := d.version(ctx, t.Name)
		if err != nil {
			return nil, err
		}
		if v > 0 {
			out[module] = v
		}
	}
	return out, nil
}

// version returns the newest migration that a table of goose says was applied, 0 = none.
func (d *DB) version(ctx context.Context, table string) (v int64, err error) {
	err = d.Read(ctx).QueryRowContext(ctx, "SELECT COALESCE(MAX(version_id), 0) FROM "+Quote(table)+" WHERE is_applied = $1", true).Scan(&v)
	return v, err
}

func (d *DB) hasTable(ctx context.Context, name string) (bool, error) {
	query := "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = $1"
	if d.engine == Postgres {
		query = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = $1"
	}
	var n int
	err := d.Read(ctx).QueryRowContext(ctx, query, name).Scan(&n)
	return n > 0, err
}

// Quote writes the name of a table or column as SQL takes it.
func Quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// columnsSQLite and columnsPostgres give one row per column: table, column, its type, its place in the primary key (0 =
// not part of it), and on SQLite the text of the table, which alone tells a bool from an int.
const (
	columnsSQLite = `SELECT m.name, c.name, c.type, c.pk, m.sql FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND substr(m.name, 1, 7) <> 'sqlite_' ORDER BY m.name, c.cid`
	columnsPostgres = `SELECT t.relname, a.attname, format_type(a.atttypid, a.atttypmod),
			COALESCE(array_position(string_to_array(CAST(i.indkey AS text), ' '), CAST(a.attnum AS text)), 0), ''
		FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
		LEFT JOIN pg_index i ON i.indrelid = t.oid AND i.indisprimary
		WHERE t.relkind IN ('r', 'p') AND t.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
			AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = CAST('pg_class' AS regclass) AND d.objid = t.oid AND d.deptype = 'e')
		ORDER BY t.relname, a.attnum`
)

// allTables returns every table of the store, by name.
func (d *DB) allTables(ctx context.Context) ([]Table, error) {
	query := columnsSQLite
	if d.engine == Postgres {
		query = columnsPostgres
	}
	rows, err := d.Read(ctx).QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Table
	keys := map[string]map[int]string{}
	for rows.Next() {
		var table, column, stored, text string
		var place int
		if err := rows.Scan(&table, &column, &stored, &place, &text); err != nil {
			return nil, err
		}
		if len(out) == 0 || out[len(out)-1].Name != table {
			out = append(out, Table{Name: table})
			keys[table] = map[int]string{}
		}
		t := &out[len(out)-1]
		t.Columns = append(t.Columns, Column{column, columnType(column, stored, text)})
		if place > 0 {
			keys[table][place] = column
		}
	}
	for i, t := range out {
		for k := range len(keys[t.Name]) {
			out[i].Key = append(out[i].Key, keys[t.Name][k+1])
		}
	}
	slices.SortFunc(out, func(a, b Table) int { return strings.Compare(a.Name, b.Name) })
	return out, rows.Err()
}

// columnType names the type of a column alike on both engines; one that no macro writes keeps its own name.
func columnType(column, stored, table string) string {
	checked := func(format string) bool {
		return regexp.MustCompile(fmt.Sprintf(format, regexp.QuoteMeta(column))).MatchString(table)
	}
	switch strings.ToLower(stored) {
	case "bigint":
		return "int"
	case "integer":
		if checked(`\b%[1]s INTEGER CHECK \(%[1]s IN \(0, 1\)\)`) {
			return "bool"
		}
		return "int"
	case "text":
		if checked(`\b%[1]s TEXT CHECK \(json_valid\(%[1]s\)\)`) {
			return "json"
		}
		return "text"
	case "double precision", "real":
		return "real"
	case "bytea", "blob":
		return "blob"
	case "boolean":
		return "bool"
	case "jsonb":
		return "json"
	}
	return stored
}
