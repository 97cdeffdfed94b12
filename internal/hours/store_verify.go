package hours

import "gorm.io/gorm"

// entriesAfter gives the entries after one, chain by chain.
func entriesAfter(db *gorm.DB, last *Entry, limit int) (out []Entry, err error) {
	err = db.Where("person_id >= ? AND (person_id > ? OR sequence > ?)", last.PersonID, last.PersonID, last.Sequence).
		Order("person_id, sequence").Limit(limit).Find(&out).Error
	return out, err
}

// kept is what is kept of some people beside the ledger.
type kept struct {
	volunteers []Volunteer
	months     []Month
	campaigns  []CampaignPerson
	spans      []credited // by person and start
}

// keptOf reads the totals of the people with those ids; campaigns are all that totals are kept of.
func keptOf(db *gorm.DB, campaigns []int64, from, to int64) (k kept, err error) {
	of := func() *gorm.DB { return db.Where("person_id BETWEEN ? AND ?", from, to) }
	if err = of().Find(&k.volunteers).Error; err != nil {
		return k, err
	}
	if err = of().Find(&k.months).Error; err != nil {
		return k, err
	}
	if err = of().Order("person_id, from_at, entry_id").Find(&k.spans).Error; err != nil {
		return k, err
	}
	err = of().Where("campaign_id IN ?", campaigns).Find(&k.campaigns).Error
	return k, err
}

// campaignsKept gives the campaigns that totals of people are kept of.
func campaignsKept(db *gorm.DB) (ids []int64, err error) {
	err = db.Model(&CampaignPerson{}).Distinct().Pluck("campaign_id", &ids).Error
	return ids, err
}

// mergedInto gives the account that an account was merged into: the totals of who had two are
// one person's (docs/adr/0016).
func mergedInto(db *gorm.DB) (map[int64]int64, error) {
	var rows []struct{ ID, MergedInto int64 }
	err := db.Table("people").Select("id, merged_into").Where("merged_into IS NOT NULL").Find(&rows).Error
	out := make(map[int64]int64, len(rows))
	for _, r := range rows {
		out[r.ID] = r.MergedInto
	}
	return out, err
}

// totalsKept gives the totals of campaigns and units.
func totalsKept(db *gorm.DB) (out []total, err error) {
	err = db.Find(&out).Error
	return out, err
}

// unitPaths gives the path of each unit.
func unitPaths(db *gorm.DB) (map[int64]string, error) {
	var rows []struct {
		ID   int64
		Path string
	}
	err := db.Table("units").Select("id, path").Find(&rows).Error
	out := make(map[int64]string, len(rows))
	for _, r := range rows {
		out[r.ID] = r.Path
	}
	return out, err
}
