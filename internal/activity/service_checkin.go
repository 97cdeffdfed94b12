package activity

import (
	"context"
	"slices"
	"strconv"
	"time"

	"yimi/internal/auth"
	"yimi/internal/hours"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// How many wrong codes a person may type in digitWindow: for one shift, and for all of them
// (docs/adr/0007).
const (
	digitTries    = 10
	digitTriesAll = 20
	digitWindow   = 10 * time.Minute
)

// Checkin is what a volunteer's phone read on the spot.
type Checkin struct {
	Kind     Kind       // with Digits; a token says its own, and must not say another
	Token    string     // scanned, or
	ShiftID  int64      // typed, with Digits
	Digits   string     //
	ReadAt   *time.Time // when it was read by the phone's clock, if sent later for want of signal
	Position *Position
	Sure     bool // a check-out that was asked about is meant
	Join     bool // take a place too, for who has none
}

// Recorded is the check-in or check-out that counts.
type Recorded struct {
	SignupLine
	Kind     Kind
	At       time.Time
	Repeated bool // it had been recorded before
	Minutes  int  // what check-in and check-out come to; 0 before check-out
}

// reading is what a code claims before it is judged: of which shift, for what, and when it was made.
type reading struct {
	shift *Shift
	place standing // of who read it
	kind  Kind
	token parsed
	at    time.Time     // by the token's own step, or by the phone's clock for digits
	slack time.Duration // how far that may be off
}

// CheckIn records the actor's check-in or check-out with the code shown on the spot. A repeat
// returns the first. What the time does not allow is said before the code is judged, or tries are counted.
func (s *Service) CheckIn(ctx context.Context, c Checkin) (*Recorded, error) {
	person := auth.From(ctx).PersonID
	r, err := s.read(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := s.mayBeTime(ctx, r, person, c.Token == ""); err != nil {
		return nil, err
	}
	step, err := s.judge(ctx, r, c, person)
	if err != nil {
		return nil, err
	}
	at, late, err := s.countsAt(step, c.ReadAt != nil)
	if err != nil {
		return nil, err
	}
	p := presence{kind: r.kind, method: ByCode, at: at, late: late, position: c.Position, sure: c.Sure, join: c.Join}
	if c.Token == "" {
		p.method = ByDigits
	}
	return s.record(ctx, r.shift, person, p)
}

// read finds what the code claims.
func (s *Service) read(ctx context.Context, c Checkin) (r reading, err error) {
	r.kind = c.Kind
	id, unknown := c.ShiftID, ErrNotSignedUp
	if c.Token != "" {
		if r.kind, r.token, err = parseShift(c.Token); err != nil {
			return r, err
		}
		id, unknown = r.token.id, ErrCodeWrong
	}
	r.at, r.slack = s.claimedAt(c, r.token.step)
	if r.shift, r.place, err = findStanding(s.db.Read(ctx), id, auth.From(ctx).PersonID); store.IsNotFound(err) {
		err = unknown
	}
	return r, err
}

// claimedAt is when a code says that it was read, and how far that may be off.
func (s *Service) claimedAt(c Checkin, step int64) (time.Time, time.Duration) {
	now := s.db.Now().Time
	switch {
	case c.ReadAt != nil && c.Token == "":
		return *c.ReadAt, clockSlack
	case c.ReadAt != nil && s.codes.stepOf(now)-step > 1:
		return s.codes.startOf(step), 0
	}
	return now, 0
}

// mayBeTime refuses a code that would come to nothing however right it is: too early, another day, no
// check-in before. Of digits also who has no place on the shift, and so learns nothing about them.
func (s *Service) mayBeTime(ctx context.Context, r reading, person int64, digits bool) error {
	switch p := &r.place; {
	case p.SignupID == nil && digits:
		return s.notOnIt(ctx, r.shift, person)
	case p.SignupID == nil, p.first(r.kind) != nil: // a repeat
		return nil
	case digits && !p.SignupState.attendable() && p.InAt == nil:
		return ErrNotSignedUp
	case r.kind == Out && p.InAt == nil:
		return ErrNotIn
	}
	if s.db.Now().Sub(r.at) > s.limits.LateCheckin+r.slack {
		return ErrTooLate
	}
	return window(r.shift.StartsAt.Time, r.shift.EndsAt.Time, r.kind, r.within(s.limits.CheckinWindow), s.limits.CheckinWindow)
}

// within gives the instant, of those that the phone's clock may have meant, that is nearest to the time of check-in.
func (r reading) within(margin time.Duration) time.Time {
	opens, closes := r.shift.StartsAt.Add(-margin), r.shift.EndsAt.Time
	if r.kind == Out {
		closes = closes.Add(margin)
	}
	if r.at.Before(opens) {
		return earlier(r.at.Add(r.slack), opens)
	}
	if latest := r.at.Add(-r.slack); latest.After(closes) {
		return latest
	}
	return earlier(r.at, closes)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// judge proves the code, and gives the step that it was made for.
func (s *Service) judge(ctx context.Context, r reading, c Checkin, person int64) (step int64, err error) {
	if c.Token != "" {
		switch {
		case !s.codes.proves(r.token, shiftSubject(r.shift, r.kind)):
			return 0, ErrCodeWrong
		case c.Kind != "" && c.Kind != r.kind:
			return 0, r.kind.isOf()
		}
		return r.token.step, nil
	}
	if err := s.countTry(ctx, r.shift.ID, person, c.ReadAt != nil); err != nil {
		return 0, err
	}
	from, to := s.codes.stepsAt(c.ReadAt, s.db.Now().Time)
	step, found := s.codes.stepOfDigits(r.shift, r.kind, c.Digits, from, to)
	if found {
		return step, s.forgiveTries(ctx, r.shift.ID, person)
	}
	if _, found := s.codes.stepOfDigits(r.shift, r.kind.other(), c.Digits, from, to); found {
		return 0, r.kind.other().isOf()
	}
	return 0, ErrCodeWrong
}

// countsAt is the instant that a code of the step counts at: now, while it is on the screen or was a moment
// ago; of one that was read without a signal the step's own, whatever the phone's clock said.
func (s *Service) countsAt(step int64, sentLate bool) (at time.Time, late bool, err error) {
	now := s.db.Now().Time
	current := s.codes.stepOf(now)
	at = s.codes.startOf(step)
	switch {
	case step > current:
		return at, false, ErrCodeExpired
	case step >= current-1:
		return now, false, nil
	case !sentLate:
		return at, false, ErrCodeExpired
	case now.Sub(at) > s.limits.LateCheckin:
		return at, true, ErrTooLate
	}
	return at, true, nil
}

func digitsName(person int64) string { return "digits:" + strconv.FormatInt(person, 10) }

func shiftDigitsName(shiftID, person int64) string {
	return digitsName(person) + ":" + strconv.FormatInt(shiftID, 10)
}

// lateTries is how many codes that were read without a signal a person may send for one shift in
// digitWindow: of those more steps count (docs/adr/0007).
const lateTries = 3

// countTry counts a typed code before it is looked at.
func (s *Service) countTry(ctx context.Context, shiftID, person int64, late bool) error {
	ok, _, err := s.db.Hit(ctx, shiftDigitsName(shiftID, person), digitTries, digitWindow)
	if err == nil && ok {
		ok, _, err = s.db.Hit(ctx, digitsName(person), digitTriesAll, digitWindow)
	}
	if err == nil && ok && late {
		ok, _, err = s.db.Hit(ctx, shiftDigitsName(shiftID, person)+":late", lateTries, digitWindow)
	}
	if err == nil && !ok {
		return ErrTooManyTries
	}
	return err
}

// forgiveTries is for a right code: it ends the count of its own shift, and was no guess.
func (s *Service) forgiveTries(ctx context.Context, shiftID, person int64) error {
	if err := s.db.Clear(ctx, shiftDigitsName(shiftID, person)); err != nil {
		return err
	}
	return s.db.Unhit(ctx, digitsName(person))
}

// Scanned is a volunteer's own code, scanned by staff.
type Scanned struct {
	Kind  Kind
	Token string
	Sure  bool // as in Checkin
	Join  bool // give a place too, for who has none; one more if all are taken
}

// Scan records a check-in or check-out by staff who scanned the volunteer's own code.
func (s *Service) Scan(ctx context.Context, shiftID int64, c Scanned) (*Recorded, error) {
	shift, _, err := s.attendable(ctx, shiftID)
	if err != nil {
		return nil, err
	}
	p, err := parse("P", c.Token)
	if err != nil {
		return nil, err
	}
	if !s.codes.proves(p, personSubject(p.id)) {
		return nil, ErrCodeWrong
	}
	at, _, err := s.countsAt(p.step, false)
	if err != nil {
		return nil, err
	}
	return s.record(ctx, shift, p.id, presence{kind: c.Kind, method: ByScan, at: at, by: auth.From(ctx).PersonID, sure: c.Sure, join: c.Join})
}

// presence is one proof, ready to be recorded.
type presence struct {
	kind     Kind
	method   Method
	at       time.Time
	late     bool
	position *Position
	by       int64 // staff who scanned; 0 when the volunteer did it
	sure     bool  // an early check-out is meant
	join     bool  // with a place, for who has none
}

// record writes the proof against the person's sign-up for the shift, which who joins at the door gets with it.
func (s *Service) record(ctx context.Context, shift *Shift, personID int64, p presence) (*Recorded, error) {
	var out *Recorded
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		l, a, counted, err := s.present(ctx, tx, shift, personID, p)
		if err != nil {
			return err
		}
		out = &Recorded{SignupLine: *l, Kind: p.kind}
		if at := out.first(p.kind); at != nil {
			out.At, out.Repeated = at.Time, true
			return nil
		}
		if err := s.recordFirst(tx, out, a, p); err != nil {
			return err
		}
		return counted()
	})
	if err != nil {
		return nil, err
	}
	out.Minutes = out.PresenceMinutes()
	return out, nil
}

// first is the check-in or check-out recorded before, if any.
func (l *SignupLine) first(kind Kind) *store.Time {
	if kind == In {
		return l.InAt
	}
	return l.OutAt
}

// nothingToCount is for a sign-up that has its place.
func nothingToCount() error { return nil }

// present gives the sign-up that presence is written against. What is to be counted comes last in the
// transaction: the places, for who has none yet (docs/adr/0005).
func (s *Service) present(ctx context.Context, tx *store.Tx, shift *Shift, personID int64, p presence) (*SignupLine, *Activity, func() error, error) {
	if p.join {
		if err := takeTurn(tx, personID); err != nil {
			return nil, nil, nil, err
		}
	}
	l, err := holdSignupOf(tx, shift.ID, personID)
	if store.IsNotFound(err) {
		return s.atTheDoor(ctx, tx, shift.ID, nil, personID, p)
	}
	if err != nil {
		return nil, nil, nil, err
	}
	if !l.State.attendable() && l.InAt == nil {
		return s.atTheDoor(ctx, tx, shift.ID, l, personID, p)
	}
	a, err := findLine(tx.DB, l.ActivityID)
	return l, &a.Activity, nothingToCount, err
}

// recordFirst judges time and place, then writes the row that counts.
func (s *Service) recordFirst(tx *store.Tx, r *Recorded, a *Activity, p presence) error {
	if p.method != ByScan && a.CheckinMode == VolunteerCode {
		return ErrScanNeeded
	}
	if p.kind == Out && r.InAt == nil {
		return ErrNotIn
	}
	if err := window(r.StartsAt.Time, r.EndsAt.Time, p.kind, p.at, s.limits.CheckinWindow); err != nil {
		return err
	}
	reasons, err := s.settleAgain(tx, r, p)
	if err != nil {
		return err
	}
	var metres *int
	if p.method != ByScan {
		d, why, err := fence(a, p.position, s.limits.WorstAccuracy)
		if err != nil {
			return err
		}
		metres, reasons = d, addReason(reasons, why)
	}
	if p.kind == Out && !p.sure {
		if err := early(r.StartsAt.Time, r.InAt.Time, p.at); err != nil {
			return err
		}
	}
	r.At, r.Attention = store.At(p.at).Time, joinReasons(reasons)
	return writePresence(tx, r, p, metres)
}

// settleAgain opens an attendance again that staff had settled before the proof came, and gives why staff
// must look: it came late, after they had marked somebody absent, and whether a check-out is still missing.
func (s *Service) settleAgain(tx *store.Tx, r *Recorded, p presence) ([]string, error) {
	reasons := slices.DeleteFunc(words(r.Attention, ","), func(why string) bool { return p.kind == Out && why == MissingOut })
	if p.late {
		reasons = addReason(reasons, SentLate)
	}
	if p.kind == In && tx.Now.After(r.EndsAt.Add(s.limits.CheckinWindow)) { // the sweep has been
		reasons = addReason(reasons, MissingOut)
	}
	switch r.State {
	case Attended:
		return nil, hours.ErrCredited
	case Absent:
		return addReason(reasons, MarkedAbsent), s.step(tx, &r.SignupLine, "came", workflow.ByVolunteer, r.PersonID, "")
	}
	return reasons, nil
}

func addReason(reasons []string, why string) []string {
	if why == "" || slices.Contains(reasons, why) {
		return reasons
	}
	return append(reasons, why)
}

func writePresence(tx *store.Tx, r *Recorded, p presence, metres *int) error {
	at, write := store.At(p.at), insertIn
	if p.kind == In {
		r.InAt = &at
	} else {
		if at.Before(r.InAt.Time) {
			at = *r.InAt
		}
		r.OutAt, r.At, write = &at, at.Time, setOut
	}
	if err := write(tx, r, p.method, metres); err != nil {
		return err
	}
	actor := r.PersonID
	if p.by != 0 {
		actor = p.by
		if err := noteScan(tx, r, p, at); err != nil {
			return err
		}
	}
	return writeTimeline(tx, signupTimeline(&r.Signup, "check_"+string(p.kind), r.State, actor, ""))
}

// MayAttend refuses whoever may not keep the attendance of the shift.
func (s *Service) MayAttend(ctx context.Context, shiftID int64) error {
	_, _, err := s.attendable(ctx, shiftID)
	return err
}

// noteScan keeps that staff recorded the presence, with their hand in the shift.
func noteScan(tx *store.Tx, r *Recorded, p presence, at store.Time) error {
	if err := noteHand(tx, r.ShiftID, p.by, handScanned); err != nil {
		return err
	}
	return logSignup(tx, &r.SignupLine, attendanceLog, nil, map[string]any{"kind": p.kind, "at": at})
}

// LiveCode is a shift's rotating code with the live count.
type LiveCode struct {
	Code
	Kind       Kind
	Activity   *Line
	Shift      *Shift
	CheckedIn  int
	CheckedOut int
	Latest     []string // names, newest first
}

// latestShown is how many names the code's screen shows.
const latestShown = 8

// ShiftCode gives staff the code to show: of the kind, or of the one for now.
func (s *Service) ShiftCode(ctx context.Context, shiftID int64, kind Kind) (*LiveCode, error) {
	shift, l, err := s.attendable(ctx, shiftID)
	if err != nil {
		return nil, err
	}
	if err := s.noteShown(ctx, shiftID, auth.From(ctx).PersonID); err != nil {
		return nil, err
	}
	now := s.db.Now().Time
	if kind == "" {
		kind = kindNow(shift, now)
	}
	db, out := s.db.Read(ctx), &LiveCode{Code: s.codes.ForShift(shift, kind, now), Kind: kind, Activity: l, Shift: shift}
	if out.CheckedIn, out.CheckedOut, err = countPresence(db, shiftID); err != nil {
		return nil, err
	}
	out.Latest, err = latestNames(db, shiftID, latestShown)
	return out, err
}

// PersonCode gives the actor their own rotating code, for staff to scan.
func (s *Service) PersonCode(ctx context.Context) Code {
	return s.codes.ForPerson(auth.From(ctx).PersonID, s.db.Now().Time)
}
