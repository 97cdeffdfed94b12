package activity_test

import (
	"fmt"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/hours"
	"yimi/internal/identity"
	"yimi/internal/store"
)

// Attacks that succeeded once; the line above each test says what the right answer is.

// total is what the ledger has in all.
func total(w *apptest.World, t *testing.T) (sum int) {
	t.Helper()
	apptest.Must(t, w.Store.Read(ctx).Table("hour_entries").Select("COALESCE(SUM(minutes), 0)").Scan(&sum).Error)
	return sum
}

// lists counts what is open for a look, on presence and on entries.
func lists(w *apptest.World) int64 {
	return w.Count("attendances", "needs_look = ?", true) + w.Count("hour_attention", "needs_look = ?", true)
}

// published makes an activity as somebody, with one shift.
func published(t *testing.T, w *apptest.World, by auth.Actor, a *activity.Activity, starts, long time.Duration) activity.Shift {
	t.Helper()
	now := w.Clock.Now()
	l, err := w.Activities.Create(apptest.As(by), a, []activity.Shift{{StartsAt: store.At(now.Add(starts)), EndsAt: store.At(now.Add(starts + long)), Capacity: 30}})
	apptest.Must(t, err)
	l, err = w.Activities.Publish(apptest.As(by), l.ID)
	apptest.Must(t, err)
	return l.Shifts[0].Shift
}

// relay lets people check in or out with the code that the staff's own phone shows.
func relay(t *testing.T, w *apptest.World, by auth.Actor, s activity.Shift, kind activity.Kind, people ...auth.Actor) {
	t.Helper()
	code, err := w.Activities.ShiftCode(apptest.As(by), s.ID, kind)
	apptest.Must(t, err)
	for _, p := range people {
		_, err := w.Activities.CheckIn(apptest.As(p), activity.Checkin{Kind: kind, Token: code.Token})
		apptest.Must(t, err)
	}
}

// Right: hours that turn out to be confirmed by the same human, by a later link or merge, are on the attention list.
func TestAttackOwnHoursFoundOutLater(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		own := w.Volunteer("杨海兰")
		s := published(t, w, w.Staff, w.Draft(), 2*time.Hour, 3*time.Hour)
		id := w.SignUp(own, s.ID).ID
		w.Clock.Set(s.StartsAt.Time)
		relay(t, w, w.Staff, s, activity.In, own)
		w.Clock.Set(s.EndsAt.Time)
		relay(t, w, w.Staff, s, activity.Out, own)
		_, err := confirm(w, w.Staff, s.ID, id, nil)
		apptest.Must(t, err)
		link(t, w, w.Staff, own)
		apptest.Must(t, w.Hours.FindOwnHours(ctx))
		if lists(w) == 0 {
			t.Errorf("%d minutes stand that a human confirmed for themselves, and nothing shows it", total(w, t))
		}
	})
}

func link(t *testing.T, w *apptest.World, a, b auth.Actor) {
	t.Helper()
	code, _, err := w.Identity.NewLinkCode(apptest.As(a))
	apptest.Must(t, err)
	_, err = w.Identity.AddLink(apptest.As(b), code)
	apptest.Must(t, err)
}

// Right: 403: at the approval the proposer is whom it is about (rule 8: neither is).
func TestAttackProposedForOneselfBeforeTheLink(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		own := w.Volunteer("杨海兰")
		s := w.Shift(3)
		g := w.SignUp(own, s.ID)
		w.Clock.Set(s.EndsAt.Time)
		_, err := w.Record(w.Staff, s.ID, activity.Deed{SignupID: g.ID, Action: "correct", Given: apptest.First(s, 150), Reason: "在场"})
		apptest.Must(t, err)
		link(t, w, w.Staff, own) // now known to be one human
		list, err := w.Hours.Proposals(apptest.As(w.Second), 0, 9)
		apptest.Must(t, err)
		out, err := w.Activities.DecideProposals(apptest.As(w.Second), []int64{list[0].ID}, true, "")
		apptest.Must(t, err)
		if out[0].Err == nil {
			t.Errorf("%d minutes proposed by the human whom they are credited to", total(w, t))
		}
	})
}

