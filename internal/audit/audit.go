// Package audit keeps who did what to which record, from where. A row is written in
// the deed's own transaction, so that neither is there without the other, and no
// statement ever changes or deletes one (个人信息保护法 Art 51, 54; 未成年人网络保护条例
// Art 36). It is apart from the request log, which is for running the server.
package audit

import (
	"context"
	"net/netip"
	"strings"

	"yimi/internal/auth"
	"yimi/internal/feature"
	"yimi/internal/scope"
	"yimi/internal/store"
)

// Entity is the kind of a record, as its feature calls it: feature.Audited.
type Entity string

// System is the role of what no person did: the command line and timed work.
const System auth.Role = "system"

// Entry is one deed on one record, as the features write it.
type Entry struct {
	Of     *feature.Audited // the kind of the record
	ID     int64
	UnitID int64 // whose the record is; 0: no unit's, then it is that of the actor's own role
	// UnitPath is where the unit stands in the tree, if it is known: it saves a read.
	UnitPath string
	Minor    bool      // about somebody under 18
	Role     auth.Role // as which they acted; "" for the strongest that they have on the unit
	// Before and After are rows of one struct, either may be nil, or After the new values by
	// column: only what differs is kept, and values only of the columns that Of shows.
	Before, After any
}

// Row is a line of the log.
type Row struct {
	ID         int64
	At         store.Time
	ActorID    int64     // 0: the system
	Role       auth.Role // as which they acted
	DistrictID int64     // the root above UnitID
	UnitID     int64     // 0: no unit's
	Operation  string    // the contract's operationId; "" for the command line and timed work
	Entity     Entity
	EntityID   int64
	Minor      bool
	Before     string `gorm:"column:before_json"` // a JSON object by column, or ""
	After      string `gorm:"column:after_json"`
	Network    string // of the caller, see Network
	RequestID  string // of the request log and the answer's X-Request-Id
}

// TableName is audit_entries.
func (Row) TableName() string { return "audit_entries" }

// Origin is where a call came from, and which one it is.
type Origin struct {
	Operation string
	Network   string
	RequestID string
}

type originKey struct{}

// With puts the origin into the context.
func With(ctx context.Context, o Origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

// From takes the origin out of the context; the command line and timed work have none.
func From(ctx context.Context) Origin {
	o, _ := ctx.Value(originKey{}).(Origin)
	return o
}

// Network is the part of an address that the log keeps: the first 24 bits of an IPv4
// address, the first 48 of an IPv6 one. It tells an office from a phone and one town from
// another, and is no address of a person (ADR 14). What is no address is "".
func Network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	ip = ip.Unmap().WithZone("")
	bits := 48
	if ip.Is4() {
		bits = 24
	}
	prefix, _ := ip.Prefix(bits)
	return prefix.String()
}

// roleOn is the strongest role that the actor has at the path.
func roleOn(a auth.Actor, path string) auth.Role {
	switch {
	case !a.SignedIn():
		return System
	case a.Administers(path):
		return auth.DistrictAdmin
	case a.Manages(path):
		return auth.StationStaff
	}
	for _, g := range a.Grants {
		if g.Role == auth.SocialWorker && strings.HasPrefix(path, g.UnitPath) {
			return g.Role
		}
	}
	return auth.Resident
}

// ownUnit is the unit of the actor's strongest role; 0 without one.
func ownUnit(a auth.Actor) (unitID int64) {
	for _, role := range []auth.Role{auth.SocialWorker, auth.StationStaff, auth.DistrictAdmin} {
		for _, g := range a.Grants {
			if g.Role == role {
				unitID = g.UnitID
			}
		}
	}
	return unitID
}

// districtOf is the district that a path is in; 0 of none.
func districtOf(path string) (id int64) {
	for _, id = range scope.IDsOn(auth.Top(path)) { // the last
	}
	return id
}
