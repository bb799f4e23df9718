package web

import (
	"strconv"

	"langso/internal/platform/ui"
)

// Sheet is one page of a long list: rows From..To of N.
type Sheet struct{ From, To, N, Page int }

// Sheet returns the page of a list of n rows that the address asks for; a number off the list is the nearest page.
func (r *Request) Sheet(n, size int) Sheet {
	page, err := strconv.Atoi(r.URL.Query().Get("trang"))
	last := max((n+size-1)/size, 1)
	if err != nil || page < 1 {
		page = 1
	}
	page = min(page, last)
	return Sheet{From: (page - 1) * size, To: min(page*size, n), N: n, Page: page}
}

// Whole reports whether every row of the list stands on this page.
func (s Sheet) Whole() bool { return s.From == 0 && s.To == s.N }

// Pager is the way to the rows before and after; nil when everything is shown. noun names the rows, href is the address of
// a page.
func (s Sheet) Pager(noun string, href func(page string) string) *ui.PagerOptions {
	if s.Whole() {
		return nil
	}
	p := ui.PagerOptions{From: s.From + 1, To: s.To, Total: s.N, Noun: noun}
	if s.Page > 1 {
		p.PrevHref = href(strconv.Itoa(s.Page - 1))
	}
	if s.To < s.N {
		p.NextHref = href(strconv.Itoa(s.Page + 1))
	}
	return &p
}
