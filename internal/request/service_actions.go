package request

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// submitter is as whom a request is submitted.
func submitter(resident bool) workflow.Who {
	if resident {
		return workflow.ByResident
	}
	return workflow.ByStaff
}

// offered tells whether the service is one of the unit's, and open.
func (l *Line) offered(t *catalogue.Line) bool {
	return t.Active && strings.HasPrefix(l.UnitPath, t.UnitPath)
}

// asksTime tells whether a time is chosen with the request. What came back from where the service is
// not, or no longer, given has none: the station arranges one.
func (l *Line) asksTime(t *catalogue.Line) bool {
	return t.Mode == catalogue.ByBooking && (l.State != Returned || l.offered(t))
}

// hasTimes is asksTime, and that what came back has somebody there who gives times.
func (s *Service) hasTimes(db *gorm.DB, l *Line, t *catalogue.Line) (bool, error) {
	if !l.asksTime(t) || l.State != Returned {
		return l.asksTime(t), nil
	}
	return booking.Given(db, t.ID, t.MinLevel, l.UnitPath)
}

// holds tells whether a slot was kept for the request, lapsed or not.
func (l *Line) holds() bool {
	return l.Booking != nil && (l.Booking.State == booking.Held || l.Booking.State == booking.Lapsed)
}

// listed adds to the requests of a list what the actor may do with each.
func (s *Service) listed(ctx context.Context) func([]Line, error) ([]Line, error) {
	return func(out []Line, err error) ([]Line, error) {
		if err != nil {
			return nil, err
		}
		return out, s.addActions(ctx, out)
	}
}

// addActions says of each request what the actor may do now, in at most two reads beside the rows,
// however many there are. Whether a time is still free only a single request tells (narrow).
func (s *Service) addActions(ctx context.Context, out []Line) (err error) {
	a, db, now := auth.From(ctx), s.db.Read(ctx), s.db.Now().Time
	mine, unsent := human.Set{a.PersonID}, []int64{}
	others := slices.ContainsFunc(out, func(l Line) bool { return l.PersonID != nil && *l.PersonID != a.PersonID })
	if others {
		if mine, err = human.Accounts(db, a.PersonID); err != nil {
			return err
		}
	}
	for i := range out {
		if out[i].State == Draft || out[i].State == Returned {
			unsent = append(unsent, out[i].ServiceTypeID)
		}
	}
	services, err := catalogue.FindAll(db, unsent)
	if err != nil {
		return err
	}
	for i := range out {
		out[i].Actions = actionsOf(a, mine, &out[i], services[out[i].ServiceTypeID], now, s.limitsOf(&out[i], now))
	}
	return nil
}

// narrow takes out of a request's actions what the calendar, a consent, or what is there already
// stands against: what is listed will be accepted.
func (s *Service) narrow(ctx context.Context, d *Detail) error {
	checks := map[string]func(context.Context, *Detail) (bool, error){"submit": s.canSubmit, "approve": s.canApprove, "reschedule": s.canReschedule, "offer_times": s.hasTimesToOffer,
		"attach": func(_ context.Context, d *Detail) (bool, error) { return len(d.Attachments) < maxAttachments, nil }}
	var left []string
	for _, action := range d.Actions {
		if check := checks[action]; check != nil {
			ok, err := check(ctx, d)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
		}
		left = append(left, action)
	}
	d.Actions = append([]string{}, left...)
	return nil
}

// canSubmit tells whether the time chosen can be had, and what is written may be kept.
func (s *Service) canSubmit(ctx context.Context, d *Detail) (bool, error) {
	db, resident := s.db.Read(ctx), d.isOf(auth.From(ctx).PersonID)
	t, err := catalogue.Find(db, d.ServiceTypeID)
	if err != nil {
		return false, err
	}
	if err := s.mayKeep(&store.Tx{DB: db, Now: s.db.Now()}, &d.Line, t, submitter(resident)); err != nil {
		return refusal(err)
	}
	timed, err := s.hasTimes(db, &d.Line, t)
	if err != nil || !timed {
		return true, err
	}
	if d.WantedProvider == nil {
		return false, nil
	}
	if err := s.Bookings.Offered(ctx, &t.Type, d.wish(d.WantedProvider, d.WantedStartsAt.Time)); err != nil {
		return refusal(err)
	}
	if err := s.looksFree(db, &d.Line, t, d.WantedStartsAt.Time, true); err != nil {
		return refusal(err)
	}
	if t.Instant && !d.GuardianMissing(s.db.Now().Time) {
		return s.couldEngage(db, &d.Line, *d.WantedProvider)
	}
	return true, nil
}

// canApprove tells whether the slot kept for the request can still be had, of somebody who may take it.
func (s *Service) canApprove(ctx context.Context, d *Detail) (bool, error) {
	if !d.holds() {
		return true, nil
	}
	db := s.db.Read(ctx)
	ok, err := booking.Confirmable(db, &d.Booking.Booking, s.db.Now().Time)
	if err != nil || !ok {
		return false, err
	}
	if d.Booking.Live == nil {
		t, err := catalogue.Find(db, d.ServiceTypeID)
		if err != nil {
			return false, err
		}
		if err := s.looksFree(db, &d.Line, t, d.Booking.StartsAt.Time, false); err != nil {
			return refusal(err)
		}
	}
	return s.couldEngage(db, &d.Line, d.Booking.ProviderID)
}

// couldEngage is what engage asks of who takes a booking.
func (s *Service) couldEngage(db *gorm.DB, l *Line, providerID int64) (bool, error) {
	w, err := findWorker(db, providerID, l.ServiceTypeID, l.UnitPath)
	if err != nil || w == nil {
		return false, err
	}
	own, err := l.isOfHuman(db, w.PersonID)
	return !own, err
}

// looksFree is couldBook for who asked.
func (s *Service) looksFree(db *gorm.DB, l *Line, t *catalogue.Line, from time.Time, more bool) error {
	who, err := behind(db, l)
	if err != nil {
		return err
	}
	return s.couldBook(db, l, t, who, s.db.Now(), from, more)
}

// canReschedule tells whether who asked has times to choose from; staff and worker set any.
func (s *Service) canReschedule(ctx context.Context, d *Detail) (bool, error) {
	if !d.isOf(auth.From(ctx).PersonID) {
		return true, nil
	}
	return s.hasTimesToOffer(ctx, d)
}

// hasTimesToOffer tells whether anybody gives times of the service there.
func (s *Service) hasTimesToOffer(ctx context.Context, d *Detail) (bool, error) {
	return booking.Given(s.db.Read(ctx), d.ServiceTypeID, d.MinLevel, d.UnitPath)
}

// refusal tells a refusal, which is a no, from what went wrong.
func refusal(err error) (bool, error) {
	var f *fault.Error
	if errors.As(err, &f) && f.Kind != fault.Internal {
		return false, nil
	}
	return false, err
}
