package httpapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"yimi/api"
	"yimi/internal/fault"
	"yimi/internal/request"
)

// ---- moves

// SubmitRequest submits a draft.
func (s *Server) SubmitRequest(ctx context.Context, r api.SubmitRequestRequestObject) (api.SubmitRequestResponseObject, error) {
	d, err := s.Requests.Submit(ctx, r.ID)
	return api.SubmitRequest200JSONResponse(s.request(ctx, d)), err
}

// AcceptCase accepts a case.
func (s *Server) AcceptCase(ctx context.Context, r api.AcceptCaseRequestObject) (api.AcceptCaseResponseObject, error) {
	d, err := s.Requests.Accept(ctx, r.ID)
	return api.AcceptCase200JSONResponse(s.request(ctx, d)), err
}

// ReceiveRequest takes over what was referred.
func (s *Server) ReceiveRequest(ctx context.Context, r api.ReceiveRequestRequestObject) (api.ReceiveRequestResponseObject, error) {
	d, err := s.Requests.Receive(ctx, r.ID)
	return api.ReceiveRequest200JSONResponse(s.request(ctx, d)), err
}

// RejectRequest rejects.
func (s *Server) RejectRequest(ctx context.Context, r api.RejectRequestRequestObject) (api.RejectRequestResponseObject, error) {
	why, err := cleanReason(r.Body.Reason)
	if err != nil {
		return nil, err
	}
	d, err := s.Requests.Reject(ctx, r.ID, why)
	return api.RejectRequest200JSONResponse(s.request(ctx, d)), err
}

// ReturnRequest gives back for more.
func (s *Server) ReturnRequest(ctx context.Context, r api.ReturnRequestRequestObject) (api.ReturnRequestResponseObject, error) {
	why, err := cleanReason(r.Body.Reason)
	if err != nil {
		return nil, err
	}
	d, err := s.Requests.Return(ctx, r.ID, why)
	return api.ReturnRequest200JSONResponse(s.request(ctx, d)), err
}

// SendBackRequest gives back what was referred.
func (s *Server) SendBackRequest(ctx context.Context, r api.SendBackRequestRequestObject) (api.SendBackRequestResponseObject, error) {
	why, err := cleanReason(r.Body.Reason)
	if err != nil {
		return nil, err
	}
	d, err := s.Requests.SendBack(ctx, r.ID, why)
	return api.SendBackRequest200JSONResponse(s.request(ctx, d)), err
}

// HandBackCase gives a case back.
func (s *Server) HandBackCase(ctx context.Context, r api.HandBackCaseRequestObject) (api.HandBackCaseResponseObject, error) {
	why, err := cleanReason(r.Body.Reason)
	if err != nil {
		return nil, err
	}
	d, err := s.Requests.HandBack(ctx, r.ID, why)
	return api.HandBackCase200JSONResponse(s.request(ctx, d)), err
}

// ReopenRequest sends it back into service.
func (s *Server) ReopenRequest(ctx context.Context, r api.ReopenRequestRequestObject) (api.ReopenRequestResponseObject, error) {
	why, err := cleanReason(r.Body.Reason)
	if err != nil {
		return nil, err
	}
	d, err := s.Requests.Reopen(ctx, r.ID, why)
	return api.ReopenRequest200JSONResponse(s.request(ctx, d)), err
}

// FollowUpRequest notes the call after a low rating.
func (s *Server) FollowUpRequest(ctx context.Context, r api.FollowUpRequestRequestObject) (api.FollowUpRequestResponseObject, error) {
	why, err := cleanReason(r.Body.Reason)
	if err != nil {
		return nil, err
	}
	d, err := s.Requests.FollowUp(ctx, r.ID, why)
	return api.FollowUpRequest200JSONResponse(s.request(ctx, d)), err
}

// MarkNoShow says that nobody was there.
func (s *Server) MarkNoShow(ctx context.Context, r api.MarkNoShowRequestObject) (api.MarkNoShowResponseObject, error) {
	why, err := optionalReason(r.Body)
	if err != nil {
		return nil, err
	}
	d, err := s.Requests.NoShow(ctx, r.ID, why)
	return api.MarkNoShow200JSONResponse(s.request(ctx, d)), err
}

// CloseRequest closes what was reviewed.
func (s *Server) CloseRequest(ctx context.Context, r api.CloseRequestRequestObject) (api.CloseRequestResponseObject, error) {
	why, err := optionalReason(r.Body)
	if err != nil {
		return nil, err
	}
	d, err := s.Requests.Close(ctx, r.ID, why)
	return api.CloseRequest200JSONResponse(s.request(ctx, d)), err
}

