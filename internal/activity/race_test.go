package activity_test

import (
	"sync"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/hours"
)

// refusedOnly fails the test on errors that are no refusals.
func refusedOnly(t *testing.T, err error) {
	t.Helper()
	if err != nil && fault.From(err).Kind != fault.Conflict && fault.From(err).Kind != fault.Unprocessable {
		t.Error(err)
	}
}

// A volunteer checks in while staff cancel the sign-up: one of the two holds, never both.
func TestCheckinAgainstCancel(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(40)
		people := w.Crowd(30)
		ids := map[int64]int64{}
		for _, p := range people {
			ids[p.PersonID] = w.SignUp(p, s.ID).ID
		}
		w.Clock.Set(s.StartsAt.Time)
		token := w.Code(s.ID).Token
		var wg sync.WaitGroup
		for _, p := range people {
			wg.Go(func() { refusedOnly(t, code(w, p, activity.In, token)) })
			wg.Go(func() {
				_, err := w.Activities.CancelSignup(apptest.As(w.Staff), ids[p.PersonID], "")
				refusedOnly(t, err)
			})
		}
		wg.Wait()
		var both int64
		apptest.Must(t, w.Store.Read(ctx).Table("attendances").Joins("JOIN signups ON signups.id = attendances.signup_id").
			Where("signups.state = 'cancelled'").Count(&both).Error)
		if there := w.Count("attendances", "1 = 1"); both != 0 || there+w.Count("signups", "state = 'cancelled'") != 30 {
			t.Errorf("%d are there and cancelled at once; %d are there", both, there)
		}
		w.Whole(t)
	})
}

// People sign up while the shift is called off or moved: nobody is left on what
// no longer is, or with a time that no longer holds.
func TestSignUpAgainstChanges(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		for _, approval := range []string{activity.ApprovalAutomatic, activity.ApprovalStaff} {
			for _, change := range []func(int64) error{
				func(id int64) error {
					_, err := w.Activities.CancelShift(apptest.As(w.Staff), id, "下雨")
					return err
				},
				func(id int64) error {
					starts, ends := apptest.Start.AddDate(0, 0, 2), apptest.Start.AddDate(0, 0, 2).Add(time.Hour)
					_, err := w.Activities.UpdateShift(apptest.As(w.Staff), id, activity.ShiftChange{StartsAt: &starts, EndsAt: &ends})
					return err
				},
			} {
				a := w.Draft()
				a.Approval = approval
				s := w.Publish(a, apptest.At(24*time.Hour, 5))[0].Shift
				signUpAgainst(t, w, s.ID, change)
			}
		}
		if n := w.Count("signups", "EXISTS (SELECT 1 FROM shifts WHERE shifts.id = signups.shift_id AND (shifts.starts_at <> signups.starts_at "+
			"OR shifts.state = 'cancelled' AND signups.live = 1))"); n != 0 {
			t.Errorf("%d sign-ups do not fit their shift", n)
		}
		w.Whole(t)
	})
}

func signUpAgainst(t *testing.T, w *apptest.World, shiftID int64, change func(int64) error) {
	var wg sync.WaitGroup
	people := w.Crowd(20)
	for i, p := range people {
		wg.Go(func() {
			_, err := w.Activities.SignUp(apptest.As(p), shiftID, i%2 == 0)
			refusedOnly(t, err)
		})
		if i == len(people)/2 {
			wg.Go(func() {
				if err := change(shiftID); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
}

// The last place, approved for fifty people at once by two of the staff.
func TestApprovingTheLastPlaceForFifty(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		a := w.Draft()
		a.Approval = activity.ApprovalStaff
		s := w.Publish(a, apptest.At(24*time.Hour, 1))[0].Shift
		var ids []int64
		for _, p := range w.Crowd(50) {
			ids = append(ids, w.SignUp(p, s.ID).ID)
		}
		var wg sync.WaitGroup
		done := make(chan activity.Outcome, 100)
		for i, id := range ids {
			wg.Go(func() {
				out, err := w.Activities.DecideSignups(apptest.As([]auth.Actor{w.Staff, w.Second}[i%2]), []int64{id}, true, "")
				if err != nil {
					t.Error(err)
					return
				}
				done <- out[0]
			})
		}
		wg.Wait()
		close(done)
		approved := 0
		for o := range done {
			if o.Err == nil {
				approved++
				continue
			}
			apptest.WantCode(t, o.Err, "shift_full")
		}
		if got := w.FindShift(s.ID); approved != 1 || got.Taken != 1 || w.Count("signups", "state = 'pending'") != 49 {
			t.Errorf("%d approved, %d taken", approved, got.Taken)
		}
		w.Whole(t)
	})
}

// Thirty who would wait press at once for five places: each is told, and the timeline
// says, what they truly got.
func TestWaitersAtOnceAreToldWhatTheyGot(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(5)
		var wg sync.WaitGroup
		for _, p := range w.Crowd(30) {
			wg.Go(func() {
				if _, err := w.Activities.SignUp(apptest.As(p), s.ID, true); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := w.FindShift(s.ID); got.Taken != 5 || got.Waitlisted != 25 {
			t.Errorf("%d taken, %d waiting", got.Taken, got.Waitlisted)
		}
		for state, want := range map[string]int64{"confirmed": 5, "waitlisted": 25} {
			if n := w.Count("activity_timeline", "subject = 'signup' AND action = 'sign_up' AND to_state = ?", state); n != want {
				t.Errorf("%d lines say %s", n, state)
			}
		}
		if n := w.Count("notices", "1 = 1"); n != 5 {
			t.Errorf("%d notices", n)
		}
		w.Whole(t)
	})
}

// One person signs up at once for shifts that overlap, and gets one.
func TestOverlappingSignUpsAtOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		var shifts []activity.Shift
		for i := range 6 {
			shifts = append(shifts, apptest.At(24*time.Hour+time.Duration(i)*20*time.Minute, 5))
		}
		lines := w.Publish(w.Draft(), shifts...)
		for _, p := range w.Crowd(5) {
			var wg sync.WaitGroup
			for _, s := range lines {
				wg.Go(func() {
					if _, err := w.Activities.SignUp(apptest.As(p), s.ID, true); err != nil {
						apptest.WantCode(t, err, "overlap")
					}
				})
			}
			wg.Wait()
			if n := w.Count("signups", "person_id = ?", p.PersonID); n != 1 {
				t.Errorf("%d sign-ups", n)
			}
		}
		w.Whole(t)
	})
}

