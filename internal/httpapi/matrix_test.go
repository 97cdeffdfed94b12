package httpapi_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"yimi/api"
	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/hours"
	"yimi/internal/httpapi"
	"yimi/internal/identity"
	"yimi/internal/outbox"
	"yimi/internal/policy"
	"yimi/internal/request"
	"yimi/internal/store"
	"yimi/internal/unit"
)

var update = flag.Bool("update", false, "write docs/access.md")

// callers are the columns of the matrix, in the order of its strings.
var callers = []string{"nobody", "resident", "volunteer", "worker with the case", "another worker", "named supervisor",
	"staff of the unit", "staff of another unit", "district admin", "admin of another district", "auditor of the district"}

// records are its rows: whose record an operation is tried on. An operation on no record has one row.
var records = []string{"own", "another's", "another unit's", ""}

const own, others, elsewhere, none = "own", "another's", "another unit's", ""

// What a cell may say: let in; 401; 403; 404; there is no such record.
const decisions = "+134."

var decisionWords = map[byte]string{'+': "✓", '1': "401", '3': "403", '4': "404", '.': ""}

// matrix is a World in which every operation can be tried as everybody on every record.
type matrix struct {
	*apptest.Loop
	site   *apptest.Site
	t      *testing.T
	who    []auth.Actor // as callers
	specs  map[string]*openapi3.Operation
	far    auth.Actor // a social worker of Other
	places map[string]place
	secret string // of a calendar feed
	rows   int
}

// place is a unit with one record of each kind that stays.
type place struct {
	unit                                   unit.Unit
	campaign, activity, shift, series      int64
	service, provider, signup, entry       int64
	dispute, proposal, delivery, volunteer int64
	look                                   int64
}

func newMatrix(t *testing.T, s *apptest.Site) *matrix {
	m := &matrix{site: s, Loop: apptest.NewLoop(s.World), t: t, specs: map[string]*openapi3.Operation{}}
	spec, err := api.GetSpec()
	apptest.Must(t, err)
	for _, item := range spec.Paths.Map() {
		for _, op := range item.Operations() {
			m.specs[strings.ToLower(op.OperationID[:1])+op.OperationID[1:]] = op
		}
	}
	resident := m.Volunteer("王桂花")
	m.World.Exec("UPDATE people SET volunteer_since = NULL WHERE id = ?", resident.PersonID)
	district, err := m.Units.Bootstrap(t.Context(), "康巴什区社会工作中心")
	apptest.Must(t, err)
	m.far = m.NewWorker(m.Other, "哈丽娜", "junior", 0, m.Care)
	m.who = []auth.Actor{{}, resident, m.Volunteer("白雪"), m.Worker, m.Colleague, m.Supervisor, m.Staff, m.Receiver, m.Admin, m.AdminOf(district, "白雪峰"), m.AuditorOf(m.District, "金晓明")}
	m.places = map[string]place{others: m.place(m.Station, m.Worker), elsewhere: m.place(m.Other, m.far)}
	m.secret, err = m.Bookings.RenewFeed(apptest.As(m.Worker))
	apptest.Must(t, err)
	return m
}

