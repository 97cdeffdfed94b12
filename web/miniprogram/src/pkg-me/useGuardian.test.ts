import { expect, test } from 'vitest'
import '../../test/uni'
import { ageOf } from './useGuardian'

test('a year is full on the birthday, not before', () => {
  expect(ageOf('2012-06-10', '2026-06-09')).toBe(13)
  expect(ageOf('2012-06-10', '2026-06-10')).toBe(14)
  expect(ageOf(undefined)).toBeUndefined()
})
