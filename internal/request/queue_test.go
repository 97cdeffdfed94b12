package request_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/request"
	"yimi/internal/store"
)

// ids lists what a queue shows to somebody, in pages of a few.
func ids(t *testing.T, l *apptest.Loop, who auth.Actor, queue request.Queue) (out []int64) {
	t.Helper()
	var after request.After
	for {
		rows, err := l.Requests.InQueue(apptest.As(who), queue, after, 3)
		apptest.Must(t, err)
		for _, r := range rows {
			out = append(out, r.ID)
		}
		if len(rows) < 3 {
			return out
		}
		last := rows[len(rows)-1]
		after = request.After{Rank: int64(last.UrgencyRank), SubmittedAt: last.SubmittedAt.Time, ID: last.ID}
	}
}

// Every queue shows what waits for just that, to the staff of its unit and above, and is counted so.
func TestTheQueues(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		late, low, one := store.At(l.Clock.Now().Add(-time.Minute)), 1, int64(1)
		put := func(state request.State, change ...func(*request.Request)) int64 { return l.Put(state, change...).ID }
		isLate := func(r *request.Request) { r.RespondBy = &late }
		isLow := func(r *request.Request) { r.Rating, r.FollowUp = &low, &one }
		in := func(unit int64) func(*request.Request) {
			return func(r *request.Request) { r.UnitID = unit }
		}
		overdue, fresh := put(request.Submitted, isLate), put(request.Submitted)
		want := map[request.Queue][]int64{
			request.QueueNew: {overdue, fresh}, request.QueueOverdue: {overdue}, request.QueueUnassigned: {put(request.Approved)},
			request.QueueToAccept: {put(request.Assigned)},
		}
		review, called := put(request.Completed), put(request.Closed, isLow)
		both := put(request.Completed, isLow)
		want[request.QueueToReview], want[request.QueueFollowUp] = []int64{review, both}, []int64{called, both}
		put(request.Assigned, func(r *request.Request) { r.AcceptedAt = r.SubmittedAt })
		answered, below := put(request.Approved, isLate), put(request.Approved, in(l.Room.ID))
		want[request.QueueUnassigned] = append(want[request.QueueUnassigned], answered, below)
		for _, state := range request.States {
			put(state, in(l.Third.ID), isLow, func(r *request.Request) { r.ReferredTo = nil })
		}
		for _, state := range []request.State{request.Draft, request.Returned, request.Rejected, request.Scheduled, request.InService, request.Closed, request.Cancelled} {
			put(state)
		}
		referred := put(request.Referred)
		for _, queue := range request.Queues {
			slices.Sort(want[queue])
			if got := ids(t, l, l.Staff, queue); !slices.Equal(got, want[queue]) {
				t.Errorf("%s: %v, want %v", queue, got, want[queue])
			}
			for _, nobody := range []auth.Actor{l.Resident, l.Worker, l.Supervisor} {
				if got := ids(t, l, nobody, queue); len(got) != 0 {
					t.Errorf("%s shows %v to who is no staff", queue, got)
				}
			}
		}
		if got := ids(t, l, l.Receiver, request.QueueReferredIn); !slices.Equal(got, []int64{referred}) {
			t.Errorf("referred in: %v", got)
		}
		for _, who := range []auth.Actor{l.Staff, l.Receiver, l.Admin, l.Far, l.Worker} {
			counts, err := l.Requests.Waiting(apptest.As(who), 99)
			apptest.Must(t, err)
			for _, queue := range request.Queues {
				if n := len(ids(t, l, who, queue)); counts[queue] != n {
					t.Errorf("%s: %d counted, %d shown", queue, counts[queue], n)
				}
			}
		}
		if counts, err := l.Requests.Waiting(apptest.As(l.Staff), 1); err != nil || counts[request.QueueNew] != 1 {
			t.Errorf("%v (%v)", counts, err)
		}
	})
}

