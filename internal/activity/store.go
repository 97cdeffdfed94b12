package activity

import (
	"gorm.io/gorm"

	"yimi/internal/fault"
	"yimi/internal/scope"
	"yimi/internal/store"
)

// notFound says what is missing when the row was not there; store.IsNotFound still tells.
func notFound(err error, what string) error {
	if store.IsNotFound(err) {
		return fault.Missing(what).Because(err)
	}
	return err
}

func activityLines(db *gorm.DB) *gorm.DB { return withUnit(db.Table("activities")) }

// activityLinesOf gives the lines of those activities, which are found before anything is joined to them.
func activityLinesOf(db, which *gorm.DB) *gorm.DB {
	return withUnit(db.Table("(?) AS activities", which))
}

func withUnit(q *gorm.DB) *gorm.DB {
	return q.Select(lineColumns).Joins("JOIN units ON units.id = activities.unit_id")
}

const lineColumns = "activities.*, units.name AS unit_name, units.path AS unit_path"

func findLine(db *gorm.DB, id int64) (*Line, error) {
	var l Line
	err := activityLines(db).Where("activities.id = ?", id).Take(&l).Error
	return &l, notFound(err, "活动")
}

// publishedLines gives published activities with a shift to come, by their next one.
func publishedLines(db *gorm.DB, q Query, now store.Time) (out []Line, err error) {
	lines := activityLines(db).Where("activities.state = ? AND activities.next_starts_at IS NOT NULL", Published)
	if q.CampaignID != 0 {
		lines = lines.Where("activities.campaign_id = ?", q.CampaignID)
	}
	if q.UnitID != 0 {
		path, err := scope.UnitPath(db, q.UnitID)
		if err != nil {
			return nil, notFound(err, "站点")
		}
		lines = scope.Under(lines, "activities.unit_id", []string{path})
	}
	lines = store.Found(lines, "activities.search", q.Words)
	if q.From != nil || q.To != nil || q.Open {
		lines = lines.Where("(?) = 1", fittingShift(db, q, now))
	}
	if q.AfterID != 0 {
		after := store.At(q.After)
		lines = lines.Where("activities.next_starts_at >= ? AND (activities.next_starts_at > ? OR activities.id > ?)", after, after, q.AfterID)
	}
	err = lines.Order("activities.next_starts_at, activities.id").Limit(q.Limit).Find(&out).Error
	return out, err
}

// fittingShift selects 1 where the outer activity has a shift that fits the query. Compare it with
// "(?) = 1": for EXISTS MariaDB first collects the shifts of the whole city.
func fittingShift(db *gorm.DB, q Query, now store.Time) *gorm.DB {
	s := db.Table("shifts").Select("1").Limit(1).
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

// linesUnder gives activities of the units under the roots, newest first.
func linesUnder(db *gorm.DB, roots []string, state State, before int64, limit int) (out []Line, err error) {
	q, err := scope.NewestUnder(db, "activities", roots)
	if err != nil {
		return nil, err
	}
	if state != "" {
		q = q.Where("state = ?", state)
	}
	if before != 0 {
		q = q.Where("id < ?", before)
	}
	err = activityLinesOf(db, q.Limit(limit)).Order("activities.id DESC").Find(&out).Error
	return out, err
}

// countOpen counts published activities with a place left that start before the
// instant, and stops at a cap.
func countOpen(db *gorm.DB, now, until store.Time, atMost int) (int64, error) {
	open := fittingShift(db, Query{Open: true, To: &until.Time}, now)
	return store.CountUpTo(db.Table("activities").
		Where("activities.state = ? AND activities.next_starts_at <= ? AND (?) = 1", Published, until, open), atMost)
}

func insertActivity(tx *store.Tx, a *Activity) error {
	a.ID, a.CreatedAt, a.Search = 0, tx.Now, a.searched()
	return tx.Create(a).Error
}

// takeActivityTurn makes all who change one activity, or its shifts, queue until the transaction ends.
func takeActivityTurn(tx *store.Tx, id int64) error {
	return tx.Model(&Activity{}).Where("id = ?", id).Update("campaign_id", gorm.Expr("campaign_id")).Error
}

// keepSearched keeps what an activity is found by after its words changed.
func keepSearched(tx *store.Tx, a *Activity) error {
	if a.Search == a.searched() {
		return nil
	}
	return tx.Model(&Activity{}).Where("id = ?", a.ID).Update("search", a.searched()).Error
}

// ShiftsAfter counts a campaign's shifts that end after the instant and are not called off.
func ShiftsAfter(db *gorm.DB, campaignID int64, after store.Time) (n int64, err error) {
	err = db.Table("shifts").Joins("JOIN activities ON activities.id = shifts.activity_id").
		Where("activities.campaign_id = ? AND shifts.state = ? AND shifts.ends_at > ?", campaignID, ShiftOpen, after).Count(&n).Error
	return n, err
}

func openShifts(db *gorm.DB, activityID int64) (out []Shift, err error) {
	err = db.Where("activity_id = ? AND state = ?", activityID, ShiftOpen).Order("starts_at").Find(&out).Error
	return out, err
}

// updateActivity writes only what the patch names.
func updateActivity(tx *store.Tx, id int64, p Patch) error {
	return tx.Model(&Activity{}).Where("id = ?", id).Updates(p.columns()).Error
}

// moveActivity moves an activity from the state it was read in; false when somebody moved it first.
func moveActivity(tx *store.Tx, a *Activity, to State, reason string) (bool, error) {
	columns := map[string]any{"state": to, "cancel_reason": reason}
	if to == Published {
		columns["published_at"] = tx.Now
	}
	res := tx.Model(&Activity{}).Where("id = ? AND state = ?", a.ID, a.State).Updates(columns)
	return res.RowsAffected == 1, res.Error
}

const setNext = `UPDATE activities SET next_starts_at = (SELECT MIN(starts_at) FROM shifts
	WHERE shifts.activity_id = activities.id AND shifts.state = 'open' AND shifts.ends_at > ?) `

// refreshNext sets when the activity's next shift starts, by which lists are ordered.
func refreshNext(tx *store.Tx, activityID int64) error {
	return tx.Exec(setNext+"WHERE id = ?", tx.Now, activityID).Error
}

// refreshStarted does the same for every activity whose next shift has started.
func refreshStarted(tx *store.Tx) error {
	return tx.Exec(setNext+"WHERE state = ? AND next_starts_at < ?", tx.Now, Published, tx.Now).Error
}

// timelineLine is one line of a timeline: every move, with who and when (rule 5).
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

func nameOf(db *gorm.DB, personID int64) (name string, err error) {
	err = db.Table("people").Select("name").Where("id = ?", personID).Take(&name).Error
	return name, notFound(err, "人员")
}
