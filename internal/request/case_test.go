package request_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/request"
)

// ---- the notice before a booking

func wantSaid(t *testing.T, err error, said string) {
	t.Helper()
	if err == nil || err.Error() != said {
		t.Errorf("%v, want %s", err, said)
	}
}

// Until the notice begins who asked may change or cancel; after it only worker and staff.
func TestTheNoticeBeforeABooking(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		notice := l.Requests.Notice
		l.Exec("UPDATE units SET phone = '0953-5098100' WHERE id = ?", l.Station.ID)
		me, staff, worker := apptest.As(l.Resident), apptest.As(l.Staff), apptest.As(l.Worker)
		booked := func() *request.Detail {
			d := l.Ask(l.Resident, l.Asking(l.Class))
			l.Clock.Set(d.Booking.StartsAt.Add(-notice))
			return d
		}
		may := func(d *request.Detail, action string) bool {
			t.Helper()
			is, err := l.Requests.Get(me, d.ID)
			apptest.Must(t, err)
			return slices.Contains(is.Actions, action)
		}
		d := booked()
		if !may(d, "cancel") || !may(d, "reschedule") {
			t.Error("in time, and not offered")
		}
		d, err := l.Requests.Reschedule(me, d.ID, request.Time{ProviderID: l.Worker.PersonID, StartsAt: l.Slot()})
		apptest.Must(t, err)
		_, err = l.Requests.Cancel(me, d.ID, "")
		apptest.Must(t, err)

		d = booked()
		l.Clock.Advance(time.Millisecond)
		if may(d, "cancel") || may(d, "reschedule") {
			t.Error("too late, and offered")
		}
		was, lines := l.BookingOf(d.ID), len(l.Timeline(d.ID))
		_, err = l.Requests.Reschedule(me, d.ID, request.Time{StartsAt: l.Slot()})
		told := "请打电话给东方社区社工站 0953-5098100" // not the contact of some activity
		wantSaid(t, err, "cancel_too_late: 离约好的时间不到 "+activity.SpokenLength(notice)+"，不能自己改时间了。"+told)
		_, err = l.Requests.Cancel(me, d.ID, "有事")
		wantSaid(t, err, "cancel_too_late: 离约好的时间不到 "+activity.SpokenLength(notice)+"，不能自己取消了。"+told)
		if is := l.BookingOf(d.ID); *is.Live != 1 || !is.StartsAt.Equal(was.StartsAt.Time) || l.Request(d.ID).State != request.Scheduled || len(l.Timeline(d.ID)) != lines {
			t.Errorf("refused, and now %+v", is)
		}
		_, err = l.Requests.Reschedule(worker, d.ID, request.Time{StartsAt: was.StartsAt.Add(10 * time.Minute), Length: 45 * time.Minute, Reason: "晚十分钟"})
		apptest.Must(t, err)
		if is := l.BookingOf(d.ID); is.ID != was.ID || is.EndsAt.Sub(is.StartsAt.Time) != 45*time.Minute {
			t.Errorf("%+v", is)
		}
		_, err = l.Requests.Cancel(staff, d.ID, "社工生病")
		apptest.Must(t, err)
		if is := l.BookingOf(d.ID); is.State != booking.Cancelled || is.Live != nil {
			t.Errorf("%+v", is)
		}
		// What waits for approval is nobody's time yet.
		d = l.Ask(l.Resident, l.Asking(l.Talk))
		l.Clock.Set(d.Booking.StartsAt.Add(-time.Minute))
		_, err = l.Requests.Cancel(me, d.ID, "")
		apptest.Must(t, err)
		l.Whole(t)
	})
}

