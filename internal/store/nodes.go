package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
)

// nodes connects to one of several Galera nodes, always the first in the list that is fit,
// so that all servers write at the same node and the others stand by (docs/adr/0019). One
// node is in use at a time: the one connected to last. Connections to another one are
// dropped when they come back to the pool.
//
// A node that failed rests before it is tried again, and a connection to a node that
// stands by ends after the same while, so that its successor finds the first node synced.
type nodes struct {
	all  []*node
	log  *slog.Logger
	rest time.Duration
	now  atomic.Pointer[node] // the node in use
}

// nodeRest is how long a node that failed is left alone, and how long a connection to a
// stand-by lives: the first node is used again at most a minute after it is synced.
const nodeRest = 30 * time.Second

// nodeAsked is how old a node's answer about its state may be.
const nodeAsked = time.Second

type node struct {
	driver.Connector
	name   string // its address
	first  bool
	rested atomic.Int64 // in Unix milliseconds: until then it is tried last
}

func (n *node) resting() bool { return time.Now().UnixMilli() < n.rested.Load() }

// Connect tries the nodes in their order, those that rest after the others.
func (ns *nodes) Connect(ctx context.Context) (driver.Conn, error) {
	var errs []error
	for _, n := range ns.inTurn() {
		conn, err := ns.connect(ctx, n)
		if err == nil || ctx.Err() != nil {
			return conn, err
		}
		ns.failed(n, err)
		errs = append(errs, fmt.Errorf("%s: %w", n.name, err))
	}
	return nil, errors.Join(errs...)
}

func (ns *nodes) inTurn() []*node {
	var fit, resting []*node
	for _, n := range ns.all {
		if n.resting() {
			resting = append(resting, n)
		} else {
			fit = append(fit, n)
		}
	}
	return append(fit, resting...)
}

// Driver is the driver under all nodes.
func (ns *nodes) Driver() driver.Driver { return ns.all[0].Driver() }

func (ns *nodes) connect(ctx context.Context, n *node) (driver.Conn, error) {
	raw, err := n.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn := &nodeConn{mysqlConn: raw.(mysqlConn), nodes: ns, node: n, born: time.Now()}
	if err := errors.Join(conn.ask(ctx), conn.stepsByOne(ctx)); err != nil {
		_ = raw.Close()
		return nil, err
	}
	n.rested.Store(0)
	if before := ns.now.Swap(n); before != n {
		ns.log.InfoContext(ctx, "database node in use", "node", n.name)
	}
	return conn, nil
}

// failed lets a node rest, and ends every connection to it.
func (ns *nodes) failed(n *node, err error) {
	n.rested.Store(time.Now().Add(ns.rest).UnixMilli())
	ns.now.CompareAndSwap(n, nil)
	ns.log.Warn("database node left alone", "node", n.name, "because", err)
}

// mysqlConn is what a connection of go-sql-driver can do.
type mysqlConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
	driver.NamedValueChecker
}

// nodeConn is a connection that knows when its node is out.
type nodeConn struct {
	mysqlConn
	nodes *nodes
	node  *node
	born  time.Time
	asked time.Time
	gone  bool
}

// nodeOut are the errors of a node that takes no work: Galera without a majority or not
// synced, shutting down. After 1927 only the connection is gone.
var nodeOut = []uint16{1047, 1053}

const connectionKilled = 1927

func (c *nodeConn) see(err error) error {
	var my *mysqldriver.MySQLError
	if !errors.As(err, &my) {
		return err
	}
	if slices.Contains(nodeOut, my.Number) {
		c.nodes.failed(c.node, err)
	}
	c.gone = c.gone || my.Number == connectionKilled
	return err
}

func (c *nodeConn) over() bool {
	return c.gone || c.nodes.now.Load() != c.node || !c.node.first && time.Since(c.born) > c.nodes.rest
}

// IsValid is asked when the connection comes back to the pool.
func (c *nodeConn) IsValid() bool { return !c.over() && c.mysqlConn.IsValid() }

// ResetSession is asked before the connection is used again.
func (c *nodeConn) ResetSession(ctx context.Context) error {
	if c.over() {
		return driver.ErrBadConn
	}
	if err := c.mysqlConn.ResetSession(ctx); err != nil || time.Since(c.asked) < nodeAsked {
		return err
	}
	if err := c.ask(ctx); err != nil {
		if ctx.Err() == nil {
			c.nodes.failed(c.node, err)
		}
		return driver.ErrBadConn
	}
	return nil
}

var errNotGalera = errors.New("the DSN lists several addresses, and this server is no Galera node; give one address")

// ask reads the node's state: SELECT 1 and a ping pass on a node that is out.
func (c *nodeConn) ask(ctx context.Context) error {
	state, err := c.show(ctx, askState)
	if err != nil {
		return err
	}
	c.asked = time.Now()
	return stateFault(state)
}

var errSteps = errors.New("set wsrep_auto_increment_control=OFF on every Galera node")

// stepsByOne checks what checkMySQLVariables does, at this node.
func (c *nodeConn) stepsByOne(ctx context.Context) error {
	if control, err := c.show(ctx, "SHOW GLOBAL VARIABLES LIKE 'wsrep_auto_increment_control'"); err != nil || control == "OFF" {
		return err
	}
	return errSteps
}

// show gives the value that a SHOW finds. What it needs, only Galera has.
func (c *nodeConn) show(ctx context.Context, query string) (string, error) {
	rows, err := c.mysqlConn.QueryContext(ctx, query, nil)
	if err != nil {
		return "", err
	}
	defer func() { _ = rows.Close() }()
	values := make([]driver.Value, 2)
	if rows.Next(values) != nil {
		return "", errNotGalera
	}
	return fmt.Sprintf("%s", values[1]), nil
}

// ExecContext runs one statement.
func (c *nodeConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	res, err := c.mysqlConn.ExecContext(ctx, query, args)
	return res, c.see(err)
}

// QueryContext runs one query.
func (c *nodeConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.mysqlConn.QueryContext(ctx, query, args)
	return rows, c.see(err)
}
