package criteria

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/platform/db/dbtest"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/web"
)

const basic = "xa-ntm-2021-2025"

// changed is a shipped file with one text replaced.
func changed(t *testing.T, code, old, new string) []byte {
	t.Helper()
	b := body(t, code+".yaml")
	out := bytes.Replace(b, []byte(old), []byte(new), 1)
	if bytes.Equal(b, out) {
		t.Fatalf("%q does not stand in %s", old, code)
	}
	return out
}

// stored counts everything that a command of this module writes besides uploads.
func stored(t *testing.T, d *db.DB) string {
	t.Helper()
	n := [4]int{}
	for k, table := range []string{"criteria_set_version", "criteria_override", "criteria_verification", "audit"} {
		if err := d.Read(context.Background()).QueryRowContext(context.Background(), "SELECT COUNT(*) FROM "+table).Scan(&n[k]); err != nil {
			t.Fatal(err)
		}
	}
	return fmt.Sprint(n)
}

func versionText(s *Set) string { return strconv.FormatInt(s.Version, 10) }

// The differences that a clerk would name between two versions, in order.
func TestDiff(t *testing.T) {
	old, err := Parse("nhom.yaml", []byte(grouped))
	if err != nil {
		t.Fatal(err)
	}
	if got := Diff(old, old); len(got) != 0 {
		t.Errorf("a set differs from itself: %+v", got)
	}
	const third = `          - id: "1.3"
            text: {vi: "Thêm", en: "More"}
            value: {kind: boolean, compare: "=="}
            threshold: "Đạt"
            lead: y_te
            supplier: commune
            verified: false
            confidence: low
`
	text := strings.NewReplacer("indicators: 2", "indicators: 3", "nhom1: 90, nhom2: null", "nhom1: 92, nhom2: 80.5", `vi: "Số", en: "Number"`, `vi: "Số hộ", en: "Number"`, "2027: 12.5", "2028: 12.5",
		`vi: "Bộ thử"`, `vi: "Bộ thử 2"`, `"1/QĐ-TTg"`, `"1/QĐ-TTg", "2/QĐ-TTg"`).Replace(grouped) + third
	now, err := Parse("nhom.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range Diff(old, now) {
		got = append(got, fmt.Sprintf("%s %s %s %s %d %s: %s > %s", c.Kind, c.Subject, c.ID, c.Field, c.Year, c.Key, c.Old, c.New))
	}
	want := []string{
		"changed set  title 0 : Bộ thử / Trial set > Bộ thử 2 / Trial set",
		"changed set  legal_basis 0 : 1/QĐ-TTg > 1/QĐ-TTg; 2/QĐ-TTg",
		"changed set  official 0 : 1, 2 > 1, 3",
		"changed indicator 1.1 threshold 0 nhom1: 90 > 92",
		"changed indicator 1.1 threshold 0 nhom2:  > 80.5",
		"changed indicator 1.2 text 0 : Số / Number > Số hộ / Number",
		"changed indicator 1.2 threshold 2027 : 12.5 > ",
		"changed indicator 1.2 threshold 2028 :  > 12.5",
		"added indicator 1.3  0 :  > Thêm",
	}
	if !slices.Equal(got[:min(len(got), 3)], want[:3]) {
		t.Errorf("of the set: %q", got)
	}
	got = slices.DeleteFunc(got, func(s string) bool { return strings.HasPrefix(s, "changed set  groups") })
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if back := Diff(now, old); back[len(back)-1].Kind != Removed || back[len(back)-1].ID != "1.3" {
		t.Errorf("the way back ends with %+v", back[len(back)-1])
	}
}

