import { expect, test } from 'vitest'
import { ref } from 'vue'
import { reportOf, usePick, waitsOf } from './batch'

test('what can no longer be ticked falls out', () => {
  const can = ref([1, 2, 3])
  const pick = usePick(can)
  pick.toggleAll()
  expect(pick.all.value).toBe(true)
  can.value = [2]
  expect(pick.picked.value).toEqual([2])
  pick.toggle(3)
  expect(pick.picked.value).toEqual([2])
})

test('a second tap on many takes them away, and leaves the others', () => {
  const pick = usePick(ref([1, 2, 3]))
  pick.toggle(3)
  pick.toggleMany([1, 2])
  pick.toggleMany([1, 2])
  expect(pick.picked.value).toEqual([3])
})

test('a report names each that failed, and says why', () => {
  const report = reportOf(
    {
      items: [
        { id: 1, done: true },
        { id: 2, done: false, code: 'shift_full', detail: '满了' },
      ],
    },
    (id) => `第 ${id} 位`,
  )
  expect(report.done).toBe(1)
  expect(report.failed).toEqual([{ id: 2, name: '第 2 位', why: '这一班满了，没有通过。可以先增加名额，或请他换一班' }])
})

test('a report leads to where one’s own password is set', () => {
  const report = reportOf({ items: [{ id: 1, done: false, code: 'password_not_own', detail: '先改密码' }] }, () => '')
  expect(report.way?.url).toBe('/pkg-me/password')
})

test('who waits is told by whom they wait for', () => {
  const items = [
    { id: 1, done: true },
    { id: 2, done: true, waits_for: 'district' as const },
    { id: 3, done: true, waits_for: 'colleague' as const },
    { id: 4, done: true, waits_for: 'district' as const },
  ]
  expect(waitsOf({ items }, (id) => `第 ${id} 位`)).toEqual([
    { who: 'district', names: ['第 2 位', '第 4 位'] },
    { who: 'colleague', names: ['第 3 位'] },
  ])
})
