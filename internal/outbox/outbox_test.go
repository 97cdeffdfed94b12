package outbox_test

import (
	"errors"
	"testing"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/outbox"
	"yimi/internal/store"
)

func tell(w *apptest.World, person int64, event string) error {
	return w.Tx(func(tx *store.Tx) error {
		return outbox.Tell(tx, outbox.Notice{PersonID: person, Kind: activity.NoticeActivityChanged, Event: event, Title: "活动有变动", Body: "🌊"})
	})
}

// A notice is there exactly when what it tells of is.
func TestNoticesShareTheirTransactionsFate(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p, q := w.Volunteer("林晓雯"), w.Volunteer("王明月")
		failed := errors.New("no")
		err := w.Tx(func(tx *store.Tx) error {
			apptest.Must(t, outbox.Tell(tx, outbox.Notice{PersonID: p.PersonID, Kind: activity.NoticeActivityChanged, Event: "a"}))
			return failed
		})
		if !errors.Is(err, failed) || w.Count("notices", "1 = 1") != 0 {
			t.Error(err)
		}
		for _, event := range []string{"a", "b", "c"} {
			apptest.Must(t, tell(w, p.PersonID, event))
		}
		apptest.Must(t, tell(w, q.PersonID, "a"))
		if err := tell(w, p.PersonID, "a"); !store.IsDuplicate(err) { // once for each person and event
			t.Error(err)
		}
		rows, err := w.Outbox.Of(t.Context(), p.PersonID, 0, 2)
		if err != nil || len(rows) != 2 || rows[0].Event != "c" || rows[0].Body != "🌊" {
			t.Fatal(rows, err)
		}
		older, err := w.Outbox.Of(t.Context(), p.PersonID, rows[1].ID, 2)
		if err != nil || len(older) != 1 || older[0].Event != "a" {
			t.Error(older, err)
		}
		apptest.Must(t, w.Outbox.Read(t.Context(), q.PersonID, []int64{rows[0].ID})) // not theirs
		apptest.Must(t, w.Outbox.Read(t.Context(), p.PersonID, []int64{rows[1].ID})) // those shown alone, not what is older
		if now, err := w.Outbox.Of(t.Context(), p.PersonID, 0, 3); err != nil || now[0].ReadAt != nil || now[1].ReadAt == nil || now[2].ReadAt != nil {
			t.Errorf("%+v, %v", now, err)
		}
		for person, want := range map[int64]int64{p.PersonID: 2, q.PersonID: 1} {
			if n, err := w.Outbox.Unread(t.Context(), person); err != nil || n != want {
				t.Errorf("%d unread, %v", n, err)
			}
		}
	})
}
