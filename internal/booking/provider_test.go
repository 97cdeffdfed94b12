package booking_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/fault"
	"yimi/internal/identity"
	"yimi/internal/request"
	"yimi/internal/store"
	"yimi/internal/unit"
)

// spans are hours of days in minutes: weekday, start, end.
func spans(all ...[3]int) (out []booking.Span) {
	for _, s := range all {
		out = append(out, booking.Span{Weekday: s[0], StartMinute: s[1], EndMinute: s[2]})
	}
	return out
}

func shown(list []booking.Span) string {
	var out []string
	for _, s := range list {
		out = append(out, fmt.Sprintf("%s %d %d-%d", s.Kind, s.Weekday, s.StartMinute, s.EndMinute))
	}
	return strings.Join(out, ", ")
}

func TestAWorkerPublishesHours(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		me := apptest.As(s.provider)
		l, err := s.Bookings.SetHours(me, spans([3]int{5, 840, 1080}, [3]int{5, 540, 720}), spans([3]int{5, 600, 630}), ptr(4))
		apptest.Must(t, err)
		if got := shown(l.Spans); got != "work 5 540-720, break 5 600-630, work 5 840-1080" || l.DailyCap != 4 {
			t.Errorf("%s, cap %d", got, l.DailyCap)
		}
		if got := s.free(t, "2026-03-06"); got != "09:00 10:30 14:00 15:00 16:00 17:00" {
			t.Error(got)
		}
		d := s.scheduled(t, friday)
		l, err = s.Bookings.SetHours(me, spans([3]int{5, 600, 660}), nil, nil) // anew: nothing of before stays
		apptest.Must(t, err)
		if got := shown(l.Spans); got != "work 5 600-660" || l.DailyCap != 4 {
			t.Errorf("%s, cap %d", got, l.DailyCap)
		}
		if b := s.BookingOf(d.ID); b.State != booking.Booked || s.free(t, "2026-03-06") != "10:00" {
			t.Errorf("a booking made before stays: %+v", b)
		}
		for name, call := range map[string]func() error{
			"hours": func() error {
				_, err := s.Bookings.SetHours(me, spans([3]int{1, 540, 720}, [3]int{1, 700, 800}), nil, nil)
				return err
			},
			"breaks": func() error {
				_, err := s.Bookings.SetHours(me, nil, spans([3]int{7, 1400, 1500}, [3]int{1, 0, 100}), nil)
				return err
			},
		} {
			err := call()
			var f *fault.Error
			if !errors.As(err, &f) || f.Code != "invalid_fields" || f.Fields[0].Name != name+".1" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if l, err = s.Bookings.Mine(me); err != nil || shown(l.Spans) != "work 5 600-660" {
			t.Errorf("what was refused changed something: %v %v", l, err)
		}
		l, err = s.Bookings.SetHours(me, nil, nil, ptr(0))
		if err != nil || len(l.Spans) != 0 || l.DailyCap != 0 || s.free(t, "2026-03-06") != "" {
			t.Errorf("%+v %v", l, err)
		}
	})
}

// Hours of a break kind or of another person cannot be smuggled in.
func TestHoursAreTheActorsOwn(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		other := s.Provider(s.Station, "罗燕", s.talk)
		sneaky := []booking.Span{{ID: 1, ProviderID: other.PersonID, Kind: "break", Weekday: 1, StartMinute: 0, EndMinute: 600}}
		_, err := s.Bookings.SetHours(apptest.As(s.provider), sneaky, nil, nil)
		apptest.Must(t, err)
		l, err := s.Bookings.Mine(apptest.As(other))
		if err != nil || len(l.Spans) != 7 || s.Count("provider_spans", "provider_id = ? AND kind = 'work'", s.provider.PersonID) != 1 {
			t.Errorf("%s %v", shown(l.Spans), err)
		}
	})
}

