package identity

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/store"
)

// ---- people

func personByID(ctx context.Context, db *gorm.DB, id int64) (Person, error) {
	return gorm.G[Person](db).Where("id = ?", id).Take(ctx)
}

func unitByID(ctx context.Context, db *gorm.DB, id int64) (Home, error) {
	return gorm.G[Home](db).Where("id = ?", id).Take(ctx)
}

func insertPerson(ctx context.Context, tx *store.Tx, name string) (Person, error) {
	p := Person{Name: name, Sex: Unknown, CreatedAt: tx.Now}
	err := gorm.G[Person](tx.DB).Create(ctx, &p)
	return p, err
}

func (p Patch) columns() map[string]any {
	columns := map[string]any{}
	store.Set(columns, "name", p.Name)
	store.Set(columns, "sex", p.Sex)
	store.Set(columns, "birth_date", p.BirthDate)
	store.Set(columns, "unit_id", p.UnitID)
	store.Set(columns, "show_on_leaderboard", p.ShowOnLeaderboard)
	if p.Skills != nil {
		columns["skills"] = Words(*p.Skills)
	}
	return columns
}

// changePerson writes the columns if the condition holds, and tells whether it did.
// A unit that is not there is refused by its foreign key.
func changePerson(ctx context.Context, tx *store.Tx, id int64, columns map[string]any, condition string) (bool, error) {
	n, err := gorm.G[Person](tx.DB).Where("id = ? AND closed_at IS NULL", id).Where(condition).Set(clause.Assignments(columns)).Update(ctx)
	if store.IsForeignKey(err) {
		return false, errUnit.Because(err)
	}
	return n == 1, err
}

// ---- WeChat and passwords

func wechatByOpenID(ctx context.Context, db *gorm.DB, openID string) (WechatIdentity, error) {
	return gorm.G[WechatIdentity](db).Where("openid = ?", openID).Take(ctx)
}

// openIDsOf gives the WeChat identity of each person; of somebody with two the one that came last.
func openIDsOf(ctx context.Context, db *gorm.DB, personIDs []int64) (map[int64]string, error) {
	rows, err := gorm.G[WechatIdentity](db).Where("person_id IN ?", personIDs).Order("created_at").Find(ctx)
	out := make(map[int64]string, len(rows))
	for _, r := range rows {
		out[r.PersonID] = r.OpenID
	}
	return out, err
}

func insertWechat(ctx context.Context, tx *store.Tx, w WechatIdentity) error {
	w.CreatedAt = tx.Now
	return gorm.G[WechatIdentity](tx.DB).Create(ctx, &w)
}

func setUnionID(ctx context.Context, tx *store.Tx, openID, unionID string) error {
	_, err := gorm.G[WechatIdentity](tx.DB).Where("openid = ?", openID).Update(ctx, "unionid", unionID)
	return err
}

func passwordByLogin(ctx context.Context, db *gorm.DB, login string) (PasswordLogin, error) {
	return gorm.G[PasswordLogin](db).Where("login = ?", login).Take(ctx)
}

func passwordOf(ctx context.Context, db *gorm.DB, personID int64) (PasswordLogin, error) {
	return gorm.G[PasswordLogin](db).Where("person_id = ?", personID).Take(ctx)
}

func insertPassword(ctx context.Context, tx *store.Tx, p PasswordLogin) error {
	p.ChangedAt = tx.Now
	return gorm.G[PasswordLogin](tx.DB).Create(ctx, &p)
}

// replaceHash puts the new hash where the old one is, and tells whether it still
// was. The row stays locked until the end, so that a sign-in and a change of
// password pass one after the other. The new hash may be there already: then an
// earlier run of this transaction committed.
func replaceHash(ctx context.Context, tx *store.Tx, old PasswordLogin, hash string) (bool, error) {
	n, err := gorm.G[PasswordLogin](tx.DB).Where("login = ? AND hash IN (?, ?)", old.Login, old.Hash, hash).
		Update(ctx, "hash", hash)
	return n == 1, err
}

