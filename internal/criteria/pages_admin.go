package criteria

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"langso/internal/platform/auth"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/web"
	"langso/internal/std/xlsx"
)

// adminPath is where criteria sets are administered.
const adminPath = "/quan-tri/bo-tieu-chi"

// navAdmin is the entry of the desk rail under which these pages stand.
const navAdmin = "bo-tieu-chi"

// Fields of the forms.
const (
	fieldFile       = "tep"
	fieldSet        = "bo"
	fieldMatch      = "phien-ban"
	fieldDecision   = "so-quyet-dinh"
	fieldDecidedOn  = "ngay-ky"
	fieldValidFrom  = "ap-dung-tu"
	fieldNote       = "ghi-chu"
	fieldLevels     = "muc"
	fieldIndicators = "chi-tieu"
	fieldSource     = "nguon"
)

func (s *Service) adminPages(m *web.Mux) {
	m.Page("GET "+adminPath, s.adminList)
	m.Page("POST "+adminPath, s.adminUpload)
	m.Page("GET "+adminPath+"/{bo}", s.adminSet)
	m.Page("GET "+adminPath+"/{bo}/phien-ban/{so}", s.adminVersion)
	m.Page("GET "+adminPath+"/{bo}/tep/{lo}", s.adminPending)
	m.Page("POST "+adminPath+"/{bo}/tep/{lo}/ghi", s.adminConfirm)
	m.Page("POST "+adminPath+"/{bo}/tep/{lo}/bo", s.adminDiscard)
	m.Page("GET "+adminPath+"/{bo}/quyet-dinh", s.adminDecisions)
	m.Page("POST "+adminPath+"/{bo}/quyet-dinh", s.adminDecide)
	m.Page("GET "+adminPath+"/{bo}/quyet-dinh/{so}", s.adminDecisionFile)
	m.Page("GET "+adminPath+"/{bo}/kiem-chung", s.adminVerifications)
	m.Page("POST "+adminPath+"/{bo}/kiem-chung", s.adminVerify)
	m.Page("POST "+adminPath+"/{bo}/kiem-chung/rut", s.adminWithdraw)
}

// mustChange refuses who may not change criteria, and says who may.
func mustChange(ctx context.Context) error {
	err := auth.Require(ctx, auth.ChangeCriteria, auth.Scope{})
	if fault.Is(err, fault.Forbidden) {
		return fault.New(fault.Forbidden, "criteria.who_may_change")
	}
	return err
}

func adminHref(ctx context.Context, parts ...string) string {
	path := adminPath
	for _, p := range parts {
		path += "/" + url.PathEscape(p)
	}
	return ui.Href(ctx, path)
}

func (s *Service) adminFrame(ctx context.Context, title string, set *Set) ui.Frame {
	f := ui.Frame{Title: title, Shell: ui.Desk, Active: navAdmin, Crumbs: []ui.Crumb{{Text: i18n.T(ctx, "criteria.admin.sets"), Href: adminHref(ctx)}}}
	if set != nil {
		f.Crumbs = append(f.Crumbs, ui.Crumb{Text: set.Title(ctx), Href: adminHref(ctx, set.Code)})
	}
	if last := f.Crumbs[len(f.Crumbs)-1].Text; title != last {
		f.Crumbs = append(f.Crumbs, ui.Crumb{Text: title})
	}
	return f
}

// listView is the list of the sets.
type listView struct {
	sets    []*Set // with decisions and verifications of today
	force   string
	waiting []uploadRow
	wrong   *fault.Error
}

func (s *Service) adminList(r *web.Request) error {
	if err := mustChange(r.Context()); err != nil {
		return err
	}
	return s.showList(r, http.StatusOK, nil)
}

