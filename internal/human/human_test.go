package human_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/hours"
	"yimi/internal/human"
	"yimi/internal/identity"
)

// stage is a World on which proposals are made and decided.
type stage struct {
	*apptest.World
	t     *testing.T
	Admin auth.Actor
	shift activity.Shift
}

func each(t *testing.T, test func(s *stage)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := &stage{World: w, t: t, Admin: w.AdminOf(w.District, "马主任")}
		s.shift = w.Shift(50)
		test(s)
	})
}

// helpers are volunteers who will have been on the shift.
func (s *stage) helpers(n int) []int64 {
	s.t.Helper()
	var out []int64
	for _, p := range s.Crowd(n) {
		out = append(out, s.SignUp(p, s.shift.ID).ID)
	}
	s.Clock.Set(s.shift.EndsAt.Add(time.Hour))
	return out
}

// propose proposes minutes by hand for a sign-up and gives the proposal's id.
func (s *stage) propose(by auth.Actor, signupID int64) int64 {
	s.t.Helper()
	_, err := s.Record(by, s.shift.ID, activity.Deed{SignupID: signupID, Action: "correct", Given: apptest.First(s.shift, 60), Reason: "忘了签退"})
	apptest.Must(s.t, err)
	var p hours.Proposal
	apptest.Must(s.t, s.Store.Read(s.t.Context()).Where("target_id = ? AND state = 'pending'", signupID).Take(&p).Error)
	return p.ID
}

// decides approves a proposal: "granted" or "" when it is let through, else the code of the refusal.
func (s *stage) decides(by auth.Actor, id int64, want string) {
	s.t.Helper()
	out, err := s.Activities.DecideProposals(apptest.As(by), []int64{id}, true, "")
	apptest.Must(s.t, err)
	if want != "" && want != "granted" {
		apptest.WantCode(s.t, out[0].Err, want)
		return
	}
	apptest.Must(s.t, out[0].Err)
	if n := s.Count("hour_proposals", "id = ? AND granted_by_proposer = 1", id); (n == 1) != (want == "granted") {
		s.t.Errorf("proposal %d is noted as granted by the proposer: %v", id, n == 1)
	}
}

// desk has the admin make a desk account, and signs in with the password that the admin set.
func (s *stage) desk(by auth.Actor, login string) auth.Actor {
	s.t.Helper()
	_, err := s.Identity.CreateStaff(apptest.As(by), s.Station.ID, identity.Staff{Name: "贺兰", Login: login, Password: "long words are best", Role: auth.StationStaff})
	apptest.Must(s.t, err)
	in, err := s.Identity.LoginPassword(s.t.Context(), login, "long words are best", "")
	apptest.Must(s.t, err)
	return s.again(auth.Actor{PersonID: in.PersonID, SessionID: in.SessionID})
}

// again is the actor with the roles of now.
func (s *stage) again(a auth.Actor) auth.Actor {
	s.t.Helper()
	a, err := s.Identity.Actor(s.t.Context(), a.PersonID, a.SessionID)
	apptest.Must(s.t, err)
	return a
}

func (s *stage) grant(by, to auth.Actor) (identity.GrantView, auth.Actor) {
	s.t.Helper()
	g := s.Appoint(by, to, s.Station, auth.StationStaff)
	return g, s.again(to)
}

func (s *stage) link(a, b auth.Actor) {
	s.t.Helper()
	code, _, err := s.Identity.NewLinkCode(apptest.As(a))
	apptest.Must(s.t, err)
	_, err = s.Identity.AddLink(apptest.As(b), code)
	apptest.Must(s.t, err)
}

// accounts gives the accounts of a human in their order.
func (s *stage) accounts(a auth.Actor) []int64 {
	s.t.Helper()
	set, err := human.Accounts(s.Store.Read(s.t.Context()), a.PersonID)
	apptest.Must(s.t, err)
	if set[0] != a.PersonID {
		s.t.Errorf("the account itself is not the first of %v", set)
	}
	return slices.Sorted(slices.Values(set))
}

