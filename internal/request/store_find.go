package request

import (
	"strings"

	"yimi/internal/scope"
	"yimi/internal/store"

	"gorm.io/gorm"
)

// under lists requests of the units under the roots, newest first. Drafts are their writers' alone.
// Each way to look reads by an index of its own: a number one row, a name the requests of people
// whose names begin so at those units, state and service a page of each unit.
func (s shelf) under(db *gorm.DB, roots []string, f Filter) ([]Line, error) {
	q, err := found(db, roots, f)
	if err != nil {
		return nil, err
	}
	return s.list(linesOf(db, q.Limit(f.Limit)).Order("requests.id DESC"), db)
}

func found(db *gorm.DB, roots []string, f Filter) (*gorm.DB, error) {
	condition, args := f.narrow()
	if f.Number != "" {
		return scope.Under(db.Table("requests"), "unit_id", roots).Where("number = ?", writtenNumber(f.Number)).Where(condition, args...), nil
	}
	if f.Name == "" && f.State == "" && f.ServiceTypeID == 0 {
		q, err := scope.NewestUnder(db, "requests", roots)
		if err != nil {
			return nil, err
		}
		return q.Where(condition, args...), nil
	}
	units, err := scope.UnitsUnder(db, roots)
	if err != nil {
		return nil, err
	}
	var ids []int64
	if f.Name != "" {
		ids, err = named(db, units, f)
	} else {
		ids, err = store.NewestOfUnits(db, "requests", units, f.Limit, condition, args...)
	}
	return db.Table("requests").Where("id IN ?", ids).Order("id DESC"), err
}

// narrow is what is asked of a request beside its number and names.
func (f *Filter) narrow() (condition string, args []any) {
	parts, args := []string{"requests.state <> ?"}, []any{Draft}
	if f.ServiceTypeID != 0 {
		parts, args = append(parts, "requests.service_type_id = ?"), append(args, f.ServiceTypeID)
	}
	if f.State != "" {
		parts, args = append(parts, "requests.state = ?"), append(args, f.State)
	}
	if f.Before != 0 {
		parts, args = append(parts, "requests.id < ?"), append(args, f.Before)
	}
	return strings.Join(parts, " AND "), args
}

// named finds requests by who asked and by whom they are for: the ids of a page of them. The names are looked
// up first, whatever else is asked: CROSS JOIN keeps SQLite to it.
func named(db *gorm.DB, units []int64, f Filter) (ids []int64, err error) {
	condition, args := f.narrow()
	key := NameKey(f.Name)
	by := func(column string) *gorm.DB {
		return db.Table("requests").Select("id").Where("unit_id IN ? AND "+column+" >= ? AND "+column+" < ?", units, key, key+afterAll)
	}
	args = append(append([]any{by("person_key"), by("beneficiary_key")}, args...), f.Limit)
	err = db.Raw("SELECT requests.id FROM (? UNION ?) AS named CROSS JOIN requests ON requests.id = named.id WHERE "+condition+" ORDER BY requests.id DESC LIMIT ?", args...).Scan(&ids).Error
	return ids, err
}

// afterAll comes after every letter, on both databases.
const afterAll = "\U0010FFFF"
