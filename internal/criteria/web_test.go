package criteria

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"langso/internal/platform/db"
	"langso/internal/platform/db/dbtest"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/web"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// site serves the pages and the API of s in lang.
func site(t *testing.T, s *Service) func(lang i18n.Lang, path string) (int, string) {
	t.Helper()
	texts, err := i18n.Load(i18n.Base(), ui.Locales(), folder("locales"))
	if err != nil {
		t.Fatal(err)
	}
	m := web.NewMux(slog.New(slog.DiscardHandler))
	s.pages(m)
	s.api(humago.New(m, huma.DefaultConfig("test", "0")))
	return func(lang i18n.Lang, path string) (int, string) {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		w := httptest.NewRecorder()
		m.ServeHTTP(w, r.WithContext(ui.WithSite(i18n.With(r.Context(), texts, lang), ui.Site{Path: path})))
		return w.Code, w.Body.String()
	}
}

func TestPages(t *testing.T) {
	get := site(t, open(t, dbtest.Open(t, db.SQLite, nil, schema)))
	rows := regexp.MustCompile(`id="ct-[0-9.]+"`)
	criteria := regexp.MustCompile(`id="tc-[0-9]+"`)
	for _, c := range []struct {
		lang             i18n.Lang
		path             string
		indicators, rows int
		want             []string
	}{
		{i18n.Vi, "/tieu-chi", 0, 0, []string{"chưa nạp 47 chỉ tiêu", "đang áp dụng", `href="/tieu-chi/xa-ntm-2021-2025"`}},
		{i18n.En, "/tieu-chi", 0, 0, []string{"47 indicators not loaded", "in force", `href="/en/tieu-chi/xa-ntm-2021-2025"`}},
		{i18n.Vi, "/tieu-chi/xa-ntm-2021-2025", 57, 19, []string{"318/QĐ-TTg (08/3/2022), Phụ lục I", "từ 80\u00a0% trở lên", "không quá 1,5\u00a0%", "UBND cấp tỉnh quy định cụ thể", "chưa kiểm chứng", "15–18",
			"2023 · Tây Nguyên", "từ 47\u00a0triệu đồng/người/năm trở lên", "Sở Nông nghiệp và Môi trường", "trước đây: Sở Tài nguyên và Môi trường", `href="/tieu-chi/xa-ntm-2021-2025/17.10"`}},
		{i18n.Vi, "/tieu-chi/xa-ntm-2021-2025?ngay=2024-06-30", 57, 19, []string{"Sở Tài nguyên và Môi trường"}},
		{i18n.En, "/tieu-chi/xa-ntm-nang-cao-2021-2025", 75, 19, []string{"at least Mức độ 3", "19 criteria, 75 indicators; 21 indicators have no threshold yet."}},
		{i18n.Vi, "/tieu-chi/xa-ntm-kieu-mau-2021-2025", 4, 4, []string{"đã kiểm chứng", `href="/tieu-chi/xa-ntm-nang-cao-2021-2025"`}},
		{i18n.Vi, "/tieu-chi/xa-ntm-2026-2030", 0, 10, []string{"chưa nạp 47 chỉ tiêu", "do phần mềm đặt", "Xã không thuộc nhóm 1 và nhóm 3", `href="/tieu-chi/xa-ntm-2026-2030/8"`}},
	} {
		code, page := get(c.lang, c.path)
		if code != http.StatusOK {
			t.Errorf("%s: %d\n%s", c.path, code, page)
			continue
		}
		if n := len(rows.FindAllString(page, -1)); n != c.indicators {
			t.Errorf("%s: %d indicators, want %d", c.path, n, c.indicators)
		}
		if n := len(criteria.FindAllString(page, -1)); n != c.rows {
			t.Errorf("%s: %d criteria, want %d", c.path, n, c.rows)
		}
		for _, w := range c.want {
			if !strings.Contains(page, w) {
				t.Errorf("%s (%s): no %q", c.path, c.lang, w)
			}
		}
		for _, bad := range []string{"⟦", "%!"} {
			if strings.Contains(page, bad) {
				t.Errorf("%s (%s): %q on the page", c.path, c.lang, bad)
			}
		}
		if n := strings.Count(page, "<h1>"); n != 1 {
			t.Errorf("%s: %d h1", c.path, n)
		}
	}
	if code, _ := get(i18n.Vi, "/tieu-chi/khong-co"); code != http.StatusNotFound {
		t.Errorf("unknown set: %d", code)
	}
	if code, _ := get(i18n.Vi, "/tieu-chi/xa-ntm-2021-2025?ngay=hom-nay"); code != http.StatusUnprocessableEntity {
		t.Errorf("no day: %d", code)
	}
}

