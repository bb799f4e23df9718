package archtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// rule is one rule of the house with a planted breach of each kind and with code that it must let pass.
type rule struct {
	name    string
	find    func(Tree) []string
	planted map[string]string // path → text
	want    []string          // each found once, in the order of the findings
}

var filler = strings.Repeat("// line\n", 701)

var rules = []rule{
	{"imports", Imports, map[string]string{
		"internal/std/xlsx/a.go":             `package xlsx; import ("net/http"; "langso/internal/platform/fault")`,
		"internal/std/ok/a.go":               `package ok; import ("encoding/xml"; "langso/internal/std/xlsx")`,
		"internal/platform/web/a.go":         `package web; import "langso/internal/territory"`,
		"internal/platform/ui/a.go":          `package ui; import ("langso/internal/platform/i18n"; "langso/web")`,
		"internal/platform/db/a.go":          `package db; import "langso/internal/platform/db/dbtest"`,
		"internal/platform/db/a_test.go":     `package db_test; import "langso/internal/platform/db/dbtest"`,
		"internal/territory/a.go":            `package territory; import "langso/internal/criteria"`,
		"internal/criteria/a.go":             `package criteria; import ("langso/internal/territory"; "langso/internal/survey")`,
		"internal/assessment/a.go":           `package assessment; import ("langso/internal/criteria"; "langso/internal/territory"; "langso/internal/assessment/workbook"; "langso/internal/platform/db"; "langso/internal/std/xlsx"; "langso/internal/market/event")`,
		"internal/assessment/b.go":           `package assessment; import ("langso/internal/app"; "langso/internal/criteria/inner"; "langso/internal/testkit")`,
		"internal/assessment/b_test.go":      `package assessment_test; import "langso/internal/testkit"`,
		"internal/atlas/a.go":                `package atlas; import ("langso/internal/territory"; "langso/internal/criteria")`,
		"internal/learning/a.go":             `package learning; import ("langso/internal/territory"; "langso/internal/survey"; "langso/internal/assessment")`,
		"internal/novelty/a.go":              `package novelty; import ("langso/internal/territory"; "langso/internal/criteria")`,
		"internal/app/a.go":                  `package app; import ("langso/internal/assessment"; "langso/internal/platform/web")`,
		"cmd/langso/main.go":                 `package main; import ("langso/internal/app"; "langso/internal/platform/db")`,
		"internal/testkit/a.go":              `package testkit; import ("langso/internal/app"; "langso/internal/platform/db/dbtest")`,
		"internal/territory/testdata/fix.go": `package fix; import "langso/internal/app"`,
	}, []string{
		"cmd/langso/main.go imports langso/internal/platform/db",
		"internal/assessment/b.go imports langso/internal/app",
		"internal/assessment/b.go imports langso/internal/criteria/inner",
		"internal/assessment/b.go imports langso/internal/testkit",
		"internal/atlas/a.go imports langso/internal/criteria",
		"internal/criteria/a.go imports langso/internal/survey",
		"internal/learning/a.go imports langso/internal/assessment",
		"internal/novelty/a.go imports langso/internal/criteria",
		"internal/platform/db/a.go imports langso/internal/platform/db/dbtest",
		"internal/platform/web/a.go imports langso/internal/territory",
		"internal/std/xlsx/a.go imports langso/internal/platform/fault",
		"internal/std/xlsx/a.go imports net/http",
		"internal/territory/a.go imports langso/internal/criteria",
	}},
	{"modules listed", ModulesListed, map[string]string{
		"internal/app/modules.go":   `package app; import "langso/internal/territory"`,
		"internal/territory/a.go":   `package territory`,
		"internal/criteria/a.go":    `package criteria`,
		"internal/platform/db/a.go": `package db`,
		"internal/testkit/a.go":     `package testkit`,
	}, []string{"internal/criteria is not listed"}},
	{"SQL place", SQLPlace, map[string]string{
		"internal/criteria/service.go":        "package criteria\nfunc f(q Q) { q.QueryContext(nil, `\n\tSELECT id FROM criteria_set`) }\n",
		"internal/criteria/store.go":          "package criteria\nfunc f(q Q) { q.QueryContext(nil, `SELECT id FROM criteria_set`) }\n",
		"internal/criteria/store_values.go":   "package criteria\nconst s = `DELETE FROM criteria_set`\n",
		"internal/criteria/words.go":          "package criteria\nconst s = `UPDATE the list, then SELECT one`\n",
		"internal/criteria/x_test.go":         "package criteria\nconst s = `DELETE FROM criteria_set`\n",
		"internal/criteria/new.sql":           "CREATE TABLE x (a TEXT)",
		"internal/criteria/migrations/01.sql": "CREATE TABLE x (a TEXT)",
	}, []string{
		"internal/criteria/service.go:2: QueryContext outside",
		"internal/criteria/service.go:2: SQL outside",
		"internal/criteria/new.sql: an .sql file outside",
	}},
	{"SQL dialect", SQLDialect, map[string]string{
		"internal/criteria/store.go": "package criteria\n\nconst a = `SELECT x FROM t WHERE name ILIKE $1`\nconst b = `UPDATE t SET at_ms = now()`\nconst c = `SELECT x::text FROM t`\n" +
			"const d = `SELECT x FROM t FOR UPDATE`\nconst e = `SELECT x FROM t FETCH FIRST 1 ROWS ONLY`\nconst f = `SELECT x FROM t WHERE id = ANY($1)`\n" +
			"const g = `SELECT x FROM t WHERE id IN (SELECT value FROM json_each($1))`\nconst h = `SELECT greatest(a, b) FROM t`\nconst i = `SELECT x FROM t WHERE ($1 IS NULL OR c = $1)`\n" +
			"const j = `SELECT x FROM t WHERE a = $2 AND b = $1`\nconst k = `SELECT x FROM t WHERE a = ?`\nconst l = `SELECT CURRENT_TIMESTAMP`\n",
		"internal/criteria/store_ok.go":                "package criteria\nconst a = `SELECT CAST(x AS TEXT) FROM t WHERE a = $1 AND b = $2 AND c = $1 AND many IS NULL ORDER BY d NULLS LAST LIMIT $3`\nconst b = ` AND e = $7 AND f = $8`\n",
		"internal/criteria/store_postgres.go":          "package criteria\nconst a = `SELECT x FROM t FOR UPDATE`\n",
		"internal/criteria/migrations/01_a.sql":        "-- +goose Up\n-- ids :: never from the engine\nCREATE TABLE t (id BIGSERIAL);\n",
		"internal/criteria/migrations/02.postgres.sql": "CREATE INDEX i ON t ((a::text));\n",
	}, []string{
		`01_a.sql:3: "BIGSERIAL"`, `store.go:3: "ILIKE"`, `store.go:4: "now("`, `store.go:5: "::"`, `store.go:6: "FOR UPDATE"`, `store.go:7: "FETCH FIRST"`, `store.go:8: "ANY("`,
		`store.go:9: "json_each"`, `store.go:10: "greatest("`, `store.go:11: "IS NULL OR"`, `store.go:12: $1 is not numbered`, `store.go:13: "?"`, `store.go:14: "CURRENT_TIMESTAMP"`,
	}},
	{"calls", Calls, map[string]string{
		"internal/criteria/a.go": "package criteria\n\nimport (\n\t\"net\"\n\t\"net/http\"\n\t\"text/template\"\n\n\t\"github.com/a-h/templ\"\n)\n\nfunc init() {}\n" +
			"func a() { http.Get(u) }\nfunc b() any { return http.DefaultClient }\nfunc c() { net.Dial(x, y) }\nfunc d() any { return &http.Client{} }\nfunc e() any { return templ.Raw(s) }\nfunc f() any { return template.New(s) }\n",
		"internal/criteria/ok.go":         "package criteria\n\nimport (\n\t\"net\"\n\t\"net/http\"\n)\n\nfunc a() { net.Listen(x, y) }\nfunc b(w http.ResponseWriter, r *http.Request) { r.Header.Get(k) }\nfunc (t T) init() {}\n",
		"internal/criteria/a_test.go":     "package criteria\n\nimport \"net/http\"\n\nfunc a() { http.Get(u) }\n",
		"internal/platform/outbound/a.go": "package outbound\n\nimport \"net\"\n\nvar d net.Dialer\n",
	}, []string{
		"a.go:6: text/template", "a.go:11: an init function", "a.go:12: net/http.Get", "a.go:13: net/http.DefaultClient", "a.go:14: net.Dial", "a.go:15: net/http.Client", "a.go:16: templ.Raw",
	}},
	{"scripts", Scripts, map[string]string{
		"web/islands/a.ts":              "a.innerHTML = x;\nb.insertAdjacentHTML('beforeend', x);\nc.setHTML(x);\neval(x);\nd.textContent = x; // never innerHTML\nretrieval(x);\n",
		"internal/criteria/pages.templ": "package criteria\n\ntempl A() {\n\t@templ.Raw(x)\n}\n",
	}, []string{"pages.templ:4: templ.Raw", "a.ts:1: innerHTML", "a.ts:2: insertAdjacentHTML", "a.ts:3: setHTML", "a.ts:4: eval"}},
	{"dependencies", Dependencies, map[string]string{
		"go.mod":           "module langso\n\nrequire (\n\texample.org/listed v1.0.0\n\texample.org/unlisted v1.0.0\n\texample.org/below v1.0.0 // indirect\n)\n\nrequire example.org/single v1.0.0\n",
		"tools/go.mod":     "module langso/tools\n\ntool (\n\texample.org/tool/cmd/x\n)\n\nrequire (\n\texample.org/tool v1.0.0 // indirect\n)\n",
		"web/package.json": `{"devDependencies": {"axe": "1", "bundle": "2"}}`,
		dependencyList:     "| name | why | licence | health |\n|---|---|---|---|\n| `example.org/listed` | reads | MIT | alive |\n| `example.org/gone` | reads | MIT | alive |\n| `axe` | checks |  | alive |\n| `bundle` | bundles | MIT |\n",
	}, []string{
		dependencyList + ":4: example.org/gone is required nowhere", dependencyList + ":5: axe has an empty cell", dependencyList + ":6: want four cells",
		"go.mod: example.org/single has no line", "go.mod: example.org/unlisted has no line", "tools/go.mod: example.org/tool has no line",
	}},
	{"translations", Translations, map[string]string{
		"internal/criteria/locales/vi.json": `{"criteria.known": "Biết %s", "criteria.two": "%[2]d của %[1]s", "criteria.only_vi": "a", "criteria.other": "%d", "criteria.band_a": "a", "criteria.help": "a", "criteria.unused": "a", "criteria.quarter": "Quý %[1]s/%[2]d"}`,
		"internal/criteria/locales/en.json": `{"criteria.known": "Known %s", "criteria.two": "%s has %d", "criteria.only_en": "a", "criteria.other": "%s", "criteria.band_a": "a", "criteria.help": "a", "criteria.unused": "a", "criteria.quarter": "Quarter %[3]s/%[2]d"}`,
		"internal/survey/locales/vi.json":   `{}`,
		"internal/criteria/a.go": "package criteria\n\nimport (\n\t\"langso/internal/platform/fault\"\n\t\"langso/internal/platform/i18n\"\n)\n\nfunc a(r R, c C) {\n" +
			"\tfault.New(fault.Invalid, \"criteria.known\", x)\n\tfault.New(fault.Invalid, \"criteria.none\")\n\ti18n.T(ctx, \"criteria.absent\")\n\tr.T(\"criteria.missing\")\n\ti18n.T(ctx, \"criteria.band_\"+id)\n\ti18n.T(ctx, \"criteria.kind_\"+id)\n" +
			"\tr.T(\"criteria.two\", x)\n\tr.T(\"criteria.only_vi\")\n\tr.T(\"criteria.other\")\n\tr.T(\"criteria.other\", args...)\n\t_ = Command{HelpKey: \"criteria.help\"}\n\t_ = Item{Text: \"criteria.menu\"}\n\t_ = Item{Text: \"Plain words.\"}\n\tr.T(\"criteria.quarter\", q, y, n)\n}\n",
	}, []string{
		`en.json: "criteria.only_vi" is missing`, `en.json: "criteria.other" takes [s]`, `vi.json: "criteria.only_en" is missing`, "internal/survey/locales/en.json is missing",
		`a.go:10: "criteria.none" has no translation`, `a.go:11: "criteria.absent" has no translation`, `a.go:12: "criteria.missing" has no translation`, `a.go:14: no key begins with "criteria.kind_"`,
		`a.go:15: "criteria.two" takes 2 values and gets 1`, `a.go:17: "criteria.other" takes 1 values and gets 0`, `a.go:20: "criteria.menu" has no translation`, `no code uses the text "criteria.unused"`,
	}},
	{"lengths", Lengths, map[string]string{
		"internal/criteria/long.go": "package criteria\n" + filler, "internal/criteria/long_test.go": "package criteria\n" + filler, "internal/criteria/a_templ.go": "package criteria\n" + filler,
		"internal/criteria/short.go": filler[:8*100],
	}, []string{"internal/criteria/long.go has 702 lines"}},
	{"names", Names, map[string]string{
		"internal/utils/a.go": "package utils", "internal/criteria/a.go": "package criteria", "internal/criteria/a_test.go": "package criteria_test", "internal/two_words/a.go": "package two_words",
		"tools/helper/main.go": "package main",
	}, []string{"internal/two_words: package two_words is not one", "internal/utils: package utils says nothing", "tools/helper: package main says nothing"}},
	{"machines", Machines, map[string]string{
		"a.md": "see /wo" + "rk/main/x", "b.json": `{"resolved": "https://registry.npm` + `js.org/x"}`, "c.go": "// /ro" + "ot/go", "d.md": "framework/main, ../wo" + "rk/, https://example.org/wo" + "rk/x",
	}, []string{"a.md:1", "b.json:1", "c.go:1"}},
	{"unfinished", Unfinished, map[string]string{
		"internal/criteria/a.go": "package criteria\n// TO" + "DO: more\n", "internal/criteria/b.go": "package criteria\nfunc f() { panic(\"skele" + "ton\") }\n", "internal/criteria/c.go": "package criteria\n// all todos are done\n",
	}, []string{"a.go:2", "b.go:2"}},
}