// Who asked takes slots; worker and staff any free time; nobody a time that is taken.
func TestWhichTimesCanBeSet(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		other := l.Ask(l.Neighbour, l.Asking(l.Class))
		d := l.Ask(l.Resident, l.Asking(l.Class))
		set := func(who auth.Actor, at request.Time) error {
			return just(l.Requests.Reschedule(apptest.As(who), d.ID, at))
		}
		odd := l.Slot().Add(5 * time.Minute)
		apptest.WantCode(t, set(l.Resident, request.Time{StartsAt: odd}), "slot_unavailable")
		apptest.WantCode(t, set(l.Resident, request.Time{StartsAt: other.Booking.StartsAt.Time}), "slot_taken")
		apptest.WantCode(t, set(l.Worker, request.Time{StartsAt: other.Booking.StartsAt.Add(-10 * time.Minute)}), "slot_taken")
		apptest.WantCode(t, set(l.Staff, request.Time{StartsAt: l.Clock.Now().Add(-time.Hour).Truncate(time.Hour)}), "time_in_past")
		wantFields(t, set(l.Staff, request.Time{StartsAt: odd.Add(time.Minute)}), "starts_at")
		wantFields(t, set(l.Staff, request.Time{StartsAt: odd, Length: 7 * time.Minute}), "length_minutes")
		if is := l.BookingOf(d.ID); !is.StartsAt.Equal(d.Booking.StartsAt.Time) || *is.Live != 1 {
			t.Errorf("moved to %s", is.StartsAt)
		}
		// Who asked may choose another provider's slot: the case goes there.
		apptest.Must(t, set(l.Resident, request.Time{ProviderID: l.Colleague.PersonID, StartsAt: l.Slot()}))
		if r := l.Request(d.ID); *r.WorkerID != l.Colleague.PersonID || r.AcceptedAt == nil || l.BookingOf(d.ID).ProviderID != l.Colleague.PersonID {
			t.Errorf("%+v", r)
		}
		// A worker gives no case away so: that is for staff.
		_, err := l.Requests.Reschedule(apptest.As(l.Colleague), d.ID, request.Time{ProviderID: l.Worker.PersonID, StartsAt: l.Slot()})
		apptest.WantCode(t, err, "forbidden")
		if r := l.Request(d.ID); *r.WorkerID != l.Colleague.PersonID {
			t.Errorf("%+v", r)
		}
		apptest.Must(t, set(l.Staff, request.Time{ProviderID: l.Worker.PersonID, StartsAt: l.Slot()}))
		// What is on request has no time before a worker has it, and volunteers have their shift's.
		r := l.Put(request.Submitted)
		for _, who := range []auth.Actor{l.Resident, l.Staff} {
			apptest.WantCode(t, just(l.Requests.Reschedule(apptest.As(who), r.ID, request.Time{ProviderID: l.Worker.PersonID, StartsAt: l.Slot()})), "bad_transition")
		}
		v := l.Put(request.Approved)
		at := l.Clock.Now().Add(48 * time.Hour)
		_, err = l.Requests.OpenShift(apptest.As(l.Staff), v.ID, request.VolunteerShift{CampaignID: l.Campaign, Title: "陪老人聊天", PlaceName: "社工站", StartsAt: at, EndsAt: at.Add(time.Hour), Capacity: 2})
		apptest.Must(t, err)
		for _, who := range []auth.Actor{l.Resident, l.Staff} {
			apptest.WantCode(t, just(l.Requests.Reschedule(apptest.As(who), v.ID, request.Time{ProviderID: l.Worker.PersonID, StartsAt: l.Slot()})), "bad_transition")
		}
		l.Whole(t)
	})
}

// ---- after the service

// A rating is given once; a low one waits for a call, which who asked does not read about.
func TestRatings(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		me, staff := apptest.As(l.Resident), apptest.As(l.Staff)
		for _, state := range []request.State{request.Completed, request.Closed} {
			for rating := 1; rating <= 5; rating++ {
				r := l.Put(state)
				_, err := l.Requests.FollowUp(staff, r.ID, "先打了电话")
				apptest.WantCode(t, err, "bad_transition") // nothing to call about
				d, err := l.Requests.Rate(me, r.ID, rating, "等了很久")
				apptest.Must(t, err)
				low := rating <= 2
				if *d.Rating != rating || d.RatingComment != "等了很久" || (d.FollowUp != nil) != low {
					t.Errorf("%+v", d.Request)
				}
				_, err = l.Requests.Rate(me, r.ID, 5, "")
				apptest.WantCode(t, err, "already_rated")
				waiting, err := l.Requests.InQueue(staff, request.QueueFollowUp, request.After{}, 9)
				apptest.Must(t, err)
				if (len(waiting) == 1) != low {
					t.Errorf("%d wait after %d stars", len(waiting), rating)
				}
				if !low {
					continue
				}
				d, err = l.Requests.FollowUp(staff, r.ID, "已打电话致歉")
				apptest.Must(t, err)
				if d.FollowUp != nil || len(d.Notes) != 1 || d.Notes[0].Text != "回访：已打电话致歉" {
					t.Errorf("%+v", d.Notes)
				}
				_, err = l.Requests.FollowUp(staff, r.ID, "又打")
				apptest.WantCode(t, err, "bad_transition")
				if d, err := l.Requests.Get(me, r.ID); err != nil || d.Notes != nil {
					t.Errorf("who asked reads %+v (%v)", d.Notes, err)
				}
			}
		}
	})
}

// ---- referral

