package board

import (
	"context"
	"net/http"
	"strings"

	"langso/internal/assessment"
	"langso/internal/criteria"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/vntext"
	"langso/internal/platform/web"
)

// matrixView is the heat matrix.
type matrixView struct {
	*view
	sheet  web.Sheet
	counts assessment.Counts // cells of all kept rows by verdict
	today  *todayView        // the board on today's units, nil = as it was
}

// headLetters is how many letters of a wording stand upright in the head of a column.
const headLetters = 24

// pageRows is how many communes stand on one page: a province does whole, a country by pages that stay readable.
func pageRows(columns int) int {
	switch {
	case columns <= 30:
		return 200
	case columns <= 80:
		return 120
	}
	return 60
}

// wholeRows is how many communes of any number of columns still stand on one page.
const wholeRows = 200

// fitting is how many of n rows stand on a page: size of a long list, all of a list that does not need pages.
func fitting(n, size int) int {
	if n <= wholeRows {
		return wholeRows
	}
	return size
}

func (s *Service) matrixPage(r *web.Request, inside bool) error {
	ctx, err := reader(r.Context(), inside)
	if err != nil {
		return err
	}
	c := chosen(r)
	if c.today != "" {
		c.sort, c.verdict = "", ""
	}
	v := &matrixView{}
	err = s.db.Snapshot(ctx, func(ctx context.Context) (err error) {
		if v.view, err = s.view(ctx, c, inside, matrixPath); err == nil && c.today != "" {
			v.today, err = s.onToday(ctx, v.view)
		}
		return err
	})
	if err != nil {
		return err
	}
	if format := r.URL.Query().Get("dinh-dang"); format != "" {
		return s.matrixFile(ctx, r, v, format)
	}
	v.sheet = r.Sheet(len(v.rows), fitting(len(v.rows), pageRows(len(v.columns))))
	if v.today != nil {
		v.today.sheet = r.Sheet(len(v.today.units), fitting(len(v.today.units), pageRows(len(v.columns))))
	}
	for _, k := range v.columns {
		v.counts = sum(v.counts, v.Count(v.rows, k.item))
	}
	if !v.sheet.Whole() {
		v.groups = pageOf(v.groups, v.sheet)
	}
	title := v.title(r.Context())
	return r.Render(http.StatusOK, v.frame(r.Context(), title, i18n.T(r.Context(), "board.nav.matrix"), navMatrix), matrixBody(v))
}

// pageOf are the groups with only the rows of a page; groups without any stay out.
func pageOf(groups []group, s web.Sheet) []group {
	var out []group
	at := 0
	for _, g := range groups {
		from, to := max(s.From-at, 0), min(s.To-at, len(g.Rows))
		at += len(g.Rows)
		if from < to {
			g.shown = g.Rows[from:to]
			out = append(out, g)
		}
	}
	return out
}

// sum adds counts.
func sum(a, b assessment.Counts) assessment.Counts {
	return assessment.Counts{Met: a.Met + b.Met, Nearly: a.Nearly + b.Nearly, NotMet: a.NotMet + b.NotMet, Missing: a.Missing + b.Missing,
		NoThreshold: a.NoThreshold + b.NoThreshold, NotApplicable: a.NotApplicable + b.NotApplicable, Total: a.Total + b.Total}
}

// title is the answer of the page: how many communes have everything, and what holds back most.
func (v *matrixView) title(ctx context.Context) string {
	if v.today != nil {
		return v.today.title(ctx)
	}
	if v.WithData() == 0 {
		return i18n.T(ctx, "assessment.answer.no_data", v.Period.Title(ctx))
	}
	whole := v.Part(v.rows)
	text := i18n.T(ctx, "assessment.answer.complete", ui.Count(ctx, whole.Complete()), ui.Count(ctx, len(v.rows)), ui.Count(ctx, len(v.Set.Criteria())))
	worst, most := column{}, 0
	for _, k := range v.columns {
		if n := v.Count(v.rows, k.item); n.NotMet+n.Nearly > most {
			worst, most = k, n.NotMet+n.Nearly
		}
	}
	if most > 0 {
		text += "; " + i18n.T(ctx, "board.worst", assessment.ItemWords(ctx, worst.item), ui.Count(ctx, most))
	}
	return text
}

