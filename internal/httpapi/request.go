package httpapi

import (
	"context"
	"slices"
	"strings"
	"time"

	"yimi/api"
	"yimi/internal/auth"
	"yimi/internal/catalogue"
	"yimi/internal/request"
	"yimi/internal/store"
)

// ---- mapping

// requestLine maps what lists show of a request.
func (s *Server) requestLine(a auth.Actor, l *request.Line) api.Request {
	now := s.Store.Now().Time
	mine := l.PersonID != nil && *l.PersonID == a.PersonID
	out := api.Request{
		ID: l.ID, Number: l.Number, State: api.RequestState(l.State), StateSince: shown(l.StateSince), Mine: mine,
		ServiceTypeID: l.ServiceTypeID, ServiceName: l.ServiceName, Icon: api.ServiceIcon(l.Icon), Confidential: l.Confidential, Mode: api.ServiceMode(l.Mode),
		LengthMinutes: l.LengthMinutes, UnitID: l.UnitID, UnitName: l.UnitName, UnitPhone: l.UnitPhone, Way: api.ServiceWay(l.Way),
		Urgency: api.Urgency(l.Urgency), Words: l.Words(), PersonName: l.PersonName, FiledByName: some(l.FiledByName), BeneficiaryID: l.BeneficiaryID,
		BeneficiaryName: l.BeneficiaryName, Relation: api.Relation(l.Relation), Consent: some(l.Consent), Minor: l.Minor(now), GuardianMissing: l.GuardianMissing(now),
		SubmittedAt: shownIf(l.SubmittedAt), RespondBy: shownIf(l.RespondBy), TimeAskedAt: shownIf(l.TimeAskedAt), Overdue: l.Overdue(now), Reason: some(l.Reason),
		WorkerID: l.WorkerID, WorkerName: some(l.WorkerName), SupervisorName: some(l.SupervisorName), Rating: l.Rating, RatingComment: some(l.RatingComment),
		RatedAt: shownIf(l.RatedAt), CreatedAt: shown(l.CreatedAt), Actions: strs[api.RequestAction](l.Actions),
	}
	if l.HealthBy != "" {
		out.HealthConsent = &api.HealthConsent{By: api.HealthConsentBy(l.HealthBy), Way: api.HealthConsentWay(l.HealthWay)}
	}
	if l.Way == catalogue.AtStation {
		out.Place, out.PlaceNote = some(l.PlaceName), some(l.PlaceNote)
	}
	if age := l.Age(now); age >= 0 {
		out.Age = &age
	}
	if l.WorkerID != nil {
		accepted, level := l.AcceptedAt != nil, api.Qualification(l.WorkerLevel)
		out.Accepted, out.WorkerLevel = &accepted, &level
	}
	if l.Booking != nil {
		b := s.booking(l.Booking)
		until := shown(store.At(l.Booking.StartsAt.Add(-s.Requests.Notice)))
		out.Booking, out.ChangeUntil = &b, &until
	}
	if l.SimilarOpen > 0 && (mine || a.Manages(l.UnitPath)) {
		out.SimilarOpen = &l.SimilarOpen
	}
	if l.Rating != nil && a.Manages(l.UnitPath) && *l.Rating <= 2 {
		done := l.FollowUp == nil
		out.FollowedUp = &done
	}
	if waits := l.MessageWaits != nil; waits && !mine {
		out.MessageWaits = &waits
	}
	if mine {
		out.Phone, out.Address = some(l.Phone()), some(l.Address())
	} else {
		out.Phone = some(maskPhone(l.Phone()))
	}
	if l.Minor(now) && !mine {
		out.BeneficiaryName = maskName(l.BeneficiaryName)
		if l.PersonName == l.BeneficiaryName { // who asks for themselves
			out.PersonName = out.BeneficiaryName
		}
	}
	return out
}

// maskPhone keeps the first three and the last four digits: 138****1234.
func maskPhone(phone string) string {
	if len(phone) < 8 {
		return strings.Repeat("*", len(phone))
	}
	return phone[:3] + "****" + phone[len(phone)-4:]
}

// maskNumber keeps the first three and the last four characters of an identity card's number,
// 640***********123X, and fewer of a shorter one.
func maskNumber(number string) string {
	front, back := 3, 4
	if len(number) < 15 {
		front, back = 1, 2
	}
	if len(number) <= front+back {
		return strings.Repeat("*", len(number))
	}
	return number[:front] + strings.Repeat("*", len(number)-front-back) + number[len(number)-back:]
}

func (s *Server) requestLines(ctx context.Context, rows []request.Line) []api.Request {
	a := auth.From(ctx)
	return mapped(rows, func(l *request.Line) api.Request { return s.requestLine(a, l) })
}

