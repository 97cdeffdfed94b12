package app_test

import (
	"fmt"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/campaign"
	"yimi/internal/identity"
	"yimi/internal/unit"
)

// The database takes any word where more of them will come. The contract refuses what it does not list, and the
// feature by itself does too, for who gets past the contract.
func TestUnknownWordsAreRefused(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		admin := s.AdminOf(s.District, "马文斌")
		as, draft := apptest.As(admin), s.Draft()
		s.Publish(draft, apptest.At(48*time.Hour, 5))
		unitPath, campaignPath, activityPath := fmt.Sprint("/units/", s.Station.ID), fmt.Sprint("/campaigns/", s.Campaign), fmt.Sprint("/activities/", draft.ID)
		made := map[string]any{"unit_id": s.District.ID, "name": "新品牌", "story": "一起", "goal_minutes": 60, "starts_on": "2026-01-01", "ends_on": "2026-12-31"}
		for _, try := range []struct {
			field, method, path string
			body                map[string]any
			past                func() error
		}{
			{"kind", "POST", "/units", map[string]any{"parent_id": s.District.ID, "name": "城关社区"}, func() error {
				_, err := s.Units.Create(as, unit.Input{ParentID: s.District.ID, Kind: "moon", Name: "城关社区"})
				return err
			}},
			{"role", "POST", unitPath + "/invitations", map[string]any{}, func() error {
				_, _, err := s.Identity.Invite(as, s.Station.ID, "moon")
				return err
			}},
			{"role", "POST", unitPath + "/staff", map[string]any{"name": "杨帆", "login": "yang.fan", "password": "long words are best"}, func() error {
				_, err := s.Identity.CreateStaff(as, s.Station.ID, identity.Staff{Name: "杨帆", Login: "yang.fan", Password: "long words are best", Role: auth.Role("moon")})
				return err
			}},
			{"kind", "POST", "/me/consents", map[string]any{"given": true, "version": "1"}, func() error { return s.Identity.Decide(as, "moon", "1", true) }},
			{"art", "POST", "/campaigns", made, func() error {
				_, err := s.Campaigns.Create(as, &campaign.Campaign{UnitID: s.District.ID, Name: "新品牌", Story: "一起", Art: "moon", GoalMinutes: 60, StartsOn: "2026-01-01", EndsOn: "2026-12-31"})
				return err
			}},
			{"art", "PATCH", campaignPath, map[string]any{}, func() error {
				moon := "moon"
				_, err := s.Campaigns.Update(as, s.Campaign, campaign.Patch{Art: &moon})
				return err
			}},
			{"checkin_mode", "PATCH", activityPath, map[string]any{}, func() error {
				moon := "moon"
				_, err := s.Activities.Update(as, draft.ID, activity.Patch{CheckinMode: &moon})
				return err
			}},
		} {
			try.body[try.field] = "moon"
			a := s.Call(t, admin, try.method, try.path, try.body)
			if (a.Status != 400 && a.Status != 422) || len(a.Problem.Fields) == 0 || a.Problem.Fields[0].Name != try.field {
				t.Errorf("%s %s %v: %d %s", try.method, try.path, try.body, a.Status, a.Body)
			}
			if try.past() == nil {
				t.Errorf("%s %s: the feature takes %s moon", try.method, try.path, try.field)
			}
		}
	})
}
