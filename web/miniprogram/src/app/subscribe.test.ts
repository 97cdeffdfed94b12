import { expect, test } from 'vitest'
import '../../test/uni'
import { acceptedOf, TELL } from './subscribe'

const templates = [
  { name: 'signup_confirmed' as const, id: 'aaa' },
  { name: 'hours_credited' as const, id: 'bbb' },
]

test('only what was accepted counts; a ban or a refusal does not', () => {
  expect(acceptedOf({ errMsg: 'ok', aaa: 'accept', bbb: 'reject' }, templates)).toEqual(['signup_confirmed'])
  expect(acceptedOf({ aaa: 'ban', bbb: 'filter' }, templates)).toEqual([])
  expect(acceptedOf({}, templates)).toEqual([])
})

test('no tap asks for more than WeChat allows', () => {
  for (const names of Object.values(TELL)) expect(names.length).toBeLessThanOrEqual(3)
})