func (v *matrixView) matrix(ctx context.Context) ui.HeatOptions {
	o := ui.HeatOptions{ID: "ma-tran", Caption: v.caption(ctx), RowLabel: i18n.T(ctx, "assessment.commune"), TotalLabel: i18n.T(ctx, "assessment.met_short"), Keys: i18n.T(ctx, "board.keys")}
	if v.choice.sort != "" {
		o.RowSort = v.here(ctx, "sap", "", "trang", "")
	} else {
		o.RowSorted = ui.Rising
	}
	for _, k := range v.columns {
		key := itemKey(v.Set, k.item)
		head := ui.HeatColumn{ID: k.item.ID, Title: k.title(ctx), Short: vntext.Clip(k.title(ctx), headLetters), SortHref: v.here(ctx, "sap", key)}
		switch v.choice.sort {
		case key:
			head.Sorted, head.SortHref = ui.Rising, v.here(ctx, "sap", "-"+key)
		case "-" + key:
			head.Sorted, head.SortHref = ui.Falling, v.here(ctx, "sap", key)
		}
		o.Columns = append(o.Columns, head)
	}
	for _, g := range v.groups {
		if v.by != undivided {
			o.Rows = append(o.Rows, v.sumRow(ctx, g.name, g.Rows))
		}
		for _, r := range g.shown {
			n, of := met(v.Board, r, v.columns)
			row := ui.HeatRow{Name: r.Unit.Name, Href: v.communeHref(ctx, r.Unit), Total: ui.Count(ctx, n) + "/" + ui.Count(ctx, of)}
			for _, k := range v.columns {
				row.Cells = append(row.Cells, ui.HeatCell{Status: assessment.Status(v.Verdict(r, k.item)), Href: v.cellHref(ctx, r.Unit, k.item)})
			}
			o.Rows = append(o.Rows, row)
		}
	}
	foot := v.sumRow(ctx, i18n.T(ctx, "board.all_shown"), v.rows)
	foot.Group = false
	o.Foot = &foot
	return o
}

// sumRow is the total of some communes: of each column how many have met it.
func (v *matrixView) sumRow(ctx context.Context, name string, rows []assessment.Row) ui.HeatRow {
	out := ui.HeatRow{Group: true, Name: name, Sub: i18n.T(ctx, "assessment.n_communes", ui.Count(ctx, len(rows)))}
	for _, k := range v.columns {
		n := v.Count(rows, k.item)
		out.Cells = append(out.Cells, ui.HeatCell{Text: ui.Count(ctx, n.Met), Said: i18n.T(ctx, "board.n_met", ui.Count(ctx, n.Met), ui.Count(ctx, n.Total-n.NotApplicable))})
	}
	if !v.choice.byIndicator() && v.choice.department == "" {
		out.Total = i18n.T(ctx, "assessment.n_complete", ui.Count(ctx, v.Part(rows).Complete()))
	}
	return out
}

func (v *matrixView) caption(ctx context.Context) string {
	if v.choice.byIndicator() {
		return i18n.T(ctx, "board.caption.indicators", ui.Count(ctx, len(v.rows)), ui.Count(ctx, len(v.columns)))
	}
	return i18n.T(ctx, "board.caption.criteria", ui.Count(ctx, len(v.rows)), ui.Count(ctx, len(v.columns)))
}

// legend counts the cells of everything kept, also beyond the page.
func (v *matrixView) legend(ctx context.Context) []ui.KeyEntry {
	var out []ui.KeyEntry
	for _, w := range assessment.Verdicts {
		e := ui.KeyEntry{Status: assessment.Status(w), N: v.counts.Of(w), Noun: i18n.T(ctx, "board.cells")}
		if e.N > 0 && v.choice.verdict == "" {
			e.Href = v.here(ctx, "ket-qua", w.String(), "trang", "")
		}
		out = append(out, e)
	}
	return out
}

// columnTabs choose what stands in the columns; nil where a set has criteria only.
func (v *matrixView) columnTabs(ctx context.Context) []ui.Tab {
	n := len(v.Set.Indicators())
	if n == 0 {
		return nil
	}
	c := v.choice
	c.sort = plainSort(c.sort)
	tab := func(text, columns string, n int) ui.Tab {
		return ui.Tab{Text: text, Count: ui.Count(ctx, n), Href: c.href(ctx, v.path(v.place), "cot", columns), Selected: v.choice.columns == columns}
	}
	return []ui.Tab{tab(i18n.T(ctx, "board.by_criteria"), "", len(v.Set.Criteria())), tab(i18n.T(ctx, "board.by_indicators"), "chi-tieu", n)}
}

// sortField asks for the order of the rows; columns are also sorted by their heads.
func (v *matrixView) sortField(ctx context.Context) ui.FieldOptions {
	f := ui.FieldOptions{Kind: ui.SelectField, Name: "sap", Label: i18n.T(ctx, "board.order"), Width: ui.Short}
	f.Options = append(f.Options, ui.Option{Text: i18n.T(ctx, "board.order.name"), Selected: v.choice.sort == ""}, ui.Option{Value: nearest, Text: i18n.T(ctx, "board.order.nearest"), Selected: v.choice.sort == nearest})
	if id := strings.TrimPrefix(v.choice.sort, "-"); id != "" && id != nearest {
		if item, err := itemNamed(v.Set, id); err == nil {
			f.Options = append(f.Options, ui.Option{Value: v.choice.sort, Text: i18n.T(ctx, "board.order.item", assessment.ItemWords(ctx, item)), Selected: true})
		}
	}
	return f
}

