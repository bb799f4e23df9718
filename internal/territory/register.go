package territory

import (
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"

	"langso/internal/platform/clock"
	"langso/internal/platform/vntext"
)

// Register is the whole territory over all time, immutable and safe for concurrent use.
type Register struct {
	rev        int64
	units      []*Unit // in Vietnamese order of name
	order      map[UnitID]int
	byID       map[UnitID]*Unit
	byCode     map[string][]*Unit // the newest first
	parents    map[Hierarchy]map[UnitID][]parentRow
	into, out  map[UnitID][]Edge
	attributes map[attributeKey][]AttributeValue // by date
	names      []searchName

	changes []clock.Date // first days of the intervals in which neither units nor parents change; the first is ""
	rosters []rosterOnce // one per interval, built when asked for
}

type attributeKey struct {
	unit      UnitID
	attribute Attribute
}

type rosterOnce struct {
	once sync.Once
	day  *day
}

// day is the territory in one interval without changes.
type day struct {
	units    []*Unit
	communes []*Unit
	byCode   map[string]*Unit
	parent   map[Hierarchy]map[UnitID]*Unit
	homes    bool // one of the provinces is marked as home
}

// Roster is the territory on one day, immutable.
type Roster struct {
	reg  *Register
	date clock.Date
	*day
}

// newRegister builds the register from the tables' content, whose units come in Vietnamese order.
func newRegister(rev int64, c *content) *Register {
	n := len(c.units)
	r := &Register{
		rev: rev, order: make(map[UnitID]int, n), byID: make(map[UnitID]*Unit, n), byCode: make(map[string][]*Unit, n),
		parents: map[Hierarchy]map[UnitID][]parentRow{}, into: map[UnitID][]Edge{}, out: map[UnitID][]Edge{},
		attributes: map[attributeKey][]AttributeValue{},
	}
	dates := map[clock.Date]bool{"": true}
	for i := range c.units {
		row := &c.units[i]
		u := &row.Unit
		r.units = append(r.units, u)
		r.order[u.ID] = i
		r.byID[u.ID] = u
		r.byCode[u.Code] = append(r.byCode[u.Code], u)
		dates[u.From], dates[until(u.To)] = true, true
		for _, p := range row.parents {
			if r.parents[p.hierarchy] == nil {
				r.parents[p.hierarchy] = make(map[UnitID][]parentRow, n)
			}
			r.parents[p.hierarchy][u.ID] = append(r.parents[p.hierarchy][u.ID], p)
			dates[p.from], dates[until(p.to)] = true, true
		}
	}
	for _, list := range r.byCode {
		sort.Slice(list, func(i, j int) bool { return list[i].From > list[j].From })
		taken := map[string]bool{}
		for _, u := range list {
			s := u.Slug()
			if taken[s] {
				s += "-den-" + strconv.Itoa(u.To.Year())
				if taken[s] {
					s += "-" + strconv.FormatInt(int64(u.ID), 10)
				}
				u.slug = s
			}
			taken[s] = true
		}
	}
	for _, e := range c.edges {
		r.into[e.To] = append(r.into[e.To], e.Edge)
		r.out[e.From] = append(r.out[e.From], e.Edge)
	}
	byName := func(end func(Edge) UnitID) func(a, b Edge) int {
		return func(a, b Edge) int { return r.order[end(a)] - r.order[end(b)] }
	}
	for _, list := range r.into {
		slices.SortFunc(list, byName(func(e Edge) UnitID { return e.From }))
	}
	for _, list := range r.out {
		slices.SortFunc(list, byName(func(e Edge) UnitID { return e.To }))
	}
	for _, a := range c.attributes {
		k := attributeKey{a.Unit, a.Attribute}
		r.attributes[k] = append(r.attributes[k], a)
	}
	delete(dates, clock.Forever)
	for d := range dates {
		r.changes = append(r.changes, d)
	}
	slices.Sort(r.changes)
	r.rosters = make([]rosterOnce, len(r.changes))
	r.indexNames()
	return r
}

// At returns the territory on day d.
func (r *Register) At(d clock.Date) *Roster {
	i := r.interval(d)
	slot := &r.rosters[i]
	slot.once.Do(func() { slot.day = r.build(r.changes[i]) })
	return &Roster{reg: r, date: d, day: slot.day}
}

