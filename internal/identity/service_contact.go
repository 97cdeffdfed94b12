package identity

import (
	"context"
	"fmt"
	"maps"
	"time"

	"gorm.io/gorm"

	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/store"
)

// The kinds of values that are hashed to be looked up.
const (
	phoneIndex    = "phone"
	identityIndex = "identity"
)

// PhoneName and IdentityName are what a person's phone and document number are sealed under.
func PhoneName(personID int64) string { return fmt.Sprintf("people/phone/%d", personID) }

// IdentityName is PhoneName for the document's number.
func IdentityName(personID int64) string { return fmt.Sprintf("people/identity/%d", personID) }

// PhoneIndex gives the hash by which a phone, as CleanPhone gives it, is found.
func (s *Service) PhoneIndex(phone string) string { return s.Box.Index(phoneIndex, phone) }

// identityIndexed is what of a document is hashed: one number of two kinds of documents is two.
func identityIndexed(kind IdentityType, number string) string { return string(kind) + ":" + number }

// SealedColumns gives the columns of people that keep the contact; empty values are taken
// away. The demo and tests use it too, for people who are written without a Patch.
func (s *Service) SealedColumns(personID int64, c Contact) map[string]any {
	columns := s.phoneColumns(personID, c.Phone)
	for name, value := range s.identityColumns(personID, c.IdentityType, c.IdentityNumber) {
		columns[name] = value
	}
	return columns
}

func (s *Service) phoneColumns(personID int64, phone string) map[string]any {
	if phone == "" {
		return map[string]any{"phone_sealed": nil, "phone_index": nil, "phone_proved_at": nil}
	}
	return map[string]any{"phone_sealed": s.Box.Seal(PhoneName(personID), []byte(phone)), "phone_index": s.PhoneIndex(phone)}
}

func (s *Service) identityColumns(personID int64, kind IdentityType, number string) map[string]any {
	if number == "" {
		return map[string]any{"identity_type": IdentityType(""), "identity_sealed": nil, "identity_index": nil}
	}
	return map[string]any{"identity_type": kind, "identity_sealed": s.Box.Seal(IdentityName(personID), []byte(number)),
		"identity_index": s.Box.Index(identityIndex, identityIndexed(kind, number))}
}

// columnsOf gives all columns that the patch changes.
func (s *Service) columnsOf(personID int64, p Patch) map[string]any {
	columns := p.columns()
	sealed := map[string]any{}
	if p.Phone != nil {
		sealed = s.phoneColumns(personID, *p.Phone)
	}
	if p.IdentityNumber != nil {
		for name, value := range s.identityColumns(personID, *p.IdentityType, *p.IdentityNumber) {
			sealed[name] = value
		}
	}
	for name, value := range sealed {
		columns[name] = value
	}
	return columns
}

// open opens what a person keeps sealed.
func (s *Service) open(p *Person) (c Contact, err error) {
	phone, err := s.Box.Open(PhoneName(p.ID), p.PhoneSealed)
	if err != nil {
		return c, err
	}
	number, err := s.Box.Open(IdentityName(p.ID), p.IdentitySealed)
	return Contact{Phone: string(phone), IdentityType: p.IdentityType, IdentityNumber: string(number)}, err
}

// MyContact gives the actor's own phone and document number in full.
func (s *Service) MyContact(ctx context.Context) (Contact, error) {
	p, err := personByID(ctx, s.Store.Read(ctx), auth.From(ctx).PersonID)
	if err != nil {
		return Contact{}, missing(err, "人员")
	}
	return s.open(&p)
}

// PhoneOf opens a person's phone, empty if they left none, for a feature that has decided that
// the actor may see it and that writes the audit log.
func (s *Service) PhoneOf(tx *store.Tx, personID int64) (string, error) {
	p, err := personByID(tx.Statement.Context, tx.DB, personID)
	if err != nil {
		return "", missing(err, "人员")
	}
	c, err := s.open(&p)
	return c.Phone, err
}

// A phone code asks WeChat, which counts and charges: few a person and hour.
const (
	phoneCodes       = 10
	phoneCodesWindow = time.Hour
)

// SetMyPhone keeps the number behind the one-time code of WeChat's getPhoneNumber button.
func (s *Service) SetMyPhone(ctx context.Context, code string) (*Profile, error) {
	ok, _, err := s.Store.Hit(ctx, fmt.Sprintf("phone_code:%d", auth.From(ctx).PersonID), phoneCodes, phoneCodesWindow)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errManyCodes
	}
	phone, err := s.Phone(ctx, code)
	if err != nil {
		return nil, err
	}
	return s.UpdateMe(ctx, Patch{Phone: &phone, proved: true})
}

// proving adds to the columns of a patch whether the phone is proved. Whom the old phone or number
// made one human with the person is noted before it goes.
func (s *Service) proving(ctx context.Context, tx *store.Tx, id int64, p Patch, columns map[string]any) (map[string]any, error) {
	if p.Phone == nil && p.IdentityNumber == nil {
		return columns, nil
	}
	if err := holdPerson(tx, id); err != nil {
		return nil, err
	}
	was, err := personByID(ctx, tx.DB, id)
	if err != nil {
		return nil, missing(err, "人员")
	}
	c, err := s.open(&was)
	if err != nil {
		return nil, err
	}
	columns, other := maps.Clone(columns), p.Phone != nil && *p.Phone != c.Phone
	switch {
	case p.proved:
		columns["phone_proved_at"] = tx.Now
	case other && was.PhoneProvedAt != nil:
		if err := mayUnprove(tx.DB, id); err != nil {
			return nil, err
		}
		columns["phone_proved_at"] = nil
	}
	return columns, keepNeighbours(tx, id)
}

// mayUnprove refuses who holds a role: what proves that two accounts are one human is not typed away.
func mayUnprove(db *gorm.DB, id int64) error {
	grants, err := countGrants(db, id)
	if err == nil && grants > 0 {
		return errPhoneProved
	}
	return err
}

var errPhoneProved = fault.New(fault.Conflict, "phone_proved", "您有工作角色，已经用微信验证过的手机号不能直接改。要换号码，请点“用微信手机号”验证新的号码")

var errManyCodes = fault.New(fault.TooMany, "too_many_attempts", "这一小时里试的次数太多了，请过一会儿再试，或直接填写手机号")

// checkAgreement refuses a patch after which the card on file would say another birth date or
// sex than the person. It makes all who change the person queue until the transaction ends.
func (s *Service) checkAgreement(ctx context.Context, tx *store.Tx, id int64, p Patch) error {
	if p.BirthDate == nil && p.Sex == nil && p.IdentityNumber == nil {
		return nil
	}
	if err := holdPerson(tx, id); err != nil {
		return err
	}
	was, err := personByID(ctx, tx.DB, id)
	if err != nil {
		return missing(err, "人员")
	}
	c, err := s.open(&was)
	if err != nil {
		return err
	}
	if p.IdentityNumber != nil {
		c.IdentityType, c.IdentityNumber = *p.IdentityType, *p.IdentityNumber
	}
	if p.BirthDate != nil {
		was.BirthDate = p.BirthDate
	}
	if p.Sex != nil {
		was.Sex = *p.Sex
	}
	return c.agrees(was.BirthDate, was.Sex)
}

func holdPerson(tx *store.Tx, id int64) error {
	return tx.Model(&Person{}).Where("id = ?", id).Update("sex", gorm.Expr("sex")).Error
}
