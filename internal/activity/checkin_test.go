package activity_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/hours"
	"yimi/internal/store"
)

func code(w *apptest.World, a auth.Actor, kind activity.Kind, token string) error {
	_, err := w.Activities.CheckIn(apptest.As(a), activity.Checkin{Kind: kind, Token: token})
	return err
}

func TestCodesOldForeignAndForged(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		shifts := w.Publish(w.Draft(), apptest.At(24*time.Hour, 9), apptest.At(24*time.Hour, 9))
		s, twin := shifts[0].Shift, shifts[1].Shift
		people := w.Crowd(4)
		for _, p := range people[:3] {
			w.SignUp(p, s.ID)
		}
		w.SignUp(people[3], twin.ID)
		w.Clock.Set(s.StartsAt.Time)
		token := w.Code(s.ID).Token

		apptest.WantCode(t, code(w, people[3], activity.In, token), "not_signed_up") // another shift's volunteer
		apptest.WantCode(t, code(w, people[0], activity.In, w.Code(twin.ID).Token), "not_signed_up")
		parts := strings.Split(token, ".")
		twinParts := strings.Split(w.Code(twin.ID).Token, ".")
		for name, forged := range map[string]string{
			"another shift's id":  strings.Join([]string{"I", twinParts[1], parts[2], parts[3]}, "."),
			"a later step":        strings.Join([]string{"I", parts[1], "zzzz", parts[3]}, "."),
			"no MAC":              strings.Join([]string{"I", parts[1], parts[2], ""}, "."),
			"half a MAC":          token[:len(token)-8],
			"a person's code":     w.Activities.PersonCode(apptest.As(people[0])).Token,
			"a person's as I":     "I" + w.Activities.PersonCode(apptest.As(people[0])).Token[1:],
			"nothing":             "I...",
			"no such shift":       strings.Join([]string{"I", "zzzzzzz", parts[2], parts[3]}, "."),
			"an overflowing id":   strings.Join([]string{"I", "zzzzzzzzzzzzzzzzzz", parts[2], parts[3]}, "."),
			"a negative id":       strings.Join([]string{"I", "-1", parts[2], parts[3]}, "."),
			"emoji":               "I.👍.👍.👍👍👍",
			"signed by the world": strings.Join([]string{"I", parts[1], parts[2], "AAAAAAAAAAAAAAAAAAAAAAAA"}, "."),
		} {
			if err := code(w, people[0], activity.In, forged); err == nil {
				t.Errorf("%s was taken", name)
			} else {
				apptest.WantCode(t, err, "code_wrong")
			}
		}
		apptest.Must(t, code(w, people[0], activity.In, token)) // the present step
		w.Clock.Advance(59*time.Second + 999*time.Millisecond)
		apptest.Must(t, code(w, people[1], activity.In, token)) // the one before
		w.Clock.Advance(time.Millisecond)
		apptest.WantCode(t, code(w, people[2], activity.In, token), "code_expired")
		if n := w.Count("attendances", "1 = 1"); n != 2 {
			t.Errorf("%d check-ins", n)
		}
	})
}

func TestCheckinWindow(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(9)
		people := w.Crowd(3)
		for _, p := range people {
			w.SignUp(p, s.ID)
		}
		at := func(when time.Time, p auth.Actor, kind activity.Kind, want string) {
			t.Helper()
			w.Clock.Set(when)
			err := code(w, p, kind, w.Code(s.ID, kind).Token)
			if want == "" {
				apptest.Must(t, err)
				return
			}
			apptest.WantCode(t, err, want)
		}
		at(s.StartsAt.Add(-30*time.Minute-time.Millisecond), people[0], activity.In, "checkin_not_open")
		at(s.StartsAt.Add(-30*time.Minute), people[0], activity.Out, "not_checked_in")
		at(s.StartsAt.Add(-30*time.Minute), people[0], activity.In, "")
		at(s.EndsAt.Time, people[1], activity.In, "")
		at(s.EndsAt.Add(time.Millisecond), people[2], activity.In, "checkin_closed")
		at(s.EndsAt.Add(30*time.Minute), people[0], activity.Out, "")
		at(s.EndsAt.Add(30*time.Minute+time.Millisecond), people[1], activity.Out, "checkin_closed")
	})
}

