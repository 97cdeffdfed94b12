package request_test

import (
	"slices"
	"testing"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/request"
	"yimi/internal/store"
)

// known is what is kept of how to reach those whom somebody asks for: relation, phone and address.
func known(t *testing.T, l *apptest.Loop, who auth.Actor) (out []string) {
	t.Helper()
	kept, err := l.Requests.Beneficiaries(apptest.As(who))
	apptest.Must(t, err)
	for _, b := range kept {
		out = append(out, b.Relation+" "+b.Phone+" "+b.Address)
	}
	return out
}

// Phone and address of a request are kept with whom it is for, sealed; they can be changed and taken away, and stay so.
func TestPhoneAndAddressAreRemembered(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		is := func(want ...string) {
			t.Helper()
			if got := known(t, l, l.Resident); !slices.Equal(got, want) {
				t.Errorf("kept %q, want %q", got, want)
			}
		}
		home := l.Asking(l.Care)
		home.Way = "home"
		draft := home
		draft.Draft = true
		l.Ask(l.Resident, draft)
		is() // nobody has sent it yet
		l.Ask(l.Resident, home)
		is("self " + apptest.Phone + " " + apptest.Address)
		if n := l.Count("beneficiaries", "sealed LIKE ?", "%"+apptest.Phone+"%"); n != 0 {
			t.Error("the phone lies open")
		}

		other := home
		other.Phone, other.Address = "13900000001", "" // by phone: the address is as it was
		other.Way = "phone"
		l.Ask(l.Resident, other)
		is("self 13900000001 " + apptest.Address)

		father := relative(t, l, l.Resident, request.Beneficiary{Name: "林国栋", Relation: "parent"})
		his := home
		his.BeneficiaryID, his.Address = father, "父亲家"
		l.Ask(l.Resident, his)
		is("self 13900000001 "+apptest.Address, "parent "+apptest.Phone+" 父亲家")

		mine, err := l.Requests.Beneficiaries(apptest.As(l.Resident))
		apptest.Must(t, err)
		apptest.Must(t, l.Requests.RemoveBeneficiary(apptest.As(l.Resident), mine[0].ID))
		is("parent " + apptest.Phone + " 父亲家")
		station := l.Asking(l.Care)
		station.Phone, station.Address = "", ""
		l.Ask(l.Resident, station)
		is("parent " + apptest.Phone + " 父亲家") // nothing was asked, so nothing is kept
	})
}

// Who files for a caller keeps nothing of theirs with oneself.
func TestOfACallerNothingIsRemembered(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		ask := l.Asking(l.Care)
		ask.UnitID, ask.Caller = l.Station.ID, &request.Caller{Name: "马秀兰", Relation: request.Self}
		l.Ask(l.Staff, ask)
		if n := l.Count("beneficiaries", "1 = 1"); n != 0 {
			t.Errorf("%d kept", n)
		}
	})
}

// What is kept of oneself is one, and does not stand in for what the account says: name and birth are the account's.
func TestOfOneselfTheAccountKnows(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		first := relative(t, l, l.Resident, request.Beneficiary{Name: "林大姐", Relation: request.Self, BirthDate: ptr("1950-01-01"), Phone: "13900000001"})
		again := relative(t, l, l.Resident, request.Beneficiary{Name: "林玉芳", Relation: request.Self, Phone: "13900000002"}, "disabled")
		if first != again {
			t.Errorf("two of oneself: %d and %d", first, again)
		}
		l.Exec("UPDATE people SET name = '林玉芬', birth_date = '1951-02-02' WHERE id = ?", l.Resident.PersonID)
		ask := l.Asking(l.Care)
		ask.BeneficiaryID = again
		d := l.Ask(l.Resident, ask)
		if d.BeneficiaryName != "林玉芬" || *d.BirthDate != "1951-02-02" || !slices.Equal(d.GroupWords(), []string{"disabled"}) {
			t.Errorf("for %s, born %s, %v", d.BeneficiaryName, *d.BirthDate, d.GroupWords())
		}
	})
}

// Two accounts of one person have one of oneself between them.
func TestAMergeLeavesOneOfOneself(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		relative(t, l, l.Neighbour, request.Beneficiary{Name: "邻居", Relation: request.Self, Phone: "13900000001"})
		relative(t, l, l.Resident, request.Beneficiary{Name: "林玉芳", Relation: request.Self, Phone: "13900000002"})
		apptest.Must(t, l.Tx(func(tx *store.Tx) error { return request.Merge(tx, l.Neighbour.PersonID, l.Resident.PersonID) }))
		if got := known(t, l, l.Resident); !slices.Equal(got, []string{"self 13900000002 "}) {
			t.Errorf("kept %q", got)
		}
	})
}
