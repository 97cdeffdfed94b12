import { expect, test } from 'vitest'
import { monthBars } from './bars'
import { typed } from './keys'
import { placesOf } from './places'
import { qrPicture } from './qr'
import { ringPicture } from './ringPicture'
import { weekCells } from './week'

test('places: the words and the bar agree', () => {
  expect(placesOf(14, 20)).toEqual({ left: 6, full: false, percent: 70, words: '还剩 6 个名额' })
  expect(placesOf(20, 20, 3)).toMatchObject({ full: true, percent: 100, words: '已满 · 候补 3 人' })
  expect(placesOf(20, 20).words).toBe('已满')
  expect(placesOf(21, 20)).toMatchObject({ left: 0, percent: 100 })
  expect(placesOf(0, 20)).toMatchObject({ left: 20, percent: 0 })
})

test('a ring is filled by its share of the circumference and is valid svg', () => {
  const svg = decodeURIComponent(
    ringPicture({ percent: 77, size: 104, stroke: 11, main: '#1A6690', track: '#E4F1F8' }).slice('data:image/svg+xml,'.length),
  )
  expect(svg).toContain('stroke-dasharray="224.97 292.17"')
  expect(ringPicture({ percent: 0, size: 10, stroke: 1, main: '#000', track: '#fff' })).not.toContain('dasharray')
  expect(decodeURIComponent(ringPicture({ percent: 400, size: 20, stroke: 2, main: '#000', track: '#fff' }))).toContain(
    'dasharray="56.55 56.55"',
  )
})

test('the ring can stand in a CSS url("…")', () => {
  expect(ringPicture({ percent: 50, size: 66, stroke: 7, main: '#0E7C66', track: '#D8EDE6' })).not.toMatch(/["'#<> ]/)
})

test('a strip of days', () => {
  const cells = weekCells(
    [
      { date: '2025-11-26', count: 1 },
      { date: '2025-11-27', count: 0 },
    ],
    '2025-11-26',
    '场',
  )
  expect(cells).toMatchObject([
    { name: '今天', n: 26, left: '1 场', none: false },
    { name: '周四', n: 27, left: '无', none: true },
  ])
  expect(
    weekCells(
      [
        { date: '2025-11-27', count: 4, said: '余 4' },
        { date: '2025-11-28', count: 0, said: '约满' },
      ],
      '2025-11-26',
      '',
    ),
  ).toMatchObject([
    { left: '余 4', none: false },
    { left: '约满', none: true },
  ])
})

test('bars: the highest fills the height, none is invisible', () => {
  const bars = monthBars(
    [
      { month: '2025-08', minutes: 1110 },
      { month: '2025-09', minutes: 5 },
      { month: '2025-10', minutes: 0 },
    ],
    92,
  )
  expect(bars).toMatchObject([
    { name: '8月', label: '18.5', height: 92 },
    { name: '9月', height: 4 },
    { name: '10月', label: '0', height: 2 },
  ])
  expect(monthBars([{ month: '2025-08', minutes: 0 }], 92)[0].height).toBe(2)
})

test('keys', () => {
  expect(typed('41', '7')).toBe('417')
  expect(typed('417902', '1')).toBe('417902')
  expect(typed('417', 'delete')).toBe('41')
  expect(typed('417', 'clear')).toBe('')
  expect(typed('', 'delete')).toBe('')
})

test('a QR code is a picture of at least the size asked for', () => {
  const bytes = Buffer.from(qrPicture('yimi:checkin:abc', 756).split(',')[1], 'base64')
  expect(bytes.subarray(0, 3).toString()).toBe('GIF')
  expect(bytes.readUInt16LE(6)).toBeGreaterThanOrEqual(756)
})
