package request

import (
	"yimi/internal/auth"
	"yimi/internal/outbox"
	"yimi/internal/store"
)

// noteMessage keeps whether the last message is one that nobody of the station has answered. Where no
// worker is there to read it, the station's staff are told of the first that waits.
func (s *Service) noteMessage(tx *store.Tx, l *Line, from auth.Actor) error {
	if handles(from, l) {
		return messageRead(tx, l.ID)
	}
	first, err := messageWaits(tx, l.ID)
	if err != nil || !first {
		return err
	}
	there, err := l.workerServes(tx.DB)
	if err != nil || there {
		return err
	}
	path := l.UnitPath
	if l.ReferredTo != nil {
		path = l.ReferredPath
	}
	staff, err := staffOf(tx.DB, path)
	if err != nil {
		return err
	}
	var told []outbox.Notice
	for _, id := range staff {
		if !l.isOf(id) {
			told = append(told, outbox.Notice{PersonID: id, Kind: outbox.StationMessage, Event: event(outbox.StationMessage, l.ID), RequestID: &l.ID,
				Title: "有居民留言", Body: l.ServiceName + " " + l.Number + " 有新留言，还没有社工，请点开看"})
		}
	}
	return outbox.Tell(tx, told...)
}
