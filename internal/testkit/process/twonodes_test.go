package process

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"langso/internal/testkit"
)

// The snapshot of the news report: 48 of 111 communes met 8.4 of the advanced set.
const (
	snapshotSet    = "xa-ntm-nang-cao-2021-2025"
	snapshotPeriod = "2023"
	snapshotPath   = "/api/v1/indicators/" + snapshotSet + "/8.4/summary?period=" + snapshotPeriod
)

// summary is the count of communes on one indicator.
type summary struct {
	Met, Total int
	Percent    float64
}

// A verdict changed on one node is in the count of the other node at its next request. 48/111 = 43.2 and 47/111 = 42.3
// are computed by hand.
func TestTwoNodesShowAChange(t *testing.T) {
	a, b := testkit.TwoNodes(t, testkit.Options{Demo: true})
	onA, onB := newProgram(a, token(t, a)), newProgram(b, "")
	for _, p := range []*program{onA, onB} {
		var s summary
		if p.get(t, snapshotPath, &s); s != (summary{48, 111, 43.2}) {
			t.Fatalf("before: %+v", s)
		}
	}
	path := cell{"24805", "8.4"}.path(snapshotSet, snapshotPeriod) // met in the snapshot
	seen := onA.must(t, "GET", path, nil, nil)
	if !strings.Contains(seen.body, `"verdict":"met"`) {
		t.Fatalf("24805 before: %s", seen.body)
	}
	got, _, err := onA.put(path, seen.etag(), map[string]string{"verdict": "chua_dat", "reason": "kiểm tra lại"})
	if err != nil || got.status != http.StatusOK {
		t.Fatalf("%d %s, %v", got.status, got.body, err)
	}
	var s summary
	if onB.get(t, snapshotPath, &s); s != (summary{47, 111, 42.3}) {
		t.Errorf("on the other node at its next request: %+v, want 47 of 111, 42.3 %%", s)
	}
	// A new version of the same value on B, made against what A showed, is refused; one that names no version too.
	onB.bearer = onA.bearer
	if got, _, err = onB.put(path, seen.etag(), map[string]string{"verdict": "dat", "reason": "bản cũ"}); err != nil || got.status != http.StatusPreconditionFailed {
		t.Errorf("a stale write on the other node: %d %s, %v; want 412", got.status, got.body, err)
	}
	if got, _, err = onB.put(path, "", map[string]string{"verdict": "dat", "reason": "không xem"}); err != nil || got.status != http.StatusPreconditionRequired {
		t.Errorf("a write without If-Match: %d %s, %v; want 428", got.status, got.body, err)
	}
	if detail, _ := got.problem(); !strings.Contains(detail, "If-Match") {
		t.Errorf("the refusal does not say what is missing: %q", detail)
	}
	if onB.get(t, snapshotPath, &s); s.Met != 47 {
		t.Errorf("refused writes changed the count: %+v", s)
	}
	fresh := onB.must(t, "GET", path, nil, nil).etag()
	if got, _, err = onB.put(path, fresh, map[string]string{"verdict": "dat", "reason": "bản mới"}); err != nil || got.status != http.StatusOK {
		t.Errorf("a write against the newest version: %d %s, %v", got.status, got.body, err)
	}
	if onA.get(t, snapshotPath, &s); s != (summary{48, 111, 43.2}) {
		t.Errorf("back on the first node: %+v, want 48 of 111, 43.2 %%", s)
	}
}

// Two writers, one on each node, start from the same version at the same moment: exactly one of them wins, the other is
// told that he saw an old version.
func TestTwoNodesRace(t *testing.T) {
	a, b := testkit.TwoNodes(t, testkit.Options{Demo: true})
	bearer := token(t, a)
	nodes := []*program{newProgram(a, bearer), newProgram(b, bearer)}
	c := cell{communes(t, nodes[0])[0].Code, "10"}
	path := c.path(set, period)
	rounds := often(50, 200)
	for round := range rounds {
		seen := nodes[round%2].must(t, "GET", path, nil, nil).etag()
		var answers [2]answer
		var errs [2]error
		barrier := make(chan struct{})
		var both sync.WaitGroup
		for i, p := range nodes {
			both.Go(func() {
				<-barrier
				answers[i], _, errs[i] = p.put(path, seen, map[string]string{"value": fmt.Sprint(2*round + i), "reason": note(int64(2*round + i))})
			})
		}
		close(barrier)
		both.Wait()
		won, lost := 0, 0
		for i, a := range answers {
			if errs[i] != nil {
				t.Fatal(errs[i])
			}
			switch a.status {
			case http.StatusOK:
				won++
			case http.StatusPreconditionFailed:
				lost++
			default:
				t.Errorf("round %d: %d %s", round, a.status, a.body)
			}
		}
		if won != 1 || lost != 1 {
			t.Fatalf("round %d: %d writers won and %d lost, want one of each", round, won, lost)
		}
	}
	if list := versions(t, a.House(), c); len(list) != rounds {
		t.Errorf("%d versions after %d rounds", len(list), rounds)
	}
	checked(t, b)
}

