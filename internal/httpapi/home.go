package httpapi

import (
	"context"
	"time"

	"yimi/api"
	"yimi/internal/activity"
	"yimi/internal/auth"
	"yimi/internal/campaign"
	"yimi/internal/catalogue"
	"yimi/internal/identity"
	"yimi/internal/request"
	"yimi/internal/store"
)

// What the home page shows at most.
const (
	homeComing     = 3
	homeRequests   = 3
	homeServices   = 8
	homeCampaigns  = 6
	homeActivities = 4
	homeCountAhead = 7 * 24 * time.Hour
	homeCountCap   = 99
	workbenchCap   = 99

	workbenchShifts = 20
)

// GetHome gives all that the home page shows, in one request.
func (s *Server) GetHome(ctx context.Context, _ api.GetHomeRequestObject) (api.GetHomeResponseObject, error) {
	out := api.GetHome200JSONResponse{Coming: []api.Signup{}, Requests: []api.Request{}}
	if auth.From(ctx).SignedIn() {
		if err := s.homeOfPerson(ctx, &out); err != nil {
			return nil, err
		}
	}
	campaigns, err := s.Campaigns.List(ctx)
	if err != nil {
		return nil, err
	}
	out.Campaigns = s.runningBriefs(campaigns)
	home := int64(0)
	if out.Station != nil {
		home = out.Station.ID
	}
	services, err := s.Catalogue.List(ctx, home)
	if err != nil {
		return nil, err
	}
	out.Services = mapped(services[:min(len(services), homeServices)], func(l *catalogue.Line) api.ServiceBrief {
		return api.ServiceBrief{ID: l.ID, Name: l.Name, Icon: api.ServiceIcon(l.Icon)}
	})
	lines, err := s.Activities.Near(ctx, home, homeActivities)
	if err != nil {
		return nil, err
	}
	if out.Activities, err = s.activities(ctx, lines); err != nil {
		return nil, err
	}
	n, err := s.Activities.CountOpen(ctx, homeCountAhead, homeCountCap)
	out.OpenActivities = int(n)
	return out, err
}

func (s *Server) runningBriefs(lines []campaign.Line) []api.CampaignBrief {
	out := []api.CampaignBrief{}
	for i := range lines {
		if l := &lines[i]; l.Running(s.Store.Now().Time) && len(out) < homeCampaigns {
			out = append(out, api.CampaignBrief{ID: l.ID, Name: l.Name, Art: api.Art(l.Art), GoalMinutes: l.GoalMinutes, MinutesTotal: l.Totals.Minutes})
		}
	}
	return out
}

func (s *Server) homeOfPerson(ctx context.Context, out *api.GetHome200JSONResponse) error {
	profile, err := s.Identity.Me(ctx)
	if err != nil {
		return err
	}
	person, err := s.person(ctx, profile)
	if err != nil {
		return err
	}
	out.Person, out.Station = &person, person.Unit
	if !auth.From(ctx).Agreed { // who one is, and nothing else
		return nil
	}
	coming, err := s.Activities.Coming(ctx, homeComing)
	if err != nil {
		return err
	}
	out.Coming = s.signups(ctx, coming)
	asked, err := s.Requests.Coming(ctx, homeRequests)
	out.Requests = s.requestLines(ctx, asked)
	return err
}

// GetWorkbench gives staff what waits.
func (s *Server) GetWorkbench(ctx context.Context, _ api.GetWorkbenchRequestObject) (api.GetWorkbenchResponseObject, error) {
	w, err := s.Activities.Work(ctx, workbenchCap, workbenchShifts+1)
	if err != nil {
		return nil, err
	}
	ledger, err := s.Hours.Waiting(ctx, workbenchCap)
	if err != nil {
		return nil, err
	}
	waiting, err := s.Requests.Waiting(ctx, workbenchCap)
	if err != nil {
		return nil, err
	}
	shifts, next := page(w.Shifts, workbenchShifts, workCursor)
	out := api.GetWorkbench200JSONResponse{
		UnitName: w.UnitName, PendingSignups: int(w.PendingSignups), ToConfirm: int(w.ToConfirm), Attention: int(min(w.Attention+ledger.Attention, workbenchCap)),
		Proposals: int(ledger.Proposals), Disputes: int(ledger.Disputes), Shifts: mapped(shifts, workShift), NextCursor: next,
	}
	q := &out.Requests
	q.New, q.Overdue, q.Unassigned, q.ToAccept = waiting[request.QueueNew], waiting[request.QueueOverdue], waiting[request.QueueUnassigned], waiting[request.QueueToAccept]
	q.ToReview, q.ReferredIn, q.FollowUp = waiting[request.QueueToReview], waiting[request.QueueReferredIn], waiting[request.QueueFollowUp]
	q.Messages = waiting[request.QueueMessages]
	return out, nil
}

