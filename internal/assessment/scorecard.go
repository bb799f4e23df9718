package assessment

import (
	"context"

	"langso/internal/criteria"
	"langso/internal/platform/auth"
	"langso/internal/platform/fault"
	"langso/internal/territory"
)

// Cell is one indicator or criterion of a commune with everything a reader may ask about it.
type Cell struct {
	Item      Item
	Indicator *criteria.Indicator // nil for a criterion
	Criterion *criteria.Criterion
	Judged    Judged
	Version   *Version        // current version as the actor sees it, nil = no value
	Required  *criteria.Level // required level here, nil = not known
	Threshold *criteria.Threshold
	Margin    criteria.Decimal // see func Margin; valid when HasMargin
	HasMargin bool
	MayEdit   bool
}

// ETag names the version of the cell that a correction must be based on.
func (c *Cell) ETag() string { return c.Version.etag() }

// ScoreRow is one criterion with its indicators.
type ScoreRow struct {
	Cell       Cell // the criterion itself
	Indicators []Cell
}

// Met counts the indicators of the row that are met.
func (r ScoreRow) Met() (n int) {
	for _, c := range r.Indicators {
		if c.Judged.Verdict == Met {
			n++
		}
	}
	return n
}

// Scorecard is one commune judged by one set in one period.
type Scorecard struct {
	*Frame
	Unit       *territory.Unit
	Rows       []ScoreRow
	Criteria   Counts // criteria by verdict
	Indicators Counts // indicators by verdict
	Internal   bool   // the actor sees values that are not verified yet
}

// Gaps returns the indicators (of a structure-only set: the criteria) that are not met, in the order of the set.
func (c *Scorecard) Gaps() (out []Cell) {
	for _, r := range c.Rows {
		if len(r.Indicators) == 0 && r.Cell.Judged.Verdict != Met && r.Cell.Judged.Verdict != NotApplicable {
			out = append(out, r.Cell)
		}
		for _, i := range r.Indicators {
			if i.Judged.Verdict == NotMet || i.Judged.Verdict == Nearly {
				out = append(out, i)
			}
		}
	}
	return out
}

// Writers are the logins of those who recorded its values, as far as the actor sees them; for auth.Introduce.
func (c *Scorecard) Writers() (out []string) {
	for _, r := range c.Rows {
		for _, x := range append([]Cell{r.Cell}, r.Indicators...) {
			if x.Version != nil {
				out = append(out, x.Version.By)
			}
		}
	}
	return out
}

// Scorecard judges one commune. Errors: not_found for units that are no xã on that day.
func (s *Service) Scorecard(ctx context.Context, unit territory.UnitID, set, period string) (_ *Scorecard, err error) {
	defer fault.Wrap(&err, "assessment.Scorecard(%d, %s, %s)", unit, set, period)
	var out *Scorecard
	err = s.db.Snapshot(ctx, func(ctx context.Context) error {
		f, err := s.Frame(ctx, set, period)
		if err != nil {
			return err
		}
		if err := f.inProgramme(unit); err != nil {
			return err
		}
		seen := map[Item]*Version{}
		internal := f.sees(ctx, unit) == viewInternal
		values := NewValues(f.Set)
		if f.hasBook {
			drafts := []Version{}
			err := currentVersions(ctx, s.db.Read(ctx), f.book.ID, []territory.UnitID{unit}, func(v Version, public bool) error {
				if !internal {
					v.By, v.Note = "", "" // who wrote a figure and why stays inside
				}
				switch {
				case public:
					values.put(f.Set, v.Item, &v.Figure)
					seen[v.Item] = &v
				case internal:
					drafts = append(drafts, v)
				}
				return nil
			})
			if err != nil {
				return err
			}
			for i := range drafts {
				values.put(f.Set, drafts[i].Item, &drafts[i].Figure)
				seen[drafts[i].Item] = &drafts[i]
			}
		}
		out = f.scorecard(ctx, unit, values, seen)
		out.Internal = internal
		return nil
	})
	return out, err
}

