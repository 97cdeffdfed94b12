package request

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"yimi/internal/auth"
)

// Get gives one request with all that belongs to it, to those who may see it; a look by
// anybody but who asked is kept, once a day and person.
func (s *Service) Get(ctx context.Context, id int64) (*Detail, error) {
	l, err := s.seen(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := s.lookOnce(ctx, l); err != nil {
		return nil, err
	}
	return s.detail(ctx, l)
}

// read is Get for the answer to a deed, which has kept the look.
func (s *Service) read(ctx context.Context, id int64) (*Detail, error) {
	l, err := s.seen(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.detail(ctx, l)
}

// seen reads a request that the actor may see.
func (s *Service) seen(ctx context.Context, id int64) (*Line, error) {
	l, err := s.data.find(s.db.Read(ctx), id)
	if err != nil {
		return nil, err
	}
	return l, l.missed(s.db.Read(ctx), auth.From(ctx), maySee(auth.From(ctx), l))
}

func (s *Service) detail(ctx context.Context, l *Line) (*Detail, error) {
	one := []Line{*l}
	if err := s.addActions(ctx, one); err != nil {
		return nil, err
	}
	d := &Detail{Line: one[0]}
	if err := s.fill(ctx, d); err != nil {
		return nil, err
	}
	for i := range d.Attachments {
		d.Attachments[i].Removal = removalOf(auth.From(ctx), l, &d.Attachments[i])
	}
	return d, s.narrow(ctx, d)
}

// fill adds what belongs to a request: at most nine reads by index, whatever the data.
func (s *Service) fill(ctx context.Context, d *Detail) (err error) {
	db := s.db.Read(ctx)
	if d.Timeline, err = timelineOf(db, d.ID); err != nil {
		return err
	}
	for i := range d.Timeline {
		t := &d.Timeline[i]
		if t.Text = t.toResident(); handles(auth.From(ctx), &d.Line) {
			t.Text = t.Said
		}
	}
	messages, err := s.data.notesOf(db, d.ID, messageNote)
	if err != nil {
		return err
	}
	d.addMessages(messages)
	if err := s.fillWork(db, d); err != nil {
		return err
	}
	return s.fillRare(db, d)
}

// fillWork adds what every request may have.
func (s *Service) fillWork(db *gorm.DB, d *Detail) (err error) {
	if d.Visits, err = s.data.visitsOf(db, d.ID); err != nil {
		return err
	}
	if d.Attachments, err = attachmentsOf(db, d.ID); err != nil {
		return err
	}
	if slices.Contains(d.Actions, "note") {
		if d.Notes, err = s.data.notesOf(db, d.ID, staffNote); err != nil {
			return err
		}
	}
	looks, err := countLooks(db, d.ID)
	d.Looks = int(looks)
	return err
}

// fillRare adds what few have.
func (s *Service) fillRare(db *gorm.DB, d *Detail) (err error) {
	if d.had("refer") {
		if d.Referral, err = lastReferral(db, d.ID); err != nil {
			return err
		}
	}
	if d.had("reopen") {
		if d.EarlierRatings, err = ratingsOf(db, d.ID); err != nil {
			return err
		}
	}
	if d.ShiftID != nil {
		d.Shift, err = shiftOf(db, *d.ShiftID)
	}
	return err
}

// had tells whether the action may have happened to it: a timeline too long to be shown whole may hide it.
func (d *Detail) had(action string) bool {
	return len(d.Timeline) == maxTimeline || slices.ContainsFunc(d.Timeline, func(t TimelineLine) bool { return t.Action == action })
}

// addMessages puts messages into the timeline where they belong.
func (d *Detail) addMessages(messages []Note) {
	for _, m := range messages {
		line := TimelineLine{Action: "message", ToState: d.State, ActorID: m.AuthorID, ActorName: m.AuthorName, ActorRole: m.AuthorRole, Text: m.Text, At: m.CreatedAt}
		for _, t := range d.Timeline {
			if !t.At.After(m.CreatedAt.Time) {
				line.ToState = t.ToState
			}
		}
		d.Timeline = append(d.Timeline, line)
	}
	slices.SortStableFunc(d.Timeline, func(a, b TimelineLine) int { return a.At.Compare(b.At.Time) })
}
