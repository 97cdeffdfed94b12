package activity_test

import (
	"testing"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/store"
)

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
