import { expect, test } from 'vitest'
import { Problem, offlineProblem } from '@yimi/client'
import { useAct } from './act'

const refusal = (status: number) => new Problem({ status, code: 'x', detail: '' })

function scripted(...outcomes: (Problem | string)[]) {
  const keys: string[] = []
  const act = useAct(async (key: string, _shift: number) => {
    keys.push(key)
    const outcome = outcomes.shift()
    if (outcome instanceof Problem) throw outcome
    return outcome
  })
  return { act, keys }
}

test('a retry after no answer keeps its key; the next deed has its own', async () => {
  const { act, keys } = scripted(offlineProblem(), refusal(503), 'done', 'done again')
  expect(await act.run(1)).toBeUndefined()
  expect(act.problem.value?.code).toBe('offline')
  await act.run(1)
  expect(await act.run(1)).toBe('done')
  expect(act.problem.value).toBeNull()
  await act.run(1)
  expect(new Set(keys.slice(0, 3)).size).toBe(1)
  expect(keys[3]).not.toBe(keys[0])
})

test('other arguments are another deed', async () => {
  const { act, keys } = scripted(offlineProblem(), 'done')
  await act.run(1)
  await act.run(2)
  expect(keys[0]).not.toBe(keys[1])
})

test('a refusal ends the deed', async () => {
  const { act, keys } = scripted(refusal(409), 'done')
  await act.run(1)
  await act.run(1)
  expect(keys[0]).not.toBe(keys[1])
})

test('a second tap while the first is under way does nothing', async () => {
  let finish = (_: string) => {}
  let sent = 0
  const act = useAct(() => (sent++, new Promise<string>((resolve) => (finish = resolve))))
  const first = act.run()
  expect(act.busy.value).toBe(true)
  expect(await act.run()).toBeUndefined()
  finish('done')
  expect(await first).toBe('done')
  expect(sent).toBe(1)
})

test('a bug is not dressed up as a refusal', async () => {
  const act = useAct(async () => {
    throw new TypeError('bug')
  })
  await expect(act.run()).rejects.toThrow('bug')
  expect(act.busy.value).toBe(false)
})
