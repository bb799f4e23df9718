package app

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"langso/internal/platform/account"
	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/territory"
	"langso/internal/testkit/province"
)

// canary is one field that is not public, holding a word that stands nowhere else.
type canary struct {
	field string
	forms []string // the word; of a number all ways of writing it
	seen  []string // visitors that must find it; nobody else may
}

// The visitors of the canary crawl. home and away are two communes.
const (
	byGuest        = "guest"
	byOwner        = "commune officer of home"
	byNeighbour    = "commune officer of away"
	byNearby       = "department that holds away only"
	byDepartment   = "department that wrote about home"
	byOtherProvDep = "department of other criteria in the whole province"
	byOffice       = "province office"
)

// seesHome are those who see inside values of home, seesAway of away. A department with the whole territory reads whole
// communes: its criteria depend on their neighbours.
var (
	seesHome = []string{byOwner, byDepartment, byOtherProvDep, byOffice}
	seesAway = []string{byNeighbour, byNearby, byDepartment, byOtherProvDep, byOffice}
)

// aviary is a house with a word in every field that is not public.
type aviary struct {
	*house
	home, away *territory.Unit
	visitors   map[string]*visitor
	list       []canary
	words      map[string]canary // those of words, by word
	numbers    []canary
	batches    []string // numbers of all uploads
	meetings   []string // numbers of all meetings
	plans      []string // numbers of all plans
	people     []int64  // ids of all accounts
}

// wordLength is the length of every word.
const wordLength = 11

// word is a q and ten random letters that no text of the product holds.
func word() string {
	b := make([]byte, wordLength-1)
	rand.Read(b)
	for i := range b {
		b[i] = "bcdfghjkmnpqrstvwxz"[int(b[i])%19]
	}
	return "q" + string(b)
}

// plant makes a word for a field.
func (x *aviary) plant(field string, seen ...string) string {
	w := word()
	x.words[w] = canary{field, []string{w}, seen}
	x.list = append(x.list, x.words[w])
	return w
}

// plantNumber makes a number for a field: a percentage with four decimals.
func (x *aviary) plantNumber(field string, seen ...string) string {
	b := make([]byte, 4)
	rand.Read(b)
	whole, frac := fmt.Sprint(81+int(b[0])%18), fmt.Sprintf("%d%d%d%d", int(b[0])%10, int(b[1])%10, int(b[2])%10, 1+int(b[3])%9)
	c := canary{field, []string{whole + "," + frac, whole + "." + frac}, seen}
	x.list, x.numbers = append(x.list, c), append(x.numbers, c)
	return whole + "," + frac
}

// heard returns the canaries whose word stands in a text, in large letters or small ones.
func (x *aviary) heard(text []byte) []canary {
	var out []canary
	for i := 0; i+wordLength <= len(text); i++ {
		next := bytes.IndexAny(text[i:], "qQ")
		if next < 0 || i+next+wordLength > len(text) {
			break
		}
		i += next
		if c, ok := x.words[strings.ToLower(string(text[i:i+wordLength]))]; ok {
			out = append(out, c)
		}
	}
	for _, c := range x.numbers {
		if slices.ContainsFunc(c.forms, func(form string) bool { return bytes.Contains(text, []byte(form)) }) {
			out = append(out, c)
		}
	}
	return out
}

const (
	darkPeriod  = "2026-Q1" // holds drafts only
	emptyPeriod = "2026-Q2" // holds nothing
)

