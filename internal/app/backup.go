package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"yimi/internal/backup"
	"yimi/internal/config"
	"yimi/internal/store"
)

var errNewFolder = errors.New("say where with --data-dir NEW: a new folder, with nothing but keys in it")

// rowsOfBackup are the columns that tell what a backup needs besides the database.
func rowsOfBackup() backup.Rows {
	rows := backup.Rows{Files: []backup.Column{{Table: "request_attachments", Column: "name"}}}
	for _, c := range sealedColumns() {
		rows.Sealed = append(rows.Sealed, backup.Column{Table: c.table, Column: c.Column})
	}
	return rows
}

// takeBackup is "yimi backup". It uses no key, migrates nothing, and runs beside servers.
func takeBackup(ctx context.Context, c *commandLine, cfg config.Config, log *slog.Logger, dir string) error {
	if err := store.Exists(string(cfg.Database)); err != nil {
		return fmt.Errorf("database: %w; write the right one with --database or --config", err)
	}
	db, err := store.Open(ctx, string(cfg.Database), store.WithLogger(log))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if within(dir, cfg.DataDir) || within(cfg.DataDir, dir) {
		return fmt.Errorf("%s and data_dir %s lie one in the other; write a folder apart, on another disk", dir, cfg.DataDir)
	}
	g, err := backup.Take(ctx, dir, backup.Source{Store: db, Files: filepath.Join(cfg.DataDir, "files"), Rows: rowsOfBackup(), Say: steps(c.errOut)})
	if err != nil {
		return err
	}
	if len(g.Missing) > 0 {
		_, _ = fmt.Fprintf(c.out, "yimi: warning: %d attachments have no file; %s lists them\n", len(g.Missing), filepath.Join(g.Dir, "manifest.json"))
	}
	_, _ = fmt.Fprintf(c.out, "yimi: %s: %d entries, %d minutes, %d files; it took %s; to open it takes the keys %s, which are not in it\n",
		g.Dir, g.Figures.Entries, g.Figures.Minutes, len(g.Files), seconds(g.Ended.Sub(g.Began)), strings.Join(g.Keys, ", "))
	return nil
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

// within tells whether a path is a folder, or lies in it.
func within(path, folder string) bool {
	path, err := filepath.Abs(path)
	folder, err2 := filepath.Abs(folder)
	rel, err3 := filepath.Rel(folder, path)
	return errors.Join(err, err2, err3) == nil && (rel == "." || filepath.IsLocal(rel))
}

// restore is "yimi restore".
func restore(ctx context.Context, c *commandLine, cfg config.Config, log *slog.Logger, dir string) error {
	if cfg.DataDir == config.Default().DataDir {
		return errNewFolder
	}
	if within(cfg.DataDir, dir) {
		return fmt.Errorf("%s lies in the folder of the backups; write another one", cfg.DataDir)
	}
	if !c.said("database") && !cfg.Database.MySQL() { // it belongs into the new folder, whatever the server has
		cfg.Database = config.DSN("sqlite:" + filepath.Join(cfg.DataDir, "yimi.db"))
	}
	began := time.Now()
	r, err := newRestoring(c, cfg, log, dir)
	if err != nil {
		return err
	}
	undo, err := makeFolder(cfg)
	if err != nil {
		return err
	}
	fresh, err := store.NewFresh(ctx, string(cfg.Database))
	if err != nil {
		return errors.Join(err, undo())
	}
	stage := filepath.Join(cfg.DataDir, staging)
	if err := clearKilled(cfg.DataDir, stage); err != nil {
		return errors.Join(err, undo())
	}
	if err := r.keep(ctx, fresh, stage); err != nil {
		return errors.Join(err, fresh.Remove(context.WithoutCancel(ctx)), os.RemoveAll(stage), undo())
	}
	_, _ = fmt.Fprintf(c.out, "yimi: restored in %s from a backup of %s, %s old; serve it with: --data-dir %s and its database %s\n",
		seconds(time.Since(began)), r.Began.Format(time.RFC3339), time.Since(r.Began).Round(time.Second), cfg.DataDir, cfg.Database)
	return nil
}

// staging is the folder in the new one in which things lie until they are proved; it goes last, so that it marks
// one in which a restore was killed.
const staging = ".restoring"

// clearKilled takes away what a restore left that was killed.
func clearKilled(dataDir, stage string) error {
	if _, err := os.Lstat(stage); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := os.RemoveAll(filepath.Join(dataDir, "files")); err != nil {
		return err
	}
	return os.RemoveAll(stage)
}

// makeFolder makes the new folder, or takes one that has nothing but keys; undo removes what was made.
func makeFolder(cfg config.Config) (undo func() error, err error) {
	entries, err := os.ReadDir(cfg.DataDir)
	there := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	keys, killed := false, slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == staging })
	for _, e := range entries {
		switch {
		case e.Name() == "keys":
			keys = true
		case e.Name() == staging, killed && e.Name() == "files", strings.HasPrefix(filepath.Join(cfg.DataDir, e.Name()), strings.TrimPrefix(string(cfg.Database), "sqlite:")+".part"):
			// of a restore that was killed
		default:
			return nil, fmt.Errorf("%s is not empty: it has %s; a restore goes into a new folder, with nothing but keys in it", cfg.DataDir, e.Name())
		}
	}
	undo = func() (err error) {
		if !keys { // what the program made for itself
			err = os.RemoveAll(filepath.Join(cfg.DataDir, "keys"))
		}
		if !there {
			err = errors.Join(err, os.Remove(cfg.DataDir))
		}
		return err
	}
	return undo, os.MkdirAll(cfg.DataDir, 0o700)
}

