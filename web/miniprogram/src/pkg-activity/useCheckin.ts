// Check-in and check-out on the spot: which shift, a code scanned or typed, what was recorded; kept when there is no network.
import { computed, ref, shallowRef, watch } from 'vue'
import { onLoad, onShow } from '@dcloudio/uni-app'
import type { Problem, Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { call, scan, whereAmI } from '@/app/device'
import { distance } from '@yimi/words/format'
import { useLoad } from '@/app/list'
import { idOf, open, queryOf } from '@/app/nav'
import { offlineCheckins } from '@/app/offline'
import { consentTo } from '@/app/privacy'
import { refusalOf, type RefusalText } from '@/app/refusal'
import { useSession } from '@/app/session'
import { useSettings } from '@/app/settings'
import { checkinNow, keepComing, keptComing, kindOf } from '@/app/signups'

type Signup = Schemas['Signup']
type Kind = Schemas['CheckinKind']
type Input = Schemas['CheckinInput']

export function useCheckin() {
  const { person, signedIn, starting } = useSession()
  const { settings } = useSettings()
  const askedShift = ref(0)
  const kind = ref<Kind>('in')
  let kindAsked = false
  onLoad((asked) => {
    const query = queryOf(asked)
    askedShift.value = idOf(query.shift_id ?? query.shift)
    kindAsked = query.kind === 'out' || query.kind === 'in'
    if (query.kind === 'out') kind.value = 'out'
  })

  // ---- which sign-up: the one asked for, else the one whose window is open, else the next ----
  const loaded = useLoad(readMine)
  async function readMine(): Promise<Signup[]> {
    const coming = await api.get('/me/signups', { query: { when: 'coming', limit: 50 } })
    keepComing(coming.items)
    const past = await api.get('/me/signups', { query: { when: 'past', limit: 10 } }) // just over: still time to check out
    return [...coming.items, ...past.items.filter((one) => checkinNow(one) !== '' || one.shift_id === askedShift.value)]
  }
  /** What the server said, else what the phone remembers. */
  const signups = computed(() => loaded.data.value ?? keptComing(person.value?.id))
  const able = computed(() => signups.value.filter((one) => checkinNow(one) !== ''))
  const signup = computed<Signup | null>(() => {
    const asked = signups.value.find((one) => one.shift_id === askedShift.value)
    if (asked) return asked
    if (askedShift.value) return null
    return (
      able.value.find((one) => checkinNow(one) === 'out' && Date.parse(one.ends_at) < Date.now()) ??
      able.value.find((one) => checkinNow(one) === 'in') ??
      able.value[0] ??
      null
    )
  })
  const coming = computed(() => signups.value.find((one) => one.state === 'confirmed' && !one.checked_out_at) ?? null)
  const shiftId = computed(() => signup.value?.shift_id ?? askedShift.value)
  function pick(one: Signup) {
    askedShift.value = one.shift_id
    kind.value = checkinNow(one) || 'in'
    code.value = ''
  }

  // ---- where: only where the activity has a fence ----
  const activity = shallowRef<Schemas['Activity'] | null>(null)
  const here = shallowRef<Schemas['Position'] | undefined>()
  const far = computed(() => {
    const place = activity.value?.location
    return here.value && place ? distance(metres(here.value, place)) : ''
  })
  async function start() {
    await loaded.run()
    if (!signup.value) return
    if (!kindAsked || signup.value.checked_in_at)
      kind.value = signup.value.checked_in_at && !signup.value.checked_out_at ? 'out' : kind.value
    kindAsked = true
    activity.value = await api.get('/activities/{id}', { path: { id: signup.value.activity_id } }).catch(() => activity.value)
    if (activity.value?.fence_metres && (await consentTo('location'))) here.value = await whereAmI()
  }
  onShow(() => void start())

  // ---- the deed ----
  const code = ref('')
  const done = shallowRef<Schemas['Checkin'] | null>(null)
  const kept = shallowRef<{ label: string; at: number } | null>(null)
  const strange = ref(false)
  const checkIn = useAct((key, input: Input) => api.post('/checkins', { body: input, key }))

  /** What was read last, for when the answer to a question goes with it: leaving early is meant, joining is wanted. */
  let read: Pick<Input, 'token' | 'digits' | 'shift_id' | 'kind'> = {}
  /** The shift that the person said they would join, as its code names it: a code that ran out meanwhile asks no second time. */
  let joining = ''

  async function send(answer: Pick<Input, 'sure' | 'join'> = {}) {
    const readAt = Date.now()
    const input: Input = { ...read, ...answer, ...(here.value ? { location: here.value } : {}) }
    const recorded = await checkIn.run(input)
    if (recorded) {
      done.value = recorded
      void loaded.run()
    } else if (checkIn.problem.value?.code === 'offline') keep(input, readAt)
    if (checkIn.problem.value) code.value = ''
  }
  function keep(input: Input, readAt: number) {
    const label = `${signup.value?.activity_title ?? '活动'} ${deedKind() === 'in' ? '签到' : '签退'}`
    offlineCheckins.add(label, input, readAt)
    kept.value = { label, at: readAt }
    checkIn.dismiss()
  }
  /** Whether what was kept has been answered since. */
  const sent = computed(() => kept.value !== null && offlineCheckins.waiting.value.length === 0)
  watch(sent, (now) => now && void loaded.run())
  const deedKind = (): Kind => (read.token ? kindOf(read.token) : kind.value)
  async function submit() {
    if (code.value.length !== 6) return
    read = { digits: code.value, kind: kind.value, shift_id: shiftId.value }
    await send()
  }
  /** A scanned code says itself what it is for. */
  async function scanNow() {
    const token = await scan()
    if (token === undefined) return
    if (token.length < 10 || token.length > 200) return void (strange.value = true)
    read = { token }
    await send(joining && shiftOf(token) === joining ? { join: true } : {})
  }

  const refusal = computed<RefusalText | null>(() => {
    if (strange.value)
      return {
        title: '这不是签到码',
        detail: '还没有签到。请扫工作人员手机上的签到码，或输入现场念的六位数字。',
        choices: [{ act: 'close', text: '知道了' }],
      }
    return checkIn.problem.value && plain(checkIn.problem.value, deedKind())
  })
  function onRefusal(act: string) {
    strange.value = false
    checkIn.dismiss()
    if (act === 'sure') void send({ sure: true })
    if (act === 'join') {
      joining = shiftOf(read.token ?? '')
      void send({ join: true })
    }
    if (act === 'my_code') open('/pkg-activity/my-code')
    if (act === 'call' && activity.value) call(activity.value.contact_phone)
    if (act === 'my_signups') open('/pkg-activity/signups')
    if (act === 'register') open('/pkg-me/register?then=back')
  }
  function again() {
    done.value = null
    kept.value = null
    code.value = ''
    if (signup.value?.checked_in_at && !signup.value.checked_out_at) kind.value = 'out'
  }

  return {
    ...{ signedIn, starting, settings, first: loaded.first, problem: loaded.problem, loading: loaded.loading, start },
    ...{ signup, shiftId, able, coming, pick, kind, code, far, activity },
    ...{ busy: checkIn.busy, submit, scanNow, done, kept, sent, again, refusal, onRefusal },
    waiting: offlineCheckins.waiting,
    refused: offlineCheckins.refused,
    dismiss: offlineCheckins.dismiss,
    insist: offlineCheckins.insist,
  }
}

/** The part of a code that names its shift. */
const shiftOf = (token: string) => token.split('.')[1] ?? ''

/** What is a question, and no refusal. */
const QUESTIONS: Record<string, { title: string; choices: RefusalText['choices'] }> = {
  checkout_early: {
    title: '现在就签退吗？',
    choices: [
      { act: 'sure', text: '确实要走，签退' },
      { act: 'close', text: '先不签退' },
    ],
  },
  join_first: {
    title: '现在加入这一班？',
    choices: [
      { act: 'join', text: '加入并签到' },
      { act: 'close', text: '先不加入' },
    ],
  },
}

/** The refusals of check-in: what was not recorded, and whom to turn to. */
function plain(problem: Problem, kind: Kind): RefusalText {
  const text = refusalOf(problem)
  const question = QUESTIONS[problem.code]
  if (question) return { ...question, detail: problem.detail }
  const deed = kind === 'in' ? '签到' : '签退'
  const close = { act: 'close', text: '知道了' }
  const own = { act: 'my_code', text: '打开我的码，请工作人员扫' }
  const phone = { act: 'call', text: '打电话给联系人' }
  const by: Record<string, { title: string; first: { act: string; text: string } }> = {
    code_expired: { title: '这个码已经换了', first: { act: 'close', text: '重新输入' } },
    code_wrong: { title: '码不对', first: { act: 'close', text: '重新输入' } },
    not_signed_up: { title: '这一班没有您的报名', first: { act: 'my_signups', text: '看我的报名' } },
    checkin_not_open: { title: '还没到签到时间', first: { act: 'my_signups', text: '看我的报名' } },
    checkin_closed: { title: `${deed}时间过了`, first: phone },
    not_checked_in: { title: '还没有签到', first: phone },
    code_other_kind: { title: kind === 'in' ? '签到要用签到的码' : '签退要用签退的码', first: { act: 'close', text: '重新输入' } },
    full_at_door: { title: '这一班的名额满了', first: own },
    door_needs_staff: { title: '要工作人员同意', first: own },
    shift_called_off: { title: '这一班取消了', first: phone },
    already_credited: { title: '时长已经记过了', first: { act: 'my_signups', text: '看我的报名' } },
    staff_scan_needed: { title: '这场由工作人员扫您的码', first: own },
    too_many_attempts: { title: '输错的次数太多', first: own },
    outside_fence: { title: '离活动地点有点远', first: own },
    volunteer_only: { title: '先注册成为志愿者', first: { act: 'register', text: '注册成为志愿者' } },
  }
  const words = by[problem.code]
  if (!words) return text
  return {
    title: words.title,
    detail: `${text.detail}。这次${deed}没有记上。`,
    choices: words.first.act === 'close' ? [words.first] : [words.first, close],
  }
}

function metres(a: Schemas['Coordinate'], b: Schemas['Coordinate']): number {
  const rad = Math.PI / 180
  const x = (b.longitude - a.longitude) * rad * Math.cos(((a.latitude + b.latitude) / 2) * rad)
  const y = (b.latitude - a.latitude) * rad
  return Math.hypot(x, y) * 6_371_000
}
