package httpapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"yimi/internal/apptest"
	"yimi/internal/config"
	"yimi/internal/request"
	"yimi/internal/storetest"
)

// What was said in confidence is in no copy of the database, of the data folder and of the log:
// phones, addresses, words, answers, notes, messages, records of visits, files (个人信息保护法 Art 51).
func TestNothingConfidentialLiesOpen(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		folder := ""
		s := apptest.NewSite(t, apptest.New(t, url, func(c *config.Config) { folder = c.DataDir }))
		l := apptest.NewLoop(s.World)
		secrets := []string{"13512345678", "13587654321", "机密巷七号", "隐秘街九号", "夜里总哭", "改成夜里总闷", "整夜睡不着", "家有恶犬", "第一次面谈很难", "钥匙在花盆下", "谈了遗产的事", "病历第三页", "回访时她哭了"}
		keys := 0
		do := func(a apptest.Answer, status int) int64 {
			t.Helper()
			want(t, a, status, "")
			var out struct{ ID int64 }
			apptest.Must(t, json.Unmarshal(a.Body, &out))
			return out.ID
		}
		key := func() (name, value string) {
			keys++
			return "Idempotency-Key", fmt.Sprintf("sealed-key-%04d", keys)
		}
		post := func(path string, body any, status int) int64 { // by who asked, with a key as the apps send it
			k, v := key()
			return do(s.Call(t, l.Resident, "POST", path, body, k, v), status)
		}
		by := func(staff bool, path string, body any) {
			k, v := key()
			who := l.Worker
			if staff {
				who = l.Staff
			}
			a := s.Call(t, who, "POST", path, body, k, v)
			if a.Status >= 300 {
				t.Errorf("%s: %d %s", path, a.Status, a.Body)
			}
		}
		post("/me/beneficiaries", map[string]any{"name": "林国栋", "relation": "parent", "phone": "13587654321", "address": "隐秘街九号"}, 201)
		slot := l.Slot()
		id := post("/requests", map[string]any{"service_type_id": l.Talk.ID, "way": "phone", "urgency": "normal", "words": "夜里总哭", "phone": "13512345678", "address": "机密巷七号",
			"answers": []any{map[string]any{"key": "sleep", "values": []string{"整夜睡不着"}}}, "slot": map[string]any{"provider_id": l.Worker.PersonID, "starts_at": slot}, "draft": true}, 201)
		path := fmt.Sprintf("/requests/%d", id)
		do(s.Call(t, l.Resident, "PATCH", path, map[string]string{"words": "改成夜里总闷"}), 200)
		body, kind := form(t, "a.pdf", pdf("病历第三页"))
		do(s.Call(t, l.Resident, "POST", path+"/attachments", body, "Content-Type", kind, "Idempotency-Key", "sealed-key-file"), 201)
		post(path+"/submit", nil, 200)
		post(path+"/messages", map[string]string{"text": "钥匙在花盆下"}, 200)
		by(true, path+"/approve", nil)
		by(true, path+"/notes", map[string]string{"text": "家有恶犬"})
		by(true, path+"/contact", nil)
		by(false, path+"/start", nil)
		by(false, path+"/case-notes", map[string]string{"text": "第一次面谈很难"})
		by(false, path+"/complete", map[string]any{"done": "谈了遗产的事", "sure": true})
		post(path+"/rate", map[string]any{"rating": 1}, 200)
		by(true, path+"/follow-up", map[string]string{"reason": "回访时她哭了"})
		// All of it is there, for those who may.
		d, err := l.Requests.Get(apptest.As(l.Staff), id)
		apptest.Must(t, err)
		if d.Words() != "改成夜里总闷" || d.Phone() != "13512345678" || d.Answers()[0].Values[0] != "整夜睡不着" || d.Visits[0].Done != "谈了遗产的事" || len(d.Notes) != 2 {
			t.Errorf("not kept: %+v", d)
		}
		copies := map[string][]byte{"the log": []byte(s.Log.String())}
		for i, file := range stored(t, folder) {
			copies[fmt.Sprintf("file %d of the folder", i)] = file
		}
		copies["the database"] = apptest.DatabaseBytes(t, url)
		for where, content := range copies {
			for _, secret := range secrets {
				if bytes.Contains(content, []byte(secret)) {
					t.Errorf("%q lies open in %s", secret, where)
				}
			}
		}
		if !bytes.Contains(copies["the database"], []byte("林国栋")) || l.Request(id).State != request.Completed {
			t.Error("the copy of the database is no copy")
		}
	})
}
