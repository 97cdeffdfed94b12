package request

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"yimi/internal/human"
	"yimi/internal/store"
)

// takeTurns makes those who come for one of the stripes queue until the transaction ends; in their order, so that
// two do not wait for each other.
func takeTurns(tx *store.Tx, sorted []int64) error {
	rows := make([]map[string]any, len(sorted))
	for i, n := range sorted {
		rows[i] = map[string]any{"stripe": n, "turns": 1}
	}
	return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "stripe"}},
		DoUpdates: clause.Assignments(map[string]any{"turns": gorm.Expr("request_turns.turns + 1")})}).Table("request_turns").Create(rows).Error
}

// maxToCome bounds what is read of one name, and of one human.
const maxToCome = 500

// household reads what whom a request is for, and who asks, have booked that is still to come.
func (s shelf) household(db *gorm.DB, l *Line, who human.Human, now store.Time) (*household, error) {
	var byName, byHuman []toCome
	if err := comingTimes(db, now).Where("requests.beneficiary_name = ? AND requests.is_open = 1", l.BeneficiaryName).Find(&byName).Error; err != nil {
		return nil, err
	}
	if len(who.Own) > 0 {
		if err := comingTimes(db, now).Where("requests.person_id IN ? AND requests.is_open = 1", []int64(who.Own)).Find(&byHuman).Error; err != nil {
			return nil, err
		}
	}
	all := append(byName, byHuman...)
	for i := range all {
		line := Line{Request: Request{Number: all[i].Number, Sealed: all[i].Sealed}}
		if err := s.openDetails(&line); err != nil {
			return nil, err
		}
		all[i].Phone = line.details.Phone
	}
	h := &household{who: who}
	h.sort(&toCome{RequestID: l.ID, PersonID: l.PersonID, BeneficiaryID: l.BeneficiaryID, BeneficiaryName: l.BeneficiaryName,
		Relation: l.Relation, BirthDate: l.BirthDate, Phone: l.details.Phone}, all)
	return h, nil
}

// comingTimes selects times to come: those that are taken, before the holds that lapsed and may be taken again.
func comingTimes(db *gorm.DB, now store.Time) *gorm.DB {
	return db.Table("requests").Select(`requests.id AS request_id, requests.person_id, requests.beneficiary_id, requests.beneficiary_name, requests.relation,
			requests.birth_date, requests.number, requests.sealed, bookings.live, bookings.starts_at, bookings.ends_at`).
		Joins("JOIN bookings ON bookings.request_id = requests.id").
		Where("bookings.ends_at > ? AND (bookings.live = 1 OR bookings.state = 'lapsed' AND requests.state = ?)", now, Submitted).
		Order("CASE WHEN bookings.live = 1 THEN 0 ELSE 1 END, bookings.id DESC").Limit(maxToCome)
}