// Edits and imports on both nodes at once lose nothing: two counters are raised by everybody, and workbooks of both nodes
// write different items of the same communes, whose verdicts are stored together.
func TestTwoNodesLoseNothing(t *testing.T) {
	const (
		writers  = 2 // on each node
		raises   = 12
		handedIn = 5 // workbooks on each node
	)
	a, b := testkit.TwoNodes(t, testkit.Options{Demo: true})
	bearer := token(t, a)
	nodes := []*testkit.Node{a, b}
	units := communes(t, newProgram(a, ""))[:20]
	counters := []cell{{units[0].Code, "17.1"}, {units[1].Code, "17.1"}}
	imported := [][]string{{"10", "2.1"}, {"17.4", "2.2"}} // by the first node, by the second
	begin := newProgram(a, bearer)
	for _, c := range counters {
		if got, _, err := begin.put(c.path(set, period), `"0"`, map[string]string{"value": "0", "reason": note(0)}); err != nil || got.status != http.StatusOK {
			t.Fatalf("%d %s, %v", got.status, got.body, err)
		}
	}
	var everybody sync.WaitGroup
	for i, n := range nodes {
		for w := range writers {
			everybody.Go(func() { raise(t, newProgram(n, bearer), counters[w], raises) })
		}
		everybody.Go(func() {
			p := newProgram(n, bearer)
			for k := range handedIn {
				file := matrix(t, units, imported[i], func(commune, string) any { return k + 1 })
				got, _, err := p.upload(set, period, "bieu.xlsx", file)
				if err != nil || got.status != http.StatusSeeOther {
					t.Errorf("upload: %d %s, %v", got.status, got.body, err)
					return
				}
				if got, _, err = p.commit(got.header.Get("Location"), false); err != nil || got.status != http.StatusSeeOther {
					t.Errorf("commit: %d %s, %v", got.status, got.body, err)
					return
				}
			}
		})
	}
	everybody.Wait()
	if t.Failed() {
		return
	}
	h := a.House()
	for _, c := range counters {
		list := versions(t, h, c)
		if len(list) != 1+len(nodes)*raises {
			t.Errorf("%v: %d versions, want %d", c, len(list), 1+len(nodes)*raises)
		}
		for i, v := range list {
			if v.Version.Figure.Num != int64(i) {
				t.Errorf("%v: version %d counts %d", c, i, v.Version.Figure.Num)
			}
		}
	}
	for i := range nodes {
		for _, u := range units {
			for _, item := range imported[i] {
				list := versions(t, h, cell{u.Code, item})
				if len(list) != handedIn {
					t.Errorf("%s %s: %d versions, want %d", u.Code, item, len(list), handedIn)
				}
				for k, v := range list {
					if v.Version.Figure.Num != int64(k+1) {
						t.Errorf("%s %s: version %d is %d", u.Code, item, k, v.Version.Figure.Num)
					}
				}
			}
		}
	}
	for _, item := range []string{"17.1", "10", "2.1", "17.4", "2.2"} {
		path := "/api/v1/indicators/" + set + "/" + item + "/summary?period=" + period
		first, second := newProgram(a, "").must(t, "GET", path, nil, nil), newProgram(b, "").must(t, "GET", path, nil, nil)
		if first.status != http.StatusOK || first.body != second.body {
			t.Errorf("%s: %s on one node, %s on the other", item, first.body, second.body)
		}
	}
	checked(t, a)
}

// raise adds one to a value, again and again; who saw an old version looks and tries again.
func raise(t *testing.T, p *program, c cell, times int) {
	path := c.path(set, period)
	for done := 0; done < times; {
		var seen struct{ Value int }
		a, _, err := p.send("GET", path, nil, nil)
		if err == nil {
			err = a.json(&seen)
		}
		if err != nil {
			t.Error(err)
			return
		}
		next := strconv.Itoa(seen.Value + 1)
		got, _, err := p.put(path, a.etag(), map[string]string{"value": next, "reason": "thêm một"})
		switch {
		case err != nil || got.status != http.StatusOK && got.status != http.StatusPreconditionFailed:
			t.Errorf("%d %s, %v", got.status, got.body, err)
			return
		case got.status == http.StatusOK:
			done++
		}
	}
}
