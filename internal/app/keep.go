package app

import (
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"langso/internal/platform/cli"
	"langso/internal/platform/clock"
	"langso/internal/platform/config"
	"langso/internal/platform/db"
	"langso/internal/platform/db/backup"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/module"
)

// keptUpgrades is how many backups made before upgrades stay.
const keptUpgrades = 5

// upgradeBackups matches them; their names begin with the time, so that they sort by age.
const upgradeBackups = "*-before-upgrade.zip"

// beforeUpgrade backs the database up into the folder backup of the data folder. A database without a kind was never
// used and needs no backup.
func (a *app) beforeUpgrade(ctx context.Context) error {
	store := a.kit.DB
	if k, err := store.Meta(ctx, metaKind); err != nil || k == "" {
		return err
	}
	dir := filepath.Join(store.Dir(), "backup")
	path := filepath.Join(dir, a.kit.Clock.Now().In(clock.Vietnam).Format("2006-01-02-150405")+"-before-upgrade.zip")
	if err := backUp(ctx, store, dir, path); err != nil {
		f, why := fault.As(err), err.Error()
		if f.Code != fault.Internal {
			why = i18n.Message(ctx, f)
		}
		return fault.New(fault.Unavailable, "app.upgrade_not_backed_up", path, why).Because(err)
	}
	a.kit.Log.WarnContext(ctx, i18n.T(ctx, "app.upgrade_backed_up", path))
	return nil
}

// backUp writes a backup into dir and removes the oldest there.
func backUp(ctx context.Context, store *db.DB, dir, path string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fault.New(fault.Unavailable, "backup.not_written", path, err).Because(err)
	}
	if _, err := backup.Write(ctx, store, path, Version()); err != nil {
		return err
	}
	kept, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	kept = slices.DeleteFunc(kept, func(e os.DirEntry) bool {
		match, _ := filepath.Match(upgradeBackups, e.Name()) // the pattern is a constant
		return !match
	})
	for _, e := range kept[:max(0, len(kept)-keptUpgrades)] { // in the order of their names
		_ = os.Remove(filepath.Join(dir, e.Name())) // the new backup is there; an old one that stays does no harm
	}
	return nil
}

// look is what was seen when the database was last asked whether this program may still use it.
type look struct {
	at      time.Time
	refusal *fault.Error
}

// outdated returns why this node must answer nothing any more: a newer node has changed the schema so that this program
// would read it wrongly. It asks the database at most once a second.
func (a *app) outdated(ctx context.Context) *fault.Error {
	last := a.looked.Load()
	if last != nil && time.Since(last.at) < time.Second {
		return last.refusal
	}
	now := &look{at: time.Now()}
	if last != nil {
		now.refusal = last.refusal // until the answer is there, and while it fails
	}
	if !a.looked.CompareAndSwap(last, now) {
		return now.refusal // another request is asking
	}
	err := a.kit.DB.Readable(context.WithoutCancel(ctx))
	if err != nil && !fault.Is(err, fault.Invalid) {
		return now.refusal // the request itself will meet this error
	}
	answer := &look{at: now.at, refusal: fault.As(err)}
	a.looked.Store(answer)
	return answer.refusal
}

// stored opens the database of the settings as it is: nothing is upgraded or created.
func stored(ctx context.Context, c config.Config) (*db.DB, error) {
	k, err := storedKind(ctx, c)
	if err != nil {
		return nil, err
	}
	if k == "" {
		return nil, errNoDatabase(c.Data)
	}
	return db.Open(ctx, options(c))
}

// backedUp is what backup and restore print.
type backedUp struct {
	File  string `json:"file"`
	Bytes int64  `json:"bytes"`
	*backup.Manifest
	// Ended is that of backup.Restored.
	Ended map[string]int64 `json:"ended,omitempty"`
}

func report(path string, m *backup.Manifest) (backedUp, error) {
	info, err := os.Stat(path)
	if err != nil {
		return backedUp{}, err
	}
	return backedUp{File: path, Bytes: info.Size(), Manifest: m}, nil
}

