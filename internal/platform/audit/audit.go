// Package audit keeps one row per command, written in the command's own transaction (design §10).
//
// The row says who did what to which thing and holds a salted digest of the whole entry. Old and new values stand beside it in their
// own table, where a later erasure of personal data may reach them; the digest still proves what stood there.
package audit

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io/fs"
	"time"

	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
)

//go:embed migrations
var files embed.FS

// Migrations are the tables of the audit.
func Migrations() fs.FS {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// Entry is what a command did. Old and New are stored as JSON; nil means nothing was there or is left.
type Entry struct {
	Action string // verb of the module: "results.import", "results.edit"
	Key    string // the thing: "xa-ntm-2021-2025/2024-06/24805/8.4"
	Old    any
	New    any
}

// Record writes the entry of the running command. The actor comes from ctx.
func Record(ctx context.Context, tx *db.Tx, e Entry) (err error) {
	defer fault.Wrap(&err, "audit.Record(%s)", e.Action)
	a := auth.Of(ctx)
	actor := string(a.Kind) + ":" + a.Login
	oldJSON, err := json.Marshal(e.Old)
	if err != nil {
		return err
	}
	newJSON, err := json.Marshal(e.New)
	if err != nil {
		return err
	}
	salt := make([]byte, 16)
	rand.Read(salt)
	digest := Digest(salt, tx.NowMS, actor, e.Action, e.Key, string(oldJSON), string(newJSON))
	id, err := insertRow(ctx, tx, actor, e, salt, digest)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO audit_value (audit_id, old_json, new_json) VALUES ($1, $2, $3)", id, string(oldJSON), string(newJSON))
	return err
}

// Digest is SHA-256 over the salt and every field, each preceded by its length, so that no two entries collide by shifting text.
func Digest(salt []byte, atMS int64, parts ...string) []byte {
	h := sha256.New()
	h.Write(salt)
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(atMS))
	h.Write(n[:])
	for _, p := range parts {
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return h.Sum(nil)
}

// insertRow stores the row under a new id and returns it; an id that is taken is tried with the next random bits.
func insertRow(ctx context.Context, tx *db.Tx, actor string, e Entry, salt, digest []byte) (id int64, err error) {
	for range 10 {
		id = newID(tx.NowMS)
		r, err := tx.ExecContext(ctx, "INSERT INTO audit (id, at_ms, actor, action, item, salt, digest) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING",
			id, tx.NowMS, actor, e.Action, e.Key, salt, digest)
		if err != nil {
			return 0, err
		}
		if n, err := r.RowsAffected(); err != nil || n == 1 {
			return id, err
		}
	}
	return 0, fmt.Errorf("no free audit id at %d", tx.NowMS)
}

// newID is time-ordered: milliseconds, then 20 random bits.
func newID(nowMS int64) int64 {
	var b [4]byte
	rand.Read(b[:])
	return nowMS<<20 | int64(binary.BigEndian.Uint32(b[:])>>12)
}

// Each calls fn with the key and the new value (JSON) of every entry of an action, the oldest first. Entries whose values
// were erased are left out.
func Each(ctx context.Context, d *db.DB, action string, fn func(key string, newJSON []byte) error) error {
	rows, err := d.Read(ctx).QueryContext(ctx, "SELECT a.item, v.new_json FROM audit a JOIN audit_value v ON v.audit_id = a.id WHERE a.action = $1 ORDER BY a.id", action)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var key, body string
		if err := rows.Scan(&key, &body); err != nil {
			return err
		}
		if err := fn(key, []byte(body)); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Check recomputes every digest and returns one line per row that does not match.
func Check(ctx context.Context, d *db.DB) ([]string, error) {
	rows, err := d.Read(ctx).QueryContext(ctx, `SELECT a.id, a.at_ms, a.actor, a.action, a.item, a.salt, a.digest, COALESCE(v.old_json, ''), COALESCE(v.new_json, ''), v.audit_id IS NOT NULL
		FROM audit a LEFT JOIN audit_value v ON v.audit_id = a.id ORDER BY a.id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var bad []string
	for rows.Next() {
		var id, at int64
		var actor, action, item, before, after string
		var salt, digest []byte
		var has bool
		if err := rows.Scan(&id, &at, &actor, &action, &item, &salt, &digest, &before, &after, &has); err != nil {
			return nil, err
		}
		switch {
		case !has:
			bad = append(bad, fmt.Sprintf("audit %d (%s %s): values are gone", id, action, item))
		case string(Digest(salt, at, actor, action, item, before, after)) != string(digest):
			bad = append(bad, fmt.Sprintf("audit %d (%s %s): digest does not match", id, action, item))
		}
	}
	return bad, rows.Err()
}

// Line is one entry as people read it: what was done to a thing, without old and new values.
type Line struct {
	At     time.Time
	Actor  string // kind:login
	Action string
}

// About returns the newest entries about a thing whose action belongs to a module, the newest first.
func About(ctx context.Context, d *db.DB, module, key string, limit int) ([]Line, error) {
	rows, err := d.Read(ctx).QueryContext(ctx, "SELECT at_ms, actor, action FROM audit WHERE item = $1 AND action LIKE $2 ORDER BY id DESC LIMIT $3", key, module+".%", limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Line
	for rows.Next() {
		var l Line
		var at int64
		if err := rows.Scan(&at, &l.Actor, &l.Action); err != nil {
			return nil, err
		}
		l.At = time.UnixMilli(at).UTC()
		out = append(out, l)
	}
	return out, rows.Err()
}
