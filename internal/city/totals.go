package city

import (
	"cmp"
	"encoding/hex"
	"slices"
	"strconv"

	"yimi/internal/hours"
)

// totalRow is a row of hour_totals.
type totalRow struct {
	Scope                        string
	ScopeID                      int64
	Part                         string
	Stripe                       int64
	Minutes, Entries, Volunteers int64
}

type totalKey struct {
	scope   string
	scopeID int64
	part    string
	stripe  int64
}

// count moves every total by an entry.
func (l *ledger) count(e *hours.Entry, s *shift, p int) {
	n := 1
	if e.Class == hours.Correction {
		n = 0
	}
	v := &l.chains[p]
	v.minutes += int32(e.Minutes) //nolint:gosec // of one shift
	v.entries += int32(n)         //nolint:gosec // 0 or 1
	month := slices.Index(l.months, e.Month)
	m := &l.byMonth[p*len(l.months)+month]
	m.minutes, m.entries = uint16(int(m.minutes)+e.Minutes), m.entries+uint16(n) //nolint:gosec // of one month
	b := &l.byBrand[p*len(l.c.campaigns)+s.campaign]
	first := int64(0)
	if !b.there {
		b.there, first = true, 1
	}
	b.minutes, b.entries = b.minutes+int32(e.Minutes), b.entries+uint16(n) //nolint:gosec // of one person
	stripe := e.PersonID % stripes
	plus(l.unitSums, unitKey{s.place, month, stripe}, sum{int64(e.Minutes), int64(n), 0})
	plus(l.brandSum, brandKey{s.campaign, s.place, stripe}, sum{int64(e.Minutes), int64(n), first})
}

func plus[K comparable](m map[K]*sum, k K, by sum) {
	s := m[k]
	if s == nil {
		s = &sum{}
		m[k] = s
	}
	s.minutes, s.entries, s.volunteers = s.minutes+by.minutes, s.entries+by.entries, s.volunteers+by.volunteers
}

// writeTotals writes every roll-up.
func (c *city) writeTotals() error {
	for _, write := range []func() error{c.ledger.writeVolunteers, c.ledger.writeMonths, c.ledger.writeBrands, c.writeHotTotals} {
		if err := write(); err != nil {
			return err
		}
	}
	c.ledger = nil
	return nil
}

func (l *ledger) writeVolunteers() error {
	rows := l.c.b.Into("volunteer_hours", "person_id", "sequence", "last_hash", "minutes", "entries")
	for p := range l.chains {
		v := &l.chains[p]
		if v.sequence == 0 {
			continue
		}
		if err := rows.Add(l.c.first.person+int64(p), v.sequence, hex.EncodeToString(v.last[:]), v.minutes, v.entries); err != nil {
			return err
		}
	}
	return nil
}

func (l *ledger) writeMonths() error {
	rows := l.c.b.Into("volunteer_months", "person_id", "month", "minutes", "entries")
	for i, m := range l.byMonth {
		if m.entries == 0 {
			continue
		}
		if err := rows.Add(l.c.first.person+int64(i/len(l.months)), l.months[i%len(l.months)], m.minutes, m.entries); err != nil {
			return err
		}
	}
	return nil
}

func (l *ledger) writeBrands() error {
	c := l.c
	rows := c.b.Into("campaign_people", "campaign_id", "person_id", "minutes", "entries")
	for k, campaign := range c.campaigns {
		for p := range c.people {
			b := l.byBrand[p*len(c.campaigns)+k]
			if !b.there {
				continue
			}
			if err := rows.Add(campaign, c.first.person+int64(p), b.minutes, b.entries); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeHotTotals adds the city's sums to the totals that the demo left.
func (c *city) writeHotTotals() error {
	all := map[totalKey]*sum{}
	for _, k := range c.kept {
		plus(all, totalKey{k.Scope, k.ScopeID, k.Part, k.Stripe}, sum{k.Minutes, k.Entries, k.Volunteers})
	}
	for k, s := range c.ledger.brandSum {
		plus(all, totalKey{"campaign", c.campaigns[k.campaign], "", k.stripe}, *s)
		plus(all, totalKey{"campaign_unit", c.campaigns[k.campaign], strconv.FormatInt(c.places[k.place].id, 10), 0}, sum{s.minutes, s.entries, 0})
	}
	for k, s := range c.ledger.unitSums {
		for _, id := range c.places[k.place].path {
			plus(all, totalKey{"unit", id, "", k.stripe}, *s)
			plus(all, totalKey{"unit", id, c.ledger.months[k.month], k.stripe}, *s)
		}
	}
	if err := c.b.Exec("DELETE FROM hour_totals"); err != nil {
		return err
	}
	return c.addTotals(all)
}

func (c *city) addTotals(all map[totalKey]*sum) error {
	keys := make([]totalKey, 0, len(all))
	for k := range all {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b totalKey) int {
		return cmp.Or(cmp.Compare(a.scope, b.scope), cmp.Compare(a.scopeID, b.scopeID), cmp.Compare(a.part, b.part), cmp.Compare(a.stripe, b.stripe))
	})
	rows := c.b.Into("hour_totals", "scope", "scope_id", "part", "stripe", "minutes", "entries", "volunteers")
	for _, k := range keys {
		s := all[k]
		if err := rows.Add(k.scope, k.scopeID, k.part, k.stripe, s.minutes, s.entries, s.volunteers); err != nil {
			return err
		}
	}
	return nil
}
