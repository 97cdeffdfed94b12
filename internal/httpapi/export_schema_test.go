package httpapi_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"yimi/internal/app"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/feature"
	"yimi/internal/store"
)

// declared are the columns that a feature says name a person.
func declared(features []feature.Feature) map[string]feature.Person {
	out := map[string]feature.Person{}
	for _, f := range features {
		for _, t := range f.Tables {
			for _, p := range t.People {
				out[t.Name+"."+p.Column] = p
			}
		}
	}
	return out
}

var personal = regexp.MustCompile(`^(person|actor|author|guardian|child|worker|supervisor|provider|beneficiary|by_person|low|high)_id$|_by$|^merged_into$|^wanted_provider$`)

// plain are the columns of whole numbers that are called neither …_id nor …_by and hold none: amounts, places in an order, times.
// A new one is written in here, by somebody who then has asked themselves whether it names a person.
var plain = regexp.MustCompile(`^(id|at|.*_at|.*_minutes?|.*_days|.*_since|.*_before|.*_until|.*_start|.*_distance|.*_times|.*_weekday|.*_metres|.*_cap|.*_rank|min_age|` +
	`accepted|attempts|bytes|capacity|cell|distance|emptied|entries|follow_up|hits|is_open|live|message_told|message_waits|minutes|once|position|rating|reminded|reschedules|sequence|spent|status|stripe|taken|turns|under_way|value|volunteers|waitlisted|weekday|` +
	`open_target|open_entry|referred_to)$`) // the last three, and message_told, are the id of a sign-up or an entry, and of a unit

// gate holds the features against the schema: each table has one owner; each column that names a person, found by
// its name or a foreign key, is declared, and each that is called …_id points somewhere known. It gives what is wrong.
func gate(t *testing.T, s *store.Store, features []feature.Feature) (wrong []string) {
	t.Helper()
	tables, err := s.Read(t.Context()).Migrator().GetTables()
	apptest.Must(t, err)
	owners, elsewhere, people := map[string][]string{}, map[string]bool{}, declared(features)
	for _, f := range features {
		for _, table := range f.Tables {
			owners[table.Name] = append(owners[table.Name], f.Name)
			for column := range table.Elsewhere {
				elsewhere[table.Name+"."+column] = true
			}
		}
	}
	for _, table := range tables {
		if table != "sqlite_sequence" && !strings.HasPrefix(table, "sqlite_stat") && len(owners[table]) != 1 {
			wrong = append(wrong, fmt.Sprintf("%s is the table of %v: one feature names it in its feature.go", table, owners[table]))
		}
	}
	for table := range owners {
		if !slices.Contains(tables, table) {
			wrong = append(wrong, table+" is no table")
		}
	}
	columns := columnsOf(t, s, tables)
	for column := range people {
		if !columns[column] {
			wrong = append(wrong, column+" is no column that holds an id")
		}
	}
	named := peopleColumns(t, s, columns, tables, elsewhere, &wrong)
	for _, c := range named {
		if p, known := people[c]; !known || p.Exported == "" && p.Kept == "" {
			wrong = append(wrong, c+" names a person: export and forget it, or say in words why not, in its feature.go")
		}
	}
	for c := range people {
		if !slices.Contains(named, c) {
			wrong = append(wrong, c+" is no column that names a person")
		}
	}
	slices.Sort(wrong)
	return wrong
}

// columnsOf are the columns that may hold an id, as TABLE.COLUMN.
func columnsOf(t *testing.T, s *store.Store, tables []string) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for _, table := range tables {
		columns, err := s.Read(t.Context()).Migrator().ColumnTypes(table)
		apptest.Must(t, err)
		for _, c := range columns {
			if kind := strings.ToLower(c.DatabaseTypeName()); (kind == "integer" || kind == "bigint") && c.Name() != "respond_by" { // an instant
				out[table+"."+c.Name()] = true
			}
		}
	}
	return out
}

