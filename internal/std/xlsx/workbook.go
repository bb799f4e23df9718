package xlsx

import (
	"errors"
	"fmt"
	"io"
)

// Why a file is refused as a whole.
var (
	ErrUnreadable = errors.New("xlsx: not a readable workbook")
	ErrUnsafe     = errors.New("xlsx: unsafe content") // bomb, DOCTYPE, macros, nesting, unclean names
	ErrTooLarge   = errors.New("xlsx: larger than accepted")
)

// MaxBytes is the largest file accepted.
const MaxBytes = 20 << 20

// Workbook is a parsed workbook.
type Workbook struct {
	Sheets   []*Sheet
	Date1904 bool
}

// Sheet is one worksheet. Rows hold only rows that have cells, in order.
type Sheet struct {
	Name       string
	Hidden     bool
	Rows       []Row
	Merges     []Range
	HiddenCols []Span // 1-based, inclusive
}

// Row is one row; Index is 1-based as shown in a spreadsheet program.
type Row struct {
	Index  int
	Hidden bool
	Cells  []Cell // by column, only cells that hold a value or a formula
}

// CellKind is the stored type of a cell's value.
type CellKind uint8

const (
	Empty  CellKind = iota // no value: blank, or a formula without cached result
	Number                 // Text is the number literal as stored ("0.8333333333333334")
	Text                   // Text is the plain text, rich-text runs joined, nothing trimmed
	Bool                   // Text is "TRUE" or "FALSE"
	Error                  // Text is the error code ("#DIV/0!")
)

// Cell is one cell. Text is kept exactly as stored.
type Cell struct {
	Col        int // 1-based
	Kind       CellKind
	Text       string
	HasFormula bool
	Formula    string // as written; a shared formula as written in its first cell
	Format     string // number format code, "" = General
}

// Range is a merged area, 1-based, inclusive.
type Range struct{ Row1, Col1, Row2, Col2 int }

// Span is a run of columns, 1-based, inclusive.
type Span struct{ From, To int }

// Read parses a workbook of size bytes. Errors wrap ErrUnreadable, ErrUnsafe or ErrTooLarge.
func Read(r io.ReaderAt, size int64) (*Workbook, error) {
	a, err := openArchive(r, size)
	if err != nil {
		return nil, err
	}
	if err := checkContentTypes(a); err != nil {
		return nil, err
	}
	book := "xl/workbook.xml"
	rels, err := relations(a, "")
	if err != nil {
		return nil, err
	}
	for _, rel := range rels {
		if rel.kind == "officeDocument" && !rel.external {
			book = rel.target
		}
	}
	list, date1904, err := readBook(a, book)
	if err != nil {
		return nil, err
	}
	if rels, err = relations(a, book); err != nil {
		return nil, err
	}
	var shared, formats []string
	sheets := map[string]string{}
	for _, rel := range rels {
		if rel.external {
			continue
		}
		switch rel.kind {
		case "sharedStrings":
			shared, err = readShared(a, rel.target)
		case "styles":
			formats, err = readFormats(a, rel.target)
		case "worksheet":
			sheets[rel.id] = rel.target
		}
		if err != nil {
			return nil, err
		}
	}
	wb := &Workbook{Date1904: date1904}
	budget := maxCells
	for _, s := range list {
		part, ok := sheets[s.rel]
		if !ok {
			continue // a sheet that is a chart or a dialog
		}
		sheet := &Sheet{Name: s.name, Hidden: s.hidden}
		if err := readSheet(a, part, sheet, shared, formats, &budget); err != nil {
			return nil, err
		}
		wb.Sheets = append(wb.Sheets, sheet)
	}
	if len(wb.Sheets) == 0 {
		return nil, fmt.Errorf("%w: no sheet", ErrUnreadable)
	}
	return wb, a.drain()
}

// ColumnName returns the letters of a 1-based column: 28 → "AB".
func ColumnName(col int) string {
	s := ""
	for col > 0 {
		col--
		s = string(rune('A'+col%26)) + s
		col /= 26
	}
	return s
}
