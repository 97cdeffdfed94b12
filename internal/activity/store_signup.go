package activity

import (
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"yimi/internal/scope"
	"yimi/internal/store"
)

const signupColumns = `signups.*, activities.title AS activity_title, activities.place_name, activities.latitude, activities.longitude,
	activities.checkin_mode, campaigns.name AS campaign_name, campaigns.art, units.path AS unit_path, people.name AS person_name,
	people.birth_date, people.skills, people.phone_sealed IS NOT NULL AS has_phone, COALESCE(volunteer_hours.minutes, 0) AS minutes_total,
	CASE WHEN signups.state = 'waitlisted' THEN (SELECT COUNT(*) FROM signups ahead WHERE ahead.shift_id = signups.shift_id
		AND ahead.state = 'waitlisted' AND ahead.id <= signups.id) ELSE 0 END AS position,
	attendances.in_at, attendances.in_method, attendances.out_at, attendances.out_method, attendances.attention`

// signupLines selects sign-ups with what screens show beside them.
func signupLines(db *gorm.DB) *gorm.DB {
	return db.Table("signups").Select(signupColumns).
		Joins("JOIN activities ON activities.id = signups.activity_id").
		Joins("JOIN campaigns ON campaigns.id = activities.campaign_id").
		Joins("JOIN units ON units.id = signups.unit_id").
		Joins("JOIN people ON people.id = signups.person_id").
		Joins("LEFT JOIN volunteer_hours ON volunteer_hours.person_id = signups.person_id").
		Joins("LEFT JOIN attendances ON attendances.signup_id = signups.id")
}

// readSignup reads a sign-up to show it.
func readSignup(db *gorm.DB, id int64) (*SignupLine, error) {
	var l SignupLine
	err := signupLines(db).Where("signups.id = ?", id).Take(&l).Error
	return &l, notFound(err, "报名")
}

// holdSignup reads a sign-up in the transaction that moves it.
func holdSignup(tx *store.Tx, id int64) (*SignupLine, error) {
	if err := hold(tx, "id = ?", id); err != nil {
		return nil, notFound(err, "报名")
	}
	return readSignup(tx.DB, id)
}

// holdSignupOf is holdSignup for the person's live sign-up for the shift.
func holdSignupOf(tx *store.Tx, shiftID, personID int64) (*SignupLine, error) {
	if err := hold(tx, "shift_id = ? AND person_id = ? AND live = 1", shiftID, personID); err != nil {
		return nil, notFound(err, "报名")
	}
	l, err := signupOf(tx.DB, shiftID, personID)
	return l, notFound(err, "报名")
}

// signupOf reads the person's live sign-up for the shift.
func signupOf(db *gorm.DB, shiftID, personID int64) (*SignupLine, error) {
	var l SignupLine
	err := signupLines(db).Where("signups.shift_id = ? AND signups.person_id = ? AND signups.live = 1", shiftID, personID).Take(&l).Error
	return &l, err
}

// standing is a person's place on a shift, as far as check-in looks at it first.
type standing struct {
	SignupID    *int64 // nil: none
	SignupState SignupState
	InAt        *store.Time
	OutAt       *store.Time
}

// first gives the check-in or check-out that is there.
func (s *standing) first(kind Kind) *store.Time {
	if kind == In {
		return s.InAt
	}
	return s.OutAt
}

// findStanding finds a shift, and how a person stands on it.
func findStanding(db *gorm.DB, shiftID, personID int64) (*Shift, standing, error) {
	var out struct {
		Shift
		Place standing `gorm:"embedded"`
	}
	err := db.Table("shifts").Select("shifts.*, signups.id AS signup_id, COALESCE(signups.state, '') AS signup_state, attendances.in_at, attendances.out_at").
		Joins("LEFT JOIN signups ON signups.shift_id = shifts.id AND signups.person_id = ? AND signups.live = 1", personID).
		Joins("LEFT JOIN attendances ON attendances.signup_id = signups.id").Where("shifts.id = ?", shiftID).Take(&out).Error
	return &out.Shift, out.Place, notFound(err, "班次")
}

// setWalkIn marks a sign-up that ended its wait at the door.
func setWalkIn(tx *store.Tx, id int64) error {
	return tx.Model(&Signup{}).Where("id = ?", id).Update("walk_in", true).Error
}

