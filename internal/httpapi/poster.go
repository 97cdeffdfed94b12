package httpapi

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"yimi/api"
	"yimi/internal/activity"
	"yimi/internal/poster"
	"yimi/internal/say"
)

// GetActivityPoster draws the poster of an activity.
func (s *Server) GetActivityPoster(ctx context.Context, r api.GetActivityPosterRequestObject) (api.GetActivityPosterResponseObject, error) {
	l, err := s.Activities.Get(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	c, err := s.Campaigns.Get(ctx, l.CampaignID)
	if err != nil {
		return nil, err
	}
	picture, err := s.poster(ctx, poster.Poster{Art: c.Art, Above: c.Name, Title: l.Title, Lines: activityLines(l, s.Store.Now().Time), Foot: l.UnitName + "邀请您"},
		"pkg-activity/activity", l.ID)
	if err != nil {
		return nil, err
	}
	if has(r.Params.IfNoneMatch, picture) {
		return samePoster(picture), nil
	}
	return api.GetActivityPoster200ImagePngResponse{PosterImagePngResponse: newPoster(picture)}, nil
}

// activityLines are when and where: the next shift, and how many more there are.
func activityLines(l *activity.Line, now time.Time) (out []poster.Line) {
	coming := 0
	for i := range l.Shifts {
		x := &l.Shifts[i]
		if x.State != activity.ShiftOpen || !x.EndsAt.After(now) {
			continue
		}
		if coming == 0 {
			out = append(out, poster.Line{Label: "时间", Text: say.Span(x.StartsAt.Time, x.EndsAt.Time)})
		}
		coming++
	}
	if coming > 1 {
		out[0].Text += fmt.Sprintf("，还有 %d 场", coming-1)
	}
	out = append(out, poster.Line{Label: "地点", Text: l.PlaceName})
	if l.WhatToBring != "" {
		out = append(out, poster.Line{Label: "带上", Text: l.WhatToBring})
	}
	return out
}

// GetCampaignPoster draws the poster of a campaign.
func (s *Server) GetCampaignPoster(ctx context.Context, r api.GetCampaignPosterRequestObject) (api.GetCampaignPosterResponseObject, error) {
	c, err := s.Campaigns.Get(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	lines := []poster.Line{{Label: "一起", Text: c.Story}}
	if c.Totals.Minutes > 0 {
		lines = append(lines, poster.Line{Label: "已有", Text: fmt.Sprintf("%d 位志愿者，%s", c.Totals.Volunteers, say.Minutes(int(c.Totals.Minutes)))})
	}
	picture, err := s.poster(ctx, poster.Poster{Art: c.Art, Above: "服务品牌", Title: c.Name, Lines: lines, Foot: c.UnitName + "邀请您"}, "pkg-hours/campaign", c.ID)
	if err != nil {
		return nil, err
	}
	if has(r.Params.IfNoneMatch, picture) {
		return samePoster(picture), nil
	}
	return api.GetCampaignPoster200ImagePngResponse{PosterImagePngResponse: newPoster(picture)}, nil
}

func (s *Server) poster(ctx context.Context, p poster.Poster, page string, id int64) (picture poster.Picture, err error) {
	if p.Code, err = s.MiniCode(ctx, fmt.Sprintf("id=%d", id), page); err != nil {
		return picture, err
	}
	return s.posters.Draw(ctx, p)
}

// posterCache lets a picture be kept by whoever has it, who then asks by its ETag whether it is still the one.
const posterCache = "no-cache"

func has(tag *string, p poster.Picture) bool { return tag != nil && *tag == p.Tag }

func newPoster(p poster.Picture) api.PosterImagePngResponse {
	return api.PosterImagePngResponse{Body: bytes.NewReader(p.PNG), ContentLength: int64(len(p.PNG)),
		Headers: api.PosterResponseHeaders{ETag: p.Tag, CacheControl: posterCache}}
}

func samePoster(p poster.Picture) api.SamePosterResponse {
	return api.SamePosterResponse{Headers: api.SamePosterResponseHeaders{ETag: p.Tag, CacheControl: posterCache}}
}

// GetShiftCode gives the code that opens a shift's check-in.
func (s *Server) GetShiftCode(ctx context.Context, r api.GetShiftCodeRequestObject) (api.GetShiftCodeResponseObject, error) {
	if err := s.Activities.MayAttend(ctx, r.ID); err != nil {
		return nil, err
	}
	picture, err := s.MiniCode(ctx, fmt.Sprintf("shift=%d", r.ID), "pkg-activity/checkin")
	if err != nil {
		return nil, err
	}
	return api.GetShiftCode200ImagePngResponse{Body: bytes.NewReader(picture), ContentLength: int64(len(picture))}, nil
}
