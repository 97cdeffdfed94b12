package activity

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/hours"
	"yimi/internal/human"
	"yimi/internal/outbox"
	"yimi/internal/policy"
	"yimi/internal/scope"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// Service is the activities' use cases.
type Service struct {
	db     *store.Store
	codes  *Codes
	limits Limits

	// Phone opens a person's phone; "" when they left none.
	Phone func(tx *store.Tx, personID int64) (string, error)
	Hands human.Hands // judges who decides on proposals
	// Policies say the daily cap.
	Policies *policy.Service
}

// NewService makes the service.
func NewService(db *store.Store, codes *Codes, limits Limits) *Service {
	return &Service{db: db, codes: codes, limits: limits}
}

// Limits gives the settings that screens print.
func (s *Service) Limits() Limits { return s.limits }

// Query narrows a list of published activities.
type Query struct {
	CampaignID, UnitID int64      // 0 for all; a unit means it and those under it
	From, To           *time.Time // of a shift's start
	Words              string     // of the title or the place
	Open               bool       // with a place left
	After              time.Time  // next start of the last one seen, with AfterID
	AfterID            int64
	Limit              int
}

// shiftsInList is how many of an activity's coming shifts a list shows.
const shiftsInList = 5

// List gives published activities by their next shift.
func (s *Service) List(ctx context.Context, q Query) ([]Line, error) {
	now := s.db.Now()
	out, err := publishedLines(s.db.Read(ctx), q, now)
	if err != nil {
		return nil, err
	}
	return out, s.addShifts(ctx, out, &now)
}

// Near lists what has places left, soonest first: what is on at the unit and under it,
// then elsewhere. No unit (0) means all alike.
func (s *Service) Near(ctx context.Context, unitID int64, limit int) ([]Line, error) {
	var near []Line
	if unitID != 0 {
		var err error
		if near, err = s.List(ctx, Query{UnitID: unitID, Open: true, Limit: limit}); err != nil || len(near) == limit {
			return near, err
		}
	}
	all, err := s.List(ctx, Query{Open: true, Limit: limit})
	for _, l := range all {
		known := slices.ContainsFunc(near, func(n Line) bool { return n.ID == l.ID })
		if !known && len(near) < limit {
			near = append(near, l)
		}
	}
	return near, err
}

// Managed lists the activities of the units the actor manages, newest first, below the id (0 for the newest).
func (s *Service) Managed(ctx context.Context, state State, before int64, limit int) ([]Line, error) {
	out, err := linesUnder(s.db.Read(ctx), auth.From(ctx).ManagedPaths(), state, before, limit)
	if err != nil {
		return nil, err
	}
	now := s.db.Now()
	return out, s.addShifts(ctx, out, &now)
}

// addShifts fills in shifts and the actor's sign-ups, in two reads however many
// activities there are; with comingAt only shifts that are not over, at most a few.
func (s *Service) addShifts(ctx context.Context, out []Line, comingAt *store.Time) error {
	if len(out) == 0 {
		return nil
	}
	ids := make([]int64, len(out))
	for i := range out {
		ids[i] = out[i].ID
	}
	shifts, err := shiftsOf(s.db.Read(ctx), ids, comingAt)
	if err != nil {
		return err
	}
	mine := map[int64]*Signup{}
	if a := auth.From(ctx); a.SignedIn() {
		if mine, err = mineOf(s.db.Read(ctx), a.PersonID, ids); err != nil {
			return err
		}
	}
	for i := range out {
		rows := shifts[out[i].ID]
		if comingAt != nil && len(rows) > shiftsInList {
			rows = rows[:shiftsInList]
		}
		for j := range rows {
			rows[j].Mine = mine[rows[j].ID]
		}
		out[i].Shifts = rows
	}
	return nil
}

// Get gives one activity with all its shifts.
func (s *Service) Get(ctx context.Context, id int64) (*Line, error) {
	l, err := findLine(s.db.Read(ctx), id)
	if err != nil {
		return nil, err
	}
	if err := maySee(auth.From(ctx), l.UnitPath, &l.Activity); err != nil {
		return nil, err
	}
	one := []Line{*l}
	err = s.addShifts(ctx, one, nil)
	return &one[0], err
}

// ofShift gives the activity of a shift, for answers about the shift.
func (s *Service) ofShift(ctx context.Context, shiftID int64) (*Line, error) {
	shift, err := findShift(s.db.Read(ctx), shiftID)
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, shift.ActivityID)
}

// Day is how many open shifts start on one day.
type Day struct {
	Date   string
	Shifts int
}

