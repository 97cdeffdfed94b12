package request

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/catalogue"
	"yimi/internal/fault"
	"yimi/internal/feature"
	"yimi/internal/outbox"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// lookOnce keeps that somebody other than who asked looked at the request today.
func (s *Service) lookOnce(ctx context.Context, l *Line) error {
	look := l.lookOf(auth.From(ctx), s.db.Now())
	if look == nil {
		return nil
	}
	seen, err := lookedToday(s.db.Read(ctx), look)
	if err != nil || seen {
		return err
	}
	return s.db.Tx(ctx, func(tx *store.Tx) error {
		if err := writeLook(tx, look); err != nil {
			return err
		}
		return l.logLook(tx, requestLog, l.ID)
	})
}

// keepLook is lookOnce within a deed, which has its own line in the audit log.
func (l *Line) keepLook(tx *store.Tx) error {
	look := l.lookOf(auth.From(tx.Statement.Context), tx.Now)
	if look == nil {
		return nil
	}
	return writeLook(tx, look)
}

// lookOf is the look of the day; nil by who asked, and at a draft, which is its writer's alone.
func (l *Line) lookOf(a auth.Actor, now store.Time) *Look {
	if l.isOf(a.PersonID) || l.State == Draft {
		return nil
	}
	day := now.In(store.Shanghai).Format(time.DateOnly)
	return &Look{RequestID: l.ID, PersonID: a.PersonID, Role: lookerRole(a, l), What: "details", Day: &day}
}

// logLook adds a look by somebody other than who asked to the audit log.
func (l *Line) logLook(tx *store.Tx, of *feature.Audited, id int64) error {
	e, a := l.entry(of, id, tx.Now), auth.From(tx.Statement.Context)
	if lookerRole(a, l) == "worker" || !a.Manages(l.UnitPath) && isSupervisor(a, l) {
		e.Role = auth.SocialWorker
	}
	return audit.Write(tx, e)
}

// look keeps one opening of what is more private than the request itself.
func (s *Service) look(ctx context.Context, l *Line, what string, of *feature.Audited, id int64) error {
	a := auth.From(ctx)
	return s.db.Tx(ctx, func(tx *store.Tx) error {
		if err := writeLook(tx, &Look{RequestID: l.ID, PersonID: a.PersonID, Role: lookerRole(a, l), What: what}); err != nil {
			return err
		}
		return l.logLook(tx, of, id)
	})
}

// seen reads a request that the actor may see.
func (s *Service) seen(ctx context.Context, id int64) (*Line, error) {
	l, err := s.data.find(s.db.Read(ctx), id)
	if err != nil {
		return nil, err
	}
	return l, l.missed(s.db.Read(ctx), auth.From(ctx), maySee(auth.From(ctx), l))
}

// Contact opens phone and address in full, to worker and staff; each opening is kept.
func (s *Service) Contact(ctx context.Context, id int64) (*Line, error) {
	l, err := s.seen(ctx, id)
	if err != nil {
		return nil, err
	}
	who := whoIs(auth.From(ctx), l)
	if l.isOf(auth.From(ctx).PersonID) {
		return l, nil
	}
	if !slices.Contains(who, workflow.ByStaff) && !slices.Contains(who, workflow.ByWorker) {
		return nil, auth.ErrForbidden
	}
	return l, s.look(ctx, l, "contact", requestLog, l.ID)
}

// Looks lists who looked at the request, newest first.
func (s *Service) Looks(ctx context.Context, id int64) ([]Look, error) {
	if _, err := s.seen(ctx, id); err != nil {
		return nil, err
	}
	return looksOf(s.db.Read(ctx), id)
}

