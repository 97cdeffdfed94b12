package request

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/seal"
	"yimi/internal/store"
)

const lineColumns = `requests.*, service_types.name AS service_name, service_types.icon, service_types.confidential, service_types.mode,
	service_types.length_minutes, service_types.min_level, service_types.place_name, service_types.place_note,
	units.name AS unit_name, units.phone AS unit_phone, units.path AS unit_path, COALESCE(receivers.path, '') AS referred_path,
	COALESCE(workers.name, '') AS worker_name, COALESCE(providers.level, 'none') AS worker_level,
	providers.supervisor_id, COALESCE(supervisors.name, '') AS supervisor_name, COALESCE(filers.name, '') AS filed_by_name,
	(SELECT COUNT(*) FROM requests o WHERE o.person_id = requests.person_id AND o.is_open = 1 AND o.state <> 'draft' AND o.id <> requests.id
		AND o.service_type_id = requests.service_type_id AND o.beneficiary_name = requests.beneficiary_name) AS similar_open,
	askers.birth_date AS asker_birth,
	EXISTS (SELECT 1 FROM request_visits v WHERE v.request_id = requests.id AND v.under_way = 1) AS visit_under_way`

// lines selects requests with what screens show beside them.
func lines(db *gorm.DB) *gorm.DB { return withNames(db.Table("requests")) }

// linesOf gives the lines of those requests, which are found before anything is joined to them.
func linesOf(db, which *gorm.DB) *gorm.DB { return withNames(db.Table("(?) AS requests", which)) }

func withNames(q *gorm.DB) *gorm.DB {
	return q.Select(lineColumns).
		Joins("JOIN service_types ON service_types.id = requests.service_type_id").
		Joins("JOIN units ON units.id = requests.unit_id").
		Joins("LEFT JOIN units receivers ON receivers.id = requests.referred_to").
		Joins("LEFT JOIN people askers ON askers.id = requests.person_id").
		Joins("LEFT JOIN people workers ON workers.id = requests.worker_id").
		Joins("LEFT JOIN providers ON providers.person_id = requests.worker_id").
		Joins("LEFT JOIN people supervisors ON supervisors.id = providers.supervisor_id").
		Joins("LEFT JOIN people filers ON filers.id = requests.filed_by")
}

// shelf reads and writes what is kept sealed.
type shelf struct {
	box *seal.Box
	now func() store.Time
}

func (s shelf) sealDetails(r *Request, d details) {
	text, _ := json.Marshal(d) // of plain fields: cannot fail
	r.Sealed = s.box.Seal("requests/"+r.Number, text)
}

func (s shelf) openDetails(l *Line) error {
	text, err := s.box.Open("requests/"+l.Number, l.Sealed)
	if err != nil || text == nil {
		return err
	}
	return json.Unmarshal(text, &l.details)
}

// find reads one request.
func (s shelf) find(db *gorm.DB, id int64) (*Line, error) {
	var l Line
	err := lines(db).Where("requests.id = ?", id).Take(&l).Error
	if store.IsNotFound(err) {
		return nil, errMissing.Because(err)
	}
	if err != nil {
		return nil, err
	}
	one := []Line{l}
	err = s.complete(db, one)
	return &one[0], err
}

// complete opens what is sealed and adds the bookings and, of minors who ask, the guardians, in as many reads
// however many there are.
func (s shelf) complete(db *gorm.DB, out []Line) error {
	ids := make([]int64, len(out))
	for i := range out {
		ids[i] = out[i].ID
		if err := s.openDetails(&out[i]); err != nil {
			return err
		}
	}
	if len(out) == 0 {
		return nil
	}
	bookings, err := booking.Lines(db, ids)
	if err != nil {
		return err
	}
	for i := range out {
		out[i].Booking = bookings[out[i].ID]
	}
	return s.addGuardians(db, out)
}

