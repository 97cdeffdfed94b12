package booking

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/store"
)

// District is the holidays of one district.
type District struct {
	UnitID   int64 // 0: whose they are is not known
	Name     string
	Holidays []Holiday
}

// Holidays lists the holidays and make-up days from this year on of the district that a unit is in; of the
// actor's own with no unit named: where they hold a role, else where they live.
func (s *Service) Holidays(ctx context.Context, unitID int64) (*District, error) {
	db, a := s.db.Read(ctx), auth.From(ctx)
	if paths := append(a.ManagedPaths(), a.ServedPaths()...); unitID == 0 && len(paths) > 0 {
		unitID = districtOf(paths[0])
	}
	if unitID == 0 && a.SignedIn() {
		var err error
		if unitID, err = homeUnit(db, a.PersonID); err != nil {
			return nil, err
		}
	}
	if unitID == 0 {
		return &District{}, nil
	}
	u, err := findUnit(db, unitID)
	if err != nil {
		return nil, err
	}
	if u, err = findUnit(db, districtOf(u.Path)); err != nil {
		return nil, err
	}
	all, err := holidaysFrom(db, u.ID, s.db.Now().In(store.Shanghai).Format("2006")+"-01-01")
	return &District{u.ID, u.Name, all}, err
}

var errWhichDistrict = fault.BadFields(fault.Field{Name: "unit_id", Message: "您管着几个区，请选是哪个区的节假日"})

// administered is the district whose holidays the actor changes: the one that a unit is in, or the only one
// that they administer.
func administered(tx *store.Tx, unitID int64) (unit, error) {
	a := auth.From(tx.Statement.Context)
	if unitID == 0 {
		tops := []int64{}
		for _, path := range a.AdministeredPaths() {
			tops = append(tops, districtOf(path))
		}
		slices.Sort(tops)
		if tops = slices.Compact(tops); len(tops) > 1 {
			return unit{}, errWhichDistrict
		} else if len(tops) == 0 {
			return unit{}, auth.ErrForbidden
		}
		unitID = tops[0]
	}
	u, err := findUnit(tx.DB, unitID)
	if err != nil {
		return u, err
	}
	if u, err = findUnit(tx.DB, districtOf(u.Path)); err == nil && !a.Administers(u.Path) {
		err = auth.ErrForbidden
	} else if err == nil && auth.IsCity(u.Path) {
		err = errWhichDistrict
	}
	return u, err
}

// SetHoliday makes a day a holiday in a district of the actor's, or one that works as another week-day.
func (s *Service) SetHoliday(ctx context.Context, h Holiday) (*Holiday, error) {
	if h.Kind == off {
		h.AsWeekday = 0
	} else if h.AsWeekday == 0 {
		h.AsWeekday = 1
	}
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		u, err := administered(tx, h.UnitID)
		if err != nil {
			return err
		}
		h.UnitID = u.ID
		if err := saveHoliday(tx, &h); err != nil {
			return err
		}
		return audit.Write(tx, audit.Entry{Of: holidayLog, ID: dayNumber(h.Day), UnitID: u.ID, UnitPath: u.Path, After: h})
	})
	return &h, err
}

// RemoveHoliday makes a day an ordinary one again, in the district that the unit is in.
func (s *Service) RemoveHoliday(ctx context.Context, unitID int64, day string) error {
	return s.db.Tx(ctx, func(tx *store.Tx) error {
		u, err := administered(tx, unitID)
		if err != nil {
			return err
		}
		gone, err := deleteHoliday(tx, u.ID, day)
		switch {
		case err != nil:
			return err
		case !gone:
			return fault.Missing("节假日")
		}
		return audit.Write(tx, audit.Entry{Of: holidayLog, ID: dayNumber(day), UnitID: u.ID, UnitPath: u.Path})
	})
}

// dayNumber is how the audit log names a day: 20260101.
func dayNumber(day string) int64 {
	n, _ := strconv.ParseInt(strings.ReplaceAll(day, "-", ""), 10, 64)
	return n
}
