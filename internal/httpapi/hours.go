package httpapi

import (
	"context"

	"yimi/api"
	"yimi/internal/auth"
	"yimi/internal/hours"
	"yimi/internal/human"
	"yimi/internal/store"
)

// GetMyHours gives the actor's total, star and months.
func (s *Server) GetMyHours(ctx context.Context, _ api.GetMyHoursRequestObject) (api.GetMyHoursResponseObject, error) {
	mine, err := s.Hours.Of(ctx, auth.From(ctx).PersonID)
	if err != nil {
		return nil, err
	}
	stars := s.Hours.Stars()
	level := stars.Level(mine.Minutes)
	out := api.GetMyHours200JSONResponse{MinutesTotal: mine.Minutes, EntriesTotal: mine.Entries, Star: level, StarMinutes: stars.Asked(level),
		Months: mapped(mine.Months, func(m *hours.Month) api.MonthHours {
			return api.MonthHours{Month: m.Month, Minutes: m.Minutes, Entries: m.Entries}
		})}
	if next, ok := stars.Next(mine.Minutes); ok {
		out.NextStarMinutes = &next
	}
	return out, nil
}

// ListMyEntries lists the actor's entries.
func (s *Server) ListMyEntries(ctx context.Context, r api.ListMyEntriesRequestObject) (api.ListMyEntriesResponseObject, error) {
	keys, err := readCursor(r.Params.Cursor, 1)
	if err != nil {
		return nil, err
	}
	limit := limitOf(r.Params.Limit)
	rows, err := s.Hours.EntriesOf(ctx, auth.From(ctx).PersonID, hours.Filter{Month: or(r.Params.Month, ""),
		CampaignID: or(r.Params.CampaignID, 0), Before: keys[0], Limit: limit + 1})
	if err != nil {
		return nil, err
	}
	rows, next := page(rows, limit, func(l *hours.Line) string { return cursor(l.Key) })
	return api.ListMyEntries200JSONResponse{NextCursor: next, Items: mapped(rows, entry)}, nil
}

func entry(l *hours.Line) api.HourEntry {
	return api.HourEntry{
		ID: l.ID, Sequence: l.Sequence, Class: api.EntryClass(l.Class), Minutes: l.Minutes, PersonName: l.PersonName,
		ActivityID: l.ActivityID, ActivityTitle: l.ActivityTitle, CampaignID: l.CampaignID, CampaignName: l.CampaignName,
		Art: api.Art(l.Art), UnitName: l.UnitName, LeaderName: l.LeaderName, PlaceName: some(l.PlaceName),
		StartsAt: shown(l.StartsAt), EndsAt: shown(l.EndsAt), InAt: shownIf(l.InAt), InMethod: some(api.CheckinMethod(l.InMethod)),
		OutAt: shownIf(l.OutAt), OutMethod: some(api.CheckinMethod(l.OutMethod)), Reason: some(l.Reason),
		RecordedByName: some(l.RecordedByName), ApprovedByName: some(l.ApprovedByName), CorrectsID: l.CorrectsID,
		GrantedByProposer: onlyIf(l.ApprovedBy != nil, l.GrantedByProposer), CreatedAt: shown(l.CreatedAt), Hash: l.Hash, Given: given(l.FromAt, l.ToAt), Assumed: some(l.Assumed),
	}
}

// audited leaves of an entry what an auditor sees.
func audited(e *api.HourEntry) { e.PersonName, e.Reason = maskName(e.PersonName), nil }

// given is a time as the contract has it; nil where there is none.
func given(from, to *store.Time) *api.TimeSpan {
	if from == nil || to == nil {
		return nil
	}
	return &api.TimeSpan{From: shown(*from), To: shown(*to)}
}

// spanOf is a time that a caller gives; nil where there is none.
func spanOf(s *api.TimeSpan) *hours.Span {
	if s == nil {
		return nil
	}
	return &hours.Span{From: store.At(s.From), To: store.At(s.To)}
}

// onlyIf is a field that is there on a condition.
func onlyIf[T any](there bool, value T) *T {
	if !there {
		return nil
	}
	return &value
}

