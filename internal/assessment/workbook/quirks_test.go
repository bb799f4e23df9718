package workbook

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"testing"

	"langso/internal/std/xlsx"
)

// Cells of hand-made sheets besides texts, numbers and nil.
type (
	pct     string   // number with percent format
	as      []string // number literal, number format
	formula []any    // formula, cached result (nil = lost)
	fault   string   // an error
)

// sheetOf makes a sheet of rows; areas are merged ("A1:B2").
func sheetOf(name string, rows [][]any, areas ...string) *xlsx.Sheet {
	s := &xlsx.Sheet{Name: name}
	for i, row := range rows {
		var r xlsx.Row
		r.Index = i + 1
		for j, v := range row {
			if c, ok := cellOf(v); ok {
				c.Col = j + 1
				r.Cells = append(r.Cells, c)
			}
		}
		if len(r.Cells) > 0 {
			s.Rows = append(s.Rows, r)
		}
	}
	for _, a := range areas {
		from, to, _ := strings.Cut(a, ":")
		r1, c1, _ := splitRef(from)
		r2, c2, _ := splitRef(to)
		s.Merges = append(s.Merges, xlsx.Range{Row1: r1, Col1: c1, Row2: r2, Col2: c2})
	}
	return s
}

func cellOf(v any) (xlsx.Cell, bool) {
	switch v := v.(type) {
	case nil:
		return xlsx.Cell{}, false
	case string:
		return xlsx.Cell{Kind: xlsx.Text, Text: v}, true
	case int:
		return xlsx.Cell{Kind: xlsx.Number, Text: strconv.Itoa(v)}, true
	case float64:
		return xlsx.Cell{Kind: xlsx.Number, Text: strconv.FormatFloat(v, 'g', -1, 64)}, true
	case bool:
		return xlsx.Cell{Kind: xlsx.Bool, Text: strings.ToUpper(strconv.FormatBool(v))}, true
	case pct:
		return xlsx.Cell{Kind: xlsx.Number, Text: string(v), Format: "0.0%"}, true
	case as:
		return xlsx.Cell{Kind: xlsx.Number, Text: v[0], Format: v[1]}, true
	case fault:
		return xlsx.Cell{Kind: xlsx.Error, Text: string(v)}, true
	case formula:
		c, _ := cellOf(v[1])
		c.HasFormula, c.Formula = true, v[0].(string)
		return c, true
	}
	panic(fmt.Sprintf("%T", v))
}

// outcome writes down what a workbook gave: values, errors and warnings with their cells, and what was counted.
func outcome(c Context, r *Reading) string {
	var out []string
	for _, v := range r.Values {
		s := codeOfUnit(c, v.Unit) + " " + v.Indicator
		if v.IsCriterion {
			s += "*"
		}
		if v.HasNumber {
			s += " " + decimalText(v.Number)
		}
		if v.HasRatio {
			s += " " + decimalText(v.Numerator) + "/" + decimalText(v.Denominator)
		}
		if v.HasPrinted {
			s += "~" + decimalText(v.Printed)
		}
		if v.LevelWord != "" {
			s += " " + v.LevelWord
		}
		if v.Verdict != "" {
			s += " " + string(v.Verdict)
		}
		if v.Date != "" {
			s += " " + string(v.Date)
		}
		out = append(out, s)
	}
	sort.Strings(out)
	for _, p := range r.Errors {
		out = append(out, strings.TrimSpace(fmt.Sprintf("E %s%s %s %s", xlsx.ColumnName(p.Col), itoa(p.Row), p.Code, codeOfUnit(c, p.Suggestion))))
	}
	for _, p := range r.Warnings {
		out = append(out, fmt.Sprintf("W %s%s %s", xlsx.ColumnName(p.Col), itoa(p.Row), p.Code))
	}
	var ign []string
	for _, i := range r.IgnoredRows {
		ign = append(ign, itoa(i.Row)+" "+i.Reason)
	}
	for _, i := range r.IgnoredCols {
		ign = append(ign, xlsx.ColumnName(i.Col)+" "+i.Reason)
	}
	for _, i := range r.IgnoredSheets {
		ign = append(ign, i.Sheet+" "+i.Reason)
	}
	out = append(out, "ignored: "+strings.Join(ign, ", "))
	if r.Blank > 0 {
		out = append(out, "blank "+itoa(r.Blank))
	}
	if r.NotApplicable > 0 {
		out = append(out, "not applicable "+itoa(r.NotApplicable))
	}
	return strings.Join(out, "\n")
}

const (
	basic    = "xa-ntm-2021-2025"
	advanced = "xa-ntm-nang-cao-2021-2025"
	ten      = "xa-ntm-2026-2030"
)