// place fills a unit.
func (m *matrix) place(u unit.Unit, worker auth.Actor) place {
	p := place{unit: u, provider: worker.PersonID, campaign: m.NewCampaign("品牌" + u.Name), service: m.Care.ID}
	m.World.Exec("UPDATE campaigns SET unit_id = ? WHERE id = ?", u.ID, p.campaign)
	care := m.Care
	care.ID, care.UnitID, care.Name = 0, u.ID, "助浴"+u.Name
	apptest.Must(m.t, m.Tx(func(tx *store.Tx) error { return tx.Create(&care).Error }))
	p.service = care.ID
	d := m.Draft()
	d.UnitID, d.CampaignID = u.ID, p.campaign
	shift := m.Publish(d, apptest.At(48*time.Hour, 90))[0].Shift
	p.activity, p.shift = shift.ActivityID, shift.ID
	stranger := m.Volunteer("丁" + u.Name)
	p.volunteer = stranger.PersonID
	m.World.Exec("UPDATE people SET unit_id = ? WHERE id = ?", u.ID, p.volunteer)
	now := store.At(m.Clock.Now())
	series := &activity.Series{ActivityID: p.activity, Weekdays: "1", StartTime: "09:00", EndTime: "10:00", FromDate: "2026-04-01", UntilDate: "2026-05-01", Capacity: 3, CreatedAt: now}
	dead := &outbox.Notice{PersonID: p.volunteer, Kind: request.NoticeRequestApproved, Event: "dead", Title: "申请通过了", Body: "请看", CreatedAt: now,
		Template: "approved", Delivery: outbox.Dead, Fault: "47003", FailedAt: &now}
	apptest.Must(m.t, m.Tx(func(tx *store.Tx) error {
		if err := tx.Create(series).Error; err != nil {
			return err
		}
		return tx.Create(dead).Error
	}))
	p.series, p.delivery = series.ID, dead.ID
	p.signup, p.entry, p.dispute, p.proposal, p.look = m.about(p, stranger.PersonID)
	return p
}

// about writes a sign-up of a person for the place's shift, with hours that need a look, a dispute and a proposal.
func (m *matrix) about(p place, personID int64) (signup, entry, dispute, proposal, look int64) {
	m.rows++
	one, now := int64(1), store.At(m.Clock.Now())
	g := &activity.Signup{ShiftID: p.shift, PersonID: personID, UnitID: p.unit.ID, ActivityID: p.activity, StartsAt: now, EndsAt: store.At(now.Add(time.Hour)), State: activity.Confirmed, Live: &one, CreatedAt: now}
	e := &hours.Entry{PersonID: personID, Sequence: int64(m.rows), Class: hours.System, Minutes: 30, Source: hours.FromSignup, SourceID: int64(90_000 + m.rows), ActivityID: p.activity, ShiftID: p.shift,
		CampaignID: p.campaign, UnitID: p.unit.ID, LeaderName: "马志宏", StartsAt: now, EndsAt: store.At(now.Add(time.Hour)), Month: "2026-03", RecordedBy: m.Second.PersonID, CreatedAt: now, PreviousHash: "", Hash: fmt.Sprintf("%064d", m.rows)}
	d := &hours.Dispute{PersonID: personID, UnitID: p.unit.ID, State: "open", Words: "早到了", CreatedAt: now}
	x := &hours.Proposal{Class: hours.Manual, State: hours.ProposalPending, PersonID: personID, UnitID: p.unit.ID, ActivityID: p.activity, ShiftID: p.shift, Minutes: 30, Reason: "补记", ProposedBy: m.Second.PersonID, CreatedAt: now}
	x.Give(&hours.Span{From: now, To: store.At(now.Add(30 * time.Minute))})
	doubt := &hours.Attention{UnitID: p.unit.ID, Reason: hours.GrantedByProposer, NeedsLook: true, CreatedAt: now}
	apptest.Must(m.t, m.Tx(func(tx *store.Tx) error {
		if err := tx.Create(g).Error; err != nil {
			return err
		}
		if err := tx.Create(e).Error; err != nil {
			return err
		}
		d.EntryID, x.TargetID = e.ID, g.ID
		x.OpenTarget, d.OpenEntry = &x.TargetID, &d.EntryID
		if err := tx.Create(d).Error; err != nil {
			return err
		}
		doubt.EntryID = e.ID
		if err := tx.Create(doubt).Error; err != nil {
			return err
		}
		return tx.Create(x).Error
	}))
	return g.ID, e.ID, d.ID, x.ID, doubt.ID
}

// stateFor is the state of a request in which an operation can be done.
var stateFor = map[string]request.State{"submitRequest": request.Returned, "updateRequest": request.Returned, "removeAttachment": request.Returned,
	"approveRequest": request.Submitted, "rejectRequest": request.Submitted, "returnRequest": request.Submitted, "referRequest": request.Submitted,
	"cancelRequest": request.Submitted, "decideRequests": request.Submitted, "receiveRequest": request.Referred, "sendBackRequest": request.Referred,
	"assignRequest": request.Approved, "openVolunteerShift": request.Approved, "acceptCase": request.Assigned, "handBackCase": request.Assigned,
	"rescheduleRequest": request.Scheduled, "offerTimes": request.Scheduled, "handOverCases": request.Assigned, "startVisit": request.Scheduled, "markNoShow": request.Scheduled,
	"reopenRequest": request.Completed, "closeRequest": request.Completed, "followUpRequest": request.Completed, "rateRequest": request.Completed}

