package workbook

import (
	"langso/internal/criteria"
	"langso/internal/std/xlsx"
)

// refusal is why the columns under a code are not read. It is reported once, at the heading.
type refusal struct {
	code     Code
	row, col int
	raw      string
	details  []any
}

// look is a column under a code, before it is known which part of the value it holds.
type look struct {
	column
	say    role // what the headings announce: a part of the value, or why there is none
	year   int  // the year that a heading names, 0 = none
	at     *cell
	count  bool // a heading is the word for a count, no more
	shared bool // the code stands above other columns as well
	stats  stats
}

// settle decides which of the columns under each code are read, and as what. Plans, earlier periods, notes are context.
// Of what remains every part must be there once; where that cannot be told the code is refused, because a wrong figure is
// worse than none.
func (f *finder) settle(t *table, limit int) {
	all := f.communeRows(t, limit)
	t.context = map[int]role{}
	var order []any
	groups := map[any][]column{}
	for _, c := range t.columns {
		var key any = c.head // unknown codes are refused one by one
		if c.item.known() {
			key = c.item.id
		}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], c)
	}
	t.columns = t.columns[:0:0]
	for _, key := range order {
		group := groups[key]
		if !group[0].item.known() {
			t.refuse(group, refusal{code: IndicatorUnknown})
			continue
		}
		var live []look
		rows := all
		if len(group) == 1 {
			rows = nil // there is nothing to tell apart
		}
		for _, c := range group {
			if f.addsUp(t, c, limit) {
				c.adds = true
				t.columns = append(t.columns, c)
				continue
			}
			live = append(live, f.look(t, c, sharesHead(group, c), rows))
		}
		f.decide(t, live, limit)
	}
	sortColumns(t.columns)
}

// communeRows returns the rows that tell what a column holds: those of communes, or all when no name is known.
func (f *finder) communeRows(t *table, limit int) []int {
	var named, all []int
	for i := t.body; i < limit && len(all) < listSample; i++ {
		all = append(all, i)
		if f.body[i] {
			named = append(named, i)
		}
	}
	if len(named) > 0 {
		return named
	}
	return all
}

// sharesHead reports a column whose code stands above others as well.
func sharesHead(group []column, c column) bool {
	for _, o := range group {
		if o.head == c.head && o.col != c.col {
			return true
		}
	}
	return false
}

// look reads the headings of a column. Below a code of its own they may describe the indicator at length, so there only
// plain words make a column context; below a shared code they tell the columns apart.
func (f *finder) look(t *table, c column, shared bool, rows []int) look {
	l := look{column: c, at: c.head, shared: shared, stats: f.statsOf(c.col, rows)}
	for i, h := range t.heads(c.col) {
		if i == 0 {
			l.at = h
		}
		own := h.row > c.head.row || h == c.head && !h.wide()
		r := contextOf(h)
		plain := r != noRole
		if !plain && own {
			r = partOf(h)
		}
		switch {
		case isContext(r):
			if plain || shared && h != c.head {
				l.say = r
			}
		case l.say == noRole:
			l.say = r
		}
		if own || h.row < c.head.row {
			if y := yearOf(labelOf(h)); y > 0 {
				l.year = y
			}
		}
		l.count = l.count || own && wordsCount.MatchString(labelOf(h))
	}
	return l
}

// isContext reports the roles of columns that hold no value of the period.
func isContext(r role) bool {
	switch r {
	case note, previous, required, date, total, measure:
		return true
	}
	return false
}

// part is what a column holds, by its heading as far as the cells bear it out.
func (l *look) part() role {
	s := l.stats
	numbers := s.numbers*2 >= s.n
	switch l.say {
	case value, verdict, level:
		switch {
		case s.n == 0:
			return l.say
		case numbers:
			return value
		case s.levels > s.verdicts:
			return level
		case s.verdicts > 0:
			return verdict
		}
		return l.say
	case numerator, denominator, percent:
		if !numbers && s.verdicts*2 >= s.n {
			return verdict
		}
		return l.say
	}
	return noRole
}

