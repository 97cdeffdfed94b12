import { expect, test } from 'vitest'
import { namesOf } from './useAttendance'

const row = (signup_id: number, person_name: string, age?: number, at = '2026-11-28T09:00:00+08:00') => ({
  signup_id,
  person_name,
  age,
  signed_up_at: at,
})

test('two people of one name are told apart by age, and of one age by when they signed up', () => {
  expect(namesOf([row(1, '王芳', 21), row(2, '李明', 30), row(3, '王芳', 44)])).toEqual({ 1: '王芳（21岁）', 3: '王芳（44岁）' })
  expect(namesOf([row(1, '王芳', 21), row(3, '王芳', 21, '2026-11-28T10:30:00+08:00'), row(4, '王芳')])).toEqual({
    1: '王芳（21岁，11月28日 09:00 报名）',
    3: '王芳（21岁，11月28日 10:30 报名）',
    4: '王芳',
  })
})
