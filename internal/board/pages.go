package board

import (
	"context"

	"langso/internal/assessment"
	"langso/internal/platform/clock"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/web"
	"langso/internal/territory"
)

// desk is the beginning of the addresses of officials.
const desk = "/lam-viec"

// Addresses within a shell.
const (
	matrixPath  = "/ma-tran"
	hexPath     = "/luc-giac"
	mapPath     = "/ban-do"
	comparePath = "/so-sanh"
)

func (s *Service) pages(m *web.Mux) {
	for _, inside := range []bool{false, true} {
		shell := ""
		if inside {
			shell = desk
		}
		m.Page("GET "+shell+matrixPath, func(r *web.Request) error { return s.matrixPage(r, inside) })
		m.Page("GET "+shell+hexPath, func(r *web.Request) error { return s.hexPage(r, inside) })
		m.Page("GET "+shell+mapPath, func(r *web.Request) error { return s.mapPage(r, inside) })
		m.Page("GET "+shell+comparePath, func(r *web.Request) error { return s.comparePage(r, inside) })
	}
}

// view is what every picture of a board shares: the board as chosen, and where on the site it stands.
type view struct {
	*assessment.Board
	choice  choice
	desk    bool
	place   string // path within the shell
	menu    menu
	by      assessment.Grouping
	columns []column
	rows    []assessment.Row // kept by the filters, in the order of the choice
	groups  []group          // the rows of the page, divided
	places  []group          // what the filter of places offers
	past    bool             // not all communes of the board are still there
	demo    bool
}

// view reads a board and applies a choice to it.
func (s *Service) view(ctx context.Context, c choice, inside bool, place string) (*view, error) {
	b, err := s.board(ctx, c)
	if err != nil {
		return nil, err
	}
	v := &view{Board: b, choice: c, desk: inside, place: place, by: c.grouping(b), columns: columnsOf(b.Set, c)}
	if v.menu, err = s.menu(ctx); err != nil {
		return nil, err
	}
	if v.rows, err = filtered(b, c, v.columns); err != nil {
		return nil, err
	}
	if v.rows, err = sorted(b, v.rows, c.sort); err != nil {
		return nil, err
	}
	if v.groups, err = s.divided(ctx, b, v.rows, v.by); err != nil {
		return nil, err
	}
	if v.places, err = s.divided(ctx, b, b.Rows, b.DefaultGrouping()); err != nil {
		return nil, err
	}
	for _, r := range b.Rows {
		v.past = v.past || !r.Unit.ValidAt(s.clock.Today())
	}
	v.demo, err = s.db.Illustrative(ctx)
	return v, err
}

// known is the day of "luc".
func (v *view) known() clock.Date { return clock.Date(v.choice.known) }

// path is the address of a page in the shell of this one.
func (v *view) path(place string) string {
	if v.desk {
		return desk + place
	}
	return place
}

// here is the address of this page with a change of the choice.
func (v *view) here(ctx context.Context, pairs ...string) string {
	return v.choice.href(ctx, v.path(v.place), pairs...)
}

// frame is the shell of the page.
func (v *view) frame(ctx context.Context, title, crumb, active string) ui.Frame {
	f := ui.Frame{Title: title, Shell: ui.Public, Active: navPublicMap, Wide: true}
	if v.desk {
		f.Shell, f.Active = ui.Desk, active
		f.Crumbs = []ui.Crumb{{Text: v.Province(ctx)}, {Text: crumb}}
		f.Context = v.switches(ctx)
	}
	return f
}

func (v *view) switches(ctx context.Context) []ui.Switch {
	return v.menu.switches(ctx, v.Board, v.choice, v.path(v.place), v.by, offered(v.Board))
}

// tabs lead to the other pictures of the same figures.
func (v *view) tabs(ctx context.Context) ui.TabsOptions {
	o := ui.TabsOptions{Label: i18n.T(ctx, "board.tabs")}
	for _, t := range []struct{ place, key string }{{matrixPath, "board.tab.matrix"}, {hexPath, "board.tab.hexagons"}, {mapPath, "board.tab.map"}, {comparePath, "board.tab.compare"}} {
		c := v.choice
		if t.place != matrixPath {
			c.columns, c.sort, c.verdict, c.today = "", "", "", ""
		}
		o.Tabs = append(o.Tabs, ui.Tab{Text: i18n.T(ctx, t.key), Href: c.href(ctx, v.path(t.place)), Selected: t.place == v.place})
	}
	return o
}

// basis is what figures stand on: set, period, the day on which the communes are counted, and when that was known.
func (v *view) basis(ctx context.Context) string {
	text := i18n.T(ctx, "assessment.basis", assessment.ShortSetName(ctx, v.Set), v.Period.Title(ctx), ui.Date(ctx, v.Period.AsOf))
	if v.choice.known != "" {
		text += " · " + i18n.T(ctx, "board.known_at", ui.Date(ctx, v.known()))
	}
	return text
}

// head is the head of a page with the ways to its files.
func (v *view) head(ctx context.Context, title string, formats ...string) ui.PageHeadOptions {
	o := ui.PageHeadOptions{Title: title, AsOf: v.basis(ctx)}
	if v.WithData() == 0 {
		return o
	}
	o.Origin = ui.WorkedOut(ctx)
	for _, f := range formats {
		o.Actions = append(o.Actions, ui.LinkButtonOptions{Text: i18n.T(ctx, "board.download."+f), Href: v.here(ctx, "dinh-dang", f), Icon: "download", Download: true})
	}
	return o
}

// communeHref is the page of a commune's results in the shell of the page, with the set and period shown.
func (v *view) communeHref(ctx context.Context, u *territory.Unit) string {
	if v.desk {
		return v.choice.basic().href(ctx, desk+"/bang-diem/"+u.Slug())
	}
	return v.choice.basic().href(ctx, "/xa/"+u.Slug())
}

// cellHref is the page of one result of a commune.
func (v *view) cellHref(ctx context.Context, u *territory.Unit, item assessment.Item) string {
	if v.desk {
		return v.choice.basic().href(ctx, desk+"/bang-diem/"+u.Slug()+"/"+item.ID)
	}
	return v.communeHref(ctx, u)
}

// empty takes the place of a picture of nothing.
func (v *view) empty(ctx context.Context) ui.EmptyOptions {
	return ui.EmptyOptions{Title: i18n.T(ctx, "assessment.empty", v.Period.Title(ctx)), Text: i18n.T(ctx, "board.empty_text", assessment.ShortSetName(ctx, v.Set))}
}

// others lead from an empty board to the periods that have results.
func (v *view) others(ctx context.Context) []ui.LinkButtonOptions {
	var out []ui.LinkButtonOptions
	for _, p := range v.menu.periods[v.Set.Code] {
		if p.ID != v.Period.ID {
			out = append(out, ui.LinkButtonOptions{Text: assessment.PeriodName(ctx, p), Href: v.here(ctx, "ky", p.ID, "noi", "")})
		}
	}
	return out
}

// pager is the way to the rows before and after, with the given pairs of key and value kept; nil when everything is shown.
func (v *view) pager(ctx context.Context, s web.Sheet, pairs ...string) *ui.PagerOptions {
	return s.Pager(i18n.T(ctx, "assessment.communes"), func(page string) string { return v.here(ctx, append(pairs, "trang", page)...) })
}

// unknownFormat refuses a kind of file that a page does not give.
func unknownFormat(format string) error {
	return fault.New(fault.Invalid, "board.unknown_format", format)
}
