package httpapi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/catalogue"
	"yimi/internal/httpapi"
	"yimi/internal/request"
)

// writing writes every free text once, each on a record of its own, with a mark in it.
type writing struct {
	*matrix
	routes    map[string]httpapi.Route
	marks     map[string]mark
	volunteer auth.Actor     // whom hours and sign-ups are about
	ask       catalogue.Type // not confidential, with a question
	shifts    int
	file      int64 // one that was sent by mistake
	forgotten int64 // the volunteer's sign-up for a shift that nobody checked them in at
}

func newWriting(t *testing.T, s *apptest.Site) *writing {
	w := &writing{matrix: newMatrix(t, s), routes: httpapi.Routes(), marks: map[string]mark{}}
	w.ask = w.NewService(func(t *catalogue.Type) {
		t.Name, t.Questions = "助洁", catalogue.Encode([]catalogue.Question{{Key: "floor", Label: "几楼", Kind: "text"}})
	})
	w.volunteer = w.Volunteer("")
	w.World.Exec("UPDATE people SET volunteer_since = NULL, show_on_leaderboard = FALSE WHERE id = ?", w.volunteer.PersonID)
	return w
}

// mark makes the mark of a text that the writer is about to write.
func (w *writing) mark(text string, writer auth.Actor) string { return w.markOf(text, "", writer) }

func (w *writing) markOf(text, variant string, writer auth.Actor, not ...string) string {
	said := fmt.Sprintf("印%04d记", len(w.marks)+1)
	switch text {
	case "updateMe.phone":
		said = "13900001234"
	case "updateMe.identity_number":
		said = "E12345678"
	}
	w.marks[said] = mark{text, writer.PersonID, not, variant}
	return said
}

// do calls an operation that must be let through, and gives the answer's id.
func (w *writing) do(who auth.Actor, op string, id int64, body any) int64 {
	w.t.Helper()
	route := w.routes[op]
	path := strings.NewReplacer("{id}", fmt.Sprint(id), "{attachment_id}", fmt.Sprint(w.file)).Replace(route.Path)
	var headers []string
	if text, ok := body.(string); ok && op == "addAttachment" {
		b, kind := form(w.t, "病历.pdf", pdf(text))
		body, headers = b, []string{"Content-Type", kind}
	}
	a := w.site.Call(w.t, who, route.Method, path, body, headers...)
	if a.Status >= 300 {
		w.t.Fatalf("%s: %d %s", op, a.Status, a.Body)
	}
	var out struct {
		ID    int64
		Items []struct {
			OK     *bool
			Code   string
			Detail string
		}
	}
	if len(a.Body) > 0 {
		a.Into(w.t, &out)
	}
	for _, i := range out.Items {
		if i.Code != "" {
			w.t.Fatalf("%s: %s %s", op, i.Code, i.Detail)
		}
	}
	return out.ID
}

type body = map[string]any

func (w *writing) write() {
	w.units()
	w.services()
	w.people()
	w.activities()
	w.asked()
	w.handled()
	w.visited()
	w.hours()
}

func (w *writing) units() {
	m, a := w.mark, w.Admin
	w.do(a, "createUnit", 0, body{"parent_id": w.Station.ID, "kind": "room", "name": m("createUnit.name", a), "address": m("createUnit.address", a), "open_hours": m("createUnit.open_hours", a)})
	w.do(a, "updateUnit", w.Third.ID, body{"name": m("updateUnit.name", a), "address": m("updateUnit.address", a), "open_hours": m("updateUnit.open_hours", a)})
	w.do(a, "setHoliday", 0, body{"date": "2026-03-18", "name": m("setHoliday.name", a), "kind": "off"})
	c := body{"unit_id": w.Station.ID, "name": m("createCampaign.name", a), "story": m("createCampaign.story", a), "art": "orchid", "goal_minutes": 60, "starts_on": "2026-03-01", "ends_on": "2026-05-01"}
	w.do(a, "createCampaign", 0, c)
	c["name"], c["story"] = "又一个品牌", "x"
	w.do(a, "updateCampaign", w.do(a, "createCampaign", 0, c), body{"story": m("updateCampaign.story", a)})
	_, _, two, _ := w.target("settleDuplicate", w.routes["settleDuplicate"].Path, others, w.Staff)
	w.do(w.Staff, "settleDuplicate", two, body{"outcome": "different", "reason": m("settleDuplicate.reason", w.Staff)})
}

