package request_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/feature"
	"yimi/internal/identity"
	"yimi/internal/request"
	"yimi/internal/store"
)

// presses does what is listed beside the moves of the table, and sets a time by whoever has the case.
var presses = map[string]func(d *desk, ctx context.Context, id int64) error{
	"schedule": pressTime, "reschedule": pressTime,
	"finish": func(d *desk, ctx context.Context, id int64) error {
		return just(d.Requests.Finish(ctx, id, d.record(id)))
	},
	"complete": func(d *desk, ctx context.Context, id int64) error {
		return just(d.Requests.Complete(ctx, id, d.record(id)))
	},
	"edit": func(d *desk, ctx context.Context, id int64) error {
		words := "改一改"
		return just(d.Requests.Edit(ctx, id, request.Patch{Words: &words}))
	},
	"message": func(d *desk, ctx context.Context, id int64) error {
		return just(d.Requests.AddMessage(ctx, id, "您好"))
	},
	"note": func(d *desk, ctx context.Context, id int64) error {
		return just(d.Requests.AddStaffNote(ctx, id, "备注"))
	},
	"case_note": func(d *desk, ctx context.Context, id int64) error {
		_, err := d.Requests.AddCaseNote(ctx, id, "谈得很好", nil)
		return err
	},
	"attach": func(d *desk, ctx context.Context, id int64) error {
		_, err := d.Requests.Attach(ctx, id, []byte("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"))
		return err
	},
}

// record is the service record of the visit under way; one that began long ago ended in time.
func (d *desk) record(id int64) request.Record {
	r := request.Record{Done: "办好了", Sure: true}
	var v request.Visit
	err := d.Store.Read(ctx).Where("request_id = ? AND under_way = 1", id).Limit(1).Find(&v).Error
	apptest.Must(d.t, err)
	if ended := v.StartedAt.Add(time.Hour); v.ID != 0 && ended.Before(d.Clock.Now()) {
		r.EndedAt = &ended
	}
	return r
}

func pressTime(d *desk, ctx context.Context, id int64) error {
	at := request.Time{StartsAt: d.Slot()}
	if r := d.Request(id); r.WorkerID == nil && r.WantedProvider == nil {
		at.ProviderID = d.Worker.PersonID
	}
	return just(d.Requests.Reschedule(ctx, id, at))
}

// situation is how requests stand, in which states.
type situation struct {
	states []request.State
	row    func(r *request.Request)
	then   func(r *request.Request)
}

