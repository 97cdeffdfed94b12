package activity

import (
	"context"
	"time"

	"yimi/internal/feature"
	"yimi/internal/jobs"
	"yimi/internal/outbox"
	"yimi/internal/workflow"
)

// The notices, and the subscribe messages by the names of their settings.
const (
	NoticeSignupConfirmed   outbox.Kind = "signup_confirmed"
	NoticeSignupRejected    outbox.Kind = "signup_rejected"
	NoticeSignupOffered     outbox.Kind = "signup_offered"
	NoticeSignupLapsed      outbox.Kind = "signup_lapsed"
	NoticeSignupCancelled   outbox.Kind = "signup_cancelled"
	NoticeActivityChanged   outbox.Kind = "activity_changed"
	NoticeActivityCancelled outbox.Kind = "activity_cancelled"
	NoticeShiftReminder     outbox.Kind = "shift_reminder"

	MessageSignupConfirmed = "signup_confirmed"
	MessageSignupOffered   = "signup_offered"
	MessageActivityChanged = "activity_changed"
	MessageShiftReminder   = "shift_reminder"
)

// Feature is what this package answers for.
func (s *Service) Feature() feature.Feature {
	return feature.Feature{
		Name: "activity", Tables: tables(),
		Reads: map[string]string{
			"people":          "names, and whose it is",
			"units":           "where it is, and whom that lets see it",
			"campaigns":       "the name, and the days that shifts lie within",
			"hour_entries":    "whether presence is credited",
			"hour_proposals":  "whether a second person is asked",
			"volunteer_hours": "the person's hours beside the name",
			"role_grants":     "who leads an activity is staff there",
		},
		Audited: []*feature.Audited{activityLog, shiftLog, signupLog, attendanceLog},
		Notices: notices(), Messages: messages(),
		Workflows: []workflow.Drawing{
			workflow.Draw("Activity 活动", ActivityMoves, map[State]string{Draft: "create"}),
			workflow.Draw("Sign-up 报名", SignupMoves, map[SignupState]string{
				Pending: "sign up, where staff approve", Waitlisted: "sign up, when full", Confirmed: "sign up"}),
		},
		MayClose: s.MayClose, Leave: s.Leave, Forget: feature.AtOnce(s.Forget), Merge: Merge, InHand: InHand, Pass: Pass,
		Part: "activities", Export: s.Export, Verify: s.verified,
		Tasks: []jobs.Task{
			{Name: "sweep", Every: 15 * time.Second, Do: s.Sweep},
			{Name: "remind of shifts", Every: time.Minute, Do: s.Remind},
		},
	}
}

func (s *Service) verified(ctx context.Context, _ func(rows int64)) (feature.Verified, error) {
	problems, err := s.Verify(ctx)
	return feature.Verified{Problems: problems, Whole: "every shift counts its sign-ups"}, err
}

func notices() []feature.Notice {
	signups := func(kind outbox.Kind, icon string, tone feature.Tone) feature.Notice {
		return feature.Notice{Kind: string(kind), Page: "pkg-activity/signups", Plain: true, Icon: icon, Tone: tone}
	}
	activity := func(kind outbox.Kind, icon string, tone feature.Tone) feature.Notice {
		return feature.Notice{Kind: string(kind), Page: "pkg-activity/activity", Icon: icon, Tone: tone}
	}
	offered, changed, cancelled := signups(NoticeSignupOffered, "bell", feature.Asks), activity(NoticeActivityChanged, "edit", feature.Asks), activity(NoticeActivityCancelled, "warning", feature.Quiet)
	offered.Answer, changed.Urgent, cancelled.Urgent = true, true, true
	return []feature.Notice{
		signups(NoticeSignupConfirmed, "check", feature.Good), offered, signups(NoticeShiftReminder, "bell", feature.Asks),
		activity(NoticeSignupRejected, "close", feature.Quiet), activity(NoticeSignupLapsed, "clock", feature.Quiet), activity(NoticeSignupCancelled, "close", feature.Quiet),
		changed, cancelled,
	}
}

