package httpapi_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"slices"
	"strings"
	"testing"
	"time"

	"yimi/api"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/catalogue"
	"yimi/internal/request"
)

// eachLoop runs the test with the resident's loop over HTTP.
func eachLoop(t *testing.T, test func(t *testing.T, s *apptest.Site, l *apptest.Loop)) {
	t.Helper()
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) { test(t, s, apptest.NewLoop(s.World)) })
}

// form is a file as browsers send it: the body and its type.
func form(t testing.TB, name string, content []byte) (body, kind string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", name)
	apptest.Must(t, err)
	_, err = part.Write(content)
	apptest.Must(t, err)
	apptest.Must(t, w.Close())
	return b.String(), w.FormDataContentType()
}

// operation is one method on one path of a request.
type operation struct {
	method, path, id string
	body             any
}

// requestOperations lists every operation that the contract has on one request.
func requestOperations(t testing.TB) (out []operation) {
	t.Helper()
	spec, err := api.GetSpec()
	apptest.Must(t, err)
	for path, item := range spec.Paths.Map() {
		if !strings.HasPrefix(path, "/requests/{id}") {
			continue
		}
		for method, op := range item.Operations() {
			o := operation{method, path, op.OperationID, bodyOf(op, "", "1")}
			switch o.id { // where a body that fits the schema is not yet one that makes sense
			case "UpdateRequest":
				o.body = map[string]string{"words": "改一改"}
			case "ReferRequest":
				o.body = map[string]string{"organisation": "启心社工", "reason": "近", "consent": "电话同意"}
			}
			out = append(out, o)
		}
	}
	if len(out) < 30 {
		t.Fatalf("only %d operations", len(out))
	}
	slices.SortFunc(out, func(a, b operation) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	return out
}

// on tries the operation as somebody; of what it would take, nothing is wrong.
func (o operation) on(t testing.TB, s *apptest.Site, who auth.Actor, id, attachment int64) apptest.Answer {
	t.Helper()
	path := strings.NewReplacer("{id}", fmt.Sprint(id), "{attachment_id}", fmt.Sprint(attachment)).Replace(o.path)
	if o.method == "POST" && strings.HasSuffix(o.path, "/attachments") {
		body, kind := form(t, "病历.pdf", pdf("病历"))
		return s.Call(t, who, o.method, path, body, "Content-Type", kind)
	}
	return s.Call(t, who, o.method, path, o.body)
}

// attach gives a request a file straight through the service, or fails.
func attach(t testing.TB, l *apptest.Loop, who auth.Actor, id int64) int64 {
	t.Helper()
	a, err := l.Requests.Attach(apptest.As(who), id, pdf("病历"))
	apptest.Must(t, err)
	return a.ID
}

// stand is all of a request that a refusal leaves as it was.
func stand(t testing.TB, l *apptest.Loop, id int64) string {
	t.Helper()
	r := l.Request(id)
	out := fmt.Sprintf("%s turns %d words %x", r.State, r.Turns, sha256.Sum256(r.Sealed))
	for _, table := range []string{"request_timeline", "request_notes", "request_looks", "request_visits", "request_attachments", "request_referrals", "bookings", "notices"} {
		out += fmt.Sprintf(" %s %d", table, l.Count(table, "1 = 1"))
	}
	return out
}

// Staff of another unit, or of one below, a worker who has not the case, another resident: to
// them no operation tells a request that is there from one that is not (rule 6).
func TestARequestIsNotThereForStrangers(t *testing.T) {
	eachLoop(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop) {
		strangers := map[string]auth.Actor{"staff elsewhere": l.Far, "staff below": l.Below, "another worker": l.Colleague, "another resident": l.Neighbour}
		missing := map[string]apptest.Answer{}
		for _, state := range request.States {
			if state == request.Draft {
				continue
			}
			r := l.Put(state)
			file := int64(1) // another request's, where it takes none any more
			if r.IsOpen == 1 {
				file = attach(t, l, l.Resident, r.ID)
			}
			for name, who := range strangers {
				if who.PersonID == l.Far.PersonID || state == request.Submitted || state == request.InService {
					notThere(t, s, l, r, file, fmt.Sprintf("%s, %s", name, state), who, missing)
				}
			}
		}
	})
}

