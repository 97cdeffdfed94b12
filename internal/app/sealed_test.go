package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"yimi/internal/app"
	"yimi/internal/apptest"
	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/config"
	"yimi/internal/identity"
	"yimi/internal/seal"
	"yimi/internal/store"
	"yimi/internal/storetest"
)

// Every column that says it is sealed is in the one list that rotation follows.
func TestEverySealedColumnIsListed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		tables, err := s.Read(t.Context()).Migrator().GetTables()
		apptest.Must(t, err)
		var found []string
		for _, table := range tables {
			columns, err := s.Read(t.Context()).Migrator().ColumnTypes(table)
			apptest.Must(t, err)
			for _, c := range columns {
				name := table + "." + c.Name()
				if c.Name() == "sealed" || strings.HasSuffix(c.Name(), "_sealed") {
					found = append(found, name)
				}
			}
		}
		if len(found) < 6 {
			t.Fatalf("only %v were found", found)
		}
		for _, name := range found {
			if !slices.Contains(app.SealedColumns(), name) {
				t.Errorf("%s is sealed, and yimi keys rotate does not know of it: name it in its table's Sealed, in the feature's feature.go", name)
			}
		}
	})
}

// demoHouse is the demo in a folder of its own, with key files.
type demoHouse struct {
	t   *testing.T
	cfg config.Config
	url string
}

func newDemoHouse(t *testing.T, url string) *demoHouse {
	cfg := config.Default()
	cfg.Demo, cfg.Database, cfg.DataDir = true, config.DSN(url), filepath.Join(t.TempDir(), "data")
	return &demoHouse{t, cfg, url}
}

func (h *demoHouse) open() *app.App {
	h.t.Helper()
	a, err := app.Build(h.t.Context(), h.cfg, slog.New(slog.DiscardHandler))
	apptest.Must(h.t, err)
	return a
}

// fill makes the demo, an attached file, and an answer kept for a repeated key.
func (h *demoHouse) fill(a *app.App) {
	h.t.Helper()
	apptest.Must(h.t, a.KeepDemoAlive(h.t.Context()))
	resident := h.login(a, "resident")
	var mine struct{ Items []struct{ ID int64 } }
	h.call(a, resident, "GET", "/me/requests?limit=50", "", &mine)
	for _, r := range mine.Items { // one of them is open
		ctx := auth.With(audit.With(h.t.Context(), audit.Origin{Operation: "addAttachment"}), h.actor(a, "resident"))
		if _, err := a.Requests.Attach(ctx, r.ID, []byte("%PDF-1.4\n% 病历第三页\ntrailer<<>>\n%%EOF\n")); err == nil {
			break
		}
	}
	h.call(a, resident, "POST", "/me/beneficiaries", `{"name":"马秀英","relation":"neighbour","consent":"当面同意","phone":"13587654321","address":"隐秘街九号院内"}`, nil)
}

func (h *demoHouse) login(a *app.App, persona string) (token string) {
	h.t.Helper()
	var session struct {
		Token string `json:"access_token"`
	}
	h.call(a, "", "POST", "/auth/demo", `{"persona":"`+persona+`"}`, &session)
	return session.Token
}

func (h *demoHouse) actor(a *app.App, persona string) auth.Actor {
	h.t.Helper()
	var row identity.WechatIdentity
	apptest.Must(h.t, a.Store.Read(h.t.Context()).Where("openid = ?", "demo-"+persona).Take(&row).Error)
	return auth.Actor{PersonID: row.PersonID, Grants: []auth.Grant{{Role: auth.Resident}}}
}

