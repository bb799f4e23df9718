package criteria

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"langso/internal/platform/clock"
	"langso/internal/platform/vntext"
	"langso/internal/std/xlsx"

	"go.yaml.in/yaml/v3"
)

// root reads the whole workbook; nil after a problem that leaves nothing to read.
func (t *templateReader) root(book *xlsx.Workbook) *yaml.Node {
	head := t.head(book)
	if head == nil {
		return nil
	}
	first := func(name string) field {
		if list := head[name]; len(list) > 0 {
			return list[0]
		}
		return field{spot: spot{sheet: sheetHead}}
	}
	if mark := first("template"); mark.text != templateMark {
		t.fail(mark.spot, "criteria.book_other_template", mark.text, templateMark)
		return nil
	}
	t.base = first("base").text
	o := t.object(spot{sheet: sheetHead})
	o.text("code", first("code"))
	o.both("title", first("title"), first("title_en"))
	o.text("level", first("level"))
	o.put("applies_to", t.str(spot{sheet: sheetHead}, "commune"))
	o.text("programme", first("programme"))
	o.text("effective_from", t.day(first("effective_from")))
	for _, name := range []string{"legal_basis", "provincial_basis"} {
		l := t.list(first(name).spot)
		for _, f := range head[name] {
			if f.text != "" {
				l.Content = append(l.Content, t.str(f.spot, f.text))
			}
		}
		if len(l.Content) > 0 {
			o.put(name, l)
		}
	}
	o.text("requires", first("requires"))
	official := t.object(first("indicators").spot)
	official.count("criteria", first("criteria"))
	official.count("indicators", first("indicators"))
	o.put("official", official.node)
	o.flag("supplier_verified", first("supplier_verified"))
	o.text("special_key", first("special_key"))
	keys := t.keys(book, o)
	columns := slices.Clone(indicatorHeads)
	for _, key := range append([]string{""}, keys...) {
		columns = append(columns, levelColumn(key))
	}
	indicators := t.table(book, sheetIndicators, append(columns, indicatorTails...), true)
	if len(indicators) == 0 && len(t.problems) == 0 {
		o.put("structure_only", t.plain(spot{sheet: sheetIndicators}, "!!bool", "true"))
	}
	t.bands(book, o)
	t.scales(book, o)
	t.simple(book, o, "sources", sheetSources, sourceHeads, func(e object, r record) {
		e.text("id", r.get("id"))
		e.text("title", r.get("title"))
		e.text("ref", r.get("ref"))
		e.both("used_for", r.get("used_for"), r.get("used_for_en"))
	})
	t.simple(book, o, "notes", sheetNotes, noteHeads, func(e object, r record) {
		e.text("vi", r.get("vi"))
		e.text("en", orElse(r.get("en"), r.get("vi")))
	})
	t.groups(book, o, indicators, t.years(book, keys), keys)
	return o.node
}

// head reads the first sheet: the values by field. nil = there is no such sheet.
func (t *templateReader) head(book *xlsx.Workbook) map[string][]field {
	sheet := sheetNamed(book, sheetHead)
	if sheet == nil || sheetNamed(book, sheetIndicators) == nil {
		t.fail(spot{}, "criteria.book_no_template", sheetHead, sheetIndicators)
		return nil
	}
	out := map[string][]field{}
	for _, row := range sheet.Rows {
		label, value := "", field{spot: spot{sheetHead, row.Index, 2}}
		for _, c := range row.Cells {
			switch c.Col {
			case 1:
				label = t.cell(sheetHead, row.Index, c).text
			case 2:
				value = t.cell(sheetHead, row.Index, c)
			}
		}
		k := slices.IndexFunc(headLines, func(l headLine) bool { return vntext.Fold(l.label) == vntext.Fold(label) })
		switch {
		case k >= 0:
			l := headLines[k]
			if len(out[l.field]) > 0 && !l.many {
				t.fail(value.spot, "criteria.book_line_twice", l.label)
			}
			out[l.field] = append(out[l.field], t.choose(value, column{head: l.label, list: l.list}))
		case label != "" && value.text != "" && len(out) > 0: // behind the headings
			t.fail(value.spot, "criteria.book_line_unknown", label)
		}
	}
	return out
}

// keys reads the regions or commune groups and returns their ids.
func (t *templateReader) keys(book *xlsx.Workbook, o object) []string {
	var ids []string
	lists := map[string]*yaml.Node{}
	for _, r := range t.table(book, sheetKeys, keyHeads, true) {
		e := t.object(r.spot)
		e.text("id", r.get("id"))
		e.text("vi", r.get("vi"))
		e.text("en", orElse(r.get("en"), r.get("vi")))
		e.ids("sources", r.get("sources"), nil)
		e.flag("verified", r.get("verified"))
		name := map[string]string{"region": "regions", "commune_group": "commune_groups"}[r.get("type").text]
		if name == "" {
			t.fail(r.get("type").spot, "criteria.book_cell_missing", keyHeads[0].head)
			continue
		}
		if lists[name] == nil {
			lists[name] = t.list(r.spot)
		}
		lists[name].Content = append(lists[name].Content, e.node)
		ids = append(ids, r.get("id").text)
	}
	for _, name := range []string{"regions", "commune_groups"} {
		if lists[name] != nil {
			o.put(name, lists[name])
		}
	}
	return ids
}

