package outbox

import (
	"context"
	"time"

	"yimi/internal/feature"
	"yimi/internal/store"
)

// exportLimit bounds each list of an export.
const exportLimit = 10_000

// Export is what a person was told, and which messages they let come.
type Export struct {
	Notices []NoticeExport `json:"notices"`
	Credits []CreditExport `json:"subscribe_messages"`
}

// NoticeExport is one notice.
type NoticeExport struct {
	Kind      Kind       `json:"kind"`
	Title     string     `json:"title"`
	Body      string     `json:"body"`
	Delivery  Delivery   `json:"wechat_delivery"`
	CreatedAt time.Time  `json:"created_at"`
	ReadAt    *time.Time `json:"read_at"`
}

// CreditExport is how often a person let a message come, and how many came.
type CreditExport struct {
	Template  string    `json:"template"`
	Accepted  int64     `json:"accepted"`
	Sent      int64     `json:"sent"`
	ChangedAt time.Time `json:"changed_at"`
}

// Export gives all that this package keeps for a person (个人信息保护法 Art 45).
func (s *Service) Export(ctx context.Context, of feature.Account) (any, error) {
	notices, err := noticesOf(s.Store.Read(ctx), of.PersonID, 0, exportLimit)
	if err != nil {
		return nil, err
	}
	credits, err := creditsOf(s.Store.Read(ctx), of.PersonID)
	if err != nil {
		return nil, err
	}
	out := Export{make([]NoticeExport, len(notices)), make([]CreditExport, len(credits))}
	for i, n := range notices {
		out.Notices[i] = NoticeExport{n.Kind, n.Title, n.Body, n.Delivery, n.CreatedAt.In(store.Shanghai), store.Local(n.ReadAt)}
	}
	for i, c := range credits {
		out.Credits[i] = CreditExport{c.Template, c.Accepted, c.Spent, c.ChangedAt.In(store.Shanghai)}
	}
	return out, nil
}
