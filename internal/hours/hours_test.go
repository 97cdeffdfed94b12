package hours_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/hours"
	"yimi/internal/store"
)

var ctx = context.Background()

// book appends entries, each for a sign-up of its own.
type book struct {
	*apptest.World
	next int64
	used time.Duration // so long after the start the next entry's time begins
	mu   sync.Mutex
}

func (b *book) entry(person int64, minutes int) *hours.Entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next++
	starts := b.Clock.Now()
	given := hours.Span{From: store.At(starts.Add(b.used)), To: store.At(starts.Add(b.used + time.Duration(minutes)*time.Minute))}
	b.used += time.Duration(max(0, minutes)) * time.Minute
	return &hours.Entry{PersonID: person, Class: hours.System, Minutes: minutes, Source: hours.FromSignup, SourceID: b.next,
		ActivityID: 1, ShiftID: 1, CampaignID: b.Campaign, UnitID: b.Room.ID, LeaderName: "马志宏",
		StartsAt: store.At(starts), EndsAt: store.At(starts.Add(24 * time.Hour)), RecordedBy: b.Staff.PersonID, Given: &given}
}

func (b *book) append(e *hours.Entry) error {
	return b.Tx(func(tx *store.Tx) error { c := *e; err := hours.Append(tx, &c); e.ID = c.ID; return err })
}

func (b *book) must(t *testing.T, e *hours.Entry) *hours.Entry {
	t.Helper()
	apptest.Must(t, b.append(e))
	return e
}

func (b *book) problems(t *testing.T) []string {
	t.Helper()
	r, err := b.Hours.Verify(ctx, func(int64) {})
	apptest.Must(t, err)
	return r.Problems
}

func each(t *testing.T, test func(t *testing.T, b *book)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, w *apptest.World) { test(t, &book{World: w}) })
}

func TestAppendMovesEveryTotal(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		p, q := b.Volunteer("林晓雯"), b.Volunteer("王明月")
		first := b.must(t, b.entry(p.PersonID, 100))
		b.must(t, b.entry(p.PersonID, 50))
		other := b.entry(q.PersonID, 30)
		other.UnitID = b.Other.ID
		b.must(t, other)
		c := b.entry(p.PersonID, -40)
		c.Class, c.Source, c.CorrectsID, c.ApprovedBy = hours.Correction, hours.FromProposal, &first.ID, &b.Second.PersonID
		c.Given = nil
		b.must(t, c)

		mine, err := b.Hours.Of(ctx, p.PersonID)
		if err != nil || mine.Minutes != 110 || mine.Entries != 2 || mine.Sequence != 3 || mine.Months[11].Minutes != 110 || mine.Months[11].Month != "2026-03" {
			t.Errorf("%+v %v", mine, err)
		}
		totals, err := b.Hours.CampaignTotals(ctx, b.Campaign)
		if want := (hours.Totals{Minutes: 140, Entries: 3, Volunteers: 2}); err != nil || totals[b.Campaign] != want {
			t.Errorf("%+v %v", totals, err)
		}
		units, err := b.Hours.UnitTotals(ctx, b.District.ID, b.Station.ID, b.Room.ID, b.Other.ID)
		apptest.Must(t, err)
		for id, want := range map[int64]int64{b.District.ID: 140, b.Station.ID: 110, b.Room.ID: 110, b.Other.ID: 30} {
			if units[id].Minutes != want {
				t.Errorf("unit %d: %d minutes, want %d", id, units[id].Minutes, want)
			}
		}
		var rows []hours.Entry
		apptest.Must(t, b.Store.Read(ctx).Where("person_id = ?", p.PersonID).Order("sequence").Find(&rows).Error)
		for i, e := range rows {
			if e.Hash != e.ComputeHash() || e.Sequence != int64(i+1) || i > 0 && e.PreviousHash != rows[i-1].Hash {
				t.Errorf("%+v", e)
			}
		}
		b.Whole(t)
	})
}

