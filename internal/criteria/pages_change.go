package criteria

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"langso/internal/platform/clock"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
)

// changeColumns are the columns of a list of changes.
func changeColumns(ctx context.Context) []ui.Column {
	return []ui.Column{{Label: i18n.T(ctx, "criteria.change.where"), Narrow: true}, {Label: i18n.T(ctx, "criteria.change.what")}, {Label: i18n.T(ctx, "criteria.change.old")}, {Label: i18n.T(ctx, "criteria.change.new")}}
}

// changeRows are the rows of a list of changes from old to new.
func changeRows(ctx context.Context, old, new *Set, list []Change) []ui.Row {
	var out []ui.Row
	for _, c := range list {
		out = append(out, ui.Row{Cells: []ui.Cell{{Text: c.where(ctx)}, {Text: c.what(ctx, old, new)}, {Text: ui.Dash(c.side(ctx, c.from, c.oldLevel, c.Old))}, {Text: ui.Dash(c.side(ctx, c.to, c.newLevel, c.New))}}})
	}
	return out
}

// where names what changed: "Chỉ tiêu 8.4".
func (c Change) where(ctx context.Context) string {
	if c.Subject == OfSet {
		return i18n.T(ctx, "criteria.change.set")
	}
	return i18n.T(ctx, "criteria.change."+string(c.Subject), c.ID)
}

// what says which part changed: "thêm", "mức đạt, Tây Nguyên".
func (c Change) what(ctx context.Context, old, new *Set) string {
	if c.Kind != Changed {
		return i18n.T(ctx, "criteria.change."+string(c.Kind))
	}
	text := i18n.T(ctx, "criteria.field."+string(c.Field))
	if c.Year != 0 {
		text += ", " + strconv.Itoa(c.Year)
	}
	if c.Key != "" {
		name := new.keyName(ctx, c.Key)
		if name == c.Key && old != nil {
			name = old.keyName(ctx, c.Key)
		}
		if key := "criteria.commune_group." + c.Key; i18n.Has(ctx, key) {
			name = i18n.T(ctx, key)
		}
		text += ", " + name
	}
	return text
}

// side is what stood, or stands, at a change, in words.
func (c Change) side(ctx context.Context, i *Indicator, l *Level, text string) string {
	if c.Field == FieldThreshold {
		return i.LevelText(ctx, l)
	}
	if c.Kind != Changed || text == "" && c.Field != FieldLead {
		return text
	}
	word := func(prefix string) string {
		if key := prefix + text; i18n.Has(ctx, key) {
			return i18n.T(ctx, key)
		}
		return text
	}
	switch c.Field {
	case FieldKind:
		return word("criteria.kind.")
	case FieldCompare:
		switch Compare(text) {
		case AtLeast:
			return "≥"
		case AtMost:
			return "≤"
		}
		return "="
	case FieldSupplier:
		return word("criteria.supplier.")
	case FieldConfidence:
		return word("criteria.confidence.")
	case FieldLead:
		return departmentName(ctx, text, renamedFrom)
	case "level":
		return word("criteria.level.")
	case FieldEvidence:
		var out []string
		for _, id := range strings.Split(text, "; ") {
			out = append(out, i18n.T(ctx, "criteria.evidence."+id))
		}
		return strings.Join(out, "; ")
	}
	switch text {
	case "true":
		return i18n.T(ctx, "criteria.yes")
	case "false":
		return i18n.T(ctx, "criteria.no")
	case "verified", "verified, text_verified":
		return i18n.T(ctx, "criteria.verified")
	case "text_verified":
		return i18n.T(ctx, "criteria.text_verified")
	}
	return text
}

// tally counts changes for the figures above their list.
type tally struct{ added, removed, levels, others int }

func tallyOf(list []Change) tally {
	var t tally
	for _, c := range list {
		switch {
		case c.Kind == Added && c.Subject == OfIndicator:
			t.added++
		case c.Kind == Removed && c.Subject == OfIndicator:
			t.removed++
		case c.Field == FieldThreshold:
			t.levels++
		default:
			t.others++
		}
	}
	return t
}

