package httpapi_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/httpapi"
	"yimi/internal/identity"
	"yimi/internal/request"
	"yimi/internal/store"
)

// stranger is somebody who has just signed in and has agreed to nothing.
func stranger(s *apptest.Site, name string) auth.Actor {
	a := s.Volunteer(name)
	s.Exec("UPDATE people SET privacy_version = '' WHERE id = ?", a.PersonID)
	s.Exec("DELETE FROM consents WHERE person_id = ?", a.PersonID)
	return a
}

func setConsent(t *testing.T, s *apptest.Site, who auth.Actor, kind, version string, given bool) apptest.Answer {
	t.Helper()
	s.Clock.Advance(time.Second)
	return s.Call(t, who, "POST", "/me/consents", map[string]any{"kind": kind, "version": version, "given": given})
}

type privacy struct {
	Version  string
	Sections []struct{ Lines []string }
	Contacts []struct{ Name string }
	Consents []struct{ Kind, Version string }
}

func (p *privacy) of(kind string) string {
	for _, c := range p.Consents {
		if c.Kind == kind {
			return c.Version
		}
	}
	return p.Version
}

func readPrivacy(t *testing.T, s *apptest.Site) (p privacy) {
	t.Helper()
	s.Ask(t, "GET", "/privacy", nil).Into(t, &p)
	return p
}

// Without agreement to the present notice every operation that needs a sign-in is refused before
// anything else is looked at, but for the few that let one see who one is, decide, and leave.
func TestPrivateCallsWaitForThePrivacyNotice(t *testing.T) {
	open := map[string]bool{"logout": true, "getMe": true, "listMyConsents": true, "setConsent": true, "exportMe": true, "closeAccount": true,
		"newGuardianCode": true, "listGuardians": true,
		// a guardian takes back what was agreed to for a child, and cancels what it asked for
		"listWards": true, "removeWard": true, "listWardConsents": true, "setWardConsent": true, "listWardRequests": true, "cancelWardRequest": true,
		// what one asked or signed up for before can be seen and cancelled
		"listMyRequests": true, "getRequest": true, "cancelRequest": true, "listMySignups": true, "getSignup": true, "cancelSignup": true, "listNotices": true, "readNotices": true}
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		who := stranger(s, "刚来的人")
		for op, rule := range httpapi.Rules() {
			if op == "logout" {
				continue // it ends the session
			}
			route := httpapi.Routes()[op]
			path := strings.NewReplacer("{id}", "1", "{file_id}", "1", "{date}", "2026-01-01").Replace(route.Path)
			a := s.Call(t, who, route.Method, path, nil)
			refused := a.Status == http.StatusForbidden && a.Problem.Code == "privacy_consent_needed"
			role := rule == "staff" || rule == "reader" || rule == "worker" || rule == "worker_or_staff" || rule == "admin"
			switch want := rule != "public" && !open[op]; {
			case role && a.Status != http.StatusForbidden:
				t.Errorf("%s (%s): %d %s", op, rule, a.Status, a.Problem.Code)
			case !role && refused != want:
				t.Errorf("%s (%s): refused %v, want %v: %d %s", op, rule, refused, want, a.Status, a.Problem.Code)
			}
		}
		if a := s.Call(t, who, "POST", "/auth/logout", nil); a.Status != http.StatusNoContent {
			t.Errorf("logout: %d %s", a.Status, a.Body)
		}
	})
}