// A draft is its writer's alone: the staff and even those who will have to do with it do not see it.
func TestADraftIsItsWritersAlone(t *testing.T) {
	eachLoop(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop) {
		mine := l.Put(request.Draft)
		filed := l.Put(request.Draft, func(r *request.Request) { r.PersonID, r.FiledBy = nil, &l.Staff.PersonID })
		files := map[int64]int64{mine.ID: attach(t, l, l.Resident, mine.ID), filed.ID: attach(t, l, l.Staff, filed.ID)}
		everybody := map[string]auth.Actor{"staff": l.Staff, "second": l.Second, "admin": l.Admin, "worker": l.Worker, "supervisor": l.Supervisor,
			"receiver": l.Receiver, "far": l.Far, "neighbour": l.Neighbour, "resident": l.Resident}
		missing := map[string]apptest.Answer{}
		for name, who := range everybody {
			if name != "resident" && name != "far" && name != "receiver" {
				notThere(t, s, l, mine, files[mine.ID], name+", a resident's draft", who, missing)
			}
			if name == "second" || name == "admin" || name == "resident" {
				notThere(t, s, l, filed, files[filed.ID], name+", a draft of the staff", who, missing)
			}
		}
		for name, who := range everybody {
			for _, path := range []string{"/requests", "/requests?state=draft", "/requests?queue=new", "/requests?number=" + mine.Number, "/me/cases", "/me/requests", "/workbench", "/home"} {
				a := s.Call(t, who, "GET", path, nil)
				own := name == "resident" && (path == "/me/requests" || path == "/home")
				if text := string(a.Body); strings.Contains(text, mine.Number) != own || strings.Contains(text, filed.Number) {
					t.Errorf("%s by %s: %s", path, name, text)
				}
			}
		}
		want(t, s.Call(t, l.Resident, "GET", fmt.Sprintf("/requests/%d", mine.ID), nil), 200, "")
		want(t, s.Call(t, l.Staff, "GET", fmt.Sprintf("/requests/%d", filed.ID), nil), 200, "")
		if n := l.Count("request_looks", "1 = 1"); n != 0 {
			t.Errorf("%d looks at drafts", n)
		}
	})
}

// notThere tries every operation on a request as somebody who may not know of it: the answer is
// that to an id that is not there, a 404 wherever the operation itself is open to them.
func notThere(t *testing.T, s *apptest.Site, l *apptest.Loop, r *request.Request, file int64, what string, who auth.Actor, seen map[string]apptest.Answer) {
	t.Helper()
	before := stand(t, l, r.ID)
	for _, o := range requestOperations(t) {
		key := fmt.Sprint(who.PersonID, o.id)
		if _, ok := seen[key]; !ok {
			seen[key] = o.on(t, s, who, 99999, file)
		}
		a, missing := o.on(t, s, who, r.ID, file), seen[key]
		open := a.Status == 404 && a.Problem.Code == "not_found"
		if closed := a.Status == 403 && a.Problem.Code == "forbidden"; !open && !closed || closed && (who.PersonID == l.Far.PersonID || who.PersonID == l.Below.PersonID) {
			t.Errorf("%s: %s: %d %s", what, o.id, a.Status, a.Body)
		}
		if a.Status != missing.Status || a.Problem.Code != missing.Problem.Code || a.Problem.Detail != missing.Problem.Detail {
			t.Errorf("%s: %s: %d %s, but %d %s for what is not there", what, o.id, a.Status, a.Problem.Detail, missing.Status, missing.Problem.Detail)
		}
		if strings.Contains(string(a.Body), "林玉芳") || strings.Contains(string(a.Body), r.Number) {
			t.Errorf("%s: %s tells of it: %s", what, o.id, a.Body)
		}
	}
	if after := stand(t, l, r.ID); after != before {
		t.Errorf("%s:\n%s became\n%s", what, before, after)
	}
}