func TestExceptionsAreFromTodayAndOnesOwn(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		me := apptest.As(s.provider)
		other := s.Provider(s.Station, "罗燕", s.talk)
		s.Clock.Set(apptest.Clocked("2026-03-06 00:30")) // still the fifth in London
		_, err := s.Bookings.AddException(me, booking.Exception{Day: "2026-03-05", Kind: "off", EndMinute: 1440})
		apptest.WantCode(t, err, "invalid_fields")
		_, err = s.Bookings.AddException(me, booking.Exception{Day: "2026-03-06", Kind: "off", StartMinute: 540, EndMinute: 660, Note: "去区里培训", ProviderID: other.PersonID})
		apptest.Must(t, err)
		l, err := s.Bookings.AddException(me, booking.Exception{Day: "2026-03-06", Kind: "extra", StartMinute: 1080, EndMinute: 1140})
		apptest.Must(t, err)
		if len(l.Exceptions) != 2 || l.Exceptions[0].Note != "去区里培训" || l.Exceptions[0].ProviderID != s.provider.PersonID || l.Exceptions[0].WholeDay() {
			t.Errorf("%+v", l.Exceptions)
		}
		if got := s.free(t, "2026-03-06"); got != "11:00 18:00" {
			t.Error(got)
		}
		id := l.Exceptions[0].ID
		apptest.WantCode(t, s.Bookings.RemoveException(apptest.As(other), id), "not_found")
		apptest.WantCode(t, s.Bookings.RemoveException(me, 1<<40), "not_found")
		if got := s.free(t, "2026-03-06"); got != "11:00 18:00" {
			t.Errorf("another took it back: %s", got)
		}
		apptest.Must(t, s.Bookings.RemoveException(me, id))
		apptest.WantCode(t, s.Bookings.RemoveException(me, id), "not_found") // gone
		if got := s.free(t, "2026-03-06"); got != "09:00 10:00 11:00 18:00" {
			t.Error(got)
		}
		s.Clock.Set(apptest.Clocked("2026-03-07 00:30"))
		if l, err = s.Bookings.Mine(me); err != nil || len(l.Exceptions) != 0 {
			t.Errorf("what is over is not shown: %+v %v", l.Exceptions, err)
		}
	})
}

func TestHolidaysAreOffForEverybody(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		_, err := s.Bookings.SetHours(apptest.As(s.provider), spans([3]int{5, 540, 660}), nil, nil) // Fridays alone
		apptest.Must(t, err)
		admin := apptest.As(s.AdminOf(s.District, "马建军"))
		set := func(h booking.Holiday, weekday int, free string) {
			t.Helper()
			got, err := s.Bookings.SetHoliday(admin, h)
			if err != nil || got.AsWeekday != weekday || s.free(t, h.Day) != free {
				t.Errorf("%+v %v, free %q", got, err, s.free(t, h.Day))
			}
		}
		set(booking.Holiday{Day: "2026-03-06", Name: "节日", Kind: "off", AsWeekday: 3}, 0, "")
		c, err := s.Bookings.Calendar(ctx, s.talk, s.Station.Path, 0, 0, "2026-03-06", "2026-03-06")
		if err != nil || c.Days[0].State != booking.DayOff || c.Days[0].Note != "节日" {
			t.Errorf("%+v %v", c.Days[0], err)
		}
		set(booking.Holiday{Day: "2026-03-07", Name: "调休", Kind: "work", AsWeekday: 5}, 5, "09:00 10:00")
		set(booking.Holiday{Day: "2026-03-07", Name: "调休", Kind: "work"}, 1, "") // changed: a Monday if nothing is said
		set(booking.Holiday{Day: "2026-03-07", Name: "调休", Kind: "work", AsWeekday: 5}, 5, "09:00 10:00")
		all, err := s.Bookings.Holidays(admin, 0)
		if err != nil || len(all.Holidays) != 2 || all.Holidays[0].Day != "2026-03-06" || all.Holidays[1].AsWeekday != 5 {
			t.Errorf("%+v %v", all, err)
		}
		apptest.Must(t, s.Bookings.RemoveHoliday(admin, 0, "2026-03-06"))
		apptest.WantCode(t, s.Bookings.RemoveHoliday(admin, 0, "2026-03-06"), "not_found")
		if got := s.free(t, "2026-03-06"); got != "09:00 10:00" {
			t.Error(got)
		}
		s.Exec("INSERT INTO holidays (unit_id, day, name, kind, as_weekday, created_at) VALUES (?, '2025-12-31', '旧', 'off', 0, 0), (?, '2026-01-01', '元旦', 'off', 0, 0)", s.District.ID, s.District.ID)
		if all, err = s.Bookings.Holidays(admin, 0); err != nil || len(all.Holidays) != 2 || all.Holidays[0].Name != "元旦" {
			t.Errorf("of this year: %+v %v", all, err)
		}
	})
}

