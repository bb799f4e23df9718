package app

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"sort"
	"strings"

	"langso/internal/platform/auth"
	"langso/internal/platform/cli"
	"langso/internal/platform/config"
	"langso/internal/platform/i18n"
	"langso/internal/platform/module"
)

// Main runs one command of the program and returns its exit code (see package cli).
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	closed := modules(module.Kit{})
	catalog, err := texts(closed)
	if err != nil {
		fmt.Fprintln(stderr, "langso:", err)
		return cli.Failed
	}
	commands := builtins(stderr)
	for _, m := range closed {
		commands = append(commands, m.Commands...)
	}
	ctx := i18n.With(context.Background(), catalog, language(args))
	cmd, rest := cli.Find(commands, args)
	if cmd == nil {
		usage(ctx, stderr, commands)
		return cli.Misuse
	}
	var c config.Config
	fs := flags(cmd, &c)
	run := cmd.Setup(fs)
	pos, err := cli.Parse(fs, rest)
	if errors.Is(err, flag.ErrHelp) {
		help(ctx, stdout, cmd)
		return cli.OK
	}
	if err != nil {
		return cli.Exit(ctx, stderr, err)
	}
	in := cli.Input{Args: pos, In: stdin, Out: stdout, AsJSON: c.JSON}
	if cmd.Bare {
		return cli.Exit(ctx, stderr, run(withConfig(ctx, c), in))
	}
	return cli.Exit(ctx, stderr, onStore(ctx, c, cmd, rest, in, stderr))
}

// onStore opens the store and runs the command there, acting as the province office.
func onStore(ctx context.Context, c config.Config, cmd *cli.Command, rest []string, in cli.Input, stderr io.Writer) error {
	made, err := storedKind(ctx, c)
	if err != nil {
		return err
	}
	if made == "" && !cmd.Creates {
		return errNoDatabase(c.Data)
	}
	a, err := open(ctx, c, slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn})), production)
	if err != nil {
		return err
	}
	defer a.kit.DB.Close()
	ctx = auth.With(i18n.With(ctx, a.texts, i18n.Of(ctx)), auth.CLI())
	all := a.commands()
	for i := range all {
		if all[i].Name != cmd.Name {
			continue
		}
		// The command of the opened store reads the same flags again: the first reading only checked them.
		var again config.Config
		fs := flags(&all[i], &again)
		run := all[i].Setup(fs)
		if in.Args, err = cli.Parse(fs, rest); err != nil {
			return err
		}
		return run(ctx, in)
	}
	return cli.Usage("unknown command %q", cmd.Name)
}

// commands are those of all modules and the ones of the app that need an open store.
func (a *app) commands() []cli.Command {
	list := []cli.Command{a.checkCommand()}
	for _, m := range a.modules {
		list = append(list, m.Commands...)
	}
	return list
}

func flags(cmd *cli.Command, c *config.Config) *flag.FlagSet {
	fs := flag.NewFlagSet(cmd.Name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	c.Bind(fs, config.Getenv)
	return fs
}

// language finds --lang before anything else is read, so that even a wrong use is explained in the right language.
func language(args []string) i18n.Lang {
	l := config.Getenv("LANGSO_LANG")
	for i, a := range args {
		if v, ok := strings.CutPrefix(strings.TrimLeft(a, "-"), "lang="); ok && strings.HasPrefix(a, "-") {
			l = v
		} else if (a == "--lang" || a == "-lang") && i+1 < len(args) {
			l = args[i+1]
		}
	}
	if l == string(i18n.En) {
		return i18n.En
	}
	return i18n.Vi
}

type configKey struct{}

func withConfig(ctx context.Context, c config.Config) context.Context {
	return context.WithValue(ctx, configKey{}, c)
}

func configOf(ctx context.Context) config.Config { return ctx.Value(configKey{}).(config.Config) }

// builtins are the commands that do not run on an already open store, and the check, which the open app replaces.
func builtins(stderr io.Writer) []cli.Command {
	run := func(name, key string, fn func(ctx context.Context, c config.Config, in cli.Input) error) cli.Command {
		return cli.Command{Name: name, HelpKey: key, Bare: true, Setup: func(*flag.FlagSet) func(context.Context, cli.Input) error {
			return func(ctx context.Context, in cli.Input) error {
				if len(in.Args) > 0 {
					return cli.Usage("%s takes no argument, got %q", name, in.Args[0])
				}
				return fn(ctx, configOf(ctx), in)
			}
		}}
	}
	return []cli.Command{
		run("serve", "app.help.serve", func(ctx context.Context, c config.Config, _ cli.Input) error {
			return serve(ctx, c, production, stderr)
		}),
		run("demo", "app.help.demo", func(ctx context.Context, c config.Config, _ cli.Input) error { return serve(ctx, c, demo, stderr) }),
		run("config", "app.help.config", func(_ context.Context, c config.Config, in cli.Input) error { return in.Print(c.Shown(), c.Print) }),
		run("version", "app.help.version", func(_ context.Context, _ config.Config, in cli.Input) error {
			return in.Print(map[string]string{"version": Version()}, func(w io.Writer) { fmt.Fprintln(w, Version()) })
		}),
		(&app{}).checkCommand(),
		{Name: "backup", Args: "-o FILE.zip", HelpKey: "app.help.backup", Bare: true, Setup: backupCommand},
		{Name: "restore", Args: "[--dry-run] FILE.zip", HelpKey: "app.help.restore", Bare: true, Setup: restoreCommand},
		{Name: "move", Args: "--to-data FOLDER | --to-database ADDRESS", HelpKey: "app.help.move", Bare: true, Setup: moveCommand},
	}
}

// checkCommand verifies that what is stored agrees with itself.
func (a *app) checkCommand() cli.Command {
	return cli.Command{Name: "check", HelpKey: "app.help.check", Setup: func(*flag.FlagSet) func(context.Context, cli.Input) error {
		return func(ctx context.Context, in cli.Input) error {
			failures, err := a.check(ctx)
			if err != nil {
				return err
			}
			if failures == nil {
				failures = []string{}
			}
			err = in.Print(map[string][]string{"failures": failures}, func(w io.Writer) {
				for _, f := range failures {
					fmt.Fprintln(w, f)
				}
				fmt.Fprintln(w, i18n.T(ctx, "app.check_done", len(failures)))
			})
			if err == nil && len(failures) > 0 {
				err = cli.ErrFailed
			}
			return err
		}
	}}
}

func usage(ctx context.Context, w io.Writer, commands []cli.Command) {
	fmt.Fprintln(w, i18n.T(ctx, "app.usage"))
	sort.Slice(commands, func(i, j int) bool { return commands[i].Name < commands[j].Name })
	for _, c := range commands {
		fmt.Fprintf(w, "  langso %-44s %s\n", strings.TrimSpace(c.Name+" "+c.Args), i18n.T(ctx, c.HelpKey))
	}
}

func help(ctx context.Context, w io.Writer, cmd *cli.Command) {
	fmt.Fprintf(w, "langso %s %s\n%s\n", cmd.Name, cmd.Args, i18n.T(ctx, cmd.HelpKey))
	var c config.Config
	fs := flags(cmd, &c)
	cmd.Setup(fs)
	fs.SetOutput(w)
	fs.PrintDefaults()
}

// Version is the release or the commit the program was built from.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	rev, dirty := "", ""
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			rev = s.Value
		case "vcs.modified":
			if s.Value == "true" {
				dirty = "+"
			}
		}
	}
	if len(rev) > 12 {
		return rev[:12] + dirty
	}
	return strings.Trim(info.Main.Version, "()")
}
