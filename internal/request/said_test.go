package request_test

import (
	"context"
	"testing"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/feature"
	"yimi/internal/request"
	"yimi/internal/store"
)

// Who said what stays, whoever the account is merged into and whoever has the case later: for everybody who reads, and
// in the export.
func TestWhoSaidWhatStays(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		file := []byte("%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF\n")
		r := l.Put(request.Assigned)
		for _, who := range []auth.Actor{l.Resident, l.Worker, l.Staff} {
			apptest.Must(t, just(l.Requests.AddMessage(apptest.As(who), r.ID, "说的话")))
			l.Clock.Advance(1e9)
			_, err := l.Requests.Attach(apptest.As(who), r.ID, file)
			apptest.Must(t, err)
		}
		_, err := l.Requests.AddCaseNote(apptest.As(l.Supervisor), r.ID, "督导的话", nil)
		apptest.Must(t, err)
		if n := l.Count("request_notes", "kind = 'case' AND author_role = 'supervisor'"); n != 1 {
			t.Error("a supervisor's note is not one")
		}
		kept := l.Neighbour
		apptest.Must(t, l.Tx(func(tx *store.Tx) error { return request.Merge(tx, l.Resident.PersonID, kept.PersonID) }))
		out, err := l.Requests.HandOver(apptest.As(l.Staff), l.Worker.PersonID, l.Colleague.PersonID, []int64{r.ID}, "休假")
		apptest.Must(t, err)
		apptest.Must(t, out[0].Err)
		for _, who := range []auth.Actor{kept, l.Colleague, l.Staff, l.Supervisor} {
			d, err := l.Requests.Get(apptest.As(who), r.ID)
			apptest.Must(t, err)
			var roles []string
			for _, line := range d.Timeline {
				if line.Action == "message" {
					roles = append(roles, line.ActorRole)
				}
			}
			if len(roles) != 3 || roles[0] != "resident" || roles[1] != "worker" || roles[2] != "staff" {
				t.Errorf("%q", roles)
			}
		}
		x, err := l.Requests.Export(context.Background(), feature.Account{PersonID: kept.PersonID})
		apptest.Must(t, err)
		of := x.(request.Export).Requests[0]
		if m := of.Messages; len(m) != 3 || !m[0].Mine || m[1].Mine || m[2].Mine {
			t.Errorf("%+v", m)
		}
		if f := of.Attachments; len(f) != 3 || !f[0].Mine || f[0].File == "" || f[1].Mine || f[2].Mine {
			t.Errorf("%+v", f)
		}
		n := 0
		apptest.Must(t, l.Requests.ExportFiles(context.Background(), kept.PersonID, func(string, []byte) error { n++; return nil }))
		if n != 1 {
			t.Errorf("%d files", n)
		}
	})
}
