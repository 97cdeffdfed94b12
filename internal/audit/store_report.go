package audit

import (
	"strings"

	"gorm.io/gorm"

	"yimi/internal/auth"
	"yimi/internal/scope"
	"yimi/internal/store"
)

// deedCount is how often a role did an operation in a month at a unit.
type deedCount struct {
	Role      auth.Role
	Operation string
	UnitName  string
	Month     int
	N         int
}

// minorDeeds counts what staff and workers did with minors' records in a year, in one statement.
func minorDeeds(db *gorm.DB, roots []string, months [13]store.Time) (out []deedCount, err error) {
	cases, args := make([]string, 12), make([]any, 12)
	for i := range cases {
		cases[i], args[i] = "WHEN a.at < ? THEN "+[]string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"}[i], months[i+1]
	}
	month := "CASE " + strings.Join(cases, " ") + " END"
	inner := scoped(db.Table("audit_entries a"), roots).
		Select("a.role, a.operation, a.unit_id, "+month+" AS month", args...).
		Where("a.minor = ? AND a.at >= ? AND a.at < ?", true, months[0], months[12]).
		Where("a.role IN ?", []auth.Role{auth.SocialWorker, auth.StationStaff, auth.DistrictAdmin})
	err = db.Table("(?) AS t", inner).Select("t.role, t.operation, COALESCE(u.name, '') AS unit_name, t.month, COUNT(*) AS n").
		Joins("LEFT JOIN units u ON u.id = t.unit_id").Group("t.role, t.operation, t.unit_id, u.name, t.month").Scan(&out).Error
	return out, err
}

// held counts the minors of the units under the roots whose records were made before the instant.
func held(db *gorm.DB, roots []string, minor, guarded string, before store.Time) (h Held, err error) {
	requests := func() *gorm.DB {
		return scope.Under(db.Table("requests"), "requests.unit_id", roots).
			Where("requests.birth_date > ? AND requests.created_at < ? AND requests.state <> 'draft'", minor, before)
	}
	if err = requests().Count(&h.Requests).Error; err != nil {
		return h, err
	}
	each := requests().Select("COALESCE(requests.person_id, 0) AS asker, requests.beneficiary_name AS name, requests.birth_date AS born, " +
		"MIN(CASE WHEN requests.person_id IS NULL OR requests.relation <> 'self' THEN requests.guardian WHEN EXISTS (" +
		"SELECT 1 FROM guardianships g WHERE g.child_id = requests.person_id AND g.live = 1) THEN 1 ELSE 0 END) AS consented").
		Group("COALESCE(requests.person_id, 0), requests.beneficiary_name, requests.birth_date")
	var b struct{ Total, Young, Consented int64 }
	err = db.Table("(?) AS t", each).Select("COUNT(*) AS total, COALESCE(SUM(CASE WHEN t.born > ? THEN 1 ELSE 0 END), 0) AS young, "+
		"COALESCE(SUM(CASE WHEN t.born > ? AND t.consented = 1 THEN 1 ELSE 0 END), 0) AS consented", guarded, guarded).Scan(&b).Error
	if err != nil {
		return h, err
	}
	h.Beneficiaries, h.Under14, h.WithGuardian, h.WithoutGuardian = b.Total, b.Young, b.Consented, b.Young-b.Consented
	err = heldAccounts(db, roots, minor, guarded, before, &h)
	return h, err
}

// heldAccounts counts the minors' accounts in one pass, which the birth date narrows first: the + keeps
// SQLite from going through everybody of every unit.
func heldAccounts(db *gorm.DB, roots []string, minor, guarded string, before store.Time, h *Held) error {
	var n struct{ People, PeopleUnder14, PeopleGuarded, Volunteers int64 }
	err := scope.Under(db.Table("people"), "+people.unit_id", roots).Where("people.birth_date > ? AND people.created_at < ?", minor, before).
		Select(`COUNT(*) AS people, COALESCE(SUM(CASE WHEN people.birth_date > ? THEN 1 ELSE 0 END), 0) AS people_under14,
			COALESCE(SUM(CASE WHEN people.birth_date > ? AND EXISTS (SELECT 1 FROM guardianships g WHERE g.child_id = people.id AND g.live = 1) THEN 1 ELSE 0 END), 0) AS people_guarded,
			COALESCE(SUM(CASE WHEN people.volunteer_since IS NOT NULL THEN 1 ELSE 0 END), 0) AS volunteers`, guarded, guarded).Scan(&n).Error
	h.People, h.PeopleUnder14, h.PeopleGuarded, h.Volunteers = n.People, n.PeopleUnder14, n.PeopleGuarded, n.Volunteers
	return err
}

// unitNames names the roots.
func unitNames(db *gorm.DB, roots []string) (out []string, err error) {
	err = db.Table("units").Where("path IN ?", roots).Order("path").Pluck("name", &out).Error
	return out, err
}
