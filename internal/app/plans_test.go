package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"yimi/api"
	"yimi/internal/app"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/config"
	"yimi/internal/identity"
	"yimi/internal/store"
	"yimi/internal/storetest"
)

// A city of this scale is small enough to make for a test, and large enough that a plan which
// reads a table from end to end is told from one that does not.
const planScale = 0.005

// planned is when the city is looked at: the same one each time.
var planned = time.Date(2026, 11, 25, 10, 0, 0, 0, store.Shanghai)

// No statement on the way of a request reads more than ten rows for each one that it gives;
// what gives few, such as a count, may read as much as a page of twenty may.
const (
	readPerRow = 10
	page       = 20
)

// counting are what may read more than that, by a part of the call or of the statement, and why it
// does not grow with the city.
var counting = map[string]string{
	"/minors-report":          "counts every minor, once a year",
	"AS checked_in":           "counts the people of fifty shifts at most, who are not more than their places",
	"managed=true&state":      "goes back over the activities of all stations until its page is full: not more than the stations times a page",
	"DESC LIMIT ?) AS newest": "reads a page of each unit: not more than the units times a page",
	"scope = 'campaign_unit'": "has one row of totals for each unit",
	"LIMIT ?) AS ahead":       "stops counting at a thousand",
	"merged_into = ?":         "finds one or two; the average that SQLite knows is of NULL, which most have",
	"AS from_id":              "finds the few accounts of one human; the averages are of NULL here too",
	"due_at = ? AND lease":    "finds what one sender has taken; the average is of NULL here too",
}

// statement is one that the program made, with the most telling of its calls.
type statement struct {
	sql, call string
	args      []any
	rows      int64
}

// walk is the whole program on a city, and the statements that it made.
type walk struct {
	*apptest.Site
	t    *testing.T
	db   *store.Store // of its own, which is not watched
	who  map[string]auth.Actor
	mu   sync.Mutex
	call string
	seen map[string]statement // by its shape

	growing map[string]bool   // tables, but the bounded
	stats   map[string]string // SQLite's figures of an index: rows, then rows for each value of its first column, …
}

func TestNoRequestReadsMoreThanItGives(t *testing.T) {
	t.Parallel()
	storetest.Dialects(t, func(t *testing.T, url string) {
		w := newWalk(t, url)
		w.reads()
		w.deeds()
		w.timed()
		t.Logf("%d statements", len(w.seen))
		for _, s := range w.seen {
			w.judge(s)
		}
	})
}

func newWalk(t *testing.T, url string) *walk {
	w := &walk{t: t, who: map[string]auth.Actor{}, seen: map[string]statement{}}
	cfg := config.Default()
	cfg.Database, cfg.DataDir, cfg.Demo = config.DSN(url), t.TempDir(), true
	cfg.Keys = config.Keys{AccessTokens: []config.Key{apptest.Key("a")}, Checkin: []config.Key{apptest.Key("c")}, Fields: []config.Key{apptest.Key("f")}, Cipher: "aes"}
	made, err := app.Build(t.Context(), cfg, slog.New(slog.DiscardHandler), app.WithClock(func() time.Time { return planned }))
	apptest.Must(t, err)
	apptest.Must(t, made.MakeCity(t.Context(), planScale, io.Discard, false))
	apptest.Must(t, made.Close())
	w.db = storetest.OpenURL(t, url)
	w.remember()
	w.findTables()
	world := apptest.ReopenWith(t, url, []app.Option{app.WithTrace(w.see)}, func(c *config.Config) { c.Keys = cfg.Keys })
	world.Clock.Set(planned)
	w.Site = apptest.NewSite(t, world)
	for _, key := range []string{"resident", "volunteer", "worker", "staff", "admin"} {
		w.who[key] = w.session(key)
	}
	return w
}

// remember writes the booked days of a past year, without which the workers' days are so few that
// to read them all is the better plan.
func (w *walk) remember() {
	var rows []map[string]any
	for _, provider := range w.ids("SELECT person_id FROM providers") {
		for day := range 28 {
			rows = append(rows, map[string]any{"provider_id": provider, "day": fmt.Sprintf("2024-02-%02d", day+1), "taken": 1})
		}
	}
	apptest.Must(w.t, w.db.Tx(w.t.Context(), func(tx *store.Tx) error { return tx.Table("provider_days").CreateInBatches(rows, 500).Error }))
	apptest.Must(w.t, w.db.CountRows(w.t.Context()))
}

