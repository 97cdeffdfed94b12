import { beforeEach, expect, test, vi } from 'vitest'
import { nextTick } from 'vue'
import { ok, person, phone } from '../../test/uni'

const notice = (id: number, read = false) => ({
  id,
  kind: 'hours_credited',
  title: '',
  body: '',
  read,
  created_at: '2026-11-27T10:00:00+08:00',
})
const pages: Record<string, number[]> = { '': [9, 8, 7], more: [6, 5] }
const read = () => phone.sent.filter(({ url }) => url.endsWith('/me/notices/read')).map(({ data }) => (data as { ids: number[] }).ids)

beforeEach(() => {
  phone.reset()
  vi.resetModules()
  phone.store.set('yimi.tokens', { access: 'a', refresh: 'r' })
  phone.store.set('yimi.person', person)
})

test('what was shown is marked read, page by page, and a page that comes while the answer is late too', async () => {
  let answer: () => void = () => {}
  const late = new Promise<void>((resolve) => (answer = resolve))
  phone.answer = async ({ url }) => {
    if (url.endsWith('/read')) return late.then(() => ok(undefined, 204))
    if (url.endsWith('/me')) return ok({ ...person, privacy_agreed: true })
    const cursor = /cursor=(\w+)/.exec(url)?.[1] ?? ''
    return ok({ items: (pages[cursor] ?? []).map((id) => notice(id, id === 8)), next_cursor: cursor ? '' : 'more' })
  }
  const { useNotices } = await import('./useNotices')
  const { list, fresh, settled } = useNotices()
  await list.refresh()
  await nextTick()
  await vi.waitFor(() => expect(read()).toEqual([[9, 7]]))
  await list.more()
  await nextTick()
  expect(read()).toEqual([[9, 7]]) // the first answer is still to come
  answer()
  await settled()
  await vi.waitFor(() =>
    expect(read()).toEqual([
      [9, 7],
      [6, 5],
    ]),
  )
  expect(fresh.value).toEqual([9, 7, 6, 5])
  await list.refresh()
  await nextTick()
  await settled()
  expect(read()).toHaveLength(2)
})

test('what could not be told is told of at the next sight', async () => {
  let down = true
  phone.answer = async ({ url }) => {
    if (url.endsWith('/read')) return down ? 'offline' : ok(undefined, 204)
    if (url.endsWith('/me')) return ok({ ...person, privacy_agreed: true })
    return ok({ items: [notice(3)], next_cursor: '' })
  }
  const { useNotices } = await import('./useNotices')
  const { list, settled } = useNotices()
  await list.refresh()
  await nextTick()
  await settled()
  down = false
  await list.refresh()
  await nextTick()
  await settled()
  await vi.waitFor(() => expect(read()).toEqual([[3], [3]]))
})
