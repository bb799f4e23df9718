// Package workbook reads an office's result workbook: it finds the tables, matches the communes and the indicators,
// and gives back values and, for everything it did not take, the place and the reason. It is pure: no database, no clock.
//
// The rules and reason codes are those of docs/nhap-lieu.md (the product's description of how offices write such sheets).
package workbook

import (
	"langso/internal/criteria"
	"langso/internal/platform/clock"
	"langso/internal/std/xlsx"
	"langso/internal/territory"
)

// Context is what a workbook is read against.
type Context struct {
	Set      *criteria.Set
	Period   territory.Period
	Register *territory.Register // for units of other dates and successors
	Roster   *territory.Roster   // the territory at Period.AsOf
}

// Verdict is a declared result as an office writes it.
type Verdict string

const (
	VerdictNone    Verdict = ""
	VerdictMet     Verdict = "dat"
	VerdictNearly  Verdict = "co_ban_dat"
	VerdictNotMet  Verdict = "chua_dat"
	VerdictNA      Verdict = "khong_ap_dung"
	VerdictNotDone Verdict = "khong_danh_gia"
)

// Value is one value taken from the workbook. Exactly one of Number, Numerator (with Denominator), LevelWord or Verdict
// is its substance; a list row may carry numbers and a Verdict.
type Value struct {
	Unit        territory.UnitID
	Indicator   string // indicator or criterion id
	IsCriterion bool   // the column stands for a whole criterion (declared criterion verdict)

	HasNumber bool
	Number    criteria.Decimal // percent in points: 98.2

	HasRatio    bool
	Numerator   criteria.Decimal
	Denominator criteria.Decimal
	HasPrinted  bool
	Printed     criteria.Decimal // percentage as printed beside numerator and denominator
	LevelWord   string
	Verdict     Verdict
	Date        clock.Date // date column of a list, "" = none

	Sheet string
	Row   int // 1-based
	Col   int // 1-based
	Raw   string
}

// Code is a reason code of an error or a warning; see the constants.
type Code string

const (
	FileUnreadable Code = "file_unreadable"
	FileTooLarge   Code = "file_too_large"
	FileUnsafe     Code = "file_unsafe"
	NoTableFound   Code = "no_table_found"

	UnitUnknown          Code = "unit_unknown"
	UnitMissing          Code = "unit_missing"
	UnitAmbiguous        Code = "unit_ambiguous"
	UnitNotInScope       Code = "unit_not_in_scope"
	UnitNotValid         Code = "unit_not_valid_in_period"
	UnitDistrictMismatch Code = "unit_district_mismatch"
	UnitCodeNameMismatch Code = "unit_code_name_mismatch"
	IndicatorUnknown     Code = "indicator_unknown"
	HeaderDuplicate      Code = "header_duplicate_code"
	UnrecognisedValue    Code = "unrecognised_value"
	OutOfRange           Code = "out_of_range"
	FormulaWithoutValue  Code = "formula_without_value"
	CellError            Code = "cell_error"
	ZeroDenominator      Code = "zero_denominator"
	MissingDenominator   Code = "missing_denominator"
	NumeratorExceeds     Code = "numerator_exceeds_denominator"
	DuplicateConflict    Code = "duplicate_conflict"
	BadDate              Code = "bad_date"
	DateOutOfPeriod      Code = "date_out_of_period"

	PrintedMismatch     Code = "printed_percent_mismatch" // warning
	DuplicateSame       Code = "duplicate_same"           // warning
	Superseded          Code = "superseded"               // warning
	CommuneGroupMissing Code = "commune_group_missing"    // warning
)

// Problem is one thing that was not taken (error) or was taken with a remark (warning).
type Problem struct {
	Sheet      string
	Row        int // 1-based; 0 = the whole file
	Col        int // 1-based; 0 = the whole row
	Code       Code
	Raw        string           // what stood there
	Unit       territory.UnitID // 0 = unknown
	Indicator  string
	Suggestion territory.UnitID // a unit that may have been meant; 0 = none
	Args       []any            // for the message of this code, see locales
}

// Reasons for which a row, column or sheet is context, not data.
const (
	ReasonTitle           = "title"
	ReasonMeasure         = "unit_of_measure"
	ReasonHeader          = "header"
	ReasonColumnNumbers   = "column_numbers"
	ReasonRequired        = "required_level"
	ReasonDistrictHeading = "district_heading"
	ReasonGroupHeading    = "group_heading"
	ReasonSubtotal        = "subtotal"
	ReasonTotal           = "total"
	ReasonPercentRow      = "percent_row"
	ReasonAverage         = "average"
	ReasonLegend          = "legend"
	ReasonFooter          = "footer"
	ReasonEmptyRow        = "empty_row" // a number or a name, but no indicator and no value

	ReasonRowNumber    = "row_number"
	ReasonHidden       = "hidden_no_indicator_code"
	ReasonFormulaTotal = "formula_total"
	ReasonNote         = "note"
	ReasonNotNeeded    = "not_needed"
	ReasonNoCode       = "no_indicator_code"

	ReasonHiddenSheet = "hidden"
	ReasonProse       = "prose"
)

// Ignored is a row, column or sheet that is context, not data. Row and Col are 0 where they do not apply.
type Ignored struct {
	Sheet  string
	Row    int
	Col    int
	Reason string // one of the Reason constants
	Text   string
}

// Refused is a value that an error kept out, as the office wrote it, for the workbook of refusals. An error of a row or a
// column keeps out several values, a cell's error one.
type Refused struct {
	Problem     Problem
	Sheet       string // where the value stood; the problem may stand elsewhere in its row or column
	Row, Col    int
	UnitCode    string // of the commune when it was found, else as written
	UnitName    string // as written
	District    string
	Indicator   string
	Unsettled   bool // the heading of its column was refused, so that nobody knows what the figures stand for
	Numerator   string
	Denominator string
	Percent     string
	Value       string
	Level       string
	Verdict     string
	Date        string
}

// UnitCell is one unit name found in the workbook.
type UnitCell struct {
	Sheet        string
	Row, Col     int
	Written      string
	Unit         territory.UnitID
	District     string // heading or column that stated the district, as understood
	CommuneGroup string // "nhom1"… when the sheet has such a column
}

// Reading is everything found in a workbook.
type Reading struct {
	Values        []Value
	Errors        []Problem
	Warnings      []Problem
	IgnoredRows   []Ignored
	IgnoredCols   []Ignored
	IgnoredSheets []Ignored
	Units         []UnitCell // every commune found, where it stands first
	Refused       []Refused  // what the errors kept out
	Blank         int        // data cells (matrix) or list rows without a value
	NotApplicable int        // cells "-"
}

// Read understands a parsed workbook. It does not fail: whatever cannot be taken is in Errors. After more than MaxProblems
// errors and warnings it stops; nothing of such a reading may be used.
func Read(wb *xlsx.Workbook, c Context) (out *Reading) {
	defer func() {
		if x := recover(); x != nil {
			if _, stopped := x.(stop); !stopped {
				panic(x)
			}
			out = &Reading{Errors: make([]Problem, MaxProblems+1)}
		}
	}()
	return read(wb, c, territory.NewMatcher(c.Register, c.Period.AsOf))
}
