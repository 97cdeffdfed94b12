package request_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/fault"
	"yimi/internal/identity"
	"yimi/internal/outbox"
	"yimi/internal/request"
	"yimi/internal/store"
)

// ends revokes the one role of somebody and gives them as they are from their next call on.
func ends(t *testing.T, l *apptest.Loop, who auth.Actor, b identity.Becomes) (auth.Actor, error) {
	t.Helper()
	held := slices.IndexFunc(who.Grants, func(g auth.Grant) bool { return g.UnitID != 0 })
	grants, err := l.Identity.Grants(apptest.As(l.Admin), who.Grants[held].UnitID)
	apptest.Must(t, err)
	at := slices.IndexFunc(grants, func(g identity.GrantView) bool { return g.PersonID == who.PersonID })
	if at < 0 {
		t.Fatal("no role to end")
	}
	return auth.Actor{PersonID: who.PersonID, Agreed: true, Grants: []auth.Grant{{Role: auth.Resident}}}, l.Identity.Revoke(apptest.As(l.Admin), grants[at].ID, b)
}

// refusals tries all that a worker or supervisor may do with a case, and gives the codes.
func refusals(l *apptest.Loop, who auth.Actor, id int64) map[string]string {
	ctx, out := apptest.As(who), map[string]string{}
	try := func(name string, err error) { out[name] = ""; note(out, name, err) }
	try("read", just(l.Requests.Get(ctx, id)))
	_, err := l.Requests.CaseNotes(ctx, id)
	try("case notes", err)
	_, err = l.Requests.AddCaseNote(ctx, id, "记一笔", nil)
	try("case note", err)
	try("note", just(l.Requests.AddStaffNote(ctx, id, "记一笔")))
	try("message", just(l.Requests.AddMessage(ctx, id, "您好")))
	try("reschedule", just(l.Requests.Reschedule(ctx, id, request.Time{StartsAt: l.Slot()})))
	try("hand back", just(l.Requests.HandBack(ctx, id, "不来了")))
	try("start", just(l.Requests.Start(ctx, id, "")))
	_, err = l.Requests.Contact(ctx, id)
	try("contact", err)
	_, err = l.Requests.Looks(ctx, id)
	try("looks", err)
	return out
}

func count(of []string, one string) (n int) {
	for _, x := range of {
		if x == one {
			n++
		}
	}
	return n
}

func note(out map[string]string, name string, err error) {
	if err != nil {
		out[name] = fault.From(err).Code
	}
}

// A row that names somebody opens nothing without the role that is held today: the worker of a case and the
// supervisor of the worker, from the next call on (rule 6).
func TestARoleThatEndsOpensNothingAnyMore(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		// As it was in old data: the name is still on the row.
		named, done := l.Put(request.Scheduled), l.Put(request.Completed)
		for _, who := range []auth.Actor{l.Worker, l.Supervisor} {
			was := auth.Actor{PersonID: who.PersonID, Agreed: true, Grants: []auth.Grant{{Role: auth.Resident}}}
			far := was
			far.Grants = append(far.Grants, auth.Grant{Role: auth.SocialWorker, UnitID: 999, UnitPath: "/999/"}) // of another district
			for _, a := range []auth.Actor{was, far} {
				for _, r := range []*request.Request{named, done} {
					for what, code := range refusals(l, a, r.ID) {
						if code != "not_found" && code != "case_passed_on" {
							t.Errorf("%s of %s by somebody without the role: %q", what, r.State, code)
						}
					}
				}
			}
		}
		// Staff who filed for a caller, and are staff no more.
		d := l.Put(request.Draft, func(r *request.Request) { r.PersonID, r.FiledBy = nil, &l.Staff.PersonID })
		_, err := l.Requests.Get(apptest.As(l.Staff), d.ID)
		apptest.Must(t, err)
		_, err = l.Requests.Get(apptest.As(auth.Actor{PersonID: l.Staff.PersonID, Agreed: true}), d.ID)
		apptest.WantCode(t, err, "not_found")
	})
}