// The urgent come first, then the oldest, whatever their ids.
func TestTheOrderOfAQueue(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		type key struct{ rank, at, id int64 }
		var keys []key
		for range 40 {
			rank, at := rand.N(3), store.At(l.Clock.Now().Add(-time.Duration(rand.N(4))*time.Hour)) //nolint:gosec // a test
			r := l.Put(request.Submitted, func(r *request.Request) {
				r.Urgency, r.UrgencyRank, r.SubmittedAt = []string{"urgent", "soon", "normal"}[rank], rank, &at
			})
			keys = append(keys, key{int64(rank), at.UnixMilli(), r.ID})
		}
		slices.SortFunc(keys, func(a, b key) int {
			return cmpOr(a.rank-b.rank, a.at-b.at, a.id-b.id)
		})
		var want []int64
		for _, k := range keys {
			want = append(want, k.id)
		}
		if got := ids(t, l, l.Staff, request.QueueNew); !slices.Equal(got, want) {
			t.Errorf("%v\nwant\n%v", got, want)
		}
	})
}

func cmpOr(differences ...int64) int {
	for _, d := range differences {
		if d != 0 {
			return int(d)
		}
	}
	return 0
}

// While somebody pages, others decide and ask: what waited all along is seen just once, and
// nothing twice.
func TestPagesWhileRowsMove(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		waits := map[int64]bool{}
		put := func() int64 {
			rank, at := rand.N(3), store.At(l.Clock.Now().Add(-time.Duration(rand.N(3))*time.Hour)) //nolint:gosec // a test
			return l.Put(request.Submitted, func(r *request.Request) {
				r.Urgency, r.UrgencyRank, r.SubmittedAt = []string{"urgent", "soon", "normal"}[rank], rank, &at
			}).ID
		}
		var all []int64
		for range 40 {
			id := put()
			all, waits[id] = append(all, id), true
		}
		rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		seen := map[int64]int{}
		var after request.After
		for pages := 0; ; pages++ {
			rows, err := l.Requests.InQueue(apptest.As(l.Staff), request.QueueNew, after, 4)
			apptest.Must(t, err)
			for _, r := range rows {
				seen[r.ID]++
			}
			if len(rows) < 4 || pages > 40 {
				break
			}
			last := rows[len(rows)-1]
			after = request.After{Rank: int64(last.UrgencyRank), SubmittedAt: last.SubmittedAt.Time, ID: last.ID}
			for range 2 { // some are decided, also the very one at which the page ended; some are new
				if len(all) > 0 {
					id := all[0]
					all = all[1:]
					_, err := l.Requests.Approve(apptest.As(l.Second), id, 0)
					apptest.Must(t, err)
					waits[id] = false
				}
			}
			if waits[last.ID] && pages%2 == 0 {
				_, err = l.Requests.Reject(apptest.As(l.Second), last.ID, "x")
				apptest.Must(t, err)
				waits[last.ID] = false
				all = slices.DeleteFunc(all, func(id int64) bool { return id == last.ID })
			}
			put()
		}
		for id, still := range waits {
			if still && seen[id] != 1 {
				t.Errorf("%d waited all along and was seen %d times", id, seen[id])
			}
		}
		for id, n := range seen {
			if n > 1 {
				t.Errorf("%d was seen %d times", id, n)
			}
		}
	})
}

// A worker's cases: what to accept first, then by the next visit, then what is done.
func TestAWorkersCases(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		done := l.Put(request.Completed)
		later := l.Put(request.Scheduled)
		going := l.Put(request.InService)
		accepted := l.Put(request.Assigned, func(r *request.Request) { r.AcceptedAt = r.SubmittedAt })
		toAccept := l.Put(request.Assigned)
		soonest := l.Put(request.Scheduled)
		_, err := l.Requests.Reschedule(apptest.As(l.Worker), soonest.ID, request.Time{StartsAt: l.Clock.Now().Add(time.Hour)})
		apptest.Must(t, err)
		closed := l.Put(request.Closed)
		l.Put(request.Assigned, func(r *request.Request) { r.WorkerID = &l.Colleague.PersonID })
		list := func(limit int) (out []int64) {
			for after := (request.CaseKey{}); ; {
				rows, err := l.Requests.OpenCases(apptest.As(l.Worker), after, limit)
				apptest.Must(t, err)
				for _, r := range rows {
					out = append(out, r.ID)
				}
				if len(rows) < limit {
					return out
				}
				after = rows[limit-1].CaseKey()
			}
		}
		want := []int64{toAccept.ID, soonest.ID, later.ID, going.ID, accepted.ID, done.ID}
		for _, limit := range []int{1, 2, 4, 50} {
			if got := list(limit); !slices.Equal(got, want) {
				t.Errorf("%v, want %v", got, want)
			}
		}
		rows, err := l.Requests.OverCases(apptest.As(l.Worker), 0, 50)
		apptest.Must(t, err)
		if len(rows) != 1 || rows[0].ID != closed.ID {
			t.Errorf("over: %v", rows)
		}
	})
}

