package assessment

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"langso/internal/platform/auth"
	"langso/internal/platform/cli"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/std/xlsx"
)

// commands are the command line of results.
func (s *Service) commands() []cli.Command {
	return []cli.Command{
		{Name: "import results", Args: "--set SET --period PERIOD FILE.xlsx", HelpKey: "assessment.help.import", Creates: true, Setup: s.importCommand},
		{Name: "export results", Args: "--set SET --period PERIOD -o FILE.xlsx", HelpKey: "assessment.help.export", Setup: s.exportCommand},
		{Name: "evaluate", Args: "--set SET --period PERIOD", HelpKey: "assessment.help.evaluate", Setup: s.evaluateCommand},
		{Name: "bench national", HelpKey: "assessment.help.nation", Creates: true, Illustrative: true, Setup: s.nationCommand},
	}
}

func (s *Service) importCommand(fs *flag.FlagSet) func(context.Context, cli.Input) error {
	set := fs.String("set", "", "criteria set")
	period := fs.String("period", "", "period: 2023, 2024-06, 2026-Q3")
	dry := fs.Bool("dry-run", false, "read and compare, write nothing")
	partial := fs.Bool("partial", false, "write the good values although others are refused")
	rows := fs.Bool("rows", false, "list the values taken")
	refusals := fs.String("refusals", "", "after --partial: write the refused values to this FILE.xlsx, to be corrected and imported again")
	return func(ctx context.Context, in cli.Input) error {
		if len(in.Args) != 1 || *set == "" || *period == "" {
			return cli.Usage("import results needs --set, --period and one FILE.xlsx")
		}
		file, err := readBounded(in.Args[0])
		if err != nil {
			return err
		}
		rep, err := s.Import(ctx, ImportRequest{Set: *set, Period: *period, FileName: filepath.Base(in.Args[0]), File: file, DryRun: *dry, Partial: *partial, Values: *rows})
		if err != nil {
			return err
		}
		if *refusals != "" && rep.Batch != 0 && len(rep.Errors) > 0 {
			b, err := s.RefusalFile(ctx, rep.Batch)
			if err != nil {
				return err
			}
			if err := writeWhole(*refusals, b); err != nil {
				return err
			}
		}
		if err := in.Print(rep, func(w io.Writer) { rep.words(ctx, w) }); err != nil {
			return err
		}
		if len(rep.Errors) > 0 {
			return cli.ErrRefused
		}
		return nil
	}
}

// readBounded reads a file, but never more than one byte above what is accepted: the rest only proves that it is too large.
func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fault.New(fault.NotFound, "assessment.no_file", path).Because(err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, xlsx.MaxBytes+1))
	if err != nil {
		return nil, fault.New(fault.Invalid, "assessment.no_file", path).Because(err)
	}
	return b, nil
}

// words prints a report for people.
func (r *Report) words(ctx context.Context, w io.Writer) {
	for _, l := range r.Errors {
		fmt.Fprintf(w, "✕ %s!%s%d %s: %s\n", l.Sheet, l.Column, l.Row, l.Unit, l.Message)
	}
	for _, l := range r.Warnings {
		fmt.Fprintf(w, "! %s!%s%d %s: %s\n", l.Sheet, l.Column, l.Row, l.Unit, l.Message)
	}
	key := "assessment.import_dry"
	if r.Written {
		key = "assessment.import_written"
	}
	fmt.Fprintln(w, i18n.T(ctx, key, r.Rows, r.Created, r.Updated, r.Unchanged, len(r.Errors), len(r.Warnings), r.Blank, r.NotApplicable))
}

// EvaluateReport is the counts of every indicator and criterion of a set and period.
type EvaluateReport struct {
	Set        string     `json:"set"`
	Period     string     `json:"period"`
	AsOf       string     `json:"as_of"`
	Communes   int        `json:"communes"`
	Indicators []ItemSum  `json:"indicators"`
	Criteria   []ItemSum  `json:"criteria"`
	Bands      []BandBody `json:"bands"`
	// AverageCriteria is the average number of criteria met per commune, one decimal; null without communes.
	AverageCriteria *float64 `json:"average_criteria"`
}

