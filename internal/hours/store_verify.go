package hours

import "gorm.io/gorm"

// entriesAfter gives the entries after one, chain by chain.
func entriesAfter(db *gorm.DB, last *Entry, limit int) (out []Entry, err error) {
	err = db.Where("person_id >= ? AND (person_id > ? OR sequence > ?)", last.PersonID, last.PersonID, last.Sequence).
		Order("person_id, sequence").Limit(limit).Find(&out).Error
	return out, err
}

// brokenEnds gives the people whose chain's last entries are gone.
func brokenEnds(db *gorm.DB, limit int) (people []int64, err error) {
	err = db.Table("volunteer_hours v").
		Joins("LEFT JOIN hour_entries e ON e.person_id = v.person_id AND e.sequence = v.sequence AND e.hash = v.last_hash").
		Where("e.id IS NULL AND v.sequence > 0").Limit(limit).Pluck("v.person_id", &people).Error
	return people, err
}

// rollUp compares one table of totals with the ledger, by key.
type rollUp struct{ name, kept, summed string }

const services = "SUM(CASE WHEN e.class = 'correction' THEN 0 ELSE 1 END)"

// The totals of who had two accounts are one person's (docs/adr/0016).
const (
	owner  = "COALESCE(p.merged_into, e.person_id)"
	people = "LEFT JOIN people p ON p.id = e.person_id"
)

var rollUps = []rollUp{
	{"volunteer_hours", "SELECT person_id AS k, minutes AS m, entries AS n FROM volunteer_hours",
		"SELECT " + owner + " AS k, -SUM(e.minutes), -" + services + " FROM hour_entries e " + people + " GROUP BY k"},
	{"volunteer_months", "SELECT CONCAT(person_id, '/', month) AS k, minutes AS m, entries AS n FROM volunteer_months",
		"SELECT CONCAT(" + owner + ", '/', e.month) AS k, -SUM(e.minutes), -" + services + " FROM hour_entries e " + people + " GROUP BY k"},
	{"campaign_people", "SELECT CONCAT(campaign_id, '/', person_id) AS k, minutes AS m, entries AS n FROM campaign_people",
		"SELECT CONCAT(e.campaign_id, '/', " + owner + ") AS k, -SUM(e.minutes), -" + services + " FROM hour_entries e " + people + " GROUP BY k"},
	{"campaign totals", "SELECT scope_id AS k, minutes AS m, entries AS n FROM hour_totals WHERE scope = 'campaign'",
		"SELECT e.campaign_id, -SUM(e.minutes), -" + services + " FROM hour_entries e GROUP BY e.campaign_id"},
	{"campaign volunteers", "SELECT scope_id AS k, volunteers AS m, 0 AS n FROM hour_totals WHERE scope = 'campaign'",
		"SELECT campaign_id, -COUNT(*), 0 FROM campaign_people GROUP BY campaign_id"},
	{"campaign totals by unit", "SELECT CONCAT(scope_id, '/', part) AS k, minutes AS m, entries AS n FROM hour_totals WHERE scope = 'campaign_unit'",
		"SELECT CONCAT(e.campaign_id, '/', e.unit_id), -SUM(e.minutes), -" + services + " FROM hour_entries e GROUP BY e.campaign_id, e.unit_id"},
	{"unit totals", "SELECT scope_id AS k, minutes AS m, entries AS n FROM hour_totals WHERE scope = 'unit' AND part = ''",
		"SELECT a.id, -SUM(e.m), -SUM(e.n) FROM (" + byUnit("") + ") e " + above + " GROUP BY a.id"},
	{"unit months", "SELECT CONCAT(scope_id, '/', part) AS k, minutes AS m, entries AS n FROM hour_totals WHERE scope = 'unit' AND part <> ''",
		"SELECT CONCAT(a.id, '/', e.month), -SUM(e.m), -SUM(e.n) FROM (" + byUnit(", e.month") + ") e " + above + " GROUP BY a.id, e.month"},
}

// above joins the sums by unit to each unit above. CROSS JOIN keeps SQLite from putting the
// units outside, where it would sum the ledger again for each of them.
const above = "CROSS JOIN units u ON u.id = e.unit_id CROSS JOIN units a ON u.path LIKE CONCAT(a.path, '%')"

// byUnit sums the ledger by unit before the tree is joined: every entry joined to every unit
// above it would read the ledger as many times as there are units.
func byUnit(and string) string {
	return "SELECT e.unit_id" + and + ", SUM(e.minutes) AS m, " + services + " AS n FROM hour_entries e GROUP BY e.unit_id" + and
}

// difference is what a roll-up's row has more than the ledger.
type difference struct {
	K    string
	M, N int64 // minutes (or people), entries
}

// differences adds what is kept to the negative of what is summed: what is left over is a difference.
func differences(db *gorm.DB, u rollUp, limit int) (out []difference, err error) {
	err = db.Raw("SELECT k, SUM(m) AS m, SUM(n) AS n FROM ("+u.kept+" UNION ALL "+u.summed+") both_sides "+
		"GROUP BY k HAVING SUM(m) <> 0 OR SUM(n) <> 0 LIMIT ?", limit).Scan(&out).Error
	return out, err
}