func TestReferrals(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		staff, there := apptest.As(l.Staff), apptest.As(l.Receiver)
		r := l.Put(request.Submitted)
		for _, c := range []struct {
			to   request.ReferTo
			code string
		}{
			{request.ReferTo{}, "organisation_or_unit"},
			{request.ReferTo{UnitID: l.Other.ID, Organisation: "启心"}, "organisation_or_unit"},
			{request.ReferTo{UnitID: l.Station.ID}, "same_unit"},
			{request.ReferTo{UnitID: 99999}, "not_found"},
		} {
			c.to.Reason, c.to.Consent = "那边近", "电话同意"
			_, err := l.Requests.Refer(staff, r.ID, c.to)
			apptest.WantCode(t, err, c.code)
		}
		if l.Request(r.ID).State != request.Submitted || l.Count("request_referrals", "1 = 1")+l.Count("request_timeline", "1 = 1") != 0 {
			t.Error("something was done")
		}
		// To a unit: it sees it, takes it over or gives it back, and the promise counts anew.
		to := request.ReferTo{UnitID: l.Other.ID, Reason: "住得近", Consent: "3月5日电话里本人同意"}
		for _, back := range []bool{false, true} {
			r := l.Put(request.Assigned)
			_, err := l.Requests.Get(there, r.ID)
			apptest.WantCode(t, err, "not_found")
			d, err := l.Requests.Refer(staff, r.ID, to)
			apptest.Must(t, err)
			if d.State != request.Referred || d.WorkerID != nil || d.Referral.ToName != l.Other.Name || d.Referral.Consent != to.Consent {
				t.Errorf("%+v", d.Referral)
			}
			_, err = l.Requests.Get(apptest.As(l.Worker), r.ID)
			apptest.WantCode(t, err, "case_passed_on")
			_, err = l.Requests.Receive(staff, r.ID)
			apptest.WantCode(t, err, "forbidden") // not theirs to take
			l.Clock.Advance(5 * time.Hour)
			unit := l.Other.ID
			if back {
				unit = l.Station.ID
				_, err = l.Requests.SendBack(there, r.ID, "不在我们片区")
			} else {
				_, err = l.Requests.Receive(there, r.ID)
			}
			apptest.Must(t, err)
			now := l.Request(r.ID)
			if now.State != request.Submitted || now.UnitID != unit || now.ReferredTo != nil || now.RespondedAt != nil || !now.RespondBy.Equal(apptest.Clocked(map[bool]string{false: "2026-03-10 14:00", true: "2026-03-10 17:30"}[back])) {
				t.Errorf("%+v", now)
			}
			sees, not := there, staff
			if back {
				sees, not = staff, there
			}
			_, err = l.Requests.Get(not, r.ID)
			apptest.WantCode(t, err, "not_found")
			_, err = l.Requests.Approve(sees, r.ID, 0)
			apptest.Must(t, err)
		}
		// To an outside organisation: nobody receives it, and it is closed from there.
		r = l.Put(request.Approved)
		_, err := l.Requests.Refer(staff, r.ID, request.ReferTo{Organisation: "启心社工服务中心", Reason: "要仲裁", Consent: "当面同意"})
		apptest.Must(t, err)
		_, err = l.Requests.Receive(there, r.ID)
		apptest.WantCode(t, err, "not_found")
		d, err := l.Requests.Close(staff, r.ID, "对方已受理")
		apptest.Must(t, err)
		if d.State != request.Closed || d.Referral.ToName != "启心社工服务中心" {
			t.Errorf("%+v", d.Referral)
		}
	})
}

// A talk that is referred gives its slot back, and can still be approved where it arrives:
// a worker then sets another time.
func TestABookingThatIsReferred(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		for _, back := range []bool{true, false} {
			d := l.Ask(l.Resident, l.Asking(l.Talk))
			_, err := l.Requests.Refer(apptest.As(l.Staff), d.ID, request.ReferTo{UnitID: l.Other.ID, Reason: "住得近", Consent: "电话同意"})
			apptest.Must(t, err)
			if b := l.BookingOf(d.ID); b.State != booking.Cancelled || l.Count("booking_cells", "booking_id = ?", b.ID) != 0 {
				t.Errorf("%+v", b)
			}
			staff := apptest.As(l.Receiver)
			if back {
				staff = apptest.As(l.Staff)
				_, err = l.Requests.SendBack(apptest.As(l.Receiver), d.ID, "不在片区")
			} else {
				_, err = l.Requests.Receive(staff, d.ID)
			}
			apptest.Must(t, err)
			d, err = l.Requests.Approve(staff, d.ID, l.Worker.PersonID)
			apptest.Must(t, err)
			if d.State != request.Assigned || *d.WorkerID != l.Worker.PersonID {
				t.Errorf("%s", d.State)
			}
			d, err = l.Requests.Reschedule(apptest.As(l.Worker), d.ID, request.Time{StartsAt: l.Slot()})
			apptest.Must(t, err)
			if d.State != request.Scheduled || d.Booking.State != booking.Booked {
				t.Errorf("%s with a booking %s", d.State, d.Booking.State)
			}
		}
		l.Whole(t)
	})
}

// ---- assignment

