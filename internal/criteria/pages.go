package criteria

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"langso/internal/platform/clock"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/web"
)

func (s *Service) pages(m *web.Mux) {
	m.Page("GET /tieu-chi", s.setsPage)
	m.Page("GET /tieu-chi/{bo}", s.setPage)
	s.adminPages(m)
}

// navID is the entry of the public head under which these pages stand.
const navID = "tieu-chi"

func (s *Service) setsPage(r *web.Request) error {
	ctx := r.Context()
	sets, err := s.Sets(ctx)
	if err != nil {
		return err
	}
	force, err := s.InForce(ctx, s.clock.Today())
	if err != nil {
		return err
	}
	title := r.T("criteria.sets")
	return r.Render(http.StatusOK, ui.Frame{Title: title, Shell: ui.Public, Active: navID, Crumbs: []ui.Crumb{{Text: title}}}, setsBody(sets, force.Code))
}

func (s *Service) setPage(r *web.Request) error {
	ctx := r.Context()
	at, err := s.day(r.URL.Query().Get("ngay"))
	if err != nil {
		return err
	}
	set, err := s.Current(ctx, r.PathValue("bo"))
	if err != nil {
		return err
	}
	if set, err = s.Effective(ctx, set, at); err != nil {
		return err
	}
	f := ui.Frame{Title: set.Title(ctx), Shell: ui.Public, Active: navID, Crumbs: []ui.Crumb{
		{Text: r.T("criteria.sets"), Href: r.Href("/tieu-chi")}, {Text: set.Title(ctx)}}}
	f.Illustrative = setBody(set).Illustrative
	return r.Render(http.StatusOK, f, setPageBody(set, at))
}

func setHref(ctx context.Context, code string) string { return ui.Href(ctx, "/tieu-chi/"+code) }

func itemHref(ctx context.Context, code, id string) string {
	return ui.Href(ctx, "/tieu-chi/"+code+"/"+id)
}

// setRows are the rows of the list of sets.
func setRows(ctx context.Context, sets []*Set, force string) []ui.Row {
	var out []ui.Row
	for _, s := range sets {
		sub := i18n.T(ctx, "criteria.level."+s.Level)
		if s.Code == force {
			sub += " · " + i18n.T(ctx, "criteria.in_force")
		}
		out = append(out, ui.Row{Cells: []ui.Cell{
			{Text: s.Title(ctx), Href: setHref(ctx, s.Code), Sub: sub},
			{Text: s.Programme},
			{Text: ui.Count(ctx, len(s.Criteria()))},
			{Text: ui.Count(ctx, len(s.Indicators())), Sub: unloaded(ctx, s)},
			{Text: fromText(ctx, s)},
		}})
	}
	return out
}

func setColumns(ctx context.Context) []ui.Column {
	return []ui.Column{{Label: i18n.T(ctx, "criteria.set")}, {Label: i18n.T(ctx, "criteria.programme"), Narrow: true},
		{Label: i18n.T(ctx, "criteria.criteria"), Num: true}, {Label: i18n.T(ctx, "criteria.indicators"), Num: true}, {Label: i18n.T(ctx, "criteria.from"), Narrow: true}}
}

// fromText says since when the set counts; without a date of its own it counts for its whole programme.
func fromText(ctx context.Context, s *Set) string {
	if s.EffectiveFrom == "" {
		return i18n.T(ctx, "criteria.from_start", s.Programme)
	}
	return ui.Date(ctx, s.EffectiveFrom)
}

// unloaded says how many indicators of the law this set does not hold, "" when it holds all.
func unloaded(ctx context.Context, s *Set) string {
	if !s.StructureOnly {
		return ""
	}
	return i18n.T(ctx, "criteria.not_loaded", ui.Count(ctx, s.OfficialIndicators-len(s.Indicators())))
}

// summary is the sentence under the name of a set.
func summary(ctx context.Context, s *Set) string {
	if s.StructureOnly {
		return i18n.T(ctx, "criteria.summary_structure", ui.Count(ctx, len(s.Criteria())), unloaded(ctx, s))
	}
	n := setBody(s).WithoutLevel
	if n == 0 {
		return i18n.T(ctx, "criteria.summary_complete", ui.Count(ctx, len(s.Criteria())), ui.Count(ctx, len(s.Indicators())))
	}
	return i18n.T(ctx, "criteria.summary", ui.Count(ctx, len(s.Criteria())), ui.Count(ctx, len(s.Indicators())), ui.Count(ctx, n))
}

