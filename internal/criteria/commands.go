package criteria

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"langso/internal/platform/cli"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
)

// loader is LoadSet or LoadOverrides.
type loader func(ctx context.Context, file string, body []byte, trial bool) (Loaded, error)

func (s *Service) commands() []cli.Command {
	return []cli.Command{
		{Name: "import criteria", Args: "FILE.yaml", HelpKey: "criteria.cli_criteria", Creates: true, Setup: importCommand(s.LoadSet)},
		{Name: "import overrides", Args: "FILE.yaml", HelpKey: "criteria.cli_overrides", Creates: true, Setup: importCommand(s.LoadOverrides)},
	}
}

// report is what the two commands print.
type report struct {
	Written bool         `json:"written"`
	Set     string       `json:"set"`
	ID      int64        `json:"id"`
	Errors  []reportLine `json:"errors"`
}

type reportLine struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
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
			return in.Print(report{Written: out.Written, Set: out.Set, ID: out.ID, Errors: []reportLine{}}, func(w io.Writer) {
				key := "criteria.cli_unchanged"
				switch {
				case out.Written:
					key = "criteria.cli_written"
				case *trial:
					key = "criteria.cli_checked"
				}
				fmt.Fprintln(w, i18n.T(ctx, key, out.Set, out.ID))
			})
		}
	}
}

// readFile reads at most one byte more than Parse accepts, so that a huge file does not fill the memory first.
func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fault.New(fault.NotFound, "criteria.cli_no_file", name).Because(err)
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFileBytes+1))
}

func printProblems(ctx context.Context, in cli.Input, wrong Problems) error {
	out := report{Errors: []reportLine{}}
	for _, p := range wrong {
		out.Errors = append(out.Errors, reportLine{p.File, p.Line, p.Key, i18n.T(ctx, p.Key, p.Args...)})
	}
	err := in.Print(out, func(w io.Writer) {
		for _, e := range out.Errors {
			fmt.Fprintf(w, "%s:%d: %s\n", e.File, e.Line, e.Message)
		}
	})
	if err != nil {
		return err
	}
	return cli.ErrRefused
}
