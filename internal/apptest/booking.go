package apptest

import (
	"context"
	"strconv"
	"testing"
	"time"

	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/hours"
	"yimi/internal/request"
	"yimi/internal/store"
	"yimi/internal/unit"
)

// Clocked is an instant of a day in Shanghai, such as "2026-03-06 09:00".
func Clocked(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, hours.Shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

// Bookable makes a service of the district: slots of 50 minutes and 10 to spare, at the
// station or by phone, for everyone.
func (w *World) Bookable(name string, change ...func(*catalogue.Type)) *catalogue.Type {
	w.t.Helper()
	t := &catalogue.Type{UnitID: w.District.ID, Field: "relief", Theme: "heart", Icon: "counsel", Name: name, Line: "与社工面谈", Detail: "约好了来坐坐",
		Ways: "station,phone", Mode: catalogue.ByBooking, LengthMinutes: 50, BufferMinutes: 10, HorizonDays: 28, LeadMinutes: 60, GroupsServed: "everyone",
		Questions: "[]", Promises: catalogue.Encode([]catalogue.Promise{{Urgency: "normal", Minutes: 4320}}), MinLevel: catalogue.NoLevel, PlaceName: "谈心室", Active: true}
	for _, c := range change {
		c(t)
	}
	Must(w.t, w.Tx(func(tx *store.Tx) error {
		t.ID, t.CreatedAt = 0, tx.Now
		return tx.Create(t).Error
	}))
	return t
}

// Instantly makes a service one whose bookings need no approval.
func Instantly(t *catalogue.Type) { t.Instant = true }

// Daily are weekly spans on all seven days, in hours of the day.
func Daily(from, to int) (out []booking.Span) {
	for day := 1; day <= 7; day++ {
		out = append(out, booking.Span{Weekday: day, StartMinute: from * 60, EndMinute: to * 60})
	}
	return out
}

// Provider makes a social worker of the unit who gives the services from 9:00 to 12:00 every day.
func (w *World) Provider(u unit.Unit, name string, services ...*catalogue.Type) auth.Actor {
	w.t.Helper()
	a := w.grant(u, name, auth.SocialWorker)
	_, err := w.Bookings.SetHours(As(a), Daily(9, 12), nil, nil)
	Must(w.t, err)
	ids := []int64{}
	for _, s := range services {
		ids = append(ids, s.ID)
	}
	admin := auth.Actor{PersonID: w.Staff.PersonID, Grants: []auth.Grant{{Role: auth.DistrictAdmin, UnitPath: w.District.Path}}}
	_, err = w.Bookings.ChangeProvider(As(admin), a.PersonID, booking.ProviderChange{Services: &ids})
	Must(w.t, err)
	return a
}

// SlotAsk is an ask for a slot of a service that has nothing special about it.
func SlotAsk(t *catalogue.Type, provider auth.Actor, starts time.Time) request.Ask {
	return request.Ask{ServiceTypeID: t.ID, Way: catalogue.AtStation, Urgency: "normal", Words: "想找人说说话", Phone: "13909531234",
		Slot: &request.SlotWish{ProviderID: provider.PersonID, StartsAt: starts}}
}

// SlotBody is SlotAsk as POST /requests takes it.
func SlotBody(t *catalogue.Type, provider auth.Actor, starts time.Time) map[string]any {
	return map[string]any{"service_type_id": t.ID, "way": "station", "urgency": "normal", "words": "想找人说说话", "phone": "13909531234",
		"slot": map[string]any{"provider_id": provider.PersonID, "starts_at": starts.Format(time.RFC3339)}}
}

// Reserve asks for a slot or fails.
func (w *World) Reserve(a auth.Actor, t *catalogue.Type, provider auth.Actor, starts time.Time) *request.Detail {
	w.t.Helper()
	d, err := w.Requests.Create(As(a), SlotAsk(t, provider, starts))
	Must(w.t, err)
	return d
}

// BookingOf gives the request's live booking, or else its last one; nil if there is none.
func (w *World) BookingOf(requestID int64) *booking.Booking {
	w.t.Helper()
	b, err := booking.Of(w.Store.Read(context.Background()), requestID)
	Must(w.t, err)
	return b
}

// RequestState is where a request stands.
func (w *World) RequestState(id int64) request.State {
	w.t.Helper()
	var r request.Request
	Must(w.t, w.Store.Read(context.Background()).Where("id = ?", id).Take(&r).Error)
	return r.State
}

// Settled proves what must be true of bookings at any moment: Verify finds nothing, no
// cell belongs to two, and bookings fit the state of their requests.
func (w *World) Settled(t testing.TB) {
	t.Helper()
	for _, p := range w.Unsettled() {
		t.Error(p)
	}
}

// Unsettled says what is wrong with the bookings.
func (w *World) Unsettled() []string {
	w.t.Helper()
	out, err := w.Bookings.Verify(context.Background())
	Must(w.t, err)
	for _, check := range []struct{ what, table, where string }{
		{"bookings of a provider at one time, with what is kept free after them", "bookings", "live = 1 AND EXISTS (SELECT 1 FROM bookings o WHERE o.provider_id = bookings.provider_id AND " +
			"o.live = 1 AND o.id <> bookings.id AND o.starts_at < bookings.busy_until AND o.busy_until > bookings.starts_at)"},
		{"bookings that have not all their cells", "bookings", "live = 1 AND (SELECT COUNT(*) FROM booking_cells c WHERE c.booking_id = bookings.id) * 300000 NOT BETWEEN busy_until - starts_at AND busy_until - starts_at + 299999"},
		{"scheduled requests without a booking", "requests", "state = 'scheduled' AND shift_id IS NULL AND NOT EXISTS (SELECT 1 FROM bookings b " +
			"WHERE b.request_id = requests.id AND b.state = 'booked' AND (b.provider_id = requests.worker_id OR b.starts_at <= " + strconv.FormatInt(w.Clock.Now().UnixMilli(), 10) + "))"}, // one handed over after its time stays whose it was
		{"holds of requests that are not submitted", "bookings", "state = 'held' AND NOT EXISTS (SELECT 1 FROM requests r WHERE r.id = bookings.request_id AND r.state = 'submitted')"},
		{"bookings of requests that are not under way", "bookings", "state = 'booked' AND NOT EXISTS (SELECT 1 FROM requests r WHERE r.id = bookings.request_id AND r.state IN ('scheduled', 'in_service'))"},
	} {
		if n := w.Count(check.table, check.where); n != 0 {
			out = append(out, check.what)
		}
	}
	return out
}
