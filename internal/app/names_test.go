package app

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"langso/internal/assessment"
	"langso/internal/criteria"
	"langso/internal/platform/auth"
	"langso/internal/platform/i18n"
	"langso/internal/territory"
)

// Pages call people by their names, whoever is gone by login and the command line in words. Outside nobody is named: there
// the writer of a figure stays unknown, by login and by name.
func TestPagesNamePeople(t *testing.T) {
	onBoth(t, production, func(t *testing.T, w *house) {
		w.loadSet()
		home := w.unit("24943")
		w.add("van-phong", "Trần Thị Mai", auth.Grant{Role: auth.ProvinceOffice})
		w.add("can-bo", "Lê Văn Hạnh", auth.Grant{Role: auth.CommuneOfficer, Unit: int64(home.ID)})
		w.add("nguoi-xem", "Người Xem", auth.Grant{Role: auth.Viewer})
		w.add("noi-khac", "Người Nơi Khác", auth.Grant{Role: auth.CommuneOfficer, Unit: int64(w.unit("24931").ID)})
		as := func(login string) context.Context {
			a, err := w.accounts.ByLogin(context.Background(), login)
			if err != nil {
				t.Fatal(err)
			}
			return auth.With(i18n.With(context.Background(), w.app.texts, i18n.Vi), a)
		}
		gone := auth.With(w.cli(), auth.Actor{Kind: auth.Person, ID: 99, Login: "da-nghi-viec", Grants: []auth.Grant{{Role: auth.ProvinceOffice}}})
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}

		item := "/api/v1/units/" + home.Code + resultsAPI + "1.1"
		office := w.signedIn(1, "van-phong")
		for _, x := range []struct {
			by    context.Context
			value string
		}{{w.cli(), "81"}, {gone, "82"}, {as("van-phong"), "83,5"}, {as("can-bo"), "41"}} {
			f, err := assessment.ParseFigure(x.value, "", "", "", "")
			must(err)
			must(w.results.Correct(x.by, assessment.Correction{Unit: home.ID, Set: walkSet, Period: walkPeriod, Item: assessment.Item{ID: "1.1"}, Figure: f, Reason: "đếm lại", IfMatch: strings.Trim(office.get(item).header.Get("ETag"), `"`)}))
		}
		officer := w.signedIn(2, "can-bo")
		gap := fmt.Sprintf("%d:2.2", home.ID)
		a := officer.post("/lam-viec/kich-ban", url.Values{"bo": {walkSet}, "ky": {walkPeriod}, "ten": {"Kịch bản"}, "han": {"2027-Q2"}, "muc": {gap}})
		if a.status != http.StatusSeeOther {
			t.Fatal(a)
		}
		plan := a.location()
		if a := officer.post("/lam-viec/phieu-di-xa/"+home.Slug(), url.Values{"bo": {walkSet}, "ky": {walkPeriod}, "muc": {"1.1"}, "ma": {"d-00000001"}, "ghi-chu": {"Xem lại."}}); a.status != http.StatusSeeOther {
			t.Fatal(a)
		}
		officer.upload(walkSet, walkPeriod, "x.xlsx", matrix(t, "X", []string{"Mã xã", "Tên xã", "1.2"}, []string{home.Code, home.Name, "11"}))
		_, err := w.sets.LoadSet(as("van-phong"), "bo.yaml", setFile("bản đầu"), false)
		must(err)
		set, err := w.sets.Current(w.cli(), adminSet)
		must(err)
		must(w.sets.Verify(as("van-phong"), adminSet, []string{"1.1"}, "Phụ lục I, trang 1", fmt.Sprint(set.Version)))
		_, err = w.sets.LoadOverrides(as("van-phong"), "qd.yaml", decisionFile("12/QĐ-UBND"), false)
		must(err)
		file, err := w.sets.Upload(as("van-phong"), criteria.UploadSet, adminSet, "moi.yaml", setFile("bản sau"))
		must(err)
		outlines := fmt.Sprintf(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"%s"},"geometry":{"type":"Polygon","coordinates":[[[108.4,11.9],[108.5,11.9],[108.5,12],[108.4,11.9]]]}}]}`, home.Code)
		etag, err := w.units.BoundariesETag(w.cli())
		must(err)
		report, err := w.units.ChangeBoundaries(as("van-phong"), territory.BoundaryFile{Name: "r.geojson", Bytes: []byte(outlines), At: w.app.kit.Clock.Today(), Source: "Sở Nội vụ"}, etag)
		if err != nil || len(report.Errors) > 0 {
			t.Fatal(err, report)
		}

		people := map[string]string{"van-phong": "Trần Thị Mai", "can-bo": "Lê Văn Hạnh"}
		viewer := w.signedIn(3, "nguoi-xem")
		read := 0
		for _, c := range []struct {
			who    *visitor
			target string
			want   []string // logins whose names stand there
			words  string
		}{
			{viewer, "/lam-viec/bang-diem/" + home.Slug() + walkQuery, []string{"can-bo"}, ""},
			{viewer, "/lam-viec/bang-diem/" + home.Slug() + "/1.1" + walkQuery, []string{"can-bo", "van-phong"}, "da-nghi-viec"},
			{viewer, "/lam-viec/bang-diem/" + home.Slug() + "/1.1" + walkQuery, nil, "Quản trị máy chủ"},
			{viewer, "/en/lam-viec/bang-diem/" + home.Slug() + "/1.1" + walkQuery, []string{"can-bo"}, "Server administrator"},
			{viewer, "/lam-viec/chi-tieu/1.1" + walkQuery, []string{"can-bo"}, ""},
			{viewer, "/lam-viec/cho-xac-nhan" + walkQuery, []string{"can-bo"}, ""},
			{viewer, "/lam-viec/kich-ban" + walkQuery, []string{"can-bo"}, ""},
			{viewer, plan, []string{"can-bo"}, ""},
			{viewer, "/lam-viec/viec", []string{"can-bo"}, ""},
			{viewer, "/lam-viec/phieu-di-xa/" + home.Slug() + walkQuery, []string{"can-bo"}, ""},
			{office, "/lam-viec/nhap-lieu", []string{"can-bo"}, ""},
			{office, adminSets, []string{"van-phong"}, ""},
			{office, adminSets + "/" + adminSet, []string{"van-phong"}, ""},
			{office, adminSets + "/" + adminSet + "/phien-ban/" + fmt.Sprint(set.Version), []string{"van-phong"}, ""},
			{office, adminSets + "/" + adminSet + "/tep/" + fmt.Sprint(file.ID), []string{"van-phong"}, ""},
			{office, adminSets + "/" + adminSet + "/quyet-dinh", []string{"van-phong"}, ""},
			{office, adminSets + "/" + adminSet + "/kiem-chung", []string{"van-phong"}, ""},
			{office, "/quan-tri/don-vi/ranh-gioi", []string{"van-phong"}, ""},
		} {
			a := c.who.get(c.target)
			if a.status != http.StatusOK || !shows(a, c.words) {
				t.Errorf("%q is not on %v", c.words, a)
			}
			_, body, _ := strings.Cut(string(a.body), "<main") // the head of the page names the reader
			for _, login := range c.want {
				if !strings.Contains(body, people[login]) || strings.Contains(body, ">"+login) {
					t.Errorf("%s does not call %s by name", c.target, login)
				}
				read++
			}
		}
		if read != 18 {
			t.Errorf("%d names were looked for", read)
		}

		for _, c := range []struct {
			who           *visitor
			target, words string
		}{
			{w.visitor(4), "/xa/" + home.Slug() + walkQuery, "83,5"},
			{w.visitor(4), "/tieu-chi/" + walkSet + "/1.1?ky=" + walkPeriod, "83,5"},
			{w.visitor(4), item, "83.5"},
			{viewer, "/xa/" + home.Slug() + walkQuery, "83,5"},
			{viewer, "/tieu-chi/" + walkSet + "/1.1?ky=" + walkPeriod, "83,5"},
			{viewer, "/tieu-chi/" + adminSet, "Phụ lục I"},
			{w.signedIn(5, "noi-khac"), "/lam-viec/bang-diem/" + home.Slug() + walkQuery, "83,5"},
			{w.signedIn(5, "noi-khac"), "/lam-viec/bang-diem/" + home.Slug() + "/1.1" + walkQuery, "83,5"},
		} {
			a := c.who.get(c.target)
			if a.status != http.StatusOK || !shows(a, c.words) {
				t.Errorf("%q is not on %v", c.words, a)
			}
			for login, name := range people {
				if shows(a, name) || shows(a, login) {
					t.Errorf("%s names %s", c.target, login)
				}
			}
		}
	})
}
