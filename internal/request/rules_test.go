package request_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/fault"
	"yimi/internal/request"
	"yimi/internal/workflow"
)

func ptr[T any](v T) *T { return &v }

// wantFields fails the test when the error is not a 400 that names just these fields.
func wantFields(t *testing.T, err error, names ...string) {
	t.Helper()
	f := fault.From(err)
	var got []string
	for _, x := range f.Fields {
		got = append(got, x.Name)
		if x.Message == "" {
			t.Errorf("%s without a message", x.Name)
		}
	}
	if err == nil || f.Kind != fault.Invalid || f.Code != "invalid_fields" || !slices.Equal(got, names) {
		t.Errorf("got %v with %v, want %v", err, got, names)
	}
}

// relative gives somebody's family a member, or fails.
func relative(t *testing.T, l *apptest.Loop, of auth.Actor, b request.Beneficiary, groups ...string) int64 {
	t.Helper()
	b.Sex = "unknown"
	kept, err := l.Requests.KeepBeneficiary(apptest.As(of), &b, groups)
	apptest.Must(t, err)
	return kept.ID
}

// ---- asking

// What cannot be submitted is refused with what is wrong, at once or as a draft, and nothing is done.
func TestWhatIsNotReadyIsRefused(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		asked := l.NewService(func(s *catalogue.Type) {
			s.Name, s.Ways, s.Promises = "居家安全", "home,phone", catalogue.Encode([]catalogue.Promise{{Urgency: "normal", Minutes: 4320}})
			s.Questions = catalogue.Encode([]catalogue.Question{{Key: "own", Label: "房子是自己的吗", Kind: "yes_no", Required: true},
				{Key: "rooms", Label: "几间房", Kind: "number", Minimum: ptr(1), Maximum: ptr(9)}})
		})
		off := l.NewService(func(s *catalogue.Type) { s.Name, s.Active = "停办", false })
		elsewhere := l.NewService(func(s *catalogue.Type) { s.Name, s.UnitID = "别处", l.Other.ID })
		aunt := relative(t, l, l.Resident, request.Beneficiary{Name: "王桂花", Relation: request.Neighbour, Consent: "当面同意"})
		l.Exec("UPDATE beneficiaries SET consent = ''") // as one kept before it was asked for
		good := request.Ask{ServiceTypeID: asked.ID, Way: "home", Urgency: "normal", Words: apptest.Words, Phone: apptest.Phone, Address: apptest.Address,
			Answers: []catalogue.Given{{Key: "own", Values: []string{"yes"}}}}
		for name, c := range map[string]struct {
			change func(*request.Ask)
			code   string
			fields []string
		}{
			"no words":          {func(a *request.Ask) { a.Words = "" }, "", []string{"words"}},
			"no address":        {func(a *request.Ask) { a.Address = "" }, "", []string{"address"}},
			"no phone at home":  {func(a *request.Ask) { a.Phone = "" }, "", []string{"phone"}},
			"nothing at all":    {func(a *request.Ask) { a.Words, a.Phone, a.Address = "", "", "" }, "", []string{"words", "address", "phone"}},
			"no phone by phone": {func(a *request.Ask) { a.Way, a.Phone, a.Address = "phone", "", "" }, "", []string{"phone"}},
			"another way":       {func(a *request.Ask) { a.Way = "station" }, "", []string{"way"}},
			"more urgent":       {func(a *request.Ask) { a.Urgency = "urgent" }, "", []string{"urgency"}},
			"no answer":         {func(a *request.Ask) { a.Answers = nil }, "", []string{"answers.own"}},
			"no slot":           {func(a *request.Ask) { a.ServiceTypeID, a.Answers = l.Talk.ID, nil }, "", []string{"slot"}},
			"no consent":        {func(a *request.Ask) { a.BeneficiaryID = aunt }, "", []string{"consent"}},
			"not offered":       {func(a *request.Ask) { a.ServiceTypeID, a.Answers = off.ID, nil }, "service_not_offered", nil},
			"not at this unit":  {func(a *request.Ask) { a.ServiceTypeID, a.Answers = elsewhere.ID, nil }, "service_not_offered", nil},
			"a slot that is not": {func(a *request.Ask) {
				a.ServiceTypeID, a.Answers, a.Slot = l.Talk.ID, nil, &request.SlotWish{ProviderID: l.Worker.PersonID, StartsAt: l.Slot().Add(5 * time.Minute)}
			}, "slot_unavailable", nil},
		} {
			ask := good
			ask.Answers = slices.Clone(good.Answers)
			c.change(&ask)
			_, err := l.Requests.Create(apptest.As(l.Resident), ask)
			says := func(err error) {
				t.Helper()
				if c.code != "" {
					apptest.WantCode(t, err, c.code)
				} else {
					wantFields(t, err, c.fields...)
				}
			}
			t.Run(name, func(t *testing.T) { says(err) })
			if n := l.Count("requests", "1 = 1") + l.Count("request_timeline", "1 = 1") + l.Count("notices", "1 = 1") + l.Count("bookings", "1 = 1"); n != 0 {
				t.Fatalf("%s: %d rows were written", name, n)
			}
			ask.Draft = true
			d, err := l.Requests.Create(apptest.As(l.Resident), ask)
			if err != nil {
				t.Errorf("%s: not even as a draft: %v", name, err)
				continue
			}
			_, err = l.Requests.Submit(apptest.As(l.Resident), d.ID)
			says(err)
			if l.Request(d.ID).State != request.Draft || len(l.Timeline(d.ID)) != 1 || l.Count("notices", "1 = 1") != 0 || l.Count("bookings", "1 = 1") != 0 {
				t.Errorf("%s: something was done", name)
			}
			l.Exec("DELETE FROM requests")
			l.Exec("DELETE FROM request_timeline")
		}
		d := l.Ask(l.Resident, good)
		if by := d.RespondBy; by == nil || !by.Equal(apptest.Clocked("2026-03-10 09:00")) {
			t.Errorf("an answer by %s", by)
		}
	})
}

