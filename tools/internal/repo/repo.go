// Package repo knows where things lie in the checkout.
package repo

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// EnvShared names the variable with the folder of reference data that tests compare against.
const EnvShared = "LANGSO_SHARED"

// Root returns the folder of the product's go.mod, looking upwards from the working folder.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		b, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(b), "module langso\n") {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("not inside a checkout of langso")
		}
		dir = up
	}
}

// Shared returns the folder of reference data: the one that the variable names, else the folder "shared" beside the
// checkout, else "".
func Shared(root string) string {
	if dir := os.Getenv(EnvShared); dir != "" {
		return dir
	}
	dir := filepath.Join(filepath.Dir(root), "shared")
	if st, err := os.Stat(dir); err == nil && st.IsDir() {
		return dir
	}
	return ""
}
