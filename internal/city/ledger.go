package city

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"yimi/internal/activity"
	"yimi/internal/hours"
	"yimi/internal/say"
	"yimi/internal/store"
)

// ledger is the state of every volunteer's chain and of every total, while the shifts are
// walked in the order of their starts.
type ledger struct {
	c        *city
	months   []string
	chains   []chain
	byMonth  []monthSum // of person i in month m: i*len(months)+m
	byBrand  []brandSum // of person i in campaign k: i*campaigns+k
	unitSums map[unitKey]*sum
	brandSum map[brandKey]*sum

	signups, attendances, entries, proposals, notices *store.Rows
}

// chain is the end of a person's chain and the roll-up.
type chain struct {
	last     [32]byte
	sequence int32
	minutes  int32
	entries  int32
}

type monthSum struct{ minutes, entries uint16 }

type brandSum struct {
	minutes int32
	entries uint16
	there   bool // an entry was made, so the person counts
}

type sum struct{ minutes, entries, volunteers int64 }

// stripes is how many rows share a hot total: as in the package hours.
const stripes = 16

// unitKey and brandKey are one stripe of a unit's month, and of a campaign in one unit.
type unitKey struct {
	place, month int
	stripe       int64
}

type brandKey struct {
	campaign, place int
	stripe          int64
}

const (
	oneInManual    = 60 // entries that are by hand
	oneInCorrected = 400
	noticeDays     = 30 // as far back as there are notices of hours
)

func (c *city) newLedger() *ledger {
	l := &ledger{c: c, chains: make([]chain, c.people), unitSums: map[unitKey]*sum{}, brandSum: map[brandKey]*sum{}}
	from := time.Date(c.day.Year(), c.day.Month(), 1, 0, 0, 0, 0, c.day.Location()).AddDate(0, -(historyDays/30 + 1), 0)
	for m := from; !m.After(c.day); m = m.AddDate(0, 1, 0) {
		l.months = append(l.months, hours.MonthOf(m))
	}
	l.byMonth = make([]monthSum, c.people*len(l.months))
	l.byBrand = make([]brandSum, c.people*len(c.campaigns))
	l.signups = c.b.Into("signups", "id", "shift_id", "person_id", "unit_id", "activity_id", "starts_at", "ends_at", "state", "live", "reason", "created_at")
	l.attendances = c.b.Into("attendances", "signup_id", "shift_id", "unit_id", "in_at", "in_method", "out_at", "out_method", "attention", "needs_look")
	l.entries = c.b.Into("hour_entries", "id", "person_id", "sequence", "class", "minutes", "source", "source_id", "corrects_id", "activity_id", "shift_id", "campaign_id",
		"unit_id", "leader_name", "starts_at", "ends_at", "month", "reason", "recorded_by", "approved_by", "created_at", "previous_hash", "hash")
	l.proposals = c.b.Into("hour_proposals", "id", "class", "state", "target_id", "person_id", "unit_id", "activity_id", "shift_id", "minutes", "reason",
		"proposed_by", "decided_by", "decision_reason", "created_at", "decided_at")
	l.notices = c.b.Into("notices", "person_id", "kind", "event", "title", "body", "subject", "subject_id", "read_at", "created_at", "template", "words", "delivery", "lease", "attempts", "fault")
	return l
}

// makeLedger walks the shifts: who signed up, who came, and what they were credited with.
func (c *city) makeLedger() error {
	c.ledger = c.newLedger()
	from := c.first.entry
	for i := range c.shifts {
		if err := c.ledger.walk(&c.shifts[i]); err != nil {
			return err
		}
	}
	return c.deriveFrom(from)
}

// derivedRows is how many entries one statement of deriveFrom goes through.
const derivedRows = 250_000