// interval is the place in changes of the interval that d lies in.
func (r *Register) interval(d clock.Date) int {
	return max(0, sort.Search(len(r.changes), func(i int) bool { return r.changes[i] > d })-1)
}

func (r *Register) build(d clock.Date) *day {
	t := &day{byCode: map[string]*Unit{}, parent: map[Hierarchy]map[UnitID]*Unit{}}
	for _, u := range r.units {
		if u.ValidAt(d) {
			t.units = append(t.units, u)
			t.byCode[u.Code] = u
			t.homes = t.homes || u.home
		}
	}
	for h, all := range r.parents {
		t.parent[h] = make(map[UnitID]*Unit, len(t.units))
		for _, u := range t.units {
			for _, p := range all[u.ID] {
				if p.from <= d && d < until(p.to) {
					t.parent[h][u.ID] = r.byID[p.parent]
				}
			}
		}
	}
	for _, u := range t.units {
		if u.InProgramme() && t.home(u) {
			t.communes = append(t.communes, u)
		}
	}
	return t
}

// home reports whether u lies in a province that reports to this installation.
func (t *day) home(u *Unit) bool { return !t.homes || t.top(u).home }

// top returns the unit at the head of u's administrative line, u itself when nothing is above it.
func (t *day) top(u *Unit) *Unit {
	for p := t.parent[Administrative][u.ID]; p != nil; p = t.parent[Administrative][u.ID] {
		u = p
	}
	return u
}

// Unit returns the unit with this id, nil when there is none.
func (r *Register) Unit(id UnitID) *Unit { return r.byID[id] }

// Units returns every unit that ever was, in Vietnamese order of name. The slice is not to be changed.
func (r *Register) Units() []*Unit { return r.units }

// ByCode returns every unit that ever bore code, the newest first.
func (r *Register) ByCode(code string) []*Unit { return r.byCode[code] }

// Predecessors returns the edges into a unit, in Vietnamese order of the former unit's name.
func (r *Register) Predecessors(id UnitID) []Edge { return r.into[id] }

// Successors returns the edges out of a unit, in Vietnamese order of the later unit's name.
func (r *Register) Successors(id UnitID) []Edge { return r.out[id] }

// SuccessorsAt follows the edges out of a unit to the units that are there on day d, in Vietnamese order; a unit that is
// there itself is its own.
func (r *Register) SuccessorsAt(id UnitID, d clock.Date) []*Unit {
	return r.reach(id, d, func(id UnitID) []Edge { return r.out[id] }, func(e Edge) UnitID { return e.To })
}

// PredecessorsAt follows the edges into a unit back to the units that were there on day d, in Vietnamese order.
func (r *Register) PredecessorsAt(id UnitID, d clock.Date) []*Unit {
	return r.reach(id, d, func(id UnitID) []Edge { return r.into[id] }, func(e Edge) UnitID { return e.From })
}

func (r *Register) reach(id UnitID, d clock.Date, edges func(UnitID) []Edge, end func(Edge) UnitID) []*Unit {
	var out []*Unit
	seen := map[UnitID]bool{}
	var walk func(UnitID)
	walk = func(id UnitID) {
		u := r.byID[id]
		if u == nil || seen[id] {
			return
		}
		seen[id] = true
		if u.ValidAt(d) {
			out = append(out, u)
			return
		}
		for _, e := range edges(id) {
			walk(end(e))
		}
	}
	walk(id)
	slices.SortFunc(out, func(a, b *Unit) int { return r.order[a.ID] - r.order[b.ID] })
	return out
}

// Attributes returns all values that decisions gave to the unit itself for a, the oldest first.
func (r *Register) Attributes(id UnitID, a Attribute) []AttributeValue {
	return r.attributes[attributeKey{id, a}]
}

// Scope returns the id of the unit and of every unit above it on day d, for rights; on its own first or last day when it
// was not there on d. A change that is loaded ahead of its day moves no right before.
func (r *Register) Scope(id UnitID, d clock.Date) []int64 {
	u := r.byID[id]
	if u == nil {
		return nil
	}
	if d < u.From {
		d = u.From
	}
	if u.To != "" && d > u.To {
		d = u.To
	}
	out := []int64{int64(id)}
	for _, a := range r.At(d).Ancestors(id) {
		out = append(out, int64(a.ID))
	}
	return out
}