// findTables lists the tables that grow, and has the server count their rows, as it does by
// itself in time.
func (w *walk) findTables() {
	names := "SELECT name FROM sqlite_master WHERE type = 'table'"
	if w.db.Dialect() == "mysql" {
		names = "SHOW TABLES"
	}
	var tables []string
	apptest.Must(w.t, w.db.Read(w.t.Context()).Raw(names).Scan(&tables).Error)
	w.growing = map[string]bool{}
	for _, t := range tables {
		w.growing[t] = !slices.Contains(bounded, t)
	}
	if w.db.Dialect() == "mysql" {
		var out []map[string]any
		apptest.Must(w.t, w.db.Read(w.t.Context()).Raw("ANALYZE TABLE "+strings.Join(tables, ", ")).Scan(&out).Error)
		return
	}
	var stats []struct{ Idx, Stat string }
	apptest.Must(w.t, w.db.Read(w.t.Context()).Raw("SELECT idx, stat FROM sqlite_stat1 WHERE idx IS NOT NULL").Scan(&stats).Error)
	w.stats = map[string]string{}
	for _, l := range stats {
		w.stats[l.Idx] = l.Stat
	}
}

func (w *walk) see(sql string, args []any, rows int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.call == "" || sql == "" {
		return
	}
	key := shape(sql)
	if old, ok := w.seen[key]; ok && old.rows >= rows {
		return
	}
	w.seen[key] = statement{sql, w.call, slices.Clone(args), rows}
}

var list = regexp.MustCompile(`\((\?,? ?)+\)`)

// shape is a statement with its lists of one length.
func shape(sql string) string { return list.ReplaceAllString(sql, "(?)") }

func (w *walk) session(key string) auth.Actor {
	w.t.Helper()
	var personID int64
	apptest.Must(w.t, w.db.Read(w.t.Context()).Table("wechat_identities").Where("openid = ?", "demo-"+key).Pluck("person_id", &personID).Error)
	s := identity.Session{PersonID: personID}
	apptest.Must(w.t, w.db.Tx(w.t.Context(), func(tx *store.Tx) error {
		s.CreatedAt, s.RefreshedAt, s.ExpiresAt = tx.Now, tx.Now, store.At(tx.Now.AddDate(1, 0, 0))
		return tx.Create(&s).Error
	}))
	return auth.Actor{PersonID: personID, SessionID: s.ID, Grants: []auth.Grant{{Role: auth.Resident}}}
}

// ask makes a call whose statements are watched.
func (w *walk) ask(who, method, path string, body any) apptest.Answer {
	w.t.Helper()
	w.mu.Lock()
	w.call = who + " " + method + " " + path
	w.mu.Unlock()
	a := w.Call(w.t, w.who[who], method, path, body)
	w.mu.Lock()
	w.call = ""
	w.mu.Unlock()
	if a.Status == 500 || a.Status == 400 || a.Status == 401 {
		w.t.Errorf("%s %s as %s: %d %s", method, path, who, a.Status, a.Body)
	}
	return a
}

// one gives an id, or another single value, from the city.
func (w *walk) one(sql string, args ...any) (out string) {
	w.t.Helper()
	if err := w.db.Read(w.t.Context()).Raw(sql, args...).Row().Scan(&out); err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
	return out
}

// reads makes every operation that reads, as each of the people, with each of its filters, and
// goes on to the next pages.
func (w *walk) reads() {
	spec, err := api.GetSpec()
	apptest.Must(w.t, err)
	for path, item := range spec.Paths.Map() {
		if item.Get == nil {
			continue
		}
		for _, who := range []string{"resident", "volunteer", "worker", "staff", "admin"} {
			id := item.Get.OperationID
			for _, q := range w.queries(strings.ToLower(id[:1])+id[1:], path, who) {
				w.pages(who, q)
			}
		}
	}
}

// pages reads a list to its third page.
func (w *walk) pages(who, path string) {
	w.t.Helper()
	at := path
	for range 3 {
		var out struct {
			Next string `json:"next_cursor"`
		}
		a := w.ask(who, "GET", at, nil)
		if a.Status != 200 || json.Unmarshal(a.Body, &out) != nil || out.Next == "" {
			return
		}
		at = path + map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")] + "cursor=" + url.QueryEscape(out.Next)
	}
}

