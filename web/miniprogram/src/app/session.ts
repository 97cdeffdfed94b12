// Who is signed in. WeChat logs in silently; on H5 the demo's landing page says who to be.
import { computed, ref } from 'vue'
import { Problem, type Schemas } from '@yimi/client'
import { alone } from './alone'
import { api, guardWith, openApi } from './api'
import { leave as letGo } from './own'
import { askForNotice, forgetDeclined } from './privacy'
import { askSignIn, endSignIn } from './signIn'
import { drop, keep, kept } from './storage'
import { inTimeline } from './timeline'
import { TOKENS, tokens } from './tokens'

export type Person = Schemas['Person']
export type Role = Schemas['RoleName']
export type Persona = Schemas['DemoLogin']['persona']

const PERSON = 'yimi.person'
const PERSONA = 'yimi.persona'
const PERSONAS: readonly string[] = ['resident', 'volunteer', 'worker', 'staff', 'admin', 'newcomer']
const onH5 = process.env.UNI_PLATFORM === 'h5'

const person = ref<Person | null>(null)
const starting = ref(true)
const problem = ref<Problem | null>(null)
let started: Promise<void> | null = null
let watching = false
let known = false // the server has answered for this person since the page was opened: a form may have been begun

const signedIn = computed(() => person.value !== null)
const roles = computed(() => person.value?.roles.map((held) => held.role) ?? [])
const isStaff = computed(() => has('station_staff') || has('district_admin'))

function has(role: Role): boolean {
  return roles.value.includes(role)
}

/** Logs in once at the launch: the persona asked for, else the tokens kept, else a fresh login. Never rejects. */
function start(): Promise<void> {
  if (started) return started
  if (onH5 && !watching) watchWindows()
  started = enter()
    .catch(remember)
    .finally(() => (starting.value = false))
  void started.then(freshen)
  return started
}

/** Tries the login again after it failed, say for want of a network. */
function retry(): Promise<void> {
  started = null
  starting.value = true
  return start()
}

async function enter() {
  problem.value = null
  if (inTimeline()) return // there is nobody to be: the page is read as everybody may read it
  const asked = askedPersona()
  if (asked && asked !== kept(PERSONA)) return signInAs(asked)
  if (!tokens.get()) {
    drop(PERSON)
    await signIn()
    if (!tokens.get()) letGo(0)
    return
  }
  person.value = kept<Person>(PERSON)
}

/** What was remembered of the person may be old: ask, but make nobody wait for it. */
async function freshen() {
  if (person.value) await reload().catch(() => undefined)
}

/** Logs in the way this platform does; on H5 without a persona there is nobody to be. */
async function signIn() {
  if (!onH5) return accept(await openApi.post('/auth/wechat', { body: { code: await wechatCode() } }))
  const persona = askedPersona() || kept<Persona>(PERSONA)
  if (persona) await signInAs(persona)
}

/** Demo only: becomes one of the made-up people. */
async function signInAs(persona: Persona) {
  accept(await openApi.post('/auth/demo', { body: { persona } }))
  keep(PERSONA, persona)
}

/** A desk account, on H5: station staff at a computer. */
async function signInWith(login: string, password: string) {
  accept(await openApi.post('/auth/password', { body: { login, password } }))
  drop(PERSONA)
}

async function signOut() {
  known = false // whose session has ended is not asked to sign in, to be signed out
  if (tokens.get()) await api.post('/auth/logout').catch(() => undefined) // gone from this phone in any case
  leave()
}

/** Goes from this phone with all that the pages hold: what was begun is nobody else's. */
function leave() {
  goodbye()
  startOver()
}

const startOver = () => uni.reLaunch({ url: '/pages/home/index' })

/** Forgets on this phone who was signed in; the server has ended it already. */
function goodbye() {
  drop(PERSONA)
  forget()
  letGo(0)
  endSignIn(false)
}

/** Reads my profile again, after something that changed it. */
async function reload() {
  keepPerson(await api.get('/me'))
}

