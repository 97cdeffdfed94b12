package httpapi_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
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
var ownWords = []string{"林玉芳", "1998-03-05", "openid-of-lin", "lin.desk", "我少记了十分钟", "签到表上是这样写的", "我腰疼去不了",
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
		return tx.Exec("UPDATE people SET skills = 'nursing,haircut' WHERE id = ?", f.me.PersonID).Error
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
	forChild.BeneficiaryID, forChild.Draft = b.ID, true
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
		func() error { _, err := f.Requests.Complete(worker, id, request.Record{Done: done}); return err },
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
		for _, word := range []string{"林玉芳", "openid-of-lin", "我少记了十分钟", "老伴走了以后睡不好", "夜里醒四五次", "罗社工很耐心", "我的孙女小桃", "好的给您留好", "服务做了两样", "收到您的申请", "护理"} {
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
			"requests": {len(data.Requests.Requests), 7}, "beneficiaries": {len(data.Requests.Beneficiaries), 1}, "credits": {len(data.Notices.Credits), 1},
			"sessions": {len(data.Account.Sessions), 1}, "guardianships": {len(data.Account.Guardianships), 1}, "roles": {len(data.Account.Roles), 1},
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
