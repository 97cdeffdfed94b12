package activity

import (
	"fmt"

	"gorm.io/gorm"

	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/store"
)

// maxPassed bounds how many activities one role that ends may leave.
const maxPassed = 100

var (
	errManyActivities = fault.Newf(fault.Conflict, "too_many_activities", "还没办的活动超过 %d 个，没有撤销。请先把活动改给别的负责人，再撤销", maxPassed)
	errNoLeader       = fault.New(fault.Unprocessable, "not_of_the_district", "接手的人在本区没有岗位，不能当活动的负责人，没有撤销。请另选一位")
)

// InHand says in words what rests on a role that is ending: activities to come that its holder made or leads.
func InHand(tx *store.Tx, e auth.Ending) ([]string, error) {
	if e.Role == auth.SocialWorker {
		return nil, nil
	}
	_, rows, err := ledBy(tx.DB, e, tx.Now)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return []string{fmt.Sprintf("%d 个还没办的活动", len(rows))}, nil
}

// Pass names who leads the activities to come that somebody led whose role is ending: who takes over, or the
// unit. Who signed up is told. Who made them stays written; the staff of the unit manage them anyway.
func Pass(tx *store.Tx, e auth.Ending) error {
	if e.Role == auth.SocialWorker {
		return nil
	}
	name, rows, err := ledBy(tx.DB, e, tx.Now)
	if err != nil || len(rows) == 0 {
		return err
	}
	if len(rows) > maxPassed {
		return errManyActivities
	}
	next, err := nextLeader(tx, e)
	if err != nil {
		return err
	}
	for i := range rows {
		if rows[i].LeaderName != name {
			continue
		}
		if err := lead(tx, &rows[i], next); err != nil {
			return err
		}
	}
	return nil
}

// nextLeader gives the name of who takes over, who has a role in the district; "" for the unit.
func nextLeader(tx *store.Tx, e auth.Ending) (string, error) {
	if e.To == 0 {
		return "", nil
	}
	has, err := store.HoldsRole(tx, e.To, auth.Top(e.UnitPath))
	if err != nil {
		return "", err
	}
	if !has {
		return "", errNoLeader
	}
	return nameOf(tx.DB, e.To)
}

// lead names the leader of an activity, and the unit where there is none.
func lead(tx *store.Tx, l *Line, next string) error {
	is := l.Activity
	if is.LeaderName = next; next == "" {
		is.LeaderName = l.UnitName
	}
	if err := updateActivity(tx, l.ID, Changes{"leader_name": is.LeaderName}); err != nil {
		return err
	}
	if err := logActivity(tx, l, l.Activity, is); err != nil {
		return err
	}
	return tellChange(tx.Statement.Context, tx, &l.Activity, &is)
}

// ledBy gives the name of who holds a staff role that is ending, and the activities to come at the units that end
// with it which they made or lead. A name that somebody else of the district bears too says of what others made
// nothing: it stays theirs.
func ledBy(db *gorm.DB, e auth.Ending, now store.Time) (name string, rows []Line, err error) {
	if name, err = nameOf(db, e.Left.PersonID); err != nil {
		return "", nil, err
	}
	q := store.Under(activityLines(db), "activities.unit_id", []string{e.UnitPath}).
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
	return store.Under(q, "role_grants.unit_id", []string{auth.Top(e.UnitPath)})
}
