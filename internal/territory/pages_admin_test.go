package territory_test

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/territory"
)

// clerk is somebody at a desk.
type clerk struct {
	*client
	actor auth.Actor
}

func (c *clerk) do(r *http.Request) *httptest.ResponseRecorder {
	c.t.Helper()
	ctx := ui.WithSite(i18n.With(context.Background(), texts(c.t), c.lang), ui.Site{Path: r.URL.Path, RequestID: "r1", Actor: c.actor})
	w := httptest.NewRecorder()
	c.h.ServeHTTP(w, r.WithContext(auth.With(ctx, c.actor)))
	if body := w.Body.String(); strings.Contains(body, "⟦") || strings.Contains(body, "%!") {
		c.t.Errorf("%s shows a missing text: %s", r.URL, body)
	}
	return w
}

func (c *clerk) get(address string) *httptest.ResponseRecorder {
	return c.do(httptest.NewRequest(http.MethodGet, address, nil))
}

// upload sends a form with a file as browsers do.
func (c *clerk) upload(address, name string, file []byte, fields map[string]string) *httptest.ResponseRecorder {
	c.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	if fields["lam"] == "ghi" && fields["phien-ban"] == "" {
		fields["phien-ban"] = c.seen(address)
	}
	for k, v := range fields {
		if err := m.WriteField(k, v); err != nil {
			c.t.Fatal(err)
		}
	}
	p, err := m.CreateFormFile("tep", name)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := p.Write(file); err != nil {
		c.t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		c.t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, address, &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return c.do(r)
}

// seen is the state that a page shows.
func (c *clerk) seen(address string) string {
	c.t.Helper()
	return strings.Trim(c.get(address).Header().Get("ETag"), `"`)
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)

// press sends the form of a preview that writes it.
func (c *clerk) press(address string, page *httptest.ResponseRecorder) *httptest.ResponseRecorder {
	c.t.Helper()
	_, form, found := strings.Cut(page.Body.String(), `id="xem-truoc"`)
	form, _, ended := strings.Cut(form, "</form>")
	if !found || !ended {
		c.t.Fatalf("there is no preview that can be written: %d %s", page.Code, page.Body)
	}
	values := url.Values{}
	for _, m := range hiddenField.FindAllStringSubmatch(form, -1) {
		values.Set(m[1], strings.ReplaceAll(m[2], "&#43;", "+"))
	}
	r := httptest.NewRequest(http.MethodPost, address, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.do(r)
}

func title(t testing.TB, w *httptest.ResponseRecorder) string {
	t.Helper()
	m := regexp.MustCompile(`<h1>([^<]*)</h1>`).FindStringSubmatch(w.Body.String())
	if m == nil {
		t.Fatalf("no h1: %d %s", w.Code, w.Body)
	}
	return m[1]
}

// A workbook of hamlets is looked at, then written; the page counts it, the file of the page comes back unchanged.
func TestHamletPage(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB, s *territory.Service) {
		reg, err := s.Register(ctx)
		if err != nil {
			t.Fatal(err)
		}
		home := reg.At(today).ByCode("24943")
		c := &clerk{newClient(t, s), auth.Actor{Kind: auth.Person, Login: "can-bo", Grants: []auth.Grant{{Role: auth.CommuneOfficer, Unit: int64(home.ID)}}}}
		const path = "/quan-tri/don-vi/thon"
		if got := title(t, c.get(path)); got != "Xã Ka Đô chưa có danh sách thôn, tổ dân phố" {
			t.Error(got)
		}
		template := c.get(path + "?dinh-dang=xlsx")
		if w := c.upload(path, "mau.xlsx", template.Body.Bytes(), map[string]string{"lam": "kiem-tra"}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "ô C2") {
			t.Errorf("the empty template: %d %s", w.Code, w.Body)
		}
		file := hamletBook(t, hamletHeads, "1|Ka Đô|Thôn 1||#120||", "2|Ka Đô|Thôn 2||#80||")
		preview := c.upload(path, "thon.xlsx", file, map[string]string{"lam": "kiem-tra"})
		if list, err := s.Hamlets(ctx, home.ID, today); err != nil || len(list) != 0 || preview.Code != http.StatusOK {
			t.Fatalf("a preview wrote: %v %v", list, err)
		}
		if w := c.press(path, preview); w.Code != http.StatusSeeOther {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if got := title(t, c.get(path)); got != "Xã Ka Đô có 2 thôn, tổ dân phố với 200 hộ" {
			t.Error(got)
		}
		again := c.upload(path, "x.xlsx", c.get(path+"?dinh-dang=xlsx").Body.Bytes(), map[string]string{"lam": "kiem-tra"})
		if !strings.Contains(again.Body.String(), "0 mới, 0 sửa, 2 không đổi, 0 kết thúc") || strings.Contains(again.Body.String(), "Ghi 0") {
			t.Error(again.Body)
		}
		// The tick and its day travel with the file.
		less := hamletBook(t, hamletHeads, "1|Ka Đô|Thôn 1||#120||")
		preview = c.upload(path, "it-hon.xlsx", less, map[string]string{"lam": "kiem-tra", "ket-thuc": "1", "tu-ngay": "2026-11-01"})
		if w := c.press(path, preview); w.Code != http.StatusSeeOther {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if before, after := hamlets(t, s, home, "2026-10-31"), hamlets(t, s, home, "2026-11-01"); before != 2 || after != 1 {
			t.Errorf("%d, then %d", before, after)
		}
		for name, w := range map[string]*httptest.ResponseRecorder{
			"no file":      c.upload(path, "", nil, map[string]string{"lam": "kiem-tra"}),
			"no workbook":  c.upload(path, "a.xlsx", []byte("a,b"), map[string]string{"lam": "kiem-tra"}),
			"no day":       c.upload(path, "a.xlsx", less, map[string]string{"lam": "kiem-tra", "ket-thuc": "1", "tu-ngay": "mai"}),
			"broken parts": c.do(broken(path)),
		} {
			if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `id="ls-summary"`) {
				t.Errorf("%s: %d %s", name, w.Code, w.Body)
			}
		}
		if w := c.upload(path, "lon.xlsx", make([]byte, 2<<20), map[string]string{"lam": "kiem-tra"}); w.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("too large: %d", w.Code)
		}
		if w := c.get(path + "?xa=" + reg.At(today).ByCode("24931").Slug()); w.Code != http.StatusForbidden {
			t.Errorf("a foreign commune: %d", w.Code)
		}
	})
}

