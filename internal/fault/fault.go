// Package fault is the one error type that crosses layers: a kind that the
// transport maps to a status, a stable code, and a message that is safe to
// show to the person who asked.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what sort of refusal an Error is. The transport alone knows which
// HTTP status each kind becomes.
type Kind int

// The kinds of refusal. Internal is the zero value: an error nobody classified
// is an internal one.
const (
	Internal        Kind = iota // a bug or a broken dependency; never shown in detail
	Invalid                     // malformed or outside the contract (400)
	Unauthenticated             // no token, or a bad one (401)
	Forbidden                   // known, but not allowed (403)
	NotFound                    // not there, or not yours to know of (404)
	Conflict                    // the state or the capacity does not allow it (409)
	TooLarge                    // a body over the limit (413)
	Unprocessable               // a rule of the field is broken (422)
	TooOld                      // the program that asks is no longer served (426)
	TooMany                     // asked too often (429)
	Unavailable                 // a dependency is away; trying again may help (503)
)

// Field names one bad field of a request.
type Field struct {
	Name    string // dotted path in the request body, or the parameter's name
	Message string // Chinese, safe to show
}

// Opening is a free time that a refusal offers instead of the one that was asked for.
type Opening struct {
	ProviderID       int64
	StartsAt, EndsAt time.Time
}

// Error is a refusal. Code is stable snake_case English for programs; Message is
// Chinese for people and says what happened and what to do next.
type Error struct {
	Kind     Kind
	Code     string
	Message  string
	Fields   []Field
	Openings []Opening
	Wait     time.Duration // of TooMany: when to try again; 0: not known
	cause    error
}

// New returns a refusal of the given kind.
func New(kind Kind, code, message string) *Error {
	return &Error{Kind: kind, Code: code, Message: message}
}

// Newf is New with a formatted message.
func Newf(kind Kind, code, format string, args ...any) *Error {
	return New(kind, code, fmt.Sprintf(format, args...))
}

// BadFields is the refusal of a request whose fields do not fit.
func BadFields(fields ...Field) *Error {
	return &Error{Kind: Invalid, Code: "invalid_fields", Message: "有些内容填得不对，请按提示改一下再提交", Fields: fields}
}

// Missing is the refusal for a record that is not there, or not the asker's to know of.
func Missing(what string) *Error {
	return Newf(NotFound, "not_found", "没有找到这个%s，或者您没有查看的权限", what)
}

// Error gives the code, the message and the cause, for logs.
func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.cause)
	}
	return e.Code + ": " + e.Message
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// Is makes errors.Is compare refusals by their code.
func (e *Error) Is(target error) bool {
	var t *Error
	return errors.As(target, &t) && t.Code == e.Code
}

// Because returns a copy of e that carries its cause for the log.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// With returns a copy of e that names fields.
func (e *Error) With(fields ...Field) *Error {
	c := *e
	c.Fields = fields
	return &c
}

// Offering returns a copy of e that offers free times instead.
func (e *Error) Offering(openings []Opening) *Error {
	c := *e
	c.Openings = openings
	return &c
}

// After returns a copy of e that says how long to wait before trying again.
func (e *Error) After(wait time.Duration) *Error {
	c := *e
	c.Wait = wait
	return &c
}

// From finds the refusal in err; an error that holds none is an internal one.
func From(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Internal, Code: "internal", Message: "服务器内部错误", cause: err}
}
