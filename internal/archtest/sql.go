package archtest

import (
	"fmt"
	"go/ast"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// sqlWords are what only one engine understands, with what to write instead (docs/decisions/0004).
var sqlWords = []struct {
	word    *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`(?i)\bILIKE\b`), "compare folded columns"},
	{regexp.MustCompile(`(?i)\bnow\s*\(`), "pass the time of the transaction"},
	{regexp.MustCompile(`(?i)\bcurrent_(timestamp|date|time)\b`), "pass the time of the transaction"},
	{regexp.MustCompile(`::`), "write CAST(x AS type)"},
	{regexp.MustCompile(`(?i)\bFOR\s+UPDATE\b`), "db.Write is serializable already"},
	{regexp.MustCompile(`(?i)\bFETCH\s+(FIRST|NEXT)\b`), "write LIMIT"},
	{regexp.MustCompile(`(?i)\bANY\s*\(`), "write IN with db.In"},
	{regexp.MustCompile(`(?i)\bjson_each\b`), "write IN with db.In"},
	{regexp.MustCompile(`(?i)\b(greatest|least)\s*\(`), "write CASE"},
	{regexp.MustCompile(`(?i)\bIS\s+NULL\s+OR\b`), "build the WHERE in Go"},
	{regexp.MustCompile(`(?i)\b(date_trunc|extract|to_char|strftime)\s*\(`), "compute dates in Go"},
	{regexp.MustCompile(`(?i)\bround\s*\(`), "round in Go"},
	{regexp.MustCompile(`(?i)\bAUTOINCREMENT\b|\b(BIG)?SERIAL\b`), "ids come from Go"},
	{regexp.MustCompile(`[=(,\s]\?(?:[\s,)]|$)`), "write $n"},
}

// sqlStart recognises a statement at the beginning of a text. Statements are written with capital keywords.
var sqlStart = regexp.MustCompile(`^\s*(SELECT\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(TABLE|INDEX|UNIQUE|SCHEMA|VIEW|TEMP)|ALTER\s+TABLE\s|DROP\s+(TABLE|INDEX|SCHEMA|VIEW)\s|WITH\s+(RECURSIVE\s+)?\w+(\s*\([^)]*\))?\s+AS\s*\()`)

var sqlCalls = map[string]bool{"ExecContext": true, "QueryContext": true, "QueryRowContext": true, "PrepareContext": true}

// isStore reports whether SQL may stand in the Go file p.
func isStore(p string) bool {
	return strings.HasPrefix(path.Base(p), "store") || under(p, "internal/platform/db", "internal/platform/audit")
}

// isEngineOnly reports whether p holds text for one engine on purpose.
func isEngineOnly(p string) bool {
	for _, end := range []string{"_postgres.go", "_sqlite.go", ".postgres.sql", ".sqlite.sql"} {
		if strings.HasSuffix(p, end) {
			return true
		}
	}
	return under(p, "internal/platform/db")
}

// SQLPlace finds SQL outside store*.go, migrations and the platform packages that keep tables of their own.
func SQLPlace(t Tree) []string {
	var out []string
	for _, g := range t.parse(func(p string) bool { return isProduct(p) && !isStore(p) && !isGenerated(p) }) {
		ast.Inspect(g.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if s, ok := n.Fun.(*ast.SelectorExpr); ok && sqlCalls[s.Sel.Name] {
					out = append(out, g.at(n)+": "+s.Sel.Name+" outside store*.go")
				}
			case *ast.BasicLit:
				if v, ok := text(n); ok && sqlStart.MatchString(v) {
					out = append(out, g.at(n)+": SQL outside store*.go")
				}
			}
			return true
		})
	}
	for _, p := range t.paths(func(p string) bool { return strings.HasSuffix(p, ".sql") && !inTestdata(p) }) {
		if path.Base(path.Dir(p)) != "migrations" {
			out = append(out, p+": an .sql file outside a migrations folder")
		}
	}
	return out
}

// SQLDialect finds words that only one engine understands, and placeholders that are not numbered in order.
func SQLDialect(t Tree) []string {
	var out []string
	for _, p := range t.paths(func(p string) bool { return strings.HasSuffix(p, ".sql") && !inTestdata(p) && !isEngineOnly(p) }) {
		for i, line := range strings.Split(t[p], "\n") {
			code, _, _ := strings.Cut(line, "--")
			out = append(out, dialect(fmt.Sprintf("%s:%d", p, i+1), code)...)
		}
	}
	for _, g := range t.parse(func(p string) bool { return isProduct(p) && isStore(p) && !isEngineOnly(p) }) {
		ast.Inspect(g.file, func(n ast.Node) bool {
			if imp, ok := n.(*ast.ImportSpec); ok && imp != nil {
				return false
			}
			lit, ok := n.(*ast.BasicLit)
			if !ok {
				return true
			}
			if v, ok := text(lit); ok {
				out = append(out, dialect(g.at(lit), v)...)
			}
			return true
		})
	}
	return out
}

var placeholder = regexp.MustCompile(`\$(\d+)`)

func dialect(at, sql string) []string {
	var out []string
	for _, w := range sqlWords {
		if m := w.word.FindString(sql); m != "" {
			out = append(out, fmt.Sprintf("%s: %q: %s", at, strings.TrimSpace(m), w.instead))
		}
	}
	seen, highest := map[int]bool{}, 0
	for _, m := range placeholder.FindAllStringSubmatch(sql, -1) {
		n, _ := strconv.Atoi(m[1])
		if !seen[n] && highest > 0 && n != highest+1 {
			out = append(out, fmt.Sprintf("%s: $%d is not numbered in order", at, n))
		}
		seen[n], highest = true, max(highest, n)
	}
	return out
}