func (f *Frame) scorecard(ctx context.Context, unit territory.UnitID, values *Values, seen map[Item]*Version) *Scorecard {
	place := f.place(unit)
	result := Evaluate(f.Set, place, values)
	out := &Scorecard{Frame: f, Unit: f.Register.Unit(unit)}
	actor := auth.Of(ctx)
	for _, c := range f.Set.Criteria() {
		item := Item{ID: c.ID, Criterion: true}
		row := ScoreRow{Cell: Cell{Item: item, Criterion: c, Judged: result.Criteria[c.Index], Version: seen[item], MayEdit: actor.May(auth.EditResults, f.scope(unit, item))}}
		out.Criteria.add(row.Cell.Judged.Verdict)
		for _, i := range c.Indicators {
			cell := f.cell(place, i, result.Indicators[i.Index], values.Indicators[i.Index])
			cell.Version = seen[cell.Item]
			cell.MayEdit = actor.May(auth.EditResults, f.scope(unit, cell.Item))
			out.Indicators.add(cell.Judged.Verdict)
			row.Indicators = append(row.Indicators, cell)
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

func (f *Frame) cell(p criteria.Place, i *criteria.Indicator, j Judged, fig *Figure) Cell {
	c := Cell{Item: Item{ID: i.ID}, Indicator: i, Criterion: i.Criterion, Judged: j, Required: f.Set.Required(i, p), Threshold: &i.Threshold}
	c.Margin, c.HasMargin = Margin(i, c.Required, fig)
	return c
}

// ItemRow is one commune on the page of an indicator or criterion.
type ItemRow struct {
	Unit *territory.Unit
	Cell Cell
}

// ItemBoard is one indicator or criterion across all communes.
type ItemBoard struct {
	*Board
	Item      Item
	Indicator *criteria.Indicator // nil for a criterion
	Criterion *criteria.Criterion
	Items     []ItemRow // in the order of Board.Rows
	Counts    Counts
}

// Item reads one indicator or criterion of a set and period with the value, threshold and margin of every commune.
func (s *Service) Item(ctx context.Context, set, period, id string) (_ *ItemBoard, err error) {
	defer fault.Wrap(&err, "assessment.Item(%s, %s, %s)", set, period, id)
	var out *ItemBoard
	err = s.db.Snapshot(ctx, func(ctx context.Context) error {
		b, err := s.Board(ctx, set, period)
		if err != nil {
			return err
		}
		item, err := ItemNamed(b.Set, id)
		if err != nil {
			return err
		}
		now, ok, err := s.stateOf(ctx, b.Frame)
		if err != nil {
			return err
		}
		p, shared := projectionOf(ctx)
		key := itemKey{projectionKey{b.book.ID, p}, item}
		if ok && shared {
			if found, yes := lookUp(s.kept, s.kept.items, key, now); yes {
				out = found
				return nil
			}
		}
		if out, err = s.itemBoard(ctx, b, item); err == nil && ok && shared {
			keep(s.kept, s.kept.items, key, now, out)
		}
		return err
	})
	return out, err
}

// itemBoard reads the values of one item behind a board.
func (s *Service) itemBoard(ctx context.Context, b *Board, item Item) (*ItemBoard, error) {
	out := &ItemBoard{Board: b, Item: item}
	if item.Criterion {
		out.Criterion = b.Set.Criterion(item.ID)
	} else {
		out.Indicator = b.Set.Indicator(item.ID)
		out.Criterion = out.Indicator.Criterion
	}
	public, inside := map[territory.UnitID]*Version{}, map[territory.UnitID]*Version{}
	if b.hasBook {
		err := itemVersions(ctx, s.db.Read(ctx), b.book.ID, item, func(v Version, isPublic bool) error {
			if b.sees(ctx, v.Unit) != viewInternal {
				v.By, v.Note = "", ""
			}
			if isPublic {
				public[v.Unit] = &v
			} else {
				inside[v.Unit] = &v
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	for _, r := range b.Rows {
		v := public[r.Unit.ID]
		if d := inside[r.Unit.ID]; d != nil && b.sees(ctx, r.Unit.ID) == viewInternal {
			v = d
		}
		out.Items = append(out.Items, out.row(r, v))
	}
	out.Counts = b.Count(b.Rows, item)
	return out, nil
}

// row completes a board row with the value behind its verdict.
func (o *ItemBoard) row(r Row, v *Version) ItemRow {
	if o.Item.Criterion {
		// The verdicts of the indicators stand in the row; from them the criterion is judged as on the scorecard.
		all := make([]Judged, len(o.Set.Indicators()))
		for i, ind := range o.Set.Indicators() {
			all[i] = Judged{Verdict: o.Verdict(r, Item{ID: ind.ID}), Reason: ByNumber}
			if all[i].Verdict == Missing {
				all[i].Reason = NoValue
			}
		}
		c := Cell{Item: o.Item, Criterion: o.Criterion, Version: v}
		var stated *Figure
		if v != nil {
			stated = &v.Figure
		}
		c.Judged = judgeCriterion(o.Criterion, all, stated)
		return ItemRow{Unit: r.Unit, Cell: c}
	}
	var fig *Figure
	if v != nil {
		fig = &v.Figure
	}
	p := o.place(r.Unit.ID)
	c := o.cell(p, o.Indicator, judge(o.Set, o.Indicator, p, fig), fig)
	c.Version = v
	return ItemRow{Unit: r.Unit, Cell: c}
}

// HistoryEntry is one version of a value, the newest first.
type HistoryEntry struct {
	Version Version
	Public  bool
}

// History returns every version of one value. Readers of public values see only the public ones, without the writer's
// name and note.
func (s *Service) History(ctx context.Context, unit territory.UnitID, set, period, id string) (out []HistoryEntry, err error) {
	defer fault.Wrap(&err, "assessment.History(%d, %s)", unit, id)
	f, err := s.Frame(ctx, set, period)
	if err != nil {
		return nil, err
	}
	item, err := ItemNamed(f.Set, id)
	if err != nil || !f.hasBook {
		return nil, err
	}
	internal := f.sees(ctx, unit) == viewInternal
	err = history(ctx, s.db.Read(ctx), f.book.ID, unit, item, func(v Version, public bool) error {
		if !internal {
			if !public {
				return nil
			}
			v.By, v.Note = "", ""
		}
		out = append(out, HistoryEntry{v, public})
		return nil
	})
	return out, err
}