// Revoking asks first, and refuses with what there is in words; nothing has changed then.
func TestRevokingAsksWhatIsInHand(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		r := l.Put(request.Scheduled)
		held := l.Ask(l.Resident, l.Asking(l.Talk))
		_, err := ends(t, l, l.Worker, identity.Becomes{})
		if f := fault.From(err); f.Code != "role_in_use" || !strings.Contains(f.Message, "1 件个案") || !strings.Contains(f.Message, "2 次约好的") {
			t.Errorf("%v", err)
		}
		_, err = ends(t, l, l.Supervisor, identity.Becomes{})
		if f := fault.From(err); f.Code != "role_in_use" || !strings.Contains(f.Message, "2 位社工") {
			t.Errorf("%v", err)
		}
		if n := l.Count("role_grants", "person_id IN (?, ?)", l.Worker.PersonID, l.Supervisor.PersonID); n != 2 {
			t.Errorf("%d roles", n)
		}
		_, err = ends(t, l, l.Worker, identity.Becomes{HandOverTo: l.Colleague.PersonID, ToQueue: true})
		wantFields(t, err, "to_queue")
		if is := l.Request(r.ID); *is.WorkerID != l.Worker.PersonID || *l.BookingOf(held.ID).Live != 1 {
			t.Errorf("%+v", is)
		}
		// Nobody who has nothing is asked.
		_, err = ends(t, l, l.Below, identity.Becomes{})
		apptest.Must(t, err)
	})
}

// Handed over: cases and bookings are another's with their times, who asked is told who comes, and who did what stays.
func TestARoleThatEndsHandsOver(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		cases := []*request.Request{l.Put(request.Assigned), l.Put(request.Scheduled), l.Put(request.InService)}
		visiting, done := l.Put(request.InService), l.Put(request.Completed)
		l.PutVisit(visiting)
		held := l.Ask(l.Resident, l.Asking(l.Talk))
		was := l.BookingOf(cases[1].ID)
		_, err := ends(t, l, l.Worker, identity.Becomes{HandOverTo: l.Staff.PersonID}) // no worker
		apptest.WantCode(t, err, "not_a_worker")
		_, err = ends(t, l, l.Worker, identity.Becomes{HandOverTo: l.Worker.PersonID})
		apptest.WantCode(t, err, "not_a_worker")
		if is := l.Request(cases[0].ID); *is.WorkerID != l.Worker.PersonID {
			t.Error("half done")
		}
		_, before := told(t, l, 0)
		gone, err := ends(t, l, l.Worker, identity.Becomes{HandOverTo: l.Colleague.PersonID})
		apptest.Must(t, err)
		for _, r := range append(cases, visiting) {
			if is := l.Request(r.ID); *is.WorkerID != l.Colleague.PersonID || is.State != r.State {
				t.Errorf("%+v", is)
			}
			for what, code := range refusals(l, gone, r.ID) {
				if code != "case_passed_on" {
					t.Errorf("%s: %q", what, code)
				}
			}
			last := l.Timeline(r.ID)
			if line := last[len(last)-1]; line.Action != "hand_over" || !strings.HasPrefix(line.Said, "李志强") || line.ActorID != l.Admin.PersonID {
				t.Errorf("%+v", line)
			}
		}
		if b := l.BookingOf(cases[1].ID); b.ProviderID != l.Colleague.PersonID || !b.StartsAt.Equal(was.StartsAt.Time) {
			t.Errorf("%+v", b)
		}
		if b := l.BookingOf(held.ID); b.ProviderID != l.Colleague.PersonID || b.State != booking.Held || *l.Request(held.ID).WantedProvider != l.Colleague.PersonID {
			t.Errorf("%+v", b)
		}
		if is := l.Request(done.ID); *is.WorkerID != l.Worker.PersonID {
			t.Error("what is done changed hands")
		}
		got, _ := told(t, l, before)
		for who, n := range map[string]int{"resident request_changed": 5, "colleague case_assigned": 4, "worker case_passed_on": 4} {
			if has := count(got, who); has != n {
				t.Errorf("%d of %q in %q", has, who, got)
			}
		}
		_, err = l.Requests.Approve(apptest.As(l.Staff), held.ID, 0)
		apptest.Must(t, err)
		l.Whole(t)
	})
}

