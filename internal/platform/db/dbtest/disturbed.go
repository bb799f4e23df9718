package dbtest

import (
	"context"
	"fmt"
)

// Disturbed is the ctx of a page beside which somebody writes: Meanwhile runs before each of its readings, with how many there
// were before. The key by which a transaction is looked for tells the readings.
type Disturbed struct {
	context.Context
	Readings  int
	Meanwhile func(n int)
}

// Value runs Meanwhile where a transaction is looked for, though not for the readings of Meanwhile itself.
func (d *Disturbed) Value(key any) any {
	if then := d.Meanwhile; then != nil && fmt.Sprintf("%T", key) == "db.txKey" {
		d.Meanwhile = nil
		then(d.Readings)
		d.Readings++
		d.Meanwhile = then
	}
	return d.Context.Value(key)
}