// Every field of the shipped sets that a file can change is seen by Diff.
func TestDiffSeesEveryField(t *testing.T) {
	for _, c := range []struct{ code, old, new string }{
		{basic, `title_verified: true`, `title_verified: false`}, {basic, `special_key: tdmnpb`, `special_key: tn`}, {basic, `confidence: high`, `confidence: low`}, {basic, `evidence: [decision]`, `evidence: [plan]`},
		{basic, `sources: [K]`, `sources: [S1]`}, {basic, `supplier: commune`, `supplier: department`}, {basic, `lead: xay_dung`, `lead: y_te`}, {basic, "            verified: false", "            verified: true"},
		{basic, "\nsupplier_verified: false", "\nsupplier_verified: true"}, {basic, `provincial: true`, `provincial: false`}, {basic, `official:`, "effective_from: 2021-02-03\nofficial:"}, {basic, `ref: "hethongphapluat.com`, `ref: "phapluat.com`},
		{"xa-ntm-nang-cao-2021-2025", `"Yếu", "Trung bình"`, `"Kém", "Trung bình"`}, {"xa-ntm-2026-2030", "own_choice: true", "own_choice: false"}, {"xa-ntm-2026-2030", "sources: [S3, S5]", "sources: [S3]"},
	} {
		old, err := Parse(c.code, body(t, c.code+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		now, err := Parse(c.code, changed(t, c.code, c.old, c.new))
		if err != nil {
			t.Fatalf("%s: %v", c.new, err)
		}
		if len(Diff(old, now)) == 0 {
			t.Errorf("%s: %q for %q is not seen", c.code, c.new, c.old)
		}
	}
}

// A file is checked, shown, and written only when what was shown still holds.
func TestUploadIsConfirmed(t *testing.T) {
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		before, old := stored(t, d), current(t, s, basic)
		one, err := s.Upload(office(), UploadSet, basic, "moi.yaml", changed(t, basic, "threshold: 80\n", "threshold: 85\n"))
		if err != nil || one.ID == 0 || one.Same {
			t.Fatalf("%+v, %v", one, err)
		}
		two, err := s.Upload(office(), UploadSet, "", "khac.yaml", changed(t, basic, "threshold: 80\n", "threshold: 86\n"))
		if err != nil {
			t.Fatal(err)
		}
		if current(t, s, basic).Version != old.Version || strings.Fields(stored(t, d))[0] != strings.Fields(before)[0] {
			t.Fatal("an upload is in force before anybody confirmed it")
		}
		p, err := s.Pending(office(), basic, one.ID)
		if err != nil || len(p.Changes) != 1 || p.Changes[0].ID != "3.1" || p.Changes[0].Old != "80" || p.Changes[0].New != "85" {
			t.Fatalf("%+v, %v", p, err)
		}
		q, err := s.Pending(office(), basic, two.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Confirm(office(), basic, one.ID, ""); !fault.Is(err, fault.Unconditional) {
			t.Errorf("without If-Match: %v", err)
		}
		if _, err := s.Confirm(context.Background(), basic, one.ID, p.IfMatch); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("guest: %v", err)
		}
		if _, err := s.Confirm(office(), "xa-ntm-2026-2030", one.ID, p.IfMatch); !fault.Is(err, fault.NotFound) {
			t.Errorf("under another set: %v", err)
		}
		done, err := s.Confirm(office(), basic, one.ID, p.IfMatch)
		if err != nil || !done.Written || levelText(current(t, s, basic).Indicator("3.1").Threshold.All) != "85" {
			t.Fatalf("%+v, %v", done, err)
		}
		if _, err := s.Confirm(office(), basic, one.ID, p.IfMatch); !fault.Is(err, fault.Conflict) {
			t.Errorf("twice: %v", err)
		}
		// The other file was shown against a version that is gone.
		counted := stored(t, d)
		if _, err := s.Confirm(office(), basic, two.ID, q.IfMatch); !fault.Is(err, fault.Stale) || stored(t, d) != counted || levelText(current(t, s, basic).Indicator("3.1").Threshold.All) != "85" {
			t.Errorf("stale: %v", err)
		}
		if q, err = s.Pending(office(), basic, two.ID); err != nil || q.Changes[0].Old != "85" || q.Changes[0].New != "86" {
			t.Errorf("shown again: %+v, %v", q, err)
		}
		if err := s.Discard(office(), basic, two.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Confirm(office(), basic, two.ID, q.IfMatch); !fault.Is(err, fault.Conflict) {
			t.Errorf("a dropped file: %v", err)
		}
		again, err := s.Upload(office(), UploadSet, basic, "moi.yaml", changed(t, basic, "threshold: 80\n", "threshold: 85\n"))
		if err != nil || !again.Same || again.ID != 0 {
			t.Errorf("the same file again: %+v, %v", again, err)
		}
		if _, err := s.Upload(office(), UploadSet, "xa-ntm-2026-2030", "moi.yaml", changed(t, basic, "threshold: 80\n", "threshold: 87\n")); !fault.Is(err, fault.Conflict) {
			t.Errorf("a file of another set: %v", err)
		}
		history, err := s.History(office(), basic)
		if err != nil || len(history) != 2 || !history[0].Current || history[0].File != "moi.yaml" || history[0].Actor != auth.CLI().Login || !history[1].Shipped || history[1].Actor != "" {
			t.Errorf("history %+v, %v", history, err)
		}
		if bad, err := s.check(context.Background()); err != nil || len(bad) > 0 {
			t.Errorf("check: %v, %v", bad, err)
		}
	})
}

// A workbook goes into the version that it was made from and into no other, nor into another set.
func TestTemplateOfAnotherVersion(t *testing.T) {
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		const code = "xa-ntm-2026-2030"
		f := template(t, current(t, s, code))
		unchanged := saved(t, f)
		if done, err := s.LoadSet(office(), "mau.xlsx", unchanged, false); err != nil || done.Written || !done.Same {
			t.Errorf("an unchanged template: %+v, %v", done, err)
		}
		fill(t, f)
		filled := saved(t, f)
		put(t, f, sheetHead, "B5", "Tên khác")
		late := saved(t, f)
		waiting, err := s.Upload(office(), UploadSet, code, "cham.xlsx", late)
		if err != nil {
			t.Fatal(err)
		}
		done, err := s.LoadSet(office(), "mau.xlsx", filled, false)
		if err != nil || !done.Written || len(current(t, s, code).Indicators()) != 47 {
			t.Fatalf("%+v, %v", done, err)
		}
		if added := slices.IndexFunc(done.Changes, func(c Change) bool { return c.Kind == Added && c.ID == "8.9" }); added < 0 {
			t.Errorf("the changes do not name 8.9: %+v", done.Changes)
		}
		if again, err := s.LoadSet(office(), "mau.xlsx", filled, false); err != nil || !again.Same {
			t.Errorf("the same workbook again: %+v, %v", again, err)
		}
		before := stored(t, d)
		if _, err := s.LoadSet(office(), "cu.xlsx", late, false); !fault.Is(err, fault.Stale) || stored(t, d) != before {
			t.Errorf("of an older version: %v", err)
		}
		p, err := s.Pending(office(), code, waiting.ID)
		if err != nil || !p.Outdated {
			t.Errorf("waiting meanwhile: %+v, %v", p, err)
		}
		if _, err := s.Confirm(office(), code, waiting.ID, p.IfMatch); !fault.Is(err, fault.Stale) || stored(t, d) != before {
			t.Errorf("confirmed all the same: %v", err)
		}
		other := template(t, current(t, s, basic))
		put(t, other, sheetHead, "B4", code)
		if _, err := s.LoadSet(office(), "khac.xlsx", saved(t, other), false); !fault.Is(err, fault.Conflict) {
			t.Errorf("of another set: %v", err)
		}
		put(t, other, sheetHead, "B4", "xa-moi")
		if _, err := s.LoadSet(office(), "khac.xlsx", saved(t, other), false); !fault.Is(err, fault.Conflict) {
			t.Errorf("for a new set, with the digest of another: %v", err)
		}
		put(t, other, sheetHead, "B3", nil)
		if done, err := s.LoadSet(office(), "moi.xlsx", saved(t, other), false); err != nil || !done.Written || done.Set != "xa-moi" {
			t.Errorf("for a new set: %+v, %v", done, err)
		}
		if bad, err := s.check(context.Background()); err != nil || len(bad) > 0 {
			t.Errorf("check: %v, %v", bad, err)
		}
	})
}

