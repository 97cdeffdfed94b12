package httpapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/request"
	"yimi/internal/store"
)

// asked is a body of POST /requests that nothing is wrong with.
func asked(l *apptest.Loop, t catalogue.Type, change ...func(map[string]any)) map[string]any {
	body := map[string]any{"service_type_id": t.ID, "way": "station", "urgency": "normal", "words": apptest.Words, "phone": apptest.Phone}
	if t.Mode == catalogue.ByBooking {
		body["slot"] = map[string]any{"provider_id": l.Worker.PersonID, "starts_at": l.Slot()}
	}
	for _, c := range change {
		c(body)
	}
	return body
}

// idOf reads the id of what was made.
func idOf(t testing.TB, a apptest.Answer) int64 {
	t.Helper()
	var out struct{ ID int64 }
	if err := json.Unmarshal(a.Body, &out); err != nil || out.ID == 0 {
		t.Fatalf("%d %s (%v)", a.Status, a.Body, err)
	}
	return out.ID
}

// What does not fit is a 400 that names the fields, from the contract's own checks to the rules of one service.
func TestWhatDoesNotFitIsNamed(t *testing.T) {
	eachLoop(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop) {
		narrow := l.NewService(func(x *catalogue.Type) {
			x.Name, x.Ways, x.Promises = "居家安全", "home,phone", catalogue.Encode([]catalogue.Promise{{Urgency: "normal", Minutes: 60}})
			x.Questions = catalogue.Encode([]catalogue.Question{{Key: "own", Label: "自己的吗", Kind: "yes_no", Required: true}, {Key: "n", Label: "几间", Kind: "number"}})
		})
		answers := func(list ...any) func(map[string]any) { return func(b map[string]any) { b["answers"] = list } }
		answer := func(key string, values ...string) any { return map[string]any{"key": key, "values": values} }
		set := func(k string, v any) func(map[string]any) { return func(b map[string]any) { b[k] = v } }
		own := answers(answer("own", "yes"))
		for name, c := range map[string]struct {
			body   map[string]any
			fields []string
		}{
			"no way of the contract's":    {asked(l, l.Care, set("way", "teleport")), []string{"way"}},
			"no way of the service's":     {asked(l, narrow, own), []string{"way"}},
			"no urgency of the service's": {asked(l, narrow, own, set("way", "phone"), set("urgency", "urgent")), []string{"urgency"}},
			"no answer":                   {asked(l, narrow, set("way", "phone")), []string{"answers.own"}},
			"answers that do not fit":     {asked(l, narrow, set("way", "phone"), answers(answer("own", "maybe"), answer("n", "x"), answer("who", "y"))), []string{"answers.own", "answers.n", "answers.who"}},
			"no address at home":          {asked(l, l.Care, set("way", "home")), []string{"address"}},
			"no phone nor address":        {asked(l, l.Care, set("way", "home"), func(b map[string]any) { delete(b, "phone") }), []string{"address", "phone"}},
			"no words":                    {asked(l, l.Care, func(b map[string]any) { delete(b, "words") }), []string{"words"}},
			"words of spaces":             {asked(l, l.Care, set("words", "   ")), []string{"words"}},
			"words too long":              {asked(l, l.Care, set("words", strings.Repeat("长", 501))), []string{"words"}},
			"words with controls":         {asked(l, l.Care, set("words", "a\x00b")), []string{"words"}},
			"no phone number":             {asked(l, l.Care, set("phone", "call me")), []string{"phone"}},
			"no slot":                     {asked(l, l.Talk, func(b map[string]any) { delete(b, "slot") }), []string{"slot"}},
			"a caller without a name":     {asked(l, l.Care, set("caller", map[string]any{"name": " ", "relation": "self"})), []string{"caller.name"}},
			"a neighbour without consent": {asked(l, l.Care, set("caller", map[string]any{"name": "哈文秀", "beneficiary_name": "王桂花", "relation": "neighbour"})), []string{"consent"}},
			"what the contract has not":   {asked(l, l.Care, set("state", "approved")), []string{"body"}},
		} {
			a := s.Call(t, l.Staff, "POST", "/requests", c.body)
			var got []string
			for _, f := range a.Problem.Fields {
				got = append(got, f.Name)
			}
			if want(t, a, 400, "invalid_fields"); name != "what the contract has not" && !slices.Equal(got, c.fields) {
				t.Errorf("%s: %v, want %v", name, got, c.fields)
			}
		}
		for name, c := range map[string]struct {
			body   map[string]any
			status int
			code   string
		}{
			"for another group":       {asked(l, l.NewService(func(x *catalogue.Type) { x.Name, x.GroupsServed = "长者", "elder" })), 422, "not_in_target_group"},
			"at no station":           {asked(l, l.Care, set("unit_id", 99999)), 422, "no_station"},
			"what is not offered":     {asked(l, l.NewService(func(x *catalogue.Type) { x.Name, x.Active = "停办", false })), 409, "service_not_offered"},
			"no service":              {asked(l, l.Care, set("service_type_id", 99999)), 404, "not_found"},
			"for nobody of the own":   {asked(l, l.Care, set("beneficiary_id", 99999)), 404, "not_found"},
			"for a caller, as nobody": {asked(l, l.Care, set("caller", map[string]any{"name": "哈文秀", "relation": "self"})), 403, "forbidden"},
		} {
			a := s.Call(t, l.Resident, "POST", "/requests", c.body)
			t.Run(name, func(t *testing.T) { want(t, a, c.status, c.code) })
		}
		if n := l.Count("requests", "1 = 1"); n != 0 {
			t.Errorf("%d requests", n)
		}
		// Of the deeds on a request.
		r := l.Put(request.Submitted)
		path := fmt.Sprintf("/requests/%d", r.ID)
		for _, c := range []struct{ deed, body, field string }{
			{"reject", `{}`, "reason"}, {"return", `{"reason":"  "}`, "reason"}, {"refer", `{"organisation":"启心","reason":"近"}`, "consent"},
			{"refer", `{"organisation":"启心","reason":"近","consent":"  "}`, "consent"}, {"finish", `{"done":"x"}`, "person_times"}, {"finish", `{"done":" ","person_times":1}`, "done"},
			{"rate", `{"rating":6}`, "rating"}, {"rate", `{"rating":0}`, "rating"}, {"assign", `{}`, "worker_id"}, {"reschedule", `{"starts_at":"2026-03-06T09:00:00+08:00","length_minutes":7}`, "length_minutes"},
			{"messages", `{"text":"\u200b"}`, "text"}, {"notes", `{"text":""}`, "text"},
		} {
			a := s.Call(t, l.Staff, "POST", path+"/"+c.deed, c.body)
			if want(t, a, 400, "invalid_fields"); len(a.Problem.Fields) == 0 || !strings.Contains(a.Problem.Fields[0].Name, c.field) {
				t.Errorf("%s %s: %+v", c.deed, c.body, a.Problem.Fields)
			}
		}
		want(t, s.Call(t, l.Staff, "POST", "/requests/decide", map[string]any{"ids": []int64{r.ID}, "decision": "reject"}), 400, "invalid_fields")
		if l.Request(r.ID).State != request.Submitted {
			t.Error("something was done")
		}
	})
}

