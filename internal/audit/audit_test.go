package audit_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/feature"
	"yimi/internal/store"
	"yimi/internal/storetest"
	"yimi/internal/unit"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func rows(t *testing.T, s *store.Store) (all []audit.Row) {
	t.Helper()
	must(t, s.Read(t.Context()).Order("id").Find(&all).Error)
	return all
}

// call is a context of one call by the actor.
func call(t *testing.T, a auth.Actor, operation string) context.Context {
	ctx := auth.With(t.Context(), a)
	return audit.With(ctx, audit.Origin{Operation: operation, Network: "203.0.113.0/24", RequestID: "ABCDEFGHIJKLMNOP"})
}

func TestARowSaysWhoWhatAndFromWhere(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		units := unit.NewService(s)
		district, err := units.Bootstrap(t.Context(), "利通区社会工作中心")
		must(t, err)
		admin := auth.Actor{PersonID: 7, SessionID: 1, Grants: []auth.Grant{
			{Role: auth.Resident}, {Role: auth.DistrictAdmin, UnitID: district.ID, UnitPath: district.Path}}}
		station, err := units.Create(call(t, admin, "createUnit"), unit.Input{ParentID: district.ID, Kind: unit.Station, Name: "东方社区社工站", Phone: "0953-5098110"})
		must(t, err)
		staff := auth.Actor{PersonID: 8, SessionID: 2, Grants: []auth.Grant{{Role: auth.StationStaff, UnitID: station.ID, UnitPath: station.Path}}}
		name, phone := "东方社工站", "0953-5098119"
		_, err = units.Update(call(t, staff, "updateUnit"), station.ID, unit.Patch{Name: &name, Phone: &phone})
		must(t, err)

		got := rows(t, s)
		if len(got) != 3 {
			t.Fatalf("%d rows, want one a deed: %+v", len(got), got)
		}
		if r := got[0]; r.ActorID != 0 || r.Role != audit.System || r.Operation != "" || r.EntityID != district.ID || r.DistrictID != district.ID {
			t.Errorf("the command line's: %+v", r)
		}
		if r := got[1]; r.ActorID != 7 || r.Role != auth.DistrictAdmin || r.Operation != "createUnit" || r.Entity != "unit" || r.EntityID != station.ID ||
			r.UnitID != station.ID || r.DistrictID != district.ID || r.Before != "" || !strings.Contains(r.After, `"name":"东方社区社工站"`) || strings.Contains(r.After, "5098110") ||
			r.Network != "203.0.113.0/24" || r.RequestID != "ABCDEFGHIJKLMNOP" {
			t.Errorf("the admin's: %+v", r)
		}
		if r := got[2]; r.Role != auth.StationStaff || r.Before != `{"name":"东方社区社工站","phone":"***"}` || r.After != `{"name":"东方社工站","phone":"***"}` {
			t.Errorf("the staff's: %+v", r)
		}
	})
}

var holiday, person = &feature.Audited{Entity: "holiday"}, &feature.Audited{Entity: "person"}

// What is refused or rolled back leaves no row; what is no unit's is the actor's own unit's.
func TestARowIsPartOfTheDeed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		district, err := unit.NewService(s).Bootstrap(t.Context(), "利通区社会工作中心")
		must(t, err)
		admin := auth.Actor{PersonID: 7, Grants: []auth.Grant{{Role: auth.DistrictAdmin, UnitID: district.ID, UnitPath: district.Path}}}
		failed := errors.New("refused later")
		err = s.Tx(call(t, admin, "setHoliday"), func(tx *store.Tx) error {
			return errors.Join(audit.Write(tx, audit.Entry{Of: holiday, ID: 20260101}), failed)
		})
		if !errors.Is(err, failed) || len(rows(t, s)) != 1 {
			t.Errorf("%v, %d rows", err, len(rows(t, s)))
		}
		must(t, s.Tx(call(t, admin, "setHoliday"), func(tx *store.Tx) error {
			return audit.WriteAll(tx, []audit.Entry{{Of: holiday, ID: 20260101}, {Of: person, ID: 4, UnitID: 999, Minor: true, Role: auth.SocialWorker}})
		}))
		got := rows(t, s)
		if len(got) != 3 || got[1].UnitID != district.ID || got[1].DistrictID != district.ID || got[1].Role != auth.DistrictAdmin {
			t.Fatalf("%+v", got)
		}
		if r := got[2]; r.UnitID != 999 || r.DistrictID != 0 || !r.Minor || r.Role != auth.SocialWorker {
			t.Errorf("of a unit that is gone: %+v", r)
		}
	})
}