// A case that is closed or comes in between two pages moves none of the others off the next page, nor onto it
// again: pages go by key, they do not count.
func TestCasesPageByKey(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		var want []int64
		for range 7 {
			want = append(want, l.Put(request.InService).ID)
		}
		var got []int64
		for after := (request.CaseKey{}); ; {
			rows, err := l.Requests.OpenCases(apptest.As(l.Worker), after, 2)
			apptest.Must(t, err)
			for _, r := range rows {
				got = append(got, r.ID)
			}
			if len(rows) < 2 {
				break
			}
			after = rows[1].CaseKey()
			l.Exec("UPDATE requests SET state = 'closed', is_open = 0 WHERE id = ?", rows[0].ID) // one that was shown is over
			l.Put(request.Assigned)                                                              // and one to accept comes first
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	})
}

// One's own: what waits for oneself comes first; lists are narrowed as asked.
func TestOnesOwnRequests(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		me := apptest.As(l.Resident)
		submitted, scheduled, returned := l.Put(request.Submitted), l.Put(request.Scheduled), l.Put(request.Returned)
		completed, closed := l.Put(request.Completed), l.Put(request.Closed)
		rated := l.Put(request.Completed, func(r *request.Request) { r.Rating = ptr(5) })
		talk := l.Put(request.Draft, func(r *request.Request) { r.ServiceTypeID = l.Talk.ID })
		l.Put(request.Submitted, func(r *request.Request) { r.PersonID = &l.Neighbour.PersonID })
		show := func(rows []request.Line, err error) string {
			t.Helper()
			apptest.Must(t, err)
			out := make([]int64, len(rows))
			for i, r := range rows {
				out[i] = r.ID
			}
			return fmt.Sprint(out)
		}
		wants := func(got string, want ...int64) {
			t.Helper()
			if got != fmt.Sprint(want) {
				t.Errorf("%s, want %v", got, want)
			}
		}
		wants(show(l.Requests.Coming(me, 9)), completed.ID, returned.ID, scheduled.ID, talk.ID, submitted.ID)
		wants(show(l.Requests.Mine(me, request.Filter{Limit: 3})), talk.ID, rated.ID, closed.ID)
		wants(show(l.Requests.Mine(me, request.Filter{Limit: 3, Before: closed.ID})), completed.ID, returned.ID, scheduled.ID)
		wants(show(l.Requests.Mine(me, request.Filter{Limit: 9, Open: ptr(false)})), closed.ID)
		wants(show(l.Requests.Mine(me, request.Filter{Limit: 9, Open: ptr(true), ServiceTypeID: l.Talk.ID})), talk.ID)
		staff := apptest.As(l.Staff)
		wants(show(l.Requests.List(staff, request.Filter{Limit: 9, State: request.Closed})), closed.ID)
		wants(show(l.Requests.List(staff, request.Filter{Limit: 9, State: request.Draft})))
		wants(show(l.Requests.List(staff, request.Filter{Limit: 9, Number: submitted.Number})), submitted.ID)
		wants(show(l.Requests.List(staff, request.Filter{Limit: 9, Number: talk.Number})))
		wants(show(l.Requests.List(apptest.As(l.Far), request.Filter{Limit: 9})))
	})
}