// Right: time_credited: a minute of one human (linked, one identity number) is counted once, by whatever account.
func TestAttackLinkedAccountsAreCreditedTwice(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p, q := w.Volunteer("林晓雯"), w.Volunteer("林晓雯")
		link(t, w, p, q)
		s := w.Shift(5)
		ids := []int64{w.SignUp(p, s.ID).ID, w.SignUp(q, s.ID).ID} // also two places of one shift
		w.Clock.Set(s.StartsAt.Time)
		relay(t, w, w.Staff, s, activity.In, p, q)
		w.Clock.Set(s.EndsAt.Time)
		relay(t, w, w.Staff, s, activity.Out, p, q)
		for _, id := range ids {
			_, _ = confirm(w, w.Second, s.ID, id, nil)
		}
		if got := total(w, t); got > 150 {
			t.Errorf("one human, known to be one, has %d minutes in 150", got)
		}
	})
}

// Right: burst on the list: those confirmed a moment ago count too.
func TestAttackABurstConfirmedSevenAtATime(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := published(t, w, w.Staff, w.Draft(), 2*time.Hour, 3*time.Hour)
		puppets, ids := w.Crowd(28), []int64{}
		for _, p := range puppets {
			ids = append(ids, w.SignUp(p, s.ID).ID)
		}
		w.Clock.Set(s.StartsAt.Time)
		relay(t, w, w.Staff, s, activity.In, puppets...)
		w.Clock.Set(s.EndsAt.Time)
		for i := 0; i < len(puppets); i += 7 {
			relay(t, w, w.Staff, s, activity.Out, puppets[i:i+7]...)
			for _, id := range ids[i : i+7] {
				out, err := confirm(w, w.Staff, s.ID, id, nil)
				apptest.Must(t, err)
				if out.WaitsFor != "" {
					return // seen
				}
			}
		}
		t.Errorf("28 came and went in one moment: %d minutes, confirmed alone by who showed the code", total(w, t))
	})
}

// Right: short_notice: a shift added to a published activity is published now.
func TestAttackAShiftAddedAtOnceToAnOldActivity(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		old := published(t, w, w.Staff, w.Draft(), 100*time.Hour, time.Hour)
		w.Clock.Advance(48 * time.Hour)
		now := w.Clock.Now()
		l, err := w.Activities.AddShift(apptest.As(w.Staff), old.ActivityID, activity.Shift{StartsAt: store.At(now.Add(time.Minute)), EndsAt: store.At(now.Add(3 * time.Hour)), Capacity: 9})
		apptest.Must(t, err)
		s := l.Shifts[0].Shift
		p := w.Volunteer("林晓雯")
		id := w.SignUp(p, s.ID).ID
		w.Clock.Set(s.StartsAt.Time)
		relay(t, w, w.Staff, s, activity.In, p)
		w.Clock.Set(s.EndsAt.Time)
		relay(t, w, w.Staff, s, activity.Out, p)
		if why := reasons(t, w, s, id); why != activity.ShortNotice {
			t.Errorf("a minute's notice gives %q", why)
		}
		if out, err := confirm(w, w.Staff, s.ID, id, nil); err == nil && out.WaitsFor == "" {
			t.Errorf("%d minutes confirmed alone", total(w, t))
		}
	})
}

// Right: short_notice, or time_moved: an empty shift pulled to this minute is as good as a new one.
func TestAttackAnEmptyShiftMovedToThisMinute(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := published(t, w, w.Staff, w.Draft(), 100*time.Hour, time.Hour)
		w.Clock.Advance(48 * time.Hour)
		now := w.Clock.Now()
		apptest.Must(t, move(w, s, activity.ShiftChange{StartsAt: ptr(now.Add(time.Minute)), EndsAt: ptr(now.Add(10 * time.Hour))}))
		s = w.FindShift(s.ID)
		p := w.Volunteer("林晓雯")
		id := w.SignUp(p, s.ID).ID
		w.Clock.Set(s.StartsAt.Time)
		relay(t, w, w.Staff, s, activity.In, p)
		w.Clock.Set(s.EndsAt.Time)
		relay(t, w, w.Staff, s, activity.Out, p)
		if out, err := confirm(w, w.Staff, s.ID, id, nil); err == nil && out.WaitsFor == "" {
			t.Errorf("%d minutes confirmed alone, reasons %q", total(w, t), reasons(t, w, s, id))
		}
	})
}

