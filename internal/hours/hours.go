// Package hours keeps the ledger of volunteer hours: entries that are only ever
// added, chained by hash for each volunteer, with totals that move in the same
// transaction. 志愿服务记录与证明出具办法 (民政部令第67号).
package hours

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"yimi/internal/store"
)

// Class says where an entry's minutes come from.
type Class string

// The classes of entries: from check-in and check-out; by hand with a second
// person's approval; a correction that points at the entry it corrects.
const (
	System     Class = "system"
	Manual     Class = "manual"
	Correction Class = "correction"
)

// Source names what an entry was paid for; (source, id) pays once.
type Source string

// The sources of entries.
const (
	FromSignup   Source = "signup"
	FromProposal Source = "proposal"
)

// known tells whether the words of an entry are ones of these: the database takes any.
func (e *Entry) known() error {
	if !slices.Contains([]Class{System, Manual, Correction}, e.Class) || !slices.Contains([]Source{FromSignup, FromProposal}, e.Source) {
		return fmt.Errorf("hours: there is no entry of class %q from %q", e.Class, e.Source)
	}
	return nil
}

// Entry is one immutable line of the ledger. Besides the minutes it holds what
// Art 7 and 15 ask of a service record: activity, unit, leader, time.
type Entry struct {
	ID           int64
	PersonID     int64
	Sequence     int64 // number in this volunteer's chain, from 1
	Class        Class
	Minutes      int // negative only in a correction downwards
	Source       Source
	SourceID     int64
	CorrectsID   *int64
	ActivityID   int64
	ShiftID      int64
	CampaignID   int64
	UnitID       int64
	LeaderName   string
	StartsAt     store.Time // the shift's
	EndsAt       store.Time
	Month        string // of the service, "2026-11" in Asia/Shanghai
	Reason       string
	RecordedBy   int64  // who confirmed or proposed
	ApprovedBy   *int64 // the second person; nil for class system
	CreatedAt    store.Time
	PreviousHash string
	Hash         string

	// Given is the time credited (rule 13); nil in a correction that leaves it as it is.
	Given *Span `gorm:"-"`
	// DayCap is the most of one day that may be credited; 0 when somebody of the district agreed.
	DayCap time.Duration `gorm:"-"`

	// UnitPath is the unit's; read where it is not given.
	UnitPath string `gorm:"-"`
	// Human are all accounts of the human, as human.Accounts gives them: a minute is one human's.
	Human []int64 `gorm:"-"`

	owner int64      // whose totals it moves, when not PersonID's
	near  []credited // what the human is credited with around Given, as findChain found it
}

// ownerID is whose totals the entry moves.
func (e *Entry) ownerID() int64 {
	if e.owner != 0 {
		return e.owner
	}
	return e.PersonID
}

// together gives the accounts of the human in the order in which all hold them; none where there is one alone.
func (e *Entry) together() []int64 {
	if len(e.Human) < 2 {
		return nil
	}
	return slices.Sorted(slices.Values(e.Human))
}

// TableName names the ledger's table.
func (Entry) TableName() string { return "hour_entries" }

// Service tells whether the entry counts as one time served; corrections do not.
func (e *Entry) services() int {
	if e.Class == Correction {
		return 0
	}
	return 1
}

// ComputeHash is the SHA-256 of every field but the id and the hash itself, in a
// fixed order, with the hash of the volunteer's entry before. The id is left out
// because the database gives it after the hash is made; the sequence stands for it.
func (e *Entry) ComputeHash() string {
	fields := []any{
		e.PreviousHash, e.PersonID, e.Sequence, e.Class, e.Minutes, e.Source, e.SourceID, e.CorrectsID,
		e.ActivityID, e.ShiftID, e.CampaignID, e.UnitID, e.LeaderName, e.StartsAt.UnixMilli(), e.EndsAt.UnixMilli(),
		e.Month, e.Reason, e.RecordedBy, e.ApprovedBy, e.CreatedAt.UnixMilli(),
	}
	raw, _ := json.Marshal(fields) // a list of numbers and texts always encodes
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// Shanghai is the zone of every month.
var Shanghai = store.Shanghai

// MonthOf is the month that an instant falls in, "2026-11".
func MonthOf(t time.Time) string { return t.In(Shanghai).Format("2006-01") }

// Presence gives what of check-in to check-out lies within the shift (rule 3); its minutes are floored.
func Presence(in, out, starts, ends time.Time) Span {
	return Span{store.At(in), store.At(out)}.clip(Span{store.At(starts), store.At(ends)})
}

// Stars is the rule table of star levels: the minutes each level asks, rising.
type Stars []int

// Level is the star that the minutes have reached; 0 for none.
func (s Stars) Level(minutes int) int {
	level := 0
	for i, need := range s {
		if minutes >= need {
			level = i + 1
		}
	}
	return level
}

// Next gives the minutes that the next star asks; false at the highest.
func (s Stars) Next(minutes int) (int, bool) {
	if l := s.Level(minutes); l < len(s) {
		return s[l], true
	}
	return 0, false
}

// Asked gives the minutes that a level asks; 0 for level 0.
func (s Stars) Asked(level int) int {
	if level == 0 {
		return 0
	}
	return s[level-1]
}

// Volunteer is the roll-up of one person and the end of their chain.
type Volunteer struct {
	PersonID int64 `gorm:"primaryKey;autoIncrement:false"`
	Sequence int64
	LastHash string
	Minutes  int
	Entries  int
}

// TableName names the roll-up's table.
func (Volunteer) TableName() string { return "volunteer_hours" }

// Month is the roll-up of one person's month.
type Month struct {
	PersonID int64
	Month    string
	Minutes  int
	Entries  int
}

// TableName names the roll-up's table.
func (Month) TableName() string { return "volunteer_months" }

// Totals are minutes, times served and different people.
type Totals struct {
	Minutes    int64
	Entries    int64
	Volunteers int64
}

// Mine is a volunteer's total with the last twelve months, oldest first.
type Mine struct {
	Volunteer
	Months []Month
}

// Line is an entry with the names shown beside it and the presence under it.
type Line struct {
	Entry
	OwnerID        int64 // the volunteer, or whom the account was merged into
	Key            int64 `gorm:"-"` // the place in a list of a person's entries
	PersonName     string
	ActivityTitle  string
	PlaceName      string
	CampaignName   string
	Art            string
	UnitName       string
	UnitPath       string
	RecordedByName string
	ApprovedByName string
	InAt           *store.Time
	InMethod       string
	OutAt          *store.Time
	OutMethod      string
	FromAt         *store.Time // the time credited; nil in corrections and where corrections left nothing
	ToAt           *store.Time
	Assumed        bool // the time is not known: the minutes from the shift's start

	GrantedByProposer bool // of the proposal that it came from
}

// Record is what anybody may see of an entry under a campaign's total.
type Record struct {
	ID            int64
	Class         Class
	Minutes       int
	Name          string
	Shown         bool // agreed to be named
	ActivityTitle string
	StartsAt      store.Time
}

// Filter narrows a list of one's own entries.
type Filter struct {
	Month      string // "2026-11"; "" for all
	CampaignID int64  // 0 for all
	Before     int64  // only sequences below; 0 for the newest
	Limit      int
}

func lastMonths(now time.Time) []string {
	y, m, _ := now.In(Shanghai).Date()
	out := make([]string, 12)
	for i := range out {
		out[i] = time.Date(y, m-11+time.Month(i), 1, 0, 0, 0, 0, Shanghai).Format("2006-01")
	}
	return out
}
