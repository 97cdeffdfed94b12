package hours

import (
	"context"
	"strings"
	"time"

	"yimi/internal/feature"
	"yimi/internal/store"
)

// exportLimit bounds each list of an export: some forty years of a shift a day.
const exportLimit = 15_000

// Export is a volunteer's record (志愿服务记录与证明出具办法 Art 7), with the chain that proves it.
type Export struct {
	MinutesTotal int              `json:"minutes_total"`
	EntriesTotal int              `json:"entries_total"`
	Entries      []EntryExport    `json:"entries"`
	Disputes     []DisputeExport  `json:"disputes"`
	Proposals    []ProposalExport `json:"proposals"`
	Withheld     []WithheldExport `json:"withheld"`
}

// WithheldExport is a text that is kept for an inspection alone (x-readers of the contract): what came of
// looking at an entry. About what is in it, Ask is to be asked.
type WithheldExport struct {
	Kind    string    `json:"kind"` // entry_looked_at
	EntryID int64     `json:"entry_id"`
	At      time.Time `json:"at"`
	Ask     string    `json:"ask"`
}

// EntryExport is one line of the ledger; who recorded it is not the volunteer's datum.
type EntryExport struct {
	ID           int64      `json:"id"`
	AccountID    int64      `json:"account_id"` // in whose chain it stands: account.id, or an account that was merged into it
	Merged       bool       `json:"merged"`     // the second of the two
	Sequence     int64      `json:"sequence"`
	Class        Class      `json:"class"`
	Minutes      int        `json:"minutes"`
	CorrectsID   *int64     `json:"corrects_id"`
	Activity     string     `json:"activity"`
	Place        string     `json:"place"`
	Campaign     string     `json:"campaign"`
	Unit         string     `json:"unit"`
	Leader       string     `json:"leader"`
	StartsAt     time.Time  `json:"starts_at"`
	EndsAt       time.Time  `json:"ends_at"`
	CreditedFrom *time.Time `json:"credited_from"` // the time that the minutes are for, where it is kept
	CreditedTo   *time.Time `json:"credited_to"`
	Reason       string     `json:"reason"`
	CreatedAt    time.Time  `json:"created_at"`
	PreviousHash string     `json:"previous_hash"`
	Hash         string     `json:"hash"`
}

// DisputeExport is a doubt and what was answered.
type DisputeExport struct {
	EntryID    int64        `json:"entry_id"`
	State      DisputeState `json:"state"`
	Words      string       `json:"words"`
	Answer     string       `json:"answer"`
	CreatedAt  time.Time    `json:"created_at"`
	AnsweredAt *time.Time   `json:"answered_at"`
}

// ProposalExport is minutes by hand, or a correction, that a second person decided on or has yet to.
type ProposalExport struct {
	Class          Class         `json:"class"`
	State          ProposalState `json:"state"`
	Activity       string        `json:"activity"`
	StartsAt       time.Time     `json:"starts_at"` // of the shift
	Minutes        int           `json:"minutes"`
	Reason         string        `json:"reason"`
	DecisionReason string        `json:"decision_reason"`
	CreatedAt      time.Time     `json:"created_at"`
	DecidedAt      *time.Time    `json:"decided_at"`
}

// Export gives all that this package keeps of a person (个人信息保护法 Art 45).
func (s *Service) Export(ctx context.Context, of feature.Account) (any, error) {
	total, err := s.TotalOf(ctx, of.PersonID)
	if err != nil {
		return nil, err
	}
	entries, err := s.EntriesOf(ctx, of.PersonID, Filter{Limit: exportLimit})
	if err != nil {
		return nil, err
	}
	if of.Into != 0 { // they stand with the account's that it was made one with
		entries = nil
	}
	spans, err := creditedTo(s.db.Read(ctx), entries)
	if err != nil {
		return nil, err
	}
	disputes, err := disputesOf(s.db.Read(ctx), of.PersonID)
	if err != nil {
		return nil, err
	}
	looked, err := lookedAt(s.db.Read(ctx), entries)
	if err != nil {
		return nil, err
	}
	proposals, err := proposalsOf(s.db.Read(ctx), of.PersonID)
	if err != nil {
		return nil, err
	}
	out := Export{total.Minutes, total.Entries, make([]EntryExport, len(entries)), make([]DisputeExport, len(disputes)), make([]ProposalExport, len(proposals)), []WithheldExport{}}
	for i, e := range entries {
		out.Entries[i] = EntryExport{e.ID, e.PersonID, e.PersonID != of.PersonID, e.Sequence, e.Class, e.Minutes, e.CorrectsID, e.ActivityTitle, e.PlaceName, e.CampaignName, e.UnitName,
			e.LeaderName, e.StartsAt.In(Shanghai), e.EndsAt.In(Shanghai), store.Local(spans[e.ID].from), store.Local(spans[e.ID].to), e.Reason, e.CreatedAt.In(Shanghai), e.PreviousHash, e.Hash}
	}
	for i, d := range disputes {
		out.Disputes[i] = DisputeExport{d.EntryID, d.State, d.Words, d.Answer, d.CreatedAt.In(Shanghai), store.Local(d.AnsweredAt)}
	}
	for _, l := range looked {
		out.Withheld = append(out.Withheld, WithheldExport{"entry_looked_at", l.EntryID, l.LookedAt.In(Shanghai), strings.TrimSpace(l.UnitName + " " + l.UnitPhone)})
	}
	for i, p := range proposals {
		out.Proposals[i] = ProposalExport{p.Class, p.State, p.ActivityTitle, p.StartsAt.In(Shanghai), p.Minutes, p.Reason, p.DecisionReason, p.CreatedAt.In(Shanghai), store.Local(p.DecidedAt)}
	}
	return out, nil
}