// Right: waits: rule 3 says who made or moved the shift within a day of it, whether or not somebody had signed up.
func TestAttackMadeBeforeADayAndMovedWhileEmpty(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := published(t, w, w.Staff, w.Draft(), 25*time.Hour, 20*time.Hour)
		starts := w.Clock.Now().Add(70 * time.Minute)
		apptest.Must(t, move(w, s, activity.ShiftChange{StartsAt: &starts, EndsAt: ptr(starts.Add(16 * time.Hour))}))
		s = w.FindShift(s.ID)
		p := w.Volunteer("林晓雯")
		id := was(t, w, p, s, s.StartsAt.Time, s.EndsAt.Time) // by the code that a colleague showed
		w.Clock.Set(s.EndsAt.Add(time.Minute))
		if out, err := confirm(w, w.Staff, s.ID, id, nil); err == nil && out.WaitsFor == "" {
			t.Errorf("who made and moved the shift 70 minutes before confirms a long shift alone: %d minutes", total(w, t))
		}
	})
}

// Right: who takes a check-out back does not alone confirm the longer presence: a reason and a hand (minutes by hand need two).
func TestAttackACheckOutTakenBack(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p := w.Volunteer("林晓雯")
		s := published(t, w, w.Second, w.Draft(), 48*time.Hour, 8*time.Hour)
		id := w.SignUp(p, s.ID).ID
		w.Clock.Set(s.StartsAt.Time)
		relay(t, w, w.Second, s, activity.In, p)
		w.Clock.Advance(10 * time.Minute)
		relay(t, w, w.Second, s, activity.Out, p) // went after ten minutes
		w.Clock.Set(s.EndsAt.Add(-time.Minute))
		_, err := w.Record(w.Staff, s.ID, activity.Deed{SignupID: id, Action: "undo", Reason: "误操作"})
		apptest.Must(t, err)
		w.Clock.Set(s.EndsAt.Time)
		token := w.Activities.PersonCode(apptest.As(p)).Token // a picture from home
		_, err = w.Activities.Scan(apptest.As(w.Staff), s.ID, activity.Scanned{Kind: activity.Out, Token: token})
		apptest.Must(t, err)
		out, err := confirm(w, w.Staff, s.ID, id, nil)
		if err == nil && out.WaitsFor == "" {
			t.Errorf("ten minutes became %d by one of staff, reasons %q", out.Minutes, reasons(t, w, s, id))
		}
	})
}

// Right: merging waits for the district, or the day is on the attention list: 24 hours of one day, nobody of the district asked.
func TestAttackTheDailyCapByAMerge(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p, q := w.Volunteer("林晓雯"), w.Volunteer("林晓雯")
		day := 15 * time.Hour // midnight after Start
		a, b := over(w, day, 12*time.Hour), over(w, day+12*time.Hour, 12*time.Hour)
		first, second := was(t, w, p, a, a.StartsAt.Time, a.EndsAt.Time), was(t, w, q, b, b.StartsAt.Time, b.EndsAt.Time)
		w.Clock.Set(b.EndsAt.Add(time.Hour))
		for shift, id := range map[int64]int64{a.ID: first, b.ID: second} {
			_, err := confirm(w, w.Staff, shift, id, nil)
			apptest.Must(t, err)
		}
		f := identity.Duplicate{LowID: p.PersonID, HighID: q.PersonID, ByPhone: true, State: identity.DuplicateOpen, FoundAt: w.Store.Now()}
		apptest.Must(t, w.Tx(func(tx *store.Tx) error { return tx.Create(&f).Error }))
		err := w.Identity.Merge(apptest.As(w.Staff), f.ID, p.PersonID, "同一个人")
		if v, _ := w.Hours.TotalOf(ctx, p.PersonID); err == nil && v.Minutes > 960 && lists(w) == 0 {
			t.Errorf("%d minutes on one day by station staff alone", v.Minutes)
		}
	})
}

