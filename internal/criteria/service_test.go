package criteria

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"langso/internal/platform/auth"
	"langso/internal/platform/cli"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/db/dbtest"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/module"
)

var schema = []db.Migrations{{Module: "criteria", FS: folder("migrations")}}

// office is a ctx in which the command line acts.
func office() context.Context { return auth.With(context.Background(), auth.CLI()) }

// open returns an installed Service over d on 15/08/2026.
func open(t *testing.T, d *db.DB) *Service {
	t.Helper()
	now, err := time.Parse(time.RFC3339, "2026-08-15T03:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	s := New(module.Kit{DB: d, Clock: clock.Fixed(now)})
	if err := s.install(context.Background()); err != nil {
		t.Fatal(err)
	}
	return s
}

func body(t *testing.T, name string) []byte {
	t.Helper()
	b, err := dataFiles.ReadFile("data/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func current(t *testing.T, s *Service, code string) *Set {
	t.Helper()
	set, err := s.Current(context.Background(), code)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestInstall(t *testing.T) {
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		sets, err := s.Sets(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		var codes []string
		for _, set := range sets {
			codes = append(codes, set.Code)
		}
		if want := []string{"xa-ntm-2026-2030", "xa-ntm-2021-2025", "xa-ntm-nang-cao-2021-2025", "xa-ntm-kieu-mau-2021-2025"}; !slices.Equal(codes, want) {
			t.Errorf("sets %v, want %v", codes, want)
		}
		// A second start, also on another node, stores nothing.
		for _, again := range []*Service{s, open(t, d)} {
			if err := again.install(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		rows, err := versions(context.Background(), d.Read(context.Background()))
		if err != nil || len(rows) != 4 {
			t.Fatalf("%d versions stored, %v; want 4", len(rows), err)
		}
		for day, want := range map[clock.Date]string{"2024-06-30": "xa-ntm-2021-2025", "2026-02-14": "xa-ntm-2021-2025", "2026-02-15": "xa-ntm-2026-2030", "2026-08-15": "xa-ntm-2026-2030"} {
			if set, err := s.InForce(context.Background(), day); err != nil || set.Code != want {
				t.Errorf("in force on %s: %v, %v; want %s", day, set, err, want)
			}
		}
		if _, err := s.InForce(context.Background(), "2019-01-01"); !fault.Is(err, fault.NotFound) {
			t.Errorf("before the first programme: %v", err)
		}
		if _, err := s.Current(context.Background(), "khong-co"); !fault.Is(err, fault.NotFound) {
			t.Errorf("unknown set: %v", err)
		}
		if _, err := s.Version(context.Background(), 99); !fault.Is(err, fault.NotFound) {
			t.Errorf("unknown version: %v", err)
		}
		if bad, err := s.check(context.Background()); err != nil || len(bad) != 0 {
			t.Errorf("check: %v, %v", bad, err)
		}
	})
}

// A changed file becomes a new version; the old one stays what it was, and another node sees the new one at once.
func TestNewVersion(t *testing.T) {
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		s, other := open(t, d), open(t, d)
		const code = "xa-ntm-2021-2025"
		old := current(t, s, code)
		if current(t, other, code).Version != old.Version {
			t.Fatal("two nodes start with different versions")
		}
		file := bytes.Replace(body(t, code+".yaml"), []byte("threshold: 80\n"), []byte("threshold: 85\n"), 1)
		trial, err := s.LoadSet(office(), "moi.yaml", file, true)
		if err != nil || trial.Written || current(t, s, code) != old {
			t.Fatalf("trial run: %+v, %v", trial, err)
		}
		done, err := s.LoadSet(office(), "moi.yaml", file, false)
		if err != nil || !done.Written || done.Set != code || done.ID <= old.Version {
			t.Fatalf("loaded %+v, %v", done, err)
		}
		for _, node := range []*Service{s, other} {
			now := current(t, node, code)
			if now.Version != done.ID || levelText(now.Indicator("3.1").Threshold.All) != "85" {
				t.Errorf("newest version is %d with %s", now.Version, levelText(now.Indicator("3.1").Threshold.All))
			}
			before, err := node.Version(context.Background(), old.Version)
			if err != nil || levelText(before.Indicator("3.1").Threshold.All) != "80" || before.SHA256 != old.SHA256 {
				t.Errorf("the old version changed: %v", err)
			}
		}
		again, err := s.LoadSet(office(), "moi.yaml", file, false)
		if err != nil || again.Written || again.ID != done.ID {
			t.Errorf("the same file again: %+v, %v", again, err)
		}
		// The next start does not bring the shipped file back over the province's own.
		if err := other.install(context.Background()); err != nil || current(t, other, code).Version != done.ID {
			t.Errorf("after a restart: version %d, %v", current(t, other, code).Version, err)
		}
		// Neither does a later release with another file of its own.
		later := bytes.Replace(body(t, code+".yaml"), []byte("threshold: 80\n"), []byte("threshold: 81\n"), 1)
		err = d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			set, err := Parse(code+".yaml", later)
			if err != nil {
				return err
			}
			if _, err := insertVersion(ctx, tx, set, code+".yaml", later, true); err != nil {
				return err
			}
			return tx.Bump(ctx, revision)
		})
		if err != nil || current(t, other, code).Version != done.ID {
			t.Errorf("after an upgrade: version %d, %v; want the province's own %d", current(t, other, code).Version, err, done.ID)
		}
		if bad, err := s.check(context.Background()); err != nil || len(bad) != 0 {
			t.Errorf("check: %v, %v", bad, err)
		}
	})
}

