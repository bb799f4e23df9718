package archtest

import (
	"fmt"
	"go/ast"
	"regexp"
	"strings"
)

// dialling are the names that reach the network, by import path. Only platform/outbound may use them (security: it
// checks every address after resolution).
var dialling = map[string]map[string]bool{
	"net":        {"Dial": true, "DialTimeout": true, "DialTCP": true, "DialUDP": true, "DialIP": true, "DialUnix": true, "Dialer": true},
	"crypto/tls": {"Dial": true, "DialWithDialer": true, "Dialer": true},
	"net/http":   {"Get": true, "Head": true, "Post": true, "PostForm": true, "DefaultClient": true, "DefaultTransport": true, "Client": true, "Transport": true},
	"net/smtp":   {"Dial": true, "SendMail": true},
}

// Calls finds calls to the outside beside platform/outbound, raw HTML, text/template and init functions.
func Calls(t Tree) []string {
	var out []string
	for _, g := range t.parse(isProduct) {
		for _, s := range g.file.Imports {
			if s.Path.Value == `"text/template"` {
				out = append(out, g.at(s)+": text/template does not escape")
			}
		}
		ast.Inspect(g.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Recv == nil && n.Name.Name == "init" {
					out = append(out, g.at(n)+": an init function hides what runs; call it from where it is needed")
				}
			case *ast.SelectorExpr:
				pkg, name := g.selector(n)
				switch {
				case dialling[pkg][name] && !under(g.path, "internal/platform/outbound"):
					out = append(out, fmt.Sprintf("%s: %s.%s outside platform/outbound", g.at(n), pkg, name))
				case pkg == "github.com/a-h/templ" && name == "Raw":
					out = append(out, g.at(n)+": templ.Raw writes HTML without escaping")
				}
			}
			return true
		})
	}
	return out
}

var scriptWords = regexp.MustCompile(`\b(innerHTML|outerHTML|insertAdjacentHTML|setHTML|setHTMLUnsafe|createContextualFragment|document\.write|new Function|eval)\b`)

// Scripts finds ways to turn text into markup or code in the browser.
func Scripts(t Tree) []string {
	var out []string
	for _, p := range t.paths(func(p string) bool {
		return !inTestdata(p) && (under(p, "web") && (strings.HasSuffix(p, ".ts") || strings.HasSuffix(p, ".js")) || strings.HasSuffix(p, ".templ"))
	}) {
		for i, line := range strings.Split(t[p], "\n") {
			code, _, _ := strings.Cut(line, "// ")
			if w := scriptWords.FindString(code); w != "" {
				out = append(out, fmt.Sprintf("%s:%d: %s", p, i+1, w))
			}
			if strings.HasSuffix(p, ".templ") && strings.Contains(code, "templ.Raw") {
				out = append(out, fmt.Sprintf("%s:%d: templ.Raw", p, i+1))
			}
		}
	}
	return out
}
