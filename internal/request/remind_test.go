package request_test

import (
	"sync"
	"testing"
	"time"

	"yimi/internal/apptest"
	"yimi/internal/request"
)

// Of a booking who asked is reminded a day and two hours before, once each, however many
// servers look; anew when it moves; and not of what was booked within that time.
func TestRemindersComeOnce(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		service := l.Bookable("法律咨询", apptest.Instantly)
		provider := l.Provider(l.Station, "丁立强", service)
		lin := l.Volunteer("林国栋")
		starts := time.Date(2026, 3, 10, 10, 0, 0, 0, apptest.Start.Location())
		made := l.Reserve(lin, service, provider, starts)
		reminders := func() (n int64) {
			var all sync.WaitGroup
			for range 4 {
				all.Go(func() {
					if err := l.Requests.Remind(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			return l.Count("notices", "kind = 'booking_reminder' AND person_id = ?", lin.PersonID)
		}
		at := func(before time.Duration, want int64) {
			t.Helper()
			l.Clock.Set(starts.Add(-before))
			if n := reminders(); n != want {
				t.Errorf("%v before: %d reminders, not %d", before, n, want)
			}
		}
		at(25*time.Hour, 0)
		at(24*time.Hour, 1)
		at(3*time.Hour, 1)
		_, err := l.Requests.Reschedule(apptest.As(l.Staff), made.ID, request.Time{StartsAt: starts.AddDate(0, 0, 2), Reason: "社工外出"})
		apptest.Must(t, err)
		starts = starts.AddDate(0, 0, 2)
		at(30*time.Hour, 1)
		at(23*time.Hour, 2)
		at(2*time.Hour, 3)
		at(time.Hour, 3)
		late := l.Reserve(l.Volunteer("马秀兰"), service, provider, starts.Add(time.Hour))
		reminders()
		if n := l.Count("notices", "kind = 'booking_reminder' AND request_id = ?", late.ID); n != 0 {
			t.Errorf("%d reminders of what was booked within two hours", n)
		}
		at(-time.Minute, 3)
	})
}