func TestApprovingWithAWorker(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		d := l.Ask(l.Resident, l.Asking(l.Care))
		d, err := l.Requests.Approve(apptest.As(l.Staff), d.ID, l.Worker.PersonID)
		apptest.Must(t, err)
		if d.State != request.Assigned || *d.WorkerID != l.Worker.PersonID || *d.SupervisorID != l.Supervisor.PersonID || d.AcceptedAt != nil || d.RespondedAt == nil {
			t.Errorf("%+v", d.Request)
		}
		var did []string
		for _, line := range l.Timeline(d.ID) {
			did = append(did, line.Action)
		}
		if !slices.Equal(did, []string{"create", "submit", "approve", "assign"}) {
			t.Error(did)
		}
		bad := l.Ask(l.Resident, l.Asking(l.Care))
		_, err = l.Requests.Approve(apptest.As(l.Staff), bad.ID, l.Staff.PersonID)
		apptest.WantCode(t, err, "not_a_worker")
		if r := l.Request(bad.ID); r.State != request.Submitted || len(l.Timeline(bad.ID)) != 2 {
			t.Errorf("half done: %s", r.State)
		}
	})
}

// The best first: right qualification, nearest unit, fewest open cases.
func TestTheOrderOfCandidates(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		hard := l.NewService(func(s *catalogue.Type) { s.Name, s.MinLevel = "危机干预", catalogue.Intermediate })
		gives := func(who auth.Actor) {
			l.Exec("INSERT INTO provider_services (provider_id, service_type_id) VALUES (?, ?)", who.PersonID, hard.ID)
		}
		gives(l.Worker)
		gives(l.Colleague)
		gives(l.Far)   // of too low a level
		gives(l.Below) // the same, and nearer
		l.NewWorker(l.Room, "白国庆", catalogue.Senior, 0, hard)
		l.NewWorker(l.Other, "田国庆", catalogue.Senior, 0, hard)
		idle := l.NewWorker(l.Station, "停", catalogue.Senior, 0, hard)
		l.Exec("UPDATE providers SET active = ? WHERE person_id = ?", false, idle.PersonID)
		l.Put(request.Assigned) // a case for Worker
		l.Put(request.Rejected, func(r *request.Request) { r.WorkerID = &l.Colleague.PersonID })
		r := l.Put(request.Approved, func(r *request.Request) { r.ServiceTypeID = hard.ID })
		list, err := l.Requests.Candidates(apptest.As(l.Staff), r.ID)
		apptest.Must(t, err)
		var got []string
		for _, c := range list {
			got = append(got, fmt.Sprintf("%s %t %d %d", c.Name, c.Fits(), c.Distance, c.OpenCases))
		}
		want := []string{"李志强 true 0 0", "罗燕 true 0 1", "白国庆 true 1 0", "田国庆 true 2 0", "马晓梅 false 1 0", "苏秀英 false 1 0", "马立强 false 2 0"}
		if !slices.Equal(got, want) {
			t.Errorf("%q\nwant\n%q", got, want)
		}
		for _, who := range []auth.Actor{l.Resident, l.Supervisor} {
			is := l.Put(request.Assigned)
			_, err = l.Requests.Candidates(apptest.As(who), is.ID)
			apptest.WantCode(t, err, "forbidden")
		}
	})
}

// All cases of a worker go to another, each with its time; those whose time the other does
// not have stay, and are named.
func TestHandingACaseloadOver(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		staff := apptest.As(l.Staff)
		assigned, free, clash := l.Put(request.Assigned), l.Put(request.Scheduled), l.Put(request.Scheduled)
		under, done := l.Put(request.InService), l.Put(request.Completed)
		l.PutVisit(under)
		foreign := l.Put(request.Scheduled, func(r *request.Request) { r.WorkerID = &l.Colleague.PersonID })
		_, err := l.Requests.Reschedule(staff, foreign.ID, request.Time{StartsAt: l.BookingOf(clash.ID).StartsAt.Add(10 * time.Minute)})
		apptest.Must(t, err)
		elsewhere := l.Put(request.Assigned, func(r *request.Request) { r.UnitID = l.Third.ID })
		was := map[int64]booking.Booking{free.ID: *l.BookingOf(free.ID), clash.ID: *l.BookingOf(clash.ID)}

		out, err := l.Requests.HandOver(staff, l.Worker.PersonID, l.Colleague.PersonID, nil, "休产假")
		apptest.Must(t, err)
		got := map[int64]error{}
		for _, o := range out {
			got[o.ID] = o.Err
		}
		if len(out) != 4 {
			t.Errorf("%+v", out) // nothing is said of other stations' cases, nor of what is done
		}
		for _, r := range []*request.Request{assigned, free, under} {
			now := l.Request(r.ID)
			lines := l.Timeline(r.ID)
			if got[r.ID] != nil || *now.WorkerID != l.Colleague.PersonID || now.State != r.State || len(lines) != 1 || lines[0].Action != "hand_over" || !strings.Contains(lines[0].Said, "休产假") {
				t.Errorf("%s: %v, now %+v", r.State, got[r.ID], now)
			}
		}
		if b := l.BookingOf(free.ID); b.ID != was[free.ID].ID || b.ProviderID != l.Colleague.PersonID || b.StartsAt != was[free.ID].StartsAt || b.EndsAt != was[free.ID].EndsAt ||
			l.Count("booking_cells", "booking_id = ? AND provider_id = ?", b.ID, l.Colleague.PersonID) != 6 {
			t.Errorf("%+v", b)
		}
		apptest.WantCode(t, got[clash.ID], "slot_taken")
		if b := l.BookingOf(clash.ID); *l.Request(clash.ID).WorkerID != l.Worker.PersonID || len(l.Timeline(clash.ID)) != 0 || b.ProviderID != l.Worker.PersonID || b.StartsAt != was[clash.ID].StartsAt {
			t.Errorf("%+v", b)
		}
		if *l.Request(done.ID).WorkerID != l.Worker.PersonID || *l.Request(elsewhere.ID).WorkerID != l.Worker.PersonID {
			t.Error("what was not to move moved")
		}
		// One that is named and is not that worker's, or not to be seen.
		out, err = l.Requests.HandOver(staff, l.Worker.PersonID, l.Colleague.PersonID, []int64{foreign.ID, elsewhere.ID, done.ID, 99999}, "休产假")
		apptest.Must(t, err)
		for i, code := range []string{"bad_transition", "not_found", "bad_transition", "not_found"} {
			apptest.WantCode(t, out[i].Err, code)
		}
		out, err = l.Requests.HandOver(staff, l.Worker.PersonID, l.Staff.PersonID, nil, "休产假")
		apptest.Must(t, err)
		if len(out) != 1 {
			t.Fatal(out)
		}
		apptest.WantCode(t, out[0].Err, "not_a_worker")
		if out, err = l.Requests.HandOver(apptest.As(l.Receiver), l.Worker.PersonID, l.Colleague.PersonID, nil, "x"); err != nil || len(out) != 0 {
			t.Errorf("staff elsewhere are told of %v (%v)", out, err)
		}
		l.Whole(t)
	})
}

