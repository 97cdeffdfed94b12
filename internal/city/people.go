package city

import (
	"fmt"
	"time"

	"yimi/internal/identity"
)

// People stand in the order of their ids: the staff of every station, the workers of every
// station, then everybody else. Three of four are volunteers.

func (c *city) staffOf(station, n int) int64 {
	return c.first.person + int64(station*staffEach+n%staffEach)
}

func (c *city) workerOf(station, n int) int64 {
	return c.first.person + int64(stations*staffEach+station*workersEach+n%workersEach)
}

// hands is how many of the people work at the stations.
func hands() int { return stations * (staffEach + workersEach) }

// nth is the volunteer of a rank: neighbours in rank are far apart in ids.
func (c *city) nth(rank int) int {
	const step = 1_000_003 // a prime that divides no number of volunteers here, so it hits each once
	return hands() + int(int64(rank)*step%int64(c.volunteers))
}

func (c *city) makePeople() error {
	c.volunteers = c.volunteersOf() - hands()
	c.busyUntil = make([]int64, c.people)
	people := c.b.Into("people", "id", "name", "sex", "birth_date", "unit_id", "skills", "volunteer_since", "show_on_leaderboard", "privacy_version",
		"created_at", "close_reason", "phone_sealed", "phone_index", "identity_type")
	consents := c.b.Into("consents", "person_id", "kind", "version", "given", "by_person_id", "by_role", "at")
	logins := c.b.Into("wechat_identities", "openid", "unionid", "person_id", "created_at")
	for i := range c.people {
		id := c.first.person + int64(i)
		joined := ms(c.day.AddDate(0, 0, -historyDays-1-c.rng.IntN(800)).Add(time.Duration(c.rng.IntN(86_400)) * time.Second))
		var since any
		if i >= hands() && i < hands()+c.volunteers {
			since = joined
		}
		shown := c.rng.IntN(5) < 2
		phone, index := c.phone(id, i)
		err := people.Add(id, c.name(), pick(c.rng, sexes), c.birth(), c.home(i), pick(c.rng, skills), since, shown, c.Notice.Version, joined, "", phone, index, "")
		if err != nil {
			return err
		}
		if err := consents.Add(id, identity.Privacy, c.Notice.Version, true, id, identity.BySelf, joined); err != nil {
			return err
		}
		if shown {
			if err := consents.Add(id, identity.Leaderboard, c.Notice.VersionOf(identity.Leaderboard), true, id, identity.BySelf, joined); err != nil {
				return err
			}
		}
		if err := logins.Add(fmt.Sprintf("city-%08d", i), "", id, joined); err != nil {
			return err
		}
	}
	return c.makeHands()
}

func (c *city) name() string { return string(pick(c.rng, surnames)) + pick(c.rng, given) }

func (c *city) birth() string {
	return fmt.Sprintf("%d-%02d-%02d", c.day.Year()-18-c.rng.IntN(65), 1+c.rng.IntN(12), 1+c.rng.IntN(28))
}

// home is the unit that a person belongs to: their own station's for those who work there.
func (c *city) home(i int) int64 {
	switch {
	case i < stations*staffEach:
		return c.places[i/staffEach].id
	case i < hands():
		return c.places[(i-stations*staffEach)/workersEach].id
	}
	return c.places[c.rng.IntN(len(c.places))].id
}

// phone gives a phone as it is kept; one in four left none.
func (c *city) phone(id int64, i int) (sealed, index any) {
	if i%4 == 3 {
		return nil, nil
	}
	columns := c.Seal(id, identity.Contact{Phone: fmt.Sprintf("17%09d", i)})
	return columns["phone_sealed"], columns["phone_index"]
}

// makeHands gives the staff and the workers their roles, and the workers their hours.
func (c *city) makeHands() error {
	grants := c.b.Into("role_grants", "person_id", "unit_id", "role", "granted_by", "created_at")
	providers := c.b.Into("providers", "person_id", "unit_id", "level", "supervisor_id", "daily_cap", "active", "created_at")
	offers := c.b.Into("provider_services", "provider_id", "service_type_id")
	spans := c.b.Into("provider_spans", "provider_id", "kind", "weekday", "start_minute", "end_minute")
	at := ms(c.day.AddDate(0, 0, -historyDays-1))
	for s := range stations {
		for n := range staffEach {
			if err := grants.Add(c.staffOf(s, n), c.places[s].id, "station_staff", 0, at); err != nil {
				return err
			}
		}
		for n := range workersEach {
			id := c.workerOf(s, n)
			if err := grants.Add(id, c.places[s].id, "social_worker", 0, at); err != nil {
				return err
			}
			var supervisor any
			if n > 0 {
				supervisor = c.workerOf(s, 0)
			}
			if err := providers.Add(id, c.places[s].id, "intermediate", supervisor, 6, true, at); err != nil {
				return err
			}
			for _, t := range c.services {
				if err := offers.Add(id, t.ID); err != nil {
					return err
				}
			}
			for day := 1; day <= 6; day++ {
				if err := spans.Add(id, "work", day, 9*60, 12*60); err != nil {
					return err
				}
				if err := spans.Add(id, "work", day, 14*60, 18*60); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
