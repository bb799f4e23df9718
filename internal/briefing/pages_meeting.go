package briefing

import (
	"context"
	"net/http"

	"langso/internal/assessment"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/vntext"
	"langso/internal/platform/web"
	"langso/internal/territory"
)

// How much of each list stands on the one page of a meeting.
const (
	nearestShown     = 5
	bottlenecksShown = 3
	changesShown     = 6
	lateShown        = 6
	meetingsShown    = 12
)

// meetingView is the page of a giao ban: the present one, or one that was held.
type meetingView struct {
	*Analysis
	choice  choice
	held    *Meeting // the shown meeting; nil = now
	last    *Meeting // the one before, that changes are counted from; nil = none
	changes []Change
	late    []LateCommune
	drafts  int
	cards   map[territory.UnitID]*assessment.Scorecard // of the nearest communes, for values
	past    []Meeting
	mayHold bool
	day     string // typed into the form
	note    string
	wrong   *fault.Error
}

func (s *Service) meetingPage(r *web.Request) error {
	v, err := s.meetingView(r.Context(), chosen(r))
	if err != nil {
		return err
	}
	v.day = string(s.clock.Today())
	return s.showMeeting(r, http.StatusOK, v)
}

func (s *Service) showMeeting(r *web.Request, status int, v *meetingView) error {
	ctx := r.Context()
	o := ui.Frame{Title: v.answer(ctx), Active: navMeeting, Crumbs: []ui.Crumb{{Text: r.T("briefing.nav.meeting")}}, Errors: errorsOf(ctx, v.wrong)}
	if v.held != nil {
		o.Crumbs = []ui.Crumb{{Text: r.T("briefing.nav.meeting"), Href: v.choice.href(ctx, meetingPath)}, {Text: ui.Date(ctx, v.held.HeldOn)}}
	}
	return s.page(r, status, v.Frame, o, meetingPath, meetingBody(v))
}

// meetingView reads the present figures and what has changed since the last meeting about the set.
func (s *Service) meetingView(ctx context.Context, c choice) (*meetingView, error) {
	return still(ctx, s.db, func(ctx context.Context) (*meetingView, error) { return s.readMeeting(ctx, c) })
}

func (s *Service) readMeeting(ctx context.Context, c choice) (*meetingView, error) {
	a, err := s.Public(ctx, c.set, c.period)
	if err != nil {
		return nil, err
	}
	v := &meetingView{Analysis: a, choice: c}
	if v.past, err = s.Meetings(ctx, a.Frame, meetingsShown); err != nil {
		return nil, err
	}
	for k := range v.past {
		if v.past[k].Period == a.Period.ID { // another period is another comparison, not a change since
			v.last = &v.past[k]
			break
		}
	}
	if v.last != nil {
		_, then, err := s.Meeting(ctx, v.last.ID)
		if err != nil {
			return nil, err
		}
		v.changes = Changes(then, a.Board)
	}
	drafts, err := s.results.Drafts(ctx, a.Set.Code, a.Period.ID)
	if err != nil {
		return nil, err
	}
	v.drafts = len(drafts)
	v.late = LateCommunes(a.Board, drafts)
	v.mayHold = auth.Of(ctx).May(auth.HoldMeetings, s.wholeScope(a.Frame))
	return v, s.nearestCards(ctx, v)
}

// nearestCards reads the values behind the few communes that the page names.
func (s *Service) nearestCards(ctx context.Context, v *meetingView) error {
	var units []territory.UnitID
	for _, n := range v.Nearest(nearestShown) {
		units = append(units, n.Row.Unit.ID)
	}
	cards, err := s.results.Scorecards(auth.AsGuest(ctx), units, v.Set.Code, v.Period.ID)
	v.cards = map[territory.UnitID]*assessment.Scorecard{}
	for _, c := range cards {
		v.cards[c.Unit.ID] = c
	}
	return err
}

func (s *Service) holdMeeting(r *web.Request) error {
	ctx := r.Context()
	if err := auth.RequireAnywhere(ctx, auth.HoldMeetings); err != nil {
		return err
	}
	if err := readForm(r, smallForm); err != nil {
		return err
	}
	f := r.PostForm
	c := choice{f.Get("bo"), f.Get("ky")}
	id, err := s.HoldMeeting(ctx, c.set, c.period, clock.Date(f.Get(fieldDay)), f.Get(fieldNote))
	if w, again := refused(r, err); again {
		v, err := s.meetingView(ctx, c)
		if err != nil {
			return err
		}
		v.day, v.note, v.wrong = f.Get(fieldDay), f.Get(fieldNote), w
		return s.showMeeting(r, statusOf(w), v)
	}
	if err != nil {
		return err
	}
	r.Flash("ok", r.T("briefing.meeting.done"))
	return r.See(meetingPath + "/" + idText(id))
}

