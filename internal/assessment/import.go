package assessment

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strconv"

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
	Values        []ReportValue `json:"values,omitempty"`
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

// noRight is the code of a value outside the actor's rights; the workbook itself is fine there.
const noRight = "no_right"

// reading is a workbook understood in a frame: what would be written and what is refused.
type reading struct {
	frame    *Frame
	read     *workbook.Reading
	values   []workbook.Value // within the actor's rights
	changes  []change
	problems []workbook.Problem // errors, those of missing rights included
}

// readFile parses and understands a workbook. A file that cannot be read at all gives one problem for the whole file.
func (s *Service) readFile(ctx context.Context, set, period string, file []byte) (*reading, error) {
	f, err := s.Frame(ctx, set, period)
	if err != nil {
		return nil, err
	}
	r := &reading{frame: f, read: &workbook.Reading{}}
	wb, err := openWorkbook(file)
	if err != nil {
		r.problems = []workbook.Problem{{Code: fileCode(err)}}
		return r, nil
	}
	r.read = workbook.Read(wb, workbook.Context{Set: f.Set, Period: f.Period, Register: f.Register, Roster: f.Roster})
	r.problems = append(r.problems, r.read.Errors...)
	for _, v := range r.read.Values {
		item := Item{ID: v.Indicator, Criterion: v.IsCriterion}
		if !auth.Of(ctx).May(auth.ImportResults, f.scope(v.Unit, item)) {
			r.problems = append(r.problems, workbook.Problem{Sheet: v.Sheet, Row: v.Row, Col: v.Col, Code: noRight, Raw: v.Raw, Unit: v.Unit, Indicator: v.Indicator})
			continue
		}
		r.values = append(r.values, v)
		r.changes = append(r.changes, change{Unit: v.Unit, Item: item, Figure: figureOf(v), State: f.stateFor(ctx, v.Unit, item)})
	}
	sort.SliceStable(r.problems, func(i, j int) bool {
		a, b := r.problems[i], r.problems[j]
		if a.Sheet != b.Sheet {
			return false // sheets keep the order of the workbook
		}
		return a.Row < b.Row || a.Row == b.Row && a.Col < b.Col
	})
	return r, nil
}

func openWorkbook(file []byte) (*xlsx.Workbook, error) {
	if len(file) > xlsx.MaxBytes {
		return nil, xlsx.ErrTooLarge
	}
	return xlsx.Read(bytes.NewReader(file), int64(len(file)))
}

func fileCode(err error) workbook.Code {
	switch {
	case errors.Is(err, xlsx.ErrTooLarge):
		return workbook.FileTooLarge
	case errors.Is(err, xlsx.ErrUnsafe):
		return workbook.FileUnsafe
	}
	return workbook.FileUnreadable
}

// mayImport refuses actors who may import nowhere, before any file is read.
func mayImport(ctx context.Context) error {
	if auth.Of(ctx).MayAnywhere(auth.ImportResults) {
		return nil
	}
	return auth.Require(ctx, auth.ImportResults, auth.Scope{})
}

// Import reads a workbook and writes its values: all or nothing, or with Partial the good ones. The values of a province
// office or a department are verified at once, those of a commune are drafts. A refusal is in the report, not an error.
func (s *Service) Import(ctx context.Context, q ImportRequest) (_ *Report, err error) {
	defer fault.Wrap(&err, "assessment.Import(%s, %s)", q.Set, q.Period)
	if err := mayImport(ctx); err != nil {
		return nil, err
	}
	r, err := s.readFile(ctx, q.Set, q.Period, q.File)
	if err != nil {
		return nil, err
	}
	rep := r.report(ctx)
	if q.Values {
		rep.Values = r.listValues()
	}
	if q.DryRun || len(r.problems) > 0 && !q.Partial || len(r.changes) == 0 {
		o, err := s.wouldDo(ctx, r)
		if err != nil {
			return nil, err
		}
		rep.count(o)
		return rep, nil
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		o, err := s.writeReading(ctx, tx, r, q.FileName, q.File, 0)
		rep.count(o)
		return err
	})
	if err != nil {
		return nil, err
	}
	rep.Written = true
	return rep, nil
}

// wouldDo compares without writing.
func (s *Service) wouldDo(ctx context.Context, r *reading) (outcome, error) {
	have, _, err := loadCurrent(ctx, s.db.Read(ctx), r.frame.book.ID, r.changes)
	if err != nil {
		return outcome{}, err
	}
	o, _ := compare(have, r.changes)
	return o, nil
}