// request maps a request with all that belongs to it; nil, of a refusal, to nothing.
func (s *Server) request(ctx context.Context, d *request.Detail) (out api.Request) {
	if d == nil {
		return out
	}
	a := auth.From(ctx)
	out = s.requestLine(a, &d.Line)
	out.BeneficiaryName, out.PersonName = d.BeneficiaryName, d.PersonName // in full to those who handle it
	answers := mapped(d.Answers(), func(x *catalogue.Answer) api.Answer { return api.Answer{Key: x.Key, Label: x.Label, Values: x.Values} })
	groups, timeline := strs[api.TargetGroup](d.GroupWords()), mapped(d.Timeline, timelineLine)
	visits := mapped(d.Visits, func(v *request.Visit) api.Visit { return visit(v, !out.Mine || !d.Confidential) })
	attachments := mapped(d.Attachments, attachment)
	notes := slices.Contains(d.Actions, "case_note")
	out.Answers, out.Groups, out.Timeline, out.Visits, out.Attachments, out.Looks, out.MayReadNotes = &answers, &groups, &timeline, &visits, &attachments, &d.Looks, &notes
	if len(d.EarlierRatings) > 0 {
		earlier := mapped(d.EarlierRatings, func(g *request.Rating) api.EarlierRating {
			return api.EarlierRating{Rating: g.Rating, Comment: g.Comment, RatedAt: shown(g.RatedAt)}
		})
		out.EarlierRatings = &earlier
	}
	if d.Notes != nil {
		staff := mapped(d.Notes, func(n *request.Note) api.StaffNote {
			return api.StaffNote{ID: n.ID, Text: n.Text, ByName: n.AuthorName, CreatedAt: shown(n.CreatedAt)}
		})
		out.Notes = &staff
	}
	if r := d.Referral; r != nil {
		out.Referral = &api.Referral{UnitID: r.ToUnitID, ToName: r.ToName, Reason: r.Reason, Consent: r.Consent, At: shown(r.CreatedAt), ByName: r.ByName}
	}
	if x := d.Shift; x != nil {
		out.Shift = &api.RequestShift{ActivityID: x.ActivityID, ShiftID: x.ID, StartsAt: shown(x.StartsAt), EndsAt: shown(x.EndsAt), Capacity: x.Capacity, Taken: x.Taken}
	}
	return out
}

func timelineLine(t *request.TimelineLine) api.TimelineLine {
	role := api.TimelineLineByRole(t.ActorRole)
	return api.TimelineLine{Action: api.RequestAction(t.Action), State: api.RequestState(t.ToState), At: shown(t.At), ByName: t.ActorName, ByRole: &role, Text: some(t.Text)}
}

func visit(v *request.Visit, withDone bool) api.Visit {
	out := api.Visit{ID: v.ID, WorkerName: v.WorkerName, StartedAt: shown(v.StartedAt), EndedAt: shownIf(v.EndedAt), Place: v.Place, Minutes: v.Minutes, PersonTimes: v.PersonTimes}
	if withDone {
		out.Done = some(v.Done)
	}
	return out
}

func attachment(a *request.Attachment) api.Attachment {
	return api.Attachment{ID: a.ID, Kind: api.AttachmentKind(a.Kind), Name: a.FileName(), Bytes: int(a.Bytes), ByName: a.AuthorName, Removal: api.AttachmentRemoval(a.Removal), CreatedAt: shown(a.CreatedAt)}
}

func beneficiary(b *request.Beneficiary, now time.Time) api.Beneficiary {
	sex := api.Sex(b.Sex)
	out := api.Beneficiary{ID: b.ID, Name: b.Name, Relation: api.Relation(b.Relation), Sex: &sex, Groups: strs[api.TargetGroup](b.GroupWords()), Phone: some(b.Phone),
		Address: some(b.Address), UnitID: b.UnitID, UnitName: some(b.UnitName), Guardian: b.Guardian, Consent: some(b.Consent)}
	if b.BirthDate != nil {
		born := dateOf(*b.BirthDate)
		out.BirthDate = &born
		if age := b.Age(now); age >= 0 {
			out.Age = &age
		}
	}
	return out
}

// ---- beneficiaries

// ListBeneficiaries lists those the actor asks for.
func (s *Server) ListBeneficiaries(ctx context.Context, _ api.ListBeneficiariesRequestObject) (api.ListBeneficiariesResponseObject, error) {
	rows, err := s.Requests.Beneficiaries(ctx)
	if err != nil {
		return nil, err
	}
	now := s.Store.Now().Time
	return api.ListBeneficiaries200JSONResponse{Items: mapped(rows, func(b *request.Beneficiary) api.Beneficiary { return beneficiary(b, now) })}, nil
}

