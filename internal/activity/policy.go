package activity

import (
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/workflow"
)

// mayManage tells whether the actor is staff of the activity's unit. A published
// activity may be known of, so the refusal says so; a draft of others is not found.
func mayManage(a auth.Actor, unitPath string, act *Activity) error {
	switch {
	case a.Manages(unitPath):
		return nil
	case act.State == Draft:
		return fault.Missing("活动")
	}
	return auth.ErrForbidden
}

// maySee tells whether the actor may see the activity at all: drafts are for staff.
func maySee(a auth.Actor, unitPath string, act *Activity) error {
	if act.State == Draft && !a.Manages(unitPath) {
		return fault.Missing("活动")
	}
	return nil
}

// maySeeAttendance tells whether the actor may see the attendance of a unit's shift.
func maySeeAttendance(a auth.Actor, unitPath string) error {
	if !a.Reads(unitPath) {
		return fault.Missing("班次")
	}
	return nil
}

// mayAttend tells whether the actor may keep the attendance of a unit's shift.
func mayAttend(a auth.Actor, unitPath string) error {
	if !a.Manages(unitPath) {
		return fault.Missing("班次")
	}
	return nil
}

// whoIs tells as whom the actor touches a sign-up: its volunteer, its unit's staff,
// or nobody who may know of it.
func whoIs(a auth.Actor, unitPath string, s *Signup) (workflow.Who, error) {
	switch {
	case a.PersonID == s.PersonID:
		return workflow.ByVolunteer, nil
	case a.Manages(unitPath):
		return workflow.ByStaff, nil
	}
	return "", fault.Missing("报名")
}

// mayDecideSignup lets the unit's staff decide on others' sign-ups, never on those of the human that they are.
func mayDecideSignup(a auth.Actor, mine human.Set, l *SignupLine) error {
	if !a.Manages(l.UnitPath) {
		return fault.Missing("报名")
	}
	if mine.Has(l.PersonID) {
		return errOwnSignup
	}
	return nil
}

var errOwnSignup = fault.New(fault.Forbidden, "own_signup", "不能审核自己的报名，请另一位工作人员来办")

var (
	errNoPhone  = fault.New(fault.Conflict, "phone_missing", "这位志愿者没有留电话，请到现场联系")
	errRingOver = fault.New(fault.Conflict, "signup_over", "这份报名已经取消或没有通过，不能再看电话")
)

// mayRing lets the unit's staff open the phone of somebody who has, waits for or had a place.
func mayRing(a auth.Actor, l *SignupLine) error {
	if !a.Manages(l.UnitPath) {
		return fault.Missing("报名")
	}
	switch l.State {
	case Rejected, SignupCancelled, Lapsed:
		return errRingOver
	}
	return nil
}
