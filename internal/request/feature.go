package request

import (
	"time"

	"yimi/internal/feature"
	"yimi/internal/jobs"
	"yimi/internal/outbox"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// The notices, and the subscribe messages by the names of their settings.
const (
	NoticeRequestSubmitted outbox.Kind = "request_submitted"
	NoticeRequestApproved  outbox.Kind = "request_approved"
	NoticeRequestRejected  outbox.Kind = "request_rejected"
	NoticeRequestReturned  outbox.Kind = "request_returned"
	NoticeRequestReferred  outbox.Kind = "request_referred"
	NoticeRequestAssigned  outbox.Kind = "request_assigned"
	NoticeRequestScheduled outbox.Kind = "request_scheduled"
	NoticeRequestChanged   outbox.Kind = "request_changed"
	NoticeRequestCompleted outbox.Kind = "request_completed"
	NoticeRequestMessage   outbox.Kind = "request_message"
	NoticeBookingReminder  outbox.Kind = "booking_reminder"
	NoticeStationMessage   outbox.Kind = "station_message"   // to staff, while there is no worker
	NoticeCaseAssigned     outbox.Kind = "case_assigned"     // to a worker
	NoticeCasePassedOn     outbox.Kind = "case_passed_on"    // to the worker who had it
	NoticeConsentWithdrawn outbox.Kind = "consent_withdrawn" // to staff who passed data on

	// MessageRequestResult is of approval, rejection and return: when somebody is asked for
	// their accept, nobody knows yet which it will be.
	MessageRequestResult   = "request_result"
	MessageRequestAssigned = "request_assigned"
	MessageBookingReminder = "booking_reminder"
)

// subject is what the notices are about.
const subject = "request"

// Retention is how long this package keeps things; 0 keeps for ever (个人信息保护法 Art 19).
type Retention struct {
	Words   time.Duration // words, names, messages and files of a request, after its end
	Records time.Duration // notes of the professionals and service records, after the request's end
	Drafts  time.Duration // never submitted
	Looks   time.Duration // who looked at a request
}

// Feature is what this package answers for.
func (s *Service) Feature() feature.Feature {
	return feature.Feature{
		Name: "request", Tables: tables(),
		Reads: map[string]string{
			"people":            "names, and whose it is",
			"units":             "where it is, and whom that lets see it",
			"bookings":          "the time of a request, in its lists",
			"providers":         "who could take it",
			"provider_services": "who could take it",
			"role_grants":       "who works at the station",
			"service_types":     "what is asked for, in lists",
			"shifts":            "the shift that meets it",
		},
		Audited: []*feature.Audited{requestLog, noteLog, attachmentLog, beneficiaryLog},
		Notices: notices(), Messages: messages(),
		Workflows: []workflow.Drawing{workflow.Draw("Request 服务申请", Moves, map[State]string{Draft: "ask"})},
		MayClose:  s.MayClose, Leave: s.Leave, Forget: s.Forget, Merge: Merge, InHand: s.InHand, Pass: s.Pass,
		Withdrawn: map[string]func(*store.Tx, int64) error{"share": s.ShareWithdrawn, "sensitive": s.SensitiveWithdrawn, "privacy": s.NoticeWithdrawn},
		Part:      "requests", Export: s.Export, Files: s.ExportFiles,
		Prunes: []feature.Prune{
			feature.After(s.Retention.Drafts, s.PruneDrafts), feature.After(s.Retention.Words, s.PruneWords),
			feature.After(s.Retention.Records, s.PruneRecords), feature.After(s.Retention.Looks, s.PruneLooks),
		},
		Tasks: []jobs.Task{{Name: "remind", Every: time.Minute, Do: s.Remind}},
	}
}

func notices() []feature.Notice {
	kind := func(kind outbox.Kind, page, icon string, tone feature.Tone) feature.Notice {
		return feature.Notice{Kind: string(kind), Page: page, Icon: icon, Tone: tone, Urgent: kind == NoticeRequestChanged}
	}
	const asked, atStation, asWorker = "pkg-request/request", "pkg-staff-request/request", "pkg-worker/case"
	return []feature.Notice{
		kind(NoticeRequestSubmitted, asked, "services", feature.Good), kind(NoticeRequestApproved, asked, "check", feature.Good),
		kind(NoticeRequestRejected, asked, "close", feature.Quiet), kind(NoticeRequestReturned, asked, "edit", feature.Asks),
		kind(NoticeRequestReferred, asked, "share", feature.Quiet), kind(NoticeRequestAssigned, asked, "team", feature.Good),
		kind(NoticeRequestScheduled, asked, "calendar", feature.Good), kind(NoticeRequestChanged, asked, "edit", feature.Asks),
		kind(NoticeRequestCompleted, asked, "star", feature.Asks), kind(NoticeRequestMessage, asked, "chat", feature.Good),
		kind(NoticeBookingReminder, asked, "bell", feature.Asks),
		kind(NoticeStationMessage, atStation, "chat", feature.Asks), kind(NoticeConsentWithdrawn, atStation, "lock", feature.Asks),
		kind(NoticeCaseAssigned, asWorker, "services", feature.Asks), kind(NoticeCasePassedOn, asWorker, "share", feature.Quiet), // of a case that passed on the page says what became of it
	}
}

func messages() []feature.Message {
	return []feature.Message{
		{Name: MessageRequestResult, Title: "申请结果通知", Fields: []feature.Field{
			{Name: "service", Label: "服务项目", Keyword: "thing1"}, {Name: "result", Label: "处理结果", Keyword: "phrase2"}, {Name: "time", Label: "处理时间", Keyword: "time3"}, {Name: "note", Label: "备注", Keyword: "thing4"}}},
		{Name: MessageRequestAssigned, Title: "服务人员安排通知", Fields: []feature.Field{
			{Name: "service", Label: "服务项目", Keyword: "thing1"}, {Name: "worker", Label: "服务人员", Keyword: "thing2"}, {Name: "time", Label: "服务时间", Keyword: "time3"}, {Name: "place", Label: "服务地点", Keyword: "thing4"}}},
		{Name: MessageBookingReminder, Title: "预约提醒", Fields: []feature.Field{
			{Name: "service", Label: "预约项目", Keyword: "thing1"}, {Name: "time", Label: "预约时间", Keyword: "time2"}, {Name: "place", Label: "地点", Keyword: "thing3"}, {Name: "note", Label: "温馨提示", Keyword: "thing4"}}},
	}
}

func tables() []feature.Table {
	kept := func(column, why string) feature.Person { return feature.Person{Column: column, Kept: why} }
	const person = "person_id"
	return []feature.Table{
		{Name: "beneficiaries", People: []feature.Person{{Column: person, Exported: "requests.beneficiaries[]"}},
			Sealed: []feature.Sealed{{Column: "sealed", Prefix: "beneficiaries/", Named: []string{"ref"}}}},
		{Name: "requests", Sealed: []feature.Sealed{{Column: "sealed", Prefix: "requests/", Named: []string{"number"}}}, People: []feature.Person{
			{Column: person, Exported: "requests.requests[]", Kept: "that somebody was served stays with its figures; words, names and files are gone"},
			kept("beneficiary_id", "one of those whom the person asks for, who is exported as such"),
			kept("filed_by", "somebody else's request, filed as staff; that one did is in the log"),
			kept("wanted_provider", "somebody else's wish for a worker"),
			kept("worker_id", "somebody else's request, worked on; it is theirs, and in the log")}},
		{Name: "request_attachments", People: []feature.Person{kept("author_id", "files to one's own requests are with them; what staff put to others' is theirs")}},
		{Name: "request_former_workers", People: []feature.Person{kept(person, "somebody else's request, worked on once; it is theirs, and in the log")}},
		{Name: "request_looks", People: []feature.Person{kept(person, "a look at somebody else's request, which their export names")}},
		{Name: "request_notes", Sealed: []feature.Sealed{{Column: "sealed", Prefix: "notes/", Named: []string{"ref"}}}, Elsewhere: map[string]string{"visit_id": "request_visits"},
			People: []feature.Person{kept("author_id", "messages are with one's requests; notes on others' are of those, and in the log")}},
		{Name: "request_ratings"},
		{Name: "request_referrals", Elsewhere: map[string]string{"from_unit_id": "units", "to_unit_id": "units"},
			People: []feature.Person{kept("referred_by", "a request of somebody else; that one referred it is in the log")}},
		{Name: "request_timeline", People: []feature.Person{kept("actor_id", "the steps of one's own requests are with them; what was done to others' is theirs, and in the log")}},
		{Name: "request_turns"},
		{Name: "request_visits", Sealed: []feature.Sealed{{Column: "sealed", Prefix: "visits/", Named: []string{"ref"}}},
			People: []feature.Person{kept("worker_id", "a visit to somebody else: their export has it, with the worker's name")}},
	}
}

var requestLog = &feature.Audited{
	Entity: "request", Said: "服务申请", NamedBy: "requests.number",
	Shown: map[string]string{"number": "编号", "state": "状态", "unit_id": "所属单元", "service_type_id": "服务", "person_id": "申请人", "filed_by": "代办人", "way": "方式", "urgency": "紧急程度",
		"worker_id": "社工", "accepted_at": "接单时间", "shift_id": "班次", "referred_to": "转往", "submitted_at": "提交时间", "respond_by": "答复期限", "responded_at": "答复时间",
		"wanted_provider": "想约的社工", "wanted_starts_at": "想约的时间", "time_asked_at": "请居民另选时间", "rating": "评分", "rated_at": "评价时间", "follow_up": "待回访", "relation": "关系"},
	Hidden: map[string]string{"reason": "原因", "person_name": "申请人姓名", "beneficiary_name": "服务对象", "beneficiary_id": "服务对象", "birth_date": "出生日期", "groups_of": "人群", "guardian": "监护人同意",
		"consent": "本人同意", "rating_comment": "评价内容", "health_by": "健康信息的同意", "health_way": "健康信息的同意"},
	Values: map[string]string{"draft": "草稿", "submitted": "待审批", "returned": "退回补充", "approved": "已通过", "assigned": "已安排", "scheduled": "已约好", "in_service": "服务中",
		"completed": "已完成", "closed": "已结案", "referred": "已转介", "rejected": "未通过", "cancelled": "已取消", "normal": "一般", "soon": "较急", "urgent": "紧急", "home": "上门", "video": "视频", "phone": "电话", "station": "到站"},
}

var noteLog = &feature.Audited{Entity: "note", Said: "记录"}

var attachmentLog = &feature.Audited{
	Entity: "attachment", Said: "附件",
	Shown: map[string]string{"kind": "类型", "bytes": "大小（字节）"},
}

var beneficiaryLog = &feature.Audited{
	Entity: "beneficiary", Said: "家人",
	Shown:  map[string]string{"unit_id": "所属单元"},
	Hidden: map[string]string{"name": "姓名", "relation": "关系", "sex": "性别", "birth_date": "出生日期", "groups_of": "人群", "guardian": "监护人同意", "consent": "本人同意"},
}
