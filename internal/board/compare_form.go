package board

import (
	"context"
	"strings"

	"langso/internal/assessment"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/vntext"
	"langso/internal/territory"
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

// maxTyped is how many bytes of a typed name are looked for; no commune has a longer one.
const maxTyped = 200

// maxChoices is how many communes of one name a refusal lists.
const maxChoices = 5

// unitNamed finds a commune of a board by its part of an address, by its code, or by a name that it alone bears. A name that
// several bear is refused with their codes; field is where the address holds it.
func unitNamed(ctx context.Context, b *assessment.Board, field, name string) (*territory.Unit, error) {
	for _, r := range b.Rows {
		if r.Unit.Slug() == name {
			return r.Unit, nil
		}
	}
	var found []*territory.Unit
	if len(name) <= maxTyped { // folding costs by the letters
		folded := vntext.Fold(name)
		for _, r := range b.Rows {
			if r.Unit.Code == name || vntext.Fold(r.Unit.Name) == folded || vntext.Fold(r.Unit.FullName()) == folded {
				found = append(found, r.Unit)
			}
		}
	}
	switch len(found) {
	case 0:
		return nil, fault.New(fault.NotFound, "board.no_commune", name, b.Period.Title(ctx))
	case 1:
		return found[0], nil
	}
	var list []string
	for _, u := range found[:min(len(found), maxChoices)] {
		place := u.Title(ctx)
		if in := b.Roster.Parent(territory.Administrative, u.ID); in != nil {
			place += ", " + in.Title(ctx)
		}
		list = append(list, i18n.T(ctx, "board.choice", place, u.Code))
	}
	if more := len(found) - len(list); more > 0 {
		list = append(list, i18n.T(ctx, "board.more", ui.Count(ctx, more)))
	}
	return nil, fault.New(fault.Invalid, "board.many_communes", name, ui.Count(ctx, len(found)), strings.Join(list, "; ")).At(field)
}
