package app_test

import (
	"fmt"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
)

// People close their accounts at the very moment at which they sign up, book and check in. Whichever
// comes first, nothing of a closed account holds a place or a slot.
func TestClosingRaces(t *testing.T) {
	const each = 6
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		talk := s.Bookable("心理疏导", apptest.Instantly)
		worker := s.Provider(s.Station, "罗燕", talk)
		now, later := s.Publish(s.Draft(), apptest.At(4*time.Hour, each))[0], s.Publish(s.Draft(), apptest.At(48*time.Hour, 3))[0]
		signing, booking, checking := s.Crowd(each), s.Crowd(each), s.Crowd(each)
		for _, p := range checking {
			s.SignUp(p, now.ID)
		}
		s.Clock.Set(now.StartsAt.Time)
		code := s.Code(now.ID).Token
		day := s.Clock.Now().AddDate(0, 0, 1).Format("2006-01-02")

		type racer struct {
			who  auth.Actor
			deed func() apptest.Answer
		}
		var racers []racer
		for i := range each {
			key := fmt.Sprintf("race-%08d", i)
			slot := apptest.Clocked(day+" 09:00").AddDate(0, 0, i)
			racers = append(racers,
				racer{signing[i], func() apptest.Answer {
					return s.Call(t, signing[i], "POST", fmt.Sprintf("/shifts/%d/signups", later.ID), map[string]any{"waitlist": true}, "Idempotency-Key", key)
				}},
				racer{booking[i], func() apptest.Answer {
					return s.Call(t, booking[i], "POST", "/requests", apptest.SlotBody(talk, worker, slot), "Idempotency-Key", key)
				}},
				racer{checking[i], func() apptest.Answer {
					return s.Call(t, checking[i], "POST", "/checkins", map[string]any{"token": code, "kind": "in"}, "Idempotency-Key", key)
				}})
		}
		people := make([]auth.Actor, 0, 2*len(racers))
		for _, r := range racers {
			people = append(people, r.who, r.who)
		}
		answers := apptest.All(people, func(i int, p auth.Actor) apptest.Answer {
			if i%2 == 0 {
				return racers[i/2].deed()
			}
			return s.Call(t, p, "POST", "/me/close", map[string]any{"word": "注销"})
		})
		closed := map[int64]bool{}
		for i, a := range answers {
			switch {
			case a.Status >= 500:
				t.Errorf("%d %s", a.Status, a.Body)
			case i%2 == 1 && a.Status == 204:
				closed[people[i].PersonID] = true
			case i%2 == 1 && a.Problem.Code != "shift_under_way":
				t.Errorf("closing: %d %s", a.Status, a.Body)
			}
		}
		if len(closed) < 2*each {
			t.Errorf("only %d are closed", len(closed))
		}
		left := func(when string) {
			t.Helper()
			for table, where := range map[string]string{
				"signups":       "live = 1 AND person_id IN (SELECT id FROM people WHERE closed_at > 0) AND id NOT IN (SELECT signup_id FROM attendances)",
				"bookings":      "live = 1 AND request_id IN (SELECT r.id FROM requests r JOIN people p ON p.id = r.person_id WHERE p.closed_at > 0)",
				"requests":      "is_open = 1 AND person_id IN (SELECT id FROM people WHERE closed_at > 0)",
				"booking_cells": "booking_id IN (SELECT b.id FROM bookings b WHERE b.live IS NULL)",
			} {
				if n := s.Count(table, where); n != 0 {
					t.Errorf("%s: %d %s are left", when, n, table)
				}
			}
			s.Whole(t)
		}
		left("at once")
		s.Clock.Advance(11 * time.Minute)
		apptest.Must(t, s.FinishClosings(t.Context()))
		left("after ten minutes")
		for table, where := range map[string]string{
			"people":   "closed_at > 0 AND forgotten_at IS NULL",
			"requests": "LENGTH(sealed) > 0 AND person_id IN (SELECT id FROM people WHERE closed_at > 0)",
			"notices":  "person_id IN (SELECT id FROM people WHERE closed_at > 0)",
			"sessions": "person_id IN (SELECT id FROM people WHERE closed_at > 0)",
		} {
			if n := s.Count(table, where); n != 0 {
				t.Errorf("%d %s are left", n, table)
			}
		}
		if f := s.FindShift(later.ID); f.State != activity.ShiftOpen {
			t.Error(f.State)
		}
	})
}
