package city

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"yimi/internal/activity"
	"yimi/internal/store"
)

// shift is one shift as it is planned: who comes is decided when its turn comes.
type shift struct {
	id, activity   int64
	campaign       int // index
	place          int // index
	leader         string
	title          string
	starts, ends   int64 // milliseconds
	cancelled      bool
	staffApprove   bool
	capacity       int
	attended       int // credited; only of shifts that staff have confirmed
	absent         int
	confirmed      int
	waitlisted     int
	pending        int
	calledOff      int // sign-ups cancelled
	weight         int // of the attended
	settled, ended bool
}

func (s *shift) taken() int { return s.attended + s.absent + s.confirmed }

// plan is an activity with its shifts.
type plan struct {
	id           int64
	kind         kind
	place        int
	leader       string
	starts       time.Time
	state        activity.State
	staffApprove bool
	shifts       []shift
}

// makeActivities plans all activities, shares the entries out among the shifts that are over,
// and writes activities and shifts.
func (c *city) makeActivities() error {
	plans := make([]plan, c.activities)
	span := (historyDays + comingDays) * 24 * time.Hour
	for i := range plans {
		at := c.day.AddDate(0, 0, -historyDays).Add(span / time.Duration(c.activities) * time.Duration(i))
		plans[i] = c.planOne(c.first.activity+int64(i), at)
		c.shifts = append(c.shifts, plans[i].shifts...)
	}
	slices.SortStableFunc(c.shifts, func(a, b shift) int { return cmp.Compare(a.starts, b.starts) })
	for i := range c.shifts {
		c.shifts[i].id = c.first.shift + int64(i)
	}
	c.shareOut()
	if err := c.writeActivities(plans); err != nil {
		return err
	}
	return c.writeShifts()
}

// planOne plans an activity whose first shift is on the day of the instant.
func (c *city) planOne(id int64, at time.Time) plan {
	k := kinds[c.rng.IntN(7)]
	if c.rng.IntN(4) == 0 {
		k = pick(c.rng, kinds)
	}
	p := plan{id: id, kind: k, place: c.rng.IntN(len(c.places)), leader: c.name(), state: activity.Published}
	p.staffApprove = c.rng.IntN(7) == 0
	if c.rng.IntN(33) == 0 {
		p.state = activity.Cancelled
	}
	y, m, d := at.In(c.day.Location()).Date()
	p.starts = time.Date(y, m, d, k.hour, 30*c.rng.IntN(2), 0, 0, c.day.Location())
	open := false
	for n := range 1 + (c.rng.IntN(20)+3)/6 { // one to four, 2.4 on average
		s := c.planShift(&p, n)
		open = open || !s.settled
		p.shifts = append(p.shifts, s)
	}
	if p.state == activity.Published && !open {
		p.state = activity.Finished
	}
	return p
}

func (c *city) planShift(p *plan, n int) shift {
	starts := p.starts.AddDate(0, 0, n*(1+c.rng.IntN(6)))
	if n > 0 {
		starts = starts.AddDate(0, 0, n)
	}
	ends := starts.Add(time.Duration(p.kind.minutes) * time.Minute)
	s := shift{activity: p.id, campaign: p.kind.campaign, place: p.place, leader: p.leader, title: p.kind.title, starts: ms(starts), ends: ms(ends),
		cancelled: p.state == activity.Cancelled, staffApprove: p.staffApprove, weight: 15 + c.rng.IntN(42)}
	s.ended, s.settled = !ends.After(c.now), ends.Before(c.now.Add(-settledAfter))
	switch {
	case s.cancelled:
		s.calledOff, s.settled = c.rng.IntN(9), true
	case s.settled:
		s.absent, s.calledOff = c.rng.IntN(4), c.rng.IntN(4)
	case s.ended || !starts.After(c.now):
		s.confirmed = s.weight
	default:
		c.planComing(&s)
	}
	s.capacity = 5 * ((s.weight + s.absent + 9) / 5)
	if s.waitlisted > 0 {
		s.capacity = s.confirmed
	}
	return s
}

