package testkit

import "testing"

// TwoNodes starts two nodes of one installation: langso twice over one new PostgreSQL database, each with a data folder
// of its own. o.Dir and o.URL are chosen here.
func TwoNodes(t testing.TB, o Options) (a, b *Node) {
	t.Helper()
	o.URL = Postgres(t)
	o.Dir = ""
	a = Start(t, o)
	return a, Start(t, o)
}