// queries gives the paths on which an operation is tried.
func (w *walk) queries(operation, path, who string) []string {
	me := w.who[who].PersonID
	station := w.one("SELECT MIN(id) FROM units WHERE kind = 'station'")
	id := map[string]string{
		"units": station, "campaigns": w.one("SELECT MIN(id) FROM campaigns"), "service-types": w.one("SELECT MIN(id) FROM service_types WHERE mode = 'booking'"),
		"activities": w.one("SELECT MAX(id) FROM activities WHERE state = 'published'"), "shifts": w.one("SELECT shift_id FROM signups WHERE state = 'confirmed' AND unit_id IN (SELECT id FROM units WHERE parent_id = ?) ORDER BY id DESC LIMIT 1", station),
		"signups":   w.one("SELECT id FROM signups WHERE person_id = (SELECT person_id FROM wechat_identities WHERE openid = 'demo-volunteer') ORDER BY id DESC LIMIT 1"),
		"hours":     w.one("SELECT id FROM hour_entries WHERE person_id = (SELECT person_id FROM wechat_identities WHERE openid = 'demo-volunteer') ORDER BY id DESC LIMIT 1"),
		"providers": w.one("SELECT person_id FROM wechat_identities WHERE openid = 'demo-worker'"),
		"wards":     "1", "requests": w.one("SELECT MAX(id) FROM requests WHERE person_id = ? OR 1 = 1", me),
	}
	for resource, value := range id {
		if strings.Contains(path, "/"+resource+"/") {
			path = strings.Replace(path, "{id}", value, 1)
		}
	}
	out := []string{path}
	with := func(queries ...string) []string {
		for _, q := range queries {
			out = append(out, path+"?"+q)
		}
		return out
	}
	day := func(days int) string { return w.Clock.Now().AddDate(0, 0, days).Format("2006-01-02") }
	at := func(days int) string { return url.QueryEscape(w.Clock.Now().AddDate(0, 0, days).Format(time.RFC3339)) }
	switch operation {
	case "getCalendarFeed", "getAttachment", "getPrivacy":
		return nil
	case "listMyBookings":
		return []string{path + "?from=" + day(-10) + "&to=" + day(20)}
	case "listSlots":
		return with("from="+day(1)+"&to="+day(10), "unit_id="+station)
	case "getMinorsReport", "exportMinorsReport":
		return []string{path + "?year=" + day(0)[:4]}
	case "listActivities":
		return with("campaign_id="+id["campaigns"], "unit_id="+station, "from="+at(1)+"&to="+at(3), "q="+url.QueryEscape("清河"), "open=true", "managed=true", "managed=true&state=draft", "managed=true&state=finished", "q="+url.QueryEscape("没有这样的"))
	case "getLeaderboard":
		return with("by=units", "by=people")
	case "listSignups":
		return with("state=pending", "shift_id="+id["shifts"])
	case "listMySignups":
		return with("when=past", "when=coming")
	case "listMyEntries":
		return with("month="+day(0)[:7], "campaign_id="+id["campaigns"])
	case "listServiceTypes":
		return with("unit_id="+station, "managed=true")
	case "listMyRequests", "listMyCases":
		return with("open=true", "open=false")
	case "listRequests":
		return with("queue=new", "queue=overdue", "queue=unassigned", "queue=to_review", "queue=follow_up", "state=submitted", "state=closed", "state=rejected", "number=1",
			"service_type_id="+id["service-types"], "state=closed&service_type_id="+id["service-types"], "name="+url.QueryEscape(w.one("SELECT person_name FROM requests ORDER BY id DESC LIMIT 1")),
			"name="+url.QueryEscape("王秀"), "name="+url.QueryEscape("王秀")+"&state=closed", "name="+url.QueryEscape("没有这样的"))
	case "listAudit":
		return with("actor_id="+fmt.Sprint(me), "entity=request&entity_id="+id["requests"], "operation=approveRequest", "from="+day(-30)+"&to="+day(0), "minors=true")
	}
	return out
}

