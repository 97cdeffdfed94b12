// Package activity keeps volunteer activities: their shifts with places, sign-ups
// and waitlist, check-in on the spot, and the attendance that hours are paid from.
package activity

import (
	"strings"
	"time"

	"yimi/internal/fault"
	"yimi/internal/store"
)

// State is where an activity stands.
type State string

// The states of an activity.
const (
	Draft     State = "draft"
	Published State = "published"
	Finished  State = "finished"
	Cancelled State = "cancelled"
)

// Ways to confirm a sign-up and to show presence.
const (
	ApprovalAutomatic = "automatic"
	ApprovalStaff     = "staff"

	StaffCode     = "staff_code"     // volunteers read the code that staff show
	VolunteerCode = "volunteer_code" // staff scan the volunteer's own code
)

// Activity is a volunteer event of one unit for one campaign.
type Activity struct {
	ID           int64
	UnitID       int64
	CampaignID   int64
	Title        string
	Content      string
	State        State
	CancelReason string
	LeaderName   string
	ContactPhone string
	PlaceName    string
	Latitude     *float64 // degrees, GCJ-02
	Longitude    *float64
	FenceMetres  int // check-in only within so many metres; 0 for none
	Approval     string
	CheckinMode  string
	MinAge       int    // years; 0 for none
	Skills       string // words needed, joined by commas
	Risks        string // what to know first, joined by line feeds (志愿服务条例 Art 12)
	Insured      bool   // accident insurance taken out (志愿服务条例 Art 17)
	NextStartsAt *store.Time
	CreatedBy    int64
	CreatedAt    store.Time
}

// SkillWords gives the skills needed.
func (a *Activity) SkillWords() []string { return words(a.Skills, ",") }

// RiskLines gives the risks told.
func (a *Activity) RiskLines() []string { return words(a.Risks, "\n") }

func words(joined, sep string) []string {
	if joined == "" {
		return []string{}
	}
	return strings.Split(joined, sep)
}

// ShiftState tells whether a shift was called off.
type ShiftState string

// The states of a shift.
const (
	ShiftOpen      ShiftState = "open"
	ShiftCancelled ShiftState = "cancelled"
)

// Shift is one time span of an activity with its places.
type Shift struct {
	ID         int64
	ActivityID int64
	UnitID     int64 // the activity's
	SeriesID   *int64
	StartsAt   store.Time
	EndsAt     store.Time
	Capacity   int
	Taken      int // places confirmed or offered; never above Capacity (rule 1)
	Waitlisted int // people waiting
	State      ShiftState
	Secret     string // of its rotating code
	Swept      bool   // the timed work after its end is done
	CreatedAt  store.Time
}

// Minutes is the shift's own length.
func (s *Shift) Minutes() int { return int(s.EndsAt.Sub(s.StartsAt.Time) / time.Minute) }

// Series is a rule that made shifts, by week-day.
type Series struct {
	ID         int64
	ActivityID int64
	Weekdays   string // "2,4": 1 Monday to 7 Sunday
	StartTime  string // "09:00" in Asia/Shanghai
	EndTime    string // before StartTime: on the next day
	FromDate   string
	UntilDate  string
	Capacity   int
	CreatedAt  store.Time
}

// TableName names the table.
func (Series) TableName() string { return "shift_series" }

// Limits are the settings that people argue about.
type Limits struct {
	CancelNotice     time.Duration // a place can be given back until so long before the start
	PromotionConfirm time.Duration // time to confirm an offer from the waitlist
	CheckinWindow    time.Duration // check-in opens so long before, check-out closes so long after
	LateCheckin      time.Duration // a code read without signal may be sent so much later
	CodeStep         time.Duration // a code changes after so long
	WorstAccuracy    float64       // metres; a worse position goes to attention
}

const (
	maxShift        = 24 * time.Hour
	maxSeriesShifts = 200
	maxSeriesDays   = 366
)

var (
	errShiftTimes = fault.BadFields(fault.Field{Name: "ends_at", Message: "结束时间要晚于开始时间，且不超过 24 小时"})
	errShiftPast  = fault.New(fault.Unprocessable, "shift_in_past", "班次的开始时间已经过去，请选以后的时间")
	errFence      = fault.BadFields(fault.Field{Name: "fence_metres", Message: "要先在地图上选好地点，才能设签到范围"})
	errNoShift    = fault.New(fault.Unprocessable, "no_shift", "还没有可以报名的班次，请先加一个班次再发布")
	errStarted    = fault.New(fault.Conflict, "shift_started", "班次已经开始，不能再改了")
	errBelowTaken = fault.New(fault.Conflict, "capacity_below_taken", "名额不能少于已占用的名额")
	errUnfinished = fault.New(fault.Conflict, "attendance_open", "还有班次没结束或到场没确认，先确认到场再结束活动")
	errSeries     = fault.BadFields(fault.Field{Name: "until_date", Message: "结束日期要晚于开始日期，最多跨一年、200 个班次"})
	errNoDay      = fault.BadFields(fault.Field{Name: "weekdays", Message: "这段日期里没有符合的日子"})
)

// checkTimes refuses a shift that ends before it starts, or lasts over a day.
func checkTimes(starts, ends time.Time) error {
	if !ends.After(starts) || ends.Sub(starts) > maxShift {
		return errShiftTimes
	}
	return nil
}