// district makes another district with a station in it.
func (s *station) district(t *testing.T, name string) (top, below unit.Unit) {
	t.Helper()
	make := func(parent *int64, kind unit.Kind, path string) unit.Unit {
		u := unit.Unit{ParentID: parent, Kind: kind, Name: name + string(kind), Path: "/"}
		apptest.Must(t, s.Tx(func(tx *store.Tx) error {
			u.CreatedAt = tx.Now
			if err := tx.Create(&u).Error; err != nil {
				return err
			}
			u.Path = fmt.Sprintf("%s%d/", path, u.ID)
			return tx.Model(&unit.Unit{}).Where("id = ?", u.ID).Update("path", u.Path).Error
		}))
		return u
	}
	top = make(nil, unit.DistrictCentre, "/")
	return top, make(&top.ID, unit.Station, top.Path)
}

// A holiday of one district is a working day of another; each admin changes the own district's alone.
func TestHolidaysBelongToADistrict(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		far, farStation := s.district(t, "利通")
		there := s.Volunteer("何兰")
		apptest.Must(t, s.Tx(func(tx *store.Tx) error {
			return tx.Create(&identity.RoleGrant{PersonID: there.PersonID, UnitID: farStation.ID, Role: auth.SocialWorker, CreatedAt: tx.Now}).Error
		}))
		_, err := s.Bookings.SetHours(apptest.As(there), apptest.Daily(9, 12), nil, nil)
		apptest.Must(t, err)
		s.Exec("INSERT INTO provider_services (provider_id, service_type_id) VALUES (?, ?)", there.PersonID, s.talk.ID)
		admin, other := s.AdminOf(s.District, "马建军"), s.AdminOf(far, "丁立强")
		_, err = s.Bookings.SetHoliday(apptest.As(admin), booking.Holiday{Day: "2026-03-06", Name: "古尔邦节", Kind: "off"})
		apptest.Must(t, err)
		if got := s.free(t, "2026-03-06"); got != "" {
			t.Errorf("free on a holiday of the own district: %q", got)
		}
		c, err := s.Bookings.Calendar(ctx, s.talk, farStation.Path, there.PersonID, 0, "2026-03-06", "2026-03-06")
		if err != nil || c.Days[0].Free != 3 || c.Days[0].Note != "" {
			t.Errorf("another district's holiday closed this one: %+v %v", c.Days, err)
		}
		for who, want := range map[int64]int{admin.PersonID: 1, other.PersonID: 0} {
			a := map[int64]auth.Actor{admin.PersonID: admin, other.PersonID: other}[who]
			if all, err := s.Bookings.Holidays(apptest.As(a), 0); err != nil || len(all.Holidays) != want {
				t.Errorf("%+v %v, want %d", all, err, want)
			}
		}
		if all, err := s.Bookings.Holidays(ctx, s.Room.ID); err != nil || all.UnitID != s.District.ID || len(all.Holidays) != 1 { // anybody, of a unit
			t.Errorf("%+v %v", all, err)
		}
		if all, err := s.Bookings.Holidays(ctx, 0); err != nil || len(all.Holidays) != 0 { // nobody's
			t.Errorf("%+v %v", all, err)
		}
		_, err = s.Bookings.SetHoliday(apptest.As(other), booking.Holiday{UnitID: s.Station.ID, Day: "2026-03-09", Name: "节日", Kind: "off"})
		apptest.WantCode(t, err, "forbidden")
		apptest.WantCode(t, s.Bookings.RemoveHoliday(apptest.As(other), s.District.ID, "2026-03-06"), "forbidden")
		apptest.WantCode(t, s.Bookings.RemoveHoliday(apptest.As(other), 0, "2026-03-06"), "not_found")
		both := auth.Actor{PersonID: admin.PersonID, Grants: append(slices.Clone(admin.Grants), other.Grants...)}
		_, err = s.Bookings.SetHoliday(apptest.As(both), booking.Holiday{Day: "2026-03-09", Name: "节日", Kind: "off"})
		apptest.WantCode(t, err, "invalid_fields")
		_, err = s.Bookings.SetHoliday(apptest.As(both), booking.Holiday{UnitID: farStation.ID, Day: "2026-03-09", Name: "节日", Kind: "off"})
		if apptest.Must(t, err); s.Count("holidays", "unit_id = ?", far.ID) != 1 || s.Count("holidays", "") != 2 {
			t.Error("not of the district named")
		}
	})
}

