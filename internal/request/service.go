package request

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"yimi/internal/activity"
	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/fault"
	"yimi/internal/feature"
	"yimi/internal/files"
	"yimi/internal/human"
	"yimi/internal/outbox"
	"yimi/internal/seal"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// Deps are the parts that requests need.
type Deps struct {
	Store      *store.Store
	Box        *seal.Box
	Files      *files.Folder
	Bookings   *booking.Service
	Activities *activity.Service
	// MayKeepHealth tells whether a person agreed that what they write of their health is kept.
	MayKeepHealth func(tx *store.Tx, personID int64) (bool, error)
	// NoteShare notes that a person agreed to be told of to an outside organisation, as staff heard.
	NoteShare func(tx *store.Tx, personID, staffID int64) error
	Limits
	Retention Retention
}

// Service is the requests' use cases.
type Service struct {
	Deps
	db   *store.Store
	data shelf
}

// NewService makes the service.
func NewService(d Deps) *Service { return &Service{d, d.Store, shelf{d.Box, d.Store.Now}} }

func newRef() string { return rand.Text() }

// newNumber is a number to be read out on the phone: the day, and six digits by chance.
func newNumber(now time.Time) string {
	n, _ := rand.Int(rand.Reader, big.NewInt(1_000_000)) // never fails: crypto/rand
	return now.In(store.Shanghai).Format("20060102") + fmt.Sprintf("-%06d", n)
}

// SlotWish is the slot that who asks has chosen.
type SlotWish struct {
	ProviderID int64
	StartsAt   time.Time
}

// Caller is for whom staff file a request (代办).
type Caller struct {
	Name            string
	BeneficiaryName string // "" for the caller
	Relation        string
	BirthDate       *string
	Groups          []string
	Consent         string
	Guardian        bool
}

// Health is the consent to words about health of somebody who is asked for: who said so, and
// how. It is in the request's timeline (个人信息保护法 Art 29).
type Health struct {
	By  string // self, or guardian
	Way string // phone, or in_person
}

// Ask is what somebody asks for.
type Ask struct {
	ServiceTypeID int64
	UnitID        int64 // 0: the beneficiary's station, or my own
	BeneficiaryID int64 // 0: myself
	Caller        *Caller
	Way, Urgency  string
	Words         string
	Answers       []catalogue.Given
	Phone         string
	Address       string
	Slot          *SlotWish
	Health        Health // of whom it is for, unless that is oneself by one's own account
	Draft         bool
}

// Create asks for a service: submitted at once, or kept as a draft.
func (s *Service) Create(ctx context.Context, ask Ask) (*Detail, error) {
	var id int64
	var t *catalogue.Line
	var path string
	if err := s.refuseEarly(ctx, ask); err != nil {
		return nil, err
	}
	err := s.db.Tx(ctx, func(tx *store.Tx) (err error) {
		if err := store.HoldPerson(tx, auth.From(ctx).PersonID); err != nil {
			return err
		}
		if t, err = catalogue.Find(tx.DB, ask.ServiceTypeID); err != nil {
			return err
		}
		r, err := s.prepare(ctx, tx.DB, ask)
		if err != nil {
			return err
		}
		answers, err := t.Answers(ask.Answers, !ask.Draft)
		if err != nil {
			return err
		}
		if err := s.data.insert(tx, r, details{ask.Words, answers, ask.Phone, ask.Address}); err != nil {
			return err
		}
		id = r.ID
		l, err := s.data.find(tx.DB, id)
		if err != nil {
			return err
		}
		path = l.UnitPath
		who := workflow.ByResident
		if ask.Caller != nil {
			who = workflow.ByStaff
			if !auth.From(ctx).Manages(l.UnitPath) {
				return auth.ErrForbidden
			}
		}
		if err := writeTimeline(tx, TimelineLine{RequestID: id, Action: "create", ToState: Draft, ActorID: auth.From(ctx).PersonID, ActorRole: roleName(who)}); err != nil {
			return err
		}
		if ask.Draft {
			if err := s.mayKeep(tx, l, t, who); err != nil {
				return err
			}
			return l.log(tx, who, nil, r)
		}
		if err := s.submit(tx, l, t, who, auth.From(ctx).PersonID); err != nil {
			return err
		}
		return l.keepLook(tx)
	})
	if err != nil {
		if t != nil {
			err = s.Bookings.WithOpenings(ctx, err, &t.Type, path, 0)
		}
		return nil, err
	}
	return s.read(ctx, id)
}

