package activity

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"yimi/internal/auth"
	"yimi/internal/hours"
	"yimi/internal/outbox"
	"yimi/internal/store"
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
		rule.ID, rule.ActivityID, rule.CreatedAt = 0, l.ID, tx.Now
		if err := tx.Create(&rule).Error; err != nil {
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
			return ErrBadTransition
		}
		shifts, err := more(tx, l)
		if err != nil {
			return err
		}
		return addShifts(tx, &l.Activity, shifts)
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

// shifts gives the shifts of the rule that are still to come.
func (r *Series) shifts(now time.Time) ([]Shift, error) {
	from, err1 := time.ParseInLocation(time.DateOnly, r.FromDate, hours.Shanghai)
	until, err2 := time.ParseInLocation(time.DateOnly, r.UntilDate, hours.Shanghai)
	if err1 != nil || err2 != nil || until.Before(from) || until.Sub(from) > maxSeriesDays*24*time.Hour {
		return nil, errSeries
	}
	days := strings.Split(r.Weekdays, ",")
	var out []Shift
	for day := from; !day.After(until); day = day.AddDate(0, 0, 1) {
		starts, ends := r.timesOn(day)
		if !slices.Contains(days, strconv.Itoa(isoWeekday(day))) || !starts.After(now) {
			continue
		}
		out = append(out, Shift{StartsAt: store.At(starts), EndsAt: store.At(ends), Capacity: r.Capacity})
	}
	switch {
	case len(out) == 0:
		return nil, errNoDay
	case len(out) > maxSeriesShifts:
		return nil, errSeries
	}
	return out, nil
}

func isoWeekday(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }

// timesOn gives start and end on a day; an end before the start is on the next day.
func (r *Series) timesOn(day time.Time) (starts, ends time.Time) {
	starts, ends = atClock(day, r.StartTime), atClock(day, r.EndTime)
	if !ends.After(starts) {
		ends = atClock(day.AddDate(0, 0, 1), r.EndTime)
	}
	return starts, ends
}

func atClock(day time.Time, clock string) time.Time {
	t, _ := time.Parse("15:04", clock) // the contract's pattern
	y, m, d := day.In(hours.Shanghai).Date()
	return time.Date(y, m, d, t.Hour(), t.Minute(), 0, 0, hours.Shanghai)
}

// ShiftChange is what may change of a shift; nil stays.
type ShiftChange struct {
	StartsAt, EndsAt *time.Time
	Capacity         *int
}

// UpdateShift changes a shift that has not started; a new time is told to everybody on it.
func (s *Service) UpdateShift(ctx context.Context, shiftID int64, c ShiftChange) (*Line, error) {
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		shift, l, err := managedShift(ctx, tx, shiftID)
		if err != nil {
			return err
		}
		return s.changeShift(tx, l, shift, c)
	})
	if err != nil {
		return nil, err
	}
	return s.ofShift(ctx, shiftID)
}

func managedShift(ctx context.Context, tx *store.Tx, id int64) (*Shift, *Line, error) {
	var shift Shift
	if err := tx.Where("id = ?", id).Take(&shift).Error; err != nil {
		return nil, nil, notFound(err, "班次")
	}
	l, err := managed(ctx, tx, shift.ActivityID)
	return &shift, l, err
}

