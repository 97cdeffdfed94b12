package hours

import (
	"context"
	"fmt"
	"time"

	"yimi/internal/feature"
	"yimi/internal/jobs"
	"yimi/internal/outbox"
	"yimi/internal/workflow"
)

// The notices, and the subscribe messages by the names of their settings.
const (
	NoticeHoursCredited   outbox.Kind = "hours_credited"
	NoticeDisputeAnswered outbox.Kind = "dispute_answered"

	MessageHoursCredited   = "hours_credited"
	MessageDisputeAnswered = "dispute_answered"
)

// Feature is what this package answers for.
func (s *Service) Feature() feature.Feature {
	return feature.Feature{
		Name: "hours", Tables: tables(),
		Reads: map[string]string{
			"people":            "names, and whose it is",
			"units":             "where it is, and whom that lets see it",
			"activities":        "the title beside an entry",
			"shifts":            "the time of what is proposed",
			"attendances":       "the presence under an entry",
			"campaigns":         "the name beside an entry",
			"policies":          "the limit by which somebody was asked",
			"person_duplicates": "hours of one human by several accounts",
		},
		Audited: []*feature.Audited{entryLog, proposalLog, disputeLog},
		Notices: []feature.Notice{
			{Kind: string(NoticeHoursCredited), Page: "pkg-hours/entry", Icon: "star", Tone: feature.Asks},
			{Kind: string(NoticeDisputeAnswered), Page: "pkg-hours/entry", Icon: "chat", Tone: feature.Good},
		},
		Messages: []feature.Message{
			{Name: MessageHoursCredited, Title: "志愿时长到账通知", Fields: []feature.Field{
				{Name: "activity", Label: "活动名称", Keyword: "thing1"}, {Name: "hours", Label: "本次时长", Keyword: "thing2"}, {Name: "total", Label: "累计时长", Keyword: "thing3"}, {Name: "time", Label: "记录时间", Keyword: "time4"}}},
			{Name: MessageDisputeAnswered, Title: "申诉结果通知", Fields: []feature.Field{
				{Name: "subject", Label: "申诉事项", Keyword: "thing1"}, {Name: "result", Label: "处理结果", Keyword: "phrase2"}, {Name: "time", Label: "处理时间", Keyword: "time3"}, {Name: "note", Label: "处理说明", Keyword: "thing4"}}},
		},
		Workflows: []workflow.Drawing{
			workflow.Draw("Hour proposal 提议", ProposalMoves, map[ProposalState]string{ProposalPending: "propose"}),
			workflow.Draw("Hour dispute 时长疑问", DisputeMoves, map[DisputeState]string{DisputeOpen: "dispute"}),
		},
		Forget: feature.AtOnce(s.Forget), Merge: s.Merge, InHand: InHand,
		Part: "hours", Export: s.Export, Verify: s.verified,
		Tasks: []jobs.Task{{Name: "own hours", Every: time.Hour, Do: s.FindOwnHours}},
	}
}

func (s *Service) verified(ctx context.Context, read func(rows int64)) (feature.Verified, error) {
	r, err := s.Verify(ctx, read)
	if err != nil {
		return feature.Verified{}, err
	}
	return feature.Verified{Problems: r.Problems, Warnings: r.Warnings,
		Whole: fmt.Sprintf("%d entries in %d chains; no minute of anybody is counted twice, every total equals the sum of its entries", r.Entries, r.People)}, nil
}

// ledger is why what says who was credited stays: it is hashed, and every total stands on it (docs/adr/0015).
const ledger = "the ledger only grows; the name is gone from people"

func tables() []feature.Table {
	staff := func(column, why string) feature.Person { return feature.Person{Column: column, Kept: why} }
	return []feature.Table{
		{Name: "hour_entries", Elsewhere: map[string]string{"corrects_id": "hour_entries", "source_id": "a sign-up or a proposal"}, People: []feature.Person{
			{Column: "person_id", Exported: "hours.entries[]", Kept: ledger},
			staff("recorded_by", "hours of somebody else, recorded as staff; that one did is in the log"),
			staff("approved_by", "hours of somebody else, approved as staff; that one did is in the log")}},
		{Name: "credited_spans", Elsewhere: map[string]string{"entry_id": "hour_entries"}, People: []feature.Person{
			{Column: "person_id", Exported: "hours.entries[credited_from]", Kept: ledger}}},
		{Name: "hour_proposals", Elsewhere: map[string]string{"target_id": "a sign-up or an entry"}, People: []feature.Person{
			{Column: "person_id", Exported: "hours.proposals[]", Kept: ledger},
			staff("proposed_by", "hours of somebody else, proposed as staff; that one did is in the log"),
			staff("decided_by", "hours of somebody else, decided as staff; that one did is in the log")}},
		{Name: "hour_disputes", Elsewhere: map[string]string{"entry_id": "hour_entries"}, People: []feature.Person{
			{Column: "person_id", Exported: "hours.disputes[]", Kept: ledger},
			staff("answered_by", "a doubt of somebody else, answered as staff; that one did is in the log")}},
		{Name: "hour_attention", Elsewhere: map[string]string{"entry_id": "hour_entries", "other_id": "hour_entries"}, People: []feature.Person{
			staff("looked_by", "an entry of somebody else, looked at as staff; that one did is in the log")}},
		{Name: "hour_totals", Elsewhere: map[string]string{"scope_id": "a unit or a campaign"}},
		{Name: "volunteer_hours", People: []feature.Person{staff("person_id", "a sum of the entries, which are all there")}},
		{Name: "volunteer_months", People: []feature.Person{staff("person_id", "a sum of the entries, which are all there")}},
		{Name: "campaign_people", People: []feature.Person{staff("person_id", "a sum of the entries, which are all there")}},
	}
}

var entryLog = &feature.Audited{
	Entity: "hour_entry", Said: "时长记录",
	Shown: map[string]string{"attention": "待核对", "looked": "看过"},
}

var proposalLog = &feature.Audited{
	Entity: "proposal", Said: "时长提议",
	Shown: map[string]string{"class": "类别", "state": "状态", "target_id": "对象编号", "person_id": "人员", "unit_id": "所属单元", "activity_id": "活动", "shift_id": "班次", "minutes": "分钟",
		"from_at": "从", "to_at": "到", "presence": "按签到签退", "why": "为什么要复核", "proposed_by": "提出人", "decided_by": "复核人", "decided_at": "复核时间", "granted_by_proposer": "一方由另一方授权", "policy_id": "按哪条规定"},
	Hidden: map[string]string{"reason": "原因", "decision_reason": "复核说明"},
	Values: map[string]string{"pending": "待复核", "approved": "已通过", "rejected": "未通过", "manual": "人工", "correction": "更正", "system": "系统"},
}

var disputeLog = &feature.Audited{
	Entity: "dispute", Said: "时长疑问",
	Shown:  map[string]string{"state": "状态", "entry_id": "时长记录", "person_id": "人员", "unit_id": "所属单元", "answered_by": "答复人", "answered_at": "答复时间"},
	Hidden: map[string]string{"words": "疑问", "answer": "答复"},
	Values: map[string]string{"open": "核对中", "corrected": "已更正", "kept": "没有改动"},
}