// refuse keeps all columns of a group out. Without a place the error stands at the code of the first one.
func (t *table) refuse(group []column, r refusal) {
	if r.row == 0 {
		h := group[0].head
		r.row, r.col = h.row, h.col
		if !h.wide() {
			r.col = group[0].col
		}
		if r.raw == "" {
			r.raw = h.raw()
		}
	}
	for _, c := range group {
		c.refused = &r
		t.columns = append(t.columns, c)
	}
}

func columnsOf(list []look) []column {
	out := make([]column, len(list))
	for i, l := range list {
		out[i] = l.column
	}
	return out
}

// decide settles the columns under one known code.
func (f *finder) decide(t *table, group []look, limit int) {
	var live, old []look
	for _, l := range group {
		switch {
		case isContext(l.say):
			t.context[l.col] = l.say
		case f.g.hidden[l.col] && l.head.wide() && l.head.col != l.col && l.say == noRole:
			// A code that reaches over a hidden column only by being merged does not make it one of values.
		case l.year != 0 && l.year != f.period.AsOf.Year():
			old = append(old, l)
		default:
			live = append(live, l)
		}
	}
	if len(live) == 0 && len(old) > 0 {
		t.refuse(columnsOf(old), refusal{code: DateOutOfPeriod, raw: old[0].at.raw(), details: f.acceptedDates()})
		return
	}
	for _, l := range old {
		t.context[l.col] = previous
	}
	if len(live) > 1 && !repeated(live) {
		filled := live[:0:0]
		for _, l := range live {
			if l.stats.n > 0 || l.say != noRole {
				filled = append(filled, l)
			}
		}
		if live = live[:1]; len(filled) > 0 { // else the values are merged over the columns as the code is
			live = filled
		}
	}
	switch {
	case len(live) == 0:
	case len(live) == 1:
		l := live[0]
		if l.item.isPercent() && (l.count || l.shared && (l.say == numerator || l.say == denominator)) {
			t.refuse(columnsOf(live), refusal{code: MissingDenominator})
			return
		}
		t.columns = append(t.columns, l.column)
	case repeated(live):
		f.decideRepeated(t, live, limit)
	default:
		f.decideParts(t, live, limit)
	}
}

func (i item) isPercent() bool { return i.indicator != nil && i.indicator.Kind == criteria.Percent }

func repeated(live []look) bool {
	for _, l := range live {
		if l.head != live[0].head {
			return true
		}
	}
	return false
}

// decideRepeated settles a code that is written above several columns. They make one value when each says which part of
// it it holds; else nobody knows which of them is meant, and none is read unless all say the same.
func (f *finder) decideRepeated(t *table, live []look, limit int) {
	parts := map[role]int{}
	for _, l := range live {
		p := l.part()
		if p == noRole || parts[p] != 0 {
			parts = nil
			break
		}
		parts[p] = l.col
	}
	if parts != nil && (parts[numerator] > 0) == (parts[denominator] > 0) && !doubled(parts) {
		t.columns = append(t.columns, column{col: live[0].col, code: live[0].code, head: live[0].head, item: live[0].item, parts: parts})
		return
	}
	first := live[0]
	var same, rest []look
	for _, l := range live {
		if l.head == first.head {
			same = append(same, l)
		} else {
			rest = append(rest, l)
		}
	}
	if len(same) == 1 && f.sameCells(t, live, limit) {
		t.columns = append(t.columns, first.column)
		same = nil
	}
	cell := xlsx.ColumnName(first.head.col) + itoa(first.head.row)
	for len(rest) > 0 {
		next := rest[0].head
		group := same
		same = nil
		var others []look
		for _, l := range rest {
			if l.head == next {
				group = append(group, l)
			} else {
				others = append(others, l)
			}
		}
		t.refuse(columnsOf(group), refusal{code: HeaderDuplicate, row: next.row, col: rest[0].col, raw: next.raw(), details: []any{cell}})
		rest = others
	}
}

// sameCells reports columns that say the same in every row of a commune, or nothing in any.
func (f *finder) sameCells(t *table, live []look, limit int) bool {
	for i := t.body; i < limit; i++ {
		if !f.body[i] {
			continue
		}
		a := f.g.rows[i].at(live[0].col)
		for _, l := range live[1:] {
			b := f.g.rows[i].at(l.col)
			if l.stats.n > 0 && (a.blank() != b.blank() || !a.blank() && (a.Kind != b.Kind || a.text != b.text || isPercent(a.Format) != isPercent(b.Format))) {
				return false
			}
		}
	}
	return true
}