func (t tally) figures(ctx context.Context) []ui.FigureOptions {
	fig := func(key string, n int) ui.FigureOptions {
		return ui.FigureOptions{Label: i18n.T(ctx, "criteria.tally."+key), N: n}
	}
	return []ui.FigureOptions{fig("added", t.added), fig("removed", t.removed), fig("levels", t.levels), fig("others", t.others)}
}

// changesMeaning reports whether values written before would be read in another unit or as another kind.
func changesMeaning(list []Change) bool {
	for _, c := range list {
		if c.Kind == Changed && (c.Field == FieldUnit || c.Field == FieldKind || c.Field == FieldCompare) {
			return true
		}
	}
	return false
}

// progress counts what of a set is loaded, verified and known.
type progress struct{ loaded, verified, text, known int }

func progressOf(s *Set) progress {
	var p progress
	for _, i := range s.Indicators() {
		p.loaded++
		if i.Verified {
			p.verified++
		}
		if i.TextVerified {
			p.text++
		}
		if i.Threshold.Known() && !i.Threshold.Illustrative {
			p.known++
		}
	}
	return p
}

func progressFigures(ctx context.Context, s *Set) []ui.FigureOptions {
	p, noun := progressOf(s), i18n.T(ctx, "criteria.indicators_noun")
	fig := func(key string, n, of int) ui.FigureOptions {
		return ui.FigureOptions{Label: i18n.T(ctx, "criteria.progress."+key), N: n, Of: of, Noun: noun}
	}
	return []ui.FigureOptions{fig("loaded", p.loaded, s.OfficialIndicators), fig("verified", p.verified, s.OfficialIndicators), fig("known", p.known, s.OfficialIndicators)}
}

// adminColumns and adminRows are the table of sets.
func adminColumns(ctx context.Context) []ui.Column {
	return []ui.Column{{Label: i18n.T(ctx, "criteria.set")}, {Label: i18n.T(ctx, "criteria.programme"), Narrow: true}, {Label: i18n.T(ctx, "criteria.version"), Num: true},
		{Label: i18n.T(ctx, "criteria.progress.loaded"), Num: true}, {Label: i18n.T(ctx, "criteria.progress.verified"), Num: true}, {Label: i18n.T(ctx, "criteria.progress.unknown"), Num: true}}
}

func (v *listView) rows(ctx context.Context) []ui.Row {
	var out []ui.Row
	for _, s := range v.sets {
		sub := s.Code
		if s.Code == v.force {
			sub += " · " + i18n.T(ctx, "criteria.in_force")
		}
		p := progressOf(s)
		out = append(out, ui.Row{Cells: []ui.Cell{{Text: s.Title(ctx), Href: adminHref(ctx, s.Code), Sub: sub}, {Text: s.Programme}, {Text: ui.Count(ctx, int(s.Version))},
			{Text: i18n.T(ctx, "criteria.n_of_m", ui.Count(ctx, p.loaded), ui.Count(ctx, s.OfficialIndicators))}, {Text: ui.Count(ctx, p.verified)}, {Text: ui.Count(ctx, s.OfficialIndicators-p.known)}}})
	}
	return out
}

func waitingRows(ctx context.Context, list []uploadRow) []ui.Row {
	var out []ui.Row
	for _, u := range list {
		out = append(out, ui.Row{Cells: []ui.Cell{{Text: fileOr(ctx, u.file), Href: adminHref(ctx, u.set, "tep", strconv.FormatInt(u.id, 10)), Sub: u.set}, {Text: i18n.T(ctx, "criteria.upload_kind."+u.kind)},
			{Text: ui.DateTime(ctx, clock.Instant(u.createdMS)), Sub: ui.Person(ctx, u.actor)}}})
	}
	return out
}

func waitingColumns(ctx context.Context) []ui.Column {
	return []ui.Column{{Label: i18n.T(ctx, "criteria.file")}, {Label: i18n.T(ctx, "criteria.file_kind")}, {Label: i18n.T(ctx, "criteria.when"), Narrow: true}}
}

func fileOr(ctx context.Context, name string) string {
	if name == "" {
		return i18n.T(ctx, "criteria.file_without_name")
	}
	return name
}

