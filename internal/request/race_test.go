package request_test

import (
	"sync"
	"testing"
	"time"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/fault"
	"yimi/internal/request"
)

// refusedOnly fails the test on errors that are no refusals, and tells whether there was none.
func refusedOnly(t *testing.T, err error) bool {
	t.Helper()
	if err != nil {
		if k := fault.From(err).Kind; k != fault.Conflict && k != fault.Unprocessable && k != fault.NotFound && k != fault.Forbidden {
			t.Error(err)
		}
	}
	return err == nil
}

// together does everything at once and counts what went through.
func together(t *testing.T, deeds ...func() error) int {
	t.Helper()
	var wg sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for _, deed := range deeds {
		wg.Go(func() {
			if refusedOnly(t, deed()) {
				mu.Lock()
				done++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return done
}

// steps are the actions of a request's timeline that moved it.
func steps(l *apptest.Loop, id int64, actions ...string) (n int) {
	for _, line := range l.Timeline(id) {
		for _, a := range actions {
			if line.Action == a {
				n++
			}
		}
	}
	return n
}

// Twenty of the staff decide on one request at once: one decision holds, with one line and
// one notice, and the slot goes with it.
func TestTwentyDecideAtOnce(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		var staff []auth.Actor
		for range 20 {
			staff = append(staff, l.StaffOf(l.Station, "工作人员"))
		}
		for _, ask := range []request.Ask{l.Asking(l.Care), l.Asking(l.Talk)} {
			d := l.Ask(l.Resident, ask)
			before := l.Count("notices", "person_id = ?", l.Resident.PersonID)
			var deeds []func() error
			for i, s := range staff {
				as := apptest.As(s)
				deeds = append(deeds, func() error {
					switch i % 4 {
					case 0:
						return just(l.Requests.Approve(as, d.ID, 0))
					case 1:
						return just(l.Requests.Reject(as, d.ID, "不在范围"))
					case 2:
						return just(l.Requests.Return(as, d.ID, "请补充"))
					}
					out, err := l.Requests.Decide(as, []int64{d.ID}, "approve", "")
					if err != nil {
						return err
					}
					return out[0].Err
				})
			}
			won, now := together(t, deeds...), l.Request(d.ID)
			decided := steps(l, d.ID, "approve", "reject", "return")
			// What was returned can be rejected: the table allows that one step more.
			if most := 1 + steps(l, d.ID, "return"); won < 1 || won > most || decided != won {
				t.Errorf("%d decisions went through, %d are in the timeline", won, decided)
			}
			if told := l.Count("notices", "person_id = ?", l.Resident.PersonID) - before; told != int64(won) {
				t.Errorf("%d notices of %d decisions", told, won)
			}
			b := l.BookingOf(d.ID)
			if b != nil && (now.State == request.Scheduled) != (b.State == booking.Booked) {
				t.Errorf("%s with a booking %s", now.State, b.State)
			}
		}
		l.Whole(t)
	})
}

// Approve and reject alone: exactly one of forty holds.
func TestApproveAgainstReject(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		for range 3 {
			d := l.Ask(l.Resident, l.Asking(l.Talk))
			var deeds []func() error
			for i := range 20 {
				as := apptest.As([]auth.Actor{l.Staff, l.Second, l.Admin}[i%3])
				if i%2 == 0 {
					deeds = append(deeds, func() error { return just(l.Requests.Approve(as, d.ID, 0)) })
				} else {
					deeds = append(deeds, func() error { return just(l.Requests.Reject(as, d.ID, "不在范围")) })
				}
			}
			if won, lines := together(t, deeds...), steps(l, d.ID, "approve", "reject"); won != 1 || lines != 1 {
				t.Errorf("%d decisions, %d lines", won, lines)
			}
		}
		l.Whole(t)
	})
}

// The worker accepts or gives the case back while staff give it to another, or who asked
// cancels: each that went through is in the timeline once, and the row says the same.
func TestAcceptHandBackReassignAtOnce(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		worker, colleague := apptest.As(l.Worker), apptest.As(l.Colleague)
		for range 6 {
			for _, state := range []request.State{request.Assigned, request.Scheduled} {
				r := l.Put(state)
				var deeds []func() error
				for range 2 {
					deeds = append(deeds,
						func() error { return just(l.Requests.Accept(worker, r.ID)) },
						func() error { return just(l.Requests.HandBack(worker, r.ID, "忙不过来")) },
						func() error { return just(l.Requests.Assign(apptest.As(l.Staff), r.ID, l.Colleague.PersonID)) },
						func() error { return just(l.Requests.Accept(colleague, r.ID)) },
						func() error { return just(l.Requests.Start(worker, r.ID, "")) },
						func() error { return just(l.Requests.Start(colleague, r.ID, "")) })
				}
				won, lines := together(t, deeds...), l.Timeline(r.ID)
				chained(t, r, lines)
				now := l.Request(r.ID)
				if won != len(lines) || won == 0 || lines[len(lines)-1].ToState != now.State {
					t.Errorf("%d went through, %d lines, now %s", won, len(lines), now.State)
				}
				if (now.State == request.Approved) != (now.WorkerID == nil) || l.Count("request_visits", "request_id = ? AND under_way = 1", r.ID) > 1 {
					t.Errorf("%+v", now)
				}
			}
		}
		l.Whole(t)
	})
}