// Lists and batches hold nothing of other units.
func TestListsEndAtOnesUnits(t *testing.T) {
	eachLoop(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop) {
		var numbers []string
		var ids []int64
		for _, state := range request.States {
			r := l.Put(state)
			numbers, ids = append(numbers, r.Number), append(ids, r.ID)
		}
		paths := []string{"/requests", "/requests?number=" + numbers[1], "/me/cases", "/me/cases?open=false", "/me/requests", "/me/bookings?from=2026-03-01&to=2026-04-30", "/home", "/me/notices", "/providers"}
		for _, queue := range request.Queues {
			paths = append(paths, "/requests?queue="+string(queue))
		}
		for _, who := range []auth.Actor{l.Far, l.Below} {
			for _, path := range paths {
				a := s.Call(t, who, "GET", path, nil)
				want(t, a, 200, "")
				if text := string(a.Body); strings.Contains(text, "林玉芳") || strings.Contains(text, `"P-0`) {
					t.Errorf("%s: %s", path, text)
				}
			}
			a := s.Call(t, who, "POST", "/requests/decide", map[string]any{"ids": ids, "decision": "reject", "reason": "x"})
			want(t, a, 200, "")
			var out struct {
				Items []struct{ Code string }
			}
			apptest.Must(t, json.Unmarshal(a.Body, &out))
			for i, x := range out.Items {
				if x.Code != "not_found" {
					t.Errorf("decided on %s: %s", request.States[i], a.Body)
				}
			}
			a = s.Call(t, who, "POST", fmt.Sprintf("/providers/%d/hand-over", l.Worker.PersonID), map[string]any{"to_id": who.PersonID, "reason": "x"})
			if want(t, a, 200, ""); strings.Contains(string(a.Body), `"id"`) {
				t.Errorf("handed over: %s", a.Body)
			}
		}
		for i, id := range ids {
			if l.Request(id).State != request.States[i] {
				t.Errorf("%s was moved", request.States[i])
			}
		}
		for _, who := range []auth.Actor{l.Staff, l.Admin} { // the unit's own staff, and those above, see all but the draft
			a := s.Call(t, who, "GET", "/requests?limit=50", nil)
			for i, number := range numbers {
				if strings.Contains(string(a.Body), number) != (request.States[i] != request.Draft) {
					t.Errorf("%s: %s", request.States[i], a.Body)
				}
				if request.States[i] != request.Draft {
					want(t, s.Call(t, who, "GET", fmt.Sprintf("/requests/%d", ids[i]), nil), 200, "")
				}
			}
		}
	})
}

// ---- case notes

// Case notes are the assigned worker's and the named supervisor's; each opening is kept.
func TestCaseNotesAreTheWorkersAndTheSupervisors(t *testing.T) {
	eachLoop(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop) {
		r := l.Put(request.InService, func(r *request.Request) { r.ServiceTypeID = l.Talk.ID })
		path := fmt.Sprintf("/requests/%d/case-notes", r.ID)
		note := func(who auth.Actor, text string) apptest.Answer {
			return s.Call(t, who, "POST", path, map[string]string{"text": text})
		}
		read := func(who auth.Actor) apptest.Answer { return s.Call(t, who, "GET", path, nil) }
		looks := func() int64 { return l.Count("request_looks", "what = 'case_notes'") }
		want(t, note(l.Worker, "第一次面谈：有轻生念头"), 201, "")
		want(t, note(l.Supervisor, "督导：每天联系一次"), 201, "")
		refused := func(who auth.Actor, codes ...string) {
			t.Helper()
			before := looks()
			for _, a := range []apptest.Answer{read(who), note(who, "不该有")} {
				if a.Status != 404 || !slices.Contains(codes, a.Problem.Code) || strings.Contains(string(a.Body), "轻生") {
					t.Errorf("%d %s", a.Status, a.Body)
				}
			}
			if looks() != before {
				t.Error("a refusal was kept as a look")
			}
		}
		for name, who := range map[string]auth.Actor{"who asked": l.Resident, "staff": l.Staff, "admin": l.Admin} {
			t.Run(name, func(*testing.T) { refused(who, "case_notes_closed") })
		}
		for name, who := range map[string]auth.Actor{"colleague": l.Colleague, "far": l.Far, "neighbour": l.Neighbour, "receiver": l.Receiver} {
			t.Run(name, func(*testing.T) { refused(who, "not_found") })
		}
		for i, who := range []auth.Actor{l.Worker, l.Supervisor, l.Worker} {
			a := read(who)
			if want(t, a, 200, ""); !strings.Contains(string(a.Body), "轻生") || !strings.Contains(string(a.Body), "每天联系") || strings.Contains(string(a.Body), "不该有") {
				t.Errorf("%s", a.Body)
			}
			if looks() != int64(i+1) {
				t.Errorf("%d looks after %d", looks(), i+1)
			}
		}
		if n := l.Count("request_looks", "what = 'case_notes' AND role = 'supervisor' AND person_id = ?", l.Supervisor.PersonID); n != 1 {
			t.Errorf("%d looks of the supervisor", n)
		}
		// They are in no other answer, to nobody.
		for _, who := range []auth.Actor{l.Worker, l.Supervisor, l.Staff, l.Resident} {
			for _, p := range []string{fmt.Sprintf("/requests/%d", r.ID), fmt.Sprintf("/requests/%d/looks", r.ID), "/me/notices", "/home", "/me/requests"} {
				if a := s.Call(t, who, "GET", p, nil); a.Status != 200 || strings.Contains(string(a.Body), "轻生") {
					t.Errorf("%s: %d %s", p, a.Status, a.Body)
				}
			}
		}
		// The case goes to a colleague: the notes go with it, and away from who had it.
		want(t, s.Call(t, l.Staff, "POST", fmt.Sprintf("/providers/%d/hand-over", l.Worker.PersonID), map[string]any{"to_id": l.Colleague.PersonID, "reason": "休假"}), 200, "")
		refused(l.Worker, "case_passed_on")
		want(t, read(l.Colleague), 200, "")
		// One who is staff of the unit beside sees the request after that, and not the notes.
		refused(l.Grant(l.Worker, l.Station, auth.StationStaff), "case_notes_closed")
		// Without a worker there is nobody whom they are open to.
		l.Exec("UPDATE requests SET state = 'approved', worker_id = NULL WHERE id = ?", r.ID)
		refused(l.Supervisor, "not_found")
		refused(l.Colleague, "not_found")
	})
}

