package criteria

import (
	"context"
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

// LevelText returns what i requires as a reader says it: "từ 98 % trở lên", "không quá 5 %", "Mức độ 2 trở lên", "Đạt".
// nil is "chưa có ngưỡng".
func (i *Indicator) LevelText(ctx context.Context, l *Level) string {
	if l == nil {
		return i18n.T(ctx, "criteria.level_unknown_here")
	}
	text := l.Word
	if text == "" {
		text = ui.Number(ctx, l.Number.Num, l.Number.Scale)
		if i.Unit != "" {
			text += "\u00a0" + i.Unit
		}
	}
	switch i.Compare {
	case AtLeast:
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