// turnedAway tells whether the person's last sign-up for the shift was cancelled or rejected.
func turnedAway(db *gorm.DB, shiftID, personID int64) (bool, error) {
	var states []SignupState
	err := db.Model(&Signup{}).Where("shift_id = ? AND person_id = ?", shiftID, personID).Order("id DESC").Limit(1).Pluck("state", &states).Error
	return len(states) > 0 && (states[0] == SignupCancelled || states[0] == Rejected), err
}

// hold makes all who touch one sign-up queue until the transaction ends, so that
// what is read of it and of its attendance holds to the end. On SQLite all who write queue already.
func hold(tx *store.Tx, where string, args ...any) error {
	if tx.Dialector.Name() == "sqlite" {
		return nil
	}
	res := tx.Model(&Signup{}).Where(where, args...).Update("state", gorm.Expr("state"))
	if res.Error == nil && res.RowsAffected == 0 {
		return gorm.ErrRecordNotFound
	}
	return res.Error
}

// signupsUnder lists sign-ups of the units under the roots, oldest first.
func signupsUnder(db *gorm.DB, roots []string, q SignupQuery) (out []SignupLine, err error) {
	lines := scope.Under(signupLines(db), "signups.unit_id", roots).Select(signupColumns+`, COALESCE((SELECT earlier.reason FROM signups earlier
		WHERE earlier.shift_id = signups.shift_id AND earlier.person_id = signups.person_id AND earlier.state = 'rejected' AND earlier.id < signups.id
		ORDER BY earlier.id DESC LIMIT 1), '') AS refused_before`).Where("signups.id > ?", q.After)
	if q.State != "" {
		lines = lines.Where("signups.state = ?", q.State)
	}
	if q.ShiftID != 0 {
		lines = lines.Where("signups.shift_id = ?", q.ShiftID)
	}
	err = lines.Order("signups.id").Limit(q.Limit).Find(&out).Error
	return out, err
}

// pastOf lists a person's sign-ups for shifts that are over, newest first, after the given end and id.
func pastOf(db *gorm.DB, personID int64, now store.Time, after *store.Time, afterID int64, limit int) (out []SignupLine, err error) {
	q := signupLines(db).Where("signups.person_id = ? AND signups.ends_at <= ?", personID, now)
	if after != nil {
		q = q.Where("signups.ends_at <= ? AND (signups.ends_at < ? OR signups.id < ?)", *after, *after, afterID)
	}
	err = q.Order("signups.ends_at DESC, signups.id DESC").Limit(limit).Find(&out).Error
	return out, err
}

// futureOf lists a person's sign-ups for shifts that are not over, soonest first, after the given end and id.
func futureOf(db *gorm.DB, personID int64, now store.Time, after *store.Time, afterID int64, limit int) (out []SignupLine, err error) {
	q := signupLines(db).Where("signups.person_id = ? AND signups.ends_at > ?", personID, now)
	if after != nil {
		q = q.Where("signups.ends_at >= ? AND (signups.ends_at > ? OR signups.id > ?)", *after, *after, afterID)
	}
	err = q.Order("signups.ends_at, signups.id").Limit(limit).Find(&out).Error
	return out, err
}

// comingOf lists a person's live sign-ups that are not over: those to be confirmed first, then by the start.
func comingOf(db *gorm.DB, personID int64, now store.Time, limit int) (out []SignupLine, err error) {
	err = signupLines(db).
		Where("signups.person_id = ? AND signups.live = 1 AND signups.ends_at > ?", personID, now).
		Where("signups.state <> ?", Absent).
		Order("CASE WHEN signups.state = 'offered' THEN 0 ELSE 1 END, signups.starts_at, signups.id").Limit(limit).Find(&out).Error
	return out, err
}

// mineOf gives the person's sign-ups by shift: the live one, or the last that was rejected.
func mineOf(db *gorm.DB, personID int64, activityIDs []int64) (map[int64]*Signup, error) {
	var rows []Signup
	err := db.Where("person_id = ? AND (live = 1 OR state = ?) AND activity_id IN ?", personID, Rejected, activityIDs).Order("id").Find(&rows).Error
	out := make(map[int64]*Signup, len(rows))
	for i := range rows {
		out[rows[i].ShiftID] = &rows[i]
	}
	return out, err
}

// ---- signing up