// A version under which recorded values could not be judged is refused with the count of each, and leaves nothing behind.
func TestOrphansAreRefused(t *testing.T) {
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		values := map[string]int{"1.2": 103, "3.1": 7}
		s.OnReplace(func(_ context.Context, _ *db.Tx, old, new *Set) error {
			var lost Orphans
			for _, l := range Losses(old, new) {
				if n := values[l.ID]; n > 0 {
					lost = append(lost, Orphan{l, n})
				}
			}
			if len(lost) == 0 {
				return nil
			}
			return lost
		})
		from := strings.Index(string(body(t, basic+".yaml")), `          - id: "1.2"`)
		to := strings.Index(string(body(t, basic+".yaml")), `  - id: "II"`)
		gone := strings.Replace(string(body(t, basic+".yaml"))[:from]+string(body(t, basic+".yaml"))[to:], "indicators: 57", "indicators: 56", 1)
		gone = strings.Replace(gone, "value: {kind: percent, unit: \"%\", compare: \">=\"}\n            threshold: 80\n", "value: {kind: boolean, compare: \"==\"}\n            threshold: \"Đạt\"\n", 1)
		before := stored(t, d)
		for name, load := range map[string]func() error{
			"load":   func() error { _, err := s.LoadSet(office(), "thieu.yaml", []byte(gone), false); return err },
			"upload": func() error { _, err := s.Upload(office(), UploadSet, basic, "thieu.yaml", []byte(gone)); return err },
		} {
			err := load()
			var lost Orphans
			if !errors.As(err, &lost) || !fault.Is(err, fault.Conflict) || len(lost) != 2 || lost[0] != (Orphan{Loss{"1.2", false, LostRemoved}, 103}) || lost[1] != (Orphan{Loss{"3.1", false, LostKind}, 7}) {
				t.Errorf("%s: %v", name, err)
			}
			if stored(t, d) != before {
				t.Errorf("%s: something was written", name)
			}
		}
		code, page := visit(t, s, office(), form(t, adminPath, map[string]string{fieldSet: basic}, "thieu.yaml", []byte(gone)))
		if code != http.StatusConflict || !strings.Contains(page, "Chỉ tiêu 1.2") || !strings.Contains(page, "103") {
			t.Errorf("page: %d", code)
		}
		delete(values, "1.2")
		delete(values, "3.1")
		if done, err := s.LoadSet(office(), "thieu.yaml", []byte(gone), false); err != nil || !done.Written {
			t.Errorf("without values: %+v, %v", done, err)
		}
	})
}