func (v *setView) versionColumns(ctx context.Context) []ui.Column {
	return []ui.Column{{Label: i18n.T(ctx, "criteria.version"), Narrow: true}, {Label: i18n.T(ctx, "criteria.file")}, {Label: i18n.T(ctx, "criteria.when"), Narrow: true}}
}

func (v *setView) versionRows(ctx context.Context) []ui.Row {
	var out []ui.Row
	for _, h := range v.history {
		name := i18n.T(ctx, "criteria.version_short", h.ID)
		sub := ""
		if h.Current {
			sub = i18n.T(ctx, "criteria.version_current")
		}
		out = append(out, ui.Row{Cells: []ui.Cell{{Text: name, Href: adminHref(ctx, v.set.Code, "phien-ban", strconv.FormatInt(h.ID, 10)), Sub: sub}, {Text: fileOr(ctx, h.File), Sub: i18n.T(ctx, "criteria.digest", h.SHA256[:12])},
			{Text: ui.DateTime(ctx, clock.Instant(h.LoadedMS)), Sub: h.by(ctx)}}})
	}
	return out
}

// by says who brought a version in.
func (h VersionInfo) by(ctx context.Context) string {
	switch {
	case h.Shipped:
		return i18n.T(ctx, "criteria.by_release")
	case h.Actor == "":
		return i18n.T(ctx, "criteria.by_unknown")
	}
	return ui.Person(ctx, h.Actor)
}

// missingRows are the indicators of which no level is known, or only an illustrative one.
func missingRows(ctx context.Context, s *Set) []ui.Row {
	var out []ui.Row
	for _, i := range s.Indicators() {
		if i.Threshold.Known() && !i.Threshold.Illustrative {
			continue
		}
		why := i18n.T(ctx, "criteria.missing_law")
		if i.Provincial {
			why = i18n.T(ctx, "criteria.provincial")
		}
		if i.Threshold.Illustrative {
			why += " · " + i18n.T(ctx, "criteria.missing_example")
		}
		out = append(out, ui.Row{Cells: []ui.Cell{{Text: i.ID, Href: itemHref(ctx, s.Code, i.ID)}, {Text: i.Text(ctx)}, {Text: why}}})
	}
	return out
}

func missingColumns(ctx context.Context) []ui.Column {
	return []ui.Column{{Label: i18n.T(ctx, "criteria.id"), Narrow: true}, {Label: i18n.T(ctx, "criteria.indicator")}, {Label: i18n.T(ctx, "criteria.missing_why")}}
}

func (v *setView) actions(ctx context.Context) []ui.LinkButtonOptions {
	file := adminHref(ctx, v.set.Code, "phien-ban", strconv.FormatInt(v.set.Version, 10))
	return []ui.LinkButtonOptions{
		{Text: i18n.T(ctx, "criteria.admin.template"), Href: file + "?dinh-dang=xlsx", Icon: "download", Download: true, Note: "XLSX"},
		{Text: i18n.T(ctx, "criteria.admin.file"), Href: file + "?dinh-dang=yaml", Icon: "download", Download: true, Kind: ui.Quiet},
		{Text: i18n.T(ctx, "criteria.admin.decisions"), Href: adminHref(ctx, v.set.Code, "quyet-dinh"), Kind: ui.Quiet, Icon: "next"},
		{Text: i18n.T(ctx, "criteria.admin.verifications"), Href: adminHref(ctx, v.set.Code, "kiem-chung"), Kind: ui.Quiet, Icon: "next"},
	}
}

func (v *versionView) actions(ctx context.Context) []ui.LinkButtonOptions {
	file := adminHref(ctx, v.set.Code, "phien-ban", strconv.FormatInt(v.ID, 10))
	return []ui.LinkButtonOptions{
		{Text: i18n.T(ctx, "criteria.admin.template"), Href: file + "?dinh-dang=xlsx", Icon: "download", Download: true, Note: "XLSX"},
		{Text: i18n.T(ctx, "criteria.admin.file"), Href: file + "?dinh-dang=yaml", Icon: "download", Download: true, Kind: ui.Quiet},
	}
}

