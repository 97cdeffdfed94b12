package activity

import (
	"context"
	"errors"
	"slices"

	"yimi/internal/age"
	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/feature"
	"yimi/internal/hours"
	"yimi/internal/human"
	"yimi/internal/outbox"
	"yimi/internal/say"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// SignUp gives the actor a place, or a turn with staff or on the waitlist. A full
// shift is refused with ErrFull, and nothing is kept, unless they would wait.
func (s *Service) SignUp(ctx context.Context, shiftID int64, wait bool) (*SignupLine, error) {
	g, err := s.signUp(ctx, shiftID, wait)
	for errors.Is(err, errGone) { // somebody else got on with it, so this ends
		g, err = s.signUp(ctx, shiftID, wait)
	}
	if err != nil {
		return nil, err
	}
	return readSignup(s.db.Read(ctx), g.ID)
}

// signUp is one attempt, with what the shift has now.
func (s *Service) signUp(ctx context.Context, shiftID int64, wait bool) (g *Signup, err error) {
	person := auth.From(ctx).PersonID
	err = s.db.Tx(ctx, func(tx *store.Tx) error {
		if err := takeTurn(tx, person); err != nil {
			return err
		}
		shift, l, err := s.eligible(tx, shiftID, person)
		if err != nil {
			return err
		}
		if shift.Taken >= shift.Capacity && !wait {
			return full(tx, shiftID, person)
		}
		g, err = newSignup(tx, shift, person, firstState(l, shift, wait))
		if err != nil {
			return err
		}
		return s.place(tx, g, shift, l, wait)
	})
	return g, err
}

// eligible reads the shift and refuses what the rules do not allow this person.
func (s *Service) eligible(tx *store.Tx, shiftID, personID int64) (*Shift, *Line, error) {
	shift, err := findShift(tx.DB, shiftID)
	if err != nil {
		return nil, nil, err
	}
	l, err := findLine(tx.DB, shift.ActivityID)
	if err != nil {
		return nil, nil, err
	}
	if l.State == Draft {
		return nil, nil, fault.Missing("班次")
	}
	if err := mayHave(tx, &l.Activity, shift, shift.StartsAt, personID); err != nil {
		return nil, nil, err
	}
	other, err := overlapping(tx.DB, personID, shift)
	if err == nil && other != nil {
		err = clashes(other, "，您的报名没有提交")
	}
	return shift, l, err
}

// mayHave refuses a place to whom the rules do not allow one, or from the instant on.
func mayHave(tx *store.Tx, a *Activity, shift *Shift, until store.Time, personID int64) error {
	v, err := findVolunteer(tx.DB, personID)
	if err != nil {
		return err
	}
	if age.On(v.BirthDate, tx.Now.Time) < age.Consent {
		guardians, err := human.Guardians(tx.DB, []int64{personID}, tx.Now.Time)
		if err != nil {
			return err
		}
		v.Guarded = len(guardians[personID]) > 0
	}
	return mayTake(&v, a, shift, until, tx.Now.Time)
}

// full refuses a place on a full shift; somebody who has one is told so instead.
func full(tx *store.Tx, shiftID, personID int64) error {
	already, err := signedUp(tx.DB, shiftID, personID)
	switch {
	case err != nil:
		return err
	case already:
		return ErrAlready
	}
	return ErrFull
}

// firstState is what a new sign-up tries for; whether the place is there is known
// only when it is taken.
func firstState(l *Line, shift *Shift, wait bool) SignupState {
	switch {
	case l.Approval == ApprovalStaff:
		return Pending
	case wait && shift.Taken >= shift.Capacity:
		return Waitlisted
	}
	return Confirmed
}

// newSignup inserts the unique row first; the counter comes last (docs/adr/0005).
func newSignup(tx *store.Tx, shift *Shift, personID int64, state SignupState) (*Signup, error) {
	g := &Signup{ShiftID: shift.ID, PersonID: personID, UnitID: shift.UnitID, ActivityID: shift.ActivityID,
		StartsAt: shift.StartsAt, EndsAt: shift.EndsAt, State: state}
	err := insertSignup(tx, g)
	if store.IsDuplicate(err) {
		return nil, ErrAlready.Because(err)
	}
	return g, err
}

// errGone says, to SignUp alone, that the place read as free was taken meanwhile, or
// that the shift read as full is not.
var errGone = errors.New("activity: the places are not as they were read")

// place says what became of the new sign-up and counts it in. All sign-ups for a
// shift queue behind the row of its counter, so that statement is the last one, and
// what turns out to be untrue by it is rolled back.
func (s *Service) place(tx *store.Tx, g *Signup, shift *Shift, l *Line, wait bool) error {
	if err := writeTimeline(tx, timelineLine{Subject: "signup", SubjectID: g.ID, Action: "sign_up",
		ToState: string(g.State), ActorID: g.PersonID}); err != nil {
		return err
	}
	if g.State != Confirmed {
		return queue(tx, g, shift)
	}
	if err := outbox.Tell(tx, confirmedNotice(g, l.Title, l.PlaceName)); err != nil {
		return err
	}
	taken, err := takePlaceAsRead(tx, shift)
	switch {
	case err != nil || taken:
		return err
	case wait:
		return errGone
	}
	return ErrFull
}

// queue counts a sign-up that holds no place; one whose shift was called off or
// moved in the meantime is refused.
func queue(tx *store.Tx, g *Signup, shift *Shift) error {
	settle, refusal := stillAsRead, error(errMoved)
	if g.State == Waitlisted {
		settle, refusal = waitAsRead, errGone
	}
	same, err := settle(tx, shift)
	if err == nil && !same {
		return refusal
	}
	return err
}

func confirmedNotice(g *Signup, title, place string) outbox.Notice {
	return outbox.Notice{PersonID: g.PersonID, Kind: NoticeSignupConfirmed, Event: event("confirmed", g.ID), Title: "报名成功",
		Body:    "“" + title + "”" + say.Span(g.StartsAt.Time, g.EndsAt.Time) + "。到场后请扫工作人员的码签到",
		Subject: "signup", SubjectID: g.ID}.
		As(MessageSignupConfirmed, outbox.Words{"activity": title, "time": say.Full(g.StartsAt.Time), "place": place, "note": "到场后请扫码签到"}).Until(g.EndsAt)
}

// step moves a sign-up along its table, with its timeline line, and settles the
// places: a freed place goes to the first on the waitlist in the same transaction.
func (s *Service) step(tx *store.Tx, l *SignupLine, action string, who workflow.Who, actor int64, reason string) error {
	to, err := workflow.Next(SignupMoves, l.State, action, who)
	if err != nil {
		return err
	}
	moved, err := moveSignup(tx, &l.Signup, to, reason, nil)
	if err != nil {
		return err
	}
	if !moved {
		return workflow.ErrBadTransition
	}
	if err := writeTimeline(tx, signupTimeline(&l.Signup, action, to, actor, reason)); err != nil {
		return err
	}
	was := l.State
	l.State = to
	if who == workflow.ByStaff {
		if err := logSignup(tx, l, signupLog, map[string]any{"state": was}, map[string]any{"state": to}); err != nil {
			return err
		}
	}
	return s.settle(tx, l.ShiftID, was, to)
}

// logSignup adds what staff did to a sign-up to the audit log. What volunteers do with their own
// is in the timeline alone.
func logSignup(tx *store.Tx, l *SignupLine, of *feature.Audited, before, after any) error {
	return audit.Write(tx, audit.Entry{Of: of, ID: l.ID, UnitID: l.UnitID, UnitPath: l.UnitPath,
		Minor: age.Minor(l.BirthDate, tx.Now.Time), Before: before, After: after})
}

// settle keeps the shift's counters equal to its sign-ups.
func (s *Service) settle(tx *store.Tx, shiftID int64, was, is SignupState) error {
	switch {
	case was == Waitlisted && is.holdsPlace():
		return orFull(givePlace(tx, shiftID))
	case was == Waitlisted:
		return stopWaiting(tx, shiftID)
	case was.holdsPlace() == is.holdsPlace():
		return nil
	case is.holdsPlace():
		return orFull(takePlace(tx, shiftID))
	}
	if err := freePlace(tx, shiftID); err != nil {
		return err
	}
	var n news
	if err := s.promote(tx, shiftID, &n); err != nil {
		return err
	}
	return outbox.Tell(tx, n.notices("", tx.Now)...)
}

// orFull refuses what got no place.
func orFull(got bool, err error) error {
	if err == nil && !got {
		return ErrFull
	}
	return err
}

// promote offers every free place of a shift that has not started to those who wait, the longest
// first; each has a time to confirm. The caller has changed the shift's counters, so they stay.
func (s *Service) promote(tx *store.Tx, shiftID int64, n *news) error {
	for {
		free, err := freeFor(tx, shiftID)
		if err != nil || free == 0 {
			return err
		}
		waiting, err := longestWaiting(tx.DB, shiftID, free)
		if err != nil || len(waiting) == 0 {
			return err
		}
		for i := range waiting {
			if err := s.offer(tx, &waiting[i], n); err != nil {
				return err
			}
		}
	}
}

// offer keeps a free place for somebody who waits; one who went meanwhile is left alone.
func (s *Service) offer(tx *store.Tx, l *SignupLine, n *news) error {
	to, err := workflow.Next(SignupMoves, l.State, "offer", workflow.BySystem)
	if err != nil {
		return err
	}
	until := store.At(answerBy(tx.Now.Time, l.StartsAt.Time, s.limits.PromotionConfirm))
	moved, err := moveSignup(tx, &l.Signup, to, l.Reason, &until)
	if err != nil || !moved {
		return err
	}
	if err := s.settle(tx, l.ShiftID, Waitlisted, to); err != nil {
		return err
	}
	l.OfferExpiresAt = &until
	n.offered = append(n.offered, *l)
	return writeTimeline(tx, signupTimeline(&l.Signup, "offer", to, 0, ""))
}

// CancelSignup gives a place back: the volunteer within the notice, staff at any time.
func (s *Service) CancelSignup(ctx context.Context, id int64, reason string) (*SignupLine, error) {
	a := auth.From(ctx)
	return s.act(ctx, id, func(tx *store.Tx, l *SignupLine) error {
		who, err := whoIs(a, l.UnitPath, &l.Signup)
		if err != nil {
			return err
		}
		if l.InAt != nil {
			return errIsIn
		}
		if who == workflow.ByVolunteer && l.State == Confirmed && tx.Now.After(l.StartsAt.Add(-s.limits.CancelNotice)) {
			return tooLate(s.limits.CancelNotice)
		}
		if err := s.step(tx, l, "cancel", who, a.PersonID, reason); err != nil || who == workflow.ByVolunteer {
			return err
		}
		return outbox.Tell(tx, outbox.Notice{PersonID: l.PersonID, Kind: NoticeSignupCancelled, Event: event("cancelled", l.ID),
			Title: "报名被取消", Body: "“" + l.ActivityTitle + "”的报名由工作人员取消。" + reason, Subject: "activity", SubjectID: l.ActivityID})
	})
}

// ConfirmSignup takes the place offered from the waitlist, or keeps the one whose time changed,
// before the offer runs out.
func (s *Service) ConfirmSignup(ctx context.Context, id int64) (*SignupLine, error) {
	a := auth.From(ctx)
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		if err := takeTurn(tx, a.PersonID); err != nil {
			return err
		}
		l, err := holdSignup(tx, id)
		if err != nil {
			return err
		}
		if l.PersonID != a.PersonID {
			return fault.Missing("报名")
		}
		if l.State == Lapsed || l.State == Offered && !l.OfferExpiresAt.After(tx.Now.Time) {
			return ErrOfferOver
		}
		if other, err := certainOther(tx.DB, &l.Signup); err != nil {
			return err
		} else if other != nil {
			return clashes(other, "。想来这一班，请先取消那一班再确认")
		}
		return s.step(tx, l, "confirm", workflow.ByVolunteer, a.PersonID, "")
	})
	if err != nil {
		return nil, err
	}
	return readSignup(s.db.Read(ctx), id)
}

