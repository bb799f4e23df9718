package app

import (
	"embed"
	"io/fs"
)

//go:embed locales
var localeFiles embed.FS

func locales() fs.FS {
	sub, err := fs.Sub(localeFiles, "locales")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}
