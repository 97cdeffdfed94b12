package identity

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"

	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/store"
)

// LoginWechat signs in by WeChat and makes the person at the first login. Two
// first logins at once make one person.
func (s *Service) LoginWechat(ctx context.Context, code string) (SignedIn, error) {
	openID, unionID, err := s.Wechat(ctx, code)
	if err != nil {
		return SignedIn{}, err
	}
	if openID == "" {
		return SignedIn{}, errors.New("identity: WeChat gave no openid")
	}
	who := func(tx *store.Tx) (int64, error) { return wechatPerson(ctx, tx, openID, unionID) }
	in, err := s.signIn(ctx, "", who)
	if store.IsDuplicate(err) { // another first login was faster: its person is there now
		in, err = s.signIn(ctx, "", who)
	}
	return in, err
}

// wechatPerson finds the WeChat user's person or makes it.
func wechatPerson(ctx context.Context, tx *store.Tx, openID, unionID string) (int64, error) {
	known, err := wechatByOpenID(ctx, tx.DB, openID)
	switch {
	case store.IsNotFound(err):
		return newWechatPerson(ctx, tx, openID, unionID)
	case err == nil && unionID != "" && unionID != known.UnionID:
		if err := keepNeighbours(tx, known.PersonID); err != nil {
			return 0, err
		}
		err = setUnionID(ctx, tx, openID, unionID)
	}
	return known.PersonID, err
}

func newWechatPerson(ctx context.Context, tx *store.Tx, openID, unionID string) (int64, error) {
	p, err := insertPerson(ctx, tx, "")
	if err != nil {
		return 0, err
	}
	return p.ID, insertWechat(ctx, tx, WechatIdentity{OpenID: openID, UnionID: unionID, PersonID: p.ID})
}

// LoginDemo signs in as a persona of the demo data. Outside demo mode there is no such thing.
func (s *Service) LoginDemo(ctx context.Context, persona string) (SignedIn, error) {
	if !s.Demo {
		return SignedIn{}, errNoDemo
	}
	if !slices.Contains(personas, persona) {
		return SignedIn{}, errNoPersona
	}
	return s.signIn(ctx, "", func(tx *store.Tx) (int64, error) {
		known, err := wechatByOpenID(ctx, tx.DB, "demo-"+persona)
		if store.IsNotFound(err) {
			return 0, errNoPersona
		}
		return known.PersonID, err
	})
}

// LoginPassword signs in at the desk. address is the client's, to count its wrong
// tries too; empty if it is not known. An unknown login gets the answer of a wrong
// password, for the same work.
func (s *Service) LoginPassword(ctx context.Context, login, password, address string) (SignedIn, error) {
	login = foldLogin(login)
	usual, err := usualPlace(ctx, s.Store.Read(ctx), login, audit.Network(address), s.Store.Now())
	if err != nil {
		return SignedIn{}, err
	}
	if err := s.countTry(ctx, login, address, usual); err != nil {
		return SignedIn{}, err
	}
	row, err := s.verify(ctx, login, password)
	if err != nil {
		return SignedIn{}, err
	}
	if err := s.forgiveTry(ctx, login, address, usual); err != nil {
		return SignedIn{}, err
	}
	return s.signInWith(ctx, row, password, address)
}

// countTry counts before it checks: tries at the same moment cannot slip through. Each count comes after
// those that refuse sooner, so that a flood from one address uses up neither the login's tries there nor, much
// less, those of everywhere. These do not count where the owner has signed in before: a stranger locks nobody
// out of their usual place.
func (s *Service) countTry(ctx context.Context, login, address string, usual bool) error {
	if address != "" {
		if err := s.hit(ctx, addressThrottle(address), triesPerAddress); err != nil {
			return err
		}
	}
	if err := s.hit(ctx, loginThrottle(login, address), triesPerLogin); err != nil {
		return err
	}
	if usual { // so many that only a machine makes them
		return s.hit(ctx, usualThrottle(login), triesUsual)
	}
	ok, wait, err := s.Store.Hit(ctx, anywhereThrottle(login), triesAnywhere, anywhereWindow)
	if err == nil && !ok {
		return tooManyAnywhere(wait)
	}
	return err
}

func (s *Service) hit(ctx context.Context, name string, limit int64) error {
	ok, wait, err := s.Store.Hit(ctx, name, limit, triesWindow)
	if err == nil && !ok {
		return tooMany(wait)
	}
	return err
}

// forgiveTry takes back only this try of the address and of everywhere: who owns one login must not be able to
// go on guessing others, and a good login must not give those who guess from elsewhere new tries.
func (s *Service) forgiveTry(ctx context.Context, login, address string, usual bool) error {
	if err := s.Store.Clear(ctx, loginThrottle(login, address)); err != nil {
		return err
	}
	wider := anywhereThrottle(login)
	if usual {
		wider = usualThrottle(login)
	}
	if err := s.Store.Unhit(ctx, wider); err != nil {
		return err
	}
	if address == "" {
		return nil
	}
	return s.Store.Unhit(ctx, addressThrottle(address))
}

