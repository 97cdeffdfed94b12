package activity

import (
	"time"

	"yimi/internal/campaign"
	"yimi/internal/fault"
	"yimi/internal/hours"
	"yimi/internal/say"
	"yimi/internal/store"
)

// period is within which days a campaign takes activities, and their hours.
type period struct {
	Name             string
	StartsOn, EndsOn string // first and last day
}

// has tells whether a shift lies in the period; one that ends at the last midnight does.
func (p *period) has(s *Shift) bool {
	day := func(t time.Time) string { return t.In(hours.Shanghai).Format(time.DateOnly) }
	return p.StartsOn <= day(s.StartsAt.Time) && day(s.EndsAt.Add(-time.Millisecond)) <= p.EndsOn
}

// takes refuses shifts outside the period, with words that say it.
func (p *period) takes(shifts []Shift) error {
	for i := range shifts {
		if !p.has(&shifts[i]) {
			return fault.Newf(fault.Unprocessable, "outside_campaign", "“%s”从 %s 到 %s，%s 的班次不在里面，没有保存。请换个日期，或换一个服务品牌",
				p.Name, say.Day(p.StartsOn), say.Day(p.EndsOn), say.Span(shifts[i].StartsAt.Time, shifts[i].EndsAt.Time))
		}
	}
	return nil
}

// takesMore refuses what is new for a campaign that is over; one that is to come may be prepared for.
func (p *period) takesMore(now time.Time) error {
	if now.In(hours.Shanghai).Format(time.DateOnly) <= p.EndsOn {
		return nil
	}
	return fault.Newf(fault.Unprocessable, "campaign_over", "“%s”%s 已经结束，没有保存。它的记录都在，新的活动请选别的服务品牌", p.Name, say.Day(p.EndsOn))
}

// holdPeriod reads a campaign's period and keeps it as it is until the transaction ends.
func holdPeriod(tx *store.Tx, campaignID int64) (*period, error) {
	c, err := campaign.Hold(tx, campaignID)
	if err != nil {
		return nil, err
	}
	return &period{c.Name, c.StartsOn, c.EndsOn}, nil
}
