package store

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/go-sql-driver/mysql"
	"gorm.io/gorm"
	"modernc.org/sqlite"

	"yimi/internal/fault"
)

// The classes of refusal by the database; errors.Is finds them in every error
// that comes out of Tx or Read.
var (
	ErrDuplicate  = gorm.ErrDuplicatedKey           // a unique key is taken
	ErrForeignKey = gorm.ErrForeignKeyViolated      // the row pointed at is missing, or still pointed at
	ErrCheck      = gorm.ErrCheckConstraintViolated // CHECK, NOT NULL, too long, out of range, wrong type
)

var (
	// ErrKeyTaken says that the request's idempotency key was inserted by another
	// request: its answer is there, or on its way.
	ErrKeyTaken = fault.New(fault.Conflict, "request_in_progress", "同样的请求正在处理，请稍候再查看结果")
	// ErrBusy says that a transaction was tried again and again in vain.
	ErrBusy = fault.New(fault.Unavailable, "busy", "系统正忙，请稍后再试")
	// ErrReadOnly says that somebody tried to write outside Tx.
	ErrReadOnly = errors.New("store: Read is for reading; write in Tx")
)

// IsDuplicate reports whether a unique key refused the row.
func IsDuplicate(err error) bool { return errors.Is(classify(err), ErrDuplicate) }

// IsForeignKey reports whether a foreign key refused the statement.
func IsForeignKey(err error) bool { return errors.Is(classify(err), ErrForeignKey) }

// IsCheck reports whether a rule of the table other than a key refused the row.
func IsCheck(err error) bool { return errors.Is(classify(err), ErrCheck) }

// IsNotFound reports whether a query for one row found none.
func IsNotFound(err error) bool { return errors.Is(err, gorm.ErrRecordNotFound) }

// constraintError puts a class before the driver's error and leaves the values
// out of the text: MySQL prints the duplicate value, which may be a phone number.
type constraintError struct {
	class error
	text  string
	cause error
}

func (e *constraintError) Error() string   { return e.text }
func (e *constraintError) Unwrap() []error { return []error{e.class, e.cause} }

var mysqlClasses = map[uint16]error{
	1062: ErrDuplicate, 1586: ErrDuplicate,
	1451: ErrForeignKey, 1452: ErrForeignKey,
	1048: ErrCheck, 1364: ErrCheck, // NOT NULL
	1264: ErrCheck, 1366: ErrCheck, 1406: ErrCheck, 1265: ErrCheck, 1690: ErrCheck, // range, type, length
	3819: ErrCheck, 4025: ErrCheck, // CHECK on MySQL, on MariaDB
}

// SQLite's extended result codes: https://www.sqlite.org/rescode.html
var sqliteClasses = map[int]error{
	2067: ErrDuplicate, 1555: ErrDuplicate, 2579: ErrDuplicate, // UNIQUE, PRIMARYKEY, ROWID
	787: ErrForeignKey, 275: ErrCheck, 1299: ErrCheck, 3091: ErrCheck, // CHECK, NOTNULL, DATATYPE of a STRICT table
}

// classify wraps a driver's error with its class; other errors stay as they are.
func classify(err error) error {
	var done *constraintError
	if err == nil || errors.As(err, &done) {
		return err
	}
	var my *mysql.MySQLError
	if errors.As(err, &my) && mysqlClasses[my.Number] != nil {
		class := mysqlClasses[my.Number]
		return &constraintError{class, fmt.Sprintf("%v (%d%s)", class, my.Number, mysqlKeyName(my)), err}
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) && sqliteClasses[lite.Code()] != nil {
		class := sqliteClasses[lite.Code()]
		return &constraintError{class, fmt.Sprintf("%v (%v)", class, lite), err}
	}
	return err
}

// mysqlKeyName keeps the part of a message that names the key or the column.
func mysqlKeyName(e *mysql.MySQLError) string {
	for _, mark := range []string{" for key ", " for column ", "CONSTRAINT ", "onstraint "} {
		if i := strings.LastIndex(e.Message, mark); i >= 0 {
			return ", " + strings.TrimSpace(e.Message[i:])
		}
	}
	return ""
}

// retryNumbers are the server errors after which the whole transaction may be
// run again: deadlock, lock wait, Galera node out, TiDB conflicts, too many
// connections, shutdown, killed connection.
var retryNumbers = []uint16{1213, 1205, 1047, 8002, 8005, 9007, 8028, 1040, 1053, 1927}

const (
	sqliteBusy   = 5
	sqliteLocked = 6
)

// retryable reports whether the whole transaction may succeed when run again.
func retryable(err error) bool {
	var my *mysql.MySQLError
	if errors.As(err, &my) {
		return slices.Contains(retryNumbers, my.Number)
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return lite.Code()&0xff == sqliteBusy || lite.Code()&0xff == sqliteLocked
	}
	return errors.Is(err, errGroupOver) || lostConnection(err)
}

func lostConnection(err error) bool {
	var op *net.OpError
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysql.ErrInvalidConn) ||
		errors.Is(err, sql.ErrConnDone) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) ||
		errors.As(err, &op)
}

// sqliteEnds are the primary codes with which SQLite may roll the transaction
// back by itself: no memory, interrupt, I/O, corrupt, full.
var sqliteEnds = []int{7, 9, 10, 11, 13}

// endsTx reports whether the transaction is over after err, whatever its
// connection says: a later statement would stand, and commit, alone.
func endsTx(err error) bool {
	var lite *sqlite.Error
	if errors.As(err, &lite) && slices.Contains(sqliteEnds, lite.Code()&0xff) {
		return true
	}
	return retryable(err)
}