// A verification marks an indicator as long as the indicator says what was read.
func TestVerification(t *testing.T) {
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		s, other := open(t, d), open(t, d)
		set := current(t, s, basic)
		read := func(node *Service) *Indicator {
			t.Helper()
			now, err := node.Effective(context.Background(), current(t, node, basic), "")
			if err != nil {
				t.Fatal(err)
			}
			return now.Indicator("3.1")
		}
		if read(s).Verified {
			t.Fatal("3.1 is verified already")
		}
		for name, c := range map[string]struct {
			ids             []string
			source, version string
			code            fault.Code
		}{
			"no indicator": {nil, "Phụ lục I", versionText(set), fault.Invalid}, "no source": {[]string{"3.1"}, " ", versionText(set), fault.Invalid}, "no version": {[]string{"3.1"}, "Phụ lục I", "", fault.Unconditional},
			"old version": {[]string{"3.1"}, "Phụ lục I", "99", fault.Stale}, "unknown": {[]string{"3.1", "77.7"}, "Phụ lục I", versionText(set), fault.NotFound},
		} {
			if err := s.Verify(office(), basic, c.ids, c.source, c.version); !fault.Is(err, c.code) || read(s).Verified {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := s.Verify(office(), basic, []string{"3.1"}, "QĐ 318/QĐ-TTg, Phụ lục I, trang 3", versionText(set)); err != nil {
			t.Fatal(err)
		}
		for _, node := range []*Service{s, other} {
			if i := read(node); !i.Verified || i.Mark == nil || i.Mark.Source != "QĐ 318/QĐ-TTg, Phụ lục I, trang 3" || i.Mark.By != auth.CLI().Login || i.Mark.AtMS == 0 {
				t.Fatalf("3.1: %+v", i)
			}
		}
		if now := current(t, s, basic); now.Version != set.Version || now.SHA256 != set.SHA256 || now.Indicator("3.1").Verified {
			t.Error("the stored file changed")
		}
		// Another indicator changes: the mark stays. This one changes: it goes.
		if _, err := s.LoadSet(office(), "a.yaml", changed(t, basic, "provincial: true", "provincial: false"), false); err != nil || !read(s).Verified {
			t.Errorf("after a change elsewhere: %v, %v", read(s).Verified, err)
		}
		if _, err := s.LoadSet(office(), "b.yaml", changed(t, basic, "threshold: 80\n", "threshold: 85\n"), false); err != nil || read(s).Verified {
			t.Errorf("after a change of the level: %v, %v", read(s).Verified, err)
		}
		if _, err := s.LoadSet(office(), "c.yaml", body(t, basic+".yaml"), false); err != nil || !read(s).Verified {
			t.Errorf("after the level is back: %v, %v", read(s).Verified, err)
		}
		if err := s.Withdraw(office(), basic, "3.1"); err != nil || read(s).Verified || read(other).Verified {
			t.Errorf("withdrawn: %v", err)
		}
		if err := s.Withdraw(office(), basic, "3.1"); !fault.Is(err, fault.NotFound) {
			t.Errorf("withdrawn twice: %v", err)
		}
	})
}