// addGuardians notes of each minor who asks whether a guardian's consent counts.
func (s shelf) addGuardians(db *gorm.DB, out []Line) error {
	now, minors := s.now().Time, []int64{}
	for i := range out {
		if out[i].askerUnder(adultAge, now) {
			minors = append(minors, *out[i].PersonID)
		}
	}
	guardians, err := human.Guardians(db, minors, now)
	for i := range out {
		out[i].AskerGuarded = len(guardians[or(out[i].PersonID)]) > 0
	}
	return err
}

// list reads a page of requests.
func (s shelf) list(q *gorm.DB, db *gorm.DB) (out []Line, err error) {
	if err := q.Find(&out).Error; err != nil {
		return nil, err
	}
	return out, s.complete(db, out)
}

// hold makes all who touch one request queue until the transaction ends, and reads it.
func (s shelf) hold(tx *store.Tx, id int64) (*Line, error) {
	res := tx.Model(&Request{}).Where("id = ?", id).Update("turns", gorm.Expr("turns + 1"))
	if res.Error != nil {
		return nil, res.Error
	}
	if res.RowsAffected == 0 {
		return nil, errMissing
	}
	return s.find(tx.DB, id)
}

// numbers is how often a random number is tried before the request is given up.
const numbers = 8

// insert writes a request under a number that nobody has.
func (s shelf) insert(tx *store.Tx, r *Request, d details) (err error) {
	r.CreatedAt, r.StateSince, r.IsOpen = tx.Now, tx.Now, 1
	r.PersonKey, r.BeneficiaryKey = NameKey(r.PersonName), NameKey(r.BeneficiaryName)
	for range numbers {
		r.ID, r.Number = 0, newNumber(tx.Now.Time)
		s.sealDetails(r, d)
		if err = tx.Create(r).Error; !store.IsDuplicate(err) {
			return err
		}
	}
	return err
}

func (s shelf) saveDetails(tx *store.Tx, l *Line, changes map[string]any) error {
	s.sealDetails(&l.Request, l.details)
	changes["sealed"] = l.Sealed
	return tx.Model(&Request{}).Where("id = ?", l.ID).Updates(changes).Error
}

// moveRequest moves a request from the state it was read in; false when somebody moved it first.
func moveRequest(tx *store.Tx, l *Line, to State, changes map[string]any) (bool, error) {
	open := 0
	if to.open() {
		open = 1
	}
	all := map[string]any{"state": to, "is_open": open}
	if to != l.State {
		all["state_since"] = tx.Now
	}
	if _, passes := changes["worker_id"]; passes { // a station that it comes back to hears of the next message
		all["message_told"] = nil
	}
	for k, v := range changes {
		all[k] = v
	}
	res := tx.Model(&Request{}).Where("id = ? AND state = ?", l.ID, l.State).Updates(all)
	return res.RowsAffected == 1, res.Error
}

func writeTimeline(tx *store.Tx, lines ...TimelineLine) error {
	for i := range lines {
		lines[i].At = tx.Now
	}
	return tx.Create(&lines).Error
}

// ---- lists

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
		return store.Under(q.Where("requests.state = ?", Referred), "requests.referred_to", roots)
	}
	q = store.Under(q, "requests.unit_id", roots)
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

func mark(yes bool) int {
	if yes {
		return 1
	}
	return 0
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
	return store.Under(lines(db), "requests.unit_id", a.ServedPaths()).Where("requests.worker_id = ? AND requests.is_open = ?", a.PersonID, mark(open))
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
	q := store.Under(db.Table("requests"), "requests.unit_id", roots).Where("worker_id = ? AND is_open = 1 AND state <> ?", workerID, Completed)
	err = q.Order("id").Limit(limit).Pluck("id", &ids).Error
	return ids, err
}

// ---- what belongs to a request

// maxTimeline bounds what is shown of what happened to one request.
const maxTimeline = 500

