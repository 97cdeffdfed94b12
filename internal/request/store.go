package request

import (
	"crypto/rand"
	"encoding/json"
	"reflect"

	"gorm.io/gorm"

	"yimi/internal/age"
	"yimi/internal/booking"
	"yimi/internal/human"
	"yimi/internal/seal"
	"yimi/internal/store"
)

const lineColumns = `requests.*, service_types.name AS service_name, service_types.icon, service_types.confidential, service_types.mode,
	service_types.length_minutes, service_types.min_level, service_types.place_name, service_types.place_note,
	units.name AS unit_name, units.phone AS unit_phone, units.path AS unit_path, COALESCE(receivers.path, '') AS referred_path,
	COALESCE(workers.name, '') AS worker_name, COALESCE(providers.level, 'none') AS worker_level,
	providers.supervisor_id, COALESCE(supervisors.name, '') AS supervisor_name, COALESCE(filers.name, '') AS filed_by_name,
	(SELECT COUNT(*) FROM requests o WHERE o.person_id = requests.person_id AND o.is_open = 1 AND o.state <> 'draft' AND o.id <> requests.id
		AND o.service_type_id = requests.service_type_id AND o.beneficiary_name = requests.beneficiary_name) AS similar_open,
	askers.birth_date AS asker_birth,
	EXISTS (SELECT 1 FROM request_visits v WHERE v.request_id = requests.id AND v.under_way = 1) AS visit_under_way`

// lines selects requests with what screens show beside them.
func lines(db *gorm.DB) *gorm.DB { return withNames(db.Table("requests")) }

// linesOf gives the lines of those requests, which are found before anything is joined to them.
func linesOf(db, which *gorm.DB) *gorm.DB { return withNames(db.Table("(?) AS requests", which)) }

func withNames(q *gorm.DB) *gorm.DB {
	return q.Select(lineColumns).
		Joins("JOIN service_types ON service_types.id = requests.service_type_id").
		Joins("JOIN units ON units.id = requests.unit_id").
		Joins("LEFT JOIN units receivers ON receivers.id = requests.referred_to").
		Joins("LEFT JOIN people askers ON askers.id = requests.person_id").
		Joins("LEFT JOIN people workers ON workers.id = requests.worker_id").
		Joins("LEFT JOIN providers ON providers.person_id = requests.worker_id").
		Joins("LEFT JOIN people supervisors ON supervisors.id = providers.supervisor_id").
		Joins("LEFT JOIN people filers ON filers.id = requests.filed_by")
}

// shelf reads and writes what is kept sealed.
type shelf struct {
	box *seal.Box
	now func() store.Time
}

func (s shelf) sealDetails(r *Request, d details) {
	text, _ := json.Marshal(d) // of plain fields: cannot fail
	r.Sealed = s.box.Seal("requests/"+r.Number, text)
}

func (s shelf) openDetails(l *Line) error {
	text, err := s.box.Open("requests/"+l.Number, l.Sealed)
	if err != nil || text == nil {
		return err
	}
	return json.Unmarshal(text, &l.details)
}

// find reads one request.
func (s shelf) find(db *gorm.DB, id int64) (*Line, error) {
	var l Line
	err := lines(db).Where("requests.id = ?", id).Take(&l).Error
	if store.IsNotFound(err) {
		return nil, errMissing.Because(err)
	}
	if err != nil {
		return nil, err
	}
	one := []Line{l}
	err = s.complete(db, one)
	return &one[0], err
}

// complete opens what is sealed and adds the bookings and, of minors who ask, the guardians, in as many reads
// however many there are.
func (s shelf) complete(db *gorm.DB, out []Line) error {
	ids := make([]int64, len(out))
	for i := range out {
		ids[i] = out[i].ID
		if err := s.openDetails(&out[i]); err != nil {
			return err
		}
	}
	if len(out) == 0 {
		return nil
	}
	bookings, err := booking.Lines(db, ids)
	if err != nil {
		return err
	}
	for i := range out {
		out[i].Booking = bookings[out[i].ID]
	}
	return s.addGuardians(db, out)
}

// addGuardians notes of each minor who asks whether a guardian's consent counts.
func (s shelf) addGuardians(db *gorm.DB, out []Line) error {
	now, minors := s.now().Time, []int64{}
	for i := range out {
		if out[i].askerUnder(age.Adult, now) {
			minors = append(minors, *out[i].PersonID)
		}
	}
	guardians, err := human.Guardians(db, minors, now)
	for i := range out {
		out[i].AskerGuarded = len(guardians[or(out[i].PersonID)]) > 0
	}
	return err
}

// list reads a page of requests.
func (s shelf) list(q *gorm.DB, db *gorm.DB) (out []Line, err error) {
	if err := q.Find(&out).Error; err != nil {
		return nil, err
	}
	return out, s.complete(db, out)
}

// hold makes all who touch one request queue until the transaction ends, and reads it.
func (s shelf) hold(tx *store.Tx, id int64) (*Line, error) {
	res := tx.Model(&Request{}).Where("id = ?", id).Update("turns", gorm.Expr("turns + 1"))
	if res.Error != nil {
		return nil, res.Error
	}
	if res.RowsAffected == 0 {
		return nil, errMissing
	}
	return s.find(tx.DB, id)
}

// moveRequest writes what moves made of a row, from the state it was read in; false when somebody moved it first.
func moveRequest(tx *store.Tx, was, is *Request) (bool, error) {
	columns, err := changed(tx, was, is)
	if err != nil {
		return false, err
	}
	columns["state"], columns["is_open"] = is.State, mark(is.State.open())
	if is.State != was.State {
		columns["state_since"] = tx.Now
	}
	res := tx.Model(&Request{}).Where("id = ? AND state = ?", was.ID, was.State).Updates(columns)
	return res.RowsAffected == 1, res.Error
}

// changed gives the columns in which two rows differ: what else was written of the row meanwhile stays.
func changed(tx *store.Tx, was, is *Request) (map[string]any, error) {
	row := gorm.Statement{DB: tx.DB}
	if err := row.Parse(was); err != nil {
		return nil, err
	}
	columns := map[string]any{}
	for _, f := range row.Schema.Fields {
		before, _ := f.ValueOf(tx.Statement.Context, reflect.ValueOf(was))
		after, _ := f.ValueOf(tx.Statement.Context, reflect.ValueOf(is))
		if !reflect.DeepEqual(before, after) {
			columns[f.DBName] = after
		}
	}
	return columns, nil
}

func writeTimeline(tx *store.Tx, lines ...TimelineLine) error {
	for i := range lines {
		lines[i].At = tx.Now
	}
	return tx.Create(&lines).Error
}

// maxTimeline bounds what is shown of what happened to one request.
const maxTimeline = 500

func timelineOf(db *gorm.DB, id int64) (out []TimelineLine, err error) {
	err = db.Table("request_timeline").Select("request_timeline.*, COALESCE(people.name, '') AS actor_name").
		Joins("LEFT JOIN people ON people.id = request_timeline.actor_id").
		Where("request_timeline.request_id = ?", id).Order("request_timeline.id").Limit(maxTimeline).Find(&out).Error
	return out, err
}

func newRef() string { return rand.Text() }

func mark(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
