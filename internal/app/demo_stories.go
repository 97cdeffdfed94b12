package app

import (
	"cmp"
	"slices"
	"time"

	"yimi/internal/catalogue"
	"yimi/internal/hours"
	"yimi/internal/outbox"
	"yimi/internal/request"
	"yimi/internal/store"
)

// What people of the demo ask for, and what has become of it.

const hour, day = time.Hour, 24 * time.Hour

// story is a request that somebody made so long ago, and what has become of it.
type story struct {
	back time.Duration
	tell func() (id int64)
}

// makeRequests tells the stories in the order in which they began, as their notices do.
func (d *demoLoop) makeRequests() {
	stories := slices.Concat(d.residents(), d.waiting(), d.cases())
	slices.SortStableFunc(stories, func(a, b story) int { return cmp.Compare(b.back, a.back) })
	for _, s := range stories {
		if id := s.tell(); s.back > 0 {
			d.ago(id, s.back)
		}
	}
}

// residents are what the personas and a few others asked for.
func (d *demoLoop) residents() []story {
	father := d.family("volunteer", request.Beneficiary{Name: "林国栋", Relation: "parent", BirthDate: ptr("1957-04-12"), Phone: "13995301234", Address: "东方社区 3 号楼 2 单元 101"})
	neighbour := d.family("resident", request.Beneficiary{Name: "王桂花", Relation: "neighbour", BirthDate: ptr("1941-08-15"), Address: "东方社区 3 号楼 1 单元 102", Consent: "王奶奶当面同意"})
	mother := d.family("v6", request.Beneficiary{Name: "丁玉华", Relation: "parent", BirthDate: ptr("1950-02-11"), Address: "清水渠巷 12 号"})
	r := d.app.Requests
	return []story{
		{18 * day, func() int64 { // over, and well thought of
			id := d.ask("resident", "居家安全", -1, request.Ask{Way: "home", Address: "东方社区 3 号楼 2 单元 101", Words: "卫生间地滑，想装个扶手。", Answers: []catalogue.Given{answer("own", "yes"), answer("where", "卫生间")}})
			d.serve(id, "装好卫生间扶手两处，铺防滑垫，讲了燃气关阀。", 70)
			d.then(func() (*request.Detail, error) {
				return r.Rate(d.as("resident", "rateRequest"), id, 5, "师傅手艺好，社工还教我关燃气。")
			},
				func() (*request.Detail, error) { return r.Close(d.as("staff", "closeRequest"), id, "") })
			return id
		}},
		{6 * day, func() int64 { // over, and a call to be made
			id := d.ask("v9", "社会融入", -1, request.Ask{Way: "phone", Words: "刚搬来，不认识人，想找个跳舞的地方。"})
			d.serve(id, "电话里介绍了广场舞队的时间和领队。", 15)
			d.then(func() (*request.Detail, error) {
				return r.Rate(d.as("v9", "rateRequest"), id, 2, "说会带我去认门，后来没人来。")
			})
			return id
		}},
		{3 * day, func() int64 { // done, to be reviewed
			id := d.ask("v6", "照料护理", -1, request.Ask{BeneficiaryID: mother, Way: "home", Urgency: "soon", Address: "清水渠巷 12 号", Words: "母亲出院回家，需要助浴。",
				Answers: []catalogue.Given{answer("need", "助浴", "陪诊"), answer("alone", "no"), answer("illness", "高血压，每天一片降压药")}})
			d.serve(id, "助浴一次，量血压 138/86，教家属翻身。", 90)
			return id
		}},
		{2 * day, func() int64 { // returned for more
			id := d.ask("resident", "情感陪伴", -1, request.Ask{BeneficiaryID: neighbour, Way: "home", Address: "东方社区 3 号楼 1 单元 102", Words: "隔壁王奶奶一个人，想有人常来坐坐。", Answers: []catalogue.Given{answer("days", "周二", "周五")}})
			d.then(func() (*request.Detail, error) {
				return r.Return(d.as("staff", "returnRequest"), id, "请补充王奶奶子女的联系方式，上门前要先说一声")
			})
			return id
		}},
		{26 * hour, func() int64 { // under way: the resident has a talk ahead
			id := d.ask("resident", "心理疏导", 2, request.Ask{Way: "station", Words: "老伴走了以后晚上睡不好，想找人说说话。", Answers: []catalogue.Given{answer("sleep", "睡不踏实"), answer("before", "no")}})
			d.then(func() (*request.Detail, error) { return r.Approve(d.as("staff", "approveRequest"), id, 0) },
				func() (*request.Detail, error) {
					return r.AddMessage(d.as("worker", "addMessage"), id, "林叔叔您好，到了直接上二楼，我在谈心室门口等您。")
				})
			return id
		}},
		{0, func() int64 { // the daughter asked for her father; it waits for approval
			return d.ask("volunteer", "心理疏导", 5, request.Ask{BeneficiaryID: father, Way: "station", Words: "父亲搬来后不爱出门，晚上睡不好。", Answers: []catalogue.Given{answer("sleep", "睡不踏实")}})
		}},
	}
}