// refuseEarly refuses a slot that is gone by now before the request waits for its turn to write.
func (s *Service) refuseEarly(ctx context.Context, ask Ask) error {
	if ask.Slot == nil || ask.Draft {
		return nil
	}
	db := s.db.Read(ctx)
	t, err := catalogue.Find(db, ask.ServiceTypeID)
	if err != nil {
		return err
	}
	r, err := s.prepare(ctx, db, ask)
	if err != nil {
		return err
	}
	path, err := store.UnitPath(db, r.UnitID)
	if err != nil {
		return err
	}
	taken := s.Bookings.Offered(ctx, &t.Type, booking.Wish{UnitPath: path, ProviderID: ask.Slot.ProviderID, StartsAt: ask.Slot.StartsAt})
	if !errors.Is(taken, booking.ErrTaken) || !t.Active || t.Mode != catalogue.ByBooking { // other refusals come first
		return nil
	}
	mine, err := hasSlot(db, auth.From(ctx).PersonID, *ask.Slot)
	if err != nil || mine { // by this very deed, sent twice at once
		return err
	}
	return s.Bookings.WithOpenings(ctx, taken, &t.Type, path, 0)
}

// prepare makes the row of a new request: who asks, for whom, and who will handle it.
func (s *Service) prepare(ctx context.Context, db *gorm.DB, ask Ask) (*Request, error) {
	me, err := findPerson(db, auth.From(ctx).PersonID)
	if err != nil {
		return nil, err
	}
	if me.Name == "" {
		return nil, errNoName
	}
	r := &Request{State: Draft, ServiceTypeID: ask.ServiceTypeID, Way: ask.Way, Urgency: ask.Urgency, UrgencyRank: slices.Index(catalogue.Urgencies, ask.Urgency)}
	r.HealthBy, r.HealthWay = ask.Health.By, ask.Health.Way
	if ask.Slot != nil {
		at := store.At(ask.Slot.StartsAt)
		r.WantedProvider, r.WantedStartsAt = &ask.Slot.ProviderID, &at
	}
	switch {
	case ask.Caller != nil:
		r.FiledBy = &me.ID
		ask.Caller.fill(r)
	case ask.BeneficiaryID != 0:
		b, err := s.data.findBeneficiary(db, me.ID, ask.BeneficiaryID)
		if err != nil {
			return nil, err
		}
		r.PersonID, r.PersonName = &me.ID, me.Name
		b.fill(r)
		if b.Relation == Self { // of oneself the account knows
			r.BeneficiaryName, r.BirthDate = me.Name, cmp.Or(me.BirthDate, b.BirthDate)
		}
	default:
		r.PersonID, r.PersonName, r.BeneficiaryName = &me.ID, me.Name, me.Name
		r.Relation, r.BirthDate = Self, me.BirthDate
	}
	if ask.UnitID != 0 {
		r.UnitID = ask.UnitID
	}
	if r.UnitID == 0 && me.UnitID != nil {
		r.UnitID = *me.UnitID
	}
	if r.UnitID == 0 {
		return nil, errNoStation
	}
	if _, err := store.UnitPath(db, r.UnitID); store.IsNotFound(err) {
		return nil, errNoStation.Because(err)
	}
	return r, nil
}

func (c *Caller) fill(r *Request) {
	r.PersonName, r.BeneficiaryName, r.Relation, r.BirthDate = c.Name, c.BeneficiaryName, c.Relation, c.BirthDate
	if r.BeneficiaryName == "" {
		r.BeneficiaryName = c.Name
	}
	r.GroupsOf, r.Consent, r.Guardian = strings.Join(c.Groups, ","), c.Consent, c.Guardian
}

