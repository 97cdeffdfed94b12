package request_test

import (
	"slices"
	"testing"
	"time"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/policy"
	"yimi/internal/request"
)

// for asks for a slot for somebody of one's list, or oneself.
func slotFor(l *apptest.Loop, who auth.Actor, beneficiary int64) (*request.Detail, error) {
	ask := l.Asking(l.Talk)
	ask.BeneficiaryID = beneficiary
	return l.Requests.Create(apptest.As(who), ask)
}

func (d *desk) listed(who auth.Actor, name, birth string) int64 {
	d.t.Helper()
	b := &request.Beneficiary{Name: name, Relation: "parent", Sex: "unknown"}
	if birth != "" {
		b.BirthDate = &birth
	}
	kept, err := d.Requests.KeepBeneficiary(apptest.As(who), b, nil)
	apptest.Must(d.t, err)
	return kept.ID
}

// 98 times were booked by one parent once. Five of one beneficiary, whoever asks; ten of one human; what staff file
// counts for the beneficiary alone; what is over, cancelled or another's counts for nobody.
func TestOneHouseholdCannotTakeAMonth(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		d := &desk{Loop: l, t: t}
		l.Policies.Defaults[policy.BookingsOfOne], l.Policies.Defaults[policy.BookingsByOne] = 5, 10
		father, mother, aunt := d.listed(l.Resident, "林国栋", "1950-01-01"), d.listed(l.Resident, "马兰", ""), d.listed(l.Resident, "林玉", "")
		var last *request.Detail
		for range 4 {
			last = must(slotFor(l, l.Resident, father))
		}
		caller := l.Asking(l.Talk) // filed by staff for the same human
		born := "1950-01-01"
		caller.Caller = &request.Caller{Name: "林国栋", Relation: request.Self, BirthDate: &born}
		caller.UnitID = l.Station.ID
		caller.Slot.StartsAt = l.Slot()
		apptest.Must(t, just(l.Requests.Create(apptest.As(l.Staff), caller)))
		_, err := slotFor(l, l.Resident, father)
		apptest.WantCode(t, err, "too_many_bookings")
		caller.Slot.StartsAt = l.Slot()
		_, err = l.Requests.Create(apptest.As(l.Staff), caller)
		apptest.WantCode(t, err, "too_many_bookings")
		_, err = slotFor(l, l.Neighbour, d.listed(l.Neighbour, "林国栋", "1950-01-01")) // another account, for the same human
		apptest.WantCode(t, err, "too_many_bookings")
		apptest.Must(t, just(slotFor(l, l.Neighbour, d.listed(l.Neighbour, "林国栋", "1931-12-31"))))
		for range 3 { // with four of the father's, seven of the account
			apptest.Must(t, just(slotFor(l, l.Resident, mother)))
			caller.Caller.Name, caller.Phone, caller.Slot.StartsAt = "来电人", "13909530000", l.Slot()
			caller.Caller.BirthDate = nil
			apptest.Must(t, just(l.Requests.Create(apptest.As(l.Staff), caller)))
		}
		for range 3 {
			apptest.Must(t, just(slotFor(l, l.Resident, aunt)))
		}
		_, err = slotFor(l, l.Resident, 0) // the eleventh
		apptest.WantCode(t, err, "too_many_bookings")
		draft := l.Asking(l.Talk)
		draft.Draft = true
		kept := must(l.Requests.Create(apptest.As(l.Resident), draft)) // written down all the same, and not offered to be sent
		if slices.Contains(kept.Actions, "submit") {
			t.Error("submit is offered, and would be refused")
		}
		_, err = l.Requests.Submit(apptest.As(l.Resident), kept.ID)
		apptest.WantCode(t, err, "too_many_bookings")
		apptest.Must(t, just(l.Requests.Cancel(apptest.As(l.Resident), last.ID, "")))
		apptest.Must(t, just(l.Requests.Submit(apptest.As(l.Resident), kept.ID)))
		apptest.Must(t, just(l.Requests.Create(apptest.As(l.Resident), l.Asking(l.Care)))) // what has no time is not counted
		_, err = slotFor(l, l.Resident, mother)
		apptest.WantCode(t, err, "too_many_bookings")
		l.Clock.Advance(60 * 24 * time.Hour) // all over
		apptest.Must(t, just(slotFor(l, l.Resident, mother)))
		l.Whole(t)
	})
}

// A hold that lapsed still waits for the approval: it counts, so that waiting makes no room for more.
func TestAHoldThatLapsedCounts(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		l.Policies.Defaults[policy.BookingsOfOne] = 1
		d := must(slotFor(l, l.Resident, 0))
		l.Clock.Set(l.BookingOf(d.ID).HoldExpiresAt.Time)
		apptest.Must(t, l.Bookings.Sweep(ctx))
		if b := l.BookingOf(d.ID); b.State != booking.Lapsed {
			t.Fatal(b.State)
		}
		_, err := slotFor(l, l.Resident, 0)
		apptest.WantCode(t, err, "too_many_bookings")
	})
}