// TakeSignup gives somebody on the waitlist a place at the word of staff, also one that is kept for them already,
// until the shift is over. Where none is free, only with one more place.
func (s *Service) TakeSignup(ctx context.Context, id int64, addPlace bool) (*SignupLine, error) {
	mine, err := human.Accounts(s.db.Read(ctx), auth.From(ctx).PersonID)
	if err != nil {
		return nil, err
	}
	err = s.db.Tx(ctx, func(tx *store.Tx) error {
		l, err := holdDecided(tx, id)
		if err != nil {
			return err
		}
		if err := mayDecideSignup(auth.From(ctx), mine, l); err != nil {
			return err
		}
		return s.take(tx, l, addPlace)
	})
	if err != nil {
		return nil, err
	}
	return readSignup(s.db.Read(ctx), id)
}

func (s *Service) take(tx *store.Tx, l *SignupLine, addPlace bool) error {
	if !l.EndsAt.After(tx.Now.Time) {
		return errOverForAll
	}
	if other, err := certainOther(tx.DB, &l.Signup); err != nil || other != nil {
		return orElse(err, errTheirOther)
	}
	if addPlace && l.State == Waitlisted {
		if err := addOnePlace(tx, l.ShiftID, l.UnitPath); err != nil {
			return err
		}
	}
	err := s.step(tx, l, "take", workflow.ByStaff, auth.From(tx.Statement.Context).PersonID, "")
	if errors.Is(err, ErrFull) {
		return errNoPlace
	}
	if err != nil {
		return err
	}
	told := confirmedNotice(&l.Signup, l.ActivityTitle, l.PlaceName)
	told.Event = eventAt("taken", l.ID, tx.Now)
	return outbox.Tell(tx, told)
}

