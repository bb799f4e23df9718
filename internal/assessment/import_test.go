package assessment

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"langso/internal/platform/auth"
	"langso/internal/platform/fault"
	"langso/internal/testkit/reference"
)

// office is one workbook as an office wrote it, with what a careful reader takes from it.
type office struct {
	name, set, period string
	file              []byte
	counts            struct {
		Rows     int `json:"rows"`
		Errors   int `json:"row_errors"`
		Warnings int `json:"warnings"`
		Blank    int `json:"blank_cells"`
		Ignored  int `json:"ignored_rows"`
	}
}

func offices(t *testing.T) []office {
	t.Helper()
	var out []office
	for _, name := range []string{"bieu-tong-hop-cap-tinh-2024-06", "so-yte-tieu-chi-15-2024-06", "xa-2026-q3-10-tieu-chi"} {
		dir := reference.Path(t, "reference/workbooks")
		file, err := os.ReadFile(filepath.Join(dir, name+".xlsx"))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(dir, name+".expected.json"))
		if err != nil {
			t.Fatal(err)
		}
		o := office{name: name, file: file}
		var want struct {
			Set    string          `json:"set"`
			Period string          `json:"period"`
			Counts json.RawMessage `json:"counts"`
		}
		if err := json.Unmarshal(b, &want); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(want.Counts, &o.counts); err != nil {
			t.Fatal(err)
		}
		o.set, o.period = want.Set, want.Period
		out = append(out, o)
	}
	return out
}

func (o office) request() ImportRequest {
	return ImportRequest{Set: o.set, Period: o.period, FileName: o.name + ".xlsx", File: o.file}
}

// A workbook with refused values writes nothing; with Partial it writes the good ones; again it changes nothing; the
// export of what was written brings no difference.
func TestImportOfAnOffice(t *testing.T) {
	onBoth(t, false, func(t *testing.T, ctx context.Context, h *house) {
		for _, o := range offices(t) {
			rep, err := h.results.Import(ctx, o.request())
			if err != nil {
				t.Fatal(o.name, err)
			}
			if rep.Written || len(rep.Errors) != o.counts.Errors || len(rep.Warnings) != o.counts.Warnings || rep.Rows != o.counts.Rows || rep.Blank != o.counts.Blank ||
				rep.Ignored.Rows != o.counts.Ignored || rep.Created+rep.Updated+rep.Unchanged != o.counts.Rows {
				t.Errorf("%s: written %v, %d errors, %d warnings, %d rows, %d blank, %d ignored, %d new; want nothing written and %+v", o.name, rep.Written, len(rep.Errors),
					len(rep.Warnings), rep.Rows, rep.Blank, rep.Ignored.Rows, rep.Created, o.counts)
			}
			if f, err := h.results.Frame(ctx, o.set, o.period); err != nil || f.hasBook && o.name != "so-yte-tieu-chi-15-2024-06" {
				t.Errorf("%s: a refused workbook opened a book (%v)", o.name, err)
			}
			q := o.request()
			q.Partial = true
			if rep, err = h.results.Import(ctx, q); err != nil || !rep.Written || rep.Rows != o.counts.Rows {
				t.Fatalf("%s partial: %+v, %v", o.name, rep, err)
			}
			if rep, err = h.results.Import(ctx, q); err != nil || rep.Created != 0 || rep.Updated != 0 || rep.Unchanged != o.counts.Rows {
				t.Errorf("%s again: %d new, %d changed, %d unchanged, %v; want all unchanged", o.name, rep.Created, rep.Updated, rep.Unchanged, err)
			}
		}
		for _, o := range offices(t) {
			before := mustBoard(t, h, o.set, o.period).Evaluate()
			file, err := h.results.Export(ctx, o.set, o.period)
			if err != nil {
				t.Fatal(o.name, err)
			}
			rep, err := h.results.Import(ctx, ImportRequest{Set: o.set, Period: o.period, FileName: "ket-xuat.xlsx", File: file})
			if err != nil || len(rep.Errors) > 0 || len(rep.Warnings) > 0 || rep.Created+rep.Updated != 0 || rep.Unchanged == 0 {
				t.Errorf("%s exported and imported again: %d errors, %d warnings, %d new, %d changed, %v", o.name, len(rep.Errors), len(rep.Warnings), rep.Created, rep.Updated, err)
			}
			after := mustBoard(t, h, o.set, o.period).Evaluate()
			if a, b := asJSON(t, before), asJSON(t, after); a != b {
				t.Errorf("%s: the export moved the board", o.name)
			}
		}
		// 48 communes read as met although the sheet's own total prints 45 (reference, "checks").
		if c := h.count(t, "xa-ntm-2021-2025", "2024-06", "8.4"); c.Met != 48 || c.Total != 111 || *c.Percent() != 43.2 {
			t.Errorf("8.4: %+v, want 48 of 111", c)
		}
	})
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Preview keeps the upload, Commit writes it once, the refused values can be fetched, corrected and handed in again.
func TestPreviewAndCommit(t *testing.T) {
	onBoth(t, false, func(t *testing.T, ctx context.Context, h *house) {
		o := offices(t)[2]
		id, err := h.results.Preview(ctx, o.request())
		if err != nil {
			t.Fatal(err)
		}
		b, err := h.results.Batch(ctx, id)
		if err != nil || b.State != "pending" || len(b.Report.Errors) != o.counts.Errors || b.Report.Created != o.counts.Rows {
			t.Fatalf("preview %+v, %v", b, err)
		}
		if c := h.count(t, o.set, o.period, "7"); c.Missing != 103 {
			t.Errorf("a preview wrote something: %+v", c)
		}
		if _, err := h.results.Commit(ctx, id, false); !fault.Is(err, fault.Invalid) {
			t.Errorf("commit of refused values without partial: %v", err)
		}
		if _, err := h.results.Commit(ctx, id, true); err != nil {
			t.Fatal(err)
		}
		if _, err := h.results.Commit(ctx, id, true); !fault.Is(err, fault.Conflict) {
			t.Errorf("second commit: %v, want conflict", err)
		}
		refused, err := h.results.RefusalFile(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		rep, err := h.results.Import(ctx, ImportRequest{Set: o.set, Period: o.period, FileName: "bi-tu-choi.xlsx", File: refused, DryRun: true})
		if err != nil || len(rep.Errors) == 0 {
			t.Errorf("the refused values, uncorrected, are refused again: %+v, %v", rep, err)
		}
		stranger := auth.With(context.Background(), auth.Actor{Kind: auth.Person, ID: 9, Login: "xa-khac", Grants: []auth.Grant{{Role: auth.CommuneOfficer, Unit: 1}}})
		if _, err := h.results.Batch(stranger, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody else's upload: %v, want not_found", err)
		}
		if _, err := h.results.Batch(context.Background(), id); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("a guest: %v, want unauthenticated", err)
		}
	})
}