// situations are all that was found to stand against an action beside the state.
func (d *desk) situations() map[string]situation {
	ended := d.NewService(func(t *catalogue.Type) { t.Name = "停办的" })
	endedTalk := d.NewService(func(t *catalogue.Type) { t.Name, t.Mode = "停办的面谈", catalogue.ByBooking })
	own := d.NewService(func(t *catalogue.Type) { t.Name, t.UnitID = "本站的", d.Station.ID })
	ownTalk := d.NewService(func(t *catalogue.Type) {
		t.Name, t.UnitID, t.Mode = "本站的面谈", d.Station.ID, catalogue.ByBooking
	})
	narrow := d.NewService(func(t *catalogue.Type) {
		t.Name, t.Ways, t.Promises = "只打电话", "phone", `[{"urgency":"urgent","minutes":60}]`
	})
	elders := d.NewService(func(t *catalogue.Type) { t.Name, t.GroupsServed = "长者的", "elder" })
	for _, t := range []catalogue.Type{ended, endedTalk} {
		apptest.Must(d.t, d.Tx(func(tx *store.Tx) error {
			return tx.Model(&catalogue.Type{}).Where("id = ?", t.ID).Update("active", false).Error
		}))
	}
	service := func(t catalogue.Type, more ...func(*request.Request)) func(*request.Request) {
		return func(r *request.Request) {
			r.ServiceTypeID = t.ID
			for _, m := range more {
				m(r)
			}
		}
	}
	unsent := []request.State{request.Draft, request.Returned}
	open := slices.DeleteFunc(slices.Clone(request.States), func(s request.State) bool {
		return s == request.Rejected || s == request.Cancelled || s == request.Closed
	})
	elsewhere := func(r *request.Request) { r.UnitID = d.Other.ID }
	child := func(r *request.Request) { born := "2015-01-01"; r.BirthDate = &born }
	wants := func(at func() time.Time) func(*request.Request) {
		return func(r *request.Request) {
			when := store.At(at())
			r.WantedProvider, r.WantedStartsAt = &d.Worker.PersonID, &when
		}
	}
	low := func(r *request.Request) { bad, one := 1, int64(1); r.Rating, r.FollowUp = &bad, &one }
	past := func() time.Time { return d.Clock.Now().Add(-time.Hour).Truncate(30 * time.Minute) }
	return map[string]situation{
		"plain":                            {states: request.States},
		"for a caller":                     {request.States, func(r *request.Request) { r.PersonID, r.FiledBy = nil, &d.Staff.PersonID }, nil},
		"by the staff's other account":     {open, func(r *request.Request) { r.PersonID = &d.Second.PersonID }, func(*request.Request) { d.isOne(d.Second, d.Staff) }},
		"of a service that ended":          {open, service(ended), nil},
		"of a talk that ended":             {unsent, service(endedTalk), nil},
		"of a service that is not here":    {open, service(own, elsewhere), nil},
		"of a talk that is not here":       {unsent, service(ownTalk, elsewhere), nil},
		"of a talk that nobody gives here": {unsent, service(d.Talk, elsewhere), nil},
		"of a service that changed":        {unsent, service(narrow), nil},
		"of a service for others":          {unsent, service(elders, func(r *request.Request) { born := "1990-01-01"; r.BirthDate = &born }), nil},
		"a talk without a time":            {unsent, service(d.Talk), nil},
		"a talk at a time that is free":    {unsent, service(d.Talk, wants(d.Slot)), nil},
		"a talk at a time that passed":     {unsent, service(d.Talk, wants(past)), nil},
		"a class at a time that is free":   {unsent, service(d.Class, wants(d.Slot)), nil},
		"a class for a child":              {unsent, service(d.Class, wants(d.Slot), child), nil},
		"a child without a guardian":       {open, child, nil},
		"a neighbour without consent":      {unsent, func(r *request.Request) { r.Relation = request.Neighbour }, nil},
		"a talk that was received":         {[]request.State{request.Submitted}, service(d.Talk, elsewhere), nil},
		"a hold":                           {[]request.State{request.Submitted}, service(d.Talk, wants(d.Slot)), d.holds},
		"a hold that lapsed":               {[]request.State{request.Submitted}, service(d.Talk, wants(d.Slot)), d.lapses},
		"a hold that another has": {[]request.State{request.Submitted}, service(d.Talk, wants(d.Slot)), func(r *request.Request) {
			d.lapses(r)
			other := d.Put(request.Assigned)
			apptest.Must(d.t, d.Tx(func(tx *store.Tx) error {
				_, err := d.Bookings.Book(tx, &d.Talk, booking.Wish{RequestID: other.ID, UnitID: r.UnitID, ProviderID: d.Worker.PersonID, StartsAt: r.WantedStartsAt.Time, AnyTime: true})
				return err
			}))
		}},
		"a hold whose time passed": {[]request.State{request.Submitted}, service(d.Talk, wants(d.Slot)), func(r *request.Request) { d.holds(r); d.Clock.Set(r.WantedStartsAt.Time) }},
		"a visit under way":        {[]request.State{request.InService}, nil, func(r *request.Request) { d.PutVisit(r) }},
		"within the notice":        {[]request.State{request.Scheduled}, nil, func(r *request.Request) { d.Clock.Set(d.BookingOf(r.ID).StartsAt.Add(-time.Minute)) }},
		"at the time":              {[]request.State{request.Scheduled}, nil, func(r *request.Request) { d.Clock.Set(d.BookingOf(r.ID).StartsAt.Time) }},
		"after the time":           {[]request.State{request.Scheduled}, nil, func(r *request.Request) { d.Clock.Set(d.BookingOf(r.ID).StartsAt.Add(5 * time.Hour)) }},
		"by volunteers":            {[]request.State{request.Assigned}, nil, d.givenToVolunteers},
		"by volunteers, and begun": {[]request.State{request.Assigned}, nil, func(r *request.Request) { d.givenToVolunteers(r); d.Clock.Advance(49 * time.Hour) }},
		"a low rating":             {[]request.State{request.Completed, request.Closed}, low, nil},
		"a low rating, and reopened": {[]request.State{request.Completed}, low, func(r *request.Request) {
			apptest.Must(d.t, just(d.Requests.Reopen(apptest.As(d.Staff), r.ID, "还要去")))
		}},
		"with nine files": {[]request.State{request.Draft, request.InService}, nil, d.fills},
	}
}