// ---- volunteers

// A request that volunteers meet: a shift of its own, sign-up, check-in, check-out, and their
// hours in the ledger, while the request goes its way.
func TestMetByVolunteers(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		staff, p := apptest.As(l.Staff), l.Volunteer("林晓雯")
		r := l.Put(request.Approved)
		at := l.Clock.Now().Add(48 * time.Hour)
		v := request.VolunteerShift{CampaignID: l.Campaign, Title: "陪老人聊天", PlaceName: "社工站", StartsAt: at, EndsAt: at.Add(2 * time.Hour), Capacity: 2}
		bad := v
		bad.CampaignID = 99999
		_, err := l.Requests.OpenShift(staff, r.ID, bad)
		apptest.WantCode(t, err, "not_found")
		bad = v
		bad.StartsAt, bad.EndsAt = l.Clock.Now().Add(-time.Hour), l.Clock.Now()
		_, err = l.Requests.OpenShift(staff, r.ID, bad)
		apptest.WantCode(t, err, "shift_in_past")
		if l.Request(r.ID).State != request.Approved || l.Count("activities", "1 = 1")+l.Count("shifts", "1 = 1") != 0 {
			t.Error("half done")
		}
		d, err := l.Requests.OpenShift(staff, r.ID, v)
		apptest.Must(t, err)
		if d.State != request.Scheduled || d.Shift == nil || d.Shift.Capacity != 2 || d.WorkerID != nil {
			t.Fatalf("%+v", d.Shift)
		}
		if a, err := l.Activities.Get(ctx, d.Shift.ActivityID); err != nil || a.State != activity.Published || strings.Contains(a.Title+a.Content+a.PlaceName, "林玉芳") {
			t.Errorf("%+v (%v)", a, err)
		}
		_, err = l.Requests.NoShow(staff, r.ID, "")
		apptest.WantCode(t, err, "bad_transition") // that is for the attendance list
		g := l.SignUp(p, d.Shift.ID)
		out, err := l.Activities.DecideSignups(staff, []int64{g.ID}, true, "")
		apptest.Must(t, err)
		apptest.Must(t, out[0].Err)
		shift := l.FindShift(d.Shift.ID)
		l.Clock.Set(shift.StartsAt.Time)
		_, err = l.Requests.Start(staff, r.ID, "社工站")
		apptest.Must(t, err)
		l.Serve(p, shift, 90*time.Minute)
		_, err = l.Record(l.Staff, shift.ID, activity.Deed{SignupID: g.ID, Action: "confirm"})
		apptest.Must(t, err)
		d, err = l.Requests.Complete(staff, r.ID, request.Record{Done: "聊了一下午", PersonTimes: 3})
		apptest.Must(t, err)
		if len(d.Visits) != 1 || d.Visits[0].Minutes != 90 || d.Visits[0].PersonTimes != 3 || d.Visits[0].WorkerName != "" || *d.Visits[0].ShiftID != shift.ID {
			t.Errorf("%+v", d.Visits)
		}
		if v, err := l.Hours.TotalOf(ctx, p.PersonID); err != nil || v.Minutes != 90 {
			t.Errorf("%d minutes (%v)", v.Minutes, err)
		}
		l.Whole(t)
	})
}

