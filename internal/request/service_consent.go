package request

import (
	"fmt"

	"gorm.io/gorm"

	"yimi/internal/auth"
	"yimi/internal/catalogue"
	"yimi/internal/outbox"
	"yimi/internal/say"
	"yimi/internal/scope"
	"yimi/internal/store"
)

// ShareWithdrawn tells who passed a person's requests on to an outside organisation, each by its number,
// to have the organisation stop; where they are no staff there any more, those who are.
func (s *Service) ShareWithdrawn(tx *store.Tx, personID int64) error {
	rows, err := sharedOutside(tx.DB, personID)
	if err != nil {
		return err
	}
	var told []outbox.Notice
	for i := range rows {
		r := &rows[i]
		who, err := s.actFor(tx.DB, r.UnitPath, r.ReferredBy)
		if err != nil {
			return err
		}
		body := fmt.Sprintf("%s不再同意把信息转给外面的社会组织。申请 %s（%s）%s转给了%s，请告诉它停止使用，不要再转", r.PersonName, r.Number, r.ServiceName,
			say.Time(r.ReferredAt.Time), r.Organisation)
		for _, id := range who {
			told = append(told, outbox.Notice{PersonID: id, Kind: NoticeConsentWithdrawn, Event: event(NoticeConsentWithdrawn, r.ID), Subject: subject, SubjectID: r.ID, Title: "有人撤回了转给社会组织的同意", Body: body})
		}
	}
	return outbox.Tell(tx, told...)
}

// actFor gives who acts on what somebody did at a unit: they themselves while they are its staff, else those who are nearest.
func (s *Service) actFor(db *gorm.DB, path string, personID int64) ([]int64, error) {
	var n int64
	err := db.Table("role_grants").Where("person_id = ? AND unit_id IN ? AND role IN ?", personID, scope.IDsOn(path), []auth.Role{auth.StationStaff, auth.DistrictAdmin}).Count(&n).Error
	if err != nil || n > 0 {
		return []int64{personID}, err
	}
	return staffOf(db, path)
}

// SensitiveWithdrawn and NoticeWithdrawn say to both sides of what is under way what follows from a consent
// that is withdrawn: to who asked, and to the worker or, without one, the station.
func (s *Service) SensitiveWithdrawn(tx *store.Tx, personID int64) error {
	return s.sayWithdrawn(tx, personID, true, "您撤回了“健康和要保密的事”的同意", "写过的只用来办完这件事，不会再写新的。不想接着办，可以在申请里取消",
		"撤回了“健康和要保密的事”的同意", "请不要再记新的健康情况和要保密的事；要不要接着办，请和本人商量")
}

// NoticeWithdrawn is SensitiveWithdrawn of the privacy notice.
func (s *Service) NoticeWithdrawn(tx *store.Tx, personID int64) error {
	return s.sayWithdrawn(tx, personID, false, "您撤回了隐私说明的同意", "这件事还照原来说好的办。在手机上只能看它、取消它，别的要先同意隐私说明；也可以打电话给社工站",
		"撤回了隐私说明的同意", "本人在手机上只能看和取消，看不到新约的时间也回不了留言；要不要接着办，请打电话商量")
}

func (s *Service) sayWithdrawn(tx *store.Tx, personID int64, sensitive bool, title, body, theirTitle, theirBody string) error {
	open := true
	rows, err := s.data.ofPerson(tx.DB, personID, Filter{Open: &open, Limit: exportLimit})
	if err == nil && sensitive {
		rows, err = onlySensitive(tx.DB, rows)
	}
	if err != nil {
		return err
	}
	var told []outbox.Notice
	for i := range rows {
		l := &rows[i]
		if l.State == Draft {
			continue
		}
		at := l.ServiceName + " " + l.Number
		if l.Booking != nil && l.Booking.Live != nil {
			at += "，约在 " + say.Span(l.Booking.StartsAt.Time, l.Booking.EndsAt.Time)
		}
		told = append(told, l.notice(NoticeRequestChanged, title, at+"：还在办。"+body)...)
		who, err := s.handlersOf(tx.DB, l)
		if err != nil {
			return err
		}
		for _, id := range who {
			kind := NoticeConsentWithdrawn
			if l.WorkerID != nil && *l.WorkerID == id {
				kind = NoticeCaseAssigned // opens as a case
			}
			told = append(told, outbox.Notice{PersonID: id, Kind: kind, Event: event(kind, l.ID), Subject: subject, SubjectID: l.ID, Title: l.PersonName + theirTitle, Body: at + "：还在办。" + theirBody})
		}
	}
	return outbox.Tell(tx, told...)
}

// handlersOf gives the worker, or without one the station's staff.
func (s *Service) handlersOf(db *gorm.DB, l *Line) ([]int64, error) {
	there, err := l.workerServes(db)
	if err != nil || there {
		return []int64{or(l.WorkerID)}, err
	}
	return staffOf(db, l.UnitPath)
}

func or(id *int64) int64 {
	if id == nil {
		return 0
	}
	return *id
}

// onlySensitive leaves the requests whose service asks about health or is confidential.
func onlySensitive(db *gorm.DB, rows []Line) (out []Line, err error) {
	var ids []int64
	for i := range rows {
		ids = append(ids, rows[i].ServiceTypeID)
	}
	var types []catalogue.Type
	if err := db.Where("id IN ?", append(ids, 0)).Find(&types).Error; err != nil {
		return nil, err
	}
	asks := map[int64]bool{}
	for i := range types {
		asks[types[i].ID] = types[i].Sensitive()
	}
	for i := range rows {
		if asks[rows[i].ServiceTypeID] {
			out = append(out, rows[i])
		}
	}
	return out, nil
}

// shared is a request that went to an outside organisation.
type shared struct {
	ID           int64
	Number       string
	PersonName   string
	ServiceName  string
	UnitPath     string
	Organisation string
	ReferredBy   int64
	ReferredAt   store.Time
}

func sharedOutside(db *gorm.DB, personID int64) (out []shared, err error) {
	err = db.Table("request_referrals").Select(`requests.id, requests.number, requests.person_name, service_types.name AS service_name, units.path AS unit_path,
			request_referrals.organisation, request_referrals.referred_by, request_referrals.created_at AS referred_at`).
		Joins("JOIN requests ON requests.id = request_referrals.request_id").Joins("JOIN service_types ON service_types.id = requests.service_type_id").
		Joins("JOIN units ON units.id = request_referrals.from_unit_id").
		Where("requests.person_id = ? AND request_referrals.organisation <> ''", personID).Order("request_referrals.id").Limit(exportLimit).Find(&out).Error
	return out, err
}
