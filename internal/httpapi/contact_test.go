package httpapi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
)

// What the owner keeps is masked in every answer but the owner's own call.
func TestPhoneAndIdentityNumberAreMasked(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		lin, ma := s.Volunteer("林晓雯"), s.Volunteer("马志宏")
		s.Exec("UPDATE people SET birth_date = '1949-12-31' WHERE id = ?", lin.PersonID)
		patch := map[string]any{"phone": "138 0000 1234", "identity_type": "resident_card", "identity_number": "11010519491231002x"}
		masked := func(a apptest.Answer) {
			t.Helper()
			want(t, a, 200, "")
			if !strings.Contains(string(a.Body), `"138****1234"`) || !strings.Contains(string(a.Body), `"110***********002X"`) ||
				strings.Contains(string(a.Body), "13800001234") || strings.Contains(string(a.Body), "110105") {
				t.Errorf("%s", a.Body)
			}
		}
		masked(s.Call(t, lin, "PATCH", "/me", patch))
		masked(s.Call(t, lin, "GET", "/me", nil))
		full := s.Call(t, lin, "GET", "/me/contact", nil)
		want(t, full, 200, "")
		if !strings.Contains(string(full.Body), `"13800001234"`) || !strings.Contains(string(full.Body), `"11010519491231002X"`) {
			t.Errorf("%s", full.Body)
		}
		if other := s.Call(t, ma, "GET", "/me/contact", nil); other.Status != 200 || string(other.Body) != "{}\n" && string(other.Body) != "{}" {
			t.Errorf("who left nothing: %d %s", other.Status, other.Body)
		}
		for body, code := range map[string]string{
			`{"phone":"12345678901"}`: "phone_invalid",
			`{"identity_type":"resident_card","identity_number":"110105194912310021"}`:      "identity_invalid",
			`{"identity_number":"11010519491231002X"}`:                                      "identity_invalid",
			`{"identity_type":"passport"}`:                                                  "identity_invalid",
			`{"birth_date":"1950-12-31"}`:                                                   "identity_mismatch",
			`{"phone":"` + strings.Repeat("7788", 11) + `"}`:                                "invalid_fields",
			`{"identity_type":"driver","identity_number":"` + strings.Repeat("7", 9) + `"}`: "invalid_fields",
		} {
			a := s.Call(t, lin, "PATCH", "/me", body)
			if a.Problem.Code != code || a.Status < 400 || a.Status > 422 {
				t.Errorf("%s: %d %s, want %s", body, a.Status, a.Body, code)
			}
			if strings.Contains(string(a.Body), "12345678901") || strings.Contains(string(a.Body), "1949") || strings.Contains(string(a.Body), "77887788") {
				t.Errorf("the answer repeats it: %s", a.Body)
			}
		}
		masked(s.Call(t, lin, "GET", "/me", nil))
		a := s.Call(t, lin, "PATCH", "/me", map[string]any{"phone": "", "identity_number": ""})
		want(t, a, 200, "")
		if strings.Contains(string(a.Body), "****") || strings.Contains(string(a.Body), "identity") {
			t.Errorf("what was taken away is still there: %s", a.Body)
		}
		for _, secret := range []string{"13800001234", "138 0000", "12345678901", "11010519491231002", "77887788"} {
			if strings.Contains(s.Log.String(), secret) {
				t.Errorf("%s is in the log", secret)
			}
		}
	})
}

