package request

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/gabriel-vasile/mimetype"
	"gorm.io/gorm"

	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/outbox"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

const (
	maxAttachments     = 9
	maxAttachmentBytes = 8 << 20
)

var (
	errAttachment      = fault.New(fault.Unprocessable, "bad_attachment", "只能传照片（JPG、PNG、WebP）或 PDF，这个文件没有传上。请换一个")
	errAttachmentSize  = fault.Newf(fault.TooLarge, "body_too_large", "文件超过 %d MB，没有传上。请换小一点的", maxAttachmentBytes>>20)
	errManyAttachments = fault.Newf(fault.Unprocessable, "too_many_attachments", "一份申请最多传 %d 个文件，这个没有传上", maxAttachments)
	errSeen            = fault.New(fault.Conflict, "attachment_seen", "对方已经打开看过这个文件，不能自己删了。传错了请告诉社工站，工作人员可以删")
	errNoAttachment    = fault.Missing("附件")
)

// kinds are the types of files that are taken, by their content.
var kinds = map[string]string{"image/jpeg": "jpeg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf"}

// appleKinds are what iPhones make of photos unless told otherwise.
var appleKinds = []string{"image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence"}

// pdfTail is within how many bytes of its end a PDF says that it ends there.
const pdfTail = 1024

// kindOf tells a file's type from its content, whatever it is called: not from how it
// begins alone, which anything can copy.
func kindOf(file []byte) (string, error) {
	kind := kinds[mimetype.Detect(file).String()]
	switch kind {
	case "":
		if slices.Contains(appleKinds, mimetype.Detect(file).String()) {
			return "", errHEIC
		}
		return "", errAttachment
	case "pdf":
		if !bytes.Contains(file[max(0, len(file)-pdfTail):], []byte("%%EOF")) {
			return "", errAttachment
		}
	}
	return kind, nil
}

