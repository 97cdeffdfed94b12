package httpapi_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/config"
	"yimi/internal/request"
	"yimi/internal/storetest"
)

// pdf is a PDF with a text in it.
func pdf(text string) []byte {
	return fmt.Appendf(nil, "%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%% %s\ntrailer<</Root 1 0 R>>\n%%%%EOF\n", text)
}

func picture(w, h int) image.Image {
	p := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range p.Pix {
		p.Pix[i] = byte(i * 7)
	}
	p.Set(0, 0, color.White)
	return p
}

// realFiles are files of the four kinds, made by real encoders.
func realFiles(t testing.TB) map[string][]byte {
	t.Helper()
	var jpg, pic bytes.Buffer
	apptest.Must(t, jpeg.Encode(&jpg, picture(64, 48), nil))
	apptest.Must(t, png.Encode(&pic, picture(64, 48)))
	webp, err := base64.StdEncoding.DecodeString("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
	apptest.Must(t, err)
	return map[string][]byte{"jpeg": jpg.Bytes(), "png": pic.Bytes(), "webp": webp, "pdf": pdf("病历")}
}

// folder is a site whose data folder is known.
func eachWithFolder(t *testing.T, test func(t *testing.T, s *apptest.Site, l *apptest.Loop, folder string)) {
	t.Helper()
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		folder := ""
		s := apptest.NewSite(t, apptest.New(t, url, func(c *config.Config) { folder = c.DataDir }))
		test(t, s, apptest.NewLoop(s.World), filepath.Join(folder, "files"))
	})
}

// stored reads every file under the folder.
func stored(t testing.TB, folder string) (out [][]byte) {
	t.Helper()
	apptest.Must(t, filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path) //nolint:gosec // the test's own folder
		out = append(out, content)
		return err
	}))
	return out
}

// upload sends a file to a request.
func upload(t testing.TB, s *apptest.Site, who auth.Actor, id int64, name string, content []byte) apptest.Answer {
	t.Helper()
	body, kind := form(t, name, content)
	return s.Call(t, who, "POST", fmt.Sprintf("/requests/%d/attachments", id), body, "Content-Type", kind)
}

type attached struct {
	ID    int64
	Kind  string
	Name  string
	Bytes int
}

func readAttached(t testing.TB, a apptest.Answer) (out attached) {
	t.Helper()
	apptest.Must(t, json.Unmarshal(a.Body, &out))
	return out
}

// The four kinds are taken by their content, whatever they are called: pictures drawn anew (a WebP as what
// everything can show), a PDF as it was, to be saved and not shown. They lie sealed in the folder under names that say nothing.
func TestFilesAreTakenGivenBackAndSealed(t *testing.T) {
	eachWithFolder(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop, folder string) {
		types := map[string]string{"jpeg": "image/jpeg", "png": "image/png", "webp": "image/jpeg", "pdf": "application/pdf"}
		endings := map[string]string{"jpeg": ".jpg", "png": ".png", "webp": ".jpg", "pdf": ".pdf"}
		r := l.Put(request.Draft)
		for kind, content := range realFiles(t) {
			a := upload(t, s, l.Resident, r.ID, "../../机密 <script>.exe", content)
			want(t, a, 201, "")
			is := readAttached(t, a)
			if is.Kind != strings.Replace(kind, "webp", "jpeg", 1) || kind == "pdf" && is.Bytes != len(content) || !strings.HasSuffix(is.Name, endings[kind]) || strings.ContainsAny(is.Name, "<>/\\") {
				t.Errorf("%s: %+v", kind, is)
			}
			got := s.Call(t, l.Resident, "GET", fmt.Sprintf("/requests/%d/attachments/%d", r.ID, is.ID), nil)
			same := bytes.Equal(got.Body, content)
			if kind != "pdf" {
				size, format, err := image.DecodeConfig(bytes.NewReader(got.Body))
				was, _, _ := image.DecodeConfig(bytes.NewReader(content))
				same = err == nil && format == is.Kind && size.Width == was.Width && size.Height == was.Height
			}
			if said := got.Header.Get("Content-Disposition"); strings.HasPrefix(said, "attachment") != (kind == "pdf") {
				t.Errorf("%s: %q", kind, said)
			}
			if got.Status != 200 || !same || len(got.Body) != is.Bytes || got.Header.Get("Content-Type") != types[kind] ||
				got.Header.Get("X-Content-Type-Options") != "nosniff" || got.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %d, %d of %d bytes, %v", kind, got.Status, len(got.Body), len(content), got.Header)
			}
			for _, file := range stored(t, folder) {
				if bytes.Contains(file, got.Body) || bytes.Contains(file, got.Body[:min(len(got.Body), 24)]) || bytes.Contains(file, content[:min(len(content), 24)]) || bytes.Contains(file, []byte("病历")) {
					t.Errorf("%s lies open in the folder", kind)
				}
			}
		}
		if files := stored(t, folder); len(files) != 4 || l.Count("request_attachments", "1 = 1") != 4 {
			t.Errorf("%d files, %d rows", len(files), l.Count("request_attachments", "1 = 1"))
		}
		if info, err := os.Stat(folder); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("the folder: %v %v", info.Mode(), err)
		}
	})
}

