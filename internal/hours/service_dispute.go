package hours

import (
	"context"
	"strconv"

	"yimi/internal/age"
	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/outbox"
	"yimi/internal/say"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// DisputeEntry asks the recording unit to check an entry of the actor's.
func (s *Service) DisputeEntry(ctx context.Context, entryID int64, words string) (*DisputeLine, error) {
	var d *Dispute
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		e, err := findEntryLine(tx.DB, entryID)
		if store.IsNotFound(err) || err == nil && e.OwnerID != auth.From(ctx).PersonID {
			return fault.Missing("时长记录")
		}
		if err != nil {
			return err
		}
		d = &Dispute{EntryID: e.ID, PersonID: e.OwnerID, UnitID: e.UnitID, Words: words}
		err = insertDispute(tx, d)
		if store.IsDuplicate(err) {
			return errDisputeOpen.Because(err)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return findDispute(s.db.Read(ctx), d.ID)
}

// DisputeOf gives the last dispute about an entry; nil if there was none.
func (s *Service) DisputeOf(ctx context.Context, entryID int64) (*DisputeLine, error) {
	return lastDispute(s.db.Read(ctx), entryID)
}

// Disputes lists what waits for an answer in the units the actor manages, oldest first.
func (s *Service) Disputes(ctx context.Context, after int64, limit int) ([]DisputeLine, error) {
	return disputesUnder(s.db.Read(ctx), auth.From(ctx).ManagedPaths(), after, limit)
}

// AnswerDispute ends a dispute, "correct" or "keep", and tells the volunteer. To say that the
// entry is corrected a correction must have been proposed since.
func (s *Service) AnswerDispute(ctx context.Context, id int64, action, answer string) (*DisputeLine, error) {
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		d, err := findDispute(tx.DB, id)
		if err != nil {
			return err
		}
		mine, err := human.Accounts(tx.DB, auth.From(ctx).PersonID)
		if err != nil {
			return err
		}
		if err := MayRecord(auth.From(ctx), mine, d.UnitPath, d.OwnerID); err != nil {
			return err
		}
		return answerDispute(tx, d, action, auth.From(ctx).PersonID, answer)
	})
	if err != nil {
		return nil, err
	}
	return findDispute(s.db.Read(ctx), id)
}

func answerDispute(tx *store.Tx, d *DisputeLine, action string, by int64, answer string) error {
	to, err := workflow.Next(DisputeMoves, d.State, action, workflow.ByStaff)
	if err != nil {
		return ErrDecided
	}
	if to == DisputeCorrected {
		if there, err := correctedSince(tx.DB, d); err != nil || !there {
			return orElse(err, errNoCorrection)
		}
	}
	was := d.Dispute
	answered, err := setAnswered(tx, &d.Dispute, to, by, answer)
	if err != nil || !answered {
		return orElse(err, ErrDecided)
	}
	birth, err := birthDate(tx.DB, d.PersonID)
	if err != nil {
		return err
	}
	err = audit.Write(tx, audit.Entry{Of: disputeLog, ID: d.ID, UnitID: d.UnitID, Minor: age.Minor(birth, tx.Now.Time), Before: was, After: d.Dispute})
	if err != nil {
		return err
	}
	return outbox.Tell(tx, d.notice(tx))
}

func orElse(err, refusal error) error {
	if err != nil {
		return err
	}
	return refusal
}

func (d *DisputeLine) notice(tx *store.Tx) outbox.Notice {
	title, result := "疑问有答复了", "维持原记录"
	if d.State == DisputeCorrected {
		result = "已提出更正"
	}
	return outbox.Notice{PersonID: d.PersonID, Kind: NoticeDisputeAnswered, Event: "dispute:" + strconv.FormatInt(d.ID, 10), Title: title,
		Body: "“" + d.ActivityTitle + "”的时长：" + result + "。" + d.Answer, Subject: "entry", SubjectID: d.EntryID}.
		As(MessageDisputeAnswered, outbox.Words{"subject": "时长疑问：" + d.ActivityTitle, "result": result, "time": say.Full(tx.Now.Time), "note": "请点开看说明"})
}
