package outbox

import (
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"yimi/internal/scope"
	"yimi/internal/store"
)

// batch bounds one statement.
const batch = 200

func insert(tx *store.Tx, notices []Notice) error {
	for i := range notices {
		notices[i].CreatedAt = tx.Now
	}
	return tx.CreateInBatches(&notices, batch).Error
}

func noticesOf(db *gorm.DB, personID, before int64, limit int) (out []Notice, err error) {
	q := db.Where("person_id = ?", personID)
	if before != 0 {
		q = q.Where("id < ?", before)
	}
	err = q.Order("id DESC").Limit(limit).Find(&out).Error
	return out, err
}

func countUnread(db *gorm.DB, personID int64) (n int64, err error) {
	err = db.Model(&Notice{}).Where("person_id = ? AND read_at IS NULL", personID).Count(&n).Error
	return n, err
}

func setRead(tx *store.Tx, personID int64, ids []int64) error {
	return tx.Model(&Notice{}).Where("person_id = ? AND read_at IS NULL AND id IN ?", personID, ids).
		Update("read_at", tx.Now).Error
}

// ---- deliveries

// anyDue tells whether a step of any message is due.
func anyDue(db *gorm.DB, now store.Time) (bool, error) {
	var ids []int64
	err := db.Model(&Notice{}).Where("due_at <= ?", now).Limit(1).Pluck("id", &ids).Error
	return len(ids) > 0, err
}

// countUnsent counts messages that are due, and those that failed for good, each up to the cap.
func countUnsent(db *gorm.DB, now store.Time, atMost int) ([]int64, error) {
	return store.CountsUpTo(db, atMost,
		db.Model(&Notice{}).Where("due_at <= ? AND delivery = ?", now, Waiting),
		db.Model(&Notice{}).Where("failed_at IS NOT NULL AND delivery IN ?", []Delivery{Dead, Uncertain}))
}

// takeDue leases messages that are due to one sender, the longest due first.
func takeDue(tx *store.Tx, lease string, limit int, d time.Duration) (out []Notice, err error) {
	until := store.At(tx.Now.Add(d))
	due := tx.Table("notices").Select("id").Where("due_at <= ? AND delivery = ?", tx.Now, Waiting).Order("due_at, id").Limit(limit)
	// MySQL wants a limited subquery, and one on the table it writes, wrapped once more.
	err = tx.Model(&Notice{}).Where("id IN (?) AND delivery = ? AND due_at <= ?", tx.Table("(?) AS due", due).Select("id"), Waiting, tx.Now).
		Updates(map[string]any{"lease": lease, "due_at": until}).Error
	if err != nil {
		return nil, err
	}
	err = tx.Where("due_at = ? AND lease = ?", until, lease).Order("id").Find(&out).Error
	return out, err
}

// putOff makes messages that can wait due at the instant; those that ask for an answer only if they are not over by then.
func putOff(tx *store.Tx, until store.Time, urgent, answer []Kind) error {
	return tx.Model(&Notice{}).Where("due_at <= ? AND delivery = ? AND kind NOT IN ?", tx.Now, Waiting, urgent).
		Where("(kind NOT IN ? OR send_before IS NULL OR send_before > ?)", answer, until).
		Update("due_at", until).Error
}

// endLease makes what is still waiting under the lease due at once.
func endLease(tx *store.Tx, lease string) error {
	return tx.Model(&Notice{}).Where("lease = ? AND delivery = ? AND due_at > ?", lease, Waiting, tx.Now).
		Updates(map[string]any{"lease": "", "due_at": tx.Now}).Error
}

// begin marks a message before WeChat is asked, and takes the person's accept for it; where
// there is none it stays in the app. False when it is not this sender's any more.
func begin(tx *store.Tx, n *Notice, d time.Duration) (bool, error) {
	res := tx.Model(&Notice{}).Where("id = ? AND lease = ? AND delivery = ?", n.ID, n.Lease, Waiting).
		Updates(map[string]any{"delivery": Sending, "due_at": store.At(tx.Now.Add(d)), "attempts": gorm.Expr("attempts + 1")})
	if res.Error != nil || res.RowsAffected == 0 {
		return false, res.Error
	}
	n.Attempts++
	res = tx.Model(&credit{}).Where("person_id = ? AND template = ? AND spent < accepted", n.PersonID, n.Template).
		Updates(map[string]any{"spent": gorm.Expr("spent + 1"), "changed_at": tx.Now})
	if res.Error != nil || res.RowsAffected == 1 {
		return res.Error == nil, res.Error
	}
	n.Delivery = Sending
	return false, finish(tx, n, settled{to: InApp, fault: "no_credit"})
}

