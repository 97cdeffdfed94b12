package hours

import (
	"yimi/internal/fault"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// DisputeState is where a dispute stands.
type DisputeState string

// The states of a dispute.
const (
	DisputeOpen      DisputeState = "open"
	DisputeCorrected DisputeState = "corrected" // a correction was proposed or approved
	DisputeKept      DisputeState = "kept"      // the entry is right, with the reason
)

// DisputeMoves is the workflow of a dispute: staff answer it, either way.
var DisputeMoves = []workflow.Move[DisputeState]{
	workflow.On(DisputeOpen, "correct", DisputeCorrected, workflow.ByStaff),
	workflow.On(DisputeOpen, "keep", DisputeKept, workflow.ByStaff, workflow.BySystem), // the account is closed
}

// Dispute is a volunteer's doubt about an entry of theirs, which the recording unit checks
// and answers promptly (志愿服务记录与证明出具办法 Art 12, 13).
type Dispute struct {
	ID         int64
	EntryID    int64
	OpenEntry  *int64 // EntryID while open: one open dispute for each entry
	PersonID   int64  // the volunteer
	UnitID     int64
	State      DisputeState
	Words      string
	Answer     string
	AnsweredBy *int64
	CreatedAt  store.Time
	AnsweredAt *store.Time
}

// TableName names the table.
func (Dispute) TableName() string { return "hour_disputes" }

// DisputeLine is a dispute with what screens show beside it.
type DisputeLine struct {
	Dispute
	OwnerID        int64
	PersonName     string
	AnsweredByName string
	ActivityTitle  string
	Minutes        int
	StartsAt       store.Time
	EndsAt         store.Time
	UnitPath       string
}

var (
	errDisputeOpen  = fault.New(fault.Conflict, "dispute_open", "这一条您已经提出过疑问，工作人员正在核对")
	errNoCorrection = fault.New(fault.Unprocessable, "no_correction", "还没有提出更正。请先在这条时长记录里提出更正，再答复")
)
