package briefing

import (
	"embed"
	"io/fs"

	"langso/internal/platform/auth"
	"langso/internal/platform/module"
	"langso/internal/platform/ui"
)

//go:embed migrations locales
var files embed.FS

func folder(name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// Module is the slice of meetings, plans, visits and checked texts.
func (s *Service) Module() module.Module {
	const group = "briefing.nav.group"
	return module.Module{
		Name:       "briefing",
		Migrations: folder("migrations"),
		Locales:    folder("locales"),
		Demo:       s.demo,
		Pages:      s.pages,
		Nav: []ui.NavItem{
			{Shell: ui.Desk, Group: group, ID: navMeeting, Href: meetingPath, Text: "briefing.nav.meeting", Action: auth.ReadResults, Order: 33},
			{Shell: ui.Desk, Group: group, ID: navNext, Href: nextPath, Text: "briefing.nav.next", Action: auth.ReadResults, Order: 34},
			{Shell: ui.Desk, Group: group, ID: navPlans, Href: plansPath, Text: "briefing.nav.plans", Action: auth.ReadResults, Order: 35},
			{Shell: ui.Desk, Group: group, ID: navProof, Href: proofPath, Text: "briefing.nav.proof", Action: auth.ReadResults, Order: 36},
			{Shell: ui.Desk, Group: group, ID: navTasks, Href: tasksPath, Text: "briefing.nav.tasks", Action: auth.ReadResults, Order: 37},
			{Shell: ui.Desk, Group: group, ID: navViews, Href: viewsPath, Text: "briefing.nav.views", Action: auth.WorkTasks, Order: 38},
		},
	}
}