func (s *stage) one(people ...auth.Actor) {
	s.t.Helper()
	var want []int64
	for _, p := range people {
		want = append(want, p.PersonID)
	}
	for _, p := range people {
		if got := s.accounts(p); !slices.Equal(got, want) {
			s.t.Errorf("%d has the accounts %v, not %v", p.PersonID, got, want)
		}
	}
}

// apart settles two accounts as two people.
func (s *stage) apart(by, a, b auth.Actor) error {
	s.t.Helper()
	var d identity.Duplicate
	apptest.Must(s.t, s.Store.Read(s.t.Context()).Where("low_id = ? AND high_id = ?", a.PersonID, b.PersonID).Take(&d).Error)
	return s.Identity.KeepApart(apptest.As(by), d.ID, "核对过证件")
}

func (s *stage) wechat(a auth.Actor, openID, unionID string) {
	s.Exec("INSERT INTO wechat_identities (openid, unionid, person_id, created_at) VALUES (?, ?, ?, 0)", openID, unionID, a.PersonID)
}

// number gives an account a passport.
func (s *stage) number(a auth.Actor, number string) {
	s.t.Helper()
	kind := identity.Passport
	_, err := s.Identity.UpdateMe(apptest.As(a), identity.Patch{IdentityType: &kind, IdentityNumber: &number})
	apptest.Must(s.t, err)
}

func (s *stage) phone(a auth.Actor, phone string, proved bool) {
	s.t.Helper()
	_, err := s.Identity.UpdateMe(apptest.As(a), identity.Patch{Phone: &phone})
	apptest.Must(s.t, err)
	if proved {
		s.Exec("UPDATE people SET phone_proved_at = 1 WHERE id = ?", a.PersonID)
	}
}

func TestWhatMakesOneHuman(t *testing.T) {
	each(t, func(s *stage) {
		for name, join := range map[string]func(a, b auth.Actor){
			"a link":     s.link,
			"a document": func(a, b auth.Actor) { s.number(a, "E51907190"); s.number(b, "E51907190") },
			"a unionid":  func(a, b auth.Actor) { s.wechat(a, "openid-1", "union"); s.wechat(b, "openid-2", "union") },
			"a phone":    func(a, b auth.Actor) { s.phone(a, "13995301234", true); s.phone(b, "13995301234", true) },
		} {
			people := s.People("杨海兰", "杨海兰（旧）", "杨海兰（更旧）")
			a, b, c := people[0], people[1], people[2]
			s.one(a)
			join(a, b)
			s.one(a, b)
			s.link(b, c)
			s.one(a, b, c) // and whoever is one with one of them
			apptest.Must(t, s.Identity.FindDuplicates(t.Context()))
			apptest.WantCode(t, s.apart(s.Staff, a, b), "admin_needed")
			apptest.Must(t, s.apart(s.Admin, a, b))
			s.one(a)
			s.one(b, c)
			if t.Failed() {
				t.Fatal("by ", name)
			}
			apptest.Must(t, s.Identity.FindDuplicates(t.Context()))
			s.one(a) // for good
			s.link(a, b)
			s.one(a, b, c) // but by their own word
		}
	})
}

func TestAMergeIsOneHumanForGood(t *testing.T) {
	each(t, func(s *stage) {
		people := s.People("杨海兰", "杨海兰（旧）")
		s.Exec("UPDATE people SET merged_into = ? WHERE id = ?", people[0].PersonID, people[1].PersonID)
		s.Exec("INSERT INTO person_duplicates (low_id, high_id, by_phone, by_identity, state, reason, found_at, apart, settled_by) VALUES (?, ?, 1, 0, 'different', '', 0, 1, 1)", people[0].PersonID, people[1].PersonID)
		s.one(people...)
	})
}