// Right: gone from the list with the shift, or with a deed that clears it: nothing can be done with this one.
func TestAttackACancelledShiftStaysOnTheAttentionList(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p := w.Volunteer("林晓雯")
		s := w.Shift(3)
		id := w.SignUp(p, s.ID).ID
		w.Clock.Set(s.StartsAt.Add(-20 * time.Minute))
		token, at := w.Code(s.ID).Token, w.Clock.Now()
		w.Clock.Advance(2 * time.Minute)
		_, err := w.Activities.CheckIn(apptest.As(p), activity.Checkin{Kind: activity.In, Token: token, ReadAt: &at})
		apptest.Must(t, err)
		_, err = w.Activities.CancelShift(apptest.As(w.Staff), s.ID, "下雨")
		apptest.Must(t, err)
		w.Clock.Set(s.EndsAt.Add(time.Hour))
		apptest.Must(t, w.Activities.Sweep(ctx))
		var said []string
		for _, deed := range []string{"confirm", "undo", "no_show", "no_credit"} {
			_, err := w.Record(w.Second, s.ID, activity.Deed{SignupID: id, Action: deed})
			said = append(said, fmt.Sprint(deed, ": ", err))
		}
		if list, err := w.Activities.Attention(apptest.As(w.Second), 0, 9); err != nil || len(list) != 0 {
			t.Errorf("still on the list: %v", said)
		}
	})
}

// Right: whoever has the account now is told that their hours were corrected.
func TestAttackACorrectionAfterAMergeIsToldToNobody(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p, q := w.Volunteer("林晓雯"), w.Volunteer("林晓雯")
		s := over(w, 24*time.Hour, 3*time.Hour)
		id := was(t, w, p, s, s.StartsAt.Time, s.EndsAt.Time)
		w.Clock.Set(s.EndsAt.Add(time.Hour))
		_, err := confirm(w, w.Staff, s.ID, id, nil)
		apptest.Must(t, err)
		f := identity.Duplicate{LowID: p.PersonID, HighID: q.PersonID, ByPhone: true, State: identity.DuplicateOpen, FoundAt: w.Store.Now()}
		apptest.Must(t, w.Tx(func(tx *store.Tx) error { return tx.Create(&f).Error }))
		apptest.Must(t, w.Identity.Merge(apptest.As(w.Staff), f.ID, q.PersonID, "同一个人"))
		lines, err := w.Hours.EntriesOf(ctx, q.PersonID, hours.Filter{Limit: 1})
		apptest.Must(t, err)
		c, err := w.Hours.ProposeCorrection(apptest.As(w.Staff), lines[0].ID, 0, nil, "没来")
		apptest.Must(t, err)
		out, err := w.Activities.DecideProposals(apptest.As(w.Second), []int64{c.ID}, true, "")
		apptest.Must(t, err)
		apptest.Must(t, out[0].Err)
		if n := w.Count("notices", "person_id = ? AND title = '时长更正了'", q.PersonID); n != 1 {
			t.Errorf("180 minutes were taken away, and the account that has them was told %d times", n)
		}
	})
}

// Right: own_hours, or the list: a guardian has the child's phone in hand.
func TestAttackStaffConfirmTheirWard(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		child := w.Volunteer("杨小宝")
		w.Exec("UPDATE people SET birth_date = '2015-06-01' WHERE id = ?", child.PersonID)
		w.Exec("INSERT INTO guardianships (guardian_id, child_id, relation, live, agreed_at) VALUES (?, ?, 'parent', 1, 0)", w.Staff.PersonID, child.PersonID)
		s := published(t, w, w.Staff, w.Draft(), 2*time.Hour, 12*time.Hour)
		id := w.SignUp(child, s.ID).ID
		w.Clock.Set(s.StartsAt.Time)
		relay(t, w, w.Staff, s, activity.In, child)
		w.Clock.Set(s.EndsAt.Time)
		relay(t, w, w.Staff, s, activity.Out, child)
		if out, err := confirm(w, w.Staff, s.ID, id, nil); err == nil && out.WaitsFor == "" && lists(w) == 0 {
			t.Errorf("the guardian gave a child of ten %d minutes alone", out.Minutes)
		}
	})
}

