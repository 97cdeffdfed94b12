package activity

import (
	"context"
	"fmt"
)

// shownMiscounts is how many shifts with wrong counters are named.
const shownMiscounts = 20

// Verify compares every shift's counters with its sign-ups (rule 1) and says
// what differs.
func (s *Service) Verify(ctx context.Context) ([]string, error) {
	rows, err := miscounts(s.db.Read(ctx), shownMiscounts)
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = fmt.Sprintf("shift %d: %d of %d taken and %d waiting, but its sign-ups say %d and %d",
			r.ID, r.Taken, r.Capacity, r.Waitlisted, r.CountedTaken, r.CountedWaitlisted)
	}
	return out, err
}
