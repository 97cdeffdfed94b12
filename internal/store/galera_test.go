package store

import (
	"crypto/rand"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// galera gives the cluster that scripts/galera made, with a database and a table of the test's
// own: a store over all nodes whose nodes rest only for a second, and a pool for each.
func galera(t *testing.T) (s *Store, nodes []*sql.DB) {
	t.Helper()
	dir := os.Getenv("YIMI_TEST_GALERA")
	if dir == "" {
		t.Skip("YIMI_TEST_GALERA is not set: the folder of scripts/galera up; scripts/test sets it")
	}
	raw, err := os.ReadFile(filepath.Join(dir, "dsn")) //nolint:gosec // the runner's own folder
	check(t, err)
	dsn := strings.TrimSpace(string(raw))
	hosts := regexp.MustCompile(`\((.*)\)`).FindStringSubmatch(dsn)[1]
	name := "yimi_test_" + strings.ToLower(rand.Text())
	for _, host := range strings.Split(hosts, ",") {
		db, err := sql.Open("mysql", strings.Replace(dsn, hosts, host, 1))
		check(t, err)
		t.Cleanup(func() { _ = db.Close() })
		nodes = append(nodes, db)
	}
	run(t, nodes[0], "CREATE DATABASE "+name)
	run(t, nodes[0], "CREATE TABLE "+name+".t (id BIGINT PRIMARY KEY, n BIGINT NOT NULL) ENGINE=InnoDB")
	run(t, nodes[0], "INSERT INTO "+name+".t VALUES (1, 0)")
	s, err = Open(t.Context(), "mysql:"+dsn+name, WithPatience(20*time.Second), func(s *Store) { s.nodeRest = time.Second })
	check(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s, nodes
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func run(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	_, err := db.ExecContext(t.Context(), statement)
	check(t, err)
}

// until waits for something that a cluster does in its own time.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("not within 30 s:", what)
		}
	}
}

func (s *Store) nodeOf(t *testing.T) (name string) {
	t.Helper()
	check(t, s.Tx(t.Context(), func(tx *Tx) error { return tx.Raw("SELECT @@wsrep_node_name").Scan(&name).Error }))
	return name
}

// A node that is not synced is left, within a second, and used again once it is synced.
func TestAGaleraNodeThatIsBehindIsLeft(t *testing.T) {
	s, nodes := galera(t)
	run(t, nodes[1], "SET GLOBAL wsrep_desync = ON")
	t.Cleanup(func() { _, _ = nodes[1].Exec("SET GLOBAL wsrep_desync = OFF") })
	if got := s.nodeOf(t); got != "n1" {
		t.Fatalf("the first node is not used, but %s", got)
	}
	began := time.Now()
	run(t, nodes[0], "SET GLOBAL wsrep_desync = ON")
	until(t, "another node", func() bool { return s.nodeOf(t) == "n3" })
	if took := time.Since(began); took > 5*time.Second {
		t.Error("it took", took)
	}
	run(t, nodes[0], "SET GLOBAL wsrep_desync = OFF")
	until(t, "the first node again", func() bool { return s.nodeOf(t) == "n1" })
}

// A transaction that holds a row without a change, and loses its node before the end, runs again
// from the start elsewhere: its hold is taken again too.
func TestATransactionDiesWithItsNode(t *testing.T) {
	s, nodes := galera(t)
	var at []string
	check(t, s.Tx(t.Context(), func(tx *Tx) error {
		var name string
		if err := tx.Raw("SELECT @@wsrep_node_name").Scan(&name).Error; err != nil {
			return err
		}
		at = append(at, name)
		if err := tx.Exec("UPDATE t SET n = n WHERE id = 1").Error; err != nil { // the hold
			return err
		}
		if name == "n1" {
			run(t, nodes[0], "SET GLOBAL wsrep_provider_options = 'gmcast.isolate=1'")
			until(t, "a node without a majority", func() bool {
				var name, status string
				check(t, nodes[0].QueryRowContext(t.Context(), "SHOW GLOBAL STATUS LIKE 'wsrep_cluster_status'").Scan(&name, &status))
				return status != "Primary"
			})
		}
		return tx.Exec("INSERT INTO t VALUES (2, 0)").Error
	}))
	t.Log("the transaction ran at", at)
	if at[0] != "n1" || at[len(at)-1] == "n1" {
		t.Error("it did not go to another node")
	}
	run(t, nodes[0], "SET GLOBAL wsrep_provider_options = 'gmcast.isolate=0'")
	until(t, "a whole cluster", func() bool { return galeraReady(t.Context(), nodes[0]) == nil })
	until(t, "the first node again", func() bool { return s.nodeOf(t) == "n1" })
	var rows int64
	check(t, s.Read(t.Context()).Table("t").Count(&rows).Error)
	if rows != 2 {
		t.Errorf("%d rows", rows)
	}
}

// What one store has written, another reads at once at another node.
func TestAReadSeesWhatAnotherNodeTook(t *testing.T) {
	s, nodes := galera(t)
	var name string
	check(t, s.Read(t.Context()).Raw("SELECT DATABASE()").Scan(&name).Error)
	for i := range 100 {
		run(t, nodes[1], fmt.Sprintf("INSERT INTO %s.t VALUES (%d, 0)", name, 100+i))
		var n int64
		check(t, s.Read(t.Context()).Table("t").Where("id = ?", 100+i).Count(&n).Error)
		if n != 1 {
			t.Fatal("a read was stale after", i)
		}
	}
}
