package activity

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"yimi/internal/fault"
	"yimi/internal/say"
	"yimi/internal/store"
)

// Kind is check-in or check-out.
type Kind string

// The kinds of a check-in.
const (
	In  Kind = "in"
	Out Kind = "out"
)

// Method says how presence was shown.
type Method string

// The methods, from the volunteer's phone or from the staff's.
const (
	ByCode   Method = "code"       // scanned the staff's code
	ByDigits Method = "digits"     // typed what staff read out
	ByScan   Method = "staff_scan" // staff scanned the volunteer's code
)

// Reasons for staff to have a look before hours are credited.
const (
	MissingOut   = "missing_out"
	SentLate     = "sent_late"
	PoorAccuracy = "poor_accuracy"
	NoLocation   = "no_location"
)

// Attendance is one volunteer's presence on a shift: one check-in, one check-out.
type Attendance struct {
	SignupID    int64 `gorm:"primaryKey;autoIncrement:false"`
	ShiftID     int64
	UnitID      int64
	InAt        store.Time
	InMethod    Method
	OutAt       *store.Time
	OutMethod   Method
	InDistance  *int   // metres to the place; the position itself is not kept
	OutDistance *int   // metres
	Attention   string // reasons, joined by commas
	NeedsLook   bool   // on the attention list
}

// Reasons gives the attention reasons.
func (a *Attendance) Reasons() []string { return words(a.Attention, ",") }

// The refusals of check-in.
var (
	ErrCodeExpired  = fault.New(fault.Conflict, "code_expired", "这个码已经换了，请看工作人员手机上现在的码再试一次")
	ErrCodeWrong    = fault.New(fault.Unprocessable, "code_wrong", "码不对，请对照工作人员手机上的码再试一次")
	ErrNotSignedUp  = fault.New(fault.Conflict, "not_signed_up", "您没有报名这一班，或报名还没确认，不能签到")
	ErrTooLate      = fault.New(fault.Conflict, "checkin_closed", "签到时间已过，请让工作人员在名单上处理")
	ErrNotIn        = fault.New(fault.Conflict, "not_checked_in", "您还没有签到，不能签退。请工作人员换成签到码再扫；已经结束的，请工作人员在名单上处理")
	ErrCalledOff    = fault.New(fault.Conflict, "shift_called_off", "这一班已经取消，签到签退都不再计时长。当时已经在服务的，请告诉工作人员")
	ErrCodeOfIn     = fault.New(fault.Conflict, "code_other_kind", "这是签到的码，不是签退的。要签退，请工作人员换成签退码")
	ErrCodeOfOut    = fault.New(fault.Conflict, "code_other_kind", "这是签退的码，不是签到的。要签到，请工作人员换成签到码")
	ErrScanNeeded   = fault.New(fault.Unprocessable, "staff_scan_needed", "这项活动由工作人员扫您的码签到，请打开“我的码”")
	ErrTooManyTries = fault.New(fault.TooMany, "too_many_attempts", "输错次数太多，请过 10 分钟再试，或请工作人员扫您的码")
	errTooEarly     = "还没到签到时间，%s 起可以签到"
	errOtherDay     = "这一班不是今天：%s。%s 起可以签到"
	errDayOver      = "这一班是 %s 的，签到时间已过，请让工作人员在名单上处理"
	errBeforeStart  = "还没开始，现在签退就没有时长了，%s 开始。确实要走，请再点一次签退"
	errJustIn       = "%s 刚签到，现在签退就算服务结束了。确实要走，请再点一次签退"
	errOutsideFence = "您离活动地点约 %d 米，超出了签到范围。请走近些再试，或请工作人员扫您的码"
)

// Codes makes and reads rotating codes. A code is an HMAC over what it is for and a
// step of time; the server takes the present step and the one before (docs/adr/0007).
type Codes struct {
	key  []byte
	step time.Duration
}

// NewCodes makes codes under the server's key that change after each step.
func NewCodes(key []byte, step time.Duration) *Codes { return &Codes{key, step} }

