// Package account lets people and programs in: accounts and their grants, passwords, sessions, API tokens, the sign-in
// pages, second factors (TOTP, passkeys, recovery codes), the first run, and the brake on guessing.
//
// What somebody may do once they are in stands in package auth; Identify puts the auth.Actor into the ctx of a request.
// Accounts, grants and tokens of others change by administrators who proved a second factor within the last ten minutes, or
// on the command line of the server; a person changes their own name, password, factors, sessions, devices and tokens. A
// disabled account is dead at once on every node, because
// the account and its grants are read with each request. Secrets (passwords, session cookies, tokens) are stored as
// hashes, and neither they nor their hashes appear in the audit or in a log.
package account
