import { beforeEach, expect, test, vi } from 'vitest'
import { ok, phone } from '../../test/uni'

beforeEach(() => phone.reset())

test('a page opened from 朋友圈 is read without a login', async () => {
  vi.resetModules()
  const { api } = await import('./api')
  const session = (await import('./session')).useSession()
  phone.scene = 1154
  phone.answer = async () => ok({ id: 3 })
  await session.start()
  await api.get('/activities/{id}', { path: { id: 3 } })
  expect(phone.sent.map(({ url, header }) => [url.replace(/.*v1/, ''), header.Authorization])).toEqual([['/activities/3', undefined]])
  expect([session.signedIn.value, session.problem.value]).toEqual([false, null])
})
