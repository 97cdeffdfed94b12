package request_test

import (
	"fmt"
	"slices"
	"testing"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/request"
)

// find lists what staff find, in pages of a few, and fails when a page is not newest first.
func find(t *testing.T, l *apptest.Loop, who auth.Actor, f request.Filter) []int64 {
	t.Helper()
	out := []int64{}
	for f.Limit = 3; ; f.Before = out[len(out)-1] {
		rows, err := l.Requests.List(apptest.As(who), f)
		apptest.Must(t, err)
		for _, r := range rows {
			if len(out) > 0 && r.ID >= out[len(out)-1] {
				t.Errorf("%+v: %d after %v", f, r.ID, out)
			}
			out = append(out, r.ID)
		}
		if len(rows) < f.Limit {
			return out
		}
	}
}

// Staff find a request again by state, name, number and service, each and together, at the units they manage
// and at no other; nobody's draft, and nothing by what is sealed.
func TestStaffFindARequestAgain(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		put := func(state request.State, person, beneficiary string, change ...func(*request.Request)) int64 {
			return l.Put(state, append(change, func(r *request.Request) { r.PersonName, r.BeneficiaryName = person, beneficiary })...).ID
		}
		talk := func(r *request.Request) { r.ServiceTypeID = l.Talk.ID }
		at := func(unit int64) func(*request.Request) { return func(r *request.Request) { r.UnitID = unit } }
		var own []int64
		for range 4 {
			own = append(own, put(request.Closed, "马秀兰", "马秀兰"))
		}
		father := put(request.Submitted, "马秀兰", "林国栋", talk)
		room := put(request.Closed, "林国庆", "林国庆", at(l.Room.ID), talk)
		wide := put(request.Cancelled, "ＬＩ Ｗei", "古丽·阿依", at(l.Room.ID))
		far := put(request.Closed, "林国强", "林国强", at(l.Third.ID), talk)
		draft := put(request.Draft, "林国华", "林国华")
		newest := func(ids ...int64) []int64 {
			slices.Sort(ids)
			slices.Reverse(ids)
			return ids
		}
		for _, c := range []struct {
			who  auth.Actor
			f    request.Filter
			want []int64
		}{
			{l.Staff, request.Filter{}, newest(append(own, father, room, wide)...)},
			{l.Staff, request.Filter{State: request.Closed}, newest(append(own, room)...)},
			{l.Staff, request.Filter{State: request.Draft}, newest()},
			{l.Staff, request.Filter{State: request.Rejected}, newest()},
			{l.Staff, request.Filter{ServiceTypeID: l.Talk.ID}, newest(father, room)},
			{l.Staff, request.Filter{ServiceTypeID: l.Talk.ID, State: request.Closed}, newest(room)},
			{l.Staff, request.Filter{Name: "林国"}, newest(father, room)},
			{l.Staff, request.Filter{Name: " 林 国栋"}, newest(father)},
			{l.Staff, request.Filter{Name: "马秀兰"}, newest(append(own, father)...)},
			{l.Staff, request.Filter{Name: "马秀兰", State: request.Submitted}, newest(father)},
			{l.Staff, request.Filter{Name: "马秀兰", ServiceTypeID: l.Care.ID}, newest(own...)},
			{l.Staff, request.Filter{Name: "国栋"}, newest()}, // how a name begins, not what is in it
			{l.Staff, request.Filter{Name: "li we"}, newest(wide)},
			{l.Staff, request.Filter{Name: "古丽阿依"}, newest(wide)},
			{l.Staff, request.Filter{Name: apptest.Words}, newest()},
			{l.Staff, request.Filter{Name: apptest.Phone}, newest()},
			{l.Staff, request.Filter{Name: "东方社区"}, newest()},
			{l.Staff, request.Filter{Number: l.Request(room).Number}, newest(room)},
			{l.Staff, request.Filter{Number: l.Request(far).Number}, newest()},
			{l.Staff, request.Filter{Number: l.Request(draft).Number}, newest()},
			{l.Below, request.Filter{Name: "林国"}, newest(room)},
			{l.Below, request.Filter{State: request.Closed}, newest(room)},
			{l.Far, request.Filter{Name: "林国"}, newest(far)},
			{l.Far, request.Filter{ServiceTypeID: l.Care.ID}, newest()},
			{l.Admin, request.Filter{Name: "林国"}, newest(father, room, far)},
			{l.Admin, request.Filter{State: request.Closed}, newest(append(own, room, far)...)},
			{l.Worker, request.Filter{Name: "林国"}, newest()},
			{l.Resident, request.Filter{State: request.Closed}, newest()},
		} {
			if got := find(t, l, c.who, c.f); !slices.Equal(got, c.want) {
				t.Errorf("%+v: %v, want %v", c.f, got, c.want)
			}
		}
	})
}

// A surname alone is what a tenth of a district begins with: it is refused, and says what to write.
func TestASurnameAloneIsNotSearched(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		for _, name := range []string{"林", " 林 ", "·", "L"} {
			_, err := l.Requests.List(apptest.As(l.Staff), request.Filter{Name: name, Limit: 9})
			wantFields(t, err, "name")
		}
	})
}

// A number is found as people read it out and type it.
func TestANumberIsFoundHoweverItIsTyped(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		d := l.Ask(l.Resident, l.Asking(l.Care))
		day, tail := d.Number[:8], d.Number[9:]
		for _, typed := range []string{d.Number, day + tail, " " + day + " " + tail, day + "－" + tail} {
			if got := find(t, l, l.Staff, request.Filter{Number: typed}); fmt.Sprint(got) != fmt.Sprint([]int64{d.ID}) {
				t.Errorf("%q finds %v", typed, got)
			}
		}
	})
}

// Whose account is closed, and what is past its time, is under no name any more.
func TestWhatIsEmptiedIsUnderNoName(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		d := l.Ask(l.Resident, l.Asking(l.Care))
		if got := find(t, l, l.Staff, request.Filter{Name: d.PersonName}); len(got) != 1 {
			t.Fatalf("found %v", got)
		}
		_, err := l.Requests.Forget(apptest.As(l.Resident), l.Resident.PersonID)
		apptest.Must(t, err)
		for _, name := range []string{d.PersonName, "已注销用户", "已注销"} {
			if got := find(t, l, l.Staff, request.Filter{Name: name}); len(got) != 0 {
				t.Errorf("%q finds %v", name, got)
			}
		}
	})
}
