package apptest

import (
	"context"
	"regexp"
	"strings"
	"testing"
)

// leaks are what must never be in a log (docs/operations.md), each by its form.
var leaks = map[string]*regexp.Regexp{
	"a mobile number":    regexp.MustCompile(`(?:^|[^0-9A-Za-z.])1[3-9][0-9]{9}(?:[^0-9]|$)`),
	"an identity number": regexp.MustCompile(`(?:^|[^0-9])[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01])[0-9]{3}[0-9Xx](?:[^0-9]|$)`),
	"an access token":    regexp.MustCompile(`eyJ[A-Za-z0-9_-]{5,}\.|(?i)bearer [A-Za-z0-9._-]{8,}`),
	"a secret":           regexp.MustCompile(`(?i)(?:secret|access_token|refresh_token|password|js_code|session_key)["\\]*[=:]["\\ ]*[^\s"\\,*}]`),
	"a refresh token":    regexp.MustCompile(`(?:^|[^A-Za-z0-9_-])[A-Za-z0-9_-]{43}(?:[^A-Za-z0-9_-]|$)`),
	"a calendar address": regexp.MustCompile(`(?:^|[^A-Z2-7])[A-Z2-7]{26}(?:[^A-Z2-7]|$)`),
	"words of a request": regexp.MustCompile(Words + "|" + Address),
}

// took is how long something lasted, in nanoseconds: it may look like a number to call.
var took = regexp.MustCompile(`"(?:took|pause)":[0-9]+`)

// Leaks names what of the text must not be in a log; openids are those that are in use.
func Leaks(text string, openids ...string) (found []string) {
	for line := range strings.Lines(text) {
		line = took.ReplaceAllString(line, "")
		for what, form := range leaks {
			if form.MatchString(line) {
				found = append(found, what+": "+strings.TrimSpace(line))
			}
		}
		for _, id := range openids {
			if len(id) >= 6 && strings.Contains(line, id) {
				found = append(found, "an openid: "+strings.TrimSpace(line))
			}
		}
	}
	return found
}

// NoLeaks fails the test when what its program logged holds something private.
func NoLeaks(t testing.TB, text string, openids ...string) {
	t.Helper()
	for _, leak := range Leaks(text, openids...) {
		t.Error("the log holds", leak)
	}
}

// openids are those of the World's people.
func (w *World) openids() (ids []string) {
	if err := w.Store.Read(context.Background()).Table("wechat_identities").Pluck("openid", &ids).Error; err != nil {
		w.t.Log("the openids could not be read:", err) // a test took the table, or the database, away
	}
	return ids
}
