import { beforeEach, expect, test, vi } from 'vitest'
import { ok, person, phone, refused, sessionOf } from '../../test/uni'

const SECRET = '他说晚上睡不着'

async function fresh() {
  vi.resetModules()
  const [{ useSession }, { api }, drafts, { keptDraft }, { offlineCheckins }, { keepComing }] = await Promise.all([
    import('./session'),
    import('./api'),
    import('@/pkg-worker/drafts'),
    import('@/pkg-request/keptDraft'),
    import('./offline'),
    import('./signups'),
  ])
  return { session: useSession(), api, drafts, asks: keptDraft, offlineCheckins, keepComing }
}

/** Somebody signed in who has written and not sent. */
async function writing() {
  const all = await fresh()
  phone.answer = async ({ url }) => ok(url.includes('/auth/wechat') ? sessionOf(1) : person)
  await all.session.start()
  all.drafts.keepDraft(7, 3, { text: SECRET, visitId: 1 })
  all.asks.keep(7, 2, { words: SECRET } as never)
  all.keepComing([{ person_id: 7, activity_title: SECRET }] as never)
  all.offlineCheckins.add(
    '清河行动',
    { kind: 'in', location: { latitude: 37.41, longitude: 106.06, accuracy_metres: 5 } } as never,
    0,
    'k1',
  )
  expect(kept()).toContain(SECRET)
  return all
}
const kept = () => JSON.stringify([...phone.store])

beforeEach(() => phone.reset())

test('what was written and not sent is there again after the program was closed', async () => {
  await writing()
  const { drafts, asks } = await fresh()
  expect([drafts.keptDraft(7, 3)?.text, asks.get(7, 2)]).toEqual([SECRET, { words: SECRET }])
  expect([drafts.keptDraft(8, 3), asks.get(8, 2)]).toEqual([null, undefined])
})

test('signing out leaves no words and no place, only the check-in that waits', async () => {
  const { session, offlineCheckins, asks } = await writing()
  phone.answer = async ({ url }) => (url.endsWith('/logout') ? ok(null, 204) : 'offline')
  await session.signOut()
  asks.keep(session.person.value?.id ?? 0, 2, { words: SECRET } as never) // by a page that is still there
  expect(kept()).not.toContain(SECRET)
  expect(kept()).not.toContain('37.41')
  expect([...phone.store.keys()].filter((key) => phone.store.get(key) && key !== 'yimi.coming')).toEqual(['yimi.checkins'])
  expect(offlineCheckins.waiting.value).toEqual([]) // shown to nobody else
})

test('a window that is still open keeps nothing after another one has signed out', async () => {
  const { drafts, asks } = await writing()
  for (const key of ['yimi.own', 'yimi.tokens', 'yimi.person']) phone.store.delete(key)
  drafts.keepDraft(7, 3, { text: SECRET, visitId: 1 })
  asks.keep(7, 2, { words: SECRET } as never)
  expect(phone.store.get('yimi.own')).toBeUndefined()
})

test('a browser that is opened with the session gone lets go of what lay there', async () => {
  await writing()
  phone.store.delete('yimi.tokens')
  vi.stubEnv('UNI_PLATFORM', 'h5')
  vi.stubGlobal('location', { search: '', hash: '' })
  const { session } = await fresh()
  await session.start()
  vi.unstubAllEnvs()
  expect(kept()).not.toContain(SECRET)
})

test('somebody else who signs in finds nothing', async () => {
  const { session } = await writing()
  phone.answer = async ({ url }) => ok(url.includes('/auth/') ? { ...sessionOf(2), person: { ...person, id: 8 } } : { items: [] })
  await session.signInAs('volunteer')
  expect(kept()).not.toContain(SECRET)
  expect(kept()).not.toContain('37.41')
})

test('a session that ended leaves nothing, unless the same person is signed in again at once', async () => {
  const { api, drafts } = await writing()
  phone.answer = async ({ url, header }) =>
    url.includes('/auth/refresh') || (!url.includes('/auth/') && header.Authorization === 'Bearer access-1')
      ? refused(401, 'session_ended')
      : ok(url.includes('/auth/') ? sessionOf(3) : { items: [] })
  await api.get('/me/requests')
  expect(drafts.keptDraft(7, 3)?.text).toBe(SECRET)
  phone.answer = async ({ url }) => (url.includes('/auth/wechat') ? 'offline' : refused(401, 'session_ended'))
  void api.get('/me/requests').catch(() => undefined) // waits for who is asked to sign in over the page
  await vi.waitFor(() => expect(kept()).not.toContain(SECRET))
})
