package xlsx

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"langso/internal/testkit/reference"

	"github.com/xuri/excelize/v2"
)

func read(data []byte) (*Workbook, error) { return Read(bytes.NewReader(data), int64(len(data))) }

// Excelize, read cell by cell with raw values, is the outside program.
func TestReadAsExcelizeDoes(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(reference.Path(t, "reference/workbooks"), "*.xlsx"))
	if len(files) < 3 {
		t.Fatalf("%d reference workbooks", len(files))
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		wb, err := read(data)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		names := f.GetSheetList()
		if len(names) != len(wb.Sheets) {
			t.Fatalf("%s: %d sheets, want %d", file, len(wb.Sheets), len(names))
		}
		cells := 0
		for i, s := range wb.Sheets {
			visible, _ := f.GetSheetVisible(names[i])
			if s.Name != names[i] || s.Hidden == visible {
				t.Errorf("%s: sheet %q hidden %v, want %q %v", file, s.Name, s.Hidden, names[i], !visible)
			}
			got := map[string]Cell{}
			for _, row := range s.Rows {
				for _, c := range row.Cells {
					got[fmt.Sprintf("%s%d", ColumnName(c.Col), row.Index)] = c
				}
				if vis, _ := f.GetRowVisible(s.Name, row.Index); vis == row.Hidden {
					t.Errorf("%s %s: row %d hidden %v", file, s.Name, row.Index, row.Hidden)
				}
			}
			rows, err := f.GetRows(s.Name)
			if err != nil {
				t.Fatal(err)
			}
			seen := 0
			for r := range rows {
				for c := 1; c <= 70; c++ {
					ref := fmt.Sprintf("%s%d", ColumnName(c), r+1)
					want, _ := f.GetCellValue(s.Name, ref)
					formula, _ := f.GetCellFormula(s.Name, ref)
					cell, there := got[ref]
					text := cell.Text
					if cell.Kind == Bool {
						text = map[string]string{"TRUE": "1", "FALSE": "0"}[text]
					}
					if covered(s.Merges, r+1, c) {
						want = "" // excelize shows there what the first cell of the area holds
					}
					if text != want {
						t.Errorf("%s %s!%s = %q, want %q", file, s.Name, ref, text, want)
					}
					if cell.HasFormula != (formula != "") || cell.HasFormula && cell.Formula != formula {
						t.Errorf("%s %s!%s formula %q, want %q", file, s.Name, ref, cell.Formula, formula)
					}
					if there {
						seen++
						if id, _ := f.GetCellStyle(s.Name, ref); cell.Kind == Number {
							style, _ := f.GetStyle(id)
							code := ""
							if style.CustomNumFmt != nil {
								code = *style.CustomNumFmt
							} else if style.NumFmt != 0 {
								code = builtinFormat(fmt.Sprint(style.NumFmt))
							}
							if code != cell.Format {
								t.Errorf("%s %s!%s format %q, want %q", file, s.Name, ref, cell.Format, code)
							}
						}
					}
				}
			}
			if seen != len(got) {
				t.Errorf("%s %s: %d cells read, excelize has %d", file, s.Name, len(got), seen)
			}
			cells += seen
			merges, _ := f.GetMergeCells(s.Name)
			if len(merges) != len(s.Merges) {
				t.Errorf("%s %s: %d merges, want %d", file, s.Name, len(s.Merges), len(merges))
			}
			for j, m := range merges {
				r := s.Merges[j]
				if want := m.GetStartAxis() + ":" + m.GetEndAxis(); want != fmt.Sprintf("%s%d:%s%d", ColumnName(r.Col1), r.Row1, ColumnName(r.Col2), r.Row2) {
					t.Errorf("%s %s: merge %v, want %s", file, s.Name, r, want)
				}
			}
			hidden := map[int]bool{}
			for _, span := range s.HiddenCols {
				for c := span.From; c <= span.To; c++ {
					hidden[c] = true
				}
			}
			for c := 1; c <= 70; c++ {
				if vis, _ := f.GetColVisible(s.Name, ColumnName(c)); vis == hidden[c] {
					t.Errorf("%s %s: column %s hidden %v", file, s.Name, ColumnName(c), hidden[c])
				}
			}
		}
		if cells == 0 {
			t.Errorf("%s: no cell compared", file)
		}
	}
}

