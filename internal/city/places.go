package city

import (
	"context"
	"fmt"

	"yimi/internal/unit"
)

// place is a unit where things happen.
type place struct {
	id       int64
	name     string
	path     []int64 // itself and what is above it, the district first
	station  int     // index of its station among the places
	lat, lon float64
}

const districtLat, districtLon = 37.42, 106.07

// readPlaces finds the demo's units: the district, then stations before rooms.
func (c *city) readPlaces(ctx context.Context) error {
	var units []unit.Unit
	if err := c.Store.Read(ctx).Order("id").Find(&units).Error; err != nil {
		return err
	}
	index := map[int64]int{}
	for _, kind := range []unit.Kind{unit.DistrictCentre, unit.Station, unit.Room} {
		for _, u := range units {
			if u.Kind != kind {
				continue
			}
			p := place{id: u.ID, name: u.Name, path: unit.Ancestors(u.Path), lat: districtLat, lon: districtLon}
			switch kind {
			case unit.DistrictCentre:
				c.district = p
				continue
			case unit.Room:
				p.station = index[*u.ParentID]
			default:
				p.station = len(c.places)
			}
			index[u.ID] = len(c.places)
			c.places = append(c.places, p)
		}
	}
	return nil
}

// makePlaces fills the tree up: 48 stations, 153 rooms. The demo's rooms move behind the stations.
func (c *city) makePlaces() error {
	rows := c.b.Into("units", "id", "parent_id", "kind", "name", "path", "phone", "address", "open_hours", "latitude", "longitude", "created_at")
	var old []place
	var all []place
	for i, p := range c.places {
		if p.station == i {
			all = append(all, p)
		} else {
			old = append(old, p)
		}
	}
	for len(all) < stations {
		p := c.newPlace(townName(len(all))+"社工站", c.district.path)
		p.station = len(all)
		if err := c.addPlace(rows.Add, p, "station", c.district.id); err != nil {
			return err
		}
		all = append(all, p)
	}
	all = append(all, old...) // their stations are the first, so the index holds
	for i := 0; len(all) < stations+rooms; i++ {
		s := i % stations
		p := c.newPlace(fmt.Sprintf("%s%s社会工作服务室", townName(s), villages[i/stations%len(villages)]), all[s].path)
		p.station = s
		if err := c.addPlace(rows.Add, p, "room", all[s].id); err != nil {
			return err
		}
		all = append(all, p)
	}
	c.places = all
	return nil
}

func (c *city) newPlace(name string, above []int64) place {
	p := place{id: c.first.unit, name: name, lat: districtLat + c.rng.Float64()*0.4 - 0.2, lon: districtLon + c.rng.Float64()*0.4 - 0.2}
	p.path = append(append([]int64{}, above...), p.id)
	c.first.unit++
	return p
}

func (c *city) addPlace(add func(...any) error, p place, kind string, parent int64) error {
	path := "/"
	for _, id := range p.path {
		path += fmt.Sprintf("%d/", id)
	}
	return add(p.id, parent, kind, p.name, path, fmt.Sprintf("0953-%07d", 5_100_000+p.id), p.name+"一楼", "8:30–18:00", p.lat, p.lon, ms(c.day.AddDate(0, 0, -historyDays-900)))
}

// makeCampaigns adds brands to the demo's three, which keep most of the hours.
func (c *city) makeCampaigns() error {
	rows := c.b.Into("campaigns", "id", "unit_id", "name", "story", "art", "goal_minutes", "starts_on", "ends_on", "created_at")
	for _, b := range brands {
		err := rows.Add(c.first.campaign, c.district.id, b.name, b.story, b.art, int64(b.hours)*60, "2020-01-01", "2030-12-31", ms(c.day.AddDate(0, 0, -historyDays-900)))
		if err != nil {
			return err
		}
		c.campaigns = append(c.campaigns, c.first.campaign)
		c.first.campaign++
	}
	// The demo's goals are a small station's.
	return c.b.Exec("UPDATE campaigns SET goal_minutes = 600000000 WHERE goal_minutes < 100000")
}
