package httpapi_test

import (
	"bytes"
	"compress/gzip"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/catalogue"
	"yimi/internal/identity"
	"yimi/internal/outbox"
	"yimi/internal/request"
	"yimi/internal/store"
	"yimi/internal/storetest"
)

var keep = flag.String("keep", "", "write the kept databases into this new folder; scripts/freeze calls it")

// everyState is what the kept database must have rows of; the rest of the words are the features' own.
var everyState = map[string]string{
	"activities.state": "cancelled draft finished published", "shifts.state": "cancelled open",
	"signups.state":  "absent attended cancelled confirmed lapsed offered pending rejected waitlisted",
	"requests.state": "approved assigned cancelled closed completed draft in_service referred rejected returned scheduled submitted",
	"bookings.state": "booked cancelled done held lapsed no_show", "hour_entries.class": "correction manual system",
	"hour_proposals.state": "approved pending rejected", "hour_disputes.state": "corrected kept open",
	"person_duplicates.state": "different merged open", "notices.delivery": "dead in_app sending sent uncertain waiting",
	"grant_changes.action": "granted revoked", "units.kind": "district_centre room station", "request_notes.kind": "case message staff",
}

// A release keeps a database of its own, with rows of every table and in every state, whole as "yimi verify" says.
func TestKeepADatabase(t *testing.T) {
	eachLoop(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop) {
		fillKept(t, s, l)
		l.Whole(t)
		for column, want := range everyState {
			table, name, _ := strings.Cut(column, ".")
			var has []string
			apptest.Must(t, l.Store.Read(t.Context()).Table(table).Distinct(name).Order(name).Pluck(name, &has).Error)
			for _, word := range strings.Fields(want) {
				if !slices.Contains(has, word) {
					t.Errorf("%s: no row is %s", column, word)
				}
			}
		}
		apptest.Must(t, l.Store.Look(t.Context(), func(v store.View) error {
			tables, err := v.Tables(t.Context())
			for _, table := range tables {
				if l.Count(table, "1 = 1") == 0 {
					t.Errorf("%s is empty", table)
				}
			}
			return err
		}))
		if *keep != "" && !t.Failed() {
			apptest.Must(t, os.MkdirAll(*keep, 0o750))
			writeKept(t, l.Store, *keep)
		}
		today := t.TempDir() // what is kept today can be taken up tomorrow
		writeKept(t, l.Store, today)
		upgradeKept(t, l.Store.Dialect(), today)
	})
}

// Each release's database is taken to the newest tables, is whole, opens under its keys, and adds up to what it did.
func TestKeptDatabasesUpgrade(t *testing.T) {
	t.Parallel()
	releases, err := filepath.Glob("testdata/kept/*.*.*")
	apptest.Must(t, err)
	for _, folder := range releases {
		for _, dialect := range []string{"sqlite", "mysql"} {
			t.Run(filepath.Base(folder)+"/"+dialect, func(t *testing.T) {
				t.Parallel()
				upgradeKept(t, dialect, folder)
			})
		}
	}
}

// writeKept writes the database, small, and beside it what it adds up to.
func writeKept(t *testing.T, s *store.Store, folder string) {
	t.Helper()
	plain := filepath.Join(t.TempDir(), "copy")
	apptest.Must(t, s.Copy(t.Context(), plain, func(store.View) error { return nil }))
	content, err := os.ReadFile(plain) //nolint:gosec // the test's own
	apptest.Must(t, err)
	var small bytes.Buffer
	w, err := gzip.NewWriterLevel(&small, gzip.BestCompression)
	apptest.Must(t, err)
	_, err = w.Write(content)
	apptest.Must(t, errors.Join(err, w.Close()))
	apptest.Must(t, os.WriteFile(filepath.Join(folder, s.Dialect()+".gz"), small.Bytes(), 0o600))
	sums, err := json.MarshalIndent(keptSums(t, s), "", " ")
	apptest.Must(t, err)
	apptest.Must(t, os.WriteFile(filepath.Join(folder, s.Dialect()+".json"), append(sums, '\n'), 0o600))
}

