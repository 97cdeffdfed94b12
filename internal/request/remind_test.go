package request_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/outbox"
	"yimi/internal/request"
	"yimi/internal/store"
)

// A reminder that cannot be written holds up no other, nor the other kind.
func TestRemindersGoOnAfterABadOne(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		service := l.Bookable("法律咨询", apptest.Instantly)
		provider := l.Provider(l.Station, "丁立强", service)
		lin, ma, wang := l.Volunteer("林国栋"), l.Volunteer("马秀兰"), l.Volunteer("王桂花")
		day := time.Date(2026, 3, 10, 9, 0, 0, 0, apptest.Start.Location())
		bad := l.BookingOf(l.Reserve(lin, service, provider, day.Add(time.Hour)).ID)
		l.Reserve(ma, service, provider, day.Add(2*time.Hour))
		l.Reserve(wang, service, provider, day.AddDate(0, 0, 1))
		said := fmt.Sprintf("remind:%d:%d:%s", bad.ID, bad.StartsAt.UnixMilli(), booking.HoursBefore.Before)
		apptest.Must(t, l.Tx(func(tx *store.Tx) error { // no notice is told twice: a unique key
			return outbox.Tell(tx, outbox.Notice{PersonID: lin.PersonID, Kind: request.NoticeBookingReminder, Event: said, Title: "马上有预约", Body: "马上有预约"})
		}))
		l.Clock.Set(day)
		if err := l.Requests.Remind(t.Context()); err == nil {
			t.Error("no error")
		}
		for before, a := range map[string]auth.Actor{":2h0m0s": ma, ":24h0m0s": wang} {
			if n := l.Count("notices", "event LIKE ? AND person_id = ?", "remind:%"+before, a.PersonID); n != 1 {
				t.Errorf("%s before: %d reminders", before, n)
			}
		}
	})
}

// A request whose file cannot be deleted holds up no other, and is tried once in a round.
func TestPruningGoesOnAfterABadRequest(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		bad := l.Put(request.Draft)
		var good []int64
		for range 60 { // more than a batch
			good = append(good, l.Put(request.Draft).ID)
		}
		apptest.Must(t, l.Requests.Files.Write("stuck/inside", []byte("x"))) // a folder is no file
		l.Exec("UPDATE requests SET state_since = state_since - 1 WHERE id = ?", bad.ID)
		apptest.Must(t, l.Tx(func(tx *store.Tx) error {
			return tx.Create(&request.Attachment{RequestID: bad.ID, Position: 1, Name: "stuck", Kind: "pdf", Bytes: 1, AuthorID: *bad.PersonID, CreatedAt: tx.Now}).Error
		}))
		l.Clock.Advance(time.Hour)
		n, err := l.Requests.PruneDrafts(t.Context(), store.At(l.Clock.Now()))
		if n != len(good) || err == nil || strings.Count(err.Error(), fmt.Sprintf("row %d:", bad.ID)) != 1 {
			t.Errorf("%d are deleted, %v", n, err)
		}
		if left := l.Count("requests", "1 = 1"); left != 1 {
			t.Errorf("%d are left", left)
		}
	})
}

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
		if n := l.Count("notices", "kind = 'booking_reminder' AND subject_id = ?", late.ID); n != 0 {
			t.Errorf("%d reminders of what was booked within two hours", n)
		}
		at(-time.Minute, 3)
	})
}

// A reminder that a server tells late says the day as it is then.
func TestALateReminderSaysTheTrueDay(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		service := l.Bookable("法律咨询", apptest.Instantly)
		provider := l.Provider(l.Station, "丁立强", service)
		starts := time.Date(2026, 3, 10, 10, 0, 0, 0, apptest.Start.Location())
		for name, before := range map[string]time.Duration{"明天有预约": 24 * time.Hour, "今天有预约": 3 * time.Hour} {
			starts = starts.AddDate(0, 0, 1)
			l.Clock.Set(starts.AddDate(0, 0, -4))
			made := l.Reserve(l.Volunteer("林国栋"), service, provider, starts)
			l.Clock.Set(starts.Add(-before))
			apptest.Must(t, l.Requests.Remind(t.Context()))
			if n := l.Count("notices", "kind = 'booking_reminder' AND subject_id = ? AND title = ?", made.ID, name); n != 1 {
				t.Errorf("%v before it does not say %s", before, name)
			}
		}
	})
}