func findVolunteer(db *gorm.DB, personID int64) (v Volunteer, err error) {
	err = db.Table("people").Select("id, name, birth_date, skills, volunteer_since").Where("id = ?", personID).Take(&v).Error
	return v, err
}

// takeTurn makes one volunteer's sign-ups queue behind each other, so that two for
// overlapping shifts cannot both pass the check.
func takeTurn(tx *store.Tx, personID int64) error {
	return tx.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "person_id"}},
		DoUpdates: clause.Assignments(map[string]any{"turns": gorm.Expr("signup_locks.turns + 1")}),
	}).Table("signup_locks").Create(map[string]any{"person_id": personID, "turns": 1}).Error
}

// takeTurns is takeTurn for everybody who has a live sign-up for the shift, but those who have
// had it; it gives them all. In the order of their ids, so that two who do this do not wait for
// each other.
func takeTurns(tx *store.Tx, shiftID int64, had []int64) (people []int64, err error) {
	err = tx.Model(&Signup{}).Where("shift_id = ? AND live = 1", shiftID).Order("person_id").Pluck("person_id", &people).Error
	if err != nil {
		return nil, err
	}
	var rows []map[string]any
	for _, id := range people {
		if _, there := slices.BinarySearch(had, id); !there {
			rows = append(rows, map[string]any{"person_id": id, "turns": 1})
		}
	}
	for part := range slices.Chunk(rows, 500) {
		err = tx.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "person_id"}},
			DoUpdates: clause.Assignments(map[string]any{"turns": gorm.Expr("signup_locks.turns + 1")}),
		}).Table("signup_locks").Create(part).Error
		if err != nil {
			return nil, err
		}
	}
	return people, nil
}

// certain are the states of who has a place on another shift, or is kept one.
var certain = []SignupState{Confirmed, Attended, Offered}

// clashesOn gives the live sign-ups for the shift whose people have a place on another one then, by name.
func clashesOn(db *gorm.DB, s *Shift) (out []SignupLine, err error) {
	err = signupLines(db).Where("signups.shift_id = ? AND signups.live = 1", s.ID).
		Where(`EXISTS (SELECT 1 FROM signups other WHERE other.person_id = signups.person_id AND other.live = 1 AND other.shift_id <> signups.shift_id AND other.state IN ?
			AND other.starts_at < ? AND other.starts_at > ? AND other.ends_at > ?)`, certain, s.EndsAt, store.At(s.StartsAt.Add(-maxShift)), s.StartsAt).
		Order("people.name, signups.id").Find(&out).Error
	return out, err
}

// certainOther gives the other shift's sign-up where the person is certain to be at the sign-up's time; nil for none.
func certainOther(db *gorm.DB, g *Signup) (*SignupLine, error) {
	return otherAt(db.Where("signups.state IN ?", []SignupState{Confirmed, Attended}), g.PersonID, g.ShiftID, g.StartsAt, g.EndsAt)
}

// overlapping gives another live sign-up of the volunteer's at the shift's time; nil for none.
func overlapping(db *gorm.DB, personID int64, s *Shift) (*SignupLine, error) {
	return otherAt(db, personID, s.ID, s.StartsAt, s.EndsAt)
}

