package hours

import (
	"fmt"

	"yimi/internal/auth"
	"yimi/internal/store"
)

// InHand says in words what rests on a staff role that is ending: proposals of its holder that wait for a second
// person. They stay as they were made, for another person to decide (rule 8).
func InHand(tx *store.Tx, e auth.Ending) ([]string, error) {
	if e.Role == auth.SocialWorker {
		return nil, nil
	}
	paths, err := proposedUnder(tx.DB, e.Left.PersonID, e.UnitPath)
	n := 0
	for _, path := range paths {
		if !e.Left.Manages(path) {
			n++
		}
	}
	if err != nil || n == 0 {
		return nil, err
	}
	return []string{fmt.Sprintf("%d 条待复核的时长提议（会留给别人复核）", n)}, nil
}
