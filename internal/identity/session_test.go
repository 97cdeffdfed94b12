package identity_test

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/identity"
	"yimi/internal/storetest"
)

func TestRefreshRotates(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		first := w.wechat(t, "lin")
		if first.ExpiresIn != 15*time.Minute {
			t.Errorf("the access token lasts %v", first.ExpiresIn)
		}
		second, err := w.Refresh(t.Context(), first.RefreshToken)
		if err != nil || second.SessionID != first.SessionID || second.PersonID != first.PersonID || second.RefreshToken == first.RefreshToken {
			t.Fatalf("%+v, %v", second, err)
		}
		if _, err := w.Refresh(t.Context(), second.RefreshToken); err != nil {
			t.Errorf("the new token does not work: %v", err)
		}
		_, err = w.Refresh(t.Context(), "no-such-token-at-all")
		wantCode(t, err, "session_ended")
		w.actor(t, first)
	})
}

// A session that is used lasts; one that is not ends 30 days after its last use. Its used tokens do not pile up.
func TestSessionEndsUnused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const day = 24 * time.Hour
		used, left := w.wechat(t, "lin"), w.wechat(t, "ma")
		oldest := used.RefreshToken
		for range 20 { // 400 days
			w.clock.advance(20 * day)
			next, err := w.Refresh(t.Context(), used.RefreshToken)
			if err != nil {
				t.Fatal(err)
			}
			used.RefreshToken = next.RefreshToken
			w.actor(t, used)
		}
		if n := w.count(t, "refresh_tokens"); n != 21 { // left's, used's last, and what it used within a year
			t.Errorf("%d tokens", n)
		}
		w.ended(t, left)
		for _, gone := range []string{left.RefreshToken, oldest} {
			_, err := w.Refresh(t.Context(), gone)
			wantCode(t, err, "session_ended")
		}
		w.clock.advance(30*day - time.Second)
		w.actor(t, used)
		w.clock.advance(time.Second)
		w.ended(t, used)
		_, err := w.Refresh(t.Context(), used.RefreshToken)
		wantCode(t, err, "session_ended")
	})
}

func TestReuseEndsTheFamily(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		stolen, other := w.wechat(t, "lin"), w.wechat(t, "lin")
		thief, err := w.Refresh(t.Context(), stolen.RefreshToken)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Refresh(t.Context(), stolen.RefreshToken)
		wantCode(t, err, "session_ended")
		if fault.From(err).Kind != fault.Unauthenticated {
			t.Error("not a 401")
		}
		w.ended(t, stolen)
		_, err = w.Refresh(t.Context(), thief.RefreshToken)
		wantCode(t, err, "session_ended")
		w.actor(t, other) // another device is another family
	})
}

// Of many refreshes racing with one token exactly one gets tokens, and the session ends.
func TestRacingRefreshes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		in := w.wechat(t, "lin")
		var won atomic.Int64
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				_, err := w.Refresh(t.Context(), in.RefreshToken)
				if err == nil {
					won.Add(1)
				} else {
					wantCode(t, err, "session_ended")
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("%d won, want 1", won.Load())
		}
		w.ended(t, in)
	})
}

// A refresh that committed although the reply was lost is run again by the store:
// that must not look like a stolen token.
func TestLostCommitIsNoReuse(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		in, next := w.wechat(t, "lin"), auth.NewSecret()
		first, err := w.RotateTwice(t.Context(), in.RefreshToken, next)
		if err != nil || !first {
			t.Errorf("%v, %v", first, err)
		}
		if _, err := w.Refresh(t.Context(), next); err != nil {
			t.Errorf("the new token does not work: %v", err)
		}
	})
}

func TestLogoutEndsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		in, other := w.wechat(t, "lin"), w.wechat(t, "lin")
		for range 2 { // twice is as good as once
			if err := w.Logout(auth.With(t.Context(), auth.Actor{PersonID: in.PersonID, SessionID: in.SessionID})); err != nil {
				t.Fatal(err)
			}
		}
		w.ended(t, in)
		_, err := w.Refresh(t.Context(), in.RefreshToken)
		wantCode(t, err, "session_ended")
		w.actor(t, other)
	})
}

