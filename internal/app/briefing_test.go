package app

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"langso/internal/assessment"
	"langso/internal/briefing"
	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/territory"
	"langso/internal/testkit/province"
)

// briefing is the service of meetings, plans and tasks over the store of the house.
func (w *house) briefing() *briefing.Service {
	return briefing.New(w.app.kit, w.units, w.sets, w.results)
}

// meeting records a meeting about the walk's set with a note and returns its number.
func (w *house) meeting(note string) string {
	w.t.Helper()
	id, err := w.briefing().HoldMeeting(w.cli(), province.Set, walkPeriod, w.app.kit.Clock.Today(), note)
	if err != nil {
		w.t.Fatal(err)
	}
	return strconv.FormatInt(id, 10)
}

// plan makes a plan of one gap of a commune, with the same words as name and note, and returns its number.
func (w *house) plan(u *territory.Unit, name, note string) string {
	w.t.Helper()
	id, err := w.briefing().MakePlan(w.cli(), briefing.Plan{Set: province.Set, Period: walkPeriod, Name: name, Note: note,
		Gaps: []briefing.Gap{{Unit: u.ID, Item: assessment.Item{ID: "1.2"}, Due: "2027-Q1", CostVND: 1}}})
	if err != nil {
		w.t.Fatal(err)
	}
	return strconv.FormatInt(id, 10)
}

// task leaves a note of a visit and returns the number of its task.
func (w *house) task(u *territory.Unit, text string) string {
	w.t.Helper()
	s := w.briefing()
	if _, err := s.SendNotes(w.cli(), []briefing.Note{{ClientID: fmt.Sprintf("walk-%x", text)[:min(60, 5+2*len(text))], Unit: u.ID, Set: province.Set, Item: assessment.Item{ID: "1.2"}, Body: text}}); err != nil {
		w.t.Fatal(err)
	}
	list, err := s.Tasks(w.cli(), briefing.TaskOpen, u.ID)
	if err != nil || len(list) == 0 {
		w.t.Fatal(list, err)
	}
	return strconv.FormatInt(list[0].ID, 10)
}

// keeps saves a view as a visitor and returns its number.
func (w *house) keeps(v *visitor, name string) string {
	w.t.Helper()
	if a := v.post("/lam-viec/xem-da-luu", url.Values{"ten": {name}, "dia-chi": {"/lam-viec/tinh"}}); a.status != http.StatusSeeOther {
		w.t.Fatal(a)
	}
	_, rest, ok := strings.Cut(string(v.get("/lam-viec/xem-da-luu").body), `action="/lam-viec/xem-da-luu/`)
	id, _, ends := strings.Cut(rest, `"`)
	if !ok || !ends {
		w.t.Fatal("the saved view is not on the list")
	}
	return id
}

