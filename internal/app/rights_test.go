package app

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"langso/internal/platform/account"
	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/platform/web"
	"langso/internal/territory"
	"langso/internal/testkit/province"
)

// rightsRow is one row of testdata/rights.csv.
type rightsRow struct {
	line                               int
	method, route, role, action, notes string
	own, foreign                       string
}

// rightsRoles are the askers of the table.
var rightsRoles = []string{"guest", "viewer", "commune_officer", "department", "province_office", "administrator", "token_read", "token_all"}

// readRights reads the table of rights.
func readRights(t *testing.T) []rightsRow {
	t.Helper()
	f, err := os.Open(filepath.Join(root(t), "testdata", "rights.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comment = '#'
	r.FieldsPerRecord = 7
	var out []rightsRow
	for {
		rec, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		line, _ := r.FieldPos(0)
		out = append(out, rightsRow{line, rec[0], rec[1], rec[2], rec[3], rec[6], rec[4], rec[5]})
	}
	if len(out) < 2 || out[0].method != "method" {
		t.Fatal("testdata/rights.csv has no rows or no head")
	}
	return out[1:]
}

// root is the folder of the checkout.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
	t.Fatal("no go.mod above the test")
	return ""
}

// Every route of the program stands in the table with every role, and the table names no route that is not there; every
// action has a row that allows it, or no route at all.
func TestRightsTableIsWhole(t *testing.T) {
	w := newHouse(t, db.SQLite, production)
	routes := map[web.Route]bool{}
	for _, r := range w.app.mux().Routes() {
		if r.Method == "" {
			t.Errorf("%s answers every method", r.Pattern)
		}
		routes[r] = true
	}
	if len(routes) == 0 {
		t.Fatal("the program has no routes")
	}
	seen := map[web.Route]map[string]bool{}
	allowed := map[string]int{} // per action and per route
	for _, row := range readRights(t) {
		r := web.Route{Method: row.method, Pattern: row.route}
		if !routes[r] {
			t.Errorf("line %d: there is no route %s %s", row.line, row.method, row.route)
		}
		if !slices.Contains(rightsRoles, row.role) {
			t.Errorf("line %d: unknown role %q", row.line, row.role)
		}
		if seen[r] == nil {
			seen[r] = map[string]bool{}
		}
		if seen[r][row.role] {
			t.Errorf("line %d: %s %s %s stands twice", row.line, row.method, row.route, row.role)
		}
		seen[r][row.role] = true
		if status, word := expectation(t, row.own); status < 400 && word != "sign-in" {
			allowed[row.action]++
			allowed[row.method+" "+row.route]++
			if strings.HasSuffix(row.own, " verified") {
				allowed[string(auth.VerifyResults)]++
			}
		}
	}
	for r := range routes {
		for _, role := range rightsRoles {
			if !seen[r][role] {
				t.Errorf("testdata/rights.csv has no row for %s %s as %s", r.Method, r.Pattern, role)
			}
		}
		// Where these are allowed TestDemoSignIn, TestFirstRun and TestPasskeys show.
		elsewhere := []string{"/dang-nhap/minh-hoa", "/lan-dau", "/lam-viec/toi/khoa", "/lam-viec/toi/khoa/xoa", "/dang-nhap/khoa"}
		if allowed[r.Method+" "+r.Pattern] == 0 && !slices.Contains(elsewhere, r.Pattern) {
			t.Errorf("nobody is allowed %s %s: the table proves nothing about it", r.Method, r.Pattern)
		}
	}
	for _, action := range auth.Actions {
		if allowed[string(action)] == 0 {
			t.Errorf("no row allows %s", action)
		}
	}
}

// expectation takes a cell of the table apart: a status and what else must be seen.
func expectation(t *testing.T, cell string) (int, string) {
	t.Helper()
	number, word, _ := strings.Cut(cell, " ")
	status, err := strconv.Atoi(number)
	if err != nil {
		t.Fatalf("%q is no expectation", cell)
	}
	switch word {
	case "", "inside", "public", "draft", "verified", "taken", "refused", "dropped", "sign-in":
	default:
		t.Fatalf("%q: unknown word", cell)
	}
	return status, word
}

// place is where a request of the walk reads and writes.
type place struct {
	unit   *territory.Unit
	read   string // item that holds a draft with the word
	write  string // item that is written
	word   string
	former *territory.Unit // district of the snapshot, for the page of districts
}

// walk is the rights walk on one engine.
type walk struct {
	*house
	visitors  map[string]*visitor
	own       map[string]place // role → inside its rights
	foreign   map[string]place
	neighbour *visitor // commune officer of the foreign commune
	unproven  *visitor // a session of the administrator without a second factor
	person    int64    // account that administrators act upon
	number    int      // the figure written last, in hundredths; each write has its own
}

const (
	walkSet    = province.Set
	walkPeriod = "2026-Q3"
	walkQuery  = "?bo=" + walkSet + "&ky=" + walkPeriod
	resultsAPI = "/results/" + walkSet + "/" + walkPeriod + "/"
)

// newWalk makes the accounts and plants a draft with a word of its own in each place.
func newWalk(w *house) *walk {
	w.loadSet()
	home, away := w.unit("24943"), w.unit("24931") // xã Ka Đô and xã Đơn Dương
	x := &walk{house: w, visitors: map[string]*visitor{}, own: map[string]place{}, foreign: map[string]place{}, number: 1000}
	w.add("can-bo-nha", "Cán bộ nhà", auth.Grant{Role: auth.CommuneOfficer, Unit: int64(home.ID)})
	w.add("can-bo-xa-khac", "Cán bộ xã khác", auth.Grant{Role: auth.CommuneOfficer, Unit: int64(away.ID)})
	w.add("nguoi-xem", "Người xem", auth.Grant{Role: auth.Viewer, Unit: int64(home.ID)})
	w.add("so-thong-tin", "Sở Thông tin", auth.Grant{Role: auth.Department, Departments: []string{"thong_tin"}})
	w.add("van-phong", "Văn phòng Điều phối", auth.Grant{Role: auth.ProvinceOffice})
	w.add("quan-tri", "Quản trị", auth.Grant{Role: auth.Administrator})
	for i, login := range []string{"", "nguoi-xem", "can-bo-nha", "so-thong-tin", "van-phong", "quan-tri"} {
		if login == "" {
			x.visitors[rightsRoles[i]] = w.visitor(i)
			continue
		}
		x.visitors[rightsRoles[i]] = w.signedIn(i, login)
	}
	for i, scope := range []account.TokenScope{account.ReadScope, account.AllScope} {
		v := w.visitor(20 + i)
		v.token = w.token("can-bo-nha", scope)
		x.visitors[[]string{"token_read", "token_all"}[i]] = v
	}
	here := place{home, "1.2", "1.1", "NHAPTRONGNHA", w.unitAt("24943", "2024-06-30")}
	there := place{away, "1.2", "1.1", "NHAPXAKHAC", w.unitAt("24931", "2024-06-30")}
	otherCriterion := place{home, "2.1", "2.2", "NHAPTIEUCHIKHAC", here.former}
	x.neighbour = w.signedIn(30, "can-bo-xa-khac")
	x.unproven = w.signedIn(31, "quan-tri")
	x.enrol(x.visitors["administrator"])
	x.person = w.idOf("can-bo-xa-khac")
	for _, role := range rightsRoles {
		x.own[role], x.foreign[role] = here, there
	}
	x.foreign["department"] = otherCriterion
	for _, p := range []struct {
		place
		by *visitor
	}{{here, x.visitors["commune_officer"]}, {there, x.neighbour}, {otherCriterion, x.visitors["commune_officer"]}} {
		a := p.by.put("/api/v1/units/"+p.unit.Code+resultsAPI+p.read, `"0"`, map[string]string{"level": p.word, "reason": "dự thảo"})
		if a.status != http.StatusOK {
			w.t.Fatal(a)
		}
		if a := x.visitors["administrator"].get("/api/v1/units/" + p.unit.Code + resultsAPI + p.read); !shows(a, p.word) {
			w.t.Fatalf("the draft %s is not there: %v", p.word, a)
		}
		// A verified value below, so that public pages have something to show.
		a = x.visitors["province_office"].put("/api/v1/units/"+p.unit.Code+resultsAPI+p.write, `"0"`, map[string]string{"value": x.figure(), "reason": "số đầu"})
		if a.status != http.StatusOK {
			w.t.Fatal(a)
		}
	}
	return x
}

// figure is a new number to be written: "10,01". None ends in a zero, which nobody would read back.
func (x *walk) figure() string {
	x.number++
	if x.number%10 == 0 {
		x.number++
	}
	return fmt.Sprintf("%d,%02d", x.number/100, x.number%100)
}

// shows reports whether a word stands in an answer, in any part of a workbook.
func shows(a *answer, word string) bool {
	for _, part := range parts(a) {
		if bytes.Contains(part, []byte(word)) {
			return true
		}
	}
	return false
}

// parts are the texts of an answer: its body, of a workbook the unpacked entries.
func parts(a *answer) [][]byte {
	if !bytes.HasPrefix(a.body, []byte("PK\x03\x04")) {
		return [][]byte{a.body}
	}
	z, err := zip.NewReader(bytes.NewReader(a.body), int64(len(a.body)))
	if err != nil {
		return [][]byte{a.body}
	}
	var out [][]byte
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			continue
		}
		b, _ := io.ReadAll(r)
		r.Close()
		out = append(out, []byte(f.Name), b)
	}
	return out
}

