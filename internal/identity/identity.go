// Package identity knows who is there: people, how they sign in, their sessions
// and the roles they hold on units.
package identity

import (
	"database/sql/driver"
	"fmt"
	"strings"
	"time"

	"yimi/internal/auth"
	"yimi/internal/store"
)

// Sex is as the person states it.
type Sex string

// The answers.
const (
	Female  Sex = "female"
	Male    Sex = "male"
	Unknown Sex = "unknown"
)

// Words are snake_case words, kept in one column with commas between.
type Words []string

// Value joins the words.
func (w Words) Value() (driver.Value, error) { return strings.Join(w, ","), nil }

// Scan splits the column.
func (w *Words) Scan(src any) error {
	var text string
	switch v := src.(type) {
	case string:
		text = v
	case []byte:
		text = string(v)
	default:
		return fmt.Errorf("identity: a column of words holds %T", src)
	}
	*w = nil
	if text != "" {
		*w = strings.Split(text, ",")
	}
	return nil
}

// Person is an account. With the fields that 志愿服务记录与证明出具办法 Art 5 asks of a
// volunteer; a resident may leave them empty.
type Person struct {
	ID                int64
	Name              string // empty until the person writes one
	Sex               Sex
	BirthDate         *string // YYYY-MM-DD
	UnitID            *int64  // the home community
	Skills            Words
	VolunteerSince    *store.Time // nil: not a volunteer
	ShowOnLeaderboard bool        // the copy of the consent leaderboard
	PrivacyVersion    string      // of the notice agreed to, the copy of the consent privacy; "" for none
	CreatedAt         store.Time
	ClosedAt          *store.Time // the account was closed: nobody signs in as this person any more
	CloseReason       string      // a word of the contract's; counted, and nothing else
	ForgottenAt       *store.Time // all that had to go is gone
	MergedInto        *int64      // the account that this one was found to be twice (docs/adr/0016)

	PhoneSealed    []byte      // opened by Service.open
	PhoneIndex     *string     // seal.Box.Index of it
	PhoneProvedAt  *store.Time // when WeChat said that it is the person's; nil for a typed one
	IdentityType   IdentityType
	IdentitySealed []byte
	IdentityIndex  *string
}

// TableName is people.
func (Person) TableName() string { return "people" }

// IsVolunteer tells whether the person has registered as one.
func (p Person) IsVolunteer() bool { return p.VolunteerSince != nil }

// Home is a unit as this package sees it: it reads units and never writes them.
type Home struct {
	ID        int64
	ParentID  *int64
	Kind      string
	Name      string
	Path      string
	Phone     string
	Address   string
	OpenHours string
	Latitude  *float64
	Longitude *float64
}

// TableName is units.
func (Home) TableName() string { return "units" }

// Profile is a person with what they may be, and where.
type Profile struct {
	Person
	Contact
	Grants      []GrantView // on units; oldest first
	Home        *Home       // nil when the person has named none
	PasswordOwn *bool       // nil without a desk password; false while somebody else's is not changed
}

// WechatIdentity ties a WeChat user to a person. Demo personas are rows whose
// openid is "demo-" and the persona's name.
type WechatIdentity struct {
	OpenID    string `gorm:"column:openid;primaryKey"`
	UnionID   string `gorm:"column:unionid"` // empty when WeChat gives none
	PersonID  int64
	CreatedAt store.Time
}

// TableName is wechat_identities.
func (WechatIdentity) TableName() string { return "wechat_identities" }

// PasswordLogin lets a person sign in at the desk.
type PasswordLogin struct {
	Login     string `gorm:"primaryKey"` // lower case
	PersonID  int64
	Hash      string // Argon2id, as auth.HashPassword gives it
	ChangedAt store.Time
	SetBy     *int64 // who else set it; nil: the person, or the server's command line; 0: the command line, for one sign-in
	Once      Once
}

// Once is how often a password still signs in.
type Once int

// The states.
const (
	Lasting  Once = iota // any number of times
	OneTime              // once, until a day after it was set
	UsedOnce             // no more; who signed in with it changes it
)

// Session is one sign-in on one device. Its refresh tokens are one family: each
// works once, and one that comes a second time ends the session.
type Session struct {
	ID          int64
	PersonID    int64
	CreatedAt   store.Time
	RefreshedAt store.Time
	ExpiresAt   store.Time  // each refresh moves it on: a session ends when it is not used
	EndedAt     *store.Time // by logout, a new password or a stolen token
	Network     string      // audit.Network of a desk login: a usual place of its owner's; "" of any other
}

// RefreshToken is the hash of one; the token itself is kept nowhere.
type RefreshToken struct {
	Hash      string `gorm:"primaryKey"`
	SessionID int64
	IssuedAt  store.Time
	UsedAt    *store.Time
}

// RoleGrant is a role on a unit and all under it.
type RoleGrant struct {
	ID        int64
	PersonID  int64
	UnitID    int64
	Role      auth.Role
	GrantedBy int64 // 0: the server's command line
	CreatedAt store.Time

	ConfirmedBy *int64 // the other admin who looked at it while it was fresh (rule 8)
	ConfirmedAt *store.Time
}

// GrantView is a grant with the names that screens show.
type GrantView struct {
	RoleGrant
	PersonName    string
	GrantedByName string // empty for the server's command line
	UnitName      string
	UnitPath      string
}

// CountsFrom is when the grant makes a second hand: confirmed, given by the command line, or ripe.
func (g *RoleGrant) CountsFrom(ripens time.Duration) store.Time {
	switch {
	case g.ConfirmedAt != nil:
		return *g.ConfirmedAt
	case g.GrantedBy == 0:
		return g.CreatedAt
	}
	return store.At(g.CreatedAt.Add(ripens))
}

// GrantChange is a line of the log of grants, which only grows.
type GrantChange struct {
	ID        int64
	PersonID  int64
	UnitID    int64
	Role      auth.Role
	Action    string // granted or revoked
	ChangedBy int64
	ChangedAt store.Time
}

// SignedIn is what a sign-in or a refresh gives.
type SignedIn struct {
	PersonID     int64
	SessionID    int64
	AccessToken  string
	RefreshToken string
	ExpiresIn    time.Duration // of the access token
}

// Patch is what to change of a person; nil leaves as it is.
type Patch struct {
	Name              *string
	Sex               *Sex
	BirthDate         *string // YYYY-MM-DD
	UnitID            *int64
	Skills            *[]string
	ShowOnLeaderboard *bool
	Phone             *string       // "" takes it away
	IdentityType      *IdentityType // with IdentityNumber
	IdentityNumber    *string       // "" takes it away, with its type

	proved bool // Phone is what WeChat says
}

// Registration is what makes a person a volunteer: Name, BirthDate and UnitID must be there.
type Registration struct {
	Patch
	Agree bool // of their own will (志愿服务条例 Art 25)
}

// Staff is a desk account to be made.
type Staff struct {
	Name     string
	Login    string
	Password string
	Role     auth.Role
}
