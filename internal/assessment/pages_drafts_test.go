package assessment

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"langso/internal/platform/auth"
	"langso/internal/platform/i18n"
	"langso/internal/testkit/htmlcheck"
)

// flash is the message that an answer leaves for the next page.
func (a answer) flash(t *testing.T) string {
	t.Helper()
	for _, c := range (&http.Response{Header: a.header}).Cookies() {
		if c.Name == "ls_flash" {
			_, rest, _ := strings.Cut(c.Value, ".")
			enc, _, _ := strings.Cut(rest, ".")
			text, err := base64.RawURLEncoding.DecodeString(enc)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
	}
	return ""
}

// A commune's value is a draft until the office confirms it: the writer is told so before and after, those who confirm find
// it, and nobody else sees it.
func TestDraftsAreSeenAndConfirmed(t *testing.T) {
	s := openSite(t, false)
	officer := officerOf(int64(s.unit(t, "24943", "2026-09-30").ID))
	neighbour := officerOf(int64(s.unit(t, "24955", "2026-09-30").ID))
	value := scorecardsPath + "/24943-ka-do/3"
	const form, tag, waiting = "Giá trị bạn lưu là nháp. Trang công khai vẫn dùng giá trị cũ cho đến khi Văn phòng Điều phối hoặc Sở Nông nghiệp và Môi trường xác nhận.", "gồm số liệu chưa xác nhận", "1 giá trị chờ xác nhận"
	if !strings.Contains(s.get(officer, i18n.Vi, value).words(t), form) || strings.Contains(s.get(office1, i18n.Vi, value).words(t), form) {
		t.Error("the form does not tell the officer, or tells the office, that the value will be a draft")
	}
	if w := s.get(office1, i18n.Vi, provincePath).words(t); strings.Contains(w, tag) || strings.Contains(w, "chờ xác nhận") {
		t.Error("the board speaks of drafts before there are any")
	}
	if h1 := s.get(office1, i18n.Vi, draftsPath).h1(t); h1 != "Không có giá trị nào chờ xác nhận" {
		t.Errorf("the empty list: %q", h1)
	}
	saved := s.post(officer, value, url.Values{fieldVersion: {s.versionOf(t, officer, value)}, fieldVerdict: {"chua_dat"}, fieldReason: {"rà lại"}})
	if got := saved.flash(t); saved.status != http.StatusSeeOther || got != "Đã lưu nháp tiêu chí 3 của xã Ka Đô, chờ xác nhận." {
		t.Errorf("%d %q", saved.status, got)
	}

	for _, c := range []struct {
		who  auth.Actor
		sees bool
	}{{office1, true}, {officer, true}, {viewer, true}, {neighbour, false}} {
		board, list := s.get(c.who, i18n.Vi, provincePath), s.get(c.who, i18n.Vi, draftsPath)
		list.sound(t)
		w := board.words(t)
		if strings.Contains(w, tag) != c.sees || strings.Contains(w, waiting) != c.sees || strings.Contains(list.h1(t), waiting) != c.sees || strings.Contains(list.words(t), "rà lại") != c.sees {
			t.Errorf("%q, whose grant covers the commune: %v; the board or the list says otherwise", c.who.Login, c.sees)
		}
	}
	if a := s.get(nobody, i18n.Vi, draftsPath); a.status != http.StatusSeeOther {
		t.Errorf("a guest on the list of drafts: %d", a.status)
	}
	htmlcheck.Check(t, []byte(s.get(office1, i18n.Vi, draftsPath).body), htmlcheck.Count("#cho-xac-nhan a[href="+value+"]", 1), htmlcheck.In("#cho-xac-nhan", htmlcheck.Has("chưa đạt"), htmlcheck.Has("bạn xác nhận được")))

	// Only who verifies gets the button, and a value that changed meanwhile is not confirmed unseen.
	const button = "input[name=xac-nhan]"
	htmlcheck.Check(t, []byte(s.get(officer, i18n.Vi, value).body), htmlcheck.None(button))
	page := s.get(office1, i18n.Vi, value)
	page.sound(t)
	htmlcheck.Check(t, []byte(page.body), htmlcheck.Count(button, 1))
	version := s.versionOf(t, office1, value)
	s.post(officer, value, url.Values{fieldVersion: {version}, fieldVerdict: {"co_ban_dat"}, fieldReason: {"đếm lại"}})
	late := s.post(office1, value, url.Values{fieldVersion: {version}, fieldConfirm: {"1"}})
	if late.status != http.StatusPreconditionFailed {
		t.Fatalf("confirming what was not seen: %d", late.status)
	}
	htmlcheck.Check(t, []byte(late.body), htmlcheck.In("#hai-ban", htmlcheck.Has("cơ bản đạt (nháp)")), htmlcheck.Count("#hai-ban a[href="+value+"?bo=xa-ntm-2026-2030&ky=2026-Q3]", 1))
	late.sound(t)
	own := s.post(officer, value, url.Values{fieldVersion: {version}, fieldVerdict: {"dat"}, fieldReason: {"lần ba"}})
	htmlcheck.Check(t, []byte(own.body), htmlcheck.In("#ls-summary", htmlcheck.Has("Bạn vừa sửa mục này lúc")))

	done := s.post(office1, value, url.Values{fieldVersion: {s.versionOf(t, office1, value)}, fieldConfirm: {"1"}})
	if got := done.flash(t); done.status != http.StatusSeeOther || got != "Đã xác nhận tiêu chí 3 của xã Ka Đô." {
		t.Fatalf("%d %q", done.status, got)
	}
	if h1 := s.get(nobody, i18n.Vi, "/xa/24943-ka-do").h1(t); h1 != "Xã Ka Đô đạt 8/10 tiêu chí" {
		t.Errorf("the public page after the confirmation: %q", h1)
	}
	after := s.get(office1, i18n.Vi, value)
	htmlcheck.Check(t, []byte(after.body), htmlcheck.None(button), htmlcheck.In("#lich-su li", htmlcheck.Has("Xác nhận giá trị của xã")))
	if h1 := s.get(office1, i18n.Vi, draftsPath).h1(t); h1 != "Không có giá trị nào chờ xác nhận" {
		t.Errorf("the list afterwards: %q", h1)
	}
	// A hand-made confirmation of a value that does not wait is a form without a value.
	if a := s.post(office1, value, url.Values{fieldVersion: {s.versionOf(t, office1, value)}, fieldConfirm: {"1"}}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("confirming what counts already: %d", a.status)
	}
}

// The desk says of every item with the same word how many communes lack it: criterion 3 of the present quarter is met by 56
// of 103 communes in the demo's file, so 47 lack it.
func TestLackingIsOneCount(t *testing.T) {
	s := openSite(t, false)
	if h1 := s.get(office1, i18n.Vi, indicatorsPath).h1(t); h1 != "Tiêu chí 3 còn thiếu ở nhiều xã nhất: 47 trên 103 xã" {
		t.Errorf("the list of items: %q", h1)
	}
	board := s.get(office1, i18n.Vi, provincePath).doc(t)
	bars, err := htmlcheck.Find(board, ".ls-bars--gap .ls-bars__row")
	if err != nil || len(bars) == 0 {
		t.Fatalf("%d bars, %v", len(bars), err)
	}
	if first := htmlcheck.TextOf(bars[0]); !strings.HasPrefix(first, "3. ") || !strings.Contains(first, "47 trên 103 xã") {
		t.Errorf("the first bar of the board: %q", first)
	}
	item := s.get(office1, i18n.Vi, indicatorsPath+"/3?ket-qua=con-thieu")
	tabs, err := htmlcheck.Find(item.doc(t), ".ls-tabs a")
	if err != nil || len(tabs) < 3 || htmlcheck.TextOf(tabs[1]) != "Còn thiếu 47" {
		t.Errorf("%d tabs, %v; want the second to be “Còn thiếu 47”", len(tabs), err)
	}
	htmlcheck.Check(t, []byte(item.body), htmlcheck.Count("#bang-xa tbody th[scope=row]", 47))
	if !strings.Contains(item.words(t), "Tiêu chí này chưa có chỉ tiêu nên chưa tính được còn thiếu bao nhiêu.") {
		t.Error("the page does not say why there is no distance")
	}
	card := s.get(nobody, i18n.Vi, "/xa/24943-ka-do").words(t)
	if !strings.Contains(card, "Chưa đạt: 7.") && !strings.Contains(card, "Cơ bản đạt: 7.") {
		t.Errorf("the scorecard does not say how criterion 7 is lacking: %q", card)
	}
}

// A criterion of a set with indicators names those that each commune lacks.
func TestCriterionNamesLackingIndicators(t *testing.T) {
	s := openSite(t, false)
	page := s.get(nobody, i18n.Vi, "/tieu-chi/xa-ntm-nang-cao-2021-2025/8")
	page.sound(t)
	htmlcheck.Check(t, []byte(page.body), htmlcheck.In("#bang-xa thead", htmlcheck.Has("Chỉ tiêu còn thiếu")))
	rows, err := htmlcheck.Find(page.doc(t), "#bang-xa tbody tr:not(.ls-table__group)")
	if err != nil || len(rows) != 111 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	with84 := 0
	for _, r := range rows {
		if text := htmlcheck.TextOf(r); strings.Contains(text, "8.4") {
			with84++
		}
	}
	if with84 != 111-48 { // the report: 48 of 111 communes meet 8.4
		t.Errorf("%d communes lack 8.4, want 63", with84)
	}
}

// A unit that is gone says what became of it; one that was not there yet leads to those in its place.
func TestUnitsOfOtherTimes(t *testing.T) {
	s := openSite(t, false)
	gone := s.get(nobody, i18n.Vi, "/xa/24940-lac-lam")
	gone.sound(t)
	if w := gone.words(t); !strings.Contains(w, "Xã Lạc Lâm không còn từ 01/07/2025: nhập toàn bộ vào xã Ka Đô (1671/NQ-UBTVQH15, Điều 1 khoản 3).") || !strings.Contains(w, "Xem kết quả xã Ka Đô") {
		t.Errorf("Lạc Lâm: %q", w)
	}
	htmlcheck.Check(t, []byte(gone.body), htmlcheck.Count("main .ls-notice a[href=/xa/24943-ka-do]", 1))
	then := s.get(nobody, i18n.Vi, "/xa/24943-ka-do?bo=xa-ntm-nang-cao-2021-2025&ky=2023")
	then.sound(t)
	htmlcheck.Check(t, []byte(then.body), htmlcheck.Count("main a[href=/xa/24940-lac-lam?bo=xa-ntm-nang-cao-2021-2025&ky=2023]", 1))
	if w := s.get(nobody, i18n.Vi, "/xa/24943-ka-do").words(t); strings.Contains(w, "không còn từ") {
		t.Error("a commune of today is said to be gone")
	}
}

// Refusals say who can, and name sets by their names.
func TestRefusalsInWords(t *testing.T) {
	s := openSite(t, false)
	no := s.get(viewer, i18n.Vi, importPath)
	if w := no.words(t); no.status != http.StatusForbidden || !strings.Contains(w, "Nhập số liệu dành cho Văn phòng Điều phối NTM, sở ngành và cán bộ xã. Tài khoản của bạn chỉ xem.") {
		t.Errorf("%d %q", no.status, w)
	}
	htmlcheck.Check(t, []byte(no.body), htmlcheck.Count("nav.ls-rail", 1), htmlcheck.Count("main a[href=/lam-viec]", 1), htmlcheck.Count("main a[href=/]", 1))
	missing := s.get(nobody, i18n.Vi, "/tieu-chi/xa-ntm-2026-2030/99")
	if w := missing.words(t); missing.status != http.StatusNotFound || !strings.Contains(w, "Bộ tiêu chí xã nông thôn mới 2026–2030 không có chỉ tiêu hay tiêu chí “99”.") {
		t.Errorf("%d %q", missing.status, w)
	}
	htmlcheck.Check(t, []byte(missing.body), htmlcheck.None("nav.ls-rail"))
	value := scorecardsPath + "/24943-ka-do/3"
	for path, back := range map[string]string{value: value, importPath + "/1/ghi": "/lam-viec"} {
		out := s.post(nobody, path, url.Values{})
		if out.status != http.StatusUnauthorized {
			t.Errorf("%s: %d", path, out.status)
		}
		htmlcheck.Check(t, []byte(out.body), htmlcheck.Count("main a[href=/dang-nhap?ve="+url.QueryEscape(back)+"]", 1))
	}
}

// The form takes a period as offices write it and comes back with what was used last; after writing it says what was
// written, and a corrected file goes to the same set and period.
func TestUploadRemembers(t *testing.T) {
	s := openSite(t, true)
	first := s.get(office1, i18n.Vi, importPath)
	htmlcheck.Check(t, []byte(first.body), htmlcheck.In("#f-ky", htmlcheck.Attr("value", "^2026-Q3$")))
	a := s.upload(t, office1, "xa-thu", "Quý II năm 2026", "a.xlsx", hostileWorkbook(t))
	if a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.words(t))
	}
	again := s.get(office1, i18n.Vi, importPath)
	htmlcheck.Check(t, []byte(again.body), htmlcheck.In("#f-ky", htmlcheck.Attr("value", "^2026-Q2$")), htmlcheck.In("#f-bo option[selected]", htmlcheck.Attr("value", "^xa-thu$")))
	other := office1
	other.Login = "vp2"
	htmlcheck.Check(t, []byte(s.get(other, i18n.Vi, importPath).body), htmlcheck.In("#f-ky", htmlcheck.Attr("value", "^2026-Q3$")))
	at := a.header.Get("Location")
	s.post(office1, at+"/ghi", url.Values{"mot-phan": {"1"}})
	done := s.get(office1, i18n.Vi, at)
	htmlcheck.Check(t, []byte(done.body), htmlcheck.In(".ls-stats li", htmlcheck.Has("Giá trị đã ghi"), htmlcheck.Has("4"), htmlcheck.Has("0 không đổi")),
		htmlcheck.Count("a[href=/lam-viec/nhap-lieu?bo=xa-thu&ky=2026-Q2]", 1))
}
