import { expect, test } from 'vitest'
import { cardOf, confirmAt, partsOf, type WorkShift } from './workShifts'

const shift = (more: Partial<WorkShift>): WorkShift => ({
  shift_id: 1,
  activity_id: 2,
  activity_title: '清河行动',
  starts_at: '2026-11-27T09:00:00+08:00',
  ends_at: '2026-11-27T11:00:00+08:00',
  capacity: 8,
  taken: 6,
  checked_in: 4,
  phase: 'under_way',
  state: 'open',
  earlier: false,
  ...more,
})
const now = Date.parse('2026-11-27T10:00:00+08:00')

test('today comes first, and earlier ones stand by themselves however many there are', () => {
  const old = Array.from({ length: 60 }, (_, n) =>
    shift({ shift_id: 100 + n, earlier: true, phase: 'to_confirm', starts_at: '2026-03-01T09:00:00+08:00' }),
  )
  const { today, before } = partsOf([shift({}), ...old], now)
  expect(today.map((one) => [one.shift_id, one.today])).toEqual([[1, true]])
  expect(before.length).toBe(60)
  expect(before[0].today).toBe(false)
})

test('one that was called off says so, and that who came still counts', () => {
  const off = shift({ state: 'cancelled' })
  expect([cardOf(off, now).tag.word, cardOf(off, now).said]).toEqual(['已取消', '取消以前签到了 4 人，时长照样要确认'])
  expect(cardOf({ ...off, phase: 'to_confirm' }, now).act?.word).toBe('去确认')
})

test('待确认 leads to the one there is, else to where they are', () => {
  const one = shift({ phase: 'to_confirm', earlier: true })
  expect(confirmAt([shift({}), one], 1)).toBe(one)
  expect(confirmAt([shift({}), one], 2)).toBe('#before') // the other is on a later page
  expect(confirmAt([shift({ phase: 'to_confirm' }), one], 2)).toBe('#shifts')
})
