package testkit

import (
	"context"
	"log/slog"

	"langso/internal/assessment"
	"langso/internal/criteria"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/module"
	"langso/internal/territory"
)

// House is the services of langso over the data of a node, in the process of the test: for looking at what is stored.
type House struct {
	Ctx     context.Context // the actor is the command line
	DB      *db.DB
	Units   *territory.Service
	Sets    *criteria.Service
	Results *assessment.Service
}

// House opens the data of the node, whether it runs or not. The store must exist. It is closed at the end of the test.
func (n *Node) House() *House {
	n.t.Helper()
	h := &House{Ctx: auth.With(context.Background(), auth.CLI())}
	d, err := db.Open(h.Ctx, db.Options{Dir: n.Dir, URL: n.o.URL, Unsafe: true})
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() { d.Close() })
	kit := module.Kit{DB: d, Clock: &clock.Clock{}, Log: slog.New(slog.DiscardHandler)}
	h.DB, h.Units, h.Sets = d, territory.New(kit), criteria.New(kit)
	h.Results = assessment.New(kit, h.Units, h.Sets) // its hooks judge anew when units or sets change
	return h
}