// A note can name a visit of the same request, and of no other.
func TestCaseNotesOfAVisit(t *testing.T) {
	eachLoop(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop) {
		r, other := l.Put(request.InService), l.Put(request.InService)
		d, err := l.Requests.Get(apptest.As(l.Worker), other.ID)
		apptest.Must(t, err)
		path := fmt.Sprintf("/requests/%d/case-notes", r.ID)
		want(t, s.Call(t, l.Worker, "POST", path, map[string]any{"text": "x", "visit_id": d.Visits[0].ID}), 404, "not_found")
		d, err = l.Requests.Get(apptest.As(l.Worker), r.ID)
		apptest.Must(t, err)
		want(t, s.Call(t, l.Worker, "POST", path, map[string]any{"text": "x", "visit_id": d.Visits[0].ID}), 201, "")
	})
}

// ---- contact and looks

func TestContactIsOpenedByThoseWhoServeAndEachTimeKept(t *testing.T) {
	eachLoop(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop) {
		r := l.Put(request.Assigned)
		path := fmt.Sprintf("/requests/%d", r.ID)
		looks := func() int64 { return l.Count("request_looks", "what = 'contact'") }
		for name, who := range map[string]auth.Actor{"staff": l.Staff, "admin": l.Admin, "worker": l.Worker} {
			for range 2 {
				before := looks()
				a := s.Call(t, who, "POST", path+"/contact", nil)
				if want(t, a, 200, ""); !strings.Contains(string(a.Body), apptest.Phone) || !strings.Contains(string(a.Body), apptest.Address) || looks() != before+1 {
					t.Errorf("%s: %s, %d looks more", name, a.Body, looks()-before)
				}
			}
			for _, p := range []string{path, "/requests", "/me/cases"} {
				a := s.Call(t, who, "GET", p, nil)
				text := string(a.Body)
				if strings.Contains(text, apptest.Phone) || strings.Contains(text, apptest.Address) || strings.Contains(text, "林玉芳") && !strings.Contains(text, "139****1234") {
					t.Errorf("%s by %s: %s", p, name, text)
				}
			}
		}
		before := looks()
		a := s.Call(t, l.Supervisor, "POST", path+"/contact", nil)
		want(t, a, 403, "forbidden")
		if a := s.Call(t, l.Supervisor, "GET", path, nil); a.Status != 200 || strings.Contains(string(a.Body), apptest.Phone) {
			t.Errorf("the supervisor: %d %s", a.Status, a.Body)
		}
		for _, p := range []string{path, "/me/requests", "/home"} { // one's own in full
			a := s.Call(t, l.Resident, "GET", p, nil)
			if want(t, a, 200, ""); !strings.Contains(string(a.Body), apptest.Phone) || !strings.Contains(string(a.Body), apptest.Address) {
				t.Errorf("%s: %s", p, a.Body)
			}
		}
		if looks() != before {
			t.Errorf("%d looks of nobody", looks()-before)
		}
	})
}