// Right: it waits for the district, which alone can approve it.
func TestAttackAttentionAndCapTogetherWaitForTheWrongOne(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.AdminOf(w.District, "马建军")
		s, ids := by(t, w, w.Staff, 15*time.Hour, 20*time.Hour, w.Volunteer("林晓雯"))
		out, err := confirm(w, w.Staff, s.ID, ids[0], nil)
		apptest.Must(t, err)
		list, err := w.Hours.Proposals(apptest.As(w.Second), 0, 9)
		apptest.Must(t, err)
		done, err := w.Activities.DecideProposals(apptest.As(w.Second), []int64{list[0].ID}, true, "")
		apptest.Must(t, err)
		if done[0].Err != nil && out.WaitsFor == hours.ForColleague {
			t.Errorf("the screen says %q, and the colleague is refused: %v", out.WaitsFor, done[0].Err)
		}
	})
}

// Right: a reason on the list, and a hand: the fence was taken away after people had signed up (or while the shift runs).
func TestAttackTheFenceIsTakenAwayForAMinute(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		draft := w.Draft()
		lat, lon := 37.4187, 106.0673
		draft.Latitude, draft.Longitude, draft.FenceMetres = &lat, &lon, 100
		s := published(t, w, w.Staff, draft, 48*time.Hour, 8*time.Hour)
		p := w.Volunteer("林晓雯")
		id := w.SignUp(p, s.ID).ID
		without := func(at time.Time, kind activity.Kind) {
			w.Clock.Set(at)
			_, err := w.Activities.Update(apptest.As(w.Staff), s.ActivityID, activity.Patch{FenceMetres: new(0)})
			apptest.Must(t, err)
			relay(t, w, w.Staff, s, kind, p)
			_, err = w.Activities.Update(apptest.As(w.Staff), s.ActivityID, activity.Patch{FenceMetres: new(100)})
			apptest.Must(t, err)
		}
		without(s.StartsAt.Time, activity.In)
		without(s.EndsAt.Time, activity.Out)
		if out, err := confirm(w, w.Staff, s.ID, id, nil); err == nil && out.WaitsFor == "" {
			t.Errorf("%d minutes inside a fence that was not there, reasons %q", out.Minutes, reasons(t, w, s, id))
		}
	})
}

// Right: the offer ends with the new start: nobody takes a place on a shift that is over.
func TestAttackAnOfferOutlivesAShiftMovedForward(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p, q := w.Volunteer("林晓雯"), w.Volunteer("王明月")
		s := w.Shift(1)
		first, second := w.SignUp(p, s.ID), w.Wait(q, s.ID)
		_, err := w.Activities.CancelSignup(apptest.As(p), first.ID, "")
		apptest.Must(t, err)
		starts := w.Clock.Now().Add(time.Minute)
		apptest.Must(t, move(w, s, activity.ShiftChange{StartsAt: &starts, EndsAt: ptr(starts.Add(30 * time.Minute))}))
		w.Clock.Advance(80 * time.Minute)
		if _, err = w.Activities.ConfirmSignup(apptest.As(q), second.ID); err == nil {
			t.Error("a place was taken on a shift that has been over for 49 minutes")
		}
	})
}

