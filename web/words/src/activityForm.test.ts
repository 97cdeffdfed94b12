import { expect, test } from 'vitest'
import { emptyForm, inputOf, missingIn, patchOf } from './activityForm'

const full = {
  ...emptyForm(),
  unit_id: 2,
  campaign_id: 1,
  title: '清河行动',
  content: '捡拾垃圾',
  leader_name: '马志宏',
  contact_phone: '0953-5098110',
  place_name: '3 号桥',
}

test('an empty form says what is missing, a full one nothing', () => {
  expect(Object.keys(missingIn(emptyForm()))).toEqual([
    'campaign_id',
    'unit_id',
    'title',
    'content',
    'leader_name',
    'contact_phone',
    'place_name',
  ])
  expect(missingIn(full)).toEqual({})
})

test('a fence needs a place on the map', () => {
  expect(missingIn({ ...full, fence_metres: 200 })).toHaveProperty('fence_metres')
})

test('what is sent is trimmed and has no empty risks', () => {
  const input = inputOf({ ...full, title: ' 清河行动 ', risks: ['渠边湿滑 ', ' ', ''] })
  expect(input.title).toBe('清河行动')
  expect(input.risks).toEqual(['渠边湿滑'])
  expect(inputOf({ ...full, what_to_bring: ' 雨鞋、手套 ' }).what_to_bring).toBe('雨鞋、手套')
  expect(input).not.toHaveProperty('fence_metres')
})

test('a patch has only what changed; a fence taken away is 0', () => {
  const was = { ...full, location: { latitude: 37, longitude: 106 }, fence_metres: 200 }
  expect(patchOf({ ...was, fence_metres: 0, place_name: '4 号桥', unit_id: 9 }, was)).toEqual({ place_name: '4 号桥', fence_metres: 0 })
  expect(patchOf(was, was)).toEqual({})
})