func newAviary(w *house) *aviary {
	w.loadSet()
	x := &aviary{house: w, home: w.unit("24943"), away: w.unit("24931"), words: map[string]canary{}, visitors: map[string]*visitor{byGuest: w.visitor(0)}}
	home, away := int64(x.home.ID), int64(x.away.ID)
	// Who wrote a value is an inside field; besides, the list of uploads names its owner to the office. Pages call people by
	// their names; a login is seen by whom it belongs to.
	people := []struct {
		who, login, name string
		grant            auth.Grant
	}{
		{byOwner, "the officer of home", x.plant("name of the officer of home", seesHome...), auth.Grant{Role: auth.CommuneOfficer, Unit: home}},
		{byNeighbour, "the officer of away", x.plant("name of the officer of away", seesAway...), auth.Grant{Role: auth.CommuneOfficer, Unit: away}},
		{byNearby, "a department that holds away only", x.plant("name of a department that holds away only", byNearby, byOffice), auth.Grant{Role: auth.Department, Unit: away, Departments: []string{"noi_vu"}}},
		{byDepartment, "a department that wrote about home", x.plant("name of a department that wrote about home", seesHome...), auth.Grant{Role: auth.Department, Departments: []string{"thong_tin"}}},
		{byOtherProvDep, "another department that wrote nothing", x.plant("name of another department that wrote nothing", byOtherProvDep), auth.Grant{Role: auth.Department, Departments: []string{"noi_vu"}}},
		{byOffice, "the office that wrote about home", x.plant("name of the office that wrote about home", seesHome...), auth.Grant{Role: auth.ProvinceOffice}},
	}
	for i, p := range people {
		login := x.plant("login of "+p.login, p.who)
		w.add(login, p.name, p.grant)
		x.visitors[p.who] = w.signedIn(i+1, login)
		x.people = append(x.people, w.idOf(login))
	}
	silent := x.plant("login of an account that did nothing")
	w.add(silent, x.plant("name of an account that did nothing"), auth.Grant{Role: auth.Administrator})
	x.people = append(x.people, w.idOf(silent))
	if _, _, err := w.accounts.MakeToken(w.cli(), silent, x.plant("name of a token"), account.AllScope, 1); err != nil {
		w.t.Fatal(err)
	}

	home1 := func(field string) string { return x.plant(field, seesHome...) }
	away1 := func(field string) string { return x.plant(field, seesAway...) }
	owner, neighbour, office, department := x.visitors[byOwner], x.visitors[byNeighbour], x.visitors[byOffice], x.visitors[byDepartment]
	// home: a verified value with the department's reason, on it a draft; a draft over a draft; an illegible level word.
	x.write(department, x.home, walkPeriod, "1.1", map[string]string{"value": "91,5", "reason": home1("reason of a verified value")})
	x.write(owner, x.home, walkPeriod, "1.1", map[string]string{"value": x.plantNumber("draft number over a verified value", seesHome...), "reason": home1("reason of a draft over a verified value")})
	x.write(owner, x.home, walkPeriod, "1.2", map[string]string{"level": home1("superseded draft"), "reason": home1("reason of a superseded draft")})
	x.write(owner, x.home, walkPeriod, "1.2", map[string]string{"level": home1("draft"), "reason": home1("reason of a draft")})
	x.write(owner, x.home, walkPeriod, "2.1", map[string]string{"level": home1("draft that was verified later"), "reason": home1("reason of a draft that was verified later")})
	x.write(office, x.home, walkPeriod, "2.1", map[string]string{"verdict": "dat", "reason": home1("reason of the office")})
	x.write(owner, x.home, walkPeriod, "1", map[string]string{"verdict": "chua_dat", "reason": home1("reason of a declared criterion")})
	x.write(owner, x.home, darkPeriod, "1.2", map[string]string{"level": home1("draft of a period without verified values"), "reason": home1("its reason")})
	// away: a draft of its own.
	x.write(neighbour, x.away, walkPeriod, "1.2", map[string]string{"level": away1("draft of away"), "reason": away1("reason of the draft of away")})

	if a := x.visitors[byNearby].upload(province.Set, walkPeriod, "rieng.xlsx", matrix(w.t, "Riêng", []string{"Mã xã", "Tên xã", "2.2"}, []string{x.away.Code, x.away.Name, "4"})); a.status != http.StatusSeeOther {
		w.t.Fatal(a)
	}
	// Uploads: pending, written in part, dropped; of a commune and of a department.
	for _, u := range []struct {
		by, end string
		seen    []string
	}{{byOwner, "", []string{byOwner, byOffice}}, {byOwner, "ghi", []string{byOwner, byOffice}}, {byOwner, "bo", []string{byOwner, byOffice}},
		{byDepartment, "", []string{byDepartment, byOffice}}, {byDepartment, "ghi", []string{byDepartment, byOffice}}} {
		say := func(field string) string { return x.plant(field+" of an upload ("+u.by+", "+u.end+")", u.seen...) }
		name := say("file name")
		if u.end == "bo" {
			u.seen = nil // of what was dropped only the name of the file is shown
		}
		file := matrix(w.t, say("sheet"), []string{"Mã xã", "Tên xã", "1.1", "2.2"}, []string{x.home.Code, x.home.Name, say("refused text"), "3,5"}, []string{"99999", say("unknown unit"), "88,5", "4"})
		if u.by == byDepartment {
			file = matrix(w.t, say("sheet"), []string{"Mã xã", "Tên xã", "1.1", "1.2"}, []string{x.home.Code, x.home.Name, say("refused text"), "7"}, []string{"99999", say("unknown unit"), "88,5", "4"})
		}
		a := x.visitors[u.by].upload(province.Set, walkPeriod, name+".xlsx", file)
		id, ok := strings.CutPrefix(a.location(), "/lam-viec/nhap-lieu/")
		if !ok {
			w.t.Fatal(a)
		}
		x.batches = append(x.batches, id)
		if u.end != "" {
			if a := x.visitors[u.by].post("/lam-viec/nhap-lieu/"+id+"/"+u.end, url.Values{"mot-phan": {"1"}}); a.status != http.StatusSeeOther {
				w.t.Fatal(a)
			}
		}
	}
	x.brief()
	return x
}

