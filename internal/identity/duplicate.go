package identity

import (
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/store"
)

// DuplicateState is where a finding stands.
type DuplicateState string

// The states of a finding.
const (
	DuplicateOpen      DuplicateState = "open"
	DuplicateMerged    DuplicateState = "merged"
	DuplicateDifferent DuplicateState = "different" // two people, such as a mother and a child with one phone
)

// Duplicate is a finding: two accounts that may be one human's.
type Duplicate struct {
	ID         int64
	LowID      int64 // the older account
	HighID     int64
	ByPhone    bool
	ByIdentity bool
	ByUnionID  bool `gorm:"column:by_unionid"`
	ByLink     bool // a code shown in one was typed in the other
	// ByProvedPhone: WeChat said of both that the phone is theirs.
	ByProvedPhone bool
	State         DuplicateState
	// Apart: an admin with no part in it found two people; nothing but a merge makes them one human again.
	Apart     bool
	Reason    string // of the staff who settled it
	SettledBy *int64
	FoundAt   store.Time
	SettledAt *store.Time
}

// TableName is person_duplicates.
func (Duplicate) TableName() string { return "person_duplicates" }

// strong tells whether the finding makes one human of the two until it is settled (rule 8).
func (d *Duplicate) strong() bool {
	return d.ByIdentity || d.ByUnionID || d.ByLink || d.ByProvedPhone
}

// Account is one side of a finding as staff see it.
type Account struct {
	Person
	Contact  `gorm:"-"`
	UnitName string
	UnitPath string // empty without a home
	Minutes  int
	Grants   int // roles held
}

// Finding is a duplicate with both accounts, the older first.
type Finding struct {
	Duplicate
	Accounts [2]Account
}

var (
	errNoFinding  = fault.Missing("记录")
	errSettled    = fault.New(fault.Conflict, "bad_transition", "这两个账号已经处理过了，请刷新后再看")
	errOwnAccount = fault.New(fault.Forbidden, "own_account", "不能处理自己的账号，请另一位工作人员来办")
	errHasRoles   = fault.New(fault.Conflict, "merge_has_roles", "要并掉的账号还有工作角色。请先由管理员撤销它的角色，或者反过来合并")
	errApart      = fault.New(fault.Forbidden, "admin_needed", "这两个账号证件、微信或手机号相同，关联过，或者有一个有工作角色。是不是两个人，要由没有参与的区级管理员来判断")
	errKeep       = fault.BadFields(fault.Field{Name: "keep_id", Message: "请选要留下的账号"})
)

// maySettle lets staff settle a finding of people at home in their units, never one of their own accounts.
func (f *Finding) maySettle(a auth.Actor, mine human.Set) error {
	sees := false
	for i := range f.Accounts {
		x := &f.Accounts[i]
		switch {
		case mine.Has(x.ID):
			return errOwnAccount
		case x.UnitPath == "":
		case !a.Manages(x.UnitPath):
			return errNoFinding
		default:
			sees = true
		}
	}
	if !sees {
		return errNoFinding
	}
	return nil
}

// adminNeeded tells whether only an admin may say that they are two people: it is no matter of a
// shared phone then, or one of them decides on others.
func (f *Finding) adminNeeded() bool {
	return f.strong() || f.Accounts[0].Grants+f.Accounts[1].Grants > 0
}

// administered tells whether the actor is admin of where both accounts are at home.
func (f *Finding) administered(a auth.Actor) bool {
	for i := range f.Accounts {
		if path := f.Accounts[i].UnitPath; path != "" && !a.Administers(path) {
			return false
		}
	}
	return true
}

// sides gives the account that goes and the one that stays.
func (f *Finding) sides(keepID int64) (gone, kept *Account, err error) {
	a, b := &f.Accounts[0], &f.Accounts[1]
	switch keepID {
	case a.ID:
		gone, kept = b, a
	case b.ID:
		gone, kept = a, b
	default:
		return nil, nil, errKeep
	}
	if gone.Grants > 0 {
		return nil, nil, errHasRoles
	}
	return gone, kept, nil
}