// writeReading writes what a reading may write and audits it once, by digest.
func (s *Service) writeReading(ctx context.Context, tx *db.Tx, r *reading, name string, file []byte, batch int64) (outcome, error) {
	if batch == 0 {
		b := batchRow{Set: r.frame.Set.Code, Period: r.frame.Period.ID, Actor: auth.Of(ctx).Login, State: "written", FileName: name, SHA256: hexSum(file), Report: "{}"}
		if err := insertBatch(ctx, tx, &b); err != nil {
			return outcome{}, err
		}
		batch = b.ID
	}
	changes := make([]change, len(r.changes))
	for i, c := range r.changes {
		c.Batch = batch
		changes[i] = c
	}
	o, err := s.write(ctx, tx, r.frame, changes)
	if err != nil {
		return o, err
	}
	return o, audit.Record(ctx, tx, audit.Entry{
		Action: "results.import",
		Key:    r.frame.Set.Code + "/" + r.frame.Period.ID,
		New: map[string]any{"batch": batch, "file": name, "sha256": hexSum(file), "values_sha256": digestChanges(changes), "created": o.Created,
			"updated": o.Updated, "unchanged": o.Unchanged, "refused": len(r.problems)},
	})
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// digestChanges is SHA-256 over the values of a batch in their order.
func digestChanges(list []change) string {
	h := sha256.New()
	for _, c := range list {
		fmt.Fprintf(h, "%d|%s|%+v|%s\n", c.Unit, c.Item.key(), c.Figure, c.State)
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
		Warnings: make([]ReportLine, 0, len(r.read.Warnings)),
	}
	for _, p := range r.problems {
		rep.Errors = append(rep.Errors, r.line(ctx, p))
	}
	for _, p := range r.read.Warnings {
		rep.Warnings = append(rep.Warnings, r.line(ctx, p))
	}
	return rep
}

func (r *reading) line(ctx context.Context, p workbook.Problem) ReportLine {
	l := ReportLine{Sheet: p.Sheet, Row: p.Row, Code: string(p.Code), Message: r.words(ctx, p), Indicator: p.Indicator, Raw: p.Raw}
	if p.Col > 0 {
		l.Column = xlsx.ColumnName(p.Col)
	}
	if u := r.frame.Register.Unit(p.Unit); u != nil {
		l.Unit = u.Name
	}
	return l
}

// words is the message of a problem, with the unit that may have been meant.
func (r *reading) words(ctx context.Context, p workbook.Problem) string {
	text := i18n.T(ctx, "assessment.problem."+string(p.Code), p.Args...)
	if u := r.frame.Register.Unit(p.Suggestion); u != nil {
		text += " " + i18n.T(ctx, "assessment.problem.suggestion", u.FullName(), u.Code)
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
	q.DryRun = true
	rep, err := s.Import(ctx, q)
	if err != nil {
		return 0, err
	}
	for _, l := range rep.Errors {
		if l.Row == 0 && l.Code != string(workbook.NoTableFound) {
			// A file that cannot be opened is refused at the door: there is nothing to preview and nothing to keep.
			return 0, &fault.Error{Code: fault.Invalid, Key: "assessment.problem." + l.Code, Field: "tep"}
		}
	}
	f, err := s.Frame(ctx, q.Set, q.Period)
	if err != nil {
		return 0, err
	}
	body, err := json.Marshal(rep)
	if err != nil {
		return 0, err
	}
	b := batchRow{Set: f.Set.Code, Period: f.Period.ID, Actor: auth.Of(ctx).Login, State: "pending", FileName: q.FileName, SHA256: hexSum(q.File), File: q.File, Report: string(body)}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := insertBatch(ctx, tx, &b); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: "results.preview", Key: strconv.FormatInt(b.ID, 10), New: map[string]any{"file": b.FileName, "sha256": b.SHA256, "set": b.Set, "period": b.Period}})
	})
	return b.ID, err
}

// ownBatch returns a batch of the actor. Somebody else's answers as if it were not there, unless the actor may import
// everywhere.
func (s *Service) ownBatch(ctx context.Context, id int64) (batchRow, error) {
	if err := mayImport(ctx); err != nil {
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
	out.Refusals = len(out.Report.Errors) > 0 && b.File != nil
	return out, nil
}

// Batch returns an upload. A pending one is compared again with what stands now.
func (s *Service) Batch(ctx context.Context, id int64) (*Batch, error) {
	row, err := s.ownBatch(ctx, id)
	if err != nil {
		return nil, err
	}
	b, err := row.batch()
	if err != nil || row.State != "pending" {
		return b, err
	}
	r, err := s.readFile(ctx, row.Set, row.Period, row.File)
	if err != nil {
		return nil, err
	}
	o, err := s.wouldDo(ctx, r)
	if err != nil {
		return nil, err
	}
	b.Report = *r.report(ctx)
	b.Report.count(o)
	return b, nil
}

// Batches returns the newest uploads of the actor; of everybody for those who may import everywhere.
func (s *Service) Batches(ctx context.Context, limit int) ([]*Batch, error) {
	if err := mayImport(ctx); err != nil {
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
func (s *Service) Commit(ctx context.Context, id int64, partial bool) (_ *Report, err error) {
	defer fault.Wrap(&err, "assessment.Commit(%d)", id)
	row, err := s.ownBatch(ctx, id)
	if err != nil {
		return nil, err
	}
	if row.State != "pending" {
		return nil, fault.New(fault.Conflict, "assessment.batch_closed")
	}
	r, err := s.readFile(ctx, row.Set, row.Period, row.File)
	if err != nil {
		return nil, err
	}
	rep := r.report(ctx)
	if len(r.problems) > 0 && !partial {
		return nil, fault.New(fault.Invalid, "assessment.batch_has_refusals", len(r.problems))
	}
	if len(r.changes) == 0 {
		return nil, fault.New(fault.Invalid, "assessment.batch_empty")
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		o, err := s.writeReading(ctx, tx, r, row.FileName, row.File, row.ID)
		if err != nil {
			return err
		}
		rep.count(o)
		rep.Written = true
		body, err := json.Marshal(rep)
		if err != nil {
			return err
		}
		ok, err := closeBatch(ctx, tx, id, "written", string(body), len(r.problems) > 0)
		if err == nil && !ok {
			err = fault.New(fault.Conflict, "assessment.batch_closed")
		}
		return err
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
