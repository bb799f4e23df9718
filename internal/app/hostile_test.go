package app

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/platform/vntext"
	"langso/internal/territory"
	"langso/internal/testkit/htmlcheck"
	"langso/internal/testkit/province"

	"golang.org/x/net/html"
)

// reader looks at every answer of a crawl and keeps what is wrong with it and which texts it showed, by kind of answer.
type reader struct {
	fail     func(format string, args ...any)
	texts    []string                   // to be looked for, with white space made single
	shown    map[string]map[string]bool // kind of answer → text
	answers  map[string]int
	formulas int // cells of workbooks whose text begins like a formula
	mistakes int
}

func newReader(fail func(format string, args ...any), texts ...string) *reader {
	r := &reader{fail: fail, shown: map[string]map[string]bool{}, answers: map[string]int{}}
	for _, s := range texts {
		r.texts = append(r.texts, squeeze(s))
	}
	return r
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// wrong reports a mistake in an answer; after many only their number grows.
func (r *reader) wrong(a *answer, format string, args ...any) {
	if r.mistakes++; r.mistakes <= 20 {
		r.fail("%s %s (%d): %s", a.method, a.target, a.status, fmt.Sprintf(format, args...))
	}
}

// visit checks one answer.
func (r *reader) visit(a *answer) {
	r.headers(a)
	kind, _, _ := strings.Cut(a.header.Get("Content-Type"), ";")
	r.answers[kind]++
	switch kind {
	case "text/html":
		r.page(a)
	case "application/json", "application/problem+json":
		r.json(a)
	case "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":
		r.workbook(a)
	case "text/csv":
		r.csv(a)
	case "image/png": // drawn, not written: nothing in it can run
		if !bytes.HasPrefix(a.body, []byte("\x89PNG\r\n\x1a\n")) {
			r.wrong(a, "no PNG")
		}
	case "", "text/plain", "application/openapi+json", "application/openapi+yaml", "application/yaml", "text/css", "text/javascript", "image/svg+xml", "font/woff2":
	default:
		r.wrong(a, "unknown kind of answer %q", kind)
	}
}

// show notes which of the hostile texts stand in a text.
func (r *reader) show(kind, text string) {
	if r.shown[kind] == nil {
		r.shown[kind] = map[string]bool{}
	}
	text = squeeze(text)
	for _, want := range r.texts {
		if !r.shown[kind][want] && strings.Contains(text, want) {
			r.shown[kind][want] = true
		}
	}
}

// headers must be such that no browser guesses, frames or runs anything that is not ours.
func (r *reader) headers(a *answer) {
	for name, list := range a.header {
		for _, value := range list {
			if strings.ContainsAny(name+value, "\r\n\x00") {
				r.wrong(a, "header %s: %q", name, value)
			}
		}
	}
	if a.header.Get("X-Content-Type-Options") != "nosniff" {
		r.wrong(a, "no nosniff")
	}
	policy := map[string]string{}
	for _, directive := range strings.Split(a.header.Get("Content-Security-Policy"), ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), " ")
		policy[name] = value
	}
	for _, word := range []string{"unsafe-inline", "unsafe-eval", "unsafe-hashes", "http:", "https:", "*"} {
		if strings.Contains(a.header.Get("Content-Security-Policy"), word) {
			r.wrong(a, "policy with %s", word)
		}
	}
	if _, sandboxed := policy["sandbox"]; sandboxed { // a file: nothing of it may do anything
		if policy["default-src"] != "'none'" || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment") {
			r.wrong(a, "a file with the policy %v as %q", policy, a.header.Get("Content-Disposition"))
		}
		return
	}
	for name, want := range map[string]string{"default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "frame-ancestors": "'none'", "base-uri": "'none'", "form-action": "'self'",
		"require-trusted-types-for": "'script'"} {
		if policy[name] != want {
			r.wrong(a, "policy %s is %q, want %q", name, policy[name], want)
		}
	}
}

