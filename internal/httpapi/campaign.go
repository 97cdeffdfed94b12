package httpapi

import (
	"context"

	"yimi/api"
	"yimi/internal/auth"
	"yimi/internal/campaign"
	"yimi/internal/hours"
)

// hidden stands for a volunteer who did not agree to be named.
const hidden = "志愿者***"

func named(name string, agreed bool) string {
	if !agreed {
		return hidden
	}
	return name
}

// ListCampaigns lists all campaigns with their totals.
func (s *Server) ListCampaigns(ctx context.Context, _ api.ListCampaignsRequestObject) (api.ListCampaignsResponseObject, error) {
	lines, err := s.Campaigns.List(ctx)
	if err != nil {
		return nil, err
	}
	return api.ListCampaigns200JSONResponse{Items: mapped(lines, s.campaign)}, nil
}

// GetCampaign gives one campaign, with the actor's part.
func (s *Server) GetCampaign(ctx context.Context, r api.GetCampaignRequestObject) (api.GetCampaignResponseObject, error) {
	l, err := s.Campaigns.Get(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	out := s.campaign(l)
	if a := auth.From(ctx); a.SignedIn() {
		part, err := s.Campaigns.PartOf(ctx, r.ID, a.PersonID)
		if err != nil {
			return nil, err
		}
		out.Mine = &api.CampaignMine{Minutes: part.Minutes, Entries: part.Entries, Rank: some(part.Rank)}
	}
	return api.GetCampaign200JSONResponse(out), nil
}

func (s *Server) campaign(l *campaign.Line) api.Campaign {
	return api.Campaign{
		ID: l.ID, Name: l.Name, Story: l.Story, Art: api.Art(l.Art), UnitID: l.UnitID, UnitName: l.UnitName,
		GoalMinutes: l.GoalMinutes, StartsOn: dateOf(l.StartsOn), EndsOn: dateOf(l.EndsOn), Running: l.Running(s.Store.Now().Time),
		MinutesTotal: l.Totals.Minutes, EntriesTotal: l.Totals.Entries, VolunteersTotal: l.Totals.Volunteers,
	}
}

// CreateCampaign starts a campaign.
func (s *Server) CreateCampaign(ctx context.Context, r api.CreateCampaignRequestObject) (api.CreateCampaignResponseObject, error) {
	var t texts
	t.line("name", &r.Body.Name, 30)
	t.lines("story", &r.Body.Story, 1000)
	if err := t.err(); err != nil {
		return nil, err
	}
	l, err := s.Campaigns.Create(ctx, &campaign.Campaign{
		UnitID: r.Body.UnitID, Name: r.Body.Name, Story: r.Body.Story, Art: string(r.Body.Art),
		GoalMinutes: r.Body.GoalMinutes, StartsOn: dayOf(r.Body.StartsOn), EndsOn: dayOf(r.Body.EndsOn),
	})
	if err != nil {
		return nil, err
	}
	return api.CreateCampaign201JSONResponse(s.campaign(l)), nil
}

// UpdateCampaign changes a campaign.
func (s *Server) UpdateCampaign(ctx context.Context, r api.UpdateCampaignRequestObject) (api.UpdateCampaignResponseObject, error) {
	var t texts
	t.lines("story", r.Body.Story, 1000)
	if err := t.err(); err != nil {
		return nil, err
	}
	p := campaign.Patch{Story: r.Body.Story, Art: (*string)(r.Body.Art), GoalMinutes: r.Body.GoalMinutes}
	if r.Body.EndsOn != nil {
		p.EndsOn = new(dayOf(*r.Body.EndsOn))
	}
	l, err := s.Campaigns.Update(ctx, r.ID, p)
	if err != nil {
		return nil, err
	}
	return api.UpdateCampaign200JSONResponse(s.campaign(l)), nil
}

// GetLeaderboard ranks people or units.
func (s *Server) GetLeaderboard(ctx context.Context, r api.GetLeaderboardRequestObject) (api.GetLeaderboardResponseObject, error) {
	byUnits := or(r.Params.By, api.GetLeaderboardParamsByPeople) == api.GetLeaderboardParamsByUnits
	rows, err := s.Campaigns.Leaderboard(ctx, r.ID, byUnits, limitOf(r.Params.Limit))
	if err != nil {
		return nil, err
	}
	me := auth.From(ctx).PersonID
	return api.GetLeaderboard200JSONResponse{Items: mapped(rows, func(row *campaign.Row) api.LeaderboardRow {
		mine := row.PersonID != 0 && row.PersonID == me
		return api.LeaderboardRow{Rank: row.Rank, Name: named(row.Name, row.Shown || mine), UnitName: some(row.UnitName),
			Minutes: row.Minutes, Entries: row.Entries, IsMe: mine}
	})}, nil
}

// ListCampaignEntries lists the records under a campaign's total.
func (s *Server) ListCampaignEntries(ctx context.Context, r api.ListCampaignEntriesRequestObject) (api.ListCampaignEntriesResponseObject, error) {
	keys, err := readCursor(r.Params.Cursor, 1)
	if err != nil {
		return nil, err
	}
	limit := limitOf(r.Params.Limit)
	rows, err := s.Campaigns.Records(ctx, r.ID, keys[0], limit+1)
	if err != nil {
		return nil, err
	}
	rows, next := page(rows, limit, func(x *hours.Record) string { return cursor(x.ID) })
	return api.ListCampaignEntries200JSONResponse{NextCursor: next, Items: mapped(rows, func(x *hours.Record) api.CampaignEntry {
		return api.CampaignEntry{ID: x.ID, Class: api.EntryClass(x.Class), Minutes: x.Minutes, Name: named(x.Name, x.Shown),
			ActivityTitle: x.ActivityTitle, StartsAt: shown(x.StartsAt)}
	})}, nil
}

// briefs gives what cards show of campaigns.
func (s *Server) briefs(ctx context.Context, ids []int64) (map[int64]api.CampaignBrief, error) {
	rows, err := s.Campaigns.Briefs(ctx, ids)
	out := make(map[int64]api.CampaignBrief, len(rows))
	for id, b := range rows {
		out[id] = api.CampaignBrief{ID: b.ID, Name: b.Name, Art: api.Art(b.Art), GoalMinutes: b.GoalMinutes, MinutesTotal: b.MinutesTotal}
	}
	return out, err
}
