package activity_test

import (
	"slices"
	"testing"
	"time"

	"gorm.io/gorm"
	"pgregory.net/rapid"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/hours"
	"yimi/internal/identity"
	"yimi/internal/store"
)

// credits is shifts that are over and that all overlap, with people who were on several of them at
// once, as only a database older than the rules has them; two of the people are one.
type credits struct {
	*apptest.World
	admin   auth.Actor
	people  []auth.Actor
	signups []int64
	done    map[string]int
}

// Whatever is confirmed, put in by hand, corrected and merged, in any order: no minute of anybody
// is counted twice, and every sum and chain holds.
func TestAnyOrderOfCredits(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		done := map[string]int{}
		admin := w.AdminOf(w.District, "马建军")
		w.Exec("UPDATE campaigns SET ends_on = '2099-12-31' WHERE id = ?", w.Campaign) // the months go by
		rapid.Check(t, func(r *rapid.T) {
			c := &credits{World: w, admin: admin, people: w.Crowd(3), done: done}
			c.plant(r)
			r.Repeat(map[string]func(*rapid.T){
				"": c.holds, "confirm": c.confirm, "confirm part": c.confirmPart, "by hand": c.byHand, "no credit": c.noCredit,
				"approve": c.approve, "approve more": c.approve, "correct": c.correct, "merge": c.merge,
			})
		})
		t.Log(done)
		for _, deed := range []string{"confirm", "confirm part", "by hand", "approve", "correct", "merge", "time_credited"} {
			if done[deed] == 0 {
				t.Logf("no run came to %q", deed) // by chance: a part must lie within presence
			}
		}
	})
}

// plant writes four shifts of ten hours, one after three hours each, and people's presence on several of them.
func (c *credits) plant(r *rapid.T) {
	c.Clock.Advance(30 * 24 * time.Hour)
	from := c.Clock.Now().Truncate(24 * time.Hour)
	for i := range 4 {
		starts := from.Add(time.Duration(18+3*i) * time.Hour) // 2:00 there, and on
		s := c.Publish(c.Draft(), activity.Shift{StartsAt: store.At(starts), EndsAt: store.At(starts.Add(10 * time.Hour)), Capacity: 9})[0].Shift
		for j, p := range c.people {
			if on := [][]int{{0, 1}, {3}, {0, 1, 2, 3}}[j]; slices.Contains(on, i) {
				c.signups = append(c.signups, c.there(r, s, p))
			}
		}
	}
	c.Clock.Set(from.Add(60 * time.Hour))
}

func (c *credits) there(r *rapid.T, s activity.Shift, p auth.Actor) int64 {
	one := int64(1)
	g := activity.Signup{ShiftID: s.ID, PersonID: p.PersonID, UnitID: s.UnitID, ActivityID: s.ActivityID, StartsAt: s.StartsAt, EndsAt: s.EndsAt, State: activity.Confirmed, Live: &one}
	a := activity.Attendance{ShiftID: s.ID, UnitID: s.UnitID, InMethod: activity.ByCode, OutMethod: activity.ByCode,
		InAt: store.At(s.StartsAt.Add(time.Duration(rapid.IntRange(-20, 400).Draw(r, "in")) * time.Minute))}
	out := store.At(s.EndsAt.Add(-time.Duration(rapid.IntRange(-20, 150).Draw(r, "early")) * time.Minute))
	a.OutAt = &out
	if err := c.Tx(func(tx *store.Tx) error {
		g.CreatedAt = tx.Now
		if err := tx.Create(&g).Error; err != nil {
			return err
		}
		a.SignupID = g.ID
		if err := tx.Model(&activity.Shift{}).Where("id = ?", s.ID).Update("taken", gorm.Expr("taken + 1")).Error; err != nil {
			return err
		}
		return tx.Create(&a).Error
	}); err != nil {
		r.Fatal(err)
	}
	return g.ID
}

func (c *credits) see(r *rapid.T, deed string, err error) {
	if err == nil {
		c.done[deed]++
		return
	}
	f := fault.From(err)
	if c.done[f.Code]++; f.Kind == fault.Internal {
		r.Fatalf("%s: %v", deed, err)
	}
}

func (c *credits) record(r *rapid.T, deed string, d activity.Deed) {
	d.SignupID = rapid.SampledFrom(c.signups).Draw(r, "sign-up")
	by := rapid.SampledFrom([]auth.Actor{c.Staff, c.Second, c.admin}).Draw(r, "by")
	_, err := c.Record(by, c.Signup(d.SignupID).ShiftID, d)
	c.see(r, deed, err)
}

