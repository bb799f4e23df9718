package territory

import (
	"langso/internal/platform/clock"
)

// Register is the whole territory over all time, immutable and safe for concurrent use.
type Register struct {
	// to be filled by the territory module
}

// Roster is the territory on one day, immutable.
type Roster struct {
	// to be filled by the territory module
}

// At returns the territory on day d.
func (r *Register) At(d clock.Date) *Roster { panic("skeleton") }

// Unit returns the unit with this id, nil when there is none.
func (r *Register) Unit(id UnitID) *Unit { panic("skeleton") }

// ByCode returns every unit that ever bore code, the newest first.
func (r *Register) ByCode(code string) []*Unit { panic("skeleton") }

// Predecessors and Successors return the edges into and out of a unit.
func (r *Register) Predecessors(id UnitID) []Edge { panic("skeleton") }

// Successors returns the edges out of a unit.
func (r *Register) Successors(id UnitID) []Edge { panic("skeleton") }

// Date returns the day of the roster.
func (r *Roster) Date() clock.Date { panic("skeleton") }

// Communes returns the xã in the programme on this day, in Vietnamese order of name.
func (r *Roster) Communes() []*Unit { panic("skeleton") }

// Units returns all units of the day, in Vietnamese order of name.
func (r *Roster) Units() []*Unit { panic("skeleton") }

// ByCode returns the unit that bears code on this day, nil when there is none.
func (r *Roster) ByCode(code string) *Unit { panic("skeleton") }

// Parent returns the unit above u in hierarchy h on this day, nil at the top.
func (r *Roster) Parent(h Hierarchy, id UnitID) *Unit { panic("skeleton") }

// Ancestors returns the units above id in the administrative hierarchy, nearest first.
func (r *Roster) Ancestors(id UnitID) []*Unit { panic("skeleton") }

// Under returns the units of level below ancestor (at any depth) in hierarchy h, in Vietnamese order.
func (r *Roster) Under(h Hierarchy, ancestor UnitID, level Level) []*Unit { panic("skeleton") }

// Attribute returns the value of an attribute of a unit on this day; "" when no decision says so.
func (r *Roster) Attribute(id UnitID, a Attribute) string { panic("skeleton") }

// Scope returns the id of the unit and of every unit above it on its own last (or the present) day, for rights.
func (r *Register) Scope(id UnitID) []int64 { panic("skeleton") }
