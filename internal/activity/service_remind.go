package activity

import (
	"context"
	"time"

	"yimi/internal/jobs"
	"yimi/internal/outbox"
	"yimi/internal/say"
	"yimi/internal/store"
)

// reminder is one of the two times that somebody is reminded of a shift.
type reminder struct {
	rank int
	name string
	note string
	// due is when it is due for a shift, and covers the latest start for which it is due by now.
	due, covers func(time.Time) time.Time
}

const (
	remindBefore = 2 * time.Hour
	remindBatch  = 200 // bounds one round
)

// reminders are the two, the later first: after it the earlier says nothing.
func (s *Service) reminders() []reminder {
	evening := s.limits.RemindEvening
	return []reminder{
		{2, "hours", "来不了请打电话给活动联系人",
			func(starts time.Time) time.Time { return starts.Add(-remindBefore) },
			func(now time.Time) time.Time { return now.Add(remindBefore) }},
		{1, "evening", "来不了请早些取消报名，让给别人",
			func(starts time.Time) time.Time { return dayStart(starts).AddDate(0, 0, -1).Add(evening) },
			func(now time.Time) time.Time {
				return dayStart(now.Add(-evening)).AddDate(0, 0, 2).Add(-time.Millisecond)
			}},
	}
}

// Remind tells who has a place on a shift the evening before and two hours before, once each; anew when the shift
// moves. It is safe on several servers at once.
func (s *Service) Remind(ctx context.Context) error {
	var steps []func(context.Context) error
	for _, r := range s.reminders() {
		steps = append(steps, func(ctx context.Context) error { return s.remindEach(ctx, r) })
	}
	return jobs.Steps(ctx, steps...)
}

func (s *Service) remindEach(ctx context.Context, r reminder) error {
	now := s.db.Now()
	due, err := toRemind(s.db.Read(ctx), now, store.At(r.covers(now.Time)), r.rank, remindBatch)
	if err != nil {
		return err
	}
	return jobs.Each(ctx, due, func(l timedLine) int64 { return l.ID }, func(l timedLine) error { return s.remind(ctx, &l, r) })
}

// remind notes the reminder, and tells it to who knew of the shift's time before it was due: who signed up, or was
// told of a new time, after that needs none.
func (s *Service) remind(ctx context.Context, l *timedLine, r reminder) error {
	return s.db.Tx(ctx, func(tx *store.Tx) error {
		noted, err := setReminded(tx, &l.Signup, r.rank)
		due := r.due(l.StartsAt.Time)
		if err != nil || !noted || !l.CreatedAt.Before(due) || l.TimedAt != nil && !l.TimedAt.Before(due) {
			return err
		}
		err = outbox.Tell(tx, reminderNotice(&l.SignupLine, r, tx.Now.Time))
		if store.IsDuplicate(err) { // the shift moved away and back: they have been told of this time
			return nil
		}
		return err
	})
}

func reminderNotice(l *SignupLine, r reminder, now time.Time) outbox.Notice {
	return outbox.Notice{PersonID: l.PersonID, Kind: NoticeShiftReminder, Event: event("remind:"+r.name, l.ID) + ":" + l.StartsAt.Format("0601021504"),
		Title: say.Near(now, l.StartsAt.Time) + "有活动", Body: "“" + l.ActivityTitle + "”" + say.Span(l.StartsAt.Time, l.EndsAt.Time) + "，在" + l.PlaceName + "。" + r.note,
		Subject: "signup", SubjectID: l.ID}.
		As(MessageShiftReminder, outbox.Words{"activity": l.ActivityTitle, "time": say.Full(l.StartsAt.Time), "place": l.PlaceName, "note": r.note}).Until(l.StartsAt)
}
