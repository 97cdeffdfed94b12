package activity

import (
	"time"

	"yimi/internal/hours"
)

// When an offer of a place may run out: by day, and for early shifts the evening before.
const (
	dayFrom     = 7 * time.Hour  // on the clock of Asia/Shanghai
	dayTo       = 22 * time.Hour //
	dayLong     = dayTo - dayFrom
	earlyShift  = 9 * time.Hour // one that starts before is settled by the evening before
	leastAnswer = 10 * time.Minute
)

// answerBy is until when an offer made now holds: for the limit, or half of what is left so that the
// next has a turn too, but ten minutes at least and never beyond the start. Only the day counts, from 7:00
// to 22:00. An offer for a shift before 9:00 ends by 22:00 of the evening before, while there are ten
// minutes until then; one made later runs on in the morning.
func answerBy(now, starts time.Time, limit time.Duration) time.Time {
	last := starts
	if evening := eveningBefore(starts); starts.Sub(dayStart(starts)) < earlyShift && !now.Add(leastAnswer).After(evening) {
		last = evening
	}
	long := max(leastAnswer, min(limit, (byDay(last)-byDay(now))/2))
	if until := atDay(byDay(now) + long); until.Before(last) {
		return until
	}
	return last
}

func eveningBefore(t time.Time) time.Time { return dayStart(t).AddDate(0, 0, -1).Add(dayTo) }

// firstDay is from when days are counted.
var firstDay = time.Date(2000, 1, 1, 0, 0, 0, 0, hours.Shanghai)

// byDay is how much time of days has gone by until the instant.
func byDay(t time.Time) time.Duration {
	midnight := dayStart(t)
	days := int(midnight.Sub(firstDay) / (24 * time.Hour))
	return time.Duration(days)*dayLong + min(max(t.Sub(midnight)-dayFrom, 0), dayLong)
}

// atDay is the instant until which so much time of days has gone by.
func atDay(gone time.Duration) time.Time {
	return firstDay.AddDate(0, 0, int(gone/dayLong)).Add(dayFrom + gone%dayLong)
}
