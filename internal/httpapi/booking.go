package httpapi

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"yimi/api"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/fault"
	"yimi/internal/request"
	"yimi/internal/store"
)

const (
	slotDays     = 7
	maxSlotDays  = 31
	maxBookDays  = 62
	dayMinutes   = 24 * 60
	feedEnding   = ".ics"
	calendarPath = Base + "/calendar/"
)

var errDays = fault.BadFields(fault.Field{Name: "to", Message: "结束日期要不早于开始日期，也不能太远"})

// days checks a span of days.
func days(from, to time.Time, most int) error {
	if to.Before(from) || to.Sub(from) > time.Duration(most)*24*time.Hour {
		return errDays
	}
	return nil
}

// ListSlots gives the slot calendar of a service.
func (s *Server) ListSlots(ctx context.Context, r api.ListSlotsRequestObject) (api.ListSlotsResponseObject, error) {
	from := s.Store.Now().In(store.Shanghai)
	if r.Params.From != nil {
		from = r.Params.From.Time
	}
	to := from.AddDate(0, 0, slotDays-1)
	if r.Params.To != nil {
		to = r.Params.To.Time
	}
	if err := days(from.Truncate(24*time.Hour), to.Truncate(24*time.Hour), maxSlotDays); err != nil {
		return nil, err
	}
	c, err := s.Requests.Slots(ctx, r.ID, or(r.Params.UnitID, 0), or(r.Params.ProviderID, 0), or(r.Params.RequestID, 0), from.Format(time.DateOnly), to.Format(time.DateOnly))
	if err != nil {
		return nil, err
	}
	out := api.ListSlots200JSONResponse{ProviderID: some(c.ProviderID), NextFree: mapped(c.NextFree(), slot), Days: mapped(c.Days, slotDay),
		Providers: mapped(c.Offers, func(o *booking.Offer) api.SlotProvider {
			p := api.SlotProvider{ID: o.PersonID, Name: o.Name, Level: api.Qualification(o.Level), UnitName: o.UnitName}
			if len(o.NextFree) > 0 {
				at := shown(store.At(o.NextFree[0].StartsAt))
				p.NextFree = &at
			}
			return p
		})}
	return out, nil
}

func slot(x *booking.Slot) api.Slot {
	return api.Slot{ProviderID: x.ProviderID, StartsAt: shown(store.At(x.StartsAt)), EndsAt: shown(store.At(x.EndsAt)), State: api.SlotState(x.State)}
}

func slotDay(d *booking.Day) api.SlotDay {
	return api.SlotDay{Date: dateOf(d.Date), State: api.SlotDayState(d.State), Note: some(d.Note), Free: d.Free, Slots: mapped(d.Slots, slot)}
}

// openings maps the free times that a refusal offers.
func openings(in []fault.Opening) *[]api.Slot {
	if len(in) == 0 {
		return nil
	}
	out := mapped(in, func(o *fault.Opening) api.Slot {
		return api.Slot{ProviderID: o.ProviderID, StartsAt: shown(store.At(o.StartsAt)), EndsAt: shown(store.At(o.EndsAt)), State: api.SlotStateFree}
	})
	return &out
}

func provider(l *booking.ProviderLine) api.Provider {
	out := api.Provider{ID: l.PersonID, Name: l.Name, UnitID: l.UnitID, UnitName: l.UnitName, Level: api.Qualification(l.Level),
		ServiceTypeIds: append([]api.ID{}, l.Services...), SupervisorID: l.SupervisorID, SupervisorName: some(l.SupervisorName), DailyCap: l.DailyCap,
		Active: l.Active, OpenCases: l.OpenCases, Affected: l.Affected, HasFeed: l.FeedHash != nil, Hours: []api.WeeklySpan{}, Breaks: []api.WeeklySpan{},
		Exceptions: mapped(l.Exceptions, providerException)}
	for _, x := range l.Spans {
		span := api.WeeklySpan{Weekday: x.Weekday, StartTime: clock(x.StartMinute), EndTime: clock(x.EndMinute)}
		if x.Kind == "break" {
			out.Breaks = append(out.Breaks, span)
		} else {
			out.Hours = append(out.Hours, span)
		}
	}
	return out
}

func providerException(e *booking.Exception) api.ProviderException {
	out := api.ProviderException{ID: e.ID, Date: dateOf(e.Day), Kind: api.ProviderExceptionKind(e.Kind), Note: some(e.Note)}
	if !e.WholeDay() {
		from, to := clock(e.StartMinute), clock(e.EndMinute)
		out.StartTime, out.EndTime = &from, &to
	}
	return out
}

func clock(minute int) api.ClockTime {
	return fmt.Sprintf("%02d:%02d", minute/60%24, minute%60)
}

// minutes reads a span of clock times; an end before the start is on the next day.
func minutes(start, end api.ClockTime) (from, to int) {
	from, to = minuteOf(start), minuteOf(end)
	if to <= from {
		to += dayMinutes
	}
	return from, to
}