// The place that comes free goes to one person, whether it is given back, offered
// or taken by somebody new, and capacity is cut meanwhile.
func TestCancelPromoteAndCutAtOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(5)
		people := w.Crowd(30)
		var held []int64
		for _, p := range people[:5] {
			held = append(held, w.SignUp(p, s.ID).ID)
		}
		for _, p := range people[5:15] {
			w.Wait(p, s.ID)
		}
		var wg sync.WaitGroup
		for i, p := range people {
			wg.Go(func() {
				switch {
				case i < 5:
					_, err := w.Activities.CancelSignup(apptest.As(p), held[i], "")
					refusedOnly(t, err)
				case i < 15:
					_, err := w.Activities.UpdateShift(apptest.As(w.Staff), s.ID, activity.ShiftChange{Capacity: ptr(3 + i%4)})
					refusedOnly(t, err)
				default:
					_, err := w.Activities.SignUp(apptest.As(p), s.ID, false)
					refusedOnly(t, err)
				}
			})
		}
		wg.Wait()
		w.Whole(t)
	})
}

// People give places back while others join the waitlist: nobody is left waiting while
// a place is free.
func TestNobodyWaitsWhileAPlaceIsFree(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		for range 6 {
			s := w.Shift(3)
			var taken []*activity.SignupLine
			for _, p := range w.Crowd(3) {
				g := w.SignUp(p, s.ID)
				taken = append(taken, g)
			}
			var wg sync.WaitGroup
			for i, p := range w.Crowd(3) {
				wg.Go(func() {
					if _, err := w.Activities.CancelSignup(apptest.As(w.Staff), taken[i].ID, ""); err != nil {
						t.Error(err)
					}
				})
				wg.Go(func() {
					if _, err := w.Activities.SignUp(apptest.As(p), s.ID, true); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if got := w.FindShift(s.ID); got.Taken != 3 || got.Waitlisted != 0 {
				t.Errorf("%d of 3 taken, %d waiting", got.Taken, got.Waitlisted)
			}
		}
		w.Whole(t)
	})
}

// A correction is proposed in the instant in which another of the same entry is
// approved: what it adds still brings the entry to what was asked.
func TestCorrectionsProposedWhileOneIsApproved(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(12)
		for _, p := range w.Crowd(12) {
			g := w.SignUp(p, s.ID)
			w.Exec("INSERT INTO attendances (signup_id, shift_id, unit_id, in_at, in_method, out_at, out_method, attention, needs_look) VALUES (?, ?, ?, ?, 'code', ?, 'code', '', ?)",
				g.ID, s.ID, s.UnitID, s.StartsAt, s.EndsAt, false)
			_, err := w.Record(w.Staff, s.ID, activity.Deed{SignupID: g.ID, Action: "confirm"})
			apptest.Must(t, err)
			lines, err := w.Hours.EntriesOf(ctx, p.PersonID, hours.Filter{Limit: 1})
			apptest.Must(t, err)
			first, err := w.Hours.ProposeCorrection(apptest.As(w.Staff), lines[0].ID, 60, nil, "实到一小时")
			apptest.Must(t, err)
			approve := func(id int64) {
				out, err := w.Activities.DecideProposals(apptest.As(w.Second), []int64{id}, true, "")
				apptest.Must(t, err)
				apptest.Must(t, out[0].Err)
			}
			var wg sync.WaitGroup
			var next *hours.ProposalLine
			wg.Go(func() { approve(first.ID) })
			for next == nil {
				next, err = w.Hours.ProposeCorrection(apptest.As(w.Staff), lines[0].ID, 0, nil, "没有服务")
				if err != nil {
					next = nil
					apptest.WantCode(t, err, "proposal_open")
				}
			}
			wg.Wait()
			approve(next.ID)
			if v, err := w.Hours.TotalOf(ctx, p.PersonID); err != nil || v.Minutes != 0 {
				t.Errorf("%d minutes stand, want none (%v)", v.Minutes, err)
			}
		}
		w.Whole(t)
	})
}
