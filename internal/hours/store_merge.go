package hours

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"yimi/internal/store"
)

// holdVolunteer makes all who credit the person wait until the transaction ends, also for the
// first entry, when there is no row yet.
func holdVolunteer(tx *store.Tx, personID int64) error {
	return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "person_id"}}, DoUpdates: clause.Assignments(map[string]any{
		"sequence": gorm.Expr("volunteer_hours.sequence")})}).Create(&Volunteer{PersonID: personID}).Error
}

// moveProposals lets minutes that still wait for approval come to the new account.
func moveProposals(tx *store.Tx, from, into int64) error {
	return tx.Model(&Proposal{}).Where("person_id = ? AND state = ? AND class = ?", from, ProposalPending, Manual).Update("person_id", into).Error
}

func moveTotal(tx *store.Tx, from, into int64) error {
	old, err := findVolunteer(tx.DB, from)
	if store.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	err = tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "person_id"}}, DoUpdates: clause.Assignments(map[string]any{
		"minutes": gorm.Expr("volunteer_hours.minutes + ?", old.Minutes), "entries": gorm.Expr("volunteer_hours.entries + ?", old.Entries)})}).
		Create(&Volunteer{PersonID: into, Minutes: old.Minutes, Entries: old.Entries}).Error
	if err != nil {
		return err
	}
	return tx.Model(&Volunteer{}).Where("person_id = ?", from).Updates(map[string]any{"minutes": 0, "entries": 0}).Error
}

// moveMonths adds each month to the new account's: those it has, and then those it has not.
func moveMonths(tx *store.Tx, from, into int64) error {
	err := tx.Exec(`UPDATE volunteer_months SET minutes = minutes + COALESCE((SELECT o.minutes FROM (SELECT * FROM volunteer_months WHERE person_id = ?) o WHERE o.month = volunteer_months.month), 0),
		entries = entries + COALESCE((SELECT o.entries FROM (SELECT * FROM volunteer_months WHERE person_id = ?) o WHERE o.month = volunteer_months.month), 0)
		WHERE person_id = ?`, from, from, into).Error
	if err != nil {
		return err
	}
	err = tx.Exec(`DELETE FROM volunteer_months WHERE person_id = ? AND month IN (SELECT month FROM (SELECT month FROM volunteer_months WHERE person_id = ?) has)`, from, into).Error
	if err != nil {
		return err
	}
	return tx.Model(&Month{}).Where("person_id = ?", from).Update("person_id", into).Error
}

// moveCampaigns does the same for campaigns, where who had two accounts was counted as two volunteers.
func moveCampaigns(tx *store.Tx, from, into int64) error {
	var both []int64
	err := tx.Table("campaign_people a").Joins("JOIN campaign_people b ON b.campaign_id = a.campaign_id AND b.person_id = ?", into).
		Where("a.person_id = ?", from).Order("a.campaign_id").Pluck("a.campaign_id", &both).Error
	if err != nil {
		return err
	}
	if len(both) > 0 {
		if err := joinCampaigns(tx, from, into, both); err != nil {
			return err
		}
	}
	return tx.Model(&CampaignPerson{}).Where("person_id = ?", from).Update("person_id", into).Error
}

func joinCampaigns(tx *store.Tx, from, into int64, both []int64) error {
	err := tx.Exec(`UPDATE campaign_people SET minutes = minutes + (SELECT o.minutes FROM (SELECT * FROM campaign_people WHERE person_id = ?) o WHERE o.campaign_id = campaign_people.campaign_id),
		entries = entries + (SELECT o.entries FROM (SELECT * FROM campaign_people WHERE person_id = ?) o WHERE o.campaign_id = campaign_people.campaign_id)
		WHERE person_id = ? AND campaign_id IN ?`, from, from, into, both).Error
	if err != nil {
		return err
	}
	if err := tx.Where("person_id = ? AND campaign_id IN ?", from, both).Delete(&CampaignPerson{}).Error; err != nil {
		return err
	}
	rows := make([]total, len(both))
	for i, id := range both {
		rows[i] = total{Scope: "campaign", ScopeID: id, Stripe: from % stripes, Volunteers: -1}
	}
	return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "scope"}, {Name: "scope_id"}, {Name: "part"}, {Name: "stripe"}},
		DoUpdates: addExcluded(tx.Dialector.Name(), "volunteers")}).Create(&rows).Error
}
