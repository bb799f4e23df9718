package board

import (
	"context"
	"net/url"
	"slices"

	"langso/internal/assessment"
	"langso/internal/criteria"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/web"
	"langso/internal/territory"
)

// choice is what a reader chose in the address. It goes along with every link; what was not chosen stays out, so that a
// plain address always shows today.
type choice struct {
	set        string // bo, "" = the set in force
	period     string // ky, "" = the newest closed one
	known      string // luc: as known at the end of that day, "" = now
	group      string // nhom, "" = what fits the day
	columns    string // cot: "" = criteria, "chi-tieu" = indicators
	sort       string // sap: "" = by name, "gan-dat", or an item, with "-" before it from the other end
	item       string // muc: criterion or indicator of a picture
	commune    string // nhom-xa: only communes of this group
	place      string // noi: only communes of this district or former province, by code
	verdict    string // ket-qua: only communes with this verdict
	department string // co-quan: only items that this department leads
	today      string // don-vi-nay: "1" = counted on the units of today
}

// keys are the names of the address in their order there.
var keys = []struct {
	name string
	of   func(c *choice) *string
}{
	{"bo", func(c *choice) *string { return &c.set }},
	{"ky", func(c *choice) *string { return &c.period }},
	{"luc", func(c *choice) *string { return &c.known }},
	{"nhom", func(c *choice) *string { return &c.group }},
	{"cot", func(c *choice) *string { return &c.columns }},
	{"sap", func(c *choice) *string { return &c.sort }},
	{"muc", func(c *choice) *string { return &c.item }},
	{"nhom-xa", func(c *choice) *string { return &c.commune }},
	{"noi", func(c *choice) *string { return &c.place }},
	{"ket-qua", func(c *choice) *string { return &c.verdict }},
	{"co-quan", func(c *choice) *string { return &c.department }},
	{"don-vi-nay", func(c *choice) *string { return &c.today }},
}

func chosen(r *web.Request) choice {
	q := r.URL.Query()
	var c choice
	for _, k := range keys {
		*k.of(&c) = q.Get(k.name)
	}
	return c
}

// values are the choice as parameters of an address, with the given pairs of key and value; empty values stay out.
func (c choice) values(pairs ...string) url.Values {
	q := url.Values{}
	for _, k := range keys {
		if v := *k.of(&c); v != "" {
			q.Set(k.name, v)
		}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			q.Del(pairs[i])
			continue
		}
		q.Set(pairs[i], pairs[i+1])
	}
	return q
}

// href is the address of path with the choice and the given pairs of key and value.
func (c choice) href(ctx context.Context, path string, pairs ...string) string {
	return ui.Href(ctx, address(path, c.values(pairs...)))
}

// basic is what other pages of the product understand of a choice: set and period.
func (c choice) basic() choice { return choice{set: c.set, period: c.period} }

func address(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// byIndicator reports whether indicators stand in the columns.
func (c choice) byIndicator() bool { return c.columns == "chi-tieu" }

// undivided is the grouping of a list that is not divided.
const undivided assessment.Grouping = ""

// groupings are the words of the address for the ways of dividing communes.
var groupings = []struct {
	slug string
	by   assessment.Grouping
}{{"huyen", assessment.ByDistrict}, {"tinh-cu", assessment.ByFormerProvince}, {"nhom-xa", assessment.ByCommuneGroup}, {"khong", undivided}}

// offered are the ways of dividing that mean something on the day of the board.
func offered(b *assessment.Board) []assessment.Grouping {
	out := []assessment.Grouping{b.DefaultGrouping()}
	if len(b.Set.CommuneGroups) > 0 {
		out = append(out, assessment.ByCommuneGroup)
	}
	return append(out, undivided)
}

// grouping returns the way that the reader chose when the board knows it, else the one that fits its day.
func (c choice) grouping(b *assessment.Board) assessment.Grouping {
	for _, g := range groupings {
		if g.slug == c.group && slices.Contains(offered(b), g.by) {
			return g.by
		}
	}
	return b.DefaultGrouping()
}

// menu is what else could be chosen.
type menu struct {
	sets    []*criteria.Set
	periods map[string][]territory.Period // by code of the set, the newest first
}

func (s *Service) menu(ctx context.Context) (menu, error) {
	m := menu{periods: map[string][]territory.Period{}}
	var err error
	if m.sets, err = s.sets.Sets(ctx); err != nil {
		return m, err
	}
	for _, set := range m.sets {
		if m.periods[set.Code], err = s.results.Periods(ctx, set.Code); err != nil {
			return m, err
		}
	}
	return m, nil
}

// has reports whether a set has verified values in a period.
func (m menu) has(set, period string) bool {
	return slices.ContainsFunc(m.periods[set], func(p territory.Period) bool { return p.ID == period })
}

// of are the periods of a set with the shown one among them.
func (m menu) of(set string, shown territory.Period) []territory.Period {
	list := m.periods[set]
	if !m.has(set, shown.ID) {
		list = append(slices.Clone(list), shown)
		slices.SortFunc(list, func(a, b territory.Period) int { return b.Compare(a) })
	}
	return list
}

// switches are the choices of the head bar. Another set keeps the period only where it has values there, and never the
// items of the former one.
func (m menu) switches(ctx context.Context, b *assessment.Board, c choice, path string, by assessment.Grouping, all []assessment.Grouping) []ui.Switch {
	sets := ui.Switch{Label: i18n.T(ctx, "assessment.set"), Name: "bo"}
	for _, s := range m.sets {
		to := c
		to.set, to.item, to.sort, to.commune, to.place, to.department = s.Code, "", plainSort(c.sort), "", "", ""
		if !m.has(s.Code, b.Period.ID) {
			to.period = ""
		}
		sets.Options = append(sets.Options, ui.Option{Value: s.Code, Text: assessment.ShortSetName(ctx, s), Href: to.href(ctx, path), Selected: s.Code == b.Set.Code})
	}
	periods := ui.Switch{Label: i18n.T(ctx, "assessment.period"), Name: "ky"}
	for _, p := range m.of(b.Set.Code, b.Period) {
		to := c
		to.period = p.ID
		periods.Options = append(periods.Options, ui.Option{Value: p.ID, Text: assessment.PeriodName(ctx, p), Href: to.href(ctx, path, "noi", ""), Selected: p.ID == b.Period.ID})
	}
	out := []ui.Switch{sets, periods}
	if len(all) > 1 {
		groups := ui.Switch{Label: i18n.T(ctx, "assessment.grouping"), Name: "nhom"}
		for _, g := range groupings {
			if slices.Contains(all, g.by) {
				groups.Options = append(groups.Options, ui.Option{Value: g.slug, Text: groupingName(ctx, g.by), Href: c.href(ctx, path, "nhom", g.slug), Selected: g.by == by})
			}
		}
		out = append(out, groups)
	}
	return out
}

// plainSort keeps a way of sorting that every set knows.
func plainSort(sort string) string {
	if sort == nearest {
		return sort
	}
	return ""
}

func groupingName(ctx context.Context, by assessment.Grouping) string {
	if by == undivided {
		return i18n.T(ctx, "board.undivided")
	}
	return i18n.T(ctx, "assessment.grouping."+string(by))
}
