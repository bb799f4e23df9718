package criteria

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/web"
)

// decisionsView is the decisions of the province about a set, with the form for another one.
type decisionsView struct {
	set   *Set // with decisions and verifications of today
	list  []DecisionInfo
	form  DecisionForm
	wrong *fault.Error
	lines Problems // of the levels
}

func (s *Service) adminDecisions(r *web.Request) error {
	if err := mustChange(r.Context()); err != nil {
		return err
	}
	return s.showDecisions(r, http.StatusOK, &decisionsView{})
}

func (s *Service) showDecisions(r *web.Request, status int, v *decisionsView) error {
	ctx := r.Context()
	set, err := s.Current(ctx, r.PathValue("bo"))
	if err != nil {
		return err
	}
	if v.list, err = s.Decisions(ctx, set); err != nil {
		return err
	}
	if v.set, err = s.Effective(ctx, set, ""); err != nil {
		return err
	}
	var people []string
	for _, d := range v.list {
		people = append(people, d.Actor)
	}
	if err := r.Introduce(people...); err != nil {
		return err
	}
	f := s.adminFrame(ctx, r.T("criteria.admin.decisions"), v.set)
	f.Illustrative = setBody(v.set).Illustrative
	f.Errors = fieldErrors(ctx, v.wrong, fieldFile)
	if len(v.lines) > 0 {
		f.Errors = append(f.Errors, ui.FieldError{Field: fieldLevels, Text: v.lineErrors(ctx)})
	}
	return r.Render(status, f, decisionsBody(v))
}

// lineErrors are the mistakes of the levels in one text.
func (v *decisionsView) lineErrors(ctx context.Context) string {
	var out []string
	for k, p := range v.lines {
		if k == 5 {
			out = append(out, "…")
			break
		}
		text := i18n.T(ctx, p.Key, p.Args...)
		if p.Line > 0 {
			text = p.At(ctx) + ": " + text
		}
		out = append(out, text)
	}
	return strings.Join(out, " ")
}

// adminDecide takes the form or the file of a decision.
func (s *Service) adminDecide(r *web.Request) error {
	ctx := r.Context()
	if err := mustChange(ctx); err != nil {
		return err
	}
	q, err := receive(r)
	code := r.PathValue("bo")
	v := &decisionsView{form: DecisionForm{Set: code, Decision: q.form.Get(fieldDecision), DecidedOn: q.form.Get(fieldDecidedOn), ValidFrom: q.form.Get(fieldValidFrom), Note: q.form.Get(fieldNote),
		Levels: strings.ReplaceAll(q.form.Get(fieldLevels), "\r\n", "\n")}}
	q.set = code
	head, typed := 0, false
	if _, ok := q.form[fieldDecision]; ok && err == nil {
		typed = true
		q.file = "quyet-dinh.yaml"
		q.body, head, err = v.form.file()
	} else if err == nil && len(q.body) == 0 {
		err = fault.New(fault.Invalid, "criteria.choose_file").At(fieldFile)
	}
	if err == nil && typed { // mistakes belong beside the fields
		_, err = s.LoadOverrides(ctx, q.file, q.body, true)
		if errors.As(err, &v.lines) {
			v.lines = slices.Clone(v.lines)
			for k := range v.lines {
				v.lines[k].Line = max(0, v.lines[k].Line-head)
			}
		}
	}
	if err != nil {
		f := fault.As(err)
		if web.WantsJSON(r.Request) || f.Code != fault.Invalid && f.Code != fault.TooLarge {
			return err
		}
		if v.lines == nil && !errors.As(err, &v.lines) {
			v.wrong = f
		}
		return s.showDecisions(r, web.Status(f.Code), v)
	}
	return s.keep(r, UploadOverride, q, head)
}

func (s *Service) adminDecisionFile(r *web.Request) error {
	ctx := r.Context()
	if err := mustChange(ctx); err != nil {
		return err
	}
	id, err := pathID(r, "so")
	if err != nil {
		return err
	}
	set, err := s.Current(ctx, r.PathValue("bo"))
	if err != nil {
		return err
	}
	body, err := s.decisionFile(ctx, set.Code, id)
	if err != nil {
		return err
	}
	return r.SendFile(web.YAML, set.Code+"-quyet-dinh-"+r.PathValue("so")+".yaml", body)
}

// verifyView is what of a set was verified, with the form to record more.
type verifyView struct {
	set    *Set // as its file says, without decisions: that is what is verified; with the verifications noted
	chosen []string
	source string
	wrong  *fault.Error
}

func (s *Service) adminVerifications(r *web.Request) error {
	if err := mustChange(r.Context()); err != nil {
		return err
	}
	return s.showVerifications(r, http.StatusOK, &verifyView{})
}

func (s *Service) showVerifications(r *web.Request, status int, v *verifyView) error {
	ctx := r.Context()
	set, err := s.Verified(ctx, r.PathValue("bo"))
	if err != nil {
		return err
	}
	v.set = set
	var people []string
	for _, i := range v.marked() {
		people = append(people, i.Mark.By)
	}
	if err := r.Introduce(people...); err != nil {
		return err
	}
	f := s.adminFrame(ctx, r.T("criteria.admin.verifications"), set)
	f.Errors = fieldErrors(ctx, v.wrong, fieldSource)
	if len(f.Errors) > 0 && f.Errors[0].Field == fieldIndicators {
		f.Errors[0].Field = v.firstField()
	}
	return r.Render(status, f, verifyBody(v))
}

func (s *Service) adminVerify(r *web.Request) error {
	ctx := r.Context()
	if err := mustChange(ctx); err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	v := &verifyView{source: r.PostForm.Get(fieldSource)}
	for name, list := range r.PostForm {
		if strings.HasPrefix(name, fieldIndicators) {
			v.chosen = append(v.chosen, list...)
		}
	}
	slices.SortFunc(v.chosen, CompareIDs)
	v.chosen = slices.Compact(v.chosen)
	match := r.PostForm.Get(fieldMatch)
	if h := r.Header.Get("If-Match"); h != "" {
		match = strings.Trim(h, `" `)
	}
	code := r.PathValue("bo")
	err := s.Verify(ctx, code, v.chosen, v.source, match)
	if f := fault.As(err); err != nil && !web.WantsJSON(r.Request) && (f.Code == fault.Invalid || f.Code == fault.Stale) {
		v.wrong = f
		return s.showVerifications(r, web.Status(f.Code), v)
	}
	if err != nil {
		return err
	}
	r.Flash("ok", r.T("criteria.verified_n", ui.Count(ctx, len(v.chosen))))
	return r.See(adminPath + "/" + code + "/kiem-chung")
}

func (s *Service) adminWithdraw(r *web.Request) error {
	ctx := r.Context()
	if err := mustChange(ctx); err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	code, id := r.PathValue("bo"), r.PostForm.Get(fieldIndicators)
	if err := s.Withdraw(ctx, code, id); err != nil {
		return err
	}
	r.Flash("ok", r.T("criteria.withdrawn", id))
	return r.See(adminPath + "/" + code + "/kiem-chung")
}
