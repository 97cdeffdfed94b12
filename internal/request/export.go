package request

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"yimi/internal/catalogue"
	"yimi/internal/feature"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// exportLimit bounds each list of an export.
const exportLimit = 10_000

// Export is what a person asked for, and for whom. Notes of the staff and case notes are the
// professionals' own records and are not in it.
type Export struct {
	Requests      []RequestExport     `json:"requests"`
	Beneficiaries []BeneficiaryExport `json:"beneficiaries"`
}

// RequestExport is one request with all that who asked may see of it.
type RequestExport struct {
	ID            int64              `json:"id"`
	Number        string             `json:"number"`
	Service       string             `json:"service"`
	Unit          string             `json:"unit"`
	State         State              `json:"state"`
	Way           string             `json:"way"`
	Urgency       string             `json:"urgency"`
	FiledByStaff  bool               `json:"filed_by_staff"`
	Name          string             `json:"name"`
	Beneficiary   string             `json:"beneficiary"`
	Relation      string             `json:"relation"`
	BirthDate     *string            `json:"beneficiary_birth_date"`
	Groups        []string           `json:"beneficiary_groups"`
	Guardian      bool               `json:"guardian_agreed"`
	Consent       string             `json:"consent"`
	HealthConsent string             `json:"health_consent"` // in words, of somebody who was asked for
	Words         string             `json:"words"`
	Answers       []catalogue.Answer `json:"answers"`
	Phone         string             `json:"phone"`
	Address       string             `json:"address"`
	Reason        string             `json:"reason"` // of the last return, rejection or cancelling
	Worker        string             `json:"worker"`
	CreatedAt     time.Time          `json:"created_at"`
	SubmittedAt   *time.Time         `json:"submitted_at"`
	Rating        *int               `json:"rating"`
	RatingComment string             `json:"rating_comment"`
	RatedAt       *time.Time         `json:"rated_at"`
	Earlier       []RatingExport     `json:"earlier_ratings"` // before it was reopened
	Timeline      []StepExport       `json:"timeline"`
	Messages      []MessageExport    `json:"messages"`
	Visits        []VisitExport      `json:"visits"`
	Referrals     []ReferralExport   `json:"referrals"`
	Attachments   []FileExport       `json:"attachments"`
	Looks         []LookExport       `json:"looks"`
	Withheld      []WithheldExport   `json:"withheld"`
}

// RatingExport is what the person said of a request before it was reopened.
type RatingExport struct {
	Rating  int       `json:"rating"`
	Comment string    `json:"comment"`
	RatedAt time.Time `json:"rated_at"`
}

// StepExport is one step of a request.
type StepExport struct {
	Action string    `json:"action"`
	To     State     `json:"to"`
	By     string    `json:"by"` // resident, staff, worker, system
	Said   string    `json:"said"`
	At     time.Time `json:"at"`
}

// MessageExport is one message of a request.
type MessageExport struct {
	Mine bool      `json:"mine"`
	Text string    `json:"text"`
	At   time.Time `json:"at"`
}

// VisitExport is one time that somebody came.
type VisitExport struct {
	StartedAt time.Time  `json:"started_at"`
	EndedAt   *time.Time `json:"ended_at"`
	Minutes   int        `json:"minutes"`
	Place     string     `json:"place"`
	Worker    string     `json:"worker"`
	Done      string     `json:"done"`
}

// ReferralExport is how a request went to somebody else.
type ReferralExport struct {
	To      string    `json:"to"`
	Reason  string    `json:"reason"`
	Consent string    `json:"consent"`
	At      time.Time `json:"at"`
}

// FileExport is an attachment; File is its name in the archive, "" for what others put in.
type FileExport struct {
	File  string    `json:"file"`
	Kind  string    `json:"kind"`
	Bytes int64     `json:"bytes"`
	Mine  bool      `json:"mine"`
	At    time.Time `json:"at"`
}

// LookExport is one time that somebody looked at a request (个人信息保护法 Art 44: to know).
type LookExport struct {
	Name string    `json:"name"`
	Role string    `json:"role"`
	What string    `json:"what"`
	At   time.Time `json:"at"`
}

// BeneficiaryExport is somebody whom the person asks for, as the person wrote it.
type BeneficiaryExport struct {
	Name      string    `json:"name"`
	Relation  string    `json:"relation"`
	Sex       string    `json:"sex"`
	BirthDate *string   `json:"birth_date"`
	Groups    []string  `json:"groups"`
	Unit      string    `json:"unit"`
	Guardian  bool      `json:"guardian"`
	Consent   string    `json:"consent"`
	Phone     string    `json:"phone"`
	Address   string    `json:"address"`
	CreatedAt time.Time `json:"created_at"`
}

