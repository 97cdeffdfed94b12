package request

import (
	"context"
	"errors"
	"slices"

	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/outbox"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// CaseNotes opens the confidential notes to the assigned worker and the supervisor named now
// alone; each opening is kept (rule 6).
func (s *Service) CaseNotes(ctx context.Context, id int64) ([]Note, error) {
	l, err := s.seen(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := mayReadCaseNotes(auth.From(ctx), l); err != nil {
		return nil, err
	}
	if err := s.look(ctx, l, "case_notes", requestLog, l.ID); err != nil {
		return nil, err
	}
	return s.data.notesOf(s.db.Read(ctx), id, caseNote)
}

// AddCaseNote adds a confidential note, which cannot be changed later.
func (s *Service) AddCaseNote(ctx context.Context, id int64, text string, visitID *int64) (*Note, error) {
	a := auth.From(ctx)
	n := &note{RequestID: id, Kind: caseNote, VisitID: visitID}
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		l, err := s.data.hold(tx, id)
		if err != nil {
			return err
		}
		if err := l.missed(tx.DB, a, mayReadCaseNotes(a, l)); err != nil {
			return err
		}
		n.by(a, l)
		visits, err := s.data.visitsOf(tx.DB, id)
		if err != nil {
			return err
		}
		if visitID != nil && !slices.ContainsFunc(visits, func(v Visit) bool { return v.ID == *visitID }) {
			return fault.Missing("服务记录")
		}
		if err := s.data.insertNote(tx, n, text); err != nil {
			return err
		}
		return l.logLook(tx, noteLog, n.ID)
	})
	if err != nil {
		return nil, err
	}
	me, err := findPerson(s.db.Read(ctx), a.PersonID)
	return &Note{ID: n.ID, VisitID: n.VisitID, AuthorID: a.PersonID, AuthorName: me.Name, CreatedAt: n.CreatedAt, Text: text}, err
}

// AddStaffNote adds a note of staff or worker that who asked does not see.
func (s *Service) AddStaffNote(ctx context.Context, id int64, text string) (*Detail, error) {
	return s.write(ctx, id, text, staffNote, func(l *Line) error {
		if who := whoIs(auth.From(ctx), l); len(who) == 0 || slices.Contains(who, workflow.ByResident) {
			return auth.ErrForbidden
		}
		return nil
	})
}

// AddMessage adds a message that who asked, the worker and the staff read; the other side is told.
func (s *Service) AddMessage(ctx context.Context, id int64, text string) (*Detail, error) {
	return s.write(ctx, id, text, messageNote, func(l *Line) error {
		switch {
		case len(whoIs(auth.From(ctx), l)) == 0:
			return auth.ErrForbidden
		case !l.State.open() || l.State == Draft:
			return workflow.ErrBadTransition
		}
		return nil
	})
}

func (s *Service) write(ctx context.Context, id int64, text, kind string, may func(*Line) error) (*Detail, error) {
	a := auth.From(ctx)
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		l, err := s.data.hold(tx, id)
		if err != nil {
			return err
		}
		if err := l.missed(tx.DB, a, maySee(a, l)); err != nil {
			return err
		}
		if err := may(l); err != nil {
			return err
		}
		n := &note{RequestID: id, Kind: kind}
		n.by(a, l)
		if err := s.data.insertNote(tx, n, text); err != nil {
			return err
		}
		if err := errors.Join(l.logNote(tx, n), l.keepLook(tx)); err != nil || kind != messageNote {
			return err
		}
		if err := s.noteMessage(tx, l, a); err != nil {
			return err
		}
		serves, err := l.workerServes(tx.DB)
		if err != nil {
			return err
		}
		return outbox.Tell(tx, messageNotices(l, a, serves)...)
	})
	if err != nil {
		return nil, err
	}
	return s.read(ctx, id)
}

// logNote adds to the audit log that somebody wrote, not what.
func (l *Line) logNote(tx *store.Tx, n *note) error {
	if l.isOf(n.AuthorID) {
		e := l.entry(noteLog, n.ID, tx.Now)
		e.Role = auth.Resident
		return audit.Write(tx, e)
	}
	return l.logLook(tx, noteLog, n.ID)
}

// messageNotices tell the other side; the message itself stays in the request. A worker whose role
// ended is told nothing any more.
func messageNotices(l *Line, from auth.Actor, serves bool) []outbox.Notice {
	if !l.isOf(from.PersonID) {
		return l.notice(NoticeRequestMessage, "有给您的留言", l.ServiceName+"的申请有新留言，请点开看")
	}
	if !serves {
		return nil
	}
	n := caseNotice(l, *l.WorkerID, "有居民留言", l.ServiceName+" "+l.Number+" 有新留言，请点开看")
	n.Kind = NoticeRequestMessage
	return []outbox.Notice{n}
}

// noteMessage keeps whether the last message is one that nobody of the station has answered. Where no
// worker is there to read it, the staff of the station that has the case are told of the first that waits there.
func (s *Service) noteMessage(tx *store.Tx, l *Line, from auth.Actor) error {
	if handles(from, l) {
		return messageRead(tx, l.ID)
	}
	if err := messageWaits(tx, l.ID); err != nil {
		return err
	}
	there, err := l.workerServes(tx.DB)
	if err != nil || there {
		return err
	}
	unit, path := l.UnitID, l.UnitPath
	if l.ReferredTo != nil {
		unit, path = *l.ReferredTo, l.ReferredPath
	}
	if l.MessageTold != nil && *l.MessageTold == unit {
		return nil
	}
	if err := messageTold(tx, l.ID, unit); err != nil {
		return err
	}
	return tellStation(tx, l, path)
}

// tellStation tells the staff nearest to a unit that a message waits.
func tellStation(tx *store.Tx, l *Line, path string) error {
	staff, err := staffOf(tx.DB, path)
	if err != nil {
		return err
	}
	var told []outbox.Notice
	for _, id := range staff {
		if !l.isOf(id) {
			told = append(told, outbox.Notice{PersonID: id, Kind: NoticeStationMessage, Event: event(NoticeStationMessage, l.ID), Subject: subject, SubjectID: l.ID,
				Title: "有居民留言", Body: l.ServiceName + " " + l.Number + " 有新留言，还没有社工，请点开看"})
		}
	}
	return outbox.Tell(tx, told...)
}
