package unit

import "yimi/internal/feature"

// Feature is what this package answers for.
func (s *Service) Feature() feature.Feature {
	return feature.Feature{
		Name:    "unit",
		Tables:  []feature.Table{{Name: "units", Elsewhere: map[string]string{"parent_id": "units"}}},
		Audited: []*feature.Audited{unitLog},
	}
}

var unitLog = &feature.Audited{
	Entity: "unit", Said: "组织单元", NamedBy: "units.name",
	Shown:  map[string]string{"name": "名称", "kind": "类型", "parent_id": "上级单元", "open_hours": "开放时间"},
	Hidden: map[string]string{"phone": "电话", "address": "地址", "latitude": "位置", "longitude": "位置"},
	Values: map[string]string{"city": "市", "district_centre": "区中心", "station": "站", "community": "社区", "room": "室"},
}
