package httpapi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"yimi/internal/apptest"
)

// A time that ends when it starts is refused wherever one is given.
func TestATimeThatEndsWhenItStartsIsRefused(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		l := apptest.NewLoop(s.World)
		shift := s.Shift(3)
		at := s.Clock.Now().Add(48 * time.Hour)
		for name, call := range map[string]func() apptest.Answer{
			"shift": func() apptest.Answer {
				return s.Call(t, s.Staff, "POST", fmt.Sprintf("/activities/%d/shifts", shift.ActivityID), map[string]any{"starts_at": at, "ends_at": at, "capacity": 3})
			},
			"a shift's change": func() apptest.Answer {
				return s.Call(t, s.Staff, "PATCH", fmt.Sprintf("/shifts/%d", shift.ID), map[string]any{"ends_at": shift.StartsAt.Time})
			},
			"series": func() apptest.Answer {
				return s.Call(t, s.Staff, "POST", fmt.Sprintf("/activities/%d/series", shift.ActivityID), map[string]any{"weekdays": []int{1}, "start_time": "09:00", "end_time": "09:00",
					"from_date": "2026-03-10", "until_date": "2026-04-10", "capacity": 3})
			},
			"exception": func() apptest.Answer {
				return s.Call(t, l.Worker, "POST", "/me/provider/exceptions", map[string]any{"date": "2026-04-03", "kind": "extra", "start_time": "14:00", "end_time": "14:00"})
			},
			"weekly hours": func() apptest.Answer {
				return s.Call(t, l.Worker, "POST", "/me/provider/hours", map[string]any{"hours": []any{map[string]any{"weekday": 1, "start_time": "00:00", "end_time": "00:00"}}, "breaks": []any{}})
			},
			"breaks": func() apptest.Answer {
				return s.Call(t, l.Worker, "POST", "/me/provider/hours", map[string]any{"hours": []any{}, "breaks": []any{map[string]any{"weekday": 1, "start_time": "12:00", "end_time": "12:00"}}})
			},
		} {
			if a := call(); a.Problem.Code != "invalid_fields" || len(a.Problem.Fields) != 1 || !strings.Contains(a.Problem.Fields[0].Name, "end") {
				t.Errorf("%s: %d %s %v", name, a.Status, a.Problem.Code, a.Problem.Fields)
			}
		}
		if a := s.Call(t, s.Staff, "PATCH", fmt.Sprintf("/series/%d", 1<<40), map[string]any{"capacity": 3}); a.Status != 404 {
			t.Error(a.Status)
		}
	})
}