// chained checks that each line begins where the one before ended, along the table.
func chained(t *testing.T, r *request.Request, lines []request.TimelineLine) {
	t.Helper()
	at := r.State
	for _, line := range lines {
		onTable := false
		for _, m := range request.Moves {
			onTable = onTable || m.From == line.FromState && m.Action == line.Action && m.To == line.ToState
		}
		if line.FromState != at || !onTable {
			t.Errorf("from %s: %s to %s after %s", line.FromState, line.Action, line.ToState, at)
		}
		at = line.ToState
	}
}

// Who asked cancels while the staff approve and the hold lapses: no time is left taken.
func TestCancelAgainstApprove(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		for range 6 {
			d := l.Ask(l.Resident, l.Asking(l.Talk))
			l.Clock.Set(l.BookingOf(d.ID).HoldExpiresAt.Time)
			other := l.Slot()
			together(t,
				func() error { return just(l.Requests.Approve(apptest.As(l.Staff), d.ID, 0)) },
				func() error { return l.Bookings.Sweep(ctx) },
				func() error { return just(l.Requests.Cancel(apptest.As(l.Resident), d.ID, "")) },
				func() error {
					return just(l.Requests.Reschedule(apptest.As(l.Resident), d.ID, request.Time{StartsAt: other}))
				})
			now, b := l.Request(d.ID), l.BookingOf(d.ID)
			if now.State == request.Cancelled && b.Live != nil || now.State == request.Scheduled && b.State != booking.Booked {
				t.Errorf("%s with a booking %s", now.State, b.State)
			}
		}
		l.Whole(t)
	})
}

// One start of a visit, one end, one rating, one receiving, however often they are pressed.
func TestPressedTwentyTimes(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		many := func(deed func() error) (out []func() error) {
			for range 20 {
				out = append(out, deed)
			}
			return out
		}
		worker := apptest.As(l.Worker)
		r := l.Put(request.Assigned)
		if n := together(t, many(func() error { return just(l.Requests.Start(worker, r.ID, "")) })...); n != 1 || l.Count("request_visits", "request_id = ?", r.ID) != 1 {
			t.Errorf("%d visits", n)
		}
		l.Clock.Advance(30 * time.Minute)
		if n := together(t, many(func() error { return just(l.Requests.Finish(worker, r.ID, request.Record{Done: "聊了", Sure: true})) })...); n != 1 {
			t.Errorf("%d ends", n)
		}
		if n := together(t, many(func() error { return just(l.Requests.Complete(worker, r.ID, request.Record{})) })...); n != 1 {
			t.Errorf("%d times completed", n)
		}
		if n := together(t, many(func() error { return just(l.Requests.Rate(apptest.As(l.Resident), r.ID, 1, "")) })...); n != 1 {
			t.Errorf("%d ratings", n)
		}
		if n := together(t, many(func() error { return just(l.Requests.FollowUp(apptest.As(l.Staff), r.ID, "致歉")) })...); n != 1 || l.Count("request_notes", "request_id = ?", r.ID) != 1 {
			t.Errorf("%d calls", n)
		}
		if n := len(l.Timeline(r.ID)); n != 5 {
			t.Errorf("%d lines", n)
		}
		for _, referred := range []*request.Request{l.Put(request.Referred), l.Put(request.Referred)} {
			deeds := append(many(func() error { return just(l.Requests.Receive(apptest.As(l.Receiver), referred.ID)) }),
				many(func() error { return just(l.Requests.SendBack(apptest.As(l.Receiver), referred.ID, "x")) })...)
			if n := together(t, deeds...); n != 1 || len(l.Timeline(referred.ID)) != 1 {
				t.Errorf("received and sent back %d times", n)
			}
		}
		l.Whole(t)
	})
}

// A slot that many ask for at once goes to one; the others' requests are not there.
func TestManyAskForOneSlot(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		for _, ask := range []request.Ask{l.Asking(l.Talk), l.Asking(l.Class)} {
			before := l.Count("requests", "1 = 1")
			var deeds []func() error
			for _, p := range l.Crowd(20) {
				deeds = append(deeds, func() error { return just(l.Requests.Create(apptest.As(p), ask)) })
			}
			if n := together(t, deeds...); n != 1 || l.Count("requests", "1 = 1") != before+1 {
				t.Errorf("%d of 20 got it, %d requests", n, l.Count("requests", "1 = 1")-before)
			}
		}
		l.Whole(t)
	})
}
