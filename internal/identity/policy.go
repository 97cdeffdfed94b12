package identity

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"yimi/internal/age"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/store"
)

const (
	// Wrong passwords in a quarter of an hour: few for one login from one address, more for an
	// address, behind which a whole office may sit.
	triesWindow     = 15 * time.Minute
	triesPerLogin   = 5
	triesPerAddress = 30

	// Wrong passwords in a day for one login, from all addresses where its owner never signed in.
	anywhereWindow = 24 * time.Hour
	triesAnywhere  = 50
	triesUsual     = 60 // in triesWindow, from all addresses where the owner has signed in before

	oneTimeLife = 24 * time.Hour
	minPassword = 10 // characters
	maxPassword = 128
	maxName     = 40
	maxAge      = 120
)

// The refusals.
var (
	ErrSessionEnded = fault.New(fault.Unauthenticated, "session_ended", "登录已失效，请重新登录")

	errCredentials  = fault.New(fault.Unauthenticated, "bad_credentials", "登录名或密码不对，请检查后再试")
	errUsedOnce     = fault.New(fault.Unauthenticated, "password_used", "这个密码只能登录一次，已经用过或过了 24 小时。请在登录着的地方改密码，或请管理员再给一个")
	errNoDemo       = fault.New(fault.NotFound, "not_found", "没有这个地址，请检查后再试")
	errNoPersona    = fault.New(fault.NotFound, "persona_missing", "演示数据里没有这个角色，请换一个，或用演示模式重新启动")
	errVolunteer    = fault.New(fault.Conflict, "already_volunteer", "您已经是志愿者了，不用再注册")
	errAgree        = fault.New(fault.Unprocessable, "agreement_required", "请先阅读并同意志愿者须知，再提交注册")
	errGuardian     = fault.New(fault.Unprocessable, "guardian_required", "未满 14 周岁，要先请监护人在他自己的手机上同意")
	errText         = badField("text_refused", "这个名字微信审核没有通过，请换一个", "name", "请写平时用的姓名，不要带广告或不文明的话")
	errUnit         = fault.New(fault.Unprocessable, "unit_unknown", "没有这个社区，请重新选择")
	errGranted      = fault.New(fault.Conflict, "already_granted", "这个人已经有这项角色了，不用再授权")
	errConfirmed    = fault.New(fault.Conflict, "grant_counts", "这项授权已经生效，不用再确认")
	errOwnGrant     = fault.New(fault.Forbidden, "second_person_needed", "不能确认自己的角色，请另一位管理员来办")
	errLastAdmin    = fault.New(fault.Conflict, "last_admin_grant", "这是您自己最后一项管理员角色，请让另一位管理员来撤销")
	errBecomes      = fault.BadFields(fault.Field{Name: "to_queue", Message: "交给别人和放回待安排，只能选一样"})
	errLoginTaken   = fault.New(fault.Conflict, "login_taken", "这个登录名已经有人用了，请换一个")
	errNoPassword   = fault.New(fault.Conflict, "no_password", "您的账号没有密码，请用微信登录")
	errWrongCurrent = fault.New(fault.Unprocessable, "wrong_password", "现在的密码不对，请重新输入")
	errPassword     = fault.New(fault.Unprocessable, "password_weak", "密码要有 10 到 128 个字符，不能和登录名或现在的密码一样，请换一个")
	errRole         = fault.New(fault.Unprocessable, "role_not_grantable", "这项角色不能授予，请重新选择")
)

// grantable are the roles held on a unit; resident and volunteer come by themselves.
var grantable = []auth.Role{auth.SocialWorker, auth.StationStaff, auth.DistrictAdmin, auth.Auditor, auth.Finance, auth.OrgMember}

var personas = []string{"resident", "volunteer", "worker", "staff", "admin", "newcomer"}

// mayGrant: roles are given and taken by a district admin of the unit or of one
// above it. Units are public, so the refusal hides nothing.
func mayGrant(a auth.Actor, unitPath string) error {
	if !a.Administers(unitPath) {
		return auth.ErrForbidden
	}
	return nil
}

// ownAdmin tells whether revoking the grant takes an admin role from oneself.
func ownAdmin(a auth.Actor, g RoleGrant) bool {
	return g.PersonID == a.PersonID && g.Role == auth.DistrictAdmin
}

// inUse refuses to take a role that work rests on.
func inUse(name string, held []string) error {
	return fault.Newf(fault.Conflict, "role_in_use", "%s手上还有：%s。没有撤销。请先选由谁接手，或放回待安排，再撤销", name, strings.Join(held, "、"))
}

func checkRole(role auth.Role) error {
	if !slices.Contains(grantable, role) {
		return errRole
	}
	return nil
}