// Answers that do not fit are refused even in a draft; a draft may leave some out.
func TestAnswersFitTheQuestions(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		asked := l.NewService(func(s *catalogue.Type) {
			s.Name = "问卷"
			s.Questions = catalogue.Encode([]catalogue.Question{{Key: "own", Label: "自己的吗", Kind: "yes_no", Required: true},
				{Key: "need", Label: "要什么", Kind: "choices", Options: []string{"助浴", "陪诊"}}, {Key: "rooms", Label: "几间", Kind: "number", Minimum: ptr(1), Maximum: ptr(9)}})
		})
		for name, c := range map[string]struct {
			given  []catalogue.Given
			fields []string
		}{
			"of no question": {[]catalogue.Given{{Key: "own", Values: []string{"yes"}}, {Key: "who", Values: []string{"x"}}}, []string{"answers.who"}},
			"twice":          {[]catalogue.Given{{Key: "own", Values: []string{"yes"}}, {Key: "own", Values: []string{"no"}}}, []string{"answers.own"}},
			"two values":     {[]catalogue.Given{{Key: "own", Values: []string{"yes", "no"}}}, []string{"answers.own"}},
			"no choice":      {[]catalogue.Given{{Key: "own", Values: []string{"maybe"}}, {Key: "need", Values: []string{"按摩"}}}, []string{"answers.own", "answers.need"}},
			"too many":       {[]catalogue.Given{{Key: "own", Values: []string{"yes"}}, {Key: "rooms", Values: []string{"10"}}}, []string{"answers.rooms"}},
			"no number":      {[]catalogue.Given{{Key: "own", Values: []string{"yes"}}, {Key: "rooms", Values: []string{"两间"}}}, []string{"answers.rooms"}},
		} {
			for _, draft := range []bool{true, false} {
				ask := l.Asking(asked)
				ask.Draft, ask.Answers = draft, c.given
				_, err := l.Requests.Create(apptest.As(l.Resident), ask)
				t.Run(name, func(t *testing.T) { wantFields(t, err, c.fields...) })
			}
		}
		ask := l.Asking(asked)
		ask.Draft = true
		d := l.Ask(l.Resident, ask)
		_, err := l.Requests.Submit(apptest.As(l.Resident), d.ID)
		wantFields(t, err, "answers.own")
		_, err = l.Requests.Edit(apptest.As(l.Resident), d.ID, request.Patch{Answers: &[]catalogue.Given{{Key: "own", Values: []string{"no"}}, {Key: "need", Values: []string{"陪诊", "助浴"}}}})
		apptest.Must(t, err)
		d, err = l.Requests.Submit(apptest.As(l.Resident), d.ID)
		apptest.Must(t, err)
		if got := fmt.Sprint(d.Answers()); got != "[{own 自己的吗 [no]} {need 要什么 [陪诊 助浴]}]" {
			t.Error(got)
		}
	})
}