func TestReplayPaysOnce(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		p := b.Volunteer("林晓雯")
		e := b.entry(p.PersonID, 60)
		var wg sync.WaitGroup
		var paid, credited int
		for range 20 {
			wg.Go(func() {
				again := *e
				err := b.append(&again)
				b.mu.Lock()
				defer b.mu.Unlock()
				if err == nil {
					paid++
					return
				}
				apptest.WantCode(t, err, "already_credited")
				credited++
			})
		}
		wg.Wait()
		if v, err := b.Hours.TotalOf(ctx, p.PersonID); err != nil || v.Minutes != 60 || v.Sequence != 1 || paid != 1 || credited != 19 {
			t.Errorf("%+v, %d paid, %d refused", v, paid, credited)
		}
		b.Whole(t)
	})
}

// One person's entries from many, and one campaign's from many people, all at once.
func TestAppendFromMany(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		people := b.Crowd(12)
		var wg sync.WaitGroup
		for i := range 48 {
			for _, e := range []*hours.Entry{b.entry(people[0].PersonID, 1+i%3), b.entry(people[i%12].PersonID, 2)} {
				wg.Go(func() {
					if err := b.append(e); err != nil {
						t.Error(err)
					}
				})
			}
		}
		wg.Wait()
		if totals, err := b.Hours.CampaignTotals(ctx, b.Campaign); err != nil ||
			totals[b.Campaign] != (hours.Totals{Minutes: 48*2 + 48*2, Entries: 96, Volunteers: 12}) {
			t.Errorf("%+v %v", totals, err)
		}
		b.Whole(t)
	})
}