func messages() []feature.Message {
	title, place, hint := feature.Field{Name: "activity", Label: "活动名称", Keyword: "thing1"}, feature.Field{Name: "place", Label: "活动地点", Keyword: "thing3"}, feature.Field{Name: "note", Label: "温馨提示", Keyword: "thing4"}
	begins := feature.Field{Name: "time", Label: "活动时间", Keyword: "time2"}
	return []feature.Message{
		{Name: MessageSignupConfirmed, Title: "报名成功通知", Fields: []feature.Field{title, begins, place, hint}},
		{Name: MessageSignupOffered, Title: "候补成功通知", Fields: []feature.Field{title, begins, {Name: "deadline", Label: "确认截止时间", Keyword: "time3"}, hint}},
		{Name: MessageActivityChanged, Title: "活动变更通知", Fields: []feature.Field{title, {Name: "change", Label: "变更类型", Keyword: "phrase2"},
			{Name: "time", Label: "活动时间", Keyword: "time3"}, {Name: "note", Label: "变更说明", Keyword: "thing4"}}},
		{Name: MessageShiftReminder, Title: "活动开始提醒", Fields: []feature.Field{title, begins, place, hint}},
	}
}

func tables() []feature.Table {
	return []feature.Table{
		{Name: "activities", People: []feature.Person{{Column: "created_by", Kept: "what staff did for their station is the activity's; that they did it is in the log"}}},
		{Name: "shift_series"},
		{Name: "shifts", Elsewhere: map[string]string{"series_id": "shift_series"}},
		{Name: "shift_hands", People: []feature.Person{{Column: "person_id", Kept: "a hand that staff had in a shift; what they did is in the log"}}},
		{Name: "signups", People: []feature.Person{{Column: "person_id", Exported: "activities.signups[]", Kept: "presence that hours stand on; the name is gone from people"}}},
		{Name: "signup_locks", People: []feature.Person{{Column: "person_id", Kept: "a row to queue at, with nothing in it"}}},
		{Name: "attendances"},
		{Name: "undone_scans", People: []feature.Person{{Column: "undone_by", Kept: "a check-in of somebody else, taken back as staff; that one did is in the log"}}},
		{Name: "activity_timeline", Elsewhere: map[string]string{"subject_id": "a sign-up, a shift or an activity"}, People: []feature.Person{
			{Column: "actor_id", Kept: "the steps of one's own sign-ups are with them; what staff did to others' is theirs, and in the log"}}},
	}
}

var activityLog = &feature.Audited{
	Entity: "activity", Said: "活动", NamedBy: "activities.title",
	Shown: map[string]string{"title": "标题", "state": "状态", "unit_id": "所属单元", "campaign_id": "服务品牌", "content": "内容", "leader_name": "负责人", "place_name": "地点",
		"fence_metres": "签到范围（米）", "approval": "审核方式", "checkin_mode": "签到方式", "min_age": "最低年龄", "skills": "技能", "risks": "风险提示", "insured": "已投保", "created_by": "创建人", "cancel_reason": "取消原因"},
	Hidden: map[string]string{"contact_phone": "联系电话", "latitude": "位置", "longitude": "位置"},
	Values: map[string]string{"draft": "草稿", "published": "报名中", "finished": "已结束", "cancelled": "已取消", "automatic": "自动通过", "staff": "人工审核", "staff_code": "扫工作人员的码", "volunteer_code": "扫志愿者的码"},
}

var shiftLog = &feature.Audited{
	Entity: "shift", Said: "班次",
	Shown: map[string]string{"activity_id": "活动", "unit_id": "所属单元", "series_id": "重复班次", "starts_at": "开始", "ends_at": "结束", "capacity": "名额", "taken": "已占名额", "waitlisted": "候补人数",
		"state": "状态", "by_hand": "单独改过"},
	Values: map[string]string{"open": "开放", "cancelled": "已取消"},
}

var signupLog = &feature.Audited{
	Entity: "signup", Said: "报名",
	Shown: map[string]string{"state": "状态"},
	Values: map[string]string{"pending": "待审核", "waitlisted": "候补", "offered": "待确认", "confirmed": "已报名", "attended": "已到场", "absent": "未到场", "rejected": "未通过",
		"cancelled": "已取消", "lapsed": "已过期"},
}

var attendanceLog = &feature.Audited{ // by the id of its sign-up
	Entity: "attendance", Said: "到场",
	Shown:  map[string]string{"kind": "类型", "at": "时间", "undone": "撤销了"},
	Values: map[string]string{"in": "签到", "out": "签退"},
}
