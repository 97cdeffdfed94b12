package identity

import (
	"gorm.io/gorm"

	"yimi/internal/store"
)

func countGrants(db *gorm.DB, personID int64) (n int64, err error) {
	err = db.Model(&RoleGrant{}).Where("person_id = ?", personID).Count(&n).Error
	return n, err
}

// closePerson takes away every way to sign in, and all in the row that says who it was; so it does
// with accounts that were found to be the same person's.
func closePerson(tx *store.Tx, personID int64, reason string) error {
	err := tx.Model(&Person{}).Where("(id = ? OR merged_into = ?) AND closed_at IS NULL", personID, personID).Updates(map[string]any{"closed_at": tx.Now, "close_reason": reason,
		"name": ClosedName, "sex": Unknown, "birth_date": nil, "volunteer_since": nil, "unit_id": nil, "skills": "", "show_on_leaderboard": false,
		"phone_sealed": nil, "phone_index": nil, "phone_proved_at": nil, "identity_type": "", "identity_sealed": nil, "identity_index": nil}).Error
	if err != nil {
		return err
	}
	if err := tx.Where("person_id = ?", personID).Delete(&WechatIdentity{}).Error; err != nil {
		return err
	}
	if err := tx.Where("person_id = ?", personID).Delete(&PasswordLogin{}).Error; err != nil {
		return err
	}
	if err := tx.Where("child_id = ?", personID).Delete(&GuardianCode{}).Error; err != nil {
		return err
	}
	if err := tx.Where("person_id = ?", personID).Delete(&LinkCode{}).Error; err != nil {
		return err
	}
	err = tx.Model(&Guardianship{}).Where("(guardian_id = ? OR child_id = ?) AND live = 1", personID, personID).
		Updates(map[string]any{"live": nil, "ended_at": tx.Now}).Error
	if err != nil {
		return err
	}
	return tx.Model(&Session{}).Where("person_id = ? AND ended_at IS NULL", personID).Update("ended_at", tx.Now).Error
}

func closing(db *gorm.DB, limit int) (ids []int64, err error) {
	err = db.Model(&Person{}).Where("forgotten_at IS NULL AND closed_at > 0").Order("closed_at").Limit(limit).Pluck("id", &ids).Error
	return ids, err
}

// forget deletes the sessions; a sign-in that was under way may have left what it found. That two
// accounts are one human's stays with what they decided: two numbers that say nothing of anybody.
func forget(tx *store.Tx, personID int64) error {
	err := tx.Where("(low_id = ? OR high_id = ?) AND state = ?", personID, personID, DuplicateOpen).
		Where("by_identity = 0 AND by_unionid = 0 AND by_link = 0 AND by_proved_phone = 0").Delete(&Duplicate{}).Error
	if err != nil {
		return err
	}
	if err := tx.Model(&Duplicate{}).Where("low_id = ? OR high_id = ?", personID, personID).Update("reason", "").Error; err != nil {
		return err
	}
	if err := tx.Where("session_id IN (?)", tx.Model(&Session{}).Select("id").Where("person_id = ?", personID)).Delete(&RefreshToken{}).Error; err != nil {
		return err
	}
	return tx.Where("person_id = ?", personID).Delete(&Session{}).Error
}

func setForgotten(tx *store.Tx, personID int64, closedBefore store.Time) error {
	return tx.Model(&Person{}).Where("id = ? AND closed_at <= ?", personID, closedBefore).Update("forgotten_at", tx.Now).Error
}
