package app

import (
	"context"
	"fmt"
	"time"

	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/identity"
	"yimi/internal/request"
	"yimi/internal/say"
	"yimi/internal/store"
)

// The demo's services, workers and requests. Requests go through the use cases, one after
// another as people would do them, and are then moved back in time.

func yes(q string, label string) catalogue.Question {
	return catalogue.Question{Key: q, Label: label, Kind: "yes_no", Required: true}
}

var demoServices = []catalogue.Type{
	{Field: "relief", Theme: "heart", Icon: "counsel", Name: "心理疏导", Line: "与社工面谈，一次 50 分钟，内容保密",
		Detail: "睡不好、提不起劲、和家里人说不到一块，都可以来坐坐。社工听您说，一起想办法。谈话内容只有社工和督导能看。",
		Ways:   "station,phone", Mode: catalogue.ByBooking, LengthMinutes: 50, BufferMinutes: 10, HorizonDays: 28, LeadMinutes: 120, GroupsServed: "everyone",
		Questions: catalogue.Encode([]catalogue.Question{
			{Key: "sleep", Label: "最近睡得好吗", Kind: "choice", Required: true, Sensitive: true, Options: []string{"还好", "睡不踏实", "整夜睡不着"}},
			{Key: "before", Label: "以前找人聊过吗", Help: "没有也没关系", Kind: "yes_no"}}),
		Confidential: true, Promises: catalogue.Encode([]catalogue.Promise{{Urgency: "normal", Minutes: 4320}, {Urgency: "soon", Minutes: 1440}}),
		MinLevel: catalogue.Junior, PlaceName: "社工站二楼 谈心室", PlaceNote: "有电梯，轮椅可进"},
	{Field: "elder", Theme: "heart", Icon: "company", Name: "情感陪伴", Line: "志愿者定期上门坐坐、打电话问候",
		Detail: "给一个人住的老人找个伴：每周来坐一坐，或打个电话。先由社工上门认识一下，再安排固定的志愿者。",
		Ways:   "home,phone", Mode: catalogue.OnRequest, GroupsServed: "elder,disabled",
		Questions: catalogue.Encode([]catalogue.Question{{Key: "days", Label: "哪几天方便", Kind: "choices", Required: true, Options: []string{"周一", "周二", "周三", "周四", "周五", "周末"}}}),
		MinLevel:  catalogue.NoLevel},
	{Field: "elder", Theme: "heart", Icon: "life", Name: "生命回顾", Line: "帮老人把一生的故事讲出来、留下来",
		Detail: "社工陪老人看老照片、讲从前，写成一本小册子留给家里人。一般来四到六次。", Ways: "home,station", Mode: catalogue.OnRequest, GroupsServed: "elder", Questions: "[]", MinLevel: catalogue.Junior},
	{Field: "elder", Theme: "body", Icon: "care", Name: "照料护理", Line: "助浴、陪诊、康复、临时照看",
		Detail: "刚出院、行动不便、家里人一时顾不上，社工先上门看一看，再安排人来照料。",
		Ways:   "home", Mode: catalogue.OnRequest, GroupsServed: "elder,disabled,hardship",
		Questions: catalogue.Encode([]catalogue.Question{
			{Key: "need", Label: "需要哪些帮忙", Kind: "choices", Required: true, Options: []string{"助浴", "陪诊", "康复", "临时照看"}},
			yes("alone", "老人一个人住吗"),
			{Key: "illness", Label: "有什么病、在吃什么药", Help: "写给上门的社工看", Kind: "lines", Sensitive: true}}),
		Promises: catalogue.Encode([]catalogue.Promise{{Urgency: "normal", Minutes: 4320}, {Urgency: "soon", Minutes: 1440}, {Urgency: "urgent", Minutes: 240}}), MinLevel: catalogue.Junior},
	{Field: "elder", Theme: "body", Icon: "safe", Name: "居家安全", Line: "扶手、防滑、燃气报警，先看后装",
		Detail: "社工带师傅上门看一遍：门槛、卫生间、燃气、电线，哪里不稳当就先改哪里。", Ways: "home", Mode: catalogue.OnRequest, GroupsServed: "elder,disabled,hardship",
		Questions: catalogue.Encode([]catalogue.Question{yes("own", "房子是自己的吗"), {Key: "where", Label: "最担心哪里", Kind: "text"}}), MinLevel: catalogue.NoLevel},
	{Field: "relief", Theme: "rights", Icon: "law", Name: "法律援助", Line: "赡养、财产、劳动，律师每周四坐班",
		Detail: "带上手头的材料来就行，律师看过告诉您该怎么办、找谁办。", Ways: "station", Mode: catalogue.ByBooking, LengthMinutes: 40, BufferMinutes: 5, HorizonDays: 35, LeadMinutes: 240,
		GroupsServed: "everyone", Questions: catalogue.Encode([]catalogue.Question{{Key: "about", Label: "是哪方面的事", Kind: "choice", Required: true, Options: []string{"赡养", "财产", "劳动", "婚姻", "别的"}}}),
		Confidential: true, MinLevel: catalogue.NoLevel, PlaceName: "社工站一楼 接待室", PlaceNote: "进门右手边"},
	{Field: "community", Theme: "rights", Icon: "blend", Name: "社会融入", Line: "刚搬来、刚退休，重新找到圈子",
		Detail: "社工带您认识邻居、参加活动，帮着办手续、认路。", Ways: "station,home,phone", Mode: catalogue.OnRequest, GroupsServed: "everyone", Questions: "[]", MinLevel: catalogue.NoLevel},
	{Field: "child", Theme: "family", Icon: "family", Name: "亲情帮扶", Line: "孩子不在身边，家里有矛盾",
		Detail: "父母在外地务工、周末没人带，或家里总吵架，社工来帮着一起理一理。", Ways: "home,station,phone", Mode: catalogue.OnRequest, GroupsServed: "child,left_behind,hardship",
		Questions: catalogue.Encode([]catalogue.Question{{Key: "grade", Label: "孩子上几年级", Kind: "text"}}), MinLevel: catalogue.Junior},
	{Field: "child", Theme: "family", Icon: "hobby", Name: "兴趣发展", Line: "画画、书法、合唱，周末小班",
		Detail: "给 6 到 16 岁的孩子。约上就能来，第一次请家长陪着。", Ways: "station", Mode: catalogue.ByBooking, Instant: true, LengthMinutes: 60, BufferMinutes: 0, HorizonDays: 21, LeadMinutes: 60,
		GroupsServed: "child", Questions: catalogue.Encode([]catalogue.Question{{Key: "age", Label: "孩子几岁", Kind: "number", Required: true, Minimum: ptr(3), Maximum: ptr(17)}}),
		MinLevel: catalogue.NoLevel, PlaceName: "清水渠社会工作服务室", PlaceNote: "一楼，无台阶"},
}

