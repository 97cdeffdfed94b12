package activity

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"yimi/internal/store"
)

// presenceOf gives those who were in on a shift, by check-in: all, or those who came so near to the
// given sign-ups that they tell of a burst with them.
func presenceOf(db *gorm.DB, shiftID int64, near []int64) (out []presenceRow, err error) {
	q := db.Table("attendances").Where("attendances.shift_id = ? AND signups.live = 1", shiftID)
	if near != nil {
		q = q.Where(`attendances.in_at BETWEEN (SELECT MIN(in_at) FROM attendances WHERE signup_id IN ?) - ?
			AND (SELECT MAX(in_at) FROM attendances WHERE signup_id IN ?) + ?`, near, burstWithin.Milliseconds(), near, burstWithin.Milliseconds())
	}
	err = q.Select(`attendances.signup_id, signups.person_id, signups.state, attendances.in_at, attendances.out_at, attendances.attention, attendances.needs_look,
		EXISTS (SELECT 1 FROM hour_proposals p WHERE p.class = 'manual' AND p.open_target = signups.id) AS proposed`).
		Joins("JOIN signups ON signups.id = attendances.signup_id").Order("attendances.in_at").Find(&out).Error
	return out, err
}

// setReasons writes attention, and puts on the list; those with the same reasons in one statement.
func setReasons(tx *store.Tx, of map[int64]string) error {
	ids := map[string][]int64{}
	for id, reasons := range of {
		ids[reasons] = append(ids[reasons], id)
	}
	for reasons, signups := range ids {
		if err := hold(tx, "id IN ? AND state = ?", signups, Confirmed); store.IsNotFound(err) {
			continue // all settled meanwhile
		} else if err != nil {
			return err
		}
		open := tx.Model(&Signup{}).Select("id").Where("id IN ? AND state = ?", signups, Confirmed)
		err := tx.Model(&Attendance{}).Where("signup_id IN (?)", open).Updates(map[string]any{"attention": reasons, "needs_look": true}).Error
		if err != nil {
			return err
		}
	}
	return nil
}

// noteHand keeps the last time of a deed.
func noteHand(tx *store.Tx, shiftID, personID int64, deed hand) error {
	return noteHands(tx, []int64{shiftID}, personID, deed)
}

func noteHands(tx *store.Tx, shifts []int64, personID int64, deed hand) error {
	if len(shifts) == 0 {
		return nil
	}
	rows := make([]shiftHand, len(shifts))
	for i, id := range shifts {
		rows[i] = shiftHand{id, personID, deed, tx.Now}
	}
	return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "shift_id"}, {Name: "person_id"}, {Name: "deed"}},
		DoUpdates: clause.AssignmentColumns([]string{"at"})}).CreateInBatches(&rows, 200).Error
}

func hasHand(db *gorm.DB, shiftID, personID int64, deed hand) (bool, error) {
	var n int64
	err := db.Model(&shiftHand{}).Where("shift_id = ? AND person_id = ? AND deed = ?", shiftID, personID, deed).Count(&n).Error
	return n > 0, err
}

// setEased keeps that what check-in on the shifts asks for changed after people had signed up.
func setEased(tx *store.Tx, shifts []int64) error {
	return tx.Model(&Shift{}).Where("id IN ?", shifts).Update("eased_at", tx.Now).Error
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
		reasons := joinReasons(addReason(a.Reasons(), Undone))
		return Out, own.Updates(map[string]any{"out_at": nil, "out_method": "", "out_distance": nil, "attention": reasons, "needs_look": true}).Error
	}
	return In, own.Delete(&Attendance{}).Error
}