func TestVerifyFindsTampering(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		p, q := b.Volunteer("林晓雯"), b.Volunteer("王明月")
		for i := range 4 {
			b.must(t, b.entry(p.PersonID, 60+i))
			b.must(t, b.entry(q.PersonID, 30+i))
		}
		if found := b.problems(t); len(found) != 0 {
			t.Fatal(found)
		}
		var all []hours.Entry
		apptest.Must(t, b.Store.Read(ctx).Where("person_id = ?", p.PersonID).Order("sequence").Find(&all).Error)
		first, second, last := all[0], all[1], all[3]
		drop := func(e hours.Entry) func() { return func() { b.Exec("DELETE FROM hour_entries WHERE id = ?", e.ID) } }
		restore := func(e hours.Entry) func() {
			return func() { apptest.Must(t, b.Tx(func(tx *store.Tx) error { return tx.Create(&e).Error })) }
		}
		set := func(sql string, args ...any) func() { return func() { b.Exec(sql, args...) } }
		keep := func(entry int64) func() {
			row := map[string]any{}
			apptest.Must(t, b.Store.Read(ctx).Table("credited_spans").Where("entry_id = ?", entry).Take(&row).Error)
			return func() {
				apptest.Must(t, b.Tx(func(tx *store.Tx) error { return tx.Table("credited_spans").Create(row).Error }))
			}
		}
		swap := func() {
			b.Exec("UPDATE hour_entries SET sequence = 99 WHERE id = ?", first.ID)
			b.Exec("UPDATE hour_entries SET sequence = 1 WHERE id = ?", second.ID)
			b.Exec("UPDATE hour_entries SET sequence = 2 WHERE id = ?", first.ID)
		}
		unswap := func() {
			b.Exec("UPDATE hour_entries SET sequence = 99 WHERE id = ?", first.ID)
			b.Exec("UPDATE hour_entries SET sequence = 2 WHERE id = ?", second.ID)
			b.Exec("UPDATE hour_entries SET sequence = 1 WHERE id = ?", first.ID)
		}
		forged := second // changed with a hash that fits it, but not the chain
		forged.Minutes = 150
		forged.Hash = forged.ComputeHash()
		for _, c := range []struct {
			name       string
			break_, up func()
			says       string
		}{
			{"minutes", set("UPDATE hour_entries SET minutes = minutes + 1 WHERE id = ?", second.ID), set("UPDATE hour_entries SET minutes = minutes - 1 WHERE id = ?", second.ID), "was changed"},
			{"whose", set("UPDATE hour_entries SET recorded_by = 0 WHERE id = ?", first.ID), set("UPDATE hour_entries SET recorded_by = ? WHERE id = ?", first.RecordedBy, first.ID), "was changed"},
			{"leader", set("UPDATE hour_entries SET leader_name = '别人' WHERE id = ?", first.ID), set("UPDATE hour_entries SET leader_name = ? WHERE id = ?", first.LeaderName, first.ID), "was changed"},
			{"minutes and hash", set("UPDATE hour_entries SET minutes = ?, hash = ? WHERE id = ?", forged.Minutes, forged.Hash, second.ID),
				set("UPDATE hour_entries SET minutes = ?, hash = ? WHERE id = ?", second.Minutes, second.Hash, second.ID), "does not point"},
			{"last deleted", drop(last), restore(last), "does not end"},
			{"middle deleted", drop(second), restore(second), "is number 3, expected 2"},
			{"first deleted", drop(first), restore(first), "is number 2, expected 1"},
			{"swapped", swap, unswap, "does not point"},
			{"all deleted", set("DELETE FROM hour_entries WHERE person_id = ?", p.PersonID), func() { restore(all[0])(); restore(all[1])(); restore(all[2])(); restore(all[3])() }, "does not end"},
			{"volunteer's total", set("UPDATE volunteer_hours SET minutes = minutes + 7 WHERE person_id = ?", p.PersonID), set("UPDATE volunteer_hours SET minutes = minutes - 7 WHERE person_id = ?", p.PersonID), "volunteer_hours"},
			{"month's total", set("UPDATE volunteer_months SET entries = entries + 1 WHERE person_id = ?", p.PersonID), set("UPDATE volunteer_months SET entries = entries - 1 WHERE person_id = ?", p.PersonID), "volunteer_months"},
			{"part of a campaign", set("UPDATE campaign_people SET minutes = minutes - 1 WHERE person_id = ?", p.PersonID), set("UPDATE campaign_people SET minutes = minutes + 1 WHERE person_id = ?", p.PersonID), "campaign_people"},
			{"campaign's total", set("UPDATE hour_totals SET minutes = minutes + 1 WHERE scope = 'campaign'"), set("UPDATE hour_totals SET minutes = minutes - 1 WHERE scope = 'campaign'"), "campaign totals"},
			{"campaign's volunteers", set("UPDATE hour_totals SET volunteers = volunteers + 1 WHERE scope = 'campaign'"), set("UPDATE hour_totals SET volunteers = volunteers - 1 WHERE scope = 'campaign'"), "campaign volunteers"},
			{"campaign's unit", set("UPDATE hour_totals SET minutes = minutes + 1 WHERE scope = 'campaign_unit'"), set("UPDATE hour_totals SET minutes = minutes - 1 WHERE scope = 'campaign_unit'"), "by unit"},
			{"unit's total", set("UPDATE hour_totals SET minutes = minutes + 1 WHERE scope = 'unit' AND part = '' AND scope_id = ?", b.Station.ID), set("UPDATE hour_totals SET minutes = minutes - 1 WHERE scope = 'unit' AND part = '' AND scope_id = ?", b.Station.ID), "unit totals"},
			{"unit's month", set("UPDATE hour_totals SET minutes = minutes + 1 WHERE scope = 'unit' AND part <> '' AND scope_id = ?", b.Station.ID), set("UPDATE hour_totals SET minutes = minutes - 1 WHERE scope = 'unit' AND part <> '' AND scope_id = ?", b.Station.ID), "unit months"},
			{"time deleted", set("DELETE FROM credited_spans WHERE entry_id = ?", second.ID), keep(second.ID), "credits minutes without a time"},
			{"time of another", set("UPDATE credited_spans SET person_id = ? WHERE entry_id = ?", q.PersonID, second.ID), set("UPDATE credited_spans SET person_id = ? WHERE entry_id = ?", p.PersonID, second.ID), "not theirs"},
			{"time too short", set("UPDATE credited_spans SET to_at = to_at - 60000 WHERE entry_id = ?", second.ID), set("UPDATE credited_spans SET to_at = to_at + 60000 WHERE entry_id = ?", second.ID), "does not hold"},
			{"time outside of the shift", set("UPDATE credited_spans SET to_at = to_at + 86400000 WHERE entry_id = ?", last.ID), set("UPDATE credited_spans SET to_at = to_at - 86400000 WHERE entry_id = ?", last.ID), "does not hold"},
			{"one time twice", set("UPDATE credited_spans SET from_at = from_at - 86400000 WHERE entry_id = ?", last.ID), set("UPDATE credited_spans SET from_at = from_at + 86400000 WHERE entry_id = ?", last.ID), fmt.Sprintf("entries %d and %d credit one time", last.ID, first.ID)},
			{"end of the chain", set("UPDATE volunteer_hours SET last_hash = 'x' WHERE person_id = ?", p.PersonID), set("UPDATE volunteer_hours SET last_hash = ? WHERE person_id = ?", last.Hash, p.PersonID), "does not end"},
		} {
			c.break_()
			if found := b.problems(t); !strings.Contains(strings.Join(found, "\n"), c.says) {
				t.Errorf("%s: found %q", c.name, found)
			}
			c.up()
			if found := b.problems(t); len(found) != 0 {
				t.Fatalf("%s: not as it was: %q", c.name, found)
			}
		}
	})
}