// facts are who brought the version in, when and from what.
func (v *versionView) facts(ctx context.Context) []ui.Definition {
	return []ui.Definition{
		{Term: i18n.T(ctx, "criteria.when"), Text: ui.DateTime(ctx, clock.Instant(v.LoadedMS))},
		{Term: i18n.T(ctx, "criteria.by"), Text: v.by(ctx)},
		{Term: i18n.T(ctx, "criteria.file"), Text: fileOr(ctx, v.File)},
		{Term: i18n.T(ctx, "criteria.digest_term"), Text: v.SHA256},
	}
}

// pendingView is an upload between check and confirmation, or afterwards.
type pendingView struct {
	*Pending
	code  string // of the set
	stale string // why it was not written; "" = it was not tried
}

func (v *pendingView) title(ctx context.Context) string {
	switch {
	case v.State == "written":
		return i18n.T(ctx, "criteria.answer.written")
	case v.State == "dropped":
		return i18n.T(ctx, "criteria.answer.dropped")
	case len(v.Unreadable) > 0:
		return i18n.T(ctx, "criteria.answer.unreadable")
	case v.Kind == UploadOverride:
		return i18n.T(ctx, "criteria.answer.override", ui.Count(ctx, len(v.Override.Thresholds)))
	case v.Old == nil:
		return i18n.T(ctx, "criteria.answer.new", ui.Count(ctx, len(v.Set.Criteria())), ui.Count(ctx, len(v.Set.Indicators())))
	}
	return i18n.T(ctx, "criteria.answer.changes", ui.Count(ctx, len(v.Changes)))
}

func (v *pendingView) head(ctx context.Context) ui.PageHeadOptions {
	o := ui.PageHeadOptions{Title: v.title(ctx), Over: i18n.T(ctx, "criteria.over.upload", fileOr(ctx, v.File)), AsOf: i18n.T(ctx, "criteria.uploaded_by", ui.DateTime(ctx, clock.Instant(v.CreatedMS)), ui.Person(ctx, v.Actor))}
	if v.State == "pending" {
		o.Lead = i18n.T(ctx, "criteria.nothing_written")
	}
	return o
}

func (v *pendingView) steps(ctx context.Context) []ui.Step {
	check, write := ui.StepCurrent, ui.StepTodo
	if v.State == "written" {
		check, write = ui.StepDone, ui.StepDone
	}
	return []ui.Step{{Text: i18n.T(ctx, "criteria.step.file"), State: ui.StepDone}, {Text: i18n.T(ctx, "criteria.step.check"), State: check}, {Text: i18n.T(ctx, "criteria.step.write"), State: write}}
}

func (v *pendingView) action(ctx context.Context, what string) string {
	return adminHref(ctx, v.code, "tep", strconv.FormatInt(v.ID, 10), what)
}

func (v *pendingView) button(ctx context.Context) string {
	switch {
	case v.Kind == UploadOverride:
		return i18n.T(ctx, "criteria.confirm_decision")
	case v.Old == nil:
		return i18n.T(ctx, "criteria.confirm_set")
	}
	return i18n.T(ctx, "criteria.confirm_version")
}

// decision are the facts of a decision that waits.
func (v *pendingView) decision(ctx context.Context) []ui.Definition {
	o := v.Override
	out := []ui.Definition{{Term: i18n.T(ctx, "criteria.decision_number"), Text: o.Decision}, {Term: i18n.T(ctx, "criteria.decided_on"), Text: ui.Date(ctx, o.DecidedOn)}, {Term: i18n.T(ctx, "criteria.valid_from"), Text: ui.Date(ctx, o.ValidFrom)}}
	if o.Note != "" {
		out = append(out, ui.Definition{Term: i18n.T(ctx, "criteria.note"), Text: o.Note})
	}
	return out
}

func levelColumns(ctx context.Context) []ui.Column {
	return []ui.Column{{Label: i18n.T(ctx, "criteria.id"), Narrow: true}, {Label: i18n.T(ctx, "criteria.indicator")}, {Label: i18n.T(ctx, "criteria.level_today")}, {Label: i18n.T(ctx, "criteria.level_decided")}}
}

