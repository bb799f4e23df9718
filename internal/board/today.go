package board

import (
	"context"
	"slices"
	"strings"

	"langso/internal/assessment"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/vntext"
	"langso/internal/platform/web"
	"langso/internal/territory"
)

// todayView is a board of the past counted on the units of today. What is counted are former communes: a present unit was
// not judged then, so nothing here is a verdict for it.
type todayView struct {
	*view
	units []presentUnit
	left  int       // present units outside the programme among them
	sheet web.Sheet // present units of this page
}

// presentUnit is a unit of today with the former ones that became it or a part of it.
type presentUnit struct {
	unit    *territory.Unit
	rows    []assessment.Row          // former communes of the board
	partly  map[territory.UnitID]bool // those of which only a part came here
	outside []*territory.Unit         // former units that were not in the programme: never judged
}

// onToday counts the rows of a view on the units of today.
func (s *Service) onToday(ctx context.Context, v *view) (*todayView, error) {
	reg, err := s.units.Register(ctx)
	if err != nil {
		return nil, err
	}
	day := s.clock.Today()
	out := &todayView{view: v}
	at := map[territory.UnitID]int{}
	for _, r := range v.rows {
		next := reg.SuccessorsAt(r.Unit.ID, day)
		for _, u := range next {
			i, ok := at[u.ID]
			if !ok {
				i = len(out.units)
				at[u.ID] = i
				out.units = append(out.units, presentUnit{unit: u, partly: map[territory.UnitID]bool{}})
			}
			p := &out.units[i]
			p.rows = append(p.rows, r)
			p.partly[r.Unit.ID] = len(next) > 1
		}
	}
	judged := map[territory.UnitID]bool{}
	for _, r := range v.Rows {
		judged[r.Unit.ID] = true
	}
	for i := range out.units {
		p := &out.units[i]
		for _, u := range reg.PredecessorsAt(p.unit.ID, v.Period.AsOf) {
			if u.Level == territory.Commune && !judged[u.ID] {
				p.outside = append(p.outside, u)
			}
		}
		if !p.unit.InProgramme() {
			out.left++
		}
	}
	out.order(reg)
	return out, nil
}

// order puts the present units into Vietnamese order.
func (t *todayView) order(reg *territory.Register) {
	place := make(map[territory.UnitID]int, len(reg.Units()))
	for i, u := range reg.Units() {
		place[u.ID] = i
	}
	slices.SortFunc(t.units, func(a, b presentUnit) int { return place[a.unit.ID] - place[b.unit.ID] })
}

// fraction is how many of the former communes have met an item, of how many, and how many have no figure for it.
func (t *todayView) fraction(p presentUnit, k column) (n, of, unknown int) {
	c := t.Count(p.rows, k.item)
	return c.Met, c.Total, c.Missing
}

func (t *todayView) title(ctx context.Context) string {
	former := map[territory.UnitID]bool{}
	for _, p := range t.units {
		for _, r := range p.rows {
			former[r.Unit.ID] = true
		}
	}
	return i18n.T(ctx, "board.today.title", ui.Count(ctx, len(former)), ui.Count(ctx, len(t.units)), ui.Count(ctx, t.left))
}

func (t *todayView) matrix(ctx context.Context) ui.HeatOptions {
	o := ui.HeatOptions{ID: "don-vi-nay", Caption: i18n.T(ctx, "board.today.caption"), RowLabel: i18n.T(ctx, "board.today.unit"), TotalLabel: i18n.T(ctx, "board.today.parts"), Keys: i18n.T(ctx, "board.keys")}
	for _, k := range t.columns {
		o.Columns = append(o.Columns, ui.HeatColumn{ID: k.item.ID, Title: k.title(ctx), Short: vntext.Clip(k.title(ctx), headLetters)})
	}
	for _, p := range t.units[t.sheet.From:t.sheet.To] {
		row := ui.HeatRow{Name: p.unit.Title(ctx), Sub: t.parts(ctx, p), Href: ui.Href(ctx, "/xa/"+p.unit.Slug()), Total: ui.Count(ctx, len(p.rows))}
		for _, k := range t.columns {
			row.Cells = append(row.Cells, t.cell(ctx, p, k))
		}
		o.Rows = append(o.Rows, row)
	}
	return o
}

// cell counts the former communes that have met an item. It holds no status: the present unit was never judged.
func (t *todayView) cell(ctx context.Context, p presentUnit, k column) ui.HeatCell {
	n, of, unknown := t.fraction(p, k)
	text := ui.Count(ctx, n) + "/" + ui.Count(ctx, of)
	if unknown == of {
		text = "–"
	}
	return ui.HeatCell{Text: text, Said: t.said(ctx, n, of, unknown)}
}

// said is a count in words: "2 trong 3 xã cũ đạt", "chưa có số liệu của 1 xã cũ".
func (t *todayView) said(ctx context.Context, n, of, unknown int) string {
	switch {
	case unknown == of:
		return i18n.T(ctx, "board.today.no_figure", ui.Count(ctx, of))
	case unknown > 0:
		return i18n.T(ctx, "board.today.said", ui.Count(ctx, n), ui.Count(ctx, of)) + "; " + i18n.T(ctx, "board.today.no_figure", ui.Count(ctx, unknown))
	}
	return i18n.T(ctx, "board.today.said", ui.Count(ctx, n), ui.Count(ctx, of))
}

// parts names the former communes, those that came only in part or have no figures, the former units that were never
// judged, and says when the unit has left the programme.
func (t *todayView) parts(ctx context.Context, p presentUnit) string {
	var names, unjudged []string
	for _, r := range p.rows {
		name := r.Unit.Name
		if p.partly[r.Unit.ID] {
			name = i18n.T(ctx, "board.today.partly", name)
		}
		names = append(names, name)
		if r.Criteria == "" {
			unjudged = append(unjudged, r.Unit.Title(ctx))
		}
	}
	for _, u := range p.outside {
		unjudged = append(unjudged, u.Title(ctx))
	}
	out := i18n.T(ctx, "board.today.from", strings.Join(names, ", "))
	if len(unjudged) > 0 {
		out += " · " + i18n.T(ctx, "board.today.unjudged", strings.Join(unjudged, ", "))
	}
	if !p.unit.InProgramme() {
		out += " · " + i18n.T(ctx, "board.today.left")
	}
	return out
}

// twin is the list for phones.
func (t *todayView) twin(ctx context.Context) ui.TableOptions {
	o := ui.TableOptions{ID: "don-vi-nay-ds", Caption: i18n.T(ctx, "board.today.caption"), CaptionHidden: true,
		Columns: []ui.Column{{Label: i18n.T(ctx, "board.today.unit")}, {Label: i18n.T(ctx, "board.today.complete")}}}
	for _, p := range t.units[t.sheet.From:t.sheet.To] {
		former := t.Part(p.rows)
		o.Rows = append(o.Rows, ui.Row{Cells: []ui.Cell{{Text: p.unit.Title(ctx), Sub: t.parts(ctx, p), Href: ui.Href(ctx, "/xa/"+p.unit.Slug())}, {Text: t.said(ctx, former.Complete(), len(p.rows), len(p.rows)-former.WithData())}}})
	}
	return o
}