func hamlets(t testing.TB, s *territory.Service, u *territory.Unit, day string) int {
	t.Helper()
	list, err := s.Hamlets(context.Background(), u.ID, clock.Date(day))
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func broken(path string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"tep\"\r\n\r\nab"))
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	return r
}

// Groups: one commune by the form with its faults at their fields; a file with preview; the file of the page unchanged.
func TestGroupsPage(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB, s *territory.Service) {
		c := &clerk{newClient(t, s), auth.CLI()}
		const path = "/quan-tri/don-vi/nhom"
		if got := title(t, c.get(path)); got != "0 trên 103 xã đã xếp nhóm" {
			t.Error(got)
		}
		send := func(values url.Values) *httptest.ResponseRecorder {
			values.Set("lam", "dat")
			values.Set("phien-ban", c.seen(path))
			r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(values.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			return c.do(r)
		}
		w := send(url.Values{"xa": {"24943"}, "gia-tri": {"commune_group=nhom1"}, "ngay": {"2026-02-30"}})
		if body := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, `href="#f-ngay"`) || !strings.Contains(body, `href="#f-quyet-dinh"`) || !strings.Contains(body, `value="commune_group=nhom1" selected`) {
			t.Errorf("%d %s", w.Code, body)
		}
		if w := send(url.Values{"xa": {"24943"}, "gia-tri": {"commune_group=nhom1"}, "ngay": {"2026-01-05"}, "quyet-dinh": {"5/QĐ-UBND"}}); w.Code != http.StatusSeeOther {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		file := []byte("mã,thuộc tính,giá trị,từ ngày,quyết định\n24931,Nhóm xã,Nhóm 2,05/01/2026,5/QĐ-UBND\n")
		bad := append(bytes.Clone(file), "99999,Nhóm xã,Nhóm 9,05/01/2026,5/QĐ-UBND\n"...)
		if w := c.upload(path, "nhom.csv", bad, map[string]string{"lam": "kiem-tra"}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "dòng 3") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		preview := c.upload(path, "nhom.csv", file, map[string]string{"lam": "kiem-tra"})
		if got := title(t, preview); got != "1 trên 103 xã đã xếp nhóm" {
			t.Errorf("a preview wrote: %s", got)
		}
		if w := c.press(path, preview); w.Code != http.StatusSeeOther {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		if got := title(t, c.get(path)); got != "2 trên 103 xã đã xếp nhóm" {
			t.Error(got)
		}
		again := c.upload(path, "nhom.csv", c.get(path+"?dinh-dang=csv").Body.Bytes(), map[string]string{"lam": "kiem-tra"})
		if again.Code != http.StatusOK || !strings.Contains(again.Body.String(), "0 mới, 0 sửa, 2 không đổi") {
			t.Errorf("%d %s", again.Code, again.Body)
		}
	})
}

