package identity

import (
	"context"

	"gorm.io/gorm"

	"yimi/internal/age"
	"yimi/internal/store"
)

// consentsShown bounds what one read of a person's log gives.
const consentsShown = 100

// lastConsent gives the last line of a kind, or nil.
func lastConsent(ctx context.Context, db *gorm.DB, personID int64, kind ConsentKind) (*Consent, error) {
	c, err := gorm.G[Consent](db).Where("person_id = ? AND kind = ?", personID, kind).Order("at DESC, id DESC").Take(ctx)
	if store.IsNotFound(err) {
		return nil, nil
	}
	return &c, err
}

// lastConsents gives the last line of every kind, in one statement.
func lastConsents(ctx context.Context, db *gorm.DB, personID int64) (map[ConsentKind]*Consent, error) {
	rows, err := gorm.G[Consent](db).Where(`person_id = ? AND NOT EXISTS (SELECT 1 FROM consents later WHERE later.person_id = consents.person_id
		AND later.kind = consents.kind AND (later.at > consents.at OR later.at = consents.at AND later.id > consents.id))`, personID).Find(ctx)
	out := make(map[ConsentKind]*Consent, len(rows))
	for i := range rows {
		out[rows[i].Kind] = &rows[i]
	}
	return out, err
}

// consentsOf gives a person's lines, the last first.
func consentsOf(ctx context.Context, db *gorm.DB, personID int64, limit int) ([]Consent, error) {
	return gorm.G[Consent](db).Where("person_id = ?", personID).Order("at DESC, id DESC").Limit(limit).Find(ctx)
}

// childrenOf gives which of the accounts say that their owner is under 14.
func childrenOf(tx *store.Tx, people []int64) (out []int64, err error) {
	after := age.BornBy(age.Consent, tx.Now.Time)
	err = tx.Model(&Person{}).Where("id IN ? AND merged_into IS NULL AND birth_date > ?", people, after).Order("id").Pluck("id", &out).Error
	return out, err
}

func insertConsent(ctx context.Context, tx *store.Tx, c *Consent) error {
	c.ID, c.At = 0, tx.Now
	return gorm.G[Consent](tx.DB).Create(ctx, c)
}

// outdated narrows to who is shown and has not agreed to the version. Who is shown has agreed last to some.
func outdated(people *gorm.DB, version string) *gorm.DB {
	return people.Where(`show_on_leaderboard = ? AND NOT EXISTS (SELECT 1 FROM consents
		WHERE consents.person_id = people.id AND consents.kind = ? AND consents.given = ? AND consents.version = ?)`, true, Leaderboard, true, version)
}

func outdatedNames(db *gorm.DB, version string, after int64, limit int) (ids []int64, err error) {
	err = outdated(db.Table("people"), version).Where("id > ?", after).Order("id").Limit(limit).Pluck("id", &ids).Error
	return ids, err
}

func hideOutdated(tx *store.Tx, version string, ids []int64) error {
	return outdated(tx.Table("people"), version).Where("id IN ?", ids).Update("show_on_leaderboard", false).Error
}

// districts are the district centres, who answer for what is done with people's data.
func districts(ctx context.Context, db *gorm.DB) ([]Home, error) {
	return gorm.G[Home](db).Where("kind = ?", "district_centre").Order("id").Find(ctx)
}
