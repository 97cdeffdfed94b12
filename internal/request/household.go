package request

import (
	"slices"
	"strings"
	"time"

	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/policy"
	"yimi/internal/store"
)

// limits are what residents do by themselves, in one district and today; 0 of a number: any number.
type limits struct {
	notice        time.Duration // a booking can be changed by who asked until so long before it
	bookingsOfOne int           // times to come that one beneficiary has at once, whoever asked
	bookingsByOne int           // that one human has for everybody they ask for
	reschedules   int           // changes of one request's time
}

// limitsOf gives the limits of a request's district as they hold now.
func (s *Service) limitsOf(l *Line, now time.Time) limits {
	number := func(kind policy.Kind) int { return s.Policies.On(kind, l.UnitPath, now).Number() }
	return limits{s.Notice, number(policy.BookingsOfOne), number(policy.BookingsByOne), number(policy.Reschedules)}
}

// toCome is a time to come that is taken or waited for, and whom it is for.
type toCome struct {
	RequestID       int64
	PersonID        *int64
	BeneficiaryID   *int64
	BeneficiaryName string
	Relation        string
	BirthDate       *string
	Number          string
	Sealed          []byte
	Live            *int64 // nil: a hold that lapsed, which the approval may take again
	StartsAt        store.Time
	EndsAt          store.Time
	Phone           string `gorm:"-"`
}

// sameHuman tells whether two requests are for one beneficiary: the same name on somebody's list; oneself by
// accounts of one human; else one name, with one birth date, or, where one is not known, asked by one human (or a
// child of theirs) or with one phone.
func (a *toCome) sameHuman(b *toCome, who human.Human) bool {
	by := func(of human.Set) bool {
		return a.PersonID != nil && b.PersonID != nil && of.Has(*a.PersonID) && of.Has(*b.PersonID)
	}
	switch {
	case a.BeneficiaryID != nil && b.BeneficiaryID != nil && *a.BeneficiaryID == *b.BeneficiaryID,
		a.Relation == Self && b.Relation == Self && by(who.Accounts):
		return true
	case a.BeneficiaryName != b.BeneficiaryName:
		return false
	case a.BirthDate != nil && b.BirthDate != nil:
		return *a.BirthDate == *b.BirthDate
	}
	phone := digits(a.Phone)
	return by(who.Own) || phone != "" && phone == digits(b.Phone)
}

func digits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

// household is what a human, and whom they ask for, have booked already.
type household struct {
	who    human.Human
	of, by []toCome // of the beneficiary; asked for by the human
}

// sort puts the times where they count.
func (h *household) sort(mine *toCome, all []toCome) {
	seen := map[int64]bool{mine.RequestID: true}
	for i := range all {
		t := &all[i]
		if seen[t.RequestID] {
			continue
		}
		seen[t.RequestID] = true
		if mine.sameHuman(t, h.who) {
			h.of = append(h.of, *t)
		}
		if t.PersonID != nil && h.who.Accounts.Has(*t.PersonID) {
			h.by = append(h.by, *t)
		}
	}
}

// room refuses one more time than the settings allow.
func (h *household) room(l *Line, most limits) error {
	switch {
	case most.bookingsOfOne > 0 && len(h.of) >= most.bookingsOfOne:
		return fault.Newf(fault.Conflict, "too_many_bookings", "%s已经约了 %d 次还没到的服务，同时最多约 %d 次，这次没有约上。办完一次再约；急事请打电话给社工站", l.BeneficiaryName, len(h.of), most.bookingsOfOne)
	case l.PersonID != nil && most.bookingsByOne > 0 && len(h.by) >= most.bookingsByOne:
		return fault.Newf(fault.Conflict, "too_many_bookings", "您为自己和家人一共约了 %d 次还没到的服务，同时最多约 %d 次，这次没有约上。办完一次再约；急事请打电话给社工站", len(h.by), most.bookingsByOne)
	}
	return nil
}

// free refuses a time when whom it is for is somewhere else.
func (h *household) free(l *Line, from, to time.Time) error {
	if slices.ContainsFunc(h.of, func(t toCome) bool { return t.Live != nil && t.StartsAt.Before(to) && t.EndsAt.After(from) }) {
		return fault.Newf(fault.Conflict, "booked_at_once", "%s这个时间已经约了别的服务，没有约上。请换一个时间，或者先取消那一次", l.BeneficiaryName)
	}
	return nil
}

// movedOften tells whether who asked has changed the time as often as they may. What the station asked them to
// change is not counted, nor a time that was not kept for them.
func (l *Line) movedOften(most int) bool {
	return most > 0 && l.Reschedules >= most && l.standsByChoice()
}

// standsByChoice tells whether there is a time that nobody asked to change.
func (l *Line) standsByChoice() bool {
	return l.Booking != nil && l.Booking.Live != nil && l.TimeAskedAt == nil
}

func errMovedOften(most int) error {
	return fault.Newf(fault.Conflict, "too_many_reschedules", "这份申请的时间您已经改过 %d 次，不能再自己改了，原来的时间还在。要改请打电话给社工站", most)
}