func notePasswordChange(ctx context.Context, tx *store.Tx, login string) error {
	_, err := gorm.G[PasswordLogin](tx.DB).Where("login = ?", login).
		Set(clause.Assignments(map[string]any{"changed_at": tx.Now, "set_by": nil, "once": Lasting})).Update(ctx)
	return err
}

// resetPassword puts a password for one sign-in in place of any; false: nobody has the login.
func resetPassword(ctx context.Context, tx *store.Tx, login, hash string) (bool, error) {
	n, err := gorm.G[PasswordLogin](tx.DB).Where("login = ?", login).
		Set(clause.Assignments(map[string]any{"hash": hash, "changed_at": tx.Now, "set_by": 0, "once": OneTime})).Update(ctx)
	return n == 1, err
}

// useOnce takes the one sign-in of a password; false: it was taken, or has run out.
func useOnce(ctx context.Context, tx *store.Tx, login string) (bool, error) {
	n, err := gorm.G[PasswordLogin](tx.DB).Where("login = ? AND once = ? AND changed_at > ?", login, OneTime, store.At(tx.Now.Add(-oneTimeLife))).Update(ctx, "once", UsedOnce)
	return n == 1, err
}

func countLogins(ctx context.Context, db *gorm.DB) (int64, error) {
	return gorm.G[PasswordLogin](db).Count(ctx, "*")
}

// passwordOwn tells whether somebody with a desk password set it alone; nil without one.
func passwordOwn(ctx context.Context, db *gorm.DB, personID int64) (*bool, error) {
	p, err := passwordOf(ctx, db, personID)
	if store.IsNotFound(err) {
		return nil, nil
	}
	own := p.SetBy == nil
	return &own, err
}

// ---- sessions

func insertSession(ctx context.Context, tx *store.Tx, personID int64, network string, life time.Duration) (Session, error) {
	s := Session{PersonID: personID, Network: network, CreatedAt: tx.Now, RefreshedAt: tx.Now, ExpiresAt: store.At(tx.Now.Add(life))}
	err := gorm.G[Session](tx.DB).Create(ctx, &s)
	return s, err
}

func insertToken(ctx context.Context, tx *store.Tx, sessionID int64, hash string) error {
	return gorm.G[RefreshToken](tx.DB).Create(ctx, &RefreshToken{Hash: hash, SessionID: sessionID, IssuedAt: tx.Now})
}

// usualPlace tells whether the login's owner signed in from the network before, as long as sessions are kept; or has a
// password for one sign-in, which nobody guesses, from wherever.
func usualPlace(ctx context.Context, db *gorm.DB, login, network string, now store.Time) (is bool, err error) {
	err = db.WithContext(ctx).Raw(`SELECT EXISTS (SELECT 1 FROM password_logins l LEFT JOIN sessions s ON s.person_id = l.person_id AND s.network = ? AND s.network <> ''
		WHERE l.login = ? AND (s.id IS NOT NULL OR l.once = ? AND l.changed_at > ?))`, network, login, OneTime, store.At(now.Add(-oneTimeLife))).Scan(&is).Error
	return is, err
}

// forgetPlaces lets a person have no usual place any more.
func forgetPlaces(ctx context.Context, tx *store.Tx, personID int64) error {
	_, err := gorm.G[Session](tx.DB).Where("person_id = ?", personID).Update(ctx, "network", "")
	return err
}

// endAllSessions ends every session, and every password for one sign-in that was not used.
func endAllSessions(ctx context.Context, tx *store.Tx) error {
	_, err := gorm.G[Session](tx.DB).Where("ended_at IS NULL").Update(ctx, "ended_at", tx.Now)
	if err != nil {
		return err
	}
	_, err = gorm.G[PasswordLogin](tx.DB).Where("once = ?", OneTime).Update(ctx, "once", UsedOnce)
	return err
}

