package store_test

import (
	"errors"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"yimi/internal/store"
	"yimi/internal/storetest"
)

func sqlFiles(t *testing.T, dialect string) (names []string) {
	t.Helper()
	files, err := fs.Glob(os.DirFS("migrations/"+dialect), "*.sql")
	must(t, err)
	return files
}

func TestBothFoldersHaveTheSameFiles(t *testing.T) {
	t.Parallel()
	lite, my := sqlFiles(t, "sqlite"), sqlFiles(t, "mysql")
	if !slices.Equal(lite, my) {
		t.Errorf("sqlite has %v\nmysql has %v", lite, my)
	}
	name := regexp.MustCompile(`^(\d{5}|20\d{12})_[a-z0-9_]+\.sql$`)
	numbers := map[string]bool{}
	for _, f := range my {
		number, _, _ := strings.Cut(f, "_")
		if !name.MatchString(f) || numbers[number] {
			t.Errorf("%s: the name must be YYYYMMDDHHMMSS_feature_what.sql, with a time of its own", f)
		}
		numbers[number] = true
	}
}

func TestMySQLFilesHoldOneStatement(t *testing.T) {
	t.Parallel()
	comment := regexp.MustCompile(`(?m)--.*$`)
	for _, f := range sqlFiles(t, "mysql") {
		text, err := os.ReadFile("migrations/mysql/" + f)
		must(t, err)
		sql := comment.ReplaceAllString(string(text), "")
		if n := strings.Count(sql, ";"); n != 1 {
			t.Errorf("%s holds %d statements, want 1", f, n)
		}
		if strings.Contains(sql, "CREATE TABLE") && !strings.Contains(sql, "CREATE TABLE IF NOT EXISTS") {
			t.Errorf("%s: CREATE TABLE without IF NOT EXISTS cannot run again after a crash", f)
		}
		if strings.Contains(string(text), "+goose Down") {
			t.Errorf("%s: migrations only go forward", f)
		}
	}
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	storetest.Dialects(t, func(t *testing.T, url string) {
		s := storetest.OpenURL(t, url)
		if s.Ready(t.Context()) == nil {
			t.Error("ready before the migrations")
		}
		must(t, s.Migrate(t.Context()))
		must(t, s.Migrate(t.Context())) // nothing to do
		must(t, s.Ready(t.Context()))
	})
}

func TestMigrateInSeveralProcessesAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Dialects(t, func(t *testing.T, url string) {
		stores := []*store.Store{storetest.OpenURL(t, url), storetest.OpenURL(t, url), storetest.OpenURL(t, url)}
		race(len(stores), func(n int) {
			if err := stores[n].Migrate(t.Context()); err != nil {
				t.Error(err)
			}
		})
		must(t, stores[0].Ready(t.Context()))
	})
}

// A crash between a statement and goose's note of it must not block the next start.
func TestMigrateAfterACrashInBetween(t *testing.T) {
	t.Parallel()
	s := storetest.OpenMySQL(t)
	exec(t, s, "DELETE FROM goose_db_version WHERE version_id > 0") // the tables are there, the notes are not
	if s.Ready(t.Context()) == nil {
		t.Error("ready without the notes")
	}
	must(t, s.Migrate(t.Context()))
	must(t, s.Ready(t.Context()))
}

// A migration that was begun before the newest, and comes after it, is applied all the same.
func TestMigrateOutOfOrder(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		s := storetest.OpenURL(t, url)
		exec(t, s, "DROP TABLE role_invitations")
		exec(t, s, "DELETE FROM goose_db_version WHERE version_id = 221")
		if err := s.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), "lacks migrations that this program needs: 221") {
			t.Errorf("Ready: %v", err)
		}
		must(t, s.Migrate(t.Context()))
		must(t, s.Ready(t.Context()))
		exec(t, s, "DELETE FROM role_invitations") // it is there
	})
}

// What a newer program made is left alone, by whoever opens it, even where its number is not the greatest.
func TestNewerSchemaIsRefused(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		s := storetest.OpenURL(t, url)
		exec(t, s, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (216, ?), (99999999999999, ?)", true, true)
		_, errOpen := store.Open(t.Context(), url)
		for what, err := range map[string]error{"Open": errOpen, "Migrate": s.Migrate(t.Context()), "Ready": s.Ready(t.Context())} {
			if !errors.Is(err, store.ErrNewerSchema) || !strings.Contains(err.Error(), "216, 99999999999999") {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

// TestSchemasAreTheSame reads both migrated schemas back and compares them.
func TestSchemasAreTheSame(t *testing.T) {
	t.Parallel()
	my, lite := readMySQL(t, storetest.OpenMySQL(t)), readSQLite(t, storetest.Open(t))
	for _, table := range slices.Sorted(keys(my, lite)) {
		for _, line := range my[table].lines {
			if !slices.Contains(lite[table].lines, line) {
				t.Errorf("%s: only MySQL has: %s", table, line)
			}
		}
		for _, line := range lite[table].lines {
			if !slices.Contains(my[table].lines, line) {
				t.Errorf("%s: only SQLite has: %s", table, line)
			}
		}
		for column, n := range my[table].lengths {
			check := regexp.MustCompile(`length\(\s*"?` + column + `"?\s*\)\s*(<=\s*` + n + `|BETWEEN\s+\d+\s+AND\s+` + n + `|=\s*\d+)\b`)
			if !check.MatchString(lite[table].sql) {
				t.Errorf("%s.%s: VARCHAR(%s) needs CHECK (length(%s) <= %s) in SQLite", table, column, n, column, n)
			}
		}
	}
}