// addOnePlace makes a full shift one place larger, which is kept as a change of the shift; one that has a place is left as it is.
func addOnePlace(tx *store.Tx, shiftID int64, path string) error {
	grown, err := growFull(tx, shiftID)
	if err != nil || !grown {
		return err
	}
	is, err := findShift(tx.DB, shiftID)
	if err != nil {
		return err
	}
	was := *is
	was.Capacity--
	return audit.Write(tx, audit.Entry{Of: shiftLog, ID: is.ID, UnitID: is.UnitID, UnitPath: path, Before: was, After: is})
}

func (s *Service) act(ctx context.Context, id int64, deed func(*store.Tx, *SignupLine) error) (*SignupLine, error) {
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		l, err := holdSignup(tx, id)
		if err != nil {
			return err
		}
		return deed(tx, l)
	})
	if err != nil {
		return nil, err
	}
	return readSignup(s.db.Read(ctx), id)
}

// Outcome is what became of one item of a batch.
type Outcome struct {
	ID       int64
	State    string
	Minutes  int
	WaitsFor hours.Waits // who must approve before the minutes count; "" for nobody
	Err      error

	waits *hours.Why // of a proposal: for what it needs a second person
}

// DecideSignups approves or rejects each sign-up by itself.
func (s *Service) DecideSignups(ctx context.Context, ids []int64, approve bool, reason string) ([]Outcome, error) {
	if !approve && reason == "" {
		return nil, fault.BadFields(fault.Field{Name: "reason", Message: "请写明不通过的原因，会告诉报名的人"})
	}
	mine, err := human.Accounts(s.db.Read(ctx), auth.From(ctx).PersonID)
	if err != nil {
		return nil, err
	}
	out := make([]Outcome, len(ids))
	for i, id := range ids {
		out[i] = s.decideOne(ctx, mine, id, approve, reason)
	}
	return out, ctx.Err()
}