// changeShift applies a change by one conditional statement, so that it can neither
// cut below what is taken nor move a shift that has started in the meantime.
func (s *Service) changeShift(tx *store.Tx, l *Line, shift *Shift, c ShiftChange) error {
	is := *shift
	if c.StartsAt != nil {
		is.StartsAt = store.At(*c.StartsAt)
	}
	if c.EndsAt != nil {
		is.EndsAt = store.At(*c.EndsAt)
	}
	if c.Capacity != nil {
		is.Capacity = *c.Capacity
	}
	switch {
	case shift.State != ShiftOpen:
		return ErrBadTransition
	case !shift.StartsAt.After(tx.Now.Time):
		return errStarted
	case !is.StartsAt.After(tx.Now.Time):
		return errShiftPast
	}
	if err := checkTimes(is.StartsAt.Time, is.EndsAt.Time); err != nil {
		return err
	}
	res := tx.Model(&Shift{}).Where("id = ? AND state = ? AND starts_at > ? AND taken <= ?", shift.ID, ShiftOpen, tx.Now, is.Capacity).
		Updates(map[string]any{"starts_at": is.StartsAt, "ends_at": is.EndsAt, "capacity": is.Capacity})
	if res.Error != nil {
		return res.Error
	}
	if res.RowsAffected == 0 {
		return errBelowTaken
	}
	if err := s.afterShiftChange(tx, l, shift, &is); err != nil {
		return err
	}
	return refreshNext(tx, l.ID)
}

// afterShiftChange carries new times to the sign-ups, and new places to the waitlist.
func (s *Service) afterShiftChange(tx *store.Tx, l *Line, was, is *Shift) error {
	if !was.StartsAt.Equal(is.StartsAt.Time) || !was.EndsAt.Equal(is.EndsAt.Time) {
		if err := moveTimes(tx, l, is); err != nil {
			return err
		}
	}
	if is.Capacity > was.Capacity {
		return s.promote(tx, is.ID, is.Capacity-was.Capacity)
	}
	return nil
}

func moveTimes(tx *store.Tx, l *Line, is *Shift) error {
	var signups []Signup
	if err := tx.Where("shift_id = ? AND live = 1", is.ID).Find(&signups).Error; err != nil {
		return err
	}
	err := tx.Model(&Signup{}).Where("shift_id = ?", is.ID).
		Updates(map[string]any{"starts_at": is.StartsAt, "ends_at": is.EndsAt}).Error
	if err != nil || l.State != Published {
		return err
	}
	return outbox.Tell(tx, changeNotices(tx, signups, l.Title, "时间改为 "+SpokenSpan(is.StartsAt.Time, is.EndsAt.Time))...)
}

var weekdays = [...]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}

// SpokenSpan says a time span as the screens do: 11月29日 周六 09:00–11:30.
func SpokenSpan(starts, ends time.Time) string {
	return spokenTime(starts) + "–\u2060" + ends.In(hours.Shanghai).Format("15:04")
}

// spokenTime says an instant as the screens do: 11月29日 周六 09:00.
func spokenTime(t time.Time) string {
	t = t.In(hours.Shanghai)
	return t.Format("1月2日 ") + weekdays[t.Weekday()] + t.Format(" 15:04")
}

// SeriesChange is what may change of a series' coming shifts; nil stays.
type SeriesChange struct {
	StartTime, EndTime *string
	Capacity           *int
	FromDate           *string
}

// UpdateSeries changes the shifts of a series that have not started; the past stays as it was.
func (s *Service) UpdateSeries(ctx context.Context, id int64, c SeriesChange) (*Line, error) {
	var activityID int64
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		var rule Series
		if err := tx.Where("id = ?", id).Take(&rule).Error; err != nil {
			return notFound(err, "班次")
		}
		l, err := managed(ctx, tx, rule.ActivityID)
		if err != nil {
			return err
		}
		activityID = l.ID
		rule.apply(c)
		shifts, err := comingOfSeries(tx, id, c.FromDate)
		if err != nil {
			return err
		}
		if err := s.changeEach(tx, l, &rule, shifts, c); err != nil {
			return err
		}
		return tx.Model(&Series{}).Where("id = ?", id).
			Updates(map[string]any{"start_time": rule.StartTime, "end_time": rule.EndTime, "capacity": rule.Capacity}).Error
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, activityID)
}

