package request

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"yimi/internal/activity"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/outbox"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// defaultAnswer is the promise where a service makes none of the urgency.
const defaultAnswer = 72 * time.Hour

// workerInstead is why a volunteers' shift is called off when a worker takes the request on.
const workerInstead = "改由社工上门"

// Assign gives a request to a worker, or to another one; a time that was set is released.
func (s *Service) Assign(ctx context.Context, id, workerID int64) (*Detail, error) {
	return s.act(ctx, id, "assign", func(tx *store.Tx, l *Line, m move) error {
		if err := s.callOff(ctx, tx, l, workerInstead); err != nil {
			return err
		}
		return s.assign(tx, l, m, workerID)
	})
}

func (s *Service) assign(tx *store.Tx, l *Line, m move, workerID int64) error {
	w, err := s.fitWorker(tx, l, workerID)
	if err != nil {
		return err
	}
	m.said = w.Name
	m.changes = map[string]any{"worker_id": w.PersonID, "accepted_at": nil, "shift_id": nil}
	if err := s.step(tx, l, m); err != nil {
		return err
	}
	told := l.notice(NoticeRequestAssigned, "安排了社工", fmt.Sprintf("%s由%s负责，会和您约时间", l.ServiceName, w.Name))
	told = l.saying(told, MessageRequestResult, l.resultWords(tx, "已安排", w.Name+"负责，会和您约时间"), store.Time{})
	return outbox.Tell(tx, append(told, caseNotice(l, w.PersonID, "有新的个案待接单", fmt.Sprintf("%s %s，请看一看，接单或退回", l.ServiceName, l.Number)))...)
}

// fitWorker finds a worker who may take the request: one of the district, at the level that
// the service asks, and not who asked.
func (s *Service) fitWorker(tx *store.Tx, l *Line, workerID int64) (*worker, error) {
	t, err := catalogue.Find(tx.DB, l.ServiceTypeID)
	if err != nil {
		return nil, err
	}
	w, err := heldWorker(tx, workerID, t.ID, l.UnitPath)
	switch {
	case err != nil:
		return nil, err
	case w == nil:
		return nil, errNoWorker
	case !w.Level.Reaches(t.MinLevel):
		return nil, errUnfit
	}
	own, err := l.isOfHuman(tx.DB, w.PersonID)
	if err == nil && own {
		err = errOwn
	}
	return w, err
}

// isOfHuman tells whether the human behind the account asked, by any account of theirs.
func (l *Line) isOfHuman(db *gorm.DB, personID int64) (bool, error) {
	if l.PersonID == nil {
		return false, nil
	}
	theirs, err := human.Accounts(db, personID)
	return theirs.Has(*l.PersonID), err
}

// Accept takes a case on.
func (s *Service) Accept(ctx context.Context, id int64) (*Detail, error) {
	return s.act(ctx, id, "accept", func(tx *store.Tx, l *Line, m move) error {
		if l.AcceptedAt != nil {
			return workflow.ErrBadTransition
		}
		m.changes = map[string]any{"accepted_at": tx.Now}
		return s.step(tx, l, m)
	})
}

// HandBack gives a case back to be assigned anew; its booking is released, and who asked is told.
func (s *Service) HandBack(ctx context.Context, id int64, reason string) (*Detail, error) {
	err := s.do(ctx, id, "hand_back", func(tx *store.Tx, l *Line, m move) error {
		booked := l.State == Scheduled
		m.said = reason
		m.changes = map[string]any{"worker_id": nil, "accepted_at": nil}
		if err := s.step(tx, l, m); err != nil {
			return err
		}
		if err := s.release(tx, l, booking.Cancelled); err != nil || !booked {
			return err
		}
		told := l.notice(NoticeRequestChanged, "要重新安排时间", fmt.Sprintf("%s原来约的时间取消了，%s正在另行安排，安排好会告诉您", l.ServiceName, l.UnitName))
		return outbox.Tell(tx, l.saying(told, MessageRequestResult, l.resultWords(tx, "时间有变", "原来约的时间取消了，正在另行安排"), store.Time{})...)
	})
	if err != nil {
		return nil, err
	}
	return s.after(ctx, id)
}

// Time is a time for the next visit.
type Time struct {
	ProviderID int64 // 0: who has the case
	StartsAt   time.Time
	Length     time.Duration // 0: the service's
	Reason     string
}

// Reschedule sets or changes the time of the next visit: who asked to another slot within the
// notice, worker and staff to any time that is free.
func (s *Service) Reschedule(ctx context.Context, id int64, at Time) (*Detail, error) {
	return s.actOn(ctx, id, func(l *Line) string {
		if l.State == Assigned || l.State == InService {
			return "schedule"
		}
		return "reschedule"
	}, func(tx *store.Tx, l *Line, m move) error {
		if m.who == workflow.ByWorker && at.ProviderID != 0 && at.ProviderID != m.actor && !auth.From(ctx).Manages(l.UnitPath) {
			return auth.ErrForbidden // to give a case away is for staff
		}
		return s.reschedule(ctx, tx, l, m, at)
	})
}

