package briefing

import (
	"math"
	"slices"
	"sort"
	"strings"
	"unicode"

	"langso/internal/assessment"
	"langso/internal/platform/clock"
	"langso/internal/platform/fault"
	"langso/internal/territory"
)

// MaxGaps bounds a plan.
const MaxGaps = 2000

// Gap is one item of one commune that a plan closes: until the end of a quarter, for a planned cost in đồng.
type Gap struct {
	Unit    territory.UnitID
	Item    assessment.Item
	Due     string // "2027-Q1"
	CostVND int64
}

// Gain is a commune that meets everything once its gaps are closed.
type Gain struct {
	Unit *territory.Unit
	By   string // the last quarter of its gaps
}

// Rest is a commune of the plan that still lacks something afterwards.
type Rest struct {
	Unit *territory.Unit
	Left []Lack
}

// QuarterSum is what a plan does in one quarter. Total counts the communes that meet everything at its end, those that
// already did included.
type QuarterSum struct {
	Due      string
	Gaps     int
	Communes int
	Total    int
	CostVND  int64
}

// Outcome is what a plan comes to.
type Outcome struct {
	Already  int // communes that meet everything before the plan
	Gains    []Gain
	Rests    []Rest
	Settled  int // gaps of the plan that the board no longer has
	Gaps     int
	CostVND  int64
	Quarters []QuarterSum
}

// Gains works a plan out on a board: a commune is gained when the plan closes everything that it lacks, in the quarter of
// the last gap; a commune without results cannot be gained unless the plan names every item. Costs are summed as planned.
func Gains(b *assessment.Board, gaps []Gap) Outcome {
	out := Outcome{Already: b.Complete(), Gaps: len(gaps)}
	byUnit := map[territory.UnitID][]Gap{}
	sums := map[string]*QuarterSum{}
	for _, g := range gaps {
		byUnit[g.Unit] = append(byUnit[g.Unit], g)
		q := sums[g.Due]
		if q == nil {
			q = &QuarterSum{Due: g.Due}
			sums[g.Due] = q
		}
		q.Gaps++
		q.CostVND += g.CostVND
		out.CostVND += g.CostVND
	}
	for _, r := range b.Rows {
		list := byUnit[r.Unit.ID]
		if len(list) == 0 {
			continue
		}
		var left []Lack
		by, closed := "", 0
		for _, l := range lacksOf(b, r) {
			k := slices.IndexFunc(list, func(g Gap) bool { return g.Item == l.Item })
			if k < 0 {
				left = append(left, l)
				continue
			}
			closed++
			by = max(by, list[k].Due)
		}
		out.Settled += len(list) - closed
		switch {
		case len(left) > 0:
			out.Rests = append(out.Rests, Rest{r.Unit, left})
		case closed > 0:
			out.Gains = append(out.Gains, Gain{r.Unit, by})
			sums[by].Communes++
		}
	}
	sort.SliceStable(out.Gains, func(i, j int) bool { return out.Gains[i].By < out.Gains[j].By })
	for _, q := range sums {
		out.Quarters = append(out.Quarters, *q)
	}
	sort.Slice(out.Quarters, func(i, j int) bool { return out.Quarters[i].Due < out.Quarters[j].Due })
	total := out.Already
	for k := range out.Quarters {
		total += out.Quarters[k].Communes
		out.Quarters[k].Total = total
	}
	return out
}

// GapState is what became of a planned gap.
type GapState string

const (
	Closed GapState = "closed" // met now
	Late   GapState = "late"   // its quarter is over and it is not met
	Open   GapState = "open"   // its quarter is not over yet
)

// Followed is a plan held against what happened.
type Followed struct {
	States             []GapState // of each gap, in order
	Closed, Late, Open int
	CostClosedVND      int64
}

// Follow compares a plan with a board whose period ended on day end.
func Follow(b *assessment.Board, gaps []Gap, end clock.Date) (out Followed) {
	rows := map[territory.UnitID]assessment.Row{}
	for _, r := range b.Rows {
		rows[r.Unit.ID] = r
	}
	for _, g := range gaps {
		state := Open
		if p, err := territory.ParsePeriod(g.Due); err == nil && p.To <= end {
			state = Late
		}
		if r, ok := rows[g.Unit]; ok && b.Knows(g.Item) {
			if v := b.Verdict(r, g.Item); v == assessment.Met || v == assessment.NotApplicable {
				state = Closed
			}
		}
		switch state {
		case Closed:
			out.Closed++
			out.CostClosedVND += g.CostVND
		case Late:
			out.Late++
		default:
			out.Open++
		}
		out.States = append(out.States, state)
	}
	return out
}

// quarterOf returns the id of the quarter that holds a day.
func quarterOf(d clock.Date) string {
	t := d.Time()
	return t.Format("2006") + "-Q" + string(rune('1'+(int(t.Month())-1)/3))
}

// quartersFrom lists n quarters, the one of a day first.
func quartersFrom(d clock.Date, n int) []string {
	var out []string
	for range n {
		id := quarterOf(d)
		out = append(out, id)
		p, err := territory.ParsePeriod(id)
		if err != nil {
			return out // after the last year that periods know
		}
		d = p.To.AddDays(1)
	}
	return out
}

// validQuarter reports whether a text names a quarter.
func validQuarter(s string) bool {
	p, err := territory.ParsePeriod(s)
	return err == nil && strings.Contains(p.ID, "-Q")
}

// maxCost bounds one planned cost, so that the sum of MaxGaps of them still fits 64 bits.
const maxCost = 4_000_000_000_000_000

// ParseMoney reads an amount of đồng as people write it: "1.200.000.000", "1200 triệu", "1,2 tỷ"; "" = 0. Parts of a đồng
// are refused.
func ParseMoney(s string) (int64, error) {
	bad := fault.New(fault.Invalid, "briefing.bad_money", s)
	t := strings.ToLower(strings.Join(strings.FieldsFunc(s, unicode.IsSpace), ""))
	if t == "" {
		return 0, nil
	}
	zeros := 0
	for _, u := range []struct {
		word  string
		zeros int
	}{{"tỷđồng", 9}, {"tỉđồng", 9}, {"triệuđồng", 6}, {"tỷ", 9}, {"tỉ", 9}, {"triệu", 6}, {"tr", 6}, {"đồng", 0}, {"vnd", 0}, {"đ", 0}, {"₫", 0}} {
		if rest, ok := strings.CutSuffix(t, u.word); ok {
			t, zeros = rest, u.zeros
			break
		}
	}
	d, err := assessment.ParseNumber(t)
	if err != nil {
		return 0, bad
	}
	n := d.Num
	for k := d.Scale; k < zeros; k++ {
		if n > math.MaxInt64/10 {
			return 0, bad
		}
		n *= 10
	}
	for k := zeros; k < d.Scale; k++ {
		if n%10 != 0 {
			return 0, bad
		}
		n /= 10
	}
	if n > maxCost {
		return 0, bad
	}
	return n, nil
}