// Staff are asked as everybody is, those that an admin makes too.
func TestNewStaffAreAskedToo(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		const password = "long words are best"
		if _, err := s.Identity.BootstrapAdmin(t.Context(), "马志宏", "ma.zhihong", password, func(*store.Tx) (int64, error) { return s.District.ID, nil }); err != nil {
			t.Fatal(err)
		}
		var in struct {
			AccessToken string `json:"access_token"`
			Person      struct {
				PrivacyAgreed bool `json:"privacy_agreed"`
			}
		}
		s.Ask(t, "POST", "/auth/password", map[string]any{"login": "ma.zhihong", "password": password}).Into(t, &in)
		if a := s.Ask(t, "GET", "/workbench", nil, "Authorization", "Bearer "+in.AccessToken); in.Person.PrivacyAgreed || a.Problem.Code != "privacy_consent_needed" {
			t.Errorf("agreed %v; the workbench: %d %s", in.Person.PrivacyAgreed, a.Status, a.Problem.Code)
		}
	})
}

// The notice is read by anybody, agreed to by its version, asked again when it is new, and withdrawn at once.
func TestAgreeingToTheNotice(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		who, p := stranger(s, "刚来的人"), readPrivacy(t, s)
		if p.Version == "" || len(p.Sections) < 5 || len(p.Consents) != 5 || len(p.Contacts) != 1 || p.Contacts[0].Name != s.District.Name {
			t.Errorf("the notice: %+v", p)
		}
		if a := setConsent(t, s, who, "privacy", "2001", true); a.Status != http.StatusConflict || a.Problem.Code != "privacy_version_changed" {
			t.Errorf("an old version: %d %s", a.Status, a.Problem.Code)
		}
		allowed := func(want bool) {
			t.Helper()
			if a := s.Call(t, who, "GET", "/me/hours", nil); (a.Status == http.StatusOK) != want {
				t.Errorf("my hours: %d %s, want allowed %v", a.Status, a.Problem.Code, want)
			}
		}
		allowed(false)
		setConsent(t, s, who, "privacy", p.Version, true)
		allowed(true)
		s.Identity.Notice.Version = "next"
		allowed(false)
		setConsent(t, s, who, "privacy", "next", true)
		allowed(true)
		setConsent(t, s, who, "privacy", "next", false)
		allowed(false)
	})
}

// A repeat with the same key gets the first answer and adds no line.
func TestConsentReplays(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		who, p := stranger(s, "刚来的人"), readPrivacy(t, s)
		body := map[string]any{"kind": "privacy", "version": p.Version, "given": true}
		first := s.Call(t, who, "POST", "/me/consents", body, "Idempotency-Key", "agree-once-1")
		again := s.Call(t, who, "POST", "/me/consents", body, "Idempotency-Key", "agree-once-1")
		if first.Status != http.StatusOK || string(first.Body) != string(again.Body) || again.Header.Get("Idempotent-Replay") == "" {
			t.Errorf("%d %s, again %d %s", first.Status, first.Body, again.Status, again.Body)
		}
		if n := s.Count("consents", "person_id = ?", who.PersonID); n != 1 {
			t.Errorf("%d lines", n)
		}
	})
}

// Without consent a position is neither read nor kept: whoever is far away is not refused, staff
// have a look, and the answer says what to do.
func TestPositionNeedsConsent(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		lat, lon := 37.4187, 106.0673
		draft := s.Draft()
		draft.Latitude, draft.Longitude, draft.FenceMetres = &lat, &lon, 100
		shift := s.Publish(draft, apptest.At(24*time.Hour, 5))[0].Shift
		who, p := s.Volunteer("林晓雯"), readPrivacy(t, s)
		setConsent(t, s, who, "location", p.of("location"), false)
		s.SignUp(who, shift.ID)
		s.Clock.Set(shift.StartsAt.Time)
		in := func(kind activity.Kind) apptest.Answer {
			t.Helper()
			return s.Call(t, who, "POST", "/checkins", map[string]any{"kind": kind, "token": s.Code(shift.ID, kind).Token,
				"location": map[string]any{"latitude": 38.5, "longitude": lon, "accuracy_metres": 5}})
		}
		var got struct {
			Attention []string
			Advice    string
		}
		in(activity.In).Into(t, &got)
		if len(got.Attention) != 1 || got.Attention[0] != "no_location" || !strings.Contains(got.Advice, "隐私与授权") {
			t.Errorf("without consent: %+v", got)
		}
		if n := s.Count("attendances", "in_distance IS NOT NULL"); n != 0 {
			t.Errorf("%d distances were kept", n)
		}
		setConsent(t, s, who, "location", p.of("location"), true)
		if a := in(activity.Out); a.Problem.Code != "outside_fence" {
			t.Errorf("with consent, far away: %d %s", a.Status, a.Body)
		}
	})
}

