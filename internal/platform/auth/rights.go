package auth

// Role is a kind of work in the programme.
type Role string

const (
	Administrator  Role = "administrator"   // keeps the system running (quản trị)
	ProvinceOffice Role = "province_office" // provincial NTM coordination office (Văn phòng Điều phối)
	Department     Role = "department"      // a provincial department that leads some criteria (sở, ngành)
	CommuneOfficer Role = "commune_officer" // reports for one commune (cán bộ xã)
	Viewer         Role = "viewer"          // reads inside figures of a part of the territory
)

// Roles are all roles in the order of the rights table.
var Roles = []Role{Administrator, ProvinceOffice, Department, CommuneOfficer, Viewer}

// Action is something a role may be allowed to do.
type Action string

const (
	ReadResults    Action = "results.read"      // see values before they are verified, with notes and history
	ImportResults  Action = "results.import"    // bring in a workbook
	EditResults    Action = "results.edit"      // correct one value
	VerifyResults  Action = "results.verify"    // what this actor writes counts as verified
	ChangeCriteria Action = "criteria.change"   // load criteria sets and overrides
	ChangeUnits    Action = "territory.change"  // load units, their attributes and boundaries
	ChangeHamlets  Action = "territory.hamlets" // load the hamlets of a commune
	ManageAccounts Action = "account.manage"    // accounts, rights, factors, sessions, tokens of others; over HTTP with a fresh second factor
	HoldMeetings   Action = "briefing.meet"     // record a giao ban of the province office
	WorkTasks      Action = "briefing.work"     // save views and plans, turn notes of a visit into tasks, close tasks
)

// Actions are all actions.
var Actions = []Action{ReadResults, ImportResults, EditResults, VerifyResults, ChangeCriteria, ChangeUnits, ChangeHamlets, ManageAccounts, HoldMeetings, WorkTasks}

// reading marks the actions that change nothing; a read-only token has no other.
var reading = map[Action]bool{ReadResults: true}

// placeOnly marks the writing actions that a department has for whole communes: a visit is about everything seen there.
var placeOnly = map[Action]bool{WorkTasks: true}

// noTokens marks the actions that no API token has, whatever its scope and owner: a stolen token must not be able to
// give itself a longer life, other rights or other rules (security.md §1).
var noTokens = map[Action]bool{ChangeCriteria: true, ManageAccounts: true}

// allowed is the one table of rights. What is not listed is denied.
var allowed = map[Role]map[Action]bool{
	Administrator:  {ReadResults: true, ImportResults: true, EditResults: true, VerifyResults: true, ChangeCriteria: true, ChangeUnits: true, ChangeHamlets: true, ManageAccounts: true, HoldMeetings: true, WorkTasks: true},
	ProvinceOffice: {ReadResults: true, ImportResults: true, EditResults: true, VerifyResults: true, ChangeCriteria: true, ChangeUnits: true, ChangeHamlets: true, HoldMeetings: true, WorkTasks: true},
	Department:     {ReadResults: true, ImportResults: true, EditResults: true, VerifyResults: true, WorkTasks: true},
	CommuneOfficer: {ReadResults: true, ImportResults: true, EditResults: true, ChangeHamlets: true, WorkTasks: true},
	Viewer:         {ReadResults: true},
}
