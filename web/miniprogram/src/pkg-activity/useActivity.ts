// One activity: what it is, the shift chosen, my place on it, and what can be done about it.
import { computed, ref, shallowRef, watch } from 'vue'
import { onLoad, onShow } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { isoDate, monthDay } from '@yimi/words/format'
import { holds } from '@yimi/words/labels'
import { useLoad } from '@/app/list'
import { idOf, open, queryOf } from '@/app/nav'
import { refusalOf, type RefusalText } from '@/app/refusal'
import { spanSaid } from '@/app/said'
import { useSession } from '@/app/session'
import { useSettings } from '@/app/settings'
import { askToTell, TELL } from '@/app/subscribe'

type Shift = Schemas['Shift']
const SHOWN = 4

export const isFull = (shift: Shift) => shift.taken >= shift.capacity
export const left = (shift: Shift) => Math.max(0, shift.capacity - shift.taken)
const over = (shift: Shift) => Date.parse(shift.ends_at) < Date.now()
const started = (shift: Shift) => Date.parse(shift.starts_at) <= Date.now()
const mineOf = (shift: Shift) => (shift.my_signup && holds(shift.my_signup.state) ? shift.my_signup : null)

export function useActivity() {
  const { person, signedIn, starting, reload } = useSession()
  const { settings } = useSettings()
  const id = ref(0)
  const chosenId = ref(0)
  const loaded = useLoad(() => api.get('/activities/{id}', { path: { id: id.value } }))
  const activity = loaded.data

  onLoad((asked) => {
    const query = queryOf(asked)
    id.value = idOf(query.id)
    chosenId.value = idOf(query.shift)
  })
  onShow(async () => {
    await loaded.run()
    if (joining) await goOn()
  })

  // ---- shifts ----
  const all = ref(false)
  const coming = computed(() => activity.value?.shifts.filter((one) => !over(one)) ?? [])
  const shifts = computed(() => (all.value ? coming.value : coming.value.slice(0, SHOWN)))
  const more = computed(() => coming.value.length - shifts.value.length)
  const canTake = (one: Shift) => one.state === 'open' && !started(one) && !mineOf(one)
  const shift = computed(
    () =>
      coming.value.find((one) => one.id === chosenId.value) ??
      coming.value.find((one) => mineOf(one)) ??
      coming.value.find((one) => canTake(one) && !isFull(one)) ??
      coming.value.find(canTake) ??
      coming.value[0] ??
      null,
  )
  watch(shift, (now) => now && coming.value.indexOf(now) >= SHOWN && (all.value = true))
  const choose = (one: Shift) => (chosenId.value = one.id)
  const signUpOpen = computed(() => activity.value?.state === 'published' && !!shift.value && canTake(shift.value))
  /** Under way: who stands there can still join, by the code of the shift or by staff. */
  const atDoor = computed(
    () =>
      activity.value?.state === 'published' &&
      shift.value?.state === 'open' &&
      started(shift.value) &&
      !over(shift.value) &&
      !mineOf(shift.value),
  )
  /** Why one cannot sign up, in a word on the button. */
  const closed = computed(() => {
    const state = activity.value?.state
    if (state === 'cancelled' || shift.value?.state === 'cancelled') return '已取消'
    if (state === 'draft') return '还没有发布'
    if (state === 'finished' || !shift.value) return '已结束'
    return started(shift.value) ? '已经开始' : ''
  })

  // ---- my place ----
  const mine = computed(() => (shift.value ? mineOf(shift.value) : null))
  /** The last time the station said no to me on this shift; I may ask again. */
  const refusedId = computed(() => (!mine.value && shift.value?.my_signup?.state === 'rejected' ? shift.value.my_signup.id : 0))
  const signup = shallowRef<Schemas['Signup'] | null>(null)
  const signupId = computed(() => mine.value?.id ?? refusedId.value)
  const reading = useLoad(() => api.get('/signups/{id}', { path: { id: signupId.value } }))
  watch([signupId, activity], async () => {
    if (signup.value?.id !== signupId.value) signup.value = null
    if (!signupId.value) return
    await reading.run()
    const got = reading.data.value
    if (got && got.id === signupId.value) signup.value = got
  })

  // ---- signing up: ask, do, say ----
  const asking = ref(false)
  const explaining = ref(false)
  let joining = false // on the way to become a volunteer, or somebody at all, for this shift
  const done = shallowRef<Schemas['Signup'] | null>(null)
  const who = ref(false)
  const fullAsked = ref(false)
  const signUp = useAct((key, shiftId: number, waitlist: boolean) =>
    api.post('/shifts/{id}/signups', { path: { id: shiftId }, body: { waitlist }, key }),
  )

  function begin() {
    if (!signUpOpen.value || !shift.value) return
    if (!signedIn.value) who.value = true
    else if (!person.value?.is_volunteer) explaining.value = true
    else if (isFull(shift.value)) fullAsked.value = true
    else asking.value = true
  }

  /** To become a volunteer, who has read what that is; then back here, and on with this shift. */
  function join() {
    explaining.value = false
    joining = true
    if (shift.value) chosenId.value = shift.value.id
    open('/pkg-me/register?then=back')
  }
  /** Back from there: on with it, for who is a volunteer now. */
  async function goOn() {
    if (!person.value?.is_volunteer) await reload().catch(() => undefined)
    if (!person.value?.is_volunteer) return
    joining = false
    begin()
  }

  async function send(waitlist: boolean) {
    if (!shift.value || signUp.busy.value) return
    await askToTell(waitlist ? TELL.waitlist : activity.value?.approval === 'staff' ? TELL.apply : TELL.signUp)
    const made = await signUp.run(shift.value.id, waitlist)
    asking.value = false
    if (made) {
      fullAsked.value = false
      done.value = made
    } else if (signUp.problem.value?.code === 'shift_full') {
      fullAsked.value = true
      signUp.dismiss()
    }
    await loaded.run()
  }

  // ---- the full shift: who sits there, where I would be, what else there is ----
  const other = computed(() => coming.value.find((one) => one.id !== shift.value?.id && canTake(one) && !isFull(one)) ?? null)
  const position = computed(() => (shift.value?.waitlisted ?? 0) + 1)
  const full = computed<RefusalText | null>(() => {
    if (!fullAsked.value || !shift.value) return null
    const choices = [{ act: 'waitlist', text: `排候补（第 ${position.value} 位）` }]
    if (other.value)
      choices.push({ act: 'other_shift', text: `改报 ${spanWithDay(other.value, shift.value)}，还剩 ${left(other.value)} 个` })
    choices.push({ act: 'close', text: '先不报了' })
    return { title: '这一班刚好满了', detail: `${shift.value.capacity} 个名额都有人了，您的报名没有提交。可以先排候补：`, choices }
  })
  function onFull(act: string) {
    if (act === 'waitlist') return void send(true)
    fullAsked.value = false
    if (act === 'other_shift' && other.value) {
      choose(other.value)
      asking.value = true
    }
  }

  // ---- giving back, taking an offer ----
  const cancelling = ref(false)
  const cancel = useAct((key, signupId: number) => api.post('/signups/{id}/cancel', { path: { id: signupId }, body: {}, key }))
  const confirm = useAct((key, signupId: number) => api.post('/signups/{id}/confirm', { path: { id: signupId }, key }))
  async function giveBack() {
    if (!mine.value) return
    const gone = await cancel.run(mine.value.id)
    cancelling.value = false
    if (gone) uni.showToast({ title: '已取消', icon: 'none' })
    await loaded.run()
  }
  async function takeOffer() {
    if (!mine.value) return
    const taken = await confirm.run(mine.value.id)
    if (taken) done.value = taken
    await loaded.run()
  }

  const refusal = computed(() => {
    const problem = signUp.problem.value ?? cancel.problem.value ?? confirm.problem.value
    return problem && notSignedUp(refusalOf(problem), problem.code)
  })
  function onRefusal(act: string) {
    if (act === 'guardian') open('/pkg-me/guardian')
    const again = { signUp: signUp.problem.value, confirm: confirm.problem.value, cancel: cancel.problem.value }
    signUp.dismiss()
    cancel.dismiss()
    confirm.dismiss()
    if (act === 'retry') return void (again.signUp ? send(false) : again.confirm ? takeOffer() : giveBack())
    if (act === 'my_signups') open('/pkg-activity/signups')
    if (act === 'register') explaining.value = true
    if (act === 'profile') open('/pkg-me/profile')
    if (act === 'reload') void loaded.run()
  }
  async function signedInNow() {
    who.value = false
    await loaded.run()
    if (!mine.value) begin()
  }

  return {
    ...{ activity, first: loaded.first, problem: loaded.problem, loading: loaded.loading, run: loaded.run, settings, starting },
    ...{ shifts, shift, more, all, choose, mine, refusedId, signup, signUpOpen, closed, atDoor, other, position },
    ...{ asking, explaining, join, person, done, who, busy: signUp.busy, begin, send, full, onFull, signedInNow },
    ...{ cancelling, cancelBusy: cancel.busy, giveBack, confirmBusy: confirm.busy, takeOffer, refusal, onRefusal },
  }
}

