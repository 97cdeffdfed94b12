package activity

import (
	"crypto/rand"
	"slices"
	"strconv"
	"strings"

	"yimi/internal/outbox"
	"yimi/internal/say"
	"yimi/internal/store"
)

// news is what one deed has to tell of sign-ups, so that each person is told once, however many
// shifts of theirs it concerns.
type news struct {
	moved   []Signup     // at their new time
	asked   []SignupLine // whose place is kept for a new time until they confirm
	offered []SignupLine // for whom a place is kept until they confirm
}

// byPerson is what there is to tell each.
func (n *news) byPerson() (out []*news) {
	of := map[int64]*news{}
	to := func(id int64) *news {
		if of[id] == nil {
			of[id] = &news{}
			out = append(out, of[id])
		}
		return of[id]
	}
	for _, g := range n.moved {
		mine := to(g.PersonID)
		mine.moved = append(mine.moved, g)
	}
	for _, l := range n.asked {
		mine := to(l.PersonID)
		mine.asked = append(mine.asked, l)
	}
	for _, l := range n.offered {
		mine := to(l.PersonID)
		mine.offered = append(mine.offered, l)
	}
	return out
}

// notices tell each person once.
func (n *news) notices(title string, now store.Time) (out []outbox.Notice) {
	for _, mine := range n.byPerson() {
		out = append(out, mine.notice(title, now))
	}
	return out
}

// notice is for one person.
func (n *news) notice(title string, now store.Time) outbox.Notice {
	must := slices.Concat(n.asked, n.offered)
	switch {
	case len(must) == 0:
		return movedNotice(n.moved, title)
	case len(must)+len(n.moved) > 1:
		return n.mixedNotice(must, now)
	case len(n.asked) == 1:
		return askedNotice(&n.asked[0], now)
	}
	return offerNotice(&n.offered[0])
}

func offerNotice(l *SignupLine) outbox.Notice {
	until := *l.OfferExpiresAt
	return outbox.Notice{PersonID: l.PersonID, Kind: NoticeSignupOffered, Event: event("offered", l.ID), Title: "轮到您了",
		Body: "“" + l.ActivityTitle + "”" + say.Span(l.StartsAt.Time, l.EndsAt.Time) + " 有名额了，请在 " +
			say.Time(until.Time) + " 前点确认，过时让给下一位", Subject: "signup", SubjectID: l.ID}.
		As(MessageSignupOffered, offerWords(l, until, "请点开确认，过时让给下一位")).Until(until)
}

func askedNotice(l *SignupLine, now store.Time) outbox.Notice {
	until := *l.OfferExpiresAt
	return outbox.Notice{PersonID: l.PersonID, Kind: NoticeSignupOffered, Event: eventAt("asked_again", l.ID, now),
		Title: "时间改了，请重新确认", Body: "“" + l.ActivityTitle + "”改为 " + say.Span(l.StartsAt.Time, l.EndsAt.Time) + "，和您已报名的另一班重叠。还来这一班的话，请先取消另一班，再在 " +
			say.Time(until.Time) + " 前点确认，过时名额让给下一位", Subject: "signup", SubjectID: l.ID}.
		As(MessageSignupOffered, offerWords(l, until, "时间改了，请点开重新确认")).Until(until)
}

func offerWords(l *SignupLine, until store.Time, note string) outbox.Words {
	return outbox.Words{"activity": l.ActivityTitle, "time": say.Full(l.StartsAt.Time), "deadline": say.Full(until.Time), "note": note}
}

func movedNotice(moved []Signup, title string) outbox.Notice {
	what := "时间改为 " + say.Span(moved[0].StartsAt.Time, moved[0].EndsAt.Time)
	if len(moved) > 1 {
		what = "有 " + strconv.Itoa(len(moved)) + " 班改了时间，现在是 " + saySpans(moved)
	}
	return changeNotice(&moved[0], title, "时间变更", what)
}