// Back to the queue: approved without a worker, times free; a visit under way must be handed over or ended first.
func TestARoleThatEndsGivesBackToTheQueue(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		cases := []*request.Request{l.Put(request.Assigned), l.Put(request.Scheduled), l.Put(request.InService)}
		done := l.Put(request.Completed)
		held := l.Ask(l.Resident, l.Asking(l.Talk))
		visiting := l.Put(request.InService)
		l.PutVisit(visiting)
		_, err := ends(t, l, l.Worker, identity.Becomes{ToQueue: true})
		apptest.WantCode(t, err, "visit_open")
		if !strings.Contains(fault.From(err).Message, visiting.Number) || l.Request(cases[0].ID).State != request.Assigned {
			t.Errorf("%v", err)
		}
		_, err = l.Requests.Complete(apptest.As(l.Worker), visiting.ID, request.Record{Done: "办好了", Sure: true})
		apptest.Must(t, err)
		_, before := told(t, l, 0)
		gone, err := ends(t, l, l.Worker, identity.Becomes{ToQueue: true})
		apptest.Must(t, err)
		queue, err := l.Requests.InQueue(apptest.As(l.Staff), request.QueueUnassigned, request.After{}, 20)
		apptest.Must(t, err)
		for _, r := range cases {
			is := l.Request(r.ID)
			if is.State != request.Approved || is.WorkerID != nil || is.AcceptedAt != nil || !slices.ContainsFunc(queue, func(x request.Line) bool { return x.ID == r.ID }) {
				t.Errorf("%+v", is)
			}
			_, err := l.Requests.Get(apptest.As(gone), r.ID)
			apptest.WantCode(t, err, "case_passed_on")
		}
		if l.Count("bookings", "provider_id = ? AND live = 1", l.Worker.PersonID) != 0 {
			t.Error("time still taken")
		}
		got, _ := told(t, l, before)
		if count(got, "resident request_changed") != 4 || count(got, "worker case_passed_on") != 3 {
			t.Errorf("%q", got)
		}
		_, err = l.Requests.Approve(apptest.As(l.Staff), held.ID, l.Colleague.PersonID)
		apptest.Must(t, err)
		// What is done and reopened later waits for somebody else, and nobody without the role is told.
		_, before = told(t, l, 0)
		_, err = l.Requests.AddMessage(apptest.As(l.Resident), done.ID, "谢谢")
		apptest.Must(t, err)
		_, err = l.Requests.Reopen(apptest.As(l.Staff), done.ID, "还有一件")
		apptest.Must(t, err)
		if is := l.Request(done.ID); is.State != request.Approved || is.WorkerID != nil {
			t.Errorf("%+v", is)
		}
		if got, _ := told(t, l, before); count(got, "worker request_message")+count(got, "worker case_assigned") != 0 {
			t.Errorf("%q", got)
		}
		l.Whole(t)
	})
}

