package request

import (
	"slices"
	"strings"
	"time"

	"yimi/internal/activity"
	"yimi/internal/auth"
	"yimi/internal/catalogue"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/workflow"
)

// errMissing is the answer to everybody who may not know of a request.
var errMissing = fault.Missing("申请")

// whoIs tells as whom the actor touches a request; nobody is nothing. Who asked is never
// staff or worker of the own request. A name on a row opens nothing by itself: it counts with the
// role that is held today (rule 6).
func whoIs(a auth.Actor, l *Line) (out []workflow.Who) {
	if l.PersonID != nil && *l.PersonID == a.PersonID {
		return []workflow.Who{workflow.ByResident}
	}
	if isWorker(a, l) {
		out = append(out, workflow.ByWorker)
	}
	if a.Manages(l.UnitPath) {
		out = append(out, workflow.ByStaff)
	}
	if l.ReferredTo != nil && a.Manages(l.ReferredPath) {
		out = append(out, workflow.ByReceiver)
	}
	return out
}

// isWorker tells whether the actor has the case, and is a social worker there today.
func isWorker(a auth.Actor, l *Line) bool {
	return l.WorkerID != nil && *l.WorkerID == a.PersonID && !l.isOf(a.PersonID) && a.Serves(l.UnitPath)
}

// isSupervisor tells whether the actor is whom the worker of somebody else's request has as supervisor
// now, and holds a role there today.
func isSupervisor(a auth.Actor, l *Line) bool {
	return l.SupervisorID != nil && *l.SupervisorID == a.PersonID && !l.isOf(a.PersonID) && a.Belongs(l.UnitPath)
}

func (l *Line) isOf(personID int64) bool { return l.PersonID != nil && *l.PersonID == personID }

// isFiler tells whether the actor filed the request for a caller, and is staff of its unit today.
func isFiler(a auth.Actor, l *Line) bool {
	return l.FiledBy != nil && *l.FiledBy == a.PersonID && a.Manages(l.UnitPath)
}

// maySee tells whether the actor may know of the request at all. A draft is its writer's alone.
func maySee(a auth.Actor, l *Line) error {
	who := whoIs(a, l)
	switch {
	case l.State == Draft && !l.isOf(a.PersonID) && !isFiler(a, l):
		return errMissing
	case len(who) == 0 && !isSupervisor(a, l):
		return errMissing
	}
	return nil
}

// mayReadCaseNotes opens case notes to the assigned worker and the supervisor named now alone
// (rule 6). For others that see the request there are none to know of.
func mayReadCaseNotes(a auth.Actor, l *Line) error {
	if err := maySee(a, l); err != nil {
		return err
	}
	if !isWorker(a, l) && !isSupervisor(a, l) {
		return fault.New(fault.NotFound, "case_notes_closed", "面谈记录只有负责的社工和指定的督导能看")
	}
	return nil
}

// forStaff are the moves whose words are for those who handle a request, not for who asked
// (x-readers of the contract).
var forStaff = []string{"hand_back", "send_back", "no_show", "reopen", "close"}

// forStaff tells whether what was said at a move is not for who asked.
func (t *TimelineLine) forStaff() bool { return t.Said != "" && slices.Contains(forStaff, t.Action) }

// toResident is what was said at a move as who asked may read it.
func (t *TimelineLine) toResident() string {
	if t.forStaff() {
		return ""
	}
	return t.Said
}

// handles tells whether the actor is of those who handle a request: staff, worker or supervisor.
func handles(a auth.Actor, l *Line) bool {
	return isSupervisor(a, l) || slices.ContainsFunc(whoIs(a, l), func(w workflow.Who) bool { return w != workflow.ByResident })
}

// byWhom picks as whom the actor, whose accounts are mine, does an action, or says why not. Staff do
// nothing with what they asked for by another account of theirs.
func byWhom(a auth.Actor, mine human.Set, l *Line, action string) (workflow.Who, error) {
	if err := maySee(a, l); err != nil {
		return "", err
	}
	if l.PersonID != nil && !l.isOf(a.PersonID) && mine.Has(*l.PersonID) {
		return "", errOwn
	}
	who := whoIs(a, l)
	for _, w := range who {
		if _, err := workflow.Next(Moves, l.State, action, w); err == nil {
			return w, nil
		}
	}
	for _, m := range Moves {
		if m.Action == action && slices.ContainsFunc(who, func(w workflow.Who) bool { return slices.Contains(m.Who, w) }) {
			return "", workflow.ErrBadTransition
		}
	}
	if l.isOf(a.PersonID) && a.Manages(l.UnitPath) {
		return "", errOwn
	}
	return "", auth.ErrForbidden
}

// lookerRole is as what somebody other than who asked looks at a request.
func lookerRole(a auth.Actor, l *Line) string {
	switch {
	case isWorker(a, l):
		return "worker"
	case isSupervisor(a, l):
		return "supervisor"
	}
	return "staff"
}