func tableLines(ctx context.Context, w io.Writer, tables []backup.Table) {
	for _, t := range tables {
		fmt.Fprintln(w, i18n.T(ctx, "app.table_line", t.Name, t.Rows, t.SHA256))
	}
}

func backupCommand(fs *flag.FlagSet) func(context.Context, cli.Input) error {
	out := fs.String("o", "", "file to write")
	return func(ctx context.Context, in cli.Input) error {
		if len(in.Args) > 0 || *out == "" {
			return cli.Usage("backup needs -o FILE.zip")
		}
		store, err := stored(ctx, configOf(ctx))
		if err != nil {
			return err
		}
		defer store.Close()
		m, err := backup.Write(ctx, store, *out, Version())
		if err != nil {
			return err
		}
		r, err := report(*out, m)
		if err != nil {
			return err
		}
		return in.Print(r, func(w io.Writer) {
			tableLines(ctx, w, m.Tables)
			fmt.Fprintln(w, i18n.T(ctx, "app.backup_done", i18n.T(ctx, "app.kind."+m.Kind), len(m.Tables), m.Rows(), r.Bytes))
		})
	}
}

func restoreCommand(fs *flag.FlagSet) func(context.Context, cli.Input) error {
	dry := fs.Bool("dry-run", false, "read the file through and compare it with itself, restore nothing")
	return func(ctx context.Context, in cli.Input) error {
		if len(in.Args) != 1 {
			return cli.Usage("restore needs one FILE.zip")
		}
		path := in.Args[0]
		var m backup.Restored
		var err error
		if *dry {
			m.Manifest, err = backup.Verify(path)
		} else {
			m, err = backup.Restore(ctx, path, options(configOf(ctx)), migrations(modules(module.Kit{})))
		}
		if err != nil {
			return err
		}
		r, err := report(path, m.Manifest)
		if err != nil {
			return err
		}
		r.Ended = m.Ended
		return in.Print(r, func(w io.Writer) {
			tableLines(ctx, w, m.Tables)
			k := i18n.T(ctx, "app.kind."+m.Kind)
			if *dry {
				at := time.UnixMilli(m.TakenMS).In(clock.Vietnam).Format("2006-01-02 15:04:05")
				fmt.Fprintln(w, i18n.T(ctx, "app.restore_read", k, at, m.Product, len(m.Tables), m.Rows()))
				return
			}
			for _, table := range slices.Sorted(maps.Keys(m.Ended)) {
				fmt.Fprintln(w, i18n.T(ctx, "app.restore_ended", table, m.Ended[table]))
			}
			fmt.Fprintln(w, i18n.T(ctx, "app.restore_done", k, len(m.Tables), m.Rows()))
		})
	}
}

func moveCommand(fs *flag.FlagSet) func(context.Context, cli.Input) error {
	dir := fs.String("to-data", "", "empty folder that gets the database")
	address := fs.String("to-database", "", "PostgreSQL address of an empty database")
	return func(ctx context.Context, in cli.Input) error {
		if len(in.Args) > 0 || (*dir == "") == (*address == "") {
			return cli.Usage("move needs either --to-data FOLDER or --to-database ADDRESS")
		}
		c := configOf(ctx)
		from, err := stored(ctx, c)
		if err != nil {
			return err
		}
		defer from.Close()
		moved, err := backup.Move(ctx, from, db.Options{Dir: *dir, URL: *address, Clock: from.Clock(), Unsafe: c.UnsafeTestDB}, migrations(modules(module.Kit{})))
		if err != nil {
			return err
		}
		return in.Print(moved, func(w io.Writer) {
			for i, t := range moved.From {
				tableLines(ctx, w, []backup.Table{t, moved.To[i]})
			}
			fmt.Fprintln(w, i18n.T(ctx, "app.move_done", i18n.T(ctx, "app.kind."+moved.Kind), len(moved.From)))
		})
	}
}
