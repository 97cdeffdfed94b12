package activity

import (
	"errors"
	"slices"
	"testing"

	"yimi/internal/workflow"
)

// The tables themselves: every state, action and who, and nothing but their lines.
func TestNextFollowsTheTablesAlone(t *testing.T) {
	t.Parallel()
	follows(t, ActivityMoves, []State{Draft, Published, Finished, Cancelled})
	follows(t, SignupMoves, SignupStates)
}

func follows[S ~string](t *testing.T, table []workflow.Move[S], states []S) {
	t.Helper()
	type pair struct {
		from   S
		action string
	}
	lines, seen := map[pair]workflow.Move[S]{}, map[string]bool{"": true, "attend ": true}
	for _, m := range table {
		if _, twice := lines[pair{m.From, m.Action}]; twice || !slices.Contains(states, m.From) || !slices.Contains(states, m.To) {
			t.Errorf("%s %s is there twice, or of no state", m.From, m.Action)
		}
		lines[pair{m.From, m.Action}], seen[m.Action] = m, true
	}
	for _, from := range append(states, "", "nowhere") {
		for action := range seen {
			for _, who := range []workflow.Who{workflow.ByVolunteer, workflow.ByStaff, workflow.BySystem, "", "anybody"} {
				m, ok := lines[pair{from, action}]
				ok = ok && slices.Contains(m.Who, who)
				to, err := workflow.Next(table, from, action, who)
				if ok && (err != nil || to != m.To) || !ok && (!errors.Is(err, workflow.ErrBadTransition) || to != "") {
					t.Errorf("%s of %q by %q: %q, %v", action, from, who, to, err)
				}
			}
		}
	}
}