// A repeated POST with one key asks once and approves once; the answer is the first one.
func TestIdempotencyKeysOfRequests(t *testing.T) {
	eachLoop(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop) {
		for _, service := range []catalogue.Type{l.Care, l.Talk} {
			body := asked(l, service)
			key := fmt.Sprintf("ask-%s-%d", "0001", service.ID)
			send := func(who auth.Actor) apptest.Answer {
				return s.Call(t, who, "POST", "/requests", body, "Idempotency-Key", key)
			}
			many := make([]auth.Actor, 8)
			for i := range many {
				many[i] = l.Resident
			}
			before := l.Count("requests", "1 = 1")
			answers := apptest.All(many, func(_ int, p auth.Actor) apptest.Answer { return send(p) })
			for _, a := range append(answers, send(l.Resident)) {
				if a.Status != 201 || !bytes.Equal(a.Body, answers[0].Body) {
					t.Errorf("%d %s", a.Status, a.Body)
				}
			}
			id := idOf(t, answers[0])
			if n := l.Count("requests", "1 = 1") - before; n != 1 || len(l.Timeline(id)) != 2 {
				t.Errorf("%d requests, %d lines", n, len(l.Timeline(id)))
			}
			body["words"] = "别的事"
			want(t, send(l.Resident), 409, "idempotency_key_reused")

			approve := func() apptest.Answer {
				return s.Call(t, l.Staff, "POST", fmt.Sprintf("/requests/%d/approve", id), nil, "Idempotency-Key", key+"-approve")
			}
			told := l.Count("notices", "1 = 1")
			answers = apptest.All(many, func(int, auth.Actor) apptest.Answer { return approve() })
			for _, a := range append(answers, approve()) {
				if a.Status != 200 || !bytes.Equal(a.Body, answers[0].Body) {
					t.Errorf("%d %s", a.Status, a.Body)
				}
			}
			decided := 0
			for _, line := range l.Timeline(id) {
				if line.Action == "approve" {
					decided++
				}
			}
			if n := l.Count("notices", "1 = 1") - told; decided != 1 || n > 2 {
				t.Errorf("%d approvals, %d notices", decided, n)
			}
			want(t, s.Call(t, l.Second, "POST", fmt.Sprintf("/requests/%d/approve", id), nil, "Idempotency-Key", key+"-approve"), 409, "bad_transition") // another's key
		}
		// A refusal keeps no key: the same one works once it can.
		r := l.Put(request.Approved)
		approve := func() apptest.Answer {
			return s.Call(t, l.Staff, "POST", fmt.Sprintf("/requests/%d/approve", r.ID), nil, "Idempotency-Key", "approve-later")
		}
		want(t, approve(), 409, "bad_transition")
		l.Exec("UPDATE requests SET state = 'submitted' WHERE id = ?", r.ID)
		want(t, approve(), 200, "")
		l.Whole(t)
	})
}

