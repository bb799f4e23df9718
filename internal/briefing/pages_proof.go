package briefing

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"langso/internal/assessment"
	"langso/internal/briefing/proof"
	"langso/internal/platform/auth"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/web"
)

// proofForm bounds the posted form: every byte of the text may take three.
const proofForm = 3*proof.MaxBytes + 64<<10

// proofView is the form for a text, and the checked text.
type proofView struct {
	*assessment.Board
	choice choice
	text   string
	report *proof.Report
	wrong  *fault.Error
}

func (s *Service) proofPage(r *web.Request) error {
	v, err := s.proofView(r.Context(), chosen(r))
	if err != nil {
		return err
	}
	return s.showProof(r, http.StatusOK, v)
}

func (s *Service) showProof(r *web.Request, status int, v *proofView) error {
	o := ui.Frame{Title: v.answer(r.Context()), Active: navProof, Crumbs: []ui.Crumb{{Text: r.T("briefing.nav.proof")}}, Errors: errorsOf(r.Context(), v.wrong)}
	return s.page(r, status, v.Frame, o, proofPath, proofBody(v))
}

func (s *Service) proofView(ctx context.Context, c choice) (*proofView, error) {
	if err := auth.RequireAnywhere(ctx, auth.ReadResults); err != nil {
		return nil, err
	}
	b, err := s.results.Board(auth.AsGuest(ctx), c.set, c.period) // a text for outside is held against what counts outside
	return &proofView{Board: b, choice: c}, err
}

func (s *Service) proofResult(r *web.Request) error {
	ctx := r.Context()
	if err := auth.RequireAnywhere(ctx, auth.ReadResults); err != nil {
		return err
	}
	if err := readForm(r, proofForm); err != nil {
		return err
	}
	f := r.PostForm
	v, err := s.proofView(ctx, choice{f.Get("bo"), f.Get("ky")})
	if err != nil {
		return err
	}
	v.text = f.Get(fieldText)
	status := http.StatusOK
	switch {
	case strings.TrimSpace(v.text) == "":
		v.wrong, status = fault.New(fault.Invalid, "briefing.proof.no_text").At(fieldText), http.StatusUnprocessableEntity
	case len(v.text) > proof.MaxBytes:
		v.wrong, status = fault.New(fault.Invalid, "briefing.proof.long_text", proof.MaxBytes>>10).At(fieldText), http.StatusUnprocessableEntity
	default:
		var figures *proof.Figures
		if v.WithData() > 0 {
			figures = FiguresOf(v.Board)
		}
		rep := proof.Check(strings.ReplaceAll(v.text, "\r\n", "\n"), figures)
		if len(rep.Findings) > maxFindings {
			v.wrong, status = fault.New(fault.Invalid, "briefing.proof.many_figures", maxFindings).At(fieldText), http.StatusUnprocessableEntity
			break
		}
		v.report = &rep
	}
	return s.showProof(r, status, v)
}

// maxFindings is how many figures of a text are shown: each takes a line of the page.
const maxFindings = 2000

// FiguresOf counts a board for proof. An item that nobody reported is left out: the board knows nothing of it.
func FiguresOf(b *assessment.Board) *proof.Figures {
	f := &proof.Figures{Communes: len(b.Rows), Year: b.Period.AsOf.Year(), FirstMonth: int(b.Period.From.Time().Month()), LastMonth: int(b.Period.To.Time().Month()),
		Indicators: map[string]proof.Count{}, Criteria: map[string]proof.Count{}}
	put := func(to map[string]proof.Count, item assessment.Item) {
		if c := b.Count(b.Rows, item); c.Missing < c.Total {
			to[item.ID] = proof.Count{Met: c.Met, NotMet: c.NotMet, Lacking: c.Total - c.NotApplicable - c.Met, Applicable: c.Total - c.NotApplicable}
		}
	}
	for _, c := range b.Set.Criteria() {
		put(f.Criteria, assessment.Item{ID: c.ID, Criterion: true})
	}
	for _, i := range b.Set.Indicators() {
		put(f.Indicators, assessment.Item{ID: i.ID})
	}
	return f
}

func (v *proofView) answer(ctx context.Context) string {
	switch {
	case v.report == nil:
		return i18n.T(ctx, "briefing.proof.answer")
	case len(v.report.Findings) == 0:
		return i18n.T(ctx, "briefing.proof.nothing")
	case v.report.Wrong == 0:
		return i18n.T(ctx, "briefing.proof.all_right", ui.Count(ctx, v.report.Right), ui.Count(ctx, v.report.Unsure))
	}
	return i18n.T(ctx, "briefing.proof.result", ui.Count(ctx, v.report.Wrong), ui.Count(ctx, v.report.Right), ui.Count(ctx, v.report.Unsure))
}

