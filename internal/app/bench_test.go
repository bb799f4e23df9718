package app_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"langso/internal/assessment"
	"langso/internal/criteria"
	"langso/internal/std/xlsx"
	"langso/internal/testkit"
)

// The benches run the program as it ships, in a process of its own, on a province with five years of results: 111 xã,
// 132 indicators of two sets. docs/benchmarks.md says what they measured.

const (
	basicSet    = "xa-ntm-2021-2025"
	advancedSet = "xa-ntm-nang-cao-2021-2025"
)

// program builds langso with the options of make build.
func program(b *testing.B) string {
	b.Helper()
	out := filepath.Join(b.TempDir(), "langso")
	c := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", out, "langso/cmd/langso")
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := c.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, text)
	}
	return out
}

// onEngines runs fn on a demo province that also has five years of results. PostgreSQL is the server that syncs.
func onEngines(b *testing.B, fn func(b *testing.B, n *testkit.Node)) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			o := testkit.Options{Demo: true, Program: program(b)}
			if engine == "postgres" {
				o.URL, o.Durable = testkit.PostgresDurable(b), true
			}
			n := testkit.Start(b, o)
			h := n.House()
			for _, set := range []string{basicSet, advancedSet} {
				for year := 2019; year < 2024; year++ {
					q := assessment.ImportRequest{Set: set, Period: strconv.Itoa(year), FileName: "nam.xlsx", File: list(b, h, set, 0)}
					rep, err := h.Results.Import(h.Ctx, q)
					if err != nil || !rep.Written {
						b.Fatalf("%s %d: %v, %+v", set, year, err, rep)
					}
				}
			}
			fn(b, n)
		})
	}
}

// onNation runs fn on the invented country: 3,321 communes, 132 indicators, five years.
func onNation(b *testing.B, fn func(b *testing.B, n *testkit.Node)) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			o := testkit.Options{Demo: true, Program: program(b)}
			if engine == "postgres" {
				o.URL, o.Durable = testkit.PostgresDurable(b), true
			}
			n := testkit.Start(b, o)
			h := n.House()
			rep, err := h.Results.MakeNation(h.Ctx, 3321)
			if err != nil || rep.Communes != 3321 || rep.Values < 2_000_000 {
				b.Fatalf("%+v, %v", rep, err)
			}
			fn(b, n)
		})
	}
}

// BenchmarkNation is BenchmarkStart and BenchmarkPages over the data of a country, which takes minutes to make.
func BenchmarkNation(b *testing.B) {
	onNation(b, func(b *testing.B, n *testkit.Node) {
		b.Run("start", func(b *testing.B) { start(b, n) })
		b.Run("pages", func(b *testing.B) { officeDay(b, n) })
	})
}

// list is a workbook with a row per commune and indicator; rows > 0 repeats the first ones until there are so many.
func list(b *testing.B, h *testkit.House, set string, rows int) []byte {
	b.Helper()
	reg, err := h.Units.Register(h.Ctx)
	if err != nil {
		b.Fatal(err)
	}
	s, err := h.Sets.Current(h.Ctx, set)
	if err != nil {
		b.Fatal(err)
	}
	w := xlsx.NewWriter()
	sheet := w.Sheet("Danh sách", xlsx.Layout{})
	sheet.Header("TT", "Mã xã", "Xã", "Mã chỉ tiêu", "Tử số", "Mẫu số", "Giá trị", "Đánh giá")
	n := 0
	for first := true; first || n < rows; first = false {
		place := 0 // a repeated row says the same
		for _, i := range s.Indicators() {
			for _, u := range reg.At("2023-12-31").Communes() {
				place++
				if rows > 0 && n == rows {
					continue
				}
				n++
				cells := []xlsx.Out{xlsx.Int(n), xlsx.Str(u.Code), xlsx.Str("Xã " + u.Name), xlsx.Str(i.ID), {}, {}, {}, xlsx.Str("Đạt")}
				if i.Kind == criteria.Percent {
					cells[4], cells[5] = xlsx.Int(900+place%100), xlsx.Int(1000)
				}
				sheet.Cells(cells...)
			}
		}
	}
	file, err := w.Bytes()
	if err != nil {
		b.Fatal(err)
	}
	return file
}

// quantile returns the value below which share of the sorted list lies.
func quantile(sorted []time.Duration, share float64) time.Duration {
	return sorted[min(len(sorted)-1, int(float64(len(sorted))*share))]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// resident returns the memory of a process in MB.
func resident(b *testing.B, pid int) float64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	kB, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		b.Fatal(err)
	}
	return float64(kB) / 1024
}

// worked returns the processor time that a process has used. Unlike a wait it does not grow when others use the machine.
func worked(b *testing.B, pid int) time.Duration {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), ") ") // the name before may hold anything
	f := strings.Fields(rest)
	ticks := 0
	for _, s := range f[11:13] { // utime and stime, in hundredths of a second
		n, err := strconv.Atoi(s)
		if err != nil {
			b.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// BenchmarkStart is from the start of the process to the first healthy answer, on an existing database: bars 500 ms,
// 150 MB when idle, 100 MB on disk.
func BenchmarkStart(b *testing.B) { onEngines(b, start) }

func start(b *testing.B, n *testkit.Node) {
	var took []time.Duration
	memory := 0.0
	for b.Loop() {
		n.Stop()
		began := time.Now()
		n.Restart()
		took = append(took, time.Since(began))
		memory = max(memory, resident(b, n.PID()))
	}
	slices.Sort(took)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(milliseconds(quantile(took, 0.5)), "ms-median")
	b.ReportMetric(memory, "idle-MB")
	info, err := os.Stat(n.Program())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size())/(1<<20), "binary-MB")
}

