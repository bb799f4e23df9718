package process

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"langso/internal/assessment"
	"langso/internal/testkit"
)

// Acknowledged writes survive kill -9: clients on their own side of the wire write down what was acknowledged, langso is
// killed at a random moment again and again, and in the end every acknowledged edit stands in the history exactly once
// with its value, every acknowledged import whole, and nothing is there by half.
func TestDurability(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			o := testkit.Options{Demo: true}
			if engine == "postgres" {
				o.URL, o.Durable = testkit.PostgresDurable(t), true
			}
			killing(t, testkit.Start(t, o), often(30, 1000))
		})
	}
}

// What the clients write. Both items are numbers in the set (million đồng a head, m² a head) and the others percent.
var (
	editItems   = []string{"10", "17.4"}
	importItems = []string{"10", "17.4", "2.1"}
)

const (
	editors       = 3
	editUnits     = 4  // of each editor, nobody else writes there
	importUnits   = 20 // of the importer
	longestRandom = 40 * time.Millisecond
)

// office is everybody who writes, with what they know.
type office struct {
	node    *testkit.Node
	bearer  string
	serial  atomic.Int64  // every write has a number of its own, which is also its value
	dead    atomic.Bool   // langso was killed: missing answers are no surprise
	acks    chan struct{} // a write was acknowledged
	commits chan struct{} // an import is about to be written
	broken  chan struct{} // closed by the first client that gives up although langso runs
	giveUp  sync.Once
	editors []*editor
	importer
	// unanswered counts the writes of a round that left whole and got no answer.
	unanswered atomic.Int64
}

// editor corrects values of communes of its own.
type editor struct {
	cells []cell
	// notes of what was tried, by cell: serial → acknowledged.
	tried map[cell]map[int64]bool
}

// importer hands in workbooks. Its batches are known by the number in their address.
type importer struct {
	units   []commune
	batches map[int64]*handed
}

type handed struct {
	serial       int64
	acknowledged bool
}

