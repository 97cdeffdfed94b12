package identity_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/identity"
)

func TestPhonesAreKeptInOneWay(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"13800001234": "13800001234", " 138 0000 1234": "13800001234", "+86 138-0000-1234": "13800001234", "008613800001234": "13800001234", "１３８００００１２３４": "13800001234",
		"0953-5098110": "0953-5098110", "09535098110": "0953-5098110", "（0953）5098110": "0953-5098110", "010 6200 0000": "010-62000000", "021-6200000": "021-6200000", "0755-86001234": "0755-86001234",
	} {
		if got, err := identity.CleanPhone(typed); err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", typed, got, err, want)
		}
	}
	for _, typed := range []string{"", "1380000123", "138000012345", "12800001234", "5098110", "0953-1098110", "+85261234567", "+1 202 555 0100", "1380000l234", "0053-5098110", "'; DROP TABLE"} {
		if got, err := identity.CleanPhone(typed); fault.From(err).Code != "phone_invalid" {
			t.Errorf("%q was taken as %q", typed, got)
		}
	}
}

// The numbers are the standard's own example and made up; the day is 5 March 2026.
func TestIdentityNumbers(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 5, 1, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		kind         identity.IdentityType
		number, want string
	}{
		{identity.ResidentCard, "11010519491231002X", "11010519491231002X"}, // GB 11643-1999
		{identity.ResidentCard, " 110105 19491231 002x ", "11010519491231002X"},
		{identity.ResidentCard, "１１０１０５１９４９１２３１００２ｘ", "11010519491231002X"}, {identity.ResidentCard, "\u202d110105-19491231-002x\u202c\u200b", "11010519491231002X"},
		{identity.ResidentCard, "440524188001010014", ""}, // the standard's other one: nobody lives so long
		{identity.ResidentCard, "110105194912310021", ""}, // check digit
		{identity.ResidentCard, "110105491231002", ""},    // of fifteen digits, void since 2013
		{identity.ResidentCard, "11010520230229002X", ""}, // no such day
		{identity.ResidentCard, "X1010519491231002X", ""},
		{identity.ResidentCard, "01010519491231002X", ""},
		{identity.Passport, "e12345678", "E12345678"}, {identity.Passport, "E1", ""}, {identity.Passport, "E12345678!", ""},
		{identity.MainlandPermit, "H12345678", "H12345678"}, {identity.MainlandPermit, "H1234567890", "H1234567890"}, {identity.MainlandPermit, "K12345678", ""},
		{identity.MainlandPermit, "ｈ１２３４－５６７８", "H12345678"}, {identity.OtherDocument, "Z123456（７）", "Z123456(7)"}, {identity.OtherDocument, "AB-12345", "AB-12345"}, {identity.OtherDocument, "证件", ""}, {"driver", "123456", ""},
	} {
		got, err := identity.CleanIdentity(c.kind, c.number, now)
		if (err == nil) != (c.want != "") || err == nil && got != c.want {
			t.Errorf("%s %q: %q, %v; want %q", c.kind, c.number, got, err, c.want)
		}
	}
}

// Any one wrong digit, and any two neighbours that changed places, are found (ISO 7064).
func TestTheCheckDigitFindsSlips(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 5, 1, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		body := fmt.Sprintf("%06d%s%03d", rapid.IntRange(110000, 659999).Draw(t, "area"), time.Date(1930, 1, 1+rapid.IntRange(0, 30000).Draw(t, "day"), 0, 0, 0, 0, time.UTC).Format("20060102"), rapid.IntRange(0, 999).Draw(t, "order"))
		good := identity.WithCheckDigit(body)
		if _, err := identity.CleanIdentity(identity.ResidentCard, good, now); err != nil {
			t.Fatalf("%s: %v", good, err)
		}
		at, wrong := rapid.IntRange(0, 16).Draw(t, "at"), []byte(good)
		if rapid.Bool().Draw(t, "swapped") && at < 16 {
			wrong[at], wrong[at+1] = wrong[at+1], wrong[at]
		} else {
			wrong[at] = '0' + (wrong[at]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		}
		if _, err := identity.CleanIdentity(identity.ResidentCard, string(wrong), now); err == nil && string(wrong) != good {
			t.Fatalf("%s for %s was taken", wrong, good)
		}
	})
}

const card = "11010519491231002X" // of a woman born on 31 December 1949

