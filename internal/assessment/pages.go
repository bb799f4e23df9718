package assessment

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"langso/internal/criteria"
	"langso/internal/platform/auth"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/vntext"
	"langso/internal/platform/web"
	"langso/internal/territory"
)

// Entries of the menus, see Module.
const (
	navBoard      = "bang-cong-khai"
	navCommunes   = "xa"
	navCriteria   = "tieu-chi"
	navProvince   = "tinh"
	navScorecards = "bang-diem"
	navIndicators = "chi-tieu"
	navImport     = "nhap-lieu"
)

// Addresses of the desk.
const (
	provincePath   = "/lam-viec/tinh"
	scorecardsPath = "/lam-viec/bang-diem"
	indicatorsPath = "/lam-viec/chi-tieu"
	importPath     = "/lam-viec/nhap-lieu"
	draftsPath     = "/lam-viec/cho-xac-nhan"
)

func (s *Service) pages(m *web.Mux) {
	m.Page("GET /{$}", s.publicBoard)
	m.Page("GET /xa/{maTen}", s.publicCommune)
	m.Page("GET /tieu-chi/{bo}/{chiTieu}", s.publicItem)

	m.Page("GET /lam-viec", s.deskStart)
	m.Page("GET "+provincePath, s.deskBoard)
	m.Page("GET "+scorecardsPath, s.scorecardList)
	m.Page("GET "+scorecardsPath+"/{xa}", s.deskScorecard)
	m.Page("GET "+scorecardsPath+"/{xa}/{chiTieu}", s.valuePage)
	m.Page("POST "+scorecardsPath+"/{xa}/{chiTieu}", s.correctValue)
	m.Page("GET "+indicatorsPath, s.indicatorList)
	m.Page("GET "+indicatorsPath+"/{ma}", s.deskItem)
	m.Page("GET "+draftsPath, s.draftList)

	m.Page("GET "+importPath, s.uploadPage)
	m.Page("POST "+importPath, s.upload)
	m.Page("GET "+importPath+"/{lo}", s.batchPage)
	m.Page("POST "+importPath+"/{lo}/ghi", s.commitBatch)
	m.Page("POST "+importPath+"/{lo}/bo", s.dropBatch)
	m.Page("GET "+importPath+"/{lo}/tu-choi", s.refusedValues)

	m.Page("GET "+booksPath, s.booksPage)
	m.Page("GET "+booksPath+"/{bo}/{ky}", s.movePage)
	m.Page("POST "+booksPath+"/{bo}/{ky}", s.movePeriod)
}

// deskStart leads to the page of one's own work: the scorecard of a commune officer's commune, else the province.
func (s *Service) deskStart(r *web.Request) error {
	ctx := r.Context()
	if err := auth.RequireAnywhere(ctx, auth.ReadResults); err != nil {
		return err
	}
	reg, err := s.units.Register(ctx)
	if err != nil {
		return err
	}
	to := provincePath
	if grants := r.Actor().Grants; len(grants) == 1 && grants[0].Role == auth.CommuneOfficer {
		if u := reg.Unit(territory.UnitID(grants[0].Unit)); u != nil && u.InProgramme() {
			to = scorecardsPath + "/" + u.Slug()
		}
	}
	return r.See(to)
}

// choice is what a reader chose in the address. It goes along with every link, so that an address sent to a colleague
// shows the same figures; what was not chosen stays out, so that a plain address always shows today.
type choice struct {
	set    string // bo, "" = the set in force
	period string // ky, "" = the newest closed one
	group  string // nhom, "" = what fits the day
}

func chosen(r *web.Request) choice {
	q := r.URL.Query()
	return choice{set: q.Get("bo"), period: q.Get("ky"), group: q.Get("nhom")}
}

// href is the address of path with the choice and the given pairs of key and value; empty values stay out.
func (c choice) href(ctx context.Context, path string, pairs ...string) string {
	return ui.Href(ctx, c.path(path, pairs...))
}

