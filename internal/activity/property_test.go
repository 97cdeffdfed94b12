package activity_test

import (
	"flag"
	"os"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/hours"
	"yimi/internal/store"
)

// Each step below is a transaction on a real database and a check of all of it, so
// fewer runs than rapid's 100; -rapid.checks asks for more.
func TestMain(m *testing.M) {
	_ = flag.Set("rapid.checks", "15")
	_ = flag.Set("rapid.steps", "60")
	flag.Parse()
	os.Exit(m.Run())
}

// machine is three small shifts and five volunteers in any order of deeds.
type machine struct {
	*apptest.World
	people []auth.Actor
	shifts []activity.Shift
	done   map[string]int // deeds that went through, to see that the test reaches far
}

func TestAnyOrderOfDeeds(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		done := map[string]int{}
		rapid.Check(t, func(r *rapid.T) {
			m := newMachine(w, done)
			for _, p := range m.people { // a good start
				l, err := w.Activities.SignUp(apptest.As(p), m.shift(r).ID, true)
				m.see(r, "sign up", err)
				if err == nil && l.State == activity.Waitlisted {
					done["waitlist"]++
				}
			}
			r.Repeat(map[string]func(*rapid.T){
				"":             m.holds,
				"sign up":      m.signUp,
				"sign up more": m.signUp,
				"cancel":       m.cancel,
				"accept":       m.accept,
				"decide":       m.decide,
				"take":         m.take,
				"time":         m.time,
				"later":        m.time,
				"much later":   m.time,
				"sweep":        m.sweep,
				"check in":     m.check,
				"check out":    m.check,
				"attendance":   m.attendance,
				"confirm":      m.attendance,
				"approve":      m.approve,
				"correct":      m.correct,
				"capacity":     m.capacity,
				"move":         m.move,
				"undo":         m.undo,
			})
		})
		t.Log(done)
		for _, deed := range []string{"sign up", "waitlist", "cancel", "accept", "take", "in", "out", "confirm", "correct", "no_show", "no_credit", "decide", "approve manual", "approve correction", "capacity", "move", "undo"} {
			if done[deed] == 0 && !testing.Short() {
				t.Logf("no run came to %q", deed)
			}
		}
	})
}

func newMachine(w *apptest.World, done map[string]int) *machine {
	m := &machine{World: w, people: w.Crowd(5), done: done}
	now := w.Clock.Now()
	shift := func(from, to time.Duration, capacity int) activity.Shift {
		return activity.Shift{StartsAt: store.At(now.Add(from)), EndsAt: store.At(now.Add(to)), Capacity: capacity}
	}
	for _, s := range w.Publish(w.Draft(), shift(270*time.Minute, 330*time.Minute, 2), shift(5*time.Hour, 6*time.Hour, 2)) {
		m.shifts = append(m.shifts, s.Shift)
	}
	asked := w.Draft()
	asked.Approval = activity.ApprovalStaff
	return m.with(w.Publish(asked, shift(330*time.Minute, 7*time.Hour, 1))[0].Shift)
}

func (m *machine) with(s activity.Shift) *machine {
	m.shifts = append(m.shifts, s)
	return m
}

// see counts what went through, and fails on what is neither done nor refused.
func (m *machine) see(r *rapid.T, deed string, err error) {
	if err == nil {
		m.done[deed]++
		return
	}
	if fault.From(err).Kind == fault.Internal {
		r.Fatalf("%s: %v", deed, err)
	}
}

func (m *machine) person(r *rapid.T) auth.Actor { return rapid.SampledFrom(m.people).Draw(r, "person") }

func (m *machine) shift(r *rapid.T) activity.Shift {
	return m.FindShift(rapid.SampledFrom(m.shifts).Draw(r, "shift").ID)
}

func (m *machine) staff(r *rapid.T) auth.Actor {
	return rapid.SampledFrom([]auth.Actor{m.Staff, m.Second}).Draw(r, "staff")
}

// signup draws one of this run's sign-ups; skips when there is none in the states.
func (m *machine) signup(r *rapid.T, states ...activity.SignupState) activity.Signup {
	var rows []activity.Signup
	ids := []int64{m.shifts[0].ID, m.shifts[1].ID, m.shifts[2].ID}
	q := m.Store.Read(ctx).Where("shift_id IN ?", ids)
	if len(states) > 0 {
		q = q.Where("state IN ?", states)
	}
	if err := q.Order("id").Find(&rows).Error; err != nil {
		r.Fatal(err)
	}
	if len(rows) == 0 {
		r.Skip("no sign-up")
	}
	return rapid.SampledFrom(rows).Draw(r, "sign-up")
}

func (m *machine) signUp(r *rapid.T) {
	wait := rapid.Bool().Draw(r, "wait")
	l, err := m.Activities.SignUp(apptest.As(m.person(r)), m.shift(r).ID, wait)
	deed := "sign up"
	if err == nil && l.State == activity.Waitlisted {
		deed = "waitlist"
	}
	m.see(r, deed, err)
}

