package assessment

import (
	"context"
	"sort"

	"langso/internal/criteria"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/territory"
)

// Counts are communes (or indicators) by verdict. Met + Nearly + NotMet + Missing + NoThreshold + NotApplicable = Total.
type Counts struct {
	Met           int `json:"met"`
	Nearly        int `json:"nearly"`
	NotMet        int `json:"not_met"`
	Missing       int `json:"missing"`
	NoThreshold   int `json:"no_threshold"`
	NotApplicable int `json:"not_applicable"`
	Total         int `json:"total"`
}

func (c *Counts) add(v Verdict) {
	c.Total++
	switch v {
	case Met:
		c.Met++
	case Nearly:
		c.Nearly++
	case NotMet:
		c.NotMet++
	case NoThreshold:
		c.NoThreshold++
	case NotApplicable:
		c.NotApplicable++
	default:
		c.Missing++
	}
}

// Of returns the count of one verdict.
func (c Counts) Of(v Verdict) int {
	switch v {
	case Met:
		return c.Met
	case Nearly:
		return c.Nearly
	case NotMet:
		return c.NotMet
	case NoThreshold:
		return c.NoThreshold
	case NotApplicable:
		return c.NotApplicable
	}
	return c.Missing
}

// Tenths returns met ÷ (total − not applicable) in tenths of a percent, half up (48 of 111 → 432, that is 43.2 %).
// ok is false when nothing is applicable: then there is no percentage.
func (c Counts) Tenths() (tenths int64, ok bool) {
	den := int64(c.Total - c.NotApplicable)
	if den == 0 {
		return 0, false
	}
	return (int64(c.Met)*2000 + den) / (2 * den), true
}

// Percent is Tenths as a JSON number, nil when nothing is applicable.
func (c Counts) Percent() *float64 {
	t, ok := c.Tenths()
	if !ok {
		return nil
	}
	p := float64(t) / 10
	return &p
}

// Row is one commune on a board.
type Row struct {
	Unit        *territory.Unit
	Cells       string // one verdict per indicator; "" = the commune has no value
	Criteria    string // one verdict per criterion
	CriteriaMet int
	ChangedMS   int64
}

// Board is every commune of the programme on the day of a period with its verdicts, as the actor may see them.
// Read-only: who sees the same shares one.
type Board struct {
	*Frame
	Rows []Row // in Vietnamese order of name
	sums *sums // nil = nothing is remembered
}

// Board reads the standings of a set and period. Communes without values are rows too: they count as missing.
func (s *Service) Board(ctx context.Context, set, period string) (_ *Board, err error) {
	defer fault.Wrap(&err, "assessment.Board(%s, %s)", set, period)
	var b *Board
	err = s.db.Snapshot(ctx, func(ctx context.Context) error {
		f, err := s.Frame(ctx, set, period)
		if err != nil {
			return err
		}
		b, err = s.sharedBoard(ctx, f)
		return err
	})
	return b, err
}

// Part is the board of some of its rows.
func (b *Board) Part(rows []Row) *Board { return &Board{Frame: b.Frame, Rows: rows} }

// BoardOf lays out verdicts that were kept elsewhere, in the places of the set version that judged them: the communes of the
// frame, each with one character per indicator and per criterion as kept returns them ("" = nothing was known of it).
func (s *Service) BoardOf(ctx context.Context, f *Frame, version int64, kept func(territory.UnitID) (cells, criteria string)) (*Board, error) {
	then := *f
	if f.Set.Version != version {
		old, err := s.sets.Version(ctx, version)
		if err != nil {
			return nil, err
		}
		if then.Set, err = s.sets.Effective(ctx, old, f.Period.AsOf); err != nil {
			return nil, err
		}
	}
	b := &Board{Frame: &then, Rows: make([]Row, 0, len(f.Roster.Communes()))}
	for _, u := range f.Roster.Communes() {
		r := Row{Unit: u}
		r.Cells, r.Criteria = kept(u.ID)
		r.CriteriaMet = countByte(r.Criteria, byte(Met))
		b.Rows = append(b.Rows, r)
	}
	return b, nil
}

// Verdict returns the verdict of a row on one item.
func (b *Board) Verdict(r Row, item Item) Verdict {
	if item.Criterion {
		return r.OfCriterion(b.Set.Criterion(item.ID))
	}
	return r.OfIndicator(b.Set.Indicator(item.ID))
}

// Count sums the verdicts of the rows on one item.
func (b *Board) Count(rows []Row, item Item) Counts {
	if len(rows) > 0 && len(rows) == len(b.Rows) && &rows[0] == &b.Rows[0] {
		return once(b.sums, func(s *sums) map[Item]Counts { return s.counts }, item, func() Counts { return b.count(rows, item) })
	}
	return b.count(rows, item)
}

func (b *Board) count(rows []Row, item Item) (c Counts) {
	index := 0
	if item.Criterion {
		index = b.Set.Criterion(item.ID).Index
	} else {
		index = b.Set.Indicator(item.ID).Index
	}
	for i := range rows {
		cells := rows[i].Cells
		if item.Criterion {
			cells = rows[i].Criteria
		}
		if index < len(cells) {
			c.add(Verdict(cells[index]))
		} else {
			c.add(Missing)
		}
	}
	return c
}

// Grouping is a way of dividing the communes of a board.
type Grouping string

