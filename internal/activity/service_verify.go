package activity

import (
	"context"
	"fmt"
)

// Verify compares every shift's counters with its sign-ups (rule 1) and says
// what differs.
func (s *Service) Verify(ctx context.Context) ([]string, error) {
	var rows []struct {
		ID                              int64
		Capacity, Taken, Waitlisted     int
		CountedTaken, CountedWaitlisted int
	}
	err := s.db.Read(ctx).Raw(`SELECT * FROM (SELECT id, capacity, taken, waitlisted,
			(SELECT COUNT(*) FROM signups g WHERE g.shift_id = shifts.id AND g.state IN ('offered', 'confirmed', 'attended', 'absent')) AS counted_taken,
			(SELECT COUNT(*) FROM signups g WHERE g.shift_id = shifts.id AND g.state = 'waitlisted') AS counted_waitlisted
		FROM shifts) counted WHERE taken <> counted_taken OR waitlisted <> counted_waitlisted OR taken > capacity LIMIT 20`).Scan(&rows).Error
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = fmt.Sprintf("shift %d: %d of %d taken and %d waiting, but its sign-ups say %d and %d",
			r.ID, r.Taken, r.Capacity, r.Waitlisted, r.CountedTaken, r.CountedWaitlisted)
	}
	return out, err
}
