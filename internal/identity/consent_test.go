package identity_test

import (
	"slices"
	"testing"
	"time"

	"yimi/internal/auth"
	"yimi/internal/feature"
	"yimi/internal/identity"
	"yimi/internal/store"
)

var notice = identity.Notice{Version: "2026-01", Consents: []identity.ConsentWords{
	{Kind: identity.Sensitive, Version: "s1"}, {Kind: identity.Location, Version: "l1"}, {Kind: identity.IdentityNumber, Version: "n1"},
	{Kind: identity.Leaderboard, Version: "b1"}, {Kind: identity.Share, Version: "o1"},
}}

func (w *world) decide(t *testing.T, a auth.Actor, kind identity.ConsentKind, version string, given bool) error {
	t.Helper()
	w.clock.advance(time.Second)
	return w.Decide(auth.With(t.Context(), a), kind, version, given)
}

func (w *world) holds(t *testing.T, personID int64, kind identity.ConsentKind, want bool) {
	t.Helper()
	got, err := w.Consented(t.Context(), personID, kind)
	if err != nil || got != want {
		t.Errorf("%s holds %v (%v), want %v", kind, got, err, want)
	}
}

// The notice is agreed to by its present version, and the session knows at the next call.
func TestPrivacyIsAgreedToByItsVersion(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		in := w.wechat(t, "new")
		me := w.actor(t, in)
		if me.Agreed {
			t.Fatal("agreed before being asked")
		}
		wantCode(t, w.decide(t, me, identity.Privacy, "2025-12", true), "privacy_version_changed")
		if err := w.decide(t, me, identity.Privacy, "2026-01", true); err != nil || !w.actor(t, in).Agreed {
			t.Fatalf("not agreed: %v", err)
		}
		w.Notice.Version = "2026-02"
		if w.actor(t, in).Agreed {
			t.Error("an old version counts")
		}
		w.holds(t, me.PersonID, identity.Privacy, false)
		if err := w.decide(t, me, identity.Privacy, "2026-02", true); err != nil || !w.actor(t, in).Agreed {
			t.Fatalf("the new version: %v", err)
		}
		if err := w.decide(t, me, identity.Privacy, "whatever", false); err != nil || w.actor(t, in).Agreed {
			t.Errorf("withdrawn, and still agreed: %v", err)
		}
		w.Notice.Version = "2026-01"
		if n := w.count(t, "consents"); n != 3 {
			t.Errorf("%d lines in the log", n)
		}
	})
}

// Each separate consent stands alone, a repeat adds no line, and a withdrawal counts at once.
func TestSeparateConsents(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.actor(t, w.wechat(t, "new"))
		wantCode(t, w.decide(t, me, "friends", "1", true), "consent_unknown")
		for _, kind := range notice.Kinds()[1:] {
			w.holds(t, me.PersonID, kind, false)
			for range 2 {
				if err := w.decide(t, me, kind, notice.VersionOf(kind), true); err != nil {
					t.Fatal(err)
				}
			}
			w.holds(t, me.PersonID, kind, true)
		}
		if err := w.decide(t, me, identity.Location, "l1", false); err != nil {
			t.Fatal(err)
		}
		w.holds(t, me.PersonID, identity.Location, false)
		w.holds(t, me.PersonID, identity.Sensitive, true)
		standing, log, err := w.Consents(auth.With(t.Context(), me))
		if err != nil || len(standing) != 6 || len(log) != 6 || log[0].Kind != identity.Location || log[0].Given {
			t.Errorf("%d standings, the log %+v (%v)", len(standing), log, err)
		}
		for _, s := range standing {
			if want := s.Kind != identity.Location && s.Kind != identity.Privacy; s.Holds != want {
				t.Errorf("%s holds %v", s.Kind, s.Holds)
			}
		}
		other := w.actor(t, w.wechat(t, "other"))
		w.holds(t, other.PersonID, identity.Sensitive, false)
	})
}

// Being named in public and the log of consents say the same, whichever way it is decided.
func TestLeaderboardFollowsItsConsent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.actor(t, w.wechat(t, "new"))
		shown := func(want bool) {
			t.Helper()
			p, err := w.Me(auth.With(t.Context(), me))
			if err != nil || p.ShowOnLeaderboard != want {
				t.Errorf("shown %v (%v), want %v", p.ShowOnLeaderboard, err, want)
			}
			w.holds(t, me.PersonID, identity.Leaderboard, want)
		}
		patch := func(show bool) {
			t.Helper()
			w.clock.advance(time.Second)
			if _, err := w.UpdateMe(auth.With(t.Context(), me), identity.Patch{ShowOnLeaderboard: &show}); err != nil {
				t.Fatal(err)
			}
		}
		patch(true)
		shown(true)
		if err := w.decide(t, me, identity.Leaderboard, "b1", false); err != nil {
			t.Fatal(err)
		}
		shown(false)
		patch(true)
		shown(true)
		patch(false)
		shown(false)
		if n := w.count(t, "consents"); n != 4 {
			t.Errorf("%d lines in the log", n)
		}
	})
}

// Other words need another yes: a name that is shown by a consent to the older ones goes, and comes back when its
// owner agrees again.
func TestANameShownByOlderWordsGoes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		old, fresh := w.actor(t, w.wechat(t, "old")), w.actor(t, w.wechat(t, "fresh"))
		shown := func(who auth.Actor, want bool) {
			t.Helper()
			if err := w.HideOutdatedNames(t.Context()); err != nil {
				t.Fatal(err)
			}
			if p, err := w.Profile(t.Context(), who.PersonID); err != nil || p.ShowOnLeaderboard != want {
				t.Errorf("shown %v (%v), want %v", p.ShowOnLeaderboard, err, want)
			}
		}
		agree := func(who auth.Actor, version string) {
			t.Helper()
			if err := w.decide(t, who, identity.Leaderboard, version, true); err != nil {
				t.Fatal(err)
			}
		}
		agree(old, "b1")
		shown(old, true)
		w.Notice.Consents = slices.Clone(w.Notice.Consents)
		w.Notice.Consents[3].Version = "b2"
		agree(fresh, "b2")
		shown(old, false)
		shown(fresh, true)
		w.holds(t, old.PersonID, identity.Leaderboard, false)
		agree(old, "b2")
		shown(old, true)
	})
}

// A share is noted as told to staff; when it is withdrawn, who knows of what was shared is asked once.
func TestWithdrawnShareIsPassedOn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me, staff := w.actor(t, w.wechat(t, "new")), w.wechat(t, "staff").PersonID
		var passed []int64
		w.Features = []feature.Feature{{Withdrawn: map[string]func(*store.Tx, int64) error{"share": func(_ *store.Tx, personID int64) error {
			passed = append(passed, personID)
			return nil
		}}}}
		if err := w.store.Tx(t.Context(), func(tx *store.Tx) error { return w.NoteShare(tx, me.PersonID, staff) }); err != nil {
			t.Fatal(err)
		}
		w.holds(t, me.PersonID, identity.Share, true)
		for range 2 {
			if err := w.decide(t, me, identity.Share, "o1", false); err != nil {
				t.Fatal(err)
			}
		}
		w.holds(t, me.PersonID, identity.Share, false)
		if len(passed) != 1 || passed[0] != me.PersonID {
			t.Errorf("passed on for %v", passed)
		}
	})
}
