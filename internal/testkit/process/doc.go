// Package process holds the proofs about langso as processes: what it acknowledged survives kill -9, a commit is synced
// before it is acknowledged, two nodes over one database lose nothing, commands work beside a running server, and bad
// input is refused whole. It has tests only.
//
// LANGSO_SOAK=1 lets the random ones run long: 1,000 kills and 200 races.
package process
