import { expect, test, vi } from 'vitest'
import { ok, phone, sentTo, signedIn } from '../../test/uni'

const code = (of: object = {}) => ({
  ...{ kind: 'in', expires_at: new Date(Date.now() + 20_000).toISOString(), step_seconds: 30 },
  ...{ signed_up: 8, checked_in: 6, checked_out: 2, latest: ['马', '王'], ...of },
})

async function page() {
  signedIn()
  vi.resetModules()
  const { useCheckinCode } = await import('./useCheckinCode')
  return useCheckinCode()
}

test('the other code is not shown as this one while it is fetched', async () => {
  const { poll, kind, fresh, choose, live } = await page()
  phone.answer = async ({ url }) => ok(code({ kind: url.includes('kind=out') ? 'out' : 'in' }))
  await poll()
  expect([kind.value, fresh.value, live.value]).toMatchObject(['in', true, { n: 6, of: 8, percent: 75, more: 4 }])
  choose('out')
  expect([kind.value, fresh.value]).toEqual(['out', false])
  await vi.waitFor(() => expect(fresh.value).toBe(true))
  expect(live.value).toMatchObject({ n: 2, of: 6, percent: 33, faces: [], more: 0 })
})

test('a code that ran out without a network is not held up', async () => {
  const { poll, expired, left } = await page()
  phone.answer = async () => ok(code({ expires_at: new Date(Date.now() - 1_000).toISOString() }))
  await poll()
  expect([left.value, expired.value]).toEqual([0, false])
  phone.answer = async () => 'offline'
  await poll()
  expect(expired.value).toBe(true)
})

test('a check-in that was there before is asked about: the same code again, with the answer', async () => {
  const { scanned, again, repeated, last } = await page()
  phone.answer = async ({ url, data }) =>
    url.endsWith('/scan')
      ? ok({ person_name: '马兰', kind: (data as { kind: string }).kind, repeated: (data as { kind: string }).kind === 'in' })
      : ok(code())
  await scanned(' V.7.abc ')
  expect([repeated.value?.person_name, last.value]).toEqual(['马兰', '马兰 之前已经签到'])
  await again({ kind: 'out' })
  expect([repeated.value, last.value]).toEqual([null, '马兰 已签退'])
  expect(sentTo('POST', '/scan')).toEqual([
    { token: 'V.7.abc', kind: 'in' },
    { token: 'V.7.abc', kind: 'out' },
  ])
})
