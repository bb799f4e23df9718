package territory

import (
	"context"
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/web"
)

// navID is the entry of the public head under which these pages stand.
const navID = "xa"

// maxHits bounds the list of units found on a page.
const maxHits = 50

func (s *Service) pages(m *web.Mux) {
	m.Page("GET /xa", s.communesPage)
	m.Page("GET /huyen/{maTen}", s.districtPage)
	m.Page("GET "+boundariesPath, s.boundariesPage)
	m.Page("POST "+boundariesPath, s.changeBoundaries)
	m.Page("GET "+groupsPath, s.groupsPage)
	m.Page("POST "+groupsPath, s.changeGroups)
	m.Page("GET "+hamletsPath, s.hamletsPage)
	m.Page("POST "+hamletsPath, s.changeHamlets)
}

// Href is the address of a unit's page in the language of ctx, "" for a province, which has none.
func (u *Unit) Href(ctx context.Context) string {
	switch u.Level {
	case Commune:
		return ui.Href(ctx, "/xa/"+u.Slug())
	case District:
		return ui.Href(ctx, "/huyen/"+u.Slug())
	}
	return ""
}

// InText returns the full name as it stands inside a sentence: "xã Đạ R'sal", "tỉnh Lâm Đồng"; in English that of Title.
func (u *Unit) InText(ctx context.Context) string {
	title := u.Title(ctx)
	if i18n.Of(ctx) != i18n.Vi {
		return title
	}
	first, size := utf8.DecodeRuneInString(title) // of the kind, which every Vietnamese title begins with
	return string(unicode.ToLower(first)) + title[size:]
}

// Group is a part of the communes of one day under the unit that they are grouped by.
type Group struct {
	Unit     *Unit
	Communes []*Unit
}

// Groups divides the communes of the day by district, and since districts are gone by former province, in Vietnamese
// order. Communes without either stand under nil, last.
func (r *Roster) Groups() []Group {
	var out []Group
	at := map[*Unit]int{}
	var rest []*Unit
	for _, c := range r.Communes() {
		g := r.groupOf(c)
		if g == nil {
			rest = append(rest, c)
			continue
		}
		i, ok := at[g]
		if !ok {
			i = len(out)
			at[g] = i
			out = append(out, Group{Unit: g})
		}
		out[i].Communes = append(out[i].Communes, c)
	}
	slices.SortFunc(out, func(a, b Group) int { return r.reg.order[a.Unit.ID] - r.reg.order[b.Unit.ID] })
	if len(rest) > 0 {
		out = append(out, Group{Communes: rest})
	}
	return out
}

// groupOf returns what a unit is grouped by: its district, and since districts are gone its former province; nil for none.
func (r *Roster) groupOf(u *Unit) *Unit {
	if g := r.Parent(Administrative, u.ID); g != nil && g.Level == District {
		return g
	}
	return r.Parent(FormerProvince, u.ID)
}

// communesPage lists the communes of one day, or the units that a search finds.
func (s *Service) communesPage(r *web.Request) error {
	ctx := r.Context()
	query := r.URL.Query()
	q, day := strings.TrimSpace(query.Get("q")), query.Get("ngay")
	f := ui.Frame{Title: r.T("territory.communes"), Shell: ui.Public, Active: navID, Crumbs: []ui.Crumb{{Text: r.T("territory.communes")}}}
	v := communesView{Query: q, Day: day}
	reg, roster, err := s.registerOn(ctx, day)
	if err != nil {
		if !fault.Is(err, fault.Invalid) {
			return err
		}
		text := i18n.Message(ctx, err)
		f.Errors = []ui.FieldError{{Field: "ngay", Text: text}}
		v.DayError = text
		return r.Render(http.StatusUnprocessableEntity, f, communesBody(v))
	}
	v.Roster = roster
	if q != "" {
		v.Hits = reg.Search(q, roster.Date(), maxHits)
		return r.Render(http.StatusOK, f, communesBody(v))
	}
	if query.Get("dinh-dang") == "csv" {
		return writeCommunes(r, roster)
	}
	v.Page, _ = strconv.Atoi(query.Get("trang"))
	return r.Render(http.StatusOK, f, communesBody(v))
}

// writeCommunes sends the communes of the day as a CSV file for a spreadsheet program.
func writeCommunes(r *web.Request, roster *Roster) error {
	h := r.W.Header()
	h.Set("Content-Type", web.CSV)
	h.Set("Content-Disposition", `attachment; filename="xa-`+string(roster.Date())+`.csv"`)
	// The mark at the start lets spreadsheet programs see that the text is UTF-8.
	if _, err := r.W.Write([]byte("\ufeff")); err != nil {
		return err
	}
	w := csv.NewWriter(r.W)
	_ = w.Write([]string{r.T("territory.code"), r.T("territory.name"), r.T("territory.group"), r.T("territory.since"), r.T("territory.basis")})
	for _, g := range roster.Groups() {
		for _, u := range g.Communes {
			_ = w.Write([]string{u.Code, web.SafeCell(u.FullName()), web.SafeCell(groupTitle(r.Context(), roster, g)), string(u.From), web.SafeCell(u.Basis)})
		}
	}
	w.Flush()
	return w.Error()
}

