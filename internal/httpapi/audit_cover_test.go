package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/hours"
	"yimi/internal/httpapi"
	"yimi/internal/identity"
	"yimi/internal/outbox"
	"yimi/internal/request"
	"yimi/internal/store"
)

// unlogged are the operations of staff, workers and admins that write and leave no line in the
// audit log, each with why.
var unlogged = map[string]string{}

// sensitive are the readings, and the writings that are open to anybody signed in, that leave a
// line when somebody else's record is concerned.
var sensitive = []string{"getRequest", "listCaseNotes", "getAttachment", "createRequest", "updateRequest", "submitRequest", "cancelRequest",
	"rescheduleRequest", "addMessage", "addAttachment", "removeAttachment", "addCaseNote", "cancelSignup", "exportMinorsReport",
	"addWard", "removeWard", "setWardConsent", "cancelWardRequest", "addLink", "acceptInvitation", "declareRelation", "endRelation"}

// ledger tries operations and remembers which left a line in the audit log.
type ledger struct {
	t      *testing.T
	s      *apptest.Site
	logged map[string]bool
}

// do calls an operation, which must do its deed, and looks for its line.
func (b *ledger) do(op string, who auth.Actor, body any, ids ...any) json.RawMessage {
	b.t.Helper()
	route, ok := httpapi.Routes()[op]
	if !ok {
		b.t.Fatalf("there is no operation %s", op)
	}
	path, headers := route.Path, []string(nil)
	for _, id := range ids {
		from, to := strings.Index(path, "{"), strings.Index(path, "}")
		path = path[:from] + fmt.Sprint(id) + path[to+1:]
	}
	if op == "addAttachment" {
		text, kind := form(b.t, "病历.pdf", pdf("病历"))
		body, headers = text, []string{"Content-Type", kind}
	}
	before := b.s.Count("audit_entries", "operation = ? AND actor_id = ?", op, who.PersonID)
	a := b.s.Call(b.t, who, route.Method, path, body, headers...)
	if a.Status >= 300 || strings.Contains(string(a.Body), `"done":false`) {
		b.t.Errorf("%s: %d %s", op, a.Status, a.Body)
		return nil
	}
	if b.s.Count("audit_entries", "operation = ? AND actor_id = ?", op, who.PersonID) > before {
		b.logged[op] = true
	}
	return a.Body
}

func rawID(raw json.RawMessage) int64 {
	var x struct{ ID int64 }
	_ = json.Unmarshal(raw, &x)
	return x.ID
}

// Every operation by which staff, workers and admins change something, and every reading of what
// is most private, leaves a line in the audit log; or it is an exception with a reason.
func TestEveryDeedOfStaffIsLogged(t *testing.T) {
	eachLoop(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop) {
		b := &ledger{t, s, map[string]bool{}}
		b.deedsOnUnits(l)
		b.deedsOnActivities(l)
		b.deedsOnServices(l)
		b.deedsOnRequests(l)
		b.looks(l)
		b.guards(l)
		for op := range httpapi.Rules() {
			if _, excepted := unlogged[op]; mustLog(op) && b.logged[op] == excepted {
				t.Errorf("%s: logged %v, an exception %v", op, b.logged[op], excepted)
			}
		}
		b.nothingPrivate(l)
	})
}

// mustLog tells whether an operation has to leave a line.
func mustLog(op string) bool {
	closed := slices.Contains([]string{"staff", "worker", "worker_or_staff", "admin"}, httpapi.Rules()[op])
	return closed && httpapi.Routes()[op].Method != http.MethodGet || slices.Contains(sensitive, op)
}

// nothingPrivate looks for what must not be in the log.
func (b *ledger) nothingPrivate(l *apptest.Loop) {
	b.t.Helper()
	for _, private := range []string{apptest.Words, apptest.Phone, apptest.Address, "0953-", "林玉芳", "不该有的话", "1998-03-05", "openid\":\"o"} {
		if n := l.Count("audit_entries", "before_json LIKE ? OR after_json LIKE ?", "%"+private+"%", "%"+private+"%"); n != 0 {
			b.t.Errorf("%q is in %d lines of the log", private, n)
		}
	}
}