// What were everybody's holidays are each district's after the migration, which may run again.
func TestHolidaysOfBeforeAreEachDistricts(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		far, _ := s.district(t, "利通")
		s.Exec("INSERT INTO holidays (unit_id, day, name, kind, as_weekday, created_at) VALUES (0, '2026-10-01', '国庆节', 'off', 0, 0), (0, '2026-10-10', '调休', 'work', 4, 0)")
		for _, file := range []string{"00201_booking_holidays_rows.sql", "00201_booking_holidays_rows.sql", "00202_booking_holidays_nobodys.sql"} {
			sql, err := os.ReadFile(filepath.Join("..", "store", "migrations", s.Store.Dialect(), file))
			apptest.Must(t, err)
			s.Exec(string(sql))
		}
		if here, there, all := s.Count("holidays", "unit_id = ?", s.District.ID), s.Count("holidays", "unit_id = ?", far.ID), s.Count("holidays", ""); here != 2 || there != 2 || all != 4 {
			t.Errorf("%d here, %d there, of %d", here, there, all)
		}
	})
}

func TestHolidaysAreSetByAdminsAlone(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		admin, provider := s.AdminOf(s.District, "马建军"), s.Provider(s.Station, "周文静")
		body := map[string]any{"date": "2026-10-01", "name": "国庆节", "kind": "off"}
		for _, who := range []auth.Actor{s.Staff, provider, s.Volunteer("林晓雯")} {
			for _, a := range []apptest.Answer{s.Call(t, who, "POST", "/holidays", body), s.Call(t, who, "DELETE", "/holidays/2026-10-01", nil)} {
				if a.Status != 403 {
					t.Errorf("%d %s", a.Status, a.Body)
				}
			}
		}
		for i, status := range []int{200, 204, 404} {
			a := s.Call(t, admin, []string{"POST", "DELETE", "DELETE"}[i], []string{"/holidays", "/holidays/2026-10-01", "/holidays/2026-10-01"}[i], []any{body, nil, nil}[i])
			if a.Status != status {
				t.Errorf("%d %s, want %d", a.Status, a.Body, status)
			}
		}
	})
}

// feed is the lines of a calendar feed, unfolded, after what RFC 5545 asks of every line.
func feed(t *testing.T, text string) []string {
	t.Helper()
	if !strings.HasSuffix(text, "\r\n") || strings.Count(text, "\n") != strings.Count(text, "\r\n") || strings.Count(text, "\r") != strings.Count(text, "\r\n") {
		t.Errorf("lines end otherwise than with CRLF (RFC 5545, 3.1): %q", text)
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(line) == 0 || len(line) > 75 {
			t.Errorf("a line of %d octets (RFC 5545, 3.1): %q", len(line), line)
		}
	}
	return strings.Split(strings.ReplaceAll(strings.TrimSuffix(text, "\r\n"), "\r\n ", ""), "\r\n")
}

func TestACalendarFeedNamesNobodyWhoIsServed(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		s.Exec("UPDATE people SET name = '欧阳,静;儿' WHERE id = ?", s.provider.PersonID) // what iCalendar must escape
		d := s.scheduled(t, friday)
		held, err := s.Requests.Create(apptest.As(s.resident), apptest.SlotAsk(s.talk, s.provider, friday.Add(time.Hour)))
		apptest.Must(t, err)
		phone := apptest.SlotAsk(s.talk, s.provider, friday.Add(2*time.Hour))
		phone.Way = "phone"
		_, err = s.Requests.Create(apptest.As(s.resident), phone)
		apptest.Must(t, err)
		gone := s.scheduled(t, friday.AddDate(0, 0, 1))
		_, err = s.Requests.Cancel(apptest.As(s.resident), gone.ID, "")
		apptest.Must(t, err)
		secret, err := s.Bookings.RenewFeed(apptest.As(s.provider))
		apptest.Must(t, err)
		text, err := s.Bookings.Feed(ctx, secret)
		apptest.Must(t, err)
		for _, private := range []string{"林晓雯", "13909531234", "想找人说说话"} {
			if strings.Contains(strings.ReplaceAll(text, "\r\n ", ""), private) {
				t.Errorf("the feed says %s", private)
			}
		}
		lines := feed(t, text)
		for _, want := range []string{"BEGIN:VCALENDAR", "VERSION:2.0", "DTSTART:20260306T010000Z", "DTEND:20260306T015000Z", "DTSTAMP:20260305T010000Z",
			"SUMMARY:心理疏导 " + d.Number, "SUMMARY:心理疏导 " + held.Number, "LOCATION:谈心室", "X-WR-CALNAME:一米 · 欧阳\\,静\\;儿", "END:VCALENDAR"} {
			if !slices.Contains(lines, want) {
				t.Errorf("no line %q in %q", want, lines)
			}
		}
		for line, n := range map[string]int{"BEGIN:VEVENT": 3, "END:VEVENT": 3, "STATUS:CONFIRMED": 1, "STATUS:TENTATIVE": 2, "LOCATION:谈心室": 2} {
			if got := len(slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return l != line })); got != n {
				t.Errorf("%d times %s, want %d", got, line, n)
			}
		}
		cal, err := ics.ParseCalendar(strings.NewReader(text))
		if err != nil || len(cal.Events()) != 3 {
			t.Fatalf("%v %v", cal, err)
		}
		if starts, err := cal.Events()[0].GetStartAt(); err != nil || !starts.Equal(friday) {
			t.Errorf("%s %v", starts, err)
		}
	})
}

