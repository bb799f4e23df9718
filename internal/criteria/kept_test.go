package criteria

import (
	"context"
	"strings"
	"testing"

	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/db/dbtest"
	"langso/internal/platform/module"
)

// A full cache gives up what was not asked for longest.
func TestKeptDropsOldest(t *testing.T) {
	c := newKept[string, int](3)
	c.put("a", 1)
	c.put("b", 2)
	c.put("c", 3)
	c.put("a", 4) // there already: nothing goes
	if c.get("b") != 2 {
		t.Fatal("b is gone")
	}
	c.put("d", 5) // c was not asked for longest
	for k, want := range map[string]int{"a": 4, "b": 2, "c": 0, "d": 5} {
		if got := c.get(k); got != want {
			t.Errorf("%s: %d, want %d", k, got, want)
		}
	}
	if len(c.values) != 3 || len(c.used) != 3 {
		t.Errorf("%d values, %d times; want 3", len(c.values), len(c.used))
	}
}

// However many decisions come in and days are asked for, no cache of the Service grows beyond its bound, and what was given
// up is read again as it was.
func TestCachesAreBounded(t *testing.T) {
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		s.parsed, s.decided, s.effective = newKept[contentKey, *Set](4), newKept[decidedKey, *Override](4), newKept[effectiveKey, *Set](4)
		days := []clock.Date{"2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01", "2024-05-01", "2024-06-01", "2024-07-01", "2024-08-01"}
		for _, day := range days {
			if _, err := s.LoadOverrides(office(), "qd.yaml", override(basic, string(day)+"/QĐ-UBND", string(day), `"2.1": `+string(day[6:7])), false); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			for k, day := range days { // of all decisions in force the newest counts
				set, err := s.Effective(office(), current(t, s, basic), day)
				if err != nil {
					t.Fatal(err)
				}
				if got, want := levelText(set.Indicator("2.1").Threshold.All), string('1'+rune(k)); got != want {
					t.Errorf("2.1 on %s: %s, want %s", day, got, want)
				}
			}
		}
		for name, n := range map[string]int{"parsed": len(s.parsed.values), "decided": len(s.decided.values), "effective": len(s.effective.values)} {
			if n == 0 || n > 4 {
				t.Errorf("%s holds %d, want 1 to 4", name, n)
			}
		}
	})
}

// A set and a decision that an earlier release took stay in force, whatever files are refused today.
func TestStoredTextStaysInForce(t *testing.T) {
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		if _, err := s.LoadOverrides(office(), "qd.yaml", override(basic, "879/QĐ-UBND", "2024-01-01", `"2.1": 7`), false); err != nil {
			t.Fatal(err)
		}
		title := current(t, s, basic).TitleVI
		err := d.Write(office(), func(ctx context.Context, tx *db.Tx) error {
			for _, q := range []struct{ text, old, new string }{
				{"UPDATE criteria_set_version SET body = REPLACE(body, $1, $2)", title, "\u202e" + title},
				{"UPDATE criteria_override SET body = REPLACE(body, $1, $2)", "879/QĐ-UBND", "879\u2066/QĐ-UBND"},
			} {
				if _, err := tx.ExecContext(ctx, q.text, q.old, q.new); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		later := New(module.Kit{DB: d, Clock: s.clock}) // the next start: nothing is kept
		set := current(t, later, basic)
		if !strings.HasPrefix(set.TitleVI, "\u202e") {
			t.Fatalf("title %q: the old text is not there", set.TitleVI)
		}
		if set, err = later.Effective(office(), set, "2024-06-01"); err != nil || levelText(set.Indicator("2.1").Threshold.All) != "7" {
			t.Errorf("%v: the decision does not count", err)
		}
	})
}
