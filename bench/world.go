package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"yimi/bench/script"
	"yimi/internal/activity"
	"yimi/internal/auth"
	"yimi/internal/config"
)

// world is a city's database, with people who are signed in and work to do on them.
type world struct {
	url         string
	env         []string // of the product
	cfg         config.Config
	read, write *sql.DB
	codes       *activity.Codes
	people      []caller
	staff       []caller
	admins      []caller
	entries     int64
	activities  int64
	near        int64 // the id before which the city's own activities begin, those of the bench left out
	far         int64 // the id before which page 4,000 begins, or the last whole page of a smaller city
	service     int64
	providers   map[int64][]int64 // of a station
	slot        int64             // the next free hour of all workers
	shiftDay    int64             // the last day with shifts
	pastDay     int64             // the first
	asked       int               // who asks for a booking next
	round       int64             // makes keys and days differ
}

// caller is somebody who is signed in.
type caller struct {
	id, session, unit int64
	token             string
}

const (
	pool       = 24_000 // volunteers who are signed in
	admins     = 32
	named      = 400 // the first of a city are the demo's people, and those who work
	minute     = int64(time.Minute / time.Millisecond)
	hour       = int64(time.Hour / time.Millisecond)
	day        = 24 * hour
	cellLength = int64(5 * time.Minute / time.Millisecond)
	batchRows  = 200 // of one statement of the preparations
	stripes    = 16  // of a hot total: as in the package hours
)

func nowMS() int64 { return time.Now().UnixMilli() }

// keysEnv gives the keys of a data folder as settings.
func keysEnv(dir string) (env []string, err error) {
	for _, name := range []string{"access_tokens", "checkin", "fields"} {
		text, err := os.ReadFile(filepath.Join(dir, "keys", name+".key")) //nolint:gosec // the bench's own folder
		if err != nil {
			return nil, err
		}
		env = append(env, "YIMI_KEYS_"+strings.ToUpper(name)+"="+strings.Join(strings.Fields(string(text)), ","))
	}
	return env, nil
}

// openWorld opens a city and signs people in.
func openWorld(ctx context.Context, url, dataDir string) (*world, error) {
	w := &world{url: url, providers: map[int64][]int64{}, round: nowMS()}
	keys, err := keysEnv(dataDir)
	if err != nil {
		return nil, err
	}
	w.env = append(keys, "YIMI_DATABASE="+url, "YIMI_DATA_DIR="+dataDir, "YIMI_LIMITS_RATE_PERSON_READS=0", "YIMI_LIMITS_RATE_PERSON_WRITES=0",
		"YIMI_LIMITS_RATE_ADDRESS_REQUESTS=0", "YIMI_LIMITS_RATE_ADDRESS_LOGINS=0")
	if w.cfg, err = config.Load(nil, w.env); err != nil {
		return nil, err
	}
	loaded, err := w.cfg.LoadKeys()
	if err != nil {
		return nil, err
	}
	w.codes = activity.NewCodes(loaded.Checkin[0].Secret, w.cfg.Limits.CodeStep)
	if w.read, w.write, err = script.Open(url); err != nil {
		return nil, err
	}
	tokens := auth.NewTokens([]auth.Key{auth.Key(loaded.AccessTokens[0])}, 12*time.Hour, time.Now)
	return w, errors.Join(w.find(ctx), w.signIn(ctx, tokens))
}

