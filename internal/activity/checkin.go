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
	ErrTooEarly     = fault.New(fault.Conflict, "checkin_not_open", "还没到签到时间，开始前 %d 分钟起可以签到")
	ErrTooLate      = fault.New(fault.Conflict, "checkin_closed", "签到时间已过，请让工作人员在名单上处理")
	ErrNotIn        = fault.New(fault.Conflict, "not_checked_in", "还没有签到，不能签退。请让工作人员在名单上处理")
	ErrScanNeeded   = fault.New(fault.Unprocessable, "staff_scan_needed", "这项活动由工作人员扫您的码签到，请打开“我的码”")
	ErrTooManyTries = fault.New(fault.TooMany, "too_many_attempts", "输错次数太多，请过 10 分钟再试，或请工作人员扫您的码")
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

func shiftSubject(s *Shift) string { return "shift|" + strconv.FormatInt(s.ID, 10) + "|" + s.Secret }

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

// ForShift is the code that staff show.
func (c *Codes) ForShift(s *Shift, now time.Time) Code {
	return c.code("S", s.ID, shiftSubject(s), now)
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

// check proves the token's MAC and that its step counts at the instant.
func (c *Codes) check(p parsed, subject string, at time.Time) error {
	want := c.mac(subject, p.step)[:18]
	if subtle.ConstantTimeCompare(want, p.mac) != 1 {
		return ErrCodeWrong
	}
	if now := c.stepOf(at); p.step > now || p.step < now-1 {
		return ErrCodeExpired
	}
	return nil
}

// checkDigits proves typed digits at the instant.
func (c *Codes) checkDigits(s *Shift, digits string, at time.Time) error {
	now, ok := c.stepOf(at), 0
	for _, step := range []int64{now, now - 1} {
		ok |= subtle.ConstantTimeCompare([]byte(digitsOf(c.mac(shiftSubject(s), step))), []byte(digits))
	}
	if ok != 1 {
		return ErrCodeWrong
	}
	return nil
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

// window refuses a check-in or check-out outside its time.
func window(starts, ends time.Time, kind Kind, at time.Time, margin time.Duration) error {
	opens, closes := starts.Add(-margin), ends.Add(margin)
	switch {
	case at.Before(opens):
		return fault.Newf(ErrTooEarly.Kind, ErrTooEarly.Code, ErrTooEarly.Message, int(margin.Minutes()))
	case kind == In && at.After(ends), at.After(closes):
		return ErrTooLate
	}
	return nil
}
