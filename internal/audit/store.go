package audit

import (
	"slices"

	"yimi/internal/auth"
	"yimi/internal/feature"
	"yimi/internal/store"
)

// Write adds what was done to one record, in the deed's own transaction. Who, from where and
// by which call are those of the transaction's context.
func Write(tx *store.Tx, e Entry) error { return WriteAll(tx, []Entry{e}) }

// Changed is Write for a record that was changed (both rows), made (no before) or removed (no after).
func Changed(tx *store.Tx, of *feature.Audited, id, unitID int64, before, after any) error {
	return Write(tx, Entry{Of: of, ID: id, UnitID: unitID, Before: before, After: after})
}

// WriteAll is Write for many records of one deed, in two statements.
func WriteAll(tx *store.Tx, entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	ctx := tx.Statement.Context
	actor, origin := auth.From(ctx), From(ctx)
	units, paths := make([]int64, len(entries)), map[int64]string{}
	for i, e := range entries {
		if units[i] = e.UnitID; e.UnitID == 0 {
			units[i] = ownUnit(actor)
		} else if e.UnitPath != "" {
			paths[e.UnitID] = e.UnitPath
		}
	}
	if err := readPaths(tx, units, paths); err != nil {
		return err
	}
	rows := make([]Row, len(entries))
	for i, e := range entries {
		path := paths[units[i]]
		before, after, err := diff(e.Of.Shown, e.Before, e.After)
		if err != nil {
			return err
		}
		rows[i] = Row{At: tx.Now, ActorID: actor.PersonID, Role: e.Role, DistrictID: districtOf(path), UnitID: units[i],
			Operation: origin.Operation, Entity: Entity(e.Of.Entity), EntityID: e.ID, Minor: e.Minor, Before: before, After: after,
			Network: origin.Network, RequestID: origin.RequestID}
		if e.Role == "" {
			rows[i].Role = roleOn(actor, path)
		}
	}
	return tx.CreateInBatches(&rows, 100).Error
}

func readPaths(tx *store.Tx, ids []int64, into map[int64]string) error {
	var rows []struct {
		ID   int64
		Path string
	}
	unknown := slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return id == 0 || into[id] != "" })
	if len(unknown) == 0 {
		return nil
	}
	err := tx.Table("units").Select("id, path").Where("id IN ?", unknown).Scan(&rows).Error
	for _, r := range rows {
		into[r.ID] = r.Path
	}
	return err
}
