package audit

import "yimi/internal/feature"

// Feature is what this package answers for.
func (s *Service) Feature() feature.Feature {
	return feature.Feature{
		Name: "audit",
		Tables: []feature.Table{{Name: "audit_entries",
			People:    []feature.Person{{Column: "actor_id", Exported: "log[mine]", Kept: "who did what is kept with the deed, and never changed; the name is gone from people"}},
			Elsewhere: map[string]string{"district_id": "units", "entity_id": "any record; of a person they are in the log", "request_id": "a line of the request log"}}},
		Reads: map[string]string{
			"people":        "who did it, and merged accounts",
			"units":         "where",
			"guardianships": "minors of the yearly report",
			"requests":      "minors of the yearly report, and numbers",
			"activities":    "what records are called",
			"campaigns":     "what records are called",
			"service_types": "what records are called",
		},
		Audited: []*feature.Audited{Reading},
		Part:    "log", Export: s.Export,
	}
}

// Reading is the kind of this log itself, when it is read.
var Reading = &feature.Audited{Entity: "audit", Said: "操作记录"}
