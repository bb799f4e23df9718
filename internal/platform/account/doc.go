// Package account lets people and programs in: accounts and their grants, passwords, sessions, API tokens, the sign-in
// pages, and the brake on guessing.
//
// What somebody may do once they are in stands in package auth; Identify puts the auth.Actor into the ctx of a request.
// Accounts, grants and tokens change by command line only. A disabled account is dead at once on every node, because
// the account and its grants are read with each request. Secrets (passwords, session cookies, tokens) are stored as
// hashes, and neither they nor their hashes appear in the audit or in a log.
package account