// visit sends a request to the pages of s as the actor of ctx.
func visit(t *testing.T, s *Service, ctx context.Context, r *http.Request) (int, string) {
	t.Helper()
	texts, err := i18n.Load(i18n.Base(), ui.Locales(), folder("locales"))
	if err != nil {
		t.Fatal(err)
	}
	m := web.NewMux(slog.New(slog.DiscardHandler))
	s.pages(m)
	w := httptest.NewRecorder()
	r.Body = http.MaxBytesReader(w, r.Body, 22<<20) // as the server does
	m.ServeHTTP(w, r.WithContext(ui.WithSite(i18n.With(ctx, texts, i18n.Vi), ui.Site{Path: r.URL.Path})))
	return w.Code, w.Body.String() + w.Header().Get("Location")
}

// form is a request with a form and, unless file is nil, a file.
func form(t *testing.T, path string, fields map[string]string, name string, file []byte) *http.Request {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, v := range fields {
		must(t, m.WriteField(k, v))
	}
	if file != nil {
		part, err := m.CreateFormFile(fieldFile, name)
		must(t, err)
		_, err = part.Write(file)
		must(t, err)
	}
	must(t, m.Close())
	r := httptest.NewRequest(http.MethodPost, path, &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Accept", "text/html")
	return r
}

// A decision without its number is refused as a form, as a file and by command line.
func TestDecisionNeedsItsNumber(t *testing.T) {
	d := dbtest.Open(t, db.SQLite, nil, schema)
	s := open(t, d)
	before := stored(t, d)
	path := adminPath + "/" + basic + "/quyet-dinh"
	good := map[string]string{fieldDecision: "879/QĐ-UBND", fieldDecidedOn: "2024-05-21", fieldValidFrom: "2024-06-01", fieldLevels: "2.1: 100\r\n\r\n2.2: tn=80; dhntb=85,5"}
	with := func(name, value string) map[string]string {
		out := map[string]string{}
		for k, v := range good {
			out[k] = v
		}
		out[name] = value
		return out
	}
	for name, c := range map[string]struct {
		fields map[string]string
		file   []byte
		want   string
	}{
		"form without number":   {with(fieldDecision, "  "), nil, "Nhập số quyết định"},
		"form without a day":    {with(fieldDecidedOn, ""), nil, "Nhập ngày ký"},
		"form without levels":   {with(fieldLevels, " "), nil, "ít nhất một chỉ tiêu"},
		"form with a bad line":  {with(fieldLevels, "2.1: 100\n2.2 80"), nil, "2.2 80"},
		"form, unknown id":      {with(fieldLevels, "2.1: 100\n\n77.7: 80"), nil, "dòng 3: Không có chỉ tiêu “77.7”"},
		"file without number":   {map[string]string{}, bytes.Replace(override(basic, "X", "2024-06-01", `"2.1": 100`), []byte("decision: \"X\"\n"), nil, 1), "Thiếu mục “decision”"},
		"file with blank one":   {map[string]string{}, override(basic, " ", "2024-06-01", `"2.1": 100`), "Chữ để trống"},
		"a file that is no one": {map[string]string{}, []byte("PK\x03\x04"), "Không đọc được"},
	} {
		code, page := visit(t, s, office(), form(t, path, c.fields, "qd.yaml", c.file))
		if code != http.StatusUnprocessableEntity || !strings.Contains(page, c.want) {
			t.Errorf("%s: %d, no %q", name, code, c.want)
		}
		if name == "form without number" && !strings.Contains(page, "85,5") {
			t.Error("what was typed is lost")
		}
	}
	if stored(t, d) != before {
		t.Error("something was written")
	}
	code, to := visit(t, s, office(), form(t, path, good, "", nil))
	if code != http.StatusSeeOther || !strings.HasSuffix(to, "/tep/1") {
		t.Fatalf("%d %s", code, to)
	}
	p, err := s.Pending(office(), basic, 1)
	if err != nil || p.Override.Decision != "879/QĐ-UBND" {
		t.Fatal(p, err)
	}
	if _, err := s.Confirm(office(), basic, 1, p.IfMatch); err != nil {
		t.Fatal(err)
	}
	now, err := s.Effective(context.Background(), current(t, s, basic), "2024-06-01")
	if err != nil || levelText(now.Indicator("2.1").Threshold.All) != "100" || levelText(now.Required(now.Indicator("2.2"), Place{Region: "dhntb", Year: 2024})) != "85.5" {
		t.Errorf("2.1 %v, 2.2 %v, %v", now.Indicator("2.1").Threshold, now.Indicator("2.2").Threshold, err)
	}
}

// The file of a decision comes back unchanged: handed in again, it changes nothing.
func TestDecisionComesBack(t *testing.T) {
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		done, err := s.LoadOverrides(office(), "qd.yaml", override(basic, "879/QĐ-UBND", "2024-06-01", `"2.1": 100`), false)
		if err != nil || !done.Written {
			t.Fatal(done, err)
		}
		file, err := s.decisionFile(office(), basic, done.ID)
		if err != nil {
			t.Fatal(err)
		}
		before := stored(t, d)
		again, err := s.LoadOverrides(office(), "qd.yaml", file, false)
		if err != nil || again.Written || again.ID != done.ID || stored(t, d) != before {
			t.Errorf("handed in again: %+v, %v; want nothing written", again, err)
		}
	})
}

