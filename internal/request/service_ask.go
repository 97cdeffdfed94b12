package request

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"yimi/internal/age"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/scope"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

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
	if err := s.refuseEarly(ctx, ask); err != nil {
		return nil, err
	}
	var l *Line
	var t *catalogue.Line
	err := s.db.Tx(ctx, func(tx *store.Tx) (err error) {
		if err := human.Hold(tx, auth.From(ctx).PersonID); err != nil {
			return err
		}
		if t, err = catalogue.Find(tx.DB, ask.ServiceTypeID); err != nil {
			return err
		}
		if l, err = s.prepare(ctx, tx.DB, ask); err != nil {
			return err
		}
		if l.details.Answers, err = t.Answers(ask.Answers, !ask.Draft); err != nil {
			return err
		}
		return s.create(tx, l, t, ask.Draft)
	})
	if err != nil {
		if l != nil {
			err = s.Bookings.WithOpenings(ctx, err, &t.Type, l.UnitPath, 0)
		}
		return nil, err
	}
	return s.read(ctx, l.ID)
}

// create writes a new request: what may not be kept, or not be submitted yet, is refused before there is a row of it.
func (s *Service) create(tx *store.Tx, l *Line, t *catalogue.Line, draft bool) (err error) {
	a, who, timed := auth.From(tx.Statement.Context), submitter(l.PersonID != nil), false
	if who == workflow.ByStaff && !a.Manages(l.UnitPath) {
		return auth.ErrForbidden
	}
	if draft {
		err = s.mayKeep(tx, l, t, who)
	} else {
		timed, err = s.judge(tx, l, t, who)
	}
	if err != nil {
		return err
	}
	is, err := s.enter(tx, l, who)
	if err != nil {
		return err
	}
	if draft {
		return is.log(tx, who, nil, is.Request)
	}
	if err := s.handIn(tx, is, t, who, a.PersonID, timed); err != nil {
		return err
	}
	return is.keepLook(tx)
}

// enter writes the row of a new request with the first line of its timeline, and reads it.
func (s *Service) enter(tx *store.Tx, l *Line, who workflow.Who) (*Line, error) {
	if err := s.data.insert(tx, &l.Request, l.details); err != nil {
		return nil, err
	}
	err := writeTimeline(tx, TimelineLine{RequestID: l.ID, Action: "create", ToState: Draft, ActorID: auth.From(tx.Statement.Context).PersonID, ActorRole: roleName(who)})
	if err != nil {
		return nil, err
	}
	return s.data.find(tx.DB, l.ID)
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
	l, err := s.prepare(ctx, db, ask)
	if err != nil {
		return err
	}
	taken := s.Bookings.Offered(ctx, &t.Type, booking.Wish{UnitPath: l.UnitPath, ProviderID: ask.Slot.ProviderID, StartsAt: ask.Slot.StartsAt})
	if !errors.Is(taken, booking.ErrTaken) || !t.Active || t.Mode != catalogue.ByBooking { // other refusals come first
		return nil
	}
	mine, err := hasSlot(db, auth.From(ctx).PersonID, *ask.Slot)
	if err != nil || mine { // by this very deed, sent twice at once
		return err
	}
	return s.Bookings.WithOpenings(ctx, taken, &t.Type, l.UnitPath, 0)
}

// prepare makes a new request: who asks, for whom, and who will handle it. What its rules need is in it;
// of the service and the unit it has the path alone.
func (s *Service) prepare(ctx context.Context, db *gorm.DB, ask Ask) (*Line, error) {
	me, err := findPerson(db, auth.From(ctx).PersonID)
	if err != nil {
		return nil, err
	}
	if me.Name == "" {
		return nil, errNoName
	}
	l := &Line{Request: ask.row(), details: details{Words: ask.Words, Phone: ask.Phone, Address: ask.Address}}
	if err := s.fillAsker(db, &l.Request, me, ask); err != nil {
		return nil, err
	}
	if l.PersonID != nil {
		l.AskerBirth = me.BirthDate
	}
	l.UnitID = cmp.Or(ask.UnitID, l.UnitID, or(me.UnitID))
	if l.UnitPath, err = stationPath(db, l.UnitID); err != nil {
		return nil, err
	}
	return l, nil
}

// row is the row of what is asked, without anybody.
func (ask *Ask) row() Request {
	r := Request{State: Draft, ServiceTypeID: ask.ServiceTypeID, Way: ask.Way, Urgency: ask.Urgency,
		UrgencyRank: slices.Index(catalogue.Urgencies, ask.Urgency), HealthBy: ask.Health.By, HealthWay: ask.Health.Way}
	if ask.Slot != nil {
		r.WantedProvider, r.WantedStartsAt = &ask.Slot.ProviderID, new(store.At(ask.Slot.StartsAt))
	}
	return r
}

