package hours

import (
	"gorm.io/gorm"

	"yimi/internal/store"
)

// exportBatch bounds the ids of one statement.
const exportBatch = 500

// creditedTime is the time that an entry is for; nil where it is not kept.
type creditedTime struct{ from, to *store.Time }

// creditedTo gives the time of each entry.
func creditedTo(db *gorm.DB, entries []Line) (map[int64]creditedTime, error) {
	out := map[int64]creditedTime{}
	err := inBatches(entries, func(ids []int64) error {
		var rows []struct {
			EntryID      int64
			FromAt, ToAt store.Time
		}
		if err := db.Table("credited_spans").Select("entry_id, from_at, to_at").Where("entry_id IN ?", ids).Find(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			out[r.EntryID] = creditedTime{&r.FromAt, &r.ToAt}
		}
		return nil
	})
	return out, err
}

// look is one that somebody had at an entry, and wrote what came of it.
type look struct {
	EntryID             int64
	LookedAt            store.Time
	UnitName, UnitPhone string
}

// lookedAt gives the looks at the entries that something was written of.
func lookedAt(db *gorm.DB, entries []Line) (out []look, err error) {
	err = inBatches(entries, func(ids []int64) error {
		var rows []look
		err := db.Table("hour_attention").Select("hour_attention.entry_id, hour_attention.looked_at, units.name AS unit_name, units.phone AS unit_phone").
			Joins("JOIN units ON units.id = hour_attention.unit_id").Where("hour_attention.entry_id IN ? AND hour_attention.note <> ''", ids).
			Order("hour_attention.id").Find(&rows).Error
		out = append(out, rows...)
		return err
	})
	return out, err
}

func inBatches(entries []Line, read func(ids []int64) error) error {
	for len(entries) > 0 {
		n := min(len(entries), exportBatch)
		ids := make([]int64, n)
		for i := range ids {
			ids[i] = entries[i].ID
		}
		if err := read(ids); err != nil {
			return err
		}
		entries = entries[n:]
	}
	return nil
}
