package activity

import (
	"context"
	"sort"

	"yimi/internal/auth"
	"yimi/internal/hours"
	"yimi/internal/human"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// attendable gives a shift whose attendance the actor may keep, with its activity.
func (s *Service) attendable(ctx context.Context, shiftID int64) (*Shift, *Line, error) {
	shift, err := findShift(s.db.Read(ctx), shiftID)
	if err != nil {
		return nil, nil, err
	}
	l, err := findLine(s.db.Read(ctx), shift.ActivityID)
	if err != nil {
		return nil, nil, err
	}
	return shift, l, mayAttend(auth.From(ctx), l.UnitPath)
}

// Attendance gives staff who came, when they went and what is to be confirmed.
func (s *Service) Attendance(ctx context.Context, shiftID int64) (*Sheet, error) {
	shift, l, err := s.attendable(ctx, shiftID)
	if err != nil {
		return nil, err
	}
	rows, err := attendanceOf(s.db.Read(ctx), shiftID)
	sort.SliceStable(rows, func(i, j int) bool {
		a, b := rows[i].Attention != "", rows[j].Attention != ""
		return a && !b || a == b && rows[i].PersonName < rows[j].PersonName
	})
	return &Sheet{Shift: shift, Activity: l, Over: !shift.EndsAt.After(s.db.Now().Time), Rows: rows}, err
}

// RecordAttendance does each deed by itself.
func (s *Service) RecordAttendance(ctx context.Context, shiftID int64, deeds []Deed) ([]Outcome, error) {
	shift, _, err := s.attendable(ctx, shiftID)
	if err != nil {
		return nil, err
	}
	mine, err := human.Accounts(s.db.Read(ctx), auth.From(ctx).PersonID)
	if err != nil {
		return nil, err
	}
	out := make([]Outcome, len(deeds))
	for i, d := range deeds {
		out[i] = s.recordOne(ctx, mine, shift, d)
	}
	return out, ctx.Err()
}

func (s *Service) recordOne(ctx context.Context, mine human.Set, shift *Shift, d Deed) Outcome {
	out := Outcome{ID: d.SignupID}
	out.Err = s.db.Tx(ctx, func(tx *store.Tx) error {
		l, err := holdSignup(tx, d.SignupID)
		if err != nil {
			return err
		}
		if l.ShiftID != shift.ID {
			return errOtherShift
		}
		if err := hours.MayRecord(auth.From(ctx), mine, l.UnitPath, l.PersonID); err != nil {
			return err
		}
		switch d.Action {
		case "confirm":
			out.Minutes, err = s.confirm(ctx, tx, l)
		case "correct":
			out.Minutes, err = s.propose(ctx, tx, l, shift, d)
		case "no_credit":
			err = s.noCredit(ctx, tx, l)
		default:
			err = s.absent(ctx, tx, l)
		}
		out.State = string(l.State)
		return err
	})
	return out
}

// confirm credits the minutes of check-in and check-out (rule 3).
func (s *Service) confirm(ctx context.Context, tx *store.Tx, l *SignupLine) (int, error) {
	by, minutes := auth.From(ctx).PersonID, l.PresenceMinutes()
	switch {
	case l.State == Attended:
		return 0, errAlreadyGiven
	case l.InAt == nil || l.OutAt == nil:
		return 0, errNoOut
	case minutes == 0:
		return 0, hours.ErrNoPresence
	}
	if err := s.attend(tx, l, by); err != nil {
		return 0, err
	}
	e, err := entryOf(tx, l)
	if err != nil {
		return 0, err
	}
	e.Class, e.Minutes, e.RecordedBy = hours.System, minutes, by
	return minutes, hours.Credit(tx, e, l.ActivityTitle)
}

// attend moves the sign-up to attended and takes it off the attention list.
func (s *Service) attend(tx *store.Tx, l *SignupLine, by int64) error {
	if err := s.step(tx, l, "attend", workflow.ByStaff, by, ""); err != nil {
		return err
	}
	return setLooked(tx, l.ID)
}

// entryOf is the ledger entry that a sign-up can be paid with, once.
func entryOf(tx *store.Tx, l *SignupLine) (*hours.Entry, error) {
	a, err := findLine(tx.DB, l.ActivityID)
	if err != nil {
		return nil, err
	}
	return &hours.Entry{PersonID: l.PersonID, Source: hours.FromSignup, SourceID: l.ID,
		ActivityID: l.ActivityID, ShiftID: l.ShiftID, CampaignID: a.CampaignID, UnitID: l.UnitID,
		LeaderName: a.LeaderName, StartsAt: l.StartsAt, EndsAt: l.EndsAt}, nil
}

// propose asks a second person for minutes by hand, capped by the shift.
func (s *Service) propose(ctx context.Context, tx *store.Tx, l *SignupLine, shift *Shift, d Deed) (int, error) {
	switch {
	case d.Minutes <= 0:
		return 0, errMinutes
	case d.Reason == "":
		return 0, hours.ErrReasonMissing
	case d.Minutes > shift.Minutes():
		return 0, hours.ErrOverShift
	case l.State == Attended:
		return 0, errAlreadyGiven
	case l.State != Confirmed && l.State != Absent:
		return 0, workflow.ErrBadTransition
	case tx.Now.Before(shift.EndsAt.Time):
		return 0, errNotOver
	}
	p := &hours.Proposal{Class: hours.Manual, TargetID: l.ID, PersonID: l.PersonID, UnitID: l.UnitID,
		ActivityID: l.ActivityID, ShiftID: l.ShiftID, Minutes: d.Minutes, Reason: d.Reason, ProposedBy: auth.From(ctx).PersonID}
	if err := hours.Propose(tx, p); err != nil {
		return 0, err
	}
	return d.Minutes, hours.LogProposal(tx, p)
}

func (s *Service) absent(ctx context.Context, tx *store.Tx, l *SignupLine) error {
	switch {
	case l.InAt != nil:
		return errWasHere
	case tx.Now.Before(l.EndsAt.Time):
		return errNotOver
	}
	return s.step(tx, l, "no_show", workflow.ByStaff, auth.From(ctx).PersonID, "")
}

// noCredit settles somebody who came but whose time cannot be told, without minutes.
// Minutes by hand may still be proposed for them.
func (s *Service) noCredit(ctx context.Context, tx *store.Tx, l *SignupLine) error {
	switch {
	case l.InAt == nil:
		return errWasNotHere
	case tx.Now.Before(l.EndsAt.Time):
		return errNotOver
	}
	if err := s.step(tx, l, "no_credit", workflow.ByStaff, auth.From(ctx).PersonID, ""); err != nil {
		return err
	}
	return setLooked(tx, l.ID)
}

// DecideProposals approves or rejects each proposal by itself; never one's own.
func (s *Service) DecideProposals(ctx context.Context, ids []int64, approve bool, reason string) ([]Outcome, error) {
	if !approve && reason == "" {
		return nil, hours.ErrReasonMissing
	}
	mine, err := human.Accounts(s.db.Read(ctx), auth.From(ctx).PersonID)
	if err != nil {
		return nil, err
	}
	out := make([]Outcome, len(ids))
	for i, id := range ids {
		out[i] = s.decideProposal(ctx, mine, id, approve, reason)
	}
	return out, ctx.Err()
}

func (s *Service) decideProposal(ctx context.Context, mine human.Set, id int64, approve bool, reason string) Outcome {
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
		if err := hours.MayDecide(tx, s.Hands, mine, p); err != nil {
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
			return hours.ApproveCorrection(tx, p, by)
		}
		return s.creditManual(tx, p, by)
	})
	return out
}