func (s *Service) showList(r *web.Request, status int, wrong *fault.Error) error {
	ctx := r.Context()
	v := &listView{wrong: wrong}
	sets, err := s.Sets(ctx)
	if err != nil {
		return err
	}
	for _, set := range sets {
		if set, err = s.Effective(ctx, set, ""); err != nil {
			return err
		}
		v.sets = append(v.sets, set)
	}
	if force, err := s.InForce(ctx, s.clock.Today()); err == nil {
		v.force = force.Code
	} else if !fault.Is(err, fault.NotFound) {
		return err
	}
	if v.waiting, err = s.waiting(ctx, ""); err != nil {
		return err
	}
	if err := r.Introduce(senders(v.waiting)...); err != nil {
		return err
	}
	f := s.adminFrame(ctx, r.T("criteria.admin.sets"), nil)
	f.Errors = fieldErrors(ctx, wrong, fieldFile)
	return r.Render(status, f, adminListBody(v))
}

// fieldErrors is the error summary of a form; what is about no field is about the one named.
func fieldErrors(ctx context.Context, wrong *fault.Error, field string) []ui.FieldError {
	if wrong == nil {
		return nil
	}
	if wrong.Field != "" {
		field = wrong.Field
	}
	return []ui.FieldError{{Field: field, Text: i18n.T(ctx, wrong.Key, wrong.Args...)}}
}

// errorAt is the refusal of one field, "" when it is fine.
func errorAt(ctx context.Context, wrong *fault.Error, field string, fallback bool) string {
	if wrong == nil || wrong.Field != field && (wrong.Field != "" || !fallback) {
		return ""
	}
	return i18n.T(ctx, wrong.Key, wrong.Args...)
}

// senders are the logins of those whose files wait.
func senders(list []uploadRow) (out []string) {
	for _, u := range list {
		out = append(out, u.actor)
	}
	return out
}

// setView is one set.
type setView struct {
	set     *Set // with decisions and verifications of today
	own     *Set // as its file says
	history []VersionInfo
	waiting []uploadRow
}

func (s *Service) adminSet(r *web.Request) error {
	ctx := r.Context()
	if err := mustChange(ctx); err != nil {
		return err
	}
	own, err := s.Current(ctx, r.PathValue("bo"))
	if err != nil {
		return err
	}
	set, err := s.Effective(ctx, own, "")
	if err != nil {
		return err
	}
	v := &setView{set: set, own: own}
	if v.history, err = s.History(ctx, set.Code); err != nil {
		return err
	}
	if v.waiting, err = s.waiting(ctx, set.Code); err != nil {
		return err
	}
	people := senders(v.waiting)
	for _, h := range v.history {
		people = append(people, h.Actor)
	}
	if err := r.Introduce(people...); err != nil {
		return err
	}
	f := s.adminFrame(ctx, set.Title(ctx), set)
	f.Illustrative = setBody(set).Illustrative
	return r.Render(http.StatusOK, f, adminSetBody(v))
}

// versionView is one version held against the one before it.
type versionView struct {
	VersionInfo
	set, before *Set // before is nil for the first version
	changes     []Change
}

func (s *Service) adminVersion(r *web.Request) error {
	ctx := r.Context()
	if err := mustChange(ctx); err != nil {
		return err
	}
	history, err := s.History(ctx, r.PathValue("bo"))
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(r.PathValue("so"), 10, 64)
	v := &versionView{}
	for k, one := range history {
		if err != nil || one.ID != id {
			continue
		}
		v.VersionInfo = one
		if v.set, err = s.Version(ctx, id); err == nil && k+1 < len(history) {
			v.before, err = s.Version(ctx, history[k+1].ID)
		}
		if err != nil {
			return err
		}
	}
	if v.set == nil {
		return fault.New(fault.NotFound, "criteria.version_unknown", id)
	}
	switch r.URL.Query().Get("dinh-dang") {
	case "yaml":
		body, err := s.setFile(ctx, id)
		if err != nil {
			return err
		}
		return r.SendFile(web.YAML, v.set.Code+"-"+r.PathValue("so")+".yaml", body)
	case "xlsx":
		body, err := WriteTemplate(v.set)
		if err != nil {
			return err
		}
		return r.SendFile(web.XLSX, v.set.Code+"-"+r.PathValue("so")+".xlsx", body)
	}
	if v.before != nil {
		v.changes = Diff(v.before, v.set)
	}
	if err := r.Introduce(v.Actor); err != nil {
		return err
	}
	f := s.adminFrame(ctx, r.T("criteria.admin.version_n", v.ID), v.set)
	return r.Render(http.StatusOK, f, adminVersionBody(v))
}

