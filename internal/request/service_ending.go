package request

import (
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/outbox"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// roleEnded is why a case went to somebody else whose worker's role ended.
const roleEnded = "原来的社工不再负责"

var errManyCases = fault.Newf(fault.Conflict, "too_many_cases", "手上的个案超过 %d 件，没有撤销。请先在“社工”里分批转交，再撤销", maxHandOver)

// InHand says in words what rests on a role that is ending: open cases, bookings, drafts for callers.
func (s *Service) InHand(tx *store.Tx, e auth.Ending) (out []string, err error) {
	cases, bookings, err := inHand(tx.DB, e)
	if err != nil {
		return nil, err
	}
	var unsent int64
	err = drafts(tx.DB, e).Count(&unsent).Error
	for _, held := range []struct {
		n     int
		words string
	}{{len(cases), "%d 件个案"}, {len(bookings), "%d 次约好的上门或面谈"}, {int(unsent), "%d 份没交的代办申请"}} {
		if held.n > 0 {
			out = append(out, fmt.Sprintf(held.words, held.n))
		}
	}
	return out, err
}

// Pass gives what rests on a role that is ending to whom takes over, or back to where it waits for a
// worker, all of it or nothing; who asked is told who comes now. Who did what before stays written.
func (s *Service) Pass(tx *store.Tx, e auth.Ending) error {
	cases, bookings, err := inHand(tx.DB, e)
	if err != nil {
		return err
	}
	ids := slices.Concat(cases, bookings)
	slices.Sort(ids)
	if ids = slices.Compact(ids); len(ids) > maxHandOver {
		return errManyCases
	}
	mine, err := human.Accounts(tx.DB, auth.From(tx.Statement.Context).PersonID)
	if err != nil {
		return err
	}
	for _, id := range ids { // few, and each with its own lines and notices
		if err := s.passOne(tx, mine, id, e); err != nil {
			return err
		}
	}
	return passDrafts(tx, e)
}

func (s *Service) passOne(tx *store.Tx, mine human.Set, id int64, e auth.Ending) error {
	l, err := s.data.hold(tx, id)
	if err != nil {
		return err
	}
	to := e.To
	if l.PersonID != nil && mine.Has(*l.PersonID) { // nobody chooses who comes to themselves
		to = 0
	}
	m := move{who: workflow.ByStaff, actor: auth.From(tx.Statement.Context).PersonID}
	has := l.WorkerID != nil && *l.WorkerID == e.Left.PersonID
	switch {
	case l.WorkerID != nil && !has, has && l.State == Completed: // another's by now, or done
		return nil
	case has && to != 0:
		m.action = "hand_over"
		err = s.handTo(tx, l, m, to, roleEnded)
	case has:
		m.action = "unassign"
		err = s.unassign(tx, l, m)
	default:
		err = s.passHold(tx, l, m, to)
	}
	return l.named(err)
}

// unassign puts a case back among those that wait for a worker; the time that it has is released.
func (s *Service) unassign(tx *store.Tx, l *Line, m move) error {
	if l.VisitUnderWay {
		return errVisitOpen
	}
	booked := l.State == Scheduled
	m.said = roleEnded
	if err := s.step(tx, l, m.and(withoutWorker)); err != nil {
		return err
	}
	if err := s.release(tx, l, booking.Cancelled); err != nil {
		return err
	}
	said := fmt.Sprintf("%s不再由%s负责，%s正在安排新的社工，安排好会告诉您", l.ServiceName, l.WorkerName, l.UnitName)
	if booked {
		said = fmt.Sprintf("%s不再由%s负责，原来约的时间取消了。%s正在安排新的社工和时间，安排好会告诉您", l.ServiceName, l.WorkerName, l.UnitName)
	}
	told := l.notice(NoticeRequestChanged, "要换一位社工", said)
	return outbox.Tell(tx, l.saying(told, MessageRequestResult, l.resultWords(tx, "换社工", "正在安排新的社工"), store.Time{})...)
}

// passHold gives the time that is held until the approval to whom takes over, or frees it.
func (s *Service) passHold(tx *store.Tx, l *Line, m move, to int64) error {
	if l.State != Submitted {
		return s.release(tx, l, booking.Cancelled)
	}
	m.action = "reschedule"
	if to == 0 {
		m.said = roleEnded
		m = m.and(func(r *Request) { r.WantedProvider, r.WantedStartsAt = nil, nil })
		if err := s.step(tx, l, m); err != nil {
			return err
		}
		told := l.notice(NoticeRequestChanged, "要换一位社工", fmt.Sprintf("%s您选的社工不再接待，时间没有留住。%s会安排别的社工，定好时间告诉您", l.ServiceName, l.UnitName))
		if err := outbox.Tell(tx, told...); err != nil {
			return err
		}
		return s.release(tx, l, booking.Cancelled)
	}
	w, err := s.fitWorker(tx, l, to)
	if err != nil {
		return err
	}
	if err := s.moveBooking(tx, l, to); err != nil {
		return err
	}
	m.said = w.Name + "：" + roleEnded
	m = m.and(func(r *Request) { r.WantedProvider = &to })
	if err := s.step(tx, l, m); err != nil {
		return err
	}
	return outbox.Tell(tx, l.notice(NoticeRequestChanged, "换了社工", fmt.Sprintf("%s改由%s接待，时间不变，还在等%s答复", l.ServiceName, w.Name, l.UnitName))...)
}

// named says in a refusal which request it is about.
func (l *Line) named(err error) error {
	f := fault.From(err)
	if err == nil || f.Kind == fault.Internal {
		return err
	}
	about := *f.Because(err)
	about.Message = l.ServiceName + " " + l.Number + "：" + f.Message
	return &about
}

// leave keeps and tells the worker whom a step takes the case from, unless that is who took it.
func (l *Line) leave(tx *store.Tx, actor int64, to *int64) error {
	if l.WorkerID == nil || to != nil && *to == *l.WorkerID {
		return nil
	}
	if err := noteFormer(tx, l.ID, *l.WorkerID); err != nil || *l.WorkerID == actor {
		return err
	}
	became := "您不再负责，会另行安排"
	if to != nil {
		w, err := findPerson(tx.DB, *to)
		if err != nil {
			return err
		}
		became = "已转给" + w.Name
	}
	n := caseNotice(l, *l.WorkerID, "一件个案转走了", fmt.Sprintf("%s %s %s", l.ServiceName, l.Number, became))
	n.Kind = NoticeCasePassedOn
	return outbox.Tell(tx, n)
}

// missed says to who had the case and may not know of it any more what became of it, and nothing else; to
// everybody else it is not there.
func (l *Line) missed(db *gorm.DB, a auth.Actor, refusal error) error {
	if !errors.Is(refusal, errMissing) || l.State == Draft {
		return refusal
	}
	was, err := wasWorker(db, l.ID, a.PersonID)
	switch {
	case err != nil:
		return err
	case !was && (l.WorkerID == nil || *l.WorkerID != a.PersonID):
		return errMissing
	case !a.Serves(l.UnitPath):
		return errPassedOn
	case l.WorkerID != nil:
		return fault.New(fault.NotFound, errPassedOn.Code, "这件个案已转给"+l.WorkerName+"，您不再负责")
	}
	return errPassedOn
}

var errPassedOn = fault.New(fault.NotFound, "case_passed_on", "这件个案您不再负责了")

// workerStays is workerServes of whom the case comes to rest on again: their role does not end meanwhile.
func (l *Line) workerStays(tx *store.Tx) (bool, error) {
	if l.WorkerID == nil {
		return false, nil
	}
	if there, err := human.HoldIfThere(tx, *l.WorkerID); err != nil || !there {
		return false, err
	}
	return l.workerServes(tx.DB)
}

// ---- what rests on a role

// passDrafts gives all drafts for callers to whom ends the role, an admin of their units: nobody else could open them.
func passDrafts(tx *store.Tx, e auth.Ending) error {
	theirs := drafts(tx.DB, e).Select("requests.id")
	return tx.Model(&Request{}).Where("id IN (SELECT id FROM (?) AS theirs) AND state = ?", theirs, Draft).
		Update("filed_by", auth.From(tx.Statement.Context).PersonID).Error
}
