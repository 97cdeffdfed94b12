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
	Search       string   // what it is found by: searched
	Latitude     *float64 // degrees, GCJ-02
	Longitude    *float64
	FenceMetres  int // check-in only within so many metres; 0 for none
	Approval     string
	CheckinMode  string
	MinAge       int    // years; 0 for none
	Skills       string // words needed, joined by commas
	Risks        string // what to know first, joined by line feeds (志愿服务条例 Art 12)
	WhatToBring  string // what volunteers bring along; "" for nothing
	Insured      bool   // accident insurance taken out (志愿服务条例 Art 17)
	NextStartsAt *store.Time
	PublishedAt  *store.Time
	CreatedBy    int64
	CreatedAt    store.Time
}

// searched is what a search looks into.
func (a *Activity) searched() string { return store.Fold(a.Title, a.PlaceName) }

// Patch is what to change of an activity, already checked against the contract; nil stays as it is.
type Patch struct {
	CampaignID            *int64
	Title, Content        *string
	LeaderName            *string
	ContactPhone          *string
	PlaceName             *string
	Location              *Location
	FenceMetres           *int // 0 takes the fence away
	Approval, CheckinMode *string
	MinAge                *int
	Skills, Risks         *[]string
	WhatToBring           *string
	Insured               *bool
}

// columns are the patch as the table has it.
func (p Patch) columns() map[string]any {
	columns := map[string]any{}
	store.Set(columns, "campaign_id", p.CampaignID)
	store.Set(columns, "title", p.Title)
	store.Set(columns, "content", p.Content)
	store.Set(columns, "leader_name", p.LeaderName)
	store.Set(columns, "contact_phone", p.ContactPhone)
	store.Set(columns, "place_name", p.PlaceName)
	store.Set(columns, "fence_metres", p.FenceMetres)
	store.Set(columns, "approval", p.Approval)
	store.Set(columns, "checkin_mode", p.CheckinMode)
	store.Set(columns, "min_age", p.MinAge)
	store.Set(columns, "what_to_bring", p.WhatToBring)
	store.Set(columns, "insured", p.Insured)
	if p.Location != nil {
		columns["latitude"], columns["longitude"] = p.Location.Latitude, p.Location.Longitude
	}
	if p.Skills != nil {
		columns["skills"] = strings.Join(*p.Skills, ",")
	}
	if p.Risks != nil {
		columns["risks"] = strings.Join(*p.Risks, "\n")
	}
	return columns
}

// Location is a place in degrees, GCJ-02.
type Location struct{ Latitude, Longitude float64 }

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

// Line is an activity with the names shown beside it.
type Line struct {
	Activity
	UnitName string
	UnitPath string
	Shifts   []ShiftLine `gorm:"-"`
}

// Limits are the settings that people argue about.
type Limits struct {
	CancelNotice     time.Duration // a place can be given back until so long before the start
	PromotionConfirm time.Duration // time to confirm an offer from the waitlist
	CheckinWindow    time.Duration // check-in opens so long before, check-out closes so long after
	LateCheckin      time.Duration // a code read without signal may be sent so much later
	CodeStep         time.Duration // a code changes after so long
	RemindEvening    time.Duration // since midnight: when people are reminded of the shifts of the next day
	WorstAccuracy    float64       // metres; a worse position goes to attention
}

var (
	errCheckinMode = fault.BadFields(fault.Field{Name: "checkin_mode", Message: "没有这种签到方式，请重新选择"})
	errFence       = fault.BadFields(fault.Field{Name: "fence_metres", Message: "要先在地图上选好地点，才能设签到范围"})
	errNoShift     = fault.New(fault.Unprocessable, "no_shift", "还没有可以报名的班次，请先加一个班次再发布")
	errUnfinished  = fault.New(fault.Conflict, "attendance_open", "还有班次没结束或到场没确认，先确认到场再结束活动")
)
