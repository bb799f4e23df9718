// Package archtest holds the rules of the house that a compiler does not know: who may import whom, where SQL and calls to
// the outside may stand, that every text has its translation and every dependency its reason. Each rule reads a Tree and
// returns what it found; its test shows that the checkout is clean and that a planted breach is found.
//
// The rules are written down in CONTRIBUTING.md and docs/decisions.
package archtest

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

// modulePath is the path of the product's Go module.
const modulePath = "langso"

// Tree is the text of a checkout: file contents by path with slashes, from the root.
type Tree map[string]string

// Load reads the checkout at root. Files that git does not keep and binary files are left out.
func Load(root string) (Tree, error) {
	t := Tree{}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			switch rel {
			case ".git", "bin", "data", "tmp", "web/node_modules", "web/dist":
				return filepath.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() {
			return nil
		}
		b, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		if !bytes.Contains(b[:min(len(b), 8000)], []byte{0}) {
			t[rel] = string(b)
		}
		return nil
	})
	return t, err
}

// paths returns the files for which keep is true, sorted.
func (t Tree) paths(keep func(p string) bool) []string {
	var out []string
	for p := range t {
		if keep(p) {
			out = append(out, p)
		}
	}
	sort.Strings(out)
	return out
}

func isGo(p string) bool { return strings.HasSuffix(p, ".go") && !inTestdata(p) }

func isTest(p string) bool { return strings.HasSuffix(p, "_test.go") }

func isGenerated(p string) bool { return strings.HasSuffix(p, "_templ.go") }

func inTestdata(p string) bool { return strings.Contains("/"+p, "/testdata/") }

// isProduct reports whether p is Go code that runs in production.
func isProduct(p string) bool {
	return isGo(p) && !isTest(p) && under(p, "internal", "cmd") && !under(p, "internal/testkit", "internal/archtest", "internal/platform/db/dbtest")
}

// under reports whether p lies in one of the folders.
func under(p string, folders ...string) bool {
	for _, f := range folders {
		if p == f || strings.HasPrefix(p, f+"/") {
			return true
		}
	}
	return false
}

// goFile is one parsed Go file.
type goFile struct {
	path    string
	set     *token.FileSet
	file    *ast.File
	imports map[string]string // local name → import path
}

// parse parses the Go files for which keep is true; a file that does not parse is left to the compiler.
func (t Tree) parse(keep func(p string) bool) []goFile {
	var out []goFile
	for _, p := range t.paths(func(p string) bool { return isGo(p) && keep(p) }) {
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, p, t[p], parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		g := goFile{p, set, f, map[string]string{}}
		for _, s := range f.Imports {
			ip, _ := strconv.Unquote(s.Path.Value)
			name := path.Base(ip)
			if len(name) > 1 && name[0] == 'v' && strings.Trim(name[1:], "0123456789") == "" {
				name = path.Base(path.Dir(ip))
			}
			if s.Name != nil {
				name = s.Name.Name
			}
			g.imports[name] = ip
		}
		out = append(out, g)
	}
	return out
}

// at returns "file:line" of n.
func (g goFile) at(n ast.Node) string {
	return g.path + ":" + strconv.Itoa(g.set.Position(n.Pos()).Line)
}

// selector returns import path and name of pkg.Name, "" when x is something else.
func (g goFile) selector(x ast.Expr) (pkg, name string) {
	s, ok := x.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	id, ok := s.X.(*ast.Ident)
	if !ok {
		return "", ""
	}
	return g.imports[id.Name], s.Sel.Name
}

// text returns the value of a string literal, or of string literals joined by +; ok is false when a part is not literal,
// and value then holds the literal beginning.
func text(x ast.Expr) (value string, ok bool) {
	switch x := x.(type) {
	case *ast.BasicLit:
		if x.Kind == token.STRING {
			s, err := strconv.Unquote(x.Value)
			return s, err == nil
		}
	case *ast.ParenExpr:
		return text(x.X)
	case *ast.BinaryExpr:
		if x.Op == token.ADD {
			left, ok := text(x.X)
			if !ok {
				return left, false
			}
			right, ok := text(x.Y)
			return left + right, ok
		}
	}
	return "", false
}
