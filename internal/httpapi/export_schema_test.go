package httpapi_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/store"
)

// exported says where in data.json each row stands that a column says is a person's.
var exported = map[string]string{
	"audit_entries.actor_id":          "log[mine]",
	"beneficiaries.person_id":         "requests.beneficiaries[]",
	"consents.person_id":              "account.consents[]",
	"credited_spans.person_id":        "hours.entries[credited_from]",
	"grant_changes.person_id":         "account.roles[]",
	"guardianships.child_id":          "account.guardianships[as=child]",
	"guardianships.guardian_id":       "account.guardianships[as=guardian]",
	"hour_disputes.person_id":         "hours.disputes[]",
	"hour_entries.person_id":          "hours.entries[]",
	"hour_proposals.person_id":        "hours.proposals[]",
	"notices.person_id":               "notices.notices[]",
	"password_logins.person_id":       "account.login",
	"people.merged_into":              "merged[]",
	"person_duplicates.high_id":       "account.duplicates[]",
	"person_duplicates.low_id":        "account.duplicates[]",
	"provider_exceptions.provider_id": "bookings.provider.exceptions[]",
	"provider_services.provider_id":   "bookings.provider.services[]",
	"provider_spans.provider_id":      "bookings.provider.weekly_hours[]",
	"providers.person_id":             "bookings.provider",
	"requests.person_id":              "requests.requests[]",
	"role_grants.person_id":           "account.roles_held[]",
	"sessions.person_id":              "account.sessions[]",
	"signups.person_id":               "activities.signups[]",
	"subscribe_credits.person_id":     "notices.subscribe_messages[]",
	"wechat_identities.person_id":     "account.wechat[]",
}

// kept are the columns that name a person and whose rows are not in their export, with the reason.
var kept = map[string]string{
	"activities.created_by":            "what staff did for their station is the activity's; that they did it is in the log",
	"activity_timeline.actor_id":       "the steps of one's own sign-ups are with them; what staff did to others' is theirs, and in the log",
	"booking_cells.provider_id":        "five minutes each of bookings, which are of those who asked",
	"bookings.provider_id":             "the appointments are of those who asked; a worker has them as cases, not of themselves",
	"campaign_people.person_id":        "a sum of the entries, which are all there",
	"consents.by_person_id":            "who wrote a consent down: it is of whom it is about",
	"grant_changes.changed_by":         "a role given to somebody else is theirs; that one gave it is in the log",
	"guardian_codes.child_id":          "the hash of a code that is over after ten minutes",
	"hour_attention.looked_by":         "an entry of somebody else, looked at as staff; that one did is in the log",
	"hour_disputes.answered_by":        "a doubt of somebody else, answered as staff; that one did is in the log",
	"hour_entries.approved_by":         "hours of somebody else, approved as staff; that one did is in the log",
	"hour_entries.recorded_by":         "hours of somebody else, recorded as staff; that one did is in the log",
	"hour_proposals.decided_by":        "hours of somebody else, decided as staff; that one did is in the log",
	"hour_proposals.proposed_by":       "hours of somebody else, proposed as staff; that one did is in the log",
	"idempotency_keys.person_id":       "a sealed copy, for a day, of an answer that was given; what it says is exported",
	"link_codes.person_id":             "the hash of a code that is over after ten minutes",
	"password_logins.set_by":           "the login of somebody else; that one set it is in the log",
	"person_duplicates.settled_by":     "accounts of others, settled as staff; that one did is in the log",
	"provider_days.provider_id":        "how many bookings a day has, which are of those who asked",
	"providers.supervisor_id":          "the worker's: their export names the supervisor",
	"request_attachments.author_id":    "files to one's own requests are with them; what staff put to others' is theirs",
	"request_former_workers.person_id": "somebody else's request, worked on once; it is theirs, and in the log",
	"request_looks.person_id":          "a look at somebody else's request, which their export names",
	"request_notes.author_id":          "messages are with one's requests; notes on others' are of those, and in the log",
	"request_referrals.referred_by":    "a request of somebody else; that one referred it is in the log",
	"request_timeline.actor_id":        "the steps of one's own requests are with them; what was done to others' is theirs, and in the log",
	"request_visits.worker_id":         "a visit to somebody else: their export has it, with the worker's name",
	"requests.beneficiary_id":          "one of those whom the person asks for, who is exported as such",
	"requests.filed_by":                "somebody else's request, filed as staff; that one did is in the log",
	"requests.supervisor_id":           "somebody else's request, supervised",
	"requests.wanted_provider":         "somebody else's wish for a worker",
	"requests.worker_id":               "somebody else's request, worked on; it is theirs, and in the log",
	"role_grants.confirmed_by":         "a role of somebody else; that one confirmed it is in the log",
	"role_grants.granted_by":           "a role of somebody else; that one gave it is in the log",
	"role_invitations.accepted_by":     "the role that came of it is there, with when",
	"role_invitations.invited_by":      "an invitation to somebody else; that one made it is in the log",
	"shift_hands.person_id":            "a hand that staff had in a shift; what they did is in the log",
	"signup_locks.person_id":           "a row to queue at, with nothing in it",
	"undone_scans.undone_by":           "a check-in of somebody else, taken back as staff; that one did is in the log",
	"volunteer_hours.person_id":        "a sum of the entries, which are all there",
	"volunteer_months.person_id":       "a sum of the entries, which are all there",
}

