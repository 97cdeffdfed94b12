package activity

import (
	"gorm.io/gorm"

	"yimi/internal/scope"
	"yimi/internal/store"
)

// attendanceLines adds to signupLines what was credited and what is proposed by hand.
func attendanceLines(db *gorm.DB) *gorm.DB {
	return signupLines(db).
		Select(signupColumns + `, hour_entries.id AS entry_id, hour_entries.minutes AS entry_minutes,
			hour_proposals.minutes AS proposed_mins, hour_proposals.proposed_by, hour_proposals.why AS proposed_why, proposer.name AS proposed_by_name`).
		Joins("LEFT JOIN hour_entries ON hour_entries.source = 'signup' AND hour_entries.source_id = signups.id").
		Joins("LEFT JOIN hour_proposals ON hour_proposals.class = 'manual' AND hour_proposals.open_target = signups.id").
		Joins("LEFT JOIN people proposer ON proposer.id = hour_proposals.proposed_by")
}

// attendanceOf gives those who have, or had, a place on the shift.
func attendanceOf(db *gorm.DB, shiftID int64) (out []SignupLine, err error) {
	err = attendanceLines(db).
		Where("signups.shift_id = ? AND signups.state IN ?", shiftID, []SignupState{Confirmed, Attended, Absent}).
		Find(&out).Error
	return out, err
}

// attentionUnder lists check-ins that need a look in the units under the roots, oldest first.
func attentionUnder(db *gorm.DB, roots []string, after int64, limit int) (out []SignupLine, err error) {
	looks := scope.Under(db.Table("attendances"), "unit_id", roots).Select("signup_id").
		Where("needs_look = ? AND signup_id > ?", true, after).Order("signup_id").Limit(limit)
	err = attendanceLines(db).Joins("JOIN (?) AS looks ON looks.signup_id = signups.id", looks).
		Order("signups.id").Find(&out).Error
	return out, err
}

// insertIn writes a check-in, the volunteer's first and only one on the shift.
func insertIn(tx *store.Tx, r *Recorded, method Method, metres *int) error {
	return tx.Create(&Attendance{SignupID: r.ID, ShiftID: r.ShiftID, UnitID: r.UnitID, InAt: *r.InAt, InMethod: method,
		InDistance: metres, Attention: r.Attention, NeedsLook: r.Attention != ""}).Error
}

// setOut adds the check-out to the check-in.
func setOut(tx *store.Tx, r *Recorded, method Method, metres *int) error {
	return tx.Model(&Attendance{}).Where("signup_id = ? AND out_at IS NULL", r.ID).
		Updates(map[string]any{"out_at": *r.OutAt, "out_method": method, "out_distance": metres,
			"attention": r.Attention, "needs_look": r.Attention != ""}).Error
}

// setLooked takes a sign-up off the attention list.
func setLooked(tx *store.Tx, signupID int64) error {
	return tx.Model(&Attendance{}).Where("signup_id = ?", signupID).Update("needs_look", false).Error
}

// setMissingOut puts those who never checked out, and whose attendance is open, on the attention list.
func setMissingOut(tx *store.Tx, shiftID int64) error {
	open := tx.Model(&Signup{}).Select("id").Where("shift_id = ? AND state = ?", shiftID, Confirmed)
	return tx.Model(&Attendance{}).Where("shift_id = ? AND out_at IS NULL AND signup_id IN (?)", shiftID, open).
		Updates(map[string]any{"needs_look": true, "attention": missingOutAdded}).Error
}

// missingOutAdded adds the reason to those that are there.
var missingOutAdded = gorm.Expr("CASE WHEN attention = '' THEN ? WHEN attention LIKE ? THEN attention ELSE "+
	"CONCAT(attention, ?) END", MissingOut, "%"+MissingOut+"%", ","+MissingOut)

// countPresence counts the shift's check-ins and check-outs.
func countPresence(db *gorm.DB, shiftID int64) (ins, outs int, err error) {
	var n struct{ Ins, Outs int }
	err = db.Model(&Attendance{}).Select("COUNT(*) AS ins, COUNT(out_at) AS outs").Where("shift_id = ?", shiftID).Take(&n).Error
	return n.Ins, n.Outs, err
}

