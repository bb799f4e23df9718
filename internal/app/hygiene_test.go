package app

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/testkit/province"
)

// snapshot asks for the addresses of the canary crawl, without following links, and returns what stands there: status,
// headers and body.
func (x *aviary) snapshot(v *visitor) map[string]string {
	out := map[string]string{}
	c := newCrawl(x.house, v, func(a *answer) { out[a.target] = fingerprint(a) })
	c.follows = false
	x.seeds(c)
	c.run()
	return out
}

// printed is the minute that a paper copy would bear.
var printed = regexp.MustCompile(`(<p class="ls-foot__print">)[^<]*`)

// madeAt is the minute at which a file says that it was made.
var madeAt = regexp.MustCompile(`(?:Lập lúc|Made at) [0-9][^<"\n]*`)

// noteID is the random number that a box of a visit sheet carries.
var noteID = regexp.MustCompile(`value="s-[A-Z2-7]{26}"`)

// fingerprint is everything of an answer but the number of the request, those of note boxes, and the minute at which it or a
// file was made.
func fingerprint(a *answer) string {
	h := a.header.Clone()
	id := h.Get("X-Request-Id")
	h.Del("X-Request-Id")
	var b strings.Builder
	b.WriteString(http.StatusText(a.status) + "\n")
	_ = h.Write(&b) // a Builder takes every write
	body := noteID.ReplaceAll(printed.ReplaceAll(a.body, []byte("$1")), nil)
	b.Write(madeAt.ReplaceAll(body, []byte("MADE")))
	if id == "" {
		return b.String()
	}
	return strings.ReplaceAll(b.String(), id, "ID")
}

// Lists, counts, filters, orders, entity tags and dates run on what the asker may see: drafts and uploads of home change no
// byte of any answer to those who do not see them, and change many for those who do.
func TestDraftsChangeNothingOutside(t *testing.T) {
	onBoth(t, production, func(t *testing.T, w *house) {
		x := newAviary(w)
		owner, office := x.visitors[byOwner], x.visitors[byOffice]
		// Verified values of both, home before away: an order by date that saw drafts would turn them round.
		for _, u := range []struct{ code, value string }{{x.home.Code, "12,5"}, {x.away.Code, "95,5"}} {
			x.write(office, w.unit(u.code), walkPeriod, "1.1", map[string]string{"value": u.value, "reason": "số kiểm tra"})
		}
		who := []string{byGuest, byNeighbour, byNearby, byOwner, byOffice}
		if w.app.kit.DB.Engine() == db.Postgres {
			who = []string{byGuest, byNeighbour, byOwner}
		}
		before := map[string]map[string]string{}
		for _, name := range who {
			before[name] = x.snapshot(x.visitors[name])
		}
		x.write(owner, x.home, walkPeriod, "1.1", map[string]string{"value": "97,5", "reason": "đếm lại"})
		x.write(owner, x.home, walkPeriod, "2.2", map[string]string{"value": "1,5", "reason": "đếm lại"})
		x.write(owner, x.home, walkPeriod, "2", map[string]string{"verdict": "dat", "reason": "khai lại"})
		x.write(owner, x.home, darkPeriod, "1.1", map[string]string{"value": "97,5", "reason": "kỳ chưa có số liệu"})
		if a := owner.upload(province.Set, walkPeriod, "nua.xlsx", matrix(t, "Nữa", []string{"Mã xã", "Tên xã", "1.1"}, []string{x.home.Code, x.home.Name, "98"})); a.status != http.StatusSeeOther {
			t.Fatal(a)
		}
		for _, name := range who {
			sees := slices.Contains([]string{byOwner, byOffice}, name)
			var changed []string
			after := x.snapshot(x.visitors[name])
			if len(after) < 150 || len(after) != len(before[name]) {
				t.Errorf("%s: %d addresses, %d before", name, len(after), len(before[name]))
			}
			for target, was := range before[name] {
				if after[target] != was {
					changed = append(changed, target)
				}
			}
			slices.Sort(changed)
			switch {
			case sees && len(changed) < 10:
				t.Errorf("%s: only %v changed: the addresses prove little", name, changed)
			case !sees && len(changed) > 0:
				t.Errorf("%s sees that something happened, at %d addresses: %q\nbefore\n%s\nafter\n%s", name, len(changed), changed, before[name][changed[0]], after[changed[0]])
			}
		}
	})
}