func (c choice) path(path string, pairs ...string) string {
	q := url.Values{}
	for _, p := range [][2]string{{"bo", c.set}, {"ky", c.period}, {"nhom", c.group}} {
		if p[1] != "" {
			q.Set(p[0], p[1])
		}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			q.Del(pairs[i])
			continue
		}
		q.Set(pairs[i], pairs[i+1])
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// groupings are the words of the address for the ways of dividing communes.
var groupings = []struct {
	slug string
	by   Grouping
}{{"huyen", ByDistrict}, {"tinh-cu", ByFormerProvince}, {"nhom-xa", ByCommuneGroup}}

// grouping returns the way that the reader chose when the board knows it, else the one that fits its day.
func (c choice) grouping(b *Board) Grouping {
	for _, g := range groupings {
		if g.slug == c.group && slices.Contains(b.groupings(), g.by) {
			return g.by
		}
	}
	return b.DefaultGrouping()
}

// groupings are the ways of dividing that mean something on the day of the board.
func (b *Board) groupings() []Grouping {
	out := []Grouping{b.DefaultGrouping()}
	if len(b.Set.CommuneGroups) > 0 {
		out = append(out, ByCommuneGroup)
	}
	return out
}

// menu is what else could be chosen: every set, and for the chosen set the periods with verified values.
type menu struct {
	sets    []*criteria.Set
	periods []territory.Period // the newest first, the shown one always among them
	with    map[string]bool    // sets that have values in the shown period
}

// menuFor collects the choices around a frame.
func (s *Service) menuFor(ctx context.Context, f *Frame) (menu, error) {
	m := menu{with: map[string]bool{}}
	var err error
	if m.sets, err = s.sets.Sets(ctx); err != nil {
		return m, err
	}
	for _, set := range m.sets {
		periods, err := s.Periods(ctx, set.Code)
		if err != nil {
			return m, err
		}
		for _, p := range periods {
			m.with[set.Code] = m.with[set.Code] || p.ID == f.Period.ID
		}
		if set.Code == f.Set.Code {
			m.periods = periods
		}
	}
	if !slices.ContainsFunc(m.periods, func(p territory.Period) bool { return p.ID == f.Period.ID }) {
		m.periods = append(m.periods, f.Period)
		slices.SortFunc(m.periods, func(a, b territory.Period) int { return b.Compare(a) })
	}
	return m, nil
}

// here is the page that the switches lead back to.
type here struct {
	path string
	of   func(set *criteria.Set) string // where another set is looked at; nil = path
	by   Grouping                       // "" = the page divides nothing
	all  []Grouping
	keep []string // pairs of key and value that links carry along
}

// switches are the choices of the head bar. Another set keeps the period only where it has values there.
func (m menu) switches(ctx context.Context, f *Frame, c choice, h here) []ui.Switch {
	sets := ui.Switch{Label: i18n.T(ctx, "assessment.set"), Name: "bo"}
	for _, s := range m.sets {
		to, path := c, h.path
		if to.set = s.Code; !m.with[s.Code] {
			to.period = ""
		}
		if h.of != nil {
			path = h.of(s)
		}
		sets.Options = append(sets.Options, ui.Option{Value: s.Code, Text: ShortSetName(ctx, s), Href: to.href(ctx, path, h.keep...), Selected: s.Code == f.Set.Code})
	}
	periods := ui.Switch{Label: i18n.T(ctx, "assessment.period"), Name: "ky"}
	for _, p := range m.periods {
		to := c
		to.period = p.ID
		periods.Options = append(periods.Options, ui.Option{Value: p.ID, Text: PeriodName(ctx, p), Href: to.href(ctx, h.path, h.keep...), Selected: p.ID == f.Period.ID})
	}
	out := []ui.Switch{sets, periods}
	if len(h.all) > 1 {
		groups := ui.Switch{Label: i18n.T(ctx, "assessment.grouping"), Name: "nhom"}
		for _, g := range groupings {
			if slices.Contains(h.all, g.by) {
				to := c
				to.group = g.slug
				groups.Options = append(groups.Options, ui.Option{Value: g.slug, Text: groupingName(ctx, g.by), Href: to.href(ctx, h.path, h.keep...), Selected: g.by == h.by})
			}
		}
		out = append(out, groups)
	}
	return out
}

// setName is the name of a set without its legal wording: "xã nông thôn mới nâng cao 2021–2025".
func setName(ctx context.Context, s *criteria.Set) string {
	return i18n.T(ctx, "assessment.set."+s.Level, strings.ReplaceAll(s.Programme, "-", "–"))
}

// ShortSetName is the name where room is short: "NTM nâng cao 2021–2025".
func ShortSetName(ctx context.Context, s *criteria.Set) string {
	return i18n.T(ctx, "assessment.set_short."+s.Level, strings.ReplaceAll(s.Programme, "-", "–"))
}

// PeriodName is the name of a period at the start of a line: "Quý III/2026".
func PeriodName(ctx context.Context, p territory.Period) string { return vntext.Capital(p.Title(ctx)) }

func groupingName(ctx context.Context, by Grouping) string {
	return i18n.T(ctx, "assessment.grouping."+string(by))
}

// GroupTitle is the name of a group of the board; communes that no decision puts anywhere have one of their own.
func (b *Board) GroupTitle(ctx context.Context, g BoardGroup) string {
	switch {
	case g.ID == "":
		return i18n.T(ctx, "assessment.group_unknown")
	case g.Unit == nil:
		return groupWord(ctx, g.ID)
	case g.Unit.ValidAt(b.Period.AsOf):
		return g.Unit.Title(ctx)
	}
	return i18n.T(ctx, "assessment.former", g.Unit.Title(ctx))
}

// groupWord is the short name of a commune group: "Nhóm 2"; its legal description stands on the page of the set.
func groupWord(ctx context.Context, id string) string {
	if key := "assessment.commune_group." + id; i18n.Has(ctx, key) {
		return i18n.T(ctx, key)
	}
	return id
}

// Basis is what figures stand on: set, period and the day on which the communes are counted.
func (f *Frame) Basis(ctx context.Context) string {
	return i18n.T(ctx, "assessment.basis", vntext.Capital(setName(ctx, f.Set)), f.Period.Title(ctx), ui.Date(ctx, f.Period.AsOf))
}

// home is the province on the day of the frame, nil when no commune says it.
func (f *Frame) home() *territory.Unit {
	for _, u := range f.Roster.Communes() {
		if above := f.Roster.Ancestors(u.ID); len(above) > 0 {
			return above[len(above)-1]
		}
	}
	return nil
}

// Province is the name of the home province on the day of the frame, "" when it has none.
func (f *Frame) Province(ctx context.Context) string {
	if u := f.home(); u != nil {
		return u.Title(ctx)
	}
	return ""
}

// itemLabel heads a column of items: indicators, of a set without any its criteria.
func (f *Frame) itemLabel(ctx context.Context) string { return itemLabel(ctx, f.Set) }

func itemLabel(ctx context.Context, s *criteria.Set) string {
	if s.StructureOnly {
		return i18n.T(ctx, "assessment.criterion")
	}
	return i18n.T(ctx, "assessment.item")
}

// Notice is a lasting situation of a set and period; Why is told on demand.
type Notice struct {
	ui.NoticeOptions
	Why string
}

// Notices are what no figure of a set and period may travel without.
func (f *Frame) Notices(ctx context.Context) []Notice {
	var out []Notice
	if f.Set.StructureOnly {
		out = append(out, Notice{NoticeOptions: ui.NoticeOptions{Title: i18n.T(ctx, "assessment.not_loaded", ui.Count(ctx, f.Set.OfficialIndicators-len(f.Set.Indicators()))),
			Text: i18n.T(ctx, "assessment.not_loaded_text", ui.Count(ctx, len(f.Set.Criteria())))}})
	}
	if f.Label() != "" || f.Note() != "" {
		n := Notice{NoticeOptions: ui.NoticeOptions{Title: f.Label()}, Why: f.Note()}
		if word, _, ok := strings.Cut(f.Note(), ": "); ok && len(word) < 40 {
			n.Text = word + "." // the word for the kind of note, such as "Suy luận", is said at once
		}
		out = append(out, n)
	}
	return out
}

// emptyOptions takes the place of results that do not exist yet; who may bring some in is led there.
func emptyOptions(ctx context.Context, f *Frame, c choice) ui.EmptyOptions {
	o := ui.EmptyOptions{Title: i18n.T(ctx, "assessment.empty", f.Period.Title(ctx)), Text: i18n.T(ctx, "assessment.empty_text", vntext.Capital(setName(ctx, f.Set)))}
	if readerMayImport(ctx) {
		c.set, c.period = f.Set.Code, f.Period.ID
		o.Action = &ui.LinkButtonOptions{Text: i18n.T(ctx, "assessment.upload_go"), Href: c.href(ctx, importPath, "nhom", ""), Icon: "upload"}
	}
	return o
}

// Status is the verdict as screens show it.
func Status(v Verdict) ui.Status { return ui.Status(v.String()) }

// statusCounts are counts in the order of screens; verdicts that nobody has stay out.
func (c Counts) statusCounts(href func(Verdict) string) []ui.StatusCount {
	var out []ui.StatusCount
	for _, v := range Verdicts {
		if n := c.Of(v); n > 0 {
			out = append(out, ui.StatusCount{Status: Status(v), N: n, Href: href(v)})
		}
	}
	return out
}

// percent is the share of c as written, "" when nothing is applicable.
func (c Counts) percent(ctx context.Context) string {
	t, ok := c.Tenths()
	if !ok {
		return ""
	}
	return ui.Percent(ctx, t)
}

// applicable is the denominator of the share.
func (c Counts) applicable() int { return c.Total - c.NotApplicable }

// tenths writes a figure with one decimal: 78 → "7,8", 80 → "8,0".
func tenths(ctx context.Context, n int64) string {
	return strings.TrimRight(ui.Percent(ctx, n), "%\u00a0")
}

// inWords puts the name of the set into a refusal that says its code.
func (s *Service) inWords(ctx context.Context, err error) error {
	f := fault.As(err)
	if f.Key != "assessment.no_indicator" || len(f.Args) != 2 {
		return err
	}
	code, _ := f.Args[1].(string)
	set, unknown := s.sets.Current(ctx, code)
	if unknown != nil {
		return err
	}
	return fault.New(f.Code, f.Key, f.Args[0], setName(ctx, set))
}

// ItemWords names an item: "chỉ tiêu 8.4", "tiêu chí 8".
func ItemWords(ctx context.Context, i Item) string {
	if i.Criterion {
		return i18n.T(ctx, "assessment.criterion_id", i.ID)
	}
	return i18n.T(ctx, "assessment.indicator_id", i.ID)
}

// exported answers with the results of a set and period as a workbook, when the address asks for one.
func (s *Service) exported(ctx context.Context, r *web.Request, c choice) (bool, error) {
	switch format := r.URL.Query().Get("dinh-dang"); format {
	case "":
		return false, nil
	case "xlsx":
	default:
		return true, fault.New(fault.Invalid, "assessment.unknown_format", format)
	}
	f, err := s.Frame(ctx, c.set, c.period)
	if err != nil {
		return true, err
	}
	body, err := s.Export(ctx, f.Set.Code, f.Period.ID)
	if err != nil {
		return true, err
	}
	return true, r.SendFile(web.XLSX, fmt.Sprintf("ket-qua-%s-%s.xlsx", f.Set.Code, f.Period.ID), body)
}

// pick finds what to show of a unit when the reader chose no period: the default where the unit is there, else the newest
// period in which it was judged. A unit of the past so opens on its last result instead of on nothing.
func (s *Service) pick(ctx context.Context, c choice, u *territory.Unit) (choice, error) {
	if c.period != "" {
		return c, nil
	}
	f, err := s.Frame(ctx, c.set, "")
	if err != nil || u.ValidAt(f.Period.AsOf) {
		return c, err
	}
	codes := []string{c.set}
	if c.set == "" {
		sets, err := s.sets.Sets(ctx)
		if err != nil {
			return c, err
		}
		codes = codes[:0]
		for _, x := range sets {
			codes = append(codes, x.Code)
		}
	}
	var best territory.Period
	out := c
	for _, code := range codes {
		periods, err := s.Periods(ctx, code)
		if err != nil {
			return c, err
		}
		for _, p := range periods { // the newest first
			if u.ValidAt(p.AsOf) && (best.ID == "" || p.Compare(best) > 0) {
				best, out.set, out.period = p, code, p.ID
			}
		}
	}
	return out, nil
}

// maxForm bounds a form without a file.
const maxForm = 64 << 10

// readForm reads a posted form without a file.
func readForm(r *web.Request) error {
	r.Body = http.MaxBytesReader(r.W, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return fault.New(fault.TooLarge, "assessment.form_too_large").Because(err)
		}
		return fault.New(fault.Invalid, "assessment.form_unreadable").Because(err)
	}
	return nil
}
