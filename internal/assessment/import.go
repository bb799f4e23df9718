package assessment

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"langso/internal/assessment/workbook"
	"langso/internal/criteria"
	"langso/internal/platform/audit"
	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/std/xlsx"
	"langso/internal/territory"
)

// ImportRequest is a workbook that somebody hands in for one set and period.
type ImportRequest struct {
	Set      string
	Period   string
	FileName string
	File     []byte
	DryRun   bool // read and compare, write nothing
	Partial  bool // write the good values although others are refused
	Values   bool // list the values taken in the report
}

// Report says what an import did, or would do. It is the JSON of the command line and of the preview page.
type Report struct {
	Written       bool          `json:"written"`
	Rows          int           `json:"rows"` // values that can be written
	Created       int           `json:"created"`
	Updated       int           `json:"updated"`
	Unchanged     int           `json:"unchanged"`
	Blank         int           `json:"blank"`
	NotApplicable int           `json:"not_applicable"`
	Ignored       IgnoredCounts `json:"ignored"`
	Errors        []ReportLine  `json:"errors"`
	Warnings      []ReportLine  `json:"warnings"`
	Values        []ReportValue `json:"values,omitzero"`
	// Batch is the number of the upload that wrote the values; its refused values can be fetched. 0 = nothing was written.
	Batch int64 `json:"batch,omitempty"`

	outcome outcome
}

// IgnoredCounts counts what was understood as context.
type IgnoredCounts struct {
	Rows    int `json:"rows"`
	Columns int `json:"columns"`
	Sheets  int `json:"sheets"`
}

// ReportLine is one refused place or one remark. Column is the letter of the cell's column.
type ReportLine struct {
	Sheet     string `json:"sheet"`
	Row       int    `json:"row"`
	Column    string `json:"column"`
	Code      string `json:"code"`
	Message   string `json:"message"`
	Unit      string `json:"unit,omitempty"` // name of the commune, when it is known
	Indicator string `json:"indicator,omitempty"`
	Raw       string `json:"raw,omitempty"`
}

// ReportValue is one value taken.
type ReportValue struct {
	UnitCode    string       `json:"unit_code"`
	Indicator   string       `json:"indicator"`
	Value       *json.Number `json:"value,omitempty"`
	Numerator   *json.Number `json:"numerator,omitempty"`
	Denominator *json.Number `json:"denominator,omitempty"`
	Level       string       `json:"level,omitempty"`
	Verdict     string       `json:"verdict,omitempty"`
}

// Import reads a workbook and writes its values: all or nothing, or with Partial the good ones. The values of a province
// office or a department are verified at once, those of a commune are drafts. A refusal is in the report, not an error;
// after a partial import the refused values stay downloadable under Report.Batch.
func (s *Service) Import(ctx context.Context, q ImportRequest) (rep *Report, err error) {
	defer fault.Wrap(&err, "assessment.Import(%s, %s)", q.Set, q.Period)
	if err := auth.RequireAnywhere(ctx, auth.ImportResults); err != nil {
		return nil, err
	}
	err = untilStanding(func() error {
		r, err := s.readFile(ctx, q.Set, q.Period, q.File)
		if err != nil {
			return err
		}
		rep = r.report(ctx)
		if q.DryRun || len(r.problems) > 0 && !q.Partial || len(r.changes) == 0 {
			rep.outcome, err = s.wouldDo(ctx, r)
			rep.count(rep.outcome)
		} else {
			err = s.writeReading(ctx, r, rep, batchRow{FileName: q.FileName}, q.File)
		}
		if q.Values {
			rep.Values = r.listValues()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return rep, nil
}

// wouldDo compares without writing.
func (s *Service) wouldDo(ctx context.Context, r *reading) (outcome, error) {
	have, err := loadCurrent(ctx, s.db.Read(ctx), r.frame.book.ID, r.changes)
	if err != nil {
		return outcome{}, err
	}
	o, _ := compare(have, r.changes)
	return o, nil
}

// writeReading writes what a reading may write, closes its batch (a new one when it has no id) and audits it once, by digest.
func (s *Service) writeReading(ctx context.Context, r *reading, rep *Report, b batchRow, file []byte) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		b := b // a transaction that runs again starts from what was given
		if b.ID == 0 {
			b.Set, b.Period, b.Actor, b.State, b.SHA256, b.Report = r.frame.Set.Code, r.frame.Period.ID, auth.Of(ctx).Login, "pending", hexSum(file), "{}"
			if err := insertBatch(ctx, tx, &b, file); err != nil {
				return err
			}
		}
		changes := slices.Clone(r.changes)
		for i := range changes {
			changes[i].Batch = b.ID
		}
		o, err := s.write(ctx, tx, r.frame, changes)
		if err != nil {
			return err
		}
		rep.count(o)
		rep.Written, rep.Batch = true, b.ID
		body, err := json.Marshal(rep)
		if err != nil {
			return err
		}
		ok, err := closeBatch(ctx, tx, b.ID, "written", string(body), len(r.problems) > 0)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Conflict, "assessment.batch_closed")
		}
		return audit.Record(ctx, tx, audit.Entry{
			Action: actionImport,
			Key:    r.frame.Set.Code + "/" + r.frame.Period.ID,
			New: imported{Batch: b.ID, File: b.FileName, SHA256: b.SHA256, Digest: digest(o.Versions), Created: o.Created, Updated: o.Updated,
				Unchanged: o.Unchanged, Refused: len(r.problems)},
		})
	})
}