func (b *Beneficiary) fill(r *Request) {
	r.BeneficiaryID, r.BeneficiaryName, r.Relation, r.BirthDate = &b.ID, b.Name, b.Relation, b.BirthDate
	r.GroupsOf, r.Consent, r.Guardian = b.GroupsOf, b.Consent, b.Guardian
	if b.UnitID != nil {
		r.UnitID = *b.UnitID
	}
}

// ready refuses what cannot be submitted yet, or not by who asks. What the station gave back for more was
// taken once: where it belongs since, and what the service has become, bar nobody from sending it again.
func ready(l *Line, t *catalogue.Line, who workflow.Who, timed bool, now time.Time) error {
	var bad []fault.Field
	need := func(missing bool, name, why string) {
		if missing {
			bad = append(bad, fault.Field{Name: name, Message: why})
		}
	}
	need(l.details.Words == "", "words", "请写一两句，说说遇到的事")
	need(l.Way == catalogue.AtHome && l.details.Address == "", "address", "上门服务要写明地址")
	need((l.Way == catalogue.AtHome || l.Way == "phone") && l.details.Phone == "", "phone", "请留一个能打通的电话")
	need(timed && l.WantedProvider == nil, "slot", "请选一个时间")
	_, offered := t.AnswerWithin(l.Urgency)
	again := l.State == Returned
	switch {
	case !again && !l.offered(t):
		return errInactive
	case !again && !slices.Contains(t.WayWords(), l.Way):
		return errWay
	case !again && !offered:
		return errUrgency
	case (l.Relation == Neighbour || l.Relation == Other) && l.Consent == "":
		return errConsent
	case len(bad) > 0:
		return fault.BadFields(bad...)
	}
	if _, err := t.Answers(given(l.details.Answers), true); err != nil {
		return err
	}
	if again || who == workflow.ByStaff { // staff know when to make an exception
		return nil
	}
	return t.MayServe(l.served(now))
}

func given(answers []catalogue.Answer) []catalogue.Given {
	out := make([]catalogue.Given, len(answers))
	for i, a := range answers {
		out[i] = catalogue.Given{Key: a.Key, Values: a.Values}
	}
	return out
}

// submit hands a draft, or what was returned, to the station; a booking holds its slot, or
// has it at once where the service is booked instantly.
func (s *Service) submit(tx *store.Tx, l *Line, t *catalogue.Line, who workflow.Who, actor int64) error {
	timed, err := s.hasTimes(tx.DB, l, t)
	if err != nil {
		return err
	}
	if err := ready(l, t, who, timed, tx.Now.Time); err != nil {
		return err
	}
	if err := s.mayKeep(tx, l, t, who); err != nil {
		return err
	}
	slot := time.Time{}
	if timed {
		slot = l.WantedStartsAt.Time
		if err := s.mayBook(tx, l, t, slot, true); err != nil {
			return err
		}
	}
	by, err := s.answerBy(tx, l, t, tx.Now.Time, slot)
	if err != nil {
		return err
	}
	said := ""
	if t.Sensitive() {
		said = l.healthSaid()
	}
	err = s.step(tx, l, move{action: "submit", who: who, actor: actor, said: said, changes: map[string]any{
		"submitted_at": tx.Now, "respond_by": by, "reason": ""}})
	if err != nil {
		return err
	}
	if err := outbox.Tell(tx, l.notice(NoticeRequestSubmitted, "已收到您的申请", fmt.Sprintf("%s的申请已交给%s，%s 前答复您%s", l.ServiceName, l.UnitName, activity.SpokenTime(by.Time), l.callNow()))...); err != nil {
		return err
	}
	if who == workflow.ByResident {
		if err := s.remember(tx, l); err != nil {
			return err
		}
	}
	switch {
	case !timed:
		return nil
	case t.Instant && !l.GuardianMissing(tx.Now.Time):
		return s.bookAtOnce(tx, l, t)
	}
	w := l.wish(l.WantedProvider, slot)
	w.HeldUntil = by.Time
	if _, err := s.Bookings.Hold(tx, &t.Type, w); err != nil {
		return err
	}
	worker, err := heldWorker(tx, *l.WantedProvider, t.ID, l.UnitPath)
	if err == nil && worker == nil { // the role ended in this instant
		err = booking.ErrUnavailable
	}
	return err
}