// What one may not know of answers exactly as what is not there.
func TestForeignAnswersLikeMissing(t *testing.T) {
	onBoth(t, production, func(t *testing.T, w *house) {
		x := newAviary(w)
		pending := x.batches[0] // of the officer of home
		const missing = "17"
		if len(pending) < 10 {
			t.Fatalf("upload %q", pending)
		}
		send := map[string]func(v *visitor, path string) *answer{
			"page":    func(v *visitor, p string) *answer { return v.get(p) },
			"English": func(v *visitor, p string) *answer { return v.get("/en" + p) },
			"file":    func(v *visitor, p string) *answer { return v.get(p + "/tu-choi") },
			"write":   func(v *visitor, p string) *answer { return v.post(p+"/ghi", url.Values{"mot-phan": {"1"}}) },
			"drop":    func(v *visitor, p string) *answer { return v.post(p+"/bo", url.Values{}) },
			"no form": func(v *visitor, p string) *answer {
				return v.do("POST", p+"/ghi", "text/plain", strings.NewReader("x"))
			},
			"programs": func(v *visitor, p string) *answer { return v.asProgram().get(p) },
			"drop by program": func(v *visitor, p string) *answer {
				return v.asProgram().post(p+"/bo", url.Values{})
			},
		}
		w.add("nguoi-xem", "Người xem", auth.Grant{Role: auth.Viewer, Unit: int64(x.home.ID)})
		viewer := w.signedIn(40, "nguoi-xem")
		compared := 0
		for name, v := range map[string]*visitor{byGuest: x.visitors[byGuest], byNeighbour: x.visitors[byNeighbour], byNearby: x.visitors[byNearby], byDepartment: x.visitors[byDepartment], "viewer of home": viewer} {
			v.get("/") // takes the message of an earlier request away
			for what, ask := range send {
				foreign, none := ask(v, "/lam-viec/nhap-lieu/"+pending), ask(v, "/lam-viec/nhap-lieu/"+missing)
				if foreign.status < 300 || foreign.status == http.StatusConflict {
					t.Errorf("%s, %s: %v", name, what, foreign)
				}
				if a, b := strings.ReplaceAll(fingerprint(foreign), pending, missing), fingerprint(none); a != b {
					t.Errorf("%s, %s: a foreign upload answers\n%s\na missing one\n%s", name, what, a, b)
				}
				compared++
			}
		}
		if compared != 5*len(send) {
			t.Errorf("%d answers compared", compared)
		}
		if a := x.visitors[byOwner].get("/lam-viec/nhap-lieu/" + pending); a.status != http.StatusOK {
			t.Errorf("the owner's own upload: %v", a)
		}

		// A draft that nobody outside may know of answers as no value at all, its entity tag included.
		for _, name := range []string{byGuest, byNeighbour, byNearby} {
			v := x.visitors[name]
			at := func(period, item string) string {
				a := v.get("/api/v1/units/" + x.home.Code + "/results/" + province.Set + "/" + period + "/" + item)
				return strings.ReplaceAll(fingerprint(a), item, "ITEM")
			}
			if draft, none := at(darkPeriod, "1.2"), at(emptyPeriod, "1.2"); draft != none || !strings.Contains(none, "Etag: \"0\"") {
				t.Errorf("%s: a draft answers\n%s\nno value\n%s", name, draft, none)
			}
			// A period in which nobody has verified anything is an empty period.
			board := func(period string) string {
				a := v.get("/api/v1/indicators/" + province.Set + "/1.2/summary?period=" + period)
				return strings.NewReplacer(period, "KY", "2026-03-31", "NGAY", "2026-06-30", "NGAY").Replace(fingerprint(a))
			}
			if dark, empty := board(darkPeriod), board(emptyPeriod); dark != empty {
				t.Errorf("%s: a period with drafts answers\n%s\nan empty one\n%s", name, dark, empty)
			}
		}
		// And those inside see the difference.
		v := x.visitors[byOwner]
		if a := v.get("/api/v1/units/" + x.home.Code + "/results/" + province.Set + "/" + darkPeriod + "/1.2"); a.header.Get("ETag") == `"0"` {
			t.Errorf("the owner does not see the draft: %v", a)
		}
	})
}

// asProgram is the same visitor asking for JSON.
func (v *visitor) asProgram() *visitor {
	c := *v
	c.header = map[string]string{"Accept": "application/json"}
	return &c
}

// No cache between may keep an answer: only the files of the pages, whose names change with their content.
func TestAnswersAreNotKept(t *testing.T) {
	w := newHouse(t, db.SQLite, production)
	x := newAviary(w)
	seen := map[string]int{}
	_, rest, _ := strings.Cut(string(x.visitors[byGuest].get("/").body), `src="`)
	script, _, _ := strings.Cut(rest, `"`)
	for _, name := range []string{byGuest, byOwner, byOffice} {
		c := newCrawl(w, x.visitors[name], func(a *answer) {
			kept := a.header.Get("Cache-Control")
			seen[kept]++
			if a.target != script && !strings.HasPrefix(kept, "private") && kept != "no-store" || a.target == script && kept != "public, max-age=31536000, immutable" {
				t.Errorf("%s %s (%d): Cache-Control %q", name, a.target, a.status, kept)
			}
		})
		c.follows = false
		x.seeds(c)
		c.add(script)
		c.add("/en/api/v1/units")
		c.run()
	}
	if len(seen) < 3 {
		t.Errorf("Cache-Control seen: %v", seen)
	}
}
