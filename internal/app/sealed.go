package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"yimi/internal/feature"
	"yimi/internal/seal"
	"yimi/internal/store"
)

// sealedColumn is a column whose values are sealed, with its table.
type sealedColumn struct {
	table string
	feature.Sealed
}

// sealedColumns is all that is sealed in the database, as the features say it. A test fails when a
// table has a column of the name sealed, or that ends in _sealed, that is not there.
func sealedColumns() (out []sealedColumn) {
	for _, f := range Declared() {
		for _, t := range f.Tables {
			for _, c := range t.Sealed {
				out = append(out, sealedColumn{t.Name, c})
			}
		}
	}
	return out
}

// fileName is what a file is sealed under; "" for one that is not sealed, such
// as the mini-program codes, which WeChat gives to everybody.
func fileName(name string) string {
	if strings.HasPrefix(name, "codes/") {
		return ""
	}
	return "files/" + name
}

// resealBatch bounds how long one transaction of a rotation holds the writer.
const resealBatch = 100

// sealedRow is one value of a sealed column.
type sealedRow struct {
	ID            int64
	Sealed        []byte
	First, Second string // what its name ends with
	Behind        string
}

func (c sealedColumn) nameOf(r *sealedRow) string {
	if len(c.Named) == 2 {
		return c.Prefix + r.First + "/" + r.Second
	}
	return c.Prefix + r.First
}

// text makes a column that may be a number text, on both databases.
func text(column, as string) string { return "CAST(" + column + " AS CHAR) AS " + as }

// stale gives rows above the id whose value does not begin as what the Box makes now.
func (a *App) stale(ctx context.Context, c sealedColumn, after int64) ([]sealedRow, error) {
	return a.sealedRows(ctx, c, "<>", string(a.box.Prefix()), after, resealBatch)
}

// sealedRows gives rows above the id whose value begins so ("="), or does not ("<>").
func (a *App) sealedRows(ctx context.Context, c sealedColumn, relation, prefix string, after int64, limit int) (out []sealedRow, err error) {
	columns := "id, " + c.Column + " AS sealed, " + text(c.Named[0], "first")
	if len(c.Named) == 2 {
		columns += ", " + text(c.Named[1], "second")
	}
	if c.Index != nil && c.Index.Behind != "" {
		columns += ", " + text(c.Index.Behind, "behind")
	}
	where, args := filled(c.Column, relation, prefix)
	args = append(args, after, limit)
	err = a.Store.Read(ctx).Raw("SELECT "+columns+" FROM "+c.table+" WHERE "+where+" AND id > ? ORDER BY id LIMIT ?", args...).Scan(&out).Error
	return out, err
}

// filled is a condition for values that begin so ("="), or do not ("<>"). What is empty is not sealed.
func filled(column, relation, prefix string) (where string, args []any) {
	return "LENGTH(" + column + ") > 0 AND SUBSTR(" + column + ", 1, ?) " + relation + " ?", []any{len(prefix), []byte(prefix)}
}

// count counts values that begin so, or do not.
func (a *App) count(ctx context.Context, table, column, relation, prefix string) (n int64, err error) {
	where, args := filled(column, relation, prefix)
	err = a.Store.Read(ctx).Raw("SELECT COUNT(*) FROM "+table+" WHERE "+where, args...).Scan(&n).Error
	return n, err
}

// change gives the row's columns as they are under the first key.
func (c sealedColumn) change(box *seal.Box, r *sealedRow) (map[string]any, error) {
	plain, err := box.Open(c.nameOf(r), r.Sealed)
	if err != nil {
		return nil, err
	}
	columns := map[string]any{c.Column: box.Seal(c.nameOf(r), plain)}
	if i := c.Index; i != nil {
		value := string(plain)
		if i.Behind != "" {
			value = r.Behind + ":" + value
		}
		columns[i.Column] = box.Index(i.Kind, value)
	}
	return columns, nil
}

// resealed is how a rotation went.
type resealed struct{ Written, Unreadable int }

func (r *resealed) add(other resealed) { r.Written += other.Written; r.Unreadable += other.Unreadable }

// reseal writes the column's values again under the first key. A row that somebody else wrote
// meanwhile is left to the next pass; one that no key opens stays as it is.
func (a *App) reseal(ctx context.Context, c sealedColumn) (all resealed, err error) {
	for after := int64(0); ; {
		rows, err := a.stale(ctx, c, after)
		if err != nil || len(rows) == 0 {
			return all, err
		}
		done, err := a.resealRows(ctx, c, rows)
		if err != nil {
			return all, err
		}
		all.add(done)
		after = rows[len(rows)-1].ID
	}
}

