package account

import (
	"context"
	"slices"
	"strconv"
	"time"

	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
)

// moment is a time as pages show it, "–" when there is none.
func moment(ctx context.Context, t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return ui.DateTime(ctx, t)
}

// agentWords is what a browser said of itself.
func agentWords(ctx context.Context, agent string) string {
	if agent == "" {
		return i18n.T(ctx, "account.agent_unknown")
	}
	return agent
}

func sessionColumns(ctx context.Context, own bool) []ui.Column {
	out := []ui.Column{{Label: i18n.T(ctx, "account.agent")}, {Label: i18n.T(ctx, "account.opened")}, {Label: i18n.T(ctx, "account.seen")}}
	if own {
		out = append(out, ui.Column{Label: i18n.T(ctx, "account.action"), Narrow: true})
	}
	return out
}

func sessionRows(ctx context.Context, list []Session, own bool) []ui.Row {
	out := make([]ui.Row, len(list))
	for i, s := range list {
		name := agentWords(ctx, s.Agent)
		cells := []ui.Cell{{Text: name}, {Text: moment(ctx, s.Opened)}, {Text: moment(ctx, s.Seen)}}
		switch {
		case own && s.Current:
			cells = append(cells, ui.Cell{Text: i18n.T(ctx, "account.session_this")})
		case own:
			cells = append(cells, ui.Cell{Body: rowButton(ui.Href(ctx, mePath+"/phien"), i18n.T(ctx, "account.session_end"), i18n.T(ctx, "account.session_end_this", name, moment(ctx, s.Seen)), ui.Hidden{Name: "phien", Value: s.Ref})})
		}
		out[i] = ui.Row{Cells: cells}
	}
	return out
}

func deviceColumns(ctx context.Context, own bool) []ui.Column {
	out := []ui.Column{{Label: i18n.T(ctx, "account.agent")}, {Label: i18n.T(ctx, "account.first_seen")}, {Label: i18n.T(ctx, "account.last_sign_in")}}
	if own {
		out = append(out, ui.Column{Label: i18n.T(ctx, "account.action"), Narrow: true})
	}
	return out
}

func deviceRows(ctx context.Context, list []Device, own bool) []ui.Row {
	out := make([]ui.Row, len(list))
	for i, d := range list {
		name := agentWords(ctx, d.Agent)
		cells := []ui.Cell{{Text: name}, {Text: moment(ctx, d.First)}, {Text: moment(ctx, d.Seen)}}
		if own {
			cells = append(cells, ui.Cell{Body: rowButton(ui.Href(ctx, mePath+"/thiet-bi"), i18n.T(ctx, "account.device_forget"), i18n.T(ctx, "account.device_forget_this", name, moment(ctx, d.Seen)), ui.Hidden{Name: "thiet-bi", Value: d.Ref})})
		}
		out[i] = ui.Row{Cells: cells}
	}
	return out
}

func tokenHeads(ctx context.Context) []ui.Column {
	return []ui.Column{{Label: i18n.T(ctx, "account.token.name")}, {Label: i18n.T(ctx, "account.token.scope")}, {Label: i18n.T(ctx, "account.token.expires")}, {Label: i18n.T(ctx, "account.token.used")}, {Label: i18n.T(ctx, "account.action"), Narrow: true}}
}

// tokenRows are tokens, the newest first; action and field revoke one.
func tokenRows(ctx context.Context, list []tokenView, action, field string) []ui.Row {
	var out []ui.Row
	for _, t := range slices.Backward(list) {
		out = append(out, ui.Row{Cells: []ui.Cell{{Text: t.Name}, {Text: i18n.T(ctx, "account.token.short."+string(t.Scope))}, {Text: moment(ctx, t.Expires)}, {Text: moment(ctx, t.LastUsed)},
			{Body: tokenButton(t, action, field)}}})
	}
	return out
}

func tokenStateKey(t tokenView) string {
	if t.Revoked.IsZero() {
		return "account.token.expired"
	}
	return "account.token.is_revoked"
}

// keyUse says since when a passkey is there and when it was used.
func keyUse(ctx context.Context, p Passkey) string {
	if p.LastUsed.IsZero() {
		return i18n.T(ctx, "account.factor.since", moment(ctx, p.Since))
	}
	return i18n.T(ctx, "account.factor.used", moment(ctx, p.LastUsed))
}

func onOff(ctx context.Context, on bool) string {
	if on {
		return i18n.T(ctx, "account.factor.on")
	}
	return i18n.T(ctx, "account.factor.none")
}

func stateKey(a Account) string {
	if a.Active {
		return "account.state.active"
	}
	return "account.state.disabled"
}

func stateLead(ctx context.Context, a Account) string {
	if a.Active {
		return i18n.T(ctx, "account.state.active_lead", ui.DateTime(ctx, a.Created))
	}
	return i18n.T(ctx, "account.state.disabled_lead", ui.DateTime(ctx, a.Created))
}

func accountRows(ctx context.Context, list []listRow) []ui.Row {
	out := make([]ui.Row, len(list))
	for i, a := range list {
		out[i] = ui.Row{Cells: []ui.Cell{{Text: a.Name, Href: ui.Href(ctx, pathOf(a.Account))}, {Text: a.Login}, {Body: lines(a.Grants)}, {Text: i18n.T(ctx, stateKey(a.Account))}}}
	}
	return out
}

func grantRows(ctx context.Context, v detailView) []ui.Row {
	out := make([]ui.Row, len(v.Grants))
	for i, g := range v.Grants {
		role := i18n.T(ctx, "ui.role."+string(g.Role))
		out[i] = ui.Row{Cells: []ui.Cell{{Text: role}, {Text: v.Places[i]}, {Body: rowButton(ui.Href(ctx, pathOf(v.Account)+"/thu-quyen"), i18n.T(ctx, "account.grant.take"), i18n.T(ctx, "account.grant.take_this", role, v.Places[i]),
			ui.Hidden{Name: "vai-tro", Value: string(g.Role)}, ui.Hidden{Name: "don-vi", Value: strconv.FormatInt(g.Unit, 10)})}}}
	}
	return out
}

// roleOptions are the roles, each with what it may do.
func roleOptions(ctx context.Context, chosen string) []ui.Option {
	out := make([]ui.Option, len(auth.Roles))
	for i, r := range auth.Roles {
		out[i] = ui.Option{Value: string(r), Text: i18n.T(ctx, "ui.role."+string(r)) + " – " + i18n.T(ctx, "account.role_can."+string(r)), Selected: string(r) == chosen}
	}
	return out
}

func options(list []Choice, chosen ...string) []ui.Option {
	out := make([]ui.Option, len(list))
	for i, c := range list {
		out[i] = ui.Option{Value: c.ID, Text: c.Name, Selected: slices.Contains(chosen, c.ID)}
	}
	return out
}

func historyItems(ctx context.Context, v detailView) []ui.TimelineItem {
	out := make([]ui.TimelineItem, len(v.History))
	for i, l := range v.History {
		out[i] = ui.TimelineItem{When: ui.DateTime(ctx, l.At), ISO: l.At.In(clock.Vietnam).Format(time.RFC3339), What: i18n.T(ctx, "account.history."+l.Action), Who: v.Who[i]}
	}
	return out
}
