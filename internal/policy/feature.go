package policy

import (
	"time"

	"yimi/internal/feature"
	"yimi/internal/jobs"
)

// Feature is what this package answers for.
func (s *Service) Feature() feature.Feature {
	return feature.Feature{
		Name: "policy",
		Tables: []feature.Table{{Name: "policies", People: []feature.Person{
			{Column: "created_by", Kept: "a limit of a district, set as its admin; that one did is in the log"}}}},
		Audited: []*feature.Audited{policyLog},
		Tasks:   []jobs.Task{{Name: "policies", Every: 15 * time.Second, Do: s.Read}},
	}
}

var policyLog = &feature.Audited{
	Entity: "policy", Said: "规定",
	Shown:  map[string]string{"kind": "类型", "unit_id": "所属单元", "from_day": "从哪天起", "value": "数值"},
	Values: map[string]string{"daily_cap": "每日上限（分钟）", "bookings_of_one": "一人同时约几次", "bookings_by_one": "一户同时约几次", "reschedules": "自己改几次时间"},
}
