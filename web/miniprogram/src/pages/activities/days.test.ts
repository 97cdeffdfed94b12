import { expect, test } from 'vitest'
import { nearestDay } from './useActivities'

test('the nearest day is the nearest to the one asked for', () => {
  const days = ['2026-11-30', '2026-12-03', '2026-12-05']
  expect(nearestDay(days, '')).toBe('2026-11-30')
  expect(nearestDay(days, '2026-12-04')).toBe('2026-12-05')
  expect(nearestDay(days, '2026-12-02')).toBe('2026-12-03')
  expect(nearestDay(days, '2026-12-06')).toBe('2026-12-05')
  expect(nearestDay([], '2026-12-06')).toBe('')
})