// Code is a rotating code as it stands now.
type Code struct {
	Token     string
	Digits    string
	ExpiresAt time.Time
}

func (c *Codes) stepOf(t time.Time) int64 { return t.UnixMilli() / c.step.Milliseconds() }

func (c *Codes) startOf(step int64) time.Time { return time.UnixMilli(step * c.step.Milliseconds()) }

func (c *Codes) mac(subject string, step int64) []byte {
	m := hmac.New(sha256.New, c.key)
	_, _ = fmt.Fprintf(m, "%s|%d", subject, step)
	return m.Sum(nil)
}

// shiftSubject names the kind too: a code of one shows nothing of the other.
func shiftSubject(s *Shift, kind Kind) string {
	return "shift|" + string(kind) + "|" + strconv.FormatInt(s.ID, 10) + "|" + s.Secret
}

func personSubject(id int64) string { return "person|" + strconv.FormatInt(id, 10) }

func (c *Codes) code(prefix string, id int64, subject string, now time.Time) Code {
	step := c.stepOf(now)
	mac := c.mac(subject, step)
	return Code{
		Token: fmt.Sprintf("%s.%s.%s.%s", prefix, strconv.FormatInt(id, 36), strconv.FormatInt(step, 36),
			base64.RawURLEncoding.EncodeToString(mac[:18])),
		Digits:    digitsOf(mac),
		ExpiresAt: c.startOf(step + 1),
	}
}

// prefixes begin the tokens of a shift, so that a phone can tell what it read.
var prefixes = map[Kind]string{In: "I", Out: "O"}

// other is the other kind.
func (k Kind) other() Kind {
	if k == In {
		return Out
	}
	return In
}

// isOf refuses a code of this kind where the other was wanted.
func (k Kind) isOf() error {
	if k == In {
		return ErrCodeOfIn
	}
	return ErrCodeOfOut
}

// ForShift is the code that staff show for check-in or for check-out.
func (c *Codes) ForShift(s *Shift, kind Kind, now time.Time) Code {
	return c.code(prefixes[kind], s.ID, shiftSubject(s, kind), now)
}

// ForPerson is the volunteer's own code.
func (c *Codes) ForPerson(id int64, now time.Time) Code {
	return c.code("P", id, personSubject(id), now)
}

func digitsOf(mac []byte) string {
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(mac[20:24])%1_000_000)
}

// parsed is a token taken apart, its MAC not yet checked.
type parsed struct {
	id, step int64
	mac      []byte
}

// parse takes a token apart; one that is not of the kind is a wrong code.
func parse(prefix, token string) (parsed, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 4 || parts[0] != prefix {
		return parsed{}, ErrCodeWrong
	}
	id, err1 := strconv.ParseInt(parts[1], 36, 64)
	step, err2 := strconv.ParseInt(parts[2], 36, 64)
	mac, err3 := base64.RawURLEncoding.DecodeString(parts[3])
	if err1 != nil || err2 != nil || err3 != nil || id <= 0 {
		return parsed{}, ErrCodeWrong
	}
	return parsed{id, step, mac}, nil
}

// parseShift takes a shift's token apart, which says whether it is for check-in or check-out.
func parseShift(token string) (Kind, parsed, error) {
	kind := In
	if strings.HasPrefix(token, prefixes[Out]) {
		kind = Out
	}
	p, err := parse(prefixes[kind], token)
	return kind, p, err
}

// proves tells whether the token was made for the subject, at its step.
func (c *Codes) proves(p parsed, subject string) bool {
	return subtle.ConstantTimeCompare(c.mac(subject, p.step)[:18], p.mac) == 1
}

// clockSlack is how far the clock of a phone may be off.
const clockSlack = 150 * time.Second

// stepsAt are the steps whose digits may have been on the screen: the present one and the one before, or
// those around the time at which a phone says that it read them.
func (c *Codes) stepsAt(readAt *time.Time, now time.Time) (from, to int64) {
	to = c.stepOf(now)
	if readAt == nil {
		return to - 1, to
	}
	return c.stepOf(readAt.Add(-clockSlack)) - 1, min(to, c.stepOf(readAt.Add(clockSlack)))
}

