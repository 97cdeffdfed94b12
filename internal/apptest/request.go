package apptest

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/identity"
	"yimi/internal/request"
	"yimi/internal/store"
	"yimi/internal/unit"
)

// Loop is a World with the resident's loop in it: services, workers who can be had at any
// hour, somebody who asks, and others who have nothing to do with it.
type Loop struct {
	*World
	Resident, Neighbour auth.Actor // who asks, and another resident
	Worker, Colleague   auth.Actor // social workers of Station
	Supervisor          auth.Actor // of the district; named beside Worker and Colleague
	Receiver            auth.Actor // staff of Other, to which Put refers
	Far                 auth.Actor // staff and social worker of Third at once, so that no operation is closed to them
	Below               auth.Actor // the same of Room, which is under Station
	Admin               auth.Actor // of the district
	Third               unit.Unit
	Care                catalogue.Type // on request
	Talk                catalogue.Type // by booking, confidential, with a question
	Class               catalogue.Type // by booking, instant
	rows                int
	at                  time.Time
}

// The words, phone and address of what Asking asks and Put writes.
const (
	Words   = "老伴走了以后睡不好"
	Phone   = "13909531234"
	Address = "东方社区三号楼二单元"
)

// EachLoop is Each with a Loop.
func EachLoop(t *testing.T, test func(t *testing.T, l *Loop)) {
	t.Helper()
	Each(t, func(t *testing.T, w *World) { test(t, NewLoop(w)) })
}

// NewLoop plants the loop in a World.
func NewLoop(w *World) *Loop {
	w.t.Helper()
	l := &Loop{World: w}
	l.Resident, l.Neighbour = w.Volunteer("林玉芳"), w.Volunteer("邻居")
	l.Care = l.NewService(func(t *catalogue.Type) { t.Name = "照料护理" })
	l.Talk = l.NewService(func(t *catalogue.Type) {
		t.Name, t.Mode, t.Confidential = "心理疏导", catalogue.ByBooking, true
		t.Questions = catalogue.Encode([]catalogue.Question{{Key: "sleep", Label: "睡得好吗", Kind: "text"}})
	})
	l.Class = l.NewService(func(t *catalogue.Type) { t.Name, t.Mode, t.Instant = "兴趣发展", catalogue.ByBooking, true })
	l.Supervisor = l.NewWorker(w.District, "马晓梅", catalogue.Senior, 0)
	l.Worker = l.NewWorker(w.Station, "罗燕", catalogue.Intermediate, l.Supervisor.PersonID, l.Care, l.Talk, l.Class)
	l.Colleague = l.NewWorker(w.Station, "李志强", catalogue.Intermediate, l.Supervisor.PersonID, l.Care, l.Talk, l.Class)
	l.Third = w.unit(w.District, unit.Station, "弘德村社工站")
	l.Far = l.Grant(l.NewWorker(l.Third, "马立强", catalogue.Junior, 0, l.Care), l.Third, auth.StationStaff)
	l.Below = l.Grant(l.NewWorker(w.Room, "苏秀英", catalogue.Junior, 0, l.Care), w.Room, auth.StationStaff)
	l.Receiver = w.StaffOf(w.Other, "哈文秀")
	l.Admin = w.AdminOf(w.District, "马志宏")
	return l
}

// NewService offers a service of the district that has nothing special about it: on request,
// for everybody, in every way, half an hour without a pause.
func (l *Loop) NewService(change func(*catalogue.Type)) catalogue.Type {
	l.t.Helper()
	t := catalogue.Type{UnitID: l.District.ID, Field: "elder", Theme: "body", Icon: "care", Name: "服务", Ways: "home,station,phone,video", Mode: catalogue.OnRequest,
		LengthMinutes: 30, HorizonDays: 60, GroupsServed: "everyone", Questions: "[]", MinLevel: catalogue.NoLevel, PlaceName: "谈心室", Active: true,
		Promises: catalogue.Encode([]catalogue.Promise{{Urgency: "normal", Minutes: 4320}, {Urgency: "soon", Minutes: 1440}, {Urgency: "urgent", Minutes: 240}})}
	change(&t)
	Must(l.t, l.Tx(func(tx *store.Tx) error {
		t.CreatedAt = tx.Now
		return tx.Create(&t).Error
	}))
	return t
}

