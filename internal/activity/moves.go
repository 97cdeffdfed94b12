package activity

import "yimi/internal/workflow"

// ActivityMoves is the workflow of an activity.
var ActivityMoves = []workflow.Move[State]{
	workflow.On(Draft, "publish", Published, workflow.ByStaff),
	workflow.On(Draft, "cancel", Cancelled, workflow.ByStaff),
	workflow.On(Published, "finish", Finished, workflow.ByStaff),
	workflow.On(Published, "cancel", Cancelled, workflow.ByStaff),
}

// SignupMoves is the workflow of a sign-up. New ones begin as confirmed, pending or waitlisted.
var SignupMoves = []workflow.Move[SignupState]{
	workflow.On(Pending, "approve", Confirmed, workflow.ByStaff),
	workflow.On(Pending, "reject", Rejected, workflow.ByStaff),
	workflow.On(Pending, "cancel", SignupCancelled, workflow.ByVolunteer, workflow.ByStaff, workflow.BySystem),
	workflow.On(Pending, "lapse", Lapsed, workflow.BySystem),
	workflow.On(Waitlisted, "offer", Offered, workflow.BySystem),
	workflow.On(Waitlisted, "take", Confirmed, workflow.ByStaff),
	workflow.On(Waitlisted, "reject", Rejected, workflow.ByStaff),
	workflow.On(Waitlisted, "cancel", SignupCancelled, workflow.ByVolunteer, workflow.ByStaff, workflow.BySystem),
	workflow.On(Waitlisted, "lapse", Lapsed, workflow.BySystem),
	workflow.On(Offered, "confirm", Confirmed, workflow.ByVolunteer),
	workflow.On(Offered, "take", Confirmed, workflow.ByStaff),
	workflow.On(Offered, "cancel", SignupCancelled, workflow.ByVolunteer, workflow.ByStaff, workflow.BySystem),
	workflow.On(Offered, "lapse", Lapsed, workflow.BySystem),
	workflow.On(Pending, "join", Confirmed, workflow.ByStaff),
	workflow.On(Waitlisted, "join", Confirmed, workflow.ByVolunteer, workflow.ByStaff),
	workflow.On(Offered, "join", Confirmed, workflow.ByVolunteer, workflow.ByStaff),
	workflow.On(Confirmed, "ask_again", Offered, workflow.ByStaff),
	workflow.On(Confirmed, "cancel", SignupCancelled, workflow.ByVolunteer, workflow.ByStaff, workflow.BySystem),
	workflow.On(Confirmed, "attend", Attended, workflow.ByStaff),
	workflow.On(Confirmed, "no_show", Absent, workflow.ByStaff),
	workflow.On(Confirmed, "no_credit", Absent, workflow.ByStaff),
	workflow.On(Absent, "came", Confirmed, workflow.ByVolunteer),
	workflow.On(Absent, "attend", Attended, workflow.ByStaff),
}