func TestActorIsOfTheSessionsPerson(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		lin, ma := w.wechat(t, "lin"), w.wechat(t, "ma")
		_, err := w.Actor(t.Context(), ma.PersonID, lin.SessionID)
		wantCode(t, err, "session_ended")
		if a := w.actor(t, lin); !a.Has(auth.Resident) || a.Has(auth.Volunteer) || a.IsStaff() || len(a.ManagedPaths()) != 0 {
			t.Errorf("a newcomer is %+v", a)
		}
	})
}

func TestPruneKeepsWhatLives(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.wechat(t, "lin")
		w.clock.advance(20 * 24 * time.Hour)
		kept := w.wechat(t, "lin")
		w.clock.advance(20 * 24 * time.Hour)
		n, err := w.PruneSessions(t.Context(), w.store.Now())
		if err != nil || n != 1 || w.count(t, "refresh_tokens") != 1 {
			t.Errorf("pruned %d, %v", n, err)
		}
		w.actor(t, kept)
	})
}

// sessionMachine compares the sessions of one person with a model of them.
type sessionMachine struct {
	w        *world
	person   string
	sessions []*modelSession
}

type modelSession struct {
	in      identity.SignedIn
	used    []usedToken // its refresh tokens that were used, in the last 30 days before the last refresh
	current string
	expires time.Time
	ended   bool
}

type usedToken struct {
	secret string
	at     time.Time
}

func (m *sessionMachine) alive(s *modelSession) bool {
	return !s.ended && m.w.clock.now().Before(s.expires)
}

func (m *sessionMachine) pick(t *rapid.T) *modelSession {
	if len(m.sessions) == 0 {
		t.Skip("no session yet")
	}
	return rapid.SampledFrom(m.sessions).Draw(t, "session")
}

func (m *sessionMachine) Login(t *rapid.T) {
	in, err := m.w.LoginWechat(t.Context(), m.person)
	if err != nil {
		t.Fatal(err)
	}
	m.sessions = append(m.sessions, &modelSession{in: in, current: in.RefreshToken, expires: m.w.clock.now().Add(30 * 24 * time.Hour)})
}

func (m *sessionMachine) Refresh(t *rapid.T) {
	s := m.pick(t)
	alive := m.alive(s)
	next, err := m.w.Refresh(t.Context(), s.current)
	if (err == nil) != alive {
		t.Fatalf("alive %v, refreshed with %v", alive, err)
	}
	if alive {
		now := m.w.clock.now()
		s.used, s.current = append(s.used, usedToken{s.current, now}), next.RefreshToken
		s.used = slices.DeleteFunc(s.used, func(u usedToken) bool { return now.Sub(u.at) > 30*24*time.Hour })
		s.expires = now.Add(30 * 24 * time.Hour)
	}
}

func (m *sessionMachine) Reuse(t *rapid.T) {
	s := m.pick(t)
	if len(s.used) == 0 {
		t.Skip("nothing used yet")
	}
	_, err := m.w.Refresh(t.Context(), rapid.SampledFrom(s.used).Draw(t, "used").secret)
	if err == nil || fault.From(err).Code != "session_ended" {
		t.Fatalf("a used token gave %v", err)
	}
	s.ended = true
}

func (m *sessionMachine) Logout(t *rapid.T) {
	s := m.pick(t)
	if err := m.w.Service.Logout(auth.With(t.Context(), auth.Actor{PersonID: s.in.PersonID, SessionID: s.in.SessionID})); err != nil {
		t.Fatal(err)
	}
	s.ended = true
}

func (m *sessionMachine) Wait(t *rapid.T) {
	hours := rapid.SampledFrom([]int{1, 100, 719, 720}).Draw(t, "hours")
	m.w.clock.advance(time.Duration(hours) * time.Hour)
}

// Check: a call passes in exactly the sessions that live in the model.
func (m *sessionMachine) Check(t *rapid.T) {
	for _, s := range m.sessions {
		_, err := m.w.Actor(t.Context(), s.in.PersonID, s.in.SessionID)
		if (err == nil) != m.alive(s) {
			t.Fatalf("session %d: alive %v, call gave %v", s.in.SessionID, m.alive(s), err)
		}
	}
}

func TestSessionStateMachine(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		var persons atomic.Int64
		rapid.Check(t, func(t *rapid.T) {
			m := &sessionMachine{w: w, person: "p" + string(rune('a'+persons.Add(1)%26))}
			t.Repeat(map[string]func(*rapid.T){
				"login": m.Login, "refresh": m.Refresh, "reuse": m.Reuse, "logout": m.Logout, "wait": m.Wait, "": m.Check,
			})
		})
	})
}
