package request

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"yimi/internal/fault"
)

// corners is a picture whose corners are red, green, blue and white, clockwise from the left above.
func corners(w, h int) *image.NRGBA {
	p := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{R: 255, A: 255}
			switch {
			case x >= w/2 && y < h/2:
				c = color.NRGBA{G: 255, A: 255}
			case x >= w/2:
				c = color.NRGBA{B: 255, A: 255}
			case y >= h/2:
				c = color.NRGBA{R: 255, G: 255, B: 255, A: 255}
			}
			p.SetNRGBA(x, y, c)
		}
	}
	return p
}

func jpegOf(t testing.TB, p image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, p, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// exif is what a camera writes: the orientation, in either order of bytes, and where it was.
func exif(order binary.AppendByteOrder, turn int) []byte {
	out := []byte("II*\x00\x08\x00\x00\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		out = []byte("MM\x00*\x00\x00\x00\x08")
	}
	out = order.AppendUint16(out, 1)
	out = order.AppendUint16(order.AppendUint16(out, 0x0112), 3)
	out = order.AppendUint16(order.AppendUint32(out, 1), uint16(turn))
	return append(out, "\x00\x00\x00\x00\x00\x00GPS 37.98N 106.20E"...)
}

// shot puts it into a JPEG.
func shot(file, exif []byte) []byte {
	head := binary.BigEndian.AppendUint16([]byte{0xFF, 0xD8, 0xFF, 0xE1}, uint16(len(exif)+8))
	return append(append(append(head, "Exif\x00\x00"...), exif...), file[2:]...)
}

// cornersOf names the corners, clockwise from the left above.
func cornersOf(p image.Image) (out string) {
	b := p.Bounds()
	for _, at := range []image.Point{{1, 1}, {b.Dx() - 2, 1}, {b.Dx() - 2, b.Dy() - 2}, {1, b.Dy() - 2}} {
		r, g, b, _ := p.At(at.X, at.Y).RGBA()
		switch {
		case r > 0xC000 && g > 0xC000 && b > 0xC000:
			out += "W"
		case r > 0x8000:
			out += "R"
		case g > 0x8000:
			out += "G"
		default:
			out += "B"
		}
	}
	return out
}

// The eight ways that a phone can be held, by what EXIF says of them; nothing of the EXIF stays.
func TestPicturesStandUpright(t *testing.T) {
	t.Parallel()
	want := map[int]string{1: "RGBW", 2: "GRWB", 3: "BWRG", 4: "WBGR", 5: "RWBG", 6: "WRGB", 7: "BGRW", 8: "GBWR"}
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		for turn, corner := range want {
			for name, p := range map[string]image.Image{"4:2:0": corners(64, 40), "odd": corners(63, 41), "grey": grey(corners(64, 40))} {
				file := jpegOf(t, p)
				got, kind, err := redrawn(context.Background(), shot(file, exif(order, turn)), "jpeg")
				if err != nil || kind != "jpeg" || bytes.Contains(got, []byte("GPS")) || bytes.Contains(got, []byte("Exif")) {
					t.Fatalf("%s, %d: %s %v", name, turn, kind, err)
				}
				is, err := jpeg.Decode(bytes.NewReader(got))
				if err != nil {
					t.Fatal(err)
				}
				size := p.Bounds()
				if turn >= 5 {
					size = image.Rect(0, 0, size.Dy(), size.Dx())
				}
				if is.Bounds() != size || name != "grey" && cornersOf(is) != corner {
					t.Errorf("%s, %d: %v %s, not %v %s", name, turn, is.Bounds(), cornersOf(is), size, corner)
				}
			}
		}
	}
	for turn, corner := range want { // of a PNG
		var out bytes.Buffer
		if err := png.Encode(&out, corners(64, 40)); err != nil {
			t.Fatal(err)
		}
		text := exif(binary.LittleEndian, turn)
		chunk := append(append(binary.BigEndian.AppendUint32(nil, uint32(len(text))), "eXIf"...), text...)
		if at := turnOf(exifOf(append(append(bytes.Clone(out.Bytes()[:33]), append(chunk, 0, 0, 0, 0)...), out.Bytes()[33:]...), "png")); at != turn {
			t.Errorf("PNG: %d is read as %d", turn, at)
		}
		if got := cornersOf(upright(corners(64, 40), turn)); got != corner {
			t.Errorf("%d: %s", turn, got)
		}
	}
}

