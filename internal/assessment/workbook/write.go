package workbook

import (
	"strconv"
	"strings"

	"langso/internal/criteria"
	"langso/internal/std/xlsx"
)

// Document is what stands around the rows of a workbook that we write. The headings are Vietnamese in every language,
// because they are what Read looks for.
type Document struct {
	Sheet  string   // name of the sheet
	Titles []string // lines above the table: what it is, set, period, day
	Notes  []string // lines below the table
}

// ResultRow is one value to be exported. What it holds comes back from Read exactly.
type ResultRow struct {
	UnitCode, UnitName string
	District           string // "" for all rows = no such column
	Indicator          string // indicator or criterion id
	IsCriterion        bool   // declared result of a whole criterion
	HasNumber          bool
	Number             criteria.Decimal // percent in points
	HasRatio           bool
	Numerator          criteria.Decimal
	Denominator        criteria.Decimal
	LevelWord          string
	Verdict            Verdict
	Note               string
}

// RefusalRow is one value of the workbook of refusals.
type RefusalRow struct {
	Refused
	Reason     string // the message, in the reader's language
	Suggestion string // the commune that may have been meant: name and code
}

// WriteResults writes values as a long list that Read takes without a difference.
func WriteResults(set *criteria.Set, doc Document, rows []ResultRow) ([]byte, error) {
	districts := false
	for _, r := range rows {
		districts = districts || r.District != ""
	}
	heads := []string{"TT", "Mã xã", "Tên xã", "Mã chỉ tiêu", "Tên chỉ tiêu", "Tử số", "Mẫu số", "Tỷ lệ (%)", "Giá trị", "Mức độ", "Kết quả", "Ghi chú"}
	widths := []float64{6, 9, 24, 12, 48, 11, 11, 11, 11, 14, 16, 30}
	if districts {
		heads = append(heads[:3:3], append([]string{"Huyện"}, heads[3:]...)...)
		widths = append(widths[:3:3], append([]float64{22}, widths[3:]...)...)
	}
	w := xlsx.NewWriter()
	s := doc.begin(w, heads, widths)
	for i, r := range rows {
		cells := []xlsx.Out{xlsx.Int(i + 1), xlsx.Str(r.UnitCode), xlsx.Str(r.UnitName)}
		if districts {
			cells = append(cells, xlsx.Str(r.District))
		}
		var num, den, pct, val xlsx.Out
		switch {
		case r.HasRatio:
			num, den = exact(r.Numerator), exact(r.Denominator)
		case r.HasNumber && takesNumbers(set, r):
			val = exact(r.Number)
		case r.HasNumber:
			pct = exact(r.Number) // a figure beside a declared result; the column of values would not take it
		}
		cells = append(cells, xlsx.Str(codeText(r)), xlsx.Str(titleOf(set, r.Indicator, r.IsCriterion)), num, den, pct, val, xlsx.Str(r.LevelWord), xlsx.Str(verdictText(r.Verdict)), xlsx.Str(r.Note))
		s.Cells(cells...)
	}
	doc.end(s)
	return w.Bytes()
}

// WriteRefusals writes refused values, as the office wrote them, with the reason beside. The person corrects the cells and
// hands the workbook in again; what is not corrected is refused again.
func WriteRefusals(set *criteria.Set, doc Document, rows []RefusalRow) ([]byte, error) {
	heads := []string{"Mã xã", "Tên xã", "Huyện, khu vực", "Mã chỉ tiêu", "Tên chỉ tiêu", "Tử số", "Mẫu số", "Tỷ lệ (%)", "Giá trị", "Mức độ", "Kết quả", "Ngày", "Lý do không nhận", "Gợi ý", "Trang gốc", "Ô gốc"}
	widths := []float64{9, 24, 24, 12, 40, 11, 11, 11, 16, 14, 16, 12, 60, 30, 20, 9}
	w := xlsx.NewWriter()
	s := doc.begin(w, heads, widths)
	for _, r := range rows {
		k := codeIn(strings.ToLower(r.Indicator))
		it := itemOf(set, k.id)
		title := ""
		if it.known() {
			title = titleOf(set, it.id, it.indicator == nil)
		}
		indicator := r.Indicator
		if r.Unsettled && it.known() {
			indicator += "?" // what the column holds must be decided on before the value can be taken
		}
		place := ""
		if r.Row > 0 && r.Col > 0 {
			place = xlsx.ColumnName(r.Col) + strconv.Itoa(r.Row)
		}
		var cells []xlsx.Out
		for _, text := range []string{r.UnitCode, r.UnitName, r.District, indicator, title, r.Numerator, r.Denominator, r.Percent, r.Value, r.Level, r.Verdict, r.Date, r.Reason, r.Suggestion, r.Sheet, place} {
			cells = append(cells, xlsx.Str(text))
		}
		s.Cells(cells...)
	}
	doc.end(s)
	return w.Bytes()
}

func (d Document) begin(w *xlsx.Writer, heads []string, widths []float64) *xlsx.SheetWriter {
	s := w.Sheet(d.Sheet, xlsx.Layout{Widths: widths, Frozen: len(d.Titles) + 2})
	for _, t := range d.Titles {
		s.Title(t)
	}
	s.Skip()
	s.Header(heads...)
	return s
}

func (d Document) end(s *xlsx.SheetWriter) {
	if len(d.Notes) > 0 {
		s.Skip()
	}
	for _, n := range d.Notes {
		s.Title(n)
	}
}

// exact is a number cell when a spreadsheet program keeps all digits, else a text.
func exact(d criteria.Decimal) xlsx.Out {
	text := decimalText(d)
	if len(strings.Trim(text, "-.")) > 15 {
		return xlsx.Str(text)
	}
	return xlsx.Num(text)
}

// takesNumbers reports that the column of values takes a number for this row.
func takesNumbers(set *criteria.Set, r ResultRow) bool {
	ind := set.Indicator(r.Indicator)
	return ind != nil && (ind.Kind == criteria.Percent || ind.Kind == criteria.Number)
}

// codeText names a criterion by its word, so that nobody takes it for an indicator.
func codeText(r ResultRow) string {
	if r.IsCriterion {
		return "TC " + r.Indicator
	}
	return r.Indicator
}

func titleOf(set *criteria.Set, id string, criterion bool) string {
	if ind := set.Indicator(id); ind != nil && !criterion {
		return ind.TextVI
	}
	if c := set.Criterion(id); c != nil {
		return c.TitleVI
	}
	return ""
}

// verdictText is the word for a verdict that Read takes.
func verdictText(v Verdict) string {
	switch v {
	case VerdictMet:
		return "Đạt"
	case VerdictNearly:
		return "Cơ bản đạt"
	case VerdictNotMet:
		return "Chưa đạt"
	case VerdictNA:
		return "-"
	case VerdictNotDone:
		return "Không đánh giá"
	}
	return ""
}