func (s *Server) keepBeneficiary(ctx context.Context, id int64, in *api.BeneficiaryInput) (api.Beneficiary, error) {
	var t texts
	t.line("name", &in.Name, 40)
	b := &request.Beneficiary{ID: id, Name: in.Name, Relation: string(in.Relation), Sex: string(or(in.Sex, api.SexUnknown)), UnitID: in.UnitID, Guardian: or(in.Guardian, false),
		Consent: t.optional("consent", in.Consent, 100), Address: t.optional("address", in.Address, 120), Phone: t.optionalPhone("phone", in.Phone)}
	b.Name = in.Name
	if in.BirthDate != nil {
		born := dayOf(*in.BirthDate)
		b.BirthDate = &born
	}
	if err := t.err(); err != nil {
		return api.Beneficiary{}, err
	}
	kept, err := s.Requests.KeepBeneficiary(ctx, b, strs[string](or(in.Groups, nil)))
	if err != nil {
		return api.Beneficiary{}, err
	}
	return beneficiary(kept, s.Store.Now().Time), nil
}

// AddBeneficiary keeps somebody the actor asks for.
func (s *Server) AddBeneficiary(ctx context.Context, r api.AddBeneficiaryRequestObject) (api.AddBeneficiaryResponseObject, error) {
	out, err := s.keepBeneficiary(ctx, 0, r.Body)
	return api.AddBeneficiary201JSONResponse(out), err
}

// UpdateBeneficiary changes one.
func (s *Server) UpdateBeneficiary(ctx context.Context, r api.UpdateBeneficiaryRequestObject) (api.UpdateBeneficiaryResponseObject, error) {
	out, err := s.keepBeneficiary(ctx, r.ID, r.Body)
	return api.UpdateBeneficiary200JSONResponse(out), err
}

// RemoveBeneficiary takes one out.
func (s *Server) RemoveBeneficiary(ctx context.Context, r api.RemoveBeneficiaryRequestObject) (api.RemoveBeneficiaryResponseObject, error) {
	return api.RemoveBeneficiary204Response{}, s.Requests.RemoveBeneficiary(ctx, r.ID)
}

// ---- lists

// ListMyRequests lists the actor's requests.
func (s *Server) ListMyRequests(ctx context.Context, r api.ListMyRequestsRequestObject) (api.ListMyRequestsResponseObject, error) {
	keys, err := readCursor(r.Params.Cursor, 1)
	if err != nil {
		return nil, err
	}
	limit := limitOf(r.Params.Limit)
	rows, err := s.Requests.Mine(ctx, request.Filter{Open: r.Params.Open, ServiceTypeID: or(r.Params.ServiceTypeID, 0), Before: keys[0], Limit: limit + 1})
	if err != nil {
		return nil, err
	}
	rows, next := page(rows, limit, byID)
	return api.ListMyRequests200JSONResponse{NextCursor: next, Items: s.requestLines(ctx, rows)}, nil
}

func byID(l *request.Line) string { return cursor(l.ID) }

// ListMyCases lists a worker's cases.
func (s *Server) ListMyCases(ctx context.Context, r api.ListMyCasesRequestObject) (api.ListMyCasesResponseObject, error) {
	keys, err := readCursor(r.Params.Cursor, 3)
	if err != nil {
		return nil, err
	}
	open, limit := or(r.Params.Open, true), limitOf(r.Params.Limit)
	var rows []request.Line
	if open {
		rows, err = s.Requests.OpenCases(ctx, request.CaseKey{Rank: keys[0], Next: keys[1], ID: keys[2]}, limit+1)
	} else {
		rows, err = s.Requests.OverCases(ctx, keys[2], limit+1)
	}
	if err != nil {
		return nil, err
	}
	rows, next := page(rows, limit, func(l *request.Line) string {
		key := l.CaseKey()
		return cursor(key.Rank, key.Next, key.ID)
	})
	return api.ListMyCases200JSONResponse{NextCursor: next, Items: s.requestLines(ctx, rows)}, nil
}

// ListRequests lists requests for staff, by queue or newest first.
func (s *Server) ListRequests(ctx context.Context, r api.ListRequestsRequestObject) (api.ListRequestsResponseObject, error) {
	p, limit := r.Params, limitOf(r.Params.Limit)
	keys, err := readCursor(p.Cursor, 3)
	if err != nil {
		return nil, err
	}
	var rows []request.Line
	if p.Queue != nil {
		rows, err = s.Requests.InQueue(ctx, request.Queue(*p.Queue), request.After{Rank: keys[0], SubmittedAt: time.UnixMilli(keys[1]), ID: keys[2]}, limit+1)
	} else {
		rows, err = s.Requests.List(ctx, request.Filter{State: request.State(or(p.State, "")), Number: or(p.Number, ""), Name: or(p.Name, ""),
			ServiceTypeID: or(p.ServiceTypeID, 0), Before: keys[2], Limit: limit + 1})
	}
	if err != nil {
		return nil, err
	}
	rows, next := page(rows, limit, func(l *request.Line) string {
		at := int64(0)
		if l.SubmittedAt != nil {
			at = l.SubmittedAt.UnixMilli()
		}
		return cursor(int64(l.UrgencyRank), at, l.ID)
	})
	return api.ListRequests200JSONResponse{NextCursor: next, Items: s.requestLines(ctx, rows)}, nil
}

