package human

import (
	"gorm.io/gorm"

	"yimi/internal/auth"
	"yimi/internal/store"
)

// link is two accounts that something says of: one human, or two.
type link struct {
	FromID, ToID int64
	Kind         int
}

// The kinds of links.
const (
	same   = iota // of one human, unless they are apart
	merged        // of one human for good
	apart         // an admin found them to be two people
	noted         // of one human by a typed document that one of them does not have any more
	ward          // a child for whom the first agreed as guardian
)

// linksOf gives what is said of the accounts and any other, in one statement. A phone counts where
// both have proved it by WeChat: families share the typed ones (docs/adr/0016).
func linksOf(db *gorm.DB, ids []int64) (out []link, err error) {
	const found = `CASE WHEN d.apart = 1 THEN 2 WHEN d.by_link = 1 OR d.by_unionid = 1 OR d.by_proved_phone = 1 THEN 0 ELSE 3 END FROM person_duplicates d`
	const strong = "(d.apart = 1 OR d.by_link = 1 OR d.by_identity = 1 OR d.by_unionid = 1 OR d.by_proved_phone = 1)"
	err = db.Raw(`SELECT id AS from_id, merged_into AS to_id, 1 AS kind FROM people WHERE id IN @ids AND merged_into IS NOT NULL
		UNION ALL SELECT merged_into, id, 1 FROM people WHERE merged_into IN @ids
		UNION ALL SELECT d.low_id, d.high_id, `+found+` WHERE d.low_id IN @ids AND `+strong+`
		UNION ALL SELECT d.high_id, d.low_id, `+found+` WHERE d.high_id IN @ids AND `+strong+`
		UNION ALL SELECT a.id, b.id, 0 FROM people a JOIN people b ON b.identity_index = a.identity_index AND b.id <> a.id WHERE a.id IN @ids
		UNION ALL SELECT a.id, b.id, 0 FROM people a JOIN people b ON b.phone_index = a.phone_index AND b.id <> a.id
			WHERE a.id IN @ids AND a.phone_proved_at IS NOT NULL AND b.phone_proved_at IS NOT NULL
		UNION ALL SELECT a.person_id, b.person_id, 0 FROM wechat_identities a JOIN wechat_identities b ON b.unionid = a.unionid AND b.person_id <> a.person_id
			WHERE a.person_id IN @ids AND a.unionid <> ''
		UNION ALL SELECT guardian_id, child_id, 4 FROM guardianships WHERE guardian_id IN @ids AND live = 1`, map[string]any{"ids": ids}).Scan(&out).Error
	return out, err
}

// grantRow is a grant as a query gives it.
type grantRow struct {
	PersonID, GrantedBy int64
	ConfirmedBy         *int64
	CreatedAt           store.Time
	Path                string
}

// grantsOf gives the grants by which the people decide in the unit at path, in one of the roles.
func grantsOf(db *gorm.DB, people []int64, path string, roles []auth.Role) (map[int64][]grant, error) {
	var rows []grantRow
	err := db.Table("role_grants").Select("role_grants.person_id, granted_by, confirmed_by, role_grants.created_at, units.path").
		Joins("JOIN units ON units.id = role_grants.unit_id").Where("role_grants.person_id IN ? AND role IN ?", people, roles).Find(&rows).Error
	out := map[int64][]grant{}
	for _, r := range rows {
		g := grant{by: r.GrantedBy, confirmedBy: r.ConfirmedBy, from: r.CreatedAt.Time, path: r.Path}
		if g.covers(path) {
			out[r.PersonID] = append(out[r.PersonID], g)
		}
	}
	return out, err
}

