package story

import (
	"bytes"
	"os"
	"testing"

	"langso/internal/std/xlsx"
)

func TestDbg2(t *testing.T) {
	p := officeWorkbook(t)
	b, _ := os.ReadFile(p)
	_, err := xlsx.Read(bytes.NewReader(b), int64(len(b)))
	t.Log(err)
	os.WriteFile("/tmp/story/o.xlsx", b, 0o644)
}