func (h *demoHouse) call(a *app.App, token, method, path, body string, into any) {
	h.t.Helper()
	r := httptest.NewRequestWithContext(h.t.Context(), method, "http://127.0.0.1/api/v1"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", "sealed-test-key")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	a.Handler.ServeHTTP(w, r)
	if w.Code >= http.StatusMultipleChoices {
		h.t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
	if into != nil {
		apptest.Must(h.t, json.Unmarshal(w.Body.Bytes(), into))
	}
}

// secrets are the demo's phones and identity numbers, and whatever else is sealed, opened.
func (h *demoHouse) secrets(a *app.App) []string {
	h.t.Helper()
	phones, cards := app.DemoContacts()
	out := slices.DeleteFunc(slices.Concat(phones, cards), func(s string) bool { return s == "" }) // who has just come left none
	for _, c := range []struct{ table, prefix, name string }{{"beneficiaries", "beneficiaries/", "ref"}, {"requests", "requests/", "number"}, {"request_visits", "visits/", "ref"}, {"request_notes", "notes/", "ref"}} {
		var rows []struct {
			Name   string
			Sealed []byte
		}
		apptest.Must(h.t, a.Store.Read(h.t.Context()).Table(c.table).Select(c.name+" AS name, sealed").Where("LENGTH(sealed) > 0").Scan(&rows).Error)
		for _, r := range rows {
			plain, err := a.Box().Open(c.prefix+r.Name, r.Sealed)
			apptest.Must(h.t, err)
			out = append(out, leaves(plain)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// leaves gives the texts in a JSON value, or the text that it is; short ones are ordinary words.
func leaves(plain []byte) (out []string) {
	var value any
	if json.Unmarshal(plain, &value) != nil {
		value = string(plain)
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			if utf8.RuneCountInString(v) >= 6 {
				out = append(out, v)
			}
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			for name, x := range v {
				if name != "key" && name != "label" { // of the catalogue's question
					walk(x)
				}
			}
		}
	}
	walk(value)
	return out
}

// noneLiesOpen searches a copy of the database and of the folder, byte by byte.
func (h *demoHouse) noneLiesOpen(when string, secrets []string) {
	h.t.Helper()
	copies := map[string][]byte{"the database": apptest.DatabaseBytes(h.t, h.url)}
	apptest.Must(h.t, filepath.WalkDir(h.cfg.DataDir, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() && !strings.Contains(path, "keys") {
			copies[path], err = os.ReadFile(path) //nolint:gosec // the test's own folder
		}
		return err
	}))
	if len(copies) < 2 || !bytes.Contains(copies["the database"], []byte("林国栋")) {
		h.t.Fatalf("%s: the copy is no copy: %d files", when, len(copies))
	}
	for where, content := range copies {
		for _, secret := range append(secrets, "病历第三页") {
			if bytes.Contains(content, []byte(secret)) {
				h.t.Errorf("%s: %q lies open in %s", when, secret, where)
			}
		}
	}
}

// readable tells that all is still there for those who may.
func (h *demoHouse) readable(a *app.App, secrets []string) {
	h.t.Helper()
	if again := h.secrets(a); !slices.Equal(again, secrets) {
		h.t.Errorf("%d texts open, and %d did before", len(again), len(secrets))
	}
	ctx := auth.With(h.t.Context(), h.actor(a, "volunteer"))
	c, err := a.Identity.MyContact(ctx)
	if err != nil || c.Phone != "13895301998" || c.IdentityNumber != "640303199803055028" {
		h.t.Errorf("%+v, %v", c, err)
	}
	var n int64
	apptest.Must(h.t, a.Store.Read(h.t.Context()).Table("people").Where("phone_index = ?", a.Identity.PhoneIndex(c.Phone)).Count(&n).Error)
	if n != 1 {
		h.t.Errorf("%d people found by the phone, want 1", n)
	}
	var file struct{ RequestID, ID, AuthorID int64 }
	apptest.Must(h.t, a.Store.Read(h.t.Context()).Table("request_attachments").Order("id DESC").Limit(1).Take(&file).Error)
	if _, content, err := a.Requests.File(auth.With(h.t.Context(), auth.Actor{PersonID: file.AuthorID}), file.RequestID, file.ID); err != nil || !bytes.Contains(content, []byte("病历第三页")) {
		h.t.Errorf("the file: %v", err)
	}
}

// A copy of the database file holds no plain phone, identity number, address or note of the demo
// people, before keys are rotated and after; and after it nothing is under the old key.
func TestNothingPrivateOfTheDemoLiesOpen(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		h := newDemoHouse(t, url)
		a := h.open()
		h.fill(a)
		secrets := h.secrets(a)
		for _, must := range []string{"13995301234", "640303199803055028", "东方社区 3 号楼 2 单元 101", "13587654321", "电话里介绍了广场舞队的时间和领队。"} {
			if !slices.Contains(secrets, must) {
				t.Errorf("%q is not among the %d texts that are looked for", must, len(secrets))
			}
		}
		h.noneLiesOpen("at first", secrets)
		beside := h.open() // a server that runs on while the keys change
		defer func() { _ = beside.Close() }()
		old := a.Box().Keys()[0]
		before, err := a.CountUnder(t.Context(), old)
		apptest.Must(t, err)

		var said bytes.Buffer
		apptest.Must(t, a.RotateKeys(t.Context(), &said))
		if before < 90 || under(t, a, old) != 0 || len(a.Box().Keys()) != 2 {
			t.Errorf("%d under the old key before, %d after; keys %v\n%s", before, under(t, a, old), a.Box().Keys(), &said)
		}
		h.readable(a, secrets)
		h.noneLiesOpen("after the rotation", secrets)

		// The one beside reads what is under the new key, and seals with it from then on.
		h.readable(beside, secrets)
		phone := "13700001111"
		_, err = beside.Identity.UpdateMe(auth.With(t.Context(), h.actor(beside, "staff")), identity.Patch{Phone: &phone})
		apptest.Must(t, err)
		if n := under(t, a, old); n != 0 {
			t.Errorf("%d under the old key by a server that knew the new one", n)
		}
		// An answer kept under the old key is given again.
		h.call(beside, h.login(beside, "resident"), "POST", "/me/beneficiaries", `{"name":"马秀英","relation":"neighbour","consent":"当面同意","phone":"13587654321","address":"隐秘街九号院内"}`, nil)

		if err := a.PruneKeys(t.Context(), &said); err == nil || len(a.Box().Keys()) != 2 {
			t.Error("a key was taken away that a server may still seal with")
		}
		long := time.Now().Add(-time.Hour)
		apptest.Must(t, os.Chtimes(h.cfg.FieldsFile(), long, long))
		apptest.Must(t, a.PruneKeys(t.Context(), &said))
		apptest.Must(t, a.Close())
		fresh := h.open()
		defer func() { _ = fresh.Close() }()
		if keys := fresh.Box().Keys(); len(keys) != 1 || keys[0] == old {
			t.Errorf("keys %v\n%s", keys, &said)
		}
		h.readable(fresh, h.secrets(fresh))
		h.noneLiesOpen("after all is closed", secrets)
	})
}

func under(t *testing.T, a *app.App, key string) int64 {
	t.Helper()
	n, err := a.CountUnder(t.Context(), key)
	apptest.Must(t, err)
	return n
}

// A rotation that was cut short is finished by the next run, without another key; what other
// hands wrote meanwhile is not lost; a change of cipher is a rotation too.
func TestARotationGoesOnWhereItWasCut(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		h := newDemoHouse(t, url)
		a := h.open()
		h.fill(a)
		secrets, old := h.secrets(a), a.Box().Keys()[0]
		before := under(t, a, old)
		ctx, cut := context.WithCancel(t.Context())
		if err := a.RotateKeys(ctx, cutAfter{"people.phone_sealed", cut}); err == nil {
			t.Fatal("it was not cut")
		}
		if left := under(t, a, old); left == 0 || left >= before || len(a.Box().Keys()) != 2 {
			t.Fatalf("%d of %d left, keys %v", left, before, a.Box().Keys())
		}
		h.readable(a, secrets)
		if err := a.PruneKeys(t.Context(), &bytes.Buffer{}); err != nil || len(a.Box().Keys()) != 2 {
			t.Error("a key in use was taken away", err)
		}
		var said bytes.Buffer
		apptest.Must(t, a.RotateKeys(t.Context(), &said))
		if under(t, a, old) != 0 || len(a.Box().Keys()) != 2 || !strings.Contains(said.String(), "finishing") {
			t.Errorf("%d left, keys %v: %s", under(t, a, old), a.Box().Keys(), &said)
		}
		h.readable(a, secrets)
		apptest.Must(t, a.Close())

		h.cfg.Keys.Cipher = "sm4"
		b := h.open()
		defer func() { _ = b.Close() }()
		h.readableButIndex(b, secrets)
		apptest.Must(t, b.RotateKeys(t.Context(), &said))
		h.readable(b, secrets)
		h.noneLiesOpen("under SM4", secrets)
		var row identity.Person
		apptest.Must(t, b.Store.Read(t.Context()).Where("phone_sealed IS NOT NULL").Limit(1).Take(&row).Error)
		if row.PhoneSealed[0] != 2 || !strings.HasPrefix(*row.PhoneIndex, "2:") || len(b.Box().Keys()) != 2 {
			t.Errorf("not SM4: %d %s, keys %v", row.PhoneSealed[0], *row.PhoneIndex, b.Box().Keys())
		}
	})
}

