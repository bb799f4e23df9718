package assessment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"langso/internal/assessment/workbook"
	"langso/internal/criteria"
	"langso/internal/platform/auth"
	"langso/internal/platform/fault"
	"langso/internal/territory"

	"github.com/xuri/excelize/v2"
)

// sequence is a random life of one period: who wrote what, and what anybody saw on the way.
type sequence struct {
	h       *house
	t       *testing.T
	random  *rand.Rand
	set     string
	period  string
	units   []*territory.Unit
	items   []Item
	actors  []context.Context
	counted map[string]int
}

// step does one random thing. Refusals that belong to the rules (a stale version, no right there) are part of life.
func (q *sequence) step() {
	u, item := q.units[q.random.IntN(len(q.units))], q.items[q.random.IntN(len(q.items))]
	ctx := q.actors[q.random.IntN(len(q.actors))]
	switch n := q.random.IntN(10); {
	case n < 6:
		c := Correction{Unit: u.ID, Set: q.set, Period: q.period, Item: item, Figure: q.figure(item), Reason: "thử"}
		card, err := q.h.results.Scorecard(ctx, u.ID, q.set, q.period)
		if err != nil {
			q.t.Fatal(err)
		}
		c.IfMatch = card.Cell(item).ETag()
		if q.random.IntN(8) == 0 {
			c.IfMatch = "1-cu"
		}
		q.count("edit", q.h.results.Correct(ctx, c))
	case n < 9:
		rep, err := q.h.results.Import(ctx, ImportRequest{Set: q.set, Period: q.period, FileName: "bieu.xlsx", File: q.workbook(), Partial: q.random.IntN(3) > 0})
		q.count("import", err)
		if err == nil && rep.Written {
			q.counted["import written"]++
		}
	default:
		q.override()
	}
	// Some things happen within one millisecond.
	q.h.db.Clock().Set(q.h.db.Clock().Now().Add(time.Duration(q.random.IntN(3)) * time.Millisecond))
}

func (q *sequence) count(what string, err error) {
	switch f := fault.As(err); {
	case err == nil:
		q.counted[what]++
	case f.Code == fault.Stale || f.Code == fault.Forbidden || f.Code == fault.Invalid:
		q.counted[what+" refused"]++
	default:
		q.t.Fatal(what, err)
	}
}

// figure is a random value that the item can have.
func (q *sequence) figure(item Item) Figure {
	words := []workbook.Verdict{workbook.VerdictMet, workbook.VerdictNotMet, workbook.VerdictNearly, workbook.VerdictNA, workbook.VerdictNotDone}
	if item.ID == "15.1" || item.ID == "17.1" {
		if q.random.IntN(3) > 0 {
			return Figure{HasNumber: true, Num: int64(q.random.IntN(1001)), Scale: 1}
		}
	}
	return Figure{Declared: words[q.random.IntN(len(words))]}
}