func TestLoadSetRefuses(t *testing.T) {
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		const code = "xa-ntm-2021-2025"
		shipped := body(t, code+".yaml")
		change := func(old, new string) []byte {
			b := bytes.Replace(shipped, []byte(old), []byte(new), 1)
			if bytes.Equal(b, shipped) {
				t.Fatalf("%q does not stand in the file", old)
			}
			return b
		}
		for name, c := range map[string]struct {
			file []byte
			key  string
		}{
			"cycle over three sets": {change("official:", "requires: xa-ntm-kieu-mau-2021-2025\nofficial:"), "criteria.requires_cycle"},
			"unknown required set":  {change("official:", "requires: khong-co\nofficial:"), "criteria.requires_unknown"},
			"unknown department":    {change("lead: xay_dung", "lead: xay_nha"), "criteria.department_unknown"},
		} {
			_, err := s.LoadSet(office(), "sai.yaml", c.file, false)
			var found Problems
			if !errors.As(err, &found) || found[0].Key != c.key || found[0].Line == 0 || !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v, want %s with a line", name, err, c.key)
			}
		}
		good := change("threshold: 80\n", "threshold: 85\n")
		if _, err := s.LoadSet(context.Background(), "moi.yaml", good, false); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("guest: %v", err)
		}
		department := auth.With(context.Background(), auth.Actor{Kind: auth.Person, ID: 1, Login: "so", Grants: []auth.Grant{{Role: auth.Department}}})
		if _, err := s.LoadSet(department, "moi.yaml", good, false); !fault.Is(err, fault.Forbidden) {
			t.Errorf("department: %v", err)
		}
		// A hook that refuses undoes the loading; it already sees the new version in its own transaction.
		veto, seen := errors.New("veto"), ""
		s.OnChange(func(ctx context.Context, tx *db.Tx, setCode string) error {
			set, err := s.Current(ctx, setCode)
			if err != nil {
				return err
			}
			seen = setCode + " " + levelText(set.Indicator("3.1").Threshold.All)
			return veto
		})
		if _, err := s.LoadSet(office(), "moi.yaml", good, false); !errors.Is(err, veto) || seen != code+" 85" {
			t.Errorf("veto: %v, the hook saw %q", err, seen)
		}
		if now := current(t, s, code); levelText(now.Indicator("3.1").Threshold.All) != "80" {
			t.Error("a refused version is in force")
		}
		rows, err := versions(context.Background(), d.Read(context.Background()))
		if err != nil || len(rows) != 4 {
			t.Errorf("%d versions stored after refusals, want 4", len(rows))
		}
		var audited int
		if err := d.Read(context.Background()).QueryRowContext(context.Background(), "SELECT COUNT(*) FROM audit").Scan(&audited); err != nil || audited != 4 {
			t.Errorf("%d audit rows, %v; want 4 of the installation", audited, err)
		}
	})
}

func override(code, decision, from string, thresholds ...string) []byte {
	return fmt.Appendf(nil, "set: %s\ndecision: \"%s\"\ndecided_on: 2022-01-01\nvalid_from: %s\nthresholds:\n  %s\n", code, decision, from, strings.Join(thresholds, "\n  "))
}

