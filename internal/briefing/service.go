package briefing

import (
	"context"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"langso/internal/assessment"
	"langso/internal/criteria"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
	"langso/internal/platform/module"
	"langso/internal/platform/vntext"
	"langso/internal/territory"
)

// Service is what other modules and the edges may call. Every method checks the rights of the actor in ctx.
type Service struct {
	db      *db.DB
	clock   *clock.Clock
	units   *territory.Service
	sets    *criteria.Service
	results *assessment.Service
	isPage  func(path string) bool // reports whether the product has a page at a path; set by pages
}

// New returns the Service.
func New(kit module.Kit, units *territory.Service, sets *criteria.Service, results *assessment.Service) *Service {
	return &Service{db: kit.DB, clock: kit.Clock, units: units, sets: sets, results: results, isPage: func(string) bool { return false }}
}

// in is the scope of a unit today.
func (s *Service) in(reg *territory.Register, unit territory.UnitID) auth.Scope {
	return auth.Scope{Units: reg.Scope(unit, s.clock.Today())}
}

// wholeScope is the scope of everything on a board: the province that all its communes lie in, the whole territory when
// they lie in several.
func (s *Service) wholeScope(f *assessment.Frame) auth.Scope {
	var top *territory.Unit
	for _, u := range f.Roster.Communes() {
		above := f.Roster.Ancestors(u.ID)
		if len(above) == 0 || top != nil && above[len(above)-1] != top {
			return auth.Scope{}
		}
		top = above[len(above)-1]
	}
	if top == nil {
		return auth.Scope{}
	}
	return s.in(f.Register, top.ID)
}

// Analysis reads the board of a set and period as the actor sees it and what its communes lack.
func (s *Service) Analysis(ctx context.Context, set, period string) (*Analysis, error) {
	if err := auth.RequireAnywhere(ctx, auth.ReadResults); err != nil {
		return nil, err
	}
	b, err := s.results.Board(ctx, set, period)
	if err != nil {
		return nil, err
	}
	return Analyse(b), nil
}

// Public is Analysis of confirmed values only, whoever asks: what a meeting speaks about.
func (s *Service) Public(ctx context.Context, set, period string) (*Analysis, error) {
	if err := auth.RequireAnywhere(ctx, auth.ReadResults); err != nil {
		return nil, err
	}
	b, err := s.results.Board(auth.AsGuest(ctx), set, period)
	if err != nil {
		return nil, err
	}
	return Analyse(b), nil
}

// cleanText trims a text and refuses what cannot be read: empty where it must not be, too long, control characters and those
// that turn the direction of a line. Line breaks stay where lines is true.
func cleanText(text, field string, most int, lines, required bool) (string, error) {
	text = vntext.NFC(strings.ToValidUTF8(text, "\ufffd"))
	if lines {
		text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	} else {
		text = vntext.Squeeze(text)
	}
	switch {
	case text == "" && required:
		return "", fault.New(fault.Invalid, "briefing.empty_text").At(field)
	case utf8.RuneCountInString(text) > most:
		return "", fault.New(fault.Invalid, "briefing.long_text", most).At(field)
	case strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) && !(lines && r == '\n') || vntext.Turns(r)
	}):
		return "", fault.New(fault.Invalid, "briefing.control_characters").At(field)
	}
	return text, nil
}

// View is an address that somebody keeps under a name.
type View struct {
	ID        int64
	Name      string
	Address   string // path and query without the prefix of a language
	CreatedMS int64
}

// Bounds of saved views.
const (
	maxViews   = 200
	plansEach  = 60 // plans of one account; the list shows the newest of everybody
	maxAddress = 2000
)

// owner names the account that views and tasks belong to.
func owner(ctx context.Context) string { return auth.Of(ctx).Login }