func ptr[T any](v T) *T { return &v }

type demoWorker struct {
	key, name, station string
	level              catalogue.Level
	services           []string
}

var demoWorkers = []demoWorker{
	{"supervisor", "马晓梅", demoDistrict, catalogue.Senior, []string{"心理疏导"}},
	{"worker", "周文静", "东方社区社工站", catalogue.Intermediate, []string{"心理疏导", "情感陪伴", "生命回顾", "照料护理", "居家安全", "社会融入", "亲情帮扶"}},
	{"worker2", "罗燕", "东方社区社工站", catalogue.Junior, []string{"情感陪伴", "照料护理", "居家安全", "法律援助", "兴趣发展", "心理疏导"}},
	{"worker3", "李志强", "鹏胜社区社工站", catalogue.Junior, []string{"心理疏导", "情感陪伴", "照料护理", "居家安全", "法律援助", "兴趣发展"}},
}

// demoLoop makes the demo's services, workers and requests once, and keeps something ahead
// in the worker's calendar.
type demoLoop struct {
	*demoThings
	ctx context.Context
	app *App
	err error // the first; the steps after it do nothing
}

func (a *App) newDemoLoop(ctx context.Context) (*demoLoop, error) {
	d := &demoLoop{ctx: ctx, app: a}
	return d, a.Store.Tx(ctx, func(tx *store.Tx) (err error) {
		d.demoThings, err = findDemo(tx)
		return err
	})
}

// makeDemoRequests makes the services, the workers, and what people ask for.
func (a *App) makeDemoRequests(ctx context.Context) error {
	d, err := a.newDemoLoop(ctx)
	if err != nil {
		return err
	}
	d.tx(d.makeCatalogue)
	if d.err != nil {
		return d.err
	}
	if d, err = a.newDemoLoop(ctx); err != nil {
		return err
	}
	d.makeRequests()
	d.loose()
	return d.err
}

func (d *demoLoop) tx(fn func(*store.Tx) error) {
	if d.err == nil {
		d.err = d.app.Store.Tx(d.ctx, fn)
	}
}

