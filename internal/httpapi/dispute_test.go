package httpapi_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
)

// A volunteer doubts an entry, staff of its unit check and answer, and the ledger only grows.
func TestDisputes(t *testing.T) {
	apptest.EachMail(t, func(t *testing.T, m *apptest.Mail) {
		s := apptest.NewSite(t, m.World)
		lin, wang, stranger := m.Friend("林晓雯"), m.Volunteer("王明月"), m.StaffOf(m.Other, "丁立强")
		m.Allow(lin, "林晓雯", 5, "dispute_answered")
		shift := m.Shift(5)
		g := m.SignUp(lin, shift.ID)
		m.Serve(lin, shift, 90*time.Minute)
		m.Clock.Advance(3 * time.Hour)
		_, err := m.Record(m.Staff, shift.ID, activity.Deed{SignupID: g.ID, Action: "confirm"})
		apptest.Must(t, err)
		var entry int64
		apptest.Must(t, m.Store.Read(t.Context()).Table("hour_entries").Select("id").Where("person_id = ?", lin.PersonID).Take(&entry).Error)
		path, n := fmt.Sprintf("/hours/entries/%d/disputes", entry), 0
		call := func(who auth.Actor, to string, body map[string]any) apptest.Answer {
			n++
			return s.Call(t, who, "POST", to, body, "Idempotency-Key", fmt.Sprintf("dispute-%06d", n))
		}
		words := map[string]any{"words": "我 9 点就到了"}
		for name, c := range map[string]struct {
			who  auth.Actor
			body map[string]any
			want int
		}{"somebody else's": {wang, words, 404}, "staff": {m.Staff, words, 404}, "nobody": {auth.Actor{}, words, 401}, "no words": {lin, map[string]any{"words": " "}, 400}} {
			if a := call(c.who, path, c.body); a.Status != c.want {
				t.Errorf("%s: %d %s", name, a.Status, a.Problem.Code)
			}
		}
		answers := apptest.All([]auth.Actor{lin, lin, lin, lin}, func(i int, p auth.Actor) apptest.Answer {
			return s.Call(t, p, "POST", path, words, "Idempotency-Key", fmt.Sprintf("doubt-%08d", i))
		})
		if tally := apptest.Tally(answers); tally["201 "] != 1 || tally["409 dispute_open"] != 3 {
			t.Error(tally)
		}
		var list struct{ Items []struct{ ID int64 } }
		s.Call(t, stranger, "GET", "/hours/disputes", nil).Into(t, &list)
		if len(list.Items) != 0 {
			t.Error("staff of another unit see it")
		}
		s.Call(t, m.Staff, "GET", "/hours/disputes", nil).Into(t, &list)
		if len(list.Items) != 1 {
			t.Fatal(list)
		}
		answer := fmt.Sprintf("/hours/disputes/%d/answer", list.Items[0].ID)
		correct, keep := map[string]any{"action": "correct", "answer": "已改"}, map[string]any{"action": "keep", "answer": "签到记录是 9 点 31 分"}
		if a := call(stranger, answer, keep); a.Status != http.StatusNotFound {
			t.Error(a.Status)
		}
		if a := call(m.Staff, answer, correct); a.Problem.Code != "no_correction" {
			t.Error(a.Status, a.Problem.Code)
		}
		if a := call(m.Staff, fmt.Sprintf("/hours/entries/%d/corrections", entry), map[string]any{"minutes": 1, "reason": "早到"}); a.Status != http.StatusCreated {
			t.Fatal(a.Status, a.Problem.Code)
		}
		both := apptest.All([]auth.Actor{m.Staff, m.Second}, func(i int, p auth.Actor) apptest.Answer {
			return s.Call(t, p, "POST", answer, correct, "Idempotency-Key", fmt.Sprintf("answer-%08d", i))
		})
		if tally := apptest.Tally(both); tally["200 "] != 1 || tally["409 bad_transition"] != 1 {
			t.Error(tally)
		}
		var seen struct {
			Dispute struct{ State, Answer string }
		}
		s.Call(t, lin, "GET", fmt.Sprintf("/hours/entries/%d", entry), nil).Into(t, &seen)
		if seen.Dispute.State != "corrected" || seen.Dispute.Answer != "已改" {
			t.Errorf("%+v", seen)
		}
		apptest.Must(t, m.Outbox.Deliver(t.Context()))
		if sent := m.WeChat.SentTo(m.OpenID("林晓雯")); len(sent) != 1 || sent[0].Page != fmt.Sprintf("pkg-hours/entry?id=%d", entry) {
			t.Errorf("%+v", sent)
		}
		if m.Count("audit_entries", "entity = 'dispute'") != 1 {
			t.Error("the answer is not in the audit log")
		}
		if a := call(lin, path, words); a.Status != http.StatusCreated { // once answered one may doubt again
			t.Error(a.Status, a.Problem.Code)
		}
		m.Whole(t)
	})
}