// GetHourEntry gives one entry down to the check-in.
func (s *Server) GetHourEntry(ctx context.Context, r api.GetHourEntryRequestObject) (api.GetHourEntryResponseObject, error) {
	l, err := s.Hours.Entry(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	a, out := auth.From(ctx), entry(l)
	if a.PersonID != l.OwnerID && a.OnlyReads(l.UnitPath) {
		audited(&out)
		return api.GetHourEntry200JSONResponse(out), nil
	}
	d, err := s.Hours.DisputeOf(ctx, l.ID)
	if err != nil {
		return nil, err
	}
	if d != nil {
		mine, err := human.Accounts(s.Store.Read(ctx), auth.From(ctx).PersonID) // it may have been said by an account that was merged
		if err != nil {
			return nil, err
		}
		told := dispute(mine, d)
		out.Dispute = &told
	}
	may := l.OwnerID == auth.From(ctx).PersonID && (d == nil || d.State != hours.DisputeOpen)
	out.MayDispute = &may
	return api.GetHourEntry200JSONResponse(out), nil
}

// DisputeEntry asks the recording unit to check an entry.
func (s *Server) DisputeEntry(ctx context.Context, r api.DisputeEntryRequestObject) (api.DisputeEntryResponseObject, error) {
	var t texts
	t.lines("words", &r.Body.Words, 200)
	if err := t.err(); err != nil {
		return nil, err
	}
	d, err := s.Hours.DisputeEntry(ctx, r.ID, r.Body.Words)
	if err != nil {
		return nil, err
	}
	return api.DisputeEntry201JSONResponse(dispute(human.Set{auth.From(ctx).PersonID}, d)), nil
}

func dispute(mine human.Set, d *hours.DisputeLine) api.HourDispute {
	return api.HourDispute{ID: d.ID, EntryID: d.EntryID, State: api.HourDisputeState(d.State), Words: d.Words, PersonName: d.PersonName,
		ActivityTitle: d.ActivityTitle, Minutes: d.Minutes, StartsAt: shown(d.StartsAt), EndsAt: shown(d.EndsAt), Mine: mine.Has(d.PersonID),
		Answer: some(d.Answer), AnsweredByName: some(d.AnsweredByName), CreatedAt: shown(d.CreatedAt), AnsweredAt: shownIf(d.AnsweredAt)}
}

// ListDisputes lists what waits for an answer.
func (s *Server) ListDisputes(ctx context.Context, r api.ListDisputesRequestObject) (api.ListDisputesResponseObject, error) {
	keys, err := readCursor(r.Params.Cursor, 1)
	if err != nil {
		return nil, err
	}
	limit := limitOf(r.Params.Limit)
	mine, err := human.Accounts(s.Store.Read(ctx), auth.From(ctx).PersonID)
	if err != nil {
		return nil, err
	}
	rows, err := s.Hours.Disputes(ctx, keys[0], limit+1)
	if err != nil {
		return nil, err
	}
	rows, next := page(rows, limit, func(d *hours.DisputeLine) string { return cursor(d.ID) })
	return api.ListDisputes200JSONResponse{NextCursor: next,
		Items: mapped(rows, func(d *hours.DisputeLine) api.HourDispute { return dispute(mine, d) })}, nil
}

// AnswerDispute answers a dispute.
func (s *Server) AnswerDispute(ctx context.Context, r api.AnswerDisputeRequestObject) (api.AnswerDisputeResponseObject, error) {
	var t texts
	t.lines("answer", &r.Body.Answer, 200)
	if err := t.err(); err != nil {
		return nil, err
	}
	d, err := s.Hours.AnswerDispute(ctx, r.ID, string(r.Body.Action), r.Body.Answer)
	if err != nil {
		return nil, err
	}
	return api.AnswerDispute200JSONResponse(dispute(human.Set{auth.From(ctx).PersonID}, d)), nil
}

// ProposeCorrection proposes what an entry should have been.
func (s *Server) ProposeCorrection(ctx context.Context, r api.ProposeCorrectionRequestObject) (api.ProposeCorrectionResponseObject, error) {
	var t texts
	t.line("reason", &r.Body.Reason, 200)
	if err := t.err(); err != nil {
		return nil, err
	}
	p, err := s.Hours.ProposeCorrection(ctx, r.ID, r.Body.Minutes, spanOf(r.Body.Given), r.Body.Reason)
	if err != nil {
		return nil, err
	}
	return api.ProposeCorrection201JSONResponse(proposal(human.Set{auth.From(ctx).PersonID}, p)), nil
}

func proposal(mine human.Set, p *hours.ProposalLine) api.HourProposal {
	return api.HourProposal{ID: p.ID, Class: api.HourProposalClass(p.Class), State: api.HourProposalState(p.State), Minutes: p.Minutes,
		Reason: p.Reason, PersonName: p.PersonName, ActivityTitle: p.ActivityTitle, StartsAt: shown(p.StartsAt), EndsAt: shown(p.EndsAt),
		Given: given(p.FromAt, p.ToAt), Presence: some(p.Presence), Why: some(api.HourProposalWhy(p.Why)),
		ProposedByName: p.ProposedByName, Mine: mine.Has(p.ProposedBy) || mine.Has(p.OwnerID), CreatedAt: shown(p.CreatedAt),
		GrantedByProposer: onlyIf(p.DecidedBy != nil, p.GrantedByProposer), WaitsFor: some(api.WaitsFor(p.WaitsFor))}
}

// ListProposals lists what waits for a second person.
func (s *Server) ListProposals(ctx context.Context, r api.ListProposalsRequestObject) (api.ListProposalsResponseObject, error) {
	keys, err := readCursor(r.Params.Cursor, 1)
	if err != nil {
		return nil, err
	}
	limit := limitOf(r.Params.Limit)
	mine, err := human.Accounts(s.Store.Read(ctx), auth.From(ctx).PersonID)
	if err != nil {
		return nil, err
	}
	rows, err := s.Hours.Proposals(ctx, keys[0], limit+1)
	if err != nil {
		return nil, err
	}
	a := auth.From(ctx)
	for i := range rows {
		if a.OnlyReads(rows[i].UnitPath) {
			rows[i].PersonName, rows[i].Reason = maskName(rows[i].PersonName), ""
		}
	}
	rows, next := page(rows, limit, func(p *hours.ProposalLine) string { return cursor(p.ID) })
	return api.ListProposals200JSONResponse{NextCursor: next,
		Items: mapped(rows, func(p *hours.ProposalLine) api.HourProposal { return proposal(mine, p) })}, nil
}

// DecideProposals approves or rejects many.
func (s *Server) DecideProposals(ctx context.Context, r api.DecideProposalsRequestObject) (api.DecideProposalsResponseObject, error) {
	out, err := decide(ctx, r.Body, s.Activities.DecideProposals)
	return api.DecideProposals200JSONResponse(out), err
}

// ListEntryAttention lists the entries that need a look.
func (s *Server) ListEntryAttention(ctx context.Context, r api.ListEntryAttentionRequestObject) (api.ListEntryAttentionResponseObject, error) {
	keys, err := readCursor(r.Params.Cursor, 1)
	if err != nil {
		return nil, err
	}
	limit := limitOf(r.Params.Limit)
	rows, err := s.Hours.Attention(ctx, keys[0], limit+1)
	if err != nil {
		return nil, err
	}
	rows, next := page(rows, limit, func(a *hours.AttentionLine) string { return cursor(a.ID) })
	return api.ListEntryAttention200JSONResponse{NextCursor: next, Items: mapped(rows, func(a *hours.AttentionLine) api.EntryAttention {
		out := api.EntryAttention{ID: a.ID, Reason: api.EntryAttentionReason(a.Reason), Entry: entry(&a.Entry), CreatedAt: shown(a.CreatedAt)}
		if a.Other != nil {
			other := entry(a.Other)
			out.Other = &other
		}
		if auth.From(ctx).OnlyReads(a.Entry.UnitPath) {
			audited(&out.Entry)
			if out.Other != nil {
				audited(out.Other)
			}
		}
		return out
	})}, nil
}

// LookAtEntry says what came of looking at an entry.
func (s *Server) LookAtEntry(ctx context.Context, r api.LookAtEntryRequestObject) (api.LookAtEntryResponseObject, error) {
	var t texts
	t.line("note", &r.Body.Note, 200)
	if err := t.err(); err != nil {
		return nil, err
	}
	if err := s.Hours.Look(ctx, r.ID, r.Body.Note); err != nil {
		return nil, err
	}
	return api.LookAtEntry204Response{}, nil
}