// peopleColumns finds every column that names a person: by a foreign key, or by its name. One that is called …_id
// must point at a table of its name, or be said to point elsewhere.
func peopleColumns(t *testing.T, s *store.Store, columns map[string]bool, tables []string, elsewhere map[string]bool, wrong *[]string) (out []string) {
	t.Helper()
	keys := `SELECT m.name AS tab, f."from" AS col FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE f."table" = 'people'`
	if s.Dialect() != "sqlite" {
		keys = `SELECT table_name AS tab, column_name AS col FROM information_schema.key_column_usage WHERE table_schema = DATABASE() AND referenced_table_name = 'people'`
	}
	var found []struct{ Tab, Col string }
	apptest.Must(t, s.Read(t.Context()).Raw(keys).Scan(&found).Error)
	for _, d := range found {
		out = append(out, d.Tab+"."+d.Col)
	}
	for column := range columns {
		_, name, _ := strings.Cut(column, ".")
		stem, isID := strings.CutSuffix(name, "_id")
		known := slices.ContainsFunc([]string{stem + "s", strings.TrimSuffix(stem, "y") + "ies"}, func(x string) bool { return slices.Contains(tables, x) })
		switch {
		case personal.MatchString(name):
			out = append(out, column)
		case !isID && s.Dialect() != "sqlite" && !plain.MatchString(name): // in SQLite a BOOLEAN is one too
			*wrong = append(*wrong, column+": a plain number? Then its name is written into plain in this test; if it names a person, its feature says so, and it is called …_id")
		case isID && !known && !elsewhere[column]:
			*wrong = append(*wrong, column+": what does it point at? If at people, it is exported or kept with a reason; else its feature says where")
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// A feature answers for its tables: the schema of each database has no table, and no column that names a person,
// that nobody thought of. A table that somebody adds and forgets to declare is found.
func TestEveryTableHasItsFeature(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		features := app.Declared()
		for _, w := range gate(t, s.Store, features) {
			t.Error(w)
		}
		s.World.Exec("CREATE TABLE donors (id BIGINT PRIMARY KEY, person_id BIGINT NOT NULL, kin BIGINT, owner BIGINT, holder_ref BIGINT, name VARCHAR(40))")
		found, wants := strings.Join(gate(t, s.Store, features), "\n"), []string{"donors is the table of []", "donors.person_id names a person"}
		if s.Store.Dialect() != "sqlite" {
			wants = append(wants, "donors.kin: a plain", "donors.owner: a plain", "donors.holder_ref: a plain")
		}
		for _, want := range wants {
			if !strings.Contains(found, want) {
				t.Errorf("the gate does not say %q: %s", want, found)
			}
		}
	})
}

// count counts what stands at a path of data.json: "a.b[]" the elements, "a.b[x]" those that have an x,
// "a.b[x=y]" those whose x is y, "a.b" whether there is anything.
func count(data any, path string) int {
	name, rest, deeper := strings.Cut(path, ".")
	list, filter, _ := strings.Cut(strings.TrimSuffix(name, "]"), "[")
	at, _ := data.(map[string]any)
	if deeper {
		return count(at[name], rest)
	}
	rows, isList := at[list].([]any)
	if !isList {
		if v := at[list]; v != nil && v != "" && v != 0.0 {
			return 1
		}
		return 0
	}
	key, want, exact := strings.Cut(filter, "=")
	n := 0
	for _, row := range rows {
		has, _ := row.(map[string]any)
		if v := has[key]; key == "" || exact && v == want || !exact && v != nil && v != false {
			n++
		}
	}
	return n
}

// Every column of the schema that names a person is exported, or kept with a reason in words: as many rows as
// there are of somebody, their merged accounts' among them, stand in their archive.
func TestTheExportHasEverythingThatNamesAPerson(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		w := newWriting(t, s)
		w.write()
		exported := map[string]string{}
		for column, p := range declared(app.Declared()) {
			if p.Exported != "" {
				exported[column] = p.Exported
			}
		}
		some := map[string]bool{}
		for _, who := range w.withEverything() {
			data := archiveOf(t, s, who)
			accounts := append([]int64{who.PersonID}, mergedOf(t, s, who)...)
			for column, path := range exported {
				table, name, _ := strings.Cut(column, ".")
				var rows int64
				apptest.Must(t, s.Store.Read(t.Context()).Table(table).Where(name+" IN ?", accounts).Count(&rows).Error)
				switch column {
				case "person_duplicates.low_id", "person_duplicates.high_id", "declared_relations.low_id", "declared_relations.high_id":
					apptest.Must(t, s.Store.Read(t.Context()).Table(table).Where("low_id IN ? OR high_id IN ?", accounts, accounts).Count(&rows).Error)
				case "password_logins.person_id", "providers.person_id":
					rows = min(rows, 1)
				}
				got := count(data, path)
				for _, m := range data["merged"].([]any) {
					got += count(m, path)
				}
				if column == "person_duplicates.low_id" || column == "person_duplicates.high_id" {
					got -= len(accounts) - 1 // what made the accounts one is about both
				}
				if int64(got) != rows {
					t.Errorf("person %d: %d rows of %s, %d in the export at %s", who.PersonID, rows, column, got, path)
				}
				some[column] = some[column] || rows > 0
			}
		}
		for column := range exported {
			if !some[column] {
				t.Errorf("nobody has a row of %s", column)
			}
		}
	})
}

