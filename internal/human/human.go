// Package human tells which accounts are one human's, and whether an account is a second hand
// beside another: the one answer for every rule that asks for a second person (rule 8), and for
// whose hours, sign-ups and requests are one's own.
package human

import (
	"slices"
	"strings"
	"time"

	"yimi/internal/fault"
)

// Set are the accounts of one human, in no order; it goes into a query as it is.
type Set []int64

// Has tells whether the account is one of them.
func (s Set) Has(personID int64) bool { return slices.Contains(s, personID) }

// with adds what is not there.
func (s Set) with(more Set) Set {
	for _, id := range more {
		if !s.Has(id) {
			s = append(s, id)
		}
	}
	return s
}

// The refusals of a second hand.
var (
	ErrSecondPerson = fault.New(fault.Forbidden, "second_person_needed", "这一条是您提出的，须由另一位工作人员复核")
	// errOwnMaking closes the way round: who made the proposer's account approves what it proposed.
	errOwnMaking   = fault.New(fault.Forbidden, "second_person_needed", "那个账号是您刚开设或刚授权的，须由另一位工作人员来办")
	errRelative    = fault.New(fault.Forbidden, "relative", "您登记过和对方是亲属，请另一位同事来办")
	errPasswordSet = fault.New(fault.Forbidden, "password_not_own", "您的密码是别人设的，还不能复核。请先到“我的 → 修改密码”改成自己的")
)

// Hands judges second hands by the settings.
type Hands struct {
	GrantRipens time.Duration // a grant counts by itself after so long
}

func (h Hands) errFresh() error {
	return fault.Newf(fault.Forbidden, "grant_fresh", "您的角色刚授予，还要另一位管理员确认，或满 %d 小时后才能复核", h.Hours())
}

// Hours is how long a grant ripens.
func (h Hands) Hours() int { return int(h.GrantRipens.Hours()) }

// grant is what is known of a role held on a unit, or, with an end, that was held.
type grant struct {
	by          int64 // 0: the command line
	confirmedBy *int64
	from        time.Time
	until       *time.Time // nil: held now
	path        string
}

// covers tells whether the grant lets its holder decide in the unit at path, as auth.Actor.Manages.
func (g *grant) covers(path string) bool { return strings.HasPrefix(path, g.path) }

// ripe tells whether the grant makes a second hand of the human at the instant.
func (h Hands) ripe(g *grant, holder Set, now time.Time) bool {
	if g.until != nil {
		now = *g.until // it ripens no more once it is taken away
	}
	confirmed := g.confirmedBy != nil && !holder.Has(*g.confirmedBy)
	return g.by == 0 || confirmed || !now.Before(g.from.Add(h.GrantRipens))
}

// weigh tells whether any of the grants is ripe, and whether those that are were all given by the giver.
func (h Hands) weigh(grants []grant, holder, giver Set, now time.Time) (ripe, given bool) {
	given = true
	for i := range grants {
		if g := &grants[i]; h.ripe(g, holder, now) {
			ripe, given = true, given && (giver.Has(g.by) || g.confirmedBy != nil && giver.Has(*g.confirmedBy))
		}
	}
	return ripe, ripe && given
}

// allBy tells whether there are grants and all were given by the giver.
func allBy(grants []grant, giver Set) bool {
	return len(grants) > 0 && !slices.ContainsFunc(grants, func(g grant) bool { return !giver.Has(g.by) })
}
