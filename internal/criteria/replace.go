package criteria

import (
	"fmt"
	"slices"
	"strings"

	"langso/internal/platform/fault"
)

// Orphans is the refusal of a version under which recorded values could no longer be judged (fault conflict). A hook of
// OnReplace returns it with what it counted.
type Orphans []Orphan

// Orphan is one indicator or criterion with the number of its values.
type Orphan struct {
	Loss
	Values int
}

func (o Orphans) Error() string {
	var b strings.Builder
	for i, one := range o {
		if i > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "%s %s: %d values", one.ID, one.Reason, one.Values)
	}
	return b.String()
}

// Unwrap gives the one message that stands for the list where only one fits.
func (o Orphans) Unwrap() error {
	if len(o) == 0 {
		return nil
	}
	values := 0
	var ids []string
	for _, one := range o {
		values += one.Values
		ids = append(ids, fmt.Sprintf("%s (%d)", one.ID, one.Values))
	}
	return fault.New(fault.Conflict, "criteria.would_orphan", values, strings.Join(ids, ", "))
}

// fits refuses a workbook that was made from another set, or from another version of its set than old, the newest one: what
// was changed since would silently be undone.
func (in *incoming) fits(current []*Set, old *Set) error {
	if in.base == "" {
		if in.places != nil && old != nil {
			return fault.New(fault.Stale, "criteria.book_no_base", old.Code)
		}
		return nil
	}
	if old != nil && old.SHA256 == in.base {
		return nil
	}
	if k := slices.IndexFunc(current, func(s *Set) bool { return s.SHA256 == in.base }); k >= 0 {
		return fault.New(fault.Conflict, "criteria.book_other_set", current[k].Code, in.set.Code)
	}
	if old == nil {
		return fault.New(fault.Conflict, "criteria.book_base_unknown", in.set.Code)
	}
	return fault.New(fault.Stale, "criteria.book_other_version", old.Code)
}

// refused turns the lines of problems of this file into cells where it is a workbook.
func (in *incoming) refused(err error) error {
	list, ok := err.(Problems)
	if !ok {
		return err
	}
	return in.placed(list)
}