// serve takes a request all the way to completed.
func (d *demoLoop) serve(id int64, what string, minutes int) {
	r := d.app.Requests
	d.then(func() (*request.Detail, error) {
		return r.Approve(d.as("staff", "approveRequest"), id, d.people["worker"])
	},
		func() (*request.Detail, error) { return r.Accept(d.as("worker", "acceptCase"), id) },
		func() (*request.Detail, error) { return r.Start(d.as("worker", "startVisit"), id, "") },
		func() (*request.Detail, error) {
			return r.Complete(d.as("worker", "completeRequest"), id, request.Record{Done: what, Sure: true})
		})
	d.visited(id, minutes)
}

// waiting are requests that the staff have before them: urgent, overdue, for a child whose
// guardian has yet to agree, asked for twice, filed for a caller.
func (d *demoLoop) waiting() []story {
	station := d.units["东方社区社工站"].ID
	old := func(who, name, relation, birth string) int64 {
		return d.family(who, request.Beneficiary{Name: name, Relation: relation, BirthDate: &birth})
	}
	son := d.family("v3", request.Beneficiary{Name: "赵小宝", Relation: "child", BirthDate: ptr("2017-09-03")}, "left_behind")
	aunt := old("v15", "丁玉华", "parent", "1950-02-11")
	rail := func(words string) func() int64 {
		return func() int64 {
			return d.ask("v15", "居家安全", -1, request.Ask{UnitID: station, BeneficiaryID: aunt, Way: "home", Address: "清水渠巷 3 号", Words: words, Answers: []catalogue.Given{answer("own", "yes")}})
		}
	}
	return []story{
		{80 * hour, func() int64 {
			return d.ask("v12", "社会融入", -1, request.Ask{UnitID: station, Way: "phone", Words: "退休了不知道做什么，想参加点活动。"})
		}},
		{20 * hour, func() int64 {
			return d.ask("v3", "亲情帮扶", -1, request.Ask{UnitID: station, BeneficiaryID: son, Way: "station", Words: "父母都在外地务工，周末没人带。", Answers: []catalogue.Given{answer("grade", "三年级")}})
		}},
		{3 * hour, func() int64 {
			return d.ask("staff", "照料护理", -1, request.Ask{UnitID: station, Way: "home", Urgency: "soon", Address: "弘德村 18 号", Phone: "13895310022", Words: "来电：腿脚不便，要人陪着去医院复查。",
				Answers: []catalogue.Given{answer("need", "陪诊"), answer("alone", "yes")}, Caller: &request.Caller{Name: "哈文秀", Relation: "self", BirthDate: ptr("1945-03-01")}})
		}},
		{32 * time.Minute, func() int64 {
			return d.ask("v0", "照料护理", -1, request.Ask{UnitID: station, BeneficiaryID: old("v0", "马秀兰", "grandparent", "1945-06-20"), Way: "home", Urgency: "urgent", Address: "东方社区 5 号楼 402", Words: "刚出院回家，一个人，需要助浴。",
				Answers: []catalogue.Given{answer("need", "助浴"), answer("alone", "yes")}})
		}},
		{10 * time.Minute, rail("卫生间装扶手。")},
		{0, rail("再问一下扶手的事。")},
	}
}

