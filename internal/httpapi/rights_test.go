package httpapi_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/config"
	"yimi/internal/hours"
	"yimi/internal/identity"
	"yimi/internal/outbox"
	"yimi/internal/request"
	"yimi/internal/store"
	"yimi/internal/storetest"
)

// full is an account that has something in every feature.
type full struct {
	*apptest.Loop
	s      *apptest.Site
	me     auth.Actor
	folder string // of the data
	done   int64  // a request with its visit, notes, messages, rating
	coming int64  // a request with a booking to come
	wait   *activity.SignupLine
	shift  activity.Shift // full, with somebody on its waitlist
}

// What the account said, and what was said to it: in the export, and gone after closing.
var ownWords = []string{"林玉芳", "1951-07-19", "openid-of-lin", "unionid-of-lin", "lin.desk", "我少记了十分钟", "签到表上是这样写的", "我腰疼去不了",
	"老伴走了以后睡不好", "夜里醒四五次", "13909531234", "东方社区三号楼二单元", "带上我的病历", "好的给您留好", "罗社工很耐心", "我的孙女小桃", "13695330001", "孙女自己点的头",
	"改主意了不用了", "清水渠东头第三家", "有事找我女儿", "愿意转过去", "去了市里看病", "请补一张诊断书"}

// What others wrote for themselves, or wrote of others: never in the export.
var othersWords = []string{"工作笔记甲", "个案记录乙", "邻居的心事", "13800009999", "别人放的文件", "心里话记录丙"}

func eachFull(t *testing.T, test func(t *testing.T, f *full)) {
	t.Helper()
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		f := &full{}
		f.s = apptest.NewSite(t, apptest.New(t, url, func(c *config.Config) { f.folder = c.DataDir }))
		f.Loop = apptest.NewLoop(f.s.World)
		f.me = f.Resident
		f.live(t)
		test(t, f)
	})
}

func (f *full) post(t *testing.T, who auth.Actor, path string, body any) apptest.Answer {
	t.Helper()
	f.at()
	a := f.s.Call(t, who, "POST", path, body, "Idempotency-Key", fmt.Sprintf("full-%s-%d", strings.ReplaceAll(path, "/", "-"), f.Clock.Now().UnixMilli()))
	if a.Status >= 300 {
		t.Fatalf("%s: %d %s", path, a.Status, a.Body)
	}
	return a
}

func (f *full) at() { f.Clock.Advance(time.Second) }

func (f *full) live(t *testing.T) {
	t.Helper()
	f.account(t)
	f.volunteers(t)
	f.asks(t)
	apptest.Must(t, f.Tx(func(tx *store.Tx) error {
		return tx.Exec("INSERT INTO subscribe_credits (person_id, template, accepted, spent, changed_at) VALUES (?, 'request_result', 3, 1, ?)", f.me.PersonID, tx.Now).Error
	}))
}

func (f *full) account(t *testing.T) {
	t.Helper()
	apptest.Must(t, f.Tx(func(tx *store.Tx) error {
		child := identity.Person{Name: "小树", Sex: identity.Unknown, CreatedAt: tx.Now}
		if err := tx.Create(&child).Error; err != nil {
			return err
		}
		one := int64(1)
		for _, row := range []any{
			&identity.WechatIdentity{OpenID: "openid-of-lin", UnionID: "unionid-of-lin", PersonID: f.me.PersonID, CreatedAt: tx.Now},
			&identity.PasswordLogin{Login: "lin.desk", PersonID: f.me.PersonID, Hash: "x", ChangedAt: tx.Now},
			&identity.RefreshToken{Hash: "token-of-lin", SessionID: f.me.SessionID, IssuedAt: tx.Now},
			&identity.GrantChange{PersonID: f.me.PersonID, UnitID: f.Room.ID, Role: auth.SocialWorker, Action: "revoked", ChangedBy: f.Admin.PersonID, ChangedAt: tx.Now},
			&identity.Guardianship{GuardianID: f.me.PersonID, ChildID: child.ID, Relation: "parent", Live: &one, AgreedAt: tx.Now},
			&booking.Provider{PersonID: f.me.PersonID, UnitID: f.Room.ID, Level: "junior", CreatedAt: tx.Now}, // was a social worker once
			&booking.Span{ProviderID: f.me.PersonID, Kind: "work", Weekday: 1, StartMinute: 540, EndMinute: 720},
			&booking.Exception{ProviderID: f.me.PersonID, Day: "2026-02-02", Kind: "off", EndMinute: 1440, Note: "去了市里看病", CreatedAt: tx.Now},
		} {
			if err := tx.Create(row).Error; err != nil {
				return err
			}
		}
		if err := tx.Model(&identity.Person{}).Where("id = ?", f.me.PersonID).Updates(f.Identity.SealedColumns(f.me.PersonID,
			identity.Contact{Phone: "13995305558", IdentityType: identity.Passport, IdentityNumber: "E51907190"})).Error; err != nil {
			return err
		}
		return tx.Exec("UPDATE people SET skills = 'nursing,haircut', birth_date = '1951-07-19' WHERE id = ?", f.me.PersonID).Error
	}))
}

