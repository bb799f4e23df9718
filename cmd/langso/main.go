// Command langso is the digital platform of a province that builds its new-style countryside.
package main

import (
	"os"

	"langso/internal/app"
)

func main() { os.Exit(app.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
