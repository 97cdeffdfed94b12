package activity_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
)

// A search takes several words in any order, of the title or the place, however wide or tall they are
// typed; also after a change, and of what was there before there was a column for it.
func TestSearchFoldsWidthAndCaseAndTakesSeveralWords(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		made := map[int64]string{}
		put := func(title, place string) int64 {
			a := w.Draft()
			a.Title, a.PlaceName = title, place
			id := w.Publish(a, apptest.At(24*time.Hour, 3))[0].ActivityID
			made[id] = title
			return id
		}
		put("ＫＴＶ合唱（第１２场）", "Ａ座 3 楼")
		put("清河行动 100%", "3 号桥_北")
		put("ﬁre 演练", "B座")
		moved := put("旧名字", "旧地方")
		title := "新名字 QR码"
		_, err := w.Activities.Update(apptest.As(w.Staff), moved, activity.Patch{Title: new(title)})
		apptest.Must(t, err)
		made[moved] = title
		look := func() {
			t.Helper()
			for typed, want := range map[string]string{
				"ktv": "ＫＴＶ合唱（第１２场）", "Ktv　ａ座": "ＫＴＶ合唱（第１２场）", "a座 合唱": "ＫＴＶ合唱（第１２场）", "(第12场)": "ＫＴＶ合唱（第１２场）", "合\u200b唱": "ＫＴＶ合唱（第１２场）",
				"100%": "清河行动 100%", "桥_": "清河行动 100%", "桥 清河": "清河行动 100%", "ｂ座": "ﬁre 演练", "qr": title, "旧地方 新名字": title,
				"旧名字": "", "清河 合唱": "", "1%0": "", "!": "", "号桥x北": "",
			} {
				rows, err := w.Activities.List(apptest.As(w.Staff), activity.Query{Words: typed, Limit: 9})
				var got []string
				for _, l := range rows {
					got = append(got, made[l.ID])
				}
				if err != nil || strings.Join(got, "|") != want {
					t.Errorf("%q finds %q %v, not %q", typed, got, err, want)
				}
			}
		}
		look()
		w.Exec("UPDATE activities SET search = ''")
		text, err := os.ReadFile("../store/migrations/" + w.Store.Dialect() + "/00211_activity_search_rows.sql")
		apptest.Must(t, err)
		_, sql, _ := strings.Cut(string(text), "UPDATE")
		w.Exec("UPDATE" + sql)
		look()
	})
}
