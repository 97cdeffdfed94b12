package activity

import (
	"context"
	"fmt"
)

const (
	shownMiscounts = 20   // shifts with wrong counters are named
	verifyPage     = 5000 // shifts of one statement
)

// Verify compares every shift's counters with its sign-ups (rule 1) and says
// what differs.
func (s *Service) Verify(ctx context.Context) (out []string, err error) {
	last, err := lastShift(s.db.Read(ctx))
	if err != nil {
		return nil, err
	}
	for from := int64(1); from <= last && len(out) < shownMiscounts; from += verifyPage {
		rows, err := miscounts(s.db.Read(ctx), from, from+verifyPage-1)
		if err != nil {
			return nil, err
		}
		for _, r := range rows[:min(len(rows), shownMiscounts-len(out))] {
			out = append(out, fmt.Sprintf("shift %d: %d of %d taken and %d waiting, but its sign-ups say %d and %d",
				r.ID, r.Taken, r.Capacity, r.Waitlisted, r.CountedTaken, r.CountedWaitlisted))
		}
	}
	return out, nil
}