// Two visits of one request on one day are two events: a phone keeps one for each UID.
func TestEventsOfAFeedHaveTheirOwnNames(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		d := s.scheduled(t, friday)
		s.Clock.Set(friday)
		me := apptest.As(s.provider)
		_, err := s.Requests.Start(me, d.ID, "")
		apptest.Must(t, err)
		s.Clock.Advance(time.Hour)
		_, err = s.Requests.Finish(me, d.ID, request.Record{Done: "谈了谈", Sure: true})
		apptest.Must(t, err)
		_, err = s.Requests.Reschedule(me, d.ID, request.Time{StartsAt: friday.Add(6 * time.Hour)})
		apptest.Must(t, err)
		secret, err := s.Bookings.RenewFeed(me)
		apptest.Must(t, err)
		uids := func() (out []string) {
			text, err := s.Bookings.Feed(ctx, secret)
			apptest.Must(t, err)
			for _, line := range feed(t, text) {
				if uid, ok := strings.CutPrefix(line, "UID:"); ok {
					out = append(out, uid)
				}
			}
			return out
		}
		before := uids()
		if len(before) != 2 || before[0] == before[1] {
			t.Errorf("%q", before)
		}
		_, err = s.Requests.Reschedule(me, d.ID, request.Time{StartsAt: friday.AddDate(0, 0, 3)})
		apptest.Must(t, err)
		if after := uids(); !slices.Equal(before, after) {
			t.Errorf("one that moved is the same event: %q, %q", before, after)
		}
	})
}

func TestTheFeedsAddressIsASecretThatCanEnd(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		provider := s.Provider(s.Station, "周文静", s.Bookable("心理疏导"))
		renew := func() (path string) {
			t.Helper()
			a := s.Call(t, provider, "POST", "/me/provider/feed", nil)
			_, rest, ok := strings.Cut(string(a.Body), `"path":"/api/v1`)
			if a.Status != 200 || !ok {
				t.Fatal(a.Status, string(a.Body))
			}
			path, _, _ = strings.Cut(rest, `"`)
			return path
		}
		get := func(path string, status int) apptest.Answer {
			t.Helper()
			a := s.Ask(t, "GET", path, nil) // the address alone, as a phone's calendar asks
			if a.Status != status {
				t.Errorf("%s: %d %s", path, a.Status, a.Body)
			}
			return a
		}
		first := renew()
		if a := get(first, 200); a.Header.Get("Content-Type") != "text/calendar; charset=utf-8" && a.Header.Get("Content-Type") != "text/calendar" || !strings.HasPrefix(string(a.Body), "BEGIN:VCALENDAR\r\n") {
			t.Errorf("%v %q", a.Header, a.Body)
		}
		secret := strings.TrimSuffix(strings.TrimPrefix(first, "/calendar/"), ".ics")
		var hash string
		apptest.Must(t, s.Store.Read(ctx).Table("providers").Select("feed_hash").Where("person_id = ?", provider.PersonID).Take(&hash).Error)
		if len(secret) != 26 || len(hash) != 64 || strings.Contains(strings.ToUpper(hash), secret) {
			t.Errorf("%q is kept as %q", secret, hash)
		}
		if logged := s.Log.String(); strings.Contains(logged, secret) {
			t.Errorf("the log says the secret: %s", logged)
		}
		second := renew()
		get(first, 404) // the old one ended
		get(second, 200)
		get("/calendar/"+strings.Repeat("A", 26)+".ics", 404)
		get(strings.TrimSuffix(second, ".ics"), 404)
		l, err := s.Bookings.Mine(apptest.As(provider))
		if err != nil || l.FeedHash == nil {
			t.Error(l, err)
		}
		if a := s.Call(t, provider, "DELETE", "/me/provider/feed", nil); a.Status != 204 {
			t.Error(a.Status, string(a.Body))
		}
		get(second, 404)
		if l, err = s.Bookings.Mine(apptest.As(provider)); err != nil || l.FeedHash != nil {
			t.Error(l, err)
		}
		if a := s.Call(t, s.Volunteer("林晓雯"), "POST", "/me/provider/feed", nil); a.Status != 403 {
			t.Error(a.Status)
		}
	})
}

