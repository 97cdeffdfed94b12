package activity

import (
	"context"
	"strings"

	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/say"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// The refusals at the door; each says who can help.
var (
	errSignupOff   = fault.New(fault.Conflict, "not_signed_up", "您这一班的报名已经取消或没有通过。人在现场的话，请工作人员扫您的码，他可以让您现场加入")
	errDoorStaff   = fault.New(fault.Conflict, "door_needs_staff", "这项活动的报名要工作人员同意。请工作人员扫您的码，他同意就能现场加入")
	errDoorFull    = fault.New(fault.Conflict, "full_at_door", "您没有报这一班，名额也满了。请工作人员扫您的码，他可以加一个名额")
	errOnAnother   = "没有报这一班，这段时间报的是“%s”（%s）。请找那一班的工作人员签到"
	errTheyJoin    = "他没有报这一班，还有 %d 个名额。可以现在让他加入并签到"
	errTheyAreMore = "他没有报这一班，%d 个名额也满了。可以加一个名额，让他加入并签到"
	errJoinFirst   = "您还没有报名“%s”，%s，在%s，还有 %d 个名额。加入就是报名，并马上签到，走的时候要签退。%s"
)

// notOnIt says why somebody without a sign-up for the shift cannot check in.
func (s *Service) notOnIt(ctx context.Context, shift *Shift, personID int64) error {
	if shift.State == ShiftCancelled {
		return ErrCalledOff
	}
	off, err := turnedAway(s.db.Read(ctx), shift.ID, personID)
	if err == nil && off {
		err = errSignupOff
	}
	return orElse(err, ErrNotSignedUp)
}

// atTheDoor gives a place to somebody on the spot who has none, until the shift's end: who scans the code of a shift
// with a free one, or whom staff scan, who may add one. It is asked first. Where it stands they may have a turn only.
func (s *Service) atTheDoor(ctx context.Context, tx *store.Tx, shiftID int64, l *SignupLine, personID int64, p presence) (*SignupLine, *Activity, func() error, error) {
	shift, err := findShift(tx.DB, shiftID)
	if err != nil {
		return nil, nil, nil, err
	}
	of, err := findLine(tx.DB, shift.ActivityID)
	if err != nil {
		return nil, nil, nil, err
	}
	if err := s.mayJoin(ctx, tx, shift, &of.Activity, l, personID, p); err != nil {
		return nil, nil, nil, err
	}
	if !p.join {
		return nil, nil, nil, askToJoin(shift, &of.Activity, l, p)
	}
	was := SignupState("")
	if l != nil {
		was = l.State
	}
	l, err = join(tx, shift, l, personID, p)
	return l, &of.Activity, func() error { return countIn(tx, shift, of, was, p) }, err
}

// mayJoin refuses whom the rules, the time or a decision of staff keep from joining at the door.
func (s *Service) mayJoin(ctx context.Context, tx *store.Tx, shift *Shift, a *Activity, l *SignupLine, personID int64, p presence) error {
	if shift.State == ShiftCancelled || p.kind == Out || p.method == ByDigits || p.late {
		return s.notOnIt(ctx, shift, personID)
	}
	if err := window(shift.StartsAt.Time, shift.EndsAt.Time, In, p.at, s.limits.CheckinWindow); err != nil {
		return err
	}
	if err := mayHave(tx, a, shift, shift.EndsAt, personID); err != nil {
		return err
	}
	other, err := certainOther(tx.DB, &Signup{PersonID: personID, ShiftID: shift.ID, StartsAt: shift.StartsAt, EndsAt: shift.EndsAt})
	if err != nil {
		return err
	}
	if other != nil {
		return fault.Newf(fault.Conflict, ErrNotSignedUp.Code, errOnAnother, other.ActivityTitle, say.Span(other.StartsAt.Time, other.EndsAt.Time))
	}
	if p.by != 0 {
		return mayLetIn(ctx, tx, personID)
	}
	return mayWalkIn(tx, shift, a, l, personID)
}

// mayLetIn keeps staff from letting in the human that they are.
func mayLetIn(ctx context.Context, tx *store.Tx, personID int64) error {
	mine, err := human.Accounts(tx.DB, auth.From(ctx).PersonID)
	if err == nil && mine.Has(personID) {
		err = errOwnSignup
	}
	return err
}

// mayWalkIn refuses who needs staff to join: where staff approve, scan, or have said no before.
func mayWalkIn(tx *store.Tx, shift *Shift, a *Activity, l *SignupLine, personID int64) error {
	switch {
	case a.CheckinMode == VolunteerCode:
		return ErrScanNeeded
	case a.Approval == ApprovalStaff && (l == nil || l.State != Offered):
		return errDoorStaff
	}
	off, err := turnedAway(tx.DB, shift.ID, personID)
	if err == nil && off && l == nil {
		err = errSignupOff
	}
	return err
}

// askToJoin says what joining means, before it is done.
func askToJoin(shift *Shift, a *Activity, l *SignupLine, p presence) error {
	free := shift.Capacity - shift.Taken
	if l != nil && l.State == Offered {
		free++
	}
	switch {
	case p.by != 0 && free <= 0:
		return fault.Newf(fault.Conflict, errDoorFull.Code, errTheyAreMore, shift.Capacity)
	case p.by != 0:
		return fault.Newf(fault.Conflict, "join_first", errTheyJoin, free)
	case free <= 0:
		return errDoorFull
	}
	known := ""
	if risks := a.RiskLines(); len(risks) > 0 {
		known = "参加前请知道：" + strings.Join(risks, "；")
	}
	return fault.Newf(fault.Conflict, "join_first", errJoinFirst, a.Title, say.Span(shift.StartsAt.Time, shift.EndsAt.Time), a.PlaceName, free, known)
}

// join makes a sign-up, or ends the wait of one.
func join(tx *store.Tx, shift *Shift, l *SignupLine, personID int64, p presence) (*SignupLine, error) {
	who, actor := workflow.ByVolunteer, personID
	if p.by != 0 {
		who, actor = workflow.ByStaff, p.by
	}
	if l == nil {
		g := &Signup{ShiftID: shift.ID, PersonID: personID, UnitID: shift.UnitID, ActivityID: shift.ActivityID,
			StartsAt: shift.StartsAt, EndsAt: shift.EndsAt, State: Confirmed, WalkIn: true}
		if err := insertSignup(tx, g); err != nil {
			return nil, err
		}
		if err := writeTimeline(tx, timelineLine{Subject: "signup", SubjectID: g.ID, Action: "join", ToState: string(Confirmed), ActorID: actor}); err != nil {
			return nil, err
		}
		return letIn(tx, g.ID, "", p)
	}
	to, err := workflow.Next(SignupMoves, l.State, "join", who)
	if err != nil {
		return nil, err
	}
	if moved, err := moveSignup(tx, &l.Signup, to, "", nil); err != nil || !moved {
		return nil, orElse(err, workflow.ErrBadTransition)
	}
	if err := setWalkIn(tx, l.ID); err != nil {
		return nil, err
	}
	if err := writeTimeline(tx, signupTimeline(&l.Signup, "join", to, actor, "")); err != nil {
		return nil, err
	}
	return letIn(tx, l.ID, l.State, p)
}

// letIn reads who has joined, and keeps that staff let them in.
func letIn(tx *store.Tx, id int64, was SignupState, p presence) (*SignupLine, error) {
	l, err := readSignup(tx.DB, id)
	if err != nil || p.by == 0 {
		return l, err
	}
	return l, logSignup(tx, l, signupLog, map[string]any{"state": was}, map[string]any{"state": l.State})
}

// countIn counts somebody in who has joined; staff add a place where all are taken.
func countIn(tx *store.Tx, shift *Shift, of *Line, was SignupState, p presence) error {
	if was.holdsPlace() {
		return nil
	}
	if was == Waitlisted {
		if err := stopWaiting(tx, shift.ID); err != nil {
			return err
		}
	}
	taken, err := takePlace(tx, shift.ID)
	switch {
	case err != nil || taken:
		return err
	case p.by == 0:
		return errDoorFull
	}
	if err := addOnePlace(tx, shift.ID, of.UnitPath); err != nil {
		return err
	}
	if taken, err = takePlace(tx, shift.ID); err == nil && !taken {
		err = ErrNotOpen
	}
	return err
}