func TestEffective(t *testing.T) {
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		s, other := open(t, d), open(t, d)
		const code = "xa-ntm-2021-2025"
		base := current(t, s, code)
		load := func(file []byte) Loaded {
			t.Helper()
			done, err := s.LoadOverrides(office(), "qd.yaml", file, false)
			if err != nil {
				t.Fatal(err)
			}
			return done
		}
		first := override(code, "1/QĐ-UBND", "2022-06-01", `"2.1": 90`, `"2.2": {tn: 80, tdmnpb: 60}`)
		if done := load(first); !done.Written || done.Set != code {
			t.Fatalf("loaded %+v", done)
		}
		if done := load(first); done.Written {
			t.Error("the same file was stored twice")
		}
		load(override(code, "2/QĐ-UBND", "2024-06-01", `"2.1": 100`))
		tn := Place{Region: "tn", Year: 2023}
		for _, c := range []struct {
			at        clock.Date
			indicator string
			place     Place
			want      string
			decision  string
		}{
			{"2022-05-31", "2.1", tn, "", ""},
			{"2022-06-01", "2.1", tn, "90", "1/QĐ-UBND"},
			{"2022-06-01", "2.2", tn, "80", "1/QĐ-UBND"},
			{"2022-06-01", "2.2", Place{Region: "tn", Special: true}, "60", "1/QĐ-UBND"},
			{"2022-06-01", "2.2", Place{Region: "dhntb"}, "", "1/QĐ-UBND"}, // the decision names no such column
			{"2024-05-31", "2.1", tn, "90", "1/QĐ-UBND"},
			{"2024-06-01", "2.1", tn, "100", "2/QĐ-UBND"},
			{"2024-06-01", "2.2", tn, "80", "1/QĐ-UBND"},
			{"", "2.1", tn, "100", "2/QĐ-UBND"},
			{"2024-06-01", "3.1", tn, "80", ""},
		} {
			for _, node := range []*Service{s, other} {
				set, err := node.Effective(context.Background(), current(t, node, code), c.at)
				if err != nil {
					t.Fatal(err)
				}
				i := set.Indicator(c.indicator)
				if got := levelText(set.Required(i, c.place)); got != c.want || i.Threshold.Decision != c.decision {
					t.Errorf("%s at %s: %q by %q, want %q by %q", c.indicator, c.at, got, i.Threshold.Decision, c.want, c.decision)
				}
			}
		}
		if base.Indicator("2.1").Threshold.Known() {
			t.Error("the stored version changed")
		}
		set, err := s.Effective(context.Background(), base, "2024-06-30")
		if err != nil {
			t.Fatal(err)
		}
		if set == base || set.Version != base.Version || len(set.Overrides) != 2 {
			t.Errorf("effective set of version %d has %d decisions", set.Version, len(set.Overrides))
		}
		for k, i := range set.Indicators() {
			if i.Index != k || set.Indicator(i.ID) != i || i == base.Indicators()[k] || i.Criterion != set.Criterion(i.Criterion.ID) {
				t.Fatalf("%s: pointers do not belong together", i.ID)
			}
		}
		if again, err := s.Effective(context.Background(), base, "2024-07-15"); err != nil || again != set {
			t.Errorf("the same decisions give another set: %v", err)
		}
		if back, err := s.Effective(context.Background(), set, "2021-12-31"); err != nil || back != base {
			t.Errorf("an effective set at an earlier day: %v", err)
		}
		// A corrected file of the same decision replaces the earlier one, what it no longer names included.
		load(override(code, "1/QĐ-UBND", "2022-06-01", `"2.1": 95`))
		set, err = other.Effective(context.Background(), current(t, other, code), "2023-01-01")
		if err != nil {
			t.Fatal(err)
		}
		if got := levelText(set.Required(set.Indicator("2.1"), tn)); got != "95" || set.Indicator("2.2").Threshold.Known() {
			t.Errorf("after the correction 2.1 requires %q, 2.2 known %v", got, set.Indicator("2.2").Threshold.Known())
		}
		// A version on which the decision could not be read any more is refused, with the place in the decision's file.
		without := bytes.Replace(body(t, code+".yaml"), []byte(`- id: "2.1"`), []byte(`- id: "2.9"`), 1)
		_, err = s.LoadSet(office(), "moi.yaml", without, false)
		var found Problems
		if !errors.As(err, &found) || found[0].Key != "criteria.override_unfit" || found[1].Key != "criteria.indicator_unknown" {
			t.Errorf("version without 2.1: %v", err)
		}
		if bad, err := s.check(context.Background()); err != nil || len(bad) != 0 {
			t.Errorf("check: %v, %v", bad, err)
		}
	})
}