// CancelRequest cancels.
func (s *Server) CancelRequest(ctx context.Context, r api.CancelRequestRequestObject) (api.CancelRequestResponseObject, error) {
	why, err := optionalReason(r.Body)
	if err != nil {
		return nil, err
	}
	d, err := s.Requests.Cancel(ctx, r.ID, why)
	return api.CancelRequest200JSONResponse(s.request(ctx, d)), err
}

// AddMessage adds a message.
func (s *Server) AddMessage(ctx context.Context, r api.AddMessageRequestObject) (api.AddMessageResponseObject, error) {
	why, err := cleanText(r.Body.Text)
	if err != nil {
		return nil, err
	}
	d, err := s.Requests.AddMessage(ctx, r.ID, why)
	return api.AddMessage200JSONResponse(s.request(ctx, d)), err
}

// AddStaffNote adds a note of the staff.
func (s *Server) AddStaffNote(ctx context.Context, r api.AddStaffNoteRequestObject) (api.AddStaffNoteResponseObject, error) {
	why, err := cleanText(r.Body.Text)
	if err != nil {
		return nil, err
	}
	d, err := s.Requests.AddStaffNote(ctx, r.ID, why)
	return api.AddStaffNote200JSONResponse(s.request(ctx, d)), err
}

func cleanReason(reason string) (string, error) {
	var t texts
	t.line("reason", &reason, 200)
	return reason, t.err()
}

func optionalReason(body *api.OptionalReason) (string, error) {
	if body == nil {
		return "", nil
	}
	var t texts
	return t.optional("reason", body.Reason, 200), t.err()
}

func cleanText(text string) (string, error) {
	var t texts
	t.lines("text", &text, 500)
	return text, t.err()
}

// ApproveRequest approves.
func (s *Server) ApproveRequest(ctx context.Context, r api.ApproveRequestRequestObject) (api.ApproveRequestResponseObject, error) {
	worker := int64(0)
	if r.Body != nil {
		worker = or(r.Body.WorkerID, 0)
	}
	d, err := s.Requests.Approve(ctx, r.ID, worker)
	return api.ApproveRequest200JSONResponse(s.request(ctx, d)), err
}

// ReferRequest refers to another unit or an outside organisation.
func (s *Server) ReferRequest(ctx context.Context, r api.ReferRequestRequestObject) (api.ReferRequestResponseObject, error) {
	var t texts
	t.line("reason", &r.Body.Reason, 200)
	t.line("consent", &r.Body.Consent, 100)
	to := request.ReferTo{UnitID: or(r.Body.UnitID, 0), Organisation: t.optional("organisation", r.Body.Organisation, 60), Reason: r.Body.Reason, Consent: r.Body.Consent}
	if err := t.err(); err != nil {
		return nil, err
	}
	d, err := s.Requests.Refer(ctx, r.ID, to)
	return api.ReferRequest200JSONResponse(s.request(ctx, d)), err
}

// AssignRequest assigns to a worker.
func (s *Server) AssignRequest(ctx context.Context, r api.AssignRequestRequestObject) (api.AssignRequestResponseObject, error) {
	d, err := s.Requests.Assign(ctx, r.ID, r.Body.WorkerID)
	return api.AssignRequest200JSONResponse(s.request(ctx, d)), err
}

// RescheduleRequest sets or changes the time of the next visit.
func (s *Server) RescheduleRequest(ctx context.Context, r api.RescheduleRequestRequestObject) (api.RescheduleRequestResponseObject, error) {
	var t texts
	at := request.Time{ProviderID: or(r.Body.ProviderID, 0), StartsAt: r.Body.StartsAt, Length: time.Duration(or(r.Body.LengthMinutes, 0)) * time.Minute,
		Reason: t.optional("reason", r.Body.Reason, 200)}
	if err := t.err(); err != nil {
		return nil, err
	}
	d, err := s.Requests.Reschedule(ctx, r.ID, at)
	return api.RescheduleRequest200JSONResponse(s.request(ctx, d)), err
}