// Staff of the unit open a volunteer's phone, each time with a line in the audit log; nobody else does.
func TestStaffRingUpVolunteers(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		draft := s.Draft()
		draft.Approval = activity.ApprovalStaff
		shift := s.Publish(draft, apptest.At(48*time.Hour, 3))[0].Shift
		people := s.People("林晓雯", "白雪", "金玉芳")
		ids := make([]int64, len(people))
		for i, p := range people {
			ids[i] = s.SignUp(p, shift.ID).ID
		}
		for i, phone := range []string{"13800001234", "", "13900001234"} {
			if phone != "" {
				want(t, s.Call(t, people[i], "PATCH", "/me", map[string]string{"phone": phone}), 200, "")
			}
		}
		want(t, s.Call(t, people[2], "POST", fmt.Sprintf("/signups/%d/cancel", ids[2]), map[string]any{}), 200, "")
		path := func(i int) string { return fmt.Sprintf("/signups/%d/contact", ids[i]) }
		elsewhere, admin := s.StaffOf(s.Other, "贺兰"), s.AdminOf(s.District, "马志宏")
		opened := func() int64 {
			return s.Count("audit_entries", "operation = 'openSignupContact' AND entity = 'signup' AND entity_id = ?", ids[0])
		}
		want(t, s.Call(t, people[0], "POST", path(0), nil), 403, "forbidden")
		want(t, s.Call(t, people[1], "POST", path(0), nil), 403, "forbidden")
		want(t, s.Call(t, elsewhere, "POST", path(0), nil), 404, "not_found")
		want(t, s.Call(t, s.Staff, "POST", "/signups/999999/contact", nil), 404, "not_found")
		want(t, s.Call(t, s.Staff, "POST", path(1), nil), 409, "phone_missing")
		want(t, s.Call(t, s.Staff, "POST", path(2), nil), 409, "signup_over")
		if n := opened(); n != 0 {
			t.Errorf("%d openings before any", n)
		}
		for i, who := range []int{0, 1} {
			actor := s.Staff
			if who == 1 {
				actor = admin
			}
			a := s.Call(t, actor, "POST", path(0), nil)
			want(t, a, 200, "")
			if !strings.Contains(string(a.Body), "13800001234") || opened() != int64(i+1) {
				t.Errorf("%s, %d openings", a.Body, opened())
			}
		}
		if n := s.Count("audit_entries", "before_json LIKE '%1380000%' OR after_json LIKE '%1380000%'"); n != 0 {
			t.Error("the phone is in the audit log")
		}
		list := s.Call(t, s.Staff, "GET", fmt.Sprintf("/signups?shift_id=%d", shift.ID), nil)
		want(t, list, 200, "")
		if strings.Contains(string(list.Body), "13800001234") || strings.Count(string(list.Body), `"has_phone":true`) != 2 {
			t.Errorf("%s", list.Body)
		}
		if mine := s.Call(t, people[0], "GET", fmt.Sprintf("/signups/%d", ids[0]), nil); strings.Contains(string(mine.Body), "has_phone") {
			t.Errorf("it is for staff: %s", mine.Body)
		}
	})
}

// The number that WeChat knows is kept once for a key, whatever becomes of the code.
func TestThePhoneFromWechat(t *testing.T) {
	apptest.EachMail(t, func(t *testing.T, m *apptest.Mail) {
		s := apptest.NewSite(t, m.World)
		lin := m.Volunteer("林晓雯")
		ask := func(code, key string) apptest.Answer {
			return s.Call(t, lin, "POST", "/me/phone", map[string]string{"code": code}, "Idempotency-Key", key)
		}
		first := ask("once-phone-1-wang", "phone-key-1")
		want(t, first, 200, "")
		if !strings.Contains(string(first.Body), "****") {
			t.Errorf("%s", first.Body)
		}
		again := ask("once-phone-1-wang", "phone-key-1")
		if again.Status != 200 || string(again.Body) != string(first.Body) || again.Header.Get("Idempotent-Replay") == "" {
			t.Errorf("a repeat with the key: %d %s", again.Status, again.Body)
		}
		used := ask("once-phone-1-wang", "phone-key-2")
		if used.Status < 400 || used.Status >= 500 {
			t.Errorf("a used code: %d %s", used.Status, used.Body)
		}
		want(t, ask("a b", "phone-key-3"), 400, "invalid_fields")
	})
}

func TestThePhoneFromWechatWithoutWechat(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		want(t, s.Call(t, s.Volunteer("林晓雯"), "POST", "/me/phone", map[string]string{"code": "demo-phone-wang"}), 503, "wechat_unavailable")
	})
}
