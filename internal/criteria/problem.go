package criteria

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
)

// Problem is one mistake in a criteria file, with its place and a message to translate.
type Problem struct {
	File string
	Line int // 1-based; 0 = the whole file; of a workbook the row
	Key  string
	Args []any
	// Sheet and Column are set for a workbook: the name of the sheet and the letters of the column ("" = the whole row).
	Sheet, Column string
}

// At says where the mistake stands, as people look for it: "dòng 12", "Chỉ tiêu, ô D12"; "" for the whole file.
func (p Problem) At(ctx context.Context) string {
	switch {
	case p.Line == 0:
		return p.Sheet
	case p.Sheet == "":
		return i18n.T(ctx, "criteria.at_line", p.Line)
	case p.Column == "":
		return i18n.T(ctx, "criteria.at_row", p.Sheet, p.Line)
	}
	return i18n.T(ctx, "criteria.at_cell", p.Sheet, p.Column+strconv.Itoa(p.Line))
}

// Problems are all mistakes of a file in order of lines; as an error it is fault invalid.
type Problems []Problem

// maxProblems bounds the list, so that a file of garbage gives a list that a person can read.
const maxProblems = 100

func (p Problems) Error() string {
	var b strings.Builder
	for i, one := range p {
		if i > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "%s:%s%s%d: %s", one.File, one.Sheet, one.Column, one.Line, one.Key)
		if len(one.Args) > 0 {
			fmt.Fprint(&b, " ", one.Args)
		}
	}
	return b.String()
}

// Unwrap gives the one message that stands for the whole list where only one fits.
func (p Problems) Unwrap() error {
	if len(p) == 0 {
		return nil
	}
	return fault.New(fault.Invalid, "criteria.file_refused", p[0].File, len(p), p[0].Line)
}

// sorted returns p by line, problems of one line in the order in which they were found.
func (p Problems) sorted() Problems {
	slices.SortStableFunc(p, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return p
}