// creditManual enters minutes by hand that a second person approved.
func (s *Service) creditManual(tx *store.Tx, p *hours.ProposalLine, by int64) error {
	l, err := holdSignup(tx, p.TargetID)
	if err != nil {
		return err
	}
	if err := s.attend(tx, l, by); err != nil {
		return err
	}
	e, err := entryOf(tx, l)
	if err != nil {
		return err
	}
	e.Class, e.Minutes, e.Reason, e.RecordedBy, e.ApprovedBy = hours.Manual, p.Minutes, p.Reason, p.ProposedBy, &by
	return hours.Credit(tx, e, l.ActivityTitle)
}

// Attention lists check-ins that need a look in the units the actor manages, oldest first.
func (s *Service) Attention(ctx context.Context, after int64, limit int) ([]SignupLine, error) {
	return attentionUnder(s.db.Read(ctx), auth.From(ctx).ManagedPaths(), after, limit)
}

// Work gives what waits for the actor: counts, each up to atMost, and the shifts of today and to confirm.
func (s *Service) Work(ctx context.Context, atMost int) (_ *Work, err error) {
	db, roots, out := s.db.Read(ctx), auth.From(ctx).ManagedPaths(), &Work{}
	if out.UnitName, err = firstUnitName(db, roots); err != nil {
		return nil, err
	}
	if out.PendingSignups, err = countPending(db, roots, atMost); err != nil {
		return nil, err
	}
	if out.Attention, err = countAttention(db, roots, atMost); err != nil {
		return nil, err
	}
	out.Shifts, err = s.workShifts(ctx, roots)
	for _, w := range out.Shifts {
		if w.Phase == PhaseToConfirm {
			out.ToConfirm++
		}
	}
	return out, err
}

func (s *Service) workShifts(ctx context.Context, roots []string) ([]WorkShift, error) {
	now := s.db.Now()
	tomorrow := dayStart(now.Time).AddDate(0, 0, 1)
	rows, err := shiftsUnder(s.db.Read(ctx), roots, store.At(now.Add(-workBack)), now, store.At(tomorrow), workShifts)
	for i := range rows {
		rows[i].Phase = phaseOf(&rows[i], now.Time, s.limits.CheckinWindow)
	}
	return rows, err
}
