package request

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/outbox"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

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
	m = m.and(func(r *Request) {
		r.give(&w.PersonID, nil)
		r.ShiftID = nil
	})
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
		return s.step(tx, l, m.and(func(r *Request) { r.AcceptedAt = &tx.Now }))
	})
}

// HandBack gives a case back to be assigned anew; its booking is released, and who asked is told.
func (s *Service) HandBack(ctx context.Context, id int64, reason string) (*Detail, error) {
	err := s.do(ctx, id, "hand_back", func(tx *store.Tx, l *Line, m move) error {
		booked := l.State == Scheduled
		m.said = reason
		if err := s.step(tx, l, m.and(withoutWorker)); err != nil {
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

func unitName(tx *store.Tx, id int64) (name string, err error) {
	err = tx.Table("units").Select("name").Where("id = ?", id).Take(&name).Error
	if store.IsNotFound(err) {
		return "", fault.Missing("站点").Because(err)
	}
	return name, err
}
