package workbook

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"reflect"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"

	"langso/internal/criteria"
	"langso/internal/std/xlsx"
	"langso/internal/territory"
)

// substance is a value without its place.
func substance(v Value) Value {
	v.Sheet, v.Row, v.Col, v.Raw, v.Date = "", 0, 0, "", ""
	v.HasPrinted, v.Printed = false, criteria.Decimal{}
	return v
}

func sortedValues(list []Value) []Value {
	out := make([]Value, 0, len(list))
	for _, v := range list {
		out = append(out, substance(v))
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].Unit != out[j].Unit {
			return out[i].Unit < out[j].Unit
		}
		return out[i].Indicator < out[j].Indicator
	})
	return out
}

func rowsOfValues(c Context, list []Value) []ResultRow {
	var rows []ResultRow
	for _, v := range list {
		u := c.Register.Unit(v.Unit)
		r := ResultRow{UnitCode: u.Code, UnitName: u.FullName(), Indicator: v.Indicator, IsCriterion: v.IsCriterion, HasNumber: v.HasNumber, Number: v.Number,
			HasRatio: v.HasRatio, Numerator: v.Numerator, Denominator: v.Denominator, LevelWord: v.LevelWord, Verdict: v.Verdict}
		if d := c.Roster.Parent(territory.Administrative, v.Unit); d != nil && d.Level == territory.District {
			r.District = d.FullName()
		}
		rows = append(rows, r)
	}
	return rows
}

func TestExportComesBack(t *testing.T) {
	for _, name := range references {
		data, e := office(t, name)
		c := frame(t, e.Set, e.Period)
		read := Read(parse(t, data), c)
		out, err := WriteResults(c.Set, Document{Sheet: "Kết quả", Titles: []string{"KẾT QUẢ", "Bộ " + c.Set.Code}, Notes: []string{"=Xuất từ hệ thống"}}, rowsOfValues(c, read.Values))
		if err != nil {
			t.Fatal(err)
		}
		back := Read(parse(t, out), c)
		if len(back.Errors) > 0 || len(back.Warnings) > 0 || back.Blank > 0 {
			t.Errorf("%s: %d errors, %d warnings, %d blank; first %+v", name, len(back.Errors), len(back.Warnings), back.Blank, back.Errors)
		}
		if got, want := sortedValues(back.Values), sortedValues(read.Values); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %d values came back of %d", name, len(got), len(want))
			for i := range want {
				if i < len(got) && got[i] != want[i] {
					t.Fatalf("first difference: %+v, want %+v", got[i], want[i])
				}
			}
		}
	}
}

