package archtest

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
)

// dependencyList is where every direct dependency stands with its reason, licence and health.
const dependencyList = "docs/decisions/dependencies.md"

// Dependencies finds direct dependencies without a full line in the list, and lines of dependencies that are gone.
func Dependencies(t Tree) []string {
	var out []string
	used := map[string]string{} // dependency → file that requires it
	for _, file := range []string{"go.mod", "tools/go.mod"} {
		for _, m := range required(t[file]) {
			used[m] = file
		}
	}
	var pkg struct {
		Dependencies    map[string]string `json:"dependencies"`
		DevDependencies map[string]string `json:"devDependencies"`
	}
	if text, ok := t["web/package.json"]; ok {
		if err := json.Unmarshal([]byte(text), &pkg); err != nil {
			out = append(out, "web/package.json: "+err.Error())
		}
	}
	for _, list := range []map[string]string{pkg.Dependencies, pkg.DevDependencies} {
		for name := range list {
			used[name] = "web/package.json"
		}
	}
	listed := map[string]bool{}
	for i, line := range strings.Split(t[dependencyList], "\n") {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		name := strings.Trim(strings.TrimSpace(cells[0]), "`")
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		listed[name] = true
		if used[name] == "" {
			out = append(out, fmt.Sprintf("%s:%d: %s is required nowhere", dependencyList, i+1, name))
		}
		if len(cells) != 4 {
			out = append(out, fmt.Sprintf("%s:%d: want four cells: name, why, licence, health", dependencyList, i+1))
			continue
		}
		for _, c := range cells {
			if strings.TrimSpace(c) == "" {
				out = append(out, fmt.Sprintf("%s:%d: %s has an empty cell", dependencyList, i+1, name))
			}
		}
	}
	for name, file := range used {
		if !listed[name] {
			out = append(out, fmt.Sprintf("%s: %s has no line in %s", file, name, dependencyList))
		}
	}
	sort.Strings(out)
	return out
}

// required returns the direct requirements of a go.mod, and the modules of its tool lines.
func required(mod string) []string {
	var all, out []string
	var tools []string
	block := ""
	for _, line := range strings.Split(mod, "\n") {
		line = strings.TrimSpace(line)
		f := strings.Fields(line)
		switch {
		case len(f) == 2 && f[1] == "(":
			block = f[0]
			continue
		case line == ")":
			block = ""
			continue
		case len(f) > 1 && (f[0] == "require" || f[0] == "tool"):
			f, block = f[1:], f[0]
			if block == "require" {
				all = append(all, f[0])
				if !strings.Contains(line, "// indirect") {
					out = append(out, f[0])
				}
			} else {
				tools = append(tools, f[0])
			}
			block = ""
			continue
		case len(f) == 0:
			continue
		}
		switch block {
		case "require":
			all = append(all, f[0])
			if !strings.Contains(line, "// indirect") {
				out = append(out, f[0])
			}
		case "tool":
			tools = append(tools, f[0])
		}
	}
	for _, tool := range tools {
		for _, m := range all {
			if tool == m || strings.HasPrefix(tool, m+"/") {
				out = append(out, m)
			}
		}
	}
	return out
}