// The admin of a city reads the log of its districts, one of a district its own alone.
func TestACityReadsItsDistricts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		units := unit.NewService(s)
		var city unit.Unit
		must(t, s.Tx(t.Context(), func(tx *store.Tx) (err error) {
			city, err = unit.BootstrapIn(tx, unit.City, "吴忠市社会工作中心", true)
			return err
		}))
		admin := func(u unit.Unit) context.Context {
			return call(t, auth.Actor{PersonID: u.ID + 100, Grants: []auth.Grant{{Role: auth.DistrictAdmin, UnitID: u.ID, UnitPath: u.Path}}}, "createUnit")
		}
		add := func(under unit.Unit, kind unit.Kind, name string) unit.Unit {
			u, err := units.Create(admin(city), unit.Input{ParentID: under.ID, Kind: kind, Name: name})
			must(t, err)
			return u
		}
		one, two := add(city, unit.DistrictCentre, "利通区社会工作中心"), add(city, unit.DistrictCentre, "青铜峡市社会工作中心")
		add(one, unit.Station, "东方社区社工站")
		add(two, unit.Station, "裕民社区社工站")
		log := audit.NewService(s, nil)
		log.Know(nil)
		for _, c := range []struct {
			of   unit.Unit
			want int
		}{{city, 5}, {one, 2}, {two, 2}} {
			lines, err := log.List(admin(c.of), audit.Filter{Limit: 20})
			must(t, err)
			if len(lines) != c.want {
				t.Errorf("%s reads %d lines, want %d", c.of.Name, len(lines), c.want)
			}
		}
	})
}

func TestDiff(t *testing.T) {
	t.Parallel()
	type inner struct{ Capacity int }
	type row struct {
		ID           int64
		Title        string
		Active       bool
		UnitID       *int64
		ContactPhone string
		OpenID       string `gorm:"column:openid"`
		Sealed       []byte
		Private      string `audit:"-"`
		StartsAt     store.Time
		WorkerID     *int64
		MessageID    int64
		inner
		Skills        []string
		BeneficiaryID *int64
	}
	shown := map[string]string{"title": "标题", "active": "启用", "unit_id": "单元", "message_id": "消息"}
	one, two := int64(1), int64(2)
	before := row{ID: 1, Title: "甲", Active: true, UnitID: &one, ContactPhone: "13800138000", OpenID: "o-1", Sealed: []byte("x"), Private: "p"}
	after := before
	after.Title, after.Active, after.UnitID, after.ContactPhone, after.OpenID, after.Sealed, after.Private = "乙", false, &two, "13900139000", "o-2", []byte("y"), "q"
	was, is, err := audit.Diff(shown, before, &after)
	must(t, err)
	if want := `{"active":true,"contact_phone":"***","openid":"***","title":"甲","unit_id":1}`; was != want {
		t.Errorf("was %s, want %s", was, want)
	}
	if want := `{"active":null,"contact_phone":"***","openid":"***","title":"乙","unit_id":2}`; is != want {
		t.Errorf("is %s, want %s", is, want)
	}
	if was, is, _ = audit.Diff(shown, before, before); was != "" || is != "" {
		t.Errorf("nothing changed: %q, %q", was, is)
	}
	if _, _, err = audit.Diff(shown, before, inner{}); err == nil {
		t.Error("two kinds of rows were compared")
	}
	long := row{Title: strings.Repeat("长", 500), MessageID: 5}
	if _, is, _ = audit.Diff(shown, nil, long); !strings.Contains(is, `"message_id":5`) || strings.Count(is, "长") != 120 {
		t.Errorf("a long text: %s", is)
	}
}

