import { beforeEach, expect, test, vi } from 'vitest'
import { nextTick, ref } from 'vue'
import { own } from '@/app/own'
import { keep } from '@/app/storage'

const person = ref<Record<string, unknown> | null>(null)
let shown: () => Promise<void>
const calls: { path: string; body: unknown }[] = []
let answer: (path: string) => unknown = () => ({})
const opened: string[] = []

vi.mock('@dcloudio/uni-app', () => ({
  onLoad: (hook: (query: object) => void) => hook({ then: 'back' }),
  onShow: (hook: () => Promise<void>) => (shown = hook),
  onPullDownRefresh: () => {},
  onReachBottom: () => {},
}))
vi.mock('@/app/session', () => ({
  useSession: () => ({ person, signedIn: ref(true), starting: ref(false), start: async () => {}, reload: async () => {} }),
}))
vi.mock('@/app/nav', () => ({ open: (url: string) => opened.push(url), back: () => opened.push('back') }))
vi.mock('@/app/api', () => {
  const call = async (path: string, { body }: { body?: unknown } = {}) => {
    calls.push({ path, body })
    return answer(path)
  }
  return { api: { get: call, post: call, patch: call }, openApi: { get: call, post: call } }
})

const { Problem } = await import('@yimi/client')
const { useRegister } = await import('./useRegister')

const CHILD = { name: '马小宝', birthDate: '2016-03-05', unit: { id: 3, name: '东方社区' } }
const open = async () => {
  const page = useRegister()
  await shown()
  return page
}

beforeEach(() => {
  Object.assign(uni, { pageScrollTo: () => {} })
  person.value = { id: 7, name: '', skills: [], is_volunteer: false, show_on_leaderboard: false }
  keep('yimi.person', { id: 7 }) // as the phone has it of who is signed in
  keep('yimi.tokens', { access: 'a', refresh: 'r' })
  calls.length = opened.length = 0
  answer = () => ({})
  own.drop(7, 'register')
})

test('a child’s registration keeps what was typed when it is refused, and when the page is left', async () => {
  const page = await open()
  Object.assign(page.fields, CHILD)
  page.agree.value = true
  answer = (path) => {
    if (path === '/volunteers') throw new Problem({ status: 422, code: 'guardian_required', detail: '未满 14 周岁' })
    return {}
  }
  await page.submit()
  expect(page.refusal.value?.detail).toContain('填的内容都在')
  expect(page.fields).toMatchObject(CHILD)

  const later = await open() // the page was closed meanwhile
  expect(later.fields).toMatchObject(CHILD)
  expect(later.agree.value).toBe(false) // agreeing is not typing

  person.value = { ...person.value, id: 8 }
  expect((await open()).fields.name).toBe('') // nobody else's
})

test('who asks a guardian to agree is not asked again how old they are', async () => {
  const page = await open()
  Object.assign(page.fields, CHILD)
  page.onRefusal('guardian')
  await vi.waitFor(() => expect(opened).toEqual(['/pkg-me/guardian']))
  expect(calls.filter((one) => one.path === '/me')).toEqual([
    { path: '/me', body: { name: '马小宝', sex: 'unknown', birth_date: '2016-03-05', unit_id: 3 } },
  ])
})

test('what was sent is kept no longer', async () => {
  const page = await open()
  Object.assign(page.fields, CHILD)
  await nextTick()
  expect(own.get(7, 'register')).toBeTruthy()
  page.agree.value = true
  await page.submit()
  expect(page.done.value).toBe(true)
  await nextTick()
  expect(own.get(7, 'register')).toBeUndefined()
})
