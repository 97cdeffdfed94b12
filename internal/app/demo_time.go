package app

import (
	"fmt"
	"time"

	"yimi/internal/activity"
	"yimi/internal/hours"
	"yimi/internal/store"
	"yimi/internal/unit"
)

// makeHistory fills the ledger: several activities a week, each with check-ins and
// confirmed hours, some with minutes by hand and some corrected.
func (d *demo) makeHistory() error {
	today := dayAt(d.now, 0)
	stations := []unit.Unit{d.units["东方社区社工站"], d.units["鹏胜社区社工站"], d.units["罗山社区社工站"], d.units["清水渠社会工作服务室"]}
	for back := demoDays; back >= 2; back -= 4 {
		k := demoKinds[d.rng.IntN(len(demoKinds))]
		u := stations[d.rng.IntN(len(stations))]
		starts := today.AddDate(0, 0, -back).Add(time.Duration(k.start) * time.Hour)
		people := d.some(k.capacity/2 + d.rng.IntN(k.capacity/2))
		if d.rng.IntN(3) > 0 {
			people = append(people, d.people["volunteer"])
		}
		if d.rng.IntN(6) == 0 {
			people = append(people, d.people["worker"])
		}
		if err := d.pastActivity(k, u, starts, people); err != nil {
			return err
		}
	}
	d.tx.Now = store.At(d.now)
	return nil
}

func (d *demo) pastActivity(k demoKind, u unit.Unit, starts time.Time, people []int64) error {
	d.tx.Now = store.At(starts.AddDate(0, 0, -7))
	a, s, err := d.activityOf(k, u, activity.Finished, starts, k.minutes, max(k.capacity, len(people)))
	if err != nil {
		return err
	}
	if err := d.tx.Model(&activity.Shift{}).Where("id = ?", s.ID).Update("swept", true).Error; err != nil {
		return err
	}
	signups, err := d.signup(s, activity.Attended, people...)
	if err != nil {
		return err
	}
	d.tx.Now = store.At(s.EndsAt.Add(40 * time.Minute))
	for i := range signups {
		if err := d.served(a, s, &signups[i]); err != nil {
			return err
		}
	}
	return nil
}

// served writes one volunteer's presence and hours.
func (d *demo) served(a *activity.Activity, s *activity.Shift, g *activity.Signup) error {
	in := s.StartsAt.Add(time.Duration(d.rng.IntN(14)-9) * time.Minute)
	out := s.EndsAt.Add(time.Duration(d.rng.IntN(12)-4) * time.Minute)
	manual := d.rng.IntN(25) == 0
	e := &hours.Entry{PersonID: g.PersonID, Class: hours.System, Minutes: hours.Presence(in, out, s.StartsAt.Time, s.EndsAt.Time),
		Source: hours.FromSignup, SourceID: g.ID, ActivityID: a.ID, ShiftID: s.ID, CampaignID: a.CampaignID, UnitID: a.UnitID,
		LeaderName: a.LeaderName, StartsAt: s.StartsAt, EndsAt: s.EndsAt, RecordedBy: d.people["staff"]}
	if manual {
		second := d.people["admin"]
		e.Class, e.Minutes, e.Reason, e.ApprovedBy = hours.Manual, s.Minutes(), "手机没电，工作人员在场看到", &second
		return hours.Append(d.tx, e)
	}
	if err := d.presence(s, g, in, &out); err != nil {
		return err
	}
	if err := hours.Append(d.tx, e); err != nil || d.rng.IntN(40) > 0 {
		return err
	}
	return d.corrected(e)
}

func (d *demo) corrected(e *hours.Entry) error {
	second := d.people["admin"]
	p := hours.Proposal{Class: hours.Correction, State: hours.ProposalApproved, TargetID: e.ID, PersonID: e.PersonID, UnitID: e.UnitID,
		ActivityID: e.ActivityID, ShiftID: e.ShiftID, Minutes: -30, Reason: "中途离开半小时", ProposedBy: d.people["staff"], DecidedBy: &second,
		CreatedAt: d.tx.Now, DecidedAt: &d.tx.Now}
	if err := d.tx.Create(&p).Error; err != nil {
		return err
	}
	c := *e
	c.ID, c.Class, c.Minutes, c.Source, c.SourceID, c.CorrectsID = 0, hours.Correction, p.Minutes, hours.FromProposal, p.ID, &e.ID
	c.Reason, c.ApprovedBy = p.Reason, &second
	return hours.Append(d.tx, &c)
}

func (d *demo) presence(s *activity.Shift, g *activity.Signup, in time.Time, out *time.Time) error {
	row := activity.Attendance{SignupID: g.ID, ShiftID: s.ID, UnitID: s.UnitID, InAt: store.At(in), InMethod: activity.ByCode}
	if out != nil {
		at := store.At(*out)
		row.OutAt, row.OutMethod = &at, activity.ByCode
	}
	return d.tx.Create(&row).Error
}