// cases are what the worker has, and what has no worker yet.
func (d *demoLoop) cases() []story {
	r, station := d.app.Requests, d.units["东方社区社工站"].ID
	parent := func(who, name, relation, birth string) int64 {
		return d.family(who, request.Beneficiary{Name: name, Relation: relation, BirthDate: &birth})
	}
	company := func(who, name, words string) func() int64 {
		return func() int64 {
			id := d.ask(who, "情感陪伴", -1, request.Ask{UnitID: station, BeneficiaryID: parent(who, name, "parent", "1948-05-09"), Way: "home", Address: "东方社区 7 号楼", Words: words, Answers: []catalogue.Given{answer("days", "周三")}})
			d.then(func() (*request.Detail, error) {
				return r.Approve(d.as("staff", "approveRequest"), id, d.people["worker"])
			})
			return id
		}
	}
	return []story{
		{5 * day, func() int64 {
			id := d.ask("v27", "照料护理", -1, request.Ask{UnitID: station, BeneficiaryID: parent("v27", "田国庆", "parent", "1952-01-30"), Way: "home", Address: "红寺堡路 22 号", Words: "父亲中风后在家，需要有人教康复动作。", Answers: []catalogue.Given{answer("need", "康复"), answer("alone", "no")}})
			d.then(func() (*request.Detail, error) {
				return r.Approve(d.as("staff", "approveRequest"), id, d.people["worker"])
			},
				func() (*request.Detail, error) { return r.Accept(d.as("worker", "acceptCase"), id) },
				func() (*request.Detail, error) { return r.Start(d.as("worker", "startVisit"), id, "") },
				func() (*request.Detail, error) {
					return r.Finish(d.as("worker", "finishVisit"), id, request.Record{Done: "教了坐起和翻身，量血压 142/90。", Sure: true})
				})
			d.visited(id, 60)
			return id
		}},
		{2 * day, func() int64 {
			id := d.ask("v30", "法律援助", 1, request.Ask{UnitID: station, Way: "station", Words: "工地欠了三个月工资。", Answers: []catalogue.Given{answer("about", "劳动")}})
			d.then(func() (*request.Detail, error) {
				return r.Refer(d.as("staff", "referRequest"), id, request.ReferTo{Organisation: "红寺堡区法律援助中心", Reason: "要仲裁，由法律援助中心指派律师", Consent: "电话里本人同意"})
			})
			return id
		}},
		{9 * hour, func() int64 {
			id := d.ask("v18", "生命回顾", -1, request.Ask{UnitID: station, BeneficiaryID: parent("v18", "罗建国", "grandparent", "1938-10-01"), Way: "home", Address: "罗山路 6 号", Words: "爷爷当过兵，想把故事记下来。"})
			d.then(func() (*request.Detail, error) { return r.Approve(d.as("staff", "approveRequest"), id, 0) })
			return id
		}},
		{5 * hour, company("v24", "韩志远", "眼睛不好，想有人念念报纸。")},
		{4 * hour, company("v21", "苏秀英", "一个人住，想有人常来坐坐。")},
	}
}

// ahead is how many talks the demo keeps in 周文静's calendar.
const ahead = 3

// askAhead are who asks for the talks that the demo keeps ahead.
var askAhead = []string{"v33", "v36", "v39", "v42", "v45", "v48"}

// keepAhead books what is missing in the worker's calendar, so that there is always a next one.
// It asks for nothing while an earlier ask came to no booking, and only for the worker's own
// time: otherwise it would ask in vain every minute.
func (d *demoLoop) keepAhead() {
	worker, service := d.people["worker"], d.services["心理疏导"]
	for d.err == nil && worker != 0 {
		n, waiting := d.countAhead(worker)
		if d.err != nil || n >= ahead || waiting > 0 {
			return
		}
		who := askAhead[int(n)%len(askAhead)]
		slot := d.freeSlot(d.as(who, "createRequest"), service, int(n), worker)
		if slot == nil || d.people[who] == 0 {
			return
		}
		id := d.ask(who, "心理疏导", -1, request.Ask{UnitID: d.units["东方社区社工站"].ID, Way: "station", Words: "最近睡不好，想找人说说。",
			Answers: []catalogue.Given{answer("sleep", "睡不踏实")}, Slot: slot})
		d.then(func() (*request.Detail, error) { return d.app.Requests.Approve(d.as("staff", "approveRequest"), id, 0) })
	}
}

// countAhead counts the worker's talks to come, and what was asked for ahead and is not booked.
func (d *demoLoop) countAhead(worker int64) (n, waiting int64) {
	db, askers := d.app.Store.Read(d.ctx), make([]int64, len(askAhead))
	for i, key := range askAhead {
		askers[i] = d.people[key]
	}
	d.err = db.Table("bookings").Where("provider_id = ? AND live = 1 AND state = 'booked' AND starts_at > ?", worker, d.app.Store.Now()).Count(&n).Error
	if d.err == nil {
		d.err = db.Table("requests").Where("person_id IN ? AND state IN ?", askers,
			[]request.State{request.Submitted, request.Approved, request.Assigned}).Count(&waiting).Error
	}
	return n, waiting
}

// loose is what waits for staff beside the requests: a doubt about hours, and a message that WeChat would not take.
func (d *demoLoop) loose() {
	station := d.units["东方社区社工站"].ID
	d.tx(func(tx *store.Tx) error {
		var e hours.Entry
		err := tx.Where("unit_id = ? AND class = ? AND person_id <> ?", station, hours.System, d.people["volunteer"]).Order("id DESC").Limit(1).Take(&e).Error
		if err != nil {
			return err
		}
		since := store.At(tx.Now.Add(-5 * hour))
		if err := tx.Create(&hours.Dispute{EntryID: e.ID, OpenEntry: &e.ID, PersonID: e.PersonID, UnitID: e.UnitID, State: hours.DisputeOpen,
			Words: "我走得更晚，收完工具才走的", CreatedAt: since}).Error; err != nil {
			return err
		}
		return tx.Create(&outbox.Notice{PersonID: d.people["v9"], Kind: hours.NoticeHoursCredited, Event: "demo:letter", Title: "志愿时长到账了", Body: "点开看这次的时长",
			CreatedAt: since, Template: "hours_credited", Delivery: outbox.Dead, Attempts: 3, Fault: "wechat_message_broken", FailedAt: &since}).Error
	})
}
