package i18n

import (
	"embed"
	"io/fs"
)

//go:embed locales
var locales embed.FS

// Base returns the texts of the platform packages that have no folder of their own.
func Base() fs.FS {
	sub, err := fs.Sub(locales, "locales")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}
