package proof

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// The board of the tests: the advanced set of 2023 as the press reported it, 48 and 50 of 111 communes. Percentages were
// worked out by hand: 48 ÷ 111 = 43.243…, 50 ÷ 111 = 45.045…, 2 ÷ 3 = 66.666…
var board = &Figures{Communes: 111, Year: 2023, FirstMonth: 1, LastMonth: 12,
	Indicators: map[string]Count{"8.4": {Met: 48, NotMet: 63, Lacking: 63, Applicable: 111}, "15.2": {Met: 50, NotMet: 61, Lacking: 61, Applicable: 111}, "3.1": {Met: 90, NotMet: 10, Lacking: 21, Applicable: 111}},
	Criteria:   map[string]Count{"8": {Met: 40, NotMet: 71, Lacking: 71, Applicable: 111}, "15": {Met: 50, NotMet: 61, Lacking: 61, Applicable: 111}}}

// said writes the findings as "quote verdict reason[=right]".
func said(r Report) string {
	var out []string
	for _, x := range r.Findings {
		s := fmt.Sprintf("%s %s %s", x.Quote, x.Verdict, x.Reason)
		if x.Verdict == Wrong {
			if x.Percent {
				s += fmt.Sprintf("=%d/10^%d", x.Num, x.Scale)
			} else {
				s += fmt.Sprintf("=%d/%d", x.N, x.M)
			}
		}
		out = append(out, s)
	}
	return strings.Join(out, " | ")
}

