import { beforeEach, describe, expect, test, vi } from 'vitest'
import { ok, phone, refused, sessionOf } from '../../test/uni'

async function fresh() {
  vi.resetModules()
  const { useSession } = await import('./session')
  const { api } = await import('./api')
  return { api, session: useSession() }
}

const paths = () => phone.sent.map((request) => request.url.replace('http://127.0.0.1:8080/api/v1', ''))

beforeEach(() => phone.reset())

describe('the session', () => {
  test('logs in through WeChat at the launch, and calls wait for it', async () => {
    const { api, session } = await fresh()
    phone.answer = async ({ url }) => ok(url.endsWith('/auth/wechat') ? sessionOf(1) : { items: [] })
    await api.get('/units')
    expect(paths()[0]).toBe('/auth/wechat')
    expect(phone.sent[0].data).toEqual({ code: 'demo-lin' })
    expect(phone.sent.find((r) => r.url.endsWith('/units'))?.header.Authorization).toBe('Bearer access-1')
    expect(phone.sent.map((r) => r.header['X-Yimi-Client'])).toEqual(phone.sent.map(() => 'miniprogram/1.2.3'))
    expect(session.person.value?.name).toBe('林晓雯')
    expect(session.has('volunteer')).toBe(true)
    expect(session.isStaff.value).toBe(false)
  })

  test('takes up kept tokens without a new login', async () => {
    phone.store.set('yimi.tokens', { access: 'kept', refresh: 'r' })
    const { api } = await fresh()
    phone.answer = async () => ok({ items: [] })
    await api.get('/units')
    expect(paths()).not.toContain('/auth/wechat')
  })

  test('without a network it says so, and can be tried again', async () => {
    const { session } = await fresh()
    await session.start()
    expect(session.problem.value?.code).toBe('offline')
    phone.answer = async () => ok(sessionOf(1))
    await session.retry()
    expect(session.problem.value).toBeNull()
    expect(session.signedIn.value).toBe(true)
  })

  test('sign-out forgets the person even when the server cannot be told', async () => {
    phone.store.set('yimi.tokens', { access: 'kept', refresh: 'r' })
    const { session } = await fresh()
    await session.start()
    await session.signOut()
    expect(phone.store.get('yimi.tokens')).toBeUndefined()
  })
})

describe('an expired token', () => {
  function serverWithToken(valid: () => string, auth: (path: string) => unknown) {
    phone.answer = async ({ url, header }) => {
      const path = url.split('/api/v1')[1]
      if (path.startsWith('/auth/')) return auth(path) as never
      return header.Authorization === `Bearer ${valid()}` ? ok({ items: [] }) : refused(401, 'token_expired')
    }
  }

  test('is renewed once for many calls, and each is sent again with its key', async () => {
    phone.store.set('yimi.tokens', { access: 'old', refresh: 'refresh-0' })
    const { api, session } = await fresh()
    serverWithToken(
      () => 'access-1',
      () => ok(sessionOf(1)),
    )
    await session.start()
    phone.sent = []
    await Promise.all([api.get('/units'), api.get('/campaigns'), api.post('/auth/logout', { key: 'the-same-key' })])
    await Promise.all([api.get('/units'), api.post('/signups/{id}/cancel', { path: { id: 3 }, body: {}, key: 'the-same-key' })])
    expect(paths().filter((path) => path === '/auth/refresh')).toHaveLength(1)
    expect(phone.sent.find((r) => r.url.endsWith('/signups/3/cancel'))?.header['Idempotency-Key']).toBe('the-same-key')
  })

  test('a POST keeps its key over the renewal', async () => {
    phone.store.set('yimi.tokens', { access: 'old', refresh: 'refresh-0' })
    const { api } = await fresh()
    serverWithToken(
      () => 'access-1',
      () => ok(sessionOf(1)),
    )
    await api.post('/signups/{id}/cancel', { path: { id: 3 }, body: {} })
    const keys = phone.sent.filter((r) => r.url.endsWith('/cancel')).map((r) => r.header['Idempotency-Key'])
    expect(keys).toHaveLength(2)
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/)
    expect(keys[0]).toBe(keys[1])
  })

  test('when the session itself has ended, WeChat logs in anew', async () => {
    phone.store.set('yimi.tokens', { access: 'old', refresh: 'refresh-0' })
    const { api } = await fresh()
    serverWithToken(
      () => 'access-2',
      (path) => (path === '/auth/refresh' ? refused(401, 'session_ended') : ok(sessionOf(2))),
    )
    await expect(api.get('/units')).resolves.toEqual({ items: [] })
  })

  test('when renewing fails for want of a network, the tokens are kept', async () => {
    phone.store.set('yimi.tokens', { access: 'old', refresh: 'refresh-0' })
    const { api } = await fresh()
    serverWithToken(
      () => 'never',
      () => 'offline',
    )
    await expect(api.get('/units')).rejects.toMatchObject({ status: 401 })
    expect(phone.store.get('yimi.tokens')).toEqual({ access: 'old', refresh: 'refresh-0' })
  })
})

describe('refusals', () => {
  test('problem+json becomes a Problem, even when it comes as text', async () => {
    phone.store.set('yimi.tokens', { access: 'kept', refresh: 'r' })
    const { api } = await fresh()
    phone.answer = async () => ({ statusCode: 409, data: JSON.stringify(refused(409, 'shift_full').data) })
    const problem = await api.get('/units').catch((error: unknown) => error)
    expect(problem).toHaveProperty('name', 'Problem')
    expect(problem).toMatchObject({ status: 409, code: 'shift_full', detail: '说明 shift_full', requestId: 'r1', unsure: false })
  })

  test('no answer is the problem offline', async () => {
    phone.store.set('yimi.tokens', { access: 'kept', refresh: 'r' })
    const { api } = await fresh()
    await expect(api.get('/units')).rejects.toMatchObject({ status: 0, code: 'offline', unsure: true })
  })

  test('a page that is not ours is named by its status', async () => {
    phone.store.set('yimi.tokens', { access: 'kept', refresh: 'r' })
    const { api } = await fresh()
    phone.answer = async () => ({ statusCode: 502, data: '<html>' })
    await expect(api.get('/units')).rejects.toMatchObject({ status: 502, code: 'http_502', unsure: true })
  })
})

test('WeChat knows no PATCH: it goes as a POST that says so', async () => {
  phone.store.set('yimi.tokens', { access: 'kept', refresh: 'r' })
  const { api } = await fresh()
  phone.answer = async () => ok({})
  await api.patch('/me', { body: { name: '林晓雯' } })
  const sent = phone.sent.find((r) => r.data)
  expect(sent).toMatchObject({ method: 'POST', header: { 'X-HTTP-Method-Override': 'PATCH' } })
})