// stands is what the written item of a place holds now, inside and outside.
func (x *walk) stands(p place) (inside, outside string) {
	read := func(v *visitor) string {
		a := v.get("/api/v1/units/" + p.unit.Code + resultsAPI + p.write)
		if a.status != http.StatusOK {
			x.t.Fatal(a)
		}
		var body struct{ Value any }
		a.json(x.t, &body)
		return fmt.Sprint(body.Value)
	}
	return read(x.visitors["administrator"]), read(x.visitors["guest"])
}

// etag is the version of the written item of a place that a correction must name.
func (x *walk) etag(p place) string {
	return x.visitors["administrator"].get("/api/v1/units/" + p.unit.Code + resultsAPI + p.write).header.Get("ETag")
}

// batch hands in a workbook for a place that holds one good value and, unless plain, one that is no number, and returns
// the number of the upload. The name of the file, and the refused text, hold the word.
func (x *walk) batch(by *visitor, p place, figure, word string, plain bool) string {
	a := by.upload(walkSet, walkPeriod, word+".xlsx", x.file(p, figure, word, plain))
	id, ok := strings.CutPrefix(a.location(), "/lam-viec/nhap-lieu/")
	if a.status != http.StatusSeeOther || !ok {
		x.t.Fatal(a)
	}
	return id
}