// A role that stays in the district keeps the cases; the calendar feed ends with the role, and so do slots at its unit.
func TestFeedAndSlotsFollowTheRole(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		r := l.Put(request.Assigned)
		secret, err := l.Bookings.RenewFeed(apptest.As(l.Worker))
		apptest.Must(t, err)
		l.Grant(l.Worker, l.Other, auth.SocialWorker)
		_, err = ends(t, l, l.Worker, identity.Becomes{})
		apptest.Must(t, err)
		if is := l.Request(r.ID); *is.WorkerID != l.Worker.PersonID {
			t.Errorf("%+v", is)
		}
		still := auth.Actor{PersonID: l.Worker.PersonID, Agreed: true, Grants: []auth.Grant{{Role: auth.SocialWorker, UnitID: l.Other.ID, UnitPath: l.Other.Path}}}
		_, err = l.Requests.CaseNotes(apptest.As(still), r.ID)
		apptest.Must(t, err)
		_, err = l.Bookings.Feed(apptest.As(auth.Actor{}), secret)
		apptest.Must(t, err)
		ask := l.Asking(l.Class)
		_, err = l.Requests.Create(apptest.As(l.Resident), ask) // the worker is at another station now
		apptest.WantCode(t, err, "slot_unavailable")
		_, err = ends(t, l, still, identity.Becomes{ToQueue: true})
		apptest.Must(t, err)
		_, err = l.Bookings.Feed(apptest.As(auth.Actor{}), secret)
		apptest.WantCode(t, err, "not_found")
	})
}

// While a role ends, cases are assigned, accepted, booked and given a time: in the end nothing rests on who has no role.
func TestARoleEndsWhileCasesCome(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		for round, b := range []identity.Becomes{{ToQueue: true}, {HandOverTo: l.Colleague.PersonID}, {}} {
			w := l.NewWorker(l.Station, "周文静", "intermediate", l.Supervisor.PersonID, l.Care, l.Talk, l.Class)
			of := func(r *request.Request) { r.WorkerID = &w.PersonID }
			var deeds []func() error
			if b != (identity.Becomes{}) {
				for range 3 {
					open := l.Put(request.Assigned, of)
					deeds = append(deeds, func() error { return just(l.Requests.Accept(apptest.As(w), open.ID)) },
						func() error {
							return just(l.Requests.Reschedule(apptest.As(w), open.ID, request.Time{StartsAt: l.Clock.Now().Add(240 * time.Hour)}))
						})
				}
			}
			for n := range 3 {
				waits, ask, talk := l.Put(request.Approved), l.Asking(l.Class), l.Asking(l.Talk)
				at := l.Clock.Now().Add(time.Duration(48+24*round+n) * time.Hour).Truncate(time.Hour)
				ask.Slot, talk.Slot = &request.SlotWish{ProviderID: w.PersonID, StartsAt: at}, &request.SlotWish{ProviderID: w.PersonID, StartsAt: at.Add(30 * time.Minute)}
				deeds = append(deeds, func() error { return just(l.Requests.Assign(apptest.As(l.Staff), waits.ID, w.PersonID)) },
					func() error { return just(l.Requests.Create(apptest.As(l.Resident), ask)) },
					func() error { return just(l.Requests.Create(apptest.As(l.Neighbour), talk)) })
			}
			var ended error
			deeds = append(deeds, func() error { _, ended = ends(t, l, w, b); return ended })
			together(t, deeds...)
			if ended != nil {
				if !errors.Is(ended, fault.New(fault.Conflict, "role_in_use", "")) || b != (identity.Becomes{}) {
					t.Errorf("%v", ended)
				}
				continue
			}
			if n := l.Count("requests", "worker_id = ? AND is_open = 1", w.PersonID) + l.Count("bookings", "provider_id = ? AND live = 1", w.PersonID); n != 0 {
				t.Errorf("%+v: %d rest on somebody without the role", b, n)
			}
		}
		l.Whole(t)
	})
}

