package outbox

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/feature"
	"yimi/internal/store"
)

// Tell writes notices in the caller's transaction. What has a template waits to be sent.
func Tell(tx *store.Tx, notices ...Notice) error {
	if len(notices) == 0 {
		return nil
	}
	for i := range notices {
		if n := &notices[i]; n.Template != "" {
			n.Delivery, n.DueAt = Waiting, &tx.Now
		}
	}
	return insert(tx, notices)
}

// Outcome is what became of a message at WeChat.
type Outcome string

// The outcomes; what to do with each is in settle.
const (
	Taken   Outcome = "sent"
	Refused Outcome = "refused" // no accept is left
	Later   Outcome = "later"   // certainly not sent
	Unclear Outcome = "unclear" // asked, and the answer was lost
	Broken  Outcome = "broken"  // never as it is
)

// Deps is what the service needs.
type Deps struct {
	Store *store.Store
	Log   *slog.Logger
	// Templates are the ids of the messages' templates at WeChat, by which the phone asks for an
	// accept; of a message without one the news is in the app alone.
	Templates map[string]string
	// OpenIDs gives where people are reached at WeChat; who never came by WeChat is left out.
	OpenIDs func(ctx context.Context, personIDs []int64) (map[int64]string, error)
	// Send sends one message. The error is nil exactly when it was taken.
	Send func(ctx context.Context, openID string, n *Notice) (Outcome, error)
	Kept time.Duration // how long a notice stays; 0: for ever
	// Quiet are the hours in which messages wait that can.
	Quiet Quiet
	// Reach tells whether WeChat answers at all.
	Reach func(ctx context.Context) error
}

// Service reads notices and delivers messages.
type Service struct {
	Deps
	pause          pause
	kinds          map[Kind]feature.Notice
	urgent, answer []Kind
}

// NewService makes the service.
func NewService(d Deps) *Service { return &Service{Deps: d} }

// Know tells the service what each feature's notices are like.
func (s *Service) Know(features []feature.Feature) {
	s.kinds, s.urgent, s.answer = map[Kind]feature.Notice{}, nil, nil
	for _, f := range features {
		for _, n := range f.Notices {
			kind := Kind(n.Kind)
			s.kinds[kind] = n
			if n.Urgent {
				s.urgent = append(s.urgent, kind)
			}
			if n.Answer {
				s.answer = append(s.answer, kind)
			}
		}
	}
}

// noticesPage is where what leads nowhere else leads to.
const noticesPage = "pkg-me/notices"

// Look says how a notice looks, and on which page of the mini-program a tap on it lands.
func (s *Service) Look(n *Notice) (look feature.Notice, page string) {
	look, known := s.kinds[n.Kind]
	switch {
	case !known || !look.Plain && n.SubjectID == 0:
		return look, noticesPage
	case look.Plain:
		return look, look.Page
	}
	return look, fmt.Sprintf("%s?id=%d", look.Page, n.SubjectID)
}

// Of lists a person's notices, newest first, below the given id (0 for the newest).
func (s *Service) Of(ctx context.Context, personID, before int64, limit int) ([]Notice, error) {
	return noticesOf(s.Store.Read(ctx), personID, before, limit)
}

// Unread counts a person's unread notices.
func (s *Service) Unread(ctx context.Context, personID int64) (int64, error) {
	return countUnread(s.Store.Read(ctx), personID)
}

// Read marks those of a person's notices that were shown as read.
func (s *Service) Read(ctx context.Context, personID int64, ids []int64) error {
	return s.Store.Tx(ctx, func(tx *store.Tx) error { return setRead(tx, personID, ids) })
}

// maxCredit bounds the accepts a person can have in hand: nobody taps more often ahead.
const maxCredit = 20

// Accept notes that the actor tapped 允许 for each of the templates once.
func (s *Service) Accept(ctx context.Context, templates []string) error {
	slices.Sort(templates) // one order for all who write two rows
	return s.Store.Tx(ctx, func(tx *store.Tx) error {
		for _, t := range slices.Compact(templates) { // three at most
			if s.Templates[t] == "" {
				continue // of a setting that was taken out meanwhile
			}
			if err := addCredit(tx, auth.From(ctx).PersonID, t); err != nil {
				return err
			}
		}
		return nil
	})
}

// Letter is a message that did not go, with whom it was for.
type Letter struct {
	Notice
	PersonName string
}

// After is where a page of letters begins: behind the last one seen.
type After struct {
	FailedAt int64
	ID       int64 // 0: from the start
}

// Letters lists messages that did not go, those that failed last first: of the people at
// home in units that the actor administers, and of those at home in none.
func (s *Service) Letters(ctx context.Context, after After, limit int) ([]Letter, error) {
	return letters(s.Store.Read(ctx), auth.From(ctx).AdministeredPaths(), after, limit)
}

// Unsent counts messages that WeChat has not taken, each up to the cap: those that are due, and those that failed for good.
func (s *Service) Unsent(ctx context.Context, atMost int) (due, failed int64, err error) {
	counts, err := countUnsent(s.Store.Read(ctx), s.Store.Now(), atMost)
	if err != nil {
		return 0, 0, err
	}
	return counts[0], counts[1], nil
}

var (
	errNoLetter = fault.Missing("消息")
	errOver     = fault.New(fault.Conflict, "message_over", "这条消息说的事已经过去，再发没有用了。本人在“消息”里能看到")
	errNotDead  = fault.New(fault.Conflict, "not_failed", "这条消息已经在发了，不用再发一次")
)

// stood is what the audit log says of a message.
type stood struct {
	Delivery Delivery
	Fault    string
}

// Resend sends a message that did not go once more. One whose answer was lost may so
// arrive a second time; who sends it again has looked at it.
func (s *Service) Resend(ctx context.Context, id int64) error {
	roots := auth.From(ctx).AdministeredPaths()
	return s.Store.Tx(ctx, func(tx *store.Tx) error {
		l, err := letterByID(tx.DB, roots, id)
		if err != nil {
			return err
		}
		if l.SendBefore != nil && !l.SendBefore.After(tx.Now.Time) {
			return errOver
		}
		again, err := restart(tx, id, l.SendBefore)
		if err == nil && !again {
			return errNotDead
		}
		if err != nil {
			return err
		}
		return audit.Changed(tx, deliveryLog, id, 0, stood{l.Delivery, l.Fault}, stood{Waiting, ""})
	})
}

// Merge gives an account's notices to another account of the same person. Accepts belong to a
// WeChat user's phone and are not added up.
func Merge(tx *store.Tx, from, into int64) error { return moveNotices(tx, from, into) }