func (d *desk) holds(r *request.Request) {
	apptest.Must(d.t, d.Tx(func(tx *store.Tx) error {
		_, err := d.Bookings.Hold(tx, &d.Talk, booking.Wish{RequestID: r.ID, UnitID: r.UnitID, ProviderID: d.Worker.PersonID, StartsAt: r.WantedStartsAt.Time, AnyTime: true})
		return err
	}))
}

func (d *desk) lapses(r *request.Request) {
	d.holds(r)
	d.Clock.Set(d.BookingOf(r.ID).HoldExpiresAt.Time)
	apptest.Must(d.t, d.Bookings.Sweep(ctx))
}

func (d *desk) givenToVolunteers(r *request.Request) {
	apptest.Must(d.t, tries["volunteers"](d, apptest.As(d.Staff), r.ID))
}

func (d *desk) fills(r *request.Request) {
	for n := 1; n <= 9; n++ {
		apptest.Must(d.t, d.Tx(func(tx *store.Tx) error {
			return tx.Create(&request.Attachment{RequestID: r.ID, Position: n, Name: fmt.Sprintf("f-%d-%d", r.ID, n), Kind: "pdf", Bytes: 1, AuthorID: d.Resident.PersonID, CreatedAt: tx.Now}).Error
		}))
	}
}

// isOne makes two accounts one human's.
func (d *desk) isOne(a, b auth.Actor) {
	if d.Count("person_duplicates", "by_link = 1") > 0 {
		return
	}
	apptest.Must(d.t, d.Tx(func(tx *store.Tx) error {
		return tx.Table("person_duplicates").Create(map[string]any{"low_id": min(a.PersonID, b.PersonID), "high_id": max(a.PersonID, b.PersonID),
			"by_phone": 0, "by_identity": 0, "by_link": 1, "state": "open", "reason": "", "found_at": tx.Now}).Error
	}))
}

// Whatever is listed will be accepted: every action, in every state and situation, for everybody.
func TestWhatIsListedIsAccepted(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		d := &desk{Loop: l, t: t}
		people := map[string]auth.Actor{"who asked": l.Resident, "the worker": l.Worker, "staff": l.Staff, "other staff": l.Second, "staff above": l.Admin,
			"receiving staff": l.Receiver, "the supervisor": l.Supervisor, "another worker": l.Colleague}
		pressed := map[string]int{}
		all := d.situations()
		for _, name := range slices.Sorted(maps.Keys(all)) {
			for _, state := range all[name].states {
				for who, a := range people {
					d.pressAll(name, all[name], state, who, a, pressed)
				}
			}
		}
		for _, action := range append(actions(), slices.Collect(maps.Keys(presses))...) {
			if action != "hand_over" && pressed[action] == 0 {
				t.Errorf("nobody was ever offered %q", action)
			}
		}
		l.Whole(t)
	})
}