func TestWithoutAStation(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		l.Exec("UPDATE people SET unit_id = NULL WHERE id = ?", l.Resident.PersonID)
		for _, draft := range []bool{true, false} {
			ask := l.Asking(l.Care)
			ask.Draft = draft
			_, err := l.Requests.Create(apptest.As(l.Resident), ask)
			apptest.WantCode(t, err, "no_station")
			ask.UnitID = 99999
			_, err = l.Requests.Create(apptest.As(l.Resident), ask)
			apptest.WantCode(t, err, "no_station")
		}
		ask := l.Asking(l.Care)
		ask.UnitID = l.Other.ID
		if d := l.Ask(l.Resident, ask); d.UnitID != l.Other.ID {
			t.Errorf("at %d", d.UnitID)
		}
		father := relative(t, l, l.Resident, request.Beneficiary{Name: "林国栋", Relation: "parent", UnitID: &l.Room.ID})
		ask.UnitID, ask.BeneficiaryID = 0, father
		if d := l.Ask(l.Resident, ask); d.UnitID != l.Room.ID || d.BeneficiaryName != "林国栋" || d.PersonName != "林玉芳" {
			t.Errorf("%+v", d.Request)
		}
		ask.BeneficiaryID = father
		_, err := l.Requests.Create(apptest.As(l.Neighbour), ask)
		apptest.WantCode(t, err, "not_found") // somebody else's family
	})
}

// Who the service is for, by age and by declared groups; staff know when to make an exception.
func TestTargetGroups(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		elder := l.NewService(func(s *catalogue.Type) { s.Name, s.GroupsServed = "情感陪伴", "elder,disabled" })
		child := l.NewService(func(s *catalogue.Type) { s.Name, s.GroupsServed = "亲情帮扶", "child" })
		for name, c := range map[string]struct {
			service  catalogue.Type
			birth    *string
			groups   []string
			mayServe bool
		}{
			"60 today":              {elder, ptr("1966-03-05"), nil, true},
			"60 tomorrow":           {elder, ptr("1966-03-06"), nil, false},
			"of no known age":       {elder, nil, nil, true},
			"young and disabled":    {elder, ptr("2000-01-01"), []string{"disabled"}, true},
			"young and in hardship": {elder, ptr("2000-01-01"), []string{"hardship"}, false},
			"17":                    {child, ptr("2008-03-06"), nil, true},
			"18 today":              {child, ptr("2008-03-05"), nil, false},
		} {
			ask := l.Asking(c.service)
			ask.BeneficiaryID = relative(t, l, l.Resident, request.Beneficiary{Name: "家人", Relation: "parent", BirthDate: c.birth}, c.groups...)
			_, err := l.Requests.Create(apptest.As(l.Resident), ask)
			if c.mayServe && err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if !c.mayServe {
				t.Run(name, func(t *testing.T) { apptest.WantCode(t, err, "not_in_target_group") })
			}
			ask.BeneficiaryID, ask.Caller = 0, &request.Caller{Name: "来电的人", Relation: request.Self, BirthDate: c.birth, Groups: c.groups}
			d := l.Ask(l.Staff, ask)
			if d.State != request.Submitted || d.PersonID != nil || *d.FiledBy != l.Staff.PersonID || d.BeneficiaryName != "来电的人" {
				t.Errorf("%s, filed by staff: %+v", name, d.Request)
			}
		}
		_, err := l.Requests.Create(apptest.As(l.Resident), l.Asking(elder)) // 28 years old
		apptest.WantCode(t, err, "not_in_target_group")
	})
}

