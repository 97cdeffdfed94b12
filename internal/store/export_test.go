package store

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/go-sql-driver/mysql"
	"github.com/pressly/goose/v3"
)

// LoseCommitReplies makes the next n commits take place and fail all the same.
func LoseCommitReplies(s *Store, n int64) {
	var lost atomic.Int64
	s.afterCommit = func() error {
		if lost.Add(1) <= n {
			return mysql.ErrInvalidConn
		}
		return nil
	}
}

// CountCommits counts the commits from now on.
func CountCommits(s *Store) func() int64 {
	var n atomic.Int64
	s.afterCommit = func() error { n.Add(1); return nil }
	return n.Load
}

// Known are the migrations of this program, in order.
func (s *Store) Known() []int64 { return s.known }

// MigrateTo stops at a version, as a program of that time did.
func (s *Store) MigrateTo(ctx context.Context, version int64) error {
	pool, done, err := s.migrator()
	if err != nil {
		return err
	}
	p, err := s.provider(pool)
	if err == nil {
		err = s.migrateOnce(ctx, pool, func(ctx context.Context) ([]*goose.MigrationResult, error) { return p.UpTo(ctx, version) })
	}
	return errors.Join(err, done())
}