func (m *machine) cancel(r *rapid.T) {
	if rapid.IntRange(0, 3).Draw(r, "really") > 0 {
		r.Skip("stays")
	}
	g := m.signup(r)
	by := m.staff(r)
	if rapid.Bool().Draw(r, "self") {
		by = auth.Actor{PersonID: g.PersonID}
	}
	_, err := m.Activities.CancelSignup(apptest.As(by), g.ID, "有事")
	m.see(r, "cancel", err)
}

func (m *machine) accept(r *rapid.T) {
	g := m.signup(r, activity.Offered, activity.Lapsed)
	_, err := m.Activities.ConfirmSignup(apptest.As(auth.Actor{PersonID: g.PersonID}), g.ID)
	m.see(r, "accept", err)
}

func (m *machine) decide(r *rapid.T) {
	g := m.signup(r, activity.Pending, activity.Waitlisted)
	out, err := m.Activities.DecideSignups(apptest.As(m.staff(r)), []int64{g.ID}, rapid.IntRange(0, 3).Draw(r, "approve") > 0, "不合适")
	if err == nil {
		err = out[0].Err
	}
	m.see(r, "decide", err)
}

func (m *machine) take(r *rapid.T) {
	g := m.signup(r, activity.Waitlisted, activity.Offered)
	_, err := m.Activities.TakeSignup(apptest.As(m.staff(r)), g.ID, rapid.Bool().Draw(r, "add a place"))
	m.see(r, "take", err)
}

// time passes, a little or up to the next moment at which something opens or closes.
func (m *machine) time(r *rapid.T) {
	now := m.Clock.Now()
	to := now.Add(7 * time.Minute)
	if rapid.Bool().Draw(r, "far") {
		to = now.Add(2 * time.Hour)
		for _, s := range m.shifts {
			s = m.FindShift(s.ID)
			for _, at := range []time.Time{s.StartsAt.Add(-4 * time.Hour), s.StartsAt.Add(-20 * time.Minute), s.StartsAt.Time,
				s.EndsAt.Add(-10 * time.Minute), s.EndsAt.Add(31 * time.Minute)} {
				if at.After(now) && at.Before(to) {
					to = at
				}
			}
		}
	}
	m.Clock.Set(to)
}

func (m *machine) sweep(r *rapid.T) { m.see(r, "sweep", m.Activities.Sweep(ctx)) }

func (m *machine) check(r *rapid.T) {
	g := m.signup(r, activity.Confirmed, activity.Attended, activity.Absent)
	kind := rapid.SampledFrom([]activity.Kind{activity.In, activity.Out}).Draw(r, "kind")
	_, err := m.Activities.CheckIn(apptest.As(auth.Actor{PersonID: g.PersonID}), activity.Checkin{Token: m.Code(g.ShiftID, kind).Token, Sure: rapid.Bool().Draw(r, "sure")})
	m.see(r, string(kind), err)
}

func (m *machine) attendance(r *rapid.T) {
	g := m.signup(r, activity.Confirmed, activity.Attended, activity.Absent)
	action := rapid.SampledFrom([]string{"confirm", "confirm", "correct", "no_show", "no_credit"}).Draw(r, "action")
	d := activity.Deed{SignupID: g.ID, Action: action, Minutes: rapid.IntRange(-1, 130).Draw(r, "minutes"), Reason: "在场"}
	if action == "correct" || rapid.IntRange(0, 3).Draw(r, "part") == 0 {
		d.Given = m.given(r, m.FindShift(g.ShiftID))
	}
	_, err := m.Record(m.staff(r), g.ShiftID, d)
	m.see(r, action, err)
}

// given draws a time about the shift, most often inside it.
func (m *machine) given(r *rapid.T, s activity.Shift) *hours.Span {
	from := s.StartsAt.Add(time.Duration(rapid.IntRange(-1, 9).Draw(r, "from")) * 10 * time.Minute)
	return &hours.Span{From: store.At(from), To: store.At(from.Add(time.Duration(rapid.IntRange(0, 9).Draw(r, "long")) * 10 * time.Minute))}
}

func (m *machine) approve(r *rapid.T) {
	var open []hours.Proposal
	if err := m.Store.Read(ctx).Where("state = 'pending'").Order("id DESC").Limit(5).Find(&open).Error; err != nil {
		r.Fatal(err)
	}
	if len(open) == 0 {
		r.Skip("no proposal")
	}
	p := rapid.SampledFrom(open).Draw(r, "proposal")
	out, err := m.Activities.DecideProposals(apptest.As(m.staff(r)), []int64{p.ID}, rapid.IntRange(0, 3).Draw(r, "yes") > 0, "看过")
	if err == nil {
		err = out[0].Err
	}
	m.see(r, "approve "+string(p.Class), err)
}