// facts are the legal facts of a set.
func facts(ctx context.Context, s *Set, at clock.Date) []ui.Definition {
	out := []ui.Definition{
		{Term: i18n.T(ctx, "criteria.level"), Text: i18n.T(ctx, "criteria.level."+s.Level)},
		{Term: i18n.T(ctx, "criteria.legal_basis"), Body: lines(s.Basis(ctx))},
	}
	if len(s.ProvincialBasis) > 0 {
		out = append(out, ui.Definition{Term: i18n.T(ctx, "criteria.provincial_basis"), Body: lines(s.ProvincialBasis)})
	}
	out = append(out, ui.Definition{Term: i18n.T(ctx, "criteria.from"), Text: fromText(ctx, s)})
	if s.RequiresSet != "" {
		out = append(out, ui.Definition{Term: i18n.T(ctx, "criteria.requires"), Text: s.RequiresSet, Href: setHref(ctx, s.RequiresSet)})
	}
	for _, o := range s.Overrides {
		text := i18n.T(ctx, "criteria.decision_line", o.Decision, ui.Date(ctx, o.DecidedOn), ui.Date(ctx, o.ValidFrom), ui.Count(ctx, len(o.Thresholds)))
		if o.Illustrative {
			text = i18n.T(ctx, "criteria.decision_illustrative", ui.Count(ctx, len(o.Thresholds)))
		}
		out = append(out, ui.Definition{Term: i18n.T(ctx, "criteria.decision"), Text: text})
	}
	if s.Version > 0 {
		out = append(out, ui.Definition{Term: i18n.T(ctx, "criteria.version"), Body: versionDetails(i18n.T(ctx, "criteria.version_line", s.Version, s.SHA256[:12], ui.Date(ctx, at)))})
	}
	return out
}

// requirement is one line of what an indicator requires: for whom, how much.
type requirement struct{ Where, Level string }

// requirements lists the known levels of an indicator, years and keys in order, and says when some are not known.
func requirements(ctx context.Context, s *Set, i *Indicator) []requirement {
	t := &i.Threshold
	if t.ByKey == nil && t.ByYear == nil {
		if t.All == nil {
			return nil
		}
		return []requirement{{"", i.LevelText(ctx, t.All)}}
	}
	var out []requirement
	partial := false
	add := func(prefix string, levels map[string]*Level) {
		if l, all := levels[""]; all {
			if l == nil {
				partial = true
				return
			}
			out = append(out, requirement{prefix, i.LevelText(ctx, l)})
			return
		}
		for _, key := range s.ThresholdKeys {
			l := levels[key]
			if l == nil {
				partial = true
				continue
			}
			where := s.keyName(ctx, key)
			if prefix != "" {
				where = prefix + " · " + where
			}
			out = append(out, requirement{where, i.LevelText(ctx, l)})
		}
	}
	if t.ByKey != nil {
		add("", t.ByKey)
	}
	var years []int
	for y := range t.ByYear {
		years = append(years, y)
	}
	slices.Sort(years)
	for _, y := range years {
		add(strconv.Itoa(y), t.ByYear[y])
	}
	if partial && len(out) > 0 {
		out = append(out, requirement{i18n.T(ctx, "criteria.elsewhere"), i.LevelText(ctx, nil)})
	}
	return out
}

// levelsBy names what the levels of an indicator depend on.
func levelsBy(ctx context.Context, s *Set, i *Indicator) string {
	switch {
	case i.Threshold.ByYear != nil:
		return i18n.T(ctx, "criteria.levels_by_year")
	case s.ByCommuneGroup:
		return i18n.T(ctx, "criteria.levels_by_group")
	}
	return i18n.T(ctx, "criteria.levels_by_region")
}

// indicatorRows are the rows of one criterion's table.
func indicatorRows(ctx context.Context, s *Set, c *Criterion, at clock.Date) []ui.Row {
	var out []ui.Row
	for _, i := range c.Indicators {
		out = append(out, ui.Row{ID: "ct-" + i.ID, Cells: []ui.Cell{
			{Text: i.ID, Href: itemHref(ctx, s.Code, i.ID)},
			{Body: indicatorText(i)},
			{Body: indicatorLevel(s, i)},
			{Text: departmentName(ctx, i.Lead, at), Sub: formerName(ctx, i.Lead, at)},
			marks(ctx, i),
		}})
	}
	return out
}

func indicatorColumns(ctx context.Context) []ui.Column {
	return []ui.Column{{Label: i18n.T(ctx, "criteria.id"), Narrow: true}, {Label: i18n.T(ctx, "criteria.indicator")}, {Label: i18n.T(ctx, "criteria.required")},
		{Label: i18n.T(ctx, "criteria.lead")}, {Label: i18n.T(ctx, "criteria.origin")}}
}

