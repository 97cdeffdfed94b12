// A progress ring as a picture: WXSS has no inline svg, and a conic gradient has no round ends.
export const TONES = {
  green: { main: '#0E7C66', track: '#D8EDE6' },
  orchid: { main: '#6C4699', track: '#F2ECF9' },
  river: { main: '#1A6690', track: '#E4F1F8' },
  path: { main: '#A9480F', track: '#FDEEE2' },
} as const

export type Tone = keyof typeof TONES

/** The ring as a data address for a CSS url(); percent is held within 0 to 100. */
export function ringPicture(of: { percent: number; size: number; stroke: number; main: string; track: string }): string {
  const radius = (of.size - of.stroke) / 2
  const around = 2 * Math.PI * radius
  const filled = (around * Math.max(0, Math.min(100, of.percent))) / 100
  const centre = of.size / 2
  const circle = (colour: string, more = '') =>
    `<circle cx="${centre}" cy="${centre}" r="${radius}" fill="none" stroke="${colour}" stroke-width="${of.stroke}"${more}/>`
  const part =
    filled > 0
      ? circle(
          of.main,
          ` stroke-linecap="round" stroke-dasharray="${filled.toFixed(2)} ${around.toFixed(2)}" transform="rotate(-90 ${centre} ${centre})"`,
        )
      : ''
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${of.size}" height="${of.size}" viewBox="0 0 ${of.size} ${of.size}">${circle(of.track)}${part}</svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
