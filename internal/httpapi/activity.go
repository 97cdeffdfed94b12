package httpapi

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"yimi/api"
	"yimi/internal/activity"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/hours"
	"yimi/internal/store"
)

// ListActivities lists published activities by their next shift, or the actor's own.
func (s *Server) ListActivities(ctx context.Context, r api.ListActivitiesRequestObject) (api.ListActivitiesResponseObject, error) {
	p, limit := r.Params, limitOf(r.Params.Limit)
	if or(p.Managed, false) {
		return s.listManaged(ctx, p, limit)
	}
	keys, err := readCursor(p.Cursor, 2)
	if err != nil {
		return nil, err
	}
	lines, err := s.Activities.List(ctx, activity.Query{
		CampaignID: or(p.CampaignID, 0), UnitID: or(p.UnitID, 0), From: p.From, To: p.To, Words: strings.TrimSpace(or(p.Q, "")),
		Open: or(p.Open, false), After: time.UnixMilli(keys[0]), AfterID: keys[1], Limit: limit + 1,
	})
	if err != nil {
		return nil, err
	}
	lines, next := page(lines, limit, func(l *activity.Line) string { return cursor(l.NextStartsAt.UnixMilli(), l.ID) })
	items, err := s.activities(ctx, lines)
	return api.ListActivities200JSONResponse{Items: items, NextCursor: next}, err
}

func (s *Server) listManaged(ctx context.Context, p api.ListActivitiesParams, limit int) (api.ListActivitiesResponseObject, error) {
	if err := staff(auth.From(ctx)); err != nil {
		return nil, err
	}
	keys, err := readCursor(p.Cursor, 1)
	if err != nil {
		return nil, err
	}
	lines, err := s.Activities.Managed(ctx, activity.State(or(p.State, "")), keys[0], limit+1)
	if err != nil {
		return nil, err
	}
	lines, next := page(lines, limit, func(l *activity.Line) string { return cursor(l.ID) })
	items, err := s.activities(ctx, lines)
	return api.ListActivities200JSONResponse{Items: items, NextCursor: next}, err
}

// activities maps a list, with one read for all their campaigns.
func (s *Server) activities(ctx context.Context, lines []activity.Line) ([]api.Activity, error) {
	ids := make([]int64, len(lines))
	for i := range lines {
		ids[i] = lines[i].CampaignID
	}
	briefs, err := s.briefs(ctx, ids)
	a := auth.From(ctx)
	return mapped(lines, func(l *activity.Line) api.Activity { return activityOf(a, l, briefs[l.CampaignID]) }), err
}

// activity maps one; it is the end of every operation that answers with an activity.
func (s *Server) activity(ctx context.Context, l *activity.Line, err error) (api.Activity, error) {
	if err != nil {
		return api.Activity{}, err
	}
	out, err := s.activities(ctx, []activity.Line{*l})
	return out[0], err
}

func activityOf(a auth.Actor, l *activity.Line, brief api.CampaignBrief) api.Activity {
	return api.Activity{
		ID: l.ID, Title: l.Title, Content: l.Content, State: api.ActivityState(l.State), CancelReason: some(l.CancelReason),
		Campaign: brief, UnitID: l.UnitID, UnitName: l.UnitName, LeaderName: l.LeaderName, ContactPhone: l.ContactPhone,
		PlaceName: l.PlaceName, Location: coordinate(l.Latitude, l.Longitude), FenceMetres: some(l.FenceMetres),
		Approval: api.Approval(l.Approval), CheckinMode: api.CheckinMode(l.CheckinMode), MinAge: l.MinAge,
		Skills: strs[api.Skill](l.SkillWords()), Risks: l.RiskLines(), WhatToBring: some(l.WhatToBring), Insured: l.Insured, NextStartsAt: shownIf(l.NextStartsAt),
		Shifts: mapped(l.Shifts, shiftOf), CanManage: a.Manages(l.UnitPath),
	}
}

func shiftOf(x *activity.ShiftLine) api.Shift {
	out := api.Shift{ID: x.ID, SeriesID: x.SeriesID, StartsAt: shown(x.StartsAt), EndsAt: shown(x.EndsAt),
		Capacity: x.Capacity, Taken: x.Taken, Waitlisted: x.Waitlisted, State: api.ShiftState(x.State), ByHand: some(x.ByHand)}
	if m := x.Mine; m != nil {
		out.MySignup = &api.MySignup{ID: m.ID, State: api.SignupState(m.State), OfferExpiresAt: shownIf(m.OfferExpiresAt)}
	}
	return out
}

// CountActivityDays counts the shifts of each coming day.
func (s *Server) CountActivityDays(ctx context.Context, r api.CountActivityDaysRequestObject) (api.CountActivityDaysResponseObject, error) {
	days, err := s.Activities.Days(ctx, or(r.Params.Days, 8))
	if err != nil {
		return nil, err
	}
	return api.CountActivityDays200JSONResponse{Items: mapped(days, func(d *activity.Day) api.DayCount {
		return api.DayCount{Date: dateOf(d.Date), Shifts: d.Shifts}
	})}, nil
}

