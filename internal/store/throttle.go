package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// throttle is one counter in its present window.
type throttle struct {
	Name        string `gorm:"primaryKey"` // at most 120 characters
	WindowStart Time
	Hits        int64
}

// TableName names the table for the unexported struct.
func (throttle) TableName() string { return "throttles" }

// Hit counts one try under the name and tells whether it is within the limit for
// the fixed window that the first try opened; if not, wait says how long until the
// window closes. All servers on one database count together, and a try is counted
// before it is allowed, so that tries at the same moment cannot slip through.
func (s *Store) Hit(ctx context.Context, name string, limit int64, window time.Duration) (ok bool, wait time.Duration, err error) {
	err = s.Tx(WithoutKey(ctx), func(tx *Tx) error {
		if err := countHit(tx, name, window); err != nil {
			return err
		}
		row, err := gorm.G[throttle](tx.DB).Where("name = ?", name).Take(ctx)
		ok, wait = row.Hits <= limit, row.WindowStart.Add(window).Sub(tx.Now.Time)
		return err
	})
	if err != nil || ok {
		return err == nil, 0, err
	}
	return false, wait, nil
}

// countHit makes the row, counts up, or opens a new window, in one statement. MySQL
// assigns from left to right and GORM sorts the columns, so hits still sees the old window.
func countHit(tx *Tx, name string, window time.Duration) error {
	closed := At(tx.Now.Add(-window))
	count := clause.OnConflict{
		Columns: []clause.Column{{Name: "name"}},
		DoUpdates: clause.Assignments(map[string]any{
			"hits":         gorm.Expr("CASE WHEN throttles.window_start <= ? THEN 1 ELSE throttles.hits + 1 END", closed),
			"window_start": gorm.Expr("CASE WHEN throttles.window_start <= ? THEN ? ELSE throttles.window_start END", closed, tx.Now),
		}),
	}
	return tx.Clauses(count).Create(&throttle{Name: name, WindowStart: tx.Now, Hits: 1}).Error
}

// Unhit takes one try back, for one that turned out to be honest.
func (s *Store) Unhit(ctx context.Context, name string) error {
	return s.Tx(WithoutKey(ctx), func(tx *Tx) error {
		_, err := gorm.G[throttle](tx.DB).Where("name = ? AND hits > 0", name).
			Update(ctx, "hits", gorm.Expr("hits - 1"))
		return err
	})
}

// Clear forgets all tries under the name.
func (s *Store) Clear(ctx context.Context, name string) error {
	return s.Tx(WithoutKey(ctx), func(tx *Tx) error {
		_, err := gorm.G[throttle](tx.DB).Where("name = ?", name).Delete(ctx)
		return err
	})
}

// PruneThrottles deletes the counters whose window opened before the instant and
// says how many they were; give one further back than the longest window in use.
func (s *Store) PruneThrottles(ctx context.Context, before Time) (n int64, err error) {
	err = s.Tx(WithoutKey(ctx), func(tx *Tx) error {
		gone, err := gorm.G[throttle](tx.DB).Where("window_start < ?", before).Delete(ctx)
		n = int64(gone)
		return err
	})
	return n, err
}
