package app

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"langso/internal/platform/account"
	"langso/internal/platform/auth"
	"langso/internal/platform/cli"
	"langso/internal/platform/config"
	"langso/internal/platform/db"
	"langso/internal/platform/i18n"
)

// accountActs are the last parts of the addresses at which an administrator changes an account.
var accountActs = []string{"quyen", "thu-quyen", "khoa", "mo", "mat-khau", "phien", "thiet-bi", "yeu-to", "ma-truy-cap"}

// idOf is the number of an account.
func (w *house) idOf(login string) int64 {
	w.t.Helper()
	a, err := w.accounts.ByLogin(w.cli(), login)
	if err != nil {
		w.t.Fatal(err)
	}
	return a.ID
}

// appCode is the code that an authenticator app shows now (RFC 6238).
func appCode(secret string) string {
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(secret, " ", ""))
	if err != nil {
		panic(err)
	}
	h := hmac.New(sha1.New, key)
	_ = binary.Write(h, binary.BigEndian, time.Now().Unix()/30)
	sum := h.Sum(nil)
	n := binary.BigEndian.Uint32(sum[sum[19]&15:]) & 0x7fffffff
	return fmt.Sprintf("%06d", n%1000000)
}

// value is the value of a hidden field on a page.
func value(t *testing.T, a *answer, field string) string {
	t.Helper()
	m := regexp.MustCompile(`name="` + field + `" value="([^"]*)"`).FindSubmatch(a.body)
	if m == nil {
		t.Fatalf("no field %s in %v", field, a)
	}
	return string(m[1])
}

// beginApp opens the page of an authenticator app and returns the form that a right code makes complete.
func (w *house) beginApp(v *visitor) (form url.Values, secret string) {
	w.t.Helper()
	a := v.get("/lam-viec/toi/ung-dung")
	m := regexp.MustCompile(`<code>([A-Z2-7 ]{32,})</code>`).FindSubmatch(a.body)
	if m == nil {
		w.t.Fatalf("no secret in %v", a)
	}
	return url.Values{"trang-thai": {value(w.t, a, "trang-thai")}, "ma": {appCode(string(m[1]))}, "mat-khau-cu": {goodPassword}}, string(m[1])
}

// enrol sets an authenticator app up: the session of v has proven its second factor then.
func (w *house) enrol(v *visitor) {
	w.t.Helper()
	form, _ := w.beginApp(v)
	if a := v.post("/lam-viec/toi/ung-dung", form); a.status != http.StatusOK {
		w.t.Fatal(a)
	}
}

// walkLogins are the logins of the persons of the walk.
var walkLogins = map[string]string{"viewer": "nguoi-xem", "commune_officer": "can-bo-nha", "department": "so-thong-tin", "province_office": "van-phong", "administrator": "quan-tri"}

// newcomer is a person with the role, in an account of their own that a request may change.
func (x *walk) newcomer(role string) *visitor {
	x.number++
	login := fmt.Sprintf("nguoi-moi-%d", x.number)
	g := auth.Grant{Role: auth.Role(role)}
	switch g.Role {
	case auth.CommuneOfficer, auth.Viewer:
		g.Unit = int64(x.own[role].unit.ID)
	case auth.Department:
		g.Departments = []string{"thong_tin"}
	}
	x.add(login, "Người mới", g)
	return x.signedIn(100+x.number%100, login)
}