// A request that asks about health needs a consent of its own, of who asks for themselves.
func TestWordsAboutHealthNeedConsent(t *testing.T) {
	eachLoop(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop) {
		p := readPrivacy(t, s)
		setConsent(t, s, l.Resident, "sensitive", p.of("sensitive"), false)
		ask := func(id int64, more ...any) apptest.Answer {
			t.Helper()
			body := map[string]any{"service_type_id": id, "unit_id": l.Station.ID, "way": "station", "urgency": "normal", "words": apptest.Words}
			for i := 0; i+1 < len(more); i += 2 {
				body[more[i].(string)] = more[i+1]
			}
			return s.Call(t, l.Resident, "POST", "/requests", body)
		}
		slot := map[string]any{"provider_id": l.Worker.PersonID, "starts_at": l.Slot().Format(time.RFC3339)}
		a := ask(l.Talk.ID, "slot", slot)
		if a.Status != http.StatusUnprocessableEntity || a.Problem.Code != "consent_needed" || len(a.Problem.Fields) != 1 || a.Problem.Fields[0].Name != "sensitive" {
			t.Errorf("a talk without consent: %d %s", a.Status, a.Body)
		}
		if a := ask(l.Talk.ID, "slot", slot, "draft", true); a.Problem.Code != "consent_needed" { // it would be kept, too
			t.Errorf("a draft: %d %s", a.Status, a.Body)
		}
		if a := ask(l.Care.ID); a.Status != http.StatusCreated {
			t.Errorf("a service that does not ask: %d %s", a.Status, a.Body)
		}
		setConsent(t, s, l.Resident, "sensitive", p.of("sensitive"), true)
		if a := ask(l.Talk.ID, "slot", slot); a.Status != http.StatusCreated {
			t.Errorf("a talk with consent: %d %s", a.Status, a.Body)
		}
	})
}

// Who has taken the agreement back sees who they are on the home page, and nothing of theirs.
func TestHomeOfWhoHasNotAgreed(t *testing.T) {
	eachLoop(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop) {
		l.Put(request.Submitted)
		home := func() (out struct {
			Person   *struct{ ID int64 }
			Requests []struct{ ID int64 }
		}) {
			s.Call(t, l.Resident, "GET", "/home", nil).Into(t, &out)
			return out
		}
		if h := home(); h.Person == nil || len(h.Requests) != 1 {
			t.Errorf("who has agreed: %+v", h)
		}
		p := readPrivacy(t, s)
		setConsent(t, s, l.Resident, "privacy", p.Version, false)
		if h := home(); h.Person == nil || len(h.Requests) != 0 {
			t.Errorf("who has not: %+v", h)
		}
	})
}