func (s *Service) verify(ctx context.Context, login, password string) (PasswordLogin, error) {
	row, err := passwordByLogin(ctx, s.Store.Read(ctx), login)
	if store.IsNotFound(err) {
		return row, errors.Join(s.verifyDummy(ctx, password), errCredentials)
	}
	if err != nil {
		return row, err
	}
	ok, err := auth.VerifyPassword(ctx, row.Hash, password)
	if err == nil && !ok {
		err = errCredentials
	}
	return row, err
}

// signInWith signs in unless the password was changed since it was verified, and
// renews a hash that was made at older costs.
func (s *Service) signInWith(ctx context.Context, row PasswordLogin, password, address string) (SignedIn, error) {
	hash := row.Hash
	if auth.NeedsRehash(hash) {
		fresh, err := auth.HashPassword(ctx, password)
		if err != nil {
			return SignedIn{}, err
		}
		hash = fresh
	}
	return s.signIn(ctx, audit.Network(address), func(tx *store.Tx) (int64, error) {
		still, err := replaceHash(ctx, tx, row, hash)
		if err == nil && !still {
			err = errCredentials
		}
		if err != nil || row.Once == Lasting {
			return row.PersonID, err
		}
		first, err := useOnce(ctx, tx, row.Login)
		if err == nil && !first {
			err = errUsedOnce
		}
		return row.PersonID, err
	})
}

// ResetPassword gives a login a password for one sign-in within a day, and ends all its sessions. Who signs in
// with it is no second hand until they set one of their own. It asks nobody's leave: it is for the command line.
func (s *Service) ResetPassword(ctx context.Context, login string) (string, error) {
	login, password := foldLogin(login), rand.Text()
	hash, err := auth.HashPassword(ctx, password)
	if err != nil {
		return "", err
	}
	err = s.Store.Tx(ctx, func(tx *store.Tx) error {
		there, err := resetPassword(ctx, tx, login, hash)
		if err == nil && !there {
			err = fault.Missing("登录名")
		}
		if err != nil {
			return err
		}
		row, err := passwordByLogin(ctx, tx.DB, login)
		if err != nil {
			return err
		}
		if err := audit.Write(tx, audit.Entry{Of: personLog, ID: row.PersonID}); err != nil {
			return err
		}
		if err := forgetPlaces(ctx, tx, row.PersonID); err != nil {
			return err
		}
		return endOtherSessions(ctx, tx, row.PersonID, 0)
	})
	if err != nil {
		return "", err
	}
	return password, errors.Join(s.Store.Clear(ctx, anywhereThrottle(login)), s.Store.Clear(ctx, usualThrottle(login)))
}

// EndAllSessions signs everybody out, and takes back passwords for one sign-in: what comes back from a backup is of
// before, with sessions that were ended since. It asks nobody's leave: it is for the command line.
func (s *Service) EndAllSessions(ctx context.Context) error {
	return s.Store.Tx(ctx, func(tx *store.Tx) error { return endAllSessions(ctx, tx) })
}

// CountLogins counts those who have a password.
func (s *Service) CountLogins(ctx context.Context) (int64, error) {
	return countLogins(ctx, s.Store.Read(ctx))
}

// ChangePassword sets a new password, from then on the person's own, and ends the person's other sessions.
func (s *Service) ChangePassword(ctx context.Context, current, fresh string) error {
	a := auth.From(ctx)
	row, err := passwordOf(ctx, s.Store.Read(ctx), a.PersonID)
	if store.IsNotFound(err) {
		return errNoPassword
	}
	if err != nil {
		return err
	}
	if err := checkPassword(fresh, row.Login, current); err != nil {
		return err
	}
	if err := s.verifyCurrent(ctx, row, current); err != nil {
		return err
	}
	hash, err := auth.HashPassword(ctx, fresh)
	if err != nil {
		return err
	}
	return s.Store.Tx(ctx, func(tx *store.Tx) error { return setPassword(ctx, tx, a, row, hash) })
}

// verifyCurrent is throttled as the login is: a session left open is no licence to guess.
func (s *Service) verifyCurrent(ctx context.Context, row PasswordLogin, current string) error {
	throttle := currentThrottle(row.PersonID)
	if err := s.hit(ctx, throttle, triesPerLogin); err != nil {
		return err
	}
	ok, err := auth.VerifyPassword(ctx, row.Hash, current)
	if err != nil {
		return err
	}
	if !ok {
		return errWrongCurrent
	}
	return s.Store.Clear(ctx, throttle)
}

func setPassword(ctx context.Context, tx *store.Tx, a auth.Actor, old PasswordLogin, hash string) error {
	still, err := replaceHash(ctx, tx, old, hash)
	if err != nil {
		return err
	}
	if !still {
		return errWrongCurrent
	}
	if err := notePasswordChange(ctx, tx, old.Login); err != nil {
		return err
	}
	if err := audit.Write(tx, audit.Entry{Of: personLog, ID: a.PersonID}); err != nil {
		return err
	}
	return endOtherSessions(ctx, tx, a.PersonID, a.SessionID)
}