func (x *walk) file(p place, figure, word string, plain bool) []byte {
	heads, cells := []string{"Mã xã", "Tên xã", p.write}, []string{p.unit.Code, p.unit.Name, figure}
	if !plain {
		bad := map[string]string{"1.1": "2.2", "2.2": "1.1"}[p.write]
		heads, cells = append(heads, bad), append(cells, word)
	}
	return matrix(x.t, "Biểu", heads, cells)
}

// step is one request of the walk, made ready by what it needs.
type step struct {
	send func() *answer
	// figure is what the request writes where it is allowed to; "" = it writes nothing.
	figure string
	// private is the word that only those see who see inside; "" = the answer has no such part.
	private string
	// inside reports whether the answer shows what is not public, where no word can tell.
	inside func(a *answer) bool
	// after says in a word what an upload came to.
	after func(a *answer) string
}

// step makes the request of a route ready for a role.
func (x *walk) step(route, role string, p place, own bool) step {
	v := x.visitors[role]
	get := func(target string) step { return step{send: func() *answer { return v.get(target) }} }
	page := func(target string) step {
		s := get(target)
		s.private = p.word
		return s
	}
	item := "/api/v1/units/" + p.unit.Code + resultsAPI
	if strings.Contains(route, " "+adminSets) {
		return x.adminStep(route, v)
	}
	switch route {
	case "GET /assets/":
		home := string(x.visitors["guest"].get("/").body)
		_, rest, _ := strings.Cut(home, `src="/assets/`)
		name, _, found := strings.Cut(rest, `"`)
		if !found {
			x.t.Fatal("the first page has no script: build web/dist first (make build)")
		}
		return get("/assets/" + name)
	case "GET /healthz", "GET /readyz", "GET /xa", "GET /tieu-chi", "GET /dang-nhap", "GET /lam-viec", "GET /api/v1/criteria", "GET /api/v1/units",
		"GET /api/v1/openapi.json", "GET /api/v1/openapi.yaml", "GET /api/v1/openapi-3.0.json", "GET /api/v1/openapi-3.0.yaml":
		return get(strings.TrimPrefix(route, "GET "))
	case "GET /{$}":
		return page("/" + walkQuery + "&dinh-dang=xlsx")
	case "GET /xa/{maTen}":
		return page("/xa/" + p.unit.Slug() + walkQuery)
	case "GET /huyen/{maTen}":
		return get("/huyen/" + x.district(p.former).Slug())
	case "GET /tieu-chi/{bo}":
		return get("/tieu-chi/" + walkSet)
	case "GET /tieu-chi/{bo}/{chiTieu}":
		return page("/tieu-chi/" + walkSet + "/" + p.read + "?ky=" + walkPeriod)
	case "POST /dang-nhap":
		login := map[string]string{"guest": "can-bo-nha", "viewer": "nguoi-xem", "commune_officer": "can-bo-nha", "department": "so-thong-tin", "province_office": "van-phong",
			"administrator": "quan-tri", "token_read": "can-bo-nha", "token_all": "can-bo-nha"}[role]
		password := goodPassword
		if !own {
			password = "không phải thế"
		}
		return step{send: func() *answer { return x.alone(v).signIn(login, password) }}
	case "POST /dang-nhap/minh-hoa":
		return step{send: func() *answer { return x.alone(v).post("/dang-nhap/minh-hoa", url.Values{"login": {"admin"}}) }}
	case "POST /dang-xuat":
		out := x.alone(v)
		delete(out.cookies, "ls_session") // ending the session of the walk would end the walk
		return step{send: func() *answer { return out.post("/dang-xuat", url.Values{}) }}
	case "GET /quan-tri/ky-bao-cao":
		return get("/quan-tri/ky-bao-cao")
	case "GET /quan-tri/ky-bao-cao/{bo}/{ky}":
		return get("/quan-tri/ky-bao-cao/" + walkSet + "/" + walkPeriod)
	case "POST /quan-tri/ky-bao-cao/{bo}/{ky}":
		return x.moveStep(v)
	case "GET /dang-nhap/khoa", "GET /lan-dau", "GET /lam-viec/toi", "GET /lam-viec/toi/ung-dung", "GET /lam-viec/toi/khoa", "GET /quan-tri/tai-khoan", "GET /quan-tri/tai-khoan/moi":
		return get(strings.TrimPrefix(route, "GET "))
	case "GET /quan-tri/tai-khoan/{so}":
		return get(fmt.Sprintf("/quan-tri/tai-khoan/%d", x.person))
	case "GET /lam-viec/tinh", "GET /lam-viec/bang-diem", "GET /lam-viec/chi-tieu":
		return get(strings.TrimPrefix(route, "GET ") + walkQuery)
	case "GET /ma-tran", "GET /lam-viec/ma-tran": // the draft has no threshold; nothing outside has none
		return x.drawn(v, route, "&cot=chi-tieu&ket-qua=no_threshold&dinh-dang=csv", p.unit.Code+","+p.unit.Name+",")
	case "GET /luc-giac", "GET /lam-viec/luc-giac", "GET /ban-do", "GET /lam-viec/ban-do":
		return x.drawn(v, route, "&muc=1.2&dinh-dang=svg", p.unit.Name+": chưa có ngưỡng")
	case "GET /so-sanh", "GET /lam-viec/so-sanh":
		return page(strings.TrimPrefix(route, "GET ") + walkQuery + "&doi=tat-ca&voi=" + walkSet + "/" + walkPeriod + "&xa=" + p.unit.Slug())
	case "GET /lam-viec/bang-diem/{xa}":
		return page("/lam-viec/bang-diem/" + p.unit.Slug() + walkQuery)
	case "GET /lam-viec/bang-diem/{xa}/{chiTieu}":
		return page("/lam-viec/bang-diem/" + p.unit.Slug() + "/" + p.read + walkQuery)
	case "POST /lam-viec/bang-diem/{xa}/{chiTieu}":
		form := url.Values{"phien-ban": {strings.Trim(x.etag(p), `"`)}, "gia-tri": {x.figure()}, "ly-do": {"đếm lại"}}
		return step{send: func() *answer { return v.post("/lam-viec/bang-diem/"+p.unit.Slug()+"/"+p.write+walkQuery, form) }, figure: form.Get("gia-tri")}
	case "GET /lam-viec/chi-tieu/{ma}":
		return page("/lam-viec/chi-tieu/" + p.read + walkQuery)
	case "GET /lam-viec/cho-xac-nhan":
		return page("/lam-viec/cho-xac-nhan" + walkQuery)
	case "GET /lam-viec/nhap-lieu", "GET /lam-viec/nhap-lieu/{lo}", "POST /lam-viec/nhap-lieu/{lo}/ghi", "POST /lam-viec/nhap-lieu/{lo}/bo", "GET /lam-viec/nhap-lieu/{lo}/tu-choi":
		return x.batchStep(route, role, own)
	case "POST /lam-viec/nhap-lieu":
		file := x.file(p, x.figure(), "", true)
		return step{send: func() *answer { return v.upload(walkSet, walkPeriod, "bieu.xlsx", file) }, after: x.uploaded}
	case "GET /quan-tri/don-vi/ranh-gioi", "GET /quan-tri/don-vi/nhom":
		return get(strings.TrimPrefix(route, "GET "))
	case "GET /quan-tri/don-vi/thon":
		return get("/quan-tri/don-vi/thon?xa=" + p.unit.Slug())
	case "POST /quan-tri/don-vi/ranh-gioi", "POST /quan-tri/don-vi/nhom", "POST /quan-tri/don-vi/thon":
		return x.territoryStep(route, v, p)
	case "GET /lam-viec/phieu-di-xa/{xa}":
		return page("/lam-viec/phieu-di-xa/" + p.unit.Slug() + walkQuery)
	case "GET /lam-viec/can-lam":
		return page("/lam-viec/can-lam" + walkQuery + "&xa=" + p.unit.Slug())
	case "GET /lam-viec/giao-ban", "POST /lam-viec/giao-ban", "GET /lam-viec/giao-ban/{buoi}", "GET /lam-viec/kich-ban", "POST /lam-viec/kich-ban", "GET /lam-viec/kich-ban/{so}", "POST /lam-viec/kich-ban/{so}",
		"POST /lam-viec/phieu-di-xa/{xa}", "GET /lam-viec/viec", "POST /lam-viec/viec/{so}", "GET /lam-viec/soat-so", "POST /lam-viec/soat-so", "GET /lam-viec/xem-da-luu", "POST /lam-viec/xem-da-luu", "POST /lam-viec/xem-da-luu/{so}":
		return x.briefingStep(route, role, p, own)
	case "GET /api/v1/criteria/{set}":
		return get("/api/v1/criteria/" + walkSet)
	case "GET /api/v1/units/search":
		return get("/api/v1/units/search?q=" + url.QueryEscape(p.unit.Name))
	case "GET /api/v1/units/{code}":
		return get("/api/v1/units/" + p.unit.Code)
	case "GET /api/v1/indicators/{set}/{indicator}/summary":
		s := get("/api/v1/indicators/" + walkSet + "/1.2/summary?period=" + walkPeriod)
		// Of 1.2 only drafts are known: whoever counts public values counts none.
		s.inside = func(a *answer) bool {
			var sum struct{ Total, Missing int }
			a.json(x.t, &sum)
			return sum.Total == 0 || sum.Missing != sum.Total
		}
		return s
	case "GET /api/v1/units/{code}/scorecard":
		return page("/api/v1/units/" + p.unit.Code + "/scorecard?set=" + walkSet + "&period=" + walkPeriod)
	case "GET /api/v1/units/{code}/results/{set}/{period}/{item}":
		return page(item + p.read)
	case "PUT /api/v1/units/{code}/results/{set}/{period}/{item}":
		etag, figure := x.etag(p), x.figure()
		return step{send: func() *answer {
			return v.put(item+p.write, etag, map[string]string{"value": figure, "reason": "đếm lại"})
		}, figure: figure}
	}
	if s, ok := x.accountStep(route, role, own); ok {
		return s
	}
	x.t.Fatalf("the walk does not know how to ask for %s: add its request here", route)
	return step{}
}