func (w *world) find(ctx context.Context) error {
	var errs []error
	list := func(query string, see func(a, b int64)) {
		rows, err := w.read.QueryContext(ctx, query)
		if err != nil {
			errs = append(errs, err)
			return
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var a, b int64
			errs = append(errs, rows.Scan(&a, &b))
			see(a, b)
		}
		errs = append(errs, rows.Err())
	}
	var last int64
	list("SELECT COALESCE(MAX(id), 0), 0 FROM people WHERE volunteer_since IS NOT NULL", func(n, _ int64) { last = n })
	// Others in each run: what a run leaves with its people would slow the next one. All are grown up: nobody's guardian is asked.
	first := named + rand.Int64N(max(1, last-named-pool-admins)) //nolint:gosec // no secret
	list(fmt.Sprintf("SELECT id, unit_id FROM people WHERE volunteer_since IS NOT NULL AND closed_at IS NULL AND privacy_version <> '' AND (birth_date IS NULL OR birth_date < '2000-01-01') AND id >= %d ORDER BY id LIMIT %d", first, pool+admins),
		func(id, unit int64) { w.people = append(w.people, caller{id: id, unit: unit}) })
	list("SELECT g.person_id, g.unit_id FROM role_grants g WHERE g.role = 'station_staff' AND g.person_id > 60 ORDER BY g.person_id",
		func(id, unit int64) { w.staff = append(w.staff, caller{id: id, unit: unit}) })
	list("SELECT p.unit_id, p.person_id FROM providers p JOIN provider_services s ON s.provider_id = p.person_id JOIN service_types t ON t.id = s.service_type_id AND t.name = '心理疏导' WHERE p.person_id > 60 ORDER BY p.person_id",
		func(unit, id int64) { w.providers[unit] = append(w.providers[unit], id) })
	list("SELECT id, 0 FROM service_types WHERE name = '心理疏导'", func(id, _ int64) { w.service = id })
	list("SELECT COALESCE(MAX(id), 0), 0 FROM hour_entries", func(n, _ int64) { w.entries = n })
	list("SELECT COUNT(*), 0 FROM activities", func(n, _ int64) { w.activities = n })
	list("SELECT COALESCE(MAX(starts_at), 0), 0 FROM shifts", func(n, _ int64) { w.shiftDay = max(n, nowMS()+30*day) / day * day })
	list("SELECT COALESCE(MIN(starts_at), 0), 0 FROM shifts", func(n, _ int64) { w.pastDay = n / day * day })
	list("SELECT COALESCE(MAX(cell), 0), 0 FROM booking_cells", func(n, _ int64) { w.slot = max(n*cellLength/day*day+2*day, nowMS()/day*day+40*day) })
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if len(w.people) < 3*admins {
		return errors.New("this is no city: it has too few people")
	}
	skip := max(0, min((farPage-1)*pageSize, w.activities-2*pageSize))
	if err := w.read.QueryRowContext(ctx, "SELECT id FROM activities ORDER BY id DESC LIMIT 1 OFFSET ?", skip).Scan(&w.far); err != nil {
		return err
	}
	if err := w.read.QueryRowContext(ctx, "SELECT MAX(id) + 1 FROM activities WHERE content <> ?", benched).Scan(&w.near); err != nil {
		return err
	}
	w.admins, w.people = w.people[len(w.people)-admins:], w.people[:len(w.people)-admins]
	return nil
}

// signIn gives everybody a session and a token, and the admins their role.
func (w *world) signIn(ctx context.Context, tokens *auth.Tokens) error {
	var first, district int64
	if err := errors.Join(w.read.QueryRowContext(ctx, "SELECT COALESCE(MAX(id), 0) + 1 FROM sessions").Scan(&first),
		w.read.QueryRowContext(ctx, "SELECT id FROM units WHERE parent_id IS NULL").Scan(&district)); err != nil {
		return err
	}
	sessions := w.into("sessions", "id", "person_id", "created_at", "refreshed_at", "expires_at")
	for _, group := range [][]caller{w.people, w.staff, w.admins} {
		for i := range group {
			c := &group[i]
			c.session = first
			first++
			var err error
			if c.token, _, err = tokens.Issue(c.id, c.session); err != nil {
				return err
			}
			if err := sessions.add(ctx, c.session, c.id, nowMS(), nowMS(), nowMS()+90*day); err != nil {
				return err
			}
		}
	}
	for _, a := range w.admins {
		if _, err := w.write.ExecContext(ctx, "DELETE FROM role_grants WHERE person_id = ?", a.id); err != nil {
			return err
		}
		if _, err := w.write.ExecContext(ctx, "INSERT INTO role_grants (person_id, unit_id, role, granted_by, created_at) VALUES (?, ?, 'district_admin', 0, ?)", a.id, district, nowMS()); err != nil {
			return err
		}
	}
	return sessions.done(ctx)
}

// rows are rows on their way into a table.
type rows struct {
	db    *sql.DB
	head  string
	width int
	args  []any
}

func (w *world) into(table string, columns ...string) *rows {
	return &rows{db: w.write, head: "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES ", width: len(columns)}
}