// pressAll does each action that somebody is offered, each on a request of its own that stands alike.
func (d *desk) pressAll(name string, in situation, state request.State, who string, a auth.Actor, pressed map[string]int) {
	d.t.Helper()
	offered, err := d.Requests.Get(apptest.As(a), d.standing(in, state).ID)
	if err != nil {
		return // who may not know of it is offered nothing
	}
	for i, action := range offered.Actions {
		id := offered.ID
		if i > 0 {
			id = d.standing(in, state).ID
		}
		press := presses[action]
		if press == nil {
			press = tries[action]
		}
		if press == nil {
			d.t.Fatalf("nothing here presses %q", action)
		}
		if err := press(d, apptest.As(a), id); err != nil {
			d.t.Errorf("%s, %s: %s was offered to %s, and refused: %v", name, state, action, who, err)
		}
		pressed[action]++
	}
}

func (d *desk) standing(in situation, state request.State) *request.Request {
	d.t.Helper()
	r := d.Put(state, func(r *request.Request) {
		if in.row != nil {
			in.row(r)
		}
	})
	if in.then != nil {
		in.then(r)
	}
	return r
}

// What the station gave back can be sent again wherever it belongs since: handed to another unit, of a
// service that ended, that is not given there, or that asks for other people and ways by now.
func TestWhatCameBackCanBeSentAgain(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		d := &desk{Loop: l, t: t}
		all := d.situations()
		for _, name := range []string{"plain", "for a caller", "of a service that ended", "of a talk that ended", "of a service that is not here", "of a talk that is not here",
			"of a talk that nobody gives here", "of a service that changed", "of a service for others", "a talk at a time that is free"} {
			r := d.standing(all[name], request.Returned)
			who := l.Resident
			if r.PersonID == nil {
				who = l.Staff
			}
			is, err := l.Requests.Submit(apptest.As(who), r.ID)
			if err != nil || is.State != request.Submitted || is.RespondBy == nil {
				t.Errorf("%s: %v", name, err)
			}
			if _, err := l.Requests.Submit(apptest.As(who), d.standing(all[name], request.Draft).ID); name != "plain" && name != "for a caller" && !strings.Contains(name, "free") && err == nil {
				t.Errorf("%s: a new one was taken", name)
			}
		}
		// The ended service is read by who has a request for it to complete, and by nobody else.
		ended := d.standing(all["of a service that ended"], request.Returned)
		for _, a := range []auth.Actor{l.Resident, l.Staff} {
			_, err := l.Catalogue.Get(apptest.As(a), ended.ServiceTypeID)
			apptest.Must(t, err)
		}
		for _, a := range []auth.Actor{l.Neighbour, l.Receiver} {
			_, err := l.Catalogue.Get(apptest.As(a), ended.ServiceTypeID)
			apptest.WantCode(t, err, "not_found")
		}
		// A talk that is not given there: referred, received, returned, sent again, approved, arranged.
		talk := l.NewService(func(x *catalogue.Type) {
			x.Name, x.UnitID, x.Mode = "本站的另一种面谈", l.Station.ID, catalogue.ByBooking
		})
		apptest.Must(t, l.Tx(func(tx *store.Tx) error {
			return tx.Exec("INSERT INTO provider_services (provider_id, service_type_id) VALUES (?, ?)", l.Worker.PersonID, talk.ID).Error
		}))
		me, staff, there := apptest.As(l.Resident), apptest.As(l.Staff), apptest.As(l.Receiver)
		id := l.Ask(l.Resident, l.Asking(talk)).ID
		apptest.Must(t, just(l.Requests.Refer(staff, id, request.ReferTo{UnitID: l.Other.ID, Reason: "搬家了", Consent: "电话同意"})))
		apptest.Must(t, just(l.Requests.Receive(there, id)))
		apptest.Must(t, just(l.Requests.Return(there, id, "请写清楚")))
		words := "写清楚了"
		way := "phone"
		apptest.Must(t, just(l.Requests.Edit(me, id, request.Patch{Words: &words, Way: &way})))
		odd := "carrier pigeon"
		_, err := l.Requests.Edit(me, id, request.Patch{Way: &odd})
		apptest.WantCode(t, err, "invalid_fields")
		apptest.Must(t, just(l.Requests.Submit(me, id)))
		apptest.Must(t, just(l.Requests.Approve(there, id, 0)))
		if r := l.Request(id); r.State != request.Approved || r.UnitID != l.Other.ID {
			t.Errorf("%+v", r)
		}
		l.Whole(t)
	})
}