// BenchmarkImport10000 is langso import results from start to end: a list of 10,000 rows, of which 8,325 are different
// values (111 communes, 75 indicators) and the others repeat them, into a period without values.
func BenchmarkImport10000(b *testing.B) {
	onEngines(b, func(b *testing.B, n *testkit.Node) {
		file := filepath.Join(b.TempDir(), "10000.xlsx")
		if err := os.WriteFile(file, list(b, n.House(), advancedSet, 10_000), 0o600); err != nil {
			b.Fatal(err)
		}
		var took []time.Duration
		month := 0
		for b.Loop() {
			period := fmt.Sprintf("%d-%02d", 2015+month/12, month%12+1)
			month++
			began := time.Now()
			r := n.CLI("import", "results", "--set", advancedSet, "--period", period, "--json", file)
			took = append(took, time.Since(began))
			var rep struct {
				Written bool
				Created int
			}
			r.JSON(b, &rep)
			if !rep.Written || rep.Created != 8325 {
				b.Fatalf("exit %d, %+v, %s", r.Code, rep, r.Stderr)
			}
		}
		slices.Sort(took)
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(milliseconds(quantile(took, 0.5)), "ms-median")
	})
}

// Load of BenchmarkPages.
const (
	clients  = 200
	rhythm   = 2 * time.Second // one request of each client
	warmUp   = 3               // requests of each client before counting begins
	measured = 10              // requests of each client that count
)

// BenchmarkPages is the time to the last byte of pages under the load of an office day: 200 signed-in clients, each asks
// for a page every 2 s; they share the cores with the server. Bar: 95 of 100 answers within 200 ms.
func BenchmarkPages(b *testing.B) { onEngines(b, officeDay) }

func officeDay(b *testing.B, n *testkit.Node) {
	h := n.House()
	reg, err := h.Units.Register(h.Ctx)
	if err != nil {
		b.Fatal(err)
	}
	pages := []struct{ name, path string }{
		{"today", "/lam-viec/tinh"},
		{"province", "/lam-viec/tinh?bo=" + advancedSet + "&ky=2023"},
		{"board", "/?bo=" + advancedSet + "&ky=2023"},
		{"indicator", "/lam-viec/chi-tieu/8.4?bo=" + advancedSet + "&ky=2023"},
		{"scorecard", "/lam-viec/bang-diem/" + reg.At("2023-12-31").Communes()[0].Slug() + "?bo=" + advancedSet + "&ky=2023"},
	}
	sessions := make([]*http.Cookie, clients)
	for i := range sessions {
		sessions[i] = signIn(b, n)
	}
	for b.Loop() {
		took := make([][]time.Duration, len(pages))
		var mu sync.Mutex
		ctx, stop := context.WithCancel(context.Background())
		web := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients, DisableCompression: true}, Timeout: time.Minute}
		began, work := time.Now(), worked(b, n.PID())
		var everybody sync.WaitGroup
		for i, session := range sessions {
			everybody.Go(func() {
				due := time.NewTimer(rand.N(rhythm))
				for k := range warmUp + measured {
					var at time.Time
					select {
					case at = <-due.C:
					case <-ctx.Done():
						return
					}
					due.Reset(rhythm) // the rhythm does not wait for slow answers
					page := (i + k) % len(pages)
					if err := fetch(ctx, web, n.URL+pages[page].path, session); err != nil {
						b.Error(err)
						stop()
						return
					}
					if k >= warmUp {
						mu.Lock()
						took[page] = append(took[page], time.Since(at))
						mu.Unlock()
					}
				}
			})
		}
		everybody.Wait()
		stop()
		web.CloseIdleConnections()
		if b.Failed() {
			return
		}
		all := slices.Concat(took...)
		slices.Sort(all)
		b.ReportMetric(0, "ns/op")
		requests := clients * (warmUp + measured)
		b.ReportMetric(float64(requests)/time.Since(began).Seconds(), "requests/s")
		b.ReportMetric(milliseconds(worked(b, n.PID())-work)/float64(requests), "cpu-ms/request")
		for _, q := range []struct {
			name  string
			share float64
		}{{"p50", 0.5}, {"p95", 0.95}, {"p99", 0.99}} {
			b.ReportMetric(milliseconds(quantile(all, q.share)), "ms-"+q.name)
		}
		for i, p := range pages {
			slices.Sort(took[i])
			b.ReportMetric(milliseconds(quantile(took[i], 0.95)), "ms-p95-"+p.name)
		}
		b.ReportMetric(resident(b, n.PID()), "loaded-MB")
	}
}

// signIn enters the demo as the province office and returns the session.
func signIn(b *testing.B, n *testkit.Node) *http.Cookie {
	b.Helper()
	web := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := web.PostForm(n.URL+"/dang-nhap/minh-hoa", url.Values{"login": {"vpdp"}})
	if err != nil {
		b.Fatal(err)
	}
	resp.Body.Close()
	for _, c := range resp.Cookies() {
		if c.Name == "ls_session" {
			return c
		}
	}
	b.Fatalf("sign-in: %d", resp.StatusCode)
	return nil
}

// fetch reads a page to its end as a browser does, compressed, but does not unpack it.
func fetch(ctx context.Context, web *http.Client, address string, session *http.Cookie) error {
	req, err := http.NewRequestWithContext(ctx, "GET", address, nil)
	if err != nil {
		return err
	}
	req.AddCookie(session)
	req.Header.Set("Accept-Encoding", "gzip")
	resp, err := web.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %d", address, resp.StatusCode)
	}
	return nil
}