// moveStep loads a new version of the set and makes ready the request that moves the period to it.
func (x *walk) moveStep(v *visitor) step {
	x.number++
	body := append(province.SetYAML(), fmt.Sprintf("# bản %d\n", x.number)...)
	loaded, err := x.sets.LoadSet(x.cli(), "xa-thu.yaml", body, false)
	if err != nil {
		x.t.Fatal(err)
	}
	path, version := "/quan-tri/ky-bao-cao/"+walkSet+"/"+walkPeriod, strconv.FormatInt(loaded.ID, 10)
	etag := x.visitors["administrator"].get(path + "?phien-ban-moi=" + version).header.Get("ETag")
	form := url.Values{"phien-ban": {strings.Trim(etag, `"`)}, "phien-ban-moi": {version}, "ly-do": {"đính chính"}}
	return step{send: func() *answer { return v.post(path, form) }}
}

// territoryStep makes a change of the territory ready: an outline, the group or a hamlet of a commune.
func (x *walk) territoryStep(route string, v *visitor, p place) step {
	_, path, _ := strings.Cut(route, " ")
	park := func(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
	switch path {
	case "/quan-tri/don-vi/ranh-gioi":
		file := `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"` + p.unit.Code +
			`"},"geometry":{"type":"Polygon","coordinates":[[[108,11],[108.1,11],[108.1,11.1],[108,11]]]}}]}`
		etag, err := x.units.BoundariesETag(x.cli())
		if err != nil {
			x.t.Fatal(err)
		}
		form := url.Values{"lam": {"ghi"}, "phien-ban": {etag}, "nguon": {"kiểm thử"}, "noi-dung": {park([]byte(file))}}
		return step{send: func() *answer { return v.post(path, form) }}
	case "/quan-tri/don-vi/nhom":
		etag, err := x.units.AttributesETag(x.cli())
		if err != nil {
			x.t.Fatal(err)
		}
		form := url.Values{"lam": {"dat"}, "phien-ban": {etag}, "xa": {p.unit.Code}, "gia-tri": {"commune_group=nhom2"}, "ngay": {"2026-01-01"}, "quyet-dinh": {"QĐ " + x.figure()}}
		return step{send: func() *answer { return v.post(path, form) }}
	}
	etag, err := x.units.HamletsETag(x.cli())
	if err != nil {
		x.t.Fatal(err)
	}
	name := "Thôn " + x.figure()
	file := matrix(x.t, "Thôn", []string{"Mã xã", "Tên thôn", "Số hộ"}, []string{p.unit.Code, name, "12"})
	return step{send: func() *answer {
		return v.post(path, url.Values{"lam": {"ghi"}, "phien-ban": {etag}, "noi-dung": {park(file)}})
	}, after: func(*answer) string {
		list, err := x.units.Hamlets(x.cli(), p.unit.ID, "2026-09-30")
		if err != nil {
			x.t.Fatal(err)
		}
		if slices.ContainsFunc(list, func(h territory.Hamlet) bool { return h.Name == name }) {
			return "taken"
		}
		return "refused"
	}}
}

// drawn asks for a file of a picture, in which a text stands only for those who see inside.
func (x *walk) drawn(v *visitor, route, query, inside string) step {
	return step{send: func() *answer { return v.get(strings.TrimPrefix(route, "GET ") + walkQuery + query) },
		inside: func(a *answer) bool { return bytes.Contains(a.body, []byte(inside)) }}
}

// batchStep makes a request about an upload ready: one's own, or somebody else's.
func (x *walk) batchStep(route, role string, own bool) step {
	v := x.visitors[role]
	by, p := x.visitors["commune_officer"], x.own["commune_officer"] // also the upload that guests and viewers ask for
	everywhere := role == "province_office" || role == "administrator"
	switch {
	case own && (everywhere || role == "department" || role == "token_all"):
		by, p = v, x.own[role]
	case !own && everywhere:
		by, p = x.neighbour, x.foreign[role]
	case !own:
		by, p = x.visitors["province_office"], x.own["province_office"]
	}
	figure := x.figure()
	word := fmt.Sprintf("TEPRIENG%d", x.number)
	id := x.batch(by, p, figure, word, false)
	path := "/lam-viec/nhap-lieu/" + id
	switch route {
	case "GET /lam-viec/nhap-lieu":
		return step{send: func() *answer { return v.get("/lam-viec/nhap-lieu") }, private: word}
	case "GET /lam-viec/nhap-lieu/{lo}":
		return step{send: func() *answer { return v.get(path) }, private: word}
	case "GET /lam-viec/nhap-lieu/{lo}/tu-choi":
		return step{send: func() *answer { return v.get(path + "/tu-choi") }, private: word}
	case "POST /lam-viec/nhap-lieu/{lo}/ghi":
		return step{send: func() *answer { return v.post(path+"/ghi", url.Values{"mot-phan": {"1"}}) }, figure: figure}
	}
	return step{send: func() *answer { return v.post(path+"/bo", url.Values{}) }, after: func(*answer) string {
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			x.t.Fatal(err)
		}
		b, err := x.results.Batch(x.cli(), n)
		if err != nil {
			x.t.Fatal(err)
		}
		return b.State
	}}
}