func (s *Service) pastMeeting(r *web.Request) error {
	ctx := r.Context()
	if err := auth.RequireAnywhere(ctx, auth.ReadResults); err != nil {
		return err
	}
	id, err := number(r, "buoi", "meeting")
	if err != nil {
		return err
	}
	v, err := still(ctx, s.db, func(ctx context.Context) (*meetingView, error) {
		m, then, err := s.Meeting(ctx, id)
		if err != nil {
			return nil, err
		}
		now, err := s.Public(ctx, m.Set, m.Period)
		if err != nil {
			return nil, err
		}
		return &meetingView{Analysis: Analyse(then), choice: choice{m.Set, m.Period}, held: &m, late: LateCommunes(then, nil), changes: Changes(then, now.Board)}, nil
	})
	if err != nil {
		return err
	}
	return s.showMeeting(r, http.StatusOK, v)
}

// answer is the quarter in one sentence.
func (v *meetingView) answer(ctx context.Context) string {
	period := assessment.PeriodName(ctx, v.Period)
	switch {
	case v.WithData() == 0:
		return i18n.T(ctx, "briefing.meeting.empty", period)
	case v.Partial:
		return i18n.T(ctx, "briefing.meeting.partial", period, ui.Count(ctx, len(v.Items)), ui.Count(ctx, len(v.Coverage().All)))
	}
	one := 0
	for _, s := range v.Rows {
		if s.Known() && len(s.Lacks) == 1 {
			one++
		}
	}
	return i18n.T(ctx, "briefing.meeting.answer", period, ui.Count(ctx, v.Complete()), ui.Count(ctx, len(v.Board.Rows)), ui.Count(ctx, one))
}

func (v *meetingView) head(ctx context.Context) ui.PageHeadOptions {
	o := ui.PageHeadOptions{Title: v.answer(ctx), AsOf: v.Basis(ctx), Origin: ui.WorkedOut(ctx)}
	if v.held != nil {
		o.Over = i18n.T(ctx, "briefing.meeting.of", ui.Date(ctx, v.held.HeldOn))
		o.Lead = v.held.Note
		o.Tags = []string{i18n.T(ctx, "briefing.meeting.frozen")}
		o.Actions = []ui.LinkButtonOptions{{Text: i18n.T(ctx, "briefing.meeting.now"), Href: v.choice.href(ctx, meetingPath), Icon: "next"}}
	}
	return o
}

// line is one row of a block: a link, what is said of it, and where the figure behind it stands.
type line struct {
	text, href string
	more       string // wording behind text, left out on phones
	said       string
	saidMore   string // wording behind said, left out on phones
	saidHref   string
	status     ui.Status
}

func (v *meetingView) nearest(ctx context.Context) []line {
	var out []line
	for _, s := range v.Nearest(nearestShown) {
		l := line{text: s.Row.Unit.Name, href: unitHref(ctx, v.choice, s.Row.Unit)}
		if len(s.Lacks) == 1 {
			l.said, l.saidMore = v.lackText(ctx, s, s.Lacks[0])
			l.saidHref = valueHref(ctx, v.choice, s.Row.Unit, s.Lacks[0].Item)
			l.status = assessment.Status(s.Lacks[0].Verdict)
		} else {
			l.said = i18n.T(ctx, "briefing.meeting.lacks", ui.Count(ctx, len(s.Lacks)), ids(ctx, s.Lacks, 5))
		}
		out = append(out, l)
	}
	return out
}

// lackText is the one thing that a commune lacks, and its distance or its wording.
func (v *meetingView) lackText(ctx context.Context, s Standing, l Lack) (text, more string) {
	text = assessment.ItemWords(ctx, l.Item)
	if card := v.cards[s.Row.Unit.ID]; card != nil {
		if c := card.Cell(l.Item); c != nil {
			if d := c.Words(ctx).Distance; d != "" {
				return text + " (" + d + ")", ""
			}
		}
	}
	return text, vntext.Clip(v.ItemTitle(ctx, l.Item), 48)
}

