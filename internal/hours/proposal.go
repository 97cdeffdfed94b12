package hours

import "yimi/internal/store"

// ProposalState is where a proposal stands.
type ProposalState string

// The states of a proposal.
const (
	ProposalPending  ProposalState = "pending"
	ProposalApproved ProposalState = "approved"
	ProposalRejected ProposalState = "rejected"
)

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
}

// TableName names the table.
func (Proposal) TableName() string { return "hour_proposals" }

// ProposalLine is a proposal with the names shown beside it.
type ProposalLine struct {
	Proposal
	PersonName     string
	ProposedByName string
	ActivityTitle  string
	StartsAt       store.Time
	EndsAt         store.Time
	UnitPath       string
}

// correction is the proposal that an entry should have been so many minutes in all,
// when it stands at some with the corrections made so far.
func (e *Entry) correction(minutes, stands int) (*Proposal, error) {
	switch {
	case minutes > int(e.EndsAt.Sub(e.StartsAt.Time).Minutes()):
		return nil, ErrOverShift
	case minutes == stands:
		return nil, ErrNothing
	}
	return &Proposal{Class: Correction, TargetID: e.ID, PersonID: e.PersonID, UnitID: e.UnitID,
		ActivityID: e.ActivityID, ShiftID: e.ShiftID, Minutes: minutes - stands}, nil
}

// corrects is the entry that an approved correction adds.
func (p *Proposal) corrects(e *Entry, by int64) *Entry {
	return &Entry{
		PersonID: e.PersonID, Class: Correction, Minutes: p.Minutes, Source: FromProposal, SourceID: p.ID, CorrectsID: &e.ID,
		ActivityID: e.ActivityID, ShiftID: e.ShiftID, CampaignID: e.CampaignID, UnitID: e.UnitID, LeaderName: e.LeaderName,
		StartsAt: e.StartsAt, EndsAt: e.EndsAt, Reason: p.Reason, RecordedBy: p.ProposedBy, ApprovedBy: &by,
	}
}