func (t *templateReader) bands(book *xlsx.Workbook, o object) {
	t.simple(book, o, "bands", sheetBands, bandHeads, func(e object, r record) {
		e.text("id", r.get("id"))
		e.count("from", r.get("from"))
		e.count("to", r.get("to"))
		e.flag("own_choice", r.get("own_choice"))
	})
}

// scales reads one row per word; the rows of a scale share its id.
func (t *templateReader) scales(book *xlsx.Workbook, o object) {
	list := t.list(spot{sheet: sheetScales})
	words := map[string]*yaml.Node{}
	for _, r := range t.table(book, sheetScales, scaleHeads, false) {
		id := r.get("id").text
		if words[id] == nil {
			e := t.object(r.spot)
			e.text("id", r.get("id"))
			words[id] = t.list(r.spot)
			e.put("words", words[id])
			e.flag("verified", r.get("verified"))
			list.Content = append(list.Content, e.node)
		}
		words[id].Content = append(words[id].Content, t.str(r.get("words").spot, r.get("words").text))
	}
	if len(list.Content) > 0 {
		o.put("scales", list)
	}
}

// simple reads a sheet of which each row is one entry of a list.
func (t *templateReader) simple(book *xlsx.Workbook, o object, name, sheet string, columns []column, fill func(object, record)) {
	list := t.list(spot{sheet: sheet})
	for _, r := range t.table(book, sheet, columns, false) {
		e := t.object(r.spot)
		fill(e, r)
		list.Content = append(list.Content, e.node)
	}
	if len(list.Content) > 0 {
		o.put(name, list)
	}
}

// groups reads the criteria and hangs the indicators below them.
func (t *templateReader) groups(book *xlsx.Workbook, o object, indicators []record, years map[string]*yaml.Node, keys []string) {
	list := t.list(spot{sheet: sheetCriteria})
	groups, holders := map[string]*yaml.Node{}, map[string]*yaml.Node{}
	for _, r := range t.table(book, sheetCriteria, criterionHeads, true) {
		group := r.get("group").text
		if groups[group] == nil {
			g := t.object(r.spot)
			g.text("id", r.get("group"))
			g.both("title", r.get("group_title"), r.get("group_title_en"))
			groups[group] = t.list(r.spot)
			g.put("criteria", groups[group])
			list.Content = append(list.Content, g.node)
		}
		if r.get("id").text == "" && r.get("title").text == "" {
			continue // a group without criteria
		}
		c := t.object(r.spot)
		c.text("id", r.get("id"))
		c.both("title", r.get("title"), r.get("title_en"))
		c.flag("title_verified", r.get("title_verified"))
		if r.get("lead").text != "" {
			c.text("lead", r.get("lead"))
		}
		inner := t.list(r.spot)
		inner.Style = yaml.FlowStyle
		c.put("indicators", inner)
		if holders[r.get("id").text] == nil {
			holders[r.get("id").text] = inner
		}
		groups[group].Content = append(groups[group].Content, c.node)
	}
	o.put("groups", list)
	for _, r := range indicators {
		id := r.get("id").text
		criterion := r.get("criterion")
		if criterion.text == "" {
			criterion.text, _, _ = strings.Cut(id, ".")
		}
		holder := holders[criterion.text]
		if holder == nil {
			t.fail(criterion.spot, "criteria.book_criterion_unknown", criterion.text, sheetCriteria)
			continue
		}
		holder.Style = 0
		holder.Content = append(holder.Content, t.indicator(r, years[id], keys))
		delete(years, id)
	}
	for id, n := range years {
		t.fail(t.places[n.Line-1], "criteria.book_indicator_unknown", id, sheetIndicators)
	}
}

func (t *templateReader) indicator(r record, byYear *yaml.Node, keys []string) *yaml.Node {
	e := t.object(r.spot)
	e.text("id", r.get("id"))
	e.both("text", r.get("text"), r.get("text_en"))
	v := t.object(r.get("kind").spot)
	v.text("kind", r.get("kind"))
	if r.get("unit").text != "" {
		v.text("unit", r.get("unit"))
	}
	v.text("compare", r.get("compare"))
	if r.get("scale").text != "" {
		v.text("scale", r.get("scale"))
	}
	e.put("value", v.node)
	kind := ValueKind(r.get("kind").text)
	level := t.levels(r, keys, kind)
	switch {
	case byYear != nil && level != nil:
		t.fail(t.places[level.Line-1], "criteria.book_level_and_years", sheetYears)
	case byYear != nil:
		w := t.object(t.places[byYear.Line-1])
		w.put("by_year", byYear)
		t.numbers(byYear, kind)
		e.put("threshold", w.node)
	case level != nil:
		e.put("threshold", level)
	default:
		e.put("threshold", t.plain(r.spot, "!!null", "null"))
	}
	e.flag("provincial", r.get("provincial"))
	e.text("lead", r.get("lead"))
	e.text("supplier", r.get("supplier"))
	e.ids("evidence", r.get("evidence"), &evidenceWords)
	e.ids("sources", r.get("sources"), nil)
	if r.get("page").text != "" {
		e.text("page", r.get("page"))
	}
	verified := r.get("verified")
	if verified.text == "" {
		verified.text = "false"
	}
	e.put("verified", t.plain(verified.spot, "!!bool", verified.text))
	e.flag("text_verified", r.get("text_verified"))
	confidence := r.get("confidence")
	if confidence.text == "" {
		confidence.text = map[bool]string{true: "high", false: "low"}[verified.text == "true"]
	}
	e.text("confidence", confidence)
	e.both("note", r.get("note"), r.get("note_en"))
	return e.node
}

