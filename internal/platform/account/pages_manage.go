package account

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"langso/internal/platform/auth"
	"langso/internal/platform/fault"
	"langso/internal/platform/ui"
	"langso/internal/platform/web"
)

const (
	listPath = "/quan-tri/tai-khoan"
	pageRows = 50
)

// managePages are what an administrator does with the accounts of others.
func (s *Service) managePages(m *web.Mux) {
	m.Page("GET "+listPath, s.listPage)
	m.Page("GET "+listPath+"/moi", s.newPage)
	m.Page("POST "+listPath, s.confirmed(s.invite))
	m.Page("GET "+listPath+"/{so}", s.detailPage)
	for _, act := range []struct {
		path string
		do   func(r *web.Request, a Account) error
	}{
		{"quyen", s.grantHere}, {"thu-quyen", s.revokeHere}, {"khoa", s.disableHere}, {"mo", s.enableHere}, {"mat-khau", s.resetHere},
		{"phien", s.endSessionsHere}, {"thiet-bi", s.forgetHere}, {"yeu-to", s.removeFactorsHere}, {"ma-truy-cap", s.revokeTokenHere},
	} {
		m.Page("POST "+listPath+"/{so}/"+act.path, s.confirmed(func(r *web.Request) error {
			d, err := s.here(r)
			if err != nil {
				return err
			}
			return act.do(r, d.Account)
		}))
	}
}

// here is the account that the address names.
func (s *Service) here(r *web.Request) (Detail, error) {
	id, err := strconv.ParseInt(r.PathValue("so"), 10, 64)
	if err != nil {
		id = -1
	}
	return s.Detail(r.Context(), id)
}

func pathOf(a Account) string { return listPath + "/" + strconv.FormatInt(a.ID, 10) }

// enrolled reports whether the asker has a second factor; without one nothing can be changed here.
func (s *Service) enrolled(r *web.Request) (bool, error) {
	f, err := s.MyFactors(r.Context())
	if fault.Is(err, fault.Forbidden) {
		return false, nil
	}
	return f.Any(), err
}

// listView is the list of accounts.
type listView struct {
	Query    string
	Rows     []listRow
	Pager    ui.PagerOptions
	Enrolled bool
}

type listRow struct {
	Account
	Grants []string // in words
}

func (s *Service) listPage(r *web.Request) error {
	v := listView{Query: r.URL.Query().Get("q")}
	found, err := s.Find(r.Context(), v.Query)
	if err != nil {
		return err
	}
	if v.Enrolled, err = s.enrolled(r); err != nil {
		return err
	}
	page, err := strconv.Atoi(r.URL.Query().Get("trang"))
	if err != nil || page < 1 || (page-1)*pageRows >= len(found) {
		page = 1
	}
	from, to := (page-1)*pageRows, min(page*pageRows, len(found))
	for _, a := range found[from:to] {
		v.Rows = append(v.Rows, listRow{a, s.grantWords(r, a.Grants)})
	}
	at := func(page int) string {
		q := url.Values{"trang": {strconv.Itoa(page)}}
		if v.Query != "" {
			q.Set("q", v.Query)
		}
		return r.Href(listPath) + "?" + q.Encode()
	}
	v.Pager = ui.PagerOptions{From: from + 1, To: to, Total: len(found), Noun: r.T("account.list.noun")}
	if page > 1 {
		v.Pager.PrevHref = at(page - 1)
	}
	if to < len(found) {
		v.Pager.NextHref = at(page + 1)
	}
	return r.Render(http.StatusOK, ui.Frame{Title: r.T("account.list.title"), Shell: ui.Desk, Active: "tai-khoan"}, listBody(v))
}

// grantWords says what grants mean: "Cán bộ xã · xã Ka Đô".
func (s *Service) grantWords(r *web.Request, list []auth.Grant) []string {
	out := make([]string, len(list))
	for i, g := range list {
		out[i] = r.T("ui.role."+string(g.Role)) + " · " + s.placeWords(r, g)
	}
	return out
}

// placeWords says what a grant covers: a unit or everything, and whose criteria.
func (s *Service) placeWords(r *web.Request, g auth.Grant) string {
	out := r.T("account.everywhere")
	if g.Unit != 0 {
		out = s.units.UnitName(r.Context(), g.Unit)
	}
	if len(g.Departments) > 0 {
		out += " · " + strings.Join(s.departmentNames(r, g.Departments), ", ")
	}
	return out
}

func (s *Service) departmentNames(r *web.Request, ids []string) []string {
	all := s.units.Departments(r.Context())
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = id
		if n := slices.IndexFunc(all, func(c Choice) bool { return c.ID == id }); n >= 0 {
			out[i] = all[n].Name
		}
	}
	return out
}

