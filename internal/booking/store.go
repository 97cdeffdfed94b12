package booking

import (
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"yimi/internal/auth"
	"yimi/internal/catalogue"
	"yimi/internal/fault"
	"yimi/internal/scope"
	"yimi/internal/store"
)

// ---- bookings: what takes and frees time

// insert writes the booking; its cells are taken by takeCells.
func insert(tx *store.Tx, b *Booking) error {
	b.ID, b.CreatedAt = 0, tx.Now
	return tx.Create(b).Error
}

// takeCells takes all of the booking's time in one statement, or none of it: a cell that
// another booking has refuses the whole (rule 1).
func takeCells(tx *store.Tx, b *Booking) error {
	cells := b.cells()
	err := tx.Create(&cells).Error
	if store.IsDuplicate(err) {
		return ErrTaken.Because(err)
	}
	return err
}

func freeCells(tx *store.Tx, bookingID int64) error {
	return tx.Where("booking_id = ?", bookingID).Delete(&cell{}).Error
}

// isFree tells whether the booking's time and its day's count could be taken now; holds that have run out give way.
func isFree(db *gorm.DB, b *Booking, now time.Time) (bool, error) {
	var taken, full int64
	err := db.Table("bookings").Where("provider_id = ? AND live = 1 AND starts_at < ? AND busy_until > ? AND id <> ?", b.ProviderID, b.BusyUntil, b.StartsAt, b.ID).
		Where("(state <> ? OR hold_expires_at > ?)", Held, store.At(now)).Count(&taken).Error
	if err != nil || taken > 0 {
		return false, err
	}
	overdue := db.Session(&gorm.Session{NewDB: true}).Table("bookings").Select("COUNT(*)").
		Where("provider_id = ? AND live = 1 AND day = ? AND state = ? AND hold_expires_at <= ?", b.ProviderID, b.Day, Held, store.At(now))
	err = db.Table("provider_days").Joins("JOIN providers ON providers.person_id = provider_days.provider_id").
		Where("provider_days.provider_id = ? AND provider_days.day = ? AND providers.daily_cap > 0", b.ProviderID, b.Day).
		Where("provider_days.taken - (?) >= providers.daily_cap", overdue).Count(&full).Error
	return full == 0, err
}

// countDay counts one more booking on the provider's day, if the cap allows.
func countDay(tx *store.Tx, providerID int64, day string) error {
	if err := addToDay(tx, providerID, day, 0); err != nil {
		return err
	}
	res := tx.Table("provider_days").
		Where("provider_id = ? AND day = ?", providerID, day).
		Where("EXISTS (SELECT 1 FROM providers p WHERE p.person_id = provider_days.provider_id AND (p.daily_cap = 0 OR provider_days.taken < p.daily_cap))").
		Update("taken", gorm.Expr("taken + 1"))
	if res.Error == nil && res.RowsAffected == 0 {
		return ErrTaken
	}
	return res.Error
}

// countFreely is countDay without a cap, for times that worker or staff set.
func countFreely(tx *store.Tx, providerID int64, day string) error {
	return addToDay(tx, providerID, day, 1)
}

// addToDay makes the row of a provider's day, or adds to it.
func addToDay(tx *store.Tx, providerID int64, day string, n int) error {
	return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "provider_id"}, {Name: "day"}},
		DoUpdates: clause.Assignments(map[string]any{"taken": gorm.Expr("provider_days.taken + ?", n)})}).
		Table("provider_days").Create(map[string]any{"provider_id": providerID, "day": day, "taken": n}).Error
}

func uncountDay(tx *store.Tx, providerID int64, day string) error {
	return tx.Table("provider_days").Where("provider_id = ? AND day = ?", providerID, day).
		Update("taken", gorm.Expr("taken - 1")).Error
}

// move moves a booking from one of the states; false when it is in another.
func move(tx *store.Tx, id int64, from []State, changes map[string]any) (bool, error) {
	res := tx.Model(&Booking{}).Where("id = ? AND state IN ?", id, from).Updates(changes)
	return res.RowsAffected == 1, res.Error
}

// lapse ends a hold that has run out; false when it has not, or is no hold any more.
func lapse(tx *store.Tx, b *Booking) (bool, error) {
	res := tx.Model(&Booking{}).Where("id = ? AND state = ? AND hold_expires_at <= ?", b.ID, Held, tx.Now).
		Updates(map[string]any{"state": Lapsed, "live": nil, "hold_expires_at": nil})
	return res.RowsAffected == 1, res.Error
}

