package hours

import (
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"yimi/internal/store"
)

// stripes is how many rows share one hot total, so that writers of different
// volunteers do not queue behind one row.
const stripes = 16

// total is one stripe of a hot total.
type total struct {
	Scope      string // campaign, campaign_unit, unit
	ScopeID    int64
	Part       string // "" for all time; the unit's id under campaign_unit; the month under unit
	Stripe     int64
	Minutes    int64
	Entries    int64
	Volunteers int64
}

func (total) TableName() string { return "hour_totals" }

// CampaignPerson is one person's part of one campaign.
type CampaignPerson struct {
	CampaignID int64
	PersonID   int64
	Minutes    int
	Entries    int
}

// TableName names the roll-up's table.
func (CampaignPerson) TableName() string { return "campaign_people" }

// turn takes the next place in the volunteer's chain for the entry and moves the roll-up; it gives the
// total with the entry. The row stays locked until the transaction ends, so one volunteer's entries queue.
func turn(tx *store.Tx, e *Entry) (total Volunteer, err error) {
	chain, into, err := findChain(tx.DB, e)
	moved := false
	if err == nil {
		moved, err = extend(tx, e, &chain, into)
	}
	if err == nil && !moved || store.IsNotFound(err) { // somebody was faster, or it is the first entry
		if err = holdVolunteer(tx, e.PersonID); err != nil {
			return chain, err
		}
		if chain, into, err = findChain(tx.DB, e); err == nil {
			_, err = extend(tx, e, &chain, into)
		}
	}
	if err != nil || into == 0 {
		return chain, err
	}
	// Who had two accounts has two chains, and one total (docs/adr/0016).
	e.owner = into
	if err := addToVolunteer(tx, into, e.Minutes, e.services()); err != nil {
		return chain, err
	}
	return findVolunteer(tx.DB, into)
}

// extend puts the entry behind the chain's end, with its minutes unless the account was merged into
// another. It tells whether the row, and whom the account is merged into (0: nobody), were as they were read.
func extend(tx *store.Tx, e *Entry, chain *Volunteer, into int64) (bool, error) {
	was := *chain
	e.Sequence, e.PreviousHash = was.Sequence+1, was.LastHash
	e.Hash = e.ComputeHash()
	chain.Sequence, chain.LastHash = e.Sequence, e.Hash
	if into == 0 {
		chain.Minutes, chain.Entries = was.Minutes+e.Minutes, was.Entries+e.services()
	}
	res := tx.Model(&Volunteer{}).Where("person_id = ? AND sequence = ? AND minutes = ?", e.PersonID, was.Sequence, was.Minutes).
		Where("EXISTS (SELECT 1 FROM people WHERE people.id = ? AND COALESCE(people.merged_into, 0) = ?)", e.PersonID, into).
		Updates(map[string]any{"sequence": chain.Sequence, "last_hash": chain.LastHash, "minutes": chain.Minutes, "entries": chain.Entries})
	return res.RowsAffected == 1, res.Error
}

func addToVolunteer(tx *store.Tx, personID int64, minutes, entries int) error {
	return tx.Model(&Volunteer{}).Where("person_id = ?", personID).
		Updates(map[string]any{"minutes": gorm.Expr("minutes + ?", minutes), "entries": gorm.Expr("entries + ?", entries)}).Error
}

func insertEntry(tx *store.Tx, e *Entry) error { return tx.Create(e).Error }

func addToMonth(tx *store.Tx, e *Entry) error {
	return tx.Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "person_id"}, {Name: "month"}},
		DoUpdates: clause.Assignments(map[string]any{
			"minutes": gorm.Expr("volunteer_months.minutes + ?", e.Minutes),
			"entries": gorm.Expr("volunteer_months.entries + ?", e.services()),
		}),
	}).Create(&Month{e.ownerID(), e.Month, e.Minutes, e.services()}).Error
}

// addToCampaignPerson reports whether this is the person's first entry in the
// campaign. The volunteer's row is locked, so reading first is safe.
func addToCampaignPerson(tx *store.Tx, e *Entry) (first bool, err error) {
	res := tx.Model(&CampaignPerson{}).Where("campaign_id = ? AND person_id = ?", e.CampaignID, e.ownerID()).
		Updates(map[string]any{"minutes": gorm.Expr("minutes + ?", e.Minutes), "entries": gorm.Expr("entries + ?", e.services())})
	if res.Error != nil || res.RowsAffected == 1 {
		return false, res.Error
	}
	return true, tx.Create(&CampaignPerson{e.CampaignID, e.ownerID(), e.Minutes, e.services()}).Error
}

