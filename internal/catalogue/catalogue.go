// Package catalogue keeps the services that residents choose from: what each one
// is, who may be served, what is asked, and how it is booked.
package catalogue

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"yimi/internal/age"
	"yimi/internal/fault"
	"yimi/internal/store"
)

// Mode is how a service is had.
type Mode string

// By appointment in a slot, or on request.
const (
	ByBooking Mode = "booking"
	OnRequest Mode = "request"
)

// The ways a service is given.
const (
	AtHome    = "home"
	AtStation = "station"
)

// Level is a social worker's qualification, from none to senior
// (社会工作者职业资格: 助理社会工作师, 社会工作师, 高级社会工作师).
type Level string

// The levels, the lowest first.
const (
	NoLevel      Level = "none"
	Junior       Level = "junior"
	Intermediate Level = "intermediate"
	Senior       Level = "senior"
)

var levels = []Level{NoLevel, Junior, Intermediate, Senior}

// Reaches tells whether the level is at least the one asked.
func (l Level) Reaches(asked Level) bool {
	return slices.Index(levels, l) >= slices.Index(levels, asked)
}

// AndAbove lists the level and those above it.
func (l Level) AndAbove() []Level { return levels[max(slices.Index(levels, l), 0):] }

// Type is one entry of the catalogue (service type). It is offered at its unit and at
// every unit under it.
type Type struct {
	ID            int64
	UnitID        int64
	Field         string
	Theme         string
	Icon          string
	Name          string
	Line          string
	Detail        string
	Ways          string // words joined by commas
	Mode          Mode
	Instant       bool // a booking needs no approval
	LengthMinutes int
	BufferMinutes int
	HorizonDays   int
	LeadMinutes   int
	GroupsServed  string // words joined by commas
	Questions     string // []Question as JSON
	Confidential  bool
	Promises      string // []Promise as JSON
	MinLevel      Level
	PlaceName     string
	PlaceNote     string
	Active        bool
	Position      int
	CreatedAt     store.Time
}

// TableName names the table.
func (Type) TableName() string { return "service_types" }

// Line is a service type with what is shown beside it.
type Line struct {
	Type
	UnitName string
	UnitPath string
}

// Promise is within how many minutes the station answers a request of an urgency: of its opening hours, and
// a day of them is a working day, but for the most pressing.
type Promise struct {
	Urgency string `json:"urgency"`
	Minutes int    `json:"minutes"`
}

// Urgent is the most pressing urgency (很急): its clock never rests, and who asks is told whom to call now.
const Urgent = "urgent"

// Urgencies lists the urgencies, the most pressing first.
var Urgencies = []string{Urgent, "soon", "normal"}

// WayWords gives the ways it is given.
func (t *Type) WayWords() []string { return split(t.Ways) }

// GroupWords gives the groups that may be served.
func (t *Type) GroupWords() []string { return split(t.GroupsServed) }

// Asked gives the questions.
func (t *Type) Asked() []Question { return decode[Question](t.Questions) }

// Sensitive tells whether a request says something about health: a confidential talk does, and
// so does a question that is marked so.
func (t *Type) Sensitive() bool {
	return t.Confidential || slices.ContainsFunc(t.Asked(), func(q Question) bool { return q.Sensitive })
}

// Promised gives the urgencies offered with their promises.
func (t *Type) Promised() []Promise { return decode[Promise](t.Promises) }

// AnswerWithin is the promised time to answer a request of the urgency; false when the urgency is not offered.
func (t *Type) AnswerWithin(urgency string) (time.Duration, bool) {
	for _, p := range t.Promised() {
		if p.Urgency == urgency {
			return time.Duration(p.Minutes) * time.Minute, true
		}
	}
	return 0, false
}

func split(joined string) []string {
	if joined == "" {
		return []string{}
	}
	return strings.Split(joined, ",")
}

func decode[T any](text string) []T {
	out := []T{}
	_ = json.Unmarshal([]byte(text), &out) // what Encode wrote
	return out
}

// Encode writes questions or promises as they are kept.
func Encode[T any](list []T) string {
	text, _ := json.Marshal(append([]T{}, list...)) // of plain fields: cannot fail
	return string(text)
}

const (
	maxQuestions = 12
	elderAge     = 60 // 老年人权益保障法 Art 2
)

// Served is what is known of whom a request is for.
type Served struct {
	Age    int // full years; -1 when not known
	Groups []string
}

// IsMinor tells whether the beneficiary is under 18.
func (s Served) IsMinor() bool { return s.Age >= 0 && s.Age < age.Adult }

// ErrNotServed refuses somebody whom the service is not for.
var ErrNotServed = fault.New(fault.Unprocessable, "not_in_target_group", "这项服务不是为这类人群开设的，申请没有提交。可以看看别的服务，或打电话给社工站问一问")

// MayServe tells whether the service is for the beneficiary; an age that is not known does not bar.
func (t *Type) MayServe(s Served) error {
	for _, g := range t.GroupWords() {
		switch {
		case g == "everyone", slices.Contains(s.Groups, g):
			return nil
		case g == "elder" && (s.Age < 0 || s.Age >= elderAge):
			return nil
		case g == "child" && (s.Age < 0 || s.Age < age.Adult):
			return nil
		}
	}
	return ErrNotServed
}
