package activity

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"yimi/internal/store"
)

// presenceOf gives those who are in on a shift and whose attendance is open, by check-in.
func presenceOf(db *gorm.DB, shiftID int64) (out []presenceRow, err error) {
	err = db.Table("attendances").Select("attendances.signup_id, attendances.in_at, attendances.out_at, attendances.attention, attendances.needs_look").
		Joins("JOIN signups ON signups.id = attendances.signup_id").
		Where("attendances.shift_id = ? AND signups.state = ?", shiftID, Confirmed).Order("attendances.in_at").Find(&out).Error
	return out, err
}

// setReasons writes attention, and puts on the list; those with the same reasons in one statement.
func setReasons(tx *store.Tx, of map[int64]string) error {
	ids := map[string][]int64{}
	for id, reasons := range of {
		ids[reasons] = append(ids[reasons], id)
	}
	for reasons, signups := range ids {
		err := tx.Model(&Attendance{}).Where("signup_id IN ?", signups).Updates(map[string]any{"attention": reasons, "needs_look": true}).Error
		if err != nil {
			return err
		}
	}
	return nil
}

// noteHand keeps the last time of a deed.
func noteHand(tx *store.Tx, shiftID, personID int64, deed hand) error {
	return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "shift_id"}, {Name: "person_id"}, {Name: "deed"}},
		DoUpdates: clause.AssignmentColumns([]string{"at"})}).Create(&shiftHand{shiftID, personID, deed, tx.Now}).Error
}

func hasHand(db *gorm.DB, shiftID, personID int64, deed hand) (bool, error) {
	var n int64
	err := db.Model(&shiftHand{}).Where("shift_id = ? AND person_id = ? AND deed = ?", shiftID, personID, deed).Count(&n).Error
	return n > 0, err
}

func handsOf(db *gorm.DB, shiftID int64) (out []shiftHand, err error) {
	err = db.Where("shift_id = ?", shiftID).Order("person_id, deed").Find(&out).Error
	return out, err
}

// namesIn gives who is checked in on the shift, by name.
func namesIn(db *gorm.DB, shiftID int64) (names []string, err error) {
	err = db.Table("attendances").Joins("JOIN signups ON signups.id = attendances.signup_id").
		Joins("JOIN people ON people.id = signups.person_id").Where("attendances.shift_id = ? AND signups.live = 1", shiftID).
		Order("people.name").Pluck("people.name", &names).Error
	return names, err
}

// undoneScan is a check-in or check-out that staff took back.
type undoneScan struct {
	ID        int64
	SignupID  int64
	Kind      Kind
	At        store.Time
	Method    Method
	Distance  *int // metres to the place
	Attention string
	Reason    string
	UndoneBy  int64
	UndoneAt  store.Time
}

// TableName names the table.
func (undoneScan) TableName() string { return "undone_scans" }

func findAttendance(db *gorm.DB, signupID int64) (a Attendance, err error) {
	err = db.Where("signup_id = ?", signupID).Take(&a).Error
	return a, err
}

// takeBack keeps the last scan among those undone, and takes it off the attendance.
func takeBack(tx *store.Tx, a Attendance, by int64, reason string) (Kind, error) {
	u := undoneScan{SignupID: a.SignupID, Kind: In, At: a.InAt, Method: a.InMethod, Distance: a.InDistance, Attention: a.Attention,
		Reason: reason, UndoneBy: by, UndoneAt: tx.Now}
	if a.OutAt != nil {
		u.Kind, u.At, u.Method, u.Distance = Out, *a.OutAt, a.OutMethod, a.OutDistance
	}
	if err := tx.Create(&u).Error; err != nil {
		return u.Kind, err
	}
	own := tx.Model(&Attendance{}).Where("signup_id = ?", a.SignupID)
	if u.Kind == Out {
		return Out, own.Updates(map[string]any{"out_at": nil, "out_method": "", "out_distance": nil}).Error
	}
	return In, own.Delete(&Attendance{}).Error
}