// ListWorkShifts gives the shifts of the workbench by pages.
func (s *Server) ListWorkShifts(ctx context.Context, r api.ListWorkShiftsRequestObject) (api.ListWorkShiftsResponseObject, error) {
	keys, err := readCursor(r.Params.Cursor, 3)
	if err != nil {
		return nil, err
	}
	limit := limitOf(r.Params.Limit)
	rows, err := s.Activities.WorkShifts(ctx, activity.WorkAfter{Earlier: keys[0] == 1, At: store.At(time.UnixMilli(keys[1])), ID: keys[2]}, limit+1)
	if err != nil {
		return nil, err
	}
	rows, next := page(rows, limit, workCursor)
	return api.ListWorkShifts200JSONResponse{Items: mapped(rows, workShift), NextCursor: next}, nil
}

func workCursor(w *activity.WorkShift) string {
	after, earlier := w.After(), int64(0)
	if after.Earlier {
		earlier = 1
	}
	return cursor(earlier, after.At.UnixMilli(), after.ID)
}

func workShift(x *activity.WorkShift) api.WorkShift {
	return api.WorkShift{ShiftID: x.ID, ActivityID: x.ActivityID, ActivityTitle: x.ActivityTitle, StartsAt: shown(x.StartsAt),
		EndsAt: shown(x.EndsAt), Capacity: x.Capacity, Taken: x.Taken, CheckedIn: x.CheckedIn, Phase: api.WorkShiftPhase(x.Phase),
		State: api.WorkShiftState(x.State), Earlier: x.Earlier}
}

// person maps a profile with the person's totals and unread notices.
func (s *Server) person(ctx context.Context, p *identity.Profile) (api.Person, error) {
	total, err := s.Hours.TotalOf(ctx, p.ID)
	if err != nil {
		return api.Person{}, err
	}
	unread, err := s.Outbox.Unread(ctx, p.ID)
	if err != nil {
		return api.Person{}, err
	}
	out := profile(p)
	out.PrivacyAgreed = p.PrivacyVersion == s.Identity.Notice.Version
	out.MinutesTotal, out.EntriesTotal = total.Minutes, total.Entries
	out.Star, out.UnreadNotices = s.Hours.Stars().Level(total.Minutes), int(unread)
	return out, nil
}

func profile(p *identity.Profile) api.Person {
	out := api.Person{ID: p.ID, Name: p.Name, Sex: some(api.Sex(p.Sex)), IsVolunteer: p.IsVolunteer(),
		Phone: some(maskPhone(p.Phone)), IdentityType: some(api.IdentityType(p.Contact.IdentityType)), IdentityNumber: some(maskNumber(p.IdentityNumber)),
		ShowOnLeaderboard: p.ShowOnLeaderboard, Skills: strs[api.Skill](p.Skills), PasswordOwn: p.PasswordOwn, Roles: []api.Role{{Role: api.RoleNameResident}}}
	if p.BirthDate != nil {
		d := dateOf(*p.BirthDate)
		out.BirthDate = &d
	}
	if p.IsVolunteer() {
		out.Roles = append(out.Roles, api.Role{Role: api.RoleNameVolunteer})
	}
	for _, g := range p.Grants {
		out.Roles = append(out.Roles, api.Role{Role: api.RoleName(g.Role), UnitID: &g.UnitID, UnitName: &g.UnitName})
	}
	if h := p.Home; h != nil {
		out.Unit = &api.Unit{ID: h.ID, ParentID: h.ParentID, Kind: api.UnitKind(h.Kind), Name: h.Name, Phone: some(h.Phone),
			Address: some(h.Address), OpenHours: some(h.OpenHours), Location: coordinate(h.Latitude, h.Longitude)}
	}
	return out
}

// GetSettings gives the limits that screens print.
func (s *Server) GetSettings(context.Context, api.GetSettingsRequestObject) (api.GetSettingsResponseObject, error) {
	l := s.Activities.Limits()
	return api.GetSettings200JSONResponse{
		CancelNoticeMinutes: int(l.CancelNotice.Minutes()), PromotionConfirmMinutes: int(l.PromotionConfirm.Minutes()),
		CheckinWindowMinutes: int(l.CheckinWindow.Minutes()), LateCheckinMinutes: int(l.LateCheckin.Minutes()),
		CodeStepSeconds: int(l.CodeStep.Seconds()), HoldMinutes: int(s.Bookings.HoldFor().Minutes()), GrantRipensHours: s.Identity.Hands.Hours(), MessageTemplates: s.templates(), Demo: s.Config.Demo,
	}, nil
}
