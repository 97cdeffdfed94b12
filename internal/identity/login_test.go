package identity_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/identity"
	"yimi/internal/store"
)

const office = "203.0.113.7"

func TestWechatMakesAPersonOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		first, again, other := w.wechat(t, "lin"), w.wechat(t, "lin"), w.wechat(t, "ma")
		if first.PersonID != again.PersonID || first.SessionID == again.SessionID || other.PersonID == first.PersonID {
			t.Errorf("%+v, %+v, %+v", first, again, other)
		}
		if upper := w.wechat(t, "LIN"); upper.PersonID == first.PersonID {
			t.Error("openids are told apart by case")
		}
		if _, err := w.LoginWechat(t.Context(), "used"); err == nil {
			t.Error("WeChat refused the code, yet somebody is in")
		}
	})
}

func TestRacingFirstLoginsMakeOnePerson(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		people := make([]int64, 12)
		var wg sync.WaitGroup
		for i := range people {
			wg.Go(func() {
				in, err := w.LoginWechat(t.Context(), "lin")
				if err != nil {
					t.Error(err)
				}
				people[i] = in.PersonID
			})
		}
		wg.Wait()
		for _, id := range people {
			if id != people[0] || id == 0 {
				t.Fatalf("people %v", people)
			}
		}
		if n := w.count(t, "people"); n != 1 {
			t.Errorf("%d people, want 1", n)
		}
	})
}

func TestDemoPersonas(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, err := w.LoginDemo(t.Context(), "staff")
		wantCode(t, err, "persona_missing")
		_, err = w.LoginDemo(t.Context(), "root")
		wantCode(t, err, "persona_missing")
		yang := w.wechat(t, "yang")
		persona := identity.WechatIdentity{OpenID: "demo-staff", PersonID: yang.PersonID, CreatedAt: w.store.Now()}
		if err := w.store.Tx(t.Context(), func(tx *store.Tx) error { return tx.Create(&persona).Error }); err != nil {
			t.Fatal(err)
		}
		if in, err := w.LoginDemo(t.Context(), "staff"); err != nil || in.PersonID != yang.PersonID {
			t.Errorf("%+v, %v", in, err)
		}
		w.Demo = false
		_, err = w.LoginDemo(t.Context(), "staff")
		if wantCode(t, err, "not_found"); fault.From(err).Kind != fault.NotFound {
			t.Error("not a 404")
		}
	})
}

func TestPasswordLogin(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		dummies := w.CountDummies()
		g := w.desk(t, "yang.hailan")
		in, err := w.LoginPassword(t.Context(), " Yang.Hailan ", rootPassword, office)
		if err != nil || in.PersonID != g.PersonID {
			t.Fatalf("%+v, %v", in, err)
		}
		if a := w.actor(t, in); !a.Administers(w.room.Path) {
			t.Errorf("%+v", a)
		}
		_, wrong := w.LoginPassword(t.Context(), "yang.hailan", "long words are worst", office)
		if wantCode(t, wrong, "bad_credentials"); dummies.Load() != 0 {
			t.Error("a known login was verified against the dummy")
		}
		_, unknown := w.LoginPassword(t.Context(), "yang.hailang", rootPassword, office)
		if dummies.Load() != 1 {
			t.Error("an unknown login does not cost what a known one does")
		}
		if fault.From(unknown).Message != fault.From(wrong).Message || fault.From(unknown).Kind != fault.From(wrong).Kind {
			t.Errorf("the answers differ: %v, %v", unknown, wrong)
		}
	})
}

func TestLoginIsThrottled(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		dummies := w.CountDummies()
		w.desk(t, "yang.hailan")
		try := func(login, password string) error {
			_, err := w.LoginPassword(t.Context(), login, password, office)
			return err
		}
		for _, login := range []string{"yang.hailan", "nobody.here"} { // both alike
			for range 5 {
				wantCode(t, try(login, "wrong"), "bad_credentials")
			}
			worked := dummies.Load()
			w.clock.advance(30 * time.Second)
			err := try(login, rootPassword) // the right one is no way to find out
			wantCode(t, err, "too_many_attempts")
			if f := fault.From(err); f.Kind != fault.TooMany || !strings.Contains(f.Message, "15 分钟") {
				t.Errorf("%v", err)
			}
			if dummies.Load() != worked {
				t.Error("what is refused still costs a hash")
			}
		}
		w.clock.advance(15 * time.Minute)
		if err := try("yang.hailan", rootPassword); err != nil {
			t.Errorf("after the window: %v", err)
		}
	})
}