// Values that no reference workbook holds must survive, too, under hostile names.
func TestExportKeepsEveryShape(t *testing.T) {
	c := frame(t, advanced, "2024-06")
	u := c.Roster.Communes()[0]
	var rows []ResultRow
	add := func(id string, r ResultRow) {
		r.UnitCode, r.UnitName, r.Indicator = u.Code, u.Name, id
		rows = append(rows, r)
	}
	d := func(num int64, scale int) criteria.Decimal { return criteria.Decimal{Num: num, Scale: scale} }
	add("3.1", ResultRow{HasNumber: true, Number: d(62473118279, 9)})
	add("3.3", ResultRow{HasRatio: true, Numerator: d(4512, 3), Denominator: d(12345678901, 3)})
	add("3.4", ResultRow{HasRatio: true, Numerator: d(0, 0), Denominator: d(7, 0), Verdict: VerdictNotMet})
	add("3.6", ResultRow{LevelWord: "Khá", Verdict: VerdictMet})
	add("5.3", ResultRow{LevelWord: "Mức độ 2"})
	add("8.1", ResultRow{HasNumber: true, Number: d(50, 0), Verdict: VerdictMet})
	add("8.2", ResultRow{HasNumber: true, Number: d(98765, 3), Verdict: VerdictNearly})
	add("8.3", ResultRow{Verdict: VerdictNA})
	add("8.4", ResultRow{Verdict: VerdictNotDone})
	add("18.5", ResultRow{Verdict: VerdictMet}) // the word wanted is "Không"
	add("10", ResultRow{HasNumber: true, Number: d(123456, 3)})
	add("16.1", ResultRow{HasNumber: true, Number: d(1234567, 0), Note: "=cmd|' /C calc'!A0"})
	rows = append(rows, ResultRow{UnitCode: u.Code, UnitName: u.Name, Indicator: "8", IsCriterion: true, Verdict: VerdictNearly})
	out, err := WriteResults(c.Set, Document{Sheet: "=1+1", Titles: []string{"<script>", "@x"}}, rows)
	if err != nil {
		t.Fatal(err)
	}
	back := Read(parse(t, out), c)
	if len(back.Errors)+len(back.Warnings) > 0 {
		t.Fatalf("errors %+v warnings %+v", back.Errors, back.Warnings)
	}
	var got, want []string
	for _, r := range rowsOfValues(c, back.Values) {
		got = append(got, shapeOf(r))
	}
	for _, r := range rows {
		want = append(want, shapeOf(r))
	}
	sort.Strings(got)
	sort.Strings(want)
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func shapeOf(r ResultRow) string {
	return fmt.Sprint(r.UnitCode, " ", r.Indicator, " ", r.IsCriterion, " ", r.HasNumber, decimalText(r.Number), " ", r.HasRatio, decimalText(r.Numerator), "/", decimalText(r.Denominator), " ", r.LevelWord, " ", r.Verdict)
}

func refusalRows(c Context, r *Reading) []RefusalRow {
	var rows []RefusalRow
	for _, x := range r.Refused {
		row := RefusalRow{Refused: x, Reason: string(x.Problem.Code)}
		if u := c.Register.Unit(x.Problem.Suggestion); u != nil {
			row.Suggestion = u.FullName() + " (" + u.Code + ")"
		}
		rows = append(rows, row)
	}
	return rows
}

// What is not corrected is refused again; what is corrected is taken.
func TestRefusalsComeBack(t *testing.T) {
	for _, name := range references {
		data, e := office(t, name)
		c := frame(t, e.Set, e.Period)
		read := Read(parse(t, data), c)
		if len(read.Refused) < len(read.Errors) {
			t.Errorf("%s: %d values refused for %d errors", name, len(read.Refused), len(read.Errors))
		}
		rows := refusalRows(c, read)
		out, err := WriteRefusals(c.Set, Document{Sheet: "Giá trị không nhận", Titles: []string{"Hãy sửa rồi gửi lại"}}, rows)
		if err != nil {
			t.Fatal(err)
		}
		back := Read(parse(t, out), c)
		if len(back.Values) > 0 || len(back.Errors) != len(rows) {
			t.Errorf("%s: %d values and %d errors came back of %d refusals: %+v", name, len(back.Values), len(back.Errors), len(rows), back.Values)
		}
		again := refusalRows(c, back)
		for i := range again {
			if i < len(rows) && (again[i].UnitName != rows[i].UnitName || again[i].Numerator != rows[i].Numerator || again[i].Denominator != rows[i].Denominator || again[i].Value != rows[i].Value || again[i].Verdict != rows[i].Verdict) {
				t.Errorf("%s: refused again as %+v, first as %+v", name, again[i].Refused, rows[i].Refused)
			}
		}

		// Somebody corrects every row.
		wanted := 0
		for i := range rows {
			r := &rows[i]
			switch r.Problem.Code {
			case UnitUnknown, UnitMissing, UnitNotInScope, UnitNotValid:
				r.UnitCode, r.UnitName, r.District = c.Roster.Communes()[i%100].Code, "", ""
			case IndicatorUnknown:
				r.Indicator = "15.4"
				r.Verdict = "Đạt"
			case UnrecognisedValue, CellError, FormulaWithoutValue, OutOfRange:
				r.Numerator, r.Denominator, r.Percent, r.Value, r.Level, r.Verdict = "", "", "", "Đạt", "", ""
			default:
				r.Numerator, r.Denominator, r.Percent = "5", "10", "50"
			}
			wanted++
		}
		if out, err = WriteRefusals(c.Set, Document{Sheet: "Giá trị không nhận"}, rows); err != nil {
			t.Fatal(err)
		}
		back = Read(parse(t, out), c)
		if len(back.Errors) > 0 || len(back.Values) < wanted-5 || len(back.Values) == 0 {
			t.Errorf("%s: corrected, %d values of %d rows and errors %+v", name, len(back.Values), wanted, back.Errors)
		}
	}
}

// The values of a column whose code stands twice must not slip in through the workbook of refusals.
func TestRefusedColumnStaysRefused(t *testing.T) {
	c := frame(t, basic, "2024-06")
	wb := &xlsx.Workbook{Sheets: []*xlsx.Sheet{sheetOf("a", [][]any{
		{"Tên xã", "8.4", "8.4", "8.9"},
		{"Xuân Thọ", "Đạt", "Chưa đạt", pct("0.5")},
		{"Xã Lạ", "Đạt", "Chưa đạt", 4.512},
	})}}
	read := Read(wb, c)
	if len(read.Values) != 0 || len(read.Errors) != 3 || len(read.Refused) != 6 {
		t.Fatalf("%d values, %d errors, %d refused", len(read.Values), len(read.Errors), len(read.Refused))
	}
	out, err := WriteRefusals(c.Set, Document{Sheet: "a"}, refusalRows(c, read))
	if err != nil {
		t.Fatal(err)
	}
	back := Read(parse(t, out), c)
	if len(back.Values) != 0 || len(back.Errors) != 6 {
		t.Errorf("values %+v, errors %+v", back.Values, back.Errors)
	}
}

// placeholder finds the numbered arguments of a text.
var placeholder = regexp.MustCompile(`%(?:\[(\d)\])?[a-z]`)

func TestEveryCodeHasItsWords(t *testing.T) {
	texts := map[string]map[string]string{}
	for _, lang := range []string{"vi", "en"} {
		b, err := fs.ReadFile(Locales(), lang+".json")
		if err != nil {
			t.Fatal(err)
		}
		m := map[string]string{}
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatal(err)
		}
		texts[lang] = m
		if len(m) != len(Messages()) {
			t.Errorf("%s: %d texts for %d codes", lang, len(m), len(Messages()))
		}
	}
	n := 0
	for _, m := range Messages() {
		for lang := range texts {
			text, ok := texts[lang][m.Key]
			if !ok {
				t.Errorf("%s has no %s", lang, m.Key)
			}
			for _, p := range placeholder.FindAllStringSubmatch(strings.ReplaceAll(text, "%%", ""), -1) {
				i, err := strconv.Atoi(p[1])
				if err != nil || i > 5+len(m.Details) {
					t.Errorf("%s %s: placeholder %s of %d arguments", lang, m.Key, p[0], 5+len(m.Details))
				}
				n++
			}
		}
	}
	if n == 0 {
		t.Error("no placeholder checked")
	}

	// Problems carry the arguments that their texts name.
	details := map[Code]int{}
	for _, m := range Messages() {
		details[m.Code] = 5 + len(m.Details)
	}
	for _, name := range references {
		data, e := office(t, name)
		r := Read(parse(t, data), frame(t, e.Set, e.Period))
		for _, p := range append(r.Errors, r.Warnings...) {
			if len(p.Args) < details[p.Code] {
				t.Errorf("%s: %d arguments, want %d", p.Code, len(p.Args), details[p.Code])
			}
			text := fmt.Sprintf(texts["vi"]["assessment.problem."+string(p.Code)], p.Args...)
			if strings.Contains(text, "%!") || !strings.Contains(text, xlsx.ColumnName(p.Col)+itoa(p.Row)) {
				t.Errorf("message %q", text)
			}
		}
	}
}