func (w *writing) services() {
	fields := func(op string) body {
		m := func(field string) string { return w.mark(op+"."+field, w.Staff) }
		return body{"name": m("name"), "line": m("line"), "detail": m("detail"), "place_name": m("place_name"), "place_note": m("place_note"),
			"questions": []any{body{"key": "floor", "label": m("questions.label"), "help": m("questions.help"), "kind": "choice", "required": false, "options": []string{m("questions.options"), "别的"}}}}
	}
	of := fields("createServiceType")
	for k, v := range (body{"unit_id": w.Station.ID, "field": "elder", "theme": "body", "icon": "care", "ways": []string{"station"}, "mode": "request"}) {
		of[k] = v
	}
	w.do(w.Staff, "createServiceType", 0, of)
	w.do(w.Staff, "updateServiceType", w.places[others].service, fields("updateServiceType"))
	w.do(w.Worker, "addMyException", 0, body{"date": "2026-04-03", "kind": "off", "note": w.mark("addMyException.note", w.Worker)})
}

func (w *writing) people() {
	v := w.volunteer
	w.do(v, "registerVolunteer", 0, body{"name": w.mark("registerVolunteer.name", v), "birth_date": "1998-03-05", "unit_id": w.Station.ID, "agree": true})
	w.do(v, "updateMe", 0, body{"phone": w.mark("updateMe.phone", v), "identity_type": "passport", "identity_number": w.mark("updateMe.identity_number", v)})
	w.do(w.Resident, "updateMe", 0, body{"name": w.mark("updateMe.name", w.Resident)})
}

// shift publishes an activity with one shift, an hour longer after now than the one before.
func (w *writing) shift(change ...func(*activity.Activity)) activity.Shift {
	d := w.Draft()
	for _, c := range change {
		c(d)
	}
	w.shifts++
	return w.Publish(d, apptest.At(time.Duration(24+3*w.shifts)*time.Hour, 9))[0].Shift
}

func (w *writing) signup(shift activity.Shift) int64 {
	return w.do(w.volunteer, "signUp", shift.ID, body{})
}

func (w *writing) activities() {
	m, v, staff := w.mark, w.volunteer, w.Staff
	fields := func(op string) body {
		return body{"title": m(op+".title", staff), "content": m(op+".content", staff), "leader_name": m(op+".leader_name", staff), "place_name": m(op+".place_name", staff), "risks": []string{m(op+".risks", staff)}, "what_to_bring": m(op+".what_to_bring", staff)}
	}
	of := fields("createActivity")
	for k, v := range (body{"unit_id": w.Station.ID, "campaign_id": w.Campaign, "contact_phone": "0953-5098110",
		"shifts": []any{body{"starts_at": apptest.Start.Add(400 * time.Hour), "ends_at": apptest.Start.Add(402 * time.Hour), "capacity": 3}}}) {
		of[k] = v
	}
	w.do(staff, "publishActivity", w.do(staff, "createActivity", 0, of), nil)
	w.do(staff, "updateActivity", w.shift().ActivityID, fields("updateActivity"))
	off := w.shift()
	w.signup(off)
	w.do(staff, "cancelActivity", off.ActivityID, body{"reason": m("cancelActivity.reason", staff)})
	off = w.shift()
	w.signup(off)
	w.do(staff, "cancelShift", off.ID, body{"reason": m("cancelShift.reason", staff)})
	asked := w.signup(w.shift(func(a *activity.Activity) { a.Approval = activity.ApprovalStaff }))
	w.do(staff, "decideSignups", 0, body{"ids": []int64{asked}, "decision": "reject", "reason": m("decideSignups.reason", staff)})
	w.do(v, "cancelSignup", w.signup(w.shift()), body{"reason": m("cancelSignup.reason", v)})
	w.forgotten = w.signup(w.shift())
}

