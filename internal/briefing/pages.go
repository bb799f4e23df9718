package briefing

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"langso/internal/assessment"
	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/web"
	"langso/internal/territory"

	"github.com/a-h/templ"
)

// Entries of the menu, see Module.
const (
	navMeeting = "giao-ban"
	navNext    = "can-lam"
	navPlans   = "kich-ban"
	navProof   = "soat-so"
	navTasks   = "viec"
	navViews   = "xem-da-luu"
)

// Addresses of the desk.
const (
	meetingPath = "/lam-viec/giao-ban"
	nextPath    = "/lam-viec/can-lam"
	plansPath   = "/lam-viec/kich-ban"
	visitPath   = "/lam-viec/phieu-di-xa"
	tasksPath   = "/lam-viec/viec"
	proofPath   = "/lam-viec/soat-so"
	viewsPath   = "/lam-viec/xem-da-luu"

	scorecardsPath = "/lam-viec/bang-diem" // of assessment
	indicatorsPath = "/lam-viec/chi-tieu"
	draftsPath     = "/lam-viec/cho-xac-nhan"
	importPath     = "/lam-viec/nhap-lieu"
)

// Fields of forms; refusals name them.
const (
	fieldName    = "ten"
	fieldAddress = "dia-chi"
	fieldNote    = "ghi-chu"
	fieldDay     = "ngay"
	fieldGap     = "muc"
	fieldDue     = "han"
	fieldCost    = "tien"
	fieldVersion = "phien-ban"
	fieldText    = "van-ban"
	fieldDo      = "viec" // which button was pressed
)

func (s *Service) pages(m *web.Mux) {
	m.Page("GET "+nextPath, s.nextPage)
	m.Page("GET "+meetingPath, s.meetingPage)
	m.Page("POST "+meetingPath, s.holdMeeting)
	m.Page("GET "+meetingPath+"/{buoi}", s.pastMeeting)
	m.Page("GET "+plansPath, s.plansPage)
	m.Page("POST "+plansPath, s.makePlan)
	m.Page("GET "+plansPath+"/{so}", s.planPage)
	m.Page("POST "+plansPath+"/{so}", s.changePlan)
	m.Page("GET "+visitPath+"/{xa}", s.visitPage)
	m.Page("POST "+visitPath+"/{xa}", s.sendVisit)
	m.Page("GET "+tasksPath, s.tasksPage)
	m.Page("POST "+tasksPath+"/{so}", s.moveTaskPage)
	m.Page("GET "+proofPath, s.proofPage)
	m.Page("POST "+proofPath, s.proofResult)
	m.Page("GET "+viewsPath, s.viewsPage)
	m.Page("POST "+viewsPath, s.saveView)
	m.Page("POST "+viewsPath+"/{so}", s.changeViewPage)
	// Which addresses are pages is known once every module has registered its own.
	s.isPage = pagesOf(sync.OnceValue(m.Routes))
}

// pagesOf reports whether a path is one of the pages that a reader may keep: not a file, not the API, not the sign-in.
func pagesOf(routes func() []web.Route) func(path string) bool {
	mux := sync.OnceValue(func() *http.ServeMux {
		out := http.NewServeMux()
		for _, r := range routes() {
			if r.Method == http.MethodGet {
				out.Handle("GET "+r.Pattern, http.NotFoundHandler())
			}
		}
		return out
	})
	return func(path string) bool {
		for _, other := range []string{"/api/", "/assets/", "/dang-nhap", "/healthz", "/readyz", "/metrics"} {
			if strings.HasPrefix(path, other) {
				return false
			}
		}
		_, pattern := mux().Handler(&http.Request{Method: http.MethodGet, URL: &url.URL{Path: path}})
		return pattern != ""
	}
}

// choice is the set and period that the address names; it goes along with every link.
type choice struct{ set, period string }

func chosen(r *web.Request) choice {
	q := r.URL.Query()
	return choice{q.Get("bo"), q.Get("ky")}
}

