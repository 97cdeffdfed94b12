package store_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
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

// Killed behind any statement of any step, a migration finishes when it is run again.
func TestMigrateAfterDyingInsideEachStep(t *testing.T) {
	t.Parallel()
	storetest.Dialects(t, func(t *testing.T, url string) {
		s := storetest.OpenURL(t, url)
		deaths := 0
		for _, file := range sqlFiles(t, s.Dialect()) {
			number, _, _ := strings.Cut(file, "_")
			version, err := strconv.ParseInt(number, 10, 64)
			must(t, err)
			for behind, of := 1, 2; behind < of; behind++ {
				of, err = s.DieInside(t.Context(), file, behind)
				must(t, err)
				if s.Dialect() == "mysql" {
					of = 1 // it stands
				}
				deaths++
				if s.Ready(t.Context()) == nil {
					t.Errorf("%s: ready without it", file)
				}
			}
			must(t, s.MigrateTo(t.Context(), version))
		}
		must(t, s.Ready(t.Context()))
		t.Logf("%d deaths", deaths)
	})
}

// Killed when the table of the notes was made and held nothing yet: on MySQL that stands, and the next start finishes it.
func TestMigrateAfterDyingBeforeTheFirstNote(t *testing.T) {
	t.Parallel()
	storetest.Dialects(t, func(t *testing.T, url string) {
		s := storetest.OpenURL(t, url)
		if s.Dialect() == "sqlite" {
			t.Skip("the table and its first note come in one transaction")
		}
		must(t, s.MigrateTo(t.Context(), 1))
		exec(t, s, "DELETE FROM goose_db_version")
		must(t, s.Migrate(t.Context()))
		must(t, s.Ready(t.Context()))
	})
}

// A crash between a statement and goose's note of it must not block the next start.
func TestMigrateAfterACrashInBetween(t *testing.T) {
	t.Parallel()
	s := storetest.OpenURL(t, storetest.Empty(t, storetest.MySQLURL(t)))
	for _, version := range s.Known() {
		must(t, s.MigrateTo(t.Context(), version))
		exec(t, s, fmt.Sprintf("DELETE FROM goose_db_version WHERE version_id = %d", version)) // the tables are there, the note is not
		if s.Ready(t.Context()) == nil {
			t.Error("ready without the note")
		}
		must(t, s.MigrateTo(t.Context(), version))
	}
	must(t, s.Ready(t.Context()))
}

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
		if my[table] == nil || lite[table] == nil {
			t.Errorf("%s is a table on one engine alone: write its migration for both", table)
			continue
		}
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

// grows are the columns whose words the code holds, because more of them come.
var grows = map[string][]string{
	"units": {"kind"}, "role_grants": {"role"}, "role_invitations": {"role"}, "consents": {"kind"}, "campaigns": {"art"},
	"hour_entries": {"class", "source"}, "hour_attention": {"reason"}, "activities": {"checkin_mode"}, "request_looks": {"role", "what"},
}

// No CHECK lists the words that will grow; those beside it stand, and SQLite finds its file sound.
func TestNoCheckListsWhatWillGrow(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for table, columns := range grows {
			checks := checksOf(t, s, table)
			for _, column := range columns {
				if regexp.MustCompile("(?i)[ (`]" + column + "`? in ?\\(").MatchString(checks) {
					t.Errorf("%s.%s has a list of words: %s", table, column, checks)
				}
			}
		}
		for table, stays := range map[string]string{"units": "latitude", "consents": "by_role", "campaigns": "goal_minutes", "hour_entries": "approved_by", "hour_attention": "looked_by", "activities": "approval"} {
			if !strings.Contains(checksOf(t, s, table), stays) {
				t.Errorf("%s: the CHECK of %s is gone", table, stays)
			}
		}
		if s.Dialect() == "sqlite" {
			if got := query(t, s, "PRAGMA integrity_check"); len(got) != 1 || got[0][0] != "ok" {
				t.Errorf("integrity: %v", got)
			}
		}
	})
}

// checksOf gives the CHECKs of a table as text.
func checksOf(t *testing.T, s *store.Store, table string) (all string) {
	t.Helper()
	if s.Dialect() == "sqlite" {
		parts := strings.Split(query(t, s, "SELECT sql FROM sqlite_schema WHERE name = ?", table)[0][0], "CHECK")
		for _, part := range parts[1:] {
			line, _, _ := strings.Cut(part, "\n")
			all += line + "\n"
		}
		return all
	}
	for _, c := range query(t, s, "SELECT check_clause FROM information_schema.check_constraints WHERE constraint_schema = DATABASE() AND table_name = ?", table) {
		all += " " + c[0] + "\n"
	}
	return all
}

// Who has the database open while it is migrated is held to the new schema at once.
func TestOpenConnectionsSeeTheNewSchema(t *testing.T) {
	t.Parallel()
	storetest.Dialects(t, func(t *testing.T, url string) {
		s := storetest.OpenURL(t, url)
		must(t, s.MigrateTo(t.Context(), 221))
		insert := func(tx *store.Tx) error {
			return tx.Exec("INSERT INTO campaigns (unit_id, name, story, art, goal_minutes, starts_on, ends_on, created_at) VALUES (1, 'n', '', 'lantern', 1, '', '', 0)").Error
		}
		if err := try(t, s, insert); !store.IsCheck(err) {
			t.Errorf("not refused before: %v", err)
		}
		must(t, s.Migrate(t.Context()))
		must(t, try(t, s, insert))
	})
}
