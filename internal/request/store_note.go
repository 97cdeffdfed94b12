package request

import (
	"slices"

	"gorm.io/gorm"

	"yimi/internal/auth"
	"yimi/internal/scope"
	"yimi/internal/store"
)

func (s shelf) notesOf(db *gorm.DB, id int64, kind string) (out []Note, err error) {
	err = db.Table("request_notes").Select("request_notes.*, COALESCE(people.name, '') AS author_name").
		Joins("LEFT JOIN people ON people.id = request_notes.author_id").
		Where("request_notes.request_id = ? AND request_notes.kind = ?", id, kind).Order("request_notes.id").Limit(500).Find(&out).Error
	for i := 0; i < len(out) && err == nil; i++ {
		var text []byte
		text, err = s.box.Open("notes/"+out[i].Ref, out[i].Sealed)
		out[i].Text = string(text)
	}
	return out, err
}

func (s shelf) insertNote(tx *store.Tx, n *note, text string) error {
	n.ID, n.Ref, n.CreatedAt = 0, newRef(), tx.Now
	n.Sealed = s.box.Seal("notes/"+n.Ref, []byte(text))
	return tx.Create(n).Error
}

// messageWaits keeps that a message of a request waits to be answered.
func messageWaits(tx *store.Tx, id int64) error {
	return tx.Model(&Request{}).Where("id = ?", id).Update("message_waits", 1).Error
}

// messageTold keeps which unit's staff were told that one waits.
func messageTold(tx *store.Tx, id, unitID int64) error {
	return tx.Model(&Request{}).Where("id = ?", id).Update("message_told", unitID).Error
}

// messageRead keeps that no message of a request waits any more.
func messageRead(tx *store.Tx, id int64) error {
	return tx.Model(&Request{}).Where("id = ?", id).Updates(map[string]any{"message_waits": nil, "message_told": nil}).Error
}

// staffOf gives the staff who are nearest to a unit: its own, or those of the first unit above it that has any.
func staffOf(db *gorm.DB, path string) (out []int64, err error) {
	units := scope.IDsOn(path)
	var rows []struct{ PersonID, UnitID int64 }
	err = db.Table("role_grants").Select("role_grants.person_id, role_grants.unit_id").Joins("JOIN people ON people.id = role_grants.person_id").
		Where("role_grants.unit_id IN ? AND role_grants.role IN ? AND people.closed_at IS NULL", units, []auth.Role{auth.StationStaff, auth.DistrictAdmin}).
		Order("role_grants.person_id").Find(&rows).Error
	for i := len(units) - 1; i >= 0 && len(out) == 0; i-- {
		for _, r := range rows {
			if r.UnitID == units[i] && !slices.Contains(out, r.PersonID) {
				out = append(out, r.PersonID)
			}
		}
	}
	return out, err
}
