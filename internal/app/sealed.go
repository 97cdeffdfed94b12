package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"yimi/internal/seal"
	"yimi/internal/store"
)

// sealedColumn is a column whose values are sealed, each under prefix and what the named
// columns of its row hold, with / between.
type sealedColumn struct {
	table, column string
	prefix        string
	named         []string // one or two
	index         *sealedIndex
}

// sealedIndex is the keyed hash beside a sealed column: of its value, behind that of another
// column and a colon if there is one.
type sealedIndex struct{ column, kind, behind string }

// sealedColumns is the one list of all that is sealed in the database. A test fails when a
// table has a column of the name sealed, or that ends in _sealed, that is not here.
var sealedColumns = []sealedColumn{
	{table: "people", column: "phone_sealed", prefix: "people/phone/", named: []string{"id"}, index: &sealedIndex{"phone_index", "phone", ""}},
	{table: "people", column: "identity_sealed", prefix: "people/identity/", named: []string{"id"}, index: &sealedIndex{"identity_index", "identity", "identity_type"}},
	{table: "beneficiaries", column: "sealed", prefix: "beneficiaries/", named: []string{"ref"}},
	{table: "requests", column: "sealed", prefix: "requests/", named: []string{"number"}},
	{table: "request_visits", column: "sealed", prefix: "visits/", named: []string{"ref"}},
	{table: "request_notes", column: "sealed", prefix: "notes/", named: []string{"ref"}},
	{table: "idempotency_keys", column: "body", prefix: "answers/", named: []string{"person_id", "request_key"}},
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
	if len(c.named) == 2 {
		return c.prefix + r.First + "/" + r.Second
	}
	return c.prefix + r.First
}

// text makes a column that may be a number text, on both databases.
func text(column, as string) string { return "CAST(" + column + " AS CHAR) AS " + as }

// stale gives rows above the id whose value does not begin as what the Box makes now.
func (a *App) stale(ctx context.Context, c sealedColumn, after int64) ([]sealedRow, error) {
	return a.sealedRows(ctx, c, "<>", string(a.box.Prefix()), after, resealBatch)
}

// sealedRows gives rows above the id whose value begins so ("="), or does not ("<>").
func (a *App) sealedRows(ctx context.Context, c sealedColumn, relation, prefix string, after int64, limit int) (out []sealedRow, err error) {
	columns := "id, " + c.column + " AS sealed, " + text(c.named[0], "first")
	if len(c.named) == 2 {
		columns += ", " + text(c.named[1], "second")
	}
	if c.index != nil && c.index.behind != "" {
		columns += ", " + text(c.index.behind, "behind")
	}
	where, args := filled(c.column, relation, prefix)
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
	columns := map[string]any{c.column: box.Seal(c.nameOf(r), plain)}
	if i := c.index; i != nil {
		value := string(plain)
		if i.behind != "" {
			value = r.Behind + ":" + value
		}
		columns[i.column] = box.Index(i.kind, value)
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
			res := tx.Table(c.table).Where("id = ? AND "+c.column+" = ?", rows[i].ID, rows[i].Sealed).Updates(columns)
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
	for _, c := range sealedColumns {
		for _, prefix := range seal.Under(keyID) {
			more, err := a.count(ctx, c.table, c.column, "=", string(prefix))
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
	for _, c := range sealedColumns {
		more, err := a.count(ctx, c.table, c.column, "<>", string(a.box.Prefix()))
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
	for _, c := range sealedColumns {
		for _, prefix := range seal.Under(keyID) {
			rows, err := a.sealedRows(ctx, c, "=", string(prefix), 0, 1)
			if err == nil && len(rows) > 0 {
				_, err = a.box.Open(c.nameOf(&rows[0]), rows[0].Sealed)
			}
			if err != nil {
				return fmt.Errorf("%s.%s does not open by the key %s that is given: %w", c.table, c.column, keyID, err)
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
