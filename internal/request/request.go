// Package request keeps service requests: what residents ask for themselves and for
// others, who decides, who comes, what was done, and what they thought of it.
package request

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"yimi/internal/age"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/fault"
	"yimi/internal/store"
)

// State is where a request stands.
type State string

// The states of a request.
const (
	Draft     State = "draft"
	Submitted State = "submitted"
	Returned  State = "returned" // for more
	Approved  State = "approved"
	Rejected  State = "rejected"
	Assigned  State = "assigned"
	Scheduled State = "scheduled"
	InService State = "in_service"
	Completed State = "completed"
	Closed    State = "closed"
	Cancelled State = "cancelled"
	Referred  State = "referred"
)

// States lists every state.
var States = []State{Draft, Submitted, Returned, Approved, Rejected, Assigned, Scheduled, InService, Completed, Closed, Cancelled, Referred}

// open tells whether a request is still under way.
func (s State) open() bool { return !slices.Contains([]State{Rejected, Closed, Cancelled}, s) }

// Who a beneficiary is to who asks.
const (
	Self      = "self"
	Neighbour = "neighbour"
	Other     = "other"
)

// Request is one resident's ask, from submitted to closed.
type Request struct {
	ID              int64
	Number          string // to be quoted on the phone
	UnitID          int64  // that handles it
	ServiceTypeID   int64
	PersonID        *int64 // who asked; nil when staff filed it for a caller without an account
	FiledBy         *int64 // the staff who filed it (代办)
	PersonName      string // who asked, or who called
	BeneficiaryID   *int64 // nil: oneself, or of a caller
	BeneficiaryName string
	Relation        string
	BirthDate       *string // the beneficiary's
	GroupsOf        string  // the beneficiary's, words joined by commas
	Guardian        bool    // for a minor: the guardian asked, or agreed (个人信息保护法 Art 31)
	Consent         string  // how a neighbour or another agreed
	HealthBy        string  // who agreed that words about health are kept, of somebody whose account does not say: self, guardian, or ""
	HealthWay       string  // how they said so: phone, in_person, or ""
	State           State
	IsOpen          int // 1 while under way
	Way             string
	Urgency         string
	UrgencyRank     int    // 0 is the most pressing
	Sealed          []byte // details
	WantedProvider  *int64
	WantedStartsAt  *store.Time
	Reason          string // of the last return, rejection or cancelling
	WorkerID        *int64
	AcceptedAt      *store.Time
	ShiftID         *int64 // met by volunteers
	ReferredTo      *int64 // unit
	SubmittedAt     *store.Time
	RespondBy       *store.Time
	RespondedAt     *store.Time
	StateSince      store.Time
	Turns           int64 // moved by everybody who touches the row, so that they queue
	Rating          *int
	RatingComment   string
	RatedAt         *store.Time
	FollowUp        *int64      // 1 while a low rating waits for a call
	Reschedules     int         // how often who asked changed the time by themselves
	TimeAskedAt     *store.Time // since when who asked is asked to choose another time, the worker being away
	MessageWaits    *int64      // 1 while the last message is one of who asked
	MessageTold     *int64      `audit:"-"` // the unit whose staff were told that one waits, since the case came to them
	Emptied         int         // 1: its words, names and files are deleted; 2: its records too
	CreatedAt       store.Time
	PersonKey       string `audit:"-"` // PersonName and BeneficiaryName as they are searched for
	BeneficiaryKey  string `audit:"-"`
}

// maxKey bounds a name as it is searched for.
const maxKey = 40

// NameKey is a name as it is searched for: without spaces, dots and dashes, of one width and one case.
func NameKey(name string) string {
	key := []rune(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) {
			return r
		}
		return -1
	}, strings.ToLower(norm.NFKC.String(name))))
	return string(key[:min(len(key), maxKey)])
}

// writtenNumber is a request's number as it is kept, however it was typed: 20261126-483920.
func writtenNumber(typed string) string {
	typed = strings.TrimSpace(norm.NFKC.String(typed))
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, typed)
	if len(digits) != len("20261126483920") {
		return typed
	}
	return digits[:8] + "-" + digits[8:]
}

// details are what a request keeps sealed.
type details struct {
	Words   string             `json:"words"`
	Answers []catalogue.Answer `json:"answers"`
	Phone   string             `json:"phone"`
	Address string             `json:"address"`
}

