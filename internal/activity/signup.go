package activity

import (
	"fmt"
	"slices"
	"time"

	"yimi/internal/age"
	"yimi/internal/fault"
	"yimi/internal/hours"
	"yimi/internal/say"
	"yimi/internal/store"
)

// SignupState is where a sign-up stands.
type SignupState string

// The states of a sign-up. Offered, confirmed, attended and absent hold a place.
const (
	Pending         SignupState = "pending"    // waits for staff; holds no place
	Waitlisted      SignupState = "waitlisted" // waits for a place
	Offered         SignupState = "offered"    // a place is kept until the volunteer confirms
	Confirmed       SignupState = "confirmed"
	Attended        SignupState = "attended" // hours were credited
	Absent          SignupState = "absent"
	Rejected        SignupState = "rejected"
	SignupCancelled SignupState = "cancelled"
	Lapsed          SignupState = "lapsed" // an offer or a wait that ran out
)

// SignupStates lists every state.
var SignupStates = []SignupState{Pending, Waitlisted, Offered, Confirmed, Attended, Absent, Rejected, SignupCancelled, Lapsed}

// holdsPlace tells whether a state counts against the shift's capacity.
func (s SignupState) holdsPlace() bool {
	return slices.Contains([]SignupState{Offered, Confirmed, Attended, Absent}, s)
}

// attendable tells whether presence is written against a sign-up in the state; it is judged further.
func (s SignupState) attendable() bool {
	return slices.Contains([]SignupState{Confirmed, Attended, Absent}, s)
}

// live tells whether a state bars another sign-up for the same shift.
func (s SignupState) live() bool {
	return !slices.Contains([]SignupState{Rejected, SignupCancelled, Lapsed}, s)
}

// Signup is a volunteer's claim on a shift. It keeps the shift's unit, activity and
// times, so that one person's overlaps and one unit's lists are index reads.
type Signup struct {
	ID             int64
	ShiftID        int64
	PersonID       int64
	UnitID         int64
	ActivityID     int64
	StartsAt       store.Time
	EndsAt         store.Time
	State          SignupState
	Live           *int64 // 1 while live, else NULL: one live sign-up for each shift and person
	Reason         string // why rejected or cancelled
	OfferExpiresAt *store.Time
	AskedAgain     bool // the offer came of a new time, not of the waitlist
	WalkIn         bool // joined at the door
	Reminded       int  // the rank of the last reminder
	CreatedAt      store.Time
}

// SignupLine is a sign-up with what screens show beside it.
type SignupLine struct {
	Signup
	ActivityTitle  string
	PlaceName      string
	Latitude       *float64
	Longitude      *float64
	CheckinMode    string
	CampaignName   string
	Art            string
	UnitPath       string
	PersonName     string
	BirthDate      *string
	Skills         string // the volunteer's
	RefusedBefore  string // why an earlier one of theirs for the shift was rejected; on the list for staff
	MinutesTotal   int    // the volunteer's
	Position       int    // on the waitlist; 0 elsewhere
	InAt           *store.Time
	InMethod       string
	OutAt          *store.Time
	OutMethod      string
	Attention      string
	EntryID        *int64
	EntryMinutes   *int
	ProposedMins   *int
	ProposedByName string
	ProposedBy     *int64
	ProposedWhy    hours.Why
	WaitsFor       hours.Waits `gorm:"-"` // of a proposed one on an attendance or attention list
	HasPhone       bool        // the volunteer left one

	waits *hours.Why // of a proposal just made
}

// Age is the volunteer's age on the shift's day; -1 when not known.
func (l *SignupLine) Age() int {
	return age.On(l.BirthDate, l.StartsAt.Time)
}

// Presence is what of check-in and check-out lies within the shift; empty without both.
func (l *SignupLine) Presence() (s hours.Span) {
	if l.InAt == nil || l.OutAt == nil {
		return s
	}
	return hours.Presence(l.InAt.Time, l.OutAt.Time, l.StartsAt.Time, l.EndsAt.Time)
}

// PresenceMinutes is what check-in and check-out come to; 0 without both.
func (l *SignupLine) PresenceMinutes() int { return l.Presence().Minutes() }

