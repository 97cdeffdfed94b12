import { expect, test } from 'vitest'
import { Problem } from '@yimi/client'
import { takeRefusalOf } from './takeRefusal'

const problem = (code: string) => new Problem({ status: 409, code, detail: '这一班满了，没有改' })

test('a full shift can be made one place larger in the same tap; nobody is sent to the waitlist they are on', () => {
  expect(takeRefusalOf(problem('shift_full')).choices.map((one) => one.act)).toEqual(['add_place', 'close'])
  expect(takeRefusalOf(problem('overlap')).choices.map((one) => one.act)).toEqual(['close'])
})