// Export gives all that this package keeps of a person (个人信息保护法 Art 45).
func (s *Service) Export(ctx context.Context, of feature.Account) (any, error) {
	db := s.db.Read(ctx)
	rows, err := s.data.ofPerson(db, of.PersonID, Filter{Limit: exportLimit})
	if err != nil {
		return nil, err
	}
	x, err := s.data.belongings(db, of.PersonID)
	if err != nil {
		return nil, err
	}
	family, err := s.data.beneficiaries(db, of.PersonID)
	if err != nil {
		return nil, err
	}
	out := Export{make([]RequestExport, len(rows)), make([]BeneficiaryExport, len(family))}
	for i := range rows {
		out.Requests[i] = rows[i].export()
		x.addTo(&out.Requests[i], &rows[i])
	}
	if err := addWithheld(db, of.PersonID, &x, rows, out.Requests); err != nil {
		return nil, err
	}
	for i, b := range family {
		out.Beneficiaries[i] = BeneficiaryExport{b.Name, b.Relation, b.Sex, b.BirthDate, b.GroupWords(), b.UnitName, b.Guardian, b.Consent, b.Phone, b.Address, b.CreatedAt.In(store.Shanghai)}
	}
	return out, nil
}

func (l *Line) export() RequestExport {
	return RequestExport{ID: l.ID, Number: l.Number, Service: l.ServiceName, Unit: l.UnitName, State: l.State, Way: l.Way, Urgency: l.Urgency,
		FiledByStaff: l.FiledBy != nil, Name: l.PersonName, Beneficiary: l.BeneficiaryName, Relation: l.Relation, BirthDate: l.BirthDate, Groups: l.GroupWords(),
		Guardian: l.Guardian, Consent: l.Consent, HealthConsent: l.healthSaid(), Words: l.Words(), Answers: append([]catalogue.Answer{}, l.Answers()...), Phone: l.Phone(), Address: l.Address(),
		Reason: l.Reason, Worker: l.WorkerName, CreatedAt: l.CreatedAt.In(store.Shanghai), SubmittedAt: store.Local(l.SubmittedAt),
		Rating: l.Rating, RatingComment: l.RatingComment, RatedAt: store.Local(l.RatedAt),
		Earlier: []RatingExport{}, Timeline: []StepExport{}, Messages: []MessageExport{}, Visits: []VisitExport{}, Referrals: []ReferralExport{}, Attachments: []FileExport{}, Looks: []LookExport{}, Withheld: []WithheldExport{}}
}

// belongings are what belongs to a person's requests, by request.
type belongings struct {
	timeline  map[int64][]TimelineLine
	messages  map[int64][]ownNote
	visits    map[int64][]Visit
	referrals map[int64][]Referral
	ratings   map[int64][]Rating
	files     map[int64][]Attachment
	looks     map[int64][]Look
}

// addTo adds what belongs to a request. What was done in confidence is a case note in all but
// name, and no screen shows it to who asked either.
func (x *belongings) addTo(r *RequestExport, l *Line) {
	for _, t := range x.timeline[r.ID] {
		r.Timeline = append(r.Timeline, StepExport{t.Action, t.ToState, t.ActorRole, t.toResident(), t.At.In(store.Shanghai)})
	}
	for _, m := range x.messages[r.ID] {
		r.Messages = append(r.Messages, MessageExport{m.AuthorRole == roleName(workflow.ByResident), m.Text, m.CreatedAt.In(store.Shanghai)})
	}
	for _, v := range x.visits[r.ID] {
		if l.Confidential {
			v.Done = ""
		}
		r.Visits = append(r.Visits, VisitExport{v.StartedAt.In(store.Shanghai), store.Local(v.EndedAt), v.Minutes, v.Place, v.WorkerName, v.Done})
	}
	for _, f := range x.referrals[r.ID] {
		r.Referrals = append(r.Referrals, ReferralExport{f.ToName, f.Reason, f.Consent, f.CreatedAt.In(store.Shanghai)})
	}
	for _, g := range x.ratings[r.ID] {
		r.Earlier = append(r.Earlier, RatingExport{g.Rating, g.Comment, g.RatedAt.In(store.Shanghai)})
	}
	for _, a := range x.files[r.ID] {
		f := FileExport{Kind: a.Kind, Bytes: a.Bytes, Mine: a.AuthorRole == roleName(workflow.ByResident), At: a.CreatedAt.In(store.Shanghai)}
		if f.Mine {
			f.File = fmt.Sprintf("files/%s-%d.%s", r.Number, a.Position, a.Kind)
		}
		r.Attachments = append(r.Attachments, f)
	}
	for _, l := range x.looks[r.ID] {
		r.Looks = append(r.Looks, LookExport{l.Name, l.Role, l.What, l.At.In(store.Shanghai)})
	}
}

// ExportFiles gives the files that a person put to their requests, one after the other, under
// the names that Export says. One that was taken away meanwhile is left out.
func (s *Service) ExportFiles(ctx context.Context, personID int64, add func(name string, file []byte) error) error {
	files, err := filesOf(s.db.Read(ctx), personID)
	if err != nil {
		return err
	}
	for _, a := range files {
		sealed, err := s.Files.Read(a.Name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		file, err := s.Box.Open("files/"+a.Name, sealed)
		if err != nil {
			return err
		}
		if err := add(fmt.Sprintf("files/%s-%d.%s", a.Number, a.Position, a.Kind), file); err != nil {
			return err
		}
	}
	return nil
}