// The supervisor is who is named now: named later, changed, removed; each opening is kept.
func TestTheSupervisorIsWhoIsNamedNow(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		r := l.Put(request.InService)
		opens := func(who auth.Actor, may bool) {
			t.Helper()
			before := l.Count("request_looks", "person_id = ? AND what = 'case_notes' AND role = 'supervisor'", who.PersonID)
			_, err := l.Requests.CaseNotes(apptest.As(who), r.ID)
			after := l.Count("request_looks", "person_id = ? AND what = 'case_notes' AND role = 'supervisor'", who.PersonID)
			if (err == nil) != may || (after == before+1) != may {
				t.Errorf("%v, %d looks more", err, after-before)
			}
			d, err := l.Requests.Get(apptest.As(who), r.ID)
			if may != (err == nil) || may && !slices.Contains(d.Actions, "case_note") {
				t.Errorf("%v", err)
			}
		}
		name := func(to *int64) {
			t.Helper()
			_, err := l.Bookings.ChangeProvider(apptest.As(l.Staff), l.Worker.PersonID, booking.ProviderChange{SupervisorID: &to})
			apptest.Must(t, err)
		}
		opens(l.Supervisor, true)
		opens(l.Far, false)
		name(&l.Far.PersonID) // changed, and so named after the case began
		opens(l.Far, true)
		opens(l.Supervisor, false)
		name(nil)
		opens(l.Far, false)
		name(&l.Supervisor.PersonID)
		opens(l.Supervisor, true)
		_, err := ends(t, l, l.Supervisor, identity.Becomes{ToQueue: true})
		apptest.Must(t, err)
		if n := l.Count("providers", "supervisor_id = ?", l.Supervisor.PersonID); n != 0 {
			t.Errorf("still %d times named", n)
		}
	})
}

// A case that passed on says so to who had it, in the place of a bare 404, and opens nothing.
func TestAFormerWorkerIsToldWhatBecameOfIt(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		d := &desk{Loop: l, t: t, kept: map[string]*request.Request{}}
		for _, action := range []string{"assign", "hand_over", "hand_back", "refer", "volunteers"} {
			r := l.Put(request.Assigned)
			who := l.Staff
			if action == "hand_back" {
				who = l.Worker
			}
			apptest.Must(t, tries[action](d, apptest.As(who), r.ID))
			for what, code := range refusals(l, l.Worker, r.ID) {
				if code != "case_passed_on" {
					t.Errorf("%s after %s: %q", what, action, code)
				}
			}
			_, err := l.Requests.Get(apptest.As(l.Worker), r.ID)
			if named := strings.Contains(fault.From(err).Message, "已转给李志强"); named != (action == "assign" || action == "hand_over") {
				t.Errorf("%s: %v", action, err)
			}
			_, err = l.Requests.Get(apptest.As(l.Below), r.ID) // who never had it
			apptest.WantCode(t, err, "not_found")
		}
		// A resident who chooses another provider: both workers are told.
		b := l.Ask(l.Resident, l.Asking(l.Class))
		_, before := told(t, l, 0)
		_, err := l.Requests.Reschedule(apptest.As(l.Resident), b.ID, request.Time{ProviderID: l.Colleague.PersonID, StartsAt: l.Slot()})
		apptest.Must(t, err)
		if got, _ := told(t, l, before); !slices.Equal(got, []string{"colleague case_assigned", "worker case_passed_on"}) {
			t.Errorf("%q", got)
		}
	})
}

// A worker of another district today lists and sees nothing of what was theirs here.
func TestListsFollowTheRole(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		l.Put(request.Scheduled)
		l.Put(request.Closed)
		far := auth.Actor{PersonID: l.Worker.PersonID, Agreed: true, Grants: []auth.Grant{{Role: auth.SocialWorker, UnitID: 999, UnitPath: "/999/"}}}
		today, later := "2026-03-01", "2026-04-30"
		for _, c := range []struct {
			who auth.Actor
			n   int
		}{{l.Worker, 1}, {far, 0}} {
			cases, err := l.Requests.OpenCases(apptest.As(c.who), request.CaseKey{}, 20)
			if err != nil || len(cases) != c.n {
				t.Errorf("%d cases, %v", len(cases), err)
			}
			cases, err = l.Requests.OverCases(apptest.As(c.who), 0, 20)
			if err != nil || len(cases) != c.n {
				t.Errorf("%d cases that are over, %v", len(cases), err)
			}
			rows, err := l.Bookings.MyBookings(apptest.As(c.who), today, later)
			if err != nil || len(rows) != c.n {
				t.Errorf("%d bookings, %v", len(rows), err)
			}
		}
	})
}

