package activity

import (
	"gorm.io/gorm"

	"yimi/internal/store"
)

func findShift(db *gorm.DB, id int64) (*Shift, error) {
	var s Shift
	err := db.Where("id = ?", id).Take(&s).Error
	return &s, notFound(err, "班次")
}

// findShiftLine finds a shift and its activity, in one read.
func findShiftLine(db *gorm.DB, id int64) (*Shift, *Line, error) {
	shift := gorm.Statement{DB: db}
	if err := shift.Parse(&Shift{}); err != nil {
		return nil, nil, err
	}
	columns := lineColumns
	for _, name := range shift.Schema.DBNames {
		columns += ", shifts." + name + " AS of_" + name
	}
	var out struct {
		Line
		Shift Shift `gorm:"embedded;embeddedPrefix:of_"`
	}
	err := activityLines(db).Select(columns).Joins("JOIN shifts ON shifts.activity_id = activities.id").Where("shifts.id = ?", id).Take(&out).Error
	return &out.Shift, &out.Line, notFound(err, "班次")
}

// shiftsOf gives the shifts of activities in time order; with comingAt only open ones not over.
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

// startsBetween gives when the open shifts of published activities start.
func startsBetween(db *gorm.DB, from, to store.Time) (starts []store.Time, err error) {
	err = db.Table("shifts").Joins("JOIN activities ON activities.id = shifts.activity_id").
		Where("shifts.state = ? AND shifts.starts_at >= ? AND shifts.starts_at < ? AND activities.state = ?", ShiftOpen, from, to, Published).
		Pluck("shifts.starts_at", &starts).Error
	return starts, err
}

// hasComing tells whether the activity has an open shift that is not over.
func hasComing(tx *store.Tx, activityID int64) (bool, error) {
	var n int64
	err := tx.Model(&Shift{}).Where("activity_id = ? AND state = ? AND ends_at > ?", activityID, ShiftOpen, tx.Now).Count(&n).Error
	return n > 0, err
}

// unstarted gives the activity's open shifts that have not started.
func unstarted(tx *store.Tx, activityID int64) (out []Shift, err error) {
	err = tx.Where("activity_id = ? AND state = ? AND starts_at > ?", activityID, ShiftOpen, tx.Now).Find(&out).Error
	return out, err
}

func insertShifts(tx *store.Tx, shifts []Shift) error {
	return tx.CreateInBatches(&shifts, 100).Error
}

// rewriteShift gives the shift new times and places; false when it has started, or
// more places than these are taken.
func rewriteShift(tx *store.Tx, is *Shift) (bool, error) {
	res := tx.Model(&Shift{}).Where("id = ? AND state = ? AND starts_at > ? AND taken <= ?", is.ID, ShiftOpen, tx.Now, is.Capacity).
		Updates(rewritten(is))
	if store.IsDuplicate(res.Error) {
		return false, errSameStart.Because(res.Error)
	}
	return res.RowsAffected == 1, res.Error
}

// rewritten are the columns of a shift's change.
func rewritten(is *Shift) map[string]any {
	return map[string]any{"starts_at": is.StartsAt, "ends_at": is.EndsAt, "capacity": is.Capacity, "timed_at": is.TimedAt, "by_hand": is.ByHand}
}

func setMoved(tx *store.Tx, shiftID int64) error {
	return tx.Model(&Shift{}).Where("id = ?", shiftID).Update("moved_at", tx.Now).Error
}

// setShiftsCancelled calls shifts off; who is in keeps the place.
func setShiftsCancelled(tx *store.Tx, ids []int64) error {
	return tx.Model(&Shift{}).Where("id IN ?", ids).Updates(map[string]any{"state": ShiftCancelled, "waitlisted": 0}).Error
}

// recountTaken sets the places taken of shifts that were called off.
func recountTaken(tx *store.Tx, ids []int64) error {
	return tx.Exec("UPDATE shifts SET taken = (SELECT COUNT(*) FROM signups WHERE signups.shift_id = shifts.id AND signups.state IN ?) WHERE id IN ?",
		[]SignupState{Offered, Confirmed, Attended, Absent}, ids).Error
}

// unswept gives shifts that ended before the instant and whose timed work is to be done.
func unswept(db *gorm.DB, before store.Time, limit int) (ids []int64, err error) {
	err = db.Model(&Shift{}).Where("swept = ? AND ends_at < ?", false, before).Order("ends_at").Limit(limit).Pluck("id", &ids).Error
	return ids, err
}

func setSwept(tx *store.Tx, shiftID int64) error {
	return tx.Model(&Shift{}).Where("id = ?", shiftID).Update("swept", true).Error
}

// ---- places

// takePlace takes one place of an open shift that has one left; this statement and
// takePlaceAsRead are what keeps rule 1, on any database, under any number of callers.
func takePlace(tx *store.Tx, shiftID int64) (bool, error) {
	return take(tx.Model(&Shift{}).Where("id = ? AND state = ?", shiftID, ShiftOpen))
}

// takePlaceAsRead takes a place if the shift is still open and at the times it was read with.
func takePlaceAsRead(tx *store.Tx, s *Shift) (bool, error) { return take(asRead(tx, s)) }

