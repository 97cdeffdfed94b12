// Package unit keeps the tree of units: city, district centre, station, community, room
// (一区一中心、一街道一站、一社区一室).
package unit

import (
	"slices"
	"strconv"
	"strings"

	"yimi/internal/fault"
	"yimi/internal/store"
)

// Kind is the level of a unit.
type Kind string

// The kinds, from the top down.
const (
	City           Kind = "city"            // 市
	DistrictCentre Kind = "district_centre" // 区中心
	Station        Kind = "station"         // 站
	Community      Kind = "community"       // 社区; it may have a room
	Room           Kind = "room"            // 室
)

var depth = map[Kind]int{City: 1, DistrictCentre: 2, Station: 3, Community: 4, Room: 5}

// Above tells whether a unit of kind k may have one of the other kind under it: kinds go downward only, and all that
// is no city is in a district.
func (k Kind) Above(other Kind) bool {
	if k == City {
		return other == DistrictCentre
	}
	return depth[k] > 0 && depth[k] < depth[other]
}

// Unit is a node of the tree.
type Unit struct {
	ID        int64
	ParentID  *int64 // nil at the root
	Kind      Kind
	Name      string
	Path      string // ids from the root to the unit, "/1/4/", a city's as "/c9/1/4/"; the subtree is what begins with it
	Phone     string // for residents to call; may be empty, as the next two
	Address   string
	OpenHours string
	Latitude  *float64 // degrees, GCJ-02; nil together with Longitude
	Longitude *float64
	CreatedAt store.Time
}

// Ancestors gives the ids on a path from the root down to the unit itself.
// What is not a path gives nil.
func Ancestors(path string) []int64 {
	var ids []int64
	for step := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		id, err := strconv.ParseInt(strings.TrimPrefix(step, "c"), 10, 64)
		if err != nil {
			return nil
		}
		ids = append(ids, id)
	}
	return ids
}

// sortTree puts each unit right after its parent, brothers and sisters by id.
func sortTree(units []Unit) {
	slices.SortFunc(units, func(a, b Unit) int {
		return slices.Compare(Ancestors(a.Path), Ancestors(b.Path))
	})
}

// childPath is the path of a child of the unit at parent; "" is above the root. A city's step is marked, so that a path
// says which step is the district (auth.Top).
func childPath(parent string, kind Kind, id int64) string {
	step := strconv.FormatInt(id, 10)
	if kind == City {
		step = "c" + step
	}
	return "/" + strings.TrimPrefix(parent, "/") + step + "/"
}

// Location is a point in degrees, GCJ-02 as WeChat gives it.
type Location struct{ Latitude, Longitude float64 }

// Input is a unit to be made.
type Input struct {
	ParentID  int64
	Kind      Kind
	Name      string
	Phone     string
	Address   string
	OpenHours string
	Location  *Location
}

// Patch is what to change of a unit; nil leaves as it is.
type Patch struct {
	Name, Phone, Address, OpenHours *string
	Location                        *Location
}

// Limits of the texts, in characters.
const (
	maxName      = 60
	maxPhone     = 30
	maxAddress   = 120
	maxOpenHours = 40
)

// clean applies the rule of texts to what is given.
func (p *Patch) clean() error {
	var bad []fault.Field
	checkText(&bad, "name", p.Name, maxName, false)
	checkText(&bad, "phone", p.Phone, maxPhone, true)
	checkText(&bad, "address", p.Address, maxAddress, true)
	checkText(&bad, "open_hours", p.OpenHours, maxOpenHours, true)
	if len(bad) > 0 {
		return fault.BadFields(bad...)
	}
	return nil
}

func checkText(bad *[]fault.Field, name string, value *string, limit int, mayBeEmpty bool) {
	if value == nil || mayBeEmpty && *value == "" {
		return
	}
	text, field := fault.Text(name, *value, limit)
	if field != nil {
		*bad = append(*bad, *field)
		return
	}
	*value = text
}
