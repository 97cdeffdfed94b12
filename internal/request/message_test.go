package request_test

import (
	"slices"
	"testing"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/identity"
	"yimi/internal/request"
)

// A message that is written before there is a worker reaches the station: its staff are told of the
// first, and it waits in their queue and on their workbench until somebody answers.
func TestAMessageBeforeAWorkerReachesTheStation(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		told := func(who auth.Actor) int64 {
			return l.Count("notices", "person_id = ? AND kind = ?", who.PersonID, request.NoticeStationMessage)
		}
		say := func(who auth.Actor, id int64) {
			_, err := l.Requests.AddMessage(apptest.As(who), id, "钥匙在门口的花盆下")
			apptest.Must(t, err)
		}
		waits := func(id int64, want bool) {
			t.Helper()
			counts, err := l.Requests.Waiting(apptest.As(l.Staff), 99)
			apptest.Must(t, err)
			if in := slices.Contains(ids(t, l, l.Staff, request.QueueMessages), id); in != want || counts[request.QueueMessages] != map[bool]int{true: 1}[want] {
				t.Errorf("waits %t, counted %d, want %t", in, counts[request.QueueMessages], want)
			}
		}
		id := l.Put(request.Submitted).ID
		say(l.Resident, id)
		say(l.Resident, id)
		for _, who := range []auth.Actor{l.Staff, l.Second} {
			if n := told(who); n != 1 {
				t.Errorf("%d notices, want one of the first message", n)
			}
		}
		for _, who := range []auth.Actor{l.Far, l.Below, l.Receiver, l.Worker, l.Resident, l.Admin} {
			if n := told(who); n != 0 {
				t.Errorf("%d notices to somebody else", n)
			}
		}
		waits(id, true)
		say(l.Second, id)
		waits(id, false)
		say(l.Resident, id)
		waits(id, true)
		if n := told(l.Staff); n != 2 {
			t.Errorf("%d notices after an answer, want a new one", n)
		}
		_, err := l.Requests.Approve(apptest.As(l.Staff), id, l.Worker.PersonID)
		apptest.Must(t, err)
		waits(id, false)
		_, err = l.Requests.HandBack(apptest.As(l.Worker), id, "病了")
		apptest.Must(t, err)
		waits(id, true) // nobody has answered
		_, err = l.Requests.Cancel(apptest.As(l.Resident), id, "")
		apptest.Must(t, err)
		waits(id, false)

		id = l.Put(request.Assigned).ID
		say(l.Resident, id)
		waits(id, false)
		elsewhere, err := l.Units.Bootstrap(t.Context(), "利通区社会工作服务中心")
		apptest.Must(t, err)
		for i, end := range []string{"UPDATE role_grants SET unit_id = ? WHERE person_id = ?", "DELETE FROM role_grants WHERE unit_id = ? AND person_id = ?"} {
			l.Exec(end, elsewhere.ID, l.Worker.PersonID)
			say(l.Staff, id)
			say(l.Resident, id)
			if n := told(l.Staff); n != int64(3+i) {
				t.Errorf("%d notices where the worker is none there any more: %s", n, end)
			}
		}

		id = l.Put(request.Referred).ID
		say(l.Resident, id)
		if n := told(l.Receiver); n != 1 {
			t.Errorf("%d notices where it was referred to", n)
		}
		l.Exec("DELETE FROM role_grants WHERE unit_id = ?", l.Station.ID)
		say(l.Resident, l.Put(request.Submitted).ID)
		if n := told(l.Admin); n != 1 {
			t.Errorf("%d notices to the district of a station without staff", n)
		}
	})
}

// The first message that a station has not been told of is told to it, also where one waited for a worker, or for
// another unit, before; a station that knows of one is not told of the next.
func TestAMessageAfterTheCaseMovedReachesTheStation(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		say := func(id int64) {
			apptest.Must(t, just(l.Requests.AddMessage(apptest.As(l.Resident), id, "今天摔了一跤")))
		}
		back := l.Put(request.Assigned)
		say(back.ID) // to the worker, who calls back and writes nothing
		apptest.Must(t, just(l.Requests.HandBack(apptest.As(l.Worker), back.ID, "休假")))
		say(back.ID)
		if n := stationTold(l, l.Staff, back.ID); n != 1 {
			t.Errorf("handed back: the station was told %d times", n)
		}
		referred := l.Put(request.Approved)
		say(referred.ID)
		apptest.Must(t, just(l.Requests.Refer(apptest.As(l.Staff), referred.ID, request.ReferTo{UnitID: l.Other.ID, Reason: "住那边", Consent: "电话里同意"})))
		apptest.Must(t, just(l.Requests.Receive(apptest.As(l.Receiver), referred.ID)))
		say(referred.ID)
		if n := stationTold(l, l.Receiver, referred.ID); n != 1 {
			t.Errorf("referred: the station that has it was told %d times", n)
		}
		ended := l.Put(request.Assigned)
		say(ended.ID)
		_, err := ends(t, l, l.Worker, identity.Becomes{ToQueue: true})
		apptest.Must(t, err)
		say(ended.ID)
		if n := stationTold(l, l.Staff, ended.ID); n != 1 {
			t.Errorf("the worker's role ended: the station was told %d times", n)
		}
		say(referred.ID) // waits there already, and so does this one where it is not yet received
		again := l.Put(request.Referred)
		say(again.ID)
		apptest.Must(t, just(l.Requests.Receive(apptest.As(l.Receiver), again.ID)))
		say(again.ID)
		for _, id := range []int64{referred.ID, again.ID} {
			if n := stationTold(l, l.Receiver, id); n != 1 {
				t.Errorf("the station that knows of one was told %d times", n)
			}
		}
	})
}

// stationTold counts the notices of a request's messages that somebody of a station's staff got.
func stationTold(l *apptest.Loop, who auth.Actor, id int64) int64 {
	return l.Count("notices", "person_id = ? AND subject_id = ? AND kind = ?", who.PersonID, id, request.NoticeStationMessage)
}