// overdueHolds gives holds of the provider that have run out and stand in the booking's way: at its time, or in the
// count of its day.
func overdueHolds(tx *store.Tx, b *Booking) (out []Booking, err error) {
	err = tx.Where("provider_id = ? AND live = 1 AND state = ? AND hold_expires_at <= ? AND (starts_at < ? AND busy_until > ? OR day = ?) AND id <> ?",
		b.ProviderID, Held, tx.Now, b.BusyUntil, b.StartsAt, b.Day, b.ID).Find(&out).Error
	return out, err
}

// lapsedHolds gives holds that have run out, the oldest first.
func lapsedHolds(db *gorm.DB, now store.Time, limit int) (out []Booking, err error) {
	err = db.Where("state = ? AND hold_expires_at <= ?", Held, now).Order("hold_expires_at").Limit(limit).Find(&out).Error
	return out, err
}

// latest gives the request's live booking, or else its last one; nil if there is none.
func latest(db *gorm.DB, requestID int64) (*Booking, error) {
	var out []Booking
	err := db.Where("request_id = ?", requestID).Order("CASE WHEN live = 1 THEN 0 ELSE 1 END, id DESC").Limit(1).Find(&out).Error
	if err != nil || len(out) == 0 {
		return nil, err
	}
	return &out[0], nil
}

// liveOf is the id of the request's live booking; 0 if there is none.
func liveOf(db *gorm.DB, requestID int64) (int64, error) {
	if requestID == 0 {
		return 0, nil
	}
	b, err := latest(db, requestID)
	if err != nil || b == nil || b.Live == nil {
		return 0, err
	}
	return b.ID, nil
}

// ---- plans: what slots derive from

// longest is how long before a span a booking that reaches into it may begin.
const longest = 11 // hours: 8 of length, 2 of buffer, and one to spare

// plans reads what the slots of the providers from one day to another derive from, in a
// few reads however many there are.
func plans(db *gorm.DB, providers []ProviderLine, from, to string, now store.Time) (map[int64]*plan, error) {
	out, ids := map[int64]*plan{}, make([]int64, len(providers))
	districts := make([]int64, len(providers))
	for i, p := range providers {
		districts[i] = districtOf(p.UnitPath)
	}
	holidays, err := holidaysBetween(db, districts, nextDay(from, -1), nextDay(to, 1))
	if err != nil {
		return nil, err
	}
	for i, p := range providers {
		ids[i] = p.PersonID
		out[p.PersonID] = &plan{holidays: holidays[districts[i]], taken: map[string]int{}, cap: p.DailyCap}
	}
	spans, err := spansOf(db, ids)
	if err != nil {
		return nil, err
	}
	for _, s := range spans {
		out[s.ProviderID].spans = append(out[s.ProviderID].spans, s)
	}
	exceptions, err := exceptionsOf(db, ids, nextDay(from, -1), nextDay(to, 1))
	if err != nil {
		return nil, err
	}
	for _, e := range exceptions {
		out[e.ProviderID].exceptions = append(out[e.ProviderID].exceptions, e)
	}
	return out, addBusy(db, out, ids, from, to, now)
}

func addBusy(db *gorm.DB, out map[int64]*plan, ids []int64, from, to string, now store.Time) error {
	begin, end := store.At(midnight(from)), store.At(midnight(nextDay(to, 2)))
	var busy []Booking
	err := db.Where("provider_id IN ? AND live = 1 AND starts_at > ? AND starts_at < ?", ids, store.At(begin.Add(-longest*3600e9)), end).Find(&busy).Error
	if err != nil {
		return err
	}
	for _, b := range busy {
		p := out[b.ProviderID]
		if b.ranOut(now) { // nor does it count for its day
			p.taken[b.Day]--
			continue
		}
		p.busy = append(p.busy, b)
	}
	var days []struct {
		ProviderID int64
		Day        string
		Taken      int
	}
	err = db.Table("provider_days").Where("provider_id IN ? AND day BETWEEN ? AND ?", ids, from, nextDay(to, 1)).Find(&days).Error
	for _, d := range days {
		out[d.ProviderID].taken[d.Day] += d.Taken
	}
	return err
}

func spansOf(db *gorm.DB, ids []int64) (out []Span, err error) {
	err = db.Where("provider_id IN ?", ids).Order("provider_id, weekday, start_minute").Find(&out).Error
	return out, err
}