func (h *demoHouse) readableButIndex(a *app.App, secrets []string) {
	h.t.Helper()
	if again := h.secrets(a); !slices.Equal(again, secrets) {
		h.t.Errorf("%d texts open, and %d did before", len(again), len(secrets))
	}
}

// cutAfter ends a context once the words are printed.
type cutAfter struct {
	words string
	cut   func()
}

func (c cutAfter) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte(c.words)) {
		c.cut()
	}
	return len(b), nil
}

// With keys in the settings nothing is made and nothing taken away: it says what to do.
func TestKeysOfTheSettingsAreTheOperators(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		w := apptest.New(t, url)
		lin, phone := w.Volunteer("林晓雯"), "13800001234"
		_, err := w.Identity.UpdateMe(apptest.As(lin), identity.Patch{Phone: &phone})
		apptest.Must(t, err)
		var said bytes.Buffer
		apptest.Must(t, w.RotateKeys(t.Context(), &said))
		if !strings.Contains(said.String(), "keys.fields") {
			t.Error(said.String())
		}
		two := apptest.Reopen(t, url, func(c *config.Config) { c.Keys.Fields = []config.Key{apptest.Key("g"), apptest.Key("f")} })
		apptest.Must(t, two.RotateKeys(t.Context(), &said))
		if n := under(t, two.App, "f"); n != 0 {
			t.Errorf("%d under the old key", n)
		}
		said.Reset()
		apptest.Must(t, two.PruneKeys(t.Context(), &said))
		if !strings.Contains(said.String(), "take it out of keys.fields") {
			t.Error(said.String())
		}
		only, err := seal.New(seal.AES, []seal.Key{seal.Key(apptest.Key("g"))})
		apptest.Must(t, err)
		var row identity.Person
		apptest.Must(t, two.Store.Read(t.Context()).Where("id = ?", lin.PersonID).Take(&row).Error)
		if plain, err := only.Open(fmt.Sprintf("people/phone/%d", lin.PersonID), row.PhoneSealed); err != nil || string(plain) != phone {
			t.Error(err)
		}
	})
}
