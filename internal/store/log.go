package store

import (
	"context"
	"log/slog"
	"time"

	"gorm.io/gorm/logger"
)

// slowQuery is how long a statement may take before the log tells.
const slowQuery = 500 * time.Millisecond

// gormLog is silent but for slow statements. It never prints an argument, and no
// error: errors are returned, and their text may hold a value.
type gormLog struct{ log *slog.Logger }

func (g gormLog) LogMode(logger.LogLevel) logger.Interface      { return g }
func (g gormLog) Info(context.Context, string, ...interface{})  {}
func (g gormLog) Warn(context.Context, string, ...interface{})  {}
func (g gormLog) Error(context.Context, string, ...interface{}) {}

// Trace logs a slow statement.
func (g gormLog) Trace(ctx context.Context, begin time.Time, fc func() (string, int64), _ error) {
	took := time.Since(begin)
	if took < slowQuery {
		return
	}
	sql, rows := fc()
	g.log.WarnContext(ctx, "slow statement", "took_ms", float64(took.Microseconds())/1000, "rows", rows, "sql", sql)
}

// ParamsFilter keeps the arguments out of every text that GORM makes.
func (g gormLog) ParamsFilter(_ context.Context, sql string, _ ...interface{}) (string, []interface{}) {
	return sql, nil
}