func exceptionsOf(db *gorm.DB, ids []int64, from, to string) (out []Exception, err error) {
	err = db.Where("provider_id IN ? AND day BETWEEN ? AND ?", ids, from, to).Order("provider_id, day, start_minute").Find(&out).Error
	return out, err
}

// districtOf is the district that a unit's path is in.
func districtOf(path string) int64 {
	ids := scope.IDsOn(auth.Top(path))
	return ids[len(ids)-1]
}

// holidaysBetween gives each district's holidays and make-up days, by day.
func holidaysBetween(db *gorm.DB, districts []int64, from, to string) (map[int64]map[string]Holiday, error) {
	var rows []Holiday
	err := db.Where("unit_id IN ? AND day BETWEEN ? AND ?", districts, from, to).Find(&rows).Error
	out := map[int64]map[string]Holiday{}
	for _, h := range rows {
		if out[h.UnitID] == nil {
			out[h.UnitID] = map[string]Holiday{}
		}
		out[h.UnitID][h.Day] = h
	}
	return out, err
}

func holidaysFrom(db *gorm.DB, district int64, from string) (out []Holiday, err error) {
	err = db.Where("unit_id = ? AND day >= ?", district, from).Order("day").Limit(500).Find(&out).Error
	return out, err
}

func saveHoliday(tx *store.Tx, h *Holiday) error {
	h.CreatedAt = tx.Now
	return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "unit_id"}, {Name: "day"}},
		DoUpdates: clause.AssignmentColumns([]string{"name", "kind", "as_weekday"})}).Create(h).Error
}

func deleteHoliday(tx *store.Tx, district int64, day string) (bool, error) {
	res := tx.Where("unit_id = ? AND day = ?", district, day).Delete(&Holiday{})
	return res.RowsAffected == 1, res.Error
}

// unit is what a district is called, and where any unit stands.
type unit struct {
	ID   int64
	Name string
	Path string
}

func findUnit(db *gorm.DB, id int64) (u unit, err error) {
	err = db.Table("units").Select("id, name, path").Where("id = ?", id).Take(&u).Error
	if store.IsNotFound(err) {
		err = fault.Missing("站点").Because(err)
	}
	return u, err
}

// openHours gives what a station and the units above it say of their hours, the nearest first.
func openHours(db *gorm.DB, path string) (out []string, err error) {
	err = db.Table("units").Where("id IN ? AND open_hours <> ''", scope.IDsOn(path)).Order("LENGTH(path) DESC").Pluck("open_hours", &out).Error
	return out, err
}

// homeUnit is the station that somebody belongs to; 0 if they named none.
func homeUnit(db *gorm.DB, personID int64) (id int64, err error) {
	err = db.Table("people").Select("COALESCE(unit_id, 0)").Where("id = ?", personID).Scan(&id).Error
	return id, err
}

// ---- providers

// isWorker is the condition that a provider is a social worker of its unit today.
const isWorker = "EXISTS (SELECT 1 FROM role_grants g WHERE g.person_id = providers.person_id AND g.role = 'social_worker' AND g.unit_id = providers.unit_id)"

func providerLines(db *gorm.DB) *gorm.DB {
	return db.Table("providers").Select(`providers.*, people.name, units.name AS unit_name, units.path AS unit_path,
		COALESCE(supervisors.name, '') AS supervisor_name,
		(SELECT COUNT(*) FROM requests r WHERE r.worker_id = providers.person_id AND r.is_open = 1) AS open_cases`).
		Joins("JOIN people ON people.id = providers.person_id").
		Joins("JOIN units ON units.id = providers.unit_id").
		Joins("LEFT JOIN people supervisors ON supervisors.id = providers.supervisor_id")
}

// maxOffering bounds how many providers of one service a calendar looks at.
const maxOffering = 200

// offering selects the active providers who give the service, of the level at least, to the
// unit at path: those of the units under it and above it.
func offering(db *gorm.DB, serviceTypeID int64, least catalogue.Level, path string) *gorm.DB {
	below, from, to := scope.Below("units.path", path)
	return providerLines(db).
		Joins("JOIN provider_services ON provider_services.provider_id = providers.person_id AND provider_services.service_type_id = ?", serviceTypeID).
		Where("providers.active = ? AND "+isWorker, true).
		Where("providers.level IN ?", least.AndAbove()).
		Where("("+below+" OR SUBSTR(?, 1, LENGTH(units.path)) = units.path)", from, to, path)
}

