package assessment

import (
	"context"
	"net/http"
	"strconv"

	"langso/internal/criteria"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/vntext"
	"langso/internal/platform/web"
)

const (
	navBooks  = "ky-bao-cao"
	booksPath = "/quan-tri/ky-bao-cao"
	fieldTo   = "phien-ban-moi" // version to judge by
)

// booksView lists the periods that have results with the versions that judge them.
type booksView struct {
	books []Book
	sets  map[string]*criteria.Set // the newest version of each
}

func (s *Service) booksPage(r *web.Request) error {
	ctx := r.Context()
	v := &booksView{sets: map[string]*criteria.Set{}}
	var err error
	if v.books, err = s.Books(ctx); err != nil {
		return err
	}
	sets, err := s.sets.Sets(ctx)
	if err != nil {
		return err
	}
	for _, set := range sets {
		v.sets[set.Code] = set
	}
	title := r.T("assessment.books")
	return r.Render(http.StatusOK, ui.Frame{Title: title, Shell: ui.Desk, Active: navBooks, Crumbs: []ui.Crumb{{Text: title}}}, booksBody(v))
}

func bookPath(set, period string) string { return booksPath + "/" + set + "/" + period }

func (v *booksView) heads(ctx context.Context) []ui.Column {
	return []ui.Column{{Label: i18n.T(ctx, "assessment.set")}, {Label: i18n.T(ctx, "assessment.period")}, {Label: i18n.T(ctx, "assessment.judged_by")}, {Label: i18n.T(ctx, "assessment.newest_version")}}
}

func (v *booksView) lines(ctx context.Context) []ui.Row {
	var out []ui.Row
	for _, b := range v.books {
		newest := v.sets[b.Set]
		if newest == nil {
			continue // a set that is gone cannot judge anew
		}
		last := ui.Cell{Text: i18n.T(ctx, "assessment.version_no", newest.Version)}
		switch {
		case newest.Version == b.Version:
			last.Sub = i18n.T(ctx, "assessment.version_same")
		case !b.Held:
			last.Sub = i18n.T(ctx, "assessment.version_follows")
		default:
			last.Sub = i18n.T(ctx, "assessment.version_newer")
		}
		out = append(out, ui.Row{Cells: []ui.Cell{
			{Text: ShortSetName(ctx, newest)},
			{Text: PeriodName(ctx, b.Period), Href: ui.Href(ctx, bookPath(b.Set, b.Period.ID))},
			{Text: i18n.T(ctx, "assessment.version_no", b.Version)},
			last,
		}})
	}
	return out
}

// moveView is what moving a period to another version would change, with the form that does it.
type moveView struct {
	*Migration
	reason string
	wrong  *fault.Error
}

// moveTo reads which version is asked for; without one it is the newest.
func (s *Service) moveTo(r *web.Request, text string) (int64, error) {
	set, err := s.sets.Current(r.Context(), r.PathValue("bo"))
	if err != nil || text == "" {
		if err != nil {
			return 0, err
		}
		return set.Version, nil
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fault.New(fault.NotFound, "criteria.version_unknown", 0)
	}
	return id, nil
}

func (s *Service) movePage(r *web.Request) error {
	return s.showMove(r, http.StatusOK, r.URL.Query().Get(fieldTo), "", nil)
}

func (s *Service) showMove(r *web.Request, status int, to, reason string, wrong *fault.Error) error {
	ctx := r.Context()
	if err := auth.Require(ctx, auth.ChangeCriteria, auth.Scope{}); err != nil {
		return err
	}
	id, err := s.moveTo(r, to)
	if err != nil {
		return err
	}
	m, err := s.PreviewMove(ctx, r.PathValue("bo"), r.PathValue("ky"), id)
	if err != nil {
		return err
	}
	v := &moveView{Migration: m, reason: reason, wrong: wrong}
	var movers []string
	for _, x := range m.Moves {
		movers = append(movers, x.By)
	}
	if err := r.Introduce(movers...); err != nil {
		return err
	}
	f := ui.Frame{Title: v.title(ctx), Shell: ui.Desk, Active: navBooks, Crumbs: []ui.Crumb{{Text: r.T("assessment.books"), Href: r.Href(booksPath)}, {Text: PeriodName(ctx, m.Period)}}}
	if wrong != nil {
		field := wrong.Field
		if field == "" {
			field = fieldReason
		}
		f.Errors = []ui.FieldError{{Field: field, Text: i18n.T(ctx, wrong.Key, wrong.Args...)}}
	}
	r.W.Header().Set("ETag", `"`+m.ETag+`"`)
	return r.Render(status, f, moveBody(v))
}

