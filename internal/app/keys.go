package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"yimi/internal/config"
	"yimi/internal/seal"
)

var (
	errUnreadable = errors.New("some of it opens under no key that is here, and was left as it is; put the missing key back behind the others, then run: yimi keys rotate")
	errYoungKey   = errors.New("the newest key came less than ten minutes ago, and a server that runs may still seal with the one before; run this again later")
)

// passes is how often a rotation begins again because servers wrote under the old key meanwhile.
const passes = 5

// withKeys does what changes the keys, one at a time.
func withKeys(ctx context.Context, c *commandLine, cfg config.Config, log *slog.Logger, do func(*App, context.Context, io.Writer) error) error {
	release, err := cfg.LockKeys() // before the keys are read: another may be changing them
	if err != nil {
		return err
	}
	a, err := buildExisting(ctx, cfg, log)
	if err != nil {
		return errors.Join(err, release())
	}
	return errors.Join(do(a, ctx, c.out), a.Close(), release())
}

// refuseNewKeys keeps a key from being made where something is sealed under another: the folder is the wrong one,
// is not mounted, or its keys are lost.
func (a *App) refuseNewKeys() error {
	ids, err := a.cfg.FieldsKeys()
	if err != nil || len(ids) > 0 {
		return err
	}
	for _, c := range sealedColumns() {
		var some []int64
		err := a.Store.Read(context.Background()).Table(c.table).Select("1 AS one").Where(c.Column+" IS NOT NULL").Limit(1).Pluck("one", &some).Error
		if err != nil {
			return err
		}
		if len(some) > 0 {
			return fmt.Errorf("keys.fields: none is in %s, and %s of the database is sealed under one; is data_dir the right one, and is it mounted? Put the keys back there",
				filepath.Join(a.cfg.DataDir, "keys"), c.table)
		}
	}
	return nil
}

// openBox makes the Box. With keys in a file it reads them again when there is a new one.
func (a *App) openBox(keys config.Keys) (err error) {
	a.box, err = seal.New(seal.Cipher(a.cfg.Keys.Cipher), sealKeys(keys.Fields))
	if err == nil && a.cfg.FieldsFile() != "" {
		a.box.Reloading(func() ([]seal.Key, error) {
			again, err := a.cfg.LoadKeys()
			return sealKeys(again.Fields), err
		})
	}
	return err
}

// rotateKeys brings everything under the first key, which is a new one unless an earlier
// rotation is still to be finished.
func (a *App) rotateKeys(ctx context.Context, out io.Writer) error {
	if err := a.Identity.FindDuplicates(ctx); err != nil { // while all hashes are of one key
		return err
	}
	stale, err := a.countStale(ctx)
	if err != nil {
		return err
	}
	if stale, err = a.freshKey(ctx, stale, out); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "yimi: %d to be written again under the key %s (%s)\n", stale, a.box.Keys()[0], a.cfg.Keys.Cipher)
	total := 0
	for range passes {
		done, err := a.resealAll(ctx, out)
		if err != nil {
			return err
		}
		total += done.Written
		if done.Written > 0 {
			continue
		}
		_, _ = fmt.Fprintf(out, "yimi: %d written again; %d could not be read\n", total, done.Unreadable)
		if done.Unreadable > 0 {
			return errUnreadable
		}
		return nil
	}
	_, _ = fmt.Fprintf(out, "yimi: %d written again, and servers go on sealing with an older key: see docs/operations.md, then run this again\n", total)
	return nil
}

// freshKey puts a new key in front when all is under the one that is there.
func (a *App) freshKey(ctx context.Context, stale int64, out io.Writer) (int64, error) {
	switch {
	case stale > 0:
		_, _ = fmt.Fprintln(out, "yimi: finishing what was begun")
		return stale, nil
	case a.cfg.FieldsFile() == "":
		_, _ = fmt.Fprintln(out, "yimi: everything is under the first of keys.fields; to change it, put a new one in front (docs/operations.md)")
		return 0, nil
	}
	id, err := a.cfg.AddFieldsKey()
	if err == nil {
		err = a.box.Reload()
	}
	if err != nil {
		return 0, err
	}
	_, _ = fmt.Fprintf(out, "yimi: made the key %s; put %s into the backup of the keys\n", id, a.cfg.FieldsFile())
	return a.countStale(ctx)
}

// resealAll makes one pass over all that is sealed.
func (a *App) resealAll(ctx context.Context, out io.Writer) (all resealed, err error) {
	for _, c := range sealedColumns() {
		done, err := a.reseal(ctx, c)
		if err != nil {
			return all, err
		}
		done.tell(out, c.table+"."+c.Column)
		all.add(done)
	}
	done, err := a.resealFiles(ctx)
	done.tell(out, "files")
	all.add(done)
	return all, err
}

func (r resealed) tell(out io.Writer, what string) {
	if r.Written > 0 || r.Unreadable > 0 {
		_, _ = fmt.Fprintf(out, "yimi: %s: %d written again, %d could not be read\n", what, r.Written, r.Unreadable)
	}
}

// youngKey is how long a key file rests before a key is taken out of it: servers read it each minute.
const youngKey = 10 * time.Minute

// pruneKeys takes away the keys that nothing is under any more, but never the first.
func (a *App) pruneKeys(ctx context.Context, out io.Writer) error {
	unused, err := a.unusedKeys(ctx, out)
	if err != nil {
		return err
	}
	file := a.cfg.FieldsFile()
	if file == "" || len(unused) == 0 {
		return nil
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	if a.clock().Sub(info.ModTime()) < youngKey {
		return errYoungKey
	}
	if err := a.cfg.DropFieldsKeys(unused); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "yimi: took %d out of %s\n", len(unused), file)
	return nil
}

// unusedKeys says of each key behind the first what is still under it, and gives those with nothing.
func (a *App) unusedKeys(ctx context.Context, out io.Writer) (unused []string, err error) {
	for _, id := range a.box.Keys()[1:] {
		n, err := a.countUnder(ctx, id)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			_, _ = fmt.Fprintf(out, "yimi: %s: %d still under it; run: yimi keys rotate\n", id, n)
			continue
		}
		_, _ = fmt.Fprintf(out, "yimi: %s: nothing is under it", id)
		if a.cfg.FieldsFile() == "" {
			_, _ = fmt.Fprint(out, "; take it out of keys.fields")
		}
		_, _ = fmt.Fprintln(out)
		unused = append(unused, id)
	}
	if len(a.box.Keys()) == 1 {
		_, _ = fmt.Fprintln(out, "yimi: there is one key only")
	}
	return unused, nil
}
