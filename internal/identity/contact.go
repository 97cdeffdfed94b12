package identity

import (
	"regexp"
	"strings"
	"time"

	"yimi/internal/fault"
)

// IdentityType is the kind of an identity document (志愿服务记录与证明出具办法 Art 5).
type IdentityType string

// The kinds of documents.
const (
	ResidentCard   IdentityType = "resident_card"   // 居民身份证
	Passport       IdentityType = "passport"        // 护照
	MainlandPermit IdentityType = "mainland_permit" // 港澳居民来往内地通行证
	OtherDocument  IdentityType = "other"
)

// Contact is what a person keeps sealed, in full; empty where there is none.
type Contact struct {
	Phone          string // as CleanPhone gives it
	IdentityType   IdentityType
	IdentityNumber string // as CleanIdentity gives it
}

var (
	errPhone    = badField("phone_invalid", "电话号码不对，请检查后重新填写", "phone", "请填 11 位手机号，或带区号的座机，如 0953-5098110")
	errIdentity = badField("identity_invalid", "证件号码不对，请照着证件检查后重新填写", "identity_number", "号码和证件类型对不上，或有一位输错了")
	errKind     = badField("identity_invalid", "请选择证件类型，并填写证件号码", "identity_type", "证件类型和号码要一起填")
	errBirth    = badField("identity_mismatch", "证件号码里的出生日期和资料里的不一样，请检查这两项", "birth_date", "和身份证上的不一样")
	errSex      = badField("identity_mismatch", "证件号码里的性别和资料里的不一样，请检查这两项", "sex", "和身份证上的不一样")
)

func badField(code, message, name, say string) *fault.Error {
	e := fault.New(fault.Unprocessable, code, message)
	e.Fields = []fault.Field{{Name: name, Message: say}}
	return e
}

// CleanPhone is fault.MainlandPhone with the refusal of one's own phone.
func CleanPhone(phone string) (string, error) {
	number, bad := fault.MainlandPhone("phone", phone)
	if bad != nil {
		return "", errPhone
	}
	return number, nil
}

var dashes = regexp.MustCompile(`[\p{Pd}−]`)

var documentForms = map[IdentityType]*regexp.Regexp{
	ResidentCard:   regexp.MustCompile(`^[1-9][0-9]{16}[0-9X]$`),
	Passport:       regexp.MustCompile(`^[A-Z0-9]{5,17}$`),
	MainlandPermit: regexp.MustCompile(`^[HM][0-9]{8}([0-9]{2})?$`),
	OtherDocument:  regexp.MustCompile(`^[A-Z0-9()-]{4,30}$`),
}

// CleanIdentity gives the one way in which a document's number is kept: capitals, plain digits, no spaces,
// no marks that show nothing, and dashes only where a document of another kind has them.
// A resident card is checked for its form, its date and its check digit (GB 11643-1999).
func CleanIdentity(kind IdentityType, number string, now time.Time) (string, error) {
	form := documentForms[kind]
	if form == nil {
		return "", errKind
	}
	number = strings.ToUpper(strings.Join(strings.Fields(fault.Plain(number)), ""))
	if kind != OtherDocument {
		number = dashes.ReplaceAllString(number, "")
	}
	if !form.MatchString(number) {
		return "", errIdentity
	}
	if kind != ResidentCard {
		return number, nil
	}
	if checkDigit(number) != number[17] {
		return "", errIdentity
	}
	if _, err := checkBirth(cardBirth(number), now); err != nil {
		return "", errIdentity.Because(err)
	}
	return number, nil
}

// checkDigit is the last character that the first seventeen of a card ask for: ISO 7064
// MOD 11-2 (GB 11643-1999 Annex A).
func checkDigit(card string) byte {
	sum := 0
	for _, digit := range card[:17] {
		sum = (sum + int(digit-'0')) * 2 % 11
	}
	return "0123456789X"[(12-sum)%11]
}

func cardBirth(card string) string { return card[6:10] + "-" + card[10:12] + "-" + card[12:14] }

func cardSex(card string) Sex {
	if (card[16]-'0')%2 == 1 {
		return Male
	}
	return Female
}

// agrees refuses a card that says another birth date or sex than the person did.
func (c Contact) agrees(birthDate *string, sex Sex) error {
	switch {
	case c.IdentityType != ResidentCard || c.IdentityNumber == "":
		return nil
	case birthDate != nil && *birthDate != cardBirth(c.IdentityNumber):
		return errBirth
	case sex != Unknown && sex != cardSex(c.IdentityNumber):
		return errSex
	}
	return nil
}

// cleanContact checks what the patch says of phone and document; empty ones are taken away.
func (p *Patch) cleanContact(now time.Time) error {
	if p.Phone != nil && *p.Phone != "" {
		phone, err := CleanPhone(*p.Phone)
		if err != nil {
			return err
		}
		p.Phone = &phone
	}
	if p.IdentityNumber == nil && p.IdentityType == nil {
		return nil
	}
	if p.IdentityNumber == nil {
		return errKind
	}
	var none IdentityType
	if *p.IdentityNumber == "" {
		p.IdentityType = &none
		return nil
	}
	if p.IdentityType == nil {
		p.IdentityType = &none
	}
	number, err := CleanIdentity(*p.IdentityType, *p.IdentityNumber, now)
	p.IdentityNumber = &number
	return err
}