func TestRepeatsReturnTheFirst(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(1)
		p := w.Volunteer("林晓雯")
		w.SignUp(p, s.ID)
		for i, kind := range []activity.Kind{activity.In, activity.Out} {
			w.Clock.Set(s.StartsAt.Add(time.Duration(i) * time.Hour))
			first := w.Check(p, s.ID, kind)
			w.Clock.Advance(10 * time.Minute)
			again := w.Check(p, s.ID, kind)
			if first.Repeated || !again.Repeated || !again.At.Equal(first.At) || again.Minutes != i*60 {
				t.Errorf("%s: %+v then %+v", kind, first, again)
			}
		}
		if n := w.Count("activity_timeline", "action IN ('check_in', 'check_out')"); n != 2 {
			t.Errorf("%d lines", n)
		}
	})
}

// The middle of the place is at 37.4187, 106.0673; a thousandth of a degree north is 111 m.
func TestFence(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		a := w.Draft()
		a.Latitude, a.Longitude, a.FenceMetres = ptr(37.4187), ptr(106.0673), 200
		s := w.Publish(a, apptest.At(24*time.Hour, 20))[0].Shift
		w.Clock.Set(apptest.Start.Add(24 * time.Hour))
		for name, c := range map[string]struct {
			north, accuracy float64
			want, attention string
		}{
			"there":                 {0, 10, "", ""},
			"near":                  {.0017, 10, "", ""},
			"out, within accuracy":  {.0020, 30, "", ""},
			"far":                   {.0030, 10, "outside_fence", ""},
			"poor":                  {.0010, 150, "", "poor_accuracy"},
			"far and poor":          {.0100, 5000, "outside_fence", ""}, // a poor accuracy is no excuse
			"far by poor, just out": {.0026, 5000, "", "poor_accuracy"},
			"no accuracy":           {.0010, 0, "", "poor_accuracy"}, // made up, or not known
			"below any accuracy":    {.0010, -50, "", "poor_accuracy"},
			"out, no accuracy":      {.0020, 0, "outside_fence", ""}, // no benefit of the doubt
			"other end of earth":    {-100, 10, "outside_fence", ""},
		} {
			p := w.Volunteer("林晓雯")
			w.Clock.Set(apptest.Start)
			g := w.SignUp(p, s.ID)
			w.Clock.Set(s.StartsAt.Time)
			r, err := w.Activities.CheckIn(apptest.As(p), activity.Checkin{Kind: activity.In, Token: w.Code(s.ID).Token,
				Position: &activity.Position{Latitude: 37.4187 + c.north, Longitude: 106.0673, Accuracy: c.accuracy}})
			if c.want != "" {
				apptest.WantCode(t, err, c.want)
				continue
			}
			if err != nil || r.Attention != c.attention {
				t.Errorf("%s: %+v %v", name, r, err)
			}
			if look := w.Count("attendances", "signup_id = ? AND needs_look = ?", g.ID, c.attention != ""); look != 1 {
				t.Errorf("%s: the attention list is wrong", name)
			}
		}
		p := w.Volunteer("没有定位")
		w.Clock.Set(apptest.Start)
		w.SignUp(p, s.ID)
		w.Clock.Set(s.StartsAt.Time)
		if r := w.Check(p, s.ID, activity.In); r.Attention != "no_location" {
			t.Error(r.Attention)
		}
		if list, err := w.Activities.Attention(apptest.As(w.Staff), 0, 50); err != nil || len(list) != 5 {
			t.Error(len(list), err)
		}
		if list, err := w.Activities.Attention(apptest.As(w.StaffOf(w.Other, "马立强")), 0, 50); err != nil || len(list) != 0 {
			t.Error(len(list), err)
		}
	})
}

