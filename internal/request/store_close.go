package request

import (
	"gorm.io/gorm"

	"yimi/internal/store"
)

// visited tells whether a visit for a request of the person's is under way.
func visited(db *gorm.DB, personID int64) (bool, error) {
	var n int64
	err := db.Table("requests").Joins("JOIN request_visits ON request_visits.request_id = requests.id AND request_visits.under_way = 1").
		Where("requests.person_id = ? AND requests.is_open = 1", personID).Limit(1).Count(&n).Error
	return n > 0, err
}

func openIDs(db *gorm.DB, personID int64) (ids []int64, err error) {
	err = db.Table("requests").Where("person_id = ? AND is_open = 1", personID).Order("id").Pluck("id", &ids).Error
	return ids, err
}

func idsOf(db *gorm.DB, personID int64) (ids []int64, err error) {
	err = db.Table("requests").Where("person_id = ?", personID).Order("id").Pluck("id", &ids).Error
	return ids, err
}

// emptyRequest deletes what the request says of people, with the rows of the files, which are gone already.
func emptyRequest(tx *store.Tx, id int64, name string, files []Attachment) error {
	ids := make([]int64, len(files))
	for i, a := range files {
		ids[i] = a.ID
	}
	if len(ids) > 0 {
		if err := tx.Where("id IN ?", ids).Delete(&Attachment{}).Error; err != nil {
			return err
		}
	}
	if err := tx.Where("request_id = ? AND kind = ?", id, messageNote).Delete(&note{}).Error; err != nil {
		return err
	}
	for _, blank := range []struct {
		model   any
		changes map[string]any
	}{
		{&TimelineLine{}, map[string]any{"said": ""}},
		{&Rating{}, map[string]any{"comment": ""}},
		{&Referral{}, map[string]any{"reason": "", "consent": ""}},
		{&Visit{}, map[string]any{"place": ""}}, // a home's address, as often as not
	} {
		if err := tx.Model(blank.model).Where("request_id = ?", id).Updates(blank.changes).Error; err != nil {
			return err
		}
	}
	return tx.Model(&Request{}).Where("id = ?", id).Updates(map[string]any{
		"sealed": []byte{}, "person_name": name, "beneficiary_name": name, "person_key": "", "beneficiary_key": "", "beneficiary_id": nil, "birth_date": nil, "groups_of": "", "guardian": false,
		"consent": "", "reason": "", "rating_comment": "", "emptied": gorm.Expr("CASE WHEN emptied = 0 THEN 1 ELSE emptied END")}).Error
}

// deleteDraft deletes an emptied draft, unless it was submitted in the meantime.
func deleteDraft(tx *store.Tx, id int64) error {
	res := tx.Where("id = ? AND state = ?", id, Draft).Delete(&Request{})
	if res.Error != nil || res.RowsAffected == 0 {
		return res.Error
	}
	for _, model := range []any{&TimelineLine{}, &note{}, &Look{}, &Attachment{}} {
		if err := tx.Where("request_id = ?", id).Delete(model).Error; err != nil {
			return err
		}
	}
	return nil
}

func deleteRecords(tx *store.Tx, id int64) error {
	if err := tx.Where("request_id = ?", id).Delete(&note{}).Error; err != nil {
		return err
	}
	if err := tx.Model(&Visit{}).Where("request_id = ?", id).Update("sealed", []byte{}).Error; err != nil {
		return err
	}
	return tx.Model(&Request{}).Where("id = ?", id).Update("emptied", 2).Error
}

func deleteLooks(tx *store.Tx, before store.Time, limit int) (int64, error) {
	return store.DeleteSome(tx, &Look{}, tx.Where("at < ?", before).Order("at").Limit(limit))
}