// Anything else is refused, whatever it is called and however it begins, and nothing stays of it.
func TestOtherFilesAreRefused(t *testing.T) {
	eachWithFolder(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop, folder string) {
		real, html := realFiles(t), "<html><script>alert(1)</script></html>"
		var archive, moving bytes.Buffer
		z := zip.NewWriter(&archive)
		_, err := z.Create("a.jpg")
		apptest.Must(t, err)
		apptest.Must(t, z.Close())
		apptest.Must(t, gif.Encode(&moving, picture(8, 8), nil))
		huge := bytes.Clone(real["png"])
		binary.BigEndian.PutUint32(huge[16:], 100_000) // says that it is 100000 by 100000
		binary.BigEndian.PutUint32(huge[20:], 100_000)
		binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29]))
		r := l.Put(request.Draft)
		for name, content := range map[string][]byte{
			"nothing": {}, "text": []byte("您好"), "HTML": []byte(html), "HTML with a doctype": []byte("<!DOCTYPE html>" + html),
			"SVG": []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "XML": []byte(`<?xml version="1.0"?><svg/>`),
			"EXE": append([]byte("MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff"), make([]byte, 200)...), "ELF": append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 200)...),
			"script": []byte("#!/bin/sh\nrm -rf /\n"), "zip": archive.Bytes(), "GIF": moving.Bytes(), "zeros": make([]byte, 1000),
			"HTML that begins like JPEG": []byte("\xff\xd8\xff\xe0" + html), "HTML that begins like PNG": []byte("\x89PNG\r\n\x1a\n" + html),
			"HTML that begins like WebP": []byte("RIFF\x00\x00\x00\x00WEBP" + html), "HTML that begins like WebP with a chunk": []byte("RIFF\xff\xff\xff\x00WEBPVP8 " + html),
			"HTML that begins like PDF": []byte("%PDF-1.7\n" + html), "zip that begins like JPEG": append([]byte("\xff\xd8\xff\xe0"), archive.Bytes()...),
			"half a JPEG": real["jpeg"][:20], "half a PNG": real["png"][:20], "PDF with no end": bytes.TrimSuffix(pdf("x"), []byte("%%EOF\n")),
			"JPEG behind HTML": append([]byte(html), real["jpeg"]...),
		} {
			for _, called := range []string{"a.jpg", "a.pdf"} {
				a := upload(t, s, l.Resident, r.ID, called, content)
				t.Run(name, func(t *testing.T) { want(t, a, 422, "bad_attachment") })
			}
		}
		want(t, s.Call(t, l.Resident, "POST", fmt.Sprintf("/requests/%d/attachments", r.ID), `{"file":"x"}`), 400, "invalid_body")
		want(t, upload(t, s, l.Resident, r.ID, "a.png", huge), 422, "picture_too_large")
		heic := upload(t, s, l.Resident, r.ID, "IMG_0001.jpg", append([]byte("\x00\x00\x00\x24ftypheic\x00\x00\x00\x00mif1heic"), make([]byte, 200)...))
		want(t, heic, 422, "heic_attachment")
		if !strings.Contains(heic.Problem.Detail, "兼容性最佳") {
			t.Error(heic.Problem.Detail)
		}
		if files := stored(t, folder); len(files) != 0 || l.Count("request_attachments", "1 = 1") != 0 {
			t.Errorf("%d files stay", len(files))
		}
	})
}