// covered reports a cell that a merged area hides behind its first cell.
func covered(merges []Range, row, col int) bool {
	for _, m := range merges {
		if m.Row1 <= row && row <= m.Row2 && m.Col1 <= col && col <= m.Col2 && (row != m.Row1 || col != m.Col1) {
			return true
		}
	}
	return false
}

// part is one entry of a hand-made archive.
type part struct{ name, text string }

const (
	typesPart = `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>`
	rootRels  = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	bookPart  = `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Biểu 1" sheetId="1" r:id="rId1"/></sheets></workbook>`
	bookRels  = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="/xl/sharedStrings.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`
	stylePart = `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="164" formatCode="0.0%"/></numFmts><cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="14"/></cellXfs><dxfs><dxf><numFmt numFmtId="164" formatCode="@"/></dxf></dxfs></styleSheet>`
	sharePart = `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t xml:space="preserve"> Đạt </t></si><si><r><t>m</t></r><r><rPr><b/></rPr><t>2</t></r><rPh sb="0" eb="1"><t>PHONETIC</t></rPh></si></sst>`
	sheetPart = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData></worksheet>`
)

// archiveOf zips a workbook whose parts replace or extend the smallest one; an empty text removes a part.
func archiveOf(tb testing.TB, parts ...part) []byte {
	all := []part{{"[Content_Types].xml", typesPart}, {"_rels/.rels", rootRels}, {"xl/workbook.xml", bookPart}, {"xl/_rels/workbook.xml.rels", bookRels}, {"xl/styles.xml", stylePart}, {"xl/sharedStrings.xml", sharePart}, {"xl/worksheets/sheet1.xml", sheetPart}}
	for _, p := range parts {
		found := false
		for i := range all {
			if all[i].name == p.name {
				all[i], found = p, true
			}
		}
		if !found {
			all = append(all, p)
		}
	}
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, p := range all {
		if p.text == "" {
			continue
		}
		w, err := z.Create(p.name)
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := w.Write([]byte(p.text)); err != nil {
			tb.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return buf.Bytes()
}

func TestEveryKindOfCell(t *testing.T) {
	const cells = `<sheetFormatPr defaultRowHeight="15"/><cols><col min="3" max="4" hidden="1"/></cols>
<sheetData><row r="2" hidden="1"><c r="A2" t="s"><v>0</v></c><c t="s"><v>1</v></c><c r="D2" s="1"><v>0.982</v></c><c r="E2" s="2"><v>45473</v></c></row>
<row><c t="inlineStr"><is><r><t>x</t></r><r><t xml:space="preserve"> y</t></r></is></c><c t="str"><f>"a"&amp;"b"</f><v>ab</v></c><c><f>1/3</f></c><c><f>A1</f><v></v></c><c t="e"><f>1/0</f><v>#DIV/0!</v></c><c t="b"><v>1</v></c><c t="d"><v>2024-06-30</v></c><c t="str"><f>""</f><v></v></c></row>
<row r="5"><c r="B5"><f t="shared" ref="B5:B6" si="0">A5*2</f><v>4</v></c></row><row r="6"><c r="B6"><f t="shared" si="0"/><v>6</v></c><c r="C6" s="1"/><c r="D6" t="inlineStr"><is><t>a_x000D_b_x005F_x</t></is></c></row></sheetData>
<mergeCells count="1"><mergeCell ref="A2:B3"/></mergeCells><extLst><ext><x14:row xmlns:x14="urn:x" r="9"><x14:c><x14:v>7</x14:v></x14:c></x14:row></ext></extLst>`
	want := map[string]Cell{
		"A2": {Col: 1, Kind: Text, Text: " Đạt "}, "B2": {Col: 2, Kind: Text, Text: "m2"},
		"D2": {Col: 4, Kind: Number, Text: "0.982", Format: "0.0%"}, "E2": {Col: 5, Kind: Number, Text: "45473", Format: "mm-dd-yy"},
		"A3": {Col: 1, Kind: Text, Text: "x y"}, "B3": {Col: 2, Kind: Text, Text: "ab", HasFormula: true, Formula: `"a"&"b"`},
		"C3": {Col: 3, HasFormula: true, Formula: "1/3"}, "D3": {Col: 4, HasFormula: true, Formula: "A1"},
		"E3": {Col: 5, Kind: Error, Text: "#DIV/0!", HasFormula: true, Formula: "1/0"}, "F3": {Col: 6, Kind: Bool, Text: "TRUE"},
		"G3": {Col: 7, Kind: Text, Text: "2024-06-30"}, "H3": {Col: 8, Kind: Text, HasFormula: true, Formula: `""`},
		"B5": {Col: 2, Kind: Number, Text: "4", HasFormula: true, Formula: "A5*2"}, "B6": {Col: 2, Kind: Number, Text: "6", HasFormula: true, Formula: "A5*2"},
		"D6": {Col: 4, Kind: Text, Text: "a\rb_x"},
	}
	plain := `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` + cells + `</worksheet>`
	prefixed := strings.NewReplacer("</x14", "</x14", "<x14", "<x14", "</", "</x:", "<", "<x:").Replace(cells)
	prefixed = `<x:worksheet xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main">` + prefixed + `</x:worksheet>`
	for name, sheet := range map[string]string{"transitional": plain, "strict with prefix": prefixed} {
		book := `<b:workbook xmlns:b="http://purl.oclc.org/ooxml/spreadsheetml/main" xmlns:q="http://purl.oclc.org/ooxml/officeDocument/relationships"><b:workbookPr date1904="1"/><b:sheets><b:sheet name="Ẩn" sheetId="1" state="veryHidden" q:id="rId1"/></b:sheets></b:workbook>`
		wb, err := read(archiveOf(t, part{"xl/worksheets/sheet1.xml", sheet}, part{"xl/workbook.xml", book}))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		s := wb.Sheets[0]
		if !wb.Date1904 || !s.Hidden || s.Name != "Ẩn" {
			t.Errorf("%s: 1904 %v, sheet %q hidden %v", name, wb.Date1904, s.Name, s.Hidden)
		}
		n := 0
		for _, row := range s.Rows {
			if row.Hidden != (row.Index == 2) {
				t.Errorf("%s: row %d hidden %v", name, row.Index, row.Hidden)
			}
			for _, c := range row.Cells {
				ref := fmt.Sprintf("%s%d", ColumnName(c.Col), row.Index)
				if c != want[ref] {
					t.Errorf("%s: %s = %+v, want %+v", name, ref, c, want[ref])
				}
				n++
			}
		}
		if n != len(want) {
			t.Errorf("%s: %d cells, want %d", name, n, len(want))
		}
		if len(s.Merges) != 1 || s.Merges[0] != (Range{2, 1, 3, 2}) || len(s.HiddenCols) != 1 || s.HiddenCols[0] != (Span{3, 4}) {
			t.Errorf("%s: merges %v, hidden columns %v", name, s.Merges, s.HiddenCols)
		}
	}
}

