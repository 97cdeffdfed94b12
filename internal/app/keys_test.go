package app_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"yimi/internal/app"
	"yimi/internal/apptest"
	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/config"
	"yimi/internal/identity"
	"yimi/internal/storetest"
)

// command is "yimi keys WORD" as it is typed.
func (h *demoHouse) command(word string) (code int, said string) {
	h.t.Helper()
	var out, errOut bytes.Buffer
	args := []string{"keys", word, "--demo", "--database", h.url, "--data-dir", h.cfg.DataDir, "--log-level", "error"}
	code = app.Main(h.t.Context(), args, nil, strings.NewReader(""), &out, &errOut)
	return code, out.String() + errOut.String()
}

func (h *demoHouse) keyFile() string {
	h.t.Helper()
	b, err := os.ReadFile(h.cfg.FieldsFile())
	apptest.Must(h.t, err)
	return string(b)
}

// writers are people who change their phones and leave messages on a server that runs, until stop
// gives what each wrote last, and all that anybody wrote.
func (h *demoHouse) writers(a *app.App) (stop func() (last map[string]string, all []string)) {
	end, last, all := make(chan struct{}), map[string]string{}, []string(nil)
	var mu sync.Mutex
	var group sync.WaitGroup
	personas := []string{"staff", "worker", "admin"}
	for i, persona := range personas {
		ctx := auth.With(audit.With(h.t.Context(), audit.Origin{Operation: "updateMe"}), h.actor(a, persona))
		group.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-end:
					if n >= 4 { // however slow the machine is
						return
					}
				default:
				}
				phone := fmt.Sprintf("137%d%07d", i, n)
				if _, err := a.Identity.UpdateMe(ctx, identity.Patch{Phone: &phone}); err != nil {
					h.t.Errorf("%s: %v", persona, err)
					return
				}
				mu.Lock()
				last[persona], all = phone, append(all, phone)
				mu.Unlock()
			}
		})
	}
	group.Go(func() { h.messages(a, end, &mu, &all) })
	return func() (map[string]string, []string) {
		close(end)
		group.Wait()
		return last, all
	}
}

// messages are left by the resident on a request, one after the other.
func (h *demoHouse) messages(a *app.App, end chan struct{}, mu *sync.Mutex, all *[]string) {
	me := h.actor(a, "resident")
	var row struct{ ID int64 }
	apptest.Must(h.t, a.Store.Read(h.t.Context()).Table("requests").Select("id").Where("person_id = ? AND is_open = 1", me.PersonID).Order("id").Limit(1).Take(&row).Error)
	ctx := auth.With(audit.With(h.t.Context(), audit.Origin{Operation: "addMessage"}), me)
	for n := 0; n < 60; n++ {
		select {
		case <-end:
			return
		default:
		}
		text := fmt.Sprintf("夜里醒来第%05d次", n)
		if _, err := a.Requests.AddMessage(ctx, row.ID, text); err != nil {
			h.t.Errorf("message: %v", err)
			return
		}
		mu.Lock()
		*all = append(*all, text)
		mu.Unlock()
	}
}

// The keys are changed by the command line, beside a server on which people write: all that they wrote
// opens afterwards, and none of it lies open. A second one at the same moment is refused.
func TestKeysAreRotatedAndPrunedBesideWriters(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		h := newDemoHouse(t, url)
		server := h.open()
		h.fill(server)
		old := server.Box().Keys()[0]
		stop := h.writers(server)
		codes := make([]int, 2)
		var group sync.WaitGroup
		for i := range codes {
			group.Go(func() {
				var said string
				if codes[i], said = h.command("rotate"); codes[i] != 0 && !strings.Contains(said, config.ErrKeysBusy.Error()) {
					t.Errorf("rotate: %s", said)
				}
			})
		}
		group.Wait()
		last, wrote := stop()
		if !slices.Contains(codes, 0) || len(last) != 3 || len(wrote) < 10 {
			t.Errorf("exits %v, %d wrote %d times", codes, len(last), len(wrote))
		}
		apptest.Must(t, server.Close())

		release, err := h.cfg.LockKeys()
		apptest.Must(t, err)
		before := h.keyFile()
		for _, word := range []string{"rotate", "prune"} {
			if code, said := h.command(word); code == 0 || !strings.Contains(said, config.ErrKeysBusy.Error()) || h.keyFile() != before {
				t.Errorf("%s beside another: %d %s", word, code, said)
			}
		}
		apptest.Must(t, release())
		if _, said := h.command("prune"); h.keyFile() != before { // a server may still seal with the old one
			t.Errorf("pruned at once: %s", said)
		}
		if code, said := h.command("rotate"); code != 0 { // what the server wrote under the old key after the last pass
			t.Errorf("rotate again: %s", said)
		}
		long := time.Now().Add(-time.Hour)
		apptest.Must(t, os.Chtimes(h.cfg.FieldsFile(), long, long))
		if code, said := h.command("prune"); code != 0 || strings.Count(h.keyFile(), "\n") != 1 || strings.Contains(h.keyFile(), old+":") {
			t.Errorf("prune: %d %s", code, said)
		}
		if code, _ := h.command("turn"); code == 0 {
			t.Error("any word will do")
		}

		fresh := h.open()
		defer func() { _ = fresh.Close() }()
		secrets := h.secrets(fresh) // opens all that is sealed
		h.readable(fresh, secrets)
		for persona, phone := range last {
			if c, err := fresh.Identity.MyContact(auth.With(t.Context(), h.actor(fresh, persona))); err != nil || c.Phone != phone {
				t.Errorf("%s: %s, %v, wrote %s last", persona, c.Phone, err, phone)
			}
		}
		h.noneLiesOpen("beside writers", append(secrets, wrote...))
		if under(t, fresh, old) != 0 {
			t.Error("something is under a key that is gone")
		}
	})
}

// No key is made where something is sealed under another, whatever command it is.
func TestNoNewKeyOverSealedData(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		h := newDemoHouse(t, url)
		a := h.open()
		h.fill(a)
		apptest.Must(t, a.Close())
		elsewhere := filepath.Join(t.TempDir(), "not-mounted")
		for _, command := range []string{"verify", "serve"} {
			var out bytes.Buffer
			code := app.Main(t.Context(), []string{command, "--demo", "--listen", "127.0.0.1:0", "--database", h.url, "--data-dir", elsewhere, "--log-level", "error"}, nil, strings.NewReader(""), &out, &out)
			if code == 0 || !strings.Contains(out.String(), "is data_dir the right one") {
				t.Errorf("%s: %d %s", command, code, out.String())
			}
		}
		if _, err := os.Stat(filepath.Join(elsewhere, "keys", "fields.key")); !os.IsNotExist(err) {
			t.Errorf("a key was made: %v", err)
		}
	})
}