// Whoever guesses a login locks it where they are, and nowhere else.
func TestAStrangerLocksNobodyOut(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.SkipDummies()
		w.desk(t, "yang.hailan")
		try := func(login, password, address string) error {
			_, err := w.LoginPassword(t.Context(), login, password, address)
			return err
		}
		must(t, try("yang.hailan", rootPassword, office))
		for range 6 {
			_ = try("yang.hailan", "wrong", "192.0.2.7")
		}
		wantCode(t, try("yang.hailan", rootPassword, "192.0.2.7"), "too_many_attempts")
		must(t, try("yang.hailan", rootPassword, office))
		must(t, try("yang.hailan", rootPassword, "192.0.2.8")) // on the way, too

		// Many networks together are slowed; the owner is not, where they are usual, nor their neighbour by a new address.
		for _, login := range []string{"yang.hailan", "nobody.here"} {
			judged := 0
			for i := range 80 {
				if fault.From(try(login, "wrong", fmt.Sprintf("198.18.%d.9", i))).Code == "bad_credentials" {
					judged++
				}
			}
			if want := map[string]int{"yang.hailan": 45, "nobody.here": 50}[login]; judged != want { // five were the stranger's above
				t.Errorf("%s: %d guesses were judged, want %d", login, judged, want)
			}
			err := try(login, rootPassword, "198.19.0.1")
			wantCode(t, err, "too_many_attempts")
			if f := fault.From(err); !strings.Contains(f.Message, "以前登录过的地方") || !strings.Contains(f.Message, "24 小时") || f.Wait != 24*time.Hour {
				t.Errorf("%v, %v", err, f.Wait)
			}
		}
		must(t, try("yang.hailan", rootPassword, office))
		must(t, try("yang.hailan", rootPassword, "192.0.2.8"))
		wantCode(t, try("yang.hailan", rootPassword, "198.19.0.1"), "too_many_attempts") // the owner's logins gave no new tries
		for range 5 {
			wantCode(t, try("yang.hailan", "wrong", office), "bad_credentials")
		}
		wantCode(t, try("yang.hailan", rootPassword, office), "too_many_attempts") // a usual place has the quick lock
		w.clock.advance(15 * time.Minute)
		must(t, try("yang.hailan", rootPassword, office))
		wantCode(t, try("yang.hailan", rootPassword, "198.19.0.1"), "too_many_attempts")
		w.clock.advance(24 * time.Hour)
		must(t, try("yang.hailan", rootPassword, "198.19.0.1"))
	})
}

// A good login starts the login's count anew, and the address's only by its own try.
func TestGoodLoginForgives(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.desk(t, "yang.hailan")
		for range 2 {
			for range 4 {
				_, err := w.LoginPassword(t.Context(), "yang.hailan", "wrong", office)
				wantCode(t, err, "bad_credentials")
			}
			if _, err := w.LoginPassword(t.Context(), "yang.hailan", rootPassword, office); err != nil {
				t.Fatal(err)
			}
		}
		var hits int64
		err := w.store.Read(t.Context()).Table("throttles").Select("COALESCE(SUM(hits), 0)").Scan(&hits).Error
		if err != nil || hits != 16 || w.count(t, "throttles") != 3 { // the second four came from a usual place
			t.Errorf("%d hits, %v; want the address's 8 wrong ones, everywhere's 4 and the usual place's 4", hits, err)
		}
	})
}

func TestAddressIsThrottledOverManyLogins(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.SkipDummies()
		var refused atomic.Int64
		var wg sync.WaitGroup
		for i := range 36 { // each login once: only the address adds up
			wg.Go(func() {
				login, address := fmt.Sprintf("user%d", i), fmt.Sprintf("2001:db8::%d", i) // of one /64
				_, err := w.LoginPassword(t.Context(), login, "wrong", address)
				if fault.From(err).Code == "too_many_attempts" {
					refused.Add(1)
				}
			})
		}
		wg.Wait()
		if refused.Load() != 6 {
			t.Errorf("%d refused, want 6", refused.Load())
		}
	})
}

func TestOldHashIsRenewed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const old = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
		g := w.desk(t, "yang.hailan")
		err := w.store.Tx(t.Context(), func(tx *store.Tx) error {
			return tx.Model(&identity.PasswordLogin{}).Where("person_id = ?", g.PersonID).Update("hash", old).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := w.LoginPassword(t.Context(), "yang.hailan", "password", ""); err != nil {
				t.Fatal(err)
			}
		}
		var row identity.PasswordLogin
		if err := w.store.Read(t.Context()).Take(&row).Error; err != nil || auth.NeedsRehash(row.Hash) {
			t.Errorf("%s, %v", row.Hash, err)
		}
	})
}

func TestChangePassword(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.desk(t, "yang.hailan")
		login := func(password string) (identity.SignedIn, error) {
			return w.LoginPassword(t.Context(), "yang.hailan", password, "")
		}
		here, _ := login(rootPassword)
		there, _ := login(rootPassword)
		lin := w.wechat(t, "lin")
		a := w.actor(t, here)
		wantCode(t, w.ChangePassword(auth.With(t.Context(), a), rootPassword, "short"), "password_weak")
		wantCode(t, w.ChangePassword(auth.With(t.Context(), a), rootPassword, "yang.hailan"), "password_weak")
		wantCode(t, w.ChangePassword(auth.With(t.Context(), a), rootPassword, rootPassword), "password_weak")
		wantCode(t, w.ChangePassword(auth.With(t.Context(), a), "wrong", "一二三四五六七八九十"), "wrong_password")
		wantCode(t, w.ChangePassword(auth.With(t.Context(), w.actor(t, lin)), "wrong", "一二三四五六七八九十"), "no_password")
		if err := w.ChangePassword(auth.With(t.Context(), a), rootPassword, "一二三四五六七八九十"); err != nil {
			t.Fatal(err)
		}
		w.actor(t, here)
		w.actor(t, lin)
		w.ended(t, there)
		_, err := w.Refresh(t.Context(), there.RefreshToken)
		wantCode(t, err, "session_ended")
		_, err = login(rootPassword)
		wantCode(t, err, "bad_credentials")
		if _, err := login("一二三四五六七八九十"); err != nil {
			t.Error(err)
		}
		for range 5 {
			wantCode(t, w.ChangePassword(auth.With(t.Context(), a), "wrong", "another long one"), "wrong_password")
		}
		wantCode(t, w.ChangePassword(auth.With(t.Context(), a), "wrong", "another long one"), "too_many_attempts")
	})
}
