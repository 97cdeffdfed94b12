package store

import (
	"context"
	"database/sql"
	"time"
)

// again is the readers' pool of a server: a query that a lost connection or a node that is
// out has failed is asked again, with Tx's pauses and patience. To read twice does no harm.
type again struct {
	*sql.DB
	patient time.Duration
}

func (a again) try(ctx context.Context, ask func() error) error {
	giveUp := time.Now().Add(a.patient)
	for attempt := 0; ; attempt++ {
		err := ask()
		if err == nil || !retryable(err) || ctx.Err() != nil {
			return err
		}
		pause := backoff(attempt)
		if time.Now().Add(pause).After(giveUp) {
			return ErrBusy.Because(err)
		}
		if sleep(ctx, pause) != nil {
			return err
		}
	}
}

// QueryContext asks until there is an answer.
func (a again) QueryContext(ctx context.Context, query string, args ...any) (rows *sql.Rows, err error) {
	err = a.try(ctx, func() error {
		rows, err = a.DB.QueryContext(ctx, query, args...) //nolint:rowserrcheck,sqlclosecheck // the caller's
		return err
	})
	return rows, err
}

// QueryRowContext asks until there is an answer.
func (a again) QueryRowContext(ctx context.Context, query string, args ...any) (row *sql.Row) {
	_ = a.try(ctx, func() error {
		row = a.DB.QueryRowContext(ctx, query, args...)
		return row.Err()
	})
	return row
}