// actOn is act with an action that depends on the request.
func (s *Service) actOn(ctx context.Context, id int64, action func(*Line) string, deed func(*store.Tx, *Line, move) error) (*Detail, error) {
	l, err := s.data.find(s.db.Read(ctx), id)
	if err != nil {
		return nil, err
	}
	return s.act(ctx, id, action(l), deed)
}

func (s *Service) reschedule(ctx context.Context, tx *store.Tx, l *Line, m move, at Time) error {
	switch {
	case m.action == "reschedule" && !l.hasTime():
		return workflow.ErrBadTransition
	case l.VisitUnderWay:
		return errVisitOpen
	case m.who == workflow.ByResident && l.tooLateToMove(tx.Now.Time, s.Notice):
		return l.errTooLate("改时间", s.Notice)
	case m.who == workflow.ByResident && l.movedOften(s.Limits.Reschedules):
		return errMovedOften(s.Limits.Reschedules)
	}
	t, err := catalogue.Find(tx.DB, l.ServiceTypeID)
	if err != nil {
		return err
	}
	w := booking.Wish{RequestID: l.ID, UnitID: l.UnitID, UnitPath: l.UnitPath, ProviderID: at.ProviderID, StartsAt: at.StartsAt}
	if m.who == workflow.ByResident {
		if err := s.mayBook(tx, l, t, at.StartsAt, false); err != nil {
			return err
		}
	} else {
		w.AnyTime, w.Length = true, at.Length
	}
	if w.ProviderID == 0 {
		if w.ProviderID = l.provider(); w.ProviderID == 0 {
			return errNoWorker
		}
	}
	if l.State == Submitted { // another time is held, and the answer comes before it
		by, err := s.answerBy(tx, l, t, l.SubmittedAt.Time, at.StartsAt)
		if err != nil {
			return err
		}
		w.HeldUntil, m.changes = by.Time, map[string]any{"respond_by": by}
	}
	b, err := s.retime(tx, l, t, w, at.StartsAt)
	if err != nil {
		return err
	}
	if l.ShiftID != nil { // volunteers came before
		if err := s.Activities.CallOff(ctx, tx, *l.ShiftID, workerInstead); err != nil {
			return err
		}
	}
	return s.settleTime(tx, l, m, b, at.Reason)
}

// provider is whose time a request takes: the worker's, or the one's who is wanted.
func (l *Line) provider() int64 {
	switch {
	case l.WorkerID != nil:
		return *l.WorkerID
	case l.WantedProvider != nil:
		return *l.WantedProvider
	}
	return 0
}

// retime moves the request's live booking, or takes a new one: a hold while it waits for approval.
func (s *Service) retime(tx *store.Tx, l *Line, t *catalogue.Line, w booking.Wish, starts time.Time) (*booking.Booking, error) {
	b, err := booking.Of(tx.DB, l.ID)
	if err != nil {
		return nil, err
	}
	if b != nil && b.Live != nil {
		return b, s.Bookings.Move(tx, &t.Type, b, w)
	}
	if l.State == Submitted {
		return s.Bookings.Hold(tx, &t.Type, w)
	}
	return s.Bookings.Book(tx, &t.Type, w)
}

// settleTime moves the request along and tells the other side.
func (s *Service) settleTime(tx *store.Tx, l *Line, m move, b *booking.Booking, reason string) error {
	span := activity.SpokenSpan(b.StartsAt.Time, b.EndsAt.Time)
	m.said = strings.TrimSpace(span + " " + reason)
	if m.changes == nil {
		m.changes = map[string]any{}
	}
	maps.Copy(m.changes, map[string]any{"wanted_provider": b.ProviderID, "wanted_starts_at": b.StartsAt, "shift_id": nil, "time_asked_at": nil})
	if m.who == workflow.ByResident && l.standsByChoice() {
		m.changes["reschedules"] = l.Reschedules + 1
	}
	worker, anew := l.WorkerName, l.WorkerID == nil || *l.WorkerID != b.ProviderID
	if anew {
		w, err := s.fitWorker(tx, l, b.ProviderID)
		if err != nil {
			return err
		}
		worker = w.Name
		if l.State != Submitted { // who waits for approval gets the worker with it
			m.changes["worker_id"], m.changes["accepted_at"] = w.PersonID, tx.Now
		}
	} else if m.who == workflow.ByWorker {
		m.changes["accepted_at"] = tx.Now
	}
	if err := s.step(tx, l, m); err != nil {
		return err
	}
	var told []outbox.Notice
	if m.who != workflow.ByResident {
		told = l.notice(NoticeRequestScheduled, "时间定好了", fmt.Sprintf("%s约在 %s，%s接待%s。%s", l.ServiceName, span, worker, l.where(), reason))
		told = l.saying(told, MessageRequestAssigned, l.visitWords(b.StartsAt, worker), b.StartsAt)
	}
	switch {
	case l.State != Scheduled || b.ProviderID == m.actor:
	case anew:
		told = append(told, caseNotice(l, b.ProviderID, "有新的预约", fmt.Sprintf("%s %s 由您负责，约在 %s", l.ServiceName, l.Number, span)))
	default:
		told = append(told, caseNotice(l, b.ProviderID, "预约时间有变", fmt.Sprintf("%s %s 改到 %s", l.ServiceName, l.Number, span)))
	}
	return outbox.Tell(tx, told...)
}

