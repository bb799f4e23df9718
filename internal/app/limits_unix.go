//go:build unix

package app

import (
	"os/signal"
	"syscall"
)

// surviveFullDisks makes a write beyond the permitted size of files an error that can be told and undone. Without this
// the system ends the program in the middle of its work.
func surviveFullDisks() { signal.Ignore(syscall.SIGXFSZ) }
