package request

import (
	"yimi/internal/auth"
	"yimi/internal/outbox"
	"yimi/internal/store"
)

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