func TestStaffChangeTheirOwnWorkers(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		id := s.provider.PersonID
		elsewhere := s.StaffOf(s.Other, "马立强")
		below := s.StaffOf(s.Room, "丁婷婷")
		admin := s.AdminOf(s.District, "马建军")
		one := booking.ProviderChange{DailyCap: ptr(9)}
		for name, who := range map[string]auth.Actor{"another station's": elsewhere, "staff of a room below": below, "the worker": s.provider, "a resident": s.resident} {
			if _, err := s.Bookings.ChangeProvider(apptest.As(who), id, one); err == nil || fault.From(err).Code != "not_found" {
				t.Errorf("%s: %v", name, err)
			}
		}
		for name, person := range map[string]int64{"a resident": s.resident.PersonID, "staff": s.Staff.PersonID, "nobody": 1 << 40} {
			if _, err := s.Bookings.ChangeProvider(apptest.As(admin), person, one); err == nil || fault.From(err).Code != "not_found" {
				t.Errorf("%s as a worker: %v", name, err)
			}
		}
		for name, c := range map[string]booking.ProviderChange{
			"oneself":              {SupervisorID: ptr(&id)},
			"who holds no role":    {SupervisorID: ptr(&s.resident.PersonID)},
			"nobody":               {SupervisorID: ptr(ptr(int64(1 << 40)))},
			"a service not there":  {Services: &[]int64{s.talk.ID, 1 << 40}},
			"a service twice":      {Services: &[]int64{s.talk.ID, s.talk.ID}},
			"all, and one is bad":  {Level: ptr(catalogue.Senior), DailyCap: ptr(1), Active: ptr(false), Services: &[]int64{1 << 40}},
			"all, and oneself too": {Level: ptr(catalogue.Senior), DailyCap: ptr(1), Active: ptr(false), Services: &[]int64{}, SupervisorID: ptr(&id)},
		} {
			if _, err := s.Bookings.ChangeProvider(apptest.As(s.Staff), id, c); err == nil || fault.From(err).Code != "invalid_fields" {
				t.Errorf("%s: %v", name, err)
			}
		}
		l, err := s.Bookings.Mine(apptest.As(s.provider))
		if err != nil || l.Level != catalogue.NoLevel || l.DailyCap != 0 || !l.Active || l.SupervisorID != nil || !slices.Equal(l.Services, []int64{s.talk.ID}) {
			t.Errorf("what was refused changed something: %+v %v", l, err)
		}
		law := s.Bookable("法律援助")
		l, err = s.Bookings.ChangeProvider(apptest.As(s.Staff), id, booking.ProviderChange{Level: ptr(catalogue.Intermediate), DailyCap: ptr(6), Services: &[]int64{law.ID, s.talk.ID}, SupervisorID: ptr(&admin.PersonID)})
		if err != nil || l.Level != catalogue.Intermediate || l.DailyCap != 6 || !l.Active || *l.SupervisorID != admin.PersonID || l.SupervisorName != "马建军" ||
			!slices.Equal(l.Services, []int64{s.talk.ID, law.ID}) || l.Name != "周文静" || l.UnitName != s.Station.Name {
			t.Errorf("%+v %v", l, err)
		}
		l, err = s.Bookings.ChangeProvider(apptest.As(admin), id, booking.ProviderChange{Active: ptr(false), Services: &[]int64{}})
		if err != nil || l.Active || len(l.Services) != 0 || l.DailyCap != 6 {
			t.Errorf("%+v %v", l, err)
		}
	})
}