// Who asked reads who looked, when, as what: the request itself once a day and person.
func TestWhoLooked(t *testing.T) {
	eachLoop(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop) {
		r := l.Put(request.Assigned)
		file := attach(t, l, l.Resident, r.ID)
		path := fmt.Sprintf("/requests/%d", r.ID)
		get := func(who auth.Actor, p string) {
			t.Helper()
			want(t, s.Call(t, who, "GET", path+p, nil), 200, "")
			l.Clock.Advance(time.Second)
		}
		for range 2 {
			get(l.Resident, "")
			get(l.Staff, "")
			get(l.Staff, "")
			get(l.Worker, "")
			l.Clock.Advance(24 * time.Hour)
		}
		get(l.Supervisor, "")
		get(l.Worker, fmt.Sprintf("/attachments/%d", file))
		get(l.Worker, fmt.Sprintf("/attachments/%d", file))
		get(l.Resident, fmt.Sprintf("/attachments/%d", file))
		get(l.Supervisor, "/case-notes")
		a := s.Call(t, l.Resident, "GET", path+"/looks", nil)
		want(t, a, 200, "")
		var out struct {
			Items []struct {
				ByName, Role, What string
				By                 string `json:"by_name"`
			}
		}
		apptest.Must(t, json.Unmarshal(a.Body, &out))
		var got []string
		for _, x := range out.Items {
			got = append(got, x.By+" "+x.Role+" "+x.What)
		}
		seen := []string{"马晓梅 supervisor case_notes", "罗燕 worker attachment", "罗燕 worker attachment", "马晓梅 supervisor details", "罗燕 worker details", "杨海兰 staff details", "罗燕 worker details", "杨海兰 staff details"}
		if !slices.Equal(got, seen) {
			t.Errorf("%q\nwant %q", got, seen)
		}
		var d struct{ Looks int }
		apptest.Must(t, json.Unmarshal(s.Call(t, l.Resident, "GET", path, nil).Body, &d))
		if d.Looks != len(seen) {
			t.Errorf("%d looks, want %d", d.Looks, len(seen))
		}
	})
}

// ---- what is hidden in answers

// The names of minors are masked in lists, whoever asked, and full to those who handle the request.
func TestMinorsNamesAreMaskedInLists(t *testing.T) {
	eachLoop(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop) {
		birth := "2012-06-01"
		child := l.Put(request.Scheduled, func(r *request.Request) {
			r.BeneficiaryName, r.Relation, r.BirthDate, r.Guardian = "赵小宝", "child", &birth, true
		})
		self := l.Put(request.Scheduled, func(r *request.Request) {
			r.PersonID, r.PersonName, r.BeneficiaryName, r.BirthDate, r.Guardian = &l.Neighbour.PersonID, "赵小宝", "赵小宝", &birth, true
		})
		grown := "2008-03-05" // 18 today
		l.Put(request.Scheduled, func(r *request.Request) { r.BeneficiaryName, r.Relation, r.BirthDate = "钱成年", "child", &grown })
		for _, c := range []struct {
			who  auth.Actor
			path string
		}{{l.Staff, "/requests"}, {l.Admin, "/requests?state=scheduled"}, {l.Worker, "/me/cases"}, {l.Worker, "/me/bookings?from=2026-03-01&to=2026-03-31"}} {
			a := s.Call(t, c.who, "GET", c.path, nil)
			if text := string(a.Body); a.Status != 200 || strings.Contains(text, "赵小宝") || !strings.Contains(text, "赵**") || !strings.Contains(text, "钱成年") {
				t.Errorf("%s: %d %s", c.path, a.Status, text)
			}
		}
		for _, r := range []*request.Request{child, self} {
			for _, who := range []auth.Actor{l.Staff, l.Worker} {
				if a := s.Call(t, who, "GET", fmt.Sprintf("/requests/%d", r.ID), nil); !strings.Contains(string(a.Body), `"beneficiary_name":"赵小宝"`) {
					t.Errorf("%s", a.Body)
				}
			}
		}
		if a := s.Call(t, l.Resident, "GET", "/me/requests", nil); !strings.Contains(string(a.Body), "赵小宝") {
			t.Errorf("%s", a.Body)
		}
	})
}