// stepOfDigits finds the step, the last of those given, that the digits were made for.
func (c *Codes) stepOfDigits(s *Shift, kind Kind, digits string, from, to int64) (step int64, found bool) {
	for n := from; n <= to; n++ {
		if subtle.ConstantTimeCompare([]byte(digitsOf(c.mac(shiftSubject(s, kind), n))), []byte(digits)) == 1 {
			step, found = n, true
		}
	}
	return step, found
}

// Position is where the phone says it is.
type Position struct {
	Latitude, Longitude float64 // degrees, GCJ-02
	Accuracy            float64 // metres
}

// metresBetween is the great-circle distance.
func metresBetween(lat1, lon1, lat2, lon2 float64) float64 {
	const earth, rad = 6_371_000.0, math.Pi / 180
	dLat, dLon := (lat2-lat1)*rad, (lon2-lon1)*rad
	h := math.Pow(math.Sin(dLat/2), 2) + math.Cos(lat1*rad)*math.Cos(lat2*rad)*math.Pow(math.Sin(dLon/2), 2)
	return 2 * earth * math.Asin(math.Min(1, math.Sqrt(h)))
}

// fence judges a position: metres to the place, why staff should look, or a refusal.
// A position that is out even by the best reading of its accuracy is refused. No phone is
// exact to the metre: an accuracy of 0 is not known, or made up.
func fence(a *Activity, p *Position, worst float64) (metres *int, attention string, err error) {
	if a.FenceMetres == 0 || a.Latitude == nil || a.Longitude == nil {
		return nil, "", nil
	}
	if p == nil {
		return nil, NoLocation, nil
	}
	d := int(metresBetween(p.Latitude, p.Longitude, *a.Latitude, *a.Longitude))
	if p.Accuracy > worst || p.Accuracy <= 0 {
		attention = PoorAccuracy
	}
	if float64(d)-min(max(p.Accuracy, 0), worst) > float64(a.FenceMetres) {
		return &d, "", fault.Newf(fault.Unprocessable, "outside_fence", errOutsideFence, d)
	}
	return &d, attention, nil
}

// window refuses a check-in or check-out outside its time, and says so of a shift on another day.
func window(starts, ends time.Time, kind Kind, at time.Time, margin time.Duration) error {
	opens, closes := starts.Add(-margin), ends.Add(margin)
	switch {
	case at.Before(opens) && !sameDay(at, opens):
		return fault.Newf(fault.Conflict, "checkin_not_open", errOtherDay, say.Span(starts, ends), say.Time(opens))
	case at.Before(opens):
		return fault.Newf(fault.Conflict, "checkin_not_open", errTooEarly, say.Clock(opens))
	case at.After(closes) && !sameDay(at, ends):
		return fault.Newf(ErrTooLate.Kind, ErrTooLate.Code, errDayOver, say.Span(starts, ends))
	case kind == In && at.After(ends), at.After(closes):
		return ErrTooLate
	}
	return nil
}

func sameDay(a, b time.Time) bool { return dayStart(a).Equal(dayStart(b)) }

// justIn is how soon after a check-in nobody is likely to leave.
const justIn = 10 * time.Minute

// early asks first about a check-out that is likely to be a slip: before the start, or just after the check-in.
func early(starts, in, at time.Time) error {
	switch {
	case at.Before(starts):
		return fault.Newf(fault.Conflict, "checkout_early", errBeforeStart, say.Clock(starts))
	case at.Sub(in) < justIn:
		return fault.Newf(fault.Conflict, "checkout_early", errJustIn, say.Clock(in))
	}
	return nil
}

// leaving is the end of a shift, in which people go rather than come.
const leaving = 30 * time.Minute

// kindNow is which code of a shift staff are likely to want.
func kindNow(s *Shift, now time.Time) Kind {
	if now.Before(s.EndsAt.Add(-min(leaving, s.EndsAt.Sub(s.StartsAt.Time)/2))) {
		return In
	}
	return Out
}
