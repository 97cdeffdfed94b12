import { expect, test } from 'vitest'
import { Problem } from '@yimi/client'
import '../../test/uni'
import { scanRefusalOf } from './scanRefusal'

const problem = (code: string) => new Problem({ status: 409, code, detail: '说明' })

test.each([
  ['checkout_early', 'sure'],
  ['join_first', 'join'],
  ['full_at_door', 'join'],
  ['not_checked_in', 'as_in'],
])('%s is answered by one tap', (code, act) => {
  expect(scanRefusalOf(problem(code), 'out').choices[0].act).toBe(act)
})

test('a question says nothing of a failure', () => {
  expect(scanRefusalOf(problem('full_at_door'), 'in').detail).not.toMatch(/没有记上/)
})
