package identity

import (
	"context"
	"time"

	"yimi/internal/auth"
	"yimi/internal/feature"
	"yimi/internal/store"
)

// exportLimit bounds each list of an export: far beyond what one person has.
const exportLimit = 10_000

// Export is what the program keeps of a person as an account.
type Export struct {
	ID                int64                `json:"id"`
	Name              string               `json:"name"`
	Sex               Sex                  `json:"sex"`
	BirthDate         *string              `json:"birth_date"`
	Phone             string               `json:"phone"`
	IdentityType      IdentityType         `json:"identity_type"`
	IdentityNumber    string               `json:"identity_number"`
	HomeUnit          string               `json:"home_unit"`
	Skills            []string             `json:"skills"`
	VolunteerSince    *time.Time           `json:"volunteer_since"`
	ShowOnLeaderboard bool                 `json:"show_on_leaderboard"`
	CreatedAt         time.Time            `json:"created_at"`
	Login             string               `json:"login"` // of the desk; the password is kept by nobody
	Roles             []RoleExport         `json:"roles"`
	Wechat            []WechatExport       `json:"wechat"`
	Sessions          []SessionExport      `json:"sessions"`
	PhoneProvedAt     *time.Time           `json:"phone_proved_at"` // when WeChat said that the phone is the person's
	PasswordOwn       *bool                `json:"password_own"`    // set by the person alone; null without one
	Links             []LinkExport         `json:"links"`
	Guardianships     []GuardianshipExport `json:"guardianships"`
	Relations         []RelationExport     `json:"relations"`
	Consents          []ConsentExport      `json:"consents"`
	RolesHeld         []HeldExport         `json:"roles_held"`
	Duplicates        []DuplicateExport    `json:"duplicates"`
}

// HeldExport is a role that the person holds now.
type HeldExport struct {
	Role        auth.Role  `json:"role"`
	Unit        string     `json:"unit"`
	Since       time.Time  `json:"since"`
	ConfirmedAt *time.Time `json:"confirmed_at"`
}

// DuplicateExport is a finding that this and another account may be one person's, and how it was settled.
// What was written about it is kept for an inspection alone; Ask is to be asked.
type DuplicateExport struct {
	By        []string       `json:"by"` // phone, identity, link, wechat, proved_phone
	State     DuplicateState `json:"state"`
	FoundAt   time.Time      `json:"found_at"`
	SettledAt *time.Time     `json:"settled_at"`
	Ask       string         `json:"ask"`
}

// RoleExport is a role that was given or taken.
type RoleExport struct {
	Role   auth.Role `json:"role"`
	Unit   string    `json:"unit"`
	Action string    `json:"action"` // granted, revoked
	At     time.Time `json:"at"`
}

// WechatExport is a WeChat user that signs in as the person.
type WechatExport struct {
	OpenID  string    `json:"openid"`
	UnionID string    `json:"unionid"`
	Since   time.Time `json:"since"`
}

// SessionExport is one sign-in.
type SessionExport struct {
	CreatedAt   time.Time  `json:"created_at"`
	RefreshedAt time.Time  `json:"refreshed_at"`
	ExpiresAt   time.Time  `json:"expires_at"`
	EndedAt     *time.Time `json:"ended_at"`
	Network     string     `json:"network"` // of a desk login
}

// LinkExport is another account of the same person, as they said themselves.
type LinkExport struct {
	Name  string    `json:"name"`
	Since time.Time `json:"since"` // when it was made
}

// GuardianshipExport is a guardian's consent; whose it is on the other side is the other's to export.
type GuardianshipExport struct {
	As       string     `json:"as"` // guardian, child
	Relation string     `json:"relation"`
	AgreedAt time.Time  `json:"agreed_at"`
	EndedAt  *time.Time `json:"ended_at"`
}

// RelationExport is a relative, as one of the two said.
type RelationExport struct {
	Kind       string     `json:"kind"` // what the other is
	DeclaredAt time.Time  `json:"declared_at"`
	EndedAt    *time.Time `json:"ended_at"`
}

// ConsentExport is a consent that was given or withdrawn.
type ConsentExport struct {
	Kind    ConsentKind `json:"kind"`
	Version string      `json:"version"` // of the words
	Given   bool        `json:"given"`
	By      ConsentBy   `json:"by"`
	At      time.Time   `json:"at"`
}

