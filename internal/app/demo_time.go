package app

import (
	"fmt"
	"slices"
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
		k := d.kindOn(today.AddDate(0, 0, -back).Weekday())
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

// kindOn picks something that is held on such a day.
func (d *demo) kindOn(day time.Weekday) demoKind {
	for {
		if k := demoKinds[d.rng.IntN(len(demoKinds))]; k.on(day) {
			return k
		}
	}
}

// nextOn is the first day from that midnight on on which a kind is held.
func (d *demo) nextOn(k demoKind, after time.Time) time.Time {
	for day := after; ; day = day.AddDate(0, 0, 1) {
		if k.on(day.Weekday()) {
			return day
		}
	}
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
	given := hours.Presence(in, out, s.StartsAt.Time, s.EndsAt.Time)
	e := &hours.Entry{PersonID: g.PersonID, Class: hours.System, Minutes: given.Minutes(), Given: &given,
		Source: hours.FromSignup, SourceID: g.ID, ActivityID: a.ID, ShiftID: s.ID, CampaignID: a.CampaignID, UnitID: a.UnitID,
		LeaderName: a.LeaderName, StartsAt: s.StartsAt, EndsAt: s.EndsAt, RecordedBy: d.people["staff"]}
	if manual {
		second := d.people["admin"]
		e.Class, e.Minutes, e.Reason, e.ApprovedBy = hours.Manual, s.Minutes(), "手机没电，工作人员在场看到", &second
		e.Given = &hours.Span{From: s.StartsAt, To: s.EndsAt}
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
	c.Reason, c.ApprovedBy, c.Given = p.Reason, &second, nil
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
// waiting, one that staff approve, one that takes skills, a draft.
func (d *demo) makeComing() error {
	station := d.units["东方社区社工站"]
	sat := nextWeekday(d.now, time.Saturday)
	river, shift, err := d.activityOf(demoKinds[0], station, activity.Published, sat.Add(9*time.Hour), 150, 20)
	if err != nil {
		return err
	}
	if _, err := d.signup(shift, activity.Confirmed, d.free(14, shift)...); err != nil {
		return err
	}
	full, err := d.shiftOf(river, sat.Add(14*time.Hour), 150, 20)
	if err != nil {
		return err
	}
	everybody := d.free(23, full)
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
	a, s, err := d.activityOf(demoKinds[4], d.units["东方社区社工站"], activity.Published, d.nextOn(demoKinds[4], day).Add(15*time.Hour+30*time.Minute), 150, 10)
	if err != nil {
		return err
	}
	if err := d.tx.Model(&activity.Activity{}).Where("id = ?", a.ID).Update("approval", activity.ApprovalStaff).Error; err != nil {
		return err
	}
	people := d.free(11, s)
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
	if _, err := d.signup(s, activity.Confirmed, d.free(8, s)...); err != nil {
		return err
	}
	_, err = d.signup(s, activity.Confirmed, d.people["volunteer"])
	return err
}

func (d *demo) comingPaper(day time.Time) error {
	a, s, err := d.activityOf(demoKinds[5], d.units["清水渠社会工作服务室"], activity.Published, d.nextOn(demoKinds[5], day).Add(14*time.Hour), 120, 8)
	if err != nil {
		return err
	}
	if err := d.tx.Model(&activity.Activity{}).Where("id = ?", a.ID).Update("skills", "art").Error; err != nil {
		return err
	}
	_, err = d.signup(s, activity.Confirmed, d.free(3, s)...)
	return err
}

func (d *demo) comingHike(day time.Time) error {
	_, s, err := d.activityOf(demoKinds[1], d.units["罗山社区社工站"], activity.Published, day.AddDate(0, 0, 6).Add(8*time.Hour+30*time.Minute), 240, 15)
	if err != nil {
		return err
	}
	_, err = d.signup(s, activity.Confirmed, d.free(9, s)...)
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
	signups, err := d.signup(s, activity.Confirmed, d.free(10, s)...)
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
		PersonID: signups[9].PersonID, UnitID: s.UnitID, ActivityID: s.ActivityID, ShiftID: s.ID, Minutes: 150, FromAt: &s.StartsAt, ToAt: &s.EndsAt, Reason: "手机没电，在场服务到结束",
		ProposedBy: d.people["admin"], CreatedAt: d.tx.Now}).Error
}

// count counts published shifts of the station in a window of their times.
func (d *demo) count(where string, args ...any) (n int64, err error) {
	err = d.tx.Table("shifts").Joins("JOIN activities ON activities.id = shifts.activity_id").
		Where("activities.state = 'published' AND shifts.state = 'open' AND shifts.unit_id = ?", d.units["东方社区社工站"].ID).
		Where(where, args...).Count(&n).Error
	return n, err
}

// underWay is how long the activity under way goes on from now; the next one, whose
// check-in opens within minutes, starts when it ends.
const underWay = 33 * time.Minute

// keepUnderWay keeps an activity under way with the volunteer checked in: it makes a new one when the volunteer is at none. It began an hour
// ago, or when the volunteer's last one ended, so that nobody is in two places.
func (d *demo) keepUnderWay() error {
	there, err := d.volunteerIsThere()
	if err != nil || there {
		return err
	}
	volunteer := d.people["volunteer"] // 0 when the account is closed
	starts, free, err := d.freeSince(volunteer, d.now.Add(-65*time.Minute).Truncate(5*time.Minute))
	if err != nil {
		return err
	}
	free = free && volunteer != 0
	if n, err := d.count("shifts.starts_at <= ? AND shifts.ends_at > ?", store.At(d.now), store.At(d.now)); err != nil || n > 0 && !free {
		return err
	}
	minutes := int(d.now.Add(underWay).Truncate(time.Minute).Sub(starts).Minutes())
	_, s, err := d.activityOf(demoKinds[0], d.units["东方社区社工站"], activity.Published, starts, minutes, 20)
	if err != nil {
		return err
	}
	people := d.free(9, s)
	if free {
		people = append(people, volunteer)
	}
	signups, err := d.signup(s, activity.Confirmed, people...)
	if err != nil {
		return err
	}
	return d.checkedIn(s, signups)
}

// volunteerIsThere tells whether the volunteer has checked in to a shift that is not over.
func (d *demo) volunteerIsThere() (bool, error) {
	var n int64
	err := d.tx.Table("signups").Joins("JOIN attendances ON attendances.signup_id = signups.id").
		Where("signups.person_id = ? AND signups.live = 1 AND signups.starts_at <= ? AND signups.ends_at > ?",
			d.people["volunteer"], store.At(d.now), store.At(d.now)).Count(&n).Error
	return n > 0, err
}

// checkedIn puts all but one of the volunteers on the spot since about the start.
func (d *demo) checkedIn(s *activity.Shift, signups []activity.Signup) error {
	for i := range signups {
		g, in := &signups[i], s.StartsAt.Add(time.Duration(i-4)*time.Minute)
		mine := g.PersonID == d.people["volunteer"]
		if mine {
			in = s.StartsAt.Add(5 * time.Minute)
		}
		if in.After(d.now) {
			in = d.now
		}
		if i == 4 && !mine {
			continue // late
		}
		if err := d.presence(s, g, in, nil); err != nil {
			return err
		}
	}
	return nil
}

// freeSince gives the start that suits the person: the one wished for, or the end of
// what they were at since; false when they are busy in the hours to come.
func (d *demo) freeSince(person int64, wish time.Time) (starts time.Time, free bool, err error) {
	var rows []activity.Signup
	err = d.tx.Where("person_id = ? AND live = 1 AND ends_at > ? AND starts_at < ?", person, store.At(wish), store.At(d.now.Add(underWay).Truncate(time.Minute))).
		Order("ends_at").Find(&rows).Error
	starts = wish
	for _, g := range rows {
		if g.EndsAt.After(d.now) {
			return wish, false, err
		}
		starts = g.EndsAt.Time
	}
	return starts, true, err
}

// free picks n volunteers without a live sign-up at the shift's time.
func (d *demo) free(n int, s *activity.Shift) []int64 {
	var busy []int64
	err := d.tx.Model(&activity.Signup{}).Where("person_id IN ? AND live = 1 AND starts_at < ? AND ends_at > ?", d.volunteers, s.EndsAt, s.StartsAt).Pluck("person_id", &busy).Error
	if err != nil {
		return nil // the transaction's next statement says so
	}
	out := make([]int64, 0, n)
	for _, p := range d.some(len(d.volunteers)) {
		if len(out) < n && !slices.Contains(busy, p) {
			out = append(out, p)
		}
	}
	return out
}

// keepOpening sees to it that a check-in opens within minutes: a shift that starts
// between the check-in window and a little more from now.
func (d *demo) keepOpening() error {
	n, err := d.count("shifts.starts_at > ? AND shifts.starts_at < ?", store.At(d.now), store.At(d.now.Add(d.limits.CheckinWindow+10*time.Minute)))
	if err != nil || n > 0 {
		return err
	}
	starts := d.now.Add(d.limits.CheckinWindow + 3*time.Minute).Truncate(time.Minute) // underWay from now by default
	_, s, err := d.activityOf(demoKinds[4], d.units["东方社区社工站"], activity.Published, starts, 120, 8)
	if err != nil {
		return err
	}
	_, err = d.signup(s, activity.Confirmed, d.free(5, s)...)
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
	_, err = d.signup(s, activity.Confirmed, d.free(11, s)...)
	return err
}

// settle confirms who came. Nobody does so where the demo's staff have closed their accounts.
func (d *demo) settle(id int64) error {
	var a activity.Activity
	err := d.tx.Where("id = ? AND state = ?", id, activity.Published).Limit(1).Find(&a).Error
	if err != nil || a.ID == 0 || d.people["staff"] == 0 || d.people["admin"] == 0 {
		return err
	}
	var open []activity.Signup
	if err := d.tx.Where("activity_id = ? AND state = ?", a.ID, activity.Confirmed).Find(&open).Error; err != nil {
		return err
	}
	for i := range open {
		if err := d.settleOne(&a, &open[i]); err != nil {
			return err
		}
	}
	return d.tx.Model(&activity.Activity{}).Where("id = ?", a.ID).Update("state", activity.Finished).Error
}

// settleOne credits whoever came, by hand until the end where the check-out is missing.
func (d *demo) settleOne(a *activity.Activity, g *activity.Signup) error {
	e := &hours.Entry{PersonID: g.PersonID, Class: hours.System, Source: hours.FromSignup, SourceID: g.ID, ActivityID: a.ID, ShiftID: g.ShiftID,
		CampaignID: a.CampaignID, UnitID: a.UnitID, LeaderName: a.LeaderName, StartsAt: g.StartsAt, EndsAt: g.EndsAt, RecordedBy: d.people["staff"]}
	var row activity.Attendance
	given := hours.Span{}
	err := d.tx.Where("signup_id = ?", g.ID).Limit(1).Find(&row).Error
	if err != nil {
		return err
	}
	switch {
	case row.SignupID == 0:
	case row.OutAt != nil:
		given = hours.Presence(row.InAt.Time, row.OutAt.Time, g.StartsAt.Time, g.EndsAt.Time)
	default:
		second := d.people["admin"]
		e.Class, e.Reason, e.ApprovedBy = hours.Manual, "忘了签退，工作人员在场看到", &second
		given = hours.Presence(row.InAt.Time, g.EndsAt.Time, g.StartsAt.Time, g.EndsAt.Time)
	}
	e.Minutes, e.Given = given.Minutes(), &given
	to := activity.Absent
	if e.Minutes > 0 {
		to = activity.Attended
		if err := hours.Append(d.tx, e); err != nil {
			return err
		}
	}
	if err := d.tx.Model(&activity.Attendance{}).Where("signup_id = ?", g.ID).Update("needs_look", false).Error; err != nil {
		return err
	}
	err = d.tx.Model(&hours.Proposal{}).Where("class = ? AND open_target = ?", hours.Manual, g.ID).
		Updates(map[string]any{"state": hours.ProposalRejected, "open_target": nil, "decision_reason": "已按签到记录"}).Error
	if err != nil {
		return err
	}
	return d.tx.Model(&activity.Signup{}).Where("id = ?", g.ID).Update("state", to).Error
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
