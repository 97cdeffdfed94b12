package httpapi

import (
	"yimi/internal/auth"
	"yimi/internal/fault"
)

// rule decides from the actor alone whether an operation may be tried. What the
// actor may do to one record is decided by the feature's policy.go.
type rule func(auth.Actor) error

var errVolunteerOnly = fault.New(fault.Forbidden, "volunteer_only", "请先注册成为志愿者，再来报名和签到")

// rules are the words of x-access.
var rules = map[string]rule{"public": public, "signed_in": signedIn, "volunteer": volunteer, "worker": worker, "staff": staff, "reader": reader,
	"worker_or_staff": workerOrStaff, "admin": admin}

func public(auth.Actor) error { return nil }

func signedIn(a auth.Actor) error {
	if !a.SignedIn() {
		return auth.ErrSignIn
	}
	return nil
}

func volunteer(a auth.Actor) error {
	if !a.SignedIn() {
		return auth.ErrSignIn
	}
	if !a.Has(auth.Volunteer) {
		return errVolunteerOnly
	}
	return nil
}

func staff(a auth.Actor) error {
	if !a.SignedIn() {
		return auth.ErrSignIn
	}
	if !a.IsStaff() {
		return auth.ErrForbidden
	}
	return nil
}

// reader is staff, or an auditor.
func reader(a auth.Actor) error {
	if a.Has(auth.Auditor) {
		return nil
	}
	return staff(a)
}

func worker(a auth.Actor) error {
	if !a.SignedIn() {
		return auth.ErrSignIn
	}
	if !a.Has(auth.SocialWorker) {
		return auth.ErrForbidden
	}
	return nil
}

func workerOrStaff(a auth.Actor) error {
	if worker(a) == nil {
		return nil
	}
	return staff(a)
}

func admin(a auth.Actor) error {
	if !a.SignedIn() {
		return auth.ErrSignIn
	}
	if !a.Has(auth.DistrictAdmin) {
		return auth.ErrForbidden
	}
	return nil
}
