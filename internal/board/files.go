package board

import (
	"bytes"
	"context"
	"encoding/csv"
	"strings"

	"langso/internal/assessment"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/vntext"
	"langso/internal/platform/web"
	"langso/internal/std/xlsx"
)

// report is a table as a file: what is looked at, not values to be handed in again.
type report struct {
	name    string   // of the file, without its ending
	notes   []string // above the table: what it is, set, period, unit, agency, time
	columns []string
	rows    [][]entry
}

// entry is one cell of a report.
type entry struct {
	text   string
	number bool // text is a decimal with a point
}

func words(texts ...string) []entry {
	out := make([]entry, len(texts))
	for i, s := range texts {
		out[i].text = s
	}
	return out
}

// facts are what no file may travel without: the three switches, when and by whom it was made, and the mark of
// illustrative figures.
func (v *view) facts(ctx context.Context, s *Service) []string {
	var out []string
	if v.demo {
		out = append(out, i18n.T(ctx, "assessment.export.illustrative"))
	}
	out = append(out,
		i18n.T(ctx, "board.file.unit", v.Province(ctx)),
		i18n.T(ctx, "board.file.set", v.Set.Title(ctx)),
		i18n.T(ctx, "board.file.period", v.Period.Title(ctx), ui.Date(ctx, v.Period.AsOf)))
	if v.choice.known != "" {
		out = append(out, vntext.Capital(i18n.T(ctx, "board.known_at", ui.Date(ctx, v.known()))))
	}
	if text := v.filterText(ctx); text != "" {
		out = append(out, i18n.T(ctx, "board.file.filter", text))
	}
	made := i18n.T(ctx, "board.file.made", ui.DateTime(ctx, s.clock.Now()))
	if owner := ui.SiteOf(ctx).Owner; owner != "" {
		made = owner + " · " + made
	}
	return append(out, made)
}

// filterText names the filters that are set.
func (v *view) filterText(ctx context.Context) string {
	if !v.filtered() {
		return ""
	}
	parts := []string{v.shownText(ctx)}
	for _, f := range v.filters(ctx) {
		for _, o := range f.Options {
			if o.Selected && o.Value != "" {
				parts = append(parts, f.Label+": "+o.Text)
			}
		}
	}
	return strings.Join(parts, "; ")
}

// fileName is the name of a file of a board: "ma-tran-xa-ntm-2026-2030-2026-Q3".
func (v *view) fileName() string {
	name := strings.TrimPrefix(v.place, "/") + "-" + vntext.Slug(v.Set.Code) + "-" + v.Period.ID
	if v.choice.known != "" {
		name += "-luc-" + string(v.known())
	}
	return name
}

// matrixFile answers with the matrix as a report: verdicts in words. It says in its head that it is no file of values.
func (s *Service) matrixFile(ctx context.Context, r *web.Request, v *matrixView, format string) error {
	said := r.Context()
	rep := report{name: v.fileName(), notes: append([]string{i18n.T(said, "board.file.matrix"), i18n.T(said, "board.file.no_values")}, v.facts(said, s)...)}
	if v.today != nil {
		rep.notes[0] = i18n.T(said, "board.today.caption")
		rep.columns = []string{i18n.T(said, "board.file.code"), i18n.T(said, "board.today.unit"), i18n.T(said, "board.today.parts")}
		for _, k := range v.columns {
			rep.columns = append(rep.columns, k.item.ID+". "+k.title(said))
		}
		for _, p := range v.today.units {
			row := words(p.unit.Code, p.unit.Title(said), v.today.parts(said, p))
			for _, k := range v.columns {
				n, of, unknown := v.today.fraction(p, k)
				row = append(row, entry{text: v.today.said(said, n, of, unknown)})
			}
			rep.rows = append(rep.rows, row)
		}
		return s.sendReport(r, rep, format)
	}
	rep.columns = []string{i18n.T(said, "board.file.code"), i18n.T(said, "assessment.commune"), i18n.T(said, "board.group"), i18n.T(said, "board.file.met")}
	for _, k := range v.columns {
		rep.columns = append(rep.columns, k.item.ID+". "+k.title(said))
	}
	for _, g := range v.groups {
		for _, x := range g.Rows {
			n, _ := met(v.Board, x, v.columns)
			row := append(words(x.Unit.Code, x.Unit.Name, g.name), entry{ui.Count(ctx, n), true})
			for _, k := range v.columns {
				row = append(row, entry{text: ui.StatusWord(said, assessment.Status(v.Verdict(x, k.item)))})
			}
			rep.rows = append(rep.rows, row)
		}
	}
	return s.sendReport(r, rep, format)
}

