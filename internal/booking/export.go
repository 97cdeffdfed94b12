package booking

import (
	"context"
	"time"

	"yimi/internal/feature"
	"yimi/internal/store"
)

// exportLimit bounds each list of an export.
const exportLimit = 10_000

// Export is what a person booked, and when they could be had as a social worker.
type Export struct {
	Bookings []BookingExport `json:"bookings"`
	Provider *ProviderExport `json:"provider"` // null: never a social worker
}

// BookingExport is one booked time, live or over.
type BookingExport struct {
	RequestID int64     `json:"request_id"`
	Service   string    `json:"service"`
	Provider  string    `json:"provider"`
	State     State     `json:"state"`
	StartsAt  time.Time `json:"starts_at"`
	EndsAt    time.Time `json:"ends_at"`
	CreatedAt time.Time `json:"created_at"`
}

// ProviderExport is what a social worker published of themselves.
type ProviderExport struct {
	Level      string            `json:"level"`
	DailyCap   int               `json:"daily_cap"`
	Supervisor string            `json:"supervisor"`
	Services   []string          `json:"services"`
	Spans      []SpanExport      `json:"weekly_hours"`
	Exceptions []ExceptionExport `json:"exceptions"`
}

// SpanExport is a span of the week, in minutes of the day.
type SpanExport struct {
	Kind    string `json:"kind"` // work, break
	Weekday int    `json:"weekday"`
	Start   int    `json:"start_minute"`
	End     int    `json:"end_minute"`
}

// ExceptionExport is a day that differs.
type ExceptionExport struct {
	Day  string `json:"day"`
	Kind string `json:"kind"`
	Note string `json:"note"`
}

// Export gives all that this package keeps of a person (个人信息保护法 Art 45).
func (s *Service) Export(ctx context.Context, of feature.Account) (any, error) {
	rows, err := bookingsOf(s.db.Read(ctx), of.PersonID)
	if err != nil {
		return nil, err
	}
	out := Export{Bookings: make([]BookingExport, len(rows))}
	for i, b := range rows {
		out.Bookings[i] = BookingExport{b.RequestID, b.ServiceName, b.ProviderName, b.State, b.StartsAt.In(store.Shanghai), b.EndsAt.In(store.Shanghai), b.CreatedAt.In(store.Shanghai)}
	}
	l, err := findProvider(s.db.Read(ctx), of.PersonID)
	if store.IsNotFound(err) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	one := []ProviderLine{*l}
	if err := addDetails(s.db.Read(ctx), one, ""); err != nil {
		return nil, err
	}
	services, err := serviceNames(s.db.Read(ctx), of.PersonID)
	if err != nil {
		return nil, err
	}
	p := &ProviderExport{Level: string(l.Level), DailyCap: l.DailyCap, Supervisor: l.SupervisorName, Services: append([]string{}, services...), Spans: []SpanExport{}, Exceptions: []ExceptionExport{}}
	for _, x := range one[0].Spans {
		p.Spans = append(p.Spans, SpanExport{x.Kind, x.Weekday, x.StartMinute, x.EndMinute})
	}
	for _, x := range one[0].Exceptions {
		p.Exceptions = append(p.Exceptions, ExceptionExport{x.Day, x.Kind, x.Note})
	}
	out.Provider = p
	return out, nil
}
