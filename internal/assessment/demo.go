package assessment

import (
	"bytes"
	"context"
	"embed"
	"encoding/csv"
	"fmt"
	"path"

	"langso/internal/assessment/workbook"
	"langso/internal/platform/audit"
	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/territory"
)

//go:embed demo
var demoFiles embed.FS

// The snapshot of the news report of 2024. It names two figures, 48 of 111 communes for 8.4 and 50 of 111 for 15.2; it
// does not say which set 8.4 belongs to, nor the day. That 109 communes were recognised by the end of 2023 and that the
// programme's target is 50 % points to the advanced set and to that year: an inference, and marked so.
const (
	snapshotSet    = "xa-ntm-nang-cao-2021-2025"
	snapshotPeriod = "2023"
	snapshotLabel  = "Bài báo 2024"
	snapshotNote   = "Suy luận: bài báo chỉ nêu 48/111 xã đạt chỉ tiêu 8.4 và 50/111 xã đạt chỉ tiêu 15.2 (in 45,4 %, đúng là 45,0 %), không nói rõ 8.4 thuộc bộ nào và số liệu chốt ngày nào. " +
		"Hiểu là bộ nâng cao, hết năm 2023. Xã nào đạt là minh họa."
	presentSet    = "xa-ntm-2026-2030"
	presentPeriod = "2026-Q3"
)

// demo fills the illustrative province: the present quarter by declared criteria, and the snapshot of the news report.
func (s *Service) demo(ctx context.Context) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.demoVerdicts(ctx, tx, presentSet, presentPeriod, "demo/2026-q3.csv", true); err != nil {
			return err
		}
		if err := s.demoVerdicts(ctx, tx, snapshotSet, snapshotPeriod, "demo/bai-bao-2024.csv", false); err != nil {
			return err
		}
		b, _, err := findBook(ctx, tx, snapshotSet, snapshotPeriod)
		if err != nil {
			return err
		}
		if err := labelBook(ctx, tx, b.ID, snapshotLabel, snapshotNote); err != nil {
			return err
		}
		return s.demoRecognised(ctx, tx)
	})
}

// demoVerdicts records the verdict columns of a file: column heads are indicator or criterion ids, others are skipped.
func (s *Service) demoVerdicts(ctx context.Context, tx *db.Tx, set, period, file string, criteria bool) error {
	f, err := s.Frame(ctx, set, period)
	if err != nil {
		return err
	}
	body, err := demoFiles.ReadFile(file)
	if err != nil {
		return err
	}
	var changes []change
	err = eachDemoRow(file, f.Roster, func(u *territory.Unit, col, val string) error {
		item := Item{ID: col, Criterion: criteria}
		if val != "" && f.Knows(item) {
			changes = append(changes, change{Unit: u.ID, Item: item, Figure: Figure{Declared: workbook.Verdict(val)}, State: Verified, Note: "số liệu minh họa"})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.recordBatch(ctx, tx, f, path.Base(file), hexSum(body), changes)
}

// recordBatch writes changes that came with the product as one batch, with its audit row.
func (s *Service) recordBatch(ctx context.Context, tx *db.Tx, f *Frame, name, sha256 string, changes []change) error {
	b := batchRow{Set: f.Set.Code, Period: f.Period.ID, Actor: auth.Of(ctx).Login, State: "written", FileName: name, SHA256: sha256, Report: "{}"}
	if err := insertBatch(ctx, tx, &b, nil); err != nil {
		return err
	}
	for i := range changes {
		changes[i].Batch = b.ID
	}
	o, err := s.write(ctx, tx, f, changes)
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{Action: actionImport, Key: b.Set + "/" + b.Period,
		New: imported{Batch: b.ID, File: b.FileName, SHA256: b.SHA256, Digest: digest(o.Versions), Created: o.Created}})
}

// demoRecognised loads who was recognised at the end of 2023: 109 new-style, 41 advanced, 16 model communes (figures of
// the province); which communes they are is illustrative.
func (s *Service) demoRecognised(ctx context.Context, tx *db.Tx) error {
	f, err := s.Frame(ctx, snapshotSet, snapshotPeriod)
	if err != nil {
		return err
	}
	columns := map[string]string{"ntm": "ntm", "nang_cao": "nang-cao", "kieu_mau": "kieu-mau"}
	lists := map[string][]territory.UnitID{}
	err = eachDemoRow("demo/bai-bao-2024.csv", f.Roster, func(u *territory.Unit, col, val string) error {
		if level := columns[col]; level != "" && val == "1" {
			lists[level] = append(lists[level], u.ID)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, level := range recognisedLevels {
		if err := replaceRecognised(ctx, tx, level, string(f.Period.AsOf), "nongthonvaphattrien.vn 23/02/2024", true, lists[level]); err != nil {
			return err
		}
	}
	return nil
}

// eachDemoRow calls fn for every cell behind the code column.
func eachDemoRow(file string, roster *territory.Roster, fn func(u *territory.Unit, column, value string) error) error {
	b, err := demoFiles.ReadFile(file)
	if err != nil {
		return err
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		return err
	}
	for _, row := range rows[1:] {
		u := roster.ByCode(row[0])
		if u == nil {
			return fmt.Errorf("%s: no unit bears %s on %s", file, row[0], roster.Date())
		}
		for i, val := range row[1:] {
			if err := fn(u, rows[0][i+1], val); err != nil {
				return err
			}
		}
	}
	return nil
}
