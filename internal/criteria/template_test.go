package criteria

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"langso/internal/platform/fault"
	"langso/internal/std/xlsx"

	"github.com/xuri/excelize/v2"
)

// plainSet returns s without what depends on the file it was read from.
func plainSet(s *Set) *Set {
	out := *s
	out.Version, out.SHA256, out.file, out.requiresLine, out.worked = 0, "", "", 0, false
	out.Groups = nil
	for _, g := range s.Groups {
		ng := g
		ng.Criteria = nil
		for _, c := range g.Criteria {
			nc := *c
			nc.Indicators = nil
			for _, i := range c.Indicators {
				ni := *i
				ni.Line, ni.Criterion = 0, nil
				nc.Indicators = append(nc.Indicators, &ni)
			}
			ng.Criteria = append(ng.Criteria, &nc)
		}
		out.Groups = append(out.Groups, ng)
	}
	out.criteria, out.indicators, out.criterionOf, out.indicatorOf = nil, nil, nil, nil
	return &out
}

// A version written as a workbook and read back unchanged is the set that its file says.
func TestTemplateComesBack(t *testing.T) {
	sets, err := Shipped()
	if err != nil || len(sets) != 4 {
		t.Fatal(len(sets), err)
	}
	for _, set := range sets {
		t.Run(set.Code, func(t *testing.T) {
			b, err := WriteTemplate(set)
			if err != nil {
				t.Fatal(err)
			}
			in, err := readIncoming("mau.xlsx", b)
			if err != nil {
				t.Fatal(err)
			}
			want, got := plainSet(set), plainSet(in.set)
			if !reflect.DeepEqual(want, got) {
				for k, g := range want.Groups {
					for n, c := range g.Criteria {
						for m, i := range c.Indicators {
							if j := got.Groups[k].Criteria[n].Indicators[m]; !reflect.DeepEqual(i, j) {
								t.Errorf("%+v\n%+v", i, j)
							}
						}
					}
				}
				want.Groups, got.Groups = nil, nil
				t.Fatalf("\n%+v\n%+v\n%s", want, got, in.body)
			}
			f := template(t, set)
			offers, err := f.GetDataValidations(sheetIndicators)
			if err != nil || len(offers) < 7 {
				t.Errorf("%d columns of indicators have a list to choose from, %v", len(offers), err)
			}
			if in.base != set.SHA256 {
				t.Errorf("made from %s", in.base)
			}
		})
	}
}