// page must hold no script but our own files, and nothing that runs or looks without a file.
func (r *reader) page(a *answer) {
	doc, err := htmlcheck.Parse(a.body)
	if err != nil {
		r.wrong(a, "%v", err)
		return
	}
	r.show("html", htmlcheck.TextOf(doc))
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		attrs := map[string]string{}
		for _, at := range n.Attr {
			attrs[at.Key] = at.Val
			r.show("attribute", at.Val)
			if strings.HasPrefix(at.Key, "on") || at.Key == "style" || at.Key == "srcdoc" {
				r.wrong(a, "<%s %s=%q>", n.Data, at.Key, at.Val)
			}
			if slices.Contains([]string{"href", "src", "action", "formaction", "data", "poster", "xlink:href"}, at.Key) && !ours(at.Val) {
				r.wrong(a, "<%s %s=%q>", n.Data, at.Key, at.Val)
			}
		}
		switch n.Data {
		case "script":
			if !strings.HasPrefix(attrs["src"], "/assets/") || n.FirstChild != nil {
				r.wrong(a, "a script that is not ours: %v", attrs)
			}
		case "style", "iframe", "object", "embed", "base", "frame", "applet", "img", "video", "audio", "math", "template":
			r.wrong(a, "<%s>", n.Data)
		case "meta":
			if attrs["http-equiv"] != "" {
				r.wrong(a, "<meta http-equiv=%q>", attrs["http-equiv"])
			}
		}
	}
}

// ours reports whether an address stays on this site and is escaped as addresses must be.
func ours(address string) bool {
	return strings.HasPrefix(address, "#") || !strings.ContainsAny(address, " \"<>\\^`{}|\r\n\t") && strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//")
}

func (r *reader) json(a *answer) {
	var v any
	if err := json.Unmarshal(a.body, &v); err != nil {
		r.wrong(a, "%v in %q", err, a.body)
	}
	var walk func(v any)
	walk = func(v any) {
		switch x := v.(type) {
		case string:
			r.show("json", x)
		case []any:
			for _, e := range x {
				walk(e)
			}
		case map[string]any:
			for _, e := range x {
				walk(e)
			}
		}
	}
	walk(v)
}

func (r *reader) csv(a *answer) {
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(a.body, []byte("\ufeff")))).ReadAll()
	if err != nil || len(rows) < 2 {
		r.wrong(a, "%d rows, %v", len(rows), err)
	}
	for _, row := range rows {
		for _, cell := range row {
			r.show("csv", cell)
			if likeFormula(cell) {
				r.wrong(a, "the cell %q is a formula", cell)
			}
		}
	}
}

// likeFormula reports a text that a spreadsheet program takes for a formula.
func likeFormula(s string) bool { return s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) }

