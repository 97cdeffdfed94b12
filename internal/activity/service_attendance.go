package activity

import (
	"context"
	"errors"
	"slices"
	"sort"
	"sync"
	"time"

	"gorm.io/gorm"

	"yimi/internal/auth"
	"yimi/internal/hours"
	"yimi/internal/human"
	"yimi/internal/policy"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// attendable gives a shift whose attendance the actor may keep, with its activity.
func (s *Service) attendable(ctx context.Context, shiftID int64) (*Shift, *Line, error) {
	shift, l, err := findShiftLine(s.db.Read(ctx), shiftID)
	if err != nil {
		return nil, nil, err
	}
	return shift, l, mayAttend(auth.From(ctx), l.UnitPath)
}

// Attendance gives staff and auditors who came, when they went and what is to be confirmed.
func (s *Service) Attendance(ctx context.Context, shiftID int64) (*Sheet, error) {
	shift, l, err := findShiftLine(s.db.Read(ctx), shiftID)
	if err != nil {
		return nil, err
	}
	if err := maySeeAttendance(auth.From(ctx), l.UnitPath); err != nil {
		return nil, err
	}
	rows, err := attendanceOf(s.db.Read(ctx), shiftID)
	if err != nil {
		return nil, err
	}
	if err := s.sayRowsWait(s.db.Read(ctx), rows); err != nil {
		return nil, err
	}
	for i, attention := range looksNow(shift, &l.Activity, rows) {
		rows[i].Attention = attention
	}
	sort.SliceStable(rows, func(i, j int) bool {
		a, b := rows[i].Attention != "", rows[j].Attention != ""
		return a && !b || a == b && rows[i].PersonName < rows[j].PersonName
	})
	return &Sheet{Shift: shift, Activity: l, Over: !shift.EndsAt.After(s.db.Now().Time), Rows: rows}, nil
}

// sayRowsWait fills in whom the rows that are proposed wait for.
func (s *Service) sayRowsWait(db *gorm.DB, rows []SignupLine) error {
	var at []int
	var asks []hours.Ask
	for i := range rows {
		if r := &rows[i]; r.ProposedBy != nil {
			at, asks = append(at, i), append(asks, hours.Ask{By: *r.ProposedBy, Path: r.UnitPath, Why: r.ProposedWhy})
		}
	}
	if len(asks) == 0 {
		return nil
	}
	waits, err := hours.WaitsOf(db, s.Hands, s.db.Now().Time, asks)
	for i := range waits {
		rows[at[i]].WaitsFor = waits[i]
	}
	return err
}

// looksNow gives the attention that rows will have, by their place: they are put on the list
// when somebody confirms, or when the shift is over.
func looksNow(shift *Shift, a *Activity, rows []SignupLine) map[int]string {
	var in []presenceRow
	at := map[int64]int{}
	for i := range rows {
		if r := &rows[i]; r.InAt != nil {
			in, at[r.ID] = append(in, presenceRow{SignupID: r.ID, State: r.State, InAt: *r.InAt, OutAt: r.OutAt, Attention: r.Attention}), i
		}
	}
	slices.SortFunc(in, func(x, y presenceRow) int { return x.InAt.Compare(y.InAt.Time) })
	out := map[int]string{}
	for id, attention := range looks(shift, a, in) {
		out[at[id]] = attention
	}
	return out
}

// recorder does deeds of one actor on one shift's attendance.
type recorder struct {
	*Service
	who    human.Human
	humans map[int64]human.Human // behind those on the shift
	shift  *Shift
	of     *Line
	rows   map[int64]presenceRow // by sign-up, as they were before the deeds
	alone  func() (bool, error)  // whether the actor confirms alone what needs a look; asked at most once
}

// deed is one thing that staff do with one line; it gives the minutes credited or proposed.
type deed func(r *recorder, ctx context.Context, tx *store.Tx, l *SignupLine, d Deed) (minutes int, err error)

// deeds are what staff may do, by name.
var deeds = map[string]deed{"confirm": (*recorder).confirm, "correct": (*recorder).propose, "undo": (*recorder).undo,
	"no_show": (*recorder).absent, "no_credit": (*recorder).noCredit}

// RecordAttendance does each deed by itself.
func (s *Service) RecordAttendance(ctx context.Context, shiftID int64, todo []Deed) ([]Outcome, error) {
	shift, l, err := s.attendable(ctx, shiftID)
	if err != nil {
		return nil, err
	}
	r := &recorder{Service: s, shift: shift, of: l, rows: map[int64]presenceRow{}}
	if confirmed := toConfirm(todo); len(confirmed) > 0 {
		if r.rows, err = s.look(ctx, shift, &l.Activity, confirmed); err != nil {
			return nil, err
		}
	}
	if err := r.meet(ctx, todo); err != nil {
		return nil, err
	}
	r.alone = sync.OnceValues(func() (bool, error) { return s.confirmsAlone(ctx, r.who.Accounts, shift, l.UnitPath) })
	out := make([]Outcome, len(todo))
	for i, d := range todo {
		out[i] = r.one(ctx, d)
	}
	return out, errors.Join(ctx.Err(), s.sayWaits(ctx, r.who.Accounts, l.UnitPath, out))
}

// toConfirm gives the sign-ups that are to be confirmed.
func toConfirm(todo []Deed) (ids []int64) {
	for _, d := range todo {
		if d.Action == "confirm" {
			ids = append(ids, d.SignupID)
		}
	}
	return ids
}

// meet finds out who the actor is, and who those are that are confirmed, in one read.
func (r *recorder) meet(ctx context.Context, todo []Deed) (err error) {
	actor := auth.From(ctx).PersonID
	people := []int64{actor}
	for _, d := range todo {
		if row, ok := r.rows[d.SignupID]; ok && !slices.Contains(people, row.PersonID) {
			people = append(people, row.PersonID)
		}
	}
	r.humans, err = human.AccountsOf(r.db.Read(ctx), people)
	r.who = r.humans[actor]
	return err
}

// accounts gives all accounts of a volunteer's human.
func (r *recorder) accounts(tx *store.Tx, personID int64) (human.Set, error) {
	if h, ok := r.humans[personID]; ok {
		return h.Accounts, nil
	}
	return human.Accounts(tx.DB, personID)
}

// one does one deed. What would come to more than the daily cap is asked of the district.
func (r *recorder) one(ctx context.Context, d Deed) Outcome {
	out := Outcome{ID: d.SignupID}
	out.Err = r.do(ctx, d, deeds[d.Action], &out)
	if errors.Is(out.Err, hours.ErrDailyCap) {
		out.Err = r.do(ctx, d, (*recorder).askDistrict, &out)
	}
	return out
}

func (r *recorder) do(ctx context.Context, d Deed, do deed, out *Outcome) error {
	return r.db.Tx(ctx, func(tx *store.Tx) error {
		l, err := holdSignup(tx, d.SignupID)
		if err != nil {
			return err
		}
		if l.ShiftID != r.shift.ID {
			return errOtherShift
		}
		if err := hours.MayRecord(auth.From(ctx), r.who.Own, l.UnitPath, l.PersonID); err != nil {
			return err
		}
		out.Minutes, err = do(r, ctx, tx, l, d)
		out.State, out.waits = string(l.State), l.waits
		return err
	})
}

// sayWaits fills in whom the proposals among the outcomes wait for.
func (s *Service) sayWaits(ctx context.Context, mine human.Set, path string, out []Outcome) error {
	if !slices.ContainsFunc(out, func(o Outcome) bool { return o.Err == nil && o.waits != nil }) {
		return nil
	}
	deciders, err := s.Hands.DecidersOn(s.db.Read(ctx), s.db.Now().Time, path)
	for i := range out {
		if o := &out[i]; o.Err == nil && o.waits != nil {
			o.WaitsFor = hours.WaitsFor(deciders.Others(mine, path), *o.waits)
		}
	}
	return err
}

// confirm credits the minutes of check-in and check-out (rule 3), or of the part that is given.
func (r *recorder) confirm(ctx context.Context, tx *store.Tx, l *SignupLine, d Deed) (int, error) {
	span, err := confirmable(l, d)
	if err != nil {
		return 0, err
	}
	if l.Attention != "" {
		alone, err := r.alone()
		if err != nil {
			return 0, err
		}
		if !alone {
			return r.proposePresence(ctx, tx, l, d, hours.WhyAttention)
		}
	}
	by := auth.From(ctx).PersonID
	if err := r.attend(tx, l, by); err != nil {
		return 0, err
	}
	if r.rows[l.ID].Proposed {
		if err := hours.Overtake(tx, l.ID); err != nil {
			return 0, err
		}
	}
	people, err := r.accounts(tx, l.PersonID)
	if err != nil {
		return 0, err
	}
	e := entryOf(l, r.of, people)
	e.Class, e.Minutes, e.RecordedBy, e.Given, e.DayCap = hours.System, span.Minutes(), by, &span, r.dailyCap(l.UnitPath, l.StartsAt).Minutes()
	return e.Minutes, hours.Credit(tx, e, l.ActivityTitle)
}

// confirmable gives the time that a confirmation credits.
func confirmable(l *SignupLine, d Deed) (hours.Span, error) {
	span := l.Presence()
	switch {
	case l.State == Attended:
		return span, errAlreadyGiven
	case l.InAt == nil || l.OutAt == nil:
		return span, errNoOut
	case d.Given != nil && !d.Given.Within(span):
		return span, errNotPresent
	case d.Given != nil:
		span = *d.Given
	}
	if span.Minutes() == 0 {
		return span, hours.ErrNoPresence
	}
	return span, nil
}

// askDistrict proposes presence that the daily cap keeps one person from confirming.
func (r *recorder) askDistrict(ctx context.Context, tx *store.Tx, l *SignupLine, d Deed) (int, error) {
	return r.proposePresence(ctx, tx, l, d, hours.WhyDailyCap)
}

// proposePresence asks a second person to confirm; one of the district where the day's cap asks for it too.
func (r *recorder) proposePresence(ctx context.Context, tx *store.Tx, l *SignupLine, d Deed, why hours.Why) (int, error) {
	span, err := confirmable(l, d)
	if err != nil {
		return 0, err
	}
	p := proposalOf(ctx, l)
	p.Presence, p.Why, p.Minutes = true, why, span.Minutes()
	p.Give(&span)
	if err := r.mayPropose(tx, l, p); err != nil {
		return 0, err
	}
	return proposed(tx, l, p)
}

// proposalOf is the frame of a proposal for a sign-up.
func proposalOf(ctx context.Context, l *SignupLine) *hours.Proposal {
	return &hours.Proposal{Class: hours.Manual, TargetID: l.ID, PersonID: l.PersonID, UnitID: l.UnitID,
		ActivityID: l.ActivityID, ShiftID: l.ShiftID, ProposedBy: auth.From(ctx).PersonID}
}

// mayPropose refuses a time that is credited already, and notes where the district must approve it, by which policy.
func (r *recorder) mayPropose(tx *store.Tx, l *SignupLine, p *hours.Proposal) error {
	people, err := r.accounts(tx, p.PersonID)
	if err != nil {
		return err
	}
	most := r.dailyCap(l.UnitPath, l.StartsAt)
	err = hours.MayCredit(tx, people, *p.Span(), most.Minutes())
	if errors.Is(err, hours.ErrDailyCap) {
		p.Why, err = hours.WhyDailyCap, nil
	}
	if err == nil && p.Why == hours.WhyDailyCap {
		p.PolicyID, err = r.Policies.Use(tx, most)
	}
	return err
}

// proposed writes the proposal, which waits for somebody.
func proposed(tx *store.Tx, l *SignupLine, p *hours.Proposal) (int, error) {
	l.waits = &p.Why
	if err := hours.Propose(tx, p); err != nil {
		return 0, err
	}
	return p.Minutes, hours.LogProposal(tx, p)
}

// attend moves the sign-up to attended and takes it off the attention list.
func (s *Service) attend(tx *store.Tx, l *SignupLine, by int64) error {
	if err := s.step(tx, l, "attend", workflow.ByStaff, by, ""); err != nil || l.Attention == "" {
		return err
	}
	return setLooked(tx, l.ID)
}

// entryOf is the ledger entry that a sign-up can be paid with, once; people are the accounts of its human.
func entryOf(l *SignupLine, of *Line, people human.Set) *hours.Entry {
	return &hours.Entry{PersonID: l.PersonID, Human: people, Source: hours.FromSignup, SourceID: l.ID,
		ActivityID: l.ActivityID, ShiftID: l.ShiftID, CampaignID: of.CampaignID, UnitID: l.UnitID, UnitPath: l.UnitPath,
		LeaderName: of.LeaderName, StartsAt: l.StartsAt, EndsAt: l.EndsAt}
}

// propose asks a second person for minutes by hand, within the shift.
func (r *recorder) propose(ctx context.Context, tx *store.Tx, l *SignupLine, d Deed) (int, error) {
	switch {
	case d.Given == nil || d.Minutes < 0:
		return 0, errNoSpan
	case d.Minutes > int(l.EndsAt.Sub(l.StartsAt.Time).Minutes()):
		return 0, hours.ErrOverShift
	case d.Reason == "":
		return 0, hours.ErrReasonMissing
	case l.State == Attended:
		return 0, errAlreadyGiven
	case l.State != Confirmed && l.State != Absent:
		return 0, workflow.ErrBadTransition
	case tx.Now.Before(l.EndsAt.Time):
		return 0, errNotOver
	}
	p := proposalOf(ctx, l)
	p.Minutes, p.Reason = d.Minutes, d.Reason
	if p.Minutes == 0 {
		p.Minutes = d.Given.Minutes()
	}
	p.Give(d.Given)
	if err := hours.CheckSpan(*d.Given, p.Minutes, hours.Span{From: l.StartsAt, To: l.EndsAt}); err != nil {
		return 0, err
	}
	if err := r.mayPropose(tx, l, p); err != nil {
		return 0, err
	}
	return proposed(tx, l, p)
}

func (r *recorder) absent(ctx context.Context, tx *store.Tx, l *SignupLine, _ Deed) (int, error) {
	switch {
	case l.InAt != nil:
		return 0, errWasHere
	case tx.Now.Before(l.EndsAt.Time):
		return 0, errNotOver
	}
	return 0, r.step(tx, l, "no_show", workflow.ByStaff, auth.From(ctx).PersonID, "")
}

// noCredit settles somebody who came but whose time cannot be told, without minutes.
// Minutes by hand may still be proposed for them.
func (r *recorder) noCredit(ctx context.Context, tx *store.Tx, l *SignupLine, _ Deed) (int, error) {
	switch {
	case l.InAt == nil:
		return 0, errWasNotHere
	case tx.Now.Before(l.EndsAt.Time):
		return 0, errNotOver
	}
	if err := r.step(tx, l, "no_credit", workflow.ByStaff, auth.From(ctx).PersonID, ""); err != nil {
		return 0, err
	}
	return 0, setLooked(tx, l.ID)
}

// undo takes back the last scan of somebody whose attendance is open: a slip, or so that the shift
// can be moved. The scan and the undoing are both kept.
func (r *recorder) undo(ctx context.Context, tx *store.Tx, l *SignupLine, d Deed) (int, error) {
	switch {
	case l.InAt == nil:
		return 0, errNothingToUndo
	case l.State != Confirmed:
		return 0, workflow.ErrBadTransition
	case tx.Now.After(l.EndsAt.Add(r.limits.CheckinWindow)):
		return 0, errUndoOver
	}
	if open, err := hours.HasProposal(tx.DB, l.ID); err != nil || open {
		return 0, orElse(err, hours.ErrOpenProposal)
	}
	a, err := findAttendance(tx.DB, l.ID)
	if err != nil {
		return 0, err
	}
	by := auth.From(ctx).PersonID
	kind, err := takeBack(tx, a, by, d.Reason)
	if err != nil {
		return 0, err
	}
	if err := noteHand(tx, l.ShiftID, by, handUndid); err != nil {
		return 0, err
	}
	if err := logSignup(tx, l, attendanceLog, map[string]any{"kind": kind, "at": a.InAt}, map[string]any{"undone": true}); err != nil {
		return 0, err
	}
	return 0, writeTimeline(tx, signupTimeline(&l.Signup, "undo_"+string(kind), l.State, by, d.Reason))
}

// DecideProposals approves or rejects each proposal by itself; never one's own.
func (s *Service) DecideProposals(ctx context.Context, ids []int64, approve bool, reason string) ([]Outcome, error) {
	if !approve && reason == "" {
		return nil, hours.ErrReasonMissing
	}
	who, err := human.Of(s.db.Read(ctx), auth.From(ctx).PersonID)
	if err != nil {
		return nil, err
	}
	out := make([]Outcome, len(ids))
	for i, id := range ids {
		out[i] = s.decideProposal(ctx, who, id, approve, reason)
	}
	return out, ctx.Err()
}

func (s *Service) decideProposal(ctx context.Context, who human.Human, id int64, approve bool, reason string) Outcome {
	out, by := Outcome{ID: id}, auth.From(ctx).PersonID
	action := "reject"
	if approve {
		action = "approve"
	}
	out.Err = s.db.Tx(ctx, func(tx *store.Tx) error {
		p, err := hours.FindProposal(tx.DB, id)
		if err != nil {
			return err
		}
		if err := hours.MayDecide(tx, s.Hands, who, p, approve); err != nil {
			return err
		}
		if err := hours.Decide(tx, &p.Proposal, action, by, reason); err != nil {
			return err
		}
		out.State, out.Minutes = string(p.State), p.Minutes
		switch {
		case !approve:
			return nil
		case p.Class == hours.Correction:
			return hours.ApproveCorrection(tx, p, by, s.dayCap(ctx, p))
		}
		return s.creditProposed(tx, p, by, s.dayCap(ctx, p))
	})
	return out
}

// dayCap is the most of a day that the actor may approve: any, for somebody of the district.
func (s *Service) dayCap(ctx context.Context, p *hours.ProposalLine) time.Duration {
	if auth.From(ctx).Administers(p.UnitPath) {
		return 0
	}
	return s.dailyCap(p.UnitPath, p.StartsAt).Minutes()
}

// dailyCap is the most of a day, in the district of the unit at path, on the day of a shift that starts then.
func (s *Service) dailyCap(path string, starts store.Time) policy.Policy {
	return s.Policies.On(policy.DailyCap, path, starts.Time)
}

// creditProposed enters minutes by hand, or presence, that a second person approved.
func (s *Service) creditProposed(tx *store.Tx, p *hours.ProposalLine, by int64, dayCap time.Duration) error {
	l, err := holdSignup(tx, p.TargetID)
	if err != nil {
		return err
	}
	if err := s.attend(tx, l, by); err != nil {
		return err
	}
	of, err := findLine(tx.DB, l.ActivityID)
	if err != nil {
		return err
	}
	people, err := human.Accounts(tx.DB, l.PersonID)
	if err != nil {
		return err
	}
	e := entryOf(l, of, people)
	e.Class, e.Minutes, e.Reason, e.RecordedBy, e.ApprovedBy = hours.Manual, p.Minutes, p.Reason, p.ProposedBy, &by
	if p.Presence {
		e.Class = hours.System
	}
	e.Given, e.DayCap = p.Span(), dayCap
	if err := hours.Credit(tx, e, l.ActivityTitle); err != nil {
		return err
	}
	return p.Doubt(tx, e)
}

// Attention lists check-ins that need a look in the units whose lists the actor reads, oldest first.
func (s *Service) Attention(ctx context.Context, after int64, limit int) ([]SignupLine, error) {
	db := s.db.Read(ctx)
	rows, err := attentionUnder(db, auth.From(ctx).ReadPaths(), after, limit)
	if err != nil {
		return nil, err
	}
	return rows, s.sayRowsWait(db, rows)
}

// Work gives what waits for the actor: counts, each up to atMost, and the first shifts of today and to confirm.
func (s *Service) Work(ctx context.Context, atMost, shifts int) (_ *Work, err error) {
	db, roots, out := s.db.Read(ctx), auth.From(ctx).ManagedPaths(), &Work{}
	if out.UnitName, err = firstUnitName(db, roots); err != nil {
		return nil, err
	}
	n, err := countWork(db, roots, s.db.Now(), atMost)
	if err != nil {
		return nil, err
	}
	out.PendingSignups, out.Attention, out.ToConfirm = n[0], n[1], n[2]
	out.Shifts, err = s.WorkShifts(ctx, WorkAfter{}, shifts)
	return out, err
}

// WorkShifts gives a page of the shifts on the actor's workbench: those of today, then those to confirm from before,
// the oldest first.
func (s *Service) WorkShifts(ctx context.Context, after WorkAfter, limit int) ([]WorkShift, error) {
	now := s.db.Now()
	midnight := dayStart(now.Time)
	rows, err := workShifts(s.db.Read(ctx), auth.From(ctx).ManagedPaths(), now, store.At(midnight), store.At(midnight.AddDate(0, 0, 1)), after, limit)
	for i := range rows {
		rows[i].Phase = phaseOf(&rows[i], now.Time, s.limits.CheckinWindow)
	}
	return rows, err
}
