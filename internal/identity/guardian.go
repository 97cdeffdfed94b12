package identity

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"time"

	"yimi/internal/age"
	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/feature"
	"yimi/internal/store"
)

const (

	// codeLife is how long a child's code lasts: long enough to hand the phone over.
	codeLife     = 10 * time.Minute
	codesAnHour  = 10
	guardianGoes = 5 // wrong codes in a quarter of an hour
)

// Guardianship is a guardian's consent for a child, given from the guardian's own account
// (个人信息保护法 Art 31). It ends when the guardian takes it back; the row stays.
type Guardianship struct {
	ID         int64
	GuardianID int64
	ChildID    int64
	Relation   string // parent, grandparent, other
	Live       *int64 // 1 until it ends: one live for each pair
	AgreedAt   store.Time
	EndedAt    *store.Time
}

// GuardianCode is what a child shows to the guardian; the code itself is kept nowhere.
type GuardianCode struct {
	ChildID   int64 `gorm:"primaryKey;autoIncrement:false"`
	Hash      string
	ExpiresAt store.Time
}

// Ward is a child as its guardian sees it (未成年人网络保护条例 Art 34).
type Ward struct {
	Guardianship
	Name           string
	BirthDate      *string
	VolunteerSince *store.Time
	UnitName       string
	Minutes        int
	Entries        int
	Coming         int         `gorm:"-"` // sign-ups for shifts to come
	Next           []WardShift `gorm:"-"` // the first of them
}

// minor tells whether the child is known to be under 18.
func (w *Ward) minor(at time.Time) bool {
	return age.Minor(w.BirthDate, at)
}

// WardShift is a shift to come that a child signed up for.
type WardShift struct {
	PersonID  int64
	Title     string
	PlaceName string
	StartsAt  store.Time
	EndsAt    store.Time
}

// Guardian is who agreed for a child.
type Guardian struct {
	Guardianship
	Name string
}

var (
	errNotAChild     = fault.New(fault.Unprocessable, "not_a_minor", "满 18 周岁不用监护人同意。出生日期不对的话，请先改我的资料")
	errBirthFirst    = fault.New(fault.Unprocessable, "birth_date_missing", "请先在“我的资料”里填上出生日期")
	errNotAnAdult    = fault.New(fault.Unprocessable, "not_an_adult", "监护人要满 18 周岁")
	errGuardianCode  = fault.New(fault.Unprocessable, "guardian_code_wrong", "数字不对，或已经过了 10 分钟。请孩子再打开一次，看新的数字")
	errAgreeGuardian = fault.New(fault.Unprocessable, "agreement_required", "请先看过说明，点了同意再提交")
	errOwnCode       = fault.New(fault.Unprocessable, "own_code", "这是您自己的数字，请监护人在他自己的手机上输入")
	errOwnChild      = fault.New(fault.Unprocessable, "own_code", "这是您自己另一个账号的数字：两个账号关联过，或者证件、微信、手机号相同。监护人要用他自己的账号；真是两个人的，请社工站核对")
	errWardTwice     = fault.New(fault.Conflict, "already_guardian", "您已经为这个孩子同意过了")
	errCodesTooMany  = fault.New(fault.TooMany, "too_many_codes", "数字换得太频繁了，请过一小时再试")
)

// ageOf gives a person's full years at the instant.
func (p *Person) ageOf(at time.Time) (int, error) {
	if p.BirthDate == nil {
		return 0, errBirthFirst
	}
	return age.On(p.BirthDate, at), nil
}

// guarded tells whether the person is known to be under 14.
func (p *Person) guarded(at time.Time) bool {
	return age.Under(age.Consent, p.BirthDate, at)
}

// logged is a line of the audit log about a child.
func (p *Person) logged(of *feature.Audited, id int64, before, after any) audit.Entry {
	e := audit.Entry{Of: of, ID: id, Minor: true, Role: auth.Resident, Before: before, After: after}
	if p.UnitID != nil {
		e.UnitID = *p.UnitID
	}
	return e
}

// needsGuardian tells whether somebody of that age acts only with a guardian's consent.
func needsGuardian(years int) bool { return years < age.Consent }

// eightDigits makes a code at random.
func eightDigits() string {
	n, _ := rand.Int(rand.Reader, big.NewInt(100_000_000)) // never fails
	return fmt.Sprintf("%08d", n)
}

func guardianThrottle(personID int64) string { return fmt.Sprintf("guardian_code:%d", personID) }
func codesThrottle(personID int64) string    { return fmt.Sprintf("guardian_codes:%d", personID) }