// brief plants words in what the briefing keeps: the note of a meeting is for readers of the whole province, a plan and a
// task for those of the commune, a saved view for its owner.
func (x *aviary) brief() {
	whole := []string{byDepartment, byOtherProvDep, byOffice}
	x.meetings = append(x.meetings, x.meeting(x.plant("note of a meeting", whole...)))
	x.plans = append(x.plans, x.plan(x.home, x.plant("name of a plan about home", seesHome...), x.plant("note of a plan about home", seesHome...)),
		x.plan(x.away, x.plant("name of a plan about away", seesAway...), x.plant("note of a plan about away", seesAway...)))
	x.task(x.home, x.plant("task about home", seesHome...))
	x.task(x.away, x.plant("task about away", seesAway...))
	x.keeps(x.visitors[byOwner], x.plant("name of a view of the officer of home", byOwner))
}

// write corrects one value as a visitor who may.
func (x *aviary) write(v *visitor, u *territory.Unit, period, item string, body map[string]string) {
	x.t.Helper()
	target := "/api/v1/units/" + u.Code + "/results/" + province.Set + "/" + period + "/" + item
	etag := v.get(target).header.Get("ETag")
	if a := v.put(target, etag, body); a.status != http.StatusOK {
		x.t.Fatal(a)
	}
}

