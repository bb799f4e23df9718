package main

import (
	"maps"
	"strings"
	"testing"
)

func TestLogicalNames(t *testing.T) {
	got, err := logicalNames(`{"outputs":{
		"dist/style-AB.css":{"entryPoint":"style/style.css","inputs":{"style/style.css":{},"style/base.css":{}}},
		"dist/theme-CD.js":{"entryPoint":"islands/theme.ts","inputs":{"islands/theme.ts":{}}},
		"dist/digits-400-EF.woff2":{"inputs":{"fonts/digits-400.woff2":{}}}}}`)
	want := map[string]string{"style.css": "style-AB.css", "theme.js": "theme-CD.js", "digits-400.woff2": "digits-400-EF.woff2"}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := logicalNames(`{"outputs":{"a/x-1.svg":{"entryPoint":"img/x.svg"},"a/x-2.svg":{"entryPoint":"more/x.svg"}}}`); err == nil {
		t.Error("two sources of one name are accepted")
	}
}

func TestWeigh(t *testing.T) {
	files := map[string][]byte{"s": []byte("a{}"), "j": []byte("1"), "f": make([]byte, 57_000)}
	manifest := map[string]string{"style.css": "s", "theme.js": "j", "text.woff2": "f"}
	if err := weigh(files, manifest); err != nil {
		t.Errorf("within the budgets: %v", err)
	}
	files["f"] = make([]byte, 57_001)
	if err := weigh(files, manifest); err == nil || !strings.Contains(err.Error(), "fonts: 57001 bytes") {
		t.Errorf("one byte too much: %v", err)
	}
	delete(manifest, "theme.js")
	if err := weigh(files, manifest); err == nil || !strings.Contains(err.Error(), "scripts: nothing was built") {
		t.Errorf("no scripts: %v", err)
	}
}
