package app

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"langso/internal/assessment"
	"langso/internal/briefing"
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
