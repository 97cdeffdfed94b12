package request

import (
	"errors"
	"slices"
	"testing"

	"yimi/internal/workflow"
)

// The table itself: every state, action and who, and nothing but its lines.
func TestNextFollowsTheTableAlone(t *testing.T) {
	t.Parallel()
	type pair struct {
		from   State
		action string
	}
	lines, actions := map[pair]workflow.Move[State]{}, map[string]bool{"": true, "approve ": true, "edit": true}
	for _, m := range Moves {
		at := pair{m.From, m.Action}
		if _, twice := lines[at]; twice || !slices.Contains(States, m.From) || !slices.Contains(States, m.To) || len(m.Who) == 0 {
			t.Errorf("%s %s is there twice, or of no state, or nobody's", m.From, m.Action)
		}
		lines[at], actions[m.Action] = m, true
	}
	everybody := []workflow.Who{workflow.ByResident, workflow.ByWorker, workflow.ByStaff, workflow.ByReceiver, workflow.BySystem,
		workflow.ByVolunteer, workflow.BySecond, "", "anybody"}
	for _, from := range append(slices.Clone(States), "", "nowhere") {
		for action := range actions {
			for _, who := range everybody {
				m, ok := lines[pair{from, action}]
				ok = ok && slices.Contains(m.Who, who)
				to, err := workflow.Next(Moves, from, action, who)
				if ok && (err != nil || to != m.To) || !ok && (!errors.Is(err, workflow.ErrBadTransition) || to != "") {
					t.Errorf("%s of %q by %q: %q, %v", action, from, who, to, err)
				}
			}
		}
	}
}

// What is over stays over but for what comes after it, and everything else comes to an end.
func TestEveryStateIsReachedAndEnds(t *testing.T) {
	t.Parallel()
	reach := func(from State, back bool) map[State]bool {
		seen := map[State]bool{from: true}
		for range Moves {
			for _, m := range Moves {
				a, b := m.From, m.To
				if back {
					a, b = b, a
				}
				if seen[a] {
					seen[b] = true
				}
			}
		}
		return seen
	}
	from, toEnd := reach(Draft, false), map[State]bool{}
	for _, end := range []State{Rejected, Closed, Cancelled} {
		for s := range reach(end, true) {
			toEnd[s] = true
		}
	}
	for _, s := range States {
		if !from[s] || !toEnd[s] {
			t.Errorf("%s: reached from a draft %t, comes to an end %t", s, from[s], toEnd[s])
		}
	}
	for _, m := range Moves {
		if !m.From.open() && m.To != m.From {
			t.Errorf("%s leads out of %s", m.Action, m.From)
		}
	}
}