func (b *ledger) deedsOnUnits(l *apptest.Loop) {
	b.do("createUnit", l.Admin, map[string]any{"parent_id": l.District.ID, "kind": "station", "name": "罗山社区社工站"})
	b.do("updateUnit", l.Staff, map[string]any{"phone": "0953-5098119"}, l.Station.ID)
	var invited struct{ Code string }
	apptest.Must(b.t, json.Unmarshal(b.do("inviteToRole", l.Admin, map[string]any{"role": "station_staff"}, l.Other.ID), &invited))
	grant := rawID(b.do("acceptInvitation", l.Neighbour, map[string]any{"code": invited.Code}))
	b.do("withdrawInvitation", l.Admin, nil, rawID(b.do("inviteToRole", l.Admin, map[string]any{"role": "station_staff"}, l.Other.ID)))
	b.do("confirmGrant", l.AdminOf(l.District, "马主任"), nil, grant)
	b.do("revokeRole", l.Admin, nil, grant)
	b.do("createStaff", l.Admin, map[string]any{"name": "贺兰", "login": "he.lan", "password": "long words are best", "role": "station_staff"}, l.Station.ID)
	campaign := rawID(b.do("createCampaign", l.Staff, map[string]any{"unit_id": l.Station.ID, "name": "兰花芬芳", "story": "陪老人", "art": "orchid", "goal_minutes": 6000, "starts_on": "2026-01-01", "ends_on": "2026-12-31"}))
	b.do("updateCampaign", l.Staff, map[string]any{"story": "陪老人养花"}, campaign)
	b.do("setHoliday", l.Admin, map[string]any{"date": "2026-10-01", "name": "国庆节", "kind": "off"})
	b.do("removeHoliday", l.Admin, nil, "2026-10-01")
	b.do("deletePolicy", l.Admin, nil, rawID(b.do("createPolicy", l.Admin, map[string]any{"kind": "daily_cap", "from_day": "2026-10-01", "value": 600}, l.Station.ID)))
	now := store.At(l.Clock.Now())
	dead := &outbox.Notice{PersonID: l.Resident.PersonID, Kind: request.NoticeRequestApproved, Event: "dead", Title: "申请通过了", Body: "请看", CreatedAt: now,
		Template: "approved", Delivery: outbox.Dead, Fault: "47003", FailedAt: &now}
	apptest.Must(b.t, l.Tx(func(tx *store.Tx) error { return tx.Create(dead).Error }))
	b.do("resendDelivery", l.Admin, nil, dead.ID)
	twice := l.People("林晓雯", "林晓雯（旧）")
	d := &identity.Duplicate{LowID: twice[0].PersonID, HighID: twice[1].PersonID, ByPhone: true, State: identity.DuplicateOpen, FoundAt: now}
	apptest.Must(b.t, l.Tx(func(tx *store.Tx) error { return tx.Create(d).Error }))
	b.do("settleDuplicate", l.Staff, map[string]any{"outcome": "merge", "keep_id": d.LowID, "reason": "不该有的话"}, d.ID)
	a := b.s.Call(b.t, l.Admin, "GET", "/audit/minors-report/csv?year=2026", nil)
	b.logged["exportMinorsReport"] = a.Status == 200 && lastRow(b.t, l.World).Operation == "exportMinorsReport"
}

