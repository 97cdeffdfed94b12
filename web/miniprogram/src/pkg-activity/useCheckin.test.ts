import { beforeEach, expect, test, vi } from 'vitest'
import { ok, person, phone, refused } from '../../test/uni'

let token = ''
vi.mock('@/app/device', () => ({ canScan: true, call: () => {}, whereAmI: async () => undefined, scan: async () => token }))

beforeEach(() => {
  phone.reset()
  phone.store.set('yimi.tokens', { access: 'kept', refresh: 'r' })
  phone.store.set('yimi.person', person)
})

const checkins = () => phone.sent.filter((request) => request.url.endsWith('/checkins')).map((request) => request.data)

/** Answers check-ins; for all else there is no network. */
const answer = (to: (sent: { sure?: boolean; join?: boolean }) => ReturnType<typeof ok>) =>
  (phone.answer = async ({ url, data }) => (url.endsWith('/checkins') ? to(data as never) : 'offline'))

async function page() {
  vi.resetModules()
  const { useCheckin } = await import('./useCheckin')
  return useCheckin()
}

test('a scanned code is sent alone: it says itself what it is for', async () => {
  const { scanNow } = await page()
  answer(() => ok({ kind: 'out' }))
  token = 'O.16.abc.defghij'
  await scanNow()
  expect(checkins()).toEqual([{ token }])
})

test('leaving early is asked about, and meant by one tap', async () => {
  const { scanNow, refusal, onRefusal, done } = await page()
  answer(({ sure }) => (sure ? ok({ kind: 'out' }) : refused(409, 'checkout_early')))
  token = 'O.16.abc.defghij'
  await scanNow()
  expect(refusal.value).toMatchObject({ title: '现在就签退吗？', detail: '说明 checkout_early' })
  onRefusal('sure')
  await vi.waitFor(() => expect(done.value).toMatchObject({ kind: 'out' }))
  expect(checkins()).toEqual([{ token }, { token, sure: true }])
})

test('who said that they join is not asked again when the code has changed meanwhile, but on another shift', async () => {
  const { scanNow, onRefusal } = await page()
  answer(({ join }) => refused(409, join ? 'code_expired' : 'join_first'))
  token = 'I.16.abc.defghij'
  await scanNow()
  onRefusal('join')
  await vi.waitFor(() => expect(checkins()).toHaveLength(2))
  token = 'I.16.abd.defghij'
  await scanNow()
  token = 'I.17.abd.defghij'
  await scanNow()
  expect(checkins().map((sent) => (sent as { join?: boolean }).join)).toEqual([undefined, true, true, undefined])
})