func TestSentLate(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(5)
		people := w.Crowd(3)
		for _, p := range people {
			w.SignUp(p, s.ID)
		}
		read := s.StartsAt.Add(5 * time.Minute)
		w.Clock.Set(read)
		token, digits := w.Code(s.ID).Token, w.Code(s.ID).Digits
		send := func(p auth.Actor, c activity.Checkin) (*activity.Recorded, error) {
			c.Kind = activity.In
			return w.Activities.CheckIn(apptest.As(p), c)
		}
		w.Clock.Advance(2 * time.Hour)
		r, err := send(people[0], activity.Checkin{Token: token, ReadAt: &read})
		if err != nil || !r.At.Equal(read) || r.Attention != "sent_late" {
			t.Errorf("%+v %v", r, err)
		}
		r, err = send(people[1], activity.Checkin{ShiftID: s.ID, Digits: digits, ReadAt: &read})
		if err != nil || !r.At.Equal(read) || r.Attention != "sent_late" {
			t.Errorf("%+v %v", r, err)
		}
		wrong := read.Add(10 * time.Minute) // not when these digits were shown
		_, err = send(people[2], activity.Checkin{ShiftID: s.ID, Digits: digits, ReadAt: &wrong})
		apptest.WantCode(t, err, "code_wrong")
		_, err = send(people[2], activity.Checkin{Token: token}) // not said to be sent late
		apptest.WantCode(t, err, "code_expired")
		w.Clock.Advance(time.Millisecond)
		for _, clock := range []time.Time{read, wrong, w.Clock.Now()} { // a token's own step counts
			_, err = send(people[2], activity.Checkin{Token: token, ReadAt: &clock})
			apptest.WantCode(t, err, "checkin_closed")
		}
		if n := w.Count("attendances", "needs_look = ?", true); n != 2 {
			t.Errorf("%d on the attention list", n)
		}
	})
}

func TestDigitsAreThrottled(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(2)
		p, q := w.Volunteer("林晓雯"), w.Volunteer("王明月")
		w.SignUp(p, s.ID)
		w.SignUp(q, s.ID)
		w.Clock.Set(s.StartsAt.Time)
		right := w.Code(s.ID).Digits
		wrong := "000000"
		for wrong == right {
			wrong = "000001"
		}
		typed := func(a auth.Actor, digits string) error {
			_, err := w.Activities.CheckIn(apptest.As(a), activity.Checkin{Kind: activity.In, ShiftID: s.ID, Digits: digits})
			return err
		}
		for range 10 {
			apptest.WantCode(t, typed(p, wrong), "code_wrong")
		}
		apptest.WantCode(t, typed(p, right), "too_many_attempts")
		apptest.Must(t, typed(q, right)) // others are not
		w.Clock.Advance(10 * time.Minute)
		apptest.Must(t, typed(p, w.Code(s.ID).Digits))
		for i := range 20 { // right ones do not add up
			if err := typed(p, w.Code(s.ID).Digits); err != nil {
				t.Fatalf("%d: %v", i, err)
			}
		}
	})
}

// Another shift's right code gives back no try, and all shifts together have a bound.
func TestDigitsAreThrottledOverShifts(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		var plan []activity.Shift // four after each other, to all of which one can check in at the first's start
		for n := range 4 {
			starts := apptest.Start.Add(24*time.Hour + time.Duration(n)*10*time.Minute)
			plan = append(plan, activity.Shift{StartsAt: store.At(starts), EndsAt: store.At(starts.Add(10 * time.Minute)), Capacity: 2})
		}
		var shifts []int64
		for _, s := range w.Publish(w.Draft(), plan...) {
			shifts = append(shifts, s.Shift.ID)
		}
		p := w.Volunteer("林晓雯")
		for _, s := range shifts {
			w.SignUp(p, s)
		}
		w.Clock.Set(apptest.Start.Add(24 * time.Hour))
		typed := func(shift int64, digits string) error {
			_, err := w.Activities.CheckIn(apptest.As(p), activity.Checkin{Kind: activity.In, ShiftID: shift, Digits: digits})
			return err
		}
		guess := func(shift int64, times int) {
			t.Helper()
			for range times {
				apptest.WantCode(t, typed(shift, "12345x"), "code_wrong")
			}
		}
		guess(shifts[1], 9)
		apptest.Must(t, typed(shifts[0], w.Code(shifts[0]).Digits))
		guess(shifts[1], 1)
		apptest.WantCode(t, typed(shifts[1], w.Code(shifts[1]).Digits), "too_many_attempts")
		guess(shifts[0], 2)
		apptest.Must(t, typed(shifts[0], w.Code(shifts[0]).Digits)) // its own tries are given back
		guess(shifts[0], 8)                                         // 20 by now
		apptest.WantCode(t, typed(shifts[2], w.Code(shifts[2]).Digits), "too_many_attempts")
		apptest.WantCode(t, typed(shifts[3], "12345x"), "too_many_attempts")
		w.Clock.Advance(10 * time.Minute)
		guess(shifts[1], 10)
	})
}

