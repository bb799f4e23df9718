package story

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// The set and period of the story: those on which the demo opens.
const (
	set    = "xa-ntm-2026-2030"
	period = "2026-Q3"
)

// What the office got wrong.
const (
	misspelt   = "Đam Rôn 3"     // xã Đam Rông 3
	unreadable = "Đạt 9/10 thôn" // Đạt
)

// officeWorkbook is a workbook as an office keeps it: title block, merged heads over two rows, numbered columns, a heading
// for the former province, a total by formula, a signature. Of its values
//
//   - 3 change something: Ka Đô and D'Ran now meet the one criterion that they lacked (7 and 4), Tà Hine, which met all
//     ten, no longer meets 8;
//   - 8 say what the demo says already;
//   - 2 are refused: each would complete a commune, Đức Trọng (7) and Đam Rông 3 (8), as soon as it can be read.
func officeWorkbook(t *testing.T) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	const sheet = "Biểu 03"
	must(t, f.SetSheetName("Sheet1", sheet))
	rows := [][]any{
		{"UBND TỈNH LÂM ĐỒNG", "", "", "", "", "Biểu số 03"},
		{"VĂN PHÒNG ĐIỀU PHỐI NÔNG THÔN MỚI"},
		{"KẾT QUẢ RÀ SOÁT TIÊU CHÍ 4, 7, 8 - QUÝ III NĂM 2026"},
		{},
		{"TT", "Tên xã", "Kết quả đánh giá từng tiêu chí", "", "", "Ghi chú"},
		{"", "", "4. Đào tạo nguồn nhân lực nông thôn", "7. Khoa học công nghệ và chuyển đổi số", "TC 8\nMôi trường", ""},
		{"(1)", "(2)", "(3)", "(4)", "(5)", "(6)"},
		{"A. KHU VỰC LÂM ĐỒNG (CŨ)"},
		{1, "Xã Ka Đô", "Đạt", "Đạt", "Đạt", ""},
		{2, "D’Ran", "Đạt", "Đạt", "đạt", ""},
		{3, "Đức Trọng", "Đạt", unreadable, "Đạt", "còn thôn K'Long"},
		{4, misspelt, "", "", "Đạt", ""},
		{5, "Xã Tà Hine", "Đạt", "Đạt", "Chưa đạt", "bãi rác tạm"},
		{"", "Cộng khu vực (số xã đạt)"},
		{},
		{"", "", "", "", "Lâm Đồng, ngày 05 tháng 10 năm 2026"},
		{"", "NGƯỜI LẬP BIỂU", "", "", "CHÁNH VĂN PHÒNG"},
	}
	for i, row := range rows {
		must(t, f.SetSheetRow(sheet, cellName(t, 1, i+1), &row))
	}
	for _, m := range [][2]string{{"A3", "F3"}, {"A5", "A6"}, {"B5", "B6"}, {"C5", "E5"}, {"F5", "F6"}, {"A8", "F8"}} {
		must(t, f.MergeCell(sheet, m[0], m[1]))
	}
	for _, column := range []string{"C", "D", "E"} {
		must(t, f.SetCellFormula(sheet, column+"14", "COUNTIF("+column+"9:"+column+"13,\"Đạt\")"))
	}
	return save(t, f, "bieu-03-quy-3.xlsx")
}

// correctedByOther is a workbook of one value: Tà Hine basically meets criterion 8.
func correctedByOther(t *testing.T) string {
	t.Helper()
	return plainWorkbook(t, "ta-hine.xlsx", []any{"Mã xã", "Tên xã", "TC 8"}, []any{"24991", "Tà Hine", "Cơ bản đạt"})
}

// writtenAnew is a workbook of the two values that were refused, as they should have been.
func writtenAnew(t *testing.T) string {
	t.Helper()
	return plainWorkbook(t, "viet-lai.xlsx", []any{"Mã xã", "Tên xã", "TC 7", "TC 8"}, []any{"24958", "Đức Trọng", "Đạt"}, []any{"24875", "Đam Rông 3", nil, "Đạt"})
}

func plainWorkbook(t *testing.T, name string, rows ...[]any) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		must(t, f.SetSheetRow("Sheet1", cellName(t, 1, i+1), &row))
	}
	return save(t, f, name)
}

// refusal is a row of the workbook of refused values: what stands under each of its headings.
type refusal map[string]string

// readRefusals returns the rows between the headings and the first empty row, and the number of the first of them.
func readRefusals(t *testing.T, f *excelize.File) (heads []string, rows []refusal, first int) {
	t.Helper()
	sheets := f.GetSheetList()
	if len(sheets) != 1 {
		t.Fatalf("the workbook of refused values has sheets %q, want one", sheets)
	}
	table, err := f.GetRows(sheets[0])
	must(t, err)
	for i, row := range table {
		line := strings.TrimSpace(strings.Join(row, ""))
		switch {
		case heads == nil && len(row) > 10:
			heads, first = row, i+2
		case heads != nil && line == "":
			return heads, rows, first
		case heads != nil:
			r := refusal{}
			for k, text := range row {
				r[heads[k]] = text
			}
			rows = append(rows, r)
		}
	}
	return heads, rows, first
}

// mend corrects cells as a person does who opened the downloaded workbook: the text of a cell of the table is replaced
// where it is the wrong one. It returns how many cells it changed and the saved workbook.
func mend(t *testing.T, path string, right map[string]string) (changed int, saved string) {
	t.Helper()
	f, err := excelize.OpenFile(path)
	must(t, err)
	defer f.Close()
	sheet := f.GetSheetName(0)
	heads, rows, first := readRefusals(t, f)
	for i, r := range rows {
		for k, head := range heads {
			if text, wrong := right[r[head]]; wrong {
				must(t, f.SetCellStr(sheet, cellName(t, k+1, first+i), text))
				changed++
			}
		}
	}
	return changed, save(t, f, "da-sua-"+filepath.Base(path))
}

func cellName(t *testing.T, column, row int) string {
	t.Helper()
	name, err := excelize.CoordinatesToCellName(column, row)
	must(t, err)
	return name
}

func save(t *testing.T, f *excelize.File, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	must(t, f.SaveAs(path))
	return path
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