func TestIllustrativeStaysInTheDemo(t *testing.T) {
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		const code = "xa-ntm-nang-cao-2021-2025"
		file := append(override(code, "SỐ LIỆU MINH HỌA", "2022-01-01", `"2.1": 100`), "illustrative: true\n"...)
		if _, err := s.LoadOverrides(office(), "mau.yaml", file, false); !fault.Is(err, fault.Conflict) {
			t.Errorf("illustrative file in a real database: %v", err)
		}
		ctx := context.Background()
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return tx.SetMeta(ctx, "kind", "demo") }); err != nil {
			t.Fatal(err)
		}
		if err := s.demo(ctx); err != nil {
			t.Fatal(err)
		}
		tn := Place{Region: "tn", Year: 2023}
		set, err := s.Effective(ctx, current(t, s, code), "2023-12-31")
		if err != nil {
			t.Fatal(err)
		}
		missing := 0
		for _, i := range set.Indicators() {
			if set.Required(i, tn) == nil {
				missing++
			}
		}
		if i := set.Indicator("9"); missing != 0 || !i.Threshold.Illustrative || i.Threshold.Decision != "SỐ LIỆU MINH HỌA" {
			t.Errorf("%d levels missing in the demo; 9 illustrative %v", missing, i.Threshold.Illustrative)
		}
		if set.Indicator("4").Threshold.Illustrative {
			t.Error("a level of the set itself is called illustrative")
		}
		// Whatever is loaded into a demo database is illustrative, whatever the file says.
		if _, err := s.LoadOverrides(office(), "that.yaml", override(code, "9/QĐ-UBND", "2023-01-01", `"9": 77`), false); err != nil {
			t.Fatal(err)
		}
		set, err = s.Effective(ctx, current(t, s, code), "2023-12-31")
		if err != nil {
			t.Fatal(err)
		}
		if i := set.Indicator("9"); levelText(set.Required(i, tn)) != "77" || !i.Threshold.Illustrative {
			t.Errorf("9 requires %s, illustrative %v", levelText(set.Required(i, tn)), i.Threshold.Illustrative)
		}
	})
}

// inForce puts a real decision over an illustrative one, also when the illustrative one begins later.
func TestRealDecisionGoesBeforeIllustrative(t *testing.T) {
	rows := []overrideRow{
		{id: 1, set: "x", decision: "a", validFrom: "2022-01-01"},
		{id: 2, set: "x", decision: "b", validFrom: "2023-01-01", illustrative: true},
		{id: 3, set: "x", decision: "c", validFrom: "2021-01-01"},
		{id: 4, set: "y", decision: "d", validFrom: "2021-01-01"},
		{id: 5, set: "x", decision: "e", validFrom: "2030-01-01"},
	}
	var order []int64
	for _, o := range inForce(rows, "x", "2024-01-01") {
		order = append(order, o.id)
	}
	if want := []int64{2, 3, 1}; !slices.Equal(order, want) {
		t.Errorf("order %v, want %v: the last one counts", order, want)
	}
}

// Decisions loaded at the same moment on two nodes are all kept, each under a number of its own.
func TestLoadsAtOnce(t *testing.T) {
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		nodes := []*Service{open(t, d), open(t, d)}
		const each = 6
		var wg sync.WaitGroup
		for k, node := range nodes {
			wg.Go(func() {
				for n := range each {
					file := override("xa-ntm-2021-2025", fmt.Sprintf("%d-%d/QĐ-UBND", k, n), "2022-06-01", `"2.1": 90`)
					if _, err := node.LoadOverrides(office(), "qd.yaml", file, false); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		for _, node := range nodes {
			set, err := node.Effective(context.Background(), current(t, node, "xa-ntm-2021-2025"), "2023-01-01")
			if err != nil || len(set.Overrides) != 2*each {
				t.Errorf("%d decisions in force, %v; want %d", len(set.Overrides), err, 2*each)
			}
		}
	})
}

func TestCheckFindsTampering(t *testing.T) {
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		if _, err := s.LoadOverrides(office(), "qd.yaml", override("xa-ntm-2021-2025", "1/QĐ-UBND", "2022-06-01", `"2.1": 90`), false); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct{ sql, want string }{
			{"UPDATE criteria_set_version SET body = replace(body, 'threshold: 80', 'threshold: 81') WHERE code = 'xa-ntm-2021-2025'", "digest does not match"},
			{"UPDATE criteria_set_version SET body = 'code: [' WHERE code = 'xa-ntm-2026-2030'", "file_not_yaml"},
			{"UPDATE criteria_override SET valid_from = '2020-01-01'", "columns do not match"},
			{"UPDATE criteria_override SET body = replace(body, '90', '10')", "digest does not match"},
		} {
			err := d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.ExecContext(ctx, c.sql)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			bad, err := s.check(context.Background())
			if err != nil || !strings.Contains(strings.Join(bad, "\n"), c.want) {
				t.Errorf("after %q: %v, %v; want %q", c.sql, bad, err, c.want)
			}
		}
	})
}