// answerBy is when the answer to what was asked at the instant is due, before the slot that is held for it (zero: none).
func (s *Service) answerBy(tx *store.Tx, l *Line, t *catalogue.Line, asked, slot time.Time) (store.Time, error) {
	within, ok := t.AnswerWithin(l.Urgency)
	if !ok {
		within = defaultAnswer
	}
	o, err := s.Bookings.Opening(tx.DB, l.UnitPath, asked)
	return store.At(o.AnswerBy(booking.Promise{Asked: asked, Within: within, Urgent: l.Urgency == catalogue.Urgent,
		Slot: slot, Lead: time.Duration(t.LeadMinutes) * time.Minute, Least: s.Bookings.HoldFor()})), err
}

// callNow names the phone to call at once for what cannot wait.
func (l *Line) callNow() string {
	if l.Urgency != catalogue.Urgent || l.UnitPhone == "" {
		return ""
	}
	return "。很急的事不用等，现在就打电话给" + l.UnitName + "：" + l.UnitPhone
}

// mayKeep refuses words about health without a separate consent of whom they are about
// (个人信息保护法 Art 29): by the own account, or as said to who asks for somebody else.
func (s *Service) mayKeep(tx *store.Tx, l *Line, t *catalogue.Line, who workflow.Who) error {
	switch {
	case !t.Sensitive():
		return nil
	case !l.forAsker() && (l.HealthBy == "guardian" && l.askerUnder(adultAge, tx.Now.Time) || l.HealthBy != "" && l.askerUnder(guardianAge, tx.Now.Time)):
		return errNotAdult.With(fault.Field{Name: "health_consent", Message: "请监护人来申请"})
	case l.PersonID == nil || l.Relation != Self:
		age := l.Age(tx.Now.Time)
		if l.HealthBy == "" || l.HealthWay == "" || l.HealthBy == "self" && age >= 0 && age < guardianAge {
			return errHealthOf
		}
		return nil
	case who == workflow.ByStaff: // what its owner agreed to
		return nil
	}
	ok, err := s.MayKeepHealth(tx, *l.PersonID)
	if err == nil && !ok {
		return errHealth
	}
	return err
}

// guardianAge: under 14 a guardian consents (个人信息保护法 Art 31); adultAge: 民法典 Art 17.
const (
	guardianAge = 14
	adultAge    = 18
)

// healthSaid is the consent to words about health of somebody who is asked for, as the timeline has it.
func (l *Line) healthSaid() string {
	if l.PersonID != nil && l.Relation == Self {
		return ""
	}
	by, way := map[string]string{"self": "本人", "guardian": "监护人"}[l.HealthBy], map[string]string{"phone": "在电话里", "in_person": "当面"}[l.HealthWay]
	if by == "" || way == "" {
		return ""
	}
	return by + way + "同意使用健康和要保密的信息"
}

func (l *Line) wish(provider *int64, at time.Time) booking.Wish {
	return booking.Wish{RequestID: l.ID, UnitID: l.UnitID, UnitPath: l.UnitPath, ProviderID: *provider, StartsAt: at}
}

// bookAtOnce takes the slot of a service that needs no approval.
func (s *Service) bookAtOnce(tx *store.Tx, l *Line, t *catalogue.Line) error {
	b, err := s.Bookings.Book(tx, &t.Type, l.wish(l.WantedProvider, l.WantedStartsAt.Time))
	if err != nil {
		return err
	}
	return s.engage(tx, l, b, move{action: "approve", who: workflow.BySystem, changes: map[string]any{"responded_at": tx.Now}})
}

