package activity_test

import (
	"cmp"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/campaign"
	"yimi/internal/fault"
	"yimi/internal/hours"
	"yimi/internal/store"
)

// A campaign takes shifts within its first and last day alone, whichever way they come to be there.
func TestACampaignTakesShiftsWithinItsPeriod(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		admin := apptest.As(w.AdminOf(w.District, "马志宏"))
		now := w.Clock.Now().In(hours.Shanghai)
		day := func(n int) string { return now.AddDate(0, 0, n).Format(time.DateOnly) }
		at := func(n, hour, minutes int) activity.Shift {
			y, m, d := now.AddDate(0, 0, n).Date()
			from := time.Date(y, m, d, hour, 0, 0, 0, hours.Shanghai)
			return activity.Shift{StartsAt: store.At(from), EndsAt: store.At(from.Add(time.Duration(minutes) * time.Minute)), Capacity: 2}
		}
		brand := func(name string, from, to int) int64 {
			t.Helper()
			c, err := w.Campaigns.Create(admin, &campaign.Campaign{UnitID: w.District.ID, Name: name, Story: "x", Art: "river", GoalMinutes: 60, StartsOn: day(from), EndsOn: day(to)})
			apptest.Must(t, err)
			return c.ID
		}
		over, short, later := brand("过去的", -20, -1), brand("短的", 2, 5), brand("以后的", 10, 20)
		of := func(id int64) *activity.Activity { a := w.Draft(); a.CampaignID = id; return a }
		outside := func(err error) {
			t.Helper()
			apptest.WantCode(t, err, "outside_campaign")
			if f := fault.From(err); !strings.Contains(f.Message, now.AddDate(0, 0, 2).Format("2006年1月2日")) || !strings.Contains(f.Message, now.AddDate(0, 0, 5).Format("2006年1月2日")) {
				t.Errorf("the words do not say the period: %s", f.Message)
			}
		}
		_, err := w.Activities.Create(admin, of(over), nil)
		apptest.WantCode(t, err, "campaign_over")
		_, err = w.Activities.Create(admin, of(short), []activity.Shift{at(1, 9, 60)})
		outside(err)
		l, err := w.Activities.Create(admin, of(short), []activity.Shift{at(2, 0, 60), at(5, 22, 120)}) // from the first instant to the last
		apptest.Must(t, err)
		for _, s := range []activity.Shift{at(5, 22, 121), at(6, 0, 60), at(1, 23, 90)} {
			_, err = w.Activities.AddShift(admin, l.ID, s)
			outside(err)
		}
		_, err = w.Activities.AddSeries(admin, l.ID, activity.Series{Weekdays: "1,2,3,4,5,6,7", StartTime: "09:00", EndTime: "10:00", FromDate: day(3), UntilDate: day(6), Capacity: 2})
		outside(err)
		l, err = w.Activities.AddSeries(admin, l.ID, activity.Series{Weekdays: "1,2,3,4,5,6,7", StartTime: "09:00", EndTime: "10:00", FromDate: day(3), UntilDate: day(5), Capacity: 2})
		apptest.Must(t, err)
		if n := len(l.Shifts); n != 5 {
			t.Fatalf("%d shifts", n)
		}
		first, gone := l.Shifts[0], at(7, 9, 60)
		_, err = w.Activities.UpdateShift(admin, first.ID, activity.ShiftChange{StartsAt: &gone.StartsAt.Time, EndsAt: &gone.EndsAt.Time})
		outside(err)
		_, err = w.Activities.UpdateSeries(admin, *l.Shifts[3].SeriesID, activity.SeriesChange{StartTime: some("20:00"), EndTime: some("04:00")}) // the last one past midnight
		outside(err)
		for id, code := range map[int64]string{over: "campaign_over", later: "outside_campaign"} {
			_, err = w.Activities.Update(admin, l.ID, activity.Patch{CampaignID: new(id)})
			apptest.WantCode(t, err, code)
		}
		_, err = w.Activities.Update(admin, l.ID, activity.Patch{CampaignID: new(w.Campaign)})
		apptest.Must(t, err)
		_, err = w.Activities.Update(admin, l.ID, activity.Patch{CampaignID: new(short)})
		apptest.Must(t, err)

		// The period gives way to no shift that stands; what is called off stands no more.
		_, err = w.Campaigns.Update(admin, short, campaign.Patch{EndsOn: new(day(4))})
		apptest.WantCode(t, err, "shifts_beyond")
		for _, s := range l.Shifts {
			if s.StartsAt.After(at(5, 0, 1).StartsAt.Time) {
				_, err = w.Activities.CancelShift(admin, s.ID, "改期")
				apptest.Must(t, err)
			}
		}
		_, err = w.Campaigns.Update(admin, short, campaign.Patch{EndsOn: new(day(4))})
		apptest.Must(t, err)

		// What stood outside before stays, counts, and may change but for its time.
		w.Exec("UPDATE campaigns SET ends_on = ? WHERE id = ?", day(1), short)
		five := 5
		_, err = w.Activities.UpdateShift(admin, first.ID, activity.ShiftChange{Capacity: &five})
		apptest.Must(t, err)
		_, err = w.Activities.Update(admin, l.ID, activity.Patch{Title: new("还在的活动")})
		apptest.Must(t, err)
		if all, err := w.Campaigns.List(admin); err != nil || len(all) != 4 { // one that is over is there to be read
			t.Errorf("%d campaigns, %v", len(all), err)
		}
	})
}