// CaseNotes opens the confidential notes to the assigned worker and the supervisor named now
// alone; each opening is kept (rule 6).
func (s *Service) CaseNotes(ctx context.Context, id int64) ([]Note, error) {
	l, err := s.seen(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := mayReadCaseNotes(auth.From(ctx), l); err != nil {
		return nil, err
	}
	if err := s.look(ctx, l, "case_notes", requestLog, l.ID); err != nil {
		return nil, err
	}
	return s.data.notesOf(s.db.Read(ctx), id, caseNote)
}

// AddCaseNote adds a confidential note, which cannot be changed later.
func (s *Service) AddCaseNote(ctx context.Context, id int64, text string, visitID *int64) (*Note, error) {
	a := auth.From(ctx)
	n := &note{RequestID: id, Kind: caseNote, VisitID: visitID}
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		l, err := s.data.hold(tx, id)
		if err != nil {
			return err
		}
		if err := l.missed(tx.DB, a, mayReadCaseNotes(a, l)); err != nil {
			return err
		}
		n.by(a, l)
		visits, err := s.data.visitsOf(tx.DB, id)
		if err != nil {
			return err
		}
		if visitID != nil && !slices.ContainsFunc(visits, func(v Visit) bool { return v.ID == *visitID }) {
			return fault.Missing("服务记录")
		}
		if err := s.data.insertNote(tx, n, text); err != nil {
			return err
		}
		return l.logLook(tx, noteLog, n.ID)
	})
	if err != nil {
		return nil, err
	}
	me, err := findPerson(s.db.Read(ctx), a.PersonID)
	return &Note{ID: n.ID, VisitID: n.VisitID, AuthorID: a.PersonID, AuthorName: me.Name, CreatedAt: n.CreatedAt, Text: text}, err
}

// AddStaffNote adds a note of staff or worker that who asked does not see.
func (s *Service) AddStaffNote(ctx context.Context, id int64, text string) (*Detail, error) {
	return s.write(ctx, id, text, staffNote, func(l *Line) error {
		if who := whoIs(auth.From(ctx), l); len(who) == 0 || slices.Contains(who, workflow.ByResident) {
			return auth.ErrForbidden
		}
		return nil
	})
}

// AddMessage adds a message that who asked, the worker and the staff read; the other side is told.
func (s *Service) AddMessage(ctx context.Context, id int64, text string) (*Detail, error) {
	return s.write(ctx, id, text, messageNote, func(l *Line) error {
		switch {
		case len(whoIs(auth.From(ctx), l)) == 0:
			return auth.ErrForbidden
		case !l.State.open() || l.State == Draft:
			return workflow.ErrBadTransition
		}
		return nil
	})
}

func (s *Service) write(ctx context.Context, id int64, text, kind string, may func(*Line) error) (*Detail, error) {
	a := auth.From(ctx)
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		l, err := s.data.hold(tx, id)
		if err != nil {
			return err
		}
		if err := l.missed(tx.DB, a, maySee(a, l)); err != nil {
			return err
		}
		if err := may(l); err != nil {
			return err
		}
		n := &note{RequestID: id, Kind: kind}
		n.by(a, l)
		if err := s.data.insertNote(tx, n, text); err != nil {
			return err
		}
		if err := errors.Join(l.logNote(tx, n), l.keepLook(tx)); err != nil || kind != messageNote {
			return err
		}
		if err := s.noteMessage(tx, l, a); err != nil {
			return err
		}
		serves, err := l.workerServes(tx.DB)
		if err != nil {
			return err
		}
		return outbox.Tell(tx, messageNotices(l, a, serves)...)
	})
	if err != nil {
		return nil, err
	}
	return s.read(ctx, id)
}

// logNote adds to the audit log that somebody wrote, not what.
func (l *Line) logNote(tx *store.Tx, n *note) error {
	if l.isOf(n.AuthorID) {
		e := l.entry(noteLog, n.ID, tx.Now)
		e.Role = auth.Resident
		return audit.Write(tx, e)
	}
	return l.logLook(tx, noteLog, n.ID)
}