func take(shift *gorm.DB) (bool, error) {
	res := shift.Where("taken < capacity").Update("taken", gorm.Expr("taken + 1"))
	return res.RowsAffected == 1, res.Error
}

func asRead(tx *store.Tx, s *Shift) *gorm.DB {
	return tx.Model(&Shift{}).Where("id = ? AND state = ? AND starts_at = ? AND ends_at = ?", s.ID, ShiftOpen, s.StartsAt, s.EndsAt)
}

// stillAsRead tells whether the shift is still open and at the times it was read with,
// and holds it so until the transaction ends.
func stillAsRead(tx *store.Tx, s *Shift) (bool, error) {
	res := asRead(tx, s).Update("waitlisted", gorm.Expr("waitlisted"))
	return res.RowsAffected == 1, res.Error
}

// waitAsRead adds one to those waiting if the shift is as it was read and still full:
// nobody waits while a place is free.
func waitAsRead(tx *store.Tx, s *Shift) (bool, error) {
	res := asRead(tx, s).Where("taken >= capacity").Update("waitlisted", gorm.Expr("waitlisted + 1"))
	return res.RowsAffected == 1, res.Error
}

// freeFor tells how many of a shift's free places somebody waits for; none once it has started.
func freeFor(tx *store.Tx, shiftID int64) (free int, err error) {
	var s Shift
	err = tx.Where("id = ? AND state = ? AND starts_at > ? AND waitlisted > 0", shiftID, ShiftOpen, tx.Now).Limit(1).Find(&s).Error
	return min(s.Capacity-s.Taken, s.Waitlisted), err
}

// givePlace takes the place of somebody on the waitlist.
func givePlace(tx *store.Tx, shiftID int64) (bool, error) {
	res := tx.Model(&Shift{}).
		Where("id = ? AND state = ? AND taken < capacity AND waitlisted > 0", shiftID, ShiftOpen).
		Updates(map[string]any{"taken": gorm.Expr("taken + 1"), "waitlisted": gorm.Expr("waitlisted - 1")})
	return res.RowsAffected == 1, res.Error
}

// growFull gives an open shift that is full one more place; false when it has one, or is off.
func growFull(tx *store.Tx, shiftID int64) (bool, error) {
	res := tx.Model(&Shift{}).Where("id = ? AND state = ? AND taken = capacity AND capacity < ?", shiftID, ShiftOpen, maxCapacity).
		Updates(map[string]any{"capacity": gorm.Expr("capacity + 1"), "by_hand": gorm.Expr("series_id IS NOT NULL")})
	return res.RowsAffected == 1, res.Error
}

func freePlace(tx *store.Tx, shiftID int64) error {
	return tx.Model(&Shift{}).Where("id = ?", shiftID).Update("taken", gorm.Expr("taken - 1")).Error
}

func stopWaiting(tx *store.Tx, shiftID int64) error {
	return tx.Model(&Shift{}).Where("id = ?", shiftID).Update("waitlisted", gorm.Expr("waitlisted - 1")).Error
}

// miscount is a shift whose counters differ from its sign-ups.
type miscount struct {
	ID                              int64
	Capacity, Taken, Waitlisted     int
	CountedTaken, CountedWaitlisted int
}

// miscounts gives those of the shifts with ids from one to another.
func miscounts(db *gorm.DB, from, to int64) (out []miscount, err error) {
	err = db.Raw(`SELECT * FROM (SELECT id, capacity, taken, waitlisted,
			(SELECT COUNT(*) FROM signups g WHERE g.shift_id = shifts.id AND g.state IN ('offered', 'confirmed', 'attended', 'absent')) AS counted_taken,
			(SELECT COUNT(*) FROM signups g WHERE g.shift_id = shifts.id AND g.state = 'waitlisted') AS counted_waitlisted
		FROM shifts WHERE id BETWEEN ? AND ?) counted WHERE taken <> counted_taken OR waitlisted <> counted_waitlisted OR taken > capacity`, from, to).Scan(&out).Error
	return out, err
}

func lastShift(db *gorm.DB) (id int64, err error) {
	err = db.Model(&Shift{}).Select("COALESCE(MAX(id), 0)").Scan(&id).Error
	return id, err
}

// ---- series

func findSeries(db *gorm.DB, id int64) (*Series, error) {
	var r Series
	err := db.Where("id = ?", id).Take(&r).Error
	return &r, notFound(err, "班次")
}

func insertSeries(tx *store.Tx, r *Series) error {
	r.ID, r.CreatedAt = 0, tx.Now
	return tx.Create(r).Error
}

func updateSeries(tx *store.Tx, r *Series) error {
	return tx.Model(&Series{}).Where("id = ?", r.ID).
		Updates(map[string]any{"start_time": r.StartTime, "end_time": r.EndTime, "capacity": r.Capacity}).Error
}

// openOfSeries gives the open shifts of a series to come that start at the instant or later, but those
// that were changed by hand.
func openOfSeries(tx *store.Tx, id int64, from store.Time) (out []Shift, err error) {
	err = tx.Where("series_id = ? AND state = ? AND starts_at > ? AND starts_at >= ? AND by_hand = ?", id, ShiftOpen, tx.Now, from, false).
		Order("starts_at").Find(&out).Error
	return out, err
}