// Staff file for a caller at their own units alone, and who is no staff not at all.
func TestOnlyStaffFileForACaller(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		ask := l.Asking(l.Care)
		ask.Caller, ask.UnitID = &request.Caller{Name: "哈文秀", Relation: request.Self}, l.Station.ID
		for _, who := range []auth.Actor{l.Resident, l.Worker, l.Far, l.Below, l.Receiver} {
			for _, draft := range []bool{true, false} {
				ask.Draft = draft
				_, err := l.Requests.Create(apptest.As(who), ask)
				apptest.WantCode(t, err, "forbidden")
			}
		}
		if n := l.Count("requests", "1 = 1") + l.Count("request_timeline", "1 = 1"); n != 0 {
			t.Errorf("%d rows", n)
		}
		ask.Draft = false
		d := l.Ask(l.Admin, ask)
		if n := l.Count("notices", "1 = 1"); d.State != request.Submitted || n != 0 { // nobody to tell
			t.Errorf("%s, %d notices", d.State, n)
		}
		for _, relation := range []string{request.Neighbour, request.Other} {
			ask.Caller = &request.Caller{Name: "哈文秀", BeneficiaryName: "王桂花", Relation: relation}
			_, err := l.Requests.Create(apptest.As(l.Staff), ask)
			wantFields(t, err, "consent")
			ask.Caller.Consent = "电话里本人同意"
			l.Ask(l.Staff, ask)
		}
	})
}

// For a neighbour, or somebody else, how they agreed is part of it.
func TestConsentOfOthers(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		for _, relation := range []string{request.Neighbour, request.Other} {
			b := request.Beneficiary{Name: "王桂花", Relation: relation, Sex: "female"}
			_, err := l.Requests.KeepBeneficiary(apptest.As(l.Resident), &b, nil)
			wantFields(t, err, "consent")
			b.Consent = "当面同意"
			ask := l.Asking(l.Care)
			ask.BeneficiaryID = relative(t, l, l.Resident, b)
			if d := l.Ask(l.Resident, ask); d.Consent != "当面同意" {
				t.Errorf("%q", d.Consent)
			}
		}
		if n := l.Count("beneficiaries", "1 = 1"); n != 2 {
			t.Errorf("%d kept", n)
		}
	})
}

// Words about health of somebody who is asked for need that one's consent, as said to who asks: for a father,
// for a neighbour whose consent to the ask is noted, and by staff for a caller. It is in the timeline.
func TestHealthOfOthersNeedsTheirConsent(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		cases := map[string]struct {
			who auth.Actor
			ask func(*request.Ask)
		}{
			"a father": {l.Resident, func(a *request.Ask) {
				a.BeneficiaryID = relative(t, l, l.Resident, request.Beneficiary{Name: "林国栋", Relation: "parent"})
			}},
			"a neighbour": {l.Resident, func(a *request.Ask) {
				a.BeneficiaryID = relative(t, l, l.Resident, request.Beneficiary{Name: "王桂花", Relation: request.Neighbour, Consent: "当面同意"})
			}},
			"a caller": {l.Staff, func(a *request.Ask) {
				a.UnitID, a.Caller = l.Station.ID, &request.Caller{Name: "哈文秀", Relation: request.Self}
			}},
		}
		for name, c := range cases {
			ask := l.Asking(l.Talk)
			c.ask(&ask)
			for _, said := range []request.Health{{}, {By: "self"}, {Way: "phone"}} {
				for _, draft := range []bool{false, true} { // a draft would be kept, too
					ask.Health, ask.Draft = said, draft
					_, err := l.Requests.Create(apptest.As(c.who), ask)
					wantFields(t, err, "health_consent")
				}
			}
			ask.Health, ask.Draft = request.Health{By: "guardian", Way: "phone"}, false
			d := l.Ask(c.who, ask)
			if last := d.Timeline[len(d.Timeline)-1]; last.Action != "submit" || last.Text != "监护人在电话里同意使用健康和要保密的信息" || last.ActorID != c.who.PersonID {
				t.Errorf("%s: %+v", name, last)
			}
			if name == "a father" {
				l.Exec("UPDATE requests SET birth_date = '2015-01-01' WHERE id = ?", d.ID) // a child of eleven does not say so itself
				_, err := l.Requests.Return(apptest.As(l.Staff), d.ID, "请补充")
				apptest.Must(t, err)
				_, err = l.Requests.Edit(apptest.As(c.who), d.ID, request.Patch{Health: &request.Health{By: "self", Way: "phone"}})
				wantFields(t, err, "health_consent")
			}
			_, err := l.Requests.Cancel(apptest.As(c.who), d.ID, "不用了")
			apptest.Must(t, err)
			plain := l.Asking(l.Care)
			c.ask(&plain)
			plain.Health = request.Health{}
			if d := l.Ask(c.who, plain); d.Timeline[len(d.Timeline)-1].Text != "" {
				t.Errorf("%s: a service that does not ask", name)
			}
		}
	})
}