// messageNotices tell the other side; the message itself stays in the request. A worker whose role
// ended is told nothing any more.
func messageNotices(l *Line, from auth.Actor, serves bool) []outbox.Notice {
	if !l.isOf(from.PersonID) {
		return l.notice(NoticeRequestMessage, "有给您的留言", l.ServiceName+"的申请有新留言，请点开看")
	}
	if !serves {
		return nil
	}
	n := caseNotice(l, *l.WorkerID, "有居民留言", l.ServiceName+" "+l.Number+" 有新留言，请点开看")
	n.Kind = NoticeRequestMessage
	return []outbox.Notice{n}
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
		t, err := catalogue.Find(tx.DB, l.ServiceTypeID)
		if err != nil {
			return err
		}
		if err := p.mayAgree(l, tx.Now.Time); err != nil {
			return err
		}
		changes, err := p.apply(l, t)
		if err != nil {
			return err
		}
		was := l.Request
		if err := s.data.saveDetails(tx, l, changes); err != nil {
			return err
		}
		who := workflow.ByStaff
		if l.isOf(auth.From(ctx).PersonID) {
			who = workflow.ByResident
		}
		if err := s.mayKeep(tx, l, t, who); err != nil {
			return err
		}
		return errors.Join(l.log(tx, who, was, changes), l.keepLook(tx))
	})
	if err != nil {
		return nil, err
	}
	return s.read(ctx, id)
}

// mayAgree refuses a guardian's consent that a minor gives by the own account.
func (p *Patch) mayAgree(l *Line, day time.Time) error {
	says := p.Guardian != nil && *p.Guardian || p.Health != nil && p.Health.By == "guardian"
	if says && l.askerUnder(adultAge, day) {
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

func (p *Patch) apply(l *Line, t *catalogue.Line) (map[string]any, error) {
	if err := p.waysFit(l, t); err != nil {
		return nil, err
	}
	changes := map[string]any{}
	set := func(to *string, from *string) {
		if from != nil {
			*to = *from
		}
	}
	set(&l.details.Words, p.Words)
	set(&l.details.Phone, p.Phone)
	set(&l.details.Address, p.Address)
	if p.Way != nil {
		changes["way"] = *p.Way
	}
	if p.Urgency != nil {
		changes["urgency"], changes["urgency_rank"] = *p.Urgency, slices.Index(catalogue.Urgencies, *p.Urgency)
	}
	if p.Guardian != nil {
		changes["guardian"] = *p.Guardian
	}
	if p.Health != nil {
		l.HealthBy, l.HealthWay = p.Health.By, p.Health.Way
		changes["health_by"], changes["health_way"] = l.HealthBy, l.HealthWay
	}
	if p.Slot != nil {
		changes["wanted_provider"], changes["wanted_starts_at"] = p.Slot.ProviderID, store.At(p.Slot.StartsAt)
	}
	if p.Answers == nil {
		return changes, nil
	}
	answers, err := t.Answers(*p.Answers, l.State == Returned)
	l.details.Answers = answers
	return changes, err
}

// ---- beneficiaries

// maxBeneficiaries bounds one person's list.
const maxBeneficiaries = 20

var (
	errNoBeneficiary = fault.Missing("家人")
	errManyFamily    = fault.Newf(fault.Unprocessable, "too_many_beneficiaries", "最多记 %d 位。请先删掉不用的，再添加", maxBeneficiaries)
)

// Beneficiaries lists those whom the actor asks for.
func (s *Service) Beneficiaries(ctx context.Context) ([]Beneficiary, error) {
	return s.data.beneficiaries(s.db.Read(ctx), auth.From(ctx).PersonID)
}

// Beneficiary gives one of those whom the actor asks for.
func (s *Service) Beneficiary(ctx context.Context, id int64) (*Beneficiary, error) {
	return s.data.findBeneficiary(s.db.Read(ctx), auth.From(ctx).PersonID, id)
}

// KeepBeneficiary adds somebody whom the actor asks for, or changes one that has an id.
func (s *Service) KeepBeneficiary(ctx context.Context, b *Beneficiary, groups []string) (*Beneficiary, error) {
	if (b.Relation == Neighbour || b.Relation == Other) && b.Consent == "" {
		return nil, errConsent
	}
	b.GroupsOf, b.PersonID = strings.Join(groups, ","), auth.From(ctx).PersonID
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		if err := b.mayAgree(tx); err != nil {
			return err
		}
		if b.ID == 0 && b.Relation == Self { // there is one of oneself
			if err := store.HoldPerson(tx, b.PersonID); err != nil {
				return err
			}
			is, err := s.data.findSelf(tx.DB, b.PersonID)
			if err != nil {
				return err
			}
			if is != nil {
				b.ID = is.ID
			}
		}
		if b.UnitID != nil {
			if _, err := unitName(tx, *b.UnitID); err != nil {
				return err
			}
		}
		if b.ID != 0 {
			is, err := s.data.findBeneficiary(tx.DB, b.PersonID, b.ID)
			if err != nil {
				return err
			}
			b.Ref = is.Ref
			if err := s.data.saveBeneficiary(tx, b); err != nil {
				return err
			}
			return b.log(tx)
		}
		n, err := countBeneficiaries(tx, b.PersonID)
		if err != nil {
			return err
		}
		if n >= maxBeneficiaries {
			return errManyFamily
		}
		if err := s.data.insertBeneficiary(tx, b); err != nil {
			return err
		}
		return b.log(tx)
	})
	if err != nil {
		return nil, err
	}
	return s.Beneficiary(ctx, b.ID)
}

