package wechat

import (
	"context"
	"regexp"
	"time"

	"github.com/silenceper/wechat/v2/credential"
	"golang.org/x/sync/singleflight"
)

const (
	tokenKey = "access_token"

	// tokenMargin is how long before its end a token is not used any more. In its
	// last five minutes WeChat gives out the next one, and both are good.
	tokenMargin = 5 * time.Minute

	// maxTokenLife is the longest that WeChat gives a token.
	maxTokenLife = 2 * time.Hour
)

// tokenPattern is what access tokens look like. The library writes them into URLs as they are.
var tokenPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,512}$`)

// tokens gives the library its access tokens, in place of the library's own
// source, which holds a lock while it asks WeChat, so that those who wait cannot
// leave and then ask WeChat one after another; and which takes an answer without
// a token for an empty one.
// https://developers.weixin.qq.com/miniprogram/dev/server/API/mp-access-token/api_getstableaccesstoken
type tokens struct {
	stable *credential.StableAccessToken
	cache  *memory
	client *Client
	flight singleflight.Group
}

var _ credential.AccessTokenContextHandle = (*tokens)(nil)

type pinKey struct{}

// pin fixes the token that a call uses, so that whoever made it knows which one was refused.
func pin(ctx context.Context, token string) context.Context {
	return context.WithValue(ctx, pinKey{}, token)
}

// GetAccessTokenContext gives the token that the call was pinned to.
func (t *tokens) GetAccessTokenContext(ctx context.Context) (string, error) {
	if token, ok := ctx.Value(pinKey{}).(string); ok {
		return token, nil
	}
	return "", errNoClient
}

// GetAccessToken is what functions of the library without a context ask for: they belong to no client.
func (t *tokens) GetAccessToken() (string, error) { return "", errNoClient }

// get gives a good token. However many ask at once, WeChat is asked once, and
// the one who asked may leave without taking the answer from the others.
func (t *tokens) get(ctx context.Context) (string, error) {
	if token, ok := t.cache.Get(tokenKey).(string); ok {
		return token, nil
	}
	select {
	case res := <-t.flight.DoChan(tokenKey, t.fetch):
		token, _ := res.Val.(string)
		return token, res.Err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (t *tokens) fetch() (any, error) {
	if token, ok := t.cache.Get(tokenKey).(string); ok { // got between the look and the flight
		return token, nil
	}
	return t.ask()
}

// ask gets the token from WeChat, also when a good one is at hand.
func (t *tokens) ask() (any, error) {
	ctx, cancel := context.WithTimeout(t.client.route(context.Background()), t.client.timeout)
	defer cancel()
	// Never force a new one: it would end the token that other servers hold, and WeChat allows 20 a day.
	answer, err := t.stable.GetAccessTokenDirectly(ctx, false)
	switch {
	case answer.ErrCode != 0:
		return "", &apiError{answer.ErrCode, answer.ErrMsg}
	case err != nil:
		return "", err
	case !tokenPattern.MatchString(answer.AccessToken) || answer.ExpiresIn <= 0:
		return "", errRubbish
	}
	return answer.AccessToken, t.cache.Set(tokenKey, answer.AccessToken, usable(answer.ExpiresIn))
}

// usable is how long a token with so many seconds to live is kept.
func usable(seconds int64) time.Duration {
	life := min(time.Duration(min(seconds, 1<<20))*time.Second, maxTokenLife)
	return max(life-tokenMargin, life/2)
}

// drop forgets a token that WeChat refused.
func (t *tokens) drop(token string) { t.cache.drop(tokenKey, token) }

// Reach tells whether WeChat answers: it asks for the access token, which changes nothing
// there. A message sent into a silence may have arrived, so a sender asks this first.
func (c *Client) Reach(ctx context.Context) error {
	if _, err := c.tokens.ask(); err != nil {
		return c.refused(ctx, nil, c.failed(err, false))
	}
	return nil
}
