package request

import (
	"encoding/json"

	"gorm.io/gorm"

	"yimi/internal/fault"
	"yimi/internal/store"
)

func (s shelf) sealBeneficiary(b *Beneficiary) {
	text, _ := json.Marshal(details{Phone: b.Phone, Address: b.Address})
	b.Sealed = s.box.Seal("beneficiaries/"+b.Ref, text)
}

func (s shelf) beneficiaries(db *gorm.DB, personID int64) (out []Beneficiary, err error) {
	type row struct {
		Beneficiary
		UnitNamed string
	}
	var rows []row
	err = db.Table("beneficiaries").Select("beneficiaries.*, COALESCE(units.name, '') AS unit_named").
		Joins("LEFT JOIN units ON units.id = beneficiaries.unit_id").
		Where("beneficiaries.person_id = ?", personID).Order("beneficiaries.id").Limit(maxBeneficiaries).Find(&rows).Error
	for i := 0; i < len(rows) && err == nil; i++ {
		b := rows[i].Beneficiary
		b.UnitName = rows[i].UnitNamed
		err = s.openBeneficiary(&b)
		out = append(out, b)
	}
	return out, err
}

func (s shelf) openBeneficiary(b *Beneficiary) error {
	text, err := s.box.Open("beneficiaries/"+b.Ref, b.Sealed)
	if err != nil || text == nil {
		return err
	}
	var d details
	err = json.Unmarshal(text, &d)
	b.Phone, b.Address = d.Phone, d.Address
	return err
}

func (s shelf) findBeneficiary(db *gorm.DB, personID, id int64) (*Beneficiary, error) {
	var b Beneficiary
	err := db.Where("id = ? AND person_id = ?", id, personID).Take(&b).Error
	if store.IsNotFound(err) {
		return nil, errNoBeneficiary.Because(err)
	}
	if err != nil {
		return nil, err
	}
	return &b, s.openBeneficiary(&b)
}

// findSelf finds what somebody keeps of themselves; nil if there is nothing.
func (s shelf) findSelf(db *gorm.DB, personID int64) (*Beneficiary, error) {
	var out []Beneficiary
	err := db.Where("person_id = ? AND relation = ?", personID, Self).Order("id").Limit(1).Find(&out).Error
	if err != nil || len(out) == 0 {
		return nil, err
	}
	return &out[0], s.openBeneficiary(&out[0])
}

// askedFor finds whom an account's request is for, among those the account keeps: oneself anew when nothing
// is kept yet, nil for somebody who was taken out.
func (s shelf) askedFor(db *gorm.DB, l *Line) (*Beneficiary, error) {
	if l.Relation == Self {
		b, err := s.findSelf(db, *l.PersonID)
		if err == nil && b == nil {
			b = &Beneficiary{PersonID: *l.PersonID, Name: l.PersonName, Relation: Self, Sex: "unknown", BirthDate: l.BirthDate}
		}
		return b, err
	}
	if l.BeneficiaryID == nil {
		return nil, nil
	}
	b, err := s.findBeneficiary(db, *l.PersonID, *l.BeneficiaryID)
	if fault.From(err).Kind == fault.NotFound {
		return nil, nil //nolint:nilerr // taken out meanwhile
	}
	return b, err
}

func countBeneficiaries(tx *store.Tx, personID int64) (n int64, err error) {
	err = tx.Model(&Beneficiary{}).Where("person_id = ?", personID).Count(&n).Error
	return n, err
}

func (s shelf) insertBeneficiary(tx *store.Tx, b *Beneficiary) error {
	b.ID, b.Ref, b.CreatedAt = 0, newRef(), tx.Now
	s.sealBeneficiary(b)
	return tx.Create(b).Error
}

func (s shelf) saveBeneficiary(tx *store.Tx, b *Beneficiary) error {
	s.sealBeneficiary(b)
	return tx.Model(&Beneficiary{}).Where("id = ?", b.ID).Select("name", "relation", "sex", "birth_date", "groups_of", "unit_id", "guardian", "consent", "sealed").Updates(b).Error
}

func deleteBeneficiary(tx *store.Tx, personID, id int64) (bool, error) {
	res := tx.Where("id = ? AND person_id = ?", id, personID).Delete(&Beneficiary{})
	return res.RowsAffected == 1, res.Error
}