// doubled reports two figures where one is meant: a percentage and a value without numerator, or beside one.
func doubled(parts map[role]int) bool { return parts[percent] > 0 && parts[value] > 0 }

// decideParts settles the columns below one code. What is headed as a result, a percentage, a numerator with its
// denominator, a verdict is read; what has no such heading is read only where the figures prove what it is.
func (f *finder) decideParts(t *table, live []look, limit int) {
	parts := map[role]int{}
	var numbers, verdicts []look // without a known heading
	clash := func(l look) {
		t.refuse(columnsOf(live), refusal{code: HeaderDuplicate, details: []any{xlsx.ColumnName(l.col) + itoa(l.at.row)}})
	}
	for _, l := range live {
		switch p := l.part(); {
		case p != noRole && parts[p] != 0:
			clash(l)
			return
		case p != noRole:
			parts[p] = l.col
		case l.stats.numbers*2 >= l.stats.n && l.stats.n > 0:
			numbers = append(numbers, l)
		case l.stats.verdicts*2 >= l.stats.n && l.stats.n > 0:
			verdicts = append(verdicts, l)
		}
	}
	if live[0].item.isAmount() && parts[value] > 0 {
		delete(parts, percent) // the share of a plan
	}
	f.findRatio(t, parts, numbers, limit)
	if (parts[numerator] > 0) != (parts[denominator] > 0) {
		if len(numbers) > 0 && parts[value] == 0 {
			clash(numbers[0]) // which of the counts belong together?
			return
		}
		delete(parts, numerator)
		delete(parts, denominator)
		if len(parts) == 0 {
			t.refuse(columnsOf(live), refusal{code: MissingDenominator})
			return
		}
	}
	if len(verdicts) == 1 && len(parts) > 0 && parts[verdict] == 0 {
		parts[verdict] = verdicts[0].col
	}
	if len(parts) == 0 || doubled(parts) {
		clash(live[1])
		return
	}
	used := map[int]bool{}
	for _, col := range parts {
		used[col] = true
	}
	for _, l := range live {
		if !used[l.col] {
			t.context[l.col] = value // a count, a rank beside the value
		}
	}
	first := live[0]
	out := column{col: first.col, code: first.code, head: first.head, item: first.item, parts: parts}
	if len(parts) == 1 {
		for _, col := range parts {
			out.col, out.parts = col, nil
		}
	}
	t.columns = append(t.columns, out)
}

// findRatio finds numerator and denominator among columns whose headings do not say it: the percentage proves them. A
// count whose fellow is headed is taken without proof when it is the only one and fits in every row.
func (f *finder) findRatio(t *table, parts map[role]int, numbers []look, limit int) {
	if parts[numerator] > 0 && parts[denominator] > 0 {
		if parts[percent] == 0 && parts[value] > 0 && f.ratioHolds(t, parts[numerator], parts[denominator], parts[value], limit) {
			parts[percent] = parts[value]
			delete(parts, value)
		}
		return
	}
	free := make([]int, 0, len(numbers))
	for _, l := range numbers {
		free = append(free, l.col)
	}
	free = free[:min(len(free), maxFree)]
	known := func(list ...role) []int {
		for _, r := range list {
			if parts[r] > 0 {
				return []int{parts[r]}
			}
		}
		return free
	}
	for _, a := range known(numerator) {
		for _, b := range known(denominator) {
			for _, p := range known(percent, value) {
				if a != b && b != p && a != p && f.ratioHolds(t, a, b, p, limit) {
					if parts[value] == p {
						delete(parts, value)
					}
					parts[numerator], parts[denominator], parts[percent] = a, b, p
					return
				}
			}
		}
	}
	if len(free) != 1 || parts[percent] > 0 || parts[value] > 0 {
		return
	}
	switch {
	case parts[denominator] > 0 && f.neverLess(t, parts[denominator], free[0], limit):
		parts[numerator] = free[0]
	case parts[numerator] > 0 && f.neverLess(t, free[0], parts[numerator], limit):
		parts[denominator] = free[0]
	}
}
