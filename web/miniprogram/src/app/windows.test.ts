import { beforeEach, describe, expect, test, vi } from 'vitest'
import { ok, person, phone, refused, sessionOf } from '../../test/uni'

const me = { ...person, privacy_agreed: true }
const other = { ...me, id: 8, name: '陈志强' }
type Told = (event: { key: string | null }) => void

/** A server that ends a session whose old refresh token is used again, as the real one does. */
function serve() {
  const server = { n: 1, renewals: 0, ended: false, late: 0, expired: false }
  phone.answer = async ({ url, header, data }) => {
    if (url.endsWith('/auth/refresh')) {
      server.renewals++
      if ((data as { refresh_token: string }).refresh_token !== `refresh-${server.n}`) server.ended = true
      if (server.ended) return refused(401, 'session_ended')
      server.n++
      server.expired = false
      await new Promise((resolve) => setTimeout(resolve, server.late))
      return ok({ ...sessionOf(server.n), person: me })
    }
    if (url.endsWith('/auth/logout')) return ((server.ended = true), ok(undefined, 204))
    if (url.endsWith('/auth/password'))
      return ok({ access_token: 'access-other', refresh_token: 'refresh-other', expires_in: 900, person: other })
    if (header.Authorization === 'Bearer access-other') return ok(other)
    if (server.ended || server.expired || header.Authorization !== `Bearer access-${server.n}`) return refused(401, 'token_expired')
    return ok(me)
  }
  return server
}

/** A window of the browser: a program of its own over what all windows keep. */
async function openWindow() {
  vi.resetModules()
  const listeners: Told[] = []
  vi.stubGlobal('addEventListener', (_: string, tell: Told) => listeners.push(tell))
  const { api } = await import('./api')
  const { useSession } = await import('./session')
  const { onLeave } = await import('./own')
  const { useSignInAsked } = await import('./signIn')
  const mine = useSession()
  await mine.start()
  await vi.waitFor(() => expect(mine.person.value?.privacy_agreed).toBe(true))
  await new Promise((resolve) => setTimeout(resolve, 5))
  const tell = () => ['yimi.tokens', 'yimi.person'].forEach((key) => listeners.forEach((one) => one({ key })))
  return { api, mine, tell, onLeave, asked: useSignInAsked() }
}

beforeEach(() => {
  vi.unstubAllEnvs()
  vi.stubEnv('UNI_PLATFORM', 'h5')
  vi.stubGlobal('location', { search: '', hash: '' })
  vi.stubGlobal('navigator', {}) // no Web Locks: the note in what is kept has to do
  phone.reset()
  phone.store.set('yimi.tokens', { access: 'access-1', refresh: 'refresh-1', person: 7 })
  phone.store.set('yimi.person', me)
})

describe('two windows of one login', () => {
  test('share one refresh, though its answer is late', async () => {
    const server = serve()
    const [one, two] = [await openWindow(), await openWindow()]
    Object.assign(server, { expired: true, late: 300 })
    const calls = [one, two].flatMap(({ api }) => [api.get('/me'), api.get('/me')])
    await vi.waitFor(() => expect(phone.store.get('yimi.tokens')).toMatchObject({ access: 'access-2' }), { timeout: 2000 })
    for (const each of [one, two]) each.tell() // while it still waits for its turn
    await expect(Promise.all(calls)).resolves.toHaveLength(4)
    expect([server.renewals, server.ended]).toEqual([1, false])
  })

  test('by a Web Lock where the browser has one', async () => {
    const names: string[] = []
    vi.stubGlobal('navigator', { locks: { request: (name: string, act: () => Promise<unknown>) => (names.push(name), act()) } })
    const server = serve()
    const one = await openWindow()
    server.n = 2
    phone.store.set('yimi.tokens', { access: 'access-2', refresh: 'refresh-2', person: 7 })
    await one.api.get('/me')
    expect([names, server.renewals]).toEqual([['yimi.renewing'], 0])
  })

  test('signing out in one signs out the other at once, and its memory lets go', async () => {
    serve()
    const [one, two] = [await openWindow(), await openWindow()]
    const stays: number[] = []
    two.onLeave((who) => stays.push(who))
    await one.mine.signOut()
    phone.went = []
    two.tell()
    expect([two.mine.person.value, phone.went, stays, two.asked.value]).toEqual([null, ['/pages/home/index'], [0], false])
  })

  test('another person who signs in in one is who is there in the other, and no call of the first goes in their name', async () => {
    const server = serve()
    const [one, two] = [await openWindow(), await openWindow()]
    const before = phone.answer
    let arrived: () => void = () => {}
    phone.answer = async (sent) => {
      if (sent.url.endsWith('/requests')) await new Promise<void>((resolve) => (arrived = resolve))
      return before(sent)
    }
    const deed = two.api.post('/requests', { body: {} as never, key: 'k1' })
    await one.mine.signInWith('desk', 'secret')
    server.ended = true
    phone.went = []
    two.tell()
    arrived()
    await expect(deed).rejects.toMatchObject({ status: 401 })
    expect([two.mine.person.value?.id, phone.went, phone.sent.filter(({ url }) => url.endsWith('/requests')).length]).toEqual([
      8,
      ['/pages/home/index'],
      1,
    ])
  })

  test('what somebody else kept meanwhile does not begin the pages anew for the same person', async () => {
    const server = serve()
    const two = await openWindow()
    server.n = 2
    phone.store.set('yimi.tokens', { access: 'access-2', refresh: 'refresh-2', person: 7 })
    two.tell()
    await expect(two.api.get('/me')).resolves.toMatchObject({ id: 7 })
    expect([phone.went, server.renewals]).toEqual([[], 0])
  })
})
