package audit

import (
	"context"
	"slices"
	"time"

	"yimi/internal/feature"
	"yimi/internal/store"
)

// exportLimit bounds each list of an export.
const exportLimit = 10_000

// LineExport is a line of the log about a person: something that they did, or that was done to their account.
type LineExport struct {
	At      time.Time `json:"at"`
	Mine    bool      `json:"mine"` // done by the person
	Role    string    `json:"role"` // as what
	Said    string    `json:"said"`
	Entity  string    `json:"entity"`
	Network string    `json:"network"` // the person's own; "" of somebody else
}

// Export gives what the log has of a person (个人信息保护法 Art 45). What changed is not in it: it is in what was changed, and of others.
func (s *Service) Export(ctx context.Context, of feature.Account) (any, error) {
	var by, to []Row
	db := s.db.Read(ctx)
	if err := db.Where("actor_id = ?", of.PersonID).Order("at, id").Limit(exportLimit).Find(&by).Error; err != nil {
		return nil, err
	}
	err := db.Where("entity = ? AND entity_id = ? AND actor_id <> ?", "person", of.PersonID, of.PersonID).Order("at, id").Limit(exportLimit).Find(&to).Error
	out := make([]LineExport, 0, len(by)+len(to))
	for _, r := range append(by, to...) {
		x := LineExport{At: r.At.In(store.Shanghai), Mine: r.ActorID == of.PersonID || slices.Contains(of.Merged, r.ActorID), Role: RoleSaid(r.Role), Said: s.words.Said(r.Operation), Entity: s.kind(r.Entity).Said}
		if x.Mine {
			x.Network = r.Network
		}
		out = append(out, x)
	}
	return out, err
}
