package request

import (
	"time"

	"gorm.io/gorm"

	"yimi/internal/auth"
	"yimi/internal/scope"
	"yimi/internal/store"
)

// Queue is what requests wait for.
type Queue string

// The queues of the staff.
const (
	QueueNew        Queue = "new"
	QueueOverdue    Queue = "overdue"
	QueueUnassigned Queue = "unassigned"
	QueueToAccept   Queue = "to_accept"
	QueueToReview   Queue = "to_review"
	QueueReferredIn Queue = "referred_in"
	QueueFollowUp   Queue = "follow_up"
	QueueMessages   Queue = "messages" // of who asked, where there is no worker
)

// Queues lists the queues.
var Queues = []Queue{QueueNew, QueueOverdue, QueueUnassigned, QueueToAccept, QueueToReview, QueueReferredIn, QueueFollowUp, QueueMessages}

// queued narrows requests to those of a queue at the units under the roots.
// COALESCE keeps SQLite from going through all that nobody works on, or that is closed, instead of the few marked.
func queued(q *gorm.DB, queue Queue, roots []string, now store.Time) *gorm.DB {
	if queue == QueueReferredIn {
		return scope.Under(q.Where("requests.state = ?", Referred), "requests.referred_to", roots)
	}
	q = scope.Under(q, "requests.unit_id", roots)
	switch queue {
	case QueueNew:
		return q.Where("requests.state = ?", Submitted)
	case QueueOverdue:
		return q.Where("requests.state = ? AND requests.respond_by < ?", Submitted, now)
	case QueueUnassigned:
		return q.Where("requests.state = ?", Approved)
	case QueueToAccept:
		return q.Where("requests.state = ? AND requests.accepted_at IS NULL", Assigned)
	case QueueToReview:
		return q.Where("requests.state = ?", Completed)
	case QueueMessages:
		return q.Where("requests.message_waits = 1 AND requests.is_open = 1 AND COALESCE(requests.worker_id, 0) = 0")
	case QueueFollowUp:
		return q.Where("requests.follow_up = 1 AND COALESCE(requests.state, '') IN ?", []State{Completed, Closed})
	}
	return q
}

// After is where a page of a queue begins: behind the last one seen.
type After struct {
	Rank        int64
	SubmittedAt time.Time
	ID          int64 // 0: from the start
}

func (s shelf) inQueue(db *gorm.DB, queue Queue, roots []string, now store.Time, after After, limit int) ([]Line, error) {
	q := queued(lines(db), queue, roots, now)
	if after.ID != 0 {
		at := store.At(after.SubmittedAt)
		q = q.Where(`(requests.urgency_rank > ? OR requests.urgency_rank = ? AND (requests.submitted_at > ? OR requests.submitted_at = ? AND requests.id > ?))`,
			after.Rank, after.Rank, at, at, after.ID)
	}
	return s.list(q.Order("requests.urgency_rank, requests.submitted_at, requests.id").Limit(limit), db)
}

// countQueues counts each queue up to the cap.
func countQueues(db *gorm.DB, roots []string, now store.Time, atMost int) (map[Queue]int, error) {
	each := make([]*gorm.DB, len(Queues))
	for i, queue := range Queues {
		each[i] = queued(db.Table("requests"), queue, roots, now)
	}
	counted, err := store.CountsUpTo(db, atMost, each...)
	out := map[Queue]int{}
	for i, n := range counted {
		out[Queues[i]] = int(n)
	}
	return out, err
}

func (s shelf) ofPerson(db *gorm.DB, personID int64, f Filter) ([]Line, error) {
	q := lines(db).Where("requests.person_id = ?", personID)
	if f.Open != nil {
		q = q.Where("requests.is_open = ?", mark(*f.Open))
	}
	if f.ServiceTypeID != 0 {
		q = q.Where("requests.service_type_id = ?", f.ServiceTypeID)
	}
	if f.Before != 0 {
		q = q.Where("requests.id < ?", f.Before)
	}
	return s.list(q.Order("requests.id DESC").Limit(f.Limit), db)
}

// comingOf gives a person's open requests: those that wait for them first, then by the next visit.
func (s shelf) comingOf(db *gorm.DB, personID int64, limit int) ([]Line, error) {
	q := lines(db).Joins("LEFT JOIN bookings ON bookings.request_id = requests.id AND bookings.live = 1").
		Where("requests.person_id = ? AND requests.is_open = 1 AND (requests.state <> ? OR requests.rating IS NULL)", personID, Completed).
		Order("CASE WHEN requests.state IN ('returned', 'completed') THEN 0 WHEN requests.state = 'scheduled' THEN 1 ELSE 2 END").
		Order("COALESCE(bookings.starts_at, 9000000000000), requests.id DESC")
	return s.list(q.Limit(limit), db)
}

// CaseKey is where a case stands among a worker's open ones: those to accept, those under way by
// the next visit, those that are done.
type CaseKey struct {
	Rank int64
	Next int64 // the next visit in ms; never without one
	ID   int64 // 0: before all of them
}

// never is later than any visit.
const never = 9_000_000_000_000

// CaseKey is where a page of open cases ends that has the line as its last.
func (l *Line) CaseKey() CaseKey {
	key := CaseKey{1, never, l.ID}
	switch {
	case l.State == Assigned && l.AcceptedAt == nil:
		key.Rank = 0
	case l.State == Completed:
		key.Rank = 2
	}
	if l.Booking != nil && l.Booking.Live != nil {
		key.Next = l.Booking.StartsAt.UnixMilli()
	}
	return key
}

const (
	caseRank = "CASE WHEN requests.state = 'assigned' AND requests.accepted_at IS NULL THEN 0 WHEN requests.state = 'completed' THEN 2 ELSE 1 END"
	caseNext = "COALESCE(bookings.starts_at, 9000000000000)"
)

func casesOf(db *gorm.DB, a auth.Actor, open bool) *gorm.DB {
	return scope.Under(lines(db), "requests.unit_id", a.ServedPaths()).Where("requests.worker_id = ? AND requests.is_open = ?", a.PersonID, mark(open))
}

// openCases gives a worker's cases under way behind the key.
func (s shelf) openCases(db *gorm.DB, a auth.Actor, after CaseKey, limit int) ([]Line, error) {
	q := casesOf(db, a, true).Joins("LEFT JOIN bookings ON bookings.request_id = requests.id AND bookings.live = 1")
	if after.ID != 0 {
		q = q.Where("("+caseRank+" > ? OR "+caseRank+" = ? AND ("+caseNext+" > ? OR "+caseNext+" = ? AND requests.id > ?))",
			after.Rank, after.Rank, after.Next, after.Next, after.ID)
	}
	return s.list(q.Order(caseRank+", "+caseNext+", requests.id").Limit(limit), db)
}

// overCases gives a worker's cases that are over, newest first, of ids below.
func (s shelf) overCases(db *gorm.DB, a auth.Actor, before int64, limit int) ([]Line, error) {
	q := casesOf(db, a, false)
	if before != 0 {
		q = q.Where("requests.id < ?", before)
	}
	return s.list(q.Order("requests.id DESC").Limit(limit), db)
}

// openCaseIDs gives the ids of a worker's open cases at the units under the roots, the oldest first.
func openCaseIDs(db *gorm.DB, workerID int64, roots []string, limit int) (ids []int64, err error) {
	q := scope.Under(db.Table("requests"), "requests.unit_id", roots).Where("worker_id = ? AND is_open = 1 AND state <> ?", workerID, Completed)
	err = q.Order("id").Limit(limit).Pluck("id", &ids).Error
	return ids, err
}
