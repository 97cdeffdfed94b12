package request

import (
	"context"
	"fmt"
	"slices"
	"time"

	"yimi/internal/age"
	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/fault"
	"yimi/internal/outbox"
	"yimi/internal/say"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// Submit hands a draft, or what was returned, to the station.
func (s *Service) Submit(ctx context.Context, id int64) (*Detail, error) {
	return s.act(ctx, id, "submit", func(tx *store.Tx, l *Line, m move) error {
		t, err := catalogue.Find(tx.DB, l.ServiceTypeID)
		if err != nil {
			return err
		}
		return s.submit(tx, l, t, m.who, m.actor)
	})
}

// after reads a request that the actor has just given out of the own hands, for the answer alone.
func (s *Service) after(ctx context.Context, id int64) (*Detail, error) {
	l, err := s.data.find(s.db.Read(ctx), id)
	if err != nil {
		return nil, err
	}
	return s.detail(ctx, l)
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

// submit hands a draft, or what was returned, to the station.
func (s *Service) submit(tx *store.Tx, l *Line, t *catalogue.Line, who workflow.Who, actor int64) error {
	timed, err := s.judge(tx, l, t, who)
	if err != nil {
		return err
	}
	return s.handIn(tx, l, t, who, actor, timed)
}

// judge refuses what may not be submitted, and tells whether a time is chosen with it.
func (s *Service) judge(tx *store.Tx, l *Line, t *catalogue.Line, who workflow.Who) (timed bool, err error) {
	if timed, err = s.hasTimes(tx.DB, l, t); err != nil {
		return timed, err
	}
	if err := ready(l, t, who, timed, tx.Now.Time); err != nil {
		return timed, err
	}
	return timed, s.mayKeep(tx, l, t, who)
}

// handIn has the station answer for a request that was judged.
func (s *Service) handIn(tx *store.Tx, l *Line, t *catalogue.Line, who workflow.Who, actor int64, timed bool) error {
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
	m := move{action: "submit", who: who, actor: actor}.and(func(r *Request) { r.SubmittedAt, r.RespondBy, r.Reason = &tx.Now, &by, "" })
	if t.Sensitive() {
		m.said = l.healthSaid()
	}
	if err := s.step(tx, l, m); err != nil {
		return err
	}
	told := fmt.Sprintf("%s的申请已交给%s，%s 前答复您%s", l.ServiceName, l.UnitName, say.Time(by.Time), l.callNow())
	if err := outbox.Tell(tx, l.notice(NoticeRequestSubmitted, "已收到您的申请", told)...); err != nil {
		return err
	}
	if who == workflow.ByResident {
		err = s.remember(tx, l)
	}
	if err != nil || !timed {
		return err
	}
	return s.takeSlot(tx, l, t, by)
}

// takeSlot has the chosen slot at once where the service is booked instantly; else it is held until the answer is due.
func (s *Service) takeSlot(tx *store.Tx, l *Line, t *catalogue.Line, by store.Time) error {
	if t.Instant && !l.GuardianMissing(tx.Now.Time) {
		return s.bookAtOnce(tx, l, t)
	}
	w := l.wish(l.WantedProvider, l.WantedStartsAt.Time)
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

// resubmit starts the clock of the answer again.
func (s *Service) resubmit(tx *store.Tx, l *Line, m move) error {
	t, err := catalogue.Find(tx.DB, l.ServiceTypeID)
	if err != nil {
		return err
	}
	here := *l
	if m.action == "receive" { // by the hours of where it is now
		here.UnitPath = l.ReferredPath
	}
	by, err := s.answerBy(tx, &here, t, tx.Now.Time, time.Time{})
	if err != nil {
		return err
	}
	return s.step(tx, l, m.and(func(r *Request) { r.SubmittedAt, r.RespondBy, r.RespondedAt = &tx.Now, &by, nil }))
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

// defaultAnswer is the promise where a service makes none of the urgency.
const defaultAnswer = 72 * time.Hour

// mayKeep refuses words about health without a separate consent of whom they are about
// (个人信息保护法 Art 29): by the own account, or as said to who asks for somebody else.
func (s *Service) mayKeep(tx *store.Tx, l *Line, t *catalogue.Line, who workflow.Who) error {
	switch {
	case !t.Sensitive():
		return nil
	case !l.forAsker() && (l.HealthBy == "guardian" && l.askerUnder(age.Adult, tx.Now.Time) || l.HealthBy != "" && l.askerUnder(age.Consent, tx.Now.Time)):
		return errNotAdult.With(fault.Field{Name: "health_consent", Message: "请监护人来申请"})
	case l.PersonID == nil || l.Relation != Self:
		if l.HealthBy == "" || l.HealthWay == "" || l.HealthBy == "self" && age.Under(age.Consent, l.BirthDate, tx.Now.Time) {
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

// bookAtOnce takes the slot of a service that needs no approval.
func (s *Service) bookAtOnce(tx *store.Tx, l *Line, t *catalogue.Line) error {
	b, err := s.Bookings.Book(tx, &t.Type, l.wish(l.WantedProvider, l.WantedStartsAt.Time))
	if err != nil {
		return err
	}
	return s.engage(tx, l, b, move{action: "approve", who: workflow.BySystem}.and(func(r *Request) { r.RespondedAt = &tx.Now }))
}