func timelineOf(db *gorm.DB, id int64) (out []TimelineLine, err error) {
	err = db.Table("request_timeline").Select("request_timeline.*, COALESCE(people.name, '') AS actor_name").
		Joins("LEFT JOIN people ON people.id = request_timeline.actor_id").
		Where("request_timeline.request_id = ?", id).Order("request_timeline.id").Limit(maxTimeline).Find(&out).Error
	return out, err
}

func (s shelf) visitsOf(db *gorm.DB, id int64) (out []Visit, err error) {
	err = db.Table("request_visits").Select("request_visits.*, COALESCE(people.name, '') AS worker_name").
		Joins("LEFT JOIN people ON people.id = request_visits.worker_id").
		Where("request_visits.request_id = ?", id).Order("request_visits.id").Limit(200).Find(&out).Error
	for i := 0; i < len(out) && err == nil; i++ {
		var text []byte
		text, err = s.box.Open("visits/"+out[i].Ref, out[i].Sealed)
		out[i].Done = string(text)
	}
	return out, err
}

// visitUnderWay gives the visit that has not ended; nil if there is none.
func visitUnderWay(db *gorm.DB, id int64) (*Visit, error) {
	var out []Visit
	err := db.Where("request_id = ? AND under_way = 1", id).Limit(1).Find(&out).Error
	if err != nil || len(out) == 0 {
		return nil, err
	}
	return &out[0], nil
}

func countVisits(db *gorm.DB, id int64) (n int64, err error) {
	err = db.Table("request_visits").Where("request_id = ? AND ended_at IS NOT NULL", id).Count(&n).Error
	return n, err
}

func insertVisit(tx *store.Tx, v *Visit) error {
	one := int64(1)
	v.ID, v.UnderWay, v.Sealed = 0, &one, []byte{}
	return tx.Create(v).Error
}

func (s shelf) endVisit(tx *store.Tx, v *Visit) error {
	return tx.Model(&Visit{}).Where("id = ? AND under_way = 1", v.ID).
		Updates(map[string]any{"under_way": nil, "started_at": v.StartedAt, "ended_at": v.EndedAt, "minutes": v.Minutes, "person_times": v.PersonTimes,
			"sealed": s.box.Seal("visits/"+v.Ref, []byte(v.Done))}).Error
}

func (s shelf) notesOf(db *gorm.DB, id int64, kind string) (out []Note, err error) {
	err = db.Table("request_notes").Select("request_notes.*, COALESCE(people.name, '') AS author_name").
		Joins("LEFT JOIN people ON people.id = request_notes.author_id").
		Where("request_notes.request_id = ? AND request_notes.kind = ?", id, kind).Order("request_notes.id").Limit(500).Find(&out).Error
	for i := 0; i < len(out) && err == nil; i++ {
		var text []byte
		text, err = s.box.Open("notes/"+out[i].Ref, out[i].Sealed)
		out[i].Text = string(text)
	}
	return out, err
}

func (s shelf) insertNote(tx *store.Tx, n *note, text string) error {
	n.ID, n.Ref, n.CreatedAt = 0, newRef(), tx.Now
	n.Sealed = s.box.Seal("notes/"+n.Ref, []byte(text))
	return tx.Create(n).Error
}

// writeLook keeps who looked at what; with a day, once for each.
func writeLook(tx *store.Tx, l *Look) error {
	if !slices.Contains(lookers, l.Role) || !slices.Contains(lookedAt, l.What) {
		return fmt.Errorf("request: there is no look of %q at %q", l.Role, l.What)
	}
	l.ID, l.At = 0, tx.Now
	return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(l).Error
}

// noteFormer keeps that somebody had the request as its worker.
func noteFormer(tx *store.Tx, id, personID int64) error {
	return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "request_id"}, {Name: "person_id"}}, DoUpdates: clause.AssignmentColumns([]string{"at"})}).
		Table("request_former_workers").Create(map[string]any{"request_id": id, "person_id": personID, "at": tx.Now}).Error
}