// When the request is cancelled, or a worker comes instead, the volunteers' shift is called off.
func TestAVolunteersShiftIsCalledOff(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		for name, end := range map[string]func(id int64) error{
			"cancelled": func(id int64) error { return just(l.Requests.Cancel(apptest.As(l.Resident), id, "不用了")) },
			"assigned":  func(id int64) error { return just(l.Requests.Assign(apptest.As(l.Staff), id, l.Worker.PersonID)) },
			"a worker's next time": func(id int64) error {
				_, err := l.Requests.Start(apptest.As(l.Staff), id, "")
				apptest.Must(t, err)
				_, err = l.Requests.Finish(apptest.As(l.Staff), id, request.Record{Done: "先去看了看", Sure: true})
				apptest.Must(t, err)
				d, err := l.Requests.Reschedule(apptest.As(l.Staff), id, request.Time{ProviderID: l.Worker.PersonID, StartsAt: l.Slot()})
				if err == nil && (d.State != request.Scheduled || d.WorkerID == nil || *d.WorkerID != l.Worker.PersonID || d.ShiftID != nil) {
					t.Errorf("%+v", d.Request)
				}
				return err
			},
		} {
			r, p := l.Put(request.Approved), l.Volunteer("林晓雯")
			at := l.Clock.Now().Add(48 * time.Hour)
			d, err := l.Requests.OpenShift(apptest.As(l.Staff), r.ID, request.VolunteerShift{CampaignID: l.Campaign, Title: "陪老人聊天", PlaceName: "社工站", StartsAt: at, EndsAt: at.Add(time.Hour), Capacity: 2})
			apptest.Must(t, err)
			g := l.SignUp(p, d.Shift.ID)
			apptest.Must(t, end(r.ID))
			if s := l.FindShift(d.Shift.ID); s.State != activity.ShiftCancelled || l.Signup(g.ID).State != activity.SignupCancelled {
				t.Errorf("%s: the shift is %s, the sign-up %s", name, s.State, l.Signup(g.ID).State)
			}
			if n := l.Count("notices", "person_id = ? AND kind = 'activity_cancelled'", p.PersonID); n != 1 {
				t.Errorf("%s: the volunteer got %d notices", name, n)
			}
		}
		l.Whole(t)
	})
}

// ---- visits

func TestVisits(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		worker := apptest.As(l.Worker)
		r := l.Put(request.Scheduled)
		_, err := l.Requests.NoShow(worker, r.ID, "")
		apptest.WantCode(t, err, "bad_transition") // not before the time
		start := l.BookingOf(r.ID).StartsAt
		l.Clock.Set(start.Add(-time.Millisecond))
		_, err = l.Requests.NoShow(worker, r.ID, "")
		apptest.WantCode(t, err, "bad_transition")
		l.Clock.Set(start.Add(3 * time.Minute))
		d, err := l.Requests.Start(worker, r.ID, "")
		apptest.Must(t, err)
		if v := d.Visits[0]; v.Place != "谈心室" || v.EndedAt != nil || v.Minutes != 0 || *v.BookingID != l.BookingOf(r.ID).ID || *l.BookingOf(r.ID).Live != 1 {
			t.Errorf("%+v", v)
		}
		for _, again := range []error{
			just(l.Requests.Start(worker, r.ID, "")), just(l.Requests.Start(apptest.As(l.Staff), r.ID, "")), just(l.Requests.Cancel(apptest.As(l.Resident), r.ID, "")),
			just(l.Requests.Cancel(apptest.As(l.Staff), r.ID, "")), just(l.Requests.Reschedule(worker, r.ID, request.Time{StartsAt: l.Slot()})),
		} {
			apptest.WantCode(t, again, "visit_open")
		}
		_, err = l.Requests.Complete(worker, r.ID, request.Record{})
		wantFields(t, err, "done")
		l.Clock.Advance(50*time.Minute + 59*time.Second)
		began, now := start.Add(3*time.Minute), l.Clock.Now()
		for _, bad := range []time.Time{began.Add(-time.Millisecond), now.Add(time.Millisecond)} {
			_, err = l.Requests.Finish(worker, r.ID, request.Record{Done: "聊了", EndedAt: &bad})
			wantFields(t, err, "ended_at")
		}
		d, err = l.Requests.Finish(worker, r.ID, request.Record{Done: "聊了"})
		apptest.Must(t, err)
		if v := d.Visits[0]; v.Minutes != 50 || v.PersonTimes != 1 || v.Done != "聊了" || d.State != request.InService {
			t.Errorf("%+v", v)
		}
		if b := l.BookingOf(r.ID); b.State != booking.Done || b.Live != nil || l.Count("booking_cells", "booking_id = ?", b.ID) != 0 {
			t.Errorf("%+v", b)
		}
		_, err = l.Requests.Finish(worker, r.ID, request.Record{Done: "又聊了"})
		apptest.WantCode(t, err, "no_visit")
		// Another one, which ended before the button was pressed: within a day of its start.
		_, err = l.Requests.Start(worker, r.ID, "家里")
		apptest.Must(t, err)
		began = l.Clock.Now()
		l.Clock.Advance(25 * time.Hour)
		_, err = l.Requests.Complete(worker, r.ID, request.Record{Done: "上门看望"})
		wantFields(t, err, "ended_at")
		if l.Request(r.ID).State != request.InService {
			t.Error("half completed")
		}
		end := began.Add(24 * time.Hour)
		d, err = l.Requests.Complete(worker, r.ID, request.Record{Done: "上门看望", PersonTimes: 2, EndedAt: &end})
		apptest.Must(t, err)
		if v := d.Visits[1]; len(d.Visits) != 2 || v.Minutes != 24*60 || v.Place != "家里" || v.PersonTimes != 2 || d.State != request.Completed {
			t.Errorf("%+v", v)
		}
		l.Whole(t)
	})
}

