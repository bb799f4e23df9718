package criteria

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"langso/internal/platform/cli"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/std/xlsx"
)

// loader is LoadSet or LoadOverrides.
type loader func(ctx context.Context, file string, body []byte, trial bool) (Loaded, error)

func (s *Service) commands() []cli.Command {
	return []cli.Command{
		{Name: "import criteria", Args: "FILE.yaml|FILE.xlsx", HelpKey: "criteria.cli_criteria", Creates: true, Setup: importCommand(s.LoadSet)},
		{Name: "import overrides", Args: "FILE.yaml", HelpKey: "criteria.cli_overrides", Creates: true, Setup: importCommand(s.LoadOverrides)},
	}
}

// report is what the two commands print.
type report struct {
	Written bool         `json:"written"`
	Set     string       `json:"set"`
	ID      int64        `json:"id"`
	Changes []changeLine `json:"changes"`
	Errors  []reportLine `json:"errors"`
}

// changeLine is one difference from the version before.
type changeLine struct {
	Kind    ChangeKind `json:"kind"`
	Subject Subject    `json:"subject"`
	ID      string     `json:"id,omitempty"`
	Field   Field      `json:"field,omitempty"`
	Year    int        `json:"year,omitempty"`
	Key     string     `json:"key,omitempty"`
	Old     string     `json:"old"`
	New     string     `json:"new"`
}

type reportLine struct {
	File    string `json:"file"`
	Sheet   string `json:"sheet,omitempty"`
	Line    int    `json:"line"` // of a workbook the row
	Column  string `json:"column,omitempty"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func importCommand(load loader) func(*flag.FlagSet) func(context.Context, cli.Input) error {
	return func(fs *flag.FlagSet) func(context.Context, cli.Input) error {
		trial := fs.Bool("dry-run", false, "check the file, write nothing")
		return func(ctx context.Context, in cli.Input) error {
			if len(in.Args) != 1 {
				return cli.Usage("FILE.yaml")
			}
			body, err := readFile(in.Args[0])
			if err != nil {
				return err
			}
			out, err := load(ctx, filepath.Base(in.Args[0]), body, *trial)
			var wrong Problems
			if errors.As(err, &wrong) {
				return printProblems(ctx, in, wrong)
			}
			if err != nil {
				return err
			}
			rep := report{Written: out.Written, Set: out.Set, ID: out.ID, Changes: []changeLine{}, Errors: []reportLine{}}
			for _, c := range out.Changes {
				rep.Changes = append(rep.Changes, changeLine{c.Kind, c.Subject, c.ID, c.Field, c.Year, c.Key, c.Old, c.New})
			}
			return in.Print(rep, func(w io.Writer) {
				key := "criteria.cli_unchanged"
				switch {
				case out.Written:
					key = "criteria.cli_written"
				case *trial && !out.Same:
					key = "criteria.cli_checked"
				}
				fmt.Fprintln(w, i18n.T(ctx, key, out.Set, out.ID))
				for _, c := range out.Changes {
					fmt.Fprintf(w, "%s: %s: %s → %s\n", c.where(ctx), c.what(ctx, nil, &Set{}), ui.Dash(c.Old), ui.Dash(c.New))
				}
			})
		}
	}
}

// readFile reads at most one byte more than any file may have, so that a huge one does not fill the memory first.
func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fault.New(fault.NotFound, "criteria.cli_no_file", name).Because(err)
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, xlsx.MaxBytes+1))
}

func printProblems(ctx context.Context, in cli.Input, wrong Problems) error {
	out := report{Changes: []changeLine{}, Errors: []reportLine{}}
	for _, p := range wrong {
		out.Errors = append(out.Errors, reportLine{p.File, p.Sheet, p.Line, p.Column, p.Key, i18n.T(ctx, p.Key, p.Args...)})
	}
	err := in.Print(out, func(w io.Writer) {
		for _, e := range out.Errors {
			place := strconv.Itoa(e.Line)
			if e.Sheet != "" {
				place = e.Sheet + "!" + e.Column + place
			}
			fmt.Fprintf(w, "%s:%s: %s\n", e.File, place, e.Message)
		}
	})
	if err != nil {
		return err
	}
	return cli.ErrRefused
}
