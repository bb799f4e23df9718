package territory_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"langso/internal/platform/db"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/web"
	"langso/internal/territory"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// client asks the module's pages and operations as the house serves them.
type client struct {
	t    *testing.T
	h    http.Handler
	lang i18n.Lang
}

func newClient(t *testing.T, s *territory.Service) *client {
	m := web.NewMux(slog.New(slog.DiscardHandler))
	mod := s.Module()
	mod.Pages(m)
	mod.API(humago.New(m, huma.DefaultConfig("test", "1")))
	return &client{t, m, i18n.Vi}
}

func (c *client) get(address string) (int, string) {
	c.t.Helper()
	r := httptest.NewRequest(http.MethodGet, address, nil)
	ctx := ui.WithSite(i18n.With(context.Background(), texts(c.t), c.lang), ui.Site{Path: r.URL.Path, RequestID: "r1"})
	w := httptest.NewRecorder()
	c.h.ServeHTTP(w, r.WithContext(ctx))
	body := w.Body.String()
	if strings.Contains(body, "⟦") || strings.Contains(body, "%!") {
		c.t.Errorf("%s shows a missing text: %s", address, body)
	}
	return w.Code, body
}

func (c *client) json(address string, into any) {
	c.t.Helper()
	status, body := c.get(address)
	if status != http.StatusOK {
		c.t.Fatalf("%s: %d %s", address, status, body)
	}
	if err := json.Unmarshal([]byte(body), into); err != nil {
		c.t.Fatal(err)
	}
}

// answer holds the fields of the contract; pointers tell null from empty.
type answer struct {
	ID        any     `json:"id"`
	Code      string  `json:"code"`
	Name      string  `json:"name"`
	Kind      string  `json:"kind"`
	Parent    *string `json:"parent"`
	ValidFrom *string `json:"valid_from"`
	ValidTo   *string `json:"valid_to"`

	Predecessors []answer `json:"predecessors"`
	Successors   []answer `json:"successors"`
}

func text(s *string) string {
	if s == nil {
		return "null"
	}
	return *s
}

func (a answer) String() string {
	return fmt.Sprintf("%s %s %s in %s %s..%s", a.Code, a.Kind, a.Name, text(a.Parent), text(a.ValidFrom), text(a.ValidTo))
}

func TestAPI(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, _ *db.DB, s *territory.Service) {
		c := newClient(t, s)
		for address, want := range map[string]int{
			"/api/v1/units?level=commune&kind=xa&parent=68":                           103,
			"/api/v1/units?level=commune&kind=xa&parent=68&at=2024-05-01":             111,
			"/api/v1/units?level=commune&kind=xa&parent=68&at=2024-12-01":             106,
			"/api/v1/units?level=commune&parent=68":                                   124,
			"/api/v1/units?level=commune&kind=phuong&parent=68&at=2024-05-01":         18,
			"/api/v1/units?level=commune&kind=thi_tran&parent=68&at=2024-05-01":       13,
			"/api/v1/units?level=district&parent=68&at=2024-05-01":                    12,
			"/api/v1/units?level=district&parent=68&at=2024-12-01":                    10,
			"/api/v1/units?level=district":                                            0,
			"/api/v1/units?level=commune&kind=xa&parent=672&at=2024-05-01":            4, // Đà Lạt
			"/api/v1/units?level=commune&kind=xa&parent=683&at=2024-05-01":            7, // Cát Tiên
			"/api/v1/units?level=commune&parent=67&at=2025-06-30":                     71,
			"/api/v1/units?level=province&at=2025-06-30":                              3,
			"/api/v1/units?level=commune&kind=xa&parent=24805":                        0,
			"/api/v1/units?kind=xa&parent=68&at=2025-07-01&level=commune&unknown=yes": 103,
		} {
			var list struct {
				Units []answer `json:"units"`
			}
			c.json(address, &list)
			if list.Units == nil || len(list.Units) != want {
				t.Errorf("%s: %d units, want %d", address, len(list.Units), want)
			}
		}

		var u answer
		c.json("/api/v1/units/24805?at=2024-05-01", &u)
		if u.String() != "24805 xa Xuân Thọ in 672 null..2025-06-30" || len(u.Predecessors) != 0 || u.Predecessors == nil || fmt.Sprint(u.Successors) != "[24805 phuong Xuân Trường - Đà Lạt in null 2025-07-01..null]" {
			t.Errorf("%v %v %v", u, u.Predecessors, u.Successors)
		}
		old, isText := u.ID.(string)
		if !isText {
			t.Errorf("the id is %T, want a JSON string", u.ID)
		}
		u = answer{}
		c.json("/api/v1/units/24805", &u)
		if u.String() != "24805 phuong Xuân Trường - Đà Lạt in 68 2025-07-01..null" || u.ID == old || len(u.Predecessors) != 4 {
			t.Errorf("%v %v", u, u.Predecessors) // clause 102: Phường 11, Xuân Thọ, Xuân Trường, Trạm Hành
		}
		u = answer{}
		c.json("/api/v1/units/68", &u)
		if u.String() != "68 tinh Lâm Đồng in null 2025-07-01..null" || len(u.Predecessors) != 3 {
			t.Errorf("%v", u)
		}

		var found struct {
			Units []answer `json:"units"`
		}
		c.json("/api/v1/units/search?q=da+rsal", &found)
		if len(found.Units) != 1 || found.Units[0].String() != "24875 xa Đạ Rsal in 674 null..2025-06-30" || fmt.Sprint(found.Units[0].Successors) != "[24875 xa Đam Rông 3 in 68 2025-07-01..null]" {
			t.Errorf("da rsal: %v", found.Units)
		}

		for _, p := range []struct {
			address string
			status  int
			detail  string
		}{
			{"/api/v1/units/24940", 404, "Lạc Lâm (đến 30/06/2025)"},
			{"/api/v1/units/25114?at=2026-01-01", 200, ""},
			{"/api/v1/units/682?at=2026-01-01", 404, "Huyện Đạ Tẻh (đến 30/11/2024); Huyện Đạ Huoai (01/12/2024–30/06/2025)"},
			{"/api/v1/units/99999", 404, "99999"},
			{"/api/v1/units/24805?at=2024-02-30", 422, "2024-02-30"},
			{"/api/v1/units?parent=672", 404, "Đà Lạt (đến 30/06/2025)"},
			{"/api/v1/units?level=hamlet", 422, ""},
			{"/api/v1/units/search", 422, ""},
		} {
			status, body := c.get(p.address)
			if status != p.status || !strings.Contains(body, p.detail) {
				t.Errorf("%s: %d %s, want %d with %q", p.address, status, body, p.status, p.detail)
			}
		}
	})
}

