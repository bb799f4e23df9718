package app

import (
	"langso/internal/assessment"
	"langso/internal/board"
	"langso/internal/briefing"
	"langso/internal/criteria"
	"langso/internal/platform/account"
	"langso/internal/platform/module"
	"langso/internal/territory"
)

// modules is THE list: every module of the product, earlier tiers first. Constructors do no work; the order is the order
// of migrations, installation and demo data.
func modules(kit module.Kit) []module.Module {
	units := territory.New(kit)
	accounts := account.New(kit, unitCodes{kit, units})
	sets := criteria.New(kit)
	results := assessment.New(kit, units, sets)
	return []module.Module{
		units.Module(),
		accounts.Module(),
		sets.Module(),
		results.Module(),
		board.New(kit, units, sets, results).Module(),
		briefing.New(kit, units, sets, results).Module(),
	}
}
