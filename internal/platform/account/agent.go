package account

import "strings"

// agent is what a browser says it is, as two words for lists of sessions: "Chrome, Windows"; "" when it says nothing known.
// Browsers name others beside themselves, so the rarer name is asked for first.
func agent(userAgent string) string {
	var parts []string
	for _, list := range [][][2]string{
		{{"coc_coc_browser", "Cốc Cốc"}, {"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS", "Firefox"}, {"CriOS", "Chrome"},
			{"Chrome/", "Chrome"}, {"Safari/", "Safari"}},
		{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}},
	} {
		for _, n := range list {
			if strings.Contains(userAgent, n[0]) {
				parts = append(parts, n[1])
				break
			}
		}
	}
	return strings.Join(parts, ", ")
}