func TestContactIsKeptSealed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.actor(t, w.wechat(t, "lin"))
		ctx := auth.With(t.Context(), a)
		kind := identity.ResidentCard
		numbered := identity.Patch{IdentityType: &kind, IdentityNumber: ptr(card)}
		_, err := w.UpdateMe(ctx, numbered)
		wantCode(t, err, "consent_needed")
		must(t, w.decide(t, a, identity.IdentityNumber, "n1", true))
		p, err := w.UpdateMe(ctx, identity.Patch{Phone: ptr("138 0000 1234"), IdentityType: &kind, IdentityNumber: ptr("11010519491231002x")})
		if err != nil || p.Phone != "13800001234" || p.Contact.IdentityType != kind || p.IdentityNumber != card {
			t.Fatalf("%+v, %v", p, err)
		}
		if c, err := w.MyContact(ctx); err != nil || c != (identity.Contact{Phone: "13800001234", IdentityType: kind, IdentityNumber: card}) {
			t.Errorf("%+v, %v", c, err)
		}
		row := w.person(t, a.PersonID)
		if row.PhoneIndex == nil || *row.PhoneIndex != w.PhoneIndex("13800001234") || row.IdentityIndex == nil || bytes.Contains(row.PhoneSealed, []byte("1380")) || bytes.Contains(row.IdentitySealed, []byte("1949")) {
			t.Errorf("%+v", row)
		}
		// bound to the row: another's does not open here
		other := w.actor(t, w.wechat(t, "ma"))
		w.exec(t, "UPDATE people SET phone_sealed = (SELECT phone_sealed FROM (SELECT phone_sealed FROM people WHERE id = ?) x) WHERE id = ?", a.PersonID, other.PersonID)
		if _, err := w.Profile(t.Context(), other.PersonID); err == nil {
			t.Error("a phone was moved to another person")
		}
		// what a patch does not name stays; "" takes away
		if p, err = w.UpdateMe(ctx, identity.Patch{Name: ptr("林晓雯")}); err != nil || p.Phone == "" || p.IdentityNumber == "" {
			t.Errorf("%+v, %v", p, err)
		}
		if p, err = w.UpdateMe(ctx, identity.Patch{Phone: ptr(""), IdentityNumber: ptr("")}); err != nil || p.Contact != (identity.Contact{}) {
			t.Errorf("%+v, %v", p, err)
		}
		if row := w.person(t, a.PersonID); row.PhoneSealed != nil || row.PhoneIndex != nil || row.IdentitySealed != nil || row.IdentityIndex != nil || row.IdentityType != "" {
			t.Errorf("something is left: %+v", row)
		}
		if p, err = w.UpdateMe(ctx, numbered); err != nil || p.IdentityNumber != card {
			t.Errorf("%+v, %v", p, err)
		}
		must(t, w.decide(t, a, identity.IdentityNumber, "n1", false))
		if row := w.person(t, a.PersonID); row.IdentitySealed != nil || row.IdentityIndex != nil || row.IdentityType != "" {
			t.Errorf("the consent is withdrawn, and the number is left: %+v", row)
		}
	})
}

func TestTheCardAndTheProfileAgree(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.actor(t, w.wechat(t, "lin"))
		must(t, w.decide(t, a, identity.IdentityNumber, "n1", true))
		kind := identity.ResidentCard
		try := func(p identity.Patch) error { _, err := w.UpdateMe(auth.With(t.Context(), a), p); return err }
		withCard := identity.Patch{IdentityType: &kind, IdentityNumber: ptr(card)}
		wrongBirth, wrongSex := withCard, withCard
		wrongBirth.BirthDate, wrongSex.Sex = ptr("1950-01-01"), ptr(identity.Male)
		wantCode(t, try(wrongBirth), "identity_mismatch")
		wantCode(t, try(wrongSex), "identity_mismatch")
		if err := try(identity.Patch{Sex: ptr(identity.Male)}); err != nil {
			t.Fatal(err)
		}
		wantCode(t, try(withCard), "identity_mismatch") // with what is on file
		mend := withCard
		mend.Sex, mend.BirthDate = ptr(identity.Female), ptr("1949-12-31")
		if err := try(mend); err != nil {
			t.Fatal(err)
		}
		wantCode(t, try(identity.Patch{BirthDate: ptr("1949-12-30")}), "identity_mismatch") // the card is on file now
		wantCode(t, try(identity.Patch{Sex: ptr(identity.Male)}), "identity_mismatch")
		if err := try(identity.Patch{Sex: ptr(identity.Unknown)}); err != nil {
			t.Error("not saying is no disagreement:", err)
		}
		wantCode(t, try(identity.Patch{IdentityNumber: ptr(card)}), "identity_invalid")
		wantCode(t, try(identity.Patch{IdentityType: &kind}), "identity_invalid")
		wantCode(t, try(identity.Patch{Phone: ptr("110")}), "phone_invalid")
		passport := identity.Passport
		if err := try(identity.Patch{IdentityType: &passport, IdentityNumber: ptr("E12345678"), BirthDate: ptr("1960-01-01")}); err != nil {
			t.Error("a passport says neither:", err)
		}
	})
}

