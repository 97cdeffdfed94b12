package app_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
)

// 500 people at once for 20 places, half of them willing to wait (the issue's own figures).
func TestFiveHundredForTwentyPlaces(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		shift := s.Shift(20)
		began := time.Now()
		answers := apptest.All(s.Crowd(500), func(i int, p auth.Actor) apptest.Answer {
			return s.Call(t, p, "POST", fmt.Sprintf("/shifts/%d/signups", shift.ID), map[string]bool{"waitlist": i%2 == 0},
				"Idempotency-Key", fmt.Sprintf("crowd-%08d", i))
		})
		t.Log("500 sign-ups in", time.Since(began))
		states := map[string]int{}
		for _, a := range answers {
			var g struct{ State string }
			if a.Status == 201 {
				_ = json.Unmarshal(a.Body, &g)
			}
			states[fmt.Sprint(a.Status, " ", a.Problem.Code, g.State)]++
		}
		if states["201 confirmed"] != 20 || states["201 confirmed"]+states["201 waitlisted"]+states["409 shift_full"] != 500 {
			t.Error(states)
		}
		got := s.FindShift(shift.ID)
		if got.Taken != 20 || got.Waitlisted != states["201 waitlisted"] || s.Count("signups", "state = 'confirmed'") != 20 {
			t.Errorf("%d taken, %d waiting, %v", got.Taken, got.Waitlisted, states)
		}
		s.Whole(t)
	})
}

func TestFiftyApprovalsOfTheLastPlaceOverHTTP(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		a := s.Draft()
		a.Approval = activity.ApprovalStaff
		shift := s.Publish(a, apptest.At(24*time.Hour, 1))[0].Shift
		people := s.Crowd(50)
		ids := make([]int64, len(people))
		for i, p := range people {
			ids[i] = s.SignUp(p, shift.ID).ID
		}
		done := 0
		for i, a := range apptest.All(people, func(i int, _ auth.Actor) apptest.Answer {
			return s.Call(t, []auth.Actor{s.Staff, s.Second}[i%2], "POST", "/signups/decide", map[string]any{"ids": ids[i : i+1], "decision": "approve"})
		}) {
			var out struct {
				Items []struct {
					Done bool
					Code string
				}
			}
			if err := json.Unmarshal(a.Body, &out); err != nil || a.Status != 200 || len(out.Items) != 1 {
				t.Fatal(i, a.Status, string(a.Body))
			}
			if out.Items[0].Done {
				done++
			} else if out.Items[0].Code != "shift_full" {
				t.Error(out.Items[0])
			}
		}
		if done != 1 || s.FindShift(shift.ID).Taken != 1 {
			t.Errorf("%d approved", done)
		}
		s.Whole(t)
	})
}

func TestManyCheckInAndAreConfirmedAtOnce(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		shift, people := s.Shift(60), s.Crowd(60)
		ids := map[int64]int64{}
		for _, p := range people {
			ids[p.PersonID] = s.SignUp(p, shift.ID).ID
		}
		for i, kind := range []string{"in", "out"} {
			s.Clock.Set(shift.StartsAt.Add(time.Duration(i) * time.Hour))
			code := s.Code(shift.ID, activity.Kind(kind))
			if got := apptest.Tally(apptest.All(people, func(i int, p auth.Actor) apptest.Answer {
				if i%2 == 0 {
					return s.Call(t, p, "POST", "/checkins", map[string]any{"kind": kind, "digits": code.Digits, "shift_id": shift.ID})
				}
				return s.Call(t, p, "POST", "/checkins", map[string]any{"kind": kind, "token": code.Token})
			})); got["200 "] != 60 {
				t.Error(kind, got)
			}
		}
		// The staff confirm everybody, twice at once from two desks.
		got := apptest.Tally(apptest.All(append(people, people...), func(i int, p auth.Actor) apptest.Answer {
			return s.Call(t, []auth.Actor{s.Staff, s.Second}[i/60], "POST", fmt.Sprintf("/shifts/%d/attendance", shift.ID),
				map[string]any{"items": []any{map[string]any{"signup_id": ids[p.PersonID], "action": "confirm"}}})
		}))
		if totals, err := s.Hours.CampaignTotals(t.Context(), s.Campaign); err != nil || got["200 "] != 120 ||
			totals[s.Campaign].Minutes != 3600 || totals[s.Campaign].Entries != 60 || totals[s.Campaign].Volunteers != 60 {
			t.Error(got, totals, err)
		}
		s.Whole(t)
	})
}

// Two, and ten, requests at once with one Idempotency-Key are one deed with one answer.
func TestOneKeyIsOneDeed(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		s.Log.Lines()
		for round, n := range []int{2, 2, 10} {
			shift, p := s.Shift(5), s.Volunteer("林晓雯")
			same := make([]auth.Actor, n)
			for i := range same {
				same[i] = p
			}
			s.Exec("DELETE FROM shifts WHERE id < ?", shift.ID) // so that nothing overlaps
			answers := apptest.All(same, func(int, auth.Actor) apptest.Answer {
				return s.Call(t, p, "POST", fmt.Sprintf("/shifts/%d/signups", shift.ID), map[string]bool{"waitlist": false}, "Idempotency-Key", "one-key-for-all")
			})
			for _, a := range answers {
				if a.Status != 201 || string(a.Body) != string(answers[0].Body) {
					t.Errorf("round %d: %d %s, and %s", round, a.Status, a.Body, answers[0].Body)
				}
				if kind := a.Header.Values("Content-Type"); len(kind) != 1 || kind[0] != "application/json" || a.Header.Get("Retry-After") != "" {
					t.Errorf("round %d: replay %q came as %q", round, a.Header.Get("Idempotent-Replay"), kind)
				}
			}
			if k := s.Count("signups", "person_id = ?", p.PersonID); k != 1 {
				t.Errorf("%d sign-ups", k)
			}
		}
		for _, line := range s.Log.Lines() { // who waited for the first answer is no error
			var l struct{ Level, Code string }
			_ = json.Unmarshal([]byte(line), &l)
			if l.Level == "ERROR" || l.Code != "" {
				t.Error(line)
			}
		}
	})
}
