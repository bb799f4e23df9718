package xlsx

import (
	"archive/zip"
	"bytes"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

func TestWriterKeepsTextText(t *testing.T) {
	hostile := []string{`<script>alert("1")</script>`, "=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "{{.}}", "a\r\nb", "\u202eabc", "𠀋😀", strings.Repeat("a\u0301", 5000), `"'`, "_x000D_", "  Đạ R'sal  ", "98.2", "TRUE"}
	w := NewWriter()
	s := w.Sheet(`Biểu: [1]/2*?\`, Layout{Widths: []float64{8, 30}, Frozen: 2})
	s.Title("=tiêu đề")
	s.Header("Xã", "=8.4")
	for _, h := range hostile {
		s.Cells(Str(h), Num("98.2"), Int(-3), Num("=1"), Out{})
	}
	mark := w.Sheet("langso", Layout{Hidden: true})
	mark.Cells(Str("xa-ntm-2021-2025"))
	data, err := w.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	wb, err := read(data)
	if err != nil {
		t.Fatal(err)
	}
	if len(wb.Sheets) != 2 || wb.Sheets[0].Name != "Biểu 12" || wb.Sheets[0].Hidden || !wb.Sheets[1].Hidden {
		t.Fatalf("sheets %+v", wb.Sheets)
	}
	rows := wb.Sheets[0].Rows
	if len(rows) != len(hostile)+2 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, h := range hostile {
		c := rows[i+2].Cells
		want := strings.ReplaceAll(h, "\r\n", "\n") // a line break is one character in XML
		if got := strings.ReplaceAll(c[0].Text, "\r\n", "\n"); c[0].Kind != Text || c[0].HasFormula || got != want {
			t.Errorf("wrote %.40q, read %.40q", h, c[0].Text)
		}
		if c[1].Kind != Number || c[1].Text != "98.2" || c[2].Kind != Number || c[2].Text != "-3" || c[3].Kind != Text || c[3].Text != "=1" || len(c) != 4 {
			t.Errorf("numbers read as %+v", c[1:])
		}
	}

	// The styles of texts that look like formulas say quotePrefix, those of others do not.
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	quoted := func(ref string) bool {
		id, err := f.GetCellStyle("Biểu 12", ref)
		if err != nil {
			t.Fatal(err)
		}
		q := f.Styles.CellXfs.Xf[id].QuotePrefix
		return q != nil && *q
	}
	for ref, want := range map[string]bool{"A1": true, "B2": true, "A3": false, "A4": true, "A5": true, "A6": true, "A7": true, "A8": true, "A9": true, "A10": false, "B4": false, "D4": true} {
		if quoted(ref) != want {
			t.Errorf("%s quoted %v, want %v", ref, !want, want)
		}
	}
	if formula := regexp.MustCompile(`<f[ >]`); formula.Match(entry(t, data, "xl/worksheets/sheet1.xml")) {
		t.Error("a formula was written")
	}
}

func TestSheetNames(t *testing.T) {
	w := NewWriter()
	for range 2 {
		w.Sheet(strings.Repeat("Đạ", 30), Layout{}).Cells(Str("a"))
	}
	w.Sheet("", Layout{}).Cells(Str("a"))
	data, err := w.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	wb, err := read(data)
	if err != nil || len(wb.Sheets) != 3 {
		t.Fatal(err)
	}
	for _, s := range wb.Sheets {
		if n := len([]rune(s.Name)); n == 0 || n > 31 {
			t.Errorf("sheet name %q of %d characters", s.Name, n)
		}
	}
}

func entry(t *testing.T, data []byte, name string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
