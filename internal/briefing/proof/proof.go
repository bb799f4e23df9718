// Package proof reads a report or a news text and checks the counts and percentages in it: "48/111 xã", "48 trên 111 xã",
// "đạt 43,2 %", "48 xã đạt chỉ tiêu 8.4".
//
// It knows two witnesses: arithmetic (50 of 111 is 45.0 %, whatever the text prints) and the counts of one board. It says
// that something is wrong only when a witness contradicts it; whatever it cannot place with certainty it leaves as unsure,
// with the reason. Numbers of documents, dates and ranges are never read as counts. The package is pure.
package proof

import (
	"sort"
	"strings"

	"langso/internal/platform/vntext"
)

// MaxBytes bounds the text that is read.
const MaxBytes = 200 << 10

// Count is how many communes of a board stand where on one item.
type Count struct {
	Met        int
	NotMet     int // chưa đạt
	Lacking    int // everything that is applicable and not met: chưa đạt, cơ bản đạt, chưa có số liệu, chưa có ngưỡng
	Applicable int
}

// Figures are what a text is held against: the board of one set and period.
type Figures struct {
	Communes              int // xã of the programme on the day of the board
	Indicators, Criteria  map[string]Count
	Year                  int // of the period; a sentence that names only other years is about something else
	FirstMonth, LastMonth int // of the period, 1 to 12
}

// Verdict is the outcome of one finding.
type Verdict string

const (
	Right  Verdict = "right"
	Wrong  Verdict = "wrong"
	Unsure Verdict = "unsure"
)

// Reason says why a finding has its verdict; message key "briefing.proof.<reason>".
type Reason string

const (
	ByArithmetic Reason = "arithmetic"  // N of M, worked out
	ByExcess     Reason = "exceeds"     // the part is larger than the whole
	ByBoard      Reason = "board"       // the board counts N communes that meet the item
	ByBoardGap   Reason = "board_gap"   // the board counts N communes that have not met the item
	ByBoardShare Reason = "board_share" // the board gives this share of communes
	ByTotal      Reason = "total"       // the board has N communes

	NoBoard     Reason = "no_board"     // no board was chosen
	NoItem      Reason = "no_item"      // no indicator or criterion is named nearby
	UnknownItem Reason = "unknown_item" // the named item is not in the set
	OtherTotal  Reason = "other_total"  // the text counts another whole than the board
	OtherPeriod Reason = "other_period" // the sentence names another year, quarter or month
	Plan        Reason = "plan"         // the sentence speaks of a plan or a target
	NotMeeting  Reason = "not_meeting"  // it does not say that the communes meet the item
	Alone       Reason = "alone"        // a percentage without the count it comes from
	Range       Reason = "range"        // from … to …
)

// Finding is one count or percentage of the text.
type Finding struct {
	From, To int // bytes of Report.Text
	Quote    string
	Verdict  Verdict
	Reason   Reason
	Item     string // item that the text names; "" = none
	Whole    bool   // the item is a criterion
	N, M     int    // what the witness says: N of M
	Percent  bool   // the right answer is a percentage: Num / 10^Scale
	Num      int64
	Scale    int
}

// Report is a checked text. Its findings stand in the order of the text and never overlap.
type Report struct {
	Text                 string // the text in composed letters
	Findings             []Finding
	Right, Wrong, Unsure int
}

// Check reads a text. f nil = arithmetic alone.
func Check(text string, f *Figures) Report {
	r := &reader{text: vntext.NFC(strings.ToValidUTF8(text, "\ufffd")), figures: f}
	r.lex()
	r.sentences()
	for i := range r.tokens {
		switch t := &r.tokens[i]; t.kind {
		case ratio:
			r.checkRatio(i)
		case count:
			r.checkCount(i)
		}
	}
	for i := range r.tokens {
		if t := &r.tokens[i]; t.kind == percent && !t.used {
			r.checkPercent(i)
		}
	}
	sort.Slice(r.found, func(i, j int) bool { return r.found[i].From < r.found[j].From })
	out := Report{Text: r.text, Findings: r.found}
	for _, x := range r.found {
		switch x.Verdict {
		case Right:
			out.Right++
		case Wrong:
			out.Wrong++
		default:
			out.Unsure++
		}
	}
	return out
}

// share returns n ÷ m in percent with the given number of decimals, half up.
func share(n, m, scale int) int64 {
	num := int64(n) * 100
	for range scale {
		num *= 10
	}
	return (2*num + int64(m)) / (2 * int64(m))
}

// add keeps a finding about a token.
func (r *reader) add(t *token, v Verdict, why Reason) *Finding {
	t.used = true
	r.found = append(r.found, Finding{From: t.from, To: t.to, Quote: r.text[t.from:t.to], Verdict: v, Reason: why})
	return &r.found[len(r.found)-1]
}