// engage approves a request, and assigns and schedules it to whom its booking is with: the
// provider published the time, so there is nothing left to accept.
func (s *Service) engage(tx *store.Tx, l *Line, b *booking.Booking, approval move) error {
	w, err := heldWorker(tx, b.ProviderID, l.ServiceTypeID, l.UnitPath)
	if err != nil {
		return err
	}
	if w == nil {
		return errNoWorker
	}
	if own, err := l.isOfHuman(tx.DB, w.PersonID); err != nil {
		return err
	} else if own {
		return errNoWorker
	}
	changes := map[string]any{"worker_id": w.PersonID, "accepted_at": tx.Now}
	span := activity.SpokenSpan(b.StartsAt.Time, b.EndsAt.Time)
	err = s.step(tx, l, approval,
		move{action: "assign", who: workflow.BySystem, said: w.Name, changes: changes},
		move{action: "schedule", who: workflow.BySystem, said: span})
	if err != nil {
		return err
	}
	told := l.notice(NoticeRequestScheduled, "已经约好了", fmt.Sprintf("%s约在 %s，%s接待%s", l.ServiceName, span, w.Name, l.where()))
	told = l.saying(told, MessageRequestAssigned, l.visitWords(b.StartsAt, w.Name), b.StartsAt)
	told = append(told, caseNotice(l, w.PersonID, "有新的预约", fmt.Sprintf("%s %s，%s", l.ServiceName, span, l.Number)))
	return outbox.Tell(tx, told...)
}

// where says the place of a meeting at the station.
func (l *Line) where() string {
	if l.Way != catalogue.AtStation || l.PlaceName == "" {
		return ""
	}
	return "，地点：" + l.PlaceName
}

// move is one step of a request along its table.
type move struct {
	action  string
	who     workflow.Who
	actor   int64 // 0: the system
	said    string
	changes map[string]any
}

// step moves a request along its table, by one move or by several that follow at once, with
// their lines in the timeline.
func (s *Service) step(tx *store.Tx, l *Line, moves ...move) (err error) {
	changes, lines, to := map[string]any{}, make([]TimelineLine, len(moves)), l.State
	for i, m := range moves {
		from := to
		if to, err = workflow.Next(Moves, from, m.action, m.who); err != nil {
			return err
		}
		maps.Copy(changes, m.changes)
		lines[i] = TimelineLine{RequestID: l.ID, Action: m.action, FromState: from, ToState: to, ActorID: m.actor, ActorRole: roleName(m.who), Said: m.said}
	}
	moved, err := moveRequest(tx, l, to, changes)
	if err != nil {
		return err
	}
	if !moved {
		return workflow.ErrBadTransition
	}
	if err := l.leave(tx, moves[0].actor, changes); err != nil {
		return err
	}
	for i, m := range moves {
		if m.who == workflow.BySystem { // what follows by itself is in the timeline alone
			continue
		}
		after := map[string]any{"state": lines[i].ToState}
		maps.Copy(after, m.changes)
		if err := l.log(tx, m.who, l.Request, after); err != nil {
			return err
		}
	}
	l.State = to
	return writeTimeline(tx, lines...)
}

// entry is a line of the audit log about something of the request.
func (l *Line) entry(of *feature.Audited, id int64, now store.Time) audit.Entry {
	return audit.Entry{Of: of, ID: id, UnitID: l.UnitID, UnitPath: l.UnitPath, Minor: l.Minor(now.Time)}
}

// log adds what somebody did to the request to the audit log.
func (l *Line) log(tx *store.Tx, who workflow.Who, before, after any) error {
	e := l.entry(requestLog, l.ID, tx.Now)
	e.Role, e.Before, e.After = auditRole(auth.From(tx.Statement.Context), who, l.UnitPath), before, after
	return audit.Write(tx, e)
}

// auditRole is as what the audit log says that somebody acted; "" for their role on the unit.
func auditRole(a auth.Actor, who workflow.Who, path string) auth.Role {
	switch {
	case who == workflow.ByResident:
		return auth.Resident
	case who == workflow.ByWorker:
		return auth.SocialWorker
	case who == workflow.ByReceiver && !a.Manages(path):
		return auth.StationStaff
	}
	return ""
}

// roleName is how the timeline calls who did it.
func roleName(w workflow.Who) string {
	switch w {
	case workflow.ByResident:
		return "resident"
	case workflow.ByWorker:
		return "worker"
	case workflow.BySystem:
		return "system"
	}
	return "staff"
}

