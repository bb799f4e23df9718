package criteria

import (
	"context"
	"math/big"
	"strconv"
	"strings"

	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
)

// pick returns the text in the language of ctx, the other one when it has none.
func pick(ctx context.Context, vi, en string) string {
	if i18n.Of(ctx) == i18n.En && en != "" || vi == "" {
		return en
	}
	return vi
}

// Title returns the name of the set in the language of ctx.
func (s *Set) Title(ctx context.Context) string { return pick(ctx, s.TitleVI, s.TitleEN) }

// Title returns the name of the criterion in the language of ctx.
func (c *Criterion) Title(ctx context.Context) string { return pick(ctx, c.TitleVI, c.TitleEN) }

// Text returns what is measured: the wording of the law in Vietnamese, a short title in English.
func (i *Indicator) Text(ctx context.Context) string { return pick(ctx, i.TextVI, i.TitleEN) }

// Rat is d as an exact number.
func (d Decimal) Rat() *big.Rat {
	return new(big.Rat).SetFrac(big.NewInt(d.Num), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(d.Scale)), nil))
}

// String writes d with a decimal point: "98.5".
func (d Decimal) String() string {
	if d.Scale == 0 {
		return strconv.FormatInt(d.Num, 10)
	}
	digits, sign := strconv.FormatInt(d.Num, 10), ""
	if d.Num < 0 {
		digits, sign = digits[1:], "-"
	}
	if missing := d.Scale + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	return sign + digits[:len(digits)-d.Scale] + "." + digits[len(digits)-d.Scale:]
}

// Basis returns the legal acts behind the set; English readers find the annexes of a decision by that word.
func (s *Set) Basis(ctx context.Context) []string {
	out := make([]string, len(s.LegalBasis))
	for k, act := range s.LegalBasis {
		out[k] = strings.ReplaceAll(act, "Phụ lục", i18n.T(ctx, "criteria.annex"))
	}
	return out
}

// UnitText returns the unit of i as it is written behind a number: "%", "ha", "m²/người"; "" for none.
func (i *Indicator) UnitText() string { return strings.ReplaceAll(i.Unit, "m2", "m²") }

// LevelText returns what i requires as a reader says it: "từ 98 % trở lên", "không quá 5 %", "100 %", "Mức độ 2 trở lên",
// "Đạt". nil is "chưa có ngưỡng".
func (i *Indicator) LevelText(ctx context.Context, l *Level) string {
	if l == nil {
		return i18n.T(ctx, "criteria.level_unknown_here")
	}
	text := l.Word
	switch text {
	case "":
		text = ui.Number(ctx, l.Number.Num, l.Number.Scale)
		if i.Unit != "" {
			text += "\u00a0" + i.UnitText()
		}
	case "Đạt":
		text = i18n.T(ctx, "criteria.level_met")
	case "Không":
		text = i18n.T(ctx, "criteria.level_none")
	}
	switch i.Compare {
	case AtLeast:
		if i.Kind == Percent && l.Word == "" && l.Number == (Decimal{Num: 100}) {
			return text // nothing lies above all of it
		}
		return i18n.T(ctx, "criteria.at_least", text)
	case AtMost:
		return i18n.T(ctx, "criteria.at_most", text)
	}
	return text
}

// Label returns the band as it is written in a legend: "19", "15–18", "<5" for the lowest.
func (b Band) Label() string {
	switch {
	case b.From == b.To:
		return strconv.Itoa(b.From)
	case b.From == 0:
		return "<" + strconv.Itoa(b.To+1)
	}
	return strconv.Itoa(b.From) + "–" + strconv.Itoa(b.To)
}

// bandWords returns the band as a table says it: "15–18", "dưới 5" for the lowest.
func bandWords(ctx context.Context, b Band) string {
	if b.From == 0 && b.To > 0 {
		return i18n.T(ctx, "criteria.band_below", b.To+1)
	}
	return b.Label()
}

// keyName returns the name of a region or commune group.
func (s *Set) keyName(ctx context.Context, id string) string {
	for _, list := range [][]Key{s.Regions, s.CommuneGroups} {
		for _, k := range list {
			if k.ID == id {
				return pick(ctx, k.VI, k.EN)
			}
		}
	}
	return id
}