// workbook must hold texts only as texts; those that begin like a formula must be quoted (security.md §5).
func (r *reader) workbook(a *answer) {
	z, err := zip.NewReader(bytes.NewReader(a.body), int64(len(a.body)))
	if err != nil {
		r.wrong(a, "%v", err)
		return
	}
	part := func(name string, v any) bool {
		f, err := z.Open(name)
		if err != nil {
			return false
		}
		defer f.Close()
		b, err := io.ReadAll(f)
		if err == nil {
			err = xml.Unmarshal(b, v)
		}
		if err != nil {
			r.wrong(a, "%s: %v", name, err)
			return false
		}
		return true
	}
	var styles struct {
		Xf []struct {
			Quoted string `xml:"quotePrefix,attr"`
		} `xml:"cellXfs>xf"`
	}
	part("xl/styles.xml", &styles)
	type text struct {
		T    string   `xml:"t"`
		Runs []string `xml:"r>t"`
	}
	var shared struct {
		Items []text `xml:"si"`
	}
	part("xl/sharedStrings.xml", &shared)
	sheets := 0
	for _, f := range z.File {
		if !strings.HasPrefix(f.Name, "xl/worksheets/sheet") {
			continue
		}
		sheets++
		var sheet struct {
			Cells []struct {
				Ref     string  `xml:"r,attr"`
				Style   int     `xml:"s,attr"`
				Type    string  `xml:"t,attr"`
				Formula *string `xml:"f"`
				Value   string  `xml:"v"`
				Inline  text    `xml:"is"`
			} `xml:"sheetData>row>c"`
		}
		if !part(f.Name, &sheet) {
			continue
		}
		for _, c := range sheet.Cells {
			if c.Formula != nil || c.Type == "str" {
				r.wrong(a, "%s %s holds the formula %v", f.Name, c.Ref, c.Formula)
			}
			s := ""
			switch c.Type {
			case "inlineStr":
				s = c.Inline.T + strings.Join(c.Inline.Runs, "")
			case "s":
				var i int
				if _, err := fmt.Sscan(c.Value, &i); err != nil || i >= len(shared.Items) {
					r.wrong(a, "%s %s names the shared text %q", f.Name, c.Ref, c.Value)
					continue
				}
				s = shared.Items[i].T + strings.Join(shared.Items[i].Runs, "")
			}
			r.show("xlsx", s)
			if !likeFormula(s) {
				continue
			}
			r.formulas++
			if c.Style >= len(styles.Xf) || styles.Xf[c.Style].Quoted != "1" && styles.Xf[c.Style].Quoted != "true" {
				r.wrong(a, "%s %s: the text %q has no quotePrefix", f.Name, c.Ref, s)
			}
		}
	}
	if sheets == 0 {
		r.wrong(a, "a workbook without sheets")
	}
}

