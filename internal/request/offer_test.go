package request_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/policy"
	"yimi/internal/request"
	"yimi/internal/store"
)

// A day off over what is booked says who is affected, to the worker and to staff, and moves nobody: who asked is
// asked, chooses another time whatever notice and count say, and only then is it moved.
func TestAbsenceOverBookingsLosesNobody(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		l.Policies.Defaults[policy.Reschedules] = 1
		worker, staff, me := apptest.As(l.Worker), apptest.As(l.Staff), apptest.As(l.Resident)
		first, second := l.Put(request.Scheduled), l.Put(request.Scheduled)
		called := l.Put(request.Scheduled, func(r *request.Request) { r.PersonID, r.FiledBy, r.Relation = nil, &l.Staff.PersonID, request.Other })
		at := l.BookingOf(first.ID).StartsAt
		day := at.In(store.Shanghai).Format(time.DateOnly)
		affected := func(as auth.Actor) []int64 {
			t.Helper()
			rows, err := l.Bookings.Affected(apptest.As(as), l.Worker.PersonID)
			apptest.Must(t, err)
			ids := []int64{}
			for _, row := range rows {
				ids = append(ids, row.RequestID)
			}
			return ids
		}
		off := func(kind string, from, to int) *booking.ProviderLine {
			t.Helper()
			now, err := l.Bookings.AddException(worker, booking.Exception{Day: day, Kind: kind, StartMinute: from, EndMinute: to})
			apptest.Must(t, err)
			return now
		}
		minute := at.In(store.Shanghai).Hour()*60 + at.In(store.Shanghai).Minute()
		part := off("off", minute, minute+15) // the first alone
		if part.Affected != 1 || !slices.Equal(affected(l.Worker), []int64{first.ID}) {
			t.Errorf("%d, %v", part.Affected, affected(l.Worker))
		}
		whole := off("off", 0, 1440)
		want := []int64{first.ID, second.ID, called.ID}
		if whole.Affected != 3 || !slices.Equal(affected(l.Worker), want) || !slices.Equal(affected(l.Staff), want) || !slices.Equal(affected(l.Admin), want) {
			t.Errorf("%d; the worker sees %v, staff %v", whole.Affected, affected(l.Worker), affected(l.Staff))
		}
		all, err := l.Bookings.Workers(staff)
		apptest.Must(t, err)
		if i := slices.IndexFunc(all, func(p booking.ProviderLine) bool { return p.PersonID == l.Worker.PersonID }); all[i].Affected != 3 {
			t.Errorf("%+v", all[i])
		}
		for _, who := range []auth.Actor{l.Receiver, l.Colleague} {
			_, err := l.Bookings.Affected(apptest.As(who), l.Worker.PersonID)
			apptest.WantCode(t, err, "not_found")
		}
		deliberate := l.Put(request.Assigned) // whoever sets a time knowing of it means it
		l.Clock.Advance(time.Second)
		apptest.Must(t, just(l.Requests.Reschedule(worker, deliberate.ID, request.Time{StartsAt: l.Slot()})))
		if got := affected(l.Staff); !slices.Equal(got, want) {
			t.Errorf("%v", got)
		}

		apptest.Must(t, just(l.Requests.OfferTimes(worker, first.ID)))
		apptest.Must(t, just(l.Requests.OfferTimes(staff, second.ID)))
		_, err = l.Requests.OfferTimes(staff, called.ID)
		apptest.WantCode(t, err, "no_account")
		for _, who := range []auth.Actor{l.Resident, l.Neighbour} {
			if err := just(l.Requests.OfferTimes(apptest.As(who), first.ID)); err == nil {
				t.Error("who asked offered themselves another time")
			}
		}
		for _, id := range []int64{first.ID, second.ID} {
			if n := l.Count("notices", "subject_id = ? AND person_id = ? AND title = '请另选一个时间'", id, l.Resident.PersonID); n != 1 {
				t.Errorf("%d notices", n)
			}
			if b := l.BookingOf(id); b.State != booking.Booked || id == first.ID && !b.StartsAt.Equal(at.Time) {
				t.Errorf("moved without who asked: %+v", b)
			}
		}
		l.Exec("UPDATE requests SET reschedules = 1") // and a moment before it begins
		l.Clock.Set(at.Add(-time.Minute))
		d := must(l.Requests.Get(me, first.ID))
		if d.TimeAskedAt == nil || !slices.Contains(d.Actions, "reschedule") {
			t.Fatalf("%v %v", d.TimeAskedAt, d.Actions)
		}
		to := l.Slot()
		apptest.Must(t, just(l.Requests.Reschedule(me, first.ID, request.Time{ProviderID: l.Colleague.PersonID, StartsAt: to})))
		if r, b := l.Request(first.ID), l.BookingOf(first.ID); r.TimeAskedAt != nil || r.Reschedules != 1 || b.ProviderID != l.Colleague.PersonID || !b.StartsAt.Equal(to) {
			t.Errorf("%+v %+v", r, b)
		}
		apptest.Must(t, just(l.Requests.Reschedule(staff, called.ID, request.Time{StartsAt: l.Slot()}))) // after a call
		if got := affected(l.Staff); !slices.Equal(got, []int64{second.ID}) {
			t.Errorf("%v are left", got)
		}
		out, err := l.Requests.HandOver(staff, l.Worker.PersonID, l.Colleague.PersonID, []int64{second.ID}, "休假")
		apptest.Must(t, err)
		if r := l.Request(second.ID); out[0].Err != nil || r.TimeAskedAt != nil || len(affected(l.Staff)) != 0 { // somebody else is there
			t.Errorf("%v, asked %v, %v", out[0].Err, r.TimeAskedAt, affected(l.Staff))
		}
		l.Whole(t)
	})
}

// A holiday that is set over what is booked is an absence too, unless there are extra hours.
func TestAHolidayOverBookingsLosesNobody(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		r := l.Put(request.Scheduled)
		day := l.BookingOf(r.ID).Day
		count := func() string {
			rows, err := l.Bookings.Affected(apptest.As(l.Worker), l.Worker.PersonID)
			return fmt.Sprint(len(rows), err)
		}
		if got := count(); got != "0 <nil>" {
			t.Error(got)
		}
		_, err := l.Bookings.SetHoliday(apptest.As(l.Admin), booking.Holiday{Day: day, Name: "节日", Kind: "off"})
		if apptest.Must(t, err); count() != "1 <nil>" {
			t.Error(count())
		}
		_, err = l.Bookings.AddException(apptest.As(l.Worker), booking.Exception{Day: day, Kind: "extra", EndMinute: 1440})
		if apptest.Must(t, err); count() != "0 <nil>" {
			t.Error(count())
		}
	})
}
