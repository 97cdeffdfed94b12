// Package workflow is what a table of moves is: a state changes only along its table
// (rule 5).
package workflow

import (
	"slices"

	"yimi/internal/fault"
)

// Who moves a state along.
type Who string

// Those who move states.
const (
	ByVolunteer Who = "volunteer"
	ByResident  Who = "resident" // who asked
	ByWorker    Who = "worker"   // the one assigned
	ByStaff     Who = "staff"
	ByReceiver  Who = "receiving staff" // of the unit that a request is referred to
	BySecond    Who = "second staff"    // not who proposed, and not whom it is about
	BySystem    Who = "system"
)

// Move is one line of a table: nothing else is possible.
type Move[S ~string] struct {
	From   S
	Action string
	To     S
	Who    []Who
}

// On is the line that in state from the action by one of who leads to another state.
func On[S ~string](from S, action string, to S, who ...Who) Move[S] {
	return Move[S]{from, action, to, who}
}

// ErrBadTransition refuses an action that the state does not allow.
var ErrBadTransition = fault.New(fault.Conflict, "bad_transition", "现在的状态不能这样操作，请刷新后再看")

// Next finds where an action leads from a state, or ErrBadTransition.
func Next[S ~string](table []Move[S], from S, action string, who Who) (S, error) {
	for _, m := range table {
		if m.From == from && m.Action == action && slices.Contains(m.Who, who) {
			return m.To, nil
		}
	}
	return "", ErrBadTransition
}

// Drawing is a table of moves as people are shown it.
type Drawing struct {
	Title  string
	Moves  []Move[string]
	Begins map[string]string // how something comes into a state that it begins in
}

// Draw makes the drawing of a table.
func Draw[S ~string](title string, table []Move[S], begins map[S]string) Drawing {
	d := Drawing{Title: title, Begins: map[string]string{}}
	for _, m := range table {
		d.Moves = append(d.Moves, Move[string]{string(m.From), m.Action, string(m.To), m.Who})
	}
	for state, how := range begins {
		d.Begins[string(state)] = how
	}
	return d
}
