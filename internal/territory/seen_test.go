package territory_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
	"langso/internal/territory"
)

// send posts a form; match is the header If-Match, "" leaves it out; a program wants a problem document.
func (c *clerk) send(address, match string, program bool, values url.Values) *httptest.ResponseRecorder {
	c.t.Helper()
	r := httptest.NewRequest(http.MethodPost, address, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if match != "" {
		r.Header.Set("If-Match", `"`+match+`"`)
	}
	if program {
		r.Header.Set("Accept", "application/json")
	}
	return c.do(r)
}

// holds fails when an answer has another status or lacks one of the words.
func holds(t *testing.T, what string, w *httptest.ResponseRecorder, status int, words ...string) {
	t.Helper()
	if w.Code != status {
		t.Errorf("%s: %d, not %d", what, w.Code, status)
	}
	for _, s := range words {
		if !strings.Contains(w.Body.String(), s) {
			t.Errorf("%s: the page does not hold %q: %s", what, s, w.Body)
		}
	}
}

// Two people decide on the group of one commune: the second learns what the first wrote, keeps what was typed and may
// then store it; whoever decides on another commune or another attribute is not held up.
func TestGroupsStale(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB, s *territory.Service) {
		c := &clerk{newClient(t, s), auth.CLI()}
		const path = "/quan-tri/don-vi/nhom"
		form := func(code, value, decision, version string) url.Values {
			return url.Values{"lam": {"dat"}, "xa": {code}, "gia-tri": {value}, "ngay": {"2026-01-05"}, "quyet-dinh": {decision}, "phien-ban": {version}}
		}
		seen := c.seen(path)
		holds(t, "without a version", c.send(path, "", false, form("24943", "commune_group=nhom1", "1/QĐ", "")), http.StatusPreconditionRequired, "Chưa ghi gì", "24943\" selected", `value="1/QĐ"`)
		holds(t, "no version that there is", c.send(path, "", false, form("24943", "commune_group=nhom1", "1/QĐ", "999999")), http.StatusPreconditionFailed, "Chưa ghi gì")
		holds(t, "the first", c.send(path, "", false, form("24943", "commune_group=nhom1", "1/QĐ", seen)), http.StatusSeeOther)
		late := c.send(path, "", false, form("24943", "commune_group=nhom2", "2/QĐ", seen))
		holds(t, "the second", late, http.StatusPreconditionFailed, "Chưa ghi gì", "Xã Ka Đô: Nhóm xã nay là Nhóm 1 (1/QĐ)", `value="commune_group=nhom2" selected`, `value="2/QĐ"`)
		holds(t, "the same again", c.send(path, "", false, form("24943", "commune_group=nhom1", "1/QĐ", seen)), http.StatusSeeOther)
		holds(t, "another commune", c.send(path, "", false, form("24931", "commune_group=nhom2", "3/QĐ", seen)), http.StatusSeeOther)
		holds(t, "another attribute", c.send(path, "", false, form("24943", "special=dbkk", "4/QĐ", seen)), http.StatusSeeOther)
		if w := c.send(path, seen, true, form("24943", "commune_group=nhom2", "2/QĐ", c.seen(path))); w.Code != http.StatusPreconditionFailed || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/problem+json") {
			t.Errorf("a program: %d %s", w.Code, w.Body)
		}
		if w := c.send(path, "", true, form("24943", "commune_group=nhom2", "2/QĐ", "")); w.Code != http.StatusPreconditionRequired {
			t.Errorf("a program without If-Match: %d %s", w.Code, w.Body)
		}
		file := []byte("mã,thuộc tính,giá trị,từ ngày,quyết định\n24943,Nhóm xã,Nhóm 3,05/01/2026,5/QĐ\n")
		preview := c.upload(path, "nhom.csv", file, map[string]string{"lam": "kiem-tra"})
		holds(t, "with the new version", c.send(path, strings.Trim(late.Header().Get("ETag"), `"`), false, form("24943", "commune_group=nhom2", "2/QĐ", "")), http.StatusSeeOther)
		again := c.press(path, preview)
		holds(t, "a preview of before", again, http.StatusPreconditionFailed, "Xã Ka Đô: Nhóm xã nay là Nhóm 2 (2/QĐ)", "nhom.csv")
		reg, err := s.Register(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if v := reg.At(today).Attribute(reg.At(today).ByCode("24943").ID, territory.CommuneGroup); v != "nhom2" {
			t.Errorf("the refused file wrote %s", v)
		}
		holds(t, "the file with the version of the refusal", c.press(path, again), http.StatusSeeOther)
		// A value that ends because another follows is not told beside it.
		later := form("24931", "commune_group=nhom3", "6/QĐ", c.seen(path))
		later.Set("ngay", "2026-03-01")
		holds(t, "a value that follows", c.send(path, "", false, later), http.StatusSeeOther)
		told := c.send(path, "", false, form("24931", "commune_group=nhom1", "7/QĐ", seen)).Body.String()
		if strings.Count(told, "Nhóm xã nay là") != 1 || !strings.Contains(told, "Nhóm xã nay là Nhóm 3 (6/QĐ)") {
			t.Errorf("told of %d values", strings.Count(told, "Nhóm xã nay là"))
		}
		if _, err := s.ChangeAttributes(ctx, file, territory.AttributeOptions{}, ""); !fault.Is(err, fault.Unconditional) {
			t.Error(err)
		}
	})
}