func (b *ledger) deedsOnActivities(l *apptest.Loop) {
	at := func(after time.Duration) string { return l.Clock.Now().Add(after).Format(time.RFC3339) }
	draft := map[string]any{"unit_id": l.Station.ID, "campaign_id": l.Campaign, "title": "清河行动", "content": "沿渠捡拾垃圾", "leader_name": "马志宏", "contact_phone": "0953-5098110", "place_name": "3 号桥"}
	id := rawID(b.do("createActivity", l.Staff, draft))
	b.do("updateActivity", l.Staff, map[string]any{"title": "清河行动二"}, id)
	b.do("addShift", l.Staff, map[string]any{"starts_at": at(24 * time.Hour), "ends_at": at(26 * time.Hour), "capacity": 5}, id)
	b.do("addSeries", l.Staff, map[string]any{"weekdays": []int{1, 4}, "start_time": "09:00", "end_time": "11:00", "from_date": "2026-03-10", "until_date": "2026-03-20", "capacity": 4}, id)
	b.do("publishActivity", l.Staff, nil, id)
	var shifts []activity.Shift
	apptest.Must(b.t, l.Store.Read(b.t.Context()).Where("activity_id = ?", id).Order("id").Find(&shifts).Error)
	b.do("updateSeries", l.Staff, map[string]any{"capacity": 6}, *shifts[1].SeriesID)
	b.do("updateShift", l.Staff, map[string]any{"capacity": 7}, shifts[0].ID)
	b.do("cancelShift", l.Staff, map[string]any{"reason": "下雨"}, shifts[1].ID)
	b.do("cancelActivity", l.Staff, map[string]any{"reason": "不办了"}, id)

	a := l.Draft()
	a.Approval = activity.ApprovalStaff
	shift := l.Publish(a, apptest.At(48*time.Hour, 5))[0].Shift
	people := l.People("林晓雯", "白雪", "金玉芳")
	signups, phone := make([]int64, len(people)), apptest.Phone
	for i, p := range people {
		signups[i] = l.SignUp(p, shift.ID).ID
	}
	b.do("decideSignups", l.Staff, map[string]any{"ids": signups, "decision": "approve"})
	_, err := l.Identity.UpdateMe(apptest.As(people[0]), identity.Patch{Phone: &phone})
	apptest.Must(b.t, err)
	b.do("openSignupContact", l.Staff, nil, signups[0])
	b.do("cancelSignup", l.Staff, map[string]any{"reason": "不来了"}, signups[2])
	full := l.Shift(1)
	l.SignUp(l.Volunteer("马小军"), full.ID)
	b.do("takeSignup", l.Staff, map[string]any{"add_place": true}, l.Wait(l.Volunteer("白雪莲"), full.ID).ID)
	l.Clock.Set(shift.StartsAt.Time)
	b.do("scanVolunteer", l.Staff, map[string]any{"token": l.Activities.PersonCode(apptest.As(people[0])).Token, "kind": "in"}, shift.ID)
	l.Clock.Advance(time.Hour)
	b.do("scanVolunteer", l.Staff, map[string]any{"token": l.Activities.PersonCode(apptest.As(people[0])).Token, "kind": "out"}, shift.ID)
	l.Clock.Set(shift.EndsAt.Add(time.Hour))
	b.do("recordAttendance", l.Staff, map[string]any{"items": []any{map[string]any{"signup_id": signups[0], "action": "confirm"}, map[string]any{"signup_id": signups[1], "action": "no_show"}}}, shift.ID)
	var entry struct{ ID int64 }
	apptest.Must(b.t, l.Store.Read(b.t.Context()).Table("hour_entries").Select("id").Where("person_id = ?", people[0].PersonID).Take(&entry).Error)
	proposal := rawID(b.do("proposeCorrection", l.Staff, map[string]any{"minutes": 90, "reason": "多留了半小时",
		"given": map[string]any{"from": shift.StartsAt.Time, "to": shift.StartsAt.Add(90 * time.Minute)}}, entry.ID))
	b.do("decideProposals", l.Second, map[string]any{"ids": []int64{proposal}, "decision": "approve"})
	dispute := rawID(b.s.Call(b.t, people[0], "POST", fmt.Sprintf("/hours/entries/%d/disputes", entry.ID), map[string]any{"words": "不该有的话"}).Body)
	b.do("answerDispute", l.Staff, map[string]any{"action": "keep", "answer": "不该有的话"}, dispute)
	doubt := hours.Attention{EntryID: entry.ID, UnitID: l.Station.ID, Reason: hours.GrantedByProposer, NeedsLook: true}
	apptest.Must(b.t, l.Tx(func(tx *store.Tx) error { return tx.Create(&doubt).Error }))
	b.do("lookAtEntry", l.StaffOf(l.Station, "丁海燕"), map[string]any{"note": "不该有的话"}, doubt.ID)
	b.do("finishActivity", l.Staff, nil, shift.ActivityID)
}

