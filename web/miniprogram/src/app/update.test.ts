import { beforeEach, expect, test, vi } from 'vitest'
import { ok, phone } from '../../test/uni'

async function start() {
  vi.resetModules()
  const update = await import('./update')
  update.watchForUpdate()
  const { ask, useAsked } = await import('./privacy')
  return { ...update, ...update.useUpdate(), ask, decline: useAsked().decline }
}
const fetched = () => phone.fetched.forEach((tell) => tell())

beforeEach(() => phone.reset())

test('a new version is offered when a tab comes up, not before, and begins when it is wanted', async () => {
  const { offered, quietMoment, take } = await start()
  quietMoment()
  expect(offered.value).toBe(false)
  fetched()
  expect(offered.value).toBe(false)
  quietMoment()
  expect([offered.value, phone.begun]).toEqual([true, 0])
  take()
  expect([offered.value, phone.begun]).toEqual([false, 1])
})

test('who would rather not is not asked again', async () => {
  const { offered, quietMoment, later } = await start()
  fetched()
  quietMoment()
  later()
  quietMoment()
  expect([offered.value, phone.begun]).toEqual([false, 0])
})

test('a version that is no longer served begins anew at once, or when the new one has been fetched', async () => {
  const early = await start()
  early.restart()
  expect([phone.begun, phone.toasts.length]).toEqual([0, 1])
  fetched()
  expect(phone.begun).toBe(1)
  phone.reset()
  const { later, restart } = await start()
  fetched()
  later() // it was not wanted then
  restart()
  expect([phone.begun, phone.toasts.length]).toEqual([1, 0])
})

test('it waits until another question has been answered', async () => {
  phone.answer = async () => ok({ version: '1', consents: [] })
  const { offered, quietMoment, ask, decline } = await start()
  fetched()
  const asked = ask('privacy')
  await Promise.resolve()
  quietMoment()
  expect(offered.value).toBe(false)
  decline()
  await asked
  expect(offered.value).toBe(true)
})
