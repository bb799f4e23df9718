package config

import "net/url"

// redact hides the password of a database address.
func redact(address string) string {
	u, err := url.Parse(address)
	if err != nil || address != "" && u.Host == "" {
		return "(not shown)" // another form of address may hold its password anywhere
	}
	return u.Redacted()
}