// A column that its feature did not name is said to have changed, and nothing more, in the log and
// in what an admin reads of it: also one that nobody thought of, and one that a row of before shows.
func TestNothingIsShownByForgetting(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		district, err := unit.NewService(s).Bootstrap(t.Context(), "利通区社会工作中心")
		must(t, err)
		admin := auth.Actor{PersonID: 7, Grants: []auth.Grant{{Role: auth.DistrictAdmin, UnitID: district.ID, UnitPath: district.Path}}}
		type care struct {
			Title, Diagnosis, BankAccount, Income, Allergy, DonorName, Medication, Religion, Ethnicity, MaritalStatus, Salary                 string
			CareLevel, HouseholdRegister, LicenceNumber, Debt, CriminalRecord, Disability, Pregnancy, Vote, Voice, EmergencyKin, LastWillText string
		}
		of := &feature.Audited{Entity: "care", Said: "关爱对象", Shown: map[string]string{"title": "标题"}, Hidden: map[string]string{"diagnosis": "诊断"}}
		secret := care{"标题在这里", "秘密", "秘密", "秘密", "秘密", "秘密", "秘密", "秘密", "秘密", "秘密", "秘密", "秘密", "秘密", "秘密", "秘密", "秘密", "秘密", "秘密", "秘密", "秘密", "秘密", "秘密"}
		must(t, s.Tx(call(t, admin, "trial"), func(tx *store.Tx) error { return audit.Changed(tx, of, 1, district.ID, nil, secret) }))
		must(t, s.Tx(call(t, admin, "trial"), func(tx *store.Tx) error { // as a version before, which showed more, left it
			return tx.Create(&audit.Row{At: tx.Now, ActorID: 7, Role: auth.DistrictAdmin, DistrictID: district.ID, UnitID: district.ID, Entity: "care", EntityID: 2, After: `{"diagnosis":"秘密","title":"标题在这里"}`}).Error
		}))
		if got := rows(t, s); strings.Contains(got[1].After, "秘密") || !strings.Contains(got[1].After, "标题在这里") {
			t.Errorf("%s", got[1].After)
		}
		log := audit.NewService(s, nil)
		log.Know([]feature.Feature{{Audited: []*feature.Audited{of}}})
		lines, err := log.List(auth.With(t.Context(), admin), audit.Filter{Entity: "care", EntityID: 1, Limit: 9})
		must(t, err)
		older, err := log.List(auth.With(t.Context(), admin), audit.Filter{Entity: "care", EntityID: 2, Limit: 9})
		must(t, err)
		if len(lines) != 1 || len(lines[0].Changes) != 22 || len(older) != 1 || len(older[0].Changes) != 2 {
			t.Fatalf("%+v %+v", lines, older)
		}
		for _, c := range append(lines[0].Changes, older[0].Changes...) {
			switch {
			case c.Name == "title" && (c.Said != "标题" || c.After != "标题在这里"), c.Name != "title" && c.After != "改过", c.Name == "diagnosis" && c.Said != "诊断":
				t.Errorf("%+v", c)
			}
		}
	})
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"203.0.113.77": "203.0.113.0/24", "::ffff:203.0.113.77": "203.0.113.0/24", "2001:db8:1:2:3::9": "2001:db8:1::/48", "fe80::1%eth0": "fe80::/48", "": "", "unknown": "",
	} {
		if got := audit.Network(address); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}

// No statement in the program changes or deletes a row of the log, and only this package names its table.
func TestTheLogOnlyGrows(t *testing.T) {
	t.Parallel()
	changes := regexp.MustCompile(`\.(Delete|Update|Updates|Save|UpdateColumn|UpdateColumns|Exec)\(|audit\.Row\b.*(Delete|Update)`)
	table := regexp.MustCompile(`audit_entries`)
	seen := 0
	must(t, filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		raw, err := os.ReadFile(path)
		seen++
		ours := filepath.Base(filepath.Dir(path)) == "audit"
		switch {
		case err != nil:
			return err
		case ours && changes.Match(raw):
			t.Errorf("%s has a statement that changes or deletes: %s", path, changes.Find(raw))
		case !ours && (table.Match(raw) || strings.Contains(string(raw), "audit.Row")):
			t.Errorf("%s reaches into the log's table", path)
		}
		return nil
	}))
	if seen < 100 {
		t.Errorf("only %d files were read", seen)
	}
}

// Each way to search has its index, and reads newest first without sorting.
func TestEverySearchHasItsIndex(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	day := time.Date(2026, 3, 5, 0, 0, 0, 0, store.Shanghai)
	for name, f := range map[string]audit.Filter{
		"all": {}, "actor": {ActorID: 4}, "record": {Entity: "request", EntityID: 42}, "operation": {Operation: "openContact"},
		"minors": {Minors: true}, "days": {From: &day, To: &day}, "later page": {After: store.At(day), AfterID: 9},
	} {
		f.Limit = 20
		plan := audit.Plan(t, s.Read(t.Context()), f)
		if !regexp.MustCompile(`SEARCH a USING INDEX ix_audit_entries_\w+ \(`).MatchString(plan) || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s: %s", name, plan)
		}
	}
}
