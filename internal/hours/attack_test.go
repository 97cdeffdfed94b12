package hours_test

import (
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/hours"
	"yimi/internal/store"
)

// Attacks that succeeded once; the line above each test says what the right answer is.

// warned is all that verify says.
func (b *book) warned(t *testing.T) (problems, warnings []string) {
	t.Helper()
	r, err := b.Hours.Verify(ctx, func(int64) {})
	apptest.Must(t, err)
	return r.Problems, r.Warnings
}

// entryOfPresence is an entry of class system with its attendance and the shift 09:00-12:00, present for the first hour.
func entryOfPresence(t *testing.T, b *book) *hours.Entry {
	t.Helper()
	p, s := b.Volunteer("林晓雯"), b.Shift(3)
	g := b.SignUp(p, s.ID)
	b.Serve(p, s, time.Hour)
	b.Clock.Set(s.EndsAt.Time)
	_, err := b.Record(b.Staff, s.ID, activity.Deed{SignupID: g.ID, Action: "confirm"})
	apptest.Must(t, err)
	var e hours.Entry
	apptest.Must(t, b.Store.Read(ctx).Where("source_id = ?", g.ID).Take(&e).Error)
	return &e
}

// Right: a problem: minutes by hand and corrections name two people (rule 8); one who approves their own is seen.
func TestAttackAnEntryOfOneHand(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		e := b.entry(b.Volunteer("林晓雯").PersonID, 60)
		e.Class, e.RecordedBy, e.ApprovedBy, e.Reason = hours.Manual, b.Staff.PersonID, &b.Staff.PersonID, "在场"
		if err := b.append(e); err != nil {
			return // refusing is right as well
		}
		if problems, _ := b.warned(t); len(problems) == 0 {
			t.Error("minutes by hand that one person recorded and approved are whole")
		}
	})
}

// Right: the time can be put right where the minutes stay: an assumed span keeps honest time from being credited.
func TestAttackAWrongTimeCannotBeCorrected(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		e := entryOfPresence(t, b)
		b.Exec("UPDATE credited_spans SET assumed = ? WHERE entry_id = ?", true, e.ID)
		later := &hours.Span{From: store.At(e.StartsAt.Add(time.Hour)), To: store.At(e.StartsAt.Add(2 * time.Hour))}
		if _, err := b.Hours.ProposeCorrection(apptest.As(b.Staff), e.ID, 60, later, "实际是后一小时"); err != nil {
			t.Errorf("the same minutes at another time: %v", err)
		}
	})
}