// Attach adds a picture, drawn anew, or a PDF to an open request.
func (s *Service) Attach(ctx context.Context, id int64, file []byte) (*Attachment, error) {
	if len(file) > maxAttachmentBytes {
		return nil, errAttachmentSize
	}
	kind, err := kindOf(file)
	if err != nil {
		return nil, err
	}
	l, err := s.seen(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := mayAttach(auth.From(ctx), l); err != nil {
		return nil, err
	}
	if kind != "pdf" {
		if file, kind, err = redrawn(ctx, file, kind); err != nil {
			return nil, err
		}
	}
	a := &Attachment{RequestID: id, Name: rand.Text(), Kind: kind, Bytes: int64(len(file)),
		AuthorID: auth.From(ctx).PersonID, AuthorRole: authorRole(auth.From(ctx), l)}
	if err := s.Files.Write(a.Name, s.Box.Seal("files/"+a.Name, file)); err != nil {
		return nil, err
	}
	if err := s.keepAttachment(ctx, a); err != nil {
		_ = s.Files.Delete(a.Name) // nothing points at it
		return nil, err
	}
	a.Removal = FreeRemoval
	return a, nil
}

func mayAttach(a auth.Actor, l *Line) error {
	switch {
	case len(whoIs(a, l)) == 0:
		return auth.ErrForbidden
	case !l.State.open():
		return workflow.ErrBadTransition
	}
	return nil
}

func (s *Service) keepAttachment(ctx context.Context, a *Attachment) error {
	return s.db.Tx(ctx, func(tx *store.Tx) error {
		l, err := s.data.hold(tx, a.RequestID)
		if err != nil {
			return err
		}
		if err := mayAttach(auth.From(ctx), l); err != nil {
			return err
		}
		there, err := attachmentsOf(tx.DB, a.RequestID)
		if err != nil {
			return err
		}
		for a.Position = 1; slices.ContainsFunc(there, func(x Attachment) bool { return x.Position == a.Position }); a.Position++ {
		}
		if a.Position > maxAttachments {
			return errManyAttachments
		}
		if err := insertAttachment(tx, a); err != nil {
			return err
		}
		return l.logFile(tx, a)
	})
}

// logFile adds to the audit log that a file was put to the request, or taken away.
func (l *Line) logFile(tx *store.Tx, a *Attachment) error {
	if by := auth.From(tx.Statement.Context); !l.isOf(by.PersonID) {
		return l.logLook(tx, attachmentLog, a.ID)
	}
	e := l.entry(attachmentLog, a.ID, tx.Now)
	e.Role = auth.Resident
	return audit.Write(tx, e)
}

// findAttachment finds one of a request's files.
func findAttachment(db *gorm.DB, id, attachmentID int64) (*Attachment, error) {
	all, err := attachmentsOf(db, id)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(all, func(x Attachment) bool { return x.ID == attachmentID })
	if at < 0 {
		return nil, errNoAttachment
	}
	return &all[at], nil
}

// File gives an attachment's content to those who may see the request; a look by anybody
// but who asked is kept.
func (s *Service) File(ctx context.Context, id, attachmentID int64) (*Attachment, []byte, error) {
	l, err := s.seen(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	a, err := findAttachment(s.db.Read(ctx), id, attachmentID)
	if err != nil {
		return nil, nil, err
	}
	if !l.isOf(auth.From(ctx).PersonID) {
		if err := s.look(ctx, l, "attachment", attachmentLog, a.ID); err != nil {
			return nil, nil, err
		}
	}
	if err := s.noteSeen(ctx, l, a); err != nil {
		return nil, nil, err
	}
	sealed, err := s.Files.Read(a.Name)
	if errors.Is(err, fs.ErrNotExist) { // taken away meanwhile
		return nil, nil, errNoAttachment.Because(err)
	}
	if err != nil {
		return nil, nil, err
	}
	file, err := s.Box.Open("files/"+a.Name, sealed)
	return a, file, err
}

// noteSeen keeps that the other side has seen a file, before they do: from then on it is not taken back.
func (s *Service) noteSeen(ctx context.Context, l *Line, f *Attachment) error {
	by := auth.From(ctx).PersonID
	other := by != f.AuthorID && (l.PersonID == nil || l.isOf(by) != (f.AuthorRole == "resident"))
	if f.SeenAt != nil || !other {
		return nil
	}
	return s.db.Tx(ctx, func(tx *store.Tx) error { return markSeen(tx, f.ID) })
}

// FileName is what an attachment is called when it is shown or saved.
func (f *Attachment) FileName() string {
	word, ending := "图片", f.Kind
	switch f.Kind {
	case "pdf":
		word = "文件"
	case "jpeg":
		ending = "jpg"
	}
	return fmt.Sprintf("%s%d.%s", word, f.Position, ending)
}

// mayDetach lets who asked take any file out of a draft or what was returned, and whoever sent one take it back
// until the other side has seen it.
func mayDetach(a auth.Actor, l *Line, f *Attachment) error {
	err := mayEdit(a, l)
	switch {
	case err == nil, f.AuthorID != a.PersonID, len(whoIs(a, l)) == 0:
		return err
	case !l.State.open():
		return workflow.ErrBadTransition
	case f.SeenAt != nil:
		return errSeen
	}
	return nil
}

// mayWithdraw lets staff take any file away that they see, but none of what they asked for themselves.
func mayWithdraw(a auth.Actor, mine human.Set, l *Line) error {
	if err := maySee(a, l); err != nil {
		return err
	}
	switch {
	case l.PersonID != nil && mine.Has(*l.PersonID):
		return errOwn
	case !a.Manages(l.UnitPath):
		return auth.ErrForbidden
	}
	return nil
}

// removalOf is how the actor may take a file away.
func removalOf(a auth.Actor, l *Line, f *Attachment) Removal {
	switch {
	case mayDetach(a, l, f) == nil:
		return FreeRemoval
	case mayWithdraw(a, human.Set{a.PersonID}, l) == nil:
		return WithReason
	}
	return NoRemoval
}

// Detach takes a file away that was sent by mistake.
func (s *Service) Detach(ctx context.Context, id, attachmentID int64) error {
	return s.takeAway(ctx, id, attachmentID, func(tx *store.Tx, l *Line, f *Attachment) error {
		a := auth.From(ctx)
		if err := mayDetach(a, l, f); err != nil {
			return err
		}
		gone, err := deleteAttachment(tx, f.ID, mayEdit(a, l) != nil)
		if err == nil && !gone { // opened in the same moment
			return errSeen
		}
		return err
	})
}

// Withdraw takes a file away as staff, with a reason: kept as a note, and told to who sent it.
func (s *Service) Withdraw(ctx context.Context, id, attachmentID int64, reason string) error {
	return s.takeAway(ctx, id, attachmentID, func(tx *store.Tx, l *Line, f *Attachment) error {
		a := auth.From(ctx)
		mine, err := human.Accounts(tx.DB, a.PersonID)
		if err != nil {
			return err
		}
		if err := mayWithdraw(a, mine, l); err != nil {
			return err
		}
		if _, err := deleteAttachment(tx, f.ID, false); err != nil {
			return err
		}
		n := &note{RequestID: l.ID, Kind: staffNote}
		n.by(a, l)
		if err := s.data.insertNote(tx, n, "删除了附件“"+f.FileName()+"”："+reason); err != nil || f.AuthorID == a.PersonID {
			return err
		}
		return outbox.Tell(tx, l.withdrawn(f, reason))
	})
}

// withdrawn tells who sent a file that staff took it away, and why.
func (l *Line) withdrawn(f *Attachment, reason string) outbox.Notice {
	kind := map[string]outbox.Kind{"worker": NoticeCaseAssigned, "staff": NoticeStationMessage}[f.AuthorRole]
	if kind == "" {
		kind = NoticeRequestChanged
	}
	return outbox.Notice{PersonID: f.AuthorID, Kind: kind, Event: event(kind, l.ID), Title: "您传的附件删除了", Subject: subject, SubjectID: l.ID,
		Body: fmt.Sprintf("%s的“%s”，%s删除了：%s。需要的话请重新传", l.ServiceName, f.FileName(), l.UnitName, reason)}
}

// takeAway deletes a file's row as the deed allows, and then the file.
func (s *Service) takeAway(ctx context.Context, id, attachmentID int64, deed func(tx *store.Tx, l *Line, f *Attachment) error) error {
	var f *Attachment
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		l, err := s.data.hold(tx, id)
		if err != nil {
			return err
		}
		if err := maySee(auth.From(ctx), l); err != nil {
			return err
		}
		if f, err = findAttachment(tx.DB, id, attachmentID); err != nil {
			return err
		}
		if err := deed(tx, l, f); err != nil {
			return err
		}
		return l.logFile(tx, f)
	})
	if err != nil {
		return err
	}
	if err := s.Files.Delete(f.Name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
