import { beforeEach, describe, expect, test, vi } from 'vitest'
import { ok, person, phone, refused, sessionOf } from '../../test/uni'

const desk = { ...person, privacy_agreed: true }
const session = (n: number, id = 7) => ({ ...sessionOf(n), person: { ...desk, id } })

/** A browser where somebody is signed in at the desk, on a page that is open; `until` is the last access token that is good. */
async function atTheDesk() {
  vi.resetModules()
  vi.stubEnv('UNI_PLATFORM', 'h5')
  vi.stubGlobal('location', { search: '', hash: '' })
  phone.store.set('yimi.tokens', { access: 'access-1', refresh: 'refresh-1' })
  phone.store.set('yimi.person', desk)
  const server = { good: 'access-1', next: session(2) }
  phone.answer = async ({ url, header, method }) => {
    if (url.endsWith('/auth/password')) return ok(server.next)
    if (url.endsWith('/auth/refresh')) return refused(401, 'session_ended')
    if (header.Authorization !== `Bearer ${server.good}`) return refused(401, 'token_expired')
    return url.endsWith('/me') ? ok(desk) : ok({ id: 3 }, method === 'POST' ? 201 : 200)
  }
  const { api } = await import('./api')
  const { useSession } = await import('./session')
  const { endSignIn, useSignInAsked } = await import('./signIn')
  const mine = useSession()
  await mine.start()
  await vi.waitFor(() => expect(phone.sent.some(({ url }) => url.endsWith('/me'))).toBe(true))
  await Promise.resolve()
  const file = (key = 'k1') => api.post('/requests', { body: {} as never, key })
  return { api, mine, server, asked: useSignInAsked(), endSignIn, file }
}

const filed = () => phone.sent.filter(({ url }) => url.endsWith('/requests'))

beforeEach(() => {
  vi.unstubAllEnvs()
  phone.reset()
})

describe('a session that ends in a form', () => {
  test('is asked for over the page, and the deed goes on with its key when the same person signs in', async () => {
    const { mine, server, asked, file } = await atTheDesk()
    server.good = 'access-2'
    const deed = file()
    await vi.waitFor(() => expect(asked.value).toBe(true))
    expect(mine.person.value?.id).toBe(7) // the page, and what is on it, stays
    await mine.signInWith('desk', 'secret')
    await expect(deed).resolves.toEqual({ id: 3 })
    expect([asked.value, phone.went, filed().map(({ header }) => header['Idempotency-Key'])]).toEqual([false, [], ['k1', 'k1']])
  })

  test('drops what is on the pages when another person signs in, and does nothing in their name', async () => {
    const { mine, server, asked, file } = await atTheDesk()
    server.good = 'access-2'
    server.next = session(2, 8)
    const deed = file()
    await vi.waitFor(() => expect(asked.value).toBe(true))
    await mine.signInWith('other', 'secret')
    await expect(deed).rejects.toMatchObject({ status: 401 })
    expect([filed().length, phone.went]).toEqual([1, ['/pages/home/index']])
  })

  test('drops it when the person goes, and the server is not asked who it is', async () => {
    const { mine, server, asked, file } = await atTheDesk()
    server.good = 'access-2'
    const deed = file()
    await vi.waitFor(() => expect(asked.value).toBe(true))
    mine.leave()
    await expect(deed).rejects.toMatchObject({ status: 401 })
    expect([mine.person.value, asked.value, phone.went, phone.store.has('yimi.person')]).toEqual([
      null,
      false,
      ['/pages/home/index'],
      false,
    ])
    phone.sent = []
    await mine.signOut()
    expect(phone.sent).toEqual([])
  })

  test('keeps it for one who would rather not sign in now, and asks again at the next press', async () => {
    const { mine, server, asked, endSignIn, file } = await atTheDesk()
    server.good = 'access-2'
    const deed = file()
    await vi.waitFor(() => expect(asked.value).toBe(true))
    endSignIn(false)
    await expect(deed).rejects.toMatchObject({ status: 401 })
    const again = file('k2')
    await vi.waitFor(() => expect(asked.value).toBe(true))
    await mine.signInWith('desk', 'secret')
    await expect(again).resolves.toEqual({ id: 3 })
  })

  test('goes along with another window: the same person goes on, another or nobody begins anew', async () => {
    const { mine, server, asked, file } = await atTheDesk()
    server.good = 'access-9'
    phone.store.set('yimi.tokens', { access: 'access-9', refresh: 'refresh-9' })
    await expect(file()).resolves.toEqual({ id: 3 })
    expect(asked.value).toBe(false)
    server.good = 'access-10'
    phone.store.delete('yimi.tokens')
    phone.store.delete('yimi.person')
    await expect(file()).rejects.toMatchObject({ status: 401 })
    expect([asked.value, mine.person.value, phone.went]).toEqual([false, null, ['/pages/home/index']])
  })
})

describe('somebody who is not signed in', () => {
  test('is asked to at a deed, and not for reading', async () => {
    const { api, mine, server, asked, file } = await atTheDesk()
    mine.leave()
    server.good = 'access-2'
    await expect(api.get('/units')).rejects.toMatchObject({ status: 401 })
    expect(asked.value).toBe(false)
    const deed = file()
    await vi.waitFor(() => expect(asked.value).toBe(true))
    await mine.signInWith('desk', 'secret')
    await expect(deed).resolves.toEqual({ id: 3 })
  })
})