// A queue over HTTP, page by page while others decide: nothing twice, nothing that waits left out;
// and the workbench counts what the queues show.
func TestQueuesOverHTTP(t *testing.T) {
	eachLoop(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop) {
		waits := map[int64]bool{}
		var all []int64
		for i := range 23 {
			at := store.At(l.Clock.Now().Add(-time.Duration(i%3) * time.Hour))
			r := l.Put(request.Submitted, func(r *request.Request) {
				r.Urgency, r.UrgencyRank, r.SubmittedAt = []string{"urgent", "soon", "normal"}[i%3], i%3, &at
			})
			all, waits[r.ID] = append(all, r.ID), true
		}
		seen, cursor := map[int64]int{}, ""
		for pages := 0; pages < 10; pages++ {
			a := s.Call(t, l.Staff, "GET", "/requests?queue=new&limit=4&cursor="+cursor, nil)
			want(t, a, 200, "")
			var page struct {
				Items []struct {
					ID      int64
					Actions []string
				}
				NextCursor string `json:"next_cursor"`
			}
			apptest.Must(t, json.Unmarshal(a.Body, &page))
			for _, x := range page.Items {
				seen[x.ID]++
			}
			gone := all[pages]
			want(t, s.Call(t, l.Second, "POST", fmt.Sprintf("/requests/%d/approve", gone), nil), 200, "")
			waits[gone] = false
			l.Put(request.Submitted)
			if cursor = page.NextCursor; cursor == "" {
				break
			}
		}
		for id, still := range waits {
			if still && seen[id] != 1 || seen[id] > 1 {
				t.Errorf("%d was seen %d times", id, seen[id])
			}
		}
		for _, bad := range []string{"x", "MQ", "LTEuLTE"} {
			want(t, s.Call(t, l.Staff, "GET", "/requests?queue=new&cursor="+bad, nil), 400, "invalid_fields")
		}
		for _, state := range request.States {
			l.Put(state)
		}
		low, one := 1, int64(1)
		l.Put(request.Closed, func(r *request.Request) { r.Rating, r.FollowUp = &low, &one })
		want(t, s.Call(t, l.Resident, "POST", fmt.Sprintf("/requests/%d/messages", l.Put(request.Submitted).ID), map[string]any{"text": "钥匙在门垫下"}), 200, "")
		l.Clock.Advance(73 * time.Hour) // past the promise
		a := s.Call(t, l.Admin, "GET", "/workbench", nil)
		var bench struct{ Requests map[string]int }
		apptest.Must(t, json.Unmarshal(a.Body, &bench))
		if len(bench.Requests) != len(request.Queues) {
			t.Errorf("%v", bench.Requests)
		}
		for _, queue := range request.Queues {
			a := s.Call(t, l.Admin, "GET", "/requests?limit=100&queue="+string(queue), nil)
			var page struct{ Items []struct{ Overdue bool } }
			apptest.Must(t, json.Unmarshal(a.Body, &page))
			if n := len(page.Items); n == 0 || n != bench.Requests[string(queue)] {
				t.Errorf("%s: %d shown, %d counted", queue, n, bench.Requests[string(queue)])
			}
			if queue == request.QueueOverdue && !page.Items[0].Overdue {
				t.Errorf("%s", a.Body)
			}
		}
	})
}