// GetActivity gives one activity.
func (s *Server) GetActivity(ctx context.Context, r api.GetActivityRequestObject) (api.GetActivityResponseObject, error) {
	l, err := s.Activities.Get(ctx, r.ID)
	out, err := s.activity(ctx, l, err)
	return api.GetActivity200JSONResponse(out), err
}

// CreateActivity drafts an activity.
func (s *Server) CreateActivity(ctx context.Context, r api.CreateActivityRequestObject) (api.CreateActivityResponseObject, error) {
	b := r.Body
	risks := or(b.Risks, nil)
	if err := activityTexts(&b.Title, &b.Content, &b.LeaderName, &b.ContactPhone, &b.PlaceName, b.WhatToBring, risks); err != nil {
		return nil, err
	}
	a := &activity.Activity{
		UnitID: b.UnitID, CampaignID: b.CampaignID, Title: b.Title, Content: b.Content, LeaderName: b.LeaderName,
		ContactPhone: b.ContactPhone, PlaceName: b.PlaceName, FenceMetres: or(b.FenceMetres, 0),
		Approval: string(or(b.Approval, api.ApprovalAutomatic)), CheckinMode: string(or(b.CheckinMode, api.CheckinModeStaffCode)),
		MinAge: or(b.MinAge, 0), Skills: joined(or(b.Skills, nil)), Risks: strings.Join(risks, "\n"),
		WhatToBring: or(b.WhatToBring, ""), Insured: or(b.Insured, false),
	}
	if b.Location != nil {
		a.Latitude, a.Longitude = &b.Location.Latitude, &b.Location.Longitude
	}
	l, err := s.Activities.Create(ctx, a, mapped(or(b.Shifts, nil), newShift))
	out, err := s.activity(ctx, l, err)
	return api.CreateActivity201JSONResponse(out), err
}

func joined(skills []api.Skill) string { return strings.Join(strs[string](skills), ",") }

func newShift(in *api.ShiftInput) activity.Shift {
	return activity.Shift{StartsAt: store.At(in.StartsAt), EndsAt: store.At(in.EndsAt), Capacity: in.Capacity}
}

// activityTexts cleans what people wrote of an activity; nil is not given.
func activityTexts(title, content, leader, phone, place, bring *string, risks []string) error {
	var t texts
	t.line("title", title, 60)
	t.lines("content", content, 2000)
	t.line("leader_name", leader, 40)
	t.phone("contact_phone", phone)
	t.line("place_name", place, 80)
	if bring != nil {
		*bring = t.optional("what_to_bring", bring, 200)
	}
	for i := range risks {
		t.line("risks."+strconv.Itoa(i), &risks[i], 100)
	}
	return t.err()
}

// UpdateActivity changes an activity.
func (s *Server) UpdateActivity(ctx context.Context, r api.UpdateActivityRequestObject) (api.UpdateActivityResponseObject, error) {
	b := r.Body
	risks := or(b.Risks, nil)
	if err := activityTexts(b.Title, b.Content, b.LeaderName, b.ContactPhone, b.PlaceName, b.WhatToBring, risks); err != nil {
		return nil, err
	}
	p := activity.Patch{CampaignID: b.CampaignID, Title: b.Title, Content: b.Content, LeaderName: b.LeaderName, ContactPhone: b.ContactPhone,
		PlaceName: b.PlaceName, Location: (*activity.Location)(b.Location), FenceMetres: b.FenceMetres, Approval: (*string)(b.Approval),
		CheckinMode: (*string)(b.CheckinMode), MinAge: b.MinAge, Risks: b.Risks, WhatToBring: b.WhatToBring, Insured: b.Insured}
	if b.Skills != nil {
		p.Skills = new(strs[string](*b.Skills))
	}
	l, err := s.Activities.Update(ctx, r.ID, p)
	out, err := s.activity(ctx, l, err)
	return api.UpdateActivity200JSONResponse(out), err
}

// PublishActivity opens a draft for sign-up.
func (s *Server) PublishActivity(ctx context.Context, r api.PublishActivityRequestObject) (api.PublishActivityResponseObject, error) {
	l, err := s.Activities.Publish(ctx, r.ID)
	out, err := s.activity(ctx, l, err)
	return api.PublishActivity200JSONResponse(out), err
}

// FinishActivity closes an activity.
func (s *Server) FinishActivity(ctx context.Context, r api.FinishActivityRequestObject) (api.FinishActivityResponseObject, error) {
	l, err := s.Activities.Finish(ctx, r.ID)
	out, err := s.activity(ctx, l, err)
	return api.FinishActivity200JSONResponse(out), err
}

// reason cleans a reason that people will be told.
func reason(r *api.Reason) (string, error) {
	var t texts
	t.line("reason", &r.Reason, 200)
	return r.Reason, t.err()
}