// Eight MiB are taken, a byte more is not, and no tenth file.
func TestHowMuchIsTaken(t *testing.T) {
	eachWithFolder(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop, folder string) {
		const most = 8 << 20
		r, file := l.Put(request.Submitted), realFiles(t)["jpeg"]
		padded := append(bytes.Clone(file), make([]byte, most+1-len(file))...)
		want(t, upload(t, s, l.Resident, r.ID, "a.jpg", padded), 413, "body_too_large")
		want(t, upload(t, s, l.Resident, r.ID, "a.jpg", append(padded, make([]byte, 1<<20)...)), 413, "body_too_large")
		want(t, upload(t, s, l.Resident, r.ID, "a.jpg", padded[:most]), 201, "")
		for n := 2; n <= 9; n++ {
			a := upload(t, s, l.Resident, r.ID, "a.jpg", file)
			if want(t, a, 201, ""); readAttached(t, a).Name != fmt.Sprintf("图片%d.jpg", n) {
				t.Errorf("%s", a.Body)
			}
		}
		want(t, upload(t, s, l.Resident, r.ID, "a.jpg", file), 422, "too_many_attachments")
		want(t, upload(t, s, l.Staff, r.ID, "a.jpg", file), 422, "too_many_attachments")
		if n := len(stored(t, folder)); n != 9 {
			t.Errorf("%d files", n)
		}
	})
}

// Many uploads at once: never more than nine, and no file that no row knows.
func TestManyUploadsAtOnce(t *testing.T) {
	eachWithFolder(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop, folder string) {
		r := l.Put(request.Submitted)
		everybody := make([]auth.Actor, 0, 16)
		for range 8 {
			everybody = append(everybody, l.Resident, l.Staff)
		}
		tally := apptest.Tally(apptest.All(everybody, func(i int, p auth.Actor) apptest.Answer {
			return upload(t, s, p, r.ID, "a.pdf", pdf(fmt.Sprint(i)))
		}))
		if tally["201 "] != 9 || tally["422 too_many_attachments"] != 7 {
			t.Errorf("%v", tally)
		}
		if rows, files := l.Count("request_attachments", "1 = 1"), len(stored(t, folder)); rows != 9 || files != 9 {
			t.Errorf("%d rows, %d files", rows, files)
		}
	})
}

// A file is read by those who may see the request; it is added by who asked, worker and staff
// while the request is open, and taken away by who asked while it is a draft or returned, else until it was seen.
func TestWhoHandlesFiles(t *testing.T) {
	eachWithFolder(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop, folder string) {
		people := map[string]auth.Actor{"who asked": l.Resident, "worker": l.Worker, "staff": l.Staff, "admin": l.Admin, "supervisor": l.Supervisor,
			"receiver": l.Receiver, "far": l.Far, "below": l.Below, "colleague": l.Colleague, "neighbour": l.Neighbour}
		sees := map[string]bool{"who asked": true, "worker": true, "staff": true, "admin": true, "supervisor": true}
		for _, state := range request.States {
			r := l.Put(request.Returned, func(r *request.Request) { r.WorkerID = &l.Worker.PersonID })
			file := attach(t, l, l.Resident, r.ID)
			l.Exec("UPDATE requests SET state = ?, is_open = ? WHERE id = ?", state, map[bool]int{true: 1, false: 0}[state != request.Rejected && state != request.Closed && state != request.Cancelled], r.ID)
			open := l.Request(r.ID).IsOpen == 1
			path := fmt.Sprintf("/requests/%d/attachments/%d", r.ID, file)
			for name, who := range people {
				seen := sees[name] && (state != request.Draft || name == "who asked")
				get, add := s.Call(t, who, "GET", path, nil), upload(t, s, who, r.ID, "a.pdf", pdf("x"))
				wantGet, wantAdd := 404, 404
				if seen {
					wantGet, wantAdd = 200, 201
				}
				if seen && !open {
					wantAdd = 409
				}
				if seen && name == "supervisor" {
					wantAdd = 403
				}
				if get.Status != wantGet || add.Status != wantAdd {
					t.Errorf("%s, %s: reads %d, want %d; adds %d, want %d", state, name, get.Status, wantGet, add.Status, wantAdd)
				}
				if name == "who asked" {
					continue
				}
				status := 404
				if seen {
					status = 403
				}
				if a := s.Call(t, who, "DELETE", path, nil); a.Status != status {
					t.Errorf("%s, %s: takes it away: %d %s", state, name, a.Status, a.Body)
				}
			}
			// Another request's path leads to no file of this one.
			other := l.Put(request.Draft)
			want(t, s.Call(t, l.Resident, "GET", fmt.Sprintf("/requests/%d/attachments/%d", other.ID, file), nil), 404, "not_found")
			want(t, s.Call(t, l.Resident, "DELETE", fmt.Sprintf("/requests/%d/attachments/%d", other.ID, file), nil), 404, "not_found")
			files := len(stored(t, folder))
			if a := s.Call(t, l.Resident, "DELETE", path, nil); state == request.Draft || state == request.Returned {
				want(t, a, 204, "")
				want(t, s.Call(t, l.Resident, "GET", path, nil), 404, "not_found")
				files--
			} else {
				want(t, a, 409, map[bool]string{true: "attachment_seen", false: "bad_transition"}[open])
				want(t, s.Call(t, l.Resident, "GET", path, nil), 200, "")
			}
			if n := len(stored(t, folder)); n != files || int64(n) != l.Count("request_attachments", "1 = 1") {
				t.Errorf("%s: %d files, want %d", state, n, files)
			}
		}
	})
}