func wasWorker(db *gorm.DB, id, personID int64) (bool, error) {
	var n int64
	err := db.Table("request_former_workers").Where("request_id = ? AND person_id = ?", id, personID).Count(&n).Error
	return n > 0, err
}

func lookedToday(db *gorm.DB, l *Look) (bool, error) {
	var n int64
	err := db.Table("request_looks").Where("request_id = ? AND person_id = ? AND what = ? AND day = ?", l.RequestID, l.PersonID, l.What, l.Day).Count(&n).Error
	return n > 0, err
}

func looksOf(db *gorm.DB, id int64) (out []Look, err error) {
	err = db.Table("request_looks").Select("request_looks.*, COALESCE(people.name, '') AS name").
		Joins("LEFT JOIN people ON people.id = request_looks.person_id").
		Where("request_looks.request_id = ?", id).Order("request_looks.id DESC").Limit(100).Find(&out).Error
	return out, err
}

func countLooks(db *gorm.DB, id int64) (n int64, err error) {
	err = db.Table("request_looks").Where("request_id = ?", id).Count(&n).Error
	return n, err
}

func attachmentsOf(db *gorm.DB, id int64) (out []Attachment, err error) {
	err = db.Table("request_attachments").Select("request_attachments.*, COALESCE(people.name, '') AS author_name").
		Joins("LEFT JOIN people ON people.id = request_attachments.author_id").
		Where("request_attachments.request_id = ?", id).Order("request_attachments.position").Find(&out).Error
	return out, err
}

func insertAttachment(tx *store.Tx, a *Attachment) error {
	a.ID, a.CreatedAt = 0, tx.Now
	return tx.Create(a).Error
}

// deleteAttachment deletes a row; false when only one that nobody has seen was to go, and somebody has.
func deleteAttachment(tx *store.Tx, id int64, unseen bool) (bool, error) {
	q := tx.Where("id = ?", id)
	if unseen {
		q = q.Where("seen_at IS NULL")
	}
	res := q.Delete(&Attachment{})
	return res.RowsAffected == 1, res.Error
}

// markSeen keeps when a file was first seen; one that is gone meanwhile is missing.
func markSeen(tx *store.Tx, id int64) error {
	res := tx.Model(&Attachment{}).Where("id = ?", id).Update("seen_at", gorm.Expr("COALESCE(seen_at, ?)", tx.Now))
	if res.Error == nil && res.RowsAffected == 0 {
		return errNoAttachment
	}
	return res.Error
}

func insertReferral(tx *store.Tx, r *Referral) error {
	r.ID, r.CreatedAt = 0, tx.Now
	return tx.Create(r).Error
}

// lastReferral gives the request's last referral; nil if there is none.
func lastReferral(db *gorm.DB, id int64) (*Referral, error) {
	var out []Referral
	err := db.Table("request_referrals").Select("request_referrals.*, COALESCE(units.name, request_referrals.organisation) AS to_name, COALESCE(people.name, '') AS by_name").
		Joins("LEFT JOIN units ON units.id = request_referrals.to_unit_id").
		Joins("LEFT JOIN people ON people.id = request_referrals.referred_by").
		Where("request_referrals.request_id = ?", id).Order("request_referrals.id DESC").Limit(1).Find(&out).Error
	if err != nil || len(out) == 0 {
		return nil, err
	}
	return &out[0], nil
}

// keepRating keeps what was said of a request before it may be said anew.
func keepRating(tx *store.Tx, r *Request) error {
	kept := Rating{RequestID: r.ID, Rating: *r.Rating, Comment: r.RatingComment, RatedAt: tx.Now}
	if r.RatedAt != nil {
		kept.RatedAt = *r.RatedAt
	}
	return tx.Create(&kept).Error
}

func ratingsOf(db *gorm.DB, id int64) (out []Rating, err error) {
	err = db.Where("request_id = ?", id).Order("id").Find(&out).Error
	return out, err
}

