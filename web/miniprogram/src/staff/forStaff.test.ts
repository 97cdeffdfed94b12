import { expect, test } from 'vitest'
import { forStaff } from './forStaff'

test('a refusal says only what staff can do about it', () => {
  const text = { title: '', detail: '', choices: ['other_slot', 'who', 'assign', 'close'].map((act) => ({ act, text: act })) }
  expect(forStaff(text, (act) => act !== 'assign').choices.map(({ act }) => act)).toEqual(['other_slot', 'close'])
})