func minuteOf(c api.ClockTime) int {
	t, _ := time.Parse("15:04", c) // the contract's pattern
	return t.Hour()*60 + t.Minute()
}

// GetMyProvider gives the actor's profile as a provider.
func (s *Server) GetMyProvider(ctx context.Context, _ api.GetMyProviderRequestObject) (api.GetMyProviderResponseObject, error) {
	l, err := s.Bookings.Mine(ctx)
	if err != nil {
		return nil, err
	}
	return api.GetMyProvider200JSONResponse(provider(l)), nil
}

// spans maps weekly spans; one that ends when it starts is refused.
func spans(name string, in []api.WeeklySpan) ([]booking.Span, error) {
	out := make([]booking.Span, len(in))
	for i, x := range in {
		if x.StartTime == x.EndTime {
			return nil, endsAtStart(name + "." + strconv.Itoa(i) + ".end_time")
		}
		from, to := minutes(x.StartTime, x.EndTime)
		out[i] = booking.Span{Weekday: x.Weekday, StartMinute: from, EndMinute: to}
	}
	return out, nil
}

func endsAtStart(field string) error {
	return fault.BadFields(fault.Field{Name: field, Message: "结束时间不能和开始时间一样"})
}

// SetMyHours publishes weekly hours.
func (s *Server) SetMyHours(ctx context.Context, r api.SetMyHoursRequestObject) (api.SetMyHoursResponseObject, error) {
	work, err := spans("hours", r.Body.Hours)
	if err != nil {
		return nil, err
	}
	breaks, err := spans("breaks", r.Body.Breaks)
	if err != nil {
		return nil, err
	}
	l, err := s.Bookings.SetHours(ctx, work, breaks, r.Body.DailyCap)
	if err != nil {
		return nil, err
	}
	return api.SetMyHours200JSONResponse(provider(l)), nil
}

var errExceptionTimes = fault.BadFields(fault.Field{Name: "start_time", Message: "开始和结束时间要一起填；全天不在就都不填"})

// AddMyException adds a day that differs.
func (s *Server) AddMyException(ctx context.Context, r api.AddMyExceptionRequestObject) (api.AddMyExceptionResponseObject, error) {
	b := r.Body
	if (b.StartTime == nil) != (b.EndTime == nil) || b.Kind == api.ProviderExceptionInputKindExtra && b.StartTime == nil {
		return nil, errExceptionTimes
	}
	if b.StartTime != nil && *b.StartTime == *b.EndTime {
		return nil, endsAtStart("end_time")
	}
	var t texts
	e := booking.Exception{Day: dayOf(b.Date), Kind: string(b.Kind), EndMinute: dayMinutes, Note: t.optional("note", b.Note, 40)}
	if b.StartTime != nil {
		e.StartMinute, e.EndMinute = minutes(*b.StartTime, *b.EndTime)
	}
	if err := t.err(); err != nil {
		return nil, err
	}
	l, err := s.Bookings.AddException(ctx, e)
	if err != nil {
		return nil, err
	}
	return api.AddMyException201JSONResponse(provider(l)), nil
}

// RemoveMyException takes an exception back.
func (s *Server) RemoveMyException(ctx context.Context, r api.RemoveMyExceptionRequestObject) (api.RemoveMyExceptionResponseObject, error) {
	return api.RemoveMyException204Response{}, s.Bookings.RemoveException(ctx, r.ID)
}

// RenewMyFeed makes a new secret address.
func (s *Server) RenewMyFeed(ctx context.Context, _ api.RenewMyFeedRequestObject) (api.RenewMyFeedResponseObject, error) {
	secret, err := s.Bookings.RenewFeed(ctx)
	if err != nil {
		return nil, err
	}
	return api.RenewMyFeed200JSONResponse{Path: calendarPath + secret + feedEnding}, nil
}

// StopMyFeed ends the feed.
func (s *Server) StopMyFeed(ctx context.Context, _ api.StopMyFeedRequestObject) (api.StopMyFeedResponseObject, error) {
	return api.StopMyFeed204Response{}, s.Bookings.StopFeed(ctx)
}

// GetCalendarFeed gives a worker's bookings as iCalendar.
func (s *Server) GetCalendarFeed(ctx context.Context, r api.GetCalendarFeedRequestObject) (api.GetCalendarFeedResponseObject, error) {
	feed, err := s.Bookings.Feed(ctx, strings.TrimSuffix(r.Secret, feedEnding))
	if err != nil {
		return nil, err
	}
	return api.GetCalendarFeed200TextCalendarResponse{Body: strings.NewReader(feed), ContentLength: int64(len(feed))}, nil
}

// ListMyBookings gives the worker's calendar.
func (s *Server) ListMyBookings(ctx context.Context, r api.ListMyBookingsRequestObject) (api.ListMyBookingsResponseObject, error) {
	if err := days(r.Params.From.Time, r.Params.To.Time, maxBookDays); err != nil {
		return nil, err
	}
	rows, err := s.Bookings.MyBookings(ctx, dayOf(r.Params.From), dayOf(r.Params.To))
	if err != nil {
		return nil, err
	}
	return api.ListMyBookings200JSONResponse{Items: mapped(rows, s.booking)}, nil
}

