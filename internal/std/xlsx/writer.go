package xlsx

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// Writer makes a workbook row by row. Text is always stored as text: nothing that a person typed becomes a formula.
type Writer struct {
	file   *excelize.File
	styles writerStyles
	sheets []*SheetWriter
	err    error // the first error; Bytes returns it
}

type writerStyles struct{ title, header, text, quoted, number int }

// Layout is the shape of a sheet to be written.
type Layout struct {
	Widths []float64 // of the columns from A on, in characters; 0 = as usual
	Frozen int       // rows that stay in view
	Hidden bool      // a sheet for programs, not shown to people
}

// SheetWriter writes one sheet from top to bottom.
type SheetWriter struct {
	w      *Writer
	stream *excelize.StreamWriter
	name   string
	hidden bool
	row    int
}

// Out is a cell to be written. The zero value is a blank cell.
type Out struct {
	text   string
	number bool
}

// Str is a text cell.
func Str(s string) Out { return Out{text: s} }

// Num is a number cell; literal is a decimal with a point ("98.2"). A literal that is no number becomes text.
func Num(literal string) Out { return Out{text: literal, number: literal != ""} }

// Int is a number cell.
func Int(n int) Out { return Num(strconv.Itoa(n)) }

// NewWriter returns a Writer for an empty workbook.
func NewWriter() *Writer {
	w := &Writer{file: excelize.NewFile()}
	border := []excelize.Border{{Type: "left", Color: "BFBFBF", Style: 1}, {Type: "right", Color: "BFBFBF", Style: 1}, {Type: "top", Color: "BFBFBF", Style: 1}, {Type: "bottom", Color: "BFBFBF", Style: 1}}
	top := &excelize.Alignment{Vertical: "top", WrapText: true}
	w.styles = writerStyles{
		title:  w.style(excelize.Style{Font: &excelize.Font{Bold: true, Size: 13}}, true),
		header: w.style(excelize.Style{Font: &excelize.Font{Bold: true}, Border: border, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E7EFE7"}}, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}}, true),
		text:   w.style(excelize.Style{Border: border, Alignment: top, NumFmt: 49}, false),
		quoted: w.style(excelize.Style{Border: border, Alignment: top, NumFmt: 49}, true),
		number: w.style(excelize.Style{Border: border, Alignment: &excelize.Alignment{Vertical: "top"}}, false),
	}
	return w
}

// style registers a style; quoted adds quotePrefix, by which a spreadsheet program keeps a text a text when the cell is
// edited. excelize has no option for it.
func (w *Writer) style(s excelize.Style, quoted bool) int {
	if quoted {
		// excelize gives the same id to the same style, so the quoted twin of the text style must differ in something.
		s.Protection = &excelize.Protection{Locked: true}
	}
	id, err := w.file.NewStyle(&s)
	if err != nil {
		w.fail(err)
		return 0
	}
	if quoted {
		on := true
		w.file.Styles.CellXfs.Xf[id].QuotePrefix = &on
	}
	return id
}

func (w *Writer) fail(err error) {
	if w.err == nil && err != nil {
		w.err = fmt.Errorf("xlsx: write: %w", err)
	}
}

// Sheet begins a new sheet. Characters that a sheet name cannot hold are left out, more than 31 are cut.
func (w *Writer) Sheet(name string, l Layout) *SheetWriter {
	s := &SheetWriter{w: w, name: w.sheetName(name), hidden: l.Hidden}
	var err error
	if len(w.sheets) == 0 {
		err = w.file.SetSheetName("Sheet1", s.name)
	} else {
		_, err = w.file.NewSheet(s.name)
	}
	w.fail(err)
	w.sheets = append(w.sheets, s)
	if s.stream, err = w.file.NewStreamWriter(s.name); err != nil {
		w.fail(err)
		return s
	}
	for i, width := range l.Widths {
		if width > 0 {
			w.fail(s.stream.SetColWidth(i+1, i+1, width))
		}
	}
	if l.Frozen > 0 {
		w.fail(s.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: l.Frozen, TopLeftCell: "A" + strconv.Itoa(l.Frozen+1), ActivePane: "bottomLeft"}))
	}
	return s
}

func (w *Writer) sheetName(name string) string {
	name = strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\`, r) || r < ' ' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, "")), "' ")
	for utf8.RuneCountInString(name) > 31 {
		name = name[:len(name)-1]
		name = strings.ToValidUTF8(name, "")
	}
	if name == "" {
		name = "Sheet"
	}
	taken := func(n string) bool {
		for _, s := range w.sheets {
			if strings.EqualFold(s.name, n) {
				return true
			}
		}
		return false
	}
	unique := name
	for i := 2; taken(unique); i++ {
		suffix := " (" + strconv.Itoa(i) + ")"
		runes := []rune(name)
		unique = string(runes[:min(len(runes), 31-len(suffix))]) + suffix
	}
	return unique
}

// Row returns the number of the row written last, 0 before the first.
func (s *SheetWriter) Row() int { return s.row }

// Title writes a line above the table.
func (s *SheetWriter) Title(text string) { s.write([]Out{Str(text)}, s.w.styles.title) }

// Header writes a row of headings.
func (s *SheetWriter) Header(texts ...string) {
	cells := make([]Out, len(texts))
	for i, t := range texts {
		cells[i] = Str(t)
	}
	s.write(cells, s.w.styles.header)
}

// Skip leaves a row empty.
func (s *SheetWriter) Skip() { s.row++ }

// Cells writes a row of data.
func (s *SheetWriter) Cells(cells ...Out) { s.write(cells, 0) }

func (s *SheetWriter) write(cells []Out, style int) {
	s.row++
	if s.stream == nil {
		return
	}
	values := make([]any, len(cells))
	for i, c := range cells {
		out := excelize.Cell{StyleID: style, Value: c.text}
		switch f, err := strconv.ParseFloat(c.text, 64); {
		case c.number && err == nil:
			out.Value = f
			if style == 0 {
				out.StyleID = s.w.styles.number
			}
		case c.text == "":
			out.Value = nil
			if style == 0 {
				out.StyleID = s.w.styles.text
			}
		case style == 0 && startsFormula(c.text):
			out.StyleID = s.w.styles.quoted
		case style == 0:
			out.StyleID = s.w.styles.text
		}
		values[i] = out
	}
	s.w.fail(s.stream.SetRow("A"+strconv.Itoa(s.row), values))
}

// startsFormula reports text that a spreadsheet program could take for a formula.
func startsFormula(s string) bool {
	return s != "" && strings.IndexByte("=+-@\t\r", s[0]) >= 0
}

// Bytes finishes the workbook. The first visible sheet is the one shown.
func (w *Writer) Bytes() ([]byte, error) {
	for _, s := range w.sheets {
		if s.stream != nil {
			w.fail(s.stream.Flush())
		}
	}
	for i, s := range w.sheets {
		if !s.hidden {
			w.file.SetActiveSheet(i)
			break
		}
	}
	for _, s := range w.sheets {
		if s.hidden {
			w.fail(w.file.SetSheetVisible(s.name, false))
		}
	}
	if w.err != nil {
		return nil, w.err
	}
	var buf bytes.Buffer
	if err := w.file.Write(&buf); err != nil {
		return nil, fmt.Errorf("xlsx: write: %w", err)
	}
	return buf.Bytes(), w.file.Close()
}