func (s *Service) decideOne(ctx context.Context, mine human.Set, id int64, approve bool, reason string) Outcome {
	out := Outcome{ID: id}
	action := "reject"
	if approve {
		action, reason = "approve", ""
	}
	out.Err = s.db.Tx(ctx, func(tx *store.Tx) error {
		l, err := holdDecided(tx, id)
		if err != nil {
			return err
		}
		if err := mayDecideSignup(auth.From(ctx), mine, l); err != nil {
			return err
		}
		if approve {
			if other, err := certainOther(tx.DB, &l.Signup); err != nil || other != nil {
				return orElse(err, errTheirOther)
			}
		}
		if err := s.step(tx, l, action, workflow.ByStaff, auth.From(ctx).PersonID, reason); err != nil {
			return err
		}
		out.State = string(l.State)
		return outbox.Tell(tx, decisionNotice(l, reason))
	})
	return out
}

// holdDecided is holdSignup for a decision that may give the volunteer a place: their other
// sign-ups wait.
func holdDecided(tx *store.Tx, id int64) (*SignupLine, error) {
	l, err := readSignup(tx.DB, id)
	if err != nil {
		return nil, err
	}
	if err := takeTurn(tx, l.PersonID); err != nil {
		return nil, err
	}
	return holdSignup(tx, id)
}

