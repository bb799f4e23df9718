package testkit

import (
	"os"
	"testing"

	"langso/internal/app"
)

// envExec makes the test binary be langso itself.
const envExec = "LANGSO_TEST_EXEC"

// Main runs the tests of m, or the command of langso in the arguments when Start or CLI called this binary again.
func Main(m *testing.M) {
	if os.Getenv(envExec) == "1" {
		os.Exit(app.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}
