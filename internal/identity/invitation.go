package identity

import (
	"crypto/rand"
	"fmt"
	"math"
	"time"

	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/store"
)

const (
	invitationLife = 7 * 24 * time.Hour

	// InvitationsKept is how long an invitation that is over stays on the list of its admins.
	InvitationsKept = 30 * 24 * time.Hour

	invitationsShown = 200
	invitationGoes   = 5 // wrong codes in a quarter of an hour
)

// RoleInvitation offers a role on a unit to whoever has its code; the code itself is kept nowhere. The role is
// held from when it is accepted, and given by who invited.
type RoleInvitation struct {
	ID          int64
	UnitID      int64
	Role        auth.Role
	CodeHash    string `audit:"-"`
	InvitedBy   int64
	CreatedAt   store.Time
	ExpiresAt   store.Time
	AcceptedBy  *int64
	AcceptedAt  *store.Time
	WithdrawnAt *store.Time
}

// InvitationView is an invitation with the names that screens show.
type InvitationView struct {
	RoleInvitation
	InvitedByName  string
	AcceptedByName string
	UnitName       string
	UnitPath       string
}

// InvitationState is what became of an invitation.
type InvitationState string

// The states.
const (
	InvitationOpen      InvitationState = "open"
	InvitationAccepted  InvitationState = "accepted"
	InvitationWithdrawn InvitationState = "withdrawn"
	InvitationExpired   InvitationState = "expired"
)

// State tells what has become of the invitation at the instant.
func (i *RoleInvitation) State(at time.Time) InvitationState {
	switch {
	case i.AcceptedAt != nil:
		return InvitationAccepted
	case i.WithdrawnAt != nil:
		return InvitationWithdrawn
	case !i.ExpiresAt.After(at):
		return InvitationExpired
	}
	return InvitationOpen
}

var (
	errInvitationCode = fault.New(fault.Unprocessable, "invitation_code_wrong", "没有这个邀请码。请照管理员给您的再输一次，共 8 位，没有数字 0、1 和字母 O、I")
	errOwnInvitation  = fault.New(fault.Unprocessable, "own_invitation", "这是您自己发出的邀请，不能自己接受。请把邀请码给要来工作的人；要给自己加角色，请另一位管理员来邀请")
	errInviterGone    = fault.New(fault.Conflict, "inviter_no_admin", "邀请您的人已经不是这里的管理员了，邀请作废。请现在的管理员再邀请一次")
	errStaffMinor     = fault.New(fault.Unprocessable, "not_an_adult", "工作人员要满 18 周岁。出生日期不对的话，请先改“我的资料”")
	errMergedAway     = fault.New(fault.Conflict, "account_merged", "这个账号已经并入您的另一个账号，请用那个账号登录后再接受")
	errRoleHeld       = fault.New(fault.Conflict, "already_granted", "您已经有这项角色了，不用再接受。请告诉管理员撤回这次邀请")

	// overInvitations says why an invitation is not there to be accepted, or withdrawn, any more.
	overInvitations = map[InvitationState]error{
		InvitationAccepted:  fault.New(fault.Conflict, "invitation_used", "这个邀请码已经用过了，一个码只能用一次。不是您本人用的，请马上告诉管理员"),
		InvitationWithdrawn: fault.New(fault.Conflict, "invitation_withdrawn", "这次邀请已经撤回了。还需要的话，请管理员再邀请一次"),
		InvitationExpired:   fault.New(fault.Conflict, "invitation_expired", "这个邀请码过了 7 天，已经失效。请管理员再邀请一次"),
	}
)

// invitationLetters are 32 that nobody takes for another, so that a random byte gives each as often.
const invitationLetters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

// newInvitationCode makes eight letters and digits at random: 40 bits.
func newInvitationCode() string {
	code := make([]byte, 8)
	_, _ = rand.Read(code) // never fails
	for i := range code {
		code[i] = invitationLetters[int(code[i])%len(invitationLetters)]
	}
	return string(code)
}

func invitationThrottle(personID int64) string { return fmt.Sprintf("invitation_code:%d", personID) }

func tooManyInvitationCodes(wait time.Duration) error {
	return fault.Newf(fault.TooMany, "too_many_attempts", "邀请码输错的次数太多，请 %d 分钟后再试", max(1, int(math.Ceil(wait.Minutes())))).After(wait)
}
