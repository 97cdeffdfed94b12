package jobs

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
)

// Panic is a panic that was caught, as an error.
type Panic struct {
	what  string
	Stack []byte
}

func (p *Panic) Error() string { return "panic: " + p.what }

// Try does the work; its panic is an error.
func Try(do func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &Panic{said(v), debug.Stack()}
		}
	}()
	return do()
}

// said is what a panic said; of a value that may be somebody's data only the type.
func said(v any) string {
	switch v := v.(type) {
	case runtime.Error:
		return v.Error()
	case string:
		return v
	}
	return fmt.Sprintf("%T", v)
}

// maxTold is how many failed rows one error tells of; the rest are counted.
const maxTold = 5

// Each does the work on each row, also after one that failed or panicked, until ctx ends,
// and joins the errors, with the id of the row. The next round tries what failed again.
func Each[T any](ctx context.Context, rows []T, id func(T) int64, do func(T) error) error {
	var failed []error
	var p *Panic
	more := 0
	for _, row := range rows {
		if err := ctx.Err(); err != nil {
			return errors.Join(append(failed, err)...)
		}
		err := Try(func() error { return do(row) })
		first := p == nil && errors.As(err, &p) // the first panic is told of too, for its stack
		switch {
		case err == nil:
		case len(failed) < maxTold, first:
			failed = append(failed, fmt.Errorf("row %d: %w", id(row), err))
		default:
			more++
		}
	}
	if more > 0 {
		failed = append(failed, fmt.Errorf("and %d rows more", more))
	}
	return errors.Join(failed...)
}

// ID is the id of a row that is one.
func ID(id int64) int64 { return id }

// Steps does the steps of one task in their order, each also after one that failed or
// panicked, until ctx ends, and joins the errors.
func Steps(ctx context.Context, steps ...func(context.Context) error) error {
	var failed []error
	for _, step := range steps {
		if err := ctx.Err(); err != nil {
			return errors.Join(append(failed, err)...)
		}
		failed = append(failed, Try(func() error { return step(ctx) }))
	}
	return errors.Join(failed...)
}
