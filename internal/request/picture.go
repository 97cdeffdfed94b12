package request

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"

	_ "golang.org/x/image/webp" // to look into pictures

	"yimi/internal/fault"
)

// maxPixels is the largest picture that is decoded, of four bytes a pixel; one of eight may have half as many.
const maxPixels = 24_000_000

var (
	errPixels = fault.New(fault.Unprocessable, "picture_too_large", "图片太大，没有传上（最多 2400 万像素，比如 6000×4000）。请在手机里调小一点再传，或者发截图")
	errHEIC   = fault.New(fault.Unprocessable, "heic_attachment", "这是苹果手机的 HEIC 图片，别的手机和电脑打不开，没有传上。请在手机“设置 → 相机 → 格式”里改为“兼容性最佳”再拍，或者发截图")
)

// decoding is held by whoever decodes a picture: one at a time in the whole process. What a phone makes takes
// 70 MB at 24 megapixels, the worst kinds (a progressive JPEG, a PNG on its side) some 220 MB.
var decoding = make(chan struct{}, 1)

// redrawn gives a picture drawn anew from its pixels, the right way up: without what a camera writes
// into it (place, time, serial number), and without anything that hides behind or between the pixels.
// It stays the kind that it was, but for WebP, which nothing here writes, and for a PNG that would be too large.
func redrawn(ctx context.Context, file []byte, kind string) ([]byte, string, error) {
	if err := measured(file, kind); err != nil {
		return nil, "", err
	}
	select {
	case decoding <- struct{}{}:
		defer func() { <-decoding }()
	case <-ctx.Done():
		return nil, "", ctx.Err()
	}
	picture, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, "", errAttachment.Because(err)
	}
	picture = upright(picture, turnOf(exifOf(file, kind)))
	var out bytes.Buffer
	if kind == "png" || kind == "webp" && !opaque(picture) {
		if err := png.Encode(&capped{&out}, picture); err == nil {
			return out.Bytes(), "png", nil
		}
		out.Reset()
		picture = onWhite(picture)
	}
	if err := jpeg.Encode(&capped{&out}, picture, &jpeg.Options{Quality: 88}); err != nil {
		return nil, "", errPixels.Because(err)
	}
	return out.Bytes(), "jpeg", nil
}

// capped takes no more than an attachment may have.
type capped struct{ *bytes.Buffer }

// Write implements io.Writer.
func (c *capped) Write(p []byte) (int, error) {
	if c.Len()+len(p) > maxAttachmentBytes {
		return 0, errAttachmentSize
	}
	return c.Buffer.Write(p)
}

// measured reads the size alone, before anything is unpacked.
func measured(file []byte, kind string) error {
	size, format, err := image.DecodeConfig(bytes.NewReader(file))
	switch {
	case err != nil || format != kind || size.Width < 1 || size.Height < 1:
		return errAttachment.Because(err)
	case size.Width > maxPixels/size.Height/weight(size.ColorModel):
		return errPixels
	}
	return nil
}

// weight is how much room a pixel takes, of four bytes.
func weight(m color.Model) int {
	if m == color.NRGBA64Model || m == color.RGBA64Model {
		return 2
	}
	return 1
}

func opaque(p image.Image) bool {
	o, ok := p.(interface{ Opaque() bool })
	return ok && o.Opaque()
}

// onWhite gives a picture without holes, for a JPEG has none.
func onWhite(p image.Image) image.Image {
	if opaque(p) {
		return p
	}
	out := image.NewRGBA(image.Rect(0, 0, p.Bounds().Dx(), p.Bounds().Dy()))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(out, out.Bounds(), p, p.Bounds().Min, draw.Over)
	return out
}

// exifOf finds what a camera wrote into a picture; nil if nothing.
func exifOf(file []byte, kind string) []byte {
	switch kind {
	case "jpeg":
		for at := 2; at+4 <= len(file) && file[at] == 0xFF && file[at+1] != 0xDA; {
			size := int(binary.BigEndian.Uint16(file[at+2:]))
			end := at + 2 + size
			if size < 2 || end > len(file) {
				return nil
			}
			if exif, is := bytes.CutPrefix(file[at+4:end], []byte("Exif\x00\x00")); is && file[at+1] == 0xE1 {
				return exif
			}
			at = end
		}
	case "png":
		return chunkOf(file, 8, "eXIf", func(head []byte) (string, int, int) {
			return string(head[4:8]), int(binary.BigEndian.Uint32(head)), int(binary.BigEndian.Uint32(head)) + 4
		})
	case "webp":
		exif := chunkOf(file, 12, "EXIF", func(head []byte) (string, int, int) {
			n := int(binary.LittleEndian.Uint32(head[4:]))
			return string(head[:4]), n, n + n%2
		})
		return bytes.TrimPrefix(exif, []byte("Exif\x00\x00"))
	}
	return nil
}

