package booking

import (
	"context"
	"strconv"
	"time"

	"yimi/internal/feature"
	"yimi/internal/jobs"
)

// Feature is what this package answers for.
func (s *Service) Feature() feature.Feature {
	return feature.Feature{
		Name: "booking", Tables: tables(),
		Reads: map[string]string{
			"people":        "names, and whose it is",
			"units":         "where it is, and whom that lets see it",
			"requests":      "whom a booking is for, and how many cases a worker has",
			"role_grants":   "who is a worker",
			"service_types": "what is booked, in lists",
		},
		Audited: []*feature.Audited{providerLog, holidayLog},
		Forget:  feature.AtOnce(s.Forget), InHand: InHand, Pass: Pass,
		Part: "bookings", Export: s.Export, Verify: s.verified,
		Tasks: []jobs.Task{{Name: "holds", Every: 15 * time.Second, Do: s.Sweep}},
	}
}

func (s *Service) verified(ctx context.Context, _ func(rows int64)) (feature.Verified, error) {
	problems, err := s.Verify(ctx)
	return feature.Verified{Problems: problems, Whole: "every booking has its time"}, err
}

func tables() []feature.Table {
	mine := func(column, where string) []feature.Person {
		return []feature.Person{{Column: column, Exported: where}}
	}
	kept := func(why string) []feature.Person { return []feature.Person{{Column: "provider_id", Kept: why}} }
	return []feature.Table{
		{Name: "providers", People: []feature.Person{{Column: "person_id", Exported: "bookings.provider", Kept: "that somebody was a worker stays with the cases they had; hours and services are gone, and the name from people"}, {Column: "supervisor_id", Kept: "the worker's: their export names the supervisor"}}},
		{Name: "provider_services", People: mine("provider_id", "bookings.provider.services[]")},
		{Name: "provider_spans", People: mine("provider_id", "bookings.provider.weekly_hours[]")},
		{Name: "provider_exceptions", People: mine("provider_id", "bookings.provider.exceptions[]")},
		{Name: "provider_days", People: kept("how many bookings a day has, which are of those who asked")},
		{Name: "bookings", People: kept("the appointments are of those who asked; a worker has them as cases, not of themselves")},
		{Name: "booking_cells", People: kept("five minutes each of bookings, which are of those who asked")},
		{Name: "holidays"},
	}
}

var providerLog = &feature.Audited{ // by the worker's id
	Entity: "provider", Said: "社工", NamedBy: "people.name",
	Shown:  map[string]string{"unit_id": "所属单元", "level": "职业资格", "supervisor_id": "督导", "daily_cap": "每日上限", "active": "启用"},
	Values: map[string]string{"none": "无", "junior": "助理", "intermediate": "中级", "senior": "高级"},
}

var holidayLog = &feature.Audited{ // by its day, 20260101
	Entity: "holiday", Said: "节假日", Name: dayName,
	Shown:  map[string]string{"day": "日期", "name": "名称", "kind": "类型", "as_weekday": "按周几上班"},
	Values: map[string]string{"off": "放假", "work": "上班"},
}

// dayName is a holiday's id in the log as a day.
func dayName(id int64) string {
	day, err := time.Parse("20060102", strconv.FormatInt(id, 10))
	if err != nil {
		return ""
	}
	return day.Format(time.DateOnly)
}