// Boundaries: a check writes nothing, a refusal names the place, what is written is drawn with its source.
func TestBoundariesPage(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB, s *territory.Service) {
		c := &clerk{newClient(t, s), auth.CLI()}
		const path = "/quan-tri/don-vi/ranh-gioi"
		reg, err := s.Register(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var codes []string
		for _, u := range reg.At(today).Units() {
			if u.Level == territory.Commune {
				codes = append(codes, u.Code)
			}
		}
		file := strip(codes)
		for name, w := range map[string]*httptest.ResponseRecorder{
			"f-nguon":      c.upload(path, "a.geojson", file, map[string]string{"lam": "ghi"}),
			"f-tep":        c.upload(path, "a.geojson", []byte("{}"), map[string]string{"lam": "ghi", "nguon": "x"}),
			"f-ngay":       c.upload(path, "a.geojson", file, map[string]string{"lam": "ghi", "nguon": "x", "ngay": "hôm nay"}),
			"f-thuoc-tinh": c.upload(path, "a.geojson", file, map[string]string{"lam": "ghi", "nguon": "x", "thuoc-tinh": "MA"}),
		} {
			if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `href="#`+name+`"`) {
				t.Errorf("%s: %d %s", name, w.Code, w.Body)
			}
		}
		if w := c.upload(path, "a.geojson", strip([]string{"24943", "99999"}), map[string]string{"lam": "ghi", "nguon": ourSource}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "đối tượng 2") {
			t.Errorf("unknown code: %d %s", w.Code, w.Body)
		}
		if w := c.upload(path, "a.geojson", file, map[string]string{"lam": "kiem-tra", "nguon": ourSource}); w.Code != http.StatusOK || title(t, w) != "Chưa đủ ranh giới của 124 đơn vị cấp xã" || !strings.Contains(w.Body.String(), "124 trên 124 đối tượng") {
			t.Errorf("check: %d %s", w.Code, w.Body)
		}
		if w := c.upload(path, "a.geojson", file, map[string]string{"lam": "ghi", "nguon": ourSource}); w.Code != http.StatusSeeOther {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		w := c.get(path)
		if got := title(t, w); got != "124 trên 124 đơn vị cấp xã có ranh giới" || strings.Count(w.Body.String(), `class="ls-outlines__unit"`) != 124 || !strings.Contains(w.Body.String(), "Nguồn: "+ourSource) {
			t.Errorf("%s %s", got, w.Body)
		}
	})
}

// strip is a file of squares in rows, one for each code.
func strip(codes []string) []byte {
	var list []string
	for i, c := range codes {
		x, y := 107+float64(i%12)/10, 11+float64(i/12)/10
		list = append(list, fmt.Sprintf(`{"type":"Feature","properties":{"code":%q},"geometry":{"type":"Polygon","coordinates":[[[%g,%g],[%g,%g],[%g,%g],[%g,%g],[%g,%g]]]}}`, c, x, y, x+0.1, y, x+0.1, y+0.1, x, y+0.1, x, y))
	}
	return []byte(`{"type":"FeatureCollection","features":[` + strings.Join(list, ",") + `]}`)
}