// grantForm is the part of a form that names a role and what it covers.
type grantForm struct {
	Role        string
	Unit        string   // as typed
	Choices     []Choice // units that it may mean, when it means several
	Departments []string
	All         []Choice // departments to choose from
	Errors      map[string]string
}

// readGrant reads the form into a grant; false when it has to be shown again.
func (s *Service) readGrant(r *web.Request) (auth.Grant, grantForm, error) {
	f := grantForm{Role: r.PostFormValue("vai-tro"), Unit: strings.TrimSpace(r.PostFormValue("don-vi")), Departments: r.PostForm["so-nganh"], All: s.units.Departments(r.Context()), Errors: map[string]string{}}
	g := auth.Grant{Role: auth.Role(f.Role), Departments: f.Departments}
	text := f.Unit
	if chosen := r.PostFormValue("don-vi-chon"); chosen != "" {
		text = chosen
	}
	if text != "" {
		found, err := s.units.FindUnits(r.Context(), text)
		if err != nil {
			return g, f, err
		}
		switch {
		case len(found) == 0:
			f.Errors["don-vi"] = r.T("account.grant.no_unit", text)
		case len(found) > 1:
			f.Choices = found
			f.Errors["don-vi-chon"] = r.T("account.grant.which_unit", text)
		default:
			if g.Unit, err = s.units.UnitID(r.Context(), found[0].ID); err != nil {
				return g, f, err
			}
		}
	}
	if f.Role == "" {
		f.Errors["vai-tro"] = r.T("account.grant.no_role")
	} else if err := checkGrant(g); err != nil && len(f.Errors) == 0 {
		f.fault(r, fault.As(err))
	}
	return g, f, nil
}

// fault puts the refusal of a grant at the field that mends it.
func (f *grantForm) fault(r *web.Request, e *fault.Error) {
	switch e.Field {
	case "unit":
		f.Errors["don-vi"] = r.T("account.grant.unit_needed")
	case "department":
		f.Errors["so-nganh"] = r.T("account.grant.department_needed")
	default:
		f.Errors["vai-tro"] = web.Words(r.Request, e)
	}
}

// summary are the lines of the error summary in the order of the fields.
func summary(errors map[string]string, fields ...string) []ui.FieldError {
	var out []ui.FieldError
	for _, field := range fields {
		if text := errors[field]; text != "" {
			out = append(out, ui.FieldError{Field: field, Text: text})
		}
	}
	return out
}

// newView is the form of a new account.
type newView struct {
	Login, Name string
	Grant       grantForm
	Enrolled    bool
	Errors      map[string]string
}

func (s *Service) newPage(r *web.Request) error {
	if err := auth.Require(r.Context(), auth.ManageAccounts, auth.Scope{}); err != nil {
		return err
	}
	return s.showNew(r, http.StatusOK, newView{Grant: grantForm{All: s.units.Departments(r.Context())}})
}

func (s *Service) showNew(r *web.Request, status int, v newView) (err error) {
	if v.Enrolled, err = s.enrolled(r); err != nil {
		return err
	}
	title := r.T("account.new.title")
	f := ui.Frame{Title: title, Shell: ui.Desk, Active: "tai-khoan", Crumbs: []ui.Crumb{{Text: r.T("account.list.title"), Href: r.Href(listPath)}, {Text: title}},
		Errors: append(summary(v.Errors, "login", "name"), summary(v.Grant.Errors, "vai-tro", "don-vi", "don-vi-chon", "so-nganh")...)}
	return r.Render(status, f, newBody(v))
}

func (s *Service) invite(r *web.Request) error {
	if err := s.mayManage(r.Context()); err != nil {
		return err
	}
	g, form, err := s.readGrant(r)
	if err != nil {
		return err
	}
	v := newView{Login: strings.TrimSpace(r.PostFormValue("login")), Name: r.PostFormValue("name"), Grant: form, Errors: map[string]string{}}
	d := Draft{Login: v.Login, Name: v.Name, Grants: []auth.Grant{g}}
	if len(form.Errors) > 0 {
		d.Grants = nil
		if err := d.check(); err != nil {
			v.Errors[fault.As(err).Field] = web.Words(r.Request, fault.As(err))
		}
		return s.showNew(r, http.StatusUnprocessableEntity, v)
	}
	a, password, err := s.Invite(r.Context(), d)
	if err != nil {
		f := fault.As(err)
		if web.WantsJSON(r.Request) || f.Code != fault.Invalid && f.Code != fault.Conflict {
			return err
		}
		v.Errors[f.Field] = web.Words(r.Request, f)
		return s.showNew(r, web.Status(f.Code), v)
	}
	return s.showPassword(r, a, r.T("account.new.done", a.Name), password)
}