func (b *ledger) deedsOnServices(l *apptest.Loop) {
	id := rawID(b.do("createServiceType", l.Staff, map[string]any{"unit_id": l.Station.ID, "field": "elder", "theme": "body", "icon": "care", "name": "助浴", "line": "上门助浴", "ways": []string{"home"}, "mode": "request"}))
	b.do("updateServiceType", l.Staff, map[string]any{"line": "上门助浴两小时"}, id)
	b.do("updateProvider", l.Staff, map[string]any{"daily_cap": 6}, l.Worker.PersonID)
	b.do("setMyHours", l.Worker, map[string]any{"hours": []any{map[string]any{"weekday": 1, "start_time": "09:00", "end_time": "12:00"}}, "breaks": []any{}})
	b.do("addMyException", l.Worker, map[string]any{"date": l.Clock.Now().AddDate(0, 0, 20).Format(time.DateOnly), "kind": "off"})
	var e struct{ ID int64 }
	apptest.Must(b.t, l.Store.Read(b.t.Context()).Table("provider_exceptions").Select("id").Order("id DESC").Limit(1).Take(&e).Error)
	b.do("removeMyException", l.Worker, nil, e.ID)
	b.do("renewMyFeed", l.Worker, nil)
	b.do("stopMyFeed", l.Worker, nil)
}

func (b *ledger) deedsOnRequests(l *apptest.Loop) {
	put := func(state request.State, change ...func(*request.Request)) int64 { return l.Put(state, change...).ID }
	why := map[string]any{"reason": "材料不全"}
	caller := map[string]any{"name": "王大妈", "relation": "self"}
	b.do("createRequest", l.Staff, map[string]any{"service_type_id": l.Care.ID, "unit_id": l.Station.ID, "way": "station", "urgency": "normal", "words": apptest.Words, "phone": apptest.Phone, "caller": caller})
	filed := put(request.Draft, func(r *request.Request) { r.PersonID, r.FiledBy = nil, &l.Staff.PersonID })
	b.do("updateRequest", l.Staff, map[string]any{"words": "不该有的话", "urgency": "soon"}, filed)
	b.do("submitRequest", l.Staff, nil, filed)
	b.do("cancelRequest", l.Staff, why, filed)
	b.do("approveRequest", l.Staff, nil, put(request.Submitted))
	b.do("rejectRequest", l.Staff, why, put(request.Submitted))
	b.do("returnRequest", l.Staff, why, put(request.Submitted))
	b.do("decideRequests", l.Staff, map[string]any{"ids": []int64{put(request.Submitted), put(request.Submitted)}, "decision": "approve"})
	b.do("referRequest", l.Staff, map[string]any{"organisation": "启心社工", "reason": "近", "consent": "电话同意"}, put(request.Submitted))
	b.do("receiveRequest", l.Receiver, nil, put(request.Referred))
	b.do("sendBackRequest", l.Receiver, why, put(request.Referred))
	b.do("assignRequest", l.Staff, map[string]any{"worker_id": l.Worker.PersonID}, put(request.Approved))
	fresh := func(r *request.Request) { r.AcceptedAt = nil }
	b.do("acceptCase", l.Worker, nil, put(request.Assigned, fresh))
	b.do("handBackCase", l.Worker, why, put(request.Assigned))
	slot := l.Slot().Format(time.RFC3339)
	b.do("offerTimes", l.Worker, nil, put(request.Scheduled))
	b.do("rescheduleRequest", l.Worker, map[string]any{"starts_at": slot}, put(request.Assigned))
	b.do("openVolunteerShift", l.Staff, map[string]any{"campaign_id": l.Campaign, "title": "陪诊", "place_name": "医院", "starts_at": l.Slot().Format(time.RFC3339), "ends_at": l.Slot().Add(time.Hour).Format(time.RFC3339), "capacity": 2}, put(request.Approved))
	b.do("handOverCases", l.Staff, map[string]any{"to_id": l.Colleague.PersonID, "request_ids": []int64{put(request.Assigned)}, "reason": "休假"}, l.Worker.PersonID)

	visit := put(request.Scheduled)
	b.do("startVisit", l.Worker, map[string]any{}, visit)
	b.do("addStaffNote", l.Staff, map[string]any{"text": "不该有的话"}, visit)
	b.do("addCaseNote", l.Worker, map[string]any{"text": "不该有的话"}, visit)
	b.do("addMessage", l.Worker, map[string]any{"text": "不该有的话"}, visit)
	b.do("finishVisit", l.Worker, map[string]any{"done": "不该有的话", "person_times": 1, "sure": true}, visit)
	b.do("completeRequest", l.Worker, map[string]any{}, visit)
	b.do("reopenRequest", l.Staff, why, visit)
	b.do("closeRequest", l.Staff, map[string]any{}, put(request.Completed))
	low, one := 1, int64(1)
	b.do("followUpRequest", l.Staff, map[string]any{"reason": "不该有的话"}, put(request.Completed, func(r *request.Request) { r.Rating, r.FollowUp = &low, &one }))
	missed := put(request.Scheduled)
	l.Exec("UPDATE bookings SET starts_at = ? WHERE request_id = ?", store.At(l.Clock.Now().Add(-time.Hour)), missed)
	b.do("markNoShow", l.Worker, map[string]any{}, missed)
}