// CancelActivity calls an activity off.
func (s *Server) CancelActivity(ctx context.Context, r api.CancelActivityRequestObject) (api.CancelActivityResponseObject, error) {
	why, err := reason(r.Body)
	if err != nil {
		return nil, err
	}
	l, err := s.Activities.Cancel(ctx, r.ID, why)
	out, err := s.activity(ctx, l, err)
	return api.CancelActivity200JSONResponse(out), err
}

// AddShift adds a shift.
func (s *Server) AddShift(ctx context.Context, r api.AddShiftRequestObject) (api.AddShiftResponseObject, error) {
	l, err := s.Activities.AddShift(ctx, r.ID, newShift(r.Body))
	out, err := s.activity(ctx, l, err)
	return api.AddShift201JSONResponse(out), err
}

// AddSeries adds shifts that repeat.
func (s *Server) AddSeries(ctx context.Context, r api.AddSeriesRequestObject) (api.AddSeriesResponseObject, error) {
	days := make([]string, len(r.Body.Weekdays))
	for i, d := range r.Body.Weekdays {
		days[i] = strconv.Itoa(d)
	}
	l, err := s.Activities.AddSeries(ctx, r.ID, activity.Series{
		Weekdays: strings.Join(days, ","), StartTime: r.Body.StartTime, EndTime: r.Body.EndTime,
		FromDate: dayOf(r.Body.FromDate), UntilDate: dayOf(r.Body.UntilDate), Capacity: r.Body.Capacity,
	})
	out, err := s.activity(ctx, l, err)
	return api.AddSeries201JSONResponse(out), err
}

// UpdateSeries changes the coming shifts of a series.
func (s *Server) UpdateSeries(ctx context.Context, r api.UpdateSeriesRequestObject) (api.UpdateSeriesResponseObject, error) {
	c := activity.SeriesChange{StartTime: r.Body.StartTime, EndTime: r.Body.EndTime, Capacity: r.Body.Capacity, AskAgain: or(r.Body.AskAgain, false)}
	if r.Body.FromDate != nil {
		day := dayOf(*r.Body.FromDate)
		c.FromDate = &day
	}
	l, err := s.Activities.UpdateSeries(ctx, r.ID, c)
	out, err := s.activity(ctx, l, err)
	return api.UpdateSeries200JSONResponse(out), err
}

// UpdateShift changes a shift.
func (s *Server) UpdateShift(ctx context.Context, r api.UpdateShiftRequestObject) (api.UpdateShiftResponseObject, error) {
	l, err := s.Activities.UpdateShift(ctx, r.ID, activity.ShiftChange{StartsAt: r.Body.StartsAt, EndsAt: r.Body.EndsAt, Capacity: r.Body.Capacity,
		AskAgain: or(r.Body.AskAgain, false)})
	out, err := s.activity(ctx, l, err)
	return api.UpdateShift200JSONResponse(out), err
}

// CancelShift calls a shift off.
func (s *Server) CancelShift(ctx context.Context, r api.CancelShiftRequestObject) (api.CancelShiftResponseObject, error) {
	why, err := reason(r.Body)
	if err != nil {
		return nil, err
	}
	l, err := s.Activities.CancelShift(ctx, r.ID, why)
	out, err := s.activity(ctx, l, err)
	return api.CancelShift200JSONResponse(out), err
}

// decide runs a decision on many and maps what became of each.
func decide(ctx context.Context, b *api.DecisionInput, do func(context.Context, []int64, bool, string) ([]activity.Outcome, error)) (api.BatchResult, error) {
	var t texts
	why := t.optional("reason", b.Reason, 200)
	if err := t.err(); err != nil {
		return api.BatchResult{}, err
	}
	return batch(do(ctx, b.Ids, b.Decision == api.DecisionInputDecisionApprove, why))
}

// batch maps what became of each item. An outcome that is a bug or a broken dependency
// makes the whole call one, so that it is logged and answered as such.
func batch(outcomes []activity.Outcome, err error) (api.BatchResult, error) {
	out := api.BatchResult{Items: make([]api.BatchItem, len(outcomes))}
	for i, o := range outcomes {
		out.Items[i] = api.BatchItem{ID: o.ID, Done: o.Err == nil, State: some(o.State), Minutes: some(o.Minutes), WaitsFor: some(api.WaitsFor(o.WaitsFor))}
		if o.Err == nil {
			continue
		}
		f := fault.From(o.Err)
		if f.Kind == fault.Internal || errors.Is(o.Err, store.ErrKeyTaken) {
			return out, o.Err
		}
		out.Items[i] = api.BatchItem{ID: o.ID, Code: &f.Code, Detail: &f.Message}
		if f.Code == hours.ErrTimeCredited.Code && len(f.Openings) > 0 {
			out.Items[i].Rest = &api.TimeSpan{From: shown(store.At(f.Openings[0].StartsAt)), To: shown(store.At(f.Openings[0].EndsAt))}
		}
	}
	return out, err
}
