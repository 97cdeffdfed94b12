package httpapi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/request"
	"yimi/internal/store"
)

// A role of staff that ends asks what it leads and wrote, names who leads from then on, and leaves no draft to nobody;
// an answer that was kept for a replay repeats nothing to who has no role any more.
func TestARoleOfStaffThatEnds(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		s := apptest.NewSite(t, l.World)
		act := l.Draft()
		act.LeaderName = "杨海兰"
		l.Exec("UPDATE people SET name = '杨海兰' WHERE id = ?", l.Staff.PersonID)
		start := store.At(l.Clock.Now().Add(48 * time.Hour))
		shifts := l.Publish(act, activity.Shift{StartsAt: start, EndsAt: store.At(start.Add(time.Hour)), Capacity: 3})
		volunteer := l.Volunteer("白雪")
		l.SignUp(volunteer, shifts[0].ID)
		draft := l.Put(request.Draft, func(r *request.Request) { r.PersonID, r.FiledBy = nil, &l.Staff.PersonID })
		asked := l.Put(request.Submitted)
		path := fmt.Sprintf("/requests/%d/messages", asked.ID)
		say := func() apptest.Answer {
			return s.Call(t, l.Staff, "POST", path, map[string]any{"text": "收到了"}, "Idempotency-Key", "said-once-0001")
		}
		want(t, say(), 200, "")
		grant := fmt.Sprintf("/grants/%d", grantOf(t, l, l.Staff.PersonID))
		a := s.Call(t, l.Admin, "DELETE", grant, nil)
		want(t, a, 409, "role_in_use")
		for _, words := range []string{"1 个还没办的活动", "1 份没交的代办申请"} {
			if !strings.Contains(a.Problem.Detail, words) {
				t.Errorf("%q lacks %q", a.Problem.Detail, words)
			}
		}
		want(t, s.Call(t, l.Admin, "DELETE", fmt.Sprintf("%s?hand_over_to=%d&to_queue=true", grant, l.Second.PersonID), nil), 400, "invalid_fields")
		want(t, s.Call(t, l.Admin, "DELETE", fmt.Sprintf("%s?hand_over_to=%d", grant, l.Second.PersonID), nil), 204, "")
		is, err := l.Activities.Get(apptest.As(l.Second), act.ID)
		apptest.Must(t, err)
		if is.LeaderName == "杨海兰" || is.CreatedBy != l.Staff.PersonID {
			t.Errorf("%+v", is.Activity)
		}
		if n := l.Count("notices", "person_id = ? AND kind = 'activity_changed'", volunteer.PersonID); n != 1 {
			t.Errorf("%d notices", n)
		}
		want(t, s.Call(t, l.Admin, "GET", fmt.Sprintf("/requests/%d", draft.ID), nil), 200, "")
		want(t, s.Call(t, l.Staff, "GET", fmt.Sprintf("/requests/%d", draft.ID), nil), 404, "not_found")
		l.Clock.Advance(time.Hour)
		if a := say(); a.Status == 200 || strings.Contains(string(a.Body), apptest.Words) {
			t.Errorf("said again: %d %s", a.Status, a.Body)
		}
		if n := l.Count("request_notes", "request_id = ?", asked.ID); n != 1 {
			t.Errorf("%d messages", n)
		}
	})
}

// The supervisor is taken away by null, and stays when nothing is said of one.
func TestASupervisorIsTakenAwayByNull(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		s := apptest.NewSite(t, l.World)
		r := l.Put(request.InService)
		notes := fmt.Sprintf("/requests/%d/case-notes", r.ID)
		patch := func(body string) {
			t.Helper()
			want(t, s.Call(t, l.Staff, "PATCH", fmt.Sprintf("/providers/%d", l.Worker.PersonID), body), 200, "")
		}
		patch(`{"daily_cap":3}`)
		want(t, s.Call(t, l.Supervisor, "GET", notes, nil), 200, "")
		patch(`{"supervisor_id":null}`)
		want(t, s.Call(t, l.Supervisor, "GET", notes, nil), 404, "not_found")
		patch(fmt.Sprintf(`{"supervisor_id":%d}`, l.Supervisor.PersonID))
		want(t, s.Call(t, l.Supervisor, "GET", notes, nil), 200, "")
	})
}

