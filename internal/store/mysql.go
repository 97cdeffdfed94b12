package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
	"gorm.io/driver/mysql"
	"gorm.io/gorm"
)

type mysqlDialector struct{ *mysql.Dialector }

// Translate gives GORM our classes of errors.
func (mysqlDialector) Translate(err error) error { return classify(err) }

const (
	sqlMode   = "STRICT_TRANS_TABLES,STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY"
	isolation = "READ-COMMITTED"
)

// mysqlConfig reads the DSN and fixes what must be the same on MySQL, MariaDB,
// Galera and TiDB.
func mysqlConfig(dsn string) (*mysqldriver.Config, error) {
	cfg, err := mysqldriver.ParseDSN(dsn)
	if err != nil { // its text can hold the password
		return nil, errors.New("the MySQL DSN cannot be read; its form is USER:PASSWORD@tcp(HOST:PORT)/NAME")
	}
	cfg.ParseTime, cfg.Loc = true, time.UTC
	cfg.ClientFoundRows = true   // RowsAffected counts rows found, as SQLite does
	cfg.InterpolateParams = true // one round trip a statement
	cfg.MultiStatements = false
	cfg.Timeout = orDefault(cfg.Timeout, 5*time.Second)
	cfg.ReadTimeout = orDefault(cfg.ReadTimeout, 30*time.Second)
	cfg.WriteTimeout = orDefault(cfg.WriteTimeout, 30*time.Second)
	// With a binary collation a literal compares as in SQLite.
	if err := cfg.Apply(mysqldriver.Charset("utf8mb4", "utf8mb4_bin")); err != nil {
		return nil, err
	}
	if cfg.Params == nil {
		cfg.Params = map[string]string{}
	}
	cfg.Params["sql_mode"] = "'" + sqlMode + "'"
	cfg.Params["time_zone"] = "'+00:00'"
	cfg.Params["innodb_lock_wait_timeout"] = "10"
	return cfg, nil
}

func orDefault(d, def time.Duration) time.Duration {
	if d == 0 {
		return def
	}
	return d
}

// isolated sets the isolation level on each new connection by statement, because
// the variable has another name on MySQL than on MariaDB 10.
type isolated struct{ driver.Connector }

func (c isolated) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	const set = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"
	if _, err := conn.(driver.ExecerContext).ExecContext(ctx, set, nil); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

func mysqlPool(cfg *mysqldriver.Config, size int) (*sql.DB, error) {
	connector, err := mysqldriver.NewConnector(cfg)
	if err != nil {
		return nil, err
	}
	pool := sql.OpenDB(isolated{connector})
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	pool.SetConnMaxLifetime(5 * time.Minute) // below what servers and balancers cut at
	pool.SetConnMaxIdleTime(time.Minute)
	return pool, nil
}

func (s *Store) openMySQL(ctx context.Context, dsn string) error {
	s.dialect = mysqlDialect
	cfg, err := mysqlConfig(dsn)
	if err != nil {
		return err
	}
	if cfg.DBName == "" {
		return errors.New("the MySQL DSN names no database")
	}
	if s.writers, err = mysqlPool(cfg, s.poolSize); err != nil {
		return err
	}
	s.readers = s.writers
	s.migrator = func() (*sql.DB, func() error, error) { return slowPool(cfg) }
	if s.galera, err = checkMySQL(ctx, s.writers); err != nil {
		return err
	}
	if s.write, err = s.mysqlGorm(); err != nil {
		return err
	}
	if s.read, err = s.mysqlGorm(); err != nil {
		return err
	}
	return refuseWrites(s.read)
}

// slowPool is for migrations, which may take longer than any time-out allows.
func slowPool(cfg *mysqldriver.Config) (*sql.DB, func() error, error) {
	patient := cfg.Clone()
	patient.ReadTimeout, patient.WriteTimeout = 0, 0
	pool, err := mysqlPool(patient, 2)
	if err != nil {
		return nil, nil, err
	}
	return pool, pool.Close, nil
}

// mysqlGorm keeps RETURNING off: MariaDB has it and MySQL has not.
func (s *Store) mysqlGorm() (*gorm.DB, error) {
	d := mysql.New(mysql.Config{Conn: s.writers, DisableWithReturning: true})
	return gorm.Open(mysqlDialector{d.(*mysql.Dialector)}, s.gormConfig())
}

// checkMySQL reads the settings back and tells whether the server is a Galera node.
func checkMySQL(ctx context.Context, pool *sql.DB) (galera bool, err error) {
	rows, err := pool.QueryContext(ctx, `SHOW VARIABLES WHERE Variable_name IN
		('sql_mode','time_zone','tx_isolation','transaction_isolation','character_set_client','wsrep_on')`)
	if err != nil {
		return false, fmt.Errorf("cannot reach the MySQL server: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return false, err
		}
		if name == "wsrep_on" {
			galera = value == "ON"
		} else if err := checkMySQLVariable(name, value); err != nil {
			return false, err
		}
	}
	return galera, rows.Err()
}

func checkMySQLVariable(name, value string) error {
	ok := map[string]bool{
		"sql_mode":              strings.Contains(value, "STRICT_TRANS_TABLES"),
		"time_zone":             value == "+00:00",
		"tx_isolation":          value == isolation,
		"transaction_isolation": value == isolation,
		"character_set_client":  value == "utf8mb4",
	}
	if !ok[name] {
		return fmt.Errorf("the MySQL session has %s=%s", name, value)
	}
	return nil
}

// galeraReady asks for the node's state: SELECT 1 answers on a node that is out.
func galeraReady(ctx context.Context, pool *sql.DB) error {
	var name, state string
	err := pool.QueryRowContext(ctx, "SHOW GLOBAL STATUS LIKE 'wsrep_local_state'").Scan(&name, &state)
	if err != nil {
		return err
	}
	if state != "4" { // 4: synced
		return fmt.Errorf("the Galera node is not synced: wsrep_local_state=%s", state)
	}
	return nil
}