// act does one deed on a request and reads the request as it is then. Where somebody else took
// it from the actor in the same instant, it is as the deed left it: what was done is not refused.
func (s *Service) act(ctx context.Context, id int64, action string, deed func(tx *store.Tx, l *Line, m move) error) (*Detail, error) {
	left, err := s.doing(ctx, id, action, func(tx *store.Tx, l *Line, m move) error {
		if err := deed(tx, l, m); err != nil {
			return err
		}
		return l.keepLook(tx)
	})
	if err != nil {
		return nil, err
	}
	d, err := s.read(ctx, id)
	if err != nil && fault.From(err).Kind == fault.NotFound {
		left.Actions = []string{}
		return &Detail{Line: *left}, nil
	}
	return d, err
}

// do does one deed on a request in a transaction of its own, by whom the table allows.
func (s *Service) do(ctx context.Context, id int64, action string, deed func(tx *store.Tx, l *Line, m move) error) error {
	_, err := s.doing(ctx, id, action, deed)
	return err
}

// doing is do; it gives the request as the deed left it.
func (s *Service) doing(ctx context.Context, id int64, action string, deed func(tx *store.Tx, l *Line, m move) error) (l *Line, err error) {
	err = s.db.Tx(ctx, func(tx *store.Tx) (err error) {
		if l, err = s.data.hold(tx, id); err != nil {
			return err
		}
		mine, err := human.Accounts(tx.DB, auth.From(ctx).PersonID)
		if err != nil {
			return err
		}
		who, err := byWhom(auth.From(ctx), mine, l, action)
		if err != nil {
			return l.missed(tx.DB, auth.From(ctx), err)
		}
		return deed(tx, l, move{action: action, who: who, actor: auth.From(ctx).PersonID})
	})
	if err != nil {
		return nil, s.withOpenings(ctx, err, l)
	}
	return l, nil
}

// withOpenings adds the next free slots to a refusal for want of one.
func (s *Service) withOpenings(ctx context.Context, err error, l *Line) error {
	if l == nil {
		return err
	}
	t, findErr := catalogue.Find(s.db.Read(ctx), l.ServiceTypeID)
	if findErr != nil {
		return err
	}
	return s.Bookings.WithOpenings(ctx, err, &t.Type, l.UnitPath, l.ID)
}

// release takes a request's live booking out of the calendar, if it has one.
func (s *Service) release(tx *store.Tx, l *Line, to booking.State) error {
	b, err := booking.Of(tx.DB, l.ID)
	if err != nil || b == nil {
		return err
	}
	if err := l.asksNoMore(tx); err != nil {
		return err
	}
	return s.Bookings.End(tx, b, to)
}

// ---- reading