// against says what the text is held against.
func (v *proofView) against(ctx context.Context) string {
	if v.WithData() == 0 {
		return i18n.T(ctx, "briefing.proof.alone_lead", v.Period.Title(ctx))
	}
	return i18n.T(ctx, "briefing.proof.against", v.Basis(ctx))
}

// piece is a part of the checked text; finding 0 = nothing was found in it, else its number.
type piece struct {
	text    string
	finding int
	verdict proof.Verdict
}

// pieces cuts the text at its findings.
func (v *proofView) pieces() []piece {
	var out []piece
	at := 0
	for k, x := range v.report.Findings {
		if x.From > at {
			out = append(out, piece{text: v.report.Text[at:x.From]})
		}
		out = append(out, piece{v.report.Text[x.From:x.To], k + 1, x.Verdict})
		at = x.To
	}
	if at < len(v.report.Text) {
		out = append(out, piece{text: v.report.Text[at:]})
	}
	return out
}

// right is what should stand there, "" where nobody knows.
func right(ctx context.Context, x proof.Finding) string {
	switch {
	case x.Verdict == proof.Unsure:
		return ""
	case x.Percent && x.Scale == 1:
		return ui.Percent(ctx, x.Num)
	case x.Percent:
		return ui.Number(ctx, x.Num, x.Scale) + "\u00a0%"
	case x.Reason == proof.ByTotal:
		return ui.Count(ctx, x.N)
	case x.Reason == proof.ByExcess:
		return ""
	}
	return ui.Count(ctx, x.N) + "/" + ui.Count(ctx, x.M)
}

// why tells the reason of a finding.
func (v *proofView) why(ctx context.Context, x proof.Finding) string {
	item := ""
	if x.Item != "" {
		item = assessment.ItemWords(ctx, assessment.Item{ID: x.Item, Criterion: x.Whole})
	}
	switch x.Reason {
	case proof.ByArithmetic:
		return i18n.T(ctx, "briefing.proof.arithmetic", ui.Count(ctx, x.N), ui.Count(ctx, x.M), right(ctx, x))
	case proof.ByExcess:
		return i18n.T(ctx, "briefing.proof.exceeds", ui.Count(ctx, x.N), ui.Count(ctx, x.M))
	case proof.ByBoard:
		return i18n.T(ctx, "briefing.proof.board", ui.Count(ctx, x.N), ui.Count(ctx, x.M), item)
	case proof.ByBoardGap:
		return i18n.T(ctx, "briefing.proof.board_gap", ui.Count(ctx, x.N), ui.Count(ctx, x.M), item)
	case proof.ByBoardShare:
		return i18n.T(ctx, "briefing.proof.board_share", ui.Count(ctx, x.N), ui.Count(ctx, x.M), item, right(ctx, x))
	case proof.ByTotal:
		return i18n.T(ctx, "briefing.proof.total", ui.Count(ctx, x.N))
	case proof.UnknownItem:
		return i18n.T(ctx, "briefing.proof.unknown_item", item)
	}
	return i18n.T(ctx, "briefing.proof."+string(x.Reason))
}

// table lists the findings of some verdicts.
func (v *proofView) table(ctx context.Context, id string, of ...proof.Verdict) ui.TableOptions {
	o := ui.TableOptions{ID: id, Caption: i18n.T(ctx, "briefing.proof.findings"), CaptionHidden: true, Columns: []ui.Column{{Label: i18n.T(ctx, "briefing.proof.no"), Narrow: true}, {Label: i18n.T(ctx, "briefing.proof.quote")}, {Label: i18n.T(ctx, "briefing.proof.verdict"), Narrow: true},
		{Label: i18n.T(ctx, "briefing.proof.right")}, {Label: i18n.T(ctx, "briefing.proof.why")}}}
	for k, x := range v.report.Findings {
		for _, verdict := range of {
			if x.Verdict == verdict {
				o.Rows = append(o.Rows, ui.Row{ID: "muc-" + strconv.Itoa(k+1), Cells: []ui.Cell{{Text: strconv.Itoa(k + 1), Href: "#cho-" + strconv.Itoa(k+1)}, {Text: x.Quote}, {Text: i18n.T(ctx, "briefing.proof.is."+string(x.Verdict))}, {Text: ui.Dash(right(ctx, x))}, {Text: v.why(ctx, x)}}})
			}
		}
	}
	return o
}
