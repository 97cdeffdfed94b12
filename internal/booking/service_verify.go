package booking

import (
	"context"
	"fmt"
)

// maxProblems bounds what Verify reports.
const maxProblems = 100

// Verify proves that bookings, their cells and the counts of days agree, and that no two
// live bookings of a provider overlap; it gives what is wrong.
func (s *Service) Verify(ctx context.Context) (problems []string, err error) {
	db := s.db.Read(ctx)
	for _, check := range []struct{ what, sql string }{
		{"bookings whose cells are not those of their time", `SELECT b.id FROM bookings b LEFT JOIN booking_cells c ON c.booking_id = b.id WHERE b.live = 1
			GROUP BY b.id, b.starts_at, b.busy_until
			HAVING COUNT(c.cell) * 300000 NOT BETWEEN b.busy_until - b.starts_at AND b.busy_until - b.starts_at + 299999
			OR SUM(CASE WHEN c.provider_id = b.provider_id AND c.cell * 300000 >= b.starts_at AND c.cell * 300000 < b.busy_until THEN 0 ELSE 1 END) > 0 LIMIT ?`},
		{"cells of no live booking", `SELECT DISTINCT c.booking_id FROM booking_cells c LEFT JOIN bookings b ON b.id = c.booking_id AND b.live = 1 WHERE b.id IS NULL LIMIT ?`},
		{"bookings that overlap one before", `SELECT id FROM (SELECT id, starts_at, MAX(ends_at) OVER (PARTITION BY provider_id ORDER BY starts_at, id
			ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS ended FROM bookings WHERE live = 1) earlier WHERE ended > starts_at LIMIT ?`},
		{"providers whose day is miscounted", `SELECT d.provider_id FROM provider_days d LEFT JOIN (SELECT provider_id, day, COUNT(*) AS n FROM bookings
			WHERE state IN ('held', 'booked', 'done', 'no_show') GROUP BY provider_id, day) b ON b.provider_id = d.provider_id AND b.day = d.day
			WHERE d.taken <> COALESCE(b.n, 0) LIMIT ?`},
		{"providers whose day is not counted", `SELECT DISTINCT b.provider_id FROM bookings b LEFT JOIN provider_days d ON d.provider_id = b.provider_id AND d.day = b.day
			WHERE d.provider_id IS NULL AND b.state IN ('held', 'booked', 'done', 'no_show') LIMIT ?`},
	} {
		var ids []int64
		if err := db.Raw(check.sql, maxProblems).Scan(&ids).Error; err != nil {
			return nil, err
		}
		for _, id := range ids {
			problems = append(problems, fmt.Sprintf("%s: %d", check.what, id))
		}
	}
	return problems, nil
}
