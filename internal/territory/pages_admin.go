package territory

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"langso/internal/platform/auth"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/vntext"
	"langso/internal/platform/web"
)

// Addresses of the pages on which officials keep the territory.
const (
	boundariesPath = "/quan-tri/don-vi/ranh-gioi"
	groupsPath     = "/quan-tri/don-vi/nhom"
	hamletsPath    = "/quan-tri/don-vi/thon"
)

// Ids of their menu entries.
const (
	navBoundaries = "ranh-gioi"
	navGroups     = "nhom-xa"
	navHamlets    = "thon"
)

// Fields that the forms share. A form says in "lam" what it asks for.
const (
	fieldDo      = "lam"
	fieldFile    = "tep"
	fieldContent = "noi-dung" // a file that was looked at, on its way to be written
	fieldDay     = "ngay"

	doCheck = "kiem-tra"
	doWrite = "ghi"
	doSet   = "dat"

	fieldVersion = "phien-ban" // the state that the form was made against
)

// maxParked bounds a file that waits in the form for the second press: longer lists come by command line.
const maxParked = 1 << 20

// maxShown bounds the lines of a report on a page.
const maxShown = 100

// mustChange refuses who may not change units, and says who may.
func mustChange(ctx context.Context) error {
	err := auth.Require(ctx, auth.ChangeUnits, auth.Scope{})
	if fault.Is(err, fault.Forbidden) {
		return fault.New(fault.Forbidden, "territory.who_may_change")
	}
	return err
}

// filled is a form that was sent.
type filled struct {
	values url.Values
	name   string // of the file
	file   []byte
}

func (f *filled) get(name string) string { return strings.TrimSpace(f.values.Get(name)) }

// readForm reads a form with or without a file, of which most bytes are accepted.
func readForm(r *web.Request, most int) (*filled, error) {
	f := &filled{values: url.Values{}}
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		r.Body = http.MaxBytesReader(r.W, r.Body, 3*maxParked) // the file stands in it in letters, some of them as %2B
		if err := r.ParseForm(); err != nil {
			return nil, formFault(err, most)
		}
		f.values = r.PostForm
		f.name = fileName(f.get(fieldFile))
		return f, f.unpark()
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, formFault(err, most)
	}
	for {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return f, nil
		}
		if err != nil {
			return nil, formFault(err, most)
		}
		limit := int64(4 << 10)
		if p.FormName() == fieldFile {
			limit = int64(most)
		}
		b, err := io.ReadAll(io.LimitReader(p, limit+1))
		switch {
		case err != nil:
			return nil, formFault(err, most)
		case int64(len(b)) > limit:
			return nil, fault.New(fault.TooLarge, "territory.file_too_large", most>>20).At(p.FormName())
		case p.FormName() == fieldFile:
			f.name, f.file = fileName(p.FileName()), b
		default:
			f.values.Add(p.FormName(), string(b))
		}
	}
}

func formFault(err error, most int) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return fault.New(fault.TooLarge, "territory.file_too_large", most>>20).At(fieldFile)
	}
	return fault.New(fault.Invalid, "territory.form_unreadable").Because(err)
}

// park is the file as it stands in the form that asks whether to write it.
func park(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

func (f *filled) unpark() error {
	text := f.get(fieldContent)
	if text == "" {
		return nil
	}
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return fault.New(fault.Invalid, "territory.form_unreadable").Because(err)
	}
	f.file = b
	return nil
}

// seen is the state that the writer saw: a program says it in If-Match, a form in a field.
func (f *filled) seen(r *web.Request) string {
	if h := r.Header.Get("If-Match"); h != "" {
		return strings.Trim(h, `" `)
	}
	return f.get(fieldVersion)
}

// need refuses a form without a file.
func (f *filled) need() error {
	if len(f.file) == 0 {
		return fault.New(fault.Invalid, "territory.choose_file").At(fieldFile)
	}
	return nil
}

// fileName is the name of an upload as it is shown: without folders and what does not stand in a line, not too long.
func fileName(s string) string {
	if i := strings.LastIndexAny(s, `/\`); i >= 0 {
		s = s[i+1:]
	}
	return cut(vntext.Squeeze(vntext.NFC(strings.ToValidUTF8(s, ""))), 80)
}

// fieldErrors is a refusal as the head of a page lists it.
func fieldErrors(ctx context.Context, wrong *fault.Error, otherwise string) []ui.FieldError {
	if wrong == nil {
		return nil
	}
	field := wrong.Field
	if field == "" {
		field = otherwise
	}
	return []ui.FieldError{{Field: field, Text: i18n.T(ctx, wrong.Key, wrong.Args...)}}
}

// errorOf is the refusal of one field, "" when it is fine.
func errorOf(list []ui.FieldError, name string) string {
	for _, e := range list {
		if e.Field == name {
			return e.Text
		}
	}
	return ""
}

// shownAgain reports whether a refusal belongs on the form rather than on a page of its own.
func shownAgain(r *web.Request, err error) (*fault.Error, bool) {
	if err == nil {
		return nil, false
	}
	f := fault.As(err)
	switch f.Code {
	case fault.Invalid, fault.TooLarge, fault.NotFound, fault.Stale, fault.Unconditional:
		return f, !web.WantsJSON(r.Request)
	}
	return f, false
}

// outdated reports a refusal because somebody else wrote meanwhile, or because nobody knows what the writer saw: the
// preview is then made anew against what stands there now.
func outdated(f *fault.Error) bool {
	return f != nil && (f.Code == fault.Stale || f.Code == fault.Unconditional)
}

// again is everything that the form needs to write the file that was looked at, held against the state named etag.
func (f *filled) again(etag string) []ui.Hidden {
	out := []ui.Hidden{{Name: fieldVersion, Value: etag}, {Name: fieldDo, Value: doWrite}, {Name: fieldFile, Value: f.name}, {Name: fieldContent, Value: park(f.file)}}
	for _, name := range []string{fieldIllustrative, fieldEnd, fieldEndDay} {
		if v := f.get(name); v != "" {
			out = append(out, ui.Hidden{Name: name, Value: v})
		}
	}
	return out
}
