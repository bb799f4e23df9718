package territory_test

import (
	"context"
	"fmt"
	"testing"

	"langso/internal/platform/db"
	"langso/internal/territory"
)

// slow is the ctx of a reader who is held up in the database: meanwhile runs before each of its readings, and in it the
// reader stands still. The key by which a transaction is looked for tells the readings.
type slow struct {
	context.Context
	meanwhile func()
}

func (s *slow) Value(key any) any {
	if then := s.meanwhile; then != nil && fmt.Sprintf("%T", key) == "db.txKey" {
		s.meanwhile = nil
		then()
		s.meanwhile = then
	}
	return s.Context.Value(key)
}

// While the outlines of one drawing are read, however long that takes, others are drawn and handed out.
func TestDrawingWaitsForNobody(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, _ *db.DB, s *territory.Service) {
		f := territory.BoundaryFile{Bytes: boundaryFile(t, "communes-2025-overview.geojson"), Source: ourSource}
		if _, err := s.ImportBoundaries(ctx, f); err != nil {
			t.Fatal(err)
		}
		var desk *territory.Drawing
		readings, waited := 0, 0
		held := &slow{Context: ctx, meanwhile: func() {
			readings++
			if !territory.DrawingsFree(s) {
				waited++ // asking for another drawing here would wait for ever
				return
			}
			other, ok, err := s.Drawing(ctx, today, territory.Desk)
			if err != nil || !ok || desk != nil && other != desk {
				t.Fatalf("another drawing, meanwhile: %v, %v", ok, err)
			}
			desk = other
		}}
		phone, ok, err := s.Drawing(held, today, territory.Phone)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		if waited > 0 {
			t.Errorf("the lock was held at %d of %d readings of the database", waited, readings)
		}
		// Revision, snapshot, outlines and sources are read for a drawing, only the first for a kept one.
		first := readings
		if readings = 0; first < 4 {
			t.Errorf("the reader was held up %d times only", first)
		}
		if again, _, err := s.Drawing(held, today, territory.Phone); err != nil || again != phone || readings >= first {
			t.Errorf("the drawing was not kept: %d readings of the database, %d before; %v", readings, first, err)
		}
	})
}