func shiftOf(db *gorm.DB, id int64) (*Shift, error) {
	var out Shift
	err := db.Table("shifts").Select("id, activity_id, starts_at, ends_at, capacity, taken").Where("id = ?", id).Take(&out).Error
	return &out, err
}

// ---- people and workers

// person is what a request needs to know of who asks.
type person struct {
	ID        int64
	Name      string
	BirthDate *string
	UnitID    *int64
}

func findPerson(db *gorm.DB, id int64) (p person, err error) {
	err = db.Table("people").Select("id, name, birth_date, unit_id").Where("id = ?", id).Take(&p).Error
	return p, err
}

// worker is who a request can be assigned to.
type worker struct {
	PersonID  int64
	Name      string
	Level     catalogue.Level
	UnitPath  string
	UnitName  string
	Gives     bool // this service
	OpenCases int
}

const workerColumns = `role_grants.person_id, people.name, COALESCE(providers.level, 'none') AS level,
	units.path AS unit_path, units.name AS unit_name,
	EXISTS (SELECT 1 FROM provider_services s WHERE s.provider_id = role_grants.person_id AND s.service_type_id = ?) AS gives,
	(SELECT COUNT(*) FROM requests r WHERE r.worker_id = role_grants.person_id AND r.is_open = 1) AS open_cases`

// workers selects the social workers who take cases, of the district that the path is in: by the role
// that they hold there today, wherever they can be booked.
func workers(db *gorm.DB, serviceTypeID int64, path string) *gorm.DB {
	inDistrict, from, to := store.Below("granted.path", auth.Top(path))
	return db.Table("role_grants").Select(workerColumns, serviceTypeID).
		Joins("JOIN people ON people.id = role_grants.person_id").
		Joins("LEFT JOIN providers ON providers.person_id = role_grants.person_id").
		Joins("JOIN units granted ON granted.id = role_grants.unit_id").
		Joins("JOIN units ON units.id = COALESCE(providers.unit_id, role_grants.unit_id)").
		Where("role_grants.role = 'social_worker' AND COALESCE(providers.active, 1) = 1").
		Where(inDistrict, from, to)
}

func workersNear(db *gorm.DB, serviceTypeID int64, path string) (out []worker, err error) {
	err = workers(db, serviceTypeID, path).Order("role_grants.person_id").Limit(300).Find(&out).Error
	return out, err
}

// heldWorker is findWorker for somebody who is about to get something: a role does not end meanwhile.
func heldWorker(tx *store.Tx, personID, serviceTypeID int64, path string) (*worker, error) {
	if there, err := store.HoldIfThere(tx, personID); err != nil || !there {
		return nil, err
	}
	return findWorker(tx.DB, personID, serviceTypeID, path)
}

// findWorker finds one of them; nil if there is no such worker.
func findWorker(db *gorm.DB, personID, serviceTypeID int64, path string) (*worker, error) {
	var out []worker
	err := workers(db, serviceTypeID, path).Where("role_grants.person_id = ?", personID).Limit(1).Find(&out).Error
	if err != nil || len(out) == 0 {
		return nil, err
	}
	return &out[0], nil
}

// hasSlot tells whether the slot is taken by a request of the person's own.
func hasSlot(db *gorm.DB, personID int64, slot SlotWish) (bool, error) {
	var n int64
	err := db.Table("bookings").Joins("JOIN requests ON requests.id = bookings.request_id").
		Where("bookings.provider_id = ? AND bookings.live = 1 AND bookings.starts_at = ?", slot.ProviderID, store.At(slot.StartsAt)).
		Where("(requests.person_id = ? OR requests.filed_by = ?)", personID, personID).Limit(1).Count(&n).Error
	return n > 0, err
}

// ---- beneficiaries

func (s shelf) sealBeneficiary(b *Beneficiary) {
	text, _ := json.Marshal(details{Phone: b.Phone, Address: b.Address})
	b.Sealed = s.box.Seal("beneficiaries/"+b.Ref, text)
}