func TestStaffSeeTheWorkersOfTheirUnits(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		room, other := s.Provider(s.Room, "罗燕"), s.Provider(s.Other, "李志强")
		fresh := s.Volunteer("新来的") // a worker by the grant alone, and of two units
		for _, u := range []unit.Unit{s.Station, s.Room} {
			s.Exec("INSERT INTO role_grants (person_id, unit_id, role, granted_by, created_at) VALUES (?, ?, 'social_worker', 0, 0)", fresh.PersonID, u.ID)
		}
		s.scheduled(t, friday)
		for name, c := range map[string]struct {
			who  auth.Actor
			want []int64
		}{
			"the station's": {s.Staff, []int64{s.provider.PersonID, room.PersonID, fresh.PersonID}},
			"the room's":    {s.StaffOf(s.Room, "丁婷婷"), []int64{room.PersonID, fresh.PersonID}},
			"the other's":   {s.StaffOf(s.Other, "马立强"), []int64{other.PersonID}},
			"the admin":     {s.AdminOf(s.District, "马建军"), []int64{s.provider.PersonID, room.PersonID, other.PersonID, fresh.PersonID}},
			"a worker":      {s.provider, nil},
			"a resident":    {s.resident, nil},
		} {
			rows, err := s.Bookings.Workers(apptest.As(c.who))
			apptest.Must(t, err)
			var got []int64
			for _, l := range rows {
				got = append(got, l.PersonID)
				if l.PersonID == s.provider.PersonID && (l.OpenCases != 1 || len(l.Spans) != 7 || !slices.Equal(l.Services, []int64{s.talk.ID})) {
					t.Errorf("%+v", l)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
	})
}

// The first looks of a new worker come all at once, as a phone's do, and each is answered.
func TestANewWorkersFirstLooksAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		for range 5 {
			fresh := s.Volunteer("新来的")
			s.Exec("INSERT INTO role_grants (person_id, unit_id, role, granted_by, created_at) VALUES (?, ?, 'social_worker', 0, 0)", fresh.PersonID, s.Station.ID)
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					if l, err := s.Bookings.Mine(apptest.As(fresh)); err != nil || !l.Active || l.UnitID != s.Station.ID || l.Level != catalogue.NoLevel {
						t.Errorf("%+v %v", l, err)
					}
				})
			}
			wg.Wait()
		}
		_, err := s.Bookings.Mine(apptest.As(s.resident))
		apptest.WantCode(t, err, "not_found")
	})
}

// Hours and services are set many times at once: what stands afterwards is what one of
// them set, and none fails.
func TestHoursAndServicesSetAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		law := s.Bookable("法律援助")
		lists := [][]int64{{s.talk.ID}, {law.ID}, {s.talk.ID, law.ID}, {}}
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				if _, err := s.Bookings.SetHours(apptest.As(s.provider), spans([3]int{1, i * 10, 600 + i*10}, [3]int{2, i * 10, 600 + i*10}), nil, nil); err != nil {
					t.Error(err)
				}
			})
			wg.Go(func() {
				if _, err := s.Bookings.ChangeProvider(apptest.As(s.Staff), s.provider.PersonID, booking.ProviderChange{Services: &lists[i%4]}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		l, err := s.Bookings.Mine(apptest.As(s.provider))
		apptest.Must(t, err)
		if len(l.Spans) != 2 || l.Spans[0].StartMinute != l.Spans[1].StartMinute {
			t.Errorf("hours of more than one: %s", shown(l.Spans))
		}
		if !slices.ContainsFunc(lists, func(x []int64) bool { return slices.Equal(x, l.Services) }) {
			t.Errorf("services of more than one: %v", l.Services)
		}
	})
}

func TestAWorkersCalendar(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		d := s.scheduled(t, friday)
		s.scheduled(t, friday.AddDate(0, 0, 1).Add(2*time.Hour))
		gone := s.scheduled(t, friday.Add(time.Hour))
		_, err := s.Requests.Cancel(apptest.As(s.resident), gone.ID, "")
		apptest.Must(t, err)
		other := s.Provider(s.Station, "罗燕", s.talk)
		s.Reserve(s.Volunteer("林国栋"), s.talk, other, friday)
		for days, want := range map[[2]string]int{{"2026-03-06", "2026-03-06"}: 1, {"2026-03-06", "2026-03-07"}: 2, {"2026-03-05", "2026-03-05"}: 0, {"2026-03-07", "2026-03-31"}: 1} {
			rows, err := s.Bookings.MyBookings(apptest.As(s.provider), days[0], days[1])
			if err != nil || len(rows) != want {
				t.Errorf("%v: %d %v", days, len(rows), err)
			}
			if len(rows) > 0 && days[0] == "2026-03-06" && (rows[0].RequestID != d.ID || rows[0].Number != d.Number || rows[0].BeneficiaryName != "林晓雯" || rows[0].ServiceName != "心理疏导") {
				t.Errorf("%+v", rows[0])
			}
		}
	})
}

