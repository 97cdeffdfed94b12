// Package auth says who is acting and what they may do: the actor in a context,
// roles on the tree of units, and the access tokens that carry a session.
package auth

import (
	"context"
	"strings"

	"yimi/internal/fault"
)

// Role is what a person may be on a unit.
type Role string

// The roles. Resident and Volunteer are held on no unit in
// particular; the others are granted on one unit and reach down its subtree.
const (
	Resident      Role = "resident"
	Volunteer     Role = "volunteer"
	SocialWorker  Role = "social_worker"
	StationStaff  Role = "station_staff"
	DistrictAdmin Role = "district_admin"
	Auditor       Role = "auditor"    // reads, and changes nothing
	Finance       Role = "finance"    // opens nothing yet
	OrgMember     Role = "org_member" // of an outside organisation; opens nothing yet
)

// Grant is a role held on a unit and everything under it.
type Grant struct {
	Role     Role
	UnitID   int64
	UnitPath string // "/1/4/": ids from the root to the unit; a city's first, as "/c9/1/4/"
}

// Actor is the person on whose behalf a call runs.
type Actor struct {
	PersonID  int64 // 0: nobody is signed in
	SessionID int64
	Agreed    bool // to the present privacy notice
	Grants    []Grant
}

// SignedIn tells whether anybody is.
func (a Actor) SignedIn() bool { return a.PersonID != 0 }

// Has tells whether the actor holds the role anywhere.
func (a Actor) Has(role Role) bool {
	for _, g := range a.Grants {
		if g.Role == role {
			return true
		}
	}
	return false
}

// IsStaff tells whether the actor manages any unit at all.
func (a Actor) IsStaff() bool { return a.Has(StationStaff) || a.Has(DistrictAdmin) }

// Manages tells whether the actor is staff of the unit at path or of one above it.
func (a Actor) Manages(path string) bool { return under(a.ManagedPaths(), path) }

// Administers tells whether the actor is district admin of the unit at path or of one above it.
func (a Actor) Administers(path string) bool { return under(a.paths(DistrictAdmin), path) }

// Serves tells whether the actor is a social worker of the tree of units that path is in: workers take
// cases of their whole district.
func (a Actor) Serves(path string) bool { return under(a.ServedPaths(), path) }

// ServedPaths gives the tops of the trees of units that the actor is a social worker in, for scoping queries.
func (a Actor) ServedPaths() []string { return tops(a.paths(SocialWorker)) }

// Belongs tells whether the actor holds any role in the tree of units that path is in.
func (a Actor) Belongs(path string) bool {
	return under(tops(a.paths(SocialWorker, StationStaff, DistrictAdmin)), path)
}

// ManagedPaths gives the roots of the subtrees the actor manages, for scoping queries.
func (a Actor) ManagedPaths() []string { return a.paths(StationStaff, DistrictAdmin) }

// Reads tells whether the actor is staff or auditor of the unit at path or of one above it.
func (a Actor) Reads(path string) bool { return under(a.ReadPaths(), path) }

// OnlyReads tells whether the actor sees the unit's records as an auditor: volunteers' names masked, and without
// words that somebody wrote about somebody, ages and contacts.
func (a Actor) OnlyReads(path string) bool { return a.Reads(path) && !a.Manages(path) }

// ReadPaths gives the roots of the subtrees whose lists the actor may read, for scoping queries.
func (a Actor) ReadPaths() []string { return a.paths(StationStaff, DistrictAdmin, Auditor) }

// AdministeredPaths gives the roots of the subtrees the actor administers.
func (a Actor) AdministeredPaths() []string { return a.paths(DistrictAdmin) }

func (a Actor) paths(roles ...Role) []string {
	var out []string
	for _, g := range a.Grants {
		for _, r := range roles {
			if g.Role == r {
				out = append(out, g.UnitPath)
			}
		}
	}
	return out
}

func under(roots []string, path string) bool {
	for _, root := range roots {
		if strings.HasPrefix(path, root) {
			return true
		}
	}
	return false
}

// Top is the district that a path is in, under a city or none: the city itself of a city's.
func Top(path string) string {
	top, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if district, _, _ := strings.Cut(rest, "/"); strings.HasPrefix(top, cityMark) && district != "" {
		return "/" + top + "/" + district + "/"
	}
	return "/" + top + "/"
}

// IsCity tells whether a path is a city's, which is in no district.
func IsCity(path string) bool {
	return strings.HasPrefix(path, "/"+cityMark) && Top(path) == path && strings.Count(path, "/") == 2
}

const cityMark = "c" // of a city's step in a path: "/c9/1/4/"

func tops(paths []string) []string {
	out := make([]string, len(paths))
	for i, path := range paths {
		out[i] = Top(path)
	}
	return out
}

// Ending is a grant that ends: what rested on it is handed over or given back in the same transaction.
type Ending struct {
	Grant
	Left Actor // who held it, with the grants that stay
	To   int64 // who takes over what is in hand; 0: it goes back to where it waits for somebody
}

type actorKey struct{}

// With puts the actor into the context.
func With(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// From takes the actor out of the context; nobody signed in gives the zero Actor.
func From(ctx context.Context) Actor {
	a, _ := ctx.Value(actorKey{}).(Actor)
	return a
}

// ErrSignIn refuses a call that needs a person.
var ErrSignIn = fault.New(fault.Unauthenticated, "unauthenticated", "请先登录")

// ErrForbidden refuses what the actor may know of but not do.
var ErrForbidden = fault.New(fault.Forbidden, "forbidden", "您没有这项权限，如有需要请联系社工站工作人员")