// pointsElsewhere are the columns called …_id that point at no table of their name, and at no person.
var pointsElsewhere = map[string]string{
	"version_id": "the migrations", "parent_id": "units", "district_id": "units", "from_unit_id": "units", "to_unit_id": "units", "corrects_id": "hour_entries", "other_id": "hour_entries",
	"entry_id": "hour_entries", "visit_id": "request_visits", "series_id": "shift_series", "target_id": "a sign-up or an entry", "source_id": "a sign-up or a proposal",
	"scope_id": "a unit or a campaign", "subject_id": "a sign-up, a shift or an activity", "entity_id": "any record; of a person they are in the log", "request_id": "requests, or the request log's",
}

var personal = regexp.MustCompile(`^(person|actor|author|guardian|child|worker|supervisor|provider|beneficiary|by_person|low|high)_id$|_by$|^merged_into$|^wanted_provider$`)

// peopleColumns finds every column of the schema that names a person: by a foreign key, or by its name. One
// that is called …_id must point somewhere that is known.
func peopleColumns(t *testing.T, s *store.Store) (out []string) {
	t.Helper()
	db := s.Read(t.Context())
	tables, err := db.Migrator().GetTables()
	apptest.Must(t, err)
	keys := `SELECT m.name AS tab, f."from" AS col FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE f."table" = 'people'`
	if s.Dialect() != "sqlite" {
		keys = `SELECT table_name AS tab, column_name AS col FROM information_schema.key_column_usage WHERE table_schema = DATABASE() AND referenced_table_name = 'people'`
	}
	var declared []struct{ Tab, Col string }
	apptest.Must(t, db.Raw(keys).Scan(&declared).Error)
	for _, d := range declared {
		out = append(out, d.Tab+"."+d.Col)
	}
	for _, table := range tables {
		columns, err := db.Migrator().ColumnTypes(table)
		apptest.Must(t, err)
		for _, c := range columns {
			name, kind := c.Name(), strings.ToLower(c.DatabaseTypeName())
			if kind != "integer" && kind != "bigint" || name == "respond_by" { // an instant
				continue
			}
			stem, isID := strings.CutSuffix(name, "_id")
			known := slices.ContainsFunc([]string{stem + "s", strings.TrimSuffix(stem, "y") + "ies"}, func(x string) bool { return slices.Contains(tables, x) })
			switch {
			case personal.MatchString(name):
				out = append(out, table+"."+name)
			case isID && !known && pointsElsewhere[name] == "":
				t.Errorf("%s.%s: what does it point at? If at people, it is exported or kept with a reason", table, name)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
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
		columns := peopleColumns(t, s.Store)
		for _, c := range columns {
			if exported[c] == "" && kept[c] == "" {
				t.Errorf("%s names a person: export it, or say in words why not", c)
			}
		}
		for c := range maps.Keys(exported) {
			if !slices.Contains(columns, c) || kept[c] != "" {
				t.Errorf("%s is no column that names a person, or is kept too", c)
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
				case "person_duplicates.low_id", "person_duplicates.high_id":
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