func TestTheSlotCalendar(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		early := s.Provider(s.District, "马晓梅", s.talk)
		_, err := s.Bookings.SetHours(apptest.As(early), apptest.Daily(8, 9), nil, nil)
		apptest.Must(t, err)
		s.Provider(s.Other, "李志强", s.talk)
		idle := s.Provider(s.Room, "罗燕", s.talk) // of a room below, and without hours
		_, err = s.Bookings.SetHours(apptest.As(idle), nil, nil, nil)
		apptest.Must(t, err)
		for name, c := range map[string]struct {
			provider, want int64
			first          string
		}{
			"whoever is free first": {0, s.provider.PersonID, "10:00"}, // today, an hour from now
			"one of them":           {early.PersonID, early.PersonID, ""},
			"one without hours":     {idle.PersonID, idle.PersonID, ""},
		} {
			cal, err := s.Bookings.Calendar(ctx, s.talk, s.Station.Path, c.provider, 0, "2026-03-05", "2026-03-07")
			if err != nil || cal.ProviderID != c.want || len(cal.Days) != 3 || cal.Days[0].Date != "2026-03-05" || len(cal.Offers) != 3 {
				t.Fatalf("%s: %+v %v", name, cal, err)
			}
			got := ""
			for _, slot := range cal.Days[0].Slots {
				if slot.State == booking.Free && got == "" {
					got = slot.StartsAt.Format("15:04")
				}
			}
			if got != c.first {
				t.Errorf("%s: first %q, want %q", name, got, c.first)
			}
			if o := cal.Offers; o[0].PersonID != s.provider.PersonID || o[1].PersonID != early.PersonID || o[2].PersonID != idle.PersonID || len(o[2].NextFree) != 0 {
				t.Errorf("%s: not the earliest first: %+v", name, o)
			}
			free := cal.NextFree()
			if len(free) != 3 || !free[0].StartsAt.Equal(apptest.Clocked("2026-03-05 10:00")) || !free[2].StartsAt.Equal(apptest.Clocked("2026-03-06 08:00")) || free[2].ProviderID != early.PersonID {
				t.Errorf("%s: %+v", name, free)
			}
		}
		_, err = s.Bookings.Calendar(ctx, s.talk, s.Station.Path, s.Staff.PersonID, 0, "2026-03-05", "2026-03-05")
		apptest.WantCode(t, err, "not_found")
		nobody, err := s.Bookings.Calendar(ctx, s.Bookable("法律援助"), s.Station.Path, 0, 0, "2026-03-05", "2026-03-06")
		if err != nil || nobody.ProviderID != 0 || len(nobody.Days) != 2 || nobody.Days[1].State != booking.DayOff || len(nobody.NextFree()) != 0 {
			t.Errorf("%+v %v", nobody, err)
		}
	})
}

// A big district has more workers than a list of a few dozen: the last one can be booked
// like the first, and those who are not qualified take no place in the list.
func TestManyProvidersOfOneService(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		s.Exec("UPDATE service_types SET min_level = 'junior'")
		s.talk.MinLevel = catalogue.Junior
		people := append(s.Crowd(320), s.Volunteer("最后一位"))
		last := people[320]
		for _, sql := range []string{
			"INSERT INTO role_grants (person_id, unit_id, role, granted_by, created_at) SELECT id, ?, 'social_worker', 0, 0 FROM people WHERE id BETWEEN ? AND ?",
			"INSERT INTO providers (person_id, unit_id, level, daily_cap, active, created_at) SELECT id, ?, 'none', 0, 1, 0 FROM people WHERE id BETWEEN ? AND ?",
			"INSERT INTO provider_services SELECT p.person_id, s.id FROM providers p JOIN service_types s ON ? > 0 WHERE p.person_id BETWEEN ? AND ?",
		} {
			s.Exec(sql, s.Station.ID, people[0].PersonID, last.PersonID)
		}
		_, err := s.Bookings.SetHours(apptest.As(last), apptest.Daily(9, 12), nil, nil)
		apptest.Must(t, err)
		qualified := func(last int, want int) {
			t.Helper()
			s.Exec("UPDATE providers SET level = 'intermediate' WHERE person_id BETWEEN ? AND ?", people[320-last+1].PersonID, people[320].PersonID)
			cal, err := s.Bookings.Calendar(ctx, s.talk, s.Station.Path, 0, 0, "2026-03-06", "2026-03-06")
			if err != nil || len(cal.Offers) != want || want < 200 && cal.ProviderID != people[320].PersonID {
				t.Errorf("%d of %d qualified, provider %d (%v)", len(cal.Offers), last, cal.ProviderID, err)
			}
		}
		qualified(1, 1) // behind 320 who are not
		qualified(60, 60)
		qualified(321, 200)
		s.Reserve(s.resident, s.talk, last, friday) // though not in the list
		s.Settled(t)
	})
}