// valuesHref is the workbook of the values behind the board, which can be handed in again.
func (v *view) valuesHref(ctx context.Context) string {
	place := "/"
	if v.desk {
		place = desk + "/tinh"
	}
	c := v.choice.basic()
	c.set, c.period = v.Set.Code, v.Period.ID
	return c.href(ctx, place, "dinh-dang", "xlsx")
}

// pictureFile answers with a picture as SVG or PNG, or with its table.
func (s *Service) pictureFile(ctx context.Context, r *web.Request, v *pictureView, format string) error {
	switch format {
	case "svg", "png":
		c := v.canvas(ctx, s)
		if format == "svg" {
			return r.SendFile("image/svg+xml", v.fileName()+".svg", c.svg())
		}
		select { // a picture takes tens of megabytes while it is drawn
		case s.drawing <- struct{}{}:
			defer func() { <-s.drawing }()
		case <-ctx.Done():
			return ctx.Err()
		}
		body, err := c.png()
		if err != nil {
			return err
		}
		return r.SendFile("image/png", v.fileName()+".png", body)
	}
	rep := report{name: v.fileName(), notes: append([]string{v.subtitle(ctx), i18n.T(ctx, "board.file.no_values")}, v.facts(ctx, s)...),
		columns: []string{i18n.T(ctx, "board.file.code"), i18n.T(ctx, "assessment.commune"), i18n.T(ctx, "board.group"), i18n.T(ctx, "assessment.section.results")}}
	for _, g := range v.groups {
		for _, x := range g.Rows {
			rep.rows = append(rep.rows, words(x.Unit.Code, x.Unit.Name, g.name, v.said(ctx, x)))
		}
	}
	return s.sendReport(r, rep, format)
}

// canvas is the picture as a file.
func (v *pictureView) canvas(ctx context.Context, s *Service) *canvas {
	warning := ""
	facts := v.facts(ctx, s)
	if v.demo {
		warning, facts = facts[0], facts[1:]
	}
	if v.schematic {
		facts = append([]string{i18n.T(ctx, "board.schematic") + ". " + i18n.T(ctx, "board.schematic_text")}, facts...)
	}
	var about []string
	keys := keyLines(ctx, v.keysOf(ctx))
	for _, k := range keys {
		about = append(about, k.text)
	}
	return compose(v.title(ctx), v.subtitle(ctx), warning, v.panels, keys, append([]string{v.source(ctx)}, facts...), v.subtitle(ctx)+". "+strings.Join(about, "; "))
}

// sendReport answers with a report as a workbook or as CSV.
func (s *Service) sendReport(r *web.Request, rep report, format string) error {
	switch format {
	case "xlsx":
		body, err := rep.xlsx()
		if err != nil {
			return err
		}
		return r.SendFile(web.XLSX, rep.name+".xlsx", body)
	case "csv":
		body, err := rep.csv()
		if err != nil {
			return err
		}
		return r.SendFile(web.CSV, rep.name+".csv", body)
	}
	return unknownFormat(format)
}

func (rep report) xlsx() ([]byte, error) {
	w := xlsx.NewWriter()
	layout := xlsx.Layout{Widths: []float64{10, 26, 24}, Frozen: len(rep.notes) + 2}
	sh := w.Sheet(rep.name, layout)
	for _, n := range rep.notes {
		sh.Title(n)
	}
	sh.Skip()
	sh.Header(rep.columns...)
	for _, row := range rep.rows {
		cells := make([]xlsx.Out, len(row))
		for i, e := range row {
			cells[i] = xlsx.Str(e.text)
			if e.number {
				cells[i] = xlsx.Num(e.text)
			}
		}
		sh.Cells(cells...)
	}
	return w.Bytes()
}

// csv writes the report with the notes above it, every line with as many fields as the table has, in UTF-8 with the mark
// by which spreadsheet programs know it. Text that they would take for a formula gets one apostrophe before it.
func (rep report) csv() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	line := func(fields ...string) error {
		for len(fields) < len(rep.columns) {
			fields = append(fields, "")
		}
		for i := range fields {
			fields[i] = web.SafeCell(fields[i])
		}
		return w.Write(fields)
	}
	for _, n := range rep.notes {
		if err := line(n); err != nil {
			return nil, err
		}
	}
	if err := line(rep.columns...); err != nil {
		return nil, err
	}
	for _, row := range rep.rows {
		fields := make([]string, len(row))
		for i, e := range row {
			fields[i] = e.text
		}
		if err := line(fields...); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}