func grantOf(t *testing.T, l *apptest.Loop, personID int64) (id int64) {
	t.Helper()
	apptest.Must(t, l.Store.Read(t.Context()).Table("role_grants").Select("id").Where("person_id = ?", personID).Take(&id).Error)
	return id
}

// Who takes over what a role leaves is somebody of the district with a role: a resident's name does not come
// to stand on public activities.
func TestActivitiesAreHandedToSomebodyOfTheDistrict(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		s := apptest.NewSite(t, l.World)
		act := l.Draft()
		act.LeaderName = "杨海兰"
		start := store.At(l.Clock.Now().Add(48 * time.Hour))
		l.Publish(act, activity.Shift{StartsAt: start, EndsAt: store.At(start.Add(time.Hour)), Capacity: 3})
		l.Exec("UPDATE people SET name = '杨海兰' WHERE id = ?", l.Staff.PersonID)
		elsewhere, err := l.Units.Bootstrap(t.Context(), "利通区社会工作服务中心")
		apptest.Must(t, err)
		grant := fmt.Sprintf("/grants/%d?hand_over_to=", grantOf(t, l, l.Staff.PersonID))
		for _, nobody := range []int64{l.Neighbour.PersonID, l.StaffOf(elsewhere, "马立强").PersonID, l.Staff.PersonID, 987654} {
			want(t, s.Call(t, l.Admin, "DELETE", fmt.Sprint(grant, nobody), nil), 422, "not_of_the_district")
		}
		leads := func(name string) {
			t.Helper()
			if is, err := l.Activities.Get(apptest.As(l.Second), act.ID); err != nil || is.LeaderName != name {
				t.Errorf("%s leads, %v", is.LeaderName, err)
			}
		}
		leads("杨海兰")
		l.Exec("UPDATE people SET name = '马晓梅' WHERE id = ?", l.Worker.PersonID)
		want(t, s.Call(t, l.Admin, "DELETE", fmt.Sprint(grant, l.Worker.PersonID), nil), 204, "")
		leads("马晓梅")
	})
}

// A name that two of the district bear says of what others made nothing: the activities of somebody of the same name
// stay theirs, and so do those that a third one made. What the one whose role ends made goes, and with it what others
// made while nobody else bears the name.
func TestANamesakesActivitiesStayTheirs(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		s := apptest.NewSite(t, l.World)
		l.Exec("UPDATE people SET name = '马秀兰' WHERE id IN (?, ?)", l.Second.PersonID, l.Staff.PersonID)
		start := store.At(l.Clock.Now().Add(48 * time.Hour))
		var made []int64
		for _, who := range []auth.Actor{l.Second, l.Admin, l.Staff} {
			act := l.Draft()
			act.LeaderName = "马秀兰"
			is, err := l.Activities.Create(apptest.As(who), act, []activity.Shift{{StartsAt: start, EndsAt: store.At(start.Add(time.Hour)), Capacity: 3}})
			apptest.Must(t, err)
			made = append(made, is.ID)
		}
		ends := func(who auth.Actor, inHand string, led ...string) {
			t.Helper()
			grant := fmt.Sprintf("/grants/%d", grantOf(t, l, who.PersonID))
			if a := s.Call(t, l.Admin, "DELETE", grant, nil); a.Problem.Code != "role_in_use" || !strings.Contains(a.Problem.Detail, inHand) {
				t.Errorf("%+v", a.Problem)
			}
			want(t, s.Call(t, l.Admin, "DELETE", grant+"?to_queue=true", nil), 204, "")
			for i, name := range led {
				is, err := l.Activities.Get(apptest.As(l.Admin), made[i])
				apptest.Must(t, err)
				if is.LeaderName != name {
					t.Errorf("%d is led by %q, want %q", i, is.LeaderName, name)
				}
			}
		}
		ends(l.Staff, "1 个还没办的活动", "马秀兰", "马秀兰", l.Station.Name)
		ends(l.Second, "2 个还没办的活动", l.Station.Name, l.Station.Name)
	})
}