// request writes one for the operation: the caller's own, another's at the station, or one of another unit.
func (m *matrix) request(op, record string, who auth.Actor) int64 {
	state := stateFor[op]
	if state == "" {
		state = request.InService
	}
	r := m.Put(state, func(r *request.Request) {
		switch record {
		case own:
			r.PersonID = &who.PersonID
		case elsewhere:
			r.UnitID = m.Other.ID
			if r.WorkerID != nil {
				r.WorkerID = &m.far.PersonID
			}
		}
		if op == "followUpRequest" {
			low, one := 1, int64(1)
			r.Rating, r.FollowUp = &low, &one
		}
		if op == "acceptCase" {
			r.AcceptedAt = nil
		}
	})
	if op == "finishVisit" {
		m.PutVisit(r)
	}
	return r.ID
}

// target gives the path of an operation on a record, and what its body needs to know; ok is
// false where there is no such record.
func (m *matrix) target(op, path, record string, who auth.Actor) (out string, p place, id int64, ok bool) {
	p = m.places[record]
	mine := record == own
	if mine {
		p = m.places[others]
	}
	set := func(id any) string {
		return strings.Replace(path, path[strings.Index(path, "{"):strings.Index(path, "}")+1], fmt.Sprint(id), 1)
	}
	personal := func(pick func(signup, entry, dispute, proposal, look int64) int64, theirs int64) int64 {
		if !mine {
			return theirs
		}
		m.World.Exec("DELETE FROM hour_proposals WHERE person_id = ?", who.PersonID)
		m.World.Exec("DELETE FROM hour_disputes WHERE person_id = ?", who.PersonID)
		m.World.Exec("DELETE FROM hour_attention WHERE entry_id IN (SELECT id FROM hour_entries WHERE person_id = ?)", who.PersonID)
		m.World.Exec("DELETE FROM hour_entries WHERE person_id = ?", who.PersonID)
		m.World.Exec("DELETE FROM attendances WHERE signup_id IN (SELECT id FROM signups WHERE person_id = ?)", who.PersonID)
		m.World.Exec("DELETE FROM signups WHERE person_id = ?", who.PersonID)
		return pick(m.about(p, who.PersonID))
	}
	signup := func(s, _, _, _, _ int64) int64 { return s }
	entry := func(_, e, _, _, _ int64) int64 { return e }
	dispute := func(_, _, d, _, _ int64) int64 { return d }
	proposal := func(_, _, _, x, _ int64) int64 { return x }
	look := func(_, _, _, _, l int64) int64 { return l }
	unitOnly := func(id int64) (string, place, int64, bool) { return set(id), p, id, !mine && record != none }
	switch {
	case strings.HasPrefix(path, "/requests/{id}"):
		if record == none {
			return
		}
		id = m.request(op, record, who)
		out = set(id)
		if strings.Contains(out, "{attachment_id}") {
			file := &request.Attachment{RequestID: id, Position: 1, Name: fmt.Sprintf("nowhere-%d", id), Kind: "pdf", Bytes: 1, AuthorID: m.Resident.PersonID, CreatedAt: store.At(m.Clock.Now())}
			apptest.Must(m.t, m.Tx(func(tx *store.Tx) error { return tx.Create(file).Error }))
			apptest.Must(m.t, m.Requests.Files.Write(file.Name, m.Requests.Box.Seal("files/"+file.Name, pdf("病历"))))
			out = strings.Replace(out, "{attachment_id}", fmt.Sprint(file.ID), 1)
		}
		return out, p, id, true
	case op == "decideRequests" || op == "handOverCases":
		if record == none {
			return
		}
		id = m.request(op, record, who)
		if op == "handOverCases" {
			path = set(p.provider)
		}
		return path, p, id, true
	case strings.HasPrefix(path, "/units/{id}"):
		return unitOnly(p.unit.ID)
	case strings.HasPrefix(path, "/providers/{id}"):
		return unitOnly(p.provider)
	case strings.HasPrefix(path, "/policies/{id}") && record == none:
		m.World.Exec("DELETE FROM policies")
		x := &policy.Policy{Kind: policy.DailyCap, UnitID: m.District.ID, FromDay: "2026-04-02", Value: 600, CreatedBy: m.Admin.PersonID, CreatedAt: store.At(m.Clock.Now())}
		apptest.Must(m.t, m.Tx(func(tx *store.Tx) error { return tx.Create(x).Error }))
		return set(x.ID), p, x.ID, true
	case strings.HasPrefix(path, "/campaigns/{id}"):
		return unitOnly(p.campaign)
	case strings.HasPrefix(path, "/activities/{id}"):
		return unitOnly(p.activity)
	case strings.HasPrefix(path, "/series/{id}"):
		return unitOnly(p.series)
	case op == "recordAttendance" && record != none:
		return set(p.shift), p, personal(signup, p.signup), true
	case strings.HasPrefix(path, "/shifts/{id}"):
		return unitOnly(p.shift)
	case strings.HasPrefix(path, "/service-types/{id}"):
		return unitOnly(p.service)
	case strings.HasPrefix(path, "/deliveries/{id}"):
		return unitOnly(p.delivery)
	case strings.HasPrefix(path, "/signups/{id}") && record != none:
		id = personal(signup, p.signup)
		return set(id), p, id, true
	case op == "decideSignups" && record != none:
		return path, p, personal(signup, p.signup), true
	case strings.HasPrefix(path, "/hours/entries/{id}") && record != none:
		id = personal(entry, p.entry)
		return set(id), p, id, true
	case strings.HasPrefix(path, "/hours/disputes/{id}") && record != none:
		id = personal(dispute, p.dispute)
		return set(id), p, id, true
	case op == "lookAtEntry" && record != none:
		id = personal(look, p.look)
		return set(id), p, id, true
	case op == "decideProposals" && record != none:
		return path, p, personal(proposal, p.proposal), true
	case strings.HasPrefix(path, "/grants/{id}") && !mine && record != none:
		m.rows++
		g := &identity.RoleGrant{PersonID: m.Volunteer("过客").PersonID, UnitID: p.unit.ID, Role: auth.StationStaff, GrantedBy: m.Volunteer("授权人").PersonID, CreatedAt: store.At(m.Clock.Now())}
		apptest.Must(m.t, m.Tx(func(tx *store.Tx) error { return tx.Create(g).Error }))
		return set(g.ID), p, g.ID, true
	case strings.HasPrefix(path, "/invitations/{id}") && !mine && record != none:
		i, _, err := m.Identity.Invite(apptest.As(m.Admin), p.unit.ID, auth.StationStaff)
		apptest.Must(m.t, err)
		return set(i.ID), p, i.ID, true
	case strings.HasPrefix(path, "/me/beneficiaries/{id}") && (mine || record == others):
		b := &request.Beneficiary{Ref: fmt.Sprintf("ref-%d-%d", m.rows, time.Now().UnixNano()), PersonID: m.Resident.PersonID, Name: "奶奶", Relation: "parent", Sex: "unknown", CreatedAt: store.At(m.Clock.Now())}
		if mine {
			b.PersonID = who.PersonID
		}
		b.Sealed = m.Requests.Box.Seal("beneficiaries/"+b.Ref, []byte("{}"))
		apptest.Must(m.t, m.Tx(func(tx *store.Tx) error { return tx.Create(b).Error }))
		return set(b.ID), p, b.ID, true
	case strings.HasPrefix(path, "/people/duplicates/{id}") && !mine && record != none:
		people := m.People("林晓雯", "林晓雯（旧）")
		d := &identity.Duplicate{LowID: people[0].PersonID, HighID: people[1].PersonID, ByPhone: true, State: identity.DuplicateOpen, FoundAt: store.At(m.Clock.Now())}
		apptest.Must(m.t, m.Tx(func(tx *store.Tx) error {
			if err := tx.Exec("UPDATE people SET unit_id = ? WHERE id IN ?", p.unit.ID, []int64{d.LowID, d.HighID}).Error; err != nil {
				return err
			}
			return tx.Create(d).Error
		}))
		return set(d.ID), p, d.ID, true
	case strings.HasPrefix(path, "/me/provider/exceptions/{id}") && (mine || record == others):
		e := &booking.Exception{ProviderID: m.Colleague.PersonID, Day: "2026-04-02", Kind: "off", EndMinute: 1440, CreatedAt: store.At(m.Clock.Now())}
		if mine {
			e.ProviderID = who.PersonID
			m.World.Exec("DELETE FROM provider_exceptions")
			if m.Count("providers", "person_id = ?", who.PersonID) == 0 {
				return set(99999), p, 0, true // who is no provider has none
			}
		} else if who.PersonID == m.Colleague.PersonID {
			e.ProviderID = m.Worker.PersonID
		}
		apptest.Must(m.t, m.Tx(func(tx *store.Tx) error { return tx.Create(e).Error }))
		return set(e.ID), p, e.ID, true
	case strings.HasPrefix(path, "/me/relations/{id}") && (mine || record == others):
		one, r := int64(1), &identity.Relation{LowID: m.Resident.PersonID, HighID: m.Volunteer("亲属").PersonID, Kind: "other", DeclaredAt: store.At(m.Clock.Now())}
		if r.Live = &one; mine {
			r.LowID = who.PersonID
		}
		apptest.Must(m.t, m.Tx(func(tx *store.Tx) error { return tx.Create(r).Error }))
		return set(r.ID), p, r.ID, true
	case strings.HasPrefix(path, "/me/wards/{id}") && (mine || record == others):
		one, child := int64(1), m.Volunteer("孩子").PersonID
		m.World.Exec("UPDATE people SET birth_date = '2016-05-01' WHERE id = ?", child)
		g := &identity.Guardianship{GuardianID: m.Resident.PersonID, ChildID: child, Relation: "parent", Live: &one, AgreedAt: store.At(m.Clock.Now())}
		if mine {
			g.GuardianID = who.PersonID
		}
		apptest.Must(m.t, m.Tx(func(tx *store.Tx) error { return tx.Create(g).Error }))
		if out = set(child); strings.Contains(out, "{request_id}") {
			r := m.Put(request.Submitted, func(r *request.Request) { r.PersonID = &child })
			out = strings.Replace(out, "{request_id}", fmt.Sprint(r.ID), 1)
		}
		return out, p, child, true
	case op == "removeHoliday" && record == none:
		m.World.Exec("DELETE FROM holidays")
		apptest.Must(m.t, m.Tx(func(tx *store.Tx) error {
			return tx.Create(&booking.Holiday{UnitID: m.District.ID, Day: "2026-10-01", Name: "国庆节", Kind: "off", CreatedAt: tx.Now}).Error
		}))
		return set("2026-10-01"), p, 0, true
	case strings.HasPrefix(path, "/calendar/") && record == none:
		return set(m.secret + ".ics"), p, 0, true
	case slices.Contains([]string{"createUnit", "createCampaign", "createActivity", "createServiceType"}, op):
		return path, p, 0, !mine && record != none // of a unit named in the body
	case strings.Contains(path, "{") || strings.HasPrefix(op, "decide"):
		return path, p, 0, false
	}
	switch op {
	case "getMinorsReport", "exportMinorsReport":
		path += "?year=2026"
	case "listMyBookings":
		path += "?from=2026-03-01&to=2026-03-20"
	}
	return path, p, 0, record == none
}