// accountStep makes a request about accounts ready: about the asker's own, or as an administrator about somebody else's.
func (x *walk) accountStep(route, role string, own bool) (step, bool) {
	method, path, _ := strings.Cut(route, " ")
	if method != "POST" {
		return step{}, false
	}
	v, person := x.visitors[role], walkLogins[role] != ""
	form, is := url.Values{}, strings.TrimPrefix(path, "/lam-viec/toi/")
	send := func() (step, bool) { return step{send: func() *answer { return v.post(path, form) }}, true }
	switch {
	case path == "/dang-nhap/khoa" || path == "/lan-dau":
		return send()
	case is == "ten":
		if own {
			form.Set("name", "Tên mới")
		}
		return send()
	case strings.HasPrefix(path, "/quan-tri/tai-khoan"):
		return x.manageStep(path, role, own), true
	case is == path:
		return step{}, false
	case !person:
		return send()
	}
	switch is {
	case "mat-khau":
		v = x.newcomer(role)
		form = url.Values{"mat-khau-cu": {goodPassword}, "password": {"mật khẩu khác hẳn"}, "password-2": {"mật khẩu khác hẳn"}}
		if !own {
			form.Set("mat-khau-cu", "không phải thế")
		}
	case "ung-dung":
		v = x.newcomer(role)
		form, _ = x.beginApp(v)
		if !own {
			form.Set("ma", "12345")
		}
	case "ung-dung/xoa", "ma-du-phong":
		v = x.newcomer(role)
		x.enrol(v)
		if !own {
			v = x.signedIn(99, fmt.Sprintf("nguoi-moi-%d", x.number))
		}
	case "khoa":
		v = x.newcomer(role)
		form = url.Values{"name": {"Máy"}, "mat-khau-cu": {goodPassword}, "trang-thai": {value(x.t, v.get("/lam-viec/toi/khoa"), "trang-thai")}, "tra-loi": {"{}"}}
	case "khoa/xoa":
		v = x.newcomer(role)
		form.Set("so", "1")
	case "phien":
		other := x.signedIn(98, walkLogins[role])
		if !own {
			other = x.neighbour
		}
		sum := sha256.Sum256([]byte(other.cookies["ls_session"]))
		form.Set("phien", hex.EncodeToString(sum[:]))
	case "thiet-bi":
		other := v
		if !own {
			other = x.neighbour
		}
		form.Set("thiet-bi", value(x.t, other.get("/lam-viec/toi"), "thiet-bi"))
	case "ma-truy-cap":
		form = url.Values{"ten-ma": {"Phần mềm"}, "pham-vi": {"read"}, "so-ngay": {"1"}}
		if !own {
			form.Set("so-ngay", "91")
		}
	case "ma-truy-cap/thu-hoi":
		login := walkLogins[role]
		if !own {
			login = "can-bo-xa-khac"
		}
		form.Set("so", fmt.Sprint(x.tokenID(login)))
	default:
		return step{}, false
	}
	return send()
}

func (x *walk) tokenID(login string) int64 {
	_, t, err := x.accounts.MakeToken(x.cli(), login, "kiểm thử", account.ReadScope, 1)
	if err != nil {
		x.t.Fatal(err)
	}
	return t.ID
}

// manageStep is a change of an account by an administrator, with and without a second factor, or by somebody else.
func (x *walk) manageStep(path, role string, own bool) step {
	v := x.visitors[role]
	if role == "administrator" && !own {
		v = x.unproven
	}
	x.number++
	form := url.Values{"vai-tro": {"viewer"}, "don-vi": {"24943"}}
	if path == "/quan-tri/tai-khoan" {
		form.Set("login", fmt.Sprintf("them-%d", x.number))
		form.Set("name", "Người thêm")
		return step{send: func() *answer { return v.post(path, form) }}
	}
	id := x.person
	act := path[strings.LastIndexByte(path, '/')+1:]
	if role == "administrator" && own && act != "phien" {
		login := fmt.Sprintf("bi-doi-%d", x.number)
		x.add(login, "Người bị đổi", auth.Grant{Role: auth.Viewer})
		id = x.idOf(login)
		if act == "thu-quyen" {
			form.Set("don-vi", "0")
		}
		if act == "ma-truy-cap" {
			form.Set("ma", fmt.Sprint(x.tokenID(login)))
		}
	}
	return step{send: func() *answer { return v.post(strings.Replace(path, "{so}", fmt.Sprint(id), 1), form) }}
}

