package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"langso/internal/platform/web"
)

// Names follow RFC 6266 and RFC 8187: what is no plain name stands without marks and in full; nothing of it ends the header.
func TestSendFile(t *testing.T) {
	for name, want := range map[string]string{
		"ma-tran-xa-2026-Q3.csv":  `attachment; filename="ma-tran-xa-2026-Q3.csv"`,
		"kết quả 2023.xlsx":       `attachment; filename="ket-qua-2023.xlsx"; filename*=UTF-8''k%E1%BA%BFt%20qu%E1%BA%A3%202023.xlsx`,
		"a\"; evil=\r\nX: y.xlsx": `attachment; filename="a-evil-x-y.xlsx"; filename*=UTF-8''a%22%3B%20evil%3D%0D%0AX%3A%20y.xlsx`,
		"漢字.xlsx":                 `attachment; filename="tep.xlsx"; filename*=UTF-8''%E6%BC%A2%E5%AD%97.xlsx`,
	} {
		w := httptest.NewRecorder()
		r := &web.Request{Request: httptest.NewRequest(http.MethodGet, "/", nil), W: w}
		if err := r.SendFile(web.XLSX, name, []byte("body")); err != nil {
			t.Fatal(err)
		}
		h := w.Header()
		if got := h.Get("Content-Disposition"); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
		if w.Code != http.StatusOK || w.Body.String() != "body" || h.Get("Content-Type") != web.XLSX || h.Get("Content-Security-Policy") != "sandbox; default-src 'none'" || h.Get("Cache-Control") != "private, no-cache" || h.Get("Vary") != "Cookie" {
			t.Errorf("%q: %d %q %v", name, w.Code, w.Body, h)
		}
	}
}

func TestFileName(t *testing.T) {
	for in, want := range map[string]string{
		`C:\a\biểu 8.xlsx`: "biểu 8.xlsx", "/etc/passwd": "passwd", "a\r\nb.xlsx": "ab.xlsx", "x\u202eslx.exe": "xslx.exe", "": "", strings.Repeat("ă", 300): strings.Repeat("ă", 120),
	} {
		if got := web.FileName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestSafeCell(t *testing.T) {
	for in, want := range map[string]string{"": "", "Đạ Tông": "Đạ Tông", "a=b": "a=b", "=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\t1": "'\t1", "\r1": "'\r1"} {
		if got := web.SafeCell(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
