package human

import (
	"slices"
	"time"

	"gorm.io/gorm"

	"yimi/internal/auth"
	"yimi/internal/scope"
	"yimi/internal/store"
)

// deciding are the roles by which one decides what somebody else proposed.
var deciding = []auth.Role{auth.StationStaff, auth.DistrictAdmin}

// Accounts gives all accounts of the human behind one, itself the first: those that are linked or
// merged, have one identity number or unionid, or one phone that both proved by WeChat, and theirs
// again; but not directly those that an uninvolved admin found to be two people.
func Accounts(db *gorm.DB, personID int64) (Set, error) {
	all, err := AccountsOf(db, []int64{personID})
	return all[personID].Accounts, err
}

// Human is who is behind an account.
type Human struct {
	Accounts Set // all of theirs, that account the first
	Own      Set // those, and the children for whom they agreed as guardian, whose phones they hold: whose hours they have no say in
}

// Of gives who is behind an account.
func Of(db *gorm.DB, personID int64) (Human, error) {
	all, err := AccountsOf(db, []int64{personID})
	return all[personID], err
}

// AccountsOf is Of for several people at once. A document that one of two typed once, and has no
// more, joins those two and nobody else: else whoever types two people's numbers made them one.
func AccountsOf(db *gorm.DB, people []int64) (map[int64]Human, error) {
	known, next := Set(slices.Clone(people)), people
	one, whole, once, wards := map[int64][]int64{}, map[int64][]int64{}, map[int64][]int64{}, map[int64][]int64{}
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
			if l.Kind == merged {
				whole[l.FromID] = append(whole[l.FromID], l.ToID)
			}
			switch {
			case l.Kind == apart, l.Kind != merged && two[[2]int64{l.FromID, l.ToID}]:
			case l.Kind == ward:
				wards[l.FromID] = append(wards[l.FromID], l.ToID)
			case l.Kind == noted:
				once[l.FromID] = append(once[l.FromID], l.ToID)
			default:
				one[l.FromID] = append(one[l.FromID], l.ToID)
			}
			if l.Kind != ward && l.Kind != apart && !known.Has(l.ToID) {
				known, next = append(known, l.ToID), append(next, l.ToID)
			}
		}
	}
	out := map[int64]Human{}
	for _, id := range people {
		h := Human{Accounts: reach(id, one)}
		for _, account := range reach(id, whole) {
			for _, to := range once[account] {
				h.Accounts = h.Accounts.with(reach(to, whole))
			}
		}
		h.Own = slices.Clone(h.Accounts)
		for _, account := range h.Accounts {
			h.Own = append(h.Own, wards[account]...)
		}
		out[id] = h
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

// DecidersOn reads who decides in the units at the paths, in one read: not who is no second hand
// yet, by a password of somebody else's or a fresh role.
func (h Hands) DecidersOn(db *gorm.DB, now time.Time, paths ...string) (Deciders, error) {
	var units []int64
	for _, p := range paths {
		units = append(units, scope.IDsOn(p)...)
	}
	return holdersOf(db, units, deciding, store.At(now.Add(-h.GrantRipens)))
}

// Others picks out who is not the human, in the unit at path.
func (d Deciders) Others(mine Set, path string) (o Others) {
	units := Set(scope.IDsOn(path))
	for _, h := range d {
		if !units.Has(h.UnitID) || mine.Has(h.PersonID) {
			continue
		}
		o.Colleagues = o.Colleagues || h.Role == auth.StationStaff
		o.District = o.District || h.Role == auth.DistrictAdmin
	}
	return o
}

// ties tells by whom two hands hold the roles by which they decide.
type ties struct {
	fromFirst bool // the second holds it from the first alone
	toFirst   bool // the first holds it from the second alone
	common    bool // both hold it from one other human alone, and neither has a phone that WeChat proved
}

// Second refuses the actor, whose accounts are mine, where another account, the first, did the
// step before for the unit at path, and the actor is no second hand beside it. It says of whom it
// lets pass whether the one hand holds its role from the other alone, or both from a third whose
// making they may be.
func (h Hands) Second(db *gorm.DB, a auth.Actor, mine Set, first int64, path string, now time.Time) (granted bool, err error) {
	t, err := h.second(db, a, mine, first, path, now, deciding)
	return t.fromFirst || t.toFirst || t.common, err
}

// SecondAdmin is Second for what only a district admin decides; who holds the role from the first
// has a part in it.
func (h Hands) SecondAdmin(db *gorm.DB, a auth.Actor, mine Set, first int64, path string, now time.Time) error {
	t, err := h.second(db, a, mine, first, path, now, []auth.Role{auth.DistrictAdmin})
	if err == nil && t.fromFirst {
		err = errOwnMaking
	}
	return err
}

func (h Hands) second(db *gorm.DB, a auth.Actor, mine Set, first int64, path string, now time.Time, as []auth.Role) (t ties, err error) {
	if mine.Has(first) {
		return t, ErrSecondPerson
	}
	theirs, err := Accounts(db, first)
	if err != nil {
		return t, err
	}
	if err := h.unrelated(db, mine, theirs, now); err != nil {
		return t, err
	}
	setters, err := settersOf(db, []int64{a.PersonID, first})
	if err != nil {
		return t, err
	}
	if _, set := setters[a.PersonID]; set {
		return t, errPasswordSet
	}
	if by, set := setters[first]; set && mine.Has(by) {
		return t, errOwnMaking
	}
	own, err := grantsOf(db, []int64{a.PersonID}, path, as)
	if err != nil {
		return t, err
	}
	ripe, fromFirst := h.weigh(own[a.PersonID], mine, theirs, now)
	if !ripe {
		return t, h.errFresh()
	}
	held, err := h.made(db, mine, theirs, first, path, now)
	if err != nil {
		return t, err
	}
	_, t.toFirst = h.weigh(held, theirs, mine, now)
	t.fromFirst = fromFirst
	if giver := h.giver(own[a.PersonID], mine, now); giver != 0 && giver == h.giver(held, theirs, now) {
		mineProved, err := proved(db, mine)
		if err != nil {
			return t, err
		}
		theirsProved, err := proved(db, theirs)
		t.common = !mineProved && !theirsProved
		return t, err
	}
	return t, nil
}

// Unrelated refuses a second hand to a relative of whom something is about, as one of the two declared.
func (h Hands) Unrelated(db *gorm.DB, mine Set, about int64, now time.Time) error {
	theirs, err := Accounts(db, about)
	if err != nil {
		return err
	}
	return h.unrelated(db, mine, theirs, now)
}

// unrelated refuses two humans of whom one declared that they are related, until a while after it was taken back.
func (h Hands) unrelated(db *gorm.DB, mine, theirs Set, now time.Time) error {
	related, err := relatedSince(db, mine, theirs, store.At(now.Add(-h.GrantRipens)))
	if err == nil && related {
		err = errRelative
	}
	return err
}

// giver is the one account that gave all ripe grants; 0 where there are several, or the command line.
func (h Hands) giver(grants []grant, holder Set, now time.Time) (by int64) {
	for i := range grants {
		g := &grants[i]
		switch {
		case !h.ripe(g, holder, now):
		case g.by == 0, by != 0 && by != g.by:
			return 0
		default:
			by = g.by
		}
	}
	return by
}

// made gives the grants by which the first proposed. It refuses what an account proposed by a role
// that the actor's human alone gave it, and that is not ripe. A role that was taken away again
// counts as it did then.
func (h Hands) made(db *gorm.DB, mine, theirs Set, first int64, path string, now time.Time) ([]grant, error) {
	held, err := grantsOf(db, []int64{first}, path, deciding)
	if err != nil {
		return nil, err
	}
	grants := held[first]
	if len(grants) == 0 {
		if grants, err = pastGrantsOf(db, first, path, deciding); err != nil {
			return nil, err
		}
	}
	if ripe, _ := h.weigh(grants, theirs, mine, now); !ripe && allBy(grants, mine) {
		return nil, errOwnMaking
	}
	return grants, nil
}