// addToTotals moves every hot total in one statement, always in the same order.
func addToTotals(tx *store.Tx, e *Entry, ancestors []int64, first bool) error {
	volunteers := int64(0)
	if first {
		volunteers = 1
	}
	row := func(scope string, id int64, part string, volunteers int64) total {
		return total{scope, id, part, e.PersonID % stripes, int64(e.Minutes), int64(e.services()), volunteers}
	}
	rows := []total{
		row("campaign", e.CampaignID, "", volunteers),
		row("campaign_unit", e.CampaignID, strconv.FormatInt(e.UnitID, 10), 0),
	}
	rows[1].Stripe = 0 // one unit's staff confirm; the board of units reads a row each
	for _, id := range ancestors {
		rows = append(rows, row("unit", id, "", 0), row("unit", id, e.Month, 0))
	}
	return tx.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "scope"}, {Name: "scope_id"}, {Name: "part"}, {Name: "stripe"}},
		DoUpdates: addExcluded(tx.Dialector.Name(), "minutes", "entries", "volunteers"),
	}).Create(&rows).Error
}

// addExcluded adds the inserted row's values to the one that is there; the two
// databases name the inserted row differently.
func addExcluded(dialect string, columns ...string) clause.Set {
	inserted := "excluded.%"
	if dialect == "mysql" {
		inserted = "VALUES(%)"
	}
	set := clause.Set{}
	for _, c := range columns {
		expr := "hour_totals." + c + " + " + strings.ReplaceAll(inserted, "%", c)
		set = append(set, clause.Assignment{Column: clause.Column{Name: c}, Value: gorm.Expr(expr)})
	}
	return set
}

func sumTotals(db *gorm.DB, scope string, ids []int64) (map[int64]Totals, error) {
	var rows []struct {
		ScopeID int64
		Totals
	}
	err := db.Model(&total{}).
		Select("scope_id, SUM(minutes) AS minutes, SUM(entries) AS entries, SUM(volunteers) AS volunteers").
		Where("scope = ? AND part = '' AND scope_id IN ?", scope, ids).Group("scope_id").Find(&rows).Error
	out := make(map[int64]Totals, len(rows))
	for _, r := range rows {
		out[r.ScopeID] = r.Totals
	}
	return out, err
}

// findChain gives the end of the chain that an entry goes on, and whom the account was merged into; 0 for
// nobody. It notes what the human is credited with around the entry's time: that holds if the chain's end does,
// since whoever credits somebody moves it; and of a human's other accounts, since they are held.
func findChain(db *gorm.DB, e *Entry) (v Volunteer, into int64, err error) {
	var rows []struct {
		Volunteer
		MergedInto int64
		Near       credited `gorm:"embedded;embeddedPrefix:near_"`
	}
	q := db.Table("volunteer_hours").Joins("JOIN people ON people.id = volunteer_hours.person_id").Where("volunteer_hours.person_id = ?", e.PersonID)
	const columns = "volunteer_hours.*, COALESCE(people.merged_into, 0) AS merged_into"
	if e.Given == nil || e.Class == Correction {
		q = q.Select(columns)
	} else {
		from, to := e.Given.around()
		q = q.Select(columns+", s.entry_id AS near_entry_id, s.person_id AS near_person_id, s.from_at AS near_from_at, s.to_at AS near_to_at").
			Joins("LEFT JOIN credited_spans s ON s.person_id IN ? AND s.from_at > ? AND s.from_at < ? AND s.to_at > ?",
				e.humanIDs(), store.At(from.Add(-longestSpan)), to, from)
	}
	if err := q.Find(&rows).Error; err != nil {
		return v, 0, err
	}
	if len(rows) == 0 {
		return v, 0, gorm.ErrRecordNotFound
	}
	e.near = []credited{}
	for _, r := range rows {
		if r.Near.EntryID != 0 {
			e.near = append(e.near, r.Near)
		}
	}
	slices.SortFunc(e.near, func(a, b credited) int { return a.FromAt.Compare(b.FromAt.Time) })
	return rows[0].Volunteer, rows[0].MergedInto, nil
}

func findVolunteer(db *gorm.DB, personID int64) (v Volunteer, err error) {
	err = db.Where("person_id = ?", personID).Take(&v).Error
	return v, err
}