func TestImportCommands(t *testing.T) {
	texts, err := i18n.Load(folder("locales"))
	if err != nil {
		t.Fatal(err)
	}
	d := dbtest.Open(t, db.SQLite, nil, schema)
	s := open(t, d)
	run := func(name string, args ...string) (report, error) {
		t.Helper()
		command, rest := cli.Find(s.commands(), append(strings.Fields(name), args...))
		if command == nil {
			t.Fatalf("no command %q", name)
		}
		flags := flag.NewFlagSet(name, flag.ContinueOnError)
		do := command.Setup(flags)
		pos, err := cli.Parse(flags, rest)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		err = do(i18n.With(office(), texts, i18n.Vi), cli.Input{Args: pos, Out: &out, AsJSON: true})
		var r report
		if out.Len() > 0 {
			if e := json.Unmarshal(out.Bytes(), &r); e != nil {
				t.Fatalf("%v: %s", e, out.Bytes())
			}
		}
		return r, err
	}
	write := func(text []byte) string {
		name := filepath.Join(t.TempDir(), "tep.yaml")
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	good := write(override("xa-ntm-2021-2025", "1/QĐ-UBND", "2022-06-01", `"2.1": 90`))
	if r, err := run("import overrides", good, "--dry-run"); err != nil || r.Written || r.Set != "xa-ntm-2021-2025" {
		t.Errorf("trial run: %+v, %v", r, err)
	}
	if r, err := run("import overrides", good); err != nil || !r.Written || len(r.Errors) != 0 {
		t.Errorf("good file: %+v, %v", r, err)
	}
	bad := write(override("xa-ntm-2021-2025", "1/QĐ-UBND", "2022-06-01", `"2.1": 90`, `"99.9": 1`))
	r, err := run("import overrides", bad)
	if !errors.Is(err, cli.ErrRefused) || r.Written || len(r.Errors) != 1 {
		t.Fatalf("bad file: %+v, %v", r, err)
	}
	if e := r.Errors[0]; e.File != "tep.yaml" || e.Line != 7 || e.Code != "criteria.indicator_unknown" || e.Message != "Không có chỉ tiêu “99.9” trong bộ xa-ntm-2021-2025." {
		t.Errorf("reported as %+v", e)
	}
	if r, err := run("import criteria", write([]byte(grouped))); err != nil || !r.Written || r.Set != "nhom" {
		t.Errorf("new set: %+v, %v", r, err)
	}
	const code = "xa-ntm-2021-2025"
	r, err = run("import criteria", write(changed(t, code, "threshold: 80\n", "threshold: 85\n")), "--dry-run")
	if want := (changeLine{Kind: Changed, Subject: OfIndicator, ID: "3.1", Field: FieldThreshold, Old: "80", New: "85"}); err != nil || r.Written || len(r.Changes) != 1 || r.Changes[0] != want {
		t.Errorf("differences of a trial run: %+v, %v", r, err)
	}
	r, err = run("import overrides", write(bytes.Replace(override(code, "X", "2022-06-01", `"2.1": 90`), []byte("decision: \"X\"\n"), nil, 1)))
	if !errors.Is(err, cli.ErrRefused) || r.Written || r.Errors[0].Code != "criteria.field_missing" {
		t.Errorf("a decision without its number: %+v, %v", r, err)
	}
	book := template(t, current(t, s, code))
	put(t, book, sheetIndicators, "I7", 180)
	r, err = run("import criteria", write(saved(t, book)))
	if !errors.Is(err, cli.ErrRefused) || r.Written || len(r.Errors) != 1 || r.Errors[0].Sheet != "Chỉ tiêu" || r.Errors[0].Line != 7 || r.Errors[0].Column != "I" {
		t.Errorf("a bad workbook: %+v, %v", r, err)
	}
	if _, err := run("import criteria", filepath.Join(t.TempDir(), "khong-co.yaml")); !fault.Is(err, fault.NotFound) {
		t.Errorf("no file: %v", err)
	}
	if _, err := run("import criteria"); !errors.As(err, new(cli.UsageError)) {
		t.Errorf("no argument: %v", err)
	}
}
