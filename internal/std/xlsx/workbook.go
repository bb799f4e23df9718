package xlsx

import (
	"errors"
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
	Cells  []Cell // by column, only cells present in the file
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
	Formula    string
	Format     string // number format code, "" = General
}

// Range is a merged area, 1-based, inclusive.
type Range struct{ Row1, Col1, Row2, Col2 int }

// Span is a run of columns, 1-based, inclusive.
type Span struct{ From, To int }

// Read parses a workbook of size bytes. Errors wrap ErrUnreadable, ErrUnsafe or ErrTooLarge.
func Read(r io.ReaderAt, size int64) (*Workbook, error) { panic("skeleton") }

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