// VolunteerShift is the shift by which volunteers meet a request.
type VolunteerShift struct {
	CampaignID int64
	Title      string
	PlaceName  string
	StartsAt   time.Time
	EndsAt     time.Time
	Capacity   int
}

// OpenShift has a request met by volunteers: a published activity with one shift, whose hours
// reach the ledger by check-in and check-out like all others (rule 3).
func (s *Service) OpenShift(ctx context.Context, id int64, v VolunteerShift) (*Detail, error) {
	return s.act(ctx, id, "volunteers", func(tx *store.Tx, l *Line, m move) error {
		shift, err := s.Activities.OpenShift(ctx, tx, &activity.Activity{UnitID: l.UnitID, CampaignID: v.CampaignID, Title: v.Title,
			Content: "由" + l.UnitName + "安排的" + l.ServiceName + "，报名后工作人员会联系您。", LeaderName: cut(l.actorName(ctx, s), 40), ContactPhone: l.UnitPhone,
			PlaceName: v.PlaceName, Approval: activity.ApprovalStaff, CheckinMode: activity.StaffCode},
			activity.Shift{StartsAt: store.At(v.StartsAt), EndsAt: store.At(v.EndsAt), Capacity: v.Capacity})
		if err != nil {
			return err
		}
		span := activity.SpokenSpan(v.StartsAt, v.EndsAt)
		m.said, m.changes = span, map[string]any{"shift_id": shift.ID, "worker_id": nil, "accepted_at": nil}
		if err := s.step(tx, l, m); err != nil {
			return err
		}
		told := l.notice(NoticeRequestScheduled, "安排了志愿者", fmt.Sprintf("%s由志愿者来办，时间 %s，工作人员会带他们来", l.ServiceName, span))
		return outbox.Tell(tx, l.saying(told, MessageRequestAssigned, l.visitWords(store.At(v.StartsAt), "志愿者"), store.At(v.StartsAt))...)
	})
}

func (l *Line) actorName(ctx context.Context, s *Service) string {
	me, err := findPerson(s.db.Read(ctx), auth.From(ctx).PersonID)
	if err != nil || me.Name == "" {
		return l.UnitName
	}
	return me.Name
}

// Candidate is a worker who could take a request.
type Candidate struct {
	ID        int64
	Name      string
	Level     catalogue.Level
	UnitName  string
	OpenCases int
	Gives     bool // offers the service
	Qualified bool // reaches the level that it asks
	Distance  int  // steps in the tree of units
}

// Fits tells whether the worker may take it.
func (c *Candidate) Fits() bool { return c.Gives && c.Qualified }

// maxCandidates bounds the list.
const maxCandidates = 50

// Candidates lists who could take a request, the best first: right qualification, nearest unit,
// fewest open cases.
func (s *Service) Candidates(ctx context.Context, id int64) ([]Candidate, error) {
	db := s.db.Read(ctx)
	l, err := s.data.find(db, id)
	if err != nil {
		return nil, err
	}
	if err := maySee(auth.From(ctx), l); err != nil {
		return nil, err
	}
	if !slices.Contains(whoIs(auth.From(ctx), l), workflow.ByStaff) {
		return nil, auth.ErrForbidden
	}
	t, err := catalogue.Find(db, l.ServiceTypeID)
	if err != nil {
		return nil, err
	}
	near, err := workersNear(db, t.ID, l.UnitPath)
	return ranked(near, l, t), err
}

func ranked(near []worker, l *Line, t *catalogue.Line) []Candidate {
	out, seen := []Candidate{}, map[int64]bool{}
	for _, w := range near {
		if seen[w.PersonID] || l.isOf(w.PersonID) {
			continue
		}
		seen[w.PersonID] = true
		out = append(out, Candidate{w.PersonID, w.Name, w.Level, w.UnitName, w.OpenCases,
			w.Gives, w.Level.Reaches(t.MinLevel), steps(l.UnitPath, w.UnitPath)})
	}
	slices.SortStableFunc(out, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(mark(b.Fits()), mark(a.Fits())), cmp.Compare(a.Distance, b.Distance),
			cmp.Compare(a.OpenCases, b.OpenCases), cmp.Compare(a.ID, b.ID))
	})
	return out[:min(len(out), maxCandidates)]
}

