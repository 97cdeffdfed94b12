// People of the demo: through the API, and on a phone with H5 or the built mini-program.
import assert from 'node:assert/strict'
import { openPhone } from './browser.mjs'
import { openWeapp, serveWeapp } from './weapp.mjs'

// By what people see: in WeChat neither a component nor what is put into its slot has an element that could bear a test id.
export const text = (page, words) => page.getByText(words).locator('visible=true').first()
export const button = (page, words) => page.locator('.btn:visible', { hasText: words }).first()
export const chip = (page, words) => page.locator('.chip:visible', { hasText: words }).first()

/**
 * Presses something and waits for what comes of it: what it `shows`, what it `hides`. Fails when that is shown before the
 * press already, for then the wait would end at once and what follows overtake the deed; what it hides is waited for first.
 */
export async function press(what, { shows, hides }) {
  await what.waitFor()
  assert.ok(!shows || !(await shows.isVisible()), `${shows} is there before ${what} is pressed`)
  await hides?.waitFor() // what is to go has to have come
  await what.click()
  await shows?.waitFor()
  await hides?.waitFor({ state: 'hidden' })
}

const PERSONAS = ['resident', 'volunteer', 'worker', 'staff', 'admin', 'newcomer']

/**
 * The API as somebody of the demo: a persona, another by the stand-in's WeChat login, or {login, password} at the desk.
 * `get` and `post` give the answer and fail on a refusal; `send` gives {ok, status, said} whatever comes; `session` is the login's answer.
 */
export async function api(origin, who) {
  const ask = async (method, path, body, token) => {
    const answer = await fetch(`${origin}/api/v1${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
      body: body && JSON.stringify(body),
    })
    return { ok: answer.ok, status: answer.status, said: answer.status === 204 ? null : await answer.json() }
  }
  const must = async (...of) => {
    const { ok, status, said } = await ask(...of)
    assert.ok(ok, `${of[0]} ${of[1]}: ${status} ${JSON.stringify(said)}`)
    return said
  }
  const session = await must('POST', ...loginOf(who))
  const { access_token: token } = session
  return {
    session,
    get: (path) => must('GET', path, undefined, token),
    post: (path, body = {}) => must('POST', path, body, token),
    send: (method, path, body) => ask(method, path, body, token),
  }
}

function loginOf(who) {
  if (typeof who === 'object') return ['/auth/password', who]
  return PERSONAS.includes(who) ? ['/auth/demo', { persona: who }] : ['/auth/wechat', { code: `demo-${who}` }]
}

/** Gives or withdraws a consent through the API; `privacy` is the notice itself. */
export async function decide(person, kind, given) {
  const { version, consents } = await person.get('/privacy')
  return person.post('/me/consents', { kind, version: consents.find((one) => one.kind === kind)?.version ?? version, given })
}

/** One bar of signal: what is asked for by this address (a glob) comes a second late. */
export const late = (page, address) =>
  page.route(address, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    await route.continue()
  })

/** The two builds; each gives {open(page, path, persona), stop()}. */
export const builds = {
  H5: async (server) => ({ open: (page, path, persona) => page.goto(`${server.origin}/m/?persona=${persona}#${path}`), stop: () => {} }),
  'mini-program': async (server) => {
    const weapp = await serveWeapp(server.origin)
    return { open: (page, path, persona) => openWeapp(page, weapp, path, persona), stop: weapp.stop }
  },
}

/** A persona on a fresh phone opens a page and does something; the guard sees to it that nothing broke. */
export async function onPhone(browser, app, persona, path, act) {
  const { page, context, guard } = await openPhone(browser)
  try {
    await app.open(page, path, persona)
    const result = await act(page, (next) => app.open(page, next, persona), guard)
    guard.check()
    return result
  } finally {
    await context.close()
  }
}

const FIVE_MINUTES = 5 * 60_000

/** Moves a talk of the worker's to within the next half hour, when its visit can be begun; false if there is no time. */
export async function bringNear(worker, id) {
  for (let n = 1; n <= 5; n++) {
    const starts = new Date((Math.floor(Date.now() / FIVE_MINUTES) + n) * FIVE_MINUTES).toISOString()
    if ((await worker.send('POST', `/requests/${id}/reschedule`, { starts_at: starts, length_minutes: 10 })).ok) return true
  }
  return false
}