// Line is a request with what screens show beside it.
type Line struct {
	Request
	ServiceName    string
	MinLevel       catalogue.Level // that the service asks
	Icon           string
	Confidential   bool
	Mode           catalogue.Mode
	LengthMinutes  int
	PlaceName      string
	PlaceNote      string
	UnitName       string
	UnitPhone      string
	UnitPath       string
	ReferredPath   string // of the unit referred to
	WorkerName     string
	WorkerLevel    catalogue.Level
	SupervisorID   *int64 // whom the worker has as supervisor now: may read the case notes too
	SupervisorName string
	FiledByName    string
	SimilarOpen    int
	VisitUnderWay  bool
	AskerBirth     *string       // as the account of who asked has it now
	AskerGuarded   bool          `gorm:"-"` // of a minor who asked: a guardian's consent counts
	Booking        *booking.Line `gorm:"-"`
	Actions        []string      `gorm:"-"` // what the actor may do now
	details        details
}

// Words is the ask in one's own words.
func (l *Line) Words() string { return l.details.Words }

// Answers are the answers to the service's questions.
func (l *Line) Answers() []catalogue.Answer { return l.details.Answers }

// Phone is whom to call, in full.
func (l *Line) Phone() string { return l.details.Phone }

// Address is where to come, in full.
func (l *Line) Address() string { return l.details.Address }

// GroupWords are the beneficiary's groups.
func (l *Line) GroupWords() []string { return split(l.GroupsOf) }

// Age is the beneficiary's age in full years on the day; -1 when not known.
func (r *Request) Age(day time.Time) int { return age.On(r.BirthDate, day) }

// forAsker tells whether an account asks for its own person.
func (l *Line) forAsker() bool { return l.PersonID != nil && l.Relation == Self }

// askerUnder tells whether who asked by an own account is known to be younger.
func (l *Line) askerUnder(years int, day time.Time) bool {
	return l.PersonID != nil && age.Under(years, l.AskerBirth, day)
}

// Minor tells whether the beneficiary is under 18; of oneself the account knows, whatever was written.
func (l *Line) Minor(day time.Time) bool {
	return l.served(day).IsMinor() || l.forAsker() && l.askerUnder(age.Adult, day)
}

// GuardianMissing tells whether a minor's guardian has yet to agree: for who asks by an own account from the
// guardian's account, for a child by saying so when asking, which no minor can (个人信息保护法 Art 31).
func (l *Line) GuardianMissing(day time.Time) bool {
	switch {
	case !l.Minor(day):
		return false
	case l.forAsker():
		return !l.AskerGuarded
	}
	return !l.Guardian || l.askerUnder(age.Adult, day)
}

// give makes somebody its worker, or nobody; whoever the case comes to hears of the next message anew.
func (r *Request) give(worker *int64, accepted *store.Time) {
	r.WorkerID, r.AcceptedAt, r.MessageTold = worker, accepted, nil
}

// withoutWorker takes the case from its worker.
func withoutWorker(r *Request) { r.give(nil, nil) }

func (r *Request) served(day time.Time) catalogue.Served {
	return catalogue.Served{Age: r.Age(day), Groups: split(r.GroupsOf)}
}

// Overdue tells whether the promised answer has not come in time.
func (r *Request) Overdue(now time.Time) bool {
	return r.State == Submitted && r.RespondBy != nil && r.RespondBy.Before(now)
}

func split(joined string) []string {
	if joined == "" {
		return []string{}
	}
	return strings.Split(joined, ",")
}

// Beneficiary is somebody whom a person asks for.
type Beneficiary struct {
	ID        int64
	PersonID  int64
	Ref       string // names the row to the sealing
	Name      string
	Relation  string
	Sex       string
	BirthDate *string
	GroupsOf  string
	UnitID    *int64 // the station that would serve
	Guardian  bool
	Consent   string
	Sealed    []byte
	CreatedAt store.Time

	Phone    string `gorm:"-"`
	Address  string `gorm:"-"`
	UnitName string `gorm:"-"`
}

// Age is the age in full years on the day; -1 when not known.
func (b *Beneficiary) Age(day time.Time) int { return age.On(b.BirthDate, day) }

