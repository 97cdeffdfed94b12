package human

import (
	"time"

	"gorm.io/gorm"

	"yimi/internal/auth"
)

// deciding are the roles by which one decides what somebody else proposed.
var deciding = []auth.Role{auth.StationStaff, auth.DistrictAdmin}

// Accounts gives all accounts of the human behind one, itself the first: those that are linked or
// merged, have one identity number or unionid, or one phone that both proved by WeChat, and theirs
// again; but not directly those that an uninvolved admin found to be two people.
func Accounts(db *gorm.DB, personID int64) (Set, error) {
	all := Set{personID}
	for next := all; len(next) > 0; {
		links, err := linksOf(db, next)
		if err != nil {
			return nil, err
		}
		two := map[[2]int64]bool{}
		for _, l := range links {
			if l.Kind == apart {
				two[[2]int64{l.FromID, l.ToID}] = true
			}
		}
		next = nil
		for _, l := range links {
			one := l.Kind == merged || l.Kind == same && !two[[2]int64{l.FromID, l.ToID}]
			if one && !all.Has(l.ToID) {
				all, next = append(all, l.ToID), append(next, l.ToID)
			}
		}
	}
	return all, nil
}

// Second refuses the actor, whose accounts are mine, where another account, the first, did the
// step before for the unit at path, and the actor is no second hand beside it. It says of whom it
// lets pass whether the one hand holds its role from the other alone.
func (h Hands) Second(db *gorm.DB, a auth.Actor, mine Set, first int64, path string, now time.Time) (granted bool, err error) {
	return h.second(db, a, mine, first, path, now, deciding)
}

// SecondAdmin is Second for what only a district admin decides.
func (h Hands) SecondAdmin(db *gorm.DB, a auth.Actor, mine Set, first int64, path string, now time.Time) error {
	_, err := h.second(db, a, mine, first, path, now, []auth.Role{auth.DistrictAdmin})
	return err
}

func (h Hands) second(db *gorm.DB, a auth.Actor, mine Set, first int64, path string, now time.Time, as []auth.Role) (granted bool, err error) {
	if mine.Has(first) {
		return false, ErrSecondPerson
	}
	theirs, err := Accounts(db, first)
	if err != nil {
		return false, err
	}
	setters, err := settersOf(db, []int64{a.PersonID, first})
	if err != nil {
		return false, err
	}
	if _, set := setters[a.PersonID]; set {
		return false, errPasswordSet
	}
	if by, set := setters[first]; set && mine.Has(by) {
		return false, errOwnMaking
	}
	own, err := grantsOf(db, []int64{a.PersonID}, path, as)
	if err != nil {
		return false, err
	}
	ripe, given := h.weigh(own[a.PersonID], mine, theirs, now)
	if !ripe {
		return false, h.errFresh()
	}
	made, err := h.made(db, mine, theirs, first, path, now)
	return given || made, err
}

// made refuses what an account proposed by a role that the actor's human alone gave it, and that
// is not ripe; of a ripe one it says so. A role that was taken away again counts as it did then.
func (h Hands) made(db *gorm.DB, mine, theirs Set, first int64, path string, now time.Time) (given bool, err error) {
	held, err := grantsOf(db, []int64{first}, path, deciding)
	if err != nil {
		return false, err
	}
	grants := held[first]
	if len(grants) == 0 {
		if grants, err = pastGrantsOf(db, first, path, deciding); err != nil {
			return false, err
		}
	}
	ripe, given := h.weigh(grants, theirs, mine, now)
	if !ripe && allBy(grants, mine) {
		return false, errOwnMaking
	}
	return given, nil
}
