// Package backup keeps a whole database in one file that either engine can be restored from, and moves databases between
// engines.
//
// The file is a zip that any program opens: langso-backup (the number of the format), tables/NAME.ndjson (the rows of a
// table, see row.go) and manifest.json (what it is, and the count and SHA-256 of every table). Its comment, the last bytes
// of the file, is the SHA-256 of everything before: no byte can change unnoticed. Restoring gives what was stored, row for
// row, its kind (demo or production) included, but for what a module takes back (db.Migrations.Restored); so neither a backup
// nor a restore adds a row to the audit.
package backup

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"langso/internal/platform/db"
	"langso/internal/platform/fault"

	"github.com/klauspost/compress/flate"
)

// Format is the form of the file that this program writes; it reads this one only.
const Format = 1

const (
	headName     = "langso-backup"
	manifestName = "manifest.json"
	commentHead  = "langso backup sha256:"
	// headAt is where a zip has the name of its first file.
	headAt = 30
	// maxManifest and maxRow bound what is held in memory at once.
	maxManifest = 16 << 20
	maxRow      = 256 << 20
)

// Manifest says what a backup holds.
type Manifest struct {
	Format  int              `json:"format"`
	Product string           `json:"product"` // version of the program that wrote it
	Kind    string           `json:"kind"`    // demo or production
	Engine  db.Engine        `json:"engine"`  // where it was taken; it can be restored on any
	TakenMS int64            `json:"taken_ms"`
	Schema  map[string]int64 `json:"schema"` // version of each module's tables
	Tables  []Table          `json:"tables"`
}

// Table is a table with what identifies its rows: their number, and SHA-256 over their lines in the order of the primary key.
type Table struct {
	db.Table
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"`
}

// Rows is the number of rows of all tables.
func (m *Manifest) Rows() (n int64) {
	for _, t := range m.Tables {
		n += t.Rows
	}
	return n
}

// Write takes a backup of one state of the database while others read and write, and reads it back before it gets its
// name. A file of that name is replaced only when it is a backup too.
func Write(ctx context.Context, d *db.DB, path, product string) (_ *Manifest, err error) {
	defer fault.Wrap(&err, "backup.Write")
	if err := replaceable(path); err != nil {
		return nil, err
	}
	var m *Manifest
	err = whole(path, func(f *os.File) error {
		if err := d.Snapshot(ctx, func(ctx context.Context) (err error) { m, err = write(ctx, d, f, product); return err }); err != nil {
			return err
		}
		if err := f.Sync(); err != nil {
			return err
		}
		back, err := Verify(f.Name())
		if err != nil {
			return err
		}
		if !same(m.Tables, back.Tables) {
			return fault.New(fault.Internal, "backup.damaged", path)
		}
		return nil
	})
	return m, full(err, path)
}

// replaceable refuses to put a backup in the place of anything else.
func replaceable(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fault.New(fault.Conflict, "backup.not_replaced", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if !ours(f) {
		return fault.New(fault.Conflict, "backup.not_replaced", path)
	}
	return nil
}

// whole writes a file under another name, syncs it and renames it: who looks for path finds all of it or what was there
// before.
func whole(path string, write func(f *os.File) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".langso-backup-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // after the rename there is nothing to remove
	if err := errors.Join(write(f), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return db.SyncDir(filepath.Dir(path))
}

// full names the error of a file that cannot be written or cannot grow: a full disk, a quota, a limit on the size of files.
func full(err error, path string) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) {
		return fault.New(fault.Unavailable, "backup.disk_full", path).Because(err)
	}
	var failed *fs.PathError
	if errors.As(err, &failed) {
		return fault.New(fault.Unavailable, "backup.not_written", path, failed.Err).Because(err)
	}
	return err
}

// write writes the whole file; ctx sees one state of the database.
func write(ctx context.Context, d *db.DB, f io.Writer, product string) (*Manifest, error) {
	m := &Manifest{Format: Format, Product: product, Engine: d.Engine(), TakenMS: d.Clock().NowMS()}
	var err error
	if m.Kind, err = d.Meta(ctx, "kind"); err != nil {
		return nil, err
	}
	if m.Schema, err = d.Versions(ctx); err != nil {
		return nil, err
	}
	tables, err := d.Tables(ctx)
	if err != nil {
		return nil, err
	}
	out := bufio.NewWriterSize(f, 1<<20)
	sealed := &sealer{w: out, hash: sha256.New()}
	z := zip.NewWriter(sealed)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	if err := z.SetComment(commentHead + string(bytes.Repeat([]byte("0"), sha256.Size*2))); err != nil {
		return nil, err
	}
	head, err := z.CreateHeader(&zip.FileHeader{Name: headName, Method: zip.Store})
	if err != nil {
		return nil, err
	}
	if err := json.NewEncoder(head).Encode(Format); err != nil {
		return nil, err
	}
	for _, t := range tables {
		rows, err := z.Create(fileOf(t.Name))
		if err != nil {
			return nil, err
		}
		s := newSum()
		err = readRows(ctx, d, t, func(line []byte) error {
			if _, err := rows.Write(line); err != nil {
				return err
			}
			return s.add(line)
		})
		if err != nil {
			return nil, err
		}
		m.Tables = append(m.Tables, Table{t, s.rows, s.hex()})
	}
	manifest, err := z.Create(manifestName)
	if err != nil {
		return nil, err
	}
	e := json.NewEncoder(manifest)
	e.SetIndent("", " ")
	if err := e.Encode(m); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	if err := sealed.close(); err != nil {
		return nil, err
	}
	return m, out.Flush()
}

