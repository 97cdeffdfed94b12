package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"regexp"
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

// hostList is a DSN with several addresses: the driver reads one, from the last slash and
// the last @ before it.
var hostList = regexp.MustCompile(`^((?:.*@)?tcp\()([^()@/]*,[^()@/]*)(\)/[^/]*)$`)

// mysqlConfigs reads a DSN, in which "tcp(HOST:PORT,HOST:PORT,HOST:PORT)" lists the nodes of
// one Galera cluster, and gives a config for each address.
func mysqlConfigs(dsn string) ([]*mysqldriver.Config, error) {
	m := hostList.FindStringSubmatch(dsn)
	if m == nil {
		cfg, err := mysqlConfig(dsn, standing)
		return []*mysqldriver.Config{cfg}, err
	}
	var all []*mysqldriver.Config
	for host := range strings.SplitSeq(m[2], ",") {
		cfg, err := mysqlConfig(m[1]+strings.TrimSpace(host)+m[3], changing)
		if err != nil {
			return nil, err
		}
		// What one node has confirmed, the next one shows: a read waits for it.
		cfg.Params["wsrep_sync_wait"] = "1"
		all = append(all, cfg)
	}
	return all, nil
}

// timeouts are how long a server may be silent before it counts as gone. A lock is waited
// for no longer, so that the wait ends with an answer.
type timeouts struct {
	dial, reply time.Duration
	lockSeconds string
}

var (
	standing = timeouts{5 * time.Second, 30 * time.Second, "10"}
	changing = timeouts{time.Second, 3 * time.Second, "2"} // another node is there
)