func some[T any](v T) *T { return &v }

// Whoever ends a campaign and whoever adds a shift at one moment: never a shift outside.
func TestACampaignEndedWhileAShiftIsAdded(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		admin := apptest.As(w.AdminOf(w.District, "马志宏"))
		l, err := w.Activities.Create(admin, w.Draft(), nil)
		apptest.Must(t, err)
		for n := range 8 {
			last := w.Clock.Now().In(hours.Shanghai).AddDate(0, 0, 60-n)
			starts := last.Add(time.Duration(n) * time.Minute)
			var wg sync.WaitGroup
			var added, ended error
			wg.Go(func() {
				_, added = w.Activities.AddShift(admin, l.ID, activity.Shift{StartsAt: store.At(starts), EndsAt: store.At(starts.Add(time.Minute)), Capacity: 1})
			})
			wg.Go(func() {
				_, ended = w.Campaigns.Update(admin, w.Campaign, campaign.Patch{EndsOn: new(last.AddDate(0, 0, -1).Format(time.DateOnly))})
			})
			wg.Wait()
			if (added == nil) == (ended == nil) {
				t.Fatalf("%d: a shift %v, the end %v", n, added, ended)
			}
			if added != nil {
				apptest.WantCode(t, added, "outside_campaign")
				continue
			}
			apptest.WantCode(t, ended, "shifts_beyond")
			w.Exec("UPDATE shifts SET state = 'cancelled' WHERE activity_id = ?", l.ID)
		}
	})
}

// Whoever gives an activity another campaign and whoever adds or moves a shift of it at one moment: one is refused, and
// there is never a shift outside of the period of the campaign that the activity is of.
func TestAnotherCampaignWhileAShiftComes(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		admin := apptest.As(w.AdminOf(w.District, "马志宏"))
		day := func(n int) string {
			return w.Clock.Now().In(hours.Shanghai).AddDate(0, 0, n).Format(time.DateOnly)
		}
		outside := func() int64 {
			return w.Count("shifts JOIN activities ON activities.id = shifts.activity_id JOIN campaigns ON campaigns.id = activities.campaign_id",
				"shifts.state = 'open' AND campaigns.name LIKE '短的%' AND shifts.starts_at > ?", w.Clock.Now().AddDate(0, 0, 6).UnixMilli())
		}
		for n := range 20 {
			c, err := w.Campaigns.Create(admin, &campaign.Campaign{UnitID: w.District.ID, Name: fmt.Sprintf("短的%d", n), Story: "x", Art: "river", GoalMinutes: 60, StartsOn: day(0), EndsOn: day(5)})
			apptest.Must(t, err)
			from := w.Clock.Now().Add(24 * time.Hour)
			l, err := w.Activities.Create(admin, w.Draft(), []activity.Shift{{StartsAt: store.At(from), EndsAt: store.At(from.Add(time.Hour)), Capacity: 1}})
			apptest.Must(t, err)
			late := w.Clock.Now().Add(20 * 24 * time.Hour)
			ends := late.Add(time.Hour)
			var wg sync.WaitGroup
			var given, timed error
			wg.Go(func() { _, given = w.Activities.Update(admin, l.ID, activity.Patch{CampaignID: new(c.ID)}) })
			if n%2 == 0 {
				wg.Go(func() {
					_, timed = w.Activities.AddShift(admin, l.ID, activity.Shift{StartsAt: store.At(late), EndsAt: store.At(ends), Capacity: 1})
				})
			} else {
				wg.Go(func() {
					_, timed = w.Activities.UpdateShift(admin, l.Shifts[0].ID, activity.ShiftChange{StartsAt: &late, EndsAt: &ends})
				})
			}
			wg.Wait()
			if (given == nil) == (timed == nil) {
				t.Fatalf("%d: another campaign %v, a shift %v", n, given, timed)
			}
			apptest.WantCode(t, cmp.Or(given, timed), "outside_campaign")
		}
		if n := outside(); n != 0 {
			t.Errorf("%d shifts outside of their campaign's period", n)
		}
	})
}