func TestThePhoneThatWechatKnows(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.actor(t, w.wechat(t, "lin"))
		ctx := auth.With(t.Context(), a)
		if p, err := w.SetMyPhone(ctx, "13900001234"); err != nil || p.Phone != "13900001234" {
			t.Fatalf("%+v, %v", p, err)
		}
		_, err := w.SetMyPhone(ctx, "+85261234567")
		wantCode(t, err, "phone_invalid")
		w.Phone = func(context.Context, string) (string, error) { return "", errors.New("WeChat is away") }
		for range 8 {
			if _, err := w.SetMyPhone(ctx, "x"); err == nil || !strings.Contains(err.Error(), "away") {
				t.Fatal(err)
			}
		}
		_, err = w.SetMyPhone(ctx, "x")
		wantCode(t, err, "too_many_attempts")
		w.clock.advance(time.Hour)
		if _, err := w.SetMyPhone(ctx, "x"); fault.From(err).Code == "too_many_attempts" {
			t.Error("still throttled an hour later")
		}
		if c, _ := w.MyContact(ctx); c.Phone != "13900001234" {
			t.Error("what was refused changed it", c.Phone)
		}
	})
}

// A phone that WeChat gave to two accounts makes them one human: from who holds a role it is not typed away.
func TestAProvedPhoneIsNotTypedAway(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a, b := w.actor(t, w.wechat(t, "lin")), w.actor(t, w.wechat(t, "bai"))
		typed := func(who auth.Actor, phone string) error {
			_, err := w.UpdateMe(auth.With(t.Context(), who), identity.Patch{Phone: &phone})
			return err
		}
		proves := func(who auth.Actor, phone string) {
			t.Helper()
			if _, err := w.SetMyPhone(auth.With(t.Context(), who), phone); err != nil {
				t.Fatal(err)
			}
		}
		proved := func(who auth.Actor) bool {
			p, err := w.Profile(t.Context(), who.PersonID)
			if err != nil {
				t.Fatal(err)
			}
			return p.PhoneProvedAt != nil
		}
		one := func(want int) {
			t.Helper()
			if set, err := human.Accounts(w.store.Read(t.Context()), a.PersonID); err != nil || len(set) != want {
				t.Errorf("the accounts %v, %v; want %d", set, err, want)
			}
		}
		if err := typed(a, "13900001234"); err != nil || proved(a) {
			t.Error("typed, and proved", err)
		}
		proves(b, "13900001234")
		one(1)
		proves(a, "13900001234")
		one(2)
		if err := typed(a, "139 0000 1234"); err != nil || !proved(a) {
			t.Error("the same number again took the proof away", err)
		}
		if _, err := w.invited(auth.With(t.Context(), w.admin(t, "ma", w.wuzhong)), w.station.ID, a.PersonID, auth.StationStaff); err != nil {
			t.Fatal(err)
		}
		for _, phone := range []string{"", "13900005678"} {
			wantCode(t, typed(a, phone), "phone_proved")
		}
		if c, err := w.MyContact(auth.With(t.Context(), a)); err != nil || c.Phone != "13900001234" {
			t.Error(c, err)
		}
		proves(a, "13900005678")
		one(2) // still
		if err := typed(b, "13900005678"); err != nil || proved(b) {
			t.Error("another number, still proved", err)
		}
		one(2)
	})
}

// What WeChat calls one user is one human, also when it calls one of the accounts another user later.
func TestAUnionIDIsKept(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.wechat(t, "lin/union-1")
		w.wechat(t, "bai/union-1")
		w.wechat(t, "lin/union-2")
		if set, err := human.Accounts(w.store.Read(t.Context()), a.PersonID); err != nil || len(set) != 2 {
			t.Error(set, err)
		}
	})
}
