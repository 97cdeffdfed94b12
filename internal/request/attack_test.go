package request_test

import (
	"slices"
	"testing"
	"time"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/identity"
	"yimi/internal/outbox"
	"yimi/internal/request"
	"yimi/internal/store"
)

// Attacks that succeeded once; the line above each test says what the right answer is.

// stationTold counts the notices of a request's messages that somebody of a station's staff got.
func stationTold(l *apptest.Loop, who auth.Actor, id int64) int64 {
	return l.Count("notices", "person_id = ? AND request_id = ? AND kind = ?", who.PersonID, id, outbox.StationMessage)
}

// Right: the first message that a station has not been told of is told to it, also where one waited for a worker, or for
// another unit, before.
func TestAttackAMessageAfterTheWorkerLeft(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		say := func(id int64) {
			apptest.Must(t, just(l.Requests.AddMessage(apptest.As(l.Resident), id, "今天摔了一跤")))
		}
		back := l.Put(request.Assigned)
		say(back.ID) // to the worker, who calls back and writes nothing
		apptest.Must(t, just(l.Requests.HandBack(apptest.As(l.Worker), back.ID, "休假")))
		say(back.ID)
		if n := stationTold(l, l.Staff, back.ID); n != 1 {
			t.Errorf("handed back: the station was told %d times", n)
		}
		referred := l.Put(request.Approved)
		say(referred.ID)
		apptest.Must(t, just(l.Requests.Refer(apptest.As(l.Staff), referred.ID, request.ReferTo{UnitID: l.Other.ID, Reason: "住那边", Consent: "电话里同意"})))
		apptest.Must(t, just(l.Requests.Receive(apptest.As(l.Receiver), referred.ID)))
		say(referred.ID)
		if n := stationTold(l, l.Receiver, referred.ID); n != 1 {
			t.Errorf("referred: the station that has it was told %d times", n)
		}
		ended := l.Put(request.Assigned)
		say(ended.ID)
		_, err := ends(t, l, l.Worker, identity.Becomes{ToQueue: true})
		apptest.Must(t, err)
		say(ended.ID)
		if n := stationTold(l, l.Staff, ended.ID); n != 1 {
			t.Errorf("the worker's role ended: the station was told %d times", n)
		}
	})
}

// Right: what came back can be sent again where nobody gives times any more, and its actions list it: the deed is accepted.
func TestAttackAReturnedBookingWithNobodyLeft(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		d := l.Ask(l.Resident, l.Asking(l.Talk))
		for _, w := range []auth.Actor{l.Worker, l.Colleague} {
			_, err := ends(t, l, w, identity.Becomes{ToQueue: true})
			apptest.Must(t, err)
		}
		apptest.Must(t, just(l.Requests.Return(apptest.As(l.Staff), d.ID, "请写得细一点")))
		d, err := l.Requests.Get(apptest.As(l.Resident), d.ID)
		apptest.Must(t, err)
		listed := slices.Contains(d.Actions, "submit")
		_, err = l.Requests.Submit(apptest.As(l.Resident), d.ID)
		if listed != (err == nil) {
			t.Errorf("listed: %t in %q, accepted: %v", listed, d.Actions, err)
		}
	})
}

// Right: the role of somebody who has no case any more ends without touching what another worker does: a visit
// under way keeps its booking, which is done when the visit is.
func TestAttackARoleThatEndsCancelsAnothersVisit(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		r := l.Put(request.Scheduled)
		l.Clock.Set(l.BookingOf(r.ID).StartsAt.Time)
		apptest.Must(t, just(l.Requests.Start(apptest.As(l.Worker), r.ID, "")))
		out, err := l.Requests.HandOver(apptest.As(l.Staff), l.Worker.PersonID, l.Colleague.PersonID, []int64{r.ID}, "有急事")
		apptest.Must(t, err)
		apptest.Must(t, out[0].Err)
		_, err = ends(t, l, l.Worker, identity.Becomes{ToQueue: true})
		apptest.Must(t, err)
		if b := l.BookingOf(r.ID); b.State != booking.Booked {
			t.Errorf("the booking of a visit under way is %s", b.State)
		}
		l.Clock.Advance(30 * time.Minute)
		apptest.Must(t, just(l.Requests.Complete(apptest.As(l.Colleague), r.ID, request.Record{Done: "办好了"})))
		if b := l.BookingOf(r.ID); b.State != booking.Done {
			t.Errorf("the booking of a visit that took place is %s", b.State)
		}
	})
}