// actionImport and imported are what the audit keeps of an import: the whole batch by the digest of its versions.
const actionImport = "results.import"

type imported struct {
	Batch     int64  `json:"batch"`
	File      string `json:"file"`
	SHA256    string `json:"sha256"`
	Digest    string `json:"values_sha256"`
	Created   int    `json:"created"`
	Updated   int    `json:"updated"`
	Unchanged int    `json:"unchanged"`
	Refused   int    `json:"refused"`
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// digest is SHA-256 over the digests of versions in their order by value, so that it can be computed again from the table
// in whatever order the rows come.
func digest(list []Version) string {
	sums := make([][sha256.Size]byte, len(list))
	for i, v := range list {
		f := v.Figure
		sums[i] = sha256.Sum256(fmt.Appendf(nil, "%d|%s|%d|%s|%v|%d|%d|%d|%q|%s|%s|%q", v.Unit, v.Item.key(), v.RecordedMS, v.State, f.HasNumber, f.Num, f.Den, f.Scale, f.Word, f.Declared, v.By, v.Note))
	}
	slices.SortFunc(sums, func(a, b [sha256.Size]byte) int { return bytes.Compare(a[:], b[:]) })
	h := sha256.New()
	for _, sum := range sums {
		h.Write(sum[:])
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (r *Report) count(o outcome) {
	r.Created, r.Updated, r.Unchanged = o.Created, o.Updated, o.Unchanged
}

// report turns a reading into the report, in the language of ctx.
func (r *reading) report(ctx context.Context) *Report {
	rep := &Report{
		Rows: len(r.values), Blank: r.read.Blank, NotApplicable: r.read.NotApplicable,
		Ignored:  IgnoredCounts{len(r.read.IgnoredRows), len(r.read.IgnoredCols), len(r.read.IgnoredSheets)},
		Errors:   make([]ReportLine, 0, len(r.problems)),
		Warnings: make([]ReportLine, 0, len(r.warnings)),
	}
	for _, p := range r.problems {
		rep.Errors = append(rep.Errors, r.line(ctx, p))
	}
	for _, p := range r.warnings {
		rep.Warnings = append(rep.Warnings, r.line(ctx, p))
	}
	return rep
}

func (r *reading) line(ctx context.Context, p workbook.Problem) ReportLine {
	l := ReportLine{Sheet: p.Sheet, Row: p.Row, Code: string(p.Code), Message: r.words(ctx, p), Indicator: p.Indicator, Raw: excerpt(p.Raw)}
	if p.Col > 0 {
		l.Column = xlsx.ColumnName(p.Col)
	}
	if u := r.frame.Register.Unit(p.Unit); u != nil {
		l.Unit = u.Name
	}
	return l
}

// excerpt shortens what stood in a cell to what a line of a report can show.
func excerpt(s string) string {
	if r := []rune(s); len(r) > 200 {
		return string(r[:199]) + "…"
	}
	return s
}

// words is the message of a problem, with the unit that may have been meant. A criterion is not called an indicator: the
// fifth argument of a message is the item by its word.
func (r *reading) words(ctx context.Context, p workbook.Problem) string {
	args := slices.Clone(p.Args)
	if len(args) > 4 && p.Indicator != "" {
		item, err := ItemNamed(r.frame.Set, p.Indicator)
		if err != nil {
			item = Item{ID: p.Indicator}
		}
		args[4] = ItemWords(ctx, item)
	}
	text := i18n.T(ctx, "assessment.problem."+string(p.Code), args...)
	if u := r.frame.Register.Unit(p.Suggestion); u != nil {
		key := "assessment.problem.suggestion"
		if named := r.frame.Register.Unit(p.Unit); p.Code == workbook.UnitNotValid && named != nil && named.To != "" && named.To < r.frame.Period.AsOf {
			key = "assessment.problem.successor" // writing its name would put one commune's results on another
		}
		text += " " + i18n.T(ctx, key, u.FullName(), u.Code)
	}
	return text
}

// number writes a decimal as JSON: 982, scale 1 → 98.2.
func number(d criteria.Decimal) json.Number {
	neg, n := d.Num < 0, d.Num
	if neg {
		n = -n
	}
	s := strconv.FormatInt(n, 10)
	for len(s) <= d.Scale {
		s = "0" + s
	}
	if d.Scale > 0 {
		whole, frac := s[:len(s)-d.Scale], s[len(s)-d.Scale:]
		for len(frac) > 0 && frac[len(frac)-1] == '0' {
			frac = frac[:len(frac)-1]
		}
		if s = whole; frac != "" {
			s += "." + frac
		}
	}
	if neg {
		s = "-" + s
	}
	return json.Number(s)
}

func (r *reading) listValues() []ReportValue {
	out := make([]ReportValue, 0, len(r.values))
	for _, v := range r.values {
		x := ReportValue{Indicator: v.Indicator, Level: v.LevelWord, Verdict: string(v.Verdict)}
		if u := r.frame.Register.Unit(v.Unit); u != nil {
			x.UnitCode = u.Code
		}
		switch {
		case v.HasRatio:
			n, d := number(v.Numerator), number(v.Denominator)
			x.Numerator, x.Denominator = &n, &d
		case v.HasNumber:
			n := number(v.Number)
			x.Value = &n
		}
		out = append(out, x)
	}
	return out
}

// Batch is an upload between preview and decision, or afterwards.
type Batch struct {
	ID       int64
	Set      string
	Period   territory.Period
	FileName string
	State    string // "pending" | "written" | "dropped"
	Actor    string
	AtMS     int64
	Report   Report
	Refusals bool // the refused values can be downloaded
}

// Preview reads a workbook, stores it as a pending batch and returns the batch's id. Nothing is written to the results.
func (s *Service) Preview(ctx context.Context, q ImportRequest) (id int64, err error) {
	defer fault.Wrap(&err, "assessment.Preview(%s, %s)", q.Set, q.Period)
	if err := auth.RequireAnywhere(ctx, auth.ImportResults); err != nil {
		return 0, err
	}
	if err := s.withinQuota(ctx, s.db.Read(ctx), s.clock.NowMS(), q.File); err != nil {
		return 0, err // before the file costs anything
	}
	q.DryRun = true
	rep, err := s.Import(ctx, q)
	if err != nil {
		return 0, err
	}
	for _, l := range rep.Errors {
		if l.Row == 0 && l.Code != string(workbook.NoTableFound) {
			// A file that cannot be opened is refused at the door: there is nothing to preview and nothing to keep.
			f := fault.New(fault.Invalid, "assessment.problem."+l.Code).At("tep")
			if l.Code == string(tooManyProblems) {
				f.Args = []any{workbook.MaxProblems}
			}
			return 0, f
		}
	}
	body, err := json.Marshal(rep)
	if err != nil {
		return 0, err
	}
	a := auth.Of(ctx)
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := forgetUploads(ctx, tx, tx.NowMS-keepUploads.Milliseconds()); err != nil {
			return err
		}
		if err := s.withinQuota(ctx, tx, tx.NowMS, q.File); err != nil {
			return err
		}
		set, err := s.sets.Current(ctx, q.Set)
		if err != nil {
			return err
		}
		b := batchRow{Set: set.Code, Period: q.Period, Actor: a.Login, State: "pending", FileName: q.FileName, SHA256: hexSum(q.File), Report: string(body)}
		if err := insertBatch(ctx, tx, &b, q.File); err != nil {
			return err
		}
		id = b.ID
		return audit.Record(ctx, tx, audit.Entry{Action: "results.preview", Key: strconv.FormatInt(b.ID, 10), New: map[string]any{"file": b.FileName, "sha256": b.SHA256, "set": b.Set, "period": b.Period}})
	})
	return id, err
}

// Uploads are kept for a month while nobody decides, and one person may upload 300 MB a day.
const (
	keepUploads      = 30 * 24 * time.Hour
	maxUploadsPerDay = 300 << 20
)

// withinQuota refuses more uploads than one person makes in a day.
func (s *Service) withinQuota(ctx context.Context, q db.Querier, nowMS int64, file []byte) error {
	sum, err := uploadedSince(ctx, q, auth.Of(ctx).Login, nowMS-(24*time.Hour).Milliseconds())
	if err == nil && sum+int64(len(file)) > maxUploadsPerDay {
		err = fault.New(fault.RateLimited, "assessment.upload_quota", maxUploadsPerDay>>20).At("tep")
	}
	return err
}

// ownBatch returns a batch of the actor. Somebody else's answers as if it were not there, unless the actor may import
// everywhere.
func (s *Service) ownBatch(ctx context.Context, id int64) (batchRow, error) {
	if err := auth.RequireAnywhere(ctx, auth.ImportResults); err != nil {
		return batchRow{}, err
	}
	b, err := findBatch(ctx, s.db.Read(ctx), id)
	if err != nil {
		return b, err
	}
	a := auth.Of(ctx)
	if b.Actor != a.Login && !a.May(auth.ImportResults, auth.Scope{}) {
		return batchRow{}, fault.New(fault.NotFound, "assessment.no_batch", strconv.FormatInt(id, 10))
	}
	return b, nil
}

func (b batchRow) batch() (*Batch, error) {
	p, err := territory.ParsePeriod(b.Period)
	if err != nil {
		return nil, err
	}
	out := &Batch{ID: b.ID, Set: b.Set, Period: p, FileName: b.FileName, State: b.State, Actor: b.Actor, AtMS: b.CreatedMS}
	if err := json.Unmarshal([]byte(b.Report), &out.Report); err != nil {
		return nil, err
	}
	out.Refusals = len(out.Report.Errors) > 0 && b.HasFile
	return out, nil
}

// Batch returns an upload. A pending one is compared again with what stands now.
func (s *Service) Batch(ctx context.Context, id int64) (*Batch, error) {
	row, err := s.ownBatch(ctx, id)
	if err != nil {
		return nil, err
	}
	b, err := row.batch()
	if err != nil || !row.HasFile {
		return b, err
	}
	file, err := batchFile(ctx, s.db.Read(ctx), id)
	if err != nil {
		return nil, err
	}
	r, err := s.readFile(ctx, row.Set, row.Period, file)
	if err != nil {
		return nil, err
	}
	now := r.report(ctx)
	if row.State == "pending" {
		o, err := s.wouldDo(ctx, r)
		if err != nil {
			return nil, err
		}
		b.Report = *now
		b.Report.count(o)
	} else if len(now.Errors) == len(b.Report.Errors) && len(now.Warnings) == len(b.Report.Warnings) {
		b.Report.Errors, b.Report.Warnings = now.Errors, now.Warnings // the same places, in the language of this reader
	}
	return b, nil
}

// Batches returns the newest uploads of the actor; of everybody for those who may import everywhere.
func (s *Service) Batches(ctx context.Context, limit int) ([]*Batch, error) {
	if err := auth.RequireAnywhere(ctx, auth.ImportResults); err != nil {
		return nil, err
	}
	a := auth.Of(ctx)
	who := a.Login
	if a.May(auth.ImportResults, auth.Scope{}) {
		who = ""
	}
	rows, err := recentBatches(ctx, s.db.Read(ctx), who, limit)
	if err != nil {
		return nil, err
	}
	out := make([]*Batch, 0, len(rows))
	for _, r := range rows {
		b, err := r.batch()
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// Commit writes a pending batch: all values, or with partial the good ones while the refused stay downloadable. A batch
// that somebody has written or dropped meanwhile is a conflict.
func (s *Service) Commit(ctx context.Context, id int64, partial bool) (rep *Report, err error) {
	defer fault.Wrap(&err, "assessment.Commit(%d)", id)
	row, err := s.ownBatch(ctx, id)
	if err != nil {
		return nil, err
	}
	if row.State != "pending" {
		return nil, fault.New(fault.Conflict, "assessment.batch_closed")
	}
	file, err := batchFile(ctx, s.db.Read(ctx), id)
	if err != nil {
		return nil, err
	}
	err = untilStanding(func() error {
		r, err := s.readFile(ctx, row.Set, row.Period, file)
		switch {
		case err != nil:
			return err
		case len(r.problems) > 0 && !partial:
			return fault.New(fault.Invalid, "assessment.batch_has_refusals", len(r.problems))
		case len(r.changes) == 0:
			return fault.New(fault.Invalid, "assessment.batch_empty")
		}
		rep = r.report(ctx)
		return s.writeReading(ctx, r, rep, row, file)
	})
	return rep, err
}

// Drop throws a pending batch away.
func (s *Service) Drop(ctx context.Context, id int64) (err error) {
	defer fault.Wrap(&err, "assessment.Drop(%d)", id)
	row, err := s.ownBatch(ctx, id)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		ok, err := closeBatch(ctx, tx, id, "dropped", row.Report, false)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Conflict, "assessment.batch_closed")
		}
		return audit.Record(ctx, tx, audit.Entry{Action: "results.drop", Key: strconv.FormatInt(id, 10)})
	})
}