// What was done in a confidential service is not for who asked to read; else it is.
func TestTheRecordOfAConfidentialVisit(t *testing.T) {
	eachLoop(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop) {
		for _, service := range []catalogue.Type{l.Talk, l.Care} {
			r := l.Put(request.Assigned, func(r *request.Request) { r.ServiceTypeID = service.ID })
			path := fmt.Sprintf("/requests/%d", r.ID)
			want(t, s.Call(t, l.Worker, "POST", path+"/start", nil), 200, "")
			want(t, s.Call(t, l.Worker, "POST", path+"/complete", map[string]any{"done": "谈了三件旧事", "sure": true}), 200, "")
			for _, who := range []auth.Actor{l.Resident, l.Worker, l.Staff, l.Supervisor} {
				reads := who.PersonID != l.Resident.PersonID || !service.Confidential
				for _, p := range []string{path, "/me/requests", "/home", "/me/notices"} {
					a := s.Call(t, who, "GET", p, nil)
					if has := strings.Contains(string(a.Body), "三件旧事"); a.Status != 200 || has != (reads && p == path) {
						t.Errorf("%s, %s: %d %s", service.Name, p, a.Status, a.Body)
					}
				}
			}
			if a := s.Call(t, l.Resident, "POST", path+"/rate", map[string]any{"rating": 5}); service.Confidential && strings.Contains(string(a.Body), "三件旧事") {
				t.Errorf("%s", a.Body)
			}
		}
	})
}

// The notes of the staff, the call after a low rating too, are in no answer to who asked nor to the supervisor.
func TestStaffNotesAreNotForWhoAsked(t *testing.T) {
	eachLoop(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop) {
		r := l.Put(request.Completed)
		path := fmt.Sprintf("/requests/%d", r.ID)
		want(t, s.Call(t, l.Staff, "POST", path+"/notes", map[string]string{"text": "家里有大狗，两人同去"}), 200, "")
		want(t, s.Call(t, l.Worker, "POST", path+"/notes", map[string]string{"text": "家里有大狗，真的"}), 200, "")
		answers := []apptest.Answer{s.Call(t, l.Resident, "POST", path+"/rate", map[string]any{"rating": 1})}
		want(t, s.Call(t, l.Staff, "POST", path+"/follow-up", map[string]string{"reason": "家里有大狗，已致歉"}), 200, "")
		want(t, s.Call(t, l.Resident, "POST", path+"/notes", map[string]string{"text": "x"}), 403, "forbidden")
		want(t, s.Call(t, l.Supervisor, "POST", path+"/notes", map[string]string{"text": "x"}), 403, "forbidden")
		answers = append(answers, s.Call(t, l.Resident, "POST", path+"/messages", map[string]string{"text": "谢谢"}), s.Call(t, l.Resident, "POST", path+"/contact", nil))
		for _, p := range []string{path, path + "/looks", "/me/requests", "/me/requests?open=true", "/home", "/me/notices"} {
			answers = append(answers, s.Call(t, l.Resident, "GET", p, nil))
		}
		answers = append(answers, s.Call(t, l.Supervisor, "GET", path, nil))
		for i, a := range answers {
			if strings.Contains(string(a.Body), "大狗") {
				t.Errorf("answer %d: %d %s", i, a.Status, a.Body)
			}
		}
		for _, who := range []auth.Actor{l.Staff, l.Worker, l.Admin} {
			if a := s.Call(t, who, "GET", path, nil); strings.Count(string(a.Body), "大狗") != 3 {
				t.Errorf("%s", a.Body)
			}
		}
	})
}