async function renew(deed: boolean): Promise<boolean> {
  const whose = person.value?.id
  const used = tokens.get()?.access
  const came = await alone('yimi.renewing', () => refresh(used))
  if (came === 'ended') return again()
  if (came === 'elsewhere') follow()
  if (whose !== undefined && whose !== person.value?.id) return false
  if (tokens.get()) return came !== 'failed'
  return known || deed ? askedIn() : false
}

/** An old refresh token used again ends the session: a window that waited for another one takes what that one got. */
async function refresh(used?: string): Promise<'elsewhere' | 'nobody' | 'renewed' | 'ended' | 'failed'> {
  if (onH5) tokens.reread()
  if (tokens.get()?.access !== used) return 'elsewhere'
  const held = tokens.get()
  if (!held) return 'nobody'
  try {
    accept(await openApi.post('/auth/refresh', { body: { refresh_token: held.refresh } }))
    return 'renewed'
  } catch (error) {
    return error instanceof Problem && error.status === 401 ? 'ended' : 'failed'
  }
}

/** The session itself has ended: log in anew where that needs nothing from the person, else ask over the page. */
async function again(): Promise<boolean> {
  if (known) tokens.drop()
  else forget()
  const whose = person.value?.id
  await signIn().catch(remember)
  if (!tokens.get()) letGo(0)
  if (tokens.get()) return whose === undefined || whose === person.value?.id
  return known && askedIn()
}

/** What is on the page waits for the same person; the calls of somebody who is gone are not the next one's. */
async function askedIn(): Promise<boolean> {
  const whose = person.value?.id
  return (await askSignIn()) && (whose === undefined || whose === person.value?.id)
}

/** Another window of this browser has signed in, been renewed, or gone: this one goes along at once. */
function watchWindows() {
  watching = true
  globalThis.addEventListener?.('storage', ({ key }) => {
    if (key !== TOKENS && key !== PERSON && key !== null) return
    if (tokens.reread() || kept<Person>(PERSON)?.id !== person.value?.id) follow()
  })
}

/** Takes up who is signed in in another window. What is on the pages stays for the same person alone. */
function follow() {
  const before = person.value?.id
  const held = tokens.get()
  const other = kept<Person>(PERSON)
  const whose = held?.person ?? other?.id
  if (whose !== before) {
    person.value = other && other.id === whose ? other : null // the person is kept after the tokens
    known = false
    forgetDeclined()
    letGo(whose ?? 0)
    if (before !== undefined) startOver()
  }
  if (held || whose === undefined) endSignIn(held !== null)
}

function accept(session: Schemas['Session']) {
  tokens.keep(session)
  keepPerson(session.person)
  endSignIn(true)
}

function keepPerson(me: Person) {
  const before = person.value?.id
  person.value = me
  known = true
  if (before !== me.id) {
    forgetDeclined()
    letGo(me.id)
  }
  if (before !== undefined && before !== me.id) startOver() // what the one before had begun is gone with the pages
  keep(PERSON, me)
  if (!me.privacy_agreed) void agree(false)
}

/** Asks for the privacy notice, once for all who need it at the same moment. */
async function agree(deed: boolean): Promise<boolean> {
  const agreed = await askForNotice(deed)
  if (agreed && !person.value?.privacy_agreed) await reload().catch(() => undefined)
  return agreed
}

function forget() {
  tokens.drop()
  known = false
  person.value = null
  drop(PERSON)
}

function remember(error: unknown) {
  if (!(error instanceof Problem)) throw error
  problem.value = error
}

function wechatCode(): Promise<string> {
  return new Promise((resolve, reject) => {
    uni.login({
      success: ({ code }) => resolve(code),
      fail: () => reject(new Problem({ status: 0, code: 'wechat_login', detail: '微信登录没有成功，请再试一次' })),
    })
  })
}

/** `?persona=volunteer`, before or after the # of the address. */
function askedPersona(): Persona | '' {
  if (!onH5) return ''
  const asked = /[?&]persona=(\w+)/.exec(location.search + location.hash)?.[1] ?? ''
  return PERSONAS.includes(asked) ? (asked as Persona) : ''
}

guardWith({ ready: start, renew, agree })

export function useSession() {
  return { person, signedIn, starting, problem, roles, isStaff, has, start, retry, signInAs, signInWith, signOut, leave, goodbye, reload }
}