// What the account that goes had in common with a third one is not lost.
func TestAMergeKeepsWhoElseItIs(t *testing.T) {
	each(t, func(s *stage) {
		people := s.People("杨海兰", "杨海兰（旧）", "杨海兰（更旧）")
		for i, number := range []string{"E51907190", "E51907191", "E51907191"} {
			s.number(people[i], number)
		}
		s.link(people[0], people[1])
		var d identity.Duplicate
		apptest.Must(t, s.Store.Read(t.Context()).Where("by_link = 1").Take(&d).Error)
		apptest.Must(t, s.Identity.Merge(apptest.As(s.Admin), d.ID, people[0].PersonID, "核对过证件"))
		s.one(people...)
	})
}

// Families share a phone, so that it is typed says nothing; and that of one of the two neither.
func TestATypedPhoneMakesNoHuman(t *testing.T) {
	each(t, func(s *stage) {
		people := s.People("王明月", "赵小宝")
		s.phone(people[0], "13995301234", false)
		s.phone(people[1], "13995301234", true)
		apptest.Must(t, s.Identity.FindDuplicates(t.Context()))
		s.one(people[0])
		s.one(people[1])
	})
}

// Somebody who changes what made two accounts one human stays one human until an admin says that they are two.
func TestOneHumanStaysOne(t *testing.T) {
	each(t, func(s *stage) {
		pair := func() (a, b auth.Actor) {
			people := s.People("杨海兰", "杨海兰（旧）")
			return people[0], people[1]
		}
		for name, leave := range map[string]func(a, b auth.Actor){
			"another document": func(a, b auth.Actor) { s.number(a, "E51907190"); s.number(b, "E51907190"); s.number(a, "E51907191") },
			"a withdrawal": func(a, b auth.Actor) {
				s.number(a, "E51907192")
				s.number(b, "E51907192")
				apptest.Must(t, s.Identity.Decide(apptest.As(a), identity.IdentityNumber, s.Identity.Notice.VersionOf(identity.IdentityNumber), false))
			},
			"another phone": func(a, b auth.Actor) {
				s.phone(a, "13995301234", true)
				s.phone(b, "13995301234", true)
				s.phone(a, "13995305678", false)
			},
			"no phone": func(a, b auth.Actor) {
				s.phone(a, "13995301235", true)
				s.phone(b, "13995301235", true)
				s.phone(b, "", false)
			},
			"a closing": func(a, b auth.Actor) {
				s.number(a, "E51907193")
				s.number(b, "E51907193")
				apptest.Must(t, s.CloseAccount(apptest.As(b), ""))
			},
			"a linked one's closing": func(a, b auth.Actor) { s.link(a, b); apptest.Must(t, s.CloseAccount(apptest.As(b), "")) },
		} {
			a, b := pair()
			leave(a, b)
			s.one(a, b)
			if t.Failed() {
				t.Fatal("by ", name)
			}
		}
	})
}

// An admin makes an account, knows its password, and approves with it what they proposed themselves; or the other way round.
func TestAPuppetIsNoSecondHand(t *testing.T) {
	each(t, func(s *stage) {
		signups := s.helpers(5)
		idle := s.desk(s.Admin, "ma.lan") // whose password nobody ever changes
		puppet := s.desk(s.Admin, "he.lan")
		mine, its := s.propose(s.Admin, signups[0]), s.propose(puppet, signups[1])
		s.decides(puppet, mine, "password_not_own")
		s.decides(s.Admin, its, "second_person_needed")
		apptest.Must(t, s.Identity.ChangePassword(apptest.As(puppet), "long words are best", "other words are as good"))
		s.decides(puppet, mine, "grant_fresh")
		s.decides(s.Admin, its, "second_person_needed")
		s.decides(s.Staff, s.propose(puppet, signups[2]), "") // a human apart from both
		s.Clock.Advance(72*time.Hour - time.Second)
		s.decides(puppet, mine, "grant_fresh")
		s.decides(s.Admin, its, "second_person_needed")
		s.Clock.Advance(2 * time.Second)
		s.decides(idle, mine, "password_not_own")
		s.decides(s.Admin, s.propose(s.again(idle), signups[4]), "second_person_needed")
		s.decides(puppet, mine, "granted")
		s.decides(s.Admin, its, "granted")
		s.decides(puppet, s.propose(s.Second, signups[3]), "") // who has nothing to do with the puppet's role
		s.Whole(t)
	})
}

