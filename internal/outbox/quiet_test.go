package outbox_test

import (
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/hours"
	"yimi/internal/outbox"
	"yimi/internal/store"
)

// By night a message waits until the morning if its kind can, and stands in the app at once; what is urgent goes.
func TestQuietHours(t *testing.T) {
	apptest.EachMail(t, func(t *testing.T, m *apptest.Mail) {
		lin := m.Friend("林晓雯")
		m.Allow(lin, "林晓雯", 20, changed)
		night := time.Date(2026, 3, 5, 22, 0, 0, 0, apptest.Start.Location())
		morning := night.Add(9 * time.Hour)
		of := func(kind outbox.Kind, ends time.Time) func(*outbox.Notice) {
			return func(n *outbox.Notice) { n.Kind, n.SendBefore = kind, ptrTo(store.At(ends)) }
		}
		m.Clock.Set(night.Add(-time.Minute))
		news(m, lin, "in the evening", of(hours.NoticeHoursCredited, morning.Add(time.Hour)))
		apptest.Must(t, m.Outbox.Deliver(t.Context()))
		want(t, m, "sent", 1)
		m.Clock.Set(night)
		news(m, lin, "hours", of(hours.NoticeHoursCredited, morning.Add(time.Hour)))
		news(m, lin, "a reminder of the morning", of(activity.NoticeShiftReminder, morning.Add(time.Hour)))
		news(m, lin, "a reminder of the night", of(activity.NoticeShiftReminder, morning.Add(-time.Hour)))
		news(m, lin, "an offer of days", of(activity.NoticeSignupOffered, morning.Add(time.Hour)))
		news(m, lin, "an offer of the night", of(activity.NoticeSignupOffered, morning.Add(-time.Hour)))
		news(m, lin, "a change", of(activity.NoticeActivityChanged, morning.Add(time.Hour)))
		news(m, lin, "called off", of(activity.NoticeActivityCancelled, morning.Add(time.Hour)))
		if n, err := m.Outbox.Unread(t.Context(), lin.PersonID); err != nil || n != 8 {
			t.Errorf("%d in the app, %v", n, err)
		}
		for _, at := range []time.Time{night, morning.Add(-time.Millisecond)} {
			m.Clock.Set(at)
			apptest.Must(t, m.Outbox.Deliver(t.Context()))
			if got := stand(m); got["sent"] != 4 || got["waiting"] != 4 {
				t.Errorf("at %s they stand at %v", at.Format("15:04"), got)
			}
		}
		m.Clock.Set(morning)
		apptest.Must(t, m.Outbox.Deliver(t.Context()))
		if got := stand(m); got["sent"] != 7 || m.Count("notices", "event = 'a reminder of the night' AND delivery = 'in_app' AND fault = 'too_late'") != 1 {
			t.Errorf("in the morning they stand at %v", got)
		}
	})
}

func ptrTo[T any](v T) *T { return &v }

// Nobody sends a message again that says nothing any more.
func TestAPointlessMessageIsNotResent(t *testing.T) {
	apptest.EachMail(t, func(t *testing.T, m *apptest.Mail) {
		lin, admin := m.Friend("林晓雯"), m.AdminOf(m.District, "马建军")
		ends := m.Clock.Now().Add(time.Hour)
		news(m, lin, "a", func(n *outbox.Notice) { n.SendBefore = ptrTo(store.At(ends)) })
		m.Exec("UPDATE notices SET delivery = 'dead', due_at = NULL, failed_at = created_at")
		var id int64
		apptest.Must(t, m.Store.Read(t.Context()).Table("notices").Select("id").Scan(&id).Error)
		m.Clock.Set(ends)
		apptest.WantCode(t, m.Outbox.Resend(apptest.As(admin), id), "message_over")
	})
}