// Get gives one request with all that belongs to it, to those who may see it; a look by
// anybody but who asked is kept, once a day and person.
func (s *Service) Get(ctx context.Context, id int64) (*Detail, error) {
	l, err := s.seen(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := s.lookOnce(ctx, l); err != nil {
		return nil, err
	}
	return s.detail(ctx, l)
}

// read is Get for the answer to a deed, which has kept the look.
func (s *Service) read(ctx context.Context, id int64) (*Detail, error) {
	l, err := s.seen(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.detail(ctx, l)
}

func (s *Service) detail(ctx context.Context, l *Line) (*Detail, error) {
	one := []Line{*l}
	if err := s.addActions(ctx, one); err != nil {
		return nil, err
	}
	d := &Detail{Line: one[0]}
	if err := s.fill(ctx, d); err != nil {
		return nil, err
	}
	for i := range d.Attachments {
		d.Attachments[i].Removal = removalOf(auth.From(ctx), l, &d.Attachments[i])
	}
	return d, s.narrow(ctx, d)
}

// fill adds what belongs to a request: at most nine reads by index, whatever the data.
func (s *Service) fill(ctx context.Context, d *Detail) (err error) {
	db := s.db.Read(ctx)
	if d.Timeline, err = timelineOf(db, d.ID); err != nil {
		return err
	}
	for i := range d.Timeline {
		t := &d.Timeline[i]
		if t.Text = t.toResident(); handles(auth.From(ctx), &d.Line) {
			t.Text = t.Said
		}
	}
	messages, err := s.data.notesOf(db, d.ID, messageNote)
	if err != nil {
		return err
	}
	d.addMessages(messages)
	if d.Visits, err = s.data.visitsOf(db, d.ID); err != nil {
		return err
	}
	if d.Attachments, err = attachmentsOf(db, d.ID); err != nil {
		return err
	}
	looks, err := countLooks(db, d.ID)
	if err != nil {
		return err
	}
	d.Looks = int(looks)
	if d.had("refer") {
		if d.Referral, err = lastReferral(db, d.ID); err != nil {
			return err
		}
	}
	if d.had("reopen") {
		if d.EarlierRatings, err = ratingsOf(db, d.ID); err != nil {
			return err
		}
	}
	if d.ShiftID != nil {
		if d.Shift, err = shiftOf(db, *d.ShiftID); err != nil {
			return err
		}
	}
	if slices.Contains(d.Actions, "note") {
		d.Notes, err = s.data.notesOf(db, d.ID, staffNote)
	}
	return err
}

// had tells whether the action may have happened to it: a timeline too long to be shown whole may hide it.
func (d *Detail) had(action string) bool {
	return len(d.Timeline) == maxTimeline || slices.ContainsFunc(d.Timeline, func(t TimelineLine) bool { return t.Action == action })
}

// addMessages puts messages into the timeline where they belong.
func (d *Detail) addMessages(messages []Note) {
	for _, m := range messages {
		line := TimelineLine{Action: "message", ToState: d.State, ActorID: m.AuthorID, ActorName: m.AuthorName, ActorRole: m.AuthorRole, Text: m.Text, At: m.CreatedAt}
		for _, t := range d.Timeline {
			if !t.At.After(m.CreatedAt.Time) {
				line.ToState = t.ToState
			}
		}
		d.Timeline = append(d.Timeline, line)
	}
	slices.SortStableFunc(d.Timeline, func(a, b TimelineLine) int { return a.At.Compare(b.At.Time) })
}

// Filter narrows a list of requests.
type Filter struct {
	State         State
	Number        string // the whole, as people write it
	Name          string // how the name begins of who asked, or of whom it is for
	Open          *bool
	ServiceTypeID int64
	Before        int64 // only ids below; 0 for the newest
	Limit         int
}

// Mine lists the actor's requests, newest first.
func (s *Service) Mine(ctx context.Context, f Filter) ([]Line, error) {
	return s.listed(ctx)(s.data.ofPerson(s.db.Read(ctx), auth.From(ctx).PersonID, f))
}

// Coming lists the actor's open requests: those that wait for the actor first, then by the next visit.
func (s *Service) Coming(ctx context.Context, limit int) ([]Line, error) {
	return s.listed(ctx)(s.data.comingOf(s.db.Read(ctx), auth.From(ctx).PersonID, limit))
}

// OpenCases lists the actor's cases under way, where the actor is a worker today, behind the key: those to accept
// first, then by the next visit.
func (s *Service) OpenCases(ctx context.Context, after CaseKey, limit int) ([]Line, error) {
	return s.listed(ctx)(s.data.openCases(s.db.Read(ctx), auth.From(ctx), after, limit))
}

// OverCases lists the actor's cases that are over, newest first, of ids below (0: from the newest).
func (s *Service) OverCases(ctx context.Context, before int64, limit int) ([]Line, error) {
	return s.listed(ctx)(s.data.overCases(s.db.Read(ctx), auth.From(ctx), before, limit))
}

// InQueue lists what waits at the units that the actor manages, the urgent and then the oldest first.
func (s *Service) InQueue(ctx context.Context, queue Queue, after After, limit int) ([]Line, error) {
	return s.listed(ctx)(s.data.inQueue(s.db.Read(ctx), queue, auth.From(ctx).ManagedPaths(), s.db.Now(), after, limit))
}

// errShortName refuses what half a district's names begin with.
var errShortName = fault.BadFields(fault.Field{Name: "name", Message: "请至少写两个字，比如姓和名"})

// List lists requests of the units that the actor manages, newest first, as far as the filter fits: all of it.
func (s *Service) List(ctx context.Context, f Filter) ([]Line, error) {
	if f.Name != "" && utf8.RuneCountInString(NameKey(f.Name)) < 2 {
		return nil, errShortName
	}
	return s.listed(ctx)(s.data.under(s.db.Read(ctx), auth.From(ctx).ManagedPaths(), f))
}

// Waiting counts each queue of the actor's units, up to a cap.
func (s *Service) Waiting(ctx context.Context, atMost int) (map[Queue]int, error) {
	return countQueues(s.db.Read(ctx), auth.From(ctx).ManagedPaths(), s.db.Now(), atMost)
}

// Slots gives the slot calendar of a service at a unit (0: the actor's own), to move the time of a
// request that the actor sees (0: to choose a first one).
func (s *Service) Slots(ctx context.Context, serviceTypeID, unitID, providerID, requestID int64, from, to string) (*booking.Calendar, error) {
	db := s.db.Read(ctx)
	if requestID != 0 {
		if _, err := s.seen(ctx, requestID); err != nil {
			return nil, err
		}
	}
	t, err := catalogue.Find(db, serviceTypeID)
	if err != nil {
		return nil, err
	}
	if unitID == 0 {
		if me, err := findPerson(db, auth.From(ctx).PersonID); err == nil && me.UnitID != nil {
			unitID = *me.UnitID
		}
	}
	if unitID == 0 {
		return nil, errNoStation
	}
	path, err := store.UnitPath(db, unitID)
	if store.IsNotFound(err) {
		return nil, errNoStation.Because(err)
	}
	if err != nil {
		return nil, err
	}
	return s.Bookings.Calendar(ctx, &t.Type, path, providerID, requestID, from, to)
}

// ---- notices

// notice tells who asked; nobody when staff filed it for a caller without an account.
func (l *Line) notice(kind outbox.Kind, title, body string) []outbox.Notice {
	if l.PersonID == nil {
		return nil
	}
	return []outbox.Notice{{PersonID: *l.PersonID, Kind: kind, Event: event(kind, l.ID), Title: title, Body: body, Subject: subject, SubjectID: l.ID}}
}

// saying makes the notices subscribe messages too, worth sending until the instant (zero: for days).
func (l *Line) saying(told []outbox.Notice, template string, words outbox.Words, until store.Time) []outbox.Notice {
	for i := range told {
		told[i] = told[i].As(template, words)
		if !until.IsZero() {
			told[i] = told[i].Until(until)
		}
	}
	return told
}

// resultWords say what became of a request. A reason is read in the app alone: a message
// shows on locked screens.
func (l *Line) resultWords(tx *store.Tx, result, note string) outbox.Words {
	return outbox.Words{"service": l.openName(), "result": result, "time": outbox.Clock(tx.Now.Time), "note": note}
}

// visitWords say who comes when, or receives.
func (l *Line) visitWords(starts store.Time, who string) outbox.Words {
	return outbox.Words{"service": l.openName(), "worker": who, "time": outbox.Clock(starts.Time), "place": l.openPlace()}
}

// openName is the service's name where others may read it.
func (l *Line) openName() string {
	if l.Confidential {
		return "社工站服务"
	}
	return l.ServiceName
}

// openPlace is where, without an address.
func (l *Line) openPlace() string {
	switch {
	case l.Way == catalogue.AtHome:
		return "您家里"
	case l.Way != catalogue.AtStation:
		return "电话或视频"
	case l.PlaceName != "":
		return l.PlaceName
	}
	return l.UnitName
}

func caseNotice(l *Line, personID int64, title, body string) outbox.Notice {
	return outbox.Notice{PersonID: personID, Kind: NoticeCaseAssigned, Event: event(NoticeCaseAssigned, l.ID), Title: title, Body: body, Subject: subject, SubjectID: l.ID}
}

// event names what happened; the same may happen to a request more than once.
func event(kind outbox.Kind, id int64) string { return fmt.Sprintf("%s:%d:%s", kind, id, rand.Text()) }
