package activity

import (
	"gorm.io/gorm"

	"yimi/internal/auth"
	"yimi/internal/scope"
	"yimi/internal/store"
)

// ledBy gives the name of who holds a staff role that is ending, and the activities to come at the units that end
// with it which they made or lead. A name that somebody else of the district bears too says of what others made
// nothing: it stays theirs.
func ledBy(db *gorm.DB, e auth.Ending, now store.Time) (name string, rows []Line, err error) {
	if name, err = nameOf(db, e.Left.PersonID); err != nil {
		return "", nil, err
	}
	q := scope.Under(activityLines(db), "activities.unit_id", []string{e.UnitPath}).
		Where("activities.state IN ? AND (activities.created_by = ? OR activities.leader_name = ? AND NOT EXISTS (?))", []State{Draft, Published}, e.Left.PersonID, name,
			namesakes(db, e, name)).
		Where("EXISTS (SELECT 1 FROM shifts WHERE shifts.activity_id = activities.id AND shifts.state = ? AND shifts.ends_at > ?)", ShiftOpen, now)
	err = q.Order("activities.id").Limit(maxPassed + 1).Find(&rows).Error
	stays := rows[:0]
	for _, l := range rows {
		if !e.Left.Manages(l.UnitPath) {
			stays = append(stays, l)
		}
	}
	return name, stays, err
}

// namesakes selects who else with a role in the district bears the name.
func namesakes(db *gorm.DB, e auth.Ending, name string) *gorm.DB {
	q := db.Session(&gorm.Session{NewDB: true}).Table("role_grants").Select("1").Joins("JOIN people ON people.id = role_grants.person_id").
		Where("people.name = ? AND people.id <> ?", name, e.Left.PersonID)
	return scope.Under(q, "role_grants.unit_id", []string{auth.Top(e.UnitPath)})
}