// fillAsker puts in who asks, and for whom.
func (s *Service) fillAsker(db *gorm.DB, r *Request, me person, ask Ask) error {
	if ask.Caller != nil {
		r.FiledBy = &me.ID
		ask.Caller.fill(r)
		return nil
	}
	r.PersonID, r.PersonName = &me.ID, me.Name
	if ask.BeneficiaryID == 0 {
		r.BeneficiaryName, r.Relation, r.BirthDate = me.Name, Self, me.BirthDate
		return nil
	}
	b, err := s.data.findBeneficiary(db, me.ID, ask.BeneficiaryID)
	if err != nil {
		return err
	}
	if b.fill(r); b.Relation == Self { // of oneself the account knows
		r.BeneficiaryName, r.BirthDate = me.Name, cmp.Or(me.BirthDate, b.BirthDate)
	}
	return nil
}

// stationPath is the path of the unit that handles a request.
func stationPath(db *gorm.DB, unitID int64) (string, error) {
	if unitID == 0 {
		return "", errNoStation
	}
	path, err := scope.UnitPath(db, unitID)
	if store.IsNotFound(err) {
		return "", errNoStation.Because(err)
	}
	return path, err
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

// Patch is what may change of a draft or of what was returned; nil stays.
type Patch struct {
	Way, Urgency, Words, Phone, Address *string
	Answers                             *[]catalogue.Given
	Slot                                *SlotWish
	Guardian                            *bool
	Health                              *Health
}

// Edit changes a draft, or what was returned.
func (s *Service) Edit(ctx context.Context, id int64, p Patch) (*Detail, error) {
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		l, err := s.data.hold(tx, id)
		if err != nil {
			return err
		}
		if err := mayEdit(auth.From(ctx), l); err != nil {
			return err
		}
		if err := p.mayAgree(l, tx.Now.Time); err != nil {
			return err
		}
		return s.edit(tx, l, p)
	})
	if err != nil {
		return nil, err
	}
	return s.read(ctx, id)
}

func (s *Service) edit(tx *store.Tx, l *Line, p Patch) error {
	t, err := catalogue.Find(tx.DB, l.ServiceTypeID)
	if err != nil {
		return err
	}
	was, who := l.Request, submitter(l.isOf(auth.From(tx.Statement.Context).PersonID))
	if err := p.apply(l, t); err != nil {
		return err
	}
	if err := s.mayKeep(tx, l, t, who); err != nil {
		return err
	}
	if err := s.data.saveAsked(tx, l); err != nil {
		return err
	}
	return errors.Join(l.log(tx, who, was, l.Request), l.keepLook(tx))
}

// mayAgree refuses a guardian's consent that a minor gives by the own account.
func (p *Patch) mayAgree(l *Line, day time.Time) error {
	says := p.Guardian != nil && *p.Guardian || p.Health != nil && p.Health.By == "guardian"
	if says && l.askerUnder(age.Adult, day) {
		return errNotAdult.With(fault.Field{Name: "guardian", Message: "请监护人在他自己的手机上同意"})
	}
	return nil
}

// waysFit refuses another way or urgency that the service has not, where nobody asks later.
func (p *Patch) waysFit(l *Line, t *catalogue.Line) error {
	if l.State != Returned {
		return nil
	}
	if p.Way != nil && *p.Way != l.Way && !slices.Contains(t.WayWords(), *p.Way) {
		return errWay
	}
	if p.Urgency != nil && *p.Urgency != l.Urgency {
		if _, ok := t.AnswerWithin(*p.Urgency); !ok {
			return errUrgency
		}
	}
	return nil
}

// apply puts what is given into the request.
func (p *Patch) apply(l *Line, t *catalogue.Line) (err error) {
	if err := p.waysFit(l, t); err != nil {
		return err
	}
	set(&l.details.Words, p.Words)
	set(&l.details.Phone, p.Phone)
	set(&l.details.Address, p.Address)
	set(&l.Way, p.Way)
	set(&l.Urgency, p.Urgency)
	set(&l.Guardian, p.Guardian)
	l.UrgencyRank = slices.Index(catalogue.Urgencies, l.Urgency)
	if p.Health != nil {
		l.HealthBy, l.HealthWay = p.Health.By, p.Health.Way
	}
	if p.Slot != nil {
		l.WantedProvider, l.WantedStartsAt = &p.Slot.ProviderID, new(store.At(p.Slot.StartsAt))
	}
	if p.Answers != nil {
		l.details.Answers, err = t.Answers(*p.Answers, l.State == Returned)
	}
	return err
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}