func (c *credits) confirm(r *rapid.T) { c.record(r, "confirm", activity.Deed{Action: "confirm"}) }

func (c *credits) noCredit(r *rapid.T) {
	if rapid.IntRange(0, 3).Draw(r, "really") > 0 {
		r.Skip("counts")
	}
	c.record(r, "no credit", activity.Deed{Action: "no_credit"})
}

// given draws a time of the two days.
func (c *credits) given(r *rapid.T) *hours.Span {
	from := c.Clock.Now().Add(-time.Duration(rapid.IntRange(20, 36).Draw(r, "hours ago")) * time.Hour)
	return &hours.Span{From: store.At(from), To: store.At(from.Add(time.Duration(rapid.IntRange(1, 16).Draw(r, "halves")) * 30 * time.Minute))}
}

func (c *credits) confirmPart(r *rapid.T) {
	c.record(r, "confirm part", activity.Deed{Action: "confirm", Given: c.given(r)})
}

func (c *credits) byHand(r *rapid.T) {
	c.record(r, "by hand", activity.Deed{Action: "correct", Given: c.given(r), Minutes: rapid.IntRange(0, 90).Draw(r, "minutes"), Reason: "在场"})
}

func (c *credits) approve(r *rapid.T) {
	var open []hours.Proposal
	if err := c.Store.Read(ctx).Where("state = 'pending'").Order("id DESC").Limit(4).Find(&open).Error; err != nil {
		r.Fatal(err)
	}
	if len(open) == 0 {
		r.Skip("no proposal")
	}
	by := rapid.SampledFrom([]auth.Actor{c.Staff, c.Second, c.admin}).Draw(r, "by")
	out, err := c.Activities.DecideProposals(apptest.As(by), []int64{rapid.SampledFrom(open).Draw(r, "proposal").ID}, rapid.IntRange(0, 5).Draw(r, "yes") > 0, "看过")
	if err == nil {
		err = out[0].Err
	}
	c.see(r, "approve", err)
}

func (c *credits) correct(r *rapid.T) {
	var entries []hours.Entry
	if err := c.Store.Read(ctx).Where("class <> 'correction'").Order("id DESC").Limit(5).Find(&entries).Error; err != nil {
		r.Fatal(err)
	}
	if len(entries) == 0 {
		r.Skip("no entry")
	}
	var given *hours.Span
	if rapid.Bool().Draw(r, "other time") {
		given = c.given(r)
	}
	by := rapid.SampledFrom([]auth.Actor{c.Staff, c.Second}).Draw(r, "by")
	_, err := c.Hours.ProposeCorrection(apptest.As(by), rapid.SampledFrom(entries).Draw(r, "entry").ID, rapid.SampledFrom([]int{0, 30, 60, 240, 480}).Draw(r, "minutes"), given, "更正")
	c.see(r, "correct", err)
}

// merge makes the first two people one.
func (c *credits) merge(r *rapid.T) {
	low, high := c.people[0].PersonID, c.people[1].PersonID
	f := identity.Duplicate{LowID: low, HighID: high, ByPhone: true, State: identity.DuplicateOpen}
	var there []identity.Duplicate
	if err := c.Tx(func(tx *store.Tx) error {
		f.FoundAt = tx.Now
		if err := tx.Where("low_id = ? AND high_id = ?", low, high).Find(&there).Error; err != nil || len(there) > 0 {
			return err
		}
		return tx.Create(&f).Error
	}); err != nil {
		r.Fatal(err)
	}
	if len(there) > 0 {
		f = there[0]
	}
	keep := rapid.SampledFrom([]int64{low, high}).Draw(r, "keep")
	c.see(r, "merge", c.Identity.Merge(apptest.As(c.admin), f.ID, keep, "同一个人"))
}

func (c *credits) holds(r *rapid.T) {
	report, err := c.Hours.Verify(ctx, func(int64) {})
	if err != nil {
		r.Fatal(err)
	}
	if len(report.Problems)+len(report.Warnings) > 0 {
		r.Fatalf("verify: %q %q", report.Problems, report.Warnings)
	}
	const overlap = "EXISTS (SELECT 1 FROM credited_spans o WHERE o.person_id = credited_spans.person_id AND o.entry_id <> credited_spans.entry_id AND " +
		"o.from_at < credited_spans.to_at AND o.to_at > credited_spans.from_at)"
	if n := c.Count("credited_spans", overlap); n != 0 {
		r.Fatalf("%d credited times overlap", n)
	}
}