func fileOf(table string) string { return "tables/" + table + ".ndjson" }

// sealer passes everything on but the last bytes, in whose place it writes the hash of all others.
type sealer struct {
	w    io.Writer
	hash hash.Hash
	tail []byte
}

func (s *sealer) Write(p []byte) (int, error) {
	s.tail = append(s.tail, p...)
	if n := len(s.tail) - sha256.Size*2; n > 0 {
		s.hash.Write(s.tail[:n])
		if _, err := s.w.Write(s.tail[:n]); err != nil {
			return 0, err
		}
		s.tail = append(s.tail[:0], s.tail[n:]...)
	}
	return len(p), nil
}

func (s *sealer) close() error {
	_, err := io.WriteString(s.w, hex.EncodeToString(s.hash.Sum(nil)))
	return err
}

// ours reports whether a file begins as a backup does.
func ours(f io.ReaderAt) bool {
	b := make([]byte, headAt+len(headName))
	_, err := f.ReadAt(b, 0)
	return err == nil && string(b[:4]) == "PK\x03\x04" && string(b[headAt:]) == headName
}

// file is an opened backup whose seal was found whole.
type file struct {
	path string
	zip  *zip.Reader
	Manifest
}

// open checks the seal of a backup and reads its manifest. What is no backup, damaged, or of a format that this program
// does not know is refused.
func open(f *os.File) (*file, error) {
	path := f.Name()
	if !ours(f) {
		return nil, fault.New(fault.Invalid, "backup.foreign", path)
	}
	damaged := func(err error) error { return fault.New(fault.Invalid, "backup.damaged", path).Because(err) }
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	seal := make([]byte, sha256.Size*2)
	size := info.Size() - int64(len(seal))
	if _, err := f.ReadAt(seal, size); err != nil {
		return nil, damaged(err)
	}
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(f, 0, size)); err != nil {
		return nil, damaged(err)
	}
	if hex.EncodeToString(h.Sum(nil)) != string(seal) {
		return nil, damaged(errors.New("the seal does not match"))
	}
	z, err := zip.NewReader(f, info.Size())
	if err != nil {
		return nil, damaged(err)
	}
	z.RegisterDecompressor(zip.Deflate, func(r io.Reader) io.ReadCloser { return flate.NewReader(r) })
	b := &file{path: path, zip: z}
	var format int
	if err := b.json(headName, &format); err != nil {
		return nil, damaged(err)
	}
	if format > Format {
		return nil, fault.New(fault.Invalid, "backup.format_newer", path, format, Format)
	}
	if err := b.json(manifestName, &b.Manifest); err != nil {
		return nil, damaged(err)
	}
	if b.Format != format || len(z.File) != len(b.Tables)+2 {
		return nil, damaged(errors.New("the manifest names other files"))
	}
	return b, nil
}

func (b *file) json(name string, v any) error {
	f, err := b.zip.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return json.NewDecoder(io.LimitReader(f, maxManifest)).Decode(v)
}

func (b *file) damaged(table string, err error) error {
	return fault.New(fault.Invalid, "backup.damaged", b.path).At(table).Because(err)
}

// rows calls fn with the lines of table i.
func (b *file) rows(i int, fn func(line []byte) error) error {
	t := b.Tables[i]
	f, err := b.zip.Open(fileOf(t.Name))
	if err != nil {
		return b.damaged(t.Name, err)
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 1<<16)
	var long []byte
	for {
		part, err := in.ReadSlice('\n')
		long = append(long, part...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull) && len(long) < maxRow:
			continue
		case errors.Is(err, io.EOF) && len(long) == 0:
			return nil
		case err != nil:
			return b.damaged(t.Name, err)
		}
		if err := fn(long); err != nil {
			return err
		}
		long = long[:0]
	}
}

// Verify reads a backup through and compares every table with its manifest; it needs no database.
func Verify(path string) (_ *Manifest, err error) {
	defer fault.Wrap(&err, "backup.Verify")
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := open(f)
	if err != nil {
		return nil, err
	}
	for i, t := range b.Tables {
		s := newSum()
		if err := b.rows(i, s.add); err != nil {
			return nil, err
		}
		if s.rows != t.Rows || s.hex() != t.SHA256 {
			return nil, b.damaged(t.Name, errors.New("count or hash differ"))
		}
	}
	return &b.Manifest, nil
}

func openFile(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fault.New(fault.NotFound, "backup.no_file", path).Because(err)
	}
	return f, nil
}

// same reports whether two lists of tables hold the same rows.
func same(a, b []Table) bool {
	return slices.EqualFunc(a, b, func(x, y Table) bool { return x.Name == y.Name && x.Rows == y.Rows && x.SHA256 == y.SHA256 })
}