// onLastDay returns the roster of the unit's last day; of the end of all known changes when it is still there.
func (r *Register) onLastDay(u *Unit) *Roster {
	if u.To == "" {
		return r.At(clock.Forever.AddDays(-1))
	}
	return r.At(u.To)
}

// Date returns the day of the roster.
func (r *Roster) Date() clock.Date { return r.date }

// Register returns the register that the roster belongs to.
func (r *Roster) Register() *Register { return r.reg }

// Communes returns the xã in the programme on this day, in Vietnamese order of name: those of the provinces that report
// to this installation. Neighbours that joined later are known to the register, but do not count before they joined.
func (r *Roster) Communes() []*Unit { return r.communes }

// Units returns all units of the day, in Vietnamese order of name.
func (r *Roster) Units() []*Unit { return r.units }

// ByCode returns the unit that bears code on this day, nil when there is none.
func (r *Roster) ByCode(code string) *Unit { return r.byCode[code] }

// Parent returns the unit above u in hierarchy h on this day, nil at the top. A former province is returned although it
// is no longer there itself.
func (r *Roster) Parent(h Hierarchy, id UnitID) *Unit { return r.parent[h][id] }

// Ancestors returns the units above id in the administrative hierarchy, nearest first.
func (r *Roster) Ancestors(id UnitID) []*Unit {
	var out []*Unit
	for p := r.parent[Administrative][id]; p != nil; p = r.parent[Administrative][p.ID] {
		out = append(out, p)
	}
	return out
}

// Under returns the units of level below ancestor (at any depth) in hierarchy h, in Vietnamese order.
func (r *Roster) Under(h Hierarchy, ancestor UnitID, level Level) []*Unit {
	var out []*Unit
	for _, u := range r.units {
		if u.Level == level && r.below(h, u, ancestor) {
			out = append(out, u)
		}
	}
	return out
}

func (r *Roster) below(h Hierarchy, u *Unit, ancestor UnitID) bool {
	for p := r.parent[h][u.ID]; p != nil; p = r.parent[h][p.ID] {
		if p.ID == ancestor {
			return true
		}
	}
	return false
}

// Attribute returns the value of an attribute of a unit on this day; "" when no decision says so.
func (r *Roster) Attribute(id UnitID, a Attribute) string {
	v, _ := r.AttributeValue(id, a)
	return v.Value
}

// AttributeValue returns the value of an attribute of a unit on this day with its decision: the unit's own, else that of
// the nearest administrative parent that has one, else that of its former province. Unit says whose it is. false when
// there is none; a value that was ended by decision is returned empty and true.
func (r *Roster) AttributeValue(id UnitID, a Attribute) (AttributeValue, bool) {
	if v, ok := r.own(id, a); ok {
		return v, true
	}
	for _, h := range []Hierarchy{Administrative, FormerProvince} {
		for p := r.parent[h][id]; p != nil; p = r.parent[h][p.ID] {
			if v, ok := r.own(p.ID, a); ok {
				return v, true
			}
		}
	}
	return AttributeValue{}, false
}

func (r *Roster) own(id UnitID, a Attribute) (AttributeValue, bool) {
	for _, v := range r.reg.attributes[attributeKey{id, a}] {
		if v.From <= r.date && r.date < until(v.To) {
			return v, true
		}
	}
	return AttributeValue{}, false
}

// searchName is one name under which a unit can be found.
type searchName struct {
	tight string // folded, without spaces
	fold  string // folded
	key   string // with marks, see nameKey
	unit  *Unit
	alt   string // the other spelling that this is; "" = the name itself
}

func (r *Register) indexNames() {
	add := func(u *Unit, name, alt string) {
		fold := vntext.Fold(name)
		r.names = append(r.names, searchName{tight: strings.ReplaceAll(fold, " ", ""), fold: fold, key: nameKey(name), unit: u, alt: alt})
	}
	for _, u := range r.units {
		add(u, u.Name, "")
		for _, a := range u.AltNames {
			if vntext.FoldTight(a) != vntext.FoldTight(u.Name) {
				add(u, a, a)
			}
		}
	}
}
