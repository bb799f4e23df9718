package xlsx

import (
	"archive/zip"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Limits of the archive. A workbook of an office stays far below them; a bomb does not.
const (
	maxEntries  = 2000
	maxUnpacked = 200 << 20 // bytes of all entries together, counted while reading
	maxRatio    = 100       // unpacked : packed of one entry …
	ratioFloor  = 1 << 20   // … as soon as it unpacks to more than this
)

// archive is a zip file whose entries may be read once each within the limits.
type archive struct {
	entries map[string]*zip.File // by lower-case name: producers differ in case from their own relations
	order   []*zip.File
	read    map[*zip.File]bool
	left    int64 // bytes that may still be unpacked
}

// openArchive checks everything that the directory of the archive tells, before a byte is unpacked.
func openArchive(r io.ReaderAt, size int64) (*archive, error) {
	if size > MaxBytes {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, size)
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		if errors.Is(err, zip.ErrInsecurePath) {
			return nil, fmt.Errorf("%w: unclean name in the archive", ErrUnsafe)
		}
		return nil, fmt.Errorf("%w: %v", ErrUnreadable, err)
	}
	if len(z.File) > maxEntries {
		return nil, fmt.Errorf("%w: %d entries", ErrUnsafe, len(z.File))
	}
	a := &archive{entries: map[string]*zip.File{}, read: map[*zip.File]bool{}, left: maxUnpacked}
	var declared uint64
	for _, f := range z.File {
		if !cleanName(f.Name) {
			return nil, fmt.Errorf("%w: entry name %q", ErrUnsafe, f.Name)
		}
		name := strings.ToLower(f.Name)
		if strings.HasSuffix(name, "/") {
			continue
		}
		if _, twice := a.entries[name]; twice {
			return nil, fmt.Errorf("%w: entry %q twice", ErrUnsafe, f.Name)
		}
		if isMacroPart(name) || isArchiveName(name) {
			return nil, fmt.Errorf("%w: entry %q", ErrUnsafe, f.Name)
		}
		if f.UncompressedSize64 > maxUnpacked || tooDense(f.UncompressedSize64, f.CompressedSize64) {
			return nil, fmt.Errorf("%w: entry %q unpacks from %d to %d bytes", ErrUnsafe, f.Name, f.CompressedSize64, f.UncompressedSize64)
		}
		if declared += f.UncompressedSize64; declared > maxUnpacked {
			return nil, fmt.Errorf("%w: unpacks to more than %d bytes", ErrUnsafe, maxUnpacked)
		}
		a.entries[name] = f
		a.order = append(a.order, f)
	}
	return a, nil
}

// cleanName refuses names that could lead out of a folder or hide what they are.
func cleanName(name string) bool {
	if name == "" || !utf8.ValidString(name) || strings.HasPrefix(name, "/") || strings.ContainsAny(name, "\\:") {
		return false
	}
	for _, r := range name {
		if r < ' ' || r == 0x7f {
			return false
		}
	}
	for _, part := range strings.Split(strings.TrimSuffix(name, "/"), "/") {
		if part == "" || part == "." || part == ".." {
			return false
		}
	}
	return true
}

func isMacroPart(name string) bool {
	base := name[strings.LastIndexByte(name, '/')+1:]
	return strings.HasPrefix(base, "vbaproject") || strings.HasPrefix(base, "vbadata") ||
		strings.Contains(name, "/macrosheets/") || strings.Contains(name, "/activex/")
}

func isArchiveName(name string) bool {
	for _, ext := range []string{".zip", ".7z", ".rar", ".gz", ".tgz", ".bz2", ".xz", ".tar", ".jar", ".xlsx", ".xlsm", ".xlsb", ".docx", ".docm", ".pptx", ".ods", ".odt"} {
		if strings.HasSuffix(name, ext) {
			return true
		}
	}
	return false
}

func tooDense(unpacked, packed uint64) bool {
	return unpacked > ratioFloor && unpacked/maxRatio > packed
}

// has reports whether the archive holds a part of this name.
func (a *archive) has(name string) bool { return a.entries[strings.ToLower(name)] != nil }

// hasExtension reports whether the archive holds a part whose name ends so, in any case, without the dot.
func (a *archive) hasExtension(ext string) bool {
	for name := range a.entries {
		if strings.HasSuffix(name, "."+strings.ToLower(ext)) {
			return true
		}
	}
	return false
}

// open unpacks one part. What is read counts against the limits of the whole archive.
func (a *archive) open(name string) (io.ReadCloser, error) {
	f := a.entries[strings.ToLower(name)]
	if f == nil {
		return nil, fmt.Errorf("%w: part %q is missing", ErrUnreadable, name)
	}
	return a.openFile(f)
}

func (a *archive) openFile(f *zip.File) (io.ReadCloser, error) {
	a.read[f] = true
	rc, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: part %q: %v", ErrUnreadable, f.Name, err)
	}
	return &entryReader{a: a, f: f, rc: rc}, nil
}

// drain unpacks, within the limits, every part that nothing has read, so that the archive as a whole is known to be what
// it says and to hold no second archive under another name.
func (a *archive) drain() error {
	buf := make([]byte, 32<<10)
	for _, f := range a.order {
		if a.read[f] {
			continue
		}
		r, err := a.openFile(f)
		if err != nil {
			return err
		}
		for err == nil {
			_, err = r.Read(buf)
		}
		r.Close()
		if err != io.EOF {
			return err
		}
	}
	return nil
}

// entryReader counts what an entry really unpacks to; the sizes of the directory are only a claim.
type entryReader struct {
	a   *archive
	f   *zip.File
	rc  io.ReadCloser
	n   uint64
	err error
}

func (e *entryReader) Read(p []byte) (int, error) {
	if e.err != nil {
		return 0, e.err
	}
	n, err := e.rc.Read(p)
	if e.n == 0 && nestedArchive(p[:n]) {
		e.err = fmt.Errorf("%w: an archive inside the workbook (%q)", ErrUnsafe, e.f.Name)
		return 0, e.err
	}
	e.n += uint64(n)
	e.a.left -= int64(n)
	switch {
	case e.a.left < 0 || tooDense(e.n, e.f.CompressedSize64):
		err = fmt.Errorf("%w: %q unpacks to too much", ErrUnsafe, e.f.Name)
	case err == nil || err == io.EOF:
	case errors.Is(err, zip.ErrFormat):
		// archive/zip says so when an entry is longer than the directory claims.
		err = fmt.Errorf("%w: %q is longer than it says", ErrUnsafe, e.f.Name)
	case errors.As(err, new(flate.CorruptInputError)) || errors.Is(err, zip.ErrChecksum) || errors.Is(err, io.ErrUnexpectedEOF):
		err = fmt.Errorf("%w: %q is damaged", ErrUnreadable, e.f.Name)
	default:
		err = fmt.Errorf("%w: %q: %v", ErrUnreadable, e.f.Name, err)
	}
	e.err = err
	return n, err
}

func (e *entryReader) Close() error { return e.rc.Close() }

// nestedArchive knows the first bytes of zip, gzip, 7z, rar, bzip2 and xz.
func nestedArchive(p []byte) bool {
	for _, magic := range []string{"PK\x03\x04", "PK\x05\x06", "\x1f\x8b\x08", "7z\xbc\xaf\x27\x1c", "Rar!\x1a\x07", "BZh", "\xfd7zXZ\x00"} {
		if len(p) >= len(magic) && string(p[:len(magic)]) == magic {
			return true
		}
	}
	return false
}