// hostileHouse is a house with the hostile province: its units, its set and a decision about it through their importers;
// a person, corrections and uploads over HTTP. It returns the office's browser and the numbers of the uploads.
func hostileHouse(w *house) (*visitor, []string) {
	t := w.t
	province.Load(t, w.cli(), w.units, w.sets)
	quoted := func(s string) string {
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	decision := "set: " + province.Set + "\ndecision: " + quoted(province.FormulaName+province.ScriptName) + "\ndecided_on: 2026-01-05\nvalid_from: 2026-01-05\nnote: " + quoted(province.ScriptName) + "\nthresholds:\n  \"1.2\": 3\n"
	if _, err := w.sets.LoadOverrides(w.cli(), "quyet-dinh.yaml", []byte(decision), false); err != nil {
		t.Fatal(err)
	}
	// A decision about a group, hamlets and the source of an outline.
	etag, err := w.units.AttributesETag(w.cli())
	if err != nil {
		w.t.Fatal(err)
	}
	if rep, err := w.units.SetAttribute(w.cli(), province.Communes()[0].Code, territory.CommuneGroup, "nhom1", "2026-01-01", province.FormulaName, territory.AttributeOptions{}, etag); err != nil || !rep.Written {
		t.Fatal(rep, err)
	}
	hamlets := matrix(t, "Thôn", []string{"Mã xã", "Tên thôn", "Số hộ"}, []string{"99011", province.ScriptName, "1"}, []string{"99011", province.FormulaName, "2"}, []string{"99012", province.LettersName, "3"})
	if rep, err := w.units.ImportHamlets(w.cli(), territory.HamletFile{Bytes: hamlets}); err != nil || !rep.Written {
		t.Fatal(rep, err)
	}
	outline := []byte(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"99013"},"geometry":{"type":"Polygon","coordinates":[[[108,11],[108.1,11],[108.1,11.1],[108,11]]]}}]}`)
	if rep, err := w.units.ImportBoundaries(w.cli(), territory.BoundaryFile{Name: province.ScriptName, Bytes: outline, Source: province.ScriptName + province.FormulaName}); err != nil || !rep.Written {
		t.Fatal(rep, err)
	}
	w.add("van-phong", province.ScriptName+" =1+1 {{.}}", auth.Grant{Role: auth.ProvinceOffice})
	office := w.signedIn(1, "van-phong")

	wrote, refused := 0, 0
	items := []string{"1.2", "1.1", "2.2", "2.1"}
	for i, text := range province.Hostile() {
		c := province.Communes()[i%3]
		target := "/api/v1/units/" + c.Code + resultsAPI + items[(i/3)%len(items)]
		body := map[string]string{"value": "4", "reason": text}
		if len(text) <= 100 { // also as a level word, which stands in every table and in the export
			body["level"] = text
		}
		switch a := office.put(target, office.get(target).header.Get("ETag"), body); a.status {
		case http.StatusOK:
			wrote++
		case http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge:
			refused++ // 10 kB of marks are no reason, nor are letters that turn the direction of text
		default:
			t.Errorf("%v", a)
		}
	}
	if wrote < 7 || wrote+refused != len(province.Hostile()) {
		t.Errorf("%d hostile corrections written, %d refused", wrote, refused)
	}

	var batches []string
	for i, text := range province.Hostile() {
		c := province.Communes()[i%3]
		rows := [][]string{{c.Code, c.Name, text, "4"}, {text, text, "4", text}}
		a := office.upload(province.Set, walkPeriod, text+" =1+1\r\nX-Evil: 1.xlsx", matrix(t, text, []string{"Mã xã", "Tên xã", "1.1", "1.2", text}, append(rows[0], text), append(rows[1], text)))
		id, ok := strings.CutPrefix(a.location(), "/lam-viec/nhap-lieu/")
		if a.status != http.StatusSeeOther || !ok {
			t.Errorf("upload %d: %v", i, a)
			continue
		}
		batches = append(batches, id)
		if i == 0 { // one of them written: the flash message and the parked refusals are made with it too
			if a := office.post("/lam-viec/nhap-lieu/"+id+"/ghi", url.Values{"mot-phan": {"1"}}); a.status != http.StatusSeeOther {
				t.Errorf("%v", a)
			}
		}
	}
	hostileBriefing(w, office)
	return office, batches
}

// hostileBriefing puts the texts into what the briefing keeps, and through the checker of texts.
func hostileBriefing(w *house, office *visitor) {
	kept := 0
	for i, text := range province.Hostile() {
		u := w.unit(province.Communes()[i%3].Code)
		base := url.Values{"bo": {province.Set}, "ky": {walkPeriod}}
		with := func(pairs ...string) url.Values {
			form := url.Values{}
			for k, v := range base {
				form[k] = v
			}
			for k := 0; k < len(pairs); k += 2 {
				form.Set(pairs[k], pairs[k+1])
			}
			return form
		}
		for _, a := range []*answer{
			office.post("/lam-viec/giao-ban", with("ngay", string(w.app.kit.Clock.Today()), "ghi-chu", text)),
			office.post("/lam-viec/kich-ban", with("ten", text, "ghi-chu", text, "han", "2027-Q1", "muc", fmt.Sprintf("%d:1.2", u.ID))),
			office.post("/lam-viec/phieu-di-xa/"+u.Slug(), with("muc", "1.2", "ma", fmt.Sprintf("hostile-%d", i), "ghi-chu", text)),
			office.post("/lam-viec/xem-da-luu", with("ten", text, "dia-chi", "/lam-viec/tinh?q="+url.QueryEscape(text))),
		} {
			switch a.status {
			case http.StatusSeeOther:
				kept++
			case http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge: // letters that turn the direction of text, 10 kB of marks
			default:
				w.t.Errorf("%v", a)
			}
		}
		for _, a := range []*answer{office.post("/lam-viec/soat-so", with("van-ban", "48/111 xã "+text+" đạt 45,4%")), office.post("/lam-viec/xem-da-luu", with("ten", "x", "dia-chi", text)),
			office.post("/lam-viec/kich-ban", with("viec", "xem", "ten", text, "han", text, "muc", text, "tien-"+text, text))} {
			if a.status != http.StatusOK && a.status != http.StatusUnprocessableEntity {
				w.t.Errorf("%v", a)
			}
		}
	}
	if kept < 20 {
		w.t.Errorf("only %d hostile texts were kept", kept)
	}
}

// hostileAccounts makes the pages of accounts with hostile names, of accounts and of tokens, and with hostile searches.
func hostileAccounts(w *house, r *reader) {
	w.add("quan-tri", province.ScriptName+" =1+1 {{.}}", auth.Grant{Role: auth.Administrator, Unit: 0}, auth.Grant{Role: auth.Viewer, Unit: int64(w.unit(province.Communes()[0].Code).ID)})
	v := w.signedIn(60, "quan-tri")
	w.enrol(v)
	v.header["User-Agent"] = province.ScriptName
	r.visit(v.signIn("quan-tri", goodPassword)) // a session and a device with a hostile browser
	v = w.signedIn(61, "quan-tri")
	person := fmt.Sprintf("/quan-tri/tai-khoan/%d", w.idOf("quan-tri"))
	for _, text := range province.Hostile() {
		r.visit(v.get("/quan-tri/tai-khoan?q=" + url.QueryEscape(text)))
		r.visit(v.get("/quan-tri/tai-khoan/" + url.PathEscape(text)))
		for _, path := range []string{"/quan-tri/tai-khoan", person + "/quyen", "/lam-viec/toi/ma-truy-cap", "/lam-viec/toi/ten", "/dang-nhap/khoa"} {
			r.visit(v.post(path, url.Values{"login": {text}, "name": {text}, "vai-tro": {text}, "don-vi": {text}, "so-nganh": {text}, "ten-ma": {text}, "pham-vi": {"read"}, "so-ngay": {"1"}, "khoa-tra-loi": {text}, "ve": {text}}))
		}
	}
	for _, path := range []string{"/quan-tri/tai-khoan", "/quan-tri/tai-khoan/moi", person, "/lam-viec/toi", "/lam-viec/toi/khoa", "/lam-viec/toi/ung-dung", "/dang-nhap/khoa"} {
		for _, lang := range []string{"", "/en"} {
			r.visit(v.get(lang + path))
		}
	}
}

// Every page, document and file is made with the hostile province, and nothing in it becomes markup, a formula or a header.
func TestHostileText(t *testing.T) {
	onBoth(t, production, func(t *testing.T, w *house) {
		office, batches := hostileHouse(w)
		names := []string{province.ScriptName, province.FormulaName, province.LettersName}
		reasons := []string{"dòng một Set-Cookie: ls=1 <html>", "'; DROP TABLE audit; --", `"><img src=x onerror=alert(1)>`, "javascript:alert(1)", "@SUM(A1)", "-2+3"}
		r := newReader(t.Errorf, slices.Concat(names, reasons, []string{province.TopName, "a" + strings.Repeat("\u0301", 100)})...)
		visitors := []*visitor{w.visitor(0), office}
		if w.app.kit.DB.Engine() == db.Postgres { // what is drawn does not depend on the engine, what is stored does
			visitors = visitors[1:]
		}
		for _, v := range visitors {
			c := newCrawl(w, v, r.visit)
			c.skip = elsewhere("99011", "99012", "99013")
			base := url.Values{"bo": {province.Set}, "ky": {walkPeriod}}
			for _, path := range []string{"/", "/xa", "/lam-viec/tinh", "/lam-viec/bang-diem", "/lam-viec/chi-tieu", "/lam-viec/cho-xac-nhan", "/lam-viec/nhap-lieu", "/tieu-chi/" + province.Set, "/dang-nhap", "/khong-co",
				"/lam-viec/can-lam", "/lam-viec/giao-ban", "/lam-viec/kich-ban", "/lam-viec/viec", "/lam-viec/soat-so", "/lam-viec/xem-da-luu"} {
				c.addWith(path, base, url.Values{"nhom": {"tinh-cu"}, "dinh-dang": {"xlsx", "csv"}})
			}
			for _, path := range []string{"/ma-tran", "/luc-giac", "/ban-do", "/so-sanh", "/lam-viec/ma-tran", "/lam-viec/luc-giac", "/lam-viec/ban-do", "/lam-viec/so-sanh"} {
				c.addWith(path, base, url.Values{"dinh-dang": {"xlsx", "csv", "svg", "png"}, "muc": {"1.1", "2"}, "cot": {"chi-tieu"}, "voi": {province.Set + "/" + walkPeriod}, "xa": {w.unit("99011").Slug()}, "nhom": {"khong"}, "don-vi-nay": {"1"}})
			}
			for _, text := range province.Hostile() { // also from the address into the page
				for _, path := range []string{"/xa?q=", "/xa?ngay=", "/lam-viec/bang-diem?q=", "/lam-viec/bang-diem?bo=", "/?ky=", "/?dinh-dang=", "/dang-nhap?ve=", "/lam-viec/chi-tieu?phu-trach=", "/ma-tran?sap=", "/ma-tran?noi=", "/luc-giac?muc=", "/so-sanh?voi=", "/so-sanh?xa=", "/ban-do?luc=", "/lam-viec/can-lam?xa=", "/lam-viec/can-lam?chi-tieu=", "/lam-viec/can-lam?co-quan=", "/lam-viec/kich-ban?muc=", "/lam-viec/xem-da-luu?dia-chi=", "/api/v1/units/search?q=", "/api/v1/units?at="} {
					c.one(path + url.QueryEscape(text))
				}
				for _, path := range []string{"/xa/", "/tieu-chi/", "/huyen/", "/lam-viec/bang-diem/", "/lam-viec/chi-tieu/", "/lam-viec/nhap-lieu/", "/lam-viec/giao-ban/", "/lam-viec/kich-ban/", "/lam-viec/phieu-di-xa/", "/api/v1/units/", "/"} {
					c.one(path + url.PathEscape(text))
				}
			}
			for _, path := range []string{"/%2Fevil.example", "/en//evil.example", "/en/%2Fevil.example/x", `/%5Cevil.example`, "/en/%5C%5Cevil.example"} { // must not become links to another site
				c.one(path)
			}
			for _, u := range province.Communes() {
				unit := w.unit(u.Code)
				c.addWith("/xa/"+unit.Slug(), base, nil)
				c.addWith("/lam-viec/bang-diem/"+unit.Slug(), base, nil)
				c.addWith("/lam-viec/phieu-di-xa/"+unit.Slug(), base, nil)
				c.addWith("/lam-viec/can-lam", base, url.Values{"xa": {unit.Slug()}})
				for _, item := range []string{"1", "1.1", "1.2", "2.1", "2.2"} {
					c.addWith("/lam-viec/bang-diem/"+unit.Slug()+"/"+item, base, nil)
				}
			}
			for _, id := range batches {
				c.add("/lam-viec/nhap-lieu/" + id)
				c.add("/lam-viec/nhap-lieu/" + id + "/tu-choi")
			}
			c.addAdmin(t, province.ScriptName, province.FormulaName)
			for _, text := range province.Hostile() {
				c.one(adminSets + "/" + url.PathEscape(text))
			}
			c.addAPI(t, map[string][]string{"set": {province.Set}, "indicator": {"1.1", "1.2"}, "item": {"1.1", "1.2", "2.1"}, "code": {"99011", "99012", "99013"}, "period": {walkPeriod},
				"group_by": {"former_province"}, "at": {"2026-09-30"}, "level": {"commune"}, "kind": {"xa"}, "parent": {"990"}, "q": {"script", "=1+1", "lạc"}, "limit": {"20"}})
			c.run()
			if missed := unseen(c); v == office && len(missed) > 0 {
				t.Errorf("the crawl never saw %v", missed)
			}
		}
		hostileAccounts(w, r)
		// A sign-in that fails shows what was typed.
		for i, text := range province.Hostile() {
			r.visit(w.visitor(50+i).signIn(text, text))
		}
		if r.mistakes > 20 {
			t.Errorf("and %d more", r.mistakes-20)
		}
		// What was looked for was there: as text, not as markup.
		for kind, want := range map[string][]string{"html": slices.Concat(names, reasons, []string{province.TopName, "a" + strings.Repeat("\u0301", 100)}), "json": names, "csv": names, "xlsx": append(names, "@SUM(A1)", "-2+3")} {
			for _, text := range want {
				if !r.shown[kind][squeeze(text)] {
					t.Errorf("no %s answer shows %.60q: it was not tried there", kind, text)
				}
			}
		}
		if r.formulas < 20 {
			t.Errorf("only %d cells of workbooks begin like a formula", r.formulas)
		}
		if r.answers["text/html"] < 300 || r.answers["application/json"] < 20 {
			t.Errorf("answers by kind: %v", r.answers)
		}
		t.Logf("answers %v, %d cells that begin like a formula", r.answers, r.formulas)
		// Nothing that was typed begins a line of the log of its own.
		logged, _ := w.log.since(0)
		lines := strings.Split(strings.TrimSpace(logged), "\n")
		for _, line := range lines {
			var v struct{ Msg string }
			if err := json.Unmarshal([]byte(line), &v); err != nil || v.Msg == "" {
				t.Errorf("line of the log: %q", line)
			}
		}
		if len(lines) < 100 {
			t.Errorf("%d lines logged", len(lines))
		}
		if failures, err := w.app.check(w.cli()); err != nil || len(failures) > 0 {
			t.Errorf("check: %v %v", failures, err)
		}
	})
}