// path is an address with the choice and the given pairs of key and value; empty values stay out.
func (c choice) path(path string, pairs ...string) string {
	q := url.Values{}
	all := append([]string{"bo", c.set, "ky", c.period}, pairs...)
	for i := 0; i+1 < len(all); i += 2 {
		if all[i+1] != "" {
			q.Set(all[i], all[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func (c choice) href(ctx context.Context, path string, pairs ...string) string {
	return ui.Href(ctx, c.path(path, pairs...))
}

// hidden are the choices that a form carries along.
func (c choice) hidden() []ui.Hidden {
	var out []ui.Hidden
	for _, p := range [][2]string{{"bo", c.set}, {"ky", c.period}} {
		if p[1] != "" {
			out = append(out, ui.Hidden{Name: p[0], Value: p[1]})
		}
	}
	return out
}

// page completes a page of the desk about a frame: crumbs, choices of the head bar.
func (s *Service) page(r *web.Request, status int, f *assessment.Frame, o ui.Frame, path string, body templ.Component) error {
	ctx := r.Context()
	o.Shell = ui.Desk
	o.Crumbs = append([]ui.Crumb{{Text: f.Province(ctx), Href: chosen(r).href(ctx, "/lam-viec/tinh")}}, o.Crumbs...)
	var err error
	if o.Context, err = s.results.Switches(ctx, f, path, r.URL.Query()); err != nil {
		return err
	}
	return r.Render(status, o, body)
}

// still reads what a page shows in one state of the database, so that no two parts of it contradict each other.
func still[T any](ctx context.Context, d *db.DB, read func(ctx context.Context) (T, error)) (v T, err error) {
	err = d.Snapshot(ctx, func(ctx context.Context) error {
		v, err = read(ctx)
		return err
	})
	return v, err
}

// keepAction leads to keeping the shown page under a name; nothing for whoever keeps nothing.
func keepAction(ctx context.Context) []ui.LinkButtonOptions {
	site := ui.SiteOf(ctx)
	if !site.Actor.MayAnywhere(auth.WorkTasks) {
		return nil
	}
	here := site.Path
	if site.Query != "" {
		here += "?" + site.Query
	}
	return []ui.LinkButtonOptions{{Text: i18n.T(ctx, "briefing.keep_view"), Href: ui.Href(ctx, viewsPath+"?"+url.Values{fieldAddress: {here}}.Encode()), Kind: ui.Quiet}}
}

// number reads the number of a row in an address; anything else names nothing.
func number(r *web.Request, name, what string) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || n <= 0 {
		return 0, fault.New(fault.NotFound, "briefing.no_"+what, r.PathValue(name))
	}
	return n, nil
}

// readForm reads a posted form of at most limit bytes.
func readForm(r *web.Request, limit int64) error {
	r.Body = http.MaxBytesReader(r.W, r.Body, limit)
	if err := r.ParseForm(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return fault.New(fault.TooLarge, "briefing.form_too_large").Because(err)
		}
		return fault.New(fault.Invalid, "briefing.form_unreadable").Because(err)
	}
	return nil
}

// smallForm bounds a form of a few fields.
const smallForm = 64 << 10

// refused reports whether an error is one that the form shows again with everything typed.
func refused(r *web.Request, err error) (*fault.Error, bool) {
	if err == nil || web.WantsJSON(r.Request) {
		return nil, false
	}
	f := fault.As(err)
	switch f.Code {
	case fault.Invalid, fault.TooLarge, fault.Stale, fault.Unconditional, fault.Conflict:
		return f, true
	}
	return nil, false
}

// statusOf is the HTTP status of a refusal that shows the form again.
func statusOf(f *fault.Error) int {
	if f.Code == fault.TooLarge {
		return http.StatusUnprocessableEntity // a field is too long, not the request
	}
	return web.Status(f.Code)
}

// errorsOf are the lines of the error summary.
func errorsOf(ctx context.Context, f *fault.Error) []ui.FieldError {
	if f == nil {
		return nil
	}
	return []ui.FieldError{{Field: f.Field, Text: i18n.Message(ctx, f)}}
}

// errorAt is the message of a refusal for one field.
func errorAt(ctx context.Context, f *fault.Error, field string) string {
	if f == nil || f.Field != field {
		return ""
	}
	return i18n.Message(ctx, f)
}

func valueHref(ctx context.Context, c choice, u *territory.Unit, item assessment.Item) string {
	return c.href(ctx, scorecardsPath+"/"+u.Slug()+"/"+item.ID)
}

func unitHref(ctx context.Context, c choice, u *territory.Unit) string {
	return c.href(ctx, nextPath, "xa", u.Slug())
}

func itemHref(ctx context.Context, c choice, item assessment.Item) string {
	return c.href(ctx, nextPath, "chi-tieu", item.ID)
}

// ids joins the ids of lacks, at most a few.
func ids(ctx context.Context, list []Lack, most int) string {
	var out []string
	for _, l := range list[:min(len(list), most)] {
		out = append(out, l.Item.ID)
	}
	text := strings.Join(out, ", ")
	if len(list) > most {
		text = i18n.T(ctx, "briefing.and_more", text, len(list)-most)
	}
	return text
}

// money writes whole đồng as reports do: "3,4 tỷ đồng", "250 triệu đồng", "12.000 đồng"; nothing is rounded away that would
// hide more than a thousandth.
func money(ctx context.Context, vnd int64) string {
	switch {
	case vnd >= 1_000_000_000:
		return i18n.T(ctx, "briefing.billion", ui.Number(ctx, (vnd+500_000)/1_000_000, 3))
	case vnd >= 1_000_000:
		return i18n.T(ctx, "briefing.million", ui.Number(ctx, (vnd+500)/1_000, 3))
	}
	return i18n.T(ctx, "briefing.dong", ui.Number(ctx, vnd, 0))
}

// quarterName is a quarter as people say it.
func quarterName(ctx context.Context, id string) string {
	p, err := territory.ParsePeriod(id)
	if err != nil {
		return id
	}
	return p.Title(ctx)
}

// pageSize is how many rows stand on a page.
const pageSize = 120

func idText(id int64) string { return strconv.FormatInt(id, 10) }