// seeds are the addresses that no link leads to, or not for everybody.
func (x *aviary) seeds(c *crawl) {
	base := url.Values{"bo": {province.Set}, "ky": {walkPeriod}}
	periods := []string{darkPeriod, emptyPeriod}
	for _, path := range []string{"/", "/lam-viec/tinh"} {
		c.addWith(path, base, url.Values{"dinh-dang": {"xlsx", "pdf"}, "nhom": {"tinh-cu", "nhom-xa"}, "ky": append(periods, "x"), "bo": {"x"}})
	}
	c.addWith("/lam-viec/bang-diem", base, url.Values{"xep": {"dat", "dat-giam", "cap-nhat"}, "q": {"Ka Đô"}, "khoang": {"2", "0-1"}, "trang": {"2"}, "ky": periods})
	c.addWith("/lam-viec/chi-tieu", base, url.Values{"xep": {"thieu"}, "phu-trach": {"thong_tin", "noi_vu"}, "ky": periods})
	c.addWith("/xa", nil, url.Values{"q": {"Ka Đô", "24931"}, "ngay": {"2024-05-01", "x"}, "dinh-dang": {"csv"}})
	c.addWith("/lam-viec/cho-xac-nhan", base, url.Values{"ky": periods})
	c.addWith("/lam-viec/nhap-lieu", base, nil)
	c.addWith("/lam-viec/can-lam", base, url.Values{"theo": {"nghen", "co-quan"}, "co-quan": {"thong_tin", "noi_vu", "x"}, "xa": {x.home.Slug(), x.away.Slug(), "x"}, "chi-tieu": {"1.1", "1.2", "2.1", "x"}, "ky": periods})
	c.addWith("/lam-viec/giao-ban", base, url.Values{"ky": periods})
	c.addWith("/lam-viec/kich-ban", base, url.Values{"con-thieu": {"5"}, "ky": periods})
	c.addWith("/lam-viec/viec", base, url.Values{"trang-thai": {"xong"}})
	for _, path := range []string{"/lam-viec/soat-so", "/lam-viec/xem-da-luu", "/lam-viec/giao-ban/x", "/lam-viec/kich-ban/1"} {
		c.add(path)
	}
	for _, id := range x.meetings {
		c.add("/lam-viec/giao-ban/" + id)
	}
	for _, id := range x.plans {
		c.addWith("/lam-viec/kich-ban/"+id, url.Values{}, url.Values{"ky": periods})
	}
	c.addWith("/tieu-chi/"+province.Set, nil, url.Values{"ngay": {"2024-05-01"}})
	for _, u := range []*territory.Unit{x.home, x.away} {
		c.addWith("/xa/"+u.Slug(), base, url.Values{"ky": periods})
		c.addWith("/lam-viec/bang-diem/"+u.Slug(), base, url.Values{"ky": periods})
		c.addWith("/lam-viec/phieu-di-xa/"+u.Slug(), base, url.Values{"ky": periods})
	}
	for _, item := range walkItems {
		more := url.Values{"xep": {"gia-tri", "ten"}, "ket-qua": {"not_met", "missing", "no_threshold"}, "nhom": {"nhom-xa"}, "ky": periods}
		c.addWith("/tieu-chi/"+province.Set+"/"+item, url.Values{"ky": {walkPeriod}}, more)
		c.addWith("/lam-viec/chi-tieu/"+item, base, more)
		for _, u := range []*territory.Unit{x.home, x.away} {
			c.addWith("/lam-viec/bang-diem/"+u.Slug()+"/"+item, base, url.Values{"ky": periods})
		}
	}
	for _, path := range []string{"/ma-tran", "/luc-giac", "/ban-do", "/so-sanh", "/lam-viec/ma-tran", "/lam-viec/luc-giac", "/lam-viec/ban-do", "/lam-viec/so-sanh"} {
		c.addWith(path, base, url.Values{"dinh-dang": {"csv", "svg"}, "cot": {"chi-tieu"}, "muc": {"1.2"}, "ket-qua": {"no_threshold"}, "sap": {"gan-dat", "1.2"}, "ky": periods, "voi": {province.Set + "/" + darkPeriod}, "xa": {x.home.Slug(), x.away.Slug()}})
	}
	c.addWith("/quan-tri/tai-khoan", nil, url.Values{"q": {"a"}, "trang": {"2"}})
	for _, id := range x.people {
		c.add(fmt.Sprintf("/quan-tri/tai-khoan/%d", id))
	}
	for _, path := range []string{"/quan-tri/tai-khoan/moi", "/lan-dau", "/tieu-chi", "/tieu-chi/x", "/lam-viec", "/dang-nhap", "/huyen/677-don-duong", "/khong-co", "/lam-viec/khong-co", "/lam-viec/nhap-lieu/1", "/lam-viec/nhap-lieu/x"} {
		c.add(path)
	}
	for _, id := range x.batches {
		c.addWith("/lam-viec/nhap-lieu/"+id, url.Values{}, url.Values{"loai": {"tu-choi", "canh-bao"}, "trang": {"2"}})
		c.add("/lam-viec/nhap-lieu/" + id + "/tu-choi")
	}
	c.addAdmin(x.t, "văn bản thử")
	c.addAPI(x.t, map[string][]string{
		"set": {province.Set, "x"}, "indicator": {"1.1", "1.2", "2.1", "1"}, "item": {"1.1", "1.2", "2.1", "1"}, "code": {x.home.Code, x.away.Code},
		"period": {walkPeriod, darkPeriod, emptyPeriod}, "group_by": {"former_province", "commune_group", "x"}, "at": {"2026-09-30", "x"},
		"level": {"commune", "x"}, "kind": {"xa"}, "parent": {"68", "1"}, "q": {x.home.Name}, "limit": {"20", "x"},
	})
}

