package httpapi

import (
	"context"
	"slices"
	"strconv"
	"time"

	"yimi/api"
	"yimi/internal/activity"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/store"
)

// SignUp takes a place on a shift.
func (s *Server) SignUp(ctx context.Context, r api.SignUpRequestObject) (api.SignUpResponseObject, error) {
	wait := r.Body != nil && or(r.Body.Waitlist, false)
	l, err := s.Activities.SignUp(ctx, r.ID, wait)
	if err != nil {
		return nil, err
	}
	return api.SignUp201JSONResponse(s.signup(auth.From(ctx), l)), nil
}

// signup maps a sign-up; what is for staff alone is left out for its volunteer.
func (s *Server) signup(a auth.Actor, l *activity.SignupLine) api.Signup {
	limits := s.Activities.Limits()
	out := api.Signup{
		ID: l.ID, State: api.SignupState(l.State), Position: some(l.Position), Reason: some(l.Reason),
		OfferExpiresAt: shownIf(l.OfferExpiresAt), AskedAgain: some(l.AskedAgain), ShiftID: l.ShiftID, ActivityID: l.ActivityID, ActivityTitle: l.ActivityTitle,
		CampaignName: l.CampaignName, Art: api.Art(l.Art), PlaceName: l.PlaceName, Location: coordinate(l.Latitude, l.Longitude),
		StartsAt: shown(l.StartsAt), EndsAt: shown(l.EndsAt), CheckinMode: api.CheckinMode(l.CheckinMode),
		CancelUntil:      shown(store.At(l.StartsAt.Add(-limits.CancelNotice))),
		CheckinOpensAt:   shown(store.At(l.StartsAt.Add(-limits.CheckinWindow))),
		CheckoutClosesAt: shown(store.At(l.EndsAt.Add(limits.CheckinWindow))),
		CheckedInAt:      shownIf(l.InAt), CheckedOutAt: shownIf(l.OutAt), CreatedAt: shown(l.CreatedAt),
		PersonID: l.PersonID, PersonName: l.PersonName, Skills: []api.Skill{},
	}
	if a.OnlyReads(l.UnitPath) && a.PersonID != l.PersonID {
		out.PersonName, out.Reason = maskName(l.PersonName), nil
	}
	if a.Manages(l.UnitPath) {
		out.HasPhone, out.RefusedBefore = some(l.HasPhone), some(l.RefusedBefore)
		out.MinutesTotal, out.Skills = l.MinutesTotal, strs[api.Skill]((&activity.Activity{Skills: l.Skills}).SkillWords())
		if age := l.Age(); age >= 0 {
			out.Age = &age
		}
	}
	return out
}

