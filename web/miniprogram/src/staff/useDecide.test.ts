import { beforeEach, expect, test, vi } from 'vitest'
import { offlineProblem, type Schemas } from '@yimi/client'
import { phone } from '../../test/uni'
import { useDecide } from './useDecide'

const done = (id: number) => ({ id, done: true })
const full = (id: number) => ({ id, done: false, code: 'shift_full', detail: '满了' })
const nameOf = (id: number) => ['', '马兰', '王芳'][id]

beforeEach(() => phone.reset())

test('what went through is said in passing, and what is left is asked for anew', async () => {
  const after = vi.fn()
  const { decide, report } = useDecide(async (_key, ids) => ({ items: ids.map(done) }) as Schemas['BatchResult'], nameOf, after)
  await decide([1, 2], 'approve')
  expect([phone.toasts, report.value, after.mock.calls.length]).toEqual([['已通过 2 件'], null, 1])
})

test('of whom it failed stays to be read, and nothing is said to be done', async () => {
  const after = vi.fn()
  const { decide, report, closeReport } = useDecide(async () => ({ items: [done(1), full(2)] }) as Schemas['BatchResult'], nameOf, after)
  await decide([1, 2], 'approve')
  expect(report.value).toMatchObject({ done: 1, failed: [{ id: 2, name: '王芳' }] })
  expect([phone.toasts, after.mock.calls.length]).toEqual([[], 1])
  closeReport()
  expect(report.value).toBeNull()
})

test('without an answer the question stays open, and another try is the same deed', async () => {
  const sent: unknown[][] = []
  let answers = false
  const after = vi.fn()
  const { decide, rejecting, problem, chose } = useDecide(
    async (...of) => {
      sent.push(of)
      if (!answers) throw offlineProblem()
      return { items: [done(1)] } as Schemas['BatchResult']
    },
    nameOf,
    after,
  )
  rejecting.value = [1]
  await decide([1], 'reject', '名额有限')
  expect([problem.value?.code, rejecting.value, after.mock.calls.length]).toEqual(['offline', [1], 0])
  answers = true
  chose('retry')
  await vi.waitFor(() => expect(after).toHaveBeenCalledOnce())
  expect(sent[1]).toEqual(sent[0])
  expect([problem.value, rejecting.value, phone.toasts]).toEqual([null, [], ['已办 1 件']])
})
