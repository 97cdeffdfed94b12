import { expect, test } from 'vitest'
import { offlineProblem } from '@yimi/client'
import { useList, useLoad, type Slice } from './list'

const pages: Record<string, Slice<number>> = { '': { items: [1, 2], next_cursor: 'b' }, b: { items: [3], next_cursor: '' } }

test('pages follow each other to the end', async () => {
  const asked: string[] = []
  const list = useList(async (cursor) => (asked.push(cursor), pages[cursor]))
  expect(list.first.value).toBe(true)
  await list.refresh()
  expect([list.items.value, list.hasMore.value, list.first.value]).toEqual([[1, 2], true, false])
  await list.more()
  await list.more()
  expect([list.items.value, list.hasMore.value]).toEqual([[1, 2, 3], false])
  expect(asked).toEqual(['', 'b'])
})

test('nothing there is empty only once that is known', async () => {
  const list = useList(async () => ({ items: [], next_cursor: '' }))
  expect(list.empty.value).toBe(false)
  await list.refresh()
  expect(list.empty.value).toBe(true)
})

test('a failed next page keeps what is shown and is tried again where it failed', async () => {
  let broken = true
  const list = useList(async (cursor) => {
    if (cursor && broken) throw offlineProblem()
    return pages[cursor]
  })
  await list.refresh()
  await list.more()
  expect([list.items.value, list.problem.value?.code]).toEqual([[1, 2], 'offline'])
  broken = false
  await list.retry()
  expect([list.items.value, list.problem.value]).toEqual([[1, 2, 3], null])
})

test('a late answer to an older question is dropped', async () => {
  const answers: ((page: Slice<number>) => void)[] = []
  const list = useList(() => new Promise<Slice<number>>((resolve) => answers.push(resolve)))
  const older = list.refresh()
  const newer = list.refresh()
  answers[1]({ items: [2] })
  answers[0]({ items: [1] })
  await Promise.all([older, newer])
  expect([list.items.value, list.loading.value]).toEqual([[2], false])
})

test('one thing: what was loaded stays when loading it again fails', async () => {
  let broken = false
  const one = useLoad(async () => {
    if (broken) throw offlineProblem()
    return 'here'
  })
  await one.run()
  broken = true
  await one.run()
  expect([one.data.value, one.problem.value?.code, one.first.value]).toEqual(['here', 'offline', false])
})