// Right: their place stays: that they wait elsewhere, with no place, is no clash that is certain.
func TestAttackAWaitElsewhereCostsThePlace(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p := w.Volunteer("林晓雯")
		a, b := w.Shift(3), w.Publish(w.Draft(), apptest.At(48*time.Hour, 1))[0].Shift
		g := w.SignUp(p, a.ID)
		w.SignUp(w.Volunteer("王明月"), b.ID)
		w.Wait(p, b.ID)
		c := to(a, 49*time.Hour)
		if err := move(w, a, c); err != nil {
			t.Errorf("refused for somebody who only waits there: %v", err)
		}
		c.AskAgain = true
		_ = move(w, a, c)
		w.Clock.Advance(3 * time.Hour)
		apptest.Must(t, w.Activities.Sweep(ctx))
		if got := w.Signup(g.ID).State; got != activity.Confirmed {
			t.Errorf("the place is %s", got)
		}
	})
}

// Right: nothing stays on the list that is settled, whoever was faster.
func TestAttackALookAndAConfirmationAtOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		for range 25 {
			s, ids := by(t, w, w.Staff, 30*time.Hour, 13*time.Hour, w.Crowd(6)...)
			w.Clock.Set(s.EndsAt.Add(time.Hour))
			done := make(chan error, 2*len(ids))
			for _, id := range ids {
				go func() {
					_, err := confirm(w, w.Second, s.ID, id, nil)
					done <- err
				}()
				go func() { done <- w.Activities.Sweep(ctx) }()
			}
			for range 2 * len(ids) {
				apptest.Must(t, <-done)
			}
		}
		if n := w.Count("attendances", "needs_look = ? AND signup_id IN (SELECT id FROM signups WHERE state = 'attended')", true); n > 0 {
			t.Errorf("%d that are credited stay on the attention list, and no deed takes them off", n)
		}
	})
}

// Right: a proposal that a confirmation has overtaken ends with it: it can only be refused now, and stands on the list until somebody does.
func TestAttackAProposalOvertakenByAConfirmation(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s, ids := by(t, w, w.Staff, 2*time.Hour, 13*time.Hour, w.Volunteer("林晓雯"))
		_, err := confirm(w, w.Staff, s.ID, ids[0], nil) // waits for a colleague
		apptest.Must(t, err)
		_, err = confirm(w, w.Second, s.ID, ids[0], nil) // who confirms on the sheet
		apptest.Must(t, err)
		list, err := w.Hours.Proposals(apptest.As(w.Second), 0, 9)
		if apptest.Must(t, err); len(list) == 0 {
			return
		}
		out, err := w.Activities.DecideProposals(apptest.As(w.Second), []int64{list[0].ID}, true, "")
		apptest.Must(t, err)
		t.Errorf("it waits for a %s, who is told: %v", list[0].WaitsFor, out[0].Err)
	})
}

// Right: it is marked daily_cap, so that the district knows what it approves (as minutes by hand are).
func TestAttackACorrectionOverTheCapIsNotMarked(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		admin := w.AdminOf(w.District, "马建军")
		p, s := w.Volunteer("林晓雯"), over(w, 15*time.Hour, 24*time.Hour)
		id := was(t, w, p, s, s.StartsAt.Time, s.StartsAt.Add(time.Hour))
		w.Clock.Set(s.EndsAt.Add(time.Hour))
		_, err := confirm(w, w.Second, s.ID, id, nil)
		if apptest.Must(t, err); w.Count("hour_entries", "1 = 1") == 0 { // a long shift: whoever has no hand
			list, err := w.Hours.Proposals(apptest.As(admin), 0, 9)
			apptest.Must(t, err)
			_, err = w.Activities.DecideProposals(apptest.As(admin), []int64{list[0].ID}, true, "")
			apptest.Must(t, err)
		}
		lines, err := w.Hours.EntriesOf(ctx, p.PersonID, hours.Filter{Limit: 1})
		apptest.Must(t, err)
		c, err := w.Hours.ProposeCorrection(apptest.As(w.Staff), lines[0].ID, 1440, &hours.Span{From: s.StartsAt, To: s.EndsAt}, "整天都在")
		apptest.Must(t, err)
		out, err := w.Activities.DecideProposals(apptest.As(admin), []int64{c.ID}, true, "")
		apptest.Must(t, err)
		if out[0].Err == nil && c.Why != hours.WhyDailyCap {
			t.Errorf("the district approved %d minutes of one day, marked %q", total(w, t), c.Why)
		}
	})
}
