package unit_test

import (
	"slices"
	"testing"

	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/scope"
	"yimi/internal/store"
	"yimi/internal/storetest"
	"yimi/internal/unit"
)

func TestKindsGoDownward(t *testing.T) {
	t.Parallel()
	kinds := []unit.Kind{unit.DistrictCentre, unit.Station, unit.Community, unit.Room, "palace", unit.City}
	for i, above := range kinds {
		for j, below := range kinds {
			if got, want := above.Above(below), i < j && j < 4 || above == unit.City && below == unit.DistrictCentre; got != want {
				t.Errorf("%s above %s: %v", above, below, got)
			}
		}
	}
}

func TestAncestors(t *testing.T) {
	t.Parallel()
	for path, want := range map[string][]int64{
		"/1/4/12/": {1, 4, 12}, "/c9/1/4/": {9, 1, 4}, "/1/x4/": nil, "/7/": {7}, "": nil, "/": nil, "/1/%/": nil, "/1//2/": nil,
	} {
		if got := unit.Ancestors(path); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", path, got, want)
		}
	}
}

// tree is two districts, each with stations and rooms.
type tree struct {
	*unit.Service
	wuzhong, kangbashi unit.Unit
	dongfang, room     unit.Unit
}

func admin(u unit.Unit) auth.Actor { return actor(auth.DistrictAdmin, u) }

func actor(role auth.Role, u unit.Unit) auth.Actor {
	return auth.Actor{PersonID: 1, SessionID: 1, Grants: []auth.Grant{{Role: role, UnitID: u.ID, UnitPath: u.Path}}}
}

func plant(t *testing.T, s *store.Store) tree {
	t.Helper()
	tr := tree{Service: unit.NewService(s)}
	tr.wuzhong, tr.kangbashi = tr.bootstrap(t, "利通区社会工作中心"), tr.bootstrap(t, "康巴什区社会工作中心")
	tr.dongfang = tr.create(t, tr.wuzhong, unit.Station, "东方社区社工站")
	tr.room = tr.create(t, tr.dongfang, unit.Room, "清水渠社会工作服务室")
	return tr
}

func (tr tree) bootstrap(t *testing.T, name string) unit.Unit {
	t.Helper()
	u, err := tr.Bootstrap(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func (tr tree) create(t *testing.T, parent unit.Unit, kind unit.Kind, name string) unit.Unit {
	t.Helper()
	u, err := tr.Create(auth.With(t.Context(), admin(parent)), unit.Input{ParentID: parent.ID, Kind: kind, Name: name})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func ids(units []unit.Unit) (out []int64) {
	for _, u := range units {
		out = append(out, u.ID)
	}
	return out
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if err == nil || fault.From(err).Code != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

func TestTreeIsListedParentsFirst(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		tr := plant(t, s)
		var stations []unit.Unit // enough for ids of two digits: "/1/10/" must not come before "/1/2/"
		for range 9 {
			stations = append(stations, tr.create(t, tr.wuzhong, unit.Station, "站点"))
		}
		got, err := tr.List(t.Context())
		want := append(append([]int64{tr.wuzhong.ID, tr.dongfang.ID, tr.room.ID}, ids(stations)...), tr.kangbashi.ID)
		if err != nil || !slices.Equal(ids(got), want) {
			t.Fatalf("%v, %v; want %v", ids(got), err, want)
		}
		if !slices.Equal(unit.Ancestors(got[2].Path), want[:3]) || *got[2].ParentID != tr.dongfang.ID || got[0].ParentID != nil {
			t.Errorf("the room is %+v", got[2])
		}
	})
}

func TestCreateAsksWhoAndWhere(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		tr := plant(t, s)
		try := func(a auth.Actor, parent int64, kind unit.Kind, name string) error {
			_, err := tr.Create(auth.With(t.Context(), a), unit.Input{ParentID: parent, Kind: kind, Name: name})
			return err
		}
		top := admin(tr.wuzhong)
		wantCode(t, try(admin(tr.kangbashi), tr.wuzhong.ID, unit.Station, "站点"), "forbidden")
		wantCode(t, try(admin(tr.dongfang), tr.wuzhong.ID, unit.Station, "站点"), "forbidden")
		wantCode(t, try(actor(auth.StationStaff, tr.wuzhong), tr.wuzhong.ID, unit.Station, "站点"), "forbidden")
		wantCode(t, try(top, 999, unit.Station, "站点"), "parent_unknown")
		wantCode(t, try(top, tr.dongfang.ID, unit.Station, "站点"), "kind_not_below")
		wantCode(t, try(top, tr.room.ID, unit.DistrictCentre, "站点"), "kind_not_below")
		wantCode(t, try(top, tr.dongfang.ID, unit.Room, "\u202e站点"), "invalid_fields")
		wantCode(t, try(top, tr.dongfang.ID, unit.Room, "   "), "invalid_fields")
		if err := try(top, tr.dongfang.ID, unit.Room, "一室"); err != nil {
			t.Errorf("the admin of the district adds a room below a station: %v", err)
		}
		if units, _ := tr.List(t.Context()); len(units) != 5 {
			t.Errorf("%d units, want 5: what is refused leaves nothing", len(units))
		}
	})
}