// volunteers: hours, a doubt about them, one sign-up given back, one to come on a shift that is full.
func (f *full) volunteers(t *testing.T) {
	t.Helper()
	served, given, coming := f.Shift(5), f.Publish(f.Draft(), apptest.At(200*time.Hour, 5))[0].Shift, f.Publish(f.Draft(), apptest.At(240*time.Hour, 1))[0].Shift
	g := f.SignUp(f.me, served.ID)
	back := f.SignUp(f.me, given.ID)
	f.post(t, f.me, fmt.Sprintf("/signups/%d/cancel", back.ID), map[string]any{"reason": "我腰疼去不了"})
	f.SignUp(f.me, coming.ID)
	f.wait, f.shift = f.Wait(f.Neighbour, coming.ID), coming
	f.Serve(f.me, served, 90*time.Minute)
	f.Clock.Advance(3 * time.Hour)
	_, err := f.Record(f.Staff, served.ID, activity.Deed{SignupID: g.ID, Action: "confirm"})
	apptest.Must(t, err)
	var entry int64
	apptest.Must(t, f.Store.Read(t.Context()).Table("hour_entries").Select("id").Where("person_id = ?", f.me.PersonID).Take(&entry).Error)
	d := rawID(f.post(t, f.me, fmt.Sprintf("/hours/entries/%d/disputes", entry), map[string]any{"words": "我少记了十分钟"}).Body)
	f.post(t, f.Staff, fmt.Sprintf("/hours/disputes/%d/answer", d), map[string]any{"action": "keep", "answer": "签到表上是这样写的"})
	f.at()
	f.post(t, f.me, fmt.Sprintf("/hours/entries/%d/disputes", entry), map[string]any{"words": "我少记了十分钟"}) // still open
}

// asks: for herself and a granddaughter, in every state that matters, with all that belongs to a request.
func (f *full) asks(t *testing.T) {
	t.Helper()
	me, by := apptest.As(f.me), apptest.As(f.Staff)
	b, err := f.Requests.KeepBeneficiary(me, &request.Beneficiary{Name: "我的孙女小桃", Relation: request.Other, Sex: "female", Consent: "孙女自己点的头",
		Phone: "13695330001", Address: "清水渠东头第三家", UnitID: &f.Station.ID}, []string{})
	apptest.Must(t, err)
	f.done = f.served(t, f.Care, "罗社工很耐心", "服务做了两样")
	f.served(t, f.Talk, "", "心里话记录丙")

	ask := map[string]any{"service_type_id": f.Talk.ID, "way": "station", "urgency": "normal", "words": apptest.Words, "phone": apptest.Phone, "address": apptest.Address,
		"answers": []any{map[string]any{"key": "sleep", "values": []string{"夜里醒四五次"}}},
		"slot":    map[string]any{"provider_id": f.Worker.PersonID, "starts_at": f.Slot().Format(time.RFC3339)}}
	f.coming = rawID(f.post(t, f.me, "/requests", ask).Body)
	_, err = f.Requests.Approve(by, f.coming, 0)
	apptest.Must(t, err)
	f.post(t, f.me, fmt.Sprintf("/requests/%d/messages", f.coming), map[string]any{"text": "带上我的病历"})
	_, err = f.Requests.AddMessage(apptest.As(f.Worker), f.coming, "好的给您留好")
	apptest.Must(t, err)
	if a := upload(t, f.s, f.me, f.coming, "病历.pdf", pdf("有事找我女儿")); a.Status != 201 {
		t.Fatal(a.Status, string(a.Body))
	}
	_, err = f.Requests.Attach(apptest.As(f.Worker), f.coming, pdf("别人放的文件"))
	apptest.Must(t, err)

	forChild := f.Asking(f.Care)
	forChild.BeneficiaryID, forChild.Draft, forChild.Phone, forChild.Address = b.ID, true, b.Phone, b.Address
	f.Ask(f.me, forChild) // a draft
	forChild.Draft = false
	back := f.Ask(f.me, forChild)
	_, err = f.Requests.Return(by, back.ID, "请补一张诊断书")
	apptest.Must(t, err)
	off := f.Ask(f.me, f.Asking(f.Care))
	_, err = f.Requests.Cancel(me, off.ID, "改主意了不用了")
	apptest.Must(t, err)
	away := f.Ask(f.me, f.Asking(f.Care))
	_, err = f.Requests.Refer(by, away.ID, request.ReferTo{UnitID: f.Other.ID, Reason: "离得近", Consent: "愿意转过去"})
	apptest.Must(t, err)

	hers := f.Asking(f.Care)
	hers.Words, hers.Phone = "邻居的心事", "13800009999"
	f.Ask(f.Neighbour, hers)
}

