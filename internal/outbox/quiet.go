package outbox

import (
	"context"
	"time"

	"yimi/internal/store"
)

// Quiet are hours of the night, as the time since midnight in Asia/Shanghai; the same twice: none.
type Quiet struct{ From, Until time.Duration }

// end tells whether it is quiet, and until when.
func (q Quiet) end(now time.Time) (until time.Time, quiet bool) {
	y, m, d := now.In(store.Shanghai).Date()
	midnight := time.Date(y, m, d, 0, 0, 0, 0, store.Shanghai)
	since := now.Sub(midnight)
	switch {
	case q.From <= q.Until:
		return midnight.Add(q.Until), q.From <= since && since < q.Until
	case since < q.Until:
		return midnight.Add(q.Until), true
	}
	return midnight.AddDate(0, 0, 1).Add(q.Until), since >= q.From
}

// hush puts off until the morning what is due by night and can wait.
func (s *Service) hush(ctx context.Context) error {
	until, quiet := s.Quiet.end(s.Store.Now().Time)
	if !quiet {
		return nil
	}
	return s.Store.Tx(ctx, func(tx *store.Tx) error { return putOff(tx, store.At(until), s.urgent, s.answer) })
}
