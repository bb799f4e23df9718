package board

import (
	"context"

	"langso/internal/assessment"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
)

// communeField asks for a commune of a side: out of a list, or typed where the list would be longer than the page.
func communeField(ctx context.Context, b *assessment.Board, name, label, chosen, none string) ui.FieldOptions {
	f := ui.FieldOptions{Kind: ui.TextField, Name: name, Label: label, Width: ui.Medium}
	if len(b.Rows) > wholeRows {
		f.Value, f.Hint = chosen, i18n.T(ctx, "board.compare.typed", none)
		return f
	}
	f.Kind, f.Options = ui.SelectField, communesOf(b, chosen, none)
	return f
}

// communesOf are the communes that a side can be asked for.
func communesOf(b *assessment.Board, chosen, none string) []ui.Option {
	out := []ui.Option{{Text: none}}
	for _, r := range b.Rows {
		out = append(out, ui.Option{Value: r.Unit.Slug(), Text: r.Unit.Name, Selected: r.Unit.Slug() == chosen})
	}
	return out
}

// questions are the fields of the form: what to compare with.
func (v *comparison) questions(ctx context.Context) []ui.FieldOptions {
	right := v.before
	if right == nil {
		right = v.Board
	}
	return []ui.FieldOptions{
		{Kind: ui.SelectField, Name: "voi", Label: i18n.T(ctx, "board.compare.with"), Options: v.choices, Width: ui.Medium},
		communeField(ctx, v.Board, "xa", i18n.T(ctx, "assessment.commune"), v.other.unit, i18n.T(ctx, "board.compare.every")),
		communeField(ctx, right, "voi-xa", i18n.T(ctx, "board.compare.second"), v.other.second, i18n.T(ctx, "board.compare.itself")),
		{Kind: ui.SelectField, Name: "doi", Label: i18n.T(ctx, "board.compare.show"), Options: []ui.Option{{Text: i18n.T(ctx, "board.compare.only_changes"), Selected: v.other.all == ""}, {Value: "tat-ca", Text: i18n.T(ctx, "board.compare.everything"), Selected: v.other.all != ""}}, Width: ui.Medium},
	}
}

// hidden are the parts of the choice that the form does not ask for.
func (v *comparison) hidden() []ui.Hidden {
	out := v.kept()
	if v.other.known != "" {
		out = append(out, ui.Hidden{Name: "luc-voi", Value: v.other.known})
	}
	return out
}
