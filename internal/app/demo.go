package app

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"yimi/internal/activity"
	"yimi/internal/auth"
	"yimi/internal/campaign"
	"yimi/internal/config"
	"yimi/internal/hours"
	"yimi/internal/identity"
	"yimi/internal/store"
	"yimi/internal/unit"
	"yimi/internal/wechat/wechattest"
)

// The demo is Hongsibu in Wuzhong, with made-up people. It is written through the
// ledger's own functions, so "yimi verify" holds for it as for real data.

const (
	demoDistrict = "红寺堡区社会工作服务中心"
	demoSeed     = 20261129
	demoDays     = 330 // how far back the ledger goes
)

type demoUnit struct {
	kind           unit.Kind
	name, under    string
	phone, address string
	lat, lon       float64
}

var demoUnits = []demoUnit{
	{unit.Station, "东方社区社工站", demoDistrict, "0953-5098110", "东方社区服务中心二楼", 37.4187, 106.0673},
	{unit.Station, "鹏胜社区社工站", demoDistrict, "0953-5098120", "鹏胜社区党群服务中心", 37.4251, 106.0721},
	{unit.Station, "罗山社区社工站", demoDistrict, "0953-5098130", "罗山社区综合服务楼一楼", 37.4302, 106.0588},
	{unit.Room, "清水渠社会工作服务室", "东方社区社工站", "0953-5098111", "清水渠巷 8 号", 37.4165, 106.0702},
	{unit.Room, "弘德村社会工作服务室", "鹏胜社区社工站", "0953-5098121", "弘德村村委会", 37.4411, 106.0903},
}

type demoCampaign struct {
	name, art, story string
	goalHours        int64
}

var demoCampaigns = []demoCampaign{
	{"守护母亲河", "river", "清河道、认水源、劝节水，一起照看黄河这一段。", 1600},
	{"兰花芬芳", "orchid", "陪老人养一盆花、包一顿饺子、量一次血压，把惦记送到家门口。", 1500},
	{"童心路", "path", "放学路上的护送、作业角的陪伴、周末的兴趣课，孩子身边有人在。", 1200},
}

type demoKind struct {
	campaign, title, content, place string
	risks                           string
	start                           int            // hour of the day
	days                            []time.Weekday // that it is on; nil for any
	minutes                         int
	capacity                        int
}

var schoolDays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}

// on tells whether it is held on such a day.
func (k *demoKind) on(day time.Weekday) bool { return k.days == nil || slices.Contains(k.days, day) }

var demoKinds = []demoKind{
	{"守护母亲河", "清河行动 · 渠边清洁", "沿渠 800 米捡拾垃圾、登记排口，分四组进行。请穿防滑鞋，自带水杯。", "清水渠东方社区段 3 号桥",
		"渠边湿滑，两人一组，不下水\n会用到夹子和手套，现场发放并讲解\n已为参加者办好意外伤害保险", 9, nil, 150, 20},
	{"守护母亲河", "罗山脚下认水源", "跟着向导走一段水源地，认识地下水、泉眼和水窖，回来给孩子们讲一讲。", "罗山脚下水源地",
		"山路约 3 公里，请穿运动鞋\n早晚温差大，带一件外套", 8, nil, 240, 15},
	{"兰花芬芳", "兰花课堂 · 陪老人养一盆花", "教老人换盆、浇水，听他们讲讲从前。每两位志愿者陪一位老人。", "社工站一楼活动室",
		"花土和剪刀由工作人员分发，请帮老人留意", 10, nil, 120, 12},
	{"兰花芬芳", "周五 包饺子、量血压", "和独居老人一起包饺子，饭前量血压、做登记。", "社工站一楼活动室",
		"量血压不用空腹，走路不稳的老人请家人陪着来\n厨房地面滑，由工作人员带着进", 9, []time.Weekday{time.Friday}, 120, 16},
	{"童心路", "放学路上 · 护送与作业角", "在校门口接孩子，护送到社区作业角，陪着写完作业。", "红寺堡第三小学门口",
		"过马路走斑马线，一位志愿者最多带四个孩子\n须签未成年人保护承诺书", 15, schoolDays, 150, 10},
	{"童心路", "周末兴趣课 · 剪纸", "带孩子们学剪纸，作品贴满活动室的窗户。", "清水渠社会工作服务室",
		"使用圆头剪刀，活动中请看好身边的孩子", 14, []time.Weekday{time.Saturday, time.Sunday}, 120, 8},
}