// Grant, approve, revoke; and grant, propose, revoke, approve.
func TestAFreshGrantIsNoSecondHand(t *testing.T) {
	each(t, func(s *stage) {
		signups, phone := s.helpers(3), s.Volunteer("林晓雯")
		mine := s.propose(s.Admin, signups[0])
		g, friend := s.grant(s.Admin, phone)
		s.decides(friend, mine, "grant_fresh")
		its := s.propose(friend, signups[1])
		apptest.Must(t, s.Identity.Revoke(apptest.As(s.Admin), g.ID, identity.Becomes{ToQueue: true}))
		s.decides(s.again(friend), mine, "not_found")
		s.decides(s.Admin, its, "second_person_needed")
		s.Clock.Advance(100 * time.Hour)
		s.decides(s.Admin, its, "second_person_needed") // a role that was taken away ripens no more
		s.decides(s.Staff, its, "")
		g, friend = s.grant(s.Admin, phone)
		s.Clock.Advance(73 * time.Hour)
		its = s.propose(friend, signups[2])
		apptest.Must(t, s.Identity.Revoke(apptest.As(s.Admin), g.ID, identity.Becomes{ToQueue: true}))
		s.decides(s.Admin, its, "granted")
	})
}

func TestAnotherAdminConfirmsAGrant(t *testing.T) {
	each(t, func(s *stage) {
		signups, second := s.helpers(3), s.Volunteer("马主任（微信）")
		s.link(s.Admin, second)
		other := s.AdminOf(s.District, "丁主任")
		g, friend := s.grant(s.Admin, s.Volunteer("林晓雯"))
		confirm := func(by auth.Actor, want string) {
			t.Helper()
			v, err := s.Identity.ConfirmGrant(apptest.As(by), g.ID)
			if want != "" {
				apptest.WantCode(t, err, want)
			} else if err != nil || *v.ConfirmedBy != by.PersonID || !v.CountsFrom(72*time.Hour).Equal(s.Clock.Now()) {
				t.Errorf("%+v %v", v, err)
			}
		}
		admin := s.Appoint(other, second, s.District, auth.DistrictAdmin)
		fresh := s.Appoint(other, s.Volunteer("白雪"), s.District, auth.DistrictAdmin)
		s.Exec("UPDATE role_grants SET created_at = 0 WHERE id = ?", admin.ID)
		confirm(s.Staff, "not_found")
		confirm(s.AdminOf(s.Other, "隔壁"), "not_found")
		confirm(s.Admin, "second_person_needed")
		confirm(s.again(second), "second_person_needed") // the same human
		confirm(auth.Actor{PersonID: fresh.PersonID, Grants: []auth.Grant{{Role: auth.DistrictAdmin, UnitPath: s.District.Path}}}, "grant_fresh")
		confirm(auth.Actor{PersonID: friend.PersonID, Grants: []auth.Grant{{Role: auth.DistrictAdmin, UnitPath: s.District.Path}}}, "second_person_needed")
		mine := s.propose(s.Admin, signups[0])
		s.decides(friend, mine, "grant_fresh")
		confirm(other, "")
		s.decides(friend, mine, "granted")
		confirm(other, "grant_counts")
		s.decides(s.Admin, s.propose(friend, signups[1]), "granted")
		s.decides(s.Staff, s.propose(friend, signups[2]), "")
		s.Exec("UPDATE role_grants SET confirmed_by = NULL, confirmed_at = NULL WHERE id = ?", g.ID)
		s.Clock.Advance(72 * time.Hour)
		confirm(other, "grant_counts")
	})
}

