package identity

import (
	"context"
	"time"

	"gorm.io/gorm"

	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/feature"
	"yimi/internal/human"
	"yimi/internal/seal"
	"yimi/internal/store"
)

// Deps is what the service needs.
type Deps struct {
	Store  *store.Store
	Tokens *auth.Tokens
	// Wechat trades the one-time code of wx.login for the user's ids; unionID may be empty.
	Wechat func(ctx context.Context, code string) (openID, unionID string, err error)
	// Phone trades the one-time code of a getPhoneNumber button for the number.
	Phone func(ctx context.Context, code string) (string, error)
	// Risky tells whether WeChat calls a text of one of its users unfit to be shown to others;
	// what it could not tell in time is not. It asks outside of any transaction.
	Risky func(ctx context.Context, openID, text string) bool
	Box   *seal.Box // seals phones and identity numbers
	Demo  bool      // the demo logins exist
	// Notice is what people agree to.
	Notice Notice
	// SessionLife is how long a sign-in lasts after it was last refreshed; then one signs in again, which WeChat does unasked.
	SessionLife time.Duration
	Hands       human.Hands
	// Coming gives the shifts to come that people signed up for, the first first, at most so many of each, and how many each has.
	Coming       func(db *gorm.DB, people []int64, now store.Time, most int) ([]WardShift, map[int64]int, error)
	SessionsKept time.Duration // how long a session stays after it ran out; 0: for ever
	// Features are gone round where accounts are closed or made one, a role ends, or a consent is withdrawn.
	Features []feature.Feature
}

// Service has the use cases of people, sessions and grants.
type Service struct {
	Deps
	verifyDummy func(ctx context.Context, password string) error
}

// NewService makes a Service.
func NewService(d Deps) *Service { return &Service{Deps: d, verifyDummy: auth.VerifyDummy} }

// Actor gives who acts in a session, with all roles, in one query. It runs on
// each call, so that what was ended or revoked stops at the next one. A session
// that ended or ran out is ErrSessionEnded.
func (s *Service) Actor(ctx context.Context, personID, sessionID int64) (auth.Actor, error) {
	rows, err := actorRows(ctx, s.Store.Read(ctx), personID, sessionID, s.Store.Now())
	if err != nil {
		return auth.Actor{}, err
	}
	if len(rows) == 0 {
		return auth.Actor{}, ErrSessionEnded
	}
	return auth.Actor{PersonID: personID, SessionID: sessionID, Agreed: rows[0].PrivacyVersion == s.Notice.Version, Grants: grantsOf(rows)}, nil
}

func grantsOf(rows []actorRow) []auth.Grant {
	grants := []auth.Grant{{Role: auth.Resident}}
	if rows[0].VolunteerSince != nil {
		grants = append(grants, auth.Grant{Role: auth.Volunteer})
	}
	for _, r := range rows {
		if r.Role != nil {
			grants = append(grants, auth.Grant{Role: *r.Role, UnitID: *r.UnitID, UnitPath: *r.Path})
		}
	}
	return grants
}

// Profile gives a person with grants and home unit, or not_found.
func (s *Service) Profile(ctx context.Context, personID int64) (*Profile, error) {
	db := s.Store.Read(ctx)
	person, err := personByID(ctx, db, personID)
	if err != nil {
		return nil, missing(err, "人员")
	}
	p := &Profile{Person: person}
	if p.Contact, err = s.open(&person); err != nil {
		return nil, err
	}
	if p.Grants, err = grantsOfPerson(ctx, db, personID); err != nil {
		return nil, err
	}
	if p.PasswordOwn, err = passwordOwn(ctx, db, personID); err != nil {
		return nil, err
	}
	if person.UnitID != nil {
		home, err := unitByID(ctx, db, *person.UnitID)
		if err != nil {
			return nil, err
		}
		p.Home = &home
	}
	return p, nil
}

// Me is the actor's own profile.
func (s *Service) Me(ctx context.Context) (*Profile, error) {
	return s.Profile(ctx, auth.From(ctx).PersonID)
}

// OpenIDs gives where people are reached at WeChat; who never came by WeChat is left out.
func (s *Service) OpenIDs(ctx context.Context, personIDs []int64) (map[int64]string, error) {
	return openIDsOf(ctx, s.Store.Read(ctx), personIDs)
}

