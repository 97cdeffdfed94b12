package store_test

import (
	"fmt"
	"iter"
	"maps"
	"strings"
	"testing"

	"yimi/internal/store"
)

// table is what the two dialects must agree on, as lines to compare, and what only one has.
type table struct {
	lines   []string          // columns, indexes, foreign keys
	lengths map[string]string // MySQL: how long each VARCHAR is
	sql     string            // SQLite: the CREATE TABLE, where the CHECKs are
}

type schema map[string]*table

func (s schema) add(name, format string, args ...any) {
	if s[name] == nil {
		s[name] = &table{lengths: map[string]string{}}
	}
	s[name].lines = append(s[name].lines, fmt.Sprintf(format, args...))
}

func keys(a, b schema) iter.Seq[string] {
	all := maps.Clone(a)
	maps.Copy(all, b)
	delete(all, "goose_db_version")
	return maps.Keys(all)
}

func columnLine(name, kind string, notNull bool) string {
	return fmt.Sprintf("column %s %s not null %v", name, kind, notNull)
}

// mysqlKinds are the types that a migration may use, and what SQLite calls them.
var mysqlKinds = map[string]string{
	"bigint": "INTEGER", "tinyint(1)": "INTEGER", "double": "REAL",
	"varchar": "TEXT", "text": "TEXT", "mediumtext": "TEXT", "blob": "BLOB", "mediumblob": "BLOB",
}

func mysqlKind(dataType, columnType string) string {
	if strings.Contains(columnType, "unsigned") {
		return columnType + " (may not be used)"
	}
	if dataType == "tinyint" {
		dataType = columnType
	}
	if kind := mysqlKinds[dataType]; kind != "" {
		return kind
	}
	return columnType + " (may not be used)"
}

func readMySQL(t *testing.T, s *store.Store) schema {
	t.Helper()
	out := schema{}
	for _, c := range query(t, s, `SELECT table_name, column_name, data_type, column_type, is_nullable, COALESCE(character_maximum_length, 0),
		COALESCE(collation_name, 'utf8mb4_bin') FROM information_schema.columns WHERE table_schema = DATABASE()`) {
		out.add(c[0], "%s", columnLine(c[1], mysqlKind(c[2], c[3]), c[4] == "NO"))
		if c[2] == "varchar" {
			out[c[0]].lengths[c[1]] = c[5]
		}
		if c[6] != "utf8mb4_bin" && c[0] != "goose_db_version" {
			t.Errorf("%s.%s has the collation %s, want utf8mb4_bin", c[0], c[1], c[6])
		}
	}
	for _, i := range query(t, s, `SELECT table_name, MIN(non_unique), GROUP_CONCAT(column_name ORDER BY seq_in_index), index_name = 'PRIMARY'
		FROM information_schema.statistics WHERE table_schema = DATABASE() GROUP BY table_name, index_name`) {
		out.add(i[0], "index (%s) unique %v primary %v", i[2], i[1] == "0", i[3] == "1")
	}
	for _, f := range query(t, s, `SELECT k.table_name, k.column_name, k.referenced_table_name, k.referenced_column_name, r.delete_rule
		FROM information_schema.key_column_usage k JOIN information_schema.referential_constraints r
		ON r.constraint_schema = k.table_schema AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name
		WHERE k.table_schema = DATABASE()`) {
		out.add(f[0], "foreign key %s to %s.%s", f[1], f[2], f[3])
		checkNoCascade(t, f[0], f[1], f[4])
	}
	return out
}

func checkNoCascade(t *testing.T, table, column, rule string) {
	t.Helper()
	if rule != "NO ACTION" && rule != "RESTRICT" {
		t.Errorf("%s.%s: ON DELETE %s; a foreign key here only refuses", table, column, rule)
	}
}

func readSQLite(t *testing.T, s *store.Store) schema {
	t.Helper()
	out := schema{}
	for _, row := range query(t, s, `SELECT l.name, l.strict, m.sql FROM pragma_table_list l JOIN sqlite_master m ON m.name = l.name
		WHERE l.schema = 'main' AND l.type = 'table' AND l.name NOT LIKE 'sqlite_%'`) {
		name := row[0]
		readSQLiteTable(t, s, out, name)
		out[name].sql = row[2]
		if row[1] != "1" && name != "goose_db_version" {
			t.Errorf("%s: the SQLite table is not STRICT", name)
		}
		if strings.Contains(strings.ToUpper(row[2]), "DEFERRABLE") {
			t.Errorf("%s: a foreign key that is checked at COMMIT would fail for all callers of a group", name)
		}
	}
	return out
}

func readSQLiteTable(t *testing.T, s *store.Store, out schema, name string) {
	t.Helper()
	var primary []string
	for _, c := range query(t, s, `SELECT name, type, "notnull", pk FROM pragma_table_info(?) ORDER BY pk`, name) {
		if c[3] != "0" {
			primary = append(primary, c[0])
		}
		out.add(name, "%s", columnLine(c[0], c[1], c[2] == "1" || c[3] != "0"))
	}
	out.add(name, "index (%s) unique true primary true", strings.Join(primary, ","))
	for _, i := range query(t, s, `SELECT name, "unique", origin, partial FROM pragma_index_list(?)`, name) {
		var columns []string
		for _, c := range query(t, s, `SELECT COALESCE(name, 'an expression') FROM pragma_index_info(?) ORDER BY seqno`, i[0]) {
			columns = append(columns, c[0])
		}
		if i[3] == "1" && i[1] == "1" { // of one that is not unique, that it is of some rows alone says only how large it is
			columns = append(columns, "partial")
		}
		if i[2] != "pk" {
			out.add(name, "index (%s) unique %v primary false", strings.Join(columns, ","), i[1] == "1")
		}
	}
	for _, f := range query(t, s, `SELECT "from", "table", COALESCE("to", 'id'), on_delete FROM pragma_foreign_key_list(?)`, name) {
		out.add(name, "foreign key %s to %s.%s", f[0], f[1], f[2])
		checkNoCascade(t, name, f[0], f[3])
	}
}

// query gives all rows as text.
func query(t *testing.T, s *store.Store, sql string, args ...any) (all [][]string) {
	t.Helper()
	rows, err := s.Read(t.Context()).Raw(sql, args...).Rows()
	must(t, err)
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	must(t, err)
	for rows.Next() {
		row := make([]string, len(columns))
		into := make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		must(t, rows.Scan(into...))
		all = append(all, row)
	}
	must(t, rows.Err())
	return all
}