// uploaded says what became of the one value of an upload.
func (x *walk) uploaded(a *answer) string {
	id, ok := strings.CutPrefix(a.location(), "/lam-viec/nhap-lieu/")
	if !ok {
		return ""
	}
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		x.t.Fatal(err)
	}
	// What the upload says to its owner is its stored report; read as somebody with all rights it would be another one.
	b, err := x.results.Batches(x.cli(), 1)
	if err != nil || len(b) != 1 || b[0].ID != n {
		x.t.Fatalf("upload %d: %v, %v", n, b, err)
	}
	switch r := b[0].Report; {
	case r.Rows == 1 && len(r.Errors) == 0:
		return "taken"
	case r.Rows == 0 && len(r.Errors) == 1 && r.Errors[0].Code == "no_right":
		return "refused"
	}
	return fmt.Sprintf("%+v", b[0].Report)
}

// alone is a visitor whose sign-ins and sign-outs do not touch the session of the walk.
func (x *walk) alone(v *visitor) *visitor {
	c := *v
	c.cookies = map[string]string{}
	for name, value := range v.cookies {
		if name != "ls_session" {
			c.cookies[name] = value
		}
	}
	return &c
}

// district is the district of a commune of the snapshot.
func (x *walk) district(u *territory.Unit) *territory.Unit {
	reg, err := x.units.Register(context.Background())
	if err != nil {
		x.t.Fatal(err)
	}
	return reg.At("2024-06-30").Parent(territory.Administrative, u.ID)
}