func (m *machine) correct(r *rapid.T) {
	var entries []hours.Entry
	if err := m.Store.Read(ctx).Order("id DESC").Limit(5).Find(&entries).Error; err != nil {
		r.Fatal(err)
	}
	if len(entries) == 0 {
		r.Skip("no entry")
	}
	e := rapid.SampledFrom(entries).Draw(r, "entry")
	var given *hours.Span
	if rapid.Bool().Draw(r, "other time") {
		given = m.given(r, m.FindShift(e.ShiftID))
	}
	_, err := m.Hours.ProposeCorrection(apptest.As(m.staff(r)), e.ID, rapid.IntRange(0, 130).Draw(r, "minutes"), given, "更正")
	m.see(r, "correction", err)
}

// move tries a new time, now and then that of another shift.
func (m *machine) move(r *rapid.T) {
	s := m.shift(r)
	starts := s.StartsAt.Add(time.Duration(rapid.IntRange(-3, 3).Draw(r, "hours")) * time.Hour)
	c := activity.ShiftChange{StartsAt: &starts, EndsAt: ptr(starts.Add(time.Duration(rapid.IntRange(1, 3).Draw(r, "long")) * 30 * time.Minute)),
		AskAgain: rapid.Bool().Draw(r, "ask again")}
	_, err := m.Activities.UpdateShift(apptest.As(m.staff(r)), s.ID, c)
	m.see(r, "move", err)
}

func (m *machine) undo(r *rapid.T) {
	g := m.signup(r, activity.Confirmed)
	_, err := m.Record(m.staff(r), g.ShiftID, activity.Deed{SignupID: g.ID, Action: "undo"})
	m.see(r, "undo", err)
}

func (m *machine) capacity(r *rapid.T) {
	_, err := m.Activities.UpdateShift(apptest.As(m.staff(r)), m.shift(r).ID, activity.ShiftChange{Capacity: ptr(rapid.IntRange(1, 3).Draw(r, "capacity"))})
	m.see(r, "capacity", err)
}

// holds is rules 1 to 4: what must be true after every deed.
func (m *machine) holds(r *rapid.T) {
	report, err := m.Hours.Verify(ctx, func(int64) {})
	if err != nil {
		r.Fatal(err)
	}
	shifts, err := m.Activities.Verify(ctx)
	if err != nil {
		r.Fatal(err)
	}
	if found := append(report.Problems, shifts...); len(found) > 0 {
		r.Fatalf("verify: %q", found)
	}
	for what, n := range map[string]int64{
		"shifts beyond their places": m.Count("shifts", "taken > capacity OR taken < 0 OR waitlisted < 0"),
		"overlapping times credited to one person": m.Count("credited_spans", "EXISTS (SELECT 1 FROM credited_spans o WHERE o.person_id = credited_spans.person_id AND "+
			"o.entry_id <> credited_spans.entry_id AND o.from_at < credited_spans.to_at AND o.to_at > credited_spans.from_at)"),
		"overlapping sign-ups of one person": m.Count("signups", "state IN ('confirmed', 'attended') AND EXISTS (SELECT 1 FROM signups o WHERE o.person_id = signups.person_id AND "+
			"o.state IN ('confirmed', 'attended') AND o.id <> signups.id AND o.starts_at < signups.ends_at AND o.ends_at > signups.starts_at)"),
		"entries that come to less than nothing or more than the shift": m.Count("hour_entries", "class <> 'correction' AND minutes + "+
			"(SELECT COALESCE(SUM(c.minutes), 0) FROM hour_entries c WHERE c.corrects_id = hour_entries.id) NOT BETWEEN 0 AND (ends_at - starts_at) / 60000"),
		"check-ins before a shift opens":          m.Count("attendances", "in_at < (SELECT starts_at - 1800000 FROM shifts WHERE shifts.id = attendances.shift_id)"),
		"attended without an entry":               m.Count("signups", "(state = 'attended') <> EXISTS (SELECT 1 FROM hour_entries WHERE source = 'signup' AND source_id = signups.id)"),
		"minutes of the system without check-out": m.Count("hour_entries", "class = 'system' AND NOT EXISTS (SELECT 1 FROM attendances WHERE signup_id = source_id AND out_at IS NOT NULL)"),
		"minutes by hand by one person":           m.Count("hour_entries", "class <> 'system' AND recorded_by = approved_by"),
		"people waiting while an offer could be made": m.Count("shifts", "waitlisted > 0 AND taken < capacity AND state = 'open' AND starts_at > ?",
			store.At(m.Clock.Now())),
		"offers beyond the start": m.Count("signups", "state = 'offered' AND offer_expires_at > starts_at"),
	} {
		if n != 0 {
			r.Fatalf("%d %s", n, what)
		}
	}
}
