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

var errManyActivities = fault.Newf(fault.Conflict, "too_many_activities", "还没办的活动超过 %d 个，没有撤销。请先把活动改给别的负责人，再撤销", maxPassed)

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
	next := ""
	if e.To != 0 {
		if next, err = nameOf(tx.DB, e.To); err != nil {
			return err
		}
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
// with it which they made or lead.
func ledBy(db *gorm.DB, e auth.Ending, now store.Time) (name string, rows []Line, err error) {
	if name, err = nameOf(db, e.Left.PersonID); err != nil {
		return "", nil, err
	}
	q := store.Under(activityLines(db), "activities.unit_id", []string{e.UnitPath}).
		Where("activities.state IN ? AND (activities.created_by = ? OR activities.leader_name = ?)", []State{Draft, Published}, e.Left.PersonID, name).
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