// body is one that an operation lets through to its own decision.
func (m *matrix) body(op string, p place, id int64) any {
	at := func(after time.Duration) string { return m.Clock.Now().Add(after).Format(time.RFC3339) }
	switch op {
	case "updateMe":
		return `{"sex":"unknown"}`
	case "updateUnit":
		return `{"open_hours":"9:00-18:00"}`
	case "updateCampaign":
		return `{"story":"一起照看"}`
	case "updateActivity":
		return `{"content":"沿渠捡拾垃圾"}`
	case "updateSeries", "updateShift":
		return `{"capacity":90}`
	case "updateServiceType":
		return `{"line":"上门助浴"}`
	case "updateProvider":
		return `{"daily_cap":6}`
	case "updateRequest":
		return `{"words":"改一改"}`
	case "createUnit":
		return map[string]any{"parent_id": p.unit.ID, "kind": "room", "name": "一室"}
	case "inviteToRole":
		return `{"role":"station_staff"}`
	case "lookAtInvitation", "acceptInvitation": // nobody's code: a role that is accepted would change the others' rows
		return `{"code":"HK7M2WQD"}`
	case "createStaff":
		m.rows++
		return map[string]any{"name": "贺兰", "login": fmt.Sprintf("he.lan%d", m.rows), "password": "long words are best", "role": "station_staff"}
	case "createCampaign":
		return map[string]any{"unit_id": p.unit.ID, "name": "品牌", "story": "x", "art": "orchid", "goal_minutes": 60, "starts_on": "2026-04-01", "ends_on": "2026-05-01"}
	case "createActivity":
		return map[string]any{"unit_id": p.unit.ID, "campaign_id": p.campaign, "title": "清河", "content": "x", "leader_name": "马志宏", "contact_phone": "0953-5098110", "place_name": "3 号桥"}
	case "createServiceType":
		return map[string]any{"unit_id": p.unit.ID, "field": "elder", "theme": "body", "icon": "care", "name": "助洁", "line": "上门助洁", "ways": []string{"home"}, "mode": "request"}
	case "addShift":
		return map[string]any{"starts_at": at(90 * time.Hour), "ends_at": at(92 * time.Hour), "capacity": 3}
	case "addSeries":
		return map[string]any{"weekdays": []int{1}, "start_time": "09:00", "end_time": "10:00", "from_date": "2026-04-01", "until_date": "2026-04-20", "capacity": 3}
	case "decideSignups":
		return map[string]any{"ids": []int64{id}, "decision": "approve"}
	case "decideProposals":
		return map[string]any{"ids": []int64{id}, "decision": "reject", "reason": "x"}
	case "decideRequests":
		return map[string]any{"ids": []int64{id}, "decision": "reject", "reason": "x"}
	case "recordAttendance":
		return map[string]any{"items": []any{map[string]any{"signup_id": id, "action": "no_show"}}}
	case "scanVolunteer":
		return map[string]any{"token": m.Activities.PersonCode(apptest.As(auth.Actor{PersonID: p.volunteer})).Token, "kind": "in"}
	case "checkIn":
		return map[string]any{"token": m.Code(m.places[others].shift).Token, "kind": "in"}
	case "handOverCases":
		return map[string]any{"to_id": m.Colleague.PersonID, "request_ids": []int64{id}, "reason": "x"}
	case "assignRequest":
		return map[string]any{"worker_id": m.Colleague.PersonID}
	case "setMyHours":
		return `{"hours":[],"breaks":[]}`
	case "addMyException":
		return `{"date":"2026-04-03","kind":"off"}`
	case "createRequest":
		return map[string]any{"service_type_id": m.Care.ID, "way": "station", "urgency": "normal", "words": "x", "unit_id": m.Station.ID}
	case "referRequest":
		return map[string]any{"organisation": "启心社工", "reason": "近", "consent": "电话同意"}
	case "rescheduleRequest":
		return map[string]any{"starts_at": m.Slot().Format(time.RFC3339)}
	case "openVolunteerShift":
		return map[string]any{"campaign_id": m.Campaign, "title": "陪诊", "place_name": "医院", "starts_at": at(50 * time.Hour), "ends_at": at(51 * time.Hour), "capacity": 2}
	case "answerDispute":
		return `{"action":"keep","answer":"x"}`
	case "proposeCorrection":
		return map[string]any{"minutes": 40, "reason": "x", "given": map[string]any{"from": m.Clock.Now().Format(time.RFC3339Nano), "to": m.Clock.Now().Add(time.Hour).Format(time.RFC3339Nano)}}
	case "lookAtEntry":
		return `{"note":"看过"}`
	case "addLink":
		return `{"code":"12345678"}`
	case "declareRelation":
		return `{"code":"12345678","kind":"sibling"}`
	case "addWard":
		return `{"code":"12345678","relation":"parent","agree":true}`
	case "createPolicy":
		return `{"kind":"daily_cap","from_day":"2026-04-02","value":600}`
	case "setHoliday":
		return `{"date":"2026-10-02","name":"国庆节","kind":"off"}`
	case "addBeneficiary", "updateBeneficiary":
		return `{"name":"奶奶","relation":"parent"}`
	case "settleDuplicate":
		return `{"outcome":"different","reason":"母女共用一个手机"}`
	case "setConsent", "setWardConsent":
		return `{"kind":"sensitive","version":"any","given":false}`
	case "acceptMessages":
		return `{"accepted":["request_result"]}`
	}
	return bodyOf(m.specs[op], "", "1")
}