// filters are the questions of the form above the matrix.
func (v *view) filters(ctx context.Context) []ui.FieldOptions {
	all := ui.Option{Text: i18n.T(ctx, "board.all")}
	pick := func(name, label, value string, options []ui.Option) ui.FieldOptions {
		for i := range options {
			options[i].Selected = options[i].Value == value
		}
		return ui.FieldOptions{Kind: ui.SelectField, Name: name, Label: label, Options: append([]ui.Option{all}, options...), Width: ui.Short}
	}
	var out []ui.FieldOptions
	var places []ui.Option
	for _, p := range v.places {
		places = append(places, ui.Option{Value: p.ID, Text: p.name})
	}
	out = append(out, pick("noi", groupingName(ctx, v.DefaultGrouping()), v.choice.place, places))
	if len(v.Set.CommuneGroups) > 0 {
		var groups []ui.Option
		for _, k := range v.Set.CommuneGroups {
			name := k.ID
			if key := "assessment.commune_group." + k.ID; i18n.Has(ctx, key) {
				name = i18n.T(ctx, key)
			}
			groups = append(groups, ui.Option{Value: k.ID, Text: name})
		}
		groups = append(groups, ui.Option{Value: noGroup, Text: i18n.T(ctx, "assessment.group_unknown")})
		out = append(out, pick("nhom-xa", i18n.T(ctx, "assessment.grouping.commune_group"), v.choice.commune, groups))
	}
	if v.place != matrixPath || v.choice.today != "" {
		return out
	}
	var verdicts []ui.Option
	for _, w := range assessment.Verdicts {
		verdicts = append(verdicts, ui.Option{Value: w.String(), Text: vntext.Capital(ui.StatusWord(ctx, assessment.Status(w)))})
	}
	out = append(out, pick("ket-qua", i18n.T(ctx, "board.has_verdict"), v.choice.verdict, verdicts))
	return append(out, pick("co-quan", i18n.T(ctx, "board.lead"), v.choice.department, v.departments(ctx)))
}

// departments are those that lead something in the set, by their names on the day of the board.
func (v *view) departments(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, d := range criteria.Departments() {
		for _, k := range columnsOf(v.Set, choice{columns: v.choice.columns}) {
			if k.led(d.ID) {
				out = append(out, ui.Option{Value: d.ID, Text: d.Name(i18n.Of(ctx), v.Period.AsOf)})
				break
			}
		}
	}
	return out
}

// kept are the parts of the choice that the form of filters does not ask for.
func (v *view) kept() []ui.Hidden {
	var out []ui.Hidden
	for _, k := range keys {
		switch k.name {
		case "noi", "nhom-xa", "ket-qua", "co-quan", "sap":
			continue
		case "muc":
			if v.place != matrixPath {
				continue
			}
		}
		if value := *k.of(&v.choice); value != "" {
			out = append(out, ui.Hidden{Name: k.name, Value: value})
		}
	}
	return out
}

// filtered reports whether a filter is set.
func (v *view) filtered() bool {
	c := v.choice
	return c.commune+c.place+c.verdict+c.department != ""
}

// shownText says how many communes of how many are kept, "" when all are.
func (v *view) shownText(ctx context.Context) string {
	if !v.filtered() {
		return ""
	}
	return i18n.T(ctx, "board.shown", ui.Count(ctx, len(v.rows)), ui.Count(ctx, len(v.Rows)))
}

// twin is the list that stands for the matrix on a phone.
func (v *matrixView) twin(ctx context.Context) ui.TableOptions {
	o := ui.TableOptions{ID: "ma-tran-ds", Caption: v.caption(ctx), CaptionHidden: true, Compact: true,
		Columns: []ui.Column{{Label: i18n.T(ctx, "assessment.commune")}, {Label: i18n.T(ctx, "assessment.met_short"), Num: true, Narrow: true}, {Label: i18n.T(ctx, "assessment.lacking")}}}
	for _, g := range v.groups {
		if v.by != undivided {
			o.Rows = append(o.Rows, ui.Row{Heading: g.name + " · " + i18n.T(ctx, "assessment.n_communes", ui.Count(ctx, len(g.Rows)))})
		}
		for _, r := range g.shown {
			n, of := met(v.Board, r, v.columns)
			o.Rows = append(o.Rows, ui.Row{Cells: []ui.Cell{{Text: r.Unit.Name, Href: v.communeHref(ctx, r.Unit)}, {Text: ui.Count(ctx, n) + "/" + ui.Count(ctx, of)}, {Text: v.lacking(ctx, r)}}})
		}
	}
	return o
}

// lacking lists the items that a commune has not met.
func (v *view) lacking(ctx context.Context, r assessment.Row) string {
	if r.Criteria == "" {
		return ui.StatusWord(ctx, ui.Missing)
	}
	var ids []string
	for _, k := range v.columns {
		if w := v.Verdict(r, k.item); w != assessment.Met && w != assessment.NotApplicable {
			ids = append(ids, k.item.ID)
		}
	}
	switch most := 8; {
	case len(ids) == 0:
		return i18n.T(ctx, "assessment.nothing")
	case len(ids) > most:
		return i18n.T(ctx, "assessment.and_more", strings.Join(ids[:most], ", "), len(ids)-most)
	}
	return strings.Join(ids, ", ")
}
