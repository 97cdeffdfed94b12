package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/feature"
	"yimi/internal/hours"
	"yimi/internal/identity"
)

// twice gives both accounts one phone and finds them.
func twice(t *testing.T, s *apptest.Site, a, b auth.Actor) int64 {
	t.Helper()
	for _, p := range []auth.Actor{a, b} {
		phone := "13995301234"
		_, err := s.Identity.UpdateMe(apptest.As(p), identity.Patch{Phone: &phone})
		apptest.Must(t, err)
	}
	apptest.Must(t, s.Identity.FindDuplicates(t.Context()))
	apptest.Must(t, s.Identity.FindDuplicates(t.Context())) // once
	var d identity.Duplicate
	apptest.Must(t, s.Store.Read(t.Context()).Where("low_id = ? AND high_id = ?", a.PersonID, b.PersonID).Take(&d).Error)
	return d.ID
}

// soon is a shift of an activity of its own, two hours from now.
func soon(s *apptest.Site) activity.Shift {
	from := s.Clock.Now().Sub(apptest.Start)
	return s.Publish(s.Draft(), apptest.At(from+2*time.Hour, 5))[0].Shift
}

// worked gives a volunteer credited hours on a shift of their own.
func worked(t *testing.T, s *apptest.Site, a auth.Actor, stay time.Duration) {
	t.Helper()
	shift := soon(s)
	g := s.SignUp(a, shift.ID)
	s.Serve(a, shift, stay)
	s.Clock.Advance(24 * time.Hour)
	_, err := s.Record(s.Staff, shift.ID, activity.Deed{SignupID: g.ID, Action: "confirm"})
	apptest.Must(t, err)
}

func merge(t *testing.T, s *apptest.Site, who auth.Actor, id, keep int64, key string) apptest.Answer {
	t.Helper()
	return s.Call(t, who, "POST", fmt.Sprintf("/people/duplicates/%d/settle", id), map[string]any{"outcome": "merge", "keep_id": keep, "reason": "本人到站核对过证件"}, "Idempotency-Key", "merge-key-"+key)
}

func TestTwoAccountsBecomeOne(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		people := s.People("林晓雯", "林晓雯（旧）")
		kept, gone := people[0], people[1]
		worked(t, s, kept, 60*time.Minute)
		worked(t, s, gone, 90*time.Minute)
		coming := s.SignUp(gone, soon(s).ID)
		totals := func() [2]int64 {
			c, err := s.Hours.CampaignTotals(t.Context(), s.Campaign)
			apptest.Must(t, err)
			return [2]int64{c[s.Campaign].Minutes, c[s.Campaign].Entries}
		}
		before := totals()
		id := twice(t, s, kept, gone)
		for name, c := range map[string]struct {
			who  auth.Actor
			want int
		}{"a volunteer": {kept, 403}, "staff of another unit": {s.StaffOf(s.Other, "丁立强"), 404}, "nobody": {auth.Actor{}, 401}} {
			if a := merge(t, s, c.who, id, kept.PersonID, name[:4]+"-x"); a.Status != c.want {
				t.Errorf("%s: %d %s", name, a.Status, a.Problem.Code)
			}
		}
		if a := merge(t, s, s.Staff, id, s.Staff.PersonID, "neither"); a.Status != http.StatusBadRequest {
			t.Error(a.Status)
		}
		token := s.Token(gone)
		both := apptest.All([]auth.Actor{s.Staff, s.Second}, func(i int, p auth.Actor) apptest.Answer {
			return merge(t, s, p, id, kept.PersonID, fmt.Sprintf("race-%d", i))
		})
		if tally := apptest.Tally(both); tally["204 "] != 1 || tally["409 bad_transition"] != 1 {
			t.Fatal(tally)
		}
		if totals() != before {
			t.Errorf("the campaign has %v, had %v", totals(), before)
		}
		total, err := s.Hours.TotalOf(t.Context(), kept.PersonID)
		if err != nil || total.Minutes != 150 || total.Entries != 2 {
			t.Error(total, err)
		}
		if s.Count("campaign_people", "person_id = ?", gone.PersonID) != 0 || s.Count("hour_entries", "person_id = ?", gone.PersonID) != 1 {
			t.Error("the history moved, or the roll-up did not")
		}
		if g := s.Signup(coming.ID); g.PersonID != kept.PersonID {
			t.Error("what is to come stayed behind")
		}
		if a := s.Ask(t, "GET", "/me", nil, "Authorization", "Bearer "+token); a.Status != http.StatusUnauthorized {
			t.Error("the old account is still signed in:", a.Status)
		}
		if s.Count("audit_entries", "operation = 'settleDuplicate'") != 2 {
			t.Error("the merge is not in the audit log")
		}
		mine, err := s.Hours.EntriesOf(t.Context(), kept.PersonID, hours.Filter{Limit: 1})
		if err != nil || len(mine) != 1 || mine[0].PersonID != gone.PersonID {
			t.Error(mine, err)
		}
		rest, err := s.Hours.EntriesOf(t.Context(), kept.PersonID, hours.Filter{Limit: 5, Before: mine[0].Key})
		if err != nil || len(rest) != 1 || rest[0].PersonID != kept.PersonID {
			t.Error(rest, err)
		}
		var entry int64
		apptest.Must(t, s.Store.Read(t.Context()).Table("hour_entries").Select("id").Where("person_id = ?", gone.PersonID).Take(&entry).Error)
		var old struct {
			MayDispute bool `json:"may_dispute"`
		}
		if a := s.Call(t, kept, "GET", fmt.Sprintf("/hours/entries/%d", entry), nil); a.Status != http.StatusOK || json.Unmarshal(a.Body, &old) != nil || !old.MayDispute {
			t.Errorf("who has the account cannot see its old entries, or doubt them: %d %s", a.Status, a.Body)
		}
		out, err := s.Hours.Export(t.Context(), feature.Account{PersonID: kept.PersonID})
		apptest.Must(t, err)
		if e := out.(hours.Export).Entries; len(e) != 2 || e[0].AccountID != gone.PersonID || !e[0].Merged || e[1].AccountID != kept.PersonID || e[1].Merged {
			t.Errorf("the export does not tell the two accounts apart: %+v", e)
		}
		page := unzip(t, s.Call(t, kept, "POST", "/me/export", nil).Body)["index.html"]
		if said := fmt.Sprintf("合并前的账号 %d<", gone.PersonID); strings.Count(page, "合并前的账号") != 1 || !strings.Contains(page, said) {
			t.Errorf("%q is not on the page", said)
		}
		// A correction of an old entry goes on in its chain, and moves the total of the one account.
		p, err := s.Hours.ProposeCorrection(apptest.As(s.Staff), entry, 80, nil, "中途离开")
		apptest.Must(t, err)
		if a := s.Call(t, s.Second, "POST", "/hours/proposals/decide", map[string]any{"ids": []int64{p.ID}, "decision": "approve"}, "Idempotency-Key", "decide-000001"); a.Status != http.StatusOK {
			t.Fatal(a.Status, a.Problem.Code)
		}
		if total, _ = s.Hours.TotalOf(t.Context(), kept.PersonID); total.Minutes != 140 {
			t.Error(total)
		}
		s.Whole(t)
	})
}