// A request that is reopened may be rated anew, and what was said first is kept; the call about a low
// rating is waited for only where it can be noted.
func TestReopeningOpensTheRatingAgain(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		me, staff, worker := apptest.As(l.Resident), apptest.As(l.Staff), apptest.As(l.Worker)
		waiting := func() int {
			t.Helper()
			out, err := l.Requests.InQueue(staff, request.QueueFollowUp, request.After{}, 9)
			apptest.Must(t, err)
			counts, err := l.Requests.Waiting(staff, 99)
			apptest.Must(t, err)
			for i := range out {
				if !slices.Contains(out[i].Actions, "follow_up") {
					t.Errorf("%s waits for a call that cannot be noted: %v", out[i].State, out[i].Actions)
				}
			}
			if counts[request.QueueFollowUp] != len(out) {
				t.Errorf("%d counted of %d", counts[request.QueueFollowUp], len(out))
			}
			return len(out)
		}
		for _, state := range request.States { // as rows of before may be
			bad, one := 1, int64(1)
			l.Put(state, func(r *request.Request) { r.Rating, r.FollowUp = &bad, &one })
		}
		if n := waiting(); n != 2 {
			t.Errorf("%d of the states wait", n)
		}
		id := l.Put(request.Completed).ID
		for n, said := range []string{"等了很久", "还是没有修好"} {
			d, err := l.Requests.Rate(me, id, n+1, said)
			apptest.Must(t, err)
			if before := waiting(); before != 3 || !slices.Contains(must(l.Requests.Get(staff, id)).Actions, "follow_up") {
				t.Errorf("%d wait", before)
			}
			rated := *d.RatedAt
			l.Clock.Advance(time.Hour)
			d, err = l.Requests.Reopen(staff, id, "还要去一次")
			apptest.Must(t, err)
			if d.Rating != nil || d.RatingComment != "" || d.RatedAt != nil || d.FollowUp != nil || waiting() != 2 || len(d.EarlierRatings) != n+1 {
				t.Errorf("%+v", d.Request)
			}
			if kept := d.EarlierRatings[n]; kept.Rating != n+1 || kept.Comment != said || kept.RatedAt != rated {
				t.Errorf("%+v", kept)
			}
			apptest.Must(t, just(l.Requests.Complete(worker, id, request.Record{})))
			if is := must(l.Requests.Get(me, id)); !slices.Contains(is.Actions, "rate") {
				t.Errorf("cannot be rated anew: %v", is.Actions)
			}
		}
		mine, err := l.Requests.Export(ctx, feature.Account{PersonID: l.Resident.PersonID})
		apptest.Must(t, err)
		if text := fmt.Sprintf("%+v", mine); !strings.Contains(text, "等了很久") || !strings.Contains(text, "还是没有修好") {
			t.Error("an export is without what was said first")
		}
		_, err = l.Requests.Forget(ctx, l.Resident.PersonID)
		apptest.Must(t, err)
		if n := l.Count("request_ratings", "comment <> ''"); n != 0 {
			t.Errorf("%d comments of a closed account stay", n)
		}
		l.Whole(t)
	})
}

func must(d *request.Detail, err error) *request.Detail {
	if err != nil {
		panic(err)
	}
	return d
}