// checkBirth refuses days that nobody living was born on.
func checkBirth(birthDate string, now time.Time) (years int, err error) {
	years = age.On(&birthDate, now)
	if years == age.Unknown || years > maxAge || birthDate > now.In(store.Shanghai).Format(time.DateOnly) {
		bad := fault.New(fault.Unprocessable, "birth_date_invalid", "出生日期不对，请检查后重新填写")
		bad.Fields = []fault.Field{{Name: "birth_date", Message: "应是今天或以前的日期，且不早于 120 年前"}}
		return 0, bad
	}
	return years, nil
}

var loginForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{2,63}$`)

// clean checks the texts of a new desk account.
func (in *Staff) clean() error {
	name, bad := fault.Text("name", in.Name, maxName)
	if bad != nil {
		return fault.BadFields(*bad)
	}
	in.Name, in.Login = name, foldLogin(in.Login)
	if !loginForm.MatchString(in.Login) {
		return fault.BadFields(fault.Field{Name: "login", Message: "登录名由 3 到 64 个小写字母、数字、点、横线组成"})
	}
	if err := checkRole(in.Role); err != nil {
		return err
	}
	return checkPassword(in.Password, in.Login)
}

// checkPassword asks for length and nothing else (NIST SP 800-63B §3.1.1.2), but not for the login again.
func checkPassword(password string, taken ...string) error {
	n := utf8.RuneCountInString(password)
	if n < minPassword || n > maxPassword || slices.Contains(taken, password) {
		return errPassword
	}
	return nil
}

func foldLogin(login string) string { return strings.ToLower(strings.TrimSpace(login)) }

var skillForm = regexp.MustCompile(`^[a-z_]{1,20}$`)

// clean checks what the patch names, and gives the age if it names the birth date.
func (p *Patch) clean(now time.Time) (age *int, err error) {
	if err := p.cleanTexts(); err != nil {
		return nil, err
	}
	if err := p.cleanContact(now); err != nil {
		return nil, err
	}
	if p.BirthDate == nil {
		return nil, nil
	}
	years, err := checkBirth(*p.BirthDate, now)
	return &years, err
}

func (p *Patch) cleanTexts() error {
	if p.Name != nil {
		name, bad := fault.Text("name", *p.Name, maxName)
		if bad != nil {
			return fault.BadFields(*bad)
		}
		p.Name = &name
	}
	if p.Sex != nil && !slices.Contains([]Sex{Female, Male, Unknown}, *p.Sex) {
		return fault.BadFields(fault.Field{Name: "sex", Message: "请重新选择"})
	}
	if p.Skills != nil && (len(*p.Skills) > 10 || slices.ContainsFunc(*p.Skills, func(s string) bool { return !skillForm.MatchString(s) })) {
		return fault.BadFields(fault.Field{Name: "skills", Message: "最多选 10 项，请重新选择"})
	}
	return nil
}

// clean checks a registration, all of it, and tells whether a guardian must have agreed.
func (r *Registration) clean(now time.Time) (guarded bool, err error) {
	var missing []fault.Field
	for name, absent := range map[string]bool{"name": r.Name == nil, "birth_date": r.BirthDate == nil, "unit_id": r.UnitID == nil} {
		if absent {
			missing = append(missing, fault.Field{Name: name, Message: "不能是空的，请填写"})
		}
	}
	if len(missing) > 0 {
		return false, fault.BadFields(missing...)
	}
	age, err := r.Patch.clean(now)
	switch {
	case err != nil:
		return false, err
	case !r.Agree:
		return false, errAgree
	}
	return needsGuardian(*age), nil
}

// The names of the throttles. They are hashed: people type passwords where the
// login goes, and an address is personal.
func loginThrottle(login, address string) string {
	return "login:" + auth.HashSecret(auth.Network(address)+"\n"+login)
}
func usualThrottle(login string) string     { return "usual:" + auth.HashSecret(login) }
func anywhereThrottle(login string) string  { return "anywhere:" + auth.HashSecret(login) }
func currentThrottle(personID int64) string { return fmt.Sprintf("current_password:%d", personID) }
func addressThrottle(address string) string {
	return "address:" + auth.HashSecret(auth.Network(address))
}

// tooMany says how many minutes to wait, rounded up.
func tooMany(wait time.Duration) error {
	minutes := int(math.Ceil(wait.Minutes()))
	return fault.Newf(fault.TooMany, "too_many_attempts", "密码输错的次数太多，请 %d 分钟后再试", max(1, minutes)).After(wait)
}

// tooManyAnywhere refuses a login that is being guessed from many networks, where its owner is not usual.
func tooManyAnywhere(wait time.Duration) error {
	hours := int(math.Ceil(wait.Hours()))
	return fault.Newf(fault.TooMany, "too_many_attempts",
		"有人从别处多次试这个登录名的密码，暂时只能在您以前登录过的地方登录。请换到平时的地方（如办公室），或 %d 小时后再试", max(1, hours)).After(wait)
}