// Who sent a file takes it back until the other side has opened it; then staff can, with a reason that who sent
// it is told. Either way it is gone from storage, the request and the export.
func TestWrongFilesAreTakenAway(t *testing.T) {
	eachWithFolder(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop, folder string) {
		r := l.Put(request.InService)
		sends := func(who auth.Actor) string {
			t.Helper()
			a := upload(t, s, who, r.ID, "a.pdf", pdf("别人的病历"))
			want(t, a, 201, "")
			return fmt.Sprintf("/requests/%d/attachments/%d", r.ID, readAttached(t, a).ID)
		}
		removal := func(who auth.Actor) string {
			t.Helper()
			var is struct{ Attachments []struct{ Removal string } }
			apptest.Must(t, json.Unmarshal(s.Call(t, who, "GET", fmt.Sprintf("/requests/%d", r.ID), nil).Body, &is))
			return is.Attachments[0].Removal
		}
		gone := func(path string) {
			t.Helper()
			want(t, s.Call(t, l.Resident, "GET", path, nil), 404, "not_found")
			if rows, files := l.Count("request_attachments", "1 = 1"), len(stored(t, folder)); rows != 0 || files != 0 {
				t.Errorf("%d rows, %d files stay", rows, files)
			}
		}
		for from, to := range map[*auth.Actor]auth.Actor{&l.Resident: l.Worker, &l.Worker: l.Resident, &l.Staff: l.Resident} {
			path := sends(*from)
			want(t, s.Call(t, *from, "GET", path, nil), 200, "") // one's own look is none
			for _, other := range []auth.Actor{l.Resident, l.Worker, l.Colleague} {
				if other.PersonID != from.PersonID {
					if a := s.Call(t, other, "DELETE", path, nil); a.Status < 400 {
						t.Errorf("%d took it away", other.PersonID)
					}
				}
			}
			if is := removal(*from); is != "free" {
				t.Error(is)
			}
			want(t, s.Call(t, *from, "DELETE", path, nil), 204, "")
			gone(path)

			path = sends(*from)
			want(t, s.Call(t, to, "GET", path, nil), 200, "")
			want(t, s.Call(t, *from, "DELETE", path, nil), 409, "attachment_seen")
			if is := removal(l.Resident) + " " + removal(l.Worker) + " " + removal(l.Staff); is != "none none reason" {
				t.Error(is)
			}
			why := map[string]string{"reason": "传成了别人的病历"}
			want(t, s.Call(t, l.Resident, "POST", path+"/withdraw", why), 403, "forbidden")
			want(t, s.Call(t, l.Worker, "POST", path+"/withdraw", why), 403, "forbidden")
			want(t, s.Call(t, l.Far, "POST", path+"/withdraw", why), 404, "not_found")
			want(t, s.Call(t, l.Staff, "POST", path+"/withdraw", map[string]string{"reason": " "}), 400, "invalid_fields")
			want(t, s.Call(t, l.Staff, "POST", path+"/withdraw", why), 204, "")
			want(t, s.Call(t, l.Staff, "POST", path+"/withdraw", why), 404, "not_found")
			gone(path)
			told := map[bool]int64{true: 0, false: 1}[from.PersonID == l.Staff.PersonID]
			if n := l.Count("notices", "person_id = ? AND title = '您传的附件删除了' AND body LIKE '%别人的病历%'", from.PersonID); n != told {
				t.Errorf("%d notices", n)
			}
		}
		if n := l.Count("audit_entries", "operation = 'withdrawAttachment' AND entity = 'attachment'"); n != 3 {
			t.Errorf("%d lines in the audit log", n)
		}
		mine := l.Put(request.InService, func(r *request.Request) { r.PersonID = &l.Staff.PersonID })
		own := attach(t, l, l.Staff, mine.ID)
		want(t, s.Call(t, l.Staff, "POST", fmt.Sprintf("/requests/%d/attachments/%d/withdraw", mine.ID, own), map[string]string{"reason": "不想留"}), 403, "own_request")
	})
}