// GroupWords are the declared groups.
func (b *Beneficiary) GroupWords() []string { return split(b.GroupsOf) }

// Visit is one time that somebody came, with what was done.
type Visit struct {
	ID          int64
	Ref         string
	RequestID   int64
	UnitID      int64
	WorkerID    *int64
	BookingID   *int64
	ShiftID     *int64
	UnderWay    *int64 // 1 while it is: one for each request
	StartedAt   store.Time
	EndedAt     *store.Time
	Minutes     int
	PersonTimes int // 人次
	Place       string
	Sealed      []byte // what was done
	WorkerName  string `gorm:"->"`
	Done        string `gorm:"-"`
}

// TableName names the table.
func (Visit) TableName() string { return "request_visits" }

// note is a text of one of three kinds: the staff's, the confidential case notes, and
// messages that who asked reads too.
type note struct {
	ID        int64
	Ref       string
	RequestID int64
	Kind      string
	VisitID   *int64
	AuthorID  int64
	// AuthorRole is as what it was written: resident, staff, worker, supervisor. Accounts are merged and
	// cases change hands later; who said what stays.
	AuthorRole string
	Sealed     []byte
	CreatedAt  store.Time
}

func (note) TableName() string { return "request_notes" }

// by says who writes the note, and as what.
func (n *note) by(a auth.Actor, l *Line) { n.AuthorID, n.AuthorRole = a.PersonID, authorRole(a, l) }

// Kinds of notes.
const (
	staffNote   = "staff"
	caseNote    = "case"
	messageNote = "message"
)

// Note is a text as it is read.
type Note struct {
	ID         int64
	Ref        string
	VisitID    *int64
	AuthorID   int64
	AuthorRole string
	AuthorName string
	Sealed     []byte
	CreatedAt  store.Time
	Text       string `gorm:"-"`
}

// Look is one time that somebody other than who asked looked.
type Look struct {
	ID        int64
	RequestID int64
	PersonID  int64
	Role      string // one of lookers
	What      string // one of lookedAt
	Day       *string
	At        store.Time
	Name      string `gorm:"->"`
}

var (
	lookers  = []string{"staff", "worker", "supervisor"}
	lookedAt = []string{"details", "contact", "case_notes", "attachment"}
)

// TableName names the table.
func (Look) TableName() string { return "request_looks" }

// Attachment is a picture or a PDF of a request. The file itself is in the folder of files,
// sealed, under a random name.
type Attachment struct {
	ID         int64
	RequestID  int64
	Position   int
	Name       string
	Kind       string // jpeg, png, webp, pdf
	Bytes      int64
	AuthorID   int64
	AuthorRole string // as what: resident, staff, worker
	CreatedAt  store.Time
	SeenAt     *store.Time // when the other side first opened it
	AuthorName string      `gorm:"->"`
	Removal    Removal     `gorm:"-"`
}

// Removal is how the actor may take a file away.
type Removal string

// The ways.
const (
	NoRemoval   Removal = "none"
	FreeRemoval Removal = "free"   // one's own that nobody on the other side has seen, or of a draft
	WithReason  Removal = "reason" // as staff
)

// TableName names the table.
func (Attachment) TableName() string { return "request_attachments" }

// Referral is how a request went to another unit or an outside organisation.
type Referral struct {
	ID           int64
	RequestID    int64
	FromUnitID   int64
	ToUnitID     *int64
	Organisation string
	Reason       string
	Consent      string // how the resident agreed (个人信息保护法 Art 23)
	ReferredBy   int64
	CreatedAt    store.Time
	ToName       string `gorm:"->"`
	ByName       string `gorm:"->"`
}

// TableName names the table.
func (Referral) TableName() string { return "request_referrals" }

// TimelineLine is one line of a request's timeline: every move, with who and when (rule 5).
type TimelineLine struct {
	ID        int64
	RequestID int64
	Action    string
	FromState State
	ToState   State
	ActorID   int64 // 0: the system
	ActorRole string
	Said      string
	At        store.Time
	ActorName string `gorm:"->"`
	Text      string `gorm:"-"` // of a message, or what was said
}

// TableName names the table.
func (TimelineLine) TableName() string { return "request_timeline" }