// Nothing is completed that was never begun.
func TestNothingIsCompletedWithoutAVisit(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		r := l.Put(request.InService)
		l.Exec("DELETE FROM request_visits")
		_, err := l.Requests.Complete(apptest.As(l.Worker), r.ID, request.Record{Done: "办好了"})
		apptest.WantCode(t, err, "no_visit")
		if l.Request(r.ID).State != request.InService || len(l.Timeline(r.ID)) != 0 {
			t.Error("completed")
		}
		r = l.Put(request.Scheduled)
		l.Clock.Set(l.BookingOf(r.ID).StartsAt.Time)
		d, err := l.Requests.NoShow(apptest.As(l.Worker), r.ID, "没人开门")
		apptest.Must(t, err)
		if b := l.BookingOf(r.ID); d.State != request.Assigned || b.State != booking.NoShow || b.Live != nil {
			t.Errorf("%s, %+v", d.State, b)
		}
		l.Whole(t)
	})
}

// The default place of a visit is that of the way the service is given.
func TestThePlaceOfAVisit(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		for way, place := range map[string]string{"home": "上门", "station": "谈心室", "phone": "电话", "video": "视频"} {
			r := l.Put(request.Assigned, func(r *request.Request) { r.Way = way })
			d, err := l.Requests.Start(apptest.As(l.Worker), r.ID, "")
			apptest.Must(t, err)
			if d.Visits[0].Place != place {
				t.Errorf("%s: %s", way, d.Visits[0].Place)
			}
		}
	})
}

// ---- the hint that it was asked for already

func TestSimilarOpenRequests(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		father := relative(t, l, l.Resident, request.Beneficiary{Name: "林国栋", Relation: "parent"})
		ask := l.Asking(l.Care)
		ask.BeneficiaryID = father
		similar := func(id int64) int {
			t.Helper()
			d, err := l.Requests.Get(apptest.As(l.Staff), id)
			apptest.Must(t, err)
			return d.SimilarOpen
		}
		first := l.Ask(l.Resident, ask)
		l.Ask(l.Resident, l.Asking(l.Care)) // for oneself
		l.Ask(l.Neighbour, l.Asking(l.Care))
		if n := similar(first.ID); n != 0 {
			t.Errorf("%d like it", n)
		}
		second := l.Ask(l.Resident, ask)
		if second.SimilarOpen != 1 || similar(first.ID) != 1 {
			t.Errorf("%d, %d", second.SimilarOpen, similar(first.ID))
		}
		ask.Draft = true
		l.Ask(l.Resident, ask)
		if n := similar(first.ID); n != 1 {
			t.Errorf("%d like it with a draft, of which nobody may know", n)
		}
		_, err := l.Requests.Cancel(apptest.As(l.Resident), second.ID, "")
		apptest.Must(t, err)
		if n := similar(first.ID); n != 0 {
			t.Errorf("%d like it, all of them over", n)
		}
	})
}

// ---- who is told

// told is every notice as "who kind".
func told(t *testing.T, l *apptest.Loop, above int64) (out []string, last int64) {
	t.Helper()
	var rows []struct {
		ID, PersonID, RequestID int64
		Kind                    string
	}
	apptest.Must(t, l.Store.Read(ctx).Table("notices").Where("id > ?", above).Order("id").Find(&rows).Error)
	names := map[int64]string{l.Resident.PersonID: "resident", l.Worker.PersonID: "worker", l.Colleague.PersonID: "colleague", l.Staff.PersonID: "staff"}
	for _, n := range rows {
		out, last = append(out, names[n.PersonID]+" "+n.Kind), n.ID
	}
	slices.Sort(out)
	return out, max(last, above)
}