func (r *Series) apply(c SeriesChange) {
	if c.StartTime != nil {
		r.StartTime = *c.StartTime
	}
	if c.EndTime != nil {
		r.EndTime = *c.EndTime
	}
	if c.Capacity != nil {
		r.Capacity = *c.Capacity
	}
}

func comingOfSeries(tx *store.Tx, id int64, fromDate *string) (out []Shift, err error) {
	from := tx.Now.Time
	if fromDate != nil {
		if day, err := time.ParseInLocation(time.DateOnly, *fromDate, hours.Shanghai); err == nil && day.After(from) {
			from = day
		}
	}
	err = tx.Where("series_id = ? AND state = ? AND starts_at > ?", id, ShiftOpen, store.At(from)).Order("starts_at").Find(&out).Error
	return out, err
}

// changeEach changes at most maxSeriesShifts shifts, each with its own check.
func (s *Service) changeEach(tx *store.Tx, l *Line, rule *Series, shifts []Shift, c SeriesChange) error {
	for i := range shifts {
		change := ShiftChange{Capacity: c.Capacity}
		if c.StartTime != nil || c.EndTime != nil {
			starts, ends := rule.timesOn(shifts[i].StartsAt.Time)
			change.StartsAt, change.EndsAt = &starts, &ends
		}
		if err := s.changeShift(tx, l, &shifts[i], change); err != nil {
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
			return ErrBadTransition
		case !shift.StartsAt.After(tx.Now.Time):
			return errStarted
		}
		if err := cancelShifts(ctx, tx, &l.Activity, []Shift{*shift}, reason); err != nil {
			return err
		}
		return refreshNext(tx, l.ID)
	})
	if err != nil {
		return nil, err
	}
	return s.ofShift(ctx, shiftID)
}

// cancelShifts calls shifts off with every live sign-up on them, and tells each person why.
func cancelShifts(ctx context.Context, tx *store.Tx, a *Activity, shifts []Shift, reason string) error {
	if len(shifts) == 0 {
		return nil
	}
	ids := make([]int64, len(shifts))
	for i := range shifts {
		ids[i] = shifts[i].ID
	}
	err := tx.Model(&Shift{}).Where("id IN ?", ids).
		Updates(map[string]any{"state": ShiftCancelled, "taken": 0, "waitlisted": 0}).Error
	if err != nil {
		return err
	}
	var signups []Signup
	if err := tx.Where("shift_id IN ? AND live = 1", ids).Find(&signups).Error; err != nil {
		return err
	}
	err = tx.Model(&Signup{}).Where("shift_id IN ? AND live = 1", ids).
		Updates(map[string]any{"state": SignupCancelled, "live": nil, "reason": reason}).Error
	if err != nil {
		return err
	}
	return sayCancelled(ctx, tx, a, shifts, signups, reason)
}

func sayCancelled(ctx context.Context, tx *store.Tx, a *Activity, shifts []Shift, signups []Signup, reason string) error {
	actor := auth.From(ctx).PersonID
	var timeline []timelineLine
	for i := range shifts {
		timeline = append(timeline, timelineLine{Subject: "shift", SubjectID: shifts[i].ID, Action: "cancel",
			FromState: string(ShiftOpen), ToState: string(ShiftCancelled), ActorID: actor, Reason: reason})
	}
	var notices []outbox.Notice
	for i := range signups {
		g := &signups[i]
		timeline = append(timeline, signupTimeline(g, "cancel", SignupCancelled, actor, reason))
		notices = append(notices, outbox.Notice{PersonID: g.PersonID, Kind: outbox.ActivityCancelled, Event: event("called_off", g.ID),
			Title: "活动取消", Body: "“" + a.Title + "”" + SpokenSpan(g.StartsAt.Time, g.EndsAt.Time) + " 取消了：" + reason,
			SignupID: &g.ID, ActivityID: &g.ActivityID})
	}
	if err := writeTimeline(tx, timeline...); err != nil {
		return err
	}
	return outbox.Tell(tx, notices...)
}
