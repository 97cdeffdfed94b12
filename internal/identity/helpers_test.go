package identity_test

import (
	"context"
	"errors"
	"flag"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/identity"
	"yimi/internal/seal"
	"yimi/internal/store"
	"yimi/internal/storetest"
	"yimi/internal/unit"
)

// Each step of the state machine is a transaction on a real database, so fewer
// runs than rapid's 100; -rapid.checks asks for more.
func TestMain(m *testing.M) {
	_ = flag.Set("rapid.checks", "12")
	flag.Parse()
	os.Exit(m.Run())
}

type clock struct{ ms atomic.Int64 }

func (c *clock) now() time.Time          { return time.UnixMilli(c.ms.Load()) }
func (c *clock) advance(d time.Duration) { c.ms.Add(d.Milliseconds()) }

// world is the service with a small tree of units and a district admin.
type world struct {
	*identity.Service
	units                             *unit.Service
	store                             *store.Store
	clock                             *clock
	wuzhong, kangbashi, station, room unit.Unit
}

const rootPassword = "long words are best"

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) { test(t, newWorld(t, url)) })
}

func newWorld(t *testing.T, url string) *world {
	t.Helper()
	c := &clock{}
	c.ms.Store(time.Date(2026, 3, 5, 1, 0, 0, 0, time.UTC).UnixMilli()) // 学雷锋日, 9:00 in Wuzhong
	s := storetest.OpenURL(t, url, store.WithClock(c.now))
	key := auth.Key{ID: "test", Secret: []byte(strings.Repeat("k", 32))}
	box, err := seal.New(seal.AES, []seal.Key{{ID: "test", Secret: []byte(strings.Repeat("f", 32))}})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{store: s, clock: c, units: unit.NewService(s), Service: identity.NewService(identity.Deps{SessionLife: 30 * 24 * time.Hour,
		Store: s, Tokens: auth.NewTokens([]auth.Key{key}, 15*time.Minute, c.now), Wechat: fakeWechat, Phone: fakePhone, Box: box, Demo: true, Notice: notice, Hands: human.Hands{GrantRipens: 72 * time.Hour},
	})}
	w.plant(t)
	return w
}

// fakePhone gives the number that the code is.
func fakePhone(_ context.Context, code string) (string, error) { return code, nil }

// fakeWechat knows every code: the user is named as the code is, with a unionid after a slash.
func fakeWechat(_ context.Context, code string) (openID, unionID string, err error) {
	if code == "used" {
		return "", "", errors.New("40163 code been used")
	}
	openID, unionID, _ = strings.Cut(code, "/")
	return "o-" + openID, unionID, nil
}

func (w *world) plant(t *testing.T) {
	t.Helper()
	var err error
	top := auth.Actor{PersonID: 1}
	if w.wuzhong, err = w.units.Bootstrap(t.Context(), "利通区社会工作中心"); err != nil {
		t.Fatal(err)
	}
	if w.kangbashi, err = w.units.Bootstrap(t.Context(), "康巴什区社会工作中心"); err != nil {
		t.Fatal(err)
	}
	top.Grants = []auth.Grant{{Role: auth.DistrictAdmin, UnitPath: w.wuzhong.Path}}
	if w.station, err = w.units.Create(auth.With(t.Context(), top), unit.Input{ParentID: w.wuzhong.ID, Kind: unit.Station, Name: "东方社区社工站"}); err != nil {
		t.Fatal(err)
	}
	if w.room, err = w.units.Create(auth.With(t.Context(), top), unit.Input{ParentID: w.station.ID, Kind: unit.Room, Name: "清水渠服务室"}); err != nil {
		t.Fatal(err)
	}
}

func (w *world) wechat(t *testing.T, name string) identity.SignedIn {
	t.Helper()
	in, err := w.LoginWechat(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func (w *world) actor(t *testing.T, in identity.SignedIn) auth.Actor {
	t.Helper()
	a, err := w.Actor(t.Context(), in.PersonID, in.SessionID)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// admin signs in somebody who is district admin of the unit.
func (w *world) admin(t *testing.T, name string, u unit.Unit) auth.Actor {
	t.Helper()
	in := w.wechat(t, name)
	w.hold(t, in.PersonID, u, auth.DistrictAdmin)
	return w.actor(t, in)
}

// hold gives a person a role by nobody's invitation, as the command line does.
func (w *world) hold(t *testing.T, personID int64, u unit.Unit, role auth.Role) {
	t.Helper()
	err := w.Store.Tx(t.Context(), func(tx *store.Tx) error {
		if err := tx.Create(&identity.GrantChange{PersonID: personID, UnitID: u.ID, Role: role, Action: "granted", ChangedAt: tx.Now}).Error; err != nil {
			return err
		}
		return tx.Create(&identity.RoleGrant{PersonID: personID, UnitID: u.ID, Role: role, CreatedAt: tx.Now}).Error
	})
	if err != nil {
		t.Fatal(err)
	}
}

// invited gives a person a role by an invitation that they accept.
func (w *world) invited(ctx context.Context, unitID, personID int64, role auth.Role) (identity.GrantView, error) {
	_, code, err := w.Invite(ctx, unitID, role)
	if err != nil {
		return identity.GrantView{}, err
	}
	return w.AcceptInvitation(auth.With(ctx, auth.Actor{PersonID: personID}), code)
}

// desk makes a person with a desk login.
func (w *world) desk(t *testing.T, login string) identity.GrantView {
	t.Helper()
	g, err := w.BootstrapAdmin(t.Context(), "杨海兰", login, rootPassword, func(*store.Tx) (int64, error) { return w.wuzhong.ID, nil })
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func (w *world) ended(t *testing.T, in identity.SignedIn) {
	t.Helper()
	_, err := w.Actor(t.Context(), in.PersonID, in.SessionID)
	wantCode(t, err, "session_ended")
}

func (w *world) count(t *testing.T, table string) (n int64) {
	t.Helper()
	if err := w.store.Read(t.Context()).Table(table).Count(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	if err == nil || fault.From(err).Code != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

func ptr[T any](v T) *T { return &v }

func (w *world) person(t *testing.T, id int64) (p identity.Person) {
	t.Helper()
	if err := w.store.Read(t.Context()).Where("id = ?", id).Take(&p).Error; err != nil {
		t.Fatal(err)
	}
	return p
}

func (w *world) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if err := w.store.Tx(t.Context(), func(tx *store.Tx) error { return tx.Exec(sql, args...).Error }); err != nil {
		t.Fatal(err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