// One's own second account is no second hand, however long it holds a role, and what it has is one's own.
func TestTheOwnSecondAccount(t *testing.T) {
	each(t, func(s *stage) {
		linked, unionid := s.Volunteer("杨海兰（微信）"), s.Volunteer("杨海兰（另一个）")
		for i, second := range []auth.Actor{linked, unionid} {
			at := s.Clock.Now().Sub(apptest.Start) + 24*time.Hour
			asked := s.Draft()
			asked.Approval = activity.ApprovalStaff
			wish := s.SignUp(second, s.Publish(asked, apptest.At(at+24*time.Hour, 5))[0].ID).ID
			s.shift = s.Publish(s.Draft(), apptest.At(at, 50))[0].Shift
			own, helped := s.SignUp(second, s.shift.ID), s.SignUp(s.Volunteer("林晓雯"), s.shift.ID)
			if i == 0 {
				s.link(s.Staff, second)
			} else {
				s.wechat(s.Staff, "openid-1", "union")
				s.wechat(second, "openid-2", "union")
			}
			out, err := s.Activities.DecideSignups(apptest.As(s.Staff), []int64{wish}, true, "")
			apptest.Must(t, err)
			apptest.WantCode(t, out[0].Err, "own_signup")
			s.Serve(second, s.shift, time.Hour)
			s.Clock.Set(s.shift.EndsAt.Add(time.Hour))
			for _, d := range []activity.Deed{{SignupID: own.ID, Action: "confirm"}, {SignupID: own.ID, Action: "correct", Minutes: 30, Reason: "忘了"}} {
				_, err = s.Record(s.Staff, s.shift.ID, d)
				apptest.WantCode(t, err, "own_hours")
			}
			s.propose(s.Second, own.ID)
			its := s.propose(s.Staff, helped.ID)
			if n, err := s.Hours.Waiting(apptest.As(s.Staff), 100); err != nil || n.Proposals != 0 {
				t.Errorf("%d proposals for them to decide, %v", n, err)
			}
			_, hand := s.grant(s.Admin, second)
			s.Clock.Advance(100 * time.Hour)
			s.decides(hand, its, "second_person_needed")
			if n, err := s.Hours.Waiting(apptest.As(hand), 100); err != nil || n.Proposals != 0 {
				t.Errorf("%d proposals for the second account, %v", n, err)
			}
			s.Exec("UPDATE hour_proposals SET state = 'rejected', open_target = NULL, decided_by = ?, decided_at = 1", s.Admin.PersonID)
		}
	})
}

// A finding of somebody who has a role is an admin's; one that staff settled before opens again with the role.
func TestARoleOpensWhatStaffSettled(t *testing.T) {
	each(t, func(s *stage) {
		people := s.People("王明月", "赵小宝")
		s.phone(people[0], "13995301234", false)
		s.phone(people[1], "13995301234", false)
		apptest.Must(t, s.Identity.FindDuplicates(t.Context()))
		apptest.Must(t, s.apart(s.Staff, people[0], people[1]))
		_, mother := s.grant(s.Admin, people[0])
		apptest.WantCode(t, s.apart(s.Staff, people[0], people[1]), "admin_needed")
		apptest.WantCode(t, s.apart(mother, people[0], people[1]), "own_account")
		apptest.WantCode(t, s.apart(s.Admin, people[0], people[1]), "second_person_needed") // who gave the role just now
		s.Clock.Advance(72 * time.Hour)
		apptest.Must(t, s.apart(s.Admin, people[0], people[1]))
		s.grant(s.Admin, people[1])
		apptest.WantCode(t, s.apart(s.Admin, people[0], people[1]), "bad_transition") // it holds
	})
}