func (a *App) resealRows(ctx context.Context, c sealedColumn, rows []sealedRow) (done resealed, err error) {
	err = a.Store.Tx(ctx, func(tx *store.Tx) error {
		done = resealed{}
		for i := range rows {
			columns, err := c.change(a.box, &rows[i])
			if errors.Is(err, seal.ErrOpen) {
				done.Unreadable++
				continue
			}
			if err != nil {
				return err
			}
			res := tx.Table(c.table).Where("id = ? AND "+c.Column+" = ?", rows[i].ID, rows[i].Sealed).Updates(columns)
			if res.Error != nil {
				return res.Error
			}
			done.Written += int(res.RowsAffected)
		}
		return nil
	})
	return done, err
}

// eachFile gives the sealed files, each with its first bytes.
func (a *App) eachFile(ctx context.Context, do func(name string, head []byte) error) error {
	return a.files.Each(func(name string) error {
		if err := ctx.Err(); err != nil || fileName(name) == "" {
			return err
		}
		head, err := a.files.Head(name, headBytes)
		if errors.Is(err, fs.ErrNotExist) { // taken away meanwhile
			return nil
		}
		if err != nil {
			return err
		}
		return do(name, head)
	})
}

// headBytes is more than any seal's beginning.
const headBytes = 2 + 255

// resealFiles writes the files again under the first key.
func (a *App) resealFiles(ctx context.Context) (all resealed, err error) {
	err = a.eachFile(ctx, func(name string, head []byte) error {
		if a.box.Current(head) {
			return nil
		}
		err := a.resealFile(name)
		switch {
		case err == nil:
			all.Written++
		case errors.Is(err, seal.ErrOpen):
			all.Unreadable++
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
		return nil
	})
	return all, err
}

// resealFile writes one file again. One that is taken away in the very moment may come back:
// sealed, and with nothing that points at it.
func (a *App) resealFile(name string) error {
	sealed, err := a.files.Read(name)
	if err != nil {
		return err
	}
	plain, err := a.box.Open(fileName(name), sealed)
	if err != nil {
		return err
	}
	if there, err := a.files.Exists(name); err != nil || !there {
		return err
	}
	return a.files.Write(name, a.box.Seal(fileName(name), plain))
}

// countUnder counts what is sealed under a key. The hashes beside it are under the same one:
// they are always written together.
func (a *App) countUnder(ctx context.Context, keyID string) (n int64, err error) {
	for _, c := range sealedColumns() {
		for _, prefix := range seal.Under(keyID) {
			more, err := a.count(ctx, c.table, c.Column, "=", string(prefix))
			if err != nil {
				return 0, err
			}
			n += more
		}
	}
	err = a.eachFile(ctx, func(_ string, head []byte) error {
		if id, ok := seal.KeyOf(head); ok && id == keyID {
			n++
		}
		return nil
	})
	return n, err
}

// countStale counts what is not under the first key.
func (a *App) countStale(ctx context.Context) (n int64, err error) {
	for _, c := range sealedColumns() {
		more, err := a.count(ctx, c.table, c.Column, "<>", string(a.box.Prefix()))
		if err != nil {
			return 0, err
		}
		n += more
	}
	err = a.eachFile(ctx, func(_ string, head []byte) error {
		if !a.box.Current(head) {
			n++
		}
		return nil
	})
	return n, err
}

// opensUnder opens one thing that is sealed under a key, of each kind, and so proves that it is that key.
func (a *App) opensUnder(ctx context.Context, keyID string) error {
	for _, c := range sealedColumns() {
		for _, prefix := range seal.Under(keyID) {
			rows, err := a.sealedRows(ctx, c, "=", string(prefix), 0, 1)
			if err == nil && len(rows) > 0 {
				_, err = a.box.Open(c.nameOf(&rows[0]), rows[0].Sealed)
			}
			if err != nil {
				return fmt.Errorf("%s.%s does not open by the key %s that is given: %w", c.table, c.Column, keyID, err)
			}
		}
	}
	opened := errors.New("one is enough")
	err := a.eachFile(ctx, func(name string, head []byte) error {
		if id, ok := seal.KeyOf(head); !ok || id != keyID {
			return nil
		}
		sealed, err := a.files.Read(name)
		if err == nil {
			_, err = a.box.Open(fileName(name), sealed)
		}
		if err != nil {
			return fmt.Errorf("a file does not open by the key %s that is given: %w", keyID, err)
		}
		return opened
	})
	if errors.Is(err, opened) {
		return nil
	}
	return err
}
