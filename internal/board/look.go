package board

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"langso/internal/assessment"
	"langso/internal/criteria"
	"langso/internal/platform/fault"
	"langso/internal/territory"
)

// nearest is the way of sorting by distance to recognition.
const nearest = "gan-dat"

// column is one item of a matrix.
type column struct {
	item      assessment.Item
	indicator *criteria.Indicator // nil for a criterion
	criterion *criteria.Criterion
}

func (c column) title(ctx context.Context) string {
	if c.indicator != nil {
		return c.indicator.Text(ctx)
	}
	return c.criterion.Title(ctx)
}

// led reports whether a department leads the item, or of a criterion one of its indicators.
func (c column) led(department string) bool {
	if c.indicator != nil {
		return cmp.Or(c.indicator.Lead, c.criterion.Lead) == department
	}
	return c.criterion.Lead == department || slices.ContainsFunc(c.criterion.Indicators, func(i *criteria.Indicator) bool { return i.Lead == department })
}

// columnsOf are the items of a set that a choice puts side by side.
func columnsOf(set *criteria.Set, c choice) []column {
	var out []column
	for _, k := range set.Criteria() {
		if !c.byIndicator() {
			out = append(out, column{item: assessment.Item{ID: k.ID, Criterion: true}, criterion: k})
			continue
		}
		for _, i := range k.Indicators {
			out = append(out, column{item: assessment.Item{ID: i.ID}, indicator: i, criterion: k})
		}
	}
	if c.department != "" {
		out = slices.DeleteFunc(out, func(k column) bool { return !k.led(c.department) })
	}
	return out
}

// columnOf is one item as a column.
func columnOf(set *criteria.Set, item assessment.Item) column {
	if item.Criterion {
		return column{item: item, criterion: set.Criterion(item.ID)}
	}
	i := set.Indicator(item.ID)
	return column{item: item, indicator: i, criterion: i.Criterion}
}

// filtered are the rows of a board that a choice keeps. columns are those in which a verdict is looked for.
func filtered(b *assessment.Board, c choice, columns []column) ([]assessment.Row, error) {
	rows := slices.Clone(b.Rows)
	if c.commune != "" {
		rows = slices.DeleteFunc(rows, func(r assessment.Row) bool {
			group := b.Roster.Attribute(r.Unit.ID, territory.CommuneGroup)
			return group != c.commune && (group != "" || c.commune != noGroup)
		})
	}
	if c.place != "" {
		groups, err := b.Groups(b.DefaultGrouping())
		if err != nil {
			return nil, err
		}
		inside := map[territory.UnitID]bool{}
		for _, g := range groups {
			if g.ID == c.place {
				for _, r := range g.Rows {
					inside[r.Unit.ID] = true
				}
			}
		}
		rows = slices.DeleteFunc(rows, func(r assessment.Row) bool { return !inside[r.Unit.ID] })
	}
	if c.verdict != "" {
		want, ok := verdictNamed(c.verdict)
		if !ok {
			return nil, fault.New(fault.Invalid, "board.unknown_verdict", c.verdict).At("ket-qua")
		}
		rows = slices.DeleteFunc(rows, func(r assessment.Row) bool {
			return !slices.ContainsFunc(columns, func(k column) bool { return b.Verdict(r, k.item) == want })
		})
	}
	return rows, nil
}

// noGroup is the word of the address for communes of which no decision names the group.
const noGroup = "-"

func verdictNamed(word string) (assessment.Verdict, bool) {
	for _, v := range assessment.Verdicts {
		if v.String() == word {
			return v, true
		}
	}
	return 0, false
}

// distance is how far a commune is from recognition: criteria that it has not met, then indicators, of those that apply.
type distance struct{ criteria, indicators int }

func distanceOf(b *assessment.Board, r assessment.Row) (d distance) {
	open := func(item assessment.Item) int {
		if v := b.Verdict(r, item); v == assessment.Met || v == assessment.NotApplicable {
			return 0
		}
		return 1
	}
	for _, c := range b.Set.Criteria() {
		d.criteria += open(assessment.Item{ID: c.ID, Criterion: true})
	}
	for _, i := range b.Set.Indicators() {
		d.indicators += open(assessment.Item{ID: i.ID})
	}
	return d
}

// rank is the order of verdicts when a column is sorted: what is done first, what is not known after what is not met.
var rank = map[assessment.Verdict]int{assessment.Met: 0, assessment.Nearly: 1, assessment.NotMet: 2, assessment.NoThreshold: 3, assessment.Missing: 4, assessment.NotApplicable: 5}

// sorted puts rows, which come in Vietnamese order, into the order of a choice; equal ones stay in that order.
func sorted(b *assessment.Board, rows []assessment.Row, by string) ([]assessment.Row, error) {
	rows = slices.Clone(rows)
	switch by {
	case "":
	case nearest:
		far := make(map[territory.UnitID]distance, len(rows))
		for _, r := range rows {
			far[r.Unit.ID] = distanceOf(b, r)
		}
		slices.SortStableFunc(rows, func(x, y assessment.Row) int {
			dx, dy := far[x.Unit.ID], far[y.Unit.ID]
			return cmp.Or(cmp.Compare(dx.criteria, dy.criteria), cmp.Compare(dx.indicators, dy.indicators))
		})
	default:
		id, falling := strings.CutPrefix(by, "-")
		item, err := itemNamed(b.Set, id)
		if err != nil {
			return nil, err
		}
		slices.SortStableFunc(rows, func(x, y assessment.Row) int {
			n := cmp.Compare(rank[b.Verdict(x, item)], rank[b.Verdict(y, item)])
			if falling {
				return -n
			}
			return n
		})
	}
	return rows, nil
}

// itemNamed finds what an id of the address means: "#8" is criterion 8 also where an indicator bears that id.
func itemNamed(set *criteria.Set, id string) (assessment.Item, error) {
	if plain, ok := strings.CutPrefix(id, "#"); ok && set.Criterion(plain) != nil {
		return assessment.Item{ID: plain, Criterion: true}, nil
	}
	return assessment.ItemNamed(set, id)
}

// itemKey is the id of an item in the address, see itemNamed.
func itemKey(set *criteria.Set, item assessment.Item) string {
	if item.Criterion && set.Indicator(item.ID) != nil {
		return "#" + item.ID
	}
	return item.ID
}

// group is some rows of a board under one name; ID "" and no name = the whole, undivided.
type group struct {
	assessment.BoardGroup
	name  string
	shown []assessment.Row // those of Rows that stand on this page
}

// divided puts rows into groups, keeping their order.
func (s *Service) divided(ctx context.Context, b *assessment.Board, rows []assessment.Row, by assessment.Grouping) ([]group, error) {
	if by == undivided {
		return []group{{BoardGroup: assessment.BoardGroup{Rows: rows}, shown: rows}}, nil
	}
	list, err := b.Part(rows).Groups(by)
	if err != nil {
		return nil, err
	}
	out := make([]group, len(list))
	for i, g := range list {
		out[i] = group{g, b.GroupTitle(ctx, g), g.Rows}
	}
	return out, nil
}

// met counts the criteria that a commune has met, of those that apply to it.
func met(b *assessment.Board, r assessment.Row, columns []column) (n, of int) {
	for _, k := range columns {
		switch b.Verdict(r, k.item) {
		case assessment.Met:
			n, of = n+1, of+1
		case assessment.NotApplicable:
		default:
			of++
		}
	}
	return n, of
}
