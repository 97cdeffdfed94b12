package hours_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"yimi/internal/apptest"
	"yimi/internal/hours"
	"yimi/internal/store"
)

func span(from, to string) hours.Span {
	at := func(clock string) store.Time {
		t, err := time.ParseInLocation("2 15:04:05", clock, hours.Shanghai)
		if err != nil {
			panic(err)
		}
		return store.At(t.AddDate(2026, 2, 0))
	}
	return hours.Span{From: at(from), To: at(to)}
}

func TestSpans(t *testing.T) {
	t.Parallel()
	s := span("5 09:00:00", "5 11:30:59")
	if s.Minutes() != 150 || span("5 09:00:00", "5 09:00:59").Minutes() != 0 || span("5 10:00:00", "5 09:00:00").Minutes() != 0 {
		t.Error("minutes are floored, and never negative")
	}
	if !s.Within(s) || s.Within(span("5 09:00:01", "5 12:00:00")) || !span("5 09:30:00", "5 10:00:00").Within(s) {
		t.Error("within")
	}
	if got := span("5 22:00:00", "6 06:00:00").String(); !strings.Contains(got, "3月5日 22:00–") || !strings.Contains(got, "3月6日 06:00") {
		t.Error(got)
	}
	for _, c := range []struct {
		span    hours.Span
		minutes int
		ok      bool
	}{{span("5 09:00:00", "5 10:00:00"), 60, true}, {span("5 09:00:00", "5 10:00:00"), 61, false}, {span("5 09:00:00", "5 09:00:30"), 0, false},
		{span("5 08:59:59", "5 10:00:00"), 60, false}, {span("5 11:00:00", "5 11:31:00"), 30, false}} {
		if err := hours.CheckSpan(c.span, c.minutes, s); (err == nil) != c.ok {
			t.Errorf("%v %d: %v", c.span, c.minutes, err)
		}
	}
}

// A database from before spans gets them: presence within the shift where it is known and holds the
// minutes, else the minutes from the shift's start, assumed; nothing for what corrections brought to
// zero. What overlaps goes to the attention list, is a warning of verify, and stays correctable.
func TestOldEntriesGetTheirTime(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		p, q, of := b.Volunteer("林晓雯"), b.Volunteer("王明月"), b.Shift(1)
		start := b.Clock.Now()
		at := func(minutes int) int64 { return start.Add(time.Duration(minutes) * time.Minute).UnixMilli() }
		old := func(person int64, class hours.Class, minutes, from, to int) *hours.Entry {
			e := b.entry(person, minutes)
			e.Class, e.StartsAt, e.EndsAt = class, store.At(start), store.At(start.Add(3*time.Hour))
			e.ActivityID, e.ShiftID, e.UnitID = of.ActivityID, of.ID, b.Station.ID
			if class == hours.Manual {
				e.ApprovedBy = &b.Second.PersonID
			}
			e.Given = &hours.Span{From: store.At(start.Add(b.used)), To: store.At(start.Add(b.used + 2*time.Hour))} // anything free, for now
			b.used += 2 * time.Hour
			b.must(t, e)
			if to > from {
				b.Exec(`INSERT INTO attendances (signup_id, shift_id, unit_id, in_at, in_method, out_at, out_method, attention, needs_look) VALUES (?, 1, ?, ?, 'code', ?, 'code', '', ?)`,
					e.SourceID, b.Room.ID, at(from), at(to), false)
			}
			return e
		}
		known := old(p.PersonID, hours.System, 60, -20, 60) // came early: from the start
		byHand := old(p.PersonID, hours.Manual, 90, 0, 0)   // overlaps it
		short := old(q.PersonID, hours.System, 60, 20, 50)  // a database whose presence does not hold the minutes
		zero := old(q.PersonID, hours.Manual, 40, 0, 0)
		c := b.entry(q.PersonID, -40)
		c.Class, c.Source, c.CorrectsID, c.ApprovedBy, c.Given = hours.Correction, hours.FromProposal, &zero.ID, &b.Second.PersonID, nil
		b.must(t, c)

		b.Exec("DELETE FROM credited_spans")
		for _, file := range []string{"00141_hours_span_rows.sql", "00143_hours_attention_rows.sql"} {
			sql, err := os.ReadFile(filepath.Join("..", "store", "migrations", b.Store.Dialect(), file))
			apptest.Must(t, err)
			b.Exec(string(sql))
		}
		var rows []struct {
			EntryID, FromAt, ToAt int64
			Assumed, Old          bool
		}
		apptest.Must(t, b.Store.Read(ctx).Table("credited_spans").Order("entry_id").Find(&rows).Error)
		want := fmt.Sprintf("[{%d %d %d false true} {%d %d %d true true} {%d %d %d true true}]", known.ID, at(0), at(60), byHand.ID, at(0), at(90), short.ID, at(0), at(60))
		if got := fmt.Sprint(rows); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		r, err := b.Hours.Verify(ctx, func(int64) {})
		if err != nil || len(r.Problems) != 0 || len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "credit one time") {
			t.Errorf("%+v %v", r, err)
		}
		list, err := b.Hours.Attention(apptest.As(b.Staff), 0, 9)
		if err != nil || len(list) != 1 || list[0].Reason != hours.OldOverlap || list[0].Entry.ID != byHand.ID || list[0].Other.ID != known.ID || !list[0].Entry.Assumed {
			t.Fatalf("%+v %v", list, err)
		}
		apptest.WantCode(t, b.Hours.Look(apptest.As(b.Staff), list[0].ID, "看过"), "second_person_needed") // who recorded it
		third := b.StaffOf(b.Station, "丁海燕")
		apptest.WantCode(t, b.Hours.Look(apptest.As(b.StaffOf(b.Other, "马立强")), list[0].ID, "看过"), "not_found")
		apptest.Must(t, b.Hours.Look(apptest.As(third), list[0].ID, "前一条已更正"))
		apptest.WantCode(t, b.Hours.Look(apptest.As(third), list[0].ID, "再看"), "bad_transition")
	})
}