// request asks as the resident and has the worker get it.
func (w *writing) request(who auth.Actor, of body) int64 {
	for k, v := range (body{"service_type_id": w.ask.ID, "unit_id": w.Station.ID, "way": "home", "urgency": "normal", "words": "x", "phone": "13909531234", "address": "x"}) {
		if of[k] == nil {
			of[k] = v
		}
	}
	return w.do(who, "createRequest", 0, of)
}

func (w *writing) approve(id int64) int64 {
	return w.do(w.Staff, "approveRequest", id, body{"worker_id": w.Worker.PersonID})
}

func (w *writing) asked() {
	m, r, staff := w.mark, w.Resident, w.Staff
	answers := func(text string) []any { return []any{body{"key": "floor", "values": []string{text}}} }
	w.approve(w.request(r, body{"words": m("createRequest.words", r), "address": m("createRequest.address", r), "answers": answers(m("createRequest.answers.values", r))}))
	w.approve(w.request(staff, body{"caller": body{"name": m("createRequest.caller.name", staff), "beneficiary_name": m("createRequest.caller.beneficiary_name", staff),
		"relation": "neighbour", "consent": m("createRequest.caller.consent", staff)}}))
	draft := w.request(r, body{"draft": true})
	w.do(r, "updateRequest", draft, body{"words": m("updateRequest.words", r), "address": m("updateRequest.address", r), "answers": answers(m("updateRequest.answers.values", r))})
	w.do(r, "submitRequest", draft, nil)
	w.approve(draft)
	b := func(op string) body {
		return body{"name": m(op+".name", r), "relation": "neighbour", "consent": m(op+".consent", r), "address": m(op+".address", r)}
	}
	first := w.do(r, "addBeneficiary", 0, b("addBeneficiary"))
	w.approve(w.request(r, body{"beneficiary_id": first, "way": "phone", "address": ""})) // an address would be kept in place of theirs
	second := w.do(r, "addBeneficiary", 0, body{"name": "x", "relation": "parent"})
	w.do(r, "updateBeneficiary", second, b("updateBeneficiary"))
	w.approve(w.request(r, body{"beneficiary_id": second, "way": "phone", "address": ""}))
	id := w.approve(w.request(r, body{}))
	w.do(r, "addAttachment", id, m("addAttachment.file", r))
	w.file = w.do(r, "addAttachment", id, "传错的文件")
	w.do(staff, "withdrawAttachment", id, body{"reason": m("withdrawAttachment.reason", staff)})
	w.do(r, "addMessage", id, body{"text": m("addMessage.text", r)})
	w.do(staff, "addStaffNote", id, body{"text": m("addStaffNote.text", staff)})
	w.do(w.Worker, "addCaseNote", id, body{"text": m("addCaseNote.text", w.Worker)})
}

// again has what was given back decided once more, so that a worker gets it.
func (w *writing) again(id int64) {
	w.do(w.Resident, "updateRequest", id, body{"words": "补上了"})
	w.do(w.Resident, "submitRequest", id, nil)
	w.approve(id)
}