// latestNames gives who checked in on the shift, newest first.
func latestNames(db *gorm.DB, shiftID int64, limit int) (names []string, err error) {
	err = db.Table("attendances").Joins("JOIN signups ON signups.id = attendances.signup_id").
		Joins("JOIN people ON people.id = signups.person_id").Where("attendances.shift_id = ?", shiftID).
		Order("attendances.in_at DESC").Limit(limit).Pluck("people.name", &names).Error
	return names, err
}

// ---- the workbench

// firstUnitName names the first of the units with the paths; "" for none.
func firstUnitName(db *gorm.DB, paths []string) (name string, err error) {
	err = db.Table("units").Select("name").Where("path IN ?", paths).Order("path").Limit(1).Scan(&name).Error
	return name, err
}

// countWork counts sign-ups to decide, check-ins to look at and shifts to confirm, each up to a cap.
func countWork(db *gorm.DB, roots []string, now store.Time, atMost int) ([]int64, error) {
	return store.CountsUpTo(db, atMost,
		scope.Under(db.Table("signups"), "unit_id", roots).Where("state = ?", Pending),
		scope.Under(db.Table("attendances"), "unit_id", roots).Where("needs_look = ?", true),
		unconfirmed(db, roots, now))
}

// unconfirmed are the shifts that were over at an instant with somebody whose attendance is open, however old,
// and called off or not: read from those sign-ups alone, so what is settled costs nothing.
func unconfirmed(db *gorm.DB, roots []string, over store.Time) *gorm.DB {
	return scope.Under(db.Table("signups"), "signups.unit_id", roots).
		Where("signups.state = ? AND signups.ends_at <= ?", Confirmed, over).Group("signups.ends_at, signups.shift_id")
}

// onDay are the shifts of a day, or that reach into it, in the units under the roots: those that are not over,
// and those with somebody whose attendance is open.
func onDay(db *gorm.DB, roots []string, now, midnight, next store.Time) *gorm.DB {
	return scope.Under(db.Table("shifts"), "shifts.unit_id", roots).Joins("JOIN activities ON activities.id = shifts.activity_id").
		Where("shifts.starts_at > ? AND shifts.starts_at < ? AND shifts.ends_at > ? AND activities.state <> ?",
			store.At(midnight.Add(-maxShift)), next, midnight, Draft).
		Where("shifts.ends_at > ? AND shifts.state = ? OR EXISTS (SELECT 1 FROM signups WHERE signups.shift_id = shifts.id AND signups.state = ?)",
			now, ShiftOpen, Confirmed)
}

// workShifts gives a page of the shifts of a day, by their start, and then of those to confirm from before it, the
// oldest first.
func workShifts(db *gorm.DB, roots []string, now, midnight, next store.Time, after WorkAfter, limit int) (out []WorkShift, err error) {
	today, before := onDay(db, roots, now, midnight, next), unconfirmed(db, roots, midnight)
	switch {
	case after.Earlier:
		today = today.Where("1 = 0")
		before = before.Where("signups.ends_at >= ? AND (signups.ends_at > ? OR signups.shift_id > ?)", after.At, after.At, after.ID)
	case after.ID != 0:
		today = today.Where("shifts.starts_at >= ? AND (shifts.starts_at > ? OR shifts.id > ?)", after.At, after.At, after.ID)
	}
	due := db.Raw("SELECT * FROM (?) AS today UNION ALL SELECT * FROM (?) AS earlier",
		today.Select("shifts.id AS shift_id, 0 AS earlier, shifts.starts_at AS place").Order("shifts.starts_at, shifts.id").Limit(limit),
		before.Select("signups.shift_id, 1 AS earlier, signups.ends_at AS place").Order("signups.ends_at, signups.shift_id").Limit(limit))
	err = db.Table("(?) AS due", due).
		Select(`shifts.*, due.earlier, due.place, activities.title AS activity_title,
			(SELECT COUNT(*) FROM attendances WHERE attendances.shift_id = shifts.id) AS checked_in`).
		Joins("JOIN shifts ON shifts.id = due.shift_id").Joins("JOIN activities ON activities.id = shifts.activity_id").
		Order("due.earlier, due.place, shifts.id").Limit(limit).Find(&out).Error
	return out, err
}