var cases = []struct{ text, want string }{
	// The figures of the press.
	{"50/111 xã, đạt 45,4 %", "45,4 % wrong arithmetic=450/10^1"},
	{"50/111 xã đạt 45,0 %", "45,0 % right arithmetic"},
	{"48/111 xã, đạt 43,2%", "43,2% right arithmetic"},
	{"48/111 xã = 43,2 %", "43,2 % right arithmetic"},
	{"48 trên 111 xã, đạt 43,2%", "43,2% right arithmetic"},
	{"48 trên tổng số 111 xã (43,2%)", "43,2% right arithmetic"},
	{"48 xã trên 111 xã, chiếm 43,2 %", "43,2 % right arithmetic"},
	{"48 trong 111 xã, tương đương 44%", "44% wrong arithmetic=432/10^1"},
	{"có 50/111 xã đạt chỉ tiêu 15.2 (45,4%)", "50/111 right board | 45,4% wrong arithmetic=450/10^1"},
	{"chỉ tiêu 8.4 có 48/111 xã đạt, bằng 43,2%", "48/111 right board | 43,2% right arithmetic"},
	// Forms of writing.
	{"48/111\u00a0xã, đạt 43,2\u00a0%", "43,2\u00a0% right arithmetic"},
	{"48/111 xã, đạt 43.2%", "43.2% right arithmetic"},
	{"48/111 xã, đạt 43,24%", "43,24% right arithmetic"},
	{"48/111 xã, đạt 43,25%", "43,25% wrong arithmetic=4324/10^2"},
	{"48/111 xã, đạt 43%", "43% right arithmetic"},
	{"48/111 xã, đạt 43,2 phần trăm", "43,2 phần trăm right arithmetic"},
	{"48 / 111 xã (43,2%)", "43,2% right arithmetic"},
	{"48÷111 xã là 43,2%", "43,2% right arithmetic"},
	{"43,2% (48/111 xã)", "43,2% right arithmetic"},
	{"45,4% số xã (50/111)", "45,4% wrong arithmetic=450/10^1"},
	{"1.234/3.321 xã, đạt 37,2%", "37,2% right arithmetic"}, // 1234 ÷ 3321 = 37.157…
	{"2/3 xã, đạt 66,6%", "66,6% wrong arithmetic=667/10^1"},
	{"2/3 xã, đạt 66,7%", "66,7% right arithmetic"},
	{"111/111 xã, đạt 100%", "100% right arithmetic"},
	{"0/111 xã, đạt 0%", "0% right arithmetic"},
	{"50/111 (45,0%)", "45,0% right arithmetic"},
	{"50/111 (45,4%)", "45,4% wrong arithmetic=450/10^1"},
	{"120/150 hộ, đạt 81%", "81% wrong arithmetic=800/10^1"},
	{"120/150 thôn, chiếm 80%", "80% right arithmetic"},
	{"48 of 111 communes (43.2%)", "43.2% right arithmetic"},
	{"48 out of 111 communes (43.3 percent)", "43.3 percent wrong arithmetic=432/10^1"},
	// Against the board.
	{"Toàn tỉnh có 48/111 xã đạt chỉ tiêu 8.4.", "48/111 right board"},
	{"Toàn tỉnh có 49/111 xã đạt chỉ tiêu 8.4.", "49/111 wrong board=48/111"},
	{"Có 48 xã đạt chỉ tiêu 8.4", "48 xã right board"},
	{"Có 52 xã đạt chỉ tiêu số 15.2", "52 xã wrong board=50/111"},
	{"tiêu chí số 15: 50/111 xã", "50/111 right board"},
	{"tiêu chí 8: 41/111 xã đạt", "41/111 wrong board=40/111"},
	{"tiêu chí 8.4 có 48/111 xã đạt", "48/111 right board"},
	{"còn 63/111 xã chưa đạt chỉ tiêu 8.4", "63/111 right board_gap"},
	{"còn 60/111 xã chưa đạt chỉ tiêu 8.4", "60/111 wrong board_gap=63/111"},
	{"chỉ tiêu 3.1 còn 15/111 xã chưa đạt", "15/111 unsure not_meeting"}, // 10 not met, 21 lack something: either may be meant
	{"chỉ tiêu 3.1 còn 21/111 xã chưa đạt", "21/111 right board_gap"},
	{"chỉ tiêu 8.4 có 48/111 xã đạt, chỉ tiêu 15.2 có 51/111 xã đạt", "48/111 right board | 51/111 wrong board=50/111"},
	{"43,2% số xã đạt chỉ tiêu 8.4", "43,2% right board_share"},
	{"Tỷ lệ xã đạt chỉ tiêu 15.2 là 45,4%", "45,4% wrong board_share=450/10^1"},
	{"Toàn tỉnh có 111 xã.", "111 xã right total"},
	{"Toàn tỉnh hiện có 110 xã, trong đó", "110 xã wrong total=111/0"},
	{"Đến hết năm 2023 có 48/111 xã đạt chỉ tiêu 8.4", "48/111 right board"},
	{"112/111 xã", "112/111 wrong exceeds=112/111"},
	// What cannot be placed is not claimed.
	{"48/111 xã", "48/111 unsure no_item"},
	{"Năm 2022 có 40/111 xã đạt chỉ tiêu 8.4", "40/111 unsure other_period"},
	{"Phấn đấu 70/111 xã đạt chỉ tiêu 8.4", "70/111 unsure plan"},
	{"chỉ tiêu 8.4 có 60/111 xã đăng ký", "60/111 unsure plan"},
	{"chỉ tiêu 8.4 có 60/111 xã triển khai", "60/111 unsure not_meeting"},
	{"có 5/10 xã của huyện đạt chỉ tiêu 8.4", "5/10 unsure no_item"},
	{"chỉ tiêu 8.4 huyện có 5/14 xã đạt", "5/14 unsure other_total"},
	{"48/111 xã đạt chỉ tiêu 99.9", "48/111 unsure unknown_item"},
	{"48/111 xã cơ bản đạt, chỉ tiêu 8.4", "48/111 unsure no_item"},
	{"48/111 xã đạt chỉ tiêu 8.1, 8.4", "48/111 unsure no_item"},
	{"Tỷ lệ hộ nghèo còn 1,2%", "1,2% unsure alone"},
	{"đạt 43–45%", "45% unsure range"},
	{"từ 43 đến 45%", "45% unsure range"},
	{"48/111 xã, tăng 5% so với năm trước", "48/111 unsure no_item | 5% unsure alone"},
	{"48/111 xã, đạt 96% kế hoạch", "48/111 unsure no_item | 96% unsure alone"},
	{"50/111 xã, 45,4% số hộ", "50/111 unsure no_item | 45,4% unsure alone"},
	// What is no count.
	{"Quyết định 924/QĐ-TTg", ""},
	{"Quyết định số 318/QĐ-TTg ngày 8/3/2022", ""},
	{"Thông tư 02/2024/TT-BKHCN", ""},
	{"Nghị quyết 19/2021 xã hội", ""},
	{"tháng 11/2024", ""},
	{"tháng 11/2024, đạt 43,2%", "43,2% unsure alone"},
	{"Đến 11/2024, đạt 43,2%", "43,2% unsure alone"},
	{"Từ 01/2024 xã triển khai", ""},
	{"từ 1/7/2025", ""},
	{"15/8 xã Đạ R'sal họp", ""},
	{"ngày 15/8 xã Đạ R'sal tổ chức", ""},
	{"ngày 5/8, đạt 62,5%", "62,5% unsure alone"},
	{"15–18 tiêu chí", ""},
	{"đạt 19/19 tiêu chí", ""},
	{"tăng 4,0 điểm %", ""},
	{"giai đoạn 2021-2025", ""},
	{"trực 24/7", ""},
	{"5/8 xã, phường, đạt 62,5%", "62,5% right arithmetic"},
	{"48/111 xã, phường đạt chỉ tiêu 8.4", ""},
	{"tỷ lệ 1/2.000", ""},
	{"Có 3 xã được khen", ""},
	{"", ""},
}

