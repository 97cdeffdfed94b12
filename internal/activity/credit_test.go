package activity_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/hours"
	"yimi/internal/identity"
	"yimi/internal/policy"
	"yimi/internal/store"
	"yimi/internal/unit"
)

// was puts somebody on a shift that is over with presence, past the rules that keep people from
// being in two places: as a database from before them has it.
func was(t *testing.T, w *apptest.World, p auth.Actor, s activity.Shift, in, out time.Time) int64 {
	t.Helper()
	one := int64(1)
	g := activity.Signup{ShiftID: s.ID, PersonID: p.PersonID, UnitID: s.UnitID, ActivityID: s.ActivityID, StartsAt: s.StartsAt, EndsAt: s.EndsAt, State: activity.Confirmed, Live: &one}
	apptest.Must(t, w.Tx(func(tx *store.Tx) error {
		g.CreatedAt = tx.Now
		if err := tx.Create(&g).Error; err != nil {
			return err
		}
		at := store.At(out)
		if err := tx.Exec("UPDATE shifts SET taken = taken + 1 WHERE id = ?", s.ID).Error; err != nil {
			return err
		}
		return tx.Create(&activity.Attendance{SignupID: g.ID, ShiftID: s.ID, UnitID: s.UnitID, InAt: store.At(in), InMethod: activity.ByCode, OutAt: &at, OutMethod: activity.ByCode}).Error
	}))
	return g.ID
}

// over gives a shift of so many hours that started so long after Start, and goes past everything.
func over(w *apptest.World, after, long time.Duration) activity.Shift {
	starts := apptest.Start.Add(after)
	now := w.Clock.Now()
	w.Clock.Set(apptest.Start)
	s := w.Publish(w.Draft(), activity.Shift{StartsAt: store.At(starts), EndsAt: store.At(starts.Add(long)), Capacity: 30})[0].Shift
	w.Clock.Set(now)
	return s
}

func confirm(w *apptest.World, by auth.Actor, shift, signup int64, given *hours.Span) (activity.Outcome, error) {
	return w.Record(by, shift, activity.Deed{SignupID: signup, Action: "confirm", Given: given})
}

// One minute is credited once: the entry that has it is named, and staff may credit the rest.
func TestAMinuteIsCreditedOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p := w.Volunteer("林晓雯")
		a, b, c := over(w, 24*time.Hour, 3*time.Hour), over(w, 26*time.Hour, 3*time.Hour), over(w, 27*time.Hour, time.Hour)
		first := was(t, w, p, a, a.StartsAt.Time, a.EndsAt.Time)
		second := was(t, w, p, b, b.StartsAt.Time, b.EndsAt.Time)
		w.Clock.Set(apptest.Start.Add(50 * time.Hour))
		_, err := confirm(w, w.Staff, a.ID, first, nil)
		apptest.Must(t, err)
		_, err = confirm(w, w.Staff, b.ID, second, nil)
		apptest.WantCode(t, err, "time_credited")
		f := fault.From(err)
		if !strings.Contains(f.Message, "清河行动") || !strings.Contains(f.Message, w.Station.Name) || len(f.Openings) != 1 ||
			!f.Openings[0].StartsAt.Equal(a.EndsAt.Time) || !f.Openings[0].EndsAt.Equal(b.EndsAt.Time) {
			t.Errorf("%+v", f)
		}
		if g := w.Signup(second); g.State != activity.Confirmed || w.Count("hour_entries", "1 = 1") != 1 {
			t.Error("a refused confirmation left something", g.State)
		}
		rest := &hours.Span{From: store.At(f.Openings[0].StartsAt), To: store.At(f.Openings[0].EndsAt)}
		out, err := confirm(w, w.Staff, b.ID, second, rest) // touching is no overlap
		if apptest.Must(t, err); out.Minutes != 120 {
			t.Errorf("%d minutes of the rest", out.Minutes)
		}
		third := was(t, w, p, c, c.StartsAt.Time, c.EndsAt.Time)
		_, err = confirm(w, w.Staff, c.ID, third, nil)
		if apptest.WantCode(t, err, "time_credited"); len(fault.From(err).Openings) != 0 {
			t.Error("something is left of a time that is all credited")
		}
		_, err = confirm(w, w.Staff, c.ID, third, rest)
		apptest.WantCode(t, err, "invalid_fields") // not within the presence
		w.Whole(t)
	})
}