// showPassword shows a password that was made for somebody, this once.
func (s *Service) showPassword(r *web.Request, a Account, title, password string) error {
	r.W.Header().Set("Cache-Control", "no-store")
	return r.Render(http.StatusOK, ui.Frame{Title: title, Shell: ui.Desk, Active: "tai-khoan"}, secretBody(secretView{Title: title, Lead: r.T("account.new.password_lead", a.Login),
		Label: r.T("account.new.password"), Secret: password, Note: r.T("account.new.password_note"), Back: r.Href(pathOf(a)), BackText: r.T("account.new.open")}))
}

// detailView is one account.
type detailView struct {
	Detail
	Tokens   []tokenView
	Places   []string // of Grants, in words
	Grant    grantForm
	Enrolled bool
	Self     bool     // the asker's own account
	Who      []string // of History, in words
}

func (s *Service) detailPage(r *web.Request) error {
	return s.showDetail(r, http.StatusOK, grantForm{})
}

func (s *Service) showDetail(r *web.Request, status int, form grantForm) error {
	d, err := s.here(r)
	if err != nil {
		return err
	}
	v := detailView{Detail: d, Tokens: s.tokenViews(d.Tokens), Grant: form, Self: r.Actor().ID == d.ID}
	v.Grant.All = s.units.Departments(r.Context())
	if v.Enrolled, err = s.enrolled(r); err != nil {
		return err
	}
	for _, g := range d.Grants {
		v.Places = append(v.Places, s.placeWords(r, g))
	}
	var logins []string
	for _, l := range d.History {
		_, login, _ := strings.Cut(l.Actor, ":")
		logins = append(logins, login)
	}
	if err := r.Introduce(logins...); err != nil {
		return err
	}
	for _, login := range logins {
		v.Who = append(v.Who, ui.Dash(ui.Person(r.Context(), login)))
	}
	f := ui.Frame{Title: d.Name, Shell: ui.Desk, Active: "tai-khoan", Crumbs: []ui.Crumb{{Text: r.T("account.list.title"), Href: r.Href(listPath)}, {Text: d.Name}},
		Errors: summary(form.Errors, "vai-tro", "don-vi", "don-vi-chon", "so-nganh")}
	return r.Render(status, f, detailBody(v))
}

func (s *Service) grantHere(r *web.Request, a Account) error {
	if err := s.mayManage(r.Context()); err != nil {
		return err
	}
	g, form, err := s.readGrant(r)
	if err != nil {
		return err
	}
	if len(form.Errors) > 0 {
		return s.showDetail(r, http.StatusUnprocessableEntity, form)
	}
	if _, err := s.Grant(r.Context(), a.Login, g); err != nil {
		return err
	}
	return done(r, pathOf(a), "#quyen", "account.detail.granted", a.Name)
}

func (s *Service) revokeHere(r *web.Request, a Account) error {
	unit := number(r, "don-vi")
	if _, err := s.Revoke(r.Context(), a.Login, auth.Role(r.PostFormValue("vai-tro")), &unit); err != nil {
		return err
	}
	return done(r, pathOf(a), "#quyen", "account.detail.revoked", a.Name)
}

func (s *Service) disableHere(r *web.Request, a Account) error {
	if _, err := s.Disable(r.Context(), a.Login); err != nil {
		return err
	}
	return done(r, pathOf(a), "", "account.disabled_now", a.Login)
}

func (s *Service) enableHere(r *web.Request, a Account) error {
	if _, err := s.Enable(r.Context(), a.Login); err != nil {
		return err
	}
	return done(r, pathOf(a), "", "account.enabled_now", a.Login)
}

func (s *Service) resetHere(r *web.Request, a Account) error {
	password, err := s.ResetPassword(r.Context(), a.Login)
	if err != nil {
		return err
	}
	return s.showPassword(r, a, r.T("account.detail.reset_done", a.Name), password)
}

func (s *Service) endSessionsHere(r *web.Request, a Account) error {
	ended, err := s.EndSessionsOf(r.Context(), a.Login)
	if err != nil {
		return err
	}
	return done(r, pathOf(a), "#phien", "account.me.sessions_ended", ended)
}

func (s *Service) forgetHere(r *web.Request, a Account) error {
	if err := s.ForgetDevicesOf(r.Context(), a.Login); err != nil {
		return err
	}
	return done(r, pathOf(a), "#thiet-bi", "account.detail.devices_forgotten")
}

func (s *Service) removeFactorsHere(r *web.Request, a Account) error {
	if _, err := s.RemoveFactors(r.Context(), a.Login); err != nil {
		return err
	}
	return done(r, pathOf(a), "#yeu-to", "account.detail.factors_removed", a.Name)
}

func (s *Service) revokeTokenHere(r *web.Request, a Account) error {
	t, err := s.RevokeToken(r.Context(), number(r, "ma"))
	if err != nil {
		return err
	}
	return done(r, pathOf(a), "#ma-truy-cap", "account.token.revoked", t.Name)
}