// NewWorker makes a social worker of the unit who gives the services round the clock.
func (l *Loop) NewWorker(u unit.Unit, name string, level catalogue.Level, supervisor int64, services ...catalogue.Type) auth.Actor {
	l.t.Helper()
	a := l.grant(u, name, auth.SocialWorker)
	p := booking.Provider{PersonID: a.PersonID, UnitID: u.ID, Level: level, Active: true}
	if supervisor != 0 {
		p.SupervisorID = &supervisor
	}
	Must(l.t, l.Tx(func(tx *store.Tx) error {
		p.CreatedAt = tx.Now
		if err := tx.Create(&p).Error; err != nil {
			return err
		}
		for _, t := range services {
			if err := tx.Exec("INSERT INTO provider_services (provider_id, service_type_id) VALUES (?, ?)", a.PersonID, t.ID).Error; err != nil {
				return err
			}
		}
		var spans []booking.Span
		for day := 1; day <= 7; day++ {
			spans = append(spans, booking.Span{ProviderID: a.PersonID, Kind: "work", Weekday: day, EndMinute: 24 * 60})
		}
		return tx.Create(&spans).Error
	}))
	return a
}

// Grant gives somebody one more role.
func (l *Loop) Grant(a auth.Actor, u unit.Unit, role auth.Role) auth.Actor {
	l.t.Helper()
	Must(l.t, l.Tx(func(tx *store.Tx) error {
		return tx.Create(&identity.RoleGrant{PersonID: a.PersonID, UnitID: u.ID, Role: role, CreatedAt: tx.Now}).Error
	}))
	a.Grants = append(append([]auth.Grant{}, a.Grants...), auth.Grant{Role: role, UnitID: u.ID, UnitPath: u.Path})
	return a
}

// Asking is an ask for the service that nothing is wrong with; a booking has the next slot of Worker.
func (l *Loop) Asking(t catalogue.Type) request.Ask {
	ask := request.Ask{ServiceTypeID: t.ID, Way: "station", Urgency: "normal", Words: Words, Phone: Phone, Address: Address}
	if t.Sensitive() {
		ask.Health = request.Health{By: "self", Way: "in_person"}
	}
	if t.Mode == catalogue.ByBooking {
		ask.Slot = &request.SlotWish{ProviderID: l.Worker.PersonID, StartsAt: l.Slot()}
	}
	return ask
}

// Ask has somebody ask, or fails.
func (l *Loop) Ask(who auth.Actor, ask request.Ask) *request.Detail {
	l.t.Helper()
	d, err := l.Requests.Create(As(who), ask)
	Must(l.t, err)
	return d
}

// Slot gives a slot that nobody had before: on the half hour, a day from now or more.
func (l *Loop) Slot() time.Time {
	const grain = 30 * time.Minute
	l.at = l.at.Add(grain)
	if soonest := l.Clock.Now().Add(24 * time.Hour).Truncate(grain).Add(grain); l.at.Before(soonest) {
		l.at = soonest
	}
	return l.at
}

