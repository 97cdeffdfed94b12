package hours

import (
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// ProposalState is where a proposal stands.
type ProposalState string

// The states of a proposal.
const (
	ProposalPending  ProposalState = "pending"
	ProposalApproved ProposalState = "approved"
	ProposalRejected ProposalState = "rejected"
)

// ProposalMoves is the workflow of a proposal: a second person ends it, either way.
var ProposalMoves = []workflow.Move[ProposalState]{
	workflow.On(ProposalPending, "approve", ProposalApproved, workflow.BySecond),
	workflow.On(ProposalPending, "reject", ProposalRejected, workflow.BySecond),
}

// Proposal is an entry that one person wants made and a second has to approve:
// minutes by hand for a sign-up, or a correction of an entry.
type Proposal struct {
	ID             int64
	Class          Class
	State          ProposalState
	TargetID       int64  // the sign-up of a manual one, the entry of a correction
	OpenTarget     *int64 // TargetID while pending: one open proposal for each target
	PersonID       int64  // the volunteer
	UnitID         int64
	ActivityID     int64
	ShiftID        int64
	Minutes        int // to be entered; negative in a correction downwards
	Reason         string
	ProposedBy     int64
	DecidedBy      *int64
	DecisionReason string
	CreatedAt      store.Time
	DecidedAt      *store.Time

	GrantedByProposer bool // one of the two hands held its role from the other alone (rule 8)
}

// TableName names the table.
func (Proposal) TableName() string { return "hour_proposals" }

// ProposalLine is a proposal with the names shown beside it.
type ProposalLine struct {
	Proposal
	OwnerID        int64
	PersonName     string
	ProposedByName string
	ActivityTitle  string
	StartsAt       store.Time
	EndsAt         store.Time
	UnitPath       string
}

// proposal is the frame of a correction; its minutes are set by difference.
func (e *Entry) proposal() *Proposal {
	return &Proposal{Class: Correction, TargetID: e.ID, PersonID: e.PersonID, UnitID: e.UnitID,
		ActivityID: e.ActivityID, ShiftID: e.ShiftID}
}

// difference is what a correction adds so that an entry that stands at some minutes
// comes to others.
func (e *Entry) difference(minutes, stands int) (int, error) {
	switch {
	case minutes > int(e.EndsAt.Sub(e.StartsAt.Time).Minutes()):
		return 0, ErrOverShift
	case minutes == stands:
		return 0, ErrNothing
	}
	return minutes - stands, nil
}

// corrects is the entry that an approved correction adds.
func (p *Proposal) corrects(e *Entry, by int64) *Entry {
	return &Entry{
		PersonID: e.PersonID, Class: Correction, Minutes: p.Minutes, Source: FromProposal, SourceID: p.ID, CorrectsID: &e.ID,
		ActivityID: e.ActivityID, ShiftID: e.ShiftID, CampaignID: e.CampaignID, UnitID: e.UnitID, LeaderName: e.LeaderName,
		StartsAt: e.StartsAt, EndsAt: e.EndsAt, Reason: p.Reason, RecordedBy: p.ProposedBy, ApprovedBy: &by,
	}
}