func allOffering(db *gorm.DB, t *catalogue.Type, path string) (out []ProviderLine, err error) {
	err = offering(db, t.ID, t.MinLevel, path).Order("providers.person_id").Limit(maxOffering).Find(&out).Error
	return out, err
}

func anyOffering(db *gorm.DB, serviceTypeID int64, least catalogue.Level, path string) (bool, error) {
	var one []ProviderLine
	err := offering(db, serviceTypeID, least, path).Limit(1).Find(&one).Error
	return len(one) > 0, err
}

// oneOffering gives the one provider in a list, which is empty if they do not offer the service.
func oneOffering(db *gorm.DB, t *catalogue.Type, path string, personID int64) (out []ProviderLine, err error) {
	err = offering(db, t.ID, t.MinLevel, path).Where("providers.person_id = ?", personID).Find(&out).Error
	return out, err
}

func findProvider(db *gorm.DB, personID int64) (*ProviderLine, error) {
	var l ProviderLine
	err := providerLines(db).Where("providers.person_id = ?", personID).Take(&l).Error
	if store.IsNotFound(err) {
		return nil, fault.Missing("社工").Because(err)
	}
	return &l, err
}

// ensure makes a provider of somebody who is a social worker, and moves one whose role is at another unit
// now; first looks may come at once.
func ensure(tx *store.Tx, personID int64) error {
	if err := moveHome(tx, personID); err != nil {
		return err
	}
	err := tx.Exec(`INSERT INTO providers (person_id, unit_id, level, daily_cap, active, created_at)
		SELECT g.person_id, MIN(g.unit_id), 'none', 0, 1, ? FROM role_grants g WHERE g.role = 'social_worker' AND g.person_id = ?
		AND NOT EXISTS (SELECT 1 FROM providers p WHERE p.person_id = g.person_id) GROUP BY g.person_id`, tx.Now, personID).Error
	if store.IsDuplicate(err) {
		return nil
	}
	return err
}

// moveHome puts a provider whose role at its unit ended to a unit where the person is a social worker today.
func moveHome(tx *store.Tx, personID int64) error {
	return tx.Exec(`UPDATE providers SET unit_id = (SELECT MIN(g.unit_id) FROM role_grants g WHERE g.person_id = providers.person_id AND g.role = 'social_worker')
		WHERE person_id = ? AND NOT `+isWorker+` AND EXISTS (SELECT 1 FROM role_grants g WHERE g.person_id = providers.person_id AND g.role = 'social_worker')`, personID).Error
}

// takeTurn makes all who change one provider queue until the transaction ends.
func takeTurn(tx *store.Tx, personID int64) error {
	return tx.Table("providers").Where("person_id = ?", personID).Update("active", gorm.Expr("active")).Error
}

// workersUnder lists the social workers of the units under the roots, providers yet or not.
func workersUnder(db *gorm.DB, roots []string) (out []ProviderLine, err error) {
	q := db.Table("role_grants").Select(`role_grants.person_id, COALESCE(providers.unit_id, role_grants.unit_id) AS unit_id,
			COALESCE(providers.level, 'none') AS level, providers.supervisor_id, COALESCE(providers.daily_cap, 0) AS daily_cap,
			COALESCE(providers.active, 1) AS active, providers.feed_hash, people.name, units.name AS unit_name, units.path AS unit_path,
			COALESCE(supervisors.name, '') AS supervisor_name,
			(SELECT COUNT(*) FROM requests r WHERE r.worker_id = role_grants.person_id AND r.is_open = 1) AS open_cases`).
		Joins("LEFT JOIN providers ON providers.person_id = role_grants.person_id").
		Joins("JOIN people ON people.id = role_grants.person_id").
		Joins("JOIN units ON units.id = COALESCE(providers.unit_id, role_grants.unit_id)").
		Joins("LEFT JOIN people supervisors ON supervisors.id = providers.supervisor_id").
		Where("role_grants.role = 'social_worker'")
	err = scope.Under(q, "role_grants.unit_id", roots).Order("role_grants.person_id").Limit(200).Find(&out).Error
	return out, err
}