// received is an upload form.
type received struct {
	set, file string
	body      []byte
	form      url.Values // the other fields
}

// maxField bounds a field of a form that also takes a file.
const maxField = 64 << 10

// receive reads a form with a file, part by part: a file beyond the limit is read no further than one byte above it.
func receive(r *web.Request) (q received, err error) {
	q.form = url.Values{}
	parts, err := r.MultipartReader()
	if err != nil {
		return q, fault.New(fault.Invalid, "criteria.form_unreadable").Because(err)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return q, nil
		}
		if err == nil {
			err = q.take(part)
		}
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return q, fault.New(fault.TooLarge, "criteria.upload_too_large", xlsx.MaxBytes>>20).At(fieldFile)
		}
		if err != nil {
			if f := fault.As(err); f.Code != fault.Internal {
				return q, f
			}
			return q, fault.New(fault.Invalid, "criteria.form_unreadable").Because(err)
		}
	}
}

func (q *received) take(p *multipart.Part) error {
	limit := int64(maxField)
	if p.FormName() == fieldFile {
		limit = xlsx.MaxBytes
	}
	b, err := io.ReadAll(io.LimitReader(p, limit+1))
	switch {
	case err != nil:
		return err
	case int64(len(b)) > limit:
		return fault.New(fault.TooLarge, "criteria.upload_too_large", xlsx.MaxBytes>>20).At(fieldFile)
	case p.FormName() == fieldFile:
		q.file, q.body = web.FileName(p.FileName()), b
	case p.FormName() == fieldSet:
		q.set = strings.TrimSpace(string(b))
	default:
		q.form.Add(p.FormName(), string(b))
	}
	return nil
}

func (s *Service) adminUpload(r *web.Request) error {
	ctx := r.Context()
	if err := mustChange(ctx); err != nil {
		return err
	}
	q, err := receive(r)
	if err == nil && len(q.body) == 0 {
		err = fault.New(fault.Invalid, "criteria.choose_file").At(fieldFile)
	}
	if err != nil {
		f := fault.As(err)
		if web.WantsJSON(r.Request) || f.Code == fault.Internal {
			return err
		}
		return s.showList(r, web.Status(f.Code), f)
	}
	return s.keep(r, UploadSet, q, 0)
}

// keep puts an upload on the way: to its report, or back with what is wrong. head is how many lines a form put before its levels.
func (s *Service) keep(r *web.Request, kind UploadKind, q received, head int) error {
	ctx := r.Context()
	done, err := s.Upload(ctx, kind, q.set, q.file, q.body)
	switch {
	case err == nil && done.Same:
		r.Flash("ok", r.T("criteria.nothing_to_do", q.file))
		if kind == UploadOverride {
			return r.See(adminPath + "/" + done.Set + "/quyet-dinh")
		}
		return r.See(adminPath + "/" + done.Set)
	case err == nil:
		return r.See(adminPath + "/" + done.Set + "/tep/" + strconv.FormatInt(done.ID, 10))
	case web.WantsJSON(r.Request):
		return err
	}
	return s.showRefusal(r, kind, q, head, err)
}

// refusalView is a file that cannot be taken.
type refusalView struct {
	kind     UploadKind
	set      *Set // the set the form was about; nil = any
	file     string
	text     string // one message for the whole file; "" = the list says it
	problems Problems
	orphans  Orphans
}

