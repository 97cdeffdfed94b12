package identity_test

import (
	"os"
	"strings"
	"testing"

	"yimi/internal/auth"
	"yimi/internal/identity"
	"yimi/internal/store"
)

// What the migrations do to rows from before there were two hands; each bears to run again.
func TestRowsFromBeforeTwoHands(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := auth.With(t.Context(), w.admin(t, "ma", w.wuzhong))
		made, err := w.CreateStaff(ctx, w.station.ID, identity.Staff{Name: "贺兰", Login: "he.lan", Password: rootPassword, Role: auth.StationStaff})
		if err != nil {
			t.Fatal(err)
		}
		shell := w.desk(t, "yang")
		people := []int64{w.wechat(t, "lin").PersonID, w.wechat(t, "bai").PersonID, w.wechat(t, "jin").PersonID}
		run := func(sql ...string) {
			t.Helper()
			for _, s := range sql {
				if err := w.store.Tx(t.Context(), func(tx *store.Tx) error { return tx.Exec(s).Error }); err != nil {
					t.Fatal(err)
				}
			}
		}
		run("UPDATE password_logins SET set_by = NULL")
		settled := func(low, high int64, byIdentity bool) {
			t.Helper()
			by := int64(1)
			d := &identity.Duplicate{LowID: min(low, high), HighID: max(low, high), ByPhone: true, ByIdentity: byIdentity, State: identity.DuplicateDifferent, SettledBy: &by, Reason: "母女"}
			if err := w.store.Tx(t.Context(), func(tx *store.Tx) error { return tx.Create(d).Error }); err != nil {
				t.Fatal(err)
			}
		}
		settled(people[0], people[1], false) // stays
		settled(people[1], people[2], true)
		settled(made.PersonID, people[2], false) // staff
		for range 2 {
			for _, name := range []string{"00131_identity_password_setters", "00135_identity_duplicates_again"} {
				text, err := os.ReadFile("../store/migrations/" + w.store.Dialect() + "/" + name + ".sql")
				if err != nil {
					t.Fatal(err)
				}
				_, sql, _ := strings.Cut(string(text), "UPDATE")
				run("UPDATE" + sql)
			}
		}
		for id, want := range map[int64]bool{made.PersonID: false, shell.PersonID: true} {
			if p, err := w.Profile(t.Context(), id); err != nil || p.PasswordOwn == nil || *p.PasswordOwn != want {
				t.Errorf("the password of %d is its own: %v, %v; want %v", id, p.PasswordOwn, err, want)
			}
		}
		var open, kept int64
		db := w.store.Read(t.Context()).Model(&identity.Duplicate{})
		if err := db.Where("state = 'open' AND settled_by IS NULL AND reason = ''").Count(&open).Error; err != nil {
			t.Fatal(err)
		}
		if err := w.store.Read(t.Context()).Model(&identity.Duplicate{}).Where("state = 'different' AND by_identity = 0").Count(&kept).Error; err != nil {
			t.Fatal(err)
		}
		if open != 2 || kept != 1 {
			t.Errorf("%d are open again, %d stay settled", open, kept)
		}
	})
}
