// Package config holds the settings of a running langso. Every setting has a flag, an environment variable and a default;
// the flag wins over the variable. "langso config" prints what is in force.
package config

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"

	"langso/internal/platform/clock"
)

// Config is the settings. Values are plain text, as flags and variables give them.
type Config struct {
	// Data is the folder of the database and files (LANGSO_DATA).
	Data string
	// Database is the address of a PostgreSQL database, "postgres://…"; empty = SQLite inside Data (LANGSO_DB).
	Database string
	// Listen is the address the server listens on (LANGSO_LISTEN).
	Listen string
	// Lang is the language of messages on the command line, vi or en (LANGSO_LANG).
	Lang string
	// Owner is the body that answers for the site, named in the foot of every page and on paper (LANGSO_OWNER).
	Owner string
	// BehindTLS says that a proxy in front speaks HTTPS with the readers, so that cookies are marked Secure (LANGSO_BEHIND_TLS).
	BehindTLS bool
	// UnsafeTestDB accepts a PostgreSQL server that may lose acknowledged commits; for tests only.
	UnsafeTestDB bool
	// JSON makes commands print JSON.
	JSON bool
	// Clock is the source of time; nil = the real one. No flag sets it: tests do.
	Clock *clock.Clock
}

// Default is the settings without any flag or variable.
func Default() Config {
	return Config{Data: "data", Listen: "127.0.0.1:8080", Lang: "vi"}
}

// Bind declares the flags on fs; variables of getenv replace the defaults.
func (c *Config) Bind(fs *flag.FlagSet, getenv func(string) string) {
	*c = Default()
	text := func(p *string, name, env, help string) {
		if v := getenv(env); v != "" {
			*p = v
		}
		fs.StringVar(p, name, *p, help+" ("+env+")")
	}
	text(&c.Data, "data", "LANGSO_DATA", "data folder")
	text(&c.Database, "db", "LANGSO_DB", "PostgreSQL address; empty = SQLite in the data folder")
	text(&c.Listen, "listen", "LANGSO_LISTEN", "address to listen on")
	text(&c.Lang, "lang", "LANGSO_LANG", "language of messages: vi or en")
	text(&c.Owner, "owner", "LANGSO_OWNER", "body that answers for the site, shown in the foot of pages")
	fs.BoolVar(&c.BehindTLS, "behind-tls", getenv("LANGSO_BEHIND_TLS") == "1", "a proxy in front speaks HTTPS (LANGSO_BEHIND_TLS=1)")
	fs.BoolVar(&c.UnsafeTestDB, "unsafe-test-db", false, "accept a PostgreSQL server that may lose acknowledged commits (tests)")
	fs.BoolVar(&c.JSON, "json", false, "print JSON")
}

// Setting is one setting as "langso config" shows it.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Shown returns the settings in force. The password inside a database address is not shown.
func (c Config) Shown() []Setting {
	return []Setting{{"data", c.Data}, {"db", redact(c.Database)}, {"listen", c.Listen}, {"lang", c.Lang}, {"owner", c.Owner}, {"behind-tls", strconv.FormatBool(c.BehindTLS)},
		{"unsafe-test-db", strconv.FormatBool(c.UnsafeTestDB)}}
}

// Print writes the settings, one "name = value" a line.
func (c Config) Print(w io.Writer) {
	for _, s := range c.Shown() {
		fmt.Fprintf(w, "%s = %s\n", s.Name, s.Value)
	}
}

// Getenv is the process environment.
func Getenv(name string) string { return os.Getenv(name) }