// intrude sends what an outsider would try in order to be told something: corrections of foreign values with and without a
// version, decisions about foreign uploads, a workbook about foreign communes.
func (x *aviary) intrude(v *visitor, own *territory.Unit, visit func(a *answer)) {
	for _, u := range []*territory.Unit{x.home, x.away} {
		if u == own {
			continue
		}
		for _, item := range []string{"1", "1.1", "1.2", "2.1"} {
			for _, version := range []string{"", "0", "abc"} {
				visit(v.post("/lam-viec/bang-diem/"+u.Slug()+"/"+item+walkQuery, url.Values{"phien-ban": {version}, "gia-tri": {"12"}, "ly-do": {"thử"}}))
				visit(v.put("/api/v1/units/"+u.Code+resultsAPI+item, version, map[string]string{"value": "12", "reason": "thử"}))
			}
		}
	}
	for _, id := range x.batches {
		visit(v.post("/lam-viec/nhap-lieu/"+id+"/bo", url.Values{}))
		visit(v.post("/lam-viec/nhap-lieu/"+id+"/ghi", url.Values{"mot-phan": {"1"}}))
	}
	for _, id := range x.meetings {
		visit(v.get("/lam-viec/giao-ban/" + id))
	}
	for _, id := range x.plans {
		visit(v.post("/lam-viec/kich-ban/"+id, url.Values{"phien-ban": {"9"}, "ten": {"thử"}, "han": {"2027-Q1"}, "muc": {fmt.Sprintf("%d:1.2", x.home.ID)}}))
	}
	for _, u := range []*territory.Unit{x.home, x.away} {
		visit(v.post("/lam-viec/kich-ban", url.Values{"bo": {province.Set}, "ky": {walkPeriod}, "viec": {"xem"}, "ten": {"thử"}, "han": {"2027-Q1"}, "muc": {fmt.Sprintf("%d:1.2", u.ID)}}))
	}
	visit(v.post("/lam-viec/soat-so", url.Values{"bo": {province.Set}, "ky": {walkPeriod}, "van-ban": {"5/103 xã đạt chỉ tiêu 1.1, đạt 4,9%. 1/103 xã đạt chỉ tiêu 1.2"}}))
	visit(v.upload(province.Set, walkPeriod, "thu.xlsx", matrix(x.t, "Thử", []string{"Mã xã", "Tên xã", "1.1", "1.2", "2.1"}, []string{x.home.Code, x.home.Name, "12", "1", "Đạt"}, []string{x.away.Code, x.away.Name, "12", "1", "Đạt"})))
	for _, id := range x.people {
		for _, act := range accountActs {
			visit(v.post(fmt.Sprintf("/quan-tri/tai-khoan/%d/%s", id, act), url.Values{"vai-tro": {"viewer"}}))
		}
	}
	visit(v.post("/dang-nhap", url.Values{"login": {"khong-co"}, "password": {"x"}}))
	visit(v.post("/dang-nhap/minh-hoa", url.Values{"login": {"admin"}}))
}

// Each word is found by those who may see its field, and by nobody else, anywhere.
func TestCanaryCrawl(t *testing.T) {
	onBoth(t, production, func(t *testing.T, w *house) {
		x := newAviary(w)
		if len(x.list) < 40 {
			t.Fatalf("%d words planted", len(x.list))
		}
		visitors := []string{byGuest, byNeighbour, byNearby, byOtherProvDep, byOwner, byDepartment, byOffice}
		if w.app.kit.DB.Engine() == db.Postgres { // what is shown does not depend on the engine: those that differ most
			visitors = []string{byGuest, byNeighbour, byOffice}
		}
		for _, who := range visitors {
			found := map[string]string{} // field → the first address that showed it
			look := func(a *answer) {
				for _, text := range said(a) {
					for _, c := range x.heard(text) {
						if found[c.field] == "" {
							found[c.field] = a.method + " " + a.target
						}
					}
				}
			}
			v := x.visitors[who]
			switch who {
			case byGuest:
				x.intrude(v, nil, look)
			case byNeighbour, byNearby:
				x.intrude(v, x.away, look)
			}
			c := newCrawl(w, v, look)
			c.skip = elsewhere(x.home.Code, x.away.Code)
			x.seeds(c)
			c.run()
			for _, k := range x.list {
				at, must := found[k.field], slices.Contains(k.seen, who)
				switch {
				case at != "" && !must:
					t.Errorf("%s: the %s is shown by %s", who, k.field, at)
				case at == "" && must:
					t.Errorf("%s: the %s was not found: the crawl proves nothing about it", who, k.field)
				}
			}
			missed := unseen(c)
			if who == byOffice && len(missed) > 0 {
				t.Errorf("the crawl never saw %v", missed)
			}
			if c.answers < 300 {
				t.Errorf("%s: only %d answers", who, c.answers)
			}
			t.Logf("%s: %d answers, %d of %d words", who, c.answers, len(found), len(x.list))
		}
		logged, n := w.log.since(0)
		if n == 0 {
			t.Error("nothing was logged: the log proves nothing")
		}
		for _, k := range x.heard([]byte(logged)) {
			t.Errorf("the log holds the %s", k.field)
		}
	})
}