func (w *writing) handled() {
	m, r, staff := w.mark, w.Resident, w.Staff
	put := func(s request.State, change ...func(*request.Request)) int64 { return w.Put(s, change...).ID }
	id := put(request.Submitted)
	w.do(staff, "decideRequests", 0, body{"ids": []int64{id}, "decision": "return", "reason": m("decideRequests.reason", staff)})
	w.again(id)
	w.do(staff, "rejectRequest", put(request.Submitted), body{"reason": m("rejectRequest.reason", staff)})
	id = put(request.Submitted)
	w.do(staff, "returnRequest", id, body{"reason": m("returnRequest.reason", staff)})
	w.again(id)
	w.do(staff, "referRequest", put(request.Submitted), body{"organisation": m("referRequest.organisation", staff), "reason": "近", "consent": "电话同意"})
	id = put(request.Submitted)
	w.do(staff, "referRequest", id, body{"unit_id": w.Other.ID, "reason": m("referRequest.reason", staff), "consent": m("referRequest.consent", staff)})
	w.do(w.Receiver, "sendBackRequest", id, body{"reason": m("sendBackRequest.reason", w.Receiver)})
	w.approve(id)
	id = put(request.Assigned)
	w.do(w.Worker, "handBackCase", id, body{"reason": m("handBackCase.reason", w.Worker)})
	w.do(staff, "assignRequest", id, body{"worker_id": w.Worker.PersonID})
	id = put(request.Assigned, func(r *request.Request) { r.WorkerID = &w.Colleague.PersonID })
	w.do(staff, "handOverCases", w.Colleague.PersonID, body{"to_id": w.Worker.PersonID, "request_ids": []int64{id}, "reason": m("handOverCases.reason", staff)})
	w.do(staff, "rescheduleRequest", put(request.Scheduled), body{"starts_at": w.Slot(), "reason": m("rescheduleRequest.reason", staff)})
	w.do(r, "cancelRequest", put(request.Assigned), body{"reason": m("cancelRequest.reason", r)})
	w.cancelledByGuardian()
	id = put(request.Approved)
	w.shifts++
	w.do(staff, "openVolunteerShift", id, body{"campaign_id": w.Campaign, "title": m("openVolunteerShift.title", staff), "place_name": m("openVolunteerShift.place_name", staff),
		"starts_at": apptest.Start.Add(300 * time.Hour), "ends_at": apptest.Start.Add(301 * time.Hour), "capacity": 2})
	shift := w.FindShift(*w.Request(id).ShiftID)
	w.do(staff, "decideSignups", 0, body{"ids": []int64{w.signup(shift)}, "decision": "approve"})
	w.do(r, "cancelRequest", id, body{"reason": w.markOf("cancelRequest.reason", "of volunteers", r, "worker", "supervisor")})
}

// cancelledByGuardian is what a child asked for, who is not among those who read here.
func (w *writing) cancelledByGuardian() {
	w.t.Helper()
	child, guardian := w.Volunteer("小宝"), w.Neighbour
	w.Exec("UPDATE people SET birth_date = '2015-06-01' WHERE id = ?", child.PersonID)
	w.Exec("INSERT INTO guardianships (guardian_id, child_id, relation, live, agreed_at) VALUES (?, ?, 'parent', 1, 0)", guardian.PersonID, child.PersonID)
	id := w.Put(request.Assigned, func(r *request.Request) { r.PersonID = &child.PersonID }).ID
	path := fmt.Sprintf("/me/wards/%d/requests/%d/cancel", child.PersonID, id)
	if a := w.site.Call(w.t, guardian, "POST", path, body{"reason": w.markOf("cancelWardRequest.reason", "", guardian, "resident")}); a.Status >= 300 {
		w.t.Fatalf("%d %s", a.Status, a.Body)
	}
}

