package activity

import (
	"slices"

	"yimi/internal/fault"
)

// Who moves a state along.
type Who string

// Those who move states.
const (
	ByVolunteer Who = "volunteer"
	ByStaff     Who = "staff"
	BySystem    Who = "system"
)

// Move is one line of a workflow's table: nothing else is possible (rule 5).
type Move[S ~string] struct {
	From   S
	Action string
	To     S
	Who    []Who
}

// ErrBadTransition refuses an action that the state does not allow.
var ErrBadTransition = fault.New(fault.Conflict, "bad_transition", "现在的状态不能这样操作，请刷新后再看")

// next finds where an action leads from a state.
func next[S ~string](table []Move[S], from S, action string, who Who) (S, error) {
	for _, m := range table {
		if m.From == from && m.Action == action && slices.Contains(m.Who, who) {
			return m.To, nil
		}
	}
	return "", ErrBadTransition
}

// ActivityMoves is the workflow of an activity.
var ActivityMoves = []Move[State]{
	{Draft, "publish", Published, []Who{ByStaff}},
	{Draft, "cancel", Cancelled, []Who{ByStaff}},
	{Published, "finish", Finished, []Who{ByStaff}},
	{Published, "cancel", Cancelled, []Who{ByStaff}},
}

// SignupMoves is the workflow of a sign-up. New ones begin as confirmed, pending or waitlisted.
var SignupMoves = []Move[SignupState]{
	{Pending, "approve", Confirmed, []Who{ByStaff}},
	{Pending, "reject", Rejected, []Who{ByStaff}},
	{Pending, "cancel", SignupCancelled, []Who{ByVolunteer, ByStaff, BySystem}},
	{Pending, "lapse", Lapsed, []Who{BySystem}},
	{Waitlisted, "offer", Offered, []Who{BySystem}},
	{Waitlisted, "reject", Rejected, []Who{ByStaff}},
	{Waitlisted, "cancel", SignupCancelled, []Who{ByVolunteer, ByStaff, BySystem}},
	{Waitlisted, "lapse", Lapsed, []Who{BySystem}},
	{Offered, "confirm", Confirmed, []Who{ByVolunteer}},
	{Offered, "cancel", SignupCancelled, []Who{ByVolunteer, ByStaff, BySystem}},
	{Offered, "lapse", Lapsed, []Who{BySystem}},
	{Confirmed, "cancel", SignupCancelled, []Who{ByVolunteer, ByStaff, BySystem}},
	{Confirmed, "attend", Attended, []Who{ByStaff}},
	{Confirmed, "no_show", Absent, []Who{ByStaff}},
	{Confirmed, "no_credit", Absent, []Who{ByStaff}},
	{Absent, "attend", Attended, []Who{ByStaff}},
}
