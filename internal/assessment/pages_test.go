package assessment

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"langso/internal/assessment/workbook"
	"langso/internal/criteria"
	"langso/internal/platform/account"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/db/dbtest"
	"langso/internal/platform/i18n"
	"langso/internal/platform/module"
	"langso/internal/platform/ui"
	"langso/internal/platform/web"
	"langso/internal/std/xlsx"
	"langso/internal/testkit/htmlcheck"
	fictional "langso/internal/testkit/province"

	"golang.org/x/net/html"
)

// site is the pages of the module over one store, without the house around them.
type site struct {
	*house
	mux   *web.Mux
	texts *i18n.Catalog
	demo  bool
	names auth.Names // nil = pages show logins
}

// answer is what a reader got.
type answer struct {
	status int
	header http.Header
	body   string
}

// openSite is the illustrative province of the product, when hostile is true with the one of the tests beside it.
func openSite(t *testing.T, hostile bool) *site {
	t.Helper()
	empty := build(new(db.DB))
	var migrations []db.Migrations
	folders := []fs.FS{i18n.Base(), ui.Locales(), workbook.Locales(), account.Locales()}
	for _, m := range []module.Module{empty.units.Module(), empty.sets.Module(), empty.results.Module()} {
		migrations = append(migrations, db.Migrations{Module: m.Name, FS: m.Migrations})
		folders = append(folders, m.Locales)
	}
	h := build(dbtest.Open(t, db.SQLite, clock.Fixed(today), migrations))
	ctx := auth.With(context.Background(), auth.CLI())
	for _, m := range []module.Module{h.units.Module(), h.sets.Module()} {
		if err := m.Install(ctx); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range []module.Module{h.units.Module(), h.sets.Module(), h.results.Module()} {
		if err := m.Demo(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if hostile {
		fictional.Load(t, ctx, h.units, h.sets)
	}
	texts, err := i18n.Load(folders...)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{house: h, mux: web.NewMux(slog.New(slog.DiscardHandler)), texts: texts, demo: true}
	h.results.pages(s.mux)
	return s
}

// The readers of the tests.
var (
	office1 = auth.Actor{Kind: auth.Person, ID: 1, Login: "vp", Name: "Văn phòng", Grants: []auth.Grant{{Role: auth.ProvinceOffice}}}
	viewer  = auth.Actor{Kind: auth.Person, ID: 2, Login: "xem", Name: "Người xem", Grants: []auth.Grant{{Role: auth.Viewer}}}
	nobody  = auth.Actor{Kind: auth.Guest}
)

// officerOf reports for one commune.
func officerOf(unit int64) auth.Actor {
	return auth.Actor{Kind: auth.Person, ID: 3, Login: "xa", Name: "Cán bộ xã", Grants: []auth.Grant{{Role: auth.CommuneOfficer, Unit: unit}}}
}

func (s *site) do(who auth.Actor, lang i18n.Lang, r *http.Request) answer {
	ctx := i18n.With(auth.With(r.Context(), who), s.texts, lang)
	if s.names != nil {
		ctx = auth.WithNames(ctx, s.names)
	}
	ctx = ui.WithSite(ctx, ui.Site{Path: r.URL.Path, Query: r.URL.RawQuery, Actor: who, Demo: s.demo, RequestID: "t1"})
	ctx = web.WithFlashKey(ctx, []byte("khóa của bài thử"))
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r.WithContext(ctx))
	return answer{w.Code, w.Header(), w.Body.String()}
}

func (s *site) get(who auth.Actor, lang i18n.Lang, path string) answer {
	return s.do(who, lang, httptest.NewRequest(http.MethodGet, path, nil))
}

func (s *site) post(who auth.Actor, path string, form url.Values) answer {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.do(who, i18n.Vi, r)
}

// upload sends a workbook as the form does.
func (s *site) upload(t *testing.T, who auth.Actor, set, period, name string, file []byte) answer {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, v := range map[string]string{fieldSet: set, fieldPeriod: period} {
		if err := w.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	if name != "" {
		p, err := w.CreateFormFile(fieldFile, name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Write(file); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, importPath, &b)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return s.do(who, i18n.Vi, r)
}

func (a answer) doc(t *testing.T) *html.Node {
	t.Helper()
	doc, err := htmlcheck.Parse([]byte(a.body))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func (a answer) h1(t *testing.T) string {
	t.Helper()
	list, err := htmlcheck.Find(a.doc(t), "main h1")
	if err != nil || len(list) != 1 {
		t.Fatalf("%d h1, %v", len(list), err)
	}
	return htmlcheck.TextOf(list[0])
}

// words is the text of the page below main, with single plain spaces.
func (a answer) words(t *testing.T) string {
	t.Helper()
	list, err := htmlcheck.Find(a.doc(t), "main")
	if err != nil || len(list) != 1 {
		t.Fatalf("%d main, %v", len(list), err)
	}
	return htmlcheck.TextOf(list[0])
}

// untranslated finds keys without a text and texts with too few or too many values.
var untranslated = regexp.MustCompile(`⟦[^⟧]*⟧|%!?\((?:EXTRA|MISSING|BADINDEX)|%![a-z]\(`)

// sound checks what every page owes, on the parsed document.
func (a answer) sound(t *testing.T) {
	t.Helper()
	if m := untranslated.FindString(a.body); m != "" {
		t.Errorf("the page holds %q", m)
	}
	doc := a.doc(t)
	ids, labelled := map[string]int{}, map[string]bool{}
	var controls []*html.Node
	h1, level := 0, 0
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		at := map[string]string{}
		for _, x := range n.Attr {
			at[x.Key] = x.Val
			if x.Key == "style" || strings.HasPrefix(x.Key, "on") {
				t.Errorf("<%s> has %s=%q", n.Data, x.Key, x.Val)
			}
			if (x.Key == "href" || x.Key == "action" || x.Key == "src") && strings.HasPrefix(strings.ToLower(strings.TrimSpace(x.Val)), "javascript:") {
				t.Errorf("<%s> leads to %q", n.Data, x.Val)
			}
		}
		if id := at["id"]; id != "" {
			ids[id]++
		}
		switch n.Data {
		case "h1", "h2", "h3", "h4":
			l := int(n.Data[1] - '0')
			if l == 1 {
				h1++
				if htmlcheck.TextOf(n) == "" {
					t.Error("the h1 is empty")
				}
			}
			if l > level+1 {
				t.Errorf("h%d %q follows h%d", l, htmlcheck.TextOf(n), level)
			}
			level = l
		case "th":
			if s := at["scope"]; s != "col" && s != "row" && s != "colgroup" && s != "rowgroup" {
				t.Errorf("th %q has scope %q", htmlcheck.TextOf(n), s)
			}
		case "label":
			labelled[at["for"]] = true
		case "input", "select", "textarea":
			if at["type"] != "hidden" {
				controls = append(controls, n)
			}
		case "script":
			if at["src"] == "" {
				t.Error("a script stands in the page")
			}
		case "img", "iframe", "object", "embed":
			t.Errorf("<%s> does not belong here", n.Data)
		}
	}
	if h1 != 1 {
		t.Errorf("%d h1, want 1", h1)
	}
	for id, n := range ids {
		if n > 1 {
			t.Errorf("id %q stands %d times", id, n)
		}
	}
	for _, c := range controls {
		id, name := "", ""
		for _, x := range c.Attr {
			switch x.Key {
			case "id":
				id = x.Val
			case "aria-label":
				name = x.Val
			}
		}
		if name == "" && !labelled[id] {
			t.Errorf("<%s id=%q> has no label", c.Data, id)
		}
	}
}

// communeSlug is the address of a hostile commune.
func (s *site) communeSlug(t *testing.T, i int) string {
	t.Helper()
	return s.unit(t, fictional.Communes()[i].Code, "2026-09-30").Slug()
}

// fillHostile records values with hostile words for the fictional communes, in every shape a value can have.
func (s *site) fillHostile(t *testing.T) {
	t.Helper()
	ctx := auth.With(context.Background(), auth.Actor{Kind: auth.Person, Login: fictional.Hostile()[5], Grants: []auth.Grant{{Role: auth.ProvinceOffice}}})
	hostile := fictional.Hostile()
	for i, c := range fictional.Communes() {
		for k, v := range []struct {
			item string
			fig  Figure
		}{
			{"1.1", Figure{HasNumber: true, Num: 107, Den: 111}}, {"1.2", Figure{HasNumber: true, Num: 12345, Scale: 1}},
			{"2.1", Figure{Declared: workbook.VerdictNearly}}, {"2.2", Figure{HasNumber: true, Num: 700 + int64(i), Scale: 2, Declared: workbook.VerdictMet}},
		} {
			reason := hostile[(i*4+k)%10] + "." // the eleventh is longer than a reason may be
			if !printable(reason) {             // refused, which TestCorrectByForm asks for
				reason = hostile[0] + "."
			}
			err := s.results.Correct(ctx, Correction{Unit: c.ID, Set: fictional.Set, Period: "2026-Q3", Item: Item{ID: v.item}, Figure: v.fig,
				Reason: reason, IfMatch: noVersion})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// Every page, in both languages, with the names of the hostile province and the real demo beside it.
func TestEveryPageIsSound(t *testing.T) {
	s := openSite(t, true)
	s.fillHostile(t)
	for _, name := range fictional.Hostile() {
		if strings.Trim(name, "\r\n") != "" && len(name) < 200 {
			s.upload(t, office1, fictional.Set, "2026-Q3", name+".xlsx", hostileWorkbook(t))
		}
	}
	batches, err := s.results.Batches(auth.With(context.Background(), office1), 50)
	if err != nil || len(batches) < 5 {
		t.Fatalf("%d uploads with hostile names, %v", len(batches), err)
	}
	xa, real := s.communeSlug(t, 0), "24805-xuan-tho"
	advanced := "xa-ntm-nang-cao-2021-2025"
	public := []string{
		"/", "/?nhom=nhom-xa", "/?bo=" + advanced, "/?ky=2025-Q1", "/?bo=" + fictional.Set, "/?bo=xa-ntm-2021-2025",
		"/xa/" + xa, "/xa/" + xa + "?bo=" + fictional.Set, "/xa/" + s.communeSlug(t, 1) + "?bo=" + fictional.Set, "/xa/" + s.communeSlug(t, 2) + "?bo=" + fictional.Set, "/xa/" + real, "/xa/24805", "/xa/24805-ten-khac",
		"/xa/24805-xuan-truong-da-lat", "/xa/" + real + "?ky=2026-Q3&bo=xa-ntm-2026-2030", "/xa/24943-ka-do?ky=2023", "/xa/24943-ka-do",
		"/tieu-chi/xa-ntm-2026-2030/3", "/tieu-chi/" + advanced + "/8.4", "/tieu-chi/" + advanced + "/8.4?ket-qua=not_met&xep=ket-qua", "/tieu-chi/" + advanced + "/1.1", "/tieu-chi/" + advanced + "/8",
		"/tieu-chi/" + fictional.Set + "/1.1?xep=cach", "/tieu-chi/" + fictional.Set + "/1.2", "/tieu-chi/" + fictional.Set + "/2.2?xep=cach-giam", "/tieu-chi/" + fictional.Set + "/2",
	}
	desk := []string{
		provincePath, provincePath + "?bo=" + advanced, provincePath + "?bo=" + fictional.Set, provincePath + "?ky=2025-Q1", provincePath + "?bo=xa-ntm-kieu-mau-2021-2025&ky=2023",
		scorecardsPath, scorecardsPath + "?bo=" + advanced + "&xep=dat-giam", scorecardsPath + "?xep=cap-nhat&q=da", scorecardsPath + "?q=khongco", scorecardsPath + "?khoang=8-9&xep=dat", scorecardsPath + "?bo=" + fictional.Set,
		scorecardsPath + "/" + xa + "?bo=" + fictional.Set, scorecardsPath + "/" + real, scorecardsPath + "/24943-ka-do",
		scorecardsPath + "/" + xa + "/1.1?bo=" + fictional.Set, scorecardsPath + "/" + xa + "/1.2?bo=" + fictional.Set, scorecardsPath + "/" + xa + "/2.1?bo=" + fictional.Set, scorecardsPath + "/" + xa + "/2?bo=" + fictional.Set,
		scorecardsPath + "/24943-ka-do/3", scorecardsPath + "/" + real + "/2.1?bo=xa-ntm-2021-2025&ky=2024-06", scorecardsPath + "/" + real + "/14.1?bo=xa-ntm-2021-2025&ky=2024-06",
		indicatorsPath, indicatorsPath + "?bo=" + advanced + "&xep=thieu", indicatorsPath + "?bo=" + advanced + "&phu-trach=thong_tin", indicatorsPath + "?bo=" + fictional.Set, indicatorsPath + "/3", indicatorsPath + "/8.4?bo=" + advanced,
		indicatorsPath + "/1.1?bo=" + fictional.Set, importPath, importPath + "?bo=" + fictional.Set + "&ky=<script>",
	}
	for _, b := range batches[:3] {
		desk = append(desk, batchPath(b.ID), batchPath(b.ID)+"?loai=tu-choi", batchPath(b.ID)+"?loai=canh-bao&trang=9")
	}
	for _, lang := range i18n.Langs {
		for _, path := range public {
			t.Run(string(lang)+" "+path, func(t *testing.T) {
				a := s.get(nobody, lang, path)
				if a.status != http.StatusOK {
					t.Fatalf("status %d", a.status)
				}
				a.sound(t)
			})
		}
		for _, path := range desk {
			t.Run(string(lang)+" "+path, func(t *testing.T) {
				a := s.get(office1, lang, path)
				if a.status != http.StatusOK {
					t.Fatalf("status %d", a.status)
				}
				a.sound(t)
			})
		}
	}
}

// The hostile names stand on the pages as they are: as text, letter by letter.
func TestHostileNamesAreText(t *testing.T) {
	s := openSite(t, true)
	s.fillHostile(t)
	board := s.get(office1, i18n.Vi, provincePath+"?bo="+fictional.Set).words(t)
	found := 0
	for i, c := range fictional.Communes() {
		name := strings.Join(strings.Fields(c.Name), " ")
		if !strings.Contains(board, name) {
			t.Errorf("the board lacks %q", name)
		}
		card := s.get(office1, i18n.Vi, scorecardsPath+"/"+s.communeSlug(t, i)+"?bo="+fictional.Set)
		if !strings.Contains(card.h1(t), name) {
			t.Errorf("h1 %q lacks %q", card.h1(t), name)
		}
		found++
	}
	if found != 3 {
		t.Errorf("%d communes looked at, want 3", found)
	}
	history := s.get(office1, i18n.Vi, scorecardsPath+"/"+s.communeSlug(t, 0)+"/1.2?bo="+fictional.Set).words(t)
	if want := "=1+1 {{.}} ${x} %s %00 ../../etc"; !strings.Contains(history, want) {
		t.Errorf("the reason %q is not on the page", want)
	}
}

// The figures of the news report stand on the board, the item page and the desk, each with its denominator.
func TestReportOnThePages(t *testing.T) {
	s := openSite(t, false)
	for _, c := range []struct {
		who  auth.Actor
		path string
		h1   string
		has  []string
	}{
		{nobody, "/?bo=xa-ntm-nang-cao-2021-2025", "48 trên 111 xã đạt chỉ tiêu 8.4; 50 trên 111 xã đạt chỉ tiêu 15.2",
			[]string{"43,2 %", "45,0 %", "Bài báo 2024", "Suy luận", "31/12/2023", "Huyện Di Linh", "109", "trên 111 xã", "98,2 %"}},
		{office1, provincePath + "?bo=xa-ntm-nang-cao-2021-2025", "48 trên 111 xã đạt chỉ tiêu 8.4; 50 trên 111 xã đạt chỉ tiêu 15.2", []string{"43,2 %", "45,0 %", "Toàn tỉnh", "63 trên 111 xã"}},
		{nobody, "/tieu-chi/xa-ntm-nang-cao-2021-2025/8.4", "48 trên 111 xã đạt chỉ tiêu 8.4", []string{"43,2 % = 48 ÷ 111", "chưa kiểm chứng", "Sở Thông tin và Truyền thông"}},
		{office1, indicatorsPath + "/15.2?bo=xa-ntm-nang-cao-2021-2025", "50 trên 111 xã đạt chỉ tiêu 15.2", []string{"45,0 %"}},
		{nobody, "/xa/24805-xuan-tho", "Xã Xuân Thọ đạt 2 trên 2 chỉ tiêu đã có số liệu", []string{"nay thuộc phường Xuân Trường - Đà Lạt", "Xã Xuân Thọ không còn từ 01/07/2025: nhập toàn bộ vào phường Xuân Trường - Đà Lạt (1671/NQ-UBTVQH15"}},
	} {
		a := s.get(c.who, i18n.Vi, c.path)
		if got := a.h1(t); got != c.h1 {
			t.Errorf("%s: h1 %q, want %q", c.path, got, c.h1)
		}
		words := a.words(t)
		for _, w := range c.has {
			if !strings.Contains(words, w) {
				t.Errorf("%s lacks %q", c.path, w)
			}
		}
	}
	if got := s.get(nobody, i18n.En, "/tieu-chi/xa-ntm-nang-cao-2021-2025/8.4").words(t); !strings.Contains(got, "43.2% = 48 ÷ 111") {
		t.Error("the English page lacks 43.2% = 48 ÷ 111")
	}
}

// However many people wrote what a page lists, their names cost one question; outside nobody is asked about.
func TestNamesCostOneQuestion(t *testing.T) {
	s := openSite(t, false)
	asked := 0
	s.names = func(_ context.Context, logins []string) (map[string]string, error) {
		asked++
		out := map[string]string{}
		for _, l := range logins {
			out[l] = "Người " + l
		}
		return out, nil
	}
	f, err := s.results.Frame(auth.With(context.Background(), auth.CLI()), "", "")
	if err != nil {
		t.Fatal(err)
	}
	slug, query := f.Roster.Communes()[0].Slug(), "?bo="+f.Set.Code+"&ky="+f.Period.ID
	var ids []string
	for _, c := range f.Set.Criteria()[:3] {
		ids = append(ids, c.ID)
	}
	for _, u := range f.Roster.Communes()[:3] {
		for k, id := range ids {
			who := officerOf(int64(u.ID))
			who.Login = fmt.Sprintf("xa-%d-%d", u.ID, k)
			item, err := ItemNamed(f.Set, id)
			if err != nil {
				t.Fatal(err)
			}
			ctx := auth.With(context.Background(), who)
			card, err := s.results.Scorecard(ctx, u.ID, f.Set.Code, f.Period.ID)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.results.Correct(ctx, Correction{Unit: u.ID, Set: f.Set.Code, Period: f.Period.ID, Item: item, Figure: Figure{Declared: workbook.VerdictNotMet}, Reason: "đếm", IfMatch: card.Cell(item).ETag()}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		who   auth.Actor
		path  string
		asked int
	}{
		{viewer, draftsPath, 1}, {viewer, scorecardsPath + "/" + slug, 1}, {viewer, indicatorsPath + "/" + ids[1], 1}, {viewer, scorecardsPath + "/" + slug + "/" + ids[1], 1},
		{nobody, "/xa/" + slug, 0}, {viewer, "/xa/" + slug, 0}, {nobody, "/tieu-chi/" + f.Set.Code + "/" + ids[1], 0},
	} {
		asked = 0
		a := s.get(c.who, i18n.Vi, c.path+query)
		if a.status != http.StatusOK || asked != c.asked || strings.Contains(a.body, "Người xa-") != (c.asked > 0) {
			t.Errorf("%s: %d, asked %d times, names are shown: %v", c.path, a.status, asked, strings.Contains(a.body, "Người xa-"))
		}
	}
}

// A set whose indicators are not known says so on every page that shows its results.
func TestStructureOnlyIsSaid(t *testing.T) {
	s := openSite(t, false)
	for _, p := range []struct {
		who  auth.Actor
		path string
	}{
		{nobody, "/"}, {nobody, "/xa/24943-ka-do"}, {nobody, "/tieu-chi/xa-ntm-2026-2030/3"}, {office1, provincePath}, {office1, scorecardsPath}, {office1, scorecardsPath + "/24943-ka-do"},
		{office1, scorecardsPath + "/24943-ka-do/3"}, {office1, indicatorsPath}, {office1, indicatorsPath + "/3"},
	} {
		if !strings.Contains(s.get(p.who, i18n.Vi, p.path).words(t), "Chưa nạp 47 chỉ tiêu") {
			t.Errorf("%s does not say that 47 indicators are not loaded", p.path)
		}
		if !strings.Contains(s.get(p.who, i18n.En, p.path).words(t), "47 indicators not loaded") {
			t.Errorf("%s in English does not say that 47 indicators are not loaded", p.path)
		}
	}
	a := s.get(nobody, i18n.Vi, "/")
	htmlcheck.Check(t, []byte(a.body), htmlcheck.Count("#bang-xa tbody th[scope=row]", 103), htmlcheck.Count("#bang-xa tbody tr.ls-table__group", 3))
	if h1 := a.h1(t); !strings.Contains(h1, "trên 103 xã đạt đủ 10 tiêu chí") {
		t.Errorf("h1 %q", h1)
	}
}

// Guests are sent to sign in, readers may not write, officers only at home; outside, everybody sees the same.
func TestDeskRights(t *testing.T) {
	s := openSite(t, false)
	home := s.unit(t, "24943", "2026-09-30")
	officer := officerOf(int64(home.ID))
	value := scorecardsPath + "/24943-ka-do/3"
	foreign := scorecardsPath + "/" + s.unit(t, "24955", "2026-09-30").Slug() + "/3"
	for _, c := range []struct {
		who  auth.Actor
		path string
		want int
	}{
		{nobody, "/lam-viec", 303}, {nobody, provincePath, 303}, {nobody, scorecardsPath, 303}, {nobody, value, 303}, {nobody, indicatorsPath, 303}, {nobody, indicatorsPath + "/3", 303}, {nobody, importPath, 303}, {nobody, importPath + "/1", 303}, {nobody, importPath + "/1/tu-choi", 303},
		{viewer, provincePath, 200}, {viewer, value, 200}, {viewer, importPath, 403}, {viewer, importPath + "/1", 403}, {viewer, importPath + "/1/tu-choi", 403},
		{officer, "/lam-viec", 303}, {officer, value, 200}, {officer, foreign, 200}, {officer, importPath, 200}, {officer, importPath + "/1", 404},
	} {
		if a := s.get(c.who, i18n.Vi, c.path); a.status != c.want {
			t.Errorf("%s by %q: %d, want %d", c.path, c.who.Login, a.status, c.want)
		}
	}
	if to := s.get(officer, i18n.Vi, "/lam-viec").header.Get("Location"); to != scorecardsPath+"/24943-ka-do" {
		t.Errorf("an officer starts at %s", to)
	}
	if to := s.get(nobody, i18n.Vi, "/lam-viec/tinh").header.Get("Location"); !strings.HasPrefix(to, "/dang-nhap?ve=") {
		t.Errorf("a guest is led to %s", to)
	}
	form := url.Values{fieldVersion: {"0"}, fieldVerdict: {"dat"}, fieldReason: {"x"}}
	for _, c := range []struct {
		who  auth.Actor
		path string
		want int
	}{
		{nobody, value, 401}, {viewer, value, 403}, {officer, foreign, 403}, {officer, value, 412},
		{nobody, importPath, 401}, {viewer, importPath, 403}, {nobody, importPath + "/1/ghi", 401}, {viewer, importPath + "/1/bo", 403}, {officer, importPath + "/1/ghi", 404},
	} {
		if a := s.post(c.who, c.path, form); a.status != c.want {
			t.Errorf("POST %s by %q: %d, want %d", c.path, c.who.Login, a.status, c.want)
		}
	}
	htmlcheck.Check(t, []byte(s.get(officer, i18n.Vi, value).body), htmlcheck.Count("#sua form", 1))
	htmlcheck.Check(t, []byte(s.get(officer, i18n.Vi, foreign).body), htmlcheck.None("#sua"))
	htmlcheck.Check(t, []byte(s.get(viewer, i18n.Vi, value).body), htmlcheck.None("#sua"))

	// What the officer writes is a draft: the public page does not change, also for the officer.
	if a := s.post(officer, value, url.Values{fieldVersion: {s.versionOf(t, officer, value)}, fieldVerdict: {"chua_dat"}, fieldReason: {"rà lại"}}); a.status != 303 {
		t.Fatalf("the officer's own value: %d", a.status)
	}
	for _, who := range []auth.Actor{nobody, officer, office1} {
		if h1 := s.get(who, i18n.Vi, "/xa/24943-ka-do").h1(t); h1 != "Xã Ka Đô đạt 9/10 tiêu chí" {
			t.Errorf("the public page for %q: %q", who.Login, h1)
		}
	}
	card := s.get(officer, i18n.Vi, scorecardsPath+"/24943-ka-do")
	if h1 := card.h1(t); h1 != "Xã Ka Đô đạt 8/10 tiêu chí" {
		t.Errorf("the officer's scorecard: %q", h1)
	}
	if w := card.words(t); !strings.Contains(w, "gồm số liệu chưa xác nhận") || !strings.Contains(w, "Nháp, chờ xác nhận") {
		t.Error("the scorecard does not say that it holds a draft")
	}
}

// versionOf is the version that the form of a value carries.
func (s *site) versionOf(t *testing.T, who auth.Actor, path string) string {
	t.Helper()
	list, err := htmlcheck.Find(s.get(who, i18n.Vi, path).doc(t), `#sua input[name=phien-ban]`)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d forms carry a version, %v", len(list), err)
	}
	for _, x := range list[0].Attr {
		if x.Key == "value" {
			return x.Val
		}
	}
	return ""
}

// A correction by hand: wrong input and lost races keep what was typed on the screen.
func TestCorrectByForm(t *testing.T) {
	s := openSite(t, true)
	path := scorecardsPath + "/" + s.communeSlug(t, 0) + "/1.1?bo=" + fictional.Set + "&ky=2026-Q3"
	version := s.versionOf(t, office1, path)
	if version != "0" {
		t.Fatalf("a value that nobody wrote has version %q, want 0", version)
	}
	mine := "báo cáo số 12 <b> \"của\" Sở"
	form := func(pairs ...string) url.Values {
		f := url.Values{fieldVersion: {version}, fieldReason: {mine}}
		for i := 0; i < len(pairs); i += 2 {
			f.Set(pairs[i], pairs[i+1])
		}
		return f
	}
	for _, c := range []struct {
		name  string
		form  url.Values
		want  int
		says  string
		field string
	}{
		{"no number", form(fieldValue, "nhiều"), 422, "“nhiều” không phải là số", fieldValue},
		{"beyond 100 %", form(fieldValue, "100,5"), 422, "0 đến 100 %", fieldValue},
		{"numerator above denominator", form(fieldNumerator, "112", fieldDenominator, "111"), 422, "Tử số lớn hơn mẫu số", fieldNumerator},
		{"denominator 0", form(fieldNumerator, "1", fieldDenominator, "0"), 422, "Mẫu số phải lớn hơn 0", fieldDenominator},
		{"share and counts", form(fieldValue, "98,2", fieldNumerator, "107", fieldDenominator, "111"), 422, "không nhập cả hai", fieldValue},
		{"nothing", form(), 422, "Nhập giá trị, mức hoặc kết quả", fieldValue},
		{"no reason", form(fieldValue, "1.234", fieldReason, " "), 422, "Ghi lý do sửa", fieldReason},
		{"reason too long", form(fieldValue, "90", fieldReason, strings.Repeat("a", 2001)), 422, "2.000 ký tự", fieldReason},
		{"hidden characters", form(fieldValue, "90", fieldReason, "a\u202eb"), 422, "ký tự", fieldReason},
		{"unknown result", form(fieldVerdict, "tuyet_voi"), 422, "Không hiểu kết quả", fieldVerdict},
		{"no version", form(fieldVersion, "", fieldValue, "96,4"), 428, "Trang này đã cũ. So sánh hai bản bên dưới rồi lưu lại.", fieldReason},
		{"stale version", form(fieldVersion, "xyz", fieldValue, "96,4"), 412, "Có người vừa sửa mục này", fieldReason},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := s.post(office1, path, c.form)
			if a.status != c.want {
				t.Fatalf("status %d, want %d", a.status, c.want)
			}
			a.sound(t)
			summary := htmlcheck.In("#ls-summary", htmlcheck.Has(c.says), htmlcheck.Count("a[href=#"+ui.FieldID(c.field)+"]", 1))
			htmlcheck.Check(t, []byte(a.body), summary)
			list, _ := htmlcheck.Find(a.doc(t), "#sua textarea")
			if len(list) != 1 || htmlcheck.TextOf(list[0]) != strings.TrimSpace(c.form.Get(fieldReason)) {
				t.Error("the typed reason is gone")
			}
			if v := c.form.Get(fieldValue); v != "" {
				htmlcheck.Check(t, []byte(a.body), htmlcheck.In("#sua input[name=gia-tri]", htmlcheck.Attr("value", "^"+regexp.QuoteMeta(v)+"$")))
			}
		})
	}
	echo := s.post(office1, path, form(fieldValue, "1.234", fieldReason, ""))
	htmlcheck.Check(t, []byte(echo.body), htmlcheck.In("#f-gia-tri-echo", htmlcheck.Text("= 1.234 %")))

	if a := s.post(office1, path, form(fieldNumerator, "107", fieldDenominator, "111")); a.status != http.StatusSeeOther || a.header.Get("Location") != "/lam-viec/bang-diem/"+s.communeSlug(t, 0)+"/1.1?bo=xa-thu&ky=2026-Q3" {
		t.Fatalf("a right value: %d to %q", a.status, a.header.Get("Location"))
	}
	after := s.get(office1, i18n.Vi, path)
	if w := after.words(t); !strings.Contains(w, "107 ÷ 111 = 96,4 %") || !strings.Contains(w, mine) || !strings.Contains(w, "vượt 16,4 điểm %") {
		t.Errorf("after the correction the page says %q", w)
	}
	if v := s.versionOf(t, office1, path); after.header.Get("ETag") != `"`+v+`"` {
		t.Errorf("ETag %s, the form carries %s", after.header.Get("ETag"), v)
	}

	// Somebody else's version stands beside the loser's text, and the form now carries the new version.
	lost := s.post(office1, path, form(fieldValue, "77", fieldReason, "tôi sửa muộn"))
	if lost.status != http.StatusPreconditionFailed {
		t.Fatalf("a write against the old version: %d", lost.status)
	}
	htmlcheck.Check(t, []byte(lost.body),
		htmlcheck.In("#hai-ban", htmlcheck.Has("107 ÷ 111 = 96,4 %"), htmlcheck.Has("77 %"), htmlcheck.Has("tôi sửa muộn"), htmlcheck.Has("vp")),
		htmlcheck.In("#sua input[name=phien-ban]", htmlcheck.Attr("value", "^"+s.versionOf(t, office1, path)+"$")),
		htmlcheck.In("#sua input[name=gia-tri]", htmlcheck.Attr("value", "^77$")))

	// A program that sends If-Match is heard, too, and gets a problem document.
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form(fieldVersion, "", fieldValue, "90").Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("If-Match", `"`+s.versionOf(t, office1, path)+`"`)
	if a := s.do(office1, i18n.Vi, r); a.status != http.StatusSeeOther {
		t.Errorf("If-Match with the newest version: %d", a.status)
	}
	r = httptest.NewRequest(http.MethodPost, path, strings.NewReader(form(fieldValue, "80").Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("If-Match", `"old"`)
	r.Header.Set("Accept", "application/json")
	if a := s.do(office1, i18n.Vi, r); a.status != http.StatusPreconditionFailed || !strings.HasPrefix(a.header.Get("Content-Type"), "application/problem+json") {
		t.Errorf("If-Match with an old version: %d %s", a.status, a.header.Get("Content-Type"))
	}
}

// hostileWorkbook is a matrix of the fictional communes with two values that are refused.
func hostileWorkbook(t *testing.T) []byte {
	t.Helper()
	w := xlsx.NewWriter()
	sheet := w.Sheet("Biểu", xlsx.Layout{})
	sheet.Title("Kết quả")
	sheet.Header("Mã xã", "Xã", "1.1", "2.1")
	for i, c := range fictional.Communes() {
		cells := []xlsx.Out{xlsx.Str(c.Code), xlsx.Str(c.Name), xlsx.Num(fmt.Sprintf("8%d.5", i)), xlsx.Str("Đạt")}
		switch i {
		case 0:
			cells[2] = xlsx.Str("<img src=x onerror=alert(1)>")
		case 1:
			cells[3] = xlsx.Str("=1+1 Xong")
		}
		sheet.Cells(cells...)
	}
	b, err := w.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// From the file to the board: preview, refused values, writing the good ones, dropping.
func TestUploadByForm(t *testing.T) {
	s := openSite(t, true)
	file := hostileWorkbook(t)
	a := s.upload(t, office1, fictional.Set, "2026-Q3", `C:\tep\bieu "1" <b>.xlsx`, file)
	if a.status != http.StatusSeeOther {
		t.Fatalf("upload: %d %s", a.status, a.words(t))
	}
	at := a.header.Get("Location")
	preview := s.get(office1, i18n.Vi, at)
	preview.sound(t)
	if h1 := preview.h1(t); h1 != "4 giá trị ghi được, 2 bị từ chối" {
		t.Errorf("h1 %q", h1)
	}
	htmlcheck.Check(t, []byte(preview.body), htmlcheck.In(".ls-pagehead__over", htmlcheck.Text(`Tệp bieu "1" <b>.xlsx`)), htmlcheck.Count("#bang-vuong-mac tbody tr", 2),
		htmlcheck.In("#bang-vuong-mac", htmlcheck.Has("“<img src=x onerror=alert(1)>”"), htmlcheck.Has("“=1+1 Xong”"), htmlcheck.Has("ô C3"), htmlcheck.Has("ô D4")),
		htmlcheck.In("form[action^="+at+"/ghi] button", htmlcheck.Text("Ghi 4 giá trị")), htmlcheck.Count("a[href="+at+"/tu-choi]", 1), htmlcheck.Count("form[action="+at+"/bo] button", 1))
	if n := s.count(t, fictional.Set, "2026-Q3", "2.1").Met; n != 0 {
		t.Fatalf("the preview wrote %d values", n)
	}

	refused := s.get(office1, i18n.Vi, at+"/tu-choi")
	if d := refused.header.Get("Content-Disposition"); refused.status != 200 || refused.header.Get("Content-Type") != web.XLSX || !strings.HasPrefix(d, `attachment; filename="bi-tu-choi-bieu-1-b.xlsx"; filename*=UTF-8''`) {
		t.Errorf("refused values: %d %s", refused.status, d)
	}
	if _, err := xlsx.Read(strings.NewReader(refused.body), int64(len(refused.body))); err != nil {
		t.Errorf("the refused values are no workbook: %v", err)
	}

	// Without the word of the button nothing of a file with refusals is written.
	if a := s.post(office1, at+"/ghi", nil); a.status != http.StatusSeeOther || s.count(t, fictional.Set, "2026-Q3", "2.1").Met != 0 {
		t.Errorf("writing without saying that it is a part: %d", a.status)
	}
	if a := s.post(office1, at+"/ghi", url.Values{"mot-phan": {"1"}}); a.status != http.StatusSeeOther || a.header.Get("Location") != at {
		t.Fatalf("writing: %d", a.status)
	}
	if n := s.count(t, fictional.Set, "2026-Q3", "2.1").Met; n != 2 {
		t.Errorf("%d communes meet 2.1, want 2", n)
	}
	done := s.get(office1, i18n.Vi, at)
	done.sound(t)
	if h1 := done.h1(t); h1 != "Đã ghi 4 giá trị" {
		t.Errorf("h1 %q", h1)
	}
	htmlcheck.Check(t, []byte(done.body), htmlcheck.Count("a[href=/lam-viec/tinh?bo=xa-thu&ky=2026-Q3]", 1), htmlcheck.Count("a[href="+at+"/tu-choi]", 1), htmlcheck.None("form[action="+at+"/ghi]"))
	if a := s.post(office1, at+"/ghi", url.Values{"mot-phan": {"1"}}); a.status != http.StatusConflict {
		t.Errorf("writing a second time: %d", a.status)
	}

	second := s.upload(t, office1, fictional.Set, "2026-Q3", "lai.xlsx", file).header.Get("Location")
	if w := s.get(office1, i18n.Vi, second).words(t); !strings.Contains(w, "0 mới, 0 sửa, 4 không đổi") {
		t.Error("the same file again is not shown as unchanged")
	}
	if a := s.post(office1, second+"/bo", nil); a.status != http.StatusSeeOther {
		t.Errorf("dropping: %d", a.status)
	}
	dropped := s.get(office1, i18n.Vi, second)
	dropped.sound(t)
	htmlcheck.Check(t, []byte(dropped.body), htmlcheck.None("form[action^="+second+"]"))
	list := s.get(office1, i18n.Vi, importPath)
	htmlcheck.Check(t, []byte(list.body), htmlcheck.Count("#da-tai tbody tr", 2))
}

// What cannot be taken is said at the field it is about, and nothing of it is kept.
func TestUploadRefused(t *testing.T) {
	s := openSite(t, true)
	for _, c := range []struct {
		name, set, period, file string
		body                    []byte
		want                    int
		field                   string
	}{
		{"unknown set", "khong-co", "2026-Q3", "a.xlsx", hostileWorkbook(t), 422, fieldSet},
		{"bad period", fictional.Set, "2026-13", "a.xlsx", hostileWorkbook(t), 422, fieldPeriod},
		{"no period", fictional.Set, " ", "a.xlsx", hostileWorkbook(t), 422, fieldPeriod},
		{"no file", fictional.Set, "2026-Q3", "", nil, 422, fieldFile},
		{"no workbook", fictional.Set, "2026-Q3", "a.xlsx", []byte("xin chào"), 422, fieldFile},
		{"too large", fictional.Set, "2026-Q3", "a.xlsx", make([]byte, xlsx.MaxBytes+1), 413, fieldFile},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := s.upload(t, office1, c.set, c.period, c.file, c.body)
			if a.status != c.want {
				t.Fatalf("status %d, want %d", a.status, c.want)
			}
			a.sound(t)
			id := ui.FieldID(c.field)
			htmlcheck.Check(t, []byte(a.body), htmlcheck.Count("#ls-summary a[href=#"+id+"]", 1), htmlcheck.Count("#"+id+"-error", 1), htmlcheck.Count("#"+id, 1))
			if c.period == "2026-13" {
				htmlcheck.Check(t, []byte(a.body), htmlcheck.In("#"+id, htmlcheck.Attr("value", "^2026-13$")))
			}
		})
	}
	list, err := s.results.Batches(auth.With(context.Background(), office1), 10)
	if err != nil || len(list) != 0 {
		t.Errorf("%d uploads were kept, %v", len(list), err)
	}
	if a := s.post(office1, importPath, url.Values{fieldSet: {fictional.Set}}); a.status != 422 {
		t.Errorf("a form without parts: %d", a.status)
	}
}

// The long list of problems comes fifty a page.
func TestProblemsByFifty(t *testing.T) {
	b := &Batch{ID: 7, State: "pending", Set: fictional.Set}
	for i := range 120 {
		b.Report.Errors = append(b.Report.Errors, ReportLine{Sheet: "S", Row: i + 1, Column: "C", Message: "m"})
	}
	b.Report.Warnings = append(b.Report.Warnings, ReportLine{Sheet: "S", Message: "w"})
	for _, c := range []struct {
		only, page string
		from, to   int
	}{{"", "", 0, 50}, {"", "3", 100, 121}, {"tu-choi", "3", 100, 120}, {"", "99", 100, 121}, {"", "-1", 0, 50}, {"canh-bao", "2", 0, 1}} {
		v := newBatchView(b, c.only)
		r := &web.Request{Request: httptest.NewRequest(http.MethodGet, "/?trang="+c.page, nil)}
		if got := r.Sheet(len(v.lines), problemsSize); got.From != c.from || got.To != c.to {
			t.Errorf("%q page %q: %d to %d, want %d to %d", c.only, c.page, got.From, got.To, c.from, c.to)
		}
	}
}

// Files come as files, under a name without marks and the full one.
func TestDownloads(t *testing.T) {
	s := openSite(t, false)
	for _, path := range []string{"/?dinh-dang=xlsx", "/?bo=xa-ntm-nang-cao-2021-2025&dinh-dang=xlsx", "/tieu-chi/xa-ntm-2026-2030/3?dinh-dang=xlsx"} {
		a := s.get(nobody, i18n.Vi, path)
		if a.status != 200 || a.header.Get("Content-Type") != web.XLSX || !strings.HasPrefix(a.header.Get("Content-Disposition"), `attachment; filename="ket-qua-xa-ntm-`) {
			t.Errorf("%s: %d %s %s", path, a.status, a.header.Get("Content-Type"), a.header.Get("Content-Disposition"))
		}
		if _, err := xlsx.Read(strings.NewReader(a.body), int64(len(a.body))); err != nil {
			t.Errorf("%s is no workbook: %v", path, err)
		}
	}
	if a := s.get(nobody, i18n.Vi, "/?dinh-dang=pdf"); a.status != 422 {
		t.Errorf("an unknown format: %d", a.status)
	}
}

// The forms of figures are those of the format rules: "107 ÷ 111 = 96,4 %"; a distance says in words on which side of the
// level it lies.
func TestFigureText(t *testing.T) {
	s := openSite(t, false)
	percent := &criteria.Indicator{ID: "1", Kind: criteria.Percent, Unit: "%", Compare: criteria.AtLeast}
	poor := &criteria.Indicator{ID: "3", Kind: criteria.Percent, Unit: "%", Compare: criteria.AtMost}
	area := &criteria.Indicator{ID: "2", Kind: criteria.Number, Unit: "ha", Compare: criteria.AtLeast}
	vi := i18n.With(context.Background(), s.texts, i18n.Vi)
	en := i18n.With(context.Background(), s.texts, i18n.En)
	for _, c := range []struct {
		ind  *criteria.Indicator
		fig  Figure
		want string
	}{
		{percent, Figure{HasNumber: true, Num: 107, Den: 111}, "107 ÷ 111 = 96,4\u00a0%"},
		{percent, Figure{HasNumber: true, Num: 982, Scale: 1}, "98,2\u00a0%"},
		{area, Figure{HasNumber: true, Num: 1234, Declared: workbook.VerdictMet}, "1.234\u00a0ha, khai báo: đạt"},
		{nil, Figure{Declared: workbook.VerdictNotDone}, "không đánh giá"},
		{area, Figure{Word: "Mức độ 2"}, "Mức độ 2"},
		{percent, Figure{}, ""},
	} {
		if got := figureText(vi, c.ind, c.fig); got != c.want {
			t.Errorf("%+v: %q, want %q", c.fig, got, c.want)
		}
	}
	if got := figureText(en, area, Figure{HasNumber: true, Num: 12345, Scale: 1}); got != "1,234.5\u00a0ha" {
		t.Errorf("English: %q", got)
	}
	for _, c := range []struct {
		ind    *criteria.Indicator
		margin criteria.Decimal
		want   string
	}{
		{percent, criteria.Decimal{Num: -400, Scale: 2}, "còn thiếu 4,0\u00a0điểm %"}, {percent, criteria.Decimal{Num: -3951, Scale: 2}, "còn thiếu 39,5\u00a0điểm %"}, {percent, criteria.Decimal{Num: 120, Scale: 2}, "vượt 1,2\u00a0điểm %"},
		{percent, criteria.Decimal{Num: 4, Scale: 2}, "vượt 0,04\u00a0điểm %"}, {percent, criteria.Decimal{Num: -3, Scale: 4}, "còn thiếu 0,0003\u00a0điểm %"}, {percent, criteria.Decimal{Num: 0, Scale: 2}, "vừa đúng mức"},
		{area, criteria.Decimal{Num: 125, Scale: 2}, "vượt 1,25\u00a0ha"}, {area, criteria.Decimal{Num: -200, Scale: 2}, "còn thiếu 2\u00a0ha"},
		{poor, criteria.Decimal{Num: 200, Scale: 2}, "thấp hơn mức tối đa 2,0\u00a0điểm %"}, {poor, criteria.Decimal{Num: -50, Scale: 2}, "cao hơn mức tối đa 0,5\u00a0điểm %"},
	} {
		cell := Cell{Indicator: c.ind, Margin: c.margin, HasMargin: true}
		if got := cell.distance(vi); got != c.want {
			t.Errorf("%+v: %q, want %q", c.margin, got, c.want)
		}
	}
	if got := tenths(vi, 80); got != "8,0" {
		t.Errorf("8.0: %q", got)
	}
}

// Links keep what was chosen and nothing else; filters survive a change of set or period.
func TestLinksKeepChoices(t *testing.T) {
	s := openSite(t, false)
	plain, err := htmlcheck.Find(s.get(office1, i18n.Vi, provincePath).doc(t), "main a[href^=/lam-viec/bang-diem/]")
	if err != nil || len(plain) == 0 {
		t.Fatal(err, len(plain))
	}
	for _, a := range plain {
		for _, x := range a.Attr {
			if x.Key == "href" && strings.Contains(x.Val, "?") {
				t.Fatalf("a page that shows today leads to %s", x.Val)
			}
		}
	}
	a := s.get(office1, i18n.En, scorecardsPath+"?bo=xa-ntm-nang-cao-2021-2025&ky=2023&xep=dat-giam&q=da")
	links, err := htmlcheck.Find(a.doc(t), ".ls-switch a")
	if err != nil || len(links) < 5 {
		t.Fatalf("%d choices, %v", len(links), err)
	}
	for _, l := range links {
		for _, x := range l.Attr {
			if x.Key != "href" {
				continue
			}
			u, err := url.Parse(x.Val)
			if err != nil || u.Path != "/en/lam-viec/bang-diem" || u.Query().Get("xep") != "dat-giam" || u.Query().Get("q") != "da" || u.Query().Get("bo") == "" {
				t.Errorf("a choice leads to %s", x.Val)
			}
			if set := u.Query().Get("bo"); set != "xa-ntm-nang-cao-2021-2025" && u.Query().Get("ky") != "" {
				t.Errorf("%s has nothing in 2023 and still keeps it", x.Val)
			}
		}
	}
}

// In a database of real figures nothing is marked as illustrative.
func TestRealFiguresAreNotMarked(t *testing.T) {
	s := openSite(t, true)
	s.demo = false
	s.fillHostile(t)
	for _, path := range []string{"/?bo=" + fictional.Set, "/tieu-chi/" + fictional.Set + "/1.1", "/xa/" + s.communeSlug(t, 1) + "?bo=" + fictional.Set} {
		htmlcheck.Check(t, []byte(s.get(nobody, i18n.Vi, path).body), htmlcheck.None(".ls-origin--illustrative"), htmlcheck.None(".ls-illustrative"), htmlcheck.In("main .ls-origin"))
		if w := s.get(nobody, i18n.Vi, path).words(t); strings.Contains(w, "onerror") {
			t.Errorf("%s shows who wrote a figure", path)
		}
	}
	s.demo = true
	for _, path := range []string{"/?bo=" + fictional.Set, "/tieu-chi/" + fictional.Set + "/1.1"} {
		htmlcheck.Check(t, []byte(s.get(nobody, i18n.Vi, path).body), htmlcheck.In(".ls-origin--illustrative"), htmlcheck.None("main .ls-origin--computed"), htmlcheck.None("main .ls-origin--declared"))
	}
}