func TestMonthsAreThoseOfShanghai(t *testing.T) {
	each(t, func(t *testing.T, b *book) {
		p := b.Volunteer("林晓雯")
		for at, month := range map[string]string{
			"2026-01-31T23:59:59+08:00": "2026-01", "2026-01-31T16:00:00Z": "2026-02", // midnight in Shanghai
			"2025-12-31T15:59:59Z": "2025-12", "2025-12-31T16:00:00Z": "2026-01",
		} {
			when, err := time.Parse(time.RFC3339, at)
			apptest.Must(t, err)
			if got := hours.MonthOf(when); got != month {
				t.Errorf("%s is in %s, want %s", at, got, month)
			}
			b.Clock.Set(when)
			b.must(t, b.entry(p.PersonID, 10))
			b.must(t, b.entry(p.PersonID, 1))
		}
		b.Clock.Set(time.Date(2026, 2, 28, 15, 59, 0, 0, time.UTC)) // 23:59 on 28 February there
		mine, err := b.Hours.Of(ctx, p.PersonID)
		apptest.Must(t, err)
		got := ""
		for _, m := range mine.Months {
			got += fmt.Sprint(m.Month, ":", m.Minutes, " ")
		}
		if !strings.HasPrefix(got, "2025-03:0 ") || !strings.HasSuffix(got, "2025-12:11 2026-01:22 2026-02:11 ") {
			t.Error(got)
		}
		b.Whole(t)
	})
}

func TestStars(t *testing.T) {
	t.Parallel()
	stars := hours.Stars{6000, 18000, 36000, 60000, 90000} // configs/stars.yaml
	for minutes, want := range map[int]int{0: 0, 5999: 0, 6000: 1, 17999: 1, 18000: 2, 36000: 3, 59999: 3, 60000: 4, 89999: 4, 90000: 5, 1 << 30: 5} {
		if got := stars.Level(minutes); got != want {
			t.Errorf("%d minutes: star %d, want %d", minutes, got, want)
		}
	}
	if next, ok := stars.Next(6000); next != 18000 || !ok {
		t.Error(next, ok)
	}
	if next, ok := stars.Next(90000); ok {
		t.Error(next)
	}
	if stars.Asked(0) != 0 || stars.Asked(5) != 90000 {
		t.Error(stars.Asked(0), stars.Asked(5))
	}
}

func TestTheProgramUsesTheStarTable(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		if got := w.Hours.Stars(); !slices.Equal(got, hours.Stars{6000, 18000, 36000, 60000, 90000}) {
			t.Error(got)
		}
	})
}

// An entry opens for its volunteer and its unit's staff; for others it is not there.
func TestEntriesOpenOnlyForTheirOwn(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		b := &book{World: w}
		s := w.Shift(1)
		p := w.Volunteer("林晓雯")
		e := b.entry(p.PersonID, 60)
		e.ActivityID, e.ShiftID, e.UnitID = s.ActivityID, s.ID, w.Station.ID
		b.must(t, e)
		for _, may := range []auth.Actor{p, w.Staff, w.AdminOf(w.District, "马志宏")} {
			if l, err := w.Hours.Entry(apptest.As(may), e.ID); err != nil || l.ActivityTitle != "清河行动" {
				t.Error(l, err)
			}
		}
		for _, not := range []auth.Actor{{}, w.Volunteer("别人"), w.StaffOf(w.Other, "马立强"), w.StaffOf(w.Room, "丁婷婷")} {
			_, err := w.Hours.Entry(apptest.As(not), e.ID)
			apptest.WantCode(t, err, "not_found")
		}
		_, err := w.Hours.Entry(apptest.As(w.Staff), 1<<40)
		apptest.WantCode(t, err, "not_found")
	})
}