// Minutes by hand fall under the same: refused when proposed, and again when approved.
func TestMinutesByHandTakeTheirTime(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p := w.Volunteer("林晓雯")
		a, b := over(w, 24*time.Hour, 3*time.Hour), over(w, 26*time.Hour, 3*time.Hour)
		first := was(t, w, p, a, a.StartsAt.Time, a.EndsAt.Time)
		second := was(t, w, p, b, b.StartsAt.Time, b.EndsAt.Time)
		w.Clock.Set(apptest.Start.Add(50 * time.Hour))
		byHand := func(given *hours.Span, minutes int) error {
			_, err := w.Record(w.Staff, b.ID, activity.Deed{SignupID: second, Action: "correct", Given: given, Minutes: minutes, Reason: "在场"})
			return err
		}
		apptest.WantCode(t, byHand(nil, 60), "invalid_fields")                                                                    // minutes alone are not enough
		apptest.WantCode(t, byHand(apptest.First(b, 60), 61), "invalid_fields")                                                   // more than the time holds
		apptest.WantCode(t, byHand(&hours.Span{From: a.StartsAt, To: store.At(b.StartsAt.Add(time.Hour))}, 60), "invalid_fields") // outside of the shift
		apptest.Must(t, byHand(apptest.First(b, 90), 60))
		_, err := confirm(w, w.Second, a.ID, first, nil) // meanwhile the other shift is confirmed
		apptest.Must(t, err)
		list, err := w.Hours.Proposals(apptest.As(w.Second), 0, 9)
		apptest.Must(t, err)
		decide := func(approve bool) error {
			out, err := w.Activities.DecideProposals(apptest.As(w.Second), []int64{list[0].ID}, approve, "重叠了")
			apptest.Must(t, err)
			return out[0].Err
		}
		apptest.WantCode(t, decide(true), "time_credited")
		apptest.Must(t, decide(false))
		apptest.WantCode(t, byHand(apptest.First(b, 90), 60), "time_credited") // and now it is not even proposed
		apptest.Must(t, byHand(&hours.Span{From: a.EndsAt, To: b.EndsAt}, 0))
		w.Whole(t)
	})
}

// What a correction takes away is free again; what it adds must be free.
func TestCorrectionsFreeAndTakeTime(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p := w.Volunteer("林晓雯")
		a, b := over(w, 24*time.Hour, 3*time.Hour), over(w, 26*time.Hour, 3*time.Hour)
		first := was(t, w, p, a, a.StartsAt.Time, a.EndsAt.Time)
		second := was(t, w, p, b, b.StartsAt.Time, b.EndsAt.Time)
		w.Clock.Set(apptest.Start.Add(50 * time.Hour))
		_, err := confirm(w, w.Staff, a.ID, first, nil)
		apptest.Must(t, err)
		lines, err := w.Hours.EntriesOf(ctx, p.PersonID, hours.Filter{Limit: 1})
		apptest.Must(t, err)
		correct := func(minutes int, given *hours.Span) error {
			c, err := w.Hours.ProposeCorrection(apptest.As(w.Staff), lines[0].ID, minutes, given, "早走了")
			if err != nil {
				return err
			}
			out, err := w.Activities.DecideProposals(apptest.As(w.Second), []int64{c.ID}, true, "")
			apptest.Must(t, err)
			return out[0].Err
		}
		apptest.Must(t, correct(150, nil)) // half an hour away in between: the time stays taken
		_, err = confirm(w, w.Staff, b.ID, second, nil)
		apptest.WantCode(t, err, "time_credited")
		apptest.Must(t, correct(100, apptest.First(a, 120)))
		_, err = confirm(w, w.Staff, b.ID, second, nil)
		apptest.Must(t, err)
		apptest.WantCode(t, correct(160, nil), "invalid_fields") // more than its time holds
		apptest.WantCode(t, correct(160, apptest.First(a, 170)), "time_credited")
		apptest.Must(t, correct(110, nil)) // within the time it has
		apptest.Must(t, correct(0, nil))
		apptest.WantCode(t, correct(30, nil), "invalid_fields") // its time is gone
		apptest.Must(t, correct(30, apptest.First(a, 30)))
		w.Whole(t)
	})
}

