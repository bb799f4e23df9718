package xlsx

import (
	"strconv"

	"github.com/xuri/excelize/v2"
)

// Choose offers the cells of a column, rows from..to (1-based), the texts in a column of another sheet, rows
// first..last, to choose
// from. The offer helps and does not bind: whoever reads the workbook checks what stands there. To be called before Bytes.
func (s *SheetWriter) Choose(col, from, to int, list *SheetWriter, listCol, first, last int) {
	if s.stream == nil || last < first {
		return
	}
	dv := excelize.NewDataValidation(true)
	dv.Sqref = ColumnName(col) + strconv.Itoa(from) + ":" + ColumnName(col) + strconv.Itoa(to)
	letter := "$" + ColumnName(listCol) + "$"
	dv.SetSqrefDropList("'" + list.name + "'!" + letter + strconv.Itoa(first) + ":" + letter + strconv.Itoa(last))
	s.w.fail(s.w.file.AddDataValidation(s.name, dv))
}
