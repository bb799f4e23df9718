package briefing

import (
	"context"
	"net/http"
	"net/url"

	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/web"
)

// viewsView is the list of saved views with the form for one more.
type viewsView struct {
	list    []View
	name    string
	address string
	wrong   *fault.Error
	at      int64 // view whose new name was refused; 0 = the form for one more
}

func (s *Service) viewsPage(r *web.Request) error {
	v, err := s.viewsView(r.Context())
	if err != nil {
		return err
	}
	v.address = r.URL.Query().Get(fieldAddress)
	if v.address == "" { // who comes from a page of ours most likely wants to keep that one
		if from, err := url.Parse(r.Header.Get("Referer")); err == nil && from.Host == r.Host {
			if a, err := s.ownAddress(from.RequestURI(), r.Host); err == nil && from.Path != viewsPath {
				v.address = a
			}
		}
	}
	return s.showViews(r, http.StatusOK, v)
}

func (s *Service) viewsView(ctx context.Context) (*viewsView, error) {
	list, err := s.Views(ctx)
	return &viewsView{list: list}, err
}

func (s *Service) showViews(r *web.Request, status int, v *viewsView) error {
	ctx := r.Context()
	o := ui.Frame{Title: r.T("briefing.nav.views"), Shell: ui.Desk, Active: navViews, Errors: errorsOf(ctx, v.wrong), Crumbs: []ui.Crumb{{Text: r.T("briefing.nav.views")}}}
	return r.Render(status, o, viewsBody(v))
}

func (s *Service) saveView(r *web.Request) error {
	ctx := r.Context()
	if err := auth.RequireAnywhere(ctx, auth.WorkTasks); err != nil {
		return err
	}
	if err := readForm(r, smallForm); err != nil {
		return err
	}
	name, address := r.PostForm.Get(fieldName), r.PostForm.Get(fieldAddress)
	_, err := s.SaveView(ctx, name, address, r.Host)
	if w, again := refused(r, err); again {
		v, err := s.viewsView(ctx)
		if err != nil {
			return err
		}
		v.name, v.address, v.wrong = name, address, w
		return s.showViews(r, statusOf(w), v)
	}
	if err != nil {
		return err
	}
	r.Flash("ok", r.T("briefing.view.saved"))
	return r.See(viewsPath)
}

func (s *Service) changeViewPage(r *web.Request) error {
	ctx := r.Context()
	if err := auth.RequireAnywhere(ctx, auth.WorkTasks); err != nil {
		return err
	}
	id, err := number(r, "so", "view")
	if err != nil {
		return err
	}
	if err := readForm(r, smallForm); err != nil {
		return err
	}
	done := "briefing.view.renamed"
	if r.PostForm.Get(fieldDo) == "xoa" {
		done, err = "briefing.view.deleted", s.DeleteView(ctx, id)
	} else {
		err = s.RenameView(ctx, id, r.PostForm.Get(fieldName))
	}
	if w, again := refused(r, err); again {
		v, err := s.viewsView(ctx)
		if err != nil {
			return err
		}
		v.wrong, v.at = w.At(fieldName+"-"+idText(id)), id
		return s.showViews(r, statusOf(w), v)
	}
	if err != nil {
		return err
	}
	r.Flash("ok", r.T(done))
	return r.See(viewsPath)
}

func (v *viewsView) answer(ctx context.Context) string {
	if len(v.list) == 0 {
		return i18n.T(ctx, "briefing.view.none")
	}
	return i18n.T(ctx, "briefing.view.answer", ui.Count(ctx, len(v.list)))
}

func (v *viewsView) table(ctx context.Context) ui.TableOptions {
	o := ui.TableOptions{ID: "cac-cach-xem", Caption: i18n.T(ctx, "briefing.nav.views"), CaptionHidden: true, Columns: []ui.Column{{Label: i18n.T(ctx, "briefing.view.name")}, {Label: i18n.T(ctx, "briefing.view.address")}, {Label: i18n.T(ctx, "briefing.view.since"), Narrow: true}, {Label: i18n.T(ctx, "briefing.view.change")}}}
	for k := range v.list {
		x := &v.list[k]
		o.Rows = append(o.Rows, ui.Row{Cells: []ui.Cell{{Text: x.Name, Href: ui.Href(ctx, x.Address)}, {Text: x.Address}, {Text: ui.Date(ctx, clock.DayOf(x.CreatedMS))}, {Body: viewForm(v, x)}}})
	}
	return o
}
