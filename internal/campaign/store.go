package campaign

import (
	"strconv"

	"gorm.io/gorm"

	"yimi/internal/store"
)

// rankDepth is how far down a person's place is counted; beyond it none is told.
const rankDepth = 1000

func lines(db *gorm.DB) *gorm.DB {
	return db.Table("campaigns").Select("campaigns.*, units.name AS unit_name, units.path AS unit_path").
		Joins("JOIN units ON units.id = campaigns.unit_id")
}

func allLines(db *gorm.DB) (out []Line, err error) {
	err = lines(db).Order("campaigns.id").Find(&out).Error
	return out, err
}

// findLine gives one campaign, or store.IsNotFound.
func findLine(db *gorm.DB, id int64) (l Line, err error) {
	err = lines(db).Where("campaigns.id = ?", id).Take(&l).Error
	return l, err
}

func withIDs(db *gorm.DB, ids []int64) (out []Campaign, err error) {
	err = db.Where("id IN ?", ids).Find(&out).Error
	return out, err
}

// insert writes a campaign; a name that is taken is store.IsDuplicate.
func insert(tx *store.Tx, c *Campaign) error {
	c.ID, c.CreatedAt = 0, tx.Now
	return tx.Create(c).Error
}

// update writes only what the patch names.
func update(tx *store.Tx, id int64, p Patch) error {
	return tx.Model(&Campaign{}).Where("id = ?", id).Updates(p.columns()).Error
}

func (p Patch) columns() map[string]any {
	columns := map[string]any{}
	store.Set(columns, "story", p.Story)
	store.Set(columns, "art", p.Art)
	store.Set(columns, "goal_minutes", p.GoalMinutes)
	store.Set(columns, "ends_on", p.EndsOn)
	return columns
}

func find(db *gorm.DB, id int64) (*Campaign, error) {
	var c Campaign
	return &c, db.Take(&c, id).Error
}

// takeTurn makes all who hold something to a campaign's period, and who changes it, queue until the
// transaction ends; false if there is no such campaign.
func takeTurn(tx *store.Tx, id int64) (bool, error) {
	res := tx.Model(&Campaign{}).Where("id = ?", id).Update("ends_on", gorm.Expr("ends_on"))
	return res.RowsAffected == 1, res.Error
}

func peopleBoard(db *gorm.DB, campaignID int64, limit int) (rows []Row, err error) {
	first := db.Table("campaign_people").Select("person_id, minutes, entries").
		Where("campaign_id = ? AND minutes > 0", campaignID).
		Order("minutes DESC, person_id DESC").Limit(limit) // as the index has them
	err = db.Table("(?) AS first", first).
		Select(`people.id AS person_id, people.name, people.show_on_leaderboard AS shown, units.name AS unit_name,
			first.minutes, first.entries`).
		Joins("JOIN people ON people.id = first.person_id").
		Joins("LEFT JOIN units ON units.id = people.unit_id").
		Order("first.minutes DESC, first.person_id DESC").Find(&rows).Error
	return rows, err
}

func unitsBoard(db *gorm.DB, campaignID int64, limit int) ([]Row, error) {
	var sums []struct {
		Part    string
		Minutes int
		Entries int
	}
	err := db.Table("hour_totals").Select("part, SUM(minutes) AS minutes, SUM(entries) AS entries").
		Where("scope = 'campaign_unit' AND scope_id = ?", campaignID).Group("part").
		Order("minutes DESC, part").Limit(limit).Find(&sums).Error
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(sums))
	for i, s := range sums {
		ids[i], _ = strconv.ParseInt(s.Part, 10, 64)
	}
	names, err := unitNames(db, ids)
	rows := make([]Row, len(sums))
	for i, s := range sums {
		rows[i] = Row{Name: names[ids[i]], Shown: true, Minutes: s.Minutes, Entries: s.Entries}
	}
	return rows, err
}

func unitNames(db *gorm.DB, ids []int64) (map[int64]string, error) {
	var rows []struct {
		ID   int64
		Name string
	}
	err := db.Table("units").Select("id, name").Where("id IN ?", ids).Find(&rows).Error
	out := make(map[int64]string, len(rows))
	for _, r := range rows {
		out[r.ID] = r.Name
	}
	return out, err
}

// partOf reads a person's part; the place is counted over at most rankDepth index rows.
func partOf(db *gorm.DB, campaignID, personID int64) (p Part, err error) {
	err = db.Table("campaign_people").Select("minutes, entries").
		Where("campaign_id = ? AND person_id = ?", campaignID, personID).Limit(1).Find(&p).Error
	if err != nil || p.Minutes <= 0 {
		return p, err
	}
	n, err := store.CountUpTo(db.Table("campaign_people").Where("campaign_id = ? AND minutes > ?", campaignID, p.Minutes), rankDepth)
	if err != nil {
		return p, err
	}
	if n < rankDepth {
		p.Rank = int(n) + 1
	}
	return p, nil
}