// Right: as above for a time that has passed: nobody says that it was cancelled, whoever has the case says what came of it.
func TestAttackARoleThatEndsCancelsAnothersPastTime(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		r := l.Put(request.Scheduled)
		l.Clock.Set(l.BookingOf(r.ID).StartsAt.Add(2 * time.Hour))
		out, err := l.Requests.HandOver(apptest.As(l.Staff), l.Worker.PersonID, l.Colleague.PersonID, []int64{r.ID}, "有急事")
		apptest.Must(t, err)
		apptest.Must(t, out[0].Err)
		_, err = ends(t, l, l.Worker, identity.Becomes{HandOverTo: l.Colleague.PersonID})
		apptest.Must(t, err)
		apptest.Must(t, just(l.Requests.NoShow(apptest.As(l.Colleague), r.ID, "没人应门")))
		if b := l.BookingOf(r.ID); b.State != booking.NoShow {
			t.Errorf("the booking of a time at which nobody was there is %s", b.State)
		}
	})
}

// Right: every draft for a caller goes to who ends the role, or the role stays: none is left to nobody.
func TestAttackManyDraftsOfARoleThatEnds(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		for range 103 {
			l.Put(request.Draft, func(r *request.Request) { r.PersonID, r.FiledBy = nil, &l.Staff.PersonID })
		}
		_, err := ends(t, l, l.Staff, identity.Becomes{ToQueue: true})
		if n := l.Count("requests", "filed_by = ? AND state = 'draft'", l.Staff.PersonID); err == nil && n != 0 {
			t.Errorf("%d drafts are left to somebody without the role", n)
		}
	})
}

// Right: an old notice says to who had the case what became of it, also when the account was merged into another since.
func TestAttackOldLinksOfAMergedWorker(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		r := l.Put(request.Assigned)
		_, err := ends(t, l, l.Worker, identity.Becomes{HandOverTo: l.Colleague.PersonID})
		apptest.Must(t, err)
		kept := l.Volunteer("罗燕（微信）")
		apptest.Must(t, l.Tx(func(tx *store.Tx) error {
			if err := request.Merge(tx, l.Worker.PersonID, kept.PersonID); err != nil {
				return err
			}
			return outbox.Merge(tx, l.Worker.PersonID, kept.PersonID)
		}))
		if n := l.Count("notices", "person_id = ? AND request_id = ?", kept.PersonID, r.ID); n == 0 {
			t.Fatal("no notice came along")
		}
		_, err = l.Requests.Get(apptest.As(kept), r.ID)
		apptest.WantCode(t, err, "case_passed_on")
	})
}

// Right: a case that is reopened while its worker's role ends waits for another worker, like every case that comes to
// somebody in that instant.
func TestAttackReopenedWhileTheRoleEnds(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		left := int64(0)
		for range 6 {
			w := l.NewWorker(l.Station, "周文静", "intermediate", 0, l.Care)
			var deeds []func() error
			for range 4 {
				done := l.Put(request.Completed, func(r *request.Request) { r.WorkerID = &w.PersonID })
				deeds = append(deeds, func() error { return just(l.Requests.Reopen(apptest.As(l.Staff), done.ID, "还有一件")) })
			}
			var ended error
			together(t, append(deeds, func() error { _, ended = ends(t, l, w, identity.Becomes{ToQueue: true}); return ended })...)
			if ended == nil {
				left += l.Count("requests", "worker_id = ? AND state <> 'completed'", w.PersonID)
			}
		}
		if left != 0 {
			t.Errorf("%d reopened cases rest on somebody without the role", left)
		}
	})
}
