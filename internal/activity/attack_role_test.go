package activity_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/campaign"
	"yimi/internal/hours"
	"yimi/internal/store"
)

// Right: whoever gives an activity another campaign and whoever adds or moves a shift of it at one moment: never a shift
// outside of the period of the campaign that the activity is of.
func TestAttackAnotherCampaignWhileAShiftComes(t *testing.T) {
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
			wg.Go(func() { _, _ = w.Activities.Update(admin, l.ID, activity.Changes{"campaign_id": c.ID}) })
			if n%2 == 0 {
				wg.Go(func() {
					_, _ = w.Activities.AddShift(admin, l.ID, activity.Shift{StartsAt: store.At(late), EndsAt: store.At(ends), Capacity: 1})
				})
			} else {
				wg.Go(func() {
					_, _ = w.Activities.UpdateShift(admin, l.Shifts[0].ID, activity.ShiftChange{StartsAt: &late, EndsAt: &ends})
				})
			}
			wg.Wait()
		}
		if n := outside(); n != 0 {
			t.Errorf("%d shifts outside of their campaign's period", n)
		}
	})
}

// Right: who did what stays when accounts become one: what the volunteer did with a sign-up by the account that went is
// still theirs in the export.
func TestAttackAMergedVolunteersOwnSteps(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		people := w.People("林晓雯", "林晓雯（旧）")
		kept, gone := people[0], people[1]
		mine := func(who int64) (n int) {
			t.Helper()
			x, err := w.Activities.Export(ctx, who)
			apptest.Must(t, err)
			for _, g := range x.(activity.Export).Signups {
				for _, step := range g.Timeline {
					if step.Mine {
						n++
					}
				}
			}
			return n
		}
		w.SignUp(gone, w.Shift(3).ID)
		before := mine(gone.PersonID)
		apptest.Must(t, w.Tx(func(tx *store.Tx) error { return activity.Merge(tx, gone.PersonID, kept.PersonID) }))
		if after := mine(kept.PersonID); before == 0 || after != before {
			t.Errorf("%d steps of one's own before, %d after", before, after)
		}
	})
}