// Volunteer is what the rules need to know of a person.
type Volunteer struct {
	ID             int64
	Name           string
	BirthDate      *string // "1998-03-05"
	Skills         string
	VolunteerSince *store.Time
	Guarded        bool `gorm:"-"` // a guardian agreed; asked of who is under 14
}

// The refusals of sign-up.
var (
	ErrFull       = fault.New(fault.Conflict, "shift_full", "这一班刚好满了，您的报名没有提交。可以排候补，或换一个班次")
	ErrAlready    = fault.New(fault.Conflict, "already_signed_up", "您已经报过这一班了，在“我的报名”里可以看到")
	ErrOverlap    = fault.New(fault.Conflict, "overlap", "和您已报名的另一班时间重叠")
	ErrNotOpen    = fault.New(fault.Conflict, "shift_not_open", "这一班现在不能报名")
	ErrOver       = fault.New(fault.Conflict, "shift_over", "这一班已经开始或结束，不能报名了")
	errMoved      = fault.New(fault.Conflict, "shift_changed", "这一班刚刚有变动，您的报名没有提交，请刷新后再看")
	errTheirOther = fault.New(fault.Conflict, "overlap", "这位志愿者这段时间已经在另一班，不能通过。请先和他联系")
	errOverForAll = fault.New(fault.Conflict, "shift_over", "这一班已经结束，不能再加人了")
	errNoPlace    = fault.New(fault.Conflict, "shift_full", "这一班满了，没有改。请同时加一个名额，或先等别人的名额空出来")
	errIsIn       = fault.New(fault.Conflict, "checked_in", "已经签到，不能取消报名。请工作人员先在到场名单上撤销签到")
	ErrOfferOver  = fault.New(fault.Conflict, "offer_expired", "确认的时间已过，名额已经让给下一位")
	errTooLate    = "离开始不到 %s，不能自己取消了。请打电话给活动联系人"
	errGuardian   = fault.New(fault.Unprocessable, "guardian_required", "未满 14 周岁，要先请监护人在他自己的手机上同意")
	errTooYoung   = "这项活动要求满 %d 周岁，您的报名没有提交"
	errNoSkill    = fault.New(fault.Unprocessable, "skill_missing", "这项活动需要相应的技能，请先在“我的资料”里填写")
	errNotAVolunt = fault.New(fault.Forbidden, "volunteer_only", "请先注册成为志愿者，再来报名和签到")
)

// clashes is ErrOverlap; it says which the person's other shift is, and what follows.
func clashes(other *SignupLine, follows string) error {
	return fault.Newf(ErrOverlap.Kind, ErrOverlap.Code, "和您报了名的“%s”（%s）时间重叠%s", other.ActivityTitle, say.Span(other.StartsAt.Time, other.EndsAt.Time), follows)
}

// mayTake tells whether the rules let a volunteer have a place on the shift, which ends for them at the instant:
// its start, or at the door its end.
func mayTake(v *Volunteer, a *Activity, s *Shift, until store.Time, now time.Time) error {
	switch {
	case a.State != Published || s.State != ShiftOpen:
		return ErrNotOpen
	case !now.Before(until.Time):
		return ErrOver
	case v.VolunteerSince == nil:
		return errNotAVolunt
	case !v.Guarded && age.On(v.BirthDate, now) < age.Consent:
		return errGuardian
	case a.MinAge > 0 && age.On(v.BirthDate, s.StartsAt.Time) < a.MinAge:
		return fault.Newf(fault.Unprocessable, "too_young", errTooYoung, a.MinAge)
	}
	have := words(v.Skills, ",")
	for _, need := range a.SkillWords() {
		if !slices.Contains(have, need) {
			return errNoSkill
		}
	}
	return nil
}

// tooLate refuses a volunteer's own cancelling within the notice.
func tooLate(notice time.Duration) error {
	return fault.Newf(fault.Unprocessable, "cancel_too_late", errTooLate, SpokenLength(notice))
}

// SpokenLength says a length of time in whole hours, or in minutes.
func SpokenLength(d time.Duration) string {
	if d%time.Hour != 0 {
		return fmt.Sprintf("%d 分钟", int(d.Minutes()))
	}
	return fmt.Sprintf("%d 小时", int(d.Hours()))
}