// deeds makes the deeds of a day.
func (w *walk) deeds() {
	coming := w.one("SELECT s.id FROM shifts s JOIN activities a ON a.id = s.activity_id WHERE s.state = 'open' AND s.taken + 1 < s.capacity AND s.starts_at > ? AND a.state = 'published' AND a.approval = 'automatic' AND a.min_age <= 14 AND a.skills = '' ORDER BY s.starts_at DESC LIMIT 1",
		store.At(w.Clock.Now().Add(30*time.Hour)))
	var signup struct{ ID int64 }
	w.ask("volunteer", "POST", "/shifts/"+coming+"/signups", map[string]any{"waitlist": true}).Into(w.t, &signup)
	w.ask("volunteer", "POST", fmt.Sprintf("/signups/%d/cancel", signup.ID), map[string]any{"reason": "有事"})
	w.ask("volunteer", "POST", "/shifts/"+coming+"/signups", map[string]any{"waitlist": true}).Into(w.t, &signup)
	var shift struct{ StartsAt store.Time }
	apptest.Must(w.t, w.db.Read(w.t.Context()).Table("shifts").Where("id = ?", coming).Take(&shift).Error)
	w.Clock.Set(shift.StartsAt.Time)
	var code struct{ Token string }
	for _, kind := range []string{"in", "out"} {
		w.ask("admin", "GET", "/shifts/"+coming+"/checkin-code?kind="+kind, nil).Into(w.t, &code)
		if a := w.ask("volunteer", "POST", "/checkins", map[string]any{"kind": kind, "token": code.Token}); a.Status != 200 {
			w.t.Errorf("check-%s: %d %s", kind, a.Status, a.Body)
		}
		w.Clock.Advance(time.Hour)
	}
	if a := w.ask("admin", "POST", "/shifts/"+coming+"/attendance", map[string]any{"items": []any{map[string]any{"signup_id": signup.ID, "action": "confirm"}}}); a.Status != 200 || !strings.Contains(string(a.Body), "true") {
		w.t.Errorf("confirm: %d %s", a.Status, a.Body)
	}
	for _, r := range w.ids("SELECT id FROM requests WHERE state = 'submitted' AND unit_id = (SELECT unit_id FROM role_grants g JOIN wechat_identities i ON i.person_id = g.person_id WHERE i.openid = 'demo-staff') LIMIT 3") {
		w.ask("staff", "POST", fmt.Sprintf("/requests/%d/approve", r), map[string]any{})
		w.ask("staff", "GET", fmt.Sprintf("/requests/%d/candidates", r), nil)
	}
	w.ask("volunteer", "POST", "/me/notices/read", map[string]any{"ids": []int64{1}})
}

// timed does what is done by the clock.
func (w *walk) timed() {
	for name, do := range map[string]func(context.Context) error{"sweep": w.Activities.Sweep, "holds": w.Bookings.Sweep, "remind": w.Requests.Remind, "remind of shifts": w.Activities.Remind, "deliver": w.Outbox.Deliver, "prune": w.App.Prune} {
		w.mu.Lock()
		w.call = "timed: " + name
		w.mu.Unlock()
		apptest.Must(w.t, do(w.t.Context()))
	}
	w.mu.Lock()
	w.call = ""
	w.mu.Unlock()
}

func (w *walk) ids(sql string) (out []int64) {
	w.t.Helper()
	apptest.Must(w.t, w.db.Read(w.t.Context()).Raw(sql).Scan(&out).Error)
	return out
}

// judge reads the plan of a statement.
func (w *walk) judge(s statement) {
	if strings.HasPrefix(s.sql, "INSERT") && !strings.Contains(s.sql, "SELECT") {
		return
	}
	for part := range counting {
		if strings.Contains(s.call+s.sql, part) {
			return
		}
	}
	if w.db.Dialect() == "mysql" {
		w.judgeMySQL(s)
	} else {
		w.judgeSQLite(s)
	}
}

// judgeMySQL runs the statement and reads from the server how many rows it looked at.
func (w *walk) judgeMySQL(s statement) {
	var plan string
	errUndo := errors.New("only to look")
	err := w.db.Tx(w.t.Context(), func(tx *store.Tx) error {
		if err := tx.Raw("ANALYZE FORMAT=JSON "+s.sql, s.args...).Row().Scan(&plan); err != nil {
			return err
		}
		return errUndo
	})
	if err != nil && strings.Contains(err.Error(), "CONSTRAINT") {
		return // it cannot be done twice
	}
	if !errors.Is(err, errUndo) {
		w.t.Errorf("%v: %s", err, s.sql)
		return
	}
	var tree any
	apptest.Must(w.t, json.Unmarshal([]byte(plan), &tree))
	read := w.rowsRead(tree)
	if limit := float64(readPerRow * max(s.rows, page)); read > limit {
		w.t.Errorf("reads %.0f rows for %d (at most %.0f)\n  %s\n  %s\n  %v", read, s.rows, limit, s.call, s.sql, s.args)
		if os.Getenv("YIMI_PLANS") != "" {
			w.t.Log(plan)
		}
	}
}

