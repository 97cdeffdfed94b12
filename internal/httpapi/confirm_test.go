package httpapi_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"yimi/internal/app"
	"yimi/internal/apptest"
	"yimi/internal/storetest"
)

// To confirm presence takes few statements, and as many for somebody who has been often.
func TestAConfirmationTakesFewStatements(t *testing.T) {
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
		lin := made.Volunteer("林晓雯")
		for i := range 4 {
			shift := made.Publish(made.Draft(), apptest.At(time.Duration(48*i+5)*time.Hour, 2))[0]
			signup := made.SignUp(lin, shift.ID)
			made.Clock.Set(shift.StartsAt.Time)
			made.Serve(lin, shift.Shift, 2*time.Hour)
			s.Clock.Set(made.Clock.Now())
			mu.Lock()
			seen = nil
			mu.Unlock()
			a := s.Call(t, made.Staff, "POST", fmt.Sprintf("/shifts/%d/attendance", shift.ID),
				map[string]any{"items": []any{map[string]any{"signup_id": signup.ID, "action": "confirm"}}}, "Idempotency-Key", fmt.Sprintf("confirm-%08d", i))
			var out struct{ Items []item }
			a.Into(t, &out)
			mu.Lock()
			if len(out.Items) != 1 || !out.Items[0].Done || i > 0 && len(seen) > confirmStatements {
				t.Errorf("%+v: %d statements (at most %d):\n%s", out.Items, len(seen), confirmStatements, strings.Join(seen, "\n"))
			}
			t.Logf("%d statements", len(seen))
			mu.Unlock()
		}
	})
}

// confirmStatements are those of one confirmation, with the key of its request and the answer that is kept.
const confirmStatements = 20