// ---- asking

func givenAnswers(in *[]api.AnswerInput) []catalogue.Given {
	return mapped(or(in, nil), func(x *api.AnswerInput) catalogue.Given { return catalogue.Given{Key: x.Key, Values: x.Values} })
}

func healthOf(in *api.HealthConsent) *request.Health {
	if in == nil {
		return nil
	}
	return &request.Health{By: string(in.By), Way: string(in.Way)}
}

func slotWish(in *api.SlotChoice) *request.SlotWish {
	if in == nil {
		return nil
	}
	return &request.SlotWish{ProviderID: in.ProviderID, StartsAt: in.StartsAt}
}

// CreateRequest asks for a service.
func (s *Server) CreateRequest(ctx context.Context, r api.CreateRequestRequestObject) (api.CreateRequestResponseObject, error) {
	b := r.Body
	var t texts
	ask := request.Ask{ServiceTypeID: b.ServiceTypeID, UnitID: or(b.UnitID, 0), BeneficiaryID: or(b.BeneficiaryID, 0), Way: string(b.Way), Urgency: string(b.Urgency),
		Words: or(optionalLines(&t, "words", b.Words, 500), ""), Answers: givenAnswers(b.Answers), Phone: t.optionalPhone("phone", b.Phone),
		Address: t.optional("address", b.Address, 120), Slot: slotWish(b.Slot), Health: or(healthOf(b.HealthConsent), request.Health{}), Draft: or(b.Draft, false)}
	if c := b.Caller; c != nil {
		t.line("caller.name", &c.Name, 40)
		ask.Caller = &request.Caller{Name: c.Name, BeneficiaryName: t.optional("caller.beneficiary_name", c.BeneficiaryName, 40), Relation: string(c.Relation),
			Groups: strs[string](or(c.Groups, nil)), Consent: t.optional("caller.consent", c.Consent, 100), Guardian: or(c.Guardian, false)}
		if c.BirthDate != nil {
			born := dayOf(*c.BirthDate)
			ask.Caller.BirthDate = &born
		}
	}
	if err := t.err(); err != nil {
		return nil, err
	}
	d, err := s.Requests.Create(ctx, ask)
	return api.CreateRequest201JSONResponse(s.request(ctx, d)), err
}

// UpdateRequest changes a draft, or what was returned.
func (s *Server) UpdateRequest(ctx context.Context, r api.UpdateRequestRequestObject) (api.UpdateRequestResponseObject, error) {
	b := r.Body
	var t texts
	t.phone("phone", b.Phone)
	p := request.Patch{Way: word(b.Way), Urgency: word(b.Urgency), Words: optionalLines(&t, "words", b.Words, 500), Address: optionalLine(&t, "address", b.Address, 120), Phone: b.Phone, Slot: slotWish(b.Slot), Guardian: b.Guardian, Health: healthOf(b.HealthConsent)}
	if b.Answers != nil {
		answers := givenAnswers(b.Answers)
		p.Answers = &answers
	}
	if err := t.err(); err != nil {
		return nil, err
	}
	d, err := s.Requests.Edit(ctx, r.ID, p)
	return api.UpdateRequest200JSONResponse(s.request(ctx, d)), err
}

// GetRequest gives one request.
func (s *Server) GetRequest(ctx context.Context, r api.GetRequestRequestObject) (api.GetRequestResponseObject, error) {
	d, err := s.Requests.Get(ctx, r.ID)
	return api.GetRequest200JSONResponse(s.request(ctx, d)), err
}

// OfferTimes asks who asked to choose another time.
func (s *Server) OfferTimes(ctx context.Context, r api.OfferTimesRequestObject) (api.OfferTimesResponseObject, error) {
	d, err := s.Requests.OfferTimes(ctx, r.ID)
	return api.OfferTimes200JSONResponse(s.request(ctx, d)), err
}

// DecideRequests approves, rejects or returns many.
func (s *Server) DecideRequests(ctx context.Context, r api.DecideRequestsRequestObject) (api.DecideRequestsResponseObject, error) {
	var t texts
	reason := t.optional("reason", r.Body.Reason, 200)
	if err := t.err(); err != nil {
		return nil, err
	}
	done, err := s.Requests.Decide(ctx, r.Body.Ids, string(r.Body.Decision), reason)
	out, err := batch(done, err)
	return api.DecideRequests200JSONResponse(out), err
}
