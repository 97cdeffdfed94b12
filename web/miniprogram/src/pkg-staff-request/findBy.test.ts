import { expect, test } from 'vitest'
import { findBy } from './findBy'

test.each([
  ['', {}],
  ['  ', {}],
  ['林国', { name: '林国' }],
  [' 古丽·阿依 ', { name: '古丽·阿依' }],
  ['20261126-483920', { number: '20261126-483920' }],
  ['20261126483920', { number: '20261126-483920' }],
  ['２０２６１１２６ ４８３９２０', { number: '20261126-483920' }],
])('%j looks for %j', (typed, want) => expect(findBy(typed)).toEqual(want))

test.each(['林', '·', '483920', '13900000001', '东方社区3号楼'])('%j is not looked for, and it says why', (typed) => {
  const { name, number, wrong } = findBy(typed)
  expect([name, number]).toEqual([undefined, undefined])
  expect(wrong).toBeTruthy()
})