func killing(t *testing.T, n *testkit.Node, kills int) {
	o := &office{node: n, bearer: token(t, n), acks: make(chan struct{}, 1024), commits: make(chan struct{}, 1024), broken: make(chan struct{})}
	all := communes(t, newProgram(n, ""))
	o.units, o.batches = all[:importUnits], map[int64]*handed{}
	for i := range editors {
		e := &editor{tried: map[cell]map[int64]bool{}}
		for _, u := range all[importUnits+i*editUnits : importUnits+(i+1)*editUnits] {
			for _, item := range editItems {
				c := cell{u.Code, item}
				e.cells = append(e.cells, c)
				e.tried[c] = map[int64]bool{}
			}
		}
		o.editors = append(o.editors, e)
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	between := 0
	for range kills {
		if o.round(t, random) {
			between++
		}
		n.Restart()
		if t.Failed() {
			return
		}
	}
	edits, imports := o.prove(t)
	t.Logf("%d kills, %d of them between a request and its answer; %d edits and %d imports acknowledged", kills, between, edits, imports)
	if between*3 < kills*2 {
		t.Errorf("%d of %d kills fell between a request and its answer, want two thirds", between, kills)
	}
	if edits < kills || imports < kills/10 {
		t.Errorf("%d edits and %d imports acknowledged in %d rounds: too few to prove anything", edits, imports, kills)
	}
	checked(t, n)
}

// round lets everybody write until langso is killed, and reports whether a write was between request and answer then.
func (o *office) round(t *testing.T, random *rand.Rand) bool {
	o.dead.Store(false)
	o.unanswered.Store(0)
	var everybody sync.WaitGroup
	for _, e := range o.editors {
		everybody.Go(func() { o.edit(t, e) })
	}
	everybody.Go(func() { o.imports(t) })
	// Half of the kills look for the writing of an import, which is the longest transaction.
	event, times := o.acks, random.IntN(8)
	if random.IntN(2) == 0 {
		event, times = o.commits, 1+random.IntN(3)
	}
	for range times {
		select {
		case <-event:
		case <-o.broken:
		case <-time.After(time.Minute):
			t.Error("no write was acknowledged for a minute")
		}
	}
	// The moment is random on purpose; nothing is waited for.
	<-time.After(time.Duration(random.Int64N(int64(longestRandom))))
	o.dead.Store(true)
	o.node.Kill9()
	everybody.Wait()
	for _, c := range []chan struct{}{o.acks, o.commits} {
		for len(c) > 0 {
			<-c
		}
	}
	return o.unanswered.Load() > 0
}

// tell tells the round of an event.
func tell(event chan<- struct{}) {
	select {
	case event <- struct{}{}:
	default: // the round has heard enough
	}
}

// lost handles a request without answer: it ends the work of a client, and is an error unless langso was killed.
func (o *office) lost(t *testing.T, sent bool, err error) {
	if sent {
		o.unanswered.Add(1)
	}
	if !o.dead.Load() {
		o.wrong(t, "no answer although langso runs: %v", err)
	}
}

// wrong handles an answer that no client should get.
func (o *office) wrong(t *testing.T, format string, args ...any) {
	t.Errorf(format, args...)
	o.giveUp.Do(func() { close(o.broken) })
}

// edit corrects one value after the other until langso is gone. It looks before each write, as a person does.
func (o *office) edit(t *testing.T, e *editor) {
	p := newProgram(o.node, o.bearer)
	defer p.http.CloseIdleConnections()
	for i := 0; ; i++ {
		c := e.cells[i%len(e.cells)]
		path := c.path(set, period)
		have, _, err := p.send("GET", path, nil, nil)
		if err != nil {
			o.lost(t, false, err)
			return
		}
		if have.status != http.StatusOK {
			o.wrong(t, "GET %s: %d %s", path, have.status, have.body)
			return
		}
		n := o.serial.Add(1)
		e.tried[c][n] = false
		got, sent, err := p.put(path, have.etag(), map[string]string{"value": strconv.FormatInt(n, 10), "reason": note(n)})
		if err != nil {
			o.lost(t, sent, err)
			return
		}
		switch got.status {
		case http.StatusOK:
		case http.StatusPreconditionFailed:
			// A write that got no answer may reach PostgreSQL's disk after the restart, behind the look above.
			delete(e.tried[c], n)
			continue
		default:
			o.wrong(t, "PUT %s: %d %s", path, got.status, got.body)
			return
		}
		e.tried[c][n] = true
		tell(o.acks)
	}
}

func note(serial int64) string { return "ghi số " + strconv.FormatInt(serial, 10) }

// imports hands in one workbook after the other until langso is gone.
func (o *office) imports(t *testing.T) {
	p := newProgram(o.node, o.bearer)
	defer p.http.CloseIdleConnections()
	for {
		n := o.serial.Add(1)
		file := matrix(t, o.units, importItems, func(commune, string) any { return float64(n%100_000) / 1000 })
		got, sent, err := p.upload(set, period, fmt.Sprintf("bieu-%d.xlsx", n), file)
		if err != nil {
			o.lost(t, sent, err)
			return
		}
		location := got.header.Get("Location")
		id, err := strconv.ParseInt(strings.TrimPrefix(location, importPage+"/"), 10, 64)
		if got.status != http.StatusSeeOther || err != nil {
			o.wrong(t, "upload: %d, Location %q: %s", got.status, location, got.body)
			return
		}
		o.batches[id] = &handed{serial: n}
		tell(o.commits)
		if got, sent, err = p.commit(location, false); err != nil {
			o.lost(t, sent, err)
			return
		}
		if got.status != http.StatusSeeOther {
			o.wrong(t, "commit: %d %s", got.status, got.body)
			return
		}
		o.batches[id].acknowledged = true
		tell(o.acks)
	}
}

// prove compares what is stored with what the clients wrote down.
func (o *office) prove(t *testing.T) (edits, imports int) {
	t.Helper()
	h := o.node.House()
	for _, e := range o.editors {
		for _, c := range e.cells {
			stored, last := map[string]int{}, int64(0)
			for _, v := range versions(t, h, c) {
				stored[v.Version.Note]++
				f := v.Version.Figure
				if v.Version.Note != note(f.Num) || f.Scale != 0 {
					t.Errorf("%v: %q wrote %v", c, v.Version.Note, f)
				}
				if f.Num <= last {
					t.Errorf("%v: %d stands behind %d", c, f.Num, last)
				}
				last = f.Num
			}
			for n, acknowledged := range e.tried[c] {
				k := stored[note(n)]
				if k > 1 || acknowledged && k != 1 {
					t.Errorf("%v: write %d (acknowledged: %v) is there %d times", c, n, acknowledged, k)
				}
				if acknowledged {
					edits++
				}
				delete(stored, note(n))
			}
			if len(stored) > 0 {
				t.Errorf("%v: nobody wrote %v", c, slices.Sorted(maps.Keys(stored)))
			}
		}
	}
	values := map[int64]int{}
	for _, u := range o.units {
		for _, item := range importItems {
			for _, v := range versions(t, h, cell{u.Code, item}) {
				b := o.batches[v.Version.Batch]
				if b == nil {
					t.Errorf("%s %s: nobody imported batch %d", u.Code, item, v.Version.Batch)
					continue
				}
				values[v.Version.Batch]++
				if f := v.Version.Figure; thousandths(f) != b.serial%100_000 {
					t.Errorf("%s %s: batch %d wrote %v, its file says %d/1000", u.Code, item, v.Version.Batch, f, b.serial)
				}
			}
		}
	}
	for id, b := range o.batches {
		if n := values[id]; n != 0 && n != len(o.units)*len(importItems) || b.acknowledged && n == 0 {
			t.Errorf("batch %d (acknowledged: %v) is there with %d of %d values", id, b.acknowledged, n, len(o.units)*len(importItems))
		}
		if b.acknowledged {
			imports++
		}
	}
	return edits, imports
}

// thousandths is a figure with at most three decimals as a whole number.
func thousandths(f assessment.Figure) int64 {
	n := f.Num
	for range 3 - f.Scale {
		n *= 10
	}
	return n
}
