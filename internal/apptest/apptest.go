// Package apptest gives tests the whole program on a fresh real database, with a
// clock that they set and a small district in it.
package apptest

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/app"
	"yimi/internal/auth"
	"yimi/internal/campaign"
	"yimi/internal/config"
	"yimi/internal/fault"
	"yimi/internal/hours"
	"yimi/internal/identity"
	"yimi/internal/store"
	"yimi/internal/storetest"
	"yimi/internal/unit"
)

// Clock is the time of a World.
type Clock struct{ ms atomic.Int64 }

// Now is the present instant.
func (c *Clock) Now() time.Time { return time.UnixMilli(c.ms.Load()) }

// Advance lets time pass.
func (c *Clock) Advance(d time.Duration) { c.ms.Add(d.Milliseconds()) }

// Set goes to an instant.
func (c *Clock) Set(t time.Time) { c.ms.Store(t.UnixMilli()) }

// Start is when every World begins: 学雷锋日, 9:00 in Wuzhong.
var Start = time.Date(2026, 3, 5, 9, 0, 0, 0, hours.Shanghai)

// World is the program with a district, two stations and a room, one campaign.
type World struct {
	*app.App
	Clock                          *Clock
	Log                            *Log
	Tokens                         *auth.Tokens // sign with the program's own key
	Keys                           config.Keys
	District, Station, Other, Room unit.Unit
	Campaign                       int64
	Staff, Second                  auth.Actor // two of Station's staff
	t                              testing.TB
}

// Each runs the test on both databases, each with a World of its own.
func Each(t *testing.T, test func(t *testing.T, w *World)) {
	t.Helper()
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) { test(t, New(t, url)) })
}

// Key makes a settings' key out of a letter.
func Key(letter string) config.Key {
	return config.Key{ID: letter, Secret: []byte(strings.Repeat(letter, 32))}
}

// New builds the program on the migrated database at url.
func New(t testing.TB, url string, change ...func(*config.Config)) *World {
	t.Helper()
	w := Reopen(t, url, change...)
	w.plant()
	return w
}

// Reopen builds the program on a database that a World has filled, with other settings.
func Reopen(t testing.TB, url string, change ...func(*config.Config)) *World {
	t.Helper()
	return ReopenWith(t, url, nil, change...)
}

// ReopenWith is Reopen with options for the program.
func ReopenWith(t testing.TB, url string, opts []app.Option, change ...func(*config.Config)) *World {
	t.Helper()
	w, statements := &World{t: t, Clock: &Clock{}, Log: &Log{}}, &watch{}
	w.Clock.Set(Start)
	cfg := config.Default()
	cfg.Database, cfg.Listen, cfg.MetricsListen, cfg.DataDir = config.DSN(url), "127.0.0.1:0", "", t.TempDir()
	cfg.Keys = config.Keys{AccessTokens: []config.Key{Key("a")}, Checkin: []config.Key{Key("c")}, Fields: []config.Key{Key("f")}, Cipher: "aes"}
	cfg.Limits.Rate = config.Rate{}                                                      // tests are many people at one address, on a clock that stands still
	cfg.Limits.BookingsOfOne, cfg.Limits.BookingsByOne, cfg.Limits.Reschedules = 0, 0, 0 // one resident stands for many
	for _, c := range change {
		c(&cfg)
	}
	w.Keys = cfg.Keys
	w.Tokens = auth.NewTokens([]auth.Key{auth.Key(cfg.Keys.AccessTokens[0])}, cfg.Token.AccessTTL, w.Clock.Now)
	var err error
	w.App, err = app.Build(t.Context(), cfg, slog.New(slog.NewJSONHandler(w.Log, nil)), append([]app.Option{app.WithTrace(statements.see), app.WithClock(w.Clock.Now)}, opts...)...)
	Must(t, err)
	t.Cleanup(func() {
		openids := w.openids()
		Must(t, w.Close())
		NoLeaks(t, w.Log.All(), openids...)
		for _, wrong := range statements.wrong {
			t.Error(wrong)
		}
	})
	return w
}