// The walk: every row of the table is asked for over HTTP, and what the row says is what happens, no more and no less.
func TestRightsWalk(t *testing.T) {
	rows := readRights(t)
	onBoth(t, production, func(t *testing.T, w *house) {
		x := newWalk(w)
		asked, words := 0, map[string]int{}
		for _, row := range rows {
			for _, own := range []bool{true, false} {
				p, cell := x.own[row.role], row.own
				if !own {
					p, cell = x.foreign[row.role], row.foreign
				}
				if wrong := x.ask(row, p, own, cell); wrong != "" {
					t.Errorf("testdata/rights.csv:%d %s %s as %s, own %v, want %q: %s", row.line, row.method, row.route, row.role, own, cell, wrong)
				}
				asked++
				_, word := expectation(t, cell)
				words[word]++
			}
		}
		if asked < 2*len(rightsRoles)*40 {
			t.Errorf("%d requests of the walk, want the whole table", asked)
		}
		for _, word := range []string{"inside", "public", "draft", "verified", "taken", "refused", "dropped", "sign-in"} {
			if words[word] == 0 {
				t.Errorf("no row says %q", word)
			}
		}
	})
}

// ask sends the request of a row and returns what is wrong with the answer, "" when it is as the table says.
func (x *walk) ask(row rightsRow, p place, own bool, cell string) string {
	status, word := expectation(x.t, cell)
	s := x.step(row.method+" "+row.route, row.role, p, own)
	insideBefore, outsideBefore := x.stands(p)
	a := s.send()
	insideAfter, outsideAfter := x.stands(p)
	if a.status != status {
		return fmt.Sprintf("answered %v", a)
	}
	if signIn := strings.HasPrefix(a.location(), "/dang-nhap"); signIn != (word == "sign-in") {
		return fmt.Sprintf("leads to %q", a.location())
	}
	if a.status < 300 && (s.private != "" || s.inside != nil) {
		shown := s.private != "" && shows(a, s.private) || s.inside != nil && s.inside(a)
		if word != "inside" && word != "public" {
			return "the table does not say what must be seen"
		}
		if shown != (word == "inside") {
			return fmt.Sprintf("what is not public is shown: %v", shown)
		}
	}
	if s.after != nil && word != "" && s.after(a) != word {
		return fmt.Sprintf("came to %q", s.after(a))
	}
	if s.after != nil && a.status >= 400 && s.after(a) == "dropped" {
		return "the refused request did what it asked for"
	}
	figure := strings.Replace(s.figure, ",", ".", 1)
	wrote, counts := insideAfter != insideBefore, outsideAfter != outsideBefore
	switch {
	case word == "draft" && (insideAfter != figure || counts):
		return fmt.Sprintf("inside stands %s, outside %s; want %s inside only", insideAfter, outsideAfter, figure)
	case word == "verified" && (insideAfter != figure || outsideAfter != figure):
		return fmt.Sprintf("inside stands %s, outside %s; want %s", insideAfter, outsideAfter, figure)
	case word != "draft" && word != "verified" && (wrote || counts):
		return fmt.Sprintf("a value changed: inside %s to %s, outside %s to %s", insideBefore, insideAfter, outsideBefore, outsideAfter)
	}
	return ""
}