// A minor's guardian agrees before anything is approved, by whatever way (个人信息保护法 Art 31).
func TestNothingForMinorsWithoutTheirGuardian(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		child := relative(t, l, l.Resident, request.Beneficiary{Name: "赵小宝", Relation: "child", BirthDate: ptr("2017-09-03")})
		for _, service := range []catalogue.Type{l.Care, l.Talk, l.Class} {
			ask := l.Asking(service)
			ask.BeneficiaryID, ask.Health = child, request.Health{By: "guardian", Way: "in_person"}
			d := l.Ask(l.Resident, ask)
			if d.State != request.Submitted || !d.GuardianMissing(l.Clock.Now()) || service.Mode == catalogue.ByBooking && d.Booking.State != booking.Held {
				t.Errorf("%s: %s", service.Name, d.State) // an instant one too waits
			}
			lines := len(l.Timeline(d.ID))
			_, err := l.Requests.Approve(apptest.As(l.Staff), d.ID, 0)
			apptest.WantCode(t, err, "guardian_consent_missing")
			_, err = l.Requests.Approve(apptest.As(l.Admin), d.ID, l.Worker.PersonID)
			apptest.WantCode(t, err, "guardian_consent_missing")
			out, err := l.Requests.Decide(apptest.As(l.Staff), []int64{d.ID}, "approve", "")
			apptest.Must(t, err)
			apptest.WantCode(t, out[0].Err, "guardian_consent_missing")
			if l.Request(d.ID).State != request.Submitted || len(l.Timeline(d.ID)) != lines {
				t.Errorf("%s: something was done", service.Name)
			}
			_, err = l.Requests.Edit(apptest.As(l.Staff), d.ID, request.Patch{Guardian: ptr(true)})
			apptest.WantCode(t, err, "forbidden") // not for others to say
			_, err = l.Requests.Return(apptest.As(l.Staff), d.ID, "请监护人确认")
			apptest.Must(t, err)
			_, err = l.Requests.Edit(apptest.As(l.Resident), d.ID, request.Patch{Guardian: ptr(true)})
			apptest.Must(t, err)
			d, err = l.Requests.Submit(apptest.As(l.Resident), d.ID)
			apptest.Must(t, err)
			if !service.Instant {
				d, err = l.Requests.Approve(apptest.As(l.Staff), d.ID, 0)
				apptest.Must(t, err)
			}
			if want := map[catalogue.Mode]request.State{catalogue.OnRequest: request.Approved, catalogue.ByBooking: request.Scheduled}[service.Mode]; d.State != want {
				t.Errorf("%s: %s, want %s", service.Name, d.State, want)
			}
		}
		for birth, missing := range map[string]bool{"2008-03-05": false, "2008-03-06": true} { // 18 today; tomorrow
			ask := l.Asking(l.Care)
			ask.BeneficiaryID = relative(t, l, l.Resident, request.Beneficiary{Name: "小林", Relation: "grandchild", BirthDate: &birth})
			if d := l.Ask(l.Resident, ask); d.GuardianMissing(l.Clock.Now()) != missing {
				t.Errorf("born %s", birth)
			}
		}
		l.Whole(t)
	})
}

// ---- one's own