// Staff who refer a request to an outside organisation note the resident's consent, who sees it and can withdraw it.
func TestReferralOutsideIsAConsent(t *testing.T) {
	eachLoop(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop) {
		setConsent(t, s, l.Resident, "share", "any", false)
		id := l.Ask(l.Resident, l.Asking(l.Care)).ID
		a := s.Call(t, l.Staff, "POST", "/requests/"+strconv.FormatInt(id, 10)+"/refer", map[string]any{"organisation": "启心社工", "reason": "近", "consent": "电话同意"})
		if a.Status >= 300 {
			t.Fatalf("refer: %d %s", a.Status, a.Body)
		}
		var mine struct {
			Log []struct {
				Kind  string
				Given bool
				By    string
			}
		}
		s.Call(t, l.Resident, "GET", "/me/consents", nil).Into(t, &mine)
		if top := mine.Log[0]; top.Kind != "share" || !top.Given || top.By != "staff" {
			t.Errorf("the log: %+v", mine.Log)
		}
		setConsent(t, s, l.Resident, "share", "any", false)
		// Who passed it on is told of which request, and of which organisation; when they are no staff any more, those who are.
		told := func(who auth.Actor) (n int64) {
			return s.Count("notices", "person_id = ? AND kind = 'consent_withdrawn' AND subject_id = ? AND body LIKE ? AND body LIKE ?", who.PersonID, id, "%"+l.Request(id).Number+"%", "%启心社工%")
		}
		if n := told(l.Staff); n != 1 || told(l.Second) != 0 {
			t.Errorf("%d notices to who passed it on, %d to a colleague", n, told(l.Second))
		}
		setConsent(t, s, l.Resident, "share", shareVersion(t, s), true)
		s.World.Exec("DELETE FROM role_grants WHERE person_id = ?", l.Staff.PersonID)
		setConsent(t, s, l.Resident, "share", "any", false)
		if told(l.Staff) != 1 || told(l.Second) != 1 {
			t.Errorf("%d and %d notices after they left", told(l.Staff), told(l.Second))
		}
	})
}

func shareVersion(t *testing.T, s *apptest.Site) string {
	t.Helper()
	return s.Identity.Notice.VersionOf(identity.Share)
}

// Who withdraws a consent while something is under way is told what follows, and so is who handles it; a visit that is
// booked can still be seen and cancelled, and nothing else without the notice.
func TestWhatFollowsFromAWithdrawnConsent(t *testing.T) {
	eachLoop(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop) {
		talk := l.Ask(l.Resident, l.Asking(l.Talk)).ID
		_, err := l.Requests.Approve(apptest.As(l.Staff), talk, 0)
		apptest.Must(t, err)
		care := l.Put(request.Submitted).ID
		l.Put(request.Closed)
		told := func(who auth.Actor, id int64, words string) int64 {
			return s.Count("notices", "person_id = ? AND subject_id = ? AND (title LIKE ? OR body LIKE ?)", who.PersonID, id, "%"+words+"%", "%"+words+"%")
		}
		want := func(step string, who auth.Actor, id int64, n int64) {
			t.Helper()
			if got := told(who, id, "撤回"); got != n {
				t.Errorf("%s: %d notices of %d, want %d", step, got, id, n)
			}
		}
		setConsent(t, s, l.Resident, "sensitive", "any", false)
		want("sensitive, who asked", l.Resident, talk, 1)
		want("sensitive, the worker", l.Worker, talk, 1)
		want("sensitive, staff", l.Staff, talk, 0)
		want("sensitive, what asks nothing of health", l.Resident, care, 0)

		setConsent(t, s, l.Resident, "privacy", "any", false)
		want("the notice, who asked", l.Resident, talk, 2)
		want("the notice, the worker", l.Worker, talk, 2)
		want("the notice, who asked, before a worker", l.Resident, care, 1)
		want("the notice, staff, before a worker", l.Staff, care, 1)
		if n := s.Count("notices", "title LIKE ?", "%撤回%"); n != 7 {
			t.Errorf("%d notices in all", n)
		}
		at := fmt.Sprintf("/requests/%d", talk)
		if a := s.Call(t, l.Resident, "POST", at+"/messages", map[string]any{"text": "x"}); a.Problem.Code != "privacy_consent_needed" {
			t.Errorf("a message: %d %s", a.Status, a.Body)
		}
		for _, path := range []string{"/me/requests", "/me/notices", at} {
			if a := s.Call(t, l.Resident, "GET", path, nil); a.Status != 200 {
				t.Errorf("%s: %d %s", path, a.Status, a.Body)
			}
		}
		if a := s.Call(t, l.Resident, "POST", at+"/cancel", map[string]any{}); a.Status != 200 || l.Request(talk).State != request.Cancelled {
			t.Errorf("cancel: %d %s", a.Status, a.Body)
		}
	})
}