func TestUpdateChangesOnlyWhatIsNamed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		tr := plant(t, s)
		staff := actor(auth.StationStaff, tr.dongfang)
		phone, empty := " 0953-5098110 ", ""
		_, err := tr.Update(auth.With(t.Context(), staff), tr.room.ID, unit.Patch{Phone: &phone, Location: &unit.Location{Latitude: 37.4, Longitude: 0}})
		if err != nil {
			t.Fatal(err)
		}
		got, err := tr.Update(auth.With(t.Context(), staff), tr.room.ID, unit.Patch{Address: &empty})
		if err != nil || got.Phone != "0953-5098110" || got.Name != tr.room.Name || got.Path != tr.room.Path || *got.Latitude != 37.4 || *got.Longitude != 0 {
			t.Errorf("%+v, %v", got, err)
		}
		_, err = tr.Update(auth.With(t.Context(), staff), tr.wuzhong.ID, unit.Patch{Phone: &phone})
		wantCode(t, err, "forbidden")
		_, err = tr.Update(auth.With(t.Context(), actor(auth.SocialWorker, tr.room)), tr.room.ID, unit.Patch{Phone: &phone})
		wantCode(t, err, "forbidden")
		_, err = tr.Update(auth.With(t.Context(), staff), tr.room.ID, unit.Patch{Name: &empty})
		wantCode(t, err, "invalid_fields")
		_, err = tr.Update(auth.With(t.Context(), staff), 999, unit.Patch{Phone: &phone})
		wantCode(t, err, "not_found")
	})
}

func TestBootstrapMakesADistrictOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		tr := plant(t, s)
		again := tr.bootstrap(t, " 利通区社会工作中心 ")
		if again.ID != tr.wuzhong.ID || again.Path != tr.wuzhong.Path || again.Kind != unit.DistrictCentre {
			t.Errorf("%+v, want %+v", again, tr.wuzhong)
		}
	})
}

// Under a city a district is as it is without one: it is what a path's district is, and its paths reach down.
func TestADistrictUnderACity(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		tr := plant(t, s)
		var city unit.Unit
		if err := s.Tx(t.Context(), func(tx *store.Tx) (err error) {
			city, err = unit.BootstrapIn(tx, unit.City, "吴忠市社会工作中心", true)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		of := func(under unit.Unit, kind unit.Kind) unit.Unit {
			t.Helper()
			u, err := tr.Create(auth.With(t.Context(), admin(city)), unit.Input{ParentID: under.ID, Kind: kind, Name: "青铜峡"})
			if err != nil {
				t.Fatal(err)
			}
			return u
		}
		district, second := of(city, unit.DistrictCentre), of(city, unit.DistrictCentre)
		station := of(district, unit.Station)
		community := of(station, unit.Community)
		room := of(community, unit.Room)
		for _, kind := range []unit.Kind{unit.City, unit.Station, unit.Community, unit.Room} {
			_, err := tr.Create(auth.With(t.Context(), admin(city)), unit.Input{ParentID: city.ID, Kind: kind, Name: "青铜峡"})
			wantCode(t, err, "kind_not_below")
		}
		for _, u := range []unit.Unit{district, station, community, room} {
			if auth.Top(u.Path) != district.Path || auth.IsCity(u.Path) || !admin(city).Administers(u.Path) || !admin(district).Administers(u.Path) || admin(second).Administers(u.Path) {
				t.Errorf("%s, in %s", u.Path, auth.Top(u.Path))
			}
			if worker := actor(auth.SocialWorker, room); !worker.Serves(u.Path) || worker.Serves(second.Path) || worker.Serves(city.Path) {
				t.Errorf("a worker of the room at %s", u.Path)
			}
		}
		if !auth.IsCity(city.Path) || auth.Top(tr.room.Path) != tr.wuzhong.Path || auth.Top(city.Path) != city.Path {
			t.Error(city.Path, auth.Top(city.Path), auth.Top(tr.room.Path))
		}
		if got := scope.IDsOn(room.Path); !slices.Equal(got, []int64{city.ID, district.ID, station.ID, community.ID, room.ID}) {
			t.Errorf("%v", got)
		}
	})
}