func otherAt(db *gorm.DB, personID, shiftID int64, starts, ends store.Time) (*SignupLine, error) {
	var rows []SignupLine
	err := db.Table("signups").Select("signups.*, activities.title AS activity_title").
		Joins("JOIN activities ON activities.id = signups.activity_id").
		Where("signups.person_id = ? AND signups.live = 1 AND signups.shift_id <> ? AND signups.starts_at < ? AND signups.starts_at > ? AND signups.ends_at > ?",
			personID, shiftID, ends, store.At(starts.Add(-maxShift)), starts).
		Order("signups.starts_at").Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// endOffersBy ends offers on a shift that was moved forward by its new start.
func endOffersBy(tx *store.Tx, s *Shift) error {
	return tx.Model(&Signup{}).Where("shift_id = ? AND state = ? AND offer_expires_at > ?", s.ID, Offered, s.StartsAt).
		Update("offer_expires_at", s.StartsAt).Error
}

// setAskedAgain says until when a place is kept whose shift has a new time.
func setAskedAgain(tx *store.Tx, id int64, until store.Time) error {
	return tx.Model(&Signup{}).Where("id = ?", id).Updates(map[string]any{"offer_expires_at": until, "asked_again": true}).Error
}

// signedUp tells whether the volunteer has a live sign-up for the shift.
func signedUp(db *gorm.DB, shiftID, personID int64) (bool, error) {
	var n int64
	err := db.Model(&Signup{}).Where("shift_id = ? AND person_id = ? AND live = 1", shiftID, personID).Count(&n).Error
	return n > 0, err
}

// insertSignup inserts the unique row; a second live one is store.IsDuplicate.
func insertSignup(tx *store.Tx, g *Signup) error {
	g.Live, g.CreatedAt = liveMark(g.State), tx.Now
	return tx.Create(g).Error
}

// moveSignup moves a sign-up from the state it was read in; false when somebody moved
// it first. The time is until when an offer holds; nil for what is no offer.
func moveSignup(tx *store.Tx, s *Signup, to SignupState, reason string, until *store.Time) (bool, error) {
	res := tx.Model(&Signup{}).Where("id = ? AND state = ?", s.ID, s.State).
		Updates(map[string]any{"state": to, "live": liveMark(to), "reason": reason, "offer_expires_at": until, "asked_again": false})
	return res.RowsAffected == 1, res.Error
}

func liveMark(s SignupState) *int64 {
	if !s.live() {
		return nil
	}
	one := int64(1)
	return &one
}

// ---- many at once

// longestWaiting gives the first on the shift's waitlist.
func longestWaiting(db *gorm.DB, shiftID int64, limit int) (out []SignupLine, err error) {
	err = signupLines(db).Where("signups.shift_id = ? AND signups.state = ?", shiftID, Waitlisted).
		Order("signups.id").Limit(limit).Find(&out).Error
	return out, err
}

// liveUnfinished gives the activity's live sign-ups for shifts that are not over.
func liveUnfinished(tx *store.Tx, activityID int64) (out []Signup, err error) {
	err = tx.Where("activity_id = ? AND live = 1 AND ends_at > ?", activityID, tx.Now).Find(&out).Error
	return out, err
}

func liveOn(db *gorm.DB, shiftIDs ...int64) (out []Signup, err error) {
	err = db.Where("shift_id IN ? AND live = 1", shiftIDs).Find(&out).Error
	return out, err
}

// hasUnsettled tells whether attendance of the activity is still to be confirmed.
func hasUnsettled(db *gorm.DB, activityID int64) (bool, error) {
	var n int64
	err := db.Model(&Signup{}).Where("activity_id = ? AND state = ?", activityID, Confirmed).Limit(1).Count(&n).Error
	return n > 0, err
}

// copyTimes gives every sign-up for the shift the shift's times, of which people are reminded anew.
func copyTimes(tx *store.Tx, s *Shift) error {
	return tx.Model(&Signup{}).Where("shift_id = ?", s.ID).
		Updates(map[string]any{"starts_at": s.StartsAt, "ends_at": s.EndsAt, "reminded": 0}).Error
}

// timedLine is a sign-up with when its shift's time changed last.
type timedLine struct {
	SignupLine
	TimedAt *store.Time
}

// toRemind gives those with a place on shifts that start until the instant who were reminded of less than so often, the
// soonest first.
func toRemind(db *gorm.DB, now, until store.Time, rank, limit int) (out []timedLine, err error) {
	lower := make([]int, rank)
	for i := range lower {
		lower[i] = i
	}
	err = signupLines(db).Select(signupColumns+", shifts.timed_at").Joins("JOIN shifts ON shifts.id = signups.shift_id").
		Where("signups.state = ? AND signups.reminded IN ? AND signups.starts_at > ? AND signups.starts_at <= ?", Confirmed, lower, now, until).
		Order("signups.starts_at, signups.id").Limit(limit).Find(&out).Error
	return out, err
}

// setReminded notes the reminder; false when it was noted before, or the shift moved.
func setReminded(tx *store.Tx, g *Signup, rank int) (bool, error) {
	res := tx.Model(&Signup{}).Where("id = ? AND state = ? AND starts_at = ? AND reminded < ?", g.ID, Confirmed, g.StartsAt, rank).
		Update("reminded", rank)
	return res.RowsAffected == 1, res.Error
}

// holdLive gives the live sign-ups for the shifts, kept as they are until the transaction ends, and which
// of them are of somebody who is checked in.
func holdLive(tx *store.Tx, shiftIDs []int64) (signups []Signup, in map[int64]bool, err error) {
	if err := hold(tx, "shift_id IN ? AND live = 1", shiftIDs); err != nil && !store.IsNotFound(err) {
		return nil, nil, err
	}
	if signups, err = liveOn(tx.DB, shiftIDs...); err != nil {
		return nil, nil, err
	}
	var ids []int64
	err = tx.Model(&Attendance{}).Where("shift_id IN ?", shiftIDs).Pluck("signup_id", &ids).Error
	in = map[int64]bool{}
	for _, id := range ids {
		in[id] = true
	}
	return signups, in, err
}

// setSignupsCancelled ends the sign-ups for shifts that are called off, but of who is checked in.
func setSignupsCancelled(tx *store.Tx, shiftIDs []int64, reason string) error {
	return tx.Model(&Signup{}).Where("shift_id IN ? AND live = 1", shiftIDs).
		Where("NOT EXISTS (SELECT 1 FROM attendances WHERE attendances.signup_id = signups.id)").
		Updates(map[string]any{"state": SignupCancelled, "live": nil, "reason": reason, "asked_again": false}).Error
}

// offersOver gives the ids of offers that ran out, the oldest first.
func offersOver(db *gorm.DB, now store.Time, limit int) (ids []int64, err error) {
	err = db.Model(&Signup{}).Where("state = ? AND offer_expires_at <= ?", Offered, now).
		Order("offer_expires_at").Limit(limit).Pluck("id", &ids).Error
	return ids, err
}

// undecided gives the ids of the shift's sign-ups that have no place for certain.
func undecided(db *gorm.DB, shiftID int64) (ids []int64, err error) {
	err = db.Model(&Signup{}).Where("shift_id = ? AND state IN ?", shiftID, []SignupState{Pending, Waitlisted, Offered}).
		Pluck("id", &ids).Error
	return ids, err
}

// ---- export

// exportOf gives a person's sign-ups, the newest first, and the steps of each, in two reads.
func exportOf(db *gorm.DB, personID int64) (rows []exportRow, steps map[int64][]timelineLine, undone map[int64][]undoneScan, err error) {
	err = signupLines(db).Select(signupColumns+", attendances.in_distance, attendances.out_distance").
		Where("signups.person_id = ?", personID).Order("signups.ends_at DESC, signups.id DESC").Limit(exportLimit).Find(&rows).Error
	if err != nil {
		return nil, nil, nil, err
	}
	own := func() *gorm.DB { return db.Table("signups").Select("id").Where("person_id = ?", personID) }
	var lines []timelineLine
	err = db.Where("subject = 'signup' AND subject_id IN (?)", own()).Order("subject_id, id").Limit(10 * exportLimit).Find(&lines).Error
	if err != nil {
		return nil, nil, nil, err
	}
	steps = map[int64][]timelineLine{}
	for _, l := range lines {
		steps[l.SubjectID] = append(steps[l.SubjectID], l)
	}
	var scans []undoneScan
	err = db.Where("signup_id IN (?)", own()).Order("signup_id, id").Limit(exportLimit).Find(&scans).Error
	undone = map[int64][]undoneScan{}
	for _, u := range scans {
		undone[u.SignupID] = append(undone[u.SignupID], u)
	}
	return rows, steps, undone, err
}

// Coming is a shift to come that somebody signed up for.
type Coming struct {
	PersonID  int64
	Title     string
	PlaceName string
	StartsAt  store.Time
	EndsAt    store.Time
}

// ComingOf gives the shifts to come that people signed up for, the first first, at most so many of
// each, and how many each has.
func ComingOf(db *gorm.DB, people []int64, now store.Time, most int) (first []Coming, count map[int64]int, err error) {
	const mostOfAll = 1000
	var all []Coming
	err = db.Table("signups").Select("signups.person_id, activities.title, activities.place_name, signups.starts_at, signups.ends_at").
		Joins("JOIN activities ON activities.id = signups.activity_id").
		Where("signups.person_id IN ? AND signups.live = 1 AND signups.starts_at > ?", people, now).
		Order("signups.starts_at, signups.id").Limit(mostOfAll).Find(&all).Error
	count = map[int64]int{}
	for _, c := range all {
		if count[c.PersonID]++; count[c.PersonID] <= most {
			first = append(first, c)
		}
	}
	return first, count, err
}