// served is a request with a visit, the notes of the professionals, and a rating.
func (f *full) served(t *testing.T, service catalogue.Type, comment, done string) int64 {
	t.Helper()
	me, by, worker := apptest.As(f.me), apptest.As(f.Staff), apptest.As(f.Worker)
	id := f.Ask(f.me, f.Asking(service)).ID
	for _, step := range []func() error{
		func() error { _, err := f.Requests.Approve(by, id, f.Worker.PersonID); return err },
		func() error { _, err := f.Requests.AddStaffNote(by, id, "工作笔记甲"); return err },
		func() error { _, err := f.Requests.Contact(by, id); return err },
		func() error { _, err := f.Requests.AddCaseNote(worker, id, "个案记录乙", nil); return err },
		func() error { _, err := f.Requests.Start(worker, id, "清水渠东头第三家"); return err },
		func() error { f.Clock.Advance(40 * time.Minute); return nil },
		func() error {
			_, err := f.Requests.Complete(worker, id, request.Record{Done: done, Sure: true})
			return err
		},
	} {
		apptest.Must(t, step())
	}
	if comment != "" {
		_, err := f.Requests.Rate(me, id, 5, comment)
		apptest.Must(t, err)
		_, err = f.Requests.Close(by, id, "")
		apptest.Must(t, err)
	}
	return id
}

// unzip reads an archive whole, every file by its name.
func unzip(t *testing.T, raw []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	apptest.Must(t, err)
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		apptest.Must(t, err)
		text, err := io.ReadAll(r)
		apptest.Must(t, err)
		out[f.Name] = string(text)
	}
	return out
}