func TestWhatWouldBeTwiceIsNotMerged(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		people := s.People("赵一", "赵一（旧）", "钱二", "钱二（旧）", "孙三", "孙三（旧）")
		shift := s.Shift(10)
		s.SignUp(people[0], shift.ID)
		s.SignUp(people[1], shift.ID)
		if a := merge(t, s, s.Staff, twice(t, s, people[0], people[1]), people[0].PersonID, "double-1"); a.Problem.Code != "merge_double_booking" {
			t.Error(a.Status, a.Problem.Code)
		}
		worked(t, s, people[2], time.Hour)
		worked(t, s, people[3], time.Hour)
		s.Exec("UPDATE credited_spans SET from_at = (SELECT x FROM (SELECT MIN(from_at) AS x FROM credited_spans) a), to_at = (SELECT x FROM (SELECT MIN(to_at) AS x FROM credited_spans) b)")
		if a := merge(t, s, s.Staff, twice(t, s, people[2], people[3]), people[2].PersonID, "double-2"); a.Problem.Code != "merge_double_hours" {
			t.Error(a.Status, a.Problem.Code)
		}
		s.Exec("INSERT INTO role_grants (person_id, unit_id, role, granted_by, created_at) VALUES (?, ?, 'station_staff', 0, 0)", people[5].PersonID, s.Other.ID)
		id := twice(t, s, people[4], people[5])
		if a := merge(t, s, s.Staff, id, people[4].PersonID, "roles-1"); a.Problem.Code != "merge_has_roles" {
			t.Error(a.Status, a.Problem.Code)
		}
		different := map[string]any{"outcome": "different", "reason": "母女共用一个手机"}
		for i, c := range []struct {
			who  auth.Actor
			want string
		}{{s.Staff, "403 admin_needed"}, {s.AdminOf(s.District, "丁主任"), "204 "}} { // one of the two is staff
			apart := s.Call(t, c.who, "POST", fmt.Sprintf("/people/duplicates/%d/settle", id), different, "Idempotency-Key", fmt.Sprintf("apart-%06d", i))
			if got := fmt.Sprint(apart.Status, " ", apart.Problem.Code); got != c.want {
				t.Error(got, "not", c.want)
			}
		}
		if a := merge(t, s, s.Staff, id, people[5].PersonID, "after-1"); a.Problem.Code != "bad_transition" {
			t.Error(a.Status, a.Problem.Code)
		}
	})
}

// What somebody did with a sign-up by the account that went is still theirs in the export.
func TestOnesOwnStepsStayOnesOwnAfterAMerge(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		people := s.People("林晓雯", "林晓雯（旧）")
		kept, gone := people[0], people[1]
		mine := func(who int64) (n int) {
			t.Helper()
			x, err := s.Activities.Export(t.Context(), feature.Account{PersonID: who})
			apptest.Must(t, err)
			for _, g := range x.(activity.Export).Signups {
				for _, step := range g.Timeline {
					if step.Mine {
						n++
					}
				}
			}
			return n
		}
		s.SignUp(gone, s.Shift(3).ID)
		before := mine(gone.PersonID)
		want(t, merge(t, s, s.Staff, twice(t, s, kept, gone), kept.PersonID, "own-steps"), 204, "")
		if after := mine(kept.PersonID); before == 0 || after != before {
			t.Errorf("%d steps of one's own before, %d after", before, after)
		}
	})
}