// Days counts the open shifts of published activities that start on each of the coming days.
func (s *Service) Days(ctx context.Context, days int) ([]Day, error) {
	midnight := dayStart(s.db.Now().Time)
	starts, err := startsBetween(s.db.Read(ctx), store.At(midnight), store.At(midnight.AddDate(0, 0, days)))
	out := make([]Day, days)
	for i := range out {
		out[i].Date = midnight.AddDate(0, 0, i).Format(time.DateOnly)
	}
	for _, at := range starts {
		out[int(dayStart(at.Time).Sub(midnight)/(24*time.Hour))].Shifts++
	}
	return out, err
}

func dayStart(t time.Time) time.Time {
	y, m, d := t.In(hours.Shanghai).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, hours.Shanghai)
}

// Create drafts an activity with its first shifts.
func (s *Service) Create(ctx context.Context, a *Activity, shifts []Shift) (*Line, error) {
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		if err := checkNew(tx, a); err != nil {
			return err
		}
		path, err := scope.UnitPath(tx.DB, a.UnitID)
		if err != nil && !store.IsNotFound(err) {
			return err
		}
		if !auth.From(ctx).Manages(path) {
			return auth.ErrForbidden
		}
		a.State, a.CreatedBy = Draft, auth.From(ctx).PersonID
		if err := insertActivity(tx, a); err != nil {
			return err
		}
		if err := logActivity(tx, &Line{Activity: *a, UnitPath: path}, nil, a); err != nil {
			return err
		}
		return addShifts(ctx, tx, a, shifts)
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, a.ID)
}

// checkPresence refuses a way to check in that there is not, and a fence without a middle.
func checkPresence(a *Activity) error {
	if !slices.Contains([]string{StaffCode, VolunteerCode}, a.CheckinMode) {
		return errCheckinMode
	}
	if a.FenceMetres > 0 && (a.Latitude == nil || a.Longitude == nil) {
		return errFence
	}
	return nil
}

// checkNew refuses a new activity whose fence has no middle, or whose campaign is over or not there.
func checkNew(tx *store.Tx, a *Activity) error {
	if err := checkPresence(a); err != nil {
		return err
	}
	p, err := holdPeriod(tx, a.CampaignID)
	if err != nil {
		return err
	}
	return p.takesMore(tx.Now.Time)
}

// checkChanged refuses another campaign that is over, or whose period has not all of the activity's shifts.
func checkChanged(tx *store.Tx, was, is *Activity) error {
	if err := checkPresence(is); err != nil || was.CampaignID == is.CampaignID {
		return err
	}
	p, err := holdPeriod(tx, is.CampaignID)
	if err != nil {
		return err
	}
	if err := p.takesMore(tx.Now.Time); err != nil {
		return err
	}
	shifts, err := openShifts(tx.DB, is.ID)
	if err != nil {
		return err
	}
	return p.takes(shifts)
}

// addShifts writes new shifts of an activity and sets its next start.
func addShifts(ctx context.Context, tx *store.Tx, a *Activity, shifts []Shift) error {
	if len(shifts) == 0 {
		return nil
	}
	for i := range shifts {
		if err := readyShift(tx, a, &shifts[i]); err != nil {
			return err
		}
	}
	p, err := holdPeriod(tx, a.CampaignID)
	if err != nil {
		return err
	}
	if err := p.takes(shifts); err != nil {
		return err
	}
	if err := insertShifts(tx, shifts); err != nil {
		return err
	}
	made := make([]audit.Entry, len(shifts))
	for i := range shifts {
		made[i] = audit.Entry{Of: shiftLog, ID: shifts[i].ID, UnitID: a.UnitID, After: shifts[i]}
	}
	if err := audit.WriteAll(tx, made); err != nil {
		return err
	}
	if err := noteMade(tx, shifts, auth.From(ctx).PersonID); err != nil {
		return err
	}
	return refreshNext(tx, a.ID)
}

func readyShift(tx *store.Tx, a *Activity, s *Shift) error {
	if err := checkTimes(s.StartsAt.Time, s.EndsAt.Time); err != nil {
		return err
	}
	if !s.EndsAt.After(tx.Now.Time) {
		return errShiftPast
	}
	s.ID, s.ActivityID, s.UnitID, s.State = 0, a.ID, a.UnitID, ShiftOpen
	s.Secret, s.CreatedAt = rand.Text(), tx.Now
	return nil
}

// managed reads an activity that the actor manages, in the transaction that changes it, or its shifts: all who do
// that to one activity queue, and each sees what the one before has made of it.
func managed(ctx context.Context, tx *store.Tx, id int64) (*Line, error) {
	if err := takeActivityTurn(tx, id); err != nil {
		return nil, err
	}
	l, err := findLine(tx.DB, id)
	if err != nil {
		return nil, err
	}
	return l, mayManage(auth.From(ctx), l.UnitPath, &l.Activity)
}