// makeCatalogue writes the services, the workers with their hours, and the holidays.
func (d *demoLoop) makeCatalogue(tx *store.Tx) error {
	for i, s := range demoServices {
		s.UnitID, s.Active, s.Position, s.CreatedAt = d.units[demoDistrict].ID, true, (i+1)*10, tx.Now
		if s.LengthMinutes == 0 {
			s.LengthMinutes, s.HorizonDays, s.LeadMinutes = 60, 28, 120
		}
		if s.Promises == "" {
			s.Promises = catalogue.Encode([]catalogue.Promise{{Urgency: "normal", Minutes: 4320}})
		}
		if err := tx.Create(&s).Error; err != nil {
			return err
		}
		d.services[s.Name] = s.ID
	}
	supervisor := int64(0)
	for _, w := range demoWorkers {
		id, err := d.makeWorker(tx, w, supervisor)
		if err != nil {
			return err
		}
		if supervisor == 0 {
			supervisor = id
		}
	}
	year := tx.Now.In(store.Shanghai).Year()
	for y := year; y <= year+1; y++ {
		for _, h := range []booking.Holiday{{Day: fmt.Sprintf("%d-01-01", y), Name: "元旦"}, {Day: fmt.Sprintf("%d-05-01", y), Name: "劳动节"},
			{Day: fmt.Sprintf("%d-10-01", y), Name: "国庆节"}, {Day: fmt.Sprintf("%d-10-02", y), Name: "国庆节"}, {Day: fmt.Sprintf("%d-10-03", y), Name: "国庆节"}} {
			h.UnitID, h.Kind, h.CreatedAt = d.units[demoDistrict].ID, "off", tx.Now
			if err := tx.Create(&h).Error; err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *demoLoop) makeWorker(tx *store.Tx, w demoWorker, supervisor int64) (int64, error) {
	u := d.units[w.station]
	id := d.people[w.key]
	if id == 0 {
		p := identity.Person{Name: w.name, Sex: "female", BirthDate: ptr("1985-05-20"), UnitID: &u.ID, CreatedAt: tx.Now}
		if err := addDemoPerson(tx, &p, true, false); err != nil {
			return 0, err
		}
		id = p.ID
		if err := tx.Create(demoLogins(w.key, id, tx.Now)).Error; err != nil {
			return 0, err
		}
		if err := tx.Create(&identity.RoleGrant{PersonID: id, UnitID: u.ID, Role: auth.SocialWorker, CreatedAt: tx.Now}).Error; err != nil {
			return 0, err
		}
	}
	p := booking.Provider{PersonID: id, UnitID: u.ID, Level: w.level, DailyCap: 6, Active: true, CreatedAt: tx.Now}
	if supervisor != 0 {
		p.SupervisorID = &supervisor
	}
	if err := tx.Create(&p).Error; err != nil {
		return 0, err
	}
	for _, name := range w.services {
		if err := tx.Exec("INSERT INTO provider_services (provider_id, service_type_id) VALUES (?, ?)", id, d.services[name]).Error; err != nil {
			return 0, err
		}
	}
	var spans []booking.Span
	for day := 1; day <= 6; day++ {
		spans = append(spans, booking.Span{ProviderID: id, Kind: "work", Weekday: day, StartMinute: 9 * 60, EndMinute: 12 * 60})
		if day < 6 {
			spans = append(spans, booking.Span{ProviderID: id, Kind: "work", Weekday: day, StartMinute: 14 * 60, EndMinute: 18 * 60})
		}
	}
	return id, tx.Create(&spans).Error
}

// as is a context in which one of the demo's people does an operation.
func (d *demoLoop) as(key, operation string) context.Context {
	var grants []auth.Grant
	if d.err == nil {
		d.err = d.app.Store.Read(d.ctx).Table("role_grants").Select("role_grants.role, role_grants.unit_id, units.path AS unit_path").
			Joins("JOIN units ON units.id = role_grants.unit_id").Where("role_grants.person_id = ?", d.people[key]).Find(&grants).Error
	}
	ctx := audit.With(d.ctx, audit.Origin{Operation: operation})
	return auth.With(ctx, auth.Actor{PersonID: d.people[key], Grants: append(grants, auth.Grant{Role: auth.Resident})})
}

// ask asks for a service as a person would; a booking gets the nth free slot from now.
func (d *demoLoop) ask(who, service string, nth int, ask request.Ask) int64 {
	if d.err != nil {
		return 0
	}
	ctx := d.as(who, "createRequest")
	ask.ServiceTypeID = d.services[service]
	if ask.Urgency == "" {
		ask.Urgency = "normal"
	}
	if ask.BeneficiaryID != 0 {
		ask.Health = request.Health{By: "self", Way: "in_person"}
	} else if ask.Caller != nil {
		ask.Health = request.Health{By: "self", Way: "phone"}
	}
	if ask.Phone == "" {
		ask.Phone = "13909531234"
	}
	if nth >= 0 {
		ask.Slot = d.freeSlot(ctx, ask.ServiceTypeID, nth, d.people["worker"], 0)
	}
	r, err := d.app.Requests.Create(ctx, ask)
	if err != nil {
		d.err = fmt.Errorf("asking for %s: %w", service, err)
		return 0
	}
	return r.ID
}

// freeSlot gives the nth free slot of a service of the first of the providers who has one; 0 is anybody.
func (d *demoLoop) freeSlot(ctx context.Context, serviceID int64, nth int, providers ...int64) *request.SlotWish {
	from := d.app.Store.Now().In(store.Shanghai)
	for _, provider := range providers {
		c, err := d.app.Requests.Slots(ctx, serviceID, d.units["东方社区社工站"].ID, provider, 0, from.Format(time.DateOnly), from.AddDate(0, 0, 14).Format(time.DateOnly))
		if err != nil {
			continue
		}
		left := nth
		for _, day := range c.Days {
			for _, s := range day.Slots {
				if s.State != booking.Free {
					continue
				}
				if left == 0 {
					return &request.SlotWish{ProviderID: s.ProviderID, StartsAt: s.StartsAt}
				}
				left--
			}
		}
	}
	return nil
}

// then does the deeds on a request, one after another.
func (d *demoLoop) then(deeds ...func() (*request.Detail, error)) {
	for _, deed := range deeds {
		if d.err == nil {
			_, d.err = deed()
		}
	}
}

// family gives a person somebody to ask for.
func (d *demoLoop) family(who string, b request.Beneficiary, groups ...string) int64 {
	if d.err != nil {
		return 0
	}
	b.Sex = "unknown"
	kept, err := d.app.Requests.KeepBeneficiary(d.as(who, "addBeneficiary"), &b, groups)
	if err != nil {
		d.err = err
		return 0
	}
	return kept.ID
}

// ago moves a request and all that belongs to it back in time, and what its notices say with it.
func (d *demoLoop) ago(id int64, back time.Duration) {
	ms := back.Milliseconds()
	d.tx(func(tx *store.Tx) error {
		if err := redate(tx, id, back); err != nil {
			return err
		}
		for _, sql := range []string{
			"UPDATE requests SET created_at = created_at - ?, state_since = state_since - ?, submitted_at = submitted_at - ?, respond_by = respond_by - ?, responded_at = responded_at - ?, accepted_at = accepted_at - ?, rated_at = rated_at - ? WHERE id = ?",
			"UPDATE request_timeline SET at = at - ? WHERE request_id = ?", "UPDATE request_notes SET created_at = created_at - ? WHERE request_id = ?",
			"UPDATE request_visits SET started_at = started_at - ?, ended_at = ended_at - ? WHERE request_id = ?",
			"UPDATE notices SET created_at = created_at - ? WHERE subject = 'request' AND subject_id = ?",
		} {
			args := []any{}
			for range countMarks(sql) - 1 {
				args = append(args, ms)
			}
			if err := tx.Exec(sql, append(args, id)...).Error; err != nil {
				return err
			}
		}
		return nil
	})
}

// redate moves the time of the answer that the notices of a request promise.
func redate(tx *store.Tx, id int64, back time.Duration) error {
	var r request.Request
	if err := tx.Where("id = ?", id).Take(&r).Error; err != nil || r.RespondBy == nil {
		return err
	}
	return tx.Exec("UPDATE notices SET body = REPLACE(body, ?, ?) WHERE subject = 'request' AND subject_id = ?",
		say.Time(r.RespondBy.Time), say.Time(r.RespondBy.Add(-back)), id).Error
}

func countMarks(sql string) (n int) {
	for _, c := range sql {
		if c == '?' {
			n++
		}
	}
	return n
}

// visited gives a finished visit of a request a length; the demo presses start and finish at once.
func (d *demoLoop) visited(id int64, minutes int) {
	d.tx(func(tx *store.Tx) error {
		return tx.Exec("UPDATE request_visits SET minutes = ?, started_at = ended_at - ? WHERE request_id = ?", minutes, minutes*60_000, id).Error
	})
}

func answer(key string, values ...string) catalogue.Given {
	return catalogue.Given{Key: key, Values: values}
}