func (v *meetingView) hardest(ctx context.Context) []line {
	var out []line
	for _, b := range v.Bottlenecks() {
		if b.Lacking == 0 || len(out) == bottlenecksShown {
			break
		}
		out = append(out, line{text: vntext.Capital(assessment.ItemWords(ctx, b.Item)), more: vntext.Clip(v.ItemTitle(ctx, b.Item), 48), href: itemHref(ctx, v.choice, b.Item),
			said: i18n.T(ctx, "briefing.meeting.holds", ui.Count(ctx, b.Only), ui.Count(ctx, b.Pair), ui.Count(ctx, b.Lacking))})
	}
	return out
}

func (v *meetingView) lateLines(ctx context.Context, all bool) []line {
	var out []line
	for _, l := range v.late {
		if !all && len(out) == lateShown {
			break
		}
		x := line{text: l.Unit.Name, href: v.choice.href(ctx, scorecardsPath+"/"+l.Unit.Slug())}
		if l.Empty {
			x.said = i18n.T(ctx, "briefing.meeting.no_values")
		}
		if l.Drafts > 0 {
			if x.said != "" {
				x.said += " · "
			}
			x.said += i18n.T(ctx, "briefing.meeting.drafts", ui.Count(ctx, l.Drafts))
			x.saidHref = v.choice.href(ctx, draftsPath)
		}
		out = append(out, x)
	}
	return out
}

// lateText says who is late in one line.
func (v *meetingView) lateText(ctx context.Context) string {
	empty, waiting := 0, 0
	for _, l := range v.late {
		if l.Empty {
			empty++
		}
		if l.Drafts > 0 {
			waiting++
		}
	}
	if len(v.late) == 0 {
		return i18n.T(ctx, "briefing.meeting.none_late")
	}
	if v.held != nil {
		return i18n.T(ctx, "briefing.meeting.late_then", ui.Count(ctx, empty))
	}
	return i18n.T(ctx, "briefing.meeting.late", ui.Count(ctx, empty), ui.Count(ctx, v.drafts), ui.Count(ctx, waiting))
}

func (v *meetingView) changeLines(ctx context.Context, from, to int) []line {
	var out []line
	for _, c := range v.changes[min(from, len(v.changes)):min(to, len(v.changes))] {
		out = append(out, line{text: c.Unit.Name + " · " + assessment.ItemWords(ctx, c.Item), href: valueHref(ctx, v.choice, c.Unit, c.Item), status: assessment.Status(c.Now),
			said: i18n.T(ctx, "briefing.meeting.change", assessment.VerdictWord(ctx, c.Was), assessment.VerdictWord(ctx, c.Now))})
	}
	return out
}

// changeTitle says since when changes are counted.
func (v *meetingView) changeTitle(ctx context.Context) string {
	switch {
	case v.held != nil:
		return i18n.T(ctx, "briefing.meeting.until_now")
	case v.last != nil:
		return i18n.T(ctx, "briefing.meeting.since", ui.Date(ctx, v.last.HeldOn))
	}
	return i18n.T(ctx, "briefing.meeting.changes")
}

func (v *meetingView) changeText(ctx context.Context) string {
	if v.held == nil && v.last == nil {
		return i18n.T(ctx, "briefing.meeting.first")
	}
	if len(v.changes) == 0 {
		return i18n.T(ctx, "briefing.meeting.no_change")
	}
	better, worse := 0, 0
	for _, c := range v.changes {
		switch {
		case c.Better():
			better++
		case c.Worse():
			worse++
		}
	}
	return i18n.T(ctx, "briefing.meeting.changed", ui.Count(ctx, better), ui.Count(ctx, worse), ui.Count(ctx, len(v.changes)-better-worse))
}

func (v *meetingView) pastLines(ctx context.Context) []ui.LinkButtonOptions {
	var out []ui.LinkButtonOptions
	for _, m := range v.past {
		p, err := territory.ParsePeriod(m.Period)
		if err != nil {
			continue // periods are checked when a meeting is recorded
		}
		out = append(out, ui.LinkButtonOptions{Text: ui.Date(ctx, m.HeldOn), Note: p.Title(ctx), Href: ui.Href(ctx, meetingPath+"/"+idText(m.ID)), Kind: ui.Quiet})
	}
	return out
}

// hidden fixes what the form records about: the set and period that the page shows.
func (v *meetingView) hidden() []ui.Hidden {
	return []ui.Hidden{{Name: "bo", Value: v.Set.Code}, {Name: "ky", Value: v.Period.ID}}
}