func (s *Server) booking(l *booking.Line) api.Booking {
	out := api.Booking{ID: l.ID, RequestID: l.RequestID, Number: l.Number, ServiceName: l.ServiceName, Icon: api.ServiceIcon(l.Icon), State: api.BookingState(l.State),
		Way: api.ServiceWay(l.Way), StartsAt: shown(l.StartsAt), EndsAt: shown(l.EndsAt), HoldExpiresAt: shownIf(l.HoldExpiresAt),
		ProviderID: l.ProviderID, ProviderName: l.ProviderName, BeneficiaryName: l.BeneficiaryName}
	if l.Way == catalogue.AtStation {
		out.Place = l.PlaceName
	}
	if l.Minor(s.Store.Now().Time) {
		out.BeneficiaryName = maskName(l.BeneficiaryName)
	}
	return out
}

// ListAffectedBookings gives the bookings that a worker's absence affects.
func (s *Server) ListAffectedBookings(ctx context.Context, r api.ListAffectedBookingsRequestObject) (api.ListAffectedBookingsResponseObject, error) {
	rows, err := s.Bookings.Affected(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	mine := r.ID == auth.From(ctx).PersonID
	return api.ListAffectedBookings200JSONResponse{Items: mapped(rows, func(l *booking.Line) api.AffectedBooking {
		offers := l.RequestState == string(request.Scheduled) || l.RequestState == string(request.Submitted) && !mine
		return api.AffectedBooking{Booking: s.booking(l), AskedAt: shownIf(l.AskedAt), MayOffer: l.AskerID != nil && offers}
	})}, nil
}

// maskName keeps the first letter of a minor's name.
func maskName(name string) string {
	r := []rune(name)
	if len(r) == 0 {
		return ""
	}
	return string(r[:1]) + "**"
}

// ListProviders lists workers for staff.
func (s *Server) ListProviders(ctx context.Context, _ api.ListProvidersRequestObject) (api.ListProvidersResponseObject, error) {
	rows, err := s.Bookings.Workers(ctx)
	if err != nil {
		return nil, err
	}
	return api.ListProviders200JSONResponse{Items: mapped(rows, provider)}, nil
}

// UpdateProvider changes a worker's profile.
func (s *Server) UpdateProvider(ctx context.Context, r api.UpdateProviderRequestObject) (api.UpdateProviderResponseObject, error) {
	c := booking.ProviderChange{Services: r.Body.ServiceTypeIds, DailyCap: r.Body.DailyCap, Active: r.Body.Active}
	if r.Body.Level != nil {
		level := catalogue.Level(*r.Body.Level)
		c.Level = &level
	}
	if given := r.Body.SupervisorID; given.IsSpecified() {
		var to *int64 // null: none
		if id, err := given.Get(); err == nil {
			to = &id
		}
		c.SupervisorID = &to
	}
	l, err := s.Bookings.ChangeProvider(ctx, r.ID, c)
	if err != nil {
		return nil, err
	}
	return api.UpdateProvider200JSONResponse(provider(l)), nil
}

// ListHolidays lists a district's holidays and make-up days.
func (s *Server) ListHolidays(ctx context.Context, r api.ListHolidaysRequestObject) (api.ListHolidaysResponseObject, error) {
	d, err := s.Bookings.Holidays(ctx, or(r.Params.UnitID, 0))
	if err != nil {
		return nil, err
	}
	return api.ListHolidays200JSONResponse{UnitID: some(d.UnitID), UnitName: some(d.Name), Items: mapped(d.Holidays, holiday)}, nil
}

func holiday(h *booking.Holiday) api.Holiday {
	return api.Holiday{Date: dateOf(h.Day), Name: h.Name, Kind: api.HolidayKind(h.Kind), AsWeekday: some(h.AsWeekday)}
}

// SetHoliday makes a day a holiday or a make-up day.
func (s *Server) SetHoliday(ctx context.Context, r api.SetHolidayRequestObject) (api.SetHolidayResponseObject, error) {
	var t texts
	t.line("name", &r.Body.Name, 20)
	if err := t.err(); err != nil {
		return nil, err
	}
	h, err := s.Bookings.SetHoliday(ctx, booking.Holiday{UnitID: or(r.Body.UnitID, 0), Day: dayOf(r.Body.Date), Name: r.Body.Name, Kind: string(r.Body.Kind), AsWeekday: or(r.Body.AsWeekday, 0)})
	if err != nil {
		return nil, err
	}
	return api.SetHoliday200JSONResponse(holiday(h)), nil
}

// RemoveHoliday makes a day ordinary again.
func (s *Server) RemoveHoliday(ctx context.Context, r api.RemoveHolidayRequestObject) (api.RemoveHolidayResponseObject, error) {
	return api.RemoveHoliday204Response{}, s.Bookings.RemoveHoliday(ctx, or(r.Params.UnitID, 0), dayOf(r.Date))
}
