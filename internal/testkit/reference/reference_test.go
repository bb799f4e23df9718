package reference

import (
	"os"
	"path/filepath"
	"testing"
)

func TestPath(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "law", "a.csv")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("LANGSO_SHARED", dir)
	if got := Path(t, "law/a.csv"); got != file {
		t.Errorf("%s, want %s", got, file)
	}
	if _, err := os.Stat(filepath.Join(Root(t), "internal", "testkit")); err != nil {
		t.Error(err)
	}
}