// Export gives all that this package keeps of a person (个人信息保护法 Art 45).
func (s *Service) Export(ctx context.Context, of feature.Account) (any, error) {
	p, err := s.Profile(ctx, of.PersonID)
	if err != nil {
		return nil, err
	}
	contact, err := s.open(&p.Person)
	if err != nil {
		return nil, err
	}
	out := &Export{ID: p.ID, Name: p.Name, Sex: p.Sex, BirthDate: p.BirthDate, Phone: contact.Phone, IdentityType: contact.IdentityType, IdentityNumber: contact.IdentityNumber, Skills: append([]string{}, p.Skills...),
		VolunteerSince: store.Local(p.VolunteerSince), PhoneProvedAt: store.Local(p.PhoneProvedAt), PasswordOwn: p.PasswordOwn, ShowOnLeaderboard: p.ShowOnLeaderboard, CreatedAt: p.CreatedAt.In(store.Shanghai)}
	if p.Home != nil {
		out.HomeUnit = p.Home.Name
	}
	return out, s.exportAccount(ctx, out)
}

func (s *Service) exportAccount(ctx context.Context, out *Export) error {
	x, err := accountOf(s.Store.Read(ctx), out.ID)
	if err != nil {
		return err
	}
	out.Login = x.login
	out.Roles, out.Wechat = make([]RoleExport, len(x.roles)), make([]WechatExport, len(x.wechat))
	out.Sessions, out.Guardianships = make([]SessionExport, len(x.sessions)), make([]GuardianshipExport, len(x.guardianships))
	for i, r := range x.roles {
		out.Roles[i] = RoleExport{r.Role, r.UnitName, r.Action, r.ChangedAt.In(store.Shanghai)}
	}
	for i, w := range x.wechat {
		out.Wechat[i] = WechatExport{w.OpenID, w.UnionID, w.CreatedAt.In(store.Shanghai)}
	}
	for i, v := range x.sessions {
		out.Sessions[i] = SessionExport{v.CreatedAt.In(store.Shanghai), v.RefreshedAt.In(store.Shanghai), v.ExpiresAt.In(store.Shanghai), store.Local(v.EndedAt), v.Network}
	}
	for i, g := range x.guardianships {
		as := "guardian"
		if g.ChildID == out.ID {
			as = "child"
		}
		out.Guardianships[i] = GuardianshipExport{as, g.Relation, g.AgreedAt.In(store.Shanghai), store.Local(g.EndedAt)}
	}
	out.Relations = make([]RelationExport, len(x.relations))
	for i, r := range seenBy([]int64{out.ID}, x.relations) {
		out.Relations[i] = RelationExport{r.Kind, r.DeclaredAt.In(store.Shanghai), store.Local(r.EndedAt)}
	}
	out.Links = make([]LinkExport, len(x.links))
	for i, l := range x.links {
		out.Links[i] = LinkExport{l.Name, l.CreatedAt.In(store.Shanghai)}
	}
	out.RolesHeld, out.Duplicates = make([]HeldExport, len(x.held)), make([]DuplicateExport, len(x.duplicates))
	for i, h := range x.held {
		out.RolesHeld[i] = HeldExport{h.Role, h.UnitName, h.CreatedAt.In(store.Shanghai), store.Local(h.ConfirmedAt)}
	}
	for i, d := range x.duplicates {
		out.Duplicates[i] = d.export(x.ask)
	}
	out.Consents = make([]ConsentExport, len(x.consents))
	for i, c := range x.consents {
		out.Consents[i] = ConsentExport{c.Kind, c.Version, c.Given, c.ByRole, c.At.In(store.Shanghai)}
	}
	return nil
}

func (d *Duplicate) export(ask string) DuplicateExport {
	by := []string{}
	for _, k := range []struct {
		holds bool
		word  string
	}{{d.ByPhone, "phone"}, {d.ByIdentity, "identity"}, {d.ByLink, "link"}, {d.ByUnionID, "wechat"}, {d.ByProvedPhone, "proved_phone"}} {
		if k.holds {
			by = append(by, k.word)
		}
	}
	out := DuplicateExport{by, d.State, d.FoundAt.In(store.Shanghai), store.Local(d.SettledAt), ""}
	if d.SettledAt != nil {
		out.Ask = ask
	}
	return out
}

// Merged gives the accounts that were made one with a person's.
func (s *Service) Merged(ctx context.Context, personID int64) ([]int64, error) {
	return mergedInto(s.Store.Read(ctx), personID)
}
