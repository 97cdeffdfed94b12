import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { ok, person, phone, sessionOf } from '../../test/uni'

const src = join(__dirname, '..')
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
  (name) => /\.(ts|vue)$/.test(name) && !name.endsWith('.test.ts'),
)

async function fresh() {
  vi.resetModules()
  return {
    ...(await import('./storage')),
    ...(await import('./act')),
    ...(await import('./api')),
    session: (await import('./session')).useSession(),
    ...(await import('./offline')),
  }
}

beforeEach(() => phone.reset())

test('nothing but app/storage.ts asks the phone to keep something', () => {
  const asking = files.filter(
    (name) =>
      name !== join('app', 'storage.ts') &&
      /\b(set|get|remove|clear)Storage|localStorage|sessionStorage/.test(readFileSync(join(src, name), 'utf8')),
  )
  expect(files.length).toBeGreaterThan(100)
  expect(asking).toEqual([])
})

describe.each(['full', 'private'] as const)('a phone whose storage is %s', (how) => {
  test('keeps things until the page is closed, and says so', async () => {
    const { keep, kept, drop, useRefusedStorage } = await fresh()
    phone.store.set('yimi.x', 'before')
    phone.refuses = how
    const given = { a: [1] }
    expect(keep('yimi.x', given)).toBe(false)
    given.a.push(2)
    expect(kept('yimi.x')).toEqual({ a: [1] })
    expect(useRefusedStorage().value).toBe(true)
    drop('yimi.x')
    expect(kept('yimi.x')).toBeNull()
    phone.refuses = ''
    expect(keep('yimi.x', 1)).toBe(true)
    expect([kept('yimi.x'), useRefusedStorage().value]).toEqual([1, false])
  })

  test('signs in all the same, and goes on as that person', async () => {
    const { api, session, useRefusedStorage } = await fresh()
    phone.refuses = how
    phone.answer = async ({ url }) => ok(url.includes('/auth/') ? sessionOf(1) : { items: [] })
    await api.get('/units')
    expect([session.problem.value, session.person.value?.name, useRefusedStorage().value]).toEqual([null, '林晓雯', true])
    expect(phone.sent.at(-1)?.header.Authorization).toMatch(/^Bearer access-/)
  })

  test('a deed that was done is done, whatever is kept of it afterwards', async () => {
    const { keep, useAct, api } = await fresh()
    phone.answer = async ({ url }) => (url.includes('/auth/') ? ok(sessionOf(1)) : ok({ id: 3 }, 201))
    const act = useAct(async (key: string) => {
      const made = await api.post('/requests', { body: {} as never, key })
      keep('yimi.asks', [])
      return made
    })
    phone.refuses = how
    expect(await act.run()).toEqual({ id: 3 })
    expect(phone.sent.filter(({ url }) => url.endsWith('/requests')).length).toBe(1)
  })

  test('a check-in read without a signal is sent later all the same', async () => {
    const { offlineCheckins, session } = await fresh()
    phone.store.set('yimi.tokens', { access: 'a', refresh: 'r' })
    phone.store.set('yimi.person', person)
    phone.answer = async ({ url }) => (url.endsWith('/me') ? ok(person) : 'offline')
    await session.start()
    phone.refuses = how
    offlineCheckins.add('清河行动 签到', { kind: 'in', code: '123456' } as never, 0, 'k1')
    phone.answer = async ({ url }) => (url.endsWith('/me') ? ok(person) : ok({}, 201))
    await offlineCheckins.flush()
    expect(phone.sent.filter(({ url }) => url.endsWith('/checkins')).map(({ header }) => header['Idempotency-Key'])).toEqual(['k1'])
    expect(offlineCheckins.waiting.value).toEqual([])
  })
})

test('an older token does not come back when the new one was refused', async () => {
  phone.store.set('yimi.tokens', { access: 'old', refresh: 'old' })
  const { tokens } = await import('./tokens')
  phone.refuses = 'full'
  tokens.keep({ access_token: 'new', refresh_token: 'new', person: { id: 7 } })
  expect([tokens.get()?.access, phone.store.has('yimi.tokens')]).toEqual(['new', false])
})