// authorRole is as what somebody writes in a request.
func authorRole(a auth.Actor, l *Line) string {
	if l.isOf(a.PersonID) {
		return roleName(workflow.ByResident)
	}
	return lookerRole(a, l)
}

// actionsOf lists what the actor, whose accounts are mine, may do to the request now: what will be
// accepted, but for somebody faster and for a consent that is asked for on the way. t is the service of
// what waits to be submitted.
func actionsOf(a auth.Actor, mine human.Set, l *Line, t *catalogue.Line, now time.Time, most limits) []string {
	out := []string{}
	who := whoIs(a, l)
	if l.PersonID != nil && !l.isOf(a.PersonID) && mine.Has(*l.PersonID) { // as byWhom
		who = nil
	}
	for _, m := range Moves {
		fits := m.From == l.State && slices.ContainsFunc(who, func(w workflow.Who) bool { return slices.Contains(m.Who, w) })
		if fits && m.Action != "hand_over" && m.Action != "unassign" && l.allows(m.Action, t, slices.Contains(who, workflow.ByResident), now, most) {
			out = append(out, m.Action)
		}
	}
	who = whoIs(a, l) // what follows decides nothing
	resident, staffOrWorker := slices.Contains(who, workflow.ByResident), len(who) > 0 && !slices.Contains(who, workflow.ByResident)
	if mayEdit(a, l) == nil {
		out = append(out, "edit")
	}
	if l.State.open() && l.State != Draft && (resident || staffOrWorker) {
		out = append(out, "message")
	}
	if l.State.open() && (resident || staffOrWorker) {
		out = append(out, "attach")
	}
	if staffOrWorker {
		out = append(out, "note")
	}
	if mayReadCaseNotes(a, l) == nil {
		out = append(out, "case_note")
	}
	return out
}

// allows tells whether more than the state stands against an action.
func (l *Line) allows(action string, t *catalogue.Line, resident bool, now time.Time, most limits) bool {
	switch action {
	case "submit": // whether what came back needs a time tells the calendar (narrow)
		return t != nil && ready(l, t, submitter(resident), l.State != Returned && l.asksTime(t), now) == nil
	case "approve":
		return !l.GuardianMissing(now) && (!l.holds() || l.Booking.StartsAt.After(now))
	case "start":
		return !l.VisitUnderWay
	case "finish":
		return l.VisitUnderWay
	case "schedule":
		return !l.VisitUnderWay
	case "accept":
		return l.AcceptedAt == nil
	case "rate":
		return l.Rating == nil
	case "follow_up":
		return l.FollowUp != nil
	case "no_show":
		return l.Booking != nil && l.ShiftID == nil && !l.Booking.StartsAt.After(now)
	case "reschedule":
		return l.hasTime() && !(resident && (l.tooLateToMove(now, most.notice) || l.movedOften(most.reschedules)))
	case "offer_times":
		return l.PersonID != nil && l.timeAhead(now)
	case "cancel":
		return !l.VisitUnderWay && !(resident && l.tooLate(now, most.notice))
	}
	return true
}

// hasTime tells whether there is a time to change: what is on request has none before a worker
// sets one, and the volunteers' is their shift's.
func (l *Line) hasTime() bool {
	return l.ShiftID == nil && (l.State != Submitted || l.Mode == catalogue.ByBooking)
}

// tooLate tells whether the notice before a booking has begun, within which who asked
// can no longer change it.
func (l *Line) tooLate(now time.Time, notice time.Duration) bool {
	return l.State == Scheduled && l.Booking != nil && l.Booking.Live != nil && now.After(l.Booking.StartsAt.Add(-notice))
}

// tooLateToMove is tooLate, but for a time that the station asked to change.
func (l *Line) tooLateToMove(now time.Time, notice time.Duration) bool {
	return l.TimeAskedAt == nil && l.tooLate(now, notice)
}

// errTooLate refuses who asked within the notice, and says whom to call: the station, which can still do it.
func (l *Line) errTooLate(deed string, notice time.Duration) error {
	return fault.Newf(fault.Unprocessable, "cancel_too_late", "离约好的时间不到 %s，不能自己%s了。请打电话给%s",
		activity.SpokenLength(notice), deed, strings.TrimSpace(l.UnitName+" "+l.UnitPhone))
}

// mayEdit lets who wrote it change a draft or what was returned.
func mayEdit(a auth.Actor, l *Line) error {
	if err := maySee(a, l); err != nil {
		return err
	}
	mine := l.isOf(a.PersonID) || l.PersonID == nil && a.Manages(l.UnitPath)
	switch {
	case !mine:
		return auth.ErrForbidden
	case l.State != Draft && l.State != Returned:
		return workflow.ErrBadTransition
	}
	return nil
}
