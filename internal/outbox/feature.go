package outbox

import (
	"context"
	"time"

	"yimi/internal/feature"
	"yimi/internal/jobs"
	"yimi/internal/store"
)

// noticeBatches bounds one round of deleting notices, which are many.
const noticeBatches = 200

// Feature is what this package answers for.
func (s *Service) Feature() feature.Feature {
	mine := func(where string) []feature.Person { return []feature.Person{{Column: "person_id", Exported: where}} }
	return feature.Feature{
		Name: "outbox",
		Tables: []feature.Table{
			{Name: "notices", People: mine("notices.notices[]"), Elsewhere: map[string]string{"subject_id": "what the kind is about"}},
			{Name: "subscribe_credits", People: mine("notices.subscribe_messages[]")},
		},
		Reads: map[string]string{
			"people": "whom a message is for",
			"units":  "whose people they are",
		},
		Audited: []*feature.Audited{deliveryLog},
		Forget:  feature.AtOnce(s.Forget), Merge: Merge,
		Part: "notices", Export: s.Export,
		Prunes: []feature.Prune{feature.After(s.Kept, func(ctx context.Context, before store.Time) (int64, error) {
			return s.Prune(ctx, before, noticeBatches)
		})},
		Tasks: []jobs.Task{
			{Name: "deliver", Every: time.Second, Do: s.Deliver},
			{Name: "notices of the closed", Every: time.Hour, Do: func(ctx context.Context) error { _, err := s.PruneClosed(ctx); return err }},
		},
	}
}

var deliveryLog = &feature.Audited{
	Entity: "delivery", Said: "消息",
	Shown:  map[string]string{"delivery": "发送", "fault": "失败原因"},
	Values: map[string]string{"waiting": "待发", "dead": "没发出", "uncertain": "不确定"},
}
