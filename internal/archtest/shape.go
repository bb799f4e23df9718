package archtest

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// maxLines is the length above which a Go file should be two.
const maxLines = 700

// Lengths finds Go files of more than 700 lines; tests and generated files may be longer.
func Lengths(t Tree) []string {
	var out []string
	for _, p := range t.paths(func(p string) bool { return isGo(p) && !isTest(p) && !isGenerated(p) }) {
		if n := strings.Count(t[p], "\n"); n > maxLines {
			out = append(out, fmt.Sprintf("%s has %d lines, more than %d", p, n, maxLines))
		}
	}
	return out
}

var emptyNames = regexp.MustCompile(`^(utils?|commons?|helpers?|base|misc|shared|lib|types|models?)$`)

var goodName = regexp.MustCompile(`^[a-z][a-z0-9]*$`)

// Names finds packages whose name says nothing, and names that are not one lower-case word.
func Names(t Tree) []string {
	var out []string
	seen := map[string]bool{}
	for _, g := range t.parse(func(string) bool { return true }) {
		name := strings.TrimSuffix(g.file.Name.Name, "_test")
		dir := path.Dir(g.path)
		if seen[dir+" "+name] {
			continue
		}
		seen[dir+" "+name] = true
		if emptyNames.MatchString(name) || emptyNames.MatchString(path.Base(dir)) {
			out = append(out, dir+": package "+name+" says nothing about what it is for")
		} else if !goodName.MatchString(name) {
			out = append(out, dir+": package "+name+" is not one lower-case word")
		}
	}
	return out
}

// machineWords are paths of a single machine and hosts of package registries, which mean nothing elsewhere. They are put
// together here so that this file does not hold them itself.
var machineWords = regexp.MustCompile(`(^|[^\w.$}/-])/(` + strings.Join([]string{"work", "root", "home/[a-z]", "Users/[a-zA-Z]"}, "|") + `)\b(/|$)|` +
	regexp.QuoteMeta("registry.npm"+"js.org") + `|` + regexp.QuoteMeta("proxy.go"+"lang.org") + `|` + regexp.QuoteMeta("deb.deb"+"ian.org") + `|` +
	regexp.QuoteMeta("pypi."+"org") + `|` + regexp.QuoteMeta("/tm"+"p/w/"))

// Machines finds paths of one machine and hosts of package registries.
func Machines(t Tree) []string {
	var out []string
	for _, p := range t.paths(func(string) bool { return true }) {
		for i, line := range strings.Split(t[p], "\n") {
			if m := machineWords.FindString(line); m != "" {
				out = append(out, fmt.Sprintf("%s:%d: %q", p, i+1, strings.TrimSpace(m)))
			}
		}
	}
	return out
}

var unfinished = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b|panic\("(skele` + `ton|not imple` + `mented)"\)`)

// Unfinished finds notes about work that is left.
func Unfinished(t Tree) []string {
	var out []string
	for _, p := range t.paths(func(p string) bool {
		return !inTestdata(p) && (isGo(p) || strings.HasSuffix(p, ".templ") || strings.HasSuffix(p, ".ts") || strings.HasSuffix(p, ".css") || strings.HasSuffix(p, ".sql"))
	}) {
		for i, line := range strings.Split(t[p], "\n") {
			if m := unfinished.FindString(line); m != "" {
				out = append(out, fmt.Sprintf("%s:%d: %s", p, i+1, m))
			}
		}
	}
	return out
}
