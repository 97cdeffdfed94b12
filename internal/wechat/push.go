package wechat

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"

	"github.com/silenceper/wechat/v2/miniprogram/security"
	"github.com/silenceper/wechat/v2/util"
)

// maxPushBytes bounds what is read of a push; those of pictures have about 1 KB.
const maxPushBytes = 64 << 10

// echoPattern is what WeChat asks to hear back; nothing else is echoed to anyone.
var echoPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

// PictureVerdict is what WeChat found out about a picture.
type PictureVerdict struct {
	TraceID string // that CheckPicture gave
	Verdict Verdict
}

var (
	errPushOff       = errors.New("wechat: no push token and key are set")
	errPushSignature = errors.New("wechat: a push that WeChat has not signed")
	errPushRubbish   = errors.New("wechat: a push that cannot be read; set 安全模式 and JSON in the back office")
)

// PushHandler is the server address of the message push in the back office
// (安全模式, JSON): it answers WeChat's check of the address, and gives each
// picture's verdict to heard. WeChat pushes again, three times within seconds,
// when heard fails, and one verdict may come twice. Other events are let pass.
// https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html
//
// The library's own receiver is not used: it takes what is not encrypted, and then
// its signature does not cover the words; it does not look at msg_signature; it
// reads bodies whole; and it takes labels only as numbers, where WeChat sends "100".
func (c *Client) PushHandler(heard func(context.Context, PictureVerdict) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reply, status := "success", http.StatusOK
		if r.Method == http.MethodGet {
			reply, status = c.echo(r.URL.Query())
		} else if err := c.pushed(r, heard); err != nil {
			c.log.ErrorContext(r.Context(), "wechat: a push failed", "error", err)
			reply, status = "fail", statusOf(err)
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, reply)
	})
}

func statusOf(err error) int {
	switch {
	case errors.Is(err, errPushOff):
		return http.StatusNotFound
	case errors.Is(err, errPushSignature):
		return http.StatusForbidden
	case errors.Is(err, errPushRubbish):
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

// echo answers WeChat's check that the address is ours.
func (c *Client) echo(q url.Values) (reply string, status int) {
	echo := q.Get("echostr")
	if !c.pushes() || !c.signed(q, "signature") || !echoPattern.MatchString(echo) {
		return "", http.StatusForbidden
	}
	return echo, http.StatusOK
}

func (c *Client) pushes() bool { return c.pushToken != "" && c.pushKey != "" }

// signed tells whether WeChat made the signature: only it and we know the token.
func (c *Client) signed(q url.Values, name string, more ...string) bool {
	want := util.Signature(append(more, c.pushToken, q.Get("timestamp"), q.Get("nonce"))...)
	return subtle.ConstantTimeCompare([]byte(want), []byte(q.Get(name))) == 1
}

// mediaEvent is the event wxa_media_check.
type mediaEvent struct {
	Event   string `json:"Event"`
	TraceID string `json:"trace_id"`
	ErrCode int64  `json:"errcode"` // not 0: the result means nothing
	Result  struct {
		Suggest security.CheckSuggest `json:"suggest"`
		Label   text                  `json:"label"`
	} `json:"result"`
}

func (c *Client) pushed(r *http.Request, heard func(context.Context, PictureVerdict) error) error {
	event, err := c.open(r)
	if err != nil {
		return err
	}
	if event.Event != "wxa_media_check" {
		return nil
	}
	if !idPattern.MatchString(event.TraceID) {
		return errPushRubbish
	}
	return heard(r.Context(), PictureVerdict{event.TraceID, event.verdict()})
}

// open checks a push and decrypts it.
func (c *Client) open(r *http.Request) (event mediaEvent, err error) {
	if !c.pushes() {
		return event, errPushOff
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxPushBytes))
	var sealed struct {
		Encrypt string `json:"Encrypt"`
	}
	if err != nil || json.Unmarshal(raw, &sealed) != nil || sealed.Encrypt == "" {
		return event, errPushRubbish
	}
	if !c.signed(r.URL.Query(), "msg_signature", sealed.Encrypt) {
		return event, errPushSignature
	}
	_, plain, err := util.DecryptMsg(c.appID, sealed.Encrypt, c.pushKey)
	if err != nil || json.Unmarshal(plain, &event) != nil {
		return event, errPushRubbish
	}
	return event, nil
}

func (e mediaEvent) verdict() Verdict {
	label, _ := strconv.Atoi(string(e.Result.Label))
	v, err := verdict(e.Result.Suggest, security.CheckLabel(label))
	if e.ErrCode != 0 || err != nil {
		return Verdict{Finding: Unchecked}
	}
	return v
}
