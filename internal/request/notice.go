package request

import (
	"crypto/rand"
	"fmt"

	"yimi/internal/catalogue"
	"yimi/internal/outbox"
	"yimi/internal/say"
	"yimi/internal/store"
)

// notice tells who asked; nobody when staff filed it for a caller without an account.
func (l *Line) notice(kind outbox.Kind, title, body string) []outbox.Notice {
	if l.PersonID == nil {
		return nil
	}
	return []outbox.Notice{{PersonID: *l.PersonID, Kind: kind, Event: event(kind, l.ID), Title: title, Body: body, Subject: subject, SubjectID: l.ID}}
}

// saying makes the notices subscribe messages too, worth sending until the instant (zero: for days).
func (l *Line) saying(told []outbox.Notice, template string, words outbox.Words, until store.Time) []outbox.Notice {
	for i := range told {
		told[i] = told[i].As(template, words)
		if !until.IsZero() {
			told[i] = told[i].Until(until)
		}
	}
	return told
}

// resultWords say what became of a request. A reason is read in the app alone: a message
// shows on locked screens.
func (l *Line) resultWords(tx *store.Tx, result, note string) outbox.Words {
	return outbox.Words{"service": l.openName(), "result": result, "time": say.Full(tx.Now.Time), "note": note}
}

// visitWords say who comes when, or receives.
func (l *Line) visitWords(starts store.Time, who string) outbox.Words {
	return outbox.Words{"service": l.openName(), "worker": who, "time": say.Full(starts.Time), "place": l.openPlace()}
}

// openName is the service's name where others may read it.
func (l *Line) openName() string {
	if l.Confidential {
		return "社工站服务"
	}
	return l.ServiceName
}

// openPlace is where, without an address.
func (l *Line) openPlace() string {
	switch {
	case l.Way == catalogue.AtHome:
		return "您家里"
	case l.Way != catalogue.AtStation:
		return "电话或视频"
	case l.PlaceName != "":
		return l.PlaceName
	}
	return l.UnitName
}

// where says the place of a meeting at the station.
func (l *Line) where() string {
	if l.Way != catalogue.AtStation || l.PlaceName == "" {
		return ""
	}
	return "，地点：" + l.PlaceName
}

// callNow names the phone to call at once for what cannot wait.
func (l *Line) callNow() string {
	if l.Urgency != catalogue.Urgent || l.UnitPhone == "" {
		return ""
	}
	return "。很急的事不用等，现在就打电话给" + l.UnitName + "：" + l.UnitPhone
}

func caseNotice(l *Line, personID int64, title, body string) outbox.Notice {
	return outbox.Notice{PersonID: personID, Kind: NoticeCaseAssigned, Event: event(NoticeCaseAssigned, l.ID), Title: title, Body: body, Subject: subject, SubjectID: l.ID}
}

// event names what happened; the same may happen to a request more than once.
func event(kind outbox.Kind, id int64) string { return fmt.Sprintf("%s:%d:%s", kind, id, rand.Text()) }

// cut keeps the first runes of a text.
func cut(text string, runes int) string {
	if r := []rune(text); len(r) > runes {
		return string(r[:runes])
	}
	return text
}
