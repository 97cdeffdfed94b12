package request

import (
	"slices"

	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/feature"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// move is one step of a request along its table.
type move struct {
	action  string
	who     workflow.Who
	actor   int64 // 0: the system
	said    string
	changes []func(*Request) // of the row, beside the state
}

// and is the move with another change of the row.
func (m move) and(change func(*Request)) move {
	m.changes = append(slices.Clip(m.changes), change)
	return m
}

func (m move) apply(r *Request) {
	for _, change := range m.changes {
		change(r)
	}
}

// step moves a request along its table, by one move or by several that follow at once, with
// their lines in the timeline.
func (s *Service) step(tx *store.Tx, l *Line, moves ...move) (err error) {
	is, lines := l.Request, make([]TimelineLine, len(moves))
	for i, m := range moves {
		from := is.State
		if is.State, err = workflow.Next(Moves, from, m.action, m.who); err != nil {
			return err
		}
		m.apply(&is)
		lines[i] = TimelineLine{RequestID: l.ID, Action: m.action, FromState: from, ToState: is.State, ActorID: m.actor, ActorRole: roleName(m.who), Said: m.said}
	}
	moved, err := moveRequest(tx, &l.Request, &is)
	if err != nil {
		return err
	}
	if !moved {
		return workflow.ErrBadTransition
	}
	if err := l.leave(tx, moves[0].actor, is.WorkerID); err != nil {
		return err
	}
	for i, m := range moves {
		if m.who == workflow.BySystem { // what follows by itself is in the timeline alone
			continue
		}
		after := l.Request
		after.State = lines[i].ToState
		m.apply(&after)
		if err := l.log(tx, m.who, l.Request, after); err != nil {
			return err
		}
	}
	l.State = is.State
	return writeTimeline(tx, lines...)
}

// entry is a line of the audit log about something of the request.
func (l *Line) entry(of *feature.Audited, id int64, now store.Time) audit.Entry {
	return audit.Entry{Of: of, ID: id, UnitID: l.UnitID, UnitPath: l.UnitPath, Minor: l.Minor(now.Time)}
}

// log adds what somebody did to the request to the audit log.
func (l *Line) log(tx *store.Tx, who workflow.Who, before, after any) error {
	e := l.entry(requestLog, l.ID, tx.Now)
	e.Role, e.Before, e.After = auditRole(auth.From(tx.Statement.Context), who, l.UnitPath), before, after
	return audit.Write(tx, e)
}

// auditRole is as what the audit log says that somebody acted; "" for their role on the unit.
func auditRole(a auth.Actor, who workflow.Who, path string) auth.Role {
	switch {
	case who == workflow.ByResident:
		return auth.Resident
	case who == workflow.ByWorker:
		return auth.SocialWorker
	case who == workflow.ByReceiver && !a.Manages(path):
		return auth.StationStaff
	}
	return ""
}

// roleName is how the timeline calls who did it.
func roleName(w workflow.Who) string {
	switch w {
	case workflow.ByResident:
		return "resident"
	case workflow.ByWorker:
		return "worker"
	case workflow.BySystem:
		return "system"
	}
	return "staff"
}