func decisionNotice(l *SignupLine, reason string) outbox.Notice {
	if l.State == Confirmed {
		return confirmedNotice(&l.Signup, l.ActivityTitle, l.PlaceName)
	}
	return outbox.Notice{PersonID: l.PersonID, Kind: NoticeSignupRejected, Event: event("rejected", l.ID), Title: "报名没有通过",
		Body: "“" + l.ActivityTitle + "”的报名没有通过：" + reason, Subject: "activity", SubjectID: l.ActivityID}
}

// Signup gives one sign-up to its volunteer or its unit's staff.
func (s *Service) Signup(ctx context.Context, id int64) (*SignupLine, error) {
	l, err := readSignup(s.db.Read(ctx), id)
	if err != nil {
		return nil, err
	}
	_, err = whoIs(auth.From(ctx), l.UnitPath, &l.Signup)
	return l, err
}

// SignupQuery narrows a staff list of sign-ups.
type SignupQuery struct {
	State   SignupState // "" for all
	ShiftID int64       // 0 for all
	After   int64       // only ids above
	Limit   int
}

// Signups lists sign-ups of the units whose lists the actor reads, oldest first.
func (s *Service) Signups(ctx context.Context, q SignupQuery) ([]SignupLine, error) {
	if q.ShiftID == 0 && q.State == "" {
		q.State = Pending
	}
	if q.ShiftID == 0 && !slices.Contains([]SignupState{Pending, Waitlisted, Offered}, q.State) {
		return nil, fault.BadFields(fault.Field{Name: "shift_id", Message: "要看已经定下来的报名，请先选一个班次"})
	}
	return signupsUnder(s.db.Read(ctx), auth.From(ctx).ReadPaths(), q)
}

// Mine lists the actor's sign-ups by the shift's time: those to come, soonest
// first, or those over, newest first; after the given end and id.
func (s *Service) Mine(ctx context.Context, past bool, after *store.Time, afterID int64, limit int) ([]SignupLine, error) {
	list := futureOf
	if past {
		list = pastOf
	}
	return list(s.db.Read(ctx), auth.From(ctx).PersonID, s.db.Now(), after, afterID, limit)
}

// Coming lists the actor's live sign-ups that are not over, soonest first.
func (s *Service) Coming(ctx context.Context, limit int) ([]SignupLine, error) {
	return comingOf(s.db.Read(ctx), auth.From(ctx).PersonID, s.db.Now(), limit)
}

// Contact is whom staff ring up.
type Contact struct{ Name, Phone string }

// OpenContact opens the phone of a volunteer whose sign-up staff look after, and keeps in the
// audit log that they did. Of one that came to nothing there is nothing to ring about.
func (s *Service) OpenContact(ctx context.Context, id int64) (c Contact, err error) {
	err = s.db.Tx(ctx, func(tx *store.Tx) error {
		l, err := readSignup(tx.DB, id)
		if err != nil {
			return err
		}
		if err := mayRing(auth.From(ctx), l); err != nil {
			return err
		}
		c.Name = l.PersonName
		if c.Phone, err = s.Phone(tx, l.PersonID); err != nil {
			return err
		}
		if c.Phone == "" {
			return errNoPhone
		}
		return audit.Write(tx, audit.Entry{Of: signupLog, ID: id, UnitID: l.UnitID, UnitPath: l.UnitPath,
			Minor: age.Minor(l.BirthDate, tx.Now.Time)})
	})
	if err != nil {
		return Contact{}, err
	}
	return c, nil
}
