package activity

import (
	"context"

	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/outbox"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// AddShift adds one shift to an activity that is not closed.
func (s *Service) AddShift(ctx context.Context, activityID int64, shift Shift) (*Line, error) {
	return s.grow(ctx, activityID, func(tx *store.Tx, l *Line) ([]Shift, error) { return []Shift{shift}, nil })
}

// AddSeries adds the shifts that a weekly rule gives.
func (s *Service) AddSeries(ctx context.Context, activityID int64, rule Series) (*Line, error) {
	return s.grow(ctx, activityID, func(tx *store.Tx, l *Line) ([]Shift, error) {
		shifts, err := rule.shifts(tx.Now.Time)
		if err != nil {
			return nil, err
		}
		rule.ActivityID = l.ID
		if err := insertSeries(tx, &rule); err != nil {
			return nil, err
		}
		for i := range shifts {
			shifts[i].SeriesID = &rule.ID
		}
		return shifts, nil
	})
}

func (s *Service) grow(ctx context.Context, id int64, more func(*store.Tx, *Line) ([]Shift, error)) (*Line, error) {
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		l, err := managed(ctx, tx, id)
		if err != nil {
			return err
		}
		if l.State == Finished || l.State == Cancelled {
			return workflow.ErrBadTransition
		}
		shifts, err := more(tx, l)
		if err != nil {
			return err
		}
		return addShifts(ctx, tx, &l.Activity, shifts)
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

// UpdateShift changes a shift that has not started; a new time is told to everybody on it. A time
// that clashes with another shift of somebody's is refused with their names, or they are asked
// again. Once anybody is checked in the start stays.
func (s *Service) UpdateShift(ctx context.Context, shiftID int64, c ShiftChange) (*Line, error) {
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		shift, l, err := managedShift(ctx, tx, shiftID)
		if err != nil {
			return err
		}
		var n news
		if err := s.changeShift(ctx, tx, l, shift, c, &n); err != nil {
			return err
		}
		return outbox.Tell(tx, n.notices(l.Title, tx.Now)...)
	})
	if err != nil {
		return nil, err
	}
	return s.ofShift(ctx, shiftID)
}

func managedShift(ctx context.Context, tx *store.Tx, id int64) (*Shift, *Line, error) {
	shift, err := findShift(tx.DB, id)
	if err != nil {
		return nil, nil, err
	}
	l, err := managed(ctx, tx, shift.ActivityID)
	if err != nil {
		return nil, nil, err
	}
	shift, err = findShift(tx.DB, id) // as whoever had the turn before left it
	return shift, l, err
}

// changeShift applies a change by one conditional statement, so that it can neither
// cut below what is taken nor move a shift that has started in the meantime. Whom it concerns
// is added to the news.
func (s *Service) changeShift(ctx context.Context, tx *store.Tx, l *Line, shift *Shift, c ShiftChange, n *news) error {
	is, err := c.on(shift, tx.Now.Time)
	if err != nil {
		return err
	}
	moves := is.span() != shift.span()
	if moves {
		is.TimedAt = &tx.Now
	}
	var people []int64
	if moves {
		if people, err = beforeMove(tx, l, is); err != nil {
			return err
		}
	}
	written, err := rewriteShift(tx, is)
	if err != nil {
		return err
	}
	if !written {
		return errBelowTaken
	}
	if moves {
		if err := s.moveSignups(ctx, tx, l, shift, is, people, c.AskAgain, n); err != nil {
			return err
		}
	}
	if err := s.promote(tx, is.ID, n); err != nil {
		return err
	}
	if err := audit.Write(tx, audit.Entry{Of: shiftLog, ID: is.ID, UnitID: is.UnitID, UnitPath: l.UnitPath, Before: shift, After: is}); err != nil {
		return err
	}
	return refreshNext(tx, l.ID)
}

// beforeMove refuses a time outside the campaign's period, and takes the turns of those signed up: first
// their rows, as with whoever signs up.
func beforeMove(tx *store.Tx, l *Line, is *Shift) ([]int64, error) {
	p, err := holdPeriod(tx, l.CampaignID)
	if err != nil {
		return nil, err
	}
	if err := p.takes([]Shift{*is}); err != nil {
		return nil, err
	}
	return takeTurns(tx, is.ID, nil)
}

// UpdateSeries changes the shifts of a series that have not started; the past stays as it was, and so does
// a shift that was changed by hand. Each person is told once.
func (s *Service) UpdateSeries(ctx context.Context, id int64, c SeriesChange) (*Line, error) {
	var activityID int64
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		rule, err := findSeries(tx.DB, id)
		if err != nil {
			return err
		}
		l, err := managed(ctx, tx, rule.ActivityID)
		if err != nil {
			return err
		}
		activityID = l.ID
		if err := rule.apply(c); err != nil {
			return err
		}
		shifts, err := openOfSeries(tx, id, store.At(c.from()))
		if err != nil {
			return err
		}
		var n news
		if err := s.changeEach(ctx, tx, l, rule, shifts, c, &n); err != nil {
			return err
		}
		if err := updateSeries(tx, rule); err != nil {
			return err
		}
		return outbox.Tell(tx, n.notices(l.Title, tx.Now)...)
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, activityID)
}