// deriveFrom lets the database write the sign-ups, the presence of those who were there and the
// time they are credited with from their entries, which is several times as fast as sending them.
func (c *city) deriveFrom(entry int64) error {
	for ; entry < c.first.entry; entry += derivedRows {
		part := fmt.Sprintf("FROM hour_entries WHERE source = 'signup' AND id >= %d AND id < %d", entry, min(entry+derivedRows, c.first.entry))
		n := min(derivedRows, c.first.entry-entry)
		err := c.b.Fill(n, `INSERT INTO signups (id, shift_id, person_id, unit_id, activity_id, starts_at, ends_at, state, live, reason, created_at)
			SELECT source_id, shift_id, person_id, unit_id, activity_id, starts_at, ends_at, 'attended', 1, '', starts_at - (3 + source_id % 197) * 3600000 `+part)
		if err != nil {
			return err
		}
		err = c.b.Fill(n, fmt.Sprintf(`INSERT INTO attendances (signup_id, shift_id, unit_id, in_at, in_method, out_at, out_method, attention, needs_look)
			SELECT source_id, shift_id, unit_id, starts_at + (source_id %% %d - %d) * 60000, 'code', ends_at + (source_id %% %d - %d) * 60000, 'code', '', 0 %s AND class = 'system'`,
			inSpread, inBefore, outSpread, outBefore, part))
		if err != nil {
			return err
		}
		err = c.b.Fill(n, fmt.Sprintf(`INSERT INTO credited_spans (entry_id, person_id, from_at, to_at, assumed, old)
			SELECT id, person_id, CASE WHEN class = 'system' AND source_id %% %d > %d THEN starts_at + (source_id %% %d - %d) * 60000 ELSE starts_at END,
			CASE WHEN class = 'system' AND source_id %% %d < %d THEN ends_at + (source_id %% %d - %d) * 60000 ELSE ends_at END, 0, 0 %s`,
			inSpread, inBefore, inSpread, inBefore, outSpread, outBefore, outSpread, outBefore, part))
		if err != nil {
			return err
		}
	}
	return nil
}

// When somebody checked in and out, in minutes: by the sign-up's id, from a few before to a few after.
const inSpread, inBefore, outSpread, outBefore = 13, 9, 11, 4

func (l *ledger) walk(s *shift) error {
	people, err := l.c.choose(s)
	if err != nil {
		return err
	}
	n := 0
	for _, group := range []struct {
		count int
		state activity.SignupState
	}{{s.attended, activity.Attended}, {s.absent, activity.Absent}, {s.confirmed, activity.Confirmed}, {s.waitlisted, activity.Waitlisted},
		{s.pending, activity.Pending}, {s.calledOff, activity.SignupCancelled}} {
		for range group.count {
			if err := l.signup(s, people[n], group.state); err != nil {
				return err
			}
			n++
		}
	}
	return nil
}

var errNobody = errors.New("city: nobody is free for a shift; the scale is too small")

// choose picks different people who are free: a few who come again and again, and most a few times.
func (c *city) choose(s *shift) ([]int, error) {
	want := s.taken() + s.waitlisted + s.pending + s.calledOff
	people := make([]int, 0, want)
	for tries := 0; len(people) < want; tries++ {
		if tries > 400*want {
			return nil, errNobody
		}
		p := c.nth(c.rank())
		if c.busyUntil[p] > s.starts {
			continue
		}
		c.busyUntil[p] = s.ends
		people = append(people, p)
	}
	slices.Sort(people[:s.attended])
	return people, nil
}

// rank draws whose turn it is: of a thousand volunteers one is there every week, thirty often.
func (c *city) rank() int {
	v := c.volunteers
	pillars, regulars := max(1, v/1000), max(2, v/33)
	switch u := c.rng.Float64(); {
	case u < 0.05:
		return c.rng.IntN(pillars)
	case u < 0.25:
		return pillars + c.rng.IntN(regulars-pillars)
	}
	return int(float64(v) * math.Pow(c.rng.Float64(), 1.6))
}

func (l *ledger) signup(s *shift, p int, state activity.SignupState) error {
	c := l.c
	id, person := c.first.signup, c.first.person+int64(p)
	c.first.signup++
	if state == activity.Attended {
		return l.served(s, p, id)
	}
	var live any = 1
	if state == activity.SignupCancelled {
		live = nil
	}
	made := min(s.starts, ms(c.now)) - int64(3+c.rng.IntN(200))*3_600_000
	if err := l.signups.Add(id, s.id, person, c.places[s.place].id, s.activity, s.starts, s.ends, state, live, "", made); err != nil {
		return err
	}
	if state == activity.Confirmed {
		return l.there(s, id)
	}
	return nil
}

// there is the presence on a shift that is not confirmed yet: one in ten is not there, and
// some forget to check out.
func (l *ledger) there(s *shift, signup int64) error {
	c := l.c
	if s.starts > ms(c.now) || c.rng.IntN(10) == 0 {
		return nil
	}
	in := min(s.starts+int64(c.rng.IntN(12)-8)*60_000, ms(c.now))
	switch {
	case !s.ended:
		return l.attend(s, signup, in, nil, "")
	case c.rng.IntN(20) == 0:
		return l.attend(s, signup, in, nil, activity.MissingOut)
	}
	return l.attend(s, signup, in, s.ends+int64(c.rng.IntN(8)-4)*60_000, "")
}