var (
	demoSurnames = []rune("马杨王李丁哈金罗赵周吴陈田白苏韩")
	demoGiven    = []string{"志远", "玉芳", "小龙", "佳宁", "明月", "秀英", "建国", "海燕", "晓东", "文慧", "立强", "春梅", "子涵", "雨桐", "俊杰", "思琪", "国庆", "丽华", "永刚", "婷婷"}
	demoSkills   = []string{"", "first_aid", "nursing", "teaching", "driving", "haircut", "repair", "art", "teaching,art", "first_aid,nursing"}
)

// persona is somebody to be in the demo.
type persona struct {
	key, name, sex, birth string
	role                  auth.Role // on unit; "" for none
	unit                  string
	volunteer             bool
	phone, card           string // made up; the cards' check digits are right
}

var demoPersonas = []persona{
	{"resident", "林国栋", "male", "1957-04-12", "", "东方社区社工站", false, "13995301234", "640303195704123138"},
	{"volunteer", "林晓雯", "female", "1998-03-05", "", "东方社区社工站", true, "13895301998", "640303199803055028"},
	{"worker", "周文静", "female", "1990-09-18", auth.SocialWorker, "东方社区社工站", true, "13709531990", "640302199009181485"},
	{"staff", "杨海兰", "female", "1988-06-30", auth.StationStaff, "东方社区社工站", false, "13619531988", "640303198806302261"},
	{"staff2", "丁立强", "male", "1986-02-17", auth.StationStaff, "鹏胜社区社工站", false, "13519531986", "640303198602172311"}, // by the stand-in's WeChat login demo-staff2
	{newcomer, "", "unknown", "1984-05-21", "", "东方社区社工站", false, "", ""},
	{"admin", "马建军", "male", "1979-11-02", auth.DistrictAdmin, demoDistrict, false, "13309531979", "640324197911020175"},
}

// newcomer has just come by WeChat: no name yet, and asked nothing yet.
const newcomer = "newcomer"

const demoVolunteers = 64

// demo writes the demo's data in one run of a transaction's function.
type demo struct {
	*demoThings
	tx     *store.Tx
	now    time.Time // of the demo; tx.Now moves to the past while history is written
	rng    *rand.Rand
	limits activity.Limits
	sealed func(personID int64, c identity.Contact) map[string]any
}

func (d *demo) make() error {
	steps := []func() error{d.makeUnits, d.makeCampaigns, d.makePeople, d.makeHistory, d.makeComing, d.keepUnderWay, d.keepOpening, d.keepWeekAhead}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) makeUnits() error {
	for _, in := range demoUnits {
		parent := d.units[in.under]
		u := unit.Unit{ParentID: &parent.ID, Kind: in.kind, Name: in.name, Path: "new-" + in.name, Phone: in.phone, Address: in.address,
			OpenHours: "8:30–18:00", Latitude: &in.lat, Longitude: &in.lon, CreatedAt: d.tx.Now}
		if err := d.tx.Create(&u).Error; err != nil {
			return err
		}
		u.Path = fmt.Sprintf("%s%d/", parent.Path, u.ID)
		if err := d.tx.Model(&unit.Unit{}).Where("id = ?", u.ID).Update("path", u.Path).Error; err != nil {
			return err
		}
		d.units[in.name] = u
	}
	return d.tx.Model(&unit.Unit{}).Where("id = ?", d.units[demoDistrict].ID).
		Updates(map[string]any{"phone": "0953-5098100", "address": "红寺堡区罗山路 1 号", "open_hours": "8:30–18:00"}).Error
}

func (d *demo) makeCampaigns() error {
	year := d.now.In(hours.Shanghai).Year()
	for _, in := range demoCampaigns {
		c := campaign.Campaign{UnitID: d.units[demoDistrict].ID, Name: in.name, Story: in.story, Art: in.art, GoalMinutes: in.goalHours * 60,
			StartsOn: fmt.Sprintf("%d-01-01", year-1), EndsOn: fmt.Sprintf("%d-12-31", year+1), CreatedAt: d.tx.Now}
		if err := d.tx.Create(&c).Error; err != nil {
			return err
		}
		d.campaigns[in.name] = c.ID
	}
	return nil
}

