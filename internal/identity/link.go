package identity

import (
	"fmt"

	"yimi/internal/fault"
	"yimi/internal/store"
)

// LinkCode is what a person shows in one account and types in another of theirs; the code itself is kept nowhere.
type LinkCode struct {
	PersonID  int64 `gorm:"primaryKey;autoIncrement:false"`
	Hash      string
	ExpiresAt store.Time
}

// Linked is another account of the same human, as they said themselves.
type Linked struct {
	ID        int64
	Name      string
	Wechat    bool // signs in by WeChat
	Desk      bool // has a desk login
	CreatedAt store.Time
}

var (
	errLinkCode = fault.New(fault.Unprocessable, "link_code_wrong", "数字不对，或已经过了 10 分钟。请在另一个账号里再打开一次，看新的数字")
	errLinkOwn  = fault.New(fault.Unprocessable, "own_code", "这是本账号的数字，请用您的另一个账号登录后输入")
	errLinked   = fault.New(fault.Conflict, "already_linked", "这两个账号已经关联过了")
)

func linkThrottle(personID int64) string      { return fmt.Sprintf("link_code:%d", personID) }
func linkCodesThrottle(personID int64) string { return fmt.Sprintf("link_codes:%d", personID) }