// changeEach changes at most maxSeriesShifts shifts, each with its own check.
func (s *Service) changeEach(ctx context.Context, tx *store.Tx, l *Line, rule *Series, shifts []Shift, c SeriesChange, n *news) error {
	for i := range shifts {
		change := ShiftChange{Capacity: c.Capacity, AskAgain: c.AskAgain, ofSeries: true}
		if c.StartTime != nil || c.EndTime != nil {
			starts, ends := rule.timesOn(shifts[i].StartsAt.Time)
			change.StartsAt, change.EndsAt = &starts, &ends
		}
		if err := s.changeShift(ctx, tx, l, &shifts[i], change, n); err != nil {
			return err
		}
	}
	return nil
}

// CancelShift calls one shift off that has not started.
func (s *Service) CancelShift(ctx context.Context, shiftID int64, reason string) (*Line, error) {
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		shift, l, err := managedShift(ctx, tx, shiftID)
		switch {
		case err != nil:
			return err
		case shift.State != ShiftOpen:
			return workflow.ErrBadTransition
		case !shift.StartsAt.After(tx.Now.Time):
			return errStarted
		}
		if err := cancelShifts(ctx, tx, &l.Activity, []Shift{*shift}, shiftCalledOff, reason); err != nil {
			return err
		}
		return refreshNext(tx, l.ID)
	})
	if err != nil {
		return nil, err
	}
	return s.ofShift(ctx, shiftID)
}

// cancelShifts calls shifts off with every live sign-up on them, and tells each person why, once. Who is
// checked in stays: their presence is confirmed as ever.
func cancelShifts(ctx context.Context, tx *store.Tx, a *Activity, shifts []Shift, what, reason string) error {
	if len(shifts) == 0 {
		return nil
	}
	ids := make([]int64, len(shifts))
	for i := range shifts {
		ids[i] = shifts[i].ID
	}
	if err := setShiftsCancelled(tx, ids); err != nil {
		return err
	}
	signups, in, err := holdLive(tx, ids) // from here on nobody checks in
	if err != nil {
		return err
	}
	if err := setSignupsCancelled(tx, ids, reason); err != nil {
		return err
	}
	if err := recountTaken(tx, ids); err != nil {
		return err
	}
	return sayCancelled(ctx, tx, a, shifts, signups, in, what, reason)
}

// sayCancelled writes what was called off; in are the sign-ups of who is checked in.
func sayCancelled(ctx context.Context, tx *store.Tx, a *Activity, shifts []Shift, signups []Signup, in map[int64]bool, what, reason string) error {
	actor := auth.From(ctx).PersonID
	var timeline []timelineLine
	for i := range shifts {
		timeline = append(timeline, timelineLine{Subject: "shift", SubjectID: shifts[i].ID, Action: "cancel",
			FromState: string(ShiftOpen), ToState: string(ShiftCancelled), ActorID: actor, Reason: reason})
	}
	for i := range signups {
		if !in[signups[i].ID] {
			timeline = append(timeline, signupTimeline(&signups[i], "cancel", SignupCancelled, actor, reason))
		}
	}
	if err := writeTimeline(tx, timeline...); err != nil {
		return err
	}
	off := make([]audit.Entry, len(shifts))
	for i := range shifts {
		off[i] = audit.Entry{Of: shiftLog, ID: shifts[i].ID, UnitID: a.UnitID, Before: shifts[i], After: map[string]any{"state": ShiftCancelled}}
	}
	if err := audit.WriteAll(tx, off); err != nil {
		return err
	}
	return outbox.Tell(tx, cancelledNotices(signups, in, a.Title, what, reason)...)
}

// OpenShift publishes a new activity with one shift in the caller's transaction, for the
// features that have something met by volunteers.
func (s *Service) OpenShift(ctx context.Context, tx *store.Tx, a *Activity, shift Shift) (*Shift, error) {
	if err := checkNew(tx, a); err != nil {
		return nil, err
	}
	a.State, a.CreatedBy, a.PublishedAt = Published, auth.From(ctx).PersonID, &tx.Now
	if !shift.StartsAt.After(tx.Now.Time) {
		return nil, errShiftPast
	}
	if err := insertActivity(tx, a); err != nil {
		return nil, err
	}
	if err := audit.Write(tx, audit.Entry{Of: activityLog, ID: a.ID, UnitID: a.UnitID, After: a}); err != nil {
		return nil, err
	}
	one := []Shift{shift}
	if err := addShifts(ctx, tx, a, one); err != nil {
		return nil, err
	}
	return &one[0], writeTimeline(tx, timelineLine{Subject: "activity", SubjectID: a.ID, Action: "publish",
		ToState: string(Published), ActorID: a.CreatedBy})
}

// CallOff cancels a shift that has not started, with everybody signed up for it, in the
// caller's transaction; one that has started or is off already stays.
func (s *Service) CallOff(ctx context.Context, tx *store.Tx, shiftID int64, reason string) error {
	shift, err := findShift(tx.DB, shiftID)
	if err != nil || shift.State != ShiftOpen || !shift.StartsAt.After(tx.Now.Time) {
		return err
	}
	l, err := findLine(tx.DB, shift.ActivityID)
	if err != nil {
		return err
	}
	if err := cancelShifts(ctx, tx, &l.Activity, []Shift{*shift}, calledOff, reason); err != nil {
		return err
	}
	return refreshNext(tx, l.ID)
}
