package store

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	mysqldriver "github.com/go-sql-driver/mysql"
	"github.com/libtnb/sqlite"
)

func TestPragmasAreInForceOnEveryConnection(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "a.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	for range 3 { // hold each connection, so that the pool must open the next
		conn, err := s.readers.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		for _, p := range sqlitePragmas(false) {
			var got string
			if err := conn.QueryRowContext(t.Context(), "PRAGMA "+p.name).Scan(&got); err != nil || got != p.got {
				t.Errorf("%s is %s (%v), want %s", p.name, got, err, p.got)
			}
		}
		if _, err := conn.ExecContext(t.Context(), "CREATE TABLE x (id INTEGER)"); err == nil {
			t.Error("a reader wrote")
		}
	}
	if err := checkPragmas(t.Context(), s.turns.writer.conn, append(sqlitePragmas(true), pragma{"temp_store", "", "2"})); err != nil {
		t.Error(err)
	}
	if n := s.writers.Stats().MaxOpenConnections; n != 1 {
		t.Errorf("%d writers, want 1", n)
	}
}

func TestPragmasThatAreNotInForceAreNoticed(t *testing.T) {
	t.Parallel()
	pool, err := sql.Open(sqlite.DriverName, "file:"+filepath.Join(t.TempDir(), "a.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pool.Close() }()
	if err := checkPragmas(t.Context(), pool, sqlitePragmas(true)); err == nil || !strings.Contains(err.Error(), "busy_timeout") {
		t.Errorf("got %v", err)
	}
}

func TestMySQLSettingsOverrideTheDSN(t *testing.T) {
	t.Parallel()
	cfg, err := mysqlConfig("u:p@tcp(h:3306)/d?parseTime=false&loc=Asia%2FShanghai&clientFoundRows=false&multiStatements=true&sql_mode=''", standing)
	if err != nil {
		t.Fatal(err)
	}
	again, err := mysqldriver.ParseDSN(cfg.FormatDSN())
	if err != nil {
		t.Fatal(err)
	}
	if !cfg.ParseTime || !cfg.ClientFoundRows || cfg.MultiStatements || cfg.Loc.String() != "UTC" ||
		!strings.Contains(again.Params["sql_mode"], "STRICT_TRANS_TABLES") || again.Collation != "utf8mb4_bin" {
		t.Errorf("got %s", cfg.FormatDSN())
	}
	for name, value := range map[string]string{"sql_mode": "", "time_zone": "SYSTEM", "tx_isolation": "REPEATABLE-READ",
		"transaction_isolation": "SERIALIZABLE", "character_set_client": "latin1", "auto_increment_increment": "3", "wsrep_auto_increment_control": "ON"} {
		if checkMySQLVariables(map[string]string{"wsrep_on": "ON", name: value}) == nil {
			t.Errorf("%s=%q was taken", name, value)
		}
	}
	if err := checkMySQLVariables(map[string]string{"wsrep_on": "OFF", "wsrep_auto_increment_control": "ON"}); err != nil {
		t.Error("a server that is no Galera node is refused:", err)
	}
}

func TestMySQLErrorsShowNoValue(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		"Duplicate entry '138 for key x' for key 'people.uq_phone'": ", for key 'people.uq_phone'",
		"Incorrect string value: 'secret' for column `d`.`t`.`c`":   ", for column `d`.`t`.`c`",
		"something new 'secret'":                                    "",
	} {
		if got := mysqlKeyName(&mysqldriver.MySQLError{Message: message}); got != want {
			t.Errorf("%q gave %q", message, got)
		}
	}
}
