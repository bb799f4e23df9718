package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"langso/internal/platform/account"
	"langso/internal/testkit/province"
)

// apiParameter is one parameter as the OpenAPI document declares it.
type apiParameter struct {
	Name, In string
	Required bool
	Schema   struct {
		Enum             []string
		Minimum, Maximum *int
		MaxLength        int
	}
}

// apiOperation is one operation of the OpenAPI document.
type apiOperation struct {
	method, path string
	OperationID  string
	Parameters   []apiParameter
	RequestBody  *struct{}
	Responses    map[string]json.RawMessage
	counts       map[int]int // answers by status
	turn         int         // how often one of the breakages was looked for
}

func (o *apiOperation) declares(status int) bool {
	_, ok := o.Responses[strconv.Itoa(status)]
	return ok
}

// refusals are the declared 4xx.
func (o *apiOperation) refusals() []int {
	var out []int
	for code := range o.Responses {
		if n, err := strconv.Atoi(code); err == nil && n >= 400 && n < 500 {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

// lacking says what an operation has not been seen to answer yet.
func (o *apiOperation) lacking() []string {
	var out []string
	good := 0
	for status, n := range o.counts {
		if status/100 == 2 {
			good += n
		}
	}
	if good < 20 {
		out = append(out, fmt.Sprintf("20 answers 2xx (%d so far)", good))
	}
	for _, status := range o.refusals() {
		if o.counts[status] == 0 {
			out = append(out, fmt.Sprintf("a %d", status))
		}
	}
	return out
}

// pair is one parameter of a query; they may repeat.
type pair struct{ name, value string }

// call is one request before it is sent.
type call struct {
	op          *apiOperation
	by          *visitor
	path        map[string]string
	query       []pair
	torn        string            // written behind the query as it is
	header      map[string]string // beside those of the visitor
	contentType string
	fields      map[string]any // of the body
	body        []byte         // sent instead of fields
	edit        func(body []byte) []byte
}

// astray reports whether the parts of the path lead elsewhere: net/http takes them for an address to be tidied.
func (c *call) astray() bool {
	for _, value := range c.path {
		if value == "" || value == "." || value == ".." {
			return true
		}
	}
	return false
}

// send makes the request.
func (c *call) send() *answer {
	target := c.op.path
	for name, value := range c.path {
		target = strings.ReplaceAll(target, "{"+name+"}", url.PathEscape(value))
	}
	sep := "?"
	for _, p := range c.query {
		target += sep + url.QueryEscape(p.name) + "=" + url.QueryEscape(p.value)
		sep = "&"
	}
	if c.torn != "" {
		target += sep + c.torn
	}
	v := *c.by
	v.cookies, v.header = maps.Clone(v.cookies), maps.Clone(v.header)
	maps.Copy(v.header, c.header)
	if c.op.RequestBody == nil {
		return v.do(c.op.method, target, "", nil)
	}
	body := c.body
	if body == nil {
		b, err := json.Marshal(c.fields)
		if err != nil {
			v.t.Fatal(err)
		}
		body = b
	}
	if c.edit != nil && len(body) > 1 { // not where another breakage has left nothing to edit
		body = c.edit(body)
	}
	return v.do(c.op.method, target, c.contentType, bytes.NewReader(body))
}

// breakage is one way to spoil a request.
type breakage struct {
	name string
	// want is the status of a request that is good but for this; 0 = any that the operation declares.
	want int
	// do spoils the request, or reports that this operation has nothing of the kind.
	do func(f *apiFuzz, c *call) bool
	// alone counts how often nothing else was wrong.
	alone int
}

// apiFuzz asks every operation of the API again and again, well and badly.
type apiFuzz struct {
	*walk
	rng       *rand.Rand
	office    *visitor // token of the province office: it may write everywhere
	neighbour *visitor // token of the commune officer of another commune
	revoked   string
	good      map[string][]string // values of parameters that are answered, by "operation parameter" or "parameter"
	breakages []*breakage
	read      *reader
	wrong     int
}

func newAPIFuzz(w *house, seed uint64) *apiFuzz {
	f := &apiFuzz{walk: newWalk(w), rng: rand.New(rand.NewPCG(seed, 0)), read: newReader(w.t.Errorf)}
	f.office, f.neighbour = w.visitor(40), w.visitor(41)
	f.office.token, f.neighbour.token = w.token("van-phong", account.AllScope), w.token("can-bo-xa-khac", account.AllScope)
	secret, token, err := w.accounts.MakeToken(w.cli(), "van-phong", "đã thu hồi", account.AllScope, 1)
	if err == nil {
		_, err = w.accounts.RevokeToken(w.cli(), token.ID)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	f.revoked = secret
	f.good = map[string][]string{
		"set": {walkSet}, "code": {"24943", "24931"}, "period": {walkPeriod, "2026", "2026-Q1", "2026-06", "2025-Q4"},
		"indicator": {"1", "2", "1.1", "1.2", "2.1", "2.2"}, "item": {"1", "2", "1.1", "1.2", "2.1", "2.2"}, "at": {"2026-09-30", "2025-07-01"},
		"parent": {"68"}, "q": {"da rsal", "Ka Đô", "24943", "đơn dương", "khong co dau", province.ScriptName, province.FormulaName, "'; DROP TABLE units; --", "%", "_", "\\"},
		"list-units at": {"2026-09-30", "2025-07-01", "2024-06-30", "9999-12-31"}, "get-criteria-set set": {walkSet, "xa-ntm-2021-2025"},
	}
	f.breakages = apiBreakages()
	return f
}

func pick[T any](f *apiFuzz, list []T) T { return list[f.rng.IntN(len(list))] }

// valid is a value of a parameter that is answered.
func (f *apiFuzz) valid(o *apiOperation, p apiParameter) string {
	switch s := p.Schema; {
	case len(s.Enum) > 0:
		return pick(f, s.Enum)
	case s.Minimum != nil && s.Maximum != nil:
		return strconv.Itoa(*s.Minimum + f.rng.IntN(*s.Maximum-*s.Minimum+1))
	}
	list := f.good[o.OperationID+" "+p.Name]
	if list == nil {
		list = f.good[p.Name]
	}
	if list == nil {
		f.t.Fatalf("%s: no value is known for %s %s", o.OperationID, p.In, p.Name)
	}
	return pick(f, list)
}

// request is a request that the operation answers 2xx.
func (f *apiFuzz) request(o *apiOperation) *call {
	c := &call{op: o, path: map[string]string{}, header: map[string]string{}}
	for _, p := range o.Parameters {
		switch p.In {
		case "path":
			c.path[p.Name] = f.valid(o, p)
		case "query":
			if p.Required || f.rng.IntN(2) == 0 {
				c.query = append(c.query, pair{p.Name, f.valid(o, p)})
			}
		case "header":
			if p.Name != "If-Match" {
				f.t.Fatalf("%s: the header %s is not known here", o.OperationID, p.Name)
			}
		default:
			f.t.Fatalf("%s: a parameter in %s", o.OperationID, p.In)
		}
	}
	if o.RequestBody == nil {
		c.by = pick(f, []*visitor{f.visitors["guest"], f.visitors["viewer"], f.visitors["token_read"], f.visitors["token_all"], f.visitors["administrator"], f.office, f.neighbour})
		return c
	}
	if o.OperationID != "correct-value" {
		f.t.Fatalf("%s: its body is not known here", o.OperationID)
	}
	c.by = pick(f, []*visitor{f.office, f.visitors["token_all"], f.visitors["province_office"], f.visitors["commune_officer"]})
	if c.by != f.office && c.by != f.visitors["province_office"] {
		c.path["code"] = f.own["commune_officer"].unit.Code
	}
	c.contentType = pick(f, []string{"application/json", "application/json; charset=utf-8"})
	c.fields = map[string]any{"reason": pick(f, []string{"đếm lại", province.ScriptName, province.LettersName, "=1+1"})}
	switch c.path["item"] {
	case "1.1", "2.2":
		if f.rng.IntN(3) == 0 {
			den := 1 + f.rng.IntN(500)
			c.fields["numerator"], c.fields["denominator"] = strconv.Itoa(f.rng.IntN(den+1)), strconv.Itoa(den)
		} else {
			c.fields["value"] = pick(f, []string{"0", "100", "12,5", "98.25", strconv.Itoa(f.rng.IntN(101))})
		}
	case "1.2":
		c.fields["value"] = pick(f, []string{"0", "1.234,5", "7", strconv.Itoa(f.rng.IntN(1000))})
	default:
		c.fields["verdict"] = pick(f, []string{"dat", "co_ban_dat", "chua_dat", "khong_ap_dung"})
	}
	seen := &call{op: &apiOperation{method: "GET", path: o.path}, by: c.by, path: maps.Clone(c.path)}
	a := seen.send()
	if c.header["If-Match"] = a.header.Get("ETag"); a.status != http.StatusOK || c.header["If-Match"] == "" {
		f.t.Fatalf("what is to be corrected cannot be read: %v", a)
	}
	return c
}

// junk is what no parameter was made for.
func (f *apiFuzz) junk() string {
	if f.rng.IntN(6) == 0 { // bytes of any kind
		b := make([]byte, f.rng.IntN(40))
		for i := range b {
			b[i] = byte(f.rng.IntN(256))
		}
		return string(b)
	}
	return pick(f, append(province.Hostile(), "", " ", ".", "..", "../../etc/passwd", "a/b", "a%2Fb", "?", "#", "\x00", "1.1\x00", "\xff\xfe", "\ufeff", "\u200b", "null", "true", "[]", "{}",
		"0", "-0", "-1", "1e309", "NaN", "-Infinity", "0x10", "1_000", "٣", "99999999999999999999", "9223372036854775807", "-9223372036854775808", strings.Repeat("9", 3000), "0."+strings.Repeat("0", 300)+"1",
		"2024-02-30", "2026-13-01", "0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "2026-Q0", "2026-Q9", "9999-Q4", "2026-1", "2026-Q3 ", "24943 ", "024943", "2494３", strings.Repeat("xã ", 1000),
		"%s%n", "${jndi:ldap://x}", "' OR ''='", "1.1.1.1", "xa-thu/2026"))
}

// parameters are the declared parameters in one place of the request.
func (o *apiOperation) parameters(in string, fits func(p apiParameter) bool) []apiParameter {
	var out []apiParameter
	for _, p := range o.Parameters {
		if p.In == in && (fits == nil || fits(p)) {
			out = append(out, p)
		}
	}
	return out
}

// set puts one value into the query instead of what stands there.
func (c *call) set(name, value string) {
	c.query = append(slices.DeleteFunc(c.query, func(p pair) bool { return p.name == name }), pair{name, value})
}

// apiBreakages are the ways to spoil a request.
func apiBreakages() []*breakage {
	var out []*breakage
	every := func(name string, want int, do func(f *apiFuzz, c *call) bool) {
		out = append(out, &breakage{name: name, want: want, do: do})
	}
	// write spoils requests that change something.
	write := func(name string, want int, do func(f *apiFuzz, c *call)) {
		every(name, want, func(f *apiFuzz, c *call) bool {
			if c.op.RequestBody == nil {
				return false
			}
			do(f, c)
			return true
		})
	}
	token := func(secret func(f *apiFuzz) string) func(f *apiFuzz, c *call) bool {
		return func(f *apiFuzz, c *call) bool {
			c.by = f.visitor(42)
			c.header["Authorization"] = "Bearer " + secret(f)
			return true
		}
	}
	// The request as a whole.
	every("other kinds asked for", http.StatusOK, func(f *apiFuzz, c *call) bool {
		c.header["Accept"] = pick(f, []string{"text/html", "application/xml", "application/cbor", "application/json;q=0", "*/*", ";;;q=", "\xff", strings.Repeat("a/b,", 500)})
		return true
	})
	every("other languages", http.StatusOK, func(f *apiFuzz, c *call) bool {
		c.header["Accept-Language"] = pick(f, []string{"en", "en-GB,vi;q=0.5", "xx", ";q=", "en;q=\xff", strings.Repeat("en,", 500)})
		return true
	})
	every("unknown parameter", http.StatusOK, func(f *apiFuzz, c *call) bool {
		c.query = append(c.query, pair{"x" + f.junk(), f.junk()})
		return true
	})
	every("torn query", 0, func(f *apiFuzz, c *call) bool {
		c.torn = pick(f, []string{"%zz", "at=%", ";;&&==", "&&&", "limit=%31%", "a=b;c=d", "=", "%00=%00", "q[]=1&q[a]=2"})
		return true
	})
	every("foreign cookie", 0, func(f *apiFuzz, c *call) bool {
		c.by = f.visitor(42)
		c.by.cookies["ls_session"] = url.QueryEscape(f.junk())
		return true
	})
	// Who asks.
	every("unknown token", http.StatusUnauthorized, token(func(f *apiFuzz) string {
		return pick(f, []string{"", "ls_", "ls_x", "x", "\x00", "\xff", "ls_" + strings.Repeat("a", 5000), f.office.token + "x", f.office.token[:len(f.office.token)-1]})
	}))
	every("revoked token", http.StatusUnauthorized, token(func(f *apiFuzz) string { return f.revoked }))
	write("nobody", http.StatusUnauthorized, func(f *apiFuzz, c *call) { c.by = f.visitors["guest"] })
	write("other scheme", http.StatusUnauthorized, func(f *apiFuzz, c *call) {
		c.by = f.visitor(42)
		c.header["Authorization"] = pick(f, []string{"Basic ", "Digest ", "", "Bearer:"}) + f.office.token
	})
	write("token in the address", http.StatusUnauthorized, func(f *apiFuzz, c *call) {
		c.by = f.visitor(42)
		c.query = append(c.query, pair{pick(f, []string{"token", "access_token", "authorization"}), f.office.token})
	})
	write("token that reads", http.StatusForbidden, func(f *apiFuzz, c *call) { c.by = f.visitors["token_read"] })
	write("foreign commune", http.StatusForbidden, func(f *apiFuzz, c *call) {
		c.by = f.neighbour
		c.path["code"] = f.own["commune_officer"].unit.Code
	})
	write("viewer", http.StatusForbidden, func(f *apiFuzz, c *call) { c.by = f.visitors["viewer"] })
	write("another site", http.StatusForbidden, func(f *apiFuzz, c *call) {
		name := pick(f, []string{"Sec-Fetch-Site", "Origin"})
		c.header[name] = map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}[name]
	})
	// Parameters.
	every("junk in the path", 0, func(f *apiFuzz, c *call) bool {
		list := c.op.parameters("path", nil)
		if len(list) == 0 {
			return false
		}
		c.path[pick(f, list).Name] = f.junk()
		return true
	})
	every("junk in the query", 0, func(f *apiFuzz, c *call) bool {
		list := c.op.parameters("query", nil)
		if len(list) == 0 {
			return false
		}
		c.set(pick(f, list).Name, f.junk())
		return true
	})
	every("parameter twice", 0, func(f *apiFuzz, c *call) bool {
		list := c.op.parameters("query", nil)
		if len(list) == 0 {
			return false
		}
		for _, value := range []string{f.junk(), f.valid(c.op, list[0])} {
			c.query = append(c.query, pair{list[0].Name, value})
		}
		f.rng.Shuffle(len(c.query), func(i, k int) { c.query[i], c.query[k] = c.query[k], c.query[i] })
		return true
	})
	every("unknown name", http.StatusNotFound, func(f *apiFuzz, c *call) bool {
		unknown := map[string][]string{"code": {"00000", "99999", "999999999999999999999"}, "set": {"khong-co", "xa-thu-2"}, "item": {"9.9", "1.9"}, "indicator": {"9.9", "99"}}
		list := c.op.parameters("path", func(p apiParameter) bool { return unknown[p.Name] != nil })
		if len(list) == 0 {
			return false
		}
		p := pick(f, list)
		c.path[p.Name] = pick(f, unknown[p.Name])
		return true
	})
	every("unknown parent", http.StatusNotFound, func(f *apiFuzz, c *call) bool {
		if len(c.op.parameters("query", func(p apiParameter) bool { return p.Name == "parent" })) == 0 {
			return false
		}
		c.set("parent", "00000")
		return true
	})
	every("no such day", http.StatusUnprocessableEntity, func(f *apiFuzz, c *call) bool {
		if len(c.op.parameters("query", func(p apiParameter) bool { return p.Name == "at" })) == 0 {
			return false
		}
		c.set("at", pick(f, []string{"2026-02-29", "2026-13-01", "0000-00-00", "30/09/2026", "2026-9-30", "10000-01-01", "2026-09-30T00:00:00Z", "today", " ", "\x00"}))
		return true
	})
	every("no such period", http.StatusUnprocessableEntity, func(f *apiFuzz, c *call) bool {
		bad := pick(f, []string{"2026-Q0", "2026-Q5", "2026-13", "2026-00", "26", "quý 3", "99999", "2026-q3", "\x00", "\xff", " 2026"})
		if len(c.op.parameters("path", func(p apiParameter) bool { return p.Name == "period" })) > 0 {
			c.path["period"] = bad
			return true
		}
		if len(c.op.parameters("query", func(p apiParameter) bool { return p.Name == "period" })) == 0 {
			return false
		}
		c.set("period", bad)
		return true
	})
	every("outside of what is declared", http.StatusUnprocessableEntity, func(f *apiFuzz, c *call) bool {
		list := c.op.parameters("query", func(p apiParameter) bool {
			return len(p.Schema.Enum) > 0 || p.Schema.Minimum != nil || p.Schema.Maximum != nil || p.Schema.MaxLength > 0
		})
		if len(list) == 0 {
			return false
		}
		p := pick(f, list)
		var bad []string
		if len(p.Schema.Enum) > 0 {
			bad = append(bad, pick(f, p.Schema.Enum)+"x", strings.ToUpper(pick(f, p.Schema.Enum)), "\x00", "0")
		}
		if n := p.Schema.Minimum; n != nil {
			bad = append(bad, strconv.Itoa(*n-1), "-9223372036854775809", "x", "1.5")
		}
		if n := p.Schema.Maximum; n != nil {
			bad = append(bad, strconv.Itoa(*n+1), "9223372036854775808", strings.Repeat("9", 400))
		}
		if n := p.Schema.MaxLength; n > 0 {
			bad = append(bad, strings.Repeat("x", n+1), strings.Repeat("đ", n+1))
		}
		c.set(p.Name, pick(f, bad))
		return true
	})
	every("what is required is left out", http.StatusUnprocessableEntity, func(f *apiFuzz, c *call) bool {
		list := c.op.parameters("query", func(p apiParameter) bool { return p.Required })
		if len(list) == 0 {
			return false
		}
		c.query = slices.DeleteFunc(c.query, func(p pair) bool { return p.name == list[0].Name })
		return true
	})
	// The version that a correction names.
	write("no version", http.StatusPreconditionRequired, func(f *apiFuzz, c *call) { delete(c.header, "If-Match") })
	write("empty version", http.StatusPreconditionRequired, func(f *apiFuzz, c *call) { c.header["If-Match"] = pick(f, []string{"", `""`, `" "`}) })
	write("stale version", http.StatusPreconditionFailed, func(f *apiFuzz, c *call) {
		c.header["If-Match"] = pick(f, []string{`"1"`, `"zzzzzzzzzzzzzzzzzz"`, "*", "W/" + c.header["If-Match"], `"-1"`, `"` + "\xff" + `"`, strings.Repeat("9", 9000)})
	})
	// The body of a correction.
	write("no body", http.StatusBadRequest, func(f *apiFuzz, c *call) { c.body = []byte{} })
	write("torn body", http.StatusBadRequest, func(f *apiFuzz, c *call) {
		c.edit = pick(f, []func([]byte) []byte{
			func(b []byte) []byte { return b[:1+f.rng.IntN(len(b)-1)] },
			func(b []byte) []byte { return append(b, '}') },
			func(b []byte) []byte { return append([]byte("\ufeff"), b...) },
			func(b []byte) []byte { return append(b, 0) },
			func([]byte) []byte { return bytes.Repeat([]byte("["), 100_000) },
			func([]byte) []byte { return []byte("reason=x&value=1") },
		})
	})
	write("no object", http.StatusUnprocessableEntity, func(f *apiFuzz, c *call) {
		c.body = []byte(pick(f, []string{"[]", "null", "1", `"x"`, "true", "{}", `[{"reason":"x","value":"1"}]`}))
	})
	write("other kind of body", http.StatusUnsupportedMediaType, func(f *apiFuzz, c *call) {
		c.contentType = pick(f, []string{"text/plain", "application/x-www-form-urlencoded", "application/xml", "multipart/form-data; boundary=x", "application/cbor", "x", "application/jsonx"})
	})
	write("too much body", http.StatusRequestEntityTooLarge, func(f *apiFuzz, c *call) { c.fields["reason"] = strings.Repeat("x", 1<<20+f.rng.IntN(1000)) })
	write("too long a reason", http.StatusRequestEntityTooLarge, func(f *apiFuzz, c *call) { c.fields["reason"] = strings.Repeat("x", 2001+f.rng.IntN(5000)) })
	write("no reason", http.StatusUnprocessableEntity, func(f *apiFuzz, c *call) {
		c.fields["reason"] = pick(f, []string{"", " ", "\t\n"})
		if f.rng.IntN(2) == 0 {
			delete(c.fields, "reason")
		}
	})
	write("unknown field", http.StatusUnprocessableEntity, func(f *apiFuzz, c *call) { c.fields["state"] = "verified" })
	write("other kind of field", http.StatusUnprocessableEntity, func(f *apiFuzz, c *call) {
		c.fields[pick(f, []string{"value", "numerator", "denominator", "level", "verdict", "reason"})] = pick(f, []any{1, 1.5, true, []string{"1"}, map[string]string{"a": "1"}, []any{}})
	})
	write("junk in a field", 0, func(f *apiFuzz, c *call) {
		c.fields[pick(f, []string{"value", "numerator", "denominator", "level", "verdict", "reason"})] = f.junk()
	})
	write("junk instead of a figure", 0, func(f *apiFuzz, c *call) {
		c.fields = map[string]any{"reason": "x", pick(f, []string{"value", "numerator", "denominator", "level"}): f.junk()}
	})
	write("bytes that are no letters", 0, func(f *apiFuzz, c *call) {
		c.edit = func(b []byte) []byte {
			return bytes.Replace(b, []byte(`"reason":"`), []byte("\"reason\":\"\xff\xed\xa0\x80"), 1)
		}
	})
	write("field twice", 0, func(f *apiFuzz, c *call) {
		c.edit = func(b []byte) []byte { return append(b[:len(b)-1], `,"value":"1","value":"2","reason":"x"}`...) }
	})
	return out
}

// ask sends one request, spoiled in n ways, and looks at what is answered.
func (f *apiFuzz) ask(o *apiOperation, n int) {
	c, want := f.request(o), http.StatusOK
	var done []string
	for len(done) < n {
		b := pick(f, f.breakages)
		if n == 1 { // alone each has its turn
			b = f.breakages[o.turn%len(f.breakages)]
			o.turn++
		}
		if !b.do(f, c) {
			continue
		}
		done, want = append(done, b.name), b.want
		if n == 1 {
			b.alone++
		}
	}
	if n > 1 {
		want = 0
	}
	a := c.send()
	wrong := func(format string, args ...any) {
		if f.wrong++; f.wrong <= 20 {
			f.t.Errorf("%s, spoiled by %q: %s: %.3000s", o.OperationID, done, fmt.Sprintf(format, args...), a)
		}
	}
	f.read.visit(a)
	switch {
	case a.status >= 500:
		wrong("a mistake of the server")
	case c.astray(): // another operation or none answers: only that it fails well is looked at
	case want != 0 && a.status != want:
		wrong("want %d", want)
	case !o.declares(a.status):
		wrong("the document does not declare this status")
	}
	if !c.astray() {
		o.counts[a.status]++
	}
	kind := a.header.Get("Content-Type")
	switch {
	case a.status < 300 && kind != "application/json":
		wrong("answered as %q", kind)
	case a.status >= 400:
		var p struct {
			Type, Title, Detail, Code string
			Status                    int
		}
		if err := json.Unmarshal(a.body, &p); err != nil || kind != "application/problem+json" {
			wrong("no problem document: %q, %v", kind, err)
		} else if p.Type != "about:blank" || p.Title != http.StatusText(a.status) || p.Status != a.status || p.Detail == "" || !f.app.texts.Has(p.Code) {
			wrong("a problem document that says %+v", p)
		}
	}
}

// operations reads the OpenAPI document that the product serves.
func (f *apiFuzz) operations() []*apiOperation {
	var doc struct {
		Paths map[string]map[string]*apiOperation
	}
	f.visitors["guest"].get("/api/v1/openapi.json").json(f.t, &doc)
	var out []*apiOperation
	for path, methods := range doc.Paths {
		for method, o := range methods {
			o.method, o.path, o.counts = strings.ToUpper(method), path, map[int]int{}
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b *apiOperation) int { return strings.Compare(a.OperationID, b.OperationID) })
	return out
}

// Whatever is sent to an operation of the API, it answers as the OpenAPI document says and never with a mistake of the
// server. LANGSO_SOAK lets it run long with a seed of its own; LANGSO_SEED repeats a run.
func TestAPIFuzz(t *testing.T) {
	seed, rounds := uint64(20260930), 120
	if os.Getenv("LANGSO_SOAK") != "" {
		seed, rounds = uint64(time.Now().UnixNano()), 6000
	}
	if text := os.Getenv("LANGSO_SEED"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		seed = n
	}
	onBoth(t, production, func(t *testing.T, w *house) {
		t.Logf("LANGSO_SEED=%d", seed)
		f := newAPIFuzz(w, seed)
		ops, asked := f.operations(), 0
		_, quiet := w.log.since(0)
		for _, o := range ops {
			for n := 0; n < rounds || n < 10*rounds && len(o.lacking()) > 0; n++ {
				f.ask(o, []int{0, 1, 1, 1, 2, 3}[n%6])
				asked++
			}
			t.Logf("%s: %v", o.OperationID, o.counts)
			if lacks := o.lacking(); len(lacks) > 0 {
				t.Errorf("%s was never seen to answer %v: it answers %v", o.OperationID, lacks, o.counts)
			}
		}
		if f.wrong > 20 {
			t.Errorf("and %d more", f.wrong-20)
		}
		if len(ops) == 0 || asked < len(ops)*rounds {
			t.Errorf("%d requests to %d operations: the loop did not loop", asked, len(ops))
		}
		for _, b := range f.breakages {
			if b.alone == 0 {
				t.Errorf("no request was spoiled by %q alone", b.name)
			}
		}
		logged, _ := w.log.since(quiet)
		if line := regexp.MustCompile(`.*"level":"ERROR".*`).FindString(logged); line != "" {
			t.Errorf("logged: %s", line)
		}
		if failures, err := w.app.check(w.cli()); err != nil || len(failures) > 0 {
			t.Errorf("check: %v %v", failures, err)
		}
	})
}
