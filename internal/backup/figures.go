package backup

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"yimi/internal/seal"
	"yimi/internal/store"
)

// Figures tell two databases of one content from others.
type Figures struct {
	Schema  int64            `json:"schema"`
	Entries int64            `json:"entries"` // of the ledger
	Minutes int64            `json:"minutes"`
	Heads   string           `json:"heads"` // the last link of everybody's chain, folded into one hash
	Tables  map[string]int64 `json:"tables"`
}

func figuresOf(ctx context.Context, v store.View) (f Figures, err error) {
	if err := v.One(ctx, &f.Schema, "SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version"); err != nil {
		return f, fmt.Errorf("the database has no tables of Yimi: %w", err)
	}
	tables, err := v.Tables(ctx)
	if err != nil {
		return f, err
	}
	f.Tables = map[string]int64{}
	for _, table := range tables {
		var n int64
		if err := v.One(ctx, &n, "SELECT COUNT(*) FROM "+table); err != nil {
			return f, err
		}
		f.Tables[table] = n
	}
	err = v.Each(ctx, "SELECT COUNT(*), COALESCE(SUM(minutes), 0) FROM hour_entries", func(rows *sql.Rows) error { return rows.Scan(&f.Entries, &f.Minutes) })
	if err != nil {
		return f, err
	}
	f.Heads, err = heads(ctx, v)
	return f, err
}

// entries counts what only grows.
func entries(ctx context.Context, v store.View) (n int64, err error) {
	err = v.One(ctx, &n, "SELECT COUNT(*) FROM hour_entries")
	return n, err
}

// heads folds where each chain ends, as the roll-ups say it; that the chains do end there, "yimi verify" proves.
func heads(ctx context.Context, v store.View) (string, error) {
	fold := sha256.New()
	err := v.Each(ctx, "SELECT person_id, sequence, last_hash FROM volunteer_hours WHERE sequence > 0 ORDER BY person_id", func(rows *sql.Rows) error {
		var person, sequence int64
		var hash string
		err := rows.Scan(&person, &sequence, &hash)
		_, _ = fmt.Fprintf(fold, "%d %d %s\n", person, sequence, hash)
		return err
	})
	return hex.EncodeToString(fold.Sum(nil)), err
}

// differences names each figure that is not as it was.
func (f Figures) differences(is Figures) (out []string) {
	say := func(what string, was, is any) {
		if was != is {
			out = append(out, fmt.Sprintf("%s: %v, and in the backup %v", what, is, was))
		}
	}
	say("schema", f.Schema, is.Schema)
	say("entries of the ledger", f.Entries, is.Entries)
	say("minutes", f.Minutes, is.Minutes)
	say("heads of the chains", f.Heads, is.Heads)
	tables := slices.Sorted(maps.Keys(f.Tables))
	for table := range is.Tables {
		if _, there := f.Tables[table]; !there {
			tables = append(tables, table)
		}
	}
	for _, table := range tables {
		say("rows of "+table, f.Tables[table], is.Tables[table])
	}
	return out
}

// keysIn adds the ids of the keys that values of the columns are sealed under. It reads how they begin, and opens none.
func keysIn(ctx context.Context, v store.View, columns []Column, into map[string]bool) error {
	for _, c := range columns {
		if there, err := c.in(ctx, v); err != nil || !there {
			if err != nil {
				return err
			}
			continue
		}
		var heads [][]byte // format and length of the id
		err := v.Each(ctx, fmt.Sprintf("SELECT DISTINCT SUBSTR(%s, 1, 2) FROM %s WHERE LENGTH(%[1]s) > 2", c.Column, c.Table), func(rows *sql.Rows) error {
			var head []byte
			err := rows.Scan(&head)
			heads = append(heads, head)
			return err
		})
		if err != nil {
			return err
		}
		for _, head := range heads {
			err := v.Each(ctx, fmt.Sprintf("SELECT DISTINCT SUBSTR(%s, 1, ?) FROM %s WHERE SUBSTR(%[1]s, 1, 2) = ?", c.Column, c.Table), func(rows *sql.Rows) error {
				var prefix []byte
				err := rows.Scan(&prefix)
				if id, ok := seal.KeyOf(prefix); ok {
					into[id] = true
				}
				return err
			}, 2+int(head[1]), head)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// in tells whether the database, which may be older than this program, has the column.
func (c Column) in(ctx context.Context, v store.View) (bool, error) {
	columns, err := v.Columns(ctx, c.Table)
	return slices.Contains(columns, c.Column), err
}

// names gives what the columns name.
func names(ctx context.Context, v store.View, columns []Column) (out []string, err error) {
	for _, c := range columns {
		if there, err := c.in(ctx, v); err != nil || !there {
			return out, err
		}
		err := v.Each(ctx, fmt.Sprintf("SELECT %s FROM %s ORDER BY 1", c.Column, c.Table), func(rows *sql.Rows) error {
			var s string
			err := rows.Scan(&s)
			out = append(out, s)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// missing gives the names that have no file.
func missing(names []string, files map[string]File) []string {
	out := []string{}
	for _, name := range names {
		if _, there := files[name]; !there {
			out = append(out, name)
		}
	}
	return out
}

func sortedKeys(m map[string]bool) []string {
	return append([]string{}, slices.Sorted(maps.Keys(m))...)
}

func sortedFiles(m map[string]File) []File {
	return append([]File{}, slices.SortedFunc(maps.Values(m), func(a, b File) int { return strings.Compare(a.Name, b.Name) })...)
}