func TestTexts(t *testing.T) {
	if len(cases) < 60 {
		t.Fatalf("%d cases", len(cases))
	}
	for _, c := range cases {
		if got := said(Check(c.text, board)); got != c.want {
			t.Errorf("%q:\n got  %s\n want %s", c.text, got, c.want)
		}
	}
}

// Without a board only arithmetic speaks.
func TestArithmeticAlone(t *testing.T) {
	for text, want := range map[string]string{
		"50/111 xã đạt chỉ tiêu 15.2, đạt 45,4%": "45,4% wrong arithmetic=450/10^1",
		"50/111 xã đạt chỉ tiêu 15.2":            "50/111 unsure no_board",
		"Toàn tỉnh có 90 xã.":                    "",
	} {
		if got := said(Check(text, nil)); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

// The largest text without a full stop is read in the time of a page.
func TestLongText(t *testing.T) {
	for _, piece := range []string{"48/111 xã, ", "chỉ tiêu 8.4 ", "43,2% ", "48 xã đạt ", "48 trên "} {
		text := strings.Repeat(piece, MaxBytes/len(piece))
		start := time.Now()
		Check(text, board)
		if d := time.Since(start); d > 10*time.Second { // the square of the length takes minutes
			t.Errorf("%q: %v", piece, d)
		}
	}
}

func FuzzCheck(f *testing.F) {
	for _, c := range cases {
		f.Add(c.text)
	}
	f.Add("\xff 48/111 xã \u0301")
	f.Add("999999999999999999/1 xã 99999,9999%")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4096 {
			return
		}
		for _, b := range []*Figures{nil, board} {
			r := Check(text, b)
			end := 0
			if !utf8.ValidString(r.Text) || r.Right+r.Wrong+r.Unsure != len(r.Findings) {
				t.Fatalf("%+v", r)
			}
			for _, x := range r.Findings {
				if x.From < end || x.To <= x.From || x.To > len(r.Text) || r.Text[x.From:x.To] != x.Quote {
					t.Fatalf("%+v overlaps or lies outside", x)
				}
				end = x.To
				if x.Verdict == Wrong && x.Percent && x.M > 0 && x.N > x.M {
					t.Fatalf("%+v: a share above the whole", x)
				}
			}
		}
	})
}