func TestQuirks(t *testing.T) {
	for _, q := range []struct {
		name, set, period string
		sheets            []*xlsx.Sheet
		want              string
	}{
		{"one unknown commune", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"Tên xã", "8.4"},
			{"Xã Không Có", "Đạt"},
		})}, `
E A2 unit_unknown
ignored: 1 header`},

		{"smallest matrix", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"Xã", "8.4"},
			{"Xuân Thọ", "x"},
		})}, `
24805 8.4 dat
ignored: 1 header`},

		{"unknown heading of the communes, one column", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"Nơi", "8.4"},
			{"Xuân Thọ", "x"},
			{"Tà Nung", "K"},
		})}, `
24805 8.4 dat
24808 8.4 chua_dat
ignored: 1 header`},

		{"English headings, words and percentages", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"No.", "District", "Commune", "Indicator 8.4", "Indicator 15.1", "Criterion 5: Schools", "9.1", "Note"},
			{1, "Da Lat", "Xuan Tho", "Met", 95.5, "98.2%", "Yes", "text"},
			{2, "Da Lat", "Ta Nung", "not yet met", pct("0.955"), "n/a", "no", nil},
			{3, "Da Lat", "Tram Hanh", "Basically met", "95,5", "Not assessed", false, nil},
		})}, `
24805 15.1 95.5
24805 5 98.2
24805 8.4 dat
24805 9.1 chua_dat
24808 15.1 95.5
24808 5 khong_ap_dung
24808 8.4 chua_dat
24808 9.1 dat
24810 15.1 95.5
24810 5 khong_danh_gia
24810 8.4 co_ban_dat
24810 9.1 chua_dat
ignored: 1 header, A row_number, H note
not applicable 1`},

		{"English list", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"No", "District", "Commune", "Indicator", "Numerator", "Denominator", "Rate", "Result", "Date", "Remarks"},
			{1, "Đà Lạt", "Xuân Thọ", "15.1", 90, 100, 90, "Met", "2024-06-30", nil},
			{2, "Đà Lạt", "Tà Nung", "15.1", 40, 100, pct("0.4"), "Not met", as{"45473", "dd/mm/yyyy"}, nil},
			{3, "Đà Lạt", "Tà Nung", "15.2", nil, nil, nil, "pass", as{"45473", "m/d/yy"}, nil},
		})}, `
24805 15.1 90/100~90 dat
24808 15.1 40/100~40 chua_dat
24808 15.2 dat
ignored: 1 header, A row_number, I not_needed, J note`},

		{"codes instead of names, as numbers", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"STT", "Mã xã", "8.1", "8.4"},
			{1, 24805, "Đạt", "Đạt"},
			{2, 24808, "Đạt", nil},
			{3, 99999, "Đạt", nil},
			{nil, "Cộng", 3, 1},
		})}, `
24805 8.1 dat
24805 8.4 dat
24808 8.1 dat
E B4 unit_unknown
ignored: 1 header, 5 subtotal, A row_number
blank 1`},

		{"code and name of two communes", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"Mã ĐVHC", "Tên đơn vị", "8.1", "8.4"},
			{"24805", "Xuân Thọ", "Đạt", "Đạt"},
			{"24808", "Trạm Hành", "Đạt", nil},
		})}, `
24805 8.1 dat
24805 8.4 dat
E B3 unit_code_name_mismatch 24808
ignored: 1 header`},

		{"wards, townships, wrong district, missing name", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Đơn vị", "8.1", "8.4"},
			{"I", "Thành phố Đà Lạt", nil, nil},
			{1, "Xuân Thọ", "Đạt", "Đạt"},
			{2, "Phường 3", "Đạt", "Đạt"},
			{3, nil, "Đạt", "Đạt"},
			{4, "Lộc Thanh", "Đạt", "Đạt"},
			{"II", "TP Bảo Lộc", nil, nil},
			{5, "Lộc Thanh", "Đạt", "Đạt"},
			{6, "TT. Đinh Văn", "Đạt", nil},
		})}, `
24805 8.1 dat
24805 8.4 dat
24835 8.1 dat
24835 8.4 dat
E B4 unit_not_in_scope
E B5 unit_missing
E B6 unit_district_mismatch 24835
E B9 unit_not_in_scope
ignored: 1 header, 2 district_heading, 7 district_heading, A row_number`},

		{"totals by other words", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Tên xã", "2.1", "8.4"},
			{nil, "Mức yêu cầu", "≥ 80", "Đạt"},
			{1, "Xuân Thọ", 90, "Đạt"},
			{2, "Tà Nung", 80, "Chưa đạt"},
			{nil, "Cộng", 2, 1},
			{nil, "Tổng số", 2, 1},
			{nil, "Toàn huyện", 2, 1},
			{nil, "Tổng cộng", formula{"SUM(C3:C4)", 170}, formula{"COUNTIF(D3:D4,\"Đạt\")", 1}},
			{nil, "Bình quân", 85, nil},
			{nil, "Trung bình toàn thành phố", 85, nil},
			{nil, "Tỷ lệ", pct("0.5"), pct("0.5")},
			{"Tổng", nil, formula{"SUM(C3:C4)", 170}, 1},
		})}, `
24805 2.1 90
24805 8.4 dat
24808 2.1 80
24808 8.4 chua_dat
ignored: 1 header, 2 required_level, 5 subtotal, 6 total, 7 subtotal, 8 total, 9 average, 10 subtotal, 11 percent_row, 12 subtotal, A row_number`},

		{"criteria in a set with indicators, totals by formula", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Tên xã", "TC 1", "TC 5", "Tiêu chí số 8", "Tổng số TC đạt", "Xếp loại"},
			{1, "Xuân Thọ", "Đạt", 98.5, "Không đạt", formula{"COUNTIF(C2:E2,\"Đạt\")", 1}, "A"},
			{2, "Tà Nung", "Đạt", "x", "Có", formula{"COUNTIF(C3:E3,\"Đạt\")", 1}, "A"},
		})}, `
24805 1* dat
24805 5 98.5
24805 8* chua_dat
24808 1* dat
24808 5 dat
24808 8* dat
ignored: 1 header, A row_number, F formula_total, G no_indicator_code`},

		{"criterion column that counts its indicators", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"Tên xã", "TC 8", "8.1", "8.2"},
			{"Xuân Thọ", formula{"COUNTIF(C2:D2,\"Đạt\")", 2}, "Đạt", "Đạt"},
			{"Tà Nung", formula{"COUNTIF(C3:D3,\"Đạt\")", nil}, "Đạt", "Chưa đạt"},
		})}, `
24805 8.1 dat
24805 8.2 dat
24808 8.1 dat
24808 8.2 chua_dat
ignored: 1 header, B formula_total`},

		{"headings with line breaks, points, formats", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"Tên\nđơn vị", "Chỉ tiêu\n8.4", "17.1.", as{"17.1", "0.00"}, 17.1, "Tiêu chí 8.3\n(Đạt/Chưa đạt)", as{"8.1", `"CT "0.0`}, 8.2000000000000011, "Ct 20.1"},
			{"Xuân Thọ", "Đạt", 1, 2, 3, "Đạt", "Đạt", "Đạt", "Đạt"},
		})}, `
24805 17.10 2
24805 8.1 dat
24805 8.2 dat
24805 8.3 dat
24805 8.4 dat
E E1 header_duplicate_code
E I1 indicator_unknown
ignored: 1 header`},

		{"decimals of every kind", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"Tên xã", "2.1", "2.2", "2.3", "2.4", "3.1", "4.2"},
			{"Xuân Thọ", "98,2", "98.2 %", as{"0.98199999999999998", "0.0%"}, as{"98.2", `0.0"%"`}, 98.199999999999989, "0,8"},
			{"Tà Nung", "100,1", "-1", as{"1.5", "0%"}, "98,2,5", "1.000", "12 %"},
			{"Trạm Hành", "≥ 90", "khoảng 90", fault("#N/A"), formula{"1/3", nil}, "  ", "–"},
			{"Xuân Trường", "Có", "TRUE", true, "Khá", as{"45473", "dd/mm/yyyy"}, formula{`""`, ""}},
		})}, `
24805 2.1 98.2
24805 2.2 98.2
24805 2.3 98.2
24805 2.4 98.2
24805 3.1 98.2
24805 4.2 0.8
24808 3.1 1
24808 4.2 12
24810 4.2 khong_ap_dung
24811 2.2 dat
24811 2.3 dat
E B3 out_of_range
E C3 out_of_range
E D3 out_of_range
E E3 unrecognised_value
E B4 unrecognised_value
E C4 unrecognised_value
E D4 cell_error
E E4 formula_without_value
E B5 unrecognised_value
E E5 unrecognised_value
E F5 unrecognised_value
ignored: 1 header
blank 2
not applicable 1`},

		{"counts, dates and repetitions in a list", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"Xã", "Chỉ tiêu", "Tử số", "Mẫu số", "Tỷ lệ", "Kết quả", "Ngày báo cáo"},
			{"Xuân Thọ", "15.1", "4.512", "4,600", "98,1", "Đạt", "15/05/2024"},
			{"Xuân Thọ", "15.1", "4 512", "5\u00a0000", "90,2", "Đạt", as{"45473", "dd/mm/yyyy"}},
			{"Tà Nung", "15.1", 10, 20, 50, nil, "31/06/2024"},
			{"Trạm Hành", "15.1", 10, 20, 50, nil, "06/30/2024"},
			{"Xuân Trường", "15.1", 10, 20, 50, nil, "2023-12-31"},
			{"Lát", "15.1", 10, 20, 50, nil, "2024-01-01"},
			{"Lát", "15.1", 10, 20, 50, nil, "01/01/2024"},
			{"Đạ Sar", "15.1", 10, 20, 50, nil, "01/02/2024"},
			{"Đạ Sar", "15.1", 11, 20, 55, nil, "01/02/2024"},
			{"Đạ Nhim", "15.1", 11, 20, "5O", "Đạt", nil},
			{"Đạ Chais", "15.1", 30, 20, nil, "Đạt", nil},
			{"Phú Sơn", "15.1", 30, nil, nil, "Đạt", nil},
			{"Phi Tô", "15.1", nil, nil, "90,5%", "Đạt", nil},
			{"Mê Linh", "15.1", "-", "-", "-", nil, nil},
			{"Đạ Đờn", "CT 15,2", nil, nil, nil, " ", nil},
		})}, `
24805 15.1 4512/5000~90.2 dat 2024-06-30
24848 15.1 11/20 dat
24862 15.1 10/20~50 2024-01-01
24883 15.1 90.5 dat
24892 15.1 khong_ap_dung
E G4 bad_date
E G5 bad_date
E G6 date_out_of_period
E A9 duplicate_conflict
E A10 duplicate_conflict
E C12 numerator_exceeds_denominator
E D13 missing_denominator
W A2 superseded
W A8 duplicate_same
W E11 printed_percent_mismatch
ignored: 1 header
blank 1
not applicable 1`},

		{"unknown communes whose values look like codes", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "Chỉ tiêu 10", "Chỉ tiêu 2.1", "Chỉ tiêu 17.4"},
			{1, "Lộc Hưng", 5, 16, 11},
			{2, "Đạ Sar", 50, 50, 50},
			{3, "Xã Liên Srônh", 5, 16, 11},
			{4, "Đạ Chais", 50, 50, 50},
		})}, `
24847 10 50
24847 17.4 50
24847 2.1 50
24865 10 50
24865 17.4 50
24865 2.1 50
E B2 unit_unknown
E B4 unit_unknown 24874
ignored: 1 header, A row_number`},

		{"two matrices side by side, notes below", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"BIỂU TỔNG HỢP"},
			{"TT", "Tên xã", "8.1", "8.4", nil, "TT", "Tên xã", "8.1", "8.4"},
			{1, "Xuân Thọ", "Đạt", "Đạt", nil, 3, "Trạm Hành", "x", "x"},
			{2, "Tà Nung", "Đạt", nil, nil, 4, "Xuân Trường", "x", "-"},
			{nil, "Cộng", 2, 1, nil, nil, "Cộng", 2, 1},
			{nil},
			{"Ghi chú: x là đạt; chỉ tiêu 8.4 theo văn bản số 12"},
			{"- Số liệu đến 30/6"},
			{nil, nil, nil, "Người lập biểu"},
		})}, `
24805 8.1 dat
24805 8.4 dat
24808 8.1 dat
24810 8.1 dat
24810 8.4 dat
24811 8.1 dat
24811 8.4 khong_ap_dung
ignored: 1 title, 2 header, 5 subtotal, 7 legend, 8 legend, 9 footer, A row_number, F row_number
blank 1
not applicable 1`},

		{"criteria by bare numbers", ten, "2026-Q3", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", 1, 2, 3, "Tổng"},
			{"A", "B", 1, 2, 3, 4},
			{1, "Lạc Dương", "Đạt", "Chưa đạt", "Không", 1},
			{2, "Di Linh", "Đạt", "Cơ bản đạt", "Chưa đánh giá", 1},
		})}, `
24848 1* dat
24848 2* chua_dat
24848 3* chua_dat
25000 1* dat
25000 2* co_ban_dat
25000 3* khong_danh_gia
ignored: 1 header, 2 column_numbers, A row_number, F formula_total`},

		{"former communes and districts of other days", ten, "2026-Q3", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Huyện (cũ)", "Xã", "Nhóm", "1", "2"},
			{1, "Đơn Dương", "Lạc Lâm", 1, "Đạt", "Đạt"},
			{2, "Đơn Dương", "Ka Đô", "Nhóm II", "Đạt", nil},
			{3, "Hàm Thuận Nam", "Tân Thành", "nhóm ba", "Đạt", nil},
		})}, `
23143 1* dat
24943 1* dat
E C2 unit_not_valid_in_period 24943
W D4 commune_group_missing
ignored: 1 header, A row_number
blank 2`},

		{"nothing to read", basic, "2024-06", []*xlsx.Sheet{sheetOf("Trống", nil), sheetOf("Lời", [][]any{{"Xã Xuân Thọ đạt 19/19 tiêu chí"}, {"8.4", "là chỉ tiêu"}})}, `
E 0 no_table_found
ignored: Lời prose`},

		{"list without known headings", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"Stt.", "Nơi", "Đầu mục", "Đếm được", "Trong số", "Tương ứng", "Chốt"},
			{1, "Xuân Thọ", "15.1", 90, 100, 90, "Đạt"},
			{2, "Tà Nung", "15.1", 40, 50, 80, "Chưa đạt"},
			{3, "Tà Nung", "15.4", 30, 40, 75, "x"},
		})}, `
24805 15.1 90/100~90 dat
24808 15.1 40/50~80 chua_dat
24808 15.4 30/40~75 dat
ignored: 1 header, A row_number`},

		{"list of mixed results with levels", advanced, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"Mã xã", "Xã", "Mã CT", "Nội dung", "Giá trị", "Mức độ", "Kết quả"},
			{"24805", "Xuân Thọ", "3.6", "Mức đảm bảo", nil, "Khá", "Đạt"},
			{"24805", "Xuân Thọ", "5.3", "Trường học", nil, "MỨC ĐỘ 3", nil},
			{"24805", "Xuân Thọ", "8.2", "Dịch vụ", "85,5", nil, "Đạt"},
			{"24805", "Xuân Thọ", "16.1", "Mô hình", 2, nil, nil},
			{"24805", "Xuân Thọ", "18.5", "Nhà tạm", "Không", nil, nil},
			{"24805", "Xuân Thọ", "15.2", "Dịch vụ công", "Có", nil, nil},
			{"24805", "Xuân Thọ", "10", "Thu nhập", "58,432", nil, nil},
			{"24805", "Xuân Thọ", "15.2 (cũ)", "?", "x", nil, nil},
		})}, `
24805 10 58.432
24805 15.2 dat
24805 16.1 2
24805 18.5 dat
24805 3.6 Khá dat
24805 5.3 Mức độ 3
24805 8.2 85.5 dat
W B9 duplicate_same
ignored: 1 header, D not_needed`},

		{"a code above the parts of its value", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Tên xã", "15.1", nil, nil, nil, "15.2", "8.4", nil, "Ghi chú"},
			{nil, nil, "Tử số", "Mẫu số", "Tỷ lệ (%)", "Đánh giá", nil, "Kết quả", "Ghi chú"},
			{1, "Xuân Thọ", 90, 100, 90, "Đạt", "Đạt", "Đạt", "công văn 1"},
			{2, "Tà Nung", 190, 100, nil, nil, "K", "-", nil},
			{3, "Trạm Hành", nil, nil, nil, nil, nil, nil, "chưa gửi"},
			{4, "Lạ Lùng", 1, 2, nil, "Đạt", nil, nil, nil},
		}, "A1:A2", "B1:B2", "C1:F1", "G1:G2", "H1:I1", "J1:J2")}, `
24805 15.1 90/100~90 dat
24805 15.2 dat
24805 8.4 dat
24808 15.2 chua_dat
24808 8.4 khong_ap_dung
E C4 numerator_exceeds_denominator
E B6 unit_unknown
ignored: 1 header, 2 header, A row_number, I note, J note
blank 3
not applicable 1`},

		{"districts without a word for them, counts beside them", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Đơn vị", "8.1", "8.4"},
			{nil, "Chuẩn", "Đạt", "Đạt"},
			{"I", "Lạc Dương", formula{"COUNTIF(C4:C5,\"x\")", 2}, formula{"COUNTIF(D4:D5,\"x\")", 1}},
			{1, "1. Xã Lát", "x", "x"},
			{2, "- Đạ Sar", "x", "K"},
			{"II", "Đà Lạt", nil, nil},
			{1, "Tà Nung", "x", "x"},
			{nil, "Vùng ven", formula{"C7", 1}, formula{"D7", 1}},
			{2, "Lát", "x", "x"},
			{"III", "Lâm Đồng", 4, 4},
		})}, `
24808 8.1 dat
24808 8.4 dat
24862 8.1 dat
24862 8.4 dat
24865 8.1 dat
24865 8.4 chua_dat
E B9 unit_district_mismatch 24862
ignored: 1 header, 2 required_level, 3 district_heading, 6 district_heading, 8 subtotal, 10 group_heading, A row_number`},

		{"names merged downwards and values merged over communes", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"Xã", "CT", "Kết quả"},
			{"Xuân Thọ", "15.2", "Đạt"},
			{nil, "8.4", "Chưa đạt"},
			{"Tà Nung", "15.2", "Đạt"},
			{nil, "8.4", nil},
			{nil, "8.3", "Đạt"},
		}, "A2:A3", "A4:A5", "C4:C5"), sheetOf("b", [][]any{
			{"Xã", "1.1", "1.2"},
			{"Xuân Thọ", "Đạt", "Đạt"},
			{"Tà Nung", nil, "-"},
		}, "B2:B3")}, `
24805 1.1 dat
24805 1.2 dat
24805 15.2 dat
24805 8.4 chua_dat
24808 1.1 dat
24808 1.2 khong_ap_dung
24808 15.2 dat
24808 8.4 dat
E A6 unit_missing
ignored: 1 header, 1 header
not applicable 1`},

		{"hidden columns", basic, "2024-06", []*xlsx.Sheet{func() *xlsx.Sheet {
			s := sheetOf("a", [][]any{
				{"TT", "Xã", "Cũ", "8.1", "8.4"},
				{1, "Xuân Thọ", 7, "Đạt", "K"},
			})
			s.HiddenCols = []xlsx.Span{{From: 3, To: 4}}
			return s
		}()}, `
24805 8.1 dat
24805 8.4 chua_dat
ignored: 1 header, A row_number, C hidden_no_indicator_code`},

		{"a matrix and a list on one sheet", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"Bảng 1"},
			{"Xã", "8.1", "8.4"},
			{"Xuân Thọ", "Đạt", "K"},
			{"Cộng", 1, 0},
			nil,
			{"Bảng 2: tiêu chí 15"},
			{"Xã", "Chỉ tiêu", "Tử số", "Mẫu số", "Tỷ lệ"},
			{"Xuân Thọ", "15.1", 90, 100, 90},
			{"Tổng cộng", "15.1", 90, 100, 90},
			{"Ghi chú: số liệu ước tính"},
		})}, `
24805 15.1 90/100~90
24805 8.1 dat
24805 8.4 chua_dat
ignored: 1 title, 2 header, 4 subtotal, 6 legend, 7 header, 9 total, 10 legend`},

		{"workbook of another set", ten, "2026-Q3", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"Xã", "8.1", "8.4", "17.10"},
			{"Lạc Dương", "Đạt", "K", 5},
		})}, `
E B1 indicator_unknown
E C1 indicator_unknown
E D1 indicator_unknown
ignored: 1 header`},

		{"plan, result and verdict below one code", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "15.1", nil, nil, "8.1"},
			{nil, nil, "Kế hoạch", "Thực hiện", "Đánh giá", nil},
			{1, "Xuân Thọ", 95, 91.5, "Đạt", "x"},
			{2, "Tà Nung", 95, 96, "Đạt", "x"},
		}, "A1:A2", "B1:B2", "C1:E1", "F1:F2")}, `
24805 15.1 91.5 dat
24805 8.1 dat
24808 15.1 96 dat
24808 8.1 dat
ignored: 1 header, 2 header, A row_number, C required_level`},

		{"the same without merged cells", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "15.1", nil, nil, "8.1"},
			{nil, nil, "Kế hoạch", "Thực hiện", "Đánh giá", nil},
			{1, "Xuân Thọ", 95, 91.5, "Đạt", "x"},
			{2, "Tà Nung", 95, 96, "Đạt", "x"},
		})}, `
24805 15.1 91.5 dat
24805 8.1 dat
24808 15.1 96 dat
24808 8.1 dat
ignored: 1 header, 2 header, A row_number, C required_level`},

		{"counts without known words below a code, proven by the percentage", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "15.1", nil, nil, "15.4", nil, nil, "15.3", nil, nil},
			{nil, nil, "Số lượng", "Tổng", "Tỷ lệ", "Số người", "Dân số", "Tỷ lệ (%)", "Số trẻ SDD", "Tổng số trẻ", "Tỷ lệ (%)"},
			{1, "Xuân Thọ", 45, 50, 90, 30, 40, 75, 45, 250, 18},
			{2, "Tà Nung", 40, 50, 80, 20, 40, "50,0", 10, 100, pct("0.1")},
		}, "A1:A2", "B1:B2", "C1:E1", "F1:H1", "I1:K1")}, `
24805 15.1 45/50~90
24805 15.3 45/250~18
24805 15.4 30/40~75
24808 15.1 40/50~80
24808 15.3 10/100~10
24808 15.4 20/40~50
ignored: 1 header, 2 header, A row_number`},

		{"years below a code: the one of the period", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "15.1", nil, "15.4", nil, "8.1"},
			{nil, nil, "Năm 2023", "Năm 2024", 2022, 2023, nil},
			{1, "Xuân Thọ", 80, 90, 45, 55, "x"},
			{2, "Tà Nung", 80, 91, 45, 55, "x"},
		}, "C1:D1", "E1:F1")}, `
24805 15.1 90
24805 8.1 dat
24808 15.1 91
24808 8.1 dat
E E1 date_out_of_period
ignored: 1 header, 2 header, A row_number, C not_needed`},

		{"a code above columns that nobody can tell apart", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "8.1", nil, "15.1", nil, "15.4", nil, "8.4", nil},
			{nil, nil, nil, nil, "Tỷ lệ hộ", "Tỷ lệ người", "Số người tham gia", "Ghi chú", "Xã tự đánh giá", "Huyện đánh giá"},
			{1, "Xuân Thọ", "x", "K", 80, 90, 45, "a", "x", "K"},
			{2, "Tà Nung", "x", "x", 80, 90, 45, "b", "x", "x"},
		}, "C1:D1", "E1:F1", "G1:H1", "I1:J1")}, `
E C1 header_duplicate_code
E E1 header_duplicate_code
E G1 missing_denominator
E I1 header_duplicate_code
ignored: 1 header, 2 header, A row_number, H note`},

		{"columns of notes, dates, plans and earlier periods that repeat a code", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "Ghi chú CT 8.1", "CT 8.1", "CT 8.4 (kỳ trước)", "CT 8.4 (kỳ này)", "Ngày đánh giá CT 8.2", "8.2", "Kế hoạch 15.1", "15.1", "Lý do chưa đạt CT 8.3", "Số CT đạt TC 8"},
			{1, "Xuân Thọ", "chờ", "x", "K", "x", "1/6", "x", 95, 90, "thiếu", 3},
			{2, "Tà Nung", "x", "x", "K", "K", "1/6", "K", 95, 91, nil, 3},
		})}, `
24805 15.1 90
24805 8.1 dat
24805 8.2 dat
24805 8.4 dat
24808 15.1 91
24808 8.1 dat
24808 8.2 chua_dat
24808 8.4 chua_dat
ignored: 1 header, A row_number, C note, E not_needed, G not_needed, I required_level, K note, L not_needed`},

		{"two periods beside each other under one heading each", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "Kỳ trước", nil, "Kỳ này", nil},
			{nil, nil, "8.1", "8.4", "8.1", "8.4"},
			{1, "Xuân Thọ", "K", "K", "x", "x"},
			{2, "Tà Nung", "K", "x", "x", "K"},
		}, "A1:A2", "B1:B2", "C1:D1", "E1:F1")}, `
24805 8.1 dat
24805 8.4 dat
24808 8.1 dat
24808 8.4 chua_dat
ignored: 1 header, 2 header, A row_number, C not_needed, D not_needed`},

		{"the same code twice: read only where it says the same", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "8.1", "CT 8,1", "8.4", "Chỉ tiêu 8.4", "15.1. Tỷ lệ", "15.1. Đánh giá", "8.2", "8.2"},
			{1, "Xuân Thọ", "x", "x", "x", "K", 90, "Đạt", "x"},
			{2, "Tà Nung", "K", "K", "x", "x", 80, "K", "K"},
		})}, `
24805 15.1 90 dat
24805 8.1 dat
24805 8.2 dat
24808 15.1 80 chua_dat
24808 8.1 chua_dat
24808 8.2 chua_dat
E D1 header_duplicate_code
E F1 header_duplicate_code
E J1 header_duplicate_code
ignored: 1 header, A row_number`},

		{"a title with a code above the running numbers", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"Chỉ tiêu 15.1: BHYT"},
			nil,
			{"TT", "Xã", "Tử số", "Mẫu số", "Tỷ lệ"},
			{1, "Xuân Thọ", 9, 10, 90},
			{2, "Tà Nung", 9, 10, 90},
			{3, "Trạm Hành", 9, 10, 90},
		}), sheetOf("b", [][]any{
			{nil, "KẾT QUẢ THỰC HIỆN TIÊU CHÍ SỐ 8"},
			{"TT", "Xã", "8.1", "8.2"},
			{1, "Xuân Thọ", "x", "K"},
			{2, "Tà Nung", "x", "K"},
		}), sheetOf("c", [][]any{
			{nil, nil, "KẾT QUẢ THỰC HIỆN TIÊU CHÍ SỐ 8"},
			{nil, "TT", "Xã", "8.3", "8.4"},
			{nil, 1, "Xuân Thọ", "x", "K"},
			{nil, 2, "Tà Nung", "x", "K"},
		})}, `
24805 8.1 dat
24805 8.2 chua_dat
24805 8.3 dat
24805 8.4 chua_dat
24808 8.1 dat
24808 8.2 chua_dat
24808 8.3 dat
24808 8.4 chua_dat
E 0 no_table_found
ignored: 1 title, 2 header, 1 title, 2 header, A row_number, B row_number, a prose`},

		{"a list with a column of criteria beside the one of indicators", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "Tiêu chí", "Chỉ tiêu", "Kết quả"},
			{1, "Xuân Thọ", 15, "15.2", "Đạt"},
			{2, "Xuân Thọ", 8, "8.4", "K"},
			{3, "Tà Nung", "TC 15", "15.2", "Đạt"},
		})}, `
24805 15.2 dat
24805 8.4 chua_dat
24808 15.2 dat
ignored: 1 header, A row_number, C not_needed`},

		{"codes written with spaces, signs and other words", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"Xã", "CT 8. 4", "CT 9 . 2", "Chỉ tiêu số: 8.3", "15.1 %", "8.1*", "C.T 4.1", "T.C 14.2", "CT số:6.1", "Chỉ số 13.1", "Mục 13.2", "Nội dung 13.3", "Chỉ tiêu thành phần 13.4", "15 .4", "“15.2”", "Chỉ tiêu thứ 17.2", "Tiêu chí 3: 3.1"},
			{"Xuân Thọ", "x", "x", "x", "x", "x", "x", "x", "x", "x", "x", "x", "x", "x", "x", "x", "x"},
		})}, `
24805 13.1 dat
24805 13.2 dat
24805 13.3 dat
24805 13.4 dat
24805 14.2 dat
24805 15.1 dat
24805 15.2 dat
24805 15.4 dat
24805 17.2 dat
24805 3.1 dat
24805 4.1 dat
24805 6.1 dat
24805 8.1 dat
24805 8.3 dat
24805 8.4 dat
24805 9.2 dat
ignored: 1 header`},

		{"several codes, or one among words, in a heading", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"Xã", "2.1", "Chỉ tiêu 8.1 và 8.2", "TC 8.1-8.4", "CT 8.1; 8.2", "8.1+8.2", "TC 5, 6", "8.3/8.4", "Kết quả theo 15.4 của sở", "Tổng số tiêu chí: 10", "Diện tích 2,5 ha"},
			{"Xuân Thọ", 90, "x", "x", "x", "x", "x", "x", "x", 10, 2},
		})}, `
24805 2.1 90
E C1 indicator_unknown
E D1 indicator_unknown
E E1 indicator_unknown
E F1 indicator_unknown
E G1 indicator_unknown
E H1 indicator_unknown
E I1 indicator_unknown
ignored: 1 header, J formula_total, K no_indicator_code`},

		{"tables side by side whose headings stand in different rows", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "8.1", "8.2"},
			{1, "Xuân Thọ", "x", "x"},
			{2, "Tà Nung", "x", "x", nil, nil, "TT", "Xã", "8.1", "8.2"},
			{3, "Trạm Hành", "x", "x", nil, nil, 1, "Lát", "K", "K"},
			{nil, nil, nil, nil, nil, nil, 2, "Đạ Sar", "K", "K"},
		})}, `
24805 8.1 dat
24805 8.2 dat
24808 8.1 dat
24808 8.2 dat
24810 8.1 dat
24810 8.2 dat
24862 8.1 chua_dat
24862 8.2 chua_dat
24865 8.1 chua_dat
24865 8.2 chua_dat
ignored: 1 header, 3 header, A row_number, G row_number`},

		{"lists side by side, with and without a gap", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"Xã", "Chỉ tiêu", "Kết quả", nil, "Xã", "Chỉ tiêu", "Kết quả"},
			{"Xuân Thọ", "8.4", "x", nil, "Lát", "8.4", "K"},
			{"Tà Nung", "8.4", "x", nil, "Đạ Sar", "8.4", "K"},
		}), sheetOf("b", [][]any{
			{"TT", "Xã", "Chỉ tiêu", "Kết quả", "TT", "Xã", "Chỉ tiêu", "Kết quả"},
			{1, "Xuân Thọ", "8.3", "x", 3, "Lát", "8.3", "K"},
			{2, "Tà Nung", "8.3", "x", 4, "Đạ Sar", "8.3", "K"},
		})}, `
24805 8.3 dat
24805 8.4 dat
24808 8.3 dat
24808 8.4 dat
24862 8.3 chua_dat
24862 8.4 chua_dat
24865 8.3 chua_dat
24865 8.4 chua_dat
ignored: 1 header, 1 header, A row_number, E row_number`},

		{"districts directly below the headings of a list", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "Chỉ tiêu", "Kết quả"},
			{nil, "Huyện Lạc Dương"},
			{1, "Lát", "8.4", "x"},
			{"II", "Thành phố Đà Lạt"},
			{1, "Tà Nung", "8.4", "x"},
		})}, `
24808 8.4 dat
24862 8.4 dat
ignored: 1 header, 2 district_heading, 4 district_heading, A row_number`},

		{"rows that number the columns, without brackets", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "8.1", "15.1"},
			{1, 2, 3, 4},
			{1, "Lát", "x", 90},
			{2, "Đạ Sar", "x", 91},
		}), sheetOf("b", [][]any{
			{"TT", "Xã", "Mã chỉ tiêu", "Kết quả"},
			{1, 2, 3, 4},
			{1, "Lát", "8.4", "x"},
			{2, "Đạ Sar", "8.4", "x"},
		})}, `
24862 15.1 90
24862 8.1 dat
24862 8.4 dat
24865 15.1 91
24865 8.1 dat
24865 8.4 dat
ignored: 1 header, 2 column_numbers, 1 header, 2 column_numbers, A row_number, A row_number`},

		{"a heading by formula", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "3.1", formula{`"CT "&"3.2"`, "CT 3.2"}, "4.1"},
			{1, "Lát", "x", "x", "K"},
			{2, "Đạ Sar", "x", "K", "K"},
		})}, `
24862 3.1 dat
24862 3.2 dat
24862 4.1 chua_dat
24865 3.1 dat
24865 3.2 chua_dat
24865 4.1 chua_dat
ignored: 1 header, A row_number`},

		{"a misspelt commune above the numbered ones", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "8.1", "2.1"},
			{nil, "Tối thiểu", "Đạt", "≥ 80"},
			{nil, "Đạ Chaiss", "x", 90},
			{1, "Lát", "x", 90},
			{2, "Đạ Sar", "x", 90},
		})}, `
24862 2.1 90
24862 8.1 dat
24865 2.1 90
24865 8.1 dat
E B3 unit_unknown 24847
ignored: 1 header, 2 required_level, A row_number`},

		{"a sheet of plans beside one of results", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"Xã", "8.1"},
			{"Lát", "x"},
		}), sheetOf("b", [][]any{
			{"Xã", "Kế hoạch CT 15.1", "Kế hoạch CT 15.4"},
			{"Lát", 90, 80},
			{"Đạ Sar", 91, 81},
		})}, `
24862 8.1 dat
ignored: 1 header, b prose`},

		{"averages between communes are no headings", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "15.1", "15.4", "2.1"},
			{nil, "Huyện Lạc Dương", 17.2, 15.1, 8.4},
			{1, "Lát", 20, 15, 8},
			{nil, "Thành phố Đà Lạt", 17.2, 15.1, 8.4},
			{2, "Tà Nung", 20, 15, 8},
		})}, `
24808 15.1 20
24808 15.4 15
24808 2.1 8
24862 15.1 20
24862 15.4 15
24862 2.1 8
ignored: 1 header, 2 district_heading, 4 district_heading, A row_number`},

		{"plan and result, each with its parts", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "Chỉ tiêu 15.1", nil, nil, nil, nil, nil, nil},
			{nil, nil, "Kế hoạch 2024", nil, nil, "Kết quả", nil, nil, "Nguồn"},
			{nil, nil, "Tử số", "Mẫu số", "%", "Tử số", "Mẫu số", "%", nil},
			{1, "Xuân Thọ", 95, 100, 95, 90, 100, 90, "BHXH"},
			{2, "Tà Nung", 95, 100, 95, 80, 100, 81, "BHXH"},
		}, "A1:A3", "B1:B3", "C1:I1", "C2:E2", "F2:H2", "I2:I3")}, `
24805 15.1 90/100~90
24808 15.1 80/100~81
W H5 printed_percent_mismatch
ignored: 1 header, 2 header, 3 header, A row_number, C required_level, D required_level, E required_level, I note`},

		{"income and its plan: the share of the plan is no value", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "10. Thu nhập", nil, nil, "11. Nghèo đa chiều", nil},
			{nil, nil, "KH", "TH", "Tỷ lệ %", "Số hộ", "Tỷ lệ"},
			{1, "Xuân Thọ", 50, 48, 96, 12, 1.5},
			{2, "Tà Nung", 50, 52, 104, 9, 0.8},
		}, "C1:E1", "F1:G1")}, `
24805 10 48
24805 11 1.5
24808 10 52
24808 11 0.8
ignored: 1 header, 2 header, A row_number, C required_level, E not_needed, F not_needed`},

		{"a refused heading of an unknown commune", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"Xã", "15.1", nil, "8.1"},
			{nil, "Tỷ lệ hộ", "Tỷ lệ người", nil},
			{"Xuân Thọ", 80, 90, "x"},
			{"Xã Lạ", 80, 90, "x"},
		}, "A1:A2", "B1:C1", "D1:D2")}, `
24805 8.1 dat
E B1 header_duplicate_code
E A4 unit_unknown
ignored: 1 header, 2 header`},

		{"plans, earlier periods and other years in a list", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "Chỉ tiêu", "KH 2024", "Kết quả năm trước", "Năm 2023", "Năm 2024"},
			{1, "Xuân Thọ", "15.1", 95, 80, 81, 90},
			{2, "Tà Nung", "15.1", 95, 80, 82, 91},
		})}, `
24805 15.1 90
24808 15.1 91
ignored: 1 header, A row_number, D required_level, E not_needed, F not_needed`},

		{"two results in a list", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "Chỉ tiêu", "Kết quả xã báo cáo", "Kết quả thẩm định"},
			{1, "Xuân Thọ", "8.4", "x", "K"},
			{2, "Tà Nung", "8.4", "x", "x"},
			{3, "Lát", "8.4", nil, "x"},
		})}, `
E E1 header_duplicate_code
ignored: 1 header, A row_number, E not_needed
blank 1`},

		{"a table that cannot be read below one that can", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "2.1", "2.2"},
			{1, "Xuân Thọ", 90, 91},
			{2, "Tà Nung", 80, 81},
			nil,
			{"Chỉ tiêu 15.1"},
			nil,
			{"TT", "Xã", "Tử số", "Mẫu số"},
			{1, "Lát", 9, 10},
			{2, "Đạ Sar", 8, 10},
		})}, `
24805 2.1 90
24805 2.2 91
24808 2.1 80
24808 2.2 81
E 0 no_table_found
ignored: 1 header, 5 legend, 7 title, 8 title, 9 title, A row_number`},

		{"plans beside results", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"Xã", "2.1", "2.2", nil, "Xã", "Kế hoạch CT 2.1", "Kế hoạch CT 2.2"},
			{"Xuân Thọ", 90, 91, nil, "Xuân Thọ", 95, 96},
			{"Tà Nung", 80, 81, nil, "Tà Nung", 95, 96},
		})}, `
24805 2.1 90
24805 2.2 91
24808 2.1 80
24808 2.2 81
ignored: 1 header, E not_needed, F not_needed, G not_needed`},

		{"values merged as their codes are", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"Xã", "8.1", nil, "8.4"},
			{"Xuân Thọ", "x", nil, "x"},
			{"Tà Nung", "K", nil, "x"},
		}, "B1:C1", "B2:C2", "B3:C3")}, `
24805 8.1 dat
24805 8.4 dat
24808 8.1 chua_dat
24808 8.4 dat
ignored: 1 header`},

		{"unknown and forgotten names beside values that look like codes", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "15.1", "15.4", "2.1"},
			{1, "Xã Lạ", 15.4, 8.4, 9.2},
			{2, "Xuân Thọ", 50, 60, 70},
			{3, nil, 5, 10, 11},
			{4, "Tà Nung", 51, 61, 71},
			{5, "Xã Hoắc", 8.1, 8.2, 17.1},
			{6, "Xã", 5, 10, 16},
		})}, `
24805 15.1 50
24805 15.4 60
24805 2.1 70
24808 15.1 51
24808 15.4 61
24808 2.1 71
E B2 unit_unknown
E B4 unit_missing
E B6 unit_unknown
E B7 unit_unknown
ignored: 1 header, A row_number`},

		{"unknown and forgotten names at the end of crosses", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "8.4"},
			{1, "Xuân Thọ", "x"},
			{2, "Xã Lạ", "x"},
			{3, "Xã", "K"},
		})}, `
24805 8.4 dat
E B3 unit_unknown
E B4 unit_unknown
ignored: 1 header, A row_number`},

		{"communes as headings of a list", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "Chỉ tiêu", "Nội dung", "Kết quả"},
			{"I", "Xã Xuân Thọ"},
			{1, nil, "8.1", "Bưu chính", "x"},
			{2, nil, "8.2", "Internet", "K"},
			{"II", "Xã Tà Nung"},
			{1, nil, "8.1", "Bưu chính", "x"},
		})}, `
E C2 indicator_unknown
E B3 unit_missing
E B4 unit_missing
E C5 indicator_unknown
E B6 unit_missing
ignored: 1 header, A row_number, D not_needed`},

		{"unknown and forgotten names in a list", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "Mã chỉ tiêu", "Tử số", "Mẫu số", "Đánh giá"},
			{1, "Xuân Thọ", "15.1", 5, 10, nil},
			{2, nil, "15.1", 6, 10, nil},
			{3, "Tà Nung", "15.1", 7, 10, "x"},
			{4, "Xã Lạ", "15.2", nil, nil, "x"},
			{5, nil, "15.2", nil, nil, "-"},
		})}, `
24805 15.1 5/10
24808 15.1 7/10 dat
E B3 unit_missing
E B5 unit_unknown
E B6 unit_missing
ignored: 1 header, A row_number`},

		{"headings that begin anew with other codes", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "15.1", "15.4"},
			{1, "Xuân Thọ", 50, 60},
			{"Bảng 2"},
			{"TT", "Xã", "Môi trường", nil},
			{nil, nil, "17.1", "17.2"},
			{1, "Xuân Thọ", 70, 80},
		}, "C4:D4")}, `
24805 15.1 50
24805 15.4 60
24805 17.1 70
24805 17.2 80
ignored: 1 header, 3 legend, 4 header, 5 header, A row_number, A row_number`},

		{"codes alone that begin anew over other communes", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "15.1", "15.4"},
			{1, "Xuân Thọ", 50, 60},
			{nil, nil, "17.1", "17.2"},
			{2, "Tà Nung", 70, 80},
		})}, `
24805 15.1 50
24805 15.4 60
24808 17.1 70
24808 17.2 80
ignored: 1 header, 3 header, A row_number, A no_indicator_code`},

		{"figures alone that look like codes", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "15.1", "15.4"},
			{1, "Xuân Thọ", 50, 60},
			{nil, nil, 17.1, 17.2},
			{2, "Tà Nung", 70, 80},
		})}, `
24805 15.1 50
24805 15.4 60
24808 15.1 70
24808 15.4 80
E B3 unit_missing
ignored: 1 header, A row_number`},

		{"a column without a code beside described ones", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "8.1", "15.1", nil, nil},
			{nil, nil, "Bưu chính", "Bảo hiểm y tế", "Tỷ lệ hoàn thành", "Kết quả"},
			{1, "Xuân Thọ", "x", 90, 50, "Đạt"},
			{2, "Tà Nung", "K", 91, 60, "Đạt"},
		})}, `
24805 15.1 90
24805 8.1 dat
24808 15.1 91
24808 8.1 chua_dat
ignored: 1 header, 2 header, A row_number, E formula_total, F no_indicator_code`},

		{"plan, result and share of the plan", basic, "2024-06", []*xlsx.Sheet{sheetOf("a", [][]any{
			{"TT", "Xã", "15.1", nil, nil},
			{nil, nil, "Kế hoạch", "Thực hiện", "Tỷ lệ hoàn thành (%)"},
			{1, "Xuân Thọ", 95, 90, 94.7},
			{2, "Tà Nung", 95, 91, 95.8},
		}, "C1:E1")}, `
24805 15.1 90
24808 15.1 91
ignored: 1 header, 2 header, A row_number, C required_level, E required_level`},
	} {
		t.Run(q.name, func(t *testing.T) {
			c := frame(t, q.set, q.period)
			got := outcome(c, Read(&xlsx.Workbook{Sheets: q.sheets}, c))
			if want := strings.TrimPrefix(q.want, "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}