func (d *demo) makePeople() error {
	joined := store.At(d.now.AddDate(0, 0, -demoDays-30))
	for _, p := range demoPersonas {
		if err := d.makePersona(p, joined); err != nil {
			return err
		}
	}
	homes := []string{"东方社区社工站", "鹏胜社区社工站", "罗山社区社工站"}
	for i := range demoVolunteers {
		u := d.units[homes[i%len(homes)]]
		birth := fmt.Sprintf("%d-%02d-%02d", 1958+d.rng.IntN(48), 1+d.rng.IntN(12), 1+d.rng.IntN(28))
		name := string(demoSurnames[d.rng.IntN(len(demoSurnames))]) + demoGiven[i%len(demoGiven)]
		person := identity.Person{Name: name, Sex: "unknown", BirthDate: &birth, UnitID: &u.ID, VolunteerSince: &joined,
			ShowOnLeaderboard: d.rng.IntN(4) > 0, CreatedAt: joined}
		if s := demoSkills[d.rng.IntN(len(demoSkills))]; s != "" {
			_ = person.Skills.Scan(s)
		}
		if err := d.addPerson(&person, fmt.Sprintf("v%d", i), identity.Contact{Phone: demoPhone(i)}); err != nil {
			return err
		}
		d.volunteers = append(d.volunteers, person.ID)
	}
	return nil
}

// demoTwice is a volunteer who is there a second time: with v0's phone, for staff to settle.
const demoTwice = 60

// demoPhone is a volunteer's phone; one in four left none.
func demoPhone(i int) string {
	if i == demoTwice {
		return demoPhone(0)
	}
	if i%4 == 3 {
		return ""
	}
	return fmt.Sprintf("1380953%04d", 2000+i)
}

func (d *demo) addPerson(p *identity.Person, key string, c identity.Contact) error {
	if err := addDemoPerson(d.tx, p, key != newcomer, c.IdentityNumber != ""); err != nil {
		return err
	}
	if err := d.tx.Model(&identity.Person{}).Where("id = ?", p.ID).Updates(d.sealed(p.ID, c)).Error; err != nil {
		return err
	}
	d.people[key] = p.ID
	return d.tx.Create(demoLogins(key, p.ID, d.tx.Now)).Error
}

// addDemoPerson writes a person, and with agreed the consents that people there have given: not
// that to be located, which is asked for on the spot.
func addDemoPerson(tx *store.Tx, p *identity.Person, agreed, numbered bool) error {
	notice, err := privacyNotice(config.Default().Retention)
	if err != nil {
		return err
	}
	kinds := []identity.ConsentKind{identity.Privacy, identity.Sensitive}
	if p.ShowOnLeaderboard {
		kinds = append(kinds, identity.Leaderboard)
	}
	if numbered {
		kinds = append(kinds, identity.IdentityNumber)
	}
	if agreed {
		p.PrivacyVersion = notice.Version
	}
	if err := tx.Create(p).Error; err != nil || !agreed {
		return err
	}
	rows := make([]identity.Consent, len(kinds))
	for i, kind := range kinds {
		rows[i] = identity.Consent{PersonID: p.ID, Kind: kind, Version: notice.VersionOf(kind), Given: true, ByPersonID: p.ID, ByRole: identity.BySelf, At: p.CreatedAt}
	}
	return tx.Create(&rows).Error
}

// demoLogins are a person's key in the demo, and the same person behind the stand-in's login
// code demo-KEY, for the mini-program in WeChat's tools.
func demoLogins(key string, personID int64, now store.Time) *[]identity.WechatIdentity {
	return &[]identity.WechatIdentity{
		{OpenID: "demo-" + key, PersonID: personID, CreatedAt: now},
		{OpenID: wechattest.OpenID(wechattest.DefaultAppID, key), UnionID: wechattest.UnionID(key), PersonID: personID, CreatedAt: now},
	}
}