// An administrator who proved a second factor changes accounts; what was typed before the proof is kept and done after it.
func TestSecondFactorKeepsTheForm(t *testing.T) {
	onBoth(t, production, func(t *testing.T, w *house) {
		w.add("quan-tri", "Quản trị", auth.Grant{Role: auth.Administrator})
		v := w.signedIn(1, "quan-tri")
		form := url.Values{"login": {"lan"}, "name": {"Lê Thị Lan"}, "vai-tro": {"commune_officer"}, "don-vi": {"Ka Đô"}}
		if a := v.get("/quan-tri/tai-khoan/moi"); a.status != http.StatusOK || !strings.Contains(string(a.body), "/lam-viec/toi/ung-dung") || strings.Contains(string(a.body), `name="login"`) {
			t.Errorf("without a second factor the page does not lead to one: %v", a)
		}
		if a := v.post("/quan-tri/tai-khoan", form); a.status != http.StatusForbidden {
			t.Fatalf("without a second factor: %v", a)
		} else if text := string(a.body); strings.Contains(text, "vẫn được giữ") || !strings.Contains(text, "Chưa có gì thay đổi") {
			t.Errorf("the page without a factor keeps nothing and must not say so: %s", text)
		}
		enrolment, secret := w.beginApp(v)
		if a := v.post("/lam-viec/toi/ung-dung", enrolment); a.status != http.StatusOK {
			t.Fatal(a)
		}
		v = w.signedIn(2, "quan-tri") // a session that has proven nothing
		ask := v.post("/quan-tri/tai-khoan", form)
		if ask.status != http.StatusForbidden || !strings.Contains(string(ask.body), `name="ma-xac-nhan"`) {
			t.Fatalf("the factor is not asked for: %v", ask)
		}
		again := url.Values{}
		for name := range form {
			again.Set(name, value(t, ask, name))
		}
		if again.Encode() != form.Encode() {
			t.Errorf("the page that asks keeps %v of %v", again, form)
		}
		if _, err := w.accounts.ByLogin(w.cli(), "lan"); err == nil {
			t.Fatal("the account was made before the proof")
		}
		again.Set("ma-xac-nhan", appCode(secret))
		// The code of this step was used to set the app up: it counts once.
		if a := v.post("/quan-tri/tai-khoan", again); a.status != http.StatusForbidden || !strings.Contains(string(a.body), `value="Lê Thị Lan"`) {
			t.Errorf("a used code: %v", a)
		}
		fresh := func() string { // the next step is near enough
			key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(secret, " ", ""))
			if err != nil {
				t.Fatal(err)
			}
			h := hmac.New(sha1.New, key)
			_ = binary.Write(h, binary.BigEndian, time.Now().Unix()/30+1)
			sum := h.Sum(nil)
			return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff%1000000)
		}
		again.Set("ma-xac-nhan", fresh())
		a := v.post("/quan-tri/tai-khoan", again)
		m := regexp.MustCompile(`<code id="bi-mat">([^<]+)</code>`).FindSubmatch(a.body)
		if a.status != http.StatusOK || m == nil || a.header.Get("Cache-Control") != "no-store" {
			t.Fatalf("with the proof: %v", a)
		}
		made, err := w.accounts.ByLogin(w.cli(), "lan")
		if err != nil || len(made.Grants) != 1 || made.Grants[0].Unit != int64(w.unit("24943").ID) || made.Name != "Lê Thị Lan" {
			t.Errorf("made %+v, %v", made, err)
		}
		// The password opens the account and leads to where it is changed.
		lan := w.visitor(3)
		if a := lan.signIn("lan", string(m[1])); a.location() != "/lam-viec/toi" {
			t.Errorf("first sign-in: %v", a)
		}
		// An ambiguous unit is asked about, and nothing typed is lost.
		form = url.Values{"login": {"cuc"}, "name": {"Trần Thị Cúc"}, "vai-tro": {"commune_officer"}, "don-vi": {"Đơn"}}
		a = v.post("/quan-tri/tai-khoan", form)
		if a.status != http.StatusUnprocessableEntity || !strings.Contains(string(a.body), `name="don-vi-chon"`) || !strings.Contains(string(a.body), `value="Trần Thị Cúc"`) {
			t.Errorf("an ambiguous unit: %v", a)
		}
		logged, _ := w.log.since(0)
		if strings.Contains(logged, string(m[1])) || strings.Contains(logged, secret) {
			t.Error("the log holds a secret")
		}
	})
}

// Behind a proxy that speaks HTTPS browsers are told to come back by HTTPS only; elsewhere they are not.
func TestStrictTransport(t *testing.T) {
	w := newHouse(t, db.SQLite, production)
	if got := w.visitor(1).get("/").header.Get("Strict-Transport-Security"); got != "" {
		t.Errorf("without TLS: %q", got)
	}
	if got := w.behindTLS().visitor(1).get("/").header.Get("Strict-Transport-Security"); got != "max-age=31536000" {
		t.Errorf("behind TLS: %q", got)
	}
}

// A message between pages is ours alone: one that somebody else wrote into the cookie is not shown.
func TestMessagesAreSigned(t *testing.T) {
	w := newHouse(t, db.SQLite, production)
	w.add("lan", "Lê Thị Lan", auth.Grant{Role: auth.Viewer})
	v := w.signedIn(1, "lan")
	if a := v.post("/lam-viec/toi/ten", url.Values{"name": {"Lê Lan"}}); a.status != http.StatusSeeOther || v.cookies["ls_flash"] == "" {
		t.Fatal(a)
	}
	if a := v.get("/lam-viec/toi"); !strings.Contains(string(a.body), `id="ls-flash"`) {
		t.Errorf("our own message is not shown: %v", a)
	}
	const bad = "ok.R-G7jWkgMTkwMCB4eHh4" // "Gọi 1900 xxxx"
	for _, forged := range []string{bad, bad + ".", bad + "." + strings.Repeat("A", 43)} {
		v.cookies["ls_flash"] = forged
		if a := v.get("/lam-viec/toi"); strings.Contains(string(a.body), "1900") {
			t.Errorf("the message %q is shown", forged)
		}
	}
}