func grey(p image.Image) image.Image {
	out := image.NewGray(p.Bounds())
	for y := range p.Bounds().Dy() {
		for x := range p.Bounds().Dx() {
			out.Set(x, y, p.At(x, y))
		}
	}
	return out
}

// Nothing but pixels stays: no archive behind a picture, no text between.
func TestPicturesAreDrawnAnew(t *testing.T) {
	t.Parallel()
	var pic bytes.Buffer
	if err := png.Encode(&pic, corners(30, 20)); err != nil {
		t.Fatal(err)
	}
	for kind, file := range map[string][]byte{"jpeg": jpegOf(t, corners(30, 20)), "png": pic.Bytes()} {
		got, is, err := redrawn(t.Context(), append(bytes.Clone(file), "PK\x03\x04<script>alert(1)</script>"...), kind)
		if err != nil || is != kind || bytes.Contains(got, []byte("script")) {
			t.Errorf("%s: %s %v", kind, is, err)
		}
	}
}

// The size is read before anything is unpacked.
func TestPicturesOfTooManyPixelsAreNotDecoded(t *testing.T) {
	t.Parallel()
	sized := func(w, h uint32, depth byte) []byte {
		var out bytes.Buffer
		if err := png.Encode(&out, corners(8, 8)); err != nil {
			t.Fatal(err)
		}
		file := out.Bytes()
		binary.BigEndian.PutUint32(file[16:], w)
		binary.BigEndian.PutUint32(file[20:], h)
		file[24] = depth
		sum := crc32.ChecksumIEEE(file[12:29])
		binary.BigEndian.PutUint32(file[29:], sum)
		return file
	}
	for _, c := range []struct {
		w, h  uint32
		depth byte
		code  string
	}{{6000, 4000, 8, ""}, {6001, 4000, 8, "picture_too_large"}, {4000, 3000, 16, ""}, {6000, 4000, 16, "picture_too_large"},
		{100_000, 100_000, 8, "picture_too_large"}, {1 << 30, 1, 8, "picture_too_large"}} {
		err := measured(sized(c.w, c.h, c.depth), "png")
		if (err == nil) != (c.code == "") || err != nil && fault.From(err).Code != c.code {
			t.Errorf("%d by %d at %d: %v", c.w, c.h, c.depth, err)
		}
	}
}

// One at a time over the process, and who waits stops waiting with the call.
func TestOnePictureIsDecodedAtATime(t *testing.T) {
	decoding <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	file, waits := jpegOf(t, corners(16, 16)), make(chan error, 1)
	go func() { _, _, err := redrawn(ctx, file, "jpeg"); waits <- err }()
	select {
	case err := <-waits:
		t.Fatal("it did not wait:", err)
	case <-time.After(50 * time.Millisecond):
	}
	cancel()
	if err := <-waits; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	<-decoding
	if _, _, err := redrawn(t.Context(), file, "jpeg"); err != nil {
		t.Error(err)
	}
}

// A picture of 24 megapixels, lying on its side, takes what is said here of the heap at most.
func TestTheLargestPictureFitsIntoMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	side := shot(jpegOf(t, image.NewYCbCr(image.Rect(0, 0, 6000, 4000), image.YCbCrSubsampleRatio420)), exif(binary.LittleEndian, 6))
	runtime.GC()
	var most atomic.Uint64
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	done := make(chan struct{})
	go func() {
		var now runtime.MemStats
		for {
			select {
			case <-done:
				return
			case <-time.After(5 * time.Millisecond):
				runtime.ReadMemStats(&now)
				most.Store(max(most.Load(), now.HeapAlloc))
			}
		}
	}()
	began := time.Now()
	_, _, err := redrawn(t.Context(), side, "jpeg")
	close(done)
	grown := (int64(most.Load()) - int64(before.HeapAlloc)) >> 20
	t.Logf("%d MB in %v", grown, time.Since(began))
	if err != nil || grown > 200 {
		t.Errorf("%d MB, %v", grown, err)
	}
}