// The checks above must be able to fail.
func TestReaderFindsWhatIsWrong(t *testing.T) {
	good := http.Header{"Content-Type": {"text/html; charset=utf-8"}, "X-Content-Type-Options": {"nosniff"}, "Content-Security-Policy": {csp}}
	for name, change := range map[string]func(a *answer){
		"script":       func(a *answer) { a.body = []byte("<p><script>alert(1)</script>") },
		"foreign file": func(a *answer) { a.body = []byte(`<script src="https://evil.example/x.js"></script>`) },
		"handler":      func(a *answer) { a.body = []byte(`<p onclick="x()">`) },
		"style":        func(a *answer) { a.body = []byte(`<p style="color:red">`) },
		"image":        func(a *answer) { a.body = []byte(`<img src=x>`) },
		"link":         func(a *answer) { a.body = []byte(`<a href="javascript:x()">`) },
		"foreign link": func(a *answer) { a.body = []byte(`<a href="//evil.example">`) },
		"line break":   func(a *answer) { a.header.Set("X-Name", "a\r\nSet-Cookie: x") },
		"sniffing":     func(a *answer) { a.header.Del("X-Content-Type-Options") },
		"no policy":    func(a *answer) { a.header.Del("Content-Security-Policy") },
		"loose policy": func(a *answer) {
			a.header.Set("Content-Security-Policy", strings.Replace(csp, "style-src 'self'", "style-src 'self' 'unsafe-inline'", 1))
		},
		"no JSON":      func(a *answer) { a.header.Set("Content-Type", "application/json"); a.body = []byte("{") },
		"formula":      func(a *answer) { a.header.Set("Content-Type", "text/csv"); a.body = []byte("a,b\n=1+1,2\n") },
		"unknown kind": func(a *answer) { a.header.Set("Content-Type", "application/x-unknown") },
		"no workbook": func(a *answer) {
			a.header.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
			a.body = []byte("PK")
		},
	} {
		a := &answer{method: "GET", target: "/" + vntext.Slug(name), status: 200, header: good.Clone(), body: []byte(`<p>1 &lt; 2</p>`)}
		r := newReader(func(string, ...any) {})
		r.visit(a)
		if r.mistakes != 0 {
			t.Fatalf("a good answer has %d mistakes", r.mistakes)
		}
		change(a)
		if r.visit(a); r.mistakes == 0 {
			t.Errorf("%s: nothing was found", name)
		}
	}
}