// addDetails fills in services, hours and coming exceptions, in three reads.
func addDetails(db *gorm.DB, out []ProviderLine, today string) error {
	at, ids := map[int64]*ProviderLine{}, make([]int64, len(out))
	for i := range out {
		at[out[i].PersonID], ids[i] = &out[i], out[i].PersonID
	}
	var services []struct{ ProviderID, ServiceTypeID int64 }
	if err := db.Table("provider_services").Where("provider_id IN ?", ids).Order("service_type_id").Find(&services).Error; err != nil {
		return err
	}
	for _, s := range services {
		at[s.ProviderID].Services = append(at[s.ProviderID].Services, s.ServiceTypeID)
	}
	spans, err := spansOf(db, ids)
	if err != nil {
		return err
	}
	for _, s := range spans {
		at[s.ProviderID].Spans = append(at[s.ProviderID].Spans, s)
	}
	exceptions, err := exceptionsOf(db, ids, today, "9999")
	for _, e := range exceptions {
		at[e.ProviderID].Exceptions = append(at[e.ProviderID].Exceptions, e)
	}
	return err
}

func setSpans(tx *store.Tx, providerID int64, spans []Span) error {
	if err := tx.Where("provider_id = ?", providerID).Delete(&Span{}).Error; err != nil || len(spans) == 0 {
		return err
	}
	for i := range spans {
		spans[i].ID, spans[i].ProviderID = 0, providerID
	}
	return tx.Create(&spans).Error
}

func setServices(tx *store.Tx, providerID int64, ids []int64) error {
	if err := tx.Exec("DELETE FROM provider_services WHERE provider_id = ?", providerID).Error; err != nil || len(ids) == 0 {
		return err
	}
	return tx.Exec("INSERT INTO provider_services (provider_id, service_type_id) SELECT ?, id FROM service_types WHERE id IN ?", providerID, ids).Error
}

func countServices(tx *store.Tx, ids []int64) (n int64, err error) {
	err = tx.Table("service_types").Where("id IN ?", ids).Count(&n).Error
	return n, err
}

// supervised gives the workers of the district at path whose supervisor the person is.
func supervised(db *gorm.DB, personID int64, path string) (out []ProviderLine, err error) {
	err = scope.Under(providerLines(db), "providers.unit_id", []string{auth.Top(path)}).Where("providers.supervisor_id = ?", personID).
		Order("providers.person_id").Limit(500).Find(&out).Error
	return out, err
}

func clearSupervisor(tx *store.Tx, of []ProviderLine, personID int64) error {
	ids := make([]int64, len(of))
	for i := range of {
		ids[i] = of[i].PersonID
	}
	return tx.Model(&Provider{}).Where("person_id IN ? AND supervisor_id = ?", ids, personID).Update("supervisor_id", nil).Error
}

// changeProvider writes only what the change names, but for the services.
func changeProvider(tx *store.Tx, personID int64, c *ProviderChange) error {
	columns := c.columns()
	if len(columns) == 0 {
		return nil
	}
	return tx.Model(&Provider{}).Where("person_id = ?", personID).Updates(columns).Error
}

func (c *ProviderChange) columns() map[string]any {
	columns := map[string]any{}
	store.Set(columns, "level", c.Level)
	store.Set(columns, "daily_cap", c.DailyCap)
	store.Set(columns, "active", c.Active)
	store.Set(columns, "supervisor_id", c.SupervisorID)
	return columns
}

// setFeed gives the calendar feed another secret; without a hash there is none.
func setFeed(tx *store.Tx, personID int64, hash *string) error {
	return tx.Model(&Provider{}).Where("person_id = ?", personID).Update("feed_hash", hash).Error
}

// endProvider leaves nothing that can be booked or read of somebody whose account is closed.
func endProvider(tx *store.Tx, personID int64) error {
	return tx.Model(&Provider{}).Where("person_id = ?", personID).
		Updates(map[string]any{"active": false, "feed_hash": nil, "supervisor_id": nil}).Error
}

func insertException(tx *store.Tx, e *Exception) error {
	e.ID, e.CreatedAt = 0, tx.Now
	return tx.Create(e).Error
}

func deleteException(tx *store.Tx, providerID, id int64) (bool, error) {
	res := tx.Where("id = ? AND provider_id = ?", id, providerID).Delete(&Exception{})
	return res.RowsAffected == 1, res.Error
}

// ---- calendars

// Line is a booking with what calendars show beside it.
type Line struct {
	Booking
	Number          string
	ServiceName     string
	Icon            string
	Way             string
	PlaceName       string
	ProviderName    string
	BeneficiaryName string
	BirthDate       *string
	RequestState    string
	AskerID         *int64      // nil: a caller, whom no message reaches
	AskedAt         *store.Time // since when who asked is asked to choose another time
}

