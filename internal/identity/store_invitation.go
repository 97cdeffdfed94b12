package identity

import (
	"gorm.io/gorm"

	"yimi/internal/scope"
	"yimi/internal/store"
)

func invitations(db *gorm.DB) *gorm.DB {
	return db.Table("role_invitations i").
		Select("i.*, inviter.name AS invited_by_name, COALESCE(taker.name, '') AS accepted_by_name, u.name AS unit_name, u.path AS unit_path").
		Joins("JOIN people inviter ON inviter.id = i.invited_by").Joins("LEFT JOIN people taker ON taker.id = i.accepted_by").Joins("JOIN units u ON u.id = i.unit_id")
}

// invitationBy gives one invitation, or store.IsNotFound.
func invitationBy(db *gorm.DB, where string, key any) (view InvitationView, err error) {
	err = invitations(db).Where(where, key).Take(&view).Error
	return view, err
}

// invitationsUnder gives the newest invitations of the units under the roots.
func invitationsUnder(db *gorm.DB, roots []string) (views []InvitationView, err error) {
	err = scope.Under(invitations(db), "i.unit_id", roots).Order("i.id DESC").Limit(invitationsShown).Find(&views).Error
	return views, err
}

// endInvitation writes what became of an invitation, and tells whether it was open.
func endInvitation(tx *store.Tx, id int64, to map[string]any) (bool, error) {
	res := tx.Model(&RoleInvitation{}).Where("id = ? AND accepted_at IS NULL AND withdrawn_at IS NULL AND expires_at > ?", id, tx.Now).Updates(to)
	return res.RowsAffected == 1, res.Error
}

// pruneInvitations deletes those that ran out before the instant.
func pruneInvitations(tx *store.Tx, before store.Time) error {
	return tx.Where("expires_at < ?", before).Delete(&RoleInvitation{}).Error
}

func insertInvitation(tx *store.Tx, i *RoleInvitation) error { return tx.Create(i).Error }