// Every move tells those whom it concerns, once, and nobody else.
func TestWhoIsTold(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		d := &desk{Loop: l, t: t, kept: map[string]*request.Request{}}
		const none = "-"
		by := map[string]auth.Actor{"resident": l.Resident, "worker": l.Worker, "staff": l.Staff, "receiver": l.Receiver}
		var last int64
		for _, c := range []struct {
			state  request.State
			action string
			by     string
			told   string
		}{
			{request.Draft, "submit", "resident", "resident request_submitted"},
			{request.Draft, "cancel", "resident", none},
			{request.Submitted, "approve", "staff", "resident request_approved"},
			{request.Submitted, "reject", "staff", "resident request_rejected"},
			{request.Submitted, "return", "staff", "resident request_returned"},
			{request.Submitted, "refer", "staff", "resident request_referred"},
			{request.Submitted, "reschedule", "resident", none},
			{request.Submitted, "cancel", "resident", none},
			{request.Submitted, "cancel", "staff", "resident request_changed"},
			{request.Approved, "assign", "staff", "colleague case_assigned,resident request_assigned"},
			{request.Approved, "volunteers", "staff", "resident request_scheduled"},
			{request.Assigned, "accept", "worker", none},
			{request.Assigned, "hand_back", "worker", none},
			{request.Assigned, "assign", "staff", "colleague case_assigned,resident request_assigned,worker case_passed_on"},
			{request.Assigned, "hand_over", "staff", "colleague case_assigned,resident request_changed,worker case_passed_on"},
			{request.Assigned, "volunteers", "staff", "resident request_scheduled,worker case_passed_on"},
			{request.Assigned, "refer", "staff", "resident request_referred,worker case_passed_on"},
			{request.Assigned, "schedule", "worker", "resident request_scheduled"},
			{request.Assigned, "schedule", "staff", "resident request_scheduled,worker case_assigned"},
			{request.Assigned, "cancel", "resident", "worker case_assigned"},
			{request.Assigned, "cancel", "staff", "resident request_changed,worker case_assigned"},
			{request.Scheduled, "reschedule", "resident", "worker case_assigned"},
			{request.Scheduled, "reschedule", "worker", "resident request_scheduled"},
			{request.Scheduled, "reschedule", "staff", "resident request_scheduled,worker case_assigned"},
			{request.Scheduled, "start", "worker", none},
			{request.Scheduled, "no_show", "worker", "resident request_changed"},
			{request.Scheduled, "hand_back", "worker", "resident request_changed"},
			{request.Scheduled, "hand_over", "staff", "colleague case_assigned,resident request_changed,worker case_passed_on"},
			{request.InService, "hand_over", "staff", "colleague case_assigned,resident request_changed,worker case_passed_on"},
			{request.Scheduled, "cancel", "resident", "worker case_assigned"},
			{request.InService, "finish", "worker", none},
			{request.InService, "complete", "worker", "resident request_completed"},
			{request.Completed, "rate", "resident", none},
			{request.Completed, "follow_up", "staff", none},
			{request.Completed, "reopen", "staff", "worker case_assigned"},
			{request.Completed, "close", "staff", none},
			{request.Referred, "receive", "receiver", none},
			{request.Referred, "send_back", "receiver", none},
		} {
			r := d.Put(c.state, func(r *request.Request) { d.suits(r, c.action) })
			d.ready(r, c.action)
			apptest.Must(t, tries[c.action](d, apptest.As(by[c.by]), r.ID))
			var got []string
			got, last = told(t, l, last)
			want := strings.Split(c.told, ",")
			if c.told == none {
				want = nil
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s by %s from %s: %q, want %q", c.action, c.by, c.state, got, want)
			}
		}
		// A booking that is approved says one thing to each, not three.
		talk := l.Ask(l.Resident, l.Asking(l.Talk))
		_, last = told(t, l, last)
		_, err := l.Requests.Approve(apptest.As(l.Staff), talk.ID, 0)
		apptest.Must(t, err)
		got, last := told(t, l, last)
		if !slices.Equal(got, []string{"resident request_scheduled", "worker case_assigned"}) {
			t.Error(got)
		}
		// Messages tell the other side, and do not repeat what was said.
		for _, c := range []struct {
			by   auth.Actor
			told string
		}{{l.Resident, "worker request_message"}, {l.Worker, "resident request_message"}, {l.Staff, "resident request_message"}} {
			_, err := l.Requests.AddMessage(apptest.As(c.by), talk.ID, "钥匙在门垫下")
			apptest.Must(t, err)
			got, last = told(t, l, last)
			if !slices.Equal(got, []string{c.told}) {
				t.Errorf("%q, want %q", got, c.told)
			}
		}
		if n := l.Count("notices", "body LIKE ? OR title LIKE ?", "%门垫%", "%门垫%"); n != 0 {
			t.Error("the message is in the notice")
		}
	})
}