// briefingStep makes a request about meetings, plans, tasks, texts and saved views ready.
func (x *walk) briefingStep(route, role string, p place, own bool) step {
	v := x.visitors[role]
	x.number++
	word := fmt.Sprintf("TUGIAOBAN%d", x.number)
	get := func(target string) step {
		return step{send: func() *answer { return v.get(target) }, private: word}
	}
	post := func(target string, form url.Values) step {
		return step{send: func() *answer { return v.post(target, form) }}
	}
	gap := fmt.Sprintf("%d:1.2", p.unit.ID)
	plan := url.Values{"bo": {walkSet}, "ky": {walkPeriod}, "ten": {word}, "han": {"2027-Q2"}, "muc": {gap}}
	switch route {
	case "GET /lam-viec/giao-ban", "GET /lam-viec/soat-so":
		return step{send: func() *answer { return v.get(strings.TrimPrefix(route, "GET ") + walkQuery) }}
	case "POST /lam-viec/giao-ban":
		return post("/lam-viec/giao-ban", url.Values{"bo": {walkSet}, "ky": {walkPeriod}, "ngay": {string(x.app.kit.Clock.Today())}, "ghi-chu": {word}})
	case "GET /lam-viec/giao-ban/{buoi}":
		return get("/lam-viec/giao-ban/" + x.meeting(word))
	case "GET /lam-viec/kich-ban":
		x.plan(p.unit, word, "")
		return get("/lam-viec/kich-ban" + walkQuery)
	case "POST /lam-viec/kich-ban":
		return post("/lam-viec/kich-ban", plan)
	case "GET /lam-viec/kich-ban/{so}":
		return get("/lam-viec/kich-ban/" + x.plan(p.unit, word, ""))
	case "POST /lam-viec/kich-ban/{so}":
		plan.Set("phien-ban", "1")
		return post("/lam-viec/kich-ban/"+x.plan(p.unit, "trước", ""), plan)
	case "POST /lam-viec/phieu-di-xa/{xa}":
		return post("/lam-viec/phieu-di-xa/"+p.unit.Slug(), url.Values{"bo": {walkSet}, "ky": {walkPeriod}, "muc": {"1.2"}, "ma": {"walk-" + word}, "ghi-chu": {word}})
	case "GET /lam-viec/viec":
		x.task(p.unit, word)
		return get("/lam-viec/viec" + walkQuery)
	case "POST /lam-viec/viec/{so}":
		return post("/lam-viec/viec/"+x.task(p.unit, word), url.Values{"viec": {"xong"}})
	case "POST /lam-viec/soat-so":
		return post("/lam-viec/soat-so", url.Values{"van-ban": {"48/111 xã, đạt 43,2%"}})
	case "POST /lam-viec/xem-da-luu":
		return post("/lam-viec/xem-da-luu", url.Values{"ten": {word}, "dia-chi": {"/lam-viec/tinh?ky=" + walkPeriod}})
	}
	// Saved views: one's own, or somebody else's. Who may keep none asks for those of the commune officer.
	by := x.neighbour
	if own {
		by = v
		if role == "guest" || role == "viewer" || role == "token_read" {
			by = x.visitors["commune_officer"]
		}
	}
	id := x.keeps(by, word)
	if route == "GET /lam-viec/xem-da-luu" {
		return get("/lam-viec/xem-da-luu")
	}
	return post("/lam-viec/xem-da-luu/"+id, url.Values{"viec": {"doi-ten"}, "ten": {word}})
}

// An edit of a plan without its version is refused with 428, a stale one with 412; what the loser typed is still on the page.
func TestStalePlanKeepsWhatWasTyped(t *testing.T) {
	w := newHouse(t, db.SQLite, production)
	w.loadSet()
	w.add("van-phong", "Văn phòng", auth.Grant{Role: auth.ProvinceOffice})
	v := w.signedIn(1, "van-phong")
	u := w.unit("24943")
	target := "/lam-viec/kich-ban/" + w.plan(u, "Bản đầu", "")
	form := func(version, name string) url.Values {
		return url.Values{"phien-ban": {version}, "ten": {name}, "han": {"2027-Q2"}, "muc": {fmt.Sprintf("%d:1.2", u.ID)}, "tien-" + fmt.Sprintf("%d:1.2", u.ID): {"3 triệu"}}
	}
	if a := v.post(target, form("1", "Bản thắng")); a.status != http.StatusSeeOther {
		t.Fatal(a)
	}
	for version, want := range map[string]int{"": http.StatusPreconditionRequired, "1": http.StatusPreconditionFailed} {
		a := v.post(target, form(version, "Bản thua"))
		if a.status != want || !shows(a, "Bản thua") || !shows(a, "Bản thắng") || !shows(a, "3 triệu") {
			t.Errorf("version %q: %v", version, a)
		}
	}
	if a := v.get(target); shows(a, "Bản thua") || a.header.Get("ETag") != `"2"` {
		t.Errorf("the loser wrote: %v", a)
	}
}

// A program that sends the notes of a sheet again is told that they are there.
func TestNotesFromADevice(t *testing.T) {
	w := newHouse(t, db.SQLite, production)
	w.loadSet()
	w.add("van-phong", "Văn phòng", auth.Grant{Role: auth.ProvinceOffice})
	v := w.signedIn(1, "van-phong")
	v.header["Accept"] = "application/json"
	notes := url.Values{"bo": {walkSet}, "ky": {walkPeriod}, "muc": {"1.2", ""}, "ma": {"d-00000001", "d-00000002"}, "ghi-chu": {"Xem lại.", " "}}
	for _, want := range []map[string]int{{"created": 1, "changed": 0, "again": 0}, {"created": 0, "changed": 0, "again": 1}} {
		var got map[string]int
		a := v.post("/lam-viec/phieu-di-xa/"+w.unit("24943").Slug(), notes)
		a.json(t, &got)
		if a.status != http.StatusOK || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v, want %v", a, want)
		}
	}
}