// UpdateMe changes the actor's own profile. A volunteer cannot become younger than one may
// be without a guardian.
func (s *Service) UpdateMe(ctx context.Context, p Patch) (*Profile, error) {
	a := auth.From(ctx)
	age, err := p.clean(s.Store.Now().Time)
	if err != nil {
		return nil, err
	}
	if err := s.mayShow(ctx, a.PersonID, p.Name); err != nil {
		return nil, err
	}
	columns, condition := s.columnsOf(a.PersonID, p), "1 = 1"
	if age != nil && needsGuardian(*age) {
		if condition, err = s.mayBeYoung(ctx, a.PersonID); err != nil {
			return nil, err
		}
	}
	if len(columns) > 0 {
		err = s.changePerson(ctx, a.PersonID, p, columns, condition, errGuardian)
	}
	if err != nil {
		return nil, err
	}
	return s.Profile(ctx, a.PersonID)
}

// mayBeYoung is the condition that the person may be under 14: no volunteer, or with a guardian's consent.
func (s *Service) mayBeYoung(ctx context.Context, personID int64) (string, error) {
	there, err := s.Guardians(ctx, personID)
	if err != nil || len(there) == 0 {
		return "volunteer_since IS NULL", err
	}
	return "(volunteer_since IS NULL OR " + hasGuardian + ")", nil // also when it is taken back in this instant
}

// RegisterVolunteer makes the actor a volunteer, once: with a name, a home unit and a birth
// date (志愿服务记录与证明出具办法 Art 5), and under 14 with a guardian's consent.
func (s *Service) RegisterVolunteer(ctx context.Context, r Registration) (*Profile, error) {
	a := auth.From(ctx)
	now := s.Store.Now()
	guarded, err := r.clean(now.Time)
	if err != nil {
		return nil, err
	}
	if err := s.mayShow(ctx, a.PersonID, r.Name); err != nil {
		return nil, err
	}
	columns := s.columnsOf(a.PersonID, r.Patch)
	columns["volunteer_since"] = now
	condition := "volunteer_since IS NULL"
	if guarded {
		if there, err := s.Guardians(ctx, a.PersonID); err != nil || len(there) == 0 {
			return nil, orElse(err, errGuardian)
		}
		condition += " AND " + hasGuardian // also when it is taken back in this instant
	}
	if err := s.changePerson(ctx, a.PersonID, r.Patch, columns, condition, errVolunteer); err != nil {
		return nil, err
	}
	return s.Profile(ctx, a.PersonID)
}

// changePerson writes the patch's columns, or refuses when the condition does not hold.
func (s *Service) changePerson(ctx context.Context, id int64, p Patch, columns map[string]any, condition string, refusal *fault.Error) error {
	return s.Store.Tx(ctx, func(tx *store.Tx) error {
		if err := s.checkAgreement(ctx, tx, id, p); err != nil {
			return err
		}
		if err := s.mayKeepNumber(tx, id, p.IdentityNumber); err != nil {
			return err
		}
		columns, err := s.proving(ctx, tx, id, p, columns)
		if err != nil {
			return err
		}
		done, err := changePerson(ctx, tx, id, columns, condition)
		if err == nil && !done {
			err = refusal
		}
		if err != nil {
			return err
		}
		if err := s.childConsents(tx, id); err != nil {
			return err
		}
		return s.decideLeaderboard(tx, id, p.ShowOnLeaderboard)
	})
}

// mayShow refuses a new name that WeChat calls unfit: volunteers are named on leaderboards, in
// records and to each other. Who has no WeChat is not asked about.
func (s *Service) mayShow(ctx context.Context, id int64, name *string) error {
	if name == nil || s.Risky == nil {
		return nil
	}
	db := s.Store.Read(ctx)
	me, err := personByID(ctx, db, id)
	if err != nil || me.Name == *name {
		return missing(err, "人员")
	}
	openIDs, err := openIDsOf(ctx, db, []int64{id})
	if err == nil && openIDs[id] != "" && s.Risky(ctx, openIDs[id], *name) {
		return errText
	}
	return err
}

func missing(err error, what string) error {
	if store.IsNotFound(err) {
		return fault.Missing(what).Because(err)
	}
	return err
}