// What staff settled by a typed phone opens again when more is found; and nobody settles it for their own second account.
func TestAFindingGrowsStronger(t *testing.T) {
	each(t, func(s *stage) {
		people := s.People("王明月", "赵小宝")
		for _, p := range people {
			s.phone(p, "13995301234", false)
		}
		apptest.Must(t, s.Identity.FindDuplicates(t.Context()))
		apptest.Must(t, s.apart(s.Staff, people[0], people[1]))
		for _, p := range people {
			s.number(p, "E51907190")
		}
		apptest.Must(t, s.Identity.FindDuplicates(t.Context()))
		if s.Count("person_duplicates", "state = 'open' AND settled_by IS NULL AND reason = '' AND by_phone = 1 AND by_identity = 1") != 1 {
			t.Error("still settled")
		}
		s.link(s.Admin, people[1])
		apptest.WantCode(t, s.apart(s.Admin, people[0], people[1]), "own_account")
		apptest.WantCode(t, s.Identity.Merge(apptest.As(s.Admin), 1, people[0].PersonID, "x"), "own_account")
	})
}

func TestAPuppetPartsNobody(t *testing.T) {
	each(t, func(s *stage) {
		second := s.Volunteer("马主任（微信）")
		s.link(s.Admin, second)
		g, err := s.Identity.CreateStaff(apptest.As(s.Admin), s.District.ID, identity.Staff{Name: "贺兰", Login: "he.lan", Password: "long words are best", Role: auth.DistrictAdmin})
		apptest.Must(t, err)
		puppet := auth.Actor{PersonID: g.PersonID, Grants: []auth.Grant{{Role: auth.DistrictAdmin, UnitPath: s.District.Path}}}
		apptest.WantCode(t, s.apart(puppet, s.Admin, second), "password_not_own")
		s.Exec("UPDATE password_logins SET set_by = NULL")
		apptest.WantCode(t, s.apart(puppet, s.Admin, second), "grant_fresh")
		apptest.WantCode(t, s.apart(s.Admin, s.Admin, second), "own_account")
		apptest.Must(t, s.apart(s.AdminOf(s.District, "丁主任"), s.Admin, second))
	})
}

// A code is used once, whoever is first.
func TestRacingForALinkCode(t *testing.T) {
	each(t, func(s *stage) {
		for round := range 5 {
			people := s.Crowd(8)
			code, _, err := s.Identity.NewLinkCode(apptest.As(people[0]))
			apptest.Must(t, err)
			answers := make(chan error, len(people))
			for _, p := range people[1:] {
				go func() { _, err := s.Identity.AddLink(apptest.As(p), code); answers <- err }()
			}
			won := 0
			for range people[1:] {
				if err := <-answers; err == nil {
					won++
				} else {
					apptest.WantCode(t, err, "link_code_wrong")
				}
			}
			if n := s.Count("person_duplicates", "low_id = ? AND by_link = 1", people[0].PersonID); won != 1 || n != 1 {
				t.Errorf("round %d: %d were let in, %d links", round, won, n)
			}
		}
		// Two who type each other's code at once are linked once.
		a, b := s.Volunteer("甲"), s.Volunteer("乙")
		codes := map[int64]string{}
		for _, p := range []auth.Actor{a, b} {
			code, _, err := s.Identity.NewLinkCode(apptest.As(p))
			apptest.Must(t, err)
			codes[p.PersonID] = code
		}
		both := make(chan error, 2)
		go func() { _, err := s.Identity.AddLink(apptest.As(a), codes[b.PersonID]); both <- err }()
		go func() { _, err := s.Identity.AddLink(apptest.As(b), codes[a.PersonID]); both <- err }()
		said := []string{fmt.Sprint(<-both == nil), fmt.Sprint(<-both == nil)}
		if slices.Sort(said); !slices.Equal(said, []string{"false", "true"}) || s.Count("person_duplicates", "low_id = ? AND high_id = ?", a.PersonID, b.PersonID) != 1 {
			t.Error(said)
		}
	})
}
