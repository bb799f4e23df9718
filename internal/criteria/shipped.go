package criteria

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"path"

	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
)

// setFiles are the sets that ship with the product, in data/. A set goes behind the one that it requires.
var setFiles = [...]string{"xa-ntm-2021-2025.yaml", "xa-ntm-nang-cao-2021-2025.yaml", "xa-ntm-kieu-mau-2021-2025.yaml", "xa-ntm-2026-2030.yaml"}

type shippedFile struct {
	name, sha256 string
	body         []byte
}

func shippedFiles() ([]shippedFile, error) {
	var out []shippedFile
	for _, name := range setFiles {
		b, err := dataFiles.ReadFile("data/" + name)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(b)
		out = append(out, shippedFile{name, hex.EncodeToString(sum[:]), b})
	}
	return out, nil
}

// Shipped returns the sets that ship with the product, for tools that need no database.
func Shipped() ([]*Set, error) {
	files, err := shippedFiles()
	if err != nil {
		return nil, err
	}
	var out []*Set
	for _, f := range files {
		set, err := Parse(f.name, f.body)
		if err != nil {
			return nil, err
		}
		out = append(out, set)
	}
	if err := Link(out); err != nil {
		return nil, err
	}
	return out, nil
}

// install stores the shipped files that were never stored. A file whose digest is known stays what it is, also when a
// province has loaded another version since.
func (s *Service) install(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "criteria.install")
	files, err := shippedFiles()
	if err != nil {
		return err
	}
	have, err := versions(ctx, s.db.Read(ctx))
	if err != nil || len(missing(files, have)) == 0 {
		return err
	}
	ctx = auth.With(ctx, auth.Actor{Kind: auth.System, Login: "install"})
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		have, err := versions(ctx, tx) // another node may have been quicker
		if err != nil {
			return err
		}
		for _, f := range missing(files, have) {
			set, err := Parse(f.name, f.body)
			if err != nil {
				return err
			}
			st, err := s.load(ctx)
			if err != nil {
				return err
			}
			if _, err := s.add(ctx, tx, set, find(st.current, set.Code), f.name, f.body, true); err != nil {
				return err
			}
		}
		return nil
	})
}

func missing(files []shippedFile, have []versionRow) []shippedFile {
	known := map[string]bool{}
	for _, v := range have {
		known[v.sha256] = true
	}
	var out []shippedFile
	for _, f := range files {
		if !known[f.sha256] {
			out = append(out, f)
		}
	}
	return out
}

// demo loads the illustrative thresholds, which exist in demo databases only.
func (s *Service) demo(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "criteria.demo")
	names, err := fs.Glob(dataFiles, "data/demo/*.yaml")
	if err != nil {
		return err
	}
	ctx = auth.With(ctx, auth.Actor{Kind: auth.System, Login: "demo"})
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, name := range names {
			b, err := dataFiles.ReadFile(name)
			if err != nil {
				return err
			}
			if _, err := s.addOverride(ctx, tx, path.Base(name), b, true); err != nil {
				return err
			}
		}
		return nil
	})
}