func (w *World) plant() {
	ctx := context.Background()
	var err error
	w.District, err = w.Units.Bootstrap(ctx, "红寺堡区社会工作服务中心")
	Must(w.t, err)
	w.Station = w.unit(w.District, unit.Station, "东方社区社工站")
	w.Other = w.unit(w.District, unit.Station, "鹏胜社区社工站")
	w.Room = w.unit(w.Station, unit.Room, "清水渠社会工作服务室")
	w.Staff, w.Second = w.StaffOf(w.Station, "杨海兰"), w.StaffOf(w.Station, "周文静")
	w.Campaign = w.NewCampaign("守护母亲河")
}

func (w *World) unit(under unit.Unit, kind unit.Kind, name string) unit.Unit {
	a := auth.Actor{PersonID: 1, Grants: []auth.Grant{{Role: auth.DistrictAdmin, UnitPath: w.District.Path}}}
	u, err := w.Units.Create(As(a), unit.Input{ParentID: under.ID, Kind: kind, Name: name})
	Must(w.t, err)
	return u
}

// NewCampaign starts a campaign of the district.
func (w *World) NewCampaign(name string) int64 {
	c := &campaign.Campaign{UnitID: w.District.ID, Name: name, Story: "一起照看", Art: "river", GoalMinutes: 6000,
		StartsOn: "2026-01-01", EndsOn: "2026-12-31"}
	Must(w.t, w.Tx(func(tx *store.Tx) error { return tx.Create(c).Error }))
	return c.ID
}

// Tx writes straight to the database, for what no use case makes.
func (w *World) Tx(fn func(*store.Tx) error) error { return w.Store.Tx(context.Background(), fn) }

// Exec runs one statement.
func (w *World) Exec(sql string, args ...any) {
	w.t.Helper()
	Must(w.t, w.Tx(func(tx *store.Tx) error { return tx.Exec(sql, args...).Error }))
}

// People makes volunteers of the station, each with a session, in a few statements.
func (w *World) People(names ...string) []auth.Actor {
	w.t.Helper()
	out := make([]auth.Actor, len(names))
	Must(w.t, w.Tx(func(tx *store.Tx) error {
		people, sessions := make([]identity.Person, len(names)), make([]identity.Session, len(names))
		birth := "1998-03-05"
		for i, name := range names {
			people[i] = identity.Person{Name: name, Sex: identity.Unknown, BirthDate: &birth, UnitID: &w.Station.ID,
				VolunteerSince: &tx.Now, ShowOnLeaderboard: true, PrivacyVersion: w.Identity.Notice.Version, CreatedAt: tx.Now}
		}
		if err := tx.CreateInBatches(&people, 100).Error; err != nil {
			return err
		}
		for i := range people {
			sessions[i] = identity.Session{PersonID: people[i].ID, CreatedAt: tx.Now, RefreshedAt: tx.Now, ExpiresAt: store.At(tx.Now.AddDate(1, 0, 0))}
		}
		if err := tx.CreateInBatches(&sessions, 100).Error; err != nil {
			return err
		}
		if err := w.agree(tx, people); err != nil {
			return err
		}
		for i := range people {
			out[i] = auth.Actor{PersonID: people[i].ID, SessionID: sessions[i].ID, Agreed: true,
				Grants: []auth.Grant{{Role: auth.Resident}, {Role: auth.Volunteer}}}
		}
		return nil
	}))
	return out
}

// agree has people agree to everything that there is to agree to.
func (w *World) agree(tx *store.Tx, people []identity.Person) error {
	var rows []identity.Consent
	for i := range people {
		for _, kind := range w.Identity.Notice.Kinds() {
			rows = append(rows, identity.Consent{PersonID: people[i].ID, Kind: kind, Version: w.Identity.Notice.VersionOf(kind),
				Given: true, ByPersonID: people[i].ID, ByRole: identity.BySelf, At: tx.Now})
		}
	}
	return tx.CreateInBatches(&rows, 200).Error
}

// Volunteer makes one volunteer.
func (w *World) Volunteer(name string) auth.Actor {
	w.t.Helper()
	return w.People(name)[0]
}