// OpenVolunteerShift has a request met by volunteers.
func (s *Server) OpenVolunteerShift(ctx context.Context, r api.OpenVolunteerShiftRequestObject) (api.OpenVolunteerShiftResponseObject, error) {
	b := r.Body
	var t texts
	t.line("title", &b.Title, 60)
	t.line("place_name", &b.PlaceName, 80)
	if err := t.err(); err != nil {
		return nil, err
	}
	d, err := s.Requests.OpenShift(ctx, r.ID, request.VolunteerShift{CampaignID: b.CampaignID, Title: b.Title, PlaceName: b.PlaceName,
		StartsAt: b.StartsAt, EndsAt: b.EndsAt, Capacity: b.Capacity})
	return api.OpenVolunteerShift200JSONResponse(s.request(ctx, d)), err
}

// StartVisit begins a visit.
func (s *Server) StartVisit(ctx context.Context, r api.StartVisitRequestObject) (api.StartVisitResponseObject, error) {
	var t texts
	place := ""
	if r.Body != nil {
		place = t.optional("place", r.Body.Place, 80)
	}
	if err := t.err(); err != nil {
		return nil, err
	}
	d, err := s.Requests.Start(ctx, r.ID, place)
	return api.StartVisit200JSONResponse(s.request(ctx, d)), err
}

// FinishVisit ends the visit under way; the case goes on.
func (s *Server) FinishVisit(ctx context.Context, r api.FinishVisitRequestObject) (api.FinishVisitResponseObject, error) {
	var t texts
	t.lines("done", &r.Body.Done, 1000)
	if err := t.err(); err != nil {
		return nil, err
	}
	d, err := s.Requests.Finish(ctx, r.ID, request.Record{Done: r.Body.Done, PersonTimes: r.Body.PersonTimes, StartedAt: r.Body.StartedAt, EndedAt: r.Body.EndedAt, Sure: or(r.Body.Sure, false)})
	return api.FinishVisit200JSONResponse(s.request(ctx, d)), err
}

// CompleteRequest says that all is done.
func (s *Server) CompleteRequest(ctx context.Context, r api.CompleteRequestRequestObject) (api.CompleteRequestResponseObject, error) {
	var t texts
	done := or(optionalLines(&t, "done", r.Body.Done, 1000), "")
	if err := t.err(); err != nil {
		return nil, err
	}
	d, err := s.Requests.Complete(ctx, r.ID, request.Record{Done: done, PersonTimes: or(r.Body.PersonTimes, 0), StartedAt: r.Body.StartedAt, EndedAt: r.Body.EndedAt, Sure: or(r.Body.Sure, false)})
	return api.CompleteRequest200JSONResponse(s.request(ctx, d)), err
}

// RateRequest keeps what who asked thinks.
func (s *Server) RateRequest(ctx context.Context, r api.RateRequestRequestObject) (api.RateRequestResponseObject, error) {
	var t texts
	comment := or(optionalLines(&t, "comment", r.Body.Comment, 300), "")
	if err := t.err(); err != nil {
		return nil, err
	}
	d, err := s.Requests.Rate(ctx, r.ID, r.Body.Rating, comment)
	return api.RateRequest200JSONResponse(s.request(ctx, d)), err
}

// HandOverCases gives a worker's cases to another.
func (s *Server) HandOverCases(ctx context.Context, r api.HandOverCasesRequestObject) (api.HandOverCasesResponseObject, error) {
	reason, err := cleanReason(r.Body.Reason)
	if err != nil {
		return nil, err
	}
	done, err := s.Requests.HandOver(ctx, r.ID, r.Body.ToID, or(r.Body.RequestIds, nil), reason)
	out, err := batch(done, err)
	return api.HandOverCases200JSONResponse(out), err
}

// ---- what is more private