func (r *rows) add(ctx context.Context, values ...any) error {
	r.args = append(r.args, values...)
	if len(r.args) >= r.width*batchRows {
		return r.done(ctx)
	}
	return nil
}

func (r *rows) done(ctx context.Context) error {
	n := len(r.args) / r.width
	if n == 0 {
		return nil
	}
	one := "(" + strings.Repeat("?,", r.width-1) + "?)"
	_, err := r.db.ExecContext(ctx, r.head+strings.Repeat(one+",", n-1)+one, r.args...)
	r.args = r.args[:0]
	return err
}

// shift is one of the bench's shifts.
type shift struct {
	id, activity, unit, starts, ends int64
	secret                           string
	staff                            caller // of its station
}

// benched is the text of the bench's activities.
const benched = "沿渠捡拾垃圾"

// shifts makes so many activities with a shift each, of the staff's stations by turns, all at one time, each with so many places.
func (w *world) shifts(ctx context.Context, staff []caller, n int, starts, minutes int64, capacity, taken int) ([]shift, error) {
	var activity, first int64
	err := w.read.QueryRowContext(ctx, "SELECT (SELECT COALESCE(MAX(id), 0) + 1 FROM activities), (SELECT COALESCE(MAX(id), 0) + 1 FROM shifts)").Scan(&activity, &first)
	if err != nil {
		return nil, err
	}
	activities := w.into("activities", "id", "unit_id", "campaign_id", "title", "content", "state", "cancel_reason", "leader_name", "contact_phone", "place_name", "fence_metres",
		"approval", "checkin_mode", "min_age", "skills", "risks", "insured", "next_starts_at", "created_by", "created_at")
	shifts := w.into("shifts", "id", "activity_id", "unit_id", "starts_at", "ends_at", "capacity", "taken", "waitlisted", "state", "secret", "swept", "created_at")
	out := make([]shift, n)
	over, next := starts+minutes*minute < nowMS(), any(starts)
	if over {
		next = nil
	}
	for i := range out {
		by := staff[i%len(staff)]
		s := shift{id: first + int64(i), activity: activity + int64(i), unit: by.unit, starts: starts, ends: starts + minutes*minute, secret: fmt.Sprintf("%032x", w.round+int64(i)), staff: by}
		err := errors.Join(activities.add(ctx, s.activity, s.unit, 1, "清河行动 · 渠边清洁", benched, "published", "", "马志宏", "0953-5098110", "渠边 3 号桥", 0,
			"automatic", "staff_code", 14, "", "渠边湿滑", true, next, by.id, nowMS()),
			shifts.add(ctx, s.id, s.activity, s.unit, s.starts, s.ends, capacity, taken, 0, "open", s.secret, over, nowMS()))
		if err != nil {
			return nil, err
		}
		out[i] = s
	}
	return out, errors.Join(activities.done(ctx), shifts.done(ctx))
}

// served gives volunteers who have served in the campaign of the bench's activities, and how long
// their chains are: who serves for the first time makes other statements.
func (w *world) served(ctx context.Context, n int) (people []caller, sequences map[int64]int64, err error) {
	rows, err := w.read.QueryContext(ctx, "SELECT v.person_id, v.sequence FROM volunteer_hours v JOIN campaign_people c ON c.person_id = v.person_id AND c.campaign_id = 1 WHERE v.person_id BETWEEN ? AND ?",
		w.people[0].id, w.people[len(w.people)-1].id)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = rows.Close() }()
	sequences = map[int64]int64{}
	for rows.Next() {
		var id, sequence int64
		if err := rows.Scan(&id, &sequence); err != nil {
			return nil, nil, err
		}
		sequences[id] = sequence
	}
	for _, c := range w.people {
		if sequences[c.id] > 0 && len(people) < n {
			people = append(people, c)
		}
	}
	return people, sequences, rows.Err()
}

// settle ends the messages that wait, which the product would go on sending while the next kind
// of work is measured: the floor's too, which has no sender.
func (w *world) settle(ctx context.Context) error {
	_, err := w.write.ExecContext(ctx, "UPDATE notices SET delivery = 'in_app', due_at = NULL, lease = '' WHERE due_at IS NOT NULL")
	return err
}

func (w *world) key() string {
	w.round++
	return "bench-" + strconv.FormatInt(w.round, 36)
}

func text(n int64) string { return strconv.FormatInt(n, 10) }