// looks opens what is most private, of somebody under 18.
func (b *ledger) looks(l *apptest.Loop) {
	born := "2015-05-01"
	id := l.Put(request.InService, func(r *request.Request) { r.BirthDate = &born }).ID
	b.do("getRequest", l.Staff, nil, id)
	b.do("openContact", l.Staff, nil, id)
	b.do("listCaseNotes", l.Worker, nil, id)
	file := rawID(b.do("addAttachment", l.Staff, nil, id))
	b.do("getAttachment", l.Worker, nil, id, file)
	draft := l.Put(request.Draft, func(r *request.Request) { r.PersonID, r.FiledBy = nil, &l.Staff.PersonID }).ID
	b.do("withdrawAttachment", l.Staff, map[string]any{"reason": "传错了"}, id, file)
	b.do("removeAttachment", l.Staff, nil, draft, attach(b.t, l, l.Staff, draft))
	for what, n := range map[string]int64{
		"looks at the minor": l.Count("audit_entries", "minor = 1 AND operation IN ('getRequest','openContact','listCaseNotes','getAttachment')"),
	} {
		if n != 4 {
			b.t.Errorf("%d %s, want 4", n, what)
		}
	}
	if n := l.Count("audit_entries", "operation = 'listCaseNotes' AND role = ? AND unit_id = ? AND district_id = ?", auth.SocialWorker, l.Station.ID, l.District.ID); n != 1 {
		b.t.Errorf("%d openings by the worker", n)
	}
}

// guards agrees for a child and takes it back.
func (b *ledger) guards(l *apptest.Loop) {
	child, guardian := l.Volunteer("赵小宝"), l.Volunteer("赵建国")
	l.Exec("UPDATE people SET birth_date = '2016-05-01' WHERE id = ?", child.PersonID)
	var shown struct{ Code string }
	b.s.Call(b.t, child, "POST", "/me/guardian-code", nil).Into(b.t, &shown)
	b.do("addWard", guardian, map[string]any{"code": shown.Code, "relation": "parent", "agree": true})
	l.Clock.Advance(time.Second)
	b.do("setWardConsent", guardian, map[string]any{"kind": "location", "version": "any", "given": false}, child.PersonID)
	asked := l.Put(request.Submitted, func(r *request.Request) { r.PersonID = &child.PersonID })
	b.do("cancelWardRequest", guardian, nil, child.PersonID, asked.ID)
	b.do("removeWard", guardian, nil, child.PersonID)
	b.s.Call(b.t, guardian, "POST", "/me/link-code", nil).Into(b.t, &shown)
	b.do("addLink", l.Volunteer("赵建国"), map[string]any{"code": shown.Code})
	brother := l.Volunteer("赵建军")
	b.s.Call(b.t, guardian, "POST", "/me/link-code", nil).Into(b.t, &shown)
	b.do("endRelation", brother, nil, rawID(b.do("declareRelation", brother, map[string]any{"code": shown.Code, "kind": "sibling"})))
}
