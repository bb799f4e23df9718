package testkit

import (
	"context"
	"log/slog"

	"langso/internal/assessment"
	"langso/internal/criteria"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/module"
	"langso/internal/territory"
	"langso/internal/testkit/province"
)

// LoadProvince puts the fictional province and its criteria set beside what the product ships. The store must exist:
// after Start, or after a command that creates it. A running node shows it at the next request.
func (n *Node) LoadProvince() {
	n.t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, db.Options{Dir: n.Dir, URL: n.o.URL, Unsafe: true})
	if err != nil {
		n.t.Fatal(err)
	}
	defer d.Close()
	kit := module.Kit{DB: d, Clock: &clock.Clock{}, Log: slog.New(slog.DiscardHandler)}
	units, sets := territory.New(kit), criteria.New(kit)
	assessment.New(kit, units, sets) // its hooks judge anew when units or sets change
	province.Load(n.t, ctx, units, sets)
}
