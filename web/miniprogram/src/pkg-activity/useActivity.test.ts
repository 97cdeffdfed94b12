import { beforeEach, expect, test, vi } from 'vitest'
import { ref } from 'vue'

const person = ref<Record<string, unknown> | null>(null)
let shown: () => Promise<void>
const opened: string[] = []
const later = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()
const shift = (id: number) => ({
  id,
  state: 'open',
  starts_at: later(24 + id),
  ends_at: later(26 + id),
  capacity: 10,
  taken: 0,
  waitlisted: 0,
})

vi.mock('@dcloudio/uni-app', () => ({
  onLoad: (hook: (query: object) => void) => hook({ id: '5' }),
  onShow: (hook: () => Promise<void>) => (shown = hook),
  onPullDownRefresh: () => {},
  onReachBottom: () => {},
}))
vi.mock('@/app/session', async () => {
  const { computed } = await import('vue')
  return { useSession: () => ({ person, signedIn: computed(() => person.value !== null), starting: ref(false), reload: async () => {} }) }
})
vi.mock('@/app/settings', () => ({ useSettings: () => ({ settings: ref(null) }) }))
vi.mock('@/app/nav', () => ({ open: (url: string) => opened.push(url), queryOf: (query: object) => query, idOf: Number }))
vi.mock('@/app/api', () => ({
  api: { get: async () => ({ id: 5, state: 'published', shifts: [shift(1), shift(2)] }), post: async () => ({}) },
}))

const { useActivity } = await import('./useActivity')

const at = async () => {
  const page = useActivity()
  await shown()
  return page
}

beforeEach(() => {
  opened.length = 0
  person.value = { id: 7, is_volunteer: false }
})

test('taking part explains before it asks to become a volunteer, and goes on with the shift afterwards', async () => {
  const page = await at()
  page.choose(page.shifts.value[1])
  page.begin()
  expect([page.explaining.value, page.asking.value, opened.length]).toEqual([true, false, 0])
  page.join()
  expect([page.explaining.value, opened]).toEqual([false, ['/pkg-me/register?then=back']])
  person.value = { id: 7, is_volunteer: true }
  await shown()
  expect([page.asking.value, page.shift.value?.id]).toEqual([true, 2])
  page.asking.value = false
  await shown() // once
  expect(page.asking.value).toBe(false)
})

test('who comes back as they were is asked nothing', async () => {
  const page = await at()
  page.begin()
  page.join()
  await shown()
  expect([page.asking.value, page.explaining.value]).toEqual([false, false])
})

test('who signs in on the way goes on as well', async () => {
  person.value = null
  const page = await at()
  page.begin()
  expect(page.who.value).toBe(true)
  person.value = { id: 7, is_volunteer: true }
  await page.signedInNow()
  expect([page.who.value, page.asking.value]).toEqual([false, true])
})
