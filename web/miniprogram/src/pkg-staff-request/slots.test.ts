import { expect, test } from 'vitest'
import type { Schemas } from '@yimi/client'
import { halves, leftWord, openDay } from './slots'

test('days and slots are told', () => {
  expect([
    leftWord({ state: 'open', free: 4 }),
    leftWord({ state: 'full', free: 0 }),
    leftWord({ state: 'off', free: 0 }),
    leftWord({ state: 'past', free: 0 }),
    leftWord({ state: 'later', free: 0 }),
  ]).toEqual(['余 4', '约满', '休息', '已过', '没开放'])
  const days = [
    { date: '2026-11-26', free: 0 },
    { date: '2026-11-27', free: 2 },
  ] as Schemas['SlotDay'][]
  expect([openDay(days, ''), openDay(days, '2026-11-26'), openDay(days, '2026-12-01'), openDay([], '')]).toEqual([
    '2026-11-27',
    '2026-11-26',
    '2026-11-27',
    '',
  ])
  const slot = (starts_at: string) => ({ starts_at }) as Schemas['Slot']
  expect(
    halves([slot('2026-11-27T11:00:00+08:00'), slot('2026-11-27T12:00:00+08:00')]).map((half) => [half.word, half.slots.length]),
  ).toEqual([
    ['上午', 1],
    ['下午', 1],
  ])
  expect(halves([slot('2026-11-27T14:00:00+08:00')]).map((half) => half.word)).toEqual(['下午'])
})