// The archive holds everything that the account has, to read and for machines, and nothing of others.
func TestExport(t *testing.T) {
	eachFull(t, func(t *testing.T, f *full) {
		a := f.s.Call(t, f.me, "POST", "/me/export", nil)
		if a.Status != 200 || a.Header.Get("Content-Type") != "application/zip" {
			t.Fatal(a.Status, a.Header, string(a.Body))
		}
		files := unzip(t, a.Body)
		all := strings.Join(slices.Collect(maps.Values(files)), "\n")
		for _, word := range ownWords {
			if !strings.Contains(files["data.json"], word) && word != "有事找我女儿" {
				t.Errorf("data.json has no %s", word)
			}
			if !strings.Contains(all, word) {
				t.Errorf("the archive has no %s", word)
			}
		}
		for _, word := range []string{"13995305558", "E51907190", "林玉芳", "openid-of-lin", "我少记了十分钟", "老伴走了以后睡不好", "夜里醒四五次", "罗社工很耐心", "我的孙女小桃", "好的给您留好", "服务做了两样", "收到您的申请", "护理"} {
			if !strings.Contains(files["index.html"], word) {
				t.Errorf("index.html has no %s", word)
			}
		}
		for _, word := range othersWords {
			if strings.Contains(all, word) {
				t.Errorf("the archive has %s", word)
			}
		}
		var data struct {
			About      struct{ Note string }
			Account    identity.Export
			Activities activity.Export
			Hours      hours.Export
			Requests   request.Export
			Bookings   booking.Export
			Notices    outbox.Export
		}
		apptest.Must(t, json.Unmarshal([]byte(files["data.json"]), &data))
		for name, n := range map[string][2]int{
			"sign-ups": {len(data.Activities.Signups), 3}, "entries": {len(data.Hours.Entries), 1}, "disputes": {len(data.Hours.Disputes), 2},
			"requests": {len(data.Requests.Requests), 7}, "beneficiaries": {len(data.Requests.Beneficiaries), 2}, "credits": {len(data.Notices.Credits), 1},
			"sessions": {len(data.Account.Sessions), 1}, "consents": {len(data.Account.Consents), int(f.Count("consents", "person_id = ?", f.me.PersonID))}, "guardianships": {len(data.Account.Guardianships), 1}, "roles": {len(data.Account.Roles), 1},
			"notices":  {len(data.Notices.Notices), int(f.Count("notices", "person_id = ?", f.me.PersonID))},
			"bookings": {len(data.Bookings.Bookings), int(f.Count("bookings", "request_id IN (SELECT id FROM requests WHERE person_id = ?)", f.me.PersonID))},
			"spans":    {len(data.Bookings.Provider.Spans), 1},
		} {
			if n[0] != n[1] || n[0] == 0 {
				t.Errorf("%d %s, want %d", n[0], name, n[1])
			}
		}
		if e := data.Hours.Entries[0]; e.Hash == "" || data.Hours.MinutesTotal != 90 || e.Minutes != 90 {
			t.Errorf("%+v", data.Hours)
		}
		at := slices.IndexFunc(data.Requests.Requests, func(r request.RequestExport) bool { return r.ID == f.done })
		if r := data.Requests.Requests[at]; len(r.Looks) == 0 || len(r.Visits) != 1 || r.Visits[0].Minutes != 40 || *r.Rating != 5 || len(r.Timeline) < 5 {
			t.Errorf("%+v", r)
		}
		for range 2 {
			want(t, f.s.Call(t, f.me, "POST", "/me/export", nil), 200, "")
		}
		want(t, f.s.Call(t, f.me, "POST", "/me/export", nil), 429, "too_many_exports")
		want(t, f.s.Call(t, auth.Actor{}, "POST", "/me/export", nil), 401, "unauthenticated")
		f.Clock.Advance(25 * time.Hour)
		want(t, f.s.Call(t, f.Neighbour, "POST", "/me/export", nil), 200, "")
		if f.Log.String() == "" || strings.Contains(f.Log.String(), "13909531234") {
			t.Error("the log")
		}
	})
}

// totals are every figure that hours add up to.
func (f *full) totals(t *testing.T) string {
	t.Helper()
	campaigns, err := f.Hours.CampaignTotals(t.Context(), f.Campaign)
	apptest.Must(t, err)
	units, err := f.Hours.UnitTotals(t.Context(), f.District.ID, f.Station.ID, f.Room.ID)
	apptest.Must(t, err)
	person, err := f.Hours.Of(t.Context(), f.me.PersonID)
	apptest.Must(t, err)
	var entries []hours.Entry
	apptest.Must(t, f.Store.Read(t.Context()).Order("id").Find(&entries).Error)
	return fmt.Sprintf("%+v %+v %+v %+v", campaigns, units, person, entries)
}

// plain gives every text of every table, by "table.column".
func (f *full) plain(t *testing.T) map[string]string {
	t.Helper()
	db := f.Store.Read(t.Context())
	tables, err := db.Migrator().GetTables()
	apptest.Must(t, err)
	out := map[string]string{}
	for _, table := range tables {
		var rows []map[string]any
		apptest.Must(t, db.Table(table).Find(&rows).Error)
		for _, row := range rows {
			for column, value := range row {
				if text, ok := value.([]byte); ok {
					value = string(text)
				}
				out[table+"."+column] += fmt.Sprintln(value)
			}
		}
	}
	return out
}

