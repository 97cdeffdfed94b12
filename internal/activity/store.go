package activity

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"yimi/internal/store"
)

// Line is an activity with the names shown beside it.
type Line struct {
	Activity
	UnitName string
	UnitPath string
	Shifts   []ShiftLine `gorm:"-"`
}

// ShiftLine is a shift with my sign-up for it.
type ShiftLine struct {
	Shift
	Mine *Signup
}

// SignupLine is a sign-up with what screens show beside it.
type SignupLine struct {
	Signup
	ActivityTitle  string
	PlaceName      string
	Latitude       *float64
	Longitude      *float64
	CheckinMode    string
	CampaignName   string
	Art            string
	UnitPath       string
	PersonName     string
	BirthDate      *string
	Skills         string // the volunteer's
	MinutesTotal   int    // the volunteer's
	Position       int    // on the waitlist; 0 elsewhere
	InAt           *store.Time
	InMethod       string
	OutAt          *store.Time
	OutMethod      string
	Attention      string
	EntryID        *int64
	EntryMinutes   *int
	ProposedMins   *int
	ProposedByName string
}

// Age is the volunteer's age on the shift's day; -1 when not known.
func (l *SignupLine) Age() int {
	return (&Volunteer{BirthDate: l.BirthDate}).ageOn(l.StartsAt.Time)
}

func activityLines(db *gorm.DB) *gorm.DB {
	return db.Table("activities").Select("activities.*, units.name AS unit_name, units.path AS unit_path").
		Joins("JOIN units ON units.id = activities.unit_id")
}