// More than the daily cap waits for somebody of the district, whoever confirms or approves; a
// span over midnight counts to each day.
func TestADayHasACap(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p, admin := w.Volunteer("林晓雯"), w.AdminOf(w.District, "马建军")
		night := over(w, 28*time.Hour, 20*time.Hour) // 13:00 to 9:00 on the next day
		day := over(w, 48*time.Hour+time.Minute, 8*time.Hour)
		first := was(t, w, p, night, night.StartsAt.Time, night.EndsAt.Time)
		second := was(t, w, p, day, day.StartsAt.Time, day.EndsAt.Time)
		w.Clock.Set(apptest.Start.Add(80 * time.Hour))
		out, err := confirm(w, w.Staff, night.ID, first, nil) // 11 and 9 hours
		if apptest.Must(t, err); out.Minutes != 1200 || out.WaitsFor != "" {
			t.Errorf("%+v", out)
		}
		out, err = confirm(w, w.Staff, day.ID, second, nil) // 9 and 8 hours on the second
		if apptest.Must(t, err); out.WaitsFor != hours.ForDistrict || out.State != string(activity.Confirmed) || w.Count("hour_entries", "1 = 1") != 1 {
			t.Errorf("%+v", out)
		}
		_, err = confirm(w, w.Staff, day.ID, second, nil)
		apptest.WantCode(t, err, "proposal_open")
		list, err := w.Hours.Proposals(apptest.As(admin), 0, 9)
		apptest.Must(t, err)
		if len(list) != 1 || !list[0].Presence || list[0].Why != hours.WhyDailyCap {
			t.Fatalf("%+v", list)
		}
		approve := func(by auth.Actor) error {
			out, err := w.Activities.DecideProposals(apptest.As(by), []int64{list[0].ID}, true, "")
			apptest.Must(t, err)
			return out[0].Err
		}
		apptest.WantCode(t, approve(w.Second), "daily_cap")
		apptest.WantCode(t, approve(w.Staff), "second_person_needed")
		apptest.Must(t, approve(admin))
		if n := w.Count("hour_entries", "class = 'system' AND minutes = 480 AND recorded_by = ? AND approved_by = ?", w.Staff.PersonID, admin.PersonID); n != 1 {
			t.Errorf("%d entries", n)
		}
		w.Whole(t)
	})
}

// The cap of a district is its own, and of the day of the shift: it binds no other district and no day before. What it
// asks the district for names the row, which is frozen from then on.
func TestTheCapOfADistrict(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		far, err := w.Units.Bootstrap(ctx, "康巴什区社会工作中心")
		apptest.Must(t, err)
		admin, theirs := w.AdminOf(w.District, "马建军"), w.StaffOf(far, "白雪")
		policyOf := func(day string, minutes int64) int64 {
			l, err := w.Policies.Create(apptest.As(admin), policy.Policy{UnitID: w.District.ID, Kind: policy.DailyCap, FromDay: day, Value: minutes})
			apptest.Must(t, err)
			return l.ID
		}
		four := policyOf("2026-03-07", 4*60)
		policyOf("2026-03-08", 10*60)
		try := func(by auth.Actor, u unit.Unit, days int) activity.Outcome {
			t.Helper()
			s := over(w, time.Duration(days*24)*time.Hour, 5*time.Hour)
			w.Exec("UPDATE activities SET unit_id = ? WHERE id = ?", u.ID, s.ActivityID)
			w.Exec("UPDATE shifts SET unit_id = ? WHERE id = ?", u.ID, s.ID)
			s.UnitID = u.ID
			id := was(t, w, w.Volunteer(fmt.Sprint("林晓雯", days, u.ID)), s, s.StartsAt.Time, s.EndsAt.Time)
			w.Clock.Set(apptest.Start.Add(time.Duration(days*24+10) * time.Hour))
			out, err := confirm(w, by, s.ID, id, nil)
			apptest.Must(t, err)
			return out
		}
		for _, x := range []struct {
			by     auth.Actor
			unit   unit.Unit
			days   int // after the fifth
			waits  hours.Waits
			policy *int64
		}{
			{w.Staff, w.Station, 1, "", nil},
			{w.Staff, w.Station, 2, hours.ForDistrict, &four},
			{theirs, far, 2, "", nil},
			{w.Staff, w.Station, 3, "", nil},
		} {
			if out := try(x.by, x.unit, x.days); out.Minutes != 300 || out.WaitsFor != x.waits {
				t.Errorf("%s after %d days: %+v", x.unit.Name, x.days, out)
			}
		}
		if w.Count("hour_proposals", "policy_id = ? AND why = 'daily_cap'", four) != 1 || w.Count("hour_proposals", "1 = 1") != 1 ||
			w.Count("policies", "used = ? AND id = ?", true, four) != 1 || w.Count("policies", "used = ?", true) != 1 {
			t.Error("the row is not copied, or not frozen")
		}

		// Minutes by hand and corrections ask by the same row.
		s := over(w, 50*time.Hour, 5*time.Hour)
		id := was(t, w, w.Volunteer("马兰"), s, s.StartsAt.Time, s.StartsAt.Add(3*time.Hour))
		w.Clock.Set(apptest.Start.Add(90 * time.Hour))
		_, err = confirm(w, w.Staff, s.ID, id, nil)
		apptest.Must(t, err)
		var entry int64
		apptest.Must(t, w.Store.Read(ctx).Table("hour_entries").Where("source_id = ?", id).Pluck("id", &entry).Error)
		p, err := w.Hours.ProposeCorrection(apptest.As(w.Staff), entry, 290, &hours.Span{From: s.StartsAt, To: s.EndsAt}, "补记")
		apptest.Must(t, err)
		if p.Why != hours.WhyDailyCap || p.PolicyID == nil || *p.PolicyID != four {
			t.Errorf("%+v", p.Proposal)
		}
		w.Whole(t)
		w.Exec("UPDATE policies SET used = ?", false)
		if r, err := w.Hours.Verify(ctx, func(int64) {}); err != nil || len(r.Problems) != 2 {
			t.Errorf("%v %v", r, err)
		}
	})
}