// Who has no confirmed sign-up for the shift learns nothing about its digits and uses up no try.
func TestDigitsAreForWhoIsSignedUp(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(1)
		p, waiting, stranger := w.Volunteer("林晓雯"), w.Volunteer("王明月"), w.Volunteer("没报名")
		w.SignUp(p, s.ID)
		w.Wait(waiting, s.ID)
		w.Clock.Set(s.StartsAt.Time)
		typed := func(a auth.Actor, shift int64, digits string) error {
			_, err := w.Activities.CheckIn(apptest.As(a), activity.Checkin{Kind: activity.In, ShiftID: shift, Digits: digits})
			return err
		}
		for range 30 {
			apptest.WantCode(t, typed(stranger, s.ID, "12345x"), "not_signed_up")
		}
		apptest.WantCode(t, typed(stranger, s.ID, w.Code(s.ID).Digits), "not_signed_up")
		apptest.WantCode(t, typed(waiting, s.ID, "12345x"), "not_signed_up")
		apptest.WantCode(t, typed(p, 1<<40, "12345x"), "not_signed_up")
		if n := w.Count("throttles", "name LIKE 'digits:%'"); n != 0 {
			t.Errorf("%d counts of tries", n)
		}
		apptest.Must(t, typed(p, s.ID, w.Code(s.ID).Digits))
	})
}

func TestStaffScan(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		a := w.Draft()
		a.CheckinMode = activity.VolunteerCode
		s := w.Publish(a, apptest.At(24*time.Hour, 5))[0].Shift
		p, stranger := w.Volunteer("林晓雯"), w.Volunteer("没报名")
		g := w.SignUp(p, s.ID)
		w.Clock.Set(s.StartsAt.Time)
		apptest.WantCode(t, code(w, p, activity.In, w.Code(s.ID).Token), "staff_scan_needed")
		own := w.Activities.PersonCode(apptest.As(p)).Token
		scan := func(by auth.Actor, token string, kind activity.Kind) (*activity.Recorded, error) {
			return w.Activities.Scan(apptest.As(by), s.ID, activity.Scanned{Kind: kind, Token: token})
		}
		_, err := scan(w.Staff, w.Activities.PersonCode(apptest.As(stranger)).Token, activity.In)
		apptest.WantCode(t, err, "join_first")
		_, err = scan(w.Staff, own, activity.Out)
		apptest.WantCode(t, err, "not_checked_in")
		strangers := strings.Split(w.Activities.PersonCode(apptest.As(stranger)).Token, ".")
		parts := strings.Split(own, ".")
		_, err = scan(w.Staff, strings.Join([]string{"P", parts[1], parts[2], strangers[3]}, "."), activity.In) // forged for another person
		apptest.WantCode(t, err, "code_wrong")
		_, err = scan(w.Staff, w.Code(s.ID).Token, activity.In)
		apptest.WantCode(t, err, "code_wrong")
		r, err := scan(w.Staff, own, activity.In)
		if err != nil || r.PersonName != "林晓雯" {
			t.Fatal(r, err)
		}
		w.Clock.Advance(time.Hour)
		_, err = scan(w.Staff, own, activity.Out)
		apptest.WantCode(t, err, "code_expired")
		_, err = scan(w.Second, w.Activities.PersonCode(apptest.As(p)).Token, activity.Out)
		apptest.Must(t, err)
		if n := w.Count("attendances", "in_method = 'staff_scan' AND out_method = 'staff_scan'"); n != 1 {
			t.Error(n)
		}
		done, err := w.Record(w.Staff, s.ID, activity.Deed{SignupID: g.ID, Action: "confirm"})
		if err != nil || done.Minutes != 60 || w.Count("hour_entries", "class = 'system'") != 1 {
			t.Error(done, err)
		}
	})
}