// upgradeKept loads a kept database and brings it to today.
func upgradeKept(t *testing.T, dialect, folder string) {
	t.Helper()
	small, err := os.Open(filepath.Join(folder, dialect+".gz")) //nolint:gosec // the test's own
	apptest.Must(t, err)
	r, err := gzip.NewReader(small)
	apptest.Must(t, err)
	content, err := io.ReadAll(r)
	apptest.Must(t, errors.Join(err, small.Close()))
	plain := filepath.Join(t.TempDir(), "copy")
	apptest.Must(t, os.WriteFile(plain, content, 0o600))
	var was map[string]int64
	sums, err := os.ReadFile(filepath.Join(folder, dialect+".json")) //nolint:gosec // the test's own
	apptest.Must(t, err)
	apptest.Must(t, json.Unmarshal(sums, &was))

	url := storetest.Empty(t, dialect+":")
	fresh, err := store.NewFresh(t.Context(), url)
	apptest.Must(t, err)
	apptest.Must(t, errors.Join(fresh.Load(t.Context(), plain), fresh.Keep()))
	apptest.Must(t, storetest.OpenURL(t, url).Migrate(t.Context()))
	w := apptest.Reopen(t, url)
	w.Whole(t)
	if is := keptSums(t, w.Store); !maps.Equal(was, is) {
		t.Errorf("it added up to %v\nand now to %v", was, is)
	}
	var requests []request.Request
	apptest.Must(t, w.Store.Read(t.Context()).Where("number <> ''").Find(&requests).Error)
	opened := 0
	for _, r := range requests {
		if len(r.Sealed) == 0 {
			continue
		}
		_, err := w.Requests.Box.Open("requests/"+r.Number, r.Sealed)
		apptest.Must(t, err)
		opened++
	}
	if opened == 0 {
		t.Error("nothing was sealed in it")
	}
}

