package archtest

import (
	"fmt"
	"path"
	"sort"
	"strings"
)

// tiers is the order of the modules: one may import those of earlier tiers (docs/decisions/0007 and 0008).
var tiers = [][]string{
	{"territory", "library"},
	{"criteria", "producer", "survey"},
	{"assessment", "growing", "civic", "sensing"},
	{"trace", "tour", "recognition", "board"},
	{"programme", "market", "briefing"},
}

// narrow lists modules that stand beside the tiers and import only what is named; a module that is listed nowhere may
// import territory.
var narrow = map[string][]string{
	"atlas":    {"territory"},
	"portal":   {"territory"},
	"learning": {"territory", "survey"},
}

// place says what kind of package an import path of the product is.
type place struct {
	kind string // "std", "platform", "module", "app", "cmd", "web", "testkit", "dbtest", "archtest"; "" = not of the product
	name string // of a module
	rest string // path below the module's folder
}

func placeOf(importPath string) place {
	p, ok := strings.CutPrefix(importPath, modulePath+"/")
	if !ok {
		return place{}
	}
	switch {
	case under(p, "cmd"):
		return place{kind: "cmd"}
	case under(p, "web"):
		return place{kind: "web"}
	case under(p, "tools"):
		return place{}
	}
	p = strings.TrimPrefix(p, "internal/")
	name, rest, _ := strings.Cut(p, "/")
	switch {
	case p == "platform/db/dbtest":
		return place{kind: "dbtest"}
	case name == "std" || name == "platform" || name == "app" || name == "testkit" || name == "archtest":
		return place{kind: name}
	}
	return place{"module", name, rest}
}

// Imports finds imports against the direction std ← platform ← modules ← app ← cmd and against the order of the modules.
func Imports(t Tree) []string {
	var out []string
	for _, g := range t.parse(func(p string) bool { return under(p, "internal", "cmd", "web") }) {
		from := placeOf(modulePath + "/" + path.Dir(g.path))
		targets := make([]string, 0, len(g.imports))
		for _, ip := range g.imports {
			targets = append(targets, ip)
		}
		sort.Strings(targets)
		for _, ip := range targets {
			if from.kind == "std" && (ip == "net/http" || ip == "database/sql") {
				out = append(out, fmt.Sprintf("%s imports %s: a standard is a pure codec", g.path, ip))
			}
			to := placeOf(ip)
			if to.kind != "" && !mayImport(from, to, isTest(g.path)) {
				out = append(out, fmt.Sprintf("%s imports %s", g.path, ip))
			}
		}
	}
	return out
}

func mayImport(from, to place, test bool) bool {
	switch from.kind {
	case "testkit", "archtest":
		return to.kind != "cmd"
	}
	if to.kind == "testkit" || to.kind == "dbtest" {
		return test || from.kind == "dbtest"
	}
	switch from.kind {
	case "std":
		return to.kind == "std"
	case "web":
		return false
	case "platform", "dbtest":
		return to.kind == "std" || to.kind == "platform" || to.kind == "web"
	case "app":
		return to.kind != "cmd"
	case "cmd":
		return to.kind == "app"
	}
	switch to.kind {
	case "std", "platform":
		return true
	case "module":
		switch {
		case to.name == from.name, to.rest == "event":
			return true
		case to.rest != "":
			return false // packages below a module are its own business
		}
		return earlier(from.name, to.name)
	}
	return false
}

// earlier reports whether module from may import module to.
func earlier(from, to string) bool {
	if allowed, ok := narrow[from]; ok {
		for _, a := range allowed {
			if a == to {
				return true
			}
		}
		return false
	}
	f, t := tier(from), tier(to)
	if f < 0 {
		return to == "territory"
	}
	return t >= 0 && t < f
}

func tier(name string) int {
	for i, names := range tiers {
		for _, n := range names {
			if n == name {
				return i
			}
		}
	}
	return -1
}

// ModulesListed finds module folders that internal/app/modules.go does not import, so that nobody runs them.
func ModulesListed(t Tree) []string {
	const list = "internal/app/modules.go"
	imported := map[string]bool{}
	for _, g := range t.parse(func(p string) bool { return p == list }) {
		for _, ip := range g.imports {
			imported[ip] = true
		}
	}
	var out []string
	for _, name := range modules(t) {
		if !imported[modulePath+"/internal/"+name] {
			out = append(out, "internal/"+name+" is not listed in "+list)
		}
	}
	return out
}

// modules returns the names of the module folders: those with a file internal/<name>/module.go, or with any Go file.
func modules(t Tree) []string {
	seen := map[string]bool{}
	for _, p := range t.paths(isGo) {
		if pl := placeOf(modulePath + "/" + path.Dir(p)); pl.kind == "module" && under(p, "internal") {
			seen[pl.name] = true
		}
	}
	out := make([]string, 0, len(seen))
	for n := range seen {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}