// mysqlConfig reads the DSN and fixes what must be the same on MySQL, MariaDB,
// Galera and TiDB.
func mysqlConfig(dsn string, t timeouts) (*mysqldriver.Config, error) {
	cfg, err := mysqldriver.ParseDSN(dsn)
	if err != nil { // its text can hold the password
		return nil, errors.New("the MySQL DSN cannot be read; its form is USER:PASSWORD@tcp(HOST:PORT)/NAME")
	}
	cfg.ParseTime, cfg.Loc = true, time.UTC
	cfg.ClientFoundRows = true   // RowsAffected counts rows found, as SQLite does
	cfg.InterpolateParams = true // one round trip a statement
	cfg.MultiStatements = false
	cfg.Timeout = orDefault(cfg.Timeout, t.dial)
	cfg.ReadTimeout = orDefault(cfg.ReadTimeout, t.reply)
	cfg.WriteTimeout = orDefault(cfg.WriteTimeout, t.reply)
	// With a binary collation a literal compares as in SQLite.
	if err := cfg.Apply(mysqldriver.Charset("utf8mb4", "utf8mb4_bin")); err != nil {
		return nil, err
	}
	if cfg.Params == nil {
		cfg.Params = map[string]string{}
	}
	cfg.Params["sql_mode"] = "'" + sqlMode + "'"
	cfg.Params["time_zone"] = "'+00:00'"
	cfg.Params["innodb_lock_wait_timeout"] = t.lockSeconds
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
	return connectWith(ctx, c.Connector, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
}

// manual is the writers' connector: a statement begins a transaction that COMMIT or ROLLBACK
// ends, which saves each transaction a round trip.
type manual struct{ driver.Connector }

func (c manual) Connect(ctx context.Context) (driver.Conn, error) {
	return connectWith(ctx, c.Connector, "SET autocommit = 0")
}

func connectWith(ctx context.Context, c driver.Connector, set string) (driver.Conn, error) {
	conn, err := c.Connect(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := conn.(driver.ExecerContext).ExecContext(ctx, set, nil); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

func (s *Store) mysqlConnector(cfgs []*mysqldriver.Config) (driver.Connector, error) {
	ns := &nodes{log: s.log, rest: s.nodeRest}
	for i, cfg := range cfgs {
		connector, err := mysqldriver.NewConnector(cfg)
		if err != nil {
			return nil, err
		}
		ns.all = append(ns.all, &node{Connector: isolated{connector}, name: cfg.Addr, first: i == 0})
	}
	if len(ns.all) == 1 {
		return ns.all[0].Connector, nil
	}
	return ns, nil
}

func mysqlPool(connector driver.Connector, size int) *sql.DB {
	pool := sql.OpenDB(connector)
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	pool.SetConnMaxLifetime(5 * time.Minute) // below what servers and balancers cut at
	pool.SetConnMaxIdleTime(time.Minute)
	return pool
}

func (s *Store) openMySQL(ctx context.Context, dsn string) error {
	s.dialect = mysqlDialect
	cfgs, err := mysqlConfigs(dsn)
	if err != nil {
		return err
	}
	if cfgs[0].DBName == "" {
		return errors.New("the MySQL DSN names no database")
	}
	connector, err := s.mysqlConnector(cfgs)
	if err != nil {
		return err
	}
	s.readers, s.writers = mysqlPool(connector, s.poolSize), mysqlPool(manual{connector}, s.poolSize)
	s.migrator = func() (*sql.DB, func() error, error) { return s.slowPool(cfgs, true) }
	s.textPool = func() (*sql.DB, error) {
		pool, _, err := s.slowPool(cfgs, false)
		return pool, err
	}
	if s.galera, err = checkMySQL(ctx, s.readers); err != nil {
		return err
	}
	if s.write, err = s.mysqlGorm(s.writers); err != nil {
		return err
	}
	if s.read, err = s.mysqlGorm(again{s.readers, s.patient}); err != nil {
		return err
	}
	return refuseWrites(s.read)
}

// slowPool is for migrations and copies, which may take longer than any time-out allows.
func (s *Store) slowPool(cfgs []*mysqldriver.Config, parseTime bool) (*sql.DB, func() error, error) {
	patient := make([]*mysqldriver.Config, len(cfgs))
	for i, cfg := range cfgs {
		patient[i] = cfg.Clone()
		patient[i].ReadTimeout, patient[i].WriteTimeout, patient[i].ParseTime = 0, 0, parseTime
	}
	connector, err := s.mysqlConnector(patient)
	if err != nil {
		return nil, nil, err
	}
	pool := mysqlPool(connector, 2)
	return pool, pool.Close, nil
}

// mysqlGorm keeps RETURNING off: MariaDB has it and MySQL has not.
func (s *Store) mysqlGorm(pool gorm.ConnPool) (*gorm.DB, error) {
	d := mysql.New(mysql.Config{Conn: pool, DisableWithReturning: true})
	return gorm.Open(mysqlDialector{d.(*mysql.Dialector)}, s.gormConfig())
}

// checkMySQL reads the settings back and tells whether the server is a Galera node.
func checkMySQL(ctx context.Context, pool *sql.DB) (galera bool, err error) {
	rows, err := pool.QueryContext(ctx, `SHOW VARIABLES WHERE Variable_name IN ('sql_mode','time_zone','tx_isolation',
		'transaction_isolation','character_set_client','auto_increment_increment','wsrep_on','wsrep_auto_increment_control')`)
	if err != nil {
		return false, fmt.Errorf("cannot reach the MySQL server: %w", err)
	}
	defer func() { _ = rows.Close() }()
	is := map[string]string{}
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return false, err
		}
		is[name] = value
	}
	return is["wsrep_on"] == "ON", errors.Join(rows.Err(), checkMySQLVariables(is))
}

func checkMySQLVariables(is map[string]string) error {
	ok := map[string]bool{
		"sql_mode":              strings.Contains(is["sql_mode"], "STRICT_TRANS_TABLES"),
		"time_zone":             is["time_zone"] == "+00:00",
		"tx_isolation":          is["tx_isolation"] == isolation,
		"transaction_isolation": is["transaction_isolation"] == isolation,
		"character_set_client":  is["character_set_client"] == "utf8mb4",
		// GORM numbers the rows of one INSERT by one. Galera, left to itself, steps by its size.
		"auto_increment_increment":     is["auto_increment_increment"] == "1",
		"wsrep_auto_increment_control": is["wsrep_on"] != "ON" || is["wsrep_auto_increment_control"] == "OFF",
	}
	for name, good := range ok {
		if _, there := is[name]; there && !good {
			return fmt.Errorf("the MySQL session has %s=%s; docs/operations.md has what a server needs", name, is[name])
		}
	}
	return nil
}

const askState = "SHOW GLOBAL STATUS LIKE 'wsrep_local_state'"

// galeraReady asks for the node's state: SELECT 1 answers on a node that is out.
func galeraReady(ctx context.Context, pool *sql.DB) error {
	var name, state string
	if err := pool.QueryRowContext(ctx, askState).Scan(&name, &state); err != nil {
		return err
	}
	return stateFault(state)
}

// stateFault is the error that the node itself would give, unless it is synced (4).
func stateFault(state string) error {
	if state == "4" {
		return nil
	}
	return &mysqldriver.MySQLError{Number: 1047, Message: "the Galera node is not synced: wsrep_local_state=" + state}
}