// try calls the operation as one of the callers on a record and tells what was decided; what was
// let in may still have been refused as wrong or too late.
func (m *matrix) try(op string, n int, record string) byte {
	who := m.who[n]
	if record == own && n == 0 {
		return '.'
	}
	route := httpapi.Routes()[op]
	path, p, id, ok := m.target(op, route.Path, record, who)
	if !ok {
		return '.'
	}
	body, headers := m.content(op, p, id)
	return m.decided(op, path, m.site.Call(m.t, m.as(op, who), route.Method, path, body, headers...))
}

// as is the caller, or, where the operation ends a session or an account, somebody of their kind whom nothing else needs.
func (m *matrix) as(op string, who auth.Actor) auth.Actor {
	if op == "logout" && who.SignedIn() {
		session := &identity.Session{PersonID: who.PersonID, CreatedAt: store.At(m.Clock.Now()), RefreshedAt: store.At(m.Clock.Now()), ExpiresAt: store.At(m.Clock.Now().Add(time.Hour))}
		apptest.Must(m.t, m.Tx(func(tx *store.Tx) error { return tx.Create(session).Error }))
		who.SessionID = session.ID
	}
	if op == "closeAccount" && who.SignedIn() && len(who.Grants) <= 2 {
		who = m.Volunteer("要走的人")
	}
	return who
}

