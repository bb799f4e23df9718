package assessment

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"

	"langso/internal/assessment/workbook"
	"langso/internal/criteria"
	"langso/internal/platform/audit"
	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
	"langso/internal/platform/vntext"
	"langso/internal/territory"
)

// noVersion is the entity tag of an item that has no value yet.
const noVersion = "0"

// Correction changes one value by hand.
type Correction struct {
	Unit   territory.UnitID
	Set    string
	Period string
	Item   Item
	Figure Figure
	Reason string // why, required
	// IfMatch is the entity tag of the version that the writer saw: "0" or Cell.ETag. Empty is refused.
	IfMatch string
}

// Correct records a new version of one value. Errors: unconditional without IfMatch, stale when somebody wrote in
// between, invalid for a value that the indicator cannot have, forbidden without the right there.
func (s *Service) Correct(ctx context.Context, c Correction) (err error) {
	defer fault.Wrap(&err, "assessment.Correct(%d, %s)", c.Unit, c.Item.key())
	c.Reason = vntext.Squeeze(vntext.NFC(c.Reason))
	c.Figure = c.Figure.normal()
	// Everything is read inside the transaction, so that the verdict stored is that of the sets and units of this instant.
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		f, err := s.Frame(ctx, c.Set, c.Period)
		if err != nil {
			return err
		}
		if err := f.mayCorrect(ctx, c); err != nil {
			return err
		}
		var now current
		if f.hasBook {
			have, err := loadCurrent(ctx, tx, f.book.ID, []change{{Unit: c.Unit, Item: c.Item}})
			if err != nil {
				return err
			}
			now = have[cellKey{c.Unit, c.Item}]
		}
		if newest(now).etag() != c.IfMatch {
			return fault.New(fault.Stale, "assessment.stale_version")
		}
		var before any
		if v := newest(now); v != nil {
			before = v.Figure
		}
		state := f.stateFor(ctx, c.Unit, c.Item)
		o, err := s.write(ctx, tx, f, []change{{Unit: c.Unit, Item: c.Item, Figure: c.Figure, State: state, Note: c.Reason, Anew: true}})
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			Action: actionEdit,
			Key:    f.Set.Code + "/" + f.Period.ID + "/" + strconv.FormatInt(int64(c.Unit), 10) + "/" + c.Item.key(),
			Old:    before,
			New:    edited{Figure: c.Figure, Reason: c.Reason, State: state, Digest: digest(o.Versions)},
		})
	})
}

// actionEdit and edited are what the audit keeps of a correction.
const actionEdit = "results.edit"

type edited struct {
	Figure Figure `json:"figure"`
	Reason string `json:"reason"`
	State  State  `json:"state"`
	Digest string `json:"values_sha256"`
}

// mayCorrect refuses corrections that the actor may not make or that cannot be true.
func (f *Frame) mayCorrect(ctx context.Context, c Correction) error {
	if err := f.inProgramme(c.Unit); err != nil {
		return err
	}
	if !f.Knows(c.Item) {
		return fault.New(fault.NotFound, "assessment.no_indicator", c.Item.ID, f.Set.Code)
	}
	if err := auth.Require(ctx, auth.EditResults, f.scope(c.Unit, c.Item)); err != nil {
		return err
	}
	switch {
	case c.IfMatch == "":
		return fault.New(fault.Unconditional, "assessment.no_version")
	case c.Reason == "":
		return fault.New(fault.Invalid, "assessment.no_reason").At("ly-do")
	case len(c.Reason) > 2000:
		return fault.New(fault.TooLarge, "assessment.reason_too_long").At("ly-do")
	case !printable(c.Reason):
		return fault.New(fault.Invalid, "assessment.control_characters").At("ly-do")
	case !printable(c.Figure.Word):
		return fault.New(fault.Invalid, "assessment.control_characters").At("muc")
	}
	if err := f.begun(); err != nil {
		return err
	}
	return checkFigure(f.Set, c.Item, c.Figure)
}

// printable reports whether a text has no control characters and none that turn the direction of the line: they hide what
// is written, and PostgreSQL cannot store all of them.
func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || vntext.Turns(r)
	})
}

// begun refuses periods that start after today: nobody has results of the future.
func (f *Frame) begun() error {
	if f.Period.From > f.today {
		return fault.New(fault.Invalid, "assessment.period_ahead", f.Period.ID)
	}
	return nil
}

// newest is the version that somebody who sees inside values sees.
func newest(c current) *Version {
	if c.inside != nil {
		return c.inside
	}
	return c.public
}

func (v *Version) etag() string {
	if v == nil {
		return noVersion
	}
	return strconv.FormatInt(v.RecordedMS, 36)
}

// inProgramme refuses units that are not xã on the day of the frame.
func (f *Frame) inProgramme(id territory.UnitID) error {
	u := f.Register.Unit(id)
	switch {
	case u == nil:
		return fault.New(fault.NotFound, "assessment.no_unit", strconv.FormatInt(int64(id), 10))
	case !u.ValidAt(f.Period.AsOf):
		return fault.New(fault.NotFound, "assessment.unit_not_then", u.FullName(), vntext.Date(f.Period.AsOf))
	case !u.InProgramme():
		return fault.New(fault.Invalid, "assessment.unit_not_in_programme", u.FullName())
	}
	return nil
}