// checkout loads the checkout that this test stands in.
func checkout(t *testing.T) Tree {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	tree, err := Load(filepath.Join(dir, "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(tree["go.mod"], "module "+modulePath+"\n") || len(tree.paths(isProduct)) < 20 {
		t.Fatalf("this is not the checkout: %d files", len(tree))
	}
	return tree
}

func TestHouse(t *testing.T) {
	tree := checkout(t)
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			for _, found := range r.find(tree) {
				t.Error(found)
			}
		})
	}
}

func TestRulesFindPlantedBreaches(t *testing.T) {
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			got := r.find(r.planted)
			for i, g := range got {
				if i >= len(r.want) || !strings.Contains(g, r.want[i]) {
					t.Errorf("found unexpectedly or out of order: %s", g)
				}
			}
			if len(got) != len(r.want) {
				t.Errorf("%d findings, want %d", len(got), len(r.want))
			}
		})
	}
}

// Every tier of the modules must be reachable by a later one and closed to an earlier one.
func TestTiers(t *testing.T) {
	for _, c := range []struct {
		from, to string
		want     bool
	}{
		{"criteria", "territory", true}, {"criteria", "library", true}, {"territory", "library", false}, {"recognition", "assessment", true}, {"recognition", "trace", false},
		{"programme", "recognition", true}, {"survey", "recognition", false}, {"portal", "survey", false}, {"learning", "survey", true}, {"territory", "portal", false},
	} {
		if got := earlier(c.from, c.to); got != c.want {
			t.Errorf("%s may import %s: %v, want %v", c.from, c.to, got, c.want)
		}
	}
}