// Crowd makes n volunteers, each of a name of their own: one name with one phone is one human.
func (w *World) Crowd(n int) []auth.Actor {
	w.t.Helper()
	names, before := make([]string, n), w.Count("people", "1 = 1")
	for i := range names {
		names[i] = fmt.Sprintf("志愿者%d", before+int64(i))
	}
	return w.People(names...)
}

// StaffOf makes somebody who is staff of the unit, and a volunteer too.
func (w *World) StaffOf(u unit.Unit, name string) auth.Actor {
	return w.grant(u, name, auth.StationStaff)
}

// AdminOf makes somebody who is district admin of the unit.
func (w *World) AdminOf(u unit.Unit, name string) auth.Actor {
	return w.grant(u, name, auth.DistrictAdmin)
}

// AuditorOf makes an auditor of a unit.
func (w *World) AuditorOf(u unit.Unit, name string) auth.Actor {
	return w.grant(u, name, auth.Auditor)
}

func (w *World) grant(u unit.Unit, name string, role auth.Role) auth.Actor {
	w.t.Helper()
	a := w.Volunteer(name)
	Must(w.t, w.Tx(func(tx *store.Tx) error {
		return tx.Create(&identity.RoleGrant{PersonID: a.PersonID, UnitID: u.ID, Role: role, CreatedAt: tx.Now}).Error
	}))
	a.Grants = append(a.Grants, auth.Grant{Role: role, UnitID: u.ID, UnitPath: u.Path})
	return a
}

// Appoint gives a person a fresh role, by an invitation of the admin's that they accept.
func (w *World) Appoint(by, to auth.Actor, u unit.Unit, role auth.Role) identity.GrantView {
	w.t.Helper()
	_, code, err := w.Identity.Invite(As(by), u.ID, role)
	Must(w.t, err)
	g, err := w.Identity.AcceptInvitation(As(to), code)
	Must(w.t, err)
	return g
}

// As is a context in which the actor acts.
func As(a auth.Actor) context.Context { return auth.With(context.Background(), a) }

// Token is an access token of the actor's session.
func (w *World) Token(a auth.Actor) string {
	w.t.Helper()
	token, _, err := w.Tokens.Issue(a.PersonID, a.SessionID)
	Must(w.t, err)
	return token
}

// Draft gives an activity of the station that has nothing special about it.
func (w *World) Draft() *activity.Activity {
	return &activity.Activity{UnitID: w.Station.ID, CampaignID: w.Campaign, Title: "清河行动", Content: "沿渠捡拾垃圾",
		LeaderName: "马志宏", ContactPhone: "0953-5098110", PlaceName: "3 号桥",
		Approval: activity.ApprovalAutomatic, CheckinMode: activity.StaffCode}
}

// At is a shift that starts so long after Start and lasts two and a half hours.
func At(after time.Duration, capacity int) activity.Shift {
	return activity.Shift{StartsAt: store.At(Start.Add(after)), EndsAt: store.At(Start.Add(after + 150*time.Minute)), Capacity: capacity}
}

// Publish makes a published activity of the draft and gives its shifts in time order.
func (w *World) Publish(a *activity.Activity, shifts ...activity.Shift) []activity.ShiftLine {
	w.t.Helper()
	admin := auth.Actor{PersonID: w.Staff.PersonID, Grants: []auth.Grant{{Role: auth.DistrictAdmin, UnitPath: w.District.Path}}}
	l, err := w.Activities.Create(As(admin), a, shifts)
	Must(w.t, err)
	l, err = w.Activities.Publish(As(admin), l.ID)
	Must(w.t, err)
	return l.Shifts
}

// Shift makes a published activity with one shift a day from Start.
func (w *World) Shift(capacity int) activity.Shift {
	w.t.Helper()
	return w.Publish(w.Draft(), At(24*time.Hour, capacity))[0].Shift
}

// FindShift reads a shift as it stands.
func (w *World) FindShift(id int64) (s activity.Shift) {
	w.t.Helper()
	Must(w.t, w.Store.Read(context.Background()).Where("id = ?", id).Take(&s).Error)
	return s
}

