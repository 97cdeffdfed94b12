package request

import (
	"strings"
	"time"

	"gorm.io/gorm"

	"yimi/internal/store"
)

// WithheldExport is a text that is kept and that who asked does not read (x-readers of the contract):
// of what kind, from when, and whom to ask about it.
type WithheldExport struct {
	Kind string    `json:"kind"` // staff_note, case_note, visit_done, or the step of the timeline
	At   time.Time `json:"at"`
	Ask  string    `json:"ask"`
}

// addWithheld says of each request what is kept of it for those who handle it alone.
func addWithheld(db *gorm.DB, personID int64, x *belongings, rows []Line, out []RequestExport) error {
	notes, err := listed(db.Where("request_notes.kind <> ?", messageNote), personID, "request_notes", "request_notes.request_id, request_notes.kind, request_notes.created_at", "",
		func(n *note) int64 { return n.RequestID })
	if err != nil {
		return err
	}
	for i := range rows {
		l, r := &rows[i], &out[i]
		ask := strings.TrimSpace(l.UnitName + " " + l.UnitPhone)
		keep := func(kind string, at store.Time) {
			r.Withheld = append(r.Withheld, WithheldExport{kind, at.In(store.Shanghai), ask})
		}
		for _, t := range x.timeline[l.ID] {
			if t.forStaff() {
				keep(t.Action, t.At)
			}
		}
		for _, n := range notes[l.ID] {
			keep(n.Kind+"_note", n.CreatedAt)
		}
		for _, v := range x.visits[l.ID] {
			if l.Confidential && v.Done != "" {
				keep("visit_done", v.StartedAt)
			}
		}
	}
	return nil
}
