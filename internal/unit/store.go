package unit

import (
	"context"
	"crypto/rand"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"yimi/internal/store"
)

func byID(ctx context.Context, db *gorm.DB, id int64) (Unit, error) {
	return gorm.G[Unit](db).Where("id = ?", id).Take(ctx)
}

func all(ctx context.Context, db *gorm.DB) ([]Unit, error) {
	return gorm.G[Unit](db).Find(ctx)
}

// roots gives the units at the top of the trees, the first made first.
func roots(db *gorm.DB) (out []Unit, err error) {
	err = db.Where("parent_id IS NULL").Order("id").Limit(1000).Find(&out).Error
	return out, err
}

// insert makes the row and then its path, which holds the id that the database
// gives; until then a random word keeps the place of the unique path.
func insert(ctx context.Context, tx *store.Tx, u *Unit, parentPath string) error {
	u.Path, u.CreatedAt = rand.Text(), tx.Now
	if err := gorm.G[Unit](tx.DB).Create(ctx, u); err != nil {
		return err
	}
	u.Path = childPath(parentPath, u.Kind, u.ID)
	_, err := gorm.G[Unit](tx.DB).Where("id = ?", u.ID).Update(ctx, "path", u.Path)
	return err
}

// change writes only what the patch names.
func change(ctx context.Context, tx *store.Tx, id int64, p Patch) error {
	columns := map[string]any{}
	store.Set(columns, "name", p.Name)
	store.Set(columns, "phone", p.Phone)
	store.Set(columns, "address", p.Address)
	store.Set(columns, "open_hours", p.OpenHours)
	if p.Location != nil {
		columns["latitude"], columns["longitude"] = p.Location.Latitude, p.Location.Longitude
	}
	if len(columns) == 0 {
		return nil
	}
	_, err := gorm.G[Unit](tx.DB).Where("id = ?", id).Set(clause.Assignments(columns)).Update(ctx)
	return err
}