// finish writes what became of a message. Its words go when they are not needed any more.
func finish(tx *store.Tx, n *Notice, x settled) error {
	changes := map[string]any{"delivery": x.to, "fault": x.fault, "lease": "", "due_at": nil, "failed_at": nil}
	switch x.to {
	case Waiting:
		changes["due_at"] = store.At(tx.Now.Add(x.due))
	case Dead, Uncertain:
		changes["failed_at"] = tx.Now
	default:
		changes["words"] = Words{}
	}
	return tx.Model(&Notice{}).Where("id = ? AND delivery IN ?", n.ID, []Delivery{Waiting, Sending}).Updates(changes).Error
}

// giveUpLost marks messages as uncertain whose sender died while it asked WeChat.
func giveUpLost(tx *store.Tx) error {
	return tx.Model(&Notice{}).Where("due_at <= ? AND delivery = ?", tx.Now, Sending).
		Updates(map[string]any{"delivery": Uncertain, "fault": "sender_lost", "lease": "", "due_at": nil, "failed_at": tx.Now}).Error
}

// ---- accepts

func addCredit(tx *store.Tx, personID int64, template string) error {
	return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "person_id"}, {Name: "template"}},
		DoUpdates: clause.Assignments(map[string]any{
			"accepted":   gorm.Expr("CASE WHEN subscribe_credits.accepted - subscribe_credits.spent < ? THEN subscribe_credits.accepted + 1 ELSE subscribe_credits.accepted END", maxCredit),
			"changed_at": tx.Now})}).
		Create(&credit{PersonID: personID, Template: template, Accepted: 1, ChangedAt: tx.Now}).Error
}

// spendAll makes the ledger agree with WeChat, which says that there is no accept.
func spendAll(tx *store.Tx, personID int64, template string) error {
	return tx.Model(&credit{}).Where("person_id = ? AND template = ?", personID, template).
		Updates(map[string]any{"spent": gorm.Expr("accepted"), "changed_at": tx.Now}).Error
}

func creditsOf(db *gorm.DB, personID int64) (out []credit, err error) {
	err = db.Where("person_id = ?", personID).Order("template").Find(&out).Error
	return out, err
}

// giveCreditBack is for a message that certainly did not go.
func giveCreditBack(tx *store.Tx, personID int64, template string) error {
	return tx.Model(&credit{}).Where("person_id = ? AND template = ? AND spent > 0", personID, template).
		Updates(map[string]any{"spent": gorm.Expr("spent - 1"), "changed_at": tx.Now}).Error
}

// ---- letters

// lettersUnder selects messages that did not go, of people at home under the roots or nowhere.
// The notices come first: CROSS keeps SQLite from going through everybody of every unit.
func lettersUnder(db *gorm.DB, roots []string) *gorm.DB {
	q := db.Table("notices").Select("notices.*, people.name AS person_name").
		Joins("CROSS JOIN people ON people.id = notices.person_id").
		Joins("LEFT JOIN units ON units.id = people.unit_id")
	return q.Where(db.Where("people.unit_id IS NULL").Or(scope.Under(db, "people.unit_id", roots)))
}

func letters(db *gorm.DB, roots []string, after After, limit int) (out []Letter, err error) {
	q := lettersUnder(db, roots).Where("notices.failed_at IS NOT NULL")
	if after.ID != 0 {
		q = q.Where("(notices.failed_at < ? OR notices.failed_at = ? AND notices.id < ?)", after.FailedAt, after.FailedAt, after.ID)
	}
	err = q.Order("notices.failed_at DESC, notices.id DESC").Limit(limit).Find(&out).Error
	return out, err
}

func letterByID(db *gorm.DB, roots []string, id int64) (Letter, error) {
	var l Letter
	err := lettersUnder(db, roots).Where("notices.id = ? AND notices.template <> ''", id).Take(&l).Error
	if store.IsNotFound(err) {
		return l, errNoLetter.Because(err)
	}
	return l, err
}

// restart makes a failed message due again, for as long as it says something; false when it is not failed.
func restart(tx *store.Tx, id int64, until *store.Time) (bool, error) {
	if until == nil {
		later := store.At(tx.Now.Add(keepFor))
		until = &later
	}
	res := tx.Model(&Notice{}).Where("id = ? AND delivery IN ?", id, []Delivery{Dead, Uncertain}).
		Updates(map[string]any{"delivery": Waiting, "due_at": tx.Now, "failed_at": nil, "attempts": 0, "fault": "", "send_before": until})
	return res.RowsAffected == 1, res.Error
}

// moveNotices gives a person's notices to another; those that both got stay where they are.
func moveNotices(tx *store.Tx, from, into int64) error {
	return tx.Model(&Notice{}).Where("person_id = ? AND event NOT IN (SELECT event FROM (SELECT event FROM notices WHERE person_id = ?) has)", from, into).
		Update("person_id", into).Error
}