func bookingLines(db *gorm.DB) *gorm.DB {
	return db.Table("bookings").Select(`bookings.*, requests.number, requests.way, requests.beneficiary_name, requests.birth_date,
		requests.state AS request_state, requests.person_id AS asker_id, requests.time_asked_at AS asked_at,
		service_types.name AS service_name, service_types.icon, service_types.place_name, people.name AS provider_name`).
		Joins("JOIN requests ON requests.id = bookings.request_id").
		Joins("JOIN service_types ON service_types.id = bookings.service_type_id").
		Joins("JOIN people ON people.id = bookings.provider_id")
}

// calendar gives a provider's bookings under the roots that start between the instants and are on, or were.
func calendar(db *gorm.DB, providerID int64, roots []string, from, to store.Time) (out []Line, err error) {
	err = scope.Under(bookingLines(db), "bookings.unit_id", roots).Where("bookings.provider_id = ? AND bookings.starts_at >= ? AND bookings.starts_at < ?", providerID, from, to).
		Where("bookings.state IN ?", []State{Held, Booked, Done, NoShow}).
		Order("bookings.starts_at, bookings.id").Limit(1000).Find(&out).Error
	return out, err
}

// booked gives the live bookings of the providers under the roots that start between the instants, the soonest first.
func booked(db *gorm.DB, providerIDs []int64, roots []string, from, to store.Time) (out []Line, err error) {
	err = scope.Under(bookingLines(db), "bookings.unit_id", roots).Where("bookings.provider_id IN ? AND bookings.live = 1", providerIDs).
		Where("bookings.starts_at > ? AND bookings.starts_at < ?", from, to).Order("bookings.starts_at, bookings.id").Limit(2000).Find(&out).Error
	return out, err
}

// linesOf gives for each request its live booking, or else its last one.
func linesOf(db *gorm.DB, requestIDs []int64) (map[int64]*Line, error) {
	var rows []Line
	err := bookingLines(db).Where(`bookings.request_id IN ? AND bookings.id = (SELECT b.id FROM bookings b WHERE b.request_id = bookings.request_id
		ORDER BY CASE WHEN b.live = 1 THEN 0 ELSE 1 END, b.id DESC LIMIT 1)`, requestIDs).Find(&rows).Error
	out := make(map[int64]*Line, len(rows))
	for i := range rows {
		out[rows[i].RequestID] = &rows[i]
	}
	return out, err
}

// providerOfFeed finds whose feed a secret is; nobody's, once the role has ended.
func providerOfFeed(db *gorm.DB, hash string) (*ProviderLine, error) {
	var l ProviderLine
	err := providerLines(db).Where("providers.feed_hash = ? AND "+isWorker, hash).Take(&l).Error
	if store.IsNotFound(err) {
		return nil, fault.Missing("日历").Because(err)
	}
	return &l, err
}

// ---- reminders

// toRemind gives booked times that start before the instant and were reminded of less than
// so often, the soonest first.
func toRemind(db *gorm.DB, now, before store.Time, reminded, limit int) (out []Booking, err error) {
	err = db.Where("live = 1 AND starts_at > ? AND starts_at <= ? AND state = ? AND reminded < ?", now, before, Booked, reminded).
		Order("starts_at, id").Limit(limit).Find(&out).Error
	return out, err
}

// setReminded notes the reminder; false when it was noted before, or the booking moved.
func setReminded(tx *store.Tx, b *Booking, reminded int) (bool, error) {
	res := tx.Model(&Booking{}).Where("id = ? AND state = ? AND starts_at = ? AND reminded < ?", b.ID, Booked, b.StartsAt, reminded).
		Update("reminded", reminded)
	return res.RowsAffected == 1, res.Error
}

// ---- export

// bookingsOf gives all bookings for a person's requests, the newest first.
func bookingsOf(db *gorm.DB, personID int64) (out []Line, err error) {
	err = bookingLines(db).Where("requests.person_id = ?", personID).Order("bookings.starts_at DESC, bookings.id DESC").Limit(exportLimit).Find(&out).Error
	return out, err
}

// serviceNames lists what a worker gives, by name.
func serviceNames(db *gorm.DB, personID int64) (out []string, err error) {
	err = db.Table("provider_services").Joins("JOIN service_types ON service_types.id = provider_services.service_type_id").
		Where("provider_services.provider_id = ?", personID).Order("service_types.id").Pluck("service_types.name", &out).Error
	return out, err
}
