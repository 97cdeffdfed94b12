package human

import (
	"slices"
	"time"

	"yimi/internal/age"

	"gorm.io/gorm"
)

// Guardians gives, of each child, those whose consent as guardian counts at the instant: who agreed by the
// own account, is not the child itself by another one, and is not known, by any account of theirs, to be a minor.
func Guardians(db *gorm.DB, children []int64, now time.Time) (map[int64]Set, error) {
	agreed, err := guardiansOf(db, children)
	if err != nil || len(agreed) == 0 {
		return nil, err
	}
	var people Set
	for _, g := range agreed {
		people = people.with(Set{g.GuardianID, g.ChildID})
	}
	humans, err := AccountsOf(db, people)
	if err != nil {
		return nil, err
	}
	var accounts Set
	for _, g := range agreed {
		accounts = accounts.with(humans[g.GuardianID].Accounts)
	}
	minors, err := bornAfter(db, accounts, age.BornBy(age.Adult, now))
	if err != nil {
		return nil, err
	}
	out := map[int64]Set{}
	for _, g := range agreed {
		theirs := humans[g.GuardianID].Accounts
		if !humans[g.ChildID].Accounts.Has(g.GuardianID) && !slices.ContainsFunc(theirs, minors.Has) {
			out[g.ChildID] = append(out[g.ChildID], g.GuardianID)
		}
	}
	return out, nil
}

// Minor tells whether a human is known, by any account of theirs, to be a minor at the instant.
func Minor(db *gorm.DB, accounts Set, now time.Time) (bool, error) {
	minors, err := bornAfter(db, accounts, age.BornBy(age.Adult, now))
	return len(minors) > 0, err
}