// Two who confirm one person's overlapping presence at the same moment: one is credited.
func TestManyConfirmOnePersonAtOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p := w.Volunteer("林晓雯")
		var shifts []activity.Shift
		var signups []int64
		for i := range 8 {
			s := over(w, time.Duration(24+i)*time.Hour, 9*time.Hour) // all have the ninth hour in common
			shifts, signups = append(shifts, s), append(signups, was(t, w, p, s, s.StartsAt.Time, s.EndsAt.Time))
		}
		w.Clock.Set(apptest.Start.Add(60 * time.Hour))
		var wg sync.WaitGroup
		for i := range shifts {
			wg.Go(func() {
				_, err := confirm(w, []auth.Actor{w.Staff, w.Second}[i%2], shifts[i].ID, signups[i], nil)
				expect(t, err, "time_credited")
			})
		}
		wg.Wait()
		if n := w.Count("hour_entries", "1 = 1"); n != 1 {
			t.Errorf("%d entries of one time", n)
		}
		w.Whole(t)
	})
}

// Two accounts of one person were in two places; one is credited, they are merged, and the other's
// open attendance is not credited any more.
func TestMergeWithAnOpenAttendance(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		admin := w.AdminOf(w.District, "马建军")
		p, q := w.Volunteer("林晓雯"), w.Volunteer("林晓雯")
		a, b := over(w, 24*time.Hour, 3*time.Hour), over(w, 25*time.Hour, time.Hour)
		first := was(t, w, p, a, a.StartsAt.Time, a.EndsAt.Time)
		second := was(t, w, q, b, b.StartsAt.Time, b.EndsAt.Time)
		w.Clock.Set(apptest.Start.Add(50 * time.Hour))
		f := identity.Duplicate{LowID: p.PersonID, HighID: q.PersonID, ByPhone: true, State: identity.DuplicateOpen, FoundAt: w.Store.Now()}
		apptest.Must(t, w.Tx(func(tx *store.Tx) error { return tx.Create(&f).Error }))
		_, err := confirm(w, w.Staff, a.ID, first, nil)
		apptest.Must(t, err)
		merge := func(keep int64) error { return w.Identity.Merge(apptest.As(admin), f.ID, keep, "同一个人") }
		apptest.Must(t, merge(q.PersonID)) // the credited account goes into the one with the open attendance
		_, err = confirm(w, w.Staff, b.ID, second, nil)
		apptest.WantCode(t, err, "time_credited")
		if v, err := w.Hours.TotalOf(ctx, q.PersonID); err != nil || v.Minutes != 180 {
			t.Errorf("%+v %v", v, err)
		}
		w.Whole(t)
	})
}
