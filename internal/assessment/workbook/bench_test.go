package workbook

import (
	"testing"

	"langso/internal/std/xlsx"
)

func BenchmarkProvinceWorkbook(b *testing.B) {
	data, e := office(b, references[0])
	c := frame(b, e.Set, e.Period)
	for b.Loop() {
		if got := Read(parse(b, data), c); len(got.Values) != len(e.Rows) {
			b.Fatal(len(got.Values))
		}
	}
}

// BenchmarkLongList reads 10,000 rows: every commune with every indicator, the values of the province workbook repeated.
func BenchmarkLongList(b *testing.B) {
	c := frame(b, "xa-ntm-nang-cao-2021-2025", "2024-06")
	w := xlsx.NewWriter()
	s := w.Sheet("Danh sách", xlsx.Layout{})
	s.Header("TT", "Huyện", "Xã", "Mã chỉ tiêu", "Tử số", "Mẫu số", "Tỷ lệ (%)", "Đánh giá", "Ghi chú")
	rows := 0
	for rows < 10_000 {
		for _, ind := range c.Set.Indicators() {
			for _, u := range c.Roster.Communes() {
				if rows++; rows > 10_000 {
					break
				}
				s.Cells(xlsx.Int(rows), xlsx.Str(c.Roster.Ancestors(u.ID)[0].FullName()), xlsx.Str("Xã "+u.Name), xlsx.Str(ind.ID), xlsx.Int(rows), xlsx.Int(12_000), xlsx.Out{}, xlsx.Str("Đạt"), xlsx.Out{})
			}
		}
	}
	data, err := w.Bytes()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		Read(parse(b, data), c)
	}
}

func BenchmarkDepartmentList(b *testing.B) {
	data, e := office(b, references[1])
	c := frame(b, e.Set, e.Period)
	for b.Loop() {
		if got := Read(parse(b, data), c); len(got.Values) != len(e.Rows) {
			b.Fatal(len(got.Values))
		}
	}
}