// opened gives what can be opened of what is sealed, by table.
func (f *full) opened(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for table, query := range map[string]string{"requests": "SELECT number AS ref, sealed FROM requests WHERE person_id = %d",
		"beneficiaries": "SELECT ref, sealed FROM beneficiaries WHERE person_id = %d",
		"notes":         "SELECT ref, sealed FROM request_notes WHERE request_id IN (SELECT id FROM requests WHERE person_id = %d)",
		"visits":        "SELECT ref, sealed FROM request_visits WHERE request_id IN (SELECT id FROM requests WHERE person_id = %d)"} {
		var rows []struct {
			Ref    string
			Sealed []byte
		}
		apptest.Must(t, f.Store.Read(t.Context()).Raw(fmt.Sprintf(query, f.me.PersonID)).Scan(&rows).Error)
		for _, r := range rows {
			text, err := f.Requests.Box.Open(table+"/"+r.Ref, r.Sealed)
			apptest.Must(t, err)
			out[table] += string(text)
		}
	}
	return out
}

var closeBody = map[string]any{"word": "注销", "reason": "moved_away"}

// An account that has everything is closed: places and times go back, nothing personal is left in
// the database, and every total is what it was.
func TestClosing(t *testing.T) {
	eachFull(t, func(t *testing.T, f *full) {
		f.there(t)
		before := f.totals(t)
		bystanders := f.Count("notices", "person_id = ?", f.Neighbour.PersonID)
		want(t, f.s.Call(t, f.me, "POST", "/me/close", map[string]any{"word": "注"}), 400, "invalid_fields")
		want(t, f.s.Call(t, f.me, "POST", "/me/close", map[string]any{}), 400, "invalid_fields")
		want(t, f.s.Call(t, f.me, "POST", "/me/close", closeBody), 204, "")
		f.gone(t)
		if after := f.totals(t); after != before {
			t.Errorf("the totals were\n%s\nand are\n%s", before, after)
		}
		f.Whole(t)

		want(t, f.s.Call(t, f.me, "GET", "/me", nil), 401, "session_ended")
		if g := f.Signup(f.wait.ID); g.State != activity.Offered {
			t.Errorf("who waited is %s", g.State)
		}
		if n := f.Count("notices", "person_id = ?", f.Neighbour.PersonID); n != bystanders+1 {
			t.Errorf("the neighbour was told %d times", n-bystanders)
		}
		if b := f.BookingOf(f.coming); b.State != booking.Cancelled || f.Count("booking_cells", "booking_id = ?", b.ID) != 0 {
			t.Errorf("the booking is %s", b.State)
		}
		for _, state := range []request.State{request.Draft, request.Submitted, request.Returned, request.Scheduled, request.Referred} {
			if n := f.Count("requests", "person_id = ? AND state = ?", f.me.PersonID, state); n != 0 {
				t.Errorf("%d requests are %s", n, state)
			}
		}
		if open := f.opened(t); !strings.Contains(open["notes"], "个案记录乙") || !strings.Contains(open["visits"], "服务做了两样") {
			t.Errorf("the professionals' records: %v", open)
		}

		f.Clock.Advance(5 * time.Minute)
		apptest.Must(t, f.FinishClosings(t.Context()))
		if f.Count("people", "id = ? AND forgotten_at IS NULL", f.me.PersonID) != 1 {
			t.Error("found empty too soon")
		}
		f.Clock.Advance(6 * time.Minute)
		apptest.Must(t, f.FinishClosings(t.Context()))
		if f.Count("people", "id = ? AND forgotten_at > 0 AND close_reason = 'moved_away' AND name = '已注销用户' AND volunteer_since IS NULL", f.me.PersonID) != 1 {
			t.Error("not found empty")
		}
		f.Clock.Advance(49 * time.Hour)
		apptest.Must(t, f.Prune(t.Context()))
		if n := f.Count("idempotency_keys", "1 = 1"); n != 0 {
			t.Errorf("%d answers are kept, of others who saw what she wrote", n)
		}
		f.gone(t)
		f.Whole(t)
		if f.Log.String() == "" || strings.Contains(f.Log.String(), "林玉芳") {
			t.Error("the log")
		}
	})
}

// there sees that gone would find what is there.
func (f *full) there(t *testing.T) {
	t.Helper()
	all := strings.Join(slices.Collect(maps.Values(f.plain(t))), "") + strings.Join(slices.Collect(maps.Values(f.opened(t))), "")
	for _, word := range ownWords {
		if !strings.Contains(all, word) && word != "有事找我女儿" { // in a file
			t.Errorf("%s is nowhere before either", word)
		}
	}
	if n := len(stored(t, filepath.Join(f.folder, "files"))); n != 2 {
		t.Errorf("%d files before", n)
	}
}