// OpenContact opens phone and address.
func (s *Server) OpenContact(ctx context.Context, r api.OpenContactRequestObject) (api.OpenContactResponseObject, error) {
	l, err := s.Requests.Contact(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	return api.OpenContact200JSONResponse{Name: l.PersonName, Phone: l.Phone(), Address: l.Address()}, nil
}

// ListLooks lists who looked.
func (s *Server) ListLooks(ctx context.Context, r api.ListLooksRequestObject) (api.ListLooksResponseObject, error) {
	rows, err := s.Requests.Looks(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	return api.ListLooks200JSONResponse{Items: mapped(rows, func(l *request.Look) api.Look {
		return api.Look{ByName: l.Name, Role: api.LookRole(l.Role), What: api.LookWhat(l.What), At: shown(l.At)}
	})}, nil
}

func caseNote(n *request.Note) api.CaseNote {
	return api.CaseNote{ID: n.ID, Text: n.Text, VisitID: n.VisitID, ByName: n.AuthorName, CreatedAt: shown(n.CreatedAt)}
}

// ListCaseNotes opens the confidential notes.
func (s *Server) ListCaseNotes(ctx context.Context, r api.ListCaseNotesRequestObject) (api.ListCaseNotesResponseObject, error) {
	rows, err := s.Requests.CaseNotes(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	return api.ListCaseNotes200JSONResponse{Items: mapped(rows, caseNote)}, nil
}

// AddCaseNote adds a confidential note.
func (s *Server) AddCaseNote(ctx context.Context, r api.AddCaseNoteRequestObject) (api.AddCaseNoteResponseObject, error) {
	var t texts
	t.lines("text", &r.Body.Text, 4000)
	if err := t.err(); err != nil {
		return nil, err
	}
	n, err := s.Requests.AddCaseNote(ctx, r.ID, r.Body.Text, r.Body.VisitID)
	if err != nil {
		return nil, err
	}
	return api.AddCaseNote201JSONResponse(caseNote(n)), nil
}

// ListCandidates lists who could take a request.
func (s *Server) ListCandidates(ctx context.Context, r api.ListCandidatesRequestObject) (api.ListCandidatesResponseObject, error) {
	rows, err := s.Requests.Candidates(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	items := mapped(rows, func(c *request.Candidate) api.Candidate {
		return api.Candidate{ID: c.ID, Name: c.Name, Level: api.Qualification(c.Level), UnitName: c.UnitName, OpenCases: c.OpenCases, Gives: c.Gives, Qualified: c.Qualified, Distance: c.Distance}
	})
	if len(items) > 0 {
		items[0].Suggested = items[0].Gives && items[0].Qualified
	}
	return api.ListCandidates200JSONResponse{Items: items}, nil
}

// ---- attachments

var errNoFile = fault.BadFields(fault.Field{Name: "file", Message: "没有收到文件，请重新选择"})

// AddAttachment adds a file.
func (s *Server) AddAttachment(ctx context.Context, r api.AddAttachmentRequestObject) (api.AddAttachmentResponseObject, error) {
	for {
		part, err := r.Body.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, errNoFile
		}
		if err != nil {
			return nil, errBody.Because(err)
		}
		if part.FormName() != "file" {
			continue
		}
		file, err := io.ReadAll(part)
		if err != nil {
			return nil, errBody.Because(err)
		}
		a, err := s.Requests.Attach(ctx, r.ID, file)
		if err != nil {
			return nil, err
		}
		return api.AddAttachment201JSONResponse(attachment(a)), nil
	}
}

// GetAttachment gives a file.
func (s *Server) GetAttachment(ctx context.Context, r api.GetAttachmentRequestObject) (api.GetAttachmentResponseObject, error) {
	a, file, err := s.Requests.File(ctx, r.ID, r.AttachmentID)
	if err != nil {
		return nil, err
	}
	body, size := bytes.NewReader(file), int64(len(file))
	shown := api.GetAttachment200ResponseHeaders{ContentDisposition: some("inline")}
	switch a.Kind {
	case "jpeg":
		return api.GetAttachment200ImageJpegResponse{Body: body, ContentLength: size, Headers: shown}, nil
	case "png":
		return api.GetAttachment200ImagePngResponse{Body: body, ContentLength: size, Headers: shown}, nil
	case "webp":
		return api.GetAttachment200ImageWebpResponse{Body: body, ContentLength: size, Headers: shown}, nil
	}
	saved := api.GetAttachment200ResponseHeaders{ContentDisposition: some(fmt.Sprintf(`attachment; filename="%d-%d.pdf"`, a.RequestID, a.Position))}
	return api.GetAttachment200ApplicationPdfResponse{Body: body, ContentLength: size, Headers: saved}, nil
}

// WithdrawAttachment takes a file away as staff.
func (s *Server) WithdrawAttachment(ctx context.Context, r api.WithdrawAttachmentRequestObject) (api.WithdrawAttachmentResponseObject, error) {
	reason, err := cleanReason(r.Body.Reason)
	if err != nil {
		return nil, err
	}
	return api.WithdrawAttachment204Response{}, s.Requests.Withdraw(ctx, r.ID, r.AttachmentID, reason)
}

// RemoveAttachment takes a file away.
func (s *Server) RemoveAttachment(ctx context.Context, r api.RemoveAttachmentRequestObject) (api.RemoveAttachmentResponseObject, error) {
	return api.RemoveAttachment204Response{}, s.Requests.Detach(ctx, r.ID, r.AttachmentID)
}