// Put writes a request of Resident's in the state, as it would be there: with its worker, its
// booking with Worker, the visits it had. What else shall be so, change says.
func (l *Loop) Put(state request.State, change ...func(*request.Request)) *request.Request {
	l.t.Helper()
	now := store.At(l.Clock.Now())
	l.rows++
	r := &request.Request{Number: fmt.Sprintf("P-%06d", l.rows), UnitID: l.Station.ID, ServiceTypeID: l.Care.ID,
		PersonID: &l.Resident.PersonID, PersonName: "林玉芳", BeneficiaryName: "林玉芳", Relation: request.Self, State: state, IsOpen: 1,
		Way: "station", Urgency: "normal", UrgencyRank: 2, StateSince: now, CreatedAt: now}
	if state != request.Draft {
		by := store.At(now.Add(72 * time.Hour))
		r.SubmittedAt, r.RespondBy = &now, &by
	}
	switch state {
	case request.Rejected, request.Closed, request.Cancelled:
		r.IsOpen = 0
	case request.Referred:
		r.ReferredTo = &l.Other.ID
	}
	switch state {
	case request.Assigned, request.Scheduled, request.InService, request.Completed, request.Closed:
		r.WorkerID = &l.Worker.PersonID
		if state != request.Assigned {
			r.AcceptedAt = &now
		}
	}
	for _, c := range change {
		c(r)
	}
	Must(l.t, l.Tx(func(tx *store.Tx) error { return l.put(tx, r) }))
	return r
}

func (l *Loop) put(tx *store.Tx, r *request.Request) error {
	text, _ := json.Marshal(map[string]any{"words": Words, "answers": []string{}, "phone": Phone, "address": Address})
	r.Sealed = l.Requests.Box.Seal("requests/"+r.Number, text)
	r.PersonKey, r.BeneficiaryKey = request.NameKey(r.PersonName), request.NameKey(r.BeneficiaryName)
	if err := tx.Create(r).Error; err != nil {
		return err
	}
	switch r.State {
	case request.Scheduled:
		if r.ShiftID != nil {
			return nil
		}
		_, err := l.Bookings.Book(tx, &l.Care, booking.Wish{RequestID: r.ID, UnitID: r.UnitID, ProviderID: *r.WorkerID, StartsAt: l.Slot(), AnyTime: true})
		return err
	case request.InService, request.Completed, request.Closed:
		return l.putVisit(tx, r, false)
	}
	return nil
}

func (l *Loop) putVisit(tx *store.Tx, r *request.Request, underWay bool) error {
	one, end := int64(1), tx.Now
	v := &request.Visit{Ref: fmt.Sprintf("visit-%d-%t", r.ID, underWay), RequestID: r.ID, UnitID: r.UnitID, WorkerID: r.WorkerID, Place: "谈心室",
		StartedAt: store.At(tx.Now.Add(-time.Hour)), Sealed: []byte{}}
	if underWay {
		v.UnderWay = &one
	} else {
		v.EndedAt, v.Minutes, v.PersonTimes = &end, 60, 1
	}
	return tx.Create(v).Error
}

// PutVisit writes a visit of the request that began an hour ago and is under way.
func (l *Loop) PutVisit(r *request.Request) {
	l.t.Helper()
	Must(l.t, l.Tx(func(tx *store.Tx) error { return l.putVisit(tx, r, true) }))
}

// Request reads a request as it stands.
func (l *Loop) Request(id int64) (r request.Request) {
	l.t.Helper()
	Must(l.t, l.Store.Read(context.Background()).Where("id = ?", id).Take(&r).Error)
	return r
}

// Timeline reads a request's timeline, oldest first.
func (l *Loop) Timeline(id int64) (out []request.TimelineLine) {
	l.t.Helper()
	Must(l.t, l.Store.Read(context.Background()).Select("request_timeline.*").Where("request_id = ?", id).Order("id").Find(&out).Error)
	return out
}

// BookingOf gives a request's live booking, or else its last one; nil if there is none.
func (l *Loop) BookingOf(id int64) *booking.Booking {
	l.t.Helper()
	b, err := booking.Of(l.Store.Read(context.Background()), id)
	Must(l.t, err)
	return b
}

// Whole checks the ledger, the shifts, and the bookings with their cells and days.
func (l *Loop) Whole(t testing.TB) {
	t.Helper()
	l.World.Whole(t)
	problems, err := l.Bookings.Verify(context.Background())
	Must(t, err)
	for _, p := range problems {
		t.Error("verify:", p)
	}
}