func monthsOf(db *gorm.DB, personID int64, months []string) (out []Month, err error) {
	err = db.Where("person_id = ? AND month IN ?", personID, months).Find(&out).Error
	return out, err
}

const entryColumns = `hour_entries.*, COALESCE(people.merged_into, people.id) AS owner_id, people.name AS person_name, activities.title AS activity_title,
	activities.place_name AS place_name, campaigns.name AS campaign_name, campaigns.art AS art, units.name AS unit_name,
	units.path AS unit_path, recorder.name AS recorded_by_name, approver.name AS approved_by_name,
	attendances.in_at, attendances.in_method, attendances.out_at, attendances.out_method,
	credited_spans.from_at, credited_spans.to_at, credited_spans.assumed, doubt.id IS NOT NULL AS granted_by_proposer`

// entryLines selects those entries with the names that a screen shows beside them. Those are
// found before anything is joined to them, so that a page reads as many rows as it has.
func entryLines(db *gorm.DB, which *gorm.DB) *gorm.DB {
	return db.Table("(?) AS hour_entries", which).Select(entryColumns).
		Joins("JOIN people ON people.id = hour_entries.person_id").
		Joins("JOIN activities ON activities.id = hour_entries.activity_id").
		Joins("JOIN campaigns ON campaigns.id = hour_entries.campaign_id").
		Joins("JOIN units ON units.id = hour_entries.unit_id").
		Joins("LEFT JOIN people recorder ON recorder.id = hour_entries.recorded_by").
		Joins("LEFT JOIN people approver ON approver.id = hour_entries.approved_by").
		Joins("LEFT JOIN attendances ON hour_entries.source = 'signup' AND attendances.signup_id = hour_entries.source_id").
		Joins("LEFT JOIN credited_spans ON credited_spans.entry_id = hour_entries.id").
		Joins("LEFT JOIN hour_attention doubt ON doubt.entry_id = hour_entries.id AND doubt.reason = ?", GrantedByProposer)
}

// findEntryLine gives one entry, or store.IsNotFound.
func findEntryLine(db *gorm.DB, id int64) (*Line, error) {
	var l Line
	err := entryLines(db, db.Table("hour_entries").Where("id = ?", id)).Take(&l).Error
	return &l, err
}

// entriesOf lists one chain by its sequence; who had two accounts has the entries of both, by
// when they were made.
func entriesOf(db *gorm.DB, personID int64, f Filter) (out []Line, err error) {
	var old []int64
	if err := db.Table("people").Where("merged_into = ?", personID).Pluck("id", &old).Error; err != nil {
		return nil, err
	}
	key := "sequence"
	if len(old) > 0 {
		key = "id"
	}
	q := db.Table("hour_entries").Where("person_id IN ?", append(old, personID))
	if f.Month != "" {
		q = q.Where("month = ?", f.Month)
	}
	if f.CampaignID != 0 {
		q = q.Where("campaign_id = ?", f.CampaignID)
	}
	if f.Before != 0 {
		q = q.Where(key+" < ?", f.Before)
	}
	err = entryLines(db, q.Order(key+" DESC").Limit(f.Limit)).Order("hour_entries." + key + " DESC").Find(&out).Error
	for i := range out {
		out[i].Key = out[i].Sequence
		if len(old) > 0 {
			out[i].Key = out[i].ID
		}
	}
	return out, err
}

func campaignRecords(db *gorm.DB, campaignID, before int64, limit int) (out []Record, err error) {
	newest := db.Table("hour_entries").Where("campaign_id = ?", campaignID)
	if before != 0 {
		newest = newest.Where("id < ?", before)
	}
	err = db.Table("(?) AS hour_entries", newest.Order("id DESC").Limit(limit)).
		Select(`hour_entries.id, hour_entries.class, hour_entries.minutes, hour_entries.starts_at,
			people.name, people.show_on_leaderboard AS shown, activities.title AS activity_title`).
		Joins("JOIN people ON people.id = hour_entries.person_id").
		Joins("JOIN activities ON activities.id = hour_entries.activity_id").
		Order("hour_entries.id DESC").Find(&out).Error
	return out, err
}

// sumCorrections gives the minutes that corrections have added to an entry.
func sumCorrections(db *gorm.DB, entryID int64) (minutes int, err error) {
	err = db.Model(&Entry{}).Select("COALESCE(SUM(minutes), 0)").Where("corrects_id = ?", entryID).Take(&minutes).Error
	return minutes, err
}