func TestMissingCheckoutsGoToTheAttentionList(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(5)
		people := w.Crowd(3)
		stays, leaves, never := w.SignUp(people[0], s.ID), w.SignUp(people[1], s.ID), w.SignUp(people[2], s.ID)
		w.Clock.Set(s.StartsAt.Time)
		w.Check(people[0], s.ID, activity.In)
		w.Serve(people[1], s, time.Hour)
		w.Clock.Set(s.EndsAt.Add(30 * time.Minute))
		apptest.Must(t, w.Activities.Sweep(ctx))
		if n := w.Count("attendances", "needs_look = ?", true); n != 0 {
			t.Errorf("%d before check-out closed", n)
		}
		w.Clock.Advance(time.Millisecond)
		for range 2 {
			apptest.Must(t, w.Activities.Sweep(ctx))
		}
		list, err := w.Activities.Attention(apptest.As(w.Staff), 0, 9)
		if err != nil || len(list) != 1 || list[0].ID != stays.ID || list[0].Attention != "missing_out" {
			t.Fatalf("%+v %v", list, err)
		}
		if n := w.Count("hour_entries", "1 = 1"); n != 0 { // nothing is credited by itself
			t.Errorf("%d entries", n)
		}
		_, err = w.Record(w.Staff, s.ID, activity.Deed{SignupID: stays.ID, Action: "confirm"})
		apptest.WantCode(t, err, "missing_check_out")
		_, err = w.Record(w.Staff, s.ID, activity.Deed{SignupID: stays.ID, Action: "no_show"})
		apptest.WantCode(t, err, "was_present")
		_, err = w.Record(w.Staff, s.ID, activity.Deed{SignupID: never.ID, Action: "confirm"})
		apptest.WantCode(t, err, "missing_check_out")
		_, err = w.Record(w.Staff, s.ID, activity.Deed{SignupID: never.ID, Action: "no_show"})
		apptest.Must(t, err)
		_, err = w.Record(w.Staff, s.ID, activity.Deed{SignupID: leaves.ID, Action: "confirm"})
		apptest.Must(t, err)
		propose(t, w, s, stays.ID, 150)
		if list, err := w.Activities.Attention(apptest.As(w.Staff), 0, 9); err != nil || len(list) != 0 {
			t.Error(len(list), err)
		}
		w.Whole(t)
	})
}

// propose puts minutes in by hand, with the second person.
func propose(t *testing.T, w *apptest.World, s activity.Shift, signup int64, minutes int) {
	t.Helper()
	_, err := w.Record(w.Staff, s.ID, activity.Deed{SignupID: signup, Action: "correct", Given: apptest.First(s, minutes), Minutes: minutes, Reason: "手机没电"})
	apptest.Must(t, err)
	list, err := w.Hours.Proposals(apptest.As(w.Second), 0, 9)
	apptest.Must(t, err)
	out, err := w.Activities.DecideProposals(apptest.As(w.Second), []int64{list[0].ID}, true, "")
	apptest.Must(t, err)
	if out[0].Err != nil || out[0].Minutes != minutes {
		t.Fatal(out[0])
	}
}