// remember keeps with whom a request is for how to reach them, to be offered the next time: what was
// written for this one, in place of what was kept before. Who asks may change it and take it away.
func (s *Service) remember(tx *store.Tx, l *Line) error {
	if l.details.Phone == "" && l.details.Address == "" {
		return nil
	}
	b, err := s.data.askedFor(tx.DB, l)
	if err != nil || b == nil {
		return err
	}
	phone, address := cmp.Or(l.details.Phone, b.Phone), cmp.Or(l.details.Address, b.Address)
	if phone == b.Phone && address == b.Address {
		return nil
	}
	b.Phone, b.Address = phone, address
	if b.ID != 0 {
		err = s.data.saveBeneficiary(tx, b)
	} else if n, countErr := countBeneficiaries(tx, b.PersonID); countErr != nil || n >= maxBeneficiaries {
		return countErr
	} else {
		err = s.data.insertBeneficiary(tx, b)
	}
	if err != nil {
		return err
	}
	return b.log(tx)
}

// mayAgree refuses a guardian's consent from somebody who is a minor.
func (b *Beneficiary) mayAgree(tx *store.Tx) error {
	if !b.Guardian {
		return nil
	}
	me, err := findPerson(tx.DB, b.PersonID)
	if age := ageOn(me.BirthDate, tx.Now.Time); err == nil && age >= 0 && age < adultAge {
		err = errNotAdult.With(fault.Field{Name: "guardian", Message: "请监护人来申请"})
	}
	return err
}

// log adds to the audit log that somebody's own list was changed.
func (b *Beneficiary) log(tx *store.Tx) error {
	e := audit.Entry{Of: beneficiaryLog, ID: b.ID, Role: auth.Resident, Minor: audit.IsMinor(b.BirthDate, tx.Now.Time)}
	if b.UnitID != nil {
		e.UnitID = *b.UnitID
	}
	return audit.Write(tx, e)
}

// RemoveBeneficiary deletes somebody from the actor's list; requests keep what they said.
func (s *Service) RemoveBeneficiary(ctx context.Context, id int64) error {
	return s.db.Tx(ctx, func(tx *store.Tx) error {
		b, err := s.data.findBeneficiary(tx.DB, auth.From(ctx).PersonID, id)
		if err != nil {
			return err
		}
		gone, err := deleteBeneficiary(tx, auth.From(ctx).PersonID, id)
		switch {
		case err != nil:
			return err
		case !gone:
			return errNoBeneficiary
		}
		return b.log(tx)
	})
}