// gone looks for everything personal in every table and every file.
func (f *full) gone(t *testing.T) {
	t.Helper()
	for column, text := range f.plain(t) {
		for _, word := range ownWords {
			if strings.Contains(text, word) {
				t.Errorf("%s has %s", column, word)
			}
		}
	}
	if n := f.Count("people", "id = ? AND phone_sealed IS NULL AND phone_index IS NULL AND identity_sealed IS NULL AND identity_index IS NULL", f.me.PersonID); n != 1 {
		t.Error("the phone or the document is left")
	}
	open := f.opened(t)
	if open["requests"]+open["beneficiaries"] != "" {
		t.Errorf("can be opened: %v", open)
	}
	for _, word := range ownWords {
		if strings.Contains(open["notes"]+open["visits"], word) {
			t.Errorf("a record has %s", word)
		}
	}
	for table, where := range map[string]string{"notices": "person_id = ?", "subscribe_credits": "person_id = ?", "sessions": "person_id = ?", "beneficiaries": "person_id = ?",
		"wechat_identities": "person_id = ?", "password_logins": "person_id = ?", "idempotency_keys": "person_id = ?", "provider_spans": "provider_id = ?",
		"provider_exceptions": "provider_id = ?", "guardianships": "guardian_id = ? AND live = 1", "hour_disputes": "person_id = ? AND state = 'open'",
		"request_attachments": "request_id IN (SELECT id FROM requests WHERE person_id = ?)", "request_looks": "request_id IN (SELECT id FROM requests WHERE person_id = ?)",
		"signups": "person_id = ? AND state IN ('confirmed', 'waitlisted', 'offered', 'pending')"} {
		if n := f.Count(table, where, f.me.PersonID); n != 0 {
			t.Errorf("%d rows of %s", n, table)
		}
	}
	if files := stored(t, filepath.Join(f.folder, "files")); len(files) != 0 {
		t.Errorf("%d files", len(files))
	}
}

// A crash right after the first transaction leaves nothing undone: timed work goes on from there.
func TestClosingGoesOnAfterACrash(t *testing.T) {
	eachFull(t, func(t *testing.T, f *full) {
		apptest.Must(t, f.Identity.Close(apptest.As(f.me), ""))
		want(t, f.s.Call(t, f.me, "GET", "/me", nil), 401, "session_ended")
		apptest.Must(t, f.FinishClosings(t.Context()))
		f.gone(t)
		f.Whole(t)
	})
}

// What has to be finished first says so, and nothing is changed.
func TestClosingIsRefused(t *testing.T) {
	eachLoop(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop) {
		closes := func(who auth.Actor, code string) {
			t.Helper()
			want(t, s.Call(t, who, "POST", "/me/close", closeBody), 409, code)
			if l.Count("people", "id = ? AND closed_at IS NULL", who.PersonID) != 1 {
				t.Error("closed all the same")
			}
		}
		for _, who := range []auth.Actor{l.Staff, l.Worker, l.Admin} {
			closes(who, "roles_held")
		}
		r := l.Put(request.InService)
		l.PutVisit(r)
		closes(l.Resident, "visit_under_way")
		shift := l.Shift(3)
		g := l.SignUp(l.Neighbour, shift.ID)
		l.Clock.Set(shift.StartsAt.Time)
		l.Check(l.Neighbour, shift.ID, activity.In)
		closes(l.Neighbour, "shift_under_way")
		l.Clock.Advance(time.Hour)
		l.Check(l.Neighbour, shift.ID, activity.Out)
		want(t, s.Call(t, l.Neighbour, "POST", "/me/close", map[string]any{"word": "注销"}), 204, "")
		l.Clock.Advance(3 * time.Hour) // the staff confirm what was proved: hours stay, without a name
		_, err := l.Record(l.Staff, shift.ID, activity.Deed{SignupID: g.ID, Action: "confirm"})
		apptest.Must(t, err)
		if total, err := l.Hours.TotalOf(t.Context(), l.Neighbour.PersonID); err != nil || total.Minutes != 60 {
			t.Error(total, err)
		}
		l.Whole(t)
		apptest.Must(t, l.FinishClosings(t.Context()))
		apptest.Must(t, l.Prune(t.Context()))
		if n := l.Count("notices", "person_id = ?", l.Neighbour.PersonID); n != 0 {
			t.Errorf("told %d times after closing", n)
		}
	})
}

