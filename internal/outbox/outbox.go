// Package outbox holds what people are to be told. A notice is written in the
// transaction of what happened, so neither exists without the other.
package outbox

import "yimi/internal/store"

// Kind says what a notice is about.
type Kind string

// The kinds of notices.
const (
	SignupConfirmed   Kind = "signup_confirmed"
	SignupRejected    Kind = "signup_rejected"
	SignupOffered     Kind = "signup_offered"
	SignupLapsed      Kind = "signup_lapsed"
	SignupCancelled   Kind = "signup_cancelled"
	ActivityChanged   Kind = "activity_changed"
	ActivityCancelled Kind = "activity_cancelled"
	HoursCredited     Kind = "hours_credited"
	RequestSubmitted  Kind = "request_submitted"
	RequestApproved   Kind = "request_approved"
	RequestRejected   Kind = "request_rejected"
	RequestReturned   Kind = "request_returned"
	RequestReferred   Kind = "request_referred"
	RequestAssigned   Kind = "request_assigned"
	RequestScheduled  Kind = "request_scheduled"
	RequestChanged    Kind = "request_changed"
	RequestCompleted  Kind = "request_completed"
	RequestMessage    Kind = "request_message"
	CaseAssigned      Kind = "case_assigned" // to a worker
)

// Notice is one message to one person in the app.
type Notice struct {
	ID         int64
	PersonID   int64
	Kind       Kind
	Event      string // one notice for each person and event
	Title      string
	Body       string
	SignupID   *int64
	ActivityID *int64
	RequestID  *int64
	ReadAt     *store.Time
	CreatedAt  store.Time
}
