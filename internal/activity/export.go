package activity

import (
	"context"
	"time"

	"yimi/internal/feature"
	"yimi/internal/human"
	"yimi/internal/store"
)

// exportLimit bounds each list of an export.
const exportLimit = 15_000

// Export is what a volunteer signed up for.
type Export struct {
	Signups []SignupExport `json:"signups"`
}

// SignupExport is a sign-up with its check-in and every step it took.
type SignupExport struct {
	ID        int64          `json:"id"`
	Activity  string         `json:"activity"`
	Campaign  string         `json:"campaign"`
	Place     string         `json:"place"`
	StartsAt  time.Time      `json:"starts_at"`
	EndsAt    time.Time      `json:"ends_at"`
	State     SignupState    `json:"state"`
	Reason    string         `json:"reason"` // why rejected or cancelled
	CreatedAt time.Time      `json:"created_at"`
	InAt      *time.Time     `json:"checked_in_at"`
	InMethod  string         `json:"checked_in_by"`
	InMetres  *int           `json:"checked_in_metres_away"`
	OutAt     *time.Time     `json:"checked_out_at"`
	OutMethod string         `json:"checked_out_by"`
	OutMetres *int           `json:"checked_out_metres_away"`
	Timeline  []StepExport   `json:"timeline"`
	Undone    []UndoneExport `json:"undone"`
}

// UndoneExport is a check-in or check-out that staff took back.
type UndoneExport struct {
	Kind     Kind      `json:"kind"`
	At       time.Time `json:"at"`
	Method   Method    `json:"by"`
	Metres   *int      `json:"metres_away"`
	Reason   string    `json:"reason"`
	UndoneAt time.Time `json:"undone_at"`
}

// StepExport is one step of a sign-up.
type StepExport struct {
	Action string    `json:"action"`
	To     string    `json:"to"`
	Reason string    `json:"reason"`
	Mine   bool      `json:"mine"` // done by the person
	At     time.Time `json:"at"`
}

type exportRow struct {
	SignupLine
	InDistance  *int
	OutDistance *int
}

// Export gives all that this package keeps of a person (个人信息保护法 Art 45).
func (s *Service) Export(ctx context.Context, of feature.Account) (any, error) {
	db := s.db.Read(ctx)
	rows, steps, undone, err := exportOf(db, of.PersonID)
	if err != nil {
		return nil, err
	}
	own, err := human.Accounts(db, of.PersonID) // a sign-up comes along when accounts become one
	if err != nil {
		return nil, err
	}
	out := Export{make([]SignupExport, len(rows))}
	for i, g := range rows {
		out.Signups[i] = SignupExport{g.ID, g.ActivityTitle, g.CampaignName, g.PlaceName, g.StartsAt.In(store.Shanghai), g.EndsAt.In(store.Shanghai),
			g.State, g.Reason, g.CreatedAt.In(store.Shanghai), store.Local(g.InAt), g.InMethod, g.InDistance, store.Local(g.OutAt), g.OutMethod, g.OutDistance, []StepExport{}, []UndoneExport{}}
		for _, t := range steps[g.ID] {
			out.Signups[i].Timeline = append(out.Signups[i].Timeline, StepExport{t.Action, t.ToState, t.Reason, own.Has(t.ActorID), t.At.In(store.Shanghai)})
		}
		for _, u := range undone[g.ID] {
			out.Signups[i].Undone = append(out.Signups[i].Undone, UndoneExport{u.Kind, u.At.In(store.Shanghai), u.Method, u.Distance, u.Reason, u.UndoneAt.In(store.Shanghai)})
		}
	}
	return out, nil
}
