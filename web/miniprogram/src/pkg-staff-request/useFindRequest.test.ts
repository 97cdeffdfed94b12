import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { nextTick } from 'vue'
import { signedIn } from '../../test/uni'
import { useFindRequest } from './useFindRequest'

beforeEach(() => {
  signedIn()
  vi.useFakeTimers()
})
afterEach(() => void vi.useRealTimers())

const typed = async (find: ReturnType<typeof useFindRequest>, ...words: string[]) => {
  for (const one of words) {
    find.words.value = one
    await nextTick()
    vi.advanceTimersByTime(200)
  }
}

test('it looks once somebody has done typing, and never for what cannot be found', async () => {
  const look = vi.fn()
  const find = useFindRequest(look)
  find.begin()
  expect(look).toHaveBeenCalledOnce()
  await typed(find, '林国', '林国栋')
  expect(look).toHaveBeenCalledOnce()
  vi.advanceTimersByTime(400)
  expect([look.mock.calls.length, find.query.value.name]).toEqual([2, '林国栋'])
  await typed(find, '2026')
  vi.advanceTimersByTime(400)
  expect([look.mock.calls.length, find.by.value.wrong]).toEqual([2, expect.stringContaining('14 位')])
})

test('a state and a service are chosen from a sheet, and gone with the search', async () => {
  const look = vi.fn()
  const find = useFindRequest(look)
  find.begin()
  find.pick('state')
  find.setState(find.states.find(({ name }) => name === '已约好')!)
  find.setService({ id: 5, name: '谈心' })
  expect([find.query.value, find.stateWord.value, find.picking.value]).toEqual([
    { name: undefined, number: undefined, state: 'scheduled', service_type_id: 5 },
    '已约好',
    '',
  ])
  find.end()
  expect([find.on.value, find.query.value.state, find.query.value.service_type_id]).toEqual([false, undefined, undefined])
  await nextTick()
  const calls = look.mock.calls.length
  vi.advanceTimersByTime(400)
  expect(look.mock.calls.length).toBe(calls)
})