// sessionOfToken finds the session of a token, used or not.
func sessionOfToken(ctx context.Context, tx *store.Tx, hash string) (Session, error) {
	token, err := gorm.G[RefreshToken](tx.DB).Where("hash = ?", hash).Take(ctx)
	if err != nil {
		return Session{}, err
	}
	return gorm.G[Session](tx.DB).Where("id = ?", token.SessionID).Take(ctx)
}

// touchSession lets a session that lives last for a whole life from now on, and tells whether it does live.
func touchSession(ctx context.Context, tx *store.Tx, id int64, life time.Duration) (bool, error) {
	n, err := gorm.G[Session](tx.DB).Where("id = ? AND ended_at IS NULL AND expires_at > ?", id, tx.Now).
		Set(clause.Assignments(map[string]any{"refreshed_at": tx.Now, "expires_at": store.At(tx.Now.Add(life))})).Update(ctx)
	return n == 1, err
}

// usedTokensKept is how long a used refresh token is known, so that it ends the session when it comes again.
const usedTokensKept = 366 * 24 * time.Hour

// forgetTokens deletes the tokens of a session that were used before the instant, so that a session which is used
// for years does not keep one for each quarter of an hour. One that comes after all is of no session.
func forgetTokens(ctx context.Context, tx *store.Tx, sessionID int64, before store.Time) error {
	_, err := gorm.G[RefreshToken](tx.DB).Where("session_id = ? AND used_at < ?", sessionID, before).Delete(ctx)
	return err
}

// useToken marks the token used, and tells whether it was not before.
func useToken(ctx context.Context, tx *store.Tx, hash string) (bool, error) {
	n, err := gorm.G[RefreshToken](tx.DB).Where("hash = ? AND used_at IS NULL", hash).Update(ctx, "used_at", tx.Now)
	return n == 1, err
}

func endSession(ctx context.Context, tx *store.Tx, id int64) error {
	_, err := gorm.G[Session](tx.DB).Where("id = ? AND ended_at IS NULL", id).Update(ctx, "ended_at", tx.Now)
	return err
}

func endOtherSessions(ctx context.Context, tx *store.Tx, personID, keep int64) error {
	_, err := gorm.G[Session](tx.DB).Where("person_id = ? AND id <> ? AND ended_at IS NULL", personID, keep).
		Update(ctx, "ended_at", tx.Now)
	return err
}

// pruneBatch bounds how long one prune holds the writer.
const pruneBatch = 500

// pruneSessions deletes some sessions that ran out before the instant, with their tokens.
func pruneSessions(ctx context.Context, tx *store.Tx, before store.Time) (int, error) {
	old, err := gorm.G[Session](tx.DB).Select("id").Where("expires_at < ?", before).Limit(pruneBatch).Find(ctx)
	if err != nil || len(old) == 0 {
		return 0, err
	}
	ids := make([]int64, len(old))
	for i, s := range old {
		ids[i] = s.ID
	}
	if _, err := gorm.G[RefreshToken](tx.DB).Where("session_id IN ?", ids).Delete(ctx); err != nil {
		return 0, err
	}
	return gorm.G[Session](tx.DB).Where("id IN ?", ids).Delete(ctx)
}

// actorRow is a session with one of the person's grants, or with none.
type actorRow struct {
	VolunteerSince *store.Time
	PrivacyVersion string
	Role           *auth.Role
	UnitID         *int64
	Path           *string
}

// actorRows gives at least one row for a session that lives, none for any other.
func actorRows(ctx context.Context, db *gorm.DB, personID, sessionID int64, now store.Time) (rows []actorRow, err error) {
	err = db.WithContext(ctx).Raw(`SELECT p.volunteer_since, p.privacy_version, g.role, g.unit_id, u.path
		FROM sessions s JOIN people p ON p.id = s.person_id
		LEFT JOIN role_grants g ON g.person_id = s.person_id LEFT JOIN units u ON u.id = g.unit_id
		WHERE s.id = ? AND s.person_id = ? AND s.ended_at IS NULL AND s.expires_at > ? AND p.closed_at IS NULL
		ORDER BY g.id`, sessionID, personID, now).Find(&rows).Error
	return rows, err
}