// One's own booking is in nobody's way when its time is changed: in the calendar as in the server, the
// day's cap with it; for others it is taken all the same.
func TestOnesOwnBookingDoesNotBlockMovingIt(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		apptest.Must(t, l.Tx(func(tx *store.Tx) error {
			return tx.Model(&booking.Provider{}).Where("person_id = ?", l.Worker.PersonID).Update("daily_cap", 1).Error
		}))
		long := l.NewService(func(x *catalogue.Type) {
			x.Name, x.Mode, x.LengthMinutes, x.BufferMinutes = "长谈", catalogue.ByBooking, 60, 30
		})
		apptest.Must(t, l.Tx(func(tx *store.Tx) error {
			return tx.Exec("INSERT INTO provider_services (provider_id, service_type_id) VALUES (?, ?)", l.Worker.PersonID, long.ID).Error
		}))
		me := apptest.As(l.Resident)
		day := l.Clock.Now().In(store.Shanghai).AddDate(0, 0, 3).Format(time.DateOnly)
		free := func(as context.Context, requestID int64) (out []time.Time) {
			t.Helper()
			c, err := l.Requests.Slots(as, long.ID, l.Station.ID, l.Worker.PersonID, requestID, day, day)
			apptest.Must(t, err)
			for _, slot := range c.Days[0].Slots {
				if slot.State == booking.Free {
					out = append(out, slot.StartsAt)
				}
			}
			return out
		}
		all := free(me, 0)
		ask := l.Asking(long)
		ask.Slot = &request.SlotWish{ProviderID: l.Worker.PersonID, StartsAt: all[2]}
		id := l.Ask(l.Resident, ask).ID
		if got := free(me, 0); len(got) != 0 { // one a day
			t.Errorf("somebody new may have %v", got)
		}
		if got := free(me, id); len(got) != len(all) {
			t.Errorf("%d of %d slots are free to move to", len(got), len(all))
		}
		_, err := l.Requests.Slots(apptest.As(l.Neighbour), long.ID, l.Station.ID, l.Worker.PersonID, id, day, day)
		apptest.WantCode(t, err, "not_found")
		for _, to := range []time.Time{all[3], all[2], all[2]} { // beside it, back, and to where it is
			apptest.Must(t, just(l.Requests.Reschedule(me, id, request.Time{StartsAt: to})))
		}
		l.Whole(t)
	})
}

// A hold that ran out is in nobody's way before it is swept, nor does it count for its day's cap: whose it was moves it,
// somebody else takes the day, and its approval is offered only while it is accepted.
func TestAHoldThatRanOutIsInNobodysWay(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		l.Exec("UPDATE providers SET daily_cap = 1 WHERE person_id = ?", l.Worker.PersonID)
		me, other, staff := apptest.As(l.Resident), apptest.As(l.Neighbour), apptest.As(l.Staff)
		id := l.Ask(l.Resident, l.Asking(l.Talk)).ID
		day := l.BookingOf(id).Day
		free := func(as context.Context, requestID int64) (out []time.Time) {
			t.Helper()
			c, err := l.Requests.Slots(as, l.Talk.ID, l.Station.ID, l.Worker.PersonID, requestID, day, day)
			apptest.Must(t, err)
			for _, slot := range c.Days[0].Slots {
				if slot.State == booking.Free {
					out = append(out, slot.StartsAt)
				}
			}
			return out
		}
		approvable := func(id int64, want bool) {
			t.Helper()
			if d, err := l.Requests.Get(staff, id); err != nil || slices.Contains(d.Actions, "approve") != want {
				t.Errorf("%q, %v", d.Actions, err)
			}
		}
		runsOut := func(of int64) { // by an earlier answer than the slot asks for
			l.Exec("UPDATE bookings SET hold_expires_at = ? WHERE request_id = ? AND state = 'held'", l.Clock.Now().UnixMilli(), of)
		}
		if got := free(other, 0); len(got) != 0 {
			t.Errorf("held: %v", got)
		}
		runsOut(id)
		slots := free(me, id)
		if got := free(other, 0); len(slots) < 3 || len(got) != len(slots) {
			t.Fatalf("run out: %d slots for whose it is, %d for another", len(slots), len(got))
		}
		to := slots[len(slots)-1]
		apptest.Must(t, just(l.Requests.Reschedule(me, id, request.Time{StartsAt: to})))
		if b := l.BookingOf(id); !b.StartsAt.Equal(to) || b.State != booking.Held {
			t.Errorf("%+v", b)
		}
		runsOut(id)
		ask := l.Asking(l.Talk)
		ask.Slot = &request.SlotWish{ProviderID: l.Worker.PersonID, StartsAt: slots[0]} // another time of the same day
		second := l.Ask(l.Neighbour, ask).ID
		if b := l.BookingOf(id); b.State != booking.Lapsed {
			t.Errorf("%+v", b)
		}
		approvable(id, false)
		runsOut(second)
		approvable(id, true)
		apptest.Must(t, just(l.Requests.Approve(staff, id, 0)))
		_, err := l.Requests.Approve(staff, second, 0)
		apptest.WantCode(t, err, "slot_taken")
		l.Whole(t)
	})
}