// planComing fills a shift to come: some to the last place with people waiting, most partly.
func (c *city) planComing(s *shift) {
	switch n := c.rng.IntN(10); {
	case n == 0:
		s.confirmed, s.waitlisted = s.weight, 1+c.rng.IntN(10)
	case s.staffApprove:
		s.confirmed, s.pending = s.weight/3, 2+c.rng.IntN(9)
	default:
		s.confirmed = s.weight * n / 12
	}
}

// shareOut divides the entries among the shifts that staff have confirmed, by their weights.
func (c *city) shareOut() {
	all := 0
	for _, s := range c.shifts {
		if s.settled && !s.cancelled {
			all += s.weight
		}
	}
	sum, given := 0, 0
	for i := range c.shifts {
		s := &c.shifts[i]
		if !s.settled || s.cancelled {
			continue
		}
		sum += s.weight
		upTo := int(int64(c.entries) * int64(sum) / int64(all))
		s.attended, given = upTo-given, upTo
		s.capacity = max(s.capacity, 5*((s.attended+s.absent+4)/5))
	}
}

func (c *city) writeActivities(plans []plan) error {
	rows := c.b.Into("activities", "id", "unit_id", "campaign_id", "title", "content", "state", "cancel_reason", "leader_name", "contact_phone", "place_name", "search",
		"latitude", "longitude", "fence_metres", "approval", "checkin_mode", "min_age", "skills", "risks", "insured", "next_starts_at", "created_by", "created_at")
	steps := c.b.Into("activity_timeline", "subject", "subject_id", "action", "from_state", "to_state", "actor_id", "reason", "at")
	for _, p := range plans {
		u := c.places[p.place]
		staff := c.staffOf(u.station, int(p.id))
		approval, reason := activity.ApprovalAutomatic, ""
		if p.staffApprove {
			approval = activity.ApprovalStaff
		}
		if p.state == activity.Cancelled {
			reason = "天气不好，改期再办"
		}
		made := p.starts.AddDate(0, 0, -21)
		if made.After(c.now) {
			made = c.now.Add(-time.Hour)
		}
		err := rows.Add(p.id, u.id, c.campaigns[p.kind.campaign], p.kind.title, p.kind.content, p.state, reason, p.leader, fmt.Sprintf("0953-%07d", 5_100_000+u.id),
			p.kind.place, store.Fold(p.kind.title, p.kind.place), u.lat, u.lon, 0, approval, activity.StaffCode, 14, "", p.kind.risks, true, c.nextOf(&p), staff, ms(made))
		if err != nil {
			return err
		}
		if err := steps.Add("activity", p.id, "publish", activity.Draft, activity.Published, staff, "", ms(made)); err != nil {
			return err
		}
		if p.state != activity.Published {
			action := map[activity.State]string{activity.Finished: "finish", activity.Cancelled: "cancel"}[p.state]
			if err := steps.Add("activity", p.id, action, activity.Published, p.state, staff, reason, p.shifts[len(p.shifts)-1].ends); err != nil {
				return err
			}
		}
	}
	return nil
}

// nextOf is the start of the activity's first open shift that is not over.
func (c *city) nextOf(p *plan) any {
	if p.state != activity.Published {
		return nil
	}
	next := int64(0)
	for _, s := range p.shifts {
		if !s.ended && (next == 0 || s.starts < next) {
			next = s.starts
		}
	}
	if next == 0 {
		return nil
	}
	return next
}

func (c *city) writeShifts() error {
	rows := c.b.Into("shifts", "id", "activity_id", "unit_id", "starts_at", "ends_at", "capacity", "taken", "waitlisted", "state", "secret", "swept", "created_at")
	for i := range c.shifts {
		s := &c.shifts[i]
		state := activity.ShiftOpen
		if s.cancelled {
			state = activity.ShiftCancelled
		}
		secret := fmt.Sprintf("%016x%016x", c.rng.Uint64(), c.rng.Uint64())
		if err := rows.Add(s.id, s.activity, c.places[s.place].id, s.starts, s.ends, s.capacity, s.taken(), s.waitlisted, state, secret, s.ended, min(s.starts, ms(c.now))-21*86_400_000); err != nil {
			return err
		}
	}
	return nil
}
