package activity

import (
	"context"
	"slices"
	"strconv"
	"time"

	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/store"
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
	Kind     Kind
	Token    string     // scanned, or
	ShiftID  int64      // typed, with Digits
	Digits   string     //
	ReadAt   *time.Time // when it was read, if sent later for want of signal
	Position *Position
}

// Recorded is the check-in or check-out that counts.
type Recorded struct {
	SignupLine
	Kind     Kind
	At       time.Time
	Repeated bool // it had been recorded before
	Minutes  int  // what check-in and check-out come to; 0 before check-out
}

// CheckIn records the actor's check-in or check-out with the code shown on the spot.
// A repeat returns the first.
func (s *Service) CheckIn(ctx context.Context, c Checkin) (*Recorded, error) {
	person := auth.From(ctx).PersonID
	at, late, err := s.readTime(c)
	if err != nil {
		return nil, err
	}
	if c.Token == "" {
		if err := s.countTry(ctx, c.ShiftID, person); err != nil {
			return nil, err
		}
	}
	shift, method, err := s.prove(ctx, c, at)
	if err != nil {
		return nil, err
	}
	if c.Token == "" {
		if err := s.forgiveTries(ctx, c.ShiftID, person); err != nil {
			return nil, err
		}
	}
	return s.record(ctx, shift, person, presence{c.Kind, method, at, late, c.Position, 0})
}

// readTime is the instant that counts: now, or when the phone read the code without signal.
func (s *Service) readTime(c Checkin) (at time.Time, late bool, err error) {
	now := s.db.Now().Time
	if c.ReadAt == nil || now.Sub(*c.ReadAt) < s.limits.CodeStep {
		return now, false, nil
	}
	if now.Sub(*c.ReadAt) > s.limits.LateCheckin {
		return now, false, ErrTooLate
	}
	return *c.ReadAt, true, nil
}

func digitsName(person int64) string { return "digits:" + strconv.FormatInt(person, 10) }

func shiftDigitsName(shiftID, person int64) string {
	return digitsName(person) + ":" + strconv.FormatInt(shiftID, 10)
}

// countTry counts a typed code before it is looked at. Who has nothing to check in to learns
// nothing about the code and uses up no try.
func (s *Service) countTry(ctx context.Context, shiftID, person int64) error {
	may, err := mayCheckIn(s.db.Read(ctx), shiftID, person)
	if err != nil {
		return err
	}
	if !may {
		return ErrNotSignedUp
	}
	ok, _, err := s.db.Hit(ctx, shiftDigitsName(shiftID, person), digitTries, digitWindow)
	if err == nil && ok {
		ok, _, err = s.db.Hit(ctx, digitsName(person), digitTriesAll, digitWindow)
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

// prove finds the shift whose code this is, at the instant it was read.
func (s *Service) prove(ctx context.Context, c Checkin, at time.Time) (*Shift, Method, error) {
	if c.Token == "" {
		shift, err := s.shiftOfCode(ctx, c.ShiftID)
		if err != nil {
			return nil, "", err
		}
		return shift, ByDigits, s.codes.checkDigits(shift, c.Digits, at)
	}
	p, err := parse("S", c.Token)
	if err != nil {
		return nil, "", err
	}
	shift, err := s.shiftOfCode(ctx, p.id)
	if err != nil {
		return nil, "", err
	}
	return shift, ByCode, s.codes.check(p, shiftSubject(shift), at)
}

func (s *Service) shiftOfCode(ctx context.Context, id int64) (*Shift, error) {
	shift, err := findShift(s.db.Read(ctx), id)
	if store.IsNotFound(err) {
		return nil, ErrCodeWrong
	}
	return shift, err
}

// Scan records a check-in or check-out by staff who scanned the volunteer's own code.
func (s *Service) Scan(ctx context.Context, shiftID int64, token string, kind Kind) (*Recorded, error) {
	shift, _, err := s.attendable(ctx, shiftID)
	if err != nil {
		return nil, err
	}
	now := s.db.Now().Time
	p, err := parse("P", token)
	if err == nil {
		err = s.codes.check(p, personSubject(p.id), now)
	}
	if err != nil {
		return nil, err
	}
	return s.record(ctx, shift, p.id, presence{kind: kind, method: ByScan, at: now, by: auth.From(ctx).PersonID})
}

// presence is one proof, ready to be recorded.
type presence struct {
	kind     Kind
	method   Method
	at       time.Time
	late     bool
	position *Position
	by       int64 // staff who scanned; 0 when the volunteer did it
}

// record writes the proof against the person's sign-up for the shift.
func (s *Service) record(ctx context.Context, shift *Shift, personID int64, p presence) (*Recorded, error) {
	var out *Recorded
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		l, a, err := s.present(tx, shift.ID, personID)
		if err != nil {
			return err
		}
		out = &Recorded{SignupLine: *l, Kind: p.kind}
		if at := out.first(p.kind); at != nil {
			out.At, out.Repeated = at.Time, true
			return nil
		}
		if l.State != Confirmed {
			return ErrNotSignedUp
		}
		return s.recordFirst(tx, out, a, p)
	})
	if err != nil {
		return nil, err
	}
	out.Minutes = out.PresenceMinutes()
	return out, nil
}

// first is the check-in or check-out recorded before, if any.
func (r *Recorded) first(kind Kind) *store.Time {
	if kind == In {
		return r.InAt
	}
	return r.OutAt
}

func (s *Service) present(tx *store.Tx, shiftID, personID int64) (*SignupLine, *Activity, error) {
	l, err := holdSignupOf(tx, shiftID, personID)
	if store.IsNotFound(err) {
		return nil, nil, ErrNotSignedUp
	}
	if err != nil {
		return nil, nil, err
	}
	a, err := findLine(tx.DB, l.ActivityID)
	return l, &a.Activity, err
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
	reasons := words(r.Attention, ",")
	if p.late {
		reasons = addReason(reasons, SentLate)
	}
	var metres *int
	if p.method != ByScan {
		d, why, err := fence(a, p.position, s.limits.WorstAccuracy)
		if err != nil {
			return err
		}
		metres, reasons = d, addReason(reasons, why)
	}
	r.At, r.Attention = store.At(p.at).Time, joinReasons(reasons)
	return writePresence(tx, r, p, metres)
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
	return logSignup(tx, &r.SignupLine, audit.Attendance, nil, map[string]any{"kind": p.kind, "at": at})
}

// LiveCode is a shift's rotating code with the live count.
type LiveCode struct {
	Code
	Activity   *Line
	Shift      *Shift
	CheckedIn  int
	CheckedOut int
	Latest     []string // names, newest first
}

// latestShown is how many names the code's screen shows.
const latestShown = 8

// ShiftCode gives staff the code to show.
func (s *Service) ShiftCode(ctx context.Context, shiftID int64) (*LiveCode, error) {
	shift, l, err := s.attendable(ctx, shiftID)
	if err != nil {
		return nil, err
	}
	if err := s.noteShown(ctx, shiftID, auth.From(ctx).PersonID); err != nil {
		return nil, err
	}
	db, out := s.db.Read(ctx), &LiveCode{Code: s.codes.ForShift(shift, s.db.Now().Time), Activity: l, Shift: shift}
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