// pastGrantsOf gives the grants by which somebody once decided in the unit at path, from the log
// of grants: each ends at the revocation after it.
func pastGrantsOf(db *gorm.DB, personID int64, path string, roles []auth.Role) (out []grant, err error) {
	var rows []struct {
		UnitID    int64
		Role      auth.Role
		Path      string
		Action    string
		ChangedBy int64
		ChangedAt store.Time
	}
	err = db.Table("grant_changes").Select("unit_id, role, units.path, action, changed_by, changed_at").Joins("JOIN units ON units.id = grant_changes.unit_id").
		Where("person_id = ? AND role IN ?", personID, roles).Order("changed_at, grant_changes.id").Find(&rows).Error
	open := map[string]int{}
	for _, r := range rows {
		key := r.Path + string(r.Role)
		if r.Action == "granted" {
			g := grant{by: r.ChangedBy, from: r.ChangedAt.Time, path: r.Path}
			if g.covers(path) {
				out, open[key] = append(out, g), len(out)
			}
		} else if i, held := open[key]; held {
			at := r.ChangedAt.Time
			out[i].until = &at
			delete(open, key)
		}
	}
	return out, err
}

// settersOf gives who set the password of each of the people, of those whose password is not their own.
func settersOf(db *gorm.DB, people []int64) (map[int64]int64, error) {
	var rows []struct{ PersonID, SetBy int64 }
	err := db.Table("password_logins").Select("person_id, set_by").Where("person_id IN ? AND set_by IS NOT NULL", people).Find(&rows).Error
	out := map[int64]int64{}
	for _, r := range rows {
		out[r.PersonID] = r.SetBy
	}
	return out, err
}

// holdersOf gives who holds one of the roles on the units, since the instant at the latest unless
// confirmed, by an own password; but closed accounts.
func holdersOf(db *gorm.DB, units []int64, roles []auth.Role, ripe store.Time) (out []holder, err error) {
	err = db.Table("role_grants").Select("role_grants.person_id, role_grants.unit_id, role_grants.role").
		Joins("JOIN people ON people.id = role_grants.person_id").
		Joins("LEFT JOIN password_logins ON password_logins.person_id = people.id").
		Where("role_grants.unit_id IN ? AND role_grants.role IN ? AND people.closed_at IS NULL AND password_logins.set_by IS NULL", units, roles).
		Where("role_grants.granted_by = 0 OR role_grants.confirmed_by IS NOT NULL OR role_grants.created_at <= ?", ripe).Find(&out).Error
	return out, err
}

// proved tells whether WeChat gave a phone to one of the accounts.
func proved(db *gorm.DB, people []int64) (bool, error) {
	var n int64
	err := db.Table("people").Where("id IN ? AND phone_proved_at IS NOT NULL", people).Limit(1).Count(&n).Error
	return n > 0, err
}

// relatedSince tells whether one of two humans declared that they are related, and neither took it back before the instant.
func relatedSince(db *gorm.DB, mine, theirs Set, ended store.Time) (bool, error) {
	var ids []int64
	err := db.Raw(`SELECT id FROM declared_relations WHERE low_id IN @mine AND high_id IN @theirs AND (live = 1 OR ended_at > @ended)
		UNION ALL SELECT id FROM declared_relations WHERE low_id IN @theirs AND high_id IN @mine AND (live = 1 OR ended_at > @ended) LIMIT 1`,
		map[string]any{"mine": mine, "theirs": theirs, "ended": ended}).Scan(&ids).Error
	return len(ids) > 0, err
}

// guardianship is a guardian's consent that was not taken back.
type guardianship struct{ GuardianID, ChildID int64 }

func guardiansOf(db *gorm.DB, children []int64) (out []guardianship, err error) {
	if len(children) == 0 {
		return nil, nil
	}
	err = db.Table("guardianships").Select("guardian_id, child_id").Where("child_id IN ? AND live = 1", children).Order("id").Find(&out).Error
	return out, err
}

// bornAfter gives which of the accounts say that their owner was born after the day; one that was merged into
// another says nothing any more.
func bornAfter(db *gorm.DB, accounts []int64, day string) (out Set, err error) {
	err = db.Table("people").Where("id IN ? AND merged_into IS NULL AND birth_date > ?", accounts, day).Pluck("id", &out).Error
	return out, err
}
