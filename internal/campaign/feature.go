package campaign

import "yimi/internal/feature"

// Feature is what this package answers for. What people gave to a campaign is the ledger's.
func (s *Service) Feature() feature.Feature {
	return feature.Feature{
		Name:   "campaign",
		Tables: []feature.Table{{Name: "campaigns"}},
		Reads: map[string]string{
			"people":          "names of a leaderboard",
			"units":           "whose it is",
			"campaign_people": "the leaderboard",
			"hour_totals":     "the leaderboard of units",
		},
		Audited: []*feature.Audited{campaignLog},
	}
}

var campaignLog = &feature.Audited{
	Entity: "campaign", Said: "服务品牌", NamedBy: "campaigns.name",
	Shown: map[string]string{"name": "名称", "unit_id": "所属单元", "story": "简介", "art": "图样", "goal_minutes": "目标分钟", "starts_on": "开始日期", "ends_on": "结束日期"},
}