// movePeriod moves the period; a refusal shows the preview of this moment with the reason as it was typed.
func (s *Service) movePeriod(r *web.Request) error {
	ctx := r.Context()
	if err := auth.Require(ctx, auth.ChangeCriteria, auth.Scope{}); err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	to, err := s.moveTo(r, r.PostForm.Get(fieldTo))
	if err != nil {
		return err
	}
	set, period, reason := r.PathValue("bo"), r.PathValue("ky"), r.PostForm.Get(fieldReason)
	err = s.MovePeriod(ctx, MoveRequest{Set: set, Period: period, To: to, Reason: reason, IfMatch: r.PostForm.Get(fieldVersion)})
	if err != nil {
		f := fault.As(err)
		switch f.Code {
		case fault.Invalid, fault.TooLarge, fault.Stale, fault.Unconditional, fault.Conflict:
			return s.showMove(r, web.Status(f.Code), strconv.FormatInt(to, 10), reason, f)
		}
		return err
	}
	r.Flash("ok", r.T("assessment.moved", to))
	return r.See(bookPath(set, period))
}

// same reports that the period is judged by the version already.
func (v *moveView) same() bool { return v.To.Version == v.Set.Version }

func (v *moveView) title(ctx context.Context) string {
	switch {
	case v.same():
		return i18n.T(ctx, "assessment.move_current", v.To.Version)
	case len(v.Orphans) > 0:
		return i18n.T(ctx, "assessment.move_refused", v.To.Version)
	}
	return i18n.T(ctx, "assessment.move_changes", ui.Count(ctx, v.Communes), ui.Count(ctx, len(v.Roster.Communes())), v.To.Version)
}

// errorText is what is wrong with the reason.
func (v *moveView) errorText(ctx context.Context) string {
	if v.wrong == nil || v.wrong.Field != fieldReason {
		return ""
	}
	return i18n.T(ctx, v.wrong.Key, v.wrong.Args...)
}

func (v *moveView) heads(ctx context.Context) []ui.Column {
	return []ui.Column{{Label: v.itemLabel(ctx)}, {Label: i18n.T(ctx, "assessment.move_before"), Num: true}, {Label: i18n.T(ctx, "assessment.move_after"), Num: true}, {Label: i18n.T(ctx, "assessment.move_communes"), Num: true}}
}

func (v *moveView) lines(ctx context.Context) []ui.Row {
	var out []ui.Row
	for _, x := range v.Items {
		name := vntext.Capital(ItemWords(ctx, x.Item))
		switch {
		case x.Item.Criterion:
			name += ": " + vntext.Clip(itemTitle(ctx, nil, v.To.Criterion(x.Item.ID)), labelLetters)
		default:
			i := v.To.Indicator(x.Item.ID)
			name += ": " + vntext.Clip(itemTitle(ctx, i, i.Criterion), labelLetters)
		}
		out = append(out, ui.Row{Cells: []ui.Cell{{Text: name}, {Text: ui.Count(ctx, x.Before.Met)}, {Text: ui.Count(ctx, x.After.Met)}, {Text: ui.Count(ctx, x.Communes)}}})
	}
	return out
}

func (v *moveView) timeline(ctx context.Context) []ui.TimelineItem {
	var out []ui.TimelineItem
	for _, m := range v.Moves {
		text := m.Reason
		if text == "" {
			text = i18n.T(ctx, "assessment.move_first")
		}
		out = append(out, ui.TimelineItem{When: ui.DateTime(ctx, clock.Instant(m.FromMS)), Who: ui.Person(ctx, m.By), What: i18n.T(ctx, "assessment.version_no", m.SetVersion), Note: text})
	}
	return out
}