func TestMinutesByHandNeedTwoPeople(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(3) // 150 minutes
		p := w.Volunteer("林晓雯")
		g, second := w.SignUp(p, s.ID), w.SignUp(w.Second, s.ID)
		deed := func(by auth.Actor, id int64, minutes int, reason string) error {
			_, err := w.Record(by, s.ID, activity.Deed{SignupID: id, Action: "correct", Given: apptest.First(s, minutes), Minutes: minutes, Reason: reason})
			return err
		}
		apptest.WantCode(t, deed(w.Staff, g.ID, 60, "在场"), "shift_not_over")
		w.Clock.Set(s.EndsAt.Time)
		apptest.WantCode(t, deed(w.Staff, g.ID, 151, "在场"), "minutes_over_shift")
		apptest.WantCode(t, deed(w.Staff, g.ID, 0, "在场"), "invalid_fields")
		apptest.WantCode(t, deed(w.Staff, g.ID, 60, ""), "invalid_fields")
		apptest.WantCode(t, deed(w.Staff, 1<<40, 60, "在场"), "not_found")
		apptest.Must(t, deed(w.Staff, g.ID, 150, "在场"))
		apptest.WantCode(t, deed(w.Second, g.ID, 150, "在场"), "proposal_open")
		apptest.Must(t, deed(w.Staff, second.ID, 100, "在场"))
		list, err := w.Hours.Proposals(apptest.As(w.Staff), 0, 9)
		apptest.Must(t, err)
		if len(list) != 2 || w.Count("hour_entries", "1 = 1") != 0 {
			t.Fatal(list)
		}
		decide := func(by auth.Actor, id int64, approve bool) error {
			out, err := w.Activities.DecideProposals(apptest.As(by), []int64{id}, approve, "看过名单")
			apptest.Must(t, err)
			return out[0].Err
		}
		apptest.WantCode(t, decide(w.Staff, list[0].ID, true), "second_person_needed")
		apptest.WantCode(t, decide(w.Staff, list[0].ID, false), "second_person_needed")
		apptest.WantCode(t, decide(w.Second, list[1].ID, true), "own_hours")
		apptest.WantCode(t, decide(w.StaffOf(w.Other, "马立强"), list[0].ID, true), "not_found")
		apptest.WantCode(t, decide(p, list[0].ID, true), "not_found")
		apptest.Must(t, decide(w.Second, list[0].ID, true))
		apptest.WantCode(t, decide(w.Second, list[0].ID, true), "bad_transition")
		apptest.WantCode(t, deed(w.Staff, g.ID, 60, "再来"), "already_credited")
		third := w.StaffOf(w.Station, "丁海燕")
		apptest.Must(t, decide(third, list[1].ID, false))
		apptest.Must(t, deed(w.Staff, second.ID, 90, "再看一次")) // a rejected one can be proposed anew
		if n := w.Count("hour_entries", "class = 'manual' AND minutes = 150 AND recorded_by = ? AND approved_by = ?", w.Staff.PersonID, w.Second.PersonID); n != 1 {
			t.Error(n)
		}
		_, err = w.Activities.DecideProposals(apptest.As(third), []int64{1}, false, "")
		apptest.WantCode(t, err, "invalid_fields")
		w.Whole(t)
	})
}

func TestCorrections(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(3)
		p := w.Volunteer("林晓雯")
		g := w.SignUp(p, s.ID)
		w.Serve(p, s, 100*time.Minute)
		_, err := w.Record(w.Staff, s.ID, activity.Deed{SignupID: g.ID, Action: "confirm"})
		apptest.Must(t, err)
		_, err = w.Record(w.Staff, s.ID, activity.Deed{SignupID: g.ID, Action: "confirm"}) // pays once
		apptest.WantCode(t, err, "already_credited")
		lines, err := w.Hours.EntriesOf(ctx, p.PersonID, hours.Filter{Limit: 9})
		apptest.Must(t, err)
		entry := lines[0].ID
		correct := func(by auth.Actor, minutes int) (*hours.ProposalLine, error) {
			return w.Hours.ProposeCorrection(apptest.As(by), entry, minutes, apptest.First(s, minutes), "中途离开")
		}
		_, err = correct(w.Staff, 100)
		apptest.WantCode(t, err, "nothing_to_correct")
		_, err = correct(w.Staff, 151)
		apptest.WantCode(t, err, "minutes_over_shift")
		_, err = correct(p, 150)
		apptest.WantCode(t, err, "not_found")
		_, err = correct(w.StaffOf(w.Other, "马立强"), 150)
		apptest.WantCode(t, err, "not_found")
		for _, minutes := range []int{70, 0, 150} {
			c, err := correct(w.Staff, minutes)
			apptest.Must(t, err)
			_, err = correct(w.Second, 1)
			apptest.WantCode(t, err, "proposal_open")
			out, err := w.Activities.DecideProposals(apptest.As(w.Staff), []int64{c.ID}, true, "")
			apptest.Must(t, err)
			apptest.WantCode(t, out[0].Err, "second_person_needed")
			out, err = w.Activities.DecideProposals(apptest.As(w.Second), []int64{c.ID}, true, "")
			apptest.Must(t, err)
			apptest.Must(t, out[0].Err)
			if v, err := w.Hours.TotalOf(ctx, p.PersonID); err != nil || v.Minutes != minutes || v.Entries != 1 {
				t.Errorf("%+v %v, want %d minutes", v, err, minutes)
			}
		}
		lines, err = w.Hours.EntriesOf(ctx, p.PersonID, hours.Filter{Limit: 9})
		if err != nil || len(lines) != 4 || lines[3].Minutes != 100 || *lines[0].CorrectsID != entry {
			t.Error(lines, err)
		}
		_, err = w.Hours.ProposeCorrection(apptest.As(w.Staff), lines[0].ID, 1, nil, "更正更正") // of the entry, not of its correction
		apptest.WantCode(t, err, "not_found")
		w.Whole(t)
	})
}

