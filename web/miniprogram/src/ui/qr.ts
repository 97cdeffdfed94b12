// A QR code as a GIF data address: the mini-program shows it in a plain <image>, with no canvas.
import qrcode from 'qrcode-generator'

/** At least `pixels` wide, so that it stays sharp on a phone with three pixels to the point. Level M, quiet zone of four. */
export function qrPicture(text: string, pixels: number): string {
  const code = qrcode(0, 'M')
  code.addData(text)
  code.make()
  const cell = Math.max(1, Math.ceil(pixels / (code.getModuleCount() + 8)))
  return code.createDataURL(cell, cell * 4)
}
