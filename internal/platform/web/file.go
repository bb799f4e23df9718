package web

import (
	"net/url"
	"path"
	"strings"
	"unicode"

	"langso/internal/platform/vntext"
)

// Kinds of files.
const (
	XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	YAML = "application/yaml"
	CSV  = "text/csv; charset=utf-8"
)

// SendFile answers with a file to be saved, of which nothing may run.
func (r *Request) SendFile(kind, name string, body []byte) error {
	h := r.W.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", attachment(name))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Cache-Control", "private, no-cache")
	h.Add("Vary", "Cookie")
	_, err := r.W.Write(body)
	return err
}

// attachment is the Content-Disposition of a file (RFC 6266). A name that is more than letters without marks, digits,
// hyphens and points is given twice: without marks for readers that know no UTF-8 names, and in full.
func attachment(name string) string {
	if !strings.ContainsFunc(name, func(r rune) bool {
		return r != '-' && r != '.' && (r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r))
	}) {
		return `attachment; filename="` + name + `"`
	}
	end := path.Ext(name)
	stem := strings.TrimSuffix(name, end)
	var words []string
	for _, w := range strings.FieldsFunc(stem, func(r rune) bool { return r == '-' || r == '_' || r == ' ' }) {
		if w = vntext.Slug(w); w != "" {
			words = append(words, w)
		}
	}
	if len(words) == 0 {
		words = []string{"tep"}
	}
	return `attachment; filename="` + strings.Join(words, "-") + end + `"; filename*=UTF-8''` + strings.ReplaceAll(url.QueryEscape(stem), "+", "%20") + end
}

// FileName is the name of an upload as it is kept and shown: without folders and control characters, not too long.
func FileName(s string) string {
	if i := strings.LastIndexAny(s, `/\`); i >= 0 {
		s = s[i+1:]
	}
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || vntext.Turns(r) || r == '\ufffd' {
			return -1
		}
		return r
	}, s)
	r := []rune(vntext.Squeeze(vntext.NFC(s)))
	return string(r[:min(len(r), 120)])
}

// SafeCell puts one apostrophe before text that a spreadsheet program would read as a formula.
func SafeCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
