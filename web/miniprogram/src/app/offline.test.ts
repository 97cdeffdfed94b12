import { beforeEach, expect, test, vi } from 'vitest'
import { ok, person, phone, refused } from '../../test/uni'

const INPUT = { digits: '417902', shift_id: 42, kind: 'in' as const }
const READ_AT = Date.parse('2025-11-29T09:02:00+08:00')

beforeEach(() => {
  phone.reset()
  phone.store.set('yimi.tokens', { access: 'kept', refresh: 'r' })
  phone.store.set('yimi.person', person)
})

async function fresh() {
  vi.resetModules()
  const { offlineCheckins } = await import('./offline')
  const { useSession } = await import('./session')
  await useSession().start()
  return offlineCheckins
}

const checkins = () => phone.sent.filter((request) => request.url.endsWith('/checkins'))

test('what was read without a signal outlives the app and is sent with the time it was read', async () => {
  const before = await fresh()
  before.add('清河行动 签到', INPUT, READ_AT, 'key-of-the-tap')
  const after = await fresh()
  await after.flush()
  expect(after.waiting.value).toHaveLength(1)
  phone.answer = async () => ok({})
  await after.flush()
  expect(after.waiting.value).toHaveLength(0)
  expect(checkins().map((r) => r.header['Idempotency-Key'])).toEqual(['key-of-the-tap', 'key-of-the-tap'])
  expect(checkins()[1].data).toEqual({ ...INPUT, read_at: '2025-11-29T01:02:00.000Z' })
})

test.each([500, 429, 401])('a %i settles nothing: it waits on', async (status) => {
  const queue = await fresh()
  queue.add('签到', INPUT, READ_AT)
  phone.answer = async ({ url }) => (url.includes('/auth/') ? 'offline' : refused(status, 'x'))
  await queue.flush()
  expect(queue.waiting.value).toHaveLength(1)
  expect(phone.store.get('yimi.checkins')).toHaveLength(1)
})

test('a no is kept and shown until the person has seen it, and does not hold up the next', async () => {
  const queue = await fresh()
  queue.add('第一次', INPUT, READ_AT)
  queue.add('第二次', { ...INPUT, kind: 'out' }, READ_AT)
  phone.answer = async ({ data }) => ((data as typeof INPUT).kind === 'in' ? refused(422, 'code_expired') : ok({}))
  await queue.flush()
  expect(queue.waiting.value).toHaveLength(0)
  expect(queue.refused.value).toMatchObject([{ label: '第一次', refusal: { code: 'code_expired', detail: '说明 code_expired' } }])
  queue.dismiss(queue.refused.value[0].key)
  expect(phone.store.get('yimi.checkins')).toEqual([])
})

test('a check-out that was asked about goes again as meant, as a deed of its own', async () => {
  const queue = await fresh()
  queue.add('签退', { token: 'O.16.abc.def' }, READ_AT, 'key-of-the-tap')
  phone.answer = async ({ data }) => ((data as { sure?: boolean }).sure ? ok({}) : refused(409, 'checkout_early'))
  await queue.flush()
  expect(queue.refused.value).toHaveLength(1)
  await queue.insist(queue.refused.value[0].key)
  expect([queue.refused.value, queue.waiting.value]).toEqual([[], []])
  expect(checkins().map((r) => r.header['Idempotency-Key'])).not.toEqual(['key-of-the-tap', 'key-of-the-tap'])
  expect(checkins()[1].data).toEqual({ token: 'O.16.abc.def', read_at: '2025-11-29T01:02:00.000Z', sure: true })
})

test('another person on the same phone neither sees nor sends them', async () => {
  const queue = await fresh()
  queue.add('签到', INPUT, READ_AT)
  phone.store.set('yimi.person', { ...person, id: 8 })
  phone.answer = async ({ url }) => (url.endsWith('/me') ? 'offline' : ok({}))
  const other = await fresh()
  await other.flush()
  expect(other.waiting.value).toHaveLength(0)
  expect(phone.store.get('yimi.checkins')).toHaveLength(1)
})

test('two flushes at once send each once', async () => {
  const queue = await fresh()
  queue.add('签到', INPUT, READ_AT)
  phone.answer = async () => ok({})
  phone.sent = []
  await Promise.all([queue.flush(), queue.flush()])
  expect(checkins()).toHaveLength(1)
})

test('the network coming back sends what waits', async () => {
  vi.useFakeTimers()
  try {
    const queue = await fresh()
    queue.watch()
    queue.add('签到', INPUT, READ_AT)
    phone.answer = async () => ok({})
    phone.network.forEach((tell) => tell({ isConnected: true }))
    await vi.advanceTimersByTimeAsync(10)
    expect(queue.waiting.value).toHaveLength(0)
  } finally {
    vi.useRealTimers()
  }
})
