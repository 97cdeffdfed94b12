package request

import (
	"gorm.io/gorm"
)

// ownNote is a message with its request, as an export reads it.
type ownNote struct {
	Note
	RequestID int64
}

// ownRequests selects the ids of a person's requests.
func ownRequests(db *gorm.DB, personID int64) *gorm.DB {
	return db.Table("requests").Select("id").Where("person_id = ?", personID)
}

// belongings reads what belongs to a person's requests, in seven reads.
func (s shelf) belongings(db *gorm.DB, personID int64) (x belongings, err error) {
	if x.timeline, err = listed(db, personID, "request_timeline", "request_timeline.*", "", func(t *TimelineLine) int64 { return t.RequestID }); err != nil {
		return x, err
	}
	if x.messages, err = listed(db.Where("request_notes.kind = ?", messageNote), personID, "request_notes", "request_notes.*", "", func(n *ownNote) int64 { return n.RequestID }); err != nil {
		return x, err
	}
	if x.visits, err = listed(db, personID, "request_visits", "request_visits.*, COALESCE(people.name, '') AS worker_name", "worker_id", func(v *Visit) int64 { return v.RequestID }); err != nil {
		return x, err
	}
	if x.referrals, err = listed(db.Joins("LEFT JOIN units ON units.id = request_referrals.to_unit_id"), personID, "request_referrals",
		"request_referrals.*, COALESCE(units.name, request_referrals.organisation) AS to_name", "", func(r *Referral) int64 { return r.RequestID }); err != nil {
		return x, err
	}
	if x.ratings, err = listed(db, personID, "request_ratings", "request_ratings.*", "", func(r *Rating) int64 { return r.RequestID }); err != nil {
		return x, err
	}
	if x.files, err = listed(db, personID, "request_attachments", "request_attachments.*", "", func(a *Attachment) int64 { return a.RequestID }); err != nil {
		return x, err
	}
	if x.looks, err = listed(db, personID, "request_looks", "request_looks.*, COALESCE(people.name, '') AS name", "person_id", func(l *Look) int64 { return l.RequestID }); err != nil {
		return x, err
	}
	return x, s.openBelongings(&x)
}

func (s shelf) openBelongings(x *belongings) error {
	for _, notes := range x.messages {
		for i := range notes {
			text, err := s.box.Open("notes/"+notes[i].Ref, notes[i].Sealed)
			if err != nil {
				return err
			}
			notes[i].Text = string(text)
		}
	}
	for _, visits := range x.visits {
		for i := range visits {
			text, err := s.box.Open("visits/"+visits[i].Ref, visits[i].Sealed)
			if err != nil {
				return err
			}
			visits[i].Done = string(text)
		}
	}
	return nil
}

// listed reads rows of a table that belong to a person's requests, oldest first, with the name of
// whoever a column points at ("": of nobody), and groups them by request.
func listed[T any](db *gorm.DB, personID int64, table, columns, who string, requestOf func(*T) int64) (map[int64][]T, error) {
	var rows []T
	q := db.Table(table).Select(columns).Where(table+".request_id IN (?)", ownRequests(db.Session(&gorm.Session{NewDB: true}), personID))
	if who != "" {
		q = q.Joins("LEFT JOIN people ON people.id = " + table + "." + who)
	}
	err := q.Order(table + ".request_id, " + table + ".id").Limit(10 * exportLimit).Find(&rows).Error
	out := map[int64][]T{}
	for i := range rows {
		id := requestOf(&rows[i])
		out[id] = append(out[id], rows[i])
	}
	return out, err
}

type ownFile struct {
	Attachment
	Number string
}

// filesOf gives the files that a person put to their own requests.
func filesOf(db *gorm.DB, personID int64) (out []ownFile, err error) {
	err = db.Table("request_attachments").Select("request_attachments.*, requests.number").
		Joins("JOIN requests ON requests.id = request_attachments.request_id").
		Where("requests.person_id = ? AND request_attachments.author_role = 'resident'", personID).
		Order("request_attachments.request_id, request_attachments.position").Limit(10 * exportLimit).Find(&out).Error
	return out, err
}