func TestRowsInAnyOrder(t *testing.T) {
	wb, err := read(archiveOf(t, part{"xl/worksheets/sheet1.xml", `<worksheet xmlns="x"><sheetData><row r="3"><c r="B3"><v>2</v></c><c r="A3"><v>1</v></c></row><row r="1"><c r="A1"><v>0</v></c></row><row r="3"><c r="B3"><v>9</v></c></row></sheetData></worksheet>`}))
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, row := range wb.Sheets[0].Rows {
		for _, c := range row.Cells {
			got += fmt.Sprintf("%s%d=%s ", ColumnName(c.Col), row.Index, c.Text)
		}
	}
	if got != "A1=0 A3=1 B3=9 " {
		t.Errorf("read %s", got)
	}
}

func TestRefused(t *testing.T) {
	good := archiveOf(t)
	if _, err := read(good); err != nil {
		t.Fatalf("the smallest workbook is refused: %v", err)
	}
	sheet := func(body string) []byte {
		return archiveOf(t, part{"xl/worksheets/sheet1.xml", `<worksheet xmlns="x">` + body + `</worksheet>`})
	}
	random := make([]byte, 2<<20) // does not compress, so that only the depth or the token is at fault
	for i, x := 0, uint32(1); i < len(random); i++ {
		x = x*1664525 + 1013904223
		random[i] = 'a' + byte(x>>24)%26
	}
	var many bytes.Buffer
	z := zip.NewWriter(&many)
	for i := range maxEntries + 1 {
		if _, err := z.Create(fmt.Sprintf("xl/media/%d.bin", i)); err != nil {
			t.Fatal(err)
		}
	}
	z.Close()
	// Stored without packing, so that only the number of cells is at fault.
	var cells bytes.Buffer
	z = zip.NewWriter(&cells)
	for _, p := range []part{{"[Content_Types].xml", typesPart}, {"_rels/.rels", rootRels}, {"xl/workbook.xml", bookPart}, {"xl/_rels/workbook.xml.rels", strings.Split(bookRels, "<Relationship Id=\"rId2")[0] + "</Relationships>"},
		{"xl/worksheets/sheet1.xml", `<worksheet xmlns="x"><sheetData>` + strings.Repeat("<row>"+strings.Repeat("<c/>", 10_000)+"</row>", maxCells/10_000+1) + `</sheetData></worksheet>`}} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(p.text)); err != nil {
			t.Fatal(err)
		}
	}
	z.Close()
	// An entry that unpacks to more than the directory says: the sizes are patched to zero.
	liar := archiveOf(t, part{"xl/media/a.bin", strings.Repeat("0", 300<<10)})
	central := bytes.LastIndex(liar, []byte("xl/media/a.bin")) - 46
	copy(liar[central+24:], []byte{1, 0, 0, 0})

	macroBin := strings.Replace(typesPart, "</Types>", `<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>`, 1)
	if _, err := read(archiveOf(t, part{"[Content_Types].xml", macroBin})); err != nil {
		t.Errorf("a type of macros for an extension that no part has, as excelize saves: %v", err)
	}

	for _, c := range []struct {
		name string
		data []byte
		want error
	}{
		{"empty file", nil, ErrUnreadable},
		{"text", []byte("Tên xã,8.4\nXuân Thọ,Đạt\n"), ErrUnreadable},
		{"old xls or a file with a password", append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 4096)...), ErrUnreadable},
		{"truncated", good[:len(good)/2], ErrUnreadable},
		{"sheet cut short", sheet(`<sheetData><row r="1"><c r="A1"><v>1</v>`), ErrUnreadable},
		{"elements that overlap", sheet(`<sheetData><row r="1"></sheetData></row>`), ErrUnreadable},
		{"no content types", archiveOf(t, part{"[Content_Types].xml", ""}), ErrUnreadable},
		{"no workbook part", archiveOf(t, part{"xl/workbook.xml", ""}), ErrUnreadable},
		{"no sheet part", archiveOf(t, part{"xl/worksheets/sheet1.xml", ""}), ErrUnreadable},
		{"unknown shared string", sheet(`<sheetData><row r="1"><c r="A1" t="s"><v>9</v></c></row></sheetData>`), ErrUnreadable},
		{"invalid UTF-8", sheet("<sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><v>\xff</v></c></row></sheetData>"), ErrUnreadable},
		{"a word document", archiveOf(t, part{"xl/workbook.xml", `<w:document xmlns:w="urn:w"><w:body/></w:document>`}), ErrUnreadable},

		{"larger than 20 MB", make([]byte, MaxBytes+1), ErrTooLarge},
		{"row beyond the last", sheet(`<sheetData><row r="1048577"><c r="A1048577"><v>1</v></c></row></sheetData>`), ErrTooLarge},
		{"column beyond the last", sheet(`<sheetData><row r="1"><c r="XFE1"><v>1</v></c></row></sheetData>`), ErrTooLarge},
		{"more cells than accepted", cells.Bytes(), ErrTooLarge},

		{"bomb", archiveOf(t, part{"xl/media/bomb.bin", strings.Repeat("\x00", 30<<20)}), ErrUnsafe},
		{"bomb in the sheet", sheet(strings.Repeat(" ", 30<<20)), ErrUnsafe},
		{"entry longer than it says", liar, ErrUnsafe},
		{"too many entries", many.Bytes(), ErrUnsafe},
		{"name that leads outside", archiveOf(t, part{"../evil.xml", "<a/>"}), ErrUnsafe},
		{"absolute name", archiveOf(t, part{"/etc/passwd", "x"}), ErrUnsafe},
		{"back slash", archiveOf(t, part{`xl\evil.xml`, "<a/>"}), ErrUnsafe},
		{"same name in other case", archiveOf(t, part{"XL/Workbook.xml", bookPart}), ErrUnsafe},
		{"archive inside", archiveOf(t, part{"xl/embeddings/a.bin", string(good)}), ErrUnsafe},
		{"document inside", archiveOf(t, part{"xl/embeddings/a.docx", "x"}), ErrUnsafe},
		{"macros", archiveOf(t, part{"xl/vbaProject.bin", "x"}), ErrUnsafe},
		{"macros under another name", archiveOf(t, part{"[Content_Types].xml", strings.Replace(typesPart, "</Types>", `<Override PartName="/xl/workbook.xml" ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>`, 1)}), ErrUnsafe},
		{"macros by extension", archiveOf(t, part{"[Content_Types].xml", macroBin}, part{"xl/Data.BIN", "x"}), ErrUnsafe},
		{"macro sheet", archiveOf(t, part{"xl/macrosheets/sheet1.xml", "<a/>"}), ErrUnsafe},
		{"document type", archiveOf(t, part{"xl/worksheets/sheet1.xml", `<?xml version="1.0"?><!DOCTYPE worksheet [<!ENTITY a "b">]>` + sheetPart}), ErrUnsafe},
		{"document type in shared strings", archiveOf(t, part{"xl/sharedStrings.xml", "<!doctype sst SYSTEM 'http://example.com/a.dtd'>" + sharePart}), ErrUnsafe},
		{"nested too deep", sheet(strings.Repeat("<a>", 70) + strings.Repeat("</a>", 70)), ErrUnsafe},
		{"text without end", sheet(string(random)), ErrUnsafe},
		{"tag without end", sheet(`<a b="` + string(random) + `"/>`), ErrUnsafe},
		{"comment without end", sheet(`<!-- ` + string(random) + ` -->`), ErrUnsafe},
		{"UTF-16", archiveOf(t, part{"xl/worksheets/sheet1.xml", "\xff\xfe<\x00a\x00/\x00>\x00"}), ErrUnsafe},
		{"other encoding declared", archiveOf(t, part{"xl/worksheets/sheet1.xml", `<?xml version="1.0" encoding="windows-1258"?>` + sheetPart}), ErrUnsafe},
	} {
		_, err := read(c.data)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

// A gate that refuses document types must let comments, CDATA and quoted brackets through.
func TestHarmlessXML(t *testing.T) {
	wb, err := read(archiveOf(t, part{"xl/worksheets/sheet1.xml", "\ufeff<?xml version=\"1.0\" encoding=\"utf-8\"?><!-- a > b <!DOCTYPE --><worksheet xmlns='x' note=\"a > ' b\"><sheetData><row><c t='str'><v><![CDATA[<!DOCTYPE a>]]></v></c></row></sheetData></worksheet>"}))
	if err != nil {
		t.Fatal(err)
	}
	if got := wb.Sheets[0].Rows[0].Cells[0].Text; got != "<!DOCTYPE a>" {
		t.Errorf("read %q", got)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(archiveOf(f))
	f.Add(archiveOf(f, part{"xl/worksheets/sheet1.xml", `<worksheet xmlns="x"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c t="e"><v>#N/A</v></c><c><f>A1</f></c></row></sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>`}))
	w := NewWriter()
	w.Sheet("a", Layout{}).Cells(Str("=1+1"), Num("2"))
	if b, err := w.Bytes(); err == nil {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		wb, err := read(data)
		if err != nil {
			if !errors.Is(err, ErrUnreadable) && !errors.Is(err, ErrUnsafe) && !errors.Is(err, ErrTooLarge) {
				t.Fatalf("an error of no kind: %v", err)
			}
			return
		}
		for _, s := range wb.Sheets {
			last := 0
			for _, row := range s.Rows {
				if row.Index <= last || len(row.Cells) == 0 {
					t.Fatalf("row %d after %d with %d cells", row.Index, last, len(row.Cells))
				}
				last = row.Index
			}
		}
	})
}

// FuzzSheet feeds the XML of a sheet, which a mutated zip file hardly ever reaches.
func FuzzSheet(f *testing.F) {
	f.Add(sheetPart)
	f.Add(`<worksheet xmlns="x"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c t="inlineStr"><is><r><t>a</t></r></is></c></row></sheetData></worksheet>`)
	f.Fuzz(func(t *testing.T, text string) {
		if text == "" {
			return
		}
		_, err := read(archiveOf(t, part{"xl/worksheets/sheet1.xml", text}))
		if err != nil && !errors.Is(err, ErrUnreadable) && !errors.Is(err, ErrUnsafe) && !errors.Is(err, ErrTooLarge) {
			t.Fatalf("an error of no kind: %v", err)
		}
	})
}

func bigWorkbook(tb testing.TB, rows, cols int) []byte {
	f := excelize.NewFile()
	sw, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		tb.Fatal(err)
	}
	for r := 1; r <= rows; r++ {
		row := make([]any, cols)
		for c := range row {
			if c%2 == 0 {
				row[c] = fmt.Sprintf("Xã %d", (r+c)%500)
			} else {
				row[c] = float64(r%1000) / 10
			}
		}
		if err := sw.SetRow(fmt.Sprintf("A%d", r), row); err != nil {
			tb.Fatal(err)
		}
	}
	if err := sw.Flush(); err != nil {
		tb.Fatal(err)
	}
	var buf bytes.Buffer
	if err := f.Write(&buf); err != nil {
		tb.Fatal(err)
	}
	return buf.Bytes()
}

func BenchmarkRead(b *testing.B) {
	data := bigWorkbook(b, 10_000, 12)
	b.ReportAllocs()
	for b.Loop() {
		wb, err := read(data)
		if err != nil || len(wb.Sheets[0].Rows) != 10_000 {
			b.Fatal(err)
		}
	}
}

// BenchmarkExcelize reads the same facts (value, formula, style) with excelize, for comparison.
func BenchmarkExcelize(b *testing.B) {
	data := bigWorkbook(b, 10_000, 12)
	for b.Loop() {
		f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true})
		if err != nil {
			b.Fatal(err)
		}
		for r := 1; r <= 10_000; r++ {
			for c := 1; c <= 12; c++ {
				ref, _ := excelize.CoordinatesToCellName(c, r)
				if _, err := f.GetCellValue("Sheet1", ref); err != nil {
					b.Fatal(err)
				}
				if _, err := f.GetCellFormula("Sheet1", ref); err != nil {
					b.Fatal(err)
				}
				if _, err := f.GetCellStyle("Sheet1", ref); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}