func TestLessThanAMinuteIsNothing(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(3)
		p := w.Volunteer("林晓雯")
		g := w.SignUp(p, s.ID)
		w.Serve(p, s, 59*time.Second)
		_, err := w.Record(w.Staff, s.ID, activity.Deed{SignupID: g.ID, Action: "confirm"})
		apptest.WantCode(t, err, "no_minutes")
		other := w.Shift(3)
		_, err = w.Record(w.Staff, other.ID, activity.Deed{SignupID: g.ID, Action: "confirm"}) // another shift's list
		apptest.WantCode(t, err, "not_found")
	})
}

// Minutes are the overlap of presence and shift, floored: counted here minute by minute.
func TestPresenceIsTheOverlapFloored(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		second := func(name string) time.Time {
			return apptest.Start.Add(time.Duration(rapid.IntRange(-7200, 7200).Draw(t, name)) * time.Second)
		}
		in, out, starts, ends := second("in"), second("out"), second("starts"), second("ends")
		seconds := 0
		for s := -7200; s < 7200; s++ {
			at := apptest.Start.Add(time.Duration(s) * time.Second)
			if !at.Before(in) && at.Before(out) && !at.Before(starts) && at.Before(ends) {
				seconds++
			}
		}
		if got := hours.Presence(in, out, starts, ends).Minutes(); got != seconds/60 {
			t.Fatalf("%d, counted %d", got, seconds/60)
		}
	})
}

// A code proves its shift and its step, and no other: any change of a letter is refused.
func TestAnyOtherTokenIsRefused(t *testing.T) {
	t.Parallel()
	codes := activity.NewCodes([]byte(strings.Repeat("k", 32)), 30*time.Second)
	s := &activity.Shift{ID: 7, Secret: "s"}
	token := codes.ForShift(s, activity.In, apptest.Start).Token
	if got := codes.ForShift(&activity.Shift{ID: 7, Secret: "t"}, activity.In, apptest.Start).Token; got == token {
		t.Error("the shift's secret does not count")
	}
	if got := activity.NewCodes([]byte(strings.Repeat("l", 32)), 30*time.Second).ForShift(s, activity.In, apptest.Start).Token; got == token {
		t.Error("the server's key does not count")
	}
	if end := codes.ForShift(s, activity.In, apptest.Start.Add(29*time.Second)).ExpiresAt; !end.Equal(apptest.Start.Add(30 * time.Second)) {
		t.Error(end)
	}
}

// One volunteer who sends twice at once, as phones do, checks in once and gets one answer.
func TestCheckingInTwiceAtOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(20)
		people := w.Crowd(12)
		for _, p := range people {
			w.SignUp(p, s.ID)
		}
		for i, kind := range []activity.Kind{activity.In, activity.Out} {
			w.Clock.Set(s.StartsAt.Add(time.Duration(i) * time.Hour))
			token := w.Code(s.ID, kind).Token
			var wg sync.WaitGroup
			failed := make(chan error, 100)
			for _, p := range people {
				for range 3 {
					wg.Go(func() {
						if err := code(w, p, kind, token); err != nil {
							failed <- fmt.Errorf("%s: %w", kind, err)
						}
					})
				}
			}
			wg.Wait()
			close(failed)
			for err := range failed {
				t.Error(err)
			}
			if n := w.Count("activity_timeline", "action = ?", "check_"+string(kind)); n != 12 {
				t.Errorf("%d lines for 12 people, %s", n, kind)
			}
		}
	})
}