// Detail is a request with all that belongs to it.
type Detail struct {
	Line
	Timeline    []TimelineLine
	Visits      []Visit
	Attachments []Attachment
	Notes       []Note // nil for who asked
	Looks       int
	Referral    *Referral
	Shift       *Shift

	EarlierRatings []Rating // oldest first
}

// Rating is what who asked said of a request that was reopened afterwards.
type Rating struct {
	ID        int64
	RequestID int64
	Rating    int
	Comment   string
	RatedAt   store.Time
}

// TableName names the table.
func (Rating) TableName() string { return "request_ratings" }

// Shift is the activity's shift by which volunteers meet a request.
type Shift struct {
	ID         int64
	ActivityID int64
	StartsAt   store.Time
	EndsAt     store.Time
	Capacity   int
	Taken      int
}

// lowRating is the highest that is called about.
const lowRating = 2

var (
	errOwn      = fault.New(fault.Forbidden, "own_request", "不能办理自己的申请，请另一位工作人员来办")
	errGuardian = fault.New(fault.Unprocessable, "guardian_consent_missing", "为未成年人办事，要先有监护人同意（个人信息保护法第三十一条）。孩子自己申请的，请监护人在他自己的手机上同意，再通过")
	errConsent  = fault.BadFields(fault.Field{Name: "consent", Message: "为邻居或其他人申请，请写明对方是怎么同意的"})
	errHealth   = fault.New(fault.Unprocessable, "consent_needed", "这项服务会问到健康或要保密的事，要您单独同意后才能提交。不同意也可以打电话或到社工站当面说").
			With(fault.Field{Name: "sensitive", Message: "还没有同意"})
	errNotAdult  = fault.New(fault.Unprocessable, "not_an_adult", "未满 18 周岁不能替监护人同意。请监护人用自己的手机登录，在“我的 → 设置”里替您同意，或者由监护人来申请，也可以打电话给社工站")
	errHealthOf  = fault.BadFields(fault.Field{Name: "health_consent", Message: "这项服务会问到健康或要保密的事，请问过本人（孩子问监护人），选一下是谁、怎么同意的"})
	errNoStation = fault.New(fault.Unprocessable, "no_station", "还不知道由哪个社工站来办。请先选一个社工站")
	errNoName    = fault.New(fault.Unprocessable, "name_missing", "请先在“我的资料”里填上姓名，再来申请，这样社工知道怎么称呼您")
	errWay       = fault.BadFields(fault.Field{Name: "way", Message: "这项服务没有这种方式，请选别的"})
	errUrgency   = fault.BadFields(fault.Field{Name: "urgency", Message: "这项服务没有这种紧急程度，请选别的"})
	errInactive  = fault.New(fault.Conflict, "service_not_offered", "这项服务现在不开放，申请没有提交。可以打电话给社工站问一问")
	errVisitOpen = fault.New(fault.Conflict, "visit_open", "这次上门或面谈还没结束，请先结束并写服务记录")
	errNoVisit   = fault.New(fault.Conflict, "no_visit", "还没有服务记录。请先开始、结束一次服务，再办完成")
	errRated     = fault.New(fault.Conflict, "already_rated", "您已经评价过了，谢谢")
	errPlace     = fault.New(fault.Unprocessable, "organisation_or_unit", "请选一个接收的站点，或写明机构名称，两样选一样")
	errSameUnit  = fault.New(fault.Unprocessable, "same_unit", "接收的站点就是本站，不用转介")
	errStarted   = fault.BadFields(fault.Field{Name: "started_at", Message: "开始时间不能早于接单，也不能是以后的时间"})
	errNoMinutes = fault.New(fault.Conflict, "visit_no_minutes", "从开始到结束不到 1 分钟，还没有保存。时间不对就改一下；确实没有花时间，就按“就是 0 分钟”")
	errEnded     = fault.BadFields(fault.Field{Name: "ended_at", Message: "结束时间要晚于开始、不超过 24 小时，也不能是以后的时间"})
	errDone      = fault.BadFields(fault.Field{Name: "done", Message: "请写明这次做了什么"})
	errNoWorker  = fault.New(fault.Unprocessable, "not_a_worker", "这位不是可以接单的社工，请另选一位")
	errUnfit     = fault.New(fault.Unprocessable, "worker_not_qualified", "这位社工的职业资格达不到这项服务的要求，请另选一位")
)