// filled is an address of a route.
func filled(t *testing.T, pattern string) string {
	t.Helper()
	path := strings.NewReplacer("{$}", "", "{bo}", walkSet, "{set}", walkSet, "{maTen}", "24943-ka-do", "{xa}", "24943-ka-do", "{code}", "24943", "{chiTieu}", "1.1", "{ma}", "1.1",
		"{indicator}", "1.1", "{item}", "1.1", "{period}", walkPeriod, "{ky}", walkPeriod, "{lo}", "1", "{buoi}", "1", "{so}", "1").Replace(pattern)
	if strings.Contains(path, "{") {
		t.Errorf("%s: a part of the address is not known here", pattern)
	}
	return path
}

// A method that is not registered is refused on every address, whoever asks.
func TestOtherMethodsAreRefused(t *testing.T) {
	w := newHouse(t, db.SQLite, production)
	w.add("quan-tri", "Quản trị", auth.Grant{Role: auth.Administrator})
	v := w.signedIn(1, "quan-tri")
	known := map[string][]string{}
	for _, r := range w.app.mux().Routes() {
		known[r.Pattern] = append(known[r.Pattern], r.Method)
	}
	asked := 0
	for pattern, methods := range known {
		path := filled(t, pattern)
		for _, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
			if slices.Contains(methods, method) {
				continue
			}
			if a := v.do(method, path, "application/x-www-form-urlencoded", nil); a.status != http.StatusMethodNotAllowed || a.header.Get("Allow") == "" {
				t.Errorf("%s %s: %v", method, path, a)
			}
			asked++
		}
	}
	if asked < 100 {
		t.Errorf("%d requests, want one for each address and method", asked)
	}
}