// levelRows hold the levels of today against those of the decision.
func (v *pendingView) levelRows(ctx context.Context) []ui.Row {
	var out []ui.Row
	for _, i := range v.Set.Indicators() {
		t, ok := v.Override.Thresholds[i.ID]
		if !ok {
			continue
		}
		then := *i
		then.Threshold = t
		out = append(out, ui.Row{Cells: []ui.Cell{{Text: i.ID}, {Text: i.Text(ctx)}, {Body: indicatorLevel(v.Set, i)}, {Body: indicatorLevel(v.Set, &then)}}})
	}
	return out
}

// problemColumns and rows are the list of mistakes in a file.
func problemColumns(ctx context.Context) []ui.Column {
	return []ui.Column{{Label: i18n.T(ctx, "criteria.problem.where"), Narrow: true}, {Label: i18n.T(ctx, "criteria.problem.what")}}
}

func problemRows(ctx context.Context, list Problems) []ui.Row {
	var out []ui.Row
	for _, p := range list {
		at := p.At(ctx)
		if at == "" {
			at = i18n.T(ctx, "criteria.whole_file")
		}
		out = append(out, ui.Row{Cells: []ui.Cell{{Text: at}, {Text: i18n.T(ctx, p.Key, p.Args...)}}})
	}
	return out
}

func orphanColumns(ctx context.Context) []ui.Column {
	return []ui.Column{{Label: i18n.T(ctx, "criteria.change.where"), Narrow: true}, {Label: i18n.T(ctx, "criteria.problem.what")}, {Label: i18n.T(ctx, "criteria.values"), Num: true}}
}

func (v *refusalView) orphanRows(ctx context.Context) []ui.Row {
	var out []ui.Row
	for _, o := range v.orphans {
		of := OfIndicator
		if o.Criterion {
			of = OfCriterion
		}
		out = append(out, ui.Row{Cells: []ui.Cell{{Text: Change{Subject: of, ID: o.ID}.where(ctx)}, {Text: i18n.T(ctx, "criteria.lost."+string(o.Reason))}, {Text: ui.Count(ctx, o.Values)}}})
	}
	return out
}

func (v *refusalView) head(ctx context.Context) ui.PageHeadOptions {
	o := ui.PageHeadOptions{Title: i18n.T(ctx, "criteria.answer.refused"), Lead: i18n.T(ctx, "criteria.refused_lead"), Over: i18n.T(ctx, "criteria.over.upload", fileOr(ctx, v.file))}
	switch {
	case len(v.problems) > 0:
		o.Title = i18n.T(ctx, "criteria.answer.problems", ui.Count(ctx, len(v.problems)))
	case len(v.orphans) > 0:
		o.Title = i18n.T(ctx, "criteria.answer.orphans")
	}
	return o
}

func (v *refusalView) back(ctx context.Context) string {
	switch {
	case v.set == nil:
		return adminHref(ctx)
	case v.kind == UploadOverride:
		return adminHref(ctx, v.set.Code, "quyet-dinh")
	}
	return adminHref(ctx, v.set.Code)
}

func decisionColumns(ctx context.Context) []ui.Column {
	return []ui.Column{{Label: i18n.T(ctx, "criteria.decision_number")}, {Label: i18n.T(ctx, "criteria.valid_from"), Narrow: true}, {Label: i18n.T(ctx, "criteria.indicators"), Num: true},
		{Label: i18n.T(ctx, "criteria.state")}, {Label: i18n.T(ctx, "criteria.when"), Narrow: true}}
}

func (v *decisionsView) rows(ctx context.Context) []ui.Row {
	var out []ui.Row
	for _, d := range v.list {
		state := "criteria.decision_later"
		switch {
		case d.Replaced:
			state = "criteria.decision_replaced"
		case d.InForce:
			state = "criteria.decision_in_force"
		}
		text := i18n.T(ctx, state)
		if d.Illustrative {
			text += " · " + ui.OriginWord(ctx, ui.Example)
		}
		out = append(out, ui.Row{Cells: []ui.Cell{{Text: d.Decision, Href: adminHref(ctx, v.set.Code, "quyet-dinh", strconv.FormatInt(d.ID, 10)), Sub: i18n.T(ctx, "criteria.decided_on_day", ui.Date(ctx, d.DecidedOn))},
			{Text: ui.Date(ctx, d.ValidFrom)}, {Text: ui.Count(ctx, len(d.Thresholds))}, {Text: text, Sub: d.Note}, {Text: ui.DateTime(ctx, clock.Instant(d.LoadedMS)), Sub: ui.Person(ctx, d.Actor)}}})
	}
	return out
}