// Who agreed that an outside organisation is told can withdraw it after two accounts became one: the station hears
// that the organisation has to stop. It hears so at once where the account that stays had withdrawn it already.
func TestWhatOneAccountAgreedToTheOneThatStaysWithdraws(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		s := apptest.NewSite(t, l.World)
		p := readPrivacy(t, s)
		for _, before := range []bool{false, true} {
			kept, gone := l.Volunteer("林玉芳（微信）"), l.Volunteer("林玉芳（旧）")
			l.Exec("DELETE FROM consents WHERE kind = 'share' AND person_id IN (?, ?)", kept.PersonID, gone.PersonID)
			d := l.Ask(gone, l.Asking(l.Care))
			_, err := l.Requests.Refer(apptest.As(l.Staff), d.ID, request.ReferTo{Organisation: "阳光心理服务中心", Reason: "那边更合适", Consent: "电话里同意"})
			apptest.Must(t, err)
			l.Clock.Advance(time.Minute)
			if before {
				want(t, setConsent(t, s, kept, "share", p.of("share"), true), 200, "")
				want(t, setConsent(t, s, kept, "share", p.of("share"), false), 200, "")
			}
			want(t, merge(t, s, l.Staff, twice(t, s, kept, gone), kept.PersonID, fmt.Sprint("share-merged", before)), 204, "")
			if !before {
				want(t, setConsent(t, s, kept, "share", p.of("share"), false), 200, "")
			}
			if n := l.Count("notices", "person_id = ? AND subject_id = ? AND kind = 'consent_withdrawn'", l.Staff.PersonID, d.ID); n != 1 {
				t.Errorf("%d notices to who passed it on (withdrawn before: %t)", n, before)
			}
			l.Clock.Advance(time.Minute)
		}
	})
}

// The last word of either account is the one human's, kind by kind; to be named in public is agreed to anew.
func TestTheLastWordOfTwoAccountsStands(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		p := readPrivacy(t, s)
		kept, gone := s.Volunteer("林玉芳（微信）"), s.Volunteer("林玉芳（旧）")
		s.Exec("DELETE FROM consents WHERE person_id IN (?, ?) AND kind <> 'privacy'", kept.PersonID, gone.PersonID)
		s.Exec("UPDATE people SET show_on_leaderboard = 0 WHERE id = ?", kept.PersonID)
		say := func(who auth.Actor, kind string, given bool) {
			t.Helper()
			s.Clock.Advance(time.Second)
			want(t, setConsent(t, s, who, kind, p.of(kind), given), 200, "")
		}
		say(gone, "sensitive", true) // the one that stays never said anything of it
		say(gone, "identity_number", true)
		want(t, s.Call(t, gone, "PATCH", "/me", map[string]any{"identity_type": "passport", "identity_number": "E51907190"}), 200, "")
		say(kept, "identity_number", true)
		say(kept, "identity_number", false) // later
		say(kept, "location", true)
		say(gone, "location", true)
		say(gone, "location", false) // later
		say(gone, "leaderboard", true)
		want(t, merge(t, s, s.Staff, twice(t, s, kept, gone), kept.PersonID, "last-word"), 204, "")
		for kind, holds := range map[identity.ConsentKind]bool{"privacy": true, "sensitive": true, "identity_number": false, "location": false, "leaderboard": false} {
			if is, err := s.Identity.Consented(t.Context(), kept.PersonID, kind); err != nil || is != holds {
				t.Errorf("%s holds: %t, %v", kind, is, err)
			}
		}
		if n := s.Count("people", "id = ? AND identity_sealed IS NULL AND show_on_leaderboard = 0", kept.PersonID); n != 1 {
			t.Error("the number that was withdrawn came along, or the name is public")
		}
	})
}