// What is exported of a person is gone when the account is closed, but for what is kept with a reason.
func TestWhatIsExportedIsForgotten(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		w := newWriting(t, s)
		w.write()
		w.withEverything()
		var who []int64
		apptest.Must(t, s.Store.Read(t.Context()).Table("people").Where("closed_at = 0 OR closed_at IS NULL").Pluck("id", &who).Error)
		had := map[string][]int64{}
		for column, p := range declared(app.Declared()) {
			if p.Exported != "" && p.Kept == "" {
				table, name, _ := strings.Cut(column, ".")
				var ids []int64
				apptest.Must(t, s.Store.Read(t.Context()).Table(table).Distinct(name).Where(name+" > 0").Pluck(name, &ids).Error)
				had[column] = ids
			}
		}
		s.World.Exec("DELETE FROM role_grants WHERE 1 = 1")
		s.World.Exec("UPDATE request_visits SET under_way = NULL, ended_at = started_at WHERE under_way IS NOT NULL")
		closed := 0
		for _, id := range who {
			if s.CloseAccount(apptest.As(auth.Actor{PersonID: id, Grants: []auth.Grant{{Role: auth.Resident}}}), "不用了") == nil {
				closed++
			}
		}
		s.Clock.Advance(time.Hour)
		apptest.Must(t, s.FinishClosings(t.Context()))
		if closed < 5 {
			t.Fatalf("only %d accounts were closed", closed)
		}
		var gone []int64
		apptest.Must(t, s.Store.Read(t.Context()).Table("people").Where("closed_at > 0").Pluck("id", &gone).Error)
		for column, p := range declared(app.Declared()) {
			table, name, _ := strings.Cut(column, ".")
			if p.Exported == "" || p.Kept != "" {
				continue
			}
			var n int64
			apptest.Must(t, s.Store.Read(t.Context()).Table(table).Where(name+" IN ?", gone).Count(&n).Error)
			if !slices.ContainsFunc(had[column], func(id int64) bool { return slices.Contains(gone, id) }) && !strings.HasPrefix(column, "role_grants.") {
				t.Errorf("nobody whose account was closed had a row of %s", column)
			}
			if n != 0 {
				t.Errorf("%d rows of %s outlive the account: forget them, or say in words why they stay", n, column)
			}
		}
	})
}

func archiveOf(t *testing.T, s *apptest.Site, who auth.Actor) (data map[string]any) {
	t.Helper()
	files := unzip(t, s.Call(t, who, "POST", "/me/export", nil).Body)
	apptest.Must(t, json.Unmarshal([]byte(files["data.json"]), &data))
	if strings.Contains(files["index.html"], "<no value>") || !strings.Contains(files["index.html"], "</html>") {
		t.Error("the page is broken")
	}
	return data
}