// A file that is opened and taken back in one moment is either seen or gone.
func TestOpenedAndTakenBackAtOnce(t *testing.T) {
	eachWithFolder(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop, _ string) {
		r := l.Put(request.InService)
		for range 8 {
			path := fmt.Sprintf("/requests/%d/attachments/%d", r.ID, readAttached(t, upload(t, s, l.Resident, r.ID, "a.pdf", pdf("x"))).ID)
			got := apptest.All([]auth.Actor{l.Resident, l.Worker}, func(i int, p auth.Actor) apptest.Answer {
				return s.Call(t, p, []string{"DELETE", "GET"}[i], path, nil)
			})
			if taken, seen := got[0].Status, got[1].Status; !(taken == 204 && seen == 404 || taken == 409 && seen == 200) {
				t.Errorf("taken back: %d, opened: %d", taken, seen)
			}
			if got[0].Status != 204 {
				want(t, s.Call(t, l.Staff, "POST", path+"/withdraw", map[string]string{"reason": "传错了"}), 204, "")
			}
		}
	})
}

// A file taken away by many at once, and read meanwhile, is gone once; nobody gets a 500.
func TestTakenAwayByManyAtOnce(t *testing.T) {
	eachWithFolder(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop, folder string) {
		r := l.Put(request.Draft)
		for range 5 {
			path := fmt.Sprintf("/requests/%d/attachments/%d", r.ID, attach(t, l, l.Resident, r.ID))
			many := make([]auth.Actor, 16)
			for i := range many {
				many[i] = l.Resident
			}
			tally := apptest.Tally(apptest.All(many, func(i int, p auth.Actor) apptest.Answer {
				return s.Call(t, p, []string{"DELETE", "GET"}[i%2], path, nil)
			}))
			if tally["204 "] != 1 || tally["204 "]+tally["200 "]+tally["404 not_found"] != 16 {
				t.Errorf("%v", tally)
			}
		}
		if n := len(stored(t, folder)); n != 0 {
			t.Errorf("%d files stay", n)
		}
	})
}

// A repeated upload with the same key is one file.
func TestAnUploadRepeated(t *testing.T) {
	eachWithFolder(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop, folder string) {
		r := l.Put(request.Draft)
		body, kind := form(t, "a.pdf", pdf("x"))
		send := func() apptest.Answer {
			return s.Call(t, l.Resident, "POST", fmt.Sprintf("/requests/%d/attachments", r.ID), body, "Content-Type", kind, "Idempotency-Key", "upload-0001")
		}
		many := make([]auth.Actor, 6)
		tally := apptest.Tally(apptest.All(many, func(int, auth.Actor) apptest.Answer { return send() }))
		if tally["201 "] != 6 || l.Count("request_attachments", "1 = 1") != 1 || len(stored(t, folder)) != 1 {
			t.Errorf("%v, %d rows, %d files", tally, l.Count("request_attachments", "1 = 1"), len(stored(t, folder)))
		}
	})
}

// A picture sent again with its key after its answer got lost has the first answer, though every
// attempt has a boundary of its own; another picture, or another name, is another deed.
func TestAPictureSentAgainAfterALostAnswer(t *testing.T) {
	eachWithFolder(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop, folder string) {
		r := l.Put(request.Submitted)
		send := func(name string, content []byte) apptest.Answer {
			body, kind := form(t, name, content)
			return s.Call(t, l.Resident, "POST", fmt.Sprintf("/requests/%d/attachments", r.ID), body, "Content-Type", kind, "Idempotency-Key", "picture-0001")
		}
		first, again := send("a.pdf", pdf("一")), send("a.pdf", pdf("一"))
		want(t, first, 201, "")
		if again.Status != 201 || string(again.Body) != string(first.Body) || again.Header.Get("Idempotent-Replay") != "true" {
			t.Errorf("again: %d %s", again.Status, again.Body)
		}
		want(t, send("a.pdf", pdf("二")), 409, "idempotency_key_reused")
		want(t, send("b.pdf", pdf("一")), 409, "idempotency_key_reused")
		if l.Count("request_attachments", "1 = 1") != 1 || len(stored(t, folder)) != 1 {
			t.Errorf("%d rows, %d files", l.Count("request_attachments", "1 = 1"), len(stored(t, folder)))
		}
	})
}