func (d *demo) makePersona(in persona, joined store.Time) error {
	u := d.units[in.unit]
	p := identity.Person{Name: in.name, Sex: identity.Sex(in.sex), BirthDate: &in.birth, UnitID: &u.ID, ShowOnLeaderboard: in.volunteer, CreatedAt: joined}
	if in.volunteer {
		p.VolunteerSince = &joined
		_ = p.Skills.Scan("first_aid,teaching")
	}
	contact := identity.Contact{Phone: in.phone, IdentityType: identity.ResidentCard, IdentityNumber: in.card}
	if err := d.addPerson(&p, in.key, contact); err != nil || in.role == "" {
		return err
	}
	return d.tx.Create(&identity.RoleGrant{PersonID: p.ID, UnitID: u.ID, Role: in.role, CreatedAt: joined}).Error
}

// activityOf makes an activity of a kind with one shift.
func (d *demo) activityOf(k demoKind, u unit.Unit, state activity.State, starts time.Time, minutes, capacity int) (*activity.Activity, *activity.Shift, error) {
	lat, lon := *u.Latitude, *u.Longitude
	a := &activity.Activity{UnitID: u.ID, CampaignID: d.campaigns[k.campaign], Title: k.title, Content: k.content, State: state,
		LeaderName: "马志宏", ContactPhone: u.Phone, PlaceName: k.place, Latitude: &lat, Longitude: &lon,
		Approval: activity.ApprovalAutomatic, CheckinMode: activity.StaffCode, MinAge: 14, Risks: k.risks, Insured: true,
		CreatedBy: d.people["staff"], CreatedAt: d.tx.Now, Search: store.Fold(k.title, k.place)}
	if err := d.tx.Create(a).Error; err != nil {
		return nil, nil, err
	}
	s, err := d.shiftOf(a, starts, minutes, capacity)
	return a, s, err
}

func (d *demo) shiftOf(a *activity.Activity, starts time.Time, minutes, capacity int) (*activity.Shift, error) {
	s := &activity.Shift{ActivityID: a.ID, UnitID: a.UnitID, StartsAt: store.At(starts), EndsAt: store.At(starts.Add(time.Duration(minutes) * time.Minute)),
		Capacity: capacity, State: activity.ShiftOpen, Secret: fmt.Sprintf("%016x%016x", rand.Uint64(), rand.Uint64()), CreatedAt: d.tx.Now} //nolint:gosec // with the server's key
	if err := d.tx.Create(s).Error; err != nil {
		return nil, err
	}
	return s, d.tx.Exec(`UPDATE activities SET next_starts_at = (SELECT MIN(starts_at) FROM shifts WHERE shifts.activity_id = activities.id
		AND shifts.state = 'open' AND shifts.ends_at > ?) WHERE id = ?`, store.At(d.now), a.ID).Error
}

// signup puts people on a shift in a state and keeps its counters.
func (d *demo) signup(s *activity.Shift, state activity.SignupState, people ...int64) ([]activity.Signup, error) {
	if len(people) == 0 {
		return nil, nil
	}
	one := int64(1)
	rows := make([]activity.Signup, len(people))
	for i, p := range people {
		rows[i] = activity.Signup{ShiftID: s.ID, PersonID: p, UnitID: s.UnitID, ActivityID: s.ActivityID, StartsAt: s.StartsAt, EndsAt: s.EndsAt,
			State: state, Live: &one, CreatedAt: store.At(s.StartsAt.Add(-72*time.Hour + time.Duration(i)*time.Minute))}
	}
	if err := d.tx.CreateInBatches(&rows, 100).Error; err != nil {
		return nil, err
	}
	column := "taken"
	switch state {
	case activity.Waitlisted:
		column = "waitlisted"
	case activity.Pending:
		return rows, nil
	}
	return rows, d.tx.Exec("UPDATE shifts SET "+column+" = "+column+" + ? WHERE id = ?", len(people), s.ID).Error
}

// some picks n volunteers, never the personas.
func (d *demo) some(n int) []int64 {
	order := d.rng.Perm(len(d.volunteers))
	out := make([]int64, 0, n)
	for _, i := range order[:min(n, len(order))] {
		out = append(out, d.volunteers[i])
	}
	return out
}