// The whole way of one request over HTTP, with what each sees on the way.
func TestARequestsWayOverHTTP(t *testing.T) {
	eachLoop(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop) {
		type seen struct {
			ID      int64
			State   string
			Mine    bool
			Actions []string
			Booking *struct{ State string }
			Visits  []struct{ Minutes int }
			Until   *time.Time `json:"change_until"`
		}
		read := func(a apptest.Answer, status int) (out seen) {
			t.Helper()
			want(t, a, status, "")
			apptest.Must(t, json.Unmarshal(a.Body, &out))
			return out
		}
		is := read(s.Call(t, l.Resident, "POST", "/requests", asked(l, l.Talk)), 201)
		if is.State != "submitted" || !is.Mine || is.Booking.State != "held" || !slices.Contains(is.Actions, "cancel") || slices.Contains(is.Actions, "approve") {
			t.Errorf("%+v", is)
		}
		path := fmt.Sprintf("/requests/%d", is.ID)
		post := func(who auth.Actor, deed string, body any) seen {
			t.Helper()
			return read(s.Call(t, who, "POST", path+"/"+deed, body), 200)
		}
		want(t, s.Call(t, l.Resident, "POST", path+"/approve", nil), 403, "forbidden")
		if is = post(l.Staff, "approve", nil); is.State != "scheduled" || is.Booking.State != "booked" || is.Until == nil || is.Mine {
			t.Errorf("%+v", is)
		}
		want(t, s.Call(t, l.Staff, "POST", path+"/approve", nil), 409, "bad_transition")
		taken := l.BookingOf(is.ID).StartsAt
		a := s.Call(t, l.Neighbour, "POST", "/requests", asked(l, l.Talk, func(b map[string]any) {
			b["slot"] = map[string]any{"provider_id": l.Worker.PersonID, "starts_at": taken.Time}
		}))
		if want(t, a, 409, "slot_taken"); !strings.Contains(string(a.Body), "next_free") {
			t.Errorf("%s", a.Body)
		}
		l.Clock.Set(taken.Time)
		post(l.Worker, "start", nil)
		l.Clock.Advance(40 * time.Minute)
		post(l.Worker, "finish", map[string]any{"done": "谈了谈", "person_times": 1})
		post(l.Worker, "reschedule", map[string]any{"starts_at": l.Slot(), "length_minutes": 45})
		l.Clock.Set(l.BookingOf(is.ID).StartsAt.Time)
		post(l.Worker, "start", map[string]any{"place": "家里"})
		l.Clock.Advance(20 * time.Minute)
		if is = post(l.Worker, "complete", map[string]any{"done": "都好了"}); len(is.Visits) != 2 || is.Visits[0].Minutes != 40 || is.Visits[1].Minutes != 20 {
			t.Errorf("%+v", is.Visits)
		}
		post(l.Resident, "rate", map[string]any{"rating": 5, "comment": "很好"})
		want(t, s.Call(t, l.Resident, "POST", path+"/rate", map[string]any{"rating": 4}), 409, "already_rated")
		post(l.Staff, "close", nil)
		want(t, s.Call(t, l.Resident, "POST", path+"/messages", map[string]string{"text": "还在吗"}), 409, "bad_transition")
		if b := l.BookingOf(is.ID); b.State != booking.Done {
			t.Errorf("%+v", b)
		}
		l.Whole(t)
	})
}