// GetSignup gives one sign-up.
func (s *Server) GetSignup(ctx context.Context, r api.GetSignupRequestObject) (api.GetSignupResponseObject, error) {
	l, err := s.Activities.Signup(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	return api.GetSignup200JSONResponse(s.signup(auth.From(ctx), l)), nil
}

// CancelSignup gives a place back.
func (s *Server) CancelSignup(ctx context.Context, r api.CancelSignupRequestObject) (api.CancelSignupResponseObject, error) {
	var t texts
	why := ""
	if r.Body != nil {
		why = t.optional("reason", r.Body.Reason, 200)
	}
	if err := t.err(); err != nil {
		return nil, err
	}
	l, err := s.Activities.CancelSignup(ctx, r.ID, why)
	if err != nil {
		return nil, err
	}
	return api.CancelSignup200JSONResponse(s.signup(auth.From(ctx), l)), nil
}

// ConfirmSignup takes an offered place.
func (s *Server) ConfirmSignup(ctx context.Context, r api.ConfirmSignupRequestObject) (api.ConfirmSignupResponseObject, error) {
	l, err := s.Activities.ConfirmSignup(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	return api.ConfirmSignup200JSONResponse(s.signup(auth.From(ctx), l)), nil
}

// TakeSignup gives somebody on the waitlist a place.
func (s *Server) TakeSignup(ctx context.Context, r api.TakeSignupRequestObject) (api.TakeSignupResponseObject, error) {
	l, err := s.Activities.TakeSignup(ctx, r.ID, r.Body != nil && or(r.Body.AddPlace, false))
	if err != nil {
		return nil, err
	}
	return api.TakeSignup200JSONResponse(s.signup(auth.From(ctx), l)), nil
}

// ListMySignups lists the actor's sign-ups.
func (s *Server) ListMySignups(ctx context.Context, r api.ListMySignupsRequestObject) (api.ListMySignupsResponseObject, error) {
	keys, err := readCursor(r.Params.Cursor, 2)
	if err != nil {
		return nil, err
	}
	var after *store.Time
	if keys[1] != 0 {
		at := store.At(time.UnixMilli(keys[0]))
		after = &at
	}
	past, limit := or(r.Params.When, api.ListMySignupsParamsWhenComing) == api.ListMySignupsParamsWhenPast, limitOf(r.Params.Limit)
	rows, err := s.Activities.Mine(ctx, past, after, keys[1], limit+1)
	if err != nil {
		return nil, err
	}
	rows, next := page(rows, limit, func(l *activity.SignupLine) string { return cursor(l.EndsAt.UnixMilli(), l.ID) })
	return api.ListMySignups200JSONResponse{NextCursor: next, Items: s.signups(ctx, rows)}, nil
}

func (s *Server) signups(ctx context.Context, rows []activity.SignupLine) []api.Signup {
	a := auth.From(ctx)
	return mapped(rows, func(l *activity.SignupLine) api.Signup { return s.signup(a, l) })
}

// ListSignups lists sign-ups for staff.
func (s *Server) ListSignups(ctx context.Context, r api.ListSignupsRequestObject) (api.ListSignupsResponseObject, error) {
	keys, err := readCursor(r.Params.Cursor, 1)
	if err != nil {
		return nil, err
	}
	limit := limitOf(r.Params.Limit)
	rows, err := s.Activities.Signups(ctx, activity.SignupQuery{State: activity.SignupState(or(r.Params.State, "")),
		ShiftID: or(r.Params.ShiftID, 0), After: keys[0], Limit: limit + 1})
	if err != nil {
		return nil, err
	}
	rows, next := page(rows, limit, func(l *activity.SignupLine) string { return cursor(l.ID) })
	return api.ListSignups200JSONResponse{NextCursor: next, Items: s.signups(ctx, rows)}, nil
}

// OpenSignupContact opens a volunteer's phone.
func (s *Server) OpenSignupContact(ctx context.Context, r api.OpenSignupContactRequestObject) (api.OpenSignupContactResponseObject, error) {
	c, err := s.Activities.OpenContact(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	return api.OpenSignupContact200JSONResponse{Name: c.Name, Phone: c.Phone}, nil
}

// DecideSignups approves or rejects many.
func (s *Server) DecideSignups(ctx context.Context, r api.DecideSignupsRequestObject) (api.DecideSignupsResponseObject, error) {
	out, err := decide(ctx, r.Body, s.Activities.DecideSignups)
	return api.DecideSignups200JSONResponse(out), err
}

// GetMyCode gives the actor's own rotating code.
func (s *Server) GetMyCode(ctx context.Context, _ api.GetMyCodeRequestObject) (api.GetMyCodeResponseObject, error) {
	c := s.Activities.PersonCode(ctx)
	return api.GetMyCode200JSONResponse{Token: c.Token, ExpiresAt: shown(store.At(c.ExpiresAt))}, nil
}

// GetCheckinCode gives staff the code to show.
func (s *Server) GetCheckinCode(ctx context.Context, r api.GetCheckinCodeRequestObject) (api.GetCheckinCodeResponseObject, error) {
	c, err := s.Activities.ShiftCode(ctx, r.ID, activity.Kind(or(r.Params.Kind, "")))
	if err != nil {
		return nil, err
	}
	return api.GetCheckinCode200JSONResponse{
		Kind: api.CheckinKind(c.Kind), Token: c.Token, Digits: c.Digits, ExpiresAt: shown(store.At(c.ExpiresAt)), StepSeconds: int(s.Activities.Limits().CodeStep.Seconds()),
		ActivityTitle: c.Activity.Title, StartsAt: shown(c.Shift.StartsAt), EndsAt: shown(c.Shift.EndsAt),
		SignedUp: c.Shift.Taken, CheckedIn: c.CheckedIn, CheckedOut: c.CheckedOut, Latest: append([]string{}, c.Latest...),
	}, nil
}

var errOneCode = fault.BadFields(fault.Field{Name: "token", Message: "请扫码，或输入六位数字和班次"})

// CheckIn records the actor's check-in or check-out.
func (s *Server) CheckIn(ctx context.Context, r api.CheckInRequestObject) (api.CheckInResponseObject, error) {
	b := r.Body
	if (b.Token == nil) == (b.Digits == nil) || b.Digits != nil && (b.ShiftID == nil || b.Kind == nil) {
		return nil, errOneCode
	}
	c := activity.Checkin{Kind: activity.Kind(or(b.Kind, "")), Token: or(b.Token, ""), ShiftID: or(b.ShiftID, 0), Digits: or(b.Digits, ""), ReadAt: b.ReadAt,
		Sure: or(b.Sure, false), Join: or(b.Join, false) && b.Token != nil}
	var err error
	if c.Position, err = s.position(ctx, b.Location); err != nil {
		return nil, err
	}
	out, err := s.Activities.CheckIn(ctx, c)
	if err != nil {
		return nil, err
	}
	answer := checkin(out)
	if slices.Contains(answer.Attention, api.AttentionReason(activity.NoLocation)) {
		answer.Advice = some(noLocationAdvice)
	}
	return api.CheckIn200JSONResponse(answer), nil
}

// noLocationAdvice is for an activity that asks where one is, when nobody may know or can tell.
const noLocationAdvice = "签到已记下，这次没有用到位置，工作人员会核实一下。想下次直接通过，可以在“隐私与授权”里同意用位置，或请工作人员扫您的码"

func checkin(r *activity.Recorded) api.Checkin {
	return api.Checkin{SignupID: r.ID, Kind: api.CheckinKind(r.Kind), At: shown(store.At(r.At)), Repeated: r.Repeated,
		Attention: attention(r.Attention), PersonName: r.PersonName, ActivityTitle: r.ActivityTitle,
		StartsAt: shown(r.StartsAt), EndsAt: shown(r.EndsAt), Minutes: r.Minutes}
}

func attention(joined string) []api.AttentionReason {
	return strs[api.AttentionReason]((&activity.Attendance{Attention: joined}).Reasons())
}

// ScanVolunteer records a volunteer whose own code staff scanned.
func (s *Server) ScanVolunteer(ctx context.Context, r api.ScanVolunteerRequestObject) (api.ScanVolunteerResponseObject, error) {
	out, err := s.Activities.Scan(ctx, r.ID, activity.Scanned{Kind: activity.Kind(r.Body.Kind), Token: r.Body.Token,
		Sure: or(r.Body.Sure, false), Join: or(r.Body.Join, false)})
	if err != nil {
		return nil, err
	}
	return api.ScanVolunteer200JSONResponse(checkin(out)), nil
}

// GetAttendance gives a shift's attendance.
func (s *Server) GetAttendance(ctx context.Context, r api.GetAttendanceRequestObject) (api.GetAttendanceResponseObject, error) {
	sheet, err := s.Activities.Attendance(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	a := auth.From(ctx)
	rows := mapped(sheet.Rows, func(l *activity.SignupLine) api.AttendanceRow { return attendanceRow(a, l) })
	can := false
	for _, row := range rows {
		can = can || a.Manages(sheet.Activity.UnitPath) && row.State == api.SignupStateConfirmed && row.OutAt != nil
	}
	return api.GetAttendance200JSONResponse{
		ShiftID: sheet.Shift.ID, ActivityID: sheet.Activity.ID, ActivityTitle: sheet.Activity.Title, StartsAt: shown(sheet.Shift.StartsAt),
		EndsAt: shown(sheet.Shift.EndsAt), Capacity: sheet.Shift.Capacity, Over: sheet.Over, CanConfirm: can, Items: rows,
	}, nil
}

func attendanceRow(a auth.Actor, l *activity.SignupLine) api.AttendanceRow {
	out := api.AttendanceRow{SignupID: l.ID, PersonID: l.PersonID, PersonName: l.PersonName, State: api.SignupState(l.State),
		InAt: shownIf(l.InAt), InMethod: some(api.CheckinMethod(l.InMethod)), OutAt: shownIf(l.OutAt), OutMethod: some(api.CheckinMethod(l.OutMethod)),
		Minutes: l.PresenceMinutes(), Attention: attention(l.Attention), EntryID: l.EntryID,
		ProposedMinutes: l.ProposedMins, ProposedByName: some(l.ProposedByName), HasPhone: l.HasPhone,
		WaitsFor: some(api.WaitsFor(l.WaitsFor)), SignedUpAt: shown(l.CreatedAt), WalkIn: some(l.WalkIn)}
	if age := l.Age(); age >= 0 {
		out.Age = &age
	}
	if a.OnlyReads(l.UnitPath) {
		out.PersonName, out.Age, out.HasPhone = maskName(l.PersonName), nil, false
	}
	if l.EntryMinutes != nil {
		out.Minutes = *l.EntryMinutes
	}
	return out
}

var errTwice = fault.BadFields(fault.Field{Name: "items", Message: "同一位志愿者只能出现一次"})

// RecordAttendance confirms, corrects or marks absent.
func (s *Server) RecordAttendance(ctx context.Context, r api.RecordAttendanceRequestObject) (api.RecordAttendanceResponseObject, error) {
	var t texts
	deeds, seen := make([]activity.Deed, len(r.Body.Items)), map[int64]bool{}
	for i, it := range r.Body.Items {
		if seen[it.SignupID] {
			return nil, errTwice
		}
		seen[it.SignupID] = true
		deeds[i] = activity.Deed{SignupID: it.SignupID, Action: string(it.Action), Given: spanOf(it.Given), Minutes: or(it.Minutes, 0),
			Reason: t.optional("items."+strconv.Itoa(i)+".reason", it.Reason, 200)}
	}
	if err := t.err(); err != nil {
		return nil, err
	}
	done, err := s.Activities.RecordAttendance(ctx, r.ID, deeds)
	out, err := batch(done, err)
	return api.RecordAttendance200JSONResponse(out), err
}

// ListAttention lists what needs a look.
func (s *Server) ListAttention(ctx context.Context, r api.ListAttentionRequestObject) (api.ListAttentionResponseObject, error) {
	keys, err := readCursor(r.Params.Cursor, 1)
	if err != nil {
		return nil, err
	}
	limit := limitOf(r.Params.Limit)
	rows, err := s.Activities.Attention(ctx, keys[0], limit+1)
	if err != nil {
		return nil, err
	}
	rows, next := page(rows, limit, func(l *activity.SignupLine) string { return cursor(l.ID) })
	return api.ListAttention200JSONResponse{NextCursor: next, Items: mapped(rows, func(l *activity.SignupLine) api.AttentionItem {
		return api.AttentionItem{Row: attendanceRow(auth.From(ctx), l), ShiftID: l.ShiftID, ActivityID: l.ActivityID, ActivityTitle: l.ActivityTitle,
			StartsAt: shown(l.StartsAt), EndsAt: shown(l.EndsAt)}
	})}, nil
}
