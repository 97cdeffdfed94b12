package request

import (
	"context"
	"errors"
	"io/fs"

	"gorm.io/gorm"

	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/jobs"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

var errVisitUnderWay = fault.New(fault.Conflict, "visit_under_way", "社工正在为您服务，还没有结束。请等这次结束后，再注销账号")

// closedReason is why a request was cancelled whose asker closed the account.
const closedReason = "申请人取消了"

// MayClose refuses to close the account of somebody whom a visit under way is for.
func (s *Service) MayClose(tx *store.Tx, personID int64) error {
	there, err := visited(tx.DB, personID)
	if err == nil && there {
		return errVisitUnderWay
	}
	return err
}

// Leave cancels every open request of a person whose account is closed, with the time it has. One
// that a visit began for in the same moment waits until the visit is over; one that is done waits
// for the staff's review as it is.
func (s *Service) Leave(ctx context.Context, personID int64) error {
	ids, err := openIDs(s.db.Read(ctx), personID)
	for i := 0; i < len(ids) && err == nil; i++ {
		err = s.db.Tx(ctx, func(tx *store.Tx) error {
			l, err := s.data.hold(tx, ids[i])
			if err != nil {
				return err
			}
			if _, not := workflow.Next(Moves, l.State, "cancel", workflow.ByResident); not != nil || l.VisitUnderWay {
				return nil //nolint:nilerr // moved meanwhile: there is nothing to cancel
			}
			return s.cancel(ctx, tx, l, move{action: "cancel", who: workflow.ByResident, actor: auth.From(ctx).PersonID}, closedReason)
		})
	}
	return err
}

// Forget empties the requests of a person whose account is closed, with who looked at them, and
// deletes those whom the person asks for. It says whether something has to wait for a visit.
func (s *Service) Forget(ctx context.Context, personID int64) (waits bool, err error) {
	ids, err := idsOf(s.db.Read(ctx), personID)
	for i := 0; i < len(ids) && err == nil; i++ {
		var later bool
		if later, err = s.empty(ctx, ids[i], true); later {
			waits = true
		}
	}
	if err != nil {
		return waits, err
	}
	return waits, s.db.Tx(ctx, func(tx *store.Tx) error {
		return tx.Where("person_id = ?", personID).Delete(&Beneficiary{}).Error
	})
}

// empty deletes what a request says of people: words, names, messages, files; for a closed account
// who looked, too. What the professionals wrote, and that somebody came, stays (docs/adr/0015).
func (s *Service) empty(ctx context.Context, id int64, closed bool) (waits bool, err error) {
	files, err := attachmentsOf(s.db.Read(ctx), id)
	if err != nil {
		return false, err
	}
	for _, a := range files { // before the rows: a crash in between leaves what says that there is still something to do
		if err := s.Files.Delete(a.Name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
	}
	err = s.db.Tx(ctx, func(tx *store.Tx) error {
		l, err := s.data.hold(tx, id)
		if err != nil {
			return err
		}
		if waits = l.VisitUnderWay; waits { // the worker still needs to know where to
			return nil
		}
		name := emptiedName
		if closed {
			name = closedName
			if err := tx.Where("request_id = ?", id).Delete(&Look{}).Error; err != nil {
				return err
			}
		}
		return emptyRequest(tx, id, name, files)
	})
	return waits, err
}

// What stands where names stood.
const (
	emptiedName = "已过保存期"
	closedName  = "已注销用户"
)

// emptyBatch bounds how many requests timed work reads at a time, emptyRounds how often it does in a round.
const (
	emptyBatch  = 50
	emptyRounds = 40
)

// PruneWords empties requests that ended before the instant, and says how many.
func (s *Service) PruneWords(ctx context.Context, before store.Time) (int, error) {
	return s.each(ctx, func(db *gorm.DB) *gorm.DB {
		return db.Where("emptied = 0 AND state IN ? AND state_since < ?", ended, before)
	}, func(id int64) error {
		_, err := s.empty(ctx, id, false)
		return err
	})
}

// PruneDrafts deletes drafts that were begun before the instant and never submitted.
func (s *Service) PruneDrafts(ctx context.Context, before store.Time) (int, error) {
	return s.each(ctx, func(db *gorm.DB) *gorm.DB {
		return db.Where("emptied IN (0, 1) AND state = ? AND state_since < ?", Draft, before)
	}, func(id int64) error {
		if _, err := s.empty(ctx, id, false); err != nil {
			return err
		}
		return s.db.Tx(ctx, func(tx *store.Tx) error { return deleteDraft(tx, id) })
	})
}

// PruneRecords deletes the notes of the professionals, and what was done at visits, of requests that
// ended before the instant and are emptied. That somebody came, when and for how long, stays.
func (s *Service) PruneRecords(ctx context.Context, before store.Time) (int, error) {
	return s.each(ctx, func(db *gorm.DB) *gorm.DB {
		return db.Where("emptied = 1 AND state IN ? AND state_since < ?", ended, before)
	}, func(id int64) error {
		return s.db.Tx(ctx, func(tx *store.Tx) error { return deleteRecords(tx, id) })
	})
}

// ended are the states that a request does not leave.
var ended = []State{Rejected, Closed, Cancelled}

// each does the work on each request selected, a batch after the other, once on those that fail;
// what a round does not reach, the next does.
func (s *Service) each(ctx context.Context, which func(*gorm.DB) *gorm.DB, work func(id int64) error) (n int, err error) {
	failed := []int64{0}
	for range emptyRounds {
		var ids []int64
		query := which(s.db.Read(ctx).Table("requests")).Where("id NOT IN ?", failed)
		if read := query.Order("state_since").Limit(emptyBatch).Pluck("id", &ids).Error; read != nil {
			return n, errors.Join(err, read)
		}
		err = errors.Join(err, jobs.Each(ctx, ids, jobs.ID, func(id int64) error {
			failed = append(failed, id)
			if err := work(id); err != nil {
				return err
			}
			failed = failed[:len(failed)-1]
			n++
			return nil
		}))
		if len(ids) < emptyBatch || ctx.Err() != nil {
			break
		}
	}
	return n, err
}

// PruneLooks deletes who looked at requests before the instant, in small batches.
func (s *Service) PruneLooks(ctx context.Context, before store.Time) (total int64, err error) {
	for {
		var gone int64
		err := s.db.Tx(ctx, func(tx *store.Tx) (err error) { gone, err = deleteLooks(tx, before, lookBatch); return err })
		total += gone
		if err != nil || gone < lookBatch {
			return total, err
		}
	}
}

const lookBatch = 500
