package wechattest

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// pushTarget is the message push of the back office, in 安全模式 and JSON.
type pushTarget struct{ url, token, key string }

// PushTo sets where verdicts on pictures are pushed, as in the back office: the
// address, the token, and the EncodingAESKey of 43 characters.
func (s *Server) PushTo(address, token, key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.push = pushTarget{address, token, key}
}

// pushClient has its own connections: they are not the tested client's.
var pushClient = &http.Client{Timeout: 5 * time.Second}

// pushPause is before each try to push: WeChat takes a while, and answers the call first.
const pushPause = 50 * time.Millisecond

// pushVerdict pushes, as WeChat does up to three times, until the answer is success.
func (s *Server) pushVerdict(to pushTarget, a AskedCheck) {
	event := map[string]any{
		"ToUserName": "gh_demo", "FromUserName": a.OpenID, "CreateTime": time.Now().Unix(), "MsgType": "event",
		"Event": "wxa_media_check", "appid": s.AppID, "trace_id": a.TraceID, "version": 2, "errcode": 0, "errmsg": "ok",
		"result": map[string]any{"suggest": a.Suggest, "label": strconv.Itoa(labels[a.Suggest])}, // a string, as seen
	}
	if a.Suggest == "" {
		event["errcode"], event["errmsg"] = -1008, "download fail"
	}
	for range 3 {
		select {
		case <-time.After(pushPause):
		case <-s.life.Done():
			return
		}
		query, body := to.seal(s.AppID, event)
		if pushOnce(s.life, to.url+"?"+query.Encode(), body) {
			return
		}
	}
}

func pushOnce(ctx context.Context, address string, body []byte) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := pushClient.Do(req)
	if err != nil {
		return false
	}
	defer func() { _ = res.Body.Close() }()
	reply, _ := io.ReadAll(io.LimitReader(res.Body, 1024))
	return res.StatusCode == http.StatusOK && string(reply) == "success"
}

// SealPush makes a push as WeChat does: its query and its body. For tests of what
// receives them.
func SealPush(appID, token, key string, event any) (url.Values, []byte) {
	return pushTarget{token: token, key: key}.seal(appID, event)
}

// seal encrypts and signs an event.
func (t pushTarget) seal(appID string, event any) (url.Values, []byte) {
	plain, _ := json.Marshal(event)
	sealed := encrypt(plain, appID, t.key)
	query := url.Values{
		"timestamp": {strconv.FormatInt(time.Now().Unix(), 10)}, "nonce": {rand.Text()[:10]},
		"openid": {"oDemo"}, "encrypt_type": {"aes"},
	}
	query.Set("signature", Sign(t.token, query.Get("timestamp"), query.Get("nonce")))
	query.Set("msg_signature", Sign(t.token, query.Get("timestamp"), query.Get("nonce"), sealed))
	body, _ := json.Marshal(map[string]string{"ToUserName": "gh_demo", "Encrypt": sealed})
	return query, body
}

// Sign is WeChat's signature: SHA-1 over the sorted words.
func Sign(words ...string) string {
	slices.Sort(words)
	sum := sha1.Sum([]byte(strings.Join(words, "")))
	return hex.EncodeToString(sum[:])
}

// encrypt is AES-CBC over 16 random bytes, the length, the words and the app id,
// filled up to 32 bytes, with the key's first 16 bytes as the start.
func encrypt(plain []byte, appID, key string) string {
	raw, err := base64.StdEncoding.DecodeString(key + "=")
	if err != nil || len(raw) != 32 {
		panic("wechattest: an EncodingAESKey has 43 characters of base64")
	}
	text := make([]byte, 16, 64+len(plain))
	_, _ = rand.Read(text) // never fails
	text = binary.BigEndian.AppendUint32(text, uint32(len(plain)))
	text = append(append(text, plain...), appID...)
	fill := 32 - len(text)%32
	text = append(text, bytes.Repeat([]byte{byte(fill)}, fill)...)
	block, _ := aes.NewCipher(raw) // 32 bytes always do
	cipher.NewCBCEncrypter(block, raw[:16]).CryptBlocks(text, text)
	return base64.StdEncoding.EncodeToString(text)
}