func departmentName(ctx context.Context, id string, at clock.Date) string {
	if d := Departments().ByID(id); d != nil {
		return d.Name(i18n.Of(ctx), at)
	}
	return i18n.T(ctx, "criteria.many_bodies")
}

// formerName returns the name before the merger of 2025 where a screen of today shows another one.
func formerName(ctx context.Context, id string, at clock.Date) string {
	d := Departments().ByID(id)
	if d == nil || i18n.Of(ctx) != i18n.Vi || d.Name(i18n.Vi, at) == d.VI {
		return ""
	}
	return i18n.T(ctx, "criteria.formerly", d.VI)
}

// marks says how far an indicator was checked.
func marks(ctx context.Context, i *Indicator) ui.Cell {
	switch {
	case i.Mark != nil:
		return ui.Cell{Text: i18n.T(ctx, "criteria.verified"), Sub: i18n.T(ctx, "criteria.verified_by_source", i.Mark.Source, ui.Date(ctx, clock.DayOf(i.Mark.AtMS)))}
	case i.Verified:
		return ui.Cell{Text: i18n.T(ctx, "criteria.verified"), Sub: i.Page}
	case i.TextVerified:
		return ui.Cell{Text: i18n.T(ctx, "criteria.text_verified"), Sub: i18n.T(ctx, "criteria.confidence."+i.Confidence)}
	}
	return ui.Cell{Text: i18n.T(ctx, "criteria.unverified"), Sub: i18n.T(ctx, "criteria.confidence."+i.Confidence)}
}

// evidence names the kinds of paper that prove an indicator.
func evidence(ctx context.Context, i *Indicator) string {
	text := ""
	for k, id := range i.Evidence {
		if k > 0 {
			text += ", "
		}
		text += i18n.T(ctx, "criteria.evidence."+id)
	}
	return text
}

// bandRows are the rows of the distribution.
func bandRows(ctx context.Context, s *Set) []ui.Row {
	var out []ui.Row
	for _, b := range s.Bands {
		basis := i18n.T(ctx, "criteria.band_programme")
		if b.OwnChoice {
			basis = i18n.T(ctx, "criteria.band_own")
		}
		out = append(out, ui.Row{Cells: []ui.Cell{{Text: bandWords(ctx, b)}, {Text: basis}}})
	}
	return out
}

// keyRows are the commune groups or regions with their definitions.
func keyRows(ctx context.Context, keys []Key) []ui.Row {
	var out []ui.Row
	for _, k := range keys {
		check := i18n.T(ctx, "criteria.unverified")
		if k.Verified {
			check = i18n.T(ctx, "criteria.verified")
		}
		name := k.ID
		if key := "criteria.commune_group." + k.ID; i18n.Has(ctx, key) {
			name = i18n.T(ctx, key)
		}
		out = append(out, ui.Row{Cells: []ui.Cell{{Text: name}, {Text: pick(ctx, k.VI, k.EN)}, {Text: check}}})
	}
	return out
}

// sourceRows are the documents behind the set.
func sourceRows(ctx context.Context, s *Set) []ui.Row {
	var out []ui.Row
	for _, x := range s.Sources {
		out = append(out, ui.Row{Cells: []ui.Cell{{Text: x.ID}, {Text: x.Title, Sub: x.Ref}, {Text: pick(ctx, x.UsedFor, x.UsedForEN)}}})
	}
	return out
}

// criterionRows are the rows of a set that is known by its criteria only.
func criterionRows(ctx context.Context, s *Set, g Group, at clock.Date) []ui.Row {
	var out []ui.Row
	for _, c := range g.Criteria {
		check := i18n.T(ctx, "criteria.unverified")
		if c.TitleVerified {
			check = i18n.T(ctx, "criteria.title_verified")
		}
		out = append(out, ui.Row{ID: "tc-" + c.ID, Cells: []ui.Cell{
			{Text: c.ID}, {Text: c.Title(ctx), Href: itemHref(ctx, s.Code, c.ID)}, {Text: departmentName(ctx, c.Lead, at), Sub: formerName(ctx, c.Lead, at)}, {Text: check},
		}})
	}
	return out
}

// groupTitle names a group with its number; a set with one group for everything says what it holds.
func groupTitle(ctx context.Context, s *Set, g Group) string {
	if len(s.Groups) == 1 {
		return i18n.T(ctx, "criteria.criteria")
	}
	return g.ID + ". " + pick(ctx, g.TitleVI, g.TitleEN)
}

func criterionTitle(ctx context.Context, c *Criterion) string {
	return i18n.T(ctx, "criteria.criterion_title", c.ID, c.Title(ctx))
}

func allVerified(s *Set) bool {
	for _, i := range s.Indicators() {
		if !i.Verified {
			return false
		}
	}
	return true
}
