package province_test

import (
	"context"
	"log/slog"
	"testing"

	"langso/internal/criteria"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/db/dbtest"
	"langso/internal/platform/module"
	"langso/internal/platform/vntext"
	"langso/internal/territory"
	"langso/internal/testkit/province"
)

// The province must reach the store with its names as they are, or hostile tests would test tame ones.
func TestLoad(t *testing.T) {
	closed := []module.Module{territory.New(module.Kit{}).Module(), criteria.New(module.Kit{}).Module()}
	var tables []db.Migrations
	for _, m := range closed {
		tables = append(tables, db.Migrations{Module: m.Name, FS: m.Migrations})
	}
	dbtest.Each(t, tables, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		kit := module.Kit{DB: d, Clock: &clock.Clock{}, Log: slog.New(slog.DiscardHandler)}
		units, sets := territory.New(kit), criteria.New(kit)
		province.Load(t, ctx, units, sets)
		reg, err := units.Register(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(reg.At("2026-01-01").Communes()); n != len(province.Communes()) {
			t.Errorf("%d communes, want %d", n, len(province.Communes()))
		}
		for _, c := range append(province.Communes(), province.Top()) {
			if u := reg.Unit(c.ID); u == nil || u.Name != c.Name || c.Name != vntext.NFC(c.Name) {
				t.Errorf("%s is stored as %+v, want the name %q", c.Code, u, c.Name)
			}
		}
		set, err := sets.Current(ctx, province.Set)
		if err != nil {
			t.Fatal(err)
		}
		if len(set.Criteria()) != 2 || len(set.Indicators()) != 4 {
			t.Errorf("%d criteria, %d indicators; want 2 and 4", len(set.Criteria()), len(set.Indicators()))
		}
	})
}