func levelColumn(key string) column {
	if key == "" {
		return column{head: headAll}
	}
	return column{head: keyHead(key)}
}

// levels reads the cells of the levels of a row: one for all, or one for each key; nil when all are blank.
func (t *templateReader) levels(r record, keys []string, kind ValueKind) *yaml.Node {
	all, keyed := r.get(headAll), t.object(r.spot)
	for _, key := range keys {
		if f := r.get(keyHead(key)); f.text != "" {
			keyed.put(key, t.level(f, kind))
		}
	}
	switch {
	case all.text != "" && len(keyed.node.Content) > 0:
		t.fail(all.spot, "criteria.book_level_twice", headAll, headKeyed)
		return keyed.node
	case len(keyed.node.Content) > 0:
		return keyed.node
	case all.text != "":
		return t.level(all, kind)
	}
	return nil
}

// level is the node of one level: of a kind that is counted a number, whatever cell it stands in.
func (t *templateReader) level(f field, kind ValueKind) *yaml.Node {
	if vntext.Fold(f.text) == vntext.Fold(unknownWord) {
		return t.plain(f.spot, "!!null", "null")
	}
	if kind != Percent && kind != Number && !f.number {
		return t.str(f.spot, f.text)
	}
	text := f.text
	if !f.number {
		written := strings.TrimSpace(text)
		if kind == Percent {
			written = strings.TrimSpace(strings.TrimSuffix(written, "%"))
		}
		whole, frac, comma := strings.Cut(written, ",")
		_, thousand, point := strings.Cut(written, ".")
		if comma {
			written = whole + "." + frac
		}
		if !decimalShape.MatchString(written) || point && len(thousand) == 3 { // 1.234 may be a thousand or one and a bit
			t.fail(f.spot, "criteria.book_number", f.text)
			return t.plain(f.spot, "!!null", "null")
		}
		text = written
	}
	tag := "!!int"
	if strings.Contains(text, ".") {
		tag = "!!float"
	}
	return t.plain(f.spot, tag, text)
}

// years reads the levels by year: the node below by_year of each indicator.
func (t *templateReader) years(book *xlsx.Workbook, keys []string) map[string]*yaml.Node {
	columns := []column{{head: headIndicator, field: "id", needed: true}, {head: headYear, field: "year", needed: true}}
	for _, key := range append([]string{""}, keys...) {
		columns = append(columns, levelColumn(key))
	}
	out := map[string]*yaml.Node{}
	for _, r := range t.table(book, sheetYears, columns, false) {
		id := r.get("id").text
		if out[id] == nil {
			out[id] = t.object(r.get("id").spot).node
		}
		node := t.levels(r, keys, "")
		if node == nil {
			node = t.plain(r.spot, "!!null", "null")
		}
		out[id].Content = append(out[id].Content, t.plain(r.get("year").spot, "!!int", r.get("year").text), node)
	}
	return out
}

// numbers turns the levels below n, which were read before their kind was known, into numbers where they must be.
func (t *templateReader) numbers(n *yaml.Node, kind ValueKind) {
	for k := 1; k < len(n.Content); k += 2 {
		if v := n.Content[k]; v.Kind == yaml.MappingNode {
			t.numbers(v, kind)
		} else if v.Tag == "!!str" {
			n.Content[k] = t.level(field{text: v.Value, spot: t.places[v.Line-1]}, kind)
		}
	}
}

// day reads a day as people write it, also from a cell that a spreadsheet program made a date of.
func (t *templateReader) day(f field) field {
	if f.text == "" {
		return f
	}
	if days, err := strconv.Atoi(f.text); f.number && err == nil && days > 30000 && days < 90000 {
		f.text = time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, days).Format("2006-01-02")
		return f
	}
	for _, layout := range []string{"2/1/2006", "2-1-2006", "2006-01-02"} {
		if d, err := time.Parse(layout, f.text); err == nil {
			f.text = string(clock.Date(d.Format("2006-01-02")))
			return f
		}
	}
	t.fail(f.spot, "criteria.book_day", f.text)
	f.text = ""
	return f
}

func orElse(f, other field) field {
	if f.text == "" {
		f.text = other.text
	}
	return f
}
