package hours

import (
	"yimi/internal/fault"
	"yimi/internal/store"
)

// LookReason says why staff must look at an entry.
type LookReason string

// The reasons.
const (
	OldOverlap        LookReason = "old_overlap"         // credited for a time that another entry has, before spans were kept
	OwnHours          LookReason = "own_hours"           // recorded or approved by the human whose it is, as was found out later
	OverCap           LookReason = "daily_cap"           // a day came to more than the cap by a merge
	GrantedByProposer LookReason = "granted_by_proposer" // decided by two of whom one had given the other the role
)

var lookReasons = []LookReason{OldOverlap, OwnHours, OverCap, GrantedByProposer}

// Attention is an entry that staff must look at.
type Attention struct {
	ID        int64
	EntryID   int64
	UnitID    int64
	Reason    LookReason
	OtherID   *int64 // the entry that has the time too
	NeedsLook bool
	Note      string // what came of it; for staff alone
	LookedBy  *int64
	LookedAt  *store.Time
	CreatedAt store.Time
}

// TableName names the table.
func (Attention) TableName() string { return "hour_attention" }

// AttentionLine is an Attention with its entry, and the other of an overlap.
type AttentionLine struct {
	Attention
	Entry Line
	Other *Line
}

var errOwnDeed = fault.New(fault.Forbidden, "second_person_needed", "这一条是您经手的，请另一位工作人员来看")
