// Fuzz runs every fuzz target of the product for a while, one after another.
//
//	fuzz [-time 10m] [-run REGEXP]
package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"langso/tools/internal/repo"
)

func main() {
	each := flag.String("time", "10m", "how `long` each target runs, as go test -fuzztime takes it")
	only := flag.String("run", "", "work only on targets whose name matches this regular `expression`")
	flag.Parse()
	if err := run(*each, *only); err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(1)
	}
}

func run(each, only string) error {
	match, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	root, err := repo.Root()
	if err != nil {
		return err
	}
	targets, err := find(filepath.Join(root, "internal"), match)
	if err != nil {
		return err
	}
	if len(targets) == 0 {
		return errors.New("no fuzz target")
	}
	var failed []string
	for _, t := range targets {
		fmt.Printf("%s for %s\n", t, each)
		c := exec.Command("go", "test", "-run=^$", "-fuzz=^"+t.name+"$", "-fuzztime="+each, "./"+filepath.Join("internal", t.dir))
		c.Dir, c.Stdout, c.Stderr = root, os.Stdout, os.Stderr
		if err := c.Run(); err != nil {
			failed = append(failed, t.String())
		}
	}
	if len(failed) > 0 {
		return errors.New("inputs that fail were found, see testdata/fuzz of: " + strings.Join(failed, ", "))
	}
	return nil
}

type target struct{ dir, name string }

func (t target) String() string { return t.dir + " " + t.name }

var fuzzFunc = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)

// find returns the fuzz targets below dir.
func find(dir string, match *regexp.Regexp) ([]target, error) {
	var out []target
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(p, "_test.go") {
			return err
		}
		b, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, filepath.Dir(p))
		if err != nil {
			return err
		}
		for _, m := range fuzzFunc.FindAllStringSubmatch(string(b), -1) {
			if match.MatchString(m[1]) {
				out = append(out, target{rel, m[1]})
			}
		}
		return nil
	})
	return out, err
}