// rowsRead adds up what a plan says of each table that grows: times read, by rows each time. A row
// that is looked up by its key, as joined names are, is not searched for.
func (w *walk) rowsRead(node any) (sum float64) {
	switch n := node.(type) {
	case []any:
		for _, child := range n {
			sum += w.rowsRead(child)
		}
	case map[string]any:
		loops, ok := n["r_loops"].(float64)
		if !ok { // what is updated or deleted
			loops = 1
		}
		rows, _ := n["r_rows"].(float64)
		if name, _ := n["table_name"].(string); name != "" && name[0] != '<' && !slices.Contains(bounded, name) && n["access_type"] != "eq_ref" && n["access_type"] != "const" {
			sum += loops * rows
		}
		for _, child := range n {
			sum += w.rowsRead(child)
		}
	}
	return sum
}

// bounded are the tables that do not grow with the city: a district has so many units.
var bounded = []string{"units", "campaigns", "service_types", "providers", "provider_services", "provider_spans", "holidays", "role_grants", "role_invitations", "policies"}

var (
	scans = regexp.MustCompile(`^SCAN (\w+)`)
	named = regexp.MustCompile("(?i)(?:FROM|JOIN|,)\\s+[`(]*(\\w+)`?(?:\\s+AS)?\\s+(\\w+)")
)

var search = regexp.MustCompile(`^SEARCH .* USING (?:COVERING )?INDEX (\w+) \(([^)]*)\)$`)

// judgeSearch looks up how many rows there are, on average, for what a search in an index is given.
// One that gives a page in the index's own order stops at the page; one between bounds is not judged.
func (w *walk) judgeSearch(s statement, plan string, sorted bool) {
	m := search.FindStringSubmatch(plan)
	if m == nil || strings.ContainsAny(m[2], "<>") || !sorted && strings.Contains(s.sql, "LIMIT") {
		return
	}
	per := strings.Fields(w.stats[m[1]])
	given := strings.Count(m[2], "=?")
	if given == 0 || given >= len(per) {
		return
	}
	if n, _ := strconv.ParseInt(per[given], 10, 64); n > readPerRow*max(s.rows, page) {
		w.t.Errorf("finds about %d rows for %d: %s\n  %s\n  %s", n, s.rows, plan, s.call, s.sql)
	}
}

// rows counts a table that grows; a small one is read from end to end on purpose.
func (w *walk) rows(table string) (n int64) {
	if w.growing[table] {
		apptest.Must(w.t, w.db.Read(w.t.Context()).Table(table).Count(&n).Error)
	}
	return n
}

// judgeSQLite has SQLite say how it would run the statement: no table that grows is read from end to end.
func (w *walk) judgeSQLite(s statement) {
	var lines []struct{ Detail string }
	if err := w.db.Read(w.t.Context()).Raw("EXPLAIN QUERY PLAN "+s.sql, s.args...).Scan(&lines).Error; err != nil {
		w.t.Errorf("%v: %s", err, s.sql)
		return
	}
	tables := map[string]string{} // by their names in the statement
	for _, m := range named.FindAllStringSubmatch(s.sql, -1) {
		tables[m[2]] = m[1]
	}
	sorted := false
	for _, l := range lines {
		sorted = sorted || l.Detail == "USE TEMP B-TREE FOR ORDER BY"
	}
	made := map[string]bool{} // by the statement itself, of few rows
	for _, l := range lines {
		if what, name, ok := strings.Cut(l.Detail, " "); ok && (what == "CO-ROUTINE" || what == "MATERIALIZE") {
			made[name] = true
		}
		w.judgeSearch(s, l.Detail, sorted)
		m := scans.FindStringSubmatch(l.Detail)
		if m == nil || strings.Contains(l.Detail, "USING") || strings.Contains(l.Detail, "CONSTANT") {
			continue
		}
		table := m[1]
		if tables[table] != "" {
			table = tables[table]
		}
		if w.rows(table) > readPerRow*max(s.rows, page) && !made[m[1]] {
			w.t.Errorf("%s\n  %s\n  %s", l.Detail, s.call, s.sql)
		}
	}
}