// SignUp gives the actor a place or fails.
func (w *World) SignUp(a auth.Actor, shiftID int64) *activity.SignupLine {
	w.t.Helper()
	l, err := w.Activities.SignUp(As(a), shiftID, false)
	Must(w.t, err)
	return l
}

// Wait puts the actor on the waitlist or fails.
func (w *World) Wait(a auth.Actor, shiftID int64) *activity.SignupLine {
	w.t.Helper()
	l, err := w.Activities.SignUp(As(a), shiftID, true)
	Must(w.t, err)
	if l.State != activity.Waitlisted {
		w.t.Fatalf("state %s, want waitlisted", l.State)
	}
	return l
}

// Signup reads a sign-up as it stands.
func (w *World) Signup(id int64) (g activity.Signup) {
	w.t.Helper()
	Must(w.t, w.Store.Read(context.Background()).Where("id = ?", id).Take(&g).Error)
	return g
}

// Serve checks the actor in at the start of the shift and out so much later, with the staff's code.
func (w *World) Serve(a auth.Actor, s activity.Shift, stay time.Duration) {
	w.t.Helper()
	w.Clock.Set(s.StartsAt.Time)
	w.Check(a, s.ID, activity.In)
	w.Clock.Advance(stay)
	w.Check(a, s.ID, activity.Out)
}

// Check checks the actor in or out with the code as it stands, however soon they go.
func (w *World) Check(a auth.Actor, shiftID int64, kind activity.Kind) *activity.Recorded {
	w.t.Helper()
	r, err := w.Activities.CheckIn(As(a), activity.Checkin{Token: w.Code(shiftID, kind).Token, Sure: true})
	Must(w.t, err)
	return r
}

// Code is the shift's code for check-in, or for the kind, as staff see it.
func (w *World) Code(shiftID int64, kind ...activity.Kind) activity.Code {
	w.t.Helper()
	admin := auth.Actor{PersonID: w.Staff.PersonID, Grants: []auth.Grant{{Role: auth.DistrictAdmin, UnitPath: w.District.Path}}}
	c, err := w.Activities.ShiftCode(As(admin), shiftID, append(kind, activity.In)[0])
	Must(w.t, err)
	return c.Code
}

// Record is one deed of the staff on an attendance list.
func (w *World) Record(by auth.Actor, shiftID int64, d activity.Deed) (activity.Outcome, error) {
	w.t.Helper()
	out, err := w.Activities.RecordAttendance(As(by), shiftID, []activity.Deed{d})
	if err != nil {
		return activity.Outcome{}, err
	}
	return out[0], out[0].Err
}

// First is the first minutes of a shift.
func First(s activity.Shift, minutes int) *hours.Span {
	return &hours.Span{From: s.StartsAt, To: store.At(s.StartsAt.Add(time.Duration(minutes) * time.Minute))}
}

// Count counts rows.
func (w *World) Count(table, where string, args ...any) (n int64) {
	w.t.Helper()
	Must(w.t, w.Store.Read(context.Background()).Table(table).Where(where, args...).Count(&n).Error)
	return n
}

// Whole checks every rule that "yimi verify" checks.
func (w *World) Whole(t testing.TB) {
	t.Helper()
	all, err := w.Prove(context.Background(), func(string, int64) {})
	Must(t, err)
	for _, p := range all.Problems {
		t.Error("verify:", p)
	}
}

// Must fails the test on an error.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// WantCode fails the test when the error does not carry the code.
func WantCode(t testing.TB, err error, code string) {
	t.Helper()
	if err == nil || fault.From(err).Code != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

// Log is what the program logged.
type Log struct {
	mu  sync.Mutex
	buf bytes.Buffer
	all bytes.Buffer // also what Lines gave out
}

// Write adds to the log.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all.Write(p)
	return l.buf.Write(p)
}

// All is all that was logged, also what Lines gave out.
func (l *Log) All() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

// String is all that was logged.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// Lines are the lines since the last call.
func (l *Log) Lines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := strings.TrimSpace(l.buf.String())
	l.buf.Reset()
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}
