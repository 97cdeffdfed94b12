package request_test

import (
	"slices"
	"testing"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/identity"
)

// Attacks that succeeded once; the line above each test says what the right answer is.

// Right: what came back can be sent again where nobody gives times any more, and its actions list it: the deed is accepted.
func TestAttackAReturnedBookingWithNobodyLeft(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		d := l.Ask(l.Resident, l.Asking(l.Talk))
		for _, w := range []auth.Actor{l.Worker, l.Colleague} {
			_, err := ends(t, l, w, identity.Becomes{ToQueue: true})
			apptest.Must(t, err)
		}
		apptest.Must(t, just(l.Requests.Return(apptest.As(l.Staff), d.ID, "请写得细一点")))
		d, err := l.Requests.Get(apptest.As(l.Resident), d.ID)
		apptest.Must(t, err)
		listed := slices.Contains(d.Actions, "submit")
		_, err = l.Requests.Submit(apptest.As(l.Resident), d.ID)
		if listed != (err == nil) {
			t.Errorf("listed: %t in %q, accepted: %v", listed, d.Actions, err)
		}
	})
}