// makeComing publishes the days ahead: one nearly full, one full with people
// waiting, one that staff approve, one that takes skills, a weekly series, a draft.
func (d *demo) makeComing() error {
	station := d.units["东方社区社工站"]
	sat := nextWeekday(d.now, time.Saturday)
	river, shift, err := d.activityOf(demoKinds[0], station, activity.Published, sat.Add(9*time.Hour), 150, 20)
	if err != nil {
		return err
	}
	if _, err := d.signup(shift, activity.Confirmed, d.some(14)...); err != nil {
		return err
	}
	full, err := d.shiftOf(river, sat.Add(14*time.Hour), 150, 20)
	if err != nil {
		return err
	}
	everybody := d.some(23)
	if _, err := d.signup(full, activity.Confirmed, everybody[:20]...); err != nil {
		return err
	}
	if _, err := d.signup(full, activity.Waitlisted, everybody[20:]...); err != nil {
		return err
	}
	for i, step := range []func(time.Time) error{d.comingApproval, d.comingDumplings, d.comingPaper, d.comingHike, d.comingDraft} {
		if err := step(dayAt(d.now, i+1)); err != nil {
			return fmt.Errorf("coming %d: %w", i, err)
		}
	}
	return d.toConfirm()
}

func (d *demo) comingApproval(day time.Time) error {
	a, s, err := d.activityOf(demoKinds[4], d.units["东方社区社工站"], activity.Published, day.Add(15*time.Hour+30*time.Minute), 150, 10)
	if err != nil {
		return err
	}
	if err := d.tx.Model(&activity.Activity{}).Where("id = ?", a.ID).Update("approval", activity.ApprovalStaff).Error; err != nil {
		return err
	}
	people := d.some(11)
	if _, err := d.signup(s, activity.Confirmed, people[:7]...); err != nil {
		return err
	}
	_, err = d.signup(s, activity.Pending, people[7:]...)
	return err
}

func (d *demo) comingDumplings(time.Time) error {
	_, s, err := d.activityOf(demoKinds[3], d.units["东方社区社工站"], activity.Published, nextWeekday(d.now, time.Friday).Add(9*time.Hour), 120, 16)
	if err != nil {
		return err
	}
	if _, err := d.signup(s, activity.Confirmed, d.some(8)...); err != nil {
		return err
	}
	_, err = d.signup(s, activity.Confirmed, d.people["volunteer"])
	return err
}

func (d *demo) comingPaper(day time.Time) error {
	a, s, err := d.activityOf(demoKinds[5], d.units["清水渠社会工作服务室"], activity.Published, day.Add(14*time.Hour), 120, 8)
	if err != nil {
		return err
	}
	if err := d.tx.Model(&activity.Activity{}).Where("id = ?", a.ID).Update("skills", "art").Error; err != nil {
		return err
	}
	_, err = d.signup(s, activity.Confirmed, d.some(3)...)
	return err
}

func (d *demo) comingHike(day time.Time) error {
	_, s, err := d.activityOf(demoKinds[1], d.units["罗山社区社工站"], activity.Published, day.AddDate(0, 0, 6).Add(8*time.Hour+30*time.Minute), 240, 15)
	if err != nil {
		return err
	}
	_, err = d.signup(s, activity.Confirmed, d.some(9)...)
	return err
}

func (d *demo) comingDraft(day time.Time) error {
	_, _, err := d.activityOf(demoKinds[2], d.units["东方社区社工站"], activity.Draft, day.AddDate(0, 0, 9).Add(10*time.Hour), 120, 12)
	return err
}

// toConfirm is yesterday's activity: most came and went, two did not check out, one
// did not come, one's minutes by hand wait for a second person.
func (d *demo) toConfirm() error {
	starts := dayAt(d.now, -1).Add(9 * time.Hour)
	_, s, err := d.activityOf(demoKinds[2], d.units["东方社区社工站"], activity.Published, starts, 150, 12)
	if err != nil {
		return err
	}
	signups, err := d.signup(s, activity.Confirmed, d.some(10)...)
	if err != nil {
		return err
	}
	for i := range signups[:9] {
		in, out := starts.Add(time.Duration(i-7)*time.Minute), s.EndsAt.Add(time.Duration(i-3)*time.Minute)
		left := &out
		if i < 2 {
			left = nil
		}
		if err := d.presence(s, &signups[i], in, left); err != nil {
			return err
		}
	}
	target := signups[9].ID
	return d.tx.Create(&hours.Proposal{Class: hours.Manual, State: hours.ProposalPending, TargetID: target, OpenTarget: &target,
		PersonID: signups[9].PersonID, UnitID: s.UnitID, ActivityID: s.ActivityID, ShiftID: s.ID, Minutes: 150, Reason: "手机没电，在场服务到结束",
		ProposedBy: d.people["admin"], CreatedAt: d.tx.Now}).Error
}

