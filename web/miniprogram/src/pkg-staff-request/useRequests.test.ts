import { expect, test, vi } from 'vitest'
import { ok, phone, refused, sentTo, signedIn } from '../../test/uni'

const request = (id: number, of: object = {}) => ({
  id,
  state: 'submitted',
  person_name: `某${id}`,
  service_name: '谈心',
  mine: false,
  ...of,
})
const all = [request(1), request(2, { guardian_missing: true }), request(3, { mine: true }), request(4, { state: 'approved' })]
const asked = () => phone.sent.filter(({ url }) => url.includes('/requests?')).map(({ url }) => url.split('?')[1])

async function page() {
  signedIn()
  vi.resetModules()
  phone.answer = async ({ method, url }) =>
    url.includes('/requests?') ? ok({ items: all, next_cursor: '' }) : method === 'POST' ? refused(409, 'invalid_state') : 'offline'
  const { useRequests } = await import('./useRequests')
  const it = useRequests()
  await it.list.refresh()
  return it
}

test('one’s own is not decided on, and ready is only what a yes would let through', async () => {
  const { pick, ready, allReady } = await page()
  pick.toggleMany([1, 2, 3, 4])
  expect([pick.picked.value, ready.value, allReady.value]).toEqual([[1, 2], [1], true])
})

test('a reason is asked for those that are ticked, and they stay when it did not go through', async () => {
  const { pick, ask, saying, decide } = await page()
  pick.toggleMany([1, 2])
  ask('reject')
  pick.toggle(2)
  expect([saying.value, decide.rejecting.value]).toEqual(['reject', [1, 2]])
  await decide.decide(decide.rejecting.value, 'reject', '不在我们站的服务范围')
  expect(sentTo('POST', '/requests/decide')).toEqual([{ ids: [1, 2], decision: 'reject', reason: '不在我们站的服务范围' }])
  expect([decide.rejecting.value, decide.problem.value?.code]).toEqual([[1, 2], 'invalid_state'])
})

test('another queue begins anew; what is looked for stands in place of a queue', async () => {
  const { pick, show, list, find } = await page()
  pick.toggle(1)
  show('overdue')
  expect([list.items.value, pick.picked.value]).toEqual([[], []])
  find.words.value = '林国'
  find.begin()
  await vi.waitFor(() => expect(asked()).toHaveLength(3))
  expect(asked().map((query) => [query.includes('queue=overdue'), query.includes(`name=${encodeURIComponent('林国')}`)])).toEqual([
    [false, false],
    [true, false],
    [false, true],
  ])
})
