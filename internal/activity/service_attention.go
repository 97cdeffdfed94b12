package activity

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/store"
)

func joinReasons(reasons []string) string { return strings.Join(reasons, ",") }

// look puts on the attention list what of a shift's presence needs it: that of the given sign-ups
// before they are confirmed, and all (nil) when the shift is over. It gives the presence by sign-up.
func (s *Service) look(ctx context.Context, shift *Shift, a *Activity, near []int64) (map[int64]presenceRow, error) {
	rows, err := presenceOf(s.db.Read(ctx), shift.ID, near)
	if err != nil {
		return nil, err
	}
	if len(looks(shift, a, rows)) > 0 {
		err = s.db.Tx(store.WithoutKey(ctx), func(tx *store.Tx) error {
			rows, err = presenceOf(tx.DB, shift.ID, near)
			if err != nil {
				return err
			}
			return setReasons(tx, looks(shift, a, rows))
		})
	}
	out := make(map[int64]presenceRow, len(rows))
	for _, r := range rows {
		out[r.SignupID] = r
	}
	return out, err
}

// hand is what somebody of staff did to a shift, by which they have a part in the presence on it.
type hand string

// The deeds.
const (
	handMade    hand = "made"
	handMoved   hand = "moved"
	handShowed  hand = "showed"  // its code
	handScanned hand = "scanned" // somebody's own code
	handUndid   hand = "undid"   // a scan
	handEased   hand = "eased"   // fence or way of check-in
)

// handsBefore is how long before a shift making or moving it counts.
const handsBefore = 24 * time.Hour

// shiftHand is a deed, kept once for each person and shift.
type shiftHand struct {
	ShiftID  int64
	PersonID int64
	Deed     hand
	At       store.Time
}

// TableName names the table.
func (shiftHand) TableName() string { return "shift_hands" }

// counts tells whether the deed keeps its doer from confirming alone what needs a look.
func (h shiftHand) counts(s *Shift) bool {
	return h.Deed != handMade && h.Deed != handMoved || !h.At.Before(s.StartsAt.Add(-handsBefore))
}

// noteMade keeps who made shifts that start within a day: of later ones it is of no consequence,
// and who moves them nearer has a hand of their own.
func noteMade(tx *store.Tx, shifts []Shift, by int64) error {
	var near []int64
	for i := range shifts {
		if shifts[i].StartsAt.Sub(tx.Now.Time) < handsBefore {
			near = append(near, shifts[i].ID)
		}
	}
	return noteHands(tx, near, by, handMade)
}

// noteShown keeps once that somebody showed the shift's code.
func (s *Service) noteShown(ctx context.Context, shiftID, by int64) error {
	there, err := hasHand(s.db.Read(ctx), shiftID, by, handShowed)
	if err != nil || there {
		return err
	}
	return s.db.Tx(ctx, func(tx *store.Tx) error { return noteHand(tx, shiftID, by, handShowed) })
}

// confirmsAlone tells whether the actor, whose accounts are mine, confirms alone what of a shift is
// on the attention list: not who made or moved it within a day of it, showed its code or scanned
// somebody's, nor who is no second hand beside one who did.
func (s *Service) confirmsAlone(ctx context.Context, mine human.Set, shift *Shift, path string) (bool, error) {
	db := s.db.Read(ctx)
	hands, err := handsOf(db, shift.ID)
	if err != nil {
		return false, err
	}
	asked := map[int64]bool{}
	for _, h := range hands {
		if !h.counts(shift) || asked[h.PersonID] {
			continue
		}
		asked[h.PersonID] = true
		if _, err := s.Hands.Second(db, auth.From(ctx), mine, h.PersonID, path, s.db.Now().Time); err != nil {
			return false, notRefused(err)
		}
	}
	return true, nil
}

// notRefused is the error unless it is a refusal.
func notRefused(err error) error {
	if fault.From(err).Kind == fault.Internal {
		return err
	}
	return nil
}

// noteEased keeps who changed what check-in asks for after people had signed up: the fence, its
// middle, or whose code is read.
func noteEased(ctx context.Context, tx *store.Tx, was, is *Activity) error {
	same := func(a, b *float64) bool { return a == b || a != nil && b != nil && *a == *b }
	if was.FenceMetres == is.FenceMetres && was.CheckinMode == is.CheckinMode && same(was.Latitude, is.Latitude) && same(was.Longitude, is.Longitude) {
		return nil
	}
	signups, err := liveUnfinished(tx, is.ID)
	if err != nil {
		return err
	}
	shifts := map[int64]bool{}
	for i := range signups {
		shifts[signups[i].ShiftID] = true
	}
	ids := slices.Sorted(maps.Keys(shifts))
	if err := setEased(tx, ids); err != nil {
		return err
	}
	return noteHands(tx, ids, auth.From(ctx).PersonID, handEased)
}