func mergedOf(t *testing.T, s *apptest.Site, who auth.Actor) (out []int64) {
	t.Helper()
	apptest.Must(t, s.Store.Read(t.Context()).Table("people").Where("merged_into = ?", who.PersonID).Pluck("id", &out).Error)
	return out
}

// withEverything are the people of the writing, with what they have not yet: another account that was made one
// with theirs, a guardian's consent, accepted messages, a login.
func (w *writing) withEverything() []auth.Actor {
	w.t.Helper()
	old, child, now := w.Volunteer("旧账号"), w.Volunteer("孩子"), w.Clock.Now().UnixMilli()
	w.about(w.places[others], old.PersonID)
	w.World.Exec("INSERT INTO guardianships (guardian_id, child_id, relation, live, agreed_at) VALUES (?, ?, 'parent', 1, ?)", w.Resident.PersonID, child.PersonID, now)
	w.World.Exec("INSERT INTO wechat_identities (person_id, openid, unionid, created_at) VALUES (?, 'o-1', '', ?)", w.Resident.PersonID, now)
	w.World.Exec("INSERT INTO password_logins (person_id, login, hash, changed_at) VALUES (?, 'he.hua', 'x', ?)", w.Staff.PersonID, now)
	w.Appoint(w.Admin, w.Neighbour, w.Station, auth.StationStaff)
	w.World.Exec("INSERT INTO subscribe_credits (person_id, template, accepted, spent, changed_at) VALUES (?, 'request_result', 1, 0, ?)", w.Resident.PersonID, now)
	w.World.Exec("INSERT INTO declared_relations (low_id, high_id, kind, live, declared_at) VALUES (?, ?, 'sibling', 1, ?)", min(w.Resident.PersonID, child.PersonID), max(w.Resident.PersonID, child.PersonID), now)
	w.World.Exec("INSERT INTO person_duplicates (low_id, high_id, by_phone, by_identity, by_unionid, by_link, by_proved_phone, state, apart, reason, found_at) VALUES (?, ?, TRUE, FALSE, FALSE, FALSE, FALSE, 'open', FALSE, '', ?)",
		min(w.Resident.PersonID, old.PersonID), max(w.Resident.PersonID, old.PersonID), now)
	all := w.ids("person_duplicates")
	w.do(w.Staff, "settleDuplicate", all[len(all)-1], body{"outcome": "merge", "keep_id": w.Resident.PersonID, "reason": "本人到站核对过证件"})
	return []auth.Actor{w.Resident, w.volunteer, w.Worker, w.Supervisor, w.Staff, w.Admin, w.Neighbour, child}
}

// What is kept of a person and not for them to read is named in their archive: its kind, when it was written, and whom to
// ask; the words are not in it.
func TestTheExportSaysWhatItWithholds(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		w := newWriting(t, s)
		w.write()
		s.World.Exec("UPDATE units SET phone = '0953-5098100' WHERE id = ?", s.Station.ID)
		var found []string
		for _, r := range archiveOf(t, s, w.Resident)["requests"].(map[string]any)["requests"].([]any) {
			for _, x := range r.(map[string]any)["withheld"].([]any) {
				x := x.(map[string]any)
				found = append(found, fmt.Sprint(x["kind"]))
				if x["ask"] != s.Station.Name+" 0953-5098100" || x["at"] == "" {
					t.Errorf("%v", x)
				}
			}
		}
		slices.Sort(found)
		want := []string{"case_note", "close", "hand_back", "no_show", "reopen", "send_back", "staff_note", "staff_note", "staff_note", "visit_done", "visit_done"}
		if !slices.Equal(found, want) {
			t.Errorf("%v, want %v", found, want)
		}
		volunteer := archiveOf(t, s, w.volunteer)["hours"].(map[string]any)
		if got := volunteer["withheld"].([]any); len(got) != 1 || got[0].(map[string]any)["kind"] != "entry_looked_at" {
			t.Errorf("%v", got)
		}
	})
}