// checkRatio judges "48/111 xã": the percentage beside it by arithmetic, the count by the board.
func (r *reader) checkRatio(i int) {
	t := &r.tokens[i]
	p := r.shareOf(i)
	if p >= 0 && t.n <= t.m {
		r.arithmetic(&r.tokens[p], t)
	}
	switch {
	case t.n > t.m:
		if t.noun != "" && !r.says(t, planWords) {
			x := r.add(t, Wrong, ByExcess)
			x.N, x.M = t.n, t.m
			return
		}
		if t.noun != "" {
			r.add(t, Unsure, Plan)
		}
		return
	case t.noun != communes:
		return // not about communes: the arithmetic above is all that can be said
	}
	at := r.itemOf(i)
	if at < 0 {
		if p < 0 {
			r.add(t, Unsure, NoItem)
		}
		return
	}
	r.board(t, &r.tokens[at], p)
}

// arithmetic holds a printed percentage against the count that it stands beside.
func (r *reader) arithmetic(p, t *token) {
	want := share(t.n, t.m, p.scale)
	v := Right
	if want != p.num {
		v = Wrong
	}
	x := r.add(p, v, ByArithmetic)
	x.N, x.M, x.Percent = t.n, t.m, true
	x.Scale = max(p.scale, 1)
	x.Num = share(t.n, t.m, x.Scale)
}

// board holds a count of communes against the board; p is the percentage linked to it, -1 = none.
func (r *reader) board(t, item *token, p int) {
	unsure := func(why Reason) {
		if p < 0 || why != NoBoard { // where arithmetic has spoken, a missing board needs no second remark
			x := r.add(t, Unsure, why)
			x.Item, x.Whole = item.id, item.whole
		}
	}
	if r.figures == nil {
		unsure(NoBoard)
		return
	}
	c, whole, ok := r.figures.count(item)
	switch {
	case !ok:
		unsure(UnknownItem)
		return
	case r.otherPeriod(t):
		unsure(OtherPeriod)
		return
	case r.says(t, planWords):
		unsure(Plan)
		return
	case t.m != 0 && t.m != c.Applicable && t.m != r.figures.Communes:
		unsure(OtherTotal)
		return
	}
	put := func(v Verdict, why Reason, n int) {
		x := r.add(t, v, why)
		x.Item, x.Whole, x.N, x.M = item.id, whole, n, c.Applicable
	}
	switch r.meeting(t, item) {
	case meets:
		if t.n == c.Met {
			put(Right, ByBoard, c.Met)
		} else {
			put(Wrong, ByBoard, c.Met)
		}
	case meetsNot: // "chưa đạt" is said of those not met and of all that lack something: either may be meant
		switch {
		case t.n == c.Lacking || t.n == c.NotMet:
			put(Right, ByBoardGap, t.n)
		case c.Lacking == c.NotMet:
			put(Wrong, ByBoardGap, c.NotMet)
		default:
			unsure(NotMeeting)
		}
	default:
		unsure(NotMeeting)
	}
}

// count finds the counts of a named item. "Tiêu chí 8.4" is said of indicators too.
func (f *Figures) count(item *token) (c Count, whole, ok bool) {
	if item.whole {
		if c, ok = f.Criteria[item.id]; ok {
			return c, true, true
		}
	}
	if c, ok = f.Indicators[item.id]; ok {
		return c, false, true
	}
	return c, item.whole, false
}

// checkCount judges "48 xã đạt chỉ tiêu 8.4" and "toàn tỉnh có 111 xã". Other counts are left alone.
func (r *reader) checkCount(i int) {
	t := &r.tokens[i]
	if at := r.itemOf(i); at >= 0 && r.meeting(t, &r.tokens[at]) != says0 {
		r.board(t, &r.tokens[at], -1)
		return
	}
	if !r.isTotal(t) || r.figures == nil {
		return
	}
	if r.otherPeriod(t) {
		r.add(t, Unsure, OtherPeriod)
		return
	}
	v := Wrong
	if t.n == r.figures.Communes {
		v = Right
	}
	r.add(t, v, ByTotal).N = r.figures.Communes
}

// checkPercent judges a percentage that stands beside no count: "43,2 % số xã đạt chỉ tiêu 8.4".
func (r *reader) checkPercent(i int) {
	t := &r.tokens[i]
	if t.ranged {
		r.add(t, Unsure, Range)
		return
	}
	at := r.shareItem(i)
	if at < 0 {
		r.add(t, Unsure, Alone)
		return
	}
	item := &r.tokens[at]
	unsure := func(why Reason) {
		x := r.add(t, Unsure, why)
		x.Item, x.Whole = item.id, item.whole
	}
	if r.figures == nil {
		unsure(NoBoard)
		return
	}
	c, whole, ok := r.figures.count(item)
	switch {
	case !ok:
		unsure(UnknownItem)
	case r.otherPeriod(t):
		unsure(OtherPeriod)
	case r.says(t, planWords):
		unsure(Plan)
	case c.Applicable == 0:
		unsure(OtherTotal)
	default:
		v := Wrong
		if share(c.Met, c.Applicable, t.scale) == t.num {
			v = Right
		}
		x := r.add(t, v, ByBoardShare)
		x.Item, x.Whole, x.N, x.M, x.Percent = item.id, whole, c.Met, c.Applicable, true
		x.Scale = max(t.scale, 1)
		x.Num = share(c.Met, c.Applicable, x.Scale)
	}
}