// restoring is a generation on its way back.
type restoring struct {
	*backup.Generation
	cfg  config.Config
	log  *slog.Logger
	out  io.Writer
	step func(what string, done func() (now, all int64)) (end func())
}

// newRestoring finds the generation, and refuses without the keys that it is under. It makes none.
func newRestoring(c *commandLine, cfg config.Config, log *slog.Logger, dir string) (*restoring, error) {
	g, err := backup.Open(dir)
	if err != nil {
		return nil, err
	}
	if cfg.Database.MySQL() != (g.Kind == "mysql") {
		return nil, fmt.Errorf("the backup is of the kind %s, and goes into a database of that kind only: say where with --database", g.Kind)
	}
	ids, err := cfg.FieldsKeys()
	if err != nil {
		return nil, err
	}
	var lack []string
	for _, id := range g.Keys {
		if !slices.Contains(ids, id) {
			lack = append(lack, id)
		}
	}
	if len(lack) > 0 {
		return nil, fmt.Errorf("the backup %s needs keys that are not here: %s; put them into %s, or into keys.fields of the settings",
			g.Dir, strings.Join(lack, ", "), filepath.Join(cfg.DataDir, "keys", "fields.key"))
	}
	return &restoring{g, cfg, log, c.out, steps(c.errOut)}, nil
}

// keep brings the generation back for good.
func (r *restoring) keep(ctx context.Context, fresh *store.Fresh, stage string) error {
	a, err := r.open(ctx, fresh, stage)
	if err != nil {
		return err
	}
	if err := errors.Join(a.Identity.EndAllSessions(ctx), a.Close()); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(stage, "files"), filepath.Join(r.cfg.DataDir, "files")); err != nil {
		return err
	}
	if err := errors.Join(syncFolder(r.cfg.DataDir), fresh.Keep()); err != nil {
		return errors.Join(err, os.RemoveAll(filepath.Join(r.cfg.DataDir, "files")))
	}
	return errors.Join(os.Remove(stage), syncFolder(r.cfg.DataDir))
}

// syncFolder makes the names in a folder outlive a power cut.
func syncFolder(path string) error {
	d, err := os.Open(path) //nolint:gosec // from the settings
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// open checks, loads, migrates and proves the generation, and gives the program on it. Nobody is told anything by that
// program: it has no WeChat, and its timed work does not run.
func (r *restoring) open(ctx context.Context, fresh *store.Fresh, folder string) (*App, error) {
	if err := r.Check(ctx, r.step); err != nil {
		return nil, err
	}
	if err := r.load(ctx, fresh, folder); err != nil {
		return nil, err
	}
	keys, err := r.cfg.LoadKeys()
	if err != nil {
		return nil, err
	}
	cfg := r.cfg
	cfg.Keys, cfg.Keys.Cipher = keys, r.cfg.Keys.Cipher
	cfg.Database, cfg.DataDir, cfg.WeChat, cfg.Demo = config.DSN(fresh.URL()), folder, config.WeChat{State: cfg.WeChat.State}, false
	a, err := Build(ctx, cfg, r.log)
	if err != nil {
		return nil, err
	}
	if err := r.prove(ctx, a); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (r *restoring) load(ctx context.Context, fresh *store.Fresh, folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	if err := r.during("writing the files", func() error { return r.WriteFiles(ctx, filepath.Join(folder, "files")) }); err != nil {
		return err
	}
	if err := r.during("loading the database", func() error { return fresh.Load(ctx, r.DatabaseFile()) }); err != nil {
		return err
	}
	db, err := store.Open(ctx, fresh.URL(), store.WithLogger(r.log))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if err := r.during("comparing with what was backed up", func() error { return r.Compare(ctx, db, rowsOfBackup()) }); err != nil {
		return err
	}
	return db.Migrate(ctx)
}

func (r *restoring) prove(ctx context.Context, a *App) error {
	for _, id := range r.Keys {
		if err := a.opensUnder(ctx, id); err != nil {
			return err
		}
	}
	return r.during("verifying", func() error { return a.verify(ctx, r.out) })
}

func (r *restoring) during(what string, do func() error) error {
	defer r.step(what, func() (int64, int64) { return 0, 0 })()
	return do()
}

// steps shows how far each step is: on a terminal all the while, elsewhere a line when it is done.
func steps(w io.Writer) func(what string, done func() (now, all int64)) (end func()) {
	live := isTerminal(w)
	return func(what string, done func() (now, all int64)) (end func()) {
		began, quit := time.Now(), make(chan struct{})
		var showing sync.WaitGroup
		line := func() string {
			now, all := done()
			s := fmt.Sprintf("%s: %s", what, seconds(time.Since(began)))
			if now > 0 {
				s += fmt.Sprintf(", %d MB", now>>20)
			}
			if all > 0 {
				s += fmt.Sprintf(" of %d", all>>20)
			}
			return s
		}
		if live {
			showing.Go(func() {
				for tick := time.NewTicker(time.Second / 4); ; {
					select {
					case <-quit:
						tick.Stop()
						return
					case <-tick.C:
						_, _ = fmt.Fprintf(w, "\r\033[K%s", line())
					}
				}
			})
		}
		return func() {
			close(quit)
			showing.Wait()
			if live {
				_, _ = fmt.Fprint(w, "\r\033[K")
			}
			_, _ = fmt.Fprintln(w, line())
		}
	}
}
