package process

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"langso/internal/assessment"
	"langso/internal/testkit"

	"github.com/xuri/excelize/v2"
)

func TestMain(m *testing.M) {
	limitFileSize()
	testkit.Main(m)
}

// The set and period that most tests write to: the demo has no values there, and 111 xã counted on 30 June 2024.
const (
	set    = "xa-ntm-2021-2025"
	period = "2024-06"
	asOf   = "2024-06-30"
)

// often returns how often a random test repeats: long in a soak run.
func often(usual, soak int) int {
	if os.Getenv("LANGSO_SOAK") != "" {
		return soak
	}
	return usual
}

// token makes a token of the demo's administrator.
func token(t *testing.T, n *testkit.Node) string {
	t.Helper()
	r := n.CLI("user", "token", "admin", "--scope", "all", "--json")
	var out struct{ Token string }
	r.JSON(t, &out)
	if r.Code != 0 || out.Token == "" {
		t.Fatalf("user token: exit %d, %q", r.Code, r.Stderr)
	}
	return out.Token
}

// versions returns what the store holds of one value, the oldest first.
func versions(t *testing.T, h *testkit.House, c cell) []assessment.HistoryEntry {
	t.Helper()
	reg, err := h.Units.Register(h.Ctx)
	if err != nil {
		t.Fatal(err)
	}
	list, err := h.Results.History(h.Ctx, reg.At(asOf).ByCode(c.unit).ID, set, period, c.item)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(list)
	return list
}

// program is a client of the API on a machine of its own, as far as langso can tell.
type program struct {
	base   string // address of a node
	bearer string // token, "" = guest
	http   *http.Client
}

func newProgram(n *testkit.Node, bearer string) *program {
	return &program{base: n.URL, bearer: bearer, http: &http.Client{
		Timeout:       2 * time.Minute,
		Transport:     &http.Transport{MaxIdleConnsPerHost: 8},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// etag returns the version that the answer shows, as If-Match wants it.
func (a answer) etag() string { return a.header.Get("ETag") }

func (a answer) json(v any) error { return json.Unmarshal([]byte(a.body), v) }

// problem returns the message and code of a problem document.
func (a answer) problem() (detail, code string) {
	var p struct{ Detail, Code string }
	_ = a.json(&p) // anything else has neither
	return p.Detail, p.Code
}

// send makes one request. sent reports whether it left whole, so that a missing answer means that the server knows it.
func (p *program) send(method, path string, header http.Header, body []byte) (a answer, sent bool, err error) {
	trace := &httptrace.ClientTrace{WroteRequest: func(i httptrace.WroteRequestInfo) { sent = i.Err == nil }}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(context.Background(), trace), method, p.base+path, bytes.NewReader(body))
	if err != nil {
		return a, false, err
	}
	for k, v := range header {
		req.Header[k] = v
	}
	req.Header.Set("Accept", "application/json")
	if p.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+p.bearer)
	}
	resp, err := p.http.Do(req)
	if err != nil {
		return a, sent, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(b)}, sent, err
}

// must makes a request that has to be answered.
func (p *program) must(t *testing.T, method, path string, header http.Header, body []byte) answer {
	t.Helper()
	a, _, err := p.send(method, path, header, body)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// get reads a JSON answer into v.
func (p *program) get(t *testing.T, path string, v any) answer {
	t.Helper()
	a := p.must(t, "GET", path, nil, nil)
	if a.status != http.StatusOK {
		t.Fatalf("GET %s: %d %s", path, a.status, a.body)
	}
	if err := a.json(v); err != nil {
		t.Fatalf("GET %s: %v in %s", path, err, a.body)
	}
	return a
}

// cell is the place of one value.
type cell struct{ unit, item string }

func (c cell) path(set, period string) string {
	return "/api/v1/units/" + c.unit + "/results/" + set + "/" + period + "/" + c.item
}

// put corrects a value; match "" leaves If-Match out. Fields are those of the operation's body.
func (p *program) put(path, match string, fields map[string]string) (a answer, sent bool, err error) {
	body, err := json.Marshal(fields)
	if err != nil {
		return a, false, err
	}
	h := http.Header{"Content-Type": {"application/json"}}
	if match != "" {
		h.Set("If-Match", match)
	}
	return p.send("PUT", path, h, body)
}

// Pages of the import.
const importPage = "/lam-viec/nhap-lieu"

// upload hands a workbook in for preview; the Location of the answer leads to it.
func (p *program) upload(set, period, name string, file []byte) (a answer, sent bool, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	_ = w.WriteField("bo", set) // a Buffer takes every write
	_ = w.WriteField("ky", period)
	part, err := w.CreateFormFile("tep", name)
	if err != nil {
		return a, false, err
	}
	_, _ = part.Write(file)
	_ = w.Close()
	return p.send("POST", importPage, http.Header{"Content-Type": {w.FormDataContentType()}}, b.Bytes())
}

// commit writes an upload whose address is location.
func (p *program) commit(location string, partial bool) (a answer, sent bool, err error) {
	form := url.Values{}
	if partial {
		form.Set("mot-phan", "1")
	}
	return p.send("POST", location+"/ghi", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, []byte(form.Encode()))
}

// commune is one xã.
type commune struct{ ID, Code, Name string }

// communes returns the xã of old Lâm Đồng that count in the period, in the order of their codes.
func communes(t *testing.T, p *program) []commune {
	t.Helper()
	var out struct{ Units []commune }
	p.get(t, "/api/v1/units?level=commune&kind=xa&parent=68&at="+asOf, &out)
	if len(out.Units) != 111 {
		t.Fatalf("%d xã on %s, want 111", len(out.Units), asOf)
	}
	return out.Units
}

// matrix is a workbook with a row per commune and a column per item.
func matrix(t testing.TB, units []commune, items []string, value func(u commune, item string) any) []byte {
	t.Helper()
	rows := [][]any{{"TT", "Mã xã", "Xã"}}
	for _, id := range items {
		rows[0] = append(rows[0], "Chỉ tiêu "+id)
	}
	for i, u := range units {
		row := []any{i + 1, u.Code, u.Name}
		for _, id := range items {
			row = append(row, value(u, id))
		}
		rows = append(rows, row)
	}
	return book(t, rows)
}

// book is a workbook of one sheet; nil after a failure, so that clients on other goroutines may call it.
func book(t testing.TB, rows [][]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Error(err)
			return nil
		}
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Error(err)
		return nil
	}
	return b.Bytes()
}

// checked runs langso check and fails the test on anything it finds.
func checked(t *testing.T, n *testkit.Node) {
	t.Helper()
	r := n.CLI("check", "--json")
	var out struct{ Failures []string }
	r.JSON(t, &out)
	if r.Code != 0 || len(out.Failures) > 0 {
		t.Errorf("check: exit %d, %s", r.Code, strings.Join(out.Failures, "\n"))
	}
}
