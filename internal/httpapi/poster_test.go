package httpapi_test

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/poster"
)

// A poster is a picture for everybody, of what everybody may see; WeChat draws its code once.
func TestPosters(t *testing.T) {
	apptest.EachMail(t, func(t *testing.T, m *apptest.Mail) {
		s := apptest.NewSite(t, m.World)
		published, draft := m.Draft(), m.Draft()
		published.Title = "清河行动"
		m.Publish(published, apptest.At(48*time.Hour, 20), apptest.At(72*time.Hour, 20))
		d, err := m.Activities.Create(apptest.As(m.Staff), draft, []activity.Shift{apptest.At(48*time.Hour, 5)})
		apptest.Must(t, err)
		for range 2 {
			for _, path := range []string{fmt.Sprintf("/activities/%d/poster", published.ID), fmt.Sprintf("/campaigns/%d/poster", m.Campaign)} {
				a := s.Ask(t, "GET", path, nil)
				if a.Status != http.StatusOK || a.Header.Get("Content-Type") != "image/png" {
					t.Fatalf("%s: %d %s", path, a.Status, a.Problem.Code)
				}
				if size, err := png.DecodeConfig(bytes.NewReader(a.Body)); err != nil || size.Width != poster.Width {
					t.Error(path, size, err)
				}
			}
		}
		path := fmt.Sprintf("/activities/%d/poster", published.ID)
		first := s.Ask(t, "GET", path, nil)
		tag := first.Header.Get("ETag")
		again := s.Ask(t, "GET", path, nil, "If-None-Match", tag)
		if again.Status != http.StatusNotModified || len(again.Body) != 0 || again.Header.Get("ETag") != tag || again.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("the picture that one has came again: %d, %d bytes, %v", again.Status, len(again.Body), again.Header)
		}
		m.Exec("UPDATE activities SET title = ? WHERE id = ?", "清河行动（改期）", published.ID)
		if a := s.Ask(t, "GET", path, nil, "If-None-Match", tag); a.Status != http.StatusOK || a.Header.Get("ETag") == tag || bytes.Equal(a.Body, first.Body) {
			t.Errorf("the poster of the old title: %d %s", a.Status, a.Header.Get("ETag"))
		}
		codes := m.WeChat.Codes()
		if len(codes) != 2 || codes[0].Scene != fmt.Sprintf("id=%d", published.ID) || codes[0].Page != "pkg-activity/activity" {
			t.Errorf("%+v", codes)
		}
		if a := s.Ask(t, "GET", fmt.Sprintf("/activities/%d/poster", d.ID), nil); a.Status != http.StatusNotFound {
			t.Error("a draft has a poster:", a.Status)
		}
	})
}

func TestShiftCodeIsForItsStaff(t *testing.T) {
	apptest.EachMail(t, func(t *testing.T, m *apptest.Mail) {
		s := apptest.NewSite(t, m.World)
		path := fmt.Sprintf("/shifts/%d/mini-code", m.Shift(5).ID)
		for name, c := range map[string]struct {
			who  auth.Actor
			want int
		}{"staff": {m.Staff, 200}, "a volunteer": {m.Volunteer("林晓雯"), 403}, "staff of another unit": {m.StaffOf(m.Other, "丁立强"), 404}, "nobody": {auth.Actor{}, 401}} {
			if a := s.Call(t, c.who, "GET", path, nil); a.Status != c.want {
				t.Errorf("%s: %d, not %d", name, a.Status, c.want)
			}
		}
	})
}

func TestNoPosterWithoutWeChat(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		a := s.Ask(t, "GET", fmt.Sprintf("/campaigns/%d/poster", s.Campaign), nil)
		if a.Status != http.StatusServiceUnavailable || a.Problem.Code != "wechat_unavailable" {
			t.Error(a.Status, a.Problem.Code)
		}
	})
}

// What to bring stands on the activity's page and its poster, and is taken away by an empty text.
func TestWhatToBring(t *testing.T) {
	apptest.EachMail(t, func(t *testing.T, m *apptest.Mail) {
		s := apptest.NewSite(t, m.World)
		shift := s.Shift(3)
		path := fmt.Sprintf("/activities/%d", shift.ActivityID)
		who := s.Volunteer("林晓雯")
		s.SignUp(who, shift.ID)
		told := func() int64 { return s.Count("notices", "person_id = ? AND kind = 'activity_changed'", who.PersonID) }
		read := func() (said string, tag string) {
			t.Helper()
			var a struct {
				WhatToBring string `json:"what_to_bring"`
			}
			s.Ask(t, "GET", path, nil).Into(t, &a)
			return a.WhatToBring, s.Ask(t, "GET", path+"/poster", nil).Header.Get("ETag")
		}
		_, without := read()
		want(t, s.Call(t, s.Staff, "PATCH", path, map[string]any{"what_to_bring": " 雨鞋、手套 "}), 200, "")
		said, with := read()
		if said != "雨鞋、手套" || with == without || with == "" {
			t.Errorf("%q, posters %s and %s", said, without, with)
		}
		want(t, s.Call(t, s.Staff, "PATCH", path, map[string]any{"what_to_bring": " "}), 200, "")
		if n := told(); n != 2 {
			t.Errorf("who signed up was told %d times of two changes", n)
		}
		want(t, s.Call(t, s.Staff, "PATCH", path, map[string]any{"what_to_bring": ""}), 200, "")
		if n := told(); n != 2 {
			t.Errorf("told of no change: %d", n)
		}
		if said, tag := read(); said != "" || tag != without {
			t.Errorf("%q, poster %s, want %s", said, tag, without)
		}
	})
}
