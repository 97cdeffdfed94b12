package activity

import (
	"slices"
	"time"

	"yimi/internal/store"
)

// Reasons of a shift, or of many at once, for staff to have a look.
const (
	LongShift    = "long_shift"    // over 12 h
	TimeMoved    = "time_moved"    // after people had signed up
	ShortNotice  = "short_notice"  // published less than an hour before
	Burst        = "burst"         // many in and many out within moments
	Undone       = "undone"        // staff took a check-out back
	MarkedAbsent = "marked_absent" // the proof came after staff had marked them absent, or without credit
	RulesEased   = "rules_eased"   // fence or way of check-in changed after people had signed up
)

const (
	longShift   = 12 * time.Hour
	shortNotice = time.Hour

	burstPeople = 8
	burstWithin = 2 * time.Minute
	burstShift  = time.Hour // shorter shifts have everybody in and out at once
)

// presenceRow is what of an attendance tells a burst.
type presenceRow struct {
	SignupID  int64
	PersonID  int64
	State     SignupState
	InAt      store.Time
	OutAt     *store.Time
	Attention string
	NeedsLook bool
	Proposed  bool // minutes wait for a second person
}

// shiftReasons are the reasons that hold for everybody on a shift.
func shiftReasons(s *Shift, a *Activity) (out []string) {
	if s.EndsAt.Sub(s.StartsAt.Time) > longShift {
		out = append(out, LongShift)
	}
	if s.MovedAt != nil {
		out = append(out, TimeMoved)
	}
	if known := knownSince(s, a); known != nil && s.StartsAt.Sub(known.Time) < shortNotice {
		out = append(out, ShortNotice)
	}
	if s.EasedAt != nil {
		out = append(out, RulesEased)
	}
	return out
}

// knownSince is when people could first know of the shift at its time: published, and made or moved
// last; nil for an activity older than this is kept.
func knownSince(s *Shift, a *Activity) *store.Time {
	known := a.PublishedAt
	for _, later := range []*store.Time{&s.CreatedAt, s.TimedAt} {
		if known != nil && later != nil && later.After(known.Time) {
			known = later
		}
	}
	return known
}

// bursts gives the sign-ups of eight or more people who came within two minutes and went within
// two minutes: one phone after the other, or one code passed on. Rows are by check-in.
func bursts(s *Shift, rows []presenceRow) map[int64]bool {
	out := map[int64]bool{}
	if s.EndsAt.Sub(s.StartsAt.Time) < burstShift {
		return out
	}
	for i := range rows {
		came := []presenceRow{}
		for _, r := range rows[i:] {
			if r.InAt.Sub(rows[i].InAt.Time) > burstWithin {
				break
			}
			if r.OutAt != nil {
				came = append(came, r)
			}
		}
		slices.SortFunc(came, func(a, b presenceRow) int { return a.OutAt.Compare(b.OutAt.Time) })
		for from, to := 0, 0; to < len(came); to++ {
			for came[to].OutAt.Sub(came[from].OutAt.Time) > burstWithin {
				from++
			}
			if to-from+1 >= burstPeople {
				for _, r := range came[from : to+1] {
					out[r.SignupID] = true
				}
			}
		}
	}
	return out
}

// looks gives the attention of each sign-up whose reasons have grown.
func looks(s *Shift, a *Activity, rows []presenceRow) map[int64]string {
	out, ofShift, ofMany := map[int64]string{}, shiftReasons(s, a), bursts(s, rows)
	for _, r := range rows {
		if r.State != Confirmed { // settled: it tells of the others' burst
			continue
		}
		reasons := words(r.Attention, ",")
		for _, why := range ofShift {
			reasons = addReason(reasons, why)
		}
		if ofMany[r.SignupID] {
			reasons = addReason(reasons, Burst)
		}
		if joined := joinReasons(reasons); joined != r.Attention {
			out[r.SignupID] = joined
		}
	}
	return out
}
