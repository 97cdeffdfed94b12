// What people agree to: the privacy notice and the consents beside it. One is asked for over whatever page needs it;
// `pages/ConsentSheet.vue`, which every page has, shows the question.
import { ref, shallowRef } from 'vue'
import { Problem, newKey, type Schemas } from '@yimi/client'
import { api, openApi } from './api'

export type ConsentKind = Schemas['ConsentKind']
/** `wechat`: WeChat asks before a private call of its own, for somebody who has agreed with us before. */
export type Asked = ConsentKind | 'wechat'

const asked = ref<Asked | null>(null)
const words = shallowRef<Schemas['Privacy'] | null>(null)
const problem = shallowRef<Problem | null>(null)
const busy = ref(false)
let answer: (agreed: boolean) => void = () => {}

async function guarded(act: () => Promise<void>) {
  busy.value = true
  problem.value = null
  try {
    await act()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    problem.value = error
  } finally {
    busy.value = false
  }
}

/** Reads the notice, unless it is known. */
const load = () => guarded(async () => void (words.value ??= await openApi.get('/privacy')))

// ---- asking: one question at a time, and the same one once ----
const underWay = new Map<Asked, Promise<boolean>>()
let last: Promise<unknown> = Promise.resolve()

/** Asks over the page; false when the person would rather not. */
export function ask(kind: Asked): Promise<boolean> {
  const already = underWay.get(kind)
  if (already) return already
  const mine = last.then(() => show(kind)).finally(() => underWay.delete(kind))
  underWay.set(kind, mine)
  last = mine
  return mine
}

function show(kind: Asked): Promise<boolean> {
  asked.value = kind
  void load()
  return new Promise((resolve) => (answer = resolve))
}

function close(agreed: boolean) {
  const kind = asked.value
  if (!agreed) tellWechat('disagree')
  if (kind && !agreed) declined.add(kind)
  if (kind && agreed) declined.delete(kind)
  asked.value = null
  answer(agreed)
}

/** Agrees to what is asked, in the words shown; words that have changed meanwhile are shown anew. */
function agree() {
  const kind = asked.value
  if (!kind || kind === 'wechat' || busy.value || !words.value) return
  void guarded(async () => {
    try {
      await decide(kind, true)
    } catch (error) {
      if (error instanceof Problem && error.code === 'privacy_version_changed') words.value = await openApi.get('/privacy')
      throw error
    }
    close(true)
  })
}

/** Gives or withdraws a consent to the words as they were read. */
export function decide(kind: ConsentKind, given: boolean): Promise<Schemas['MyConsents']> {
  const version = words.value?.consents.find((one) => one.kind === kind)?.version ?? words.value?.version ?? ''
  return api.post('/me/consents', { body: { kind, version, given }, key: newKey() })
}

// ---- who said no is not asked again until they come back to it themselves ----
const declined = new Set<Asked>()

/** The notice, before a private call: a deed asks again, mere reading does not. */
export function askForNotice(deed: boolean): Promise<boolean> {
  return !deed && declined.has('privacy') ? Promise.resolve(false) : ask('privacy')
}
/** The next refused reading asks for the notice again. */
export const askAgain = () => declined.delete('privacy')
/** Somebody else has this phone now. */
export const forgetDeclined = () => declined.clear()

/** A consent of its own, at the moment of need: true when it is there or is given now. */
export async function consentTo(kind: ConsentKind, again = false): Promise<boolean> {
  const mine = await api.get('/me/consents').catch(() => null)
  if (!mine) return false
  if (mine.items.some((one) => one.kind === kind && one.holds)) return true
  return !declined.has(kind) || again ? ask(kind) : false
}

// ---- WeChat's own question: its private calls wait until the button of the sheet has been tapped ----
export const AGREE_BUTTON = 'agree-privacy'
type Verdict = { event: 'agree' | 'disagree' | 'exposureAuthorization'; buttonId?: string }
type Wechat = { onNeedPrivacyAuthorization?: (listener: (resolve: (verdict: Verdict) => void) => void) => void }
declare const wx: Wechat

const wechatWaits: ((verdict: Verdict) => void)[] = []

/** Stands in for WeChat's own window (wx.onNeedPrivacyAuthorization), once at the launch. */
export function answerWechat() {
  if (process.env.UNI_PLATFORM !== 'mp-weixin' || typeof wx.onNeedPrivacyAuthorization !== 'function') return
  wx.onNeedPrivacyAuthorization((resolve) => {
    wechatWaits.push(resolve)
    resolve({ event: 'exposureAuthorization' })
    if (!asked.value) void ask('wechat')
  })
}

function tellWechat(event: 'agree' | 'disagree') {
  for (const resolve of wechatWaits.splice(0)) resolve({ event, buttonId: AGREE_BUTTON })
}

/** WeChat has seen its button tapped. */
function wechatAgreed() {
  tellWechat('agree')
  if (asked.value === 'wechat') close(true)
}

/** Whoever is asked now, and the answers: for the sheet. */
export function useAsked() {
  return { asked, words, problem, busy, load, agree, decline: () => close(false), wechatAgreed }
}