// A case that is reopened while its worker's role ends waits for another worker, like every case that comes to
// somebody in that instant.
func TestACaseReopenedWhileTheRoleEndsWaits(t *testing.T) {
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

// The role of somebody who has no case any more ends without touching what another worker does: a visit
// under way keeps its booking, which is done when the visit is.
func TestARoleThatEndsLeavesAnothersVisit(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		r := l.Put(request.Scheduled)
		l.Clock.Set(l.BookingOf(r.ID).StartsAt.Time)
		apptest.Must(t, just(l.Requests.Start(apptest.As(l.Worker), r.ID, "")))
		out, err := l.Requests.HandOver(apptest.As(l.Staff), l.Worker.PersonID, l.Colleague.PersonID, []int64{r.ID}, "有急事")
		apptest.Must(t, err)
		apptest.Must(t, out[0].Err)
		_, err = ends(t, l, l.Worker, identity.Becomes{}) // there is nothing to ask about
		apptest.Must(t, err)
		if b := l.BookingOf(r.ID); b.State != booking.Booked {
			t.Errorf("the booking of a visit under way is %s", b.State)
		}
		l.Clock.Advance(30 * time.Minute)
		apptest.Must(t, just(l.Requests.Complete(apptest.As(l.Colleague), r.ID, request.Record{Done: "办好了", Sure: true})))
		if b := l.BookingOf(r.ID); b.State != booking.Done {
			t.Errorf("the booking of a visit that took place is %s", b.State)
		}
		l.Whole(t)
	})
}

// As above for a time that has passed: nobody says that it was cancelled, whoever has the case says what came of it.
func TestARoleThatEndsLeavesAnothersPastTime(t *testing.T) {
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
		l.Whole(t)
	})
}

// Every draft for a caller goes to who ends the role, however many there are: none is left to nobody.
func TestARoleThatEndsLeavesNoDraftToNobody(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		for range 103 {
			l.Put(request.Draft, func(r *request.Request) { r.PersonID, r.FiledBy = nil, &l.Staff.PersonID })
		}
		_, err := ends(t, l, l.Staff, identity.Becomes{})
		if f := fault.From(err); f.Code != "role_in_use" || !strings.Contains(f.Message, "103 份没交的代办申请") {
			t.Errorf("%v", err)
		}
		_, err = ends(t, l, l.Staff, identity.Becomes{ToQueue: true})
		apptest.Must(t, err)
		if n := l.Count("requests", "filed_by = ? AND state = 'draft'", l.Admin.PersonID); n != 103 {
			t.Errorf("%d drafts went to who ended the role", n)
		}
	})
}

// An old notice says to who had the case what became of it, also when the account was merged into another since.
func TestAMergedWorkersOldLinksSayWhatBecameOfIt(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		r, done := l.Put(request.Assigned), l.Put(request.Completed)
		both := l.Put(request.Completed)
		_, err := ends(t, l, l.Worker, identity.Becomes{HandOverTo: l.Colleague.PersonID})
		apptest.Must(t, err)
		kept := l.Volunteer("罗燕（微信）")
		for _, who := range []auth.Actor{l.Worker, kept} { // had it by both accounts once
			l.Exec("INSERT INTO request_former_workers (request_id, person_id, at) VALUES (?, ?, 1)", both.ID, who.PersonID)
		}
		apptest.Must(t, l.Tx(func(tx *store.Tx) error {
			if err := request.Merge(tx, l.Worker.PersonID, kept.PersonID); err != nil {
				return err
			}
			return outbox.Merge(tx, l.Worker.PersonID, kept.PersonID)
		}))
		if n := l.Count("notices", "person_id = ? AND subject_id = ?", kept.PersonID, r.ID); n == 0 {
			t.Fatal("no notice came along")
		}
		for _, had := range []*request.Request{r, done, both} {
			_, err = l.Requests.Get(apptest.As(kept), had.ID)
			apptest.WantCode(t, err, "case_passed_on")
		}
	})
}
