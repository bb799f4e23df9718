// Package testkit runs the whole product in tests: as a child process on a free port, with its own data, in a small
// fictional province whose names are hostile on purpose.
//
// A test package that starts the product has
//
//	func TestMain(m *testing.M) { testkit.Main(m) }
//
// and then calls Start. The child is the test binary itself, so that changes made by go test -overlay reach it.
// Packages below check pages (htmlcheck), drive a browser (browser), play requests from files (script), hold the fictional
// province (province) and find the reference data (reference); none of them imports the app.
package testkit
