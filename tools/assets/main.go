// Command assets builds web/dist from web/style, web/islands and web/img: bundled, minified, named by content, with packed
// copies and a manifest that package web reads. It ends with an error when a budget is exceeded.
//
//	go run -C tools ./assets
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"sort"
	"strings"

	"langso/tools/internal/repo"

	"github.com/andybalholm/brotli"
	"github.com/evanw/esbuild/pkg/api"
)

// placeholder is the one committed file of dist.
const placeholder = "placeholder.txt"

// budgets are the largest sizes in bytes after brotli, by ending (fonts are packed already). They leave room for 14 kB of
// HTML and 7 kB of pictures within the 100 kB of a public page.
var budgets = []struct {
	what, suffix string
	limit        int
}{
	{"style sheet", "style.css", 14_000},
	{"scripts", ".js", 8_000},
	{"fonts", ".woff2", 57_000},
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "assets:", err)
		os.Exit(1)
	}
}

func run() error {
	root, err := repo.Root()
	if err != nil {
		return err
	}
	web := filepath.Join(root, "web")
	if err := packages(web); err != nil {
		return err
	}
	if err := command(web, "node", "fonts.mjs"); err != nil {
		return err
	}
	files, manifest, err := bundle(web)
	if err != nil {
		return err
	}
	if err := write(filepath.Join(web, "dist"), files, manifest); err != nil {
		return err
	}
	return weigh(files, manifest)
}

// packages installs what package-lock.json names, unless that is what stands there.
func packages(web string) error {
	wanted, err := os.Stat(filepath.Join(web, "package-lock.json"))
	if err != nil {
		return err
	}
	there, err := os.Stat(filepath.Join(web, "node_modules", ".package-lock.json"))
	if err == nil && !there.ModTime().Before(wanted.ModTime()) {
		return nil
	}
	return command(web, "npm", "ci", "--ignore-scripts")
}

func command(dir, name string, args ...string) error {
	c := exec.Command(name, args...)
	c.Dir, c.Stdout, c.Stderr = dir, os.Stderr, os.Stderr
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return nil
}

// bundle returns the built files by name and the manifest from logical to built names.
func bundle(web string) (files map[string][]byte, manifest map[string]string, err error) {
	entries := []string{"style/style.css", "style/style-lite.css"}
	for _, pattern := range []string{"islands/*.ts", "img/*.svg", "fonts/*.ttf"} {
		found, err := filepath.Glob(filepath.Join(web, pattern))
		if err != nil {
			return nil, nil, err
		}
		for _, f := range found {
			rel, err := filepath.Rel(web, f)
			if err != nil {
				return nil, nil, err
			}
			entries = append(entries, filepath.ToSlash(rel))
		}
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir:     web,
		EntryPoints:       entries,
		Outdir:            "dist",
		EntryNames:        "[name]-[hash]",
		AssetNames:        "[name]-[hash]",
		Loader:            map[string]api.Loader{".woff2": api.LoaderFile, ".svg": api.LoaderCopy, ".ttf": api.LoaderCopy},
		Bundle:            true,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		Charset:           api.CharsetUTF8,
		LegalComments:     api.LegalCommentsNone,
		Format:            api.FormatIIFE,
		Engines:           []api.Engine{{Name: api.EngineChrome, Version: "109"}, {Name: api.EngineFirefox, Version: "115"}, {Name: api.EngineSafari, Version: "15.6"}},
		Metafile:          true,
		LogLevel:          api.LogLevelWarning,
	})
	if len(result.Errors) > 0 {
		return nil, nil, errors.New("esbuild refused the sources")
	}
	if len(result.Warnings) > 0 {
		return nil, nil, errors.New("esbuild has warnings")
	}
	files = map[string][]byte{}
	for _, f := range result.OutputFiles {
		files[filepath.Base(f.Path)] = f.Contents
	}
	manifest, err = logicalNames(result.Metafile)
	return files, manifest, err
}

// logicalNames reads from esbuild's account of its outputs which source each was made of.
func logicalNames(metafile string) (map[string]string, error) {
	var meta struct {
		Outputs map[string]struct {
			EntryPoint string              `json:"entryPoint"`
			Inputs     map[string]struct{} `json:"inputs"`
		} `json:"outputs"`
	}
	if err := json.Unmarshal([]byte(metafile), &meta); err != nil {
		return nil, err
	}
	out := map[string]string{}
	for file, o := range meta.Outputs {
		source := o.EntryPoint
		if source == "" {
			for source = range o.Inputs {
			}
		}
		name := path.Base(source)
		if path.Ext(name) == ".ts" {
			name = strings.TrimSuffix(name, ".ts") + ".js"
		}
		if earlier, twice := out[name]; twice {
			return nil, fmt.Errorf("%s and %s are both called %s", earlier, file, name)
		}
		out[name] = path.Base(file)
	}
	return out, nil
}

// write replaces what dist held by files, with packed copies of the texts, and the manifest at last.
func write(dist string, files map[string][]byte, manifest map[string]string) error {
	old, err := os.ReadDir(dist)
	if err != nil {
		return err
	}
	for _, e := range old {
		if e.Name() == placeholder {
			continue
		}
		if err := os.Remove(filepath.Join(dist, e.Name())); err != nil {
			return err
		}
	}
	put := func(name string, b []byte) error { return os.WriteFile(filepath.Join(dist, name), b, 0o644) }
	for name, b := range files {
		if err := put(name, b); err != nil {
			return err
		}
		if ext := path.Ext(name); ext == ".woff2" || ext == ".ttf" { // packed already; never sent
			continue
		}
		if err := put(name+".br", brotlied(b)); err != nil {
			return err
		}
		if err := put(name+".gz", gzipped(b)); err != nil {
			return err
		}
	}
	list, err := json.MarshalIndent(manifest, "", "  ")
	if err != nil {
		return err
	}
	return put("manifest.json", append(list, '\n'))
}

func brotlied(b []byte) []byte {
	var out bytes.Buffer
	w := brotli.NewWriterLevel(&out, brotli.BestCompression)
	_, _ = w.Write(b) // a bytes.Buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is a constant of the package
	}
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

// weigh prints the size of every asset as it travels and compares the sums with the budgets.
func weigh(files map[string][]byte, manifest map[string]string) error {
	names := make([]string, 0, len(manifest))
	for name := range manifest {
		names = append(names, name)
	}
	sort.Strings(names)
	sums := make([]int, len(budgets))
	for _, name := range names {
		b := files[manifest[name]]
		if path.Ext(name) != ".woff2" {
			b = brotlied(b)
		}
		fmt.Printf("%7d  %s\n", len(b), name)
		for i, x := range budgets {
			if strings.HasSuffix(name, x.suffix) {
				sums[i] += len(b)
			}
		}
	}
	var over []error
	for i, x := range budgets {
		if sums[i] == 0 {
			over = append(over, fmt.Errorf("%s: nothing was built", x.what))
		}
		if sums[i] > x.limit {
			over = append(over, fmt.Errorf("%s: %d bytes, the budget is %d", x.what, sums[i], x.limit))
		}
	}
	return errors.Join(over...)
}
