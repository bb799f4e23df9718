package backup

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"langso/internal/platform/db"
)

// A row is one JSON array on one line, its columns in the order of the table. int is a number, real a number or "Inf",
// bool true or false, text a string, blob a string in base64, json the value itself with its keys sorted; NULL is null.
// Text that is not UTF-8 is {"bytes": base64}. There is one way to write each row, so that rows can be compared by hash.

var types = []string{"int", "real", "text", "blob", "bool", "json"}

// readRows calls fn with every row of a table, in the order of its primary key, the same on both engines. The line is
// only valid during the call.
func readRows(ctx context.Context, d *db.DB, t db.Table, fn func(line []byte) error) error {
	if len(t.Key) == 0 {
		return fmt.Errorf("backup: table %s has no primary key", t.Name)
	}
	var columns, order []string
	for _, c := range t.Columns {
		if !slices.Contains(types, c.Type) {
			return fmt.Errorf("backup: column %s.%s is of type %s", t.Name, c.Name, c.Type)
		}
		columns = append(columns, db.Quote(c.Name))
	}
	for _, name := range t.Key {
		k := db.Quote(name)
		if d.Engine() == db.Postgres && slices.Contains(t.Columns, db.Column{Name: name, Type: "text"}) {
			k += ` COLLATE "C"` // SQLite compares bytes
		}
		order = append(order, k)
	}
	rows, err := d.Read(ctx).QueryContext(ctx, "SELECT "+strings.Join(columns, ", ")+" FROM "+db.Quote(t.Name)+" ORDER BY "+strings.Join(order, ", "))
	if err != nil {
		return err
	}
	defer rows.Close()
	into := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		switch c.Type {
		case "int":
			into[i] = new(sql.NullInt64)
		case "real":
			into[i] = new(sql.NullFloat64)
		case "bool":
			into[i] = new(sql.NullBool)
		case "blob":
			into[i] = new(any) // a []byte would not tell an empty value from none
		default:
			into[i] = new(sql.NullString)
		}
	}
	var line []byte
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		line = append(line[:0], '[')
		for i, c := range t.Columns {
			if i > 0 {
				line = append(line, ',')
			}
			if line, err = appendValue(line, c.Type, into[i]); err != nil {
				return fmt.Errorf("backup: %s.%s: %w", t.Name, c.Name, err)
			}
		}
		if err := fn(append(line, ']', '\n')); err != nil {
			return err
		}
	}
	return rows.Err()
}

func appendValue(b []byte, kind string, v any) ([]byte, error) {
	switch v := v.(type) {
	case *sql.NullInt64:
		if v.Valid {
			return strconv.AppendInt(b, v.Int64, 10), nil
		}
	case *sql.NullFloat64:
		if v.Valid && (math.IsInf(v.Float64, 0) || math.IsNaN(v.Float64)) {
			return strconv.AppendQuote(b, strconv.FormatFloat(v.Float64, 'g', -1, 64)), nil
		} else if v.Valid {
			return strconv.AppendFloat(b, v.Float64, 'g', -1, 64), nil
		}
	case *sql.NullBool:
		if v.Valid {
			return strconv.AppendBool(b, v.Bool), nil
		}
	case *any:
		if *v != nil {
			bytes, ok := (*v).([]byte)
			if !ok {
				return nil, fmt.Errorf("%T instead of bytes", *v)
			}
			return append(base64.StdEncoding.AppendEncode(append(b, '"'), bytes), '"'), nil
		}
	case *sql.NullString:
		if v.Valid && kind == "json" {
			j, err := canonicalJSON(v.String)
			return append(b, j...), err
		} else if v.Valid {
			return appendText(b, v.String), nil
		}
	}
	return append(b, "null"...), nil
}

func appendText(b []byte, s string) []byte {
	if !utf8.ValidString(s) {
		b = append(b, `{"bytes":"`...)
		return append(base64.StdEncoding.AppendEncode(b, []byte(s)), `"}`...)
	}
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < ' ':
			b = fmt.Appendf(b, `\u%04x`, c)
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

// canonicalJSON writes a JSON value as PostgreSQL's jsonb understands it: of a repeated key the last value counts, and
// numbers have no exponent. Keys are sorted by bytes, and there are no spaces.
func canonicalJSON(text string) ([]byte, error) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	v, err := plainNumbers(v)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err = e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

func plainNumbers(v any) (_ any, err error) {
	switch v := v.(type) {
	case json.Number:
		return plainNumber(string(v))
	case []any:
		for i := range v {
			if v[i], err = plainNumbers(v[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for k := range v {
			if v[k], err = plainNumbers(v[k]); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}

// maxShift bounds how long a number becomes without its exponent.
const maxShift = 1000

// plainNumber moves the point of 1.50e1 (15.0) and takes the sign from -0, as PostgreSQL does.
func plainNumber(s string) (json.Number, error) {
	mantissa, exponent, has := strings.Cut(strings.ToLower(s), "e")
	shift := 0
	if has {
		var err error
		if shift, err = strconv.Atoi(exponent); err != nil || shift > maxShift || shift < -maxShift {
			return "", fmt.Errorf("the number %.40s has too large an exponent", s)
		}
	}
	mantissa, negative := strings.CutPrefix(mantissa, "-")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if shift > 0 {
		fraction += strings.Repeat("0", max(0, shift-len(fraction)))
		whole, fraction = whole+fraction[:shift], fraction[shift:]
	} else if shift < 0 {
		whole = strings.Repeat("0", max(0, -shift-len(whole)+1)) + whole
		whole, fraction = whole[:len(whole)+shift], whole[len(whole)+shift:]+fraction
	}
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if negative && strings.Trim(whole, "0.") != "" {
		whole = "-" + whole
	}
	return json.Number(whole), nil
}

var errRow = errors.New("backup: a row that this program does not write")

// parseRow reads a line into one value per column, as the database drivers take them.
func parseRow(line []byte, columns []db.Column, values []any) ([]any, error) {
	var cells []json.RawMessage
	if err := json.Unmarshal(line, &cells); err != nil || len(cells) != len(columns) {
		return nil, errRow
	}
	for i, c := range cells {
		v, err := parseValue(c, columns[i].Type)
		if err != nil {
			return nil, errRow
		}
		values = append(values, v)
	}
	return values, nil
}

func parseValue(cell json.RawMessage, kind string) (any, error) {
	if string(cell) == "null" {
		return nil, nil
	}
	switch kind {
	case "int":
		return strconv.ParseInt(string(cell), 10, 64)
	case "real":
		return strconv.ParseFloat(strings.Trim(string(cell), `"`), 64)
	case "bool":
		return strconv.ParseBool(string(cell))
	case "json":
		return string(cell), nil
	case "blob":
		var b []byte
		err := json.Unmarshal(cell, &b)
		return b, err
	}
	if bytes.HasPrefix(cell, []byte("{")) {
		var odd struct{ Bytes []byte }
		err := json.Unmarshal(cell, &odd)
		return string(odd.Bytes), err
	}
	var s string
	err := json.Unmarshal(cell, &s)
	return s, err
}

// sum counts and hashes the rows of a table.
type sum struct {
	rows int64
	hash interface {
		Write(p []byte) (int, error)
		Sum(b []byte) []byte
	}
}

func newSum() *sum { return &sum{hash: sha256.New()} }

func (s *sum) add(line []byte) error {
	s.rows++
	_, err := s.hash.Write(line)
	return err
}

func (s *sum) hex() string { return hex.EncodeToString(s.hash.Sum(nil)) }
