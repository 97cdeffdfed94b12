package identity

import (
	"time"

	"yimi/internal/feature"
	"yimi/internal/jobs"
)

// Feature is what this package answers for.
func (s *Service) Feature() feature.Feature {
	return feature.Feature{
		Name: "identity", Tables: tables(),
		Reads: map[string]string{
			"units":           "where a role is held",
			"volunteer_hours": "hours beside an account",
		},
		Audited: []*feature.Audited{personLog, grantLog, invitationLog, consentLog, guardianLog, relationLog},
		Forget:  feature.AtOnce(s.Forget),
		Part:    "account", Export: s.Export,
		Prunes: []feature.Prune{
			feature.After(s.SessionsKept, s.PruneSessions),
			{Keep: InvitationsKept, Do: s.PruneInvitations},
		},
		Tasks: []jobs.Task{
			{Name: "names", Do: s.HideOutdatedNames},
			{Name: "duplicates", Every: time.Hour, Do: s.FindDuplicates},
		},
	}
}

func tables() []feature.Table {
	kept := func(column, why string) feature.Person { return feature.Person{Column: column, Kept: why} }
	mine := func(column, where string) feature.Person { return feature.Person{Column: column, Exported: where} }
	person := func(where string) []feature.Person { return []feature.Person{mine("person_id", where)} }
	const agreed = "that a guardian agreed has to be proved later (个人信息保护法 Art 31); both names are gone from people"
	const oneFamily = "that two who decide are related must outlive them (rule 8); numbers, and no names"
	const oneHuman = "which accounts are one human's must outlive them (rule 8); numbers, and no names"
	return []feature.Table{
		{Name: "people", People: []feature.Person{{Column: "merged_into", Exported: "merged[]", Kept: oneHuman}}, Sealed: []feature.Sealed{
			{Column: "phone_sealed", Prefix: "people/phone/", Named: []string{"id"}, Index: &feature.Index{Column: "phone_index", Kind: "phone"}},
			{Column: "identity_sealed", Prefix: "people/identity/", Named: []string{"id"}, Index: &feature.Index{Column: "identity_index", Kind: "identity", Behind: "identity_type"}}}},
		{Name: "wechat_identities", People: person("account.wechat[]")},
		{Name: "password_logins", People: append(person("account.login"), kept("set_by", "the login of somebody else; that one set it is in the log"))},
		{Name: "sessions", People: person("account.sessions[]")},
		{Name: "refresh_tokens"},
		{Name: "role_grants", People: append(person("account.roles_held[]"),
			kept("granted_by", "a role of somebody else; that one gave it is in the log"),
			kept("confirmed_by", "a role of somebody else; that one confirmed it is in the log"))},
		{Name: "grant_changes", People: append([]feature.Person{{Column: "person_id", Exported: "account.roles[]", Kept: "who held which role when is part of what was done under it; the name is gone from people"}}, kept("changed_by", "a role given to somebody else is theirs; that one gave it is in the log"))},
		{Name: "role_invitations", People: []feature.Person{
			kept("accepted_by", "the role that came of it is there, with when"),
			kept("invited_by", "an invitation to somebody else; that one made it is in the log")}},
		{Name: "consents", People: append([]feature.Person{{Column: "person_id", Exported: "account.consents[]", Kept: "what was agreed to, and when it was withdrawn, has to be proved later (个人信息保护法 Art 14)"}}, kept("by_person_id", "who wrote a consent down: it is of whom it is about"))},
		{Name: "guardian_codes", People: []feature.Person{kept("child_id", "the hash of a code that is over after ten minutes")}},
		{Name: "guardianships", People: []feature.Person{
			{Column: "child_id", Exported: "account.guardianships[as=child]", Kept: agreed}, {Column: "guardian_id", Exported: "account.guardianships[as=guardian]", Kept: agreed}}},
		{Name: "link_codes", People: []feature.Person{kept("person_id", "the hash of a code that is over after ten minutes")}},
		{Name: "declared_relations", People: []feature.Person{
			{Column: "low_id", Exported: "account.relations[]", Kept: oneFamily}, {Column: "high_id", Exported: "account.relations[]", Kept: oneFamily}}},
		{Name: "person_duplicates", People: []feature.Person{
			{Column: "low_id", Exported: "account.duplicates[]", Kept: oneHuman}, {Column: "high_id", Exported: "account.duplicates[]", Kept: oneHuman},
			kept("settled_by", "accounts of others, settled as staff; that one did is in the log")}},
	}
}

var personLog = &feature.Audited{
	Entity: "person", Said: "人员", NamedBy: "people.name",
	Shown:  map[string]string{"low_id": "账号一", "high_id": "账号二", "state": "状态", "by_link": "本人关联", "apart": "两个人"},
	Values: map[string]string{"open": "待处理", "merged": "合并成一个", "different": "是两个人"},
}

var roleWords = map[string]string{"resident": "居民", "volunteer": "志愿者", "social_worker": "社工", "station_staff": "工作人员", "district_admin": "区级管理员", "auditor": "审计员", "finance": "财务人员", "org_member": "社会组织成员"}

var grantLog = &feature.Audited{
	Entity: "grant", Said: "授权", Values: roleWords,
	Shown: map[string]string{"person_id": "人员", "unit_id": "所属单元", "role": "角色", "granted_by": "授权人", "confirmed_by": "确认人", "confirmed_at": "确认时间"},
}

var invitationLog = &feature.Audited{
	Entity: "invitation", Said: "角色邀请", Values: roleWords,
	Shown: map[string]string{"unit_id": "所属单元", "role": "角色", "invited_by": "邀请人", "expires_at": "有效期至", "accepted_by": "接受的人", "accepted_at": "接受时间", "withdrawn_at": "撤回时间"},
}

var consentLog = &feature.Audited{Entity: "consent", Said: "同意"}

var relationLog = &feature.Audited{ // what two say of themselves
	Entity: "relation", Said: "亲属登记",
	Shown:  map[string]string{"low_id": "账号一", "high_id": "账号二", "ended_at": "结束时间"},
	Hidden: map[string]string{"kind": "关系"},
}

var guardianLog = &feature.Audited{ // a guardian's consent for a child
	Entity: "guardian", Said: "监护人同意",
	Shown: map[string]string{"guardian_id": "监护人", "child_id": "孩子", "live": "有效", "agreed_at": "同意时间", "ended_at": "结束时间"},
}