// ownAddress returns path and query of an address of our own pages, without the prefix of a language. Anything that could
// lead elsewhere is refused, also an address of ours that is no page. A whole link is taken when it names host.
func (s *Service) ownAddress(text, host string) (string, error) {
	bad := fault.New(fault.Invalid, "briefing.bad_address").At(fieldAddress)
	text = strings.TrimSpace(text)
	if len(text) > maxAddress || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || r == '\\' }) {
		return "", bad
	}
	u, err := url.Parse(text)
	if err != nil || u.Opaque != "" || u.User != nil {
		return "", bad
	}
	if (u.Scheme != "" || u.Host != "") && (u.Host != host || host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return "", bad
	}
	path := u.Path
	if rest, ok := strings.CutPrefix(path, "/en"); ok && (rest == "" || rest[0] == '/') {
		path = "/" + strings.TrimPrefix(rest, "/")
	}
	if !strings.HasPrefix(path, "/") || strings.Contains(path, "//") || strings.Contains(path, "/../") || !s.isPage(path) {
		return "", bad
	}
	out := (&url.URL{Path: path}).EscapedPath()
	if q := u.Query(); len(q) > 0 {
		out += "?" + q.Encode()
	}
	return out, nil
}

// SaveView keeps an address under a name for the account that asks. host is the name under which the asker reaches us.
func (s *Service) SaveView(ctx context.Context, name, address, host string) (id int64, err error) {
	defer fault.Wrap(&err, "briefing.SaveView")
	if err := auth.RequireAnywhere(ctx, auth.WorkTasks); err != nil {
		return 0, err
	}
	v := View{}
	if v.Name, err = cleanText(name, fieldName, 120, false, true); err != nil {
		return 0, err
	}
	if v.Address, err = s.ownAddress(address, host); err != nil {
		return 0, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		have, err := views(ctx, tx, owner(ctx))
		if err != nil {
			return err
		}
		if len(have) >= maxViews {
			return fault.New(fault.TooLarge, "briefing.too_many_views", maxViews)
		}
		if id, err = insertView(ctx, tx, owner(ctx), v); err != nil {
			return err
		}
		return record(ctx, tx, "briefing.view.save", id, nil, map[string]string{"name": v.Name, "address": v.Address})
	})
	return id, err
}

// Views returns what the account that asks has saved, the newest first.
func (s *Service) Views(ctx context.Context) ([]View, error) {
	if err := auth.RequireAnywhere(ctx, auth.WorkTasks); err != nil {
		return nil, err
	}
	return views(ctx, s.db.Read(ctx), owner(ctx))
}

// RenameView gives a saved view another name. Errors: not_found for views of others.
func (s *Service) RenameView(ctx context.Context, id int64, name string) (err error) {
	defer fault.Wrap(&err, "briefing.RenameView(%d)", id)
	return s.changeView(ctx, id, func(ctx context.Context, tx *db.Tx, v View) error {
		name, err := cleanText(name, fieldName, 120, false, true)
		if err != nil {
			return err
		}
		if err := renameView(ctx, tx, id, name); err != nil {
			return err
		}
		return record(ctx, tx, "briefing.view.rename", id, v.Name, name)
	})
}

// DeleteView throws a saved view away. Errors: not_found for views of others.
func (s *Service) DeleteView(ctx context.Context, id int64) (err error) {
	defer fault.Wrap(&err, "briefing.DeleteView(%d)", id)
	return s.changeView(ctx, id, func(ctx context.Context, tx *db.Tx, v View) error {
		if err := deleteView(ctx, tx, id); err != nil {
			return err
		}
		return record(ctx, tx, "briefing.view.delete", id, map[string]string{"name": v.Name, "address": v.Address}, nil)
	})
}

func (s *Service) changeView(ctx context.Context, id int64, fn func(ctx context.Context, tx *db.Tx, v View) error) error {
	if err := auth.RequireAnywhere(ctx, auth.WorkTasks); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		v, err := findView(ctx, tx, owner(ctx), id)
		if err != nil {
			return err
		}
		return fn(ctx, tx, v)
	})
}
