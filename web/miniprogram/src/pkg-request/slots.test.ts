import { expect, test } from 'vitest'
import type { Schemas } from '@yimi/client'
import { addDays, daySaid, mondayOf, monthSaid, partsOfDay, slotSaid } from './slots'

const at = (clock: string) => `2025-11-27T${clock}:00+08:00`
const slot = (from: string, to: string, state: Schemas['Slot']['state'] = 'free'): Schemas['Slot'] => ({
  provider_id: 1,
  starts_at: at(from),
  ends_at: at(to),
  state,
})

test('a week begins on Monday', () => {
  expect(['2025-11-24', '2025-11-26', '2025-11-30'].map(mondayOf)).toEqual(['2025-11-24', '2025-11-24', '2025-11-24'])
  expect(addDays('2025-11-24', 7)).toBe('2025-12-01')
  expect(['2025-11-24', '2025-12-29'].map(monthSaid)).toEqual(['11月', '12–1月'])
})

test('what is left of a day', () => {
  expect(
    [
      { state: 'open', free: 4 },
      { state: 'open', free: 0 },
      { state: 'full', free: 0 },
      { state: 'off', free: 0 },
      { state: 'past', free: 0 },
      { state: 'later', free: 0 },
    ].map((day) => daySaid(day as Schemas['SlotDay'])),
  ).toEqual(['余 4', '约满', '约满', '休息', '已过', '未开放'])
})

test('taken and past slots stay, with their word', () => {
  const now = Date.parse(at('09:30'))
  expect(
    [slot('10:00', '10:50'), slot('11:00', '11:50', 'taken'), slot('09:00', '09:50', 'past'), slot('10:00', '10:50', 'past')].map((one) =>
      slotSaid(one, now),
    ),
  ).toEqual(['到 10:50', '已约', '已过', '太近了'])
  expect(
    partsOfDay([slot('09:00', '09:50'), slot('12:00', '12:50'), slot('19:00', '19:50')]).map((part) => [part.title, part.slots.length]),
  ).toEqual([
    ['上午', 1],
    ['下午', 1],
    ['晚上', 1],
  ])
  expect(partsOfDay([slot('14:00', '14:50')]).map((part) => part.title)).toEqual(['下午'])
})