// What is no criteria file, or too large, is refused on the page with words, and nothing is kept.
func TestUploadPageRefuses(t *testing.T) {
	d := dbtest.Open(t, db.SQLite, nil, schema)
	s := open(t, d)
	before := stored(t, d)
	giant := append([]byte("PK\x03\x04"), make([]byte, 20<<20)...)
	for name, c := range map[string]struct {
		file []byte
		code int
		want string
	}{
		"nothing chosen": {nil, http.StatusUnprocessableEntity, "Chọn một tệp"},
		"giant file":     {giant, http.StatusRequestEntityTooLarge, "Tệp lớn hơn 20"},
		"giant text":     {bytes.Repeat([]byte("a: 1\n"), 600_000), http.StatusUnprocessableEntity, "Tệp lớn hơn 2"},
		"cut off":        {giant[:2000], http.StatusUnprocessableEntity, "Không mở được như tệp Excel"},
		"hostile":        {[]byte("code: \"<script>alert(1)</script>\"\n"), http.StatusUnprocessableEntity, "&lt;script&gt;alert(1)"},
		"bad line":       {changed(t, basic, "lead: xay_dung", "lead: xay_nha"), http.StatusUnprocessableEntity, "dòng "},
	} {
		code, page := visit(t, s, office(), form(t, adminPath, map[string]string{fieldSet: ""}, "x\r\n<b>.yaml", c.file))
		if code != c.code || !strings.Contains(page, c.want) || strings.Contains(page, "<script>alert") || strings.Contains(page, "⟦") || strings.Contains(page, "%!") {
			t.Errorf("%s: %d, no %q", name, code, c.want)
		}
	}
	if list, err := s.waiting(office(), ""); err != nil || len(list) != 0 || stored(t, d) != before {
		t.Errorf("%d files kept, %v", len(list), err)
	}
	// Who may not is refused before anything of the file is read.
	guest := form(t, adminPath, map[string]string{fieldSet: ""}, "x.yaml", changed(t, basic, "threshold: 80\n", "threshold: 85\n"))
	unread := &untouched{}
	guest.Body = unread
	if code, _ := visit(t, s, context.Background(), guest); code != http.StatusUnauthorized || unread.read {
		t.Errorf("guest: %d, body read: %v", code, unread.read)
	}
	if code, to := visit(t, s, office(), form(t, adminPath, map[string]string{fieldSet: ""}, "x.yaml", changed(t, basic, "threshold: 80\n", "threshold: 85\n"))); code != http.StatusSeeOther || !strings.HasSuffix(to, basic+"/tep/1") {
		t.Errorf("a good file: %d %s", code, to)
	}
}

