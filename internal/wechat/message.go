package wechat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
)

const sendPath = "/cgi-bin/message/subscribe/send"

// State is which version of the mini-program a message or a code opens; empty is Formal.
type State string

// The states, in the words of subscribe messages.
const (
	Formal    State = "formal"
	Trial     State = "trial"
	Developer State = "developer"
)

// Message is one subscribe message to one person. It prints without the person and the words.
type Message struct {
	OpenID     string
	TemplateID string
	Page       string            // of the mini-program, with parameters if wanted; empty: a tap does nothing
	Data       map[string]string // by the template's keywords, such as thing1; fitted to their limits (see Fit)
	State      State
}

// Format hides who and what, whatever the verb.
func (m Message) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "message by %s", m.TemplateID) }

// LogValue hides who and what from structured logs.
func (m Message) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(m)) }

// Outcome is what became of a message, and so what to do with it.
type Outcome string

// The outcomes. A message that is not Sent comes with an error.
const (
	// Sent: WeChat took it, and one accept of this template is used up.
	Sent Outcome = "sent"
	// Refused: the person has given no accept for this template, or has none
	// left. Never send it again; the credit ledger was wrong.
	Refused Outcome = "refused"
	// Later: it was certainly not sent, and the same message may work later: send it again, with back-off.
	Later Outcome = "later"
	// Unclear: WeChat was asked and its answer was lost, late or no answer of
	// WeChat's. It may have been sent, and WeChat has no key against a second one.
	Unclear Outcome = "unclear"
	// Broken: this message will never work as it is: wrong person, template, page or words.
	Broken Outcome = "broken"
)

// sendFates is what becomes of a message by WeChat's error code.
// https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/sendMessage.html
var sendFates = map[int64]Outcome{
	43101: Refused,
	40003: Broken, // no such openid in this mini-program
	40037: Broken, // no such template
	41030: Broken, // no such page
	47003: Broken, // a word does not fit its keyword
	43107: Broken, // WeChat has banned the mini-program or the template from sending
	43116: Broken, // the template is blocked for abuse
	45168: Broken, // forbidden words
	43108: Later,  // two at once to one person
}

var sendRefusals = map[int64]refusal{
	43101: {errNoCredit, ""},
	40003: {errMessage, ""},
	40037: {errMessage, "settings fault: no such subscribe template; check wechat.templates"},
	41030: {errMessage, adviceBug},
	47003: {errMessage, adviceBug},
	43107: {errMessage, "settings fault: WeChat has banned the mini-program or a template from sending messages"},
	43116: {errMessage, "settings fault: WeChat has blocked a template for abuse"},
	45168: {errMessage, "WeChat found forbidden words in a message"},
	43108: {errUnavailable, ""},
}

// SendSubscribe sends a subscribe message. Data is fitted to the keywords' limits
// first. The error is nil exactly when it was Sent; it holds a *fault.Error, and
// neither the person nor the words.
func (c *Client) SendSubscribe(ctx context.Context, m Message) (Outcome, error) {
	body, err := m.body()
	if err != nil {
		c.log.ErrorContext(ctx, "wechat: a message that WeChat would not take", "template", m.TemplateID, "error", err)
		return Broken, errMessage.Because(err)
	}
	f := c.call(ctx, body.hidden(), func(ctx context.Context) error {
		raw, err := post(ctx, sendPath, body)
		if err != nil {
			return err
		}
		return read(raw, &struct{}{})
	})
	if f == nil {
		return Sent, nil
	}
	return f.fate(), c.refused(ctx, sendRefusals, f)
}

// fate tells what became of a message that was not sent.
func (f *failure) fate() Outcome {
	if fate, ok := sendFates[f.code]; ok {
		return fate
	}
	_, everywhere := general[f.code]
	switch {
	case everywhere, f.status == http.StatusServiceUnavailable, f.status == http.StatusTooManyRequests, !f.left:
		return Later
	case f.code == 0:
		return Unclear
	}
	return Broken // a code nobody knows: somebody must look
}

var (
	templatePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

	errWho      = errors.New("the openid is none")
	errTemplate = errors.New("the template id is none")
	errState    = errors.New("the state is none of formal, trial, developer")
)

type sendBody struct {
	ToUser     string               `json:"touser"`
	TemplateID string               `json:"template_id"`
	Page       string               `json:"page,omitempty"`
	Data       map[string]sendValue `json:"data"`
	State      State                `json:"miniprogram_state"`
	Lang       string               `json:"lang"`
}

type sendValue struct {
	Value string `json:"value"`
}

// body is the message as WeChat takes it, or why it would not.
func (m Message) body() (sendBody, error) {
	state := m.State
	if state == "" {
		state = Formal
	}
	switch {
	case !idPattern.MatchString(m.OpenID):
		return sendBody{}, errWho
	case !templatePattern.MatchString(m.TemplateID):
		return sendBody{}, errTemplate
	case state != Formal && state != Trial && state != Developer:
		return sendBody{}, errState
	}
	fitted, err := Fit(m.Data)
	if err != nil {
		return sendBody{}, err
	}
	data := make(map[string]sendValue, len(fitted))
	for key, value := range fitted {
		data[key] = sendValue{value}
	}
	return sendBody{ToUser: m.OpenID, TemplateID: m.TemplateID, Page: strings.TrimPrefix(m.Page, "/"), Data: data, State: state, Lang: "zh_CN"}, nil
}

// hidden are the person and the words, as WeChat could say them back.
func (b sendBody) hidden() []string {
	hidden := []string{b.ToUser}
	for _, v := range b.Data {
		hidden = append(hidden, v.Value)
	}
	return hidden
}