/** 14:00–16:30, with its day when that is another one. */
function spanWithDay(one: Shift, than: Shift): string {
  const near = isoDate(one.starts_at) === isoDate(than.starts_at) ? '' : `${monthDay(one.starts_at)} `
  return near + spanSaid(one.starts_at, one.ends_at)
}

/** The next best thing for refusals that only this page can mend. */
function notSignedUp(text: RefusalText, code: string): RefusalText {
  const first: Record<string, { act: string; text: string }> = {
    volunteer_only: { act: 'register', text: '注册成为志愿者' },
    skill_missing: { act: 'profile', text: '去填我的技能' },
    overlap: { act: 'my_signups', text: '看我的报名' },
    cancel_too_late: { act: 'call', text: '打电话给联系人' },
    too_young: { act: 'call', text: '打电话问一问' },
  }
  const titles: Record<string, string> = {
    volunteer_only: '先注册成为志愿者',
    skill_missing: '还差一项技能',
    overlap: '时间撞上了',
    cancel_too_late: '现在不能自己取消了',
    too_young: '年龄还不到',
    shift_over: '这一班已经开始',
    shift_not_open: '这一班现在不能报名',
    offer_expired: '确认的时间过了',
  }
  const detail = code === 'cancel_too_late' ? `${text.detail}。您的报名还在，没有取消。` : text.detail
  return {
    ...text,
    detail,
    title: titles[code] ?? text.title,
    choices: first[code] ? [first[code], ...text.choices.filter((one) => one.act === 'close')] : text.choices,
  }
}
