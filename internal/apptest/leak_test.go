package apptest_test

import (
	"testing"

	"yimi/internal/apptest"
)

func TestLeaksAreFound(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		`{"msg":"sent to 13909531234"}`, `phone=18612345678,`, `{"id":"640302199803050021"}`, `id 64030219980305002X`,
		`{"auth":"Bearer abcdefghijk"}`, `eyJhbGciOiJIUzI1NiJ9.eyJzdWIi`, `Get "https://api.weixin.qq.com/sns/jscode2session?appid=wx&secret=abc"`,
		`{"refresh_token":"x1"}`, `"error":"password=hunter2"`, `token ABCDEFGHIJKLMNOPQRSTUVWXYZ`, `token q-IpfqYVdvDL3Zq9dC1nqgO1cYV4xJv3hd0m6tV5P_k`, `openid demo-resident is new`, apptest.Words,
	} {
		if len(apptest.Leaks(line, "demo-resident")) == 0 {
			t.Errorf("not found: %s", line)
		}
	}
	for _, line := range []string{
		`{"time":"2026-03-05T09:00:00.123456789+08:00","level":"INFO","msg":"request","request_id":"ABCDEFGHIJKLMNOP","actor_id":13,"status":200,"took":13909531234}`,
		`{"level":"WARN","msg":"slow statement","sql":"SELECT * FROM people WHERE phone_hash = ?"}`, `{"operation":"changePassword","status":204}`,
		`{"at":1772672400000}`, `the secret of the code`, `"error":"wechat: GET /x?secret=***"`,
	} {
		if found := apptest.Leaks(line, "demo-resident"); len(found) != 0 {
			t.Errorf("%v", found)
		}
	}
}
