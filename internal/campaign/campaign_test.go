package campaign_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"yimi/internal/apptest"
	"yimi/internal/campaign"
	"yimi/internal/hours"
	"yimi/internal/store"
)

var ctx = context.Background()

// credit appends an entry of so many minutes.
func credit(t *testing.T, w *apptest.World, person, unit, source int64, minutes int) {
	t.Helper()
	apptest.Must(t, w.Tx(func(tx *store.Tx) error {
		return hours.Append(tx, &hours.Entry{PersonID: person, Class: hours.System, Minutes: minutes, Source: hours.FromSignup, SourceID: source,
			CampaignID: w.Campaign, UnitID: unit, StartsAt: tx.Now, EndsAt: store.At(tx.Now.Add(24 * time.Hour)), RecordedBy: 1,
			Given: &hours.Span{From: store.At(tx.Now.Add(time.Duration(source) * time.Hour)), To: store.At(tx.Now.Add(time.Duration(source)*time.Hour + time.Duration(minutes)*time.Minute))}})
	}))
}

func TestLeaderboards(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		people := w.People("甲", "乙", "丙", "丁", "戊")
		w.Exec("UPDATE people SET show_on_leaderboard = ? WHERE name = '乙'", false)
		for i, minutes := range []int{60, 90, 60, 30} {
			unit := w.Station.ID
			if i == 1 {
				unit = w.Other.ID
			}
			credit(t, w, people[i].PersonID, unit, int64(i+1), minutes)
		}
		rows, err := w.Campaigns.Leaderboard(ctx, w.Campaign, false, 10)
		apptest.Must(t, err)
		got := ""
		for _, r := range rows {
			got += fmt.Sprintln(r.Rank, r.Name, r.Shown, r.Minutes)
		}
		if got != "1 乙 false 90\n2 丙 true 60\n2 甲 true 60\n4 丁 true 30\n" {
			t.Error(got)
		}
		for i, want := range []int{2, 1, 2, 4, 0} {
			if part, err := w.Campaigns.PartOf(ctx, w.Campaign, people[i].PersonID); err != nil || part.Rank != want {
				t.Errorf("%d: %+v %v, want rank %d", i, part, err, want)
			}
		}
		rows, err = w.Campaigns.Leaderboard(ctx, w.Campaign, true, 10)
		if err != nil || len(rows) != 2 || rows[0].Name != w.Station.Name || rows[0].Minutes != 150 || rows[1].Minutes != 90 || rows[1].Rank != 2 {
			t.Errorf("%+v %v", rows, err)
		}
		if rows, err = w.Campaigns.Leaderboard(ctx, w.Campaign, false, 1); err != nil || len(rows) != 1 {
			t.Error(rows, err)
		}
		_, err = w.Campaigns.Leaderboard(ctx, 1<<40, false, 1)
		apptest.WantCode(t, err, "not_found")
		l, err := w.Campaigns.Get(ctx, w.Campaign)
		if err != nil || l.Totals != (hours.Totals{Minutes: 240, Entries: 4, Volunteers: 4}) {
			t.Errorf("%+v %v", l, err)
		}
	})
}

func TestWhoMakesCampaigns(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		fresh := func(name string) *campaign.Campaign {
			return &campaign.Campaign{UnitID: w.Station.ID, Name: name, Story: "s", Art: "path", GoalMinutes: 60, StartsOn: "2026-03-01", EndsOn: "2026-03-31"}
		}
		_, err := w.Campaigns.Create(apptest.As(w.StaffOf(w.Other, "马立强")), fresh("童心路"))
		apptest.WantCode(t, err, "forbidden")
		_, err = w.Campaigns.Create(apptest.As(w.StaffOf(w.Room, "丁婷婷")), fresh("童心路")) // below
		apptest.WantCode(t, err, "forbidden")
		l, err := w.Campaigns.Create(apptest.As(w.Staff), fresh("童心路"))
		apptest.Must(t, err)
		_, err = w.Campaigns.Create(apptest.As(w.Staff), fresh("童心路"))
		apptest.WantCode(t, err, "name_taken")
		backwards := fresh("倒着的")
		backwards.EndsOn = "2026-02-28"
		_, err = w.Campaigns.Create(apptest.As(w.Staff), backwards)
		apptest.WantCode(t, err, "invalid_fields")
		nowhere := fresh("没有站")
		nowhere.UnitID = 1 << 40
		_, err = w.Campaigns.Create(apptest.As(w.Staff), nowhere)
		apptest.WantCode(t, err, "forbidden")
		_, err = w.Campaigns.Update(apptest.As(w.StaffOf(w.Other, "白国庆")), l.ID, campaign.Patch{Story: new("改了")})
		apptest.WantCode(t, err, "forbidden")
		_, err = w.Campaigns.Update(apptest.As(w.Staff), l.ID, campaign.Patch{EndsOn: new("2026-01-01")})
		apptest.WantCode(t, err, "invalid_fields")
		l, err = w.Campaigns.Update(apptest.As(w.Second), l.ID, campaign.Patch{Story: new("改了"), GoalMinutes: new(int64(120))})
		if err != nil || l.Story != "改了" || l.GoalMinutes != 120 {
			t.Error(l, err)
		}
	})
}

func TestRunningIsTheDayInShanghai(t *testing.T) {
	t.Parallel()
	c := &campaign.Campaign{StartsOn: "2026-03-01", EndsOn: "2026-03-31"}
	for at, want := range map[string]bool{"2026-02-28T15:59:59Z": false, "2026-02-28T16:00:00Z": true, "2026-03-31T15:59:59Z": true, "2026-03-31T16:00:00Z": false} {
		when, err := time.Parse(time.RFC3339, at)
		apptest.Must(t, err)
		if c.Running(when) != want {
			t.Errorf("%s: %v", at, !want)
		}
	}
}
