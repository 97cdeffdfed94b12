package hours

import (
	"yimi/internal/human"
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

// Why tells for what a proposal needs a second person, when not for its class.
type Why string

// The reasons besides.
const (
	WhyDailyCap  Why = "daily_cap" // the day would come to more than the cap: somebody of the district
	WhyAttention Why = "attention" // who made, moved or showed the shift confirms what needs a look
)

// Waits says whom a proposal waits for.
type Waits string

// Whom it may wait for.
const (
	ForColleague   Waits = "colleague"   // another of the station's staff
	ForDistrict    Waits = "district"    // somebody of the district
	ForAppointment Waits = "appointment" // nobody else is there yet
)

// WaitsFor tells whom what needs a second person for the reason waits for, where those others are.
func WaitsFor(others human.Others, why Why) Waits {
	switch {
	case others.Colleagues && why != WhyDailyCap:
		return ForColleague
	case others.District:
		return ForDistrict
	}
	return ForAppointment
}

// Proposal is an entry that one person wants made and a second has to approve:
// minutes by hand for a sign-up, presence that one person does not confirm alone, or a
// correction of an entry.
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
	Minutes        int         // to be entered; negative in a correction downwards
	FromAt         *store.Time // the time to be credited; nil in a correction that leaves it
	ToAt           *store.Time
	Presence       bool // of check-in and check-out: it becomes an entry of class system
	Why            Why
	PolicyID       *int64 // the policy by which the daily cap asks for the district; nil: the setting, or another reason
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
	WaitsFor       Waits `gorm:"-"` // of a pending one in a list
}

// Span is the time to be credited; nil in a correction that leaves it.
func (p *Proposal) Span() *Span {
	if p.FromAt == nil || p.ToAt == nil {
		return nil
	}
	return &Span{*p.FromAt, *p.ToAt}
}

// Give sets the time to be credited.
func (p *Proposal) Give(s *Span) {
	if s != nil {
		p.FromAt, p.ToAt = &s.From, &s.To
	}
}

// proposal is the frame of a correction; its minutes are set by difference.
func (e *Entry) proposal() *Proposal {
	return &Proposal{Class: Correction, TargetID: e.ID, PersonID: e.PersonID, UnitID: e.UnitID,
		ActivityID: e.ActivityID, ShiftID: e.ShiftID}
}

// difference is what a correction adds so that an entry that stands at some minutes
// comes to others; none where only its time changes.
func (e *Line) difference(minutes, stands int, given *Span) (int, error) {
	switch {
	case minutes > int(e.EndsAt.Sub(e.StartsAt.Time).Minutes()):
		return 0, ErrOverShift
	case minutes == stands && (given == nil || e.FromAt != nil && *given == Span{*e.FromAt, *e.ToAt}):
		return 0, ErrNothing
	}
	return minutes - stands, nil
}

// corrects is the entry that an approved correction adds.
func (p *Proposal) corrects(e *Entry, by int64) *Entry {
	return &Entry{
		PersonID: e.PersonID, Class: Correction, Minutes: p.Minutes, Source: FromProposal, SourceID: p.ID, CorrectsID: &e.ID,
		ActivityID: e.ActivityID, ShiftID: e.ShiftID, CampaignID: e.CampaignID, UnitID: e.UnitID, LeaderName: e.LeaderName,
		StartsAt: e.StartsAt, EndsAt: e.EndsAt, Reason: p.Reason, RecordedBy: p.ProposedBy, ApprovedBy: &by, Given: p.Span(),
	}
}
