package criteria

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"langso/internal/platform/fault"
)

// Problem is one mistake in a criteria file, with its place and a message to translate.
type Problem struct {
	File string
	Line int // 1-based; 0 = the whole file
	Key  string
	Args []any
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
		fmt.Fprintf(&b, "%s:%d: %s", one.File, one.Line, one.Key)
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
