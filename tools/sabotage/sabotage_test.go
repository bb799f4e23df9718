package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"langso/tools/internal/gotest"
)

const head = "# breaks: two and two is four\n# test: ./sum TestSum\n\n"

const diff = `--- a/sum/sum.go
+++ b/sum/sum.go
@@ -1,3 +1,3 @@
 package sum
 
-func Sum(a, b int) int { return a + b }
+func Sum(a, b int) int { return a - b }
`

// checkout makes a module with one function and a test of it.
func checkout(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":        "module sum\n\ngo 1.26\n",
		"sum/sum.go":    "package sum\n\nfunc Sum(a, b int) int { return a + b }\n",
		"sum/words.txt": "one\n",
		"sum/words.go":  "package sum\n\nimport _ \"embed\"\n\n//go:embed words.txt\nvar Words string\n",
		"sum/extra.go":  "package sum\n\nfunc Extra() {}\n",
		"sum/sum_test.go": "package sum\n\nimport \"testing\"\n\nfunc TestSum(t *testing.T) {\n\tif Sum(2, 2) != 4 {\n\t\tt.Error(\"wrong sum\")\n\t}\n}\n\n" +
			"func TestWords(t *testing.T) {\n\tif Words != \"one\\n\" {\n\t\tt.Error(Words)\n\t}\n}\n\nfunc TestRed(t *testing.T) { t.Error(\"always\") }\n\nfunc TestOther(t *testing.T) {}\n",
	} {
		if err := write(filepath.Join(root, name), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestParseRefuses(t *testing.T) {
	if _, err := parse("x", head+diff); err != nil {
		t.Fatalf("a right one: %v", err)
	}
	for want, text := range map[string]string{
		"no line \"# breaks":  "# test: ./sum TestSum\n\n" + diff,
		"no line \"# test":    "# breaks: a\n\n" + diff,
		"want \"# test":       "# breaks: a\n# test: sum TestSum\n\n" + diff,
		"no diff":             head,
		"is a test":           head + strings.ReplaceAll(diff, "sum.go", "sum_test.go"),
		"stays in the check":  head + strings.ReplaceAll(diff, "a/sum", "a/../sum"),
		"want one that begin": head + strings.ReplaceAll(diff, "--- a/", "--- "),
	} {
		if _, err := parse("x", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestOverlay(t *testing.T) {
	root := checkout(t)
	s, err := parse("x", head+diff+`--- a/sum/extra.go
+++ /dev/null
@@ -1,3 +0,0 @@
-package sum
-
-func Extra() {}
--- /dev/null
+++ b/sum/more.go
@@ -0,0 +1 @@
+package sum
`)
	if err != nil {
		t.Fatal(err)
	}
	path, err := s.overlay(root, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var o struct{ Replace map[string]string }
	if err := json.Unmarshal(b, &o); err != nil {
		t.Fatal(err)
	}
	if len(o.Replace) != 3 || o.Replace[filepath.Join(root, "sum/extra.go")] != "" {
		t.Fatalf("overlay %v", o.Replace)
	}
	for name, want := range map[string]string{"sum/sum.go": "package sum\n\nfunc Sum(a, b int) int { return a - b }\n", "sum/more.go": "package sum\n"} {
		got, err := os.ReadFile(o.Replace[filepath.Join(root, name)])
		if err != nil || string(got) != want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, want)
		}
	}
	if got, _ := os.ReadFile(filepath.Join(root, "sum/sum.go")); !strings.Contains(string(got), "a + b") {
		t.Errorf("the checkout was changed: %q", got)
	}
}

func TestOverlayRefusesWhatDoesNotFit(t *testing.T) {
	for name, text := range map[string]string{
		"other text":    strings.ReplaceAll(diff, "a + b", "a * b"),
		"other context": strings.ReplaceAll(diff, " package sum", " package som"),
		"no such file":  strings.ReplaceAll(diff, "sum.go", "product.go"),
		"file is there": "--- /dev/null\n+++ b/sum/sum.go\n@@ -0,0 +1 @@\n+package sum\n",
		"cut off":       strings.TrimSuffix(diff, "+func Sum(a, b int) int { return a - b }\n"),
	} {
		t.Run(name, func(t *testing.T) {
			root := checkout(t)
			s, err := parse("x", head+text)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.overlay(root, t.TempDir()); err == nil {
				t.Error("applied")
			}
		})
	}
}

// The whole road over a real go test: only the sabotage that its test finds is right.
func TestJudge(t *testing.T) {
	root := checkout(t)
	g := &goTester{root: root, env: append(os.Environ(), "GOWORK=off", "GOFLAGS=")}
	onWords := "--- a/sum/words.txt\n+++ b/sum/words.txt\n@@ -1 +1 @@\n-one\n+two\n"
	for _, c := range []struct{ name, text, want string }{
		{"found", head + diff, ""},
		{"embedded file", strings.Replace(head, "TestSum", "TestWords", 1) + onWords, ""},
		{"stays green", strings.Replace(head, "TestSum", "TestOther", 1) + diff, "stays green"},
		{"one of two stays green", "# test: ./sum TestOther\n" + head + diff, "TestOther stays green"},
		{"red before", strings.Replace(head, "TestSum", "TestRed", 1) + diff, "is red without the sabotage"},
		{"no such test", strings.Replace(head, "TestSum", "TestNone", 1) + diff, "is broken without the sabotage"},
		{"does not compile", head + strings.Replace(diff, "return a - b", "return a -", 1), "is broken instead of failing"},
		{"does not apply", head + strings.ReplaceAll(diff, "a + b", "a * b"), "does not apply"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := parse("x", c.text)
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			err = list{s}.judge(&b, root, g.test)
			if (err == nil) != (c.want == "") || !strings.Contains(b.String(), c.want) {
				t.Errorf("error %v, output\n%s\nwant %q", err, &b, c.want)
			}
		})
	}
}

// A program that dies outside a test proves nothing about the test.
func TestOutcome(t *testing.T) {
	for _, c := range []struct {
		name, test, program string
		want                verdict
	}{
		{"failed", "fail", "fail", red},
		{"passed", "pass", "pass", green},
		{"passed in a program that died", "pass", "fail", broken},
		{"skipped", "skip", "pass", broken},
		{"never ended", "", "fail", broken},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := `{"Action":"run","Package":"m","Test":"TestX"}` + "\n"
			if c.test != "" {
				text += `{"Action":"` + c.test + `","Package":"m","Test":"TestX"}` + "\n"
			}
			text += `{"Action":"` + c.program + `","Package":"m"}` + "\n"
			r := gotest.New()
			if err := r.Read(strings.NewReader(text), nil); err != nil {
				t.Fatal(err)
			}
			if got, _ := outcome(r, "TestX"); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}
