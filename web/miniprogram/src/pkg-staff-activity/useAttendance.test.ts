import { describe, expect, test, vi } from 'vitest'
import type { Schemas } from '@yimi/client'
import { ok, person, phone, sentTo, signedIn } from '../../test/uni'
import { namesOf } from './useAttendance'

const named = (signup_id: number, person_name: string, age?: number, at = '2026-11-28T09:00:00+08:00') => ({
  signup_id,
  person_name,
  age,
  signed_up_at: at,
})

test('two people of one name are told apart by age, and of one age by when they signed up', () => {
  expect(namesOf([named(1, '王芳', 21), named(2, '李明', 30), named(3, '王芳', 44)])).toEqual({ 1: '王芳（21岁）', 3: '王芳（44岁）' })
  expect(namesOf([named(1, '王芳', 21), named(3, '王芳', 21, '2026-11-28T10:30:00+08:00'), named(4, '王芳')])).toEqual({
    1: '王芳（21岁，11月28日 09:00 报名）',
    3: '王芳（21岁，11月28日 10:30 报名）',
    4: '王芳',
  })
})

const row = (signup_id: number, of: Partial<Schemas['AttendanceRow']> = {}) => ({
  ...{ signup_id, person_id: signup_id, person_name: `某${signup_id}`, state: 'confirmed', minutes: 0, attention: [] },
  ...of,
})
const whole = { in_at: '2026-11-28T09:00:00+08:00', out_at: '2026-11-28T11:30:00+08:00', minutes: 150 }
const items = () => sentTo('POST', '/shifts/9/attendance').flatMap((body) => (body as Schemas['AttendanceInput']).items)

/** The page of shift 9 with these lines; what is done comes back as `results` say. */
async function page(rows: object[], results: object[] = [], over = true) {
  signedIn()
  vi.resetModules()
  phone.answer = async ({ method, url }) => {
    if (!url.includes('/attendance')) return 'offline'
    return ok(method === 'POST' ? { items: results } : { shift_id: 9, over, ends_at: '2026-11-28T11:30:00+08:00', items: rows })
  }
  const { useAttendance } = await import('./useAttendance')
  const all = useAttendance()
  await all.start(9)
  return all
}

describe('what is to be done with each line', () => {
  const rows = [
    row(1, whole),
    row(2, { ...whole, attention: ['poor_accuracy'] }),
    row(3, { in_at: whole.in_at }),
    row(4),
    row(5, { ...whole, minutes: 0 }),
    row(6, { ...whole, proposed_minutes: 120 }),
    row(7, { ...whole, state: 'attended' }),
    row(8, { ...whole, attention: ['long_shift'] }),
  ]
  const ids = (groups: Record<string, { signup_id: number }[]>) =>
    Object.fromEntries(Object.entries(groups).map(([key, of]) => [key, of.map((one) => one.signup_id)]))

  test('after the shift', async () => {
    const { groups } = await page(rows)
    expect(ids(groups.value)).toEqual({ look: [2, 3, 5], ready: [1, 8], proposed: [6], away: [4], here: [], settled: [7] })
  })
  test('during it, who has not gone is only here', async () => {
    const { groups } = await page(rows, [], false)
    expect(ids(groups.value)).toMatchObject({ look: [2, 5], here: [3] })
  })
})

test('all that is ready is ticked at first, but one’s own', async () => {
  const { pick, sum, mine } = await page([row(1, whole), row(2, { ...whole, person_id: person.id }), row(3, whole)])
  expect([pick.picked.value, sum.value, mine(row(9, { person_id: person.id }) as never)]).toEqual([[1, 3], 300, true])
})

test('nothing is ticked at first where everybody’s time needs a look', async () => {
  const { pick, ofShift } = await page([row(1, { ...whole, attention: ['time_moved'] })])
  expect([pick.picked.value, ofShift.value]).toEqual([[], ['time_moved']])
})

test('a time that is credited elsewhere is to be looked at, and what is left of it can be confirmed', async () => {
  const rest = { from: '2026-11-28T10:00:00+08:00', to: '2026-11-28T11:30:00+08:00' }
  const { run, groups, confirmRest, report } = await page([row(1, whole)], [{ id: 1, done: false, code: 'time_credited', rest }])
  await run([1], 'confirm')
  expect([groups.value.look.length, groups.value.ready.length, report.value]).toEqual([1, 0, null])
  expect(phone.toasts).toEqual(['没有记入，请看名单上写的原因'])
  await confirmRest(groups.value.look[0])
  expect(items()).toEqual([
    { signup_id: 1, action: 'confirm' },
    { signup_id: 1, action: 'confirm', given: rest },
  ])
})

test('who waits for a second person is not counted as done', async () => {
  const { run, report } = await page(
    [row(1, whole), row(2, whole)],
    [
      { id: 1, done: true },
      { id: 2, done: true, waits_for: 'district' },
    ],
  )
  await run([1, 2], 'confirm')
  expect(report.value).toMatchObject({ done: 1, failed: [], waits: [{ who: 'district', names: ['某2'] }] })
  expect(phone.toasts).toEqual([])
})
