import { expect, test } from 'vitest'
import { clockOf, minutesOf, onFive } from './clock'

test('a clock is minutes, and back', () => {
  expect([minutesOf('09:05'), clockOf(545), clockOf(24 * 60 + 5)]).toEqual([545, '09:05', '00:05'])
})

test('the next on five minutes, within its day', () => {
  expect(['09:00', '09:03', '09:58', '23:58'].map(onFive)).toEqual(['09:00', '09:05', '10:00', '23:55'])
})