const signupColumns = `signups.*, activities.title AS activity_title, activities.place_name, activities.latitude, activities.longitude,
	activities.checkin_mode, campaigns.name AS campaign_name, campaigns.art, units.path AS unit_path, people.name AS person_name,
	people.birth_date, people.skills, COALESCE(volunteer_hours.minutes, 0) AS minutes_total,
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

// attendanceLines adds what was credited and what is proposed by hand.
func attendanceLines(db *gorm.DB) *gorm.DB {
	return signupLines(db).
		Select(signupColumns + `, hour_entries.id AS entry_id, hour_entries.minutes AS entry_minutes,
			hour_proposals.minutes AS proposed_mins, proposer.name AS proposed_by_name`).
		Joins("LEFT JOIN hour_entries ON hour_entries.source = 'signup' AND hour_entries.source_id = signups.id").
		Joins("LEFT JOIN hour_proposals ON hour_proposals.class = 'manual' AND hour_proposals.open_target = signups.id").
		Joins("LEFT JOIN people proposer ON proposer.id = hour_proposals.proposed_by")
}

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

// overlaps tells whether the volunteer has another live sign-up at the shift's time.
func overlaps(db *gorm.DB, personID int64, s *Shift) (bool, error) {
	var n int64
	err := db.Model(&Signup{}).
		Where("person_id = ? AND live = 1 AND shift_id <> ? AND starts_at < ? AND starts_at > ? AND ends_at > ?",
			personID, s.ID, s.EndsAt, store.At(s.StartsAt.Add(-maxShift)), s.StartsAt).
		Limit(1).Count(&n).Error
	return n > 0, err
}

// takePlace takes one place of an open shift that has one left; this statement is
// what keeps rule 1, on any database, under any number of callers.
func takePlace(tx *store.Tx, shiftID int64) (bool, error) {
	res := tx.Model(&Shift{}).
		Where("id = ? AND state = ? AND taken < capacity", shiftID, ShiftOpen).
		Update("taken", gorm.Expr("taken + 1"))
	return res.RowsAffected == 1, res.Error
}

// asRead is the shift if it is still open and at the time that it was read with.
func asRead(tx *store.Tx, s *Shift) *gorm.DB {
	return tx.Model(&Shift{}).Where("id = ? AND state = ? AND starts_at = ? AND ends_at = ?", s.ID, ShiftOpen, s.StartsAt, s.EndsAt)
}

// count changes the shift's counters; false when the condition does not hold.
func count(shift *gorm.DB, column string, by int) (bool, error) {
	res := shift.Update(column, gorm.Expr(column+" + ?", by))
	return res.RowsAffected == 1, res.Error
}

// hold makes all who touch one sign-up queue until the transaction ends, so that
// what is read of it and of its attendance holds to the end; false when there is none.
func hold(tx *store.Tx, where string, args ...any) (bool, error) {
	res := tx.Model(&Signup{}).Where(where, args...).Update("state", gorm.Expr("state"))
	return res.RowsAffected > 0, res.Error
}

// givePlace takes the place of somebody on the waitlist.
func givePlace(tx *store.Tx, shiftID int64) (bool, error) {
	res := tx.Model(&Shift{}).
		Where("id = ? AND state = ? AND taken < capacity AND waitlisted > 0", shiftID, ShiftOpen).
		Updates(map[string]any{"taken": gorm.Expr("taken + 1"), "waitlisted": gorm.Expr("waitlisted - 1")})
	return res.RowsAffected == 1, res.Error
}

func freePlace(tx *store.Tx, shiftID int64) error {
	return tx.Model(&Shift{}).Where("id = ?", shiftID).Update("taken", gorm.Expr("taken - 1")).Error
}

func changeWaiting(tx *store.Tx, shiftID int64, by int) error {
	return tx.Model(&Shift{}).Where("id = ?", shiftID).Update("waitlisted", gorm.Expr("waitlisted + ?", by)).Error
}

// moveSignup moves a sign-up from the state it was read in; false when somebody moved it first.
func moveSignup(tx *store.Tx, s *Signup, to SignupState, more map[string]any) (bool, error) {
	changes := map[string]any{"state": to, "live": liveMark(to)}
	for k, v := range more {
		changes[k] = v
	}
	res := tx.Model(&Signup{}).Where("id = ? AND state = ?", s.ID, s.State).Updates(changes)
	return res.RowsAffected == 1, res.Error
}

func liveMark(s SignupState) *int64 {
	if !s.live() {
		return nil
	}
	one := int64(1)
	return &one
}

// line of a timeline: every move, with who and when (rule 5).
type timelineLine struct {
	ID        int64
	Subject   string
	SubjectID int64
	Action    string
	FromState string
	ToState   string
	ActorID   int64 // 0: the system
	Reason    string
	At        store.Time
}

func (timelineLine) TableName() string { return "activity_timeline" }

func writeTimeline(tx *store.Tx, lines ...timelineLine) error {
	for i := range lines {
		lines[i].At = tx.Now
	}
	return tx.CreateInBatches(&lines, 200).Error
}

func signupTimeline(s *Signup, action string, to SignupState, actor int64, reason string) timelineLine {
	return timelineLine{Subject: "signup", SubjectID: s.ID, Action: action,
		FromState: string(s.State), ToState: string(to), ActorID: actor, Reason: reason}
}

// refreshNext sets when the activity's next shift starts, by which lists are ordered.
func refreshNext(tx *store.Tx, activityID int64) error {
	return tx.Exec(`UPDATE activities SET next_starts_at = (SELECT MIN(starts_at) FROM shifts
		WHERE shifts.activity_id = activities.id AND shifts.state = 'open' AND shifts.ends_at > ?) WHERE id = ?`, tx.Now, activityID).Error
}

// shiftsOf gives the shifts of activities in time order; with comingOnly only those not over.
func shiftsOf(db *gorm.DB, ids []int64, comingAt *store.Time) (map[int64][]ShiftLine, error) {
	q := db.Where("activity_id IN ?", ids)
	if comingAt != nil {
		q = q.Where("state = ? AND ends_at > ?", ShiftOpen, *comingAt)
	}
	var rows []Shift
	if err := q.Order("starts_at, id").Find(&rows).Error; err != nil {
		return nil, err
	}
	out := map[int64][]ShiftLine{}
	for _, s := range rows {
		out[s.ActivityID] = append(out[s.ActivityID], ShiftLine{Shift: s})
	}
	return out, nil
}

// mineOf gives the person's live or latest sign-ups by shift.
func mineOf(db *gorm.DB, personID int64, activityIDs []int64) (map[int64]*Signup, error) {
	var rows []Signup
	err := db.Where("person_id = ? AND live = 1 AND activity_id IN ?", personID, activityIDs).Find(&rows).Error
	out := make(map[int64]*Signup, len(rows))
	for i := range rows {
		out[rows[i].ShiftID] = &rows[i]
	}
	return out, err
}

func findLine(db *gorm.DB, id int64) (*Line, error) {
	var l Line
	err := activityLines(db).Where("activities.id = ?", id).Take(&l).Error
	return &l, notFound(err, "活动")
}

// fittingShift selects a shift of the outer activity that fits the query.
func fittingShift(db *gorm.DB, q Query, now store.Time) *gorm.DB {
	s := db.Table("shifts").Select("1").
		Where("shifts.activity_id = activities.id AND shifts.state = ? AND shifts.ends_at > ?", ShiftOpen, now)
	if q.From != nil {
		s = s.Where("shifts.starts_at >= ?", store.At(*q.From))
	}
	if q.To != nil {
		s = s.Where("shifts.starts_at < ?", store.At(*q.To))
	}
	if q.Open {
		s = s.Where("shifts.taken < shifts.capacity AND shifts.starts_at > ?", now)
	}
	return s
}

// newSession starts a sub-query of its own inside a transaction.
var newSession = &gorm.Session{NewDB: true}

// missingOutAdded adds the reason to those that are there.
var missingOutAdded = gorm.Expr("CASE WHEN attention = '' THEN ? WHEN attention LIKE ? THEN attention ELSE "+
	"CONCAT(attention, ?) END", MissingOut, "%"+MissingOut+"%", ","+MissingOut)
