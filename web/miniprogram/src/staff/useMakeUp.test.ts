import { beforeEach, expect, test, vi } from 'vitest'
import type { Schemas } from '@yimi/client'
import { ok, phone, sentTo, signedIn } from '../../test/uni'

const at = (clock: string) => `2026-11-28T${clock}+08:00`
const target = (row: Partial<Schemas['AttendanceRow']>) => ({
  row: { signup_id: 5, ...row } as Schemas['AttendanceRow'],
  ...{ shiftId: 9, startsAt: at('09:00:00'), endsAt: at('11:30:00') },
})
const clock = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().slice(11, 16)
const items = () => sentTo('POST', '/shifts/9/attendance').map((body) => (body as Schemas['AttendanceInput']).items[0])

beforeEach(() => signedIn())

async function page(after = () => {}) {
  vi.resetModules()
  const { useMakeUp } = await import('./useMakeUp')
  return useMakeUp(after)
}

test.each([
  ['nothing was scanned', {}, '09:00–11:30'],
  ['only in', { in_at: at('09:20:30') }, '09:21–11:30'],
  ['in and out, before and after the shift', { in_at: at('08:40:00'), out_at: at('11:50:00') }, '09:00–11:30'],
  ['out early', { in_at: at('09:00:00'), out_at: at('10:10:59') }, '09:00–10:10'],
  ['out at once, which is no time', { in_at: at('09:00:10'), out_at: at('09:00:50') }, '09:00–11:30'],
])('the likely time: %s', async (_name, row, said) => {
  const { start, given } = await page()
  start(target(row))
  expect(`${clock(given.value.from)}–${clock(given.value.to)}`).toBe(said)
})

test('minutes are sent only where they are fewer than the time, and a time backwards is not sent', async () => {
  const { start, send, minutes, given, reason } = await page()
  phone.answer = async () => ok({ items: [{ id: 5, done: true, waits_for: 'colleague' }] })
  start(target({}))
  given.value = { from: given.value.to, to: given.value.from }
  await send()
  expect(items()).toEqual([])
  start(target({}))
  reason.value = ' 现场没有信号 '
  await send()
  start(target({}))
  minutes.value = 120
  await send()
  const given_ = { from: '2026-11-28T01:00:00.000Z', to: '2026-11-28T03:30:00.000Z' }
  expect(items()).toEqual([
    { signup_id: 5, action: 'correct', given: given_, reason: '现场没有信号' },
    { signup_id: 5, action: 'correct', given: given_, reason: '', minutes: 120 },
  ])
})

test('a time that is credited elsewhere stays open, with what is left of it to take', async () => {
  const after = vi.fn()
  const { start, send, of, refusal, takeRest, given } = await page(after)
  const rest = { from: at('10:00:00'), to: at('11:30:00') }
  phone.answer = async () => ok({ items: [{ id: 5, done: false, detail: '已经记了一段', rest }] })
  start(target({}))
  await send()
  expect([of.value?.row.signup_id, refusal.value?.words, after.mock.calls.length]).toEqual([5, '已经记了一段', 0])
  takeRest()
  expect([clock(given.value.from), refusal.value]).toEqual(['10:00', null])
  phone.answer = async () => ok({ items: [{ id: 5, done: true, waits_for: 'district' }] })
  await send()
  expect([of.value, phone.toasts, after.mock.calls.length]).toEqual([null, ['已提出，等区级管理员复核'], 1])
})
