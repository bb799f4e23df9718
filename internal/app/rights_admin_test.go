package app

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"langso/internal/criteria"
	"langso/internal/testkit/province"
)

const (
	adminSets = "/quan-tri/bo-tieu-chi"
	// adminSet is a set of its own, so that what the walk changes about it touches no results.
	adminSet = "xa-thu-quyen"
)

// setFile is a file of the set of the walk; each note makes another file.
func setFile(note string) []byte {
	return []byte(strings.Replace(string(province.SetYAML()), "code: "+province.Set, "code: "+adminSet, 1) + "notes: [{vi: " + strconv.Quote(note) + ", en: " + strconv.Quote(note) + "}]\n")
}

func decisionFile(number string) []byte {
	return []byte("set: " + adminSet + "\ndecision: " + strconv.Quote(number) + "\ndecided_on: 2026-01-05\nvalid_from: 2026-01-05\nthresholds:\n  \"1.2\": 3\n")
}

// form is a form with a file.
func form(t *testing.T, fields map[string]string, name string, file []byte) (kind string, body *bytes.Buffer) {
	t.Helper()
	body = &bytes.Buffer{}
	m := multipart.NewWriter(body)
	for key, value := range fields {
		if err := m.WriteField(key, value); err != nil {
			t.Fatal(err)
		}
	}
	if file != nil {
		part, err := m.CreateFormFile("tep", name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(file); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return m.FormDataContentType(), body
}

// adminStep makes a request about the administration of criteria sets ready.
func (x *walk) adminStep(route string, v *visitor) step {
	x.number++
	note := fmt.Sprint("bản ", x.number)
	must := func(err error) {
		x.t.Helper()
		if err != nil {
			x.t.Fatal(err)
		}
	}
	loaded, err := x.sets.LoadSet(x.cli(), "quyen.yaml", setFile(note), false)
	must(err)
	version := strconv.FormatInt(loaded.ID, 10)
	base := adminSets + "/" + adminSet
	get := func(target string) step { return step{send: func() *answer { return v.get(target) }} }
	post := func(target string, fields url.Values) step {
		return step{send: func() *answer { return v.post(target, fields) }}
	}
	upload := func(target string, fields map[string]string, file []byte) step {
		kind, body := form(x.t, fields, "tep.yaml", file)
		return step{send: func() *answer { return v.do("POST", target, kind, body) }}
	}
	pending := func() (string, string) {
		c, err := x.sets.Upload(x.cli(), criteria.UploadSet, adminSet, "moi.yaml", setFile(note+" mới"))
		must(err)
		p, err := x.sets.Pending(x.cli(), adminSet, c.ID)
		must(err)
		return base + "/tep/" + strconv.FormatInt(c.ID, 10), p.IfMatch
	}
	switch strings.Replace(route, adminSets, "", 1) {
	case "GET ":
		return get(adminSets)
	case "POST ":
		return upload(adminSets, map[string]string{"bo": ""}, setFile(note+" tải lên"))
	case "GET /{bo}":
		return get(base)
	case "GET /{bo}/phien-ban/{so}":
		return get(base + "/phien-ban/" + version)
	case "GET /{bo}/tep/{lo}":
		path, _ := pending()
		return get(path)
	case "POST /{bo}/tep/{lo}/ghi":
		path, match := pending()
		return post(path+"/ghi", url.Values{"phien-ban": {match}})
	case "POST /{bo}/tep/{lo}/bo":
		path, _ := pending()
		return post(path+"/bo", url.Values{})
	case "GET /{bo}/quyet-dinh":
		return get(base + "/quyet-dinh")
	case "POST /{bo}/quyet-dinh":
		return upload(base+"/quyet-dinh", map[string]string{"so-quyet-dinh": note + "/QĐ-UBND", "ngay-ky": "2026-01-05", "ap-dung-tu": "2026-01-05", "muc": "1.2: 3"}, nil)
	case "GET /{bo}/quyet-dinh/{so}":
		done, err := x.sets.LoadOverrides(x.cli(), "qd.yaml", decisionFile(note), false)
		must(err)
		return get(base + "/quyet-dinh/" + strconv.FormatInt(done.ID, 10))
	case "GET /{bo}/kiem-chung":
		return get(base + "/kiem-chung")
	case "POST /{bo}/kiem-chung":
		return post(base+"/kiem-chung", url.Values{"phien-ban": {version}, "chi-tieu-1": {"1.1"}, "nguon": {"Phụ lục I, trang 1"}})
	case "POST /{bo}/kiem-chung/rut":
		must(x.sets.Verify(x.cli(), adminSet, []string{"1.1"}, "Phụ lục I, trang 1", version))
		return post(base+"/kiem-chung/rut", url.Values{"chi-tieu": {"1.1"}})
	}
	x.t.Fatalf("the walk does not know how to ask for %s: add its request here", route)
	return step{}
}

// addAdmin adds the pages of the administration of criteria sets: a set with two versions, a decision, a verification and a
// file that waits, all of them holding the texts given.
func (c *crawl) addAdmin(t *testing.T, texts ...string) {
	t.Helper()
	if len(c.house.admin) == 0 { // made once: two looks at the same state must see the same
		c.house.admin = c.house.administered(t, strings.Join(texts, " · "))
	}
	for _, path := range c.house.admin {
		c.add(path)
	}
}

// administered makes the set with all that belongs to it and returns the addresses of its pages and files.
func (w *house) administered(t *testing.T, text string) (paths []string) {
	t.Helper()
	for _, note := range []string{"đầu " + text, text} {
		if _, err := w.sets.LoadSet(w.cli(), text+".yaml", setFile(note), false); err != nil {
			t.Fatal(err)
		}
	}
	set, err := w.sets.Current(w.cli(), adminSet)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.sets.LoadOverrides(w.cli(), text+".yaml", decisionFile("9/QĐ "+text), false); err != nil {
		t.Fatal(err)
	}
	if err := w.sets.Verify(w.cli(), adminSet, []string{"1.1"}, "trang 1 "+text, strconv.FormatInt(set.Version, 10)); err != nil {
		t.Fatal(err)
	}
	base := adminSets + "/" + adminSet
	paths = []string{adminSets, base, base + "/quyet-dinh", base + "/kiem-chung"}
	history, err := w.sets.History(w.cli(), adminSet)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range history {
		version := base + "/phien-ban/" + strconv.FormatInt(h.ID, 10)
		paths = append(paths, version, version+"?dinh-dang=xlsx", version+"?dinh-dang=yaml", version+"?dinh-dang=x")
	}
	decisions, err := w.sets.Decisions(w.cli(), set)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range decisions {
		paths = append(paths, base+"/quyet-dinh/"+strconv.FormatInt(d.ID, 10))
	}
	for kind, file := range map[criteria.UploadKind][]byte{criteria.UploadSet: setFile("chờ " + text), criteria.UploadOverride: decisionFile("10/QĐ " + text)} {
		p, err := w.sets.Upload(w.cli(), kind, adminSet, text+".yaml", file)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, base+"/tep/"+strconv.FormatInt(p.ID, 10))
	}
	return paths
}