// A hand-over with a booked time that has passed goes through, whatever the other did then, and who
// asked is told that the time is over.
func TestHandOverAfterTheTime(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		staff, colleague := apptest.As(l.Staff), apptest.As(l.Colleague)
		r := l.Put(request.Scheduled)
		at := l.BookingOf(r.ID).StartsAt
		same := l.Put(request.Assigned, func(r *request.Request) { r.WorkerID = &l.Colleague.PersonID })
		apptest.Must(t, just(l.Requests.Reschedule(staff, same.ID, request.Time{StartsAt: at.Time})))
		l.Clock.Set(at.Add(2 * time.Hour))
		out, err := l.Requests.HandOver(staff, l.Worker.PersonID, l.Colleague.PersonID, []int64{r.ID}, "病了")
		apptest.Must(t, err)
		if now := l.Request(r.ID); out[0].Err != nil || *now.WorkerID != l.Colleague.PersonID || now.State != request.Scheduled {
			t.Fatalf("%v, %+v", out[0].Err, now)
		}
		if n := l.Count("notices", "subject_id = ? AND person_id = ? AND body LIKE ?", r.ID, l.Resident.PersonID, "%已经过了%"); n != 1 {
			t.Errorf("%d notices say so", n)
		}
		apptest.Must(t, just(l.Requests.NoShow(colleague, r.ID, "没有见到")))
		apptest.Must(t, just(l.Requests.Reschedule(colleague, r.ID, request.Time{StartsAt: l.Slot()})))
		if b := l.BookingOf(r.ID); b.ProviderID != l.Colleague.PersonID {
			t.Errorf("%+v", b)
		}
		l.Whole(t)
	})
}

// What came back can be sent again where nobody gives times any more, and its actions list it; where somebody does,
// a time is chosen first.
func TestWhatCameBackIsSentAgainWhereNobodyGivesTimes(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		d := l.Ask(l.Resident, l.Asking(l.Talk))
		timeless := l.Put(request.Returned, func(r *request.Request) { r.ServiceTypeID = l.Talk.ID })
		td, err := l.Requests.Get(apptest.As(l.Resident), timeless.ID)
		apptest.Must(t, err)
		if slices.Contains(td.Actions, "submit") {
			t.Errorf("without a time: %q", td.Actions)
		}
		for _, w := range []auth.Actor{l.Worker, l.Colleague} {
			_, err := ends(t, l, w, identity.Becomes{ToQueue: true})
			apptest.Must(t, err)
		}
		apptest.Must(t, just(l.Requests.Return(apptest.As(l.Staff), d.ID, "请写得细一点")))
		d, err = l.Requests.Get(apptest.As(l.Resident), d.ID)
		apptest.Must(t, err)
		listed := slices.Contains(d.Actions, "submit")
		_, err = l.Requests.Submit(apptest.As(l.Resident), d.ID)
		if !listed || err != nil {
			t.Errorf("listed: %t in %q, accepted: %v", listed, d.Actions, err)
		}
	})
}