func TestPages(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, _ *db.DB, s *territory.Service) {
		c := newClient(t, s)
		for _, lang := range i18n.Langs {
			c.lang = lang
			for _, p := range []struct {
				address string
				status  int
				want    []string // in Vietnamese and English alike
			}{
				{"/xa", 200, []string{"103 ", "Lâm Đồng", "Bình Thuận", "/xa/24943-ka-do"}},
				{"/xa?ngay=2024-05-01", 200, []string{"111 ", "Đam Rông", "/xa/24805-xuan-tho", "ngay=2024-05-01"}},
				{"/xa?q=" + url.QueryEscape("Đạ R'sal"), 200, []string{"/xa/24875-da-rsal", "/xa/24875-dam-rong-3"}},
				{"/xa?q=zzzz", 200, []string{"zzzz"}},
				{"/xa?q=" + url.QueryEscape(`<script>alert(1)</script>`), 200, []string{"&lt;script&gt;"}},
				{"/xa?ngay=xx", 422, []string{"xx", "f-ngay"}},
				{"/xa?dinh-dang=csv", 200, []string{"\ufeff", "24943", "Xã Ka Đô"}},
				{"/huyen/681-da-huoai", 200, []string{"/xa/25105-ha-lam-den-2024", "1245/NQ-UBTVQH15", "/huyen/682-da-huoai"}},
				{"/huyen/682", 200, []string{"/huyen/682-da-teh", "/huyen/682-da-huoai"}},
				{"/huyen/682-khong-co", 200, []string{"/huyen/682-da-teh", "/huyen/682-da-huoai"}},
				{"/huyen/24805-xuan-tho", 303, nil},
				{"/huyen/00000-khong", 404, nil},
			} {
				status, body := c.get(p.address)
				if status != p.status {
					t.Errorf("%s in %s: %d, want %d", p.address, lang, status, p.status)
				}
				for _, w := range p.want {
					if !strings.Contains(body, w) {
						t.Errorf("%s in %s lacks %q", p.address, lang, w)
					}
				}
				if status == http.StatusOK && strings.HasPrefix(body, "<!") && strings.Count(body, "<h1") != 1 {
					t.Errorf("%s in %s has %d h1", p.address, lang, strings.Count(body, "<h1"))
				}
				if strings.Contains(body, "<script>alert") {
					t.Errorf("%s: hostile text is not escaped", p.address)
				}
			}
		}
	})
}

func TestResolve(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, _ *db.DB, s *territory.Service) {
		for _, c := range []struct{ maTen, unit, candidates string }{
			{"24805-xuan-tho", "Xã Xuân Thọ", "[]"},
			{"24805-xuan-truong-da-lat", "Phường Xuân Trường - Đà Lạt", "[]"},
			{"24805", "", "[Phường Xuân Trường - Đà Lạt Xã Xuân Thọ]"},
			{"24805-sai-ten", "", "[Phường Xuân Trường - Đà Lạt Xã Xuân Thọ]"},
			{"25105-ha-lam-den-2024", "Xã Hà Lâm", "[]"},
		} {
			u, list, err := s.Resolve(ctx, c.maTen)
			if err != nil {
				t.Error(err)
				continue
			}
			name, names := "", []string{}
			if u != nil {
				name = u.FullName()
			}
			for _, v := range list {
				names = append(names, v.FullName())
			}
			if name != c.unit || fmt.Sprint(names) != c.candidates {
				t.Errorf("%s: %q %v", c.maTen, name, names)
			}
		}
		for _, maTen := range []string{"", "-", "xuan-tho", "99999-gi-do"} {
			if u, list, err := s.Resolve(ctx, maTen); err == nil {
				t.Errorf("%q is %v %v", maTen, u, list)
			}
		}
	})
}
