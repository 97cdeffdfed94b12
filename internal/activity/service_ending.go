package activity

import (
	"fmt"

	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/human"
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
	has, err := human.HoldsRole(tx, e.To, auth.Top(e.UnitPath))
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
	if err := updateActivity(tx, l.ID, Patch{LeaderName: &is.LeaderName}); err != nil {
		return err
	}
	if err := logActivity(tx, l, l.Activity, is); err != nil {
		return err
	}
	return tellChange(tx.Statement.Context, tx, &l.Activity, &is)
}