// steps counts the steps in the tree of units from one path to another.
func steps(a, b string) int {
	x, y := strings.Split(strings.Trim(a, "/"), "/"), strings.Split(strings.Trim(b, "/"), "/")
	same := 0
	for same < len(x) && same < len(y) && x[same] == y[same] {
		same++
	}
	return len(x) + len(y) - 2*same
}

// maxHandOver bounds one call.
const maxHandOver = 100

// HandOver gives open cases of a worker to another, each by itself with its booking at the same
// time; one whose time the other does not have stays.
func (s *Service) HandOver(ctx context.Context, fromID, toID int64, ids []int64, reason string) ([]Outcome, error) {
	if len(ids) == 0 {
		var err error
		if ids, err = openCaseIDs(s.db.Read(ctx), fromID, auth.From(ctx).ManagedPaths(), maxHandOver); err != nil {
			return nil, err
		}
	}
	mine, err := human.Accounts(s.db.Read(ctx), auth.From(ctx).PersonID)
	if err != nil {
		return nil, err
	}
	out := make([]Outcome, len(ids))
	for i, id := range ids {
		out[i] = s.handOverOne(ctx, mine, id, fromID, toID, reason)
	}
	return out, ctx.Err()
}

func (s *Service) handOverOne(ctx context.Context, mine human.Set, id, fromID, toID int64, reason string) Outcome {
	out := Outcome{ID: id}
	out.Err = s.db.Tx(ctx, func(tx *store.Tx) error {
		l, err := s.data.hold(tx, id)
		if err != nil {
			return err
		}
		who, err := byWhom(auth.From(ctx), mine, l, "hand_over")
		if err != nil {
			return err
		}
		if l.WorkerID == nil || *l.WorkerID != fromID {
			return workflow.ErrBadTransition
		}
		err = s.handTo(tx, l, move{action: "hand_over", who: who, actor: auth.From(ctx).PersonID}, toID, reason)
		out.State = string(l.State)
		return err
	})
	return out
}

// handTo gives a case to another worker, with its booking at the same time.
func (s *Service) handTo(tx *store.Tx, l *Line, m move, toID int64, reason string) error {
	w, err := s.fitWorker(tx, l, toID)
	if err != nil {
		return err
	}
	if err := s.moveBooking(tx, l, toID); err != nil {
		return err
	}
	m.said, m.changes = w.Name+"："+reason, map[string]any{"worker_id": w.PersonID}
	if err := s.step(tx, l, m); err != nil {
		return err
	}
	told := l.notice(NoticeRequestChanged, "换了社工", fmt.Sprintf("%s改由%s负责，%s。%s", l.ServiceName, w.Name, l.timeAfter(tx.Now.Time), reason))
	return outbox.Tell(tx, append(told, caseNotice(l, w.PersonID, "接手一件个案", fmt.Sprintf("%s %s 转给您负责", l.ServiceName, l.Number)))...)
}

// moveBooking gives the request's live booking to another provider, at the same time. One whose time has
// passed stays whose it was: it only waits to be said what came of it.
func (s *Service) moveBooking(tx *store.Tx, l *Line, toID int64) error {
	b, err := booking.Of(tx.DB, l.ID)
	if err != nil || b == nil || b.Live == nil || l.VisitUnderWay || !b.StartsAt.After(tx.Now.Time) {
		return err
	}
	t, err := catalogue.Find(tx.DB, l.ServiceTypeID)
	if err != nil {
		return err
	}
	w := booking.Wish{RequestID: l.ID, UnitID: l.UnitID, UnitPath: l.UnitPath, ProviderID: toID, StartsAt: b.StartsAt.Time, Length: b.EndsAt.Sub(b.StartsAt.Time), AnyTime: true}
	if b.HoldExpiresAt != nil {
		w.HeldUntil = b.HoldExpiresAt.Time
	}
	if err := l.asksNoMore(tx); err != nil { // the other is there
		return err
	}
	return s.Bookings.Move(tx, &t.Type, b, w)
}

// timeAfter says what becomes of the time of a request that was handed over.
func (l *Line) timeAfter(now time.Time) string {
	if l.Booking != nil && l.Booking.Live != nil && !l.Booking.StartsAt.After(now) {
		return "原来约的时间已经过了，会和您再约"
	}
	return "时间不变"
}

func unitName(tx *store.Tx, id int64) (name string, err error) {
	err = tx.Table("units").Select("name").Where("id = ?", id).Take(&name).Error
	if store.IsNotFound(err) {
		return "", fault.Missing("站点").Because(err)
	}
	return name, err
}
