package ui

import (
	"context"
	"embed"
	"io/fs"
	"strconv"

	"langso/internal/platform/i18n"
)

//go:embed locales
var locales embed.FS

// Locales returns the texts of this package, for i18n.Load.
func Locales() fs.FS {
	sub, err := fs.Sub(locales, "locales")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// T returns a text of this package: key without its "ui." part.
func T(ctx context.Context, key string, args ...any) string {
	return i18n.T(ctx, "ui."+key, args...)
}

func fieldRows(n int) string {
	if n <= 0 {
		n = 4
	}
	return strconv.Itoa(n)
}