// levelsHint tells how levels are written and which keys there are.
func (v *decisionsView) levelsHint(ctx context.Context) string {
	if len(v.set.ThresholdKeys) == 0 {
		return i18n.T(ctx, "criteria.levels_hint")
	}
	keys := v.set.ThresholdKeys
	return i18n.T(ctx, "criteria.levels_hint_keys", keys[0], keys[len(keys)-1], strings.Join(keys, ", "))
}

// field is one question of the form of a decision.
func (v *decisionsView) field(ctx context.Context, o ui.FieldOptions) ui.FieldOptions {
	o.Label, o.Error = i18n.T(ctx, "criteria.form."+o.Name), errorAt(ctx, v.wrong, o.Name, false)
	if o.Name == fieldLevels && len(v.lines) > 0 {
		o.Error = v.lineErrors(ctx)
	}
	o.Autocomplete = "off"
	return o
}

// firstField is the first group of indicators to choose from.
func (v *verifyView) firstField() string {
	for _, c := range v.set.Criteria() {
		if slices.ContainsFunc(c.Indicators, func(i *Indicator) bool { return !i.Verified }) {
			return fieldIndicators + "-" + c.ID
		}
	}
	return fieldSource
}

// options are the indicators of a criterion that are not verified.
func (v *verifyView) options(ctx context.Context, c *Criterion) []ui.Option {
	var out []ui.Option
	for _, i := range c.Indicators {
		if i.Verified {
			continue
		}
		var levels []string
		for _, r := range requirements(ctx, v.set, i) {
			levels = append(levels, strings.TrimPrefix(r.Where+": "+r.Level, ": "))
		}
		if len(levels) == 0 {
			levels = []string{i.LevelText(ctx, nil)}
		}
		out = append(out, ui.Option{Value: i.ID, Text: i.ID + " · " + i.Text(ctx) + " · " + strings.Join(levels, "; "), Selected: slices.Contains(v.chosen, i.ID)})
	}
	return out
}

func (v *verifyView) marked() []*Indicator {
	var out []*Indicator
	for _, i := range v.set.Indicators() {
		if i.Mark != nil {
			out = append(out, i)
		}
	}
	return out
}

func markColumns(ctx context.Context) []ui.Column {
	return []ui.Column{{Label: i18n.T(ctx, "criteria.id"), Narrow: true}, {Label: i18n.T(ctx, "criteria.form."+fieldSource)}, {Label: i18n.T(ctx, "criteria.when"), Narrow: true}, {Label: i18n.T(ctx, "criteria.withdraw")}}
}

func (v *verifyView) markRows(ctx context.Context) []ui.Row {
	var out []ui.Row
	for _, i := range v.marked() {
		out = append(out, ui.Row{Cells: []ui.Cell{{Text: i.ID, Href: itemHref(ctx, v.set.Code, i.ID)}, {Text: i.Mark.Source}, {Text: ui.DateTime(ctx, clock.Instant(i.Mark.AtMS)), Sub: ui.Person(ctx, i.Mark.By)}, {Body: withdrawForm(v.set, i)}}})
	}
	return out
}

func (v *verifyView) lead(ctx context.Context) string {
	p := progressOf(v.set)
	return i18n.T(ctx, "criteria.verify_lead", ui.Count(ctx, p.verified), ui.Count(ctx, p.loaded))
}

// choiceError is the refusal of a choice of no indicator, beside the first group.
func (v *verifyView) choiceError(ctx context.Context, c *Criterion) string {
	if fieldIndicators+"-"+c.ID != v.firstField() {
		return ""
	}
	return errorAt(ctx, v.wrong, fieldIndicators, false)
}