// Two lists of hamlets of one commune: the second is held against the first before it is stored.
func TestHamletsStale(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB, s *territory.Service) {
		c := &clerk{newClient(t, s), auth.CLI()}
		const path = "/quan-tri/don-vi/thon"
		check := func(rows ...string) *httptest.ResponseRecorder {
			return c.upload(path, "thon.xlsx", hamletBook(t, hamletHeads, rows...), map[string]string{"lam": "kiem-tra"})
		}
		one, two, other := check("1|24943|Thôn 1||#120||"), check("1|24943|Thôn 1||#80||"), check("1|24931|Thôn 1||#50||")
		holds(t, "the first", c.press(path, one), http.StatusSeeOther)
		late := c.press(path, two)
		holds(t, "the second", late, http.StatusPreconditionFailed, "Chưa ghi gì", "Thôn 1, Xã Ka Đô", "thon.xlsx", "0 mới, 1 sửa")
		holds(t, "the same again", c.press(path, one), http.StatusSeeOther)
		holds(t, "another commune", c.press(path, other), http.StatusSeeOther)
		reg, err := s.Register(ctx)
		if err != nil {
			t.Fatal(err)
		}
		list, err := s.Hamlets(ctx, reg.At(today).ByCode("24943").ID, today)
		if err != nil || len(list) != 1 || *list[0].Households != 120 {
			t.Fatalf("%+v %v", list, err)
		}
		holds(t, "with the version of the refusal", c.press(path, late), http.StatusSeeOther)
		file := territory.HamletFile{Bytes: hamletBook(t, hamletHeads, "1|24943|Thôn 2||#10||")}
		if _, err := s.ChangeHamlets(ctx, file, ""); !fault.Is(err, fault.Unconditional) {
			t.Error(err)
		}
		if _, err := s.ChangeHamlets(ctx, file, "0"); !fault.Is(err, fault.Stale) {
			t.Error(err)
		}
	})
}

// Two files of boundaries: the second is refused with the name of the first, and what was typed stays.
func TestBoundariesStale(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB, s *territory.Service) {
		c := &clerk{newClient(t, s), auth.CLI()}
		const path = "/quan-tri/don-vi/ranh-gioi"
		seen := c.seen(path)
		if seen != "0" {
			t.Errorf("nothing is loaded, yet %s", seen)
		}
		load := func(name, code, version string) *httptest.ResponseRecorder {
			return c.upload(path, name, []byte(squares(code)), map[string]string{"lam": "ghi", "nguon": "Sở " + code, "phien-ban": version})
		}
		holds(t, "the first", load("mot.geojson", "24943", seen), http.StatusSeeOther)
		late := load("hai.geojson", "24931", seen)
		holds(t, "the second", late, http.StatusPreconditionFailed, "Chưa ghi gì", "“mot.geojson”", `value="Sở 24931"`, "hai.geojson")
		holds(t, "the same again", load("mot.geojson", "24943", seen), http.StatusSeeOther)
		if list, err := s.OutlineSources(ctx); err != nil || len(list) != 1 || list[0].File != "mot.geojson" {
			t.Fatalf("%+v %v", list, err)
		}
		holds(t, "with the version of the refusal", load("hai.geojson", "24931", strings.Trim(late.Header().Get("ETag"), `"`)), http.StatusSeeOther)
		file := territory.BoundaryFile{Name: "ba.geojson", Bytes: []byte(squares("24943", "24931")), Source: ourSource}
		if _, err := s.ChangeBoundaries(ctx, file, ""); !fault.Is(err, fault.Unconditional) {
			t.Error(err)
		}
		if _, err := s.ChangeBoundaries(ctx, file, "0"); !fault.Is(err, fault.Stale) {
			t.Error(err)
		}
	})
}