// mixedNotice is for somebody with several shifts, of which some are to be confirmed.
func (n *news) mixedNotice(must []SignupLine, now store.Time) outbox.Notice {
	first := slices.MinFunc(must, func(a, b SignupLine) int { return a.OfferExpiresAt.Compare(b.OfferExpiresAt.Time) })
	until := *first.OfferExpiresAt
	var said []string
	if len(n.moved) > 0 {
		said = append(said, "时间改为 "+saySpans(n.moved))
	}
	if len(n.asked) > 0 {
		said = append(said, "时间改了、和您别的班次重叠的有 "+saySpans(signupsOf(n.asked))+"，还来的话请先取消另一班")
	}
	if len(n.offered) > 0 {
		said = append(said, "有名额了的是 "+saySpans(signupsOf(n.offered)))
	}
	return outbox.Notice{PersonID: first.PersonID, Kind: NoticeSignupOffered, Event: eventAt("several", first.ID, now), Title: "有班次要您确认",
		Body:    "“" + first.ActivityTitle + "”" + strings.Join(said, "；") + "。要来的请在 " + say.Time(until.Time) + " 前逐班点确认，过时让给下一位",
		Subject: "signup", SubjectID: first.ID}.
		As(MessageSignupOffered, offerWords(&first, until, "不止一班，请点开逐班确认")).Until(until)
}

func signupsOf(lines []SignupLine) (out []Signup) {
	for i := range lines {
		out = append(out, lines[i].Signup)
	}
	return out
}

// What was called off, as its notice says.
const (
	calledOff      = "活动取消"
	shiftCalledOff = "班次取消"
)

// cancelledNotices tell each person once of what was called off, and who is in what becomes of it.
func cancelledNotices(signups []Signup, in map[int64]bool, title, kind, reason string) (out []outbox.Notice) {
	for _, mine := range byPerson(signups) {
		first, last := &mine[0], mine[len(mine)-1]
		what := saySpans(mine) + " 取消了：" + reason
		if slices.ContainsFunc(mine, func(g Signup) bool { return in[g.ID] }) {
			what += "。您已经签到，走的时候请照常签退，时长由工作人员确认"
		}
		out = append(out, outbox.Notice{PersonID: first.PersonID, Kind: NoticeActivityCancelled, Event: event("called_off", first.ID),
			Title: kind, Body: "“" + title + "”" + what, Subject: "activity", SubjectID: first.ActivityID}.
			As(MessageActivityChanged, changeWords(title, kind, first.StartsAt, reason)).Until(last.StartsAt))
	}
	return out
}

// byPerson puts sign-ups together by person, each person's by time.
func byPerson(signups []Signup) (out [][]Signup) {
	at := map[int64]int{}
	for _, g := range signups {
		i, there := at[g.PersonID]
		if !there {
			i = len(out)
			at[g.PersonID], out = i, append(out, nil)
		}
		out[i] = append(out[i], g)
	}
	for _, mine := range out {
		slices.SortFunc(mine, byStart)
	}
	return out
}

func byStart(a, b Signup) int { return a.StartsAt.Compare(b.StartsAt.Time) }

// changeNotices tell each person once of one change, however many shifts they have.
func changeNotices(signups []Signup, title, kind, what string) (out []outbox.Notice) {
	for _, mine := range byPerson(signups) {
		out = append(out, changeNotice(&mine[0], title, kind, what))
	}
	return out
}

func changeNotice(g *Signup, title, kind, what string) outbox.Notice {
	return outbox.Notice{PersonID: g.PersonID, Kind: NoticeActivityChanged, Event: event("changed", g.ID) + ":" + rand.Text(),
		Title: "活动有变动", Body: "“" + title + "”" + what + "。不方便参加的话，请早些取消报名", Subject: "activity", SubjectID: g.ActivityID}.
		As(MessageActivityChanged, changeWords(title, kind, g.StartsAt, what)).Until(g.EndsAt)
}

func changeWords(title, kind string, starts store.Time, what string) outbox.Words {
	return outbox.Words{"activity": title, "change": kind, "time": say.Full(starts.Time), "note": what}
}

func event(what string, id int64) string { return what + ":" + strconv.FormatInt(id, 10) }

// eventAt is of something that may happen to one sign-up more than once.
func eventAt(what string, id int64, now store.Time) string {
	return event(what, id) + ":" + strconv.FormatInt(now.UnixMilli(), 10)
}

// shownSpans is how many shifts a notice names.
const shownSpans = 3

// saySpans names shifts by their time, the first of many: 3月10日 周二 19:00–21:00、… 等 5 班.
func saySpans(signups []Signup) string {
	sorted := slices.SortedFunc(slices.Values(signups), byStart)
	var said []string
	for _, g := range sorted[:min(len(sorted), shownSpans)] {
		said = append(said, say.Span(g.StartsAt.Time, g.EndsAt.Time))
	}
	if len(sorted) > shownSpans {
		return strings.Join(said, "、") + " 等 " + strconv.Itoa(len(sorted)) + " 班"
	}
	return strings.Join(said, "、")
}