func (w *writing) visited() {
	m, worker, staff := w.mark, w.Worker, w.Staff
	talk := func(r *request.Request) { r.ServiceTypeID = w.Talk.ID }
	for _, op := range []string{"finishVisit", "completeRequest"} {
		open, closed := w.Put(request.InService), w.Put(request.InService, talk)
		w.PutVisit(open)
		w.PutVisit(closed)
		w.do(worker, op, open.ID, body{"done": m(op+".done", worker), "person_times": 1, "sure": true})
		w.do(worker, op, closed.ID, body{"done": w.markOf(op+".done", "confidential", worker, "resident"), "person_times": 1, "sure": true})
	}
	w.do(worker, "startVisit", w.Put(request.Scheduled).ID, body{"place": m("startVisit.place", worker)})
	w.do(staff, "reopenRequest", w.Put(request.Completed).ID, body{"reason": m("reopenRequest.reason", staff)})
	w.do(staff, "closeRequest", w.Put(request.Completed).ID, body{"reason": m("closeRequest.reason", staff)})
	w.do(w.Resident, "rateRequest", w.Put(request.Completed).ID, body{"rating": 1, "comment": m("rateRequest.comment", w.Resident)})
	low := w.Put(request.Completed, func(r *request.Request) {
		one, live := 1, int64(1)
		r.Rating, r.FollowUp = &one, &live
	})
	w.do(staff, "followUpRequest", low.ID, body{"reason": m("followUpRequest.reason", staff)})
	missed := w.Put(request.Scheduled).ID
	w.World.Exec("UPDATE bookings SET starts_at = ? WHERE request_id = ?", w.Clock.Now().Add(-time.Hour).UnixMilli(), missed)
	w.do(worker, "markNoShow", missed, body{"reason": m("markNoShow.reason", worker)})
}

func (w *writing) hours() {
	m, v, staff := w.mark, w.volunteer, w.Staff
	_, entry, dispute, proposal, look := w.about(w.places[others], v.PersonID)
	w.World.Exec("UPDATE hour_entries SET sequence = 1000 WHERE id = ?", entry) // out of the way of what the program adds
	w.do(staff, "lookAtEntry", look, body{"note": m("lookAtEntry.note", staff)})
	w.World.Exec("DELETE FROM hour_disputes WHERE id = ?", dispute)
	w.do(v, "disputeEntry", entry, body{"words": m("disputeEntry.words", v)})
	w.do(staff, "answerDispute", w.ids("hour_disputes")[len(w.ids("hour_disputes"))-1], body{"action": "keep", "answer": m("answerDispute.answer", staff)})
	w.do(staff, "decideProposals", 0, body{"ids": []int64{proposal}, "decision": "reject", "reason": m("decideProposals.reason", staff)})

	by := w.newcomer()
	shift := w.shift()
	served := w.signup(shift)
	w.Clock.Set(shift.StartsAt.Time)
	w.Serve(v, shift, 100*time.Minute)
	w.Clock.Set(shift.EndsAt.Add(96 * time.Hour)) // roles ripen
	w.do(by, "recordAttendance", shift.ID, body{"items": []any{body{"signup_id": served, "action": "confirm"}}})
	w.do(by, "approveRequest", w.Put(request.Submitted).ID, body{"worker_id": w.Worker.PersonID})

	entries := w.ids("hour_entries")
	given := body{"from": shift.StartsAt.Time, "to": shift.StartsAt.Add(60 * time.Minute)}
	w.do(staff, "proposeCorrection", entries[len(entries)-1], body{"minutes": 60, "given": given, "reason": m("proposeCorrection.reason", staff)})
	w.decideLast()
	shift = w.FindShift(w.Signup(w.forgotten).ShiftID)
	w.do(staff, "recordAttendance", shift.ID, body{"items": []any{body{"signup_id": w.forgotten, "action": "correct", "minutes": 30,
		"given": body{"from": shift.StartsAt.Time, "to": shift.StartsAt.Add(30 * time.Minute)}, "reason": m("recordAttendance.items.reason", staff)}}})
	w.decideLast()
}

// decideLast has the second of the staff approve the newest proposal.
func (w *writing) decideLast() {
	all := w.ids("hour_proposals")
	w.do(w.Second, "decideProposals", 0, body{"ids": all[len(all)-1:], "decision": "approve"})
}

// newcomer is somebody whom the admin makes a desk account for.
func (w *writing) newcomer() auth.Actor {
	name := w.mark("createStaff.name", w.Admin)
	w.do(w.Admin, "createStaff", w.Station.ID, body{"name": name, "login": "he.lan", "password": w.mark("createStaff.password", w.Admin) + "long words", "role": "station_staff"})
	a := w.StaffOf(w.Station, "x")
	w.World.Exec("UPDATE people SET name = ? WHERE id = ?", name, a.PersonID)
	return a
}
