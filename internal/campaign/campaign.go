// Package campaign keeps the brand campaigns (兰花芬芳, 守护母亲河, 童心路) that
// volunteer hours add up to, their live totals and their leaderboards.
package campaign

import (
	"slices"
	"time"

	"yimi/internal/fault"
	"yimi/internal/hours"
	"yimi/internal/store"
)

// Campaign is one brand with a goal and a period.
type Campaign struct {
	ID          int64
	UnitID      int64 // the owner
	Name        string
	Story       string
	Art         string // which drawing and colours: one of arts
	GoalMinutes int64
	StartsOn    string // first day, "2026-03-01"
	EndsOn      string // last day
	CreatedAt   store.Time
}

// Running tells whether today lies within the period.
func (c *Campaign) Running(now time.Time) bool {
	today := now.In(hours.Shanghai).Format(time.DateOnly)
	return c.StartsOn <= today && today <= c.EndsOn
}

// Line is a campaign with its owner's name and live totals.
type Line struct {
	Campaign
	UnitName string
	UnitPath string
	Totals   hours.Totals `gorm:"-"`
}

// Brief is what a card shows of a campaign.
type Brief struct {
	ID           int64
	Name         string
	Art          string
	GoalMinutes  int64
	MinutesTotal int64
}

// Patch is what to change, already checked against the contract; nil stays as it is.
type Patch struct {
	Story, Art  *string
	GoalMinutes *int64
	EndsOn      *string
}

// check refuses an end before the campaign's start.
func (p Patch) check(now *Campaign) error {
	if p.EndsOn != nil && *p.EndsOn < now.StartsOn {
		return errPeriod
	}
	if p.Art != nil {
		return checkArt(*p.Art)
	}
	return nil
}

var arts = []string{"orchid", "river", "path"}

func checkArt(art string) error {
	if !slices.Contains(arts, art) {
		return errArt
	}
	return nil
}

// Part is one person's part of a campaign.
type Part struct {
	Minutes int
	Entries int
	Rank    int // 0 beyond the first thousand, or with no minutes
}

// Row is one line of a leaderboard.
type Row struct {
	Rank     int
	PersonID int64 // 0 in a leaderboard of units
	Name     string
	Shown    bool // agreed to be named (PIPL Art 25); else the screen says 志愿者***
	UnitName string
	Minutes  int
	Entries  int
}

var (
	errNameTaken = fault.New(fault.Conflict, "name_taken", "已有同名的服务品牌，请换一个名字")
	errArt       = fault.BadFields(fault.Field{Name: "art", Message: "没有这种图样，请重新选择"})
	errPeriod    = fault.BadFields(fault.Field{Name: "ends_on", Message: "结束日期不能早于开始日期"})
)

// rank numbers rows that come by falling minutes; equal minutes have equal rank.
func rank(rows []Row) []Row {
	for i := range rows {
		rows[i].Rank = i + 1
		if i > 0 && rows[i].Minutes == rows[i-1].Minutes {
			rows[i].Rank = rows[i-1].Rank
		}
	}
	return rows
}