// content is the body, and the headers that it needs.
func (m *matrix) content(op string, p place, id int64) (body any, headers []string) {
	if op == "addAttachment" {
		text, kind := form(m.t, "病历.pdf", pdf("病历"))
		return text, []string{"Content-Type", kind}
	}
	return m.body(op, p, id), nil
}

func (m *matrix) decided(op, path string, a apptest.Answer) byte {
	switch {
	case a.Status == 401 && (a.Problem.Code == "unauthenticated" || a.Problem.Code == "session_ended" && op != "refreshSession"):
		return '1'
	case a.Status == 403:
		return '3'
	case a.Status == 404:
		return '4'
	case a.Status == 400 || a.Status >= 500 && a.Status != 503:
		m.t.Errorf("%s %s: the matrix's own body is no good: %d %s", op, path, a.Status, a.Body)
	}
	var batch struct{ Items []struct{ Code string } }
	if a.Status == 200 && (strings.HasPrefix(op, "decide") || op == "recordAttendance" || op == "handOverCases") {
		apptest.Must(m.t, json.Unmarshal(a.Body, &batch))
		switch {
		case len(batch.Items) != 1 || batch.Items[0].Code == "not_found":
			return '4'
		case slices.Contains([]string{"forbidden", "own_hours", "own_request", "own_proposal"}, batch.Items[0].Code):
			return '3'
		}
	}
	return '+'
}