// Nobody decides on the own request, whatever roles they hold, and nobody comes to themselves.
func TestNobodyHandlesTheirOwnRequest(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		d := &desk{Loop: l, t: t, kept: map[string]*request.Request{}}
		both := l.Grant(l.Staff, l.Station, auth.SocialWorker)
		_, err := l.Bookings.Mine(apptest.As(both))
		apptest.Must(t, err)
		mine := func(r *request.Request) {
			r.PersonID, r.WorkerID, r.ReferredTo = &both.PersonID, &both.PersonID, &l.Station.ID
		}
		for _, state := range request.States {
			for _, action := range actions() {
				if _, _, ok := (role{who: []workflow.Who{workflow.ByResident}}).allowed(state, action); ok || !d.does(state, action) {
					continue
				}
				r := l.Put(state, mine)
				before := d.trace(r.ID)
				err := tries[action](d, apptest.As(both), r.ID)
				if f := fault.From(err); err == nil || f.Code != "own_request" && f.Code != "bad_transition" || d.trace(r.ID) != before {
					t.Errorf("%s of one's own from %s: %v", action, state, err)
				}
			}
		}
		r := l.Put(request.Submitted, mine)
		_, err = l.Requests.Approve(apptest.As(both), r.ID, 0)
		apptest.WantCode(t, err, "own_request")
		out, err := l.Requests.Decide(apptest.As(both), []int64{r.ID}, "reject", "x")
		apptest.Must(t, err)
		apptest.WantCode(t, out[0].Err, "own_request")
		_, err = l.Requests.CaseNotes(apptest.As(both), r.ID)
		apptest.WantCode(t, err, "case_notes_closed")
		_, err = l.Requests.Candidates(apptest.As(both), r.ID)
		apptest.WantCode(t, err, "forbidden")
		_, err = l.Requests.Approve(apptest.As(l.Second), r.ID, 0)
		apptest.Must(t, err)
	})
}

// What they asked for by another account is their own.
func TestNobodyHandlesTheRequestOfTheirSecondAccount(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		link := func(a, b auth.Actor) {
			code, _, err := l.Identity.NewLinkCode(apptest.As(a))
			apptest.Must(t, err)
			_, err = l.Identity.AddLink(apptest.As(b), code)
			apptest.Must(t, err)
		}
		link(l.Staff, l.Resident)
		r := l.Put(request.Submitted)
		_, err := l.Requests.Approve(apptest.As(l.Staff), r.ID, 0)
		apptest.WantCode(t, err, "own_request")
		out, err := l.Requests.Decide(apptest.As(l.Staff), []int64{r.ID}, "approve", "")
		apptest.Must(t, err)
		apptest.WantCode(t, out[0].Err, "own_request")
		cases := l.Put(request.Assigned).ID
		out, err = l.Requests.HandOver(apptest.As(l.Staff), l.Worker.PersonID, l.Colleague.PersonID, []int64{cases}, "休假")
		apptest.Must(t, err)
		apptest.WantCode(t, out[0].Err, "own_request")
		_, err = l.Requests.Cancel(apptest.As(l.Staff), r.ID, "x")
		apptest.WantCode(t, err, "own_request")
		_, err = l.Requests.Approve(apptest.As(l.Second), r.ID, 0)
		apptest.Must(t, err)

		link(l.Colleague, l.Neighbour)
		r = l.Put(request.Approved, func(r *request.Request) { r.PersonID = &l.Neighbour.PersonID })
		_, err = l.Requests.Assign(apptest.As(l.Second), r.ID, l.Colleague.PersonID)
		apptest.WantCode(t, err, "own_request")
		ask := l.Asking(l.Class)
		ask.Slot.ProviderID = l.Colleague.PersonID
		_, err = l.Requests.Create(apptest.As(l.Neighbour), ask)
		apptest.WantCode(t, err, "not_a_worker")
		_, err = l.Requests.Assign(apptest.As(l.Second), r.ID, l.Worker.PersonID)
		apptest.Must(t, err)
	})
}