// The first run: the server listens on this machine only until the code from its console was used, whatever it was told to
// listen on; then the page is gone for ever and the address is opened.
func TestFirstRun(t *testing.T) {
	dir := t.TempDir()
	r, said := io.Pipe()
	done := make(chan int, 1)
	// A port that is free now: the first address and the second must have the same.
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	go func() {
		code := Main([]string{"serve", "--data", dir, "--listen", "0.0.0.0:" + port}, strings.NewReader(""), io.Discard, said)
		said.Close()
		done <- code
	}()
	lines := bufio.NewScanner(r)
	// heard returns what the console says until the server listens.
	heard := func() (before, address string) {
		t.Helper()
		for lines.Scan() {
			if address, listens := strings.CutPrefix(lines.Text(), "listening on "); listens {
				return before, address
			}
			before += lines.Text() + "\n"
		}
		t.Fatalf("the server never listened: %s", before)
		return "", ""
	}
	before, address := heard()
	code := regexp.MustCompile(`([a-z2-9]{5}-){3}[a-z2-9]{5}`).FindString(before)
	if address != "http://127.0.0.1:"+port || code == "" || !strings.Contains(before, address+"/lan-dau") || !strings.Contains(before, "0.0.0.0:"+port) {
		t.Fatalf("before the first account the server listens on %s and says %q", address, before)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	post := func(code string) *http.Response {
		t.Helper()
		resp, err := client.PostForm("http://127.0.0.1:"+port+"/lan-dau", url.Values{"ma": {code}, "login": {"quan-tri"}, "name": {"Quản trị"}, "password": {goodPassword}, "password-2": {goodPassword}})
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp
	}
	if resp := post("aaaaa-aaaaa-aaaaa-aaaaa"); resp.StatusCode != http.StatusForbidden {
		t.Errorf("a wrong code: %d", resp.StatusCode)
	}
	if resp := post(code); resp.StatusCode != http.StatusSeeOther {
		t.Errorf("the code %q: %d", code, resp.StatusCode)
	}
	if _, got := heard(); !strings.HasSuffix(got, ":"+port) || strings.Contains(got, "127.0.0.1") {
		t.Errorf("after the first account: %s", got)
	}
	if resp := post(code); resp.StatusCode != http.StatusNotFound {
		t.Errorf("the page after its use: %d", resp.StatusCode)
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil { // serve listens for it
		t.Fatal(err)
	}
	for lines.Scan() {
		if strings.Contains(lines.Text(), code) {
			t.Error("the code is said again")
		}
	}
	if got := <-done; got != cli.OK {
		t.Errorf("exit %d", got)
	}
}

// The command line closes the first run as well, and the page is for this machine only.
func TestFirstRunIsForThisMachine(t *testing.T) {
	w := newHouse(t, db.SQLite, production)
	code, err := w.accounts.BeginFirstRun(w.cli())
	if err != nil || code == "" {
		t.Fatal(code, err)
	}
	here := func() *visitor {
		v := w.visitor(1)
		v.remote, v.host = "127.0.0.1:40000", "localhost:8080"
		return v
	}
	if a := here().get("/lan-dau"); a.status != http.StatusOK {
		t.Fatal(a)
	}
	for name, v := range map[string]*visitor{
		"another machine":         change(here(), func(v *visitor) { v.remote = "203.0.113.9:4000" }),
		"a proxy between":         change(here(), func(v *visitor) { v.header["X-Forwarded-For"] = "203.0.113.9" }),
		"a name that points here": change(here(), func(v *visitor) { v.host = "localhost.evil.example:8080" }),
	} {
		form := url.Values{"ma": {code}, "login": {"ke-la"}, "name": {"Kẻ lạ"}, "password": {goodPassword}, "password-2": {goodPassword}}
		if a, b := v.get("/lan-dau"), v.post("/lan-dau", form); a.status != http.StatusNotFound || b.status != http.StatusNotFound {
			t.Errorf("%s: %d, %d", name, a.status, b.status)
		}
	}
	w.add("quan-tri", "Quản trị", auth.Grant{Role: auth.Administrator})
	if a := here().get("/lan-dau"); a.status != http.StatusNotFound {
		t.Errorf("after langso user add: %v", a)
	}
	demoHouse, err := open(context.Background(), config.Config{Data: t.TempDir()}, slog.New(slog.DiscardHandler), demo)
	if err != nil {
		t.Fatal(err)
	}
	defer demoHouse.kit.DB.Close()
	if open, err := account.New(demoHouse.kit, nil).FirstRunOpen(i18n.With(context.Background(), demoHouse.texts, i18n.Vi)); open || err != nil {
		t.Errorf("a demo offers the first run: %v", err)
	}
}
