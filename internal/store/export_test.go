package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"regexp"
	"strings"
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

// DieInside begins a migration and dies behind so many of its statements: on SQLite what they did is gone with the
// transaction, on MySQL it stands. Nobody notes that it was applied. It says how many statements there are.
func (s *Store) DieInside(ctx context.Context, file string, behind int) (of int, err error) {
	text, err := migrations.ReadFile("migrations/" + s.dialect + "/" + file)
	if err != nil {
		return 0, err
	}
	pool, done, err := s.migrator()
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, done()) }()
	conn, err := pool.Conn(ctx)
	if err != nil {
		return 0, err
	}
	statements := strings.Split(strings.TrimSpace(regexp.MustCompile(`(?m)--.*$`).ReplaceAllString(string(text), "")), ";")
	statements = statements[:len(statements)-1] // behind the last semicolon there is nothing
	if s.dialect == sqliteDialect {
		statements = append([]string{"BEGIN IMMEDIATE"}, statements...)
		behind++
	}
	for _, statement := range statements[:min(behind, len(statements))] {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return 0, fmt.Errorf("%s: %w", statement, err)
		}
	}
	_ = conn.Raw(func(any) error { return driver.ErrBadConn }) // never handed back: closed as it is
	return len(statements), nil
}