// template is the workbook of a set, as a spreadsheet program has it open.
func template(t *testing.T, set *Set) *excelize.File {
	t.Helper()
	b, err := WriteTemplate(set)
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func saved(t *testing.T, f *excelize.File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// put writes a cell as a person does who types it in.
func put(t *testing.T, f *excelize.File, sheet, cell string, value any) {
	t.Helper()
	if err := f.SetCellValue(sheet, cell, value); err != nil {
		t.Fatal(err)
	}
}

// perCriterion is how the trial file spreads the 47 indicators of QĐ 51/2025/QĐ-TTg over its 10 criteria; the true spread
// stands in the annex, which is not known here.
var perCriterion = [10]int{2, 8, 5, 3, 6, 3, 4, 9, 4, 3}

// fill writes 47 trial indicators into the template of 2026-2030, as an office would.
func fill(t *testing.T, f *excelize.File) {
	t.Helper()
	row := 2
	for c, n := range perCriterion {
		for k := range n {
			at := func(col string) string { return col + fmt.Sprint(row) }
			for col, v := range map[string]any{"A": fmt.Sprint(c + 1), "B": fmt.Sprintf("%d.%d", c+1, k+1), "C": fmt.Sprintf("Chỉ tiêu thử %d.%d", c+1, k+1), "E": "Tỷ lệ %", "F": "%", "G": "từ mức trở lên",
				"J": 98, "K": "87,5", "L": 0.8, "N": "xã", "O": "Sở Nông nghiệp và Môi trường [nong_nghiep]", "P": "báo cáo; biểu số liệu", "Q": "S1", "R": fmt.Sprint("Phụ lục I, trang ", row), "S": "có"} {
				put(t, f, sheetIndicators, at(col), v)
			}
			row++
		}
	}
	percent, err := f.NewStyle(&excelize.Style{NumFmt: 9})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.SetCellStyle(sheetIndicators, "L2", fmt.Sprint("L", row), percent); err != nil { // 0.8 shown as 80 %
		t.Fatal(err)
	}
}

// The 47 indicators of 2026-2030 come in through the workbook that the product gives.
func TestTemplateTakesTheIndicators(t *testing.T) {
	f := template(t, shipped(t)["xa-ntm-2026-2030"])
	fill(t, f)
	in, err := readIncoming("mau.xlsx", saved(t, f))
	if err != nil {
		t.Fatal(err)
	}
	set := in.set
	if len(set.Indicators()) != 47 || set.StructureOnly || len(set.Criteria()) != 10 {
		t.Fatalf("%d indicators of %d criteria, structure only: %v", len(set.Indicators()), len(set.Criteria()), set.StructureOnly)
	}
	i := set.Indicator("8.9")
	if i == nil || i.Kind != Percent || i.Unit != "%" || i.Compare != AtLeast || i.Lead != "nong_nghiep" || i.Supplier != SupplierCommune || !slices.Equal(i.Evidence, []string{"report", "statistics"}) ||
		!slices.Equal(i.Source, []string{"S1"}) || i.Page != "Phụ lục I, trang 41" || !i.Verified || i.Confidence != "high" || i.TextVI != "Chỉ tiêu thử 8.9" {
		t.Errorf("8.9: %+v", i)
	}
	for group, want := range map[string]string{"nhom1": "98", "nhom2": "87.5", "nhom3": "80"} {
		if got := levelText(set.Required(i, Place{CommuneGroup: group, Year: 2027})); got != want {
			t.Errorf("level of %s: %s, want %s", group, got, want)
		}
	}
}

func TestTemplateRefuses(t *testing.T) {
	const year = "Mức theo năm"
	for name, c := range map[string]struct {
		set    string
		change func(t *testing.T, f *excelize.File)
		at     string // sheet!cell, sheet!row, or sheet
		key    string
	}{
		"required set in a circle":              {"xa-ntm-2021-2025", func(t *testing.T, f *excelize.File) { put(t, f, sheetHead, "B13", "xa-ntm-2021-2025") }, "Bộ tiêu chí!B13", "criteria.requires_cycle"},
		"unknown source":                        {"xa-ntm-2021-2025", func(t *testing.T, f *excelize.File) { put(t, f, sheetIndicators, "V2", "K; S99") }, "Chỉ tiêu!V2", "criteria.source_unknown"},
		"unknown department":                    {"xa-ntm-2021-2025", func(t *testing.T, f *excelize.File) { put(t, f, sheetIndicators, "T2", "Sở Khác [khac]") }, "Chỉ tiêu!T2", "criteria.book_choice"},
		"unknown criterion":                     {"xa-ntm-2021-2025", func(t *testing.T, f *excelize.File) { put(t, f, sheetIndicators, "A2", "77") }, "Chỉ tiêu!A2", "criteria.book_criterion_unknown"},
		"indicator elsewhere":                   {"xa-ntm-2021-2025", func(t *testing.T, f *excelize.File) { put(t, f, sheetIndicators, "A2", "3") }, "Chỉ tiêu!B2", "criteria.indicator_elsewhere"},
		"id twice":                              {"xa-ntm-2021-2025", func(t *testing.T, f *excelize.File) { put(t, f, sheetIndicators, "B3", "1.1") }, "Chỉ tiêu!B3", "criteria.id_twice_at"},
		"level by year of an unknown indicator": {"xa-ntm-2021-2025", func(t *testing.T, f *excelize.File) { put(t, f, year, "A2", "99") }, "Mức theo năm!A2", "criteria.book_indicator_unknown"},
		"blank text":                            {"xa-ntm-2021-2025", func(t *testing.T, f *excelize.File) { put(t, f, sheetIndicators, "C2", nil) }, "Chỉ tiêu!C2", "criteria.book_cell_missing"},
		"level above 100 %":                     {"xa-ntm-2021-2025", func(t *testing.T, f *excelize.File) { put(t, f, sheetIndicators, "I7", 180) }, "Chỉ tiêu!I7", "criteria.percent_range"},
		"number with a thousands mark":          {"xa-ntm-2021-2025", func(t *testing.T, f *excelize.File) { put(t, f, sheetIndicators, "I7", "1.234") }, "Chỉ tiêu!I7", "criteria.book_number"},
		"level for all and for a region":        {"xa-ntm-2021-2025", func(t *testing.T, f *excelize.File) { put(t, f, sheetIndicators, "K2", "Đạt") }, "Chỉ tiêu!I2", "criteria.book_level_twice"},
		"fewer indicators than decided":         {"xa-ntm-2021-2025", func(t *testing.T, f *excelize.File) { must(t, f.RemoveRow(sheetIndicators, 58)) }, "Bộ tiêu chí!B15", "criteria.book_count_indicators"},
		"formula without a result":              {"xa-ntm-2021-2025", func(t *testing.T, f *excelize.File) { must(t, f.SetCellFormula(sheetIndicators, "I7", "40*2")) }, "Chỉ tiêu!I7", "criteria.book_cell_formula"},
		"unknown column":                        {"xa-ntm-2021-2025", func(t *testing.T, f *excelize.File) { put(t, f, sheetIndicators, "K1", "Mức đạt [sao-hoa]") }, "Chỉ tiêu!K1", "criteria.book_column_unknown"},
		"a sheet without its headings":          {"xa-ntm-2021-2025", func(t *testing.T, f *excelize.File) { put(t, f, sheetIndicators, "B1", "Gì đó") }, "Chỉ tiêu", "criteria.book_heads_missing"},
		"no such sheet":                         {"xa-ntm-2021-2025", func(t *testing.T, f *excelize.File) { must(t, f.DeleteSheet(sheetCriteria)) }, "Tiêu chí", "criteria.book_sheet_missing"},
		"another workbook":                      {"xa-ntm-2021-2025", func(t *testing.T, f *excelize.File) { must(t, f.SetSheetName(sheetIndicators, "Sheet9")) }, "", "criteria.book_no_template"},
		"template of another layout":            {"xa-ntm-2021-2025", func(t *testing.T, f *excelize.File) { put(t, f, sheetHead, "B2", "langso-bo-tieu-chi-0") }, "Bộ tiêu chí!B2", "criteria.book_other_template"},
		"a day that is none":                    {"xa-ntm-2026-2030", func(t *testing.T, f *excelize.File) { put(t, f, sheetHead, "B9", "31/02/2026") }, "Bộ tiêu chí!B9", "criteria.book_day"},
		"more rows than any set has":            {"xa-ntm-2021-2025", func(t *testing.T, f *excelize.File) { many(t, f) }, "Ghi chú!2002", "criteria.file_long"},
	} {
		t.Run(name, func(t *testing.T) {
			f := template(t, shipped(t)[c.set])
			if _, err := readIncoming("mau.xlsx", saved(t, f)); err != nil {
				t.Fatalf("the template itself: %v", err)
			}
			c.change(t, f)
			in, err := readIncoming("mau.xlsx", saved(t, f))
			if err == nil && c.key == "criteria.requires_cycle" { // what lies between sets is looked at when it is loaded
				err = in.refused(Link([]*Set{in.set}))
			}
			var found Problems
			if !errors.As(err, &found) || !fault.Is(err, fault.Invalid) {
				t.Fatalf("%v", err)
			}
			for _, p := range found {
				at := p.Sheet
				if p.Line > 0 {
					at += fmt.Sprintf("!%s%d", p.Column, p.Line)
				}
				if p.Key == c.key && at == c.at {
					return
				}
			}
			t.Errorf("%v, want %s at %s", found, c.key, c.at)
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func many(t *testing.T, f *excelize.File) {
	for row := 2; row < maxItems+10; row++ {
		put(t, f, sheetNotes, fmt.Sprint("A", row), "Ghi chú")
	}
}

// Of a formula the last result counts, and its text goes nowhere.
func TestTemplateReadsResultsOfFormulas(t *testing.T) {
	f := template(t, shipped(t)["xa-ntm-2021-2025"])
	put(t, f, sheetIndicators, "I7", 85)
	must(t, f.SetCellFormula(sheetIndicators, "I7", "HYPERLINK(\"http://evil.example\",85)"))
	in, err := readIncoming("mau.xlsx", saved(t, f))
	if err != nil {
		t.Fatal(err)
	}
	id, err := f.GetCellValue(sheetIndicators, "B7")
	if err != nil {
		t.Fatal(err)
	}
	if got := levelText(in.set.Indicator(id).Threshold.All); got != "85" {
		t.Errorf("level of %s: %s, want 85", id, got)
	}
	if bytes.Contains(in.body, []byte("HYPERLINK")) {
		t.Error("the formula is stored")
	}
}

// Text that looks like a formula or like markup goes through the workbook unchanged and as text.
func TestTemplateKeepsHostileText(t *testing.T) {
	hostile := []string{`=1+1 {{.}}`, `@SUM(A1)`, `-2+3`, `<script>alert('x')</script>`, "Lạc 𠀋𝕏 X\u0323\u0302\u0301 & đảo", `'; DROP TABLE audit; --`}
	for _, text := range hostile {
		set, err := Parse("nhom.yaml", []byte(strings.Replace(grouped, `{vi: "Tỷ lệ", en: "Share"}`, fmt.Sprintf("{vi: %q, en: %q}", text, "en "+text), 1)))
		if err != nil {
			t.Fatal(err)
		}
		b, err := WriteTemplate(set)
		if err != nil {
			t.Fatal(err)
		}
		in, err := readIncoming("mau.xlsx", b)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(plainSet(set), plainSet(in.set)) || !strings.Contains(in.set.Indicator("1.1").TextVI, strings.Fields(text)[0]) {
			t.Errorf("%q came back as %q", text, in.set.Indicator("1.1").TextVI)
		}
		book, err := xlsx.Read(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		for _, sheet := range book.Sheets {
			for _, row := range sheet.Rows {
				for _, c := range row.Cells {
					if c.HasFormula {
						t.Errorf("%s holds the formula %q", sheet.Name, c.Formula)
					}
				}
			}
		}
	}
}

func FuzzTemplate(f *testing.F) {
	set, err := Parse("nhom.yaml", []byte(grouped))
	if err != nil {
		f.Fatal(err)
	}
	b, err := WriteTemplate(set)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if in, err := readTemplate("mau.xlsx", b); err == nil {
			if _, err := Parse("mau.yaml", in.body); err != nil {
				t.Errorf("what was read cannot be stored: %v", err)
			}
		} else if !errors.As(err, new(Problems)) {
			t.Errorf("refused with %v", err)
		}
	})
}
