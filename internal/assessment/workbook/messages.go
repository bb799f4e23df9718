package workbook

import (
	"embed"
	"io/fs"
)

//go:embed locales
var locales embed.FS

// Locales are the messages of every code: locales/vi.json and locales/en.json.
func Locales() fs.FS {
	sub, err := fs.Sub(locales, "locales")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// Message describes the text of a code. Every Problem that has a row carries the arguments sheet, cell, what stands
// there, commune and indicator, in this order (an empty text where one does not apply), and behind them those that Details
// names. Problems of a whole file have no arguments.
type Message struct {
	Code    Code
	Key     string // "assessment.problem.<code>"
	Warning bool
	Details []string // arguments from the sixth on
}

// Messages lists every code, errors of the whole file first.
func Messages() []Message {
	list := []Message{
		{Code: FileUnreadable}, {Code: FileTooLarge}, {Code: FileUnsafe}, {Code: NoTableFound},
		{Code: UnitUnknown, Details: []string{"candidates", "code as written"}},
		{Code: UnitMissing, Details: []string{"candidates", "code as written"}},
		{Code: UnitAmbiguous, Details: []string{"candidates", "code as written"}},
		{Code: UnitNotInScope, Details: []string{"candidates", "code as written"}},
		{Code: UnitNotValid, Details: []string{"candidates", "code as written"}},
		{Code: UnitDistrictMismatch, Details: []string{"candidates", "code as written"}},
		{Code: UnitCodeNameMismatch, Details: []string{"candidates", "code as written"}},
		{Code: IndicatorUnknown},
		{Code: HeaderDuplicate, Details: []string{"cell of the other heading"}},
		{Code: UnrecognisedValue}, {Code: OutOfRange}, {Code: FormulaWithoutValue}, {Code: CellError},
		{Code: ZeroDenominator}, {Code: MissingDenominator},
		{Code: NumeratorExceeds, Details: []string{"denominator"}},
		{Code: DuplicateConflict, Details: []string{"cells of all values"}},
		{Code: BadDate, Details: []string{"first day accepted", "last day accepted"}},
		{Code: DateOutOfPeriod, Details: []string{"first day accepted", "last day accepted"}},
		{Code: PrintedMismatch, Warning: true, Details: []string{"numerator/denominator", "computed percentage with comma", "computed percentage with point"}},
		{Code: DuplicateSame, Warning: true, Details: []string{"cell of the first value"}},
		{Code: Superseded, Warning: true, Details: []string{"its date", "the newer date"}},
		{Code: CommuneGroupMissing, Warning: true},
	}
	for i := range list {
		list[i].Key = "assessment.problem." + string(list[i].Code)
	}
	return list
}