// checkFigure refuses figures that the item cannot have. The field names are those of the correction form.
func checkFigure(set *criteria.Set, item Item, f Figure) error {
	if item.Criterion {
		if f.HasNumber || f.Word != "" || f.Declared == "" {
			return fault.New(fault.Invalid, "assessment.criterion_wants_verdict").At("ket-qua")
		}
		return nil
	}
	i := set.Indicator(item.ID)
	if !f.HasNumber && f.Word == "" && f.Declared == "" {
		return fault.New(fault.Invalid, "assessment.no_figure").At("gia-tri")
	}
	if f.HasNumber && (i.Kind == criteria.Boolean || i.Kind == criteria.Document) && f.Den == 0 {
		return fault.New(fault.Invalid, "assessment.wants_verdict", i.ID).At("gia-tri")
	}
	if f.Num < 0 || f.Den < 0 {
		return fault.New(fault.Invalid, "assessment.negative").At("gia-tri")
	}
	if i.Kind == criteria.Percent && f.HasNumber {
		if f.Den != 0 && f.Num > f.Den {
			return fault.New(fault.Invalid, "assessment.numerator_exceeds").At("tu-so")
		}
		if f.Den == 0 && compareFigure(i.Kind, &f, criteria.Decimal{Num: 100}) > 0 {
			return fault.New(fault.Invalid, "assessment.percent_range").At("gia-tri")
		}
	}
	return nil
}

// ParseNumber reads a number as people type it: "1.234,5", "1234.5", "1234,5"; a dot before exactly three digits groups
// thousands ("1.234" = 1234), any other single dot is a decimal point ("98.2"). A trailing % is allowed.
func ParseNumber(s string) (criteria.Decimal, error) {
	bad := fault.New(fault.Invalid, "assessment.not_a_number", s)
	t := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
	t = strings.TrimSuffix(t, "%")
	if t == "" {
		return criteria.Decimal{}, bad
	}
	comma := strings.Count(t, ",")
	groups := strings.Split(t, ".")
	grouped := len(groups) > 1
	for _, g := range groups[1:] {
		whole, _, _ := strings.Cut(g, ",")
		grouped = grouped && len(whole) == 3
	}
	switch {
	case comma > 1:
		return criteria.Decimal{}, bad
	case grouped && groups[0] != "" && groups[0] != "0" && len(groups[0]) <= 3:
		t = strings.ReplaceAll(t, ".", "")
	case len(groups) > 2 || len(groups) == 2 && comma == 1:
		return criteria.Decimal{}, bad
	}
	t = strings.Replace(t, ",", ".", 1)
	whole, frac, _ := strings.Cut(t, ".")
	digits := whole + frac
	if whole == "" || len(digits) > 15 || len(frac) > 9 || strings.Trim(digits, "0123456789") != "" {
		return criteria.Decimal{}, bad
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n == math.MaxInt64 {
		return criteria.Decimal{}, bad.Because(err)
	}
	return criteria.Decimal{Num: n, Scale: len(frac)}, nil
}

// ParseFigure reads the fields of the correction form: a number, or numerator and denominator, a level word, a declared
// result. Empty fields say nothing.
func ParseFigure(value, numerator, denominator, level, verdict string) (f Figure, err error) {
	f.Word = vntext.Squeeze(vntext.NFC(level))
	if len(f.Word) > 100 {
		return f, fault.New(fault.Invalid, "assessment.level_too_long").At("muc")
	}
	switch v := workbook.Verdict(verdict); v {
	case "", workbook.VerdictMet, workbook.VerdictNearly, workbook.VerdictNotMet, workbook.VerdictNA, workbook.VerdictNotDone:
		f.Declared = v
	default:
		return f, fault.New(fault.Invalid, "assessment.unknown_verdict", verdict).At("ket-qua")
	}
	numerator, denominator, value = strings.TrimSpace(numerator), strings.TrimSpace(denominator), strings.TrimSpace(value)
	switch {
	case numerator != "" || denominator != "":
		n, err := parseField(numerator, "tu-so")
		if err != nil {
			return f, err
		}
		d, err := parseField(denominator, "mau-so")
		if err != nil {
			return f, err
		}
		if d.Num == 0 {
			return f, fault.New(fault.Invalid, "assessment.zero_denominator").At("mau-so")
		}
		var fits bool
		if f, fits = f.withRatio(n, d); !fits {
			return f, fault.New(fault.Invalid, "assessment.too_many_digits").At("tu-so")
		}
	case value != "":
		n, err := parseField(value, "gia-tri")
		if err != nil {
			return f, err
		}
		f.HasNumber, f.Num, f.Scale = true, n.Num, n.Scale
	}
	return f.normal(), nil
}

func parseField(s, field string) (criteria.Decimal, error) {
	d, err := ParseNumber(s)
	if err != nil {
		return d, fault.As(err).At(field)
	}
	return d, nil
}

// String writes a figure for logs and notes.
func (f Figure) String() string {
	switch {
	case f.Ratio():
		return fmt.Sprintf("%s/%s %s", number(criteria.Decimal{Num: f.Num, Scale: f.Scale}), number(criteria.Decimal{Num: f.Den, Scale: f.Scale}), f.Declared)
	case f.HasNumber:
		return fmt.Sprintf("%s %s", number(criteria.Decimal{Num: f.Num, Scale: f.Scale}), f.Declared)
	}
	return strings.TrimSpace(f.Word + " " + string(f.Declared))
}