// chunkOf finds the chunk of the name from a place on; read gives a head's name, the length of what follows
// and how far the next head is.
func chunkOf(file []byte, at int, name string, read func(head []byte) (string, int, int)) []byte {
	for at+8 <= len(file) {
		is, size, next := read(file[at : at+8])
		at += 8
		if size < 0 || size > len(file)-at {
			return nil
		}
		if is == name {
			return file[at : at+size]
		}
		at += next
	}
	return nil
}

// turnOf reads the orientation (EXIF 2.3, tag 0x0112) from 1, upright, to 8; 1 for what it cannot read.
func turnOf(exif []byte) int {
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case len(exif) < 8:
		return 1
	case string(exif[:2]) == "MM":
		order = binary.BigEndian
	}
	first := uint64(order.Uint32(exif[4:]))
	if first+2 > uint64(len(exif)) {
		return 1
	}
	entries := exif[first+2:]
	for range min(int(order.Uint16(exif[first:])), len(entries)/12) {
		if turn := int(order.Uint16(entries[8:])); order.Uint16(entries) == 0x0112 && turn >= 1 && turn <= 8 {
			return turn
		}
		entries = entries[12:]
	}
	return 1
}

// upright turns and mirrors a picture as its orientation says. What a phone makes stays in its planes, a third
// of the room of full colours.
func upright(p image.Image, turn int) image.Image {
	if turn == 1 {
		return p
	}
	if y, ok := p.(*image.YCbCr); ok && (y.SubsampleRatio == image.YCbCrSubsampleRatio420 || y.SubsampleRatio == image.YCbCrSubsampleRatio444) {
		return uprightPlanes(y, turn)
	}
	b := p.Bounds()
	flat, ok := p.(*image.NRGBA)
	if !ok {
		flat = image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
		draw.Draw(flat, flat.Bounds(), p, b.Min, draw.Src)
	}
	out := image.NewNRGBA(turned(b, turn))
	turnPlane(out.Pix, out.Stride, flat.Pix, flat.Stride, b.Dx(), b.Dy(), 4, turn)
	return out
}

func uprightPlanes(p *image.YCbCr, turn int) *image.YCbCr {
	w, h := p.Bounds().Dx(), p.Bounds().Dy()
	cw, ch := w, h
	if p.SubsampleRatio == image.YCbCrSubsampleRatio420 {
		cw, ch = (w+1)/2, (h+1)/2
	}
	out := image.NewYCbCr(turned(p.Bounds(), turn), p.SubsampleRatio)
	turnPlane(out.Y, out.YStride, p.Y, p.YStride, w, h, 1, turn)
	turnPlane(out.Cb, out.CStride, p.Cb, p.CStride, cw, ch, 1, turn)
	turnPlane(out.Cr, out.CStride, p.Cr, p.CStride, cw, ch, 1, turn)
	return out
}

// turned is the size of an upright picture: from 5 on it lay on its side.
func turned(b image.Rectangle, turn int) image.Rectangle {
	if turn >= 5 {
		return image.Rect(0, 0, b.Dy(), b.Dx())
	}
	return image.Rect(0, 0, b.Dx(), b.Dy())
}

// turnPlane copies the pixels of w by h, each of so many bytes, to where they are upright.
func turnPlane(to []byte, toStride int, from []byte, fromStride, w, h, bytes, turn int) {
	for y := range h {
		for x := range w {
			tx, ty := x, y
			if turn == 2 || turn == 3 || turn == 7 || turn == 8 {
				tx = w - 1 - x
			}
			if turn == 3 || turn == 4 || turn == 6 || turn == 7 {
				ty = h - 1 - y
			}
			if turn >= 5 {
				tx, ty = ty, tx
			}
			copy(to[ty*toStride+tx*bytes:][:bytes], from[y*fromStride+x*bytes:][:bytes])
		}
	}
}