// refresh keeps the demo alive: an activity under way with the volunteer checked in
// for an hour, and another whose check-in opens within minutes.
func (d *demo) refresh() error {
	if err := d.keepUnderWay(); err != nil {
		return err
	}
	if err := d.keepOpening(); err != nil {
		return err
	}
	return d.keepWeekAhead()
}

// under counts published shifts of the station in a window of their times.
func (d *demo) count(where string, args ...any) (n int64, err error) {
	err = d.tx.Table("shifts").Joins("JOIN activities ON activities.id = shifts.activity_id").
		Where("activities.state = 'published' AND shifts.state = 'open' AND shifts.unit_id = ?", d.units["东方社区社工站"].ID).
		Where(where, args...).Count(&n).Error
	return n, err
}

// keepUnderWay makes a new activity when none is under way for another half hour.
func (d *demo) keepUnderWay() error {
	now := store.At(d.now)
	n, err := d.count("shifts.starts_at < ? AND shifts.ends_at > ?", now, store.At(d.now.Add(30*time.Minute)))
	if err != nil || n > 0 {
		return err
	}
	busy, err := d.busy(d.people["volunteer"], d.now.Add(-70*time.Minute), d.now.Add(3*time.Hour))
	if err != nil {
		return err
	}
	starts := d.now.Add(-65 * time.Minute).Truncate(5 * time.Minute)
	_, s, err := d.activityOf(demoKinds[0], d.units["东方社区社工站"], activity.Published, starts, 240, 20)
	if err != nil {
		return err
	}
	people := d.some(9)
	if !busy {
		people = append(people, d.people["volunteer"])
	}
	signups, err := d.signup(s, activity.Confirmed, people...)
	if err != nil {
		return err
	}
	for i := range signups {
		in := starts.Add(time.Duration(i-4) * time.Minute)
		if i%5 == 4 && signups[i].PersonID != d.people["volunteer"] {
			continue // late
		}
		if signups[i].PersonID == d.people["volunteer"] {
			in = d.now.Add(-60 * time.Minute)
		}
		if err := d.presence(s, &signups[i], in, nil); err != nil {
			return err
		}
	}
	return nil
}

// busy tells whether a person has a live sign-up in a span.
func (d *demo) busy(person int64, from, to time.Time) (bool, error) {
	var n int64
	err := d.tx.Model(&activity.Signup{}).Where("person_id = ? AND live = 1 AND starts_at < ? AND ends_at > ?", person, store.At(to), store.At(from)).Count(&n).Error
	return n > 0, err
}

// keepOpening sees to it that a check-in opens within minutes: a shift that starts
// between the check-in window and a little more from now.
func (d *demo) keepOpening() error {
	n, err := d.count("shifts.starts_at > ? AND shifts.starts_at < ?", store.At(d.now), store.At(d.now.Add(d.limits.CheckinWindow+10*time.Minute)))
	if err != nil || n > 0 {
		return err
	}
	starts := d.now.Add(d.limits.CheckinWindow + 3*time.Minute).Truncate(time.Minute)
	_, s, err := d.activityOf(demoKinds[4], d.units["东方社区社工站"], activity.Published, starts, 120, 8)
	if err != nil {
		return err
	}
	_, err = d.signup(s, activity.Confirmed, d.some(5)...)
	return err
}

// keepWeekAhead publishes another Saturday by the river when none is ahead.
func (d *demo) keepWeekAhead() error {
	n, err := d.count("shifts.starts_at > ?", store.At(dayAt(d.now, 2)))
	if err != nil || n > 0 {
		return err
	}
	_, s, err := d.activityOf(demoKinds[0], d.units["东方社区社工站"], activity.Published, nextWeekday(d.now.AddDate(0, 0, 2), time.Saturday).Add(9*time.Hour), 150, 20)
	if err != nil {
		return err
	}
	_, err = d.signup(s, activity.Confirmed, d.some(11)...)
	return err
}

// dayAt is midnight in Asia/Shanghai, so many days from now.
func dayAt(now time.Time, days int) time.Time {
	y, m, day := now.In(hours.Shanghai).Date()
	return time.Date(y, m, day+days, 0, 0, 0, 0, hours.Shanghai)
}

// nextWeekday is the midnight that begins the next such day after today.
func nextWeekday(now time.Time, day time.Weekday) time.Time {
	for i := 1; ; i++ {
		if d := dayAt(now, i); d.Weekday() == day {
			return d
		}
	}
}