// Text of a loaded file is text on the page, whatever it looks like.
func TestPageEscapesHostileText(t *testing.T) {
	s := open(t, dbtest.Open(t, db.SQLite, nil, schema))
	hostile := strings.NewReplacer("Bộ thử", `<script>alert(1)</script>`, "Tỷ lệ", `<img src=x onerror=alert(1)>{{.}}`, "Nguồn", `</table><b>x`).Replace(grouped)
	if _, err := s.LoadSet(office(), "nhom.yaml", []byte(hostile), false); err != nil {
		t.Fatal(err)
	}
	code, page := site(t, s)(i18n.Vi, "/tieu-chi/nhom")
	if code != http.StatusOK || !strings.Contains(page, "&lt;script&gt;alert(1)") || !strings.Contains(page, "&lt;img src=x") {
		t.Fatalf("%d: the text is not on the page", code)
	}
	for _, bad := range []string{"<script>alert", "<img src=x", "</table><b>"} {
		if strings.Contains(page, bad) {
			t.Errorf("%q is markup on the page", bad)
		}
	}
}

func TestAPI(t *testing.T) {
	s := open(t, dbtest.Open(t, db.SQLite, nil, schema))
	if _, err := s.LoadOverrides(office(), "qd.yaml", override("xa-ntm-2021-2025", "1/QĐ-UBND", "2024-06-01", `"2.1": 90`), false); err != nil {
		t.Fatal(err)
	}
	get := site(t, s)
	code, text := get(i18n.Vi, "/api/v1/criteria")
	var list struct{ Sets []SetBody }
	if err := json.Unmarshal([]byte(text), &list); code != http.StatusOK || err != nil {
		t.Fatalf("%d %v: %s", code, err, text)
	}
	want := map[string]SetBody{ // counts of the decisions
		"xa-ntm-2021-2025":          {Criteria: CountBody{19, 19}, Indicators: CountBody{57, 57}, WithoutLevel: 11},
		"xa-ntm-nang-cao-2021-2025": {Criteria: CountBody{19, 19}, Indicators: CountBody{75, 75}, WithoutLevel: 21},
		"xa-ntm-kieu-mau-2021-2025": {Criteria: CountBody{4, 4}, Indicators: CountBody{4, 4}},
		"xa-ntm-2026-2030":          {Criteria: CountBody{10, 10}, Indicators: CountBody{47, 0}, StructureOnly: true, EffectiveFrom: "2026-02-15"},
	}
	if len(list.Sets) != len(want) {
		t.Fatalf("%d sets, want %d", len(list.Sets), len(want))
	}
	for _, got := range list.Sets {
		w := want[got.Code]
		if got.Criteria != w.Criteria || got.Indicators != w.Indicators || got.StructureOnly != w.StructureOnly || got.WithoutLevel != w.WithoutLevel || w.EffectiveFrom != "" && got.EffectiveFrom != w.EffectiveFrom {
			t.Errorf("%+v, want %+v", got, w)
		}
	}
	read := func(path string) map[string]IndicatorBody {
		t.Helper()
		code, text := get(i18n.Vi, path)
		var full FullSetBody
		if err := json.Unmarshal([]byte(text), &full); code != http.StatusOK || err != nil {
			t.Fatalf("%d %v: %s", code, err, text)
		}
		out := map[string]IndicatorBody{}
		for _, g := range full.Groups {
			for _, c := range g.Criteria {
				for _, i := range c.Indicators {
					out[i.ID] = i
				}
			}
		}
		return out
	}
	now, before := read("/api/v1/criteria/xa-ntm-2021-2025"), read("/api/v1/criteria/xa-ntm-2021-2025?at=2024-05-31")
	if got := now["2.1"].Threshold; got.All == nil || got.All.Number == nil || *got.All.Number != 90 || got.Decision != "1/QĐ-UBND" || got.Illustrative {
		t.Errorf("2.1 today: %+v", got)
	}
	if got := before["2.1"].Threshold; got.Known || got.Decision != "" || !before["2.1"].Provincial {
		t.Errorf("2.1 before the decision: %+v", got)
	}
	if got := now["11"].Threshold.ByKey["dbsh"]; got == nil || *got.Number != 1.5 {
		t.Errorf("11 in dbsh: %+v", got)
	}
	if got := now["10"].Threshold.ByYear["2024"]; *got["tn"].Number != 50 || got["dbsh"] != nil {
		t.Errorf("10 in 2024: %+v", got)
	}
	if got := now["8.4"]; got.Threshold.All.Word != "Đạt" || got.Verified || !got.TextVerified {
		t.Errorf("8.4: %+v", got)
	}
	for path, want := range map[string]int{"/api/v1/criteria/khong-co": http.StatusNotFound, "/api/v1/criteria/xa-ntm-2021-2025?at=hom-qua": http.StatusUnprocessableEntity} {
		if code, text := get(i18n.Vi, path); code != want || !strings.Contains(text, `"code":"criteria.`) {
			t.Errorf("%s: %d %s", path, code, text)
		}
	}
}