func (l *ledger) attend(s *shift, signup, in int64, out any, attention string) error {
	outBy := activity.Method("")
	if out != nil {
		outBy = activity.ByCode
	}
	return l.attendances.Add(signup, s.id, l.c.places[s.place].id, in, activity.ByCode, out, outBy, attention, attention != "")
}

// served writes the entry of somebody who was there, and now and then a correction.
func (l *ledger) served(s *shift, p int, signup int64) error {
	c := l.c
	u := c.places[s.place]
	second := c.staffOf(u.station, int(s.activity)+1)
	e := hours.Entry{Class: hours.System, Source: hours.FromSignup, SourceID: signup, ActivityID: s.activity, ShiftID: s.id, CampaignID: c.campaigns[s.campaign],
		UnitID: u.id, LeaderName: s.leader, StartsAt: at(s.starts), EndsAt: at(s.ends), RecordedBy: c.staffOf(u.station, int(s.activity)),
		CreatedAt: at(s.ends + int64(20+c.rng.IntN(900))*60_000)}
	if c.rng.IntN(oneInManual) == 0 {
		e.Class, e.Minutes, e.Reason, e.ApprovedBy = hours.Manual, int(s.ends-s.starts)/60_000, "手机没电，工作人员在场看到", &second
	} else {
		in, out := s.starts+(signup%inSpread-inBefore)*60_000, s.ends+(signup%outSpread-outBefore)*60_000
		e.Minutes = hours.Presence(time.UnixMilli(in), time.UnixMilli(out), e.StartsAt.Time, e.EndsAt.Time).Minutes()
	}
	if err := l.add(&e, s, p); err != nil {
		return err
	}
	if err := l.tell(&e, s); err != nil || c.rng.IntN(oneInCorrected) > 0 {
		return err
	}
	return l.correct(e, s, p, second)
}

// correct takes half an hour off an entry, by two people.
func (l *ledger) correct(e hours.Entry, s *shift, p int, second int64) error {
	c := l.c
	target, proposal := e.ID, c.first.proposal
	c.first.proposal++
	e.Class, e.Minutes, e.Source, e.SourceID, e.CorrectsID = hours.Correction, -30, hours.FromProposal, proposal, &target
	e.Reason, e.ApprovedBy = "中途离开半小时", &second
	err := l.proposals.Add(proposal, e.Class, hours.ProposalApproved, target, c.first.person+int64(p), e.UnitID, e.ActivityID, e.ShiftID, e.Minutes, e.Reason,
		e.RecordedBy, second, "", ms(e.CreatedAt.Time), ms(e.CreatedAt.Time))
	if err != nil {
		return err
	}
	return l.add(&e, s, p)
}

// add chains the entry, moves the totals and writes it, as hours.Append does.
func (l *ledger) add(e *hours.Entry, s *shift, p int) error {
	c := l.c
	chain := &l.chains[p]
	e.ID, e.PersonID, e.Month = c.first.entry, c.first.person+int64(p), hours.MonthOf(e.StartsAt.Time)
	c.first.entry++
	chain.sequence++
	e.Sequence, e.PreviousHash = int64(chain.sequence), ""
	if e.Sequence > 1 {
		e.PreviousHash = hex.EncodeToString(chain.last[:])
	}
	e.Hash = e.ComputeHash()
	if _, err := hex.Decode(chain.last[:], []byte(e.Hash)); err != nil {
		return err
	}
	l.count(e, s, p)
	return l.entries.Add(e.ID, e.PersonID, e.Sequence, e.Class, e.Minutes, e.Source, e.SourceID, or(e.CorrectsID), e.ActivityID, e.ShiftID, e.CampaignID, e.UnitID,
		e.LeaderName, s.starts, s.ends, e.Month, e.Reason, e.RecordedBy, or(e.ApprovedBy), ms(e.CreatedAt.Time), e.PreviousHash, e.Hash)
}

// tell is the notice of a credit, for those of the last weeks.
func (l *ledger) tell(e *hours.Entry, s *shift) error {
	made := ms(e.CreatedAt.Time)
	if made < ms(l.c.now)-noticeDays*86_400_000 {
		return nil
	}
	var read any
	if l.c.rng.IntN(3) > 0 {
		read = made + 3_600_000
	}
	return l.notices.Add(e.PersonID, "hours_credited", fmt.Sprintf("entry:%d", e.ID), "时长已记入", "“"+s.title+"”已记入 "+say.Minutes(e.Minutes)+"，点开可以看到签到和签退",
		"entry", e.ID, read, made, "", "", "", "", 0, "")
}

func at(milliseconds int64) store.Time { return store.At(time.UnixMilli(milliseconds)) }

func or(id *int64) any {
	if id == nil {
		return nil
	}
	return *id
}