// districtPage shows a district that was, with its communes on its last day.
func (s *Service) districtPage(r *web.Request) error {
	ctx := r.Context()
	u, candidates, err := s.Resolve(ctx, r.PathValue("maTen"))
	if err != nil {
		return err
	}
	reg, err := s.Register(ctx)
	if err != nil {
		return err
	}
	crumbs := []ui.Crumb{{Text: r.T("territory.communes"), Href: r.Href("/xa")}}
	if u == nil {
		title := r.T("territory.candidates", candidates[0].Code)
		f := ui.Frame{Title: title, Shell: ui.Public, Active: navID, Crumbs: append(crumbs, ui.Crumb{Text: title})}
		return r.Render(http.StatusOK, f, candidatesBody(title, candidates))
	}
	if u.Level == Commune {
		http.Redirect(r.W, r.Request, u.Href(ctx), http.StatusSeeOther)
		return nil
	}
	f := ui.Frame{Title: u.Title(ctx), Shell: ui.Public, Active: navID, Crumbs: append(crumbs, ui.Crumb{Text: u.Title(ctx)})}
	return r.Render(http.StatusOK, f, districtBody(u, reg))
}

// communesView is what the page of communes shows.
type communesView struct {
	Query    string
	Day      string // as asked for; "" = today
	DayError string
	Roster   *Roster // nil when the day was not understood
	Hits     []Hit   // of a query
	Page     int     // of a list that is too long for one page
}

// communesPerPage is how many communes stand on a page; those of a province fit on one.
const communesPerPage = 200

// rows are the communes of one page under the names of their groups, and where the page stands among all.
func (v communesView) rows(ctx context.Context) ([]ui.Row, ui.PagerOptions) {
	groups, total := v.Roster.Groups(), 0
	for _, g := range groups {
		total += len(g.Communes)
	}
	page := min(max(v.Page, 1), max((total+communesPerPage-1)/communesPerPage, 1))
	from, to := (page-1)*communesPerPage, min(page*communesPerPage, total)
	p := ui.PagerOptions{From: from + 1, To: to, Total: total, Noun: i18n.T(ctx, "territory.communes_noun")}
	at := func(n int) string { return v.withDay(ui.Href(ctx, "/xa?trang="+strconv.Itoa(n))) }
	if page > 1 {
		p.PrevHref = at(page - 1)
	}
	if to < total {
		p.NextHref = at(page + 1)
	}
	var out []ui.Row
	before := 0
	for _, g := range groups {
		if a, b := max(from-before, 0), min(to-before, len(g.Communes)); a < b {
			out = append(out, ui.Row{Heading: i18n.T(ctx, "territory.group_count", groupTitle(ctx, v.Roster, g), ui.Count(ctx, len(g.Communes)))})
			out = append(out, communeRows(ctx, g.Communes[a:b])...)
		}
		before += len(g.Communes)
	}
	return out, p
}

// found is the h1 of a search.
func (v communesView) found(ctx context.Context) string {
	if len(v.Hits) == 0 {
		return i18n.T(ctx, "territory.found_nothing", v.Query)
	}
	return i18n.T(ctx, "territory.found", ui.Count(ctx, len(v.Hits)), v.Query)
}

func communesTitle(ctx context.Context, r *Roster) string {
	if p := homeProvince(r); p != nil {
		return i18n.T(ctx, "territory.communes_of", ui.Count(ctx, len(r.Communes())), p.InText(ctx))
	}
	return i18n.T(ctx, "territory.communes_count", ui.Count(ctx, len(r.Communes())))
}

// homeProvince is the province at the head of the day's communes when there is only one, else nil.
func homeProvince(r *Roster) *Unit {
	var home *Unit
	for _, u := range r.Communes() {
		top := r.top(u)
		if home != nil && top != home {
			return nil
		}
		home = top
	}
	return home
}

// groupTitle names a group: a district, or a province that is gone with the mark "cũ".
func groupTitle(ctx context.Context, r *Roster, g Group) string {
	switch {
	case g.Unit == nil:
		return i18n.T(ctx, "territory.ungrouped")
	case g.Unit.ValidAt(r.Date()):
		return g.Unit.Title(ctx)
	}
	return i18n.T(ctx, "territory.former", g.Unit.Title(ctx))
}

func communeColumns(ctx context.Context) []ui.Column {
	return []ui.Column{{Label: i18n.T(ctx, "territory.name")}, {Label: i18n.T(ctx, "territory.code"), Narrow: true}, {Label: i18n.T(ctx, "territory.period_of_life"), Narrow: true}}
}

func communeRows(ctx context.Context, list []*Unit) []ui.Row {
	rows := make([]ui.Row, len(list))
	for i, u := range list {
		rows[i] = ui.Row{Cells: []ui.Cell{{Text: u.Title(ctx), Href: u.Href(ctx)}, {Text: u.Code}, {Text: u.Life(ctx)}}}
	}
	return rows
}

func hitRows(ctx context.Context, hits []Hit) []ui.Row {
	rows := make([]ui.Row, len(hits))
	for i, h := range hits {
		name := ui.Cell{Text: h.Unit.Title(ctx), Href: h.Unit.Href(ctx)}
		if h.Spelling != "" {
			name.Sub = i18n.T(ctx, "territory.also_written", h.Spelling)
		}
		now := ui.Cell{Text: i18n.T(ctx, "territory.still_there")}
		if !h.Current {
			now = ui.Cell{Body: unitLinks(h.Successors)}
		}
		rows[i] = ui.Row{Cells: []ui.Cell{name, {Text: h.Unit.Code}, {Text: h.Unit.Life(ctx)}, now}}
	}
	return rows
}

func hitColumns(ctx context.Context, r *Roster) []ui.Column {
	return append(communeColumns(ctx), ui.Column{Label: i18n.T(ctx, "territory.on_day", ui.Date(ctx, r.Date()))})
}

// dayValue is what the date field holds: the asked text, kept after a refusal.
func (v communesView) dayValue() string {
	if v.Day == "" && v.Roster != nil {
		return string(v.Roster.Date())
	}
	return v.Day
}

// withDay keeps the chosen day in a link.
func (v communesView) withDay(path string) string {
	if v.Day == "" {
		return path
	}
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	return path + sep + "ngay=" + url.QueryEscape(v.Day)
}