func TestAWorkerIsNotAssignedToTheOwnRequest(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		own := func(r *request.Request) { r.PersonID = &l.Colleague.PersonID }
		staff := apptest.As(l.Staff)
		for _, state := range []request.State{request.Approved, request.Assigned, request.Scheduled} {
			r := l.Put(state, own)
			_, err := l.Requests.Assign(staff, r.ID, l.Colleague.PersonID)
			apptest.WantCode(t, err, "own_request")
			if now := l.Request(r.ID); now.State != state || len(l.Timeline(r.ID)) != 0 {
				t.Errorf("%s became %s", state, now.State)
			}
		}
		r := l.Put(request.Submitted, own)
		_, err := l.Requests.Approve(staff, r.ID, l.Colleague.PersonID)
		apptest.WantCode(t, err, "own_request")
		if now := l.Request(r.ID); now.State != request.Submitted || now.RespondedAt != nil || len(l.Timeline(r.ID)) != 0 {
			t.Errorf("half approved: %s", now.State)
		}
		list, err := l.Requests.Candidates(staff, r.ID)
		apptest.Must(t, err)
		if slices.ContainsFunc(list, func(c request.Candidate) bool { return c.ID == l.Colleague.PersonID }) {
			t.Error("suggested for their own")
		}
		r = l.Put(request.Scheduled, own)
		out, err := l.Requests.HandOver(staff, l.Worker.PersonID, l.Colleague.PersonID, []int64{r.ID}, "休假")
		apptest.Must(t, err)
		apptest.WantCode(t, out[0].Err, "own_request")
		_, err = l.Requests.Reschedule(staff, r.ID, request.Time{ProviderID: l.Colleague.PersonID, StartsAt: l.Slot()})
		apptest.WantCode(t, err, "own_request")
		// A talk with oneself cannot be booked either.
		for _, service := range []catalogue.Type{l.Talk, l.Class} {
			ask := l.Asking(service)
			ask.Slot.ProviderID = l.Colleague.PersonID
			d, err := l.Requests.Create(apptest.As(l.Colleague), ask)
			if err == nil {
				_, err = l.Requests.Approve(staff, d.ID, 0)
			}
			if fault.From(err).Kind != fault.Unprocessable {
				t.Errorf("%s with oneself: %v", service.Name, err)
			}
		}
		if n := l.Count("bookings", "state = 'booked' AND provider_id = ?", l.Colleague.PersonID); n != 0 {
			t.Errorf("%d bookings with oneself", n)
		}
		l.Whole(t)
	})
}

// A worker is one of the district who takes cases, at the level that the service asks.
func TestWhoCanBeAssigned(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		senior := l.NewService(func(s *catalogue.Type) { s.Name, s.MinLevel = "危机干预", catalogue.Senior })
		idle := l.NewWorker(l.Station, "丁玉华", catalogue.Senior, 0, senior)
		l.Exec("UPDATE providers SET active = ? WHERE person_id = ?", false, idle.PersonID)
		fresh := l.Grant(l.Volunteer("田国庆"), l.Station, auth.SocialWorker) // no profile yet
		for _, c := range []struct {
			service catalogue.Type
			who     int64
			code    string
		}{
			{l.Care, l.Volunteer("志愿者").PersonID, "not_a_worker"},
			{l.Care, l.Staff.PersonID, "not_a_worker"},
			{l.Care, 99999, "not_a_worker"},
			{senior, idle.PersonID, "not_a_worker"},
			{senior, l.Worker.PersonID, "worker_not_qualified"},
			{senior, fresh.PersonID, "worker_not_qualified"},
			{senior, l.Supervisor.PersonID, ""},
			{l.Care, fresh.PersonID, ""},
			{l.Care, l.Far.PersonID, ""}, // of another station, when staff say so
		} {
			r := l.Put(request.Approved, func(r *request.Request) { r.ServiceTypeID = c.service.ID })
			_, err := l.Requests.Assign(apptest.As(l.Staff), r.ID, c.who)
			if c.code != "" {
				apptest.WantCode(t, err, c.code)
			} else if err != nil {
				t.Errorf("%d: %v", c.who, err)
			}
			if got := l.Request(r.ID); (got.WorkerID != nil) != (c.code == "") {
				t.Errorf("%d: %+v", c.who, got)
			}
		}
	})
}
