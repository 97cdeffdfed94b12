package request

import (
	"context"
	"fmt"
	"time"

	"yimi/internal/activity"
	"yimi/internal/auth"
	"yimi/internal/outbox"
	"yimi/internal/say"
	"yimi/internal/store"
)

// workerInstead is why a volunteers' shift is called off when a worker takes the request on.
const workerInstead = "改由社工上门"

// VolunteerShift is the shift by which volunteers meet a request.
type VolunteerShift struct {
	CampaignID int64
	Title      string
	PlaceName  string
	StartsAt   time.Time
	EndsAt     time.Time
	Capacity   int
}

// OpenShift has a request met by volunteers: a published activity with one shift, whose hours
// reach the ledger by check-in and check-out like all others (rule 3).
func (s *Service) OpenShift(ctx context.Context, id int64, v VolunteerShift) (*Detail, error) {
	return s.act(ctx, id, "volunteers", func(tx *store.Tx, l *Line, m move) error {
		shift, err := s.Activities.OpenShift(ctx, tx, &activity.Activity{UnitID: l.UnitID, CampaignID: v.CampaignID, Title: v.Title,
			Content: "由" + l.UnitName + "安排的" + l.ServiceName + "，报名后工作人员会联系您。", LeaderName: cut(l.actorName(ctx, s), 40), ContactPhone: l.UnitPhone,
			PlaceName: v.PlaceName, Approval: activity.ApprovalStaff, CheckinMode: activity.StaffCode},
			activity.Shift{StartsAt: store.At(v.StartsAt), EndsAt: store.At(v.EndsAt), Capacity: v.Capacity})
		if err != nil {
			return err
		}
		span := say.Span(v.StartsAt, v.EndsAt)
		m.said = span
		if err := s.step(tx, l, m.and(withoutWorker).and(func(r *Request) { r.ShiftID = &shift.ID })); err != nil {
			return err
		}
		told := l.notice(NoticeRequestScheduled, "安排了志愿者", fmt.Sprintf("%s由志愿者来办，时间 %s，工作人员会带他们来", l.ServiceName, span))
		return outbox.Tell(tx, l.saying(told, MessageRequestAssigned, l.visitWords(store.At(v.StartsAt), "志愿者"), store.At(v.StartsAt))...)
	})
}

func (l *Line) actorName(ctx context.Context, s *Service) string {
	me, err := findPerson(s.db.Read(ctx), auth.From(ctx).PersonID)
	if err != nil || me.Name == "" {
		return l.UnitName
	}
	return me.Name
}
