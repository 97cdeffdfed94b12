package httpapi_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/app"
	"yimi/internal/apptest"
	"yimi/internal/storetest"
)

type workPage struct {
	Shifts []struct {
		ShiftID int64 `json:"shift_id"`
		Phase   string
		Earlier bool
	}
	Items []struct {
		ShiftID int64 `json:"shift_id"`
	}
	ToConfirm  int    `json:"to_confirm"`
	NextCursor string `json:"next_cursor"`
}

// The workbench begins with today and goes on by pages, each shift once.
func TestTheWorkbenchGoesOnByPages(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		p := s.Volunteer("林晓雯")
		var shifts []activity.Shift
		for i := range 45 {
			shifts = append(shifts, apptest.At(time.Duration(24*i+5)*time.Hour, 2))
		}
		for _, one := range s.Publish(s.Draft(), shifts...) {
			s.SignUp(p, one.ID)
		}
		s.Clock.Set(apptest.Start.AddDate(0, 0, 44)) // the last is today's
		var first workPage
		s.Call(t, s.Staff, "GET", "/workbench", nil).Into(t, &first)
		if len(first.Shifts) != 20 || first.Shifts[0].Phase != "coming" || !first.Shifts[1].Earlier || first.ToConfirm != 44 {
			t.Fatalf("%+v", first)
		}
		seen := map[int64]bool{}
		for _, one := range first.Shifts {
			seen[one.ShiftID] = true
		}
		for cursor := first.NextCursor; cursor != ""; {
			var next workPage
			s.Call(t, s.Staff, "GET", "/workbench/shifts?limit=10&cursor="+cursor, nil).Into(t, &next)
			for _, one := range next.Items {
				if seen[one.ShiftID] {
					t.Errorf("shift %d twice", one.ShiftID)
				}
				seen[one.ShiftID] = true
			}
			cursor = next.NextCursor
		}
		if len(seen) != 45 {
			t.Errorf("%d shifts on all pages", len(seen))
		}
	})
}

// The statements of a workbench are few, and as many however much waits.
func TestTheWorkbenchTakesFewStatements(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		made := apptest.New(t, url)
		var mu sync.Mutex
		var seen []string
		s := apptest.NewSite(t, apptest.ReopenWith(t, url, []app.Option{app.WithTrace(func(sql string, _ []any, _ int64) {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, sql)
		})}))
		statements := func() []string {
			mu.Lock()
			seen = nil
			mu.Unlock()
			if a := s.Call(t, made.Staff, "GET", "/workbench", nil); a.Status != 200 {
				t.Fatal(a.Status, a.Problem.Code)
			}
			mu.Lock()
			defer mu.Unlock()
			return seen
		}
		statements() // what is read once
		empty := statements()
		var shifts []activity.Shift
		for i := range 30 {
			shifts = append(shifts, apptest.At(time.Duration(24*i+5)*time.Hour, 2))
		}
		for _, one := range made.Publish(made.Draft(), shifts...) {
			made.SignUp(made.Volunteer("林晓雯"), one.ID)
		}
		s.Clock.Set(apptest.Start.AddDate(0, 0, 200))
		full := statements()
		t.Logf("%d statements", len(full))
		if len(full) != len(empty) || len(full) > workbenchStatements {
			t.Errorf("%d statements, and %d with much that waits (at most %d):\n%s", len(empty), len(full), workbenchStatements, strings.Join(full, "\n"))
		}
	})
}

// workbenchStatements are those of the caller's account, the unit's name, whose accounts are one human's, and one each
// for the shifts and for what waits of activities, of the ledger and of requests.
const workbenchStatements = 8