// showRefusal is the report of a file that cannot be taken. head is how many lines stand before the levels of a form.
func (s *Service) showRefusal(r *web.Request, kind UploadKind, q received, head int, err error) error {
	ctx := r.Context()
	v := &refusalView{kind: kind, file: q.file}
	f := fault.As(err)
	switch {
	case errors.As(err, &v.problems), errors.As(err, &v.orphans):
	case f.Code == fault.Invalid || f.Code == fault.Conflict || f.Code == fault.Stale || f.Code == fault.TooLarge:
		v.text = i18n.T(ctx, f.Key, f.Args...)
	default:
		return err
	}
	for k := range v.problems {
		if head > 0 && v.problems[k].Line > head {
			v.problems[k].Line -= head
		}
	}
	if q.set != "" {
		if v.set, err = s.Current(ctx, q.set); err != nil {
			return err
		}
	}
	return r.Render(web.Status(f.Code), s.adminFrame(ctx, r.T("criteria.admin.refused"), v.set), refusalBody(v))
}

func pathID(r *web.Request, name string) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil {
		return 0, fault.New(fault.NotFound, "web.not_found")
	}
	return id, nil
}

func (s *Service) adminPending(r *web.Request) error {
	if err := mustChange(r.Context()); err != nil {
		return err
	}
	return s.showPending(r, http.StatusOK, "")
}

func (s *Service) showPending(r *web.Request, status int, stale string) error {
	ctx := r.Context()
	id, err := pathID(r, "lo")
	if err != nil {
		return err
	}
	p, err := s.Pending(ctx, r.PathValue("bo"), id)
	if err != nil {
		return err
	}
	v := &pendingView{Pending: p, code: r.PathValue("bo"), stale: stale}
	if err := r.Introduce(v.Actor); err != nil {
		return err
	}
	f := s.adminFrame(ctx, v.title(ctx), p.Old)
	return r.Render(status, f, pendingBody(v))
}

func (s *Service) adminConfirm(r *web.Request) error {
	ctx := r.Context()
	if err := mustChange(ctx); err != nil {
		return err
	}
	id, err := pathID(r, "lo")
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	match := r.PostForm.Get(fieldMatch)
	if h := r.Header.Get("If-Match"); h != "" {
		match = strings.Trim(h, `" `)
	}
	code := r.PathValue("bo")
	done, err := s.Confirm(ctx, code, id, match)
	switch f := fault.As(err); {
	case err == nil:
	case web.WantsJSON(r.Request):
		return err
	case f.Code == fault.Stale:
		return s.showPending(r, web.Status(f.Code), i18n.T(ctx, f.Key, f.Args...))
	case f.Code == fault.Invalid || f.Code == fault.Conflict && f.Key != "criteria.upload_closed":
		return s.showRefusal(r, UploadSet, received{set: code}, 0, err)
	default:
		return err
	}
	if p, err := s.Pending(ctx, code, id); err == nil && p.Kind == UploadOverride {
		r.Flash("ok", r.T("criteria.decision_written"))
		return r.See(adminPath + "/" + code + "/quyet-dinh")
	}
	r.Flash("ok", r.T("criteria.version_written", done.ID))
	return r.See(adminPath + "/" + code)
}

func (s *Service) adminDiscard(r *web.Request) error {
	ctx := r.Context()
	if err := mustChange(ctx); err != nil {
		return err
	}
	id, err := pathID(r, "lo")
	if err != nil {
		return err
	}
	if err := s.Discard(ctx, r.PathValue("bo"), id); err != nil {
		return err
	}
	r.Flash("ok", r.T("criteria.upload_dropped"))
	return r.See(adminPath)
}

// maxForm bounds a form without a file.
const maxForm = 256 << 10

func readForm(r *web.Request) error {
	r.Body = http.MaxBytesReader(r.W, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return fault.New(fault.TooLarge, "criteria.form_too_large").Because(err)
		}
		return fault.New(fault.Invalid, "criteria.form_unreadable").Because(err)
	}
	return nil
}