// Twenty of one family's phones at once: the cap holds, for the beneficiary over accounts and for an account.
func TestCapsHoldUnderRacingCallers(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		d := &desk{Loop: l, t: t}
		l.Policies.Defaults[policy.BookingsOfOne], l.Policies.Defaults[policy.BookingsByOne] = 3, 4
		a, b := d.listed(l.Resident, "林国栋", "1950-01-01"), d.listed(l.Neighbour, "林国栋", "1950-01-01")
		deeds := func(makes ...func() request.Ask) (out []func() error) {
			for i := range 20 {
				ask, who := makes[i%len(makes)](), l.Resident
				if ask.BeneficiaryID == b {
					who = l.Neighbour
				}
				out = append(out, func() error { return just(l.Requests.Create(apptest.As(who), ask)) })
			}
			return out
		}
		of := func(id int64) func() request.Ask {
			return func() request.Ask { ask := l.Asking(l.Talk); ask.BeneficiaryID = id; return ask }
		}
		if n := together(t, deeds(of(a), of(b))...); n != 3 {
			t.Errorf("%d bookings of one beneficiary", n)
		}
		l.Exec("UPDATE requests SET is_open = 0, state = 'cancelled'")
		l.Policies.Defaults[policy.BookingsOfOne] = 0
		if n := together(t, deeds(of(0), of(a))...); n != 4 {
			t.Errorf("%d bookings of one account", n)
		}
	})
}

// Nobody is expected at two places at once: two slots of two workers at one time are refused, at the asking, at a
// change, and at the approval of a hold that lapsed; under racing callers one of two holds.
func TestOneBeneficiaryIsNotBookedTwiceAtOnce(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		me := apptest.As(l.Resident)
		at, after := l.Slot(), l.Slot()
		with := func(worker auth.Actor, at time.Time) request.Ask {
			ask := l.Asking(l.Talk)
			ask.Slot = &request.SlotWish{ProviderID: worker.PersonID, StartsAt: at}
			return ask
		}
		first := must(l.Requests.Create(me, with(l.Worker, at)))
		_, err := l.Requests.Create(me, with(l.Colleague, at))
		apptest.WantCode(t, err, "booked_at_once")
		second := must(l.Requests.Create(me, with(l.Colleague, after))) // one ends when the other begins
		_, err = l.Requests.Reschedule(me, second.ID, request.Time{ProviderID: l.Colleague.PersonID, StartsAt: at})
		apptest.WantCode(t, err, "booked_at_once")
		apptest.Must(t, just(l.Requests.Create(apptest.As(l.Neighbour), with(l.Colleague, at)))) // somebody else
		l.Clock.Set(l.BookingOf(first.ID).HoldExpiresAt.Time)
		apptest.Must(t, l.Bookings.Sweep(ctx))
		apptest.Must(t, just(l.Requests.Cancel(apptest.As(l.Staff), second.ID, "换人")))
		again := must(l.Requests.Create(me, with(l.Colleague, after)))
		l.Exec("UPDATE bookings SET starts_at = ?, ends_at = ? WHERE request_id = ? AND live = 1", at.UnixMilli(), after.UnixMilli(), again.ID)
		if d := must(l.Requests.Get(apptest.As(l.Staff), first.ID)); slices.Contains(d.Actions, "approve") {
			t.Error("approve is offered, and would be refused")
		}
		_, err = l.Requests.Approve(apptest.As(l.Staff), first.ID, 0)
		apptest.WantCode(t, err, "booked_at_once")

		both := l.Slot()
		var deeds []func() error
		for i := range 10 {
			ask := with([]auth.Actor{l.Worker, l.Colleague}[i%2], both)
			deeds = append(deeds, func() error { return just(l.Requests.Create(me, ask)) })
		}
		if n := together(t, deeds...); n != 1 {
			t.Errorf("%d bookings at one time", n)
		}
	})
}

// Who asked changes a time three times by themselves; what worker and staff change, and what lapsed, is not counted.
func TestReschedulesAreCounted(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		l.Policies.Defaults[policy.Reschedules] = 3
		me := apptest.As(l.Resident)
		id := must(slotFor(l, l.Resident, 0)).ID
		change := func(as auth.Actor) error {
			return just(l.Requests.Reschedule(apptest.As(as), id, request.Time{StartsAt: l.Slot()}))
		}
		apptest.Must(t, change(l.Resident))
		apptest.Must(t, change(l.Staff))
		apptest.Must(t, just(l.Requests.Approve(apptest.As(l.Staff), id, 0)))
		apptest.Must(t, change(l.Worker))
		apptest.Must(t, change(l.Resident))
		var deeds []func() error
		for range 8 {
			at := l.Slot()
			deeds = append(deeds, func() error { return just(l.Requests.Reschedule(me, id, request.Time{StartsAt: at})) })
		}
		if n := together(t, deeds...); n != 1 {
			t.Errorf("%d of the last one", n)
		}
		if d := must(l.Requests.Get(me, id)); slices.Contains(d.Actions, "reschedule") || !slices.Contains(d.Actions, "cancel") {
			t.Error(d.Actions)
		}
		apptest.WantCode(t, change(l.Resident), "too_many_reschedules")
		apptest.Must(t, change(l.Worker))
		l.Exec("UPDATE requests SET time_asked_at = 1 WHERE id = ?", id) // the station asks for another time
		l.Clock.Set(l.BookingOf(id).StartsAt.Add(-time.Minute))          // even at the last minute
		if d := must(l.Requests.Get(me, id)); !slices.Contains(d.Actions, "reschedule") {
			t.Error(d.Actions)
		}
		apptest.Must(t, change(l.Resident))
		if r := l.Request(id); r.Reschedules != 3 || r.TimeAskedAt != nil {
			t.Errorf("%d, asked %v", r.Reschedules, r.TimeAskedAt)
		}
		apptest.WantCode(t, change(l.Resident), "too_many_reschedules")
		l.Whole(t)
	})
}