// Every operation of the contract, as everybody, on an own record, another's and another unit's:
// what is decided is what the table says, and nothing is undecided. The table is docs/access.md.
func TestAccessMatrix(t *testing.T) {
	for op, rows := range expected {
		for record, row := range rows {
			if len(row) != len(callers) || strings.Trim(row, decisions) != "" || !slices.Contains(records, record) {
				t.Errorf("%s, %q: %q is no row", op, record, row)
			}
		}
		if httpapi.Routes()[op].Path == "" {
			t.Errorf("the contract has no %s", op)
		}
	}
	drawn(t)
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		m := newMatrix(t, s)
		ops := slices.SortedFunc(maps.Keys(httpapi.Routes()), func(a, b string) int { // what changes nothing comes first
			get := func(op string) string { return strings.Replace(httpapi.Routes()[op].Method, "GET", "A", 1) + op }
			return strings.Compare(get(a), get(b))
		})
		for _, op := range ops {
			if expected[op] == nil {
				t.Errorf("%s has no row in the matrix", op)
			}
			if m.Store.Dialect() != "sqlite" && httpapi.Routes()[op].Method != http.MethodGet {
				continue // who may write is decided in Go; what may be read is scoped in SQL
			}
			for _, record := range records {
				got := make([]byte, len(callers))
				for n := range callers {
					got[n] = m.try(op, n, record)
				}
				if row := string(got); strings.Trim(row, ".") != "" && row != expected[op][record] {
					t.Errorf("%s, %q: %s, want %s", op, record, row, expected[op][record])
				} else if strings.Trim(row, ".") == "" && expected[op][record] != "" {
					t.Errorf("%s has no record that is %q", op, record)
				}
			}
		}
	})
}

