package wechat_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"yimi/internal/wechat"
)

func TestFitCutsToWhatTheKeywordTakes(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ key, value, want string }{
		{"thing1", "助浴上门", "助浴上门"},
		{"thing1", "一二三四五六七八九十一二三四五六七八九十", "一二三四五六七八九十一二三四五六七八九十"},
		{"thing1", "一二三四五六七八九十一二三四五六七八九十一", "一二三四五六七八九十一二三四五六七八九…"},
		{"thing1", "", "-"},
		{"thing1", " \n\t　", "-"},
		{"thing1", "两行\r\n并成  一行", "两行 并成 一行"},
		{"thing1", "控\u0000制\u202e符", "控制符"},
		{"thing1", strings.Repeat("🌊", 10), strings.Repeat("🌊", 10)},
		{"thing1", strings.Repeat("🌊", 11), strings.Repeat("🌊", 9) + "…"},
		{"thing1", "bad \xff utf-8", "bad utf-8"},
		{"phrase2", "已通过", "已通过"},
		{"phrase2", "六个汉字太长", "六个汉字太"},
		{"phrase2", "未通过（材料不全）", "未通过"},
		{"phrase2", "ok", "无"},
		{"phrase2", "", "无"},
		{"time3", "2025年3月5日 09:30", "2025年3月5日 09:30"},
		{"time3", "15:01", "15:01"},
		{"time3", "2025年3月5日 09:30~2025年3月5日 11:30", "2025年3月5日 09:30~2025年3月5日 11:30"},
		{"time3", "2025-03-05T01:30:00Z", "2025年3月5日 09:30"},
		{"date4", "2025年12月31日", "2025年12月31日"},
		{"number5", "90", "90"},
		{"number5", "2.5 小时", "2.5"},
		{"character_string6", "A-2025 第7号", "A-20257"},
		{"character_string6", "号", "-"},
		{"character_string6", strings.Repeat("7", 40), strings.Repeat("7", 32)},
		{"name7", "林晓雯", "林晓雯"},
		{"name7", "林晓雯2号", "林晓雯号"},
		{"name7", "买买提·吾守尔·阿不都热合曼江", "买买提·吾守尔·阿不"},
		{"name7", strings.Repeat("a", 30), strings.Repeat("a", 20)},
		{"name7", "123", "无"},
		{"amount8", "¥12.50", "¥12.50"},
		{"phone_number9", "0953-12345", "0953-12345"},
		{"letter1", "a1b2", "ab"},
		{"symbol1", "a!?", "!?"},
		{"car_number1", "宁A12345", "宁A12345"},
		{"const1", "进行中", "进行中"},
		{"somethingnew1", "", "-"},
	} {
		got, err := wechat.Fit(map[string]string{x.key: x.value})
		if err != nil || got[x.key] != x.want {
			t.Errorf("%s %q: %q, %v; want %q", x.key, x.value, got[x.key], err, x.want)
		}
	}
}

// What nobody can make up is told, all at once, by the keyword's name and without the words.
func TestFitTellsWhatItCannotFit(t *testing.T) {
	t.Parallel()
	for key, value := range map[string]string{
		"time1": "明天", "time2": "", "time3": "2025年13月1日 09:30", "time4": "2025年3月5日 25:30", "date5": "2025-03-05",
		"number6": "", "number7": "好几个", "number8": strings.Repeat("7", 33), "amount9": "很多钱", "phone_number10": "没有电话",
		"car_number11": "", "letter12": "汉字", "symbol13": "a", "const14": "", "Thing": "x", "1": "x", "": "x", "thing": "x", "thing1.DATA": "x",
	} {
		if got, err := wechat.Fit(map[string]string{key: value}); err == nil {
			t.Errorf("%s %q became %q", key, value, got[key])
		} else if value != "" && value != "x" && value != "a" && strings.Contains(err.Error(), value) {
			t.Errorf("the error shows the words: %v", err)
		}
	}
	_, err := wechat.Fit(map[string]string{"time1": "", "number2": "", "thing3": ""})
	if err == nil || !strings.Contains(err.Error(), "time1") || !strings.Contains(err.Error(), "number2") || strings.Contains(err.Error(), "thing3") {
		t.Errorf("%v", err)
	}
	if _, err := wechat.Fit(nil); err == nil {
		t.Error("no words at all")
	}
}

// Whatever people wrote, what Fit lets through is never refused with 47003: the
// stand-in has the limits from WeChat's page, written apart from Fit.
func TestWhatFitsIsNeverRefused(t *testing.T) {
	t.Parallel()
	srv := start(t)
	c := client(srv)
	rapid.Check(t, func(t *rapid.T) {
		kinds := []string{"thing", "phrase", "name", "character_string", "number", "letter", "symbol", "time", "date", "amount", "phone_number", "car_number", "brandnew"}
		m := message()
		m.Data = map[string]string{}
		for _, kind := range rapid.SliceOfNDistinct(rapid.SampledFrom(kinds), 1, 5, rapid.ID[string]).Draw(t, "kinds") {
			m.Data[kind+"1"] = rapid.OneOf(
				rapid.String(),
				rapid.StringMatching(`[\p{Han}（）、。A-Za-z0-9 \n🌊é.:-]{0,40}`),
				rapid.StringMatching(`[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日 [0-9]{2}:[0-9]{2}`),
				rapid.StringMatching(`[0-9]{1,40}(\.[0-9]{1,12})?.{0,3}`),
			).Draw(t, kind)
		}
		_, fits := wechat.Fit(m.Data)
		outcome, err := c.SendSubscribe(t.Context(), m)
		if (fits == nil) != (outcome == wechat.Sent) {
			t.Fatalf("%q: fits %v, but %s: %v", m.Data, fits, outcome, err)
		}
	})
}