// Update changes an activity; people signed up are told when place, contact or leader change.
func (s *Service) Update(ctx context.Context, id int64, p Patch) (*Line, error) {
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		l, err := managed(ctx, tx, id)
		if err != nil {
			return err
		}
		if l.State == Finished || l.State == Cancelled {
			return workflow.ErrBadTransition
		}
		if err := updateActivity(tx, id, p); err != nil {
			return err
		}
		changed, err := findLine(tx.DB, id)
		if err != nil {
			return err
		}
		if err := keepSearched(tx, &changed.Activity); err != nil {
			return err
		}
		if err := checkChanged(tx, &l.Activity, &changed.Activity); err != nil {
			return err
		}
		if err := logActivity(tx, l, l.Activity, changed.Activity); err != nil {
			return err
		}
		if err := noteEased(ctx, tx, &l.Activity, &changed.Activity); err != nil {
			return err
		}
		return tellChange(ctx, tx, &l.Activity, &changed.Activity)
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

// logActivity adds what was done to an activity to the audit log.
func logActivity(tx *store.Tx, l *Line, before, after any) error {
	return audit.Write(tx, audit.Entry{Of: activityLog, ID: l.ID, UnitID: l.UnitID, UnitPath: l.UnitPath, Before: before, After: after})
}

func tellChange(ctx context.Context, tx *store.Tx, was, is *Activity) error {
	var said []string
	if was.PlaceName != is.PlaceName {
		said = append(said, "地点改为 "+is.PlaceName)
	}
	if was.ContactPhone != is.ContactPhone {
		said = append(said, "联系电话改为 "+is.ContactPhone)
	}
	if was.LeaderName != is.LeaderName {
		said = append(said, "负责人改为 "+is.LeaderName)
	}
	if was.WhatToBring != is.WhatToBring {
		said = append(said, "要带的东西改了，请点开看") // as long as a whole notice may be
	}
	if len(said) == 0 || is.State != Published {
		return nil
	}
	signups, err := liveUnfinished(tx, is.ID)
	if err != nil {
		return err
	}
	return outbox.Tell(tx, changeNotices(signups, is.Title, "内容变更", strings.Join(said, "，"))...)
}

// Publish opens a draft for sign-up.
func (s *Service) Publish(ctx context.Context, id int64) (*Line, error) {
	return s.move(ctx, id, "publish", "", func(tx *store.Tx, _ *Line) error {
		coming, err := hasComing(tx, id)
		if err == nil && !coming {
			return errNoShift
		}
		return err
	})
}

// Finish closes an activity when every shift is over and all attendance is settled.
func (s *Service) Finish(ctx context.Context, id int64) (*Line, error) {
	return s.move(ctx, id, "finish", "", func(tx *store.Tx, _ *Line) error {
		coming, err := hasComing(tx, id)
		if err != nil {
			return err
		}
		unsettled, err := hasUnsettled(tx.DB, id)
		if err == nil && (coming || unsettled) {
			return errUnfinished
		}
		return err
	})
}

// Cancel calls an activity off: its shifts that have not started, with every sign-up on them.
func (s *Service) Cancel(ctx context.Context, id int64, reason string) (*Line, error) {
	return s.move(ctx, id, "cancel", reason, func(tx *store.Tx, l *Line) error {
		shifts, err := unstarted(tx, id)
		if err != nil {
			return err
		}
		return cancelShifts(ctx, tx, &l.Activity, shifts, calledOff, reason)
	})
}

// move takes an activity along its table, after the step that belongs to the move.
func (s *Service) move(ctx context.Context, id int64, action, reason string, step func(*store.Tx, *Line) error) (*Line, error) {
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		l, err := managed(ctx, tx, id)
		if err != nil {
			return err
		}
		to, err := workflow.Next(ActivityMoves, l.State, action, workflow.ByStaff)
		if err != nil {
			return err
		}
		if err := step(tx, l); err != nil {
			return err
		}
		moved, err := moveActivity(tx, &l.Activity, to, reason)
		if err != nil {
			return err
		}
		if !moved {
			return workflow.ErrBadTransition
		}
		if err := logActivity(tx, l, l.Activity, map[string]any{"state": to}); err != nil {
			return err
		}
		return writeTimeline(tx, timelineLine{Subject: "activity", SubjectID: id, Action: action,
			FromState: string(l.State), ToState: string(to), ActorID: auth.From(ctx).PersonID, Reason: reason})
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

// CountOpen counts published activities with a place left that start within the time, up to a cap.
func (s *Service) CountOpen(ctx context.Context, within time.Duration, atMost int) (int64, error) {
	now := s.db.Now()
	return countOpen(s.db.Read(ctx), now, store.At(now.Add(within)), atMost)
}