// ---- grants

// grantViews reads grants by one key column with the names beside them.
func grantViews(ctx context.Context, db *gorm.DB, where string, key int64) (views []GrantView, err error) {
	err = db.WithContext(ctx).Table("role_grants g").
		Select("g.*, p.name AS person_name, COALESCE(giver.name, '') AS granted_by_name, u.name AS unit_name, u.path AS unit_path").
		Joins("JOIN people p ON p.id = g.person_id").Joins("LEFT JOIN people giver ON giver.id = g.granted_by").Joins("JOIN units u ON u.id = g.unit_id").
		Where(where, key).Order("g.created_at, g.id").Scan(&views).Error
	return views, err
}

func grantsOfPerson(ctx context.Context, db *gorm.DB, id int64) ([]GrantView, error) {
	return grantViews(ctx, db, "g.person_id = ?", id)
}

func grantsOnUnit(ctx context.Context, db *gorm.DB, id int64) ([]GrantView, error) {
	return grantViews(ctx, db, "g.unit_id = ?", id)
}

// grantByID gives one grant, or store.IsNotFound.
func grantByID(ctx context.Context, db *gorm.DB, id int64) (GrantView, error) {
	views, err := grantViews(ctx, db, "g.id = ?", id)
	if err == nil && len(views) == 0 {
		err = gorm.ErrRecordNotFound
	}
	if err != nil {
		return GrantView{}, err
	}
	return views[0], nil
}

// insertGrant writes the grant and its line in the log.
func insertGrant(ctx context.Context, tx *store.Tx, g *RoleGrant) error {
	g.ID, g.CreatedAt = 0, tx.Now
	if err := gorm.G[RoleGrant](tx.DB).Create(ctx, g); err != nil {
		return err
	}
	return logGrant(ctx, tx, *g, "granted", g.GrantedBy)
}

// deleteGrant deletes the grant, with keepOne only if the person has another of
// the same role, and tells whether it did.
func deleteGrant(ctx context.Context, tx *store.Tx, g RoleGrant, keepOne bool) (bool, error) {
	q := gorm.G[RoleGrant](tx.DB).Where("id = ?", g.ID)
	if keepOne { // MySQL wants the table that it deletes from wrapped once more
		q = q.Where(`EXISTS (SELECT 1 FROM (SELECT id FROM role_grants WHERE person_id = ? AND role = ? AND id <> ?) other)`,
			g.PersonID, g.Role, g.ID)
	}
	n, err := q.Delete(ctx)
	return n == 1, err
}

// setConfirmed notes who confirmed a grant, and tells whether it was still to be confirmed.
func setConfirmed(tx *store.Tx, id, by int64) (bool, error) {
	res := tx.Model(&RoleGrant{}).Where("id = ? AND confirmed_by IS NULL", id).Updates(map[string]any{"confirmed_by": by, "confirmed_at": tx.Now})
	return res.RowsAffected == 1, res.Error
}

func logGrant(ctx context.Context, tx *store.Tx, g RoleGrant, action string, by int64) error {
	err := gorm.G[GrantChange](tx.DB).Create(ctx, &GrantChange{
		PersonID: g.PersonID, UnitID: g.UnitID, Role: g.Role, Action: action, ChangedBy: by, ChangedAt: tx.Now,
	})
	if err != nil {
		return err
	}
	e := audit.Entry{Of: grantLog, ID: g.ID, UnitID: g.UnitID, After: g}
	if action == "revoked" {
		e.Before, e.After = g, nil
	}
	return audit.Write(tx, e)
}