func (s shelf) beneficiaries(db *gorm.DB, personID int64) (out []Beneficiary, err error) {
	type row struct {
		Beneficiary
		UnitNamed string
	}
	var rows []row
	err = db.Table("beneficiaries").Select("beneficiaries.*, COALESCE(units.name, '') AS unit_named").
		Joins("LEFT JOIN units ON units.id = beneficiaries.unit_id").
		Where("beneficiaries.person_id = ?", personID).Order("beneficiaries.id").Limit(maxBeneficiaries).Find(&rows).Error
	for i := 0; i < len(rows) && err == nil; i++ {
		b := rows[i].Beneficiary
		b.UnitName = rows[i].UnitNamed
		err = s.openBeneficiary(&b)
		out = append(out, b)
	}
	return out, err
}

func (s shelf) openBeneficiary(b *Beneficiary) error {
	text, err := s.box.Open("beneficiaries/"+b.Ref, b.Sealed)
	if err != nil || text == nil {
		return err
	}
	var d details
	err = json.Unmarshal(text, &d)
	b.Phone, b.Address = d.Phone, d.Address
	return err
}

func (s shelf) findBeneficiary(db *gorm.DB, personID, id int64) (*Beneficiary, error) {
	var b Beneficiary
	err := db.Where("id = ? AND person_id = ?", id, personID).Take(&b).Error
	if store.IsNotFound(err) {
		return nil, errNoBeneficiary.Because(err)
	}
	if err != nil {
		return nil, err
	}
	return &b, s.openBeneficiary(&b)
}

// findSelf finds what somebody keeps of themselves; nil if there is nothing.
func (s shelf) findSelf(db *gorm.DB, personID int64) (*Beneficiary, error) {
	var out []Beneficiary
	err := db.Where("person_id = ? AND relation = ?", personID, Self).Order("id").Limit(1).Find(&out).Error
	if err != nil || len(out) == 0 {
		return nil, err
	}
	return &out[0], s.openBeneficiary(&out[0])
}

// askedFor finds whom an account's request is for, among those the account keeps: oneself anew when nothing
// is kept yet, nil for somebody who was taken out.
func (s shelf) askedFor(db *gorm.DB, l *Line) (*Beneficiary, error) {
	if l.Relation == Self {
		b, err := s.findSelf(db, *l.PersonID)
		if err == nil && b == nil {
			b = &Beneficiary{PersonID: *l.PersonID, Name: l.PersonName, Relation: Self, Sex: "unknown", BirthDate: l.BirthDate}
		}
		return b, err
	}
	if l.BeneficiaryID == nil {
		return nil, nil
	}
	b, err := s.findBeneficiary(db, *l.PersonID, *l.BeneficiaryID)
	if fault.From(err).Kind == fault.NotFound {
		return nil, nil //nolint:nilerr // taken out meanwhile
	}
	return b, err
}

func countBeneficiaries(tx *store.Tx, personID int64) (n int64, err error) {
	err = tx.Model(&Beneficiary{}).Where("person_id = ?", personID).Count(&n).Error
	return n, err
}

func (s shelf) insertBeneficiary(tx *store.Tx, b *Beneficiary) error {
	b.ID, b.Ref, b.CreatedAt = 0, newRef(), tx.Now
	s.sealBeneficiary(b)
	return tx.Create(b).Error
}

func (s shelf) saveBeneficiary(tx *store.Tx, b *Beneficiary) error {
	s.sealBeneficiary(b)
	return tx.Model(&Beneficiary{}).Where("id = ?", b.ID).Select("name", "relation", "sex", "birth_date", "groups_of", "unit_id", "guardian", "consent", "sealed").Updates(b).Error
}

func deleteBeneficiary(tx *store.Tx, personID, id int64) (bool, error) {
	res := tx.Where("id = ? AND person_id = ?", id, personID).Delete(&Beneficiary{})
	return res.RowsAffected == 1, res.Error
}