const (
	ByDistrict       Grouping = "district"        // until 30/06/2025
	ByCommuneGroup   Grouping = "commune_group"   // nhóm 1, 2, 3 of the criteria 2026-2030
	ByFormerProvince Grouping = "former_province" // since 01/07/2025
)

// BoardGroup is the rows of a board that belong together: ID is the code of Unit, or of a commune group, for which Unit is
// nil. ID is "" for communes of which no decision names the group.
type BoardGroup struct {
	ID   string
	Unit *territory.Unit
	Rows []Row
}

// GroupName is what people call a group, in the language of ctx.
func (s *Service) GroupName(ctx context.Context, g BoardGroup) string {
	switch {
	case g.Unit != nil && g.Unit.Level == territory.Province:
		return g.Unit.Name
	case g.Unit != nil:
		return g.Unit.FullName()
	case g.ID == "":
		return i18n.T(ctx, "assessment.group_none")
	}
	_, name := s.units.AttributeWords(ctx, territory.CommuneGroup, g.ID)
	return name
}

// DefaultGrouping is the one that fits the day of the board: districts while there were any, then former provinces.
func (b *Board) DefaultGrouping() Grouping {
	if len(b.Rows) > 0 {
		if p := b.Roster.Parent(territory.Administrative, b.Rows[0].Unit.ID); p != nil && p.Level == territory.District {
			return ByDistrict
		}
	}
	return ByFormerProvince
}

// Groups divides the rows of the board. Groups come in the order of their codes; communes without a group come last.
func (b *Board) Groups(by Grouping) ([]BoardGroup, error) {
	if by != ByDistrict && by != ByCommuneGroup && by != ByFormerProvince {
		return nil, fault.New(fault.Invalid, "assessment.unknown_grouping", string(by)).At("group_by")
	}
	return once(b.sums, func(s *sums) map[Grouping][]BoardGroup { return s.groups }, by, func() []BoardGroup { return b.divide(by) }), nil
}

func (b *Board) divide(by Grouping) []BoardGroup {
	index := map[string]int{}
	var out []BoardGroup
	for _, r := range b.Rows {
		g := BoardGroup{}
		switch by {
		case ByCommuneGroup:
			g.ID = b.Roster.Attribute(r.Unit.ID, territory.CommuneGroup)
		case ByDistrict:
			if p := b.Roster.Parent(territory.Administrative, r.Unit.ID); p != nil && p.Level == territory.District {
				g = BoardGroup{ID: p.Code, Unit: p}
			}
		case ByFormerProvince:
			p := b.Roster.Parent(territory.FormerProvince, r.Unit.ID)
			for _, a := range b.Roster.Ancestors(r.Unit.ID) {
				if p == nil && a.Level == territory.Province { // before the merger the province itself is the group
					p = a
				}
			}
			if p != nil {
				g = BoardGroup{ID: p.Code, Unit: p}
			}
		}
		i, ok := index[g.ID]
		if !ok {
			i = len(out)
			index[g.ID] = i
			out = append(out, g)
		}
		out[i].Rows = append(out[i].Rows, r)
	}
	sort.SliceStable(out, func(i, j int) bool {
		if (out[i].ID == "") != (out[j].ID == "") {
			return out[j].ID == ""
		}
		return out[i].ID < out[j].ID
	})
	return out
}

// BandCount is how many communes fall into a band of the set.
type BandCount struct {
	Band     criteria.Band
	Communes int
}

// Bands counts communes by number of criteria met, in the order of the set.
func (b *Board) Bands() []BandCount {
	out := make([]BandCount, len(b.Set.Bands))
	for i, band := range b.Set.Bands {
		out[i].Band = band
		for _, r := range b.Rows {
			if r.CriteriaMet >= band.From && r.CriteriaMet <= band.To {
				out[i].Communes++
			}
		}
	}
	return out
}

// AverageCriteria is the average number of criteria met per commune in tenths, half up; ok is false without communes.
func (b *Board) AverageCriteria() (tenths int64, ok bool) {
	n := int64(len(b.Rows))
	if n == 0 {
		return 0, false
	}
	var sum int64
	for _, r := range b.Rows {
		sum += int64(r.CriteriaMet)
	}
	return (sum*20 + n) / (2 * n), true
}

// Complete counts the communes that meet every applicable criterion of the set. Meeting is not being recognised.
func (b *Board) Complete() (n int) {
	for _, r := range b.Rows {
		met, na := countByte(r.Criteria, byte(Met)), countByte(r.Criteria, byte(NotApplicable))
		if met > 0 && met+na == len(b.Set.Criteria()) {
			n++
		}
	}
	return n
}

// WithData counts the communes that have at least one value.
func (b *Board) WithData() (n int) {
	for _, r := range b.Rows {
		if r.Criteria != "" {
			n++
		}
	}
	return n
}

// recognisedLevels are the levels of recognition, the lowest first.
var recognisedLevels = []string{"ntm", "nang-cao", "kieu-mau"}

// Recognitions returns how many communes were recognised at each level, as reported on or before the day of the board.
func (s *Service) Recognitions(ctx context.Context, b *Board) (out []Recognition, err error) {
	for _, level := range recognisedLevels {
		r, ok, err := recognition(ctx, s.db.Read(ctx), level, string(b.Period.AsOf))
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, r)
		}
	}
	return out, nil
}