// untouched is a body that remembers whether anybody read it.
type untouched struct{ read bool }

func (u *untouched) Read([]byte) (int, error) {
	u.read = true
	return 0, errors.New("read")
}

func (u *untouched) Close() error { return nil }

// The pages show what was written, in both states of an upload.
func TestAdminPages(t *testing.T) {
	d := dbtest.Open(t, db.SQLite, nil, schema)
	s := open(t, d)
	get := func(path string) string {
		t.Helper()
		code, page := visit(t, s, office(), httptest.NewRequest(http.MethodGet, path, nil))
		if code != http.StatusOK || strings.Contains(page, "⟦") || strings.Contains(page, "%!") {
			t.Fatalf("%s: %d\n%s", path, code, page)
		}
		return page
	}
	has := func(page string, want ...string) {
		t.Helper()
		for _, w := range want {
			if !strings.Contains(page, w) {
				t.Errorf("no %q", w)
			}
		}
	}
	has(get(adminPath), "0 trên 47", "57 trên 57", `href="/quan-tri/bo-tieu-chi/xa-ntm-2026-2030"`, `type="file"`)
	// 33 of the 132 indicators of 2021-2025 have no level here, 12 of them in the basic set (reference data).
	base := adminPath + "/" + basic
	if n := strings.Count(get(base), "/tieu-chi/"+basic+"/"); n != 12 {
		t.Errorf("%d indicators without a level, want 12", n)
	}
	one, err := s.Upload(office(), UploadSet, basic, "moi.yaml", changed(t, basic, "threshold: 80\n", "threshold: 85\n"))
	must(t, err)
	page := get(base + "/tep/" + strconv.FormatInt(one.ID, 10))
	has(page, "1 chỗ khác phiên bản hiện hành", "từ 80\u00a0% trở lên", "từ 85\u00a0% trở lên", "Ghi phiên bản mới", `name="phien-ban"`)
	has(get(base), "moi.yaml")
	p, err := s.Pending(office(), basic, one.ID)
	must(t, err)
	stale := httptest.NewRequest(http.MethodPost, base+"/tep/"+strconv.FormatInt(one.ID, 10)+"/ghi", strings.NewReader("phien-ban=0-0"))
	stale.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	stale.Header.Set("Accept", "text/html")
	if code, page := visit(t, s, office(), stale); code != http.StatusPreconditionFailed || !strings.Contains(page, "Chưa ghi gì") || !strings.Contains(page, p.IfMatch) {
		t.Errorf("stale: %d", code)
	}
	_, err = s.Confirm(office(), basic, one.ID, p.IfMatch)
	must(t, err)
	history, err := s.History(office(), basic)
	must(t, err)
	has(get(base+"/phien-ban/"+strconv.FormatInt(history[0].ID, 10)), "từ 85\u00a0% trở lên", "Khác phiên bản số")
	must(t, s.Verify(office(), basic, []string{"3.1"}, "Phụ lục I, trang 3", strconv.FormatInt(history[0].ID, 10)))
	has(get(base+"/kiem-chung"), "Phụ lục I, trang 3", "Rút kiểm chứng 3.1")
	public := get("/tieu-chi/" + basic)
	has(public, "Phụ lục I, trang 3")
}