// workbook is a small table of random values, some of them refused.
func (q *sequence) workbook() []byte {
	f := excelize.NewFile()
	set := func(col, row int, v any) {
		name, err := excelize.CoordinatesToCellName(col, row)
		if err != nil {
			q.t.Fatal(err)
		}
		if err := f.SetCellValue("Sheet1", name, v); err != nil {
			q.t.Fatal(err)
		}
	}
	set(1, 1, "Mã xã")
	set(2, 1, "Tên xã")
	for i, item := range q.items {
		set(i+3, 1, item.ID)
	}
	for r, u := range q.units {
		set(1, r+2, u.Code)
		set(2, r+2, u.Name)
		for i, item := range q.items {
			switch q.random.IntN(12) {
			case 0:
				set(i+3, r+2, "đang rà soát")
			case 1, 2, 3: // blank
			default:
				if fig := q.figure(item); fig.HasNumber {
					set(i+3, r+2, float64(fig.Num)/10)
				} else {
					set(i+3, r+2, map[workbook.Verdict]string{workbook.VerdictMet: "Đạt", workbook.VerdictNotMet: "Chưa đạt", workbook.VerdictNearly: "Cơ bản đạt",
						workbook.VerdictNA: "-", workbook.VerdictNotDone: "Không đánh giá"}[fig.Declared])
				}
			}
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		q.t.Fatal(err)
	}
	return b.Bytes()
}

// override loads a provincial decision about the threshold of 17.1, each time another number and level.
func (q *sequence) override() {
	q.counted["override"]++
	n := q.counted["override"]
	body := fmt.Sprintf("set: %s\ndecision: \"%d/QĐ-UBND\"\ndecided_on: 2024-01-%02d\nvalid_from: 2024-02-01\nthresholds:\n  \"17.1\": %d\n", q.set, n, 1+n%28, 30+q.random.IntN(60))
	if _, err := q.h.sets.LoadOverrides(auth.With(context.Background(), auth.CLI()), "q.yaml", []byte(body), false); err != nil {
		q.t.Fatal(err)
	}
}

// folded is what all versions ever recorded say when they are laid over each other in the order of their instants: a
// verified value ends the draft before it, a draft stands beside the verified value.
func (q *sequence) folded(book int64) (public, inside map[cellKey]Version) {
	var all []Version
	err := allVersions(context.Background(), q.h.db.Read(context.Background()), func(bookID int64, v Version) error {
		if bookID == book {
			all = append(all, v)
		}
		return nil
	})
	if err != nil {
		q.t.Fatal(err)
	}
	slices.SortStableFunc(all, func(a, b Version) int { return int(a.RecordedMS - b.RecordedMS) })
	public, inside = map[cellKey]Version{}, map[cellKey]Version{}
	for _, v := range all {
		k := cellKey{v.Unit, v.Item}
		if v.State == Verified || v.State == Appraised {
			public[k] = v
			delete(inside, k)
		} else {
			inside[k] = v
		}
	}
	return public, inside
}

// seen is what stands on a board, by commune.
func seen(b *Board) map[territory.UnitID]string {
	out := map[territory.UnitID]string{}
	for _, r := range b.Rows {
		if r.Criteria != "" {
			out[r.Unit.ID] = r.Cells + "|" + r.Criteria
		}
	}
	return out
}

// judgedBy evaluates folded values with the thresholds of the frame.
func judgedBy(f *Frame, versions ...map[cellKey]Version) map[territory.UnitID]string {
	values := map[territory.UnitID]*Values{}
	for _, layer := range versions {
		for k, v := range layer {
			if values[k.unit] == nil {
				values[k.unit] = NewValues(f.Set)
			}
			values[k.unit].put(f.Set, v.Item, &v.Figure)
		}
	}
	out := map[territory.UnitID]string{}
	for u, v := range values {
		r := Evaluate(f.Set, f.place(u), v)
		out[u] = cells(r.Indicators) + "|" + cells(r.Criteria)
	}
	return out
}

// Random sequences of edits, imports and decisions end in the state that replaying the value versions gives; so does every
// moment on the way, asked for afterwards.
func TestRandomSequencesReplay(t *testing.T) {
	const runs, steps = 4, 40
	counted := map[string]int{}
	onBoth(t, false, func(t *testing.T, ctx context.Context, h *house) {
		for run := range runs {
			q := &sequence{h: h, t: t, random: rand.New(rand.NewPCG(uint64(run), 8)), set: "xa-ntm-2021-2025", period: fmt.Sprintf("2024-0%d", run+1), counted: counted}
			for _, code := range []string{"24805", "24808", "24811", "24943"} {
				q.units = append(q.units, h.unit(t, code, "2024-01-31"))
			}
			for _, id := range []string{"8.1", "8.4", "15.1", "17.1"} {
				q.items = append(q.items, Item{ID: id})
			}
			q.actors = []context.Context{ctx,
				auth.With(ctx, auth.Actor{Kind: auth.Person, ID: 3, Login: "can-bo", Grants: []auth.Grant{{Role: auth.CommuneOfficer, Unit: int64(q.units[0].ID)}}}),
				auth.With(ctx, auth.Actor{Kind: auth.Person, ID: 4, Login: "so", Grants: []auth.Grant{{Role: auth.Department, Departments: []string{"thong_tin"}}}}),
			}
			type moment struct {
				at              time.Time
				outside, inside map[territory.UnitID]string
			}
			var moments []moment
			look := func() moment {
				m := moment{at: h.db.Clock().Now()}
				m.outside = seen(mustBoard(t, h, q.set, q.period))
				b, err := h.results.Board(ctx, q.set, q.period)
				if err != nil {
					t.Fatal(err)
				}
				m.inside = seen(b)
				return m
			}
			for n := range steps {
				q.step()
				if n%8 == 7 {
					// A value stamped later than the clock, because two of one item never share an instant, belongs to this moment.
					h.db.Clock().Set(h.db.Clock().Now().Add(time.Second))
					moments = append(moments, look())
					h.db.Clock().Set(h.db.Clock().Now().Add(time.Second))
				}
			}
			f, err := h.results.Frame(ctx, q.set, q.period)
			if err != nil {
				t.Fatal(err)
			}
			public, inside := q.folded(f.book.ID)
			if len(public) == 0 {
				t.Fatal("the sequence recorded nothing")
			}
			now := look()
			if want := judgedBy(f, public); !maps.Equal(now.outside, want) {
				t.Errorf("run %d: outside stands\n%v\nreplayed\n%v", run, now.outside, want)
			}
			if want := judgedBy(f, public, inside); !maps.Equal(now.inside, want) {
				t.Errorf("run %d: inside stands\n%v\nreplayed\n%v", run, now.inside, want)
			}
			for _, m := range moments {
				out, err := h.results.BoardAt(context.Background(), q.set, q.period, m.at)
				if err != nil {
					t.Fatal(err)
				}
				in, err := h.results.BoardAt(ctx, q.set, q.period, m.at)
				if err != nil {
					t.Fatal(err)
				}
				if !maps.Equal(seen(out), m.outside) || !maps.Equal(seen(in), m.inside) {
					t.Errorf("run %d: the board of %v is not the one that was seen then", run, m.at)
				}
			}
		}
	})
	t.Log(counted)
	for _, what := range []string{"edit", "edit refused", "import", "import written", "override"} {
		if counted[what] < 10 {
			t.Errorf("%s: only %d times; the sequences prove little", what, counted[what])
		}
	}
}

// What came later changes no board of an earlier moment: 48 of 111 stays 48 of 111 as of the day before the correction.
func TestBoardAtKeepsWhatWasKnown(t *testing.T) {
	onBoth(t, true, func(t *testing.T, ctx context.Context, h *house) {
		const set, period = "xa-ntm-nang-cao-2021-2025", "2023"
		before := h.db.Clock().Now()
		h.db.Clock().Set(before.Add(24 * time.Hour))
		u := h.unit(t, "24805", "2023-12-31")
		card, err := h.results.Scorecard(ctx, u.ID, set, period)
		if err != nil {
			t.Fatal(err)
		}
		c := Correction{Unit: u.ID, Set: set, Period: period, Item: Item{ID: "8.4"}, Figure: Figure{Declared: workbook.VerdictNotMet}, Reason: "kiểm tra lại", IfMatch: card.Cell(Item{ID: "8.4"}).ETag()}
		if err := h.results.Correct(ctx, c); err != nil {
			t.Fatal(err)
		}
		met := func(at time.Time) int {
			b, err := h.results.BoardAt(context.Background(), set, period, at)
			if err != nil {
				t.Fatal(err)
			}
			return b.Count(b.Rows, Item{ID: "8.4"}).Met
		}
		for range 2 { // read, then kept
			if was, is, now := met(before), met(h.db.Clock().Now()), met(time.Time{}); was != 48 || is != 47 || now != 47 {
				t.Errorf("8.4 is met by %d, then %d, now %d; want 48, 47, 47", was, is, now)
			}
		}
		if n := met(before.AddDate(-1, 0, 0)); n != 0 {
			t.Errorf("%d met before anything was recorded", n)
		}
		if _, err := h.results.BoardAt(ctx, set, period, h.db.Clock().Now().Add(time.Minute)); !fault.Is(err, fault.Invalid) {
			t.Errorf("a board of tomorrow: %v, want invalid", err)
		}
	})
}

// A kept board is never older than the last write, whoever wrote: two programs over one store.
func TestKeptBoardsAreNotStale(t *testing.T) {
	onBoth(t, true, func(t *testing.T, ctx context.Context, h *house) {
		const set, period = "xa-ntm-2026-2030", "2026-Q3"
		other := build(h.db)
		u := h.unit(t, "24943", "2026-09-30")
		item := Item{ID: "7", Criterion: true}
		for n := range 6 {
			writer, reader := h, other
			if n%2 == 1 {
				writer, reader = other, h
			}
			card, err := writer.results.Scorecard(ctx, u.ID, set, period)
			if err != nil {
				t.Fatal(err)
			}
			word, want := workbook.VerdictMet, Met
			if n%2 == 0 {
				word, want = workbook.VerdictNearly, Nearly
			}
			if err := writer.results.Correct(ctx, Correction{Unit: u.ID, Set: set, Period: period, Item: item, Figure: Figure{Declared: word}, Reason: "thử", IfMatch: card.Cell(item).ETag()}); err != nil {
				t.Fatal(err)
			}
			for _, x := range []*house{reader, writer} {
				b := mustBoard(t, x, set, period)
				for _, r := range b.Rows {
					if got := b.Verdict(r, item); r.Unit.ID == u.ID && got != want {
						t.Errorf("write %d: a board shows %s, want %s", n, got, want)
					}
				}
			}
		}
	})
}

// version loads the shipped file of a set, changed, as a new version and returns its id.
func (h *house) version(t *testing.T, ctx context.Context, code string, change func(file string) string) int64 {
	t.Helper()
	b, err := os.ReadFile("../criteria/data/" + code + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := h.sets.LoadSet(ctx, code+".yaml", []byte(change(string(b))), false)
	if err != nil {
		t.Fatal(err)
	}
	if !loaded.Written {
		t.Fatal("the file did not change")
	}
	return loaded.ID
}

// without84 takes indicator 8.4 out of the file of a set that has so many indicators.
func without84(t *testing.T, indicators int) func(file string) string {
	return func(file string) string {
		head, rest, ok := strings.Cut(file, "          - id: \"8.4\"\n")
		if !ok {
			t.Fatal("8.4 does not stand in the file")
		}
		end := strings.Index(rest, "\n          - id:")
		if next := strings.Index(rest, "\n      - id:"); next >= 0 && next < end {
			end = next // the last indicator of its criterion
		}
		if end < 0 {
			t.Fatal("8.4 is followed by nothing")
		}
		return strings.Replace(head+rest[end+1:], fmt.Sprintf("indicators: %d", indicators), fmt.Sprintf("indicators: %d", indicators-1), 1)
	}
}

// A period keeps the version that judged it until it is moved with a reason; a version without a place for recorded values
// is refused, and nothing is written.
func TestMovePeriod(t *testing.T) {
	onBoth(t, true, func(t *testing.T, ctx context.Context, h *house) {
		const set, period = "xa-ntm-nang-cao-2021-2025", "2023"
		first := mustBoard(t, h, set, period).Set.Version
		same := h.version(t, ctx, set, func(file string) string { return file + "# bản đính chính\n" })
		if got := mustBoard(t, h, set, period).Set.Version; got != first {
			t.Fatalf("judged by version %d after another was loaded, want %d", got, first)
		}
		m, err := h.results.PreviewMove(ctx, set, period, same)
		if err != nil {
			t.Fatal(err)
		}
		ask := MoveRequest{Set: set, Period: period, To: same, Reason: "đính chính văn bản"}
		if err := h.results.MovePeriod(ctx, ask); !fault.Is(err, fault.Unconditional) {
			t.Errorf("without a version: %v, want unconditional", err)
		}
		ask.IfMatch = m.ETag + "0"
		if err := h.results.MovePeriod(ctx, ask); !fault.Is(err, fault.Stale) {
			t.Errorf("a stale preview: %v, want stale", err)
		}
		ask.IfMatch = m.ETag
		viewer := auth.With(context.Background(), auth.Actor{Kind: auth.Person, ID: 5, Login: "xem", Grants: []auth.Grant{{Role: auth.Department, Departments: []string{"thong_tin"}}}})
		if err := h.results.MovePeriod(viewer, ask); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a department moves a period: %v, want forbidden", err)
		}
		before := h.db.Clock().Now()
		h.db.Clock().Set(before.Add(time.Hour))
		if err := h.results.MovePeriod(ctx, ask); err != nil {
			t.Fatal(err)
		}
		b := mustBoard(t, h, set, period)
		if b.Set.Version != same || b.Count(b.Rows, Item{ID: "8.4"}).Met != 48 {
			t.Errorf("after the move: version %d, %d meet 8.4; want %d and 48", b.Set.Version, b.Count(b.Rows, Item{ID: "8.4"}).Met, same)
		}
		then, err := h.results.BoardAt(ctx, set, period, before)
		if err != nil || then.Set.Version != first {
			t.Errorf("as of before the move: %v, want version %d", err, first)
		}
	})
}

// A file that leaves recorded values without a place is refused with their number; where a period came to hold such values
// after the file, the period cannot be moved. Nothing is written either way.
func TestOrphansAreRefused(t *testing.T) {
	onBoth(t, true, func(t *testing.T, ctx context.Context, h *house) {
		const advanced = "xa-ntm-nang-cao-2021-2025"
		file, err := os.ReadFile("../criteria/data/" + advanced + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		version := mustBoard(t, h, advanced, "2023").Set.Version
		_, err = h.sets.LoadSet(ctx, "thieu.yaml", []byte(without84(t, 75)(string(file))), false)
		var lost criteria.Orphans
		if !errors.As(err, &lost) || len(lost) != 1 || lost[0].ID != "8.4" || lost[0].Values != 111 {
			t.Fatalf("a file without 8.4: %v, want 8.4 with 111 values", err)
		}
		if set, err := h.sets.Current(ctx, advanced); err != nil || set.Version != version {
			t.Errorf("after the refusal version %d counts, want %d (%v)", set.Version, version, err)
		}
		// In the basic set nothing is recorded of 8.4 when the file comes, so it is taken; then the period, which its own
		// values hold to the older version, gets one.
		const basic, period = "xa-ntm-2021-2025", "2024"
		u := h.unit(t, "24805", "2024-12-31")
		put := func(id string) {
			t.Helper()
			c := Correction{Unit: u.ID, Set: basic, Period: period, Item: Item{ID: id}, Figure: Figure{Declared: workbook.VerdictMet}, Reason: "thử", IfMatch: "0"}
			if err := h.results.Correct(ctx, c); err != nil {
				t.Fatal(err)
			}
		}
		put("8.1")
		gone := h.version(t, ctx, basic, without84(t, 57))
		put("8.4")
		m, err := h.results.PreviewMove(ctx, basic, period, gone)
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Orphans) != 1 || m.Orphans[0].ID != "8.4" || m.Orphans[0].Values != 1 {
			t.Errorf("orphans %v, want 8.4 with 1 value", m.Orphans)
		}
		if err := h.results.MovePeriod(ctx, MoveRequest{Set: basic, Period: period, To: gone, Reason: "thử", IfMatch: m.ETag}); !fault.Is(err, fault.Conflict) {
			t.Errorf("moving to a version without 8.4: %v, want conflict", err)
		}
		if got := h.count(t, basic, period, "8.4"); got.Met != 1 {
			t.Errorf("after the refusal %d meet 8.4, want 1", got.Met)
		}
	})
}

// 48 of 111 of 2023 stays 48 of 111 whatever is imported, merged or renamed later: results of other periods and sets, a
// merger to come, another version of the set, a decision that holds later, a commune group.
func TestSnapshotStaysWhateverComesLater(t *testing.T) {
	onBoth(t, true, func(t *testing.T, ctx context.Context, h *house) {
		const set, period = "xa-ntm-nang-cao-2021-2025", "2023"
		first := mustBoard(t, h, set, period).Set.Version
		check := func(after string) {
			t.Helper()
			c := h.count(t, set, period, "8.4")
			if tenths, _ := c.Tenths(); c.Met != 48 || c.Total != 111 || tenths != 432 {
				t.Errorf("after %s: %+v, want 48 of 111 = 43.2", after, c)
			}
			if v := mustBoard(t, h, set, period).Set.Version; v != first {
				t.Errorf("after %s: judged by version %d, want %d", after, v, first)
			}
		}
		check("nothing")
		for _, o := range offices(t) {
			q := o.request()
			q.Partial = true
			if rep, err := h.results.Import(ctx, q); err != nil || !rep.Written {
				t.Fatal(o.name, err)
			}
		}
		check("the workbooks of other periods")
		kaDo, donDuong := h.unit(t, "24943", "2026-09-30"), h.unit(t, "24931", "2026-09-30")
		files := fstest.MapFS{
			"units.csv": {Data: fmt.Appendf(nil, "id,code,level,kind,name,from,to,parent,basis\n%d,24943,commune,xa,Ka Đô,2025-07-01,2026-12-31,%d,cũ\n%d,24931,commune,xa,Đơn Dương,2025-07-01,2026-12-31,%d,cũ\n"+
				"99924943,24943,commune,phuong,Ka Đô Mới,2027-01-01,,%d,nghị quyết thử\n", kaDo.ID, h.top(t), donDuong.ID, h.top(t), h.top(t))},
			"lineage.csv": {Data: fmt.Appendf(nil, "from,to,on,whole,kind,basis\n%d,99924943,2027-01-01,yes,merge,nghị quyết thử\n%d,99924943,2027-01-01,yes,merge,nghị quyết thử\n", kaDo.ID, donDuong.ID)},
		}
		src, err := territory.ReadSource(files)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.units.ImportUnits(ctx, src, "thu"); err != nil {
			t.Fatal(err)
		}
		if n := len(mustBoard(t, h, set, period).Roster.Communes()); n != 111 {
			t.Errorf("%d communes in 2023 after a merger of 2027", n)
		}
		check("a merger to come")
		h.version(t, ctx, set, func(file string) string {
			return strings.Replace(file, "threshold: \"Đạt\"\n            lead: thong_tin", "threshold: \"Đạt\"\n            lead: y_te", 1)
		})
		check("another version of the set")
		if _, err := h.sets.LoadOverrides(ctx, "q.yaml", []byte("set: "+set+"\ndecision: \"9/QĐ-UBND\"\ndecided_on: 2024-01-05\nvalid_from: 2024-02-01\nthresholds:\n  \"17.10\": 99\n"), false); err != nil {
			t.Fatal(err)
		}
		check("a decision that holds later")
		u := h.unit(t, "24805", "2023-12-31")
		if err := h.results.Correct(ctx, Correction{Unit: u.ID, Set: set, Period: "2024", Item: Item{ID: "8.1"}, Figure: Figure{Declared: workbook.VerdictNotMet}, Reason: "kỳ khác", IfMatch: "0"}); err != nil {
			t.Fatal(err)
		}
		check("a value of another period")
	})
}

// top is the id of the province today.
func (h *house) top(t *testing.T) territory.UnitID {
	t.Helper()
	u := h.unit(t, "24943", "2026-09-30")
	reg, err := h.units.Register(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	above := reg.At("2026-09-30").Ancestors(u.ID)
	return above[len(above)-1].ID
}
