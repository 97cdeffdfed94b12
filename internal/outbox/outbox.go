// Package outbox holds what people are to be told. A notice is written in the
// transaction of what happened, so neither exists without the other; it stands in the
// app at once, and goes to WeChat as a subscribe message where the person has agreed to one.
package outbox

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"

	"yimi/internal/store"
)

// Kind says what a notice is about: feature.Notice has its looks and its page.
type Kind string

// Delivery is where a notice stands on its way to WeChat; in the app it stands anyway.
type Delivery string

// The deliveries.
const (
	InApp     Delivery = "in_app"    // not to be sent: no accept, no WeChat, or too late
	Waiting   Delivery = "waiting"   // until due_at
	Sending   Delivery = "sending"   // WeChat is being asked
	Sent      Delivery = "sent"      // WeChat took it
	Uncertain Delivery = "uncertain" // WeChat was asked and its answer was lost: never sent again unasked
	Dead      Delivery = "dead"      // WeChat will not take it
)

// Words are what a subscribe message says, by the fields of its template. No phone,
// no address and no words of a request belong in one: it shows on locked screens.
type Words map[string]string

// Value writes the words as JSON; none is empty.
func (w Words) Value() (driver.Value, error) {
	if len(w) == 0 {
		return "", nil
	}
	text, err := json.Marshal(w)
	return string(text), err
}

// Scan reads the column.
func (w *Words) Scan(src any) error {
	var text []byte
	switch v := src.(type) {
	case string:
		text = []byte(v)
	case []byte:
		text = v
	default:
		return fmt.Errorf("outbox: a column of words holds %T", src)
	}
	*w = nil
	if len(text) == 0 {
		return nil
	}
	return json.Unmarshal(text, w)
}

// Notice is one message to one person in the app.
type Notice struct {
	ID        int64
	PersonID  int64
	Kind      Kind
	Event     string // one notice for each person and event
	Title     string
	Body      string
	Subject   string // what it is about: "request", "activity", "signup", "entry"
	SubjectID int64
	ReadAt    *store.Time
	CreatedAt store.Time

	Template   string      // of the subscribe message; empty: in the app alone
	Words      Words       // until the message has gone
	SendBefore *store.Time // after it the message says nothing any more; nil: three days
	Delivery   Delivery    // empty: in the app alone
	DueAt      *store.Time // of the next step; nil: none
	Lease      string      // who has it in hand
	Attempts   int         // that WeChat was asked
	Fault      string      // code of the last failure
	FailedAt   *store.Time // dead or uncertain since
}

// As makes the notice a subscribe message too.
func (n Notice) As(template string, words Words) Notice {
	n.Template, n.Words = template, words
	return n
}

// Until says after when the message is not worth sending.
func (n Notice) Until(t store.Time) Notice {
	n.SendBefore = &t
	return n
}

// credit is how many messages of a template a person has agreed to, and how many went:
// WeChat takes one for each tap on 允许, and has no call that tells how many are left.
// https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/subscribe-message.html
type credit struct {
	PersonID  int64  `gorm:"primaryKey"`
	Template  string `gorm:"primaryKey"`
	Accepted  int64
	Spent     int64
	ChangedAt store.Time
}

func (credit) TableName() string { return "subscribe_credits" }