// keptSums is what no upgrade changes: the people, the ledger, and how much stands in which state.
func keptSums(t *testing.T, s *store.Store) map[string]int64 {
	t.Helper()
	sums := map[string]int64{}
	apptest.Must(t, s.Look(t.Context(), func(v store.View) error {
		for what, query := range map[string]string{"people": "SELECT COUNT(*) FROM people", "entries": "SELECT COUNT(*) FROM hour_entries", "minutes": "SELECT SUM(minutes) FROM hour_entries"} {
			var n int64
			if err := v.One(t.Context(), &n, query); err != nil {
				return err
			}
			sums[what] = n
		}
		for column := range everyState {
			table, name, _ := strings.Cut(column, ".")
			err := v.Each(t.Context(), "SELECT "+name+", COUNT(*) FROM "+table+" GROUP BY "+name, func(rows *sql.Rows) error {
				var word string
				var n int64
				err := rows.Scan(&word, &n)
				sums[column+" "+word] = n
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	return sums
}

// fillKept lives through what people do, and adds by hand what no use case leaves for long.
func fillKept(t *testing.T, s *apptest.Site, l *apptest.Loop) {
	t.Helper()
	f := &full{Loop: l, s: s, me: l.Resident}
	f.account(t)
	f.asks(t)
	for _, service := range []catalogue.Type{l.Talk, l.Class} { // one is held until it lapses, one is booked at once
		ask := l.Asking(service)
		ask.Slot.ProviderID = l.Colleague.PersonID
		if d := l.Ask(l.Neighbour, ask); service.Instant {
			_, err := l.Requests.Cancel(apptest.As(l.Neighbour), d.ID, "不用了")
			apptest.Must(t, err)
		}
	}
	b := &ledger{t, s, map[string]bool{}}
	b.deedsOnUnits(l)
	b.deedsOnActivities(l)
	b.deedsOnServices(l)
	b.deedsOnRequests(l)
	b.looks(l)
	b.guards(l)
	b.do("setHoliday", l.Admin, map[string]any{"date": "2026-10-01", "name": "国庆节", "kind": "off"})
	child := l.Volunteer("赵小满")
	l.Exec("UPDATE people SET birth_date = '2014-05-01' WHERE id = ?", child.PersonID)
	for path, who := range map[string]auth.Actor{"/me/guardian-code": child, "/me/link-code": l.Neighbour} {
		if a := s.Call(t, who, "POST", path, nil); a.Status >= 300 {
			t.Fatal(path, string(a.Body))
		}
	}
	keptHours(t, s, l)
	keptSignups(t, l)
	for _, state := range []request.State{request.Submitted, request.Approved, request.Assigned, request.Scheduled, request.InService, request.Completed, request.Rejected, request.Returned} {
		l.Put(state)
	}
	held := l.Asking(l.Talk)
	held.Slot.ProviderID = l.Colleague.PersonID // the worker's hours were changed
	l.Ask(l.Neighbour, held)
	keptRows(t, l)
	want(t, s.Call(t, l.Admin, "POST", fmt.Sprintf("/units/%d/policies", l.District.ID), map[string]any{"kind": "daily_cap", "from_day": l.Clock.Now().In(store.Shanghai).Format(time.DateOnly), "value": 720}), 201, "")
}

// keptHours has what is under way about hours: proposals that wait or were refused, doubts in each state.
func keptHours(t *testing.T, s *apptest.Site, l *apptest.Loop) {
	t.Helper()
	v, absent := l.Volunteer("马秀兰"), l.Volunteer("马秀英")
	var last int64
	for i := range 3 {
		shift := l.Publish(l.Draft(), activity.Shift{StartsAt: store.At(l.Clock.Now().Add(24 * time.Hour)), EndsAt: store.At(l.Clock.Now().Add(26 * time.Hour)), Capacity: 3})[0].Shift
		g, forgotten := l.SignUp(v, shift.ID), l.SignUp(absent, shift.ID)
		l.Serve(v, shift, 100*time.Minute)
		l.Clock.Set(shift.EndsAt.Add(time.Hour))
		_, err := l.Record(l.Staff, shift.ID, activity.Deed{SignupID: g.ID, Action: "confirm"})
		apptest.Must(t, err)
		var entry int64
		apptest.Must(t, l.Store.Read(t.Context()).Table("hour_entries").Select("MAX(id)").Where("person_id = ?", v.PersonID).Take(&entry).Error)
		dispute := s.Call(t, v, "POST", fmt.Sprintf("/hours/entries/%d/disputes", entry), map[string]any{"words": "少记了"})
		if dispute.Status != 201 {
			t.Fatal(string(dispute.Body))
		}
		_, err = l.Hours.ProposeCorrection(apptest.As(l.Staff), entry, 110, apptest.First(shift, 110), "多留了十分钟")
		apptest.Must(t, err)
		apptest.Must(t, l.Store.Read(t.Context()).Table("hour_proposals").Select("MAX(id)").Take(&last).Error)
		switch i {
		case 0:
			_, err = l.Record(l.Staff, shift.ID, activity.Deed{SignupID: forgotten.ID, Action: "correct", Minutes: 60, Given: apptest.First(shift, 60), Reason: "手机没电"})
			apptest.Must(t, err)
			_, err = l.Activities.DecideProposals(apptest.As(l.Second), []int64{last + 1}, true, "")
			apptest.Must(t, err)
			_, err = l.Activities.DecideProposals(apptest.As(l.Second), []int64{last}, true, "")
			apptest.Must(t, err)
			_, err = l.Hours.AnswerDispute(apptest.As(l.Second), rawID(dispute.Body), "correct", "已更正")
			apptest.Must(t, err)
		case 1:
			_, err = l.Activities.DecideProposals(apptest.As(l.Second), []int64{last}, false, "没有留")
			apptest.Must(t, err)
		}
	}
}

// keptSignups leaves a sign-up in each state that passes, and a scan that was taken back.
func keptSignups(t *testing.T, l *apptest.Loop) {
	t.Helper()
	at := func(days, capacity int) activity.Shift {
		starts := l.Clock.Now().Add(time.Duration(days) * 24 * time.Hour)
		return activity.Shift{StartsAt: store.At(starts), EndsAt: store.At(starts.Add(2 * time.Hour)), Capacity: capacity}
	}
	staff := l.Draft()
	staff.Approval, staff.CheckinMode = activity.ApprovalStaff, activity.VolunteerCode
	byStaff := l.Publish(staff, at(20, 5))[0].Shift
	people := l.People("甲", "乙", "丙", "丁", "戊", "己")
	l.SignUp(people[0], byStaff.ID)
	_, err := l.Activities.DecideSignups(apptest.As(l.Staff), []int64{l.SignUp(people[1], byStaff.ID).ID}, false, "人够了")
	apptest.Must(t, err)
	for range 2 { // the first time the offer runs out
		one := l.Publish(l.Draft(), at(9, 1))[0].Shift
		g := l.SignUp(people[2], one.ID)
		l.Wait(people[3], one.ID)
		_, err = l.Activities.CancelSignup(apptest.As(people[2]), g.ID, "来不了")
		apptest.Must(t, err)
		if l.Count("signups", "state = 'lapsed'") == 0 {
			l.Clock.Advance(48 * time.Hour)
			apptest.Must(t, l.Activities.Sweep(t.Context()))
		}
	}
	full := l.Publish(l.Draft(), at(11, 1))[0].Shift
	l.SignUp(people[2], full.ID)
	l.Wait(people[3], full.ID)
	_, err = l.Activities.Create(apptest.As(l.Staff), l.Draft(), nil)
	apptest.Must(t, err)
	now := l.Publish(l.Draft(), at(1, 3))[0].Shift
	g := l.SignUp(people[4], now.ID)
	l.SignUp(people[5], now.ID)
	l.Clock.Set(now.StartsAt.Time)
	l.Check(people[4], now.ID, activity.In)
	_, err = l.Record(l.Staff, now.ID, activity.Deed{SignupID: g.ID, Action: "undo", Reason: "点错了"})
	apptest.Must(t, err)
	apptest.Must(t, l.Bookings.Sweep(t.Context()))
}

// keptRows writes what no use case leaves for long, and what others than the program would give.
func keptRows(t *testing.T, l *apptest.Loop) {
	t.Helper()
	twice := l.People("白玉", "白玉", "白玉兰", "白玉兰")
	now := store.At(l.Clock.Now())
	apptest.Must(t, l.Tx(func(tx *store.Tx) error {
		rows := []any{
			&identity.Duplicate{LowID: twice[0].PersonID, HighID: twice[1].PersonID, ByPhone: true, State: identity.DuplicateOpen, FoundAt: now},
			&identity.Duplicate{LowID: twice[2].PersonID, HighID: twice[3].PersonID, ByPhone: true, State: identity.DuplicateDifferent, FoundAt: now, SettledBy: &l.Staff.PersonID, SettledAt: &now, Reason: "姐妹"},
			&request.Rating{RequestID: 1, Rating: 2, Comment: "来晚了", RatedAt: now},
		}
		for _, d := range []outbox.Delivery{outbox.InApp, outbox.Waiting, outbox.Sending, outbox.Sent, outbox.Uncertain, outbox.Dead} {
			n := &outbox.Notice{PersonID: l.Resident.PersonID, Kind: request.NoticeRequestApproved, Event: "kept-" + string(d), Title: "申请通过了", Body: "请看", CreatedAt: now, Template: "approved", Delivery: d}
			switch d {
			case outbox.Waiting, outbox.Sending:
				n.DueAt = &now
			case outbox.Uncertain, outbox.Dead:
				n.FailedAt = &now
			}
			rows = append(rows, n)
		}
		if err := tx.Exec("INSERT INTO subscribe_credits (person_id, template, accepted, spent, changed_at) VALUES (?, 'request_result', 3, 1, ?)", l.Resident.PersonID, tx.Now).Error; err != nil {
			return err
		}
		for _, row := range rows {
			if err := tx.Create(row).Error; err != nil {
				return err
			}
		}
		return nil
	}))
}
