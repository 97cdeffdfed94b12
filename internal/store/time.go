package store

import (
	"database/sql/driver"
	"fmt"
	"strconv"
	"time"
)

// Time is an instant, kept as UTC milliseconds since 1970 in an integer column
// on both databases. GORM never fills it by itself, not even in a field named
// CreatedAt: set it from Tx.Now. A column that may be NULL is a *Time.
type Time struct{ time.Time }

// At returns t as the database keeps it: in UTC, cut to the millisecond.
func At(t time.Time) Time { return Time{time.UnixMilli(t.UnixMilli()).UTC()} }

// Shanghai is the zone of every screen, day and month; it has had no summer time since 1991.
var Shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// Value gives the milliseconds to the driver.
func (t Time) Value() (driver.Value, error) { return t.UnixMilli(), nil }

// Scan reads milliseconds; NULL gives the zero Time.
func (t *Time) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*t = Time{}
	case int64:
		*t = Time{time.UnixMilli(v).UTC()}
	case []byte:
		ms, err := strconv.ParseInt(string(v), 10, 64)
		if err != nil {
			return fmt.Errorf("store: a time column holds no milliseconds: %w", err)
		}
		*t = Time{time.UnixMilli(ms).UTC()}
	default:
		return fmt.Errorf("store: a time column holds %T, not milliseconds", src)
	}
	return nil
}

// GormDataType keeps GORM from treating the field as one of its own times.
func (Time) GormDataType() string { return "bigint" }

// Local gives the instant in the zone of every screen; nil stays nil.
func Local(t *Time) *time.Time {
	if t == nil {
		return nil
	}
	at := t.In(Shanghai)
	return &at
}
