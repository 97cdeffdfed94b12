package catalogue

import "yimi/internal/feature"

// Feature is what this package answers for.
func (s *Service) Feature() feature.Feature {
	return feature.Feature{
		Name:   "catalogue",
		Tables: []feature.Table{{Name: "service_types"}},
		Reads: map[string]string{
			"units":    "whose it is",
			"requests": "whether one was asked for, which cannot be deleted then",
		},
		Audited: []*feature.Audited{typeLog},
	}
}

var typeLog = &feature.Audited{
	Entity: "service_type", Said: "服务", NamedBy: "service_types.name",
	Shown: map[string]string{"name": "名称", "unit_id": "所属单元", "field": "领域", "theme": "主题", "line": "一句话介绍", "detail": "详细介绍", "ways": "方式", "mode": "办理方式",
		"instant": "约上即成", "length_minutes": "时长（分钟）", "buffer_minutes": "间隔（分钟）", "horizon_days": "可约天数", "lead_minutes": "提前（分钟）", "groups_served": "服务人群",
		"confidential": "保密", "promises": "答复时限", "min_level": "资格要求", "active": "启用", "position": "次序", "questions": "问题", "icon": "图标", "place_name": "地点"},
	Hidden: map[string]string{"place_note": "地点说明"},
	Values: map[string]string{"request": "按申请", "booking": "按时段", "none": "无", "junior": "助理", "intermediate": "中级", "senior": "高级"},
}