// The same WeChat user comes back as somebody new.
func TestComingBackAfterClosing(t *testing.T) {
	apptest.EachMail(t, func(t *testing.T, m *apptest.Mail) {
		s := apptest.NewSite(t, m.World)
		lin := m.Friend("lin")
		want(t, s.Call(t, lin, "POST", "/me/close", closeBody), 204, "")
		var in struct {
			Person struct {
				ID          int64
				Name        string
				IsVolunteer bool `json:"is_volunteer"`
			}
		}
		s.Ask(t, "POST", "/auth/wechat", map[string]any{"code": "demo-lin"}).Into(t, &in)
		if in.Person.ID == lin.PersonID || in.Person.Name != "" || in.Person.IsVolunteer {
			t.Errorf("%+v", in)
		}
	})
}

// What was kept long enough is really deleted, and nothing before its time; what was done stays counted.
func TestRetention(t *testing.T) {
	eachFull(t, func(t *testing.T, f *full) {
		visits := f.Count("request_visits", "minutes = 40")
		_, err := f.Requests.Cancel(apptest.As(f.Staff), f.coming, "")
		apptest.Must(t, err)
		apptest.Must(t, f.Outbox.Deliver(t.Context())) // what is on its way is never deleted
		const day = 24 * time.Hour
		began, none := f.Clock.Now(), map[string]int64{}
		count := func() map[string]int64 {
			return map[string]int64{
				"drafts": f.Count("requests", "state = 'draft'"), "sessions": f.Count("sessions", "id = ?", f.me.SessionID),
				"notices": f.Count("notices", "1 = 1"), "looks": f.Count("request_looks", "1 = 1"),
				"words":                  f.Count("requests", "LENGTH(sealed) > 0 AND is_open = 0"),
				"words of open requests": f.Count("requests", "LENGTH(sealed) > 0 AND is_open = 1 AND state <> 'draft'"),
				"messages":               f.Count("request_notes", "kind = 'message'"), "files": int64(len(stored(t, filepath.Join(f.folder, "files")))),
				"comments": f.Count("requests", "rating_comment <> ''"), "names": f.Count("requests", "is_open = 0 AND person_name = '林玉芳'"),
				"notes of ended":   f.Count("request_notes", "request_id = ? AND kind <> 'message'", f.done),
				"records of ended": f.Count("request_visits", "request_id = ? AND LENGTH(sealed) > 0", f.done),
			}
		}
		apptest.Must(t, f.Tx(func(tx *store.Tx) error {
			return tx.Model(&identity.Session{}).Where("id = ?", f.me.SessionID).Update("expires_at", store.At(began)).Error
		}))
		was := count()
		for what, n := range was {
			if n == 0 {
				t.Errorf("there are no %s to begin with", what)
			}
		}
		for _, step := range []struct {
			after time.Duration
			gone  []string
		}{
			{29 * day, nil}, {31 * day, []string{"sessions"}}, {89 * day, nil}, {91 * day, []string{"drafts"}}, {362 * day, nil}, {367 * day, []string{"notices"}},
			{1097 * day, nil}, {1099 * day, []string{"words", "messages", "files", "comments", "names", "looks"}}, {1829 * day, nil},
			{1831 * day, []string{"notes of ended", "records of ended"}},
		} {
			f.Clock.Set(began.Add(step.after))
			apptest.Must(t, f.Prune(t.Context()))
			for _, what := range step.gone {
				none[what] = 1
			}
			for what, n := range count() {
				switch {
				case none[what] == 1 && n != 0:
					t.Errorf("after %v: %d %s", step.after, n, what)
				case none[what] == 0 && n != was[what]:
					t.Errorf("after %v: %d %s, before %d", step.after, n, what, was[what])
				}
			}
		}
		campaigns, err := f.Hours.CampaignTotals(t.Context(), f.Campaign)
		apptest.Must(t, err)
		if campaigns[f.Campaign].Minutes != 90 || f.Count("request_visits", "minutes = 40") != visits || f.Count("requests", "id = ? AND rating = 5 AND emptied = 2", f.done) != 1 {
			t.Error("what was done is not counted any more", campaigns)
		}
		if d, err := f.Requests.Get(apptest.As(f.Staff), f.done); err != nil || d.Words() != "" || d.PersonName != "已过保存期" {
			t.Error(d, err)
		}
		f.Whole(t)
	})
}
