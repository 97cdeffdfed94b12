package human

import (
	"time"

	"gorm.io/gorm"

	"yimi/internal/auth"
	"yimi/internal/store"
)

// deciding are the roles by which one decides what somebody else proposed.
var deciding = []auth.Role{auth.StationStaff, auth.DistrictAdmin}

// Accounts gives all accounts of the human behind one, itself the first: those that are linked or
// merged, have one identity number or unionid, or one phone that both proved by WeChat, and theirs
// again; but not directly those that an uninvolved admin found to be two people.
func Accounts(db *gorm.DB, personID int64) (Set, error) {
	all, err := AccountsOf(db, []int64{personID})
	return all[personID], err
}

// AccountsOf is Accounts for several people at once.
func AccountsOf(db *gorm.DB, people []int64) (map[int64]Set, error) {
	known, next, one := Set(people), people, map[int64][]int64{}
	for len(next) > 0 {
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
			if l.Kind == apart || l.Kind == same && two[[2]int64{l.FromID, l.ToID}] {
				continue
			}
			one[l.FromID] = append(one[l.FromID], l.ToID)
			if !known.Has(l.ToID) {
				known, next = append(known, l.ToID), append(next, l.ToID)
			}
		}
	}
	out := map[int64]Set{}
	for _, id := range people {
		out[id] = reach(id, one)
	}
	return out, nil
}

// reach gives the account and all that are one with it, or with one of those.
func reach(id int64, one map[int64][]int64) Set {
	all := Set{id}
	for i := 0; i < len(all); i++ {
		for _, to := range one[all[i]] {
			if !all.Has(to) {
				all = append(all, to)
			}
		}
	}
	return all
}

// Others tells who else than one human decides in the unit at path.
type Others struct {
	Colleagues bool // staff of the unit, or of one above it
	District   bool // its district admins
}

// holder is somebody who holds a deciding role on a unit.
type holder struct {
	PersonID, UnitID int64
	Role             auth.Role
}

// Deciders are those who hold deciding roles on the units on some paths.
type Deciders []holder

// DecidersOn reads who decides in the units at the paths, in one read.
func DecidersOn(db *gorm.DB, paths ...string) (Deciders, error) {
	var units []int64
	for _, p := range paths {
		units = append(units, store.IDsOn(p)...)
	}
	return holdersOf(db, units, deciding)
}

// Others picks out who is not the human, in the unit at path.
func (d Deciders) Others(mine Set, path string) (o Others) {
	units := Set(store.IDsOn(path))
	for _, h := range d {
		if !units.Has(h.UnitID) || mine.Has(h.PersonID) {
			continue
		}
		o.Colleagues = o.Colleagues || h.Role == auth.StationStaff
		o.District = o.District || h.Role == auth.DistrictAdmin
	}
	return o
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