// ItemSum is the counts of one item.
type ItemSum struct {
	ID string `json:"id"`
	Counts
	Percent *float64 `json:"percent"`
}

// BandBody is one row of the distribution by criteria met.
type BandBody struct {
	Band     string `json:"band"`
	Communes int    `json:"communes"`
}

// Evaluate sums a board.
func (b *Board) Evaluate() EvaluateReport {
	out := EvaluateReport{Set: b.Set.Code, Period: b.Period.ID, AsOf: string(b.Period.AsOf), Communes: len(b.Rows), Indicators: []ItemSum{}, Criteria: []ItemSum{}, Bands: []BandBody{}}
	sum := func(item Item) ItemSum {
		c := b.Count(b.Rows, item)
		return ItemSum{ID: item.ID, Counts: c, Percent: c.Percent()}
	}
	for _, i := range b.Set.Indicators() {
		out.Indicators = append(out.Indicators, sum(Item{ID: i.ID}))
	}
	for _, c := range b.Set.Criteria() {
		out.Criteria = append(out.Criteria, sum(Item{ID: c.ID, Criterion: true}))
	}
	for _, x := range b.Bands() {
		out.Bands = append(out.Bands, BandBody{x.Band.ID, x.Communes})
	}
	if t, ok := b.AverageCriteria(); ok {
		a := float64(t) / 10
		out.AverageCriteria = &a
	}
	return out
}

func (s *Service) evaluateCommand(fs *flag.FlagSet) func(context.Context, cli.Input) error {
	set := fs.String("set", "", "criteria set; default: the one in force today")
	period := fs.String("period", "", "period; default: the newest closed one with values")
	return func(ctx context.Context, in cli.Input) error {
		if len(in.Args) > 0 {
			return cli.Usage("evaluate takes no argument, got %q", in.Args[0])
		}
		b, err := s.Board(auth.AsGuest(ctx), *set, *period) // what counts: verified values, as the public figures
		if err != nil {
			return err
		}
		rep := b.Evaluate()
		return in.Print(rep, func(w io.Writer) {
			fmt.Fprintf(w, "%s %s (%s): %d xã\n", rep.Set, rep.Period, rep.AsOf, rep.Communes)
			for _, list := range [][]ItemSum{rep.Criteria, rep.Indicators} {
				for _, x := range list {
					fmt.Fprintf(w, "%-6s met %d, nearly %d, not met %d, missing %d, no threshold %d, n/a %d of %d\n", x.ID, x.Met, x.Nearly, x.NotMet, x.Missing, x.NoThreshold, x.NotApplicable, x.Total)
				}
			}
		})
	}
}

func (s *Service) exportCommand(fs *flag.FlagSet) func(context.Context, cli.Input) error {
	set := fs.String("set", "", "criteria set")
	period := fs.String("period", "", "period")
	out := fs.String("o", "", "file to write")
	return func(ctx context.Context, in cli.Input) error {
		if len(in.Args) > 0 || *set == "" || *period == "" || *out == "" {
			return cli.Usage("export results needs --set, --period and -o FILE.xlsx")
		}
		b, err := s.Export(ctx, *set, *period)
		if err != nil {
			return err
		}
		if err := writeWhole(*out, b); err != nil {
			return err
		}
		return in.Print(map[string]any{"file": *out, "bytes": len(b)}, func(w io.Writer) { fmt.Fprintln(w, i18n.T(ctx, "assessment.exported", *out)) })
	}
}

// writeWhole writes a file so that a reader finds the whole file or the old one, never a half.
func writeWhole(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".langso-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // after the rename there is nothing to remove
	if _, err := f.Write(b); err != nil {
		f.Close()
		return err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