// An auditor changes nothing: no operation that writes lets in more than any volunteer, who holds no role, may do of their own.
func TestAnAuditorChangesNothing(t *testing.T) {
	t.Parallel()
	auditor, volunteer := slices.Index(callers, "auditor of the district"), slices.Index(callers, "volunteer")
	for op, rows := range expected {
		if httpapi.Routes()[op].Method == http.MethodGet {
			continue
		}
		for record, row := range rows {
			if row[auditor] == '+' && row[volunteer] != '+' {
				t.Errorf("%s, %q lets an auditor in", op, record)
			}
		}
	}
}

// drawn compares docs/access.md with the table, or writes it.
func drawn(t *testing.T) {
	t.Helper()
	var b strings.Builder
	b.WriteString("# Who may do what\n\nEvery operation of the contract, as everybody, on a record of one's own, another person's at the station, and another\nunit's. " +
		"✓ is let in (and may still be refused as wrong or too late), 401 to log in first, 403 not allowed, 404 not there or not\none's to know of. " +
		"Made by `go test ./internal/httpapi -run 'TestAccessMatrix|TestTextsReach' -update` from the table in `internal/httpapi/matrix_table_test.go`,\nwhich the same test holds against the running program.\n\n" +
		"A row that names somebody opens nothing by itself: a worker and a supervisor are those named now who hold the role today, and a role\n" +
		"that ends ends with it all of their columns, from the next call on ([ADR 22](adr/0022-rights-follow-the-role.md)).\n\n")
	b.WriteString("| operation | record | " + strings.Join(callers, " | ") + " |\n|---|---|" + strings.Repeat("---|", len(callers)) + "\n")
	for _, op := range slices.Sorted(maps.Keys(expected)) {
		for _, record := range records {
			row, ok := expected[op][record]
			if !ok {
				continue
			}
			cells := make([]string, len(row))
			for i := range cells {
				cells[i] = decisionWords[row[i]]
			}
			fmt.Fprintf(&b, "| %s | %s | %s |\n", op, record, strings.Join(cells, " | "))
		}
	}
	const file, after = "../../docs/access.md", "\n# Who reads" // TestTextsReachWhomTheyAreFor has the rest of the page
	was, err := os.ReadFile(file)
	apptest.Must(t, err)
	matrix, rest, _ := strings.Cut(string(was), after)
	if *update {
		apptest.Must(t, os.WriteFile(file, []byte(b.String()+after+rest), 0o644)) //nolint:gosec // a page of the docs
	} else if matrix != b.String() {
		t.Errorf("%s is not what the table says; run with -update", file)
	}
}
