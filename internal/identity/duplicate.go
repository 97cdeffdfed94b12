package identity

import (
	"yimi/internal/auth"
	"yimi/internal/fault"
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

// Duplicate is a finding: two accounts with one phone or one document.
type Duplicate struct {
	ID         int64
	LowID      int64 // the older account
	HighID     int64
	ByPhone    bool
	ByIdentity bool
	State      DuplicateState
	Reason     string // of the staff who settled it
	SettledBy  *int64
	FoundAt    store.Time
	SettledAt  *store.Time
}

// TableName is person_duplicates.
func (Duplicate) TableName() string { return "person_duplicates" }

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
	errKeep       = fault.BadFields(fault.Field{Name: "keep_id", Message: "请选要留下的账号"})
)

// maySettle lets staff settle a finding of people at home in their units, never their own.
func (f *Finding) maySettle(a auth.Actor) error {
	sees := false
	for i := range f.Accounts {
		x := &f.Accounts[i]
		switch {
		case x.ID == a.PersonID:
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