// A decision or a set that waits and cannot be read any more is shown with every reason, is not written, and can be discarded.
func TestUnreadableUploadIsDiscarded(t *testing.T) {
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		for _, c := range []struct {
			kind UploadKind
			body []byte
			hurt string // what replaces the stored file, as a release with other rules would see it
			want string
		}{
			{UploadOverride, override(basic, "879/QĐ-UBND", "2024-06-01", `"2.1": 100`), string(override(basic, "879/QĐ-UBND", "2024-06-01", `"99.9": 100`)), "99.9"},
			{UploadSet, changed(t, basic, "threshold: 80\n", "threshold: 85\n"), "code: [", "dòng 1"},
		} {
			t.Run(string(c.kind), func(t *testing.T) {
				up, err := s.Upload(office(), c.kind, basic, "cho.yaml", c.body)
				if err != nil {
					t.Fatal(err)
				}
				path := fmt.Sprintf("%s/%s/tep/%d", adminPath, basic, up.ID)
				if code, page := visit(t, s, office(), httptest.NewRequest("GET", path, nil)); code != http.StatusOK || !strings.Contains(page, "/ghi\"") {
					t.Fatalf("%s, readable: %d, no button to write", c.kind, code)
				}
				before := stored(t, d)
				err = d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
					_, err := tx.ExecContext(ctx, "UPDATE criteria_upload SET body = $1 WHERE id = $2", c.hurt, up.ID)
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				code, page := visit(t, s, office(), httptest.NewRequest("GET", path, nil))
				if code != http.StatusOK || !strings.Contains(page, c.want) || !strings.Contains(page, "không còn đọc được") || !strings.Contains(page, path+"/bo\"") || strings.Contains(page, "/ghi\"") {
					t.Errorf("%s: %d; want the reason %q, a button to discard and none to write\n%s", c.kind, code, c.want, page)
				}
				p, err := s.Pending(office(), basic, up.ID)
				if err != nil || len(p.Unreadable) == 0 {
					t.Fatalf("%s: %+v, %v", c.kind, p, err)
				}
				if _, err := s.Confirm(office(), basic, up.ID, p.IfMatch); !fault.Is(err, fault.Invalid) || stored(t, d) != before {
					t.Errorf("%s was written: %v", c.kind, err)
				}
				if code, _ := visit(t, s, office(), form(t, path+"/bo", nil, "", nil)); code != http.StatusSeeOther {
					t.Errorf("%s is not discarded: %d", c.kind, code)
				}
				if list, err := s.waiting(office(), ""); err != nil || len(list) != 0 {
					t.Errorf("%s still waits: %v, %v", c.kind, list, err)
				}
			})
		}
	})
}
