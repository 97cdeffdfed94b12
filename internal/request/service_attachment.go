package request

import (
	"bytes"
	"context"
	"crypto/rand"
	"slices"

	"github.com/gabriel-vasile/mimetype"
	"gocloud.dev/gcerrors"
	"gorm.io/gorm"

	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/fault"
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
	if err := s.Files.WriteAll(ctx, a.Name, s.Box.Seal("files/"+a.Name, file), nil); err != nil {
		return nil, err
	}
	if err := s.keepAttachment(ctx, a); err != nil {
		_ = s.Files.Delete(context.WithoutCancel(ctx), a.Name) // nothing points at it
		return nil, err
	}
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
		return l.logLook(tx, audit.Attachment, a.ID)
	}
	e := l.entry(audit.Attachment, a.ID, tx.Now)
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
		if err := s.look(ctx, l, "attachment", audit.Attachment, a.ID); err != nil {
			return nil, nil, err
		}
	}
	sealed, err := s.Files.ReadAll(ctx, a.Name)
	if gcerrors.Code(err) == gcerrors.NotFound { // taken away meanwhile
		return nil, nil, errNoAttachment.Because(err)
	}
	if err != nil {
		return nil, nil, err
	}
	file, err := s.Box.Open("files/"+a.Name, sealed)
	return a, file, err
}

// Detach takes a file away while who asked may still edit the request.
func (s *Service) Detach(ctx context.Context, id, attachmentID int64) error {
	var a *Attachment
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		l, err := s.data.hold(tx, id)
		if err != nil {
			return err
		}
		if err := mayEdit(auth.From(ctx), l); err != nil {
			return err
		}
		if a, err = findAttachment(tx.DB, id, attachmentID); err != nil {
			return err
		}
		if err := deleteAttachment(tx, a.ID); err != nil {
			return err
		}
		return l.logFile(tx, a)
	})
	if err != nil {
		return err
	}
	return s.Files.Delete(ctx, a.Name)
}
